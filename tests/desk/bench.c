/* The bench of the desk's tests with faults. */
#include "bench.h"

#include <string.h>

static void note_stop(void *context, const char *why)
{
    struct bench *b = context;
    assert_true(strlen(why) > 0);
    b->stopped++;
}

struct desk *open_desk(struct bench *b, struct store *store, struct limits limits)
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

void add_company(struct desk *desk, const char *company)
{
    struct buf text = { 0 };
    rig_document(&text, company);
    rig_import(desk, buf_view(&text));
    buf_drop(&text);
}

struct bench *bench_open(struct limits limits)
{
    static struct bench bench;
    struct bench *b = &bench;
    struct il_err err;
    *b = (struct bench){ .stopped = 0 };
    rig_clock_set(&b->clock, bench_now);
    assert_int_equal(store_memory_open(dice_system(), &b->memory, &err), IL_OK);
    b->faults = fault_store_open(b->memory);
    b->arena = arena_make(RIG_ARENA_BYTES);
    b->desk = open_desk(b, &b->faults->store, limits);
    add_company(b->desk, "a");
    add_company(b->desk, "b");
    return b;
}

/* Whatever happened: the data keep every law. */
void bench_close(struct bench *b)
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

struct desk_job book(struct bench *b, const char *company, const char *inspector, utc_s at)
{
    return rig_visit(&b->arena, company, COMMAND_BOOK, inspector, at, 60);
}

/* The code of the whole answer, and what the job held freed. */
enum code code_of(struct desk_job *job)
{
    struct counted *counted = job->context;
    block_free(job->image);
    job->image = NULL;
    if (counted != NULL)
        arena_drop(&counted->arena);
    return job->code != CODE_NONE ? job->code : job->verdict.code;
}

enum code do_book(struct bench *b, const char *company, const char *inspector, utc_s at)
{
    struct desk_job job = book(b, company, inspector, at);
    desk_do(b->desk, &job);
    return code_of(&job);
}

void count_done(struct desk_job *job)
{
    atomic_fetch_add(&((struct counted *)job->context)->done, 1);
}

void submit(struct bench *b, struct counted *c, struct desk_job job)
{
    c->job = job;
    c->arena = arena_make(RIG_ARENA_BYTES);
    c->job.arena = &c->arena;
    c->job.done = count_done;
    c->job.context = c;
    atomic_store(&c->done, 0);
    assert_true(desk_submit(b->desk, &c->job));
}

uint64_t seq_of(struct bench *b, const char *company)
{
    const struct image *image;
    struct il_err err;
    assert_int_equal(desk_image(b->desk, str_from(company), &image, &err), IL_OK);
    assert_non_null(image);
    const uint64_t seq = image->seq;
    block_free(image);
    return seq;
}
