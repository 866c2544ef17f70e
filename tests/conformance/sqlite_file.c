/* What the contract means for a file: the lock, the mode, the schema, and S4 against a foreign SQL
 * shell. */
#include "suite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static sqlite3 *shell_open(void)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(place_path(""), &db), SQLITE_OK);
    return db;
}

static void shell_run(sqlite3 *db, const char *sql)
{
    char *words = NULL;

    if (sqlite3_exec(db, sql, NULL, NULL, &words) != SQLITE_OK)
        fail_msg("%s: %s", sql, words);
}

static il_rc open_rc(bool read_only, struct il_err *reterr)
{
    const struct store_sqlite_options options = { .path = place_path(""), .read_only = read_only };
    struct store *store = NULL;
    const il_rc rc = store_sqlite_open(&options, dice_system(), &store, reterr);

    store_close(store);
    return rc;
}

/* Every relation of Allen, by INSERT and by UPDATE, in both groups. */
static void s4_holds_against_a_shell(void **state)
{
    static const struct {
        int from, to;
        bool overlaps;
    } allen[] = {
        { 10, 50, false },   { 50, 100, false }, { 50, 150, true },  { 50, 200, true },
        { 50, 250, true },   { 100, 150, true }, { 100, 200, true }, { 100, 250, true },
        { 120, 180, true },  { 150, 200, true }, { 150, 250, true }, { 200, 250, false },
        { 250, 300, false },
    };
    struct row_claim claims[] = { claim_make(1, "ann", 100, 200, 1),
                                  claim_make(2, "ann", 9000, 9001, 2),
                                  claim_make(3, "ann", 100000000, 200000000, 3) };
    struct store_entry entry = entry_make(1);
    char sql[400];

    (void)state;
    place_clear();
    struct store *store = sqlite_open();
    entry.claims = claims;
    entry.n_claims = 3;
    assert_int_equal(commit_one(store, "a", 0, entry), STORE_COMMITTED);
    sqlite3 *db = shell_open();
    for (size_t r = 0; r < sizeof allen / sizeof *allen; r++)
        for (int other = 0; other < 2; other++)
            for (int update = 0; update < 2; update++)
                for (long long scale = 1; scale <= 1000000; scale *= 1000000) {
                    const int group = scale == 1 ? 1 : 3;

                    (void)snprintf(sql, sizeof sql,
                                   update ? "UPDATE claim SET starts_at = %lld, ends_at = %lld, "
                                            "lock_group = %d WHERE ref = 2"
                                          : "INSERT INTO claim VALUES ('a', 9, 'ann', %lld, "
                                            "%lld, 1, %d, 0, 0, 0, 0, 0, 0)",
                                   allen[r].from * scale, allen[r].to * scale, other ? 77 : group);
                    shell_run(db, "BEGIN");
                    const int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
                    const bool refused = allen[r].overlaps && other;

                    if (rc != (refused ? SQLITE_CONSTRAINT : SQLITE_OK))
                        fail_msg("relation %zu: %s: %d", r, sql, rc);
                    shell_run(db, "ROLLBACK");
                }
    static const char *const refused[] = {
        "UPDATE claim SET inspector_id = 'ann', starts_at = 5, ends_at = 5 WHERE ref = 2",
        "UPDATE claim SET starts_at = 'noon' WHERE ref = 2",
        "UPDATE entry SET payload = x''",
        "DELETE FROM entry",
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (sqlite3_exec(db, refused[i], NULL, NULL, NULL) != SQLITE_CONSTRAINT)
            fail_msg("%s", refused[i]);
    /* Moving a claim within its own time is not an overlap with itself. */
    shell_run(db, "UPDATE claim SET starts_at = 120 WHERE ref = 1");
    shell_run(db, "UPDATE claim SET starts_at = 100000001 WHERE ref = 3");
    shell_run(db, "UPDATE claim SET lock_group = 55 WHERE ref = 1");
    shell_run(db, "UPDATE claim SET lock_group = 55 WHERE ref = 3");
    sqlite3_close(db);
    store_close(store);
}

static void one_process_writes(void **state)
{
    struct il_err err = { 0 };
    int status = 0;

    (void)state;
    place_clear();
    struct store *store = sqlite_open();
    rows_commit(store);
    assert_int_equal(open_rc(false, &err), IL_BUSY);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(open_rc(false, &err) == IL_BUSY && open_rc(true, &err) == IL_OK ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    store_close(store);
    assert_int_equal(open_rc(false, &err), IL_OK);
}

static void read_only_beside_a_writer(void **state)
{
    struct store_read *read = NULL;
    struct il_err err = { 0 };
    const struct store_query claims = { .table = TABLE_CLAIM, .by = BY_ALL, .company = STR("a") };
    const ref_t gone = 11;
    struct store_entry entry = entry_make(3);

    (void)state;
    place_clear();
    assert_int_equal(open_rc(true, &err), IL_IO); /* and does not create it */
    assert_int_not_equal(access(place_path(""), F_OK), 0);
    struct store *store = sqlite_open();
    struct store *beside = sqlite_read_only_open();
    rows_commit(store);
    assert_int_equal(store_read_open(beside, &read, &err), IL_OK);
    /* The view is of now, though nothing is looked up until after the next commit. */
    entry.claims_removed = &gone;
    entry.n_claims_removed = 1;
    assert_int_equal(commit_one(store, "a", 2, entry), STORE_COMMITTED);
    assert_string_equal(answer_in(read, claims), "11 13 14 15 16 17"); /* S6 */
    store_read_close(read);
    assert_string_equal(answer(beside, claims), "13 14 15 16 17");
    store_close(beside);
    store_close(store);
    assert_int_equal(open_rc(true, &err), IL_OK);
}

static void files_are_the_owners(void **state)
{
    static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
    struct stat status;

    (void)state;
    place_clear();
    const mode_t mask = umask(0);
    struct store *store = sqlite_open();
    umask(mask);
    rows_commit(store);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        assert_int_equal(stat(place_path(suffixes[i]), &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
    store_close(store);
}

static void other_schemas_are_refused(void **state)
{
    struct il_err err = { 0 };

    (void)state;
    place_clear();
    assert_int_equal(open_rc(false, &err), IL_OK);
    sqlite3 *db = shell_open();
    shell_run(db, "PRAGMA user_version = 9999");
    assert_int_equal(open_rc(false, &err), IL_INVALID);
    assert_non_null(strstr(err.text, "newer"));
    assert_int_equal(open_rc(true, &err), IL_INVALID);
    shell_run(db, "PRAGMA user_version = 1");
    shell_run(db, "PRAGMA application_id = 7");
    assert_int_equal(open_rc(false, &err), IL_INVALID);
    sqlite3_close(db);

    place_clear();
    db = shell_open();
    shell_run(db, "CREATE TABLE theirs (a)");
    assert_int_equal(open_rc(false, &err), IL_INVALID);
    assert_int_equal(open_rc(true, &err), IL_INVALID);
    sqlite3_close(db);

    place_clear();
    FILE *file = fopen(place_path(""), "w");
    assert_non_null(file);
    for (int i = 0; i < 1000; i++)
        assert_true(fputs("this is a letter\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(open_rc(false, &err), IL_INVALID);
}

static void journal_mode_is_wal(void **state)
{
    char mode[16] = "";
    sqlite3_stmt *statement = NULL;

    (void)state;
    place_clear();
    struct store *store = sqlite_open();
    rows_commit(store);
    sqlite3 *db = shell_open();
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA journal_mode", -1, &statement, NULL), 0);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    (void)snprintf(mode, sizeof mode, "%s", (const char *)sqlite3_column_text(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(db);
    assert_string_equal(mode, "wal");
    store_close(store);
}

/* Two names of one file: the second is refused whichever came first, also in this process. */
/* Two names, two logs: what is written under the one would be lost under the other. */
static void a_file_has_one_name(void **state)
{
    struct il_err err = { 0 };
    char other[PATH_BYTES];

    (void)state;
    place_clear();
    store_close(sqlite_open());
    (void)snprintf(other, sizeof other, "%s", place_path("-other"));
    (void)unlink(other);
    assert_int_equal(link(place_path(""), other), 0);
    assert_int_equal(open_rc(false, &err), IL_INVALID);
    assert_non_null(strstr(err.text, "2 names"));
    assert_int_equal(unlink(other), 0);
    assert_int_equal(open_rc(false, &err), IL_OK);
}

/* A mount may lead to the file by a path that has another FILE.lock. */
static void the_file_is_locked_too(void **state)
{
    struct il_err err = { 0 };

    (void)state;
    place_clear();
    store_close(sqlite_open());
    const int fd = open(place_path(""), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(open_rc(false, &err), IL_BUSY);
    assert_int_equal(close(fd), 0);
    assert_int_equal(open_rc(false, &err), IL_OK);
    struct store *store = sqlite_open();
    const int late = open(place_path(""), O_RDONLY | O_CLOEXEC);
    assert_int_equal(flock(late, LOCK_EX | LOCK_NB), -1);
    store_close(store);
    assert_int_equal(flock(late, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(close(late), 0);
}

static void a_link_shares_the_lock(void **state)
{
    char link_path[PATH_BYTES];
    struct il_err err = { 0 };
    struct store *store = NULL;

    (void)state;
    place_clear();
    assert_true(snprintf(link_path, sizeof link_path, "%s", place_path("-link")) < PATH_BYTES);
    (void)unlink(link_path);
    assert_int_equal(symlink("t.db", link_path), 0);
    const struct store_sqlite_options by_link = { .path = link_path };
    assert_int_equal(store_sqlite_open(&by_link, dice_system(), &store, &err), IL_OK);
    rows_commit(store);
    assert_int_equal(open_rc(false, &err), IL_BUSY);
    store_close(store);
    assert_int_equal(access(place_path("-link.lock"), F_OK), -1);
    store = sqlite_open();
    struct store *second = NULL;
    assert_int_equal(store_sqlite_open(&by_link, dice_system(), &second, &err), IL_BUSY);
    store_close(store);
    assert_int_equal(unlink(link_path), 0);
}

static void discards_open(struct store **ret)
{
    const struct store_sqlite_options options = { .path = place_path(""), .discards_unused = true };
    struct il_err err = { 0 };

    assert_int_equal(store_sqlite_open(&options, dice_system(), ret, &err), IL_OK);
}

static void what_is_unused_is_discarded(void **state)
{
    static const char *const suffixes[] = { "", "-wal", "-shm", ".lock" };
    struct stat status;
    struct store *store = NULL;
    struct il_err err = { 0 };

    (void)state;
    place_clear();
    discards_open(&store);
    store_close(store);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        assert_int_equal(access(place_path(suffixes[i]), F_OK), -1);

    FILE *empty = fopen(place_path(""), "w");
    assert_non_null(empty);
    assert_int_equal(fclose(empty), 0);
    discards_open(&store);
    store_close(store);
    assert_int_equal(stat(place_path(""), &status), 0);
    assert_int_equal(status.st_size, 0);

    discards_open(&store);
    rows_commit(store);
    store_close(store);
    discards_open(&store); /* what was there before is not unused */
    store_close(store);
    assert_int_equal(open_rc(true, &err), IL_OK);
    assert_int_equal(access(place_path(".lock"), F_OK), 0);
}

static il_rc stranger_visit(void *context, const void *row, struct il_err *reterr)
{
    const struct row_stranger *stranger = row;

    (void)reterr;
    buf_print(context, "%s %.*s %lld\n", stranger->table, STR_ARG(stranger->company),
              (long long)stranger->rows);
    return IL_OK;
}

static void strangers_expect(struct store *store, const char *expected)
{
    struct buf found = { 0 };
    struct store_read *read = NULL;
    struct il_err err = { 0 };

    assert_int_equal(store_read_open(store, &read, &err), IL_OK);
    assert_int_equal(store_strangers(read, stranger_visit, &found, &err), IL_OK);
    store_read_close(read);
    buf_add_char(&found, '\0');
    assert_string_equal(found.own_at, expected);
    buf_drop(&found);
}

static void rows_of_no_company_are_told(void **state)
{
    (void)state;
    place_clear();
    struct store *store = sqlite_open();
    rows_commit(store);
    strangers_expect(store, "");
    sqlite3 *db = shell_open();
    shell_run(
        db,
        "INSERT INTO claim SELECT 'c', ref, inspector_id, starts_at, ends_at, owner, lock_group, "
        "0, 0, 0, 0, 0, 0 FROM claim WHERE company_id = 'a'");
    shell_run(db, "INSERT INTO touch SELECT 'c', ref, seq FROM touch WHERE company_id = 'a'");
    shell_run(db, "INSERT INTO touch VALUES ('', 1, 1)");
    strangers_expect(store, "claim c 6\ntouch  1\ntouch c 3\n");
    shell_run(db, "DELETE FROM company WHERE id = 'b'");
    shell_run(db, "DELETE FROM claim WHERE company_id <> 'a'");
    shell_run(db, "DELETE FROM touch WHERE company_id <> 'a'");
    strangers_expect(store, "entry b 2\nsetting b 2\nhold b 3\nabsence b 2\ninspection b 3\n"
                            "conflict b 3\nperson b 2\nidempotency b 1\noutbox b 3\napi_key b 2\n"
                            "search_block b 2\nsearch_part b 4\n");
    sqlite3_close(db);
    store_close(store);
}

static int group_make(void **state)
{
    (void)state;
    hash_start();
    place_make();
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
        cmocka_unit_test(s4_holds_against_a_shell),
        cmocka_unit_test(one_process_writes),
        cmocka_unit_test(read_only_beside_a_writer),
        cmocka_unit_test(files_are_the_owners),
        cmocka_unit_test(other_schemas_are_refused),
        cmocka_unit_test(journal_mode_is_wal),
        cmocka_unit_test(a_file_has_one_name),
        cmocka_unit_test(the_file_is_locked_too),
        cmocka_unit_test(a_link_shares_the_lock),
        cmocka_unit_test(what_is_unused_is_discarded),
        cmocka_unit_test(rows_of_no_company_are_told),
    };

    return cmocka_run_group_tests(tests, group_make, group_drop);
}
