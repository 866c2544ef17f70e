/* A way in: a listening socket, the thread that accepts and the loops that serve. */
#ifndef HTTP_DOOR_H
#define HTTP_DOOR_H

#include "http/exchange.h"

/* Connections above ours that are still accepted, so that they can be told 503. */
enum { HTTP_CONNECTIONS_SPARE = 256, HTTP_PRIVATE_CONNECTIONS_MAX = 64 };

/* n_threads 0: one per core. The door has its listener; after a failure door_close is due too. */
IL_MUST il_rc door_open(struct http_door *door, unsigned n_threads, struct il_err *reterr);

/* Accepts nobody any more; the server is quiescing. Connections live on. */
void door_shut(struct http_door *door);

/* After door_shut: waits for the threads, then closes the socket. */
void door_close(struct http_door *door);

#endif
