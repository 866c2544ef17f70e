/* News: entries of the journal as others may hear of them.
 *
 *  W1  A piece of news names things and never shows them: no person, no secret, no free text.
 *      Whoever may see a thing asks for it; of a conflict it says whose its two sides are.
 *  W2  An import may be about thousands of orders: a piece names NEWS_ITEMS_MAX of a kind and says
 *      that there were more. So its size has a bound, and so has a page of them. */
#include "desk_parts.h"

#include <time.h>

struct gathering_news {
    struct arena *arena; /* of the list */
    struct store_read *read;
    struct str company;
    struct news_list list;
    size_t room, limit, n_items;
};

struct making {
    struct news *news;
    struct rows_at rows; /* with an arena that goes when it is made */
    struct news_item *items;
    size_t n;
};

/* The next item of its kind; NULL: there are as many as may be. */
static struct news_item *item_add(struct making *m, enum news_kind what, size_t index)
{
    if (index >= NEWS_ITEMS_MAX) {
        m->news->is_cut = true;
        return NULL;
    }
    struct news_item *item = &m->items[m->n++];
    *item = (struct news_item){ .what = what };
    return item;
}

static void add_orders(struct making *m, const struct entry *e)
{
    struct arena *arena = &m->news->arena;
    for (size_t i = 0; i < e->n_inspections; i++) {
        const struct inspection *r = e->inspections[i];
        struct news_item *item = item_add(m, NEWS_INSPECTION, i);
        if (item == NULL)
            return;
        item->id = str_copy(arena, r->id);
        item->brand = str_copy(arena, r->brand);
        item->word = status_name(r->status);
        item->order_number = r->order_number;
        item->version = r->version;
    }
}

static void add_holds(struct making *m, const struct entry *e)
{
    for (size_t i = 0; i < e->n_holds; i++) {
        struct news_item *item = item_add(m, NEWS_HOLD, i);
        if (item == NULL)
            return;
        item->ref = e->holds[i]->ref;
        item->brand = str_copy(&m->news->arena, e->holds[i]->brand);
        item->word = hold_state_name(e->holds[i]->state);
    }
}

static void add_absences(struct making *m, const struct entry *e, enum news_kind what)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n_absences; i++) {
        const struct absence *r = &e->absences[i];
        if ((r->kind == CLAIM_VACATION) != (what == NEWS_VACATION))
            continue;
        struct news_item *item = item_add(m, what, n++);
        if (item == NULL)
            return;
        item->id = str_copy(&m->news->arena, r->id);
        item->version = r->version;
        item->is_gone = r->is_removed;
    }
}

/* A brand's row is that brand's; the rest of the settings is everybody's. */
static void add_settings(struct making *m, const struct entry *e)
{
    for (size_t i = 0; i < e->n_settings; i++) {
        const struct setting_row *row = &e->settings[i].row;
        struct news_item *item = item_add(m, NEWS_SETTING, i);
        if (item == NULL)
            return;
        item->id = str_copy(&m->news->arena, row->id);
        item->word = str_copy(&m->news->arena, row->kind);
        item->is_gone = e->settings[i].is_removed;
        if (str_equal(row->kind, document_kind_name(KIND_BRAND)))
            item->brand = item->id;
    }
}

static il_rc side_brand(struct making *m, const struct conflict_side *side, struct str *ret,
                        struct il_err *reterr)
{
    struct str brand;
    TRY(owner_brand(&m->rows, side->kind, side->owner, &brand, reterr));
    *ret = str_copy(&m->news->arena, brand);
    return IL_OK;
}

static il_rc add_conflicts(struct making *m, const struct entry *e, struct il_err *reterr)
{
    for (size_t i = 0; i < e->n_conflicts; i++) {
        const struct conflict *c = &e->conflicts[i];
        struct news_item *item = item_add(m, NEWS_CONFLICT, i);
        if (item == NULL)
            return IL_OK;
        item->ref = c->ref;
        item->word = conflict_state_name(c->state);
        TRY(side_brand(m, &c->a, &item->brand, reterr));
        TRY(side_brand(m, &c->b, &item->other_brand, reterr));
    }
    return IL_OK;
}

static void add_keys(struct making *m, const struct entry *e)
{
    for (size_t i = 0; i < e->n_keys; i++) {
        struct news_item *item = item_add(m, NEWS_KEY, i);
        if (item == NULL)
            return;
        item->id = str_copy(&m->news->arena, e->keys[i].id);
        item->brand = str_copy(&m->news->arena, e->keys[i].brand);
        item->is_gone = e->keys[i].revoked_at != 0;
    }
}

static size_t at_most(size_t n)
{
    return n < NEWS_ITEMS_MAX ? n : NEWS_ITEMS_MAX;
}

static void news_free(void *content)
{
    struct news *news = content;
    arena_drop(&news->arena);
}

static il_rc news_make(const struct rows_at *rows, const struct entry *e, const struct news **ret,
                       struct il_err *reterr)
{
    const size_t room = at_most(e->n_inspections) + at_most(e->n_holds) +
                        2 * at_most(e->n_absences) + at_most(e->n_settings) +
                        at_most(e->n_conflicts) + at_most(e->n_keys);
    struct news *news = block_new(sizeof *news, news_free);
    news->arena = arena_make(SIZE_MAX / 2);
    news->seq = e->seq;
    news->at = e->at;
    news->kind = e->kind;
    news->channel = str_copy(&news->arena, e->actor.channel);
    struct making m = { .news = news,
                        .rows = *rows,
                        .items = arena_array(&news->arena, struct news_item, room) };
    add_orders(&m, e);
    add_holds(&m, e);
    add_absences(&m, e, NEWS_EVENT);
    add_absences(&m, e, NEWS_VACATION);
    add_settings(&m, e);
    const il_rc rc = add_conflicts(&m, e, reterr);
    add_keys(&m, e);
    news->items = m.items;
    news->n = m.n;
    if (rc == IL_OK)
        *ret = news;
    else
        block_free(news);
    return rc;
}

static il_rc visit_entry(void *context, const void *row, struct il_err *reterr)
{
    struct gathering_news *g = context;
    struct news_list *list = &g->list;
    struct arena apart = arena_make(SIZE_MAX / 2);
    struct entry entry;
    if (list->n == g->limit || g->n_items >= NEWS_PAGE_ITEMS_MAX)
        return IL_OK;
    const struct rows_at rows = { g->read, g->company, &apart };
    il_rc rc = entry_read(&apart, ((const struct row_entry *)row)->payload, &entry, reterr);
    if (rc == IL_OK)
        rc = news_name_erased(&rows, &entry, reterr);
    if (rc == IL_OK) {
        list->at = arena_grow(g->arena, list->at, list->n, &g->room, sizeof(struct news *));
        rc = news_make(&rows, &entry, &list->at[list->n], reterr);
    }
    if (rc == IL_OK)
        g->n_items += list->at[list->n++]->n;
    arena_drop(&apart);
    return rc;
}

static il_rc visit_head(void *context, const void *row, struct il_err *reterr)
{
    struct gathering_news *g = context;
    (void)reterr;
    g->list.newest = ((const struct row_company *)row)->seq;
    return IL_OK;
}

static il_rc news_read(struct gathering_news *g, uint64_t after, struct il_err *reterr)
{
    const struct store_query head = { .table = TABLE_COMPANY, .by = BY_ID, .text = g->company };
    const struct store_query entries = {
        .table = TABLE_ENTRY, .by = BY_ALL, .company = g->company, .ref = after, .limit = g->limit
    };
    TRY(store_find(g->read, &head, visit_head, g, reterr));
    return g->list.newest <= after ? IL_OK : store_find(g->read, &entries, visit_entry, g, reterr);
}

il_rc desk_news(const struct lookup *in, uint64_t after, size_t limit, struct news_list *ret,
                struct il_err *reterr)
{
    struct gathering_news g = { .arena = in->arena,
                                .company = in->company,
                                .limit = limit < NEWS_MAX ? limit : NEWS_MAX };
    TRY(store_read_open(in->desk->options.store, &g.read, reterr));
    const il_rc rc = news_read(&g, after, reterr);
    store_read_close(g.read);
    if (rc == IL_OK)
        *ret = g.list;
    else
        news_drop(&g.list);
    return rc;
}

void news_drop(struct news_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        block_free(list->at[i]);
    list->n = 0;
}

/* ---- listening ---- */

void desk_nudge(struct desk *desk)
{
    (void)pthread_mutex_lock(&desk->lock);
    desk->n_heard++;
    (void)pthread_cond_broadcast(&desk->heard);
    (void)pthread_mutex_unlock(&desk->lock);
}

struct timespec monotonic_in(int64_t wait_ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += wait_ms / 1000;
    until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    return until;
}

void desk_hear(struct desk *desk, uint64_t *heard, unsigned wait_ms)
{
    const struct timespec until = monotonic_in(wait_ms);
    (void)pthread_mutex_lock(&desk->lock);
    while (desk->n_heard == *heard &&
           pthread_cond_timedwait(&desk->heard, &desk->lock, &until) == 0)
        continue;
    *heard = desk->n_heard;
    (void)pthread_mutex_unlock(&desk->lock);
}

uint64_t desk_newest(struct desk *desk, struct str company)
{
    (void)pthread_mutex_lock(&desk->lock);
    const uint64_t newest = slot_find(desk, company)->known_seq;
    (void)pthread_mutex_unlock(&desk->lock);
    return newest;
}
