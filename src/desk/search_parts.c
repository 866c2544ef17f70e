/* Postings: sorting, and the bytes that parts are. */
#include "search_parts.h"

#include "codec/words.h"

#include <string.h>

const char search_damaged[] = "The words by which orders are found are damaged in the file, so "
                              "nothing was changed: see `interlock check`.";

struct posting posting_make(struct str word, ref_t ref)
{
    uint64_t key = 0;
    for (size_t i = 0; i < sizeof key; i++)
        key = key << 8 | (i < word.len ? (unsigned char)word.at[i] : 0);
    return (struct posting){ key, word, ref };
}

void postings_add(struct postings *p, struct str word, ref_t ref)
{
    p->at = arena_grow(p->arena, p->at, p->n, &p->room, sizeof *p->at);
    p->at[p->n++] = posting_make(word, ref);
}

int posting_order(const struct posting *a, const struct posting *b)
{
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    /* Words have no zero bytes: short ones with one key are one word. */
    const bool is_short = a->word.len <= sizeof a->key && b->word.len <= sizeof b->key;
    const int order = is_short ? 0 : str_order(a->word, b->word);
    return order != 0 ? order : (a->ref > b->ref) - (a->ref < b->ref);
}

/* ---- sorting: stretches that are in order are merged in pairs until there is one ---- */

static size_t stretch_end(const struct posting *at, size_t from, size_t n)
{
    size_t i = from + 1;
    while (i < n && posting_order(&at[i - 1], &at[i]) <= 0)
        i++;
    return i < n ? i : n;
}

static void merge(const struct posting *at, size_t from, size_t middle, size_t end,
                  struct posting *ret)
{
    size_t a = from;
    size_t b = middle;
    for (size_t i = from; i < end; i++) {
        const bool left = b == end || (a < middle && posting_order(&at[a], &at[b]) <= 0);
        ret[i] = left ? at[a++] : at[b++];
    }
}

void postings_sort(struct postings *p)
{
    struct posting *from = p->at;
    struct posting *to = NULL;
    while (p->n > 0 && stretch_end(from, 0, p->n) < p->n) {
        if (to == NULL)
            to = arena_array(p->arena, struct posting, p->n);
        for (size_t i = 0; i < p->n;) {
            const size_t middle = stretch_end(from, i, p->n);
            const size_t end = middle < p->n ? stretch_end(from, middle, p->n) : middle;
            merge(from, i, middle, end, to);
            i = end;
        }
        struct posting *spare = from;
        from = to;
        to = spare;
    }
    p->at = from;
}

static void sift_down(ref_t *at, size_t root, size_t n)
{
    const ref_t moving = at[root];
    for (size_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
        if (child + 1 < n && at[child] < at[child + 1])
            child++;
        if (moving >= at[child])
            break;
        at[root] = at[child];
        root = child;
    }
    at[root] = moving;
}

void refs_sort(struct ref_list *refs)
{
    bool sorted = true;
    for (size_t i = 1; sorted && i < refs->n; i++)
        sorted = refs->at[i - 1] < refs->at[i];
    if (sorted)
        return;
    for (size_t i = refs->n / 2; i-- > 0;)
        sift_down(refs->at, i, refs->n);
    for (size_t end = refs->n; --end > 0;) {
        const ref_t top = refs->at[0];
        refs->at[0] = refs->at[end];
        refs->at[end] = top;
        sift_down(refs->at, 0, end);
    }
    size_t kept = 0;
    for (size_t i = 0; i < refs->n; i++) {
        if (kept == 0 || refs->at[kept - 1] != refs->at[i])
            refs->at[kept++] = refs->at[i];
    }
    refs->n = kept;
}

/* ---- bytes ---- */

static void varint_put(struct buf *out, uint64_t value)
{
    while (value >= 0x80) {
        buf_add_char(out, (char)(0x80 | (value & 0x7F)));
        value >>= 7;
    }
    buf_add_char(out, (char)value);
}

static bool varint_get(struct str *rest, uint64_t *ret)
{
    *ret = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (rest->len == 0)
            return false;
        const unsigned char byte = (unsigned char)rest->at[0];
        *rest = (struct str){ rest->at + 1, rest->len - 1 };
        *ret |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return true;
    }
    return false;
}

static bool word_get(struct str *rest, struct str *ret_word, uint64_t *ret_n)
{
    uint64_t len;
    if (!varint_get(rest, &len) || len > rest->len)
        return false;
    *ret_word = (struct str){ rest->at, (size_t)len };
    *rest = (struct str){ rest->at + len, rest->len - (size_t)len };
    return varint_get(rest, ret_n) && *ret_n <= rest->len;
}

static void part_end(struct part_list *list, ref_t block, struct str word, struct buf *data)
{
    list->at = arena_grow(list->arena, list->at, list->n, &list->room, sizeof *list->at);
    list->at[list->n++] = (struct row_search_part){ .block = block,
                                                    .word = word,
                                                    .data = str_copy(list->arena, buf_view(data)) };
    buf_clear(data);
}

/* One word with its refs, all of which are at `at`. */
static void word_write(struct buf *data, ref_t base, const struct posting *at, size_t n)
{
    ref_t before = base;
    varint_put(data, at[0].word.len);
    buf_add_str(data, at[0].word);
    varint_put(data, n);
    for (size_t i = 0; i < n; i++) {
        varint_put(data, at[i].ref - before);
        before = at[i].ref;
    }
}

static ref_t lowest_of(const struct posting *at, size_t n)
{
    ref_t lowest = UINT64_MAX;
    for (size_t i = 0; i < n; i++)
        lowest = at[i].ref < lowest ? at[i].ref : lowest;
    return lowest;
}

void parts_write(struct part_list *ret, ref_t block, const struct posting *at, size_t n)
{
    const ref_t base = lowest_of(at, n);
    struct buf data = { 0 };
    struct str first = STR("");
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (end < n && at[end].key == at[i].key && str_equal(at[end].word, at[i].word))
            end++;
        if (data.len == 0) {
            first = at[i].word;
            varint_put(&data, base);
        }
        word_write(&data, base, at + i, end - i);
        if (data.len >= PART_BYTES)
            part_end(ret, block, first, &data);
        i = end;
    }
    if (data.len > 0)
        part_end(ret, block, first, &data);
    buf_drop(&data);
}

bool part_read(struct str data, struct postings *ret)
{
    uint64_t base;
    if (!varint_get(&data, &base))
        return false;
    while (data.len > 0) {
        struct str word;
        uint64_t n;
        ref_t ref = base;
        if (!word_get(&data, &word, &n))
            return false;
        for (uint64_t i = 0; i < n; i++) {
            uint64_t more;
            if (!varint_get(&data, &more))
                return false;
            ref += more;
            postings_add(ret, word, ref);
        }
    }
    return true;
}

static bool refs_read(struct str *data, ref_t base, uint64_t n, struct ref_list *ret)
{
    ref_t ref = base;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t more;
        if (!varint_get(data, &more))
            return false;
        ref += more;
        if (ret == NULL)
            continue;
        ret->at = arena_grow(ret->arena, ret->at, ret->n, &ret->room, sizeof *ret->at);
        ret->at[ret->n++] = ref;
    }
    return true;
}

bool part_refs(struct str data, struct str from, struct str to, struct ref_list *ret)
{
    uint64_t base;
    if (!varint_get(&data, &base))
        return false;
    while (data.len > 0) {
        struct str word;
        uint64_t n;
        if (!word_get(&data, &word, &n))
            return false;
        if (str_order(word, to) > 0)
            return true;
        if (!refs_read(&data, base, n, str_order(word, from) < 0 ? NULL : ret))
            return false;
    }
    return true;
}

/* ---- what is stored ---- */

il_rc inspection_words(const struct rows_at *rows, const struct row_inspection *row,
                       struct strs *ret, struct il_err *reterr)
{
    struct words_of order = { .order_number = row->order_number,
                              .external_ref = row->external_ref,
                              .doc = row->doc };
    TRY(person_by_ref(rows, row->person, &order.personal, reterr));
    *ret = words_read(rows->arena, &order);
    return IL_OK;
}

struct block_list {
    struct arena *arena;
    struct row_search_block *at;
    size_t n, room;
};

static il_rc visit_block(void *context, const void *row, struct il_err *reterr)
{
    struct block_list *list = context;
    (void)reterr;
    list->at = arena_grow(list->arena, list->at, list->n, &list->room, sizeof *list->at);
    list->at[list->n++] = *(const struct row_search_block *)row;
    return IL_OK;
}

il_rc search_blocks(const struct rows_at *rows, struct row_search_block **ret, size_t *ret_n,
                    struct il_err *reterr)
{
    struct block_list list = { .arena = rows->arena };
    const struct store_query query = { .table = TABLE_SEARCH_BLOCK,
                                       .by = BY_ALL,
                                       .company = rows->company };
    TRY(store_find(rows->read, &query, visit_block, &list, reterr));
    *ret = list.at;
    *ret_n = list.n;
    return IL_OK;
}
