/* Drawing from the table. */
#include "draws.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    enum draw_group group;
    const char *name;
    uint64_t weight;
    const char *what;
} draws[DRAWS_END] = {
#define DRAW(group, name, weight, what) [DRAW_##name] = { GROUP_##group, #name, weight, what },
    DRAWS(DRAW)
#undef DRAW
};

struct dicebox dicebox_make(uint64_t seed, struct draw_set off)
{
    return (struct dicebox){ .state = (seed + 1) * 0x9E3779B97F4A7C15u, .off = off };
}

uint64_t dice(struct dicebox *d, uint64_t n)
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (d->state >> 11) % n;
}

bool chance(struct dicebox *d, uint64_t percent)
{
    return dice(d, 100) < percent;
}

static uint64_t weight_of(const struct dicebox *d, enum draw draw)
{
    return d->off.has[draw] ? 0 : draws[draw].weight;
}

bool drawn(struct dicebox *d, enum draw draw)
{
    const bool happens = dice(d, 1000) < weight_of(d, draw);
    d->drawn[draw] += happens;
    return happens;
}

enum draw draw_of(struct dicebox *d, enum draw_group in)
{
    uint64_t all = 0;
    int draw = 0;
    for (int i = 0; i < DRAWS_END; i++)
        all += draws[i].group == in ? weight_of(d, (enum draw)i) : 0;
    if (all == 0) /* everything was left out: the first of the group happens */
        for (draw = 0; draws[draw].group != in; draw++)
            ;
    uint64_t roll = all == 0 ? 0 : dice(d, all);
    while (all > 0) {
        const uint64_t weight = draws[draw].group == in ? weight_of(d, (enum draw)draw) : 0;
        if (roll < weight)
            break;
        roll -= weight;
        draw++;
    }
    d->drawn[draw]++;
    return (enum draw)draw;
}

const char *draw_name(enum draw draw)
{
    return draws[draw].name;
}

const char *draw_what(enum draw draw)
{
    return draws[draw].what;
}

bool draws_parse(const char *names, struct draw_set *ret)
{
    struct str rest = str_from(names);
    struct draw_set set = { { false } };
    while (rest.len > 0) {
        const struct str name = str_cut(&rest, ',');
        int i = 0;
        while (i < DRAWS_END && !str_equal(name, str_from(draws[i].name)))
            i++;
        if (i == DRAWS_END)
            return false;
        set.has[i] = true;
    }
    *ret = set;
    return true;
}
