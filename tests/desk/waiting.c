/* What the desk does with those who wait, read and repeat themselves (T1, T3, T5), and with many at
 * once. Nothing here sleeps: commits are held up, and let go. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

enum { THREADS = 16, ROUNDS = 30, QUEUE = 4, MANY = 300 };
enum { DAY_MS = DAY_S * 1000, REQUEST_KEPT_S = 7 * DAY_S };

static il_rc count_row(void *context, const void *row, struct il_err *reterr)
{
    (void)row;
    (void)reterr;
    ++*(size_t *)context;
    return IL_OK;
}

/* ---- the queue ---- */

static void test_queue_full(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ .queue = QUEUE });
    struct counted first;
    struct counted waiting[QUEUE];
    fault_hold(b->faults);
    submit(b, &first, book(b, "a", "i0", slot));
    fault_await(b->faults);
    for (int i = 0; i < QUEUE; i++)
        submit(b, &waiting[i], book(b, "a", "i1", slot + (utc_s)i * 2 * HOUR_S));
    struct desk_job more = book(b, "a", "i2", slot);
    more.done = count_done;
    assert_false(desk_submit(b->desk, &more));
    assert_int_equal(code_of(&more), CODE_overloaded);
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    for (int i = 0; i < QUEUE; i++)
        assert_int_equal(code_of(&waiting[i].job), CODE_NONE);
    assert_int_equal(do_book(b, "a", "i2", slot), CODE_NONE);
    bench_close(b);
}

static void test_deadline(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct counted first;
    struct counted late;
    fault_hold(b->faults);
    submit(b, &first, book(b, "a", "i0", slot));
    fault_await(b->faults);
    submit(b, &late, book(b, "a", "i1", slot));
    atomic_fetch_add(&b->clock.ahead_ms, DESK_DEADLINE_MS + 1000);
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    assert_int_equal(code_of(&late.job), CODE_overloaded);
    assert_int_equal(seq_of(b, "a"), 2);
    bench_close(b);
}

static void *close_it(void *desk)
{
    desk_close(desk);
    return NULL;
}

static void test_close_answers_all(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    static struct counted jobs[100];
    pthread_t closer;
    fault_hold(b->faults);
    for (int i = 0; i < 100; i++)
        submit(b, &jobs[i], book(b, i % 2 == 0 ? "a" : "b", "i0", slot + i * HOUR_S / 2));
    fault_await(b->faults);
    assert_int_equal(pthread_create(&closer, NULL, close_it, b->desk), 0);
    fault_release(b->faults);
    assert_int_equal(pthread_join(closer, NULL), 0);
    int booked = 0;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(atomic_load(&jobs[i].done), 1);
        booked += code_of(&jobs[i].job) == CODE_NONE;
    }
    assert_int_equal(booked, 50); /* an hour and its buffer, asked for every hour: every second */
    b->faults = fault_store_open(b->memory);
    b->desk = open_desk(b, &b->faults->store, (struct limits){ 0 });
    bench_close(b);
}

/* ---- reading ---- */

static void test_readers_see_what_is_committed(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct counted first;
    fault_hold(b->faults);
    submit(b, &first, book(b, "a", "i0", slot));
    fault_await(b->faults);
    assert_int_equal(seq_of(b, "a"), 1);
    struct desk_job dry = book(b, "a", "i0", slot);
    desk_try(b->desk, &dry); /* on the snapshot the slot is free still */
    assert_int_equal(code_of(&dry), CODE_NONE);
    assert_int_equal(atomic_load(&first.done), 0);
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    assert_int_equal(seq_of(b, "a"), 2);
    dry = book(b, "a", "i0", slot);
    desk_try(b->desk, &dry);
    assert_int_equal(code_of(&dry), CODE_slot_taken);
    assert_int_equal(seq_of(b, "a"), 2);
    bench_close(b);
}

static void test_memory_limit(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ .memory = 1 });
    char name[3] = "c0";
    for (int i = 0; i < 8; i++) {
        name[1] = (char)('0' + i);
        add_company(b->desk, name);
    }
    struct il_err err;
    const struct image *held;
    assert_int_equal(desk_image(b->desk, STR("c0"), &held, &err), IL_OK);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 8; i++) {
            name[1] = (char)('0' + i);
            assert_int_equal(do_book(b, name, "i0", slot + (utc_s)round * 2 * HOUR_S), CODE_NONE);
            assert_int_equal(seq_of(b, name), 2 + round);
        }
    }
    assert_true(desk_stats(b->desk).images <= 2);
    assert_int_equal(held->seq, 1);
    assert_int_equal(held->calendars[0]->n_claims, 0);
    assert_true(str_equal(held->company->inspectors[7].id, STR("i7")));
    block_free(held);
    bench_close(b);
}

static bool knows(struct bench *b, const struct hash *secret)
{
    struct row_key row;
    bool found;
    struct il_err err;
    assert_int_equal(desk_find_key(b->desk, secret, &b->arena, &row, &found, &err), IL_OK);
    return found;
}

static void set_key(struct bench *b, struct key_record key)
{
    struct desk_job job = rig_job(&b->arena, "a", COMMAND_KEY, rig_actor(ROLE_ADMIN, true));
    job.command.key = key;
    desk_do(b->desk, &job);
    assert_int_equal(code_of(&job), CODE_NONE);
}

static void test_keys(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct key_record key = { .id = STR("k1"),
                              .secret = hash_of(STR("secret")),
                              .role = ROLE_STAFF,
                              .name = STR("front desk"),
                              .created_at = bench_now };
    assert_false(knows(b, &key.secret));
    set_key(b, key);
    assert_true(knows(b, &key.secret));
    assert_true(knows(b, &key.secret));
    key.revoked_at = bench_now + 1; /* a while is left */
    set_key(b, key);
    assert_true(knows(b, &key.secret));
    key.revoked_at = bench_now;
    set_key(b, key);
    assert_false(knows(b, &key.secret));
    bench_close(b);
}

/* ---- idempotency ---- */

static struct desk_job keyed(struct bench *b, const char *inspector, const char *key,
                             const char *body)
{
    struct desk_job job = book(b, "a", inspector, slot);
    job.has_idempotency = true;
    job.idempotency_key = str_from(key);
    job.request = hash_of(str_from(body));
    return job;
}

static void test_idempotency(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct counted first;
    fault_hold(b->faults);
    submit(b, &first, keyed(b, "i0", "one", "body"));
    fault_await(b->faults);
    struct desk_job again = keyed(b, "i0", "one", "body");
    again.done = count_done;
    assert_false(desk_submit(b->desk, &again));
    assert_int_equal(code_of(&again), CODE_idempotency_in_progress);
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);

    again = keyed(b, "i0", "one", "body");
    desk_do(b->desk, &again);
    assert_true(again.replayed);
    assert_int_equal(again.verdict.entry->seq, 2);
    assert_int_equal(code_of(&again), CODE_NONE);
    again = keyed(b, "i0", "one", "another body");
    desk_do(b->desk, &again);
    assert_int_equal(code_of(&again), CODE_idempotency_key_reused);
    assert_int_equal(seq_of(b, "a"), 2);

    again = keyed(b, "i0", "two", "body"); /* refusals are not kept: they decide again */
    desk_do(b->desk, &again);
    assert_int_equal(code_of(&again), CODE_slot_taken);
    again = keyed(b, "i1", "two", "body");
    desk_do(b->desk, &again);
    assert_false(again.replayed);
    assert_int_equal(code_of(&again), CODE_NONE);
    again = keyed(b, "i2", "one", "body"); /* another key of the API: another scope */
    again.command.actor.key_id = STR("somebody else");
    desk_do(b->desk, &again);
    assert_false(again.replayed);
    assert_int_equal(code_of(&again), CODE_NONE);
    bench_close(b);
}

/* Nothing happened, so the same key may be used again. */
static void test_idempotency_after_a_fault(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    fault_set(b->faults, FAULT_IO, 1, NULL);
    struct desk_job job = keyed(b, "i0", "one", "body");
    desk_do(b->desk, &job);
    assert_int_equal(code_of(&job), CODE_storage_full);
    job = keyed(b, "i0", "one", "body");
    desk_do(b->desk, &job);
    assert_false(job.replayed);
    assert_int_equal(code_of(&job), CODE_NONE);
    bench_close(b);
}

static size_t count_requests(struct bench *b)
{
    const struct store_query all = { .table = TABLE_IDEMPOTENCY,
                                     .by = BY_ALL,
                                     .company = STR("a") };
    struct store_read *read;
    struct il_err err;
    size_t n = 0;
    assert_int_equal(store_read_open(b->memory, &read, &err), IL_OK);
    assert_int_equal(store_find(read, &all, count_row, &n, &err), IL_OK);
    store_read_close(read);
    return n;
}

/* The writer's loop passes by twice, so that the sweep has ended. */
static void sweep_once(struct bench *b, int64_t ahead_ms)
{
    atomic_fetch_add(&b->clock.ahead_ms, ahead_ms);
    for (int i = 0; i < 2; i++) {
        struct desk_job job = rig_job(&b->arena, "a", COMMAND_EXPIRE, rig_actor(ROLE_ADMIN, false));
        desk_do(b->desk, &job);
        (void)code_of(&job);
    }
}

/* One sweep looks at one company. */
static void sweep(struct bench *b, int64_t ahead_ms)
{
    sweep_once(b, ahead_ms);
    for (int i = 0; i < 3; i++)
        sweep_once(b, DESK_SWEEP_MS);
}

static void do_of_order(struct bench *b, enum command_kind kind, const char *key, struct str id)
{
    struct desk_job job = rig_job(&b->arena, "a", kind, rig_actor(ROLE_ADMIN, false));
    job.command.subject = id;
    job.command.version = VERSION_ANY;
    job.has_idempotency = true;
    job.idempotency_key = str_from(key);
    desk_do(b->desk, &job);
    assert_int_equal(code_of(&job), CODE_NONE);
}

/* Kept as long as the booking lives, others seven days of the journal's time. */
static void test_old_requests_are_forgotten(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct desk_job lives = keyed(b, "i0", "lives", "body");
    struct desk_job ends = book(b, "a", "i1", slot + (utc_s)20 * DAY_S);
    ends.has_idempotency = true;
    ends.idempotency_key = STR("ends");
    desk_do(b->desk, &lives);
    desk_do(b->desk, &ends);
    const struct str lives_id = lives.verdict.entry->inspections[0]->id;
    const struct str ends_id = ends.verdict.entry->inspections[0]->id;
    assert_int_equal(code_of(&lives), CODE_NONE);
    assert_int_equal(code_of(&ends), CODE_NONE);
    do_of_order(b, COMMAND_LOCK, "lock", lives_id);
    do_of_order(b, COMMAND_CANCEL, "cancel", ends_id);
    rig_clock_set(&b->clock, bench_now + REQUEST_KEPT_S - 1);
    do_of_order(b, COMMAND_UNLOCK, "young", lives_id);
    sweep(b, DAY_MS);
    assert_int_equal(count_requests(b), 5);

    rig_clock_set(&b->clock, bench_now + REQUEST_KEPT_S);
    sweep(b, DAY_MS); /* nothing happened meanwhile: time stands where the journal does */
    assert_int_equal(count_requests(b), 5);
    do_of_order(b, COMMAND_LOCK, "later", lives_id);
    sweep(b, DESK_SWEEP_MS); /* a company is looked through once a day */
    assert_int_equal(count_requests(b), 6);
    sweep(b, DAY_MS);
    assert_int_equal(count_requests(b), 3); /* lives, young, later */
    struct desk_job again = keyed(b, "i0", "lives", "body");
    desk_do(b->desk, &again);
    assert_true(again.replayed);
    assert_int_equal(code_of(&again), CODE_NONE);

    do_of_order(b, COMMAND_RESTORE, "back", ends_id); /* its row stays away, and that is right */
    bench_close(b);
}

/* More than one step holds, of which each takes some: none is left out, and no commit takes all. */
static void test_many_old_requests(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct desk_job job = keyed(b, "i0", "booked", "body");
    desk_do(b->desk, &job);
    const struct str id = job.verdict.entry->inspections[0]->id;
    assert_int_equal(code_of(&job), CODE_NONE);
    for (int i = 0; i < MANY; i++) {
        char key[16];
        snprintf(key, sizeof(key), "%d", i);
        do_of_order(b, i % 2 == 0 ? COMMAND_LOCK : COMMAND_UNLOCK, key, id);
    }
    rig_clock_set(&b->clock, bench_now + REQUEST_KEPT_S);
    assert_int_equal(do_book(b, "a", "i1", slot + (utc_s)9 * DAY_S), CODE_NONE);
    assert_int_equal(count_requests(b), 1 + MANY);
    size_t before = 1 + MANY;
    sweep_once(b, DAY_MS);
    for (int i = 0; i < 10; i++) {
        const size_t left = count_requests(b);
        assert_true(left <= before && before - left < MANY / 2);
        before = left;
        sweep_once(b, DESK_SWEEP_MS);
    }
    assert_int_equal(count_requests(b), 1);
    bench_close(b);
}

/* ---- everybody at once ---- */

struct racer {
    struct bench *bench;
    struct arena arena;
    pthread_barrier_t *start;
    int booked, other;
    bool same_key;
};

static void *race(void *context)
{
    struct racer *r = context;
    for (int round = 0; round < ROUNDS; round++) {
        struct desk_job job =
            rig_visit(&r->arena, "a", COMMAND_BOOK, "i0", slot + (utc_s)round * 2 * HOUR_S, 60);
        char key[16];
        snprintf(key, sizeof(key), "round%d", round);
        job.has_idempotency = r->same_key;
        job.idempotency_key = str_from(key);
        job.request = hash_of(STR("body"));
        (void)pthread_barrier_wait(r->start);
        desk_do(r->bench->desk, &job);
        const bool replayed = job.replayed;
        const enum code code = code_of(&job);
        /* Who sends the same again is told so, and never that the time is taken: by themselves. */
        const bool is_told = r->same_key ? replayed || code == CODE_idempotency_in_progress
                                         : code == CODE_slot_taken;
        r->booked += code == CODE_NONE && !replayed;
        r->other += !is_told && (code != CODE_NONE || replayed);
        arena_reset(&r->arena);
    }
    return NULL;
}

static void run_race(bool same_key)
{
    struct bench *b = bench_open((struct limits){ 0 });
    static struct racer racers[THREADS];
    pthread_t threads[THREADS];
    pthread_barrier_t start;
    int booked = 0;
    assert_int_equal(pthread_barrier_init(&start, NULL, THREADS), 0);
    for (int i = 0; i < THREADS; i++) {
        racers[i] = (struct racer){ b, arena_make(RIG_ARENA_BYTES), &start, 0, 0, same_key };
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(racers[i].other, 0);
        booked += racers[i].booked;
        arena_drop(&racers[i].arena);
    }
    (void)pthread_barrier_destroy(&start);
    assert_int_equal(booked, ROUNDS);
    assert_int_equal(seq_of(b, "a"), 1 + ROUNDS);
    bench_close(b);
}

static void test_race_for_one_slot(void **state)
{
    (void)state;
    run_race(false);
}

static void test_race_with_one_key(void **state)
{
    (void)state;
    run_race(true);
}

struct importer {
    struct bench *bench;
    pthread_barrier_t *start;
    int n, created;
};

/* An order a round, of an inspector of its own, each on another day. */
static void *import_many(void *context)
{
    struct importer *m = context;
    const struct actor actor = rig_actor(ROLE_ADMIN, true);
    (void)pthread_barrier_wait(m->start);
    for (int round = 0; round < ROUNDS; round++) {
        char text[512];
        struct import_report report;
        struct il_err err;
        const int len =
            snprintf(text, sizeof(text),
                     "{\"interlock\":1,\"company\":{\"_id\":\"a\",\"name\":\"Rig\","
                     "\"timezone\":\"America/Denver\"},\"inspections\":[{\"_id\":\"o%d-%d\","
                     "\"datetime\":\"2026-11-%02dT09:00:00-07:00\",\"_inspectorId\":\"i%d\","
                     "\"endtime\":\"2026-11-%02dT10:00:00-07:00\",\"services\":[\"short\"],"
                     "\"client\":{\"name\":\"N\"},\"property\":{\"address\":\"9 Oak\"}}]}",
                     m->n, round, round + 1, m->n, round + 1);
        const il_rc rc = desk_import(m->bench->desk, &actor, (struct str){ text, (size_t)len },
                                     (struct import_options){ .dry_run = false }, &report, &err);
        m->created += rc == IL_OK && report.inspections.created == 1;
    }
    return NULL;
}

/* Imports overtake each other and bookings, and nothing of any is lost. */
static void test_imports_beside_bookings(void **state)
{
    enum { IMPORTERS = 3 };
    struct bench *b = bench_open((struct limits){ 0 });
    struct importer importers[IMPORTERS];
    pthread_t threads[IMPORTERS];
    pthread_barrier_t start;
    (void)state;
    assert_int_equal(pthread_barrier_init(&start, NULL, IMPORTERS + 1), 0);
    for (int i = 0; i < IMPORTERS; i++) {
        importers[i] = (struct importer){ b, &start, i + 1, 0 };
        assert_int_equal(pthread_create(&threads[i], NULL, import_many, &importers[i]), 0);
    }
    (void)pthread_barrier_wait(&start);
    for (int i = 0; i < ROUNDS; i++)
        assert_int_equal(do_book(b, "a", "i0", slot + (utc_s)i * DAY_S), CODE_NONE);
    for (int i = 0; i < IMPORTERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(importers[i].created, ROUNDS);
    }
    (void)pthread_barrier_destroy(&start);
    assert_int_equal(seq_of(b, "a"), 1 + ROUNDS * (IMPORTERS + 1));
    bench_close(b);
}

int main(void)
{
    hash_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_full),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_close_answers_all),
        cmocka_unit_test(test_readers_see_what_is_committed),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_idempotency),
        cmocka_unit_test(test_idempotency_after_a_fault),
        cmocka_unit_test(test_old_requests_are_forgotten),
        cmocka_unit_test(test_many_old_requests),
        cmocka_unit_test(test_race_for_one_slot),
        cmocka_unit_test(test_race_with_one_key),
        cmocka_unit_test(test_imports_beside_bookings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
