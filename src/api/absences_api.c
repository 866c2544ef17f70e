/* Events, Blocks and vacations. */
#include "call.h"

#include "base/block.h"

enum { TITLE_CHARS_MAX = 200 };

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

/* Both ends of the time, in days or in moments, or none of it. */
static void decode_times(struct call *call, struct json_obj *o, bool may_be_days)
{
    struct command *c = &call->job.command;
    c->whole_days = may_be_days && (json_has(o, "from") || json_has(o, "to"));
    c->has_times = c->whole_days || json_has(o, "datetime") || json_has(o, "endtime");
    if (c->whole_days) {
        c->first_day = json_get_date(o, "from");
        c->last_day = json_get_date(o, "to");
    } else if (c->has_times) {
        c->from = json_get_instant(o, "datetime");
        c->to = json_get_instant(o, "endtime");
    }
    if (c->has_times)
        judge_length(call, o);
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
    decode_times(call, &o, true);
    if (!c->has_times)
        json_fault(&o, "datetime", "type", "and endtime, or from and to, are required");
    c->title = json_opt_str(&o, "title", TITLE_CHARS_MAX);
    c->affected = decode_affected(&o);
    json_done(&o);
    return !body_is_good(call);
}

/* ---- changing ---- */

static bool absence_change(struct call *call, enum claim_kind kind)
{
    struct command *c = &call->job.command;
    struct json_obj o = body_root(call);
    c->kind = COMMAND_CHANGE_ABSENCE;
    c->absence_kind = kind;
    c->subject = call->segments[0];
    if (!decode_version(call, &o))
        return true;
    if (json_has(&o, "_inspectorId"))
        decode_inspector(call, &o);
    decode_times(call, &o, kind == CLAIM_VACATION);
    c->has_title = json_has(&o, "title");
    c->title = json_opt_str(&o, "title", TITLE_CHARS_MAX);
    c->affected = decode_affected(&o);
    json_done(&o);
    return !body_is_good(call);
}

bool event_change(struct call *call)
{
    return absence_change(call, CLAIM_EVENT);
}

bool vacation_change(struct call *call)
{
    return absence_change(call, CLAIM_VACATION);
}

/* ---- removing ---- */

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

/* Those that the key can look at. */
static int64_t conflicts_opened(struct call *call, const struct entry *e)
{
    int64_t n = 0;
    for (size_t i = 0; i < e->n_conflicts; i++)
        n += e->conflicts[i].state == CONFLICT_OPEN && sees_conflict(call, &e->conflicts[i]);
    return n;
}

/* Who could go instead is asked of the calendars as they are after it, also where nothing is kept.
 */
static void put_affected(struct call *call, struct json *j, const struct entry *e)
{
    const struct image *before = call->job.image;
    if (call->dry_run)
        call->job.image = booking_apply(before, e);
    show_affected(call, j, e);
    if (call->dry_run)
        block_free(call->job.image);
    call->job.image = before;
}

void absence_encode(struct call *call)
{
    const struct entry *e = call->job.verdict.entry;
    struct absence shown = e->absences[0];
    const struct absence *record = &shown;
    const bool vacation = record->kind == CLAIM_VACATION;
    const struct zone *zone = call->job.image->company->zone;
    struct json j = answer_begin(call);
    if (!sees_order(call, shown.inspection_id))
        shown.inspection_id = STR("");
    json_start_object(&j);
    json_key(&j, vacation ? STR("vacation") : STR("event"));
    document_write_absence(&j, call->arena, zone, record);
    json_put_int(&j, "version", record->version);
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    json_put_int(&j, "conflictsOpened", conflicts_opened(call, e));
    put_affected(call, &j, e);
    json_end_object(&j);
    http_response_header(call->response, "ETag", etag_of(call->arena, record->version));
    http_response_header(
        call->response, "Location",
        str_print(call->arena, "/%s/%.*s", vacation ? "vacation" : "event", STR_ARG(record->id)));
    (void)answer_json(call, call->dry_run || e->kind == COMMAND_CHANGE_ABSENCE ? 200 : 201);
}

void absence_remove_encode(struct call *call)
{
    call->response->status = 204;
}
