/* Counted blocks: immutable values shared between threads.
 *
 *  B1  A block is written by one thread before it is shared and never after.
 *  B2  block_keep and block_free may be called from any thread; the last free runs `drop` on the
 *      content, then releases the memory. */
#ifndef BASE_BLOCK_H
#define BASE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>

typedef void (*block_drop)(void *content);

void *block_new(size_t bytes, block_drop drop); /* zeroed, count 1; never NULL (aborts) */
void *block_keep(const void *content);          /* one more holder; accepts NULL */
void block_free(const void *content);           /* one holder less; accepts NULL */
size_t block_bytes(const void *content);

#endif
