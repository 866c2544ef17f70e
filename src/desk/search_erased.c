/* Whose words an erased person's were: a person's ref begins with the seq of the entry that made
 * it, and that entry names the order. */
#include "search_parts.h"

struct maker { /* the inspection that a person's row was made for */
    ref_t person, inspection;
};

static il_rc visit_maker(void *context, const void *row, struct il_err *reterr)
{
    struct maker *maker = context;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct entry entry;
    const il_rc rc = entry_read(&arena, ((const struct row_entry *)row)->payload, &entry, reterr);
    for (size_t i = 0; rc == IL_OK && i < entry.n_inspections; i++) {
        if (entry.inspections[i]->person == maker->person)
            maker->inspection = entry.inspections[i]->ref;
    }
    arena_drop(&arena);
    return rc;
}

il_rc order_of_person(const struct rows_at *rows, ref_t person, ref_t *ret, struct il_err *reterr)
{
    struct maker maker = { .person = person };
    const struct store_query entry = {
        .table = TABLE_ENTRY, .by = BY_REF, .company = rows->company, .ref = person >> REF_SEQ_SHIFT
    };
    TRY(store_find(rows->read, &entry, visit_maker, &maker, reterr));
    *ret = maker.inspection;
    return IL_OK;
}
