/* Figures of a company that the store knows, for whoever watches the server. */
#include "desk_parts.h"

struct figuring {
    struct desk *desk;
    struct store_read *read;
    struct arena *arena;
    struct company_figures *at; /* of one company, while its rows are counted */
    utc_s now;
    ref_t oldest; /* outbox item that waits; 0: none */
    struct figures_list list;
    size_t room;
};

static il_rc visit_hold(void *context, const void *row, struct il_err *reterr)
{
    struct figuring *f = context;
    (void)reterr;
    f->at->holds_live += ((const struct row_hold *)row)->expires_at > f->now;
    return IL_OK;
}

static il_rc visit_conflict(void *context, const void *row, struct il_err *reterr)
{
    struct figuring *f = context;
    (void)row;
    (void)reterr;
    f->at->conflicts_open++;
    return IL_OK;
}

static il_rc visit_entry(void *context, const void *row, struct il_err *reterr)
{
    struct figuring *f = context;
    (void)reterr;
    f->at->outbox_waits_s = f->now - ((const struct row_entry *)row)->at;
    return IL_OK;
}

static il_rc visit_outbox(void *context, const void *row, struct il_err *reterr)
{
    struct figuring *f = context;
    const ref_t ref = ((const struct row_outbox *)row)->ref;
    (void)reterr;
    if (f->oldest == 0 || ref < f->oldest)
        f->oldest = ref;
    return IL_OK;
}

struct counting {
    struct figuring *f;
    size_t *n;
    bool waits;
};

static il_rc visit_counted(void *context, const void *row, struct il_err *reterr)
{
    struct counting *c = context;
    (*c->n)++;
    return c->waits ? visit_outbox(c->f, row, reterr) : IL_OK;
}

static il_rc count_outbox(struct figuring *f, struct str company, struct il_err *reterr)
{
    f->oldest = 0;
    for (int i = 0; i < OUTBOX_STATES; i++) {
        struct counting c = { f, &f->at->outbox[i], i == OUTBOX_PENDING || i == OUTBOX_FAILED };
        const struct store_query query = {
            .table = TABLE_OUTBOX, .by = BY_STATE, .company = company, .text = outbox_state_name(i)
        };
        TRY(store_find(f->read, &query, visit_counted, &c, reterr));
    }
    if (f->oldest == 0)
        return IL_OK;
    const struct store_query entry = {
        .table = TABLE_ENTRY, .by = BY_REF, .company = company, .ref = f->oldest >> REF_SEQ_SHIFT
    };
    return store_find(f->read, &entry, visit_entry, f, reterr);
}

static il_rc figure(struct figuring *f, struct str company, struct il_err *reterr)
{
    const struct store_query holds = {
        .table = TABLE_HOLD, .by = BY_STATE, .company = company, .text = hold_state_name(HOLD_LIVE)
    };
    const struct store_query conflicts = { .table = TABLE_CONFLICT,
                                           .by = BY_STATE,
                                           .company = company,
                                           .text = conflict_state_name(CONFLICT_OPEN) };
    TRY(store_find(f->read, &holds, visit_hold, f, reterr));
    TRY(store_find(f->read, &conflicts, visit_conflict, f, reterr));
    return count_outbox(f, company, reterr);
}

static il_rc visit_company(void *context, const void *row, struct il_err *reterr)
{
    struct figuring *f = context;
    struct figures_list *list = &f->list;
    (void)reterr;
    list->at = arena_grow(f->arena, list->at, list->n, &f->room, sizeof *list->at);
    list->at[list->n++] =
        (struct company_figures){ .id = str_copy(f->arena, ((const struct row_company *)row)->id) };
    return IL_OK;
}

static il_rc figures_read(struct figuring *f, struct str company, struct il_err *reterr)
{
    const struct store_query all = { .table = TABLE_COMPANY,
                                     .by = company.len > 0 ? BY_ID : BY_ALL,
                                     .text = company,
                                     .limit = FIGURES_COMPANIES_MAX };
    TRY(store_find(f->read, &all, visit_company, f, reterr));
    for (size_t i = 0; i < f->list.n; i++) {
        f->at = &f->list.at[i];
        TRY(figure(f, f->at->id, reterr));
    }
    return IL_OK;
}

il_rc desk_figures(const struct lookup *in, struct figures_list *ret, struct il_err *reterr)
{
    struct figuring f = { .desk = in->desk, .arena = in->arena, .now = desk_now_s(in->desk) };
    TRY(store_read_open(in->desk->options.store, &f.read, reterr));
    const il_rc rc = figures_read(&f, in->company, reterr);
    store_read_close(f.read);
    if (rc == IL_OK)
        *ret = f.list;
    return rc;
}

static il_rc visit_counted_company(void *context, const void *row, struct il_err *reterr)
{
    (void)row;
    (void)reterr;
    (*(size_t *)context)++;
    return IL_OK;
}

il_rc desk_has_one_company(struct desk *desk, bool *ret, struct il_err *reterr)
{
    const struct store_query two = { .table = TABLE_COMPANY, .by = BY_ALL, .limit = 2 };
    struct store_read *read;
    size_t n = 0;
    TRY(store_read_open(desk->options.store, &read, reterr));
    const il_rc rc = store_find(read, &two, visit_counted_company, &n, reterr);
    store_read_close(read);
    *ret = n == 1;
    return rc;
}

struct str outbox_state_name(int state)
{
    static const char *const names[OUTBOX_STATES] = { "pending", "sent", "failed", "parked" };
    return str_from(names[state]);
}

void entries_count(struct desk *desk, const struct store_entry *entries, size_t n)
{
    enum command_kind kind;
    (void)pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < n; i++) {
        if (command_parse(entries[i].entry.kind, &kind))
            desk->stats.entries[kind]++;
    }
    (void)pthread_mutex_unlock(&desk->lock);
}
