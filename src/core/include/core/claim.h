/* Claims: time taken from one inspector. The unit of "cannot be booked twice".
 *
 * A claim is an assignment of a live inspection or a live hold; an absence is an Event, a Block or
 * a vacation. Both stand in one list per inspector, because both take time. */
#ifndef CORE_CLAIM_H
#define CORE_CLAIM_H

#include "base/str.h"
#include "core/span.h"

typedef uint64_t ref_t; /* id of a thing within its company: seq << 16 | n; never 0 */

enum { REF_SEQ_SHIFT = 16, REFS_PER_ENTRY_MAX = 0xFFFF, LOCK_GROUP_ABSENCE = 0 };

enum claim_kind { CLAIM_INSPECTION, CLAIM_HOLD, CLAIM_EVENT, CLAIM_BLOCK, CLAIM_VACATION };

struct place {
    int32_t lat_e7, lng_e7; /* degrees * 10^7 */
};

struct claim {
    struct span when;
    ref_t ref;            /* its own id */
    ref_t owner;          /* the inspection, hold or absence it belongs to */
    ref_t lock_group;     /* own ref, or the smallest of the admitted conflict it is part of */
    int64_t order_number; /* inspections; else 0 */
    utc_s expires_at;     /* holds; else 0 */
    struct place place;
    bool has_place;
    uint8_t kind; /* enum claim_kind */
};

static inline bool claim_is_absence(const struct claim *c)
{
    return c->kind == CLAIM_EVENT || c->kind == CLAIM_BLOCK || c->kind == CLAIM_VACATION;
}

/* A hold past its end takes no time, whether or not anyone has swept it away. */
static inline bool claim_is_live(const struct claim *c, utc_s now)
{
    return c->kind != CLAIM_HOLD || c->expires_at > now;
}

/* A claim with the inspector it is taken from. */
struct claim_at {
    struct str inspector;
    struct claim claim;
};

#endif
