/* Bodies without an end; the law stands in http/stream.h. */
#include "http/stream.h"

#include "http/door.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    BLOCK_BYTES = 2048,
    KEPT_BYTES = 4096, /* what an idle stream keeps of its buffer */
    /* What the kernel keeps for a client that does not read; by itself it would grow to megabytes
     * for each. */
    SEND_BUFFER_BYTES = 64 * 1024,
};

struct http_stream {
    struct http_server *server;
    struct MHD_Connection *connection;
    struct http_source *source;
    struct buf out; /* pulled; the first `sent` bytes are the library's */
    size_t sent;
    bool has_ended; /* nothing more will be pulled */

    /* Under the server's lock. */
    bool is_asleep; /* the connection is suspended */
    bool is_wanted; /* woken since the last pull began */
    int socket_fd;
    struct http_stream *newer, *older;
};

static void streams_add(struct http_stream *s)
{
    struct http_server *const server = s->server;
    server_lock(server);
    s->older = server->streams;
    if (s->older != NULL)
        s->older->newer = s;
    server->streams = s;
    server_unlock(server);
}

static void streams_remove(struct http_stream *s)
{
    struct http_server *const server = s->server;
    server_lock(server);
    if (s->newer != NULL)
        s->newer->older = s->older;
    else
        server->streams = s->older;
    if (s->older != NULL)
        s->older->newer = s->newer;
    pthread_cond_broadcast(&server->quiet);
    server_unlock(server);
}

static void on_free(void *cls)
{
    struct http_stream *const s = cls;
    streams_remove(s);
    s->source->drop(s->source);
    buf_drop(&s->out);
    free(s);
}

/* Lock held. */
static void wake(struct http_stream *s)
{
    s->is_wanted = true;
    if (!s->is_asleep)
        return;
    s->is_asleep = false;
    MHD_resume_connection(s->connection);
}

void http_source_wake(struct http_source *source)
{
    struct http_stream *const s = source->stream;
    assert(s != NULL && "a source is woken after its first pull");
    server_lock(s->server);
    wake(s);
    server_unlock(s->server);
}

/* Fills the buffer when it is empty. */
static void refill(struct http_stream *s)
{
    server_lock(s->server);
    s->is_wanted = false;
    s->has_ended = s->has_ended || s->server->is_quiescing;
    server_unlock(s->server);
    if (s->out.room > KEPT_BYTES)
        buf_drop(&s->out);
    buf_clear(&s->out);
    s->sent = 0;
    if (!s->has_ended)
        s->has_ended = !s->source->pull(s->source, &s->out);
}

/* Suspends in the critical section in which it sees that nobody has woken it since the pull. */
static bool falls_asleep(struct http_stream *s)
{
    server_lock(s->server);
    s->is_asleep = !s->is_wanted && !s->server->is_quiescing;
    if (s->is_asleep)
        MHD_suspend_connection(s->connection);
    const bool asleep = s->is_asleep;
    server_unlock(s->server);
    return asleep;
}

static ssize_t on_read(void *cls, uint64_t position, char *at, size_t max)
{
    struct http_stream *const s = cls;
    (void)position;
    while (s->sent == s->out.len) {
        if (s->has_ended)
            return MHD_CONTENT_READER_END_OF_STREAM;
        refill(s);
        if (s->out.len == 0 && !s->has_ended && falls_asleep(s))
            return 0;
    }
    const size_t left = s->out.len - s->sent;
    const size_t n = left < max ? left : max;
    memcpy(at, s->out.own_at + s->sent, n);
    s->sent += n;
    return (ssize_t)n;
}

struct MHD_Response *source_answer(struct http_exchange *exchange, struct http_source *source)
{
    struct http_stream *const s = calloc(1, sizeof *s);
    if (s == NULL)
        abort();
    const union MHD_ConnectionInfo *const info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    s->server = exchange->server;
    s->connection = exchange->connection;
    s->source = source;
    s->socket_fd = info == NULL ? -1 : info->connect_fd;
    source->stream = s;
    const int bytes = SEND_BUFFER_BYTES;
    if (s->socket_fd >= 0)
        (void)setsockopt(s->socket_fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    streams_add(s);
    struct MHD_Response *const built =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, on_read, s, on_free);
    if (built == NULL)
        abort();
    return built;
}

void streams_end(struct http_server *server)
{
    for (struct http_stream *s = server->streams; s != NULL; s = s->older)
        wake(s);
}

void streams_cut(struct http_server *server)
{
    for (struct http_stream *s = server->streams; s != NULL; s = s->older) {
        if (s->socket_fd >= 0)
            (void)shutdown(s->socket_fd, SHUT_RDWR);
    }
}
