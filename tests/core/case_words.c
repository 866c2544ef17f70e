/* Words, numbers and moments of a line, and the names a case has given. */
#include "case_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void unreadable(const struct reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%s:%d: ", r->path, r->line);
    (void)vprintf(format, args);
    printf("\n");
    va_end(args);
    exit(2);
}

struct str peek(struct reader *r)
{
    while (r->rest.len > 0 && r->rest.at[0] == ' ')
        r->rest = (struct str){ r->rest.at + 1, r->rest.len - 1 };
    struct str rest = r->rest;
    return str_cut(&rest, ' ');
}

struct str word(struct reader *r)
{
    const struct str w = peek(r);
    if (w.len == 0)
        unreadable(r, "the line ends too early");
    r->rest = (struct str){ r->rest.at + w.len, r->rest.len - w.len };
    return w;
}

bool is_word(struct str w, const char *text)
{
    return str_equal(w, str_from(text));
}

bool take(struct reader *r, const char *text)
{
    const bool is_next = is_word(peek(r), text);
    if (is_next)
        (void)word(r);
    return is_next;
}

int32_t number(struct reader *r)
{
    const struct str w = word(r);
    int64_t value = 0;
    if (!str_to_int(w, &value) || value < INT32_MIN || value > INT32_MAX)
        unreadable(r, "\"%.*s\" is no number", STR_ARG(w));
    return (int32_t)value;
}

date_d date(struct reader *r)
{
    const struct str w = word(r);
    date_d d = 0;
    if (!date_parse(w, &d))
        unreadable(r, "\"%.*s\" is no date", STR_ARG(w));
    return d;
}

int32_t minute_of(const struct reader *r, struct str text)
{
    int32_t minute = 0;
    if (!time_of_day_parse(text, true, &minute))
        unreadable(r, "\"%.*s\" is no time of day", STR_ARG(text));
    return minute;
}

utc_s moment_of(const struct reader *r, date_d on, struct str text)
{
    const bool is_second = text.len > 0 && text.at[text.len - 1] == '\'';
    const struct str plain = { text.at, text.len - is_second };
    const struct str clock = { plain.at, plain.len < 5 ? plain.len : 5 };
    int64_t seconds = 0;
    if (plain.len != 5 &&
        (plain.len != 8 || !str_to_int((struct str){ plain.at + 6, 2 }, &seconds)))
        unreadable(r, "\"%.*s\" is no time of day", STR_ARG(text));
    const wall_s wall = (wall_s)on * DAY_S + (wall_s)minute_of(r, clock) * MINUTE_S;
    const struct wall_instants at = zone_from_wall(r->world.zone, wall);
    return (is_second ? at.last : at.first) + seconds;
}

utc_s moment(struct reader *r)
{
    const date_d on = date(r);
    return moment_of(r, on, word(r));
}

enum audience audience(struct reader *r)
{
    const struct str w = word(r);
    if (!is_word(w, "online") && !is_word(w, "internal"))
        unreadable(r, "\"%.*s\" is no audience", STR_ARG(w));
    return is_word(w, "online") ? AUDIENCE_ONLINE : AUDIENCE_INTERNAL;
}

int32_t inspector_named(const struct reader *r, struct str id)
{
    const int32_t i = world_find_inspector(&r->world, id);
    if (i == NOT_FOUND)
        unreadable(r, "there is no inspector \"%.*s\"", STR_ARG(id));
    return i;
}

int32_t service_named(const struct reader *r, struct str id)
{
    for (size_t i = 0; i < r->world.n_services; i++) {
        if (str_equal(str_from(r->world.services[i].id), id))
            return (int32_t)i;
    }
    unreadable(r, "there is no service \"%.*s\"", STR_ARG(id));
}

ref_t owner_named(struct reader *r, struct str name)
{
    for (size_t i = 0; i < r->n_owners; i++) {
        if (str_equal(r->owners[i].name, name))
            return r->owners[i].ref;
    }
    return 0;
}

struct world_hours hours(struct reader *r)
{
    struct world_hours h = { .n_spans = 0 };
    while (peek(r).len > 0) {
        struct str w = word(r);
        if (is_word(w, "starts") || is_word(w, "closed"))
            continue;
        if (w.len == 5) {
            h.starts[h.n_starts++] = minute_of(r, w);
            continue;
        }
        const struct str from = str_cut(&w, '-');
        struct wall_span span = { minute_of(r, from), minute_of(r, w) };
        span.to_min += span.to_min <= span.from_min ? DAY_MIN : 0;
        h.spans[h.n_spans++] = span;
    }
    return h;
}
