/* A call: one request on its way through the API. Private to api. */
#ifndef API_CALL_H
#define API_CALL_H

#include "api/api.h"
#include "base/block.h"
#include "codec/entry_json.h"

enum {
    ROLE_BIT_ADMIN = 1 << ROLE_ADMIN,
    ROLE_BIT_STAFF = 1 << ROLE_STAFF,
    ROLE_BIT_INSPECTOR = 1 << ROLE_INSPECTOR,
    ROLE_BIT_READONLY = 1 << ROLE_READONLY,
    ROLE_BIT_ONLINE = 1 << ROLE_ONLINE,
    BOOKERS = ROLE_BIT_ADMIN | ROLE_BIT_STAFF | ROLE_BIT_ONLINE,
    OFFICE = ROLE_BIT_ADMIN | ROLE_BIT_STAFF,
    INSIDERS = OFFICE | ROLE_BIT_INSPECTOR | ROLE_BIT_READONLY,
    EVERYONE = INSIDERS | ROLE_BIT_ONLINE,
    SERVICES_PER_VISIT_MAX = 50,
    INSPECTORS_PER_VISIT_MAX = SLOT_INSPECTORS_MAX,
    ALTERNATIVES_MAX = 5,
};

struct call;
struct slot_pen;
struct sight;

struct route {
    const char *method;
    const char *path; /* "{}" stands for one segment */
    unsigned roles;   /* bits; 0: no key needed */
    bool is_local;    /* only on the private socket */
    bool needs_key;   /* mutation: Idempotency-Key */
    bool takes_body;  /* a JSON body is needed */
    /* Answers at once and returns true, or fills call->job and returns false. */
    bool (*handle)(struct call *);
    /* Encodes what the job did; NULL for routes that never submit. */
    void (*encode)(struct call *);
    enum command_kind kind; /* of a step of the status machine */
};

struct call {
    struct api *api;
    const struct http_request *request;
    struct http_response *response;
    struct arena *arena; /* the request's */
    struct arena work;   /* for searches; dropped with the call */
    const struct route *route;
    struct str segments[2]; /* what the path has in place of {} */
    struct row_key key;
    struct str company;
    struct actor actor;
    utc_s now;
    const struct image *image; /* a holder, or NULL */
    struct json_reader reader; /* the body, when there is one */
    bool has_reader;
    struct desk_job job;
    bool dry_run;
    bool has_job;
    struct slot_pen *pen;           /* once a slot was written */
    struct sight *sight;            /* once the brand of something in the way was asked for */
    struct http_exchange *exchange; /* NULL without a server */
    int64_t began_us;
};

/* ---- answers (problem.c) ---- */

/* Each fills the response and returns true, so that a handler is `return answer_...`. */
bool answer_code(struct call *call, enum code code, const char *field, struct str detail);
bool answer_fault(struct call *call, const struct il_err *err); /* a wrong input, or a fault */
bool answer_json(struct call *call, int status); /* body is in response->body already */
bool answer_not_found(struct call *call);
bool is_overridable(const struct desk_job *job); /* a refusal that an override would pass */
void answer_verdict(struct call *call);          /* a refusal, with conflicts and alternatives */
void put_seq_header(struct call *call, uint64_t seq);

/* ---- decoding (decode.c) ---- */

struct json_obj body_root(struct call *call);
bool body_is_good(struct call *call); /* false: the fault was answered */
void decode_want(struct json_obj *o, struct want *ret);
void decode_people(struct json_obj *o, struct want *ret); /* who; part of decode_want */
struct strs decode_services(struct json_obj *o);
void require(struct json_obj *o, bool given, const char *name, const char *words);
/* A text inside an object: "/client/name" is named whether the object or the text is missing. */
void require_text(struct json_obj *o, const char *object, const char *member, size_t max_chars);
/* A property inside, or its members beside the others; for lengths only. */
void decode_hold_property(struct json_obj *o, struct want *want);
/* Of an order without a hold: a time, what is done, by whom (inspections_api.c). */
void require_choice(struct json_obj *o, const struct command *c);
/* Each inspector's own time: an order's. A hold has one for all, so naming them is a fault. */
void decode_assignments(struct json_obj *o, struct want *ret);
void refuse_assignments(struct json_obj *o);
/* What is moved keeps its brand: naming one is a fault. */
void refuse_brand(struct json_obj *o, const struct want *want);
void decode_override(struct json_obj *o, struct override *ret);
/* True for a key without the permission that sends an override, whatever is in it: answered. */
bool overrides_unpermitted(struct call *call, struct json_obj *o);
/* If-Match or version, into the command (if_match.c). False: that is no If-Match; answered. */
bool decode_version(struct call *call, struct json_obj *o);
/* False when the token was made elsewhere, or is of a hold that the key does not see. */
bool hold_by_token(struct call *call, struct str token, ref_t *ret);
/* The same of a token in the body or header; an absent token leaves *ret 0 and is fine. */
bool decode_hold(struct call *call, struct json_obj *o, ref_t *ret);
/* Offers (offer.c). */
void put_offer(struct call *call, struct json *j, const struct slot_query *query, uint64_t digest);
void decode_offer(struct call *call, struct json_obj *o, struct command *ret);
bool is_online(const struct call *call);
struct lookup lookup_of(const struct call *call); /* the call's company, into its arena */
struct token_scope hold_scope(const struct call *call);
/* True for an online key that names a field of staff's: answered. */
bool names_staff_field(struct call *call, struct json_obj *o);

struct slots_ask { /* the query string, decoded */
    struct slot_query query;
    struct price price;
    struct strs services;
    int32_t brand;
};
/* Which brand is asked about: the one named, the key's, or the first. False: answered. */
bool query_brand(struct call *call, int32_t *ret);
/* False: answered. At most four parameters beside those of a slot list. */
bool slots_query_read(struct call *call, const char *const *also, size_t n_also,
                      struct slots_ask *ret);
/* Days, people and (capacity) a job's length alone. False: answered. */
bool capacity_query_read(struct call *call, struct slots_ask *ret);
bool calendar_query_read(struct call *call, struct slots_ask *ret);

/* ---- encoding (encode.c) ---- */

struct json answer_begin(struct call *call);
void show_instant(struct json *j, const char *name, const struct zone *zone, utc_s at);
void show_date(struct json *j, const char *name, date_d date);
struct str day_state_name(enum day_state state);
/* "placeTimezone" beside the company's, where an area around the place names one. */
void put_place_zone(struct json *j, const struct company *company, struct place place);

void show_inspection(struct call *call, struct json *j, const struct inspection *record,
                     struct str personal);
const struct image *image_of_call(const struct call *call); /* the job's, else the snapshot */
void show_slot(struct call *call, struct json *j, const struct slot *slot); /* slot_pen.c */
void show_conflicts(struct call *call, struct json *j, const struct evidence *evidence, size_t n);
/* The free slots nearest to what is searched for, at most ALTERNATIVES_MAX; minutes 0: none. */
void show_nearest(struct call *call, struct json *j, const char *name,
                  const struct slot_query *search);
void show_conflict(struct call *call, struct json *j,
                   const struct conflict *c); /* conflicts_api.c */
/* What the key may see (sight.c): of what is in the way more than that time is taken; and whether
 * there is such a conflict for it. */
bool sees_in_way(struct call *call, enum claim_kind kind, ref_t owner);
bool sees_conflict(struct call *call, const struct conflict *c);
bool sees_order(struct call *call, struct str id); /* that an event is linked to */
/* The orders of the conflicts that the entry opened, each with where it could go. */
void show_affected(struct call *call, struct json *j, const struct entry *e);
struct str hold_id(struct arena *arena, ref_t ref);
struct str etag_of(struct arena *arena, int64_t version);

/* The largest seq that a ref has room for (core/claim.h). */
static const int64_t SEQ_MAX = INT64_MAX >> REF_SEQ_SHIFT;

/* News (changes_api.c): whether the actor hears of it, and what. */
bool news_is_seen(const struct actor *actor, const struct news *news);
void show_news(struct json *j, const struct zone *zone, const struct actor *actor,
               const struct news *news);

/* ---- routes ---- */

extern const struct route routes[];
extern const size_t n_routes;

bool slots_handle(struct call *call);
bool why_handle(struct call *call);
bool holds_list(struct call *call);
bool hold_make_handle(struct call *call);
bool hold_get(struct call *call);
bool hold_change(struct call *call);
bool hold_release(struct call *call);
void hold_encode(struct call *call);
void hold_release_encode(struct call *call);
bool book_handle(struct call *call);
bool create_job_handle(struct call *call);
void book_encode(struct call *call);
bool inspection_get(struct call *call);
bool inspection_changelog(struct call *call);
bool reschedule_handle(struct call *call);
bool step_handle(struct call *call);
bool reassign_handle(struct call *call);
bool reassignments_handle(struct call *call);
bool amend_handle(struct call *call);
void change_encode(struct call *call);
void reassignments_encode(struct call *call);
bool event_add(struct call *call);
bool vacation_add(struct call *call);
bool event_remove(struct call *call);
bool vacation_remove(struct call *call);
void absence_encode(struct call *call);
void absence_remove_encode(struct call *call);
bool event_change(struct call *call);
bool vacation_change(struct call *call);
bool conflicts_list(struct call *call);
bool conflict_acknowledge(struct call *call);
bool conflict_resolve(struct call *call);
void conflict_encode(struct call *call);
bool check_handle(struct call *call);
bool capacity_handle(struct call *call);
bool calendar_handle(struct call *call);
bool inspections_list(struct call *call);
bool services_list(struct call *call);
bool brand_public(struct call *call);
bool unplaced_list(struct call *call);
bool health_handle(struct call *call);
bool ready_handle(struct call *call);
bool local_import(struct call *call);
bool persons_find(struct call *call);
bool persons_erase(struct call *call);
void persons_erase_encode(struct call *call);
bool local_key(struct call *call);
void local_key_encode(struct call *call);

bool settings_list(struct call *call);
bool setting_get(struct call *call);
bool setting_add(struct call *call);
bool setting_put(struct call *call);
bool setting_patch(struct call *call);
bool setting_remove(struct call *call);
bool company_get_handle(struct call *call);
bool company_put_handle(struct call *call);
bool company_patch(struct call *call);
void setting_encode(struct call *call);
bool metrics_handle(struct call *call);
bool openapi_handle(struct call *call);
bool planned_handle(struct call *call);
bool names_tag(struct str if_none_match, struct str etag); /* slots_api.c */
bool changes_list(struct call *call);
bool stream_handle(struct call *call);
bool keys_list(struct call *call);
bool key_get(struct call *call);
bool key_revoke(struct call *call);
void key_revoke_encode(struct call *call);
bool key_rotate(struct call *call);
void key_rotate_encode(struct call *call);
bool refuses_idempotency(struct call *call); /* true: answered (local_api.c) */

/* Query parameters (query.c): a value, or the empty view. */
struct str query_get(const struct call *call, const char *name);
bool query_has(const struct call *call, const char *name);
/* A whole number of [min, max]; absent leaves *ret. False: it is none; answered. */
bool query_whole(struct call *call, const char *name, int64_t min, int64_t max, int64_t *ret);
/* Absent is false. False when it is neither true nor false; the fault was answered. */
bool query_flag(struct call *call, const char *name, bool *ret);
/* True when a parameter is repeated or not among `known`; the fault was answered. */
bool query_is_wrong(struct call *call, const char *const *known, size_t n);

#endif
