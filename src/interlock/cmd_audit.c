/* interlock audit: what is wrong with a calendar, in words that say what to do. */
#include "cli.h"

#include "base/block.h"
#include "codec/zone_system.h"
#include "core/instant.h"
#include "desk/audit.h"

#include <string.h>

static const struct option_spec options[] = {
    { "db", "FILE", "database file; a server may be running on it", false },
    { "file", "FILE", "a company document instead, which nobody need have imported", false },
    { "company", "ID", "the company's _id; without, all of the database", false },
    { "from", "DATE", "only what has a part in this day or later", false },
    { "to", "DATE", "only what has a part in this day or earlier", false },
    { "timing", NULL, "say on standard error how long it took", false },
    { "json", NULL, "machine output", false },
};

enum { AUDIT_ARENA_BYTES_MAX = INT32_MAX, SHOWN_PER_KIND = 50 };

/* ---- words ---- */

static const struct {
    const char *title, *means, *what_to_do;
} kinds[AUDIT_KINDS] = {
    [AUDIT_SAME_START] = { "Double booked at the same start",
                           "one inspector, two at the same start",
                           "Keep one, move the other: whoever booked the later one saw a list "
                           "that was out of date." },
    [AUDIT_OVERLAP] = { "Double booked at different starts",
                        "one inspector, two that overlap though their starts differ: a query by "
                        "start does not see them",
                        "Move one. Whatever let it in compares starts, not whole intervals." },
    [AUDIT_TOO_CLOSE] = { "Closer than the buffer",
                          "one inspector, less than bufferMinutes between the two",
                          "Call whoever drives: it can work. New bookings will keep the buffer." },
    [AUDIT_DUPLICATE] = { "The same client at the same address within 7 days",
                          "one client, one address, twice within 7 days",
                          "Ask the client; cancel the one that is not meant." },
    [AUDIT_SHIFTED_TWIN] = { "The same order twice, apart by exactly a zone offset",
                             "as duplicates, and what lies between is the zone's offset or a clock "
                             "change",
                             "One of the two was written down in another zone: find which, cancel "
                             "it, and look at everything that came the same way." },
    [AUDIT_SHIFTED] = { "Outside working hours, inside them if the offset was misread",
                        "one order outside its inspector's hours; its time read once more or once "
                        "less through the zone's offset lies inside",
                        "Compare with the system it came from before anybody drives there." },
};

/* ---- machine output ---- */

static void put_side(struct json *j, const char *name, const struct audited *audited,
                     const struct audit_side *side)
{
    const struct audit_thing *thing = &audited->things[side->thing];
    struct arena arena = arena_make(4096);
    json_open(j, name, '{');
    json_put_str(j, "kind", claim_kind_name(thing->kind));
    json_put_str(j, "_id", thing->id);
    if (thing->order_number != 0)
        json_put_int(j, "orderNumber", thing->order_number);
    json_put_str(j, "datetime", instant_print(&arena, audited->company->zone, side->when.start));
    json_put_str(j, "endtime", instant_print(&arena, audited->company->zone, side->when.end));
    json_end_object(j);
    arena_drop(&arena);
}

static int64_t common_min(const struct audit_finding *f)
{
    const utc_s from = f->a.when.start > f->b.when.start ? f->a.when.start : f->b.when.start;
    const utc_s to = f->a.when.end < f->b.when.end ? f->a.when.end : f->b.when.end;
    return (to - from) / MINUTE_S;
}

static bool is_overlap(enum audit_kind kind)
{
    return kind == AUDIT_SAME_START || kind == AUDIT_OVERLAP;
}

static void put_finding(struct json *j, const struct audited *audited,
                        const struct audit_finding *f)
{
    json_start_object(j);
    json_put_str(j, "kind", audit_kind_name(f->kind));
    if (f->inspector != NOT_FOUND)
        json_put_str(j, "_inspectorId", audited->company->inspectors[f->inspector].id);
    put_side(j, "a", audited, &f->a);
    if (f->b.thing != NOT_FOUND)
        put_side(j, "b", audited, &f->b);
    if (is_overlap(f->kind))
        json_put_int(j, "overlapMinutes", common_min(f));
    if (f->kind == AUDIT_TOO_CLOSE)
        json_put_int(j, "gapMinutes", -common_min(f));
    if (f->shift_s != 0)
        json_put_int(j, "shiftMinutes", f->shift_s / MINUTE_S);
    json_end_object(j);
}

static size_t listed(const struct audited *audited, enum audit_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < audited->report.n_findings; i++)
        n += audited->report.findings[i].kind == kind;
    return n;
}

static void put_company(struct json *j, const struct audited *audited)
{
    json_start_object(j);
    json_put_str(j, "company", audited->company->id);
    json_put_str(j, "timezone", audited->company->zone_name);
    json_put_int(j, "inspections", (int64_t)audited->n_orders);
    json_put_int(j, "absences", (int64_t)audited->n_absences);
    json_put_int(j, "outsideHours", (int64_t)audited->report.outside_hours);
    json_open(j, "summary", '[');
    for (int kind = 0; kind < AUDIT_KINDS; kind++) {
        json_start_object(j);
        json_put_str(j, "kind", audit_kind_name((enum audit_kind)kind));
        json_put_int(j, "count", (int64_t)audited->report.counts[kind]);
        json_put_int(j, "listed", (int64_t)listed(audited, (enum audit_kind)kind));
        json_put_str(j, "means", str_from(kinds[kind].means));
        json_put_str(j, "whatToDo", str_from(kinds[kind].what_to_do));
        json_end_object(j);
    }
    json_end_array(j);
    json_open(j, "findings", '[');
    for (size_t i = 0; i < audited->report.n_findings; i++)
        put_finding(j, audited, &audited->report.findings[i]);
    json_end_array(j);
    json_put_int(j, "loadMs", audited->load_ms);
    json_put_int(j, "elapsedMs", audited->audit_ms);
    json_end_object(j);
}

/* ---- for people ---- */

/* "2026-11-30 09:00-12:00", with the second date where it is another. */
static struct str span_text(struct arena *arena, const struct zone *zone, struct span when)
{
    char from[WALL_TEXT];
    char to[WALL_TEXT];
    wall_write(zone_to_wall(zone, when.start), from);
    wall_write(zone_to_wall(zone, when.end), to);
    const bool same_day = memcmp(from, to, DATE_TEXT) == 0;
    return str_print(arena, "%.10s %.5s-%.*s%s%.5s", from, from + 11, same_day ? 0 : 10, to,
                     same_day ? "" : " ", to + 11);
}

static struct str side_text(struct arena *arena, const struct audited *audited,
                            const struct audit_side *side)
{
    const struct audit_thing *thing = &audited->things[side->thing];
    const struct str when = span_text(arena, audited->company->zone, side->when);
    if (thing->order_number != 0)
        return str_print(arena, "order %lld  %.*s", (long long)thing->order_number, STR_ARG(when));
    const struct str kind = claim_kind_name(thing->kind);
    return str_print(arena, "%.*s %.*s  %.*s",
                     STR_ARG(thing->kind == CLAIM_INSPECTION ? STR("order") : kind),
                     STR_ARG(thing->id), STR_ARG(when));
}

/* "-7 h", "+1 h 30 min". */
static struct str hours_text(struct arena *arena, int64_t seconds)
{
    const int64_t minutes = (seconds < 0 ? -seconds : seconds) / MINUTE_S;
    const char sign = seconds < 0 ? '-' : '+';
    if (minutes % 60 == 0)
        return str_print(arena, "%c%lld h", sign, (long long)(minutes / 60));
    return str_print(arena, "%c%lld h %lld min", sign, (long long)(minutes / 60),
                     (long long)(minutes % 60));
}

static struct str evidence_text(struct arena *arena, const struct audited *audited,
                                const struct audit_finding *f)
{
    struct span read = f->a.when;
    switch (f->kind) {
    case AUDIT_SAME_START:
    case AUDIT_OVERLAP:
        return str_print(arena, "%lld min together", (long long)common_min(f));
    case AUDIT_TOO_CLOSE:
        return str_print(arena, "%lld min between", (long long)-common_min(f));
    case AUDIT_SHIFTED_TWIN:
        return str_print(arena, "%.*s apart", STR_ARG(hours_text(arena, -f->shift_s)));
    case AUDIT_SHIFTED:
        read.start += f->shift_s;
        read.end += f->shift_s;
        return str_print(arena, "%.*s would be %.*s", STR_ARG(hours_text(arena, f->shift_s)),
                         STR_ARG(span_text(arena, audited->company->zone, read)));
    case AUDIT_DUPLICATE:
    case AUDIT_KINDS:
        break;
    }
    return STR("");
}

static void print_finding(const struct audited *audited, const struct audit_finding *f)
{
    struct arena arena = arena_make(16384);
    const struct str who =
        f->inspector == NOT_FOUND ? STR("-") : audited->company->inspectors[f->inspector].id;
    const struct str a = side_text(&arena, audited, &f->a);
    const struct str b = f->b.thing == NOT_FOUND ? STR("") : side_text(&arena, audited, &f->b);
    (void)printf("  %-12.*s %.*s%s%.*s  %.*s\n", STR_ARG(who), STR_ARG(a), b.len > 0 ? "  |  " : "",
                 STR_ARG(b), STR_ARG(evidence_text(&arena, audited, f)));
    arena_drop(&arena);
}

static void print_kind(const struct audited *audited, enum audit_kind kind)
{
    size_t shown = 0;
    const size_t count = audited->report.counts[kind];
    if (count == 0)
        return;
    (void)printf("\n%s%s%s (%zu)\n  %s\n", term_bold(), kinds[kind].title, term_plain(), count,
                 kinds[kind].what_to_do);
    for (size_t i = 0; i < audited->report.n_findings && shown < SHOWN_PER_KIND; i++) {
        if (audited->report.findings[i].kind == kind) {
            print_finding(audited, &audited->report.findings[i]);
            shown++;
        }
    }
    if (shown < count)
        (void)printf("  and %zu more; --json lists %zu of them, --from and --to look closer\n",
                     count - shown, listed(audited, kind) - shown);
}

static size_t findings_of(const struct audited *audited)
{
    size_t n = 0;
    for (int kind = 0; kind < AUDIT_KINDS; kind++)
        n += audited->report.counts[kind];
    return n;
}

static void print_company(const struct audited *audited)
{
    (void)printf("%s%.*s%s, times in %.*s: %zu inspections, %zu absences, %zu inspectors\n",
                 term_bold(), STR_ARG(audited->company->id), term_plain(),
                 STR_ARG(audited->company->zone_name), audited->n_orders, audited->n_absences,
                 audited->company->n_inspectors);
    for (int kind = 0; kind < AUDIT_KINDS; kind++)
        (void)printf("  %10zu  %s\n", audited->report.counts[kind], kinds[kind].title);
    if (audited->report.outside_hours > 0)
        (void)printf("  (%zu visits lie outside the hours that the document gives today)\n",
                     audited->report.outside_hours);
    for (int kind = 0; kind < AUDIT_KINDS; kind++)
        print_kind(audited, (enum audit_kind)kind);
    if (findings_of(audited) == 0)
        (void)printf("Nothing was found.\n");
}

/* ---- the command ---- */

struct auditing {
    const struct args *args;
    struct audit_asked asked;
    struct arena arena;
    struct buf json;
    struct json j;
    size_t n_findings;
    int64_t load_ms, audit_ms;
};

static void tell(struct auditing *a, const struct audited *audited)
{
    a->n_findings += findings_of(audited);
    a->load_ms += audited->load_ms;
    a->audit_ms += audited->audit_ms;
    if (args_has(a->args, "json"))
        put_company(&a->j, audited);
    else
        print_company(audited);
    block_free(audited->company);
}

static bool is_not_found(const struct il_err *err)
{
    return err->code != NULL && strcmp(err->code, "not_found") == 0;
}

static il_rc audit_all(struct auditing *a, struct store_read *read, struct il_err *reterr)
{
    struct strs companies;
    struct audited audited;
    TRY(desk_companies(read, &a->arena, &companies, reterr));
    for (size_t i = 0; i < companies.n; i++) {
        a->asked.company = companies.at[i];
        TRY(desk_audit(read, &a->asked, &a->arena, &audited, reterr));
        tell(a, &audited);
    }
    return IL_OK;
}

static enum exit_code audit_store(struct auditing *a)
{
    struct store *store;
    struct store_read *read;
    struct audited audited;
    struct il_err err = { .code = NULL };
    if (!open_store(args_get(a->args, "db"), FILE_READ, &store))
        return EXIT_FAILED;
    il_rc rc = store_read_open(store, &read, &err);
    if (rc == IL_OK && args_has(a->args, "company")) {
        a->asked.company = str_from(args_get(a->args, "company"));
        rc = desk_audit(read, &a->asked, &a->arena, &audited, &err);
        if (rc == IL_OK)
            tell(a, &audited);
        store_read_close(read);
    } else if (rc == IL_OK) {
        rc = audit_all(a, read, &err);
        store_read_close(read);
    }
    store_close(store);
    if (rc != IL_OK)
        complain("%s", err.text);
    return rc == IL_OK ? EXIT_DONE : is_not_found(&err) ? EXIT_NOT_FOUND : EXIT_FAILED;
}

static enum exit_code audit_file(struct auditing *a)
{
    struct buf text = { 0 };
    struct audited audited;
    struct il_err err = { .code = NULL };
    il_rc rc = IL_IO;
    if (!file_read(args_get(a->args, "file"), DOCUMENT_BYTES_MAX, &text)) {
        buf_drop(&text);
        return EXIT_FAILED;
    }
    rc = desk_audit_document(buf_view(&text), zone_source_system(), &a->asked, &a->arena, &audited,
                             &err);
    if (rc == IL_OK)
        tell(a, &audited);
    else
        complain("%s%s%s", err.field[0] != '\0' ? err.field : "", err.field[0] != '\0' ? ": " : "",
                 err.text);
    buf_drop(&text);
    return rc == IL_OK ? EXIT_DONE : EXIT_FAILED;
}

static bool date_option(const struct args *args, const char *name, bool *ret_has, date_d *ret)
{
    const char *text = args_get(args, name);
    *ret_has = text != NULL;
    if (text == NULL || date_parse(str_from(text), ret))
        return true;
    complain("--%s must be a date as YYYY-MM-DD, not %s", name, text);
    return false;
}

static bool asks_well(const struct args *args, struct audit_asked *ret)
{
    const bool has_db = args_has(args, "db");
    if (has_db == args_has(args, "file")) {
        complain("give either --db or --file; see `interlock audit --help`");
        return false;
    }
    if (!has_db && args_has(args, "company")) {
        complain("--company goes with --db: a document is of one company");
        return false;
    }
    return date_option(args, "from", &ret->has_from, &ret->from) &&
           date_option(args, "to", &ret->has_to, &ret->to);
}

static enum exit_code run(const struct args *args)
{
    struct auditing a = { .args = args, .asked = { .clock = clock_system() } };
    if (!asks_well(args, &a.asked))
        return EXIT_USAGE;
    a.arena = arena_make((size_t)AUDIT_ARENA_BYTES_MAX * 4);
    a.j = json_begin(&a.json);
    json_start_object(&a.j);
    json_open(&a.j, "companies", '[');
    struct progress *progress = progress_start("Auditing");
    const enum exit_code exit_code = args_has(args, "db") ? audit_store(&a) : audit_file(&a);
    progress_end(progress);
    json_end_array(&a.j);
    json_put_int(&a.j, "loadMs", a.load_ms);
    json_put_int(&a.j, "elapsedMs", a.audit_ms);
    json_end_object(&a.j);
    if (exit_code == EXIT_DONE && args_has(args, "json"))
        (void)printf("%.*s\n", STR_ARG(buf_view(&a.json)));
    if (exit_code == EXIT_DONE && args_has(args, "timing"))
        (void)fprintf(stderr, "audited in %lld ms, after loading for %lld ms\n",
                      (long long)a.audit_ms, (long long)a.load_ms);
    buf_drop(&a.json);
    arena_drop(&a.arena);
    if (exit_code != EXIT_DONE)
        return exit_code;
    return a.n_findings == 0 ? EXIT_DONE : EXIT_FINDINGS;
}

const struct command_spec command_audit = {
    .name = "audit",
    .group = GROUP_TROUBLE,
    .summary = "Looks through a calendar for what went wrong before Interlock had it: double\n"
               "bookings, duplicates, times that were read in the wrong zone.",
    .operands = "",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .notes =
        "Looks only: nothing is changed, and with --file nothing need be imported. A cancelled\n"
        "order takes no time and is left out. Working hours are those of the document today.\n"
        "Exit code 6 when there are findings.",
    .run = run,
};
