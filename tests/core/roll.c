/* Random companies: odd hours, all grids, claims, holds that end, and the weeks clocks change in.
 */
#include "roll.h"
#include "zone_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- dice ---- */

static uint64_t dice_state;

void roll_start(uint64_t seed)
{
    dice_state = seed;
}

uint64_t dice(void) /* splitmix64 */
{
    uint64_t z = dice_state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

int32_t roll(int32_t from, int32_t to) /* both included */
{
    return from + (int32_t)(dice() % (uint64_t)(to - from + 1));
}

bool chance(int32_t percent)
{
    return roll(1, 100) <= percent;
}

static int32_t pick(const int32_t *of, size_t n)
{
    return of[dice() % n];
}

#define PICK(array) pick((array), sizeof(array) / sizeof *(array))

/* ---- random worlds ---- */

static const char *const zone_names[] = {
    "America/New_York",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "America/Denver",
    "Africa/Cairo",
    "America/Santiago",
    "America/Havana",
    "Asia/Beirut",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "Pacific/Chatham",
    "Asia/Kolkata",
    "UTC",
    "America/Asuncion",
    "America/Los_Angeles",
};
enum { LIMIT_ALL = 1000000, ROLLED_CLAIMS = 126 };
enum { ZONES = sizeof zone_names / sizeof *zone_names };
static const struct zone *zones[ZONES];

void roll_zones_read(struct arena *arena)
{
    for (size_t i = 0; i < ZONES; i++) {
        struct str bytes = { 0 };
        struct il_err err = { 0 };
        if (!zone_file_read(arena, str_from(zone_names[i]), &bytes) ||
            zone_parse(arena, bytes, &zones[i], &err) != IL_OK) {
            printf("cannot read zone %s %s\n", zone_names[i], err.text);
            exit(2);
        }
    }
}

const char *roll_zone_name(const struct zone *zone)
{
    size_t i = 0;
    while (zones[i] != zone)
        i++;
    return zone_names[i];
}

static void roll_hours(struct world_hours *ret, bool near_change)
{
    static const int32_t grains[] = { 1, 5, 15, 30, 30, 60 };
    *ret = (struct world_hours){ .n_spans = 0 };
    if (chance(8)) {
        ret->spans[ret->n_spans++] = (struct wall_span){ 0, DAY_MIN };
        return;
    }
    const int32_t spans = chance(70) ? roll(1, 3) : 0;
    const int32_t grain = PICK(grains);
    for (int32_t i = 0; i < spans; i++) {
        const int32_t latest = near_change && chance(50) ? 240 : DAY_MIN;
        const int32_t from = roll(0, latest / grain - 1) * grain;
        int32_t to = from + roll(1, 600 / grain) * grain;
        if (chance(5))
            to = from + DAY_MIN;
        else if (chance(10) || (to > DAY_MIN && chance(50)))
            to = DAY_MIN;
        ret->spans[ret->n_spans++] = (struct wall_span){ from, to };
    }
    const int32_t starts = chance(30) ? roll(1, 4) : 0;
    for (int32_t i = 0; i < starts; i++)
        ret->starts[ret->n_starts++] = roll(0, DAY_MIN / grain - 1) * grain;
}

static void roll_rules(struct rules *ret)
{
    static const int32_t steps[] = { 5, 7, 10, 15, 20, 30, 30, 45, 60, 90 };
    static const int32_t buffers[] = { 0, 0, 10, 15, 30, 90 };
    ret->step_min = PICK(steps);
    ret->anchor = (enum slot_anchor)roll(0, 2);
    ret->buffer_before_min = PICK(buffers);
    ret->buffer_after_min = chance(50) ? ret->buffer_before_min : PICK(buffers);
    ret->addon_ability = chance(50) ? ADDON_FILTER : ADDON_WARN;
    const int32_t horizon = chance(30) ? roll(0, 8) : 60;
    for (int a = 0; a < AUDIENCES; a++) {
        struct policy *p = &ret->policy[a];
        p->notice_min = chance(50) ? 0 : roll(0, 3000);
        p->same_day = chance(70);
        p->cutoff_min = chance(60) ? NOT_FOUND : roll(0, DAY_MIN - 1);
        p->horizon_days = chance(80) ? horizon : roll(0, 8);
        p->daily_max = chance(80) ? NOT_FOUND : roll(0, 3);
        p->weekly_max = chance(80) ? NOT_FOUND : roll(0, 9);
        p->earliest_min = chance(75) ? 0 : roll(0, DAY_MIN - 1);
        p->latest_min = chance(75) ? DAY_MIN : roll(0, DAY_MIN - 1);
        p->outside_area = (enum area_rule)roll(AREA_OFF, AREA_REFUSE);
    }
}

static void roll_claims(struct world *world, int32_t inspector, date_d from, int32_t days,
                        utc_s now)
{
    const int32_t n = chance(20) ? 0 : roll(0, 3 * days);
    const utc_s base = world_instant(world->zone, from - 2, 0);
    const int32_t grain = chance(50) ? 30 : roll(1, 15);
    for (int32_t i = 0; i < n && world->n_claims < ROLLED_CLAIMS; i++) {
        const int32_t kind = roll(CLAIM_INSPECTION, CLAIM_VACATION);
        const utc_s start = base + (utc_s)roll(0, (days + 4) * DAY_MIN / grain) * grain * MINUTE_S;
        int32_t minutes = roll(1, 300 / grain) * grain;
        if (kind == CLAIM_VACATION && chance(50))
            minutes = roll(1, 3) * DAY_MIN;
        const struct claim *before =
            world->n_claims > 0 ? &world->claims[world->n_claims - 1].claim : NULL;
        /* One inspection or hold may take several inspectors, or one of them twice. */
        const bool is_shared =
            before != NULL && before->kind == kind && kind <= CLAIM_HOLD && chance(60);
        const ref_t owner = is_shared ? before->owner : 0;
        struct claim *c =
            world_add_claim(world, inspector, (enum claim_kind)kind,
                            (struct span){ start, start + minutes * MINUTE_S }, owner);
        if (kind == CLAIM_HOLD)
            c->expires_at = now + roll(-100, 100000);
    }
}

static int32_t openings_on(const struct world *world, int32_t inspector, date_d date)
{
    int32_t n = 0;
    for (size_t i = 0; i < world->n_openings; i++)
        n += world->openings[i].inspector == inspector && world->openings[i].date == date;
    return n;
}

static int32_t rows_like(const struct world_inspector *inspector, int32_t weekday, date_d from)
{
    int32_t n = 0;
    for (size_t i = 0; i < inspector->n_dated; i++)
        n += inspector->dated[i].weekday == weekday && inspector->dated[i].valid_from == from;
    return n;
}

/* Some without either date, as if written beside the week; one more of a day would be refused. */
static void roll_dated(struct world_inspector *inspector, date_d from, int32_t days)
{
    const int32_t n = chance(60) ? 0 : roll(1, WORLD_DATED);
    for (int32_t i = 0; i < n; i++) {
        const int32_t weekday = roll(0, 6);
        const date_d since = chance(20) ? INT32_MIN : from + roll(-4, days);
        if (rows_like(inspector, weekday, since) == WEEK_ROWS_EQUAL_MAX - 1)
            continue;
        struct world_week_row *row = &inspector->dated[inspector->n_dated++];
        row->weekday = weekday;
        row->valid_from = since;
        row->valid_to = chance(50) ? INT32_MAX : from + roll(0, days + 3);
        if (chance(70))
            roll_hours(&row->hours, true);
    }
}

static void roll_openings(struct world *world, date_d from, int32_t days, bool near_change)
{
    const int32_t n = chance(50) ? 0 : roll(1, 10);
    for (int32_t i = 0; i < n; i++) {
        const int32_t inspector = roll(0, (int32_t)world->n_inspectors - 1);
        const date_d date = from + roll(-2, days);
        if (openings_on(world, inspector, date) == OPENINGS_PER_DAY_MAX)
            continue;
        struct world_opening *o = &world->openings[world->n_openings++];
        o->inspector = inspector;
        o->date = date;
        o->is_manual = chance(50);
        o->visibility = (enum visibility)roll(VISIBLE_ONLINE, VISIBLE_BOTH);
        roll_hours(&o->hours, near_change);
    }
}

static void roll_inspector(struct world *world, date_d from, int32_t days, utc_s now)
{
    char id[4] = { (char)roll('A', 'z'), (char)('a' + (int)world->n_inspectors), 0, 0 };
    const int32_t i = world_add_inspector(world, str_from(id));
    struct world_inspector *inspector = &world->inspectors[i];
    inspector->is_inactive = chance(5);
    inspector->cannot[0] = chance(10);
    inspector->daily_max = chance(70) ? NOT_FOUND : roll(0, 3);
    inspector->weekly_max = chance(80) ? NOT_FOUND : roll(0, 9);
    for (size_t k = 0; k < world->n_areas; k++) {
        if (chance(40))
            inspector->areas[inspector->n_areas++] = (int32_t)k;
    }
    for (int day = 0; day < 7; day++) {
        if (chance(85))
            roll_hours(&inspector->week[day], true);
    }
    roll_dated(inspector, from, days);
    roll_claims(world, i, from, days, now);
}

static date_d roll_date(const struct zone *zone)
{
    const utc_s any = (utc_s)roll(15000, 22000) * DAY_S;
    const utc_s change = zone_next_change(zone, any);
    if (change == INT64_MAX || change > any + 400 * (utc_s)DAY_S || chance(25))
        return (date_d)(any / DAY_S);
    return wall_date(zone_to_wall(zone, change - 1)) - roll(0, 3);
}

static void roll_holiday(struct world *world, date_d date)
{
    struct world_holiday *holiday = &world->holidays[world->n_holidays++];
    holiday->date = date;
    for (size_t i = 0; i < world->n_inspectors; i++)
        holiday->is_worked[i] = chance(25);
}

static struct place roll_place(void)
{
    enum { LATTICE = 4 };
    return (struct place){ roll(0, LATTICE), roll(0, LATTICE) };
}

static void roll_ring(struct world_ring *ret, int32_t corners)
{
    ret->n = (size_t)roll(3, corners);
    for (size_t i = 0; i < ret->n; i++)
        ret->at[i] = roll_place();
}

/* On a small lattice, so that places lie on corners and edges as often as beside them; the oracle
 * and core must agree on any ring, good or not. */
static void roll_areas(struct world *world)
{
    const int32_t n = chance(50) ? 0 : roll(1, 2);
    for (int32_t i = 0; i < n; i++) {
        struct world_area *area = &world->areas[world->n_areas++];
        area->id[0] = (char)('p' + i);
        area->n_rings = (size_t)roll(1, WORLD_RINGS);
        for (size_t k = 0; k < area->n_rings; k++)
            roll_ring(&area->rings[k], k == 0 ? 6 : 3);
    }
}

void roll_world(struct world *world, struct slot_query *query)
{
    static const int32_t lengths[] = { 15, 30, 45, 60, 60, 90, 120, 180, 195, 240, 480, 1440 };
    static const int32_t days[] = { 1, 2, 3, 4, 5, 7 };
    static const int32_t service[1] = { 0 };
    world_clear(world, zones[dice() % ZONES]);
    roll_rules(&world->rules);
    world->n_brands = 1;
    roll_rules(&world->brands[0].rules);
    memcpy(world->brands[0].id, "other", 6);
    world->n_services = 1;
    world->services[0].minutes = 60;
    memcpy(world->services[0].id, "home", 5);
    world->services[0].is_addon = chance(20);
    roll_areas(world);

    const date_d from = roll_date(world->zone);
    const utc_s now = world_instant(world->zone, from - roll(-1, 4), roll(0, DAY_MIN - 1)) +
                      (chance(50) ? 0 : roll(0, 59));
    *query = (struct slot_query){ .audience = chance(60) ? AUDIENCE_ONLINE : AUDIENCE_INTERNAL,
                                  .brand = chance(70) ? NOT_FOUND : roll(0, 1),
                                  .services = chance(50) ? service : NULL,
                                  .minutes = chance(70) ? PICK(lengths) : roll(1, 400),
                                  .from = from,
                                  .days = PICK(days),
                                  .requested = NOT_FOUND,
                                  .count = 1,
                                  .order = ORDER_TIME,
                                  .limit = LIMIT_ALL,
                                  .look = { .now = now } };
    query->n_services = query->services != NULL;
    query->has_place = chance(70);
    query->place = roll_place();
    const int32_t people = roll(1, 4);
    for (int32_t i = 0; i < people; i++)
        roll_inspector(world, from, query->days, now);
    roll_openings(world, from, query->days, true);
    for (int32_t i = chance(70) ? 0 : roll(1, 3); i > 0; i--)
        roll_holiday(world, from + roll(-2, query->days));
    for (int k = 0; k < 2 && world->n_claims > 0; k++) {
        if (chance(20))
            query->look.without[k] = world->claims[dice() % world->n_claims].claim.owner;
    }
}
