/* Laws of every zone: an instant is among those its wall time stands for; an instant found shows
 * the wall time asked for; a gap is a jump over it; offsets stay between changes. */
#include "zone_probe.h"

enum { CHANGES_EACH = 8 };

static const char *wall_probe(const struct zone *zone, wall_s wall)
{
    const struct wall_instants w = zone_from_wall(zone, wall);
    if (w.kind == WALL_GAP) {
        const bool jumps = w.first == w.last && zone_to_wall(zone, w.first) > wall &&
                           zone_to_wall(zone, w.first - 1) < wall;
        return jumps ? NULL : "a gap is no jump over the wall time";
    }
    if (zone_to_wall(zone, w.first) != wall || zone_to_wall(zone, w.last) != wall)
        return "an instant found shows another wall time";
    return (w.first < w.last) == (w.kind == WALL_FOLD) ? NULL : "a fold of one instant";
}

static const char *instant_probe(const struct zone *zone, utc_s at)
{
    const wall_s wall = zone_to_wall(zone, at);
    const struct wall_instants w = zone_from_wall(zone, wall);
    if (w.kind == WALL_GAP || w.first > at || w.last < at)
        return "an instant is not among those of its wall time";
    if (zone_abbreviation(zone, at).len > ZONE_BYTES_MAX)
        return "an abbreviation longer than the file";
    return NULL;
}

static const char *change_probe(const struct zone *zone, utc_s change)
{
    const char *broken = NULL;
    for (utc_s near = -DAY_S; near <= DAY_S && broken == NULL; near += 7 * HOUR_S / 2) {
        broken = instant_probe(zone, change + near);
        if (broken == NULL)
            broken = wall_probe(zone, change + near);
    }
    if (broken == NULL && zone_offset_s(zone, change) == zone_offset_s(zone, change - 1))
        broken = "a change that changes nothing";
    return broken;
}

const char *zone_probe(const struct zone *zone)
{
    static const utc_s starts[] = { -62167219200, -2840140800, 0,           1767225600,
                                    4102444800,   14717030400, 253370764800 };
    const char *broken = NULL;
    for (size_t i = 0; i < sizeof starts / sizeof starts[0] && broken == NULL; i++) {
        utc_s at = starts[i];
        broken = instant_probe(zone, at);
        for (int n = 0; n < CHANGES_EACH && broken == NULL; n++) {
            const utc_s change = zone_next_change(zone, at);
            if (change == INT64_MAX)
                break;
            if (change <= at)
                return "a next change that is not later";
            at = change;
            broken = change_probe(zone, at);
        }
    }
    return broken;
}
