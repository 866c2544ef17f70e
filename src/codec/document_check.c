/* What can only be judged against the company after the import. */
#include "document_parts.h"

#include <stdlib.h>

static bool exists(const struct company *company, const struct document_reference *ref)
{
    switch (ref->target) {
    case REFERS_TO_INSPECTOR:
        return company_find_inspector(company, ref->id) != NOT_FOUND;
    case REFERS_TO_SERVICE:
        return company_find_service(company, ref->id) != NOT_FOUND;
    case REFERS_TO_AREA:
        return company_find_area(company, ref->id) != NOT_FOUND;
    case REFERS_TO_BRAND:
        break;
    }
    return company_find_brand(company, ref->id) != NOT_FOUND;
}

static il_rc unknown(const struct document_reference *ref, struct arena *arena,
                     struct il_err *reterr)
{
    static const char *const targets[] = { "inspector", "service", "area", "brand" };
    struct str path = str_print(arena, "/%s/%u/%s", ref->list, (unsigned)ref->index, ref->field);
    if (ref->item != NOT_FOUND)
        path = str_print(arena, "%s/%d", path.at, (int)ref->item);
    if (ref->leaf != NULL)
        path = str_print(arena, "%s/%s", path.at, ref->leaf);
    return il_invalid(reterr, "out_of_range", path.at, "%s: there is no %s \"%.*s\"", path.at,
                      targets[ref->target], STR_ARG(ref->id));
}

static int by_order_number(const void *left, const void *right)
{
    const struct document_inspection *a = *(const struct document_inspection *const *)left;
    const struct document_inspection *b = *(const struct document_inspection *const *)right;
    if (a->record.order_number != b->record.order_number)
        return a->record.order_number < b->record.order_number ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static int against_number(const void *number, const void *element)
{
    const struct document_inspection *of = *(const struct document_inspection *const *)element;
    const int64_t sought = *(const int64_t *)number;
    return sought < of->record.order_number ? -1 : sought > of->record.order_number;
}

/* No number may lead to two orders, as the one's number and the other's _id. */
static il_rc ids_check(const struct document *document, const struct document_inspection **at,
                       struct arena *arena, struct il_err *reterr)
{
    const size_t n = document->n_inspections;
    for (size_t i = 0; i < n; i++) {
        const int64_t number = id_as_number(document->inspections[i].record.id);
        const struct document_inspection **found =
            number == 0 || n == 0 ? NULL : bsearch(&number, at, n, sizeof *at, against_number);
        if (found == NULL || *found == &document->inspections[i])
            continue;
        const struct str path = str_print(arena, "/inspections/%zu/_id", i);
        return il_invalid(reterr, "out_of_range", path.at,
                          "%s: %lld is the orderNumber of inspection %zu", path.at,
                          (long long)number, (*found)->index);
    }
    return IL_OK;
}

static il_rc order_numbers_check(const struct document *document, struct arena *arena,
                                 struct il_err *reterr)
{
    const size_t n = document->n_inspections;
    const struct document_inspection **at =
        arena_array(arena, const struct document_inspection *, n);
    for (size_t i = 0; i < n; i++)
        at[i] = &document->inspections[i];
    if (n > 1)
        qsort(at, n, sizeof *at, by_order_number);
    for (size_t i = 1; i < n; i++) {
        const int64_t number = at[i]->record.order_number;
        if (number == 0 || number != at[i - 1]->record.order_number)
            continue;
        const struct str path = str_print(arena, "/inspections/%zu/orderNumber", at[i]->index);
        return il_invalid(reterr, "out_of_range", path.at, "%s: %lld is given twice", path.at,
                          (long long)number);
    }
    return ids_check(document, at, arena, reterr);
}

il_rc document_check(const struct document *document, const struct company *company,
                     struct arena *arena, struct il_err *reterr)
{
    for (size_t i = 0; i < document->n_references; i++) {
        if (!exists(company, &document->references[i]))
            return unknown(&document->references[i], arena, reterr);
    }
    return order_numbers_check(document, arena, reterr);
}
