/* Running lives, and finding short ones. */
#include "shrink.h"

#include "base/ports.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HANG_S = 120, SEEDS = 40, WHERE_CHARS = 200 };

struct shrinking {
    void (*live)(const struct life *);
    char where[WHERE_CHARS]; /* the law that broke, or how the child ended */
    int64_t until_ms;
    struct life best;
};

static int64_t now_ms(void)
{
    return clock_system()->monotonic_ms(clock_system());
}

static int run_child(const struct life *life, void (*live)(const struct life *), bool silent)
{
    int status = 0;
    trace->why[0] = '\0';
    trace->n = 0;
    memset(trace->lines, 0, sizeof(trace->lines));
    fflush(stdout);
    const pid_t child = fork();
    if (child < 0)
        abort();
    if (child == 0) {
        if (silent && freopen("/dev/null", "w", stderr) == NULL)
            _exit(2);
        /* A life that stands still is a fault too: SIGALRM ends it. */
        (void)alarm((unsigned)(HANG_S + life->commands / 20));
        live(life);
        _exit(0);
    }
    if (waitpid(child, &status, 0) != child)
        abort();
    return status;
}

int life_run(const struct life *life, void (*live)(const struct life *))
{
    const int status = run_child(life, live, false);
    if (status != 0 && trace->why[0] == '\0')
        snprintf(trace->why, sizeof(trace->why), "ended by %s %d",
                 WIFSIGNALED(status) ? "signal" : "exit code",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    return status == 0 ? 0 : 1;
}

/* File and line of the law; an assert or a sanitizer leaves only the way the child ended. */
static void where_of(int status, char ret[WHERE_CHARS])
{
    const char *colon = strchr(trace->why, ':');
    const char *second = colon != NULL ? strchr(colon + 1, ':') : NULL;
    if (second != NULL)
        snprintf(ret, WHERE_CHARS, "%.*s", (int)(second - trace->why), trace->why);
    else
        snprintf(ret, WHERE_CHARS, "status %d", status);
}

/* True: the life fails in the same way, and is the best now. */
static bool try_life(struct shrinking *s, struct life life)
{
    char where[WHERE_CHARS];
    const uint64_t before = trace->tally.commands;
    if (now_ms() > s->until_ms)
        return false;
    const int status = run_child(&life, s->live, true);
    const uint64_t commands = trace->tally.commands - before + 1; /* the last may not be counted */
    where_of(status, where);
    if (status == 0 || strcmp(where, s->where) != 0)
        return false;
    s->best = life;
    if (commands < life.commands)
        s->best.commands = commands;
    return true;
}

static void shrink(struct shrinking *s)
{
    for (int draw = 0; draw < DRAWS_END; draw++) {
        struct life life = s->best;
        life.off.has[draw] = true;
        if (draw != DRAW_one && draw != DRAW_seconds)
            (void)try_life(s, life);
    }
    for (uint64_t i = 1; i <= SEEDS && s->best.commands > 1; i++) {
        struct life life = s->best;
        life.seed = s->best.seed + i;
        (void)try_life(s, life);
    }
}

static void say_lines(void)
{
    const uint64_t first = trace->n < TRACE_LINES ? 0 : trace->n - TRACE_LINES;
    for (uint64_t i = first; i < trace->n; i++)
        fprintf(stderr, "  %s\n", trace->lines[i % TRACE_LINES]);
}

static void say_command(const struct life *life)
{
    const char *comma = " --without ";
    fprintf(stderr, "  %s %s %" PRIu64 " %" PRIu64 " --life %" PRIu64, life->program, life->backend,
            life->commands, life->seed, life->commands);
    for (int draw = 0; draw < DRAWS_END; draw++) {
        if (!life->off.has[draw])
            continue;
        fprintf(stderr, "%s%s", comma, draw_name((enum draw)draw));
        comma = ",";
    }
    fprintf(stderr, "\n");
}

void life_report(const struct life *life, void (*live)(const struct life *))
{
    struct shrinking s = { .live = live, .best = *life, .until_ms = now_ms() + life->shrink_ms };
    fprintf(stderr, "seed %" PRIu64 ", what happened last:\n", life->seed);
    say_lines();
    fprintf(stderr, "  %s\nto see it again:\n", trace->why);
    say_command(life);
    if (life->shrink_ms == 0)
        return;
    const uint64_t before = trace->tally.commands;
    where_of(run_child(life, live, true), s.where);
    const uint64_t commands = trace->tally.commands - before + 1;
    if (commands < s.best.commands)
        s.best.commands = commands;
    shrink(&s);
    if (run_child(&s.best, live, true) == 0) /* a prefix that fails only at its end */
        return;
    fprintf(stderr, "the shortest found:\n");
    say_command(&s.best);
    fprintf(stderr, "  %s\nwhich ends with:\n", trace->why);
    say_lines();
}
