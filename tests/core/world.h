/* A small company for tests, said plainly and changed freely; world_image makes core's value of it.
 *
 *  T1  Hours stay here as they were said: unsorted, overlapping, touching. Putting them in order is
 *      part of what is under test, so whoever judges core reads them from here.
 *  T2  Inspectors stand in the order of their _id, as company.h K2 wants: an index means the same
 *      in the world and in the image.
 *  T3  Names are short and lists are small; passing a bound stops the test. */
#ifndef TESTS_CORE_WORLD_H
#define TESTS_CORE_WORLD_H

#include "core/image.h"

enum {
    WORLD_INSPECTORS = 8,
    WORLD_SERVICES = 4,
    WORLD_BRANDS = 3,
    WORLD_OPENINGS = 64,
    WORLD_HOLIDAYS = 16,
    WORLD_CLAIMS = 256,
    WORLD_DAY_PARTS = 12,
    WORLD_DATED = 14,
    WORLD_NAME_BYTES = 16,
    WORLD_AREAS = 4,
    WORLD_RINGS = 3,
    WORLD_CORNERS = 12,
};

struct world_ring {
    struct place at[WORLD_CORNERS];
    size_t n;
};

struct world_area {
    char id[WORLD_NAME_BYTES];
    struct world_ring rings[WORLD_RINGS]; /* the outer one, then the holes */
    size_t n_rings;
};

struct world_hours {
    struct wall_span spans[WORLD_DAY_PARTS];
    size_t n_spans;
    int32_t starts[WORLD_DAY_PARTS];
    size_t n_starts;
};

struct world_week_row {
    int32_t weekday;
    date_d valid_from, valid_to; /* INT32_MIN, INT32_MAX: not given */
    struct world_hours hours;
};

struct world_inspector {
    char id[WORLD_NAME_BYTES];
    bool is_inactive;
    bool cannot[WORLD_SERVICES];
    int32_t daily_max, weekly_max; /* NOT_FOUND: none */
    int32_t areas[WORLD_AREAS];    /* indices; none: everywhere */
    size_t n_areas;
    struct world_hours week[7];
    struct world_week_row dated[WORLD_DATED];
    size_t n_dated;
};

struct world_service {
    char id[WORLD_NAME_BYTES];
    int32_t minutes;
    bool is_inactive, is_addon;
};

struct world_brand {
    char id[WORLD_NAME_BYTES];
    struct rules rules;
};

struct world_opening {
    int32_t inspector;
    date_d date;
    bool is_manual;
    enum visibility visibility;
    struct world_hours hours;
};

struct world_holiday {
    date_d date;
    bool is_worked[WORLD_INSPECTORS]; /* by the inspector of that index */
};

struct world_claim {
    int32_t inspector;
    struct claim claim;
};

struct world {
    const struct zone *zone;
    struct rules rules;
    struct world_inspector inspectors[WORLD_INSPECTORS];
    size_t n_inspectors;
    struct world_service services[WORLD_SERVICES];
    size_t n_services;
    struct world_brand brands[WORLD_BRANDS];
    size_t n_brands;
    struct world_area areas[WORLD_AREAS];
    size_t n_areas;
    struct world_opening openings[WORLD_OPENINGS];
    size_t n_openings;
    struct world_holiday holidays[WORLD_HOLIDAYS];
    size_t n_holidays;
    struct world_claim claims[WORLD_CLAIMS];
    size_t n_claims;
};

/* An empty world: UTC is not assumed, `zone` is the caller's. Step 30, anchor span, no buffer, no
 * notice, same day allowed, no cutoff, horizon 60. */
void world_clear(struct world *world, const struct zone *zone);

int32_t world_add_inspector(struct world *world, struct str id); /* index; others may move up */
int32_t world_find_inspector(const struct world *world, struct str id); /* NOT_FOUND */

/* Takes `when` from the inspector; its ref is new, its owner is `owner`, or itself when 0. */
struct claim *world_add_claim(struct world *world, int32_t inspector, enum claim_kind kind,
                              struct span when, ref_t owner);

/* The image of it, a block; hours are not laid (see image_with_hours). */
const struct image *world_image(const struct world *world);

/* The instant of a wall time: the first of two, the jump when there is none (hours.h W1). */
utc_s world_instant(const struct zone *zone, date_d date, int32_t minute);

#endif
