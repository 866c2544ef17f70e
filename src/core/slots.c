/* Slot search: every start of every inspector, one pass over hours and busy time together.
 *
 * Hours and busy time are sorted, so both are walked once per inspector: the work per start is a
 * few comparisons. A start is one 64-bit key, ordered like the answer; what is shown of it is
 * computed only for those within the limit. */
#include "keys.h"
#include "offer.h"

#include <assert.h>
#include <string.h>

/* Key: cost | start | inspector | overlapping when the cheapest come first, else
 * start | inspector | overlapping | cost. Starts are seconds since the first day's midnight. */
enum {
    KEY_OVERLAP_BITS = 1,
    KEY_INSPECTOR_BITS = 12,
    KEY_START_BITS = 24,
    KEY_COST_BITS = 20,
    KEY_WHO_BITS = KEY_OVERLAP_BITS + KEY_INSPECTOR_BITS,
    KEYS_FIRST = 4096,
};

_Static_assert(INSPECTORS_MAX < 1 << KEY_INSPECTOR_BITS, "an inspector fits its bits");
_Static_assert((SEARCH_DAYS_MAX + 2) * DAY_S < 1 << KEY_START_BITS, "a start fits its bits");
_Static_assert(COST_MAX < 1 << KEY_COST_BITS, "a cost fits its bits");

struct day_rule { /* one day's policy, the same for every inspector */
    bool is_closed;
    utc_s earliest;
};

struct search {
    const struct image *image;
    const struct slot_query *query;
    const struct rules *rules;
    struct arena *arena;
    struct day_rule *day_rules;
    struct slot_day *days;
    bool *day_has_hours;
    utc_s origin;
    int64_t visit_s, buffer_s;
    bool start_leads; /* the key's layout */
    uint64_t *keys;
    size_t n_keys, room;
    utc_s first_passing; /* the first start that policy lets pass: the next to be lost to notice */
};

struct lane { /* one inspector on one day */
    struct busy_pair busy;
    size_t next_claimed, next_absent;
    int32_t inspector;
    int32_t extra_cost; /* jobs of the day, and not being the one requested */
    struct slot_day *day;
    utc_s earliest;
    bool is_closed; /* by policy */
};

static void keys_grow(struct search *s)
{
    const size_t room = s->room == 0 ? KEYS_FIRST : 2 * s->room;
    uint64_t *keys = arena_array(s->arena, uint64_t, room);
    if (s->n_keys > 0)
        memcpy(keys, s->keys, s->n_keys * sizeof *keys);
    s->keys = keys;
    s->room = room;
}

static uint64_t key_make(const struct search *s, utc_s start, int32_t cost, int32_t inspector,
                         bool overlapping)
{
    const uint64_t at = (uint64_t)(start - s->origin);
    const uint64_t weight = (uint64_t)(cost > COST_MAX ? COST_MAX : cost);
    const uint64_t who = (uint64_t)inspector << KEY_OVERLAP_BITS | overlapping;
    if (s->start_leads)
        return (at << KEY_WHO_BITS | who) << KEY_COST_BITS | weight;
    return (weight << KEY_START_BITS | at) << KEY_WHO_BITS | who;
}

static uint64_t bits_at(uint64_t key, unsigned shift, unsigned bits)
{
    return key >> shift & (((uint64_t)1 << bits) - 1);
}

static struct slot key_slot(const struct search *s, uint64_t key)
{
    const bool leads = s->start_leads;
    const unsigned who_at = leads ? KEY_COST_BITS : 0;
    const uint64_t at =
        leads ? key >> (KEY_WHO_BITS + KEY_COST_BITS) : bits_at(key, KEY_WHO_BITS, KEY_START_BITS);
    const uint64_t cost =
        leads ? bits_at(key, 0, KEY_COST_BITS) : key >> (KEY_WHO_BITS + KEY_START_BITS);
    const uint64_t who = bits_at(key, who_at, KEY_WHO_BITS);
    const utc_s start = s->origin + (utc_s)at;
    return (struct slot){ .when = { start, start + s->visit_s },
                          .inspectors = { (int32_t)(who >> KEY_OVERLAP_BITS) },
                          .n_inspectors = 1,
                          .cost = (int32_t)cost,
                          .overlapping = (who & 1) != 0 };
}

/* Moves the neighbours up to `start`; starts come in ascending order. */
static inline void lane_advance(struct lane *lane, utc_s start, int64_t buffer_s)
{
    const struct busy *claimed = &lane->busy.claimed;
    const struct busy *absent = &lane->busy.absent;
    while (lane->next_claimed < claimed->n &&
           claimed->spans[lane->next_claimed].end <= start - buffer_s)
        lane->next_claimed++;
    while (lane->next_absent < absent->n && absent->spans[lane->next_absent].end <= start)
        lane->next_absent++;
}

static inline void lane_try(struct search *s, struct lane *lane, utc_s start, struct gap limits)
{
    if (lane->is_closed || start < lane->earliest) {
        lane->day->notice++;
        return;
    }
    if (start < s->first_passing)
        s->first_passing = start;
    const struct span when = { start, start + s->visit_s };
    const struct busy *claimed = &lane->busy.claimed;
    const struct busy *absent = &lane->busy.absent;
    lane_advance(lane, start, s->buffer_s);
    const bool taken =
        (lane->next_claimed < claimed->n &&
         claimed->spans[lane->next_claimed].start < when.end + s->buffer_s) ||
        (lane->next_absent < absent->n && absent->spans[lane->next_absent].start < when.end);
    if (taken) {
        lane->day->busy++;
        if (!s->query->keep_overlapping)
            return;
    }
    const struct gap gap =
        gap_around(claimed, lane->next_claimed, absent, lane->next_absent, limits, s->buffer_s);
    const int32_t cost =
        taken ? COST_MAX
              : cost_of(gap, when, s->image->company->shortest_visit_min, 0) + lane->extra_cost;
    if (s->n_keys == s->room)
        keys_grow(s);
    s->keys[s->n_keys++] = key_make(s, start, cost, lane->inspector, taken);
    lane->day->count++;
}

/* A run of starts `step_s` apart, the last at or before `last`, on a day of one offset. The run is
 * taken gap by gap: what is free is written in one stretch, what is taken is counted and skipped.
 */
struct run {
    utc_s start, last;
    int64_t step_s;
    struct gap limits;
};

static int32_t run_count(const struct run *run, utc_s end)
{
    return run->start > end ? 0 : (int32_t)((end - run->start) / run->step_s) + 1;
}

static void run_skip(struct run *run, int32_t n)
{
    run->start += n * run->step_s;
}

/* Starts before `at`, at least one when `at` is later than the run's start. */
static int32_t run_before(const struct run *run, utc_s at)
{
    const utc_s end = at - 1 < run->last ? at - 1 : run->last;
    return run_count(run, end);
}

static void run_write(struct search *s, struct lane *lane, struct run *run, struct gap gap,
                      int32_t n)
{
    const int32_t shortest = s->image->company->shortest_visit_min;
    while (s->room - s->n_keys < (size_t)n)
        keys_grow(s);
    uint64_t *keys = s->keys + s->n_keys;
    utc_s start = run->start;
    for (int32_t i = 0; i < n; i++, start += run->step_s) {
        const struct span when = { start, start + s->visit_s };
        keys[i] = key_make(s, start, cost_of(gap, when, shortest, 0) + lane->extra_cost,
                           lane->inspector, false);
    }
    s->n_keys += (size_t)n;
    lane->day->count += n;
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
        claimed->spans[lane->next_claimed].start < end + s->buffer_s)
        next = claimed->spans[lane->next_claimed].end + s->buffer_s;
    if (lane->next_absent < absent->n && absent->spans[lane->next_absent].start < end &&
        absent->spans[lane->next_absent].end > next)
        next = absent->spans[lane->next_absent].end;
    return next;
}

static void lane_run(struct search *s, struct lane *lane, struct run run)
{
    const utc_s earliest = lane->is_closed ? INT64_MAX : lane->earliest;
    const int32_t lost = run_before(&run, earliest);
    lane->day->notice += lost;
    run_skip(&run, lost);
    if (run.start <= run.last && run.start < s->first_passing)
        s->first_passing = run.start;
    while (run.start <= run.last) {
        lane_advance(lane, run.start, s->buffer_s);
        const struct gap gap =
            gap_around(&lane->busy.claimed, lane->next_claimed, &lane->busy.absent,
                       lane->next_absent, run.limits, s->buffer_s);
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

/* The grid of one span with a span or clock anchor. */
static void lane_span(struct search *s, struct lane *lane, const struct day_open *day,
                      const struct open_span *span)
{
    const struct gap limits = { span->extent_start, span->extent_end };
    const int32_t step = s->rules->step_min;
    const int32_t first = grid_first(s->rules, span->wall);
    if (day->is_plain && !s->query->keep_overlapping) {
        const utc_s last_fit = span->extent_end - s->visit_s;
        const utc_s last_start = span->when.end - 1;
        lane_run(s, lane,
                 (struct run){ .start = day->day.start + (utc_s)first * MINUTE_S,
                               .last = last_fit < last_start ? last_fit : last_start,
                               .step_s = (int64_t)step * MINUTE_S,
                               .limits = limits });
        return;
    }
    for (int32_t m = first; m < span->wall.to_min; m += step) {
        utc_s start;
        if (!day_instant(s->image->company->zone, day, m, &start))
            continue;
        if (start + s->visit_s > span->extent_end)
            break;
        lane_try(s, lane, start, limits);
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
        if (!day_instant(zone, day, m, &start) || start < gap.from)
            continue;
        if (start + s->visit_s > gap.to)
            break;
        lane_try(s, lane, start, limits);
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
        lane_advance(lane, from, s->buffer_s);
        const struct gap gap =
            gap_around(claimed, lane->next_claimed, absent, lane->next_absent, limits, s->buffer_s);
        lane_gap(s, lane, day, span, (struct gap){ from, gap.to });
        /* Nothing more fits before the neighbour: the next gap begins where it ends. */
        const bool by_claim = lane->next_claimed < claimed->n &&
                              claimed->spans[lane->next_claimed].start - s->buffer_s == gap.to;
        if (!by_claim &&
            (lane->next_absent >= absent->n || absent->spans[lane->next_absent].start != gap.to))
            break;
        from = by_claim ? claimed->spans[lane->next_claimed].end + s->buffer_s
                        : absent->spans[lane->next_absent].end;
    }
}

static void lane_starts(struct search *s, struct lane *lane, const struct day_open *day)
{
    for (size_t i = 0; i < day->n_starts; i++) {
        utc_s start;
        if (day_instant(s->image->company->zone, day, day->starts[i], &start))
            lane_try(s, lane, start, (struct gap){ start, start + s->visit_s });
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

/* Days with both kinds of hours are rare: starts first, then the spans without those starts. */
static void lane_mixed(struct search *s, struct lane *lane, const struct day_open *day)
{
    const struct lane before = *lane;
    const size_t first_key = s->n_keys;
    lane_starts(s, lane, day);
    const size_t from_spans = s->n_keys;
    lane->next_claimed = before.next_claimed;
    lane->next_absent = before.next_absent;
    lane_spans(s, lane, day);
    size_t kept = from_spans;
    for (size_t i = from_spans; i < s->n_keys; i++) {
        const struct slot found = key_slot(s, s->keys[i]);
        bool twice = false;
        for (size_t k = first_key; k < from_spans && !twice; k++)
            twice = key_slot(s, s->keys[k]).when.start == found.when.start;
        if (twice)
            lane->day->count--;
        else
            s->keys[kept++] = s->keys[i];
    }
    s->n_keys = kept;
}

static void lane_day(struct search *s, struct lane *lane, const struct day_open *day)
{
    if (day->n_starts > 0 && day->n_spans > 0) {
        lane_mixed(s, lane, day);
        return;
    }
    lane_starts(s, lane, day);
    lane_spans(s, lane, day);
}

static void search_inspector(struct search *s, int32_t inspector)
{
    const struct slot_query *q = s->query;
    const struct company *company = s->image->company;
    const struct inspector *who = &company->inspectors[inspector];
    const struct calendar *calendar = s->image->calendars[inspector];
    if (!who->is_active || !inspector_can(who, q->services, q->n_services))
        return;
    const struct hours hours =
        image_hours(s->image, inspector, q->audience, q->from, (size_t)q->days, s->arena);
    struct lane lane = { .busy = calendar_busy(calendar, &q->look, s->arena),
                         .inspector = inspector };
    /* Back by the buffer and a second: a neighbour before the first day still bounds its gap. */
    lane.next_claimed = busy_after(&lane.busy.claimed, s->origin - s->buffer_s);
    lane.next_absent = busy_after(&lane.busy.absent, s->origin);
    size_t cursor = 0;
    const int32_t wish =
        q->requested == NOT_FOUND || q->requested == inspector ? 0 : COST_NOT_REQUESTED_MIN;
    for (int32_t d = 0; d < q->days; d++) {
        const struct day_open *day = &hours.days[d];
        if (day->state == DAY_HOLIDAY && !s->day_has_hours[d])
            s->days[d].sale = SALE_HOLIDAY;
        if (day->state != DAY_OPEN)
            continue;
        const int32_t jobs = calendar_jobs(calendar, &q->look, day->day, &cursor);
        s->day_has_hours[d] = true;
        lane.day = &s->days[d];
        lane.earliest = s->day_rules[d].earliest;
        lane.is_closed = s->day_rules[d].is_closed;
        lane.extra_cost = jobs * COST_PER_JOB_MIN + wish;
        if (who->daily_max != NOT_FOUND && jobs >= who->daily_max) {
            lane.day->busy++;
            continue;
        }
        lane_day(s, &lane, day);
    }
}

/* ---- ordering ---- */

static struct slot *slots_from_keys(const struct search *s, const uint64_t *keys, size_t n)
{
    struct slot *slots = arena_array(s->arena, struct slot, n);
    for (size_t i = 0; i < n; i++)
        slots[i] = key_slot(s, keys[i]);
    return slots;
}

static bool slot_before(const struct slot *a, const struct slot *b)
{
    return a->cost != b->cost ? a->cost < b->cost : a->inspectors[0] < b->inspectors[0];
}

/* The `count` cheapest of the keys of one start; false when there are fewer. */
static bool group_choose(const struct search *s, const uint64_t *keys, size_t n, struct slot *ret)
{
    const size_t count = (size_t)s->query->count;
    struct slot best[SLOT_INSPECTORS_MAX] = { { .n_inspectors = 0 } };
    size_t n_best = 0;
    for (size_t i = 0; i < n; i++) {
        const struct slot candidate = key_slot(s, keys[i]);
        if (n_best == count && !slot_before(&candidate, &best[count - 1]))
            continue;
        size_t k = n_best < count ? n_best++ : count - 1;
        for (; k > 0 && slot_before(&candidate, &best[k - 1]); k--)
            best[k] = best[k - 1];
        best[k] = candidate;
    }
    if (n_best < count)
        return false;
    *ret = best[0];
    for (size_t i = 1; i < count; i++) {
        ret->inspectors[i] = best[i].inspectors[0];
        ret->cost += best[i].cost;
        ret->overlapping = ret->overlapping || best[i].overlapping;
    }
    ret->n_inspectors = (int32_t)count;
    return true;
}

/* How many different starts there are: far fewer than keys when many people share them. */
static size_t starts_count(const uint64_t *keys, size_t n, unsigned shift)
{
    size_t starts = n > 0;
    for (size_t i = 1; i < n; i++)
        starts += keys[i] >> shift != keys[i - 1] >> shift;
    return starts;
}

/* One slot per start. Days are counted here, after the choice. */
static struct slot_list list_by_time(struct search *s)
{
    const struct slot_query *q = s->query;
    const unsigned shift = KEY_WHO_BITS + KEY_COST_BITS;
    /* By the start alone: a group is searched for its cheapest, so its order does not matter. */
    uint64_t *spare = arena_array(s->arena, uint64_t, s->n_keys);
    const uint64_t *keys = keys_sort_by_bits(s->keys, spare, s->n_keys, shift, KEY_START_BITS);
    const size_t room = starts_count(keys, s->n_keys, shift);
    struct slot *groups = arena_array(s->arena, struct slot, room);
    uint64_t *ranks = arena_array(s->arena, uint64_t, room);
    size_t n_groups = 0;
    for (int32_t d = 0; d < q->days; d++)
        s->days[d].count = 0;
    const struct zone *zone = s->image->company->zone;
    int32_t day = 0;
    utc_s day_end = date_span(zone, q->from).end;
    for (size_t i = 0; i < s->n_keys;) {
        size_t end = i + 1;
        while (end < s->n_keys && keys[end] >> shift == keys[i] >> shift)
            end++;
        struct slot *slot = &groups[n_groups];
        if (group_choose(s, keys + i, end - i, slot)) {
            while (slot->when.start >= day_end && day + 1 < q->days)
                day_end = date_span(zone, q->from + ++day).end;
            s->days[day].count++;
            const uint64_t cost = q->order == ORDER_TIME
                                      ? 0
                                      : (uint64_t)(slot->cost > COST_MAX ? COST_MAX : slot->cost);
            ranks[n_groups] = cost << 32 | n_groups;
            n_groups++;
        }
        i = end;
    }
    const size_t n = keys_take_smallest(ranks, n_groups, q->limit);
    struct slot *slots = arena_array(s->arena, struct slot, n);
    for (size_t i = 0; i < n; i++)
        slots[i] = groups[ranks[i] & UINT32_MAX];
    return (struct slot_list){ .slots = slots, .n_slots = n };
}

static void days_make(struct search *s)
{
    const struct slot_query *q = s->query;
    const struct company *company = s->image->company;
    const int64_t notice_s = (int64_t)s->rules->policy[q->audience].notice_min * MINUTE_S;
    s->days = arena_array(s->arena, struct slot_day, (size_t)q->days);
    s->day_rules = arena_array(s->arena, struct day_rule, (size_t)q->days);
    s->day_has_hours = arena_array(s->arena, bool, (size_t)q->days);
    for (int32_t d = 0; d < q->days; d++) {
        s->days[d] = (struct slot_day){ .date = q->from + d, .sale = SALE_CLOSED };
        s->day_rules[d].earliest = q->look.now + notice_s;
        s->day_rules[d].is_closed =
            date_judge(company, s->rules, q->audience, q->look.now, q->from + d) != CODE_NONE;
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
    const bool by_time = query->by_time || query->count > 1;
    struct search s = {
        .image = image,
        .query = query,
        .rules = company_rules(image->company, query->brand),
        .arena = arena,
        .origin = date_span(image->company->zone, query->from).start,
        .visit_s = (int64_t)query->minutes * MINUTE_S,
        .start_leads = by_time || query->order == ORDER_TIME,
        .first_passing = INT64_MAX,
    };
    s.buffer_s = (int64_t)s.rules->buffer_min * MINUTE_S;
    days_make(&s);
    if (query->n_inspectors > 0) {
        for (size_t i = 0; i < query->n_inspectors; i++)
            search_inspector(&s, query->inspectors[i]);
    } else {
        for (size_t i = 0; i < image->company->n_inspectors; i++)
            search_inspector(&s, (int32_t)i);
    }
    struct slot_list list;
    if (by_time) {
        list = list_by_time(&s);
    } else {
        const size_t n = keys_take_smallest(s.keys, s.n_keys, query->limit);
        list = (struct slot_list){ .slots = slots_from_keys(&s, s.keys, n), .n_slots = n };
    }
    for (int32_t d = 0; d < query->days; d++) {
        if (s.day_has_hours[d])
            s.days[d].sale = s.days[d].count > 0 ? SALE_OPEN : SALE_FULL;
    }
    list.days = s.days;
    list.n_days = (size_t)query->days;
    list.valid_until = valid_until(&s);
    return list;
}
