/* Entries as JSON: the payload of the journal. */
#include "record_json.h"

static const char *const claim_kinds[] = { "inspection", "hold", "event", "block", "vacation" };

static void put_claims(struct json *j, const char *name, const struct claim_at *claims, size_t n)
{
    if (n == 0)
        return;
    json_open(j, name, '[');
    for (size_t i = 0; i < n; i++) {
        const struct claim *c = &claims[i].claim;
        json_start_object(j);
        json_put_str(j, "inspector", claims[i].inspector);
        put_span(j, c->when);
        json_put_int(j, "ref", (int64_t)c->ref);
        json_put_int(j, "owner", (int64_t)c->owner);
        json_put_str(j, "kind", str_from(claim_kinds[c->kind]));
        json_put_int(j, "group", (int64_t)c->lock_group);
        if (c->order_number != 0)
            json_put_int(j, "order", c->order_number);
        if (c->expires_at != 0)
            json_put_int(j, "expiresAt", c->expires_at);
        if (c->has_place) {
            json_put_int(j, "lat", c->place.lat_e7);
            json_put_int(j, "lng", c->place.lng_e7);
        }
        json_end_object(j);
    }
    json_end_array(j);
}

static const struct claim_at *get_claims(struct json_obj *o, const char *name, size_t *ret_n)
{
    struct json_arr in = json_opt_arr(o, name, RECORD_ITEMS_MAX);
    struct claim_at *at = arena_array(o->reader->arena, struct claim_at, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj c = json_arr_obj(&in, i);
        struct claim *to = &at[i].claim;
        at[i].inspector = get_str(&c, "inspector");
        to->when = get_span(&c);
        to->ref = get_ref(&c, "ref");
        to->owner = get_ref(&c, "owner");
        to->kind = (uint8_t)json_get_word(&c, "kind", claim_kinds, CLAIM_VACATION + 1);
        to->lock_group = get_ref(&c, "group");
        to->order_number = get_int(&c, "order");
        to->expires_at = get_int(&c, "expiresAt");
        to->has_place = json_has(&c, "lat");
        to->place.lat_e7 = (int32_t)json_opt_int(&c, "lat", INT32_MIN, INT32_MAX, 0);
        to->place.lng_e7 = (int32_t)json_opt_int(&c, "lng", INT32_MIN, INT32_MAX, 0);
        json_done(&c);
    }
    *ret_n = in.n;
    return at;
}

static void put_actor(struct json *j, const struct actor *actor)
{
    json_open(j, "by", '{');
    json_put_str(j, "key", actor->key_id);
    json_put_str(j, "role", role_name(actor->role));
    json_put_str(j, "channel", actor->channel);
    if (actor->brand.len > 0)
        json_put_str(j, "brand", actor->brand);
    if (actor->may_override)
        json_put_bool(j, "mayOverride", true);
    json_end_object(j);
}

static struct actor get_actor(struct json_obj *o)
{
    struct actor actor = { .role = ROLE_READONLY };
    struct json_obj in;
    if (!json_opt_obj(o, "by", &in))
        return actor;
    actor.key_id = get_str(&in, "key");
    if (!role_parse(get_str(&in, "role"), &actor.role))
        json_fault(&in, "role", "out_of_range", "names no role");
    actor.channel = get_str(&in, "channel");
    actor.brand = get_str(&in, "brand");
    actor.may_override = json_opt_bool(&in, "mayOverride", false);
    json_done(&in);
    return actor;
}

static void put_overridden(struct json *j, code_set set)
{
    if (set == 0)
        return;
    json_open(j, "overridden", '[');
    for (int code = CODE_NONE + 1; code < CODES_END; code++) {
        if ((set >> code & 1) != 0)
            json_str(j, code_facts((enum code)code)->name);
    }
    json_end_array(j);
}

static code_set get_overridden(struct json_obj *o)
{
    code_set set = 0;
    const struct strs names = json_opt_strs(o, "overridden", CODES_END, RECORD_CHARS_MAX);
    for (size_t i = 0; i < names.n; i++)
        set |= (code_set)1 << code_find(names.at[i]);
    return set;
}

static void put_settings(struct json *j, const struct entry *e)
{
    if (e->n_settings == 0)
        return;
    json_open(j, "settings", '[');
    for (size_t i = 0; i < e->n_settings; i++) {
        const struct setting_change *s = &e->settings[i];
        json_start_object(j);
        json_put_str(j, "kind", s->row.kind);
        json_put_str(j, "id", s->row.id);
        if (s->is_removed)
            json_put_bool(j, "removed", true);
        else
            json_put_str(j, "body", s->row.body);
        if (s->row.person != 0) {
            json_put_int(j, "person", (int64_t)s->row.person);
            put_hash(j, "personHash", &s->row.person_hash);
        }
        json_end_object(j);
    }
    json_end_array(j);
}

static void get_settings(struct json_obj *o, struct entry *ret)
{
    struct json_arr in = json_opt_arr(o, "settings", JSON_ITEMS_MAX);
    struct setting_change *at = arena_array(o->reader->arena, struct setting_change, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj s = json_arr_obj(&in, i);
        at[i].row.kind = get_str(&s, "kind");
        at[i].row.id = get_str(&s, "id");
        at[i].row.body = get_str(&s, "body");
        at[i].row.person = get_ref(&s, "person");
        at[i].row.person_hash = get_hash(&s, "personHash");
        at[i].is_removed = json_opt_bool(&s, "removed", false);
        json_done(&s);
    }
    ret->settings = at;
    ret->n_settings = in.n;
}

static void put_keys(struct json *j, const struct entry *e)
{
    if (e->n_keys == 0)
        return;
    json_open(j, "keys", '[');
    for (size_t i = 0; i < e->n_keys; i++) {
        const struct key_record *k = &e->keys[i];
        json_start_object(j);
        json_put_str(j, "id", k->id);
        put_hash(j, "secret", &k->secret);
        json_put_str(j, "role", role_name(k->role));
        json_put_str(j, "name", k->name);
        if (k->brand.len > 0)
            json_put_str(j, "brand", k->brand);
        if (k->may_override)
            json_put_bool(j, "mayOverride", true);
        json_put_int(j, "createdAt", k->created_at);
        if (k->revoked_at != 0)
            json_put_int(j, "revokedAt", k->revoked_at);
        json_end_object(j);
    }
    json_end_array(j);
}

static void get_keys(struct json_obj *o, struct entry *ret)
{
    struct json_arr in = json_opt_arr(o, "keys", RECORD_ITEMS_MAX);
    struct key_record *at = arena_array(o->reader->arena, struct key_record, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj k = json_arr_obj(&in, i);
        at[i].id = get_str(&k, "id");
        at[i].secret = get_hash(&k, "secret");
        if (!role_parse(get_str(&k, "role"), &at[i].role))
            json_fault(&k, "role", "out_of_range", "names no role");
        at[i].name = get_str(&k, "name");
        at[i].brand = get_str(&k, "brand");
        at[i].may_override = json_opt_bool(&k, "mayOverride", false);
        at[i].created_at = get_int(&k, "createdAt");
        at[i].revoked_at = get_int(&k, "revokedAt");
        json_done(&k);
    }
    ret->keys = at;
    ret->n_keys = in.n;
}

static void put_erased(struct json *j, const struct entry *e)
{
    if (e->n_erased == 0)
        return;
    json_open(j, "erased", '[');
    for (size_t i = 0; i < e->n_erased; i++) {
        json_start_object(j);
        json_put_int(j, "person", (int64_t)e->erased[i].person);
        put_hash(j, "hash", &e->erased[i].hash);
        json_end_object(j);
    }
    json_end_array(j);
}

static void get_erased(struct json_obj *o, struct entry *ret)
{
    struct json_arr in = json_opt_arr(o, "erased", RECORD_ITEMS_MAX);
    struct erased_person *at = arena_array(o->reader->arena, struct erased_person, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj p = json_arr_obj(&in, i);
        at[i].person = get_ref(&p, "person");
        at[i].hash = get_hash(&p, "hash");
        json_done(&p);
    }
    ret->erased = at;
    ret->n_erased = in.n;
}

static void put_outbox(struct json *j, const struct entry *e)
{
    if (e->n_outbox == 0)
        return;
    json_open(j, "outbox", '[');
    for (size_t i = 0; i < e->n_outbox; i++) {
        json_start_object(j);
        json_put_int(j, "ref", (int64_t)e->outbox[i].ref);
        json_put_int(j, "owner", (int64_t)e->outbox[i].owner);
        json_put_str(j, "kind", e->outbox[i].kind);
        json_end_object(j);
    }
    json_end_array(j);
}

static void get_outbox(struct json_obj *o, struct entry *ret)
{
    struct json_arr in = json_opt_arr(o, "outbox", RECORD_ITEMS_MAX);
    struct outbox_item *at = arena_array(o->reader->arena, struct outbox_item, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj x = json_arr_obj(&in, i);
        at[i] =
            (struct outbox_item){ get_ref(&x, "ref"), get_ref(&x, "owner"), get_str(&x, "kind") };
        json_done(&x);
    }
    ret->outbox = at;
    ret->n_outbox = in.n;
}

static void put_records(struct json *j, const struct entry *e)
{
    if (e->n_inspections > 0) {
        json_open(j, "inspections", '[');
        for (size_t i = 0; i < e->n_inspections; i++)
            put_inspection(j, e->inspections[i]);
        json_end_array(j);
    }
    if (e->n_holds > 0) {
        json_open(j, "holds", '[');
        for (size_t i = 0; i < e->n_holds; i++)
            put_hold(j, e->holds[i]);
        json_end_array(j);
    }
    if (e->n_absences > 0) {
        json_open(j, "absences", '[');
        for (size_t i = 0; i < e->n_absences; i++)
            put_absence(j, &e->absences[i]);
        json_end_array(j);
    }
    if (e->n_conflicts > 0) {
        json_open(j, "conflicts", '[');
        for (size_t i = 0; i < e->n_conflicts; i++)
            put_conflict(j, &e->conflicts[i]);
        json_end_array(j);
    }
}

static void get_inspections(struct json_obj *o, struct entry *ret)
{
    struct arena *arena = o->reader->arena;
    struct json_arr in = json_opt_arr(o, "inspections", RECORD_ITEMS_MAX);
    const struct inspection **at = arena_array(arena, const struct inspection *, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj r = json_arr_obj(&in, i);
        struct inspection *record = arena_new(arena, struct inspection);
        get_inspection(&r, record);
        at[i] = record;
    }
    ret->inspections = at;
    ret->n_inspections = in.n;
}

static void get_holds(struct json_obj *o, struct entry *ret)
{
    struct arena *arena = o->reader->arena;
    struct json_arr in = json_opt_arr(o, "holds", RECORD_ITEMS_MAX);
    const struct hold **at = arena_array(arena, const struct hold *, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj r = json_arr_obj(&in, i);
        struct hold *record = arena_new(arena, struct hold);
        get_hold(&r, record);
        at[i] = record;
    }
    ret->holds = at;
    ret->n_holds = in.n;
}

static void get_others(struct json_obj *o, struct entry *ret)
{
    struct arena *arena = o->reader->arena;
    struct json_arr in = json_opt_arr(o, "absences", RECORD_ITEMS_MAX);
    struct absence *absences = arena_array(arena, struct absence, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj r = json_arr_obj(&in, i);
        get_absence(&r, &absences[i]);
    }
    ret->absences = absences;
    ret->n_absences = in.n;
    in = json_opt_arr(o, "conflicts", RECORD_ITEMS_MAX);
    struct conflict *conflicts = arena_array(arena, struct conflict, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj r = json_arr_obj(&in, i);
        get_conflict(&r, &conflicts[i]);
    }
    ret->conflicts = conflicts;
    ret->n_conflicts = in.n;
}

static void put_offer(struct json *j, const struct offer *offer)
{
    if (offer->digest.len == 0)
        return;
    json_open(j, "offer", '{');
    json_put_str(j, "digest", offer->digest);
    json_put_int(j, "seq", (int64_t)offer->seq);
    json_put_int(j, "at", offer->at);
    json_put_int(j, "version", offer->version);
    json_put_str(j, "zone", offer->zone);
    json_put_str(j, "query", offer->query);
    json_end_object(j);
}

static struct offer get_offer(struct json_obj *o)
{
    struct json_obj in;
    struct offer offer = { .seq = 0 };
    if (!json_opt_obj(o, "offer", &in))
        return offer;
    offer.digest = get_str(&in, "digest");
    offer.seq = get_ref(&in, "seq");
    offer.at = get_int(&in, "at");
    offer.version = get_int(&in, "version");
    offer.zone = get_str(&in, "zone");
    offer.query = get_str(&in, "query");
    json_done(&in);
    return offer;
}

void entry_write(struct buf *out, struct str company, const struct entry *e)
{
    struct json j = json_begin(out);
    json_start_object(&j);
    json_put_str(&j, "company", company);
    json_put_int(&j, "seq", (int64_t)e->seq);
    json_put_int(&j, "at", e->at);
    json_put_str(&j, "kind", command_name(e->kind));
    put_actor(&j, &e->actor);
    if (!hash_equal(&e->idempotency_key, &(struct hash){ 0 }))
        put_hash(&j, "idempotencyKey", &e->idempotency_key);
    if (e->reason.len > 0)
        json_put_str(&j, "reason", e->reason);
    put_overridden(&j, e->overridden);
    if (e->override_reason.len > 0)
        json_put_str(&j, "overrideReason", e->override_reason);
    if (e->hold_reacquired)
        json_put_bool(&j, "holdReacquired", true);
    put_strs(&j, "warnings", e->warnings);
    put_offer(&j, &e->offer);
    put_claims(&j, "removed", e->removed, e->n_removed);
    put_claims(&j, "added", e->added, e->n_added);
    put_records(&j, e);
    put_settings(&j, e);
    put_keys(&j, e);
    put_erased(&j, e);
    put_outbox(&j, e);
    json_put_int(&j, "nextOrder", e->next_order);
    json_end_object(&j);
}

static void get_entry(struct json_obj *o, struct entry *ret)
{
    *ret = (struct entry){ 0 };
    (void)get_str(o, "company");
    ret->seq = get_ref(o, "seq");
    ret->at = get_int(o, "at");
    if (!command_parse(get_str(o, "kind"), &ret->kind))
        json_fault(o, "kind", "out_of_range", "names no kind of entry");
    ret->actor = get_actor(o);
    ret->idempotency_key = get_hash(o, "idempotencyKey");
    ret->reason = get_str(o, "reason");
    ret->overridden = get_overridden(o);
    ret->override_reason = json_opt_str(o, "overrideReason", RECORD_CHARS_MAX);
    ret->hold_reacquired = json_opt_bool(o, "holdReacquired", false);
    ret->warnings = get_strs(o, "warnings");
    ret->offer = get_offer(o);
    ret->removed = get_claims(o, "removed", &ret->n_removed);
    ret->added = get_claims(o, "added", &ret->n_added);
    get_inspections(o, ret);
    get_holds(o, ret);
    get_others(o, ret);
    get_settings(o, ret);
    get_keys(o, ret);
    get_erased(o, ret);
    get_outbox(o, ret);
    ret->next_order = get_int(o, "nextOrder");
    json_done(o);
}

il_rc entry_read(struct arena *arena, struct str payload, struct entry *ret, struct il_err *reterr)
{
    struct json_reader reader;
    TRY(json_reader_open(&reader, arena, payload, reterr));
    struct json_obj o = json_root(&reader);
    get_entry(&o, ret);
    const il_rc rc = json_reader_result(&reader, reterr);
    json_reader_drop(&reader);
    return rc;
}
