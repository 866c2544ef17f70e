/* Reading a request strictly: from bytes that the library has split into lines to views that a
 * handler can trust. Pure; no socket, no library.
 *
 *  R1  What two parsers could read differently is refused (H3), never repaired.
 *  R2  Path and query are decoded once, hold no control character and are UTF-8. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "http/http.h"

/* Every answer that this layer gives by itself; the words stand in refusal.c. */
enum refusal {
    REFUSAL_NONE,
    REFUSAL_FRAMING,
    REFUSAL_HOST,
    REFUSAL_HEADER_BYTES,
    REFUSAL_TARGET,
    REFUSAL_UTF8,
    REFUSAL_VERSION,
    REFUSAL_METHOD_CLOSED, /* TRACE, CONNECT: known and never served */
    REFUSAL_METHOD_UNKNOWN,
    REFUSAL_PEER,
    REFUSAL_BODY_SIZE,
    REFUSAL_TARGET_SIZE,
    REFUSAL_HEADERS_SIZE,
    REFUSAL_FULL,
    REFUSAL_STOPPING,
    REFUSAL_RESPONSE, /* the handler made a response that cannot be sent: our fault, 500 */
    REFUSAL_KINDS,
};

enum refusal method_check(struct str method);

/* Path and query of `target` (as sent) into *request, decoded in its arena. */
enum refusal target_read(struct str target, struct http_request *request);

/* Host, Content-Length and Transfer-Encoding of the headers already in *request. */
enum refusal framing_check(const struct http_request *request, struct str version,
                           size_t body_limit);

bool field_is_clean(const struct http_field *field);

/* *response becomes the problem+json answer; it must be empty. */
void refusal_fill(enum refusal refusal, struct http_response *response);

/* The same answer as bytes for the wire, with Connection: close. */
void refusal_wire(enum refusal refusal, struct buf *out);

#endif
