/* Random companies: capacity against the oracle, which counts minutes and books job after job.
 *
 *   test_capacity [COMPANIES [SEED]]     a difference prints the seed of its company */
#include "oracle.h"
#include "roll.h"

#include "base/block.h"
#include "core/capacity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 512 * 1024 * 1024, SHORTEST_MIN = 30 };

static bool same_cell(const struct capacity_cell *got, const struct oracle_capacity *want)
{
    return got->open_s == want->open_min * MINUTE_S && got->taken_s == want->taken_min * MINUTE_S &&
           got->fits == want->fits;
}

static bool cell_check(uint64_t seed, int32_t inspector, int32_t day,
                       const struct capacity_cell *got, const struct oracle_capacity *want)
{
    if (same_cell(got, want))
        return true;
    printf("company of seed %" PRIu64 ", inspector %d, day %d: open %" PRId64 " taken %" PRId64
           " minutes, %d fit; the oracle says %" PRId64 ", %" PRId64 ", %d\n",
           seed, inspector, day, got->open_s / MINUTE_S, got->taken_s / MINUTE_S, got->fits,
           want->open_min, want->taken_min, want->fits);
    return false;
}

static bool company_check(uint64_t seed, struct arena *arena, size_t *ret_jobs)
{
    struct world *world = arena_new(arena, struct world);
    struct slot_query query;
    bool good = true;
    roll_start(seed);
    roll_world(world, &query);
    if (query.minutes < SHORTEST_MIN)
        query.minutes = SHORTEST_MIN;
    const struct image *image = world_image(world);
    struct arena room = arena_make(ARENA_BYTES);
    for (int32_t i = 0; i < (int32_t)world->n_inspectors; i++) {
        const struct capacity_cell *cells = capacity_find(image, &query, i, arena);
        for (int32_t d = 0; d < query.days; d++) {
            const struct oracle_capacity want =
                oracle_capacity(world, &query, i, query.from + d, &room);
            good = cell_check(seed, i, d, &cells[d], &want) && good;
            *ret_jobs += (size_t)want.fits;
            arena_reset(&room);
        }
    }
    arena_drop(&room);
    block_free(image);
    return good;
}

int main(int argc, char **argv)
{
    const long companies = argc > 1 ? strtol(argv[1], NULL, 10) : 300;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    struct arena lasting = arena_make(ARENA_BYTES);
    struct arena arena = arena_make(ARENA_BYTES);
    long wrong = 0;
    size_t jobs = 0;
    roll_zones_read(&lasting);
    for (long i = 0; i < companies && wrong < 12; i++) {
        wrong += !company_check(seed + (uint64_t)i, &arena, &jobs);
        arena_reset(&arena);
    }
    printf("%ld companies from seed %" PRIu64 ", %zu jobs fit, %ld differ\n", companies, seed, jobs,
           wrong);
    arena_drop(&arena);
    arena_drop(&lasting);
    return wrong == 0 ? 0 : 1;
}
