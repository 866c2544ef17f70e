/* The schema's versions.
 *
 *  M1  A migration and its number are one transaction: a killed one leaves the old schema.
 *  M2  A file that is another program's, or newer than this program, is refused untouched.
 *  M3  A file that lacks what the migrations made, such as the triggers that are the second
 *      lock, is refused to a writer. */
#include "store/sqlite.h"

enum { APPLICATION_ID = 0x494c434b }; /* "ILCK" */

il_rc lite_schema_check(sqlite3 *db, bool read_only, struct il_err *reterr)
{
    int64_t version = 0;
    int64_t application = 0;
    int64_t tables = 0;

    TRY(lite_number(db, "PRAGMA user_version", &version, reterr));
    TRY(lite_number(db, "PRAGMA application_id", &application, reterr));
    TRY(lite_number(db, "SELECT count(*) FROM sqlite_schema", &tables, reterr));
    if (application != APPLICATION_ID && (application != 0 || version != 0 || tables != 0))
        return il_fail(reterr, IL_INVALID, "the file is a database of another program");
    if (version > lite_script_count)
        return il_fail(reterr, IL_INVALID, "the file has schema %lld, newer than this program's %d",
                       (long long)version, lite_script_count);
    if (read_only && version < lite_script_count)
        return il_fail(reterr, IL_INVALID,
                       "the file has schema %lld and must be migrated to %d by a writer first",
                       (long long)version, lite_script_count);
    return IL_OK;
}

static il_rc step_up(sqlite3 *db, int64_t version, struct il_err *reterr)
{
    char sql[120];

    TRY(lite_run(db, lite_scripts[version - 1], reterr));
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA application_id = %d; PRAGMA user_version = %lld",
                     APPLICATION_ID, (long long)version);
    TRY(lite_run(db, sql, reterr));
    return lite_run(db, "COMMIT", reterr);
}

il_rc lite_migrate(sqlite3 *db, struct il_err *reterr)
{
    int64_t version = 0;

    TRY(lite_number(db, "PRAGMA user_version", &version, reterr));
    while (version < lite_script_count) {
        version++;
        TRY(lite_run(db, "BEGIN IMMEDIATE", reterr));
        const il_rc rc = step_up(db, version, reterr);
        if (rc != IL_OK) {
            /* Its result does not matter: the caller closes the connection, which rolls back. */
            (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
            return rc;
        }
    }
    return IL_OK;
}

static il_rc scripts_run(sqlite3 *db, struct il_err *reterr)
{
    for (int i = 0; i < lite_script_count; i++)
        TRY(lite_run(db, lite_scripts[i], reterr));
    return IL_OK;
}

/* Whether `db` has the thing that `wanted` stands on: a trigger to the letter, tables and indexes
 * by name, since SQLite writes their text anew when somebody renames them and back. */
static il_rc thing_find(sqlite3 *db, sqlite3_stmt *wanted, struct il_err *reterr)
{
    const char *type = (const char *)sqlite3_column_text(wanted, 0);
    const char *name = (const char *)sqlite3_column_text(wanted, 1);
    sqlite3_stmt *statement = NULL;

    TRY(lite_prepare(db,
                     "SELECT 1 FROM sqlite_schema WHERE type = ?1 AND name = ?2 AND "
                     "(sql = ?3 OR type <> 'trigger')",
                     &statement, reterr));
    for (int i = 0; i < 3; i++)
        sqlite3_bind_value(statement, i + 1, sqlite3_column_value(wanted, i));
    const int rc = sqlite3_step(statement);
    sqlite3_finalize(statement);
    if (rc == SQLITE_ROW)
        return IL_OK;
    return rc == SQLITE_DONE
               ? il_fail(reterr, IL_INVALID,
                         "the file's %s %s is missing, or not as this program made it", type, name)
               : lite_fail(db, rc, "schema", reterr);
}

static il_rc things_compare(sqlite3 *db, sqlite3 *made, struct il_err *reterr)
{
    sqlite3_stmt *wanted = NULL;
    il_rc result = IL_OK;

    TRY(lite_prepare(made, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL",
                     &wanted, reterr));
    while (result == IL_OK && sqlite3_step(wanted) == SQLITE_ROW)
        result = thing_find(db, wanted, reterr);
    sqlite3_finalize(wanted);
    return result;
}

il_rc lite_schema_whole(sqlite3 *db, struct il_err *reterr)
{
    sqlite3 *made = NULL;
    const int rc = sqlite3_open(":memory:", &made);
    il_rc result = rc == SQLITE_OK ? scripts_run(made, reterr)
                                   : lite_fail(made, rc, "a database in memory", reterr);

    if (result == IL_OK)
        result = things_compare(db, made, reterr);
    (void)sqlite3_close(made);
    return result;
}
