/* Runs *.cases files of the audit: a calendar in a few lines, and what is wrong with it.
 *
 * The language is told at the top of tests/cases/audit.cases. A wrong case prints its file and
 * line, what was wanted and what was found; the rest still run. */
#include "case_words.h"
#include "zone_file.h"

#include "base/block.h"
#include "core/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 256 * 1024, ARENA_BYTES = 256 * 1024 * 1024, THINGS = 64 };

struct calendar_text {
    struct audit_thing things[THINGS];
    struct str who[THINGS];
    size_t n;
};

static struct calendar_text said;
static struct audit_report report;

static void expect(struct reader *r, struct str want, struct str got)
{
    r->asked++;
    if (str_equal(want, got))
        return;
    r->wrong++;
    printf("%s:%d:\n  wanted %.*s\n  found  %.*s\n", r->path, r->line, STR_ARG(want), STR_ARG(got));
}

static void zone_set(struct reader *r, struct str name)
{
    struct str bytes = { 0 };
    struct il_err err = { 0 };
    if (!zone_file_read(r->arena, name, &bytes))
        unreadable(r, "there is no zone \"%.*s\"", STR_ARG(name));
    if (zone_parse(r->arena, bytes, &r->world.zone, &err) != IL_OK)
        unreadable(r, "%s", err.text);
}

static void read_case(struct reader *r)
{
    const struct zone *zone = r->world.zone;
    world_clear(&r->world, zone);
    zone_set(r, STR("America/Denver"));
    r->inspector = NOT_FOUND;
    said.n = 0;
    r->rest = STR("");
}

static void read_zone(struct reader *r)
{
    zone_set(r, word(r));
}

static void read_buffer(struct reader *r)
{
    r->world.rules.buffer_before_min = r->world.rules.buffer_after_min = number(r);
}

static void read_inspector(struct reader *r)
{
    const struct str id = word(r);
    const int32_t known = world_find_inspector(&r->world, id);
    r->inspector = known == NOT_FOUND ? world_add_inspector(&r->world, id) : known;
}

static void read_weekly(struct reader *r)
{
    static const char days[] = "mon tue wed thu fri sat sun ";
    const struct str w = word(r);
    struct world_hours h = { .n_spans = 0 };
    while (peek(r).len > 0) {
        struct str to = word(r);
        const struct str from = str_cut(&to, '-');
        if (to.len == 0)
            h.starts[h.n_starts++] = minute_of(r, from);
        else
            h.spans[h.n_spans++] = (struct wall_span){ minute_of(r, from), minute_of(r, to) };
    }
    for (int day = 0; day < 7; day++) {
        if (is_word(w, "daily") || (w.len == 3 && memcmp(w.at, days + 4 * day, 3) == 0))
            r->world.inspectors[r->inspector].week[day] = h;
    }
}

static uint64_t hash_word(struct str text)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * 1099511628211u;
    return hash >> 1;
}

static struct span read_span(struct reader *r)
{
    const date_d on = date(r);
    struct str w = word(r);
    const struct str from = str_cut(&w, '-');
    struct span when = { moment_of(r, on, from), 0 };
    if (w.len > 0)
        when.end = moment_of(r, on, w);
    else if (take(r, "to"))
        when.end = moment(r);
    return when;
}

static struct audit_thing *add_thing(struct reader *r, enum claim_kind kind)
{
    if (said.n == THINGS)
        unreadable(r, "too many things in one case");
    struct audit_thing *thing = &said.things[said.n];
    *thing = (struct audit_thing){ .kind = kind };
    if (kind == CLAIM_INSPECTION)
        thing->order_number = number(r);
    said.who[said.n++] = word(r);
    thing->when = read_span(r);
    return thing;
}

static void read_order(struct reader *r)
{
    struct audit_thing *order = add_thing(r, CLAIM_INSPECTION);
    while (peek(r).len > 0) {
        if (take(r, "at"))
            order->place_key = (int64_t)hash_word(word(r));
        else if (take(r, "by"))
            order->client[order->order_number % AUDIT_CLIENT_KEYS == 0] = hash_word(word(r));
        else if (take(r, "utc"))
            order->when = (struct span){ zone_to_wall(r->world.zone, order->when.start),
                                         zone_to_wall(r->world.zone, order->when.end) };
        else
            unreadable(r, "\"%.*s\" says nothing of an order", STR_ARG(peek(r)));
    }
}

static void read_event(struct reader *r)
{
    (void)add_thing(r, CLAIM_EVENT);
}

/* ---- answers ---- */

static struct str thing_text(struct reader *r, int32_t thing)
{
    const struct audit_thing *t = &said.things[thing];
    return t->order_number == 0 ? STR("event")
                                : str_print(r->arena, "%lld", (long long)t->order_number);
}

static struct str findings_text(struct reader *r)
{
    struct str text = STR("");
    for (size_t i = 0; i < report.n_findings; i++) {
        const struct audit_finding *f = &report.findings[i];
        text = str_print(r->arena, "%.*s%s%.*s %.*s", STR_ARG(text), i > 0 ? " | " : "",
                         STR_ARG(audit_kind_name(f->kind)), STR_ARG(thing_text(r, f->a.thing)));
        if (f->b.thing != NOT_FOUND)
            text =
                str_print(r->arena, "%.*s %.*s", STR_ARG(text), STR_ARG(thing_text(r, f->b.thing)));
        if (f->shift_s != 0)
            text = str_print(r->arena, "%.*s %+lld", STR_ARG(text),
                             (long long)(f->shift_s / MINUTE_S));
    }
    return report.n_findings == 0 ? STR("nothing") : text;
}

static void audit_said(struct reader *r)
{
    struct audit_visit visits[THINGS];
    for (size_t i = 0; i < said.n; i++) {
        said.things[i].inspector = inspector_named(r, said.who[i]);
        visits[i] =
            (struct audit_visit){ said.things[i].inspector, (int32_t)i, said.things[i].when };
    }
    const struct image *image = world_image(&r->world);
    const struct audit_input input = { .company = image->company,
                                       .things = said.things,
                                       .n_things = said.n,
                                       .visits = visits,
                                       .n_visits = said.n };
    report = audit_run(&input, r->arena);
    block_free(image);
}

static void read_find(struct reader *r)
{
    audit_said(r);
    expect(r, r->rest, str_print(r->arena, " %.*s", STR_ARG(findings_text(r))));
    r->rest = STR("");
}

static void read_outside(struct reader *r)
{
    audit_said(r);
    const struct str got = str_print(r->arena, "%zu", report.outside_hours);
    expect(r, word(r), got);
}

/* ---- lines ---- */

static const struct verb {
    const char *name;
    void (*read)(struct reader *r);
} verbs[] = {
    { "case", read_case },           { "zone", read_zone },     { "buffer", read_buffer },
    { "inspector", read_inspector }, { "weekly", read_weekly }, { "order", read_order },
    { "event", read_event },         { "find", read_find },     { "outside", read_outside },
};

static void read_line(struct reader *r)
{
    const struct str w = word(r);
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        if (!is_word(w, verbs[i].name))
            continue;
        verbs[i].read(r);
        if (peek(r).len > 0)
            unreadable(r, "\"%.*s\" is too much", STR_ARG(peek(r)));
        return;
    }
    unreadable(r, "\"%.*s\" is no line of a case", STR_ARG(w));
}

int main(int argc, char **argv)
{
    struct arena arena = arena_make(ARENA_BYTES);
    int wrong = 0;
    for (int i = 1; i < argc; i++) {
        struct str text = { 0 };
        struct reader r = { .arena = &arena, .path = argv[i] };
        if (!file_read(&arena, argv[i], FILE_BYTES_MAX, &text))
            unreadable(&r, "cannot be read");
        while (text.len > 0) {
            r.rest = str_cut(&text, '\n');
            r.line++;
            if (peek(&r).len > 0 && peek(&r).at[0] != '#')
                read_line(&r);
        }
        printf("%s: %d answers, %d wrong\n", argv[i], r.asked, r.wrong);
        wrong += r.wrong;
    }
    arena_drop(&arena);
    return wrong == 0 ? 0 : 1;
}
