/* JSON writer. */
#include "base/json.h"

#include <assert.h>
#include <string.h>

struct json json_begin(struct buf *out)
{
    return (struct json){ .out = out };
}

static void before_value(struct json *j)
{
    if (j->need_comma)
        buf_add_char(j->out, ',');
    j->need_comma = true;
}

static void open_bracket(struct json *j, char bracket)
{
    before_value(j);
    assert(j->depth < JSON_DEPTH_MAX);
    j->depth++;
    j->need_comma = false;
    buf_add_char(j->out, bracket);
}

static void close_bracket(struct json *j, char bracket)
{
    assert(j->depth > 0);
    j->depth--;
    j->need_comma = true;
    buf_add_char(j->out, bracket);
}

void json_start_object(struct json *j)
{
    open_bracket(j, '{');
}

void json_end_object(struct json *j)
{
    close_bracket(j, '}');
}

void json_start_array(struct json *j)
{
    open_bracket(j, '[');
}

void json_end_array(struct json *j)
{
    close_bracket(j, ']');
}

static void add_escaped(struct buf *out, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    const char *shorts = "\"\\\b\f\n\r\t";
    const char *names = "\"\\bfnrt";
    const char *found = c == 0 ? NULL : strchr(shorts, c);
    if (found != NULL) {
        const char two[2] = { '\\', names[found - shorts] };
        buf_add(out, two, sizeof two);
        return;
    }
    const char six[6] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
    buf_add(out, six, sizeof six);
}

/* One pass: most texts are plain ASCII without anything to escape, and are copied whole. */
static void add_string(struct buf *out, struct str value)
{
    size_t plain_from = 0;
    unsigned char seen = 0;
    buf_reserve(out, value.len + 2);
    buf_add_char(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        const unsigned char c = (unsigned char)value.at[i];
        seen |= c;
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(out, value.at + plain_from, i - plain_from);
        add_escaped(out, c);
        plain_from = i + 1;
    }
    buf_add(out, value.at + plain_from, value.len - plain_from);
    buf_add_char(out, '"');
    assert(seen < 0x80 || str_is_utf8(value));
}

void json_key(struct json *j, struct str key)
{
    before_value(j);
    add_string(j->out, key);
    buf_add_char(j->out, ':');
    j->need_comma = false;
}

/* A name that stands in our own source: nothing in it needs escaping. */
static void put_name(struct json *j, const char *name)
{
    const size_t len = strlen(name);
    buf_reserve(j->out, len + 4);
    if (j->need_comma)
        buf_add_char(j->out, ',');
    buf_add_char(j->out, '"');
    buf_add(j->out, name, len);
    buf_add_char(j->out, '"');
    buf_add_char(j->out, ':');
    j->need_comma = false;
}

void json_str(struct json *j, struct str value)
{
    before_value(j);
    add_string(j->out, value);
}

static void add_int(struct buf *out, int64_t value)
{
    char digits[21];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';
    buf_add(out, digits + at, sizeof digits - at);
}

void json_int(struct json *j, int64_t value)
{
    before_value(j);
    add_int(j->out, value);
}

void json_bool(struct json *j, bool value)
{
    before_value(j);
    buf_add_str(j->out, value ? STR("true") : STR("false"));
}

void json_none(struct json *j)
{
    before_value(j);
    buf_add_str(j->out, STR("null"));
}

void json_fixed(struct json *j, int64_t value, unsigned decimals)
{
    int64_t unit = 1;
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    const int64_t size = value < 0 ? -value : value;
    before_value(j);
    if (value < 0)
        buf_add_char(j->out, '-');
    add_int(j->out, size / unit);
    if (decimals == 0)
        return;
    buf_add_char(j->out, '.');
    for (int64_t place = unit / 10; place > 0; place /= 10)
        buf_add_char(j->out, (char)('0' + size / place % 10));
}

void json_raw(struct json *j, struct str value)
{
    before_value(j);
    buf_add_str(j->out, value);
}

void json_raw_begin(struct json *j)
{
    before_value(j);
}

void json_put_str(struct json *j, const char *key, struct str value)
{
    put_name(j, key);
    json_str(j, value);
}

void json_put_int(struct json *j, const char *key, int64_t value)
{
    put_name(j, key);
    json_int(j, value);
}

void json_put_bool(struct json *j, const char *key, bool value)
{
    put_name(j, key);
    json_bool(j, value);
}

void json_put_fixed(struct json *j, const char *key, int64_t value, unsigned decimals)
{
    put_name(j, key);
    json_fixed(j, value, decimals);
}

void json_put_raw(struct json *j, const char *key, struct str value)
{
    put_name(j, key);
    json_raw(j, value);
}

void json_open(struct json *j, const char *key, char bracket)
{
    put_name(j, key);
    open_bracket(j, bracket);
}
