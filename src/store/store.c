/* What every backend may take for granted is checked here, once: the shape of a commit (S9, refs,
 * claims that are not empty) and that the table knows the way it is asked. */
#include "store/rows.h"

#include <assert.h>

static const unsigned ways[TABLE_COUNT] = {
    [TABLE_COMPANY] = 1u << BY_ALL | 1u << BY_ID,
    [TABLE_ENTRY] = 1u << BY_ALL | 1u << BY_REF | 1u << BY_OWNER | 1u << BY_FIRST,
    [TABLE_SETTING] = 1u << BY_ALL | 1u << BY_ID,
    [TABLE_CLAIM] = 1u << BY_ALL | 1u << BY_REF | 1u << BY_TIME | 1u << BY_OWNER,
    [TABLE_HOLD] = 1u << BY_ALL | 1u << BY_REF | 1u << BY_STATE,
    [TABLE_ABSENCE] = 1u << BY_ALL | 1u << BY_REF | 1u << BY_ID,
    [TABLE_INSPECTION] = 1u << BY_ALL | 1u << BY_REF | 1u << BY_ID | 1u << BY_ORDER |
                         1u << BY_EXTERNAL | 1u << BY_PLACE | 1u << BY_TIME | 1u << BY_AFTER |
                         1u << BY_BEFORE | 1u << BY_NEWEST,
    [TABLE_CONFLICT] = 1u << BY_ALL | 1u << BY_REF | 1u << BY_STATE,
    [TABLE_PERSON] = 1u << BY_ALL | 1u << BY_REF,
    [TABLE_IDEMPOTENCY] = 1u << BY_ALL | 1u << BY_ID | 1u << BY_AFTER,
    [TABLE_OUTBOX] = 1u << BY_ALL | 1u << BY_REF | 1u << BY_OWNER | 1u << BY_STATE,
    [TABLE_KEY] = 1u << BY_ALL | 1u << BY_ID | 1u << BY_SECRET,
    [TABLE_TOUCH] = 1u << BY_ALL,
    [TABLE_SEARCH_BLOCK] = 1u << BY_ALL,
    [TABLE_SEARCH_PART] = 1u << BY_ALL | 1u << BY_OWNER | 1u << BY_WORD,
};

il_rc store_read_open(struct store *store, struct store_read **ret, struct il_err *reterr)
{
    return store->ops->read_open(store, ret, reterr);
}

il_rc store_read_own(struct store *store, struct store_read **ret, struct il_err *reterr)
{
    return store->ops->read_own(store, ret, reterr);
}

void store_read_close(struct store_read *read)
{
    if (read)
        read->ops->read_close(read);
}

il_rc store_find(struct store_read *read, const struct store_query *query, store_visit visit,
                 void *context, struct il_err *reterr)
{
    assert((size_t)query->table < TABLE_COUNT && (size_t)query->by < BY_COUNT);
    if (!(ways[query->table] & 1u << query->by))
        return il_fail(reterr, IL_INVALID, "the store cannot look up table %d by way %d",
                       (int)query->table, (int)query->by);
    return read->ops->find(read, query, visit, context, reterr);
}

il_rc store_strangers(struct store_read *read, store_visit visit, void *context,
                      struct il_err *reterr)
{
    return read->ops->strangers(read, visit, context, reterr);
}

static il_rc rows_check(struct row_list list, enum store_table table, struct il_err *reterr)
{
    const struct row_shape *shape = row_shape(table);

    for (size_t i = 0; i < list.n; i++)
        for (size_t c = 0; c < shape->n_columns; c++) {
            const struct column *column = &shape->columns[c];
            const uint64_t *ref = (const void *)(list.at + i * shape->bytes + column->at);

            if (column->type == COLUMN_REF && *ref > INT64_MAX)
                return il_fail(reterr, IL_INVALID, "%s.%s is out of range", shape->table,
                               column->name);
            /* The first column of a table that goes by ref is that ref. */
            if (c == 0 && column->type == COLUMN_REF && *ref == 0)
                return il_fail(reterr, IL_INVALID, "%s.%s is 0", shape->table, column->name);
        }
    return IL_OK;
}

static il_rc claims_check(const struct store_entry *entry, struct il_err *reterr)
{
    for (size_t i = 0; i < entry->n_claims; i++) {
        const struct row_claim *claim = &entry->claims[i];

        if (claim->starts_at >= claim->ends_at)
            return il_fail(reterr, IL_INVALID, "a claim must end after it starts");
        if (claim->inspector.len == 0)
            return il_fail(reterr, IL_INVALID, "a claim must name its inspector");
    }
    return IL_OK;
}

static il_rc change_check(const struct store_change *change, struct il_err *reterr)
{
    const bool is_beside =
        change->search.n_blocks + change->search.n_parts + change->n_forgotten > 0;

    if ((change->n_entries == 0 && (!is_beside || change->expected_seq == 0)) ||
        change->company.len == 0)
        return il_fail(reterr, IL_INVALID, "a change names its company and has an entry");
    for (size_t i = 0; i < change->n_entries; i++) {
        const struct store_entry *entry = &change->entries[i];

        if (entry->entry.seq != change->expected_seq + 1 + i)
            return il_fail(reterr, IL_INVALID, "entry %llu does not follow entry %llu",
                           (unsigned long long)entry->entry.seq,
                           (unsigned long long)change->expected_seq + i);
        TRY(claims_check(entry, reterr));
        for (int table = TABLE_ENTRY; table < TABLE_COUNT; table++) {
            const struct row_list list = row_list(entry, (enum store_table)table);

            TRY(rows_check(list, (enum store_table)table, reterr));
        }
    }
    for (int table = TABLE_SEARCH_BLOCK; table <= TABLE_SEARCH_PART; table++)
        TRY(rows_check(row_list_search(&change->search, (enum store_table)table),
                       (enum store_table)table, reterr));
    return IL_OK;
}

il_rc store_commit(struct store *store, const struct store_change *changes, size_t n,
                   enum store_outcome *ret, size_t *ret_at, struct il_err *reterr)
{
    for (size_t i = 0; i < n; i++)
        TRY(change_check(&changes[i], reterr));
    return store->ops->commit(store, changes, n, ret, ret_at, reterr);
}

struct hash store_secret(struct store *store)
{
    return store->ops->secret(store);
}

struct store_stats store_stats(struct store *store)
{
    return store->ops->stats(store);
}

void store_close(struct store *store)
{
    if (store)
        store->ops->close(store);
}
