/* Keeping the words of orders: the writer's side of search.
 *
 *  H1  The words of an inspection that lies in a block are exactly what words_read says of its
 *      rows: a commit that changes those rows changes the parts with them. So what a person's
 *      erasure takes from the rows it takes from here in the same transaction.
 *  H2  An inspection after the last block is in no part. Blocks are made of committed rows, between
 *      batches, in commits of their own that are no entries: a booking writes nothing here.
 *  H3  Small blocks become large ones, a few rows of which change at a time for an order that is
 *      amended; no larger ones are made, so that no commit takes long. */
#include "search_parts.h"

#include "codec/words.h"

#include <string.h>

/* ---- making blocks ---- */

struct making {
    struct rows_at rows;
    struct postings postings;
    ref_t first, last;
    int64_t n;
};

static il_rc visit_unplaced(void *context, const void *row, struct il_err *reterr)
{
    struct making *m = context;
    const struct row_inspection *stored = row;
    struct strs words;
    TRY(inspection_words(&m->rows, stored, &words, reterr));
    for (size_t i = 0; i < words.n; i++)
        postings_add(&m->postings, words.at[i], stored->ref);
    m->first = m->n == 0 ? stored->ref : m->first;
    m->last = stored->ref;
    m->n++;
    return IL_OK;
}

static il_rc visit_part(void *context, const void *row, struct il_err *reterr)
{
    struct making *m = context;
    const struct row_search_part *part = row;
    const struct str data = str_copy(m->rows.arena, part->data);
    if (!part_read(data, &m->postings))
        return il_fail(reterr, IL_INVALID, "a part of search block %llu cannot be read",
                       (unsigned long long)part->block);
    return IL_OK;
}

static il_rc visit_part_name(void *context, const void *row, struct il_err *reterr)
{
    struct part_list *list = context;
    const struct row_search_part *part = row;
    (void)reterr;
    list->at = arena_grow(list->arena, list->at, list->n, &list->room, sizeof *list->at);
    list->at[list->n++] = (struct row_search_part){ .block = part->block,
                                                    .word = str_copy(list->arena, part->word),
                                                    .removed = true };
    return IL_OK;
}

static void search_of(struct making *m, struct row_search_block *gone, size_t n_gone,
                      struct part_list *parts, struct store_search *ret)
{
    struct row_search_block *blocks =
        arena_array(m->rows.arena, struct row_search_block, n_gone + 1);
    for (size_t i = 0; i < n_gone; i++) {
        blocks[i] = gone[i];
        blocks[i].removed = true;
    }
    blocks[n_gone] = (struct row_search_block){ .last = m->last, .first = m->first, .n = m->n };
    postings_sort(&m->postings);
    parts_write(parts, m->last, m->postings.at, m->postings.n);
    *ret = (struct store_search){ blocks, n_gone + 1, parts->at, parts->n };
}

/* Up to `limit` inspections after `last` as a block. */
static il_rc block_make(const struct rows_at *rows, ref_t last, size_t limit,
                        struct store_search *ret, struct il_err *reterr)
{
    struct making m = { .rows = *rows, .postings = { .arena = rows->arena } };
    struct part_list parts = { .arena = rows->arena };
    const struct store_query query = { .table = TABLE_INSPECTION,
                                       .by = BY_ALL,
                                       .company = rows->company,
                                       .ref = last,
                                       .limit = limit };
    TRY(store_find(rows->read, &query, visit_unplaced, &m, reterr));
    if (m.n > 0)
        search_of(&m, NULL, 0, &parts, ret);
    return IL_OK;
}

/* The blocks given, which stand side by side, as one. */
static il_rc blocks_join(const struct rows_at *rows, struct row_search_block *blocks, size_t n,
                         struct store_search *ret, struct il_err *reterr)
{
    struct making m = { .rows = *rows, .postings = { .arena = rows->arena } };
    struct part_list parts = { .arena = rows->arena };
    struct store_query query = { .table = TABLE_SEARCH_PART,
                                 .by = BY_OWNER,
                                 .company = rows->company };
    m.first = blocks[0].first;
    m.last = blocks[n - 1].last;
    for (size_t i = 0; i < n; i++) {
        query.ref = blocks[i].last;
        m.n += blocks[i].n;
        TRY(store_find(rows->read, &query, visit_part, &m, reterr));
        TRY(store_find(rows->read, &query, visit_part_name, &parts, reterr));
    }
    search_of(&m, blocks, n, &parts, ret);
    return IL_OK;
}

/* ---- what is to be done next ---- */

static il_rc visit_count(void *context, const void *row, struct il_err *reterr)
{
    (void)row;
    (void)reterr;
    ++*(size_t *)context;
    return IL_OK;
}

/* How many small blocks stand at the end, side by side. */
static size_t small_at_end(const struct row_search_block *blocks, size_t n, int64_t *ret_orders)
{
    size_t small = 0;
    *ret_orders = 0;
    while (small < n && blocks[n - 1 - small].n < BLOCK_LARGE) {
        *ret_orders += blocks[n - 1 - small].n;
        small++;
    }
    return small;
}

static il_rc next_of(const struct rows_at *rows, struct search_state *state,
                     struct store_search *ret, struct il_err *reterr)
{
    struct row_search_block *blocks;
    size_t n;
    int64_t orders;
    TRY(search_blocks(rows, &blocks, &n, reterr));
    const size_t small = small_at_end(blocks, n, &orders);
    if (orders >= BLOCK_LARGE)
        return blocks_join(rows, blocks + n - small, small, ret, reterr);
    const struct store_query rest = { .table = TABLE_INSPECTION,
                                      .by = BY_ALL,
                                      .company = rows->company,
                                      .ref = n > 0 ? blocks[n - 1].last : 0,
                                      .limit = BLOCK_LARGE };
    state->last = rest.ref;
    state->n_small = orders;
    state->n_rest = 0;
    TRY(store_find(rows->read, &rest, visit_count, &state->n_rest, reterr));
    state->is_known = true;
    if (state->n_rest < BLOCK_SMALL)
        return IL_OK;
    /* An import leaves many at once; bookings come to one small block after the other. */
    return block_make(rows, rest.ref, small == 0 ? BLOCK_LARGE : BLOCK_SMALL, ret, reterr);
}

static il_rc commit_words(struct desk *desk, struct company_slot *slot, uint64_t seq,
                          const struct store_search *search, struct il_err *reterr)
{
    const struct store_change change = { .company = slot->id,
                                         .expected_seq = seq,
                                         .search = *search };
    const struct row_search_block *made = &search->blocks[search->n_blocks - 1];
    struct search_state *state = &slot->search;
    enum store_outcome outcome;
    size_t at;
    state->is_known = false;
    TRY(store_commit(desk->options.store, &change, 1, &outcome, &at, reterr));
    if (outcome == STORE_UNKNOWN)
        return il_fail(reterr, IL_IO, "the words were written, or were not");
    /* Of what is joined, and when somebody else was there, the next look sees what there is. */
    if (outcome != STORE_COMMITTED || search->n_blocks > 1)
        return IL_OK;
    state->n_small += made->n;
    state->n_rest -= (size_t)made->n < state->n_rest ? (size_t)made->n : state->n_rest;
    state->is_known = state->n_small < BLOCK_LARGE && state->n_rest < BLOCK_LARGE;
    return IL_OK;
}

static il_rc visit_seq(void *context, const void *row, struct il_err *reterr)
{
    (void)reterr;
    *(uint64_t *)context = ((const struct row_company *)row)->seq;
    return IL_OK;
}

static il_rc company_step(struct desk *desk, struct company_slot *slot, struct arena *arena,
                          bool *ret_done, struct il_err *reterr)
{
    struct rows_at rows = { .company = slot->id, .arena = arena };
    struct store_search search = { .n_blocks = 0 };
    const struct store_query head = { .table = TABLE_COMPANY, .by = BY_ID, .text = slot->id };
    uint64_t seq = 0;
    TRY(store_read_own(desk->options.store, &rows.read, reterr));
    il_rc rc = store_find(rows.read, &head, visit_seq, &seq, reterr);
    if (rc == IL_OK)
        rc = next_of(&rows, &slot->search, &search, reterr);
    store_read_close(rows.read);
    if (rc == IL_OK && search.n_blocks > 0 && seq > 0) {
        *ret_done = true;
        rc = commit_words(desk, slot, seq, &search, reterr);
    }
    return rc;
}

static bool has_work(const struct company_slot *slot)
{
    return slot->image != NULL && !slot->is_diverged && !slot->search.failed &&
           (!slot->search.is_known || slot->search.n_rest >= BLOCK_SMALL);
}

static struct company_slot *slot_with_work(struct desk *desk)
{
    struct company_slot *found = NULL;
    (void)pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < COMPANY_SLOTS && found == NULL && !desk->is_stopped; i++) {
        for (struct company_slot *s = desk->slots[i]; s != NULL && found == NULL; s = s->next)
            found = has_work(s) ? s : NULL;
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return found;
}

bool search_step(struct desk *desk, struct arena *arena)
{
    struct company_slot *slot = slot_with_work(desk);
    struct il_err err;
    bool done = false;
    if (slot == NULL)
        return false;
    if (company_step(desk, slot, arena, &done, &err) != IL_OK) {
        /* Search reads the rows themselves then; nothing is lost but its speed. */
        slot->search.failed = true;
        desk->options.log->line(desk->options.log, LOG_ERROR, "words of orders are not kept",
                                str_from(err.text));
    }
    return done || !slot->search.is_known;
}

/* Made by the entry, not changed by it. */
static bool is_new(const struct store_entry *entry, const struct row_inspection *row)
{
    return row->ref >> REF_SEQ_SHIFT == entry->entry.seq;
}

static size_t count_new(const struct store_change *change)
{
    size_t n = 0;
    for (size_t i = 0; i < change->n_entries; i++) {
        for (size_t k = 0; k < change->entries[i].n_inspections; k++)
            n += is_new(&change->entries[i], &change->entries[i].inspections[k]);
    }
    return n;
}

void search_note(struct desk *desk, const struct store_change *changes, size_t n)
{
    (void)pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < n; i++)
        slot_find(desk, changes[i].company)->search.n_rest += count_new(&changes[i]);
    (void)pthread_mutex_unlock(&desk->lock);
}

/* ---- orders that are in a block and change ---- */

struct edit {
    struct posting posting;
    ref_t block;
    bool removes;
};

struct edits {
    struct arena *arena;
    struct edit *at;
    size_t n, room;
};

static int edit_order(const struct edit *a, const struct edit *b)
{
    if (a->block != b->block)
        return a->block < b->block ? -1 : 1;
    return posting_order(&a->posting, &b->posting);
}

static void edits_add(struct edits *edits, ref_t block, struct posting posting, bool removes)
{
    edits->at = arena_grow(edits->arena, edits->at, edits->n, &edits->room, sizeof *edits->at);
    size_t k = edits->n++;
    const struct edit made = { posting, block, removes };
    for (; k > 0 && edit_order(&edits->at[k - 1], &made) > 0; k--)
        edits->at[k] = edits->at[k - 1];
    edits->at[k] = made;
}

static bool has_word(struct strs words, struct str word)
{
    bool found = false;
    for (size_t i = 0; !found && i < words.n; i++)
        found = str_equal(words.at[i], word);
    return found;
}

static void words_compare(struct edits *edits, ref_t block, ref_t ref, struct strs before,
                          struct strs after)
{
    for (size_t i = 0; i < before.n; i++) {
        if (!has_word(after, before.at[i]))
            edits_add(edits, block, posting_make(before.at[i], ref), true);
    }
    for (size_t i = 0; i < after.n; i++) {
        if (!has_word(before, after.at[i]))
            edits_add(edits, block, posting_make(after.at[i], ref), false);
    }
}

struct stored_words {
    const struct rows_at *rows;
    struct strs words;
    bool found;
};

static il_rc visit_stored(void *context, const void *row, struct il_err *reterr)
{
    struct stored_words *look = context;
    look->found = true;
    return inspection_words(look->rows, row, &look->words, reterr);
}

/* The person as this commit leaves it: the newest of its rows, else the stored one. */
static il_rc person_after(const struct rows_at *rows, const struct store_entry *entries, size_t n,
                          ref_t person, struct str *ret, struct il_err *reterr)
{
    for (size_t i = n; i-- > 0;) {
        for (size_t k = entries[i].n_persons; k-- > 0;) {
            if (entries[i].persons[k].ref == person) {
                *ret = entries[i].persons[k].data;
                return IL_OK;
            }
        }
    }
    return person_by_ref(rows, person, ret, reterr);
}

static il_rc visit_the_block(void *context, const void *row, struct il_err *reterr)
{
    (void)reterr;
    *(struct row_search_block *)context = *(const struct row_search_block *)row;
    return IL_OK;
}

static il_rc inspection_edit(const struct rows_at *rows, const struct store_entry *entries,
                             size_t n, const struct row_inspection *row, struct edits *edits,
                             struct il_err *reterr)
{
    struct row_search_block block = { .first = UINT64_MAX };
    const struct store_query where = { .table = TABLE_SEARCH_BLOCK,
                                       .by = BY_ALL,
                                       .company = rows->company,
                                       .ref = row->ref - 1,
                                       .limit = 1 };
    struct stored_words before = { .rows = rows };
    const struct store_query stored = {
        .table = TABLE_INSPECTION, .by = BY_REF, .company = rows->company, .ref = row->ref
    };
    TRY(store_find(rows->read, &where, visit_the_block, &block, reterr));
    if (block.first > row->ref)
        return IL_OK;
    TRY(store_find(rows->read, &stored, visit_stored, &before, reterr));
    struct words_of after = { .order_number = row->order_number,
                              .external_ref = row->external_ref,
                              .doc = row->doc };
    TRY(person_after(rows, entries, n, row->person, &after.personal, reterr));
    if (before.found)
        words_compare(edits, block.last, row->ref, before.words, words_read(rows->arena, &after));
    return IL_OK;
}

/* Whether a later entry of this commit has the inspection again: the last one counts. */
static bool comes_again(const struct store_entry *entries, size_t n, size_t at, ref_t ref)
{
    for (size_t i = at + 1; i < n; i++) {
        for (size_t k = 0; k < entries[i].n_inspections; k++) {
            if (entries[i].inspections[k].ref == ref)
                return true;
        }
    }
    return false;
}

/* Steps and moves change no word; a person, and what an import brings, may. */
static bool brings_words(const struct store_entry *entry)
{
    return entry->n_persons > 0 || str_equal(entry->entry.kind, command_name(COMMAND_ADMIT));
}

static bool some_bring_words(const struct store_entry *entries, size_t n, ref_t ref)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; brings_words(&entries[i]) && k < entries[i].n_inspections; k++) {
            if (entries[i].inspections[k].ref == ref)
                return true;
        }
    }
    return false;
}

struct erased { /* what is edited, and whose data are gone */
    const struct rows_at *rows;
    const struct store_entry *entries;
    size_t n;
    struct edits *edits;
    ref_t person;
};

static il_rc visit_erased(void *context, const void *row, struct il_err *reterr)
{
    const struct erased *erased = context;
    const struct row_inspection *stored = row;
    /* Who has other people by now has other words. */
    return stored->person == erased->person
               ? inspection_edit(erased->rows, erased->entries, erased->n, stored, erased->edits,
                                 reterr)
               : IL_OK;
}

static il_rc erased_edit(struct erased *erased, struct il_err *reterr)
{
    const struct rows_at *rows = erased->rows;
    ref_t made_for;
    TRY(order_of_person(rows, erased->person, &made_for, reterr));
    const struct store_query inspection = {
        .table = TABLE_INSPECTION, .by = BY_REF, .company = rows->company, .ref = made_for
    };
    if (made_for == 0 || some_bring_words(erased->entries, erased->n, made_for))
        return IL_OK;
    return store_find(rows->read, &inspection, visit_erased, erased, reterr);
}

static il_rc erasures_find(const struct rows_at *rows, const struct store_entry *entries, size_t n,
                           struct edits *edits, struct il_err *reterr)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; entries[i].wipes && k < entries[i].n_persons; k++) {
            struct erased erased = { rows, entries, n, edits, entries[i].persons[k].ref };
            TRY(erased_edit(&erased, reterr));
        }
    }
    return IL_OK;
}

static il_rc edits_find(const struct rows_at *rows, const struct store_entry *entries, size_t n,
                        struct edits *edits, struct il_err *reterr)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < entries[i].n_inspections; k++) {
            const struct row_inspection *row = &entries[i].inspections[k];
            if (!is_new(&entries[i], row) && some_bring_words(entries, n, row->ref) &&
                !comes_again(entries, n, i, row->ref))
                TRY(inspection_edit(rows, entries, n, row, edits, reterr));
        }
    }
    return IL_OK;
}

/* ---- edits as parts ---- */

static il_rc visit_one_part(void *context, const void *row, struct il_err *reterr)
{
    struct part_list *list = context;
    const struct row_search_part *part = row;
    (void)reterr;
    list->at = arena_grow(list->arena, list->at, list->n, &list->room, sizeof *list->at);
    list->at[list->n++] = (struct row_search_part){ .block = part->block,
                                                    .word = str_copy(list->arena, part->word),
                                                    .data = str_copy(list->arena, part->data) };
    return IL_OK;
}

/* The part in which the word stands or would stand, and the word that the next one begins with. */
static il_rc part_of(const struct rows_at *rows, const struct edit *edit, struct part_list *ret,
                     struct il_err *reterr)
{
    const struct store_query query = { .table = TABLE_SEARCH_PART,
                                       .by = BY_WORD,
                                       .company = rows->company,
                                       .ref = edit->block,
                                       .text = edit->posting.word,
                                       .text2 = STR("\xff"),
                                       .limit = 2 };
    return store_find(rows->read, &query, visit_one_part, ret, reterr);
}

static void postings_edit(struct postings *p, const struct edit *edits, size_t n)
{
    for (size_t e = 0; e < n; e++) {
        size_t kept = 0;
        for (size_t i = 0; i < p->n; i++) {
            if (posting_order(&p->at[i], &edits[e].posting) != 0)
                p->at[kept++] = p->at[i];
        }
        p->n = kept;
        if (!edits[e].removes)
            postings_add(p, edits[e].posting.word, edits[e].posting.ref);
    }
    postings_sort(p);
}

/* The edits from `at` on that belong to one part; how many they are. */
static il_rc part_edit(const struct rows_at *rows, const struct edits *edits, size_t at,
                       struct part_list *ret, size_t *ret_n, struct il_err *reterr)
{
    struct part_list found = { .arena = rows->arena };
    struct postings postings = { .arena = rows->arena };
    const struct edit *first = &edits->at[at];
    size_t n = 1;
    TRY(part_of(rows, first, &found, reterr));
    const bool stands = found.n > 0 && str_order(found.at[0].word, first->posting.word) <= 0;
    const struct row_search_part *next = stands ? found.at + 1 : found.at;
    const bool has_next = found.n > (stands ? 1U : 0U);
    while (at + n < edits->n && first[n].block == first->block &&
           (!has_next || str_order(first[n].posting.word, next->word) < 0))
        n++;
    if (stands && !part_read(found.at[0].data, &postings))
        return il_fail(reterr, IL_INVALID, "a part of search block %llu cannot be read",
                       (unsigned long long)first->block);
    postings_edit(&postings, first, n);
    if (stands) {
        ret->at = arena_grow(ret->arena, ret->at, ret->n, &ret->room, sizeof *ret->at);
        ret->at[ret->n++] = (struct row_search_part){ .block = first->block,
                                                      .word = found.at[0].word,
                                                      .removed = true };
    }
    parts_write(ret, first->block, postings.at, postings.n);
    *ret_n = n;
    return IL_OK;
}

static il_rc changes_find(const struct rows_at *rows, const struct store_entry *entries, size_t n,
                          struct store_search *ret, struct il_err *reterr)
{
    struct edits edits = { .arena = rows->arena };
    struct part_list parts = { .arena = rows->arena };
    size_t done = 0;
    TRY(edits_find(rows, entries, n, &edits, reterr));
    TRY(erasures_find(rows, entries, n, &edits, reterr));
    for (size_t at = 0; at < edits.n; at += done)
        TRY(part_edit(rows, &edits, at, &parts, &done, reterr));
    ret->parts = parts.at;
    ret->n_parts = parts.n;
    return IL_OK;
}

/* Of bookings alone nothing need be looked for: what is new is in no block. */
bool search_concerns(const struct store_entry *entry)
{
    bool concerns = entry->wipes;
    for (size_t k = 0; !concerns && brings_words(entry) && k < entry->n_inspections; k++)
        concerns = !is_new(entry, &entry->inspections[k]);
    return concerns;
}

static bool changes_words(const struct store_change *change)
{
    bool changes = false;
    for (size_t i = 0; !changes && i < change->n_entries; i++)
        changes = search_concerns(&change->entries[i]);
    return changes;
}

static il_rc change_find(struct desk *desk, struct arena *arena, struct store_change *change,
                         struct il_err *reterr)
{
    struct rows_at rows = { .company = change->company, .arena = arena };
    TRY(store_read_own(desk->options.store, &rows.read, reterr));
    const il_rc rc =
        changes_find(&rows, change->entries, change->n_entries, &change->search, reterr);
    store_read_close(rows.read);
    return rc;
}

size_t search_changes(struct desk *desk, struct arena *arena, struct store_change *changes,
                      size_t n)
{
    struct il_err err;
    for (size_t i = 0; i < n; i++) {
        if (changes_words(&changes[i]) && change_find(desk, arena, &changes[i], &err) != IL_OK) {
            desk->options.log->line(desk->options.log, LOG_ERROR, "words of orders are not kept",
                                    str_from(err.text));
            return i;
        }
    }
    return n;
}
