/* Numbers of orders that an import brings: no number may lead to two orders, as the one's number
 * and the other's _id, because an order is found by either. */
#include "desk_parts.h"

static il_rc refuse_order(const struct inspection *record, const char *field,
                          const struct inspection *other, struct il_err *reterr)
{
    return il_invalid(reterr, "out_of_range", "/inspections",
                      "%s of inspection %.*s already belongs to inspection %.*s (order %lld)",
                      field, STR_ARG(record->id), STR_ARG(other->id),
                      (long long)other->order_number);
}

static il_rc check_order_number(const struct rows_at *in, const struct inspection *record,
                                struct il_err *reterr)
{
    struct inspection *other = NULL;
    if (record->order_number == 0)
        return IL_OK;
    TRY(inspection_by_order(in, record->order_number, &other, reterr));
    if (other != NULL && !str_equal(other->id, record->id))
        return refuse_order(record, "orderNumber", other, reterr);
    const struct str as_id = str_print(in->arena, "%lld", (long long)record->order_number);
    if (!str_equal(as_id, record->id))
        TRY(inspection_by_id(in, as_id, &other, reterr));
    return other == NULL || str_equal(other->id, record->id)
               ? IL_OK
               : refuse_order(record, "orderNumber", other, reterr);
}

static il_rc check_id(const struct rows_at *in, const struct inspection *record,
                      struct il_err *reterr)
{
    const int64_t number = id_as_number(record->id);
    struct inspection *other;
    if (number == 0 || number == record->order_number)
        return IL_OK;
    TRY(inspection_by_order(in, number, &other, reterr));
    return other == NULL || str_equal(other->id, record->id)
               ? IL_OK
               : refuse_order(record, "_id", other, reterr);
}

il_rc import_check_number(const struct rows_at *in, const struct inspection *record,
                          struct il_err *reterr)
{
    TRY(check_order_number(in, record, reterr));
    return check_id(in, record, reterr);
}
