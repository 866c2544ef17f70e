/* Keeping the first of all that a search finds: keys, and the teams behind them. */
#include "picks.h"

#include "keys.h"

#include <assert.h>
#include <string.h>

/* Beside the limit: enough for the longest run, and for cuts to be rare. */
enum { ROOM_FIRST = 2048, TEAMS_FIRST = 512, ROOM_BEYOND_LIMIT = 2048 };

_Static_assert((int)ROOM_BEYOND_LIMIT >= (int)DAY_MINUTES, "a whole run fits after a cut");

struct picks picks_make(const struct slot_query *query, utc_s origin, bool in_teams,
                        struct arena *arena)
{
    struct picks p = { .arena = arena,
                       .order = query->order,
                       .origin = origin,
                       .near = query->near,
                       .near_inspector = query->near_inspector,
                       .count = query->count,
                       .visit_s = (int64_t)query->minutes * MINUTE_S,
                       .limit = query->limit,
                       .room = in_teams ? TEAMS_FIRST : ROOM_FIRST,
                       .room_max = 2 * query->limit + ROOM_BEYOND_LIMIT,
                       .bound = UINT64_MAX };
    const utc_s reach = (utc_s)(SEARCH_DAYS_MAX + 2) * DAY_S;
    assert(query->order != ORDER_NEAREST ||
           (query->near > origin - reach && query->near < origin + reach));
    p.keys = arena_array(arena, uint64_t, p.room);
    if (in_teams)
        p.teams = arena_array(arena, struct team, p.room);
    return p;
}

static void grow(struct picks *p)
{
    const size_t room = 2 * p->room < p->room_max ? 2 * p->room : p->room_max;
    uint64_t *keys = arena_array(p->arena, uint64_t, room);
    memcpy(keys, p->keys, p->n * sizeof *keys);
    p->keys = keys;
    if (p->teams != NULL) {
        struct team *teams = arena_array(p->arena, struct team, room);
        memcpy(teams, p->teams, p->n * sizeof *teams);
        p->teams = teams;
    }
    p->room = room;
}

static unsigned who_shift(const struct picks *p)
{
    return p->order == ORDER_OPTIMAL ? 0 : KEY_COST_BITS;
}

static uint64_t bits_at(uint64_t key, unsigned shift, unsigned bits)
{
    return key >> shift & (((uint64_t)1 << bits) - 1);
}

/* The kept keys take the first teams. A key's rank does not change by it: no two have one start. */
static void teams_compact(struct picks *p)
{
    const unsigned shift = who_shift(p);
    if (p->spare == NULL)
        p->spare = arena_array(p->arena, struct team, p->limit);
    for (size_t i = 0; i < p->n; i++) {
        const uint64_t who = bits_at(p->keys[i], shift, KEY_WHO_BITS);
        p->spare[i] = p->teams[who];
        p->keys[i] = (p->keys[i] ^ who << shift) | (uint64_t)i << shift;
    }
    memcpy(p->teams, p->spare, p->n * sizeof *p->teams);
}

static void cut(struct picks *p)
{
    uint64_t largest = 0;
    keys_select(p->keys, p->n, p->limit);
    p->n = p->limit;
    for (size_t i = 0; i < p->n; i++)
        largest = p->keys[i] > largest ? p->keys[i] : largest;
    p->bound = largest;
    if (p->teams != NULL)
        teams_compact(p);
}

void picks_need(struct picks *p, size_t n)
{
    assert(n <= DAY_MINUTES);
    while (p->room - p->n < n) {
        if (p->room < p->room_max)
            grow(p);
        else
            cut(p);
    }
}

static utc_s key_start(const struct picks *p, uint64_t key)
{
    const unsigned shift = KEY_WHO_BITS + who_shift(p);
    const uint64_t place = bits_at(key, shift, KEY_PLACE_BITS);
    if (p->order != ORDER_NEAREST)
        return p->origin + (utc_s)place;
    const utc_s distance = (utc_s)(place >> 2);
    return (place & 1) != 0 ? p->near + distance : p->near - distance;
}

static struct slot key_slot(const struct picks *p, uint64_t key)
{
    const unsigned cost_shift = p->order == ORDER_OPTIMAL ? KEY_PLACE_BITS + KEY_WHO_BITS : 0;
    const uint64_t who = bits_at(key, who_shift(p), KEY_WHO_BITS);
    const utc_s start = key_start(p, key);
    struct slot slot = { .when = { start, start + p->visit_s },
                         .cost = (int32_t)bits_at(key, cost_shift, KEY_COST_BITS),
                         .n_inspectors = p->count };
    if (p->teams == NULL) {
        slot.inspectors[0] = (int32_t)(who >> 1);
        slot.overlapping = (who & 1) != 0;
        return slot;
    }
    for (int32_t i = 0; i < p->count; i++)
        slot.inspectors[i] = p->teams[who].inspectors[i];
    slot.overlapping = p->teams[who].overlapping;
    return slot;
}

struct slot_list picks_list(struct picks *p)
{
    const size_t n = keys_take_smallest(p->keys, p->n, p->limit);
    struct slot *slots = arena_array(p->arena, struct slot, n);
    for (size_t i = 0; i < n; i++)
        slots[i] = key_slot(p, p->keys[i]);
    return (struct slot_list){ .slots = slots, .n_slots = n };
}

/* ---- the day's table ---- */

struct day_table day_table_make(const struct slot_query *query, struct arena *arena)
{
    const size_t n = (size_t)query->count * DAY_MINUTES;
    struct day_table table = {
        .cells = arena_array(arena, uint64_t, n),
        .count = (size_t)query->count,
        .lead = query->order == ORDER_NEAREST ? query->near_inspector : NOT_FOUND,
    };
    for (size_t i = 0; i < n; i++)
        table.cells[i] = NOBODY;
    return table;
}

static void put_team(struct picks *p, utc_s start, const uint64_t *cells, size_t count)
{
    struct team team = { .overlapping = false };
    int32_t cost = 0;
    bool is_asked = false;
    for (size_t i = 0; i < count; i++) {
        const int16_t inspector = (int16_t)bits_at(cells[i], 1, CELL_WHO_BITS - 1);
        team.inspectors[i] = inspector;
        team.overlapping = team.overlapping || (cells[i] & 1) != 0;
        cost += (int32_t)bits_at(cells[i], CELL_WHO_BITS, KEY_COST_BITS);
        is_asked = is_asked || inspector == p->near_inspector;
    }
    picks_need(p, 1);
    assert(p->teams != NULL && "one slot per start is a matter of teams");
    const uint64_t place =
        p->order == ORDER_NEAREST ? near_place(p, start, is_asked) : (uint64_t)(start - p->origin);
    p->teams[p->n] = team;
    picks_put(p, key_make(p, find_weight(cost), place, p->n));
}

int32_t day_table_drain(struct day_table *table, const struct zone *zone,
                        const struct day_open *day, struct picks *picks)
{
    int32_t n = 0;
    for (int32_t w = 0; w < DAY_WORDS; w++) {
        for (uint64_t left = table->marked[w]; left != 0; left &= left - 1) {
            const int32_t minute = w * DAY_WORD_BITS + __builtin_ctzll(left);
            uint64_t *cells = table->cells + (size_t)minute * table->count;
            utc_s start;
            if (cells[table->count - 1] != NOBODY && day_instant(zone, day, minute, &start)) {
                put_team(picks, start, cells, table->count);
                n++;
            }
            for (size_t i = 0; i < table->count; i++)
                cells[i] = NOBODY;
        }
        table->marked[w] = 0;
    }
    return n;
}
