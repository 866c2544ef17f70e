/* GET /calendar: people's days, their hours and what lies in them.
 *
 *  Hours are those that staff book in. To a key of one brand another brand's orders and holds are
 *  time that is taken, and no more. */
#include "call.h"

#include <stdio.h>

/* A lane has so many days, and a board so many of them all. */
enum { BOARD_DAYS_MAX = 20000, HHMM_BYTES = 16 };

static void put_minute(struct json *j, int32_t minute)
{
    char text[HHMM_BYTES];
    const int len = snprintf(text, sizeof text, "%02d:%02d", minute / 60, minute % 60);
    json_str(j, (struct str){ text, (size_t)len });
}

static void put_hours(struct json *j, const struct day_open *day)
{
    json_open(j, "spans", '[');
    for (size_t i = 0; i < day->n_spans; i++) {
        json_start_array(j);
        put_minute(j, day->spans[i].wall.from_min);
        put_minute(j, day->spans[i].wall.to_min);
        json_end_array(j);
    }
    json_end_array(j);
    json_open(j, "starts", '[');
    for (size_t i = 0; i < day->n_starts; i++)
        put_minute(j, day->starts[i]);
    json_end_array(j);
}

static void put_inspection(struct json *j, const struct board_item *item)
{
    const struct inspection *record = item->inspection;
    json_put_str(j, "_id", record->id);
    json_put_int(j, "orderNumber", record->order_number);
    json_put_str(j, "status", status_name(record->status));
    json_put_bool(j, "locked", record->is_locked);
    json_put_str(j, "brand", record->brand);
    for (size_t i = 0; i < record->n_assignments; i++) {
        if (record->assignments[i].claim == item->claim.ref)
            json_put_str(j, "role", record->assignments[i].role);
    }
    strs_put(j, "services", record->services);
}

static void put_absence(struct call *call, struct json *j, const struct absence *record)
{
    json_put_str(j, "_id", record->id);
    if (record->title.len > 0)
        json_put_str(j, "title", record->title);
    if (record->inspection_id.len > 0 && sees_order(call, record->inspection_id))
        json_put_str(j, "_inspectionId", record->inspection_id);
    json_put_int(j, "version", record->version);
}

/* What the key may know of it; false: that the time is taken. */
static bool is_seen(const struct call *call, const struct board_item *item)
{
    const struct hold *hold;
    if (call->actor.brand.len == 0 || item->absence != NULL)
        return true;
    if (item->inspection != NULL)
        return actor_sees(&call->actor, item->inspection->brand);
    hold = image_find_hold(call->image, item->claim.owner);
    return hold != NULL && actor_sees(&call->actor, hold->brand);
}

static void put_item(struct call *call, struct json *j, const struct board_item *item)
{
    const struct zone *zone = call->image->company->zone;
    const bool seen = is_seen(call, item);
    json_start_object(j);
    json_put_str(j, "kind",
                 seen ? claim_kind_name((enum claim_kind)item->claim.kind) : STR("busy"));
    show_instant(j, "datetime", zone, item->claim.when.start);
    show_instant(j, "endtime", zone, item->claim.when.end);
    if (seen && item->inspection != NULL) {
        put_inspection(j, item);
    } else if (seen && item->absence != NULL) {
        put_absence(call, j, item->absence);
    } else if (seen) {
        json_put_str(j, "_id", hold_id(call->arena, item->claim.owner));
        show_instant(j, "expiresAt", zone, item->claim.expires_at);
    }
    json_end_object(j);
}

/* Items come by start: *first is where a day's may begin, as far as what lies before it has ended.
 */
static void put_items(struct call *call, struct json *j, const struct board_lane *lane,
                      struct span day, size_t *first)
{
    bool all_ended = true;
    json_open(j, "items", '[');
    for (size_t i = *first; i < lane->n_items && lane->items[i].claim.when.start < day.end; i++) {
        const struct claim *claim = &lane->items[i].claim;
        if (span_overlaps(claim->when, day) && claim_is_live(claim, call->now))
            put_item(call, j, &lane->items[i]);
        all_ended = all_ended && claim->when.end <= day.end;
        if (all_ended)
            *first = i + 1;
    }
    json_end_array(j);
}

static void put_lane_conflicts(struct call *call, struct json *j, struct str inspector,
                               struct span window)
{
    json_open(j, "conflicts", '[');
    for (size_t i = 0; i < call->image->n_conflicts; i++) {
        const struct conflict *c = call->image->conflicts[i];
        if (str_equal(c->inspector, inspector) &&
            (span_overlaps(c->a.when, window) || span_overlaps(c->b.when, window)) &&
            sees_conflict(call, c))
            show_conflict(call, j, c);
    }
    json_end_array(j);
}

static void put_day(struct call *call, struct json *j, const struct day_open *day)
{
    const struct holiday *holiday = company_find_holiday(call->image->company, day->date);
    show_date(j, "date", day->date);
    json_put_str(j, "state", day_state_name(day->state));
    if (holiday != NULL)
        json_put_str(j, "holiday", holiday->name);
    put_hours(j, day);
}

struct board { /* whose days, from when to when */
    struct call *call;
    struct json *json;
    const struct slot_query *query;
    const int32_t *who;
    struct strs names;
    struct span window;
};

static void put_lane(void *context, const struct board_lane *lane)
{
    const struct board *board = context;
    struct call *call = board->call;
    struct json *j = board->json;
    const struct slot_query *q = board->query;
    const int32_t at = board->who[lane->at];
    const struct inspector *who = &call->image->company->inspectors[at];
    const struct hours hours =
        image_hours(call->image, at, AUDIENCE_INTERNAL, q->from, (size_t)q->days, lane->arena);
    size_t first = 0;
    json_start_object(j);
    json_put_str(j, "_inspectorId", who->id);
    json_put_str(j, "name", who->name);
    json_open(j, "days", '[');
    for (size_t d = 0; d < hours.n_days; d++) {
        json_start_object(j);
        put_day(call, j, &hours.days[d]);
        put_items(call, j, lane, hours.days[d].day, &first);
        json_end_object(j);
    }
    json_end_array(j);
    put_lane_conflicts(call, j, who->id, board->window);
    json_end_object(j);
}

/* Everybody who is named, else everybody who works here. */
static void people_choose(struct call *call, struct board *board)
{
    const struct company *company = call->image->company;
    const struct slot_query *q = board->query;
    const size_t n = q->n_inspectors > 0 ? q->n_inspectors : company->n_inspectors;
    int32_t *who = arena_array(&call->work, int32_t, n);
    struct str *names = arena_array(&call->work, struct str, n);
    for (size_t i = 0; i < n; i++) {
        const int32_t at = q->n_inspectors > 0 ? q->inspectors[i] : (int32_t)i;
        if (q->n_inspectors == 0 && !company->inspectors[at].is_active)
            continue;
        who[board->names.n] = at;
        names[board->names.n++] = company->inspectors[at].id;
    }
    board->who = who;
    board->names.at = names;
}

bool calendar_handle(struct call *call)
{
    struct slots_ask ask;
    struct il_err err;
    if (!calendar_query_read(call, &ask))
        return true;
    const struct zone *zone = call->image->company->zone;
    struct json j = answer_begin(call);
    struct board board = { .call = call, .json = &j, .query = &ask.query };
    board.window = (struct span){ date_span(zone, ask.query.from).start,
                                  date_span(zone, ask.query.from + ask.query.days - 1).end };
    people_choose(call, &board);
    if (board.names.n * (size_t)ask.query.days > BOARD_DAYS_MAX)
        return answer_code(call, CODE_out_of_range, "/days",
                           STR("is too many for so many inspectors: ask for fewer of either"));
    json_start_object(&j);
    json_put_str(&j, "timezone", call->image->company->zone_name);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_open(&j, "inspectors", '[');
    const struct lookup in = lookup_of(call);
    if (desk_board(&in, board.window, board.names, put_lane, &board, &err) != IL_OK)
        return answer_fault(call, &err);
    json_end_array(&j);
    json_end_object(&j);
    return answer_json(call, 200);
}
