/* Capacity, in one pass over an inspector's days: hours and busy time are sorted. */
#include "core/capacity.h"

#include "offer.h"

struct shelf { /* one inspector, and the day at hand */
    const struct image *image;
    const struct rules *rules;
    const struct day_open *day;
    struct busy_pair busy;
    const struct policy *policy;
    int64_t visit_s;
    struct buffer buffer;
};

/* ---- what is open, and taken of it ---- */

static void put_span(struct span *at, size_t *n, struct span when)
{
    size_t k = (*n)++;
    for (; k > 0 && at[k - 1].start > when.start; k--)
        at[k] = at[k - 1];
    at[k] = when;
}

/* The day's open time in order; it may overlap: a start slot may lie in a span. */
static size_t open_spans(const struct shelf *s, struct span *ret)
{
    size_t n = 0;
    utc_s start;
    for (size_t i = 0; i < s->day->n_spans; i++)
        put_span(ret, &n, s->day->spans[i].when);
    for (size_t i = 0; i < s->day->n_starts; i++) {
        if (day_instant(s->image->company->zone, s->day, s->day->starts[i], &start))
            put_span(ret, &n, (struct span){ start, start + s->visit_s });
    }
    return n;
}

/* Where what is known at `at` ends: taken until there when *ret_taken, else free. */
static utc_s stretch_end(const struct busy *busy, size_t *next, utc_s at, bool *ret_taken)
{
    while (*next < busy->n && busy->spans[*next].end <= at)
        ++*next;
    if (*next == busy->n)
        return INT64_MAX;
    if (busy->spans[*next].start > at)
        return busy->spans[*next].start;
    *ret_taken = true;
    return busy->spans[*next].end;
}

static int64_t taken_within(const struct busy_pair *busy, struct span when)
{
    size_t claimed = busy_after(&busy->claimed, when.start);
    size_t absent = busy_after(&busy->absent, when.start);
    int64_t taken_s = 0;
    for (utc_s at = when.start; at < when.end;) {
        bool by_claim = false;
        bool by_absence = false;
        const utc_s a = stretch_end(&busy->claimed, &claimed, at, &by_claim);
        const utc_s b = stretch_end(&busy->absent, &absent, at, &by_absence);
        utc_s end = by_claim == by_absence ? (a < b ? a : b) : by_claim ? a : b;
        end = end < when.end ? end : when.end;
        if (by_claim || by_absence)
            taken_s += end - at;
        at = end;
    }
    return taken_s;
}

static void measure(const struct shelf *s, struct arena *arena, struct capacity_cell *ret)
{
    const size_t room = s->day->n_spans + s->day->n_starts;
    struct span *open = arena_array(arena, struct span, room);
    const size_t n = open_spans(s, open);
    utc_s seen = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        struct span part = open[i];
        if (part.start < seen)
            part.start = seen;
        if (span_is_empty(part))
            continue;
        seen = part.end;
        ret->open_s += part.end - part.start;
        ret->taken_s += taken_within(&s->busy, part);
    }
}

/* ---- how many jobs fit ---- */

/* The first instant at which nothing that stands in the way of a visit at `start` does so any
 * longer; `start` itself when nothing does. */
static utc_s clear_from(const struct shelf *s, utc_s start)
{
    const struct busy *claimed = &s->busy.claimed;
    const struct busy *absent = &s->busy.absent;
    const size_t c = busy_after(claimed, start - s->buffer.before_s);
    const size_t a = busy_after(absent, start);
    utc_s clear = start;
    if (c < claimed->n && claimed->spans[c].start < start + s->visit_s + s->buffer.after_s)
        clear = claimed->spans[c].end + s->buffer.before_s;
    if (a < absent->n && absent->spans[a].start < start + s->visit_s &&
        absent->spans[a].end > clear)
        clear = absent->spans[a].end;
    return clear;
}

/* The first wall minute of the grid that counts from `first` and is not before `at`. */
static utc_s grid_next(const struct shelf *s, const struct open_span *span, int32_t first, utc_s at)
{
    const int32_t step = s->rules->step_min;
    int32_t minute = first;
    utc_s start;
    if (s->day->is_plain) {
        const int64_t late_s = at - (s->day->day.start + (utc_s)first * MINUTE_S);
        const int64_t step_s = (int64_t)step * MINUTE_S;
        if (late_s > 0)
            minute += (int32_t)((late_s + step_s - 1) / step_s) * step;
    }
    for (; minute < span->wall.to_min; minute += step) {
        if (may_start_at(s->policy, minute) &&
            day_instant(s->image->company->zone, s->day, minute, &start) && start >= at)
            return start;
    }
    return INT64_MAX;
}

/* Where the free gap that `at` lies in begins: nothing is taken at `at`. */
static utc_s gap_from(const struct shelf *s, const struct open_span *span, utc_s floor, utc_s at)
{
    const struct gap limits = { span->extent_start, INT64_MAX };
    const size_t c = busy_after(&s->busy.claimed, at - s->buffer.before_s);
    const size_t a = busy_after(&s->busy.absent, at);
    const struct gap gap = gap_around(&s->busy, c, a, limits, s->buffer);
    return gap.from > floor ? gap.from : floor;
}

/* Where it ends. */
static utc_s gap_to(const struct shelf *s, utc_s at)
{
    const struct gap limits = { INT64_MIN, INT64_MAX - 1 };
    const size_t c = busy_after(&s->busy.claimed, at - s->buffer.before_s);
    const size_t a = busy_after(&s->busy.absent, at);
    return gap_around(&s->busy, c, a, limits, s->buffer).to;
}

static int32_t grid_origin(const struct shelf *s, const struct open_span *span, utc_s floor,
                           utc_s at)
{
    if (s->rules->anchor != ANCHOR_GAP)
        return grid_first(s->rules, span->wall);
    return gap_grid_first(s->image->company->zone, span, gap_from(s, span, floor, at));
}

/* Moves on to where a gap may begin: a claim and the buffer after it are never free. */
static utc_s gap_next(const struct shelf *s, utc_s at)
{
    for (;;) {
        const size_t c = busy_after(&s->busy.claimed, at - s->buffer.before_s);
        const size_t a = busy_after(&s->busy.absent, at);
        if (c < s->busy.claimed.n && s->busy.claimed.spans[c].start - s->buffer.after_s <= at)
            at = s->busy.claimed.spans[c].end + s->buffer.before_s;
        else if (a < s->busy.absent.n && s->busy.absent.spans[a].start <= at)
            at = s->busy.absent.spans[a].end;
        else
            return at;
    }
}

/* The first start of the span's grid at or after `from` that is free; jobs taken before end at
 * `floor`. INT64_MAX: none. */
static utc_s span_start(const struct shelf *s, const struct open_span *span, utc_s floor,
                        utc_s from)
{
    utc_s at = from > span->when.start ? from : span->when.start;
    while (at < span->when.end) {
        const bool restarts = s->rules->anchor == ANCHOR_GAP;
        if (restarts)
            at = gap_next(s, at);
        const utc_s start = grid_next(s, span, grid_origin(s, span, floor, at), at);
        const utc_s end = restarts ? gap_to(s, at) : INT64_MAX;
        if (start >= end) {
            at = end;
            continue;
        }
        if (start >= span->when.end || start + s->visit_s > span->extent_end)
            return INT64_MAX;
        const utc_s clear = clear_from(s, start);
        if (clear == start)
            return start;
        at = clear;
    }
    return INT64_MAX;
}

static utc_s slot_start(const struct shelf *s, utc_s from)
{
    for (size_t i = 0; i < s->day->n_starts; i++) {
        utc_s start;
        if (may_start_at(s->policy, s->day->starts[i]) &&
            day_instant(s->image->company->zone, s->day, s->day->starts[i], &start) &&
            start >= from && clear_from(s, start) == start)
            return start;
    }
    return INT64_MAX;
}

static utc_s day_start(const struct shelf *s, utc_s floor, utc_s from)
{
    utc_s best = slot_start(s, from);
    for (size_t i = 0; i < s->day->n_spans; i++) {
        const utc_s start = span_start(s, &s->day->spans[i], floor, from);
        best = start < best ? start : best;
    }
    return best;
}

static int32_t fit(const struct shelf *s, utc_s earliest, int32_t most)
{
    utc_s floor = INT64_MIN;
    utc_s from = earliest;
    int32_t n = 0;
    while (n < most) {
        const utc_s start = day_start(s, floor, from);
        if (start == INT64_MAX)
            break;
        n++;
        floor = start + s->visit_s + s->buffer.before_s;
        from = floor;
    }
    return n;
}

/* ---- days ---- */

static int32_t left_of(const struct calendar *calendar, const struct look *look, struct span when,
                       int32_t most)
{
    return most == NOT_FOUND ? INT32_MAX : most - calendar_jobs(calendar, look, when, NULL);
}

/* Each day stands alone (P3): what the days before it could take of the week is not counted. */
static int32_t jobs_left(const struct shelf *s, int32_t inspector, const struct look *look)
{
    const struct inspector *who = &s->image->company->inspectors[inspector];
    const struct calendar *calendar = s->image->calendars[inspector];
    const int32_t of_day =
        left_of(calendar, look, s->day->day, stricter(s->policy->daily_max, who->daily_max));
    const int32_t of_week =
        left_of(calendar, look, week_span(s->image->company->zone, s->day->date),
                stricter(s->policy->weekly_max, who->weekly_max));
    return of_day < of_week ? of_day : of_week;
}

static bool may_go(const struct image *image, const struct slot_query *q, int32_t inspector)
{
    const struct inspector *who = &image->company->inspectors[inspector];
    const struct rules *rules = company_rules(image->company, q->brand);
    if (!who->is_active || !may_do(image->company, rules, who, q->services, q->n_services))
        return false;
    if (!q->has_place || rules->policy[q->audience].outside_area != AREA_REFUSE)
        return true;
    const struct area_set around =
        areas_around(image->company->areas, image->company->n_areas, q->place);
    return !is_outside(image->company, who, &around);
}

const struct capacity_cell *capacity_find(const struct image *image, const struct slot_query *query,
                                          int32_t inspector, struct arena *arena)
{
    const struct company *company = image->company;
    const struct rules *rules = company_rules(company, query->brand);
    const struct policy *policy = &rules->policy[query->audience];
    const size_t n = (size_t)query->days;
    struct capacity_cell *cells = arena_array(arena, struct capacity_cell, n);
    struct arena room = arena_make(SIZE_MAX / 2);
    const struct hours hours =
        image_hours(image, inspector, query->audience, query->from, n, &room);
    const struct calendar *calendar = image->calendars[inspector];
    struct shelf shelf = { .image = image,
                           .rules = rules,
                           .busy = { calendar->claimed, calendar->absent },
                           .visit_s = (int64_t)query->minutes * MINUTE_S,
                           .policy = policy,
                           .buffer = buffer_of(rules) };
    if (!calendar_sees_all(calendar, &query->look))
        shelf.busy = calendar_busy(calendar, &query->look,
                                   (struct span){ hours.days[0].day.start - 2 * (utc_s)DAY_S,
                                                  hours.days[n - 1].day.end + 2 * (utc_s)DAY_S },
                                   &room);
    const utc_s earliest = query->look.now + (utc_s)policy->notice_min * MINUTE_S;
    const bool goes = may_go(image, query, inspector);
    for (size_t d = 0; d < n; d++) {
        shelf.day = &hours.days[d];
        cells[d].state = shelf.day->state;
        if (shelf.day->state != DAY_OPEN)
            continue;
        measure(&shelf, &room, &cells[d]);
        if (goes && date_judge(company, rules, query->audience, query->look.now, shelf.day->date,
                               0) == CODE_NONE)
            cells[d].fits = fit(&shelf, earliest, jobs_left(&shelf, inspector, &query->look));
    }
    arena_drop(&room);
    return cells;
}
