/* One request and its answer, between the library's thread and whoever wakes it.
 *
 *  E1  phase, links and holders change under the server's lock only.
 *  E2  A connection is suspended in the same critical section that makes its exchange wakeable,
 *      so it is never resumed before it sleeps. A wake that comes while handle still runs only
 *      sets the phase; the server thread then goes straight on to finish.
 *  E3  finish runs exactly once for every handle that returned false: on the server thread, or,
 *      when the client is gone or was refused by http_stop, wherever the last party notices.
 *  E4  The request is copied: it outlives the connection as long as someone may still wake it.
 *  E5  Two parties hold an exchange, the connection and the future waker; the last one drops it. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "http/request.h"

#include <microhttpd.h>
#include <pthread.h>

/* What a handler may take from a request's arena besides the body: a bound for bugs, not a quota.
 * The largest there is: removing an event that all conflicts of a company are with, 200,000 of
 * them at 1.7 KB as record, document and row. */
enum { EXCHANGE_ARENA_BYTES = 512 * 1024 * 1024, HTTP_DOORS = 2, HTTP_THREADS_MAX = 64 };

enum exchange_phase {
    PHASE_READING,
    PHASE_HANDLING, /* handle runs */
    PHASE_SLEEPING, /* suspended, in the server's list */
    PHASE_WOKEN,    /* finish is due or done */
    PHASE_LEFT,     /* the connection gave up; the waker will run finish and drop its answer */
    PHASE_ORPHAN,   /* left, and its waker has come */
};

struct http_door;

struct http_loop { /* one thread of the library and the connections it has */
    struct http_door *door;
    struct MHD_Daemon *daemon;
    size_t n_connections; /* handed to it and not ended; under the server's lock */
};

/* A way in: its socket, its rules, who accepts and the loops that serve. */
struct http_door {
    struct http_server *server;
    int listener;
    size_t body_limit;
    bool is_local;
    unsigned connections_max;
    size_t n_connections; /* that loops have taken; under the server's lock */
    bool accepts;         /* acceptor runs */
    pthread_t acceptor;
    struct http_loop loops[HTTP_THREADS_MAX];
    size_t n_loops;
};

struct http_server {
    struct http_handler *handler;
    struct log *log;
    struct http_door doors[HTTP_DOORS];
    size_t n_doors;
    uint16_t port;
    char *own_socket_path;
    unsigned connections_max;
    unsigned sleeping_max;
    unsigned idle_seconds;
    unsigned stop_ms;

    pthread_mutex_t lock; /* all below */
    pthread_cond_t quiet; /* n_live fell */
    struct http_exchange *sleepers;
    struct http_stream *streams;
    size_t n_pending; /* sleeping, or in handle and so perhaps about to sleep */
    size_t n_live;    /* exchanges the library still knows */
    size_t n_holders; /* the opener and every waker to come */
    bool is_quiescing;
    bool is_refusing; /* http_stop ran out of patience: nobody may fall asleep any more */
};

struct http_exchange {
    struct http_door *door;
    struct http_server *server;
    struct MHD_Connection *connection;
    struct arena arena; /* the exchange itself lives in it */
    struct http_request request;
    struct str target;     /* as sent, cut when it is over the limit */
    const char *target_at; /* where the library read it: for arithmetic only */
    const char *target_end;
    struct buf body;
    void *state;
    bool headers_read;
    bool is_head;
    bool finished; /* by the server thread, the only one that reads it */
    enum exchange_phase phase;
    unsigned n_holders;
    struct http_exchange *newer;
    struct http_exchange *older;
};

struct http_exchange *exchange_make(struct http_door *door, struct MHD_Connection *connection,
                                    struct str target);

/* The library's callback for each step of a request; MHD_NO ends the connection. */
enum MHD_Result exchange_step(struct http_exchange *exchange, const char *method,
                              const char *version, struct str upload);

/* The library forgets the request, answered or not. */
void exchange_leave(struct http_exchange *exchange);

/* Every sleeper is answered with 503 and left to its waker; nobody sleeps afterwards. */
void exchanges_refuse(struct http_server *server);

/* Marks of a connection, kept in the library's socket_context. */
enum connection_mark { CONNECTION_OK, CONNECTION_ABOVE_LIMIT, CONNECTION_STRANGER };
enum connection_mark connection_mark(struct MHD_Connection *connection);

void server_lock(struct http_server *server);
void server_unlock(struct http_server *server);
void server_release(struct http_server *server); /* one holder less; the last frees it */

#endif
