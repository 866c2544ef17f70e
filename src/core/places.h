/* Where the thing with a ref stands in a growing array: an index beside it. Private to core.
 *
 *  Open addressing in the arena: a lookup costs the same whether an entry writes one claim or the
 *  tens of thousands that a vacation over an imported year comes to. */
#ifndef CORE_PLACES_H
#define CORE_PLACES_H

#include "base/arena.h"
#include "core/claim.h"

#include <stddef.h>

#define NOWHERE SIZE_MAX

struct place_of {
    ref_t ref; /* 0: free */
    size_t at;
};

struct places { /* all zero is empty */
    struct place_of *slots;
    size_t n_slots, n_used;
};

size_t places_find(const struct places *places, ref_t ref); /* NOWHERE: not there */

/* NOWHERE takes it out. */
void places_put(struct places *places, struct arena *arena, ref_t ref, size_t at);

#endif
