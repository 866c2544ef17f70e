/* From request to answer: route, key, input, permission; then the handler, the desk, the encoder.
 */
#include "meters.h"

#include "core/status.h"

#include <assert.h>
#include <string.h>

/* What a search can need, at the most that a company and a question may be (tests/core/test_large.c
 * measures the first line): 2,000 inspectors, any days and step, 2,000 slots of 8 people.
 *    1.2 MB  the search: a lane per inspector, a day's table, keys and teams for 2 * limit + 8192
 *    4.8 MB  who goes, rendered per slot: 9 names of 64 characters of 4 bytes, with their fields
 *    0.3 MB  scores, the digest's parts
 * The 409's two searches for 5 alternatives come to 1.3 MB. So 64 threads (http's most) with the
 * worst of questions hold 512 MB; with the largest company of usual names it is 100. */
enum { WORK_CEILING_BYTES = 8 * 1024 * 1024 };

/* ---- routing ---- */

/* "{}", or "{}.ics". */
static bool fits_name(struct str expected, struct str given)
{
    if (!str_starts(expected, STR("{}")) || given.len <= expected.len - 2)
        return false;
    const struct str end = { expected.at + 2, expected.len - 2 };
    return str_equal(end, (struct str){ given.at + given.len - end.len, end.len });
}

static bool path_matches(const char *pattern, struct str path, struct str segments[2])
{
    struct str want = str_from(pattern);
    size_t n = 0;
    if (path.len > 1 && path.at[path.len - 1] == '/')
        return false;
    while (want.len > 0 && path.len > 0) {
        const struct str expected = str_cut(&want, '/');
        const struct str given = str_cut(&path, '/');
        if (fits_name(expected, given))
            segments[n++] = (struct str){ given.at, given.len - (expected.len - 2) };
        else if (!str_equal(expected, given))
            return false;
    }
    return want.len == 0 && path.len == 0;
}

static struct str unversioned(struct str path)
{
    if (str_starts(path, STR("/v1/")))
        return (struct str){ path.at + 3, path.len - 3 };
    return path;
}

static bool is_served(const struct call *call, const struct route *route)
{
    return !route->is_local || call->request->from_local_socket;
}

/* A fixed path is no thing's name: /inspection/book-job is never an inspection, whatever the
 * method. */
static bool is_fixed_path(const struct call *call, struct str path)
{
    struct str segments[2];
    for (size_t i = 0; i < n_routes; i++) {
        if (strchr(routes[i].path, '{') == NULL && is_served(call, &routes[i]) &&
            path_matches(routes[i].path, path, segments))
            return true;
    }
    return false;
}

static bool route_find(struct call *call)
{
    const struct str path = unversioned(call->request->path);
    const bool fixed = is_fixed_path(call, path);
    struct buf allowed = { 0 };
    for (size_t i = 0; i < n_routes; i++) {
        struct str segments[2] = { { "", 0 }, { "", 0 } };
        const struct route *r = &routes[i];
        if (!is_served(call, r) || (fixed && strchr(r->path, '{') != NULL) ||
            !path_matches(r->path, path, segments))
            continue;
        if (!str_equal(str_from(r->method), call->request->method)) {
            buf_print(&allowed, "%s%s", allowed.len > 0 ? ", " : "", r->method);
            continue;
        }
        call->route = r;
        memcpy(call->segments, segments, sizeof segments);
    }
    if (call->route == NULL && allowed.len > 0) {
        http_response_header(call->response, "Allow", str_copy(call->arena, buf_view(&allowed)));
        (void)answer_code(call, CODE_method_not_allowed, "", STR(""));
    } else if (call->route == NULL) {
        (void)answer_not_found(call);
    }
    buf_drop(&allowed);
    return call->route != NULL;
}

/* ---- who ---- */

static bool local_actor(struct call *call)
{
    call->company = http_header(call->request, "Interlock-Company", NULL);
    call->actor = (struct actor){
        .key_id = STR("cli"), .role = ROLE_ADMIN, .channel = STR("internal"), .may_override = true
    };
    return true;
}

static bool key_actor(struct call *call)
{
    struct il_err err;
    bool found = false;
    size_t count;
    struct str given = http_header(call->request, "Authorization", &count);
    const struct str scheme = str_cut(&given, ' ');
    enum role role;
    if (count == 1 && str_equal_words(scheme, STR("Bearer")) && given.len > 0) {
        const struct hash secret = hash_of(given);
        if (desk_find_key(call->api->desk, &secret, call->arena, &call->key, &found, &err) != IL_OK)
            return !answer_fault(call, &err);
    }
    if (!found || !role_parse(call->key.role, &role))
        return !answer_code(call, CODE_unauthorized, "", STR(""));
    call->company = call->key.company;
    call->actor = (struct actor){ .key_id = call->key.id,
                                  .role = role,
                                  .channel = role == ROLE_ONLINE ? STR("online") : STR("internal"),
                                  .brand = call->key.brand,
                                  .may_override = call->key.may_override };
    return true;
}

/* ---- input ---- */

static bool body_open(struct call *call)
{
    struct il_err err;
    const struct str type = http_header(call->request, "Content-Type", NULL);
    const struct str encoding = http_header(call->request, "Content-Encoding", NULL);
    if (call->request->body.len == 0)
        return !call->route->takes_body || !answer_code(call, CODE_body_required, "", STR(""));
    struct str media = type;
    media = str_cut(&media, ';');
    while (media.len > 0 && media.at[media.len - 1] == ' ')
        media.len--;
    if (!str_equal_words(media, STR("application/json")) || encoding.len > 0)
        return !answer_code(call, CODE_unsupported_media_type, "", STR(""));
    if (json_reader_open(&call->reader, call->arena, call->request->body, &err) != IL_OK)
        return !answer_fault(call, &err);
    call->has_reader = true;
    return true;
}

/* What the client says it can read; most say nothing or anything. */
static bool accept_is_good(struct call *call)
{
    /* The last two for what is no JSON: streams and metrics. */
    static const char *const good[] = { "*/*",
                                        "application/*",
                                        "application/json",
                                        "application/problem+json",
                                        "text/event-stream",
                                        "text/plain" };
    size_t count;
    struct str rest = http_header(call->request, "Accept", &count);
    if (rest.len == 0)
        return true;
    while (rest.len > 0) {
        struct str media = str_cut(&rest, ',');
        media = str_cut(&media, ';');
        while (media.len > 0 && media.at[0] == ' ')
            media = (struct str){ media.at + 1, media.len - 1 };
        while (media.len > 0 && media.at[media.len - 1] == ' ')
            media.len--;
        for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
            if (str_equal_words(media, str_from(good[i])))
                return true;
        }
    }
    return !answer_code(call, CODE_not_acceptable, "", STR(""));
}

static bool is_idempotency_key(struct str key)
{
    bool good = key.len >= 1 && key.len <= IDEMPOTENCY_KEY_CHARS;
    for (size_t i = 0; good && i < key.len; i++)
        good = key.at[i] >= 0x20 && key.at[i] < 0x7F;
    return good;
}

static struct hash request_hash(struct call *call)
{
    struct buf text = { 0 };
    buf_add_str(&text, call->request->method);
    buf_add_char(&text, '\n');
    buf_add_str(&text, unversioned(call->request->path));
    buf_add_char(&text, '\n');
    buf_add_str(&text, call->request->body);
    const struct hash hash = hash_of(buf_view(&text));
    buf_drop(&text);
    return hash;
}

static bool key_of_request(struct call *call)
{
    size_t count;
    const struct str key = http_header(call->request, "Idempotency-Key", &count);
    const struct str dry_run = query_get(call, "dryRun"); /* judged in query_is_good */
    call->dry_run = dry_run.len > 0 && !str_equal(dry_run, STR("false"));
    if (call->dry_run || (call->request->from_local_socket && count == 0))
        return true;
    if (count != 1 || !is_idempotency_key(key))
        return !answer_code(call, CODE_idempotency_key_required, "", STR(""));
    call->job.has_idempotency = true;
    call->job.idempotency_key = key;
    call->job.request = request_hash(call);
    return true;
}

/* A mutation takes one parameter. False: answered. */
static bool query_is_good(struct call *call)
{
    static const char *const known[] = { "dryRun" };
    return !call->route->needs_key ||
           (!query_is_wrong(call, known, 1) && query_flag(call, "dryRun", &call->dry_run));
}

static bool may(struct call *call)
{
    const unsigned who = status_step_known(call->route->kind) ? status_step_who(call->route->kind)
                                                              : call->route->roles;
    return (who >> call->actor.role & 1) != 0 ||
           !answer_code(call, CODE_not_permitted, "", STR(""));
}

static bool image_of(struct call *call)
{
    struct il_err err;
    if (desk_image(call->api->desk, call->company, &call->image, &err) != IL_OK)
        return !answer_fault(call, &err);
    if (call->image == NULL)
        return !answer_code(call, CODE_not_found, "", STR("There is no such company."));
    /* As decisions do: what is offered after the clock was set back must be bookable. */
    if (call->now < call->image->last_at)
        call->now = call->image->last_at;
    return true;
}

/* The server's own figures are of no company. */
static bool is_of_all(const struct call *call)
{
    return call->route->handle == metrics_handle && call->request->from_local_socket &&
           call->company.len == 0;
}

/* What was refused before it reached the desk, which judges a key by itself: the key's own story
 * comes before every fault but a body that cannot be read. */
static void judge_key(struct call *call)
{
    if (!call->job.has_idempotency || call->response->status == 400)
        return;
    const enum code code = desk_peek_key(call->api->desk, &call->job);
    if (code == CODE_NONE)
        return;
    call->response->n_headers = 0;
    (void)answer_code(call, code, "", STR(""));
}

/* True: answered. False: a job is ready to be submitted. */
static bool prepare(struct call *call)
{
    if (!route_find(call))
        return true;
    call->now = call->api->clock->now_s(call->api->clock);
    if (call->route->roles == 0)
        return call->route->handle(call);
    if (!(call->request->from_local_socket ? local_actor(call) : key_actor(call)))
        return true;
    if (!accept_is_good(call) || !body_open(call) ||
        (call->route->needs_key && !key_of_request(call)))
        return true;
    call->job.company = call->company;
    call->job.arena = call->arena;
    call->job.command.actor = call->actor;
    call->job.command.version = NOT_FOUND;
    call->job.context = call;
    call->has_job = may(call) && (is_of_all(call) || image_of(call)) && query_is_good(call) &&
                    !call->route->handle(call);
    if (!call->has_job)
        judge_key(call);
    return !call->has_job;
}

static void answer_job(struct call *call)
{
    if (call->job.code != CODE_NONE) {
        (void)answer_code(call, call->job.code, "", STR(""));
        return;
    }
    if (call->job.verdict.code != CODE_NONE) {
        answer_verdict(call);
        return;
    }
    if (call->job.replayed)
        http_response_header(call->response, "Idempotent-Replayed", STR("true"));
    call->route->encode(call);
    put_seq_header(call, call->job.seq);
}

static struct call *call_make(struct api *api, const struct http_request *request,
                              struct http_response *response)
{
    struct call *call = block_new(sizeof *call, NULL);
    call->api = api;
    call->request = request;
    call->response = response;
    call->arena = request->arena;
    call->work = arena_make(WORK_CEILING_BYTES);
    call->began_us = api->clock->monotonic_us(api->clock);
    return call;
}

/* It has its answer. */
static void call_drop(struct call *call)
{
    struct clock *clock = call->api->clock;
    meters_count(call->api->meters, call, clock->monotonic_us(clock) - call->began_us);
    if (call->has_reader)
        json_reader_drop(&call->reader);
    block_free(call->job.image);
    block_free(call->image);
    arena_drop(&call->work);
    block_free(call);
}

/* ---- with a server ---- */

static void job_done(struct desk_job *job)
{
    struct call *call = job->context;
    http_wake(call->exchange);
}

static bool handle(struct http_handler *handler, struct http_exchange *exchange,
                   const struct http_request *request, struct http_response *response)
{
    struct api *api = (struct api *)(void *)handler;
    struct call *call = call_make(api, request, response);
    _Static_assert(offsetof(struct api, handler) == 0, "the handler is the api");
    call->exchange = exchange;
    call->job.done = job_done;
    if (prepare(call)) {
        call_drop(call);
        return true;
    }
    if (call->dry_run) {
        desk_try(api->desk, &call->job);
    } else {
        http_set_state(exchange, call);
        if (desk_submit(api->desk, &call->job))
            return false;
    }
    answer_job(call);
    call_drop(call);
    return true;
}

static void finish(struct http_handler *handler, struct http_exchange *exchange,
                   const struct http_request *request, struct http_response *response)
{
    struct call *call = http_state(exchange);
    (void)handler;
    (void)request;
    call->response = response;
    answer_job(call);
    call_drop(call);
}

struct api api_make(struct desk *desk, struct clock *clock, struct log *log)
{
    return (struct api){
        .handler = { .handle = handle, .finish = finish },
        .desk = desk,
        .clock = clock,
        .log = log,
    };
}

/* ---- without one ---- */

void api_perform(struct api *api, const struct http_request *request,
                 struct http_response *response)
{
    struct call *call = call_make(api, request, response);
    if (!prepare(call)) {
        if (call->dry_run)
            desk_try(api->desk, &call->job);
        else
            desk_do(api->desk, &call->job);
        answer_job(call);
    }
    call_drop(call);
}
