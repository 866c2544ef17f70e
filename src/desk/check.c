/* Verifying stored data against the laws.
 *
 *  X1  The journal is gapless and every hash follows from the one before.
 *  X2  The projections equal the fold of the journal: it is replayed into an empty in-memory store,
 *      and every row of both is compared.
 *  X3  Two claims of one inspector overlap only where a conflict names the pair; absences may.
 *  X4  A live inspection has exactly the claims its record names; a cancelled one has none.
 *  X5  Personal data match the salted hash the journal knows, or have been erased. */
#include "desk_parts.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINDINGS_MAX = 100 };

struct checking {
    struct store_read *read;
    struct store *fold;
    struct arena *arena;
    struct str company;
    struct hash head;
    uint64_t seq;
    utc_s at;
    size_t inspection_claims; /* stored */
    size_t named_claims;      /* by records */
    struct check_report *report;
};

static void find(struct checking *c, const char *format, ...) IL_PRINTF(2, 3);

static void find(struct checking *c, const char *format, ...)
{
    char text[IL_ERR_TEXT_BYTES];
    va_list args;
    if (++c->report->n_findings > FINDINGS_MAX)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_print(&c->report->findings, "%.*s: %s\n", STR_ARG(c->company), text);
}

/* ---- X1, X2: the journal ---- */

static void check_chain(struct checking *c, const struct row_entry *row)
{
    const struct hash expected = hash_join(&c->head, row->payload);
    if (row->seq != c->seq + 1)
        find(c, "the journal jumps from seq %llu to %llu", (unsigned long long)c->seq,
             (unsigned long long)row->seq);
    if (!hash_equal(&expected, &row->hash))
        find(c, "the hash of entry %llu does not follow from the entry before",
             (unsigned long long)row->seq);
    if (row->at < c->at)
        find(c, "entry %llu lies before the entry before it in time", (unsigned long long)row->seq);
    c->head = row->hash;
    c->seq = row->seq;
    c->at = row->at;
}

static il_rc fold_entry(struct checking *c, const struct row_entry *row, struct arena *arena,
                        struct il_err *reterr)
{
    struct entry entry;
    struct store_entry rows;
    struct il_err why;
    enum store_outcome outcome;
    size_t at;
    if (entry_read(arena, row->payload, &entry, &why) != IL_OK) {
        find(c, "entry %llu cannot be read: %s", (unsigned long long)row->seq, why.text);
        return IL_OK;
    }
    entry.hash = row->hash;
    entry_project(arena, &entry, row->payload, NULL, 0, &rows);
    if (entry.seq != row->seq || entry.at != row->at)
        find(c, "entry %llu says it is entry %llu", (unsigned long long)row->seq,
             (unsigned long long)entry.seq);
    rows.entry.seq = row->seq;
    const struct store_change change = { c->company, row->seq - 1, &rows, 1 };
    TRY(store_commit(c->fold, &change, 1, &outcome, &at, reterr));
    if (outcome != STORE_COMMITTED)
        find(c, "entry %llu takes time that another claim has", (unsigned long long)row->seq);
    return IL_OK;
}

static il_rc visit_entry(void *context, const void *row, struct il_err *reterr)
{
    struct checking *c = context;
    struct arena arena = arena_make(SIZE_MAX / 2);
    check_chain(c, row);
    const il_rc rc = fold_entry(c, row, &arena, reterr);
    arena_drop(&arena);
    c->report->entries++;
    return rc;
}

static il_rc check_journal(struct checking *c, struct il_err *reterr)
{
    const struct store_query query = { .table = TABLE_ENTRY, .by = BY_ALL, .company = c->company };
    return store_find(c->read, &query, visit_entry, c, reterr);
}

/* ---- X2: the projections ---- */

struct row_sum { /* one row, as far as a comparison needs it */
    uint64_t hash;
    ref_t ref;
};

struct sums {
    enum store_table table;
    struct row_sum *at; /* heap */
    size_t n, room;
    struct buf text;
};

static void sum_claim(struct buf *t, const struct row_claim *r)
{
    buf_print(t, "%.*s %lld %lld %llu %llu %llu %lld %lld %d %d %d %d", STR_ARG(r->inspector),
              (long long)r->starts_at, (long long)r->ends_at, (unsigned long long)r->ref,
              (unsigned long long)r->owner, (unsigned long long)r->lock_group,
              (long long)r->order_number, (long long)r->expires_at, (int)r->lat_e7, (int)r->lng_e7,
              r->has_place, r->kind);
}

static void sum_inspection(struct buf *t, const struct row_inspection *r)
{
    buf_print(t, "%.*s %lld %lld %lld %.*s %lld %llu %lld ", STR_ARG(r->id),
              (long long)r->order_number, (long long)r->starts_at, (long long)r->ends_at,
              STR_ARG(r->status), (long long)r->version, (unsigned long long)r->person,
              (long long)r->place_key);
    buf_add_str(t, r->external_ref);
    buf_add_str(t, r->key_id);
    buf_add_str(t, r->doc);
}

static void sum_absence(struct buf *t, const struct row_absence *r)
{
    buf_print(t, "%.*s %.*s %.*s %lld %lld %lld ", STR_ARG(r->id), STR_ARG(r->kind),
              STR_ARG(r->inspector), (long long)r->starts_at, (long long)r->ends_at,
              (long long)r->version);
    buf_add_str(t, r->doc);
}

static void sum_key(struct buf *t, const struct row_key *r)
{
    buf_print(t, "%.*s %.*s %d %lld %lld ", STR_ARG(r->id), STR_ARG(r->role), r->may_override,
              (long long)r->created_at, (long long)r->revoked_at);
    buf_add_str(t, r->name);
    buf_add_str(t, r->brand);
    buf_add(t, r->secret.at, HASH_BYTES);
}

/* The row as text, and its ref (0 where it has none). */
static ref_t sum_row(struct buf *t, enum store_table table, const void *row)
{
    const struct row_setting *s = row;
    const struct row_hold *h = row;
    const struct row_conflict *x = row;
    switch (table) {
    case TABLE_CLAIM:
        sum_claim(t, row);
        return ((const struct row_claim *)row)->ref;
    case TABLE_INSPECTION:
        sum_inspection(t, row);
        return ((const struct row_inspection *)row)->ref;
    case TABLE_ABSENCE:
        sum_absence(t, row);
        return ((const struct row_absence *)row)->ref;
    case TABLE_SETTING:
        buf_print(t, "%.*s %.*s %llu ", STR_ARG(s->kind), STR_ARG(s->id),
                  (unsigned long long)s->person);
        buf_add_str(t, s->body);
        return 0;
    case TABLE_HOLD:
        buf_print(t, "%.*s %lld ", STR_ARG(h->state), (long long)h->expires_at);
        buf_add_str(t, h->doc);
        return h->ref;
    case TABLE_CONFLICT:
        buf_print(t, "%.*s %llu %llu ", STR_ARG(x->state), (unsigned long long)x->claim_a,
                  (unsigned long long)x->claim_b);
        buf_add_str(t, x->doc);
        return x->ref;
    case TABLE_KEY:
        sum_key(t, row);
        return 0;
    case TABLE_OUTBOX:
        /* The state moves with delivery, which is not the journal's. */
        buf_print(t, "%llu %.*s", (unsigned long long)((const struct row_outbox *)row)->owner,
                  STR_ARG(((const struct row_outbox *)row)->kind));
        return ((const struct row_outbox *)row)->ref;
    case TABLE_COMPANY:
    case TABLE_ENTRY:
    case TABLE_PERSON:
    case TABLE_IDEMPOTENCY:
        break;
    }
    assert(false && "a table that is not compared");
    return 0;
}

static il_rc visit_sum(void *context, const void *row, struct il_err *reterr)
{
    struct sums *sums = context;
    (void)reterr;
    if (sums->n == sums->room) {
        sums->room = sums->room == 0 ? 1024 : 2 * sums->room;
        sums->at = realloc(sums->at, sums->room * sizeof *sums->at);
        if (sums->at == NULL)
            abort();
    }
    buf_clear(&sums->text);
    const ref_t ref = sum_row(&sums->text, sums->table, row);
    sums->at[sums->n++] = (struct row_sum){ hash_short(buf_view(&sums->text)), ref };
    return IL_OK;
}

static il_rc sums_of(struct checking *c, struct store_read *read, struct sums *ret,
                     struct il_err *reterr)
{
    const struct store_query query = { .table = ret->table, .by = BY_ALL, .company = c->company };
    return store_find(read, &query, visit_sum, ret, reterr);
}

static void sums_drop(struct sums *sums)
{
    free(sums->at);
    buf_drop(&sums->text);
}

static void compare_sums(struct checking *c, const char *name, const struct sums *stored,
                         const struct sums *folded)
{
    if (stored->n != folded->n)
        find(c, "%s: %zu rows are stored, %zu follow from the journal", name, stored->n, folded->n);
    const size_t n = stored->n < folded->n ? stored->n : folded->n;
    for (size_t i = 0; i < n; i++) {
        if (stored->at[i].hash == folded->at[i].hash)
            continue;
        find(c, "%s: row %zu (ref %llu) is not what the journal says (ref %llu)", name, i + 1,
             (unsigned long long)stored->at[i].ref, (unsigned long long)folded->at[i].ref);
        return;
    }
}

static il_rc check_projections(struct checking *c, struct store_read *fold, struct il_err *reterr)
{
    static const struct {
        enum store_table table;
        const char *name;
    } compared[] = { { TABLE_SETTING, "settings" },
                     { TABLE_CLAIM, "claims" },
                     { TABLE_HOLD, "holds" },
                     { TABLE_ABSENCE, "absences" },
                     { TABLE_INSPECTION, "inspections" },
                     { TABLE_CONFLICT, "conflicts" },
                     { TABLE_KEY, "keys" },
                     { TABLE_OUTBOX, "outbox" } };
    for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++) {
        struct sums stored = { .table = compared[i].table };
        struct sums folded = { .table = compared[i].table };
        il_rc rc = sums_of(c, c->read, &stored, reterr);
        if (rc == IL_OK)
            rc = sums_of(c, fold, &folded, reterr);
        if (rc == IL_OK)
            compare_sums(c, compared[i].name, &stored, &folded);
        sums_drop(&stored);
        sums_drop(&folded);
        if (rc != IL_OK)
            return rc;
    }
    return IL_OK;
}

/* ---- X3: overlaps, by a sweep that shares nothing with calendars ---- */

struct pair {
    ref_t a, b;
};

struct sweep {
    struct checking *check;
    struct pair *pairs; /* heap, sorted */
    size_t n_pairs, room_pairs;
    struct str inspector;
    struct row_claim *open; /* heap: claims that reach past the newest start */
    size_t n_open, room_open;
    bool by_inspector;
};

static int order_pairs(const void *x, const void *y)
{
    const struct pair *a = x;
    const struct pair *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

static il_rc visit_pair(void *context, const void *row, struct il_err *reterr)
{
    struct sweep *s = context;
    const struct row_conflict *conflict = row;
    (void)reterr;
    if (s->n_pairs == s->room_pairs) {
        s->room_pairs = s->room_pairs == 0 ? 64 : 2 * s->room_pairs;
        s->pairs = realloc(s->pairs, s->room_pairs * sizeof *s->pairs);
        if (s->pairs == NULL)
            abort();
    }
    s->pairs[s->n_pairs++] = (struct pair){ conflict->claim_a, conflict->claim_b };
    s->check->report->conflicts++;
    return IL_OK;
}

static bool is_absence(const struct row_claim *r)
{
    return r->kind == CLAIM_EVENT || r->kind == CLAIM_BLOCK || r->kind == CLAIM_VACATION;
}

static void judge_pair(struct sweep *s, const struct row_claim *x, const struct row_claim *y)
{
    const struct pair pair = { x->ref < y->ref ? x->ref : y->ref,
                               x->ref < y->ref ? y->ref : x->ref };
    if (is_absence(x) && is_absence(y))
        return;
    if (s->n_pairs > 0 && bsearch(&pair, s->pairs, s->n_pairs, sizeof pair, order_pairs) != NULL)
        return;
    find(s->check,
         "%.*s is taken twice from %lld to %lld: claims %llu (order %lld) and %llu "
         "(order %lld), and no conflict admits it",
         STR_ARG(x->inspector),
         (long long)(x->starts_at > y->starts_at ? x->starts_at : y->starts_at),
         (long long)(x->ends_at < y->ends_at ? x->ends_at : y->ends_at), (unsigned long long)x->ref,
         (long long)x->order_number, (unsigned long long)y->ref, (long long)y->order_number);
}

static il_rc visit_claim(void *context, const void *row, struct il_err *reterr)
{
    struct sweep *s = context;
    struct row_claim claim = *(const struct row_claim *)row;
    (void)reterr;
    s->check->report->claims++;
    s->check->inspection_claims += claim.kind == CLAIM_INSPECTION;
    if (!str_equal(s->inspector, claim.inspector)) {
        s->inspector = str_copy(s->check->arena, claim.inspector);
        s->n_open = 0;
    }
    claim.inspector = s->inspector;
    size_t kept = 0;
    for (size_t i = 0; i < s->n_open; i++) {
        if (s->open[i].ends_at <= claim.starts_at)
            continue;
        judge_pair(s, &s->open[i], &claim);
        s->open[kept++] = s->open[i];
    }
    s->n_open = kept;
    if (s->n_open == s->room_open) {
        s->room_open = s->room_open == 0 ? 64 : 2 * s->room_open;
        s->open = realloc(s->open, s->room_open * sizeof *s->open);
        if (s->open == NULL)
            abort();
    }
    s->open[s->n_open++] = claim;
    return IL_OK;
}

static il_rc check_overlaps(struct checking *c, struct il_err *reterr)
{
    struct sweep s = { .check = c };
    const struct store_query conflicts = { .table = TABLE_CONFLICT,
                                           .by = BY_ALL,
                                           .company = c->company };
    const struct store_query claims = { .table = TABLE_CLAIM,
                                        .by = BY_TIME,
                                        .company = c->company,
                                        .from = INT64_MIN,
                                        .to = INT64_MAX };
    il_rc rc = store_find(c->read, &conflicts, visit_pair, &s, reterr);
    if (s.n_pairs > 0)
        qsort(s.pairs, s.n_pairs, sizeof *s.pairs, order_pairs);
    if (rc == IL_OK)
        rc = store_find(c->read, &claims, visit_claim, &s, reterr);
    free(s.pairs);
    free(s.open);
    return rc;
}

/* ---- X4: records and their claims; X5: people ---- */

struct claim_look {
    const struct inspection *record;
    const struct assignment *assignment;
    bool is_right;
};

static il_rc visit_named(void *context, const void *row, struct il_err *reterr)
{
    struct claim_look *look = context;
    const struct row_claim *claim = row;
    const struct assignment *a = look->assignment;
    (void)reterr;
    look->is_right = claim->owner == look->record->ref && claim->kind == CLAIM_INSPECTION &&
                     str_equal(a->inspector, claim->inspector) &&
                     a->when.start == claim->starts_at && a->when.end == claim->ends_at;
    return IL_OK;
}

/* Each claim the record names is there and says the same. That there are no others follows from the
 * count of all (check_records). */
static il_rc check_claims(struct checking *c, const struct inspection *record,
                          struct il_err *reterr)
{
    const bool live = record->status != STATUS_CANCELLED;
    for (size_t i = 0; i < record->n_assignments; i++) {
        struct claim_look look = { record, &record->assignments[i], false };
        const struct store_query query = { .table = TABLE_CLAIM,
                                           .by = BY_REF,
                                           .company = c->company,
                                           .ref = record->assignments[i].claim };
        if (query.ref != 0)
            TRY(store_find(c->read, &query, visit_named, &look, reterr));
        c->named_claims += live;
        if (live != look.is_right || (!live && query.ref != 0))
            find(c, "order %lld: the claim of %.*s is not what the record says",
                 (long long)record->order_number, STR_ARG(record->assignments[i].inspector));
    }
    return IL_OK;
}

struct person_look {
    struct checking *check;
    const struct inspection *record;
    bool found;
};

static il_rc visit_person(void *context, const void *row, struct il_err *reterr)
{
    struct person_look *look = context;
    const struct row_person *p = row;
    (void)reterr;
    look->found = true;
    if (p->data.len == 0 && p->salt.len == 0)
        return IL_OK;
    struct buf both = { 0 };
    buf_add_str(&both, p->salt);
    buf_add_str(&both, p->data);
    const struct hash hash = hash_of(buf_view(&both));
    buf_drop(&both);
    if (!hash_equal(&hash, &look->record->person_hash))
        find(look->check, "the personal data of order %lld are not what the journal knows",
             (long long)look->record->order_number);
    return IL_OK;
}

static il_rc check_record(struct checking *c, const struct inspection *record,
                          struct il_err *reterr)
{
    TRY(check_claims(c, record, reterr));
    struct person_look person = { .check = c, .record = record };
    const struct store_query query = {
        .table = TABLE_PERSON, .by = BY_REF, .company = c->company, .ref = record->person
    };
    TRY(store_find(c->read, &query, visit_person, &person, reterr));
    if (record->person != 0 && !person.found)
        find(c, "order %lld refers to a person who is not stored", (long long)record->order_number);
    return IL_OK;
}

static il_rc visit_inspection(void *context, const void *row, struct il_err *reterr)
{
    struct checking *c = context;
    const struct row_inspection *stored = row;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct inspection record;
    struct il_err why;
    il_rc rc = IL_OK;
    c->report->inspections++;
    if (inspection_read(&arena, stored->doc, &record, &why) == IL_OK)
        rc = check_record(c, &record, reterr);
    else
        find(c, "inspection %.*s cannot be read: %s", STR_ARG(stored->id), why.text);
    arena_drop(&arena);
    return rc;
}

static il_rc check_records(struct checking *c, struct il_err *reterr)
{
    const struct store_query query = { .table = TABLE_INSPECTION,
                                       .by = BY_ALL,
                                       .company = c->company };
    TRY(store_find(c->read, &query, visit_inspection, c, reterr));
    if (c->named_claims != c->inspection_claims)
        find(c, "the inspections name %zu claims, %zu are stored", c->named_claims,
             c->inspection_claims);
    return IL_OK;
}

/* ---- a company ---- */

struct heads {
    struct arena *arena;
    struct row_company *at;
    size_t n, room;
};

static il_rc visit_head(void *context, const void *row, struct il_err *reterr)
{
    struct heads *heads = context;
    (void)reterr;
    heads->at = arena_grow(heads->arena, heads->at, heads->n, &heads->room, sizeof *heads->at);
    heads->at[heads->n] = *(const struct row_company *)row;
    heads->at[heads->n].id = str_copy(heads->arena, heads->at[heads->n].id);
    heads->n++;
    return IL_OK;
}

static il_rc check_company(struct checking *c, const struct row_company *head,
                           struct il_err *reterr)
{
    struct store_read *fold;
    TRY(check_journal(c, reterr));
    if (c->seq != head->seq || !hash_equal(&c->head, &head->head))
        find(c, "the company stands at seq %llu, its journal ends at %llu",
             (unsigned long long)head->seq, (unsigned long long)c->seq);
    TRY(store_read_open(c->fold, &fold, reterr));
    const il_rc rc = check_projections(c, fold, reterr);
    store_read_close(fold);
    if (rc != IL_OK)
        return rc;
    TRY(check_overlaps(c, reterr));
    return check_records(c, reterr);
}

static il_rc check_all(struct store_read *read, struct dice *dice, struct arena *arena,
                       struct check_report *ret, struct il_err *reterr)
{
    struct heads heads = { .arena = arena };
    const struct store_query query = { .table = TABLE_COMPANY, .by = BY_ALL };
    TRY(store_find(read, &query, visit_head, &heads, reterr));
    for (size_t i = 0; i < heads.n; i++) {
        struct checking c = {
            .read = read, .arena = arena, .company = heads.at[i].id, .report = ret
        };
        TRY(store_memory_open(dice, &c.fold, reterr));
        const il_rc rc = check_company(&c, &heads.at[i], reterr);
        store_close(c.fold);
        if (rc != IL_OK)
            return rc;
        ret->companies++;
    }
    return IL_OK;
}

il_rc desk_check(struct store *store, struct dice *dice, struct check_report *ret,
                 struct il_err *reterr)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct store_read *read;
    *ret = (struct check_report){ .n_findings = 0 };
    il_rc rc = store_read_open(store, &read, reterr);
    if (rc == IL_OK) {
        rc = check_all(read, dice, &arena, ret, reterr);
        store_read_close(read);
    }
    arena_drop(&arena);
    return rc;
}
