/* What the desk does with every outcome of its store (T1-T5), with a store that is told what to
 * answer. Nothing here sleeps: commits are held up, and let go. */
#include "fault_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 16, ROUNDS = 30, QUEUE = 4 };

static const utc_s now = 1792800000;
static const utc_s slot = 1792800000 + 2 * DAY_S + 15 * HOUR_S;

struct bench { /* one desk on a store with faults, and companies "a" and "b" */
    struct rig_clock clock;
    struct store *memory;
    struct fault_store *faults;
    struct desk *desk;
    struct arena arena;
    int stopped;
};

static void note_stop(void *context, const char *why)
{
    struct bench *b = context;
    assert_true(strlen(why) > 0);
    b->stopped++;
}

struct limits { /* 0: the desk's own */
    size_t batch, queue, memory;
};

static struct desk *open_desk(struct bench *b, struct store *store, struct limits limits)
{
    const struct desk_options options = { .store = store,
                                          .clock = &b->clock.port,
                                          .dice = dice_system(),
                                          .log = log_silent(),
                                          .zones = zone_source_system(),
                                          .batch_max = limits.batch,
                                          .queue_max = limits.queue,
                                          .memory_bytes = limits.memory,
                                          .stopped = note_stop,
                                          .context = b };
    struct desk *desk;
    struct il_err err;
    assert_int_equal(desk_open(&options, &desk, &err), IL_OK);
    return desk;
}

static void add_company(struct desk *desk, const char *company)
{
    struct buf text = { 0 };
    rig_document(&text, company);
    rig_import(desk, buf_view(&text));
    buf_drop(&text);
}

static struct bench *bench_open(struct limits limits)
{
    static struct bench bench;
    struct bench *b = &bench;
    struct il_err err;
    *b = (struct bench){ .stopped = 0 };
    rig_clock_set(&b->clock, now);
    assert_int_equal(store_memory_open(dice_system(), &b->memory, &err), IL_OK);
    b->faults = fault_store_open(b->memory);
    b->arena = arena_make(RIG_ARENA_BYTES);
    b->desk = open_desk(b, &b->faults->store, limits);
    add_company(b->desk, "a");
    add_company(b->desk, "b");
    return b;
}

/* Whatever happened: the data keep every law. */
static void bench_close(struct bench *b)
{
    struct check_report report;
    struct il_err err;
    desk_close(b->desk);
    assert_int_equal(desk_check(b->memory, dice_system(), &report, &err), IL_OK);
    if (report.n_findings > 0)
        fail_msg("%.*s", STR_ARG(buf_view(&report.findings)));
    buf_drop(&report.findings);
    store_close(b->memory);
    arena_drop(&b->arena);
}

/* ---- jobs ---- */

static struct desk_job book(struct bench *b, const char *company, const char *inspector, utc_s at)
{
    return rig_visit(&b->arena, company, COMMAND_BOOK, inspector, at, 60);
}

struct counted { /* a job that is waited for by draining; the writer has its arena until then */
    struct desk_job job;
    struct arena arena;
    atomic_int done;
};

/* The code of the whole answer, and what the job held freed. */
static enum code code_of(struct desk_job *job)
{
    struct counted *counted = job->context;
    block_free(job->image);
    job->image = NULL;
    if (counted != NULL)
        arena_drop(&counted->arena);
    return job->code != CODE_NONE ? job->code : job->verdict.code;
}

static enum code do_book(struct bench *b, const char *company, const char *inspector, utc_s at)
{
    struct desk_job job = book(b, company, inspector, at);
    desk_do(b->desk, &job);
    return code_of(&job);
}

static void count_done(struct desk_job *job)
{
    atomic_fetch_add(&((struct counted *)job->context)->done, 1);
}

static void submit(struct bench *b, struct counted *c, struct desk_job job)
{
    c->job = job;
    c->arena = arena_make(RIG_ARENA_BYTES);
    c->job.arena = &c->arena;
    c->job.done = count_done;
    c->job.context = c;
    atomic_store(&c->done, 0);
    assert_true(desk_submit(b->desk, &c->job));
}

static uint64_t seq_of(struct bench *b, const char *company)
{
    const struct image *image;
    struct il_err err;
    assert_int_equal(desk_image(b->desk, str_from(company), &image, &err), IL_OK);
    assert_non_null(image);
    const uint64_t seq = image->seq;
    block_free(image);
    return seq;
}

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
    assert_int_equal(do_book(b, "a", "i0", slot + 2 * HOUR_S), CODE_NONE);
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

static il_rc import_order(struct bench *b, struct import_report *ret)
{
    const struct str text =
        str_print(&b->arena, "{\"interlock\":1,\"company\":{\"_id\":\"a\",\"name\":\"Rig\","
                             "\"timezone\":\"America/Denver\"},\"inspections\":[{\"_id\":\"o1\","
                             "\"datetime\":\"2026-10-30T09:00:00-06:00\","
                             "\"endtime\":\"2026-10-30T10:00:00-06:00\",\"_inspectorId\":\"i4\","
                             "\"services\":[\"short\"],\"client\":{\"name\":\"N\"},"
                             "\"property\":{\"address\":\"9 Oak\"}}]}");
    const struct actor actor = rig_actor(ROLE_ADMIN, true);
    struct il_err err;
    return desk_import(b->desk, &actor, text, (struct import_options){ 0 }, ret, &err);
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
    assert_int_equal(import_order(b, &report), IL_IO);
    assert_int_equal(do_book(b, "a", "i0", slot), CODE_state_diverged);
    assert_int_equal(import_order(b, &report), IL_IO);
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
    assert_int_equal(import_order(b, &report), IL_IO);
    assert_int_equal(seq_of(b, "a"), 1);
    assert_int_equal(import_order(b, &report), IL_OK);
    assert_int_equal(report.inspections.created, 1);
    assert_int_equal(seq_of(b, "a"), 2);
    bench_close(b);
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
        submit(b, &waiting[i], book(b, "a", "i1", slot + i * 2 * HOUR_S));
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
            assert_int_equal(do_book(b, name, "i0", slot + round * 2 * HOUR_S), CODE_NONE);
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
                              .created_at = now };
    assert_false(knows(b, &key.secret));
    set_key(b, key);
    assert_true(knows(b, &key.secret));
    assert_true(knows(b, &key.secret));
    key.revoked_at = now + 1;
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

/* ---- everybody at once ---- */

struct racer {
    struct bench *bench;
    struct arena arena;
    pthread_barrier_t *start;
    int booked, taken, other;
    bool same_key;
};

static void *race(void *context)
{
    struct racer *r = context;
    for (int round = 0; round < ROUNDS; round++) {
        struct desk_job job =
            rig_visit(&r->arena, "a", COMMAND_BOOK, "i0", slot + round * 2 * HOUR_S, 60);
        char key[16];
        snprintf(key, sizeof(key), "round%d", round);
        job.has_idempotency = r->same_key;
        job.idempotency_key = str_from(key);
        job.request = hash_of(STR("body"));
        (void)pthread_barrier_wait(r->start);
        desk_do(r->bench->desk, &job);
        const bool replayed = job.replayed;
        const enum code code = code_of(&job);
        r->booked += code == CODE_NONE && !replayed;
        r->taken += code == CODE_slot_taken || code == CODE_idempotency_in_progress || replayed;
        r->other +=
            code != CODE_NONE && code != CODE_slot_taken && code != CODE_idempotency_in_progress;
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
        racers[i] = (struct racer){ b, arena_make(RIG_ARENA_BYTES), &start, 0, 0, 0, same_key };
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
        cmocka_unit_test(test_queue_full),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_close_answers_all),
        cmocka_unit_test(test_readers_see_what_is_committed),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_idempotency),
        cmocka_unit_test(test_idempotency_after_a_fault),
        cmocka_unit_test(test_race_for_one_slot),
        cmocka_unit_test(test_race_with_one_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
