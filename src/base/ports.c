/* The real clock, dice and log. */
#include "base/ports.h"

#include "base/json.h"

#include <sodium.h>
#include <stdio.h>
#include <time.h>

static int64_t system_now_s(struct clock *clock)
{
    struct timespec t;
    (void)clock;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

static int64_t system_monotonic_ms(struct clock *clock)
{
    struct timespec t;
    (void)clock;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t system_monotonic_us(struct clock *clock)
{
    struct timespec t;
    (void)clock;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

struct clock *clock_system(void)
{
    static struct clock clock = { system_now_s, system_monotonic_ms, system_monotonic_us };
    return &clock;
}

static void system_fill(struct dice *dice, void *bytes, size_t len)
{
    (void)dice;
    randombytes_buf(bytes, len);
}

struct dice *dice_system(void)
{
    static struct dice dice = { system_fill };
    return &dice;
}

static void stderr_line(struct log *log, enum log_level level, const char *what, struct str detail)
{
    static const char *const levels[] = { "info", "warn", "error" };
    struct buf line = { 0 };
    struct json j = json_begin(&line);
    (void)log;
    json_start_object(&j);
    json_put_int(&j, "at", system_now_s(NULL));
    json_put_str(&j, "level", str_from(levels[level]));
    json_put_str(&j, "what", str_from(what));
    if (detail.len > 0)
        json_put_str(&j, "detail", str_is_utf8(detail) ? detail : STR("(not UTF-8)"));
    json_end_object(&j);
    buf_add_char(&line, '\n');
    (void)fwrite(line.own_at, 1, line.len, stderr);
    buf_drop(&line);
}

struct log *log_stderr(void)
{
    static struct log log = { stderr_line };
    return &log;
}

static void silent_line(struct log *log, enum log_level level, const char *what, struct str detail)
{
    (void)log;
    (void)level;
    (void)what;
    (void)detail;
}

struct log *log_silent(void)
{
    static struct log log = { silent_line };
    return &log;
}
