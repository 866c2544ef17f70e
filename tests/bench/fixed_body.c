/* A server that answers every request with the same body from memory: the peer for measurements.
 *
 *   fixed_body BYTES [THREADS] [PORT]    prints its address, stops when stdin ends */
#include "http/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixed {
    struct http_handler handler;
    struct buf body;
};

static bool fixed_handle(struct http_handler *handler, struct http_exchange *exchange,
                         const struct http_request *request, struct http_response *response)
{
    const struct fixed *const fixed = (const struct fixed *)handler;
    (void)exchange;
    (void)request;
    response->status = 200;
    http_response_header(response, "Content-Type", STR("application/json"));
    buf_reserve(&response->body, fixed->body.len);
    buf_add_str(&response->body, buf_view(&fixed->body));
    return true;
}

static bool number_read(int argc, char **argv, int at, int64_t max, int64_t *ret)
{
    if (at >= argc)
        return true;
    return str_to_int(str_from(argv[at]), ret) && *ret >= 0 && *ret <= max;
}

int main(int argc, char **argv)
{
    int64_t bytes = 0;
    int64_t threads = 2;
    int64_t port = 0;
    if (argc < 2 || !number_read(argc, argv, 1, 1 << 30, &bytes) ||
        !number_read(argc, argv, 2, 64, &threads) || !number_read(argc, argv, 3, 65535, &port)) {
        fprintf(stderr, "usage: fixed_body BYTES [THREADS] [PORT]\n");
        return 2;
    }
    struct fixed fixed = { .handler = { .handle = fixed_handle } };
    for (int64_t i = 0; i < bytes; i++)
        buf_add_char(&fixed.body, 'x');
    const struct http_options options = { .host = STR("127.0.0.1"),
                                          .port = (uint16_t)port,
                                          .threads = (unsigned)threads };
    struct http_server *server = NULL;
    struct il_err err = { 0 };
    if (http_start(&options, &fixed.handler, log_stderr(), &server, &err) != IL_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("http://127.0.0.1:%u\n", (unsigned)http_port(server));
    (void)fflush(stdout);
    while (getchar() != EOF)
        continue;
    http_stop(server);
    buf_drop(&fixed.body);
    return 0;
}
