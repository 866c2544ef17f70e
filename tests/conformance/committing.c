/* What a store takes and refuses: S1 S2 S4 S5 S9 of store/store.h. */
#include "conformance.h"

#include <stdlib.h>

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

void s1_s2_all_or_nothing(void **state)
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
        { .company = STR("new"), .entries = &fresh, .n_entries = 1 },
        { .company = STR("a"), .expected_seq = 2, .entries = good, .n_entries = 2 },
        { .company = STR("b"), .expected_seq = 2, .entries = bad, .n_entries = 2 },
    };
    refused_whole(store, changes, 3, STORE_REFUSED, 2);

    changes[2].expected_seq = 1; /* stale */
    bad[0].entry.seq = 2;
    bad[1].entry.seq = 3;
    refused_whole(store, changes, 3, STORE_MOVED, 2);

    struct store_change absent = {
        .company = STR("nobody"), .expected_seq = 2, .entries = good, .n_entries = 2
    };
    refused_whole(store, &absent, 1, STORE_MOVED, 0);
    struct store_change exists = {
        .company = STR("a"), .expected_seq = 0, .entries = &fresh, .n_entries = 1
    };
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

void s4_the_second_lock(void **state)
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
void s4_against_a_plain_model(void **state)
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
        const int64_t from = (int64_t)(rand() % 100) * 20000;
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

void unique_rules_refuse(void **state)
{
    struct store *store = open_empty(state);
    struct row_inspection inspection = {
        .ref = 90, .id = STR("i-90"), .order_number = 1090, .status = STR("confirmed")
    };
    struct store_entry entry = entry_make(3);
    const struct store_change change = {
        .company = STR("a"), .expected_seq = 2, .entries = &entry, .n_entries = 1
    };

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

void s5_deletes_first_entries_in_order(void **state)
{
    struct store *store = open_empty(state);
    static const ref_t gone_11[] = { 11 };
    static const ref_t gone_80[] = { 80 };
    struct row_claim over_11 = claim_make(80, "ann", 100, 200, 80);
    struct row_claim over_80 = claim_make(81, "ann", 150, 160, 81);
    struct store_entry entries[2] = { entry_make(3), entry_make(4) };
    struct store_change change = {
        .company = STR("a"), .expected_seq = 2, .entries = entries, .n_entries = 2
    };
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

void s9_the_journal_has_no_gap(void **state)
{
    struct store *store = open_empty(state);
    struct store_entry entries[2] = { entry_make(3), entry_make(4) };
    const struct store_change change = {
        .company = STR("a"), .expected_seq = 2, .entries = entries, .n_entries = 2
    };
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
        "a.1 a.2");
    store_close(store);
}

static enum store_outcome words_commit(struct store *store, const char *company, uint64_t seq,
                                       struct store_search search)
{
    const struct store_change change = { .company = str_from(company),
                                         .expected_seq = seq,
                                         .search = search };
    size_t at = 0;

    return commit(store, &change, 1, &at);
}

/* Words change beside the journal, but never beside another writer: S1, S2, and deletes first. */
void words_are_no_entry(void **state)
{
    struct store *store = open_empty(state);
    const struct store_query company = { .table = TABLE_ENTRY, .by = BY_ALL, .company = STR("a") };
    const struct store_query parts = { .table = TABLE_SEARCH_PART,
                                       .by = BY_ALL,
                                       .company = STR("a") };
    const struct row_search_part made[] = { { 20, STR("a"), STR("2"), false },
                                            { 20, STR("a"), STR(""), true },
                                            { 21, STR("b"), STR("3"), false } };
    const struct store_search search = { .parts = made, .n_parts = 3 };

    rows_commit(store);
    assert_int_equal(words_commit(store, "a", 1, search), STORE_MOVED);
    assert_int_equal(words_commit(store, "nobody", 1, search), STORE_MOVED);
    assert_string_equal(answer(store, parts), "20/a 20/m 20/stone 21/a");
    assert_int_equal(words_commit(store, "a", 2, search), STORE_COMMITTED);
    assert_string_equal(answer(store, parts), "20/a 20/m 20/stone 21/a 21/b");
    assert_string_equal(answer(store, company), "a.1 a.2");

    struct store_entry entry = entry_make(3);
    const struct row_search_block gone = { .last = 20, .removed = true };
    const struct store_change both = { .company = STR("a"),
                                       .expected_seq = 2,
                                       .entries = &entry,
                                       .n_entries = 1,
                                       .search = { .blocks = &gone, .n_blocks = 1 } };
    size_t at = 0;
    assert_int_equal(commit(store, &both, 1, &at), STORE_COMMITTED);
    const struct store_query blocks = { .table = TABLE_SEARCH_BLOCK,
                                        .by = BY_ALL,
                                        .company = STR("a") };
    assert_string_equal(answer(store, blocks), "21");

    struct il_err err = { 0 };
    enum store_outcome outcome;
    const struct store_change nothing = { .company = STR("a"), .expected_seq = 3 };
    assert_int_equal(store_commit(store, &nothing, 1, &outcome, &at, &err), IL_INVALID);
    store_close(store);
}

static enum store_outcome forget(struct store *store, uint64_t seq, const char *key_id,
                                 const char *key)
{
    const struct row_idempotency row = { .key_id = str_from(key_id), .key = str_from(key) };
    const struct store_change change = {
        .company = STR("a"), .expected_seq = seq, .forgotten = &row, .n_forgotten = 1
    };
    size_t at = 0;

    return commit(store, &change, 1, &at);
}

/* Requests are forgotten beside the journal, but never beside another writer; one that is not there
 * is no reason to refuse, and the key may be used again. */
void requests_are_forgotten(void **state)
{
    struct store *store = open_empty(state);
    const struct store_query rows = { .table = TABLE_IDEMPOTENCY,
                                      .by = BY_ALL,
                                      .company = STR("a") };
    const struct row_idempotency more[] = {
        { .key_id = STR("k1"), .key = STR("two"), .seq = 3, .at = 1003 },
        { .key_id = STR("k0"), .key = STR("two"), .seq = 4, .at = 1004 },
        { .key_id = STR("k1"), .key = STR("once"), .seq = 5, .at = 1005 },
    };
    struct store_entry entry;

    rows_commit(store);
    for (size_t i = 0; i < 2; i++) {
        entry = entry_make(3 + i);
        entry.idempotency = &more[i];
        assert_int_equal(commit_one(store, "a", 2 + i, entry), STORE_COMMITTED);
    }
    assert_string_equal(answer(store, rows), "k0/two k1/once k1/two");
    struct store_query after = rows;
    after.by = BY_AFTER;
    assert_string_equal(answer(store, after), "k0/two k1/once k1/two");
    after.text = STR("k1");
    assert_string_equal(answer(store, after), "k1/once k1/two");
    after.text2 = STR("once");
    assert_string_equal(answer(store, after), "k1/two");
    after.text = STR("k0");
    after.limit = 1;
    assert_string_equal(answer(store, after), "k0/two");

    assert_int_equal(forget(store, 3, "k1", "once"), STORE_MOVED);
    assert_string_equal(answer(store, rows), "k0/two k1/once k1/two");
    assert_int_equal(forget(store, 4, "k1", "once"), STORE_COMMITTED);
    assert_int_equal(forget(store, 4, "k1", "once"), STORE_COMMITTED);
    assert_string_equal(answer(store, rows), "k0/two k1/two");
    struct store_query other = rows;
    other.company = STR("b");
    assert_string_equal(answer(store, other), "k1/once");
    entry = entry_make(5);
    entry.idempotency = &more[2];
    assert_int_equal(commit_one(store, "a", 4, entry), STORE_COMMITTED);
    assert_string_equal(answer(store, rows), "k0/two k1/once k1/two");
    store_close(store);
}
