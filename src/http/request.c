/* Reading a request strictly; the laws stand in http/request.h. */
#include "http/request.h"

#include <assert.h>
#include <string.h>

static bool str_is(struct str s, const char *text)
{
    return str_equal_words(s, str_from(text));
}

struct str http_header(const struct http_request *request, const char *name, size_t *ret_count)
{
    struct str found = { "", 0 };
    size_t n = 0;
    for (size_t i = 0; i < request->n_headers; i++) {
        if (!str_is(request->headers[i].name, name))
            continue;
        if (n++ == 0)
            found = request->headers[i].value;
    }
    if (ret_count != NULL)
        *ret_count = n;
    return found;
}

void http_response_header(struct http_response *response, const char *name, struct str value)
{
    const size_t room = sizeof response->headers / sizeof response->headers[0];
    assert(response->n_headers < room);
    response->headers[response->n_headers++] =
        (struct http_field){ .name = str_from(name), .value = value };
}

enum refusal method_check(struct str method)
{
    static const char *const served[] = {
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"
    };
    for (size_t i = 0; i < sizeof served / sizeof served[0]; i++)
        if (str_equal(method, str_from(served[i])))
            return REFUSAL_NONE;
    if (str_equal(method, STR("TRACE")) || str_equal(method, STR("CONNECT")))
        return REFUSAL_METHOD_CLOSED;
    return REFUSAL_METHOD_UNKNOWN;
}

static bool byte_is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/* RFC 9110 tchar: anything else in a name (a blank before the colon above all) has been used to
 * make two parsers see two headers. */
static bool byte_is_token(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

bool field_is_clean(const struct http_field *field)
{
    for (size_t i = 0; i < field->name.len; i++)
        if (!byte_is_token((unsigned char)field->name.at[i]))
            return false;
    for (size_t i = 0; i < field->value.len; i++)
        if (byte_is_control((unsigned char)field->value.at[i]) && field->value.at[i] != '\t')
            return false;
    return field->name.len > 0;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* The byte at *i, which moves to its last character; -1 when the encoding is broken. */
static int decoded_byte(struct str raw, size_t *i)
{
    if (raw.at[*i] != '%')
        return (unsigned char)raw.at[*i];
    if (raw.len - *i < 3)
        return -1;
    const int high = hex_digit(raw.at[*i + 1]);
    const int low = hex_digit(raw.at[*i + 2]);
    *i += 2;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static enum refusal decode(struct arena *arena, struct str raw, bool plus_is_space, struct str *ret)
{
    char *const out = arena_array(arena, char, raw.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.at[i] == '+' && plus_is_space) {
            out[n++] = ' ';
            continue;
        }
        const int byte = decoded_byte(raw, &i);
        if (byte < 0 || byte_is_control((unsigned char)byte))
            return REFUSAL_TARGET;
        out[n++] = (char)byte;
    }
    const struct str decoded = { out, n };
    if (!str_is_utf8(decoded))
        return REFUSAL_UTF8;
    *ret = decoded;
    return REFUSAL_NONE;
}

static enum refusal query_read(struct str raw, struct http_request *request)
{
    struct http_field *const fields =
        arena_array(request->arena, struct http_field, HTTP_QUERY_MAX);
    size_t n = 0;
    while (raw.len > 0) {
        struct str value = str_cut(&raw, '&');
        if (value.len == 0)
            continue;
        if (n == HTTP_QUERY_MAX)
            return REFUSAL_TARGET_SIZE;
        const struct str name = str_cut(&value, '=');
        enum refusal refusal = decode(request->arena, name, true, &fields[n].name);
        if (refusal == REFUSAL_NONE)
            refusal = decode(request->arena, value, true, &fields[n].value);
        if (refusal != REFUSAL_NONE)
            return refusal;
        n++;
    }
    request->query = fields;
    request->n_query = n;
    return REFUSAL_NONE;
}

enum refusal target_read(struct str target, struct http_request *request)
{
    if (target.len > HTTP_TARGET_BYTES)
        return REFUSAL_TARGET_SIZE;
    /* The absolute form ("GET http://host/path") names the host twice; no proxy of ours sends it.
     */
    if (target.len == 0 || target.at[0] != '/')
        return REFUSAL_TARGET;
    for (size_t i = 0; i < target.len; i++)
        if (byte_is_control((unsigned char)target.at[i]) || target.at[i] == ' ' ||
            target.at[i] == '#')
            return REFUSAL_TARGET;
    const struct str path = str_cut(&target, '?');
    const enum refusal refusal = decode(request->arena, path, false, &request->path);
    if (refusal != REFUSAL_NONE || target.len == 0)
        return refusal;
    return query_read(target, request);
}

/* Digits only: "+5", "5, 5" and "0x5" have been read in more than one way. */
static bool length_read(struct str text, size_t *ret)
{
    size_t length = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        if (__builtin_mul_overflow(length, (size_t)10, &length) ||
            __builtin_add_overflow(length, (size_t)(text.at[i] - '0'), &length))
            return false;
    }
    *ret = length;
    return text.len > 0;
}

enum refusal framing_check(const struct http_request *request, struct str version,
                           size_t body_limit)
{
    const bool is_11 = str_equal(version, STR("HTTP/1.1"));
    if (!is_11 && !str_equal(version, STR("HTTP/1.0")))
        return REFUSAL_VERSION;

    size_t n_hosts = 0;
    (void)http_header(request, "Host", &n_hosts);
    if (n_hosts > 1 || (n_hosts == 0 && is_11))
        return REFUSAL_HOST;

    size_t n_lengths = 0;
    size_t n_codings = 0;
    const struct str length_text = http_header(request, "Content-Length", &n_lengths);
    const struct str coding = http_header(request, "Transfer-Encoding", &n_codings);
    if (n_lengths + n_codings > 1)
        return REFUSAL_FRAMING;
    if (n_codings == 1 && (!is_11 || !str_is(coding, "chunked")))
        return REFUSAL_FRAMING;
    size_t length = 0;
    if (n_lengths == 1 && !length_read(length_text, &length))
        return REFUSAL_FRAMING;
    return length > body_limit ? REFUSAL_BODY_SIZE : REFUSAL_NONE;
}

static enum refusal headers_check(const struct http_request *request)
{
    size_t bytes = 0;
    for (size_t i = 0; i < request->n_headers; i++) {
        const struct http_field *const field = &request->headers[i];
        if (!field_is_clean(field))
            return REFUSAL_HEADER_BYTES;
        bytes += field->name.len + field->value.len + sizeof ": \r\n" - 1;
    }
    return request->n_headers > HTTP_HEADERS_MAX || bytes > HTTP_HEADER_BLOCK_BYTES
               ? REFUSAL_HEADERS_SIZE
               : REFUSAL_NONE;
}

bool http_request_read(struct http_request *request, struct str target, size_t body_limit,
                       struct http_response *response)
{
    enum refusal refusal = method_check(request->method);
    if (refusal == REFUSAL_NONE)
        refusal = target_read(target, request);
    if (refusal == REFUSAL_NONE)
        refusal = headers_check(request);
    if (refusal == REFUSAL_NONE && request->body.len > body_limit)
        refusal = REFUSAL_BODY_SIZE;
    if (str_equal(request->method, STR("HEAD")))
        request->method = STR("GET");
    if (refusal != REFUSAL_NONE)
        refusal_fill(refusal, response);
    return refusal == REFUSAL_NONE;
}
