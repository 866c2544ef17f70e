/* What a zone is inside: a table of segments, each with one local time type.
 *
 *  T1  starts[0] is before every time a caller may ask about, and starts ascend strictly: every
 *      moment lies in exactly one segment.
 *  T2  A zone whose footer changes clocks has `cycles`: from `cycle_start` on, the table holds the
 *      400 years after which the calendar repeats, and ZONE_MARGIN_YEARS more, so later moments
 *      are answered by the same table a whole number of cycles earlier.
 *  T3  The table also reaches at least a year before cycle_start with the footer's rule in force,
 *      so a wall time moved by whole cycles finds all its candidates.
 *  T4  Every offset lies in ZONE_OFFSET_MIN_S..ZONE_OFFSET_MAX_S. */
#ifndef CORE_ZONE_TABLE_H
#define CORE_ZONE_TABLE_H

#include "core/zone.h"

enum {
    ZONE_OFFSET_MIN_S = -89999, /* -24:59:59, RFC 8536 section 3.2 */
    ZONE_OFFSET_MAX_S = 93599,  /* +25:59:59 */
    ZONE_CYCLE_YEARS = 400,
    ZONE_MARGIN_YEARS = 2,
};

static const utc_s ZONE_CYCLE_S = (utc_s)146097 * DAY_S;
static const utc_s ZONE_BEFORE_ALL = -((utc_s)1 << 60); /* starts[0] */

struct zone_type {
    int32_t offset_s;
    struct str abbreviation;
};

struct zone {
    const utc_s *starts;
    const uint16_t *kinds; /* index into types, one per segment */
    size_t n_segments;
    const struct zone_type *types;
    bool cycles;
    bool always_cycles; /* no transition at all: the rule also holds before cycle_start */
    utc_s cycle_start;
};

#endif
