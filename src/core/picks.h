/* What a search keeps of all it finds: the first of the asked-for order, in bounded memory.
 *
 *  P1  A find is one 64-bit key, ordered like the answer: keeping and sorting never look beyond it.
 *  P2  At most `room_max` keys are held, a small multiple of the limit. When they are full the
 *      smallest `limit` stay, and what is larger than those is passed over from then on: the kept
 *      ones are always the first `limit` of all that was put.
 *  P3  One slot per start needs the day's table only: for each minute the best few of those who
 *      could begin then. A day is drained before the next one begins.
 *
 * Private to core. */
#ifndef CORE_PICKS_H
#define CORE_PICKS_H

#include "offer.h"

/* Key: cost | place | who when the cheapest come first, else place | who | cost. The place is the
 * start in seconds since the first day's midnight; by nearness it is the distance to the instant
 * asked for, then whether it is somebody else than asked for, then whether it is later. `who` is
 * the inspector and whether they overlap, or the number of a team. */
enum {
    KEY_START_BITS = 24,
    KEY_PLACE_BITS = KEY_START_BITS + 2,
    KEY_WHO_BITS = 17,
    KEY_COST_BITS = 20,
    CELL_WHO_BITS = 13,
    DAY_MINUTES = 1440,
    DAY_WORD_BITS = 64,
    DAY_WORDS = (DAY_MINUTES + DAY_WORD_BITS - 1) / DAY_WORD_BITS,
};

_Static_assert(KEY_COST_BITS + KEY_PLACE_BITS + KEY_WHO_BITS < 64, "no key is UINT64_MAX");
_Static_assert((SEARCH_DAYS_MAX + 2) * DAY_S < 1 << KEY_START_BITS, "a start fits its bits");
_Static_assert(COST_MAX < 1 << KEY_COST_BITS, "a cost fits its bits");
_Static_assert(INSPECTORS_MAX < 1 << (CELL_WHO_BITS - 1), "an inspector fits its bits");
_Static_assert((SEARCH_DAYS_MAX + 2) * DAY_MINUTES < 1 << KEY_WHO_BITS, "a team for every start");

struct team { /* who would go together, the best first */
    int16_t inspectors[SLOT_INSPECTORS_MAX];
    bool overlapping;
};

struct picks {
    struct arena *arena;
    enum slot_order order;
    utc_s origin, near;
    int32_t near_inspector, count;
    int64_t visit_s;
    size_t limit, n, room, room_max;
    uint64_t *keys;
    uint64_t bound;     /* keys from here on are not among the first `limit` */
    struct team *teams; /* one per key when slots are one per start, else NULL */
    struct team *spare;
};

struct picks picks_make(const struct slot_query *query, utc_s origin, bool in_teams,
                        struct arena *arena);

/* Makes room for n more keys; n is at most DAY_MINUTES, the starts of one run. */
void picks_need(struct picks *p, size_t n);

/* The first `limit` in order. */
struct slot_list picks_list(struct picks *p);

struct find { /* one inspector at one start */
    utc_s start;
    int32_t cost;
    int32_t inspector;
    bool overlapping;
};

static inline uint64_t find_who(const struct find *f)
{
    return (uint64_t)f->inspector << 1 | f->overlapping;
}

static inline uint64_t find_weight(int32_t cost)
{
    return (uint64_t)(cost > COST_MAX ? COST_MAX : cost);
}

static inline uint64_t near_place(const struct picks *p, utc_s start, bool is_asked)
{
    const bool is_later = start > p->near;
    const uint64_t distance = (uint64_t)(is_later ? start - p->near : p->near - start);
    return distance << 2 | (uint64_t)!is_asked << 1 | is_later;
}

static inline uint64_t key_make(const struct picks *p, uint64_t weight, uint64_t place,
                                uint64_t who)
{
    if (p->order == ORDER_OPTIMAL)
        return (weight << KEY_PLACE_BITS | place) << KEY_WHO_BITS | who;
    return (place << KEY_WHO_BITS | who) << KEY_COST_BITS | weight;
}

static inline uint64_t find_key(const struct picks *p, const struct find *f)
{
    const uint64_t place = p->order == ORDER_NEAREST
                               ? near_place(p, f->start, f->inspector == p->near_inspector)
                               : (uint64_t)(f->start - p->origin);
    return key_make(p, find_weight(f->cost), place, find_who(f));
}

/* Room was made before. */
static inline void picks_put(struct picks *p, uint64_t key)
{
    p->keys[p->n] = key;
    p->n += key < p->bound;
}

/* ---- the day's table ---- */

struct day_table {
    uint64_t marked[DAY_WORDS]; /* minutes at which anybody could begin */
    uint64_t *cells; /* per minute `count` of them, ascending: not the lead, cost, who; or NOBODY */
    size_t count;    /* people per visit */
    int32_t lead;    /* goes wherever they can; NOT_FOUND: nobody is asked for by name */
};

#define NOBODY UINT64_MAX

struct day_table day_table_make(const struct slot_query *query, struct arena *arena);

/* Puts a team for every start that has people enough, and clears the table; `day` says when its
 * minutes are. Returns how many starts there were. */
int32_t day_table_drain(struct day_table *table, const struct zone *zone,
                        const struct day_open *day, struct picks *picks);

static inline void day_table_put(struct day_table *table, int32_t minute, const struct find *f)
{
    const uint64_t is_other = f->inspector != table->lead;
    const uint64_t cell =
        (is_other << KEY_COST_BITS | find_weight(f->cost)) << CELL_WHO_BITS | find_who(f);
    uint64_t *cells = table->cells + (size_t)minute * table->count;
    size_t k = table->count - 1;
    table->marked[minute / DAY_WORD_BITS] |= (uint64_t)1 << minute % DAY_WORD_BITS;
    if (cell >= cells[k])
        return;
    for (; k > 0 && cells[k - 1] > cell; k--)
        cells[k] = cells[k - 1];
    cells[k] = cell;
}

#endif
