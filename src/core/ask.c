/* Making a want exact, judging its time, choosing its inspectors. */
#include "ask.h"
#include "offer.h"

#include <assert.h>
#include <string.h>

bool refuse(struct verdict *verdict, enum code code, const char *field, struct str detail)
{
    verdict->code = code;
    verdict->field = str_from(field);
    verdict->detail = detail;
    return false;
}

bool refuse_unknown(struct verdict *verdict, const char *field, const char *detail)
{
    verdict->is_final = true;
    return refuse(verdict, CODE_not_offered, field, str_from(detail));
}

bool hold_is_live(const struct hold *hold, utc_s now)
{
    return hold->state == HOLD_LIVE && hold->expires_at > now;
}

bool ask_resolve_time(struct ask *ask, struct instant_text text, const char *field, utc_s *ret)
{
    const struct instant_found found = instant_resolve(ask->image->company->zone, text);
    if (found.answer == INSTANT_FOUND) {
        *ret = found.at;
        return true;
    }
    ask->verdict->choices = found.wall;
    const enum code code = found.answer == INSTANT_NONEXISTENT ? CODE_nonexistent_local_time
                           : found.answer == INSTANT_AMBIGUOUS ? CODE_ambiguous_local_time
                                                               : CODE_offset_mismatch;
    return refuse(ask->verdict, code, field, STR(""));
}

static bool ask_brand(struct ask *ask, const struct want *want)
{
    const struct str own = ask->command->actor.brand;
    const struct str named = want->brand.len > 0 ? want->brand : own;
    if (own.len > 0 && !str_equal(named, own))
        return refuse(ask->verdict, CODE_not_permitted, "/brand",
                      STR("This key books for another brand."));
    ask->brand = company_find_brand(ask->image->company, named);
    if (ask->brand == NOT_FOUND && !ask->brand_stands)
        return refuse_unknown(ask->verdict, "/brand", "There is no such brand.");
    ask->rules = company_rules(ask->image->company, ask->brand);
    return true;
}

static bool ask_services(struct ask *ask, struct strs services)
{
    const struct company *company = ask->image->company;
    int32_t *found = arena_array(ask->arena, int32_t, services.n);
    ask->count = 1;
    for (size_t i = 0; i < services.n; i++) {
        found[i] = company_find_service(company, services.at[i]);
        const bool known = found[i] != NOT_FOUND;
        if (!known || (!company->services[found[i]].is_active && !ask->services_stand))
            return refuse_unknown(ask->verdict, str_print(ask->arena, "/services/%zu", i).at,
                                  "There is no such service.");
        if (company->services[found[i]].inspectors > ask->count)
            ask->count = company->services[found[i]].inspectors;
    }
    ask->services = found;
    ask->service_ids = services;
    ask->n_services = services.n;
    ask->price = price_of(company, found, services.n, &ask->property, ask->arena);
    return true;
}

static bool ask_span(struct ask *ask, const struct want *want)
{
    int32_t minutes = want->minutes > 0 ? want->minutes : ask->price.minutes;
    if (!span_is_empty(ask->stays)) {
        ask->when = ask->stays;
        return true;
    }
    if (!ask_resolve_time(ask, want->datetime, "/datetime", &ask->when.start))
        return false;
    if (want->has_endtime) {
        utc_s end;
        if (!ask_resolve_time(ask, want->endtime, "/endtime", &end))
            return false;
        if ((end - ask->when.start) % MINUTE_S != 0)
            return refuse(ask->verdict, CODE_out_of_range, "/endtime",
                          STR("A visit takes whole minutes."));
        if (end <= ask->when.start || end - ask->when.start > (utc_s)VISIT_MINUTES_MAX * MINUTE_S)
            return refuse(ask->verdict, CODE_out_of_range, "/endtime",
                          STR("The end must lie after the start, by 24 hours at most."));
        if (want->minutes > 0 && end != ask->when.start + (utc_s)want->minutes * MINUTE_S)
            return refuse(ask->verdict, CODE_out_of_range, "/endtime",
                          STR("endtime and minutes disagree; send one of them."));
        ask->when.end = end;
        return true;
    }
    if (minutes < 1 || minutes > VISIT_MINUTES_MAX)
        return refuse(ask->verdict, CODE_out_of_range, "/services",
                      STR("The services must take between 1 minute and 24 hours together."));
    ask->when.end = ask->when.start + (utc_s)minutes * MINUTE_S;
    return true;
}

static bool ask_named(struct ask *ask, size_t i, struct str id, const char *field)
{
    const int32_t at = company_find_inspector(ask->image->company, id);
    if (at == NOT_FOUND)
        return refuse_unknown(ask->verdict, field, "There is no such inspector.");
    for (size_t k = 0; k < i; k++) {
        if (ask->inspectors[k] == at)
            return refuse(ask->verdict, CODE_out_of_range, field,
                          STR("The same inspector is named twice."));
    }
    ask->inspectors[i] = at;
    ask->whens[i] = ask->when;
    ask->roles[i] = i == 0 ? STR("lead") : STR("assistant");
    ask->n_inspectors = i + 1;
    return true;
}

static bool ask_assignment(struct ask *ask, size_t i, const struct wanted_assignment *a)
{
    const char *field = str_print(ask->arena, "/assignments/%zu", i).at;
    if (!ask_named(ask, i, a->inspector, field) ||
        !ask_resolve_time(ask, a->datetime, field, &ask->whens[i].start) ||
        !ask_resolve_time(ask, a->endtime, field, &ask->whens[i].end))
        return false;
    if ((ask->whens[i].end - ask->whens[i].start) % MINUTE_S != 0)
        return refuse(ask->verdict, CODE_out_of_range, field,
                      STR("An assignment takes whole minutes."));
    if (span_is_empty(ask->whens[i]) ||
        ask->whens[i].end - ask->whens[i].start > (utc_s)VISIT_MINUTES_MAX * MINUTE_S)
        return refuse(ask->verdict, CODE_out_of_range, field,
                      STR("An assignment must end after it starts, by 24 hours at most."));
    if (a->role.len > 0)
        ask->roles[i] = a->role;
    return true;
}

static void lay_own(struct ask *ask, size_t i, const struct own_interval *own)
{
    ask->roles[i] = own->role;
    if (own->length_s == 0)
        return;
    ask->whens[i].start = ask->when.start + own->after_s;
    ask->whens[i].end = ask->whens[i].start + own->length_s;
}

/* Who is named beside assignments must be who is assigned. */
static bool assigns_the_named(const struct want *want)
{
    for (size_t i = 0; i < want->inspectors.n; i++) {
        bool found = false;
        for (size_t k = 0; k < want->n_assignments && !found; k++)
            found = str_equal(want->inspectors.at[i], want->assignments[k].inspector);
        if (!found)
            return false;
    }
    return !want->any_inspector;
}

/* A hold or an order that stands names its people itself; here it is who asks. */
static bool names_anybody(const struct want *want)
{
    return want->inspectors.n > 0 || want->n_assignments > 0;
}

static bool ask_people(struct ask *ask, const struct want *want)
{
    if (ask->audience == AUDIENCE_ONLINE && !ask->rules->requested_inspector &&
        names_anybody(&ask->command->want))
        return refuse(ask->verdict, CODE_not_offered, "/_inspectorId",
                      STR("Inspectors cannot be asked for by name here; send any."));
    if (want->n_assignments > 0 && !assigns_the_named(want))
        return refuse(ask->verdict, CODE_out_of_range, "/assignments",
                      STR("The assignments leave out an inspector who is named."));
    const size_t named = want->n_assignments > 0 ? want->n_assignments : want->inspectors.n;
    const size_t room = named > SLOT_INSPECTORS_MAX ? named : SLOT_INSPECTORS_MAX;
    ask->inspectors = arena_array(ask->arena, int32_t, room);
    ask->whens = arena_array(ask->arena, struct span, room);
    ask->roles = arena_array(ask->arena, struct str, room);
    ask->any = want->any_inspector;
    if (ask->any)
        return true;
    for (size_t i = 0; i < named; i++) {
        const bool good = want->n_assignments > 0
                              ? ask_assignment(ask, i, &want->assignments[i])
                              : ask_named(ask, i, want->inspectors.at[i],
                                          i == 0 ? "/_inspectorId" : "/inspectors");
        if (!good)
            return false;
    }
    assert(named > 0 && "decoding asks for an inspector choice");
    for (size_t i = 0; want->own != NULL && i < named; i++)
        lay_own(ask, i, &want->own[i]);
    if (want->n_assignments > 0)
        ask->when = ask->whens[0];
    if (ask->audience == AUDIENCE_ONLINE && (int32_t)named < ask->count && !ask->services_stand)
        return refuse(ask->verdict, CODE_not_offered, "/inspectors",
                      STR("These services need more inspectors than are named."));
    return true;
}

bool ask_make(struct ask *ask, const struct want *want)
{
    ask->audience = ask->command->actor.role == ROLE_ONLINE ? AUDIENCE_ONLINE : AUDIENCE_INTERNAL;
    ask->property = want->property;
    if (ask->property.has_place)
        ask->around = areas_around(ask->image->company->areas, ask->image->company->n_areas,
                                   ask->property.place);
    ask->look.now = ask->now;
    if (!ask_brand(ask, want) || !ask_services(ask, want->services) || !ask_span(ask, want) ||
        !ask_people(ask, want))
        return false;
    ask->verdict->asked = ask->when;
    return true;
}

bool strs_equal(struct strs a, struct strs b)
{
    bool equal = a.n == b.n;
    for (size_t i = 0; equal && i < a.n; i++)
        equal = str_equal(a.at[i], b.at[i]);
    return equal;
}

static const char *property_difference(const struct property *a, const struct property *b)
{
    if (a->square_feet != NOT_FOUND && b->square_feet != NOT_FOUND &&
        a->square_feet != b->square_feet)
        return "/property/squareFeet";
    if (a->year_built != NOT_FOUND && b->year_built != NOT_FOUND && a->year_built != b->year_built)
        return "/property/yearBuilt";
    if (a->has_place && b->has_place &&
        (a->place.lat_e7 != b->place.lat_e7 || a->place.lng_e7 != b->place.lng_e7))
        return "/property/lat";
    return NULL;
}

/* False: *ret_difference names the field, or the time could not be read and the verdict says so. */
static bool time_is_held(struct ask *ask, const struct instant_text *text, const char *field,
                         utc_s held, const char **ret_difference)
{
    utc_s at;
    if (!ask_resolve_time(ask, *text, field, &at))
        return false;
    if (at != held)
        *ret_difference = field;
    return at == held;
}

/* Only what is present in both is compared. Intervals of their own are in no hold. */
static const char *hold_difference(struct ask *ask, const struct want *want,
                                   const struct hold *hold, bool *ret_resolved)
{
    const char *difference = NULL;
    const bool same = (!want->has_datetime || time_is_held(ask, &want->datetime, "/datetime",
                                                           hold->when.start, &difference)) &&
                      (!want->has_endtime ||
                       time_is_held(ask, &want->endtime, "/endtime", hold->when.end, &difference));
    *ret_resolved = same || difference != NULL;
    if (!same)
        return difference;
    if (want->n_assignments > 0)
        return "/assignments";
    if (want->brand.len > 0 && !str_equal(want->brand, hold->brand))
        return "/brand";
    if (want->services.n > 0 && hold->services.n > 0 && !strs_equal(want->services, hold->services))
        return "/services";
    if (want->minutes > 0 && (utc_s)want->minutes * MINUTE_S != hold->when.end - hold->when.start)
        return "/minutes";
    if (want->inspectors.n > 0 && !strs_equal(want->inspectors, hold->inspectors))
        return "/_inspectorId";
    return property_difference(&want->property, &hold->property);
}

static bool is_new_size(const struct property *known, const struct property *held)
{
    return (known->square_feet != NOT_FOUND && held->square_feet == NOT_FOUND) ||
           (known->year_built != NOT_FOUND && held->year_built == NOT_FOUND);
}

bool hold_covers(const struct ask *ask, const struct want *want, const struct hold *hold,
                 const struct property *known)
{
    if (hold->minutes > 0 || hold->services.n == 0)
        return want->services.n == 0 || ask->command->actor.role != ROLE_ONLINE;
    return !is_new_size(known, &hold->property);
}

bool want_with_hold(struct ask *ask, const struct want *want, const struct hold *hold,
                    const struct property *known, struct want *ret)
{
    bool resolved;
    const char *difference = hold_difference(ask, want, hold, &resolved);
    if (!resolved)
        return false;
    if (difference != NULL)
        return refuse(ask->verdict, CODE_hold_mismatch, difference, STR(""));
    *ret = *want;
    ret->has_datetime = true;
    ret->datetime = (struct instant_text){ .wall = hold->when.start, .has_offset = true };
    ret->brand = hold->brand;
    if (ret->services.n == 0)
        ret->services = hold->services;
    if (hold_covers(ask, want, hold, known))
        ret->minutes = (int32_t)((hold->when.end - hold->when.start) / MINUTE_S);
    ret->any_inspector = false;
    ret->inspectors = hold->inspectors;
    if (!ret->property.has_place && hold->property.has_place) {
        ret->property.has_place = true;
        ret->property.place = hold->property.place;
    }
    if (ret->property.square_feet == NOT_FOUND)
        ret->property.square_feet = hold->property.square_feet;
    if (ret->property.year_built == NOT_FOUND)
        ret->property.year_built = hold->property.year_built;
    return true;
}

static void add_evidence(struct verdict *verdict, struct arena *arena, struct str inspector,
                         const struct judgement *j)
{
    if (verdict->evidence == NULL)
        verdict->evidence = arena_array(arena, struct evidence, EVIDENCE_MAX);
    for (size_t i = 0; i < j->n_conflicts && i < CONFLICTS_SHOWN_MAX; i++) {
        const struct claim *c = j->conflicts[i];
        if (verdict->n_evidence < EVIDENCE_MAX)
            verdict->evidence[verdict->n_evidence++] =
                (struct evidence){ (enum claim_kind)c->kind, inspector, c->when, c->order_number,
                                   c->owner };
    }
}

static struct visit visit_of(const struct ask *ask, struct span when)
{
    return (struct visit){
        .audience = ask->audience,
        .brand = ask->brand,
        .services = ask->services,
        .n_services = ask->n_services,
        .when = when,
        .must_be_offered = ask->audience == AUDIENCE_ONLINE,
        .look = ask->look,
        .has_place = ask->property.has_place,
        .place = ask->property.place,
        .around = &ask->around,
    };
}

static struct judgement judge_one(struct ask *ask, int32_t inspector, struct span when,
                                  code_set passing)
{
    const struct visit visit = visit_of(ask, when);
    return availability_judge(ask->image, inspector, &visit, passing);
}

/* All who were named must be free: the answer is the first rule in the contract's order that any
 * of them fails, with everything that is in the way. */
static bool choose_named(struct ask *ask, code_set passing)
{
    enum code first = CODES_END;
    struct str words = STR("");
    for (size_t i = 0; i < ask->n_inspectors; i++) {
        const struct judgement j = judge_one(ask, ask->inspectors[i], ask->whens[i], passing);
        if (j.code == CODE_NONE)
            continue;
        if (j.code == CODE_slot_taken)
            add_evidence(ask->verdict, ask->arena,
                         ask->image->company->inspectors[ask->inspectors[i]].id, &j);
        if (j.code == CODE_slot_taken && ((passing >> CODE_slot_taken) & 1) != 0)
            ask->overlap_admitted = true;
        else if (j.code < first) {
            first = j.code;
            words = j.words;
        }
    }
    return first == CODES_END || refuse(ask->verdict, first, "", words);
}

struct candidate {
    int32_t cost, inspector;
};

/* Enough people free at the least cost; else the answer of whoever came closest to being free. */
static bool choose_any(struct ask *ask, code_set passing)
{
    struct candidate best[SLOT_INSPECTORS_MAX] = { { 0, 0 } };
    const size_t count = (size_t)ask->count;
    assert(count >= 1 && count <= SLOT_INSPECTORS_MAX);
    size_t n = 0;
    enum code closest = CODE_inspector_unable;
    bool failed = false;
    for (size_t i = 0; i < ask->image->company->n_inspectors; i++) {
        const struct judgement j = judge_one(ask, (int32_t)i, ask->when, passing);
        if (j.code != CODE_NONE) {
            if (j.code == CODE_slot_taken)
                add_evidence(ask->verdict, ask->arena, ask->image->company->inspectors[i].id, &j);
            if (!failed || j.code > closest)
                closest = j.code;
            failed = true;
            continue;
        }
        if (n == count && j.cost >= best[n - 1].cost)
            continue;
        size_t k = n < count ? n++ : count - 1;
        for (; k > 0 && best[k - 1].cost > j.cost; k--)
            best[k] = best[k - 1];
        best[k] = (struct candidate){ j.cost, (int32_t)i };
    }
    if (n < count) {
        /* Over whom would it be admitted? Whoever overrides an overlap names the inspector. */
        ask->verdict->is_final = closest == CODE_slot_taken;
        return refuse(ask->verdict, closest, "", STR(""));
    }
    for (size_t i = 0; i < n; i++) {
        ask->inspectors[i] = best[i].inspector;
        ask->whens[i] = ask->when;
        ask->roles[i] = i == 0 ? STR("lead") : STR("assistant");
    }
    ask->n_inspectors = n;
    ask->verdict->n_evidence = 0;
    return true;
}

/* As many people as are asked for, for as long, in whose way nothing of the asker's own stands. */
static void tell_search(struct ask *ask)
{
    const size_t people = ask->any ? (size_t)ask->count : ask->n_inspectors;
    const int64_t minutes = (ask->when.end - ask->when.start + MINUTE_S - 1) / MINUTE_S;
    if (people > SLOT_INSPECTORS_MAX || minutes > VISIT_MINUTES_MAX)
        return;
    ask->verdict->search =
        (struct slot_query){ .audience = ask->audience,
                             .brand = ask->brand,
                             .services = ask->services,
                             .n_services = ask->n_services,
                             .minutes = (int32_t)minutes,
                             .requested = NOT_FOUND,
                             .count = (int32_t)people,
                             .order = ORDER_NEAREST,
                             .near = ask->when.start,
                             .near_inspector = ask->any ? NOT_FOUND : ask->inspectors[0],
                             .look = ask->look,
                             .has_place = ask->property.has_place,
                             .place = ask->property.place };
    /* A hold is booked at its own time only, so an alternative to that is taken without it. */
    if (ask->command->kind != COMMAND_CHANGE_HOLD)
        ask->verdict->search.look.without[0] = 0;
}

/* A start of the order that stands was judged when it was agreed. */
static bool is_agreed(const struct ask *ask, utc_s start)
{
    for (size_t i = 0; ask->agreed != NULL && i < ask->agreed->n_assignments; i++) {
        if (ask->agreed->assignments[i].when.start == start)
            return true;
    }
    return false;
}

static bool judge_start(struct ask *ask, utc_s start, const char *field, code_set passing)
{
    if (is_agreed(ask, start))
        return true;
    if (start < ask->now)
        return refuse(ask->verdict, CODE_in_past, field, STR(""));
    const enum code code =
        rules_judge(ask->image->company, ask->rules, ask->audience, ask->now, start, passing);
    return code == CODE_NONE || refuse(ask->verdict, code, field, STR(""));
}

/* Everyone's interval lies near the lead's and not in the past: then what the rules say of the
 * lead's start holds for all. Where the lead's was agreed long ago, each that is new is judged. */
static bool judge_others(struct ask *ask, code_set passing)
{
    const struct span near = { ask->when.start - DAY_S, ask->when.end + DAY_S };
    const bool lead_is_agreed = is_agreed(ask, ask->when.start);
    for (size_t i = 0; !ask->any && i < ask->n_inspectors; i++) {
        const struct span when = ask->whens[i];
        if (when.start < near.start || when.end > near.end)
            return refuse(ask->verdict, CODE_out_of_range, "/assignments",
                          STR("An assignment lies more than a day from the lead's."));
        if (lead_is_agreed && !judge_start(ask, when.start, "/assignments", passing))
            return false;
        if (when.start < ask->now && !lead_is_agreed)
            return refuse(ask->verdict, CODE_in_past, "/assignments", STR(""));
    }
    return true;
}

/* A visit is judged by what ends a buffer before it, and by all that its day has held, or its week
 * where that counts (ADR 8). */
static bool reaches(struct ask *ask, utc_s start)
{
    const struct zone *zone = ask->image->company->zone;
    const date_d date = wall_date(zone_to_wall(zone, start));
    const utc_s day = date_span(zone, ask->counts_weeks ? date - date_weekday(date) : date).start;
    const utc_s before = start - (utc_s)ask->rules->buffer_before_min * MINUTE_S;
    return draft_reaches(ask->draft, day < before ? day : before);
}

static bool all_reach(struct ask *ask)
{
    ask->counts_weeks = counts_weeks(ask->image->company, &ask->rules->policy[ask->audience]);
    bool reach = reaches(ask, ask->when.start);
    for (size_t i = 0; !ask->any && i < ask->n_inspectors; i++)
        reach = reaches(ask, ask->whens[i].start) && reach;
    return reach;
}

bool ask_choose(struct ask *ask)
{
    const code_set passing = ask->command->override.rules | ask->waived;
    tell_search(ask);
    if (!judge_start(ask, ask->when.start, "/datetime", passing) || !judge_others(ask, passing) ||
        !all_reach(ask))
        return false;
    return ask->any ? choose_any(ask, passing) : choose_named(ask, passing);
}

static void warn(const struct ask *ask, struct str words)
{
    struct entry *entry = ask->draft->entry;
    struct str *all = arena_array(ask->arena, struct str, entry->warnings.n + 1);
    for (size_t i = 0; i < entry->warnings.n; i++)
        all[i] = entry->warnings.at[i];
    all[entry->warnings.n] = words;
    entry->warnings = (struct strs){ all, entry->warnings.n + 1 };
}

static void warn_of_addons(const struct ask *ask, const struct inspector *who)
{
    const struct service *services = ask->image->company->services;
    for (size_t i = 0; i < ask->n_services; i++) {
        const struct service *service = &services[ask->services[i]];
        if (service->is_addon && !inspector_can(who, &ask->services[i], 1))
            warn(ask, str_print(ask->arena, "inspector %.*s does not perform %.*s",
                                STR_ARG(who->id), STR_ARG(service->id)));
    }
}

void ask_warn(const struct ask *ask)
{
    const struct company *company = ask->image->company;
    for (size_t i = 0; i < ask->n_inspectors; i++) {
        const struct inspector *who = &company->inspectors[ask->inspectors[i]];
        const struct visit visit = visit_of(ask, ask->whens[i]);
        if (warns_of_area(company, who, &visit))
            warn(ask, str_print(ask->arena, "the property is outside the area of inspector %.*s",
                                STR_ARG(who->id)));
        if (ask->rules->addon_ability == ADDON_WARN)
            warn_of_addons(ask, who);
    }
}
