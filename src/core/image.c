/* Images: put together, extended by a day, trimmed. */
#include "core/image.h"

#include "base/block.h"
#include "lists.h"

#include <assert.h>
#include <string.h>

static void image_drop(void *content)
{
    struct image *image = content;
    const size_t n = image->company == NULL ? 0 : image->company->n_inspectors;
    for (size_t i = 0; i < n; i++)
        block_free(image->calendars[i]);
    block_free(image->calendars);
    block_free(image->holds);
    block_free(image->conflicts);
    block_free(image->hours);
    block_free(image->company);
}

const struct image *image_empty(void)
{
    struct image *image = block_new(sizeof *image, image_drop);
    image->floor = INT64_MIN;
    image->next_order = 1;
    return image;
}

/* Claims and conflicts of one inspector, gathered for calendar_make. */
struct gathered {
    struct claim *claims;
    size_t n_claims;
    struct admitted *admitted;
    size_t n_admitted;
};

static bool gather(const struct image_parts *parts, struct gathered *all, struct arena *arena)
{
    const struct company *company = parts->company;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < parts->n_claims; i++) {
            const int32_t at = company_find_inspector(company, parts->claims[i].inspector);
            if (at == NOT_FOUND)
                return false;
            if (pass == 1)
                all[at].claims[all[at].n_claims] = parts->claims[i].claim;
            all[at].n_claims++;
        }
        for (size_t i = 0; i < parts->n_conflicts; i++) {
            const struct conflict *c = parts->conflicts[i];
            const int32_t at = company_find_inspector(company, c->inspector);
            if (at == NOT_FOUND)
                return false;
            if (pass == 1)
                all[at].admitted[all[at].n_admitted] =
                    (struct admitted){ c->ref, c->a.claim, c->b.claim };
            all[at].n_admitted++;
        }
        for (size_t i = 0; pass == 0 && i < company->n_inspectors; i++) {
            all[i].claims = arena_array(arena, struct claim, all[i].n_claims);
            all[i].admitted = arena_array(arena, struct admitted, all[i].n_admitted);
            all[i].n_claims = 0;
            all[i].n_admitted = 0;
        }
    }
    return true;
}

static const void **list_of(const void *from, size_t n)
{
    const void **list = list_new(n);
    if (n > 0)
        memcpy(list, from, n * sizeof *list);
    return list;
}

const struct image *image_make(const struct image_parts *parts)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    const size_t n = parts->company->n_inspectors;
    struct gathered *all = arena_array(&arena, struct gathered, n);
    if (!gather(parts, all, &arena)) {
        arena_drop(&arena);
        return NULL;
    }
    struct image *image = block_new(sizeof *image, image_drop);
    image->company = parts->company;
    image->calendars = block_new(n * sizeof *image->calendars + 1, NULL);
    for (size_t i = 0; i < n; i++)
        image->calendars[i] =
            calendar_make(all[i].claims, all[i].n_claims, all[i].admitted, all[i].n_admitted);
    image->holds = (const struct hold **)list_of(parts->holds, parts->n_holds);
    image->n_holds = parts->n_holds;
    image->conflicts = (const struct conflict **)list_of(parts->conflicts, parts->n_conflicts);
    image->n_conflicts = parts->n_conflicts;
    image->seq = parts->seq;
    image->last_at = parts->last_at;
    image->head = parts->head;
    image->next_order = parts->next_order;
    image->floor = parts->floor;
    arena_drop(&arena);
    return image;
}

struct image *image_copy(const struct image *from)
{
    struct image *image = block_new(sizeof *image, image_drop);
    const size_t n = from->company == NULL ? 0 : from->company->n_inspectors;
    *image = *from;
    image->company = block_keep(from->company);
    image->hours = block_keep(from->hours);
    if (from->calendars != NULL) {
        image->calendars = block_new(n * sizeof *image->calendars + 1, NULL);
        for (size_t i = 0; i < n; i++)
            image->calendars[i] = block_keep(from->calendars[i]);
    }
    image->holds = block_keep(from->holds);
    image->conflicts = block_keep(from->conflicts);
    return image;
}

/* The window: yesterday, so that a job still running is on it, to the horizon and two days more. */
enum { HOURS_DAYS_BEFORE = 1, HOURS_DAYS_AFTER = 2, HOURS_DAYS_KEPT_MAX = 400 };

const struct image *image_with_hours(const struct image *image, date_d today)
{
    if (image->company == NULL)
        return NULL;
    const struct policy *policy = image->company->rules.policy;
    int32_t horizon = policy[AUDIENCE_ONLINE].horizon_days;
    if (horizon < policy[AUDIENCE_INTERNAL].horizon_days)
        horizon = policy[AUDIENCE_INTERNAL].horizon_days;
    if (horizon < SEARCH_DAYS_MAX)
        horizon = SEARCH_DAYS_MAX;
    if (horizon > HOURS_DAYS_KEPT_MAX)
        horizon = HOURS_DAYS_KEPT_MAX;
    const date_d first = today - HOURS_DAYS_BEFORE;
    const int32_t days = horizon + HOURS_DAYS_BEFORE + HOURS_DAYS_AFTER;
    if (image->hours != NULL && image->hours_first == first && image->hours_days == days)
        return NULL;
    struct image *next = image_copy(image);
    block_free(next->hours);
    next->hours = hours_table_make(image->company, first, (size_t)days);
    next->hours_first = first;
    next->hours_days = days;
    return next;
}

const struct image *image_trim(const struct image *image, utc_s floor)
{
    struct image *next = image_copy(image);
    next->floor = floor;
    for (size_t i = 0; next->company != NULL && i < next->company->n_inspectors; i++) {
        const struct calendar *old = next->calendars[i];
        struct arena arena = arena_make(SIZE_MAX / 2);
        struct claim *kept = arena_array(&arena, struct claim, old->n_claims);
        size_t n = 0;
        for (size_t k = 0; k < old->n_claims; k++) {
            if (old->claims[k].when.end > floor)
                kept[n++] = old->claims[k];
        }
        next->calendars[i] = calendar_make(kept, n, old->admitted, old->n_admitted);
        block_free(old);
        arena_drop(&arena);
    }
    return next;
}

ref_t hold_ref_of(const void *hold)
{
    return ((const struct hold *)hold)->ref;
}

ref_t conflict_ref_of(const void *conflict)
{
    return ((const struct conflict *)conflict)->ref;
}

const struct hold *image_find_hold(const struct image *image, ref_t ref)
{
    const struct list holds = { (const void *const *)image->holds, image->n_holds, hold_ref_of };
    return list_find(&holds, ref);
}

bool image_has_dead_hold(const struct image *image, utc_s now)
{
    for (size_t i = 0; image != NULL && i < image->n_holds; i++) {
        if (image->holds[i]->expires_at <= now)
            return true;
    }
    return false;
}

const struct conflict *image_find_conflict(const struct image *image, ref_t ref)
{
    const struct list conflicts = { (const void *const *)image->conflicts, image->n_conflicts,
                                    conflict_ref_of };
    return list_find(&conflicts, ref);
}

size_t image_bytes(const struct image *image)
{
    size_t bytes = sizeof *image + block_bytes(image->calendars) + block_bytes(image->holds);
    if (image->company == NULL)
        return bytes;
    bytes += image->company->arena.used_bytes;
    for (size_t i = 0; i < image->company->n_inspectors; i++)
        bytes += block_bytes(image->calendars[i]);
    for (size_t i = 0; i < image->n_holds; i++)
        bytes += sizeof(struct hold) + image->holds[i]->arena.used_bytes;
    return bytes + hours_table_bytes(image->hours);
}

struct hours image_hours(const struct image *image, int32_t inspector, enum audience audience,
                         date_d first, size_t n_days, struct arena *arena)
{
    const struct hours *all =
        image->hours == NULL || first < image->hours_first ||
                (int64_t)first + (int64_t)n_days > (int64_t)image->hours_first + image->hours_days
            ? NULL
            : hours_of(image->hours, inspector, audience);
    if (all == NULL)
        return hours_lay(image->company, inspector, audience, first, n_days, arena);
    return (struct hours){ first, n_days, all->days + (first - all->first) };
}
