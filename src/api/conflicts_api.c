/* Conflicts: overlaps that stand, seen and let stand by people. */
#include "call.h"

enum { CONFLICTS_PAGE = 200 };

static void put_side(struct call *call, struct json *j, const char *name,
                     const struct conflict_side *side)
{
    const struct zone *zone = call->image->company->zone;
    json_open(j, name, '{');
    json_put_str(j, "kind", claim_kind_name(side->kind));
    show_instant(j, "datetime", zone, side->when.start);
    show_instant(j, "endtime", zone, side->when.end);
    if (side->order_number != 0)
        json_put_int(j, "orderNumber", side->order_number);
    json_end_object(j);
}

void show_conflict(struct call *call, struct json *j, const struct conflict *c)
{
    json_start_object(j);
    json_put_str(j, "_id", str_print(call->arena, "c%llx", (unsigned long long)c->ref));
    json_put_str(j, "_inspectorId", c->inspector);
    json_put_str(j, "state", conflict_state_name(c->state));
    json_put_str(j, "cause", c->cause);
    if (c->reason.len > 0)
        json_put_str(j, "reason", c->reason);
    show_instant(j, "openedAt", call->image->company->zone, c->opened_at);
    put_side(call, j, "a", &c->a);
    put_side(call, j, "b", &c->b);
    if (c->note.len > 0)
        json_put_str(j, "note", c->note);
    if (c->resolved_how.len > 0)
        json_put_str(j, "resolved", c->resolved_how);
    json_end_object(j);
}

bool conflicts_list(struct call *call)
{
    static const char *const known[] = { "state", "cursor" };
    struct conflict_list list;
    struct il_err err;
    int64_t after = 0;
    struct str state = query_get(call, "state");
    const struct str cursor = query_get(call, "cursor");
    if (query_is_wrong(call, known, 2))
        return true;
    if (state.len == 0)
        state = STR("open");
    if (!str_equal(state, STR("open")) && !str_equal(state, STR("acknowledged")) &&
        !str_equal(state, STR("accepted")) && !str_equal(state, STR("resolved")))
        return answer_code(call, CODE_out_of_range, "/state",
                           STR("state is open, acknowledged, accepted or resolved"));
    if (cursor.len > 0 && (!str_to_int(cursor, &after) || after < 0))
        return answer_code(call, CODE_out_of_range, "/cursor", STR("That cursor is not ours."));
    const struct lookup in = lookup_of(call);
    if (desk_conflicts(&in, state, (ref_t)after, CONFLICTS_PAGE + 1, &list, &err) != IL_OK)
        return answer_fault(call, &err);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "conflicts", '[');
    for (size_t i = 0; i < list.n && i < CONFLICTS_PAGE; i++)
        show_conflict(call, &j, &list.at[i]);
    json_end_array(&j);
    json_key(&j, STR("next"));
    if (list.n > CONFLICTS_PAGE)
        json_str(&j, str_print(call->arena, "%llu",
                               (unsigned long long)list.at[CONFLICTS_PAGE - 1].ref));
    else
        json_none(&j);
    json_end_object(&j);
    return answer_json(call, 200);
}

/* "c12ab": a conflict's _id is its ref. False: it cannot be one. */
static bool conflict_in_path(struct call *call, ref_t *ret)
{
    const struct str id = call->segments[0];
    *ret = 0;
    if (id.len < 2 || id.len > 17 || id.at[0] != 'c')
        return false;
    for (size_t i = 1; i < id.len; i++) {
        const char c = id.at[i];
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f'))
            return false;
        *ret = *ret << 4 | (ref_t)(digit ? c - '0' : c - 'a' + 10);
    }
    return *ret != 0;
}

/* Somebody has seen it. */
bool conflict_acknowledge(struct call *call)
{
    struct command *c = &call->job.command;
    c->kind = COMMAND_CONFLICT;
    c->conflict_state = CONFLICT_ACKNOWLEDGED;
    if (!conflict_in_path(call, &c->conflict))
        return answer_not_found(call);
    if (!call->has_reader)
        return false;
    struct json_obj o = body_root(call);
    c->reason = json_opt_text(&o, "note", NOTES_CHARS_MAX);
    json_done(&o);
    return !body_is_good(call);
}

/* Somebody lets it stand, and says why. Moving or cancelling one of the two ends it anyway. */
bool conflict_resolve(struct call *call)
{
    struct command *c = &call->job.command;
    struct json_obj o = body_root(call);
    c->kind = COMMAND_CONFLICT;
    c->conflict_state = CONFLICT_ACCEPTED;
    if (!conflict_in_path(call, &c->conflict))
        return answer_not_found(call);
    c->reason = json_opt_text(&o, "note", NOTES_CHARS_MAX);
    if (c->reason.len == 0)
        json_fault(&o, "note", "type", "is required: say why the two may stand");
    json_done(&o);
    return !body_is_good(call);
}

void conflict_encode(struct call *call)
{
    const struct entry *e = call->job.verdict.entry;
    const struct conflict *conflict =
        e != NULL ? &e->conflicts[0]
                  : image_find_conflict(call->job.image, call->job.command.conflict);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_key(&j, STR("conflict"));
    show_conflict(call, &j, conflict);
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    json_end_object(&j);
    (void)answer_json(call, 200);
}
