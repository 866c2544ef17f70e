/* Writing: what a document would say of rows and records. */
#include "document_reading.h"

#include "core/entry.h"

#include <assert.h>

/* ---- rows ---- */

typedef void (*row_write)(struct json *j, struct json_obj *o, struct str personal);

static void company_write(struct json *j, struct json_obj *o, struct str personal)
{
    const struct part_company p = company_get(o, true);
    (void)personal;
    company_put(j, &p, false);
}

static void inspector_write(struct json *j, struct json_obj *o, struct str personal)
{
    struct part_inspector p = inspector_get(o);
    /* What is stored was written here. Data that were spoilt since read like erased ones. */
    if (!inspector_personal_lay(o->reader->arena, personal, &p))
        p.name = p.email = STR("");
    inspector_put(j, &p);
}

static void row_rewrite(struct json *j, struct arena *arena, const struct setting_row *row,
                        row_write write)
{
    struct json_reader reader;
    struct il_err err;
    const il_rc rc = json_reader_open(&reader, arena, row->body, &err);
    assert(rc == IL_OK); /* company_read has read it before */
    struct json_obj o = json_root(&reader);
    write(j, &o, row->personal);
    json_reader_drop(&reader);
}

/* One row as it stands in the document: body and personal joined. */
static void row_put(struct json *j, struct arena *arena, const struct setting_row *row)
{
    switch (document_kind_find(row->kind)) {
    case KIND_COMPANY:
        row_rewrite(j, arena, row, company_write);
        break;
    case KIND_INSPECTOR:
        row_rewrite(j, arena, row, inspector_write);
        break;
    default:
        json_raw(j, row->body);
        break;
    }
}

void document_write_row(struct json *j, struct arena *arena, const struct setting_row *row)
{
    row_put(j, arena, row);
}

int64_t document_row_version(const struct setting_row *row)
{
    const uint64_t parts[2] = { hash_short(row->body), hash_short(row->personal) };
    const uint64_t hash = hash_short((struct str){ (const char *)parts, sizeof parts });
    const int64_t version = (int64_t)(hash >> 11); /* 53 bits */
    return version == 0 ? 1 : version;
}

static const struct setting_row *company_row(const struct setting_row *rows, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++) {
        if (document_kind_find(rows[i].kind) == KIND_COMPANY)
            return &rows[i];
    }
    return NULL;
}

static struct str first_brand(struct arena *arena, const struct setting_row *company)
{
    struct json_reader reader;
    struct il_err err;
    const il_rc rc = json_reader_open(&reader, arena, company->body, &err);
    assert(rc == IL_OK);
    struct json_obj o = json_root(&reader);
    const struct str first = company_get(&o, true).first_brand;
    json_reader_drop(&reader);
    return first;
}

static void kind_write(struct json *j, struct arena *arena, const struct rows_merged *all,
                       enum document_kind kind, struct str first)
{
    for (size_t i = 0; i < all->n_rows; i++) {
        const struct setting_row *row = &all->rows[i];
        if (document_kind_find(row->kind) == (int32_t)kind && str_equal(row->id, first))
            row_put(j, arena, row);
    }
    for (size_t i = 0; i < all->n_rows; i++) {
        const struct setting_row *row = &all->rows[i];
        if (document_kind_find(row->kind) == (int32_t)kind && !str_equal(row->id, first))
            row_put(j, arena, row);
    }
}

void document_write_rows(struct json *j, struct arena *arena, const struct setting_row *rows,
                         size_t n_rows)
{
    static const struct {
        const char *name;
        enum document_kind kind;
    } lists[] = { { "brands", KIND_BRAND },         { "services", KIND_SERVICE },
                  { "inspectors", KIND_INSPECTOR }, { "areas", KIND_AREA },
                  { "openings", KIND_OPENING },     { "holidays", KIND_HOLIDAY } };
    const struct rows_merged all = { .rows = rows, .n_rows = n_rows };
    const struct setting_row *company = company_row(rows, n_rows);
    assert(company != NULL);
    const struct str first = first_brand(arena, company);
    json_key(j, STR("company"));
    row_put(j, arena, company);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        json_open(j, lists[i].name, '[');
        kind_write(j, arena, &all, lists[i].kind, lists[i].kind == KIND_BRAND ? first : STR(""));
        json_end_array(j);
    }
}

/* ---- absences ---- */

static bool is_whole_days(const struct zone *zone, struct span when, date_d *ret_from,
                          date_d *ret_to)
{
    *ret_from = wall_date(zone_to_wall(zone, when.start));
    *ret_to = wall_date(zone_to_wall(zone, when.end)) - 1;
    return zone_from_wall(zone, (wall_s)*ret_from * DAY_S).first == when.start &&
           zone_from_wall(zone, ((wall_s)*ret_to + 1) * DAY_S).first == when.end;
}

static void date_put(struct json *j, const char *name, date_d date)
{
    char text[DATE_TEXT];
    date_write(date, text);
    json_put_str(j, name, (struct str){ text, sizeof text });
}

static void moment_put(struct json *j, const char *name, const struct zone *zone, utc_s at)
{
    char text[INSTANT_TEXT];
    instant_write(zone, at, text);
    json_put_str(j, name, (struct str){ text, sizeof text });
}

static void span_put(struct json *j, const struct zone *zone, struct span when)
{
    moment_put(j, "datetime", zone, when.start);
    moment_put(j, "endtime", zone, when.end);
}

void absence_put(struct json *j, const struct zone *zone, const struct absence *a)
{
    date_d from;
    date_d to;
    json_start_object(j);
    text_put(j, "_id", a->id);
    if (a->kind != CLAIM_VACATION)
        json_put_str(j, "type", a->kind == CLAIM_EVENT ? STR("Event") : STR("Block"));
    json_put_str(j, "_inspectorId", a->inspector);
    /* Days of a zone that the company has since left are told as moments. */
    if (a->whole_days && is_whole_days(zone, a->when, &from, &to)) {
        date_put(j, "from", from);
        date_put(j, "to", to);
    } else {
        span_put(j, zone, a->when);
    }
    text_put(j, "title", a->title);
    text_put(j, "_inspectionId", a->inspection_id);
    json_end_object(j);
}

void document_write_absence(struct json *j, struct arena *arena, const struct zone *zone,
                            const struct absence *absence)
{
    (void)arena;
    absence_put(j, zone, absence);
}

/* ---- inspections ---- */

static void assignments_put(struct json *j, const struct zone *zone, const struct inspection *r)
{
    json_put_str(j, "_inspectorId", r->assignments[0].inspector);
    json_open(j, "inspectors", '[');
    for (size_t i = 0; i < r->n_assignments; i++)
        json_str(j, r->assignments[i].inspector);
    json_end_array(j);
    json_open(j, "assignments", '[');
    for (size_t i = 0; i < r->n_assignments; i++) {
        json_start_object(j);
        json_put_str(j, "_inspectorId", r->assignments[i].inspector);
        text_put(j, "role", r->assignments[i].role);
        span_put(j, zone, r->assignments[i].when);
        json_end_object(j);
    }
    json_end_array(j);
}

void document_write_inspection(struct json *j, struct arena *arena, const struct zone *zone,
                               const struct inspection *inspection, struct str personal)
{
    const struct inspection *r = inspection;
    json_put_str(j, "_id", r->id);
    if (r->order_number != 0)
        json_put_int(j, "orderNumber", r->order_number);
    text_put(j, "brand", r->brand);
    span_put(j, zone, r->when);
    assignments_put(j, zone, r);
    strs_put(j, "services", r->services);
    json_put_str(j, "status", status_name(r->status));
    json_put_str(j, "scheduledLocation", r->scheduled_location);
    if (r->created_at != 0)
        moment_put(j, "createdAt", zone, r->created_at);
    external_ids_put(j, r->external_ids, r->n_external_ids);
    personal_put(j, arena, &r->property, personal);
}
