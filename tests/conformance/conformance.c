/* The contract S1..S9 of store/store.h, run on every backend. */
#include "suite.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

static const struct backend {
    const char *name;
    struct store *(*open)(void);
} backends[] = { { "memory", memory_open }, { "sqlite", sqlite_open } };

static struct store *open_empty(void **state)
{
    const struct backend *backend = *state;

    place_clear();
    return backend->open();
}

/* Company "a" of rows_commit. Ways that a table does not know are asked in their own test. */
static const struct {
    int line;
    struct store_query query;
    const char *found;
} cases[] = {
    { __LINE__, { .table = TABLE_COMPANY, .by = BY_ALL, .company = TEXT("") }, "a b" },
    { __LINE__, { .table = TABLE_COMPANY, .by = BY_ALL, .limit = 1 }, "a" },
    { __LINE__, { .table = TABLE_COMPANY, .by = BY_ID, .text = TEXT("b") }, "b" },
    { __LINE__, { .table = TABLE_COMPANY, .by = BY_ID, .text = TEXT("c") }, "-" },

    { __LINE__, { .table = TABLE_ENTRY, .by = BY_ALL }, "1 2" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_ALL, .ref = 1 }, "2" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_ALL, .ref = UINT64_MAX }, "-" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_ALL, .limit = 1 }, "1" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_REF, .ref = 2 }, "2" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_REF, .ref = 3 }, "-" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_OWNER, .ref = 10 }, "1 2" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_OWNER, .ref = 20 }, "1" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_OWNER, .ref = 21 }, "-" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_OWNER, .ref = 10, .limit = 1 }, "1" },

    { __LINE__, { .table = TABLE_SETTING, .by = BY_ALL }, "brand/east brand/west" },
    { __LINE__, { .table = TABLE_SETTING, .by = BY_ALL, .limit = 1 }, "brand/east" },
    { __LINE__,
      { .table = TABLE_SETTING, .by = BY_ID, .text = TEXT("brand"), .text2 = TEXT("west") },
      "brand/west" },
    { __LINE__,
      { .table = TABLE_SETTING, .by = BY_ID, .text = TEXT("service"), .text2 = TEXT("home") },
      "-" },

    { __LINE__, { .table = TABLE_CLAIM, .by = BY_ALL }, "11 13 14 15 16 17" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_ALL, .ref = 13, .limit = 2 }, "14 15" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_REF, .ref = 17 }, "17" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_REF, .ref = 12 }, "-" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_OWNER, .ref = 10 }, "11 13 14 15 16" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_OWNER, .ref = 20 }, "17" },
    { __LINE__,
      { .table = TABLE_CLAIM, .by = BY_TIME, .from = INT64_MIN, .to = INT64_MAX },
      "11 17 15 16 14 13" },
    { __LINE__,
      { .table = TABLE_CLAIM, .by = BY_TIME, .from = INT64_MIN, .to = INT64_MAX, .limit = 5 },
      "11 17 15 16 14" },
    { __LINE__,
      { .table = TABLE_CLAIM, .by = BY_TIME, .from = INT64_MIN, .to = INT64_MAX, .limit = 2 },
      "11 17" },
    { __LINE__,
      { .table = TABLE_CLAIM, .by = BY_TIME, .from = 200, .to = INT64_MAX },
      "17 15 16 13" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_TIME, .from = 199, .to = 201 }, "11 17 13" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_TIME, .from = 199, .to = 200 }, "11 13" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_TIME, .from = 100000, .to = 100001 }, "15" },
    { __LINE__,
      { .table = TABLE_CLAIM, .by = BY_TIME, .text = TEXT("bob"), .to = INT64_MAX },
      "14 13" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_TIME, .text = TEXT("bo"), .to = INT64_MAX }, "-" },
    { __LINE__, { .table = TABLE_CLAIM, .by = BY_TIME, .from = 201000, .to = INT64_MAX }, "-" },

    { __LINE__, { .table = TABLE_HOLD, .by = BY_ALL }, "40 41 42" },
    { __LINE__, { .table = TABLE_HOLD, .by = BY_REF, .ref = 42 }, "42" },
    { __LINE__, { .table = TABLE_HOLD, .by = BY_TIME, .from = 100 }, "40 41" },
    { __LINE__, { .table = TABLE_HOLD, .by = BY_TIME, .from = 99 }, "40 41 42" },
    { __LINE__, { .table = TABLE_HOLD, .by = BY_TIME, .from = 99, .limit = 2 }, "40 41" },
    { __LINE__, { .table = TABLE_HOLD, .by = BY_STATE, .text = TEXT("live") }, "40" },
    { __LINE__, { .table = TABLE_HOLD, .by = BY_STATE, .text = TEXT("consumed") }, "41" },
    { __LINE__, { .table = TABLE_HOLD, .by = BY_STATE, .text = TEXT("live"), .ref = 40 }, "-" },

    { __LINE__, { .table = TABLE_ABSENCE, .by = BY_ALL }, "30 31" },
    { __LINE__, { .table = TABLE_ABSENCE, .by = BY_REF, .ref = 31 }, "31" },
    { __LINE__, { .table = TABLE_ABSENCE, .by = BY_ID, .text = TEXT("vac-1") }, "30" },
    { __LINE__, { .table = TABLE_ABSENCE, .by = BY_ID, .text = TEXT("vac-2") }, "-" },

    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_ALL }, "10 20 21" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_REF, .ref = 20 }, "20" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_ID, .text = TEXT("i-21") }, "21" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_ORDER, .from = 1003 }, "10" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_ORDER, .from = 1004 }, "-" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_EXTERNAL, .text = TEXT("k1"), .text2 = TEXT("x1") },
      "10" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_EXTERNAL, .text = TEXT("k2"), .text2 = TEXT("x1") },
      "-" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_EXTERNAL, .text = TEXT("k1") }, "-" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_PLACE, .key = 7, .to = INT64_MAX }, "10 20" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_PLACE, .key = 7, .from = 100, .to = 150 },
      "10" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_PLACE, .key = 7, .from = 101, .to = 151 },
      "20" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_PLACE, .key = 0, .to = INT64_MAX }, "-" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_TIME, .to = INT64_MAX }, "21 10 20" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_TIME, .from = 50, .to = 150 }, "21 10" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_TIME, .from = 51, .to = 151, .limit = 1 },
      "10" },

    { __LINE__, { .table = TABLE_CONFLICT, .by = BY_ALL }, "50 51 52" },
    { __LINE__, { .table = TABLE_CONFLICT, .by = BY_REF, .ref = 51 }, "51" },
    { __LINE__, { .table = TABLE_CONFLICT, .by = BY_STATE, .text = TEXT("open") }, "50 52" },
    { __LINE__,
      { .table = TABLE_CONFLICT, .by = BY_STATE, .text = TEXT("open"), .ref = 50 },
      "52" },

    { __LINE__, { .table = TABLE_PERSON, .by = BY_ALL, .ref = 60 }, "61" },
    { __LINE__, { .table = TABLE_PERSON, .by = BY_REF, .ref = 60 }, "60" },

    { __LINE__, { .table = TABLE_IDEMPOTENCY, .by = BY_ALL }, "k1/once" },
    { __LINE__,
      { .table = TABLE_IDEMPOTENCY, .by = BY_ID, .text = TEXT("k1"), .text2 = TEXT("once") },
      "k1/once" },
    { __LINE__,
      { .table = TABLE_IDEMPOTENCY, .by = BY_ID, .text = TEXT("k2"), .text2 = TEXT("once") },
      "-" },

    { __LINE__, { .table = TABLE_OUTBOX, .by = BY_ALL }, "70 71 72" },
    { __LINE__, { .table = TABLE_OUTBOX, .by = BY_REF, .ref = 72 }, "72" },
    { __LINE__, { .table = TABLE_OUTBOX, .by = BY_OWNER, .ref = 10 }, "70 71" },
    { __LINE__, { .table = TABLE_OUTBOX, .by = BY_STATE, .text = TEXT("pending") }, "71 72" },
    { __LINE__,
      { .table = TABLE_OUTBOX, .by = BY_STATE, .text = TEXT("pending"), .limit = 1 },
      "71" },

    { __LINE__, { .table = TABLE_KEY, .by = BY_ALL }, "a.k1 a.k2" },
    { __LINE__, { .table = TABLE_KEY, .by = BY_ID, .text = TEXT("k2") }, "a.k2" },
    { __LINE__, { .table = TABLE_KEY, .by = BY_SECRET, .hash = { { 'a', 1 } } }, "a.k1" },
    { __LINE__, { .table = TABLE_KEY, .by = BY_SECRET, .hash = { { 'b', 2 } } }, "b.k2" },
    { __LINE__, { .table = TABLE_KEY, .by = BY_SECRET, .hash = { { 'c', 2 } } }, "-" },
};

static void cases_check(struct store *store)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store_query query = cases[i].query;

        query.company = STR("a");
        const char *found = answer(store, query);
        if (strcmp(found, cases[i].found) != 0)
            fail_msg("case of line %d: found %s", cases[i].line, found);
    }
}

static void every_table_every_way(void **state)
{
    struct store *store = open_empty(state);

    rows_commit(store);
    cases_check(store);
    store_close(store);
}

static void reopened_keeps_everything(void **state)
{
    (void)state;
    place_clear();
    struct store *store = sqlite_open();
    rows_commit(store);
    struct buf before = everything(store);
    const struct hash secret = store_secret(store);
    struct store *beside = sqlite_read_only_open();
    cases_check(beside);
    store_close(beside);
    store_close(store);

    store = sqlite_open();
    cases_check(store);
    struct buf after = everything(store);
    const struct hash secret_after = store_secret(store);
    assert_string_equal(before.own_at, after.own_at);
    assert_memory_equal(&secret, &secret_after, sizeof secret);
    store_close(store);
    buf_drop(&before);
    buf_drop(&after);
}

/* Both backends give the same rows back, every field of them. */
static void backends_agree(void **state)
{
    (void)state;
    place_clear();
    struct store *memory = memory_open();
    struct store *sqlite = sqlite_open();
    const struct row_claim extreme = { .inspector = STR("\xc3\xa9"),
                                       .starts_at = INT64_MIN,
                                       .ends_at = INT64_MAX,
                                       .ref = INT64_MAX,
                                       .owner = INT64_MAX,
                                       .lock_group = INT64_MAX,
                                       .order_number = INT64_MIN,
                                       .expires_at = INT64_MAX,
                                       .lat_e7 = INT32_MIN,
                                       .lng_e7 = INT32_MAX,
                                       .has_place = true,
                                       .kind = CLAIM_VACATION };
    struct store_entry entry = entry_make(1);

    entry.claims = &extreme;
    entry.n_claims = 1;
    rows_commit(memory);
    rows_commit(sqlite);
    assert_int_equal(commit_one(memory, "c", 0, entry), STORE_COMMITTED);
    assert_int_equal(commit_one(sqlite, "c", 0, entry), STORE_COMMITTED);
    struct buf a = everything(memory);
    struct buf b = everything(sqlite);
    assert_string_equal(a.own_at, b.own_at);
    assert_non_null(strstr(a.own_at, "-9223372036854775808-9223372036854775807"));
    buf_drop(&a);
    buf_drop(&b);
    store_close(memory);
    store_close(sqlite);
}

static void unknown_ways_are_refused(void **state)
{
    struct store *store = open_empty(state);
    struct store_read *read = NULL;
    struct il_err err = { 0 };
    int known = 0;

    assert_int_equal(store_read_open(store, &read, &err), IL_OK);
    for (int table = TABLE_COMPANY; table <= TABLE_KEY; table++)
        for (int by = BY_ALL; by <= BY_SECRET; by++) {
            const struct store_query query = { .table = (enum store_table)table,
                                               .by = (enum store_by)by };
            const il_rc rc = store_find(read, &query, NULL, NULL, &err);

            assert_true(rc == IL_OK || rc == IL_INVALID);
            known += rc == IL_OK;
        }
    assert_int_equal(known, 39);
    store_read_close(read);
    store_close(store);
}

static il_rc stop_visit(void *context, const void *row, struct il_err *reterr)
{
    (void)row;
    ++*(int *)context;
    return il_fail(reterr, IL_LIMIT, "enough");
}

static void visitor_ends_the_search(void **state)
{
    struct store *store = open_empty(state);
    struct store_read *read = NULL;
    struct il_err err = { 0 };
    const struct store_query query = {
        .table = TABLE_CLAIM, .by = BY_TIME, .company = STR("a"), .to = INT64_MAX
    };
    int visits = 0;

    rows_commit(store);
    assert_int_equal(store_read_open(store, &read, &err), IL_OK);
    assert_int_equal(store_find(read, &query, stop_visit, &visits, &err), IL_LIMIT);
    assert_int_equal(visits, 1);
    assert_string_equal(answer_in(read, query), "11 17 15 16 14 13");
    store_read_close(read);
    store_close(store);
}

/* Runs `changes` and asserts the outcome, the index, and that a store that said no is as before. */
static void refused_whole(struct store *store, const struct store_change *changes, size_t n,
                          enum store_outcome expected, size_t expected_at)
{
    struct buf before = everything(store);
    size_t at = 99;

    assert_int_equal(commit(store, changes, n, &at), expected);
    assert_int_equal(at, expected_at);
    struct buf after = everything(store);
    assert_string_equal(before.own_at, after.own_at);
    buf_drop(&before);
    buf_drop(&after);
}

static void s1_s2_all_or_nothing(void **state)
{
    struct store *store = open_empty(state);
    static const ref_t gone[] = { 11, 13, 14 };
    static const struct row_absence removed = { .ref = 30, .removed = true };
    static const struct row_person erased = { .ref = 60 };
    struct row_claim free_claim = claim_make(90, "bob", 0, 10, 90);
    struct row_claim taken = claim_make(91, "ann", 150, 160, 91);
    struct store_entry good[2] = { entry_make(3), entry_make(4) };
    struct store_entry bad[2] = { entry_make(3), entry_make(4) };

    rows_commit(store);
    good[0].claims_removed = gone;
    good[0].n_claims_removed = 3;
    good[0].absences = &removed;
    good[0].n_absences = 1;
    good[0].persons = &erased;
    good[0].n_persons = 1;
    good[1].claims = &free_claim;
    good[1].n_claims = 1;
    bad[0].claims = &free_claim;
    bad[0].n_claims = 1;
    bad[1].claims = &taken;
    bad[1].n_claims = 1;
    struct store_entry fresh = entry_make(1);
    struct store_change changes[] = {
        { STR("new"), 0, &fresh, 1 },
        { STR("a"), 2, good, 2 },
        { STR("b"), 2, bad, 2 },
    };
    refused_whole(store, changes, 3, STORE_REFUSED, 2);

    changes[2].expected_seq = 1; /* stale */
    bad[0].entry.seq = 2;
    bad[1].entry.seq = 3;
    refused_whole(store, changes, 3, STORE_MOVED, 2);

    struct store_change absent = { STR("nobody"), 2, good, 2 };
    refused_whole(store, &absent, 1, STORE_MOVED, 0);
    struct store_change exists = { STR("a"), 0, &fresh, 1 };
    refused_whole(store, &exists, 1, STORE_MOVED, 0);

    const struct store_stats stats = store_stats(store);
    assert_int_equal(stats.commits, 2);
    size_t at = 0;
    assert_int_equal(commit(store, changes, 2, &at), STORE_COMMITTED);
    assert_string_equal(
        answer(store,
               (struct store_query){ .table = TABLE_CLAIM, .by = BY_ALL, .company = STR("a") }),
        "15 16 17 90");
    assert_int_equal(store_stats(store).commits, 3);
    assert_int_equal(store_stats(store).syncs, 3);
    store_close(store);
}

/* Allen's thirteen relations of a claim to one at [100, 200). */
static const struct {
    const char *name;
    int64_t from, to;
    bool overlaps;
} allen[] = {
    { "before", 10, 50, false },         { "meets", 50, 100, false },
    { "overlaps", 50, 150, true },       { "finished by", 50, 200, true },
    { "contains", 50, 250, true },       { "starts", 100, 150, true },
    { "equals", 100, 200, true },        { "started by", 100, 250, true },
    { "during", 120, 180, true },        { "finishes", 150, 200, true },
    { "overlapped by", 150, 250, true }, { "met by", 200, 250, false },
    { "after", 250, 300, false },
};

static void relation_check(struct store *store, uint64_t *seq, size_t r, int64_t scale,
                           bool same_group)
{
    static const ref_t gone[] = { 1, 2 };
    struct row_claim there = claim_make(1, "ann", 100 * scale, 200 * scale, 7);
    struct row_claim claim =
        claim_make(2, "ann", allen[r].from * scale, allen[r].to * scale, same_group ? 7 : 8);
    struct store_entry entry = entry_make(*seq + 1);
    const bool refused = allen[r].overlaps && !same_group;

    entry.claims_removed = gone;
    entry.n_claims_removed = 2;
    entry.claims = &there;
    entry.n_claims = 1;
    assert_int_equal(commit_one(store, "a", (*seq)++, entry), STORE_COMMITTED);
    entry = entry_make(*seq + 1);
    entry.claims = &claim;
    entry.n_claims = 1;
    const enum store_outcome outcome = commit_one(store, "a", *seq, entry);
    if (outcome != (refused ? STORE_REFUSED : STORE_COMMITTED))
        fail_msg("%s, scale %lld, %s group", allen[r].name, (long long)scale,
                 same_group ? "same" : "other");
    *seq += outcome == STORE_COMMITTED;

    /* Another inspector and another company are never in the way. */
    claim.inspector = STR("ann2");
    claim.ref = 3 + *seq;
    claim.starts_at += (int64_t)*seq * 1000 * scale;
    claim.ends_at += (int64_t)*seq * 1000 * scale;
    entry = entry_make(*seq + 1);
    entry.claims = &claim;
    entry.n_claims = 1;
    assert_int_equal(commit_one(store, "a", (*seq)++, entry), STORE_COMMITTED);
}

static void s4_the_second_lock(void **state)
{
    static const int64_t scales[] = { 1, 3600, 86400 };
    struct store *store = open_empty(state);
    uint64_t seq = 0;

    for (size_t s = 0; s < 3; s++)
        for (size_t r = 0; r < sizeof allen / sizeof *allen; r++)
            for (int same = 0; same < 2; same++)
                relation_check(store, &seq, r, scales[s], same != 0);
    store_close(store);
}

/* A long absence, short claims inside its group's time, and ends in an order that is not the order
 * of starts: the look must not stop at the first that is free. */
static void s4_against_a_plain_model(void **state)
{
    enum { ROUNDS = 4000, ROOM = 400 };
    struct store *store = open_empty(state);
    const unsigned seed = 20260101;
    struct row_claim *model = calloc(ROUNDS, sizeof *model);
    size_t n = 0;
    uint64_t seq = 0;
    size_t refused = 0;

    print_message("seed %u\n", seed);
    srand(seed);
    for (int round = 0; round < ROUNDS; round++) {
        const int64_t from = rand() % 100 * 20000;
        const int64_t length = rand() % 10 == 0 ? rand() % 900000 + 1 : rand() % 50000 + 1;
        struct row_claim claim = claim_make((ref_t)round + 1, rand() % 2 ? "ann" : "bob", from,
                                            from + length, (ref_t)(rand() % 3));
        const ref_t gone = n ? model[(size_t)rand() % n].ref : 0;
        struct store_entry entry = entry_make(seq + 1);
        bool free_time = true;

        entry.claims = &claim;
        entry.n_claims = 1;
        entry.claims_removed = &gone;
        entry.n_claims_removed = n > ROOM / 10 || (n && rand() % 2) ? 1 : 0;
        for (size_t i = 0; i < n; i++)
            if (model[i].starts_at < claim.ends_at && claim.starts_at < model[i].ends_at &&
                str_equal(model[i].inspector, claim.inspector) &&
                model[i].lock_group != claim.lock_group &&
                !(entry.n_claims_removed && model[i].ref == gone))
                free_time = false;
        const enum store_outcome outcome = commit_one(store, "a", seq, entry);
        if (outcome != (free_time ? STORE_COMMITTED : STORE_REFUSED))
            fail_msg("seed %u, round %d", seed, round);
        refused += !free_time;
        if (!free_time)
            continue;
        seq++;
        for (size_t i = 0; entry.n_claims_removed && i < n; i++)
            if (model[i].ref == gone)
                model[i] = model[--n];
        model[n++] = claim;
    }
    assert_true(refused > ROUNDS / 10 && seq > ROUNDS / 10);
    free(model);
    store_close(store);
}

static void unique_rules_refuse(void **state)
{
    struct store *store = open_empty(state);
    struct row_inspection inspection = {
        .ref = 90, .id = STR("i-90"), .order_number = 1090, .status = STR("confirmed")
    };
    struct store_entry entry = entry_make(3);
    const struct store_change change = { STR("a"), 2, &entry, 1 };

    rows_commit(store);
    entry.inspections = &inspection;
    entry.n_inspections = 1;
    inspection.order_number = 1001;
    refused_whole(store, &change, 1, STORE_REFUSED, 0);
    inspection.order_number = 1090;
    inspection.id = STR("i-10");
    refused_whole(store, &change, 1, STORE_REFUSED, 0);
    inspection.id = STR("i-90");
    inspection.key_id = STR("k1");
    inspection.external_ref = STR("x1");
    refused_whole(store, &change, 1, STORE_REFUSED, 0);

    entry = entry_make(3);
    const struct row_absence absence = { .ref = 91, .id = STR("ev-1") };
    entry.absences = &absence;
    entry.n_absences = 1;
    refused_whole(store, &change, 1, STORE_REFUSED, 0);

    entry = entry_make(3);
    const struct row_key key = { .id = STR("k9"), .secret = { { 'b', 1 } } };
    entry.keys = &key;
    entry.n_keys = 1;
    refused_whole(store, &change, 1, STORE_REFUSED, 0);

    entry = entry_make(3);
    const struct row_idempotency again = { .key_id = STR("k1"), .key = STR("once"), .seq = 3 };
    entry.idempotency = &again;
    refused_whole(store, &change, 1, STORE_REFUSED, 0);

    entry = entry_make(3);
    const struct row_claim claim = claim_make(11, "zoe", 1, 2, 11);
    entry.claims = &claim;
    entry.n_claims = 1;
    refused_whole(store, &change, 1, STORE_REFUSED, 0);
    store_close(store);
}

static void s5_deletes_first_entries_in_order(void **state)
{
    struct store *store = open_empty(state);
    static const ref_t gone_11[] = { 11 };
    static const ref_t gone_80[] = { 80 };
    struct row_claim over_11 = claim_make(80, "ann", 100, 200, 80);
    struct row_claim over_80 = claim_make(81, "ann", 150, 160, 81);
    struct store_entry entries[2] = { entry_make(3), entry_make(4) };
    struct store_change change = { STR("a"), 2, entries, 2 };
    size_t at = 0;

    rows_commit(store);
    entries[0].claims_removed = gone_11;
    entries[0].n_claims_removed = 1;
    entries[0].claims = &over_11;
    entries[0].n_claims = 1;
    entries[1].claims_removed = gone_80;
    entries[1].n_claims_removed = 1;
    entries[1].claims = &over_80;
    entries[1].n_claims = 1;
    struct store_entry swapped[2] = { entries[1], entries[0] };
    swapped[0].entry.seq = 3;
    swapped[1].entry.seq = 4;
    change.entries = swapped;
    refused_whole(store, &change, 1, STORE_REFUSED, 0);
    change.entries = entries;
    assert_int_equal(commit(store, &change, 1, &at), STORE_COMMITTED);

    /* An id freed and taken again in one entry, the taker listed first. */
    const struct row_absence absences[] = { { .ref = 95, .id = STR("ev-1") },
                                            { .ref = 31, .removed = true } };
    struct store_entry entry = entry_make(5);
    entry.absences = absences;
    entry.n_absences = 2;
    assert_int_equal(commit_one(store, "a", 4, entry), STORE_COMMITTED);
    assert_string_equal(answer(store, (struct store_query){ .table = TABLE_ABSENCE,
                                                            .by = BY_ID,
                                                            .company = STR("a"),
                                                            .text = STR("ev-1") }),
                        "95");
    store_close(store);
}

static void s7_companies_are_walls(void **state)
{
    struct store *store = open_empty(state);

    rows_commit(store);
    for (int table = TABLE_ENTRY; table <= TABLE_KEY; table++) {
        const struct store_query query = { .table = (enum store_table)table,
                                           .by = BY_ALL,
                                           .company = STR("c") };

        assert_string_equal(answer(store, query), "-");
    }
    static const ref_t gone[] = { 11, 13, 14, 15, 16, 17 };
    static const struct row_setting removed = { .kind = TEXT("brand"),
                                                .id = TEXT("west"),
                                                .removed = true };
    struct store_entry entry = entry_make(3);
    entry.claims_removed = gone;
    entry.n_claims_removed = 6;
    entry.settings = &removed;
    entry.n_settings = 1;
    assert_int_equal(commit_one(store, "b", 2, entry), STORE_COMMITTED);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct store_query query = cases[i].query;

        query.company = STR("a");
        assert_string_equal(answer(store, query), cases[i].found);
    }
    store_close(store);
}

static void s9_the_journal_has_no_gap(void **state)
{
    struct store *store = open_empty(state);
    struct store_entry entries[2] = { entry_make(3), entry_make(4) };
    const struct store_change change = { STR("a"), 2, entries, 2 };
    enum store_outcome outcome = STORE_UNKNOWN;
    struct il_err err = { 0 };
    size_t at = 0;
    static const uint64_t wrong[][2] = { { 4, 5 }, { 3, 3 }, { 3, 5 }, { 2, 3 }, { 0, 1 } };

    rows_commit(store);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        entries[0].entry.seq = wrong[i][0];
        entries[1].entry.seq = wrong[i][1];
        assert_int_equal(store_commit(store, &change, 1, &outcome, &at, &err), IL_INVALID);
    }
    entries[0].entry.seq = 3;
    entries[1].entry.seq = 4;
    const struct row_claim empty = claim_make(90, "ann", 900, 900, 90);
    entries[1].claims = &empty;
    entries[1].n_claims = 1;
    assert_int_equal(store_commit(store, &change, 1, &outcome, &at, &err), IL_INVALID);
    assert_int_equal(outcome, STORE_UNKNOWN);
    assert_string_equal(
        answer(store,
               (struct store_query){ .table = TABLE_ENTRY, .by = BY_ALL, .company = STR("a") }),
        "1 2");
    store_close(store);
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
        { "S7 companies are walls", s7_companies_are_walls },
        { "S9 the journal has no gap", s9_the_journal_has_no_gap },
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
