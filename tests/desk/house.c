/* What the office keeps, as the oracle sees it. */
#include "house.h"

#include <stdio.h>
#include <string.h>

#define LAW(entry, holds, ...)                                       \
    do {                                                             \
        if (!(holds)) {                                              \
            char said_[256];                                         \
            (void)snprintf(said_, sizeof(said_), __VA_ARGS__);       \
            rig_fail("seq %lu: %s: %s", (unsigned long)(entry)->seq, \
                     command_name((entry)->kind).at, said_);         \
        }                                                            \
    } while (0)

/* ---- things ---- */

bool house_text_has(struct str text, const char *what)
{
    const struct str wanted = str_from(what);
    for (size_t i = 0; i + wanted.len <= text.len; i++)
        if (memcmp(text.at + i, wanted.at, wanted.len) == 0)
            return true;
    return false;
}

const struct model_thing *house_find(const struct model *model, const char *kind, struct str id)
{
    for (size_t i = 0; i < model->n_things; i++)
        if (strcmp(model->things[i].kind, kind) == 0 &&
            str_equal(id, str_from(model->things[i].id)))
            return &model->things[i];
    return NULL;
}

bool house_has(const struct model *model, const char *kind, struct str id)
{
    const struct model_thing *thing = house_find(model, kind, id);
    return id.len == 0 || (thing != NULL && !thing->is_gone);
}

size_t house_count(const struct model *model, const char *kind)
{
    size_t n = 0;
    for (size_t i = 0; i < model->n_things; i++)
        n += !model->things[i].is_gone && strcmp(model->things[i].kind, kind) == 0;
    return n;
}

static const struct model_thing *find_inspector(const struct model *model, int inspector)
{
    char id[16];
    const int len = snprintf(id, sizeof(id), "i%d", inspector);
    return house_find(model, "inspector", (struct str){ id, (size_t)len });
}

bool house_is_special(const struct model *model, int inspector)
{
    const struct model_thing *thing = find_inspector(model, inspector);
    return inspector % 8 >= 6 || thing == NULL || thing->is_retired || thing->is_limited;
}

bool house_brand_is_named(const struct model *model, struct str brand, utc_s now)
{
    for (size_t i = 0; i < model->n_inspections; i++)
        if (str_equal(brand, str_from(model->inspections[i].brand)))
            return true;
    for (size_t i = 0; i < model->n_holds; i++) {
        const struct model_hold *h = &model->holds[i];
        if (h->state == HOLD_LIVE && h->expires_at > now && str_equal(brand, str_from(h->brand)))
            return true;
    }
    return false;
}

/* Minutes to be kept free between two claims; 0 is not written. */
static void lay_buffer(struct model *model, struct str company)
{
    static const char name[] = "\"bufferMinutes\":";
    const size_t skip = sizeof(name) - 1;
    model->buffer_s = 0;
    for (size_t i = 0; i + skip < company.len; i++) {
        struct str rest = { company.at + i, company.len - i };
        int64_t minutes = 0;
        if (!str_starts(rest, str_from(name)))
            continue;
        rest = (struct str){ rest.at + skip, rest.len - skip };
        for (; rest.len > 0 && rest.at[0] >= '0' && rest.at[0] <= '9'; rest.at++, rest.len--)
            minutes = 10 * minutes + (rest.at[0] - '0');
        model->buffer_s = minutes * MINUTE_S;
    }
}

static void lay_thing(struct model *model, const struct entry *entry,
                      const struct setting_change *change)
{
    char kind[MODEL_KIND_CHARS + 1];
    model_copy(kind, change->row.kind, MODEL_KIND_CHARS);
    const struct model_thing *found = house_find(model, kind, change->row.id);
    struct model_thing *thing = found == NULL ? NULL : &model->things[found - model->things];
    if (thing == NULL) {
        model->things =
            model_grow(model->things, model->n_things, &model->room_things, sizeof(*thing));
        thing = &model->things[model->n_things++];
        *thing = (struct model_thing){ .is_gone = true };
        model_copy(thing->kind, change->row.kind, MODEL_KIND_CHARS);
        model_copy(thing->id, change->row.id, MODEL_ID_CHARS);
    }
    LAW(entry, !change->is_removed || !thing->is_gone, "%s goes, and is not there", thing->id);
    if (thing->is_gone)
        thing->made = entry->seq;
    thing->is_gone = change->is_removed;
    thing->is_retired = house_text_has(change->row.body, "\"active\":false");
    thing->is_limited = house_text_has(change->row.body, "\"dailyMax\":");
    thing->changed = entry->seq;
    if (strcmp(kind, "company") == 0)
        lay_buffer(model, change->row.body);
    if (strcmp(kind, "inspector") == 0 && model_inspector(change->row.id) >= model->n_inspectors)
        model->n_inspectors = model_inspector(change->row.id) + 1;
}

/* What orders name is never taken away. */
static void judge_removals(const struct model *model, const struct entry *entry)
{
    for (size_t i = 0; i < entry->n_settings; i++) {
        const struct setting_row *row = &entry->settings[i].row;
        const bool brand = str_equal(row->kind, STR("brand"));
        if (!entry->settings[i].is_removed)
            continue;
        LAW(entry, !str_equal(row->kind, STR("inspector")) && !str_equal(row->kind, STR("service")),
            "%.*s goes instead of being retired", STR_ARG(row->id));
        LAW(entry, !brand || !house_brand_is_named(model, row->id, entry->at),
            "brand %.*s goes, and is named", STR_ARG(row->id));
        LAW(entry, !brand || house_count(model, "brand") > 1, "the last brand goes");
    }
}

/* ---- what new orders and holds name ---- */

static bool is_retired(const struct model *model, struct str inspector)
{
    const struct model_thing *thing = house_find(model, "inspector", inspector);
    return thing == NULL || thing->is_retired;
}

static bool consumes(const struct entry *entry)
{
    for (size_t i = 0; i < entry->n_holds; i++)
        if (entry->holds[i]->state == HOLD_CONSUMED)
            return true;
    return false;
}

static bool worked_on(const struct model_inspection *before, struct str inspector)
{
    for (size_t i = 0; before != NULL && i < before->n_assignments; i++)
        if (before->assigned[i].inspector == model_inspector(inspector))
            return true;
    return false;
}

static void judge_order(const struct model *model, const struct entry *entry,
                        const struct inspection *order)
{
    const struct model_inspection *before = model_find_inspection(model, order->ref);
    LAW(entry, before != NULL || house_has(model, "brand", order->brand),
        "a new order of a brand that there is not: %.*s", STR_ARG(order->brand));
    for (size_t i = 0; entry->kind != COMMAND_ADMIT && !consumes(entry) && i < order->n_assignments;
         i++)
        LAW(entry,
            worked_on(before, order->assignments[i].inspector) ||
                !is_retired(model, order->assignments[i].inspector),
            "%.*s is retired, and gets work", STR_ARG(order->assignments[i].inspector));
}

static void judge_hold(const struct model *model, const struct entry *entry,
                       const struct hold *hold)
{
    if (model_find_hold(model, hold->ref) != NULL)
        return;
    LAW(entry, house_has(model, "brand", hold->brand), "a hold of a brand that there is not: %.*s",
        STR_ARG(hold->brand));
    for (size_t i = 0; i < hold->inspectors.n; i++)
        LAW(entry, !is_retired(model, hold->inspectors.at[i]), "%.*s is retired, and is held",
            STR_ARG(hold->inspectors.at[i]));
}

/* ---- keys ---- */

const struct model_key *house_key(const struct model *model, struct str id)
{
    for (size_t i = 0; i < model->n_keys; i++)
        if (str_equal(id, str_from(model->keys[i].id)))
            return &model->keys[i];
    return NULL;
}

/* A key ends once, and may come to end sooner; nothing else of it changes. */
static void judge_ending(const struct entry *entry, const struct model_key *old,
                         const struct key_record *key)
{
    LAW(entry,
        hash_equal(&old->secret, &key->secret) && old->role == key->role &&
            old->may_override == key->may_override && old->created_at == key->created_at,
        "key %s is another", old->id);
    LAW(entry, key->revoked_at != 0, "key %s was changed, and does not end", old->id);
    LAW(entry, old->revoked_at == 0 || key->revoked_at < old->revoked_at || entry->n_keys == 2,
        "key %s ends at %ld, and now at %ld", old->id, (long)old->revoked_at,
        (long)key->revoked_at);
    LAW(entry, old->revoked_at == 0 || key->revoked_at <= old->revoked_at,
        "key %s is given more time", old->id);
    LAW(entry, key->revoked_at == old->revoked_at || key->revoked_at >= entry->at,
        "key %s ended in the past", old->id);
}

static void lay_key(struct model *model, const struct entry *entry, const struct key_record *key)
{
    const struct model_key *found = house_key(model, key->id);
    struct model_key *old = found == NULL ? NULL : &model->keys[found - model->keys];
    if (old != NULL) {
        judge_ending(entry, old, key);
        old->revoked_at = key->revoked_at;
        return;
    }
    LAW(entry, key->revoked_at == 0, "a key is born ended");
    for (size_t i = 0; i < model->n_keys; i++)
        LAW(entry, !hash_equal(&model->keys[i].secret, &key->secret), "two keys have one secret");
    if (entry->n_keys == 2)
        LAW(entry,
            key == &entry->keys[1] && key->role == entry->keys[0].role &&
                key->may_override == entry->keys[0].may_override &&
                str_equal(key->brand, entry->keys[0].brand) && key->created_at == entry->at,
            "the new key is not what the old one was");
    model->keys = model_grow(model->keys, model->n_keys, &model->room_keys, sizeof(*old));
    old = &model->keys[model->n_keys++];
    *old = (struct model_key){ .secret = key->secret,
                               .role = key->role,
                               .may_override = key->may_override,
                               .created_at = key->created_at };
    model_copy(old->id, key->id, MODEL_ID_CHARS);
}

/* ---- people ---- */

static size_t place_of(const struct model *model, ref_t ref)
{
    size_t low = 0;
    size_t high = model->n_people;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (model->people[middle].ref < ref)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void lay_person(struct model *model, const struct entry *entry, ref_t ref,
                       const struct hash *hash)
{
    const size_t i = place_of(model, ref);
    if (ref == 0)
        return;
    if (i < model->n_people && model->people[i].ref == ref) {
        LAW(entry, hash_equal(&model->people[i].hash, hash), "the data of person %lx are others",
            (unsigned long)ref);
        return;
    }
    LAW(entry, ref >> REF_SEQ_SHIFT == entry->seq, "person %lx was never stored",
        (unsigned long)ref);
    model->people =
        model_grow(model->people, model->n_people, &model->room_people, sizeof(*model->people));
    memmove(&model->people[i + 1], &model->people[i],
            (model->n_people++ - i) * sizeof(*model->people));
    model->people[i] = (struct model_person){ ref, *hash, false };
}

static void lay_erased(struct model *model, const struct entry *entry,
                       const struct erased_person *erased)
{
    const size_t i = place_of(model, erased->person);
    LAW(entry, i < model->n_people && model->people[i].ref == erased->person,
        "person %lx is erased, and was never stored", (unsigned long)erased->person);
    LAW(entry, hash_equal(&model->people[i].hash, &erased->hash), "what is erased was other data");
    model->people[i].is_erased = true;
}

/* ---- entries ---- */

void house_judge(const struct model *model, const struct entry *entry)
{
    const size_t records = entry->n_inspections + entry->n_holds + entry->n_absences +
                           entry->n_conflicts + entry->n_added + entry->n_removed + entry->n_outbox;
    const bool is_house = entry->kind == COMMAND_CONFIGURE || entry->kind == COMMAND_KEY ||
                          entry->kind == COMMAND_ERASE;
    LAW(entry, !is_house || records == 0, "it changes calendars");
    LAW(entry, (entry->n_settings > 0) == (entry->kind == COMMAND_CONFIGURE), "settings");
    LAW(entry, (entry->n_keys > 0) == (entry->kind == COMMAND_KEY), "keys");
    LAW(entry, (entry->n_erased > 0) == (entry->kind == COMMAND_ERASE), "erased people");
    judge_removals(model, entry);
    for (size_t i = 0; i < entry->n_inspections; i++)
        judge_order(model, entry, entry->inspections[i]);
    for (size_t i = 0; i < entry->n_holds; i++)
        judge_hold(model, entry, entry->holds[i]);
}

void house_tell(struct model *model, const struct entry *entry)
{
    for (size_t i = 0; i < entry->n_settings; i++) {
        lay_thing(model, entry, &entry->settings[i]);
        lay_person(model, entry, entry->settings[i].row.person,
                   &entry->settings[i].row.person_hash);
    }
    for (size_t i = 0; i < entry->n_keys; i++)
        lay_key(model, entry, &entry->keys[i]);
    for (size_t i = 0; i < entry->n_inspections; i++)
        lay_person(model, entry, entry->inspections[i]->person,
                   &entry->inspections[i]->person_hash);
    for (size_t i = 0; i < entry->n_erased; i++)
        lay_erased(model, entry, &entry->erased[i]);
}
