/* Runs *.slots files: a company in a few lines, a question, and the answer a customer would expect.
 *
 * The language is told at the top of tests/cases/basics.slots. A wrong case prints its file and
 * line, what was wanted and what was given; the rest still run. */
#include "case_rules.h"
#include "zone_file.h"

#include "base/block.h"
#include "core/instant.h"
#include "core/slots.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 256 * 1024, ARENA_BYTES = 256 * 1024 * 1024 };

static void expect(struct reader *r, struct str want, struct str got)
{
    r->asked++;
    if (str_equal(want, got))
        return;
    r->wrong++;
    printf("%s:%d:\n  wanted %.*s\n  given  %.*s\n", r->path, r->line, STR_ARG(want), STR_ARG(got));
}

/* ---- the company ---- */

static void read_case(struct reader *r)
{
    const struct zone *zone = r->world.zone;
    world_clear(&r->world, zone);
    r->rules = &r->world.rules;
    r->inspector = NOT_FOUND;
    r->n_owners = 0;
    r->has_answer = false;
    r->rest = STR("");
}

static void read_zone(struct reader *r)
{
    const struct str name = word(r);
    struct str bytes = { 0 };
    struct il_err err = { 0 };
    if (!zone_file_read(r->arena, name, &bytes))
        unreadable(r, "there is no zone \"%.*s\"", STR_ARG(name));
    if (zone_parse(r->arena, bytes, &r->world.zone, &err) != IL_OK)
        unreadable(r, "%s", err.text);
}

static void read_brand(struct reader *r)
{
    struct world_brand *brand = &r->world.brands[r->world.n_brands++];
    copy_name(brand->id, word(r));
    brand->rules = r->world.rules;
    r->rules = &brand->rules;
    read_rules(r);
}

static void read_service(struct reader *r)
{
    struct world_service *service = &r->world.services[r->world.n_services++];
    copy_name(service->id, word(r));
    service->minutes = number(r);
    service->is_inactive = take(r, "inactive");
    service->is_addon = take(r, "addon");
}

static void read_inspector(struct reader *r)
{
    r->inspector = world_add_inspector(&r->world, word(r));
    struct world_inspector *inspector = &r->world.inspectors[r->inspector];
    while (peek(r).len > 0) {
        if (take(r, "max"))
            inspector->daily_max = number(r);
        else if (take(r, "weekmax"))
            inspector->weekly_max = number(r);
        else if (take(r, "in"))
            inspector->areas[inspector->n_areas++] = area_named(r);
        else if (take(r, "inactive"))
            inspector->is_inactive = true;
        else if (take(r, "cannot"))
            inspector->cannot[service_named(r, word(r))] = true;
        else
            unreadable(r, "\"%.*s\" says nothing of an inspector", STR_ARG(peek(r)));
    }
}

static struct world_inspector *current(struct reader *r)
{
    if (r->inspector == NOT_FOUND)
        unreadable(r, "name an inspector first");
    return &r->world.inspectors[r->inspector];
}

static void week_set(const struct reader *r, struct world_inspector *inspector,
                     const struct world_week_row *row)
{
    if (row->valid_from == INT32_MIN && row->valid_to == INT32_MAX) {
        inspector->week[row->weekday] = row->hours;
        return;
    }
    if (inspector->n_dated == WORLD_DATED)
        unreadable(r, "those are too many rows with dates");
    inspector->dated[inspector->n_dated++] = *row;
}

static void read_weekly(struct reader *r)
{
    static const char days[] = "mon tue wed thu fri sat sun ";
    const struct str w = word(r);
    struct world_inspector *inspector = current(r);
    struct world_week_row row = { .valid_from = INT32_MIN, .valid_to = INT32_MAX };
    if (take(r, "from"))
        row.valid_from = date(r);
    if (take(r, "to"))
        row.valid_to = date(r);
    row.hours = hours(r);
    bool known = false;
    for (int day = 0; day < 7; day++) {
        if (!is_word(w, "daily") && (w.len != 3 || memcmp(w.at, days + 4 * day, 3) != 0))
            continue;
        row.weekday = day;
        week_set(r, inspector, &row);
        known = true;
    }
    if (!known)
        unreadable(r, "\"%.*s\" is no day", STR_ARG(w));
}

static void read_opening(struct reader *r)
{
    (void)current(r);
    struct world_opening *o = &r->world.openings[r->world.n_openings++];
    o->inspector = r->inspector;
    o->date = date(r);
    o->is_manual = is_word(word(r), "manual");
    o->visibility = take(r, "online")     ? VISIBLE_ONLINE
                    : take(r, "internal") ? VISIBLE_INTERNAL
                                          : VISIBLE_BOTH;
    (void)take(r, "both");
    o->hours = hours(r);
}

static void read_holiday(struct reader *r)
{
    struct world_holiday *holiday = &r->world.holidays[r->world.n_holidays++];
    *holiday = (struct world_holiday){ .date = date(r) };
    if (take(r, "worked")) {
        while (peek(r).len > 0)
            holiday->is_worked[inspector_named(r, word(r))] = true;
    }
}

static void name_claim(struct reader *r, struct claim *claim, struct str name)
{
    const ref_t known = owner_named(r, name);
    if (known != 0)
        claim->owner = known;
    else
        r->owners[r->n_owners++] = (struct owner){ name, claim->owner };
}

/* "DATE HH:MM-HH:MM", or "DATE HH:MM to DATE HH:MM". */
static struct span claim_span(struct reader *r)
{
    const date_d on = date(r);
    struct str w = word(r);
    const struct str from = str_cut(&w, '-');
    struct span when = { moment_of(r, on, from), 0 };
    if (w.len > 0)
        when.end = moment_of(r, on, w);
    else if (take(r, "to"))
        when.end = moment(r);
    if (when.end <= when.start)
        unreadable(r, "that takes no time");
    return when;
}

static void read_claim(struct reader *r, enum claim_kind kind)
{
    (void)current(r);
    struct claim *claim = world_add_claim(&r->world, r->inspector, kind, claim_span(r), 0);
    claim->expires_at = kind == CLAIM_HOLD ? INT64_MAX : 0;
    if (take(r, "expires"))
        claim->expires_at = moment(r);
    if (take(r, "as"))
        name_claim(r, claim, word(r));
}

static void read_busy(struct reader *r)
{
    read_claim(r, CLAIM_INSPECTION);
}

static void read_hold(struct reader *r)
{
    read_claim(r, CLAIM_HOLD);
}

static void read_event(struct reader *r)
{
    read_claim(r, CLAIM_EVENT);
}

static void read_block(struct reader *r)
{
    read_claim(r, CLAIM_BLOCK);
}

static void read_vacation(struct reader *r)
{
    (void)current(r);
    const date_d first = date(r);
    const date_d last = peek(r).len > 0 ? date(r) : first;
    const struct span when = { world_instant(r->world.zone, first, 0),
                               world_instant(r->world.zone, last + 1, 0) };
    (void)world_add_claim(&r->world, r->inspector, CLAIM_VACATION, when, 0);
}

static void read_now(struct reader *r)
{
    r->now = moment(r);
}

/* ---- questions ---- */

static int32_t brand_named(struct reader *r)
{
    const struct str w = word(r);
    for (size_t i = 0; i < r->world.n_brands; i++) {
        if (str_equal(str_from(r->world.brands[i].id), w))
            return (int32_t)i + 1;
    }
    unreadable(r, "there is no brand \"%.*s\"", STR_ARG(w));
}

static void ask_without(struct reader *r, struct look *look)
{
    const struct str w = word(r);
    const ref_t ref = owner_named(r, w);
    if (ref == 0)
        unreadable(r, "nothing is known as \"%.*s\"", STR_ARG(w));
    look->without[look->without[0] != 0] = ref;
}

static void ask_services(struct reader *r, size_t *ret_n)
{
    struct str list = word(r);
    *ret_n = 0;
    while (list.len > 0)
        r->services[(*ret_n)++] = service_named(r, str_cut(&list, ','));
}

static void ask_inspectors(struct reader *r)
{
    struct str list = word(r);
    r->query.n_inspectors = 0;
    r->query.inspectors = r->filter;
    while (list.len > 0)
        r->filter[r->query.n_inspectors++] = inspector_named(r, str_cut(&list, ','));
}

static bool ask_number(struct reader *r)
{
    struct slot_query *q = &r->query;
    if (take(r, "days"))
        q->days = number(r);
    else if (take(r, "minutes"))
        q->minutes = number(r);
    else if (take(r, "count"))
        q->count = number(r);
    else if (take(r, "limit"))
        q->limit = (size_t)number(r);
    else
        return false;
    return true;
}

static bool ask_flag(struct reader *r)
{
    struct slot_query *q = &r->query;
    if (take(r, "internal"))
        q->audience = AUDIENCE_INTERNAL;
    else if (take(r, "grouped"))
        q->by_time = true;
    else if (take(r, "keep"))
        q->keep_overlapping = true;
    else if (take(r, "optimal"))
        q->order = ORDER_OPTIMAL;
    else if (take(r, "at")) {
        q->has_place = true;
        q->place = read_place(r);
    } else
        return false;
    return true;
}

static bool ask_name(struct reader *r)
{
    struct slot_query *q = &r->query;
    if (take(r, "inspectors"))
        ask_inspectors(r);
    else if (take(r, "requested"))
        q->requested = inspector_named(r, word(r));
    else if (take(r, "without"))
        ask_without(r, &q->look);
    else if (take(r, "brand"))
        q->brand = brand_named(r);
    else if (take(r, "services"))
        ask_services(r, &q->n_services);
    else
        return false;
    return true;
}

static void read_ask(struct reader *r)
{
    r->query = (struct slot_query){ .audience = AUDIENCE_ONLINE,
                                    .brand = NOT_FOUND,
                                    .services = r->services,
                                    .minutes = 60,
                                    .from = date(r),
                                    .days = 1,
                                    .requested = NOT_FOUND,
                                    .count = 1,
                                    .order = ORDER_TIME,
                                    .limit = SLOTS_LIMIT_MAX,
                                    .look = { .now = r->now } };
    while (peek(r).len > 0) {
        if (!ask_number(r) && !ask_flag(r) && !ask_name(r))
            unreadable(r, "\"%.*s\" cannot be asked", STR_ARG(peek(r)));
    }
    const struct image *image = world_image(&r->world);
    r->answer = slots_find(image, &r->query, r->arena);
    r->has_answer = true;
    block_free(image);
}

/* ---- answers ---- */

static struct str print_start(struct reader *r, utc_s at)
{
    char text[WALL_TEXT];
    const wall_s wall = zone_to_wall(r->world.zone, at);
    wall_write(wall, text);
    const struct wall_instants both = zone_from_wall(r->world.zone, wall);
    const bool is_second = both.kind == WALL_FOLD && at == both.last;
    return str_print(r->arena, "%.5s%s", text + 11, is_second ? "'" : "");
}

static struct str print_people(struct reader *r, const struct slot *slot)
{
    struct str text = STR("");
    if (r->world.n_inspectors < 2)
        return text;
    for (int32_t i = 0; i < slot->n_inspectors; i++)
        text = str_print(r->arena, "%.*s%c%s", STR_ARG(text), i == 0 ? '@' : ',',
                         r->world.inspectors[slot->inspectors[i]].id);
    return text;
}

/* The list as the case files write it: dates where they change, when more than one day is asked. */
static struct str print_slots(struct reader *r)
{
    struct str text = STR("");
    date_d shown = r->query.days == 1 ? r->query.from : INT32_MIN;
    for (size_t i = 0; i < r->answer.n_slots; i++) {
        const struct slot *slot = &r->answer.slots[i];
        const date_d on = wall_date(zone_to_wall(r->world.zone, slot->when.start));
        char on_text[DATE_TEXT];
        date_write(on, on_text);
        if (on != shown)
            text = str_print(r->arena, "%.*s%s%.*s", STR_ARG(text), text.len > 0 ? " " : "",
                             DATE_TEXT, on_text);
        shown = on;
        const struct str start = print_start(r, slot->when.start);
        const struct str people = print_people(r, slot);
        text = str_print(r->arena, "%.*s%s%.*s%.*s%s", STR_ARG(text), text.len > 0 ? " " : "",
                         STR_ARG(start), STR_ARG(people), slot->overlapping ? "!" : "");
    }
    return text.len == 0 ? STR("none") : text;
}

static struct str print_days(struct reader *r, bool states)
{
    static const char *const words[] = { "open", "full", "closed", "holiday" };
    struct str text = STR("");
    for (size_t i = 0; i < r->answer.n_days; i++) {
        const struct slot_day *day = &r->answer.days[i];
        const char *space = i > 0 ? " " : "";
        text = states ? str_print(r->arena, "%.*s%s%s", STR_ARG(text), space, words[day->sale])
                      : str_print(r->arena, "%.*s%s%d", STR_ARG(text), space, day->count);
    }
    return text;
}

/* The rest of the line with single spaces, so that a table may be aligned. */
static struct str rest_of_line(struct reader *r)
{
    struct str text = STR("");
    while (peek(r).len > 0) {
        const struct str w = word(r);
        text =
            str_print(r->arena, "%.*s%s%.*s", STR_ARG(text), text.len > 0 ? " " : "", STR_ARG(w));
    }
    return text;
}

static void need_answer(const struct reader *r)
{
    if (!r->has_answer)
        unreadable(r, "ask first");
}

static void read_slots(struct reader *r)
{
    need_answer(r);
    expect(r, rest_of_line(r), print_slots(r));
}

static void read_counts(struct reader *r)
{
    need_answer(r);
    expect(r, rest_of_line(r), print_days(r, false));
}

static void read_states(struct reader *r)
{
    need_answer(r);
    expect(r, rest_of_line(r), print_days(r, true));
}

static void read_total(struct reader *r)
{
    need_answer(r);
    expect(r, rest_of_line(r), str_print(r->arena, "%zu", r->answer.n_slots));
}

/* book INSPECTOR DATE HH:MM MINUTES online|internal [brand B] [without W] [services S]
 *      [passing CODE]... -> CODE */
static void read_book(struct reader *r)
{
    const int32_t inspector = inspector_named(r, word(r));
    const utc_s start = moment(r);
    struct visit visit = { .brand = NOT_FOUND,
                           .services = r->services,
                           .when = { start, start + (utc_s)number(r) * MINUTE_S },
                           .look = { .now = r->now } };
    code_set passing = 0;
    visit.audience = audience(r);
    visit.must_be_offered = visit.audience == AUDIENCE_ONLINE;
    while (!take(r, "->")) {
        if (take(r, "brand"))
            visit.brand = brand_named(r);
        else if (take(r, "without"))
            ask_without(r, &visit.look);
        else if (take(r, "services"))
            ask_services(r, &visit.n_services);
        else if (take(r, "at")) {
            visit.has_place = true;
            visit.place = read_place(r);
        } else if (take(r, "passing"))
            passing |= (code_set)1 << code_find(word(r));
        else
            unreadable(r, "\"%.*s\" is no part of a booking", STR_ARG(peek(r)));
    }
    const struct image *image = world_image(&r->world);
    enum code code = rules_judge(image->company, company_rules(image->company, visit.brand),
                                 visit.audience, r->now, start, passing);
    if (code == CODE_NONE)
        code = availability_judge(image, inspector, &visit, passing).code;
    expect(r, rest_of_line(r), code == CODE_NONE ? STR("booked") : code_facts(code)->name);
    block_free(image);
}

/* ---- lines ---- */

static const struct verb {
    const char *name;
    void (*read)(struct reader *r);
} verbs[] = {
    { "case", read_case },     { "zone", read_zone },         { "rules", read_rules },
    { "policy", read_policy }, { "brand", read_brand },       { "service", read_service },
    { "area", read_area },     { "hole", read_hole },         { "inspector", read_inspector },
    { "weekly", read_weekly }, { "opening", read_opening },   { "holiday", read_holiday },
    { "busy", read_busy },     { "hold", read_hold },         { "event", read_event },
    { "block", read_block },   { "vacation", read_vacation }, { "now", read_now },
    { "ask", read_ask },       { "slots", read_slots },       { "counts", read_counts },
    { "states", read_states }, { "total", read_total },       { "book", read_book },
};

static void read_line(struct reader *r, struct str line)
{
    r->rest = str_cut(&line, '#');
    if (peek(r).len == 0)
        return;
    const struct str w = word(r);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (!is_word(w, verbs[i].name))
            continue;
        if (r->world.zone == NULL && verbs[i].read != read_zone && verbs[i].read != read_case)
            unreadable(r, "name a zone first");
        verbs[i].read(r);
        if (peek(r).len > 0)
            unreadable(r, "\"%.*s\" is too much", STR_ARG(peek(r)));
        return;
    }
    unreadable(r, "\"%.*s\" is not known here", STR_ARG(w));
}

static bool run_file(const char *path, struct arena *arena)
{
    static struct reader reader;
    memset(&reader, 0, sizeof reader);
    reader.arena = arena;
    reader.path = path;
    struct str text = { 0 };
    if (!file_read(arena, path, FILE_BYTES_MAX, &text)) {
        printf("%s: cannot be read\n", path);
        return false;
    }
    while (text.len > 0) {
        reader.line++;
        read_line(&reader, str_cut(&text, '\n'));
    }
    printf("%s: %d answers, %d wrong\n", path, reader.asked, reader.wrong);
    return reader.asked > 0 && reader.wrong == 0;
}

int main(int argc, char **argv)
{
    struct arena arena = arena_make(ARENA_BYTES);
    bool all_right = argc > 1;
    for (int i = 1; i < argc; i++) {
        all_right = run_file(argv[i], &arena) && all_right;
        arena_reset(&arena);
    }
    arena_drop(&arena);
    return all_right ? 0 : 1;
}
