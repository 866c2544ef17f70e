/* Copies of records. */
#include "core/record.h"

#include "base/block.h"

#include <string.h>

enum { RECORD_CEILING_BYTES = 1 << 20 };

static void hold_drop(void *content)
{
    struct hold *hold = content;
    arena_drop(&hold->arena);
}

struct hold *hold_make(void)
{
    struct hold *hold = block_new(sizeof *hold, hold_drop);
    hold->arena = arena_make(RECORD_CEILING_BYTES);
    return hold;
}

static struct strs strs_copy(struct arena *arena, struct strs from)
{
    struct str *at = arena_array(arena, struct str, from.n);
    for (size_t i = 0; i < from.n; i++)
        at[i] = str_copy(arena, from.at[i]);
    return (struct strs){ at, from.n };
}

void hold_own(struct arena *arena, struct hold *hold)
{
    hold->brand = str_copy(arena, hold->brand);
    hold->inspectors = strs_copy(arena, hold->inspectors);
    hold->services = strs_copy(arena, hold->services);
    hold->key_id = str_copy(arena, hold->key_id);
    hold->reason = str_copy(arena, hold->reason);
    ref_t *claims = arena_array(arena, ref_t, hold->inspectors.n);
    if (hold->claims != NULL)
        memcpy(claims, hold->claims, hold->inspectors.n * sizeof *claims);
    hold->claims = claims;
}

struct hold *hold_copy(const struct hold *from)
{
    struct hold *hold = hold_make();
    const struct arena arena = hold->arena;
    *hold = *from;
    hold->arena = arena;
    hold_own(&hold->arena, hold);
    return hold;
}

static void conflict_drop(void *content)
{
    struct conflict *conflict = content;
    arena_drop(&conflict->arena);
}

void conflict_own(struct arena *arena, struct conflict *conflict)
{
    conflict->inspector = str_copy(arena, conflict->inspector);
    conflict->cause = str_copy(arena, conflict->cause);
    conflict->reason = str_copy(arena, conflict->reason);
    conflict->note = str_copy(arena, conflict->note);
    conflict->resolved_how = str_copy(arena, conflict->resolved_how);
}

struct conflict *conflict_copy(const struct conflict *from)
{
    struct conflict *conflict = block_new(sizeof *conflict, conflict_drop);
    *conflict = *from;
    conflict->arena = arena_make(RECORD_CEILING_BYTES);
    conflict_own(&conflict->arena, conflict);
    return conflict;
}

void absence_own(struct arena *arena, struct absence *absence)
{
    absence->id = str_copy(arena, absence->id);
    absence->inspector = str_copy(arena, absence->inspector);
    absence->zone = str_copy(arena, absence->zone);
    absence->title = str_copy(arena, absence->title);
    absence->inspection_id = str_copy(arena, absence->inspection_id);
}

static const struct assignment *assignments_copy(struct arena *arena, const struct inspection *from)
{
    struct assignment *at = arena_array(arena, struct assignment, from->n_assignments);
    for (size_t i = 0; i < from->n_assignments; i++) {
        at[i] = from->assignments[i];
        at[i].inspector = str_copy(arena, at[i].inspector);
        at[i].role = str_copy(arena, at[i].role);
    }
    return at;
}

static const struct price_part *parts_copy(struct arena *arena, const struct price *from)
{
    struct price_part *at = arena_array(arena, struct price_part, from->n_parts);
    for (size_t i = 0; i < from->n_parts; i++) {
        at[i] = from->parts[i];
        at[i].service = str_copy(arena, at[i].service);
        at[i].why = str_copy(arena, at[i].why);
    }
    return at;
}

struct inspection *inspection_copy(struct arena *arena, const struct inspection *from)
{
    struct inspection *to = arena_new(arena, struct inspection);
    *to = *from;
    to->id = str_copy(arena, from->id);
    to->brand = str_copy(arena, from->brand);
    to->zone = str_copy(arena, from->zone);
    to->scheduled_location = str_copy(arena, from->scheduled_location);
    to->assignments = assignments_copy(arena, from);
    to->services = strs_copy(arena, from->services);
    to->price.parts = parts_copy(arena, &from->price);
    struct external_id *ids = arena_array(arena, struct external_id, from->n_external_ids);
    for (size_t i = 0; i < from->n_external_ids; i++) {
        ids[i].system = str_copy(arena, from->external_ids[i].system);
        ids[i].account = str_copy(arena, from->external_ids[i].account);
        ids[i].id = str_copy(arena, from->external_ids[i].id);
    }
    to->external_ids = ids;
    to->external_ref = str_copy(arena, from->external_ref);
    to->key_id = str_copy(arena, from->key_id);
    to->cancel_reason = str_copy(arena, from->cancel_reason);
    return to;
}

int64_t id_as_number(struct str id)
{
    int64_t number;
    const bool is_number = id.len > 0 && id.at[0] != '0' && str_to_int(id, &number) && number > 0;
    return is_number ? number : 0;
}
