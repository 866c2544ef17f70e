/* Connections: what is set on each, and how SQLite's bad news becomes ours.
 *
 *  L1  Every setting that durability rests on is read back; a connection without it is not used.
 *  L2  Readers are opened read-only twice over (the file and query_only) and never checkpoint. */
#include "store/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

enum {
    BUSY_WAIT_MS = 1000,
    CACHE_KIB = 64 * 1024,
    SYNCHRONOUS_FULL = 2,
};

/* A search looks at a page of every block, and at rows all over the file. The map is as large as
 * SQLite lets it be: with an eighth of it a search that is narrowed took twice as long. */
static const char READER_SPEED[] = "PRAGMA mmap_size = 2147418112; PRAGMA cache_size = -8000";

static bool is_room(int cause)
{
    return cause == ENOSPC || cause == EFBIG || cause == EDQUOT;
}

bool lite_log_is_full(sqlite3 *db, int rc)
{
    sqlite3_file *log = NULL;
    int cause = 0;

    if ((rc & 0xff) == SQLITE_FULL)
        return true;
    /* SQLite keeps no errno of a COMMIT, but the log's file does. */
    if (rc != SQLITE_IOERR_WRITE ||
        sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK || !log ||
        !log->pMethods ||
        log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &cause) != SQLITE_OK)
        return false;
    return is_room(cause);
}

bool lite_is_full(sqlite3 *db, int rc)
{
    if ((rc & 0xff) == SQLITE_FULL)
        return true;
    /* A write past RLIMIT_FSIZE or a full disk met in the shared-memory file is an IOERR to
     * SQLite. A failed sync is never "full": its pages may be lost. */
    return (rc & 0xff) == SQLITE_IOERR && rc != SQLITE_IOERR_FSYNC &&
           rc != SQLITE_IOERR_DIR_FSYNC && is_room(sqlite3_system_errno(db));
}

il_rc lite_fail(sqlite3 *db, int rc, const char *what, struct il_err *reterr)
{
    const int kind = rc & 0xff;

    if (lite_is_full(db, rc))
        return il_fail(reterr, IL_IO, "storage full: %s: %s", what, sqlite3_errmsg(db));
    if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED)
        return il_fail(reterr, IL_BUSY, "%s: %s", what, sqlite3_errmsg(db));
    if (kind == SQLITE_NOMEM || kind == SQLITE_TOOBIG)
        return il_fail(reterr, IL_LIMIT, "%s: %s", what, sqlite3_errmsg(db));
    if (kind == SQLITE_NOTADB || kind == SQLITE_CONSTRAINT || kind == SQLITE_MISMATCH)
        return il_fail(reterr, IL_INVALID, "%s: %s", what, sqlite3_errmsg(db));
    return il_fail(reterr, IL_IO, "%s: %s (%d)", what, sqlite3_errmsg(db), rc);
}

il_rc lite_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret, struct il_err *reterr)
{
    const int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL);

    return rc == SQLITE_OK ? IL_OK : lite_fail(db, rc, sql, reterr);
}

il_rc lite_run(sqlite3 *db, const char *sql, struct il_err *reterr)
{
    const int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

    return rc == SQLITE_OK ? IL_OK : lite_fail(db, rc, sql, reterr);
}

il_rc lite_number(sqlite3 *db, const char *sql, int64_t *ret, struct il_err *reterr)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    const int64_t number = rc == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    const il_rc result = rc == SQLITE_ROW ? IL_OK : lite_fail(db, rc, sql, reterr);

    sqlite3_finalize(statement);
    if (result == IL_OK)
        *ret = number;
    return result;
}

static il_rc journal_mode_set(sqlite3 *db, struct il_err *reterr)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    il_rc result = IL_OK;
    if (rc != SQLITE_ROW)
        result = lite_fail(db, rc, "journal_mode", reterr);
    else if (!mode || !str_equal(str_from(mode), STR("wal")))
        result = il_fail(reterr, IL_IO, "the database does not go into WAL mode");
    sqlite3_finalize(statement);
    return result;
}

static il_rc pragma_set(sqlite3 *db, const char *name, int64_t value, struct il_err *reterr)
{
    char sql[80];
    int64_t got = 0;

    sqlite3_snprintf(sizeof sql, sql, "PRAGMA %s = %lld", name, (long long)value);
    TRY(lite_run(db, sql, reterr));
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA %s", name);
    TRY(lite_number(db, sql, &got, reterr));
    if (got != value)
        return il_fail(reterr, IL_IO, "PRAGMA %s is %lld and not %lld", name, (long long)got,
                       (long long)value);
    return IL_OK;
}

static il_rc db_open(const char *path, int flags, sqlite3 **ret, struct il_err *reterr)
{
    sqlite3 *db = NULL;
    const int rc = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc != SQLITE_OK) {
        const il_rc result = lite_fail(db, rc, path, reterr);

        sqlite3_close(db);
        return result;
    }
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_WAIT_MS);
    *ret = db;
    return IL_OK;
}

il_rc lite_writer_open(struct lite *store, struct il_err *reterr)
{
    TRY(db_open(store->own_path, SQLITE_OPEN_READWRITE, &store->db, reterr));
    TRY(lite_schema_check(store->db, false, reterr));
    TRY(journal_mode_set(store->db, reterr));
    TRY(pragma_set(store->db, "synchronous", SYNCHRONOUS_FULL, reterr));
    TRY(pragma_set(store->db, "cache_size", -CACHE_KIB, reterr));
    TRY(pragma_set(store->db, "secure_delete", 1, reterr));
    TRY(pragma_set(store->db, "trusted_schema", 0, reterr));
    return IL_OK;
}

static il_rc view_prepare(struct lite_read *read, struct il_err *reterr)
{
    TRY(lite_prepare(read->db, "BEGIN", &read->begin, reterr));
    return lite_prepare(read->db, "COMMIT", &read->end, reterr);
}

static il_rc reader_set_up(struct lite_read *read, struct il_err *reterr)
{
    TRY(db_open(read->store->own_path, SQLITE_OPEN_READONLY, &read->db, reterr));
    sqlite3_db_config(read->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    TRY(pragma_set(read->db, "query_only", 1, reterr));
    /* Only speed, so it is not read back: a file system without it is as good. */
    TRY(lite_run(read->db, READER_SPEED, reterr));
    return view_prepare(read, reterr);
}

static struct lite_read *reader_make(struct lite *store)
{
    struct lite_read *read = calloc(1, sizeof *read);

    if (!read)
        return NULL;
    read->base.ops = store->base.ops;
    read->store = store;
    return read;
}

static il_rc no_memory(struct il_err *reterr)
{
    return il_fail(reterr, IL_LIMIT, "no memory for a reader");
}

il_rc lite_reader_open(struct lite *store, struct lite_read **ret, struct il_err *reterr)
{
    struct lite_read *read = reader_make(store);

    if (!read)
        return no_memory(reterr);
    const il_rc rc = reader_set_up(read, reterr);
    if (rc == IL_OK)
        *ret = read;
    else
        lite_reader_drop(read);
    return rc;
}

il_rc lite_reader_own(struct lite *store, struct il_err *reterr)
{
    store->own = reader_make(store);
    if (!store->own)
        return no_memory(reterr);
    store->own->is_own = true;
    store->own->db = store->db;
    return view_prepare(store->own, reterr);
}

void lite_reader_drop(struct lite_read *read)
{
    sqlite3_finalize(read->begin);
    sqlite3_finalize(read->end);
    sqlite3_finalize(read->next_inspector);
    for (int table = 0; table < TABLE_COUNT; table++)
        for (int by = 0; by < BY_COUNT; by++)
            sqlite3_finalize(read->finds[table][by]);
    for (int by = 0; by < BY_COUNT; by++)
        sqlite3_finalize(read->status_finds[by]);
    for (int by = 0; by < BY_COUNT; by++)
        sqlite3_finalize(read->listed_finds[by]);
    const int rc = read->is_own ? SQLITE_OK : sqlite3_close(read->db);
    assert(rc == SQLITE_OK);
    free(read);
}

/* A bind can fail only for an index that the statement does not have, or a length that the checks
 * at the edge let pass by mistake: both are bugs. */
static void bound(int rc)
{
    assert(rc == SQLITE_OK);
}

void lite_bind_str(sqlite3_stmt *statement, int at, struct str text)
{
    bound(sqlite3_bind_text64(statement, at, text.len ? text.at : "", text.len, SQLITE_STATIC,
                              SQLITE_UTF8));
}

void lite_bind_blob(sqlite3_stmt *statement, int at, struct str bytes)
{
    bound(sqlite3_bind_blob64(statement, at, bytes.len ? bytes.at : "", bytes.len, SQLITE_STATIC));
}

void lite_bind(sqlite3_stmt *statement, int at, const struct column *column, const void *row)
{
    const void *value = (const char *)row + column->at;

    switch (column->type) {
    case COLUMN_INT:
        bound(sqlite3_bind_int64(statement, at, *(const int64_t *)value));
        break;
    case COLUMN_REF:
        bound(sqlite3_bind_int64(statement, at, (int64_t) * (const uint64_t *)value));
        break;
    case COLUMN_INT32:
        bound(sqlite3_bind_int(statement, at, *(const int32_t *)value));
        break;
    case COLUMN_BYTE:
        bound(sqlite3_bind_int(statement, at, *(const uint8_t *)value));
        break;
    case COLUMN_BOOL:
        bound(sqlite3_bind_int(statement, at, *(const bool *)value));
        break;
    case COLUMN_TEXT:
        lite_bind_str(statement, at, *(const struct str *)value);
        break;
    case COLUMN_BLOB:
        lite_bind_blob(statement, at, *(const struct str *)value);
        break;
    case COLUMN_HASH:
        lite_bind_blob(statement, at, (struct str){ (const char *)value, HASH_BYTES });
        break;
    }
}
