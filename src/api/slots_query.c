/* The query string of a slot list, and of what asks the same: why, capacity. */
#include "call.h"

#include <string.h>

static bool wrong(struct call *call, enum code code, const char *field, const char *words)
{
    (void)answer_code(call, code, field, str_from(words));
    return false;
}

static bool get_number(struct call *call, const char *name, int64_t min, int64_t max,
                       int64_t otherwise, int64_t *ret)
{
    const struct str text = query_get(call, name);
    const char *field = str_print(call->arena, "/%s", name).at;
    *ret = otherwise;
    if (text.len == 0)
        return true;
    if (!str_to_int(text, ret))
        return wrong(call, CODE_type, field, "must be a whole number");
    if (*ret < min || *ret > max)
        return wrong(
            call, CODE_out_of_range, field,
            str_print(call->arena, "must be from %lld to %lld", (long long)min, (long long)max).at);
    return true;
}

static struct strs split(struct arena *arena, struct str list)
{
    size_t n = list.len > 0 ? 1 : 0;
    for (size_t i = 0; i < list.len; i++)
        n += list.at[i] == ',';
    struct str *at = arena_array(arena, struct str, n);
    for (size_t i = 0; i < n; i++)
        at[i] = str_cut(&list, ',');
    return (struct strs){ at, n };
}

static bool get_services(struct call *call, struct slots_ask *ask)
{
    const struct company *company = call->image->company;
    ask->services = split(call->arena, query_get(call, "services"));
    int32_t *at = arena_array(call->arena, int32_t, ask->services.n);
    ask->query.count = 1;
    for (size_t i = 0; i < ask->services.n; i++) {
        at[i] = company_find_service(company, ask->services.at[i]);
        if (at[i] == NOT_FOUND || !company->services[at[i]].is_active)
            return wrong(call, CODE_not_offered, "/services", "names a service there is not");
        for (size_t k = 0; k < i; k++) {
            if (at[k] == at[i])
                return wrong(call, CODE_out_of_range, "/services", "names a service twice");
        }
        if (company->services[at[i]].inspectors > ask->query.count)
            ask->query.count = company->services[at[i]].inspectors;
    }
    ask->query.services = at;
    ask->query.n_services = ask->services.n;
    return true;
}

static bool get_degrees(struct call *call, const char *name, int32_t bound, int32_t *ret)
{
    const struct str text = query_get(call, name);
    const char *field = str_print(call->arena, "/%s", name).at;
    struct json_reader reader;
    struct il_err err;
    /* A number as JSON writes it: no NaN, no hexadecimal, no locale. */
    const struct str doc = str_print(call->arena, "{\"v\":%.*s}", STR_ARG(text));
    if (json_reader_open(&reader, call->arena, doc, &err) != IL_OK)
        return wrong(call, CODE_type, field, "must be a number of degrees");
    struct json_obj o = json_root(&reader);
    *ret = json_get_degrees(&o, "v", bound);
    json_done(&o);
    const bool good = json_reader_result(&reader, &err) == IL_OK;
    json_reader_drop(&reader);
    if (good)
        return true;
    const bool is_far = str_equal(str_from(err.code), STR("out_of_range"));
    return wrong(call, is_far ? CODE_out_of_range : CODE_type, field,
                 "must be a number of degrees");
}

static bool get_property(struct call *call, struct property *ret)
{
    int64_t feet;
    int64_t year;
    const bool lat = query_get(call, "lat").len > 0;
    const bool lng = query_get(call, "lng").len > 0;
    *ret = (struct property){ .has_place = lat && lng };
    if (lat != lng)
        return wrong(call, CODE_type, lat ? "/lng" : "/lat", "lat and lng go together");
    if (lat && (!get_degrees(call, "lat", 90, &ret->place.lat_e7) ||
                !get_degrees(call, "lng", 180, &ret->place.lng_e7)))
        return false;
    if (!get_number(call, "squareFeet", 0, SQUARE_FEET_MAX, NOT_FOUND, &feet) ||
        !get_number(call, "yearBuilt", YEAR_BUILT_MIN, YEAR_BUILT_MAX, NOT_FOUND, &year))
        return false;
    ret->square_feet = (int32_t)feet;
    ret->year_built = (int32_t)year;
    return true;
}

bool query_brand(struct call *call, int32_t *ret)
{
    const struct str named = query_get(call, "brand");
    if (call->actor.brand.len > 0 && named.len > 0 && !str_equal(named, call->actor.brand))
        return wrong(call, CODE_not_permitted, "/brand", "this key is for another brand");
    *ret = company_find_brand(call->image->company, named.len > 0 ? named : call->actor.brand);
    return *ret != NOT_FOUND || wrong(call, CODE_not_offered, "/brand", "there is no such brand");
}

static bool get_brand(struct call *call, struct slots_ask *ask)
{
    const bool found = query_brand(call, &ask->brand);
    ask->query.brand = ask->brand;
    return found;
}

static bool get_minutes(struct call *call, struct slots_ask *ask)
{
    struct property property;
    int64_t minutes;
    if (!get_services(call, ask) || !get_property(call, &property) ||
        !get_number(call, "minutes", 1, VISIT_MINUTES_MAX, 0, &minutes))
        return false;
    if (minutes != 0 && is_online(call))
        return wrong(call, CODE_not_permitted, "/minutes", "minutes are for staff keys");
    if (minutes == 0 && ask->services.n == 0)
        return wrong(call, CODE_type, "/services", "services (or minutes) are required");
    ask->query.has_place = property.has_place;
    ask->query.place = property.place;
    ask->price = price_of(call->image->company, ask->query.services, ask->query.n_services,
                          &property, call->arena);
    ask->query.minutes = minutes > 0 ? (int32_t)minutes : ask->price.minutes;
    return (ask->query.minutes >= 1 && ask->query.minutes <= VISIT_MINUTES_MAX) ||
           wrong(call, CODE_out_of_range, "/services", "the services take more than 24 hours");
}

static bool get_days(struct call *call, struct slots_ask *ask)
{
    int64_t days;
    const struct str from = query_get(call, "from");
    ask->query.from = wall_date(zone_to_wall(call->image->company->zone, call->now));
    if (from.len > 0 && !date_parse(from, &ask->query.from))
        return wrong(call, CODE_out_of_range, "/from", "must be a date such as 2026-11-30");
    if (!get_number(call, "days", 1, SEARCH_DAYS_MAX, 14, &days))
        return false;
    ask->query.days = (int32_t)days;
    return true;
}

static void sort_indices(int32_t *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const int32_t moving = at[i];
        size_t k = i;
        for (; k > 0 && at[k - 1] > moving; k--)
            at[k] = at[k - 1];
        at[k] = moving;
    }
}

static bool get_inspectors(struct call *call, struct slots_ask *ask)
{
    const struct company *company = call->image->company;
    const struct str requested = query_get(call, "requestedInspector");
    const struct strs names = split(call->arena, query_get(call, "inspectors"));
    int32_t *at = arena_array(call->arena, int32_t, names.n);
    for (size_t i = 0; i < names.n; i++) {
        at[i] = company_find_inspector(company, names.at[i]);
        if (at[i] == NOT_FOUND)
            return wrong(call, CODE_not_offered, "/inspectors", "names an inspector there is not");
    }
    if (is_online(call) && (names.n > 0 || requested.len > 0) &&
        !company_rules(company, ask->brand)->requested_inspector)
        return wrong(call, CODE_not_offered, names.n > 0 ? "/inspectors" : "/requestedInspector",
                     "inspectors cannot be asked for by name here");
    sort_indices(at, names.n);
    size_t n = 0;
    for (size_t i = 0; i < names.n; i++) {
        if (n == 0 || at[n - 1] != at[i])
            at[n++] = at[i];
    }
    ask->query.inspectors = at;
    ask->query.n_inspectors = n;
    ask->query.requested =
        requested.len == 0 ? NOT_FOUND : company_find_inspector(company, requested);
    if (requested.len > 0 && ask->query.requested == NOT_FOUND)
        return wrong(call, CODE_not_offered, "/requestedInspector", "there is no such inspector");
    return true;
}

static bool get_word(struct call *call, const char *name, const char *yes, const char *no,
                     bool otherwise, bool *ret)
{
    const struct str text = query_get(call, name);
    *ret = text.len == 0 ? otherwise : str_equal(text, str_from(yes));
    if (text.len == 0 || *ret || str_equal(text, str_from(no)))
        return true;
    return wrong(call, CODE_out_of_range, str_print(call->arena, "/%s", name).at,
                 str_print(call->arena, "must be %s or %s", yes, no).at);
}

static bool get_shape(struct call *call, struct slots_ask *ask)
{
    int64_t count;
    int64_t limit;
    bool exclude;
    bool by_time_order;
    if (!get_number(call, "inspectorCount", 1, SLOT_INSPECTORS_MAX, ask->query.count, &count) ||
        !get_number(call, "limit", 1, SLOTS_LIMIT_MAX, SLOTS_LIMIT_DEFAULT, &limit) ||
        !get_word(call, "group", "time", "inspector", is_online(call), &ask->query.by_time) ||
        !get_word(call, "order", "time", "optimal", false, &by_time_order) ||
        !get_word(call, "excludeOverlapping", "true", "false", true, &exclude))
        return false;
    if (!exclude && is_online(call))
        return wrong(call, CODE_not_permitted, "/excludeOverlapping", "is for staff keys");
    ask->query.count = (int32_t)count;
    ask->query.limit = (size_t)limit;
    ask->query.order = by_time_order ? ORDER_TIME : ORDER_OPTIMAL;
    ask->query.keep_overlapping = !exclude;
    return ask->query.count <= SLOT_INSPECTORS_MAX ||
           wrong(call, CODE_out_of_range, "/services", "the services need too many inspectors");
}

/* Whose own time counts as free: the customer's hold, the inspection being moved. False: answered.
 */
static bool get_look(struct call *call, struct slots_ask *ask)
{
    struct found_inspection found;
    struct il_err err;
    ref_t hold;
    bool exists;
    const struct str moved = query_get(call, "reschedule");
    ask->query.look.now = call->now;
    if (!decode_hold(call, NULL, &hold))
        return wrong(call, CODE_not_found, "", "There is no such hold.");
    ask->query.look.without[0] = hold;
    if (moved.len == 0)
        return true;
    if (is_online(call))
        return wrong(call, CODE_not_permitted, "/reschedule", "is for staff keys");
    const struct lookup in = lookup_of(call);
    if (desk_find_inspection(&in, moved, &found, &exists, &err) != IL_OK) {
        (void)answer_fault(call, &err);
        return false;
    }
    if (!exists || !actor_sees(&call->actor, found.record.brand))
        return wrong(call, CODE_not_found, "/reschedule", "There is no such inspection.");
    ask->query.look.without[1] = found.record.ref;
    return true;
}

static const char *const slot_parameters[] = {
    "services",   "minutes",
    "from",       "days",
    "inspectors", "requestedInspector",
    "lat",        "lng",
    "squareFeet", "yearBuilt",
    "brand",      "inspectorCount",
    "group",      "excludeOverlapping",
    "order",      "limit",
    "reschedule",
};

enum { N_SLOT_PARAMETERS = sizeof slot_parameters / sizeof slot_parameters[0], ALSO_MAX = 4 };

bool slots_query_read(struct call *call, const char *const *also, size_t n_also,
                      struct slots_ask *ret)
{
    const char *known[N_SLOT_PARAMETERS + ALSO_MAX];
    *ret = (struct slots_ask){ .brand = NOT_FOUND };
    memcpy(known, slot_parameters, sizeof slot_parameters);
    for (size_t i = 0; i < n_also && i < ALSO_MAX; i++)
        known[N_SLOT_PARAMETERS + i] = also[i];
    if (query_is_wrong(call, known, N_SLOT_PARAMETERS + n_also) || !get_brand(call, ret) ||
        !get_minutes(call, ret) || !get_days(call, ret) || !get_inspectors(call, ret) ||
        !get_shape(call, ret) || !get_look(call, ret))
        return false;
    ret->query.audience = is_online(call) ? AUDIENCE_ONLINE : AUDIENCE_INTERNAL;
    return true;
}

bool capacity_query_read(struct call *call, struct slots_ask *ret)
{
    static const char *const known[] = { "services",   "minutes", "from",       "days",
                                         "inspectors", "brand",   "squareFeet", "yearBuilt",
                                         "lat",        "lng" };
    *ret = (struct slots_ask){ .brand = NOT_FOUND };
    if (query_is_wrong(call, known, sizeof known / sizeof known[0]) || !get_brand(call, ret) ||
        !get_minutes(call, ret) || !get_days(call, ret) || !get_inspectors(call, ret))
        return false;
    ret->query.audience = AUDIENCE_INTERNAL;
    ret->query.look.now = call->now;
    return true;
}

bool calendar_query_read(struct call *call, struct slots_ask *ret)
{
    static const char *const known[] = { "from", "days", "inspectors" };
    *ret = (struct slots_ask){ .brand = NOT_FOUND };
    ret->query.look.now = call->now;
    return !query_is_wrong(call, known, sizeof known / sizeof known[0]) && get_days(call, ret) &&
           get_inspectors(call, ret);
}
