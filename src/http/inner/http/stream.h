/* Bodies without an end: a source is pulled when its client can take more, and sleeps between.
 *
 *  U1  is_asleep and is_wanted change under the server's lock; a connection is suspended in the
 *      critical section that finds it unwanted, so no wake is lost.
 *  U2  What a stream holds is what one pull gave: a client that does not read holds up nobody and
 *      costs that much, and a send buffer that does not grow. The library ends it when its socket
 *      was full for the idle time.
 *  U3  Quiescing ends every stream, also those that sleep; a client that does not read then is cut
 *      off a moment later (http_stop).
 *  U4  source->drop runs exactly once, when the library is done with the answer. Until then its
 *      connection exists, so a stream that is listed can be woken, and its socket is open. */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include "http/exchange.h"

/* The answer's body. The source is the stream's from here on. */
struct MHD_Response *source_answer(struct http_exchange *exchange, struct http_source *source);

/* Lock held. Wakes all: they see that the server is quiescing. */
void streams_end(struct http_server *server);
/* Lock held. Nothing more goes to the clients that are left. */
void streams_cut(struct http_server *server);

#endif
