/* Holds: time kept for somebody who is about to book.
 *
 * Policy is judged when a hold is made and not again while it lives. A hold ends once: consumed by
 * one booking, released, or expired; extending an ended one decides again, as a new hold would be.
 */
#include "decide.h"

#include <assert.h>

enum { QUOTE_EXTENSIONS = 3 };

static bool within_caps(const struct draft *d, struct verdict *verdict)
{
    size_t all = 0;
    size_t mine = 0;
    for (size_t i = 0; i < d->image->n_holds; i++) {
        const struct hold *h = d->image->holds[i];
        if (!hold_is_live(h, d->now))
            continue;
        all++;
        mine += str_equal(h->key_id, d->command->actor.key_id);
    }
    return (all < HOLDS_PER_COMPANY_MAX && mine < HOLDS_PER_KEY_MAX) ||
           refuse(verdict, CODE_too_many_holds, "", STR(""));
}

static utc_s length_s(const struct rules *rules, enum hold_kind kind)
{
    return kind == HOLD_CHECKOUT ? rules->checkout_hold_s : (utc_s)rules->quote_hold_h * HOUR_S;
}

static utc_s earlier(utc_s a, utc_s b)
{
    return a < b ? a : b;
}

static utc_s latest(utc_s a, utc_s b)
{
    return a > b ? a : b;
}

/* A quote hold ends at the latest at start minus notice: wherever it is now, so that one which is
 * moved to tomorrow and back may live as long as before. */
static utc_s latest_end(const struct hold *hold, const struct rules *rules, enum role role)
{
    const enum audience audience = role == ROLE_ONLINE ? AUDIENCE_ONLINE : AUDIENCE_INTERNAL;
    const utc_s notice = (utc_s)rules->policy[audience].notice_min * MINUTE_S;
    return hold->kind == HOLD_QUOTE ? earlier(hold->cap_at, hold->when.start - notice)
                                    : hold->cap_at;
}

/* False: its end is over. */
static bool bound_life(const struct ask *ask, struct hold *hold)
{
    const enum role role = ask->command->actor.role;
    hold->expires_at = earlier(hold->expires_at, latest_end(hold, ask->rules, role));
    return hold->expires_at > ask->now ||
           refuse(ask->verdict, CODE_too_soon, "/datetime",
                  STR("That start is too close for a quote to be held."));
}

static bool give_life(const struct ask *ask, struct hold *hold)
{
    const utc_s length = length_s(ask->rules, hold->kind);
    const utc_s times = hold->kind == HOLD_CHECKOUT ? HOLD_EXTENSIONS : QUOTE_EXTENSIONS;
    hold->created_at = ask->now;
    hold->cap_at = ask->now + times * length;
    hold->expires_at = ask->now + length;
    return bound_life(ask, hold);
}

/* Lays the claims of a hold whose people and times were chosen. */
static void take_for(struct draft *d, const struct ask *ask, struct hold *hold)
{
    const struct company *company = d->image->company;
    ref_t *claims = arena_array(d->arena, ref_t, ask->n_inspectors);
    struct str *ids = arena_array(d->arena, struct str, ask->n_inspectors);
    for (size_t i = 0; i < ask->n_inspectors; i++) {
        ids[i] = company->inspectors[ask->inspectors[i]].id;
        claims[i] = draft_ref(d);
        draft_take(d, ids[i],
                   (struct claim){ .when = ask->whens[i],
                                   .ref = claims[i],
                                   .owner = hold->ref,
                                   .expires_at = hold->expires_at,
                                   .place = hold->property.place,
                                   .has_place = hold->property.has_place,
                                   .kind = CLAIM_HOLD },
                   NULL);
    }
    hold->claims = claims;
    hold->inspectors = (struct strs){ ids, ask->n_inspectors };
}

static void describe(struct hold *hold, const struct ask *ask, const struct want *want)
{
    const struct company *company = ask->image->company;
    hold->state = HOLD_LIVE;
    hold->brand = company->brands[ask->brand].id;
    hold->when = ask->when;
    hold->wall_start = zone_to_wall(company->zone, ask->when.start);
    hold->any_inspector = want->any_inspector;
    hold->services = ask->service_ids;
    hold->minutes =
        want->has_endtime ? (int32_t)((ask->when.end - ask->when.start) / MINUTE_S) : want->minutes;
    hold->property = ask->property;
    hold->inspection = 0;
    hold->reason = STR("");
}

bool decide_hold(struct draft *d, struct verdict *verdict)
{
    struct ask ask = ask_for(d, verdict);
    if (!within_caps(d, verdict) || !ask_make(&ask, &d->command->want) || !ask_choose(&ask))
        return false;
    struct hold *hold = arena_new(d->arena, struct hold);
    hold->ref = draft_ref(d);
    hold->kind = d->command->hold_kind;
    hold->key_id = d->command->actor.key_id;
    describe(hold, &ask, &d->command->want);
    if (!give_life(&ask, hold))
        return false;
    take_for(d, &ask, hold);
    draft_hold(d, hold);
    return true;
}

static const struct hold *find_hold(const struct draft *d, const struct facts *facts)
{
    const struct hold *held = image_find_hold(d->image, d->command->hold);
    return held != NULL ? held : facts->hold;
}

static struct want want_of(const struct draft *d, const struct hold *hold)
{
    const struct want *asked = &d->command->want;
    struct want want = *asked;
    if (!want.has_datetime) {
        want.has_datetime = true;
        want.datetime = (struct instant_text){ .wall = hold->when.start, .has_offset = true };
    }
    if (want.services.n == 0 && want.minutes == 0) {
        want.services = hold->services;
        want.minutes = asked->has_endtime ? 0 : hold->minutes;
    }
    if (want.inspectors.n == 0 && !want.any_inspector) {
        want.any_inspector = hold->any_inspector && (asked->has_datetime || asked->services.n > 0);
        want.inspectors = hold->inspectors;
    }
    want.brand = hold->brand;
    want.property = hold->property;
    return want;
}

static bool extend_live(struct draft *d, const struct hold *hold, struct verdict *verdict)
{
    const struct company *company = d->image->company;
    const struct rules *rules = company_rules(company, company_find_brand(company, hold->brand));
    const utc_s length = length_s(rules, hold->kind);
    const utc_s last = latest_end(hold, rules, d->command->actor.role);
    const utc_s end = earlier(d->now + length, last);
    if (end <= hold->expires_at && hold->expires_at >= last)
        return refuse(verdict, CODE_hold_cap_reached, "", STR(""));
    if (end <= hold->expires_at)
        return false;
    struct hold *after = arena_new(d->arena, struct hold);
    *after = *hold;
    after->expires_at = end;
    for (size_t i = 0; i < hold->inspectors.n; i++) {
        const struct claim renewed = { .when = hold->when,
                                       .ref = hold->claims[i],
                                       .owner = hold->ref,
                                       .expires_at = end,
                                       .place = hold->property.place,
                                       .has_place = hold->property.has_place,
                                       .kind = CLAIM_HOLD };
        draft_renew(d, hold->inspectors.at[i], &renewed);
    }
    draft_hold(d, after);
    return true;
}

/* Moves a hold to another time, or brings an ended one back: release and take in one step. */
static bool hold_anew(struct draft *d, const struct hold *hold, struct verdict *verdict)
{
    struct ask ask = ask_for(d, verdict);
    const struct want want = want_of(d, hold);
    const bool was_live = hold_is_live(hold, d->now);
    ask.look.without[0] = hold->ref;
    if ((!was_live && !within_caps(d, verdict)) || !ask_make(&ask, &want) || !ask_choose(&ask))
        return false;
    struct hold *after = arena_new(d->arena, struct hold);
    *after = *hold;
    describe(after, &ask, &want);
    if (was_live && d->command->extend)
        after->expires_at = latest(after->expires_at, d->now + length_s(ask.rules, after->kind));
    if (was_live ? !bound_life(&ask, after) : !give_life(&ask, after))
        return false;
    draft_free_hold(d, hold, "moved");
    take_for(d, &ask, after);
    draft_hold(d, after);
    return true;
}

bool decide_change_hold(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct hold *hold = find_hold(d, facts);
    if (hold == NULL)
        return refuse(verdict, CODE_not_found, "", STR("There is no such hold."));
    if (hold->state == HOLD_CONSUMED)
        return refuse(verdict, CODE_hold_consumed, "", STR(""));
    const bool moves = d->command->want.has_datetime || d->command->want.has_endtime ||
                       d->command->want.services.n > 0 || d->command->want.minutes > 0 ||
                       d->command->want.any_inspector || d->command->want.inspectors.n > 0;
    if (!moves && d->command->extend && hold_is_live(hold, d->now))
        return extend_live(d, hold, verdict);
    return hold_anew(d, hold, verdict);
}

bool decide_release(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct hold *hold = find_hold(d, facts);
    if (hold == NULL)
        return refuse(verdict, CODE_not_found, "", STR("There is no such hold."));
    if (hold->state != HOLD_LIVE)
        return false;
    draft_end_hold(d, hold, hold_is_live(hold, d->now) ? HOLD_RELEASED : HOLD_EXPIRED, 0,
                   d->command->reason);
    return true;
}
