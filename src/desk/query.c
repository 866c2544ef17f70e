/* Reading: keys, records, history. Every read has its own view; nothing here waits for the writer.
 */
#include "desk_parts.h"

#include <assert.h>
#include <string.h>

il_rc desk_image(struct desk *desk, struct str company, const struct image **ret,
                 struct il_err *reterr)
{
    return slot_image(desk, company, ret, reterr);
}

/* ---- keys ---- */

static struct row_key key_copy(struct arena *arena, const struct row_key *from)
{
    struct row_key key = *from;
    key.id = str_copy(arena, from->id);
    key.role = str_copy(arena, from->role);
    key.name = str_copy(arena, from->name);
    key.brand = str_copy(arena, from->brand);
    key.company = str_copy(arena, from->company);
    return key;
}

struct key_look {
    struct arena *arena;
    struct row_key key;
    bool found;
};

static il_rc visit_key(void *context, const void *row, struct il_err *reterr)
{
    struct key_look *look = context;
    (void)reterr;
    look->key = key_copy(look->arena, row);
    look->found = true;
    return IL_OK;
}

static struct cached_key *cache_at(struct desk *desk, const struct hash *secret)
{
    const struct str bytes = { (const char *)secret->at, HASH_BYTES };
    return &desk->keys[hash_short(bytes) % KEYS_CACHED];
}

static bool key_cached(struct desk *desk, const struct hash *secret, struct arena *arena,
                       struct row_key *ret)
{
    (void)pthread_mutex_lock(&desk->lock);
    const struct cached_key *cached = cache_at(desk, secret);
    const bool found = cached->is_used && hash_equal(&cached->secret, secret);
    if (found)
        *ret = key_copy(arena, &cached->key);
    (void)pthread_mutex_unlock(&desk->lock);
    return found;
}

/* Unless a key command went by meanwhile, which may have changed it. */
static void key_remember(struct desk *desk, const struct hash *secret, const struct row_key *key,
                         uint64_t epoch)
{
    (void)pthread_mutex_lock(&desk->lock);
    struct cached_key *cached = cache_at(desk, secret);
    if (desk->keys_epoch == epoch) {
        if (cached->is_used)
            arena_drop(&cached->arena);
        cached->arena = arena_make((size_t)ARENA_CHUNK_BYTES);
        cached->key = key_copy(&cached->arena, key);
        cached->secret = *secret;
        cached->is_used = true;
    }
    (void)pthread_mutex_unlock(&desk->lock);
}

/* A key that was replaced may have a while left. */
static bool is_valid(struct desk *desk, const struct row_key *key)
{
    return key->revoked_at == 0 || desk_now_s(desk) < key->revoked_at;
}

il_rc desk_find_key(struct desk *desk, const struct hash *secret, struct arena *arena,
                    struct row_key *ret, bool *ret_found, struct il_err *reterr)
{
    struct key_look look = { .arena = arena };
    struct store_read *read;
    if (key_cached(desk, secret, arena, ret)) {
        *ret_found = is_valid(desk, ret);
        return IL_OK;
    }
    (void)pthread_mutex_lock(&desk->lock);
    const uint64_t epoch = desk->keys_epoch;
    (void)pthread_mutex_unlock(&desk->lock);
    TRY(store_read_open(desk->options.store, &read, reterr));
    const struct store_query query = { .table = TABLE_KEY, .by = BY_SECRET, .hash = *secret };
    const il_rc rc = store_find(read, &query, visit_key, &look, reterr);
    store_read_close(read);
    if (rc != IL_OK)
        return rc;
    *ret_found = look.found && is_valid(desk, &look.key);
    if (*ret_found) {
        *ret = look.key;
        key_remember(desk, secret, &look.key, epoch);
    }
    return IL_OK;
}

struct keys_look {
    struct arena *arena;
    struct key_list list;
    size_t room;
};

static il_rc visit_listed(void *context, const void *row, struct il_err *reterr)
{
    struct keys_look *look = context;
    struct key_list *list = &look->list;
    (void)reterr;
    list->at = arena_grow(look->arena, list->at, list->n, &look->room, sizeof *list->at);
    list->at[list->n] = key_copy(look->arena, row);
    list->at[list->n++].secret = (struct hash){ 0 };
    return IL_OK;
}

il_rc desk_keys(const struct lookup *in, struct str id, struct key_list *ret, struct il_err *reterr)
{
    struct keys_look look = { .arena = in->arena };
    struct store_read *read;
    const struct store_query query = {
        .table = TABLE_KEY, .by = id.len > 0 ? BY_ID : BY_ALL, .company = in->company, .text = id
    };
    TRY(store_read_open(in->desk->options.store, &read, reterr));
    const il_rc rc = store_find(read, &query, visit_listed, &look, reterr);
    store_read_close(read);
    if (rc == IL_OK)
        *ret = look.list;
    return rc;
}

/* ---- records ---- */

static il_rc find_inspection(const struct rows_at *in, struct str id, struct found_inspection *ret,
                             bool *ret_found, struct il_err *reterr)
{
    struct inspection *record;
    int64_t number;
    TRY(inspection_by_id(in, id, &record, reterr));
    if (record == NULL && str_to_int(id, &number) && number > 0)
        TRY(inspection_by_order(in, number, &record, reterr));
    *ret_found = record != NULL;
    if (record == NULL)
        return IL_OK;
    ret->record = *record;
    return person_by_ref(in, record->person, &ret->personal, reterr);
}

static il_rc open_rows(const struct lookup *in, struct rows_at *ret, struct il_err *reterr)
{
    *ret = (struct rows_at){ .company = in->company, .arena = in->arena };
    return store_read_open(in->desk->options.store, &ret->read, reterr);
}

il_rc desk_find_inspection(const struct lookup *in, struct str id, struct found_inspection *ret,
                           bool *ret_found, struct il_err *reterr)
{
    struct rows_at rows;
    TRY(open_rows(in, &rows, reterr));
    const il_rc rc = find_inspection(&rows, id, ret, ret_found, reterr);
    store_read_close(rows.read);
    return rc;
}

il_rc desk_find_personal(const struct lookup *in, ref_t person, struct str *ret,
                         struct il_err *reterr)
{
    struct rows_at rows;
    TRY(open_rows(in, &rows, reterr));
    const il_rc rc = person_by_ref(&rows, person, ret, reterr);
    store_read_close(rows.read);
    return rc;
}

il_rc desk_find_hold(const struct lookup *in, ref_t ref, struct hold *ret, bool *ret_found,
                     struct il_err *reterr)
{
    struct rows_at rows;
    struct hold *hold = NULL;
    TRY(open_rows(in, &rows, reterr));
    const il_rc rc = hold_by_ref(&rows, ref, &hold, reterr);
    store_read_close(rows.read);
    if (rc != IL_OK)
        return rc;
    *ret_found = hold != NULL;
    if (hold != NULL)
        *ret = *hold;
    return IL_OK;
}

il_rc desk_brand_of(const struct lookup *in, enum claim_kind kind, ref_t owner, struct str *ret,
                    struct il_err *reterr)
{
    struct rows_at rows;
    TRY(open_rows(in, &rows, reterr));
    const il_rc rc = owner_brand(&rows, kind, owner, ret, reterr);
    store_read_close(rows.read);
    return rc;
}

/* ---- history ---- */

struct changes_look {
    struct arena *arena;
    ref_t inspection;
    struct changelog log;
    size_t room;
};

static struct actor actor_copy(struct arena *arena, const struct actor *from)
{
    struct actor actor = *from;
    actor.key_id = str_copy(arena, from->key_id);
    actor.channel = str_copy(arena, from->channel);
    actor.brand = str_copy(arena, from->brand);
    return actor;
}

static struct offer offer_copy(struct arena *arena, const struct offer *from)
{
    struct offer offer = *from;
    offer.digest = str_copy(arena, from->digest);
    offer.zone = str_copy(arena, from->zone);
    offer.query = str_copy(arena, from->query);
    return offer;
}

static void add_change(struct changes_look *look, const struct entry *entry,
                       const struct inspection *after)
{
    look->log.at =
        arena_grow(look->arena, look->log.at, look->log.n, &look->room, sizeof *look->log.at);
    look->log.at[look->log.n++] = (struct change){
        .entry = { .seq = entry->seq,
                   .at = entry->at,
                   .kind = entry->kind,
                   .actor = actor_copy(look->arena, &entry->actor),
                   .reason = str_copy(look->arena, entry->reason),
                   .overridden = entry->overridden,
                   .override_reason = str_copy(look->arena, entry->override_reason),
                   .hold_reacquired = entry->hold_reacquired,
                   .offer = offer_copy(look->arena, &entry->offer) },
        .after = inspection_copy(look->arena, after),
    };
}

/* An entry of an import is about hundreds of orders: it is read apart, and one of them is kept. */
static il_rc visit_entry(void *context, const void *row, struct il_err *reterr)
{
    struct changes_look *look = context;
    struct arena apart = arena_make(SIZE_MAX / 2);
    struct entry entry;
    const il_rc rc = entry_read(&apart, ((const struct row_entry *)row)->payload, &entry, reterr);
    for (size_t i = 0; rc == IL_OK && i < entry.n_inspections; i++) {
        if (entry.inspections[i]->ref == look->inspection)
            add_change(look, &entry, entry.inspections[i]);
    }
    arena_drop(&apart);
    return rc;
}

il_rc desk_changelog(const struct lookup *in, ref_t inspection, struct changelog *ret,
                     struct il_err *reterr)
{
    struct changes_look look = { .arena = in->arena, .inspection = inspection };
    struct rows_at rows;
    const struct store_query query = { .table = TABLE_ENTRY,
                                       .by = BY_OWNER,
                                       .company = in->company,
                                       .ref = inspection,
                                       .limit = CHANGELOG_MAX };
    TRY(open_rows(in, &rows, reterr));
    const il_rc rc = store_find(rows.read, &query, visit_entry, &look, reterr);
    store_read_close(rows.read);
    if (rc == IL_OK)
        *ret = look.log;
    return rc;
}

struct conflicts_look {
    struct arena *arena;
    struct conflict_list list;
    size_t room;
};

static il_rc visit_conflict(void *context, const void *row, struct il_err *reterr)
{
    struct conflicts_look *look = context;
    struct conflict_list *list = &look->list;
    const struct str doc = str_copy(look->arena, ((const struct row_conflict *)row)->doc);
    list->at = arena_grow(look->arena, list->at, list->n, &look->room, sizeof *list->at);
    return conflict_read(look->arena, doc, &list->at[list->n++], reterr);
}

il_rc desk_conflicts(const struct lookup *in, struct str state, ref_t after, size_t limit,
                     struct conflict_list *ret, struct il_err *reterr)
{
    struct conflicts_look look = { .arena = in->arena };
    struct rows_at rows;
    const struct store_query query = { .table = TABLE_CONFLICT,
                                       .by = BY_STATE,
                                       .company = in->company,
                                       .text = state,
                                       .ref = after,
                                       .limit = limit };
    TRY(open_rows(in, &rows, reterr));
    const il_rc rc = store_find(rows.read, &query, visit_conflict, &look, reterr);
    store_read_close(rows.read);
    if (rc == IL_OK)
        *ret = look.list;
    return rc;
}

/* ---- the document ---- */

struct exporting {
    struct store_read *read;
    struct str company;
    struct json *json;
    struct arena *arena;
    const struct zone *zone;
    const struct company *today;
    bool vacations; /* which half of the absences */
};

static il_rc export_absence(void *context, const void *row, struct il_err *reterr)
{
    struct exporting *x = context;
    const struct row_absence *stored = row;
    struct absence record;
    if (str_equal(stored->kind, claim_kind_name(CLAIM_VACATION)) != x->vacations)
        return IL_OK;
    TRY(absence_read(x->arena, stored->doc, &record, reterr));
    document_write_absence(x->json, x->arena, x->zone, &record);
    return IL_OK;
}

static il_rc export_inspection(void *context, const void *row, struct il_err *reterr)
{
    struct exporting *x = context;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct inspection record;
    struct str personal = STR("");
    il_rc rc = inspection_read(&arena, ((const struct row_inspection *)row)->doc, &record, reterr);
    if (rc == IL_OK)
        rc = person_by_ref(&(struct rows_at){ x->read, x->company, &arena }, record.person,
                           &personal, reterr);
    if (rc == IL_OK) {
        json_start_object(x->json);
        document_write_inspection(x->json, &arena, x->zone, &record, personal);
        if (record.price.cents != price_today(x->today, &record, &arena).cents)
            json_put_int(x->json, "priceCents", record.price.cents);
        json_end_object(x->json);
    }
    arena_drop(&arena);
    return rc;
}

static il_rc export_all(struct exporting *x, const struct company *company, struct il_err *reterr)
{
    const struct store_query absences = { .table = TABLE_ABSENCE,
                                          .by = BY_ALL,
                                          .company = x->company };
    const struct store_query inspections = { .table = TABLE_INSPECTION,
                                             .by = BY_ALL,
                                             .company = x->company };
    json_start_object(x->json);
    json_put_int(x->json, "interlock", 1);
    document_write_rows(x->json, x->arena, company->rows, company->n_rows);
    x->vacations = true;
    json_open(x->json, "vacations", '[');
    TRY(store_find(x->read, &absences, export_absence, x, reterr));
    json_end_array(x->json);
    x->vacations = false;
    json_open(x->json, "events", '[');
    TRY(store_find(x->read, &absences, export_absence, x, reterr));
    json_end_array(x->json);
    json_open(x->json, "inspections", '[');
    TRY(store_find(x->read, &inspections, export_inspection, x, reterr));
    json_end_array(x->json);
    json_end_object(x->json);
    return IL_OK;
}

static il_rc export_from(struct store_read *read, struct str company, struct arena *arena,
                         struct buf *out, struct il_err *reterr)
{
    struct setting_row *rows;
    size_t n;
    const struct company *read_company;
    TRY(company_rows(read, company, arena, &rows, &n, reterr));
    if (n == 0)
        return il_invalid(reterr, "not_found", "", "there is no company %.*s", STR_ARG(company));
    TRY(company_read(rows, n, &read_company, reterr));
    struct json json = json_begin(out);
    struct exporting x = { .read = read,
                           .company = company,
                           .json = &json,
                           .arena = arena,
                           .zone = read_company->zone,
                           .today = read_company };
    const il_rc rc = export_all(&x, read_company, reterr);
    block_free(read_company);
    return rc;
}

il_rc desk_export(struct desk *desk, struct str company, struct buf *out, struct il_err *reterr)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct store_read *read;
    il_rc rc = store_read_open(desk->options.store, &read, reterr);
    if (rc == IL_OK) {
        rc = export_from(read, company, &arena, out, reterr);
        store_read_close(read);
    }
    arena_drop(&arena);
    return rc;
}
