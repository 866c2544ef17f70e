/* Answers as JSON. */
#include "call.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct json answer_begin(struct call *call)
{
    buf_clear(&call->response->body);
    return json_begin(&call->response->body);
}

void show_instant(struct json *j, const char *name, const struct zone *zone, utc_s at)
{
    char text[INSTANT_TEXT];
    instant_write(zone, at, text);
    json_put_str(j, name, (struct str){ text, sizeof text });
}

void show_date(struct json *j, const char *name, date_d date)
{
    char text[DATE_TEXT];
    date_write(date, text);
    json_put_str(j, name, (struct str){ text, sizeof text });
}

struct str day_state_name(enum day_state state)
{
    static const char *const names[] = { "open", "closed", "holiday" };
    return str_from(names[state]);
}

struct str hold_id(struct arena *arena, ref_t ref)
{
    return str_print(arena, "h%llx", (unsigned long long)ref);
}

struct str etag_of(struct arena *arena, int64_t version)
{
    return str_print(arena, "\"v%lld\"", (long long)version);
}

static void put_price(struct json *j, const struct price *price)
{
    json_open(j, "price", '{');
    json_put_int(j, "minutes", price->minutes);
    json_put_int(j, "cents", price->cents);
    json_open(j, "parts", '[');
    for (size_t i = 0; i < price->n_parts; i++) {
        json_start_object(j);
        json_put_str(j, "service", price->parts[i].service);
        if (price->parts[i].why.len > 0)
            json_put_str(j, "why", price->parts[i].why);
        json_put_int(j, "minutes", price->parts[i].minutes);
        json_put_int(j, "cents", price->parts[i].cents);
        json_end_object(j);
    }
    json_end_array(j);
    json_end_object(j);
}

void put_place_zone(struct json *j, const struct company *company, struct place place)
{
    const struct str zone = company_zone_at(company, place);
    if (zone.len > 0)
        json_put_str(j, "placeTimezone", zone);
}

void show_inspection(struct call *call, struct json *j, const struct inspection *record,
                     struct str personal)
{
    const struct company *company =
        (call->job.image != NULL ? call->job.image : call->image)->company;
    json_start_object(j);
    document_write_inspection(j, call->arena, company->zone, record, personal);
    json_put_str(j, "timezone", record->zone);
    if (record->property.has_place)
        put_place_zone(j, company, record->property.place);
    json_put_int(j, "version", record->version);
    json_put_bool(j, "locked", record->is_locked);
    put_price(j, &record->price);
    if (record->external_ref.len > 0)
        json_put_str(j, "externalRef", record->external_ref);
    if (record->cancel_reason.len > 0)
        json_put_str(j, "cancelReason", record->cancel_reason);
    json_end_object(j);
}

const struct image *image_of_call(const struct call *call)
{
    return call->job.image != NULL ? call->job.image : call->image;
}

static const struct company *company_of(const struct call *call)
{
    return image_of_call(call)->company;
}

/* An online key learns that the time is busy, never whose time it is; a key of one brand the same
 * of what is another brand's. */
void show_conflicts(struct call *call, struct json *j, const struct evidence *evidence, size_t n)
{
    const struct zone *zone = company_of(call)->zone;
    json_open(j, "conflicts", '[');
    for (size_t i = 0; i < n; i++) {
        const struct evidence *e = &evidence[i];
        const bool seen = sees_in_way(call, e->kind, e->owner);
        json_start_object(j);
        json_put_str(j, "kind", seen ? claim_kind_name(e->kind) : STR("busy"));
        if (seen)
            json_put_str(j, "_inspectorId", e->inspector);
        show_instant(j, "datetime", zone, e->when.start);
        show_instant(j, "endtime", zone, e->when.end);
        if (seen && e->order_number != 0)
            json_put_int(j, "orderNumber", e->order_number);
        json_end_object(j);
    }
    json_end_array(j);
}

/* ---- alternatives ---- */

/* Days around what was asked for: most often the next free time is near. */
struct reach {
    int32_t before, after;
};

static const struct reach near_days = { 1, 1 };
static const struct reach far_days = { 7, 13 };

/* At most ALTERNATIVES_MAX, the nearest first. */
static struct slot_list within(struct call *call, struct slot_query query, struct reach reach,
                               struct arena *room)
{
    const struct zone *zone = company_of(call)->zone;
    query.from = wall_date(zone_to_wall(zone, query.near)) - reach.before;
    query.days = reach.before + 1 + reach.after;
    query.limit = ALTERNATIVES_MAX;
    return slots_find(image_of_call(call), &query, room);
}

static struct slot_list nearest(struct call *call, const struct slot_query *search,
                                struct arena *room)
{
    if (search->minutes == 0)
        return (struct slot_list){ .n_slots = 0 };
    const struct slot_list list = within(call, *search, near_days, room);
    /* Within a day on either side nothing was left out. */
    if (list.n_slots == ALTERNATIVES_MAX &&
        llabs(list.slots[list.n_slots - 1].when.start - search->near) <= DAY_S)
        return list;
    return within(call, *search, far_days, room);
}

void show_nearest(struct call *call, struct json *j, const char *name,
                  const struct slot_query *search)
{
    /* Of its own: an answer may ask for many orders, one after the other. */
    struct arena room = arena_make(SIZE_MAX / 2);
    const struct slot_list list = nearest(call, search, &room);
    json_open(j, name, '[');
    for (size_t i = 0; i < list.n_slots; i++)
        show_slot(call, j, &list.slots[i]);
    json_end_array(j);
    arena_drop(&room);
}
