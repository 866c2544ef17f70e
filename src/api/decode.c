/* Request bodies into wants and commands. */
#include "call.h"

#include <assert.h>
#include <string.h>

enum { TOKEN_CHARS_MAX = 512, ASSIGNMENT_ROLES = 3 };

static const char *const assignment_roles[ASSIGNMENT_ROLES] = { "lead", "assistant", "specialist" };

bool is_online(const struct call *call)
{
    return call->actor.role == ROLE_ONLINE;
}

struct lookup lookup_of(const struct call *call)
{
    return (struct lookup){ call->api->desk, call->company, call->arena };
}

struct token_scope hold_scope(const struct call *call)
{
    return (struct token_scope){ "hold", call->company, 1 };
}

struct json_obj body_root(struct call *call)
{
    assert(call->has_reader);
    return json_root(&call->reader);
}

bool body_is_good(struct call *call)
{
    struct il_err err;
    if (json_reader_result(&call->reader, &err) == IL_OK)
        return true;
    (void)answer_fault(call, &err);
    return false;
}

/* One is the lead: the one who is said to be, else the first. An order shows the lead first. */
static void lead_first(struct json_obj *o, struct wanted_assignment *at, const int32_t *said,
                       size_t n)
{
    size_t lead = 0;
    size_t n_leads = 0;
    for (size_t i = 0; i < n; i++) {
        if (said[i] == 0 && n_leads++ == 0)
            lead = i;
    }
    if (n == 0 || o->reader->failed)
        return;
    if (n_leads > 1 || (n_leads == 0 && said[0] != NOT_FOUND)) {
        json_fault(o, "assignments", "out_of_range", "must have one lead");
        return;
    }
    const struct wanted_assignment first = at[lead];
    memmove(at + 1, at, lead * sizeof *at);
    at[0] = first;
    at[0].role = str_from(assignment_roles[0]);
}

void decode_assignments(struct json_obj *o, struct want *ret)
{
    struct json_arr in = json_opt_arr(o, "assignments", INSPECTORS_PER_VISIT_MAX);
    struct wanted_assignment *at = arena_array(o->reader->arena, struct wanted_assignment, in.n);
    int32_t *said = arena_array(o->reader->arena, int32_t, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj a = json_arr_obj(&in, i);
        at[i].inspector = json_get_str(&a, "_inspectorId", ID_CHARS_MAX);
        said[i] = json_opt_word(&a, "role", assignment_roles, ASSIGNMENT_ROLES, NOT_FOUND);
        at[i].role = str_from(assignment_roles[said[i] == NOT_FOUND ? 1 : said[i]]);
        at[i].datetime = json_get_instant(&a, "datetime");
        at[i].endtime = json_get_instant(&a, "endtime");
        json_done(&a);
    }
    lead_first(o, at, said, in.n);
    ret->assignments = at;
    ret->n_assignments = in.n;
}

/* `_inspectorId` names the lead; `inspectors` all of them, the lead first when it names none. */
static void decode_inspectors(struct json_obj *o, struct want *ret)
{
    const struct str lead = json_opt_str(o, "_inspectorId", ID_CHARS_MAX);
    const struct strs all = json_opt_strs(o, "inspectors", INSPECTORS_PER_VISIT_MAX, ID_CHARS_MAX);
    if (str_equal(lead, STR("any")) && all.n == 0) {
        ret->any_inspector = true;
        return;
    }
    ret->inspectors = all;
    if (lead.len == 0)
        return;
    struct str *at = arena_array(o->reader->arena, struct str, all.n + 1);
    size_t n = 0;
    at[n++] = lead;
    for (size_t i = 0; i < all.n; i++) {
        if (!str_equal(all.at[i], lead))
            at[n++] = all.at[i];
    }
    ret->inspectors = (struct strs){ at, n };
}

/* What an order cannot hold: the document of a company names each service once. */
static void refuse_twice(struct json_obj *o, struct strs services)
{
    for (size_t i = 0; i < services.n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (str_equal(services.at[i], services.at[k]))
                json_fault(o, "services", "out_of_range", "names a service twice");
        }
    }
}

void decode_people(struct json_obj *o, struct want *ret)
{
    decode_assignments(o, ret);
    decode_inspectors(o, ret);
}

struct strs decode_services(struct json_obj *o)
{
    const struct strs services = json_opt_strs(o, "services", SERVICES_PER_VISIT_MAX, ID_CHARS_MAX);
    refuse_twice(o, services);
    return services;
}

void decode_want(struct json_obj *o, struct want *ret)
{
    *ret = (struct want){ .brand = json_opt_str(o, "brand", ID_CHARS_MAX) };
    ret->has_datetime = json_has(o, "datetime");
    if (ret->has_datetime)
        ret->datetime = json_get_instant(o, "datetime");
    ret->has_endtime = json_has(o, "endtime");
    if (ret->has_endtime)
        ret->endtime = json_get_instant(o, "endtime");
    ret->services = decode_services(o);
    ret->minutes = (int32_t)json_opt_int(o, "minutes", 1, VISIT_MINUTES_MAX, 0);
    decode_inspectors(o, ret);
    ret->property = (struct property){ .square_feet = NOT_FOUND, .year_built = NOT_FOUND };
}

void refuse_assignments(struct json_obj *o)
{
    /* Also null: what is not known has no value that is. */
    if (json_has(o, "assignments") || json_is_none(o, "assignments"))
        json_fault(o, "assignments", "unknown_field", "is not known here: a hold is one interval");
}

void refuse_brand(struct json_obj *o, const struct want *want)
{
    if (want->brand.len > 0)
        json_fault(o, "brand", "unknown_field", "cannot be changed here");
}

bool overrides_unpermitted(struct call *call, struct json_obj *o)
{
    return json_has(o, "override") && !call->actor.may_override &&
           answer_code(call, CODE_not_permitted, "/override",
                       STR("This key may not override rules."));
}

void decode_override(struct json_obj *o, struct override *ret)
{
    struct json_obj in;
    *ret = (struct override){ 0 };
    if (!json_opt_obj(o, "override", &in))
        return;
    const struct strs rules = json_opt_strs(&in, "rules", CODES_END, ID_CHARS_MAX);
    for (size_t i = 0; i < rules.n; i++) {
        struct str name = rules.at[i];
        if (str_equal(name, STR("overlap")))
            name = STR("slot_taken");
        if (str_equal(name, STR("hours")))
            name = STR("outside_hours");
        const enum code code = code_find(name);
        if (code == CODE_NONE || !code_facts(code)->is_overridable)
            json_fault(&in, "rules", "out_of_range", "names a rule that cannot be overridden");
        else
            ret->rules |= (code_set)1 << code;
    }
    ret->reason = json_get_str(&in, "reason", NOTES_CHARS_MAX);
    if (!o->reader->failed && (rules.n == 0 || ret->reason.len == 0))
        json_fault(&in, rules.n == 0 ? "rules" : "reason", "out_of_range", "must not be empty");
    json_done(&in);
}

bool hold_by_token(struct call *call, struct str token, ref_t *ret)
{
    const struct token_scope scope = hold_scope(call);
    const struct lookup in = lookup_of(call);
    struct hold stored;
    struct il_err err;
    bool found = false;
    if (!desk_token_read(call->api->desk, call->arena, &scope, token, ret))
        return false;
    const struct hold *held = image_find_hold(call->image, *ret);
    if (held != NULL || call->actor.brand.len == 0)
        return held == NULL || actor_sees(&call->actor, held->brand);
    /* What cannot be read now is the decision's to judge, which looks again. */
    return desk_find_hold(&in, *ret, &stored, &found, &err) != IL_OK || !found ||
           actor_sees(&call->actor, stored.brand);
}

bool decode_hold(struct call *call, struct json_obj *o, ref_t *ret)
{
    struct str token = o == NULL ? STR("") : json_opt_str(o, "hold", TOKEN_CHARS_MAX);
    *ret = 0;
    if (token.len == 0 && o != NULL && json_has(o, "hold"))
        return o->reader->failed;
    if (token.len == 0)
        token = http_header(call->request, "Interlock-Hold", NULL);
    return token.len == 0 || hold_by_token(call, token, ret);
}

bool names_staff_field(struct call *call, struct json_obj *o)
{
    static const char *const fields[] = { "status",   "minutes",           "endtime",
                                          "override", "scheduledLocation", "assignments" };
    bool found = false;
    /* Asking for a field makes it known: for staff each route knows its own. */
    for (size_t i = 0; is_online(call) && i < sizeof fields / sizeof fields[0]; i++)
        found = json_has(o, fields[i]) || found;
    return found && answer_code(call, CODE_not_permitted, "", STR("That field is for staff keys."));
}

void require(struct json_obj *o, bool given, const char *name, const char *words)
{
    if (!given)
        json_fault(o, name, "type", words);
}

void require_text(struct json_obj *o, const char *object, const char *member, size_t max_chars)
{
    struct json_obj in;
    if (json_opt_obj(o, object, &in) && json_opt_str(&in, member, max_chars).len > 0)
        return;
    require(&in, false, member, "is required");
}

void decode_hold_property(struct json_obj *o, struct want *want)
{
    struct json_obj in;
    if (!json_opt_obj(o, "property", &in)) {
        property_read(o, &want->property);
        return;
    }
    (void)json_opt_str(&in, "address", ADDRESS_CHARS_MAX);
    property_read(&in, &want->property);
    json_done(&in);
}
