/* Listening sockets and the name of the peer. */
/* struct ucred: POSIX has no way to ask who is at the other end. The name is glibc's choice. */
#define _GNU_SOURCE /* NOLINT(bugprone-reserved-identifier) */
#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool address_parse(struct str host, uint16_t port, union address *ret, socklen_t *ret_len)
{
    char text[INET6_ADDRSTRLEN];
    if (host.len == 0 || host.len >= sizeof text)
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    union address address = { 0 };
    if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(port);
        *ret = address;
        *ret_len = sizeof address.v4;
        return ntohl(address.v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (inet_pton(AF_INET6, text, &address.v6.sin6_addr) != 1)
        return false;
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons(port);
    *ret = address;
    *ret_len = sizeof address.v6;
    return IN6_IS_ADDR_LOOPBACK(&address.v6.sin6_addr);
}

static il_rc socket_fail(int socket_fd, const char *what, struct il_err *reterr)
{
    const int cause = errno;
    if (socket_fd >= 0)
        (void)close(socket_fd);
    return il_fail(reterr, cause == EADDRINUSE ? IL_BUSY : IL_IO, "%s: %s", what, strerror(cause));
}

il_rc listen_loopback(struct str host, uint16_t port, int *ret_socket, uint16_t *ret_port,
                      struct il_err *reterr)
{
    union address address;
    socklen_t len = 0;
    if (!address_parse(host, port, &address, &len))
        return il_fail(reterr, IL_INVALID, "listen: \"%.*s\" is not a loopback address in digits",
                       STR_ARG(host));
    const int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return socket_fail(fd, "listen: socket", reterr);
    const int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, &address.any, len) != 0)
        return socket_fail(fd, "listen: bind", reterr);
    if (listen(fd, LISTEN_BACKLOG) != 0 || getsockname(fd, &address.any, &len) != 0)
        return socket_fail(fd, "listen", reterr);
    *ret_socket = fd;
    *ret_port =
        ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
    return IL_OK;
}

/* A socket file outlives a server that was killed. It is stale when nobody answers there. */
static il_rc stale_remove(const struct sockaddr_un *address, struct il_err *reterr)
{
    struct stat status;
    if (lstat(address->sun_path, &status) != 0) {
        if (errno == ENOENT)
            return IL_OK;
        return socket_fail(-1, address->sun_path, reterr);
    }
    if (!S_ISSOCK(status.st_mode))
        return il_fail(reterr, IL_INVALID, "%s exists and is not a socket", address->sun_path);
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0)
        return socket_fail(probe, "listen: socket", reterr);
    const int rc = connect(probe, (const struct sockaddr *)address, sizeof *address);
    const int cause = errno;
    (void)close(probe);
    if (rc == 0 || cause != ECONNREFUSED)
        return il_fail(reterr, IL_BUSY, "%s is in use by another server", address->sun_path);
    if (unlink(address->sun_path) != 0)
        return socket_fail(-1, address->sun_path, reterr);
    return IL_OK;
}

il_rc listen_private(const char *path, int *ret_socket, struct il_err *reterr)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path)
        return il_fail(reterr, IL_LIMIT, "socket path is longer than %zu bytes: %s",
                       sizeof address.sun_path - 1, path);
    memcpy(address.sun_path, path, strlen(path));
    TRY(stale_remove(&address, reterr));
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return socket_fail(fd, "listen: socket", reterr);
    if (bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return socket_fail(fd, path, reterr);
    /* Between bind and listen nobody can connect, so the mode is never too wide in use. */
    if (chmod(path, S_IRUSR | S_IWUSR) != 0 || listen(fd, LISTEN_BACKLOG) != 0) {
        const il_rc rc = socket_fail(fd, path, reterr);
        (void)unlink(path);
        return rc;
    }
    *ret_socket = fd;
    return IL_OK;
}

int listen_next(int listener, struct sockaddr_storage *ret_peer, socklen_t *ret_len)
{
    *ret_len = sizeof *ret_peer;
    return accept4(listener, (struct sockaddr *)ret_peer, ret_len, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

bool peer_is_own(int socket_fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return false;
    return peer.uid == 0 || peer.uid == geteuid();
}

bool descriptors_reserve(size_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    if (limit.rlim_cur >= wanted)
        return true;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= wanted;
}
