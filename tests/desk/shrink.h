/* Lives in child processes: run, and when one breaks a law, told and made short. */
#ifndef DESK_TESTS_SHRINK_H
#define DESK_TESTS_SHRINK_H

#include "trace.h"

enum { SHRINK_MS = 60000 };

struct life {
    const char *backend, *program, *folder;
    uint64_t seed, commands;
    struct draw_set off; /* draws left out */
    int64_t shrink_ms;
};

/* 0, or 1 when it ended otherwise than it should; the trace tells more. */
int life_run(const struct life *life, void (*live)(const struct life *));

/* After a life that failed: what happened last, how to see it again, and a shorter way there. */
void life_report(const struct life *life, void (*live)(const struct life *));

#endif
