/* Ordering of 64-bit keys: what slot search sorts by. Private to core. */
#ifndef CORE_KEYS_H
#define CORE_KEYS_H

#include <stddef.h>
#include <stdint.h>

/* Brings the smallest keys, at most `limit`, to the front in ascending order; returns how many. */
size_t keys_take_smallest(uint64_t *keys, size_t n, size_t limit);

/* Sorts by `bits` bits from `shift` up (whole bytes); equal ones keep their order. `spare` has room
 * for n. Returns where the sorted keys are: `keys` or `spare`. */
uint64_t *keys_sort_by_bits(uint64_t *keys, uint64_t *spare, size_t n, unsigned shift,
                            unsigned bits);

#endif
