/* Follows a company's journal from outside: every entry is read back, written again (V1), told to
 * the oracle and folded into an image that the desk's own must equal (M2). */
#ifndef DESK_TESTS_FOLLOW_H
#define DESK_TESTS_FOLLOW_H

#include "model.h"

struct follow {
    struct store *store;
    const char *company;
    struct model model;
    const struct image *fold;
    struct hash head;
    struct arena settings; /* rows of the company as of now */
    struct setting_row *rows;
    size_t n_rows;
    struct buf payload; /* of the newest entry read */
};

struct follow follow_make(struct store *store, const char *company, int n_inspectors);
void follow_drop(struct follow *follow);

/* Reads on to `seq`, which must be there. */
void follow_to(struct follow *follow, uint64_t seq);

/* Ends the program unless `image` is what the journal says at its seq. */
void follow_compare(struct follow *follow, const struct image *image);

#endif
