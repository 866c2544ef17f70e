/* Runs a table of what bookings, holds and absences live through, on a desk in memory.
 * Usage: life COMPANY.json FILE.life ...
 *
 *   case WORDS             a new desk with the company; the clock is set to the first moment
 *   now TIME | +N[smh] | -N[smh]
 *   VERB NAME WORD=VALUE ... -> ANSWER CHECK ...
 *   holds N inspectors= from=          N holds of a minute each, one after the other
 *   settings JSON                      an import of settings
 *   import "LIST":[JSON]               an import of one list of the document
 *   order NAME inspectors= at= end=    an import of an order that happened elsewhere
 *   conflicts A~B ...                  the pairs that are in open conflict, and no other
 *
 * Verbs: hold extend move release book reschedule reassign confirm complete noshow cancel restore
 * lock unlock event vacation remove. ANSWER is ok, same (nothing to change) or a code. Checks:
 * with=NAMES whose time is in the way, at= and end= of the time taken, choices= first possible
 * instant, reacquired, overridden, outbox. */
#include "life.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const utc_s first_now = 1793023200; /* 2026-10-26T08:00 in Denver */

/* ---- lines that are no verbs ---- */

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
    if (str_equal(verb, STR("import"))) {
        rig_import(l->desk, str_print(&l->arena, "%.*s,%.*s}", STR_ARG(company_part(l, STR(""))),
                                      STR_ARG(rest)));
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
