/* Policy and areas as the case files say them. */
#include "case_rules.h"

#include <string.h>

void copy_name(char ret[WORLD_NAME_BYTES], struct str name)
{
    memcpy(ret, name.at, name.len < WORLD_NAME_BYTES ? name.len : WORLD_NAME_BYTES - 1);
}

static enum area_rule area_rule(struct reader *r)
{
    const struct str w = word(r);
    return is_word(w, "off") ? AREA_OFF : is_word(w, "warn") ? AREA_WARN : AREA_REFUSE;
}

static bool read_policy_of_days(struct reader *r, struct policy *policy)
{
    if (take(r, "horizon"))
        policy->horizon_days = number(r);
    else if (take(r, "max"))
        policy->daily_max = number(r);
    else if (take(r, "weekmax"))
        policy->weekly_max = number(r);
    else if (take(r, "earliest"))
        policy->earliest_min = minute_of(r, word(r));
    else if (take(r, "latest"))
        policy->latest_min = minute_of(r, word(r));
    else if (take(r, "outside"))
        policy->outside_area = area_rule(r);
    else
        return false;
    return true;
}

void read_policy(struct reader *r)
{
    struct policy *policy = &r->rules->policy[audience(r)];
    while (peek(r).len > 0) {
        if (take(r, "notice"))
            policy->notice_min = number(r);
        else if (take(r, "sameday"))
            policy->same_day = !is_word(word(r), "off");
        else if (take(r, "cutoff"))
            policy->cutoff_min = minute_of(r, word(r));
        else if (!read_policy_of_days(r, policy))
            unreadable(r, "\"%.*s\" is no policy", STR_ARG(peek(r)));
    }
}

void read_rules(struct reader *r)
{
    while (peek(r).len > 0) {
        if (take(r, "step"))
            r->rules->step_min = number(r);
        else if (take(r, "buffer"))
            r->rules->buffer_before_min = r->rules->buffer_after_min = number(r);
        else if (take(r, "before"))
            r->rules->buffer_before_min = number(r);
        else if (take(r, "after"))
            r->rules->buffer_after_min = number(r);
        else if (take(r, "horizon"))
            r->rules->policy[0].horizon_days = r->rules->policy[1].horizon_days = number(r);
        else if (take(r, "addons"))
            r->rules->addon_ability = is_word(word(r), "warn") ? ADDON_WARN : ADDON_FILTER;
        else if (take(r, "anchor")) {
            const struct str w = word(r);
            r->rules->anchor = is_word(w, "span")    ? ANCHOR_SPAN
                               : is_word(w, "clock") ? ANCHOR_CLOCK
                                                     : ANCHOR_GAP;
        } else {
            unreadable(r, "\"%.*s\" is no rule", STR_ARG(peek(r)));
        }
    }
}

/* LNG,LAT in whole numbers: what a unit is does not matter. */
struct place read_place(struct reader *r)
{
    struct str w = word(r);
    const struct str first = str_cut(&w, ',');
    int64_t lng = 0;
    int64_t lat = 0;
    if (!str_to_int(first, &lng) || !str_to_int(w, &lat))
        unreadable(r, "a place is LNG,LAT");
    return (struct place){ .lng_e7 = (int32_t)lng, .lat_e7 = (int32_t)lat };
}

static void read_ring(struct reader *r, struct world_area *area)
{
    struct world_ring *ring = &area->rings[area->n_rings++];
    while (peek(r).len > 0)
        ring->at[ring->n++] = read_place(r);
}

void read_area(struct reader *r)
{
    struct world_area *area = &r->world.areas[r->world.n_areas++];
    copy_name(area->id, word(r));
    read_ring(r, area);
}

void read_hole(struct reader *r)
{
    if (r->world.n_areas == 0)
        unreadable(r, "name an area first");
    read_ring(r, &r->world.areas[r->world.n_areas - 1]);
}

int32_t area_named(struct reader *r)
{
    const struct str w = word(r);
    for (size_t i = 0; i < r->world.n_areas; i++) {
        if (str_equal(str_from(r->world.areas[i].id), w))
            return (int32_t)i;
    }
    unreadable(r, "there is no area \"%.*s\"", STR_ARG(w));
}
