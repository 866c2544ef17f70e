/* A set of pairs of refs, in no order: which two claims a conflict admits. */
#ifndef DESK_TESTS_PAIRS_H
#define DESK_TESTS_PAIRS_H

#include "rig.h"

struct pairs {
    struct pair_of_refs {
        ref_t a, b; /* a 0: empty */
    } * at;
    size_t n, room; /* room: a power of two, or 0 */
};

bool pairs_have(const struct pairs *pairs, ref_t a, ref_t b);
bool pairs_add(struct pairs *pairs, ref_t a, ref_t b);    /* false: it was there */
bool pairs_remove(struct pairs *pairs, ref_t a, ref_t b); /* false: it was not */
void pairs_drop(struct pairs *pairs);

#endif
