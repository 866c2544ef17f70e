/* RFC 3339 text: what people and programs write for a moment.
 *
 * Text is kept as it was said (wall time, and the offset if one was given); becoming an instant
 * needs the company's zone, because a wall time may not exist or exist twice. */
#ifndef CORE_INSTANT_H
#define CORE_INSTANT_H

#include "core/zone.h"

struct instant_text {
    wall_s wall;      /* as written */
    bool has_offset;  /* Z or +hh:mm / -hh:mm was written */
    int32_t offset_s; /* 0 without one */
};

/* "YYYY-MM-DDTHH:MM[:SS[.fraction]][Z|+hh:mm|-hh:mm]"; 'T' may be a space or 't', 'Z' may be 'z'.
 * Seconds 00..59 (no leap second, no 24:00); a fraction must be zeros (whole seconds only).
 * The year may be 0000..9999. False when it is anything else. */
IL_MUST bool instant_parse(struct str text, struct instant_text *ret);
/* False at the edges of what four digits of year can say: the same moment at another offset, the
 * end of a visit that starts then, or of its day, might have no text. */
bool instant_has_room(struct instant_text text);

enum instant_answer {
    INSTANT_FOUND,
    INSTANT_NONEXISTENT,     /* wall time in a gap, no offset given */
    INSTANT_AMBIGUOUS,       /* wall time in a fold, no offset given */
    INSTANT_OFFSET_MISMATCH, /* the offset is neither Z nor in use in the zone within a day */
};

struct instant_found {
    enum instant_answer answer;
    utc_s at;                  /* FOUND: the instant */
    struct wall_instants wall; /* NONEXISTENT, AMBIGUOUS: the choices */
};

/* With an offset the instant is exact and only the offset is judged; without, the zone decides. */
struct instant_found instant_resolve(const struct zone *zone, struct instant_text text);

enum { INSTANT_TEXT = 25, WALL_TEXT = 16 };

/* "2026-11-30T08:00:00-07:00" in the zone's offset at that moment; exactly INSTANT_TEXT
 * characters, no NUL. An offset with seconds (before 1972) is written as Z time, with "+00:00".
 * A moment whose year there is not 0000..9999 is written as the nearest that is. */
void instant_write(const struct zone *zone, utc_s at, char ret[INSTANT_TEXT]);
/* "2026-11-30 08:00", exactly WALL_TEXT characters, no NUL; years as in instant_write. */
void wall_write(wall_s wall, char ret[WALL_TEXT]);

/* A pen writes many instants of few days: what a day's instants share (date and offset) is worked
 * out once. Days are kept by their number, so a list in any order is served. */
enum { PEN_DAYS = 64 };

struct instant_pen {
    const struct zone *zone;
    struct {
        utc_s from, to;       /* instants with this date and this offset: [from, to) */
        int32_t first_second; /* of the day, at `from` */
        char text[INSTANT_TEXT];
    } days[PEN_DAYS];
};

struct instant_pen instant_pen_make(const struct zone *zone);
/* The same characters as instant_write. */
void instant_pen_write(struct instant_pen *pen, utc_s at, char ret[INSTANT_TEXT]);

struct str instant_print(struct arena *arena, const struct zone *zone, utc_s at);

#endif
