/* Random companies: slot search against the oracle, and what is offered against what can be booked.
 *
 *   test_oracle [COMPANIES [SEED [show]]]     a difference prints the seed of its company; with
 *                                             "show" each company is printed before it is tried
 *
 * For every company and question:
 *   - the set of (start, inspector) is the oracle's, and days count it;
 *   - the order holds, a limit cuts a prefix, laid hours and trimmed history change nothing;
 *   - the answer stays the same until valid_until;
 *   - availability_judge and rules_judge answer as the oracle does for starts on and off the grid;
 *   - L1: what is offered can be booked, and a candidate that is not offered is refused. */
#include "oracle.h"
#include "roll.h"

#include "base/block.h"
#include "core/instant.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 512 * 1024 * 1024, JUDGED = 60 };

/* ---- the case at hand ---- */

struct trial {
    const struct world *world;
    const struct image *image;
    struct slot_query query;
    struct arena *arena;
    uint64_t seed;
    int differences;
};

static const char *wall_print(struct trial *t, utc_s at)
{
    char text[WALL_TEXT];
    wall_write(zone_to_wall(t->world->zone, at), text);
    return str_print(t->arena, "%.*s (%" PRId64 ")", WALL_TEXT, text, at).at;
}

static IL_PRINTF(2, 3) void differs(struct trial *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (t->differences++ == 0)
        printf("company of seed %" PRIu64 ", in %s:\n", t->seed, roll_zone_name(t->world->zone));
    if (t->differences <= 5) {
        printf("  ");
        (void)vprintf(format, args);
        printf("\n");
    }
    va_end(args);
}

static const char *code_word(enum code code)
{
    return code == CODE_NONE ? "bookable" : code_facts(code)->name.at;
}

static const char *codes_print(struct trial *t, code_set codes)
{
    const char *text = "";
    for (int c = 0; c < CODES_END; c++) {
        if ((codes >> c & 1) != 0)
            text = str_print(t->arena, "%s %s", text, code_word((enum code)c)).at;
    }
    return text;
}

/* ---- showing a world ---- */

static const char *date_print(struct trial *t, date_d date)
{
    char text[DATE_TEXT];
    date_write(date, text);
    return str_print(t->arena, "%.*s", DATE_TEXT, text).at;
}

static void hours_show(const struct world_hours *hours)
{
    for (size_t i = 0; i < hours->n_spans; i++)
        printf(" %02d:%02d-%02d:%02d", hours->spans[i].from_min / 60, hours->spans[i].from_min % 60,
               hours->spans[i].to_min / 60, hours->spans[i].to_min % 60);
    for (size_t i = 0; i < hours->n_starts; i++)
        printf(" %02d:%02d", hours->starts[i] / 60, hours->starts[i] % 60);
    printf("\n");
}

static void inspector_show(struct trial *t, int32_t i)
{
    static const char *const kinds[] = { "inspection", "hold", "event", "block", "vacation" };
    static const char *const days[7] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    const struct world_inspector *said = &t->world->inspectors[i];
    printf("inspector %d max %d%s%s\n", i, said->daily_max, said->is_inactive ? " inactive" : "",
           said->cannot[0] ? " unable" : "");
    for (int day = 0; day < 7; day++) {
        printf("  weekly %s", days[day]);
        hours_show(&said->week[day]);
    }
    for (size_t k = 0; k < said->n_dated; k++) {
        const struct world_week_row *row = &said->dated[k];
        printf("  weekly %s from %s to %s", days[row->weekday],
               row->valid_from == INT32_MIN ? "ever" : date_print(t, row->valid_from),
               row->valid_to == INT32_MAX ? "ever" : date_print(t, row->valid_to));
        hours_show(&row->hours);
    }
    for (size_t k = 0; k < t->world->n_openings; k++) {
        const struct world_opening *o = &t->world->openings[k];
        if (o->inspector != i)
            continue;
        printf("  opening %s %s seen by %d", date_print(t, o->date),
               o->is_manual ? "manual" : "template", (int)o->visibility);
        hours_show(&o->hours);
    }
    for (size_t k = 0; k < t->world->n_claims; k++) {
        const struct claim *c = &t->world->claims[k].claim;
        if (t->world->claims[k].inspector == i)
            printf("  %s %s .. %s owner %" PRIu64 "%s\n", kinds[c->kind],
                   wall_print(t, c->when.start), wall_print(t, c->when.end), c->owner,
                   c->kind == CLAIM_HOLD && c->expires_at <= t->query.look.now ? " expired" : "");
    }
}

static void trial_show(struct trial *t)
{
    const struct rules *r = company_rules(t->image->company, t->query.brand);
    const struct policy *p = &r->policy[t->query.audience];
    printf("seed %" PRIu64 " zone %s step %d anchor %d horizon %d notice %d sameday %d "
           "cutoff %d\n",
           t->seed, roll_zone_name(t->world->zone), r->step_min, (int)r->anchor, p->horizon_days,
           p->notice_min, p->same_day, p->cutoff_min);
    printf("before %d after %d day %d week %d from %d to %d outside %d, at %d %d %d\n",
           r->buffer_before_min, r->buffer_after_min, p->daily_max, p->weekly_max, p->earliest_min,
           p->latest_min, (int)p->outside_area, t->query.has_place, t->query.place.lng_e7,
           t->query.place.lat_e7);
    for (size_t i = 0; i < t->world->n_holidays; i++) {
        printf("holiday %s", date_print(t, t->world->holidays[i].date));
        for (size_t k = 0; k < t->world->n_inspectors; k++) {
            if (t->world->holidays[i].is_worked[k])
                printf(" worked by %zu", k);
        }
        printf("\n");
    }
    for (int32_t i = 0; i < (int32_t)t->world->n_inspectors; i++)
        inspector_show(t, i);
    printf("now %s; ask %s days %d minutes %d audience %d services %zu without %" PRIu64 " %" PRIu64
           "\n",
           wall_print(t, t->query.look.now), date_print(t, t->query.from), t->query.days,
           t->query.minutes, (int)t->query.audience, t->query.n_services, t->query.look.without[0],
           t->query.look.without[1]);
}

/* ---- lists ---- */

static int offer_order(const struct oracle_offer *o, const struct slot *s)
{
    if (o->start != s->when.start)
        return o->start < s->when.start ? -1 : 1;
    return (o->inspector > s->inspectors[0]) - (o->inspector < s->inspectors[0]);
}

static void check_pair(struct trial *t, const struct oracle_offer *o, const struct slot *s)
{
    if (o->overlapping != s->overlapping)
        differs(t, "%s of %d: overlapping is %d", wall_print(t, o->start), o->inspector,
                s->overlapping);
    if (s->when.end - s->when.start != (utc_s)t->query.minutes * MINUTE_S)
        differs(t, "%s has another length", wall_print(t, s->when.start));
}

static void check_set(struct trial *t, struct oracle_list want, struct slot_list got)
{
    size_t w = 0;
    size_t g = 0;
    while (w < want.n || g < got.n_slots) {
        const int order = g == got.n_slots ? -1
                          : w == want.n    ? 1
                                           : offer_order(&want.at[w], &got.slots[g]);
        if (order < 0)
            differs(t, "%s of %d is missing", wall_print(t, want.at[w].start),
                    want.at[w].inspector);
        else if (order > 0)
            differs(t, "%s of %d may not be offered", wall_print(t, got.slots[g].when.start),
                    got.slots[g].inspectors[0]);
        else
            check_pair(t, &want.at[w], &got.slots[g]);
        w += order <= 0;
        g += order >= 0;
    }
}

/* Whether policy lets any minute of the day pass. */
static bool is_for_sale(const struct trial *t, date_d date)
{
    const struct span day = date_span(t->world->zone, date);
    bool passes = false;
    for (utc_s at = day.start; at < day.end && !passes; at += MINUTE_S)
        passes = (oracle_rules(t->world, t->query.brand, t->query.audience, t->query.look.now, at) &
                  (code_set)1 << CODE_NONE) != 0;
    return passes;
}

/* What is closed has no start even over what is taken; what is full was for sale. */
static void check_full(struct trial *t, struct slot_list got)
{
    struct slot_query query = t->query;
    query.keep_overlapping = true;
    const struct oracle_list all = oracle_find(t->world, &query, t->arena);
    size_t at = 0;
    for (size_t d = 0; d < got.n_days; d++) {
        const struct slot_day *day = &got.days[d];
        const size_t before = at;
        while (at < all.n && wall_date(zone_to_wall(t->world->zone, all.at[at].start)) == day->date)
            at++;
        if (at > before && day->sale != SALE_OPEN && day->sale != SALE_FULL)
            differs(t, "day %zu has starts that are taken, and state %d", d, (int)day->sale);
        if (day->sale == SALE_FULL && !is_for_sale(t, day->date))
            differs(t, "day %zu is full, and nothing of it could have been sold", d);
    }
}

static void check_days(struct trial *t, struct slot_list got)
{
    if (got.n_days != (size_t)t->query.days) {
        differs(t, "%zu days instead of %d", got.n_days, t->query.days);
        return;
    }
    for (size_t d = 0; d < got.n_days; d++) {
        const struct slot_day *day = &got.days[d];
        int32_t count = 0;
        for (size_t i = 0; i < got.n_slots; i++)
            count += wall_date(zone_to_wall(t->world->zone, got.slots[i].when.start)) == day->date;
        if (day->date != t->query.from + (date_d)d || day->count != count)
            differs(t, "day %zu counts %d, not %d", d, day->count, count);
        const bool any = oracle_has_hours(t->world, &t->query, day->date, true);
        const bool usual = oracle_has_hours(t->world, &t->query, day->date, false);
        if ((day->sale == SALE_OPEN) != (count > 0))
            differs(t, "day %zu has %d slots and state %d", d, count, (int)day->sale);
        if (count == 0 && !any && !usual && day->sale == SALE_FULL)
            differs(t, "day %zu has no hours and is called full", d);
        if (day->sale == SALE_HOLIDAY && any)
            differs(t, "day %zu has hours and is called a holiday", d);
    }
    check_full(t, got);
}

static bool lists_agree(struct slot_list a, struct slot_list b)
{
    bool agree = a.n_slots == b.n_slots && a.n_days == b.n_days;
    for (size_t i = 0; agree && i < a.n_slots; i++) {
        agree = a.slots[i].when.start == b.slots[i].when.start &&
                a.slots[i].n_inspectors == b.slots[i].n_inspectors &&
                a.slots[i].cost == b.slots[i].cost &&
                a.slots[i].overlapping == b.slots[i].overlapping;
        for (int32_t k = 0; agree && k < a.slots[i].n_inspectors; k++)
            agree = a.slots[i].inspectors[k] == b.slots[i].inspectors[k];
    }
    for (size_t d = 0; agree && d < a.n_days; d++)
        agree = a.days[d].count == b.days[d].count && a.days[d].sale == b.days[d].sale &&
                a.days[d].busy == b.days[d].busy && a.days[d].notice == b.days[d].notice;
    return agree;
}

/* The same question put to images that say the same, and until the answer may change. */
static void check_sameness(struct trial *t, struct slot_list first)
{
    const date_d today = wall_date(zone_to_wall(t->world->zone, t->query.look.now));
    const struct image *laid = image_with_hours(t->image, today);
    if (laid != NULL && !lists_agree(first, slots_find(laid, &t->query, t->arena)))
        differs(t, "laid hours change the answer");
    block_free(laid);

    utc_s floor = world_instant(t->world->zone, t->query.from - 8, 0);
    floor = floor < t->query.look.now ? floor : t->query.look.now - 2 * (utc_s)DAY_S;
    const struct image *trimmed = image_trim(t->image, floor);
    if (!lists_agree(first, slots_find(trimmed, &t->query, t->arena)))
        differs(t, "trimmed history changes the answer");
    block_free(trimmed);

    if (first.valid_until <= t->query.look.now) {
        differs(t, "an answer of no validity");
        return;
    }
    struct slot_query later = t->query;
    const int64_t validity = first.valid_until - t->query.look.now;
    if (validity > 1) {
        later.look.now += chance(50) || validity > 1000000 ? (int64_t)(dice() % (uint64_t)validity)
                                                           : validity - 1;
        if (!lists_agree(first, slots_find(t->image, &later, t->arena)))
            differs(t, "the answer changes before %s: at %s", wall_print(t, first.valid_until),
                    wall_print(t, later.look.now));
    }
}

static void check_limit(struct trial *t, const struct slot_query *asked, struct slot_list all)
{
    struct slot_query query = *asked;
    query.limit = (size_t)roll(1, (int32_t)all.n_slots + 2);
    const struct slot_list cut = slots_find(t->image, &query, t->arena);
    const size_t want = query.limit < all.n_slots ? query.limit : all.n_slots;
    if (cut.n_slots != want)
        differs(t, "limit %zu of %zu gives %zu", query.limit, all.n_slots, cut.n_slots);
    all.n_slots = cut.n_slots;
    if (!lists_agree(all, cut))
        differs(t, "limit %zu is no prefix, or changes the days", query.limit);
}

static void check_optimal(struct trial *t, size_t n_all)
{
    struct slot_query query = t->query;
    query.order = ORDER_OPTIMAL;
    const struct slot_list got = slots_find(t->image, &query, t->arena);
    if (got.n_slots != n_all)
        differs(t, "optimal order has %zu of %zu slots", got.n_slots, n_all);
    for (size_t i = 1; i < got.n_slots; i++) {
        const struct slot *a = &got.slots[i - 1];
        const struct slot *b = &got.slots[i];
        const bool in_order = a->cost != b->cost ? a->cost < b->cost
                              : a->when.start != b->when.start
                                  ? a->when.start < b->when.start
                                  : a->inspectors[0] < b->inspectors[0];
        if (!in_order)
            differs(t, "optimal order breaks at %s", wall_print(t, b->when.start));
    }
    check_limit(t, &query, got);
}

static bool goes_there(const struct slot *s, int32_t inspector)
{
    bool found = false;
    for (int32_t i = 0; i < s->n_inspectors; i++)
        found = found || s->inspectors[i] == inspector;
    return found;
}

/* By distance, then whoever was asked for, then the earlier, then the inspector. */
static bool is_nearer(const struct slot_query *q, const struct slot *a, const struct slot *b)
{
    const int64_t da = llabs(a->when.start - q->near);
    const int64_t db = llabs(b->when.start - q->near);
    const bool asked_a = goes_there(a, q->near_inspector);
    const bool asked_b = goes_there(b, q->near_inspector);
    if (da != db)
        return da < db;
    if (asked_a != asked_b)
        return asked_a;
    return a->when.start != b->when.start ? a->when.start < b->when.start
                                          : a->inspectors[0] < b->inspectors[0];
}

static void check_nearest(struct trial *t, size_t n_all)
{
    struct slot_query query = t->query;
    query.order = ORDER_NEAREST;
    query.near = world_instant(t->world->zone, query.from, 0) +
                 (utc_s)roll(-DAY_MIN, (query.days + 1) * DAY_MIN) * MINUTE_S;
    query.near_inspector = chance(30) ? NOT_FOUND : roll(0, (int32_t)t->world->n_inspectors - 1);
    const struct slot_list got = slots_find(t->image, &query, t->arena);
    if (got.n_slots != n_all)
        differs(t, "by nearness there are %zu of %zu slots", got.n_slots, n_all);
    for (size_t i = 1; i < got.n_slots; i++) {
        if (!is_nearer(&query, &got.slots[i - 1], &got.slots[i]))
            differs(t, "nearness breaks at %s", wall_print(t, got.slots[i].when.start));
    }
    check_limit(t, &query, got);
}

/* One slot per start, at every start that enough inspectors have. */
static void check_grouped(struct trial *t, struct oracle_list want, int32_t count)
{
    struct slot_query query = t->query;
    query.by_time = true;
    query.count = count;
    const struct slot_list got = slots_find(t->image, &query, t->arena);
    size_t g = 0;
    for (size_t w = 0; w < want.n;) {
        size_t same = w;
        while (same < want.n && want.at[same].start == want.at[w].start)
            same++;
        const bool is_due = same - w >= (size_t)count;
        const bool is_there = g < got.n_slots && got.slots[g].when.start == want.at[w].start;
        if (is_due != is_there)
            differs(t, "%d together at %s: offered is %d", count, wall_print(t, want.at[w].start),
                    is_there);
        for (int32_t k = 0; is_due && is_there && k < count; k++) {
            int found = 0;
            for (size_t i = w; i < same; i++)
                found += want.at[i].inspector == got.slots[g].inspectors[k];
            for (int32_t j = 0; j < k; j++)
                found -= got.slots[g].inspectors[j] == got.slots[g].inspectors[k];
            if (found != 1 || got.slots[g].n_inspectors != count)
                differs(t, "the wrong people at %s", wall_print(t, want.at[w].start));
        }
        g += is_there;
        w = same;
    }
    if (g != got.n_slots)
        differs(t, "%zu grouped slots too many", got.n_slots - g);
    const struct slot_query kept = t->query;
    t->query = query;
    check_days(t, got);
    check_limit(t, &query, got);
    check_optimal(t, got.n_slots);
    check_nearest(t, got.n_slots);
    t->query = kept;
}

/* A filter leaves exactly the others out. */
static void check_filter(struct trial *t, struct slot_list all)
{
    const int32_t only = roll(0, (int32_t)t->world->n_inspectors - 1);
    struct slot_query query = t->query;
    query.inspectors = &only;
    query.n_inspectors = 1;
    const struct slot_list got = slots_find(t->image, &query, t->arena);
    size_t g = 0;
    for (size_t i = 0; i < all.n_slots; i++) {
        if (all.slots[i].inspectors[0] != only)
            continue;
        if (g >= got.n_slots || got.slots[g].when.start != all.slots[i].when.start ||
            got.slots[g].inspectors[0] != only)
            differs(t, "filtered list lacks %s", wall_print(t, all.slots[i].when.start));
        g++;
    }
    if (g != got.n_slots)
        differs(t, "filtered list has %zu slots, not %zu", got.n_slots, g);
}

/* ---- judging ---- */

static enum code judge_all(struct trial *t, int32_t inspector, struct visit visit)
{
    const enum code rule =
        rules_judge(t->image->company, company_rules(t->image->company, visit.brand),
                    visit.audience, visit.look.now, visit.when.start, 0);
    if (rule != CODE_NONE)
        return rule;
    return availability_judge(t->image, inspector, &visit, 0).code;
}

static struct visit visit_at(const struct trial *t, utc_s start, bool must_be_offered)
{
    return (struct visit){ .audience = t->query.audience,
                           .brand = t->query.brand,
                           .services = t->query.services,
                           .n_services = t->query.n_services,
                           .when = { start, start + (utc_s)t->query.minutes * MINUTE_S },
                           .must_be_offered = must_be_offered,
                           .look = t->query.look,
                           .has_place = t->query.has_place,
                           .place = t->query.place };
}

static void check_judgement(struct trial *t, int32_t inspector, utc_s start, bool must_be_offered)
{
    const struct visit visit = visit_at(t, start, must_be_offered);
    code_set want =
        oracle_rules(t->world, visit.brand, visit.audience, visit.look.now, visit.when.start);
    if (want == 1)
        want = oracle_judge(t->world, inspector, &visit, t->arena);
    const enum code got = judge_all(t, inspector, visit);
    if ((want >> got & 1) == 0)
        differs(t, "%s of %d %s is judged %s, should be%s", wall_print(t, start), inspector,
                must_be_offered ? "as offered" : "at any minute", code_word(got),
                codes_print(t, want));
}

static void check_offered(struct trial *t, struct slot_list list)
{
    for (size_t i = 0; i < list.n_slots; i++) {
        for (int free = 0; free < 2; free++) {
            const struct visit visit = visit_at(t, list.slots[i].when.start, free == 0);
            const enum code got = judge_all(t, list.slots[i].inspectors[0], visit);
            if (got != CODE_NONE)
                differs(t, "offered %s of %d is judged %s", wall_print(t, visit.when.start),
                        list.slots[i].inspectors[0], code_word(got));
            const int32_t cost =
                availability_judge(t->image, list.slots[i].inspectors[0], &visit, 0).cost;
            if (got == CODE_NONE && cost != list.slots[i].cost)
                differs(t, "%s of %d costs %d, and %d when judged", wall_print(t, visit.when.start),
                        list.slots[i].inspectors[0], list.slots[i].cost, cost);
        }
    }
}

static bool list_has(struct slot_list list, utc_s start, int32_t inspector)
{
    bool found = false;
    for (size_t i = 0; i < list.n_slots; i++)
        found = found ||
                (list.slots[i].when.start == start && list.slots[i].inspectors[0] == inspector);
    return found;
}

static void check_unoffered(struct trial *t, struct slot_list list, int32_t inspector, utc_s start)
{
    const date_d date = wall_date(zone_to_wall(t->world->zone, start));
    if (date < t->query.from || date >= t->query.from + t->query.days)
        return;
    const bool is_offered = list_has(list, start, inspector);
    const enum code got = judge_all(t, inspector, visit_at(t, start, true));
    if (is_offered != (got == CODE_NONE))
        differs(t, "%s of %d: offered is %d, judged %s", wall_print(t, start), inspector,
                is_offered, code_word(got));
}

static void check_judgements(struct trial *t, struct slot_list list, struct oracle_list candidates)
{
    const utc_s base = world_instant(t->world->zone, t->query.from, 0);
    for (int32_t k = 0; k < JUDGED; k++) {
        int32_t inspector = roll(0, (int32_t)t->world->n_inspectors - 1);
        utc_s start = base + (utc_s)roll(-120, t->query.days * DAY_MIN + 120) * MINUTE_S;
        if (chance(60))
            start -= ((start % 900) + 900) % 900;
        if (candidates.n > 0 && chance(50)) {
            const struct oracle_offer *o = &candidates.at[dice() % candidates.n];
            inspector = o->inspector;
            start = o->start + (chance(80) ? 0 : roll(-2, 2) * MINUTE_S);
        }
        check_judgement(t, inspector, start, chance(50));
        check_unoffered(t, list, inspector, start);
    }
}

static void check_kept(struct trial *t, struct oracle_list *ret_candidates)
{
    struct slot_query usual = t->query;
    t->query.keep_overlapping = true;
    *ret_candidates = oracle_find(t->world, &t->query, t->arena);
    /* Where a grid restarts in gaps there are no gaps to speak of once claims are ignored. */
    if (company_rules(t->image->company, t->query.brand)->anchor != ANCHOR_GAP) {
        const struct slot_list got = slots_find(t->image, &t->query, t->arena);
        check_set(t, *ret_candidates, got);
    }
    t->query = usual;
}

static int trial_run(uint64_t seed, bool show, struct arena *arena, size_t *ret_offers)
{
    static struct world world;
    struct trial t = { .world = &world, .arena = arena, .seed = seed };
    roll_start(seed);
    roll_world(&world, &t.query);
    t.image = world_image(&world);
    if (show)
        trial_show(&t);
    const struct oracle_list want = oracle_find(&world, &t.query, arena);
    const struct slot_list got = slots_find(t.image, &t.query, arena);
    *ret_offers += want.n;
    check_set(&t, want, got);
    check_days(&t, got);
    check_sameness(&t, got);
    check_limit(&t, &t.query, got);
    check_optimal(&t, got.n_slots);
    check_nearest(&t, got.n_slots);
    check_filter(&t, got);
    check_grouped(&t, want, 1);
    check_grouped(&t, want, roll(2, 3));
    struct oracle_list candidates = { 0 };
    check_kept(&t, &candidates);
    check_offered(&t, got);
    check_judgements(&t, got, candidates);
    block_free(t.image);
    return t.differences;
}

int main(int argc, char **argv)
{
    const long companies = argc > 1 ? strtol(argv[1], NULL, 10) : 300;
    const uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const bool show = argc > 3;
    struct arena lasting = arena_make(ARENA_BYTES);
    struct arena arena = arena_make(ARENA_BYTES);
    roll_zones_read(&lasting);
    long wrong = 0;
    size_t offers = 0;
    for (long i = 0; i < companies && wrong < 12; i++) {
        wrong += trial_run(seed + (uint64_t)i, show, &arena, &offers) > 0;
        arena_reset(&arena);
    }
    printf("%ld companies from seed %" PRIu64 ", %zu offers, %ld differ\n", companies, seed, offers,
           wrong);
    arena_drop(&arena);
    arena_drop(&lasting);
    return wrong == 0 ? 0 : 1;
}
