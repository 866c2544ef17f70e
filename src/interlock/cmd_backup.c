/* interlock backup, restore. */
#include "cli.h"

#include <string.h>

/* ---- what both say ---- */

static void show_progress(void *context, int64_t pages, int64_t of)
{
    progress_at(context, pages, of);
}

static int64_t now_ms(void)
{
    return clock_system()->monotonic_ms(clock_system());
}

static void print_copied(const struct args *args, const struct store_copied *copied,
                         int64_t elapsed_ms)
{
    const bool is_backup = args_has(args, "to");
    const char *file = args_get(args, is_backup ? "to" : "db");
    struct buf out = { 0 };
    if (!args_has(args, "json")) {
        (void)printf("%s%s%s: %lld companies, %lld journal entries, %lld bytes\n", term_bold(),
                     file, term_plain(), (long long)copied->companies, (long long)copied->entries,
                     (long long)copied->bytes);
        return;
    }
    struct json j = json_begin(&out);
    json_start_object(&j);
    if (str_is_utf8(str_from(file)))
        json_put_str(&j, "file", str_from(file));
    json_put_int(&j, "companies", copied->companies);
    json_put_int(&j, "entries", copied->entries);
    json_put_int(&j, "bytes", copied->bytes);
    json_put_int(&j, "elapsedMs", elapsed_ms);
    json_end_object(&j);
    (void)printf("%.*s\n", STR_ARG(buf_view(&out)));
    buf_drop(&out);
}

/* ---- backup ---- */

static const struct option_spec backup_options[] = {
    { "db", "FILE", "database file; a server may be running on it", true },
    { "to", "FILE", "the backup to make", true },
    { "force", NULL, "replace a file that is there", false },
    { "json", NULL, "machine output", false },
};

static enum exit_code run_backup(const struct args *args)
{
    struct store_copied copied;
    struct il_err err;
    const int64_t began_ms = now_ms();
    struct progress *progress = progress_start("Copying");
    const struct store_copy_options options = {
        .from = args_get(args, "db"),
        .to = args_get(args, "to"),
        .replaces = args_has(args, "force"),
        .progress = show_progress,
        .context = progress,
    };
    const il_rc rc = store_sqlite_backup(&options, &copied, &err);
    progress_end(progress);
    if (rc != IL_OK) {
        complain("no backup was made: %s", err.text);
        return EXIT_FAILED;
    }
    print_copied(args, &copied, now_ms() - began_ms);
    return EXIT_DONE;
}

const struct command_spec command_backup = {
    .name = "backup",
    .group = GROUP_RUNNING,
    .summary = "Copies a database to one file, while the server goes on.",
    .operands = "",
    .options = backup_options,
    .n_options = sizeof backup_options / sizeof backup_options[0],
    .notes =
        "The copy is one committed state with everything in it: calendar, holds, conflicts,\n"
        "keys, journal. It grows as FILE.part and takes its name when it is whole and on the\n"
        "disk: a backup that was killed leaves no half file under the name. It holds personal\n"
        "data and can be read by its owner only. It is a database: `interlock check --db` and\n"
        "`interlock export --db` read it.",
    .run = run_backup,
};

/* ---- restore ---- */

static const struct option_spec restore_options[] = {
    { "from", "FILE", "the backup", true },
    { "db", "FILE", "the database to make", true },
    { "quick", NULL, "verify the file's structure only, not every law on its data", false },
    { "force", NULL, "replace a database that is there (never one in use)", false },
    { "json", NULL, "machine output", false },
};

static il_rc verify_laws(void *context, struct store *copy, struct il_err *reterr)
{
    struct check_report report;
    (void)context;
    il_rc rc = desk_check(copy, dice_system(), &report, reterr);
    if (rc == IL_OK && report.n_findings > 0) {
        struct str rest = buf_view(&report.findings);
        const struct str first = str_cut(&rest, '\n');
        rc = il_fail(reterr, IL_INVALID,
                     "its data do not hold together (%zu findings of `interlock check`; %.*s)",
                     report.n_findings, STR_ARG(first));
    }
    buf_drop(&report.findings);
    return rc;
}

static enum exit_code run_restore(const struct args *args)
{
    struct store_copied copied;
    struct il_err err;
    const int64_t began_ms = now_ms();
    struct progress *progress = progress_start("Copying");
    const struct store_copy_options options = {
        .from = args_get(args, "from"),
        .to = args_get(args, "db"),
        .replaces = args_has(args, "force"),
        .progress = show_progress,
        .verify = args_has(args, "quick") ? NULL : verify_laws,
        .context = progress,
    };
    const il_rc rc = store_sqlite_restore(&options, dice_system(), &copied, &err);
    progress_end(progress);
    if (rc != IL_OK) {
        complain("nothing was restored: %s", err.text);
        return EXIT_FAILED;
    }
    print_copied(args, &copied, now_ms() - began_ms);
    return EXIT_DONE;
}

const struct command_spec command_restore = {
    .name = "restore",
    .group = GROUP_RUNNING,
    .summary = "Makes a database from a backup, after verifying it.",
    .operands = "",
    .options = restore_options,
    .n_options = sizeof restore_options / sizeof restore_options[0],
    .notes =
        "The backup is copied, read page by page, and checked as `interlock check` does; only\n"
        "then the copy takes the database's name, in one step. A damaged backup changes\n"
        "nothing. A backup of an older version is brought up to date; the backup itself is\n"
        "not touched. What happened after the backup was made is not in it: bookings that\n"
        "were acknowledged since are gone, and people erased since are back.",
    .run = run_restore,
};
