/* The dated rows that a change of a week leaves behind. */
#include "core/history.h"

#include <string.h>

bool history_is_due(const struct inspector *before, const struct inspector *after)
{
    return !hours_same_week(before, after);
}

/* ---- templates ---- */

enum { TEMPLATE_ROWS_MAX = WEEK_ROWS_EQUAL_MAX + OPENINGS_PER_DAY_MAX };

struct template
{ /* what stands for the week on one date */
    const struct day_hours *rows[TEMPLATE_ROWS_MAX];
    size_t n;
    bool is_replaced; /* by an opening that somebody made */
};

static struct template template_of(const struct company *company, int32_t inspector, date_d date,
                                   bool with_history)
{
    struct template t = { .n = 0 };
    for (size_t i = hours_first_opening(company, inspector, date);
         i < company->n_openings && company->openings[i].inspector == inspector &&
         company->openings[i].date == date;
         i++) {
        const struct opening *o = &company->openings[i];
        t.is_replaced = t.is_replaced || (!o->is_manual && !o->is_history);
        if (o->is_history && with_history)
            t.rows[t.n++] = &o->hours;
    }
    if (t.n == 0)
        t.n = hours_week_rows(&company->inspectors[inspector], date, t.rows);
    return t;
}

static bool has_start(const struct template *t, int32_t minute)
{
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < t->rows[i]->n_starts; k++) {
            if (t->rows[i]->starts[k] == minute)
                return true;
        }
    }
    return false;
}

/* ---- one day ---- */

struct keeping {
    const struct image *before;
    const struct company *after;
    int32_t inspector_before, inspector_after;
    struct arena *arena;
};

/* The wall minute at which the claim begins, when it is a start slot of the old template. */
static bool booked_start(const struct keeping *k, const struct template *old,
                         const struct claim *claim, int32_t *ret)
{
    const struct zone *zone = k->before->company->zone;
    const wall_s wall = zone_to_wall(zone, claim->when.start);
    *ret = wall_minute(wall);
    return claim->kind == CLAIM_INSPECTION && has_start(old, *ret) &&
           zone_from_wall(zone, (wall_s)wall_date(wall) * DAY_S + (wall_s)*ret * MINUTE_S).first ==
               claim->when.start;
}

static void start_put(int32_t *starts, size_t *n, int32_t minute)
{
    size_t k = *n;
    while (k > 0 && starts[k - 1] > minute)
        k--;
    if (k > 0 && starts[k - 1] == minute)
        return;
    memmove(starts + k + 1, starts + k, (*n - k) * sizeof *starts);
    starts[k] = minute;
    ++*n;
}

/* The new template as one; false: it is more than a row may say, and then nothing is dated. */
static bool hours_of_rows(const struct keeping *k, const struct template *t, size_t n_booked,
                          struct day_hours *ret)
{
    size_t n_spans = 0;
    size_t n_starts = n_booked;
    for (size_t i = 0; i < t->n; i++) {
        n_spans += t->rows[i]->n_spans;
        n_starts += t->rows[i]->n_starts;
    }
    struct wall_span *spans = arena_array(k->arena, struct wall_span, n_spans);
    int32_t *starts = arena_array(k->arena, int32_t, n_starts);
    *ret = (struct day_hours){ .spans = spans, .starts = starts };
    for (size_t i = 0; i < t->n; i++) {
        for (size_t s = 0; s < t->rows[i]->n_spans; s++)
            spans[ret->n_spans++] = t->rows[i]->spans[s];
        for (size_t s = 0; s < t->rows[i]->n_starts; s++)
            start_put(starts, &ret->n_starts, t->rows[i]->starts[s]);
    }
    ret->n_spans = wall_spans_merge(spans, ret->n_spans);
    bool fits = ret->n_spans <= DAY_SPANS_MAX && ret->n_starts + n_booked <= DAY_STARTS_MAX;
    for (size_t i = 0; i < ret->n_spans; i++)
        fits = fits && spans[i].to_min - spans[i].from_min <= DAY_MIN;
    return fits;
}

/* Of the claims of one date. */
static bool day_keep(const struct keeping *k, date_d date, const struct claim *claims, size_t n,
                     struct history_day *ret)
{
    const struct template old = template_of(k->before->company, k->inspector_before, date, true);
    const struct template new = template_of(k->after, k->inspector_after, date, false);
    int32_t *booked = arena_array(k->arena, int32_t, n);
    size_t n_booked = 0;
    for (size_t i = 0; i < n; i++) {
        int32_t minute;
        if (booked_start(k, &old, &claims[i], &minute) && !has_start(&new, minute))
            start_put(booked, &n_booked, minute);
    }
    ret->date = date;
    if (n_booked == 0 || old.is_replaced || new.is_replaced ||
        !hours_of_rows(k, &new, n_booked, &ret->hours))
        return false;
    for (size_t i = 0; i < n_booked; i++)
        start_put((int32_t *)(uintptr_t)ret->hours.starts, &ret->hours.n_starts, booked[i]);
    return true;
}

struct history history_days(const struct image *before, int32_t inspector_before,
                            const struct company *after, int32_t inspector_after, date_d today,
                            struct arena *arena)
{
    const struct keeping k = { before, after, inspector_before, inspector_after, arena };
    const struct zone *zone = before->company->zone;
    const struct calendar *calendar = before->calendars[inspector_before];
    struct history_day *days = arena_array(arena, struct history_day, calendar->n_claims);
    size_t n = 0;
    for (size_t i = 0; i < calendar->n_claims;) {
        const date_d date = wall_date(zone_to_wall(zone, calendar->claims[i].when.start));
        size_t end = i + 1;
        while (end < calendar->n_claims &&
               wall_date(zone_to_wall(zone, calendar->claims[end].when.start)) == date)
            end++;
        if (date >= today)
            n += day_keep(&k, date, &calendar->claims[i], end - i, &days[n]);
        i = end;
    }
    return (struct history){ days, n };
}
