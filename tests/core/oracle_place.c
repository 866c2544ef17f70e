/* Places: by the angle that a ring turns through around them. */
#include "oracle_parts.h"

enum { AROUND, TOUCHED, AWAY };

/* The quarter of the plane in which the corner is, seen from the place. */
static int quarter(struct place from, struct place to)
{
    if (to.lng_e7 >= from.lng_e7)
        return to.lat_e7 >= from.lat_e7 ? 0 : 3;
    return to.lat_e7 >= from.lat_e7 ? 1 : 2;
}

/* Twice the area of the triangle; its sign says which way round its corners are. Worlds are small:
 * nothing overflows. */
static int64_t turn(struct place a, struct place b, struct place c)
{
    return ((int64_t)a.lng_e7 - c.lng_e7) * ((int64_t)b.lat_e7 - c.lat_e7) -
           ((int64_t)a.lat_e7 - c.lat_e7) * ((int64_t)b.lng_e7 - c.lng_e7);
}

/* Along a straight line the quarter changes by one, or by two: then the turn says which way. */
static int ring_relation(const struct world_ring *ring, struct place p)
{
    int turned = 0;
    for (size_t i = 0; i < ring->n; i++) {
        const struct place a = ring->at[i];
        const struct place b = ring->at[(i + 1) % ring->n];
        const int64_t dot = ((int64_t)a.lng_e7 - p.lng_e7) * ((int64_t)b.lng_e7 - p.lng_e7) +
                            ((int64_t)a.lat_e7 - p.lat_e7) * ((int64_t)b.lat_e7 - p.lat_e7);
        const int64_t way = turn(a, b, p);
        if (way == 0 && dot <= 0)
            return TOUCHED;
        int quarters = quarter(p, b) - quarter(p, a);
        if (quarters == 3)
            quarters = -1;
        else if (quarters == -3)
            quarters = 1;
        else if (quarters == 2 || quarters == -2)
            quarters = way > 0 ? 2 : -2;
        turned += quarters;
    }
    /* Around it twice is outside again, as for a ray that is crossed twice. */
    return turned / 4 % 2 == 0 ? AWAY : AROUND;
}

bool oracle_in_area(const struct world_area *area, struct place p)
{
    bool inside = ring_relation(&area->rings[0], p) != AWAY;
    for (size_t i = 1; i < area->n_rings; i++)
        inside = inside && ring_relation(&area->rings[i], p) != AROUND;
    return inside;
}
