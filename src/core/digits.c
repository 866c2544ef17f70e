/* Fixed-width decimal digits. */
#include "digits.h"

#include <assert.h>

bool digits_take(struct str *rest, size_t n, int32_t *ret)
{
    assert(n <= 9 && "more digits than an int32 holds");
    int32_t value = 0;
    if (rest->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const int digit = rest->at[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        value = value * 10 + digit;
    }
    *rest = (struct str){ rest->at + n, rest->len - n };
    *ret = value;
    return true;
}

bool char_take(struct str *rest, char c)
{
    if (rest->len == 0 || rest->at[0] != c)
        return false;
    *rest = (struct str){ rest->at + 1, rest->len - 1 };
    return true;
}

void digits_write(char *at, size_t n, int64_t value)
{
    assert(value >= 0);
    for (size_t i = n; i > 0; i--) {
        at[i - 1] = (char)('0' + value % 10);
        value /= 10;
    }
    assert(value == 0 && "number wider than its field");
}
