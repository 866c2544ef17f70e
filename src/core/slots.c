/* Slot search: every start of every inspector, one pass over hours and busy time together.
 *
 * Hours and busy time are sorted, so both are walked once per inspector: the work per start is a
 * few comparisons. What is found goes into picks.h, which keeps what will be shown. A list goes
 * inspector by inspector; where there is one slot per start it goes day by day, because all of a
 * start's people must be seen before the best are known. Either way memory grows with what is
 * shown and with the inspectors, never with what is found. */
#include "picks.h"
#include "run.h"

#include <assert.h>

struct day_rule { /* one day's policy, the same for every inspector */
    bool is_closed;
    utc_s earliest;
    struct span week; /* where anybody's jobs of a week are counted */
};

struct search {
    const struct image *image;
    const struct slot_query *query;
    const struct rules *rules;
    const struct policy *policy; /* of the audience */
    struct arena *arena;
    struct arena hours_room, busy_room; /* for one inspector at a time */
    struct day_rule *day_rules;
    struct slot_day *days;
    bool *day_has_hours;
    bool *day_passes; /* policy lets a start of it pass: the rest is whether it is taken */
    utc_s origin;
    int64_t visit_s;
    struct buffer buffer;
    struct area_set around; /* areas of the place, where it is asked for */
    bool by_time;
    struct picks picks;
    struct day_table table; /* by time only */
    utc_s first_passing; /* the first start that policy lets pass: the next to be lost to notice */
};

struct lane { /* one inspector, day after day */
    const struct calendar *calendar;
    struct busy_pair busy;
    utc_s week_start; /* whose jobs are counted in week_jobs */
    int32_t week_jobs;
    size_t next_claimed, next_absent, next_job;
    int32_t inspector;
    bool sees_all; /* busy is the calendar's own, else that of the day at hand */
    /* the day at hand */
    bool is_closed;     /* by policy */
    int32_t extra_cost; /* jobs of the day, and not being the one requested */
    struct slot_day *day;
    bool *passes; /* the day's, in the search */
    utc_s earliest;
};

/* Moves the neighbours up to `start`; starts come in ascending order. */
static inline void lane_advance(struct lane *lane, utc_s start, int64_t before_s)
{
    const struct busy *claimed = &lane->busy.claimed;
    const struct busy *absent = &lane->busy.absent;
    while (lane->next_claimed < claimed->n &&
           claimed->spans[lane->next_claimed].end <= start - before_s)
        lane->next_claimed++;
    while (lane->next_absent < absent->n && absent->spans[lane->next_absent].end <= start)
        lane->next_absent++;
}

static inline struct gap lane_gap_at(const struct search *s, const struct lane *lane,
                                     struct gap limits)
{
    return gap_around(&lane->busy, lane->next_claimed, lane->next_absent, limits, s->buffer);
}

static inline void start_passes(struct search *s, const struct lane *lane, utc_s start)
{
    *lane->passes = true;
    if (start < s->first_passing)
        s->first_passing = start;
}

/* A start at the wall minute `minute`, which is the instant `start`. */
static inline void lane_try(struct search *s, struct lane *lane, int32_t minute, utc_s start,
                            struct gap limits)
{
    if (!may_start_at(s->policy, minute))
        return;
    if (lane->is_closed || start < lane->earliest) {
        lane->day->notice++;
        return;
    }
    start_passes(s, lane, start);
    const struct span when = { start, start + s->visit_s };
    const struct busy *claimed = &lane->busy.claimed;
    const struct busy *absent = &lane->busy.absent;
    lane_advance(lane, start, s->buffer.before_s);
    const bool taken =
        (lane->next_claimed < claimed->n &&
         claimed->spans[lane->next_claimed].start < when.end + s->buffer.after_s) ||
        (lane->next_absent < absent->n && absent->spans[lane->next_absent].start < when.end);
    if (taken) {
        lane->day->busy++;
        if (!s->query->keep_overlapping)
            return;
    }
    const struct gap gap = lane_gap_at(s, lane, limits);
    const int32_t cost =
        taken ? COST_MAX
              : cost_of(gap, when, s->image->company->shortest_visit_min, 0) + lane->extra_cost;
    const struct find find = { start, cost, lane->inspector, taken };
    if (s->by_time) {
        day_table_put(&s->table, minute, &find);
        return;
    }
    picks_need(&s->picks, 1);
    picks_put(&s->picks, find_key(&s->picks, &find));
    lane->day->count++;
}

/* The cheapest of a run is its first start at no lost time: where even that is too late to be kept,
 * none is. */
static void run_list(struct search *s, struct lane *lane, const struct run *run, struct gap gap,
                     int32_t n)
{
    const int32_t shortest = s->image->company->shortest_visit_min;
    struct find find = { run->start, lane->extra_cost, lane->inspector, false };
    struct picks *picks = &s->picks;
    lane->day->count += n;
    if (picks->order == ORDER_OPTIMAL && find_key(picks, &find) >= picks->bound)
        return;
    picks_need(picks, (size_t)n);
    /* Of its own, so that storing a key is not thought to change what keys are made from. */
    const struct picks form = *picks;
    size_t kept = form.n;
    for (int32_t i = 0; i < n; i++, find.start += run->step_s) {
        const struct span when = { find.start, find.start + s->visit_s };
        find.cost = cost_of(gap, when, shortest, 0) + lane->extra_cost;
        form.keys[kept] = find_key(&form, &find);
        kept += form.keys[kept] < form.bound;
    }
    picks->n = kept;
}

static void run_table(struct search *s, const struct lane *lane, const struct run *run,
                      struct gap gap, int32_t n)
{
    const int32_t shortest = s->image->company->shortest_visit_min;
    struct find find = { .start = run->start, .inspector = lane->inspector };
    int32_t minute = run->minute;
    for (int32_t i = 0; i < n; i++, find.start += run->step_s, minute += run->step_min) {
        const struct span when = { find.start, find.start + s->visit_s };
        find.cost = cost_of(gap, when, shortest, 0) + lane->extra_cost;
        day_table_put(&s->table, minute, &find);
    }
}

/* The next n starts of the run, all in the gap. */
static void run_write(struct search *s, struct lane *lane, struct run *run, struct gap gap,
                      int32_t n)
{
    if (s->by_time)
        run_table(s, lane, run, gap, n);
    else
        run_list(s, lane, run, gap, n);
    run_skip(run, n);
}

/* Where the next start may lie that whatever stands behind `start` does not take. */
static utc_s after_neighbours(const struct search *s, const struct lane *lane, utc_s start)
{
    const struct busy *claimed = &lane->busy.claimed;
    const struct busy *absent = &lane->busy.absent;
    const utc_s end = start + s->visit_s;
    utc_s next = start + 1;
    if (lane->next_claimed < claimed->n &&
        claimed->spans[lane->next_claimed].start < end + s->buffer.after_s)
        next = claimed->spans[lane->next_claimed].end + s->buffer.before_s;
    if (lane->next_absent < absent->n && absent->spans[lane->next_absent].start < end &&
        absent->spans[lane->next_absent].end > next)
        next = absent->spans[lane->next_absent].end;
    return next;
}

static void lane_run(struct search *s, struct lane *lane, struct run run)
{
    const utc_s earliest = lane->is_closed ? INT64_MAX : lane->earliest;
    run_clip(&run, s->policy);
    const int32_t lost = run_before(&run, earliest);
    lane->day->notice += lost;
    run_skip(&run, lost);
    if (run.start <= run.last)
        start_passes(s, lane, run.start);
    while (run.start <= run.last) {
        lane_advance(lane, run.start, s->buffer.before_s);
        const struct gap gap = lane_gap_at(s, lane, run.limits);
        const utc_s fits = gap.to - s->visit_s;
        if (run.start <= fits) {
            run_write(s, lane, &run, gap, run_count(&run, fits < run.last ? fits : run.last));
            continue;
        }
        const int32_t taken = run_before(&run, after_neighbours(s, lane, run.start));
        lane->day->busy += taken;
        run_skip(&run, taken);
    }
}

/* A minute that is a start slot was tried as one; starts are sorted. */
static bool is_start_slot(const struct day_open *day, int32_t minute)
{
    size_t low = 0;
    size_t high = day->n_starts;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (day->starts[middle] < minute)
            low = middle + 1;
        else
            high = middle;
    }
    return low < day->n_starts && day->starts[low] == minute;
}

/* The grid of one span with a span or clock anchor. */
static void lane_span(struct search *s, struct lane *lane, const struct day_open *day,
                      const struct open_span *span)
{
    const struct gap limits = { span->extent_start, span->extent_end };
    const int32_t step = s->rules->step_min;
    const int32_t first = grid_first(s->rules, span->wall);
    if (day->is_plain && day->n_starts == 0 && !s->query->keep_overlapping &&
        span->wall.to_min <= DAY_MIN) {
        const utc_s fits = span->extent_end - s->visit_s;
        const utc_s last_start = span->when.end - 1;
        lane_run(s, lane,
                 (struct run){ .start = day->day.start + (utc_s)first * MINUTE_S,
                               .last = fits < last_start ? fits : last_start,
                               .step_s = (int64_t)step * MINUTE_S,
                               .minute = first,
                               .step_min = step,
                               .limits = limits });
        return;
    }
    for (int32_t m = first; m < span->wall.to_min; m += step) {
        utc_s start;
        if (!day_instant(s->image->company->zone, day, m, &start) || is_start_slot(day, m))
            continue;
        if (start + s->visit_s > span->extent_end)
            break;
        lane_try(s, lane, m, start, limits);
    }
}

/* The starts of one free gap. */
static void lane_gap(struct search *s, struct lane *lane, const struct day_open *day,
                     const struct open_span *span, struct gap gap)
{
    const struct zone *zone = s->image->company->zone;
    const struct gap limits = { span->extent_start, span->extent_end };
    const int32_t step = s->rules->step_min;
    for (int32_t m = gap_grid_first(zone, span, gap.from); m < span->wall.to_min; m += step) {
        utc_s start;
        if (!day_instant(zone, day, m, &start) || start < gap.from || is_start_slot(day, m))
            continue;
        if (start + s->visit_s > gap.to)
            break;
        lane_try(s, lane, m, start, limits);
    }
}

/* The grid restarts where a free gap begins. */
static void lane_gaps(struct search *s, struct lane *lane, const struct day_open *day,
                      const struct open_span *span)
{
    const struct gap limits = { span->extent_start, span->extent_end };
    const struct busy *claimed = &lane->busy.claimed;
    const struct busy *absent = &lane->busy.absent;
    utc_s from = span->when.start;
    while (from < span->when.end && from + s->visit_s <= span->extent_end) {
        lane_advance(lane, from, s->buffer.before_s);
        const struct gap gap = lane_gap_at(s, lane, limits);
        lane_gap(s, lane, day, span, (struct gap){ from, gap.to });
        /* Nothing more fits before the neighbour: the next gap begins where it ends. */
        const bool by_claim =
            lane->next_claimed < claimed->n &&
            claimed->spans[lane->next_claimed].start - s->buffer.after_s == gap.to;
        if (!by_claim &&
            (lane->next_absent >= absent->n || absent->spans[lane->next_absent].start != gap.to))
            break;
        from = by_claim ? claimed->spans[lane->next_claimed].end + s->buffer.before_s
                        : absent->spans[lane->next_absent].end;
    }
}

static void lane_starts(struct search *s, struct lane *lane, const struct day_open *day)
{
    for (size_t i = 0; i < day->n_starts; i++) {
        utc_s start;
        if (day_instant(s->image->company->zone, day, day->starts[i], &start))
            lane_try(s, lane, day->starts[i], start, (struct gap){ start, start + s->visit_s });
    }
}

static void lane_spans(struct search *s, struct lane *lane, const struct day_open *day)
{
    for (size_t i = 0; i < day->n_spans; i++) {
        if (s->rules->anchor == ANCHOR_GAP && !s->query->keep_overlapping)
            lane_gaps(s, lane, day, &day->spans[i]);
        else
            lane_span(s, lane, day, &day->spans[i]);
    }
}

/* The last start of the day by its hours alone, where no grid says which there are; INT64_MIN: no
 * visit fits. */
static utc_s last_fit(const struct search *s, const struct day_open *day)
{
    utc_s last = INT64_MIN;
    for (size_t i = 0; i < day->n_starts; i++) {
        utc_s start;
        if (may_start_at(s->policy, day->starts[i]) &&
            day_instant(s->image->company->zone, day, day->starts[i], &start) && start > last)
            last = start;
    }
    for (size_t i = 0; i < day->n_spans; i++) {
        const struct open_span *span = &day->spans[i];
        const utc_s fits = span->extent_end - s->visit_s;
        const utc_s latest = span->when.end - MINUTE_S; /* starts are whole minutes */
        const utc_s start =
            last_in_time(s->image->company->zone, s->policy, fits < latest ? fits : latest);
        if (start >= span->when.start && start > last)
            last = start;
    }
    return last;
}

/* What is taken has no starts of its own there: the hours tell whether any might have been. */
static void hours_pass(struct search *s, const struct lane *lane, const struct day_open *day)
{
    const utc_s last = last_fit(s, day);
    if (!lane->is_closed && last >= lane->earliest)
        start_passes(s, lane, last);
}

/* Of a day with both kinds of hours the starts come first, then the spans without those starts. */
static void lane_hours(struct search *s, struct lane *lane, const struct day_open *day)
{
    const size_t next_claimed = lane->next_claimed;
    const size_t next_absent = lane->next_absent;
    lane_starts(s, lane, day);
    if (day->n_starts > 0) {
        lane->next_claimed = next_claimed;
        lane->next_absent = next_absent;
    }
    lane_spans(s, lane, day);
}

/* Where something is left out of the calendar, the day's busy time is merged anew, with as much
 * around it as can make a difference: a visit, a buffer, and what is too short to be sold. */
static void lane_look(struct search *s, struct lane *lane, struct span day)
{
    const int64_t around = s->visit_s + s->buffer.before_s + s->buffer.after_s +
                           (int64_t)s->image->company->shortest_visit_min * MINUTE_S;
    if (lane->sees_all)
        return;
    arena_reset(&s->busy_room);
    lane->busy =
        calendar_busy(lane->calendar, &s->query->look,
                      (struct span){ day.start - around, day.end + around }, &s->busy_room);
    lane->next_claimed = 0;
    lane->next_absent = 0;
}

/* Days come in order: a week is counted once. */
static bool lane_week_is_full(const struct search *s, struct lane *lane,
                              const struct inspector *who, int32_t d)
{
    const int32_t most = stricter(s->policy->weekly_max, who->weekly_max);
    const struct span week = s->day_rules[d].week;
    if (most == NOT_FOUND)
        return false;
    if (lane->week_start != week.start)
        lane->week_jobs = calendar_jobs(lane->calendar, &s->query->look, week, NULL);
    lane->week_start = week.start;
    return lane->week_jobs >= most;
}

static void lane_day(struct search *s, struct lane *lane, const struct day_open *day, int32_t d)
{
    const struct slot_query *q = s->query;
    const struct company *company = s->image->company;
    const struct inspector *who = &company->inspectors[lane->inspector];
    const int32_t most = stricter(s->policy->daily_max, who->daily_max);
    if (day->state == DAY_HOLIDAY && !s->day_has_hours[d])
        s->days[d].sale = SALE_HOLIDAY;
    if (day->state != DAY_OPEN)
        return;
    const int32_t jobs = calendar_jobs(lane->calendar, &q->look, day->day, &lane->next_job);
    s->day_has_hours[d] = true;
    lane->day = &s->days[d];
    lane->passes = &s->day_passes[d];
    lane->earliest = s->day_rules[d].earliest;
    lane->is_closed = s->day_rules[d].is_closed;
    lane->extra_cost = jobs * COST_PER_JOB_MIN;
    if (q->requested != NOT_FOUND && q->requested != lane->inspector)
        lane->extra_cost += COST_NOT_REQUESTED_MIN;
    if ((most != NOT_FOUND && jobs >= most) || lane_week_is_full(s, lane, who, d)) {
        lane->day->busy++;
        hours_pass(s, lane, day);
        return;
    }
    if (s->rules->anchor == ANCHOR_GAP)
        hours_pass(s, lane, day);
    lane_look(s, lane, day->day);
    lane_hours(s, lane, day);
}

static struct lane lane_make(const struct search *s, int32_t inspector)
{
    const struct calendar *calendar = s->image->calendars[inspector];
    struct lane lane = { .calendar = calendar,
                         .busy = { calendar->claimed, calendar->absent },
                         .inspector = inspector,
                         .week_start = INT64_MIN,
                         .sees_all = calendar_sees_all(calendar, &s->query->look) };
    /* Back by the buffer and a second: a neighbour before the first day still bounds its gap. */
    lane.next_claimed = busy_after(&lane.busy.claimed, s->origin - s->buffer.before_s);
    lane.next_absent = busy_after(&lane.busy.absent, s->origin);
    return lane;
}

/* The next inspector after `*at` (from 0) who is asked for and can do it; NOT_FOUND: no more. */
static int32_t next_inspector(const struct search *s, size_t *at)
{
    const struct slot_query *q = s->query;
    const struct company *company = s->image->company;
    const size_t n = q->n_inspectors > 0 ? q->n_inspectors : company->n_inspectors;
    while (*at < n) {
        const int32_t i = q->n_inspectors > 0 ? q->inspectors[*at] : (int32_t)*at;
        const struct inspector *who = &company->inspectors[i];
        ++*at;
        if (who->is_active && may_do(company, s->rules, who, q->services, q->n_services) &&
            !(s->policy->outside_area == AREA_REFUSE && q->has_place &&
              is_outside(company, who, &s->around)))
            return i;
    }
    return NOT_FOUND;
}

/* Inspector by inspector: the order in which calendars lie in memory. */
static void search_lanes(struct search *s)
{
    const struct slot_query *q = s->query;
    size_t at = 0;
    for (int32_t i = next_inspector(s, &at); i != NOT_FOUND; i = next_inspector(s, &at)) {
        struct lane lane = lane_make(s, i);
        arena_reset(&s->hours_room);
        const struct hours hours =
            image_hours(s->image, i, q->audience, q->from, (size_t)q->days, &s->hours_room);
        for (int32_t d = 0; d < q->days; d++)
            lane_day(s, &lane, &hours.days[d], d);
    }
}

/* One slot per start. Days are counted here, after the choice. */
static void search_days(struct search *s)
{
    const struct slot_query *q = s->query;
    struct lane *lanes = arena_array(s->arena, struct lane, s->image->company->n_inspectors);
    size_t n = 0;
    size_t at = 0;
    s->table = day_table_make(q, s->arena);
    for (int32_t i = next_inspector(s, &at); i != NOT_FOUND; i = next_inspector(s, &at))
        lanes[n++] = lane_make(s, i);
    for (int32_t d = 0; d < q->days; d++) {
        struct day_open any = { .is_plain = false };
        for (size_t i = 0; i < n; i++) {
            arena_reset(&s->hours_room);
            const struct hours hours = image_hours(s->image, lanes[i].inspector, q->audience,
                                                   q->from + d, 1, &s->hours_room);
            if (i == 0)
                any = hours.days[0];
            lane_day(s, &lanes[i], &hours.days[0], d);
        }
        s->days[d].count = day_table_drain(&s->table, s->image->company->zone, &any, &s->picks);
    }
}

static void days_make(struct search *s)
{
    const struct slot_query *q = s->query;
    const struct company *company = s->image->company;
    const int64_t notice_s = (int64_t)s->rules->policy[q->audience].notice_min * MINUTE_S;
    const bool counts = counts_weeks(company, s->policy);
    s->days = arena_array(s->arena, struct slot_day, (size_t)q->days);
    s->day_rules = arena_array(s->arena, struct day_rule, (size_t)q->days);
    s->day_has_hours = arena_array(s->arena, bool, (size_t)q->days);
    s->day_passes = arena_array(s->arena, bool, (size_t)q->days);
    for (int32_t d = 0; d < q->days; d++) {
        s->days[d] = (struct slot_day){ .date = q->from + d, .sale = SALE_CLOSED };
        s->day_rules[d].earliest = q->look.now + notice_s;
        s->day_rules[d].is_closed =
            date_judge(company, s->rules, q->audience, q->look.now, q->from + d, 0) != CODE_NONE;
        if (counts)
            s->day_rules[d].week = d == 0 || date_weekday(q->from + d) == 0
                                       ? week_span(company->zone, q->from + d)
                                       : s->day_rules[d - 1].week;
    }
}

/* When the same question may next have another answer: a start is lost to notice, a hold ends, the
 * cutoff or midnight passes. */
static utc_s valid_until(const struct search *s)
{
    const struct slot_query *q = s->query;
    const struct policy *policy = &s->rules->policy[q->audience];
    const struct zone *zone = s->image->company->zone;
    const utc_s now = q->look.now;
    const date_d today = wall_date(zone_to_wall(zone, now));
    utc_s until = date_span(zone, today).end;
    if (s->first_passing != INT64_MAX &&
        s->first_passing - (int64_t)policy->notice_min * MINUTE_S + 1 < until)
        until = s->first_passing - (int64_t)policy->notice_min * MINUTE_S + 1;
    if (policy->cutoff_min != NOT_FOUND) {
        const wall_s wall = (wall_s)today * DAY_S + (wall_s)policy->cutoff_min * MINUTE_S;
        const utc_s cutoff = zone_from_wall(zone, wall).first;
        if (cutoff > now && cutoff < until)
            until = cutoff;
    }
    for (size_t i = 0; i < s->image->company->n_inspectors; i++) {
        const utc_s expiry = s->image->calendars[i]->first_expiry;
        if (expiry < until)
            until = expiry > now ? expiry : now + 1;
    }
    return until > now ? until : now + 1;
}

struct slot_list slots_find(const struct image *image, const struct slot_query *query,
                            struct arena *arena)
{
    assert(query->days >= 1 && query->days <= SEARCH_DAYS_MAX);
    assert(query->minutes >= 1 && query->minutes <= VISIT_MINUTES_MAX);
    assert(query->count >= 1 && query->count <= SLOT_INSPECTORS_MAX);
    assert(query->limit >= 1);
    struct search s = {
        .image = image,
        .query = query,
        .rules = company_rules(image->company, query->brand),
        .arena = arena,
        .hours_room = arena_make(SIZE_MAX / 2),
        .busy_room = arena_make(SIZE_MAX / 2),
        .origin = date_span(image->company->zone, query->from).start,
        .visit_s = (int64_t)query->minutes * MINUTE_S,
        .by_time = query->by_time || query->count > 1,
        .first_passing = INT64_MAX,
    };
    s.buffer = buffer_of(s.rules);
    s.policy = &s.rules->policy[query->audience];
    if (query->has_place)
        s.around = areas_around(image->company->areas, image->company->n_areas, query->place);
    s.picks = picks_make(query, s.origin, s.by_time, arena);
    days_make(&s);
    if (s.by_time)
        search_days(&s);
    else
        search_lanes(&s);
    arena_drop(&s.hours_room);
    arena_drop(&s.busy_room);
    struct slot_list list = picks_list(&s.picks);
    for (int32_t d = 0; d < query->days; d++) {
        if (s.day_has_hours[d])
            s.days[d].sale = s.days[d].count > 0 ? SALE_OPEN
                             : s.day_passes[d]   ? SALE_FULL
                                                 : SALE_CLOSED;
    }
    list.days = s.days;
    list.n_days = (size_t)query->days;
    list.valid_until = valid_until(&s);
    return list;
}
