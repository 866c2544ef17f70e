/* One inspector's calendar, and the hours in which they may work: what availability reads.
 *
 *  C1  A calendar is an immutable block; a change makes a new one (copy on write per inspector).
 *  C2  Claims are sorted by (start, ref). `busy` holds the same time merged: disjoint, sorted,
 *      never touching; claims and absences apart, because a buffer is kept between claims only.
 *  C3  Claims that ended at or before the image's floor are not held.
 *  C4  Two claims overlap only when a pair in `admitted` names both (absences may overlap). The
 *      pairs are sorted by conflict: a decision writes them in this order, also after a restart. */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include "core/company.h"

struct admitted { /* an open conflict: a pair that may overlap */
    ref_t conflict;
    ref_t a, b; /* claim refs, a < b */
};

struct busy {
    const struct span *spans;
    size_t n;
};

/* Index of the first span that ends after `at`; busy->n when none does. */
size_t busy_after(const struct busy *busy, utc_s at);

struct calendar {
    const struct claim *claims;
    size_t n_claims;
    struct busy claimed; /* inspections and holds */
    struct busy absent;
    utc_s first_expiry; /* of its holds; INT64_MAX without: `claimed` is exact before this */
    bool owners_repeat; /* some owner may have several claims; false: surely none has */
    const struct admitted *admitted;
    size_t n_admitted;
};

/* Takes any order; copies. The result is a block with one holder. */
const struct calendar *calendar_make(const struct claim *claims, size_t n,
                                     const struct admitted *admitted, size_t n_admitted);

struct calendar_change {
    const ref_t *removed; /* claim refs, sorted */
    size_t n_removed;
    struct claim *added; /* sorted by the call */
    size_t n_added;
    const ref_t *closed; /* conflict refs, sorted: no longer open, or as `opened` says anew */
    size_t n_closed;
    const struct admitted *opened;
    size_t n_opened;
};

/* A new block: `calendar` after `change`. */
const struct calendar *calendar_after(const struct calendar *calendar,
                                      const struct calendar_change *change);

/* What a look at the calendar leaves out. */
struct look {
    utc_s now;        /* holds that ended at or before now are not seen */
    ref_t without[2]; /* owners whose own time counts as free; 0: none */
};

static inline bool look_sees(const struct look *look, const struct claim *c)
{
    return claim_is_live(c, look->now) && c->owner != look->without[0] &&
           c->owner != look->without[1];
}

struct buffer { /* kept free before and after a visit: between claims, not towards absences */
    int64_t before_s, after_s;
};

static const struct buffer no_buffer = { 0, 0 };

/* Claims that stand in the way of `when`, or of the buffer around it. Writes at most room pointers,
 * returns how many there are. */
size_t calendar_conflicts(const struct calendar *calendar, const struct look *look,
                          struct span when, struct buffer buffer, const struct claim **ret,
                          size_t room);

/* Live claims (not absences) that start in [day.start, day.end), one per owner. *cursor (may be
 * NULL) carries the place in the calendar from one day to a later one, starting at 0. */
int32_t calendar_jobs(const struct calendar *calendar, const struct look *look, struct span day,
                      size_t *cursor);

struct busy_pair {
    struct busy claimed, absent;
};

/* Nothing of it is left out: `claimed` and `absent` are what `look` sees. */
bool calendar_sees_all(const struct calendar *calendar, const struct look *look);

/* The busy time as `look` sees it, merged anew in the arena: all of it that touches `window`. */
struct busy_pair calendar_busy(const struct calendar *calendar, const struct look *look,
                               struct span window, struct arena *arena);

struct neighbours {                    /* INT64_MIN and INT64_MAX: none within reach */
    utc_s claimed_end, absent_end;     /* of the last before */
    utc_s claimed_start, absent_start; /* of the first after */
};

/* What `look` sees before and after `when`, which nothing that it sees may overlap, as far as the
 * ends of `reach`. */
struct neighbours calendar_neighbours(const struct calendar *calendar, const struct look *look,
                                      struct span when, struct span reach);

#endif
