/* API keys over HTTP: listed, revoked, replaced.
 *
 *  L1  A secret is said once, by the request that made it: nobody else can say it, the file
 *      neither. Where a request carries an Idempotency-Key its repeat must say the same again, so
 *      the secret is a MAC, under the server's own secret, of the caller's secret and the new key's
 *      _id: each of the two alone gives nothing.
 *  L2  A key of one brand sees and ends keys of its brand alone.
 *  L3  A key that ended opens nothing from that moment on; streams that it opened end too. */
#include "call.h"

enum { GRACE_S_MAX = 30 * DAY_S, KEY_ID_BYTES = 9 };

static const char *state_of(const struct call *call, utc_s revoked_at)
{
    if (revoked_at == 0)
        return "valid";
    return revoked_at > call->now ? "ending" : "ended";
}

/* Its members, in an object that is open. */
static void put_key(struct call *call, struct json *j, const struct key_record *key)
{
    const struct zone *zone = image_of_call(call)->company->zone;
    json_put_str(j, "_id", key->id);
    json_put_str(j, "role", role_name(key->role));
    json_put_str(j, "name", key->name);
    json_key(j, STR("brand"));
    if (key->brand.len > 0)
        json_str(j, key->brand);
    else
        json_none(j);
    json_put_bool(j, "override", key->may_override);
    json_put_str(j, "state", str_from(state_of(call, key->revoked_at)));
    show_instant(j, "createdAt", zone, key->created_at);
    json_key(j, STR("endsAt"));
    if (key->revoked_at == 0)
        json_none(j);
    else
        json_str(j, instant_print(call->arena, zone, key->revoked_at));
}

static void put_row(struct call *call, struct json *j, const struct row_key *row)
{
    struct key_record key = { .id = row->id,
                              .name = row->name,
                              .brand = row->brand,
                              .may_override = row->may_override,
                              .created_at = row->created_at,
                              .revoked_at = row->revoked_at };
    if (!role_parse(row->role, &key.role))
        key.role = ROLE_READONLY;
    json_start_object(j);
    put_key(call, j, &key);
    json_end_object(j);
}

static void put_rows(struct call *call, struct json *j, const struct key_list *list,
                     struct str role)
{
    for (size_t i = 0; i < list->n; i++) {
        if (str_equal(list->at[i].role, role) && actor_sees(&call->actor, list->at[i].brand))
            put_row(call, j, &list->at[i]);
    }
}

bool keys_list(struct call *call)
{
    struct key_list list;
    struct il_err err;
    const struct lookup in = lookup_of(call);
    if (query_is_wrong(call, NULL, 0))
        return true;
    if (desk_keys(&in, STR(""), &list, &err) != IL_OK)
        return answer_fault(call, &err);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "keys", '[');
    for (int role = 0; role < ROLES; role++)
        put_rows(call, &j, &list, role_name((enum role)role));
    json_end_array(&j);
    json_end_object(&j);
    return answer_json(call, 200);
}

bool key_get(struct call *call)
{
    struct key_list list;
    struct il_err err;
    const struct lookup in = lookup_of(call);
    if (query_is_wrong(call, NULL, 0))
        return true;
    if (desk_keys(&in, call->segments[0], &list, &err) != IL_OK)
        return answer_fault(call, &err);
    if (list.n == 0 || !actor_sees(&call->actor, list.at[0].brand))
        return answer_not_found(call);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_key(&j, STR("key"));
    put_row(call, &j, &list.at[0]);
    json_end_object(&j);
    return answer_json(call, 200);
}

/* ---- ending ---- */

bool key_revoke(struct call *call)
{
    struct command *c = &call->job.command;
    c->kind = COMMAND_KEY;
    c->key_change = KEY_REVOKED;
    c->subject = call->segments[0];
    if (!call->has_reader)
        return false;
    struct json_obj o = body_root(call);
    c->reason = json_opt_text(&o, "reason", NOTES_CHARS_MAX);
    json_done(&o);
    return !body_is_good(call);
}

void key_revoke_encode(struct call *call)
{
    const struct verdict *verdict = &call->job.verdict;
    const struct key_record *key =
        verdict->entry != NULL ? &verdict->entry->keys[0] : verdict->unchanged_key;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "key", '{');
    put_key(call, &j, key);
    json_end_object(&j);
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    json_end_object(&j);
    (void)answer_json(call, 200);
}

/* ---- replacing ---- */

static struct str random_text(struct call *call, size_t n)
{
    uint8_t *bytes = arena_array(call->arena, uint8_t, n);
    dice_system()->fill(dice_system(), bytes, n);
    return base64_print(call->arena, bytes, n);
}

/* L1: the same for the same caller and _id. */
static struct str secret_of(struct call *call, struct str id)
{
    struct str own = http_header(call->request, "Authorization", NULL);
    (void)str_cut(&own, ' ');
    if (call->request->from_local_socket)
        own = call->job.personal;
    const struct hash mac =
        desk_mac(call->api->desk, str_print(call->arena, "key\n%.*s\n%.*s\n%.*s",
                                            STR_ARG(call->company), STR_ARG(id), STR_ARG(own)));
    return str_print(call->arena, "il_%.*s",
                     STR_ARG(base64_print(call->arena, mac.at, sizeof mac.at)));
}

bool key_rotate(struct call *call)
{
    struct command *c = &call->job.command;
    int64_t grace_s = 0;
    c->kind = COMMAND_KEY;
    c->key_change = KEY_ROTATED;
    c->subject = call->segments[0];
    if (call->request->from_local_socket && refuses_idempotency(call))
        return true;
    if (call->has_reader) {
        struct json_obj o = body_root(call);
        grace_s = json_opt_int(&o, "graceSeconds", 0, GRACE_S_MAX, 0);
        c->reason = json_opt_text(&o, "reason", NOTES_CHARS_MAX);
        json_done(&o);
        if (!body_is_good(call))
            return true;
    }
    call->job.personal = random_text(call, SECRET_BYTES);
    c->key.id = str_print(call->arena, "k_%.*s", STR_ARG(random_text(call, KEY_ID_BYTES)));
    c->key.secret = hash_of(secret_of(call, c->key.id));
    c->key_until = call->now + grace_s;
    return false;
}

void key_rotate_encode(struct call *call)
{
    const struct key_record *keys = call->job.verdict.entry->keys;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "key", '{');
    put_key(call, &j, &keys[1]);
    json_end_object(&j);
    json_key(&j, STR("secret"));
    if (call->dry_run)
        json_none(&j);
    else
        json_str(&j, secret_of(call, keys[1].id));
    json_open(&j, "old", '{');
    put_key(call, &j, &keys[0]);
    json_end_object(&j);
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    json_end_object(&j);
    (void)answer_json(call, call->dry_run ? 200 : 201);
}
