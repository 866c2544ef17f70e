/* What the search and the judge share (L1): whether a date is open for sale, where a grid lies, and
 * what a choice costs. Private to core. */
#ifndef CORE_OFFER_H
#define CORE_OFFER_H

#include "core/slots.h"

/* Of a whole date, seen from `now`, what fails and is not in `passing`: CODE_NONE, same_day_closed,
 * cutoff_passed, out_of_horizon. */
enum code date_judge(const struct company *company, const struct rules *rules,
                     enum audience audience, utc_s now, date_d date, code_set passing);

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

static inline struct gap gap_between(struct neighbours n, struct gap limits, int64_t buffer_s)
{
    struct gap gap = limits;
    if (n.claimed_end + buffer_s > gap.from)
        gap.from = n.claimed_end + buffer_s;
    if (n.absent_end > gap.from)
        gap.from = n.absent_end;
    if (n.claimed_start - buffer_s < gap.to)
        gap.to = n.claimed_start - buffer_s;
    if (n.absent_start < gap.to)
        gap.to = n.absent_start;
    return gap;
}

/* The same from merged busy time: between the spans before the next ones, and those. */
static inline struct gap gap_around(const struct busy_pair *busy, size_t next_claimed,
                                    size_t next_absent, struct gap limits, int64_t buffer_s)
{
    const struct span *claimed = busy->claimed.spans;
    const struct span *absent = busy->absent.spans;
    const struct neighbours n = {
        .claimed_end = next_claimed > 0 ? claimed[next_claimed - 1].end : INT64_MIN,
        .absent_end = next_absent > 0 ? absent[next_absent - 1].end : INT64_MIN,
        .claimed_start = next_claimed < busy->claimed.n ? claimed[next_claimed].start : INT64_MAX,
        .absent_start = next_absent < busy->absent.n ? absent[next_absent].start : INT64_MAX,
    };
    return gap_between(n, limits, buffer_s);
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
