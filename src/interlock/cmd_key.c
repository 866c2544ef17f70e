/* interlock key create. */
#include "cli.h"

static const struct option_spec options[] = {
    { "db", "FILE", "database file", true },
    { "company", "ID", "the company's _id", true },
    { "role", "ROLE", "admin, staff, inspector, readonly or online", true },
    { "name", "TEXT", "what the key is for", true },
    { "brand", "ID", "the brand it books for (an online key needs one if there are several)",
      false },
    { "allow", "override", "may override rules, with a reason (roles staff and admin)", false },
    { "json", NULL, "machine output", false },
};

static void add_text(struct json *j, const struct args *args, const char *name)
{
    const char *value = args_get(args, name);
    if (value != NULL)
        json_put_str(j, name, str_from(value));
}

static void print_secret(const struct answer *answer)
{
    struct arena arena = arena_make(1 << 20);
    struct json_reader reader;
    struct il_err err;
    if (json_reader_open(&reader, &arena, buf_view(&answer->body), &err) == IL_OK) {
        struct json_obj root = json_root(&reader);
        const struct str secret = json_get_str(&root, "secret", 200);
        (void)printf("%.*s\n", STR_ARG(secret));
        (void)fprintf(stderr, "This is the only time the secret is shown.\n");
        json_reader_drop(&reader);
    }
    arena_drop(&arena);
}

static enum exit_code run(const struct args *args)
{
    struct buf body = { 0 };
    struct answer answer = { .status = 0 };
    struct json j = json_begin(&body);
    json_start_object(&j);
    add_text(&j, args, "role");
    add_text(&j, args, "name");
    add_text(&j, args, "brand");
    add_text(&j, args, "allow");
    json_end_object(&j);
    struct client *client = client_open(args_get(args, "db"), FILE_WRITE);
    enum exit_code exit_code = EXIT_FAILED;
    if (client != NULL && client_ask(client, "POST", STR("/local/keys"), args_get(args, "company"),
                                     buf_view(&body), &answer)) {
        exit_code = answer.status == 201 ? EXIT_DONE : answer_problem(&answer);
        if (exit_code == EXIT_DONE && args_has(args, "json"))
            answer_print(&answer);
        else if (exit_code == EXIT_DONE)
            print_secret(&answer);
    }
    if (client != NULL)
        client_close(client);
    buf_drop(&answer.body);
    buf_drop(&body);
    return exit_code;
}

const struct command_spec command_key_create = {
    .name = "key create",
    .summary = "Makes an API key and prints its secret, once.",
    .operands = "",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .notes = "Works beside a running server; the key is valid at once.",
    .run = run,
};
