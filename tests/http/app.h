/* A small application for the tests: it echoes, and it can sleep.
 *
 *   GET  /ping      pong
 *   POST /echo      the body back
 *   GET  /target    path and query as the handler saw them
 *   GET  /door      "private" or "public"
 *   GET  /thread    the thread that answers
 *   GET  /block     keeps its thread until app_unblock
 *   GET  /sleep     sleeps until app_wake_all
 *   GET  /at-once   wakes itself before handle returns
 *   GET  /race      given to the waker thread before handle returns
 *   GET  /bad       a response header that cannot be sent
 */
#ifndef TESTS_HTTP_APP_H
#define TESTS_HTTP_APP_H

#include "http/http.h"

#include <pthread.h>

struct app_job;

struct app {
    struct http_handler handler;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct app_job *asleep;  /* until app_wake_all */
    struct app_job *in_race; /* for the waker thread */
    size_t n_asleep;
    size_t n_started;  /* jobs made, one per `return false` */
    size_t n_finished; /* calls of finish */
    bool is_blocked;   /* somebody is in /block */
    bool is_unblocked;
    bool is_closing;
    pthread_t waker;
};

void app_open(struct app *app);
void app_close(struct app *app); /* after http_stop; wakes whoever is left */

void app_wait_asleep(struct app *app, size_t n);
void app_wait_blocked(struct app *app);
void app_unblock(struct app *app);
size_t app_wake_all(struct app *app); /* from the calling thread; how many there were */

#endif
