/* What the desk does with every outcome of its store (T2, T4), with a store that is told what to
 * answer. Nothing here sleeps: commits are held up, and let go. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- MOVED, REFUSED, UNKNOWN, no room ---- */

/* Another desk on the same store takes the slot while ours is about to commit it. */
static void rival_books(void *context)
{
    struct bench *b = context;
    struct fault_store *way = fault_store_open(b->memory);
    struct desk *rival = open_desk(b, &way->store, (struct limits){ 0 });
    struct desk_job job = book(b, "a", "i0", slot);
    desk_do(rival, &job);
    assert_int_equal(code_of(&job), CODE_NONE);
    desk_close(rival);
}

static void test_moved_decides_again(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    b->faults->context = b;
    b->faults->before = rival_books;
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_slot_taken);
    b->faults->before = NULL;
    assert_int_equal(do_book(b, "a", "i0", slot + (utc_s)2 * HOUR_S), CODE_NONE);
    assert_int_equal(seq_of(b, "a"), 3);
    bench_close(b);
}

static void rival_books_elsewhere(void *context)
{
    struct bench *b = context;
    struct fault_store *way = fault_store_open(b->memory);
    struct desk *rival = open_desk(b, &way->store, (struct limits){ 0 });
    struct desk_job job = book(b, "a", "i1", slot);
    desk_do(rival, &job);
    assert_int_equal(code_of(&job), CODE_NONE);
    desk_close(rival);
}

static void test_moved_books_what_is_still_free(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    b->faults->context = b;
    b->faults->before = rival_books_elsewhere;
    struct desk_job job = book(b, "a", "i0", slot);
    desk_do(b->desk, &job);
    assert_int_equal(job.seq, 3);
    assert_int_equal(job.verdict.entry->seq, 3);
    assert_int_equal(code_of(&job), CODE_NONE);
    bench_close(b);
}

static void test_moved_without_end(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    fault_set(b->faults, FAULT_MOVED, 1000, "a");
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_overloaded);
    assert_int_equal(seq_of(b, "a"), 1);
    fault_set(b->faults, FAULT_NONE, 0, NULL);
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_NONE);
    bench_close(b);
}

static void test_refused_once(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    fault_set(b->faults, FAULT_REFUSED, 1, "a");
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_NONE);
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_slot_taken);
    bench_close(b);
}

/* Both companies stand in the batch that is refused; only the one that was refused stops. */
static void test_refused_twice_stops_one_company(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct counted first;
    struct counted of_a;
    struct counted of_b;
    fault_hold(b->faults);
    submit(b, &first, book(b, "b", "i5", slot));
    fault_await(b->faults);
    submit(b, &of_a, book(b, "a", "i0", slot));
    submit(b, &of_b, book(b, "b", "i0", slot));
    fault_set(b->faults, FAULT_REFUSED, 2, "a");
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    assert_int_equal(code_of(&of_a.job), CODE_state_diverged);
    assert_int_equal(code_of(&of_b.job), CODE_NONE);
    assert_int_equal(do_book(b, "a", "i3", slot), CODE_state_diverged);
    assert_int_equal(do_book(b, "b", "i3", slot), CODE_NONE);
    assert_int_equal(seq_of(b, "a"), 1);
    assert_true(desk_is_ready(b->desk));
    bench_close(b);
}

/* One job a batch, so that the second waits while the first finds out. */
static void test_diverged_for_those_who_wait_too(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ .batch = 1 });
    struct counted first;
    struct counted of_a[2];
    fault_hold(b->faults);
    submit(b, &first, book(b, "b", "i5", slot));
    fault_await(b->faults);
    submit(b, &of_a[0], book(b, "a", "i0", slot));
    submit(b, &of_a[1], book(b, "a", "i1", slot));
    fault_set(b->faults, FAULT_REFUSED, 2, "a");
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    assert_int_equal(code_of(&of_a[0].job), CODE_state_diverged);
    assert_int_equal(code_of(&of_a[1].job), CODE_state_diverged);
    assert_int_equal(seq_of(b, "a"), 1);
    bench_close(b);
}

static void test_unknown_stops_the_desk(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct counted first;
    struct counted jobs[3];
    static const char *const companies[] = { "a", "b", "a" };
    static const char *const inspectors[] = { "i0", "i0", "i1" };
    fault_hold(b->faults);
    submit(b, &first, book(b, "b", "i5", slot));
    fault_await(b->faults);
    for (size_t i = 0; i < 3; i++)
        submit(b, &jobs[i], book(b, companies[i], inspectors[i], slot));
    struct counted refused; /* a refusal rests on the batch too */
    submit(b, &refused, book(b, "a", "i0", slot));
    fault_set(b->faults, FAULT_UNKNOWN, 1, "a");
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(atomic_load(&jobs[i].done), 1);
        assert_int_equal(code_of(&jobs[i].job), CODE_outcome_unknown);
    }
    assert_int_equal(code_of(&refused.job), CODE_outcome_unknown);
    assert_int_equal(do_book(b, "b", "i2", slot), CODE_outcome_unknown);
    assert_int_equal(do_book(b, "a", "i2", slot), CODE_outcome_unknown);
    assert_int_equal(b->stopped, 1);
    assert_false(desk_is_ready(b->desk));
    bench_close(b);
}

static void test_no_room(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    fault_set(b->faults, FAULT_IO, 1, NULL);
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_storage_full);
    assert_int_equal(seq_of(b, "a"), 1);
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_NONE);
    assert_int_equal(seq_of(b, "a"), 2);
    assert_int_equal(b->stopped, 0);
    bench_close(b);
}

static void test_reads_that_fail(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    fault_reads(b->faults, 1);
    const enum code code = do_book(b, "a", "i0", slot);
    assert_true(code == CODE_overloaded || code == CODE_NONE);
    fault_reads(b->faults, 0);
    assert_int_equal(do_book(b, "a", "i1", slot), CODE_NONE);
    desk_close(b->desk);
    b->faults = fault_store_open(b->memory);
    b->desk = open_desk(b, &b->faults->store, (struct limits){ 0 });
    const struct image *image = NULL;
    struct il_err err;
    fault_reads(b->faults, 1);
    assert_int_equal(desk_image(b->desk, STR("a"), &image, &err), IL_IO);
    assert_null(image);
    assert_int_equal(do_book(b, "a", "i2", slot), CODE_NONE);
    bench_close(b);
}

/* ---- imports ---- */

static il_rc import_text(struct bench *b, const char *orders, bool dry_run,
                         struct import_report *ret, struct il_err *reterr)
{
    const struct str text =
        str_print(&b->arena,
                  "{\"interlock\":1,\"company\":{\"_id\":\"a\",\"name\":\"Rig\","
                  "\"timezone\":\"America/Denver\"},\"inspections\":[%s]}",
                  orders);
    const struct actor actor = rig_actor(ROLE_ADMIN, true);
    const struct import_options options = { .dry_run = dry_run };
    return desk_import(b->desk, &actor, text, options, ret, reterr);
}

/* One of i4's, from the hour to the next. */
#define ORDER(id, date, from, to)                                                                  \
    "{\"_id\":\"" id "\",\"datetime\":\"" date "T" from ":00:00-06:00\",\"endtime\":\"" date       \
    "T" to                                                                                         \
    ":00:00-06:00\",\"_inspectorId\":\"i4\",\"services\":[\"short\"],\"client\":{\"name\":\"N\"}," \
    "\"property\":{\"address\":\"9 Oak\"}}"

static il_rc import_as(struct bench *b, bool dry_run, struct import_report *ret,
                       struct il_err *reterr)
{
    return import_text(b, ORDER("o1", "2026-10-30", "09", "10"), dry_run, ret, reterr);
}

static il_rc import_order(struct bench *b, struct import_report *ret)
{
    struct il_err err;
    return import_as(b, false, ret, &err);
}

/* Refused with this code, in its own words. */
static void expect_import_refused(struct bench *b, bool dry_run, enum code code)
{
    const struct code_facts *facts = code_facts(code);
    struct import_report report;
    struct il_err err = { .code = NULL };
    assert_int_equal(import_as(b, dry_run, &report, &err), IL_IO);
    assert_non_null(err.code);
    assert_true(str_equal(str_from(err.code), facts->name));
    assert_true(str_equal(str_from(err.text), facts->sentence));
}

static void test_import_that_is_overtaken(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct import_report report;
    b->faults->context = b;
    b->faults->before = rival_books;
    assert_int_equal(import_order(b, &report), IL_OK);
    assert_int_equal(report.inspections.created, 1);
    assert_int_equal(report.seq, 3);
    assert_int_equal(seq_of(b, "a"), 3);
    bench_close(b);
}

static void test_import_refused(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct import_report report;
    fault_set(b->faults, FAULT_REFUSED, 1, "a");
    assert_int_equal(import_order(b, &report), IL_OK);
    assert_int_equal(report.inspections.created, 1);
    bench_close(b);
    b = bench_open((struct limits){ 0 });
    fault_set(b->faults, FAULT_REFUSED, 2, "a");
    expect_import_refused(b, false, CODE_state_diverged);
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_state_diverged);
    expect_import_refused(b, false, CODE_state_diverged);
    expect_import_refused(b, true, CODE_state_diverged);
    assert_int_equal(seq_of(b, "a"), 1);
    assert_int_equal(do_book(b, "b", "i0", slot), CODE_NONE);
    bench_close(b);
}

static void test_import_without_room(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct import_report report;
    fault_set(b->faults, FAULT_IO, 1, "a");
    expect_import_refused(b, false, CODE_storage_full);
    assert_int_equal(seq_of(b, "a"), 1);
    assert_int_equal(import_order(b, &report), IL_OK);
    assert_int_equal(report.inspections.created, 1);
    assert_int_equal(seq_of(b, "a"), 2);
    bench_close(b);
}

static void test_import_of_unknown_outcome(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    fault_set(b->faults, FAULT_UNKNOWN, 1, "a");
    expect_import_refused(b, false, CODE_outcome_unknown);
    expect_import_refused(b, false, CODE_outcome_unknown);
    assert_int_equal(b->stopped, 1);
    bench_close(b);
}

/* ---- imports are decided by who asks ---- */

static char place[64]; /* a folder for the file of one bench */

/* Dice thrown while an import is decided: what happens meanwhile, if the asking thread decides. */
struct busy_dice {
    struct dice port;
    pthread_t importer;
    int times; /* left, for one that something happens with */
    int n;     /* that something happened with */
    void (*meanwhile)(struct bench *b, int n);
    struct bench *bench;
};

static void fill_meanwhile(struct dice *port, void *bytes, size_t len)
{
    struct busy_dice *d = (struct busy_dice *)port;
    if (pthread_equal(pthread_self(), d->importer) && d->times > 0) {
        d->times--;
        d->meanwhile(d->bench, d->n++);
    }
    dice_system()->fill(dice_system(), bytes, len);
}

static const char *place_path(const char *suffix)
{
    static char path[300];
    snprintf(path, sizeof(path), "%s/bench.db%s", place, suffix);
    return path;
}

/* The store in memory lets nobody write while a view is open, so the bench moves to a file. */
static struct bench *bench_with(struct busy_dice *d, void (*meanwhile)(struct bench *, int),
                                int times)
{
    struct bench *b = bench_open((struct limits){ 0 });
    const struct store_sqlite_options file = { .path = place_path("") };
    struct il_err err;
    desk_close(b->desk);
    store_close(b->memory);
    assert_int_equal(store_sqlite_open(&file, dice_system(), &b->memory, &err), IL_OK);
    *d = (struct busy_dice){ { fill_meanwhile }, pthread_self(), 0, 0, meanwhile, b };
    b->faults = fault_store_open(b->memory);
    const struct desk_options options = { .store = &b->faults->store,
                                          .clock = &b->clock.port,
                                          .dice = &d->port,
                                          .log = log_silent(),
                                          .zones = zone_source_system() };
    assert_int_equal(desk_open(&options, &b->desk, &err), IL_OK);
    add_company(b->desk, "a");
    add_company(b->desk, "b");
    d->times = times;
    return b;
}

static int place_make(void **state)
{
    (void)state;
    snprintf(place, sizeof(place), "%s", "/tmp/interlock-outcomes-XXXXXX");
    return mkdtemp(place) == NULL;
}

static int place_remove(void **state)
{
    static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
    (void)state;
    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        (void)unlink(place_path(suffixes[i]));
    return rmdir(place);
}

static void book_both(struct bench *b, int n)
{
    assert_int_equal(do_book(b, "b", "i0", slot + (utc_s)n * DAY_S), CODE_NONE);
    assert_int_equal(do_book(b, "a", "i0", slot + (utc_s)n * DAY_S), CODE_NONE);
}

static int64_t version_of(struct bench *b, struct str id)
{
    const struct lookup in = { b->desk, STR("a"), &b->arena };
    struct found_inspection order;
    struct il_err err;
    bool found;
    assert_int_equal(desk_find_inspection(&in, id, &order, &found, &err), IL_OK);
    assert_true(found);
    return order.record.version;
}

static void expect_imported_after(int times, int bookings)
{
    struct busy_dice dice;
    struct import_report report;
    struct bench *b = bench_with(&dice, book_both, times);
    assert_int_equal(import_order(b, &report), IL_OK);
    assert_int_equal(dice.n, bookings);
    assert_int_equal(report.inspections.created, 1);
    assert_int_equal(report.seq, 2 + bookings);
    assert_int_equal(seq_of(b, "a"), 2 + bookings);
    assert_int_equal(seq_of(b, "b"), 1 + bookings);
    assert_int_equal(version_of(b, STR("o1")), 1);
    bench_close(b);
}

static void test_bookings_while_an_import_is_decided(void **state)
{
    (void)state;
    expect_imported_after(1, 1);
}

/* However busy the company is, the import ends: at last the writer decides it. */
static void test_an_import_that_is_always_overtaken(void **state)
{
    (void)state;
    expect_imported_after(1000, DESK_IMPORT_TRIES);
}

static void move_order(struct bench *b, int n)
{
    struct import_report report;
    struct il_err err;
    (void)n;
    assert_int_equal(import_text(b, ORDER("o1", "2026-10-30", "12", "13"), false, &report, &err),
                     IL_OK);
    assert_int_equal(report.inspections.changed, 1);
}

/* The old order makes it begin again on a deeper image, which must be of the view it began with. */
static void test_an_order_that_moves_while_it_is_imported(void **state)
{
    (void)state;
    struct busy_dice dice;
    struct import_report report;
    struct il_err err;
    struct bench *b = bench_with(&dice, move_order, 0);
    assert_int_equal(import_order(b, &report), IL_OK);
    dice.times = 1;
    assert_int_equal(
        import_text(b,
                    ORDER("o0", "2025-07-01", "09", "10") "," ORDER("o1", "2026-10-30", "15", "16"),
                    false, &report, &err),
        IL_OK);
    assert_int_equal(dice.n, 1);
    assert_int_equal(report.inspections.created, 1);
    assert_int_equal(report.inspections.changed, 1);
    assert_int_equal(report.seq, 4);
    assert_int_equal(version_of(b, STR("o1")), 3);
    bench_close(b);
}

static void days_pass(struct bench *b, int n)
{
    (void)n;
    atomic_fetch_add(&b->clock.now_s, (utc_s)3 * DAY_S);
}

static void test_what_an_import_of_days_ago_leaves(void **state)
{
    (void)state;
    struct busy_dice dice;
    struct import_report report;
    struct bench *b = bench_with(&dice, days_pass, 1);
    const struct image *image;
    struct il_err err;
    assert_int_equal(import_order(b, &report), IL_OK);
    assert_int_equal(dice.n, 1);
    assert_int_equal(desk_image(b->desk, STR("a"), &image, &err), IL_OK);
    assert_int_equal(image->seq, 2);
    assert_int_equal(image->floor, bench_now + (utc_s)3 * DAY_S - DESK_FLOOR_S);
    assert_int_equal(image->hours_first + 1,
                     wall_date(zone_to_wall(image->company->zone, bench_now + (utc_s)3 * DAY_S)));
    block_free(image);
    assert_int_equal(do_book(b, "a", "i0", slot + (utc_s)9 * DAY_S), CODE_NONE);
    bench_close(b);
}

/* The writer is held up in a commit all the while. */
static void test_a_dry_import_leaves_the_writer_alone(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct import_report report;
    struct counted first;
    struct il_err err;
    fault_hold(b->faults);
    submit(b, &first, book(b, "a", "i0", slot));
    fault_await(b->faults);
    assert_int_equal(import_as(b, true, &report, &err), IL_OK);
    assert_int_equal(report.inspections.created, 1);
    assert_int_equal(report.seq, 2);
    assert_int_equal(atomic_load(&first.done), 0);
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    assert_int_equal(seq_of(b, "a"), 2);
    bench_close(b);
}

#define in_a_place(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
    hash_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moved_decides_again),
        cmocka_unit_test(test_moved_books_what_is_still_free),
        cmocka_unit_test(test_moved_without_end),
        cmocka_unit_test(test_refused_once),
        cmocka_unit_test(test_refused_twice_stops_one_company),
        cmocka_unit_test(test_diverged_for_those_who_wait_too),
        cmocka_unit_test(test_unknown_stops_the_desk),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_reads_that_fail),
        cmocka_unit_test(test_import_that_is_overtaken),
        cmocka_unit_test(test_import_refused),
        cmocka_unit_test(test_import_without_room),
        cmocka_unit_test(test_import_of_unknown_outcome),
        in_a_place(test_bookings_while_an_import_is_decided),
        in_a_place(test_an_import_that_is_always_overtaken),
        in_a_place(test_an_order_that_moves_while_it_is_imported),
        in_a_place(test_what_an_import_of_days_ago_leaves),
        cmocka_unit_test(test_a_dry_import_leaves_the_writer_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
