/* A million chances to double-book: random commands through a real desk, judged one by one.
 * Usage: property memory|sqlite COMMANDS [SEED [FOLDER]] */
#include "drive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POINTS = 10 };

static struct store *open_store(const char *backend, const char *path)
{
    struct store *store;
    struct il_err err = { .code = "" };
    const struct store_sqlite_options options = { .path = path };
    const il_rc rc = strcmp(backend, "memory") == 0
                         ? store_memory_open(dice_system(), &store, &err)
                         : store_sqlite_open(&options, dice_system(), &store, &err);
    CHECK(rc == IL_OK, "store: %s", err.text);
    return store;
}

static void say(const struct drive *d, int64_t ms)
{
    printf("%" PRIu64 " commands, %" PRIu64 " done, %" PRIu64 " refused, %" PRIu64
           " replayed, %" PRIu64 " entries, %.0f commands/s\n",
           d->commands, d->done, d->refused, d->replayed, d->follow.model.seq,
           (double)d->commands * 1000.0 / (double)(ms > 0 ? ms : 1));
    for (int code = CODE_NONE + 1; code < CODES_END; code++)
        if (d->codes[code] > 0)
            printf("  %s %" PRIu64 "\n", code_facts((enum code)code)->name.at, d->codes[code]);
    for (int kind = 0; kind < COMMANDS; kind++)
        printf("  entries of %s: %" PRIu64 "\n", command_name((enum command_kind)kind).at,
               d->follow.model.kinds[kind]);
}

int main(int argc, char **argv)
{
    CHECK(argc >= 3, "usage: property memory|sqlite COMMANDS [SEED [FOLDER]]");
    hash_start();
    int64_t n;
    CHECK(str_to_int(str_from(argv[2]), &n) && n > 0, "COMMANDS is a number");
    int64_t seed = 0;
    if (argc > 3)
        CHECK(str_to_int(str_from(argv[3]), &seed), "SEED is a number");
    else
        dice_system()->fill(dice_system(), &seed, 4);
    printf("seed %" PRId64 "\n", seed);
    fflush(stdout);
    char folder[256];
    snprintf(folder, sizeof(folder), "%s/interlock-property-XXXXXX",
             argc > 4                   ? argv[4]
             : getenv("TMPDIR") != NULL ? getenv("TMPDIR")
                                        : "/tmp");
    CHECK(mkdtemp(folder) != NULL, "mkdtemp");
    char path[300];
    snprintf(path, sizeof(path), "%s/rig.db", folder);

    struct rig_clock clock = { .ahead_ms = 0 };
    struct store *store = open_store(argv[1], path);
    struct drive *drive = drive_open(store, &clock, (uint64_t)seed);
    const int64_t began = clock_system()->monotonic_ms(clock_system());
    for (int i = 0; i < POINTS; i++) {
        drive_run(drive, (uint64_t)n / POINTS);
        drive_verify(drive);
    }
    say(drive, clock_system()->monotonic_ms(clock_system()) - began);
    drive_close(drive);
    store_close(store);
    static const char *const parts[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char name[320];
        snprintf(name, sizeof(name), "%s%s", path, parts[i]);
        (void)unlink(name);
    }
    return rmdir(folder) == 0 ? 0 : 1;
}
