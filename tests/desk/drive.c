/* Lives: time passes, people want things, desks come and go. */
#include "drive.h"

#include <stdlib.h>
#include <string.h>

enum { RECENT_HOLDS = 400, PROBES = 3 };

/* Saturday before America/Denver turns its clocks back (2026-11-01T08:00Z). */
static const utc_s first_now = 1792800000;

utc_s drive_now(const struct drive *d, const struct drive_company *c)
{
    const utc_s clock = atomic_load(&d->clock->now_s);
    return clock > c->follow.model.last_at ? clock : c->follow.model.last_at;
}

/* ---- time ---- */

/* The moment at which a hold ends, where an error of one second shows; or now. */
static utc_s moment_of_an_end(struct drive *d, utc_s now)
{
    const struct model *m = &d->companies[0].follow.model;
    for (size_t i = m->n_holds; i > 0 && m->n_holds - i < RECENT_HOLDS; i--) {
        const struct model_hold *h = &m->holds[i - 1];
        if (h->state == HOLD_LIVE && h->expires_at > now &&
            h->expires_at < now + (utc_s)5 * MINUTE_S)
            return h->expires_at - (utc_s)dice(&d->dice, 2);
    }
    return now;
}

static utc_s later(struct drive *d, enum draw how, utc_s now)
{
    switch ((int)how) {
    case DRAW_to_an_end:
        return moment_of_an_end(d, now);
    case DRAW_back:
        return now - (int64_t)dice(&d->dice, 400);
    case DRAW_minutes:
        return now + (int64_t)dice(&d->dice, HOUR_S);
    case DRAW_hours:
        return now + (int64_t)dice(&d->dice, DAY_S);
    case DRAW_day:
        return now + DAY_S + (int64_t)dice(&d->dice, DAY_S);
    case DRAW_days:
        return now + (utc_s)2 * DAY_S + (int64_t)dice(&d->dice, (uint64_t)7 * DAY_S);
    default:
        return now + (int64_t)dice(&d->dice, 20);
    }
}

static void clock_move(struct drive *d)
{
    const int64_t now = atomic_load(&d->clock->now_s);
    const enum draw how = draw_of(&d->dice, GROUP_TIME);
    utc_s next = later(d, how, now);
    if (next < d->newest - HOUR_S)
        next = d->newest;
    if (next > d->newest)
        d->newest = next;
    atomic_store(&d->clock->now_s, next);
    if (next - now > MINUTE_S || next < now)
        trace_say("(%s: %+.2f h)", draw_name(how), (double)(next - now) / HOUR_S);
}

/* ---- one desk ---- */

static void fill(struct dice *port, void *bytes, size_t len)
{
    struct desk_dice *own = (struct desk_dice *)port;
    unsigned char *at = bytes;
    for (size_t i = 0; i < len; i++) {
        own->state = own->state * 6364136223846793005u + 1442695040888963407u;
        at[i] = (unsigned char)(own->state >> 56);
    }
}

static void note_stop(void *context, const char *why)
{
    struct drive *d = context;
    (void)why;
    atomic_store(&d->stopped, true);
}

/* Waits behind whatever the writer does first. The company does not exist, so nothing is loaded. */
static void barrier(struct drive *d)
{
    struct arena arena = arena_make(RIG_ARENA_BYTES);
    struct desk_job job = rig_job(&arena, "nobody", COMMAND_EXPIRE, rig_actor(ROLE_ADMIN, false));
    desk_do(d->desk, &job);
    arena_drop(&arena);
    CHECK(job.code == CODE_not_found, "there is no company, and the desk answers %d",
          (int)job.code);
}

static void start_desk(struct drive *d, size_t memory)
{
    const struct desk_options options = { .store = drive_share(d->store),
                                          .clock = &d->clock->port,
                                          .dice = &d->desk_dice.port,
                                          .log = log_silent(),
                                          .zones = zone_source_system(),
                                          .memory_bytes = memory,
                                          .stopped = note_stop,
                                          .context = d };
    struct il_err err = { .code = "" };
    CHECK(desk_open(&options, &d->desk, &err) == IL_OK, "desk_open: %s", err.text);
    barrier(d); /* the first sweep finds nothing loaded */
}

const struct image *drive_image(struct drive *d, const struct drive_company *c, struct desk *desk)
{
    const struct image *image;
    struct il_err err = { .code = "" };
    (void)d;
    CHECK(desk_image(desk, str_from(c->id), &image, &err) == IL_OK && image != NULL,
          "desk_image: %s", err.text);
    return image;
}

void drive_image_verify(struct drive *d, struct drive_company *c, struct desk *desk)
{
    const struct image *image = drive_image(d, c, desk);
    follow_compare(&c->follow, image);
    block_free(image);
}

/* The desk's own sweep: its clock moves, and it comes by between two jobs. Old requests are looked
 * for once a day of it. */
void drive_sweep(struct drive *d)
{
    trace_say("(the desk sweeps)");
    for (size_t i = 0; i < d->n_companies; i++) /* the last of them is loaded in any case */
        drive_image_verify(d, &d->companies[d->n_companies - 1 - i], d->desk);
    barrier(d);
    atomic_fetch_add(&d->clock->ahead_ms, (int64_t)DAY_S * 1000);
    barrier(d);
    barrier(d);
    for (size_t i = 0; i < d->n_companies;
         i++) { /* what it swept of the others is theirs to follow */
        drive_image_verify(d, &d->companies[i], d->desk);
        drive_keys_verify(d, &d->companies[i]);
    }
    const struct model *m = &d->companies[0].follow.model;
    const struct model_hold *dead = model_dead_hold(m, atomic_load(&d->clock->now_s));
    CHECK(dead == NULL, "seq %lu: the desk swept, but hold %lx ended at %ld", (unsigned long)m->seq,
          (unsigned long)dead->ref, (long)dead->expires_at);
    CHECK(!atomic_load(&d->stopped), "the desk stopped");
}

static void try_print(struct drive *d, struct drive_job *it, struct buf *out)
{
    desk_try(d->desk, &it->job);
    CHECK(it->job.code == CODE_NONE, "a dry run answers %s",
          it->job.code == CODE_NONE ? "" : code_facts(it->job.code)->name.at);
    answer_print(out, &it->job);
    block_free(it->job.image);
    it->job.image = NULL;
    trace->tally.tried++;
}

static void expect_text(const struct buf *first, const struct buf *again, const char *what)
{
    CHECK(str_equal(buf_view(first), buf_view(again)), "%s:\n%.*s\nthen:\n%.*s", what,
          STR_ARG(buf_view(first)), STR_ARG(buf_view(again)));
}

/* Whoever asks the next desk hears what the one before would have said. */
void drive_restart(struct drive *d)
{
    struct buf before[PROBES] = { { 0 } };
    trace_say("(the desk closes, another opens)");
    for (size_t i = 0; i < PROBES; i++) {
        wish(d, &d->companies[0], &d->jobs[i]);
        d->jobs[i].job.has_idempotency = false;
        try_print(d, &d->jobs[i], &before[i]);
    }
    desk_close(d->desk);
    start_desk(d, drawn(&d->dice, DRAW_short_memory) ? 1 : 0);
    for (size_t i = d->n_companies; i-- > 0;)
        drive_image_verify(d, &d->companies[i], d->desk);
    for (size_t i = 0; i < PROBES; i++) {
        struct buf after = { 0 };
        words_of_job(&d->jobs[i]);
        trace_add(" (tried before and after)");
        try_print(d, &d->jobs[i], &after);
        expect_text(&before[i], &after, "after a restart the answer is another");
        buf_drop(&before[i]);
        buf_drop(&after);
    }
}

/* ---- batches ---- */

static void job_done(struct desk_job *job)
{
    struct drive *d = ((struct drive_job *)job->context)->drive;
    (void)pthread_mutex_lock(&d->lock);
    if (--d->n_waiting == 0)
        (void)pthread_cond_broadcast(&d->changed);
    (void)pthread_mutex_unlock(&d->lock);
}

static void jobs_wait(struct drive *d)
{
    (void)pthread_mutex_lock(&d->lock);
    while (d->n_waiting > 0)
        (void)pthread_cond_wait(&d->changed, &d->lock);
    (void)pthread_mutex_unlock(&d->lock);
}

/* The writer stands in the gate until all that is to wait together waits. */
static void gate_hold(struct desk_job *job)
{
    struct drive *d = job->context;
    (void)pthread_mutex_lock(&d->lock);
    d->gate = GATE_REACHED;
    (void)pthread_cond_broadcast(&d->changed);
    while (d->gate == GATE_REACHED)
        (void)pthread_cond_wait(&d->changed, &d->lock);
    d->gate = GATE_LEFT;
    (void)pthread_cond_broadcast(&d->changed);
    (void)pthread_mutex_unlock(&d->lock);
}

static void gate_await(struct drive *d, enum gate state)
{
    (void)pthread_mutex_lock(&d->lock);
    while (d->gate != state)
        (void)pthread_cond_wait(&d->changed, &d->lock);
    (void)pthread_mutex_unlock(&d->lock);
}

static void gate_close(struct drive *d, struct desk_job *job, struct arena *arena)
{
    *job = rig_job(arena, "nobody", COMMAND_EXPIRE, rig_actor(ROLE_ADMIN, false));
    job->done = gate_hold;
    job->context = d;
    CHECK(desk_submit(d->desk, job), "the desk takes nothing");
    gate_await(d, GATE_REACHED);
}

static void gate_open(struct drive *d)
{
    (void)pthread_mutex_lock(&d->lock);
    d->gate = GATE_OPEN;
    (void)pthread_cond_broadcast(&d->changed);
    (void)pthread_mutex_unlock(&d->lock);
    gate_await(d, GATE_LEFT);
}

/* Those that are not queued have their answers already. */
static void submit_all(struct drive *d, size_t n)
{
    d->n_waiting = n; /* before anyone can answer */
    for (size_t i = 0; i < n; i++) {
        if (desk_submit(d->desk, &d->jobs[i].job))
            continue;
        (void)pthread_mutex_lock(&d->lock);
        d->n_waiting--;
        (void)pthread_mutex_unlock(&d->lock);
    }
}

static utc_s floor_now(struct drive *d, const struct drive_company *c)
{
    const struct image *image = drive_image(d, c, d->desk);
    const utc_s floor = image->floor;
    block_free(image);
    return floor;
}

/* An image that reaches back a few days is trimmed in its time; a deeper one costs memory for good.
 */
static void expect_floor(struct drive *d, const struct drive_job *it, utc_s before,
                         const char *what)
{
    const utc_s oldest = atomic_load(&d->clock->now_s) - DESK_TRIM_S;
    const utc_s floor = floor_now(d, it->company);
    CHECK(!drawn(&d->dice, DRAW_law_depth) || floor >= before || floor >= oldest,
          "%s left an image that goes back %ld days further", what, (long)(before - floor) / DAY_S);
}

/* A lone command: tried first, now and then; and what changes nothing leaves the image as it was.
 */
static utc_s lone_before(struct drive *d, struct drive_job *it, struct buf *tried)
{
    const utc_s floor = floor_now(d, it->company);
    if (!drawn(&d->dice, DRAW_dry_run) || it->is_replay)
        return floor;
    trace_add(" (tried first)");
    try_print(d, it, tried);
    expect_floor(d, it, floor, "a dry run");
    return floor;
}

static void lone_after(struct drive *d, struct drive_job *it, struct buf *tried, utc_s floor)
{
    struct buf said = { 0 };
    if (tried->len > 0) {
        /* Decided at the seq before its own. */
        it->job.seq -= it->job.verdict.entry != NULL;
        answer_print(&said, &it->job);
        it->job.seq += it->job.verdict.entry != NULL;
        expect_text(tried, &said, "the dry run said otherwise");
    }
    buf_drop(&said);
    if (it->job.verdict.entry == NULL)
        expect_floor(d, it, floor, "a refusal");
}

static struct drive_company *pick_company(struct drive *d)
{
    const bool other = d->n_companies > 1 && drawn(&d->dice, DRAW_elsewhere);
    return &d->companies[other ? 1 + dice(&d->dice, d->n_companies - 1) : 0];
}

static void job_prepare(struct drive *d, struct drive_job *it)
{
    wish(d, pick_company(d), it);
    it->job.done = job_done;
    it->job.context = it;
    it->drive = d;
    d->commands++;
    trace->tally.commands++;
    words_of_job(it);
    it->line = trace->n;
}

static void batch_run(struct drive *d, size_t n)
{
    struct desk_job gate;
    struct arena arena = arena_make(RIG_ARENA_BYTES); /* the gate's */
    struct buf tried = { 0 };
    utc_s floor = 0;
    for (size_t i = 0; i < n; i++)
        job_prepare(d, &d->jobs[i]);
    if (n > 1)
        gate_close(d, &gate, &arena);
    else
        floor = lone_before(d, &d->jobs[0], &tried);
    submit_all(d, n);
    if (n > 1)
        gate_open(d);
    jobs_wait(d);
    for (size_t i = 0; i < n; i++)
        judge(d, &d->jobs[i]);
    if (n == 1)
        lone_after(d, &d->jobs[0], &tried, floor);
    for (size_t i = 0; i < n; i++)
        block_free(d->jobs[i].job.image);
    arena_drop(&arena);
    buf_drop(&tried);
}

/* ---- a life ---- */

static void verify_some(struct drive *d)
{
    if (!d->is_world)
        drive_verify(d);
}

static void step(struct drive *d, uint64_t left)
{
    const enum draw draw = draw_of(&d->dice, GROUP_STEP);
    uint64_t n = 2 + dice(&d->dice, DRIVE_BATCH_MAX - 1);
    switch ((int)draw) {
    case DRAW_one:
        batch_run(d, 1);
        return;
    case DRAW_batch:
        batch_run(d, (size_t)(n < left ? n : left));
        return;
    case DRAW_sweep:
        drive_sweep(d);
        break;
    case DRAW_restart:
        drive_restart(d);
        break;
    case DRAW_check:
        verify_some(d);
        break;
    case DRAW_same_export:
        outside_same_export(d, pick_company(d));
        break;
    case DRAW_copy:
        world_copy(d);
        break;
    case DRAW_large:
        world_large(d);
        break;
    case DRAW_crowd:
        world_crowd(d);
        break;
    default:
        outside_import(d, pick_company(d), draw);
        break;
    }
    d->commands++;
    trace->tally.commands++;
}

void drive_run(struct drive *d, uint64_t n)
{
    for (const uint64_t end = d->commands + n; d->commands < end;) {
        clock_move(d);
        trace->tally.steps++;
        step(d, end - d->commands);
    }
}

void drive_verify(struct drive *d)
{
    struct check_report report;
    struct il_err err = { .code = "" };
    const struct desk_options options = { .store = drive_share(d->store),
                                          .clock = &d->clock->port,
                                          .dice = dice_system(),
                                          .log = log_silent(),
                                          .zones = zone_source_system(),
                                          .read_only = true };
    struct desk *fresh;
    trace_say("(all is verified)");
    CHECK(desk_open(&options, &fresh, &err) == IL_OK, "a second desk: %s", err.text);
    for (size_t i = d->n_companies; i-- > 0;) {
        drive_image_verify(d, &d->companies[i], d->desk);
        drive_image_verify(d, &d->companies[i], fresh);
        drive_keys_verify(d, &d->companies[i]);
    }
    desk_close(fresh);
    CHECK(desk_check(d->store, dice_system(), &report, &err) == IL_OK, "desk_check: %s", err.text);
    CHECK(report.n_findings == 0, "%zu findings:\n%.*s", report.n_findings,
          STR_ARG(buf_view(&report.findings)));
    buf_drop(&report.findings);
}

struct drive *drive_open(const struct drive_start *start)
{
    static const char *const names[DRIVE_COMPANIES] = { "rig", "twin", "third" };
    struct drive *d = calloc(1, sizeof(*d));
    CHECK(d != NULL, "out of memory");
    d->store = start->store;
    d->clock = start->clock;
    d->seed = start->seed;
    d->dice = dicebox_make(start->seed, start->off);
    d->desk_dice = (struct desk_dice){ { fill }, start->seed };
    d->newest = start->now != 0 ? start->now : first_now;
    d->is_world = start->is_world;
    (void)pthread_mutex_init(&d->lock, NULL);
    (void)pthread_cond_init(&d->changed, NULL);
    d->clock->is_frozen = true;
    rig_clock_set(d->clock, d->newest);
    for (size_t i = 0; i < DRIVE_BATCH_MAX; i++)
        d->jobs[i].arena = arena_make(RIG_ARENA_BYTES);
    start_desk(d, drawn(&d->dice, DRAW_short_memory) ? 1 : 0);
    d->n_companies = start->companies;
    for (size_t i = 0; i < d->n_companies; i++) {
        struct drive_company *c = &d->companies[i];
        const int inspectors = i == 0 ? start->inspectors : RIG_INSPECTORS;
        struct buf text = { 0 };
        c->id = names[i];
        c->follow = follow_make(d->store, c->id, inspectors);
        if (i == 0 && start->document.len > 0)
            buf_add_str(&text, start->document);
        else
            rig_document_of(&text, c->id, inspectors);
        (void)rig_import(d->desk, buf_view(&text));
        buf_drop(&text);
        drive_image_verify(d, c, d->desk); /* reads the entries of the import */
    }
    return d;
}

void drive_close(struct drive *d)
{
    desk_close(d->desk);
    for (size_t i = 0; i < d->n_companies; i++) {
        const struct model *m = &d->companies[i].follow.model;
        uint64_t head;
        memcpy(&head, d->companies[i].follow.head.at, sizeof(head));
        trace->tally.digest = trace->tally.digest * 31 + head;
        trace->tally.entries += m->seq;
        trace->tally.conflicts += m->n_opened;
        for (int kind = 0; kind < COMMANDS; kind++)
            trace->tally.kinds[kind] += m->kinds[kind];
        follow_drop(&d->companies[i].follow);
    }
    for (int draw = 0; draw < DRAWS_END; draw++)
        trace->tally.drawn[draw] += d->dice.drawn[draw];
    for (size_t i = 0; i < DRIVE_BATCH_MAX; i++)
        arena_drop(&d->jobs[i].arena);
    (void)pthread_cond_destroy(&d->changed);
    (void)pthread_mutex_destroy(&d->lock);
    free(d);
}
