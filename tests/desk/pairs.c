/* A set of pairs, as an open table that is never more than half full. */
#include "pairs.h"

#include <stdlib.h>

static struct pair_of_refs in_order(ref_t a, ref_t b)
{
    return a < b ? (struct pair_of_refs){ a, b } : (struct pair_of_refs){ b, a };
}

static size_t home_of(const struct pairs *pairs, struct pair_of_refs p)
{
    uint64_t h = p.a * 0x9E3779B97F4A7C15u ^ p.b * 0xC2B2AE3D27D4EB4Fu;
    h ^= h >> 29;
    h *= 0xBF58476D1CE4E5B9u;
    return (size_t)(h >> 20) & (pairs->room - 1);
}

/* Where the pair stands, or the empty place where it would. */
static size_t place(const struct pairs *pairs, struct pair_of_refs p)
{
    size_t i = home_of(pairs, p);
    while (pairs->at[i].a != 0 && (pairs->at[i].a != p.a || pairs->at[i].b != p.b))
        i = (i + 1) & (pairs->room - 1);
    return i;
}

static void grow(struct pairs *pairs)
{
    const struct pairs old = *pairs;
    pairs->room = old.room == 0 ? 64 : 2 * old.room;
    pairs->at = calloc(pairs->room, sizeof(*pairs->at));
    CHECK(pairs->at != NULL, "out of memory");
    for (size_t i = 0; i < old.room; i++)
        if (old.at[i].a != 0)
            pairs->at[place(pairs, old.at[i])] = old.at[i];
    free(old.at);
}

bool pairs_have(const struct pairs *pairs, ref_t a, ref_t b)
{
    return pairs->n > 0 && pairs->at[place(pairs, in_order(a, b))].a != 0;
}

bool pairs_add(struct pairs *pairs, ref_t a, ref_t b)
{
    if (2 * (pairs->n + 1) > pairs->room)
        grow(pairs);
    const struct pair_of_refs p = in_order(a, b);
    const size_t i = place(pairs, p);
    if (pairs->at[i].a != 0)
        return false;
    pairs->at[i] = p;
    pairs->n++;
    return true;
}

bool pairs_remove(struct pairs *pairs, ref_t a, ref_t b)
{
    if (!pairs_have(pairs, a, b))
        return false;
    size_t hole = place(pairs, in_order(a, b));
    pairs->at[hole].a = 0;
    pairs->n--;
    /* Those behind it move up, unless they would come before their home. */
    for (size_t i = (hole + 1) & (pairs->room - 1); pairs->at[i].a != 0;
         i = (i + 1) & (pairs->room - 1)) {
        const size_t home = home_of(pairs, pairs->at[i]);
        if (((i - home) & (pairs->room - 1)) < ((i - hole) & (pairs->room - 1)))
            continue;
        pairs->at[hole] = pairs->at[i];
        pairs->at[i].a = 0;
        hole = i;
    }
    return true;
}

void pairs_drop(struct pairs *pairs)
{
    free(pairs->at);
    *pairs = (struct pairs){ 0 };
}
