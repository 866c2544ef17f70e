/* What a life did last, in words, kept where it outlives the process: a life is lived in a child,
 * and whatever ends it (a law, an assert, a sanitizer) the parent can still tell. */
#ifndef DESK_TESTS_TRACE_H
#define DESK_TESTS_TRACE_H

#include "base/err.h"
#include "draws.h"

enum { TRACE_LINES = 40, TRACE_CHARS = 240, TRACE_CODES = 64, TRACE_KINDS = 32 };

struct tally { /* what a run counts, summed over its lives */
    uint64_t commands, steps, done, refused, replayed, tried, entries, worlds, conflicts;
    uint64_t digest; /* of the journals: two runs of a seed, on any store, have the same */
    uint64_t codes[TRACE_CODES], kinds[TRACE_KINDS], drawn[DRAWS_END];
};

struct trace {
    uint64_t n; /* lines ever written; the newest TRACE_LINES are kept */
    char lines[TRACE_LINES][TRACE_CHARS];
    char why[1024]; /* the law that was broken, "" when none was named */
    struct tally tally;
};

extern struct trace *trace; /* never NULL */

void trace_say(const char *format, ...) IL_PRINTF(1, 2); /* a new line */
void trace_add(const char *format, ...) IL_PRINTF(1, 2); /* more of the newest */
void trace_indent(const char *words);                    /* before every line; "" for none */

#endif
