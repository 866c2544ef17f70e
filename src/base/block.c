/* Counted blocks: a header with an atomic count in front of the content. */
#include "base/block.h"

#include <assert.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

struct block {
    atomic_size_t holders;
    size_t bytes;
    block_drop drop;
    alignas(max_align_t) unsigned char content[];
};

static struct block *block_of(const void *content)
{
    /* The one place where const is cast away: the count is not part of the value. */
    return (struct block *)((uintptr_t)content - offsetof(struct block, content));
}

void *block_new(size_t bytes, block_drop drop)
{
    struct block *b = calloc(1, sizeof *b + bytes);
    if (b == NULL)
        abort();
    atomic_init(&b->holders, 1);
    b->bytes = bytes;
    b->drop = drop;
    return b->content;
}

void *block_keep(const void *content)
{
    if (content == NULL)
        return NULL;
    struct block *b = block_of(content);
    const size_t before = atomic_fetch_add_explicit(&b->holders, 1, memory_order_relaxed);
    assert(before > 0);
    return b->content;
}

void block_free(const void *content)
{
    if (content == NULL)
        return;
    struct block *b = block_of(content);
    const size_t before = atomic_fetch_sub_explicit(&b->holders, 1, memory_order_acq_rel);
    assert(before > 0);
    if (before > 1)
        return;
    if (b->drop != NULL)
        b->drop(b->content);
    free(b);
}

size_t block_bytes(const void *content)
{
    return content == NULL ? 0 : block_of(content)->bytes;
}
