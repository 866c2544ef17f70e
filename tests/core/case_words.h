/* Reading a line of a *.slots file word by word.
 *
 * What cannot be read is a mistake in the file: it is printed with file and line, and stops the
 * run, so none of these functions fails. */
#ifndef TESTS_CORE_CASE_WORDS_H
#define TESTS_CORE_CASE_WORDS_H

#include "world.h"

#include "core/slots.h"

enum {
    OWNERS = 16,
    ASKED_INSPECTORS = WORLD_INSPECTORS,
};

struct owner {
    struct str name;
    ref_t ref;
};

struct reader {
    struct arena *arena;
    const char *path;
    int line;
    struct str rest; /* of the line */
    struct world world;
    int32_t inspector;   /* the one lines are about */
    struct rules *rules; /* the company's, or those of the brand named last */
    utc_s now;
    struct owner owners[OWNERS];
    size_t n_owners;
    struct slot_query query;
    int32_t filter[ASKED_INSPECTORS];
    int32_t services[WORLD_SERVICES];
    struct slot_list answer;
    bool has_answer;
    int asked, wrong;
};

_Noreturn void unreadable(const struct reader *r, const char *format, ...) IL_PRINTF(2, 3);

struct str peek(struct reader *r); /* the next word, empty at the end; it stays */
struct str word(struct reader *r);
bool is_word(struct str w, const char *text);
bool take(struct reader *r, const char *text); /* the next word, if it is this one */
int32_t number(struct reader *r);
date_d date(struct reader *r);
int32_t minute_of(const struct reader *r, struct str text);
/* "HH:MM", "HH:MM:SS", or "HH:MM'" for the second time the clock shows it. */
utc_s moment_of(const struct reader *r, date_d on, struct str text);
utc_s moment(struct reader *r);
enum audience audience(struct reader *r);
/* Spans and starts to the end of the line; a span that ends at or before its start goes on. */
struct world_hours hours(struct reader *r);
int32_t inspector_named(const struct reader *r, struct str id);
int32_t service_named(const struct reader *r, struct str id);
ref_t owner_named(struct reader *r, struct str name); /* 0: nobody yet */

#endif
