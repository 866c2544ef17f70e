/* Overlaps and visits too close, by a sweep over each inspector's starts.
 *
 * `open` is a heap of the visits that reach past the newest start, the earliest end on top; what
 * ended goes to `past`, which is a queue because it ends in that order. Both are looked at from one
 * side only and never copied, so dense data cost no more than sparse ones. */
#include "audit_parts.h"

#include <assert.h>

struct tally { /* of open visits: what a newcomer may pair with */
    size_t orders, absences;
};

struct sweep {
    struct audit *audit;
    const struct audit_visit *visits; /* one inspector's */
    size_t n;
    size_t *open; /* heap of indices */
    size_t n_open;
    size_t *past; /* queue of orders' indices */
    size_t past_from, past_to;
    struct tally tally;   /* of open */
    struct tally abreast; /* of open with the newest start */
    utc_s start;          /* the newest */
    int64_t buffer_s;
};

static bool is_order(const struct sweep *s, size_t i)
{
    return s->audit->input->things[s->visits[i].thing].kind == CLAIM_INSPECTION;
}

static utc_s end_of(const struct sweep *s, size_t i)
{
    return s->visits[i].when.end;
}

static void open_push(struct sweep *s, size_t i)
{
    size_t at = s->n_open++;
    while (at > 0 && end_of(s, s->open[(at - 1) / 2]) > end_of(s, i)) {
        s->open[at] = s->open[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    s->open[at] = i;
}

static size_t open_pop(struct sweep *s)
{
    const size_t top = s->open[0];
    const size_t moving = s->open[--s->n_open];
    size_t at = 0;
    for (size_t child = 1; child < s->n_open; child = 2 * at + 1) {
        if (child + 1 < s->n_open && end_of(s, s->open[child + 1]) < end_of(s, s->open[child]))
            child++;
        if (end_of(s, s->open[child]) >= end_of(s, moving))
            break;
        s->open[at] = s->open[child];
        at = child;
    }
    s->open[at] = moving;
    return top;
}

static void close_ended(struct sweep *s, utc_s start)
{
    while (s->n_open > 0 && end_of(s, s->open[0]) <= start) {
        const size_t ended = open_pop(s);
        if (is_order(s, ended)) {
            s->tally.orders--;
            s->past[s->past_to++] = ended;
        } else {
            s->tally.absences--;
        }
    }
    while (s->past_from < s->past_to && end_of(s, s->past[s->past_from]) <= start - s->buffer_s)
        s->past_from++;
    if (start != s->start)
        s->abreast = (struct tally){ 0 };
    s->start = start;
}

static struct audit_side side_of(const struct audit_visit *visit)
{
    return (struct audit_side){ visit->thing, visit->when };
}

static void list_pair(struct sweep *s, enum audit_kind kind, size_t before, size_t newest)
{
    audit_list(s->audit, &(struct audit_finding){ .kind = kind,
                                                  .inspector = s->visits[newest].inspector,
                                                  .a = side_of(&s->visits[before]),
                                                  .b = side_of(&s->visits[newest]) });
}

static void list_overlaps(struct sweep *s, size_t newest)
{
    const bool pairs_with_all = is_order(s, newest);
    for (size_t i = 0; i < s->n_open && i < AUDIT_LOOKED_AT; i++) {
        const size_t other = s->open[i];
        assert(span_overlaps(s->visits[other].when, s->visits[newest].when));
        if (pairs_with_all || is_order(s, other))
            list_pair(s, s->visits[other].when.start == s->start ? AUDIT_SAME_START : AUDIT_OVERLAP,
                      other, newest);
    }
}

static void list_close(struct sweep *s, size_t newest)
{
    for (size_t i = s->past_to; i > s->past_from && s->past_to - i < AUDIT_LOOKED_AT; i--)
        list_pair(s, AUDIT_TOO_CLOSE, s->past[i - 1], newest);
}

static size_t pairs_with(const struct tally *tally, bool newcomer_is_order)
{
    return tally->orders + (newcomer_is_order ? tally->absences : 0);
}

static void arrive(struct sweep *s, size_t newest)
{
    size_t *counts = s->audit->report->counts;
    const bool order = is_order(s, newest);
    close_ended(s, s->visits[newest].when.start);
    const size_t abreast = pairs_with(&s->abreast, order);
    counts[AUDIT_SAME_START] += abreast;
    counts[AUDIT_OVERLAP] += pairs_with(&s->tally, order) - abreast;
    list_overlaps(s, newest);
    if (order) {
        counts[AUDIT_TOO_CLOSE] += s->past_to - s->past_from;
        list_close(s, newest);
    }
    s->tally.orders += order;
    s->tally.absences += !order;
    s->abreast.orders += order;
    s->abreast.absences += !order;
    open_push(s, newest);
}

void audit_overlaps(struct audit *audit)
{
    const size_t n = audit->input->n_visits;
    const struct rules *rules = &audit->input->company->rules;
    const int64_t before = (int64_t)rules->buffer_before_min * MINUTE_S;
    const int64_t after = (int64_t)rules->buffer_after_min * MINUTE_S;
    struct sweep s = { .audit = audit,
                       .open = arena_array(audit->arena, size_t, n),
                       .past = arena_array(audit->arena, size_t, n),
                       .buffer_s = before > after ? before : after };
    for (size_t from = 0; from < n; from += s.n) {
        s.visits = audit->visits + from;
        s.n = 1;
        while (from + s.n < n && s.visits[s.n].inspector == s.visits[0].inspector)
            s.n++;
        s.n_open = s.past_from = s.past_to = 0;
        s.tally = s.abreast = (struct tally){ 0 };
        s.start = INT64_MIN;
        for (size_t i = 0; i < s.n; i++)
            arrive(&s, i);
    }
}
