/* HTTP/1.1 server: requests in, responses out, on libmicrohttpd. Knows no domain.
 *
 *  H1  A handler is called once with a complete, bounded request on a server thread. It answers at
 *      once or says it will answer later; then the connection sleeps and costs no thread.
 *  H2  Everything has a limit: header block, target, body, connections, idle time, sleeping
 *      requests. Passing one is an answer (413, 414, 431, 503), never a hang.
 *  H3  Requests that intermediaries could read in two ways are refused with 400 and the connection
 *      is closed: Content-Length with Transfer-Encoding, two Content-Lengths, no Host, two Hosts.
 *  H4  http_stop: stop accepting, give what is running `stop_ms` to finish, answer every sleeper
 *      that is left with 503, then stop. The library aborts when a sleeping connection is left
 *      (seen with 0.9.75).
 *  H5  finish runs exactly once for each handle that returned false, whatever becomes of the
 *      client: it is the one place where the handler frees its state. When the client was refused
 *      by http_stop, finish runs inside http_wake and its response is dropped; so the handler must
 *      outlive its last http_wake, and http_wake must not be called under a lock finish takes.
 *  H6  Answers made here are problem+json with one of these codes: bad_request 400 (also
 *      utf8_invalid for a target that is not UTF-8), method_not_allowed 405 (TRACE, CONNECT),
 *      too_large 413, uri_too_long 414, headers_too_large 431, internal 500 (a response header that
 *      cannot be sent), not_implemented 501 (unknown method), overloaded 503 with Retry-After,
 *      version_not_supported 505; not_permitted 403 to a stranger on the private socket. Each
 *      closes the connection. Lines that the library itself cannot read are answered by it with
 *      the right status, a page of HTML, and a close.
 *  H7  A body without an end costs no thread while there is nothing to say, and holds no more than
 *      was pulled of it. http_quiesce ends them all. */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/ports.h"

enum {
    HTTP_HEADERS_MAX = 64,
    HTTP_HEADER_BLOCK_BYTES = 16 * 1024,
    HTTP_TARGET_BYTES = 4 * 1024,
    HTTP_BODY_BYTES = 64 * 1024,
    HTTP_QUERY_MAX = 64,
    HTTP_IDLE_SECONDS = 30,
    HTTP_CONNECTIONS_MAX = 2048,
    HTTP_SLEEPING_MAX = 4096,
    HTTP_STOP_MS = 5000,
};

struct http_field {
    struct str name;  /* as sent; compare with http_header() */
    struct str value; /* query values: percent-decoded, '+' is a space */
};

/* Copied: all of it stays readable until finish has returned. */
struct http_request {
    struct str method; /* HEAD arrives as GET; its body is left away on sending */
    struct str path;   /* decoded, UTF-8, no control characters, no query; starts with '/' */
    const struct http_field *headers; /* values may hold bytes that are not UTF-8 */
    size_t n_headers;
    const struct http_field *query; /* UTF-8, in the order sent, repetitions kept */
    size_t n_query;
    struct str body;
    bool from_local_socket; /* came through the private unix socket, peer checked */
    struct arena *arena;    /* ends with the request; the handler allocates here */
};

/* Case-insensitive; the empty view when absent. *ret_count (may be NULL): how often it was sent. */
struct str http_header(const struct http_request *request, const char *name, size_t *ret_count);

struct http_stream;

/* A body without an end. Its functions run on server threads, as handle does. */
struct http_source {
    /* The client can take more: append what there is, little at a time. Nothing appended: the
     * connection sleeps until http_source_wake. False: the body ends after what was appended. */
    bool (*pull)(struct http_source *, struct buf *out);
    void (*drop)(struct http_source *); /* once, after the last pull; there may have been none */
    struct http_stream *stream;         /* the server's; stands from the first pull on */
};

/* From any thread, between the source's first pull and its drop: there may be more to pull. */
void http_source_wake(struct http_source *source);

struct http_response {
    int status;
    struct http_field headers[16];
    size_t n_headers;
    struct buf body;            /* own: the server drops it after sending */
    struct http_source *source; /* in place of a body: the server drops it */
};

/* Borrows name and value until the answer is sent: literals, or the request's arena. */
void http_response_header(struct http_response *response, const char *name, struct str value);

/* For a program that has a handler and no server: the caller sets method, headers, body and arena;
 * path and query are read from `target`, and all is judged as the server judges it, but for what
 * frames a body on a wire. False: *response is the refusal. */
IL_MUST bool http_request_read(struct http_request *request, struct str target, size_t body_limit,
                               struct http_response *response);

struct http_exchange; /* one request and its answer; valid until answered */

struct http_handler {
    /* Fill *response and return true, or return false and call http_answer_later's completion
     * exactly once, from any thread, also before this returns. `state` of the exchange is the
     * handler's to use between the two calls. */
    bool (*handle)(struct http_handler *, struct http_exchange *, const struct http_request *,
                   struct http_response *response);
    /* Called on a server thread after http_wake: fill *response from what was put in state. */
    void (*finish)(struct http_handler *, struct http_exchange *, const struct http_request *,
                   struct http_response *response);
};

/* The handler's own pointer for this exchange, kept from handle to finish. */
void http_set_state(struct http_exchange *exchange, void *state);
void *http_state(struct http_exchange *exchange);
/* Wakes a sleeping exchange: finish will be called. Exactly once per `return false`. */
void http_wake(struct http_exchange *exchange);

struct http_stats {
    size_t connections, requests, sleeping;
};
struct http_stats http_stats(struct http_exchange *exchange); /* of its server */

struct http_options {
    struct str host;          /* "127.0.0.1" or "::1" */
    uint16_t port;            /* 0: any free port */
    const char *socket_path;  /* private unix socket as well, mode 0600; NULL: none */
    unsigned threads;         /* 0: one per core */
    size_t local_body_bytes;  /* body limit on the private socket; 0: HTTP_BODY_BYTES */
    unsigned connections_max; /* each of these: 0 is the limit above. More connections get 503 */
    unsigned sleeping_max;
    unsigned idle_seconds;
    unsigned stop_ms; /* how long http_stop lets running requests finish */
};

struct http_server;

IL_MUST il_rc http_start(const struct http_options *options, struct http_handler *handler,
                         struct log *log, struct http_server **ret, struct il_err *reterr);
uint16_t http_port(const struct http_server *server);
/* Stop accepting; new requests on open connections get 503; returns at once. */
void http_quiesce(struct http_server *server);
void http_stop(struct http_server *server); /* waits for running requests; accepts NULL */

#endif
