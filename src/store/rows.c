/* The columns of every table, once, for both backends. */
#include "store/rows.h"

#include <assert.h>

static const struct column company_columns[] = {
    { "id", COLUMN_TEXT, offsetof(struct row_company, id) },
    { "seq", COLUMN_REF, offsetof(struct row_company, seq) },
    { "last_at", COLUMN_INT, offsetof(struct row_company, last_at) },
    { "head", COLUMN_HASH, offsetof(struct row_company, head) },
    { "next_order", COLUMN_INT, offsetof(struct row_company, next_order) },
};

static const struct column entry_columns[] = {
    { "seq", COLUMN_REF, offsetof(struct row_entry, seq) },
    { "at", COLUMN_INT, offsetof(struct row_entry, at) },
    { "kind", COLUMN_TEXT, offsetof(struct row_entry, kind) },
    { "payload", COLUMN_BLOB, offsetof(struct row_entry, payload) },
    { "hash", COLUMN_HASH, offsetof(struct row_entry, hash) },
};

static const struct column setting_columns[] = {
    { "kind", COLUMN_TEXT, offsetof(struct row_setting, kind) },
    { "id", COLUMN_TEXT, offsetof(struct row_setting, id) },
    { "body", COLUMN_BLOB, offsetof(struct row_setting, body) },
    { "person", COLUMN_REF, offsetof(struct row_setting, person) },
};

static const struct column claim_columns[] = {
    { "ref", COLUMN_REF, offsetof(struct row_claim, ref) },
    { "inspector_id", COLUMN_TEXT, offsetof(struct row_claim, inspector) },
    { "starts_at", COLUMN_INT, offsetof(struct row_claim, starts_at) },
    { "ends_at", COLUMN_INT, offsetof(struct row_claim, ends_at) },
    { "owner", COLUMN_REF, offsetof(struct row_claim, owner) },
    { "lock_group", COLUMN_REF, offsetof(struct row_claim, lock_group) },
    { "order_number", COLUMN_INT, offsetof(struct row_claim, order_number) },
    { "expires_at", COLUMN_INT, offsetof(struct row_claim, expires_at) },
    { "lat_e7", COLUMN_INT32, offsetof(struct row_claim, lat_e7) },
    { "lng_e7", COLUMN_INT32, offsetof(struct row_claim, lng_e7) },
    { "has_place", COLUMN_BOOL, offsetof(struct row_claim, has_place) },
    { "kind", COLUMN_BYTE, offsetof(struct row_claim, kind) },
};

static const struct column hold_columns[] = {
    { "ref", COLUMN_REF, offsetof(struct row_hold, ref) },
    { "state", COLUMN_TEXT, offsetof(struct row_hold, state) },
    { "expires_at", COLUMN_INT, offsetof(struct row_hold, expires_at) },
    { "doc", COLUMN_BLOB, offsetof(struct row_hold, doc) },
};

static const struct column absence_columns[] = {
    { "ref", COLUMN_REF, offsetof(struct row_absence, ref) },
    { "id", COLUMN_TEXT, offsetof(struct row_absence, id) },
    { "kind", COLUMN_TEXT, offsetof(struct row_absence, kind) },
    { "inspector_id", COLUMN_TEXT, offsetof(struct row_absence, inspector) },
    { "starts_at", COLUMN_INT, offsetof(struct row_absence, starts_at) },
    { "ends_at", COLUMN_INT, offsetof(struct row_absence, ends_at) },
    { "version", COLUMN_INT, offsetof(struct row_absence, version) },
    { "doc", COLUMN_BLOB, offsetof(struct row_absence, doc) },
};

static const struct column inspection_columns[] = {
    { "ref", COLUMN_REF, offsetof(struct row_inspection, ref) },
    { "id", COLUMN_TEXT, offsetof(struct row_inspection, id) },
    { "order_number", COLUMN_INT, offsetof(struct row_inspection, order_number) },
    { "starts_at", COLUMN_INT, offsetof(struct row_inspection, starts_at) },
    { "ends_at", COLUMN_INT, offsetof(struct row_inspection, ends_at) },
    { "status", COLUMN_TEXT, offsetof(struct row_inspection, status) },
    { "version", COLUMN_INT, offsetof(struct row_inspection, version) },
    { "person", COLUMN_REF, offsetof(struct row_inspection, person) },
    { "external_ref", COLUMN_TEXT, offsetof(struct row_inspection, external_ref) },
    { "key_id", COLUMN_TEXT, offsetof(struct row_inspection, key_id) },
    { "place_key", COLUMN_INT, offsetof(struct row_inspection, place_key) },
    { "doc", COLUMN_BLOB, offsetof(struct row_inspection, doc) },
};

static const struct column conflict_columns[] = {
    { "ref", COLUMN_REF, offsetof(struct row_conflict, ref) },
    { "claim_a", COLUMN_REF, offsetof(struct row_conflict, claim_a) },
    { "claim_b", COLUMN_REF, offsetof(struct row_conflict, claim_b) },
    { "inspector_id", COLUMN_TEXT, offsetof(struct row_conflict, inspector) },
    { "state", COLUMN_TEXT, offsetof(struct row_conflict, state) },
    { "doc", COLUMN_BLOB, offsetof(struct row_conflict, doc) },
};

static const struct column person_columns[] = {
    { "ref", COLUMN_REF, offsetof(struct row_person, ref) },
    { "salt", COLUMN_BLOB, offsetof(struct row_person, salt) },
    { "hash", COLUMN_HASH, offsetof(struct row_person, hash) },
    { "data", COLUMN_BLOB, offsetof(struct row_person, data) },
};

static const struct column idempotency_columns[] = {
    { "key_id", COLUMN_TEXT, offsetof(struct row_idempotency, key_id) },
    { "key_text", COLUMN_TEXT, offsetof(struct row_idempotency, key) },
    { "request", COLUMN_HASH, offsetof(struct row_idempotency, request) },
    { "seq", COLUMN_REF, offsetof(struct row_idempotency, seq) },
    { "at", COLUMN_INT, offsetof(struct row_idempotency, at) },
};

static const struct column outbox_columns[] = {
    { "ref", COLUMN_REF, offsetof(struct row_outbox, ref) },
    { "owner", COLUMN_REF, offsetof(struct row_outbox, owner) },
    { "kind", COLUMN_TEXT, offsetof(struct row_outbox, kind) },
    { "state", COLUMN_TEXT, offsetof(struct row_outbox, state) },
    { "doc", COLUMN_BLOB, offsetof(struct row_outbox, doc) },
};

static const struct column key_columns[] = {
    { "id", COLUMN_TEXT, offsetof(struct row_key, id) },
    { "secret", COLUMN_HASH, offsetof(struct row_key, secret) },
    { "role", COLUMN_TEXT, offsetof(struct row_key, role) },
    { "name", COLUMN_TEXT, offsetof(struct row_key, name) },
    { "brand", COLUMN_TEXT, offsetof(struct row_key, brand) },
    { "may_override", COLUMN_BOOL, offsetof(struct row_key, may_override) },
    { "created_at", COLUMN_INT, offsetof(struct row_key, created_at) },
    { "revoked_at", COLUMN_INT, offsetof(struct row_key, revoked_at) },
};

static const struct column touch_columns[] = {
    { "ref", COLUMN_REF, offsetof(struct row_touch, ref) },
    { "seq", COLUMN_REF, offsetof(struct row_touch, seq) },
};

static const struct column search_block_columns[] = {
    { "last", COLUMN_REF, offsetof(struct row_search_block, last) },
    { "first", COLUMN_REF, offsetof(struct row_search_block, first) },
    { "n", COLUMN_INT, offsetof(struct row_search_block, n) },
};

static const struct column search_part_columns[] = {
    { "block", COLUMN_REF, offsetof(struct row_search_part, block) },
    { "word", COLUMN_TEXT, offsetof(struct row_search_part, word) },
    { "data", COLUMN_BLOB, offsetof(struct row_search_part, data) },
};

static const struct row_shape shapes[TABLE_COUNT] = {
    [TABLE_COMPANY] = { "company", "id", 1, false, company_columns,
                        sizeof company_columns / sizeof *company_columns,
                        sizeof(struct row_company) },
    [TABLE_ENTRY] = { "entry", "company_id", 1, false, entry_columns,
                      sizeof entry_columns / sizeof *entry_columns, sizeof(struct row_entry) },
    [TABLE_SETTING] = { "setting", "company_id", 2, true, setting_columns,
                        sizeof setting_columns / sizeof *setting_columns,
                        sizeof(struct row_setting) },
    [TABLE_CLAIM] = { "claim", "company_id", 1, false, claim_columns,
                      sizeof claim_columns / sizeof *claim_columns, sizeof(struct row_claim) },
    [TABLE_HOLD] = { "hold", "company_id", 1, true, hold_columns,
                     sizeof hold_columns / sizeof *hold_columns, sizeof(struct row_hold) },
    [TABLE_ABSENCE] = { "absence", "company_id", 1, true, absence_columns,
                        sizeof absence_columns / sizeof *absence_columns,
                        sizeof(struct row_absence) },
    [TABLE_INSPECTION] = { "inspection", "company_id", 1, true, inspection_columns,
                           sizeof inspection_columns / sizeof *inspection_columns,
                           sizeof(struct row_inspection) },
    [TABLE_CONFLICT] = { "conflict", "company_id", 1, true, conflict_columns,
                         sizeof conflict_columns / sizeof *conflict_columns,
                         sizeof(struct row_conflict) },
    [TABLE_PERSON] = { "person", "company_id", 1, true, person_columns,
                       sizeof person_columns / sizeof *person_columns, sizeof(struct row_person) },
    [TABLE_IDEMPOTENCY] = { "idempotency", "company_id", 2, false, idempotency_columns,
                            sizeof idempotency_columns / sizeof *idempotency_columns,
                            sizeof(struct row_idempotency) },
    [TABLE_OUTBOX] = { "outbox", "company_id", 1, true, outbox_columns,
                       sizeof outbox_columns / sizeof *outbox_columns, sizeof(struct row_outbox) },
    [TABLE_KEY] = { "api_key", "company_id", 1, true, key_columns,
                    sizeof key_columns / sizeof *key_columns, sizeof(struct row_key) },
    [TABLE_TOUCH] = { "touch", "company_id", 2, true, touch_columns,
                      sizeof touch_columns / sizeof *touch_columns, sizeof(struct row_touch) },
    [TABLE_SEARCH_BLOCK] = { "search_block", "company_id", 1, true, search_block_columns,
                             sizeof search_block_columns / sizeof *search_block_columns,
                             sizeof(struct row_search_block) },
    [TABLE_SEARCH_PART] = { "search_part", "company_id", 2, true, search_part_columns,
                            sizeof search_part_columns / sizeof *search_part_columns,
                            sizeof(struct row_search_part) },
};

const struct row_shape *row_shape(enum store_table table)
{
    assert((size_t)table < TABLE_COUNT);
    return &shapes[table];
}

struct row_list row_list(const struct store_entry *entry, enum store_table table)
{
    switch (table) {
    case TABLE_SETTING:
        return (struct row_list){ (const char *)entry->settings, entry->n_settings };
    case TABLE_CLAIM:
        return (struct row_list){ (const char *)entry->claims, entry->n_claims };
    case TABLE_HOLD:
        return (struct row_list){ (const char *)entry->holds, entry->n_holds };
    case TABLE_ABSENCE:
        return (struct row_list){ (const char *)entry->absences, entry->n_absences };
    case TABLE_INSPECTION:
        return (struct row_list){ (const char *)entry->inspections, entry->n_inspections };
    case TABLE_CONFLICT:
        return (struct row_list){ (const char *)entry->conflicts, entry->n_conflicts };
    case TABLE_PERSON:
        return (struct row_list){ (const char *)entry->persons, entry->n_persons };
    case TABLE_IDEMPOTENCY:
        return (struct row_list){ (const char *)entry->idempotency, entry->idempotency ? 1 : 0 };
    case TABLE_OUTBOX:
        return (struct row_list){ (const char *)entry->outbox, entry->n_outbox };
    case TABLE_KEY:
        return (struct row_list){ (const char *)entry->keys, entry->n_keys };
    case TABLE_ENTRY:
        return (struct row_list){ (const char *)&entry->entry, 1 };
    case TABLE_COMPANY:
    case TABLE_TOUCH: /* refs, not rows: each backend lays the seq beside them */
    case TABLE_SEARCH_BLOCK:
    case TABLE_SEARCH_PART:
        break;
    }
    return (struct row_list){ NULL, 0 };
}

struct row_list row_list_search(const struct store_search *search, enum store_table table)
{
    if (table == TABLE_SEARCH_BLOCK)
        return (struct row_list){ (const char *)search->blocks, search->n_blocks };
    return (struct row_list){ (const char *)search->parts, search->n_parts };
}

bool row_is_removed(enum store_table table, const void *row)
{
    if (table == TABLE_SETTING)
        return ((const struct row_setting *)row)->removed;
    if (table == TABLE_SEARCH_BLOCK)
        return ((const struct row_search_block *)row)->removed;
    if (table == TABLE_SEARCH_PART)
        return ((const struct row_search_part *)row)->removed;
    return table == TABLE_ABSENCE && ((const struct row_absence *)row)->removed;
}
