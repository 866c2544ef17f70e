/* Time zones: wall time to instants and back, from TZif bytes (RFC 8536).
 *
 *  Z1  A zone is an immutable value read from bytes; the bytes are part of a company's state, so a
 *      tzdata update changes nothing by itself.
 *  Z2  Version 2+ data are read with their 64-bit block; times after the last transition follow
 *      the POSIX TZ footer, so slim files and dates past 2037 are right.
 *  Z3  A wall time in a gap does not exist, one in a fold exists twice: both are answered, never
 *      guessed.
 *  Z4  Bytes are hostile input: every count and index is checked; wrong bytes give IL_INVALID.
 *  Z5  Times asked about lie within 2^60 seconds of 1970 (asserted); all that text can say does. */
#ifndef CORE_ZONE_H
#define CORE_ZONE_H

#include "base/arena.h"
#include "core/civil.h"

enum { ZONE_BYTES_MAX = 64 * 1024, ZONE_TRANSITIONS_MAX = 4096 };

struct zone; /* opaque, lives in its arena, read-only after zone_parse */

/* `tzif` is copied as needed. Takes at most 96 KiB of the arena, about 10 KiB for usual zones, also
 * when it fails. Files that count leap seconds ("right/") are refused.
 * Errors: IL_INVALID with what is wrong with the bytes. */
IL_MUST il_rc zone_parse(struct arena *arena, struct str tzif, const struct zone **ret,
                         struct il_err *reterr);

int32_t zone_offset_s(const struct zone *zone, utc_s at); /* seconds east of UTC in force at `at` */
wall_s zone_to_wall(const struct zone *zone, utc_s at);
struct str zone_abbreviation(const struct zone *zone, utc_s at); /* "MST"; borrows from the zone */

/* The next change of offset strictly after `at`, INT64_MAX when there is none. */
utc_s zone_next_change(const struct zone *zone, utc_s at);

enum wall_kind { WALL_UNIQUE, WALL_GAP, WALL_FOLD };

struct wall_instants {
    enum wall_kind kind;
    /* UNIQUE: first == last. FOLD: the earlier and the later instant.
     * GAP: both are the instant of the jump, that is the first instant after the gap. */
    utc_s first, last;
};

struct wall_instants zone_from_wall(const struct zone *zone, wall_s wall);

#endif
