/* What both kinds of made-up companies share. Private to demo. */
#ifndef DEMO_DEMO_PARTS_H
#define DEMO_DEMO_PARTS_H

#include "demo/demo.h"

#include "base/json.h"
#include "core/claim.h"

struct demo_dice { /* splitmix64: small, and the same everywhere */
    uint64_t state;
};

struct demo_dice demo_dice_make(uint64_t seed, uint64_t a, uint64_t b);
int32_t demo_roll(struct demo_dice *dice, int32_t from, int32_t to); /* both included */

struct demo_town {
    const char *name, *zip;
    struct place place;
};

extern const struct demo_town demo_towns[];
enum { DEMO_TOWNS = 12 };

struct demo_job {
    int64_t number;
    const char *brand; /* NULL: not said */
    struct str inspector;
    date_d date;
    date_d made_before; /* today at the latest */
    int32_t from_min, to_min;
    const char *services[4];
    size_t n_services;
    const char *status, *location;
    const struct demo_town *town;
    int32_t square_feet, year_built;
};

void demo_job_write(struct json *j, const struct demo_job *job, struct demo_dice *dice);
void demo_date_put(struct json *j, const char *key, date_d date);
void demo_wall_put(struct json *j, const char *key, date_d date, int32_t minute);
void demo_place_put(struct json *j, struct place place); /* "lat" and "lng" */
void demo_span_put(struct json *j, int32_t from_min, int32_t to_min);

#endif
