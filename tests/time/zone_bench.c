/* Nanoseconds a lookup, on moments scattered over 1970..2100. */
#include "core/zone.h"
#include "zone_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

enum { LOOKUPS = 4 * 1000 * 1000, ARENA_BYTES = 1024 * 1024 };

static const utc_s SCATTER_END = 4102444800;

static int64_t now_ns(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static utc_s scattered(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005U + 1442695040888963407U;
    return (utc_s)((*seed >> 24) % (uint64_t)SCATTER_END);
}

int main(void)
{
    struct arena arena = arena_make(ARENA_BYTES);
    struct str bytes = { 0 };
    const struct zone *zone = NULL;
    struct il_err err = { 0 };
    uint64_t seed = 1;
    int64_t sum = 0; /* keeps the lookups from being optimised away */
    const int64_t start = now_ns();
    if (!zone_file_read(&arena, STR("America/Denver"), &bytes) ||
        zone_parse(&arena, bytes, &zone, &err) != IL_OK)
        return 77;
    const int64_t parsed = now_ns();
    for (int i = 0; i < LOOKUPS; i++)
        sum += zone_offset_s(zone, scattered(&seed));
    const int64_t offsets = now_ns();
    for (int i = 0; i < LOOKUPS; i++)
        sum += zone_from_wall(zone, scattered(&seed)).last;
    const int64_t walls = now_ns();
    (void)printf("read and parse %" PRId64 " us, zone_offset_s %.1f ns, zone_from_wall %.1f ns, "
                 "arena %zu bytes (sum %" PRId64 ")\n",
                 (parsed - start) / 1000, (double)(offsets - parsed) / LOOKUPS,
                 (double)(walls - offsets) / LOOKUPS, arena.used_bytes, sum);
    arena_drop(&arena);
    return 0;
}
