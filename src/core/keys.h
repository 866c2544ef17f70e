/* Ordering of 64-bit keys: what slot search sorts by, and sets of refs. Private to core. */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include <stddef.h>
#include <stdint.h>

void keys_sort(uint64_t *keys, size_t n); /* ascending; for the few thousand that are shown */

/* Brings the smallest keys, at most `limit`, to the front in ascending order; returns how many. */
size_t keys_take_smallest(uint64_t *keys, size_t n, size_t limit);

/* Moves the `wanted` smallest keys to the front, in any order; wanted <= n. */
void keys_select(uint64_t *keys, size_t n, size_t wanted);

#endif
