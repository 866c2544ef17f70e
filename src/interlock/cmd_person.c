/* interlock person find, export, erase. */
#include "cli.h"

#define OPTIONS_WHO                                                                          \
    { "db", "FILE", "database file", true }, { "company", "ID", "the company's _id", true }, \
        { "order", "ID", "whose order this is: its number or _id", false },                  \
        { "email", "TEXT", "who is known by this email", false },                            \
        { "phone", "TEXT", "who is known by this phone number", false },                     \
    {                                                                                        \
        "name", "TEXT", "who is known by this name", false                                   \
    }

/* ---- asking ---- */

static void add_text(struct json *j, const struct args *args, const char *name)
{
    const char *value = args_get(args, name);
    if (value != NULL)
        json_put_str(j, name, str_from(value));
}

static void add_flag(struct json *j, const struct args *args, const char *name)
{
    if (args_has(args, name))
        json_put_bool(j, name, true);
}

/* One of order, email, phone and name; an empty one is none. */
static bool names_one(const struct args *args)
{
    static const char *const ways[] = { "order", "email", "phone", "name" };
    int n = 0;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        n += args_has(args, ways[i]) && args_get(args, ways[i])[0] != '\0';
    if (n != 1)
        complain("give one of --order, --email, --phone and --name; see `interlock %s --help`",
                 args->command->name);
    return n == 1;
}

static enum exit_code ask(const struct args *args, const char *target, enum file_use use,
                          struct answer *ret)
{
    struct buf body = { 0 };
    struct json j = json_begin(&body);
    json_start_object(&j);
    add_text(&j, args, "order");
    add_text(&j, args, "email");
    add_text(&j, args, "phone");
    add_text(&j, args, "name");
    add_text(&j, args, "reason");
    add_flag(&j, args, "agents");
    add_flag(&j, args, "ahead");
    json_end_object(&j);
    struct client *client = client_open(args_get(args, "db"), use);
    enum exit_code exit_code = EXIT_FAILED;
    if (client != NULL && client_ask(client, "POST", str_from(target), args_get(args, "company"),
                                     buf_view(&body), ret))
        exit_code = ret->status == 200 ? EXIT_DONE : answer_problem(ret);
    if (client != NULL)
        client_close(client);
    buf_drop(&body);
    return exit_code;
}

/* ---- telling ---- */

static void print_owner(struct json_obj *o, struct json_obj *order)
{
    const struct str inspector = json_opt_str(o, "_inspectorId", 100);
    if (inspector.len > 0) {
        (void)printf("inspector %.*s", STR_ARG(inspector));
        return;
    }
    const int64_t number = json_opt_int(order, "orderNumber", 0, INT64_MAX, 0);
    const struct str at = json_opt_str(order, "datetime", 40);
    (void)printf("order %lld of %.*s", (long long)number, STR_ARG(at));
}

static void print_found(struct json_obj *o)
{
    struct json_obj order = *o;
    struct json_obj held;
    struct json_obj client;
    const struct str as = json_opt_str(o, "as", 20);
    (void)json_opt_obj(o, "inspection", &order);
    (void)printf("  ");
    print_owner(o, &order);
    (void)printf(", as %.*s%s", STR_ARG(as),
                 json_opt_bool(o, "replacedSince", false) ? ", replaced since" : "");
    if (json_opt_bool(o, "erased", false))
        (void)printf(": erased");
    if (json_opt_obj(o, "held", &held)) {
        if (!json_opt_obj(&held, "client", &client))
            client = held;
        const struct str name = json_opt_str(&client, "name", 400);
        const struct str email = json_opt_str(&client, "email", 400);
        const struct str phone = json_opt_str(&client, "phone", 400);
        (void)printf(": %.*s %.*s %.*s", STR_ARG(name), STR_ARG(email), STR_ARG(phone));
    }
    (void)printf("\n");
}

static void print_list(struct json_obj *root, const char *name, const char *title, bool found)
{
    struct json_arr list = json_opt_arr(root, name, JSON_ITEMS_MAX);
    if (list.n == 0)
        return;
    (void)printf("%s%s%s (%zu)\n", term_bold(), title, term_plain(), list.n);
    for (size_t i = 0; i < list.n; i++) {
        struct json_obj o = json_arr_obj(&list, i);
        if (found) {
            print_found(&o);
            continue;
        }
        const struct str why = json_opt_str(&o, "why", 200);
        (void)printf("  ");
        print_owner(&o, &o);
        (void)printf("%s%s%.*s\n",
                     json_opt_bool(&o, "replacedSince", false) ? ", replaced since" : "",
                     why.len > 0 ? ": " : "", STR_ARG(why));
    }
}

static void print_answer(const struct answer *answer, bool found, bool erases)
{
    struct arena arena = arena_make(1 << 30);
    struct json_reader reader;
    struct il_err err;
    if (json_reader_open(&reader, &arena, buf_view(&answer->body), &err) == IL_OK) {
        struct json_obj root = json_root(&reader);
        if (found) {
            print_list(&root, "persons", "Held", true);
        } else {
            print_list(&root, "erased", erases ? "Erased" : "Would be erased", false);
            print_list(&root, "kept", "Kept", false);
        }
        json_reader_drop(&reader);
    }
    arena_drop(&arena);
}

/* ---- the commands ---- */

static const struct option_spec find_options[] = {
    OPTIONS_WHO,
    { "json", NULL, "machine output, as person export gives", false },
};

static enum exit_code run_find(const struct args *args)
{
    struct answer answer = { .status = 0 };
    if (!names_one(args))
        return EXIT_USAGE;
    const enum exit_code exit_code = ask(args, "/local/persons", FILE_READ, &answer);
    const bool plain = !args_has(args, "json") && args->command == &command_person_find;
    if (exit_code == EXIT_DONE && plain)
        print_answer(&answer, true, false);
    else if (exit_code == EXIT_DONE)
        answer_print(&answer);
    buf_drop(&answer.body);
    return exit_code;
}

const struct command_spec command_person_find = {
    .name = "person find",
    .group = GROUP_PEOPLE,
    .summary = "Lists what is held of one person: orders, and as whom they are named.",
    .operands = "",
    .options = find_options,
    .n_options = sizeof find_options / sizeof find_options[0],
    .notes =
        "An email, a phone number and a name are found however they are typed: case, blanks and\n"
        "punctuation do not matter. Exit code 5 when nothing is held.",
    .run = run_find,
};

static const struct option_spec export_options[] = {
    OPTIONS_WHO,
    { "json", NULL, "accepted: the answer is JSON", false },
};

const struct command_spec command_person_export = {
    .name = "person export",
    .group = GROUP_PEOPLE,
    .summary = "Writes all that is held of one person, with the orders it belongs to, as JSON.",
    .operands = "",
    .options = export_options,
    .n_options = sizeof export_options / sizeof export_options[0],
    .notes = "Look through it before it is handed out: an order also names its agents.",
    .run = run_find,
};

static const struct option_spec erase_options[] = {
    OPTIONS_WHO,
    { "reason", "TEXT", "why, for the journal: name nobody in it", true },
    { "yes", NULL, "do it; without, only what would be erased is listed", false },
    { "ahead", NULL, "also of orders that still lie ahead", false },
    { "agents", NULL, "also where they are an agent: the client's data there go with them", false },
    { "json", NULL, "machine output", false },
};

static enum exit_code run_erase(const struct args *args)
{
    struct answer answer = { .status = 0 };
    const bool yes = args_has(args, "yes");
    if (!names_one(args))
        return EXIT_USAGE;
    const enum exit_code exit_code =
        ask(args, yes ? "/local/persons/erase" : "/local/persons/erase?dryRun=true",
            yes ? FILE_WRITE : FILE_READ, &answer);
    if (exit_code == EXIT_DONE && args_has(args, "json"))
        answer_print(&answer);
    else if (exit_code == EXIT_DONE)
        print_answer(&answer, false, yes);
    buf_drop(&answer.body);
    if (exit_code == EXIT_DONE && !yes) {
        complain("nothing was erased: give --yes to do it");
        return EXIT_USAGE;
    }
    return exit_code;
}

const struct command_spec command_person_erase = {
    .name = "person erase",
    .group = GROUP_PEOPLE,
    .summary = "Erases what is held of one person; their orders stay, without them.",
    .operands = "",
    .options = erase_options,
    .n_options = sizeof erase_options / sizeof erase_options[0],
    .notes =
        "Client, agents, address and notes of the orders go, from the file and from its log. The\n"
        "journal says that they were erased, when and why, and stays whole: it never held them.\n"
        "It keeps the coordinates, size and age of the house. What is kept is listed with the\n"
        "reason. Backups and exports made before still hold everything, and an import of an\n"
        "older document brings it back.",
    .run = run_erase,
};
