/* Admit: orders and absences that already exist elsewhere. They happened, so they are taken in as
 * they are; what overlaps opens a conflict. */
#include "order.h"

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

static bool is_cancelled(const struct inspection *record)
{
    return record->status == STATUS_CANCELLED;
}

/* The same people at the same times, and as much alive: nothing about the time changes, so the
 * claims stay, and with them the conflicts they are in and who admitted those. */
static bool same_time(const struct inspection *a, const struct inspection *b)
{
    bool same = a->n_assignments == b->n_assignments && is_cancelled(a) == is_cancelled(b);
    for (size_t i = 0; same && i < a->n_assignments; i++) {
        const struct assignment *x = &a->assignments[i];
        const struct assignment *y = &b->assignments[i];
        same = str_equal(x->inspector, y->inspector) && x->when.start == y->when.start &&
               x->when.end == y->when.end;
    }
    return same;
}

/* A claim tells the place and the order's number: when those change it is written anew. */
static void keep_claim(struct draft *d, const struct inspection *record,
                       const struct inspection *existing, const struct assignment *a)
{
    const struct claim old = order_claim(existing, a);
    const struct claim renewed = order_claim(record, a);
    if (old.order_number == renewed.order_number && old.has_place == renewed.has_place &&
        old.place.lat_e7 == renewed.place.lat_e7 && old.place.lng_e7 == renewed.place.lng_e7)
        return;
    if (draft_reaches(d, a->when.start))
        draft_renew(d, a->inspector, &renewed);
}

static void take_inspection(struct draft *d, struct inspection *record,
                            const struct inspection *existing)
{
    const bool stays = existing != NULL && same_time(record, existing);
    struct assignment *assignments =
        arena_array(d->arena, struct assignment, record->n_assignments);
    for (size_t i = 0; i < record->n_assignments; i++) {
        assignments[i] = record->assignments[i];
        assignments[i].claim = 0;
        if (is_cancelled(record))
            continue;
        assignments[i].claim = stays ? existing->assignments[i].claim : draft_ref(d);
        if (stays)
            keep_claim(d, record, existing, &assignments[i]);
        else
            draft_take(d, assignments[i].inspector, order_claim(record, &assignments[i]),
                       CAUSE_IMPORT);
    }
    record->assignments = assignments;
}

static void free_existing(struct draft *d, const struct inspection *existing)
{
    for (size_t i = 0; i < existing->n_assignments; i++) {
        const struct assignment *a = &existing->assignments[i];
        const struct claim known = order_claim(existing, a);
        draft_free(d, a->inspector, existing->ref, "moved", a->claim == 0 ? NULL : &known);
    }
}

/* What it was sold at: as stated, else as it stands for the same services and property, else as
 * they are sold. How a stated price came about is not known, so it has no parts. */
static struct price price_for(const struct admit_inspection *admit)
{
    const struct inspection *existing = admit->existing;
    const bool stands = existing != NULL &&
                        same_services(admit->record.services, existing->services) &&
                        same_property(&admit->record.property, &existing->property);
    const struct price price = stands ? existing->price : admit->record.price;
    if (!admit->states_price || admit->price_cents == price.cents)
        return price;
    return (struct price){ .minutes = price.minutes, .cents = admit->price_cents };
}

static bool changes_inspection(const struct admit_inspection *admit)
{
    return admit->existing == NULL || admit->person_changed ||
           !same_inspection(&admit->record, admit->existing) ||
           price_for(admit).cents != admit->existing->price.cents;
}

/* What a document does not say stays, as why the order was cancelled. */
static void keep_unsaid(struct inspection *record, const struct inspection *existing)
{
    record->external_ref = existing->external_ref;
    record->key_id = existing->key_id;
    record->wants_spectora = existing->wants_spectora;
    record->is_locked = existing->is_locked;
    if (is_cancelled(record) && is_cancelled(existing))
        record->cancel_reason = existing->cancel_reason;
}

/* So far ahead of the company's numbers that counting never reaches it: other systems' _ids may be
 * times in milliseconds, and the next order shall not look like one. */
static const int64_t NUMBERS_AHEAD_MAX = 100000000000;

/* A number that some _id reads as is not given to another order. */
static void skip_id(struct draft *d, struct str id)
{
    const int64_t number = id_as_number(id);
    if (number >= d->entry->next_order && number - d->entry->next_order < NUMBERS_AHEAD_MAX)
        d->entry->next_order = number + 1;
}

static void admit_inspection(struct draft *d, const struct admit_inspection *admit)
{
    const struct inspection *existing = admit->existing;
    struct inspection *record = arena_new(d->arena, struct inspection);
    *record = admit->record;
    record->price = price_for(admit);
    record->ref = existing != NULL ? existing->ref : draft_ref(d);
    record->version = existing != NULL ? existing->version + 1 : 1;
    if (record->order_number == 0 && existing == NULL &&
        d->entry->next_order < d->command->order_floor)
        d->entry->next_order = d->command->order_floor;
    if (record->order_number == 0)
        record->order_number = existing != NULL ? existing->order_number : d->entry->next_order;
    if (record->order_number >= d->entry->next_order)
        d->entry->next_order = record->order_number + 1;
    skip_id(d, record->id);
    record->person = existing != NULL && !admit->person_changed ? existing->person : draft_ref(d);
    if (existing != NULL) {
        keep_unsaid(record, existing);
        if (!admit->person_changed)
            record->person_hash = existing->person_hash;
    }
    record->zone = d->image->company->zone_name;
    record->wall_start = zone_to_wall(d->image->company->zone, record->when.start);
    record->wall_end = zone_to_wall(d->image->company->zone, record->when.end);
    take_inspection(d, record, existing);
    if (existing != NULL && existing->order_number != record->order_number)
        draft_renumber(d, record->ref, record->order_number);
    draft_inspection(d, record);
    if (record->wants_spectora)
        draft_outbox(d, record->ref, is_cancelled(record) ? "cancel" : "update");
}

/* The same time closed: the claim stays. */
static bool same_closing(const struct absence *a, const struct absence *b)
{
    return a->kind == b->kind && a->when.start == b->when.start && a->when.end == b->when.end &&
           str_equal(a->inspector, b->inspector);
}

static bool same_absence(const struct absence *a, const struct absence *b)
{
    return same_closing(a, b) && a->whole_days == b->whole_days && str_equal(a->title, b->title) &&
           str_equal(a->inspection_id, b->inspection_id);
}

static bool keeps_claim(const struct admit_absence *admit)
{
    return admit->existing != NULL && !admit->is_removed &&
           same_closing(&admit->record, admit->existing);
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
    if (keeps_claim(admit)) {
        record.claim = existing->claim;
    } else if (!record.is_removed) {
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

static bool moves_inspection(const struct admit_inspection *admit)
{
    return changes_inspection(admit) && !same_time(&admit->record, admit->existing);
}

/* ---- one entry ---- */

/* Conflicts that a row may open, as the draft is now. */
static size_t conflicts_of_inspection(const struct draft *d, const struct inspection *record)
{
    size_t n = 0;
    for (size_t i = 0; !is_cancelled(record) && i < record->n_assignments; i++)
        n += draft_overlaps(d, record->assignments[i].inspector, record->assignments[i].when);
    return n;
}

static size_t conflicts_of_absence(const struct draft *d, const struct admit_absence *admit)
{
    return admit->is_removed ? 0 : draft_overlaps(d, admit->record.inspector, admit->record.when);
}

/* Whether the next row still fits the entry. */
static bool has_room(const struct draft *d, size_t conflicts)
{
    return d->n_conflicts + conflicts <= DRAFT_CONFLICTS_MAX;
}

/* All that will stand elsewhere goes first: an order must not be in conflict with a time that
 * another order of the same import leaves. */
static void free_absences(struct draft *d, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct admit_absence *admit = &d->command->absences[i];
        if (admit->existing != NULL && changes_absence(admit) && !keeps_claim(admit))
            free_absence(d, admit->existing);
    }
}

static void free_inspections(struct draft *d, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct admit_inspection *admit = &d->command->inspections[i];
        if (admit->existing != NULL && moves_inspection(admit))
            free_existing(d, admit->existing);
    }
}

/* Each returns how many of the first n rows are settled. */
static size_t admit_absences(struct draft *d, size_t n)
{
    free_absences(d, n);
    for (size_t i = 0; i < n; i++) {
        const struct admit_absence *admit = &d->command->absences[i];
        if (!changes_absence(admit))
            continue;
        if (!has_room(d, conflicts_of_absence(d, admit)))
            return i;
        admit_absence(d, admit);
    }
    return n;
}

static size_t admit_inspections(struct draft *d, size_t n)
{
    free_inspections(d, n);
    for (size_t i = 0; i < n; i++) {
        const struct admit_inspection *admit = &d->command->inspections[i];
        if (!changes_inspection(admit))
            continue;
        if (!has_room(d, conflicts_of_inspection(d, &admit->record)))
            return i;
        admit_inspection(d, admit);
    }
    return n;
}

/* As many rows as one entry holds. An entry that frees a row's time must also lay it anew, so when
 * not all rows fit it is begun again with fewer: half of those that did, or half of all where what
 * they free is too much already. A row that does not fit alone never will. */
bool decide_admit(struct draft *d, struct verdict *verdict)
{
    const struct command *c = d->command;
    const bool absences = c->n_absences > 0;
    size_t wanted = absences ? c->n_absences : c->n_inspections;
    size_t settled = 0;
    assert(wanted <= ADMIT_MAX && (c->n_inspections == 0 || c->n_absences == 0));
    for (;;) {
        settled = absences ? admit_absences(d, wanted) : admit_inspections(d, wanted);
        if ((settled == wanted && !d->is_full) || wanted <= 1)
            break;
        wanted = settled == 0 || d->is_full ? wanted / 2 : (settled + 1) / 2;
        *d = draft_make(d->image, c, d->now, d->arena);
    }
    d->is_full = d->is_full || settled < wanted;
    verdict->n_admitted = settled;
    return d->n_inspections + d->n_absences > 0;
}
