/* Spans and starts of a day as texts and back. */
#include "document_parts.h"

static int32_t minute_get(struct json_arr *a, size_t i, bool as_end)
{
    int32_t minute = 0;
    const struct str text = json_arr_str(a, i, TIME_OF_DAY_TEXT);
    if (!a->reader->failed && !time_of_day_parse(text, as_end, &minute))
        json_arr_fault(a, i, "out_of_range",
                       as_end ? "must be a time of day such as 17:00, at most 24:00"
                              : "must be a time of day such as 08:00");
    return minute;
}

struct wall_span *spans_get(struct json_obj *o, size_t *ret_n)
{
    struct json_arr list = json_opt_arr(o, "spans", DAY_SPANS_MAX);
    struct wall_span *spans = arena_array(o->reader->arena, struct wall_span, list.n);
    for (size_t i = 0; i < list.n; i++) {
        struct json_arr pair = json_arr_arr(&list, i, 2);
        if (!o->reader->failed && pair.n != 2)
            json_arr_fault(&list, i, "type", "must be a start and an end");
        spans[i].from_min = minute_get(&pair, 0, false);
        spans[i].to_min = minute_get(&pair, 1, true);
        if (!o->reader->failed && spans[i].to_min <= spans[i].from_min)
            json_arr_fault(&list, i, "out_of_range", "must end after it starts");
    }
    *ret_n = o->reader->failed ? 0 : wall_spans_merge(spans, list.n);
    return spans;
}

static size_t insert_distinct(int32_t *sorted, size_t n, int32_t value)
{
    size_t k = n;
    while (k > 0 && sorted[k - 1] > value)
        k--;
    if (k > 0 && sorted[k - 1] == value)
        return n;
    for (size_t i = n; i > k; i--)
        sorted[i] = sorted[i - 1];
    sorted[k] = value;
    return n + 1;
}

int32_t *starts_get(struct json_obj *o, size_t *ret_n)
{
    struct json_arr list = json_opt_arr(o, "starts", DAY_STARTS_MAX);
    int32_t *starts = arena_array(o->reader->arena, int32_t, list.n);
    size_t n = 0;
    for (size_t i = 0; i < list.n; i++)
        n = insert_distinct(starts, n, minute_get(&list, i, false));
    *ret_n = n;
    return starts;
}

static void minute_put(struct json *j, int32_t minute)
{
    char text[TIME_OF_DAY_TEXT];
    time_of_day_write(minute, text);
    json_str(j, (struct str){ text, sizeof text });
}

void spans_put(struct json *j, const struct day_hours *hours)
{
    json_open(j, "spans", '[');
    for (size_t i = 0; i < hours->n_spans; i++) {
        json_start_array(j);
        minute_put(j, hours->spans[i].from_min);
        minute_put(j, hours->spans[i].to_min);
        json_end_array(j);
    }
    json_end_array(j);
}

void starts_put(struct json *j, const struct day_hours *hours)
{
    json_open(j, "starts", '[');
    for (size_t i = 0; i < hours->n_starts; i++)
        minute_put(j, hours->starts[i]);
    json_end_array(j);
}
