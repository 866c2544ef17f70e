/* What the search and the judge share (L1): whether a date is open for sale, where a grid lies, and
 * what a choice costs. Private to core. */
#ifndef CORE_OFFER_H
#define CORE_OFFER_H

#include "core/slots.h"

/* Of a whole date, seen from `now`, what fails and is not in `passing`: CODE_NONE, same_day_closed,
 * cutoff_passed, out_of_horizon. */
enum code date_judge(const struct company *company, const struct rules *rules,
                     enum audience audience, utc_s now, date_d date, code_set passing);

static inline struct buffer buffer_of(const struct rules *rules)
{
    return (struct buffer){ (int64_t)rules->buffer_before_min * MINUTE_S,
                            (int64_t)rules->buffer_after_min * MINUTE_S };
}

/* Whether visits may start at this wall minute at all. */
static inline bool may_start_at(const struct policy *policy, int32_t minute)
{
    return minute % DAY_MIN >= policy->earliest_min && minute % DAY_MIN <= policy->latest_min;
}

/* The last instant up to `at`, on its day, at which visits start; INT64_MIN: none. */
static inline utc_s last_in_time(const struct zone *zone, const struct policy *policy, utc_s at)
{
    const wall_s wall = zone_to_wall(zone, at);
    const wall_s midnight = (wall_s)wall_date(wall) * DAY_S;
    if (wall_minute(wall) < policy->earliest_min)
        return INT64_MIN;
    if (wall_minute(wall) <= policy->latest_min)
        return at;
    return zone_from_wall(zone, midnight + (wall_s)policy->latest_min * MINUTE_S).first;
}

/* The stricter of what the policy and the inspector allow; NOT_FOUND: there is no maximum. */
static inline int32_t stricter(int32_t a, int32_t b)
{
    return a == NOT_FOUND || (b != NOT_FOUND && b < a) ? b : a;
}

/* The ISO week that the date lies in, from Monday's midnight to the next. */
static inline struct span week_span(const struct zone *zone, date_d date)
{
    const date_d monday = date - date_weekday(date);
    return (struct span){ date_span(zone, monday).start, date_span(zone, monday + 6).end };
}

/* Whether anybody's jobs of a week are counted. */
bool counts_weeks(const struct company *company, const struct policy *policy);

/* Whether the inspector may have one job more in the week of the date. */
static inline bool has_room_in_week(const struct company *company, const struct policy *policy,
                                    const struct inspector *who, const struct calendar *calendar,
                                    const struct look *look, date_d date)
{
    const int32_t most = stricter(policy->weekly_max, who->weekly_max);
    return most == NOT_FOUND ||
           calendar_jobs(calendar, look, week_span(company->zone, date), NULL) < most;
}

/* Of the inspector alone: whether they do what is asked for, as the rules ask it. */
bool may_do(const struct company *company, const struct rules *rules, const struct inspector *who,
            const int32_t *services, size_t n_services);

/* Whether the place lies outside: of every area, or of those the inspector works in. */
static inline bool is_outside(const struct company *company, const struct inspector *who,
                              const struct area_set *around)
{
    if (company->n_areas == 0)
        return false;
    if (who->has_areas)
        return !area_sets_meet(&who->areas, around);
    return area_set_is_empty(around);
}

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

static inline struct gap gap_between(struct neighbours n, struct gap limits, struct buffer buffer)
{
    struct gap gap = limits;
    if (n.claimed_end + buffer.before_s > gap.from)
        gap.from = n.claimed_end + buffer.before_s;
    if (n.absent_end > gap.from)
        gap.from = n.absent_end;
    if (n.claimed_start - buffer.after_s < gap.to)
        gap.to = n.claimed_start - buffer.after_s;
    if (n.absent_start < gap.to)
        gap.to = n.absent_start;
    return gap;
}

/* The same from merged busy time: between the spans before the next ones, and those. */
static inline struct gap gap_around(const struct busy_pair *busy, size_t next_claimed,
                                    size_t next_absent, struct gap limits, struct buffer buffer)
{
    const struct span *claimed = busy->claimed.spans;
    const struct span *absent = busy->absent.spans;
    const struct neighbours n = {
        .claimed_end = next_claimed > 0 ? claimed[next_claimed - 1].end : INT64_MIN,
        .absent_end = next_absent > 0 ? absent[next_absent - 1].end : INT64_MIN,
        .claimed_start = next_claimed < busy->claimed.n ? claimed[next_claimed].start : INT64_MAX,
        .absent_start = next_absent < busy->absent.n ? absent[next_absent].start : INT64_MAX,
    };
    return gap_between(n, limits, buffer);
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
