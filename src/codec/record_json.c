/* Records as JSON. Empty texts and zeros are left out: absent reads back as empty. */
#include "record_json.h"

#include <string.h>

static const char *const hold_states[] = { "live", "consumed", "released", "expired" };
static const char *const hold_kinds[] = { "checkout", "quote" };
static const char *const conflict_states[] = { "open", "acknowledged", "accepted", "resolved" };
static const char *const claim_kinds[] = { "inspection", "hold", "event", "block", "vacation" };
static const char *const statuses[] = { "unconfirmed", "confirmed", "completed", "no_show",
                                        "cancelled" };

struct str hold_state_name(enum hold_state state)
{
    return str_from(hold_states[state]);
}

struct str hold_kind_name(enum hold_kind kind)
{
    return str_from(hold_kinds[kind]);
}

struct str conflict_state_name(enum conflict_state state)
{
    return str_from(conflict_states[state]);
}

static void put_str(struct json *j, const char *name, struct str value)
{
    if (value.len > 0)
        json_put_str(j, name, value);
}

static void put_int(struct json *j, const char *name, int64_t value)
{
    if (value != 0)
        json_put_int(j, name, value);
}

static void put_flag(struct json *j, const char *name, bool value)
{
    if (value)
        json_put_bool(j, name, true);
}

static void put_ref(struct json *j, const char *name, ref_t value)
{
    put_int(j, name, (int64_t)value);
}

struct str get_str(struct json_obj *o, const char *name)
{
    return json_opt_text(o, name, RECORD_CHARS_MAX);
}

int64_t get_int(struct json_obj *o, const char *name)
{
    return json_opt_int(o, name, INT64_MIN, INT64_MAX, 0);
}

ref_t get_ref(struct json_obj *o, const char *name)
{
    return (ref_t)json_opt_int(o, name, 0, INT64_MAX, 0);
}

void put_span(struct json *j, struct span when)
{
    json_put_int(j, "start", when.start);
    json_put_int(j, "end", when.end);
}

struct span get_span(struct json_obj *o)
{
    const utc_s start = json_get_int(o, "start", INT64_MIN, INT64_MAX);
    return (struct span){ start, json_get_int(o, "end", INT64_MIN, INT64_MAX) };
}

void put_hash(struct json *j, const char *name, const struct hash *hash)
{
    static const char hex[] = "0123456789abcdef";
    char text[2 * HASH_BYTES];
    for (size_t i = 0; i < HASH_BYTES; i++) {
        text[2 * i] = hex[hash->at[i] >> 4];
        text[2 * i + 1] = hex[hash->at[i] & 15];
    }
    json_put_str(j, name, (struct str){ text, sizeof text });
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct hash get_hash(struct json_obj *o, const char *name)
{
    struct hash hash = { { 0 } };
    const struct str text = get_str(o, name);
    if (text.len == 0)
        return hash;
    bool good = text.len == (size_t)2 * HASH_BYTES;
    for (size_t i = 0; good && i < HASH_BYTES; i++) {
        const int high = hex_digit(text.at[2 * i]);
        const int low = hex_digit(text.at[2 * i + 1]);
        good = high >= 0 && low >= 0;
        hash.at[i] = (uint8_t)(high * 16 + low);
    }
    if (!good)
        json_fault(o, name, "type", "must be 64 hexadecimal digits");
    return hash;
}

void put_strs(struct json *j, const char *name, struct strs strs)
{
    if (strs.n == 0)
        return;
    json_open(j, name, '[');
    for (size_t i = 0; i < strs.n; i++)
        json_str(j, strs.at[i]);
    json_end_array(j);
}

struct strs get_strs(struct json_obj *o, const char *name)
{
    return json_opt_strs(o, name, RECORD_ITEMS_MAX, RECORD_CHARS_MAX);
}

static void put_property(struct json *j, const struct property *p)
{
    json_open(j, "property", '{');
    if (p->has_place) {
        json_put_int(j, "lat", p->place.lat_e7);
        json_put_int(j, "lng", p->place.lng_e7);
    }
    if (p->square_feet != NOT_FOUND)
        json_put_int(j, "squareFeet", p->square_feet);
    if (p->year_built != NOT_FOUND)
        json_put_int(j, "yearBuilt", p->year_built);
    json_end_object(j);
}

static struct property get_property(struct json_obj *o)
{
    struct property p = { .square_feet = NOT_FOUND, .year_built = NOT_FOUND };
    struct json_obj in;
    if (!json_opt_obj(o, "property", &in))
        return p;
    p.has_place = json_has(&in, "lat");
    p.place.lat_e7 = (int32_t)json_opt_int(&in, "lat", INT32_MIN, INT32_MAX, 0);
    p.place.lng_e7 = (int32_t)json_opt_int(&in, "lng", INT32_MIN, INT32_MAX, 0);
    p.square_feet = (int32_t)json_opt_int(&in, "squareFeet", 0, INT32_MAX, NOT_FOUND);
    p.year_built = (int32_t)json_opt_int(&in, "yearBuilt", 0, INT32_MAX, NOT_FOUND);
    json_done(&in);
    return p;
}

static void put_assignments(struct json *j, const struct inspection *r)
{
    json_open(j, "assignments", '[');
    for (size_t i = 0; i < r->n_assignments; i++) {
        const struct assignment *a = &r->assignments[i];
        json_start_object(j);
        json_put_str(j, "inspector", a->inspector);
        put_str(j, "role", a->role);
        put_span(j, a->when);
        put_ref(j, "claim", a->claim);
        json_end_object(j);
    }
    json_end_array(j);
}

static void get_assignments(struct json_obj *o, struct inspection *ret)
{
    struct json_arr in = json_opt_arr(o, "assignments", RECORD_ITEMS_MAX);
    struct assignment *at = arena_array(o->reader->arena, struct assignment, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj a = json_arr_obj(&in, i);
        at[i].inspector = get_str(&a, "inspector");
        at[i].role = get_str(&a, "role");
        at[i].when = get_span(&a);
        at[i].claim = get_ref(&a, "claim");
        json_done(&a);
    }
    ret->assignments = at;
    ret->n_assignments = in.n;
}

static void put_price(struct json *j, const struct price *price)
{
    json_open(j, "price", '{');
    json_put_int(j, "minutes", price->minutes);
    json_put_int(j, "cents", price->cents);
    json_open(j, "parts", '[');
    for (size_t i = 0; i < price->n_parts; i++) {
        json_start_object(j);
        json_put_str(j, "service", price->parts[i].service);
        put_str(j, "why", price->parts[i].why);
        put_int(j, "minutes", price->parts[i].minutes);
        put_int(j, "cents", price->parts[i].cents);
        json_end_object(j);
    }
    json_end_array(j);
    json_end_object(j);
}

static struct price get_price(struct json_obj *o)
{
    struct price price = { 0 };
    struct json_obj in;
    if (!json_opt_obj(o, "price", &in))
        return price;
    price.minutes = (int32_t)json_opt_int(&in, "minutes", 0, INT32_MAX, 0);
    price.cents = get_int(&in, "cents");
    struct json_arr parts = json_opt_arr(&in, "parts", RECORD_ITEMS_MAX);
    struct price_part *at = arena_array(o->reader->arena, struct price_part, parts.n);
    for (size_t i = 0; i < parts.n; i++) {
        struct json_obj p = json_arr_obj(&parts, i);
        at[i].service = get_str(&p, "service");
        at[i].why = get_str(&p, "why");
        at[i].minutes = (int32_t)json_opt_int(&p, "minutes", INT32_MIN, INT32_MAX, 0);
        at[i].cents = get_int(&p, "cents");
        json_done(&p);
    }
    json_done(&in);
    price.parts = at;
    price.n_parts = parts.n;
    return price;
}

static void put_external_ids(struct json *j, const struct inspection *r)
{
    if (r->n_external_ids == 0)
        return;
    json_open(j, "externalIds", '[');
    for (size_t i = 0; i < r->n_external_ids; i++) {
        json_start_object(j);
        put_str(j, "system", r->external_ids[i].system);
        put_str(j, "account", r->external_ids[i].account);
        put_str(j, "id", r->external_ids[i].id);
        json_end_object(j);
    }
    json_end_array(j);
}

static void get_external_ids(struct json_obj *o, struct inspection *ret)
{
    struct json_arr in = json_opt_arr(o, "externalIds", RECORD_ITEMS_MAX);
    struct external_id *at = arena_array(o->reader->arena, struct external_id, in.n);
    for (size_t i = 0; i < in.n; i++) {
        struct json_obj e = json_arr_obj(&in, i);
        at[i] = (struct external_id){ get_str(&e, "system"), get_str(&e, "account"),
                                      get_str(&e, "id") };
        json_done(&e);
    }
    ret->external_ids = at;
    ret->n_external_ids = in.n;
}

void put_inspection(struct json *j, const struct inspection *r)
{
    json_start_object(j);
    put_ref(j, "ref", r->ref);
    json_put_str(j, "id", r->id);
    json_put_int(j, "order", r->order_number);
    json_put_str(j, "brand", r->brand);
    put_span(j, r->when);
    json_put_int(j, "wallStart", r->wall_start);
    json_put_int(j, "wallEnd", r->wall_end);
    json_put_str(j, "zone", r->zone);
    json_put_str(j, "status", str_from(statuses[r->status]));
    put_flag(j, "locked", r->is_locked);
    put_str(j, "scheduledLocation", r->scheduled_location);
    json_put_int(j, "createdAt", r->created_at);
    json_put_int(j, "version", r->version);
    put_assignments(j, r);
    put_strs(j, "services", r->services);
    put_price(j, &r->price);
    put_property(j, &r->property);
    put_external_ids(j, r);
    put_str(j, "externalRef", r->external_ref);
    put_str(j, "key", r->key_id);
    put_int(j, "placeKey", r->place_key);
    put_ref(j, "person", r->person);
    put_hash(j, "personHash", &r->person_hash);
    put_str(j, "cancelReason", r->cancel_reason);
    put_flag(j, "spectora", r->wants_spectora);
    json_end_object(j);
}

void get_inspection(struct json_obj *o, struct inspection *ret)
{
    *ret = (struct inspection){ .ref = get_ref(o, "ref") };
    ret->id = get_str(o, "id");
    ret->order_number = get_int(o, "order");
    ret->brand = get_str(o, "brand");
    ret->when = get_span(o);
    ret->wall_start = get_int(o, "wallStart");
    ret->wall_end = get_int(o, "wallEnd");
    ret->zone = get_str(o, "zone");
    ret->status = (enum status)json_get_word(o, "status", statuses, STATUSES);
    ret->is_locked = json_opt_bool(o, "locked", false);
    ret->scheduled_location = get_str(o, "scheduledLocation");
    ret->created_at = get_int(o, "createdAt");
    ret->version = get_int(o, "version");
    get_assignments(o, ret);
    ret->services = get_strs(o, "services");
    ret->price = get_price(o);
    ret->property = get_property(o);
    get_external_ids(o, ret);
    ret->external_ref = get_str(o, "externalRef");
    ret->key_id = get_str(o, "key");
    ret->place_key = get_int(o, "placeKey");
    ret->person = get_ref(o, "person");
    ret->person_hash = get_hash(o, "personHash");
    ret->cancel_reason = get_str(o, "cancelReason");
    ret->wants_spectora = json_opt_bool(o, "spectora", false);
    json_done(o);
}

void put_hold(struct json *j, const struct hold *r)
{
    json_start_object(j);
    put_ref(j, "ref", r->ref);
    json_put_str(j, "kind", str_from(hold_kinds[r->kind]));
    json_put_str(j, "state", str_from(hold_states[r->state]));
    json_put_str(j, "brand", r->brand);
    put_span(j, r->when);
    json_put_int(j, "wallStart", r->wall_start);
    put_strs(j, "inspectors", r->inspectors);
    json_open(j, "claims", '[');
    for (size_t i = 0; i < r->inspectors.n; i++)
        json_int(j, (int64_t)r->claims[i]);
    json_end_array(j);
    put_flag(j, "any", r->any_inspector);
    put_strs(j, "services", r->services);
    put_int(j, "minutes", r->minutes);
    put_property(j, &r->property);
    put_str(j, "key", r->key_id);
    json_put_int(j, "createdAt", r->created_at);
    json_put_int(j, "expiresAt", r->expires_at);
    json_put_int(j, "capAt", r->cap_at);
    put_ref(j, "inspection", r->inspection);
    put_str(j, "reason", r->reason);
    json_end_object(j);
}

void get_hold(struct json_obj *o, struct hold *ret)
{
    const struct arena own = ret->arena;
    *ret = (struct hold){ .arena = own, .ref = get_ref(o, "ref") };
    ret->kind = (enum hold_kind)json_get_word(o, "kind", hold_kinds, 2);
    ret->state = (enum hold_state)json_get_word(o, "state", hold_states, 4);
    ret->brand = get_str(o, "brand");
    ret->when = get_span(o);
    ret->wall_start = get_int(o, "wallStart");
    ret->inspectors = get_strs(o, "inspectors");
    struct json_arr in = json_opt_arr(o, "claims", RECORD_ITEMS_MAX);
    ref_t *claims = arena_array(o->reader->arena, ref_t, ret->inspectors.n);
    for (size_t i = 0; i < in.n && i < ret->inspectors.n; i++)
        claims[i] = (ref_t)json_arr_int(&in, i, 0, INT64_MAX);
    ret->claims = claims;
    ret->any_inspector = json_opt_bool(o, "any", false);
    ret->services = get_strs(o, "services");
    ret->minutes = (int32_t)json_opt_int(o, "minutes", 0, INT32_MAX, 0);
    ret->property = get_property(o);
    ret->key_id = get_str(o, "key");
    ret->created_at = get_int(o, "createdAt");
    ret->expires_at = get_int(o, "expiresAt");
    ret->cap_at = get_int(o, "capAt");
    ret->inspection = get_ref(o, "inspection");
    ret->reason = get_str(o, "reason");
    json_done(o);
}

void put_absence(struct json *j, const struct absence *r)
{
    json_start_object(j);
    put_ref(j, "ref", r->ref);
    json_put_str(j, "id", r->id);
    json_put_str(j, "kind", str_from(claim_kinds[r->kind]));
    json_put_str(j, "inspector", r->inspector);
    put_span(j, r->when);
    json_put_int(j, "wallStart", r->wall_start);
    json_put_int(j, "wallEnd", r->wall_end);
    put_flag(j, "wholeDays", r->whole_days);
    json_put_str(j, "zone", r->zone);
    put_str(j, "title", r->title);
    put_str(j, "inspection", r->inspection_id);
    put_ref(j, "claim", r->claim);
    json_put_int(j, "version", r->version);
    put_flag(j, "removed", r->is_removed);
    json_end_object(j);
}

void get_absence(struct json_obj *o, struct absence *ret)
{
    *ret = (struct absence){ .ref = get_ref(o, "ref") };
    ret->id = get_str(o, "id");
    ret->kind = (enum claim_kind)json_get_word(o, "kind", claim_kinds, CLAIM_VACATION + 1);
    ret->inspector = get_str(o, "inspector");
    ret->when = get_span(o);
    ret->wall_start = get_int(o, "wallStart");
    ret->wall_end = get_int(o, "wallEnd");
    ret->whole_days = json_opt_bool(o, "wholeDays", false);
    ret->zone = get_str(o, "zone");
    ret->title = get_str(o, "title");
    ret->inspection_id = get_str(o, "inspection");
    ret->claim = get_ref(o, "claim");
    ret->version = get_int(o, "version");
    ret->is_removed = json_opt_bool(o, "removed", false);
    json_done(o);
}

static void put_side(struct json *j, const char *name, const struct conflict_side *side)
{
    json_open(j, name, '{');
    put_ref(j, "claim", side->claim);
    put_ref(j, "owner", side->owner);
    json_put_str(j, "kind", str_from(claim_kinds[side->kind]));
    put_int(j, "order", side->order_number);
    put_span(j, side->when);
    json_end_object(j);
}

static struct conflict_side get_side(struct json_obj *o, const char *name)
{
    struct conflict_side side = { 0 };
    struct json_obj in;
    if (!json_opt_obj(o, name, &in))
        return side;
    side.claim = get_ref(&in, "claim");
    side.owner = get_ref(&in, "owner");
    side.kind = (enum claim_kind)json_get_word(&in, "kind", claim_kinds, CLAIM_VACATION + 1);
    side.order_number = get_int(&in, "order");
    side.when = get_span(&in);
    json_done(&in);
    return side;
}

void put_conflict(struct json *j, const struct conflict *r)
{
    json_start_object(j);
    put_ref(j, "ref", r->ref);
    json_put_str(j, "inspector", r->inspector);
    put_side(j, "a", &r->a);
    put_side(j, "b", &r->b);
    json_put_str(j, "state", str_from(conflict_states[r->state]));
    put_str(j, "cause", r->cause);
    put_str(j, "reason", r->reason);
    json_put_int(j, "openedAt", r->opened_at);
    put_str(j, "note", r->note);
    put_str(j, "resolvedHow", r->resolved_how);
    json_end_object(j);
}

void get_conflict(struct json_obj *o, struct conflict *ret)
{
    const struct arena own = ret->arena;
    *ret = (struct conflict){ .arena = own, .ref = get_ref(o, "ref") };
    ret->inspector = get_str(o, "inspector");
    ret->a = get_side(o, "a");
    ret->b = get_side(o, "b");
    ret->state = (enum conflict_state)json_get_word(o, "state", conflict_states, 4);
    ret->cause = get_str(o, "cause");
    ret->reason = get_str(o, "reason");
    ret->opened_at = get_int(o, "openedAt");
    ret->note = get_str(o, "note");
    ret->resolved_how = get_str(o, "resolvedHow");
    json_done(o);
}

/* ---- one record as a document of its own ---- */

void inspection_write(struct buf *out, const struct inspection *inspection)
{
    struct json j = json_begin(out);
    put_inspection(&j, inspection);
}

void hold_write(struct buf *out, const struct hold *hold)
{
    struct json j = json_begin(out);
    put_hold(&j, hold);
}

void absence_write(struct buf *out, const struct absence *absence)
{
    struct json j = json_begin(out);
    put_absence(&j, absence);
}

void conflict_write(struct buf *out, const struct conflict *conflict)
{
    struct json j = json_begin(out);
    put_conflict(&j, conflict);
}

typedef void (*get_record)(struct json_obj *o, void *ret);

static il_rc read_record(struct arena *arena, struct str doc, get_record get, void *ret,
                         struct il_err *reterr)
{
    struct json_reader reader;
    TRY(json_reader_open(&reader, arena, doc, reterr));
    struct json_obj o = json_root(&reader);
    get(&o, ret);
    const il_rc rc = json_reader_result(&reader, reterr);
    json_reader_drop(&reader);
    return rc;
}

static void get_any_inspection(struct json_obj *o, void *ret)
{
    get_inspection(o, ret);
}

static void get_any_hold(struct json_obj *o, void *ret)
{
    get_hold(o, ret);
}

static void get_any_absence(struct json_obj *o, void *ret)
{
    get_absence(o, ret);
}

static void get_any_conflict(struct json_obj *o, void *ret)
{
    get_conflict(o, ret);
}

il_rc inspection_read(struct arena *arena, struct str doc, struct inspection *ret,
                      struct il_err *reterr)
{
    return read_record(arena, doc, get_any_inspection, ret, reterr);
}

il_rc hold_read(struct arena *arena, struct str doc, struct hold *ret, struct il_err *reterr)
{
    return read_record(arena, doc, get_any_hold, ret, reterr);
}

il_rc absence_read(struct arena *arena, struct str doc, struct absence *ret, struct il_err *reterr)
{
    return read_record(arena, doc, get_any_absence, ret, reterr);
}

il_rc conflict_read(struct arena *arena, struct str doc, struct conflict *ret,
                    struct il_err *reterr)
{
    return read_record(arena, doc, get_any_conflict, ret, reterr);
}
