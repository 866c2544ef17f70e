/* The rows of a document: company, brands, services, inspectors, openings, holidays. */
#include "document_parts.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[DOCUMENT_KINDS] = {
    [KIND_COMPANY] = "company", [KIND_ZONE] = "zone",           [KIND_BRAND] = "brand",
    [KIND_SERVICE] = "service", [KIND_INSPECTOR] = "inspector", [KIND_AREA] = "area",
    [KIND_OPENING] = "opening", [KIND_HOLIDAY] = "holiday",
};
static const char *const spectora_modes[] = { "none", "mirror", "source" };
static const char *const service_types[] = { "primary", "addon" };
static const char *const follow_ups[] = { "same", "any" };
static const char *const visibilities[] = { "online", "internal", "both" };
static const char *const origins[] = { "template", "manual" };

struct str document_kind_name(enum document_kind kind)
{
    return str_from(kinds[kind]);
}

int32_t document_kind_find(struct str name)
{
    for (int32_t i = 0; i < DOCUMENT_KINDS; i++) {
        if (str_equal(name, str_from(kinds[i])))
            return i;
    }
    return NOT_FOUND;
}

int setting_row_order(const struct setting_row *a, const struct setting_row *b)
{
    const int by_kind = str_order(a->kind, b->kind);
    return by_kind != 0 ? by_kind : str_order(a->id, b->id);
}

static int row_order(const void *a, const void *b)
{
    return setting_row_order(a, b);
}

void setting_rows_sort(struct setting_row *rows, size_t n)
{
    if (n > 1)
        qsort(rows, n, sizeof *rows, row_order);
}

struct str id_from_content(struct arena *arena, struct str content)
{
    enum { DIGEST_BYTES = 8 };
    const struct hash hash = hash_of(content);
    return str_print(arena, "x%s", hex_print(arena, hash.at, DIGEST_BYTES).at);
}

/* ---- ids and small things ---- */

static const char *id_fault(struct str id)
{
    if (id.len == 0)
        return "must not be empty";
    for (size_t i = 0; i < id.len; i++) {
        const unsigned char c = (unsigned char)id.at[i];
        const bool high_control = c == 0xC2 && i + 1 < id.len && (unsigned char)id.at[i + 1] < 0xA0;
        if (c == '/' || c == ',' || c < 0x20 || c == 0x7F || high_control)
            return "must be printable and hold no slash and no comma";
    }
    return NULL;
}

static void id_check(struct json_obj *o, const char *name, struct str id)
{
    const char *wrong = o->reader->failed ? NULL : id_fault(id);
    if (wrong != NULL)
        json_fault(o, name, "out_of_range", wrong);
}

struct str id_get(struct json_obj *o, const char *name)
{
    const struct str id = json_get_str(o, name, ID_CHARS_MAX);
    id_check(o, name, id);
    return id;
}

struct str id_opt(struct json_obj *o, const char *name)
{
    return json_has(o, name) ? id_get(o, name) : STR("");
}

static bool strs_have(const struct str *at, size_t n, struct str wanted)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(at[i], wanted))
            return true;
    }
    return false;
}

struct strs ids_opt(struct json_obj *o, const char *name, size_t max)
{
    struct json_arr list = json_opt_arr(o, name, max);
    struct str *at = arena_array(o->reader->arena, struct str, list.n);
    for (size_t i = 0; i < list.n && !o->reader->failed; i++) {
        at[i] = json_arr_str(&list, i, ID_CHARS_MAX);
        const char *wrong = strs_have(at, i, at[i]) ? "is named twice" : id_fault(at[i]);
        if (wrong != NULL)
            json_arr_fault(&list, i, "out_of_range", wrong);
    }
    return (struct strs){ at, list.n };
}

void text_put(struct json *j, const char *name, struct str value)
{
    if (value.len > 0)
        json_put_str(j, name, value);
}

void strs_put(struct json *j, const char *name, struct strs value)
{
    json_open(j, name, '[');
    for (size_t i = 0; i < value.n; i++)
        json_str(j, value.at[i]);
    json_end_array(j);
}

void degrees_put(struct json *j, int32_t e7)
{
    unsigned decimals = 7;
    while (decimals > 0 && e7 % 10 == 0) {
        e7 /= 10;
        decimals--;
    }
    json_fixed(j, e7, decimals);
}

void external_ids_get(struct json_obj *o, const struct external_id **ret, size_t *ret_n)
{
    struct json_arr list = json_opt_arr(o, "externalIds", EXTERNAL_IDS_MAX);
    struct external_id *ids = arena_array(o->reader->arena, struct external_id, list.n);
    for (size_t i = 0; i < list.n; i++) {
        struct json_obj in = json_arr_obj(&list, i);
        ids[i].system = json_get_str(&in, "system", WORDS_CHARS_MAX);
        ids[i].account = json_opt_str(&in, "account", WORDS_CHARS_MAX);
        ids[i].id = json_get_str(&in, "id", NAME_CHARS_MAX);
        json_done(&in);
    }
    *ret = ids;
    *ret_n = list.n;
}

void external_ids_put(struct json *j, const struct external_id *ids, size_t n)
{
    if (n == 0)
        return;
    json_open(j, "externalIds", '[');
    for (size_t i = 0; i < n; i++) {
        json_start_object(j);
        json_put_str(j, "system", ids[i].system);
        text_put(j, "account", ids[i].account);
        json_put_str(j, "id", ids[i].id);
        json_end_object(j);
    }
    json_end_array(j);
}

/* ---- company and brands ---- */

static struct str currency_get(struct json_obj *o)
{
    const struct str currency = json_opt_str(o, "currency", CURRENCY_CHARS);
    bool good = currency.len == 0 || currency.len == CURRENCY_CHARS;
    for (size_t i = 0; i < currency.len; i++)
        good = good && currency.at[i] >= 'A' && currency.at[i] <= 'Z';
    if (!good)
        json_fault(o, "currency", "out_of_range", "must be a currency such as USD");
    return currency;
}

struct part_company company_get(struct json_obj *o, bool in_row)
{
    struct part_company p = { .id = id_get(o, "_id") };
    p.name = json_get_str(o, "name", NAME_CHARS_MAX);
    p.timezone = json_get_str(o, "timezone", WORDS_CHARS_MAX);
    p.currency = currency_get(o);
    p.settings = settings_get(o);
    if (in_row)
        p.first_brand = id_opt(o, "firstBrand");
    json_done(o);
    return p;
}

void company_put(struct json *j, const struct part_company *p, bool in_row)
{
    json_start_object(j);
    json_put_str(j, "_id", p->id);
    json_put_str(j, "name", p->name);
    json_put_str(j, "timezone", p->timezone);
    text_put(j, "currency", p->currency);
    settings_put(j, &p->settings);
    if (in_row)
        text_put(j, "firstBrand", p->first_brand);
    json_end_object(j);
}

struct part_brand brand_get(struct json_obj *o)
{
    struct part_brand p = { .id = id_get(o, "_id"), .spectora = NOT_FOUND };
    struct json_obj link;
    p.name = json_get_str(o, "name", NAME_CHARS_MAX);
    p.settings = settings_get(o);
    if (json_opt_obj(o, "spectora", &link)) {
        p.spectora = json_get_word(&link, "mode", spectora_modes, SPECTORA_SOURCE + 1);
        json_done(&link);
    }
    json_done(o);
    return p;
}

void brand_put(struct json *j, const struct part_brand *p)
{
    json_start_object(j);
    json_put_str(j, "_id", p->id);
    json_put_str(j, "name", p->name);
    settings_put(j, &p->settings);
    if (p->spectora != NOT_FOUND) {
        json_open(j, "spectora", '{');
        json_put_str(j, "mode", str_from(spectora_modes[p->spectora]));
        json_end_object(j);
    }
    json_end_object(j);
}

/* ---- services ---- */

static struct modifier modifier_get(struct json_obj *o)
{
    const bool by_size = json_has(o, "overSquareFeet");
    const bool by_age = json_has(o, "builtBefore");
    struct modifier m = { .kind = by_size ? MODIFIER_OVER_SQUARE_FEET : MODIFIER_BUILT_BEFORE };
    if (by_size == by_age)
        json_fault(o, NULL, "type", "needs overSquareFeet or builtBefore, one of them");
    else if (by_size)
        m.bound = (int32_t)json_get_int(o, "overSquareFeet", 0, SQUARE_FEET_MAX);
    else
        m.bound = (int32_t)json_get_int(o, "builtBefore", YEAR_BUILT_MIN, YEAR_BUILT_MAX);
    m.add_min = (int32_t)json_opt_int(o, "addMinutes", 0, VISIT_MINUTES_MAX, 0);
    m.add_cents = json_opt_int(o, "addCents", 0, CENTS_MAX, 0);
    json_done(o);
    return m;
}

static void modifiers_get(struct json_obj *o, struct service *service)
{
    struct json_arr list = json_opt_arr(o, "modifiers", MODIFIERS_MAX);
    struct modifier *modifiers = arena_array(o->reader->arena, struct modifier, list.n);
    for (size_t i = 0; i < list.n; i++) {
        struct json_obj in = json_arr_obj(&list, i);
        modifiers[i] = modifier_get(&in);
    }
    service->modifiers = modifiers;
    service->n_modifiers = list.n;
}

static void modifiers_put(struct json *j, const struct service *service)
{
    if (service->n_modifiers == 0)
        return;
    json_open(j, "modifiers", '[');
    for (size_t i = 0; i < service->n_modifiers; i++) {
        const struct modifier *m = &service->modifiers[i];
        const bool by_size = m->kind == MODIFIER_OVER_SQUARE_FEET;
        json_start_object(j);
        json_put_int(j, by_size ? "overSquareFeet" : "builtBefore", m->bound);
        if (m->add_min != 0)
            json_put_int(j, "addMinutes", m->add_min);
        if (m->add_cents != 0)
            json_put_int(j, "addCents", m->add_cents);
        json_end_object(j);
    }
    json_end_array(j);
}

static void follow_up_get(struct json_obj *o, struct part_service *p)
{
    struct json_obj in;
    if (!json_opt_obj(o, "followUp", &in))
        return;
    struct json_arr after = json_opt_arr(&in, "afterMinutes", FOLLOW_UPS_MAX);
    if (after.n == 0)
        json_fault(&in, "afterMinutes", "type", "must say at least one time");
    for (size_t i = 0; i < after.n; i++)
        p->after_min[i] = (int32_t)json_arr_int(&after, i, 1, FOLLOW_UP_MINUTES_MAX);
    p->n_after = after.n;
    p->follow_min = (int32_t)json_get_int(&in, "minutes", 1, VISIT_MINUTES_MAX);
    p->follow_who = json_opt_word(&in, "inspector", follow_ups, 2, 1);
    json_done(&in);
}

static void follow_up_put(struct json *j, const struct part_service *p)
{
    if (p->n_after == 0)
        return;
    json_open(j, "followUp", '{');
    json_open(j, "afterMinutes", '[');
    for (size_t i = 0; i < p->n_after; i++)
        json_int(j, p->after_min[i]);
    json_end_array(j);
    json_put_int(j, "minutes", p->follow_min);
    json_put_str(j, "inspector", str_from(follow_ups[p->follow_who]));
    json_end_object(j);
}

struct part_service service_get(struct json_obj *o)
{
    struct part_service p = { .n_after = 0 };
    p.service.id = id_get(o, "_id");
    p.service.name = json_get_str(o, "name", NAME_CHARS_MAX);
    p.service.is_addon = json_opt_word(o, "type", service_types, 2, 0) == 1;
    p.service.minutes = (int32_t)json_get_int(o, "minutes", 1, VISIT_MINUTES_MAX);
    p.service.price_cents = json_opt_int(o, "priceCents", 0, CENTS_MAX, 0);
    p.service.inspectors = (int32_t)json_opt_int(o, "inspectors", 1, VISIT_INSPECTORS_MAX, 1);
    p.service.is_active = json_opt_bool(o, "active", true);
    modifiers_get(o, &p.service);
    follow_up_get(o, &p);
    json_done(o);
    return p;
}

void service_put(struct json *j, const struct part_service *p)
{
    const struct service *s = &p->service;
    json_start_object(j);
    json_put_str(j, "_id", s->id);
    json_put_str(j, "name", s->name);
    json_put_str(j, "type", str_from(service_types[s->is_addon ? 1 : 0]));
    json_put_int(j, "minutes", s->minutes);
    json_put_int(j, "priceCents", s->price_cents);
    json_put_int(j, "inspectors", s->inspectors);
    modifiers_put(j, s);
    follow_up_put(j, p);
    if (!s->is_active)
        json_put_bool(j, "active", false);
    json_end_object(j);
}

/* ---- inspectors ---- */

static void home_get(struct json_obj *o, struct part_inspector *p)
{
    struct json_obj in;
    p->has_home = json_opt_obj(o, "home", &in);
    if (!p->has_home)
        return;
    p->home.lat_e7 = json_get_degrees(&in, "lat", 90);
    p->home.lng_e7 = json_get_degrees(&in, "lng", 180);
    json_done(&in);
}

struct part_inspector inspector_get(struct json_obj *o)
{
    struct part_inspector p = { .id = id_get(o, "_id") };
    if (str_equal(p.id, STR("any")))
        json_fault(o, "_id", "out_of_range", "must not be any, which asks for whoever is best");
    p.name = json_opt_str(o, "name", NAME_CHARS_MAX);
    p.email = json_opt_str(o, "email", EMAIL_CHARS_MAX);
    home_get(o, &p);
    p.services = ids_opt(o, "services", SERVICES_MAX);
    p.areas = ids_opt(o, "areas", AREAS_MAX);
    p.daily_max = (int32_t)json_opt_int(o, "dailyMax", 0, DAILY_MAX_MAX, NOT_FOUND);
    p.weekly_max = (int32_t)json_opt_int(o, "weeklyMax", 0, WEEKLY_MAX_MAX, NOT_FOUND);
    external_ids_get(o, &p.external_ids, &p.n_external_ids);
    weekly_get(o, &p);
    p.is_active = json_opt_bool(o, "active", true);
    json_done(o);
    return p;
}

void inspector_put(struct json *j, const struct part_inspector *p)
{
    json_start_object(j);
    json_put_str(j, "_id", p->id);
    text_put(j, "name", p->name);
    text_put(j, "email", p->email);
    if (p->has_home) {
        json_open(j, "home", '{');
        json_key(j, STR("lat"));
        degrees_put(j, p->home.lat_e7);
        json_key(j, STR("lng"));
        degrees_put(j, p->home.lng_e7);
        json_end_object(j);
    }
    strs_put(j, "services", p->services);
    if (p->areas.n > 0)
        strs_put(j, "areas", p->areas);
    if (p->daily_max != NOT_FOUND)
        json_put_int(j, "dailyMax", p->daily_max);
    if (p->weekly_max != NOT_FOUND)
        json_put_int(j, "weeklyMax", p->weekly_max);
    external_ids_put(j, p->external_ids, p->n_external_ids);
    weekly_put(j, p);
    if (!p->is_active)
        json_put_bool(j, "active", false);
    json_end_object(j);
}

struct str inspector_personal(struct arena *arena, const struct part_inspector *p)
{
    if (p->name.len == 0 && p->email.len == 0)
        return STR("");
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    text_put(&j, "name", p->name);
    text_put(&j, "email", p->email);
    json_end_object(&j);
    const struct str text = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

bool inspector_personal_lay(struct arena *arena, struct str personal, struct part_inspector *p)
{
    struct json_reader reader;
    struct il_err err;
    if (personal.len == 0)
        return true;
    if (json_reader_open(&reader, arena, personal, &err) != IL_OK)
        return false;
    struct json_obj o = json_root(&reader);
    p->name = json_opt_str(&o, "name", NAME_CHARS_MAX);
    p->email = json_opt_str(&o, "email", EMAIL_CHARS_MAX);
    json_done(&o);
    json_reader_drop(&reader);
    return !reader.failed;
}

/* ---- openings, holidays ---- */

struct part_opening opening_get(struct json_obj *o)
{
    struct part_opening p = { .id = id_opt(o, "_id") };
    p.inspector = id_get(o, "_inspectorId");
    p.date = json_get_date(o, "date");
    p.by_spans = json_has(o, "spans");
    if (p.by_spans == json_has(o, "starts"))
        json_fault(o, NULL, "type", "needs starts or spans, one of them");
    p.hours.spans = spans_get(o, &p.hours.n_spans);
    p.hours.starts = starts_get(o, &p.hours.n_starts);
    p.visibility = (enum visibility)(json_opt_word(o, "visibility", visibilities, 3, 2) + 1);
    p.is_manual = json_opt_word(o, "slotOrigin", origins, 2, 1) == 1;
    json_done(o);
    return p;
}

static void date_put(struct json *j, date_d date)
{
    char text[DATE_TEXT];
    date_write(date, text);
    json_put_str(j, "date", (struct str){ text, sizeof text });
}

void opening_put(struct json *j, const struct part_opening *p)
{
    json_start_object(j);
    text_put(j, "_id", p->id);
    json_put_str(j, "_inspectorId", p->inspector);
    date_put(j, p->date);
    if (p->by_spans)
        spans_put(j, &p->hours);
    else
        starts_put(j, &p->hours);
    json_put_str(j, "visibility", str_from(visibilities[p->visibility - 1]));
    json_put_str(j, "slotOrigin", str_from(origins[p->is_manual ? 1 : 0]));
    json_end_object(j);
}

struct part_holiday holiday_get(struct json_obj *o)
{
    struct part_holiday p = { .id = id_opt(o, "_id") };
    p.date = json_get_date(o, "date");
    p.name = json_opt_str(o, "name", NAME_CHARS_MAX);
    p.worked_by = ids_opt(o, "workedBy", HOLIDAY_WORKERS_MAX);
    json_done(o);
    return p;
}

void holiday_put(struct json *j, const struct part_holiday *p)
{
    json_start_object(j);
    text_put(j, "_id", p->id);
    date_put(j, p->date);
    text_put(j, "name", p->name);
    if (p->worked_by.n > 0)
        strs_put(j, "workedBy", p->worked_by);
    json_end_object(j);
}
