/* The SQLite backend's own parts. One connection writes and checkpoints; readers are a pool of
 * read-only connections, each with its statements. */
#ifndef STORE_SQLITE_H
#define STORE_SQLITE_H

#include "store/rows.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

extern const char *const lite_scripts[]; /* migration N is lite_scripts[N - 1] */
extern const int lite_script_count;

struct lite_read {
    struct store_read base;
    struct lite *store;
    sqlite3 *db;
    sqlite3_stmt *begin, *end, *next_inspector;
    sqlite3_stmt *finds[TABLE_COUNT][BY_COUNT];
    sqlite3_stmt *listed_finds[BY_COUNT]; /* of inspections without their documents */
    sqlite3_stmt *status_finds[BY_COUNT]; /* of inspections in one status */
    struct lite_read *next_idle;
    bool is_own; /* on the writer's connection */
};

/* What the writer found under its name: nothing or an empty file can be put back as it was. */
enum file_origin { FILE_OLD, FILE_EMPTY, FILE_NEW };

struct lite {
    struct store base;
    char *own_path; /* the one that links lead to */
    bool read_only;
    bool discards_unused;
    enum file_origin origin;
    unsigned sync_delay_ms;
    int lock_fd; /* -1: none */
    int file_fd; /* of the database itself, which is locked too; -1: none */
    unsigned origin_mode;
    struct hash secret;

    sqlite3 *db;           /* the writer's; NULL when read_only */
    struct lite_read *own; /* on db, whose cache holds what the last commits wrote */
    sqlite3_stmt *begin, *commit, *rollback;
    sqlite3_stmt *company_make, *company_move, *company_hold;
    sqlite3_stmt *puts[TABLE_COUNT], *drops[TABLE_COUNT];
    int wal_frames;     /* in the log after the newest commit */
    bool is_wipe_due;   /* the log still holds what was erased */
    int checkpoint_at;  /* frames that ask for the next checkpoint */
    struct il_err dead; /* S8: text is empty while alive */
    _Atomic uint64_t commits, syncs;

    pthread_mutex_t pool_lock;
    struct lite_read *idle;
};

/* path.c; NULL: no memory. */
char *path_join(const char *path, const char *suffix);

/* link.c: connections and words. */
IL_MUST il_rc lite_fail(sqlite3 *db, int rc, const char *what, struct il_err *reterr);
bool lite_is_full(sqlite3 *db, int rc);     /* no room on the disk, whatever SQLite calls it */
bool lite_log_is_full(sqlite3 *db, int rc); /* the same of a COMMIT: its record is not there */
IL_MUST il_rc lite_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **ret, struct il_err *reterr);
IL_MUST il_rc lite_run(sqlite3 *db, const char *sql, struct il_err *reterr);
IL_MUST il_rc lite_number(sqlite3 *db, const char *sql, int64_t *ret, struct il_err *reterr);
IL_MUST il_rc lite_writer_open(struct lite *store, struct il_err *reterr);
IL_MUST il_rc lite_reader_open(struct lite *store, struct lite_read **ret, struct il_err *reterr);
IL_MUST il_rc lite_reader_own(struct lite *store, struct il_err *reterr);
void lite_reader_drop(struct lite_read *read);
void lite_bind(sqlite3_stmt *statement, int at, const struct column *column, const void *row);
void lite_bind_str(sqlite3_stmt *statement, int at, struct str text);
void lite_bind_blob(sqlite3_stmt *statement, int at, struct str bytes);

/* open.c; the lock is that of store->own_path, in store->lock_fd. */
IL_MUST il_rc lite_lock_take(struct lite *store, struct il_err *reterr);
IL_MUST il_rc lite_directory_sync(const char *path, struct il_err *reterr); /* the one it is in */
void lite_file_limit_ignore(void); /* a write past RLIMIT_FSIZE fails instead of killing */

/* migrate.c */
IL_MUST il_rc lite_schema_check(sqlite3 *db, bool read_only, struct il_err *reterr);
IL_MUST il_rc lite_migrate(sqlite3 *db, struct il_err *reterr);
/* IL_INVALID: a table, index or trigger that the migrations made is not there as they made it. */
IL_MUST il_rc lite_schema_whole(sqlite3 *db, struct il_err *reterr);

/* write.c */
IL_MUST il_rc lite_write_prepare(struct lite *store, struct il_err *reterr);
void lite_write_drop(struct lite *store);
IL_MUST il_rc lite_commit(struct store *store, const struct store_change *changes, size_t n,
                          enum store_outcome *ret, size_t *ret_at, struct il_err *reterr);

/* read.c */
IL_MUST il_rc lite_read_open(struct store *store, struct store_read **ret, struct il_err *reterr);
IL_MUST il_rc lite_read_own(struct store *store, struct store_read **ret, struct il_err *reterr);
void lite_read_close(struct store_read *base);
IL_MUST il_rc lite_find(struct store_read *read, const struct store_query *query, store_visit visit,
                        void *context, struct il_err *reterr);
IL_MUST il_rc lite_strangers(struct store_read *read, store_visit visit, void *context,
                             struct il_err *reterr);

#endif
