/* Images of companies: loaded on demand, published after each commit, evicted when memory is short.
 *
 * A slot remembers the newest seq it ever published, so that a load which began before a commit can
 * never bring back an older state after it. */
#include "desk_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct company_slot *slot_find(struct desk *desk, struct str company)
{
    struct company_slot **at = &desk->slots[hash_short(company) % COMPANY_SLOTS];
    for (; *at != NULL; at = &(*at)->next) {
        if (str_equal((*at)->id, company))
            return *at;
    }
    struct company_slot *slot = block_new(sizeof *slot + company.len, NULL);
    char *id = (char *)(slot + 1);
    memcpy(id, company.at, company.len);
    slot->id = (struct str){ id, company.len };
    *at = slot;
    return slot;
}

static void slot_clear(struct desk *desk, struct company_slot *slot)
{
    if (slot->image == NULL)
        return;
    block_free(slot->image);
    desk->image_bytes -= slot->bytes;
    desk->n_images--;
    slot->image = NULL;
    slot->bytes = 0;
}

/* T5: the least recently used leave; `kept` stays. Readers of an evicted image keep it alive. */
static void evict(struct desk *desk, const struct company_slot *kept)
{
    const size_t limit = desk->options.memory_bytes;
    while (limit != 0 && desk->image_bytes > limit && desk->n_images > 1) {
        struct company_slot *oldest = NULL;
        for (size_t i = 0; i < COMPANY_SLOTS; i++) {
            for (struct company_slot *s = desk->slots[i]; s != NULL; s = s->next) {
                if (s != kept && s->image != NULL &&
                    (oldest == NULL || s->used_at < oldest->used_at))
                    oldest = s;
            }
        }
        if (oldest == NULL)
            return;
        slot_clear(desk, oldest);
    }
}

const struct image *image_at(const struct image *image, utc_s now)
{
    const struct image *at = block_keep(image);
    const struct image *next =
        image_with_hours(at, wall_date(zone_to_wall(at->company->zone, now)));
    if (next != NULL) {
        block_free(at);
        at = next;
    }
    if (at->floor < now - DESK_TRIM_S) {
        next = image_trim(at, now - DESK_FLOOR_S);
        block_free(at);
        at = next;
    }
    return at;
}

void slot_publish(struct desk *desk, struct str company, const struct image *image)
{
    const size_t bytes = image_bytes(image);
    (void)pthread_mutex_lock(&desk->lock);
    struct company_slot *slot = slot_find(desk, company);
    if (image->seq >= slot->known_seq) {
        slot_clear(desk, slot);
        slot->image = block_keep(image);
        slot->bytes = bytes;
        slot->known_seq = image->seq;
        slot->used_at = ++desk->use_clock;
        desk->image_bytes += bytes;
        desk->n_images++;
        evict(desk, slot);
    }
    (void)pthread_mutex_unlock(&desk->lock);
}

void slot_reload(struct desk *desk, struct str company)
{
    const struct image *fresh;
    struct il_err err;
    (void)pthread_mutex_lock(&desk->loading);
    const utc_s floor = desk_now_s(desk) - DESK_FLOOR_S;
    if (image_load(desk, company, floor, &fresh, &err) == IL_OK && fresh != NULL) {
        (void)pthread_mutex_lock(&desk->lock);
        slot_find(desk, company)->known_seq = 0;
        (void)pthread_mutex_unlock(&desk->lock);
        slot_publish(desk, company, fresh);
        block_free(fresh);
    }
    (void)pthread_mutex_unlock(&desk->loading);
}

void slots_drop(struct desk *desk)
{
    for (size_t i = 0; i < COMPANY_SLOTS; i++) {
        for (struct company_slot *s = desk->slots[i]; s != NULL;) {
            struct company_slot *next = s->next;
            slot_clear(desk, s);
            buf_drop(&s->requests.key_id);
            buf_drop(&s->requests.key);
            block_free(s);
            s = next;
        }
        desk->slots[i] = NULL;
    }
}

/* ---- loading ---- */

struct gathering {
    struct arena *arena;
    struct row_company head;
    bool exists;
    struct setting_row *rows;
    size_t n_rows, room_rows;
    struct claim_at *claims;
    size_t n_claims, room_claims;
    const struct hold **holds;
    size_t n_holds, room_holds;
    const struct conflict **conflicts;
    size_t n_conflicts, room_conflicts;
};

static il_rc visit_head(void *context, const void *row, struct il_err *reterr)
{
    struct gathering *g = context;
    (void)reterr;
    g->head = *(const struct row_company *)row;
    g->head.id = str_copy(g->arena, g->head.id);
    g->exists = g->head.seq > 0;
    return IL_OK;
}

static il_rc visit_setting(void *context, const void *row, struct il_err *reterr)
{
    struct gathering *g = context;
    const struct row_setting *s = row;
    (void)reterr;
    g->rows = arena_grow(g->arena, g->rows, g->n_rows, &g->room_rows, sizeof *g->rows);
    g->rows[g->n_rows++] = (struct setting_row){ .kind = str_copy(g->arena, s->kind),
                                                 .id = str_copy(g->arena, s->id),
                                                 .body = str_copy(g->arena, s->body),
                                                 .person = s->person };
    return IL_OK;
}

static il_rc visit_claim(void *context, const void *row, struct il_err *reterr)
{
    struct gathering *g = context;
    const struct row_claim *c = row;
    (void)reterr;
    g->claims = arena_grow(g->arena, g->claims, g->n_claims, &g->room_claims, sizeof *g->claims);
    struct claim_at *at = &g->claims[g->n_claims++];
    /* Rows come sorted by inspector: one copy of the name serves all of their claims. */
    const bool same = g->n_claims > 1 && str_equal(at[-1].inspector, c->inspector);
    at->inspector = same ? at[-1].inspector : str_copy(g->arena, c->inspector);
    at->claim = (struct claim){ .when = { c->starts_at, c->ends_at },
                                .ref = c->ref,
                                .owner = c->owner,
                                .lock_group = c->lock_group,
                                .order_number = c->order_number,
                                .expires_at = c->expires_at,
                                .place = { c->lat_e7, c->lng_e7 },
                                .has_place = c->has_place,
                                .kind = c->kind };
    return IL_OK;
}

static il_rc visit_hold(void *context, const void *row, struct il_err *reterr)
{
    struct gathering *g = context;
    const struct row_hold *r = row;
    struct hold *hold = hold_make();
    const il_rc rc = hold_read(&hold->arena, r->doc, hold, reterr);
    if (rc != IL_OK) {
        block_free(hold);
        return rc;
    }
    g->holds = arena_grow(g->arena, g->holds, g->n_holds, &g->room_holds, sizeof(struct hold *));
    g->holds[g->n_holds++] = hold;
    return IL_OK;
}

static il_rc visit_conflict(void *context, const void *row, struct il_err *reterr)
{
    struct gathering *g = context;
    const struct row_conflict *r = row;
    struct conflict read = { .ref = 0 };
    TRY(conflict_read(g->arena, r->doc, &read, reterr));
    g->conflicts = arena_grow(g->arena, g->conflicts, g->n_conflicts, &g->room_conflicts,
                              sizeof(struct conflict *));
    g->conflicts[g->n_conflicts++] = conflict_copy(&read);
    return IL_OK;
}

struct person_look { /* the names of inspectors, laid beside their rows */
    struct arena *arena;
    struct setting_row *row;
};

static il_rc visit_person(void *context, const void *row, struct il_err *reterr)
{
    struct person_look *look = context;
    const struct row_person *p = row;
    (void)reterr;
    look->row->personal = str_copy(look->arena, p->data);
    look->row->person_hash = p->hash;
    return IL_OK;
}

static il_rc find_settings(struct store_read *read, struct gathering *g, struct str company,
                           struct il_err *reterr)
{
    const struct store_query settings = { .table = TABLE_SETTING,
                                          .by = BY_ALL,
                                          .company = company };
    TRY(store_find(read, &settings, visit_setting, g, reterr));
    for (size_t i = 0; i < g->n_rows; i++) {
        struct person_look look = { g->arena, &g->rows[i] };
        const struct store_query person = {
            .table = TABLE_PERSON, .by = BY_REF, .company = company, .ref = g->rows[i].person
        };
        if (g->rows[i].person != 0)
            TRY(store_find(read, &person, visit_person, &look, reterr));
    }
    return IL_OK;
}

il_rc company_rows(struct store_read *read, struct str company, struct arena *arena,
                   struct setting_row **ret, size_t *ret_n, struct il_err *reterr)
{
    struct gathering g = { .arena = arena };
    TRY(find_settings(read, &g, company, reterr));
    *ret = g.rows;
    *ret_n = g.n_rows;
    return IL_OK;
}

static int order_conflicts(const void *a, const void *b)
{
    const ref_t x = (*(const struct conflict *const *)a)->ref;
    const ref_t y = (*(const struct conflict *const *)b)->ref;
    return (x > y) - (x < y);
}

static il_rc gather(struct store_read *read, struct gathering *g, struct str company, utc_s floor,
                    struct il_err *reterr)
{
    const struct store_query head = { .table = TABLE_COMPANY, .by = BY_ID, .text = company };
    TRY(store_find(read, &head, visit_head, g, reterr));
    if (!g->exists)
        return IL_OK;
    TRY(find_settings(read, g, company, reterr));
    const struct store_query claims = {
        .table = TABLE_CLAIM, .by = BY_TIME, .company = company, .from = floor, .to = INT64_MAX
    };
    TRY(store_find(read, &claims, visit_claim, g, reterr));
    const struct store_query holds = {
        .table = TABLE_HOLD, .by = BY_STATE, .company = company, .text = hold_state_name(HOLD_LIVE)
    };
    TRY(store_find(read, &holds, visit_hold, g, reterr));
    for (int state = CONFLICT_OPEN; state < CONFLICT_RESOLVED; state++) {
        const struct store_query conflicts = {
            .table = TABLE_CONFLICT,
            .by = BY_STATE,
            .company = company,
            .text = conflict_state_name((enum conflict_state)state),
        };
        TRY(store_find(read, &conflicts, visit_conflict, g, reterr));
    }
    /* They come state by state; the image finds them by ref. */
    if (g->n_conflicts > 0)
        qsort(g->conflicts, g->n_conflicts, sizeof(struct conflict *), order_conflicts);
    return IL_OK;
}

static void gathering_free(struct gathering *g)
{
    for (size_t i = 0; i < g->n_holds; i++)
        block_free(g->holds[i]);
    for (size_t i = 0; i < g->n_conflicts; i++)
        block_free(g->conflicts[i]);
}

static il_rc put_together(struct gathering *g, utc_s floor, const struct image **ret,
                          struct il_err *reterr)
{
    const struct company *company;
    TRY(company_read(g->rows, g->n_rows, &company, reterr));
    const struct image_parts parts = {
        .company = company,
        .claims = g->claims,
        .n_claims = g->n_claims,
        .conflicts = g->conflicts,
        .n_conflicts = g->n_conflicts,
        .holds = g->holds,
        .n_holds = g->n_holds,
        .seq = g->head.seq,
        .last_at = g->head.last_at,
        .head = g->head.head,
        .next_order = g->head.next_order,
        .floor = floor,
    };
    *ret = image_make(&parts);
    if (*ret != NULL) {
        g->n_holds = 0;
        g->n_conflicts = 0;
        return IL_OK;
    }
    block_free(company);
    return il_fail(reterr, IL_IO, "company %.*s: time is stored for an inspector it does not have",
                   STR_ARG(g->head.id));
}

il_rc image_read(struct store_read *read, struct str company, utc_s floor, const struct image **ret,
                 struct il_err *reterr)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct gathering g = { .arena = &arena };
    const struct image *image = NULL;
    il_rc rc = gather(read, &g, company, floor, reterr);
    if (rc == IL_OK && g.exists)
        rc = put_together(&g, floor, &image, reterr);
    if (rc == IL_OK)
        *ret = image;
    gathering_free(&g);
    arena_drop(&arena);
    return rc;
}

il_rc image_load(struct desk *desk, struct str company, utc_s floor, const struct image **ret,
                 struct il_err *reterr)
{
    struct store_read *read;
    TRY(store_read_open(desk->options.store, &read, reterr));
    const il_rc rc = image_read(read, company, floor, ret, reterr);
    store_read_close(read);
    return rc;
}

static date_d today_of(struct desk *desk, const struct image *image)
{
    return wall_date(zone_to_wall(image->company->zone, desk_now_s(desk)));
}

static const struct image *slot_peek(struct desk *desk, struct str company)
{
    (void)pthread_mutex_lock(&desk->lock);
    struct company_slot *slot = slot_find(desk, company);
    slot->used_at = ++desk->use_clock;
    const struct image *image = block_keep(slot->image);
    (void)pthread_mutex_unlock(&desk->lock);
    return image;
}

/* Today's hours laid out; the same image when they are. Takes `image` over. */
static const struct image *with_today(struct desk *desk, const struct image *image)
{
    const struct image *next = image_with_hours(image, today_of(desk, image));
    if (next == NULL)
        return image;
    block_free(image);
    return next;
}

static bool is_today(struct desk *desk, const struct image *image)
{
    return image != NULL && image->hours != NULL && image->hours_first + 1 == today_of(desk, image);
}

static il_rc slot_fill(struct desk *desk, struct str company, const struct image **ret,
                       struct il_err *reterr)
{
    const struct image *image = slot_peek(desk, company);
    if (image == NULL)
        TRY(image_load(desk, company, desk_now_s(desk) - DESK_FLOOR_S, &image, reterr));
    if (image != NULL) {
        image = with_today(desk, image);
        slot_publish(desk, company, image);
    }
    *ret = image;
    return IL_OK;
}

il_rc slot_image(struct desk *desk, struct str company, const struct image **ret,
                 struct il_err *reterr)
{
    const struct image *image = slot_peek(desk, company);
    if (is_today(desk, image)) {
        *ret = image;
        return IL_OK;
    }
    block_free(image);
    (void)pthread_mutex_lock(&desk->loading);
    const il_rc rc = slot_fill(desk, company, ret, reterr);
    (void)pthread_mutex_unlock(&desk->loading);
    return rc;
}

il_rc image_deep(struct desk *desk, struct str company, utc_s floor, const struct image **ret,
                 struct il_err *reterr)
{
    const struct image *image;
    TRY(image_load(desk, company, floor, &image, reterr));
    if (image == NULL)
        return il_fail(reterr, IL_IO, "company %.*s is not in the store", STR_ARG(company));
    *ret = with_today(desk, image);
    return IL_OK;
}
