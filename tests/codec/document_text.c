/* Rows, absences and inspections written one after the other. */
#include "document_text.h"

static void write_absences(struct json *j, struct arena *arena, const struct zone *zone,
                           const struct document *d, bool vacations)
{
    json_open(j, vacations ? "vacations" : "events", '[');
    for (size_t i = 0; i < d->n_absences; i++) {
        if ((d->absences[i].kind == CLAIM_VACATION) == vacations)
            document_write_absence(j, arena, zone, &d->absences[i]);
    }
    json_end_array(j);
}

struct str document_text(struct arena *arena, struct rows_merged merged,
                         const struct document *document, const struct zone *zone)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    json_put_int(&j, "interlock", 1);
    document_write_rows(&j, arena, merged.rows, merged.n_rows);
    write_absences(&j, arena, zone, document, true);
    write_absences(&j, arena, zone, document, false);
    json_open(&j, "inspections", '[');
    for (size_t i = 0; i < document->n_inspections; i++) {
        const struct document_inspection *in = &document->inspections[i];
        json_start_object(&j);
        document_write_inspection(&j, arena, zone, &in->record, in->personal);
        json_end_object(&j);
    }
    json_end_array(&j);
    json_end_object(&j);
    const struct str text = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    return text;
}
