/* Growing byte buffer in one heap block, for bodies and rows that are built by appending. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

struct buf {
    char *own_at; /* heap, NULL while empty */
    size_t len;
    size_t room;
};

void buf_drop(struct buf *b); /* accepts an empty one; leaves it empty */
void buf_clear(struct buf *b); /* keeps the block */
void buf_reserve(struct buf *b, size_t more); /* room for `more` further bytes */
void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_add_str(struct buf *b, struct str s);
void buf_add_char(struct buf *b, char c);
void buf_print(struct buf *b, const char *format, ...) IL_PRINTF(2, 3);
struct str buf_view(const struct buf *b); /* borrows until the next append */

#endif
