/* Forgetting requests that nobody repeats any more: the rows of idempotency keys.
 *
 * A row is kept as long as the booking lives that its entry made, and REQUEST_KEPT_S in any case.
 * Time is the journal's: a company in which nothing happens keeps its rows, and what may be gone
 * follows from its journal alone (X6). A booking pays nothing for it: a pass reads the rows by
 * their key, a few at each sweep, and a company is passed over once a day. */
#include "desk_parts.h"

enum { ROWS_AT_ONCE = 128, PASS_MS = DAY_S * 1000 };

struct looking { /* at the next rows of one company */
    struct rows_at rows;
    utc_s newest; /* its last entry's time */
    uint64_t seq;
    struct row_idempotency old[ROWS_AT_ONCE]; /* at first all that are, then those to forget */
    size_t n_old, n_seen;
    struct str key_id, key; /* of the last one seen */
};

bool request_is_old(utc_s at, utc_s newest)
{
    return at < newest && (uint64_t)newest - (uint64_t)at >= REQUEST_KEPT_S;
}

static il_rc visit_company(void *context, const void *row, struct il_err *reterr)
{
    struct looking *l = context;
    (void)reterr;
    l->seq = ((const struct row_company *)row)->seq;
    l->newest = ((const struct row_company *)row)->last_at;
    return IL_OK;
}

static il_rc visit_request(void *context, const void *row, struct il_err *reterr)
{
    struct looking *l = context;
    const struct row_idempotency *request = row;
    (void)reterr;
    l->n_seen++;
    l->key_id = str_copy(l->rows.arena, request->key_id);
    l->key = str_copy(l->rows.arena, request->key);
    if (!request_is_old(request->at, l->newest))
        return IL_OK;
    l->old[l->n_old] = *request;
    l->old[l->n_old].key_id = l->key_id;
    l->old[l->n_old++].key = l->key;
    return IL_OK;
}

static il_rc visit_made(void *context, const void *row, struct il_err *reterr)
{
    bool *lives = context;
    const struct row_inspection *made = row;
    (void)reterr;
    *lives = *lives || !str_equal(made->status, status_name(STATUS_CANCELLED));
    return IL_OK;
}

il_rc booking_lives(const struct rows_at *in, uint64_t seq, bool *ret, struct il_err *reterr)
{
    const struct store_query made = { .table = TABLE_INSPECTION,
                                      .by = BY_NEWEST,
                                      .company = in->company,
                                      .ref = (seq + 1) << REF_SEQ_SHIFT,
                                      .key = (int64_t)((seq << REF_SEQ_SHIFT) - 1) };
    *ret = false;
    return store_find(in->read, &made, visit_made, ret, reterr);
}

static il_rc look(struct looking *l, const struct company_slot *slot, struct il_err *reterr)
{
    const struct store_query company = { .table = TABLE_COMPANY, .by = BY_ID, .text = slot->id };
    const struct store_query requests = { .table = TABLE_IDEMPOTENCY,
                                          .by = BY_AFTER,
                                          .company = slot->id,
                                          .text = buf_view(&slot->requests.key_id),
                                          .text2 = buf_view(&slot->requests.key),
                                          .limit = ROWS_AT_ONCE };
    size_t kept = 0;
    TRY(store_find(l->rows.read, &company, visit_company, l, reterr));
    TRY(store_find(l->rows.read, &requests, visit_request, l, reterr));
    for (size_t i = 0; i < l->n_old; i++) {
        bool lives;
        TRY(booking_lives(&l->rows, l->old[i].seq, &lives, reterr));
        if (!lives)
            l->old[kept++] = l->old[i];
    }
    l->n_old = kept;
    return IL_OK;
}

static il_rc forget(struct desk *desk, const struct looking *l, struct il_err *reterr)
{
    const struct store_change change = { .company = l->rows.company,
                                         .expected_seq = l->seq,
                                         .forgotten = l->old,
                                         .n_forgotten = l->n_old };
    enum store_outcome outcome;
    size_t at;
    if (l->n_old == 0)
        return IL_OK;
    TRY(store_commit(desk->options.store, &change, 1, &outcome, &at, reterr));
    if (outcome == STORE_UNKNOWN)
        return il_fail(reterr, IL_IO, "the rows were removed, or were not");
    /* Somebody else was there: the next pass sees what there is. */
    return IL_OK;
}

static void cursor_move(struct company_slot *slot, const struct looking *l, int64_t now_ms)
{
    buf_clear(&slot->requests.key_id);
    buf_clear(&slot->requests.key);
    if (l->n_seen < ROWS_AT_ONCE) {
        slot->requests.due_at_ms = now_ms + PASS_MS;
        return;
    }
    buf_add_str(&slot->requests.key_id, l->key_id);
    buf_add_str(&slot->requests.key, l->key);
}

static struct company_slot *slot_due(struct desk *desk, int64_t now_ms)
{
    struct company_slot *found = NULL;
    (void)pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < COMPANY_SLOTS && found == NULL && !desk->is_stopped; i++) {
        for (struct company_slot *s = desk->slots[i]; s != NULL && found == NULL; s = s->next)
            found =
                s->image != NULL && !s->is_diverged && s->requests.due_at_ms <= now_ms ? s : NULL;
    }
    (void)pthread_mutex_unlock(&desk->lock);
    return found;
}

void requests_forget(struct desk *desk, struct arena *arena)
{
    const int64_t now_ms = desk->options.clock->monotonic_ms(desk->options.clock);
    struct company_slot *slot = slot_due(desk, now_ms);
    struct il_err err;
    if (slot == NULL)
        return;
    struct looking *l = arena_new(arena, struct looking);
    l->rows = (struct rows_at){ .company = slot->id, .arena = arena };
    il_rc rc = store_read_open(desk->options.store, &l->rows.read, &err);
    if (rc == IL_OK) {
        rc = look(l, slot, &err);
        store_read_close(l->rows.read);
    }
    if (rc == IL_OK)
        rc = forget(desk, l, &err);
    if (rc == IL_OK) {
        cursor_move(slot, l, now_ms);
        return;
    }
    /* Nothing is lost but room: the next pass begins where this one stood. */
    slot->requests.due_at_ms = now_ms + PASS_MS;
    desk->options.log->line(desk->options.log, LOG_ERROR, "old requests are not forgotten",
                            str_from(err.text));
}
