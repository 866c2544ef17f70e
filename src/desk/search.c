/* Finding inspections: lists by time, and searches by words, a page at a time.
 *
 *  F1  A page goes on after an inspection, by (start, ref) in a list and by ref in a search, so
 *      that what is booked meanwhile neither shows an inspection twice nor loses one.
 *  F2  What a page may look at is bounded (DESK_LOOKED_MAX): whatever is asked, it answers soon.
 *  F3  A search sees what is in no block yet as well as what is: it reads those rows themselves. */
#include "search_parts.h"

#include <stdlib.h>
#include <string.h>

struct finding {
    struct rows_at rows;
    const struct inspections_ask *ask;
    struct inspections_found found;
    size_t room;
    size_t n_looked;
    struct arena apart; /* for one inspection at a time */
    struct arena block; /* for one block at a time */
    /* The words of the question, and of each how many inspections of the blocks so far have it: the
     * rarest is asked for first, and where it is not nothing else is. */
    struct asked_word words[QUESTION_WORDS_MAX];
    size_t hits[QUESTION_WORDS_MAX];
    size_t blocks[QUESTION_WORDS_MAX];
};

static bool is_full(const struct finding *f)
{
    return f->found.n > f->ask->limit;
}

static bool may_look(const struct finding *f)
{
    return !is_full(f) && f->n_looked < DESK_LOOKED_MAX;
}

static bool goes_there(const struct inspection *record, struct str inspector)
{
    for (size_t i = 0; i < record->n_assignments; i++) {
        if (str_equal(record->assignments[i].inspector, inspector))
            return true;
    }
    return inspector.len == 0;
}

/* What the row's own columns say: cheap, and most that do not fit end here. */
static bool row_fits(const struct inspections_ask *ask, const struct row_inspection *row)
{
    return row->starts_at >= ask->starts.start && row->starts_at < ask->starts.end &&
           (ask->status == NOT_FOUND ||
            str_equal(row->status, status_name((enum status)ask->status)));
}

/* Whether the name may be in the document. One that JSON writes in another way may always be. */
static bool has_name(struct str doc, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.at[i];
        if (c == '"' || c == '\\' || c == '/' || (unsigned char)c < ' ' || c == 0x7F)
            return true;
    }
    for (size_t i = 0; name.len > 0 && i + name.len <= doc.len; i++) {
        if (doc.at[i] == name.at[0] && memcmp(doc.at + i, name.at, name.len) == 0)
            return true;
    }
    return name.len == 0;
}

static il_rc take(struct finding *f, const struct row_inspection *row, struct il_err *reterr)
{
    const struct inspections_ask *ask = f->ask;
    struct inspections_found *found = &f->found;
    struct inspection record;
    f->n_looked++;
    found->after = row->ref;
    found->after_start = row->starts_at;
    if (!row_fits(ask, row) || !has_name(row->doc, ask->inspector))
        return IL_OK;
    arena_reset(&f->apart);
    TRY(inspection_read(&f->apart, row->doc, &record, reterr));
    if (!actor_sees(ask->actor, record.brand) || !goes_there(&record, ask->inspector))
        return IL_OK;
    found->at = arena_grow(f->rows.arena, found->at, found->n, &f->room, sizeof *found->at);
    found->at[found->n++].record = *inspection_copy(f->rows.arena, &record);
    return IL_OK;
}

/* ---- lists ---- */

struct stretch { /* rows of one look at the store */
    struct finding *finding;
    size_t n;
    bool is_cut; /* there were more than could be looked at */
};

static il_rc visit_listed(void *context, const void *row, struct il_err *reterr)
{
    struct stretch *s = context;
    if (!may_look(s->finding)) {
        s->is_cut = true;
        return IL_OK;
    }
    s->n++;
    return take(s->finding, row, reterr);
}

static struct store_query list_query(const struct finding *f)
{
    const struct inspections_ask *ask = f->ask;
    const struct inspections_found *at = &f->found;
    struct store_query q = { .table = TABLE_INSPECTION,
                             .by = ask->oldest_first ? BY_AFTER : BY_BEFORE,
                             .company = f->rows.company,
                             .from = ask->starts.start,
                             .to = ask->starts.end };
    if (ask->status != NOT_FOUND && ask->status != STATUS_CONFIRMED)
        q.text = status_name((enum status)ask->status);
    if (at->after != 0 && ask->oldest_first)
        q.from = at->after_start;
    else if (at->after != 0)
        q.to = at->after_start;
    q.ref = at->after;
    return q;
}

static il_rc list_find(struct finding *f, struct il_err *reterr)
{
    bool ended = false;
    while (may_look(f) && !ended) {
        struct stretch s = { .finding = f };
        struct store_query q = list_query(f);
        q.limit = f->ask->limit + 1 - f->found.n;
        TRY(store_find(f->rows.read, &q, visit_listed, &s, reterr));
        ended = !s.is_cut && s.n < q.limit;
    }
    f->found.has_more = !ended || is_full(f);
    return IL_OK;
}

/* ---- searches: what is in no block ---- */

static il_rc visit_rest(void *context, const void *row, struct il_err *reterr)
{
    struct stretch *s = context;
    struct finding *f = s->finding;
    const struct row_inspection *stored = row;
    struct strs words;
    if (!may_look(f))
        return IL_OK;
    s->n++;
    f->found.after = stored->ref;
    if (!row_fits(f->ask, stored)) {
        f->n_looked++;
        return IL_OK;
    }
    arena_reset(&f->apart);
    const struct rows_at apart = { f->rows.read, f->rows.company, &f->apart };
    TRY(inspection_words(&apart, stored, &words, reterr));
    if (words_answer(&words, f->ask->question))
        return take(f, row, reterr);
    f->n_looked++;
    return IL_OK;
}

/* The newest first, down to the last block. *ret_ended: all of it was looked at. */
static il_rc rest_find(struct finding *f, ref_t last_block, bool *ret_ended, struct il_err *reterr)
{
    struct stretch s = { .finding = f };
    const struct store_query q = { .table = TABLE_INSPECTION,
                                   .by = BY_NEWEST,
                                   .company = f->rows.company,
                                   .ref = f->found.after == 0 ? UINT64_MAX : f->found.after,
                                   .key = (int64_t)last_block,
                                   .limit = DESK_LOOKED_MAX };
    if (q.ref <= last_block + 1) {
        *ret_ended = true;
        return IL_OK;
    }
    TRY(store_find(f->rows.read, &q, visit_rest, &s, reterr));
    *ret_ended = may_look(f);
    return IL_OK;
}

/* ---- searches: blocks ---- */

struct parts_look {
    struct str from, to;
    struct ref_list *refs;
    bool is_damaged;
};

static il_rc visit_part(void *context, const void *row, struct il_err *reterr)
{
    struct parts_look *look = context;
    const struct row_search_part *part = row;
    (void)reterr;
    look->is_damaged = !part_refs(part->data, look->from, look->to, look->refs) || look->is_damaged;
    return IL_OK;
}

static il_rc range_find(struct finding *f, ref_t block, struct str from, struct str to,
                        struct ref_list *ret, struct il_err *reterr)
{
    struct parts_look look = { .from = from, .to = to, .refs = ret };
    const struct store_query q = { .table = TABLE_SEARCH_PART,
                                   .by = BY_WORD,
                                   .company = f->rows.company,
                                   .ref = block,
                                   .text = from,
                                   .text2 = to };
    TRY(store_find(f->rows.read, &q, visit_part, &look, reterr));
    return look.is_damaged ? il_fail(reterr, IL_IO, "a part of search block %llu cannot be read",
                                     (unsigned long long)block)
                           : IL_OK;
}

/* The inspections of a block that have the word, ascending. */
static il_rc word_find(struct finding *f, ref_t block, const struct asked_word *asked,
                       struct ref_list *ret, struct il_err *reterr)
{
    /* No word goes on with a byte that UTF-8 does not have. */
    const struct str end = str_print(ret->arena, "%.*s\xff", STR_ARG(asked->prefix));
    ret->n = 0;
    TRY(range_find(f, block, asked->prefix, end, ret, reterr));
    if (asked->whole.len > 0)
        TRY(range_find(f, block, asked->whole, asked->whole, ret, reterr));
    refs_sort(ret);
    return IL_OK;
}

static void refs_intersect(struct ref_list *all, const struct ref_list *with)
{
    size_t kept = 0;
    size_t k = 0;
    for (size_t i = 0; i < all->n; i++) {
        while (k < with->n && with->at[k] < all->at[i])
            k++;
        if (k < with->n && with->at[k] == all->at[i])
            all->at[kept++] = all->at[i];
    }
    all->n = kept;
}

static il_rc visit_candidate(void *context, const void *row, struct il_err *reterr)
{
    return take(context, row, reterr);
}

/* The newest of a block first. *ret_ended: the block was looked through. */
static il_rc candidates_take(struct finding *f, const struct ref_list *refs, bool *ret_ended,
                             struct il_err *reterr)
{
    const ref_t before = f->found.after == 0 ? UINT64_MAX : f->found.after;
    struct store_query q = { .table = TABLE_INSPECTION, .by = BY_REF, .company = f->rows.company };
    for (size_t i = refs->n; i-- > 0;) {
        if (refs->at[i] >= before)
            continue;
        if (!may_look(f)) {
            *ret_ended = false;
            return IL_OK;
        }
        q.ref = refs->at[i];
        TRY(store_find(f->rows.read, &q, visit_candidate, f, reterr));
    }
    *ret_ended = true;
    return IL_OK;
}

static bool is_rarer(const struct finding *f, size_t a, size_t b)
{
    if (f->blocks[a] == 0 || f->blocks[b] == 0)
        return f->words[a].prefix.len > f->words[b].prefix.len;
    return f->hits[a] * f->blocks[b] < f->hits[b] * f->blocks[a];
}

static void words_sort(const struct finding *f, size_t n, size_t *ret)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = i;
        for (; k > 0 && is_rarer(f, i, ret[k - 1]); k--)
            ret[k] = ret[k - 1];
        ret[k] = i;
    }
}

/* The inspections of the block that have all the words. */
static il_rc words_find(struct finding *f, ref_t block, struct ref_list *all, struct ref_list *with,
                        struct il_err *reterr)
{
    const size_t n = f->ask->question->n;
    size_t order[QUESTION_WORDS_MAX];
    words_sort(f, n, order);
    for (size_t i = 0; i < n && (i == 0 || all->n > 0); i++) {
        struct ref_list *of = i == 0 ? all : with;
        TRY(word_find(f, block, &f->words[order[i]], of, reterr));
        f->hits[order[i]] += of->n;
        f->blocks[order[i]]++;
        if (i > 0)
            refs_intersect(all, with);
    }
    return IL_OK;
}

static il_rc block_find(struct finding *f, const struct row_search_block *block, bool *ret_ended,
                        struct il_err *reterr)
{
    struct ref_list all = { .arena = &f->block };
    struct ref_list with = { .arena = &f->block };
    TRY(words_find(f, block->last, &all, &with, reterr));
    TRY(candidates_take(f, &all, ret_ended, reterr));
    arena_reset(&f->block);
    return IL_OK;
}

static il_rc search_find(struct finding *f, struct il_err *reterr)
{
    struct row_search_block *blocks;
    size_t n;
    bool ended = false;
    TRY(search_blocks(&f->rows, &blocks, &n, reterr));
    TRY(rest_find(f, n > 0 ? blocks[n - 1].last : 0, &ended, reterr));
    for (size_t i = n; ended && i-- > 0;) {
        if (f->found.after == 0 || blocks[i].first < f->found.after)
            TRY(block_find(f, &blocks[i], &ended, reterr));
    }
    f->found.has_more = !ended || is_full(f);
    return IL_OK;
}

/* ---- both ---- */

/* One more than the page was looked for, so that a last page says that it is. */
static void page_cut(struct finding *f)
{
    struct inspections_found *found = &f->found;
    if (!is_full(f))
        return;
    found->n = f->ask->limit;
    found->after = found->at[found->n - 1].record.ref;
    found->after_start = found->at[found->n - 1].record.when.start;
}

static il_rc people_find(struct finding *f, struct il_err *reterr)
{
    for (size_t i = 0; i < f->found.n; i++)
        TRY(person_by_ref(&f->rows, f->found.at[i].record.person, &f->found.at[i].personal,
                          reterr));
    return IL_OK;
}

il_rc desk_inspections(const struct lookup *in, const struct inspections_ask *ask,
                       struct inspections_found *ret, struct il_err *reterr)
{
    struct finding f = { .rows = { .company = in->company, .arena = in->arena },
                         .ask = ask,
                         .found = { .after = ask->after, .after_start = ask->after_start },
                         .apart = arena_make(SIZE_MAX / 2),
                         .block = arena_make(SIZE_MAX / 2) };
    for (size_t i = 0; ask->question != NULL && i < ask->question->n; i++)
        f.words[i] = ask->question->words[i];
    il_rc rc = store_read_open(in->desk->options.store, &f.rows.read, reterr);
    if (rc == IL_OK)
        rc = ask->question != NULL ? search_find(&f, reterr) : list_find(&f, reterr);
    page_cut(&f);
    if (rc == IL_OK)
        rc = people_find(&f, reterr);
    store_read_close(f.rows.read);
    arena_drop(&f.apart);
    arena_drop(&f.block);
    if (rc == IL_OK)
        *ret = f.found;
    return rc;
}
