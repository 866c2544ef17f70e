/* What only the machine's owner may do: over the private socket, or by holding the file. */
#include "call.h"

#include <stdio.h>
#include <string.h>

enum { KEY_NAME_CHARS_MAX = 100 };

bool health_handle(struct call *call)
{
    buf_add_str(&call->response->body, STR("{\"status\":\"ok\"}"));
    return answer_json(call, 200);
}

bool ready_handle(struct call *call)
{
    if (!desk_is_ready(call->api->desk))
        return answer_code(call, CODE_overloaded, "", STR("The server is stopping."));
    buf_add_str(&call->response->body, STR("{\"status\":\"ready\"}"));
    return answer_json(call, 200);
}

static void put_count(struct json *j, const char *name, const struct import_count *count)
{
    json_open(j, name, '{');
    json_put_int(j, "created", (int64_t)count->created);
    json_put_int(j, "changed", (int64_t)count->changed);
    json_put_int(j, "left", (int64_t)count->left);
    json_put_int(j, "removed", (int64_t)count->removed);
    json_end_object(j);
}

/* Nobody should believe in a rule that is kept and not acted on. */
static void put_inert(struct json *j, unsigned inert)
{
    static const struct {
        enum inert_setting setting;
        const char *words;
    } all[] = {
        { INERT_TRAVEL, "travel.rule is kept; travel times are not judged yet, as with off" },
        { INERT_FOLLOW_UPS, "followUp is kept; follow-up visits are not planned yet" },
    };
    json_open(j, "warnings", '[');
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if ((inert & all[i].setting) != 0)
            json_str(j, str_from(all[i].words));
    }
    json_end_array(j);
}

bool local_import(struct call *call)
{
    static const char *const known[] = { "prune", "dryRun" };
    struct import_report report;
    struct il_err err;
    struct import_options options;
    if (query_is_wrong(call, known, 2) || !query_flag(call, "prune", &options.prune) ||
        !query_flag(call, "dryRun", &options.dry_run))
        return true;
    const struct actor actor = {
        .key_id = STR("cli"), .role = ROLE_ADMIN, .channel = STR("import"), .may_override = true
    };
    if (desk_import(call->api->desk, &actor, call->request->body, options, &report, &err) != IL_OK)
        return answer_fault(call, &err);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_put_bool(&j, "dryRun", options.dry_run);
    put_count(&j, "settings", &report.settings);
    put_count(&j, "absences", &report.absences);
    put_count(&j, "inspections", &report.inspections);
    json_put_int(&j, "conflictsOpened", (int64_t)report.conflicts);
    json_put_int(&j, "seq", (int64_t)report.seq);
    put_inert(&j, report.inert);
    json_end_object(&j);
    put_seq_header(call, report.seq);
    return answer_json(call, 200);
}

/* ---- keys ---- */

/* A repeat would have to say the secret again, and nobody knows it any more. */
bool refuses_idempotency(struct call *call)
{
    size_t count;
    (void)http_header(call->request, "Idempotency-Key", &count);
    return count > 0 && answer_code(call, CODE_unknown_field, "",
                                    STR("A key is made anew by each request, since its secret is "
                                        "said once: send no Idempotency-Key."));
}

bool local_key(struct call *call)
{
    static const char *const role_words[] = { "admin", "staff", "inspector", "readonly", "online" };
    static const char *const allows[] = { "override" };
    struct json_obj o = body_root(call);
    struct key_record *key = &call->job.command.key;
    uint8_t secret[SECRET_BYTES];
    uint8_t id[9];
    struct dice *dice = dice_system();
    if (refuses_idempotency(call))
        return true;
    call->job.command.kind = COMMAND_KEY;
    key->name = json_get_str(&o, "name", KEY_NAME_CHARS_MAX);
    key->role = (enum role)json_get_word(&o, "role", role_words, ROLES);
    key->brand = json_opt_str(&o, "brand", ID_CHARS_MAX);
    key->may_override = json_opt_word(&o, "allow", allows, 1, NOT_FOUND) == 0;
    if (key->may_override && key->role != ROLE_ADMIN && key->role != ROLE_STAFF)
        json_fault(&o, "allow", "out_of_range", "override is for the roles staff and admin");
    json_done(&o);
    if (!body_is_good(call))
        return true;
    const struct company *company = call->image->company;
    if (key->brand.len > 0 && company_find_brand(company, key->brand) == NOT_FOUND)
        return answer_code(call, CODE_not_found, "/brand", STR("There is no such brand."));
    if (key->role == ROLE_ONLINE && key->brand.len == 0 && company->n_brands > 1)
        return answer_code(call, CODE_out_of_range, "/brand",
                           STR("An online key of a company with several brands needs a brand."));
    if (key->role == ROLE_ONLINE && key->brand.len == 0)
        key->brand = company->brands[0].id;
    dice->fill(dice, secret, sizeof secret);
    dice->fill(dice, id, sizeof id);
    key->id = str_print(call->arena, "k_%.*s", STR_ARG(base64_print(call->arena, id, sizeof id)));
    const struct str text = base64_print(call->arena, secret, sizeof secret);
    call->job.personal = str_print(call->arena, "il_%.*s", STR_ARG(text));
    key->secret = hash_of(call->job.personal);
    key->created_at = call->now;
    return false;
}

/* The one time the secret is said. */
void local_key_encode(struct call *call)
{
    const struct key_record *key = &call->job.command.key;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "key", '{');
    json_put_str(&j, "_id", key->id);
    json_put_str(&j, "role", role_name(key->role));
    json_put_str(&j, "name", key->name);
    if (key->brand.len > 0)
        json_put_str(&j, "brand", key->brand);
    json_end_object(&j);
    json_put_str(&j, "secret", call->job.personal);
    json_end_object(&j);
    (void)answer_json(call, 201);
}
