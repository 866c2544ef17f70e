/* Events, vacations and inspections of a document. */
#include "document_reading.h"

#include "core/entry.h"

#include <stdlib.h>
#include <string.h>

static const char *const event_types[] = { "Event", "Block" };
static const char *const roles[] = { "lead", "assistant", "specialist" };

/* A moment in the company's zone; a fault of the field when there is no such moment. */
static utc_s moment_get(struct reading *r, struct json_obj *o, const char *name)
{
    const struct instant_text text = json_get_instant(o, name);
    if (r->reader->failed)
        return 0;
    const struct instant_found found = instant_resolve(r->zone, text);
    switch (found.answer) {
    case INSTANT_NONEXISTENT:
        json_fault(o, name, "nonexistent_local_time", "clocks skip that time of day");
        break;
    case INSTANT_AMBIGUOUS:
        json_fault(o, name, "ambiguous_local_time", "clocks show that time twice: say the offset");
        break;
    case INSTANT_OFFSET_MISMATCH:
        json_fault(o, name, "offset_mismatch", "that offset is not in use in the zone then");
        break;
    case INSTANT_FOUND:
        break;
    }
    return found.at;
}

/* datetime and endtime, at most days_max long. */
static struct span times_get(struct reading *r, struct json_obj *o, int32_t days_max)
{
    const utc_s start = moment_get(r, o, "datetime");
    const utc_s end = moment_get(r, o, "endtime");
    if (!r->reader->failed && end <= start)
        json_fault(o, "endtime", "out_of_range", "must be after datetime");
    if (!r->reader->failed && end - start > (utc_s)days_max * DAY_S)
        json_fault(o, "endtime", "out_of_range", "is longer after datetime than allowed");
    return (struct span){ start, end };
}

/* ---- absences ---- */

static void walls_fill(const struct reading *r, struct absence *a)
{
    a->zone = r->zone_name;
    a->wall_start = zone_to_wall(r->zone, a->when.start);
    a->wall_end = zone_to_wall(r->zone, a->when.end);
}

static struct absence event_get(struct reading *r, struct json_obj *o)
{
    struct absence a = { .id = id_opt(o, "_id") };
    const int32_t type = json_get_word(o, "type", event_types, 2);
    a.kind = type == 0 ? CLAIM_EVENT : CLAIM_BLOCK;
    a.inspector = id_get(o, "_inspectorId");
    a.when = times_get(r, o, ABSENCE_DAYS_MAX);
    a.title = json_opt_str(o, "title", TITLE_CHARS_MAX);
    a.inspection_id = id_opt(o, "_inspectionId");
    if (json_has(o, "rrule"))
        json_fault(o, "rrule", "out_of_range", "recurring events are not imported yet");
    json_done(o);
    return a;
}

static void whole_days_get(struct reading *r, struct json_obj *o, struct absence *a)
{
    const date_d from = json_get_date(o, "from");
    const date_d to = json_get_date(o, "to");
    if (!r->reader->failed && to < from)
        json_fault(o, "to", "out_of_range", "must not be before from");
    if (!r->reader->failed && to - from >= ABSENCE_DAYS_MAX)
        json_fault(o, "to", "out_of_range", "is longer after from than allowed");
    if (r->reader->failed)
        return;
    a->whole_days = true;
    a->when.start = zone_from_wall(r->zone, (wall_s)from * DAY_S).first;
    a->when.end = zone_from_wall(r->zone, ((wall_s)to + 1) * DAY_S).first;
}

static struct absence vacation_get(struct reading *r, struct json_obj *o)
{
    struct absence a = { .id = id_opt(o, "_id"), .kind = CLAIM_VACATION };
    a.inspector = id_get(o, "_inspectorId");
    if (json_has(o, "from") || json_has(o, "to"))
        whole_days_get(r, o, &a);
    else
        a.when = times_get(r, o, ABSENCE_DAYS_MAX);
    a.title = json_opt_str(o, "title", TITLE_CHARS_MAX);
    json_done(o);
    return a;
}

static void absence_take(struct reading *r, struct json_obj *o, struct absence *a,
                         struct id_set *ids)
{
    if (r->reader->failed)
        return;
    walls_fill(r, a);
    if (a->id.len == 0) {
        buf_clear(&r->out);
        struct json j = json_begin(&r->out);
        absence_put(&j, r->zone, a);
        a->id = id_from_content(r->arena, buf_view(&r->out));
    }
    /* Events and vacations stand in one table, so an _id is one of both. */
    if (!id_set_add(ids, a->id))
        json_fault(o, "_id", "out_of_range", "is given twice");
}

void absences_read(struct reading *r, struct json_obj *root)
{
    r->document->has_events = json_has(root, "events");
    r->document->has_vacations = json_has(root, "vacations");
    struct json_arr vacations = json_opt_arr(root, "vacations", JSON_ITEMS_MAX);
    struct json_arr events = json_opt_arr(root, "events", JSON_ITEMS_MAX);
    const size_t n = events.n + vacations.n;
    struct absence *at = arena_array(r->arena, struct absence, n);
    struct id_set ids = id_set_make(r->arena, n);
    for (size_t i = 0; i < n && !r->reader->failed; i++) {
        const bool is_event = i < events.n;
        const size_t index = is_event ? i : i - events.n;
        struct json_obj o = json_arr_obj(is_event ? &events : &vacations, index);
        at[i] = is_event ? event_get(r, &o) : vacation_get(r, &o);
        absence_take(r, &o, &at[i], &ids);
        reference_add(r, REFERS_TO_INSPECTOR, at[i].inspector,
                      (struct document_reference){ .list = is_event ? "events" : "vacations",
                                                   .field = "_inspectorId",
                                                   .index = (uint32_t)index,
                                                   .item = NOT_FOUND });
    }
    r->document->absences = at;
    r->document->n_absences = n;
}

/* ---- inspections ---- */

static void whole_order(struct reading *r, struct json_obj *o, struct inspection *record,
                        struct str lead, struct strs inspectors)
{
    struct assignment *at = arena_array(r->arena, struct assignment, inspectors.n + 1);
    size_t n = 0;
    bool has_lead = inspectors.n == 0;
    at[n++] = (struct assignment){ lead, str_from(roles[0]), record->when, 0 };
    for (size_t i = 0; i < inspectors.n; i++) {
        if (str_equal(inspectors.at[i], lead))
            has_lead = true;
        else
            at[n++] = (struct assignment){ inspectors.at[i], str_from(roles[1]), record->when, 0 };
    }
    if (!has_lead)
        json_fault(o, "inspectors", "out_of_range", "must name _inspectorId too");
    record->assignments = at;
    record->n_assignments = has_lead ? n : 0;
}

static struct assignment assignment_get(struct reading *r, struct json_obj *o, struct str lead)
{
    struct assignment a = { .inspector = id_get(o, "_inspectorId") };
    const bool is_lead = str_equal(a.inspector, lead);
    const int32_t role = json_opt_word(o, "role", roles, 3, is_lead ? 0 : 1);
    if (!r->reader->failed && is_lead != (role == 0))
        json_fault(o, "role", "out_of_range", "must be lead for _inspectorId, and for nobody else");
    a.role = str_from(roles[role]);
    a.when = times_get(r, o, INSPECTION_DAYS_MAX);
    json_done(o);
    return a;
}

static bool is_assigned(const struct assignment *at, size_t n, struct str inspector)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(at[i].inspector, inspector))
            return true;
    }
    return false;
}

/* The order of the list is kept, but for the lead, who comes first. */
static void lead_first(struct assignment *at, size_t n, struct str lead)
{
    size_t k = 0;
    while (k < n && !str_equal(at[k].inspector, lead))
        k++;
    if (k == n)
        return;
    const struct assignment first = at[k];
    memmove(at + 1, at, k * sizeof *at);
    at[0] = first;
}

static void own_times(struct reading *r, struct json_obj *o, struct inspection *record,
                      struct str lead, struct strs inspectors)
{
    struct json_arr list = json_opt_arr(o, "assignments", ASSIGNMENTS_MAX);
    struct assignment *at = arena_array(r->arena, struct assignment, list.n);
    for (size_t i = 0; i < list.n && !r->reader->failed; i++) {
        struct json_obj in = json_arr_obj(&list, i);
        at[i] = assignment_get(r, &in, lead);
        if (is_assigned(at, i, at[i].inspector))
            json_fault(&in, "_inspectorId", "out_of_range", "is assigned twice");
    }
    if (!is_assigned(at, list.n, lead))
        json_fault(o, "assignments", "out_of_range", "must assign _inspectorId");
    bool same = inspectors.n == 0 || inspectors.n == list.n;
    for (size_t i = 0; i < inspectors.n && same; i++)
        same = is_assigned(at, list.n, inspectors.at[i]);
    if (!same)
        json_fault(o, "inspectors", "out_of_range", "must be those who are assigned");
    lead_first(at, list.n, lead);
    record->assignments = at;
    record->n_assignments = list.n;
}

static void inspection_references(struct reading *r, const struct document_inspection *in)
{
    struct document_reference where = { .list = "inspections", .index = (uint32_t)in->index };
    where.item = NOT_FOUND;
    where.field = "_inspectorId";
    reference_add(r, REFERS_TO_INSPECTOR, in->record.assignments[0].inspector, where);
    where.field = "inspectors";
    for (size_t i = 1; i < in->record.n_assignments; i++)
        reference_add(r, REFERS_TO_INSPECTOR, in->record.assignments[i].inspector, where);
    where.field = "brand";
    if (in->record.brand.len > 0)
        reference_add(r, REFERS_TO_BRAND, in->record.brand, where);
    where.field = "services";
    for (size_t i = 0; i < in->record.services.n; i++) {
        where.item = (int32_t)i;
        reference_add(r, REFERS_TO_SERVICE, in->record.services.at[i], where);
    }
}

static enum status status_get(struct json_obj *o)
{
    enum status status = STATUS_CONFIRMED;
    const struct str name = json_opt_str(o, "status", WORDS_CHARS_MAX);
    if (name.len > 0 && !status_parse(name, &status))
        json_fault(o, "status", "out_of_range",
                   "must be unconfirmed, confirmed, completed, no_show or cancelled");
    return status;
}

static void record_get(struct reading *r, struct json_obj *o, struct inspection *record)
{
    record->id = id_get(o, "_id");
    if (str_equal(record->id, STR("book-job")))
        json_fault(o, "_id", "out_of_range", "must not be book-job, which is a path");
    record->order_number = json_opt_int(o, "orderNumber", 0, ORDER_NUMBER_MAX, 0);
    record->brand = id_opt(o, "brand");
    record->when = times_get(r, o, INSPECTION_DAYS_MAX);
    record->services = ids_opt(o, "services", SERVICES_MAX);
    record->status = status_get(o);
    record->scheduled_location = json_opt_str(o, "scheduledLocation", WORDS_CHARS_MAX);
    if (record->scheduled_location.len == 0)
        record->scheduled_location = STR("import");
    if (json_has(o, "createdAt"))
        record->created_at = moment_get(r, o, "createdAt");
    external_ids_get(o, &record->external_ids, &record->n_external_ids);
    record->zone = r->zone_name;
}

static void inspection_get(struct reading *r, struct json_obj *o, struct document_inspection *ret)
{
    struct inspection *record = &ret->record;
    struct str address;
    record_get(r, o, record);
    const struct str lead = id_get(o, "_inspectorId");
    const struct strs inspectors = ids_opt(o, "inspectors", ASSIGNMENTS_MAX);
    if (json_has(o, "assignments"))
        own_times(r, o, record, lead, inspectors);
    else
        whole_order(r, o, record, lead, inspectors);
    ret->states_price = json_has(o, "priceCents");
    ret->price_cents = json_opt_int(o, "priceCents", 0, PRICE_CENTS_MAX, 0);
    ret->personal = personal_read(o, &record->property, &address);
    record->place_key = address_key(address);
    json_done(o);
    if (r->reader->failed)
        return;
    record->wall_start = zone_to_wall(r->zone, record->when.start);
    record->wall_end = zone_to_wall(r->zone, record->when.end);
    inspection_references(r, ret);
}

static int inspection_order(const void *left, const void *right)
{
    const struct document_inspection *a = *(const struct document_inspection *const *)left;
    const struct document_inspection *b = *(const struct document_inspection *const *)right;
    const int by_lead =
        str_order(a->record.assignments[0].inspector, b->record.assignments[0].inspector);
    if (by_lead != 0)
        return by_lead;
    if (a->record.when.start != b->record.when.start)
        return a->record.when.start < b->record.when.start ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

/* Pointers are sorted, because the records are large. */
static const struct document_inspection *
inspections_sorted(struct arena *arena, const struct document_inspection *at, size_t n)
{
    const struct document_inspection **order =
        arena_array(arena, const struct document_inspection *, n);
    struct document_inspection *sorted = arena_array(arena, struct document_inspection, n);
    for (size_t i = 0; i < n; i++)
        order[i] = &at[i];
    if (n > 1)
        qsort(order, n, sizeof *order, inspection_order);
    for (size_t i = 0; i < n; i++)
        sorted[i] = *order[i];
    return sorted;
}

void inspections_read(struct reading *r, struct json_obj *root)
{
    struct json_arr list = json_opt_arr(root, "inspections", JSON_ITEMS_MAX);
    struct document_inspection *at = arena_array(r->arena, struct document_inspection, list.n);
    struct id_set ids = id_set_make(r->arena, list.n);
    for (size_t i = 0; i < list.n && !r->reader->failed; i++) {
        struct json_obj o = json_arr_obj(&list, i);
        at[i].index = i;
        inspection_get(r, &o, &at[i]);
        if (!r->reader->failed && !id_set_add(&ids, at[i].record.id))
            json_fault(&o, "_id", "out_of_range", "is given twice");
    }
    if (r->reader->failed)
        return;
    r->document->inspections = inspections_sorted(r->arena, at, list.n);
    r->document->n_inspections = list.n;
}
