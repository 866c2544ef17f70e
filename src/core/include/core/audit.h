/* Audit: what is wrong with a calendar that somebody else made.
 *
 *  A1  Pure, and n log n on any input. What is found in dense data is counted in full and listed
 *      in part: the count is always true, the list never longer than the limits below.
 *  A2  Two visits of one inspector overlap by the one rule of span.h. Absences may overlap each
 *      other. Where the starts differ, a query that compares starts finds nothing: that is told
 *      apart, because it is how such overlaps came about.
 *  A3  A duplicate is the same client at the same address within DUPLICATE_DAYS, each order held
 *      against the one before it.
 *  A4  A shift is a suspicion with a reason: two such orders apart by exactly the zone's offset, or
 *      by a clock change nearby; an order outside the inspector's hours that would lie inside them
 *      if its time had been read with the zone's offset once more or once less. */
#ifndef CORE_AUDIT_H
#define CORE_AUDIT_H

#include "core/company.h"

enum {
    AUDIT_CLIENT_KEYS = 3,
    AUDIT_LISTED_PER_INSPECTOR = 500, /* of one kind */
    AUDIT_LISTED_PER_KIND = 20000,
    AUDIT_LOOKED_AT = 64,  /* others held against one visit, for the list */
    AUDIT_CHANGE_DAYS = 7, /* how near a clock change explains an hour */
};

enum audit_kind {
    AUDIT_SAME_START,   /* overlap, and the starts are equal */
    AUDIT_OVERLAP,      /* overlap, and the starts differ */
    AUDIT_TOO_CLOSE,    /* no overlap, and less than the buffer between */
    AUDIT_DUPLICATE,    /* the same client at the same address */
    AUDIT_SHIFTED_TWIN, /* the same, apart by exactly an offset */
    AUDIT_SHIFTED,      /* one order, outside hours unless its offset was misread */
    AUDIT_KINDS
};

struct audit_thing { /* an order that stands, or an absence */
    enum claim_kind kind;
    int32_t inspector; /* an order's lead */
    struct str id;
    int64_t order_number;               /* 0: none */
    struct span when;                   /* an order's: the lead's */
    int64_t place_key;                  /* hash of the normalised address; 0: not known */
    uint64_t client[AUDIT_CLIENT_KEYS]; /* hashes of email, phone, name; 0: not known */
};

struct audit_visit {   /* time of one inspector, not empty */
    int32_t inspector; /* index in the company; at most once per thing */
    int32_t thing;
    struct span when;
};

struct audit_input {
    const struct company *company;
    const struct audit_thing *things;
    size_t n_things;
    const struct audit_visit *visits; /* in any order */
    size_t n_visits;
};

struct audit_side {
    int32_t thing;
    struct span when; /* the visit's; of a duplicate the order's */
};

struct audit_finding {
    enum audit_kind kind;
    int32_t inspector;
    struct audit_side a, b; /* a starts first; b.thing NOT_FOUND: it is about a alone */
    int64_t shift_s;        /* shifted: what to add to b's (or the one's) time */
};

struct audit_report {
    const struct audit_finding *findings; /* by kind, inspector, start */
    size_t n_findings;
    size_t counts[AUDIT_KINDS]; /* all there are, listed or not */
    size_t outside_hours;       /* visits to orders, shifted ones among them */
};

/* Which orders have another at the same address within DUPLICATE_DAYS: only of these `client` is
 * looked at. */
int32_t *audit_neighbours(const struct audit_thing *things, size_t n, struct arena *arena,
                          size_t *ret_n);

/* Findings and all else in the arena. */
struct audit_report audit_run(const struct audit_input *input, struct arena *arena);

struct str audit_kind_name(enum audit_kind kind); /* "same_start", ... */

#endif
