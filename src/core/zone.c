/* Looks up a zone's table: instants to offsets, wall times to instants.
 *
 *  L1  An instant that shows wall time w lies in w - ZONE_OFFSET_MAX_S .. w - ZONE_OFFSET_MIN_S.
 *      Every segment that meets this window is asked, so a gap or fold is found whatever made it:
 *      a daylight saving rule, a country changing its side of the date line, or hostile bytes. */
#include "zone_table.h"

#include <assert.h>

/* Whole cycles by which `t` lies outside the stretch that the table spells out (T2). */
static utc_s cycles_outside(const struct zone *zone, int64_t t)
{
    assert(t > ZONE_BEFORE_ALL && t < -ZONE_BEFORE_ALL && "time out of any calendar");
    if (!zone->cycles)
        return 0;
    const int64_t since = t - zone->cycle_start;
    if (since >= ZONE_CYCLE_S)
        return since / ZONE_CYCLE_S;
    if (since < 0 && zone->always_cycles)
        return -((ZONE_CYCLE_S - 1 - since) / ZONE_CYCLE_S);
    return 0;
}

/* The segment that holds `at`. Halves without branches: the outcome of each step is a coin toss
 * that a processor cannot predict. */
static size_t segment_find(const struct zone *zone, utc_s at)
{
    const utc_s *base = zone->starts;
    for (size_t n = zone->n_segments; n > 1;) {
        const size_t half = n / 2;
        base += base[half] <= at ? half : 0;
        n -= half;
    }
    return (size_t)(base - zone->starts);
}

static const struct zone_type *segment_type(const struct zone *zone, size_t segment)
{
    return &zone->types[zone->kinds[segment]];
}

static const struct zone_type *type_at(const struct zone *zone, utc_s at)
{
    const utc_s moved = cycles_outside(zone, at) * ZONE_CYCLE_S;
    return segment_type(zone, segment_find(zone, at - moved));
}

int32_t zone_offset_s(const struct zone *zone, utc_s at)
{
    return type_at(zone, at)->offset_s;
}

wall_s zone_to_wall(const struct zone *zone, utc_s at)
{
    return at + zone_offset_s(zone, at);
}

struct str zone_abbreviation(const struct zone *zone, utc_s at)
{
    return type_at(zone, at)->abbreviation;
}

/* The first start from segment `from` on with another offset, INT64_MAX when there is none. */
static utc_s change_find(const struct zone *zone, size_t from, int32_t offset_s)
{
    for (size_t i = from; i < zone->n_segments; i++) {
        if (segment_type(zone, i)->offset_s != offset_s)
            return zone->starts[i];
    }
    return INT64_MAX;
}

utc_s zone_next_change(const struct zone *zone, utc_s at)
{
    utc_s moved = cycles_outside(zone, at) * ZONE_CYCLE_S;
    const size_t now = segment_find(zone, at - moved);
    const int32_t offset_s = segment_type(zone, now)->offset_s;
    utc_s found = change_find(zone, now + 1, offset_s);
    if (found == INT64_MAX && zone->cycles) {
        /* The table's end lies past cycle_start + one cycle: go on there, a cycle earlier. */
        moved += ZONE_CYCLE_S;
        found = change_find(zone, segment_find(zone, zone->cycle_start) + 1, offset_s);
    }
    return found == INT64_MAX ? INT64_MAX : found + moved;
}

struct wall_instants zone_from_wall(const struct zone *zone, wall_s wall)
{
    const int64_t moved = cycles_outside(zone, wall) * ZONE_CYCLE_S;
    const wall_s w = wall - moved;
    utc_s first = INT64_MAX;
    utc_s last = INT64_MIN;
    utc_s jump = INT64_MAX; /* the first transition that lands after w */
    for (size_t i = segment_find(zone, w - ZONE_OFFSET_MAX_S);
         i < zone->n_segments && zone->starts[i] <= w - ZONE_OFFSET_MIN_S; i++) {
        const utc_s at = w - segment_type(zone, i)->offset_s;
        const utc_s end = i + 1 < zone->n_segments ? zone->starts[i + 1] : INT64_MAX;
        if (at < zone->starts[i]) {
            jump = jump == INT64_MAX ? zone->starts[i] : jump;
        } else if (at < end) {
            first = first == INT64_MAX ? at : first;
            last = at;
        }
    }
    if (first == INT64_MAX) {
        assert(jump != INT64_MAX && "a wall time neither shown nor jumped over");
        return (struct wall_instants){ WALL_GAP, jump + moved, jump + moved };
    }
    return (struct wall_instants){ first == last ? WALL_UNIQUE : WALL_FOLD, first + moved,
                                   last + moved };
}
