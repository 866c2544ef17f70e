/* Long work is seen to go on: by people, at a terminal, and by nobody else.
 *
 * Most work here is one call that says nothing before it is done, so a thread of its own shows how
 * long it has taken; what can say how far it is says so too. */
#include "cli.h"

#include "base/block.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 500 };

struct progress {
    const char *doing;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    bool is_ended;
    atomic_llong done, of;
    int64_t began_ms;
};

static int64_t now_ms(void)
{
    return clock_system()->monotonic_ms(clock_system());
}

static void show(struct progress *p)
{
    const long long of = atomic_load(&p->of);
    const long long seconds = (long long)((now_ms() - p->began_ms) / 1000);
    if (of > 0)
        (void)fprintf(stderr, "\r%s: %3lld %%, %lld s ", p->doing, 100 * atomic_load(&p->done) / of,
                      seconds);
    else
        (void)fprintf(stderr, "\r%s: %lld s ", p->doing, seconds);
}

static void *tick(void *context)
{
    struct progress *p = context;
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    (void)pthread_mutex_lock(&p->mutex);
    while (!p->is_ended) {
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        if (pthread_cond_timedwait(&p->ended, &p->mutex, &until) != 0 && !p->is_ended)
            show(p);
    }
    (void)pthread_mutex_unlock(&p->mutex);
    return NULL;
}

struct progress *progress_start(const char *doing)
{
    pthread_condattr_t monotonic;
    if (isatty(fileno(stderr)) == 0)
        return NULL;
    struct progress *p = block_new(sizeof *p, NULL);
    p->doing = doing;
    p->began_ms = now_ms();
    (void)pthread_mutex_init(&p->mutex, NULL);
    (void)pthread_condattr_init(&monotonic);
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&p->ended, &monotonic);
    (void)pthread_condattr_destroy(&monotonic);
    if (pthread_create(&p->thread, NULL, tick, p) == 0)
        return p;
    block_free(p);
    return NULL;
}

void progress_at(struct progress *progress, int64_t done, int64_t of)
{
    if (progress == NULL)
        return;
    atomic_store(&progress->done, done);
    atomic_store(&progress->of, of);
}

void progress_end(struct progress *progress)
{
    if (progress == NULL)
        return;
    (void)pthread_mutex_lock(&progress->mutex);
    progress->is_ended = true;
    (void)pthread_cond_signal(&progress->ended);
    (void)pthread_mutex_unlock(&progress->mutex);
    (void)pthread_join(progress->thread, NULL);
    if (now_ms() - progress->began_ms >= TICK_MS)
        (void)fputs("\r\033[K", stderr);
    (void)pthread_mutex_destroy(&progress->mutex);
    (void)pthread_cond_destroy(&progress->ended);
    block_free(progress);
}
