/* The model: the plainest thing that keeps the contract.
 *
 * One lock: a view holds it shared from open to close, so nothing changes under it (S6), and a
 * commit waits until no view is open. A thread that commits with a view of its own open waits
 * forever: close the view first. Durable means as long as the process (S3). */
#include "store/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int number_order(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int ref_order(ref_t a, ref_t b)
{
    return (a > b) - (a < b);
}

static int company_order(const void *a, const void *b)
{
    return str_order(((const struct row_company *)a)->id, ((const struct row_company *)b)->id);
}

/* For every row that starts with its ref or seq, touches included. */
static int first_ref_order(const void *a, const void *b)
{
    return ref_order(*(const ref_t *)a, *(const ref_t *)b);
}

static int touch_order(const void *a, const void *b)
{
    const struct row_touch *x = a;
    const struct row_touch *y = b;
    const int order = ref_order(x->ref, y->ref);

    return order ? order : ref_order(x->seq, y->seq);
}

static int setting_order(const void *a, const void *b)
{
    const struct row_setting *x = a;
    const struct row_setting *y = b;
    const int order = str_order(x->kind, y->kind);

    return order ? order : str_order(x->id, y->id);
}

static int claim_order(const void *a, const void *b)
{
    return ref_order(((const struct row_claim *)a)->ref, ((const struct row_claim *)b)->ref);
}

static int claim_time_order(const void *a, const void *b)
{
    const struct row_claim *x = a;
    const struct row_claim *y = b;
    int order = str_order(x->inspector, y->inspector);

    if (order == 0)
        order = number_order(x->starts_at, y->starts_at);
    return order ? order : ref_order(x->ref, y->ref);
}

static int claim_owner_order(const void *a, const void *b)
{
    const struct row_claim *x = a;
    const struct row_claim *y = b;
    const int order = ref_order(x->owner, y->owner);

    return order ? order : ref_order(x->ref, y->ref);
}

static int hold_state_order(const void *a, const void *b)
{
    const int order =
        str_order(((const struct row_hold *)a)->state, ((const struct row_hold *)b)->state);

    return order ? order : first_ref_order(a, b);
}

static int absence_id_order(const void *a, const void *b)
{
    return str_order(((const struct row_absence *)a)->id, ((const struct row_absence *)b)->id);
}

static int inspection_id_order(const void *a, const void *b)
{
    return str_order(((const struct row_inspection *)a)->id,
                     ((const struct row_inspection *)b)->id);
}

static int inspection_number_order(const void *a, const void *b)
{
    return number_order(((const struct row_inspection *)a)->order_number,
                        ((const struct row_inspection *)b)->order_number);
}

static int inspection_external_order(const void *a, const void *b)
{
    const struct row_inspection *x = a;
    const struct row_inspection *y = b;
    const int order = str_order(x->key_id, y->key_id);

    return order ? order : str_order(x->external_ref, y->external_ref);
}

static bool inspection_is_external(const void *row)
{
    return ((const struct row_inspection *)row)->external_ref.len > 0;
}

static int inspection_time_order(const void *a, const void *b)
{
    const int order = number_order(((const struct row_inspection *)a)->starts_at,
                                   ((const struct row_inspection *)b)->starts_at);

    return order ? order : first_ref_order(a, b);
}

static int inspection_place_order(const void *a, const void *b)
{
    const int order = number_order(((const struct row_inspection *)a)->place_key,
                                   ((const struct row_inspection *)b)->place_key);

    return order ? order : inspection_time_order(a, b);
}

static bool inspection_has_place(const void *row)
{
    return ((const struct row_inspection *)row)->place_key != 0;
}

static int conflict_state_order(const void *a, const void *b)
{
    const int order =
        str_order(((const struct row_conflict *)a)->state, ((const struct row_conflict *)b)->state);

    return order ? order : first_ref_order(a, b);
}

static int idempotency_order(const void *a, const void *b)
{
    const struct row_idempotency *x = a;
    const struct row_idempotency *y = b;
    const int order = str_order(x->key_id, y->key_id);

    return order ? order : str_order(x->key, y->key);
}

static int outbox_owner_order(const void *a, const void *b)
{
    const int order =
        ref_order(((const struct row_outbox *)a)->owner, ((const struct row_outbox *)b)->owner);

    return order ? order : first_ref_order(a, b);
}

static int outbox_state_order(const void *a, const void *b)
{
    const int order =
        str_order(((const struct row_outbox *)a)->state, ((const struct row_outbox *)b)->state);

    return order ? order : first_ref_order(a, b);
}

static int key_order(const void *a, const void *b)
{
    return str_order(((const struct row_key *)a)->id, ((const struct row_key *)b)->id);
}

static int key_secret_order(const void *a, const void *b)
{
    return memcmp(((const struct row_key *)a)->secret.at, ((const struct row_key *)b)->secret.at,
                  HASH_BYTES);
}

static int search_part_order(const void *a, const void *b)
{
    const struct row_search_part *x = a;
    const struct row_search_part *y = b;
    const int order = ref_order(x->block, y->block);

    return order ? order : str_order(x->word, y->word);
}

static const struct memory_index indexes[TABLE_COUNT][INDEX_MAX] = {
    [TABLE_COMPANY] = { { .order = company_order } },
    [TABLE_ENTRY] = { { .order = first_ref_order } },
    [TABLE_SETTING] = { { .order = setting_order } },
    [TABLE_CLAIM] = { { .order = claim_order },
                      [CLAIM_BY_TIME] = { .order = claim_time_order },
                      [CLAIM_BY_OWNER] = { .order = claim_owner_order } },
    [TABLE_HOLD] = { { .order = first_ref_order },
                     [HOLD_BY_STATE] = { .order = hold_state_order } },
    [TABLE_ABSENCE] = { { .order = first_ref_order },
                        [ABSENCE_BY_ID] = { .order = absence_id_order, .unique = true } },
    [TABLE_INSPECTION] = { { .order = first_ref_order },
                           [INSPECTION_BY_ID] = { .order = inspection_id_order, .unique = true },
                           [INSPECTION_BY_ORDER] = { .order = inspection_number_order,
                                                     .unique = true },
                           [INSPECTION_BY_EXTERNAL] = { .order = inspection_external_order,
                                                        .unique = true,
                                                        .holds = inspection_is_external },
                           [INSPECTION_BY_PLACE] = { .order = inspection_place_order,
                                                     .holds = inspection_has_place },
                           [INSPECTION_BY_TIME] = { .order = inspection_time_order } },
    [TABLE_CONFLICT] = { { .order = first_ref_order },
                         [CONFLICT_BY_STATE] = { .order = conflict_state_order } },
    [TABLE_PERSON] = { { .order = first_ref_order } },
    [TABLE_IDEMPOTENCY] = { { .order = idempotency_order } },
    [TABLE_OUTBOX] = { { .order = first_ref_order },
                       [OUTBOX_BY_OWNER] = { .order = outbox_owner_order },
                       [OUTBOX_BY_STATE] = { .order = outbox_state_order } },
    [TABLE_KEY] = { { .order = key_order },
                    [KEY_BY_SECRET] = { .order = key_secret_order, .unique = true } },
    [TABLE_TOUCH] = { { .order = touch_order } },
    [TABLE_SEARCH_BLOCK] = { { .order = first_ref_order } },
    [TABLE_SEARCH_PART] = { { .order = search_part_order } },
};

const struct memory_index *memory_index(int table, int number)
{
    return number < INDEX_MAX && indexes[table][number].order ? &indexes[table][number] : NULL;
}

/* A key's secret is unique over all companies, so that one list is the store's. */
struct skip *memory_list(struct memory *store, struct memory_company *company, int table,
                         int number)
{
    return table == TABLE_KEY && number == KEY_BY_SECRET ? &store->secrets
                                                         : &company->tables[table][number];
}

int64_t time_minus(int64_t at, int64_t seconds)
{
    int64_t earlier;

    return __builtin_sub_overflow(at, seconds, &earlier) ? INT64_MIN : earlier;
}

struct memory_company *memory_company_make(struct str id)
{
    struct memory_company *company = calloc(1, sizeof *company + id.len);
    char *own_id = (char *)(company + 1);

    assert(company);
    memcpy(own_id, id.at, id.len);
    company->row.id = (struct str){ own_id, id.len };
    for (int table = 0; table < TABLE_COUNT; table++)
        for (int number = 0; memory_index(table, number); number++)
            company->tables[table][number] = skip_make(indexes[table][number].order);
    return company;
}

void memory_company_drop(struct memory_company *company)
{
    for (int table = 0; table < TABLE_COUNT; table++) {
        const struct skip_node *head = company->tables[table][0].own_head;

        for (const struct skip_node *node = head ? head->next[0] : NULL; node; node = node->next[0])
            free(node->row);
        for (int number = 0; number < INDEX_MAX; number++)
            skip_drop(&company->tables[table][number]);
    }
    free(company);
}

static il_rc memory_read_open(struct store *base, struct store_read **ret, struct il_err *reterr)
{
    struct memory *store = (struct memory *)base;

    (void)reterr;
    pthread_mutex_lock(&store->lock);
    store->readers++;
    pthread_mutex_unlock(&store->lock);
    *ret = &store->read;
    return IL_OK;
}

static struct memory *store_of(struct store_read *read)
{
    return (struct memory *)(void *)((char *)read - offsetof(struct memory, read));
}

/* Rows stand in their company here. */
static il_rc memory_strangers(struct store_read *read, store_visit visit, void *context,
                              struct il_err *reterr)
{
    (void)read;
    (void)visit;
    (void)context;
    (void)reterr;
    return IL_OK;
}

static void memory_read_close(struct store_read *read)
{
    struct memory *store = store_of(read);

    pthread_mutex_lock(&store->lock);
    if (--store->readers == 0)
        pthread_cond_signal(&store->no_readers);
    pthread_mutex_unlock(&store->lock);
}

static struct hash memory_secret(struct store *base)
{
    return ((struct memory *)base)->secret;
}

static struct store_stats memory_stats(struct store *base)
{
    struct memory *store = (struct memory *)base;

    pthread_mutex_lock(&store->lock);
    const struct store_stats stats = store->stats;
    pthread_mutex_unlock(&store->lock);
    return stats;
}

static void memory_close(struct store *base)
{
    struct memory *store = (struct memory *)base;
    const struct skip_node *head = store->companies.own_head;

    assert(store->readers == 0);
    for (const struct skip_node *node = head ? head->next[0] : NULL; node; node = node->next[0])
        memory_company_drop(node->row);
    skip_drop(&store->companies);
    skip_drop(&store->secrets);
    pthread_cond_destroy(&store->no_readers);
    pthread_mutex_destroy(&store->lock);
    free(store);
}

static const struct store_ops ops = {
    .read_open = memory_read_open,
    .read_own = memory_read_open,
    .read_close = memory_read_close,
    .find = memory_find,
    .strangers = memory_strangers,
    .commit = memory_commit,
    .secret = memory_secret,
    .stats = memory_stats,
    .close = memory_close,
};

il_rc store_memory_open(struct dice *dice, struct store **ret, struct il_err *reterr)
{
    struct memory *store = calloc(1, sizeof *store);

    if (!store)
        return il_fail(reterr, IL_LIMIT, "no memory for a store");
    store->base.ops = &ops;
    store->read.ops = &ops;
    store->companies = skip_make(company_order);
    store->secrets = skip_make(key_secret_order);
    dice->fill(dice, store->secret.at, HASH_BYTES);
    const int lock_rc = pthread_mutex_init(&store->lock, NULL);
    const int cond_rc = pthread_cond_init(&store->no_readers, NULL);
    assert(lock_rc == 0 && cond_rc == 0);
    *ret = &store->base;
    return IL_OK;
}
