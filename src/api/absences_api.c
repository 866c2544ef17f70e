/* Events, Blocks and vacations; conflicts. */
#include "call.h"

enum { CONFLICTS_PAGE = 200, TITLE_CHARS_MAX = 200 };

static void decode_inspector(struct call *call, struct json_obj *o)
{
    struct str *at = arena_new(call->arena, struct str);
    *at = json_get_str(o, "_inspectorId", ID_CHARS_MAX);
    call->job.command.want.inspectors = (struct strs){ at, 1 };
}

static enum affected decode_affected(struct json_obj *o)
{
    static const char *const words[] = { "refuse", "open" };
    return (enum affected)json_opt_word(o, "affected", words, 2, AFFECTED_REFUSE);
}

/* As in a document. What is no moment in the zone is refused where it is decided. */
static void judge_length(struct call *call, struct json_obj *o)
{
    const struct command *c = &call->job.command;
    const struct zone *zone = call->image->company->zone;
    const char *words = "is longer after the start than allowed";
    if (c->whole_days) {
        if (c->last_day - c->first_day >= ABSENCE_DAYS_MAX)
            json_fault(o, "to", "out_of_range", words);
        return;
    }
    const struct instant_found from = instant_resolve(zone, c->from);
    const struct instant_found to = instant_resolve(zone, c->to);
    if (from.answer == INSTANT_FOUND && to.answer == INSTANT_FOUND &&
        to.at - from.at > (utc_s)ABSENCE_DAYS_MAX * DAY_S)
        json_fault(o, "endtime", "out_of_range", words);
}

bool event_add(struct call *call)
{
    static const char *const types[] = { "Event", "Block" };
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    c->kind = COMMAND_ADD_ABSENCE;
    c->absence_kind = json_get_word(&o, "type", types, 2) == 0 ? CLAIM_EVENT : CLAIM_BLOCK;
    decode_inspector(call, &o);
    c->from = json_get_instant(&o, "datetime");
    c->to = json_get_instant(&o, "endtime");
    judge_length(call, &o);
    c->title = json_opt_str(&o, "title", TITLE_CHARS_MAX);
    c->inspection_id = json_opt_str(&o, "_inspectionId", ID_CHARS_MAX);
    c->subject = c->inspection_id;
    if (json_has(&o, "rrule"))
        json_fault(&o, "rrule", "out_of_range", "recurring events are not taken yet");
    c->affected = decode_affected(&o);
    json_done(&o);
    return !body_is_good(call);
}

bool vacation_add(struct call *call)
{
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    c->kind = COMMAND_ADD_ABSENCE;
    c->absence_kind = CLAIM_VACATION;
    decode_inspector(call, &o);
    c->whole_days = json_has(&o, "from") || json_has(&o, "to");
    if (c->whole_days) {
        c->first_day = json_get_date(&o, "from");
        c->last_day = json_get_date(&o, "to");
    } else {
        c->from = json_get_instant(&o, "datetime");
        c->to = json_get_instant(&o, "endtime");
    }
    judge_length(call, &o);
    c->title = json_opt_str(&o, "title", TITLE_CHARS_MAX);
    c->affected = decode_affected(&o);
    json_done(&o);
    return !body_is_good(call);
}

static bool absence_remove(struct call *call, enum claim_kind kind)
{
    struct command *c = &call->job.command;
    c->kind = COMMAND_REMOVE_ABSENCE;
    c->absence_kind = kind;
    c->subject = call->segments[0];
    if (!call->has_reader)
        return !decode_version(call, NULL);
    struct json_obj o = body_root(call);
    if (!decode_version(call, &o))
        return true;
    json_done(&o);
    return !body_is_good(call);
}

bool event_remove(struct call *call)
{
    return absence_remove(call, CLAIM_EVENT);
}

bool vacation_remove(struct call *call)
{
    return absence_remove(call, CLAIM_VACATION);
}

void absence_encode(struct call *call)
{
    const struct entry *e = call->job.verdict.entry;
    const struct absence *record = &e->absences[0];
    const bool vacation = record->kind == CLAIM_VACATION;
    const struct zone *zone = call->job.image->company->zone;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_key(&j, vacation ? STR("vacation") : STR("event"));
    document_write_absence(&j, call->arena, zone, record);
    json_put_int(&j, "version", record->version);
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    json_put_int(&j, "conflictsOpened", (int64_t)e->n_conflicts);
    json_end_object(&j);
    http_response_header(call->response, "ETag", etag_of(call->arena, record->version));
    http_response_header(
        call->response, "Location",
        str_print(call->arena, "/%s/%.*s", vacation ? "vacation" : "event", STR_ARG(record->id)));
    (void)answer_json(call, call->dry_run ? 200 : 201);
}

void absence_remove_encode(struct call *call)
{
    call->response->status = 204;
}

/* ---- conflicts ---- */

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

static void put_conflict(struct call *call, struct json *j, const struct conflict *c)
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
        !str_equal(state, STR("resolved")))
        return answer_code(call, CODE_out_of_range, "/state",
                           STR("state is open, acknowledged or resolved"));
    if (cursor.len > 0 && (!str_to_int(cursor, &after) || after < 0))
        return answer_code(call, CODE_out_of_range, "/cursor", STR("That cursor is not ours."));
    const struct lookup in = lookup_of(call);
    if (desk_conflicts(&in, state, (ref_t)after, CONFLICTS_PAGE + 1, &list, &err) != IL_OK)
        return answer_fault(call, &err);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "conflicts", '[');
    for (size_t i = 0; i < list.n && i < CONFLICTS_PAGE; i++)
        put_conflict(call, &j, &list.at[i]);
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
