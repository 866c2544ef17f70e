/* GET /schedule/capacity: how full each day is, and what still goes in. */
#include "call.h"

#include "core/capacity.h"

struct who { /* whose days are asked for: indices */
    const int32_t *at;
    size_t n;
};

/* Those that are named, else all who still work here. */
static struct who people_of(struct call *call, const struct slot_query *query)
{
    const struct company *company = call->image->company;
    struct who who = { query->inspectors, query->n_inspectors };
    if (who.n > 0)
        return who;
    int32_t *at = arena_array(&call->work, int32_t, company->n_inspectors);
    for (size_t i = 0; i < company->n_inspectors; i++) {
        if (company->inspectors[i].is_active)
            at[who.n++] = (int32_t)i;
    }
    who.at = at;
    return who;
}

static void put_minutes(struct json *j, const struct capacity_cell *cell)
{
    json_put_int(j, "openMinutes", cell->open_s / MINUTE_S);
    json_put_int(j, "takenMinutes", cell->taken_s / MINUTE_S);
    json_put_int(j, "freeMinutes", (cell->open_s - cell->taken_s) / MINUTE_S);
    json_put_int(j, "fits", cell->fits);
}

static struct capacity_cell total_of(const struct capacity_cell *const *cells, size_t n, size_t day)
{
    struct capacity_cell total = { .state = DAY_CLOSED };
    for (size_t i = 0; i < n; i++) {
        const struct capacity_cell *cell = &cells[i][day];
        total.open_s += cell->open_s;
        total.taken_s += cell->taken_s;
        total.fits += cell->fits;
        if (cell->state == DAY_OPEN || total.state == DAY_CLOSED)
            total.state = cell->state;
    }
    return total;
}

static void put_day(struct call *call, struct json *j, const struct who *who,
                    const struct capacity_cell *const *cells, size_t day)
{
    const struct capacity_cell total = total_of(cells, who->n, day);
    json_put_str(j, "state", day_state_name(total.state));
    put_minutes(j, &total);
    json_open(j, "inspectors", '[');
    for (size_t i = 0; i < who->n; i++) {
        json_start_object(j);
        json_put_str(j, "_inspectorId", call->image->company->inspectors[who->at[i]].id);
        put_minutes(j, &cells[i][day]);
        json_end_object(j);
    }
    json_end_array(j);
}

bool capacity_handle(struct call *call)
{
    struct slots_ask ask;
    if (!capacity_query_read(call, &ask))
        return true;
    const struct who who = people_of(call, &ask.query);
    const struct capacity_cell **cells =
        arena_array(&call->work, const struct capacity_cell *, who.n);
    for (size_t i = 0; i < who.n; i++)
        cells[i] = capacity_find(call->image, &ask.query, who.at[i], &call->work);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_put_str(&j, "timezone", call->image->company->zone_name);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_put_int(&j, "durationMinutes", ask.query.minutes);
    json_open(&j, "days", '[');
    for (int32_t d = 0; d < ask.query.days; d++) {
        json_start_object(&j);
        show_date(&j, "date", ask.query.from + d);
        put_day(call, &j, &who, cells, (size_t)d);
        json_end_object(&j);
    }
    json_end_array(&j);
    json_end_object(&j);
    return answer_json(call, 200);
}
