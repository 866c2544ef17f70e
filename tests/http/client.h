/* A client that writes raw bytes and reads answers one by one: for requests no library would send.
 * Every wait has an end (CLIENT_WAIT_S), so a server that hangs fails the test. */
#ifndef TESTS_HTTP_CLIENT_H
#define TESTS_HTTP_CLIENT_H

#include "base/buf.h"

enum { CLIENT_WAIT_S = 20 };

struct client {
    int fd;
    struct buf in;
    size_t read_at;
};

struct answer {
    int status;
    struct str head; /* status line and headers; views live until the next read */
    struct str body;
};

struct client client_open(uint16_t port);
struct client client_open_private(const char *path);
bool client_can_connect(uint16_t port);
void client_leave_stale(const char *path); /* a socket file that nobody listens on */
void client_close(struct client *c);

/* False when the server hung up first. */
bool client_send(struct client *c, struct str bytes);

/* The next answer; false when the connection ended before it was complete. */
bool client_read(struct client *c, bool has_body, struct answer *ret);

/* Sends, then reads one answer, and insists on it. */
struct answer client_ask(struct client *c, const char *request);

bool client_is_closed(struct client *c); /* waits for the end; false when bytes come instead */
bool client_is_cut(struct client *c);    /* waits for the end, whatever comes before it */
struct str answer_header(const struct answer *answer, const char *name);

#endif
