/* An order's life after booking: the steps of its status, other people, another house. */
#include "call.h"

#include "core/status.h"

/* ---- steps of the status machine ---- */

bool step_handle(struct call *call)
{
    struct command *c = &call->job.command;
    c->kind = call->route->kind;
    c->subject = call->segments[0];
    c->want.property = (struct property){ .square_feet = NOT_FOUND, .year_built = NOT_FOUND };
    if (!call->has_reader)
        return !decode_version(call, NULL);
    struct json_obj o = body_root(call);
    if ((c->kind == COMMAND_RESTORE && overrides_unpermitted(call, &o)) ||
        !decode_version(call, &o))
        return true;
    c->reason = json_opt_text(&o, "reason", NOTES_CHARS_MAX);
    (void)json_opt_bool(&o, "notify", true);
    if (c->kind == COMMAND_RESTORE)
        decode_override(&o, &c->override);
    json_done(&o);
    return !body_is_good(call);
}

/* ---- other people ---- */

bool reassign_handle(struct call *call)
{
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    c->kind = COMMAND_REASSIGN;
    c->subject = call->segments[0];
    if (overrides_unpermitted(call, &o) || !decode_version(call, &o))
        return true;
    decode_people(&o, &c->want);
    if (!c->want.any_inspector && c->want.inspectors.n == 0 && c->want.n_assignments == 0)
        json_fault(&o, "_inspectorId", "type", "is required (or \"any\")");
    decode_override(&o, &c->override);
    c->reason = json_opt_text(&o, "reason", NOTES_CHARS_MAX);
    (void)json_opt_bool(&o, "notify", true);
    json_done(&o);
    return !body_is_good(call);
}

/* ---- many at once ---- */

static void decode_move(struct json_obj *o, struct move *ret)
{
    ret->subject = json_get_str(o, "_id", ID_CHARS_MAX);
    ret->version = json_opt_int(o, "version", 1, INT64_MAX, NOT_FOUND);
    decode_want(o, &ret->want);
    decode_assignments(o, &ret->want);
    refuse_brand(o, &ret->want);
    const bool people =
        ret->want.any_inspector || ret->want.inspectors.n > 0 || ret->want.n_assignments > 0;
    if (ret->want.services.n > 0)
        json_fault(o, "services", "unknown_field", "are changed by a PATCH of the order");
    if (!ret->want.has_datetime && (ret->want.has_endtime || ret->want.minutes > 0))
        json_fault(o, "datetime", "type", "is required with a length");
    require(o, ret->want.has_datetime || people, "datetime", "or an inspector is required");
    json_done(o);
}

bool reassignments_handle(struct call *call)
{
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    c->kind = COMMAND_REASSIGNMENTS;
    if (overrides_unpermitted(call, &o))
        return true;
    struct json_arr list = json_opt_arr(&o, "moves", MOVES_MAX);
    struct move *moves = arena_array(call->arena, struct move, list.n);
    require(&o, list.n > 0, "moves", "must name at least one order");
    for (size_t i = 0; i < list.n; i++) {
        struct json_obj in = json_arr_obj(&list, i);
        decode_move(&in, &moves[i]);
    }
    c->moves = moves;
    c->n_moves = list.n;
    decode_override(&o, &c->override);
    c->reason = json_opt_text(&o, "reason", NOTES_CHARS_MAX);
    (void)json_opt_bool(&o, "notify", true);
    json_done(&o);
    return !body_is_good(call);
}

/* ---- another house, other services, other people to talk to ---- */

static const char *const amended[] = { "property", "client", "agents", "notes" };
enum { N_AMENDED = sizeof amended / sizeof amended[0] };

/* The order as it will read: what stands, with the body merged into it. False: answered. */
static bool merge_order(struct call *call, const struct found_inspection *found)
{
    struct command *c = &call->job.command;
    struct json_reader reader;
    struct il_err err;
    struct str address;
    struct buf base = { 0 };
    struct json j = json_begin(&base);
    json_start_object(&j);
    personal_put(&j, call->arena, &found->record.property, found->personal);
    json_end_object(&j);
    const struct str merged =
        json_merge_patch(call->arena, buf_view(&base), call->request->body, amended, N_AMENDED);
    buf_drop(&base);
    if (json_reader_open(&reader, call->arena, merged, &err) != IL_OK)
        return !answer_fault(call, &err);
    struct json_obj o = json_root(&reader);
    if (found->personal.len > 0) {
        require_text(&o, "property", "address", ADDRESS_CHARS_MAX);
        require_text(&o, "client", "name", NAME_CHARS_MAX);
    }
    call->job.personal = personal_read(&o, &c->want.property, &address);
    json_done(&o);
    const il_rc rc = json_reader_result(&reader, &err);
    json_reader_drop(&reader);
    c->place_key = address_key(address);
    c->person_changed = !str_equal(call->job.personal, found->personal);
    c->merged_from = found->personal.len > 0 ? found->record.person : 0;
    return rc == IL_OK || !answer_fault(call, &err);
}

static void decode_amend(struct call *call, struct json_obj *o)
{
    struct command *c = &call->job.command;
    c->kind = COMMAND_AMEND;
    c->subject = call->segments[0];
    c->want.services = decode_services(o);
    decode_override(o, &c->override);
    c->reason = json_opt_text(o, "reason", NOTES_CHARS_MAX);
    for (size_t i = 0; i < N_AMENDED; i++)
        (void)json_is_none(o, amended[i]); /* read in merge_order */
    json_done(o);
}

/* The merge stands on the version that was read, and on the data held then (merged_from): should
 * another, or an order that was not there, stand when it is decided, it is none of what was asked
 * for. */
static void pin_version(struct command *c, const struct inspection *read)
{
    bool stands = read != NULL && (c->version == VERSION_ANY || c->version == read->version);
    for (size_t i = 0; read != NULL && i < c->n_versions_too; i++)
        stands = stands || c->versions_too[i] == read->version;
    if (c->version != NOT_FOUND || read == NULL)
        c->version = stands ? read->version : VERSION_NONE;
    c->n_versions_too = 0;
}

bool amend_handle(struct call *call)
{
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    struct found_inspection found;
    struct il_err err;
    bool exists;
    const struct lookup in = lookup_of(call);
    if (overrides_unpermitted(call, &o) || !decode_version(call, &o))
        return true;
    decode_amend(call, &o);
    if (!body_is_good(call))
        return true;
    if (desk_find_inspection(&in, c->subject, &found, &exists, &err) != IL_OK)
        return answer_fault(call, &err);
    exists = exists && actor_sees(&call->actor, found.record.brand);
    pin_version(c, exists ? &found.record : NULL);
    return exists && !merge_order(call, &found);
}
