/* Admit: orders and absences that already exist elsewhere. They happened, so they are taken in as
 * they are; what overlaps opens a conflict. */
#include "decide.h"

#include <assert.h>

static const char CAUSE_IMPORT[] = "import";

static bool same_assignments(const struct inspection *a, const struct inspection *b)
{
    bool same = a->n_assignments == b->n_assignments;
    for (size_t i = 0; same && i < a->n_assignments; i++) {
        const struct assignment *x = &a->assignments[i];
        const struct assignment *y = &b->assignments[i];
        same = str_equal(x->inspector, y->inspector) && str_equal(x->role, y->role) &&
               x->when.start == y->when.start && x->when.end == y->when.end;
    }
    return same;
}

static bool same_external_ids(const struct inspection *a, const struct inspection *b)
{
    bool same = a->n_external_ids == b->n_external_ids;
    for (size_t i = 0; same && i < a->n_external_ids; i++)
        same = str_equal(a->external_ids[i].system, b->external_ids[i].system) &&
               str_equal(a->external_ids[i].account, b->external_ids[i].account) &&
               str_equal(a->external_ids[i].id, b->external_ids[i].id);
    return same;
}

static bool same_property(const struct property *a, const struct property *b)
{
    return a->has_place == b->has_place && a->place.lat_e7 == b->place.lat_e7 &&
           a->place.lng_e7 == b->place.lng_e7 && a->square_feet == b->square_feet &&
           a->year_built == b->year_built;
}

static bool same_services(struct strs a, struct strs b)
{
    bool same = a.n == b.n;
    for (size_t i = 0; same && i < a.n; i++)
        same = str_equal(a.at[i], b.at[i]);
    return same;
}

static bool same_inspection(const struct inspection *a, const struct inspection *b)
{
    return a->when.start == b->when.start && a->when.end == b->when.end && a->status == b->status &&
           a->created_at == b->created_at &&
           (a->order_number == b->order_number || a->order_number == 0) &&
           str_equal(a->brand, b->brand) &&
           str_equal(a->scheduled_location, b->scheduled_location) && same_assignments(a, b) &&
           same_external_ids(a, b) && same_property(&a->property, &b->property) &&
           same_services(a->services, b->services);
}

static void take_inspection(struct draft *d, struct inspection *record)
{
    struct assignment *assignments =
        arena_array(d->arena, struct assignment, record->n_assignments);
    for (size_t i = 0; i < record->n_assignments; i++) {
        assignments[i] = record->assignments[i];
        assignments[i].claim = 0;
        if (record->status == STATUS_CANCELLED)
            continue;
        assignments[i].claim = draft_ref(d);
        draft_take(d, assignments[i].inspector,
                   (struct claim){ .when = assignments[i].when,
                                   .ref = assignments[i].claim,
                                   .owner = record->ref,
                                   .order_number = record->order_number,
                                   .place = record->property.place,
                                   .has_place = record->property.has_place,
                                   .kind = CLAIM_INSPECTION },
                   CAUSE_IMPORT);
    }
    record->assignments = assignments;
}

static void free_existing(struct draft *d, const struct inspection *existing)
{
    for (size_t i = 0; i < existing->n_assignments; i++) {
        const struct assignment *a = &existing->assignments[i];
        const struct claim known = { .when = a->when,
                                     .ref = a->claim,
                                     .owner = existing->ref,
                                     .order_number = existing->order_number,
                                     .kind = CLAIM_INSPECTION };
        draft_free(d, a->inspector, existing->ref, "moved", a->claim == 0 ? NULL : &known);
    }
}

static bool changes_inspection(const struct admit_inspection *admit)
{
    return admit->existing == NULL || admit->person_changed ||
           !same_inspection(&admit->record, admit->existing);
}

static void admit_inspection(struct draft *d, const struct admit_inspection *admit)
{
    const struct inspection *existing = admit->existing;
    struct inspection *record = arena_new(d->arena, struct inspection);
    *record = admit->record;
    record->ref = existing != NULL ? existing->ref : draft_ref(d);
    record->version = existing != NULL ? existing->version + 1 : 1;
    if (record->order_number == 0)
        record->order_number = existing != NULL ? existing->order_number : d->entry->next_order;
    if (record->order_number >= d->entry->next_order)
        d->entry->next_order = record->order_number + 1;
    record->person = existing != NULL && !admit->person_changed ? existing->person : draft_ref(d);
    if (existing != NULL) {
        record->external_ref = existing->external_ref;
        record->key_id = existing->key_id;
        record->wants_spectora = existing->wants_spectora;
        record->is_locked = existing->is_locked;
        if (!admit->person_changed)
            record->person_hash = existing->person_hash;
    }
    record->zone = d->image->company->zone_name;
    record->wall_start = zone_to_wall(d->image->company->zone, record->when.start);
    record->wall_end = zone_to_wall(d->image->company->zone, record->when.end);
    take_inspection(d, record);
    draft_inspection(d, record);
}

static bool same_absence(const struct absence *a, const struct absence *b)
{
    return a->kind == b->kind && a->when.start == b->when.start && a->when.end == b->when.end &&
           a->whole_days == b->whole_days && str_equal(a->inspector, b->inspector) &&
           str_equal(a->title, b->title) && str_equal(a->inspection_id, b->inspection_id);
}

static bool changes_absence(const struct admit_absence *admit)
{
    if (admit->existing == NULL || admit->is_removed)
        return admit->existing != NULL || !admit->is_removed;
    return !same_absence(&admit->record, admit->existing);
}

static void free_absence(struct draft *d, const struct absence *existing)
{
    const struct claim known = { .when = existing->when,
                                 .ref = existing->claim,
                                 .owner = existing->ref,
                                 .kind = (uint8_t)existing->kind };
    draft_free(d, existing->inspector, existing->ref, "removed", &known);
}

static void admit_absence(struct draft *d, const struct admit_absence *admit)
{
    const struct absence *existing = admit->existing;
    struct absence record = existing != NULL && admit->is_removed ? *existing : admit->record;
    record.ref = existing != NULL ? existing->ref : draft_ref(d);
    record.version = existing != NULL ? existing->version + 1 : 1;
    record.is_removed = admit->is_removed;
    record.zone = d->image->company->zone_name;
    record.wall_start = zone_to_wall(d->image->company->zone, record.when.start);
    record.wall_end = zone_to_wall(d->image->company->zone, record.when.end);
    if (!record.is_removed) {
        record.claim = draft_ref(d);
        draft_take(d, record.inspector,
                   (struct claim){ .when = record.when,
                                   .ref = record.claim,
                                   .owner = record.ref,
                                   .kind = (uint8_t)record.kind },
                   CAUSE_IMPORT);
    }
    draft_absence(d, &record);
}

/* All that will stand elsewhere goes first: an order must not be in conflict with a time that
 * another order of the same entry leaves. */
static void free_changed(struct draft *d)
{
    for (size_t i = 0; i < d->command->n_absences; i++) {
        const struct admit_absence *admit = &d->command->absences[i];
        if (admit->existing != NULL && changes_absence(admit))
            free_absence(d, admit->existing);
    }
    for (size_t i = 0; i < d->command->n_inspections; i++) {
        const struct admit_inspection *admit = &d->command->inspections[i];
        if (admit->existing != NULL && changes_inspection(admit))
            free_existing(d, admit->existing);
    }
}

bool decide_admit(struct draft *d)
{
    assert(d->command->n_inspections + d->command->n_absences <= ADMIT_MAX);
    free_changed(d);
    for (size_t i = 0; i < d->command->n_absences; i++) {
        if (changes_absence(&d->command->absences[i]))
            admit_absence(d, &d->command->absences[i]);
    }
    for (size_t i = 0; i < d->command->n_inspections; i++) {
        if (changes_inspection(&d->command->inspections[i]))
            admit_inspection(d, &d->command->inspections[i]);
    }
    return d->n_inspections + d->n_absences > 0;
}
