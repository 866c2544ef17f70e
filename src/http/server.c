/* Start, quiesce and stop; the library's callbacks lead from here into exchange.c.
 *
 * MHD_USE_TURBO reads and writes before it asks epoll and leaves out shutdown() before close().
 * Nothing here needs that shutdown: every answer is complete before its connection ends. It gave
 * 12-15 % more requests a second, and the tests of sleeping and stopping pass with and without. */
#include "http/exchange.h"
#include "http/listen.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    /* The library keeps a connection's headers here, about 64 bytes of its own for each. A request
     * that does not fit is refused by the library itself (H6), so there is room to go over ours. */
    CONNECTION_MEMORY_BYTES = 64 * 1024,
    /* Connections above ours that are still accepted, so that they can be told 503. */
    CONNECTIONS_SPARE = 256,
    DESCRIPTORS_SPARE = 256,
    THREADS_MAX = 64,
    SHUTDOWN_MS = 1000, /* for the 503s that http_stop itself causes */
};

static enum connection_mark marks[] = { CONNECTION_OK, CONNECTION_ABOVE_LIMIT,
                                        CONNECTION_STRANGER };

/* The library would decode in place and forgive; target_read decodes and does not. */
static size_t on_unescape(void *cls, struct MHD_Connection *connection, char *text)
{
    (void)cls;
    (void)connection;
    return strlen(text);
}

static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
    return exchange_make(cls, connection, str_from(target));
}

/* The parameters are the library's. NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **context)
{
    (void)cls;
    (void)connection;
    (void)url;
    assert(*context != NULL);
    const struct str bytes = { upload, *upload_len };
    *upload_len = 0;
    return exchange_step(*context, method, version, bytes);
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode how)
{
    (void)cls;
    (void)connection;
    (void)how;
    if (*context != NULL)
        exchange_leave(*context);
    *context = NULL;
}

static enum connection_mark connection_judge(const struct http_door *door, size_t n_connections,
                                             struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (door->is_local && (info == NULL || !peer_is_own(info->connect_fd)))
        return CONNECTION_STRANGER;
    return n_connections > door->server->connections_max ? CONNECTION_ABOVE_LIMIT : CONNECTION_OK;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    const struct http_door *const door = cls;
    struct http_server *const server = door->server;
    server_lock(server);
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        server->n_connections++;
    else
        server->n_connections--;
    const size_t n_connections = server->n_connections;
    server_unlock(server);
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        *socket_context = &marks[connection_judge(door, n_connections, connection)];
}

static unsigned threads_count(unsigned wanted)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (wanted == 0)
        wanted = cores < 1 ? 1 : (unsigned)cores;
    return wanted > THREADS_MAX ? THREADS_MAX : wanted;
}

static il_rc door_open(struct http_door *door, unsigned n_threads, struct il_err *reterr)
{
    struct http_server *const server = door->server;
    const unsigned flags =
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_TURBO;
    door->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, door, MHD_OPTION_LISTEN_SOCKET, door->listener,
        MHD_OPTION_THREAD_POOL_SIZE, n_threads, MHD_OPTION_CONNECTION_LIMIT,
        server->connections_max + CONNECTIONS_SPARE, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, server->idle_seconds,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, door, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, door, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, door, MHD_OPTION_END);
    if (door->daemon == NULL)
        return il_fail(reterr, IL_IO, "http: the server threads did not start");
    return IL_OK;
}

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
    *door = (struct http_door){
        .server = server, .listener = listener, .body_limit = body_limit, .is_local = is_local
    };
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
    return door_open(front, threads_count(options->threads), reterr);
}

il_rc http_start(const struct http_options *options, struct http_handler *handler, struct log *log,
                 struct http_server **ret, struct il_err *reterr)
{
    struct http_server *const server = server_make(options, handler, log);
    if (!descriptors_reserve(server->connections_max + CONNECTIONS_SPARE + DESCRIPTORS_SPARE))
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
    server_unlock(server);
    if (was_quiescing)
        return;
    for (size_t i = 0; i < server->n_doors; i++) {
        struct http_door *const door = &server->doors[i];
        if (door->daemon != NULL)
            (void)MHD_quiesce_daemon(door->daemon);
        /* The descriptor stays open until the threads are gone; clients are turned away now. */
        (void)shutdown(door->listener, SHUT_RDWR);
    }
}

/* Until the library knows no request any more, at most so long. */
static void quiet_wait(struct http_server *server, unsigned wait_ms)
{
    const int64_t end_ms = clock_system()->monotonic_ms(clock_system()) + wait_ms;
    const struct timespec end = { .tv_sec = (time_t)(end_ms / 1000),
                                  .tv_nsec = (long)(end_ms % 1000) * 1000000L };
    server_lock(server);
    while (server->n_live > 0 && pthread_cond_timedwait(&server->quiet, &server->lock, &end) == 0)
        continue;
    server_unlock(server);
}

void http_stop(struct http_server *server)
{
    if (server == NULL)
        return;
    http_quiesce(server);
    quiet_wait(server, server->stop_ms);
    exchanges_refuse(server);
    quiet_wait(server, SHUTDOWN_MS);
    for (size_t i = 0; i < server->n_doors; i++) {
        if (server->doors[i].daemon != NULL)
            MHD_stop_daemon(server->doors[i].daemon);
        (void)close(server->doors[i].listener);
    }
    if (server->own_socket_path != NULL)
        (void)unlink(server->own_socket_path);
    server_release(server);
}
