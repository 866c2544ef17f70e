/* Verifying the words that searches stand on.
 *
 *  X7  Blocks lie one after the other, and each holds every inspection from its first to its last;
 *      their parts say of each word exactly the inspections whose rows have it. What is in no block
 *      comes after the last. */
#include "check_parts.h"
#include "search_parts.h"

#include "codec/words.h"

struct block_check {
    struct checking *check;
    const struct row_search_block *block;
    struct rows_at rows;
    struct postings wanted, stored;
    ref_t first; /* of the inspections that lie there */
    int64_t n;
    bool is_damaged;
};

static il_rc visit_wanted(void *context, const void *row, struct il_err *reterr)
{
    struct block_check *b = context;
    const struct row_inspection *stored = row;
    struct strs words;
    if (stored->ref > b->block->last)
        return IL_OK;
    TRY(inspection_words(&b->rows, stored, &words, reterr));
    for (size_t i = 0; i < words.n; i++)
        postings_add(&b->wanted, words.at[i], stored->ref);
    b->first = b->n++ == 0 ? stored->ref : b->first;
    return IL_OK;
}

static il_rc visit_part(void *context, const void *row, struct il_err *reterr)
{
    struct block_check *b = context;
    const struct row_search_part *part = row;
    const struct str data = str_copy(b->rows.arena, part->data);
    const size_t before = b->stored.n;
    (void)reterr;
    if (!part_read(data, &b->stored) || b->stored.n == before ||
        !str_equal(b->stored.at[before].word, part->word))
        b->is_damaged = true;
    return IL_OK;
}

static void compare(struct block_check *b)
{
    postings_sort(&b->wanted);
    size_t i = 0;
    while (i < b->wanted.n && i < b->stored.n &&
           posting_order(&b->wanted.at[i], &b->stored.at[i]) == 0)
        i++;
    if (i == b->wanted.n && i == b->stored.n)
        return;
    const bool missing = i == b->stored.n ||
                         (i < b->wanted.n && posting_order(&b->wanted.at[i], &b->stored.at[i]) < 0);
    const ref_t ref = missing ? b->wanted.at[i].ref : b->stored.at[i].ref;
    /* Which word it is stays unsaid: it may be a person's. */
    find(b->check, "search: block %llu %s of inspection %llu", (unsigned long long)b->block->last,
         missing ? "lacks a word" : "has a word that is none", (unsigned long long)ref);
}

static il_rc check_block(struct checking *c, const struct row_search_block *block, ref_t before,
                         struct il_err *reterr)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct block_check b = { .check = c,
                             .block = block,
                             .rows = { c->read, c->company, &arena },
                             .wanted = { .arena = &arena },
                             .stored = { .arena = &arena } };
    /* From the block before: an inspection between two blocks would never be found. */
    const struct store_query rows = { .table = TABLE_INSPECTION,
                                      .by = BY_ALL,
                                      .company = c->company,
                                      .ref = before,
                                      .limit = (size_t)(block->n < 0 ? 1 : block->n) + 1 };
    const struct store_query parts = {
        .table = TABLE_SEARCH_PART, .by = BY_OWNER, .company = c->company, .ref = block->last
    };
    il_rc rc = store_find(c->read, &rows, visit_wanted, &b, reterr);
    if (rc == IL_OK)
        rc = store_find(c->read, &parts, visit_part, &b, reterr);
    if (rc == IL_OK && (b.n != block->n || b.first != block->first))
        find(c, "search: block %llu says %lld inspections from %llu, %lld lie there from %llu",
             (unsigned long long)block->last, (long long)block->n, (unsigned long long)block->first,
             (long long)b.n, (unsigned long long)b.first);
    if (rc == IL_OK && b.is_damaged)
        find(c, "search: a part of block %llu cannot be read", (unsigned long long)block->last);
    else if (rc == IL_OK)
        compare(&b);
    arena_drop(&arena);
    return rc;
}

struct strays {
    struct checking *check;
    const struct row_search_block *blocks;
    size_t n, at;
    bool found;
};

/* Parts come by block, as the blocks do. */
static il_rc visit_stray(void *context, const void *row, struct il_err *reterr)
{
    struct strays *s = context;
    const ref_t block = ((const struct row_search_part *)row)->block;
    (void)reterr;
    while (s->at < s->n && s->blocks[s->at].last < block)
        s->at++;
    s->found = s->found || s->at == s->n || s->blocks[s->at].last != block;
    return IL_OK;
}

il_rc check_search(struct checking *c, struct il_err *reterr)
{
    const struct rows_at rows = { c->read, c->company, c->arena };
    const struct store_query parts = { .table = TABLE_SEARCH_PART,
                                       .by = BY_ALL,
                                       .company = c->company };
    struct row_search_block *blocks;
    size_t n;
    TRY(search_blocks(&rows, &blocks, &n, reterr));
    for (size_t i = 0; i < n; i++)
        TRY(check_block(c, &blocks[i], i == 0 ? 0 : blocks[i - 1].last, reterr));
    struct strays s = { .check = c, .blocks = blocks, .n = n };
    TRY(store_find(c->read, &parts, visit_stray, &s, reterr));
    if (s.found)
        find(c, "search: there are parts of no block");
    return IL_OK;
}
