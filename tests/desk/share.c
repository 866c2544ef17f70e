/* A store that is left open by the desk that closes it. */
#include "drive.h"

#include <stdlib.h>

struct shared {
    struct store store;
    struct store *inner;
};

static struct store *shared_inner(struct store *store)
{
    return ((struct shared *)store)->inner;
}

static il_rc shared_read_open(struct store *store, struct store_read **ret, struct il_err *reterr)
{
    return store_read_open(shared_inner(store), ret, reterr);
}

static il_rc shared_read_own(struct store *store, struct store_read **ret, struct il_err *reterr)
{
    return store_read_own(shared_inner(store), ret, reterr);
}

static il_rc shared_commit(struct store *store, const struct store_change *changes, size_t n,
                           enum store_outcome *ret, size_t *ret_at, struct il_err *reterr)
{
    return store_commit(shared_inner(store), changes, n, ret, ret_at, reterr);
}

static struct hash shared_secret(struct store *store)
{
    return store_secret(shared_inner(store));
}

static struct store_stats shared_stats(struct store *store)
{
    return store_stats(shared_inner(store));
}

static void shared_close(struct store *store)
{
    free(store);
}

struct store *drive_share(struct store *inner)
{
    static const struct store_ops ops = { .read_open = shared_read_open,
                                          .read_own = shared_read_own,
                                          .commit = shared_commit,
                                          .secret = shared_secret,
                                          .stats = shared_stats,
                                          .close = shared_close };
    struct shared *shared = calloc(1, sizeof(*shared));
    CHECK(shared != NULL, "out of memory");
    shared->store.ops = &ops;
    shared->inner = inner;
    return &shared->store;
}
