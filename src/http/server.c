/* Start, quiesce and stop. */
#include "http/door.h"
#include "http/listen.h"
#include "http/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    DESCRIPTORS_SPARE = 256,
    SHUTDOWN_MS = 1000, /* for the 503s that http_stop itself causes */
    FAREWELL_MS = 500,  /* for clients of streams to read that they end */
};

static unsigned or_default(unsigned value, unsigned preset)
{
    return value == 0 ? preset : value;
}

static struct http_server *server_make(const struct http_options *options,
                                       struct http_handler *handler, struct log *log)
{
    struct http_server *const server = calloc(1, sizeof *server);
    if (server == NULL)
        abort();
    server->handler = handler;
    server->log = log;
    server->connections_max = or_default(options->connections_max, HTTP_CONNECTIONS_MAX);
    server->sleeping_max = or_default(options->sleeping_max, HTTP_SLEEPING_MAX);
    server->idle_seconds = or_default(options->idle_seconds, HTTP_IDLE_SECONDS);
    server->stop_ms = or_default(options->stop_ms, HTTP_STOP_MS);
    server->n_holders = 1;
    pthread_condattr_t monotonic;
    if (pthread_condattr_init(&monotonic) != 0 ||
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
        pthread_mutex_init(&server->lock, NULL) != 0 ||
        pthread_cond_init(&server->quiet, &monotonic) != 0)
        abort();
    pthread_condattr_destroy(&monotonic);
    return server;
}

void server_lock(struct http_server *server)
{
    const int rc = pthread_mutex_lock(&server->lock);
    assert(rc == 0);
}

void server_unlock(struct http_server *server)
{
    const int rc = pthread_mutex_unlock(&server->lock);
    assert(rc == 0);
}

void server_release(struct http_server *server)
{
    server_lock(server);
    const bool is_last = --server->n_holders == 0;
    server_unlock(server);
    if (!is_last)
        return;
    pthread_cond_destroy(&server->quiet);
    pthread_mutex_destroy(&server->lock);
    free(server->own_socket_path);
    free(server);
}

static struct http_door *door_add(struct http_server *server, int listener, size_t body_limit,
                                  bool is_local)
{
    assert(server->n_doors < HTTP_DOORS);
    struct http_door *const door = &server->doors[server->n_doors++];
    *door = (struct http_door){ .server = server,
                                .listener = listener,
                                .body_limit = body_limit,
                                .is_local = is_local,
                                .connections_max = server->connections_max };
    /* The office's own programs come in when the public has taken all it may. */
    if (is_local && door->connections_max > HTTP_PRIVATE_CONNECTIONS_MAX)
        door->connections_max = HTTP_PRIVATE_CONNECTIONS_MAX;
    return door;
}

static il_rc doors_open(struct http_server *server, const struct http_options *options,
                        struct il_err *reterr)
{
    int listener = -1;
    TRY(listen_loopback(options->host, options->port, &listener, &server->port, reterr));
    struct http_door *const front = door_add(server, listener, HTTP_BODY_BYTES, false);
    if (options->socket_path != NULL) {
        TRY(listen_private(options->socket_path, &listener, reterr));
        const size_t limit =
            options->local_body_bytes == 0 ? HTTP_BODY_BYTES : options->local_body_bytes;
        struct http_door *const side = door_add(server, listener, limit, true);
        server->own_socket_path = strdup(options->socket_path);
        if (server->own_socket_path == NULL)
            abort();
        TRY(door_open(side, 1, reterr));
    }
    return door_open(front, options->threads, reterr);
}

il_rc http_start(const struct http_options *options, struct http_handler *handler, struct log *log,
                 struct http_server **ret, struct il_err *reterr)
{
    struct http_server *const server = server_make(options, handler, log);
    if (!descriptors_reserve(server->connections_max + HTTP_PRIVATE_CONNECTIONS_MAX +
                             HTTP_DOORS * HTTP_CONNECTIONS_SPARE + DESCRIPTORS_SPARE))
        log->line(log, LOG_WARN, "http", STR("fewer open files allowed than connections"));
    const il_rc rc = doors_open(server, options, reterr);
    if (rc != IL_OK) {
        http_stop(server);
        return rc;
    }
    *ret = server;
    return IL_OK;
}

uint16_t http_port(const struct http_server *server)
{
    return server->port;
}

void http_quiesce(struct http_server *server)
{
    server_lock(server);
    const bool was_quiescing = server->is_quiescing;
    server->is_quiescing = true;
    streams_end(server);
    server_unlock(server);
    if (was_quiescing)
        return;
    for (size_t i = 0; i < server->n_doors; i++)
        door_shut(&server->doors[i]);
}

static bool has_requests(const struct http_server *server)
{
    return server->n_live > 0;
}

static bool has_streams(const struct http_server *server)
{
    return server->streams != NULL;
}

/* While there are such, at most so long. */
static void quiet_wait(struct http_server *server, bool (*has)(const struct http_server *),
                       unsigned wait_ms)
{
    const int64_t end_ms = clock_system()->monotonic_ms(clock_system()) + wait_ms;
    const struct timespec end = { .tv_sec = (time_t)(end_ms / 1000),
                                  .tv_nsec = (long)(end_ms % 1000) * 1000000L };
    server_lock(server);
    while (has(server) && pthread_cond_timedwait(&server->quiet, &server->lock, &end) == 0)
        continue;
    server_unlock(server);
}

static void streams_finish(struct http_server *server)
{
    quiet_wait(server, has_streams, FAREWELL_MS);
    server_lock(server);
    streams_cut(server);
    server_unlock(server);
}

void http_stop(struct http_server *server)
{
    if (server == NULL)
        return;
    http_quiesce(server);
    streams_finish(server);
    quiet_wait(server, has_requests, server->stop_ms);
    exchanges_refuse(server);
    quiet_wait(server, has_requests, SHUTDOWN_MS);
    for (size_t i = 0; i < server->n_doors; i++)
        door_close(&server->doors[i]);
    if (server->own_socket_path != NULL)
        (void)unlink(server->own_socket_path);
    server_release(server);
}
