/* Growing byte buffer in one heap block, for bodies and rows that are built by appending. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

#include <string.h>

struct buf {
    char *own_at; /* heap, NULL while empty */
    size_t len;
    size_t room;
};

void buf_drop(struct buf *b);  /* accepts an empty one; leaves it empty */
void buf_clear(struct buf *b); /* keeps the block */
void buf_grow(struct buf *b, size_t more);

/* Room for `more` further bytes. Appending is the hot path of every answer, so what happens when
 * there is room stands here, to be inlined. */
static inline void buf_reserve(struct buf *b, size_t more)
{
    if (b->room - b->len < more)
        buf_grow(b, more);
}

static inline void buf_add(struct buf *b, const void *bytes, size_t len)
{
    buf_reserve(b, len);
    if (len > 0)
        memcpy(b->own_at + b->len, bytes, len);
    b->len += len;
}

static inline void buf_add_str(struct buf *b, struct str s)
{
    buf_add(b, s.at, s.len);
}

static inline void buf_add_char(struct buf *b, char c)
{
    buf_reserve(b, 1);
    b->own_at[b->len++] = c;
}

void buf_print(struct buf *b, const char *format, ...) IL_PRINTF(2, 3);
struct str buf_view(const struct buf *b); /* borrows until the next append */

#endif
