/* The API: routes and JSON in front of the desk.
 *
 *  P1  A handler decodes, asks the desk, encodes: it decides nothing.
 *  P2  The order of judgement is the contract's: input, idempotency, permission, ids, rules,
 *      claims.
 *  P3  What belongs to another company is answered like what does not exist, byte for byte.
 *  P4  Every error is problem+json with a stable code; no input leads to a 5xx.
 *  P5  Each decided answer of a mutation carries Interlock-Seq. */
#ifndef API_API_H
#define API_API_H

#include "desk/desk.h"
#include "http/http.h"

struct api {
    struct http_handler handler; /* hand &api->handler to http_start */
    struct desk *desk;
    struct clock *clock;
    struct log *log;
    struct hub *hub;       /* of open streams; NULL: nobody listens (api_listen) */
    struct meters *meters; /* what is counted of requests, with the hub */
};

struct api api_make(struct desk *desk, struct clock *clock, struct log *log);

/* Streams are served and requests counted from here on; api_close comes after http_stop. */
IL_MUST il_rc api_listen(struct api *api, struct il_err *reterr);
void api_close(struct api *api);

/* The same request without a server, for a program that holds the file itself: waits for the
 * answer. `request->from_local_socket` decides about permission as it does over the socket. */
void api_perform(struct api *api, const struct http_request *request,
                 struct http_response *response);

#endif
