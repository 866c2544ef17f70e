/* GET /inspections: lists and searches.
 *
 *  A cursor is sealed: it says where the page before ended and of which question, so that one that
 *  was made up, damaged, of another company or of another question is refused and never misread. */
#include "call.h"

enum { PAGE_DEFAULT = 50, PAGE_MAX = 200, QUESTION_CHARS_MAX = 200 };

static bool wrong(struct call *call, enum code code, const char *field, const char *words)
{
    (void)answer_code(call, code, field, str_from(words));
    return false;
}

/* ---- the question ---- */

static bool get_words(struct call *call, struct question *words, struct inspections_ask *ret)
{
    const struct str text = query_get(call, "q");
    if (text.len == 0)
        return true;
    if (text.len > QUESTION_CHARS_MAX)
        return wrong(call, CODE_too_long, "/q", "is longer than 200 bytes");
    if (!str_is_utf8(text))
        return wrong(call, CODE_utf8_invalid, "/q", "is not valid UTF-8");
    if (!question_read(&call->work, text, words))
        return wrong(call, CODE_out_of_range, "/q", "must have a word, and at most 12");
    ret->question = words;
    return true;
}

static bool get_day(struct call *call, const char *name, bool *ret_given, date_d *ret)
{
    const struct str text = query_get(call, name);
    *ret_given = text.len > 0;
    return !*ret_given || date_parse(text, ret) ||
           wrong(call, CODE_out_of_range, str_print(call->arena, "/%s", name).at,
                 "must be a date such as 2026-11-30");
}

/* Whole days of the company's zone, both included. */
static bool get_starts(struct call *call, struct span *ret)
{
    const struct zone *zone = call->image->company->zone;
    bool has_from;
    bool has_to;
    date_d from;
    date_d to;
    if (!get_day(call, "from", &has_from, &from) || !get_day(call, "to", &has_to, &to))
        return false;
    if (has_from && has_to && to < from)
        return wrong(call, CODE_out_of_range, "/to", "must not be before from");
    ret->start = has_from ? date_span(zone, from).start : INT64_MIN;
    ret->end = has_to ? date_span(zone, to).end : INT64_MAX;
    return true;
}

static bool get_status(struct call *call, int32_t *ret)
{
    const struct str text = query_get(call, "status");
    enum status status;
    *ret = NOT_FOUND;
    if (text.len == 0)
        return true;
    if (!status_parse(text, &status))
        return wrong(call, CODE_out_of_range, "/status",
                     "status is unconfirmed, confirmed, completed, no_show or cancelled");
    *ret = (int32_t)status;
    return true;
}

static bool get_order(struct call *call, struct inspections_ask *ret)
{
    const struct str text = query_get(call, "order");
    ret->oldest_first = str_equal(text, STR("time"));
    if (text.len > 0 && !ret->oldest_first && !str_equal(text, STR("newest")))
        return wrong(call, CODE_out_of_range, "/order", "order is newest or time");
    return !ret->oldest_first || ret->question == NULL ||
           wrong(call, CODE_out_of_range, "/order", "a search is told from the newest booked");
}

static bool get_limit(struct call *call, size_t *ret)
{
    const struct str text = query_get(call, "limit");
    int64_t limit = PAGE_DEFAULT;
    if (text.len > 0 && !str_to_int(text, &limit))
        return wrong(call, CODE_type, "/limit", "must be a whole number");
    if (limit < 1 || limit > PAGE_MAX)
        return wrong(call, CODE_out_of_range, "/limit", "must be from 1 to 200");
    *ret = (size_t)limit;
    return true;
}

static bool get_inspector(struct call *call, struct str *ret)
{
    *ret = query_get(call, "_inspectorId");
    return ret->len == 0 || company_find_inspector(call->image->company, *ret) != NOT_FOUND ||
           wrong(call, CODE_not_offered, "/_inspectorId", "There is no such inspector.");
}

/* ---- cursors ---- */

/* Who asks for what, but for the page: a cursor goes on with the same. */
static uint64_t question_hash(const struct call *call)
{
    static const char *const names[] = { "q", "from", "to", "status", "_inspectorId", "order" };
    uint64_t hash = hash_short(call->company) * 31 + hash_short(call->actor.brand);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hash = hash * 31 + hash_short(query_get(call, names[i]));
    return hash;
}

static struct str cursor_make(struct call *call, const struct inspections_found *found)
{
    const struct hash key = desk_seal_key(call->api->desk);
    const struct str plain =
        str_print(call->arena, "list %llu %lld %llu", (unsigned long long)question_hash(call),
                  (long long)found->after_start, (unsigned long long)found->after);
    return seal(call->arena, &key, plain);
}

static bool cursor_read(struct call *call, struct str plain, struct inspections_ask *ret)
{
    const struct str word = str_cut(&plain, ' ');
    const struct str hash = str_cut(&plain, ' ');
    const struct str start = str_cut(&plain, ' ');
    int64_t ref;
    if (!str_equal(word, STR("list")) ||
        !str_equal(hash, str_print(call->arena, "%llu", (unsigned long long)question_hash(call))) ||
        !str_to_int(start, &ret->after_start) || !str_to_int(plain, &ref) || ref <= 0)
        return false;
    ret->after = (ref_t)ref;
    return true;
}

static bool get_cursor(struct call *call, struct inspections_ask *ret)
{
    const struct hash key = desk_seal_key(call->api->desk);
    const struct str token = query_get(call, "cursor");
    struct str plain;
    return token.len == 0 ||
           (unseal(call->arena, &key, token, &plain) && cursor_read(call, plain, ret)) ||
           wrong(call, CODE_out_of_range, "/cursor",
                 "is not a cursor of this list: take `next` of the page before, with the same "
                 "parameters");
}

/* ---- the answer ---- */

static void put_found(struct call *call, const struct inspections_found *found)
{
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "inspections", '[');
    for (size_t i = 0; i < found->n; i++)
        show_inspection(call, &j, &found->at[i].record, found->at[i].personal);
    json_end_array(&j);
    json_key(&j, STR("next"));
    if (found->has_more)
        json_str(&j, cursor_make(call, found));
    else
        json_none(&j);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_end_object(&j);
}

bool inspections_list(struct call *call)
{
    static const char *const known[] = { "q",     "from",  "to",    "status", "_inspectorId",
                                         "order", "limit", "cursor" };
    struct question words;
    struct inspections_ask ask = { .actor = &call->actor };
    struct inspections_found found;
    struct il_err err;
    if (query_is_wrong(call, known, sizeof known / sizeof known[0]) ||
        !get_words(call, &words, &ask) || !get_starts(call, &ask.starts) ||
        !get_status(call, &ask.status) || !get_inspector(call, &ask.inspector) ||
        !get_order(call, &ask) || !get_limit(call, &ask.limit) || !get_cursor(call, &ask))
        return true;
    const struct lookup in = { call->api->desk, call->company, &call->work };
    if (desk_inspections(&in, &ask, &found, &err) != IL_OK)
        return answer_fault(call, &err);
    put_found(call, &found);
    return answer_json(call, 200);
}
