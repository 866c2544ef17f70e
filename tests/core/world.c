/* Makes core's company and image out of a world. */
#include "world.h"

#include "base/block.h"

#include <assert.h>
#include <string.h>

enum { COMPANY_BYTES_MAX = 4 * 1024 * 1024 };

void world_clear(struct world *world, const struct zone *zone)
{
    memset(world, 0, sizeof *world);
    world->zone = zone;
    world->rules = (struct rules){ .step_min = 30,
                                   .change_cutoff_min = NOT_FOUND,
                                   .cancel_cutoff_min = NOT_FOUND,
                                   .requested_inspector = true };
    for (int a = 0; a < AUDIENCES; a++)
        world->rules.policy[a] = (struct policy){ .same_day = true,
                                                  .cutoff_min = NOT_FOUND,
                                                  .horizon_days = 60,
                                                  .daily_max = NOT_FOUND,
                                                  .weekly_max = NOT_FOUND,
                                                  .latest_min = DAY_MIN,
                                                  .outside_area = AREA_REFUSE };
}

static void name_set(char ret[WORLD_NAME_BYTES], struct str name)
{
    assert(name.len < WORLD_NAME_BYTES);
    memset(ret, 0, WORLD_NAME_BYTES);
    memcpy(ret, name.at, name.len);
}

int32_t world_find_inspector(const struct world *world, struct str id)
{
    for (size_t i = 0; i < world->n_inspectors; i++) {
        if (str_equal(str_from(world->inspectors[i].id), id))
            return (int32_t)i;
    }
    return NOT_FOUND;
}

int32_t world_add_inspector(struct world *world, struct str id)
{
    assert(world->n_inspectors < WORLD_INSPECTORS);
    size_t at = world->n_inspectors++;
    for (; at > 0 && str_order(str_from(world->inspectors[at - 1].id), id) > 0; at--)
        world->inspectors[at] = world->inspectors[at - 1];
    world->inspectors[at] =
        (struct world_inspector){ .daily_max = NOT_FOUND, .weekly_max = NOT_FOUND };
    name_set(world->inspectors[at].id, id);
    for (size_t i = 0; i < world->n_openings; i++)
        world->openings[i].inspector += world->openings[i].inspector >= (int32_t)at;
    for (size_t i = 0; i < world->n_holidays; i++) {
        bool *worked = world->holidays[i].is_worked;
        memmove(worked + at + 1, worked + at, (WORLD_INSPECTORS - at - 1) * sizeof *worked);
        worked[at] = false;
    }
    for (size_t i = 0; i < world->n_claims; i++)
        world->claims[i].inspector += world->claims[i].inspector >= (int32_t)at;
    return (int32_t)at;
}

struct claim *world_add_claim(struct world *world, int32_t inspector, enum claim_kind kind,
                              struct span when, ref_t owner)
{
    assert(world->n_claims < WORLD_CLAIMS);
    struct world_claim *w = &world->claims[world->n_claims++];
    const ref_t ref = (ref_t)1 << REF_SEQ_SHIFT | (ref_t)world->n_claims;
    w->inspector = inspector;
    w->claim = (struct claim){
        .when = when, .ref = ref, .owner = owner == 0 ? ref : owner, .kind = (uint8_t)kind
    };
    w->claim.lock_group = claim_is_absence(&w->claim) ? LOCK_GROUP_ABSENCE : ref;
    w->claim.order_number = kind == CLAIM_INSPECTION ? (int64_t)world->n_claims : 0;
    return &w->claim;
}

utc_s world_instant(const struct zone *zone, date_d date, int32_t minute)
{
    return zone_from_wall(zone, (wall_s)date * DAY_S + (wall_s)minute * MINUTE_S).first;
}

static struct day_hours hours_make(struct arena *arena, const struct world_hours *said)
{
    struct wall_span *spans = arena_array(arena, struct wall_span, said->n_spans + 1);
    int32_t *starts = arena_array(arena, int32_t, said->n_starts + 1);
    memcpy(spans, said->spans, said->n_spans * sizeof *spans);
    size_t n = 0;
    for (size_t i = 0; i < said->n_starts; i++) {
        size_t k = n;
        bool is_new = true;
        for (size_t j = 0; j < n; j++)
            is_new = is_new && starts[j] != said->starts[i];
        for (; is_new && k > 0 && starts[k - 1] > said->starts[i]; k--)
            starts[k] = starts[k - 1];
        if (is_new) {
            starts[k] = said->starts[i];
            n++;
        }
    }
    return (struct day_hours){ spans, wall_spans_merge(spans, said->n_spans), starts, n };
}

static const struct week_row *dated_make(struct arena *arena, const struct world_inspector *said)
{
    struct week_row *rows = arena_array(arena, struct week_row, WORLD_DATED);
    for (size_t i = 0; i < said->n_dated; i++)
        rows[i] =
            (struct week_row){ said->dated[i].weekday, said->dated[i].valid_from,
                               said->dated[i].valid_to, hours_make(arena, &said->dated[i].hours) };
    return rows;
}

static const struct inspector *inspectors_make(struct arena *arena, const struct world *world)
{
    struct inspector *all = arena_array(arena, struct inspector, WORLD_INSPECTORS);
    for (size_t i = 0; i < world->n_inspectors; i++) {
        const struct world_inspector *said = &world->inspectors[i];
        int32_t *can = arena_array(arena, int32_t, WORLD_SERVICES);
        size_t n = 0;
        for (size_t s = 0; s < world->n_services; s++) {
            if (!said->cannot[s])
                can[n++] = (int32_t)s;
        }
        all[i].id = str_copy(arena, str_from(said->id));
        all[i].name = all[i].id;
        all[i].is_active = !said->is_inactive;
        all[i].daily_max = said->daily_max;
        all[i].weekly_max = said->weekly_max;
        all[i].has_areas = said->n_areas > 0;
        for (size_t k = 0; k < said->n_areas; k++)
            area_set_add(&all[i].areas, (size_t)said->areas[k]);
        all[i].services = can;
        all[i].n_services = n;
        for (int day = 0; day < 7; day++)
            all[i].week[day] = hours_make(arena, &said->week[day]);
        all[i].dated = dated_make(arena, said);
        all[i].n_dated = said->n_dated;
    }
    return all;
}

static bool opening_before(const struct opening *a, const struct opening *b)
{
    return a->inspector != b->inspector ? a->inspector < b->inspector : a->date < b->date;
}

static const struct opening *openings_make(struct arena *arena, const struct world *world)
{
    struct opening *all = arena_array(arena, struct opening, WORLD_OPENINGS);
    for (size_t i = 0; i < world->n_openings; i++) {
        const struct world_opening *said = &world->openings[i];
        const struct opening o = { .inspector = said->inspector,
                                   .date = said->date,
                                   .is_manual = said->is_manual,
                                   .visibility = said->visibility,
                                   .hours = hours_make(arena, &said->hours) };
        size_t k = i;
        for (; k > 0 && opening_before(&o, &all[k - 1]); k--)
            all[k] = all[k - 1];
        all[k] = o;
    }
    return all;
}

static const struct holiday *holidays_make(struct arena *arena, const struct world *world)
{
    struct holiday *all = arena_array(arena, struct holiday, WORLD_HOLIDAYS);
    for (size_t i = 0; i < world->n_holidays; i++) {
        const struct world_holiday *said = &world->holidays[i];
        int32_t *workers = arena_array(arena, int32_t, WORLD_INSPECTORS);
        size_t n = 0;
        for (int32_t who = 0; who < WORLD_INSPECTORS; who++) {
            if (said->is_worked[who])
                workers[n++] = who;
        }
        size_t k = i;
        for (; k > 0 && all[k - 1].date > said->date; k--)
            all[k] = all[k - 1];
        all[k] = (struct holiday){ said->date, STR("a holiday"), workers, n };
    }
    return all;
}

static void company_drop(void *content)
{
    struct company *company = content;
    arena_drop(&company->arena);
}

static void services_make(struct company *company, const struct world *world)
{
    struct service *all = arena_array(&company->arena, struct service, WORLD_SERVICES);
    company->shortest_visit_min = 60;
    for (size_t i = 0; i < world->n_services; i++) {
        const struct str id = str_copy(&company->arena, str_from(world->services[i].id));
        all[i] = (struct service){ .id = id,
                                   .name = id,
                                   .inspectors = 1,
                                   .is_addon = world->services[i].is_addon,
                                   .is_active = !world->services[i].is_inactive,
                                   .minutes = world->services[i].minutes };
    }
    company->services = all;
    company->n_services = world->n_services;
}

static void brands_make(struct company *company, const struct world *world)
{
    struct brand *all = arena_array(&company->arena, struct brand, WORLD_BRANDS + 1);
    all[0] = (struct brand){ .id = company->id, .name = company->id, .rules = world->rules };
    for (size_t i = 0; i < world->n_brands; i++) {
        const struct str id = str_copy(&company->arena, str_from(world->brands[i].id));
        all[i + 1] = (struct brand){ .id = id, .name = id, .rules = world->brands[i].rules };
    }
    company->brands = all;
    company->n_brands = world->n_brands + 1;
}

static const struct area *areas_make(struct arena *arena, const struct world *world)
{
    struct area *all = arena_array(arena, struct area, WORLD_AREAS);
    for (size_t i = 0; i < world->n_areas; i++) {
        const struct world_area *said = &world->areas[i];
        struct ring *rings = arena_array(arena, struct ring, WORLD_RINGS);
        for (size_t k = 0; k < said->n_rings; k++) {
            struct place *points = arena_array(arena, struct place, WORLD_CORNERS);
            memcpy(points, said->rings[k].at, sizeof said->rings[k].at);
            rings[k] = (struct ring){ points, said->rings[k].n };
        }
        all[i] = (struct area){ .id = str_copy(arena, str_from(said->id)),
                                .zone_name = STR(""),
                                .rings = rings,
                                .n_rings = said->n_rings };
    }
    return all;
}

static const struct company *company_make(const struct world *world)
{
    struct company *company = block_new(sizeof *company, company_drop);
    company->arena = arena_make(COMPANY_BYTES_MAX);
    company->id = STR("tests");
    company->name = company->id;
    company->zone_name = STR("of the test");
    company->currency = STR("USD");
    company->zone = world->zone;
    company->rules = world->rules;
    services_make(company, world);
    brands_make(company, world);
    company->inspectors = inspectors_make(&company->arena, world);
    company->n_inspectors = world->n_inspectors;
    company->areas = areas_make(&company->arena, world);
    company->n_areas = world->n_areas;
    company->openings = openings_make(&company->arena, world);
    company->n_openings = world->n_openings;
    company->holidays = holidays_make(&company->arena, world);
    company->n_holidays = world->n_holidays;
    return company;
}

const struct image *world_image(const struct world *world)
{
    struct claim_at claims[WORLD_CLAIMS];
    for (size_t i = 0; i < world->n_claims; i++) {
        claims[i].inspector = str_from(world->inspectors[world->claims[i].inspector].id);
        claims[i].claim = world->claims[i].claim;
    }
    const struct image_parts parts = { .company = company_make(world),
                                       .claims = claims,
                                       .n_claims = world->n_claims,
                                       .seq = 1,
                                       .floor = INT64_MIN };
    const struct image *image = image_make(&parts);
    assert(image != NULL);
    return image;
}
