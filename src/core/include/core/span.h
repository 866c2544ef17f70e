/* Half-open time [start, end) in UTC seconds, and the one overlap rule of the whole product.
 *
 * A visit that ends at 11:00 and one that starts at 11:00 do not touch, and nobody subtracts a
 * second. An empty span overlaps nothing. */
#ifndef CORE_SPAN_H
#define CORE_SPAN_H

#include <stdbool.h>
#include <stdint.h>

typedef int64_t utc_s; /* seconds since 1970-01-01T00:00:00Z, no leap seconds */

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400, DAY_MIN = 1440 };

struct span {
    utc_s start, end;
};

static inline bool span_is_empty(struct span s)
{
    return s.start >= s.end;
}

static inline bool span_overlaps(struct span a, struct span b)
{
    return a.start < b.end && b.start < a.end && !span_is_empty(a) && !span_is_empty(b);
}

static inline bool span_contains(struct span outer, struct span inner)
{
    return outer.start <= inner.start && inner.end <= outer.end;
}

#endif
