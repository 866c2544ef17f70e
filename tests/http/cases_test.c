/* Runs tests/http/cases/http.cases against the real server over real sockets.
 *
 *   case  NAME
 *   door  private            (optional: the unix socket)
 *   send  BYTES              escapes \r \n \t \\ \xHH, and {TEXT*N} for N times TEXT; lines add up
 *   want  STATUS CODE        one line per answer; CODE is the problem's code, "-" for an answer of
 *                            the application, "page" for one the library makes by itself
 *   body  TEXT               (optional) of the last answer
 *   head  NAME TEXT          (optional) a header of the last answer
 *   then  open | closed      proven by a further request, or by waiting for the end
 *         cut                the end comes, whatever bytes come before it
 */
#include "http/app.h"
#include "http/client.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CASE_WANTS_MAX = 8, PRIVATE_BODY_BYTES = 128 * 1024 };

struct test_case {
    struct str name;
    bool is_private;
    struct buf send;
    struct str wants[CASE_WANTS_MAX];
    size_t n_wants;
    struct str body;
    struct str header;
    bool has_body;
};

struct bench {
    uint16_t port;
    const char *socket_path;
    size_t n_cases;
    size_t n_failed;
};

static int hex_value(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static char escaped(char c)
{
    switch (c) {
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    default:
        return c;
    }
}

static void bytes_add(struct str text, struct buf *out);

/* {TEXT*N}; false when this brace is just a brace. */
static bool repeat_add(struct str *text, struct buf *out)
{
    struct str rest = { text->at + 1, text->len - 1 };
    struct str count_text = str_cut(&rest, '}');
    const struct str pattern = str_cut(&count_text, '*');
    int64_t count = 0;
    if (!str_to_int(count_text, &count))
        return false;
    for (int64_t i = 0; i < count; i++)
        bytes_add(pattern, out);
    *text = rest;
    return true;
}

static void bytes_add(struct str text, struct buf *out)
{
    while (text.len > 0) {
        if (text.at[0] == '{' && repeat_add(&text, out))
            continue;
        size_t used = 1;
        char c = text.at[0];
        if (c == '\\' && text.len >= 2) {
            used = 2;
            c = escaped(text.at[1]);
            if (text.at[1] == 'x' && text.len >= 4) {
                used = 4;
                c = (char)(hex_value(text.at[2]) * 16 + hex_value(text.at[3]));
            }
        }
        buf_add_char(out, c);
        text = (struct str){ text.at + used, text.len - used };
    }
}

static bool fail(const struct test_case *test, const char *what, struct str got)
{
    fprintf(stderr, "FAIL %.*s: %s, got \"%.*s\"\n", STR_ARG(test->name), what, STR_ARG(got));
    return false;
}

static bool text_has(struct str text, struct str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++)
        if (memcmp(text.at + i, part.at, part.len) == 0)
            return true;
    return false;
}

static bool want_holds(const struct test_case *test, struct str want, const struct answer *answer)
{
    int64_t status = 0;
    const struct str status_text = str_cut(&want, ' ');
    assert(str_to_int(status_text, &status));
    if (answer->status != (int)status)
        return fail(test, "wrong status", answer->head);
    const bool is_problem =
        str_equal(answer_header(answer, "Content-Type"), STR("application/problem+json"));
    if (str_equal(want, STR("-")) || str_equal(want, STR("page")))
        return !is_problem || fail(test, "an unexpected problem", answer->body);
    char part[96];
    (void)snprintf(part, sizeof part, "\"status\":%d,", answer->status);
    if (!is_problem || !text_has(answer->body, str_from(part)))
        return fail(test, "no problem+json with its status", answer->body);
    (void)snprintf(part, sizeof part, "\"code\":\"%.*s\"", STR_ARG(want));
    return text_has(answer->body, str_from(part)) || fail(test, "wrong code", answer->body);
}

static bool end_holds(const struct test_case *test, struct client *c, struct str end)
{
    if (str_equal(end, STR("closed")))
        return client_is_closed(c) || fail(test, "still open", end);
    if (str_equal(end, STR("cut")))
        return client_is_cut(c) || fail(test, "still open", end);
    struct answer answer = { 0 };
    return (client_send(c, STR("GET /ping HTTP/1.1\r\nHost: t\r\n\r\n")) &&
            client_read(c, true, &answer) && str_equal(answer.body, STR("pong"))) ||
           fail(test, "not usable any more", end);
}

static bool last_holds(const struct test_case *test, const struct answer *answer)
{
    if (test->has_body && !str_equal(answer->body, test->body))
        return fail(test, "wrong body", answer->body);
    struct str value = test->header;
    if (value.len == 0)
        return true;
    char name[64];
    const struct str key = str_cut(&value, ' ');
    (void)snprintf(name, sizeof name, "%.*s", STR_ARG(key));
    const struct str got = answer_header(answer, name);
    return str_equal(got, value) || fail(test, "wrong header", got);
}

static bool case_holds(const struct bench *bench, const struct test_case *test, struct str end)
{
    struct client c =
        test->is_private ? client_open_private(bench->socket_path) : client_open(bench->port);
    const bool is_head = str_starts(buf_view(&test->send), STR("HEAD "));
    /* A refusal may come before all is sent, so a broken pipe is no failure by itself. */
    (void)client_send(&c, buf_view(&test->send));
    struct answer answer = { 0 };
    bool holds = true;
    for (size_t i = 0; i < test->n_wants && holds; i++)
        holds = client_read(&c, !is_head, &answer) ? want_holds(test, test->wants[i], &answer)
                                                   : fail(test, "no answer", test->wants[i]);
    holds = holds && last_holds(test, &answer) && end_holds(test, &c, end);
    client_close(&c);
    return holds;
}

static void line_take(struct bench *bench, struct test_case *test, struct str line)
{
    const struct str word = str_cut(&line, ' ');
    while (line.len > 0 && line.at[0] == ' ')
        line = (struct str){ line.at + 1, line.len - 1 };
    if (str_equal(word, STR("case"))) {
        test->name = line;
    } else if (str_equal(word, STR("door"))) {
        test->is_private = str_equal(line, STR("private"));
    } else if (str_equal(word, STR("send"))) {
        bytes_add(line, &test->send);
    } else if (str_equal(word, STR("want"))) {
        assert(test->n_wants < CASE_WANTS_MAX);
        test->wants[test->n_wants++] = line;
    } else if (str_equal(word, STR("body"))) {
        test->has_body = true;
        test->body = line;
    } else if (str_equal(word, STR("head"))) {
        test->header = line;
    } else {
        assert(str_equal(word, STR("then")));
        bench->n_cases++;
        bench->n_failed += !case_holds(bench, test, line);
        buf_drop(&test->send);
        *test = (struct test_case){ 0 };
    }
}

static struct buf file_read(const char *path)
{
    FILE *const file = fopen(path, "r");
    assert(file != NULL);
    struct buf text = { 0 };
    char chunk[4096];
    size_t n = 0;
    while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&text, chunk, n);
    (void)fclose(file);
    return text;
}

int main(int argc, char **argv)
{
    assert(argc == 2);
    char socket_path[] = "/tmp/http-cases-XXXXXX";
    const int placeholder = mkstemp(socket_path);
    assert(placeholder >= 0);
    (void)close(placeholder);
    (void)unlink(socket_path);

    struct app app;
    app_open(&app);
    struct http_server *server = NULL;
    struct il_err err = { 0 };
    const struct http_options options = { .host = STR("127.0.0.1"),
                                          .threads = 2,
                                          .socket_path = socket_path,
                                          .local_body_bytes = PRIVATE_BODY_BYTES };
    if (http_start(&options, &app.handler, log_silent(), &server, &err) != IL_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    struct bench bench = { .port = http_port(server), .socket_path = socket_path };
    struct buf text = file_read(argv[1]);
    struct str rest = buf_view(&text);
    struct test_case test = { 0 };
    while (rest.len > 0) {
        const struct str line = str_cut(&rest, '\n');
        if (line.len > 0 && line.at[0] != '#')
            line_take(&bench, &test, line);
    }
    assert(test.name.len == 0);
    http_stop(server);
    app_close(&app);
    buf_drop(&text);
    printf("%zu cases, %zu failed\n", bench.n_cases, bench.n_failed);
    return bench.n_cases == 0 || bench.n_failed > 0;
}
