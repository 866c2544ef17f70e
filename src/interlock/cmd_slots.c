/* interlock slots. */
#include "cli.h"

#include <string.h>

static const struct option_spec options[] = {
    { "db", "FILE", "database file", true },
    { "company", "ID", "the company's _id", true },
    { "services", "A,B", "services, or use --minutes", false },
    { "minutes", "N", "length of the visit instead of services", false },
    { "from", "DATE", "first day, default today in the company's zone", false },
    { "days", "N", "how many days, default 14, at most 62", false },
    { "inspectors", "A,B", "only these", false },
    { "requested-inspector", "ID", "ranked first", false },
    { "lat", "DEG", "the property's latitude", false },
    { "lng", "DEG", "the property's longitude", false },
    { "square-feet", "N", "the property's size", false },
    { "year-built", "N", "the property's age", false },
    { "brand", "ID", "whose rules", false },
    { "inspector-count", "N", "inspectors per visit", false },
    { "group", "inspector|time", "one line per inspector or per start", false },
    { "order", "optimal|time", "default time; with --json optimal", false },
    { "limit", "N", "most slots, default 200", false },
    { "json", NULL, "machine output", false },
};

struct named {
    const char *option, *parameter;
};

static const struct named parameters[] = {
    { "services", "services" },
    { "minutes", "minutes" },
    { "from", "from" },
    { "days", "days" },
    { "inspectors", "inspectors" },
    { "requested-inspector", "requestedInspector" },
    { "lat", "lat" },
    { "lng", "lng" },
    { "square-feet", "squareFeet" },
    { "year-built", "yearBuilt" },
    { "brand", "brand" },
    { "inspector-count", "inspectorCount" },
    { "group", "group" },
    { "order", "order" },
    { "limit", "limit" },
};

static struct str target_of(struct arena *arena, const struct args *args)
{
    struct str target = STR("/schedule/optimal-slots");
    char separator = '?';
    for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++) {
        const char *value = args_get(args, parameters[i].option);
        if (value == NULL)
            continue;
        const struct str encoded = percent_encode(arena, str_from(value));
        target = str_print(arena, "%.*s%c%s=%.*s", STR_ARG(target), separator,
                           parameters[i].parameter, STR_ARG(encoded));
        separator = '&';
    }
    /* A table is read day by day; the best first is for programs. */
    if (!args_has(args, "order") && !args_has(args, "json"))
        target = str_print(arena, "%.*s%corder=time", STR_ARG(target), separator);
    return target;
}

/* "2026-11-30 08:00" -> a heading per day, a line per slot. */
static void print_slots(struct json_obj *root)
{
    struct json_arr slots = json_opt_arr(root, "slots", SLOTS_LIMIT_MAX);
    const struct str zone = json_opt_str(root, "timezone", 100);
    struct str day = STR("");
    (void)printf("%s%zu slots%s of %lld minutes, times in %.*s\n", term_bold(), slots.n,
                 term_plain(), (long long)json_opt_int(root, "durationMinutes", 0, INT64_MAX, 0),
                 STR_ARG(zone));
    for (size_t i = 0; i < slots.n; i++) {
        struct json_obj s = json_arr_obj(&slots, i);
        struct str time = json_get_str(&s, "local", 20);
        const struct strs who = json_opt_strs(&s, "inspectors", SLOT_INSPECTORS_MAX, 100);
        const struct str date = str_cut(&time, ' ');
        if (!str_equal(date, day))
            (void)printf("\n%s%.*s%s\n", term_bold(), STR_ARG(date), term_plain());
        day = date;
        (void)printf("  %.*s ", STR_ARG(time));
        for (size_t k = 0; k < who.n; k++)
            (void)printf("%s %.*s", k > 0 ? "," : "", STR_ARG(who.at[k]));
        (void)printf("\n");
    }
}

static enum exit_code run(const struct args *args)
{
    struct arena arena = arena_make(1 << 26);
    struct answer answer = { .status = 0 };
    struct json_reader reader;
    struct il_err err;
    struct client *client = client_open(args_get(args, "db"), FILE_READ);
    enum exit_code exit_code = EXIT_FAILED;
    if (client != NULL && client_ask(client, "GET", target_of(&arena, args),
                                     args_get(args, "company"), STR(""), &answer)) {
        exit_code = answer.status == 200 ? EXIT_DONE : answer_problem(&answer);
        if (exit_code == EXIT_DONE && args_has(args, "json")) {
            answer_print(&answer);
        } else if (exit_code == EXIT_DONE &&
                   json_reader_open(&reader, &arena, buf_view(&answer.body), &err) == IL_OK) {
            struct json_obj root = json_root(&reader);
            print_slots(&root);
            json_reader_drop(&reader);
        }
    }
    if (client != NULL)
        client_close(client);
    buf_drop(&answer.body);
    arena_drop(&arena);
    return exit_code;
}

const struct command_spec command_slots = {
    .name = "slots",
    .summary = "Lists the times that can be booked.",
    .operands = "",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .run = run,
};
