/* Reading a company document: every array in turn, then rows in their order. */
#include "document_reading.h"

#include <assert.h>
#include <string.h>

struct id_set id_set_make(struct arena *arena, size_t n)
{
    size_t room = 8;
    while (room < 2 * n)
        room *= 2;
    return (struct id_set){ arena_array(arena, struct str, room), room - 1 };
}

bool id_set_add(struct id_set *set, struct str id)
{
    size_t k = (size_t)hash_short(id) & set->mask;
    while (set->at[k].at != NULL) {
        if (str_equal(set->at[k], id))
            return false;
        k = (k + 1) & set->mask;
    }
    set->at[k] = id;
    return true;
}

void reference_add(struct reading *r, enum document_target target, struct str id,
                   struct document_reference where)
{
    if (r->n_references == r->room_references) {
        r->room_references = r->room_references == 0 ? 256 : 2 * r->room_references;
        struct document_reference *more =
            arena_array(r->arena, struct document_reference, r->room_references);
        if (r->n_references > 0)
            memcpy(more, r->references, r->n_references * sizeof *more);
        r->references = more;
    }
    where.target = target;
    where.id = id;
    r->references[r->n_references++] = where;
}

/* ---- rows ---- */

static struct str out_copy(struct reading *r)
{
    const struct str copy = str_copy(r->arena, buf_view(&r->out));
    buf_clear(&r->out);
    return copy;
}

static void row_add(struct reading *r, enum document_kind kind, struct str id, struct str body)
{
    r->rows[r->n_rows++] =
        (struct setting_row){ .kind = document_kind_name(kind), .id = id, .body = body };
}

/* Reads one item and adds its row; returns its _id. */
typedef struct str (*item_read)(struct reading *r, struct json_obj *o, size_t index);

static struct str brand_read(struct reading *r, struct json_obj *o, size_t index)
{
    const struct part_brand p = brand_get(o);
    struct json j = json_begin(&r->out);
    if (r->reader->failed)
        return p.id;
    if (index == 0)
        r->document->first_brand = p.id;
    brand_put(&j, &p);
    row_add(r, KIND_BRAND, p.id, out_copy(r));
    return p.id;
}

static struct str service_read(struct reading *r, struct json_obj *o, size_t index)
{
    const struct part_service p = service_get(o);
    struct json j = json_begin(&r->out);
    (void)index;
    if (r->reader->failed)
        return p.service.id;
    service_put(&j, &p);
    row_add(r, KIND_SERVICE, p.service.id, out_copy(r));
    return p.service.id;
}

static struct str inspector_read(struct reading *r, struct json_obj *o, size_t index)
{
    struct part_inspector p = inspector_get(o);
    struct json j = json_begin(&r->out);
    if (r->reader->failed)
        return p.id;
    const struct str personal = inspector_personal(r->arena, &p);
    p.name = p.email = STR("");
    inspector_put(&j, &p);
    row_add(r, KIND_INSPECTOR, p.id, out_copy(r));
    r->rows[r->n_rows - 1].personal = personal;
    struct document_reference where = { .list = "inspectors", .index = (uint32_t)index };
    for (size_t i = 0; i < p.services.n; i++) {
        where.field = "services";
        where.item = (int32_t)i;
        reference_add(r, REFERS_TO_SERVICE, p.services.at[i], where);
    }
    for (size_t i = 0; i < p.areas.n; i++) {
        where.field = "areas";
        where.item = (int32_t)i;
        reference_add(r, REFERS_TO_AREA, p.areas.at[i], where);
    }
    return p.id;
}

/* The name of a zone as the table has it. */
static struct str zone_known(struct reading *r, struct json_obj *o, struct str name)
{
    struct str known = name;
    struct str tzif;
    struct il_err err;
    if (name.len > 0 && r->zones->load(r->zones, r->arena, name, &known, &tzif, &err) != IL_OK)
        json_fault(o, "timezone", "out_of_range", err.text);
    return known;
}

static struct str area_read(struct reading *r, struct json_obj *o, size_t index)
{
    struct part_area p = area_get(o);
    struct json j = json_begin(&r->out);
    (void)index;
    area_judge(o, &p);
    if (!r->reader->failed)
        p.area.zone_name = zone_known(r, o, p.area.zone_name);
    if (r->reader->failed)
        return p.area.id;
    area_put(&j, &p);
    row_add(r, KIND_AREA, p.area.id, out_copy(r));
    return p.area.id;
}

static struct str opening_read(struct reading *r, struct json_obj *o, size_t index)
{
    struct part_opening p = opening_get(o);
    struct json j = json_begin(&r->out);
    if (r->reader->failed)
        return p.id;
    if (p.id.len == 0) {
        opening_put(&j, &p);
        p.id = id_from_content(r->arena, out_copy(r));
        j = json_begin(&r->out);
    }
    opening_put(&j, &p);
    row_add(r, KIND_OPENING, p.id, out_copy(r));
    reference_add(r, REFERS_TO_INSPECTOR, p.inspector,
                  (struct document_reference){ .list = "openings",
                                               .field = "_inspectorId",
                                               .index = (uint32_t)index,
                                               .item = NOT_FOUND });
    return p.id;
}

static struct str holiday_read(struct reading *r, struct json_obj *o, size_t index)
{
    struct part_holiday p = holiday_get(o);
    struct json j = json_begin(&r->out);
    if (r->reader->failed)
        return p.id;
    if (p.id.len == 0) {
        holiday_put(&j, &p);
        p.id = id_from_content(r->arena, out_copy(r));
        j = json_begin(&r->out);
    }
    holiday_put(&j, &p);
    row_add(r, KIND_HOLIDAY, p.id, out_copy(r));
    for (size_t i = 0; i < p.worked_by.n; i++)
        reference_add(r, REFERS_TO_INSPECTOR, p.worked_by.at[i],
                      (struct document_reference){ .list = "holidays",
                                                   .field = "workedBy",
                                                   .index = (uint32_t)index,
                                                   .item = (int32_t)i });
    return p.id;
}

struct list_fact {
    enum document_kind kind;
    const char *name;
    size_t max;
    item_read read;
};

static const struct list_fact lists[] = {
    { KIND_BRAND, "brands", BRANDS_MAX, brand_read },
    { KIND_SERVICE, "services", SERVICES_MAX, service_read },
    { KIND_INSPECTOR, "inspectors", INSPECTORS_MAX, inspector_read },
    { KIND_AREA, "areas", AREAS_MAX, area_read },
    { KIND_OPENING, "openings", OPENINGS_MAX, opening_read },
    { KIND_HOLIDAY, "holidays", HOLIDAYS_MAX, holiday_read },
};

enum { LISTS = sizeof lists / sizeof lists[0], HEAD_ROWS = 2 /* company and zone */ };

static void list_read(struct reading *r, struct json_arr *list, const struct list_fact *fact)
{
    struct id_set ids = id_set_make(r->arena, list->n);
    for (size_t i = 0; i < list->n && !r->reader->failed; i++) {
        struct json_obj o = json_arr_obj(list, i);
        const struct str id = fact->read(r, &o, i);
        if (!r->reader->failed && !id_set_add(&ids, id))
            json_fault(&o, "_id", "out_of_range", "is given twice");
    }
}

static void lists_read(struct reading *r, struct json_obj *root)
{
    struct json_arr arrays[LISTS];
    size_t n = HEAD_ROWS;
    for (size_t i = 0; i < LISTS; i++) {
        r->document->has_kind[lists[i].kind] = json_has(root, lists[i].name);
        arrays[i] = json_opt_arr(root, lists[i].name, lists[i].max);
        n += arrays[i].n;
    }
    struct setting_row *rows = arena_array(r->arena, struct setting_row, n);
    memcpy(rows, r->rows, HEAD_ROWS * sizeof *rows);
    r->rows = rows;
    for (size_t i = 0; i < LISTS; i++)
        list_read(r, &arrays[i], &lists[i]);
}

/* ---- the company and its zone ---- */

static struct str zone_body(struct reading *r, struct str tzif)
{
    struct json j = json_begin(&r->out);
    json_start_object(&j);
    json_put_str(&j, "name", r->zone_name);
    json_put_str(&j, "tzif", base64_print(r->arena, tzif.at, tzif.len));
    json_end_object(&j);
    return out_copy(r);
}

/* A zone that is not in the table is the document's fault; a table that cannot be read is not. */
static il_rc zone_read(struct reading *r, struct json_obj *company, struct part_company *p,
                       struct il_err *reterr)
{
    struct str tzif;
    struct il_err err;
    const il_rc rc = r->zones->load(r->zones, r->arena, p->timezone, &r->zone_name, &tzif, &err);
    if (rc == IL_INVALID) {
        json_fault(company, "timezone", "out_of_range", err.text);
        return IL_OK;
    }
    if (rc != IL_OK) {
        if (reterr != NULL)
            *reterr = err;
        return rc;
    }
    TRY(zone_parse(r->arena, tzif, &r->zone, reterr));
    p->timezone = r->zone_name;
    row_add(r, KIND_ZONE, r->zone_name, zone_body(r, tzif));
    return IL_OK;
}

static il_rc head_read(struct reading *r, struct json_obj *root, struct il_err *reterr)
{
    struct json_obj o;
    (void)json_get_int(root, "interlock", 1, 1);
    if (!json_opt_obj(root, "company", &o)) {
        json_fault(root, "company", "type", "is required");
        return IL_OK;
    }
    struct part_company p = company_get(&o, false);
    if (r->reader->failed)
        return IL_OK;
    r->rows = arena_array(r->arena, struct setting_row, HEAD_ROWS);
    TRY(zone_read(r, &o, &p, reterr));
    struct json j = json_begin(&r->out);
    company_put(&j, &p, true);
    row_add(r, KIND_COMPANY, p.id, out_copy(r));
    r->document->company_id = p.id;
    r->document->has_kind[KIND_COMPANY] = true;
    r->document->has_kind[KIND_ZONE] = true;
    return IL_OK;
}

static il_rc root_read(struct reading *r, struct il_err *reterr)
{
    struct json_obj root = json_root(r->reader);
    TRY(head_read(r, &root, reterr));
    if (!r->reader->failed) {
        lists_read(r, &root);
        absences_read(r, &root);
        inspections_read(r, &root);
        json_done(&root);
    }
    return json_reader_result(r->reader, reterr);
}

il_rc document_read(struct arena *arena, struct str text, struct zone_source *zones,
                    struct document *ret, struct il_err *reterr)
{
    struct document document = { .n_rows = 0 };
    struct json_reader reader;
    if (text.len > DOCUMENT_BYTES_MAX)
        return il_invalid(reterr, "too_large", "", "the document is longer than %d bytes",
                          (int)DOCUMENT_BYTES_MAX);
    TRY(json_reader_open_long(&reader, arena, text, "inspections", reterr));
    struct reading r = { .arena = arena, .reader = &reader, .zones = zones, .document = &document };
    const il_rc rc = root_read(&r, reterr);
    json_reader_drop(&reader);
    buf_drop(&r.out);
    if (rc != IL_OK)
        return rc;
    setting_rows_sort(r.rows, r.n_rows);
    document.rows = r.rows;
    document.n_rows = r.n_rows;
    document.references = r.references;
    document.n_references = r.n_references;
    *ret = document;
    return IL_OK;
}
