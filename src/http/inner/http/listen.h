/* Listening sockets and the name of the peer. */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "base/str.h"

#include <sys/socket.h>

enum { LISTEN_BACKLOG = 1024 };

/* host is "127.0.0.1" or another loopback address in digits: the server stands behind a proxy. */
IL_MUST il_rc listen_loopback(struct str host, uint16_t port, int *ret_socket, uint16_t *ret_port,
                              struct il_err *reterr);

/* Mode 0600 before the first client can connect; a socket nobody listens on is replaced. */
IL_MUST il_rc listen_private(const char *path, int *ret_socket, struct il_err *reterr);

/* Sleeps until the next client comes; -1 with errno, at once after shutdown() of the listener. */
int listen_next(int listener, struct sockaddr_storage *ret_peer, socklen_t *ret_len);

/* Same user as this process, or root. */
bool peer_is_own(int socket);

/* Raises this process's soft limit of open files to `wanted` where the hard limit allows it. */
bool descriptors_reserve(size_t wanted);

#endif
