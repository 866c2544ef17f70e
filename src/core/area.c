/* Where a place lies, in whole numbers. */
#include "core/area.h"

/* ---- points and lines ---- */

/* On which side of the line from a to b the point lies: 1 left, -1 right, 0 on it. Both products
 * fit 64 bits and their difference may not, so they are compared. */
static int side_of(struct place a, struct place b, struct place p)
{
    const int64_t left = ((int64_t)b.lng_e7 - a.lng_e7) * ((int64_t)p.lat_e7 - a.lat_e7);
    const int64_t right = ((int64_t)b.lat_e7 - a.lat_e7) * ((int64_t)p.lng_e7 - a.lng_e7);
    return (left > right) - (left < right);
}

static bool is_between(int32_t a, int32_t b, int32_t at)
{
    return a < b ? a <= at && at <= b : b <= at && at <= a;
}

static bool is_in_box(struct place a, struct place b, struct place p)
{
    return is_between(a.lng_e7, b.lng_e7, p.lng_e7) && is_between(a.lat_e7, b.lat_e7, p.lat_e7);
}

static bool is_on_edge(struct place a, struct place b, struct place p)
{
    return is_in_box(a, b, p) && side_of(a, b, p) == 0;
}

/* ---- inside ---- */

enum where { OUTSIDE, ON_EDGE, INSIDE };

/* A ray to the east crosses the ring an odd number of times from inside. An edge owns its lower end
 * and not its upper one, so that a corner is crossed once. */
static enum where ring_where(struct ring ring, struct place p)
{
    bool inside = false;
    for (size_t i = 0; i < ring.n; i++) {
        const struct place a = ring.points[i == 0 ? ring.n - 1 : i - 1];
        const struct place b = ring.points[i];
        if (is_on_edge(a, b, p))
            return ON_EDGE;
        if ((a.lat_e7 > p.lat_e7) == (b.lat_e7 > p.lat_e7))
            continue;
        const int side = side_of(a, b, p);
        inside ^= b.lat_e7 > a.lat_e7 ? side > 0 : side < 0;
    }
    return inside ? INSIDE : OUTSIDE;
}

bool area_contains(const struct area *area, struct place place)
{
    bool inside = ring_where(area->rings[0], place) != OUTSIDE;
    for (size_t i = 1; inside && i < area->n_rings; i++)
        inside = ring_where(area->rings[i], place) != INSIDE;
    return inside;
}

struct area_set areas_around(const struct area *areas, size_t n, struct place place)
{
    struct area_set set = { { 0 } };
    for (size_t i = 0; i < n; i++) {
        if (area_contains(&areas[i], place))
            area_set_add(&set, i);
    }
    return set;
}

/* ---- good rings ---- */

struct edge {
    struct place from, to;
};

static struct edge edge_of(struct ring ring, size_t i)
{
    return (struct edge){ ring.points[i], ring.points[i + 1 == ring.n ? 0 : i + 1] };
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static bool boxes_meet(struct edge a, struct edge b)
{
    return least(a.from.lng_e7, a.to.lng_e7) <= most(b.from.lng_e7, b.to.lng_e7) &&
           least(b.from.lng_e7, b.to.lng_e7) <= most(a.from.lng_e7, a.to.lng_e7) &&
           least(a.from.lat_e7, a.to.lat_e7) <= most(b.from.lat_e7, b.to.lat_e7) &&
           least(b.from.lat_e7, b.to.lat_e7) <= most(a.from.lat_e7, a.to.lat_e7);
}

static bool edges_meet(struct edge a, struct edge b)
{
    return boxes_meet(a, b) && side_of(a.from, a.to, b.from) * side_of(a.from, a.to, b.to) <= 0 &&
           side_of(b.from, b.to, a.from) * side_of(b.from, b.to, a.to) <= 0;
}

/* `next` begins where `edge` ends: they may share that corner and no more. */
static bool turns_back(struct edge edge, struct edge next)
{
    return is_on_edge(edge.from, edge.to, next.to) || is_on_edge(next.from, next.to, edge.from);
}

static bool is_flat(struct ring ring)
{
    size_t far = 1;
    while (far < ring.n && ring.points[far].lat_e7 == ring.points[0].lat_e7 &&
           ring.points[far].lng_e7 == ring.points[0].lng_e7)
        far++;
    for (size_t i = far + 1; i < ring.n; i++) {
        if (side_of(ring.points[0], ring.points[far], ring.points[i]) != 0)
            return false;
    }
    return true;
}

enum ring_fault ring_judge(struct ring ring, size_t *ret_edge)
{
    *ret_edge = 0;
    if (is_flat(ring))
        return RING_FLAT;
    for (size_t i = 0; i < ring.n; i++) {
        const struct edge edge = edge_of(ring, i);
        for (size_t k = 0; k < i; k++) {
            const struct edge before = edge_of(ring, k);
            const bool follows = k + 1 == i;
            const bool precedes = i + 1 == ring.n && k == 0;
            const bool wrong = follows    ? turns_back(before, edge)
                               : precedes ? turns_back(edge, before)
                                          : edges_meet(before, edge);
            if (wrong) {
                *ret_edge = i;
                return RING_CROSSED;
            }
        }
    }
    return RING_GOOD;
}
