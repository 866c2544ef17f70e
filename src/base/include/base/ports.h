/* Ports: the clock, the dice and the log come in through the front door.
 *
 * A port is a struct of functions with its state; the program passes the real ones, tests pass
 * their own. Nothing below reads a clock by itself. */
#ifndef BASE_PORTS_H
#define BASE_PORTS_H

#include "base/str.h"

struct clock {
    int64_t (*now_s)(struct clock *);        /* wall clock: UTC seconds since 1970 */
    int64_t (*monotonic_ms)(struct clock *); /* for waits and deadlines only */
    int64_t (*monotonic_us)(struct clock *); /* for measuring only */
};

struct dice {
    void (*fill)(struct dice *, void *bytes, size_t len); /* cryptographic randomness */
};

enum log_level { LOG_INFO, LOG_WARN, LOG_ERROR };

struct log {
    void (*line)(struct log *, enum log_level, const char *what, struct str detail);
};

struct clock *clock_system(void);
struct dice *dice_system(void);
struct log *log_stderr(void); /* one JSON object a line */
struct log *log_silent(void);

#endif
