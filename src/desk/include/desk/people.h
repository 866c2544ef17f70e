/* One person's data: where they stand.
 *
 * Personal data stand in person rows alone, one for each time that an order's or an inspector's
 * were said anew. What an import replaced stays in a row of its own until it is erased. */
#ifndef DESK_PEOPLE_H
#define DESK_PEOPLE_H

#include "codec/document.h"
#include "desk/desk.h"

struct person_asked {   /* by one of: */
    struct str order;   /* an order's number or _id; empty: by contact */
    enum contact_by by; /* with the key of what was given */
    uint64_t key;
};

enum person_as { PERSON_CLIENT, PERSON_AGENT, PERSON_INSPECTOR };

struct person_found {
    ref_t person;
    struct hash hash;
    struct str personal; /* empty: erased already */
    enum person_as as;   /* asked by contact: who of them matched; by order: the client */
    bool is_former;      /* other data stand in its place by now */
    const struct inspection *order; /* as it is today; NULL: an inspector's */
    struct str inspector;           /* then: whose */
};

struct people_found {
    struct person_found *at;
    size_t n;
    uint64_t seq; /* of the view in which they were found */
};

/* What is to be erased of what is found, and what is kept. A row is erased whole, for its hash is
 * in the journal. */
struct erasing {
    struct person_asked asked;
    bool with_agents, with_ahead;
    struct people_found found;
    utc_s now;
};

/* Why a row is kept, in words; NULL: it is erased, or was. */
const char *erasing_keeps(const struct erasing *erasing, const struct person_found *p);

/* By order: none when there is no such order. */
IL_MUST il_rc desk_find_people(const struct lookup *in, const struct person_asked *asked,
                               struct people_found *ret, struct il_err *reterr);

#endif
