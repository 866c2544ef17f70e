/* What the tests of the desk share: a clock they set, a company, and commands in few words. */
#ifndef DESK_TESTS_RIG_H
#define DESK_TESTS_RIG_H

#include "base/block.h"
#include "codec/entry_json.h"
#include "codec/zone_system.h"
#include "desk/desk.h"

#include <stdatomic.h>

enum { RIG_INSPECTORS = 8, RIG_ARENA_BYTES = 64 * 1024 * 1024 };

/* Prints where and why, and ends the program: a test that went on would only say it again. */
_Noreturn void rig_fail_at(const char *file, int line, const char *format, ...) IL_PRINTF(3, 4);
void rig_on_fail(void (*tell)(const char *why)); /* is told before the program ends */
#define rig_fail(...) rig_fail_at(__FILE__, __LINE__, __VA_ARGS__)
#define CHECK(condition, ...)      \
    do {                           \
        if (!(condition))          \
            rig_fail(__VA_ARGS__); \
    } while (0)

/* The wall clock is the test's; the monotonic one is real, plus what the test adds. */
struct rig_clock {
    struct clock port;
    _Atomic int64_t now_s, ahead_ms;
    bool is_frozen; /* the monotonic clock is what the test adds, and nothing else */
};
void rig_clock_set(struct rig_clock *clock, int64_t now_s);

/* Eight inspectors "i0".."i7" in America/Denver who work around the clock; i6 does no radon, i7
 * takes three jobs a day. Brand "main" has no Spectora link, "linked" is mirrored. */
void rig_document(struct buf *out, const char *company);

/* The same with any number of inspectors: every eighth does no radon, every eighth takes three. */
void rig_document_of(struct buf *out, const char *company, int inspectors);

/* One of them, as the document has it. */
void rig_inspector(struct buf *out, int i, const char *surname);

struct desk *rig_open(struct store *store, struct rig_clock *clock);
struct import_report rig_import(struct desk *desk, struct str text); /* which must be taken in */

struct actor rig_actor(enum role role, bool may_override);
struct instant_text rig_instant(utc_s at);                    /* as Z time */
struct strs rig_strs(struct arena *arena, const char *words); /* separated by spaces */

/* A job of nothing yet for this company and actor, versions unchecked. */
struct desk_job rig_job(struct arena *arena, const char *company, enum command_kind kind,
                        struct actor actor);
/* A staff booking or hold of minutes at an instant for the named inspectors. */
struct desk_job rig_visit(struct arena *arena, const char *company, enum command_kind kind,
                          const char *inspectors, utc_s at, int32_t minutes);

#endif
