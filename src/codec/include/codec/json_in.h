/* JSON in: jansson parses, this decodes with sticky errors.
 *
 *  N1  A document is parsed once, strictly: RFC 8259, UTF-8, no duplicate keys, depth at most
 *      JSON_DEPTH_MAX, no NUL.
 *  N2  Fields are read in a row and the reader is asked once: the first wrong field is named by its
 *      JSON pointer, later reads give harmless defaults.
 *  N3  json_done refuses fields that nobody read: what is not understood is not ignored.
 *  N4  No coercion: "60" is not 60. Texts lie in the arena and outlive the reader. */
#ifndef CODEC_JSON_IN_H
#define CODEC_JSON_IN_H

#include "base/json.h"
#include "core/instant.h"
#include "core/record.h"

enum { JSON_FIELDS_MAX = 48, JSON_ITEMS_MAX = 5000000 };

struct json_t;

struct json_reader {
    struct arena *arena;
    struct json_t *own_root;
    /* With a long list: its items are parsed when they are read, one at a time. */
    const char *long_list;
    const struct str *items;
    size_t n_items;
    struct json_t *own_item;
    struct str text; /* the caller's, for the place of a fault in an item */
    bool failed;
    struct il_err err; /* the first fault: code, field, words */
};

/* Where a value stands. Paths are put into words only for a fault: a document of a million orders
 * pays for none. A parent must outlive its children. */
struct json_at {
    const struct json_at *parent;
    const char *name; /* NULL: an item of a list */
    size_t index;
};

struct json_obj {
    struct json_at at;
    struct json_reader *reader;
    const struct json_t *value;
    const char *read[JSON_FIELDS_MAX];
    size_t n_read;
};

struct json_arr {
    struct json_at at;
    struct json_reader *reader;
    const struct json_t *value; /* NULL: absent */
    size_t n;
    const struct str *items; /* of the long list: texts; an item lives until the next is read */
};

/* IL_INVALID with code body_required, json_invalid, json_duplicate_key, json_too_deep,
 * utf8_invalid, control_character, out_of_range (a number no machine holds). */
IL_MUST il_rc json_reader_open(struct json_reader *ret, struct arena *arena, struct str text,
                               struct il_err *reterr);
/* The same for a text whose root has one very long list of objects, which json_arr_obj is to read
 * in order. A fault of syntax in that list shows when it is reached. `text` outlives the reader. */
IL_MUST il_rc json_reader_open_long(struct json_reader *ret, struct arena *arena, struct str text,
                                    const char *long_list, struct il_err *reterr);
void json_reader_drop(struct json_reader *reader);

/* The root, which must be an object (else a sticky `type`). */
struct json_obj json_root(struct json_reader *reader);

/* A fault of the field `name` of o; name NULL: of o itself. */
void json_fault(struct json_obj *o, const char *name, const char *code, const char *words);

void json_arr_fault(struct json_arr *a, size_t i, const char *code, const char *words);

bool json_has(struct json_obj *o, const char *name); /* present and not null; marks it as read */
bool json_is_none(struct json_obj *o, const char *name); /* written as null; marks it as read */
struct str json_get_str(struct json_obj *o, const char *name, size_t max_chars); /* required */
struct str json_opt_str(struct json_obj *o, const char *name, size_t max_chars); /* or "" */
struct str json_opt_text(struct json_obj *o, const char *name,
                         size_t max_chars); /* lines allowed */
int64_t json_get_int(struct json_obj *o, const char *name, int64_t min, int64_t max);
int64_t json_opt_int(struct json_obj *o, const char *name, int64_t min, int64_t max,
                     int64_t otherwise);
bool json_opt_bool(struct json_obj *o, const char *name, bool otherwise);
int32_t json_get_degrees(struct json_obj *o, const char *name, int32_t bound); /* * 10^7 */
int64_t json_opt_milli(struct json_obj *o, const char *name, int64_t min, int64_t max,
                       int64_t otherwise); /* a number with up to three decimals, * 1000 */
struct instant_text json_get_instant(struct json_obj *o, const char *name);
date_d json_get_date(struct json_obj *o, const char *name);
/* Index of the value in `names` (n of them); required. */
int32_t json_get_word(struct json_obj *o, const char *name, const char *const *names, size_t n);
int32_t json_opt_word(struct json_obj *o, const char *name, const char *const *names, size_t n,
                      int32_t otherwise);
/* A child object; false when absent. *ret must be finished with json_done. */
bool json_opt_obj(struct json_obj *o, const char *name, struct json_obj *ret);
struct json_arr json_opt_arr(struct json_obj *o, const char *name, size_t max_items);
struct strs json_opt_strs(struct json_obj *o, const char *name, size_t max_items, size_t max_chars);

struct json_obj json_arr_obj(struct json_arr *a, size_t i);
struct json_arr json_arr_arr(struct json_arr *a, size_t i, size_t max_items);
struct str json_arr_str(struct json_arr *a, size_t i, size_t max_chars);
int64_t json_arr_int(struct json_arr *a, size_t i, int64_t min, int64_t max);
int32_t json_arr_degrees(struct json_arr *a, size_t i, int32_t bound);

void json_done(struct json_obj *o); /* unknown fields are a sticky `unknown_field` */

/* IL_OK, or IL_INVALID with the first fault. */
IL_MUST il_rc json_reader_result(const struct json_reader *reader, struct il_err *reterr);

/* Two texts of objects that a reader has accepted: `base` with the members of `patch` that are
 * named (NULL: all of them) merged into it (RFC 7396: null removes, objects merge, all else
 * replaces). */
struct str json_merge_patch(struct arena *arena, struct str base, struct str patch,
                            const char *const *names, size_t n);

#endif
