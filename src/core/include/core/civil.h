/* Civil dates and wall time: the calendar on the wall, without any zone.
 *
 * A date is the number of days since 1970-01-01 in the proleptic Gregorian calendar; a wall time
 * is seconds since 1970-01-01 00:00 as a clock on the wall shows it. Both become instants only
 * through a zone (zone.h). */
#ifndef CORE_CIVIL_H
#define CORE_CIVIL_H

#include "base/str.h"
#include "core/span.h"

typedef int32_t date_d; /* days since 1970-01-01 */
typedef int64_t wall_s; /* wall-clock seconds since 1970-01-01 00:00 */

struct civil {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
};

enum { DATE_YEAR_MIN = 1900, DATE_YEAR_MAX = 2200, TIME_OF_DAY_TEXT = 5, DATE_TEXT = 10 };

date_d date_from_civil(struct civil c); /* any valid civil date */
struct civil civil_from_date(date_d d);
int date_weekday(date_d d);    /* 0 = Monday .. 6 = Sunday */
date_d wall_date(wall_s w);    /* floors, also before 1970 */
int32_t wall_minute(wall_s w); /* whole minutes since midnight, 0..1439 */

/* "YYYY-MM-DD" exactly, a date that exists, year within DATE_YEAR_MIN..DATE_YEAR_MAX. */
IL_MUST bool date_parse(struct str text, date_d *ret);
/* "HH:MM" exactly, 00:00..23:59, and "24:00" (1440) where as_end is true. */
IL_MUST bool time_of_day_parse(struct str text, bool as_end, int32_t *ret_min);

/* Writes exactly DATE_TEXT / TIME_OF_DAY_TEXT characters, no NUL. */
void date_write(date_d d, char ret[DATE_TEXT]);
void time_of_day_write(int32_t minute, char ret[TIME_OF_DAY_TEXT]);

#endif
