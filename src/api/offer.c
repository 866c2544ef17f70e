/* Offers: a list says in a sealed token what it was computed from, and writes nothing. A booking
 * that carries the token leaves it in the journal, so that the list can be computed again:
 *
 *   "of_" + sealed "company|seq|now|version|zone|digest|query"
 *
 * The query is what was asked, with what the key and the headers added: audience, brand, the hold
 * whose time counted as free, then the parameters as they came. */
#include "call.h"

#include <string.h>

/* A list for very many names is not kept word for word: its hash tells whether two are the same. */
enum { OFFER_QUERY_CHARS_MAX = 1000, OFFER_CHARS_MAX = 4096, ZONE_HASH_BYTES = 8 };

static void add_escaped(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        if (c <= ' ' || c == '%' || c == '&' || c == '=' || c == '|')
            buf_print(out, "%%%02x", (unsigned char)c);
        else
            buf_add_char(out, c);
    }
}

static struct str query_text(struct call *call, const struct slot_query *query)
{
    const struct http_request *r = call->request;
    struct buf out = { 0 };
    buf_print(&out, "%s %.*s h%llx ", is_online(call) ? "online" : "internal",
              STR_ARG(call->image->company->brands[query->brand].id),
              (unsigned long long)query->look.without[0]);
    for (size_t i = 0; i < r->n_query; i++) {
        if (i > 0)
            buf_add_char(&out, '&');
        add_escaped(&out, r->query[i].name);
        buf_add_char(&out, '=');
        add_escaped(&out, r->query[i].value);
    }
    struct str text = str_copy(call->arena, buf_view(&out));
    if (text.len > OFFER_QUERY_CHARS_MAX)
        text = str_print(call->arena, "#%016llx", (unsigned long long)hash_short(text));
    buf_drop(&out);
    return text;
}

void put_offer(struct call *call, struct json *j, const struct slot_query *query, uint64_t digest)
{
    const struct hash key = desk_seal_key(call->api->desk);
    const struct image *image = call->image;
    const struct str zone = hex_print(call->arena, image->company->zone_hash.at, ZONE_HASH_BYTES);
    const struct str plain =
        str_print(call->arena, "%.*s|%llu|%lld|%d|%.*s|%016llx|%.*s", STR_ARG(call->company),
                  (unsigned long long)image->seq, (long long)call->now, (int)SLOTS_VERSION,
                  STR_ARG(zone), (unsigned long long)digest, STR_ARG(query_text(call, query)));
    const struct str token = seal(call->arena, &key, plain);
    json_put_str(j, "offer", str_print(call->arena, "of_%.*s", STR_ARG(token)));
}

static bool read_offer(struct call *call, struct str token, struct offer *ret)
{
    const struct hash key = desk_seal_key(call->api->desk);
    struct str rest;
    int64_t seq;
    if (!str_starts(token, STR("of_")) ||
        !unseal(call->arena, &key, (struct str){ token.at + 3, token.len - 3 }, &rest) ||
        !str_equal(str_cut(&rest, '|'), call->company) || !str_to_int(str_cut(&rest, '|'), &seq) ||
        !str_to_int(str_cut(&rest, '|'), &ret->at) ||
        !str_to_int(str_cut(&rest, '|'), &ret->version))
        return false;
    ret->seq = (uint64_t)seq;
    ret->zone = str_cut(&rest, '|');
    ret->digest = str_cut(&rest, '|');
    ret->query = rest;
    return true;
}

void decode_offer(struct call *call, struct json_obj *o, struct command *ret)
{
    const struct str token = json_opt_str(o, "offer", OFFER_CHARS_MAX);
    if (token.len > 0 && !read_offer(call, token, &ret->offer))
        json_fault(o, "offer", "out_of_range", "is not an offer that was made here");
}
