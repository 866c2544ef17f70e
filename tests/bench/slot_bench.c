/* Times slot search in process: CPU microseconds per search, and what a snapshot weighs.
 *
 *   slot_bench FILE COMPANY DAYS LIMIT [ROUNDS]
 *
 * Prints one JSON object: inspectors, days, commitments held, bytes for each, and for the list
 * by inspector (every start of everybody) and by time the median of ROUNDS (default 5) runs,
 * the bytes that one search takes, and how many starts it found. */
#include "base/block.h"
#include "desk/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS_MAX = 101, SEARCHES = 400, WARM_UP = 50 };

static double cpu_us(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int order(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

struct figure {
    double us;
    size_t bytes;
    size_t slots;
};

static struct figure median(const struct image *image, const struct slot_query *query, int rounds)
{
    double times[ROUNDS_MAX];
    struct arena arena = arena_make((size_t)1 << 30);
    size_t seen = 0;
    for (int round = 0; round < rounds; round++) {
        double from = 0;
        for (int i = 0; i < WARM_UP + SEARCHES; i++) {
            if (i == WARM_UP)
                from = cpu_us();
            arena_reset(&arena);
            seen += slots_find(image, query, &arena).n_slots;
        }
        times[round] = (cpu_us() - from) / SEARCHES;
    }
    const size_t bytes = arena.used_bytes;
    arena_drop(&arena);
    if (seen == 0)
        (void)fprintf(stderr, "nothing was found: the figure means nothing\n");
    qsort(times, (size_t)rounds, sizeof *times, order);
    return (struct figure){ times[rounds / 2], bytes,
                            seen / ((size_t)rounds * (WARM_UP + SEARCHES)) };
}

static int measure(struct desk *desk, char **argv, int rounds)
{
    const struct image *image;
    struct il_err err;
    if (desk_image(desk, str_from(argv[2]), &image, &err) != IL_OK || image == NULL) {
        (void)fprintf(stderr, "there is no company %s\n", argv[2]);
        return 1;
    }
    size_t commitments = 0;
    for (size_t i = 0; i < image->company->n_inspectors; i++)
        commitments += image->calendars[i]->n_claims;
    const int32_t service = 0;
    const int64_t now = clock_system()->now_s(clock_system());
    struct slot_query query = {
        .audience = AUDIENCE_INTERNAL,
        .services = &service,
        .n_services = 1,
        .minutes = image->company->services[0].minutes,
        .from = wall_date(zone_to_wall(image->company->zone, now)) + 1,
        .days = atoi(argv[3]),
        .requested = NOT_FOUND,
        .count = 1,
        .limit = (size_t)atoi(argv[4]),
        .look = { .now = now },
    };
    const struct figure by_inspector = median(image, &query, rounds);
    query.by_time = true;
    const struct figure by_time = median(image, &query, rounds);
    (void)printf("{\"inspectors\": %zu, \"days\": %d, \"commitments\": %zu, "
                 "\"bytes_per_commitment\": %.1f, \"us\": %.1f, \"us_by_time\": %.1f, "
                 "\"bytes\": %zu, \"bytes_by_time\": %zu, \"slots\": %zu}\n",
                 image->company->n_inspectors, query.days, commitments,
                 commitments == 0 ? 0.0 : (double)image_bytes(image) / (double)commitments,
                 by_inspector.us, by_time.us, by_inspector.bytes, by_time.bytes,
                 by_inspector.slots);
    block_free(image);
    return 0;
}

int main(int argc, char **argv)
{
    struct il_err err;
    struct store *store;
    struct desk *desk;
    const int rounds = argc > 5 ? atoi(argv[5]) : 5;
    if (argc < 5 || rounds < 1 || rounds > ROUNDS_MAX) {
        (void)fprintf(stderr, "usage: slot_bench FILE COMPANY DAYS LIMIT [ROUNDS]\n");
        return 2;
    }
    hash_start();
    const struct store_sqlite_options sqlite = { .path = argv[1], .read_only = true };
    if (store_sqlite_open(&sqlite, dice_system(), &store, &err) != IL_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    const struct desk_options options = { .store = store,
                                          .clock = clock_system(),
                                          .dice = dice_system(),
                                          .log = log_stderr(),
                                          .read_only = true };
    if (desk_open(&options, &desk, &err) != IL_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    const int status = measure(desk, argv, rounds);
    desk_close(desk);
    return status;
}
