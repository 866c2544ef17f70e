/* Companies to try things on: company documents (contract section 2), written from nothing.
 *
 *  M1  Same day, same size, same seed: the same bytes.
 *  M2  Nobody in them is booked twice: no two claims of an inspector overlap.
 *  M3  Nobody in them exists: people, house numbers and mail addresses are made up. */
#ifndef DEMO_DEMO_H
#define DEMO_DEMO_H

#include "base/buf.h"
#include "core/civil.h"

/* "Front Range Inspections": twelve inspectors around Denver, two brands, a calendar from two weeks
 * before the day of now_s to six weeks after it. */
void demo_write(struct buf *out, utc_s now_s);

enum { DEMO_JOBS_PER_DAY_MAX = 8 };

struct demo_size {
    struct str company; /* _id */
    struct str zone;
    date_d today;
    int32_t inspectors;   /* 1..INSPECTORS_MAX */
    int32_t days_back;    /* of history before today */
    int32_t days_ahead;   /* today is the first of them */
    int32_t jobs_per_day; /* of one inspector, 1..DEMO_JOBS_PER_DAY_MAX; Sundays are free */
    int32_t per_document; /* inspections in one document; >= 1 */
    uint64_t seed;
};

int64_t demo_inspections(const struct demo_size *size);
int64_t demo_documents(const struct demo_size *size); /* the first one included */

/* Document 0 is the company without inspections; 1, 2, ... carry per_document of them each. */
void demo_generate(struct buf *out, const struct demo_size *size, int64_t document);

#endif
