/* What the search and the judge share (L1): whether a date is open for sale, where a grid lies, and
 * what a choice costs. Private to core. */
#ifndef CORE_OFFER_H
#define CORE_OFFER_H

#include "core/slots.h"

/* Of a whole date, seen from `now`: CODE_NONE, same_day_closed, cutoff_passed, out_of_horizon. */
enum code date_judge(const struct company *company, const struct rules *rules,
                     enum audience audience, utc_s now, date_d date);

/* The first wall minute >= span.from_min that is on the grid of a span or clock anchor. */
static inline int32_t grid_first(const struct rules *rules, struct wall_span span)
{
    if (rules->anchor != ANCHOR_CLOCK)
        return span.from_min;
    return (span.from_min + rules->step_min - 1) / rules->step_min * rules->step_min;
}

/* The wall minute from which the grid of a free gap counts: the span's own where the gap is as old
 * as the span, else the gap's first whole minute. Grids count on the wall, also where a gap begins.
 */
static inline int32_t gap_grid_first(const struct zone *zone, const struct open_span *span,
                                     utc_s gap_from)
{
    if (gap_from <= span->when.start)
        return span->wall.from_min;
    return wall_minute(zone_to_wall(zone, gap_from + MINUTE_S - 1));
}

/* Free time around a start: what lies between the neighbours, within [lo, hi]. */
struct gap {
    utc_s from, to;
};

static inline struct gap gap_around(const struct busy *claimed, size_t next_claimed,
                                    const struct busy *absent, size_t next_absent,
                                    struct gap limits, int64_t buffer_s)
{
    struct gap gap = limits;
    if (next_claimed > 0 && claimed->spans[next_claimed - 1].end + buffer_s > gap.from)
        gap.from = claimed->spans[next_claimed - 1].end + buffer_s;
    if (next_absent > 0 && absent->spans[next_absent - 1].end > gap.from)
        gap.from = absent->spans[next_absent - 1].end;
    if (next_claimed < claimed->n && claimed->spans[next_claimed].start - buffer_s < gap.to)
        gap.to = claimed->spans[next_claimed].start - buffer_s;
    if (next_absent < absent->n && absent->spans[next_absent].start < gap.to)
        gap.to = absent->spans[next_absent].start;
    return gap;
}

enum {
    COST_MAX = (1 << 20) - 1,
    COST_PER_JOB_MIN = 15,        /* fairness: a day with a job more is as bad as 15 lost minutes */
    COST_NOT_REQUESTED_MIN = 480, /* the customer asked for somebody else */
};

/* Minutes of usable time that the choice destroys: what is left of the gap on either side and is
 * too short for the shortest visit. A start slot destroys nothing: its neighbours stay starts. */
static inline int32_t cost_of(struct gap gap, struct span when, int32_t shortest_min, int32_t jobs)
{
    const int64_t shortest_s = (int64_t)shortest_min * MINUTE_S;
    const int64_t before = when.start - gap.from;
    const int64_t after = gap.to - when.end;
    int64_t lost = 0;
    if (before > 0 && before < shortest_s)
        lost += before;
    if (after > 0 && after < shortest_s)
        lost += after;
    return (int32_t)(lost / MINUTE_S) + jobs * COST_PER_JOB_MIN;
}

#endif
