/* Pieces of date and time text that more than one notation is made of. */
#ifndef CORE_CIVIL_TEXT_H
#define CORE_CIVIL_TEXT_H

#include "core/civil.h"

/* Takes "YYYY-MM-DD", a date that exists, year 0000..9999, off the front of *rest. */
IL_MUST bool civil_take(struct str *rest, struct civil *ret);
/* Takes "HH:MM", 00:00..23:59, off the front of *rest. */
IL_MUST bool time_of_day_take(struct str *rest, int32_t *ret_min);

#endif
