/* String views. */
#include "base/str.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct str str_from(const char *text)
{
    if (text == NULL)
        return (struct str){ "", 0 };
    return (struct str){ text, strlen(text) };
}

bool str_equal(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_equal_words(struct str a, struct str b)
{
    bool equal = a.len == b.len;
    for (size_t i = 0; equal && i < a.len; i++)
        equal = lower(a.at[i]) == lower(b.at[i]);
    return equal;
}

int str_order(struct str a, struct str b)
{
    const size_t common = a.len < b.len ? a.len : b.len;
    const int order = common == 0 ? 0 : memcmp(a.at, b.at, common);
    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && str_equal((struct str){ s.at, prefix.len }, prefix);
}

struct str str_copy(struct arena *arena, struct str s)
{
    char *at = arena_array(arena, char, s.len + 1);
    if (s.len > 0)
        memcpy(at, s.at, s.len);
    return (struct str){ at, s.len };
}

struct str str_print(struct arena *arena, const char *format, ...)
{
    char usual[256];
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    const int len = vsnprintf(usual, sizeof usual, format, args);
    va_end(args);
    assert(len >= 0);
    char *at = arena_array(arena, char, (size_t)len + 1);
    if ((size_t)len < sizeof usual)
        memcpy(at, usual, (size_t)len);
    else
        (void)vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    return (struct str){ at, (size_t)len };
}

struct str str_cut(struct str *rest, char separator)
{
    const char *found = rest->len == 0 ? NULL : memchr(rest->at, separator, rest->len);
    struct str head = *rest;
    if (found == NULL) {
        *rest = (struct str){ rest->at + rest->len, 0 };
        return head;
    }
    head.len = (size_t)(found - rest->at);
    *rest = (struct str){ found + 1, rest->len - head.len - 1 };
    return head;
}

bool str_to_int(struct str s, int64_t *ret)
{
    const bool negative = s.len > 0 && s.at[0] == '-';
    int64_t value = 0;
    if (s.len == (negative ? 1U : 0U))
        return false;
    for (size_t i = negative ? 1 : 0; i < s.len; i++) {
        const int digit = s.at[i] - '0';
        if (digit < 0 || digit > 9)
            return false;
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    if (!negative && value == INT64_MIN)
        return false;
    *ret = negative ? value : -value;
    return true;
}

/* Length of the sequence that starts with `lead`, 0 when no sequence may start so. */
static size_t utf8_length(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if ((lead & 0xF0) == 0xE0)
        return 3;
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* The second byte carries the limits that keep out overlong forms, surrogates and > U+10FFFF. */
static bool utf8_second_fits(unsigned char lead, unsigned char second)
{
    switch (lead) {
    case 0xE0:
        return second >= 0xA0;
    case 0xED:
        return second <= 0x9F;
    case 0xF0:
        return second >= 0x90;
    case 0xF4:
        return second <= 0x8F;
    default:
        return true;
    }
}

bool str_is_utf8(struct str s)
{
    const unsigned char *at = (const unsigned char *)s.at;
    for (size_t i = 0; i < s.len;) {
        const size_t length = utf8_length(at[i]);
        if (length == 0 || length > s.len - i)
            return false;
        for (size_t k = 1; k < length; k++) {
            if ((at[i + k] & 0xC0) != 0x80)
                return false;
        }
        if (length > 1 && !utf8_second_fits(at[i], at[i + 1]))
            return false;
        i += length;
    }
    return true;
}
