/* interlock key create, list, revoke, rotate. */
#include "cli.h"

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
static const struct option_spec key_options[] = { DB, COMPANY, AS_JSON };
static const struct option_spec rotate_options[] = {
    DB,
    COMPANY,
    { "grace", "SECONDS", "how long the old secret stays valid, default 0: it ends at once",
      false },
    AS_JSON,
};

static const int64_t grace_s_max = INT64_C(30) * 86400;

/* One request, and what stands for its answer: the body as it is with --json. */
struct asking {
    const struct args *args;
    const char *method;
    const char *path;
    struct str body;
    enum file_use use;
    int status; /* that means done */
    void (*print)(const struct answer *answer);
};

static enum exit_code ask(const struct asking *asking)
{
    struct answer answer = { .status = 0 };
    struct client *client = client_open(args_get(asking->args, "db"), asking->use);
    enum exit_code exit_code = EXIT_FAILED;
    if (client == NULL)
        return exit_code;
    if (client_ask(client, asking->method, str_from(asking->path),
                   args_get(asking->args, "company"), asking->body, &answer)) {
        exit_code = answer.status == asking->status ? EXIT_DONE : answer_problem(&answer);
        if (exit_code == EXIT_DONE && args_has(asking->args, "json"))
            answer_print(&answer);
        else if (exit_code == EXIT_DONE)
            asking->print(&answer);
    }
    client_close(client);
    buf_drop(&answer.body);
    return exit_code;
}

/* ---- create ---- */

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
    const struct asking asking = { .args = args,
                                   .method = "POST",
                                   .path = "/local/keys",
                                   .body = buf_view(&body),
                                   .use = FILE_WRITE,
                                   .status = 201,
                                   .print = print_secret };
    const enum exit_code exit_code = ask(&asking);
    buf_drop(&body);
    return exit_code;
}

/* ---- list ---- */

static void print_key(struct json_obj *key)
{
    const struct str id = json_get_str(key, "_id", 100);
    const struct str role = json_get_str(key, "role", 20);
    const struct str state = json_get_str(key, "state", 20);
    const struct str brand = json_opt_str(key, "brand", ID_CHARS_MAX);
    const struct str name = json_get_str(key, "name", NAME_CHARS_MAX);
    (void)printf("%-16.*s %-10.*s %-7.*s %-12.*s %.*s\n", STR_ARG(id), STR_ARG(role),
                 STR_ARG(state), STR_ARG(brand.len > 0 ? brand : STR("-")), STR_ARG(name));
}

static void print_keys(const struct answer *answer)
{
    struct arena arena = arena_make(1 << 30);
    struct json_reader reader;
    struct il_err err;
    if (json_reader_open(&reader, &arena, buf_view(&answer->body), &err) == IL_OK) {
        struct json_obj root = json_root(&reader);
        struct json_arr keys = json_opt_arr(&root, "keys", JSON_ITEMS_MAX);
        (void)printf("%s%-16s %-10s %-7s %-12s %s%s\n", term_bold(), "KEY", "ROLE", "STATE",
                     "BRAND", "NAME", term_plain());
        for (size_t i = 0; i < keys.n; i++) {
            struct json_obj key = json_arr_obj(&keys, i);
            print_key(&key);
        }
        json_reader_drop(&reader);
    }
    arena_drop(&arena);
}

static enum exit_code run_list(const struct args *args)
{
    const struct asking asking = { .args = args,
                                   .method = "GET",
                                   .path = "/keys",
                                   .use = FILE_READ,
                                   .status = 200,
                                   .print = print_keys };
    return ask(&asking);
}

/* ---- revoke and rotate ---- */

static enum exit_code ask_of_key(struct asking *asking, const char *what)
{
    struct arena arena = arena_make(1 << 20);
    const struct str id = percent_encode(&arena, str_from(asking->args->operands[0]));
    asking->method = "POST";
    asking->path = str_print(&arena, "/keys/%.*s/%s", STR_ARG(id), what).at;
    asking->use = FILE_WRITE;
    const enum exit_code exit_code = ask(asking);
    arena_drop(&arena);
    return exit_code;
}

static void print_nothing(const struct answer *answer)
{
    (void)answer;
}

static enum exit_code run_revoke(const struct args *args)
{
    struct asking asking = { .args = args, .status = 200, .print = print_nothing };
    return ask_of_key(&asking, "revoke");
}

static enum exit_code run_rotate(const struct args *args)
{
    int64_t grace_s = 0;
    char body[64];
    if (!args_whole(args, "grace", 0, grace_s_max, &grace_s))
        return EXIT_USAGE;
    const int len = snprintf(body, sizeof body, "{\"graceSeconds\":%lld}", (long long)grace_s);
    struct asking asking = {
        .args = args, .body = { body, (size_t)len }, .status = 201, .print = print_secret
    };
    return ask_of_key(&asking, "rotate");
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

const struct command_spec command_key_list = {
    .name = "key list",
    .summary = "Lists API keys, ended ones too; never their secrets.",
    .operands = "",
    .options = key_options,
    .n_options = sizeof key_options / sizeof key_options[0],
    .run = run_list,
};

const struct command_spec command_key_revoke = {
    .name = "key revoke",
    .summary = "Ends an API key at once.",
    .operands = "KEY",
    .n_operands = 1,
    .options = key_options,
    .n_options = sizeof key_options / sizeof key_options[0],
    .notes =
        "KEY is its _id, as `interlock key list` shows it. Works beside a running server; streams "
        "that the key opened end too.",
    .run = run_revoke,
};

const struct command_spec command_key_rotate = {
    .name = "key rotate",
    .summary = "Replaces an API key: prints the new secret, once.",
    .operands = "KEY",
    .n_operands = 1,
    .options = rotate_options,
    .n_options = sizeof rotate_options / sizeof rotate_options[0],
    .notes = "The new key has an _id of its own and may do what the old one may.",
    .run = run_rotate,
};
