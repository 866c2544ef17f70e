/* What happened: the journal as an integrator or a board may read it.
 *
 *  C1  A change names things by what they are asked for with, and says nothing else about them.
 *  C2  To a key of one brand a change is what it names of that brand, and of no brand alone; with
 *      nothing of it left, it did not happen. Numbers of changes have gaps for such a key. */
#include "call.h"

#include <stdio.h>

enum { CHANGES_USUAL = 100 };

static const char *const lists[NEWS_KINDS] = {
    [NEWS_INSPECTION] = "inspections",
    [NEWS_HOLD] = "holds",
    [NEWS_EVENT] = "events",
    [NEWS_VACATION] = "vacations",
    [NEWS_SETTING] = "settings",
    [NEWS_CONFLICT] = "conflicts",
    [NEWS_KEY] = "keys",
};

static bool sees(const struct actor *actor, const struct news_item *item)
{
    if (item->what == NEWS_CONFLICT)
        return actor_sees_pair(actor, item->brand, item->other_brand);
    return item->brand.len == 0 ? actor->brand.len == 0 || item->what != NEWS_KEY
                                : actor_sees(actor, item->brand);
}

static void put_id(struct json *j, const struct news_item *item)
{
    char text[24];
    if (item->id.len > 0) {
        json_put_str(j, "_id", item->id);
        return;
    }
    const int len = snprintf(text, sizeof text, "%c%llx", item->what == NEWS_HOLD ? 'h' : 'c',
                             (unsigned long long)item->ref);
    json_put_str(j, "_id", (struct str){ text, (size_t)len });
}

static void put_item(struct json *j, const struct news_item *item)
{
    json_start_object(j);
    put_id(j, item);
    switch (item->what) {
    case NEWS_INSPECTION:
        json_put_int(j, "orderNumber", item->order_number);
        json_put_int(j, "version", item->version);
        json_put_str(j, "status", item->word);
        json_put_str(j, "brand", item->brand);
        break;
    case NEWS_HOLD:
    case NEWS_CONFLICT:
        json_put_str(j, "state", item->word);
        break;
    case NEWS_EVENT:
    case NEWS_VACATION:
        json_put_int(j, "version", item->version);
        json_put_bool(j, "removed", item->is_gone);
        break;
    case NEWS_SETTING:
        json_put_str(j, "kind", item->word);
        json_put_bool(j, "removed", item->is_gone);
        break;
    case NEWS_KEY:
        json_put_bool(j, "revoked", item->is_gone);
        break;
    case NEWS_KINDS:
        break;
    }
    json_end_object(j);
}

static void put_items(struct json *j, const struct actor *actor, const struct news *news)
{
    int open = NEWS_KINDS; /* the list that is being written */
    for (size_t i = 0; i < news->n; i++) {
        const struct news_item *item = &news->items[i];
        if (!sees(actor, item))
            continue;
        if ((int)item->what != open) {
            if (open != NEWS_KINDS)
                json_end_array(j);
            json_open(j, lists[item->what], '[');
            open = (int)item->what;
        }
        put_item(j, item);
    }
    if (open != NEWS_KINDS)
        json_end_array(j);
}

bool news_is_seen(const struct actor *actor, const struct news *news)
{
    bool seen = actor->brand.len == 0;
    for (size_t i = 0; !seen && i < news->n; i++)
        seen = sees(actor, &news->items[i]);
    return seen;
}

void show_news(struct json *j, const struct zone *zone, const struct actor *actor,
               const struct news *news)
{
    json_start_object(j);
    json_put_int(j, "seq", (int64_t)news->seq);
    show_instant(j, "at", zone, news->at);
    json_put_str(j, "kind", command_name(news->kind));
    json_put_str(j, "channel", news->channel);
    json_open(j, "what", '{');
    put_items(j, actor, news);
    json_end_object(j);
    json_put_bool(j, "more", news->is_cut);
    json_end_object(j);
}

static void put_page(struct call *call, const struct news_list *list, int64_t after)
{
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "changes", '[');
    for (size_t i = 0; i < list->n; i++) {
        if (news_is_seen(&call->actor, list->at[i]))
            show_news(&j, call->image->company->zone, &call->actor, list->at[i]);
    }
    json_end_array(&j);
    json_put_int(&j, "next", list->n > 0 ? (int64_t)list->at[list->n - 1]->seq : after);
    json_put_int(&j, "asOfSeq", (int64_t)list->newest);
    json_end_object(&j);
}

bool changes_list(struct call *call)
{
    static const char *const known[] = { "after", "limit" };
    struct news_list list;
    struct il_err err;
    int64_t after = 0;
    int64_t limit = CHANGES_USUAL;
    if (query_is_wrong(call, known, 2) || !query_whole(call, "after", 0, SEQ_MAX, &after) ||
        !query_whole(call, "limit", 1, NEWS_MAX, &limit))
        return true;
    const struct lookup in = lookup_of(call);
    if (desk_news(&in, (uint64_t)after, (size_t)limit, &list, &err) != IL_OK)
        return answer_fault(call, &err);
    const bool is_ahead = (uint64_t)after > list.newest;
    if (!is_ahead)
        put_page(call, &list, after);
    news_drop(&list);
    return is_ahead ? answer_code(call, CODE_out_of_range, "/after",
                                  STR("No change has that number yet: read everything anew."))
                    : answer_json(call, 200);
}
