/* Records: what is kept of an inspection, a hold, an absence and a conflict.
 *
 *  R1  Every dated thing keeps the wall time it was agreed in beside the instant, so that a later
 *      change of zone data can tell what was meant.
 *  R2  Clients, agents, addresses and notes stand in none of them: `person` refers to a row,
 *      `person_hash` proves what it held (SHA-256(salt || data)) without telling. `place_key` tells
 *      whoever has a list of addresses which it was. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "base/hash.h"
#include "core/civil.h"
#include "core/claim.h"

struct strs {
    const struct str *at;
    size_t n;
};

struct price_part { /* one line of how minutes and price came about */
    struct str service;
    struct str why; /* "" for the base, else the modifier in words */
    int32_t minutes;
    int64_t cents;
};

struct price {
    const struct price_part *parts;
    size_t n_parts;
    int32_t minutes; /* the total */
    int64_t cents;
};

struct property { /* where and how large; NOT_FOUND (-1) where not told */
    bool has_place;
    struct place place;
    int32_t square_feet;
    int32_t year_built;
};

struct assignment {
    struct str inspector;
    struct str role; /* "lead" or "assistant" */
    struct span when;
    ref_t claim; /* 0 when the inspection is not live */
};

enum status {
    STATUS_UNCONFIRMED,
    STATUS_CONFIRMED,
    STATUS_COMPLETED,
    STATUS_NO_SHOW,
    STATUS_CANCELLED,
    STATUSES
};

struct external_id {
    struct str system, account, id;
};

struct inspection {
    ref_t ref;
    struct str id;
    int64_t order_number;
    struct str brand;
    struct span when; /* the lead's */
    wall_s wall_start, wall_end;
    struct str zone; /* the zone's name when it was agreed */
    enum status status;
    bool is_locked;
    struct str scheduled_location; /* "online", "internal", "dispatch", "spectora", "import" */
    utc_s created_at;
    int64_t version;                      /* 1, 2, ... with every change */
    const struct assignment *assignments; /* the lead first */
    size_t n_assignments;
    struct strs services;
    struct price price;
    struct property property;
    const struct external_id *external_ids;
    size_t n_external_ids;
    struct str external_ref; /* the integrator's own reference */
    struct str key_id;       /* the key that made it */
    int64_t place_key;       /* hash of the normalised address; 0: none */
    ref_t person;
    struct hash person_hash;
    struct str cancel_reason;
    bool wants_spectora; /* mirrored, or booked by create-job */
};

enum hold_kind { HOLD_CHECKOUT, HOLD_QUOTE };
enum hold_state { HOLD_LIVE, HOLD_CONSUMED, HOLD_RELEASED, HOLD_EXPIRED };

struct hold { /* as a block: block_free drops the arena with it */
    struct arena arena;
    ref_t ref;
    enum hold_kind kind;
    enum hold_state state;
    struct str brand;
    struct span when;
    wall_s wall_start;
    struct strs inspectors; /* the lead first */
    const ref_t *claims;    /* one per inspector; void once ended */
    bool any_inspector;     /* the customer named none */
    struct strs services;
    int32_t minutes; /* as asked for; 0: from services */
    struct property property;
    struct str key_id;
    utc_s created_at;
    utc_s expires_at;
    utc_s cap_at;      /* extensions end here */
    ref_t inspection;  /* consumed: by which */
    struct str reason; /* released by staff: why */
};

struct absence { /* Event, Block or vacation */
    ref_t ref;
    struct str id;
    enum claim_kind kind; /* CLAIM_EVENT, CLAIM_BLOCK, CLAIM_VACATION */
    struct str inspector;
    struct span when;
    wall_s wall_start, wall_end;
    bool whole_days; /* a vacation given as from and to */
    struct str zone;
    struct str title;
    struct str inspection_id; /* linked, or empty */
    ref_t claim;
    int64_t version;
    bool is_removed;
};

/* Accepted: somebody looked and lets the pair stand; it admits the two until one of them leaves,
 * which resolves it. */
enum conflict_state { CONFLICT_OPEN, CONFLICT_ACKNOWLEDGED, CONFLICT_ACCEPTED, CONFLICT_RESOLVED };

struct conflict_side {
    ref_t claim, owner;
    enum claim_kind kind;
    int64_t order_number;
    struct span when;
};

struct conflict { /* as a block: block_free drops the arena with it */
    struct arena arena;
    ref_t ref;
    struct str inspector;
    struct conflict_side a, b; /* a.claim < b.claim */
    enum conflict_state state;
    struct str cause; /* "override", "import", "absence" */
    struct str reason;
    utc_s opened_at;
    struct str note;         /* of who acknowledged or accepted it */
    struct str resolved_how; /* "moved", "cancelled", "removed" or empty */
};

struct hold *hold_make(void);                    /* a block with an empty arena, count 1 */
struct hold *hold_copy(const struct hold *from); /* deep; a new block */

struct conflict *conflict_copy(const struct conflict *from); /* deep; a new block */

/* The order number that an _id of digits reads as; 0: it is none. An order is found by either, so
 * no number is given that is another's _id, and an import that brings such a pair is refused. */
int64_t id_as_number(struct str id);

struct inspection *inspection_copy(struct arena *arena, const struct inspection *from); /* deep */

/* What the record borrows becomes the arena's. */
void hold_own(struct arena *arena, struct hold *hold);
void absence_own(struct arena *arena, struct absence *absence);
void conflict_own(struct arena *arena, struct conflict *conflict);

#endif
