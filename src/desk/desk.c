/* Open and close; the queue, and the idempotency keys in flight. */
#include "desk_parts.h"

#include <assert.h>
#include <string.h>

int64_t desk_now_s(struct desk *desk)
{
    return desk->options.clock->now_s(desk->options.clock);
}

il_rc desk_open(const struct desk_options *options, struct desk **ret, struct il_err *reterr)
{
    pthread_condattr_t monotonic;
    struct desk *desk = block_new(sizeof *desk, NULL);
    desk->options = *options;
    if (desk->options.batch_max == 0 || desk->options.batch_max > DESK_BATCH_MAX)
        desk->options.batch_max = DESK_BATCH_MAX;
    if (desk->options.queue_max == 0)
        desk->options.queue_max = DESK_QUEUE_MAX;
    desk->queue_last = &desk->queue_first;
    (void)pthread_mutex_init(&desk->lock, NULL);
    (void)pthread_mutex_init(&desk->loading, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&desk->wake, &monotonic);
    (void)pthread_cond_init(&desk->idle, &monotonic);
    (void)pthread_cond_init(&desk->heard, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    if (!options->read_only) {
        if (pthread_create(&desk->writer, NULL, writer_run, desk) != 0) {
            block_free(desk);
            return il_fail(reterr, IL_LIMIT, "the writer's thread cannot be started");
        }
        desk->has_writer = true;
    }
    *ret = desk;
    return IL_OK;
}

void keys_forget(struct desk *desk)
{
    desk->keys_epoch++;
    for (size_t i = 0; i < KEYS_CACHED; i++) {
        if (desk->keys[i].is_used)
            arena_drop(&desk->keys[i].arena);
        desk->keys[i].is_used = false;
    }
}

void desk_close(struct desk *desk)
{
    if (desk == NULL)
        return;
    if (desk->has_writer) {
        (void)pthread_mutex_lock(&desk->lock);
        desk->closing = true;
        (void)pthread_cond_signal(&desk->wake);
        (void)pthread_mutex_unlock(&desk->lock);
        (void)pthread_join(desk->writer, NULL);
    }
    slots_drop(desk);
    keys_forget(desk);
    store_close(desk->options.store);
    (void)pthread_cond_destroy(&desk->wake);
    (void)pthread_cond_destroy(&desk->idle);
    (void)pthread_cond_destroy(&desk->heard);
    (void)pthread_mutex_destroy(&desk->lock);
    (void)pthread_mutex_destroy(&desk->loading);
    block_free(desk);
}

void desk_drain(struct desk *desk)
{
    (void)pthread_mutex_lock(&desk->lock);
    while (desk->n_queued > 0 || desk->is_busy)
        (void)pthread_cond_wait(&desk->idle, &desk->lock);
    (void)pthread_mutex_unlock(&desk->lock);
}

bool desk_is_ready(struct desk *desk)
{
    (void)pthread_mutex_lock(&desk->lock);
    const bool ready = !desk->is_stopped && !desk->closing;
    (void)pthread_mutex_unlock(&desk->lock);
    return ready;
}

struct desk_stats desk_stats(struct desk *desk)
{
    const struct store_stats stored = store_stats(desk->options.store);
    (void)pthread_mutex_lock(&desk->lock);
    struct desk_stats stats = desk->stats;
    stats.image_bytes = desk->image_bytes;
    stats.images = desk->n_images;
    stats.queued = desk->n_queued;
    (void)pthread_mutex_unlock(&desk->lock);
    stats.commits = stored.commits;
    stats.syncs = stored.syncs;
    return stats;
}

/* ---- keys in flight ---- */

static uint64_t flight_hash(const struct desk_job *job)
{
    const uint64_t parts[3] = { hash_short(job->company), hash_short(job->command.actor.key_id),
                                hash_short(job->idempotency_key) };
    return hash_short((struct str){ (const char *)parts, sizeof parts });
}

static bool same_flight(const struct desk_job *a, const struct desk_job *b)
{
    return str_equal(a->idempotency_key, b->idempotency_key) &&
           str_equal(a->command.actor.key_id, b->command.actor.key_id) &&
           str_equal(a->company, b->company);
}

static bool is_flying(const struct desk *desk, const struct desk_job *job, uint64_t hash)
{
    for (const struct flight *f = desk->flights[hash % FLIGHTS_SLOTS]; f != NULL; f = f->next) {
        if (f->hash == hash && same_flight(f->job, job))
            return true;
    }
    return false;
}

static bool flight_start(struct desk *desk, const struct desk_job *job)
{
    const uint64_t hash = flight_hash(job);
    struct flight **first = &desk->flights[hash % FLIGHTS_SLOTS];
    if (is_flying(desk, job, hash))
        return false;
    struct flight *f = block_new(sizeof *f, NULL);
    *f = (struct flight){ *first, hash, job };
    *first = f;
    return true;
}

void flight_end(struct desk *desk, const struct desk_job *job)
{
    if (!job->has_idempotency)
        return;
    struct flight **at = &desk->flights[flight_hash(job) % FLIGHTS_SLOTS];
    while (*at != NULL && (*at)->job != job)
        at = &(*at)->next;
    assert(*at != NULL && "a job in flight is known");
    struct flight *ended = *at;
    *at = ended->next;
    block_free(ended);
}

/* ---- replays ---- */

struct replay {
    struct arena *arena;
    struct row_idempotency row;
    struct str payload;
    bool found;
};

static il_rc visit_idempotency(void *context, const void *row, struct il_err *reterr)
{
    struct replay *replay = context;
    (void)reterr;
    replay->row = *(const struct row_idempotency *)row;
    replay->found = true;
    return IL_OK;
}

static il_rc visit_entry(void *context, const void *row, struct il_err *reterr)
{
    struct replay *replay = context;
    (void)reterr;
    replay->payload = str_copy(replay->arena, ((const struct row_entry *)row)->payload);
    return IL_OK;
}

static il_rc key_read(struct store_read *read, const struct desk_job *job, struct replay *replay,
                      struct il_err *reterr)
{
    const struct store_query key = { .table = TABLE_IDEMPOTENCY,
                                     .by = BY_ID,
                                     .company = job->company,
                                     .text = job->command.actor.key_id,
                                     .text2 = job->idempotency_key };
    TRY(store_find(read, &key, visit_idempotency, replay, reterr));
    /* What was looked for was found; the row's own texts ended with the search. */
    replay->row.key_id = key.text;
    replay->row.key = key.text2;
    return IL_OK;
}

struct entry_mark entry_mark(const struct entry *entry)
{
    return (struct entry_mark){ .seq = entry->seq,
                                .at = entry->at,
                                .actor = hash_short(entry->actor.key_id),
                                .key = entry->idempotency_key };
}

bool mark_fits(const struct entry_mark *mark, const struct row_idempotency *row)
{
    const struct hash key = hash_of(row->key);
    return mark->seq == row->seq && mark->at == row->at && mark->actor == hash_short(row->key_id) &&
           (hash_equal(&mark->key, &key) || hash_equal(&mark->key, &(struct hash){ 0 }));
}

static il_rc replay_read(struct store_read *read, struct desk_job *job, struct replay *replay,
                         struct il_err *reterr)
{
    TRY(key_read(read, job, replay, reterr));
    if (!replay->found || !hash_equal(&replay->row.request, &job->request))
        return IL_OK;
    const struct store_query entry = {
        .table = TABLE_ENTRY, .by = BY_REF, .company = job->company, .ref = replay->row.seq
    };
    TRY(store_find(read, &entry, visit_entry, replay, reterr));
    struct entry *first = arena_new(job->arena, struct entry);
    TRY(entry_read(job->arena, replay->payload, first, reterr));
    /* The answer is made from this entry: a damaged row may name another request's. */
    const struct entry_mark mark = entry_mark(first);
    if (first->kind != job->command.kind || !mark_fits(&mark, &replay->row))
        return il_fail(reterr, IL_IO,
                       "company %.*s: entry %llu is not of the request whose key "
                       "names it; `interlock check` looks at the rest",
                       STR_ARG(job->company), (unsigned long long)replay->row.seq);
    job->verdict = (struct verdict){ .code = CODE_NONE, .entry = first };
    job->seq = first->seq;
    job->replayed = true;
    return IL_OK;
}

/* True: the key has been used before, and the answer is in the job. */
static bool is_answered(struct desk *desk, struct desk_job *job)
{
    struct replay replay = { .arena = job->arena };
    struct store_read *read;
    struct il_err err;
    if (store_read_open(desk->options.store, &read, &err) != IL_OK) {
        job->code = CODE_overloaded;
        return true;
    }
    const il_rc rc = replay_read(read, job, &replay, &err);
    store_read_close(read);
    if (rc != IL_OK) {
        desk->options.log->line(desk->options.log, LOG_ERROR, "a stored answer cannot be read",
                                str_from(err.text));
        job->code = CODE_overloaded;
    } else if (replay.found && !job->replayed) {
        job->code = CODE_idempotency_key_reused;
    }
    return rc != IL_OK || replay.found;
}

enum code desk_peek_key(struct desk *desk, const struct desk_job *job)
{
    struct replay replay = { .arena = job->arena };
    struct store_read *read;
    struct il_err err;
    (void)pthread_mutex_lock(&desk->lock);
    const bool flies = is_flying(desk, job, flight_hash(job));
    (void)pthread_mutex_unlock(&desk->lock);
    if (flies)
        return CODE_idempotency_in_progress;
    if (store_read_open(desk->options.store, &read, &err) != IL_OK)
        return CODE_overloaded;
    const il_rc rc = key_read(read, job, &replay, &err);
    store_read_close(read);
    if (rc != IL_OK)
        return CODE_overloaded;
    return replay.found && !hash_equal(&replay.row.request, &job->request)
               ? CODE_idempotency_key_reused
               : CODE_NONE;
}

static il_rc replay_image(struct desk *desk, struct desk_job *job)
{
    struct il_err err;
    return slot_image(desk, job->company, &job->image, &err);
}

/* ---- the queue ---- */

static enum code refuses(struct desk *desk, struct str company)
{
    if (desk->is_stopped || desk->closing || !desk->has_writer)
        return CODE_outcome_unknown;
    return slot_find(desk, company)->is_diverged ? CODE_state_diverged : CODE_NONE;
}

enum code desk_refuses(struct desk *desk, struct str company)
{
    (void)pthread_mutex_lock(&desk->lock);
    const enum code code = refuses(desk, company);
    (void)pthread_mutex_unlock(&desk->lock);
    return code;
}

static enum code may_queue(struct desk *desk, struct desk_job *job)
{
    const enum code code = refuses(desk, job->company);
    if (code != CODE_NONE)
        return code;
    return desk->n_queued >= desk->options.queue_max ? CODE_overloaded : CODE_NONE;
}

bool desk_submit(struct desk *desk, struct desk_job *job)
{
    job->code = CODE_NONE;
    job->replayed = false;
    job->is_wordless = false;
    job->image = NULL;
    job->next = NULL;
    (void)pthread_mutex_lock(&desk->lock);
    job->code = may_queue(desk, job);
    if (job->code == CODE_NONE && job->has_idempotency && !flight_start(desk, job))
        job->code = CODE_idempotency_in_progress;
    (void)pthread_mutex_unlock(&desk->lock);
    if (job->code != CODE_NONE)
        return false;
    /* The flight stands before the look: what ran before has left its row by now. */
    const bool answered = job->has_idempotency && is_answered(desk, job);
    if (answered && job->replayed && replay_image(desk, job) != IL_OK)
        job->code = CODE_overloaded;
    job->deadline_ms =
        job->is_import ? 0
                       : desk->options.clock->monotonic_ms(desk->options.clock) + DESK_DEADLINE_MS;
    (void)pthread_mutex_lock(&desk->lock);
    /* The writer leaves when the desk closes and the queue is empty: nobody would answer. */
    const bool too_late = !answered && desk->closing;
    if (too_late)
        job->code = CODE_outcome_unknown;
    if (answered || too_late) {
        flight_end(desk, job);
    } else {
        *desk->queue_last = job;
        desk->queue_last = &job->next;
        desk->n_queued++;
        (void)pthread_cond_signal(&desk->wake);
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return !answered && !too_late;
}

static il_rc try_on(struct desk *desk, struct desk_job *job, utc_s now, struct il_err *reterr)
{
    struct store_read *read;
    struct facts facts;
    TRY(store_read_open(desk->options.store, &read, reterr));
    const struct deciding on = { read, NULL, job->image, now, desk };
    const il_rc rc = facts_load(&on, job, &facts, reterr);
    store_read_close(read);
    if (rc == IL_OK)
        job->verdict = booking_decide(job->image, &facts, &job->command, now, job->arena);
    configure_forget(job);
    job->seq = job->image->seq;
    return rc;
}

static il_rc try_deeper(struct desk *desk, struct desk_job *job, utc_s now, struct il_err *reterr)
{
    block_free(job->image);
    job->image = NULL;
    TRY(image_deep(desk, job->company, job->verdict.needs_floor, &job->image, reterr));
    assert(job->image != NULL);
    return try_on(desk, job, now, reterr);
}

void desk_try_on(struct desk *desk, struct desk_job *job, const struct image *image)
{
    struct il_err err;
    const utc_s now = desk_now_s(desk);
    job->code = CODE_overloaded;
    job->image = block_keep(image);
    il_rc rc = try_on(desk, job, now, &err);
    while (rc == IL_OK && job->verdict.needs_floor < job->image->floor)
        rc = try_deeper(desk, job, now, &err);
    if (rc == IL_OK)
        job->code = CODE_NONE;
}

void desk_try(struct desk *desk, struct desk_job *job)
{
    const struct image *image;
    struct il_err err;
    job->code = CODE_overloaded;
    job->image = NULL;
    if (slot_image(desk, job->company, &image, &err) != IL_OK)
        return;
    if (image == NULL) {
        job->code = CODE_not_found;
        return;
    }
    desk_try_on(desk, job, image);
    block_free(image);
}

struct waiter {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool is_done;
};

static void wake_waiter(struct desk_job *job)
{
    struct waiter *waiter = job->context;
    (void)pthread_mutex_lock(&waiter->lock);
    waiter->is_done = true;
    (void)pthread_cond_signal(&waiter->wake);
    (void)pthread_mutex_unlock(&waiter->lock);
}

void desk_do(struct desk *desk, struct desk_job *job)
{
    struct waiter waiter = { .is_done = false };
    (void)pthread_mutex_init(&waiter.lock, NULL);
    (void)pthread_cond_init(&waiter.wake, NULL);
    job->done = wake_waiter;
    job->context = &waiter; /* cppcheck-suppress autoVariables ; waited for below */
    if (desk_submit(desk, job)) {
        (void)pthread_mutex_lock(&waiter.lock);
        while (!waiter.is_done)
            (void)pthread_cond_wait(&waiter.wake, &waiter.lock);
        (void)pthread_mutex_unlock(&waiter.lock);
    }
    job->context = NULL;
    (void)pthread_cond_destroy(&waiter.wake);
    (void)pthread_mutex_destroy(&waiter.lock);
}

/* ---- secrets ---- */

struct hash desk_seal_key(struct desk *desk)
{
    const struct hash secret = store_secret(desk->options.store);
    return hash_mac(&secret, STR("offer"));
}

struct hash desk_mac(struct desk *desk, struct str text)
{
    const struct hash secret = store_secret(desk->options.store);
    return hash_mac(&secret, text);
}

static struct hash token_mac(const struct desk *desk, struct arena *arena,
                             const struct token_scope *scope, ref_t ref)
{
    const struct hash secret = store_secret(desk->options.store);
    return hash_mac(&secret,
                    str_print(arena, "%s\n%.*s\n%llu\n%u", scope->kind, STR_ARG(scope->company),
                              (unsigned long long)ref, scope->generation));
}

enum { TOKEN_BYTES = sizeof(ref_t) + HASH_BYTES };

struct str desk_token_make(const struct desk *desk, struct arena *arena,
                           const struct token_scope *scope, ref_t ref)
{
    const struct hash mac = token_mac(desk, arena, scope, ref);
    uint8_t bytes[TOKEN_BYTES];
    for (size_t i = 0; i < sizeof ref; i++)
        bytes[i] = (uint8_t)(ref >> (8 * i));
    memcpy(bytes + sizeof ref, mac.at, HASH_BYTES);
    return base64_print(arena, bytes, sizeof bytes);
}

bool desk_token_read(const struct desk *desk, struct arena *arena, const struct token_scope *scope,
                     struct str token, ref_t *ret)
{
    uint8_t *bytes;
    size_t len;
    struct hash given;
    ref_t ref = 0;
    if (!base64_parse(arena, token, &bytes, &len) || len != TOKEN_BYTES)
        return false;
    for (size_t i = 0; i < sizeof ref; i++)
        ref |= (ref_t)bytes[i] << (8 * i);
    memcpy(given.at, bytes + sizeof ref, HASH_BYTES);
    const struct hash mac = token_mac(desk, arena, scope, ref);
    if (ref == 0 || !hash_equal(&mac, &given))
        return false;
    *ret = ref;
    return true;
}
