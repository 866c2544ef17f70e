/* Booked start slots keep their day: what has to be dated when a week changes.
 *
 *  Y1  A start slot of the old template at which somebody is booked stays a start slot, though the
 *      new template has none there. Computed where the week changes, never where it is booked.
 *  Y2  The day as it will be: the new template with the booked starts. A day that has a template
 *      opening of its own follows no week and is left alone. */
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include "core/image.h"

struct history_day {
    date_d date;
    struct day_hours hours; /* the new template's, with the booked starts */
};

struct history {
    const struct history_day *at; /* sorted by date */
    size_t n;
};

/* Whether the inspector's weekly hours are others after the change. */
bool history_is_due(const struct inspector *before, const struct inspector *after);

/* The days from `today` on of one inspector, an index in either company, that need to be dated. */
struct history history_days(const struct image *before, int32_t inspector_before,
                            const struct company *after, int32_t inspector_after, date_d today,
                            struct arena *arena);

#endif
