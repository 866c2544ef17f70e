/* JSON out: an append-only writer that knows commas, nesting and escapes.
 *
 *  J1  What is written between json_begin and a closed document is valid JSON (RFC 8259).
 *  J2  Keys and strings are escaped; a string that is not UTF-8 is a bug (asserted): input is
 *      checked where it enters.
 * Reading is jansson's work (codec/json_in.h): strict UTF-8, duplicate keys, 64-bit integers. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buf.h"

enum { JSON_DEPTH_MAX = 32 };

struct json {
    struct buf *out;
    unsigned depth;
    bool need_comma;
};

struct json json_begin(struct buf *out); /* appends to what out holds */

void json_start_object(struct json *j);
void json_end_object(struct json *j);
void json_start_array(struct json *j);
void json_end_array(struct json *j);
void json_key(struct json *j, struct str key);
void json_str(struct json *j, struct str value);
void json_int(struct json *j, int64_t value);
void json_bool(struct json *j, bool value);
void json_none(struct json *j);
void json_fixed(struct json *j, int64_t value, unsigned decimals); /* 912, 3 -> 0.912 */
void json_raw(struct json *j, struct str value); /* one complete JSON value, as it is */
void json_raw_begin(
    struct json *j); /* one complete value follows, appended to j->out by the caller */

/* "key": value in one call. */
void json_put_str(struct json *j, const char *key, struct str value);
void json_put_int(struct json *j, const char *key, int64_t value);
void json_put_bool(struct json *j, const char *key, bool value);
void json_put_fixed(struct json *j, const char *key, int64_t value, unsigned decimals);
void json_put_raw(struct json *j, const char *key, struct str value);
void json_open(struct json *j, const char *key, char bracket); /* bracket '{' or '[' */

#endif
