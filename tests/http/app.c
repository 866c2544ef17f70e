/* A small application for the tests: it echoes, and it can sleep. */
#include "http/app.h"

#include <assert.h>
#include <stdlib.h>

struct app_job {
    struct app_job *next;
    struct http_exchange *exchange;
};

static struct app *app_of(struct http_handler *handler)
{
    return (struct app *)handler; /* the handler is the first member */
}

static struct app_job *job_make(struct app *app, struct http_exchange *exchange)
{
    struct app_job *const job = calloc(1, sizeof *job);
    assert(job != NULL);
    job->exchange = exchange;
    http_set_state(exchange, job);
    app->n_started++;
    return job;
}

/* The job may be freed by finish as soon as its exchange is woken. */
static size_t jobs_wake(struct app_job *job)
{
    size_t n = 0;
    while (job != NULL) {
        struct app_job *const next = job->next;
        http_wake(job->exchange);
        job = next;
        n++;
    }
    return n;
}

static void target_print(const struct http_request *request, struct buf *out)
{
    buf_print(out, "%.*s", STR_ARG(request->path));
    for (size_t i = 0; i < request->n_query; i++)
        buf_print(out, " %.*s=%.*s", STR_ARG(request->query[i].name),
                  STR_ARG(request->query[i].value));
}

static bool sleep_begin(struct app *app, struct http_exchange *exchange,
                        const struct http_request *request)
{
    pthread_mutex_lock(&app->lock);
    struct app_job *const job = job_make(app, exchange);
    const bool is_at_once = str_equal(request->path, STR("/at-once"));
    if (!is_at_once) {
        struct app_job **const list =
            str_equal(request->path, STR("/race")) ? &app->in_race : &app->asleep;
        app->n_asleep += list == &app->asleep;
        job->next = *list;
        *list = job;
    }
    pthread_cond_broadcast(&app->changed);
    pthread_mutex_unlock(&app->lock);
    if (is_at_once)
        http_wake(exchange);
    return false;
}

static void block(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    app->is_blocked = true;
    pthread_cond_broadcast(&app->changed);
    while (!app->is_unblocked)
        pthread_cond_wait(&app->changed, &app->lock);
    pthread_mutex_unlock(&app->lock);
}

void app_wait_blocked(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    while (!app->is_blocked)
        pthread_cond_wait(&app->changed, &app->lock);
    pthread_mutex_unlock(&app->lock);
}

void app_unblock(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    app->is_unblocked = true;
    pthread_cond_broadcast(&app->changed);
    pthread_mutex_unlock(&app->lock);
}

static bool app_handle(struct http_handler *handler, struct http_exchange *exchange,
                       const struct http_request *request, struct http_response *response)
{
    response->status = 200;
    if (str_equal(request->path, STR("/ping")))
        buf_add_str(&response->body, STR("pong"));
    else if (str_equal(request->path, STR("/echo")))
        buf_add_str(&response->body, request->body);
    else if (str_equal(request->path, STR("/target")))
        target_print(request, &response->body);
    else if (str_equal(request->path, STR("/door")))
        buf_add_str(&response->body, request->from_local_socket ? STR("private") : STR("public"));
    else if (str_equal(request->path, STR("/block")))
        block(app_of(handler));
    else if (str_equal(request->path, STR("/thread")))
        buf_print(&response->body, "%lx", (unsigned long)pthread_self());
    else if (str_equal(request->path, STR("/bad")))
        http_response_header(response, "X-Split", STR("a\r\nSet-Cookie: b"));
    else if (str_equal(request->path, STR("/sleep")) || str_equal(request->path, STR("/at-once")) ||
             str_equal(request->path, STR("/race")))
        return sleep_begin(app_of(handler), exchange, request);
    else {
        response->status = 404;
        target_print(request, &response->body);
    }
    return true;
}

static void app_finish(struct http_handler *handler, struct http_exchange *exchange,
                       const struct http_request *request, struct http_response *response)
{
    struct app *const app = app_of(handler);
    response->status = 200;
    buf_print(&response->body, "woken %.*s", STR_ARG(request->path));
    for (size_t i = 0; i < request->n_query; i++)
        buf_print(&response->body, " %.*s", STR_ARG(request->query[i].value));
    free(http_state(exchange));
    pthread_mutex_lock(&app->lock);
    app->n_finished++;
    pthread_cond_broadcast(&app->changed);
    pthread_mutex_unlock(&app->lock);
}

static void *waker_run(void *cls)
{
    struct app *const app = cls;
    bool is_closing = false;
    while (!is_closing) {
        pthread_mutex_lock(&app->lock);
        while (app->in_race == NULL && !app->is_closing)
            pthread_cond_wait(&app->changed, &app->lock);
        struct app_job *const jobs = app->in_race;
        app->in_race = NULL;
        is_closing = app->is_closing;
        pthread_mutex_unlock(&app->lock);
        (void)jobs_wake(jobs);
    }
    return NULL;
}

void app_open(struct app *app)
{
    *app = (struct app){ .handler = { .handle = app_handle, .finish = app_finish } };
    int rc = pthread_mutex_init(&app->lock, NULL);
    assert(rc == 0);
    rc = pthread_cond_init(&app->changed, NULL);
    assert(rc == 0);
    rc = pthread_create(&app->waker, NULL, waker_run, app);
    assert(rc == 0);
}

void app_wait_asleep(struct app *app, size_t n)
{
    pthread_mutex_lock(&app->lock);
    while (app->n_asleep < n)
        pthread_cond_wait(&app->changed, &app->lock);
    pthread_mutex_unlock(&app->lock);
}

size_t app_wake_all(struct app *app)
{
    pthread_mutex_lock(&app->lock);
    struct app_job *const jobs = app->asleep;
    app->asleep = NULL;
    app->n_asleep = 0;
    pthread_mutex_unlock(&app->lock);
    return jobs_wake(jobs);
}

void app_close(struct app *app)
{
    (void)app_wake_all(app);
    pthread_mutex_lock(&app->lock);
    app->is_closing = true;
    pthread_cond_broadcast(&app->changed);
    pthread_mutex_unlock(&app->lock);
    pthread_join(app->waker, NULL);
    pthread_cond_destroy(&app->changed);
    pthread_mutex_destroy(&app->lock);
}
