/* A way in: one thread accepts, and each connection goes to the loop that has fewest.
 *
 * The library's own pool lets the thread that wakes first take whatever waits: 32 connections
 * opened at once often all went to one thread, and the others stood idle for as long as those
 * connections lived (a third of the requests a second on two cores). So each loop is a daemon of
 * one thread without a listener, and connections are dealt out here.
 *
 * MHD_USE_TURBO reads and writes before it asks epoll and leaves out shutdown() before close().
 * Nothing here needs that shutdown: every answer is complete before its connection ends. It gave
 * 12-15 % more requests a second, and the tests of sleeping and stopping pass with and without. */
#include "http/door.h"

#include "http/listen.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum {
    /* The library keeps a connection's headers here, about 64 bytes of its own for each. A request
     * that does not fit is refused by the library itself (H6), so there is room to go over ours;
     * it is cleared after every request, so there is not much. */
    CONNECTION_MEMORY_BYTES = 40 * 1024,
    /* When nothing can be accepted, as with no descriptor left: clients wait in the backlog. */
    ACCEPT_PAUSE_MS = 20,
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
    const struct http_loop *const loop = cls;
    return exchange_make(loop->door, connection, str_from(target));
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
    return n_connections > door->connections_max ? CONNECTION_ABOVE_LIMIT : CONNECTION_OK;
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode what)
{
    struct http_loop *const loop = cls;
    struct http_door *const door = loop->door;
    server_lock(door->server);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        door->n_connections++;
    } else {
        door->n_connections--;
        loop->n_connections--;
    }
    const size_t n_connections = door->n_connections;
    server_unlock(door->server);
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        *socket_context = &marks[connection_judge(door, n_connections, connection)];
}

static unsigned threads_count(unsigned wanted)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (wanted == 0)
        wanted = cores < 1 ? 1 : (unsigned)cores;
    return wanted > HTTP_THREADS_MAX ? HTTP_THREADS_MAX : wanted;
}

static bool is_shut(const struct http_door *door)
{
    server_lock(door->server);
    const bool is_quiescing = door->server->is_quiescing;
    server_unlock(door->server);
    return is_quiescing;
}

/* Whether one more may come: what is above stays in the backlog, so that descriptors are left for
 * the other door and the store. */
static bool has_room(const struct http_door *door)
{
    size_t n = 0;
    server_lock(door->server);
    for (size_t i = 0; i < door->n_loops; i++)
        n += door->loops[i].n_connections;
    server_unlock(door->server);
    return n < (size_t)door->connections_max + HTTP_CONNECTIONS_SPARE;
}

/* The loop with the fewest; of equals the next in turn. A connection counts from here on: a loop
 * that is long in a handler has not yet taken what it was given. */
static struct http_loop *loop_choose(struct http_door *door, size_t turn)
{
    struct http_loop *chosen = &door->loops[turn % door->n_loops];
    server_lock(door->server);
    for (size_t i = 1; i < door->n_loops; i++) {
        struct http_loop *const loop = &door->loops[(turn + i) % door->n_loops];
        if (loop->n_connections < chosen->n_connections)
            chosen = loop;
    }
    chosen->n_connections++;
    server_unlock(door->server);
    return chosen;
}

/* The library closes what it does not take. */
static void hand_over(struct http_loop *loop, int client, const struct sockaddr_storage *peer,
                      socklen_t len)
{
    if (MHD_add_connection(loop->daemon, client, (const struct sockaddr *)peer, len) == MHD_YES)
        return;
    server_lock(loop->door->server);
    loop->n_connections--;
    server_unlock(loop->door->server);
}

/* Said once for each time that it begins. */
static void wait_for_room(const struct http_door *door, const char *cause, bool *told)
{
    struct log *const log = door->server->log;
    if (!*told && !is_shut(door))
        log->line(log, LOG_WARN, "no connection can be taken; clients wait", str_from(cause));
    *told = true;
    (void)poll(NULL, 0, ACCEPT_PAUSE_MS);
}

static void *accept_all(void *cls)
{
    struct http_door *const door = cls;
    bool told = false;
    for (size_t turn = 0; !is_shut(door);) {
        struct sockaddr_storage peer;
        socklen_t len;
        if (!has_room(door)) {
            wait_for_room(door, "there are as many as there may be", &told);
            continue;
        }
        const int client = listen_next(door->listener, &peer, &len);
        if (client >= 0) {
            hand_over(loop_choose(door, turn++), client, &peer, len);
            told = false;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            wait_for_room(door, strerror(errno), &told);
        }
    }
    return NULL;
}

static struct MHD_Daemon *loop_start(struct http_loop *loop)
{
    const struct http_server *const server = loop->door->server;
    const unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC |
                           MHD_USE_TURBO | MHD_USE_NO_LISTEN_SOCKET;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, loop, MHD_OPTION_CONNECTION_LIMIT,
        loop->door->connections_max + HTTP_CONNECTIONS_SPARE, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, server->idle_seconds,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, loop, MHD_OPTION_UNESCAPE_CALLBACK, on_unescape,
        NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, loop, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, loop, MHD_OPTION_END);
}

il_rc door_open(struct http_door *door, unsigned n_threads, struct il_err *reterr)
{
    n_threads = threads_count(n_threads);
    while (door->n_loops < n_threads) {
        struct http_loop *const loop = &door->loops[door->n_loops];
        loop->door = door;
        loop->daemon = loop_start(loop);
        if (loop->daemon == NULL)
            return il_fail(reterr, IL_IO, "http: the server threads did not start");
        door->n_loops++;
    }
    door->accepts = pthread_create(&door->acceptor, NULL, accept_all, door) == 0;
    return door->accepts ? IL_OK : il_fail(reterr, IL_IO, "http: nobody accepts connections");
}

void door_shut(struct http_door *door)
{
    /* The descriptor stays open until the threads are gone; clients are turned away now. */
    (void)shutdown(door->listener, SHUT_RDWR);
}

void door_close(struct http_door *door)
{
    if (door->accepts) {
        const int rc = pthread_join(door->acceptor, NULL);
        assert(rc == 0);
    }
    for (size_t i = 0; i < door->n_loops; i++)
        MHD_stop_daemon(door->loops[i].daemon);
    (void)close(door->listener);
}
