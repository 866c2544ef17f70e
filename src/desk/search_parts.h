/* Postings, and parts of blocks as they are stored. Private to desk. docs/adr/0010 says why so.
 *
 *   block   a run of inspections by ref
 *   part    varint base, then of each word in bytewise order: its bytes, and the refs that have it,
 *           in order, each as what it is more than the one before (the first: than base) */
#ifndef DESK_SEARCH_PARTS_H
#define DESK_SEARCH_PARTS_H

#include "desk_parts.h"

enum {
    PART_BYTES = 900,               /* a row of this fits four times into a page */
    BLOCK_SMALL = 256,              /* inspections: when as many are in no block, they become one */
    BLOCK_LARGE = 32 * BLOCK_SMALL, /* small ones that come to this become one */
};

struct posting {
    uint64_t key; /* the word's first bytes: most comparisons end here */
    struct str word;
    ref_t ref;
};

struct postings {
    struct arena *arena;
    struct posting *at;
    size_t n, room;
};

struct posting posting_make(struct str word, ref_t ref);
void postings_add(struct postings *p, struct str word, ref_t ref);
/* By word, then ref; what is sorted in stretches already takes less. */
void postings_sort(struct postings *p);
int posting_order(const struct posting *a, const struct posting *b);

struct part_list {
    struct arena *arena;
    struct row_search_part *at;
    size_t n, room;
};

/* Sorted postings of one block as parts. */
void parts_write(struct part_list *ret, ref_t block, const struct posting *at, size_t n);
/* Adds what the part holds; words borrow from it. False: it is damaged. */
bool part_read(struct str data, struct postings *ret);

/* Of a part, the refs of the words from `from` to `to`; false: it is damaged. */
struct ref_list {
    struct arena *arena;
    ref_t *at;
    size_t n, room;
};
bool part_refs(struct str data, struct str from, struct str to, struct ref_list *ret);
void refs_sort(struct ref_list *refs); /* ascending, each once */

/* The words of a stored inspection as they are now. */
IL_MUST il_rc inspection_words(const struct rows_at *rows, const struct row_inspection *row,
                               struct strs *ret, struct il_err *reterr);
IL_MUST il_rc search_blocks(const struct rows_at *rows, struct row_search_block **ret,
                            size_t *ret_n, struct il_err *reterr);

/* search_erased.c: the inspection that a person's row was made for; 0: none is known. */
IL_MUST il_rc order_of_person(const struct rows_at *rows, ref_t person, ref_t *ret,
                              struct il_err *reterr);

#endif
