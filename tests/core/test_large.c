/* The largest company that there may be, and the longest question: memory is bounded by what is
 * shown and by the inspectors, and what is cut from a list is its end.
 *
 *   test_large [SHOW]     with SHOW each search of the largest prints its bytes and milliseconds */
#include "zone_file.h"

#include "base/block.h"
#include "core/booking.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SEARCH_BYTES_MAX = 2 * 1024 * 1024,
    DECIDE_BYTES_MAX = 64 * 1024,
    FIRST_DAY = 20787, /* 2026-11-30 */
    CLAIMS_EACH = 62,
    ID_BYTES = 8,
    UNLIMITED = 400000,
};

static int wrong;

static void differs(const char *what, size_t a, size_t b)
{
    wrong++;
    printf("%s: %zu and %zu\n", what, a, b);
}

/* ---- a company ---- */

static void company_drop(void *content)
{
    struct company *company = content;
    arena_drop(&company->arena);
}

static const struct day_hours *hours_make(struct arena *arena, bool mixed)
{
    struct day_hours *hours = arena_new(arena, struct day_hours);
    struct wall_span *spans = arena_array(arena, struct wall_span, 1);
    int32_t *starts = arena_array(arena, int32_t, 2);
    spans[0] = (struct wall_span){ 0, 1440 };
    starts[0] = 600;
    starts[1] = 603;
    *hours = (struct day_hours){ spans, 1, starts, mixed ? 2 : 0 };
    return hours;
}

static const struct company *company_make(const struct zone *zone, size_t n)
{
    struct company *company = block_new(sizeof *company, company_drop);
    company->arena = arena_make((size_t)64 << 20);
    struct inspector *inspectors = arena_array(&company->arena, struct inspector, n);
    for (size_t i = 0; i < n; i++) {
        const struct day_hours *hours = hours_make(&company->arena, i % 10 == 0);
        inspectors[i].id = str_print(&company->arena, "i%05zu", i);
        inspectors[i].is_active = true;
        inspectors[i].daily_max = inspectors[i].weekly_max = NOT_FOUND;
        for (int day = 0; day < 7; day++)
            inspectors[i].week[day] = *hours;
    }
    company->id = STR("large");
    company->zone = zone;
    company->rules = (struct rules){ .step_min = 5 };
    for (int a = 0; a < AUDIENCES; a++)
        company->rules.policy[a] = (struct policy){ .same_day = true,
                                                    .cutoff_min = NOT_FOUND,
                                                    .horizon_days = HORIZON_DAYS_MAX,
                                                    .daily_max = NOT_FOUND,
                                                    .weekly_max = NOT_FOUND,
                                                    .latest_min = DAY_MIN };
    struct brand *brand = arena_new(&company->arena, struct brand);
    *brand = (struct brand){ .id = STR("large"), .rules = company->rules };
    company->brands = brand;
    company->n_brands = 1;
    company->inspectors = inspectors;
    company->n_inspectors = n;
    company->shortest_visit_min = 60;
    return company;
}

/* One claim a day for each, at hours of their own; every third a hold that has ended. */
static const struct image *image_of(const struct zone *zone, size_t n, utc_s now)
{
    const struct company *company = company_make(zone, n);
    struct arena arena = arena_make((size_t)256 << 20);
    struct claim_at *claims = arena_array(&arena, struct claim_at, n * CLAIMS_EACH);
    for (size_t i = 0; i < n * CLAIMS_EACH; i++) {
        const size_t who = i / CLAIMS_EACH;
        const utc_s start = (utc_s)(FIRST_DAY + (date_d)(i % CLAIMS_EACH)) * DAY_S +
                            (utc_s)(i * 7919 % 1380) * MINUTE_S;
        const ref_t ref = (ref_t)(i + 1) << REF_SEQ_SHIFT;
        claims[i].inspector = company->inspectors[who].id;
        claims[i].claim = (struct claim){ .when = { start, start + HOUR_S },
                                          .ref = ref,
                                          .owner = ref,
                                          .lock_group = ref,
                                          .expires_at = now - 1,
                                          .kind = i % 3 == 0 ? CLAIM_HOLD : CLAIM_INSPECTION };
    }
    const struct image_parts parts = {
        .company = company, .claims = claims, .n_claims = n * CLAIMS_EACH, .floor = INT64_MIN
    };
    const struct image *bare = image_make(&parts);
    const struct image *image = image_with_hours(bare, FIRST_DAY);
    block_free(bare);
    arena_drop(&arena);
    return image;
}

/* ---- questions ---- */

static const struct shape {
    const char *name;
    enum slot_order order;
    bool by_time, keep;
    int32_t count;
} shapes[] = {
    { "by inspector, the cheapest first", ORDER_OPTIMAL, false, false, 1 },
    { "by inspector, in time order", ORDER_TIME, false, false, 1 },
    { "by inspector, the nearest first", ORDER_NEAREST, false, false, 1 },
    { "by inspector, overlapping kept", ORDER_OPTIMAL, false, true, 1 },
    { "by time, the cheapest first", ORDER_OPTIMAL, true, false, 1 },
    { "by time, in time order", ORDER_TIME, true, false, 1 },
    { "by time, the nearest first", ORDER_NEAREST, true, false, 1 },
    { "by time, overlapping kept", ORDER_OPTIMAL, true, true, 1 },
    { "by time, eight together", ORDER_OPTIMAL, true, false, 8 },
    { "by time, eight together, overlapping kept", ORDER_TIME, true, true, 8 },
    { "by time, three together, the nearest first", ORDER_NEAREST, true, false, 3 },
};

enum { SHAPES = sizeof shapes / sizeof *shapes };

static struct slot_query query_of(const struct shape *shape, int32_t days, size_t limit)
{
    const utc_s now = (utc_s)FIRST_DAY * DAY_S;
    return (struct slot_query){ .audience = AUDIENCE_INTERNAL,
                                .brand = NOT_FOUND,
                                .minutes = 60,
                                .from = FIRST_DAY,
                                .days = days,
                                .requested = NOT_FOUND,
                                .count = shape->count,
                                .by_time = shape->by_time,
                                .keep_overlapping = shape->keep,
                                .order = shape->order,
                                .near = now + (utc_s)days * DAY_S / 2,
                                .near_inspector = 3,
                                .limit = limit,
                                .look = { .now = now } };
}

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* "Any" asks everybody, and nobody's calendar is copied for it. */
static void any_of(const struct image *image)
{
    struct arena arena = arena_make(DECIDE_BYTES_MAX);
    const struct facts none = { .n_duplicates = 0 };
    const utc_s now = (utc_s)FIRST_DAY * DAY_S;
    const struct command command = {
        .kind = COMMAND_BOOK,
        .actor = { .key_id = STR("k"), .role = ROLE_STAFF, .channel = STR("internal") },
        .want = { .has_datetime = true,
                  .datetime = { .wall = now + 40 * DAY_S, .has_offset = true },
                  .minutes = 60,
                  .any_inspector = true,
                  .property = { .square_feet = NOT_FOUND, .year_built = NOT_FOUND } },
        .status = NOT_FOUND,
        .version = NOT_FOUND,
    };
    const struct verdict verdict = booking_decide(image, &none, &command, now, &arena);
    if (verdict.code != CODE_NONE)
        differs("any inspector of the largest company", (size_t)verdict.code, CODE_NONE);
    arena_drop(&arena);
}

/* The arena's ceiling is the test: passing it ends the program. */
static void largest(const struct zone *zone, bool show)
{
    const struct image *image = image_of(zone, INSPECTORS_MAX, (utc_s)FIRST_DAY * DAY_S);
    for (size_t i = 0; i < SHAPES; i++) {
        struct arena arena = arena_make(SEARCH_BYTES_MAX);
        const struct slot_query query = query_of(&shapes[i], SEARCH_DAYS_MAX, SLOTS_LIMIT_MAX);
        const double from = now_ms();
        const struct slot_list list = slots_find(image, &query, &arena);
        if (show)
            printf("%-45s %8zu bytes %8.1f ms\n", shapes[i].name, arena.used_bytes,
                   now_ms() - from);
        if (list.n_slots != SLOTS_LIMIT_MAX)
            differs(shapes[i].name, list.n_slots, SLOTS_LIMIT_MAX);
        arena_drop(&arena);
    }
    any_of(image);
    block_free(image);
}

static bool same_slot(const struct slot *a, const struct slot *b)
{
    bool same = a->when.start == b->when.start && a->when.end == b->when.end &&
                a->cost == b->cost && a->n_inspectors == b->n_inspectors &&
                a->overlapping == b->overlapping;
    for (int32_t i = 0; same && i < a->n_inspectors; i++)
        same = a->inspectors[i] == b->inspectors[i];
    return same;
}

/* A hundred thousand are found, at 17,856 starts: every limit cuts several times on the way. */
static void prefixes(const struct zone *zone)
{
    static const size_t limits[] = { 1, 5, 200, 2000 };
    const struct image *image = image_of(zone, 10, (utc_s)FIRST_DAY * DAY_S);
    for (size_t i = 0; i < SHAPES; i++) {
        struct arena arena = arena_make((size_t)64 << 20);
        struct slot_query query = query_of(&shapes[i], SEARCH_DAYS_MAX, UNLIMITED);
        const struct slot_list all = slots_find(image, &query, &arena);
        for (size_t k = 0; k < sizeof limits / sizeof *limits; k++) {
            query.limit = limits[k];
            const struct slot_list some = slots_find(image, &query, &arena);
            if (some.n_slots != limits[k])
                differs(shapes[i].name, some.n_slots, limits[k]);
            for (size_t s = 0; s < some.n_slots; s++) {
                if (!same_slot(&all.slots[s], &some.slots[s]))
                    differs(shapes[i].name, s, limits[k]);
            }
            for (size_t d = 0; d < some.n_days; d++) {
                if (all.days[d].count != some.days[d].count)
                    differs(shapes[i].name, (size_t)all.days[d].count, (size_t)some.days[d].count);
            }
        }
        arena_drop(&arena);
    }
    block_free(image);
}

/* Weeks of many spans that no two share, over the longest horizon: what is kept of hours is
 * bounded, and what is not kept is laid when somebody asks. */
static void many_hours(const struct zone *zone)
{
    enum { SPANS = 20, KEPT_BYTES_MAX = 80 * 1024 * 1024 };
    const struct company *company = company_make(zone, INSPECTORS_MAX);
    for (size_t i = 0; i < INSPECTORS_MAX; i++) {
        struct inspector *who = (struct inspector *)(uintptr_t)&company->inspectors[i];
        struct arena *arena = (struct arena *)(uintptr_t)&company->arena;
        struct wall_span *spans = arena_array(arena, struct wall_span, SPANS);
        for (int32_t k = 0; k < SPANS; k++)
            spans[k] = (struct wall_span){ 70 * k, 70 * k + 1 + (int32_t)((i >> k % 11) % 60) };
        for (int day = 0; day < 7; day++)
            who->week[day] = (struct day_hours){ spans, SPANS, NULL, 0 };
    }
    const struct image_parts parts = { .company = company, .floor = INT64_MIN };
    const struct image *bare = image_make(&parts);
    const struct image *image = image_with_hours(bare, FIRST_DAY);
    struct arena arena = arena_make((size_t)1 << 20);
    if (hours_table_bytes(image->hours) > KEPT_BYTES_MAX)
        differs("bytes of hours that are kept", hours_table_bytes(image->hours), KEPT_BYTES_MAX);
    for (int32_t i = 0; i < INSPECTORS_MAX; i += 499) {
        const struct hours hours = image_hours(image, i, AUDIENCE_ONLINE, FIRST_DAY, 3, &arena);
        if (hours.n_days != 3 || hours.days[1].n_spans == 0)
            differs("hours of an inspector", (size_t)i, hours.n_days);
    }
    arena_drop(&arena);
    block_free(image);
    block_free(bare);
}

int main(int argc, char **argv)
{
    struct arena arena = arena_make((size_t)1 << 20);
    struct str bytes;
    const struct zone *zone;
    struct il_err err;
    (void)argv;
    if (!zone_file_read(&arena, STR("America/Denver"), &bytes) ||
        zone_parse(&arena, bytes, &zone, &err) != IL_OK) {
        printf("cannot read the zone\n");
        return 2;
    }
    prefixes(zone);
    largest(zone, argc > 1);
    many_hours(zone);
    arena_drop(&arena);
    printf("%d wrong\n", wrong);
    return wrong == 0 ? 0 : 1;
}
