/* Growing byte buffer; doubles, so n appends cost O(n). */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUF_FIRST_BYTES = 512, BUF_PRINT_USUAL_BYTES = 64 };

void buf_drop(struct buf *b)
{
    free(b->own_at);
    *b = (struct buf){ 0 };
}

void buf_clear(struct buf *b)
{
    b->len = 0;
}

void buf_grow(struct buf *b, size_t more)
{
    assert(more <= SIZE_MAX / 4 && b->len <= SIZE_MAX / 4);
    size_t room = b->room == 0 ? BUF_FIRST_BYTES : b->room;
    while (room - b->len < more)
        room *= 2;
    char *at = realloc(b->own_at, room);
    if (at == NULL)
        abort();
    b->own_at = at;
    b->room = room;
}

void buf_print(struct buf *b, const char *format, ...)
{
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    buf_reserve(b, BUF_PRINT_USUAL_BYTES);
    const int len = vsnprintf(b->own_at + b->len, b->room - b->len, format, args);
    va_end(args);
    assert(len >= 0);
    if ((size_t)len >= b->room - b->len) {
        buf_reserve(b, (size_t)len + 1);
        (void)vsnprintf(b->own_at + b->len, (size_t)len + 1, format, again);
    }
    va_end(again);
    b->len += (size_t)len;
}

struct str buf_view(const struct buf *b)
{
    return (struct str){ b->len == 0 ? "" : b->own_at, b->len };
}
