/* Minute by minute. Nothing here is clever, and nothing here may be shared with core. */
#include "oracle_parts.h"

#include <assert.h>
#include <string.h>

enum { MARGIN_DAYS = 3, DAY_CANDIDATES = DAY_MIN };

#define CODE_BIT(name) ((code_set)1 << CODE_##name)

/* ---- all minutes around the days asked about ---- */

struct open_minutes {
    bool *open;
    bool *cut; /* a span begins here that is not the one before going on */
};

struct minutes {
    utc_s base;
    size_t n;
    struct open_minutes usual;
    struct open_minutes without_holidays;
    bool *taken; /* a visit may not contain such a minute: buffers are in it */
};

static size_t minute_at(const struct minutes *all, utc_s at)
{
    assert((at - all->base) % MINUTE_S == 0);
    assert(at >= all->base && (size_t)((at - all->base) / MINUTE_S) < all->n);
    return (size_t)((at - all->base) / MINUTE_S);
}

static void mark(const struct minutes *all, bool *what, struct span when)
{
    for (utc_s at = when.start; at < when.end; at += MINUTE_S) {
        assert((at - all->base) % MINUTE_S == 0);
        if (at >= all->base && at < all->base + (utc_s)all->n * MINUTE_S)
            what[(at - all->base) / MINUTE_S] = true;
    }
}

static bool is_counted(const struct claim *c, const struct look *look)
{
    if (c->kind == CLAIM_HOLD && c->expires_at <= look->now)
        return false;
    return (look->without[0] == 0 || c->owner != look->without[0]) &&
           (look->without[1] == 0 || c->owner != look->without[1]);
}

static bool takes_part(const struct claim *c)
{
    return c->kind == CLAIM_INSPECTION || c->kind == CLAIM_HOLD;
}

struct asked { /* of one inspector */
    const struct world *world;
    const struct rules *rules;
    enum audience audience;
    int32_t inspector;
    int32_t minutes;
    struct look look;
    bool has_place;
    struct place place;
};

/* Whether the last span of the day before ends at the instant `midnight`. */
static bool ends_at(const struct asked *asked, const struct wall_day *before, date_d date,
                    utc_s midnight)
{
    struct wall_span run = { 0, 0 };
    bool found = false;
    while (next_run(before, run.to_min, &run))
        found = world_instant(asked->world->zone, date, run.to_min) == midnight;
    return found;
}

/* Two spans are one for a visit when they meet at midnight, and only then: not where the clock
 * skips what lies between them on one day. */
static void mark_hours(const struct asked *asked, const struct minutes *all, date_d date,
                       bool holidays)
{
    const struct zone *zone = asked->world->zone;
    const struct open_minutes *marked = holidays ? &all->usual : &all->without_holidays;
    const struct wall_day before =
        day_of(asked->world, asked->inspector, asked->audience, date - 1, holidays);
    const struct wall_day day =
        day_of(asked->world, asked->inspector, asked->audience, date, holidays);
    struct wall_span run = { 0, 0 };
    while (next_run(&day, run.to_min, &run)) {
        const struct span when = { world_instant(zone, date, run.from_min),
                                   world_instant(zone, date, run.to_min) };
        mark(all, marked->open, when);
        marked->cut[minute_at(all, when.start)] = when.start != world_instant(zone, date, 0) ||
                                                  !ends_at(asked, &before, date - 1, when.start);
    }
}

static bool fits(const struct minutes *all, const struct open_minutes *marked, struct span when)
{
    bool fit = true;
    for (utc_s at = when.start; at < when.end && fit; at += MINUTE_S)
        fit = marked->open[minute_at(all, at)] &&
              (at == when.start || !marked->cut[minute_at(all, at)]);
    return fit;
}

static struct minutes minutes_of(const struct asked *asked, date_d from, int32_t days,
                                 struct arena *arena)
{
    struct minutes all = { .base = world_instant(asked->world->zone, from - MARGIN_DAYS, 0) };
    all.n = (size_t)(days + 2 * MARGIN_DAYS + 1) * DAY_MIN;
    all.usual =
        (struct open_minutes){ arena_array(arena, bool, all.n), arena_array(arena, bool, all.n) };
    all.without_holidays =
        (struct open_minutes){ arena_array(arena, bool, all.n), arena_array(arena, bool, all.n) };
    all.taken = arena_array(arena, bool, all.n);
    for (date_d d = from - MARGIN_DAYS + 1; d < from + days + MARGIN_DAYS - 1; d++) {
        mark_hours(asked, &all, d, true);
        mark_hours(asked, &all, d, false);
    }
    for (size_t i = 0; i < asked->world->n_claims; i++) {
        const struct world_claim *w = &asked->world->claims[i];
        if (w->inspector != asked->inspector || !is_counted(&w->claim, &asked->look))
            continue;
        /* A visit that ends less than its time after before the claim is in its way, and so is one
         * that begins less than its time before after it. */
        const bool keeps = takes_part(&w->claim);
        const int64_t before_s = keeps ? (int64_t)asked->rules->buffer_before_min * MINUTE_S : 0;
        const int64_t after_s = keeps ? (int64_t)asked->rules->buffer_after_min * MINUTE_S : 0;
        mark(&all, all.taken,
             (struct span){ w->claim.when.start - after_s, w->claim.when.end + before_s });
    }
    return all;
}

static bool is_free(const struct minutes *all, struct span when)
{
    bool free = true;
    for (utc_s at = when.start; at < when.end && free; at += MINUTE_S)
        free = !all->taken[minute_at(all, at)];
    return free;
}

/* ---- grids ---- */

struct grid {
    bool on[DAY_MIN]; /* a candidate that has to fit into open time */
};

static void grid_gaps(const struct asked *asked, const struct minutes *all, date_d date,
                      struct wall_span run, struct grid *ret)
{
    const struct zone *zone = asked->world->zone;
    const utc_s from = world_instant(zone, date, run.from_min);
    const utc_s to = world_instant(zone, date, run.to_min);
    for (utc_s at = from; at < to; at += MINUTE_S) {
        if (all->taken[minute_at(all, at)] ||
            (at > from && !all->taken[minute_at(all, at - MINUTE_S)]))
            continue;
        utc_s end = at;
        while (end < to && !all->taken[minute_at(all, end)])
            end += MINUTE_S;
        /* Wall minutes are counted from where the gap begins; where that is in a gap of the clock
         * or in hours that began before one, from where the span begins on the wall. */
        const int32_t first = at == from ? run.from_min : wall_minute(zone_to_wall(zone, at));
        for (int32_t m = first; m < run.to_min; m += asked->rules->step_min) {
            const utc_s start = world_instant(zone, date, m);
            if (start >= at && start < end)
                ret->on[m] = true;
        }
    }
}

static void grid_run(const struct asked *asked, const struct minutes *all, date_d date,
                     struct wall_span run, struct grid *ret)
{
    const int32_t step = asked->rules->step_min;
    if (asked->rules->anchor == ANCHOR_GAP) {
        grid_gaps(asked, all, date, run, ret);
        return;
    }
    for (int32_t m = run.from_min; m < run.to_min; m++) {
        const int32_t since = asked->rules->anchor == ANCHOR_CLOCK ? m : m - run.from_min;
        if (since % step == 0)
            ret->on[m] = true;
    }
}

static struct grid grid_of(const struct asked *asked, const struct minutes *all, date_d date)
{
    struct grid grid;
    memset(&grid, 0, sizeof grid);
    const struct wall_day day = day_of(asked->world, asked->inspector, asked->audience, date, true);
    struct wall_span run = { 0, 0 };
    while (next_run(&day, run.to_min, &run))
        grid_run(asked, all, date, run, &grid);
    return grid;
}

static bool exists(const struct zone *zone, date_d date, int32_t minute)
{
    const wall_s wall = (wall_s)date * DAY_S + (wall_s)minute * MINUTE_S;
    return zone_from_wall(zone, wall).kind != WALL_GAP;
}

/* ---- rules ---- */

static const struct rules *rules_of(const struct world *world, int32_t brand)
{
    return brand <= 0 ? &world->rules : &world->brands[brand - 1].rules;
}

code_set oracle_rules(const struct world *world, int32_t brand, enum audience audience, utc_s now,
                      utc_s start)
{
    const struct rules *rules = rules_of(world, brand);
    const struct policy *policy = &rules->policy[audience];
    const wall_s wall_now = zone_to_wall(world->zone, now);
    const date_d today = wall_date(wall_now);
    const date_d date = wall_date(zone_to_wall(world->zone, start));
    /* A start in the past is too soon as well, and the contract lists that first. */
    if (start < now)
        return CODE_BIT(in_past) | CODE_BIT(too_soon);
    if (start < now + (int64_t)policy->notice_min * MINUTE_S)
        return CODE_BIT(too_soon);
    if (date == today && !policy->same_day)
        return CODE_BIT(same_day_closed);
    if (date == today + 1 && policy->cutoff_min != NOT_FOUND &&
        wall_minute(wall_now) >= policy->cutoff_min)
        return CODE_BIT(cutoff_passed);
    if (date > today + policy->horizon_days)
        return CODE_BIT(out_of_horizon);
    return (code_set)1 << CODE_NONE;
}

static bool is_between(date_d date, date_d first, date_d last)
{
    return first <= date && date <= last;
}

/* Jobs that start on these dates: one for each thing that they belong to. */
static int32_t jobs_on(const struct asked *asked, date_d first, date_d last)
{
    const struct world *world = asked->world;
    int32_t jobs = 0;
    for (size_t i = 0; i < world->n_claims; i++) {
        const struct world_claim *w = &world->claims[i];
        bool counts =
            w->inspector == asked->inspector && takes_part(&w->claim) &&
            is_counted(&w->claim, &asked->look) &&
            is_between(wall_date(zone_to_wall(world->zone, w->claim.when.start)), first, last);
        for (size_t k = 0; k < i && counts; k++) {
            const struct world_claim *e = &world->claims[k];
            counts =
                e->inspector != w->inspector || e->claim.owner != w->claim.owner ||
                !is_between(wall_date(zone_to_wall(world->zone, e->claim.when.start)), first, last);
        }
        jobs += counts;
    }
    return jobs;
}

static bool is_used_up(int32_t jobs, int32_t most)
{
    return most != NOT_FOUND && jobs >= most;
}

static bool is_full(const struct asked *asked, date_d date)
{
    const int32_t jobs = jobs_on(asked, date, date);
    return is_used_up(jobs, asked->world->inspectors[asked->inspector].daily_max) ||
           is_used_up(jobs, asked->rules->policy[asked->audience].daily_max);
}

static bool is_week_full(const struct asked *asked, date_d date)
{
    date_d monday = date;
    while (date_weekday(monday) != 0)
        monday--;
    const int32_t jobs = jobs_on(asked, monday, monday + 6);
    return is_used_up(jobs, asked->world->inspectors[asked->inspector].weekly_max) ||
           is_used_up(jobs, asked->rules->policy[asked->audience].weekly_max);
}

/* Whether the clock shows a time of day at which nobody starts. */
static bool is_off_hours(const struct asked *asked, utc_s start)
{
    const struct policy *policy = &asked->rules->policy[asked->audience];
    const int32_t minute = wall_minute(zone_to_wall(asked->world->zone, start));
    return minute < policy->earliest_min || minute > policy->latest_min;
}

/* Whether the inspector does not go there by the rules of the audience. */
static bool is_too_far(const struct asked *asked)
{
    const struct world *world = asked->world;
    const struct world_inspector *who = &world->inspectors[asked->inspector];
    bool goes = false;
    if (!asked->has_place || world->n_areas == 0 ||
        asked->rules->policy[asked->audience].outside_area != AREA_REFUSE)
        return false;
    for (size_t i = 0; i < world->n_areas; i++) {
        bool is_theirs = who->n_areas == 0;
        for (size_t k = 0; k < who->n_areas; k++)
            is_theirs = is_theirs || who->areas[k] == (int32_t)i;
        goes = goes || (is_theirs && oracle_in_area(&world->areas[i], asked->place));
    }
    return !goes;
}

static bool is_able(const struct world *world, int32_t brand, int32_t inspector,
                    const int32_t *services, size_t n)
{
    bool able = true;
    for (size_t i = 0; i < n; i++) {
        if (world->services[services[i]].is_addon &&
            rules_of(world, brand)->addon_ability == ADDON_WARN)
            continue;
        able = able && !world->inspectors[inspector].cannot[services[i]];
    }
    return able;
}

/* ---- the list ---- */

static void list_add(struct oracle_list *list, struct oracle_offer offer)
{
    size_t k = list->n++;
    for (; k > 0 &&
           (list->at[k - 1].start > offer.start ||
            (list->at[k - 1].start == offer.start && list->at[k - 1].inspector > offer.inspector));
         k--)
        list->at[k] = list->at[k - 1];
    list->at[k] = offer;
}

static void list_day(const struct asked *asked, const struct slot_query *query,
                     const struct minutes *all, date_d date, struct oracle_list *ret)
{
    const struct world *world = asked->world;
    const struct wall_day day = day_of(world, asked->inspector, asked->audience, date, true);
    const struct grid grid = grid_of(asked, all, date);
    if (is_full(asked, date) || is_week_full(asked, date) || is_too_far(asked))
        return;
    for (int32_t m = 0; m < DAY_MIN; m++) {
        if ((!grid.on[m] && !day.start[m]) || !exists(world->zone, date, m))
            continue;
        const utc_s start = world_instant(world->zone, date, m);
        const struct span when = { start, start + (utc_s)asked->minutes * MINUTE_S };
        const bool free = is_free(all, when);
        if (is_off_hours(asked, start))
            continue;
        if (oracle_rules(world, query->brand, query->audience, query->look.now, start) != 1 ||
            (!day.start[m] && !fits(all, &all->usual, when)) || (!free && !query->keep_overlapping))
            continue;
        list_add(ret, (struct oracle_offer){ start, asked->inspector, !free });
    }
}

static bool is_asked_for(const struct slot_query *query, int32_t inspector)
{
    bool found = query->n_inspectors == 0;
    for (size_t i = 0; i < query->n_inspectors; i++)
        found = found || query->inspectors[i] == inspector;
    return found;
}

static struct asked asked_by(const struct world *world, const struct slot_query *query,
                             int32_t inspector)
{
    return (struct asked){ .world = world,
                           .rules = rules_of(world, query->brand),
                           .audience = query->audience,
                           .inspector = inspector,
                           .minutes = query->minutes,
                           .look = query->look,
                           .has_place = query->has_place,
                           .place = query->place };
}

struct oracle_list oracle_find(const struct world *world, const struct slot_query *query,
                               struct arena *arena)
{
    const size_t room = world->n_inspectors * (size_t)query->days * DAY_CANDIDATES + 1;
    struct oracle_list list = { arena_array(arena, struct oracle_offer, room), 0 };
    for (int32_t i = 0; i < (int32_t)world->n_inspectors; i++) {
        if (!is_asked_for(query, i) || world->inspectors[i].is_inactive ||
            !is_able(world, query->brand, i, query->services, query->n_services))
            continue;
        const struct asked asked = asked_by(world, query, i);
        const struct minutes all = minutes_of(&asked, query->from, query->days, arena);
        for (int32_t d = 0; d < query->days; d++)
            list_day(&asked, query, &all, query->from + d, &list);
    }
    return list;
}

/* ---- one start ---- */

static bool is_inside(const struct asked *asked, const struct minutes *all, struct span when,
                      bool holidays)
{
    const struct zone *zone = asked->world->zone;
    const date_d date = wall_date(zone_to_wall(zone, when.start));
    const struct wall_day day =
        day_of(asked->world, asked->inspector, asked->audience, date, holidays);
    const int32_t minute = wall_minute(zone_to_wall(zone, when.start));
    if (day.start[minute])
        return true;
    struct wall_span run = { 0, 0 };
    while (next_run(&day, run.to_min, &run)) {
        if (world_instant(zone, date, run.from_min) <= when.start &&
            when.start < world_instant(zone, date, run.to_min))
            return fits(all, holidays ? &all->usual : &all->without_holidays, when);
    }
    return false;
}

static bool has_starts(const struct wall_day *day)
{
    bool found = false;
    for (int32_t m = 0; m < DAY_MIN; m++)
        found = found || day->start[m];
    return found;
}

static bool has_hours(const struct wall_day *day)
{
    struct wall_span run;
    return has_starts(day) || next_run(day, 0, &run);
}

bool oracle_has_hours(const struct world *world, const struct slot_query *query, date_d date,
                      bool holidays)
{
    for (int32_t i = 0; i < (int32_t)world->n_inspectors; i++) {
        const struct asked asked = asked_by(world, query, i);
        if (!is_asked_for(query, i) || world->inspectors[i].is_inactive ||
            !is_able(world, query->brand, i, query->services, query->n_services) ||
            is_too_far(&asked))
            continue;
        const struct wall_day day = day_of(world, i, query->audience, date, holidays);
        if (has_hours(&day))
            return true;
    }
    return false;
}

static bool touches_holiday(const struct world *world, int32_t inspector, struct span when)
{
    const date_d last = wall_date(zone_to_wall(world->zone, when.end - 1));
    bool found = false;
    for (date_d d = wall_date(zone_to_wall(world->zone, when.start)); d <= last; d++)
        found = found || is_holiday(world, inspector, d);
    return found;
}

/* What stands after the rules about hours, in the contract's order. */
static code_set judge_person(const struct asked *asked, const struct visit *visit,
                             const struct minutes *all)
{
    const struct world *world = asked->world;
    if (!is_able(world, visit->brand, asked->inspector, visit->services, visit->n_services))
        return CODE_BIT(inspector_unable);
    if (world->inspectors[asked->inspector].is_inactive)
        return CODE_BIT(inspector_inactive);
    if (is_too_far(asked))
        return CODE_BIT(outside_area);
    if (is_full(asked, wall_date(zone_to_wall(world->zone, visit->when.start))))
        return CODE_BIT(daily_maximum);
    if (is_week_full(asked, wall_date(zone_to_wall(world->zone, visit->when.start))))
        return CODE_BIT(weekly_maximum);
    if (!is_free(all, visit->when))
        return CODE_BIT(slot_taken);
    return (code_set)1 << CODE_NONE;
}

static code_set judge_grid(const struct asked *asked, const struct visit *visit,
                           const struct minutes *all, code_set person)
{
    const struct zone *zone = asked->world->zone;
    const date_d date = wall_date(zone_to_wall(zone, visit->when.start));
    const int32_t minute = wall_minute(zone_to_wall(zone, visit->when.start));
    const struct grid grid = grid_of(asked, all, date);
    if (grid.on[minute] && world_instant(zone, date, minute) == visit->when.start)
        return person;
    /* A grid that restarts in gaps has no places where time is taken: what was on the grid before
     * somebody took it may be called taken or not offered. */
    const bool is_taken = !is_free(all, visit->when);
    if (asked->rules->anchor == ANCHOR_GAP && is_taken)
        return CODE_BIT(not_offered) | person;
    return CODE_BIT(not_offered);
}

code_set oracle_judge(const struct world *world, int32_t inspector, const struct visit *visit,
                      struct arena *arena)
{
    const struct zone *zone = world->zone;
    const struct asked asked = { world,
                                 rules_of(world, visit->brand),
                                 visit->audience,
                                 inspector,
                                 (int32_t)((visit->when.end - visit->when.start) / MINUTE_S),
                                 visit->look,
                                 visit->has_place,
                                 visit->place };
    const date_d date = wall_date(zone_to_wall(zone, visit->when.start));
    const int32_t minute = wall_minute(zone_to_wall(zone, visit->when.start));
    const struct minutes all = minutes_of(&asked, date, 1, arena);
    const struct wall_day day = day_of(world, inspector, visit->audience, date, true);
    const code_set person = judge_person(&asked, visit, &all);
    if (day.start[minute]) {
        if (is_off_hours(&asked, visit->when.start))
            return CODE_BIT(outside_hours);
        /* The second pass of a start in a fold: "the first unless the caller says otherwise". */
        if (world_instant(zone, date, minute) != visit->when.start)
            return person | CODE_BIT(not_offered) | CODE_BIT(outside_hours);
        return person;
    }
    if (is_inside(&asked, &all, visit->when, true) && is_off_hours(&asked, visit->when.start))
        return CODE_BIT(outside_hours);
    if (is_inside(&asked, &all, visit->when, true))
        return visit->must_be_offered ? judge_grid(&asked, visit, &all, person) : person;
    /* A day of start slots: every other minute is off its grid, and outside spans too. */
    const code_set off_grid =
        visit->must_be_offered && has_starts(&day) ? CODE_BIT(not_offered) : 0;
    /* A manual opening beats the holiday: the rest of that day is then outside hours as well. So
     * is a visit that only runs into a holiday at midnight. */
    if (is_inside(&asked, &all, visit->when, false))
        return off_grid | CODE_BIT(holiday) |
               (has_hours(&day) || !is_holiday(world, inspector, date) ? CODE_BIT(outside_hours)
                                                                       : 0);
    /* Outside the hours of a day that is a holiday too: both are true. */
    return off_grid | CODE_BIT(outside_hours) |
           (touches_holiday(world, inspector, visit->when) ? CODE_BIT(holiday) : 0);
}

/* ---- capacity ---- */

static int32_t book_all(const struct world *world, const struct slot_query *query,
                        struct arena *arena)
{
    struct world *filling = arena_new(arena, struct world);
    int32_t n = 0;
    *filling = *world;
    for (;; n++) {
        const struct oracle_list offers = oracle_find(filling, query, arena);
        if (offers.n == 0)
            return n;
        const utc_s start = offers.at[0].start;
        (void)world_add_claim(filling, query->inspectors[0], CLAIM_INSPECTION,
                              (struct span){ start, start + (utc_s)query->minutes * MINUTE_S }, 0);
    }
}

/* The day's hours minute by minute; what is taken is taken as it is, without buffers. */
static void count_day(const struct asked *asked, date_d date, struct arena *arena,
                      struct oracle_capacity *ret)
{
    const struct zone *zone = asked->world->zone;
    const struct rules plain = { .buffer_before_min = 0 };
    struct asked bare = *asked;
    bare.rules = &plain;
    const struct minutes all = minutes_of(&bare, date, 1, arena);
    const struct wall_day day = day_of(asked->world, asked->inspector, asked->audience, date, true);
    bool *open = arena_array(arena, bool, all.n);
    struct wall_span run = { 0, 0 };
    while (next_run(&day, run.to_min, &run))
        mark(&all, open,
             (struct span){ world_instant(zone, date, run.from_min),
                            world_instant(zone, date, run.to_min) });
    for (int32_t m = 0; m < DAY_MIN; m++) {
        const utc_s start = world_instant(zone, date, m);
        if (day.start[m] && exists(zone, date, m))
            mark(&all, open, (struct span){ start, start + (utc_s)asked->minutes * MINUTE_S });
    }
    for (size_t i = 0; i < all.n; i++) {
        ret->open_min += open[i];
        ret->taken_min += open[i] && all.taken[i];
    }
}

struct oracle_capacity oracle_capacity(const struct world *world, const struct slot_query *query,
                                       int32_t inspector, date_d date, struct arena *arena)
{
    const struct asked asked = asked_by(world, query, inspector);
    struct oracle_capacity ret = { .fits = 0 };
    struct slot_query alone = *query;
    alone.inspectors = &inspector;
    alone.n_inspectors = 1;
    alone.from = date;
    alone.days = 1;
    alone.keep_overlapping = false;
    count_day(&asked, date, arena, &ret);
    ret.fits = book_all(world, &alone, arena);
    return ret;
}
