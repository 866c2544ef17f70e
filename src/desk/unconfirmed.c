/* Orders that were booked online and that nobody has confirmed for too long.
 *
 * A booking pays nothing for it: the store finds what is unconfirmed by its status, a few rows at a
 * sweep, and a company is passed over once a minute. What has begun already is left to the office,
 * and so is an order without a time of creation. The writer cancels as any caller would: an order
 * that was confirmed meanwhile has another version. */
#include "desk_parts.h"

enum { ROWS_AT_ONCE = 64, PASS_MS = 60 * 1000 };

struct looking {
    const struct company *company;
    struct arena *arena;
    utc_s now;
    struct str id;
    struct desk_job **jobs;
    size_t n_jobs, n_seen;
    utc_s last_start;
    ref_t last;
};

static int32_t expiry_h(const struct company *company, struct str brand)
{
    return company_rules(company, company_find_brand(company, brand))->unconfirmed_expiry_h;
}

static bool expires_any(const struct company *company)
{
    bool any = false;
    for (size_t i = 0; i < company->n_brands; i++)
        any = any || company->brands[i].rules.unconfirmed_expiry_h > 0;
    return any;
}

static void cancel(struct looking *l, const struct inspection *record, int32_t hours)
{
    struct desk_job *job = arena_new(l->arena, struct desk_job);
    job->company = l->id;
    job->command.kind = COMMAND_CANCEL;
    job->command.actor = (struct actor){ .role = ROLE_ADMIN, .channel = STR("system") };
    job->command.subject = record->id;
    job->command.version = record->version;
    job->command.reason = str_print(l->arena, "Nobody confirmed it within %d hours.", (int)hours);
    job->arena = l->arena;
    l->jobs[l->n_jobs++] = job;
}

static il_rc visit(void *context, const void *row, struct il_err *reterr)
{
    struct looking *l = context;
    const struct row_inspection *found = row;
    struct inspection record;
    TRY(inspection_read(l->arena, str_copy(l->arena, found->doc), &record, reterr));
    l->n_seen++;
    l->last_start = found->starts_at;
    l->last = found->ref;
    const int32_t hours = expiry_h(l->company, record.brand);
    if (hours > 0 && record.created_at != 0 &&
        str_equal(record.scheduled_location, STR("online")) &&
        record.created_at + (utc_s)hours * HOUR_S <= l->now)
        cancel(l, &record, hours);
    return IL_OK;
}

/* The next company that is due; its image is a holder. */
static struct company_slot *slot_due(struct desk *desk, int64_t now_ms, const struct image **ret)
{
    struct company_slot *found = NULL;
    (void)pthread_mutex_lock(&desk->lock);
    for (size_t i = 0; i < COMPANY_SLOTS && found == NULL && !desk->is_stopped; i++) {
        for (struct company_slot *s = desk->slots[i]; s != NULL && found == NULL; s = s->next) {
            if (s->image == NULL || s->image->company == NULL || s->is_diverged ||
                s->unconfirmed.due_at_ms > now_ms)
                continue;
            s->unconfirmed.due_at_ms = now_ms + PASS_MS;
            if (expires_any(s->image->company))
                found = s;
        }
    }
    *ret = found == NULL ? NULL : block_keep(found->image);
    (void)pthread_mutex_unlock(&desk->lock);
    return found;
}

static il_rc look(struct desk *desk, struct looking *l, const struct company_slot *slot,
                  struct il_err *reterr)
{
    const struct unconfirmed_state *at = &slot->unconfirmed;
    const struct store_query unconfirmed = { .table = TABLE_INSPECTION,
                                             .by = BY_AFTER,
                                             .company = slot->id,
                                             .text = status_name(STATUS_UNCONFIRMED),
                                             .from = at->start > l->now ? at->start : l->now,
                                             .ref = at->start > l->now ? at->ref : 0,
                                             .to = INT64_MAX,
                                             .limit = ROWS_AT_ONCE };
    struct store_read *read;
    TRY(store_read_open(desk->options.store, &read, reterr));
    const il_rc rc = store_find(read, &unconfirmed, visit, l, reterr);
    store_read_close(read);
    return rc;
}

size_t unconfirmed_jobs(struct desk *desk, struct arena *arena, struct desk_job **ret, size_t room)
{
    const int64_t now_ms = desk->options.clock->monotonic_ms(desk->options.clock);
    const struct image *image;
    struct il_err err;
    struct company_slot *slot = room < ROWS_AT_ONCE ? NULL : slot_due(desk, now_ms, &image);
    if (slot == NULL)
        return 0;
    struct looking l = { .company = image->company,
                         .arena = arena,
                         .now = desk_now_s(desk),
                         .id = slot->id,
                         .jobs = ret };
    if (look(desk, &l, slot, &err) != IL_OK) {
        l.n_seen = 0;
        desk->options.log->line(desk->options.log, LOG_ERROR,
                                "unconfirmed orders are not looked at", str_from(err.text));
    }
    const bool has_more = l.n_seen == ROWS_AT_ONCE;
    if (has_more)
        slot->unconfirmed = (struct unconfirmed_state){ now_ms, l.last_start, l.last };
    else
        slot->unconfirmed.start = 0;
    block_free(image);
    return l.n_jobs;
}
