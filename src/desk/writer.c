/* The writer: takes what waits, decides in memory, commits once, answers all.
 *
 * A batch is decided from committed images only, so it can be decided again from newer ones: that
 * is what MOVED and REFUSED do. Nothing of a batch is visible before its commit returned. */
#include "desk_parts.h"

#include <assert.h>
#include <string.h>

enum { RETRIES_MOVED = 8, BATCH_COMPANIES_MAX = DESK_BATCH_MAX };

struct batch_company {
    struct str id;
    const struct image *base;  /* a holder: committed */
    const struct image *image; /* a holder: after this batch's entries */
    struct store_entry *entries;
    size_t n_entries;
    bool is_refused_once;
    bool is_diverged;
    bool is_configured; /* the batch changes its settings */
};

struct batch {
    struct desk *desk;
    struct desk_job *jobs[DESK_BATCH_MAX];
    size_t n_jobs;
    struct batch_company companies[BATCH_COMPANIES_MAX];
    size_t n_companies;
    const struct overlay *overlay;
    struct arena arena;
    utc_s now;
    bool forgets_keys;
};

static void job_fault(struct desk_job *job, enum code code)
{
    job->code = code;
    job->verdict = (struct verdict){ .code = CODE_NONE };
}

static void log_fault(struct desk *desk, const char *what, const struct il_err *err)
{
    desk->options.log->line(desk->options.log, LOG_ERROR, what, str_from(err->text));
}

/* ---- one batch's view of a company ---- */

static struct batch_company *company_in(struct batch *batch, struct str id)
{
    for (size_t i = 0; i < batch->n_companies; i++) {
        if (str_equal(batch->companies[i].id, id))
            return &batch->companies[i];
    }
    assert(batch->n_companies < BATCH_COMPANIES_MAX);
    struct batch_company *c = &batch->companies[batch->n_companies++];
    *c = (struct batch_company){ .id = id };
    /* A job may have waited while another found out. */
    (void)pthread_mutex_lock(&batch->desk->lock);
    c->is_diverged = slot_find(batch->desk, id)->is_diverged;
    (void)pthread_mutex_unlock(&batch->desk->lock);
    c->entries = arena_array(&batch->arena, struct store_entry, batch->n_jobs);
    return c;
}

static void company_reset(struct batch_company *c)
{
    block_free(c->image);
    block_free(c->base);
    c->image = NULL;
    c->base = NULL;
    c->n_entries = 0;
    c->is_configured = false;
}

static void company_begin(struct batch_company *c, const struct image *image)
{
    company_reset(c);
    c->base = image == NULL ? image_empty() : image;
    c->image = block_keep(c->base);
}

static il_rc company_start(struct batch *batch, struct batch_company *c, struct il_err *reterr)
{
    const struct image *image;
    if (c->base != NULL)
        return IL_OK;
    TRY(slot_image(batch->desk, c->id, &image, reterr));
    company_begin(c, image);
    return IL_OK;
}

/* Nothing of the batch may have been decided on the shallower one. */
static il_rc company_deepen(struct batch *batch, struct batch_company *c, utc_s floor,
                            struct il_err *reterr)
{
    const struct image *image;
    assert(c->n_entries == 0);
    TRY(image_deep(batch->desk, c->id, floor, &image, reterr));
    company_begin(c, image);
    return IL_OK;
}

/* ---- deciding ---- */

static void settle_personal(struct batch *batch, struct desk_job *job, struct personal_data *ret)
{
    *ret = personal_seal(batch->desk, job->arena, job->personal);
    job->command.person_hash = ret->hash;
}

static bool brings_person(const struct command *command)
{
    return command->kind == COMMAND_BOOK ||
           (command->kind == COMMAND_AMEND && command->person_changed);
}

static void accept(struct batch *batch, struct batch_company *c, struct desk_job *job,
                   struct personal_data *personal)
{
    struct entry *entry = arena_new(job->arena, struct entry);
    *entry = *job->verdict.entry;
    if (job->has_idempotency)
        entry->idempotency_key = hash_of(job->idempotency_key);
    size_t n_persons = 0;
    if (job->setting.how != SETTING_NONE) {
        personal = arena_array(job->arena, struct personal_data, entry->n_settings);
        n_persons = configure_persons(job, entry, personal);
    }
    if (brings_person(&job->command)) {
        personal->ref = entry->inspections[0]->person;
        n_persons = 1;
    }
    const struct str payload = entry_encode(job->arena, c->id, entry, &c->image->head);
    entry_project(job->arena, entry, payload, personal, n_persons, &job->rows);
    if (job->has_idempotency) {
        struct row_idempotency *row = arena_new(job->arena, struct row_idempotency);
        *row = (struct row_idempotency){ job->command.actor.key_id, job->idempotency_key,
                                         job->request, entry->seq, entry->at };
        job->rows.idempotency = row;
    }
    job->verdict.entry = entry;
    const struct image *next = booking_apply(c->image, entry);
    block_free(c->image);
    c->image = next;
    c->entries[c->n_entries++] = job->rows;
    struct overlay *o = arena_new(&batch->arena, struct overlay);
    *o = (struct overlay){ batch->overlay, c->id, entry };
    batch->overlay = o;
    batch->forgets_keys = batch->forgets_keys || entry->n_keys > 0;
    c->is_configured = c->is_configured || entry->n_settings > 0;
}

static void stand_on(struct desk_job *job, const struct batch_company *c)
{
    job->seq = c->image->seq;
    block_free(job->image);
    job->image = block_keep(c->image);
}

static il_rc decide_job(struct batch *batch, struct store_read *read, struct batch_company *c,
                        struct desk_job *job, struct il_err *reterr)
{
    struct facts facts;
    struct personal_data personal = { 0 };
    const struct deciding on = { read, batch->overlay, c->image, batch->now, batch->desk };
    TRY(facts_load(&on, job, &facts, reterr));
    if (brings_person(&job->command))
        settle_personal(batch, job, &personal);
    batch->desk->options.dice->fill(batch->desk->options.dice, &job->command.draw,
                                    sizeof job->command.draw);
    job->code = CODE_NONE;
    job->verdict = booking_decide(c->image, &facts, &job->command, batch->now, job->arena);
    if (job->verdict.entry != NULL)
        accept(batch, c, job, &personal);
    configure_forget(job);
    stand_on(job, c);
    return IL_OK;
}

/* Nothing of it is kept: words of what it takes away would stay. */
static bool refuse_wordless(struct desk_job *job, const struct batch_company *c)
{
    job->verdict =
        (struct verdict){ .code = CODE_state_diverged, .detail = str_from(search_damaged) };
    stand_on(job, c);
    return true;
}

static bool is_undecided(const struct batch_company *c, const struct desk_job *job)
{
    return job->verdict.needs_floor < c->image->floor;
}

/* False: the job needs an older floor than entries of this batch allow, or rows that they change;
 * it opens the next batch. */
static bool decide_one(struct batch *batch, struct store_read *read, struct desk_job *job)
{
    struct batch_company *c = company_in(batch, job->company);
    struct il_err err;
    if (c->is_diverged) {
        job_fault(job, CODE_state_diverged);
        return true;
    }
    il_rc rc = company_start(batch, c, &err);
    const bool is_setting = job->setting.how != SETTING_NONE;
    if ((is_setting && c->is_configured) || (job->erasing != NULL && c->n_entries > 0))
        return false;
    if (rc == IL_OK && c->image->company == NULL &&
        (job->command.kind != COMMAND_CONFIGURE || is_setting)) {
        job_fault(job, CODE_not_found);
        return true;
    }
    if (rc == IL_OK && job->is_wordless)
        return refuse_wordless(job, c);
    if (rc == IL_OK)
        rc = decide_job(batch, read, c, job, &err);
    while (rc == IL_OK && is_undecided(c, job)) {
        if (c->n_entries > 0)
            return false;
        rc = company_deepen(batch, c, job->verdict.needs_floor, &err);
        if (rc == IL_OK)
            rc = decide_job(batch, read, c, job, &err);
    }
    if (rc != IL_OK) {
        log_fault(batch->desk, "a job could not be decided", &err);
        job_fault(job, CODE_overloaded);
    }
    return true;
}

static void batch_clear(struct batch *batch)
{
    for (size_t i = 0; i < batch->n_companies; i++)
        company_reset(&batch->companies[i]);
    batch->overlay = NULL;
}

/* Gives back jobs from `at` on, in their order, to the front of the queue. */
static void hand_back(struct batch *batch, size_t at)
{
    struct desk *desk = batch->desk;
    (void)pthread_mutex_lock(&desk->lock);
    for (size_t i = batch->n_jobs; i-- > at;) {
        batch->jobs[i]->next = desk->queue_first;
        desk->queue_first = batch->jobs[i];
        if (batch->jobs[i]->next == NULL)
            desk->queue_last = &batch->jobs[i]->next;
        desk->n_queued++;
    }
    (void)pthread_mutex_unlock(&desk->lock);
    batch->n_jobs = at;
}

static void decide_all(struct batch *batch)
{
    struct desk *desk = batch->desk;
    struct store_read *read;
    struct il_err err;
    batch_clear(batch);
    batch->now = desk_now_s(desk);
    if (store_read_own(desk->options.store, &read, &err) != IL_OK) {
        log_fault(desk, "the store cannot be read", &err);
        for (size_t i = 0; i < batch->n_jobs; i++)
            job_fault(batch->jobs[i], CODE_overloaded);
        return;
    }
    const int64_t now_ms = desk->options.clock->monotonic_ms(desk->options.clock);
    for (size_t i = 0; i < batch->n_jobs; i++) {
        struct desk_job *job = batch->jobs[i];
        if (job->deadline_ms != 0 && job->deadline_ms < now_ms) {
            job_fault(job, CODE_overloaded);
        } else if (!decide_one(batch, read, job)) {
            hand_back(batch, i);
            break;
        }
    }
    store_read_close(read);
}

/* ---- committing ---- */

static size_t changes_of(struct batch *batch, struct store_change *ret, size_t *ret_company)
{
    size_t n = 0;
    for (size_t i = 0; i < batch->n_companies; i++) {
        const struct batch_company *c = &batch->companies[i];
        if (c->n_entries == 0)
            continue;
        ret_company[n] = i;
        ret[n++] = (struct store_change){ .company = c->id,
                                          .expected_seq = c->entries[0].entry.seq - 1,
                                          .entries = c->entries,
                                          .n_entries = c->n_entries };
    }
    return n;
}

static void fail_all(struct batch *batch, enum code code)
{
    for (size_t i = 0; i < batch->n_jobs; i++)
        job_fault(batch->jobs[i], code);
}

static void stop_desk(struct desk *desk, const char *why)
{
    (void)pthread_mutex_lock(&desk->lock);
    desk->is_stopped = true;
    (void)pthread_mutex_unlock(&desk->lock);
    if (desk->options.stopped != NULL)
        desk->options.stopped(desk->options.context, why);
}

static void mark_diverged(struct batch *batch, struct batch_company *c)
{
    struct desk *desk = batch->desk;
    c->is_diverged = true;
    (void)pthread_mutex_lock(&desk->lock);
    slot_find(desk, c->id)->is_diverged = true;
    (void)pthread_mutex_unlock(&desk->lock);
    desk->options.log->line(
        desk->options.log, LOG_ERROR,
        "memory and file differ: the company is read-only until `interlock check` "
        "has been read and the server restarted",
        c->id);
}

/* True: decide again. */
static bool after_refusal(struct batch *batch, struct batch_company *c)
{
    if (c->is_refused_once)
        mark_diverged(batch, c);
    c->is_refused_once = true;
    slot_reload(batch->desk, c->id);
    return true;
}

/* The batch goes on without what would change words of this company. */
static void leave_wordless(struct batch *batch, const struct batch_company *c)
{
    for (size_t i = 0; i < batch->n_jobs; i++) {
        struct desk_job *job = batch->jobs[i];
        const bool made = job->verdict.entry != NULL && search_concerns(&job->rows);
        job->is_wordless |= str_equal(job->company, c->id) && (job->is_import || made);
    }
}

/* True: the batch must be decided again. */
static bool commit(struct batch *batch, unsigned *moved)
{
    struct store_change *changes =
        arena_array(&batch->arena, struct store_change, batch->n_companies);
    size_t *company = arena_array(&batch->arena, size_t, batch->n_companies);
    const size_t n = changes_of(batch, changes, company);
    enum store_outcome outcome;
    size_t at = 0;
    struct il_err err;
    if (n == 0)
        return false;
    const size_t wordless = search_changes(batch->desk, &batch->arena, changes, n);
    if (wordless < n) {
        leave_wordless(batch, &batch->companies[company[wordless]]);
        return true;
    }
    if (store_commit(batch->desk->options.store, changes, n, &outcome, &at, &err) != IL_OK) {
        log_fault(batch->desk, "nothing was written", &err);
        fail_all(batch, CODE_storage_full);
        batch_clear(batch);
        return false;
    }
    switch (outcome) {
    case STORE_COMMITTED:
        search_note(batch->desk, changes, n);
        return false;
    case STORE_MOVED:
        if (++*moved <= RETRIES_MOVED) {
            slot_reload(batch->desk, batch->companies[company[at]].id);
            return true;
        }
        fail_all(batch, CODE_overloaded);
        batch_clear(batch);
        return false;
    case STORE_REFUSED:
        return after_refusal(batch, &batch->companies[company[at]]);
    case STORE_UNKNOWN:
        break;
    }
    fail_all(batch, CODE_outcome_unknown);
    batch_clear(batch);
    stop_desk(batch->desk, "a commit's outcome is unknown");
    return false;
}

static void publish(struct batch *batch)
{
    struct desk *desk = batch->desk;
    for (size_t i = 0; i < batch->n_companies; i++) {
        struct batch_company *c = &batch->companies[i];
        if (c->n_entries == 0)
            continue;
        const struct image *image = image_at(c->image, batch->now);
        slot_publish(desk, c->id, image);
        block_free(image);
    }
    if (batch->forgets_keys) {
        (void)pthread_mutex_lock(&desk->lock);
        keys_forget(desk);
        (void)pthread_mutex_unlock(&desk->lock);
    }
    for (size_t i = 0; i < batch->n_companies; i++)
        entries_count(desk, batch->companies[i].entries, batch->companies[i].n_entries);
    /* Last: who hears of it finds it, and no ended key opens anything any more. */
    desk_nudge(desk);
}

static void answer(struct batch *batch)
{
    struct desk *desk = batch->desk;
    (void)pthread_mutex_lock(&desk->lock);
    desk->stats.batches++;
    desk->stats.jobs += batch->n_jobs;
    if (batch->n_jobs > desk->stats.largest_batch)
        desk->stats.largest_batch = batch->n_jobs;
    for (size_t i = 0; i < batch->n_jobs; i++) {
        desk->stats.refused += batch->jobs[i]->verdict.code != CODE_NONE;
        flight_end(desk, batch->jobs[i]);
    }
    (void)pthread_mutex_unlock(&desk->lock);
    for (size_t i = 0; i < batch->n_jobs; i++)
        batch->jobs[i]->done(batch->jobs[i]);
}

static void batch_run(struct batch *batch)
{
    unsigned moved = 0;
    do
        decide_all(batch);
    while (commit(batch, &moved));
    publish(batch);
    batch_clear(batch);
    answer(batch);
}

/* ---- imports: alone, because one is many entries ---- */

/* False: there is nothing to commit, and the job says why. */
static bool import_make(struct batch *batch)
{
    struct desk_job *job = batch->jobs[0];
    struct batch_company *c = company_in(batch, job->company);
    struct import_entries made = { .n = 0 };
    batch_clear(batch);
    batch->now = desk_now_s(batch->desk);
    job->code = CODE_NONE;
    if (c->is_diverged || job->is_wordless) {
        job_fault(job, CODE_state_diverged);
        return false;
    }
    if (!import_take(batch->desk, job, batch->now, &made))
        return false;
    c->image = made.image;
    c->entries = made.rows;
    c->n_entries = made.n;
    return made.n > 0;
}

static void import_run(struct batch *batch)
{
    unsigned moved = 0;
    bool again = true;
    while (again)
        again = import_make(batch) && commit(batch, &moved);
    publish(batch);
    batch_clear(batch);
    answer(batch);
}

/* ---- the loop ---- */

static void queue_wait(struct desk *desk, int64_t sweep_at_ms)
{
    while (desk->queue_first == NULL && !desk->closing) {
        const int64_t now_ms = desk->options.clock->monotonic_ms(desk->options.clock);
        if (now_ms >= sweep_at_ms)
            return;
        const struct timespec until = monotonic_in(sweep_at_ms - now_ms);
        (void)pthread_cond_timedwait(&desk->wake, &desk->lock, &until);
    }
}

/* Takes the next jobs; an import only alone. False: closing, and nothing is left. */
static bool queue_take(struct desk *desk, struct batch *batch, int64_t sweep_at_ms)
{
    (void)pthread_mutex_lock(&desk->lock);
    queue_wait(desk, sweep_at_ms);
    const size_t limit = desk->options.batch_max;
    while (desk->queue_first != NULL && batch->n_jobs < limit) {
        struct desk_job *job = desk->queue_first;
        if (job->is_import && batch->n_jobs > 0)
            break;
        desk->queue_first = job->next;
        if (desk->queue_first == NULL)
            desk->queue_last = &desk->queue_first;
        desk->n_queued--;
        batch->jobs[batch->n_jobs++] = job;
        if (job->is_import)
            break;
    }
    const bool more = batch->n_jobs > 0 || !desk->closing;
    desk->is_busy = batch->n_jobs > 0;
    const bool stopped = desk->is_stopped;
    (void)pthread_mutex_unlock(&desk->lock);
    if (stopped && batch->n_jobs > 0) {
        fail_all(batch, CODE_outcome_unknown);
        answer(batch);
        batch->n_jobs = 0;
    }
    return more;
}

static void ignore_done(struct desk_job *job)
{
    block_free(job->image);
}

/* Dead holds block nobody; sweeping only keeps the state small and the journal telling. */
static void sweep(struct desk *desk, struct batch *batch)
{
    const utc_s now = desk_now_s(desk);
    (void)pthread_mutex_lock(&desk->lock);
    const bool stopped = desk->is_stopped;
    for (size_t i = 0; i < COMPANY_SLOTS && !stopped; i++) {
        for (struct company_slot *s = desk->slots[i]; s != NULL; s = s->next) {
            if (!image_has_dead_hold(s->image, now) || s->is_diverged ||
                batch->n_jobs >= DESK_BATCH_MAX / 4)
                continue;
            struct desk_job *job = arena_new(&batch->arena, struct desk_job);
            job->company = s->id;
            job->command.kind = COMMAND_EXPIRE;
            job->command.actor = (struct actor){ .role = ROLE_ADMIN, .channel = STR("system") };
            job->arena = &batch->arena;
            batch->jobs[batch->n_jobs++] = job;
        }
    }
    (void)pthread_mutex_unlock(&desk->lock);
    batch->n_jobs += unconfirmed_jobs(desk, &batch->arena, batch->jobs + batch->n_jobs,
                                      DESK_BATCH_MAX - batch->n_jobs);
    for (size_t i = 0; i < batch->n_jobs; i++)
        batch->jobs[i]->done = ignore_done;
    if (batch->n_jobs > 0)
        batch_run(batch);
    requests_forget(desk, &batch->arena);
}

static void batch_ended(struct desk *desk)
{
    (void)pthread_mutex_lock(&desk->lock);
    desk->is_busy = false;
    if (desk->n_queued == 0)
        (void)pthread_cond_broadcast(&desk->idle);
    (void)pthread_mutex_unlock(&desk->lock);
}

void *writer_run(void *context)
{
    struct desk *desk = context;
    struct batch *batch = block_new(sizeof *batch, NULL);
    int64_t sweep_at_ms = 0;
    bool more = true;
    batch->desk = desk;
    batch->arena = arena_make(SIZE_MAX / 2);
    while (more) {
        batch_ended(desk);
        batch->n_jobs = 0;
        batch->n_companies = 0;
        batch->overlay = NULL;
        batch->forgets_keys = false;
        arena_reset(&batch->arena);
        const int64_t now_ms = desk->options.clock->monotonic_ms(desk->options.clock);
        if (now_ms >= sweep_at_ms) {
            sweep_at_ms = now_ms + DESK_SWEEP_MS;
            sweep(desk, batch);
            continue;
        }
        const bool has_words = search_step(desk, &batch->arena);
        more = queue_take(desk, batch, has_words ? now_ms : sweep_at_ms);
        if (batch->n_jobs > 0 && batch->jobs[0]->is_import)
            import_run(batch);
        else if (batch->n_jobs > 0)
            batch_run(batch);
    }
    arena_drop(&batch->arena);
    block_free(batch);
    return NULL;
}
