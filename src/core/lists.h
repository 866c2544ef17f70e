/* Sorted lists of records that images share, and sets of refs. Private to core.
 *
 *  A list is a block of pointers to blocks, sorted by ref, NULL after the last: an image that did
 *  not change it holds the same list, not a copy. */
#ifndef CORE_LISTS_H
#define CORE_LISTS_H

#include "core/claim.h"

#include <stddef.h>

/* Room for n; whoever frees the list frees what is in it. */
const void **list_new(size_t n);

struct list_change { /* what one record comes to */
    ref_t ref;
    const void *block; /* a holder that the list takes over; NULL: it leaves */
};

struct list {
    const void *const *at;
    size_t n;
    ref_t (*ref_of)(const void *block);
};

/* A new list: `old` after the changes. Sorts them; of several about one record the last holds. */
const void **list_after(const struct list *old, struct list_change *changes, size_t n_changes,
                        size_t *ret_n);

/* NULL: not there. */
const void *list_find(const struct list *list, ref_t ref);

ref_t hold_ref_of(const void *hold);
ref_t conflict_ref_of(const void *conflict);

bool refs_have(const ref_t *sorted, size_t n, ref_t ref);

#endif
