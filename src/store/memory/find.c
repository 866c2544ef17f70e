/* Searches of the model: seek to a first row in one list, then walk it while rows fit. */
#include "store/memory.h"

#include <assert.h>

enum fit { FITS, SKIPPED, PAST };

struct search {
    const struct store_query *query;
    store_visit visit;
    void *context;
    size_t found;
};

static enum fit fit_if(bool fits)
{
    return fits ? FITS : PAST;
}

static bool has_ref(enum store_table table)
{
    return row_shape(table)->columns[0].type == COLUMN_REF;
}

static ref_t *ref_in(enum store_table table, void *row)
{
    return (ref_t *)(void *)((char *)row + row_shape(table)->columns[0].at);
}

static ref_t ref_of(enum store_table table, const void *row)
{
    return *(const ref_t *)(const void *)((const char *)row + row_shape(table)->columns[0].at);
}

static ref_t ref_after(ref_t ref)
{
    return ref == UINT64_MAX ? ref : ref + 1;
}

static int by_id(const struct store_query *query, union any_row *probe)
{
    if (query->table == TABLE_SETTING) {
        probe->setting = (struct row_setting){ .kind = query->text, .id = query->text2 };
        return 0;
    }
    if (query->table == TABLE_IDEMPOTENCY) {
        probe->idempotency = (struct row_idempotency){ .key_id = query->text, .key = query->text2 };
        return 0;
    }
    if (query->table == TABLE_ABSENCE) {
        probe->absence.id = query->text;
        return ABSENCE_BY_ID;
    }
    if (query->table == TABLE_INSPECTION) {
        probe->inspection.id = query->text;
        return INSPECTION_BY_ID;
    }
    if (query->table == TABLE_KEY)
        probe->key.id = query->text;
    else
        probe->company.id = query->text;
    return 0;
}

static int by_state(const struct store_query *query, union any_row *probe)
{
    const ref_t ref = ref_after(query->ref);

    if (query->table == TABLE_HOLD) {
        probe->hold = (struct row_hold){ .ref = ref, .state = query->text };
        return HOLD_BY_STATE;
    }
    if (query->table == TABLE_CONFLICT) {
        probe->conflict = (struct row_conflict){ .ref = ref, .state = query->text };
        return CONFLICT_BY_STATE;
    }
    probe->outbox = (struct row_outbox){ .ref = ref, .state = query->text };
    return OUTBOX_BY_STATE;
}

static int by_owner(const struct store_query *query, union any_row *probe)
{
    if (query->table == TABLE_CLAIM) {
        probe->claim.owner = query->ref;
        return CLAIM_BY_OWNER;
    }
    if (query->table == TABLE_SEARCH_PART) {
        probe->search_part.block = query->ref;
        return 0;
    }
    probe->outbox.owner = query->ref;
    return OUTBOX_BY_OWNER;
}

/* The list to walk and the probe to seek in it. */
static int start(const struct store_query *query, union any_row *probe)
{
    switch (query->by) {
    case BY_ALL:
        if (has_ref(query->table))
            *ref_in(query->table, probe) = ref_after(query->ref);
        return 0;
    case BY_REF:
        *ref_in(query->table, probe) = query->ref;
        return 0;
    case BY_ID:
        return by_id(query, probe);
    case BY_STATE:
        return by_state(query, probe);
    case BY_OWNER:
        return by_owner(query, probe);
    case BY_ORDER:
        probe->inspection.order_number = query->from;
        return INSPECTION_BY_ORDER;
    case BY_EXTERNAL:
        probe->inspection.key_id = query->text;
        probe->inspection.external_ref = query->text2;
        return INSPECTION_BY_EXTERNAL;
    case BY_PLACE:
        probe->inspection.place_key = query->key;
        probe->inspection.starts_at = query->from;
        return INSPECTION_BY_PLACE;
    case BY_TIME:
        probe->inspection.starts_at = query->table == TABLE_INSPECTION ? query->from : 0;
        return query->table == TABLE_INSPECTION ? INSPECTION_BY_TIME : 0;
    case BY_SECRET:
        probe->key.secret = query->hash;
        return KEY_BY_SECRET;
    case BY_AFTER:
        if (query->table == TABLE_IDEMPOTENCY)
            return by_id(query, probe);
        probe->inspection.starts_at = query->from;
        probe->inspection.ref = ref_after(query->ref);
        return INSPECTION_BY_TIME;
    case BY_BEFORE:
        probe->inspection.starts_at = query->from;
        return INSPECTION_BY_TIME;
    case BY_NEWEST:
        probe->inspection.ref = ref_after((ref_t)query->key);
        return 0;
    case BY_WORD:
        probe->search_part.block = query->ref;
        return 0;
    case BY_FIRST:
        return 0;
    }
    return 0;
}

static bool id_fits(const struct store_query *query, const void *row)
{
    union any_row probe = { 0 };
    const int number = by_id(query, &probe);

    return memory_index((int)query->table, number)->order(row, &probe) == 0;
}

static bool state_fits(const struct store_query *query, const void *row)
{
    if (query->table == TABLE_HOLD)
        return str_equal(((const struct row_hold *)row)->state, query->text);
    if (query->table == TABLE_CONFLICT)
        return str_equal(((const struct row_conflict *)row)->state, query->text);
    return str_equal(((const struct row_outbox *)row)->state, query->text);
}

static bool owner_fits(const struct store_query *query, const void *row)
{
    if (query->table == TABLE_CLAIM)
        return query->ref == ((const struct row_claim *)row)->owner;
    if (query->table == TABLE_SEARCH_PART)
        return query->ref == ((const struct row_search_part *)row)->block;
    return query->ref == ((const struct row_outbox *)row)->owner;
}

static enum fit time_fit(const struct store_query *query, const void *row)
{
    return fit_if(((const struct row_inspection *)row)->starts_at < query->to);
}

/* Of lists that go backwards too: what lies past their end ends the walk. */
static enum fit listed_fit(const struct store_query *query, const struct row_inspection *row)
{
    if (query->by == BY_NEWEST)
        return fit_if(row->ref < query->ref);
    if (query->by == BY_AFTER && row->starts_at >= query->to)
        return PAST;
    if (query->by == BY_BEFORE &&
        (row->starts_at > query->to || (row->starts_at == query->to && row->ref >= query->ref)))
        return PAST;
    return query->text.len == 0 || str_equal(row->status, query->text) ? FITS : SKIPPED;
}

static enum fit row_fit(const struct store_query *query, const void *row)
{
    const struct row_inspection *inspection = row;

    switch (query->by) {
    case BY_ALL:
        return FITS;
    case BY_REF:
        return fit_if(ref_of(query->table, row) == query->ref);
    case BY_ID:
        return fit_if(id_fits(query, row));
    case BY_STATE:
        return fit_if(state_fits(query, row));
    case BY_OWNER:
        return fit_if(owner_fits(query, row));
    case BY_ORDER:
        return fit_if(inspection->order_number == query->from);
    case BY_EXTERNAL:
        return fit_if(str_equal(inspection->key_id, query->text) &&
                      str_equal(inspection->external_ref, query->text2));
    case BY_PLACE:
        return fit_if(inspection->place_key == query->key && inspection->starts_at < query->to);
    case BY_TIME:
        return time_fit(query, row);
    case BY_FIRST:
        return FITS;
    case BY_AFTER:
        if (query->table == TABLE_IDEMPOTENCY)
            return id_fits(query, row) ? SKIPPED : FITS;
        return listed_fit(query, inspection);
    case BY_BEFORE:
    case BY_NEWEST:
        return listed_fit(query, inspection);
    case BY_WORD:
        return fit_if(((const struct row_search_part *)row)->block == query->ref &&
                      str_order(((const struct row_search_part *)row)->word, query->text2) <= 0);
    case BY_SECRET:
        return fit_if(hash_equal(&((const struct row_key *)row)->secret, &query->hash));
    }
    return PAST;
}

static bool is_enough(const struct search *search)
{
    return search->query->limit != 0 && search->found == search->query->limit;
}

static il_rc row_visit(struct search *search, const void *row, struct il_err *reterr)
{
    search->found++;
    return search->visit(search->context, row, reterr);
}

static il_rc list_walk(const struct skip *list, struct search *search, const union any_row *probe,
                       struct il_err *reterr)
{
    for (const struct skip_node *node = skip_seek(list, probe); node && !is_enough(search);
         node = node->next[0]) {
        const enum fit fit = row_fit(search->query, node->row);

        if (fit == PAST)
            break;
        if (fit == FITS)
            TRY(row_visit(search, node->row, reterr));
    }
    return IL_OK;
}

/* The list knows one direction, so that what fits is gathered, and told from its end. */
static il_rc back_walk(const struct skip *list, struct search *search, const union any_row *probe,
                       struct il_err *reterr)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    const void **rows = NULL;
    size_t n = 0;
    size_t room = 0;
    il_rc rc = IL_OK;

    for (const struct skip_node *node = skip_seek(list, probe); node; node = node->next[0]) {
        const enum fit fit = row_fit(search->query, node->row);

        if (fit == PAST)
            break;
        if (fit == SKIPPED)
            continue;
        rows = arena_grow(&arena, rows, n, &room, sizeof *rows);
        rows[n++] = node->row;
    }
    while (n > 0 && !is_enough(search) && rc == IL_OK)
        rc = row_visit(search, rows[--n], reterr);
    arena_drop(&arena);
    return rc;
}

/* From the last part that does not begin after the word. */
static il_rc words_walk(const struct skip *list, struct search *search, const union any_row *probe,
                        struct il_err *reterr)
{
    const struct skip_node *from = skip_seek(list, probe);

    for (const struct skip_node *node = from; node; node = node->next[0]) {
        const struct row_search_part *part = node->row;

        if (part->block != search->query->ref || str_order(part->word, search->query->text) > 0)
            break;
        from = node;
    }
    for (; from && !is_enough(search) && row_fit(search->query, from->row) == FITS;
         from = from->next[0])
        TRY(row_visit(search, from->row, reterr));
    return IL_OK;
}

static il_rc touched_walk(const struct memory_company *company, struct search *search,
                          struct il_err *reterr)
{
    const struct row_touch probe = { .ref = search->query->ref };
    const struct skip_node *node = skip_seek(&company->tables[TABLE_TOUCH][0], &probe);

    for (; node && !is_enough(search); node = node->next[0]) {
        const struct row_touch *touch = node->row;
        const struct row_entry entry = { .seq = touch->seq };

        if (touch->ref != search->query->ref)
            break;
        TRY(row_visit(search, skip_find(&company->tables[TABLE_ENTRY][0], &entry), reterr));
    }
    return IL_OK;
}

static il_rc journals_walk(struct memory *store, struct search *search, struct il_err *reterr)
{
    const struct row_company first = { .id = STR("") };
    const struct row_entry any = { .seq = 0 };
    const struct skip_node *node = skip_seek(&store->companies, &first);

    for (; node && !is_enough(search); node = node->next[0]) {
        const struct memory_company *company = node->row;
        const struct skip_node *entry = skip_seek(&company->tables[TABLE_ENTRY][0], &any);

        assert(entry && "a company begins with an entry");
        TRY(row_visit(search, entry->row, reterr));
    }
    return IL_OK;
}

static il_rc inspector_walk(const struct memory_company *company, struct search *search,
                            struct str inspector, struct il_err *reterr)
{
    const struct store_query *query = search->query;
    const struct row_claim probe = { .inspector = inspector,
                                     .starts_at = time_minus(query->from, company->longest) };
    const struct skip_node *node = skip_seek(&company->tables[TABLE_CLAIM][CLAIM_BY_TIME], &probe);

    for (; node && !is_enough(search); node = node->next[0]) {
        const struct row_claim *claim = node->row;

        if (!str_equal(claim->inspector, inspector) || claim->starts_at >= query->to)
            break;
        if (claim->ends_at > query->from)
            TRY(row_visit(search, claim, reterr));
    }
    return IL_OK;
}

static il_rc claims_walk(const struct memory_company *company, struct search *search,
                         struct il_err *reterr)
{
    const struct skip *list = &company->tables[TABLE_CLAIM][CLAIM_BY_TIME];
    struct row_claim probe = { .starts_at = INT64_MIN };
    const struct skip_node *node = skip_seek(list, &probe);

    if (search->query->text.len > 0)
        return inspector_walk(company, search, search->query->text, reterr);
    for (; node && !is_enough(search); node = skip_seek(list, &probe)) {
        const struct str inspector = ((const struct row_claim *)node->row)->inspector;

        TRY(inspector_walk(company, search, inspector, reterr));
        /* Past all of this inspector's: no claim starts at the end of time. */
        probe =
            (struct row_claim){ .inspector = inspector, .starts_at = INT64_MAX, .ref = UINT64_MAX };
    }
    return IL_OK;
}

il_rc memory_find(struct store_read *read, const struct store_query *query, store_visit visit,
                  void *context, struct il_err *reterr)
{
    struct memory *store = (struct memory *)(void *)((char *)read - offsetof(struct memory, read));
    const struct row_company id = { .id = query->company };
    struct memory_company *company = skip_find(&store->companies, &id);
    struct search search = { .query = query, .visit = visit, .context = context };
    union any_row probe = { 0 };
    const int number = start(query, &probe);

    if (query->table == TABLE_COMPANY)
        return list_walk(&store->companies, &search, &probe, reterr);
    if (query->by == BY_FIRST)
        return journals_walk(store, &search, reterr);
    if (query->by == BY_SECRET)
        return list_walk(&store->secrets, &search, &probe, reterr);
    if (!company)
        return IL_OK;
    if (query->table == TABLE_CLAIM && query->by == BY_TIME)
        return claims_walk(company, &search, reterr);
    if (query->table == TABLE_ENTRY && query->by == BY_OWNER)
        return touched_walk(company, &search, reterr);
    const struct skip *list = memory_list(store, company, (int)query->table, number);
    if (query->by == BY_BEFORE || query->by == BY_NEWEST)
        return back_walk(list, &search, &probe, reterr);
    if (query->by == BY_WORD)
        return words_walk(list, &search, &probe, reterr);
    return list_walk(list, &search, &probe, reterr);
}
