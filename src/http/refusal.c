/* The words of every refusal. A client can rely on status and code; the detail is for people. */
#include "base/json.h"
#include "http/request.h"

#include <assert.h>

struct words {
    int status;
    const char *title;
    const char *code;
    const char *detail;
};

static const struct words words_of[REFUSAL_KINDS] = {
    [REFUSAL_FRAMING] = { 400, "Bad Request", "bad_request",
                          "the length of the body must be given in exactly one way" },
    [REFUSAL_HOST] = { 400, "Bad Request", "bad_request", "exactly one Host header is required" },
    [REFUSAL_HEADER_BYTES] = { 400, "Bad Request", "bad_request",
                               "a line of the request holds a byte that is not allowed there" },
    [REFUSAL_TARGET] = { 400, "Bad Request", "bad_request",
                         "the request target must be a path with valid percent-encoding" },
    [REFUSAL_UTF8] = { 400, "Bad Request", "utf8_invalid", "the request target is not UTF-8" },
    [REFUSAL_VERSION] = { 505, "HTTP Version Not Supported", "version_not_supported",
                          "speak HTTP/1.1 or HTTP/1.0" },
    [REFUSAL_METHOD_CLOSED] = { 405, "Method Not Allowed", "method_not_allowed",
                                "this method is never served" },
    [REFUSAL_METHOD_UNKNOWN] = { 501, "Not Implemented", "not_implemented",
                                 "this method is not known" },
    [REFUSAL_PEER] = { 403, "Forbidden", "not_permitted",
                       "the private socket serves its own user and root" },
    [REFUSAL_BODY_SIZE] = { 413, "Content Too Large", "too_large", "the body is over the limit" },
    [REFUSAL_TARGET_SIZE] = { 414, "URI Too Long", "uri_too_long",
                              "the request target is over the limit" },
    [REFUSAL_HEADERS_SIZE] = { 431, "Request Header Fields Too Large", "headers_too_large",
                               "the header fields are over the limit" },
    [REFUSAL_FULL] = { 503, "Service Unavailable", "overloaded",
                       "too many requests at once; try again" },
    [REFUSAL_STOPPING] = { 503, "Service Unavailable", "overloaded",
                           "the server is stopping; try again" },
    [REFUSAL_RESPONSE] = { 500, "Internal Server Error", "internal",
                           "the answer could not be sent" },
};

static const char allowed_methods[] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
static const char retry_after_s[] = "1";

static void problem_write(const struct words *words, struct buf *out)
{
    struct json j = json_begin(out);
    json_start_object(&j);
    json_put_str(&j, "type", STR("about:blank"));
    json_put_str(&j, "title", str_from(words->title));
    json_put_int(&j, "status", words->status);
    json_put_str(&j, "detail", str_from(words->detail));
    json_put_str(&j, "code", str_from(words->code));
    json_end_object(&j);
}

void refusal_fill(enum refusal refusal, struct http_response *response)
{
    assert(refusal > REFUSAL_NONE && refusal < REFUSAL_KINDS);
    const struct words *words = &words_of[refusal];
    response->status = words->status;
    http_response_header(response, "Content-Type", STR("application/problem+json"));
    http_response_header(response, "Connection", STR("close"));
    if (words->status == 405)
        http_response_header(response, "Allow", str_from(allowed_methods));
    if (words->status == 503)
        http_response_header(response, "Retry-After", str_from(retry_after_s));
    problem_write(words, &response->body);
}

void refusal_wire(enum refusal refusal, struct buf *out)
{
    struct http_response response = { 0 };
    refusal_fill(refusal, &response);
    buf_print(out, "HTTP/1.1 %d %s\r\nContent-Length: %zu\r\n", response.status,
              words_of[refusal].title, response.body.len);
    for (size_t i = 0; i < response.n_headers; i++)
        buf_print(out, "%.*s: %.*s\r\n", STR_ARG(response.headers[i].name),
                  STR_ARG(response.headers[i].value));
    buf_add_str(out, STR("\r\n"));
    buf_add_str(out, buf_view(&response.body));
    buf_drop(&response.body);
}
