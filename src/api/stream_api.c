/* GET /stream: changes as they happen, as server-sent events.
 *
 *     id: 41                          event: resync       what was missed is gone, or the id is not
 *     event: change                   id: 60              ours: read everything anew and go on here
 *     data: {"seq":41,...}            data: {"asOfSeq":60}
 *
 *  Z1  Between two ids of a stream, and over its resumption (Last-Event-ID, or `after`), no change
 *      is left out and none is told twice: the next is always the one after the last that was told.
 *  Z2  A stream holds its place and no changes: a client that does not read holds up nobody. One
 *      that is STREAM_BACKLOG_MAX behind is told to read anew.
 *  Z3  No stream outlives its key: it is looked up before anything is told. */
#include "streams.h"

#include <assert.h>
#include <string.h>

enum {
    RETRY_MS = 2000,
    BEAT_ARENA_BYTES = 1 << 28, /* of one pull: a bound for bugs */
    CATCH_UP = 50,              /* changes read from the journal at once */
};

struct pull {
    struct stream *s;
    struct buf *out;
    struct arena arena;
    uint64_t told; /* the last of which the client knows, by an id */
};

static void put_event(struct buf *out, const char *event, uint64_t id)
{
    buf_print(out, "event: %s\nid: %llu\ndata: ", event, (unsigned long long)id);
}

static void put_place(struct buf *out, const char *event, uint64_t seq)
{
    put_event(out, event, seq);
    buf_print(out, "{\"asOfSeq\":%llu}\n\n", (unsigned long long)seq);
}

/* Later instants carry the offset of the zone that the company then keeps. */
static void company_renew(struct stream *s)
{
    const struct image *image;
    struct il_err err;
    if (desk_image(s->hub->desk, s->channel->company, &image, &err) != IL_OK || image == NULL)
        return;
    block_free(s->company);
    s->company = block_keep(image->company);
    block_free(image);
}

static void tell(struct pull *p, const struct news *news)
{
    struct stream *s = p->s;
    assert(news->seq == s->sent + 1 && "a stream leaves nothing out");
    s->sent = news->seq;
    if (news->kind == COMMAND_CONFIGURE)
        company_renew(s);
    if (!news_is_seen(&s->actor, news))
        return;
    put_event(p->out, "change", news->seq);
    struct json j = json_begin(p->out);
    show_news(&j, s->company->zone, &s->actor, news);
    buf_add_str(p->out, STR("\n\n"));
    p->told = news->seq;
}

static bool key_stands(struct pull *p)
{
    struct stream *s = p->s;
    struct row_key key;
    struct il_err err;
    bool found = true;
    if (!s->has_key)
        return true;
    if (desk_find_key(s->hub->desk, &s->secret, &p->arena, &key, &found, &err) != IL_OK)
        return false;
    if (found)
        stream_ends_at(s, key.revoked_at);
    return found;
}

static void tell_list(struct pull *p, const struct news_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        tell(p, list->at[i]);
}

static void resync(struct pull *p, uint64_t newest)
{
    put_place(p->out, "resync", newest);
    p->s->sent = p->told = newest;
}

/* What is no longer at hand is read from the journal. False: that failed, and the stream ends: the
 * client comes back with its last id. */
static bool catch_up(struct pull *p)
{
    struct stream *s = p->s;
    struct news_list list;
    struct il_err err;
    const struct lookup in = { s->hub->desk, s->channel->company, &p->arena };
    if (desk_news(&in, s->sent, CATCH_UP, &list, &err) != IL_OK)
        return false;
    if (list.newest < s->sent || list.newest - s->sent > STREAM_BACKLOG_MAX)
        resync(p, list.newest);
    else
        tell_list(p, &list);
    news_drop(&list);
    return true;
}

static bool tell_news(struct pull *p)
{
    struct news_list list = { .n = 0 };
    const struct news *at[STREAM_PULL_MAX];
    list.at = at;
    if (!stream_take(p->s, &list))
        return catch_up(p);
    tell_list(p, &list);
    news_drop(&list);
    return true;
}

static void begin(struct pull *p)
{
    struct stream *s = p->s;
    buf_print(p->out, "retry: %d\n\n", RETRY_MS);
    if (s->is_lost)
        put_place(p->out, "resync", s->sent);
    else
        put_place(p->out, "open", s->sent);
}

static bool pull(struct http_source *source, struct buf *out)
{
    struct pull p = { .s = (struct stream *)(void *)source, .out = out };
    p.arena = arena_make(BEAT_ARENA_BYTES);
    p.told = p.s->sent;
    bool stands = key_stands(&p);
    if (!stands)
        buf_add_str(out, STR("event: end\ndata: {\"code\":\"unauthorized\"}\n\n"));
    else if (stream_start(p.s))
        begin(&p);
    else
        stands = tell_news(&p);
    if (stands && p.s->sent != p.told) /* the place moves also past what this key does not see */
        buf_print(out, "id: %llu\n\n", (unsigned long long)p.s->sent);
    if (stream_beats(p.s, out->len > 0))
        buf_add_str(out, STR(": still here\n\n"));
    arena_drop(&p.arena);
    return stands;
}

static void drop(struct http_source *source)
{
    stream_close((struct stream *)(void *)source);
}

/* ---- the request ---- */

/* Where the client is: Last-Event-ID comes first, because a browser repeats the address that it was
 * given with each new try. False: answered. */
static bool read_place(struct call *call, struct stream_place *ret)
{
    static const char *const known[] = { "after" };
    const struct str id = http_header(call->request, "Last-Event-ID", NULL);
    int64_t after = (int64_t)call->image->seq;
    if (query_is_wrong(call, known, 1) || !query_whole(call, "after", 0, SEQ_MAX, &after))
        return false;
    const bool has_id = id.len > 0;
    const bool is_number = !has_id || (str_to_int(id, &after) && after >= 0);
    *ret = (struct stream_place){ .sent = call->image->seq, .is_lost = true };
    if (!is_number || (uint64_t)after > call->image->seq ||
        call->image->seq - (uint64_t)after > STREAM_BACKLOG_MAX)
        return true;
    *ret = (struct stream_place){ .sent = (uint64_t)after };
    return true;
}

bool stream_handle(struct call *call)
{
    struct stream_place place;
    struct stream *stream;
    if (!read_place(call, &place))
        return true;
    switch (stream_open(call, &place, &stream)) {
    case STREAM_OPENED:
        break;
    case STREAM_NO_SERVER: /* no trying again helps */
        return answer_code(call, CODE_not_implemented, "",
                           STR("A stream needs a server; read /changes instead."));
    case STREAM_FULL:
        return answer_code(call, CODE_overloaded, "",
                           str_print(call->arena, "%d streams are open already.", STREAMS_MAX));
    case STREAM_KEY_FULL:
        return answer_code(
            call, CODE_rate_limited, "",
            str_print(call->arena, "This key has %d streams open already.", STREAMS_PER_KEY_MAX));
    }
    stream->source.pull = pull;
    stream->source.drop = drop;
    call->response->status = 200;
    call->response->source = &stream->source;
    http_response_header(call->response, "Content-Type", STR("text/event-stream"));
    http_response_header(call->response, "Cache-Control", STR("no-store"));
    http_response_header(call->response, "X-Accel-Buffering", STR("no"));
    return true;
}
