/* A million chances to double-book: random lives through a real desk, every answer judged.
 * Usage: property memory|sqlite COMMANDS [SEED [OPTION ...]]
 *   --without NAMES  leaves draws out; --draws lists them
 *   --life N         commands of one life (10000); the next one has the next seed
 *   --shrink N       seconds to look for a shorter way to a fault (60)
 *   --folder PATH    where the stores of SQLite lie; else TMPDIR
 *
 * A life is lived in a child process, so whatever ends it is told: the seed, the last commands in
 * words, how to see it again, and the shortest way there that a minute of trying finds. */
#include "drive.h"
#include "shrink.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LIFE = 10000, PERIOD = 2500 }; /* commands; all is verified after each period */

static struct store *open_store(const struct life *life, const char *path)
{
    struct store *store;
    struct il_err err = { .code = "" };
    const struct store_sqlite_options options = { .path = path };
    const il_rc rc = strcmp(life->backend, "memory") == 0
                         ? store_memory_open(dice_system(), &store, &err)
                         : store_sqlite_open(&options, dice_system(), &store, &err);
    CHECK(rc == IL_OK, "store: %s", err.text);
    return store;
}

static void remove_store(const char *path)
{
    static const char *const parts[] = { "", "-wal", "-shm", ".lock" };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char name[320];
        snprintf(name, sizeof(name), "%s%s", path, parts[i]);
        (void)unlink(name);
    }
}

static void keep_why(const char *why)
{
    snprintf(trace->why, sizeof(trace->why), "%s", why);
}

static void live(const struct life *life)
{
    char path[300];
    struct rig_clock clock = { .ahead_ms = 0 };
    rig_on_fail(keep_why);
    snprintf(path, sizeof(path), "%s/rig.db", life->folder);
    remove_store(path);
    struct store *store = open_store(life, path);
    const struct drive_start start = { .store = store,
                                       .clock = &clock,
                                       .seed = life->seed,
                                       .off = life->off,
                                       .inspectors = RIG_INSPECTORS,
                                       .companies = DRIVE_COMPANIES };
    struct drive *drive = drive_open(&start);
    while (drive->commands < life->commands) {
        const uint64_t left = life->commands - drive->commands;
        drive_run(drive, left < PERIOD ? left : PERIOD);
        drive_verify(drive);
    }
    drive_close(drive);
    store_close(store);
}

/* ---- telling ---- */

static void say(const struct tally *t, int64_t ms)
{
    printf("%" PRIu64 " commands, %" PRIu64 " done, %" PRIu64 " refused, %" PRIu64
           " replayed, %" PRIu64 " tried, %" PRIu64 " entries, %" PRIu64 " conflicts, %" PRIu64
           " fresh stores, digest %016" PRIx64 ", %.0f commands/s\n",
           t->commands, t->done, t->refused, t->replayed, t->tried, t->entries, t->conflicts,
           t->worlds, t->digest, (double)t->commands * 1000.0 / (double)(ms > 0 ? ms : 1));
    for (int code = CODE_NONE + 1; code < CODES_END; code++)
        if (t->codes[code] > 0)
            printf("  %s %" PRIu64 "\n", code_facts((enum code)code)->name.at, t->codes[code]);
    for (int kind = 0; kind < COMMANDS; kind++)
        printf("  entries of %s: %" PRIu64 "\n", command_name((enum command_kind)kind).at,
               t->kinds[kind]);
    for (int draw = 0; draw < DRAWS_END; draw++)
        printf("  drawn %s: %" PRIu64 "\n", draw_name((enum draw)draw), t->drawn[draw]);
}

static void list_draws(void)
{
    for (int draw = 0; draw < DRAWS_END; draw++)
        printf("%-18s %s\n", draw_name((enum draw)draw), draw_what((enum draw)draw));
}

/* ---- the arguments ---- */

static int64_t number(const char *text, const char *what)
{
    int64_t n;
    CHECK(str_to_int(str_from(text), &n) && n >= 0, "%s is a number, not %s", what, text);
    return n;
}

static void read_options(int argc, char **argv, struct life *life)
{
    for (int i = 4; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--without") == 0)
            CHECK(draws_parse(argv[i + 1], &life->off), "unknown draw in %s", argv[i + 1]);
        else if (strcmp(argv[i], "--life") == 0)
            life->commands = (uint64_t)number(argv[i + 1], "--life");
        else if (strcmp(argv[i], "--shrink") == 0)
            life->shrink_ms = 1000 * number(argv[i + 1], "--shrink");
        else if (strcmp(argv[i], "--folder") == 0)
            life->folder = argv[i + 1];
        else
            rig_fail("unknown option %s", argv[i]);
    }
    CHECK(life->commands > 0, "a life is of some commands");
}

/* The trace lies in a file that both processes map. */
static void share_trace(const char *folder)
{
    char path[300];
    snprintf(path, sizeof(path), "%s/trace", folder);
    FILE *file = fopen(path, "w+b");
    CHECK(file != NULL && ftruncate(fileno(file), sizeof(*trace)) == 0, "%s", path);
    void *at = mmap(NULL, sizeof(*trace), PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    CHECK(at != MAP_FAILED, "mmap");
    (void)fclose(file);
    (void)unlink(path);
    trace = at;
}

static int run(struct life life, uint64_t all)
{
    const int64_t began = clock_system()->monotonic_ms(clock_system());
    const uint64_t length = life.commands;
    int failed = 0;
    memset(&trace->tally, 0, sizeof(trace->tally));
    for (uint64_t done = 0; done < all && failed == 0; done += life.commands, life.seed++) {
        life.commands = all - done < length ? all - done : length;
        failed = life_run(&life, live);
        if (failed != 0)
            life_report(&life, live);
    }
    if (failed == 0)
        say(&trace->tally, clock_system()->monotonic_ms(clock_system()) - began);
    return failed;
}

int main(int argc, char **argv)
{
    char folder[256];
    if (argc == 2 && strcmp(argv[1], "--draws") == 0) {
        list_draws();
        return 0;
    }
    CHECK(argc >= 3, "usage: property memory|sqlite COMMANDS [SEED [OPTION ...]]");
    struct life life = { .backend = argv[1],
                         .program = argv[0],
                         .commands = LIFE,
                         .shrink_ms = SHRINK_MS,
                         .folder = getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp" };
    hash_start();
    if (argc > 3)
        life.seed = (uint64_t)number(argv[3], "SEED");
    else
        dice_system()->fill(dice_system(), &life.seed, 4);
    read_options(argc, argv, &life);
    printf("seed %" PRIu64 "\n", life.seed);
    fflush(stdout);
    snprintf(folder, sizeof(folder), "%s/interlock-property-XXXXXX", life.folder);
    CHECK(mkdtemp(folder) != NULL, "mkdtemp");
    life.folder = folder;
    share_trace(folder);
    const int failed = run(life, (uint64_t)number(argv[2], "COMMANDS"));
    char path[300];
    snprintf(path, sizeof(path), "%s/rig.db", folder);
    remove_store(path);
    (void)rmdir(folder);
    return failed;
}
