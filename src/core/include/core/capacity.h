/* Capacity: what is open, what of it is taken, and how many jobs of one length still go in.
 *
 *  P1  Hours, busy time, policy and grids are those of slot search: a job is counted where a list
 *      offers a start, and nowhere else.
 *  P2  `fits` is what is booked when the earliest start that is offered is taken, again and again,
 *      until none is left: of jobs of one length no other choice takes more.
 *  P3  Each day stands alone: a job belongs to the day it starts on, also where it ends on the
 *      next. A start slot is open for as long as the job takes. */
#ifndef CORE_CAPACITY_H
#define CORE_CAPACITY_H

#include "core/slots.h"

struct capacity_cell { /* one inspector, one day */
    int64_t open_s, taken_s;
    int32_t fits;
    enum day_state state;
};

/* query->days cells of one inspector in the arena. Of the query count: audience, brand, services,
 * minutes, from, days, look, place. */
const struct capacity_cell *capacity_find(const struct image *image, const struct slot_query *query,
                                          int32_t inspector, struct arena *arena);

#endif
