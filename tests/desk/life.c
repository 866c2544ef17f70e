/* Runs a table of what bookings, holds and absences live through, on a desk in memory.
 * Usage: life COMPANY.json FILE.life ...
 *
 *   case WORDS             a new desk with the company; the clock is set to the first moment
 *   now TIME | +N[smh] | -N[smh]
 *   VERB NAME WORD=VALUE ... -> ANSWER CHECK ...
 *   holds N inspectors= from=          N holds of a minute each, one after the other
 *   settings JSON                      an import of settings
 *   order NAME inspectors= at= end=    an import of an order that happened elsewhere
 *   conflicts A~B ...                  the pairs that are in open conflict, and no other
 *
 * Verbs: hold extend move release book reschedule cancel event vacation remove. ANSWER is ok, same
 * (nothing to change) or a code. Checks: with=NAMES whose time is in the way, at= and end= of the
 * time taken, choices= first possible instant, reacquired, overridden, outbox. */
#include "rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 256, WORDS_MAX = 24, LINE_MAX_BYTES = 1024, ASSIGNMENTS_MAX = 4 };

static const utc_s first_now = 1793023200; /* 2026-10-26T08:00 in Denver */

struct named {
    char name[16];
    ref_t ref, owner; /* owner: as evidence and conflicts name it */
    struct str id;
    int64_t version;
};

struct life {
    struct arena arena;
    struct rig_clock clock;
    struct desk *desk;
    struct str company;
    struct named names[NAMES_MAX];
    size_t n_names;
    struct str words[WORDS_MAX];
    size_t n_words, n_asked; /* n_asked: words before the arrow */
    const char *file;
    int line, n_cases, n_lines, n_faults;
};

/* ---- faults: all are said, none ends the table ---- */

static void wrong(struct life *l, struct str expected, struct str got)
{
    printf("%s:%d: expected %.*s, got %.*s\n", l->file, l->line, STR_ARG(expected), STR_ARG(got));
    l->n_faults++;
}

static void expect_str(struct life *l, struct str expected, struct str got)
{
    if (!str_equal(expected, got))
        wrong(l, expected, got);
}

/* ---- words ---- */

static bool word_find(const struct life *l, size_t from, size_t to, const char *name,
                      struct str *ret)
{
    for (size_t i = from; i < to; i++) {
        struct str value = l->words[i];
        const struct str key = str_cut(&value, '=');
        if (str_equal(key, str_from(name))) {
            *ret = value;
            return true;
        }
    }
    return false;
}

static struct str asked(const struct life *l, const char *name)
{
    struct str value = { 0 };
    (void)word_find(l, 0, l->n_asked, name, &value);
    return value;
}

static bool is_asked(const struct life *l, const char *name)
{
    struct str value;
    return word_find(l, 0, l->n_asked, name, &value);
}

static int64_t number(struct life *l, struct str text)
{
    int64_t n;
    CHECK(str_to_int(text, &n), "%s:%d: %.*s is not a number", l->file, l->line, STR_ARG(text));
    return n;
}

static struct instant_text instant(struct life *l, struct str text)
{
    struct instant_text t;
    CHECK(instant_parse(text, &t), "%s:%d: %.*s is not a time", l->file, l->line, STR_ARG(text));
    return t;
}

static struct strs list(struct life *l, struct str text)
{
    struct str *at = arena_array(&l->arena, struct str, text.len / 2 + 1);
    size_t n = 0;
    while (text.len > 0)
        at[n++] = str_copy(&l->arena, str_cut(&text, ','));
    return (struct strs){ at, n };
}

static struct named *named(struct life *l, struct str name, bool make)
{
    for (size_t i = 0; i < l->n_names; i++)
        if (str_equal(str_from(l->names[i].name), name))
            return &l->names[i];
    if (!make)
        return NULL;
    CHECK(l->n_names < NAMES_MAX && name.len < sizeof(l->names[0].name), "too many names");
    struct named *n = &l->names[l->n_names++];
    *n = (struct named){ .ref = 0 };
    memcpy(n->name, name.at, name.len);
    return n;
}

static ref_t hold_ref(struct life *l, struct str name)
{
    const struct named *n = named(l, name, false);
    return n != NULL && n->ref != 0 ? n->ref : (ref_t)0xFFFF << REF_SEQ_SHIFT;
}

static utc_s now_of(struct life *l)
{
    return atomic_load(&l->clock.now_s);
}

static const struct image *image_of(struct life *l)
{
    const struct image *image;
    struct il_err err;
    CHECK(desk_image(l->desk, l->company, &image, &err) == IL_OK && image != NULL, "%s", err.text);
    return image;
}

static utc_s resolve(struct life *l, struct str text)
{
    const struct image *image = image_of(l);
    const struct instant_found found = instant_resolve(image->company->zone, instant(l, text));
    CHECK(found.answer == INSTANT_FOUND, "%s:%d: %.*s is no instant", l->file, l->line,
          STR_ARG(text));
    block_free(image);
    return found.at;
}

/* ---- commands ---- */

static void fill_assignments(struct life *l, struct want *want)
{
    const struct strs parts = list(l, asked(l, "assignments"));
    struct wanted_assignment *at = arena_array(&l->arena, struct wanted_assignment, parts.n + 1);
    for (size_t i = 0; i < parts.n; i++) {
        struct str rest = parts.at[i];
        at[i].inspector = str_cut(&rest, '@');
        at[i].datetime = instant(l, str_cut(&rest, '/'));
        at[i].endtime = instant(l, rest);
    }
    want->assignments = at;
    want->n_assignments = parts.n;
}

static void fill_want(struct life *l, struct want *want)
{
    want->property = (struct property){ .square_feet = NOT_FOUND, .year_built = NOT_FOUND };
    if (is_asked(l, "at")) {
        want->has_datetime = true;
        want->datetime = instant(l, asked(l, "at"));
    }
    if (is_asked(l, "endtime")) {
        want->has_endtime = true;
        want->endtime = instant(l, asked(l, "endtime"));
    }
    if (is_asked(l, "minutes"))
        want->minutes = (int32_t)number(l, asked(l, "minutes"));
    if (is_asked(l, "feet"))
        want->property.square_feet = (int32_t)number(l, asked(l, "feet"));
    want->services = list(l, asked(l, "services"));
    want->brand = str_copy(&l->arena, asked(l, "brand"));
    want->any_inspector = str_equal(asked(l, "inspectors"), STR("any"));
    if (!want->any_inspector)
        want->inspectors = list(l, asked(l, "inspectors"));
    fill_assignments(l, want);
}

static void fill_override(struct life *l, struct command *command)
{
    const struct strs codes = list(l, asked(l, "override"));
    for (size_t i = 0; i < codes.n; i++) {
        const enum code code = code_find(codes.at[i]);
        CHECK(code != CODE_NONE, "%s:%d: no code %.*s", l->file, l->line, STR_ARG(codes.at[i]));
        command->override.rules |= (code_set)1 << code;
    }
    command->override.reason = str_copy(&l->arena, asked(l, "reason"));
}

static void fill_subject(struct life *l, struct command *command)
{
    const struct named *subject = named(l, l->words[1], false);
    const struct str version = asked(l, "version");
    command->subject = subject != NULL ? subject->id : STR("nobody");
    command->version = subject != NULL ? subject->version : 1;
    if (version.len > 0)
        command->version = str_equal(version, STR("none")) ? NOT_FOUND : number(l, version);
    command->reason = STR("asked to");
}

static date_d date_asked(struct life *l, const char *name)
{
    date_d date;
    CHECK(date_parse(asked(l, name), &date), "%s:%d: %s is not a date", l->file, l->line, name);
    return date;
}

static void fill_absence(struct life *l, struct command *command, bool vacation)
{
    command->absence_kind = vacation ? CLAIM_VACATION : CLAIM_EVENT;
    command->title = STR("away");
    command->affected =
        str_equal(asked(l, "affected"), STR("open")) ? AFFECTED_OPEN : AFFECTED_REFUSE;
    command->whole_days = vacation;
    if (vacation) {
        command->first_day = date_asked(l, "from");
        command->last_day = date_asked(l, "to");
    } else {
        command->from = instant(l, asked(l, "from"));
        command->to = instant(l, asked(l, "to"));
    }
}

static const struct {
    const char *verb;
    enum command_kind kind;
} verbs[] = {
    { "hold", COMMAND_HOLD },
    { "extend", COMMAND_CHANGE_HOLD },
    { "move", COMMAND_CHANGE_HOLD },
    { "release", COMMAND_RELEASE },
    { "book", COMMAND_BOOK },
    { "reschedule", COMMAND_RESCHEDULE },
    { "cancel", COMMAND_CANCEL },
    { "event", COMMAND_ADD_ABSENCE },
    { "vacation", COMMAND_ADD_ABSENCE },
    { "remove", COMMAND_REMOVE_ABSENCE },
};

static struct actor actor_asked(const struct life *l)
{
    const struct str by = asked(l, "by");
    if (str_equal(by, STR("online")))
        return rig_actor(ROLE_ONLINE, false);
    return rig_actor(ROLE_STAFF, str_equal(by, STR("boss")));
}

static void fill(struct life *l, struct desk_job *job)
{
    struct command *c = &job->command;
    fill_want(l, &c->want);
    fill_override(l, c);
    if (is_asked(l, "hold"))
        c->hold = hold_ref(l, asked(l, "hold"));
    c->hold_kind = str_equal(asked(l, "kind"), STR("quote")) ? HOLD_QUOTE : HOLD_CHECKOUT;
    c->external_ref = str_copy(&l->arena, asked(l, "ref"));
    c->acknowledge_duplicate = is_asked(l, "acknowledge");
    c->needs_spectora = is_asked(l, "spectora");
    if (is_asked(l, "place"))
        c->place_key = number(l, asked(l, "place"));
    if (c->kind == COMMAND_CHANGE_HOLD || c->kind == COMMAND_RELEASE)
        c->hold = hold_ref(l, l->words[1]);
    c->extend = str_equal(l->words[0], STR("extend"));
    if (c->kind == COMMAND_ADD_ABSENCE)
        fill_absence(l, c, str_equal(l->words[0], STR("vacation")));
    if (c->kind == COMMAND_RESCHEDULE || c->kind == COMMAND_CANCEL ||
        c->kind == COMMAND_REMOVE_ABSENCE)
        fill_subject(l, c);
}

/* ---- answers ---- */

/* What the entry took, by the record it is about. */
static struct span remember(struct life *l, const struct entry *entry, enum command_kind kind)
{
    struct named *n = named(l, l->words[1], true);
    if (entry->n_inspections > 0) {
        const struct inspection *i = entry->inspections[0];
        *n = (struct named){ .ref = i->ref, .owner = i->ref, .version = i->version };
        n->id = str_copy(&l->arena, i->id);
        memcpy(n->name, l->words[1].at, l->words[1].len);
        return i->when;
    }
    if (entry->n_absences > 0) {
        const struct absence *a = &entry->absences[0];
        n->owner = a->ref;
        n->version = a->version;
        n->id = str_copy(&l->arena, a->id);
        return a->when;
    }
    for (size_t i = 0; i < entry->n_holds; i++) {
        const struct hold *h = entry->holds[i];
        if (kind == COMMAND_HOLD ? h->ref >> REF_SEQ_SHIFT == entry->seq : h->ref == n->ref) {
            n->ref = h->ref;
            n->owner = h->ref;
            return h->when;
        }
    }
    return (struct span){ 0, 0 };
}

static struct str name_of(const struct life *l, ref_t owner)
{
    for (size_t i = 0; i < l->n_names; i++)
        if (l->names[i].owner == owner)
            return str_from(l->names[i].name);
    return STR("?");
}

static bool strs_have(struct strs strs, struct str s)
{
    bool has = false;
    for (size_t i = 0; i < strs.n; i++)
        has |= str_equal(strs.at[i], s);
    return has;
}

static void expect_evidence(struct life *l, struct str names, const struct verdict *verdict)
{
    const struct strs expected = list(l, names);
    for (size_t i = 0; i < expected.n; i++) {
        const struct named *n = named(l, expected.at[i], false);
        bool shown = false;
        for (size_t k = 0; n != NULL && k < verdict->n_evidence; k++)
            shown |= verdict->evidence[k].owner == n->owner;
        if (!shown)
            wrong(l, expected.at[i], STR("no such evidence"));
    }
    for (size_t k = 0; k < verdict->n_evidence; k++) {
        const struct str name = name_of(l, verdict->evidence[k].owner);
        if (!strs_have(expected, name))
            wrong(l, names, name);
    }
}

static void expect_instant(struct life *l, const char *word, utc_s got)
{
    struct str text;
    if (!word_find(l, l->n_asked, l->n_words, word, &text))
        return;
    const struct image *image = image_of(l);
    const utc_s expected = resolve(l, text);
    if (expected != got)
        wrong(l, text, instant_print(&l->arena, image->company->zone, got));
    block_free(image);
}

static bool is_flagged(const struct life *l, const char *flag)
{
    bool found = false;
    for (size_t i = l->n_asked; i < l->n_words; i++)
        found |= str_equal(l->words[i], str_from(flag));
    return found;
}

static void expect_flag(struct life *l, const char *flag, bool got)
{
    if (is_flagged(l, flag) != got)
        wrong(l, str_print(&l->arena, "%s%s", is_flagged(l, flag) ? "" : "not ", flag),
              str_print(&l->arena, "%s%s", got ? "" : "not ", flag));
}

static void judge(struct life *l, const struct desk_job *job)
{
    const struct verdict *verdict = &job->verdict;
    const enum code code = job->code != CODE_NONE ? job->code : verdict->code;
    const struct str got = code != CODE_NONE        ? code_facts(code)->name
                           : verdict->entry != NULL ? STR("ok")
                                                    : STR("same");
    struct str names = { 0 };
    expect_str(l, l->words[l->n_asked], got);
    if (word_find(l, l->n_asked, l->n_words, "with", &names) || code == CODE_slot_taken)
        expect_evidence(l, names, verdict);
    if (code == CODE_nonexistent_local_time)
        expect_instant(l, "choices", verdict->choices.first);
    if (verdict->entry == NULL)
        return;
    const struct span took = remember(l, verdict->entry, job->command.kind);
    expect_instant(l, "at", took.start);
    expect_instant(l, "end", took.end);
    expect_flag(l, "reacquired", verdict->entry->hold_reacquired);
    expect_flag(l, "overridden", verdict->entry->overridden != 0);
    if (is_flagged(l, "outbox"))
        expect_flag(l, "outbox", verdict->entry->n_outbox == 1);
}

static void run_verb(struct life *l)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (!str_equal(l->words[0], str_from(verbs[i].verb)))
            continue;
        struct desk_job job = rig_job(&l->arena, "life", verbs[i].kind, actor_asked(l));
        CHECK(l->n_asked < l->n_words, "%s:%d: no answer is expected", l->file, l->line);
        fill(l, &job);
        desk_do(l->desk, &job);
        judge(l, &job);
        block_free(job.image);
        return;
    }
    rig_fail("%s:%d: unknown verb %.*s", l->file, l->line, STR_ARG(l->words[0]));
}

/* ---- other lines ---- */

static void run_now(struct life *l)
{
    struct str text = l->words[1];
    if (text.at[0] != '+' && text.at[0] != '-') {
        atomic_store(&l->clock.now_s, resolve(l, text));
        return;
    }
    const char unit = text.at[text.len - 1];
    const int64_t sign = text.at[0] == '-' ? -1 : 1;
    const int64_t n = number(l, (struct str){ text.at + 1, text.len - 2 });
    const int64_t scale = unit == 'h' ? HOUR_S : unit == 'm' ? MINUTE_S : 1;
    atomic_store(&l->clock.now_s, now_of(l) + sign * n * scale);
}

static void run_holds(struct life *l)
{
    const int64_t n = number(l, l->words[1]);
    const utc_s from = resolve(l, asked(l, "from"));
    for (int64_t i = 0; i < n; i++) {
        struct desk_job job =
            rig_visit(&l->arena, "life", COMMAND_HOLD, asked(l, "inspectors").at, 0, 1);
        job.command.want.inspectors = list(l, asked(l, "inspectors"));
        job.command.want.datetime = rig_instant(from + i * MINUTE_S);
        desk_do(l->desk, &job);
        if (job.verdict.entry == NULL)
            wrong(l, STR("a hold"), code_facts(job.verdict.code)->name);
        block_free(job.image);
    }
}

static struct str company_part(struct life *l, struct str settings)
{
    return str_print(&l->arena,
                     "{\"interlock\":1,\"company\":{\"_id\":\"life\",\"name\":\"Life\","
                     "\"timezone\":\"America/Denver\"%s%.*s}",
                     settings.len > 0 ? ",\"settings\":" : "", STR_ARG(settings));
}

static void run_order(struct life *l)
{
    const struct str text = str_print(
        &l->arena,
        "%.*s,\"inspections\":[{\"_id\":\"%.*s\",\"datetime\":\"%.*s\",\"endtime\":\"%.*s\","
        "\"_inspectorId\":\"%.*s\",\"services\":[\"short\"],\"client\":{\"name\":\"N\"},"
        "\"property\":{\"address\":\"9 Oak\"}}]}",
        STR_ARG(company_part(l, STR(""))), STR_ARG(l->words[1]), STR_ARG(asked(l, "at")),
        STR_ARG(asked(l, "end")), STR_ARG(asked(l, "inspectors")));
    rig_import(l->desk, text);
    const struct lookup in = { l->desk, l->company, &l->arena };
    struct found_inspection found;
    struct il_err err;
    bool is_found;
    CHECK(desk_find_inspection(&in, l->words[1], &found, &is_found, &err) == IL_OK && is_found,
          "%s:%d: the order is not found", l->file, l->line);
    struct named *n = named(l, l->words[1], true);
    n->ref = found.record.ref;
    n->owner = found.record.ref;
    n->id = found.record.id;
    n->version = found.record.version;
}

static void run_conflicts(struct life *l)
{
    const struct image *image = image_of(l);
    if (image->n_conflicts != l->n_words - 1)
        wrong(l, str_print(&l->arena, "%zu conflicts", l->n_words - 1),
              str_print(&l->arena, "%zu", image->n_conflicts));
    for (size_t i = 1; i < l->n_words; i++) {
        bool found = false;
        for (size_t k = 0; k < image->n_conflicts; k++) {
            const struct conflict *c = image->conflicts[k];
            const struct str a = name_of(l, c->a.owner);
            const struct str b = name_of(l, c->b.owner);
            found |=
                str_equal(l->words[i], str_print(&l->arena, "%.*s~%.*s", STR_ARG(a), STR_ARG(b)));
        }
        if (!found)
            wrong(l, l->words[i], STR("no such conflict"));
    }
    block_free(image);
}

/* ---- cases and lines ---- */

/* Whatever a case did, the data it leaves keep every law. */
static void case_end(struct life *l)
{
    if (l->desk == NULL)
        return;
    desk_close(l->desk);
    l->desk = NULL;
    l->n_names = 0;
    arena_drop(&l->arena);
}

static void case_start(struct life *l, struct str document)
{
    struct store *store;
    struct il_err err;
    case_end(l);
    l->n_cases++;
    l->arena = arena_make(RIG_ARENA_BYTES);
    l->company = STR("life");
    rig_clock_set(&l->clock, first_now);
    CHECK(store_memory_open(dice_system(), &store, &err) == IL_OK, "%s", err.text);
    l->desk = rig_open(store, &l->clock);
    rig_import(l->desk, document);
}

static void split(struct life *l, struct str line)
{
    l->n_words = 0;
    l->n_asked = 0;
    while (line.len > 0) {
        const struct str word = str_cut(&line, ' ');
        if (word.len == 0)
            continue;
        CHECK(l->n_words < WORDS_MAX, "%s:%d: too many words", l->file, l->line);
        if (str_equal(word, STR("->")))
            l->n_asked = l->n_words;
        else
            l->words[l->n_words++] = word;
    }
    if (l->n_asked == 0)
        l->n_asked = l->n_words;
}

static void run_line(struct life *l, struct str line, struct str document)
{
    struct str rest = line;
    const struct str verb = str_cut(&rest, ' ');
    if (line.len == 0 || line.at[0] == '#')
        return;
    if (str_equal(verb, STR("case"))) {
        case_start(l, document);
        return;
    }
    CHECK(l->desk != NULL, "%s:%d: outside of a case", l->file, l->line);
    if (str_equal(verb, STR("settings"))) {
        rig_import(l->desk, str_print(&l->arena, "%.*s}", STR_ARG(company_part(l, rest))));
        return;
    }
    l->n_lines++;
    split(l, str_copy(&l->arena, line));
    if (str_equal(verb, STR("now")))
        run_now(l);
    else if (str_equal(verb, STR("holds")))
        run_holds(l);
    else if (str_equal(verb, STR("order")))
        run_order(l);
    else if (str_equal(verb, STR("conflicts")))
        run_conflicts(l);
    else
        run_verb(l);
}

static struct buf file_read(const char *path)
{
    struct buf text = { 0 };
    char bytes[4096];
    size_t n;
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL, "%s cannot be read", path);
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
        buf_add(&text, bytes, n);
    (void)fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    CHECK(argc >= 3, "usage: life COMPANY.json FILE.life ...");
    hash_start();
    static struct life life;
    struct buf document = file_read(argv[1]);
    for (int i = 2; i < argc; i++) {
        struct buf text = file_read(argv[i]);
        struct str rest = buf_view(&text);
        life.file = argv[i];
        for (life.line = 1; rest.len > 0; life.line++)
            run_line(&life, str_cut(&rest, '\n'), buf_view(&document));
        case_end(&life);
        buf_drop(&text);
    }
    printf("%d cases, %d lines, %d faults\n", life.n_cases, life.n_lines, life.n_faults);
    buf_drop(&document);
    return life.n_faults == 0 && life.n_cases > 0 ? 0 : 1;
}
