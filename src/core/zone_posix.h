/* The POSIX TZ rule in a TZif footer: "MST7MDT,M3.2.0,M11.1.0". */
#ifndef CORE_ZONE_POSIX_H
#define CORE_ZONE_POSIX_H

#include "zone_table.h"

enum posix_day_kind {
    POSIX_DAY_WITHOUT_LEAP, /* Jn: 1..365, February 29 is never counted */
    POSIX_DAY_OF_YEAR,      /* n: 0..365, February 29 is counted */
    POSIX_DAY_OF_MONTH,     /* Mm.w.d */
};

struct posix_change {
    enum posix_day_kind kind;
    int32_t day; /* Jn, n; with Mm.w.d the weekday, 0 = Sunday */
    int32_t month;
    int32_t week;   /* 1..5, 5 = the last */
    int32_t time_s; /* wall time on that day, -167..167 hours */
};

struct posix_rule {
    struct zone_type standard;
    struct zone_type daylight; /* may lie west of standard, as in Europe/Dublin */
    bool has_daylight;
    struct posix_change to_daylight;
    struct posix_change to_standard;
};

/* Abbreviations borrow from `text`. A rule that names daylight time but no dates is refused: what
 * the dates then are differs from one system to the next. */
IL_MUST bool posix_rule_parse(struct str text, struct posix_rule *ret);

struct posix_year {
    utc_s to_daylight;
    utc_s to_standard;
    bool stays_daylight; /* standard time would last no time at all, or start after it ended */
};

struct posix_year posix_rule_year(const struct posix_rule *rule, int32_t year);

#endif
