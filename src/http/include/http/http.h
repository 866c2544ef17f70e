/* HTTP/1.1 server: requests in, responses out, on libmicrohttpd. Knows no domain.
 *
 *  H1  A handler is called once with a complete, bounded request on a server thread. It answers at
 *      once or says it will answer later; then the connection sleeps and costs no thread.
 *  H2  Everything has a limit: header block, target, body, connections, idle time, sleeping
 *      requests. Passing one is an answer (413, 414, 431, 503), never a hang.
 *  H3  Requests that intermediaries could read in two ways are refused with 400 and the connection
 *      is closed: Content-Length with Transfer-Encoding, two Content-Lengths, no Host, two Hosts.
 *  H4  http_stop: stop accepting, finish or refuse what is running, wake every sleeper, then stop.
 *      The library aborts when a sleeping connection is left (seen with 0.9.75). */
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
};

struct http_field {
    struct str name;  /* as sent; compare with http_header() */
    struct str value; /* query values: percent-decoded, '+' is a space */
};

struct http_request {
    struct str method;
    struct str path; /* decoded, without the query; starts with '/' */
    const struct http_field *headers;
    size_t n_headers;
    const struct http_field *query; /* in the order sent, repetitions kept */
    size_t n_query;
    struct str body;
    bool from_local_socket; /* came through the private unix socket, peer checked */
    struct arena *arena;    /* ends with the request; the handler allocates here */
};

/* Case-insensitive; the empty view when absent. *ret_count (may be NULL): how often it was sent. */
struct str http_header(const struct http_request *request, const char *name, size_t *ret_count);

struct http_response {
    int status;
    struct http_field headers[16];
    size_t n_headers;
    struct buf body; /* own: the server drops it after sending */
};

void http_response_header(struct http_response *response, const char *name, struct str value);

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

struct http_options {
    struct str host;          /* "127.0.0.1" or "::1" */
    uint16_t port;            /* 0: any free port */
    const char *socket_path;  /* private unix socket as well, mode 0600; NULL: none */
    unsigned threads;         /* 0: one per core */
    size_t local_body_bytes;  /* body limit on the private socket (company documents) */
};

struct http_server;

IL_MUST il_rc http_start(const struct http_options *options, struct http_handler *handler,
                         struct log *log, struct http_server **ret, struct il_err *reterr);
uint16_t http_port(const struct http_server *server);
/* Stop accepting; new requests on open connections get 503; returns at once. */
void http_quiesce(struct http_server *server);
void http_stop(struct http_server *server); /* waits for running requests; accepts NULL */

#endif
