/* How fast the SQLite store writes and finds: run by hand, `store_bench FILE [INSPECTIONS
 * [ordered]]`.
 *
 * A booking is one entry, one claim, one inspection, one person, one idempotency row and two
 * touches, with documents of the usual size. With a third argument ids follow the order of
 * bookings; without it they are scattered, and every insert dirties a page of its own. */
#include "suite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    INSPECTORS = 200,
    VISIT_S = 3 * 3600,
    PAYLOAD_BYTES = 1200,
    DOC_BYTES = 900,
    PERSON_BYTES = 200,
    ID_BYTES = 24,
    BULK_ROWS = 500,
    BULK_ENTRIES = 10,
    FUTURE = 5000,
    SINGLES = 1000,
    GROUPS = 100,
    GROUP = 64,
};

struct row_set { /* the rows of one entry, n of each kind */
    struct row_claim claims[BULK_ROWS];
    struct row_inspection inspections[BULK_ROWS];
    struct row_person persons[BULK_ROWS];
    struct row_idempotency idempotency;
    ref_t touched[2 * BULK_ROWS];
    char names[BULK_ROWS][3][ID_BYTES];
};

static char filler[PAYLOAD_BYTES];
static uint64_t made; /* bookings so far */
static uint64_t seq;
static bool is_ordered;
static int64_t first_start = 1500000000;

static double seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Scatters ids over the key space, as random ids would be. */
static uint64_t scatter(uint64_t n)
{
    n ^= n >> 31;
    n *= 0x9e3779b97f4a7c15u;
    return n ^ n >> 29;
}

static void booking_make(struct row_set *set, size_t i)
{
    char(*names)[ID_BYTES] = set->names[i];
    const uint64_t n = made++;
    const ref_t ref = seq << 16 | (2 * i + 1);
    const int64_t start = first_start + (int64_t)(n / INSPECTORS) * 4 * 3600;

    (void)snprintf(names[0], ID_BYTES, "inspector-%03" PRIu64, n % INSPECTORS);
    (void)snprintf(names[1], ID_BYTES, "%016" PRIx64, is_ordered ? n : scatter(n));
    (void)snprintf(names[2], ID_BYTES, "k-%016" PRIx64, scatter(n + 7));
    set->claims[i] = (struct row_claim){ .inspector = str_from(names[0]),
                                         .starts_at = start,
                                         .ends_at = start + VISIT_S,
                                         .ref = ref + 1,
                                         .owner = ref,
                                         .lock_group = ref + 1,
                                         .order_number = (int64_t)n };
    set->inspections[i] = (struct row_inspection){ .ref = ref,
                                                   .id = str_from(names[1]),
                                                   .order_number = (int64_t)n,
                                                   .starts_at = start,
                                                   .ends_at = start + VISIT_S,
                                                   .status = STR("confirmed"),
                                                   .version = 1,
                                                   .person = ref,
                                                   .key_id = STR("key"),
                                                   .place_key = (int64_t)(scatter(n) >> 1),
                                                   .doc = { filler, DOC_BYTES } };
    set->persons[i] =
        (struct row_person){ .ref = ref, .salt = { filler, 16 }, .data = { filler, PERSON_BYTES } };
    set->idempotency =
        (struct row_idempotency){ .key_id = STR("key"), .key = str_from(names[2]), .seq = seq };
    set->touched[2 * i] = ref;
    set->touched[2 * i + 1] = ref + 1;
}

static struct store_entry bookings_make(struct row_set *set, size_t n)
{
    struct store_entry entry = entry_make(++seq);

    for (size_t i = 0; i < n; i++)
        booking_make(set, i);
    entry.entry.payload = (struct str){ filler, PAYLOAD_BYTES };
    entry.claims = set->claims;
    entry.n_claims = n;
    entry.inspections = set->inspections;
    entry.n_inspections = n;
    entry.persons = set->persons;
    entry.n_persons = n;
    entry.idempotency = &set->idempotency;
    entry.touched = set->touched;
    entry.n_touched = n > 1 ? 0 : 2;
    return entry;
}

static void bookings_commit(struct store *store, struct row_set *sets, size_t entries, size_t rows)
{
    struct store_entry list[GROUP];
    const struct store_change change = {
        .company = STR("company"), .expected_seq = seq, .entries = list, .n_entries = entries
    };
    size_t at = 0;

    for (size_t i = 0; i < entries; i++)
        list[i] = bookings_make(&sets[i], rows);
    assert_int_equal(commit(store, &change, 1, &at), STORE_COMMITTED);
}

static void measure(struct store *store, struct row_set *sets, const char *what, size_t commits,
                    size_t entries, size_t rows)
{
    const double wall = seconds(CLOCK_MONOTONIC);
    const double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    const double n = (double)(commits * entries * rows);

    for (size_t i = 0; i < commits; i++)
        bookings_commit(store, sets, entries, rows);
    const double wall_taken = seconds(CLOCK_MONOTONIC) - wall;
    printf("%-28s %8.0f bookings/s %7.0f commits/s %6.1f us CPU a booking, %.2f s\n", what,
           n / wall_taken, (double)commits / wall_taken,
           (seconds(CLOCK_THREAD_CPUTIME_ID) - cpu) / n * 1e6, wall_taken);
}

static il_rc count_visit(void *context, const void *row, struct il_err *reterr)
{
    (void)row;
    (void)reterr;
    ++*(size_t *)context;
    return IL_OK;
}

static void load(struct store *store, int64_t from, int64_t to)
{
    const struct store_query query = {
        .table = TABLE_CLAIM, .by = BY_TIME, .company = STR("company"), .from = from, .to = to
    };
    const double start = seconds(CLOCK_MONOTONIC);
    struct store_read *read = NULL;
    struct il_err err = { 0 };
    size_t found = 0;

    assert_int_equal(store_read_open(store, &read, &err), IL_OK);
    assert_int_equal(store_find(read, &query, count_visit, &found, &err), IL_OK);
    store_read_close(read);
    printf("claims by time: %zu found in %.2f ms\n", found,
           (seconds(CLOCK_MONOTONIC) - start) * 1e3);
}

int main(int count, char **arguments)
{
    const size_t inspections = count > 2 ? (size_t)strtoul(arguments[2], NULL, 10) : 1000000;
    const struct store_sqlite_options options = { .path = count > 1 ? arguments[1] : "" };
    struct row_set *sets = calloc(GROUP, sizeof *sets);
    struct store *store = NULL;
    struct il_err err = { 0 };

    if (count < 2 || !sets) {
        (void)fprintf(stderr, "usage: store_bench FILE [INSPECTIONS [ordered]]\n");
        return 2;
    }
    is_ordered = count > 3;
    hash_start();
    memset(filler, 'x', sizeof filler);
    if (store_sqlite_open(&options, dice_system(), &store, &err) != IL_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    measure(store, sets, "single, empty store", SINGLES, 1, 1);
    measure(store, sets, "64 a commit, empty store", GROUPS, GROUP, 1);
    measure(store, sets, "bulk, 10 entries of 500", inspections / BULK_ROWS / BULK_ENTRIES,
            BULK_ENTRIES, BULK_ROWS);
    const int64_t now = first_start + (int64_t)(made / INSPECTORS + 1) * 4 * 3600;
    measure(store, sets, "future", FUTURE / BULK_ROWS, 1, BULK_ROWS);
    for (int i = 0; i < 3; i++)
        load(store, now, INT64_MAX);
    load(store, now - 86400, now);
    measure(store, sets, "single, full store", SINGLES, 1, 1);
    measure(store, sets, "64 a commit, full store", GROUPS, GROUP, 1);
    const double closing = seconds(CLOCK_MONOTONIC);
    store_close(store);
    printf("close %.2f s", seconds(CLOCK_MONOTONIC) - closing);
    const double opening = seconds(CLOCK_MONOTONIC);
    assert_int_equal(store_sqlite_open(&options, dice_system(), &store, &err), IL_OK);
    printf(", open %.3f s\n", seconds(CLOCK_MONOTONIC) - opening);
    load(store, now, INT64_MAX);
    store_close(store);
    free(sets);
    return 0;
}
