/* libinterlock as a program sees it: only its header is included, and it is linked as shared. */
#include <dirent.h>
#include <interlock.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { N_BOOKERS = 2, N_MONDAYS = 8, TEXT_BYTES = 512 };

static const char company[] =
    "{\"interlock\":1,\"company\":{\"_id\":\"acme\",\"name\":\"Acme\",\"timezone\":\"UTC\","
    "\"currency\":\"USD\"},\"services\":[{\"_id\":\"home\",\"name\":\"Home\",\"type\":\"primary\","
    "\"minutes\":180,\"priceCents\":45000}],\"inspectors\":[{\"_id\":\"ann\",\"name\":\"Ann\","
    "\"services\":[\"home\"],\"weekly\":[{\"day\":\"mon\",\"starts\":[\"08:00\"]},"
    "{\"day\":\"tue\",\"starts\":[\"08:00\"]},{\"day\":\"wed\",\"starts\":[\"08:00\"]}]}]}";

static const char slots_path[] = "/schedule/optimal-slots?services=home&days=28&order=time";

static struct interlock *opened(const char *file)
{
    struct interlock_error error = { "" };
    struct interlock *il = interlock_open(file, NULL, &error);
    if (il == NULL)
        fail_msg("%s", error.text);
    return il;
}

static struct interlock *loaded(const char *file)
{
    struct interlock_error error = { "" };
    struct interlock *il = opened(file);
    if (!interlock_load(il, company, &error))
        fail_msg("%s", error.text);
    return il;
}

static void answers(struct interlock *il, const char *const question[3], int status,
                    const char *words)
{
    struct interlock_answer *answer =
        interlock_ask(il, "acme", question[0], question[1], question[2]);
    if (answer->status != status || strstr(answer->body, words) == NULL)
        fail_msg("%s %s: %d %s", question[0], question[1], answer->status, answer->body);
    assert_int_equal(answer->body_bytes, strlen(answer->body));
    interlock_free(answer);
}

/* The body that books the nth of the slots in `list`. */
static void order_at(const char *list, int nth, char order[TEXT_BYTES])
{
    const char *at = list;
    for (int i = 0; i <= nth; i++) {
        at = strstr(at + 1, "\"datetime\":");
        assert_non_null(at);
    }
    (void)snprintf(order, TEXT_BYTES,
                   "{%.*s,\"services\":[\"home\"],\"_inspectorId\":\"ann\","
                   "\"client\":{\"name\":\"Chris\"},\"property\":{\"address\":\"1 Elm Street\"}}",
                   (int)strcspn(at, ","), at);
}

/* ---- books ---- */

static void books_once(void **state)
{
    struct interlock *il = loaded(NULL);
    char order[TEXT_BYTES];
    (void)state;
    struct interlock_answer *slots = interlock_ask(il, "acme", "GET", slots_path, NULL);
    assert_int_equal(slots->status, 200);
    order_at(slots->body, 0, order);
    answers(il, (const char *[]){ "POST", "/inspection/book-job", order }, 201, "\"inspection\"");
    answers(il, (const char *[]){ "POST", "/v1/inspection/book-job", order }, 409, "slot_taken");
    answers(il, (const char *[]){ "GET", "/inspections?status=confirmed", NULL }, 200, "\"_id\"");
    interlock_close(il);
    /* What was answered stands without its store. */
    assert_string_equal(interlock_header(slots, "content-type"), "application/json");
    assert_non_null(interlock_header(slots, "ETag"));
    assert_null(interlock_header(slots, "Location"));
    interlock_free(slots);
}

static void words_are_those_of_http(void **state)
{
    struct interlock *il = loaded(NULL);
    static const struct {
        const char *question[3];
        int status;
        const char *words;
    } cases[] = {
        { { "POST", "/inspection/book-job", "{\"services\":" }, 400, "\"code\":\"json_invalid\"" },
        { { "POST", "/inspection/book-job", "{}" }, 422, "\"field\":\"/datetime\"" },
        { { "POST", "/inspection/book-job", NULL }, 400, "\"code\":\"body_required\"" },
        { { "GET", "/inspection/nobody", NULL }, 404, "\"code\":\"not_found\"" },
        { { "GET", "/nowhere", NULL }, 404, "\"code\":\"not_found\"" },
        { { "DELETE", "/calendar", NULL }, 405, "\"code\":\"method_not_allowed\"" },
        { { "FETCH", "/calendar", NULL }, 501, "\"code\":\"not_implemented\"" },
        { { "GET", "calendar", NULL }, 400, "\"code\":\"bad_request\"" },
        { { "GET", "/calendar?from=%zz", NULL }, 400, "\"code\":\"bad_request\"" },
        { { "GET", "/calendar?from=%ff", NULL }, 400, "\"code\":\"utf8_invalid\"" },
        { { "GET", "/calendar?from=2026-11-32", NULL }, 422, "\"field\":\"/from\"" },
        { { NULL, NULL, NULL }, 501, "\"code\":\"not_implemented\"" },
        { { "GET", NULL, NULL }, 400, "\"code\":\"bad_request\"" },
        { { "GET", "/stream", NULL }, 501, "A stream needs a server" },
        { { "GET", "/metrics", NULL }, 200, "interlock_" },
        { { "GET", "/openapi.json", NULL }, 200, "\"openapi\"" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        answers(il, cases[i].question, cases[i].status, cases[i].words);
    struct interlock_answer *other = interlock_ask(il, "other", "GET", "/services", NULL);
    assert_int_equal(other->status, 404);
    interlock_free(other);
    struct interlock_answer *none = interlock_ask(il, NULL, "GET", "/healthz", NULL);
    assert_int_equal(none->status, 200);
    interlock_free(none);
    struct interlock_answer *head = interlock_ask(il, "acme", "HEAD", "/services", NULL);
    assert_int_equal(head->status, 200);
    assert_string_equal(head->body, "");
    interlock_free(head);
    interlock_close(il);
}

/* The secret of a new key of the role. */
static void key_of(struct interlock *il, const char *role, char bearer[TEXT_BYTES])
{
    char body[TEXT_BYTES];
    (void)snprintf(body, sizeof body, "{\"name\":\"k\",\"role\":\"%s\"}", role);
    struct interlock_answer *answer = interlock_ask(il, "acme", "POST", "/local/keys", body);
    const char *secret = strstr(answer->body, "\"secret\":\"");
    assert_non_null(secret);
    secret += strlen("\"secret\":\"");
    (void)snprintf(bearer, TEXT_BYTES, "Bearer %.*s", (int)strcspn(secret, "\""), secret);
    interlock_free(answer);
}

static void keys_decide_where_one_is_given(void **state)
{
    struct interlock *il = loaded(NULL);
    char bearer[TEXT_BYTES];
    const struct interlock_header with[] = { { "authorization", bearer }, { NULL, NULL } };
    const struct interlock_header once[] = { { "Authorization", bearer },
                                             { "Idempotency-Key", "a" },
                                             { NULL, NULL } };
    (void)state;
    static const struct {
        const char *role, *method, *path, *body;
        bool is_once;
        int status;
    } cases[] = {
        { "online", "GET", "/services", NULL, false, 200 },
        { "online", "GET", "/inspections", NULL, false, 403 },
        { "staff", "GET", "/inspections", NULL, false, 200 },
        { "staff", "POST", "/event", "{}", false, 400 }, /* idempotency_key_required */
        { "staff", "POST", "/event", "{}", true, 422 },
        { "staff", "POST", "/local/keys", "{}", true, 404 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        key_of(il, cases[i].role, bearer);
        struct interlock_answer *answer =
            interlock_send(il, "other", cases[i].method, cases[i].path, cases[i].body,
                           cases[i].is_once ? once : with);
        if (answer->status != cases[i].status)
            fail_msg("%s %s as %s: %d %s", cases[i].method, cases[i].path, cases[i].role,
                     answer->status, answer->body);
        interlock_free(answer);
    }
    (void)snprintf(bearer, sizeof bearer, "Bearer nobody");
    struct interlock_answer *answer = interlock_send(il, "acme", "GET", "/services", NULL, with);
    assert_int_equal(answer->status, 401);
    interlock_free(answer);
    interlock_close(il);
}

static void too_many_headers_are_refused(void **state)
{
    struct interlock *il = loaded(NULL);
    struct interlock_header many[100];
    (void)state;
    for (size_t i = 0; i < 99; i++)
        many[i] = (struct interlock_header){ "X-Any", "1" };
    many[99] = (struct interlock_header){ NULL, NULL };
    struct interlock_answer *answer = interlock_send(il, "acme", "GET", "/services", NULL, many);
    assert_int_equal(answer->status, 431);
    interlock_free(answer);
    many[0] = (struct interlock_header){ "X-Any", "1\r\nAuthorization: x" };
    many[1] = (struct interlock_header){ NULL, NULL };
    answer = interlock_send(il, "acme", "GET", "/services", NULL, many);
    assert_int_equal(answer->status, 400);
    interlock_free(answer);
    interlock_close(il);
}

/* ---- threads ---- */

struct booker {
    struct interlock *il;
    const char *list;
    int n_booked, n_taken, n_other;
};

static void *book_all(void *context)
{
    struct booker *b = context;
    for (int i = 0; i < N_MONDAYS; i++) {
        char order[TEXT_BYTES];
        order_at(b->list, i, order);
        struct interlock_answer *answer =
            interlock_ask(b->il, "acme", "POST", "/inspection/book-job", order);
        struct interlock_answer *seen = interlock_ask(b->il, "acme", "GET", slots_path, NULL);
        b->n_booked += answer->status == 201;
        b->n_taken += answer->status == 409;
        b->n_other += (answer->status != 201 && answer->status != 409) || seen->status != 200;
        interlock_free(answer);
        interlock_free(seen);
    }
    return NULL;
}

/* Two threads go for the same times: each time is one's. */
static void two_threads_ask(void **state)
{
    struct interlock *il = loaded(NULL);
    struct interlock_answer *slots = interlock_ask(il, "acme", "GET", slots_path, NULL);
    struct booker bookers[N_BOOKERS];
    pthread_t threads[N_BOOKERS];
    (void)state;
    for (int i = 0; i < N_BOOKERS; i++) {
        bookers[i] = (struct booker){ .il = il, .list = slots->body };
        assert_int_equal(pthread_create(&threads[i], NULL, book_all, &bookers[i]), 0);
    }
    for (int i = 0; i < N_BOOKERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(bookers[0].n_booked + bookers[1].n_booked, N_MONDAYS);
    assert_int_equal(bookers[0].n_taken + bookers[1].n_taken, N_MONDAYS);
    assert_int_equal(bookers[0].n_other + bookers[1].n_other, 0);
    interlock_free(slots);
    interlock_close(il);
}

/* ---- opening and loading ---- */

static void bad_documents_name_the_place(void **state)
{
    struct interlock *il = opened(NULL);
    static const struct {
        const char *document, *words;
    } cases[] = {
        { "{\"interlock\":1,", "line 1, column 15" },
        { "", "" },
        { "{\"interlock\":1,\"company\":{\"_id\":\"a\",\"name\":\"A\",\"timezone\":\"Mars/Base\","
          "\"currency\":\"USD\"},\"services\":[],\"inspectors\":[]}",
          "/company/timezone: " },
        { "{\"interlock\":1,\"company\":{\"_id\":\"a\",\"name\":\"A\",\"timezone\":\"UTC\","
          "\"currency\":\"USD\"},\"services\":[{\"_id\":\"s\",\"nam\":\"S\"}],\"inspectors\":[]}",
          "/services/0/nam" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct interlock_error error = { "" };
        assert_false(interlock_load(il, cases[i].document, &error));
        if (error.text[0] == '\0' || strstr(error.text, cases[i].words) == NULL)
            fail_msg("case %zu says: %s", i, error.text);
        assert_false(interlock_load(il, cases[i].document, NULL));
    }
    interlock_close(il);
}

static char directory[] = "/tmp/interlock-embed-XXXXXX";

static void scratch(char path[TEXT_BYTES], const char *name)
{
    (void)snprintf(path, TEXT_BYTES, "%s/%s", directory, name);
}

static int directory_make(void **state)
{
    (void)state;
    return mkdtemp(directory) == NULL;
}

static int directory_remove(void **state)
{
    DIR *files = opendir(directory);
    const struct dirent *file;
    (void)state;
    while (files != NULL && (file = readdir(files)) != NULL) {
        char path[TEXT_BYTES];
        scratch(path, file->d_name);
        (void)unlink(path);
    }
    return files == NULL || closedir(files) != 0 || rmdir(directory) != 0;
}

static void refuses(const char *path, const char *words)
{
    struct interlock_error error = { "" };
    assert_null(interlock_open(path, NULL, &error));
    if (strstr(error.text, words) == NULL)
        fail_msg("%s", error.text);
    assert_null(interlock_open(path, NULL, NULL));
}

/* It opens the file, says so, and waits until it is told to go. */
static pid_t start_holder(const char *path, int ret_pipes[2])
{
    int up[2];
    int down[2];
    char said = 0;
    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(down), 0);
    const pid_t child = fork();
    if (child == 0) {
        struct interlock_error error;
        struct interlock *il = interlock_open(path, NULL, &error);
        const bool good = il != NULL && interlock_load(il, company, &error);
        (void)!write(up[1], good ? "y" : "n", 1);
        (void)!read(down[0], &said, 1);
        interlock_close(il);
        _exit(good ? 0 : 1);
    }
    assert_int_equal(read(up[0], &said, 1), 1);
    assert_int_equal(said, 'y');
    (void)close(up[0]);
    (void)close(up[1]);
    ret_pipes[0] = down[0];
    ret_pipes[1] = down[1];
    return child;
}

static void a_file_is_held_by_one_process(void **state)
{
    char path[TEXT_BYTES];
    int pipes[2];
    int status;
    (void)state;
    scratch(path, "held.db");
    const pid_t child = start_holder(path, pipes);
    refuses(path, "is held by another process");
    assert_int_equal(write(pipes[1], "g", 1), 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    struct interlock *il = opened(path);
    answers(il, (const char *[]){ "GET", "/services", NULL }, 200, "\"home\"");
    interlock_close(il);
}

static void wrong_files_are_refused_in_words(void **state)
{
    char path[TEXT_BYTES];
    (void)state;
    scratch(path, "none/a.db");
    refuses(path, "none");
    scratch(path, "text.db");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (int i = 0; i < 100; i++)
        assert_true(fputs("this is no database, it is a poem\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    refuses(path, "database");
}

static void nothing_loaded_leaves_no_file(void **state)
{
    char path[TEXT_BYTES];
    struct stat status;
    struct interlock_error error;
    (void)state;
    scratch(path, "empty.db");
    struct interlock *il = opened(path);
    assert_false(interlock_load(il, "{}", &error));
    interlock_close(il);
    assert_int_not_equal(stat(path, &status), 0);
    interlock_close(NULL);
    interlock_free(NULL);
}

static void options_grow(void **state)
{
    struct {
        struct interlock_options options;
        char later[8];
    } newer = { .options = { .size = sizeof newer } };
    struct interlock_options none = { .size = 0 };
    const struct interlock_options oldest = { .size = sizeof(size_t) };
    struct interlock_error error = { "" };
    (void)state;
    assert_null(interlock_open(NULL, &none, &error));
    assert_non_null(strstr(error.text, "size"));
    interlock_close(interlock_open(NULL, &oldest, &error));
    struct interlock *il = interlock_open(NULL, &newer.options, &error);
    assert_non_null(il);
    interlock_close(il);
    newer.later[0] = 1;
    assert_null(interlock_open(NULL, &newer.options, &error));
    assert_non_null(strstr(error.text, interlock_version()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_held_by_one_process), /* first: it forks before threads are */
        cmocka_unit_test(books_once),
        cmocka_unit_test(words_are_those_of_http),
        cmocka_unit_test(keys_decide_where_one_is_given),
        cmocka_unit_test(too_many_headers_are_refused),
        cmocka_unit_test(two_threads_ask),
        cmocka_unit_test(bad_documents_name_the_place),
        cmocka_unit_test(wrong_files_are_refused_in_words),
        cmocka_unit_test(nothing_loaded_leaves_no_file),
        cmocka_unit_test(options_grow),
    };
    return cmocka_run_group_tests(tests, directory_make, directory_remove);
}
