/* Areas: polygons with holes as lists of longitude and latitude, and back. */
#include "document_parts.h"

static struct ring ring_get(struct json_arr *list)
{
    struct place *points = arena_array(list->reader->arena, struct place, list->n);
    size_t n = list->n;
    for (size_t i = 0; i < list->n; i++) {
        struct json_arr pair = json_arr_arr(list, i, 2);
        if (pair.n != 2)
            json_arr_fault(list, i, "type", "must be a longitude and a latitude");
        points[i].lng_e7 = json_arr_degrees(&pair, 0, 180);
        points[i].lat_e7 = json_arr_degrees(&pair, 1, 90);
    }
    /* Others write the first corner once more at the end. */
    if (n > AREA_RING_MIN && points[n - 1].lng_e7 == points[0].lng_e7 &&
        points[n - 1].lat_e7 == points[0].lat_e7)
        n--;
    return (struct ring){ points, n };
}

static struct ring outer_get(struct json_obj *o)
{
    struct json_arr list = json_opt_arr(o, "polygon", AREA_POINTS_MAX);
    if (list.n < AREA_RING_MIN)
        json_fault(o, "polygon", "out_of_range", "needs at least three points");
    return ring_get(&list);
}

static size_t holes_get(struct json_obj *o, struct ring *rings, size_t points)
{
    struct json_arr list = json_opt_arr(o, "holes", AREA_HOLES_MAX);
    for (size_t i = 0; i < list.n; i++) {
        struct json_arr hole = json_arr_arr(&list, i, AREA_POINTS_MAX);
        if (hole.n < AREA_RING_MIN)
            json_arr_fault(&list, i, "out_of_range", "needs at least three points");
        rings[i] = ring_get(&hole);
        points += rings[i].n;
        if (points > AREA_POINTS_MAX)
            json_arr_fault(&list, i, "too_long",
                           "an area has at most 2000 points in all its rings");
    }
    return list.n;
}

struct part_area area_get(struct json_obj *o)
{
    struct part_area p = { .area.id = id_get(o, "_id") };
    struct ring *rings = arena_array(o->reader->arena, struct ring, 1 + AREA_HOLES_MAX);
    p.name = json_opt_str(o, "name", NAME_CHARS_MAX);
    rings[0] = outer_get(o);
    p.area.rings = rings;
    p.area.n_rings = 1 + holes_get(o, rings + 1, rings[0].n);
    p.area.zone_name = json_opt_str(o, "timezone", WORDS_CHARS_MAX);
    json_done(o);
    return p;
}

/* The first corner of the edge is named. */
static bool ring_is_good(struct json_arr *list, struct ring ring)
{
    size_t edge;
    const enum ring_fault wrong = ring_judge(ring, &edge);
    if (wrong == RING_FLAT)
        json_arr_fault(list, 0, "out_of_range", "has no area: all points lie on one line with it");
    else if (wrong == RING_CROSSED)
        json_arr_fault(list, edge, "out_of_range",
                       "the line from this point to the next crosses or touches another");
    return wrong == RING_GOOD;
}

void area_judge(struct json_obj *o, const struct part_area *p)
{
    if (o->reader->failed)
        return;
    struct json_arr outer = json_opt_arr(o, "polygon", AREA_POINTS_MAX);
    struct json_arr holes = json_opt_arr(o, "holes", AREA_HOLES_MAX);
    bool good = ring_is_good(&outer, p->area.rings[0]);
    for (size_t i = 1; good && i < p->area.n_rings; i++) {
        struct json_arr hole = json_arr_arr(&holes, i - 1, AREA_POINTS_MAX);
        good = ring_is_good(&hole, p->area.rings[i]);
    }
}

static void ring_put(struct json *j, struct ring ring)
{
    for (size_t i = 0; i < ring.n; i++) {
        json_start_array(j);
        degrees_put(j, ring.points[i].lng_e7);
        degrees_put(j, ring.points[i].lat_e7);
        json_end_array(j);
    }
    json_end_array(j);
}

void area_put(struct json *j, const struct part_area *p)
{
    json_start_object(j);
    json_put_str(j, "_id", p->area.id);
    text_put(j, "name", p->name);
    json_open(j, "polygon", '[');
    ring_put(j, p->area.rings[0]);
    if (p->area.n_rings > 1) {
        json_open(j, "holes", '[');
        for (size_t i = 1; i < p->area.n_rings; i++) {
            json_start_array(j);
            ring_put(j, p->area.rings[i]);
        }
        json_end_array(j);
    }
    text_put(j, "timezone", p->area.zone_name);
    json_end_object(j);
}
