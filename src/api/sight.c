/* What a key of one brand sees of what stands in its way.
 *
 *  An inspector has one calendar: the time that another brand's order or hold takes is no secret,
 *  and all else about it is. Whose a thing is, is looked up in the store; where that fails, it is
 *  not shown. */
#include "call.h"

struct known { /* what was looked up already */
    ref_t owner;
    struct str brand;
};

struct sight {
    struct known *at;
    size_t n, room;
};

/* Empty: it is of no brand, or it cannot be told of which. */
static struct str brand_look(struct call *call, enum claim_kind kind, ref_t owner)
{
    const struct hold *hold = image_find_hold(image_of_call(call), owner);
    const struct lookup in = lookup_of(call);
    struct str brand = STR("");
    struct il_err err;
    if (hold != NULL)
        return hold->brand;
    return desk_brand_of(&in, kind, owner, &brand, &err) == IL_OK ? brand : STR("");
}

static struct str brand_of(struct call *call, enum claim_kind kind, ref_t owner)
{
    if (kind != CLAIM_INSPECTION && kind != CLAIM_HOLD)
        return STR("");
    if (call->sight == NULL)
        call->sight = arena_new(&call->work, struct sight);
    struct sight *s = call->sight;
    for (size_t i = s->n; i-- > 0;) {
        if (s->at[i].owner == owner)
            return s->at[i].brand;
    }
    s->at = arena_grow(&call->work, s->at, s->n, &s->room, sizeof *s->at);
    s->at[s->n] = (struct known){ owner, brand_look(call, kind, owner) };
    return s->at[s->n++].brand;
}

bool sees_in_way(struct call *call, enum claim_kind kind, ref_t owner)
{
    if (is_online(call))
        return false;
    return call->actor.brand.len == 0 || (kind != CLAIM_INSPECTION && kind != CLAIM_HOLD) ||
           actor_sees(&call->actor, brand_of(call, kind, owner));
}

bool sees_conflict(struct call *call, const struct conflict *c)
{
    return call->actor.brand.len == 0 ||
           actor_sees_pair(&call->actor, brand_of(call, c->a.kind, c->a.owner),
                           brand_of(call, c->b.kind, c->b.owner));
}

bool sees_order(struct call *call, struct str id)
{
    struct found_inspection found;
    struct il_err err;
    bool exists = false;
    const struct lookup in = lookup_of(call);
    return call->actor.brand.len == 0 ||
           (desk_find_inspection(&in, id, &found, &exists, &err) == IL_OK && exists &&
            actor_sees(&call->actor, found.record.brand));
}
