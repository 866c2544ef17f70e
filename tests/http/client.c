/* A client that writes raw bytes. */
#include "http/client.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static struct client client_connect(int family, const struct sockaddr *address, socklen_t len)
{
    struct client c = { .fd = socket(family, SOCK_STREAM, 0) };
    const struct timeval wait = { .tv_sec = CLIENT_WAIT_S };
    int rc = setsockopt(c.fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    assert(rc == 0);
    rc = connect(c.fd, address, len);
    assert(rc == 0);
    return c;
}

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static struct sockaddr_un private_address(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    assert(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    return address;
}

struct client client_open(uint16_t port)
{
    const struct sockaddr_in address = loopback(port);
    return client_connect(AF_INET, (const struct sockaddr *)&address, sizeof address);
}

struct client client_open_private(const char *path)
{
    const struct sockaddr_un address = private_address(path);
    return client_connect(AF_UNIX, (const struct sockaddr *)&address, sizeof address);
}

bool client_can_connect(uint16_t port)
{
    const struct sockaddr_in address = loopback(port);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const int rc = connect(fd, (const struct sockaddr *)&address, sizeof address);
    (void)close(fd);
    return rc == 0;
}

void client_leave_stale(const char *path)
{
    const struct sockaddr_un address = private_address(path);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const int rc = bind(fd, (const struct sockaddr *)&address, sizeof address);
    assert(rc == 0);
    (void)close(fd);
}

void client_close(struct client *c)
{
    (void)close(c->fd);
    buf_drop(&c->in);
}

bool client_send(struct client *c, struct str bytes)
{
    while (bytes.len > 0) {
        const ssize_t n = send(c->fd, bytes.at, bytes.len, MSG_NOSIGNAL);
        if (n < 0)
            return false;
        bytes.at += n;
        bytes.len -= (size_t)n;
    }
    return true;
}

static bool more(struct client *c)
{
    char chunk[4096];
    errno = 0;
    const ssize_t n = recv(c->fd, chunk, sizeof chunk, 0);
    if (n <= 0)
        return false;
    buf_add(&c->in, chunk, (size_t)n);
    return true;
}

static size_t head_end(struct str unread)
{
    for (size_t i = 4; i <= unread.len; i++)
        if (memcmp(unread.at + i - 4, "\r\n\r\n", 4) == 0)
            return i;
    return 0;
}

static struct str unread(const struct client *c)
{
    struct str all = buf_view(&c->in);
    all.at = all.len == 0 ? "" : all.at + c->read_at;
    all.len -= c->read_at;
    return all;
}

struct str answer_header(const struct answer *answer, const char *name)
{
    struct str rest = answer->head;
    while (rest.len > 0) {
        struct str value = str_cut(&rest, '\n');
        const struct str key = str_cut(&value, ':');
        if (key.len != strlen(name) || strncasecmp(key.at, name, key.len) != 0)
            continue;
        while (value.len > 0 && value.at[0] == ' ')
            value = (struct str){ value.at + 1, value.len - 1 };
        while (value.len > 0 && value.at[value.len - 1] == '\r')
            value.len--;
        return value;
    }
    return (struct str){ "", 0 };
}

bool client_read(struct client *c, bool has_body, struct answer *ret)
{
    size_t head_len = 0;
    while ((head_len = head_end(unread(c))) == 0)
        if (!more(c))
            return false;
    struct answer answer = { .head = { unread(c).at, head_len } };
    int64_t length = 0;
    const struct str length_text = answer_header(&answer, "Content-Length");
    if (has_body && length_text.len > 0 && !str_to_int(length_text, &length))
        return false;
    while (unread(c).len < head_len + (size_t)length)
        if (!more(c))
            return false;
    answer.head.at = unread(c).at;
    answer.body = (struct str){ unread(c).at + head_len, (size_t)length };
    struct str rest = answer.head;
    (void)str_cut(&rest, ' ');
    int64_t status = 0;
    if (!str_to_int(str_cut(&rest, ' '), &status))
        return false;
    answer.status = (int)status;
    c->read_at += head_len + (size_t)length;
    *ret = answer;
    return true;
}

struct answer client_ask(struct client *c, const char *request)
{
    struct answer answer = { 0 };
    bool ok = client_send(c, str_from(request));
    assert(ok);
    ok = client_read(c, true, &answer);
    assert(ok);
    return answer;
}

bool client_is_cut(struct client *c)
{
    while (more(c))
        continue;
    return errno != EAGAIN;
}

bool client_is_closed(struct client *c)
{
    char byte;
    if (unread(c).len > 0)
        return false;
    const ssize_t n = recv(c->fd, &byte, 1, 0);
    return n == 0 || (n < 0 && errno != EAGAIN);
}
