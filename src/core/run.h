/* Runs of starts: what slot search walks where no clock changes. Private to core. */
#ifndef CORE_RUN_H
#define CORE_RUN_H

#include "offer.h"

/* A run of starts `step_s` apart, the last at or before `last`, on a day of one offset. The run is
 * taken gap by gap: what is free is written in one stretch, what is taken is counted and skipped.
 */
struct run {
    utc_s start, last;
    int64_t step_s;
    int32_t minute, step_min; /* the same on the wall */
    struct gap limits;
};

static inline int32_t run_count(const struct run *run, utc_s end)
{
    return run->start > end ? 0 : (int32_t)((end - run->start) / run->step_s) + 1;
}

static inline void run_skip(struct run *run, int32_t n)
{
    run->start += n * run->step_s;
    run->minute += n * run->step_min;
}

/* Starts before `at`, at least one when `at` is later than the run's start. */
static inline int32_t run_before(const struct run *run, utc_s at)
{
    const utc_s end = at - 1 < run->last ? at - 1 : run->last;
    return run_count(run, end);
}

/* To the time of day in which visits start; minutes of a run count as its instants do. */
static inline void run_clip(struct run *run, const struct policy *policy)
{
    const utc_s midnight = run->start - (utc_s)run->minute * MINUTE_S;
    const utc_s last = midnight + (utc_s)policy->latest_min * MINUTE_S;
    if (policy->earliest_min > run->minute)
        run_skip(run, run_before(run, midnight + (utc_s)policy->earliest_min * MINUTE_S));
    run->last = last < run->last ? last : run->last;
}

#endif
