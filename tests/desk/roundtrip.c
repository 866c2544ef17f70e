/* Entries and records of every kind read back as they were written (V1): the follower compares the
 * bytes of each, this sees to it that each kind comes by. Usage: roundtrip [SEED] */
#include "drive.h"

#include <inttypes.h>
#include <stdio.h>

enum { STEP = 1000, STEPS_MAX = 40 };

static bool has_seen_all(const struct model *model)
{
    bool all = true;
    for (int kind = 0; kind < COMMANDS; kind++)
        all = all && model->kinds[kind] >= 3;
    return all;
}

int main(int argc, char **argv)
{
    hash_start();
    int64_t seed = 20261101;
    if (argc > 1)
        CHECK(str_to_int(str_from(argv[1]), &seed), "SEED is a number");
    struct rig_clock clock = { .ahead_ms = 0 };
    struct store *store;
    struct il_err err;
    CHECK(store_memory_open(dice_system(), &store, &err) == IL_OK, "store: %s", err.text);
    const struct drive_start start = { .store = store,
                                       .clock = &clock,
                                       .seed = (uint64_t)seed,
                                       .inspectors = RIG_INSPECTORS,
                                       .companies = 1,
                                       .is_world = true };
    struct drive *drive = drive_open(&start);
    const struct model *model = &drive->companies[0].follow.model;
    for (int step = 0; step < STEPS_MAX && !has_seen_all(model); step++)
        drive_run(drive, STEP);
    drive_verify(drive);
    printf("seed %" PRId64 ", %" PRIu64 " commands, %" PRIu64 " entries\n", seed, drive->commands,
           model->seq);
    CHECK(has_seen_all(model), "a kind of entry did not come by");
    drive_close(drive);
    store_close(store);
    return 0;
}
