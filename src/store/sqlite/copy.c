/* Backup and restore: a whole database as one file.
 *
 *  C1  The copy is one committed state: a read transaction holds it while pages are copied, and the
 *      writer goes on beside it.
 *  C2  A name holds a whole copy or what it held before. The copy grows under the name FILE.part,
 *      is synced, judged, and renamed; a part that was left behind is begun anew.
 *  C3  A log belongs to its file: none that stands beside a name is ever read with another file.
 *  C4  What is in use is not replaced: who restores holds FILE.lock. */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWNER_ONLY = 0600, STEP_PAGES = 1024 };

struct copying {
    const struct store_copy_options *options;
    char *own_from, *own_to, *own_part; /* the names that links lead to */
    int part_fd;                        /* holds the part: two copies do not write into one */
    bool has_target;
    bool is_restore;
    sqlite3 *source;
    struct store_copied result;
};

static bool has_bytes(const char *path, const char *suffix)
{
    struct stat status;
    char *name = path_join(path, suffix);
    const bool has = name && stat(name, &status) == 0 && status.st_size > 0;

    free(name);
    return has;
}

static void beside_remove(const char *path)
{
    static const char *const suffixes[] = { "-wal", "-shm", "-journal" };

    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        char *name = path_join(path, suffixes[i]);

        if (name)
            (void)unlink(name);
        free(name);
    }
}

static il_rc names_find(struct copying *c, struct il_err *reterr)
{
    struct stat status;

    TRY(store_sqlite_name(c->options->from, &c->own_from, reterr));
    TRY(store_sqlite_name(c->options->to, &c->own_to, reterr));
    c->own_part = path_join(c->own_to, ".part");
    if (!c->own_part)
        return il_fail(reterr, IL_LIMIT, "no memory for a path");
    if (stat(c->own_from, &status) != 0)
        return il_fail(reterr, IL_INVALID, "there is no file %s", c->options->from);
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return il_fail(reterr, IL_INVALID, "%s is empty, or no file: there is nothing to copy",
                       c->options->from);
    if (strcmp(c->own_from, c->own_to) == 0)
        return il_fail(reterr, IL_INVALID, "%s and %s are the same file", c->options->from,
                       c->options->to);
    c->has_target = lstat(c->own_to, &status) == 0;
    if (c->has_target && !S_ISREG(status.st_mode))
        return il_fail(reterr, IL_INVALID, "%s is not a file", c->options->to);
    if (c->has_target && !c->options->replaces)
        return il_fail(reterr, IL_INVALID, "%s is there already; --force replaces it",
                       c->options->to);
    return IL_OK;
}

/* ---- copying ---- */

/* A copy killed while it landed has two names: the part is then somebody's whole copy. */
static il_rc part_take(struct copying *c, bool *ret_has_other_name, struct il_err *reterr)
{
    struct stat status;

    c->part_fd =
        open(c->own_part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, OWNER_ONLY);
    if (c->part_fd < 0 || fstat(c->part_fd, &status) != 0)
        return il_fail(reterr, IL_IO, "%s: %s", c->own_part, strerror(errno));
    if (flock(c->part_fd, LOCK_EX | LOCK_NB) != 0)
        return il_fail(reterr, IL_BUSY, "another copy to %s is being made", c->options->to);
    *ret_has_other_name = status.st_nlink > 1;
    return IL_OK;
}

static il_rc part_open(struct copying *c, struct il_err *reterr)
{
    bool has_other_name = false;

    TRY(part_take(c, &has_other_name, reterr));
    if (has_other_name) {
        if (unlink(c->own_part) != 0)
            return il_fail(reterr, IL_IO, "%s: %s", c->own_part, strerror(errno));
        close(c->part_fd);
        TRY(part_take(c, &has_other_name, reterr));
    }
    beside_remove(c->own_part);
    if (fchmod(c->part_fd, OWNER_ONLY) != 0 || ftruncate(c->part_fd, 0) != 0)
        return il_fail(reterr, IL_IO, "%s: %s", c->own_part, strerror(errno));
    return IL_OK;
}

/* A backup without a log is read as it lies: nothing is made beside it, and its medium may be one
 * that cannot be written. */
static char *source_uri(const struct copying *c)
{
    static const char hex[] = "0123456789ABCDEF";
    const bool as_it_lies = c->is_restore && !has_bytes(c->own_from, "-wal");
    const char *tail = as_it_lies ? "?immutable=1" : "";
    static const char scheme[] = "file:";
    char *uri = malloc(3 * strlen(c->own_from) + sizeof scheme + strlen(tail));

    if (!uri)
        return NULL;
    char *end = uri;
    for (const char *at = scheme; *at; at++)
        *end++ = *at;
    for (const char *at = c->own_from; *at; at++) {
        if (*at == '%' || *at == '?' || *at == '#') {
            *end++ = '%';
            *end++ = hex[*at >> 4];
            *end++ = hex[*at & 15];
        } else {
            *end++ = *at;
        }
    }
    memcpy(end, tail, strlen(tail) + 1);
    return uri;
}

static il_rc source_open(struct copying *c, struct il_err *reterr)
{
    enum { FLAGS = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX };
    char *uri = source_uri(c);

    if (!uri)
        return il_fail(reterr, IL_LIMIT, "no memory for a path");
    const int rc = sqlite3_open_v2(uri, &c->source, FLAGS, NULL);
    free(uri);
    return rc == SQLITE_OK ? IL_OK : lite_fail(c->source, rc, c->options->from, reterr);
}

static il_rc source_look(struct copying *c, struct il_err *reterr)
{
    int64_t tables = 0;

    TRY(lite_number(c->source, "SELECT count(*) FROM sqlite_schema", &tables, reterr));
    TRY(lite_schema_check(c->source, false, reterr));
    TRY(lite_number(c->source, "SELECT count(*) FROM company", &c->result.companies, reterr));
    return lite_number(c->source, "SELECT coalesce(sum(seq), 0) FROM company", &c->result.entries,
                       reterr);
}

/* C1: the transaction stays open, so the pages that follow are of this state whoever writes. */
static il_rc source_begin(struct copying *c, struct il_err *reterr)
{
    struct il_err why;

    TRY(source_open(c, reterr));
    sqlite3_extended_result_codes(c->source, 1);
    sqlite3_busy_timeout(c->source, 1000);
    sqlite3_db_config(c->source, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    TRY(lite_run(c->source, "BEGIN", reterr));
    const il_rc rc = source_look(c, &why);
    if (rc != IL_OK)
        return il_fail(reterr, rc, "%s is damaged, or no database of this program: %s",
                       c->options->from, why.text);
    return IL_OK;
}

static il_rc pages_copy(struct copying *c, sqlite3 *target, struct il_err *reterr)
{
    sqlite3_backup *backup = sqlite3_backup_init(target, "main", c->source, "main");
    int rc = SQLITE_OK;

    if (!backup)
        return lite_fail(target, sqlite3_errcode(target), "the copy cannot begin", reterr);
    while (rc == SQLITE_OK) {
        rc = sqlite3_backup_step(backup, STEP_PAGES);
        const int64_t total = sqlite3_backup_pagecount(backup);
        c->result.pages = total;
        if (c->options->progress && (rc == SQLITE_OK || rc == SQLITE_DONE))
            c->options->progress(c->options->context, total - sqlite3_backup_remaining(backup),
                                 total);
    }
    const int ended = sqlite3_backup_finish(backup);
    if (rc == SQLITE_DONE && ended == SQLITE_OK)
        return IL_OK;
    return lite_fail(target, rc == SQLITE_DONE ? ended : rc, "the copy failed", reterr);
}

static il_rc part_write(struct copying *c, struct il_err *reterr)
{
    sqlite3 *target = NULL;
    struct stat status = { .st_size = 0 };
    const int opened =
        sqlite3_open_v2(c->own_part, &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    il_rc rc = opened == SQLITE_OK ? IL_OK : lite_fail(target, opened, c->own_part, reterr);

    sqlite3_extended_result_codes(target, 1);
    /* A part needs no way back: what is half done is begun anew. */
    if (rc == IL_OK)
        rc = lite_run(target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL", reterr);
    if (rc == IL_OK)
        rc = pages_copy(c, target, reterr);
    sqlite3_close(target);
    if (rc == IL_OK && (fsync(c->part_fd) != 0 || fstat(c->part_fd, &status) != 0))
        rc = il_fail(reterr, IL_IO, "%s: %s", c->own_part, strerror(errno));
    if (rc == IL_OK)
        c->result.bytes = status.st_size;
    return rc;
}

/* ---- judging ---- */

/* The source's transaction is still open: what is judged is what was copied. Of a database only
 * that it is sound enough: a spoilt one must not replace a good backup. */
static il_rc source_judge(struct copying *c, struct il_err *reterr)
{
    const char *sql = c->is_restore ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)";
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(c->source, sql, -1, &statement, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    const char *words = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(statement, 0) : NULL;
    il_rc result = IL_OK;
    if (!words || strcmp(words, "ok") != 0)
        result = il_fail(reterr, IL_INVALID, "%s is damaged: %s", c->options->from,
                         words ? words : sqlite3_errmsg(c->source));
    sqlite3_finalize(statement);
    return result;
}

/* Opening it as a writer does brings an old schema up to date; its lock and log go again. */
static il_rc part_verify(struct copying *c, struct dice *dice, struct il_err *reterr)
{
    const struct store_sqlite_options options = { .path = c->own_part };
    struct store *store = NULL;
    char *lock = path_join(c->own_part, ".lock");

    /* A writer locks its file by itself; FILE.lock keeps other restores out meanwhile. */
    (void)flock(c->part_fd, LOCK_UN);
    il_rc rc = lock ? store_sqlite_open(&options, dice, &store, reterr)
                    : il_fail(reterr, IL_LIMIT, "no memory for a path");

    if (rc == IL_OK && c->options->verify)
        rc = c->options->verify(c->options->context, store, reterr);
    store_close(store);
    if (rc == IL_OK && has_bytes(c->own_part, "-wal"))
        rc = il_fail(reterr, IL_IO, "%s: its log cannot be written back", c->own_part);
    if (lock)
        (void)unlink(lock);
    free(lock);
    beside_remove(c->own_part);
    return rc;
}

/* ---- landing ---- */

static il_rc part_land(struct copying *c, struct il_err *reterr)
{
    if (fsync(c->part_fd) != 0)
        return il_fail(reterr, IL_IO, "sync of %s: %s", c->own_part, strerror(errno));
    /* Without --force the name must still be free: link refuses, rename would not. A database may
     * not have two names even for a moment; its lock keeps the name free. */
    const bool links = !c->options->replaces && !c->is_restore;
    if (links && link(c->own_part, c->own_to) == 0) {
        (void)unlink(c->own_part);
        return lite_directory_sync(c->own_to, reterr);
    }
    if (links && errno == EEXIST)
        return il_fail(reterr, IL_INVALID, "%s is there by now; --force replaces it",
                       c->options->to);
    if (rename(c->own_part, c->own_to) != 0)
        return il_fail(reterr, IL_IO, "%s: %s", c->own_to, strerror(errno));
    return lite_directory_sync(c->own_to, reterr);
}

static void copying_end(struct copying *c, il_rc rc)
{
    sqlite3_close(c->source);
    if (rc != IL_OK && c->part_fd >= 0 && flock(c->part_fd, LOCK_EX | LOCK_NB) == 0)
        (void)unlink(c->own_part);
    if (c->part_fd >= 0)
        close(c->part_fd);
    free(c->own_from);
    free(c->own_to);
    free(c->own_part);
}

static il_rc part_make(struct copying *c, struct il_err *reterr)
{
    TRY(source_begin(c, reterr));
    TRY(part_open(c, reterr));
    TRY(part_write(c, reterr));
    return source_judge(c, reterr);
}

/* C3, C4: whatever has a log, or is held, is a database and not a backup. */
static il_rc backup_target_check(const struct copying *c, struct il_err *reterr)
{
    if (has_bytes(c->own_to, "-wal"))
        return il_fail(reterr, IL_BUSY, "%s has a log beside it (%s-wal): that is no backup",
                       c->options->to, c->options->to);
    char *path = path_join(c->own_to, ".lock");
    const int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    const bool is_held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;
    if (fd >= 0)
        close(fd);
    free(path);
    return is_held ? il_fail(reterr, IL_BUSY, "%s is in use", c->options->to) : IL_OK;
}

static il_rc backup_run(struct copying *c, struct il_err *reterr)
{
    TRY(names_find(c, reterr));
    TRY(backup_target_check(c, reterr));
    TRY(part_make(c, reterr));
    return part_land(c, reterr);
}

il_rc store_sqlite_backup(const struct store_copy_options *options, struct store_copied *ret,
                          struct il_err *reterr)
{
    struct copying c = { .options = options, .part_fd = -1 };

    lite_file_limit_ignore();
    const il_rc rc = backup_run(&c, reterr);
    if (rc == IL_OK)
        *ret = c.result;
    copying_end(&c, rc);
    return rc;
}

/* ---- restoring ---- */

/* A checkpoint of a connection that has read nothing yet does nothing, and says it went well. */
static int log_write_back(sqlite3 *db)
{
    const int rc = sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);

    return rc == SQLITE_OK
               ? sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL)
               : rc;
}

/* C3: what stands in the old log goes into the old file, so that a kill before the rename loses
 * nothing of it. A damaged one cannot, and is what a restore is for. */
static il_rc old_settle(const struct copying *c, struct il_err *reterr)
{
    sqlite3 *db = NULL;
    int rc = SQLITE_OK;

    if (!has_bytes(c->own_to, "-wal"))
        return IL_OK;
    if (c->has_target)
        rc = sqlite3_open_v2(c->own_to, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (c->has_target && rc == SQLITE_OK)
        rc = log_write_back(db);
    const int kind = rc & 0xff;
    const bool is_lost = !c->has_target || kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB;
    il_rc result = IL_OK;
    if (kind == SQLITE_BUSY)
        result = il_fail(reterr, IL_BUSY, "%s is being read by another program", c->options->to);
    else if (rc != SQLITE_OK && !is_lost)
        result = lite_fail(db, rc, c->options->to, reterr);
    else if (!is_lost && has_bytes(c->own_to, "-wal"))
        result = il_fail(reterr, IL_IO, "the log of %s cannot be written back", c->options->to);
    sqlite3_close(db);
    if (result == IL_OK)
        beside_remove(c->own_to);
    return result;
}

static il_rc restore_run(struct copying *c, struct dice *dice, struct lite *held,
                         struct il_err *reterr)
{
    TRY(names_find(c, reterr));
    if (!c->has_target && !c->options->replaces && has_bytes(c->own_to, "-wal"))
        return il_fail(reterr, IL_INVALID,
                       "the log of a database stands beside %s (%s-wal); --force removes it",
                       c->options->to, c->options->to);
    held->own_path = c->own_to;
    TRY(lite_lock_take(held, reterr));
    TRY(part_make(c, reterr));
    TRY(part_verify(c, dice, reterr));
    TRY(old_settle(c, reterr));
    TRY(part_land(c, reterr));
    beside_remove(c->own_to);
    return IL_OK;
}

il_rc store_sqlite_restore(const struct store_copy_options *options, struct dice *dice,
                           struct store_copied *ret, struct il_err *reterr)
{
    struct copying c = { .options = options, .part_fd = -1, .is_restore = true };
    struct lite held = { .lock_fd = -1 };

    lite_file_limit_ignore();
    const il_rc rc = restore_run(&c, dice, &held, reterr);
    if (rc == IL_OK)
        *ret = c.result;
    if (rc != IL_OK && held.lock_fd >= 0 && !c.has_target) {
        char *lock = path_join(c.own_to, ".lock");

        if (lock)
            (void)unlink(lock);
        free(lock);
    }
    if (held.lock_fd >= 0)
        close(held.lock_fd);
    copying_end(&c, rc);
    return rc;
}
