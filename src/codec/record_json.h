/* Records inside a larger document. Private to codec. */
#ifndef CODEC_RECORD_JSON_H
#define CODEC_RECORD_JSON_H

#include "codec/entry_json.h"
#include "codec/json_in.h"

enum { RECORD_CHARS_MAX = 1 << 20, RECORD_ITEMS_MAX = 1 << 16 };

void put_inspection(struct json *j, const struct inspection *r);
void get_inspection(struct json_obj *o, struct inspection *ret);
void put_hold(struct json *j, const struct hold *r);
void get_hold(struct json_obj *o, struct hold *ret);
void put_absence(struct json *j, const struct absence *r);
void get_absence(struct json_obj *o, struct absence *ret);
void put_conflict(struct json *j, const struct conflict *r);
void get_conflict(struct json_obj *o, struct conflict *ret);

void put_span(struct json *j, struct span when);
struct span get_span(struct json_obj *o);
void put_hash(struct json *j, const char *name, const struct hash *hash);
struct hash get_hash(struct json_obj *o, const char *name);
void put_strs(struct json *j, const char *name, struct strs strs); /* nothing when empty */
struct strs get_strs(struct json_obj *o, const char *name);
struct str get_str(struct json_obj *o, const char *name); /* "" when absent */
int64_t get_int(struct json_obj *o, const char *name);    /* 0 when absent */
ref_t get_ref(struct json_obj *o, const char *name);      /* 0 when absent */

#endif
