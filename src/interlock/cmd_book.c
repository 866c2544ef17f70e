/* interlock book. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static const struct option_spec options[] = {
    { "db", "FILE", "database file", true },
    { "company", "ID", "the company's _id", true },
    { "datetime", "TIME", "start: 2026-11-30T08:00 (company's zone) or with an offset", true },
    { "services", "A,B", "services, or use --minutes", false },
    { "minutes", "N", "length of the visit instead of services", false },
    { "inspector", "ID", "the inspector, default any", false },
    { "name", "TEXT", "the client's name", true },
    { "email", "TEXT", "the client's mail address", false },
    { "phone", "TEXT", "the client's telephone number", false },
    { "address", "TEXT", "the property's address", true },
    { "lat", "DEG", "the property's latitude", false },
    { "lng", "DEG", "the property's longitude", false },
    { "square-feet", "N", "the property's size", false },
    { "year-built", "N", "the property's age", false },
    { "brand", "ID", "the brand, default the company's first", false },
    { "status", "unconfirmed|confirmed", "default confirmed", false },
    { "notes", "TEXT", "notes for the inspector", false },
    { "override", "RULE,...", "rules to override, such as overlap,outside_hours", false },
    { "reason", "TEXT", "why they are overridden", false },
    { "external-ref", "TEXT", "your own reference", false },
    { "dry-run", NULL, "say what would happen and keep nothing", false },
    { "json", NULL, "machine output", false },
};

static void put_text(struct json *j, const struct args *args, const char *option, const char *name)
{
    const char *value = args_get(args, option);
    if (value != NULL)
        json_put_str(j, name, str_from(value));
}

/* Numbers go as they were typed: the API says what is wrong with them. */
static bool put_number(struct json *j, const struct args *args, const char *option,
                       const char *name)
{
    const char *value = args_get(args, option);
    char *end;
    if (value == NULL)
        return true;
    (void)strtod(value, &end);
    if (*value == '\0' || *end != '\0' || strspn(value, "-0123456789.") != strlen(value)) {
        complain("--%s must be a number, not %s", option, value);
        return false;
    }
    json_put_raw(j, name, str_from(value));
    return true;
}

static void put_list(struct json *j, const char *name, const char *list)
{
    struct str rest = str_from(list);
    json_open(j, name, '[');
    while (rest.len > 0)
        json_str(j, str_cut(&rest, ','));
    json_end_array(j);
}

static bool write_body(struct buf *out, const struct args *args)
{
    struct json j = json_begin(out);
    bool good;
    json_start_object(&j);
    put_text(&j, args, "datetime", "datetime");
    put_text(&j, args, "brand", "brand");
    put_text(&j, args, "status", "status");
    put_text(&j, args, "notes", "notes");
    put_text(&j, args, "external-ref", "externalRef");
    if (args_has(args, "services"))
        put_list(&j, "services", args_get(args, "services"));
    good = put_number(&j, args, "minutes", "minutes");
    json_put_str(&j, "_inspectorId",
                 str_from(args_has(args, "inspector") ? args_get(args, "inspector") : "any"));
    json_open(&j, "property", '{');
    put_text(&j, args, "address", "address");
    good = put_number(&j, args, "lat", "lat") && put_number(&j, args, "lng", "lng") &&
           put_number(&j, args, "square-feet", "squareFeet") &&
           put_number(&j, args, "year-built", "yearBuilt") && good;
    json_end_object(&j);
    json_open(&j, "client", '{');
    put_text(&j, args, "name", "name");
    put_text(&j, args, "email", "email");
    put_text(&j, args, "phone", "phone");
    json_end_object(&j);
    if (args_has(args, "override")) {
        json_open(&j, "override", '{');
        put_list(&j, "rules", args_get(args, "override"));
        put_text(&j, args, "reason", "reason");
        json_end_object(&j);
    }
    json_end_object(&j);
    return good;
}

static void print_booked(const struct answer *answer, bool dry_run)
{
    struct arena arena = arena_make(1 << 22);
    struct json_reader reader;
    struct json_obj record;
    struct il_err err;
    if (json_reader_open(&reader, &arena, buf_view(&answer->body), &err) == IL_OK) {
        struct json_obj root = json_root(&reader);
        if (json_opt_obj(&root, "inspection", &record)) {
            const struct str from = json_get_str(&record, "datetime", 40);
            const struct str to = json_get_str(&record, "endtime", 40);
            const struct str who = json_get_str(&record, "_inspectorId", 100);
            (void)printf("%s%s order %lld%s: %.*s from %.*s to %.*s\n", term_bold(),
                         dry_run ? "Would book" : "Booked",
                         (long long)json_get_int(&record, "orderNumber", 0, INT64_MAX),
                         term_plain(), STR_ARG(who), STR_ARG(from), STR_ARG(to));
        }
        json_reader_drop(&reader);
    }
    arena_drop(&arena);
}

static enum exit_code run(const struct args *args)
{
    struct buf body = { 0 };
    struct answer answer = { .status = 0 };
    const bool dry_run = args_has(args, "dry-run");
    if (!write_body(&body, args)) {
        buf_drop(&body);
        return EXIT_USAGE;
    }
    struct client *client = client_open(args_get(args, "db"), FILE_WRITE);
    enum exit_code exit_code = EXIT_FAILED;
    if (client != NULL &&
        client_ask(client, "POST",
                   dry_run ? STR("/inspection/book-job?dryRun=true") : STR("/inspection/book-job"),
                   args_get(args, "company"), buf_view(&body), &answer)) {
        exit_code = answer.status / 100 == 2 ? EXIT_DONE : answer_problem(&answer);
        if (args_has(args, "json"))
            answer_print(&answer);
        else if (exit_code == EXIT_DONE)
            print_booked(&answer, dry_run);
    }
    if (client != NULL)
        client_close(client);
    buf_drop(&answer.body);
    buf_drop(&body);
    return exit_code;
}

const struct command_spec command_book = {
    .name = "book",
    .summary = "Books an inspection, as staff, through the same door as everyone.",
    .operands = "",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .notes = "Exit code 4 when a rule or another booking is in the way.",
    .run = run,
};
