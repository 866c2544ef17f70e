/* The instants of one working day and one night shift on every date of a range, in one zone.
 *
 *   day_instants ZONE_FILE FIRST DAYS      FIRST counts days from 1970-01-01
 *
 * Writes five 64-bit numbers for each date: the date, the instants between which 08:00-17:00 lies,
 * and those of a shift from 22:00 to 06:00. What they should be is for the reader to say. */
#include "world.h"
#include "zone_file.h"

#include "base/block.h"
#include "core/hours.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BYTES = 256 * 1024 * 1024, SPANS_OF_A_DAY = 3, NUMBERS = 5 };

static const struct image *image_of(const struct zone *zone)
{
    static struct world world;
    world_clear(&world, zone);
    struct world_inspector *inspector = &world.inspectors[world_add_inspector(&world, STR("a"))];
    for (int day = 0; day < 7; day++)
        inspector->week[day] =
            (struct world_hours){ .spans = { { 8 * 60, 17 * 60 }, { 22 * 60, 30 * 60 } },
                                  .n_spans = 2 };
    return world_image(&world);
}

/* The rest of the night before, the day, and the night as far as it reaches. */
static bool day_write(const struct day_open *day)
{
    if (day->n_spans != SPANS_OF_A_DAY) {
        (void)fprintf(stderr, "day %d has %zu spans\n", (int)day->date, day->n_spans);
        return false;
    }
    const int64_t row[NUMBERS] = { day->date, day->spans[1].when.start, day->spans[1].when.end,
                                   day->spans[2].when.start, day->spans[2].extent_end };
    return fwrite(row, sizeof row, 1, stdout) == 1;
}

int main(int argc, char **argv)
{
    struct arena arena = arena_make(ARENA_BYTES);
    struct str bytes = { 0 };
    const struct zone *zone = NULL;
    struct il_err err = { 0 };
    if (argc != 4 || !file_read(&arena, argv[1], ZONE_BYTES_MAX, &bytes) ||
        zone_parse(&arena, bytes, &zone, &err) != IL_OK) {
        (void)fprintf(stderr, "usage: day_instants ZONE_FILE FIRST DAYS %s\n", err.text);
        return 2;
    }
    const date_d first = (date_d)strtol(argv[2], NULL, 10);
    const size_t n = (size_t)strtol(argv[3], NULL, 10);
    const struct image *image = image_of(zone);
    const struct hours hours = hours_lay(image->company, 0, AUDIENCE_ONLINE, first, n, &arena);
    bool written = true;
    for (size_t i = 0; i < n; i++)
        written = day_write(&hours.days[i]) && written;
    block_free(image);
    arena_drop(&arena);
    return written ? 0 : 1;
}
