/* Areas: a place against rings whose edges touch, overlap and stand on each other's corners, in
 * coordinates as large as they come; and which rings are refused. */
#include "core/area.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { CORNERS_MAX = 12, E7 = 10000000 };

struct drawn {
    struct place at[CORNERS_MAX];
    struct ring ring;
};

/* Corners "LNG,LAT LNG,LAT" in units of `unit` 1e-7 degrees. */
static struct ring draw(struct drawn *ret, const int32_t (*corners)[2], size_t n, int32_t unit)
{
    for (size_t i = 0; i < n; i++)
        ret->at[i] =
            (struct place){ .lng_e7 = corners[i][0] * unit, .lat_e7 = corners[i][1] * unit };
    ret->ring = (struct ring){ ret->at, n };
    return ret->ring;
}

static const int32_t square[][2] = { { 0, 0 }, { 4, 0 }, { 4, 4 }, { 0, 4 } };
static const int32_t hole[][2] = { { 1, 1 }, { 3, 1 }, { 3, 3 }, { 1, 3 } };
static const int32_t touching_hole[][2] = { { 0, 1 }, { 2, 1 }, { 2, 3 }, { 0, 3 } };
/* A spike up to a corner at the height of the place, and one down to it. */
static const int32_t comb[][2] = { { 0, 0 }, { 6, 0 }, { 6, 4 }, { 5, 2 }, { 4, 4 },
                                   { 3, 2 }, { 2, 4 }, { 1, 2 }, { 0, 4 } };

static bool inside(const struct area *area, int32_t lng, int32_t lat, int32_t unit)
{
    return area_contains(area, (struct place){ .lng_e7 = lng * unit, .lat_e7 = lat * unit });
}

static void check_square(int32_t unit)
{
    struct drawn outer;
    struct drawn inner;
    struct ring rings[2] = { draw(&outer, square, 4, unit), draw(&inner, hole, 4, unit) };
    const struct area full = { .rings = rings, .n_rings = 1 };
    const struct area holed = { .rings = rings, .n_rings = 2 };
    for (int32_t x = -1; x <= 5; x++) {
        for (int32_t y = -1; y <= 5; y++) {
            const bool in = x >= 0 && x <= 4 && y >= 0 && y <= 4;
            assert_int_equal(inside(&full, x, y, unit), in);
            assert_int_equal(inside(&holed, x, y, unit), in && !(x == 2 && y == 2));
        }
    }
}

static void squares(void **state)
{
    (void)state;
    check_square(1);
    check_square(E7);
    check_square(20 * E7);
}

/* Where the hole's edge lies on the outer edge the place is on both: inside. */
static void hole_at_the_edge(void **state)
{
    struct drawn outer;
    struct drawn inner;
    struct ring rings[2] = { draw(&outer, square, 4, 2), draw(&inner, touching_hole, 4, 2) };
    const struct area area = { .rings = rings, .n_rings = 2 };
    (void)state;
    assert_true(area_contains(&area, (struct place){ .lng_e7 = 0, .lat_e7 = 4 }));
    assert_false(area_contains(&area, (struct place){ .lng_e7 = 1, .lat_e7 = 4 }));
    assert_true(area_contains(&area, (struct place){ .lng_e7 = 4, .lat_e7 = 4 }));
    assert_false(area_contains(&area, (struct place){ .lng_e7 = -1, .lat_e7 = 4 }));
}

/* A ray through corners: each is crossed once, or touched twice, and never counted by halves. */
static void through_corners(void **state)
{
    struct drawn drawn;
    struct ring ring = draw(&drawn, comb, 9, 1);
    const struct area area = { .rings = &ring, .n_rings = 1 };
    (void)state;
    for (int32_t x = 0; x <= 6; x++)
        assert_true(inside(&area, x, 2, 1));
    assert_false(inside(&area, -1, 2, 1));
    assert_false(inside(&area, 7, 2, 1));
    assert_false(inside(&area, 1, 3, 1));
    assert_false(inside(&area, 1, 4, 1));
    assert_true(inside(&area, 2, 4, 1));
    assert_false(inside(&area, 3, 4, 1));
    assert_false(inside(&area, -1, 4, 1));
    assert_false(inside(&area, -1, 0, 1));
}

/* The whole world, and its longest diagonal to a hair: one unit off is off. */
static void exact_at_the_ends(void **state)
{
    const struct place corners[] = {
        { .lng_e7 = -1800000000, .lat_e7 = -900000000 },
        { .lng_e7 = 1800000000, .lat_e7 = -900000000 },
        { .lng_e7 = 1800000000, .lat_e7 = 899999999 },
    };
    const struct ring ring = { corners, 3 };
    const struct area area = { .rings = &ring, .n_rings = 1 };
    (void)state;
    assert_true(area_contains(&area, corners[0]));
    assert_true(area_contains(&area, corners[2]));
    assert_true(area_contains(&area, (struct place){ .lng_e7 = 0, .lat_e7 = -1 }));
    assert_false(area_contains(&area, (struct place){ .lng_e7 = 0, .lat_e7 = 0 }));
    assert_true(area_contains(&area, (struct place){ .lng_e7 = 1799999999, .lat_e7 = 899999998 }));
    assert_false(area_contains(&area, (struct place){ .lng_e7 = 1799999998, .lat_e7 = 899999999 }));
}

/* Neighbours share an edge: what lies on it is in both. */
static void neighbours(void **state)
{
    static const int32_t east[][2] = { { 4, 0 }, { 8, 0 }, { 8, 4 }, { 4, 4 } };
    struct drawn drawn[2];
    struct ring rings[2] = { draw(&drawn[0], square, 4, 1), draw(&drawn[1], east, 4, 1) };
    const struct area areas[2] = { { .rings = &rings[0], .n_rings = 1 },
                                   { .rings = &rings[1], .n_rings = 1 } };
    (void)state;
    assert_int_equal(areas_around(areas, 2, (struct place){ .lng_e7 = 4, .lat_e7 = 2 }).at[0], 3);
    assert_int_equal(areas_around(areas, 2, (struct place){ .lng_e7 = 3, .lat_e7 = 2 }).at[0], 1);
    assert_int_equal(areas_around(areas, 2, (struct place){ .lng_e7 = 5, .lat_e7 = 2 }).at[0], 2);
    assert_int_equal(areas_around(areas, 2, (struct place){ .lng_e7 = 9, .lat_e7 = 2 }).at[0], 0);
}

static enum ring_fault judged(const int32_t (*corners)[2], size_t n, size_t *ret_edge)
{
    struct drawn drawn;
    return ring_judge(draw(&drawn, corners, n, 20 * E7), ret_edge);
}

static void good_rings(void **state)
{
    size_t edge;
    (void)state;
    assert_int_equal(judged(square, 4, &edge), RING_GOOD);
    assert_int_equal(judged(comb, 9, &edge), RING_GOOD);
    assert_int_equal(judged(square, 3, &edge), RING_GOOD);
    /* A corner on a straight line is one all the same. */
    static const int32_t straight[][2] = { { 0, 0 }, { 2, 0 }, { 4, 0 }, { 4, 4 } };
    assert_int_equal(judged(straight, 4, &edge), RING_GOOD);
}

static void wrong_rings(void **state)
{
    static const int32_t line[][2] = { { 0, 0 }, { 2, 2 }, { 4, 4 }, { 1, 1 } };
    static const int32_t point[][2] = { { 1, 1 }, { 1, 1 }, { 1, 1 } };
    static const int32_t bow[][2] = { { 0, 0 }, { 4, 4 }, { 4, 0 }, { 0, 4 } };
    static const int32_t back[][2] = { { 0, 0 }, { 4, 0 }, { 2, 0 }, { 2, 4 } };
    static const int32_t twice[][2] = { { 0, 0 }, { 4, 0 }, { 4, 0 }, { 0, 4 } };
    static const int32_t eight[][2] = {
        { 0, 0 }, { 4, 0 }, { 2, 2 }, { 4, 4 }, { 0, 4 }, { 2, 2 }
    };
    static const int32_t stands[][2] = { { 0, 0 }, { 4, 0 }, { 4, 4 }, { 2, 0 }, { 0, 4 } };
    static const int32_t last[][2] = { { 0, 0 }, { 4, 0 }, { 4, 4 }, { -2, 0 } };
    size_t edge;
    (void)state;
    assert_int_equal(judged(line, 4, &edge), RING_FLAT);
    assert_int_equal(judged(point, 3, &edge), RING_FLAT);
    assert_int_equal(judged(bow, 4, &edge), RING_CROSSED);
    assert_int_equal(edge, 2);
    assert_int_equal(judged(back, 4, &edge), RING_CROSSED);
    assert_int_equal(edge, 1);
    assert_int_equal(judged(twice, 4, &edge), RING_CROSSED);
    assert_int_equal(judged(eight, 6, &edge), RING_CROSSED);
    assert_int_equal(judged(stands, 5, &edge), RING_CROSSED);
    assert_int_equal(edge, 2);
    assert_int_equal(judged(last, 4, &edge), RING_GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(squares),         cmocka_unit_test(hole_at_the_edge),
        cmocka_unit_test(through_corners), cmocka_unit_test(exact_at_the_ends),
        cmocka_unit_test(neighbours),      cmocka_unit_test(good_rings),
        cmocka_unit_test(wrong_rings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
