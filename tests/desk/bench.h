/* One desk on a store that does what it is told, two companies, and jobs in few words. */
#ifndef DESK_TESTS_BENCH_H
#define DESK_TESTS_BENCH_H

#include "fault_store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const utc_s bench_now = 1792800000;
static const utc_s slot = 1792800000 + 2 * DAY_S + 15 * HOUR_S;

struct bench { /* one desk on a store with faults, and companies "a" and "b" */
    struct rig_clock clock;
    struct store *memory;
    struct fault_store *faults;
    struct desk *desk;
    struct arena arena;
    int stopped;
};

struct limits { /* 0: the desk's own */
    size_t batch, queue, memory;
};

struct bench *bench_open(struct limits limits);
/* Whatever happened: the data keep every law. */
void bench_close(struct bench *b);
void add_company(struct desk *desk, const char *company);
struct desk *open_desk(struct bench *b, struct store *store, struct limits limits);
uint64_t seq_of(struct bench *b, const char *company);

struct counted { /* a job that is waited for by draining; the writer has its arena until then */
    struct desk_job job;
    struct arena arena;
    atomic_int done;
};

struct desk_job book(struct bench *b, const char *company, const char *inspector, utc_s at);
enum code do_book(struct bench *b, const char *company, const char *inspector, utc_s at);
/* The code of the whole answer, and what the job held freed. */
enum code code_of(struct desk_job *job);
void count_done(struct desk_job *job); /* done, for a counted job that is not submitted here */
void submit(struct bench *b, struct counted *c, struct desk_job job);

#endif
