/* What the parts of the audit share. Private to core. */
#ifndef CORE_AUDIT_PARTS_H
#define CORE_AUDIT_PARTS_H

#include "core/audit.h"

struct audit {
    const struct audit_input *input;
    struct arena *arena;
    struct audit_visit *visits; /* by inspector, start, thing */
    struct audit_report *report;
    struct audit_finding *found;
    size_t n_found, room;
    size_t listed[AUDIT_KINDS];
    int32_t inspector; /* whose findings are counted here: */
    size_t listed_of_inspector[AUDIT_KINDS];
};

/* Counts it, and lists it if there is room. */
void audit_find(struct audit *audit, const struct audit_finding *finding);
void audit_list(struct audit *audit, const struct audit_finding *finding); /* counted already */

void audit_overlaps(struct audit *audit);
void audit_twins(struct audit *audit);
void audit_hours(struct audit *audit);

/* A change of the zone's offset by this much, either way, near `at`. */
bool audit_change_near(const struct zone *zone, utc_s at, int64_t *ret_by);

/* Merge sort: n log n whatever the input, next to nothing when it is sorted already. */
void audit_sort(void *at, size_t n, size_t size, int (*order)(const void *, const void *),
                struct arena *arena);

#endif
