/* The contract S1..S9 of store/store.h, run on every backend; and S6, which needs threads. */
#include "conformance.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

static const struct backend backends[] = { { "memory", memory_open }, { "sqlite", sqlite_open } };

struct store *open_empty(void **state)
{
    const struct backend *backend = *state;

    place_clear();
    return backend->open();
}

enum { S6_ENTRIES = 400, S6_READERS = 3 };

struct s6 {
    struct store *store;
    atomic_bool done;
    atomic_ulong committed;
    atomic_int torn;
    atomic_ulong views;
};

struct s6_seen {
    uint64_t company_seq, entries, claims;
};

static il_rc s6_company(void *context, const void *row, struct il_err *reterr)
{
    (void)reterr;
    ((struct s6_seen *)context)->company_seq = ((const struct row_company *)row)->seq;
    return IL_OK;
}

static il_rc s6_entry(void *context, const void *row, struct il_err *reterr)
{
    (void)reterr;
    (void)row;
    ((struct s6_seen *)context)->entries++;
    return IL_OK;
}

static il_rc s6_claim(void *context, const void *row, struct il_err *reterr)
{
    (void)reterr;
    (void)row;
    ((struct s6_seen *)context)->claims++;
    return IL_OK;
}

static bool s6_look(struct store_read *read, struct s6_seen *seen)
{
    const struct store_query company = { .table = TABLE_COMPANY, .by = BY_ID, .text = STR("a") };
    const struct store_query entries = { .table = TABLE_ENTRY, .by = BY_ALL, .company = STR("a") };
    const struct store_query claims = { .table = TABLE_CLAIM, .by = BY_ALL, .company = STR("a") };
    struct il_err err = { 0 };

    *seen = (struct s6_seen){ 0 };
    return store_find(read, &claims, s6_claim, seen, &err) == IL_OK &&
           store_find(read, &entries, s6_entry, seen, &err) == IL_OK &&
           store_find(read, &company, s6_company, seen, &err) == IL_OK;
}

static void *s6_reader(void *context)
{
    struct s6 *s6 = context;

    while (!s6->done) {
        struct store_read *read = NULL;
        struct il_err err = { 0 };
        struct s6_seen first = { 0 };
        struct s6_seen second = { 0 };
        const unsigned long floor = s6->committed;

        if (store_read_open(s6->store, &read, &err) != IL_OK) {
            s6->torn++;
            continue;
        }
        bool whole = s6_look(read, &first);
        sched_yield();
        whole = whole && s6_look(read, &second);
        store_read_close(read);
        sched_yield();
        whole = whole && memcmp(&first, &second, sizeof first) == 0 && first.company_seq >= floor &&
                first.entries == first.company_seq && first.claims == 2 * first.company_seq;
        s6->torn += !whole;
        s6->views++;
    }
    return NULL;
}

static void s6_write(struct s6 *s6)
{
    for (uint64_t seq = 0; seq < S6_ENTRIES; seq++) {
        const int64_t at = (int64_t)seq * 10;
        struct row_claim claims[] = { claim_make(2 * seq + 1, "ann", at, at + 10, 1),
                                      claim_make(2 * seq + 2, "bob", at, at + 10, 1) };
        struct store_entry entry = entry_make(seq + 1);

        entry.claims = claims;
        entry.n_claims = 2;
        assert_int_equal(commit_one(s6->store, "a", seq, entry), STORE_COMMITTED);
        s6->committed = seq + 1;
        /* Looks must fall between commits, however threads are scheduled. */
        while (s6->views < seq / 10)
            sched_yield();
    }
}

static void s6_a_view_is_one_state(void **state)
{
    struct s6 s6 = { .store = open_empty(state) };
    pthread_t readers[S6_READERS];

    for (size_t i = 0; i < S6_READERS; i++)
        assert_int_equal(pthread_create(&readers[i], NULL, s6_reader, &s6), 0);
    while (s6.views == 0)
        sched_yield();
    s6_write(&s6);
    s6.done = true;
    for (size_t i = 0; i < S6_READERS; i++)
        assert_int_equal(pthread_join(readers[i], NULL), 0);
    assert_int_equal(s6.torn, 0);
    store_close(s6.store);
}

/* Between two commits the thread that commits sees all of the first, while others read too. */
static void s6_its_own_view_sees_its_commits(void **state)
{
    struct store *store = open_empty(state);
    struct il_err err;

    for (uint64_t seq = 0; seq < 3; seq++) {
        const int64_t at = (int64_t)seq * 10;
        struct row_claim claims[] = { claim_make(2 * seq + 1, "ann", at, at + 10, 1),
                                      claim_make(2 * seq + 2, "bob", at, at + 10, 1) };
        struct store_entry entry = entry_make(seq + 1);
        struct s6_seen own;
        struct s6_seen other;
        struct store_read *read;
        struct store_read *beside;

        entry.claims = claims;
        entry.n_claims = 2;
        assert_int_equal(store_read_open(store, &beside, &err), IL_OK);
        assert_true(s6_look(beside, &other));
        assert_int_equal(other.company_seq, seq);
        store_read_close(beside);
        assert_int_equal(commit_one(store, "a", seq, entry), STORE_COMMITTED);
        assert_int_equal(store_read_own(store, &read, &err), IL_OK);
        assert_true(s6_look(read, &own));
        assert_int_equal(own.company_seq, seq + 1);
        assert_int_equal(own.claims, 2 * (seq + 1));
        store_read_close(read);
    }
    store_close(store);
}

static int group_make(void **state)
{
    (void)state;
    hash_start();
    place_make();
    return 0;
}

static int group_drop(void **state)
{
    (void)state;
    place_drop();
    return 0;
}

int main(void)
{
    static const struct {
        const char *name;
        CMUnitTestFunction run;
    } tests[] = {
        { "every table, every way", every_table_every_way },
        { "unknown ways are refused", unknown_ways_are_refused },
        { "a visitor ends the search", visitor_ends_the_search },
        { "S1 S2 all or nothing", s1_s2_all_or_nothing },
        { "S4 the second lock", s4_the_second_lock },
        { "S4 against a plain model", s4_against_a_plain_model },
        { "unique rules refuse", unique_rules_refuse },
        { "S5 deletes first, entries in order", s5_deletes_first_entries_in_order },
        { "S6 a view is one state", s6_a_view_is_one_state },
        { "S6 its own view sees its commits", s6_its_own_view_sees_its_commits },
        { "S7 companies are walls", s7_companies_are_walls },
        { "S9 the journal has no gap", s9_the_journal_has_no_gap },
        { "words are no entry", words_are_no_entry },
        { "requests are forgotten", requests_are_forgotten },
    };
    enum { TESTS = sizeof tests / sizeof *tests, BACKENDS = sizeof backends / sizeof *backends };
    static char names[TESTS * BACKENDS][80];
    static struct backend states[BACKENDS];
    struct CMUnitTest all[TESTS * BACKENDS + 2] = { 0 };
    size_t n = 0;

    for (size_t b = 0; b < BACKENDS; b++) {
        states[b] = backends[b];
        for (size_t t = 0; t < TESTS; t++, n++) {
            (void)snprintf(names[n], sizeof names[n], "%s: %s", backends[b].name, tests[t].name);
            all[n] = (struct CMUnitTest){ .name = names[n],
                                          .test_func = tests[t].run,
                                          .initial_state = &states[b] };
        }
    }
    all[n++] = (struct CMUnitTest)cmocka_unit_test(reopened_keeps_everything);
    all[n++] = (struct CMUnitTest)cmocka_unit_test(backends_agree);
    return _cmocka_run_group_tests("store", all, n, group_make, group_drop);
}
