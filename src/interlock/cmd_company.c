/* interlock import, export, check. */
#include "cli.h"

#include <string.h>

/* ---- import ---- */

static const struct option_spec import_options[] = {
    { "db", "FILE", "database file; created when it does not exist", true },
    { "prune", NULL, "remove what the document no longer has (never inspections)", false },
    { "dry-run", NULL, "say what would happen and keep nothing", false },
    { "json", NULL, "machine output", false },
};

static void print_count(const char *what, struct json_obj *root, const char *name)
{
    struct json_obj o;
    if (!json_opt_obj(root, name, &o))
        return;
    (void)printf("  %-12s %8lld created  %8lld changed  %8lld left  %8lld removed\n", what,
                 (long long)json_get_int(&o, "created", 0, INT64_MAX),
                 (long long)json_get_int(&o, "changed", 0, INT64_MAX),
                 (long long)json_get_int(&o, "left", 0, INT64_MAX),
                 (long long)json_get_int(&o, "removed", 0, INT64_MAX));
}

static void print_import(const struct answer *answer, bool dry_run)
{
    struct arena arena = arena_make(1 << 20);
    struct json_reader reader;
    struct il_err err;
    if (json_reader_open(&reader, &arena, buf_view(&answer->body), &err) == IL_OK) {
        struct json_obj root = json_root(&reader);
        (void)printf("%s%s%s\n", term_bold(),
                     dry_run ? "Would import:" : "Imported:", term_plain());
        print_count("settings", &root, "settings");
        print_count("absences", &root, "absences");
        print_count("inspections", &root, "inspections");
        const int64_t conflicts = json_opt_int(&root, "conflictsOpened", 0, INT64_MAX, 0);
        if (conflicts > 0)
            (void)printf("  %lld overlaps were already there: each is an open conflict now\n",
                         (long long)conflicts);
        const struct strs warnings = json_opt_strs(&root, "warnings", 100, 1000);
        for (size_t i = 0; i < warnings.n; i++)
            (void)printf("  Note: %.*s\n", STR_ARG(warnings.at[i]));
        json_reader_drop(&reader);
    }
    arena_drop(&arena);
}

static enum exit_code run_import(const struct args *args)
{
    struct buf text = { 0 };
    struct answer answer = { .status = 0 };
    struct arena arena = arena_make(1 << 20);
    if (!file_read(args->operands[0], DOCUMENT_BYTES_MAX, &text)) {
        buf_drop(&text);
        return EXIT_FAILED;
    }
    const bool dry_run = args_has(args, "dry-run");
    const struct str target =
        str_print(&arena, "/local/import?prune=%s&dryRun=%s",
                  args_has(args, "prune") ? "true" : "false", dry_run ? "true" : "false");
    struct client *client = client_open(args_get(args, "db"), dry_run ? FILE_TRY : FILE_CREATE);
    enum exit_code exit_code = EXIT_FAILED;
    struct progress *progress = progress_start(dry_run ? "Trying the import" : "Importing");
    const bool answered =
        client != NULL && client_ask(client, "POST", target, "", buf_view(&text), &answer);
    progress_end(progress);
    if (answered) {
        exit_code = answer.status == 200 ? EXIT_DONE : EXIT_FAILED;
        if (exit_code != EXIT_DONE)
            (void)answer_problem(&answer);
        else if (args_has(args, "json"))
            answer_print(&answer);
        else
            print_import(&answer, dry_run);
    }
    if (client != NULL)
        client_close(client);
    buf_drop(&answer.body);
    buf_drop(&text);
    arena_drop(&arena);
    return exit_code;
}

const struct command_spec command_import = {
    .name = "import",
    .summary = "Imports a company document, all or nothing. A second import of it changes nothing.",
    .operands = "FILE.json",
    .options = import_options,
    .n_options = sizeof import_options / sizeof import_options[0],
    .n_operands = 1,
    .notes =
        "FILE.json may be - for standard input. Overlapping inspections are taken in and open\n"
        "a conflict each. An import that is refused leaves everything as it was: also a file that\n"
        "did not exist, or was empty. What the document states is taken; a price that it does not\n"
        "state is kept with the services it was for. A brand that orders or live holds name is\n"
        "not removed: the import is refused and says which. The document is described in\n"
        "docs/company-document.md.",
    .run = run_import,
};

/* ---- export ---- */

static const struct option_spec export_options[] = {
    { "db", "FILE", "database file", true },
    { "company", "ID", "the company's _id", true },
    { "json", NULL, "accepted: the document is JSON", false },
};

static enum exit_code run_export(const struct args *args)
{
    struct store *store;
    struct desk *desk;
    struct buf out = { 0 };
    struct il_err err;
    if (!open_store(args_get(args, "db"), FILE_READ, &store))
        return EXIT_FAILED;
    const struct desk_options options = { .store = store,
                                          .clock = clock_system(),
                                          .dice = dice_system(),
                                          .log = log_stderr(),
                                          .read_only = true };
    if (desk_open(&options, &desk, &err) != IL_OK) {
        complain("%s", err.text);
        store_close(store);
        return EXIT_FAILED;
    }
    struct progress *progress = progress_start("Exporting");
    const il_rc rc = desk_export(desk, str_from(args_get(args, "company")), &out, &err);
    progress_end(progress);
    if (rc == IL_OK) {
        (void)fwrite(out.own_at, 1, out.len, stdout);
        (void)fputc('\n', stdout);
    } else {
        complain("%s", err.text);
    }
    const bool missing = rc == IL_INVALID && err.code != NULL && strcmp(err.code, "not_found") == 0;
    buf_drop(&out);
    desk_close(desk);
    return rc == IL_OK ? EXIT_DONE : missing ? EXIT_NOT_FOUND : EXIT_FAILED;
}

const struct command_spec command_export = {
    .name = "export",
    .summary = "Writes a company's document (configuration and calendar) to standard output.",
    .operands = "",
    .options = export_options,
    .n_options = sizeof export_options / sizeof export_options[0],
    .run = run_export,
};

/* ---- check ---- */

static const struct option_spec check_options[] = {
    { "db", "FILE", "database file; a server may be running on it", true },
    { "json", NULL, "machine output", false },
};

static void print_check_json(const struct check_report *report)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    struct str rest = buf_view(&report->findings);
    json_start_object(&j);
    json_put_int(&j, "companies", (int64_t)report->companies);
    json_put_int(&j, "entries", (int64_t)report->entries);
    json_put_int(&j, "claims", (int64_t)report->claims);
    json_put_int(&j, "inspections", (int64_t)report->inspections);
    json_put_int(&j, "conflicts", (int64_t)report->conflicts);
    json_open(&j, "findings", '[');
    while (rest.len > 0)
        json_str(&j, str_cut(&rest, '\n'));
    json_end_array(&j);
    json_end_object(&j);
    (void)printf("%.*s\n", STR_ARG(buf_view(&out)));
    buf_drop(&out);
}

/* The second lock is a finding like any other: without it nothing but this program stands between
 * two bookings. */
static il_rc check_schema(const char *db, struct check_report *report, struct il_err *reterr)
{
    const il_rc rc = store_sqlite_schema(db, reterr);
    if (rc != IL_INVALID)
        return rc;
    buf_print(&report->findings, "%s\n", reterr->text);
    report->n_findings++;
    return IL_OK;
}

static enum exit_code run_check(const struct args *args)
{
    struct store *store;
    struct check_report report;
    struct il_err err;
    if (!open_store(args_get(args, "db"), FILE_READ, &store))
        return EXIT_FAILED;
    struct progress *progress = progress_start("Checking");
    il_rc rc = desk_check(store, dice_system(), &report, &err);
    progress_end(progress);
    store_close(store);
    if (rc == IL_OK)
        rc = check_schema(args_get(args, "db"), &report, &err);
    if (rc != IL_OK) {
        complain("the check could not be finished: %s", err.text);
        buf_drop(&report.findings);
        return EXIT_FAILED;
    }
    if (args_has(args, "json")) {
        print_check_json(&report);
    } else {
        (void)printf("%.*s", STR_ARG(buf_view(&report.findings)));
        (void)printf("%s%zu findings%s in %zu companies: %zu journal entries, %zu claims, "
                     "%zu inspections, %zu conflicts checked\n",
                     term_bold(), report.n_findings, term_plain(), report.companies, report.entries,
                     report.claims, report.inspections, report.conflicts);
    }
    buf_drop(&report.findings);
    return report.n_findings == 0 ? EXIT_DONE : EXIT_FINDINGS;
}

const struct command_spec command_check = {
    .name = "check",
    .group = GROUP_TROUBLE,
    .summary = "Verifies every law on the stored data: no overlap that no conflict admits, an\n"
               "unbroken journal, and records that are exactly what the journal says.",
    .operands = "",
    .options = check_options,
    .n_options = sizeof check_options / sizeof check_options[0],
    .notes = "Exit code 6 when there are findings.",
    .run = run_check,
};
