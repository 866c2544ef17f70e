/* Facts: what a decision needs from outside the image, with what this batch has already decided
 * laid over what is stored. */
#include "desk/people.h"
#include "desk_parts.h"

#include <assert.h>
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

static il_rc inspection_find(const struct rows_at *in, struct store_query query,
                             struct inspection **ret, struct il_err *reterr)
{
    struct copy copy = { .arena = in->arena };
    query.table = TABLE_INSPECTION;
    query.company = in->company;
    query.limit = 1;
    *ret = NULL;
    TRY(store_find(in->read, &query, visit_inspection, &copy, reterr));
    if (!copy.found)
        return IL_OK;
    *ret = arena_new(in->arena, struct inspection);
    return inspection_read(in->arena, copy.doc, *ret, reterr);
}

il_rc inspection_by_id(const struct rows_at *in, struct str id, struct inspection **ret,
                       struct il_err *reterr)
{
    return inspection_find(in, (struct store_query){ .by = BY_ID, .text = id }, ret, reterr);
}

il_rc inspection_by_order(const struct rows_at *in, int64_t number, struct inspection **ret,
                          struct il_err *reterr)
{
    return inspection_find(in, (struct store_query){ .by = BY_ORDER, .from = number }, ret, reterr);
}

il_rc inspection_by_ref(const struct rows_at *in, ref_t ref, struct inspection **ret,
                        struct il_err *reterr)
{
    return inspection_find(in, (struct store_query){ .by = BY_REF, .ref = ref }, ret, reterr);
}

static il_rc absence_find(const struct rows_at *in, struct store_query query, struct absence **ret,
                          struct il_err *reterr)
{
    struct copy copy = { .arena = in->arena };
    query.table = TABLE_ABSENCE;
    query.company = in->company;
    query.limit = 1;
    *ret = NULL;
    TRY(store_find(in->read, &query, visit_absence, &copy, reterr));
    if (!copy.found)
        return IL_OK;
    *ret = arena_new(in->arena, struct absence);
    return absence_read(in->arena, copy.doc, *ret, reterr);
}

il_rc absence_by_id(const struct rows_at *in, struct str id, struct absence **ret,
                    struct il_err *reterr)
{
    return absence_find(in, (struct store_query){ .by = BY_ID, .text = id }, ret, reterr);
}

il_rc absence_by_ref(const struct rows_at *in, ref_t ref, struct absence **ret,
                     struct il_err *reterr)
{
    return absence_find(in, (struct store_query){ .by = BY_REF, .ref = ref }, ret, reterr);
}

il_rc hold_by_ref(const struct rows_at *in, ref_t ref, struct hold **ret, struct il_err *reterr)
{
    struct copy copy = { .arena = in->arena };
    const struct store_query query = {
        .table = TABLE_HOLD, .by = BY_REF, .company = in->company, .ref = ref, .limit = 1
    };
    *ret = NULL;
    TRY(store_find(in->read, &query, visit_hold, &copy, reterr));
    if (!copy.found)
        return IL_OK;
    *ret = arena_new(in->arena, struct hold);
    return hold_read(in->arena, copy.doc, *ret, reterr);
}

il_rc person_by_ref(const struct rows_at *in, ref_t ref, struct str *ret, struct il_err *reterr)
{
    struct copy copy = { .arena = in->arena };
    const struct store_query query = {
        .table = TABLE_PERSON, .by = BY_REF, .company = in->company, .ref = ref, .limit = 1
    };
    *ret = STR("");
    if (ref == 0)
        return IL_OK;
    TRY(store_find(in->read, &query, visit_person, &copy, reterr));
    if (copy.found)
        *ret = copy.doc;
    return IL_OK;
}

/* ---- the batch over the store ---- */

static bool batch_changes(const struct overlay *batch, struct str company)
{
    for (const struct overlay *o = batch; o != NULL; o = o->before) {
        if (str_equal(o->company, company))
            return true;
    }
    return false;
}

typedef bool (*is_match)(const struct inspection *, const void *sought);

/* The newest record of the batch that matches: it is truer than the stored one. */
static const struct inspection *in_batch(const struct overlay *batch, struct str company,
                                         is_match match, const void *sought)
{
    for (const struct overlay *o = batch; o != NULL; o = o->before) {
        if (!str_equal(o->company, company))
            continue;
        for (size_t i = o->entry->n_inspections; i-- > 0;) {
            if (match(o->entry->inspections[i], sought))
                return o->entry->inspections[i];
        }
    }
    return NULL;
}

static bool has_id(const struct inspection *r, const void *sought)
{
    return str_equal(r->id, *(const struct str *)sought);
}

static bool has_number(const struct inspection *r, const void *sought)
{
    return r->order_number == *(const int64_t *)sought;
}

static bool has_ref(const struct inspection *r, const void *sought)
{
    return r->ref == *(const ref_t *)sought;
}

static bool has_external_ref(const struct inspection *r, const void *sought)
{
    const struct command *c = sought;
    return str_equal(r->external_ref, c->external_ref) && str_equal(r->key_id, c->actor.key_id);
}

/* An _id comes before a number: an order of another system may have the one that is the other's. */
static il_rc find_subject(const struct deciding *on, const struct rows_at *in, struct str subject,
                          const struct inspection **ret, struct il_err *reterr)
{
    int64_t number = 0;
    struct inspection *stored;
    const bool numbered = str_to_int(subject, &number) && number > 0;
    *ret = in_batch(on->batch, in->company, has_id, &subject);
    if (*ret != NULL)
        return IL_OK;
    TRY(inspection_by_id(in, subject, &stored, reterr));
    *ret = stored;
    if (stored != NULL || !numbered)
        return IL_OK;
    *ret = in_batch(on->batch, in->company, has_number, &number);
    if (*ret != NULL)
        return IL_OK;
    TRY(inspection_by_order(in, number, &stored, reterr));
    *ret = stored;
    return IL_OK;
}

static il_rc load_moved(const struct deciding *on, const struct rows_at *in,
                        const struct desk_job *job, struct facts *ret, struct il_err *reterr)
{
    const struct command *c = &job->command;
    ret->moved = arena_array(job->arena, const struct inspection *, c->n_moves);
    for (size_t i = 0; i < c->n_moves; i++)
        TRY(find_subject(on, in, c->moves[i].subject, &ret->moved[i], reterr));
    return IL_OK;
}

static il_rc load_absence(const struct deciding *on, const struct rows_at *in,
                          const struct desk_job *job, struct facts *ret, struct il_err *reterr)
{
    struct absence *stored;
    for (const struct overlay *o = on->batch; o != NULL; o = o->before) {
        for (size_t i = 0; str_equal(o->company, job->company) && i < o->entry->n_absences; i++) {
            const struct absence *a = &o->entry->absences[i];
            if (!str_equal(a->id, job->command.subject))
                continue;
            ret->absence = a->is_removed ? NULL : a;
            return IL_OK;
        }
    }
    TRY(absence_by_id(in, job->command.subject, &stored, reterr));
    ret->absence = stored;
    return IL_OK;
}

/* A hold that the image no longer has: something ended it, maybe this very batch. */
static il_rc load_hold(const struct deciding *on, const struct rows_at *in,
                       const struct desk_job *job, struct facts *ret, struct il_err *reterr)
{
    struct hold *stored;
    for (const struct overlay *o = on->batch; o != NULL; o = o->before) {
        for (size_t i = o->entry->n_holds; str_equal(o->company, job->company) && i-- > 0;) {
            if (o->entry->holds[i]->ref != job->command.hold)
                continue;
            ret->hold = o->entry->holds[i];
            return IL_OK;
        }
    }
    TRY(hold_by_ref(in, job->command.hold, &stored, reterr));
    ret->hold = stored;
    return IL_OK;
}

struct key_found {
    struct arena *arena;
    const struct key_record *key;
};

static il_rc visit_key(void *context, const void *row, struct il_err *reterr)
{
    struct key_found *look = context;
    struct arena *arena = look->arena;
    struct key_record *key = arena_new(arena, struct key_record);
    const struct row_key *r = row;
    if (!role_parse(r->role, &key->role))
        return il_fail(reterr, IL_IO, "key %.*s has a role that is none", STR_ARG(r->id));
    key->id = str_copy(arena, r->id);
    key->secret = r->secret;
    key->name = str_copy(arena, r->name);
    key->brand = str_copy(arena, r->brand);
    key->may_override = r->may_override;
    key->created_at = r->created_at;
    key->revoked_at = r->revoked_at;
    look->key = key;
    return IL_OK;
}

static il_rc load_key(const struct deciding *on, const struct rows_at *in,
                      const struct desk_job *job, struct facts *ret, struct il_err *reterr)
{
    for (const struct overlay *o = on->batch; o != NULL; o = o->before) {
        for (size_t i = o->entry->n_keys; str_equal(o->company, job->company) && i-- > 0;) {
            if (!str_equal(o->entry->keys[i].id, job->command.subject))
                continue;
            ret->key = &o->entry->keys[i];
            return IL_OK;
        }
    }
    const struct store_query query = { .table = TABLE_KEY,
                                       .by = BY_ID,
                                       .company = in->company,
                                       .text = job->command.subject,
                                       .limit = 1 };
    struct key_found found = { .arena = in->arena };
    TRY(store_find(in->read, &query, visit_key, &found, reterr));
    ret->key = found.key;
    return IL_OK;
}

static il_rc load_external_ref(const struct deciding *on, const struct rows_at *in,
                               const struct desk_job *job, struct facts *ret, struct il_err *reterr)
{
    const struct command *c = &job->command;
    struct inspection *stored = NULL;
    const struct inspection *known = in_batch(on->batch, job->company, has_external_ref, c);
    if (known == NULL) {
        const struct store_query query = { .by = BY_EXTERNAL,
                                           .text = c->actor.key_id,
                                           .text2 = c->external_ref };
        TRY(inspection_find(in, query, &stored, reterr));
        known = stored;
    }
    ret->external_ref_order = known == NULL ? 0 : known->order_number;
    return IL_OK;
}

enum { TWINS_MAX = 8 }; /* that an answer names */

struct twins { /* inspections at the same address around the wanted time, as the actor sees them */
    const struct deciding *on;
    const struct desk_job *job;
    const struct inspection *at[TWINS_MAX];
    size_t n;
};

static const struct inspection *newest_in_batch(const struct twins *twins, ref_t ref)
{
    return in_batch(twins->on->batch, twins->job->company, has_ref, &ref);
}

static void add_twin(struct twins *twins, const struct inspection *record)
{
    if (twins->n < TWINS_MAX && record->status != STATUS_CANCELLED &&
        actor_sees(&twins->job->command.actor, record->brand))
        twins->at[twins->n++] = record;
}

static il_rc visit_twin(void *context, const void *row, struct il_err *reterr)
{
    struct twins *twins = context;
    struct arena *arena = twins->job->arena;
    /* Most of many at one address are cancelled: those are not worth reading. */
    if (twins->n == TWINS_MAX ||
        str_equal(((const struct row_inspection *)row)->status, status_name(STATUS_CANCELLED)))
        return IL_OK;
    struct inspection *record = arena_new(arena, struct inspection);
    const struct str doc = str_copy(arena, ((const struct row_inspection *)row)->doc);
    TRY(inspection_read(arena, doc, record, reterr));
    /* What the batch did to it was looked at already, also where it went out of the window. */
    if (newest_in_batch(twins, record->ref) == NULL)
        add_twin(twins, record);
    return IL_OK;
}

/* Around which moment twins are looked for: what the command or its hold asks for. */
static utc_s wanted_start(const struct deciding *on, const struct command *c,
                          const struct hold *ended)
{
    const struct hold *live = image_find_hold(on->image, c->hold);
    const struct hold *hold = live != NULL ? live : ended;
    if (c->want.has_datetime) {
        const struct instant_found found =
            instant_resolve(on->image->company->zone, c->want.datetime);
        if (found.answer == INSTANT_FOUND)
            return found.at;
    }
    return hold != NULL ? hold->when.start : on->now;
}

static il_rc load_duplicates(const struct deciding *on, const struct desk_job *job,
                             struct facts *ret, struct il_err *reterr)
{
    const struct command *c = &job->command;
    const utc_s start = wanted_start(on, c, ret->hold);
    const struct span window = { start - (utc_s)DUPLICATE_DAYS * DAY_S,
                                 start + (utc_s)DUPLICATE_DAYS * DAY_S + 1 };
    struct twins *twins = arena_new(job->arena, struct twins);
    twins->on = on;
    twins->job = job;
    for (const struct overlay *o = on->batch; o != NULL; o = o->before) {
        for (size_t i = 0; str_equal(o->company, job->company) && i < o->entry->n_inspections;
             i++) {
            const struct inspection *r = o->entry->inspections[i];
            if (r->place_key == c->place_key && r->when.start >= window.start &&
                r->when.start < window.end && newest_in_batch(twins, r->ref) == r)
                add_twin(twins, r);
        }
    }
    const struct store_query query = { .table = TABLE_INSPECTION,
                                       .by = BY_PLACE,
                                       .company = job->company,
                                       .key = c->place_key,
                                       .from = window.start,
                                       .to = window.end };
    TRY(store_find(on->read, &query, visit_twin, twins, reterr));
    ret->duplicates = twins->at;
    ret->n_duplicates = twins->n;
    return IL_OK;
}

il_rc owner_brand(const struct rows_at *in, enum claim_kind kind, ref_t owner, struct str *ret,
                  struct il_err *reterr)
{
    struct inspection *order = NULL;
    struct hold *hold = NULL;
    *ret = STR("");
    if (kind == CLAIM_INSPECTION)
        TRY(inspection_by_ref(in, owner, &order, reterr));
    else if (kind == CLAIM_HOLD)
        TRY(hold_by_ref(in, owner, &hold, reterr));
    if (order != NULL)
        *ret = order->brand;
    else if (hold != NULL)
        *ret = hold->brand;
    return IL_OK;
}

static il_rc load_side(const struct deciding *on, const struct rows_at *in,
                       const struct conflict_side *side, struct str *ret, struct il_err *reterr)
{
    const struct inspection *order = in_batch(on->batch, in->company, has_ref, &side->owner);
    const struct hold *hold = image_find_hold(on->image, side->owner);
    if (side->kind == CLAIM_INSPECTION && order != NULL)
        *ret = order->brand;
    else if (side->kind == CLAIM_HOLD && hold != NULL)
        *ret = hold->brand;
    else
        return owner_brand(in, side->kind, side->owner, ret, reterr);
    return IL_OK;
}

static il_rc load_sides(const struct deciding *on, const struct rows_at *in, ref_t conflict,
                        struct facts *ret, struct il_err *reterr)
{
    const struct conflict *c = image_find_conflict(on->image, conflict);
    TRY(load_side(on, in, &c->a, &ret->brand_a, reterr));
    return load_side(on, in, &c->b, &ret->brand_b, reterr);
}

static bool erases(const struct entry *entry, ref_t person)
{
    for (size_t i = 0; i < entry->n_erased; i++) {
        if (entry->erased[i].person == person)
            return true;
    }
    return false;
}

static il_rc load_person(const struct deciding *on, const struct rows_at *in, ref_t person,
                         struct facts *ret, struct il_err *reterr)
{
    struct str held;
    for (const struct overlay *o = on->batch; o != NULL; o = o->before) {
        if (str_equal(o->company, in->company) && erases(o->entry, person))
            return IL_OK;
    }
    TRY(person_by_ref(in, person, &held, reterr));
    ret->person_is_held = held.len > 0;
    return IL_OK;
}

/* Which rows are erased is what the view has now: it may be newer than what the asker saw. */
static il_rc load_erased(const struct deciding *on, const struct rows_at *in, struct desk_job *job,
                         struct il_err *reterr)
{
    assert(!batch_changes(on->batch, in->company) && "it opens a batch (writer.c)");
    TRY(people_renew(in, &job->erasing->asked, &job->erasing->found, reterr));
    job->erasing->now = on->now;
    erasing_choose(job->erasing, job->arena, &job->command);
    return IL_OK;
}

il_rc facts_load(const struct deciding *on, struct desk_job *job, struct facts *ret,
                 struct il_err *reterr)
{
    const struct needs needs = booking_needs(on->image, &job->command);
    const struct rows_at in = { on->read, job->company, job->arena };
    *ret = (struct facts){ 0 };
    if (needs.inspection)
        TRY(find_subject(on, &in, job->command.subject, &ret->inspection, reterr));
    if (needs.moved)
        TRY(load_moved(on, &in, job, ret, reterr));
    if (needs.absence)
        TRY(load_absence(on, &in, job, ret, reterr));
    if (needs.key)
        TRY(load_key(on, &in, job, ret, reterr));
    if (needs.hold != 0)
        TRY(load_hold(on, &in, job, ret, reterr));
    if (needs.external_ref)
        TRY(load_external_ref(on, &in, job, ret, reterr));
    if (needs.duplicates)
        TRY(load_duplicates(on, job, ret, reterr));
    if (needs.conflict != 0)
        TRY(load_sides(on, &in, needs.conflict, ret, reterr));
    if (needs.person != 0)
        TRY(load_person(on, &in, needs.person, ret, reterr));
    if (job->erasing != NULL)
        TRY(load_erased(on, &in, job, reterr));
    if (job->setting.how != SETTING_NONE)
        TRY(configure_prepare(on, &in, job, ret, reterr));
    return IL_OK;
}
