/* Made-up companies: they read clean, nobody in them is booked twice, and they are the same again.
 */
#include "base/block.h"
#include "codec/document.h"
#include "codec/zone_system.h"
#include "core/booking.h"
#include "demo/demo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 30, ORDERS_FEWEST = 240, ORDERS_MOST = 380 };

struct taken {
    struct str inspector;
    struct span when;
    bool is_absence;
};

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_make(ARENA_BYTES);
    return 0;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_drop(&arena);
    return 0;
}

static int taken_order(const void *left, const void *right)
{
    const struct taken *a = left;
    const struct taken *b = right;
    const int by_inspector = str_order(a->inspector, b->inspector);
    if (by_inspector != 0)
        return by_inspector;
    return a->when.start < b->when.start ? -1 : a->when.start > b->when.start;
}

/* Absences may overlap each other; everything else that takes an inspector's time may not. */
static void assert_no_overlap(const struct document *d)
{
    struct taken *at = arena_array(&arena, struct taken, d->n_absences + d->n_inspections + 1);
    size_t n = 0;
    for (size_t i = 0; i < d->n_absences; i++)
        at[n++] = (struct taken){ d->absences[i].inspector, d->absences[i].when, true };
    for (size_t i = 0; i < d->n_inspections; i++) {
        const struct assignment *lead = &d->inspections[i].record.assignments[0];
        at[n++] = (struct taken){ lead->inspector, lead->when, false };
    }
    qsort(at, n, sizeof *at, taken_order);
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i + 1; k < n && str_equal(at[k].inspector, at[i].inspector) &&
                               at[k].when.start < at[i].when.end;
             k++)
            assert_true(at[i].is_absence && at[k].is_absence);
    }
}

static struct document read_clean(struct str text, const struct rows_merged *before,
                                  struct rows_merged *ret)
{
    struct document d;
    const struct company *company;
    struct il_err err = { .code = "" };
    if (document_read(&arena, text, zone_source_system(), &d, &err) != IL_OK ||
        document_merge(&arena, (struct setting_rows){ before->rows, before->n_rows }, &d, false,
                       ret, &err) != IL_OK ||
        company_read(ret->rows, ret->n_rows, &company, &err) != IL_OK)
        fail_msg("%s %s: %s", err.code, err.field, err.text);
    const il_rc rc = document_check(&d, company, &arena, &err);
    /* An order is as long as its services and its property say. */
    for (size_t i = 0; rc == IL_OK && i < d.n_inspections; i++) {
        const struct inspection *r = &d.inspections[i].record;
        int32_t services[8];
        assert_true(r->services.n <= sizeof services / sizeof services[0]);
        for (size_t k = 0; k < r->services.n; k++)
            services[k] = company_find_service(company, r->services.at[k]);
        const struct price price = price_of(company, services, r->services.n, &r->property, &arena);
        assert_int_equal(price.minutes * MINUTE_S, r->when.end - r->when.start);
        const int32_t who = company_find_inspector(company, r->assignments[0].inspector);
        assert_true(inspector_can(&company->inspectors[who], services, r->services.n));
    }
    block_free(company);
    if (rc != IL_OK)
        fail_msg("%s %s: %s", err.code, err.field, err.text);
    return d;
}

static struct str demo_at(utc_s now)
{
    struct buf out = { 0 };
    demo_write(&out, now);
    const struct str text = str_copy(&arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

static const utc_s noon = 1795633200; /* 2026-11-25 12:00 in Denver */

static void front_range_is_a_clean_company(void **state)
{
    (void)state;
    const struct rows_merged none = { 0 };
    struct rows_merged merged;
    /* Every week of a year: holidays, changes of the clock and weekends pass through. */
    for (int week = 0; week < 53; week++) {
        const struct document d =
            read_clean(demo_at(noon + week * 8 * (utc_s)DAY_S), &none, &merged);
        assert_in_range(d.n_inspections, ORDERS_FEWEST, ORDERS_MOST);
        assert_true(d.inspections[0].record.order_number > 1008590000);
        assert_true(d.n_absences >= 12);
        assert_no_overlap(&d);
        for (size_t i = 0; i < d.n_inspections; i++)
            assert_true(d.inspections[i].record.created_at < noon + week * 8 * (utc_s)DAY_S);
        arena_reset(&arena);
    }
}

static void a_day_has_one_demo(void **state)
{
    (void)state;
    const struct str at_noon = demo_at(noon);
    assert_true(str_equal(at_noon, demo_at(noon + 5 * HOUR_S)));
    assert_false(str_equal(at_noon, demo_at(noon + DAY_S)));
}

static struct str document_at(const struct demo_size *size, int64_t index)
{
    struct buf out = { 0 };
    demo_generate(&out, size, index);
    const struct str text = str_copy(&arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

static void any_size_is_a_clean_company(void **state)
{
    (void)state;
    for (int32_t jobs = 1; jobs <= DEMO_JOBS_PER_DAY_MAX; jobs++) {
        const struct demo_size size = { .company = STR("sized"),
                                        .zone = STR("America/Chicago"),
                                        .today = 20782,
                                        .inspectors = 7,
                                        .days_back = 30,
                                        .days_ahead = 20,
                                        .jobs_per_day = jobs,
                                        .per_document = 100,
                                        .seed = 42 };
        struct rows_merged merged = { 0 };
        int64_t n = 0;
        assert_int_equal(demo_inspections(&size), 43 * 7 * jobs);
        for (int64_t i = 0; i < demo_documents(&size); i++) {
            const struct rows_merged before = merged;
            const struct document d = read_clean(document_at(&size, i), &before, &merged);
            assert_true(i == 0 || merged.n_changed == 0);
            assert_true(d.n_inspections <= 100);
            n += (int64_t)d.n_inspections;
            assert_no_overlap(&d);
        }
        assert_int_equal(n, demo_inspections(&size));
        arena_reset(&arena);
    }
}

static void a_seed_has_one_company(void **state)
{
    (void)state;
    struct demo_size size = { .company = STR("sized"),
                              .zone = STR("America/Chicago"),
                              .today = 20782,
                              .inspectors = 3,
                              .days_ahead = 5,
                              .jobs_per_day = 2,
                              .per_document = 1000,
                              .seed = 1 };
    const struct str first = document_at(&size, 1);
    assert_true(str_equal(first, document_at(&size, 1)));
    size.seed = 2;
    assert_false(str_equal(first, document_at(&size, 1)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(front_range_is_a_clean_company),
        TEST(a_day_has_one_demo),
        TEST(any_size_is_a_clean_company),
        TEST(a_seed_has_one_company),
    };
#undef TEST
    hash_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
