/* Arena: memory has a lifetime, not an owner.
 *
 *  A1  Everything taken from an arena is freed at once by arena_drop; nothing is freed alone.
 *  A2  What it returns is zeroed and aligned for any object.
 *  A3  An arena has a ceiling; passing it is a bug of whoever did not bound the input, so it
 *      aborts with the ceiling's name instead of returning NULL into code that would not look.
 *  A4  Under AddressSanitizer each object is a block of its own, so one byte past it is seen. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

enum { ARENA_FIRST_BYTES = 512, ARENA_CHUNK_BYTES = 64 * 1024 };

struct arena_chunk;

struct arena {
    struct arena_chunk *newest;
    size_t used_bytes;    /* handed out so far */
    size_t ceiling_bytes; /* never more than this */
};

struct arena arena_make(size_t ceiling_bytes);
void arena_drop(struct arena *arena);

/* Drops everything but keeps one chunk for the next use. */
void arena_reset(struct arena *arena);

/* n objects of size bytes each; n * size may not overflow (asserted). Never NULL. */
void *arena_take(struct arena *arena, size_t n, size_t size);

/* Room for one more at the end of an array of n objects: the array itself, or a copy twice as long
 * (the old one stays until the arena goes). *room is what it holds, 0 at first. */
void *arena_grow(struct arena *arena, void *at, size_t n, size_t *room, size_t size);

#define arena_new(arena, type)      ((type *)arena_take((arena), 1, sizeof(type)))
#define arena_array(arena, type, n) ((type *)arena_take((arena), (n), sizeof(type)))

#endif
