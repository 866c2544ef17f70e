/* An index of refs. */
#include "places.h"

#include <assert.h>

enum { PLACES_FIRST = 8 }; /* a power of two, as every later size is */

/* The slot of the ref, or the free one where it would go. */
static struct place_of *slot_for(const struct places *places, ref_t ref)
{
    const uint64_t hash = ref * 0x9E3779B97F4A7C15U;
    size_t i = (size_t)(hash >> 32) & (places->n_slots - 1);
    while (places->slots[i].ref != 0 && places->slots[i].ref != ref)
        i = (i + 1) & (places->n_slots - 1);
    return &places->slots[i];
}

size_t places_find(const struct places *places, ref_t ref)
{
    if (places->n_slots == 0)
        return NOWHERE;
    const struct place_of *slot = slot_for(places, ref);
    return slot->ref == 0 ? NOWHERE : slot->at;
}

/* At most half full: a search ends after two steps on average. */
static void grow(struct places *places, struct arena *arena)
{
    const struct places old = *places;
    places->n_slots = old.n_slots == 0 ? PLACES_FIRST : old.n_slots * 2;
    places->slots = arena_array(arena, struct place_of, places->n_slots);
    for (size_t i = 0; i < old.n_slots; i++) {
        if (old.slots[i].ref != 0)
            *slot_for(places, old.slots[i].ref) = old.slots[i];
    }
}

void places_put(struct places *places, struct arena *arena, ref_t ref, size_t at)
{
    assert(ref != 0);
    if (places->n_used * 2 >= places->n_slots)
        grow(places, arena);
    struct place_of *slot = slot_for(places, ref);
    places->n_used += slot->ref == 0;
    *slot = (struct place_of){ ref, at };
}
