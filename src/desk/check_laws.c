/* Verifying stored data against the laws, whatever the journal says.
 *
 *  X3  Two claims of one inspector overlap only where a conflict that is not resolved names the
 *      pair, and such a conflict names two that do. Absences may overlap each other.
 *  X4  Live inspections, live holds and absences have exactly the claims their records name;
 *      nothing else has any.
 *  X5  Each person the journal names is stored, once, and no other; the data match the salted hash
 *      that the journal knows, or have been erased: then an entry says so, and they are empty.
 *  X6  Each row of an idempotency key names the entry that the key asked for, and each entry that
 *      was asked for with a key has its row: a repeat finds its first answer, and no other. (What
 *      the request was, only the row knows: its hash is of personal data too.) A row may be gone
 *      when it was old while no booking lived that its entry made (forget.c). */
#include "check_parts.h"

#include <stdlib.h>
#include <string.h>

/* ---- X3: overlaps, by a sweep that shares nothing with calendars ---- */

struct pair {
    ref_t a, b;
};

struct sweep {
    struct checking *check;
    struct pair *pairs; /* heap, sorted: of conflicts that are not resolved */
    size_t n_pairs, room_pairs;
    size_t n_met; /* pairs of them that do overlap */
    struct str inspector;
    struct row_claim *open; /* heap: claims that reach past the newest start */
    size_t n_open, room_open;
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
    s->check->report->conflicts++;
    if (str_equal(conflict->state, conflict_state_name(CONFLICT_RESOLVED)))
        return IL_OK;
    if (s->n_pairs == s->room_pairs) {
        s->room_pairs = s->room_pairs == 0 ? 64 : 2 * s->room_pairs;
        s->pairs = realloc(s->pairs, s->room_pairs * sizeof *s->pairs);
        if (s->pairs == NULL)
            abort();
    }
    s->pairs[s->n_pairs++] = (struct pair){ conflict->claim_a, conflict->claim_b };
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
    if (s->n_pairs > 0 && bsearch(&pair, s->pairs, s->n_pairs, sizeof pair, order_pairs) != NULL) {
        s->n_met++;
        return;
    }
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
    s->check->stored_claims++;
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
    if (rc == IL_OK && s.n_met != s.n_pairs)
        find(c, "%zu conflicts are open, and %zu of their pairs overlap", s.n_pairs, s.n_met);
    free(s.pairs);
    free(s.open);
    return rc;
}

/* ---- X4: records and their claims ---- */

struct claim_look { /* the claim that a record names */
    struct str inspector;
    struct span when;
    ref_t ref, owner;
    enum claim_kind kind;
    bool is_right;
};

static il_rc visit_named(void *context, const void *row, struct il_err *reterr)
{
    struct claim_look *look = context;
    const struct row_claim *claim = row;
    (void)reterr;
    look->is_right = claim->owner == look->owner && claim->kind == look->kind &&
                     str_equal(look->inspector, claim->inspector) &&
                     look->when.start == claim->starts_at && look->when.end == claim->ends_at;
    return IL_OK;
}

/* The claim that a record names is there and says the same. That there are no others follows from
 * the count of all (check_records). */
static il_rc check_claim(struct checking *c, struct claim_look *look, struct il_err *reterr)
{
    const struct store_query query = {
        .table = TABLE_CLAIM, .by = BY_REF, .company = c->company, .ref = look->ref
    };
    c->named_claims++;
    return store_find(c->read, &query, visit_named, look, reterr);
}

static il_rc check_inspection(struct checking *c, const struct inspection *record,
                              struct il_err *reterr)
{
    const bool live = record->status != STATUS_CANCELLED;
    for (size_t i = 0; i < record->n_assignments; i++) {
        const struct assignment *a = &record->assignments[i];
        struct claim_look look = { .inspector = a->inspector,
                                   .when = a->when,
                                   .ref = a->claim,
                                   .owner = record->ref,
                                   .kind = CLAIM_INSPECTION };
        if (live)
            TRY(check_claim(c, &look, reterr));
        if (live != look.is_right || (!live && a->claim != 0))
            find(c, "order %lld: the claim of %.*s is not what the record says",
                 (long long)record->order_number, STR_ARG(a->inspector));
    }
    return IL_OK;
}

static il_rc check_hold(struct checking *c, const struct hold *hold, struct il_err *reterr)
{
    for (size_t i = 0; i < hold->inspectors.n; i++) {
        struct claim_look look = { .inspector = hold->inspectors.at[i],
                                   .when = hold->when,
                                   .ref = hold->claims[i],
                                   .owner = hold->ref,
                                   .kind = CLAIM_HOLD };
        TRY(check_claim(c, &look, reterr));
        if (!look.is_right)
            find(c, "hold %llu: the claim of %.*s is not what the record says",
                 (unsigned long long)hold->ref, STR_ARG(hold->inspectors.at[i]));
    }
    return IL_OK;
}

static il_rc check_absence(struct checking *c, const struct absence *record, struct il_err *reterr)
{
    struct claim_look look = { .inspector = record->inspector,
                               .when = record->when,
                               .ref = record->claim,
                               .owner = record->ref,
                               .kind = record->kind };
    TRY(check_claim(c, &look, reterr));
    if (!look.is_right)
        find(c, "absence %.*s: its claim is not what the record says", STR_ARG(record->id));
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
        rc = check_inspection(c, &record, reterr);
    else
        find(c, "inspection %.*s cannot be read: %s", STR_ARG(stored->id), why.text);
    arena_drop(&arena);
    return rc;
}

static il_rc visit_hold(void *context, const void *row, struct il_err *reterr)
{
    struct checking *c = context;
    const struct row_hold *stored = row;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct hold record;
    struct il_err why;
    il_rc rc = IL_OK;
    if (hold_read(&arena, stored->doc, &record, &why) == IL_OK)
        rc = check_hold(c, &record, reterr);
    else
        find(c, "hold %llu cannot be read: %s", (unsigned long long)stored->ref, why.text);
    arena_drop(&arena);
    return rc;
}

static il_rc visit_absence(void *context, const void *row, struct il_err *reterr)
{
    struct checking *c = context;
    const struct row_absence *stored = row;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct absence record;
    struct il_err why;
    il_rc rc = IL_OK;
    if (absence_read(&arena, stored->doc, &record, &why) == IL_OK)
        rc = check_absence(c, &record, reterr);
    else
        find(c, "absence %.*s cannot be read: %s", STR_ARG(stored->id), why.text);
    arena_drop(&arena);
    return rc;
}

static il_rc check_records(struct checking *c, struct il_err *reterr)
{
    const struct store_query holds = { .table = TABLE_HOLD,
                                       .by = BY_STATE,
                                       .company = c->company,
                                       .text = hold_state_name(HOLD_LIVE) };
    struct store_query all = { .table = TABLE_INSPECTION, .by = BY_ALL, .company = c->company };
    TRY(store_find(c->read, &all, visit_inspection, c, reterr));
    all.table = TABLE_ABSENCE;
    TRY(store_find(c->read, &all, visit_absence, c, reterr));
    TRY(store_find(c->read, &holds, visit_hold, c, reterr));
    if (c->named_claims != c->stored_claims)
        find(c, "the records name %zu claims, %zu are stored", c->named_claims, c->stored_claims);
    return IL_OK;
}

/* ---- X5: people ---- */

static void note_person(struct checking *c, ref_t ref, const struct hash *hash, bool is_erased)
{
    if (ref == 0)
        return;
    if (c->n_people == c->room_people) {
        c->room_people = c->room_people == 0 ? 1024 : 2 * c->room_people;
        c->people = realloc(c->people, c->room_people * sizeof *c->people);
        if (c->people == NULL)
            abort();
    }
    c->people[c->n_people++] = (struct known_person){ ref, *hash, is_erased };
}

void note_people(struct checking *c, const struct entry *entry)
{
    for (size_t i = 0; i < entry->n_inspections; i++)
        note_person(c, entry->inspections[i]->person, &entry->inspections[i]->person_hash, false);
    for (size_t i = 0; i < entry->n_settings; i++)
        note_person(c, entry->settings[i].row.person, &entry->settings[i].row.person_hash, false);
    for (size_t i = 0; i < entry->n_erased; i++)
        note_person(c, entry->erased[i].person, &entry->erased[i].hash, true);
}

static int order_people(const void *x, const void *y)
{
    const ref_t a = ((const struct known_person *)x)->ref;
    const ref_t b = ((const struct known_person *)y)->ref;
    return a < b ? -1 : a > b;
}

/* The first naming of a person stands first, an erasing last: rows are held against what the
 * journal knew before. */
static int order_namings(const void *x, const void *y)
{
    const int order = order_people(x, y);
    const bool a = ((const struct known_person *)x)->is_erased;
    const bool b = ((const struct known_person *)y)->is_erased;
    return order != 0 ? order : (int)a - (int)b;
}

/* One person is named by every entry about the order: once is enough. */
static size_t people_once(struct known_person *people, size_t n)
{
    size_t kept = 0;
    if (n > 0)
        qsort(people, n, sizeof *people, order_namings);
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || people[kept - 1].ref != people[i].ref)
            people[kept++] = people[i];
        people[kept - 1].is_erased = people[kept - 1].is_erased || people[i].is_erased;
    }
    return kept;
}

static il_rc visit_person(void *context, const void *row, struct il_err *reterr)
{
    struct checking *c = context;
    const struct row_person *p = row;
    const struct known_person wanted = { .ref = p->ref };
    (void)reterr;
    c->n_stored_people++;
    const struct known_person *known =
        c->n_people == 0 ? NULL
                         : bsearch(&wanted, c->people, c->n_people, sizeof wanted, order_people);
    if (known == NULL) {
        find(c, "person %llu is in no entry of the journal", (unsigned long long)p->ref);
        return IL_OK;
    }
    struct buf both = { 0 };
    buf_add_str(&both, p->salt);
    buf_add_str(&both, p->data);
    const bool is_empty = both.len == 0;
    const struct hash hash = is_empty ? p->hash : hash_of(buf_view(&both));
    buf_drop(&both);
    if (known->is_erased != is_empty)
        find(c, "person %llu %s", (unsigned long long)p->ref,
             is_empty ? "is erased, and no entry says so" : "was erased, and is stored");
    if (!hash_equal(&hash, &known->hash) || !hash_equal(&p->hash, &known->hash))
        find(c, "the data of person %llu are not what the journal knows",
             (unsigned long long)p->ref);
    return IL_OK;
}

static il_rc check_people(struct checking *c, struct il_err *reterr)
{
    const struct store_query query = { .table = TABLE_PERSON, .by = BY_ALL, .company = c->company };
    c->n_people = people_once(c->people, c->n_people);
    TRY(store_find(c->read, &query, visit_person, c, reterr));
    if (c->n_stored_people != c->n_people)
        find(c, "the journal knows %zu persons, %zu are stored", c->n_people, c->n_stored_people);
    return IL_OK;
}

/* ---- X6: idempotency keys ---- */

void note_mark(struct checking *c, const struct entry *entry, uint64_t seq)
{
    if (c->n_marks == c->room_marks) {
        c->room_marks = c->room_marks == 0 ? 1024 : 2 * c->room_marks;
        c->marks = realloc(c->marks, c->room_marks * sizeof *c->marks);
        if (c->marks == NULL)
            abort();
    }
    c->marks[c->n_marks] = entry_mark(entry);
    c->marks[c->n_marks++].seq = seq;
}

static il_rc visit_cancelled(void *context, const void *row, struct il_err *reterr)
{
    const struct row_inspection *before = row;
    (void)reterr;
    *(bool *)context = str_equal(before->status, status_name(STATUS_CANCELLED));
    return IL_OK;
}

static void note_revival(struct checking *c, ref_t ref, utc_s at)
{
    if (c->n_revivals == c->room_revivals) {
        c->room_revivals = c->room_revivals == 0 ? 64 : 2 * c->room_revivals;
        c->revivals = realloc(c->revivals, c->room_revivals * sizeof *c->revivals);
        if (c->revivals == NULL)
            abort();
    }
    c->revivals[c->n_revivals++] = (struct revival){ ref, at };
}

il_rc note_revivals(struct checking *c, const struct entry *entry, struct il_err *reterr)
{
    struct store_read *fold;
    il_rc rc = IL_OK;
    if (entry->kind != COMMAND_RESTORE && entry->kind != COMMAND_ADMIT)
        return IL_OK;
    TRY(store_read_open(c->fold, &fold, reterr));
    for (size_t i = 0; i < entry->n_inspections && rc == IL_OK; i++) {
        const struct inspection *after = entry->inspections[i];
        const struct store_query query = {
            .table = TABLE_INSPECTION, .by = BY_REF, .company = c->company, .ref = after->ref
        };
        bool was_cancelled = false;
        rc = store_find(fold, &query, visit_cancelled, &was_cancelled, reterr);
        if (was_cancelled && after->status != STATUS_CANCELLED)
            note_revival(c, after->ref, entry->at);
    }
    store_read_close(fold);
    return rc;
}

static int order_marks(const void *x, const void *y)
{
    const uint64_t a = ((const struct entry_mark *)x)->seq;
    const uint64_t b = ((const struct entry_mark *)y)->seq;
    return a < b ? -1 : a > b;
}

static il_rc visit_idempotency(void *context, const void *row, struct il_err *reterr)
{
    struct checking *c = context;
    const struct row_idempotency *stored = row;
    const struct entry_mark wanted = { .seq = stored->seq };
    (void)reterr;
    struct entry_mark *mark =
        c->n_marks == 0 ? NULL : bsearch(&wanted, c->marks, c->n_marks, sizeof wanted, order_marks);
    if (mark == NULL)
        find(c, "the idempotency key %.*s names entry %llu, and there is none that can be read",
             STR_ARG(stored->key), (unsigned long long)stored->seq);
    else if (!mark_fits(mark, stored) || mark->is_named)
        find(c, "entry %llu is not of the request whose idempotency key, %.*s, names it",
             (unsigned long long)stored->seq, STR_ARG(stored->key));
    else
        mark->is_named = true;
    return IL_OK;
}

/* By the entry that made the inspection, the last revival first. */
static int order_revivals(const void *x, const void *y)
{
    const struct revival *a = x;
    const struct revival *b = y;
    if (a->ref != b->ref)
        return a->ref < b->ref ? -1 : 1;
    return a->at > b->at ? -1 : a->at < b->at;
}

static const struct revival *revivals_of(const struct checking *c, uint64_t seq)
{
    size_t low = 0;
    size_t high = c->n_revivals;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (c->revivals[middle].ref >> REF_SEQ_SHIFT < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return &c->revivals[low];
}

static bool was_dead_when_old(const struct checking *c, const struct entry_mark *mark)
{
    bool was = false;
    if (c->n_revivals == 0)
        return false;
    const struct revival *end = c->revivals + c->n_revivals;
    for (const struct revival *r = revivals_of(c, mark->seq);
         r < end && r->ref >> REF_SEQ_SHIFT == mark->seq && !was; r++)
        was = request_is_old(mark->at, r->at);
    return was;
}

static il_rc may_be_gone(const struct checking *c, const struct entry_mark *mark, bool *ret,
                         struct il_err *reterr)
{
    const struct rows_at in = { c->read, c->company, c->arena };
    bool lives = false;
    *ret = was_dead_when_old(c, mark);
    if (*ret || !request_is_old(mark->at, c->at))
        return IL_OK;
    TRY(booking_lives(&in, mark->seq, &lives, reterr));
    *ret = !lives;
    return IL_OK;
}

static il_rc check_keys(struct checking *c, struct il_err *reterr)
{
    const struct store_query query = { .table = TABLE_IDEMPOTENCY,
                                       .by = BY_ALL,
                                       .company = c->company };
    TRY(store_find(c->read, &query, visit_idempotency, c, reterr));
    if (c->n_revivals > 0)
        qsort(c->revivals, c->n_revivals, sizeof *c->revivals, order_revivals);
    for (size_t i = 0; i < c->n_marks; i++) {
        const struct entry_mark *mark = &c->marks[i];
        bool is_forgotten = false;
        if (mark->is_named || hash_equal(&mark->key, &(struct hash){ 0 }))
            continue;
        TRY(may_be_gone(c, mark, &is_forgotten, reterr));
        if (!is_forgotten)
            find(c, "entry %llu was asked for with an idempotency key, and the key is not stored",
                 (unsigned long long)mark->seq);
    }
    return IL_OK;
}

il_rc check_laws(struct checking *c, struct il_err *reterr)
{
    TRY(check_overlaps(c, reterr));
    TRY(check_records(c, reterr));
    TRY(check_people(c, reterr));
    TRY(check_keys(c, reterr));
    return check_search(c, reterr);
}
