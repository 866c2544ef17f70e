/* What is said of a day, taken at its word, minute by minute. */
#include "oracle_parts.h"

#include <string.h>

/* Those minutes of hours said of the date `on` that fall on `date`, itself or the day after. */
static void day_add(struct wall_day *day, const struct world_hours *hours, date_d on, date_d date)
{
    for (size_t i = 0; i < hours->n_spans; i++) {
        for (int32_t m = hours->spans[i].from_min; m < hours->spans[i].to_min; m++) {
            if (on + m / DAY_MIN == date)
                day->open[m % DAY_MIN] = true;
        }
    }
    for (size_t i = 0; i < hours->n_starts && on == date; i++)
        day->start[hours->starts[i]] = true;
}

bool is_holiday(const struct world *world, int32_t inspector, date_d date)
{
    bool found = false;
    for (size_t i = 0; i < world->n_holidays; i++)
        found =
            found || (world->holidays[i].date == date && !world->holidays[i].is_worked[inspector]);
    return found;
}

/* A row of the week says nothing of dates it does not cover, nor where a younger one does. */
static bool is_row_of(const struct world_week_row *row, date_d date)
{
    return row->weekday == date_weekday(date) && date >= row->valid_from && date <= row->valid_to;
}

static bool is_younger_row(const struct world_inspector *said, date_d than, date_d date)
{
    bool found = false;
    for (size_t i = 0; i < said->n_dated; i++)
        found = found || (is_row_of(&said->dated[i], date) && said->dated[i].valid_from > than);
    return found;
}

static void week_add(struct wall_day *day, const struct world_inspector *said, date_d on,
                     date_d date)
{
    if (!is_younger_row(said, INT32_MIN, on))
        day_add(day, &said->week[date_weekday(on)], on, date);
    for (size_t i = 0; i < said->n_dated; i++) {
        const struct world_week_row *row = &said->dated[i];
        if (is_row_of(row, on) && !is_younger_row(said, row->valid_from, on))
            day_add(day, &row->hours, on, date);
    }
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
    for (date_d on = date - 1; on <= date; on++) {
        /* What was to begin on a holiday is off whole, what was to reach into one is off there. */
        const bool closed =
            holidays && (is_holiday(world, inspector, on) || is_holiday(world, inspector, date));
        bool replaced = false;
        for (size_t i = 0; i < world->n_openings; i++) {
            const struct world_opening *o = &world->openings[i];
            if (o->inspector != inspector || o->date != on)
                continue;
            if ((o->is_manual || !closed) && is_seen(o, audience))
                day_add(&day, &o->hours, on, date);
            /* Laid on the date for others only, it still is what that day is: the week is not
             * shown to those who do not see it. */
            replaced = replaced || !o->is_manual;
        }
        if (!closed && !replaced)
            week_add(&day, &world->inspectors[inspector], on, date);
    }
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
