/* libinterlock: the API for a program that has it inside.
 *
 *  E1  Every answer is the API's own: nothing is decided or worded here.
 *  E2  What interlock.h declares is all that the library shows.
 *  E3  The library prints nothing and handles no signal; a line for the operator goes to the
 *      caller's function.
 *  E4  An answer stands by itself: it borrows neither from the request nor from the store. */
#include "interlock.h"

#include "api/api.h"
#include "base/block.h"
#include "base/hash.h"
#include "codec/zone_system.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { REQUEST_CEILING_BYTES = 1 << 30, MEMORY_USUAL_BYTES = 1 << 30 };

struct interlock {
    struct log log; /* the port: first, so that a line finds the rest */
    struct interlock_options options;
    struct desk *desk;
    struct api api;
};

struct answer {
    struct interlock_answer shown; /* first: it is what the caller holds */
    struct arena arena;
    struct buf body;
    struct http_field headers[sizeof(((struct http_response *)NULL)->headers) /
                              sizeof(struct http_field)]; /* their texts end with a NUL */
    size_t n_headers;
};

const char *interlock_version(void)
{
    return INTERLOCK_VERSION;
}

static void say(struct interlock_error *error, const struct il_err *err)
{
    if (error != NULL)
        (void)snprintf(error->text, sizeof error->text, "%s%s%s", err->field,
                       err->field[0] != '\0' ? ": " : "", err->text);
}

/* ---- opening ---- */

static void log_line(struct log *log, enum log_level level, const char *what, struct str detail)
{
    static const enum interlock_level levels[] = { INTERLOCK_INFO, INTERLOCK_WARN,
                                                   INTERLOCK_ERROR };
    const struct interlock *interlock = (const struct interlock *)(void *)log;
    char line[1024];
    _Static_assert(offsetof(struct interlock, log) == 0, "the log is the handle");
    if (interlock->options.log == NULL)
        return;
    (void)snprintf(line, sizeof line, "%s%s%.*s", what, detail.len > 0 ? ": " : "",
                   STR_ARG(detail));
    interlock->options.log(interlock->options.context, levels[level], line);
}

/* A shorter one is of an older header; what a longer one has more must say nothing. */
static il_rc options_read(const struct interlock_options *given, struct interlock_options *ret,
                          struct il_err *reterr)
{
    struct interlock_options own = { .size = sizeof own };
    if (given != NULL) {
        const unsigned char *bytes = (const unsigned char *)given;
        const size_t known = given->size < sizeof own ? given->size : sizeof own;
        if (known < sizeof own.size)
            return il_fail(reterr, IL_INVALID, "the options' size is not set");
        for (size_t i = sizeof own; i < given->size; i++) {
            if (bytes[i] != 0)
                return il_fail(reterr, IL_INVALID,
                               "the options are of a later version than this library, %s",
                               INTERLOCK_VERSION);
        }
        memcpy(&own, given, known);
    }
    if (own.memory_bytes == 0)
        own.memory_bytes = MEMORY_USUAL_BYTES;
    *ret = own;
    return IL_OK;
}

static il_rc store_of(const char *file, struct store **ret, struct il_err *reterr)
{
    const struct store_sqlite_options options = { .path = file, .discards_unused = true };
    return file == NULL ? store_memory_open(dice_system(), ret, reterr)
                        : store_sqlite_open(&options, dice_system(), ret, reterr);
}

static il_rc open_all(struct interlock *interlock, const char *file, struct il_err *reterr)
{
    struct desk_options options = { .clock = clock_system(),
                                    .dice = dice_system(),
                                    .log = &interlock->log,
                                    .zones = zone_source_system(),
                                    .memory_bytes = interlock->options.memory_bytes };
    TRY(store_of(file, &options.store, reterr));
    const il_rc rc = desk_open(&options, &interlock->desk, reterr);
    if (rc != IL_OK)
        store_close(options.store);
    else
        interlock->api = api_make(interlock->desk, options.clock, &interlock->log);
    return rc;
}

struct interlock *interlock_open(const char *file, const struct interlock_options *options,
                                 struct interlock_error *error)
{
    struct il_err err;
    struct interlock *interlock = block_new(sizeof *interlock, NULL);
    hash_start();
    interlock->log.line = log_line;
    il_rc rc = options_read(options, &interlock->options, &err);
    if (rc == IL_OK)
        rc = open_all(interlock, file, &err);
    if (rc == IL_OK)
        return interlock;
    say(error, &err);
    block_free(interlock);
    return NULL;
}

void interlock_close(struct interlock *interlock)
{
    if (interlock == NULL)
        return;
    desk_close(interlock->desk);
    block_free(interlock);
}

bool interlock_load(struct interlock *interlock, const char *document,
                    struct interlock_error *error)
{
    const struct actor actor = {
        .key_id = STR("cli"), .role = ROLE_ADMIN, .channel = STR("import"), .may_override = true
    };
    struct import_report report;
    struct il_err err;
    const il_rc rc = desk_import(interlock->desk, &actor, str_from(document),
                                 (struct import_options){ 0 }, &report, &err);
    if (rc != IL_OK)
        say(error, &err);
    return rc == IL_OK;
}

/* ---- asking ---- */

static void put_header(struct http_field *fields, size_t *n, const char *name, const char *value)
{
    if (*n <= HTTP_HEADERS_MAX)
        fields[(*n)++] = (struct http_field){ str_from(name), str_from(value) };
}

/* The first of a name counts, so a caller's Content-Type comes before ours. */
static void put_headers(struct http_request *request, const char *company,
                        const struct interlock_header *headers)
{
    struct http_field *fields =
        arena_array(request->arena, struct http_field, HTTP_HEADERS_MAX + 1);
    size_t n = 0;
    if (company != NULL)
        put_header(fields, &n, "Interlock-Company", company);
    for (size_t i = 0; headers != NULL && headers[i].name != NULL; i++)
        put_header(fields, &n, headers[i].name, headers[i].value);
    if (request->body.len > 0)
        put_header(fields, &n, "Content-Type", "application/json");
    request->headers = fields;
    request->n_headers = n;
}

/* E4. Takes the body over. */
static struct interlock_answer *answer_of(struct http_response *response, bool is_head)
{
    struct answer *answer = block_new(sizeof *answer, NULL);
    assert(response->source == NULL && "a stream needs a server");
    answer->arena = arena_make(REQUEST_CEILING_BYTES);
    for (size_t i = 0; i < response->n_headers; i++)
        answer->headers[answer->n_headers++] =
            (struct http_field){ str_copy(&answer->arena, response->headers[i].name),
                                 str_copy(&answer->arena, response->headers[i].value) };
    answer->body = response->body;
    if (is_head)
        buf_clear(&answer->body);
    answer->shown.status = response->status;
    answer->shown.body_bytes = answer->body.len;
    buf_add_char(&answer->body, '\0');
    answer->shown.body = answer->body.own_at;
    return &answer->shown;
}

struct interlock_answer *interlock_send(struct interlock *interlock, const char *company,
                                        const char *method, const char *target, const char *body,
                                        const struct interlock_header *headers)
{
    struct arena arena = arena_make(REQUEST_CEILING_BYTES);
    struct http_request request = { .method = str_from(method),
                                    .body = str_from(body),
                                    .arena = &arena };
    struct http_response response = { 0 };
    size_t n_keys;
    put_headers(&request, company, headers);
    (void)http_header(&request, "Authorization", &n_keys);
    request.from_local_socket = n_keys == 0;
    const size_t body_limit =
        request.from_local_socket ? (size_t)DOCUMENT_BYTES_MAX : (size_t)HTTP_BODY_BYTES;
    if (http_request_read(&request, str_from(target), body_limit, &response))
        api_perform(&interlock->api, &request, &response);
    struct interlock_answer *answer =
        answer_of(&response, str_equal(str_from(method), STR("HEAD")));
    arena_drop(&arena);
    return answer;
}

struct interlock_answer *interlock_ask(struct interlock *interlock, const char *company,
                                       const char *method, const char *target, const char *body)
{
    return interlock_send(interlock, company, method, target, body, NULL);
}

const char *interlock_header(const struct interlock_answer *shown, const char *name)
{
    const struct answer *answer = (const struct answer *)(const void *)shown;
    _Static_assert(offsetof(struct answer, shown) == 0, "what is shown is the answer");
    for (size_t i = 0; i < answer->n_headers; i++) {
        if (str_equal_words(answer->headers[i].name, str_from(name)))
            return answer->headers[i].value.at;
    }
    return NULL;
}

void interlock_free(struct interlock_answer *shown)
{
    struct answer *answer = (struct answer *)(void *)shown;
    if (answer == NULL)
        return;
    buf_drop(&answer->body);
    arena_drop(&answer->arena);
    block_free(answer);
}
