/* One request and its answer; the laws stand in http/exchange.h. */
#include "http/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void http_set_state(struct http_exchange *exchange, void *state)
{
    exchange->state = state;
}

void *http_state(struct http_exchange *exchange)
{
    return exchange->state;
}

struct http_stats http_stats(struct http_exchange *exchange)
{
    struct http_server *const server = exchange->server;
    struct http_stats stats = { 0 };
    server_lock(server);
    for (size_t i = 0; i < server->n_doors; i++)
        stats.connections += server->doors[i].n_connections;
    stats.requests = server->n_live;
    stats.sleeping = server->n_pending;
    server_unlock(server);
    return stats;
}

struct http_exchange *exchange_make(struct http_door *door, struct MHD_Connection *connection,
                                    struct str target)
{
    struct arena arena = arena_make(EXCHANGE_ARENA_BYTES);
    struct http_exchange *const exchange = arena_new(&arena, struct http_exchange);
    exchange->arena = arena;
    exchange->door = door;
    exchange->server = door->server;
    exchange->connection = connection;
    exchange->n_holders = 1;
    exchange->request.arena = &exchange->arena;
    exchange->request.from_local_socket = door->is_local;
    exchange->target_at = target.at;
    exchange->target_end = target.at + target.len;
    /* One byte over the limit is enough to refuse it. */
    if (target.len > HTTP_TARGET_BYTES)
        target.len = HTTP_TARGET_BYTES + 1;
    exchange->target = str_copy(&exchange->arena, target);

    server_lock(door->server);
    door->server->n_live++;
    server_unlock(door->server);
    return exchange;
}

static void exchange_release(struct http_exchange *exchange)
{
    struct http_server *const server = exchange->server;
    server_lock(server);
    const bool is_last = --exchange->n_holders == 0;
    server_unlock(server);
    if (!is_last)
        return;
    buf_drop(&exchange->body);
    struct arena arena = exchange->arena;
    arena_drop(&arena);
}

static void sleepers_add(struct http_server *server, struct http_exchange *exchange)
{
    exchange->older = server->sleepers;
    exchange->newer = NULL;
    if (server->sleepers != NULL)
        server->sleepers->newer = exchange;
    server->sleepers = exchange;
}

static void sleepers_remove(struct http_server *server, struct http_exchange *exchange)
{
    if (exchange->newer != NULL)
        exchange->newer->older = exchange->older;
    else
        server->sleepers = exchange->older;
    if (exchange->older != NULL)
        exchange->older->newer = exchange->newer;
}

static void body_free(void *at)
{
    struct buf body = { .own_at = at };
    buf_drop(&body);
}

/* NULL when a header cannot be sent; the body has been taken over either way. */
static struct MHD_Response *response_build(struct http_exchange *exchange,
                                           struct http_response *response)
{
    struct MHD_Response *const built =
        response->source != NULL ? source_answer(exchange, response->source)
                                 : MHD_create_response_from_buffer_with_free_callback(
                                       response->body.len, response->body.own_at, body_free);
    if (built == NULL)
        abort();
    if (response->source != NULL)
        buf_drop(&response->body);
    response->body = (struct buf){ 0 };
    for (size_t i = 0; i < response->n_headers; i++) {
        char name[128];
        const struct http_field *const field = &response->headers[i];
        assert(field->name.len < sizeof name);
        memcpy(name, field->name.at, field->name.len);
        name[field->name.len] = '\0';
        char *const value = malloc(field->value.len + 1);
        if (value == NULL)
            abort();
        if (field->value.len > 0)
            memcpy(value, field->value.at, field->value.len);
        value[field->value.len] = '\0';
        const bool is_sendable =
            field_is_clean(field) && MHD_add_response_header(built, name, value) == MHD_YES;
        free(value);
        if (is_sendable)
            continue;
        exchange->server->log->line(exchange->server->log, LOG_ERROR,
                                    "http: response header cannot be sent", field->name);
        MHD_destroy_response(built);
        return NULL;
    }
    return built;
}

static enum MHD_Result refuse(struct http_exchange *exchange, enum refusal refusal);

static enum MHD_Result answer(struct http_exchange *exchange, struct http_response *response)
{
    assert(response->status >= 200 && response->status <= 599);
    const bool has_no_end = response->source != NULL;
    struct MHD_Response *const built = response_build(exchange, response);
    if (built == NULL)
        return refuse(exchange, REFUSAL_RESPONSE);
    /* The library ends also the chunks that it leaves away: no answer may stand behind that. */
    if (exchange->is_head && has_no_end &&
        MHD_add_response_header(built, "Connection", "close") != MHD_YES)
        abort();
    const enum MHD_Result queued =
        MHD_queue_response(exchange->connection, (unsigned)response->status, built);
    MHD_destroy_response(built);
    return queued;
}

static enum MHD_Result refuse(struct http_exchange *exchange, enum refusal refusal)
{
    struct http_response response = { 0 };
    refusal_fill(refusal, &response);
    return answer(exchange, &response);
}

/* The library takes no answer while a body comes in. Nothing of this exchange has been written
 * yet and what fits an empty socket buffer cannot block, so the refusal goes out by hand. A
 * client that does not take it is cut off all the same. */
static enum MHD_Result refuse_in_body(struct http_exchange *exchange, enum refusal refusal)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct buf wire = { 0 };
    refusal_wire(refusal, &wire);
    if (info != NULL)
        (void)send(info->connect_fd, wire.own_at, wire.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    buf_drop(&wire);
    return MHD_NO;
}

struct header_list {
    struct arena *arena;
    struct http_field *fields;
    size_t n;
    size_t bytes; /* name, value, and what the library skipped between them */
    enum refusal refusal;
};

static struct str trimmed(struct str s)
{
    while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* The library takes "chunked " for a coding it does not know and reads on without an end. */
static bool field_frames_body(const struct http_field *field)
{
    const struct http_request one = { .headers = field, .n_headers = 1 };
    size_t n_codings = 0;
    size_t n_lengths = 0;
    (void)http_header(&one, "Transfer-Encoding", &n_codings);
    (void)http_header(&one, "Content-Length", &n_lengths);
    return n_codings + n_lengths > 0;
}

static enum MHD_Result header_take(void *cls, enum MHD_ValueKind kind, const char *key,
                                   size_t key_size, const char *value, size_t value_size)
{
    struct header_list *const list = cls;
    (void)kind;
    /* A folded line has been moved, so its parts are far apart. */
    const size_t name_and_blanks = (size_t)(value - key);
    if (name_and_blanks > key_size + HTTP_HEADER_BLOCK_BYTES) {
        list->refusal = REFUSAL_HEADER_BYTES;
        return MHD_NO;
    }
    list->bytes += name_and_blanks + value_size + sizeof "\r\n" - 1;
    if (list->n == HTTP_HEADERS_MAX || list->bytes > HTTP_HEADER_BLOCK_BYTES) {
        list->refusal = REFUSAL_HEADERS_SIZE;
        return MHD_NO;
    }
    struct http_field *const field = &list->fields[list->n++];
    field->name = str_copy(list->arena, (struct str){ key, key_size });
    field->value = str_copy(list->arena, trimmed((struct str){ value, value_size }));
    if (field->value.len < value_size && field_frames_body(field)) {
        list->refusal = REFUSAL_FRAMING;
        return MHD_NO;
    }
    if (!field_is_clean(field)) {
        list->refusal = REFUSAL_HEADER_BYTES;
        return MHD_NO;
    }
    return MHD_YES;
}

/* The library hands on C strings, cut at the first NUL, joins folded lines, trims blanks and takes
 * a bare line feed for a line end; each lets two parsers see two requests. It parses in place, so
 * what it left out shows as a gap between the parts of the request line, or as a difference between
 * the bytes of the lines that we were given and of the block that it counted. */
static bool bytes_are_hidden(const struct http_exchange *exchange, const char *method,
                             const char *version, size_t header_bytes)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    const size_t line_bytes = (size_t)(version - method) + strlen(version) + sizeof "\r\n" - 1;
    return exchange->target_at != method + strlen(method) + 1 ||
           version != exchange->target_end + 1 || info == NULL ||
           info->header_size != line_bytes + header_bytes + sizeof "\r\n" - 1;
}

static enum refusal headers_read(struct http_exchange *exchange, const char *method,
                                 const char *version)
{
    struct header_list list = { .arena = &exchange->arena };
    list.fields = arena_array(&exchange->arena, struct http_field, HTTP_HEADERS_MAX);
    (void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, header_take, &list);
    exchange->request.headers = list.fields;
    exchange->request.n_headers = list.n;
    if (list.refusal == REFUSAL_NONE && bytes_are_hidden(exchange, method, version, list.bytes))
        return REFUSAL_HEADER_BYTES;
    return list.refusal;
}

enum connection_mark connection_mark(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    const enum connection_mark *const mark = info == NULL ? NULL : info->socket_context;
    return mark == NULL ? CONNECTION_OK : *mark;
}

static enum refusal admission_check(struct http_exchange *exchange)
{
    const enum connection_mark mark = connection_mark(exchange->connection);
    if (mark == CONNECTION_STRANGER)
        return REFUSAL_PEER;
    if (mark == CONNECTION_ABOVE_LIMIT)
        return REFUSAL_FULL;
    server_lock(exchange->server);
    const bool is_quiescing = exchange->server->is_quiescing;
    server_unlock(exchange->server);
    return is_quiescing ? REFUSAL_STOPPING : REFUSAL_NONE;
}

/* Everything that can be known before the body; the first fault wins. */
static enum refusal request_read(struct http_exchange *exchange, const char *method,
                                 const char *version)
{
    const struct str name = str_from(method);
    enum refusal refusal = admission_check(exchange);
    if (refusal == REFUSAL_NONE)
        refusal = method_check(name);
    if (refusal == REFUSAL_NONE)
        refusal = target_read(exchange->target, &exchange->request);
    if (refusal == REFUSAL_NONE)
        refusal = headers_read(exchange, method, version);
    if (refusal == REFUSAL_NONE)
        refusal = framing_check(&exchange->request, str_from(version), exchange->door->body_limit);
    /* The library leaves the body of an answer to HEAD away by itself. */
    exchange->is_head = str_equal(name, STR("HEAD"));
    exchange->request.method = str_copy(&exchange->arena, exchange->is_head ? STR("GET") : name);
    return refusal;
}

static enum MHD_Result finish(struct http_exchange *exchange)
{
    struct http_handler *const handler = exchange->server->handler;
    struct http_response response = { 0 };
    handler->finish(handler, exchange, &exchange->request, &response);
    exchange->finished = true;
    return answer(exchange, &response);
}

static void finish_unheard(struct http_exchange *exchange)
{
    struct http_handler *const handler = exchange->server->handler;
    struct http_response response = { 0 };
    handler->finish(handler, exchange, &exchange->request, &response);
    buf_drop(&response.body);
    if (response.source != NULL)
        response.source->drop(response.source);
}

static enum MHD_Result fall_asleep(struct http_exchange *exchange)
{
    struct http_server *const server = exchange->server;
    server_lock(server);
    const enum exchange_phase before = exchange->phase;
    if (before == PHASE_HANDLING && server->is_refusing) {
        exchange->phase = PHASE_LEFT;
        server->n_pending--;
    } else if (before == PHASE_HANDLING) {
        exchange->phase = PHASE_SLEEPING;
        sleepers_add(server, exchange);
        MHD_suspend_connection(exchange->connection);
    }
    const enum exchange_phase now = exchange->phase;
    server_unlock(server);
    /* From here on a sleeping exchange belongs to whoever wakes it. */
    if (now == PHASE_WOKEN)
        return finish(exchange);
    if (now == PHASE_LEFT)
        return refuse(exchange, REFUSAL_STOPPING);
    return MHD_YES;
}

static enum MHD_Result handle(struct http_exchange *exchange)
{
    struct http_server *const server = exchange->server;
    server_lock(server);
    const bool is_full = server->n_pending >= server->sleeping_max;
    if (!is_full) {
        /* The waker's share is taken before handle, because it may wake before handle returns. */
        exchange->phase = PHASE_HANDLING;
        exchange->n_holders++;
        server->n_holders++;
        server->n_pending++;
    }
    server_unlock(server);
    if (is_full)
        return refuse(exchange, REFUSAL_FULL);

    exchange->request.body = buf_view(&exchange->body);
    struct http_response response = { 0 };
    if (!server->handler->handle(server->handler, exchange, &exchange->request, &response))
        return fall_asleep(exchange);
    server_lock(server);
    assert(exchange->phase == PHASE_HANDLING);
    exchange->phase = PHASE_READING;
    exchange->n_holders--;
    server->n_holders--;
    server->n_pending--;
    server_unlock(server);
    return answer(exchange, &response);
}

void http_wake(struct http_exchange *exchange)
{
    struct http_server *const server = exchange->server;
    server_lock(server);
    const enum exchange_phase before = exchange->phase;
    assert(before == PHASE_HANDLING || before == PHASE_SLEEPING || before == PHASE_LEFT);
    if (before == PHASE_SLEEPING) {
        sleepers_remove(server, exchange);
        MHD_resume_connection(exchange->connection);
    }
    if (before != PHASE_LEFT)
        server->n_pending--;
    exchange->phase = before == PHASE_LEFT ? PHASE_ORPHAN : PHASE_WOKEN;
    server_unlock(server);
    if (before == PHASE_LEFT)
        finish_unheard(exchange);
    exchange_release(exchange);
    server_release(server);
}

void exchanges_refuse(struct http_server *server)
{
    server_lock(server);
    server->is_refusing = true;
    while (server->sleepers != NULL) {
        struct http_exchange *const exchange = server->sleepers;
        sleepers_remove(server, exchange);
        exchange->phase = PHASE_LEFT;
        server->n_pending--;
        MHD_resume_connection(exchange->connection);
    }
    server_unlock(server);
}

static enum MHD_Result body_take(struct http_exchange *exchange, struct str upload)
{
    if (upload.len > exchange->door->body_limit - exchange->body.len)
        return refuse_in_body(exchange, REFUSAL_BODY_SIZE);
    buf_add_str(&exchange->body, upload);
    return MHD_YES;
}

enum MHD_Result exchange_step(struct http_exchange *exchange, const char *method,
                              const char *version, struct str upload)
{
    if (!exchange->headers_read) {
        exchange->headers_read = true;
        const enum refusal refusal = request_read(exchange, method, version);
        return refusal == REFUSAL_NONE ? MHD_YES : refuse(exchange, refusal);
    }
    if (upload.len > 0)
        return body_take(exchange, upload);

    server_lock(exchange->server);
    const enum exchange_phase phase = exchange->phase;
    server_unlock(exchange->server);
    if (phase == PHASE_WOKEN)
        return finish(exchange);
    if (phase == PHASE_LEFT || phase == PHASE_ORPHAN)
        return refuse(exchange, REFUSAL_STOPPING);
    assert(phase == PHASE_READING);
    return handle(exchange);
}

void exchange_leave(struct http_exchange *exchange)
{
    struct http_server *const server = exchange->server;
    server_lock(server);
    if (exchange->phase == PHASE_SLEEPING) {
        sleepers_remove(server, exchange);
        exchange->phase = PHASE_LEFT;
        server->n_pending--;
    }
    const bool finish_is_due = exchange->phase == PHASE_WOKEN && !exchange->finished;
    server_unlock(server);
    if (finish_is_due)
        finish_unheard(exchange);
    exchange_release(exchange);
    server_lock(server);
    server->n_live--;
    pthread_cond_broadcast(&server->quiet);
    server_unlock(server);
}
