/* Verifying stored data against the laws.
 *
 *  X1  The journal is gapless and every hash follows from the one before.
 *  X2  The projections equal the fold of the journal: it is replayed into an empty in-memory store,
 *      and every row of both is compared. Rows of a company that has neither a row nor a journal
 *      follow from nothing.
 *  The laws on what is stored (X3 to X6) are in check_laws.c, that on words in check_search.c. */
#include "check_parts.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FINDINGS_MAX = 100 };

void find(struct checking *c, const char *format, ...)
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
    note_people(c, &entry);
    note_mark(c, &entry, row->seq);
    TRY(note_revivals(c, &entry, reterr));
    entry_project(arena, &entry, row->payload, NULL, 0, &rows);
    if (!str_equal(rows.entry.kind, row->kind))
        find(c, "entry %llu is called %.*s and says %.*s", (unsigned long long)row->seq,
             STR_ARG(row->kind), STR_ARG(rows.entry.kind));
    if (entry.seq != row->seq || entry.at != row->at)
        find(c, "entry %llu says it is entry %llu", (unsigned long long)row->seq,
             (unsigned long long)entry.seq);
    rows.entry.seq = row->seq;
    const struct store_change change = {
        .company = c->company, .expected_seq = row->seq - 1, .entries = &rows, .n_entries = 1
    };
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
        buf_print(t, "%.*s %.*s %llu %llu ", STR_ARG(x->state), STR_ARG(x->inspector),
                  (unsigned long long)x->claim_a, (unsigned long long)x->claim_b);
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
    case TABLE_TOUCH:
        buf_print(t, "%llu", (unsigned long long)((const struct row_touch *)row)->seq);
        return ((const struct row_touch *)row)->ref;
    case TABLE_COMPANY:
    case TABLE_ENTRY:
    case TABLE_PERSON:
    case TABLE_IDEMPOTENCY:
    case TABLE_SEARCH_BLOCK:
    case TABLE_SEARCH_PART:
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
    buf_print(&sums->text, " %llu", (unsigned long long)ref);
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
                     { TABLE_OUTBOX, "outbox" },
                     { TABLE_TOUCH, "touches" } };
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

/* ---- a company ---- */

struct heads {
    struct arena *arena;
    struct row_company *at;
    size_t n, room;
    size_t n_stored; /* the first ones have rows; the others a journal only, and seq 0 */
};

static int order_heads(const void *x, const void *y)
{
    return str_order(((const struct row_company *)x)->id, ((const struct row_company *)y)->id);
}

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

/* The heads are sorted by id as long as they are companies' rows. */
static il_rc visit_journal(void *context, const void *row, struct il_err *reterr)
{
    struct heads *heads = context;
    const struct row_company head = { .id = ((const struct row_entry *)row)->company };
    const bool is_known = heads->n_stored > 0 && bsearch(&head, heads->at, heads->n_stored,
                                                         sizeof head, order_heads) != NULL;
    return is_known ? IL_OK : visit_head(heads, &head, reterr);
}

/* What the company's own row says beside its journal. */
static il_rc check_head(struct checking *c, const struct row_company *head, struct store_read *fold,
                        struct il_err *reterr)
{
    struct heads folded = { .arena = c->arena };
    const struct store_query query = { .table = TABLE_COMPANY, .by = BY_ID, .text = c->company };
    if (head->seq == 0) {
        find(c, "there is a journal, and no row of the company");
        return IL_OK;
    }
    if (c->seq != head->seq || !hash_equal(&c->head, &head->head))
        find(c, "the company stands at seq %llu, its journal ends at %llu",
             (unsigned long long)head->seq, (unsigned long long)c->seq);
    TRY(store_find(fold, &query, visit_head, &folded, reterr));
    if (folded.n == 1 && folded.at[0].next_order != head->next_order)
        find(c, "the next order number is %lld, the journal says %lld", (long long)head->next_order,
             (long long)folded.at[0].next_order);
    if (head->last_at != c->at)
        find(c, "the company's newest entry is of %lld, the journal's of %lld",
             (long long)head->last_at, (long long)c->at);
    return IL_OK;
}

static il_rc check_company(struct checking *c, const struct row_company *head,
                           struct il_err *reterr)
{
    struct store_read *fold;
    TRY(check_journal(c, reterr));
    TRY(store_read_open(c->fold, &fold, reterr));
    il_rc rc = check_head(c, head, fold, reterr);
    if (rc == IL_OK)
        rc = check_projections(c, fold, reterr);
    store_read_close(fold);
    return rc == IL_OK ? check_laws(c, reterr) : rc;
}

struct stranding { /* while rows without a company are looked for */
    const struct heads *heads;
    struct checking check;
};

/* What a journal is of is compared with it, row by row, though the company's own row is gone. */
static bool is_checked(const struct heads *heads, struct str company)
{
    for (size_t i = 0; i < heads->n; i++) {
        if (str_equal(heads->at[i].id, company))
            return true;
    }
    return false;
}

static il_rc visit_stranger(void *context, const void *row, struct il_err *reterr)
{
    struct stranding *s = context;
    const struct row_stranger *r = row;
    (void)reterr;
    s->check.company = r->company;
    if (!is_checked(s->heads, r->company))
        find(
            &s->check,
            "table %s holds %lld rows with the company_id '%.*s', and there is no such company: no "
            "answer will ever show them, so find out who wrote them, then delete them with SQL or "
            "restore a backup",
            r->table, (long long)r->rows, STR_ARG(r->company));
    return IL_OK;
}

static il_rc check_all(struct store_read *read, struct dice *dice, struct arena *arena,
                       struct check_report *ret, struct il_err *reterr)
{
    struct heads heads = { .arena = arena };
    const struct store_query query = { .table = TABLE_COMPANY, .by = BY_ALL };
    const struct store_query journals = { .table = TABLE_ENTRY, .by = BY_FIRST };
    TRY(store_find(read, &query, visit_head, &heads, reterr));
    heads.n_stored = heads.n;
    TRY(store_find(read, &journals, visit_journal, &heads, reterr));
    for (size_t i = 0; i < heads.n; i++) {
        struct checking c = {
            .read = read, .arena = arena, .company = heads.at[i].id, .report = ret
        };
        TRY(store_memory_open(dice, &c.fold, reterr));
        const il_rc rc = check_company(&c, &heads.at[i], reterr);
        store_close(c.fold);
        free(c.people);
        free(c.marks);
        free(c.revivals);
        if (rc != IL_OK)
            return rc;
        ret->companies++;
    }
    struct stranding stranding = { .heads = &heads, .check = { .report = ret } };
    return store_strangers(read, visit_stranger, &stranding, reterr);
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
