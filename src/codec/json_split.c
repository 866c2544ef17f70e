/* One pass that knows strings, brackets and commas, and nothing else of JSON. */
#include "json_split.h"

#include <string.h>

struct cursor {
    struct str text;
    size_t at;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static void blanks_pass(struct cursor *c)
{
    while (c->at < c->text.len && is_blank(c->text.at[c->at]))
        c->at++;
}

static bool char_pass(struct cursor *c, char wanted)
{
    blanks_pass(c);
    if (c->at == c->text.len || c->text.at[c->at] != wanted)
        return false;
    c->at++;
    return true;
}

/* From the opening quote to behind the closing one; returns what stands between. */
static struct str string_pass(struct cursor *c)
{
    const size_t from = ++c->at;
    while (c->at < c->text.len && c->text.at[c->at] != '"')
        c->at += c->text.at[c->at] == '\\' ? 2 : 1;
    if (c->at >= c->text.len) {
        c->at = c->text.len;
        return STR("");
    }
    return (struct str){ c->text.at + from, c->at++ - from };
}

static size_t depth_after(size_t depth, char sign)
{
    if (sign == '{' || sign == '[')
        return depth + 1;
    return (sign == '}' || sign == ']') && depth > 0 ? depth - 1 : depth;
}

/* To behind the bracket that opens the list of the root's member. */
static bool list_find(struct cursor *c, struct str member)
{
    size_t depth = 0;
    while (c->at < c->text.len) {
        const char sign = c->text.at[c->at];
        if (sign == '"') {
            const struct str name = string_pass(c);
            if (depth == 1 && str_equal(name, member) && char_pass(c, ':'))
                return char_pass(c, '[');
            continue;
        }
        depth = depth_after(depth, sign);
        c->at++;
    }
    return false;
}

/* To the comma or bracket that ends the item; false when the text ends before. */
static bool item_pass(struct cursor *c)
{
    size_t depth = 0;
    while (c->at < c->text.len) {
        const char sign = c->text.at[c->at];
        if (sign == '"') {
            (void)string_pass(c);
            continue;
        }
        if (depth == 0 && (sign == ',' || sign == ']'))
            return true;
        depth = depth_after(depth, sign);
        c->at++;
    }
    return false;
}

struct items {
    struct arena *arena;
    struct str *at;
    size_t n, room;
};

static void items_add(struct items *items, struct str item)
{
    enum { ITEMS_FIRST = 64 };
    if (items->n == items->room) {
        items->room = items->room == 0 ? ITEMS_FIRST : 2 * items->room;
        struct str *more = arena_array(items->arena, struct str, items->room);
        if (items->n > 0)
            memcpy(more, items->at, items->n * sizeof *more);
        items->at = more;
    }
    items->at[items->n++] = item;
}

/* From behind the opening bracket to the closing one. */
static bool items_cut(struct cursor *c, struct items *items)
{
    blanks_pass(c);
    if (c->at < c->text.len && c->text.at[c->at] == ']')
        return true;
    for (;;) {
        blanks_pass(c);
        const size_t from = c->at;
        if (!item_pass(c) || c->at == from)
            return false;
        items_add(items, (struct str){ c->text.at + from, c->at - from });
        if (c->text.at[c->at] == ']')
            return true;
        c->at++;
    }
}

bool json_split(struct arena *arena, struct str text, struct str member, struct json_split *ret)
{
    struct cursor c = { text, 0 };
    struct items items = { .arena = arena };
    if (!list_find(&c, member))
        return false;
    const size_t from = c.at;
    if (!items_cut(&c, &items))
        return false;
    const size_t tail = text.len - c.at;
    char *rest = arena_array(arena, char, from + tail + 1);
    memcpy(rest, text.at, from);
    memcpy(rest + from, text.at + c.at, tail);
    *ret = (struct json_split){ { rest, from + tail }, items.at, items.n };
    return true;
}
