/* Sleeping, waking, vanishing and stopping, over real sockets (H1, H2, H4, H5). */
#include "http/app.h"
#include "http/client.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { LONG_MS = 120 * 1000 }; /* longer than the test may take: waiting it out is a failure */

static const char ping[] = "GET /ping HTTP/1.1\r\nHost: t\r\n\r\n";

struct fixture {
    struct app app;
    struct http_server *server;
    uint16_t port;
};

static void fixture_open(struct fixture *f, struct http_options options)
{
    app_open(&f->app);
    options.host = STR("127.0.0.1");
    options.threads = 2;
    struct il_err err = { 0 };
    const il_rc rc = http_start(&options, &f->app.handler, log_silent(), &f->server, &err);
    if (rc != IL_OK)
        fail_msg("%s", err.text);
    f->port = http_port(f->server);
}

static void fixture_close(struct fixture *f)
{
    http_stop(f->server);
    app_close(&f->app);
    assert_int_equal(f->app.n_started, f->app.n_finished);
}

static struct client sleeper_open(uint16_t port, size_t number)
{
    struct client c = client_open(port);
    char request[96];
    (void)snprintf(request, sizeof request, "GET /sleep?n=%zu HTTP/1.1\r\nHost: t\r\n\r\n", number);
    assert_true(client_send(&c, str_from(request)));
    return c;
}

static struct client *sleepers_open(struct fixture *f, size_t n)
{
    struct client *const clients = calloc(n, sizeof *clients);
    assert_non_null(clients);
    for (size_t i = 0; i < n; i++)
        clients[i] = sleeper_open(f->port, i);
    app_wait_asleep(&f->app, n);
    return clients;
}

static bool has_code(const struct answer *answer, const char *code)
{
    char part[64];
    const int len = snprintf(part, sizeof part, "\"code\":\"%s\"", code);
    for (size_t i = 0; i + (size_t)len <= answer->body.len; i++)
        if (memcmp(answer->body.at + i, part, (size_t)len) == 0)
            return true;
    return false;
}

static void assert_overloaded(const struct answer *answer)
{
    assert_int_equal(answer->status, 503);
    assert_true(has_code(answer, "overloaded"));
    assert_true(str_equal(answer_header(answer, "Retry-After"), STR("1")));
}

static void *wake_run(void *cls)
{
    (void)app_wake_all(cls);
    return NULL;
}

static void thousand_sleepers_are_woken(void **state)
{
    (void)state;
    enum { N = 1000 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ .stop_ms = LONG_MS });
    struct client *const clients = sleepers_open(&f, N);
    /* They cost no thread: both server threads still answer. */
    struct client awake = client_open(f.port);
    assert_int_equal(client_ask(&awake, ping).status, 200);

    pthread_t waker;
    assert_int_equal(pthread_create(&waker, NULL, wake_run, &f.app), 0);
    for (size_t i = 0; i < N; i++) {
        struct answer answer = { 0 };
        char want[32];
        (void)snprintf(want, sizeof want, "woken /sleep %zu", i);
        assert_true(client_read(&clients[i], true, &answer));
        assert_true(str_equal(answer.body, str_from(want)));
        client_close(&clients[i]);
    }
    pthread_join(waker, NULL);
    free(clients);
    client_close(&awake);
    fixture_close(&f);
}

/* The waker thread is given the exchange before handle returns, so both orders happen. */
static void wakes_race_with_handle(void **state)
{
    (void)state;
    enum { CLIENTS = 8, EACH = 250 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ .stop_ms = LONG_MS });
    struct client clients[CLIENTS];
    for (size_t i = 0; i < CLIENTS; i++) {
        clients[i] = client_open(f.port);
        for (size_t n = 0; n < EACH; n++)
            assert_true(client_send(&clients[i], STR("GET /race HTTP/1.1\r\nHost: t\r\n\r\n")));
    }
    for (size_t i = 0; i < CLIENTS; i++) {
        struct answer answer = { 0 };
        for (size_t n = 0; n < EACH; n++) {
            assert_true(client_read(&clients[i], true, &answer));
            assert_true(str_equal(answer.body, STR("woken /race")));
        }
        client_close(&clients[i]);
    }
    fixture_close(&f);
    assert_int_equal(f.app.n_finished, CLIENTS * EACH);
}

static void stop_refuses_sleepers_nobody_wakes(void **state)
{
    (void)state;
    enum { N = 200 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ .stop_ms = 1 });
    struct client *const clients = sleepers_open(&f, N);
    http_stop(f.server);
    f.server = NULL;
    for (size_t i = 0; i < N; i++) {
        struct answer answer = { 0 };
        assert_true(client_read(&clients[i], true, &answer));
        assert_overloaded(&answer);
        assert_true(client_is_closed(&clients[i]));
        client_close(&clients[i]);
    }
    free(clients);
    /* H5: the waker comes after the server is gone, and finish still frees the state. */
    assert_int_equal(f.app.n_finished, 0);
    assert_int_equal(app_wake_all(&f.app), N);
    fixture_close(&f);
    assert_int_equal(f.app.n_finished, N);
}

static void stop_lets_woken_requests_finish(void **state)
{
    (void)state;
    enum { N = 200 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ .stop_ms = LONG_MS });
    struct client *const clients = sleepers_open(&f, N);
    pthread_t waker;
    assert_int_equal(pthread_create(&waker, NULL, wake_run, &f.app), 0);
    http_stop(f.server);
    f.server = NULL;
    pthread_join(waker, NULL);
    for (size_t i = 0; i < N; i++) {
        struct answer answer = { 0 };
        assert_true(client_read(&clients[i], true, &answer));
        assert_int_equal(answer.status, 200);
        client_close(&clients[i]);
    }
    free(clients);
    fixture_close(&f);
}

/* Wakers and http_stop meet in the middle: each client gets one whole answer, 200 or 503. */
static void stop_races_with_wakers(void **state)
{
    (void)state;
    enum { N = 200 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ .stop_ms = 1 });
    struct client *const clients = sleepers_open(&f, N);
    pthread_t waker;
    assert_int_equal(pthread_create(&waker, NULL, wake_run, &f.app), 0);
    http_stop(f.server);
    f.server = NULL;
    pthread_join(waker, NULL);
    for (size_t i = 0; i < N; i++) {
        struct answer answer = { 0 };
        assert_true(client_read(&clients[i], true, &answer));
        assert_true(answer.status == 200 || answer.status == 503);
        client_close(&clients[i]);
    }
    free(clients);
    fixture_close(&f);
    assert_int_equal(f.app.n_finished, N);
}

static void clients_vanish_asleep(void **state)
{
    (void)state;
    enum { N = 50 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ .stop_ms = LONG_MS });
    struct client *const clients = sleepers_open(&f, N);
    for (size_t i = 0; i < N; i++)
        client_close(&clients[i]);
    free(clients);
    assert_int_equal(app_wake_all(&f.app), N);
    struct client c = client_open(f.port);
    assert_int_equal(client_ask(&c, ping).status, 200);
    client_close(&c);
    /* Would wait LONG_MS for a request that was forgotten. */
    fixture_close(&f);
    assert_int_equal(f.app.n_finished, N);
}

static void quiesced_server_turns_away(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, (struct http_options){ .stop_ms = LONG_MS });
    struct client kept = client_open(f.port);
    assert_int_equal(client_ask(&kept, ping).status, 200);
    struct client asleep = sleeper_open(f.port, 7);
    app_wait_asleep(&f.app, 1);

    http_quiesce(f.server);
    http_quiesce(f.server);
    struct answer answer = client_ask(&kept, ping);
    assert_overloaded(&answer);
    assert_true(client_is_closed(&kept));
    client_close(&kept);
    (void)app_wake_all(&f.app);
    assert_true(client_read(&asleep, true, &answer));
    assert_int_equal(answer.status, 200);
    client_close(&asleep);
    assert_false(client_can_connect(f.port));
    fixture_close(&f);
}

static void sleepers_are_bounded(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, (struct http_options){ .sleeping_max = 4, .stop_ms = LONG_MS });
    struct client *const clients = sleepers_open(&f, 4);
    struct client fifth = sleeper_open(f.port, 4);
    struct answer answer = { 0 };
    assert_true(client_read(&fifth, true, &answer));
    assert_overloaded(&answer);
    client_close(&fifth);
    assert_int_equal(app_wake_all(&f.app), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_true(client_read(&clients[i], true, &answer));
        assert_int_equal(answer.status, 200);
        client_close(&clients[i]);
    }
    free(clients);
    fixture_close(&f);
}

static void connections_are_bounded(void **state)
{
    (void)state;
    enum { N = 8 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ .connections_max = N });
    struct client clients[N];
    for (size_t i = 0; i < N; i++) {
        clients[i] = client_open(f.port);
        assert_int_equal(client_ask(&clients[i], ping).status, 200);
    }
    struct client extra = client_open(f.port);
    const struct answer answer = client_ask(&extra, ping);
    assert_overloaded(&answer);
    assert_true(client_is_closed(&extra));
    client_close(&extra);
    assert_int_equal(client_ask(&clients[0], ping).status, 200);
    for (size_t i = 0; i < N; i++)
        client_close(&clients[i]);
    fixture_close(&f);
}

static const char who[] = "GET /thread HTTP/1.1\r\nHost: t\r\n\r\n";

/* The threads that answer n new clients; how many of them the first one's thread answers. */
static size_t clients_open(struct fixture *f, struct client *clients, size_t n, char thread[32])
{
    size_t n_same = 0;
    for (size_t i = 0; i < n; i++) {
        clients[i] = client_open(f->port);
        const struct answer answer = client_ask(&clients[i], who);
        if (thread[0] == '\0')
            (void)snprintf(thread, 32, "%.*s", STR_ARG(answer.body));
        n_same += str_equal(answer.body, str_from(thread));
    }
    return n_same;
}

/* The thread that lost three gets the next three. What a client did before is seen by its thread
 * when that has answered another twice: within one round, and then in the next. */
static void connections_are_dealt_out(void **state)
{
    (void)state;
    enum { N = 8, GONE = 3 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ 0 });
    struct client clients[N];
    struct client more[GONE];
    char first[32] = "";
    assert_int_equal(clients_open(&f, clients, N, first), N / 2);
    size_t n_gone = 0;
    for (size_t i = 1; i < N && n_gone < GONE; i++) {
        const struct answer answer = client_ask(&clients[i], who);
        if (!str_equal(answer.body, str_from(first)))
            continue;
        client_close(&clients[i]);
        clients[i].fd = -1;
        n_gone++;
    }
    for (int round = 0; round < 2; round++)
        assert_int_equal(client_ask(&clients[0], who).status, 200);
    assert_int_equal(clients_open(&f, more, GONE, first), GONE);
    for (size_t i = 0; i < N; i++) {
        if (clients[i].fd >= 0)
            client_close(&clients[i]);
    }
    for (size_t i = 0; i < GONE; i++)
        client_close(&more[i]);
    fixture_close(&f);
}

/* A thread long in a handler has not yet taken what it was given: that counts all the same. */
static void a_busy_thread_gets_its_share_only(void **state)
{
    (void)state;
    enum { N = 10 };
    struct fixture f;
    fixture_open(&f, (struct http_options){ 0 });
    struct client busy = client_open(f.port);
    struct client clients[N];
    struct pollfd waiting[N];
    assert_true(client_send(&busy, STR("GET /block HTTP/1.1\r\nHost: t\r\n\r\n")));
    app_wait_blocked(&f.app);
    for (size_t i = 0; i < N; i++) {
        clients[i] = client_open(f.port);
        assert_true(client_send(&clients[i], str_from(ping)));
        waiting[i] = (struct pollfd){ .fd = clients[i].fd, .events = POLLIN };
    }
    for (size_t answered = 0; answered < N / 2; answered++) {
        assert_true(poll(waiting, N, CLIENT_WAIT_S * 1000) > 0);
        for (size_t i = 0; i < N; i++) {
            if (waiting[i].revents != 0) {
                waiting[i].fd = -1;
                break;
            }
        }
    }
    app_unblock(&f.app);
    struct answer answer;
    for (size_t i = 0; i < N; i++) {
        assert_true(client_read(&clients[i], true, &answer));
        assert_int_equal(answer.status, 200);
        client_close(&clients[i]);
    }
    assert_true(client_read(&busy, true, &answer));
    client_close(&busy);
    fixture_close(&f);
}

static void idle_clients_are_dropped_and_sleepers_are_not(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, (struct http_options){ .idle_seconds = 1, .stop_ms = LONG_MS });
    struct client asleep = sleeper_open(f.port, 0);
    app_wait_asleep(&f.app, 1);
    struct client silent = client_open(f.port);
    struct client in_headers = client_open(f.port);
    struct client in_body = client_open(f.port);
    assert_true(client_send(&in_headers, STR("GET /ping HTTP/1.1\r\nHo")));
    assert_true(client_send(&in_body,
                            STR("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nabc")));
    assert_true(client_is_cut(&silent));
    assert_true(client_is_cut(&in_headers));
    assert_true(client_is_cut(&in_body));
    client_close(&silent);
    client_close(&in_headers);
    client_close(&in_body);
    (void)app_wake_all(&f.app);
    struct answer answer = { 0 };
    assert_true(client_read(&asleep, true, &answer));
    assert_int_equal(answer.status, 200);
    client_close(&asleep);
    fixture_close(&f);
}

static void bytes_may_come_one_by_one(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, (struct http_options){ 0 });
    struct client c = client_open(f.port);
    struct str rest = STR("POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "3\r\nabc\r\n0\r\n\r\n");
    for (; rest.len > 0; rest = (struct str){ rest.at + 1, rest.len - 1 })
        assert_true(client_send(&c, (struct str){ rest.at, 1 }));
    struct answer answer = { 0 };
    assert_true(client_read(&c, true, &answer));
    assert_true(str_equal(answer.body, STR("abc")));
    client_close(&c);
    fixture_close(&f);
}

/* In a child, because a process that gave up root does not get it back. 0: refused with 403. */
static int stranger_run(const char *path)
{
    if (setuid(65534) != 0)
        return 2;
    struct client c = client_open_private(path);
    struct answer answer = { 0 };
    if (!client_send(&c, str_from(ping)) || !client_read(&c, true, &answer))
        return 3;
    return answer.status == 403 && has_code(&answer, "not_permitted") ? 0 : 4;
}

static void assert_stranger_is_refused(const char *path)
{
    if (geteuid() != 0) {
        print_message("not root: the stranger was not tried\n");
        return;
    }
    assert_int_equal(chmod(path, 0666), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(stranger_run(path));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void private_socket_is_private(void **state)
{
    (void)state;
    char dir[] = "/tmp/http-async-XXXXXX";
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chmod(dir, 0755), 0);
    char path[64];
    (void)snprintf(path, sizeof path, "%s/s", dir);
    struct fixture f;
    fixture_open(&f, (struct http_options){ .socket_path = path });
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    struct client c = client_open_private(path);
    assert_int_equal(client_ask(&c, ping).status, 200);
    client_close(&c);

    struct http_server *second = NULL;
    struct il_err err = { 0 };
    struct http_options options = { .host = STR("127.0.0.1"), .socket_path = path };
    assert_int_equal(http_start(&options, &f.app.handler, log_silent(), &second, &err), IL_BUSY);
    assert_null(second);
    assert_int_equal(stat(path, &status), 0);
    assert_stranger_is_refused(path);
    fixture_close(&f);
    assert_int_equal(stat(path, &status), -1);

    client_leave_stale(path);
    fixture_open(&f, (struct http_options){ .socket_path = path });
    fixture_close(&f);

    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(http_start(&options, &f.app.handler, log_silent(), &second, &err), IL_INVALID);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

/* The public has taken all that it may, and the office comes in. */
static void private_socket_has_room_of_its_own(void **state)
{
    (void)state;
    enum { N = 4 };
    char dir[] = "/tmp/http-async-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char path[64];
    (void)snprintf(path, sizeof path, "%s/s", dir);
    struct fixture f;
    struct client public[N];
    char thread[32] = "";
    fixture_open(&f, (struct http_options){ .socket_path = path, .connections_max = N });
    (void)clients_open(&f, public, N, thread);
    struct client extra = client_open(f.port);
    const struct answer answer = client_ask(&extra, ping);
    assert_overloaded(&answer);
    struct client office = client_open_private(path);
    assert_int_equal(client_ask(&office, ping).status, 200);
    client_close(&office);
    client_close(&extra);
    for (size_t i = 0; i < N; i++)
        client_close(&public[i]);
    fixture_close(&f);
    assert_int_equal(rmdir(dir), 0);
}

static void start_says_what_is_wrong(void **state)
{
    (void)state;
    struct fixture f;
    fixture_open(&f, (struct http_options){ 0 });
    struct http_server *second = NULL;
    struct il_err err = { 0 };
    struct http_options options = { .host = STR("127.0.0.1"), .port = f.port };
    assert_int_equal(http_start(&options, &f.app.handler, log_silent(), &second, &err), IL_BUSY);
    assert_string_not_equal(err.text, "");
    options = (struct http_options){ .host = STR("0.0.0.0") };
    assert_int_equal(http_start(&options, &f.app.handler, log_silent(), &second, &err), IL_INVALID);
    options.host = STR("localhost");
    assert_int_equal(http_start(&options, &f.app.handler, log_silent(), &second, &err), IL_INVALID);
    assert_null(second);
    fixture_close(&f);
    http_stop(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousand_sleepers_are_woken),
        cmocka_unit_test(wakes_race_with_handle),
        cmocka_unit_test(stop_refuses_sleepers_nobody_wakes),
        cmocka_unit_test(stop_lets_woken_requests_finish),
        cmocka_unit_test(stop_races_with_wakers),
        cmocka_unit_test(clients_vanish_asleep),
        cmocka_unit_test(quiesced_server_turns_away),
        cmocka_unit_test(sleepers_are_bounded),
        cmocka_unit_test(connections_are_bounded),
        cmocka_unit_test(connections_are_dealt_out),
        cmocka_unit_test(a_busy_thread_gets_its_share_only),
        cmocka_unit_test(idle_clients_are_dropped_and_sleepers_are_not),
        cmocka_unit_test(bytes_may_come_one_by_one),
        cmocka_unit_test(private_socket_is_private),
        cmocka_unit_test(private_socket_has_room_of_its_own),
        cmocka_unit_test(start_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
