/* String views: bytes with a length, never NUL-terminated by contract. A view borrows. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *at;
    size_t len;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_ARG(s)   (int)(s).len, (s).at /* for "%.*s" */

struct str str_from(const char *text); /* NUL-terminated; NULL gives the empty view */
bool str_equal(struct str a, struct str b);
int str_order(struct str a, struct str b);        /* bytewise: <0, 0, >0 */
bool str_equal_words(struct str a, struct str b); /* ASCII letters of either case are equal */
bool str_starts(struct str s, struct str prefix);
struct str str_copy(struct arena *arena, struct str s); /* NUL-terminated for C callers */
struct str str_print(struct arena *arena, const char *format, ...) IL_PRINTF(2, 3);

/* Cuts at the first `separator`: returns what stands before it and leaves the rest in *rest.
 * With no separator left returns all and empties *rest. */
struct str str_cut(struct str *rest, char separator);

/* A whole decimal number, optional leading minus, nothing else; false when it is not one or does
 * not fit. *ret is untouched on failure. */
IL_MUST bool str_to_int(struct str s, int64_t *ret);

/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool str_is_utf8(struct str s);

#endif
