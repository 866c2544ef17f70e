/* Spans and starts of a day, and the rows of a week, as texts and back.
 *
 * A span whose end is at or before its start goes on to the next day. */
#include "document_parts.h"

#include <stdlib.h>

static const char *const week_days[WEEK_DAYS] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

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

/* Two that overlap are one, and what is longer than a day could not be written again. */
static void lengths_check(struct json_obj *o, const struct wall_span *spans, size_t n)
{
    for (size_t i = 0; i < n && !o->reader->failed; i++) {
        if (spans[i].to_min - spans[i].from_min > DAY_MIN)
            json_fault(o, "spans", "out_of_range", "must not be longer than 24 hours together");
    }
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
        if (spans[i].to_min <= spans[i].from_min)
            spans[i].to_min += DAY_MIN;
    }
    *ret_n = o->reader->failed ? 0 : wall_spans_merge(spans, list.n);
    lengths_check(o, spans, *ret_n);
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
        const int32_t to_min = hours->spans[i].to_min;
        minute_put(j, to_min > DAY_MIN ? to_min - DAY_MIN : to_min);
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

/* ---- weeks ---- */

static int same_validity(const struct week_row *a, const struct week_row *b)
{
    return a->weekday == b->weekday && a->valid_from == b->valid_from && a->valid_to == b->valid_to;
}

/* How many before row i are of the same weekday from the same date. */
static size_t equal_before(const struct week_row *rows, size_t i)
{
    size_t n = 0;
    for (size_t k = 0; k < i; k++)
        n += rows[k].weekday == rows[i].weekday && rows[k].valid_from == rows[i].valid_from;
    return n;
}

static void week_row_check(struct json_obj *in, const struct week_row *rows, size_t i)
{
    if (in->reader->failed)
        return;
    if (rows[i].valid_to < rows[i].valid_from)
        json_fault(in, "validTo", "out_of_range", "must not be before validFrom");
    for (size_t k = 0; k < i && !in->reader->failed; k++) {
        if (same_validity(&rows[k], &rows[i]))
            json_fault(in, "day", "out_of_range", "is given twice");
    }
    if (!in->reader->failed && equal_before(rows, i) >= WEEK_ROWS_EQUAL_MAX)
        json_fault(in, "day", "too_long", "has more than 4 rows from the same date");
}

static struct week_row week_row_get(struct json_obj *in)
{
    struct week_row row = { .valid_from = INT32_MIN, .valid_to = INT32_MAX };
    row.weekday = json_get_word(in, "day", week_days, WEEK_DAYS);
    if (json_has(in, "validFrom"))
        row.valid_from = json_get_date(in, "validFrom");
    if (json_has(in, "validTo"))
        row.valid_to = json_get_date(in, "validTo");
    row.hours.spans = spans_get(in, &row.hours.n_spans);
    row.hours.starts = starts_get(in, &row.hours.n_starts);
    json_done(in);
    return row;
}

static int week_order(const void *left, const void *right)
{
    const struct week_row *a = left;
    const struct week_row *b = right;
    if (a->weekday != b->weekday)
        return a->weekday < b->weekday ? -1 : 1;
    if (a->valid_from != b->valid_from)
        return a->valid_from < b->valid_from ? -1 : 1;
    return a->valid_to < b->valid_to ? -1 : a->valid_to > b->valid_to;
}

void weekly_get(struct json_obj *o, struct part_inspector *p)
{
    struct json_arr list = json_opt_arr(o, "weekly", WEEK_ROWS_MAX);
    struct week_row *rows = arena_array(o->reader->arena, struct week_row, list.n);
    for (size_t i = 0; i < list.n && !o->reader->failed; i++) {
        struct json_obj in = json_arr_obj(&list, i);
        rows[i] = week_row_get(&in);
        week_row_check(&in, rows, i);
    }
    p->week = rows;
    p->n_week = o->reader->failed ? 0 : list.n;
    if (p->n_week > 1)
        qsort(rows, p->n_week, sizeof *rows, week_order);
}

static void day_put(struct json *j, const char *name, date_d date)
{
    char text[DATE_TEXT];
    date_write(date, text);
    json_put_str(j, name, (struct str){ text, sizeof text });
}

void weekly_put(struct json *j, const struct part_inspector *p)
{
    if (p->n_week == 0)
        return;
    json_open(j, "weekly", '[');
    for (size_t i = 0; i < p->n_week; i++) {
        const struct week_row *row = &p->week[i];
        json_start_object(j);
        json_put_str(j, "day", str_from(week_days[row->weekday]));
        if (row->valid_from != INT32_MIN)
            day_put(j, "validFrom", row->valid_from);
        if (row->valid_to != INT32_MAX)
            day_put(j, "validTo", row->valid_to);
        if (row->hours.n_spans > 0)
            spans_put(j, &row->hours);
        if (row->hours.n_starts > 0)
            starts_put(j, &row->hours);
        json_end_object(j);
    }
    json_end_array(j);
}
