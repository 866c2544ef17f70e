/* The one writing connection.
 *
 *  W1  Whatever goes wrong before COMMIT rolls back, and the store lives on (a full disk recovers
 *      by itself when there is room).
 *  W2  Whatever goes wrong in COMMIT, except for want of room, is UNKNOWN, and the store is dead
 *      (S8): after a failed sync the kernel may have dropped the pages, and a second sync that
 *      succeeds would say nothing about them.
 *  W3  The checkpoint is ours for the same reason: SQLite's automatic one ignores a failed sync
 *      and tries again. */
#include "store/sqlite.h"

#include "base/buf.h"

#include <assert.h>
#include <errno.h>
#include <time.h>

enum { CHECKPOINT_FRAMES = 16000, RESTART_FRAMES = 256 * 1024 };

static void names_add(struct buf *sql, const struct row_shape *shape, size_t n)
{
    buf_add_str(sql, str_from(shape->company));
    for (size_t i = 0; i < n; i++)
        buf_print(sql, ", %s", shape->columns[i].name);
}

static il_rc put_prepare(struct lite *store, enum store_table table, struct il_err *reterr)
{
    const struct row_shape *shape = row_shape(table);
    struct buf sql = { 0 };

    buf_print(&sql, "INSERT INTO %s (", shape->table);
    names_add(&sql, shape, shape->n_columns);
    buf_add_str(&sql, STR(") VALUES (?1"));
    for (size_t i = 0; i < shape->n_columns; i++)
        buf_print(&sql, ", ?%zu", i + 2);
    buf_add_char(&sql, ')');
    if (shape->upserts) {
        buf_add_str(&sql, STR(" ON CONFLICT ("));
        names_add(&sql, shape, shape->n_key);
        buf_print(&sql, ") DO %s", shape->n_key < shape->n_columns ? "UPDATE SET " : "NOTHING");
        for (size_t i = shape->n_key; i < shape->n_columns; i++)
            buf_print(&sql, "%s%s = ?%zu", i > shape->n_key ? ", " : "", shape->columns[i].name,
                      i + 2);
    }
    buf_add_char(&sql, '\0');
    const il_rc rc = lite_prepare(store->db, sql.own_at, &store->puts[table], reterr);
    buf_drop(&sql);
    return rc;
}

static il_rc drop_prepare(struct lite *store, enum store_table table, struct il_err *reterr)
{
    const struct row_shape *shape = row_shape(table);
    struct buf sql = { 0 };

    buf_print(&sql, "DELETE FROM %s WHERE %s = ?1", shape->table, shape->company);
    for (size_t i = 0; i < shape->n_key; i++)
        buf_print(&sql, " AND %s = ?%zu", shape->columns[i].name, i + 2);
    buf_add_char(&sql, '\0');
    const il_rc rc = lite_prepare(store->db, sql.own_at, &store->drops[table], reterr);
    buf_drop(&sql);
    return rc;
}

static int frames_note(void *context, sqlite3 *db, const char *name, int frames)
{
    struct lite *store = context;

    (void)db;
    (void)name;
    if (frames < store->wal_frames)
        store->checkpoint_at = CHECKPOINT_FRAMES;
    store->wal_frames = frames;
    return SQLITE_OK;
}

il_rc lite_write_prepare(struct lite *store, struct il_err *reterr)
{
    const struct {
        const char *sql;
        sqlite3_stmt **statement;
    } plain[] = {
        { "BEGIN IMMEDIATE", &store->begin },
        { "COMMIT", &store->commit },
        { "ROLLBACK", &store->rollback },
        { "INSERT INTO company (id, seq, last_at, head, next_order) VALUES (?1, ?2, ?3, ?4, ?5) "
          "ON CONFLICT DO NOTHING",
          &store->company_make },
        { "UPDATE company SET seq = ?2, last_at = ?3, head = ?4, next_order = ?5 "
          "WHERE id = ?1 AND seq = ?6",
          &store->company_move },
        { "UPDATE company SET seq = seq WHERE id = ?1 AND seq = ?2", &store->company_hold },
    };

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        TRY(lite_prepare(store->db, plain[i].sql, plain[i].statement, reterr));
    for (int table = TABLE_ENTRY; table < TABLE_COUNT; table++)
        TRY(put_prepare(store, (enum store_table)table, reterr));
    TRY(drop_prepare(store, TABLE_CLAIM, reterr));
    TRY(drop_prepare(store, TABLE_SETTING, reterr));
    TRY(drop_prepare(store, TABLE_ABSENCE, reterr));
    TRY(drop_prepare(store, TABLE_IDEMPOTENCY, reterr));
    TRY(drop_prepare(store, TABLE_SEARCH_BLOCK, reterr));
    TRY(drop_prepare(store, TABLE_SEARCH_PART, reterr));
    TRY(lite_reader_own(store, reterr));
    store->checkpoint_at = CHECKPOINT_FRAMES;
    sqlite3_wal_hook(store->db, frames_note, store);
    return IL_OK;
}

void lite_write_drop(struct lite *store)
{
    sqlite3_stmt *const plain[] = { store->begin,        store->commit,       store->rollback,
                                    store->company_make, store->company_move, store->company_hold };

    if (store->own)
        lite_reader_drop(store->own);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        sqlite3_finalize(plain[i]);
    for (int table = 0; table < TABLE_COUNT; table++) {
        sqlite3_finalize(store->puts[table]);
        sqlite3_finalize(store->drops[table]);
    }
}

/* Runs a bound statement that gives no rows. A unique rule or a trigger that says no is an answer:
 * *ret_refused. */
static il_rc statement_run(struct lite *store, sqlite3_stmt *statement, bool *ret_refused,
                           struct il_err *reterr)
{
    const int rc = sqlite3_step(statement);

    if (rc == SQLITE_DONE) {
        sqlite3_reset(statement);
        return IL_OK;
    }
    if (rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
        rc == SQLITE_CONSTRAINT_TRIGGER) {
        *ret_refused = true;
        sqlite3_reset(statement);
        return IL_OK;
    }
    const il_rc result = lite_fail(store->db, rc, sqlite3_sql(statement), reterr);
    sqlite3_reset(statement);
    return result;
}

struct rows_in { /* where rows go */
    const struct store_change *change;
    enum store_table table;
};

static il_rc row_drop(struct lite *store, struct rows_in in, const void *row, struct il_err *reterr)
{
    const struct row_shape *shape = row_shape(in.table);
    sqlite3_stmt *statement = store->drops[in.table];
    bool refused = false;

    lite_bind_str(statement, 1, in.change->company);
    for (size_t c = 0; c < shape->n_key; c++)
        lite_bind(statement, (int)c + 2, &shape->columns[c], row);
    return statement_run(store, statement, &refused, reterr);
}

static il_rc rows_drop(struct lite *store, const struct store_change *change, struct row_list list,
                       enum store_table table, struct il_err *reterr)
{
    for (size_t i = 0; i < list.n; i++) {
        const char *row = list.at + i * row_shape(table)->bytes;

        if (row_is_removed(table, row))
            TRY(row_drop(store, (struct rows_in){ change, table }, row, reterr));
    }
    return IL_OK;
}

static il_rc claims_drop(struct lite *store, const struct store_change *change,
                         const struct store_entry *entry, struct il_err *reterr)
{
    sqlite3_stmt *statement = store->drops[TABLE_CLAIM];
    bool refused = false;

    for (size_t i = 0; i < entry->n_claims_removed; i++) {
        lite_bind_str(statement, 1, change->company);
        sqlite3_bind_int64(statement, 2, (int64_t)entry->claims_removed[i]);
        TRY(statement_run(store, statement, &refused, reterr));
    }
    return IL_OK;
}

static il_rc rows_put(struct lite *store, struct rows_in in, struct row_list list,
                      bool *ret_refused, struct il_err *reterr)
{
    const enum store_table table = in.table;
    const struct store_change *change = in.change;
    const struct row_shape *shape = row_shape(table);
    sqlite3_stmt *statement = store->puts[table];

    for (size_t i = 0; i < list.n && !*ret_refused; i++) {
        const char *row = list.at + i * shape->bytes;

        if (row_is_removed(table, row))
            continue;
        lite_bind_str(statement, 1, change->company);
        for (size_t c = 0; c < shape->n_columns; c++)
            lite_bind(statement, (int)c + 2, &shape->columns[c], row);
        TRY(statement_run(store, statement, ret_refused, reterr));
    }
    return IL_OK;
}

static il_rc touches_put(struct lite *store, const struct store_change *change,
                         const struct store_entry *entry, struct il_err *reterr)
{
    sqlite3_stmt *statement = store->puts[TABLE_TOUCH];
    bool refused = false;

    for (size_t i = 0; i < entry->n_touched; i++) {
        lite_bind_str(statement, 1, change->company);
        sqlite3_bind_int64(statement, 2, (int64_t)entry->touched[i]);
        sqlite3_bind_int64(statement, 3, (int64_t)entry->entry.seq);
        TRY(statement_run(store, statement, &refused, reterr));
    }
    return IL_OK;
}

static il_rc entry_write(struct lite *store, const struct store_change *change,
                         const struct store_entry *entry, bool *ret_refused, struct il_err *reterr)
{
    TRY(claims_drop(store, change, entry, reterr));
    TRY(rows_drop(store, change, row_list(entry, TABLE_SETTING), TABLE_SETTING, reterr));
    TRY(rows_drop(store, change, row_list(entry, TABLE_ABSENCE), TABLE_ABSENCE, reterr));
    for (int table = TABLE_ENTRY; table < TABLE_COUNT && !*ret_refused; table++)
        TRY(rows_put(store, (struct rows_in){ change, (enum store_table)table },
                     row_list(entry, (enum store_table)table), ret_refused, reterr));
    return touches_put(store, change, entry, reterr);
}

static il_rc search_write(struct lite *store, const struct store_change *change,
                          struct il_err *reterr)
{
    static const enum store_table tables[] = { TABLE_SEARCH_BLOCK, TABLE_SEARCH_PART };
    bool refused = false;

    for (size_t i = 0; i < 2; i++) {
        const struct row_list list = row_list_search(&change->search, tables[i]);

        TRY(rows_drop(store, change, list, tables[i], reterr));
        TRY(rows_put(store, (struct rows_in){ change, tables[i] }, list, &refused, reterr));
    }
    return IL_OK;
}

static il_rc requests_drop(struct lite *store, const struct store_change *change,
                           struct il_err *reterr)
{
    const struct rows_in in = { change, TABLE_IDEMPOTENCY };

    for (size_t i = 0; i < change->n_forgotten; i++)
        TRY(row_drop(store, in, &change->forgotten[i], reterr));
    return IL_OK;
}

/* No entry: the company stays where it is, but it must be there. */
static il_rc company_hold(struct lite *store, const struct store_change *change, bool *ret_moved,
                          struct il_err *reterr)
{
    bool refused = false;

    lite_bind_str(store->company_hold, 1, change->company);
    sqlite3_bind_int64(store->company_hold, 2, (int64_t)change->expected_seq);
    TRY(statement_run(store, store->company_hold, &refused, reterr));
    *ret_moved = sqlite3_changes(store->db) == 0;
    return IL_OK;
}

/* S2: the swap of seq is the first write, so a lost one costs nothing. */
static il_rc company_move(struct lite *store, const struct store_change *change, bool *ret_moved,
                          struct il_err *reterr)
{
    const struct store_entry *last = &change->entries[change->n_entries - 1];
    sqlite3_stmt *statement = change->expected_seq == 0 ? store->company_make : store->company_move;
    bool refused = false;

    lite_bind_str(statement, 1, change->company);
    sqlite3_bind_int64(statement, 2, (int64_t)last->entry.seq);
    sqlite3_bind_int64(statement, 3, last->entry.at);
    lite_bind_blob(statement, 4, (struct str){ (const char *)last->entry.hash.at, HASH_BYTES });
    sqlite3_bind_int64(statement, 5, last->next_order);
    if (change->expected_seq != 0)
        sqlite3_bind_int64(statement, 6, (int64_t)change->expected_seq);
    TRY(statement_run(store, statement, &refused, reterr));
    *ret_moved = sqlite3_changes(store->db) == 0;
    return IL_OK;
}

static il_rc changes_write(struct lite *store, const struct store_change *changes, size_t n,
                           enum store_outcome *ret, size_t *ret_at, struct il_err *reterr)
{
    for (size_t i = 0; i < n; i++) {
        bool moved = false;
        bool refused = false;

        TRY(changes[i].n_entries == 0 ? company_hold(store, &changes[i], &moved, reterr)
                                      : company_move(store, &changes[i], &moved, reterr));
        for (size_t e = 0; e < changes[i].n_entries && !moved && !refused; e++) {
            TRY(entry_write(store, &changes[i], &changes[i].entries[e], &refused, reterr));
            store->is_wipe_due = store->is_wipe_due || changes[i].entries[e].wipes;
        }
        if (!moved && !refused) {
            TRY(search_write(store, &changes[i], reterr));
            TRY(requests_drop(store, &changes[i], reterr));
        }
        if (moved || refused) {
            *ret = moved ? STORE_MOVED : STORE_REFUSED;
            *ret_at = i;
            return IL_OK;
        }
    }
    *ret = STORE_COMMITTED;
    return IL_OK;
}

/* S8: the cause is kept, because every later commit is asked for it. */
static void store_kill(struct lite *store, int rc, const char *what)
{
    const il_rc result = lite_fail(store->db, rc, what, &store->dead);

    assert(result != IL_OK);
}

static void roll_back(struct lite *store)
{
    /* Some errors roll back by themselves, and then ROLLBACK would be one more. */
    if (sqlite3_get_autocommit(store->db))
        return;
    const int rc = sqlite3_step(store->rollback);
    sqlite3_reset(store->rollback);
    if (!sqlite3_get_autocommit(store->db))
        store_kill(store, rc, "ROLLBACK");
}

static void sync_delay(const struct lite *store)
{
    struct timespec left = { .tv_sec = store->sync_delay_ms / 1000,
                             .tv_nsec = (long)(store->sync_delay_ms % 1000) * 1000000 };

    while (store->sync_delay_ms > 0 && nanosleep(&left, &left) != 0)
        assert(errno == EINTR);
}

/* W3. Passive, so that no reader is waited for, until the log is so long that it must start anew;
 * a reader in the way only puts it off. The commit before it stands whatever happens here. */
static void checkpoint(struct lite *store)
{
    const int mode = store->is_wipe_due                    ? SQLITE_CHECKPOINT_TRUNCATE
                     : store->wal_frames >= RESTART_FRAMES ? SQLITE_CHECKPOINT_RESTART
                                                           : SQLITE_CHECKPOINT_PASSIVE;
    if (store->wal_frames < store->checkpoint_at && !store->is_wipe_due)
        return;
    const int rc = sqlite3_wal_checkpoint_v2(store->db, NULL, mode, NULL, NULL);
    if (rc == SQLITE_OK)
        store->is_wipe_due = false;

    store->checkpoint_at = store->wal_frames + CHECKPOINT_FRAMES;
    if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY && !lite_is_full(store->db, rc))
        store_kill(store, rc, "checkpoint");
}

/* W2. Only a failed write of the log says that its commit record is not there; the shared memory,
 * for one, may fail to grow after the log is written and synced. */
static il_rc commit_fail(struct lite *store, int rc, enum store_outcome *ret, struct il_err *reterr)
{
    const bool full = lite_log_is_full(store->db, rc);
    const il_rc words =
        full ? il_fail(reterr, IL_IO, "storage full: COMMIT: %s", sqlite3_errmsg(store->db))
             : il_fail(&store->dead, IL_IO, "COMMIT: %s (%d)", sqlite3_errmsg(store->db), rc);

    sqlite3_reset(store->commit);
    roll_back(store);
    if (full)
        return words;
    *reterr = store->dead;
    *ret = STORE_UNKNOWN;
    return IL_OK;
}

static il_rc changes_commit(struct lite *store, enum store_outcome *ret, struct il_err *reterr)
{
    const int rc = sqlite3_step(store->commit);

    if (rc != SQLITE_DONE)
        return commit_fail(store, rc, ret, reterr);
    sqlite3_reset(store->commit);
    store->commits++;
    store->syncs++;
    sync_delay(store);
    checkpoint(store);
    *ret = STORE_COMMITTED;
    return IL_OK;
}

il_rc lite_commit(struct store *base, const struct store_change *changes, size_t n,
                  enum store_outcome *ret, size_t *ret_at, struct il_err *reterr)
{
    struct lite *store = (struct lite *)base;
    enum store_outcome outcome = STORE_COMMITTED;
    size_t at = 0;
    bool refused = false;

    assert(!store->read_only);
    if (store->dead.text[0] != '\0')
        return il_fail(reterr, IL_IO, "the store stopped: %s", store->dead.text);
    TRY(statement_run(store, store->begin, &refused, reterr));
    il_rc rc = changes_write(store, changes, n, &outcome, &at, reterr);
    if (rc == IL_OK && outcome == STORE_COMMITTED)
        rc = changes_commit(store, &outcome, reterr);
    else
        roll_back(store);
    if (rc != IL_OK)
        return rc;
    *ret = outcome;
    if (outcome == STORE_MOVED || outcome == STORE_REFUSED)
        *ret_at = at;
    return IL_OK;
}
