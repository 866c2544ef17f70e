/* Random calendars: the audit against every pair looked at, and every minute.
 *
 *   test_audit_oracle [CALENDARS [SEED]]     a difference prints the seed of its calendar
 *
 * The oracle knows nothing of sweeps, sorting or laid hours: two loops over the visits, two over
 * the orders, and a walk through each order's minutes. Hours are compared where no clock changes
 * within some days (what changes mean there is told in tests/cases/audit.cases). At the end one
 * inspector with 200,000 visits that all overlap must be counted at once. */
#include "roll.h"

#include "base/block.h"
#include "core/audit.h"
#include "core/booking.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 30, THINGS_MAX = 120, DENSE = 200000 };

struct trial {
    uint64_t seed;
    struct world world;
    const struct image *image;
    struct audit_thing things[THINGS_MAX];
    struct audit_visit visits[2 * THINGS_MAX];
    size_t n_things, n_visits;
    struct audit_report report;
    size_t n_wanted[AUDIT_KINDS];
    bool is_listed_whole; /* few enough for the list to have all */
    int wrong;
};

static void differs(struct trial *t, const char *what, size_t got, size_t wanted)
{
    if (t->wrong++ == 0)
        printf("calendar of seed %" PRIu64 " in %s:\n", t->seed, roll_zone_name(t->world.zone));
    printf("  %s: %zu, and the oracle says %zu\n", what, got, wanted);
}

/* ---- a calendar ---- */

static void roll_things(struct trial *t)
{
    const int32_t n_inspectors = (int32_t)t->world.n_inspectors;
    const utc_s from = (utc_s)roll(18000, 21000) * DAY_S;
    const int32_t days = chance(50) ? 2 : 20;
    const int32_t places = roll(1, 6);
    t->n_things = (size_t)roll(0, THINGS_MAX);
    t->n_visits = 0;
    for (size_t i = 0; i < t->n_things; i++) {
        struct audit_thing *x = &t->things[i];
        const utc_s start = from + (utc_s)roll(0, days * 96) * 15 * MINUTE_S;
        *x = (struct audit_thing){ .kind = chance(85) ? CLAIM_INSPECTION : CLAIM_EVENT,
                                   .inspector = roll(0, n_inspectors - 1),
                                   .when = { start, start + (utc_s)roll(1, 20) * 15 * MINUTE_S } };
        if (chance(80))
            x->place_key = roll(1, places);
        for (int k = 0; k < AUDIT_CLIENT_KEYS; k++)
            x->client[k] = chance(60) ? (uint64_t)roll(1, 3) + 10 * (uint64_t)k : 0;
        t->visits[t->n_visits++] = (struct audit_visit){ x->inspector, (int32_t)i, x->when };
        if (n_inspectors > 1 && chance(10))
            t->visits[t->n_visits++] =
                (struct audit_visit){ (x->inspector + 1) % n_inspectors, (int32_t)i, x->when };
    }
}

/* ---- the oracle ---- */

static bool is_order(const struct trial *t, int32_t thing)
{
    return t->things[thing].kind == CLAIM_INSPECTION;
}

/* How often the report lists this pair as this kind, whichever stands first. */
static size_t listed(const struct trial *t, enum audit_kind kind, int32_t x, int32_t y,
                     int32_t inspector)
{
    size_t n = 0;
    for (size_t i = 0; i < t->report.n_findings; i++) {
        const struct audit_finding *f = &t->report.findings[i];
        const bool same =
            (f->a.thing == x && f->b.thing == y) || (f->a.thing == y && f->b.thing == x);
        n += f->kind == kind && same && (inspector == NOT_FOUND || f->inspector == inspector);
    }
    return n;
}

static void want(struct trial *t, enum audit_kind kind, int32_t x, int32_t y, int32_t inspector)
{
    const size_t n = listed(t, kind, x, y, inspector);
    t->n_wanted[kind]++;
    if (n != 1 && (n > 1 || t->is_listed_whole))
        differs(t, audit_kind_name(kind).at, n, 1);
}

static void judge_visits(struct trial *t)
{
    const struct rules *rules = &t->image->company->rules;
    const int32_t before = rules->buffer_before_min;
    const int32_t after = rules->buffer_after_min;
    const int64_t buffer_s = (int64_t)(before > after ? before : after) * MINUTE_S;
    for (size_t i = 0; i < t->n_visits; i++) {
        for (size_t k = i + 1; k < t->n_visits; k++) {
            const struct audit_visit *x = &t->visits[i];
            const struct audit_visit *y = &t->visits[k];
            const int64_t from = x->when.start > y->when.start ? x->when.start : y->when.start;
            const int64_t to = x->when.end < y->when.end ? x->when.end : y->when.end;
            if (x->inspector != y->inspector || x->thing == y->thing)
                continue;
            if (from < to && (is_order(t, x->thing) || is_order(t, y->thing)))
                want(t, x->when.start == y->when.start ? AUDIT_SAME_START : AUDIT_OVERLAP, x->thing,
                     y->thing, x->inspector);
            if (from >= to && from - to < buffer_s && is_order(t, x->thing) &&
                is_order(t, y->thing))
                want(t, AUDIT_TOO_CLOSE, x->thing, y->thing, x->inspector);
        }
    }
}

static bool is_earlier(const struct trial *t, int32_t x, int32_t y)
{
    const utc_s a = t->things[x].when.start;
    const utc_s b = t->things[y].when.start;
    return a < b || (a == b && x < y);
}

/* The last order before y of who is known by this at y's address; NOT_FOUND: none within a week. */
static int32_t before(const struct trial *t, int32_t y, int k)
{
    const struct audit_thing *b = &t->things[y];
    int32_t last = NOT_FOUND;
    for (int32_t x = 0; x < (int32_t)t->n_things; x++) {
        const struct audit_thing *a = &t->things[x];
        bool known = false;
        for (int m = 0; m < AUDIT_CLIENT_KEYS; m++)
            known = known || a->client[m] == b->client[k];
        if (is_order(t, x) && known && a->place_key == b->place_key && is_earlier(t, x, y) &&
            (last == NOT_FOUND || is_earlier(t, last, x)))
            last = x;
    }
    const bool near = last != NOT_FOUND &&
                      b->when.start - t->things[last].when.start <= (utc_s)DUPLICATE_DAYS * DAY_S;
    return near ? last : NOT_FOUND;
}

static bool changes_by(const struct zone *zone, utc_s at, int64_t by)
{
    for (utc_s hour = at - 7 * DAY_S + 900; hour <= at + 7 * DAY_S; hour += 900) {
        const int64_t step = zone_offset_s(zone, hour) - zone_offset_s(zone, hour - 900);
        if (step != 0)
            return step == by || step == -by;
    }
    return false;
}

static bool is_shift(const struct zone *zone, utc_s a, utc_s b)
{
    const int64_t apart = b - a;
    const int64_t from_a = zone_offset_s(zone, a);
    const int64_t from_b = zone_offset_s(zone, b);
    return apart != 0 && (apart * apart == from_a * from_a || apart * apart == from_b * from_b ||
                          changes_by(zone, a, apart) || changes_by(zone, b, apart));
}

static void judge_twins(struct trial *t)
{
    for (int32_t y = 0; y < (int32_t)t->n_things; y++) {
        int32_t seen[AUDIT_CLIENT_KEYS];
        for (int k = 0; k < AUDIT_CLIENT_KEYS; k++) {
            const bool asks =
                is_order(t, y) && t->things[y].place_key != 0 && t->things[y].client[k] != 0;
            seen[k] = asks ? before(t, y, k) : NOT_FOUND;
            bool again = seen[k] == NOT_FOUND;
            for (int m = 0; m < k; m++)
                again = again || seen[m] == seen[k];
            if (!again)
                want(t,
                     is_shift(t->world.zone, t->things[seen[k]].when.start, t->things[y].when.start)
                         ? AUDIT_SHIFTED_TWIN
                         : AUDIT_DUPLICATE,
                     seen[k], y, NOT_FOUND);
        }
    }
}

/* ---- hours, minute by minute ---- */

static bool is_worked(const struct world *w, int32_t inspector, wall_s minute)
{
    for (int32_t before = 0; before < 2; before++) {
        const date_d on = wall_date(minute) - before;
        const struct world_hours *h = &w->inspectors[inspector].week[date_weekday(on)];
        const int32_t since = wall_minute(minute) + before * DAY_MIN;
        for (size_t i = 0; i < h->n_spans; i++) {
            if (h->spans[i].from_min <= since && since < h->spans[i].to_min)
                return true;
        }
    }
    return false;
}

static bool is_inside(const struct world *w, int32_t inspector, wall_s start, int64_t length)
{
    const struct world_hours *h = &w->inspectors[inspector].week[date_weekday(wall_date(start))];
    for (size_t i = 0; i < h->n_starts; i++) {
        if (h->starts[i] == wall_minute(start))
            return true;
    }
    for (wall_s at = start; at < start + length; at += MINUTE_S) {
        if (!is_worked(w, inspector, at))
            return false;
    }
    return true;
}

static bool is_steady(const struct zone *zone, utc_s at)
{
    for (int64_t day = -10; day <= 10; day++) {
        if (zone_offset_s(zone, at + day * DAY_S) != zone_offset_s(zone, at))
            return false;
    }
    return true;
}

static void judge_hours(struct trial *t)
{
    size_t outside = 0;
    bool all_steady = true;
    for (size_t i = 0; i < t->n_visits; i++) {
        const struct audit_visit *v = &t->visits[i];
        const int64_t offset = zone_offset_s(t->world.zone, v->when.start);
        const wall_s wall = v->when.start + offset;
        const int64_t length = v->when.end - v->when.start;
        all_steady = all_steady && is_steady(t->world.zone, v->when.start);
        if (!is_order(t, v->thing) || !is_steady(t->world.zone, v->when.start) ||
            is_inside(&t->world, v->inspector, wall, length))
            continue;
        outside++;
        if (offset != 0 && (is_inside(&t->world, v->inspector, wall - offset, length) ||
                            is_inside(&t->world, v->inspector, wall + offset, length)))
            want(t, AUDIT_SHIFTED, v->thing, NOT_FOUND, v->inspector);
    }
    if (all_steady && outside != t->report.outside_hours)
        differs(t, "outside hours", t->report.outside_hours, outside);
    if (all_steady && t->n_wanted[AUDIT_SHIFTED] != t->report.counts[AUDIT_SHIFTED])
        differs(t, "shifted", t->report.counts[AUDIT_SHIFTED], t->n_wanted[AUDIT_SHIFTED]);
}

/* ---- trials ---- */

static size_t try_one(struct trial *t, struct arena *arena)
{
    struct slot_query query;
    roll_start(t->seed);
    roll_world(&t->world, &query);
    t->world.n_openings = t->world.n_holidays = t->world.n_claims = 0;
    for (size_t i = 0; i < t->world.n_inspectors; i++)
        t->world.inspectors[i].n_dated = 0;
    roll_things(t);
    memset(t->n_wanted, 0, sizeof t->n_wanted);
    t->image = world_image(&t->world);
    const struct audit_input input = { t->image->company, t->things, t->n_things, t->visits,
                                       t->n_visits };
    t->report = audit_run(&input, arena);
    t->is_listed_whole = t->n_visits <= AUDIT_LOOKED_AT;
    judge_visits(t);
    judge_twins(t);
    judge_hours(t);
    size_t n = 0;
    for (int kind = 0; kind < AUDIT_KINDS; kind++) {
        n += t->report.counts[kind];
        if (kind != AUDIT_SHIFTED && t->n_wanted[kind] != t->report.counts[kind])
            differs(t, audit_kind_name((enum audit_kind)kind).at, t->report.counts[kind],
                    t->n_wanted[kind]);
    }
    if (t->report.n_findings > n || (t->is_listed_whole && t->report.n_findings != n))
        differs(t, "findings that are listed", t->report.n_findings, n);
    block_free(t->image);
    return n;
}

/* All overlap: n (n - 1) / 2 pairs are counted and few listed, in no time. */
static int try_dense(struct trial *t, struct arena *arena)
{
    struct audit_thing *things = arena_array(arena, struct audit_thing, DENSE);
    struct audit_visit *visits = arena_array(arena, struct audit_visit, DENSE);
    for (int32_t i = 0; i < DENSE; i++) {
        things[i] = (struct audit_thing){
            .kind = CLAIM_INSPECTION, .place_key = 1, .client = { 1 }, .when = { i, i + DENSE }
        };
        visits[i] = (struct audit_visit){ 0, i, things[i].when };
    }
    t->image = world_image(&t->world);
    const struct audit_input input = { t->image->company, things, DENSE, visits, DENSE };
    const struct audit_report got = audit_run(&input, arena);
    block_free(t->image);
    const size_t pairs = (size_t)DENSE * (DENSE - 1) / 2;
    if (got.counts[AUDIT_OVERLAP] == pairs &&
        got.n_findings <= 2 * AUDIT_LISTED_PER_KIND + 3 * AUDIT_LISTED_PER_INSPECTOR)
        return 0;
    printf("dense: %zu of %zu pairs, %zu listed\n", got.counts[AUDIT_OVERLAP], pairs,
           got.n_findings);
    return 1;
}

int main(int argc, char **argv)
{
    static struct trial t;
    const int n = argc > 1 ? atoi(argv[1]) : 300;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct arena zones = arena_make(ARENA_BYTES);
    struct arena arena = arena_make(ARENA_BYTES);
    size_t findings = 0;
    int wrong = 0;
    roll_zones_read(&zones);
    for (int i = 0; i < n && wrong < 10; i++) {
        t.seed = seed + (uint64_t)i;
        t.wrong = 0;
        arena_reset(&arena);
        findings += try_one(&t, &arena);
        wrong += t.wrong > 0;
    }
    wrong += try_dense(&t, &arena);
    printf("%d calendars from seed %" PRIu64 ": %zu findings, %d wrong\n", n, seed, findings,
           wrong);
    arena_drop(&arena);
    arena_drop(&zones);
    return wrong == 0 && (findings > 0 || n == 0) ? 0 : 1;
}
