/* Facts: what a decision needs from outside the image, with what this batch has already decided
 * laid over what is stored. */
#include "desk_parts.h"

#include <string.h>

struct copy { /* the one document a query finds */
    struct arena *arena;
    struct str doc;
    bool found;
};

static il_rc visit_inspection(void *context, const void *row, struct il_err *reterr)
{
    struct copy *copy = context;
    (void)reterr;
    copy->doc = str_copy(copy->arena, ((const struct row_inspection *)row)->doc);
    copy->found = true;
    return IL_OK;
}

static il_rc visit_absence(void *context, const void *row, struct il_err *reterr)
{
    struct copy *copy = context;
    (void)reterr;
    copy->doc = str_copy(copy->arena, ((const struct row_absence *)row)->doc);
    copy->found = true;
    return IL_OK;
}

static il_rc visit_hold(void *context, const void *row, struct il_err *reterr)
{
    struct copy *copy = context;
    (void)reterr;
    copy->doc = str_copy(copy->arena, ((const struct row_hold *)row)->doc);
    copy->found = true;
    return IL_OK;
}

static il_rc visit_person(void *context, const void *row, struct il_err *reterr)
{
    struct copy *copy = context;
    (void)reterr;
    copy->doc = str_copy(copy->arena, ((const struct row_person *)row)->data);
    copy->found = true;
    return IL_OK;
}

il_rc inspection_by(struct store_read *read, struct str company, enum store_by by, struct str text,
                    struct str text2, int64_t number, struct arena *arena,
                    struct inspection **ret, struct il_err *reterr)
{
    struct copy copy = { .arena = arena };
    const struct store_query query = { .table = TABLE_INSPECTION,
                                       .by = by,
                                       .company = company,
                                       .ref = (ref_t)number,
                                       .text = text,
                                       .text2 = text2,
                                       .from = number,
                                       .limit = 1 };
    *ret = NULL;
    TRY(store_find(read, &query, visit_inspection, &copy, reterr));
    if (!copy.found)
        return IL_OK;
    *ret = arena_new(arena, struct inspection);
    return inspection_read(arena, copy.doc, *ret, reterr);
}

il_rc absence_by_id(struct store_read *read, struct str company, struct str id,
                    struct arena *arena, struct absence **ret, struct il_err *reterr)
{
    struct copy copy = { .arena = arena };
    const struct store_query query = {
        .table = TABLE_ABSENCE, .by = BY_ID, .company = company, .text = id, .limit = 1
    };
    *ret = NULL;
    TRY(store_find(read, &query, visit_absence, &copy, reterr));
    if (!copy.found)
        return IL_OK;
    *ret = arena_new(arena, struct absence);
    return absence_read(arena, copy.doc, *ret, reterr);
}

il_rc hold_by_ref(struct store_read *read, struct str company, ref_t ref, struct arena *arena,
                  struct hold **ret, struct il_err *reterr)
{
    struct copy copy = { .arena = arena };
    const struct store_query query = {
        .table = TABLE_HOLD, .by = BY_REF, .company = company, .ref = ref, .limit = 1
    };
    *ret = NULL;
    TRY(store_find(read, &query, visit_hold, &copy, reterr));
    if (!copy.found)
        return IL_OK;
    *ret = arena_new(arena, struct hold);
    return hold_read(arena, copy.doc, *ret, reterr);
}

il_rc person_by_ref(struct store_read *read, struct str company, ref_t ref, struct arena *arena,
                    struct str *ret, struct il_err *reterr)
{
    struct copy copy = { .arena = arena };
    const struct store_query query = {
        .table = TABLE_PERSON, .by = BY_REF, .company = company, .ref = ref, .limit = 1
    };
    *ret = STR("");
    if (ref == 0)
        return IL_OK;
    TRY(store_find(read, &query, visit_person, &copy, reterr));
    if (copy.found)
        *ret = copy.doc;
    return IL_OK;
}

/* ---- the batch over the store ---- */

typedef bool (*is_match)(const struct inspection *, const struct desk_job *, int64_t number);

/* The newest record of the batch that matches: it is truer than the stored one. */
static const struct inspection *in_batch(const struct overlay *batch, const struct desk_job *job,
                                         is_match match, int64_t number)
{
    for (const struct overlay *o = batch; o != NULL; o = o->before) {
        if (!str_equal(o->company, job->company))
            continue;
        for (size_t i = o->entry->n_inspections; i-- > 0;) {
            if (match(o->entry->inspections[i], job, number))
                return o->entry->inspections[i];
        }
    }
    return NULL;
}

static bool is_subject(const struct inspection *r, const struct desk_job *job, int64_t number)
{
    return str_equal(r->id, job->command.subject) || (number != 0 && r->order_number == number);
}

static bool has_external_ref(const struct inspection *r, const struct desk_job *job, int64_t number)
{
    (void)number;
    return str_equal(r->external_ref, job->command.external_ref) &&
           str_equal(r->key_id, job->command.actor.key_id);
}

static il_rc load_subject(struct store_read *read, const struct overlay *batch,
                          const struct desk_job *job, struct facts *ret, struct il_err *reterr)
{
    int64_t number = 0;
    struct inspection *stored;
    const struct str subject = job->command.subject;
    const bool numbered = str_to_int(subject, &number) && number > 0;
    ret->inspection = in_batch(batch, job, is_subject, number);
    if (ret->inspection != NULL)
        return IL_OK;
    TRY(inspection_by(read, job->company, BY_ID, subject, STR(""), 0, job->arena, &stored, reterr));
    if (stored == NULL && numbered)
        TRY(inspection_by(read, job->company, BY_ORDER, STR(""), STR(""), number, job->arena,
                          &stored, reterr));
    ret->inspection = stored;
    return IL_OK;
}

static il_rc load_absence(struct store_read *read, const struct overlay *batch,
                          const struct desk_job *job, struct facts *ret, struct il_err *reterr)
{
    struct absence *stored;
    for (const struct overlay *o = batch; o != NULL; o = o->before) {
        for (size_t i = 0; str_equal(o->company, job->company) && i < o->entry->n_absences; i++) {
            const struct absence *a = &o->entry->absences[i];
            if (!str_equal(a->id, job->command.subject))
                continue;
            ret->absence = a->is_removed ? NULL : a;
            return IL_OK;
        }
    }
    TRY(absence_by_id(read, job->company, job->command.subject, job->arena, &stored, reterr));
    ret->absence = stored;
    return IL_OK;
}

static il_rc load_external_ref(struct store_read *read, const struct overlay *batch,
                               const struct desk_job *job, struct facts *ret,
                               struct il_err *reterr)
{
    const struct command *c = &job->command;
    struct inspection *stored = NULL;
    const struct inspection *known = in_batch(batch, job, has_external_ref, 0);
    if (known == NULL) {
        TRY(inspection_by(read, job->company, BY_EXTERNAL, c->actor.key_id, c->external_ref, 0,
                          job->arena, &stored, reterr));
        known = stored;
    }
    ret->external_ref_order = known == NULL ? 0 : known->order_number;
    return IL_OK;
}

enum { TWINS_MAX = 8 };

struct twins { /* inspections at the same address around the wanted time */
    struct arena *arena;
    const struct inspection *at[TWINS_MAX];
    size_t n;
};

static void add_twin(struct twins *twins, const struct inspection *record)
{
    for (size_t i = 0; i < twins->n; i++) {
        if (twins->at[i]->ref == record->ref)
            return;
    }
    if (twins->n < TWINS_MAX && record->status != STATUS_CANCELLED)
        twins->at[twins->n++] = record;
}

static il_rc visit_twin(void *context, const void *row, struct il_err *reterr)
{
    struct twins *twins = context;
    struct inspection *record = arena_new(twins->arena, struct inspection);
    const struct str doc = str_copy(twins->arena, ((const struct row_inspection *)row)->doc);
    TRY(inspection_read(twins->arena, doc, record, reterr));
    add_twin(twins, record);
    return IL_OK;
}

static il_rc load_duplicates(struct store_read *read, const struct overlay *batch,
                             const struct image *image, const struct desk_job *job,
                             struct facts *ret, struct il_err *reterr)
{
    const struct command *c = &job->command;
    const struct hold *hold = image_find_hold(image, c->hold);
    utc_s start = hold != NULL ? hold->when.start : 0;
    if (c->want.has_datetime) {
        const struct instant_found found = instant_resolve(image->company->zone, c->want.datetime);
        if (found.answer == INSTANT_FOUND)
            start = found.at;
    }
    const struct span window = { start - (utc_s)DUPLICATE_DAYS * DAY_S,
                                 start + (utc_s)DUPLICATE_DAYS * DAY_S + 1 };
    struct twins *twins = arena_new(job->arena, struct twins);
    twins->arena = job->arena;
    for (const struct overlay *o = batch; o != NULL; o = o->before) {
        for (size_t i = 0; str_equal(o->company, job->company) && i < o->entry->n_inspections; i++) {
            const struct inspection *r = o->entry->inspections[i];
            if (r->place_key == c->place_key && r->when.start >= window.start &&
                r->when.start < window.end)
                add_twin(twins, r);
        }
    }
    const struct store_query query = { .table = TABLE_INSPECTION,
                                       .by = BY_PLACE,
                                       .company = job->company,
                                       .key = c->place_key,
                                       .from = window.start,
                                       .to = window.end,
                                       .limit = TWINS_MAX };
    TRY(store_find(read, &query, visit_twin, twins, reterr));
    ret->duplicates = twins->at;
    ret->n_duplicates = twins->n;
    return IL_OK;
}

il_rc facts_load(struct desk *desk, struct store_read *read, const struct overlay *batch,
                 const struct image *image, const struct desk_job *job, utc_s now,
                 struct facts *ret, struct il_err *reterr)
{
    const struct needs needs = booking_needs(image, &job->command, now);
    (void)desk;
    *ret = (struct facts){ 0 };
    if (needs.inspection)
        TRY(load_subject(read, batch, job, ret, reterr));
    if (needs.absence)
        TRY(load_absence(read, batch, job, ret, reterr));
    if (needs.hold != 0) {
        struct hold *hold;
        TRY(hold_by_ref(read, job->company, needs.hold, job->arena, &hold, reterr));
        ret->hold = hold;
    }
    if (needs.external_ref)
        TRY(load_external_ref(read, batch, job, ret, reterr));
    if (needs.duplicates)
        TRY(load_duplicates(read, batch, image, job, ret, reterr));
    return IL_OK;
}
