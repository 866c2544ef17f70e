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

void show_inspection(struct call *call, struct json *j, const struct inspection *record,
                     struct str personal)
{
    const struct company *company =
        (call->job.image != NULL ? call->job.image : call->image)->company;
    json_start_object(j);
    document_write_inspection(j, call->arena, company->zone, record, personal);
    json_put_str(j, "timezone", record->zone);
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

/* An online key learns that the time is busy, never whose time it is. */
void show_conflicts(struct call *call, struct json *j, const struct evidence *evidence, size_t n)
{
    const struct zone *zone = company_of(call)->zone;
    json_open(j, "conflicts", '[');
    for (size_t i = 0; i < n; i++) {
        const struct evidence *e = &evidence[i];
        json_start_object(j);
        json_put_str(j, "kind", is_online(call) ? STR("busy") : claim_kind_name(e->kind));
        if (!is_online(call))
            json_put_str(j, "_inspectorId", e->inspector);
        show_instant(j, "datetime", zone, e->when.start);
        show_instant(j, "endtime", zone, e->when.end);
        if (!is_online(call) && e->order_number != 0)
            json_put_int(j, "orderNumber", e->order_number);
        json_end_object(j);
    }
    json_end_array(j);
}

/* ---- alternatives ---- */

struct near { /* what asked-for slots are compared by */
    utc_s asked;
    int32_t inspector; /* NOT_FOUND: any */
};

static bool is_nearer(const struct near *near, const struct slot *a, const struct slot *b)
{
    const int64_t da = llabs(a->when.start - near->asked);
    const int64_t db = llabs(b->when.start - near->asked);
    const bool same_a = a->inspectors[0] == near->inspector;
    const bool same_b = b->inspectors[0] == near->inspector;
    if (da != db)
        return da < db;
    if (same_a != same_b)
        return same_a;
    return a->when.start < b->when.start;
}

static size_t nearest(const struct near *near, const struct slot_list *list, struct slot *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < list->n_slots; i++) {
        const struct slot *s = &list->slots[i];
        if (n == ALTERNATIVES_MAX && !is_nearer(near, s, &ret[n - 1]))
            continue;
        size_t k = n < ALTERNATIVES_MAX ? n++ : n - 1;
        for (; k > 0 && is_nearer(near, s, &ret[k - 1]); k--)
            ret[k] = ret[k - 1];
        ret[k] = *s;
    }
    return n;
}

/* Days around what was asked for: most often the next free time is near. */
struct reach {
    int32_t before, after;
};

static const struct reach near_days = { 1, 1 };
static const struct reach far_days = { 7, 13 };

/* The query that would list what this command asks for. False: nothing can be listed. */
static bool query_for(struct call *call, struct reach reach, struct slot_query *ret)
{
    const struct verdict *v = &call->job.verdict;
    const struct company *company = company_of(call);
    const struct command *c = &call->job.command;
    /* All of the days are looked at: the nearest may be the last in time. */
    enum { ALTERNATIVES_SEEN_MAX = 1 << 20 };
    if (span_is_empty(v->asked))
        return false;
    const struct strs names = c->want.services;
    int32_t *services = arena_array(call->arena, int32_t, names.n);
    *ret = (struct slot_query){ .audience = is_online(call) ? AUDIENCE_ONLINE : AUDIENCE_INTERNAL,
                                .services = services,
                                .requested = NOT_FOUND,
                                .count = 1,
                                .order = ORDER_TIME,
                                .limit = ALTERNATIVES_SEEN_MAX };
    for (size_t i = 0; i < names.n; i++) {
        services[i] = company_find_service(company, names.at[i]);
        if (services[i] == NOT_FOUND)
            return false;
        if (company->services[services[i]].inspectors > ret->count)
            ret->count = company->services[services[i]].inspectors;
    }
    ret->n_services = names.n;
    ret->brand =
        company_find_brand(company, c->want.brand.len > 0 ? c->want.brand : call->actor.brand);
    ret->minutes = (int32_t)((v->asked.end - v->asked.start) / MINUTE_S);
    ret->from = wall_date(zone_to_wall(company->zone, v->asked.start)) - reach.before;
    ret->days = reach.before + 1 + reach.after;
    ret->look = (struct look){ .now = call->now, .without = { c->hold, 0 } };
    return ret->minutes >= 1 && ret->minutes <= VISIT_MINUTES_MAX;
}

/* At most ALTERNATIVES_MAX, the nearest first. */
static size_t alternatives_find(struct call *call, struct slot *ret)
{
    const struct verdict *v = &call->job.verdict;
    struct slot_query query;
    const struct near near = {
        v->asked.start,
        v->asked_inspectors.n == 0
            ? NOT_FOUND
            : company_find_inspector(company_of(call), v->asked_inspectors.at[0]),
    };
    if (!query_for(call, near_days, &query))
        return 0;
    struct slot_list list = slots_find(call->job.image, &query, &call->work);
    size_t n = nearest(&near, &list, ret);
    /* Within a day on either side nothing was left out. */
    if (n == ALTERNATIVES_MAX && llabs(ret[n - 1].when.start - near.asked) <= DAY_S)
        return n;
    if (!query_for(call, far_days, &query))
        return 0;
    list = slots_find(call->job.image, &query, &call->work);
    return nearest(&near, &list, ret);
}

void show_alternatives(struct call *call, struct json *j)
{
    struct slot found[ALTERNATIVES_MAX];
    const size_t n = alternatives_find(call, found);
    json_open(j, "alternatives", '[');
    for (size_t i = 0; i < n; i++)
        show_slot(call, j, &found[i]);
    json_end_array(j);
}
