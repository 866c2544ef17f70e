/* An entry as rows: the journal's line and the projections that follow from it. */
#include "desk_parts.h"

#include <string.h>

struct personal_data personal_seal(struct desk *desk, struct arena *arena, struct str data)
{
    enum { SALT_BYTES = 16 };
    char *salt = arena_array(arena, char, SALT_BYTES);
    desk->options.dice->fill(desk->options.dice, salt, SALT_BYTES);
    char *both = arena_array(arena, char, SALT_BYTES + data.len);
    memcpy(both, salt, SALT_BYTES);
    memcpy(both + SALT_BYTES, data.at, data.len);
    return (struct personal_data){ .salt = { salt, SALT_BYTES },
                                   .hash = hash_of((struct str){ both, SALT_BYTES + data.len }),
                                   .data = data };
}

struct str entry_encode(struct arena *arena, struct str company, struct entry *entry,
                        const struct hash *before)
{
    struct buf out = { 0 };
    entry_write(&out, company, entry);
    const struct str payload = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    entry->hash = hash_join(before, payload);
    return payload;
}

static struct row_claim claim_row(const struct claim_at *at)
{
    const struct claim *c = &at->claim;
    return (struct row_claim){
        .inspector = at->inspector,
        .starts_at = c->when.start,
        .ends_at = c->when.end,
        .ref = c->ref,
        .owner = c->owner,
        .lock_group = c->lock_group,
        .order_number = c->order_number,
        .expires_at = c->expires_at,
        .lat_e7 = c->place.lat_e7,
        .lng_e7 = c->place.lng_e7,
        .has_place = c->has_place,
        .kind = c->kind,
    };
}

static void project_claims(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    ref_t *removed = arena_array(arena, ref_t, e->n_removed);
    struct row_claim *claims = arena_array(arena, struct row_claim, e->n_added);
    for (size_t i = 0; i < e->n_removed; i++)
        removed[i] = e->removed[i].claim.ref;
    for (size_t i = 0; i < e->n_added; i++)
        claims[i] = claim_row(&e->added[i]);
    ret->claims_removed = removed;
    ret->n_claims_removed = e->n_removed;
    ret->claims = claims;
    ret->n_claims = e->n_added;
}

typedef void (*doc_write)(struct buf *, const void *);

static void write_inspection(struct buf *out, const void *record)
{
    inspection_write(out, record);
}

static void write_hold(struct buf *out, const void *record)
{
    hold_write(out, record);
}

static void write_absence(struct buf *out, const void *record)
{
    absence_write(out, record);
}

static void write_conflict(struct buf *out, const void *record)
{
    conflict_write(out, record);
}

/* Writes one record and returns its text in the arena. */
static struct str doc_of(struct arena *arena, const void *record, doc_write write)
{
    struct buf out = { 0 };
    write(&out, record);
    const struct str doc = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    return doc;
}

static void project_inspections(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    struct row_inspection *rows = arena_array(arena, struct row_inspection, e->n_inspections);
    for (size_t i = 0; i < e->n_inspections; i++) {
        const struct inspection *r = e->inspections[i];
        rows[i] = (struct row_inspection){
            .ref = r->ref,
            .id = r->id,
            .order_number = r->order_number,
            .starts_at = r->when.start,
            .ends_at = r->when.end,
            .status = status_name(r->status),
            .version = r->version,
            .person = r->person,
            .external_ref = r->external_ref,
            .key_id = r->key_id,
            .place_key = r->place_key,
            .doc = doc_of(arena, r, write_inspection),
        };
    }
    ret->inspections = rows;
    ret->n_inspections = e->n_inspections;
}

static void project_holds(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    struct row_hold *rows = arena_array(arena, struct row_hold, e->n_holds);
    for (size_t i = 0; i < e->n_holds; i++)
        rows[i] =
            (struct row_hold){ e->holds[i]->ref, hold_state_name(e->holds[i]->state),
                               e->holds[i]->expires_at, doc_of(arena, e->holds[i], write_hold) };
    ret->holds = rows;
    ret->n_holds = e->n_holds;
}

static void project_absences(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    struct row_absence *rows = arena_array(arena, struct row_absence, e->n_absences);
    for (size_t i = 0; i < e->n_absences; i++) {
        const struct absence *r = &e->absences[i];
        rows[i] = (struct row_absence){
            .ref = r->ref,
            .id = r->id,
            .kind = claim_kind_name(r->kind),
            .inspector = r->inspector,
            .starts_at = r->when.start,
            .ends_at = r->when.end,
            .version = r->version,
            .doc = doc_of(arena, r, write_absence),
            .removed = r->is_removed,
        };
    }
    ret->absences = rows;
    ret->n_absences = e->n_absences;
}

static void project_conflicts(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    struct row_conflict *rows = arena_array(arena, struct row_conflict, e->n_conflicts);
    for (size_t i = 0; i < e->n_conflicts; i++) {
        const struct conflict *r = &e->conflicts[i];
        rows[i] = (struct row_conflict){ r->ref,
                                         r->a.claim,
                                         r->b.claim,
                                         r->inspector,
                                         conflict_state_name(r->state),
                                         doc_of(arena, r, write_conflict) };
    }
    ret->conflicts = rows;
    ret->n_conflicts = e->n_conflicts;
}

static void project_settings(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    struct row_setting *rows = arena_array(arena, struct row_setting, e->n_settings);
    for (size_t i = 0; i < e->n_settings; i++) {
        const struct setting_change *s = &e->settings[i];
        rows[i] = (struct row_setting){ s->row.kind, s->row.id, s->row.body, s->row.person,
                                        s->is_removed };
    }
    ret->settings = rows;
    ret->n_settings = e->n_settings;
}

static void project_keys(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    struct row_key *rows = arena_array(arena, struct row_key, e->n_keys);
    for (size_t i = 0; i < e->n_keys; i++) {
        const struct key_record *k = &e->keys[i];
        rows[i] = (struct row_key){ .id = k->id,
                                    .secret = k->secret,
                                    .role = role_name(k->role),
                                    .name = k->name,
                                    .brand = k->brand,
                                    .may_override = k->may_override,
                                    .created_at = k->created_at,
                                    .revoked_at = k->revoked_at };
    }
    ret->keys = rows;
    ret->n_keys = e->n_keys;
}

static void project_outbox(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    struct row_outbox *rows = arena_array(arena, struct row_outbox, e->n_outbox);
    for (size_t i = 0; i < e->n_outbox; i++)
        rows[i] = (struct row_outbox){ e->outbox[i].ref, e->outbox[i].owner, e->outbox[i].kind,
                                       STR("pending"), STR("{}") };
    ret->outbox = rows;
    ret->n_outbox = e->n_outbox;
}

static void project_touched(struct arena *arena, const struct entry *e, struct store_entry *ret)
{
    const size_t room = e->n_inspections + e->n_holds + e->n_absences;
    ref_t *touched = arena_array(arena, ref_t, room);
    size_t n = 0;
    for (size_t i = 0; i < e->n_inspections; i++)
        touched[n++] = e->inspections[i]->ref;
    for (size_t i = 0; i < e->n_holds; i++)
        touched[n++] = e->holds[i]->ref;
    for (size_t i = 0; i < e->n_absences; i++)
        touched[n++] = e->absences[i].ref;
    ret->touched = touched;
    ret->n_touched = n;
}

static void project_persons(struct arena *arena, const struct entry *e,
                            const struct personal_data *persons, size_t n_persons,
                            struct store_entry *ret)
{
    struct row_person *rows = arena_array(arena, struct row_person, n_persons + e->n_erased);
    for (size_t i = 0; i < n_persons; i++)
        rows[i] = (struct row_person){ persons[i].ref, persons[i].salt, persons[i].hash,
                                       persons[i].data };
    for (size_t i = 0; i < e->n_erased; i++)
        rows[n_persons + i] =
            (struct row_person){ .ref = e->erased[i].person, .hash = e->erased[i].hash };
    ret->persons = rows;
    ret->n_persons = n_persons + e->n_erased;
    ret->wipes = e->n_erased > 0;
}

void entry_project(struct arena *arena, const struct entry *entry, struct str payload,
                   const struct personal_data *persons, size_t n_persons, struct store_entry *ret)
{
    *ret = (struct store_entry){
        .entry = { .seq = entry->seq,
                   .at = entry->at,
                   .kind = command_name(entry->kind),
                   .payload = payload,
                   .hash = entry->hash },
        .next_order = entry->next_order,
    };
    project_touched(arena, entry, ret);
    project_claims(arena, entry, ret);
    project_inspections(arena, entry, ret);
    project_holds(arena, entry, ret);
    project_absences(arena, entry, ret);
    project_conflicts(arena, entry, ret);
    project_settings(arena, entry, ret);
    project_keys(arena, entry, ret);
    project_outbox(arena, entry, ret);
    project_persons(arena, entry, persons, n_persons, ret);
}
