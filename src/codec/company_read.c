/* A company from its rows.
 *
 * Names that lead nowhere (a service that was pruned while an inspector still lists it) are left
 * out: what is stored can be read. document_check refuses them where they come in. */
#include "document_parts.h"

#include "base/block.h"

#include <stdlib.h>
#include <string.h>

enum {
    COMPANY_CEILING_BYTES = 1 << 30,
    ROW_CEILING_BYTES = 64 * 1024 * 1024,
    SHORTEST_VISIT_MIN = 60, /* where nothing is sold yet */
};

struct loading {
    struct company *company;
    struct arena *arena;      /* the company's */
    struct arena scratch;     /* of one row */
    struct settings settings; /* the company's own, which brands are laid over */
    struct str first_brand;
    struct brand *brands;
    struct service *services;
    struct inspector *inspectors;
    struct area *areas;
    struct opening *openings;
    struct holiday *holidays;
};

typedef il_rc (*row_load)(struct loading *l, struct json_obj *o, const struct setting_row *row,
                          struct il_err *reterr);

static struct str kept(const struct loading *l, struct str s)
{
    return str_copy(l->arena, s);
}

static il_rc load_company(struct loading *l, struct json_obj *o, const struct setting_row *row,
                          struct il_err *reterr)
{
    const struct part_company p = company_get(o, true);
    (void)row;
    (void)reterr;
    l->company->id = kept(l, p.id);
    l->company->name = kept(l, p.name);
    l->company->zone_name = kept(l, p.timezone);
    l->company->currency = p.currency.len == 0 ? STR("USD") : kept(l, p.currency);
    l->first_brand = kept(l, p.first_brand);
    l->settings = p.settings;
    l->company->rules = settings_rules(&p.settings);
    return IL_OK;
}

static il_rc load_zone(struct loading *l, struct json_obj *o, const struct setting_row *row,
                       struct il_err *reterr)
{
    enum { TEXT_CHARS_MAX = 2 * ZONE_BYTES_MAX };
    const struct str name = json_get_str(o, "name", WORDS_CHARS_MAX);
    const struct str text = json_get_str(o, "tzif", TEXT_CHARS_MAX);
    uint8_t *bytes;
    size_t len;
    json_done(o);
    if (o->reader->failed || !str_equal(name, l->company->zone_name))
        return IL_OK; /* not the company's zone: it is missed at the end */
    if (!base64_parse(&l->scratch, text, &bytes, &len))
        return il_invalid(reterr, "type", "", "the zone's data are not base64");
    (void)row;
    const struct str tzif = { (const char *)bytes, len };
    TRY(zone_parse(l->arena, tzif, &l->company->zone, reterr));
    l->company->zone_hash = hash_of(tzif);
    return IL_OK;
}

static il_rc load_brand(struct loading *l, struct json_obj *o, const struct setting_row *row,
                        struct il_err *reterr)
{
    const struct part_brand p = brand_get(o);
    struct settings laid = l->settings;
    (void)row;
    (void)reterr;
    settings_lay(&laid, &p.settings);
    l->brands[l->company->n_brands++] = (struct brand){
        .id = kept(l, p.id),
        .name = kept(l, p.name),
        .rules = settings_rules(&laid),
        .spectora = p.spectora == NOT_FOUND ? SPECTORA_NONE : (enum spectora_mode)p.spectora,
    };
    return IL_OK;
}

static il_rc load_service(struct loading *l, struct json_obj *o, const struct setting_row *row,
                          struct il_err *reterr)
{
    const struct part_service p = service_get(o);
    struct service *to = &l->services[l->company->n_services++];
    (void)row;
    (void)reterr;
    *to = p.service;
    to->id = kept(l, p.service.id);
    to->name = kept(l, p.service.name);
    struct modifier *modifiers = arena_array(l->arena, struct modifier, p.service.n_modifiers);
    if (p.service.n_modifiers > 0)
        memcpy(modifiers, p.service.modifiers, p.service.n_modifiers * sizeof *modifiers);
    to->modifiers = modifiers;
    return IL_OK;
}

static struct day_hours hours_kept(const struct loading *l, const struct day_hours *from)
{
    struct wall_span *spans = arena_array(l->arena, struct wall_span, from->n_spans);
    int32_t *starts = arena_array(l->arena, int32_t, from->n_starts);
    if (from->n_spans > 0)
        memcpy(spans, from->spans, from->n_spans * sizeof *spans);
    if (from->n_starts > 0)
        memcpy(starts, from->starts, from->n_starts * sizeof *starts);
    return (struct day_hours){ spans, from->n_spans, starts, from->n_starts };
}

static bool has_dates(const struct week_row *row)
{
    return row->valid_from != INT32_MIN || row->valid_to != INT32_MAX;
}

static void week_keep(const struct loading *l, const struct part_inspector *p, struct inspector *to)
{
    size_t n_dated = 0;
    for (size_t i = 0; i < p->n_week; i++)
        n_dated += has_dates(&p->week[i]);
    struct week_row *dated = arena_array(l->arena, struct week_row, n_dated);
    to->dated = dated;
    for (size_t i = 0; i < p->n_week; i++) {
        const struct week_row *row = &p->week[i];
        const struct day_hours hours = hours_kept(l, &row->hours);
        if (has_dates(row)) {
            dated[to->n_dated] = *row;
            dated[to->n_dated++].hours = hours;
        } else {
            to->week[row->weekday] = hours;
        }
    }
}

static int by_number(const void *left, const void *right)
{
    const int32_t a = *(const int32_t *)left;
    const int32_t b = *(const int32_t *)right;
    return a < b ? -1 : a > b;
}

static il_rc load_inspector(struct loading *l, struct json_obj *o, const struct setting_row *row,
                            struct il_err *reterr)
{
    struct part_inspector p = inspector_get(o);
    struct inspector *to = &l->inspectors[l->company->n_inspectors];
    if (!inspector_personal_lay(&l->scratch, row->personal, &p))
        return il_invalid(reterr, "type", "", "name and email cannot be read");
    int32_t *services = arena_array(l->arena, int32_t, p.services.n);
    l->company->n_inspectors++;
    *to = (struct inspector){ .id = kept(l, p.id),
                              .is_active = p.is_active,
                              .has_home = p.has_home,
                              .home = p.home,
                              .services = services,
                              .daily_max = p.daily_max,
                              .weekly_max = p.weekly_max };
    to->name = p.name.len == 0 ? to->id : kept(l, p.name);
    for (size_t i = 0; i < p.services.n; i++) {
        const int32_t service = company_find_service(l->company, p.services.at[i]);
        if (service != NOT_FOUND)
            services[to->n_services++] = service;
    }
    to->has_areas = p.areas.n > 0;
    for (size_t i = 0; i < p.areas.n; i++) {
        const int32_t area = company_find_area(l->company, p.areas.at[i]);
        if (area != NOT_FOUND)
            area_set_add(&to->areas, (size_t)area);
    }
    if (to->n_services > 1)
        qsort(services, to->n_services, sizeof *services, by_number);
    week_keep(l, &p, to);
    return IL_OK;
}

static il_rc load_opening(struct loading *l, struct json_obj *o, const struct setting_row *row,
                          struct il_err *reterr)
{
    const struct part_opening p = opening_get(o);
    (void)row;
    (void)reterr;
    if (o->reader->failed)
        return IL_OK;
    const int32_t inspector = company_find_inspector(l->company, p.inspector);
    if (inspector == NOT_FOUND)
        return IL_OK;
    l->openings[l->company->n_openings++] =
        (struct opening){ .inspector = inspector,
                          .date = p.date,
                          .is_manual = p.is_manual,
                          .is_history = opening_is_history(&l->scratch, &p),
                          .visibility = p.visibility,
                          .hours = hours_kept(l, &p.hours) };
    return IL_OK;
}

static il_rc load_holiday(struct loading *l, struct json_obj *o, const struct setting_row *row,
                          struct il_err *reterr)
{
    const struct part_holiday p = holiday_get(o);
    int32_t *workers = arena_array(l->arena, int32_t, p.worked_by.n);
    struct holiday *to = &l->holidays[l->company->n_holidays++];
    (void)row;
    (void)reterr;
    *to = (struct holiday){ .date = p.date, .name = kept(l, p.name), .worked_by = workers };
    for (size_t i = 0; i < p.worked_by.n; i++) {
        const int32_t inspector = company_find_inspector(l->company, p.worked_by.at[i]);
        if (inspector != NOT_FOUND)
            workers[to->n_worked_by++] = inspector;
    }
    if (to->n_worked_by > 1)
        qsort(workers, to->n_worked_by, sizeof *workers, by_number);
    return IL_OK;
}

static il_rc load_area(struct loading *l, struct json_obj *o, const struct setting_row *row,
                       struct il_err *reterr)
{
    const struct part_area p = area_get(o);
    (void)row;
    (void)reterr;
    if (o->reader->failed)
        return IL_OK;
    struct area *to = &l->areas[l->company->n_areas++];
    struct ring *rings = arena_array(l->arena, struct ring, p.area.n_rings);
    for (size_t i = 0; i < p.area.n_rings; i++) {
        const struct ring *from = &p.area.rings[i];
        struct place *points = arena_array(l->arena, struct place, from->n);
        memcpy(points, from->points, from->n * sizeof *points);
        rings[i] = (struct ring){ points, from->n };
    }
    *to = (struct area){ kept(l, p.area.id), kept(l, p.area.zone_name), rings, p.area.n_rings };
    return IL_OK;
}

static il_rc row_read(struct loading *l, const struct setting_row *row, row_load load,
                      struct il_err *reterr)
{
    struct json_reader reader;
    struct il_err err = { .code = NULL };
    arena_reset(&l->scratch);
    il_rc rc = json_reader_open(&reader, &l->scratch, row->body, &err);
    if (rc == IL_OK) {
        struct json_obj o = json_root(&reader);
        rc = load(l, &o, row, &err);
        if (rc == IL_OK)
            rc = json_reader_result(&reader, &err);
        json_reader_drop(&reader);
    }
    if (rc != IL_OK)
        return il_invalid(reterr, err.code, err.field, "%.*s %.*s: %s", STR_ARG(row->kind),
                          STR_ARG(row->id), err.text);
    return IL_OK;
}

/* What is named comes before what names it. */
static const struct load_order {
    enum document_kind kind;
    size_t max;
    row_load load;
} load_orders[] = {
    { KIND_COMPANY, 1, load_company },
    { KIND_ZONE, 1, load_zone },
    { KIND_BRAND, BRANDS_MAX, load_brand },
    { KIND_SERVICE, SERVICES_MAX, load_service },
    { KIND_AREA, AREAS_MAX, load_area },
    { KIND_INSPECTOR, INSPECTORS_MAX, load_inspector },
    { KIND_OPENING, OPENINGS_MAX, load_opening },
    { KIND_HOLIDAY, HOLIDAYS_MAX, load_holiday },
};

static size_t rows_of(const struct company *company, enum document_kind kind, size_t *ret_first)
{
    const struct str name = document_kind_name(kind);
    size_t n = 0;
    for (size_t i = 0; i < company->n_rows; i++) {
        if (!str_equal(company->rows[i].kind, name))
            continue;
        if (n == 0)
            *ret_first = i;
        n++;
    }
    return n;
}

static void room_make(struct loading *l)
{
    size_t first;
    struct company *c = l->company;
    const size_t n_brands = rows_of(c, KIND_BRAND, &first);
    l->brands = arena_array(l->arena, struct brand, n_brands + 1);
    l->services = arena_array(l->arena, struct service, rows_of(c, KIND_SERVICE, &first));
    l->inspectors = arena_array(l->arena, struct inspector, rows_of(c, KIND_INSPECTOR, &first));
    l->areas = arena_array(l->arena, struct area, rows_of(c, KIND_AREA, &first));
    l->openings = arena_array(l->arena, struct opening, rows_of(c, KIND_OPENING, &first));
    l->holidays = arena_array(l->arena, struct holiday, rows_of(c, KIND_HOLIDAY, &first));
    c->brands = l->brands;
    c->services = l->services;
    c->inspectors = l->inspectors;
    c->areas = l->areas;
    c->openings = l->openings;
    c->holidays = l->holidays;
}

static il_rc kinds_read(struct loading *l, struct il_err *reterr)
{
    for (size_t k = 0; k < sizeof load_orders / sizeof load_orders[0]; k++) {
        const struct load_order *order = &load_orders[k];
        const struct str name = document_kind_name(order->kind);
        size_t first = 0;
        const size_t n = rows_of(l->company, order->kind, &first);
        if (n > order->max)
            return il_invalid(reterr, "too_long", "", "more than %zu rows of kind %.*s", order->max,
                              STR_ARG(name));
        if (n == 0 && order->max == 1)
            return il_invalid(reterr, "type", "", "there is no row of kind %.*s", STR_ARG(name));
        for (size_t i = 0; i < n; i++)
            TRY(row_read(l, &l->company->rows[first + i], order->load, reterr));
    }
    return IL_OK;
}

/* ---- what follows from all of them ---- */

static void brands_finish(struct loading *l)
{
    struct company *c = l->company;
    if (c->n_brands == 0)
        l->brands[c->n_brands++] =
            (struct brand){ .id = c->id, .name = c->name, .rules = c->rules };
    for (size_t i = 1; i < c->n_brands; i++) {
        if (!str_equal(l->brands[i].id, l->first_brand))
            continue;
        const struct brand first = l->brands[i];
        memmove(l->brands + 1, l->brands, i * sizeof *l->brands);
        l->brands[0] = first;
    }
}

static int opening_order(const void *left, const void *right)
{
    const struct opening *a = left;
    const struct opening *b = right;
    if (a->inspector != b->inspector)
        return a->inspector < b->inspector ? -1 : 1;
    if (a->date != b->date)
        return a->date < b->date ? -1 : 1;
    return (int)a->is_history - (int)b->is_history;
}

static int holiday_order(const void *left, const void *right)
{
    const struct holiday *a = left;
    const struct holiday *b = right;
    return a->date < b->date ? -1 : a->date > b->date;
}

static il_rc openings_finish(struct loading *l, struct il_err *reterr)
{
    const struct company *c = l->company;
    if (c->n_openings > 1)
        qsort(l->openings, c->n_openings, sizeof *l->openings, opening_order);
    for (size_t i = OPENINGS_PER_DAY_MAX; i < c->n_openings; i++) {
        const struct opening *o = &l->openings[i];
        if (o->is_history || opening_order(o, o - OPENINGS_PER_DAY_MAX) != 0)
            continue;
        char date[DATE_TEXT];
        date_write(o->date, date);
        return il_invalid(reterr, "too_long", "/openings",
                          "inspector %.*s has more than %d openings on %.*s",
                          STR_ARG(c->inspectors[o->inspector].id), (int)OPENINGS_PER_DAY_MAX,
                          (int)sizeof date, date);
    }
    return IL_OK;
}

static void shortest_finish(struct company *c)
{
    c->shortest_visit_min = NOT_FOUND;
    for (size_t i = 0; i < c->n_services; i++) {
        const struct service *s = &c->services[i];
        const bool is_sold = s->is_active && !s->is_addon;
        if (is_sold && (c->shortest_visit_min == NOT_FOUND || s->minutes < c->shortest_visit_min))
            c->shortest_visit_min = s->minutes;
    }
    if (c->shortest_visit_min == NOT_FOUND)
        c->shortest_visit_min = SHORTEST_VISIT_MIN;
}

static il_rc company_load(struct loading *l, struct il_err *reterr)
{
    room_make(l);
    TRY(kinds_read(l, reterr));
    if (l->company->zone == NULL)
        return il_invalid(reterr, "type", "", "there is no row of zone %.*s",
                          STR_ARG(l->company->zone_name));
    brands_finish(l);
    if (l->company->n_holidays > 1)
        qsort(l->holidays, l->company->n_holidays, sizeof *l->holidays, holiday_order);
    shortest_finish(l->company);
    return openings_finish(l, reterr);
}

static void company_drop(void *content)
{
    struct company *company = content;
    arena_drop(&company->arena);
}

static void rows_copy(struct company *c, const struct setting_row *rows, size_t n)
{
    struct setting_row *copies = arena_array(&c->arena, struct setting_row, n);
    for (size_t i = 0; i < n; i++) {
        copies[i] = rows[i];
        copies[i].kind = str_copy(&c->arena, rows[i].kind);
        copies[i].id = str_copy(&c->arena, rows[i].id);
        copies[i].body = str_copy(&c->arena, rows[i].body);
        copies[i].personal = str_copy(&c->arena, rows[i].personal);
    }
    setting_rows_sort(copies, n);
    c->rows = copies;
    c->n_rows = n;
}

il_rc company_read(const struct setting_row *rows, size_t n_rows, const struct company **ret,
                   struct il_err *reterr)
{
    struct company *company = block_new(sizeof *company, company_drop);
    company->arena = arena_make(COMPANY_CEILING_BYTES);
    rows_copy(company, rows, n_rows);
    struct loading l = { .company = company,
                         .arena = &company->arena,
                         .scratch = arena_make(ROW_CEILING_BYTES),
                         .settings = settings_none() };
    const il_rc rc = company_load(&l, reterr);
    arena_drop(&l.scratch);
    if (rc != IL_OK) {
        block_free(company);
        return rc;
    }
    *ret = company;
    return IL_OK;
}
