/* What an erasing was about. Its entry names rows of personal data only: here they lead to the
 * orders, and to the rows of settings, that they were made for. A ref begins with the seq of the
 * entry that made it, and that entry says for what. */
#include "desk_parts.h"

enum { NAMED_MAX = NEWS_ITEMS_MAX + 1 }; /* one more than is told, so that more is known of */

struct naming {
    const struct rows_at *rows;
    ref_t person;
    ref_t order; /* 0: none yet */
    uint64_t told_before, told_at;
    struct setting_change setting; /* no kind: none */
    const struct inspection **orders;
    size_t n_orders;
    struct setting_change *settings;
    size_t n_settings;
};

static il_rc visit_maker(void *context, const void *row, struct il_err *reterr)
{
    struct naming *n = context;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct entry made;
    const il_rc rc = entry_read(&arena, ((const struct row_entry *)row)->payload, &made, reterr);
    for (size_t i = 0; rc == IL_OK && i < made.n_inspections; i++) {
        if (made.inspections[i]->person == n->person)
            n->order = made.inspections[i]->ref;
    }
    for (size_t i = 0; rc == IL_OK && i < made.n_settings; i++) {
        const struct setting_row *at = &made.settings[i].row;
        if (at->person == n->person)
            n->setting.row = (struct setting_row){ .kind = str_copy(n->rows->arena, at->kind),
                                                   .id = str_copy(n->rows->arena, at->id) };
    }
    arena_drop(&arena);
    return rc;
}

static const struct inspection *order_in(const struct entry *entry, ref_t order)
{
    for (size_t i = 0; i < entry->n_inspections; i++) {
        if (entry->inspections[i]->ref == order)
            return entry->inspections[i];
    }
    return NULL;
}

static il_rc visit_told(void *context, const void *row, struct il_err *reterr)
{
    struct naming *n = context;
    const struct row_entry *stored = row;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct entry entry = { .n_inspections = 0 };
    il_rc rc = IL_OK;
    if (stored->seq < n->told_before)
        rc = entry_read(&arena, stored->payload, &entry, reterr);
    if (rc == IL_OK && stored->seq < n->told_before && order_in(&entry, n->order) != NULL)
        n->told_at = stored->seq;
    arena_drop(&arena);
    return rc;
}

static il_rc visit_newest(void *context, const void *row, struct il_err *reterr)
{
    struct naming *n = context;
    struct entry entry;
    TRY(entry_read(n->rows->arena, ((const struct row_entry *)row)->payload, &entry, reterr));
    n->orders[n->n_orders++] = order_in(&entry, n->order);
    return IL_OK;
}

/* As it stood when the data went. */
static il_rc name_order(struct naming *n, struct il_err *reterr)
{
    struct store_query query = {
        .table = TABLE_ENTRY, .by = BY_OWNER, .company = n->rows->company, .ref = n->order
    };
    for (size_t i = 0; i < n->n_orders; i++) {
        if (n->orders[i]->ref == n->order)
            return IL_OK;
    }
    n->told_at = 0;
    TRY(store_find(n->rows->read, &query, visit_told, n, reterr));
    query.by = BY_REF;
    query.ref = n->told_at;
    return store_find(n->rows->read, &query, visit_newest, n, reterr);
}

static void name_setting(struct naming *n)
{
    for (size_t i = 0; i < n->n_settings; i++) {
        const struct setting_row *at = &n->settings[i].row;
        if (str_equal(at->kind, n->setting.row.kind) && str_equal(at->id, n->setting.row.id))
            return;
    }
    n->settings[n->n_settings++] = n->setting;
}

il_rc news_name_erased(const struct rows_at *in, struct entry *entry, struct il_err *reterr)
{
    struct naming n = { .rows = in, .told_before = entry->seq };
    if (entry->n_erased == 0)
        return IL_OK;
    n.orders = arena_array(in->arena, const struct inspection *, NAMED_MAX);
    n.settings = arena_array(in->arena, struct setting_change, NAMED_MAX);
    for (size_t i = 0; i < entry->n_erased && n.n_orders < NAMED_MAX && n.n_settings < NAMED_MAX;
         i++) {
        n.person = entry->erased[i].person;
        const struct store_query maker = { .table = TABLE_ENTRY,
                                           .by = BY_REF,
                                           .company = in->company,
                                           .ref = n.person >> REF_SEQ_SHIFT };
        n.order = 0;
        n.setting = (struct setting_change){ .is_removed = false };
        TRY(store_find(in->read, &maker, visit_maker, &n, reterr));
        if (n.order != 0)
            TRY(name_order(&n, reterr));
        if (n.setting.row.kind.len > 0)
            name_setting(&n);
    }
    entry->inspections = n.orders;
    entry->n_inspections = n.n_orders;
    entry->settings = n.settings;
    entry->n_settings = n.n_settings;
    return IL_OK;
}
