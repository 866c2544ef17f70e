/* What the conformance tests share: entries to commit, rows as text, dumps of a store. */
#include "suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char place[] = "/tmp/interlock-store-XXXXXX";

void place_make(void)
{
    assert_non_null(mkdtemp(place));
}

const char *place_path(const char *suffix)
{
    static char path[PATH_BYTES];

    assert_true(snprintf(path, sizeof path, "%s/t.db%s", place, suffix) < PATH_BYTES);
    return path;
}

void place_clear(void)
{
    const char *const suffixes[] = { "", "-wal", "-shm", "-journal", ".lock" };

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        (void)unlink(place_path(suffixes[i]));
}

void place_drop(void)
{
    place_clear();
    assert_int_equal(rmdir(place), 0);
}

struct store *memory_open(void)
{
    struct store *store = NULL;
    struct il_err err = { 0 };

    assert_int_equal(store_memory_open(dice_system(), &store, &err), IL_OK);
    return store;
}

static struct store *file_open(bool read_only)
{
    const struct store_sqlite_options options = { .path = place_path(""), .read_only = read_only };
    struct store *store = NULL;
    struct il_err err = { 0 };

    if (store_sqlite_open(&options, dice_system(), &store, &err) != IL_OK)
        fail_msg("%s", err.text);
    return store;
}

struct store *sqlite_open(void)
{
    return file_open(false);
}

struct store *sqlite_read_only_open(void)
{
    return file_open(true);
}

enum store_outcome commit(struct store *store, const struct store_change *changes, size_t n,
                          size_t *ret_at)
{
    enum store_outcome outcome = STORE_UNKNOWN;
    struct il_err err = { 0 };

    if (store_commit(store, changes, n, &outcome, ret_at, &err) != IL_OK)
        fail_msg("%s", err.text);
    return outcome;
}

enum store_outcome commit_one(struct store *store, const char *company, uint64_t expected_seq,
                              struct store_entry entry)
{
    const struct store_change change = { .company = str_from(company),
                                         .expected_seq = expected_seq,
                                         .entries = &entry,
                                         .n_entries = 1 };
    size_t at = 0;

    return commit(store, &change, 1, &at);
}

struct store_entry entry_make(uint64_t seq)
{
    return (struct store_entry){ .entry = { .seq = seq,
                                            .at = 1000 + (int64_t)seq,
                                            .kind = STR("book"),
                                            .payload = STR("{}"),
                                            .hash = { { (uint8_t)seq } } },
                                 .next_order = 2000 + (int64_t)seq };
}

struct row_claim claim_make(ref_t ref, const char *inspector, int64_t from, int64_t to, ref_t group)
{
    return (struct row_claim){ .inspector = str_from(inspector),
                               .starts_at = from,
                               .ends_at = to,
                               .ref = ref,
                               .owner = 10,
                               .lock_group = group };
}

static void str_print_to(struct buf *out, struct str text)
{
    buf_print(out, "%.*s", STR_ARG(text));
}

static void touch_print(struct buf *out, const struct row_touch *row)
{
    buf_print(out, "%llu.%llu", (unsigned long long)row->ref, (unsigned long long)row->seq);
}

static void key_print(struct buf *out, enum store_table table, const void *row)
{
    const struct row_setting *setting = row;
    const struct row_idempotency *idempotency = row;

    if (table == TABLE_COMPANY)
        str_print_to(out, ((const struct row_company *)row)->id);
    else if (table == TABLE_SETTING)
        buf_print(out, "%.*s/%.*s", STR_ARG(setting->kind), STR_ARG(setting->id));
    else if (table == TABLE_IDEMPOTENCY)
        buf_print(out, "%.*s/%.*s", STR_ARG(idempotency->key_id), STR_ARG(idempotency->key));
    else if (table == TABLE_KEY)
        buf_print(out, "%.*s.%.*s", STR_ARG(((const struct row_key *)row)->company),
                  STR_ARG(((const struct row_key *)row)->id));
    else if (table == TABLE_CLAIM)
        buf_print(out, "%llu", (unsigned long long)((const struct row_claim *)row)->ref);
    else if (table == TABLE_ENTRY)
        buf_print(out, "%.*s.%llu", STR_ARG(((const struct row_entry *)row)->company),
                  (unsigned long long)((const struct row_entry *)row)->seq);
    else if (table == TABLE_TOUCH)
        touch_print(out, row);
    else if (table == TABLE_SEARCH_PART)
        buf_print(out, "%llu/%.*s",
                  (unsigned long long)((const struct row_search_part *)row)->block,
                  STR_ARG(((const struct row_search_part *)row)->word));
    else
        buf_print(out, "%llu", (unsigned long long)*(const ref_t *)row);
}

struct answering {
    struct buf *out;
    enum store_table table;
};

static il_rc key_visit(void *context, const void *row, struct il_err *reterr)
{
    const struct answering *answering = context;

    (void)reterr;
    if (answering->out->len > 0)
        buf_add_char(answering->out, ' ');
    key_print(answering->out, answering->table, row);
    return IL_OK;
}

const char *answer_in(struct store_read *read, struct store_query query)
{
    static char text[4096];
    struct buf out = { 0 };
    struct answering answering = { &out, query.table };
    struct il_err err = { 0 };

    if (store_find(read, &query, key_visit, &answering, &err) != IL_OK)
        fail_msg("%s", err.text);
    assert_true(out.len < sizeof text);
    (void)snprintf(text, sizeof text, "%.*s", (int)out.len, out.len ? out.own_at : "");
    if (out.len == 0)
        (void)snprintf(text, sizeof text, "-");
    buf_drop(&out);
    return text;
}

const char *answer(struct store *store, struct store_query query)
{
    struct store_read *read = NULL;
    struct il_err err = { 0 };

    if (store_read_open(store, &read, &err) != IL_OK)
        fail_msg("%s", err.text);
    const char *text = answer_in(read, query);
    store_read_close(read);
    return text;
}

static void claim_print(struct buf *out, const struct row_claim *c)
{
    buf_print(out, "%.*s %lld-%lld %llu %llu %llu %lld %lld %d %d %d %d", STR_ARG(c->inspector),
              (long long)c->starts_at, (long long)c->ends_at, (unsigned long long)c->ref,
              (unsigned long long)c->owner, (unsigned long long)c->lock_group,
              (long long)c->order_number, (long long)c->expires_at, c->lat_e7, c->lng_e7,
              c->has_place, c->kind);
}

static void inspection_print(struct buf *out, const struct row_inspection *i)
{
    buf_print(out, "%llu %.*s %lld %lld-%lld %.*s v%lld p%llu %.*s %.*s %lld %.*s",
              (unsigned long long)i->ref, STR_ARG(i->id), (long long)i->order_number,
              (long long)i->starts_at, (long long)i->ends_at, STR_ARG(i->status),
              (long long)i->version, (unsigned long long)i->person, STR_ARG(i->external_ref),
              STR_ARG(i->key_id), (long long)i->place_key, STR_ARG(i->doc));
}

static void hash_print(struct buf *out, const struct hash *hash)
{
    for (size_t i = 0; i < HASH_BYTES; i++)
        buf_print(out, "%02x", hash->at[i]);
}

static void api_key_print(struct buf *out, const struct row_key *key)
{
    buf_print(out, "%.*s %.*s %.*s %.*s %.*s %d %lld %lld ", STR_ARG(key->company),
              STR_ARG(key->id), STR_ARG(key->role), STR_ARG(key->name), STR_ARG(key->brand),
              key->may_override, (long long)key->created_at, (long long)key->revoked_at);
    hash_print(out, &key->secret);
}

static void company_print(struct buf *out, const struct row_company *company)
{
    buf_print(out, "%.*s %llu %lld %lld ", STR_ARG(company->id), (unsigned long long)company->seq,
              (long long)company->last_at, (long long)company->next_order);
    hash_print(out, &company->head);
}

static void entry_print(struct buf *out, const struct row_entry *entry)
{
    buf_print(out, "%llu %lld %.*s %.*s ", (unsigned long long)entry->seq, (long long)entry->at,
              STR_ARG(entry->kind), STR_ARG(entry->payload));
    hash_print(out, &entry->hash);
}

static void absence_print(struct buf *out, const struct row_absence *absence)
{
    buf_print(out, "%llu %.*s %.*s %.*s %lld-%lld v%lld %.*s %d", (unsigned long long)absence->ref,
              STR_ARG(absence->id), STR_ARG(absence->kind), STR_ARG(absence->inspector),
              (long long)absence->starts_at, (long long)absence->ends_at,
              (long long)absence->version, STR_ARG(absence->doc), absence->removed);
}

static void idempotency_print(struct buf *out, const struct row_idempotency *idempotency)
{
    buf_print(out, "%.*s %.*s %llu %lld ", STR_ARG(idempotency->key_id), STR_ARG(idempotency->key),
              (unsigned long long)idempotency->seq, (long long)idempotency->at);
    hash_print(out, &idempotency->request);
}

static void row_print(struct buf *out, enum store_table table, const void *row)
{
    const struct row_setting *setting = row;
    const struct row_hold *hold = row;
    const struct row_conflict *conflict = row;
    const struct row_person *person = row;
    const struct row_outbox *outbox = row;
    const struct row_search_block *block = row;
    const struct row_search_part *part = row;

    buf_print(out, "%d: ", (int)table);
    switch (table) {
    case TABLE_COMPANY:
        company_print(out, row);
        break;
    case TABLE_ENTRY:
        entry_print(out, row);
        break;
    case TABLE_SETTING:
        buf_print(out, "%.*s %.*s %.*s %llu %d", STR_ARG(setting->kind), STR_ARG(setting->id),
                  STR_ARG(setting->body), (unsigned long long)setting->person, setting->removed);
        break;
    case TABLE_CLAIM:
        claim_print(out, row);
        break;
    case TABLE_HOLD:
        buf_print(out, "%llu %.*s %lld %.*s", (unsigned long long)hold->ref, STR_ARG(hold->state),
                  (long long)hold->expires_at, STR_ARG(hold->doc));
        break;
    case TABLE_ABSENCE:
        absence_print(out, row);
        break;
    case TABLE_INSPECTION:
        inspection_print(out, row);
        break;
    case TABLE_CONFLICT:
        buf_print(out, "%llu %llu %llu %.*s %.*s %.*s", (unsigned long long)conflict->ref,
                  (unsigned long long)conflict->claim_a, (unsigned long long)conflict->claim_b,
                  STR_ARG(conflict->inspector), STR_ARG(conflict->state), STR_ARG(conflict->doc));
        break;
    case TABLE_PERSON:
        buf_print(out, "%llu %zu %.*s %.*s ", (unsigned long long)person->ref, person->salt.len,
                  STR_ARG(person->salt), STR_ARG(person->data));
        hash_print(out, &person->hash);
        break;
    case TABLE_IDEMPOTENCY:
        idempotency_print(out, row);
        break;
    case TABLE_OUTBOX:
        buf_print(out, "%llu %llu %.*s %.*s %.*s", (unsigned long long)outbox->ref,
                  (unsigned long long)outbox->owner, STR_ARG(outbox->kind), STR_ARG(outbox->state),
                  STR_ARG(outbox->doc));
        break;
    case TABLE_KEY:
        api_key_print(out, row);
        break;
    case TABLE_TOUCH:
        touch_print(out, row);
        break;
    case TABLE_SEARCH_BLOCK:
        buf_print(out, "%llu %llu %lld", (unsigned long long)block->last,
                  (unsigned long long)block->first, (long long)block->n);
        break;
    case TABLE_SEARCH_PART:
        buf_print(out, "%llu %.*s %.*s", (unsigned long long)part->block, STR_ARG(part->word),
                  STR_ARG(part->data));
        break;
    }
    buf_add_char(out, '\n');
}

struct dump {
    struct buf *out;
    enum store_table table;
    struct store_read *read;
};

static il_rc row_visit(void *context, const void *row, struct il_err *reterr)
{
    const struct dump *dump = context;

    (void)reterr;
    row_print(dump->out, dump->table, row);
    return IL_OK;
}

/* Asks for more of the same view while a search is under way. */
static il_rc company_visit(void *context, const void *row, struct il_err *reterr)
{
    struct dump *dump = context;

    row_print(dump->out, TABLE_COMPANY, row);
    for (int table = TABLE_ENTRY; table <= TABLE_SEARCH_PART; table++) {
        struct dump inner = { dump->out, (enum store_table)table, dump->read };
        const struct store_query query = { .table = (enum store_table)table,
                                           .by = BY_ALL,
                                           .company = ((const struct row_company *)row)->id };

        TRY(store_find(dump->read, &query, row_visit, &inner, reterr));
    }
    return IL_OK;
}

struct buf everything(struct store *store)
{
    const struct store_query query = { .table = TABLE_COMPANY, .by = BY_ALL };
    struct buf out = { 0 };
    struct dump dump = { .out = &out };
    struct il_err err = { 0 };

    if (store_read_open(store, &dump.read, &err) != IL_OK ||
        store_find(dump.read, &query, company_visit, &dump, &err) != IL_OK)
        fail_msg("%s", err.text);
    store_read_close(dump.read);
    buf_add_char(&out, '\0');
    return out;
}

static const struct row_setting settings[] = {
    { .kind = TEXT("service"), .id = TEXT("home"), .body = TEXT("{\"m\":180}") },
    { .kind = TEXT("brand"), .id = TEXT("west"), .body = TEXT("{}") },
    { .kind = TEXT("brand"), .id = TEXT("east"), .body = TEXT("{}"), .person = 60 },
};

static const struct row_hold holds[] = {
    { .ref = 40, .state = TEXT("live"), .expires_at = 500, .doc = TEXT("h") },
    { .ref = 42, .state = TEXT("expired"), .expires_at = 100, .doc = TEXT("h") },
    { .ref = 41, .state = TEXT("live"), .expires_at = 400, .doc = TEXT("h") },
};

static const struct row_absence absences[] = {
    { .ref = 30,
      .id = TEXT("vac-1"),
      .kind = TEXT("vacation"),
      .inspector = TEXT("ann"),
      .starts_at = 1000,
      .ends_at = 201000,
      .version = 1,
      .doc = TEXT("a") },
    { .ref = 31,
      .id = TEXT("ev-1"),
      .kind = TEXT("Event"),
      .inspector = TEXT("ann"),
      .starts_at = 5000,
      .ends_at = 6000,
      .version = 1,
      .doc = TEXT("") },
};

static const struct row_inspection inspections[] = {
    { .ref = 20,
      .id = TEXT("i-20"),
      .order_number = 1002,
      .starts_at = 150,
      .ends_at = 250,
      .status = TEXT("confirmed"),
      .version = 1,
      .key_id = TEXT("k1"),
      .place_key = 7,
      .doc = TEXT("d20") },
    { .ref = 10,
      .id = TEXT("i-10"),
      .order_number = 1003,
      .starts_at = 100,
      .ends_at = 300,
      .status = TEXT("confirmed"),
      .version = 1,
      .person = 60,
      .external_ref = TEXT("x1"),
      .key_id = TEXT("k1"),
      .place_key = 7,
      .doc = TEXT("d10") },
    { .ref = 21,
      .id = TEXT("i-21"),
      .order_number = 1001,
      .starts_at = 50,
      .ends_at = 90,
      .status = TEXT("completed"),
      .version = 1,
      .key_id = TEXT("k1"),
      .doc = TEXT("d21") },
};

static const struct row_conflict conflicts[] = {
    { .ref = 52,
      .claim_a = 11,
      .claim_b = 13,
      .inspector = TEXT("ann"),
      .state = TEXT("open"),
      .doc = TEXT("c") },
    { .ref = 51,
      .claim_a = 11,
      .claim_b = 14,
      .inspector = TEXT("ann"),
      .state = TEXT("resolved"),
      .doc = TEXT("c") },
    { .ref = 50,
      .claim_a = 13,
      .claim_b = 14,
      .inspector = TEXT("bob"),
      .state = TEXT("open"),
      .doc = TEXT("c") },
};

static const struct row_person persons[] = {
    { .ref = 61, .salt = TEXT("\0\1"), .hash = { { 9 } }, .data = TEXT("{\"name\":\"B\"}") },
    { .ref = 60, .salt = TEXT("\2\3"), .hash = { { 8 } }, .data = TEXT("{\"name\":\"A\"}") },
};

static const struct row_outbox outbox[] = {
    { .ref = 72, .owner = 20, .kind = TEXT("create"), .state = TEXT("pending"), .doc = TEXT("o") },
    { .ref = 71, .owner = 10, .kind = TEXT("update"), .state = TEXT("pending"), .doc = TEXT("o") },
    { .ref = 70, .owner = 10, .kind = TEXT("create"), .state = TEXT("sent"), .doc = TEXT("o") },
};

static const struct row_search_block search_blocks[] = { { 21, 21, 1, false },
                                                         { 20, 10, 2, false } };

static const struct row_search_part search_parts[] = {
    { 20, TEXT("stone"), TEXT("\0s"), false },
    { 20, TEXT("a"), TEXT("1"), false },
    { 21, TEXT("a"), TEXT("1"), false },
    { 20, TEXT("m"), TEXT("1"), false },
};

static struct row_key key_make(const char *company, struct str id, uint8_t n)
{
    return (struct row_key){ .id = id,
                             .secret = { { (uint8_t)company[0], n } },
                             .role = STR("staff"),
                             .name = STR("Desk"),
                             .may_override = true,
                             .created_at = 5 };
}

static struct store_entry first_entry(void)
{
    static const ref_t touched[] = { 20, 10 };
    struct store_entry entry = entry_make(1);

    entry.touched = touched;
    entry.n_touched = 2;
    entry.settings = settings;
    entry.n_settings = 3;
    entry.holds = holds;
    entry.n_holds = 3;
    entry.absences = absences;
    entry.n_absences = 2;
    entry.inspections = inspections;
    entry.n_inspections = 3;
    entry.conflicts = conflicts;
    entry.n_conflicts = 3;
    entry.persons = persons;
    entry.n_persons = 2;
    entry.outbox = outbox;
    entry.n_outbox = 3;
    return entry;
}

static void company_commit(struct store *store, const char *company)
{
    struct row_claim claims[] = {
        claim_make(16, "ann", 5000, 6000, LOCK_GROUP_ABSENCE),
        claim_make(12, "ann", 200, 300, 12),
        claim_make(11, "ann", 100, 200, 11),
        claim_make(14, "bob", 50, 90, 14),
        claim_make(13, "bob", 150, 250, 13),
        claim_make(15, "ann", 1000, 201000, LOCK_GROUP_ABSENCE),
    };
    const struct row_key keys[] = { key_make(company, STR("k2"), 2),
                                    key_make(company, STR("k1"), 1) };
    const struct row_idempotency idempotency = {
        .key_id = STR("k1"), .key = STR("once"), .request = { { 7 } }, .seq = 1, .at = 1001
    };
    struct store_entry entries[2] = { first_entry(), entry_make(2) };
    static const ref_t gone[] = { 12 };
    static const ref_t touched[] = { 10 };
    static const struct row_claim moved = { .inspector = TEXT("ann"),
                                            .starts_at = 200,
                                            .ends_at = 310,
                                            .ref = 17,
                                            .owner = 20,
                                            .lock_group = 17 };
    static const struct row_setting removed = { .kind = TEXT("service"),
                                                .id = TEXT("home"),
                                                .removed = true };
    static const struct row_hold consumed = {
        .ref = 41, .state = TEXT("consumed"), .expires_at = 400, .doc = TEXT("h2")
    };
    size_t at = 0;

    entries[0].claims = claims;
    entries[0].n_claims = sizeof claims / sizeof *claims;
    entries[0].keys = keys;
    entries[0].n_keys = 2;
    entries[0].idempotency = &idempotency;
    entries[1].touched = touched;
    entries[1].n_touched = 1;
    entries[1].claims_removed = gone;
    entries[1].n_claims_removed = 1;
    entries[1].claims = &moved;
    entries[1].n_claims = 1;
    entries[1].settings = &removed;
    entries[1].n_settings = 1;
    entries[1].holds = &consumed;
    entries[1].n_holds = 1;
    const struct store_change change = { .company = str_from(company),
                                         .entries = entries,
                                         .n_entries = 2,
                                         .search = { search_blocks, 2, search_parts, 4 } };
    assert_int_equal(commit(store, &change, 1, &at), STORE_COMMITTED);
}

void rows_commit(struct store *store)
{
    company_commit(store, "a");
    company_commit(store, "b");
}
