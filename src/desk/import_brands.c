/* Brands that an import would take away.
 *
 *  B1  What names a brand keeps it: an order, whatever became of it, and a hold that still lives.
 *      An export whose orders name a brand that it does not have could never be imported again, and
 *      a hold of such a brand could not be booked. Which of them is to change is for a person to
 *      say, so the import is refused. (Inspectors and services are retired instead: they have a
 *      state for it, a brand has none.)
 *  B2  An order that the document has is not asked: it names what the document says. */
#include "desk_parts.h"

#include <stdlib.h>
#include <string.h>

struct naming {
    const struct brands_after *after;
    const struct str *given; /* _ids of the document's orders, sorted */
    const struct str *marks; /* what a stored order has that names a lost brand */
    size_t n_marks;
    struct buf own_brand;     /* the first lost one that is named */
    size_t n_orders, n_holds; /* that name it */
    int64_t order_number;     /* of the first */
};

static bool is_lost(const struct company *after, struct str brand)
{
    return company_find_brand(after, brand) == NOT_FOUND;
}

static struct str mark_of(struct arena *arena, struct str brand)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    json_put_str(&j, "brand", brand);
    json_end_object(&j);
    const struct str object = buf_view(&out);
    const struct str mark = str_copy(arena, (struct str){ object.at + 1, object.len - 2 });
    buf_drop(&out);
    return mark;
}

/* A company may have a million orders: most are seen not to name a lost brand without being read.
 * */
static void marks_make(struct naming *naming, struct arena *arena)
{
    const struct company *before = naming->after->image->company;
    struct str *marks = arena_array(arena, struct str, BRANDS_MAX);
    for (size_t i = 0; before != NULL && i < before->n_brands; i++) {
        if (is_lost(naming->after->company, before->brands[i].id))
            marks[naming->n_marks++] = mark_of(arena, before->brands[i].id);
    }
    naming->marks = marks;
}

static bool has_text(struct str in, struct str what)
{
    for (size_t i = 0; i + what.len <= in.len; i++) {
        const char *next = memchr(in.at + i, what.at[0], in.len - what.len - i + 1);
        if (next == NULL)
            return false;
        i = (size_t)(next - in.at);
        if (memcmp(next, what.at, what.len) == 0)
            return true;
    }
    return false;
}

static bool has_mark(const struct naming *naming, struct str doc)
{
    bool has = false;
    for (size_t i = 0; !has && i < naming->n_marks; i++)
        has = has_text(doc, naming->marks[i]);
    return has;
}

static bool names_lost(struct naming *naming, struct str brand)
{
    if (!is_lost(naming->after->company, brand))
        return false;
    if (naming->own_brand.len == 0)
        buf_add_str(&naming->own_brand, brand);
    return str_equal(buf_view(&naming->own_brand), brand);
}

static int order_ids(const void *x, const void *y)
{
    return str_order(*(const struct str *)x, *(const struct str *)y);
}

static il_rc visit_order(void *context, const void *row, struct il_err *reterr)
{
    struct naming *naming = context;
    const struct row_inspection *order = row;
    struct inspection record;
    const struct document *document = naming->after->document;
    if (!has_mark(naming, order->doc))
        return IL_OK;
    if (bsearch(&order->id, naming->given, document->n_inspections, sizeof *naming->given,
                order_ids) != NULL)
        return IL_OK;
    struct arena arena = arena_make(SIZE_MAX / 2);
    const il_rc rc = inspection_read(&arena, order->doc, &record, reterr);
    if (rc == IL_OK && names_lost(naming, record.brand) && naming->n_orders++ == 0)
        naming->order_number = record.order_number;
    arena_drop(&arena);
    return rc;
}

/* Orders that the batch makes are in no store yet, and the holds they had are over. */
static void count_batch(struct naming *naming, struct str company)
{
    for (const struct overlay *o = naming->after->batch; o != NULL; o = o->before) {
        for (size_t i = 0; str_equal(o->company, company) && i < o->entry->n_inspections; i++) {
            const struct inspection *order = o->entry->inspections[i];
            const bool is_new = order->ref >> REF_SEQ_SHIFT == o->entry->seq;
            if (is_new && names_lost(naming, order->brand) && naming->n_orders++ == 0)
                naming->order_number = order->order_number;
        }
    }
}

static void count_holds(struct naming *naming)
{
    const struct image *image = naming->after->image;
    for (size_t i = 0; i < image->n_holds; i++) {
        const struct hold *hold = image->holds[i];
        naming->n_holds += hold->state == HOLD_LIVE && hold->expires_at > naming->after->now &&
                           names_lost(naming, hold->brand);
    }
}

static il_rc judge(const struct naming *naming, struct il_err *reterr)
{
    const char *brand = "/brands: the brand";
    const struct str name = buf_view(&naming->own_brand);
    if (naming->n_orders > 0)
        return il_invalid(reterr, "out_of_range", "/brands",
                          "%s \"%.*s\" cannot go: %zu %s it, such as order %lld; keep it in the "
                          "document, or give those orders another brand in it",
                          brand, STR_ARG(name), naming->n_orders,
                          naming->n_orders == 1 ? "order names" : "orders name",
                          (long long)naming->order_number);
    if (naming->n_holds > 0)
        return il_invalid(reterr, "out_of_range", "/brands",
                          "%s \"%.*s\" cannot go yet: %zu %s it; release them, or wait until they "
                          "have ended",
                          brand, STR_ARG(name), naming->n_holds,
                          naming->n_holds == 1 ? "hold names" : "holds name");
    return IL_OK;
}

il_rc import_brands_check(const struct rows_at *in, const struct brands_after *after,
                          struct il_err *reterr)
{
    const size_t n = after->document->n_inspections;
    const struct store_query orders = { .table = TABLE_INSPECTION,
                                        .by = BY_ALL,
                                        .company = in->company };
    struct naming naming = { .after = after };
    marks_make(&naming, in->arena);
    if (naming.n_marks == 0)
        return IL_OK;
    struct str *given = arena_array(in->arena, struct str, n + 1);
    for (size_t i = 0; i < n; i++)
        given[i] = after->document->inspections[i].record.id;
    qsort(given, n, sizeof *given, order_ids);
    naming.given = given;
    il_rc rc = store_find(in->read, &orders, visit_order, &naming, reterr);
    if (rc == IL_OK) {
        count_batch(&naming, in->company);
        count_holds(&naming);
        rc = judge(&naming, reterr);
    }
    buf_drop(&naming.own_brand);
    return rc;
}
