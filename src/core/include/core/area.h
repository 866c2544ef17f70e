/* Areas: where a company works, as polygons with holes.
 *
 *  A1  Corners are whole 1e-7 degrees and arithmetic is exact: no place lies inside by rounding.
 *  A2  The earth is flat between two corners: an edge is straight in longitude and latitude, and
 *      none crosses the 180th meridian.
 *  A3  A place on an edge is inside, on an edge of a hole too; within a hole it is outside.
 */
#ifndef CORE_AREA_H
#define CORE_AREA_H

#include "base/str.h"
#include "core/claim.h"

#include <stddef.h>

enum {
    AREAS_MAX = 100,
    AREA_POINTS_MAX = 2000, /* in all rings of an area */
    AREA_HOLES_MAX = 100,
    AREA_RING_MIN = 3,
    AREA_SET_WORDS = (AREAS_MAX + 63) / 64,
};

struct ring { /* the last corner joins the first, which is not repeated */
    const struct place *points;
    size_t n;
};

struct area {
    struct str id, zone_name; /* "": the company's zone */
    const struct ring *rings; /* the outer one, then the holes */
    size_t n_rings;
};

struct area_set { /* a bit for each area of a company, by its index */
    uint64_t at[AREA_SET_WORDS];
};

bool area_contains(const struct area *area, struct place place);

struct area_set areas_around(const struct area *areas, size_t n, struct place place);

static inline void area_set_add(struct area_set *set, size_t area)
{
    set->at[area / 64] |= (uint64_t)1 << area % 64;
}

static inline bool area_set_is_empty(const struct area_set *set)
{
    uint64_t any = 0;
    for (size_t i = 0; i < AREA_SET_WORDS; i++)
        any |= set->at[i];
    return any == 0;
}

static inline bool area_sets_meet(const struct area_set *a, const struct area_set *b)
{
    uint64_t both = 0;
    for (size_t i = 0; i < AREA_SET_WORDS; i++)
        both |= a->at[i] & b->at[i];
    return both != 0;
}

enum ring_fault { RING_GOOD, RING_FLAT, RING_CROSSED };

/* Flat: all corners lie on one line. Crossed: two of its edges meet where they do not follow each
 * other, or one turns back on the one before; *ret_edge is the later of the two. */
enum ring_fault ring_judge(struct ring ring, size_t *ret_edge);

#endif
