/* What the parts of document_read share while one document is read. Private to codec. */
#ifndef CODEC_DOCUMENT_READING_H
#define CODEC_DOCUMENT_READING_H

#include "document_parts.h"

struct id_set { /* open addressing; sized once for all that will come */
    struct str *at;
    size_t mask;
};

struct id_set id_set_make(struct arena *arena, size_t n);
IL_MUST bool id_set_add(struct id_set *set, struct str id); /* false: it is in already */

struct reading {
    struct arena *arena;
    struct json_reader *reader;
    struct zone_source *zones;
    struct document *document;
    struct setting_row *rows;
    size_t n_rows;
    struct document_reference *references;
    size_t n_references, room_references;
    const struct zone *zone;
    struct str zone_name;
    struct buf out; /* where bodies are written before the arena takes them */
};

/* The fields of `where` say where the name stands; the rest is filled in. */
void reference_add(struct reading *r, enum document_target target, struct str id,
                   struct document_reference where);

void absences_read(struct reading *r, struct json_obj *root);
void inspections_read(struct reading *r, struct json_obj *root);

/* Absences as documents show them; "" as id leaves the field out. */
void absence_put(struct json *j, const struct zone *zone, const struct absence *a);

#endif
