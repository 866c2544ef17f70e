/* Commits of the model: every step is noted, and a refusal takes the steps back, newest first
 * (S1). */
#include "store/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct step {
    struct memory_company *company;
    int table;
    void *before; /* NULL: there was none. TABLE_COMPANY: a copy of its row_company */
    void *after;  /* NULL: dropped */
};

struct steps {
    struct memory *store;
    struct step *own_at;
    size_t n, room;
};

static void step_note(struct steps *steps, struct step step)
{
    if (steps->n == steps->room) {
        steps->room = steps->room ? 2 * steps->room : 64;
        steps->own_at = realloc(steps->own_at, steps->room * sizeof *steps->own_at);
        assert(steps->own_at);
    }
    steps->own_at[steps->n++] = step;
}

static void row_list_up(struct memory *store, struct memory_company *company, int table, void *row)
{
    const struct memory_index *index;

    for (int number = 0; (index = memory_index(table, number)); number++)
        if (!index->holds || index->holds(row))
            skip_put(memory_list(store, company, table, number), row);
}

static void row_unlist(struct memory *store, struct memory_company *company, int table,
                       const void *row)
{
    const struct memory_index *index;

    for (int number = 0; (index = memory_index(table, number)); number++)
        if (!index->holds || index->holds(row))
            skip_take(memory_list(store, company, table, number), row);
}

/* One block: the row, then the bytes its views point to. */
static void *row_copy(int table, const void *row)
{
    const struct row_shape *shape = row_shape((enum store_table)table);
    size_t bytes = shape->bytes;

    for (size_t c = 0; c < shape->n_columns; c++)
        if (shape->columns[c].type == COLUMN_TEXT || shape->columns[c].type == COLUMN_BLOB)
            bytes +=
                ((const struct str *)(const void *)((const char *)row + shape->columns[c].at))->len;
    char *copy = malloc(bytes);
    assert(copy);
    memcpy(copy, row, shape->bytes);
    char *end = copy + shape->bytes;
    for (size_t c = 0; c < shape->n_columns; c++) {
        struct str *view = (struct str *)(void *)(copy + shape->columns[c].at);

        if (shape->columns[c].type != COLUMN_TEXT && shape->columns[c].type != COLUMN_BLOB)
            continue;
        if (view->len)
            memcpy(end, view->at, view->len);
        view->at = end;
        end += view->len;
    }
    return copy;
}

/* S4. No claim is longer than `longest`, so none that starts earlier than that can reach in. */
static bool claim_is_free(const struct memory_company *company, const struct row_claim *claim)
{
    const struct row_claim probe = { .inspector = claim->inspector,
                                     .starts_at = time_minus(claim->starts_at, company->longest) };
    const struct skip_node *node = skip_seek(&company->tables[TABLE_CLAIM][CLAIM_BY_TIME], &probe);

    for (; node; node = node->next[0]) {
        const struct row_claim *other = node->row;

        if (!str_equal(other->inspector, claim->inspector) || other->starts_at >= claim->ends_at)
            return true;
        if (other->ends_at > claim->starts_at && other->lock_group != claim->lock_group)
            return false;
    }
    return true;
}

static bool uniques_are_free(struct memory *store, struct memory_company *company, int table,
                             const void *row)
{
    const struct memory_index *index;

    for (int number = 1; (index = memory_index(table, number)); number++)
        if (index->unique && (!index->holds || index->holds(row)) &&
            skip_find(memory_list(store, company, table, number), row))
            return false;
    return true;
}

static void longest_note(struct memory_company *company, const struct row_claim *claim)
{
    int64_t length;

    if (__builtin_sub_overflow(claim->ends_at, claim->starts_at, &length))
        length = INT64_MAX;
    if (length > company->longest)
        company->longest = length;
}

/* False: refused, and nothing is changed. */
static bool row_put(struct steps *steps, struct memory_company *company, int table, const void *row)
{
    struct memory *store = steps->store;
    void *before = skip_find(&company->tables[table][0], row);

    if (before && !row_shape((enum store_table)table)->upserts)
        return false;
    if (table == TABLE_CLAIM && !claim_is_free(company, row))
        return false;
    if (before)
        row_unlist(store, company, table, before);
    if (!uniques_are_free(store, company, table, row)) {
        if (before)
            row_list_up(store, company, table, before);
        return false;
    }
    void *after = row_copy(table, row);
    if (table == TABLE_KEY)
        ((struct row_key *)after)->company = company->row.id;
    if (table == TABLE_ENTRY)
        ((struct row_entry *)after)->company = company->row.id;
    if (table == TABLE_CLAIM)
        longest_note(company, after);
    row_list_up(store, company, table, after);
    step_note(steps, (struct step){ company, table, before, after });
    return true;
}

static void row_drop(struct steps *steps, struct memory_company *company, int table,
                     const void *probe)
{
    void *before = skip_find(&company->tables[table][0], probe);

    if (!before)
        return;
    row_unlist(steps->store, company, table, before);
    step_note(steps, (struct step){ company, table, before, NULL });
}

static void touches_put(struct steps *steps, struct memory_company *company,
                        const struct store_entry *entry)
{
    for (size_t i = 0; i < entry->n_touched; i++) {
        struct row_touch *touch = malloc(sizeof *touch);

        assert(touch);
        *touch = (struct row_touch){ entry->touched[i], entry->entry.seq };
        if (skip_find(&company->tables[TABLE_TOUCH][0], touch)) {
            free(touch);
            continue;
        }
        skip_put(&company->tables[TABLE_TOUCH][0], touch);
        step_note(steps, (struct step){ company, TABLE_TOUCH, NULL, touch });
    }
}

/* S5: deletes first. */
static void deletes_apply(struct steps *steps, struct memory_company *company,
                          const struct store_entry *entry)
{
    for (size_t i = 0; i < entry->n_claims_removed; i++)
        row_drop(steps, company, TABLE_CLAIM,
                 &(struct row_claim){ .ref = entry->claims_removed[i] });
    for (int table = TABLE_ENTRY; table < TABLE_COUNT; table++) {
        const struct row_list list = row_list(entry, (enum store_table)table);
        const size_t bytes = row_shape((enum store_table)table)->bytes;

        for (size_t i = 0; i < list.n; i++)
            if (row_is_removed((enum store_table)table, list.at + i * bytes))
                row_drop(steps, company, table, list.at + i * bytes);
    }
}

static bool entry_apply(struct steps *steps, struct memory_company *company,
                        const struct store_entry *entry)
{
    deletes_apply(steps, company, entry);
    for (int table = TABLE_ENTRY; table < TABLE_COUNT; table++) {
        const struct row_list list = row_list(entry, (enum store_table)table);
        const size_t bytes = row_shape((enum store_table)table)->bytes;

        for (size_t i = 0; i < list.n; i++) {
            const char *row = list.at + i * bytes;

            if (!row_is_removed((enum store_table)table, row) &&
                !row_put(steps, company, table, row))
                return false;
        }
    }
    touches_put(steps, company, entry);
    return true;
}

static bool search_apply(struct steps *steps, struct memory_company *company,
                         const struct store_search *search)
{
    for (int table = TABLE_SEARCH_BLOCK; table <= TABLE_SEARCH_PART; table++) {
        const struct row_list list = row_list_search(search, (enum store_table)table);
        const size_t bytes = row_shape((enum store_table)table)->bytes;

        for (size_t i = 0; i < list.n; i++)
            if (row_is_removed((enum store_table)table, list.at + i * bytes))
                row_drop(steps, company, table, list.at + i * bytes);
        for (size_t i = 0; i < list.n; i++)
            if (!row_is_removed((enum store_table)table, list.at + i * bytes) &&
                !row_put(steps, company, table, list.at + i * bytes))
                return false;
    }
    return true;
}

/* The company if it stands at the expected seq, moved on to the last entry's; else NULL (S2). */
static struct memory_company *company_move(struct steps *steps, const struct store_change *change)
{
    const struct row_company probe = { .id = change->company };
    struct memory_company *company = skip_find(&steps->store->companies, &probe);
    struct row_company *before = NULL;

    if ((company ? company->row.seq : 0) != change->expected_seq)
        return NULL;
    if (change->n_entries == 0)
        return company;
    const struct store_entry *last = &change->entries[change->n_entries - 1];
    if (company) {
        before = malloc(sizeof *before);
        assert(before);
        *before = company->row;
    } else {
        company = memory_company_make(change->company);
        skip_put(&steps->store->companies, company);
    }
    step_note(steps, (struct step){ company, TABLE_COMPANY, before, company });
    company->row.seq = last->entry.seq;
    company->row.last_at = last->entry.at;
    company->row.head = last->entry.hash;
    company->row.next_order = last->next_order;
    return company;
}

static enum store_outcome changes_apply(struct steps *steps, const struct store_change *changes,
                                        size_t n, size_t *ret_at)
{
    for (size_t i = 0; i < n; i++) {
        struct memory_company *company = company_move(steps, &changes[i]);

        if (!company) {
            *ret_at = i;
            return STORE_MOVED;
        }
        for (size_t e = 0; e < changes[i].n_entries; e++)
            if (!entry_apply(steps, company, &changes[i].entries[e])) {
                *ret_at = i;
                return STORE_REFUSED;
            }
        if (!search_apply(steps, company, &changes[i].search)) {
            *ret_at = i;
            return STORE_REFUSED;
        }
        for (size_t k = 0; k < changes[i].n_forgotten; k++)
            row_drop(steps, company, TABLE_IDEMPOTENCY, &changes[i].forgotten[k]);
    }
    return STORE_COMMITTED;
}

static void company_step_undo(struct memory *store, const struct step *step)
{
    if (step->before) {
        step->company->row = *(const struct row_company *)step->before;
        free(step->before);
    } else {
        skip_take(&store->companies, step->company);
        memory_company_drop(step->company);
    }
}

static void step_undo(struct memory *store, const struct step *step)
{
    if (step->table == TABLE_COMPANY) {
        company_step_undo(store, step);
        return;
    }
    if (step->after) {
        row_unlist(store, step->company, step->table, step->after);
        free(step->after);
    }
    if (step->before)
        row_list_up(store, step->company, step->table, step->before);
}

static void steps_end(struct steps *steps, bool keep)
{
    if (keep)
        for (size_t i = 0; i < steps->n; i++)
            free(steps->own_at[i].before);
    else
        for (size_t i = steps->n; i-- > 0;)
            step_undo(steps->store, &steps->own_at[i]);
    free(steps->own_at);
}

il_rc memory_commit(struct store *base, const struct store_change *changes, size_t n,
                    enum store_outcome *ret, size_t *ret_at, struct il_err *reterr)
{
    struct memory *store = (struct memory *)base;
    struct steps steps = { .store = store };

    (void)reterr;
    pthread_mutex_lock(&store->lock);
    while (store->readers > 0)
        pthread_cond_wait(&store->no_readers, &store->lock);
    *ret = changes_apply(&steps, changes, n, ret_at);
    steps_end(&steps, *ret == STORE_COMMITTED);
    if (*ret == STORE_COMMITTED) {
        store->stats.commits++;
        store->stats.syncs++;
    }
    pthread_mutex_unlock(&store->lock);
    return IL_OK;
}
