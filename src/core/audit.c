/* The audit's frame: what goes round, the sort, the list of findings. */
#include "audit_parts.h"

#include <assert.h>
#include <string.h>

struct str audit_kind_name(enum audit_kind kind)
{
    static const struct str names[AUDIT_KINDS] = {
        [AUDIT_SAME_START] = { "same_start", 10 },     [AUDIT_OVERLAP] = { "overlap", 7 },
        [AUDIT_TOO_CLOSE] = { "too_close", 9 },        [AUDIT_DUPLICATE] = { "duplicate", 9 },
        [AUDIT_SHIFTED_TWIN] = { "shifted_twin", 12 }, [AUDIT_SHIFTED] = { "shifted", 7 },
    };
    assert(kind < AUDIT_KINDS);
    return names[kind];
}

/* ---- sorting ---- */

struct halves {
    char *at, *spare;
    size_t size;
    int (*order)(const void *, const void *);
};

/* Merges [from, middle) and [middle, to); both are sorted. */
static void merge(const struct halves *h, size_t from, size_t middle, size_t to)
{
    const size_t size = h->size;
    if (h->order(h->at + (middle - 1) * size, h->at + middle * size) <= 0)
        return;
    memcpy(h->spare, h->at + from * size, (middle - from) * size);
    const char *left = h->spare;
    const char *left_end = left + (middle - from) * size;
    const char *right = h->at + middle * size;
    const char *right_end = h->at + to * size;
    char *out = h->at + from * size;
    while (left < left_end) {
        const bool takes_left = right == right_end || h->order(left, right) <= 0;
        memcpy(out, takes_left ? left : right, size);
        left += takes_left ? size : 0;
        right += takes_left ? 0 : size;
        out += size;
    }
}

void audit_sort(void *at, size_t n, size_t size, int (*order)(const void *, const void *),
                struct arena *arena)
{
    const struct halves h = { at, arena_take(arena, n + 1, size), size, order };
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t from = 0; from + width < n; from += 2 * width)
            merge(&h, from, from + width, from + 2 * width < n ? from + 2 * width : n);
    }
}

static int order_int(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int order_visits(const void *x, const void *y)
{
    const struct audit_visit *a = x;
    const struct audit_visit *b = y;
    if (a->inspector != b->inspector)
        return order_int(a->inspector, b->inspector);
    if (a->when.start != b->when.start)
        return order_int(a->when.start, b->when.start);
    return order_int(a->thing, b->thing);
}

static int order_findings(const void *x, const void *y)
{
    const struct audit_finding *a = x;
    const struct audit_finding *b = y;
    if (a->kind != b->kind)
        return order_int((int64_t)a->kind, (int64_t)b->kind);
    if (a->inspector != b->inspector)
        return order_int(a->inspector, b->inspector);
    if (a->a.when.start != b->a.when.start)
        return order_int(a->a.when.start, b->a.when.start);
    if (a->b.when.start != b->b.when.start)
        return order_int(a->b.when.start, b->b.when.start);
    if (a->a.thing != b->a.thing)
        return order_int(a->a.thing, b->a.thing);
    return order_int(a->b.thing, b->b.thing);
}

/* ---- findings ---- */

void audit_list(struct audit *audit, const struct audit_finding *finding)
{
    const enum audit_kind kind = finding->kind;
    if (finding->inspector != audit->inspector) {
        audit->inspector = finding->inspector;
        memset(audit->listed_of_inspector, 0, sizeof audit->listed_of_inspector);
    }
    if (audit->listed_of_inspector[kind] == AUDIT_LISTED_PER_INSPECTOR ||
        audit->listed[kind] == AUDIT_LISTED_PER_KIND)
        return;
    audit->listed_of_inspector[kind]++;
    audit->listed[kind]++;
    audit->found =
        arena_grow(audit->arena, audit->found, audit->n_found, &audit->room, sizeof *audit->found);
    audit->found[audit->n_found++] = *finding;
}

void audit_find(struct audit *audit, const struct audit_finding *finding)
{
    audit->report->counts[finding->kind]++;
    audit_list(audit, finding);
}

bool audit_change_near(const struct zone *zone, utc_s at, int64_t *ret_by)
{
    const utc_s near_s = (utc_s)AUDIT_CHANGE_DAYS * DAY_S;
    const utc_s change = zone_next_change(zone, at - near_s);
    if (change > at + near_s)
        return false;
    const int64_t by = zone_offset_s(zone, change) - zone_offset_s(zone, change - 1);
    *ret_by = by < 0 ? -by : by;
    return by != 0;
}

struct audit_report audit_run(const struct audit_input *input, struct arena *arena)
{
    struct audit_report report = { .n_findings = 0 };
    struct audit audit = {
        .input = input, .arena = arena, .report = &report, .inspector = NOT_FOUND
    };
    audit.visits = arena_array(arena, struct audit_visit, input->n_visits);
    if (input->n_visits > 0)
        memcpy(audit.visits, input->visits, input->n_visits * sizeof *input->visits);
    audit_sort(audit.visits, input->n_visits, sizeof *audit.visits, order_visits, arena);
    audit_overlaps(&audit);
    audit_hours(&audit);
    audit_twins(&audit);
    audit_sort(audit.found, audit.n_found, sizeof *audit.found, order_findings, arena);
    report.findings = audit.found;
    report.n_findings = audit.n_found;
    return report;
}
