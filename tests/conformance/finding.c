/* What a store finds: every table in every way, the same in both backends and after reopening;
 * S7 of store/store.h. */
#include "conformance.h"

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

    { __LINE__, { .table = TABLE_ENTRY, .by = BY_ALL }, "a.1 a.2" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_ALL, .ref = 1 }, "a.2" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_ALL, .ref = UINT64_MAX }, "-" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_ALL, .limit = 1 }, "a.1" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_REF, .ref = 2 }, "a.2" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_REF, .ref = 3 }, "-" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_OWNER, .ref = 10 }, "a.1 a.2" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_OWNER, .ref = 20 }, "a.1" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_OWNER, .ref = 21 }, "-" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_OWNER, .ref = 10, .limit = 1 }, "a.1" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_FIRST }, "a.1 b.1" },
    { __LINE__, { .table = TABLE_ENTRY, .by = BY_FIRST, .limit = 1 }, "a.1" },

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

    { __LINE__, { .table = TABLE_TOUCH, .by = BY_ALL }, "10.1 10.2 20.1" },
    { __LINE__, { .table = TABLE_TOUCH, .by = BY_ALL, .ref = 10 }, "20.1" },

    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_AFTER, .from = INT64_MIN, .to = INT64_MAX },
      "21 10 20" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_AFTER, .from = 50, .to = 150 }, "21 10" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_AFTER, .from = 50, .ref = 21, .to = 151 },
      "10 20" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_AFTER, .from = 50, .ref = 21, .to = 151, .limit = 1 },
      "10" },
    { __LINE__,
      { .table = TABLE_INSPECTION,
        .by = BY_AFTER,
        .text = TEXT("completed"),
        .from = INT64_MIN,
        .to = INT64_MAX },
      "21" },
    { __LINE__,
      { .table = TABLE_INSPECTION,
        .by = BY_AFTER,
        .text = TEXT("completed"),
        .from = 50,
        .ref = 21,
        .to = INT64_MAX },
      "-" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_BEFORE, .from = INT64_MIN, .to = INT64_MAX },
      "20 10 21" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_BEFORE, .from = 51, .to = 150 }, "10" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_BEFORE, .from = 50, .to = 150, .ref = 21 },
      "20 10 21" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_BEFORE, .from = 50, .to = 150, .ref = 20, .limit = 1 },
      "10" },
    { __LINE__,
      { .table = TABLE_INSPECTION,
        .by = BY_BEFORE,
        .text = TEXT("completed"),
        .from = 50,
        .to = INT64_MAX },
      "21" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_NEWEST, .ref = UINT64_MAX }, "21 20 10" },
    { __LINE__, { .table = TABLE_INSPECTION, .by = BY_NEWEST, .ref = 21, .key = 10 }, "20" },
    { __LINE__,
      { .table = TABLE_INSPECTION, .by = BY_NEWEST, .ref = UINT64_MAX, .limit = 2 },
      "21 20" },

    { __LINE__, { .table = TABLE_SEARCH_BLOCK, .by = BY_ALL }, "20 21" },
    { __LINE__, { .table = TABLE_SEARCH_BLOCK, .by = BY_ALL, .ref = 20 }, "21" },
    { __LINE__, { .table = TABLE_SEARCH_PART, .by = BY_ALL }, "20/a 20/m 20/stone 21/a" },
    { __LINE__, { .table = TABLE_SEARCH_PART, .by = BY_ALL, .ref = 20 }, "21/a" },
    { __LINE__, { .table = TABLE_SEARCH_PART, .by = BY_OWNER, .ref = 20 }, "20/a 20/m 20/stone" },
    { __LINE__,
      { .table = TABLE_SEARCH_PART,
        .by = BY_WORD,
        .ref = 20,
        .text = TEXT("m"),
        .text2 = TEXT("m") },
      "20/m" },
    { __LINE__,
      { .table = TABLE_SEARCH_PART,
        .by = BY_WORD,
        .ref = 20,
        .text = TEXT("lake"),
        .text2 = TEXT("mz") },
      "20/a 20/m" },
    { __LINE__,
      { .table = TABLE_SEARCH_PART,
        .by = BY_WORD,
        .ref = 20,
        .text = TEXT("zoo"),
        .text2 = TEXT("zoo") },
      "20/stone" },
    { __LINE__,
      { .table = TABLE_SEARCH_PART,
        .by = BY_WORD,
        .ref = 20,
        .text = TEXT("1"),
        .text2 = TEXT("1") },
      "-" },
    { __LINE__,
      { .table = TABLE_SEARCH_PART,
        .by = BY_WORD,
        .ref = 20,
        .text = TEXT("1"),
        .text2 = TEXT("b") },
      "20/a" },
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

void every_table_every_way(void **state)
{
    struct store *store = open_empty(state);

    rows_commit(store);
    cases_check(store);
    store_close(store);
}

void reopened_keeps_everything(void **state)
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
void backends_agree(void **state)
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

void unknown_ways_are_refused(void **state)
{
    struct store *store = open_empty(state);
    struct store_read *read = NULL;
    struct il_err err = { 0 };
    int known = 0;

    assert_int_equal(store_read_open(store, &read, &err), IL_OK);
    for (int table = TABLE_COMPANY; table <= TABLE_SEARCH_PART; table++)
        for (int by = BY_ALL; by <= BY_WORD; by++) {
            const struct store_query query = { .table = (enum store_table)table,
                                               .by = (enum store_by)by };
            const il_rc rc = store_find(read, &query, NULL, NULL, &err);

            assert_true(rc == IL_OK || rc == IL_INVALID);
            known += rc == IL_OK;
        }
    assert_int_equal(known, 48);
    store_read_close(read);
    store_close(store);
}

static il_rc stop_visit(void *context, const void *row, struct il_err *reterr)
{
    (void)row;
    ++*(int *)context;
    return il_fail(reterr, IL_LIMIT, "enough");
}

void visitor_ends_the_search(void **state)
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

void s7_companies_are_walls(void **state)
{
    struct store *store = open_empty(state);

    rows_commit(store);
    for (int table = TABLE_ENTRY; table <= TABLE_SEARCH_PART; table++) {
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
