/* What lies in people's days, from one view of the store: also days long past, which no image
 * holds. */
#include "desk_parts.h"

struct board_look {
    struct rows_at rows;
    struct board_item *items;
    size_t n, room;
};

static struct claim claim_of(const struct row_claim *row)
{
    return (struct claim){ .when = { row->starts_at, row->ends_at },
                           .ref = row->ref,
                           .owner = row->owner,
                           .lock_group = row->lock_group,
                           .order_number = row->order_number,
                           .expires_at = row->expires_at,
                           .kind = row->kind };
}

static il_rc visit_claim(void *context, const void *row, struct il_err *reterr)
{
    struct board_look *look = context;
    struct board_item item = { .claim = claim_of(row) };
    struct inspection *inspection = NULL;
    struct absence *absence = NULL;
    if (item.claim.kind == CLAIM_INSPECTION)
        TRY(inspection_by_ref(&look->rows, item.claim.owner, &inspection, reterr));
    else if (claim_is_absence(&item.claim))
        TRY(absence_by_ref(&look->rows, item.claim.owner, &absence, reterr));
    item.inspection = inspection;
    item.absence = absence;
    look->items =
        arena_grow(look->rows.arena, look->items, look->n, &look->room, sizeof *look->items);
    look->items[look->n++] = item;
    return IL_OK;
}

static il_rc lane_read(struct board_look *look, struct span window, struct str inspector,
                       struct il_err *reterr)
{
    const struct store_query query = { .table = TABLE_CLAIM,
                                       .by = BY_TIME,
                                       .company = look->rows.company,
                                       .text = inspector,
                                       .from = window.start,
                                       .to = window.end };
    return store_find(look->rows.read, &query, visit_claim, look, reterr);
}

il_rc desk_board(const struct lookup *in, struct span window, struct strs inspectors,
                 board_visit visit, void *context, struct il_err *reterr)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct rows_at rows = { .company = in->company, .arena = &arena };
    il_rc rc = store_read_open(in->desk->options.store, &rows.read, reterr);
    for (size_t i = 0; rc == IL_OK && i < inspectors.n; i++) {
        struct board_look look = { .rows = rows };
        rc = lane_read(&look, window, inspectors.at[i], reterr);
        const struct board_lane lane = { i, look.items, look.n, &arena };
        if (rc == IL_OK)
            visit(context, &lane);
        arena_reset(&arena);
    }
    store_read_close(rows.read);
    arena_drop(&arena);
    return rc;
}
