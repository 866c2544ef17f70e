/* interlock key create, list, show, revoke, rotate. */
#include "ask.h"

#include <jansson.h>

#define DB                                  \
    {                                       \
        "db", "FILE", "database file", true \
    }
#define COMPANY                                    \
    {                                              \
        "company", "ID", "the company's _id", true \
    }
#define AS_JSON                               \
    {                                         \
        "json", NULL, "machine output", false \
    }

static const struct option_spec create_options[] = {
    DB,
    COMPANY,
    { "role", "ROLE", "admin, staff, inspector, readonly or online", true },
    { "name", "TEXT", "what the key is for", true },
    { "brand", "ID", "the brand it books for (an online key needs one if there are several)",
      false },
    { "allow", "override", "may override rules, with a reason (roles staff and admin)", false },
    AS_JSON,
};
/* ---- create ---- */

static void add_text(struct json *j, const struct args *args, const char *name)
{
    const char *value = args_get(args, name);
    if (value != NULL)
        json_put_str(j, name, str_from(value));
}

/* The one time that it is said. */
static void print_secret(const struct json_t *root)
{
    const char *secret = json_string_value(json_object_get(root, "secret"));
    if (secret == NULL) {
        (void)puts("Nothing is kept; the key would be replaced.");
        return;
    }
    (void)puts(secret);
    (void)fprintf(stderr, "This is the only time the secret is shown.\n");
}

static void print_answer(const struct args *args, const struct answer *answer)
{
    json_error_t error;
    if (args_has(args, "json")) {
        answer_print(answer);
        return;
    }
    json_t *root = json_loadb(answer->body.own_at, answer->body.len, 0, &error);
    print_secret(root);
    json_decref(root);
}

static enum exit_code create(const struct args *args, struct str body)
{
    struct answer answer;
    enum exit_code exit_code = EXIT_FAILED;
    struct client *client = client_open(args_get(args, "db"), FILE_WRITE);
    if (client == NULL)
        return exit_code;
    if (client_ask(client, "POST", STR("/local/keys"), args_get(args, "company"), body, &answer)) {
        exit_code = answer.status == 201 ? EXIT_DONE : answer_problem(&answer);
        if (exit_code == EXIT_DONE)
            print_answer(args, &answer);
        buf_drop(&answer.body);
    }
    client_close(client);
    return exit_code;
}

static enum exit_code run_create(const struct args *args)
{
    struct buf body = { 0 };
    struct json j = json_begin(&body);
    json_start_object(&j);
    add_text(&j, args, "role");
    add_text(&j, args, "name");
    add_text(&j, args, "brand");
    add_text(&j, args, "allow");
    json_end_object(&j);
    const enum exit_code exit_code = create(args, buf_view(&body));
    buf_drop(&body);
    return exit_code;
}

const struct command_spec command_key_create = {
    .name = "key create",
    .summary = "Makes an API key and prints its secret, once.",
    .operands = "",
    .options = create_options,
    .n_options = sizeof create_options / sizeof create_options[0],
    .notes = "Works beside a running server; the key is valid at once.",
    .run = run_create,
};

/* ---- the rest: a request each ---- */

static const struct request_spec list = {
    .method = "GET",
    .path = "/keys",
    .view = { .tables = { { .list = "keys",
                            .none = "There are no keys.",
                            COLUMNS({ "KEY", "_id" }, { "ROLE", "role" }, { "STATE", "state" },
                                    { "BRAND", "brand" }, { "NAME", "name" }) } } },
};

static const struct request_spec show = {
    .method = "GET",
    .path = "/keys/{}",
    .view = { .tables = { { .is_facts = true,
                            COLUMNS({ "Key", "key._id" }, { "Role", "key.role" },
                                    { "Name", "key.name" }, { "Brand", "key.brand" },
                                    { "Override", "key.override" }, { "State", "key.state" },
                                    { "Made at", "key.createdAt" },
                                    { "Ends at", "key.endsAt" }) } } },
};

static const struct request_spec revoke = {
    .method = "POST",
    .path = "/keys/{}/revoke",
    .view = { .says = "Ended key {key._id}: {key.role}, {key.name}" },
};

static const struct request_spec rotate = {
    .method = "POST",
    .path = "/keys/{}/rotate",
    .view = { .print = print_secret },
};

static const struct command_spec commands[] = {
    { .name = "key list",
      .summary = "Lists API keys, ended ones too; never their secrets.",
      .operands = "",
      .with = ASKS,
      .run = request_run,
      .request = &list },
    { .name = "key show",
      .summary = "Shows an API key; never its secret.",
      .operands = "KEY",
      .n_operands = 1,
      .with = ASKS,
      .run = request_run,
      .request = &show },
    { .name = "key revoke",
      .summary = "Ends an API key at once.",
      .operands = "KEY",
      .n_operands = 1,
      .with = CHANGES | WITH_REASON,
      .notes = "KEY is its _id, as `interlock key list` shows it. Works beside a running server;\n"
               "streams that the key opened end too.",
      .run = request_run,
      .request = &revoke },
    { .name = "key rotate",
      .summary = "Replaces an API key: prints the new secret, once.",
      .operands = "KEY",
      .n_operands = 1,
      OPTIONS({ "grace", "SECONDS",
                "how long the old secret stays valid, default 0: it ends at once", false }),
      .with = CHANGES | WITH_REASON,
      .notes = "The new key has an _id of its own and may do what the old one may.",
      .run = request_run,
      .request = &rotate },
};

const struct command_table commands_of_keys = { commands, sizeof commands / sizeof commands[0] };
