/* One request from the command line to an answer that is read: every command of a table runs here.
 */
#include "ask.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_ARENA_BYTES_MAX = 1 << 30, VERSION_CHARS = 24 };

struct asking {
    const struct args *args;
    const struct request_spec *request;
    struct client *client;
    struct arena arena;
    const char *if_match; /* NULL: none is sent */
    json_t *own_body;     /* NULL: none */
};

static json_t *parse(const struct answer *answer)
{
    json_error_t error;
    return json_loadb(answer->body.own_at, answer->body.len, 0, &error);
}

static enum exit_code send_it(struct asking *a, const char *method, struct str target,
                              struct answer *ret)
{
    const bool changes = strcmp(method, "GET") != 0 && a->own_body != NULL;
    char *body = changes ? json_dumps(a->own_body, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    const struct request request = { .method = method,
                                     .target = target,
                                     .company = args_get(a->args, "company"),
                                     .if_match = changes ? a->if_match : NULL,
                                     .hold = changes ? NULL : args_get(a->args, "hold"),
                                     .body = str_from(body) };
    enum exit_code exit_code = EXIT_FAILED;
    *ret = (struct answer){ .status = 0 };
    if (client_send(a->client, &request, ret))
        exit_code = ret->status / 100 == 2 ? EXIT_DONE : answer_problem(ret);
    free(body);
    return exit_code;
}

/* ---- which version ---- */

static enum exit_code read_version(struct asking *a)
{
    struct answer answer;
    const struct str target = request_stands(&a->arena, a->args);
    const enum exit_code exit_code = send_it(a, "GET", target, &answer);
    if (exit_code == EXIT_DONE) {
        json_t *root = parse(&answer);
        const json_int_t version = json_integer_value(view_find(root, a->request->stands_at));
        (void)json_object_set_new(a->own_body, "version", json_integer(version));
        complain("version %lld stands and is the one that is changed", (long long)version);
        json_decref(root);
    }
    buf_drop(&answer.body);
    return exit_code;
}

static enum exit_code choose_version(struct asking *a)
{
    int64_t version = 0;
    if (!args_whole(a->args, "version", 1, INT64_MAX, &version))
        return EXIT_USAGE;
    if (version > 0)
        (void)json_object_set_new(a->own_body, "version", json_integer(version));
    if (version > 0 || json_object_get(a->own_body, "version") != NULL)
        return EXIT_DONE;
    if (a->request->takes_any_version)
        a->if_match = "*";
    return a->request->stands_path == NULL ? EXIT_DONE : read_version(a);
}

/* ---- pages ---- */

/* Page after page into one object like the first, of which the last has no next. */
static enum exit_code join_pages(struct asking *a, json_t *root)
{
    json_t *all = json_object_get(root, a->request->pages);
    enum exit_code exit_code = EXIT_DONE;
    while (exit_code == EXIT_DONE && json_is_string(json_object_get(root, "next"))) {
        struct answer answer;
        const struct str target =
            request_target(&a->arena, a->args, json_string_value(json_object_get(root, "next")));
        exit_code = send_it(a, "GET", target, &answer);
        json_t *page = exit_code == EXIT_DONE ? parse(&answer) : NULL;
        if (page != NULL) {
            (void)json_array_extend(all, json_object_get(page, a->request->pages));
            (void)json_object_set(root, "next", json_object_get(page, "next"));
        }
        json_decref(page);
        buf_drop(&answer.body);
    }
    return exit_code;
}

/* ---- the answer ---- */

static enum exit_code show_pages(struct asking *a, json_t *root, bool as_json)
{
    struct progress *progress = progress_start("Reading");
    const enum exit_code exit_code = join_pages(a, root);
    progress_end(progress);
    if (exit_code == EXIT_DONE && as_json) {
        (void)json_dumpf(root, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
        (void)fputc('\n', stdout);
    } else if (exit_code == EXIT_DONE) {
        view_print(&a->request->view, root, false);
    }
    return exit_code;
}

static enum exit_code show(struct asking *a, const struct answer *answer)
{
    const bool as_json = args_has(a->args, "json");
    if (args_has(a->args, "all")) {
        json_t *root = parse(answer);
        const enum exit_code exit_code = show_pages(a, root, as_json);
        json_decref(root);
        return exit_code;
    }
    if (as_json && answer->body.len > 0) {
        answer_print(answer);
    } else if (!as_json) {
        json_t *root = answer->body.len > 0 ? parse(answer) : json_object();
        view_print(&a->request->view, root, args_has(a->args, "dry-run"));
        json_decref(root);
    }
    return EXIT_DONE;
}

static enum exit_code ask(struct asking *a)
{
    struct answer answer;
    enum exit_code exit_code = choose_version(a);
    if (exit_code != EXIT_DONE)
        return exit_code;
    const struct str target = request_target(&a->arena, a->args, args_get(a->args, "cursor"));
    exit_code = send_it(a, a->request->method, target, &answer);
    if (exit_code == EXIT_DONE)
        exit_code = show(a, &answer);
    else if (args_has(a->args, "json") && answer.body.len > 0)
        answer_print(&answer);
    buf_drop(&answer.body);
    return exit_code;
}

enum exit_code request_run(const struct args *args)
{
    struct asking a = { .args = args, .request = args->command->request };
    const bool reads = strcmp(a.request->method, "GET") == 0 || args_has(args, "dry-run");
    enum exit_code exit_code = EXIT_FAILED;
    if (!request_body(args, &a.own_body))
        return EXIT_USAGE;
    a.arena = arena_make(ASK_ARENA_BYTES_MAX);
    a.client = client_open(args_get(args, "db"), reads ? FILE_READ : FILE_WRITE);
    if (a.client != NULL) {
        exit_code = ask(&a);
        client_close(a.client);
    }
    arena_drop(&a.arena);
    json_decref(a.own_body);
    return exit_code;
}
