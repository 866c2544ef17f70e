/* One day on the wall. */
#include "oracle_parts.h"

#include <string.h>

static void day_add(struct wall_day *day, const struct world_hours *hours)
{
    for (size_t i = 0; i < hours->n_spans; i++) {
        for (int32_t m = hours->spans[i].from_min; m < hours->spans[i].to_min; m++)
            day->open[m] = true;
    }
    for (size_t i = 0; i < hours->n_starts; i++)
        day->start[hours->starts[i]] = true;
}

bool is_holiday(const struct world *world, date_d date)
{
    bool found = false;
    for (size_t i = 0; i < world->n_holidays; i++)
        found = found || world->holidays[i] == date;
    return found;
}

static bool is_seen(const struct world_opening *o, enum audience audience)
{
    const int bit = audience == AUDIENCE_ONLINE ? VISIBLE_ONLINE : VISIBLE_INTERNAL;
    return ((int)o->visibility & bit) != 0;
}

struct wall_day day_of(const struct world *world, int32_t inspector, enum audience audience,
                       date_d date, bool holidays)
{
    struct wall_day day;
    memset(&day, 0, sizeof day);
    const bool closed = holidays && is_holiday(world, date);
    bool replaced = false;
    for (size_t i = 0; i < world->n_openings; i++) {
        const struct world_opening *o = &world->openings[i];
        if (o->inspector != inspector || o->date != date)
            continue;
        if ((o->is_manual || !closed) && is_seen(o, audience))
            day_add(&day, &o->hours);
        /* Laid on the date for others only, it still is what that day is: the week is not shown
         * to those who do not see it. */
        replaced = replaced || !o->is_manual;
    }
    if (!closed && !replaced)
        day_add(&day, &world->inspectors[inspector].week[date_weekday(date)]);
    return day;
}

bool next_run(const struct wall_day *day, int32_t from, struct wall_span *ret)
{
    int32_t m = from;
    while (m < DAY_MIN && !day->open[m])
        m++;
    if (m >= DAY_MIN)
        return false;
    ret->from_min = m;
    while (day->open[m])
        m++;
    ret->to_min = m;
    return true;
}
