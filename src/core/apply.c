/* Folding an entry into an image. */
#include "core/booking.h"

#include "base/block.h"
#include "keys.h"
#include "lists.h"

#include <assert.h>
#include <string.h>

/* A claim rewritten below the floor stays if it was there: it is no more past than before. */
static bool is_held(const struct calendar *calendar, ref_t ref)
{
    for (size_t i = 0; i < calendar->n_claims; i++) {
        if (calendar->claims[i].ref == ref)
            return true;
    }
    return false;
}

/* What one entry changes in one inspector's calendar; NULL: nothing. */
static const struct calendar *calendar_fold(const struct calendar *calendar, struct str inspector,
                                            const struct entry *entry, utc_s floor,
                                            struct arena *arena)
{
    ref_t *removed = arena_array(arena, ref_t, entry->n_removed);
    struct claim *added = arena_array(arena, struct claim, entry->n_added);
    ref_t *closed = arena_array(arena, ref_t, entry->n_conflicts);
    struct admitted *opened = arena_array(arena, struct admitted, entry->n_conflicts);
    struct calendar_change change = { removed, 0, added, 0, closed, 0, opened, 0 };
    for (size_t i = 0; i < entry->n_removed; i++) {
        if (str_equal(entry->removed[i].inspector, inspector))
            removed[change.n_removed++] = entry->removed[i].claim.ref;
    }
    keys_sort(removed, change.n_removed);
    for (size_t i = 0; i < entry->n_added; i++) {
        const struct claim_at *a = &entry->added[i];
        if (str_equal(a->inspector, inspector) &&
            (a->claim.when.end > floor || is_held(calendar, a->claim.ref)))
            added[change.n_added++] = a->claim;
    }
    for (size_t i = 0; i < entry->n_conflicts; i++) {
        const struct conflict *c = &entry->conflicts[i];
        if (!str_equal(c->inspector, inspector))
            continue;
        if (c->state != CONFLICT_RESOLVED)
            opened[change.n_opened++] = (struct admitted){ c->ref, c->a.claim, c->b.claim };
        closed[change.n_closed++] = c->ref;
    }
    keys_sort(closed, change.n_closed);
    if (change.n_removed + change.n_added + change.n_closed == 0)
        return NULL;
    return calendar_after(calendar, &change);
}

static void fold_calendar_of(struct image *image, struct str inspector, const struct entry *entry,
                             bool *done, struct arena *arena)
{
    const int32_t at = company_find_inspector(image->company, inspector);
    assert(at != NOT_FOUND && "an entry names an inspector whom the company does not know");
    if (done[at])
        return;
    done[at] = true;
    const struct calendar *old = image->calendars[at];
    const struct calendar *next = calendar_fold(old, inspector, entry, image->floor, arena);
    if (next == NULL)
        return;
    block_free(old);
    image->calendars[at] = next;
}

static void fold_calendars(struct image *image, const struct entry *entry)
{
    if (entry->n_removed + entry->n_added + entry->n_conflicts == 0)
        return;
    struct arena arena = arena_make(SIZE_MAX / 2);
    bool *done = arena_array(&arena, bool, image->company->n_inspectors);
    for (size_t i = 0; i < entry->n_removed; i++)
        fold_calendar_of(image, entry->removed[i].inspector, entry, done, &arena);
    for (size_t i = 0; i < entry->n_added; i++)
        fold_calendar_of(image, entry->added[i].inspector, entry, done, &arena);
    for (size_t i = 0; i < entry->n_conflicts; i++)
        fold_calendar_of(image, entry->conflicts[i].inspector, entry, done, &arena);
    arena_drop(&arena);
}

/* The calendars in the order of the new company's inspectors; new people start empty. Nobody with
 * claims may vanish: an inspector who leaves becomes inactive (the desk sees to it). */
static void fold_company(struct image *image, const struct entry *entry)
{
    const struct company *old = image->company;
    const struct company *company = block_keep(entry->company_after);
    const size_t n = company->n_inspectors;
    const struct calendar **calendars = block_new(n * sizeof *calendars + 1, NULL);
    for (size_t i = 0; i < n; i++) {
        const int32_t before =
            old == NULL ? NOT_FOUND : company_find_inspector(old, company->inspectors[i].id);
        calendars[i] = before == NOT_FOUND ? calendar_make(NULL, 0, NULL, 0)
                                           : block_keep(image->calendars[before]);
    }
    for (size_t i = 0; old != NULL && i < old->n_inspectors; i++) {
        assert(company_find_inspector(company, old->inspectors[i].id) != NOT_FOUND ||
               image->calendars[i]->n_claims == 0);
        block_free(image->calendars[i]);
    }
    block_free(image->calendars);
    block_free(old);
    block_free(image->hours);
    image->company = company;
    image->calendars = calendars;
    image->hours = NULL;
}

static void fold_holds(struct image *image, const struct entry *entry, struct arena *arena)
{
    const struct list old = { (const void *const *)image->holds, image->n_holds, hold_ref_of };
    struct list_change *changes = arena_array(arena, struct list_change, entry->n_holds);
    for (size_t i = 0; i < entry->n_holds; i++) {
        const struct hold *h = entry->holds[i];
        changes[i] = (struct list_change){ h->ref, h->state == HOLD_LIVE ? hold_copy(h) : NULL };
    }
    const void **holds = list_after(&old, changes, entry->n_holds, &image->n_holds);
    block_free(image->holds);
    image->holds = (const struct hold **)holds;
}

static void fold_conflicts(struct image *image, const struct entry *entry, struct arena *arena)
{
    const struct list old = { (const void *const *)image->conflicts, image->n_conflicts,
                              conflict_ref_of };
    struct list_change *changes = arena_array(arena, struct list_change, entry->n_conflicts);
    for (size_t i = 0; i < entry->n_conflicts; i++) {
        const struct conflict *c = &entry->conflicts[i];
        changes[i] =
            (struct list_change){ c->ref, c->state != CONFLICT_RESOLVED ? conflict_copy(c) : NULL };
    }
    const void **conflicts = list_after(&old, changes, entry->n_conflicts, &image->n_conflicts);
    block_free(image->conflicts);
    image->conflicts = (const struct conflict **)conflicts;
}

static void fold_lists(struct image *image, const struct entry *entry)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    if (entry->n_holds > 0)
        fold_holds(image, entry, &arena);
    if (entry->n_conflicts > 0)
        fold_conflicts(image, entry, &arena);
    arena_drop(&arena);
}

const struct image *booking_apply(const struct image *image, const struct entry *entry)
{
    assert(entry->seq == image->seq + 1 && "an entry must follow the image");
    assert(entry->at >= image->last_at || image->seq == 0);
    struct image *next = image_copy(image);
    if (entry->company_after != NULL)
        fold_company(next, entry);
    assert(next->company != NULL && "the first entry must bring the company");
    fold_calendars(next, entry);
    fold_lists(next, entry);
    next->seq = entry->seq;
    next->last_at = entry->at;
    next->head = entry->hash;
    next->next_order = entry->next_order;
    return next;
}
