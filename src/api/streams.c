/* The hub of open streams: see streams.h. */
#include "streams.h"

#include "meters.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int64_t now_ms(struct hub *hub)
{
    return hub->clock->monotonic_ms(hub->clock);
}

/* ---- channels; all under the lock ---- */

static struct channel *channel_find(struct hub *hub, struct str company)
{
    struct channel *c = hub->channels;
    while (c != NULL && !str_equal(c->company, company))
        c = c->next;
    return c;
}

static struct channel *channel_add(struct hub *hub, struct str company, uint64_t newest)
{
    struct channel *c = block_new(sizeof *c + company.len, NULL);
    char *text = (char *)(c + 1);
    memcpy(text, company.at, company.len);
    c->company = (struct str){ text, company.len };
    c->newest = newest;
    c->next = hub->channels;
    hub->channels = c;
    return c;
}

static void ring_shorten(struct channel *c)
{
    const struct news *oldest = c->ring[c->first];
    c->first = (c->first + 1) % RING_NEWS;
    c->n--;
    c->n_items -= oldest->n;
    block_free(oldest);
}

static void ring_add(struct channel *c, const struct news *news)
{
    assert(news->seq == c->newest + 1);
    while (c->n == RING_NEWS || (c->n > 0 && c->n_items + news->n > RING_ITEMS_MAX))
        ring_shorten(c);
    c->ring[(c->first + c->n) % RING_NEWS] = block_keep(news);
    c->n++;
    c->n_items += news->n;
    c->newest = news->seq;
}

static void ring_clear(struct channel *c)
{
    while (c->n > 0)
        ring_shorten(c);
}

static void channel_wake(struct channel *c)
{
    for (struct stream *s = c->streams; s != NULL; s = s->older) {
        if (s->is_started)
            http_source_wake(&s->source);
    }
}

/* ---- the thread ---- */

/* New entries of one company, once for all who listen. False: nothing more just now. */
static bool channel_hear(struct hub *hub, struct channel *c)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct news_list list = { .n = 0 };
    struct il_err err;
    const struct lookup in = { hub->desk, c->company, &arena };
    if (desk_news(&in, c->newest, NEWS_MAX, &list, &err) != IL_OK)
        hub->log->line(hub->log, LOG_ERROR, "streams: the journal cannot be read",
                       str_from(err.text));
    (void)pthread_mutex_lock(&hub->lock);
    for (size_t i = 0; i < list.n; i++)
        ring_add(c, list.at[i]);
    if (list.n > 0)
        channel_wake(c);
    (void)pthread_mutex_unlock(&hub->lock);
    const bool heard = list.n > 0;
    news_drop(&list);
    arena_drop(&arena);
    return heard;
}

/* Only this thread removes channels and moves `newest`, so what it found stands. */
static void hear_all(struct hub *hub)
{
    (void)pthread_mutex_lock(&hub->lock);
    struct channel *c = hub->channels;
    (void)pthread_mutex_unlock(&hub->lock);
    for (; c != NULL; c = c->next) {
        while (c->newest < desk_newest(hub->desk, c->company) && channel_hear(hub, c))
            continue;
    }
}

static void channels_sweep(struct hub *hub)
{
    for (struct channel **at = &hub->channels; *at != NULL;) {
        struct channel *c = *at;
        if (c->streams != NULL) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        ring_clear(c);
        block_free(c);
    }
}

/* Streams that have something to say by the clock alone. */
static void tick(struct hub *hub)
{
    const int64_t ms = now_ms(hub);
    const utc_s now = hub->clock->now_s(hub->clock);
    (void)pthread_mutex_lock(&hub->lock);
    for (struct channel *c = hub->channels; c != NULL; c = c->next) {
        for (struct stream *s = c->streams; s != NULL; s = s->older) {
            if (s->is_started && (s->beat_at_ms <= ms || (s->ends_at != 0 && s->ends_at <= now)))
                http_source_wake(&s->source);
        }
    }
    channels_sweep(hub);
    (void)pthread_mutex_unlock(&hub->lock);
}

static bool is_stopping(struct hub *hub)
{
    (void)pthread_mutex_lock(&hub->lock);
    const bool stopping = hub->is_stopping;
    (void)pthread_mutex_unlock(&hub->lock);
    return stopping;
}

static void *hub_run(void *context)
{
    struct hub *hub = context;
    uint64_t heard = 0;
    int64_t tick_at_ms = 0;
    while (!is_stopping(hub)) {
        desk_hear(hub->desk, &heard, HUB_TICK_MS);
        hear_all(hub);
        if (now_ms(hub) < tick_at_ms)
            continue;
        tick(hub);
        tick_at_ms = now_ms(hub) + HUB_TICK_MS;
    }
    return NULL;
}

il_rc api_listen(struct api *api, struct il_err *reterr)
{
    struct hub *hub = block_new(sizeof *hub, NULL);
    hub->desk = api->desk;
    hub->clock = api->clock;
    hub->log = api->log;
    (void)pthread_mutex_init(&hub->lock, NULL);
    if (pthread_create(&hub->thread, NULL, hub_run, hub) != 0) {
        (void)pthread_mutex_destroy(&hub->lock);
        block_free(hub);
        return il_fail(reterr, IL_LIMIT, "the thread of streams cannot be started");
    }
    api->hub = hub;
    api->meters = meters_make(api->clock->now_s(api->clock));
    return IL_OK;
}

void api_close(struct api *api)
{
    struct hub *hub = api->hub;
    if (hub == NULL)
        return;
    (void)pthread_mutex_lock(&hub->lock);
    hub->is_stopping = true;
    (void)pthread_mutex_unlock(&hub->lock);
    desk_nudge(hub->desk);
    (void)pthread_join(hub->thread, NULL);
    assert(hub->n_streams == 0 && "the server has stopped");
    channels_sweep(hub);
    (void)pthread_mutex_destroy(&hub->lock);
    block_free(hub);
    api->hub = NULL;
    meters_drop(api->meters);
    api->meters = NULL;
}

size_t hub_streams(struct hub *hub)
{
    if (hub == NULL)
        return 0;
    (void)pthread_mutex_lock(&hub->lock);
    const size_t n = hub->n_streams;
    (void)pthread_mutex_unlock(&hub->lock);
    return n;
}

/* ---- streams ---- */

static struct str text_keep(char **at, struct str text)
{
    memcpy(*at, text.at, text.len);
    *at += text.len;
    return (struct str){ *at - text.len, text.len };
}

static struct stream *stream_make(const struct call *call, const struct stream_place *place)
{
    const struct actor *from = &call->actor;
    const size_t bytes = from->key_id.len + from->brand.len + from->channel.len;
    struct stream *s = block_new(sizeof *s + bytes, NULL);
    char *text = s->texts;
    s->hub = call->api->hub;
    s->actor = *from;
    s->actor.key_id = text_keep(&text, from->key_id);
    s->actor.brand = text_keep(&text, from->brand);
    s->actor.channel = text_keep(&text, from->channel);
    s->has_key = !call->request->from_local_socket;
    s->secret = call->key.secret;
    s->ends_at = call->key.revoked_at;
    s->company = block_keep(call->image->company);
    s->sent = place->sent;
    s->is_lost = place->is_lost;
    s->beat_at_ms = now_ms(s->hub) + STREAM_BEAT_MS;
    return s;
}

static size_t of_key(const struct channel *c, struct str key_id)
{
    size_t n = 0;
    for (const struct stream *s = c == NULL ? NULL : c->streams; s != NULL; s = s->older)
        n += str_equal(s->actor.key_id, key_id);
    return n;
}

static void stream_add(struct stream *s, struct str company, uint64_t newest)
{
    struct channel *c = channel_find(s->hub, company);
    if (c == NULL)
        c = channel_add(s->hub, company, newest);
    s->channel = c;
    s->older = c->streams;
    if (s->older != NULL)
        s->older->newer = s;
    c->streams = s;
    s->hub->n_streams++;
}

enum stream_opening stream_open(const struct call *call, const struct stream_place *place,
                                struct stream **ret)
{
    struct hub *hub = call->api->hub;
    enum stream_opening opening = STREAM_OPENED;
    if (hub == NULL)
        return STREAM_NO_SERVER;
    struct stream *s = stream_make(call, place);
    (void)pthread_mutex_lock(&hub->lock);
    if (of_key(channel_find(hub, call->company), call->actor.key_id) >= STREAMS_PER_KEY_MAX)
        opening = STREAM_KEY_FULL;
    else if (hub->n_streams >= STREAMS_MAX)
        opening = STREAM_FULL;
    else
        stream_add(s, call->company, call->image->seq);
    (void)pthread_mutex_unlock(&hub->lock);
    if (opening != STREAM_OPENED) {
        block_free(s->company);
        block_free(s);
        return opening;
    }
    *ret = s;
    return opening;
}

void stream_close(struct stream *s)
{
    struct hub *hub = s->hub;
    (void)pthread_mutex_lock(&hub->lock);
    if (s->newer != NULL)
        s->newer->older = s->older;
    else
        s->channel->streams = s->older;
    if (s->older != NULL)
        s->older->newer = s->newer;
    hub->n_streams--;
    (void)pthread_mutex_unlock(&hub->lock);
    block_free(s->company);
    block_free(s);
}

bool stream_start(struct stream *s)
{
    (void)pthread_mutex_lock(&s->hub->lock);
    const bool first = !s->is_started;
    s->is_started = true;
    (void)pthread_mutex_unlock(&s->hub->lock);
    return first;
}

bool stream_take(struct stream *s, struct news_list *ret)
{
    struct channel *c = s->channel;
    (void)pthread_mutex_lock(&s->hub->lock);
    const uint64_t oldest = c->newest - c->n; /* the ring begins after it */
    const bool at_hand = s->sent >= oldest;
    for (uint64_t seq = s->sent; at_hand && seq < c->newest && ret->n < STREAM_PULL_MAX; seq++)
        ret->at[ret->n++] = block_keep(c->ring[(c->first + (size_t)(seq - oldest)) % RING_NEWS]);
    (void)pthread_mutex_unlock(&s->hub->lock);
    return at_hand;
}

bool stream_beats(struct stream *s, bool said)
{
    const int64_t ms = now_ms(s->hub);
    (void)pthread_mutex_lock(&s->hub->lock);
    const bool beats = !said && s->beat_at_ms <= ms;
    if (said || beats)
        s->beat_at_ms = ms + STREAM_BEAT_MS;
    (void)pthread_mutex_unlock(&s->hub->lock);
    return beats;
}

void stream_ends_at(struct stream *s, utc_s at)
{
    (void)pthread_mutex_lock(&s->hub->lock);
    s->ends_at = at;
    (void)pthread_mutex_unlock(&s->hub->lock);
}
