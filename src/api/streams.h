/* Open streams and what they wait for. Private to api.
 *
 *  Y1  One thread hears of commits, reads what is new of each company that is listened to, once,
 *      and wakes its streams; each of them takes what it has not told yet. The writer knows of
 *      none.
 *  Y2  The last pieces of news of a company are kept while anybody listens (RING_*): who is further
 *      behind reads the journal.
 *  Y3  hub->lock guards lists, rings and what is marked; it is never held while anything is read.
 *      */
#ifndef API_STREAMS_H
#define API_STREAMS_H

#include "call.h"

#include <pthread.h>

enum {
    STREAMS_MAX = 1000,
    STREAMS_PER_KEY_MAX = 100,
    STREAM_BACKLOG_MAX = 10000, /* entries; who is further behind reads everything anew */
    STREAM_BEAT_MS = 15000,
    STREAM_PULL_MAX = 16, /* changes told at once */
    RING_NEWS = 256,
    RING_ITEMS_MAX = 20000, /* things that they name, together */
    HUB_TICK_MS = 500,
};

struct stream;

struct channel { /* a company that is listened to */
    struct channel *next;
    struct str company; /* own */
    const struct news *ring[RING_NEWS];
    size_t first, n, n_items;
    uint64_t newest; /* heard of; the ring ends with it */
    struct stream *streams;
};

struct hub {
    struct desk *desk;
    struct clock *clock;
    struct log *log;
    pthread_t thread;
    pthread_mutex_t lock;
    bool is_stopping;
    struct channel *channels;
    size_t n_streams;
};

struct stream {
    struct http_source source; /* first */
    struct hub *hub;
    struct channel *channel;
    struct stream *newer, *older; /* of its channel */
    struct actor actor;           /* texts own */
    struct hash secret;
    bool has_key, is_lost;
    const struct company *company; /* a holder */
    uint64_t sent;                 /* all up to it was told; the pulling thread's */

    bool is_started;    /* marked: it can be woken */
    int64_t beat_at_ms; /* marked */
    utc_s ends_at;      /* marked; 0: its key has no end */
    char texts[];
};

struct stream_place { /* where a client is */
    uint64_t sent;
    bool is_lost; /* it must read anew, and goes on from there */
};

enum stream_opening { STREAM_OPENED, STREAM_NO_SERVER, STREAM_FULL, STREAM_KEY_FULL };

enum stream_opening stream_open(const struct call *call, const struct stream_place *place,
                                struct stream **ret);
void stream_close(struct stream *s);
/* True the first time. From then on it is woken. */
bool stream_start(struct stream *s);
/* Up to STREAM_PULL_MAX holders into ret->at. False: what comes next is no longer at hand. */
bool stream_take(struct stream *s, struct news_list *ret);
/* Whether to say that it is still there; `said`: something else was. */
bool stream_beats(struct stream *s, bool said);
void stream_ends_at(struct stream *s, utc_s at);

size_t hub_streams(struct hub *hub); /* open ones */

#endif
