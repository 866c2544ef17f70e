/* Fixed-width decimal digits, the only number format of dates and times. */
#ifndef CORE_DIGITS_H
#define CORE_DIGITS_H

#include "base/str.h"

/* Takes exactly `n` digits off the front of *rest; *rest and *ret are untouched otherwise. */
IL_MUST bool digits_take(struct str *rest, size_t n, int32_t *ret);
/* Takes `c` off the front of *rest; false when something else stands there. */
IL_MUST bool char_take(struct str *rest, char c);
/* Writes exactly `n` digits; the value must fit. */
void digits_write(char *at, size_t n, int64_t value);

#endif
