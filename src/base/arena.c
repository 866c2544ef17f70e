/* Arena over malloc'd chunks; with AddressSanitizer every object is a chunk of its own (A4). */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define CHUNK_PER_OBJECT 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHUNK_PER_OBJECT 1
#endif
#endif
#ifndef CHUNK_PER_OBJECT
#define CHUNK_PER_OBJECT 0
#endif

struct arena_chunk {
    struct arena_chunk *older;
    size_t room;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena arena_make(size_t ceiling_bytes)
{
    return (struct arena){ .ceiling_bytes = ceiling_bytes };
}

static void chunks_free(struct arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct arena_chunk *older = chunk->older;
        free(chunk);
        chunk = older;
    }
}

void arena_drop(struct arena *arena)
{
    chunks_free(arena->newest);
    arena->newest = NULL;
    arena->used_bytes = 0;
}

void arena_reset(struct arena *arena)
{
    struct arena_chunk *kept = arena->newest;
    if (kept == NULL)
        return;
    chunks_free(kept->older);
    if (CHUNK_PER_OBJECT || kept->room > (size_t)ARENA_CHUNK_BYTES) {
        free(kept);
        arena->newest = NULL;
    } else {
        kept->older = NULL;
        kept->used = 0;
    }
    arena->used_bytes = 0;
}

/* Small first, because a hold is an arena too; as much again as is used, up to a bound. */
static size_t usual_room(size_t used_bytes)
{
    if (CHUNK_PER_OBJECT)
        return 0;
    if (used_bytes < ARENA_FIRST_BYTES)
        return ARENA_FIRST_BYTES;
    return used_bytes < ARENA_CHUNK_BYTES ? used_bytes : ARENA_CHUNK_BYTES;
}

static struct arena_chunk *chunk_add(struct arena *arena, size_t bytes)
{
    const size_t usual = usual_room(arena->used_bytes);
    const size_t room = bytes > usual ? bytes : usual;
    struct arena_chunk *chunk = malloc(sizeof *chunk + room);
    if (chunk == NULL)
        abort();
    chunk->room = room;
    chunk->used = 0;
    chunk->older = arena->newest;
    arena->newest = chunk;
    return chunk;
}

void *arena_take(struct arena *arena, size_t n, size_t size)
{
    assert(size == 0 || n <= SIZE_MAX / 2 / size);
    const size_t align = alignof(max_align_t);
    const size_t bytes = (n * size + align - 1) / align * align;
    assert(arena->used_bytes + bytes <= arena->ceiling_bytes && "arena ceiling passed");
    struct arena_chunk *chunk = arena->newest;
    if (chunk == NULL || CHUNK_PER_OBJECT || chunk->room - chunk->used < bytes)
        chunk = chunk_add(arena, bytes);
    void *at = chunk->bytes + chunk->used;
    chunk->used += bytes;
    arena->used_bytes += bytes;
    return memset(at, 0, bytes);
}

enum { ARRAY_FIRST_ROOM = 8 };

void *arena_grow(struct arena *arena, void *at, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return at;
    *room = *room == 0 ? ARRAY_FIRST_ROOM : 2 * *room;
    void *more = arena_take(arena, *room, size);
    if (n > 0)
        memcpy(more, at, n * size);
    return more;
}
