/* Bodies without an end, over real sockets (H7): waking races with falling asleep, clients vanish,
 * the server stops. */
#include "http/client.h"
#include "http/http.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { N_STREAMS = 40, N_TICKS = 400 };

struct ticker; /* an application that tells every tick to every stream */

struct listener {
    struct http_source source; /* first */
    struct ticker *ticker;
    struct listener *newer, *older;
    size_t told;
    bool is_started;
};

struct ticker {
    struct http_handler handler; /* first */
    pthread_mutex_t lock;
    struct listener *listeners;
    pthread_cond_t changed; /* n_started */
    size_t n_ticks, n_open, n_started, n_dropped;
};

static bool pull(struct http_source *source, struct buf *out)
{
    struct listener *l = (struct listener *)(void *)source;
    pthread_mutex_lock(&l->ticker->lock);
    l->ticker->n_started += !l->is_started;
    l->is_started = true;
    pthread_cond_broadcast(&l->ticker->changed);
    const size_t now = l->ticker->n_ticks;
    pthread_mutex_unlock(&l->ticker->lock);
    if (l->told < now)
        buf_print(out, "%zu\n", ++l->told);
    return l->told < N_TICKS;
}

/* Somebody wakes it while it looks and finds nothing: it must look again. */
static bool pull_shyly(struct http_source *source, struct buf *out)
{
    struct listener *l = (struct listener *)(void *)source;
    if (l->told++ < N_TICKS) {
        http_source_wake(source);
        return true;
    }
    buf_add_str(out, STR("1\n"));
    return false;
}

static void drop(struct http_source *source)
{
    struct listener *l = (struct listener *)(void *)source;
    struct ticker *t = l->ticker;
    pthread_mutex_lock(&t->lock);
    if (l->newer != NULL)
        l->newer->older = l->older;
    else
        t->listeners = l->older;
    if (l->older != NULL)
        l->older->newer = l->newer;
    t->n_dropped++;
    pthread_mutex_unlock(&t->lock);
    free(l);
}

static bool handle(struct http_handler *handler, struct http_exchange *exchange,
                   const struct http_request *request, struct http_response *response)
{
    struct ticker *t = (struct ticker *)(void *)handler;
    struct listener *l = calloc(1, sizeof *l);
    (void)exchange;
    assert_non_null(l);
    const bool is_shy = str_equal(request->path, STR("/shy"));
    l->source = (struct http_source){ .pull = is_shy ? pull_shyly : pull, .drop = drop };
    l->ticker = t;
    pthread_mutex_lock(&t->lock);
    l->older = t->listeners;
    if (l->older != NULL)
        l->older->newer = l;
    t->listeners = l;
    t->n_open++;
    pthread_mutex_unlock(&t->lock);
    response->status = 200;
    response->source = &l->source;
    return true;
}

static void tick(struct ticker *t)
{
    pthread_mutex_lock(&t->lock);
    t->n_ticks++;
    for (struct listener *l = t->listeners; l != NULL; l = l->older) {
        if (l->is_started)
            http_source_wake(&l->source);
    }
    pthread_mutex_unlock(&t->lock);
}

static struct http_server *ticker_open(struct ticker *t)
{
    struct http_server *server = NULL;
    struct il_err err = { 0 };
    const struct http_options options = { .host = STR("127.0.0.1"), .threads = 2 };
    *t = (struct ticker){ .handler = { .handle = handle } };
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->changed, NULL);
    if (http_start(&options, &t->handler, log_silent(), &server, &err) != IL_OK)
        fail_msg("%s", err.text);
    return server;
}

static struct client listen_on(struct http_server *server)
{
    struct client c = client_open(http_port(server));
    assert_true(client_send(&c, STR("GET / HTTP/1.1\r\nHost: t\r\n\r\n")));
    return c;
}

/* Everything until the last chunk or the end of the connection, chunk lines left out. */
static struct buf all_of(struct client *c, bool *ret_ended)
{
    struct buf raw = { 0 };
    struct buf text = { 0 };
    char part[4096];
    ssize_t n;
    *ret_ended = false;
    while (!*ret_ended && (n = recv(c->fd, part, sizeof part, 0)) > 0) {
        buf_add(&raw, part, (size_t)n);
        *ret_ended = raw.len >= 5 && memcmp(raw.own_at + raw.len - 5, "0\r\n\r\n", 5) == 0;
    }
    buf_add_char(&raw, '\0');
    char *at = strstr(raw.own_at, "\r\n\r\n");
    assert_non_null(at);
    at += 4;
    for (size_t size; (size = strtoul(at, &at, 16)) > 0; at += size + 2) {
        at += 2;
        if (at + size > raw.own_at + raw.len)
            break;
        buf_add(&text, at, size);
    }
    buf_drop(&raw);
    return text;
}

static void assert_ticks(const struct buf *text, size_t n)
{
    struct buf want = { 0 };
    for (size_t i = 1; i <= n; i++)
        buf_print(&want, "%zu\n", i);
    assert_int_equal(text->len, want.len);
    assert_memory_equal(text->own_at, want.own_at, want.len);
    buf_drop(&want);
}

static void *tick_all(void *context)
{
    for (int i = 0; i < N_TICKS; i++)
        tick(context);
    return NULL;
}

static void every_tick_is_told_once(void **state)
{
    (void)state;
    struct ticker t;
    struct client clients[N_STREAMS];
    pthread_t thread;
    struct http_server *server = ticker_open(&t);
    for (size_t i = 0; i < N_STREAMS; i++)
        clients[i] = listen_on(server);
    assert_int_equal(pthread_create(&thread, NULL, tick_all, &t), 0);
    for (size_t i = 0; i < N_STREAMS; i++) {
        bool ended;
        struct buf text = all_of(&clients[i], &ended);
        assert_true(ended);
        assert_ticks(&text, N_TICKS);
        buf_drop(&text);
        client_close(&clients[i]);
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    http_stop(server);
    assert_int_equal(t.n_dropped, t.n_open);
}

static void no_wake_is_lost(void **state)
{
    (void)state;
    struct ticker t;
    bool ended;
    struct http_server *server = ticker_open(&t);
    struct client c = client_open(http_port(server));
    assert_true(client_send(&c, STR("GET /shy HTTP/1.1\r\nHost: t\r\n\r\n")));
    struct buf text = all_of(&c, &ended);
    assert_true(ended);
    assert_ticks(&text, 1);
    buf_drop(&text);
    client_close(&c);
    http_stop(server);
    assert_int_equal(t.n_dropped, 1);
}

static void *stop(void *context)
{
    http_stop(context);
    return NULL;
}

/* Half of them hang up in silence; then the server stops in the midst of ticks. */
static void stop_ends_them(void **state)
{
    (void)state;
    struct ticker t;
    struct client clients[N_STREAMS];
    pthread_t stopper;
    struct http_server *server = ticker_open(&t);
    for (size_t i = 0; i < N_STREAMS; i++)
        clients[i] = listen_on(server);
    pthread_mutex_lock(&t.lock);
    while (t.n_started < N_STREAMS)
        pthread_cond_wait(&t.changed, &t.lock);
    pthread_mutex_unlock(&t.lock);
    for (int i = 0; i < N_TICKS / 4; i++)
        tick(&t);
    for (size_t i = 0; i < N_STREAMS; i += 2)
        client_close(&clients[i]);
    assert_int_equal(pthread_create(&stopper, NULL, stop, server), 0);
    for (int i = 0; i < N_TICKS / 4; i++)
        tick(&t);
    for (size_t i = 1; i < N_STREAMS; i += 2) {
        bool ended;
        struct buf text = all_of(&clients[i], &ended);
        assert_true(ended);
        buf_drop(&text);
        client_close(&clients[i]);
    }
    assert_int_equal(pthread_join(stopper, NULL), 0);
    assert_int_equal(t.n_dropped, t.n_open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tick_is_told_once),
        cmocka_unit_test(no_wake_is_lost),
        cmocka_unit_test(stop_ends_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
