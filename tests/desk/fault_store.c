/* A store that does what a test tells it to. */
#include "fault_store.h"

#include <stdlib.h>

static struct fault_store *faults_of(struct store *store)
{
    return (struct fault_store *)store;
}

static il_rc read_fault_take(struct fault_store *f, struct il_err *reterr)
{
    (void)pthread_mutex_lock(&f->lock);
    const bool fails = f->failing_reads > 0;
    f->failing_reads -= fails;
    (void)pthread_mutex_unlock(&f->lock);
    return fails ? il_fail(reterr, IL_IO, "a read that fails") : IL_OK;
}

static il_rc fault_read_open(struct store *store, struct store_read **ret, struct il_err *reterr)
{
    TRY(read_fault_take(faults_of(store), reterr));
    return store_read_open(faults_of(store)->inner, ret, reterr);
}

static il_rc fault_read_own(struct store *store, struct store_read **ret, struct il_err *reterr)
{
    TRY(read_fault_take(faults_of(store), reterr));
    return store_read_own(faults_of(store)->inner, ret, reterr);
}

static size_t place_of(const struct fault_store *f, const struct store_change *changes, size_t n)
{
    size_t i = 0;
    while (i < n && f->company != NULL && !str_equal(changes[i].company, str_from(f->company)))
        i++;
    return i;
}

/* Waits while held; then says what this commit is to be. */
static enum fault fault_take(struct fault_store *f, const struct store_change *changes, size_t n,
                             size_t *ret_at)
{
    enum fault fault = FAULT_NONE;
    (void)pthread_mutex_lock(&f->lock);
    f->n_waiting++;
    (void)pthread_cond_broadcast(&f->changed);
    while (f->is_held)
        (void)pthread_cond_wait(&f->changed, &f->lock);
    f->n_waiting--;
    *ret_at = place_of(f, changes, n);
    if (f->times > 0 && *ret_at < n) {
        f->times--;
        fault = f->fault;
    }
    (void)pthread_mutex_unlock(&f->lock);
    return fault;
}

static il_rc fault_commit(struct store *store, const struct store_change *changes, size_t n,
                          enum store_outcome *ret, size_t *ret_at, struct il_err *reterr)
{
    static const enum store_outcome outcomes[] = { [FAULT_MOVED] = STORE_MOVED,
                                                   [FAULT_REFUSED] = STORE_REFUSED,
                                                   [FAULT_UNKNOWN] = STORE_UNKNOWN };
    struct fault_store *f = faults_of(store);
    size_t at;
    const enum fault fault = fault_take(f, changes, n, &at);
    void (*const before)(void *) = f->before;
    f->before = NULL;
    if (before != NULL)
        before(f->context);
    if (fault == FAULT_IO)
        return il_fail(reterr, IL_IO, "the disk is full");
    if (fault != FAULT_NONE) {
        *ret = outcomes[fault];
        *ret_at = at;
        return IL_OK;
    }
    f->commits++;
    return store_commit(f->inner, changes, n, ret, ret_at, reterr);
}

static struct hash fault_secret(struct store *store)
{
    return store_secret(faults_of(store)->inner);
}

static struct store_stats fault_stats(struct store *store)
{
    return store_stats(faults_of(store)->inner);
}

static void fault_close(struct store *store)
{
    struct fault_store *f = faults_of(store);
    (void)pthread_cond_destroy(&f->changed);
    (void)pthread_mutex_destroy(&f->lock);
    free(f);
}

struct fault_store *fault_store_open(struct store *inner)
{
    static const struct store_ops ops = { .read_open = fault_read_open,
                                          .read_own = fault_read_own,
                                          .commit = fault_commit,
                                          .secret = fault_secret,
                                          .stats = fault_stats,
                                          .close = fault_close };
    struct fault_store *f = calloc(1, sizeof(*f));
    CHECK(f != NULL, "out of memory");
    f->store.ops = &ops;
    f->inner = inner;
    CHECK(pthread_mutex_init(&f->lock, NULL) == 0 && pthread_cond_init(&f->changed, NULL) == 0,
          "pthread");
    return f;
}

void fault_set(struct fault_store *f, enum fault fault, int times, const char *company)
{
    (void)pthread_mutex_lock(&f->lock);
    f->fault = fault;
    f->times = times;
    f->company = company;
    (void)pthread_mutex_unlock(&f->lock);
}

void fault_hold(struct fault_store *f)
{
    (void)pthread_mutex_lock(&f->lock);
    f->is_held = true;
    (void)pthread_mutex_unlock(&f->lock);
}

void fault_await(struct fault_store *f)
{
    (void)pthread_mutex_lock(&f->lock);
    while (f->n_waiting == 0)
        (void)pthread_cond_wait(&f->changed, &f->lock);
    (void)pthread_mutex_unlock(&f->lock);
}

void fault_release(struct fault_store *f)
{
    (void)pthread_mutex_lock(&f->lock);
    f->is_held = false;
    (void)pthread_cond_broadcast(&f->changed);
    (void)pthread_mutex_unlock(&f->lock);
}

void fault_reads(struct fault_store *f, int n)
{
    (void)pthread_mutex_lock(&f->lock);
    f->failing_reads = n;
    (void)pthread_mutex_unlock(&f->lock);
}
