/* GET /schedule/optimal-slots. */
#include "call.h"

#include <string.h>

/* ---- the answer ---- */

/* A digest of what is offered: the offer names it, the ETag stands on it. */
static uint64_t digest_of(struct arena *arena, const struct slot_list *list)
{
    enum { PARTS = 3 };
    int64_t *parts = arena_array(arena, int64_t, list->n_slots * PARTS + list->n_days * PARTS);
    size_t n = 0;
    for (size_t i = 0; i < list->n_slots; i++) {
        const struct slot *s = &list->slots[i];
        uint64_t who = s->overlapping; /* of many people it is a hash: it may wrap */
        for (int32_t k = 0; k < s->n_inspectors; k++)
            who = who * (INSPECTORS_MAX + 1) + (uint64_t)s->inspectors[k];
        parts[n++] = s->when.start;
        parts[n++] = (int64_t)who;
        parts[n++] = s->cost;
    }
    for (size_t i = 0; i < list->n_days; i++) {
        const struct slot_day *d = &list->days[i];
        parts[n++] = d->count;
        parts[n++] = (int64_t)d->sale << 32 | d->notice;
        parts[n++] = (int64_t)d->busy << 32 | d->travel;
    }
    return hash_short((struct str){ (const char *)parts, n * sizeof *parts });
}

static void put_duration(struct json *j, const struct slots_ask *ask)
{
    json_put_int(j, "durationMinutes", ask->query.minutes);
    json_open(j, "duration", '[');
    for (size_t i = 0; i < ask->price.n_parts; i++) {
        const struct price_part *part = &ask->price.parts[i];
        json_start_object(j);
        json_put_str(j, "service", part->service);
        json_put_int(j, "minutes", part->minutes);
        if (part->why.len > 0)
            json_put_str(j, "why", part->why);
        json_end_object(j);
    }
    json_end_array(j);
}

static void put_days(struct call *call, struct json *j, const struct slot_list *list)
{
    static const char *const sales[] = { "open", "full", "closed", "holiday" };
    json_open(j, "days", '[');
    for (size_t i = 0; i < list->n_days; i++) {
        const struct slot_day *d = &list->days[i];
        char date[DATE_TEXT];
        date_write(d->date, date);
        json_start_object(j);
        json_put_str(j, "date", (struct str){ date, sizeof date });
        json_put_int(j, "count", d->count);
        json_put_str(j, "state", str_from(sales[d->sale]));
        if (!is_online(call)) {
            json_open(j, "reasons", '{');
            json_put_int(j, "busy", d->busy);
            json_put_int(j, "travel", d->travel);
            json_put_int(j, "notice", d->notice);
            json_end_object(j);
        }
        json_end_object(j);
    }
    json_end_array(j);
}

static void write_answer(struct call *call, const struct slots_ask *ask,
                         const struct slot_list *list, uint64_t digest)
{
    const struct company *company = call->image->company;
    enum { SLOT_BYTES_USUAL = 320 };
    struct json j = answer_begin(call);
    buf_reserve(&call->response->body, list->n_slots * SLOT_BYTES_USUAL);
    json_start_object(&j);
    json_put_str(&j, "company", company->id);
    json_put_str(&j, "brand", company->brands[ask->brand].id);
    json_put_str(&j, "timezone", company->zone_name);
    if (ask->query.has_place)
        put_place_zone(&j, company, ask->query.place);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    put_offer(call, &j, &ask->query, digest);
    put_duration(&j, ask);
    json_open(&j, "slots", '[');
    for (size_t i = 0; i < list->n_slots; i++)
        show_slot(call, &j, &list->slots[i]);
    json_end_array(&j);
    put_days(call, &j, list);
    json_end_object(&j);
}

/* The answer without its offer is a function of seq, key class, query and list. */
static struct str etag_for(struct call *call, const struct slots_ask *ask, uint64_t digest)
{
    uint64_t hash = hash_short(call->company) ^ digest;
    for (size_t i = 0; i < call->request->n_query; i++) {
        const struct http_field *f = &call->request->query[i];
        hash = hash * 31 + hash_short(f->name) * 17 + hash_short(f->value);
    }
    return str_print(call->arena, "\"%llu-%d-%d-%d-%016llx\"", (unsigned long long)call->image->seq,
                     is_online(call), (int)ask->brand, (int)ask->query.from,
                     (unsigned long long)hash);
}

/* "*", or a list that has the tag; a weak one is as good, the answer would be the same. */
bool names_tag(struct str header, struct str etag)
{
    if (str_equal(header, STR("*")))
        return true;
    while (header.len > 0) {
        struct str tag = str_cut(&header, ',');
        while (tag.len > 0 && tag.at[0] == ' ')
            tag = (struct str){ tag.at + 1, tag.len - 1 };
        if (str_starts(tag, STR("W/")))
            tag = (struct str){ tag.at + 2, tag.len - 2 };
        if (str_equal(tag, etag))
            return true;
    }
    return false;
}

bool slots_handle(struct call *call)
{
    struct slots_ask ask;
    if (!slots_query_read(call, NULL, 0, &ask))
        return true;
    const struct slot_list list = slots_find(call->image, &ask.query, &call->work);
    const uint64_t digest = digest_of(&call->work, &list);
    const struct str etag = etag_for(call, &ask, digest);
    http_response_header(call->response, "ETag", etag);
    http_response_header(call->response, "Cache-Control", STR("no-cache"));
    if (names_tag(http_header(call->request, "If-None-Match", NULL), etag)) {
        call->response->status = 304;
        return true;
    }
    write_answer(call, &ask, &list, digest);
    return answer_json(call, 200);
}
