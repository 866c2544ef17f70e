/* Decoding with sticky errors over jansson's tree. */
#include "codec/json_in.h"

#include "json_split.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct json_t *as_tree(const void *value)
{
    return value;
}

/* jansson takes non-const pointers also where it only reads. */
static json_t *tree(const struct json_t *value)
{
    return (json_t *)(uintptr_t)value;
}

/* RFC 6901: ~ and / in a name are ~0 and ~1. */
static const char *pointer_token(struct arena *arena, const char *name)
{
    char *token = arena_array(arena, char, 2 * strlen(name) + 1);
    char *at = token;
    for (; *name != '\0'; name++) {
        if (*name == '~' || *name == '/') {
            *at++ = '~';
            *at++ = *name == '~' ? '0' : '1';
        } else {
            *at++ = *name;
        }
    }
    return token;
}

static struct str path_of(struct arena *arena, const struct json_at *at)
{
    if (at->parent == NULL)
        return STR("");
    const struct str before = path_of(arena, at->parent);
    if (at->name != NULL)
        return str_print(arena, "%.*s/%s", STR_ARG(before), pointer_token(arena, at->name));
    return str_print(arena, "%.*s/%zu", STR_ARG(before), at->index);
}

static void fault(struct json_reader *reader, struct json_at at, const char *code,
                  const char *words)
{
    if (reader->failed)
        return;
    const struct str path = path_of(reader->arena, &at);
    reader->failed = true;
    const il_rc rc =
        il_invalid(&reader->err, code, path.at, "%s: %s", path.len == 0 ? "body" : path.at, words);
    assert(rc == IL_INVALID);
}

static struct json_at at_field(const struct json_obj *o, const char *name)
{
    return (struct json_at){ .parent = &o->at, .name = name };
}

static struct json_at at_item(const struct json_arr *a, size_t i)
{
    return (struct json_at){ .parent = &a->at, .index = i };
}

void json_fault(struct json_obj *o, const char *name, const char *code, const char *words)
{
    fault(o->reader, name == NULL ? o->at : at_field(o, name), code, words);
}

void json_arr_fault(struct json_arr *a, size_t i, const char *code, const char *words)
{
    fault(a->reader, at_item(a, i), code, words);
}

static bool hex_unit(struct str text, size_t at, unsigned *ret)
{
    unsigned unit = 0;
    for (size_t i = at; i < at + 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *found = i < text.len && text.at[i] != '\0' ? strchr(digits, text.at[i]) : NULL;
        if (found == NULL)
            return false;
        unit = unit * 16 + (unsigned)(found - digits) % 16;
    }
    *ret = unit;
    return true;
}

/* How many characters the escape at `at` has; 0: it stands for half a character. */
static size_t escape_len(struct str text, size_t at)
{
    unsigned unit;
    unsigned low;
    const bool is_unit = at + 1 < text.len && text.at[at + 1] == 'u';
    if (!is_unit || !hex_unit(text, at + 2, &unit) || (unit & 0xF800) != 0xD800)
        return 2;
    const bool paired = (unit & 0xFC00) == 0xD800 && at + 7 < text.len && text.at[at + 6] == '\\' &&
                        text.at[at + 7] == 'u' && hex_unit(text, at + 8, &low) &&
                        (low & 0xFC00) == 0xDC00;
    return paired ? 12 : 0;
}

/* Depth, and escapes that stand for half a character: jansson would allow depth 2048 and call the
 * other a syntax error. */
static const char *scan(struct str text)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        if (in_string && c == '\\') {
            const size_t len = escape_len(text, i);
            if (len == 0)
                return "utf8_invalid";
            i += len - 1;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            if (++depth > JSON_DEPTH_MAX)
                return "json_too_deep";
        } else if (!in_string && (c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return NULL;
}

static const char *code_of(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_duplicate_key:
        return "json_duplicate_key";
    case json_error_invalid_utf8:
        return "utf8_invalid";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "control_character";
    case json_error_numeric_overflow:
        return "out_of_range";
    case json_error_stack_overflow:
        return "json_too_deep";
    case json_error_unknown:
    case json_error_out_of_memory:
    case json_error_cannot_open_file:
    case json_error_invalid_argument:
    case json_error_premature_end_of_input:
    case json_error_end_of_input_expected:
    case json_error_invalid_syntax:
    case json_error_invalid_format:
    case json_error_wrong_type:
    case json_error_null_value:
    case json_error_item_not_found:
    case json_error_index_out_of_range:
    default:
        return "json_invalid";
    }
}

static il_rc text_check(struct str text, struct il_err *reterr)
{
    if (text.len == 0)
        return il_invalid(reterr, "body_required", "", "a JSON body is needed");
    if (!str_is_utf8(text))
        return il_invalid(reterr, "utf8_invalid", "", "the body is not valid UTF-8");
    const char *wrong = scan(text);
    if (wrong != NULL)
        return il_invalid(reterr, wrong, "", "%s",
                          wrong[0] == 'u' ? "a \\u escape stands for half a character"
                                          : "the body is nested deeper than 32 levels");
    return IL_OK;
}

static il_rc parse(struct str text, json_t **ret, struct il_err *reterr)
{
    json_error_t error;
    json_t *value = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (value == NULL)
        return il_invalid(reterr, code_of(&error), "", "line %d, column %d: %s", error.line,
                          error.column, error.text);
    *ret = value;
    return IL_OK;
}

il_rc json_reader_open(struct json_reader *ret, struct arena *arena, struct str text,
                       struct il_err *reterr)
{
    json_t *root = NULL;
    *ret = (struct json_reader){ .arena = arena };
    TRY(text_check(text, reterr));
    TRY(parse(text, &root, reterr));
    ret->own_root = (struct json_t *)root;
    return IL_OK;
}

il_rc json_reader_open_long(struct json_reader *ret, struct arena *arena, struct str text,
                            const char *long_list, struct il_err *reterr)
{
    struct json_split split;
    json_t *root = NULL;
    *ret = (struct json_reader){ .arena = arena };
    TRY(text_check(text, reterr));
    if (!json_split(arena, text, str_from(long_list), &split))
        return json_reader_open(ret, arena, text, reterr);
    /* A fault is told by its place in the whole text. */
    if (parse(split.rest, &root, reterr) != IL_OK)
        TRY(parse(text, &root, reterr));
    ret->own_root = (struct json_t *)root;
    ret->long_list = long_list;
    ret->items = split.items;
    ret->n_items = split.n;
    ret->text = text;
    return IL_OK;
}

void json_reader_drop(struct json_reader *reader)
{
    json_decref(reader->own_item);
    json_decref(reader->own_root);
    reader->own_item = NULL;
    reader->own_root = NULL;
}

static struct json_obj obj_at(struct json_reader *reader, const json_t *value, struct json_at at)
{
    struct json_obj o = { .at = at, .reader = reader };
    if (json_is_object(value))
        o.value = as_tree(value);
    else
        fault(reader, at, "type", "must be an object");
    return o;
}

struct json_obj json_root(struct json_reader *reader)
{
    return obj_at(reader, reader->own_root, (struct json_at){ 0 });
}

/* The field's value, NULL when absent or null. Marks the name as known. */
static const json_t *field(struct json_obj *o, const char *name)
{
    if (o->value == NULL)
        return NULL;
    bool known = false;
    for (size_t i = 0; i < o->n_read && !known; i++)
        known = strcmp(o->read[i], name) == 0;
    if (!known) {
        assert(o->n_read < JSON_FIELDS_MAX);
        o->read[o->n_read++] = name;
    }
    const json_t *value = json_object_get(tree(o->value), name);
    return json_is_null(value) ? NULL : value;
}

bool json_has(struct json_obj *o, const char *name)
{
    return field(o, name) != NULL;
}

bool json_is_none(struct json_obj *o, const char *name)
{
    return field(o, name) == NULL && o->value != NULL &&
           json_is_null(json_object_get(tree(o->value), name));
}

static size_t count_chars(struct str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.at[i] & 0xC0) != 0x80;
    return n;
}

static const char *string_fault(struct str s, size_t max_chars, bool lines)
{
    for (size_t i = 0; i < s.len; i++) {
        const unsigned char c = (unsigned char)s.at[i];
        if ((c < 0x20 && !(lines && (c == '\n' || c == '\r' || c == '\t'))) || c == 0x7F)
            return "control_character";
    }
    return count_chars(s) > max_chars ? "too_long" : NULL;
}

static struct str string_of(struct json_reader *reader, const json_t *value, struct json_at at,
                            size_t max_chars, bool lines)
{
    if (!json_is_string(value)) {
        fault(reader, at, "type", value == NULL ? "is required" : "must be a string");
        return STR("");
    }
    const struct str s = { json_string_value(value), json_string_length(value) };
    const char *wrong = string_fault(s, max_chars, lines);
    if (wrong != NULL) {
        fault(reader, at, wrong,
              wrong[0] == 't' ? "is longer than allowed" : "holds a control character");
        return STR("");
    }
    return str_copy(reader->arena, s); /* the tree goes before the request does */
}

struct str json_get_str(struct json_obj *o, const char *name, size_t max_chars)
{
    return string_of(o->reader, field(o, name), at_field(o, name), max_chars, false);
}

struct str json_opt_str(struct json_obj *o, const char *name, size_t max_chars)
{
    const json_t *value = field(o, name);
    return value == NULL ? STR("")
                         : string_of(o->reader, value, at_field(o, name), max_chars, false);
}

struct str json_opt_text(struct json_obj *o, const char *name, size_t max_chars)
{
    const json_t *value = field(o, name);
    return value == NULL ? STR("")
                         : string_of(o->reader, value, at_field(o, name), max_chars, true);
}

static int64_t int_of(struct json_reader *reader, const json_t *value, struct json_at at,
                      int64_t min, int64_t max)
{
    /* 60.5 and 1e3 are numbers, so they are out of range rather than of the wrong type. */
    if (json_is_real(value)) {
        fault(reader, at, "out_of_range", "must be a whole number");
        return min;
    }
    if (!json_is_integer(value)) {
        fault(reader, at, "type", value == NULL ? "is required" : "must be a whole number");
        return min;
    }
    const int64_t n = json_integer_value(value);
    if (n < min || n > max) {
        char words[96];
        (void)snprintf(words, sizeof words, "must be a whole number from %lld to %lld",
                       (long long)min, (long long)max);
        fault(reader, at, "out_of_range", words);
        return min;
    }
    return n;
}

int64_t json_get_int(struct json_obj *o, const char *name, int64_t min, int64_t max)
{
    return int_of(o->reader, field(o, name), at_field(o, name), min, max);
}

int64_t json_opt_int(struct json_obj *o, const char *name, int64_t min, int64_t max,
                     int64_t otherwise)
{
    const json_t *value = field(o, name);
    return value == NULL ? otherwise : int_of(o->reader, value, at_field(o, name), min, max);
}

bool json_opt_bool(struct json_obj *o, const char *name, bool otherwise)
{
    const json_t *value = field(o, name);
    if (value == NULL)
        return otherwise;
    if (!json_is_boolean(value))
        json_fault(o, name, "type", "must be true or false");
    return json_is_true(value);
}

static int64_t scaled(struct json_reader *reader, const json_t *value, struct json_at at,
                      double scale, double min, double max)
{
    if (!json_is_number(value)) {
        fault(reader, at, "type", value == NULL ? "is required" : "must be a number");
        return 0;
    }
    const double n = json_number_value(value);
    if (!(n >= min && n <= max)) {
        fault(reader, at, "out_of_range", "is outside its range");
        return 0;
    }
    return llround(n * scale);
}

enum { DEGREES_SCALE = 10000000, MILLI_SCALE = 1000 };

int32_t json_get_degrees(struct json_obj *o, const char *name, int32_t bound)
{
    return (int32_t)scaled(o->reader, field(o, name), at_field(o, name), DEGREES_SCALE, -bound,
                           bound);
}

int64_t json_opt_milli(struct json_obj *o, const char *name, int64_t min, int64_t max,
                       int64_t otherwise)
{
    const json_t *value = field(o, name);
    if (value == NULL)
        return otherwise;
    return scaled(o->reader, value, at_field(o, name), MILLI_SCALE, (double)min / MILLI_SCALE,
                  (double)max / MILLI_SCALE);
}

struct instant_text json_get_instant(struct json_obj *o, const char *name)
{
    enum { INSTANT_CHARS_MAX = 64 };
    struct instant_text ret = { 0 };
    const struct str text = json_get_str(o, name, INSTANT_CHARS_MAX);
    if (!o->reader->failed && !instant_parse(text, &ret))
        json_fault(o, name, "out_of_range",
                   "must be a moment such as 2026-11-30T08:00:00-07:00 (RFC 3339, whole seconds)");
    else if (!o->reader->failed && !instant_has_room(ret))
        json_fault(o, name, "out_of_range", "is too near the first or last year that can be said");
    return ret;
}

date_d json_get_date(struct json_obj *o, const char *name)
{
    date_d ret = 0;
    const struct str text = json_get_str(o, name, DATE_TEXT);
    if (!o->reader->failed && !date_parse(text, &ret))
        json_fault(o, name, "out_of_range", "must be a date such as 2026-11-30");
    return ret;
}

static int32_t word_of(struct json_obj *o, const char *name, struct str word,
                       const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(word, str_from(names[i])))
            return (int32_t)i;
    }
    char words[IL_ERR_TEXT_BYTES / 2] = "must be one of";
    for (size_t i = 0; i < n; i++) {
        const size_t len = strlen(words);
        (void)snprintf(words + len, sizeof words - len, " %s", names[i]);
    }
    json_fault(o, name, "out_of_range", words);
    return 0;
}

enum { WORD_CHARS_MAX = 64 };

int32_t json_get_word(struct json_obj *o, const char *name, const char *const *names, size_t n)
{
    return word_of(o, name, json_get_str(o, name, WORD_CHARS_MAX), names, n);
}

int32_t json_opt_word(struct json_obj *o, const char *name, const char *const *names, size_t n,
                      int32_t otherwise)
{
    return json_has(o, name) ? json_get_word(o, name, names, n) : otherwise;
}

bool json_opt_obj(struct json_obj *o, const char *name, struct json_obj *ret)
{
    const json_t *value = field(o, name);
    *ret = (struct json_obj){ .at = at_field(o, name), .reader = o->reader };
    if (value == NULL)
        return false;
    *ret = obj_at(o->reader, value, at_field(o, name));
    return true;
}

static struct json_arr arr_at(struct json_reader *reader, const json_t *value, struct json_at at,
                              size_t max_items)
{
    struct json_arr a = { .at = at, .reader = reader };
    if (!json_is_array(value))
        fault(reader, at, "type", "must be a list");
    else if (json_array_size(value) > max_items)
        fault(reader, at, "too_long", "has more items than allowed");
    else
        a = (struct json_arr){ at, reader, as_tree(value), json_array_size(value), NULL };
    return a;
}

static struct json_arr long_arr(struct json_obj *root, const char *name, size_t max_items)
{
    struct json_reader *reader = root->reader;
    struct json_arr a = { .at = at_field(root, name), .reader = reader };
    if (reader->n_items > max_items) {
        fault(reader, a.at, "too_long", "has more items than allowed");
        return a;
    }
    a.value = as_tree(json_object_get(tree(root->value), name));
    a.n = reader->n_items;
    a.items = reader->items;
    return a;
}

struct json_arr json_opt_arr(struct json_obj *o, const char *name, size_t max_items)
{
    const json_t *value = field(o, name);
    if (value == NULL)
        return (struct json_arr){ .reader = o->reader };
    if (o->at.parent == NULL && o->reader->long_list != NULL &&
        strcmp(name, o->reader->long_list) == 0)
        return long_arr(o, name, max_items);
    return arr_at(o->reader, value, at_field(o, name), max_items);
}

static const json_t *item(const struct json_arr *a, size_t i)
{
    return json_array_get(tree(a->value), i);
}

struct strs json_opt_strs(struct json_obj *o, const char *name, size_t max_items, size_t max_chars)
{
    struct json_arr a = json_opt_arr(o, name, max_items);
    struct str *at = arena_array(o->reader->arena, struct str, a.n);
    for (size_t i = 0; i < a.n; i++)
        at[i] = json_arr_str(&a, i, max_chars);
    return (struct strs){ at, a.n };
}

/* Parses an item of the long list and lets the one before go. */
static const json_t *long_item(struct json_arr *a, size_t i)
{
    struct json_reader *reader = a->reader;
    json_t *value = NULL;
    json_decref(reader->own_item);
    reader->own_item = NULL;
    if (reader->failed)
        return NULL;
    if (parse(a->items[i], &value, &reader->err) != IL_OK) {
        const il_rc rc = parse(reader->text, &value, &reader->err);
        assert(rc != IL_OK); /* the whole is good just when its parts are */
        reader->failed = true;
        return NULL;
    }
    reader->own_item = (struct json_t *)value;
    return value;
}

struct json_obj json_arr_obj(struct json_arr *a, size_t i)
{
    if (a->items != NULL)
        return obj_at(a->reader, long_item(a, i), at_item(a, i));
    return obj_at(a->reader, item(a, i), at_item(a, i));
}

struct json_arr json_arr_arr(struct json_arr *a, size_t i, size_t max_items)
{
    return arr_at(a->reader, item(a, i), at_item(a, i), max_items);
}

struct str json_arr_str(struct json_arr *a, size_t i, size_t max_chars)
{
    return string_of(a->reader, item(a, i), at_item(a, i), max_chars, false);
}

int64_t json_arr_int(struct json_arr *a, size_t i, int64_t min, int64_t max)
{
    return int_of(a->reader, item(a, i), at_item(a, i), min, max);
}

int32_t json_arr_degrees(struct json_arr *a, size_t i, int32_t bound)
{
    return (int32_t)scaled(a->reader, item(a, i), at_item(a, i), DEGREES_SCALE, -bound, bound);
}

void json_done(struct json_obj *o)
{
    if (o->value == NULL || o->reader->failed)
        return;
    for (void *at = json_object_iter(tree(o->value)); at != NULL;
         at = json_object_iter_next(tree(o->value), at)) {
        const char *name = json_object_iter_key(at);
        bool known = false;
        for (size_t i = 0; i < o->n_read && !known; i++)
            known = strcmp(o->read[i], name) == 0;
        if (!known) {
            json_fault(o, name, "unknown_field", "is not a field that is known here");
            return;
        }
    }
}

il_rc json_reader_result(const struct json_reader *reader, struct il_err *reterr)
{
    if (!reader->failed)
        return IL_OK;
    if (reterr != NULL)
        *reterr = reader->err;
    return IL_INVALID;
}
