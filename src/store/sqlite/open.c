/* Opening and closing the file.
 *
 *  O1  One process writes: it holds FILE.lock and FILE itself while the store is open. FILE
 *      is the name that symbolic links lead to. A file with a second name (a hard link) is refused:
 *      SQLite's log goes by the name, and what stands in the log of the one is lost to the other.
 *      Where one file is reached by two paths all the same (a mount), its own lock keeps the second
 *      out.
 *  O2  The file and its log are created and their directory synced by us: SQLite ignores a failed
 *      sync of the directory, and a booking in a file whose name is lost is lost.
 *  O3  The file is readable by its owner only; SQLite gives the log the same mode.
 *  O4  FILE.lock stays when the store is closed, because a lock that is removed can be held twice.
 *      Only with a file that is discarded it goes; who waits for it sees that and begins again. */
#include "store/sqlite.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWNER_ONLY = 0600 };

/* O4: a lock on a file that has lost its name keeps nobody out. */
static bool is_named(int fd, const char *path)
{
    struct stat held;
    struct stat named;

    return fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

static il_rc lock_open(struct lite *store, const char *path, struct il_err *reterr)
{
    store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, OWNER_ONLY);
    if (store->lock_fd < 0)
        return il_fail(reterr, IL_IO, "%s: %s", path, strerror(errno));
    if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
        return IL_OK;
    if (errno == EWOULDBLOCK)
        return il_fail(reterr, IL_BUSY, "%s is held by another process", store->own_path);
    return il_fail(reterr, IL_IO, "%s: %s", path, strerror(errno));
}

il_rc lite_lock_take(struct lite *store, struct il_err *reterr)
{
    char *path = path_join(store->own_path, ".lock");

    if (!path)
        return il_fail(reterr, IL_LIMIT, "no memory for a path");
    il_rc rc = lock_open(store, path, reterr);
    while (rc == IL_OK && !is_named(store->lock_fd, path)) {
        close(store->lock_fd);
        rc = lock_open(store, path, reterr);
    }
    free(path);
    return rc;
}

static il_rc file_found(struct lite *store, struct il_err *reterr)
{
    struct stat status;

    if (stat(store->own_path, &status) != 0)
        return il_fail(reterr, IL_IO, "%s: %s", store->own_path, strerror(errno));
    if (S_ISREG(status.st_mode) && status.st_nlink > 1)
        return il_fail(reterr, IL_INVALID,
                       "%s is a file with %lu names (hard links), and what is written under one is "
                       "lost under another: remove the others, or copy the file",
                       store->own_path, (unsigned long)status.st_nlink);
    if (chmod(store->own_path, OWNER_ONLY) != 0)
        return il_fail(reterr, IL_IO, "%s: %s", store->own_path, strerror(errno));
    store->origin_mode = status.st_mode;
    store->origin = S_ISREG(status.st_mode) && status.st_size == 0 ? FILE_EMPTY : FILE_OLD;
    return IL_OK;
}

/* Only ever closes a descriptor of a file that it has just created: closing one of a file that is
 * open in SQLite would drop SQLite's own locks on it. */
static il_rc file_create(struct lite *store, struct il_err *reterr)
{
    const char *path = store->own_path;
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, OWNER_ONLY);

    if (fd < 0 && errno == EEXIST)
        return file_found(store, reterr);
    if (fd < 0)
        return il_fail(reterr, IL_IO, "%s: %s", path, strerror(errno));
    store->origin = FILE_NEW;
    return close(fd) == 0 ? IL_OK : il_fail(reterr, IL_IO, "%s: %s", path, strerror(errno));
}

/* Closed after SQLite has closed: see above. */
static il_rc file_lock(struct lite *store, struct il_err *reterr)
{
    const char *path = store->own_path;

    store->file_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (store->file_fd < 0)
        return il_fail(reterr, IL_IO, "%s: %s", path, strerror(errno));
    if (flock(store->file_fd, LOCK_EX | LOCK_NB) == 0)
        return IL_OK;
    if (errno == EWOULDBLOCK)
        return il_fail(reterr, IL_BUSY, "%s is held by another process, by another path", path);
    return il_fail(reterr, IL_IO, "%s: %s", path, strerror(errno));
}

static void name_remove(const char *path, const char *suffix)
{
    char *name = path_join(path, suffix);

    if (name)
        (void)unlink(name);
    free(name);
}

/* Whoever finds this half done finds an empty database, which is as good as none. */
static void file_discard(const struct lite *store)
{
    const bool is_gone = store->origin == FILE_NEW
                             ? unlink(store->own_path) == 0
                             : truncate(store->own_path, 0) == 0 &&
                                   chmod(store->own_path, store->origin_mode & 07777) == 0;

    if (!is_gone)
        return;
    name_remove(store->own_path, "-wal");
    name_remove(store->own_path, "-shm");
    name_remove(store->own_path, ".lock"); /* the last: from here on the name is another's */
}

static il_rc fd_sync(int fd, const char *path, struct il_err *reterr)
{
    const int rc = fsync(fd);
    const int sync_errno = errno;

    close(fd);
    return rc == 0 ? IL_OK : il_fail(reterr, IL_IO, "sync of %s: %s", path, strerror(sync_errno));
}

il_rc lite_directory_sync(const char *path, struct il_err *reterr)
{
    const char *slash = strrchr(path, '/');
    char *directory = path_join(slash ? path : ".", "");

    if (!directory)
        return il_fail(reterr, IL_LIMIT, "no memory for a path");
    if (slash)
        directory[slash == path ? 1 : slash - path] = '\0';
    const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const il_rc rc = fd < 0 ? il_fail(reterr, IL_IO, "%s: %s", directory, strerror(errno))
                            : fd_sync(fd, directory, reterr);
    free(directory);
    return rc;
}

/* O2: the log exists from the first read of a file in WAL mode on. */
static il_rc log_check(const char *path, struct il_err *reterr)
{
    char *wal = path_join(path, "-wal");
    struct stat status;

    if (!wal)
        return il_fail(reterr, IL_LIMIT, "no memory for a path");
    const bool there = stat(wal, &status) == 0;
    free(wal);
    return there ? lite_directory_sync(path, reterr)
                 : il_fail(reterr, IL_IO, "%s has no write-ahead log", path);
}

static il_rc secret_read(sqlite3 *db, struct hash *ret, bool *ret_found, struct il_err *reterr)
{
    sqlite3_stmt *statement = NULL;

    TRY(lite_prepare(db, "SELECT secret FROM meta", &statement, reterr));
    const int rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        memcpy(ret->at, sqlite3_column_blob(statement, 0), HASH_BYTES);
    *ret_found = rc == SQLITE_ROW;
    const il_rc result =
        rc == SQLITE_ROW || rc == SQLITE_DONE ? IL_OK : lite_fail(db, rc, "secret", reterr);
    sqlite3_finalize(statement);
    return result;
}

static il_rc secret_make(struct lite *store, struct dice *dice, struct il_err *reterr)
{
    sqlite3_stmt *statement = NULL;

    dice->fill(dice, store->secret.at, HASH_BYTES);
    TRY(lite_prepare(store->db, "INSERT INTO meta (id, secret) VALUES (1, ?1)", &statement,
                     reterr));
    lite_bind_blob(statement, 1, (struct str){ (const char *)store->secret.at, HASH_BYTES });
    const int rc = sqlite3_step(statement);
    const il_rc result = rc == SQLITE_DONE ? IL_OK : lite_fail(store->db, rc, "secret", reterr);
    sqlite3_finalize(statement);
    return result;
}

static il_rc writer_set_up(struct lite *store, struct dice *dice, struct il_err *reterr)
{
    bool found = false;

    TRY(lite_lock_take(store, reterr));
    TRY(file_create(store, reterr));
    TRY(file_lock(store, reterr));
    TRY(lite_writer_open(store, reterr));
    TRY(lite_migrate(store->db, reterr));
    TRY(lite_schema_whole(store->db, reterr));
    TRY(secret_read(store->db, &store->secret, &found, reterr));
    if (!found)
        TRY(secret_make(store, dice, reterr));
    TRY(log_check(store->own_path, reterr));
    return lite_write_prepare(store, reterr);
}

static il_rc reader_set_up(struct lite *store, struct il_err *reterr)
{
    bool found = false;

    TRY(lite_reader_open(store, &store->idle, reterr));
    TRY(lite_schema_check(store->idle->db, true, reterr));
    TRY(secret_read(store->idle->db, &store->secret, &found, reterr));
    return found ? IL_OK : il_fail(reterr, IL_INVALID, "the file was never opened by a writer");
}

static void lite_close(struct store *base)
{
    struct lite *store = (struct lite *)base;

    while (store->idle) {
        struct lite_read *read = store->idle;

        store->idle = read->next_idle;
        lite_reader_drop(read);
    }
    /* Readers first: the last connection to go checkpoints, and only the writer may. */
    lite_write_drop(store);
    /* S8: closing checkpoints, which would sync once more what may already be lost. */
    if (store->dead.text[0] != '\0')
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    const int rc = sqlite3_close(store->db);
    assert(rc == SQLITE_OK);
    if (store->discards_unused && store->origin != FILE_OLD && store->commits == 0 &&
        store->dead.text[0] == '\0')
        file_discard(store);
    if (store->file_fd >= 0)
        close(store->file_fd);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    pthread_mutex_destroy(&store->pool_lock);
    free(store->own_path);
    free(store);
}

static struct hash lite_secret(struct store *store)
{
    return ((struct lite *)store)->secret;
}

static struct store_stats lite_stats(struct store *base)
{
    struct lite *store = (struct lite *)base;

    return (struct store_stats){ .commits = store->commits, .syncs = store->syncs };
}

static const struct store_ops ops = {
    .read_open = lite_read_open,
    .read_own = lite_read_own,
    .read_close = lite_read_close,
    .find = lite_find,
    .strangers = lite_strangers,
    .commit = lite_commit,
    .secret = lite_secret,
    .stats = lite_stats,
    .close = lite_close,
};

/* By default a write past RLIMIT_FSIZE kills the process; ignored, it is a full disk. */
void lite_file_limit_ignore(void)
{
    struct sigaction action;

    if (sigaction(SIGXFSZ, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        action.sa_handler = SIG_IGN;
        const int rc = sigaction(SIGXFSZ, &action, NULL);
        assert(rc == 0);
    }
}

il_rc store_sqlite_schema(const char *path, struct il_err *reterr)
{
    sqlite3 *db = NULL;
    const int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
    const il_rc result =
        rc == SQLITE_OK ? lite_schema_whole(db, reterr) : lite_fail(db, rc, "open", reterr);

    (void)sqlite3_close(db);
    return result;
}

il_rc store_sqlite_open(const struct store_sqlite_options *options, struct dice *dice,
                        struct store **ret, struct il_err *reterr)
{
    struct lite *store = calloc(1, sizeof *store);

    if (!store)
        return il_fail(reterr, IL_LIMIT, "no memory for a store");
    store->base.ops = &ops;
    store->lock_fd = -1;
    store->file_fd = -1;
    store->read_only = options->read_only;
    store->sync_delay_ms = options->sync_delay_ms;
    const int rc = pthread_mutex_init(&store->pool_lock, NULL);
    assert(rc == 0);
    store->discards_unused = options->discards_unused;
    lite_file_limit_ignore();
    il_rc result = store_sqlite_name(options->path, &store->own_path, reterr);
    if (result == IL_OK)
        result =
            options->read_only ? reader_set_up(store, reterr) : writer_set_up(store, dice, reterr);
    if (result == IL_OK)
        *ret = &store->base;
    else
        lite_close(&store->base);
    return result;
}
