/* Fails every write and every sync of the disk once, and asks after each: is all of the commit
 * there, or nothing? (S1, S3, S8, and M1 of migrate.c.)
 *
 * The faults come from a VFS that stands before the real one and counts. */
#include "suite.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum operation { WRITES, SYNCS, MAPS };

static struct {
    enum operation operation;
    int fail_in; /* the operation that fails; 0: none */
    bool stays;  /* and every write and sync after it, as when the process is killed */
    int rc;
    int cause; /* the errno behind it */
    int hits;
} fault;

struct shim_file {
    sqlite3_file base;
    sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct shim_file *)file)->real;
}

static bool is_failed(enum operation operation)
{
    if (fault.hits > 0 && fault.stays) {
        fault.hits++;
        return true;
    }
    if (operation != fault.operation || fault.fail_in == 0 || --fault.fail_in > 0)
        return false;
    fault.hits++;
    return true;
}

static int shim_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int shim_read(sqlite3_file *file, void *to, int n, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), to, n, at);
}

static int shim_write(sqlite3_file *file, const void *from, int n, sqlite3_int64 at)
{
    return is_failed(WRITES) ? fault.rc
                             : real_of(file)->pMethods->xWrite(real_of(file), from, n, at);
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return is_failed(WRITES) ? fault.rc : real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    return is_failed(SYNCS) ? SQLITE_IOERR_FSYNC
                            : real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int shim_size(sqlite3_file *file, sqlite3_int64 *size)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int shim_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int shim_reserved(sqlite3_file *file, int *ret)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), ret);
}

static int shim_control(sqlite3_file *file, int op, void *argument)
{
    if (op == SQLITE_FCNTL_LAST_ERRNO) {
        *(int *)argument = fault.hits ? fault.cause : 0;
        return SQLITE_OK;
    }
    return real_of(file)->pMethods->xFileControl(real_of(file), op, argument);
}

static int shim_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int shim_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int shim_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    if (extend && is_failed(MAPS))
        return SQLITE_IOERR_SHMSIZE;
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, ret);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int shim_shm_unmap(sqlite3_file *file, int remove)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods shim_methods = {
    2,
    shim_close,
    shim_read,
    shim_write,
    shim_truncate,
    shim_sync,
    shim_size,
    shim_lock,
    shim_unlock,
    shim_reserved,
    shim_control,
    shim_sector,
    shim_characteristics,
    shim_shm_map,
    shim_shm_lock,
    shim_shm_barrier,
    shim_shm_unmap,
    NULL,
    NULL,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    struct shim_file *shim = (struct shim_file *)file;

    (void)vfs;
    shim->real = (sqlite3_file *)(shim + 1);
    const int rc = real_vfs->xOpen(real_vfs, name, shim->real, flags, ret_flags);
    shim->base.pMethods = shim->real->pMethods ? &shim_methods : NULL;
    return rc;
}

static int shim_last_error(sqlite3_vfs *vfs, int n, char *text)
{
    (void)vfs;
    (void)n;
    (void)text;
    return fault.hits ? fault.cause : 0;
}

static void shim_install(void)
{
    static sqlite3_vfs shim;

    real_vfs = sqlite3_vfs_find(NULL);
    shim = *real_vfs;
    shim.zName = "shim";
    shim.szOsFile = (int)sizeof(struct shim_file) + real_vfs->szOsFile;
    shim.xOpen = shim_open;
    shim.xGetLastError = shim_last_error;
    assert_int_equal(sqlite3_vfs_register(&shim, 1), SQLITE_OK);
}

static void fault_clear(void)
{
    fault.fail_in = 0;
    fault.stays = false;
    fault.hits = 0;
}

static struct store_entry large_entry(struct row_claim *claims, size_t n, const char *payload,
                                      size_t payload_len)
{
    struct store_entry entry = entry_make(3);

    for (size_t i = 0; i < n; i++)
        claims[i] = claim_make(100 + i, "zoe", (int64_t)i * 10, (int64_t)i * 10 + 10, 100 + i);
    entry.claims = claims;
    entry.n_claims = n;
    entry.entry.payload = (struct str){ payload, payload_len };
    return entry;
}

enum { CLAIMS = 50, PAYLOAD_BYTES = 20 * 1024 * 1024 };

struct trial {
    struct buf before, after;
    struct row_claim claims[CLAIMS];
    struct store_entry entry;
};

static void trial_make(struct trial *trial, const char *payload, size_t payload_len)
{
    *trial = (struct trial){ 0 };
    trial->entry = large_entry(trial->claims, CLAIMS, payload, payload_len);
    place_clear();
    struct store *store = sqlite_open();
    rows_commit(store);
    trial->before = everything(store);
    assert_int_equal(commit_one(store, "a", 2, trial->entry), STORE_COMMITTED);
    trial->after = everything(store);
    store_close(store);
}

static void trial_drop(struct trial *trial)
{
    buf_drop(&trial->before);
    buf_drop(&trial->after);
}

/* What the store holds when it is opened anew. */
static bool reopened_is(const struct buf *expected)
{
    struct store *store = sqlite_open();
    struct buf now = everything(store);
    const bool equal =
        now.len == expected->len && memcmp(now.own_at, expected->own_at, now.len) == 0;

    buf_drop(&now);
    store_close(store);
    return equal;
}

struct ending {
    il_rc rc;
    enum store_outcome outcome;
    bool was_hit;
};

/* One commit with the nth operation failing, and what the store does next. */
static struct ending commit_with_fault(const struct trial *trial, int n, bool stays)
{
    const struct store_change change = {
        .company = STR("a"), .expected_seq = 2, .entries = &trial->entry, .n_entries = 1
    };
    struct ending ending = { .outcome = STORE_MOVED };
    struct il_err err = { 0 };
    size_t at = 0;

    place_clear();
    struct store *store = sqlite_open();
    rows_commit(store);
    fault.stays = stays;
    fault.hits = 0;
    fault.fail_in = n;
    ending.rc = store_commit(store, &change, 1, &ending.outcome, &at, &err);
    ending.was_hit = fault.hits > 0;
    fault_clear();
    if (ending.rc == IL_IO) {
        /* Room again: the same commit goes through, with no restart (F11). */
        assert_non_null(strstr(err.text, "storage full"));
        struct buf now = everything(store);
        assert_string_equal(now.own_at, trial->before.own_at);
        buf_drop(&now);
    } else if (ending.outcome == STORE_UNKNOWN) {
        enum store_outcome ignored = STORE_MOVED;

        assert_int_equal(store_commit(store, &change, 1, &ignored, &at, &err), IL_IO);
        assert_int_equal(ignored, STORE_MOVED);
    }
    if (ending.rc == IL_IO && n % 2)
        assert_int_equal(commit_one(store, "a", 2, trial->entry), STORE_COMMITTED);
    store_close(store);
    if (ending.rc == IL_IO)
        assert_true(reopened_is(n % 2 ? &trial->after : &trial->before));
    else if (ending.outcome == STORE_COMMITTED)
        assert_true(reopened_is(&trial->after));
    else
        assert_true(reopened_is(&trial->before) || reopened_is(&trial->after));
    return ending;
}

static void every_operation_fails_once(enum operation operation, int rc, int cause, il_rc expected)
{
    struct trial trial;
    struct ending ending;
    int n = 0;

    trial_make(&trial, "{}", 2);
    fault.operation = operation;
    fault.rc = rc;
    fault.cause = cause;
    do {
        n++;
        ending = commit_with_fault(&trial, n, n % 3 == 0);
        if (ending.was_hit &&
            (ending.rc != expected || (expected == IL_OK && ending.outcome != STORE_UNKNOWN)))
            fail_msg("operation %d: %d, outcome %d", n, (int)ending.rc, (int)ending.outcome);
    } while (ending.was_hit);
    assert_int_equal(ending.outcome, STORE_COMMITTED);
    assert_true(n > 1);
    print_message("%d operations failed in turn\n", n - 1);
    trial_drop(&trial);
}

static void failed_syncs(void **state)
{
    (void)state;
    every_operation_fails_once(SYNCS, SQLITE_IOERR_FSYNC, EIO, IL_OK);
}

static void full_disk(void **state)
{
    (void)state;
    every_operation_fails_once(WRITES, SQLITE_FULL, ENOSPC, IL_IO);
}

static void file_size_limit(void **state)
{
    (void)state;
    every_operation_fails_once(WRITES, SQLITE_IOERR_WRITE, EFBIG, IL_IO);
}

static void broken_disk(void **state)
{
    (void)state;
    every_operation_fails_once(WRITES, SQLITE_IOERR_WRITE, EIO, IL_OK);
}

/* The log is written and synced, and then its index has no room: nobody may say "nothing done". */
static void full_after_the_sync(void **state)
{
    char *payload = malloc(PAYLOAD_BYTES);
    struct trial trial;

    (void)state;
    assert_non_null(payload);
    memset(payload, 'x', PAYLOAD_BYTES);
    trial_make(&trial, payload, PAYLOAD_BYTES);
    fault.operation = MAPS;
    fault.cause = ENOSPC;
    const struct ending ending = commit_with_fault(&trial, 1, false);
    assert_true(ending.was_hit);
    assert_int_equal(ending.rc, IL_OK);
    assert_int_equal(ending.outcome, STORE_UNKNOWN);
    trial_drop(&trial);
    free(payload);
}

/* A checkpoint whose sync fails leaves the commit before it standing and the store dead. */
static void failed_checkpoint(void **state)
{
    enum { LOG_BYTES = 66 * 1024 * 1024 }; /* more than a checkpoint waits for */
    char *payload = malloc(LOG_BYTES);
    struct store_entry entry = entry_make(3);
    const struct store_entry next = entry_make(4);
    const struct store_change change = {
        .company = STR("a"), .expected_seq = 3, .entries = &next, .n_entries = 1
    };
    const struct store_query entries = { .table = TABLE_ENTRY, .by = BY_ALL, .company = STR("a") };
    enum store_outcome outcome = STORE_MOVED;
    struct il_err err = { 0 };
    size_t at = 0;

    (void)state;
    assert_non_null(payload);
    memset(payload, 'y', LOG_BYTES);
    entry.entry.payload = (struct str){ payload, LOG_BYTES };
    place_clear();
    struct store *store = sqlite_open();
    rows_commit(store);
    fault.operation = SYNCS;
    fault.fail_in = 2; /* the first is the commit's own */
    assert_int_equal(commit_one(store, "a", 2, entry), STORE_COMMITTED);
    assert_int_equal(fault.hits, 1);
    fault_clear();
    assert_int_equal(store_commit(store, &change, 1, &outcome, &at, &err), IL_IO);
    store_close(store);
    store = sqlite_open();
    assert_string_equal(answer(store, entries), "a.1 a.2 a.3");
    store_close(store);
    free(payload);
}

/* Creation and migration, killed at every write and at every sync: the next open makes it whole. */
static void creation_is_whole(enum operation operation)
{
    char path[PATH_BYTES];
    const struct store_sqlite_options options = { .path = path };
    int n = 0;
    bool was_hit;

    (void)snprintf(path, sizeof path, "%s", place_path(""));

    do {
        struct store *store = NULL;
        struct il_err err = { 0 };

        place_clear();
        fault.operation = operation;
        fault.rc = SQLITE_IOERR_WRITE;
        fault.stays = true;
        fault.hits = 0;
        fault.fail_in = ++n;
        const il_rc rc = store_sqlite_open(&options, dice_system(), &store, &err);
        was_hit = fault.hits > 0;
        assert_int_equal(rc == IL_OK, !was_hit);
        fault_clear();
        store_close(store);
        store = sqlite_open();
        rows_commit(store);
        assert_string_equal(
            answer(store, (struct store_query){ .table = TABLE_COMPANY, .by = BY_ALL }), "a b");
        store_close(store);
    } while (was_hit);
    assert_true(n > 2);
    print_message("%d operations failed in turn\n", n - 1);
}

static void killed_migration(void **state)
{
    (void)state;
    creation_is_whole(WRITES);
    creation_is_whole(SYNCS);
}

static int group_make(void **state)
{
    (void)state;
    hash_start();
    place_make();
    shim_install();
    return 0;
}

static int group_drop(void **state)
{
    (void)state;
    place_drop();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failed_syncs),        cmocka_unit_test(full_disk),
        cmocka_unit_test(file_size_limit),     cmocka_unit_test(broken_disk),
        cmocka_unit_test(full_after_the_sync), cmocka_unit_test(failed_checkpoint),
        cmocka_unit_test(killed_migration),
    };

    return cmocka_run_group_tests(tests, group_make, group_drop);
}
