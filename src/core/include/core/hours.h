/* Hours: an inspector's template, dated openings and holidays laid on dates, as instants.
 *
 *  W1  Computed on wall time, day by day, then turned into instants. A start in a gap does not
 *      exist, in a fold it is the first instant.
 *  W2  A manual opening adds to the week and beats a holiday; a template opening replaces that
 *      day's template. Openings count only for the audience that sees them.
 *  W3  Spans that meet at midnight are continuous for fits (extent_end), grids stay per day: a
 *      shift over midnight is one span on either day.
 *  W4  Of a weekday's rows that cover a date those with the latest valid_from count. A shift over
 *      midnight belongs to the date it begins on; a holiday closes what begins on it, also past
 *      its midnight, and what reaches into it from the day before. Who works on a holiday has a
 *      day like any other. */
#ifndef CORE_HOURS_H
#define CORE_HOURS_H

#include "core/company.h"

enum day_state { DAY_OPEN, DAY_CLOSED, DAY_HOLIDAY };

struct open_span {
    struct wall_span wall;
    struct span when; /* the same as instants; not empty */
    utc_s extent_end; /* how far work may reach when days join at midnight */
    utc_s extent_start;
};

struct day_open {
    date_d date;
    enum day_state state;
    bool is_plain;   /* one offset from this midnight to the next: minute m is day.start + 60 m */
    struct span day; /* local midnight to local midnight */
    const struct open_span *spans;
    size_t n_spans;
    const int32_t *starts; /* minutes */
    size_t n_starts;
};

struct hours { /* days of one inspector as one audience sees them */
    date_d first;
    size_t n_days;
    const struct day_open *days;
};

/* Days first .. first + n_days - 1, in the arena. */
struct hours hours_lay(const struct company *company, int32_t inspector, enum audience audience,
                       date_d first, size_t n_days, struct arena *arena);

/* The hours of one day had the company no holidays: what is worked on a holiday by override. */
struct hours hours_lay_plain(const struct company *company, int32_t inspector,
                             enum audience audience, date_d date, struct arena *arena);

/* A block holding hours_lay of every inspector and audience, within bounds of memory: hours_of
 * picks one, NULL when there was no room for it. */
struct hours_table;
const struct hours_table *hours_table_make(const struct company *company, date_d first,
                                           size_t n_days);
const struct hours *hours_of(const struct hours_table *table, int32_t inspector,
                             enum audience audience);

size_t hours_table_bytes(const struct hours_table *table); /* accepts NULL */

/* The rows of an inspector's week that count on a date and add up: how many there are. */
size_t hours_week_rows(const struct inspector *who, date_d date,
                       const struct day_hours *ret[WEEK_ROWS_EQUAL_MAX]);

bool hours_same_week(const struct inspector *a, const struct inspector *b);

/* Index of the inspector's first opening on the date or after it, or of what stands behind. */
size_t hours_first_opening(const struct company *company, int32_t inspector, date_d date);

/* The instant of `minute` on the day; false when it is in a gap. */
bool day_instant(const struct zone *zone, const struct day_open *day, int32_t minute, utc_s *ret);

/* Starts and ends of a civil day as instants. */
struct span date_span(const struct zone *zone, date_d date);

#endif
