/* What a verb of a table was answered, against what stands after its arrow. */
#include "life.h"

#include <stdio.h>
#include <string.h>

void wrong(struct life *l, struct str expected, struct str got)
{
    printf("%s:%d: expected %.*s, got %.*s\n", l->file, l->line, STR_ARG(expected), STR_ARG(got));
    l->n_faults++;
}

void expect_str(struct life *l, struct str expected, struct str got)
{
    if (!str_equal(expected, got))
        wrong(l, expected, got);
}

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

struct str name_of(const struct life *l, ref_t owner)
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

void run_verb(struct life *l)
{
    struct desk_job job;
    CHECK(job_asked(l, &job), "%s:%d: unknown verb %.*s", l->file, l->line, STR_ARG(l->words[0]));
    CHECK(l->n_asked < l->n_words, "%s:%d: no answer is expected", l->file, l->line);
    desk_do(l->desk, &job);
    judge(l, &job);
    block_free(job.image);
}
