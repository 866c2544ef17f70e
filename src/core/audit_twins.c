/* Orders of one client at one address, each held against the one before it. */
#include "audit_parts.h"

#include "core/booking.h"

static const int64_t near_s = (int64_t)DUPLICATE_DAYS * DAY_S;

struct sighting { /* of a client at a place, by one thing that is known of them */
    int64_t place;
    uint64_t client;
    utc_s start;
    int32_t thing;
};

static int order_sightings(const void *x, const void *y)
{
    const struct sighting *a = x;
    const struct sighting *b = y;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    if (a->client != b->client)
        return a->client < b->client ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->thing < b->thing ? -1 : a->thing > b->thing;
}

static bool are_near(const struct sighting *a, const struct sighting *b)
{
    return a->place == b->place && b->start - a->start <= near_s;
}

int32_t *audit_neighbours(const struct audit_thing *things, size_t n, struct arena *arena,
                          size_t *ret_n)
{
    struct sighting *at = arena_array(arena, struct sighting, n);
    int32_t *kept = arena_array(arena, int32_t, n);
    size_t n_at = 0;
    size_t n_kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (things[i].kind == CLAIM_INSPECTION && things[i].place_key != 0)
            at[n_at++] =
                (struct sighting){ things[i].place_key, 0, things[i].when.start, (int32_t)i };
    }
    audit_sort(at, n_at, sizeof *at, order_sightings, arena);
    for (size_t i = 0; i < n_at; i++) {
        if ((i > 0 && are_near(&at[i - 1], &at[i])) ||
            (i + 1 < n_at && are_near(&at[i], &at[i + 1])))
            kept[n_kept++] = at[i].thing;
    }
    *ret_n = n_kept;
    return kept;
}

struct twin {
    int32_t a, b;
};

static int order_twins(const void *x, const void *y)
{
    const struct twin *a = x;
    const struct twin *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

/* What separates the two is an offset of the zone, or a change of it nearby. */
static bool is_shift(const struct zone *zone, utc_s a, utc_s b)
{
    const int64_t apart = b - a;
    const int64_t offsets[2] = { zone_offset_s(zone, a), zone_offset_s(zone, b) };
    int64_t change;
    if (apart == 0)
        return false;
    for (int i = 0; i < 2; i++) {
        if (apart == offsets[i] || apart == -offsets[i])
            return true;
    }
    return (audit_change_near(zone, a, &change) && apart == change) ||
           (audit_change_near(zone, b, &change) && apart == change);
}

static void find_twin(struct audit *audit, struct twin twin)
{
    const struct audit_thing *a = &audit->input->things[twin.a];
    const struct audit_thing *b = &audit->input->things[twin.b];
    const bool shifted = is_shift(audit->input->company->zone, a->when.start, b->when.start);
    audit_find(audit,
               &(struct audit_finding){ .kind = shifted ? AUDIT_SHIFTED_TWIN : AUDIT_DUPLICATE,
                                        .inspector = a->inspector,
                                        .a = { twin.a, a->when },
                                        .b = { twin.b, b->when },
                                        .shift_s = shifted ? a->when.start - b->when.start : 0 });
}

/* What is known of a client tells two ways of writing one person together: any of it will do. */
static size_t sightings_of(const struct audit *audit, const int32_t *near, size_t n_near,
                           struct sighting *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < n_near; i++) {
        const struct audit_thing *thing = &audit->input->things[near[i]];
        for (int k = 0; k < AUDIT_CLIENT_KEYS; k++) {
            if (thing->client[k] != 0)
                ret[n++] = (struct sighting){ thing->place_key, thing->client[k], thing->when.start,
                                              near[i] };
        }
    }
    return n;
}

void audit_twins(struct audit *audit)
{
    size_t n_near;
    const int32_t *near =
        audit_neighbours(audit->input->things, audit->input->n_things, audit->arena, &n_near);
    struct sighting *at = arena_array(audit->arena, struct sighting, AUDIT_CLIENT_KEYS * n_near);
    struct twin *twins = arena_array(audit->arena, struct twin, AUDIT_CLIENT_KEYS * n_near);
    size_t n_twins = 0;
    const size_t n = sightings_of(audit, near, n_near, at);
    audit_sort(at, n, sizeof *at, order_sightings, audit->arena);
    for (size_t i = 1; i < n; i++) {
        if (at[i - 1].client == at[i].client && are_near(&at[i - 1], &at[i]) &&
            at[i - 1].thing != at[i].thing)
            twins[n_twins++] = (struct twin){ at[i - 1].thing, at[i].thing };
    }
    audit_sort(twins, n_twins, sizeof *twins, order_twins, audit->arena);
    for (size_t i = 0; i < n_twins; i++) {
        if (i == 0 || order_twins(&twins[i - 1], &twins[i]) != 0)
            find_twin(audit, twins[i]);
    }
}
