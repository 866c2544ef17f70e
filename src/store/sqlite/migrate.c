/* The schema's versions.
 *
 *  M1  A migration and its number are one transaction: a killed one leaves the old schema.
 *  M2  A file that is another program's, or newer than this program, is refused untouched. */
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
