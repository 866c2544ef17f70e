/* Calendars: sorted claims and their merged busy time. */
#include "core/calendar.h"

#include "base/block.h"
#include "lists.h"
#include "places.h"

#include <assert.h>
#include <string.h>

static bool claim_before(const struct claim *a, const struct claim *b)
{
    return a->when.start != b->when.start ? a->when.start < b->when.start : a->ref < b->ref;
}

/* Heap sort: no recursion, no allocation, n log n on any input; usual input is nearly sorted and
 * short, so a sorted run is recognised first. */
static void sift_down(struct claim *claims, size_t root, size_t n)
{
    const struct claim moving = claims[root];
    for (size_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
        if (child + 1 < n && claim_before(&claims[child], &claims[child + 1]))
            child++;
        if (!claim_before(&moving, &claims[child]))
            break;
        claims[root] = claims[child];
        root = child;
    }
    claims[root] = moving;
}

static void sort_claims(struct claim *claims, size_t n)
{
    size_t sorted = 1;
    while (sorted < n && claim_before(&claims[sorted - 1], &claims[sorted]))
        sorted++;
    if (sorted >= n)
        return;
    for (size_t i = n / 2; i-- > 0;)
        sift_down(claims, i, n);
    for (size_t end = n; --end > 0;) {
        const struct claim top = claims[0];
        claims[0] = claims[end];
        claims[end] = top;
        sift_down(claims, 0, end);
    }
}

/* Merges the time of the claims that `look` sees (all of them without one). Claims come sorted by
 * start, so one pass is enough. */
static struct busy merge_busy(const struct claim *claims, size_t n, bool absences,
                              const struct look *look, struct span *ret)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        const struct claim *c = &claims[i];
        if (claim_is_absence(c) != absences || (look != NULL && !look_sees(look, c)))
            continue;
        if (kept > 0 && c->when.start <= ret[kept - 1].end) {
            /* Only ever grow: a short visit inside a long one must not shorten it. */
            if (c->when.end > ret[kept - 1].end)
                ret[kept - 1].end = c->when.end;
        } else {
            ret[kept++] = c->when;
        }
    }
    return (struct busy){ ret, kept };
}

struct calendar_block {
    struct calendar calendar;
    unsigned char tail[]; /* claims, then spans, then admitted pairs: each 8-byte aligned */
};

static struct calendar_block *block_for(size_t n_claims, size_t n_admitted,
                                        struct claim **ret_claims, struct span **ret_spans,
                                        struct admitted **ret_admitted)
{
    struct calendar_block *b =
        block_new(sizeof *b + n_claims * (sizeof(struct claim) + sizeof(struct span)) +
                      n_admitted * sizeof(struct admitted),
                  NULL);
    *ret_claims = (struct claim *)(void *)b->tail;
    *ret_spans = (struct span *)(void *)(b->tail + n_claims * sizeof(struct claim));
    *ret_admitted = (struct admitted *)(void *)(*ret_spans + n_claims);
    b->calendar.claims = *ret_claims;
    b->calendar.n_claims = n_claims;
    b->calendar.admitted = *ret_admitted;
    b->calendar.n_admitted = n_admitted;
    return b;
}

static void derive(struct calendar *calendar, struct span *spans)
{
    calendar->claimed = merge_busy(calendar->claims, calendar->n_claims, false, NULL, spans);
    calendar->absent =
        merge_busy(calendar->claims, calendar->n_claims, true, NULL, spans + calendar->claimed.n);
    calendar->first_expiry = INT64_MAX;
    for (size_t i = 0; i < calendar->n_claims; i++) {
        const struct claim *c = &calendar->claims[i];
        assert(!span_is_empty(c->when));
        if (c->kind == CLAIM_HOLD && c->expires_at < calendar->first_expiry)
            calendar->first_expiry = c->expires_at;
    }
}

/* Whether one of the added claims shares its owner with another claim of the calendar. */
static bool some_owner_repeats(const struct calendar *calendar, const struct claim *added,
                               size_t n_added)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct places seen = { 0 };
    bool repeats = false;
    for (size_t i = 0; i < n_added; i++)
        places_put(&seen, &arena, added[i].owner, 0);
    for (size_t i = 0; n_added > 0 && i < calendar->n_claims && !repeats; i++) {
        const ref_t owner = calendar->claims[i].owner;
        const size_t times = places_find(&seen, owner);
        repeats = times == 1;
        if (times == 0)
            places_put(&seen, &arena, owner, 1);
    }
    arena_drop(&arena);
    return repeats;
}

const struct calendar *calendar_make(const struct claim *claims, size_t n,
                                     const struct admitted *admitted, size_t n_admitted)
{
    struct claim *own_claims;
    struct span *spans;
    struct admitted *own_admitted;
    struct calendar_block *b = block_for(n, n_admitted, &own_claims, &spans, &own_admitted);
    if (n > 0)
        memcpy(own_claims, claims, n * sizeof *claims);
    if (n_admitted > 0)
        memcpy(own_admitted, admitted, n_admitted * sizeof *admitted);
    sort_claims(own_claims, n);
    derive(&b->calendar, spans);
    b->calendar.owners_repeat = some_owner_repeats(&b->calendar, own_claims, n);
    return &b->calendar;
}

static void merge_claims(const struct calendar *calendar, const struct calendar_change *change,
                         struct claim *ret)
{
    const struct claim *added = change->added;
    const struct claim *const end = added + change->n_added;
    size_t n = 0;
    sort_claims(change->added, change->n_added);
    for (size_t i = 0; i < calendar->n_claims; i++) {
        const struct claim *c = &calendar->claims[i];
        if (refs_have(change->removed, change->n_removed, c->ref))
            continue;
        while (added < end && claim_before(added, c))
            ret[n++] = *added++;
        ret[n++] = *c;
    }
    while (added < end)
        ret[n++] = *added++;
}

/* What is opened is mostly newer than all that stands, so that it goes to the end. */
static void merge_admitted(const struct calendar *calendar, const struct calendar_change *change,
                           struct admitted *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < calendar->n_admitted; i++) {
        if (!refs_have(change->closed, change->n_closed, calendar->admitted[i].conflict))
            ret[n++] = calendar->admitted[i];
    }
    for (size_t i = 0; i < change->n_opened; i++) {
        size_t k = n++;
        for (; k > 0 && ret[k - 1].conflict > change->opened[i].conflict; k--)
            ret[k] = ret[k - 1];
        ret[k] = change->opened[i];
    }
}

const struct calendar *calendar_after(const struct calendar *calendar,
                                      const struct calendar_change *change)
{
    size_t n_claims = change->n_added;
    for (size_t i = 0; i < calendar->n_claims; i++)
        n_claims += !refs_have(change->removed, change->n_removed, calendar->claims[i].ref);
    size_t n_admitted = change->n_opened;
    for (size_t i = 0; i < calendar->n_admitted; i++)
        n_admitted += !refs_have(change->closed, change->n_closed, calendar->admitted[i].conflict);

    struct claim *claims;
    struct span *spans;
    struct admitted *admitted;
    struct calendar_block *b = block_for(n_claims, n_admitted, &claims, &spans, &admitted);
    merge_claims(calendar, change, claims);
    merge_admitted(calendar, change, admitted);
    derive(&b->calendar, spans);
    b->calendar.owners_repeat =
        calendar->owners_repeat || some_owner_repeats(&b->calendar, change->added, change->n_added);
    return &b->calendar;
}

static size_t first_from(const struct calendar *calendar, utc_s start)
{
    size_t low = 0;
    size_t high = calendar->n_claims;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (calendar->claims[middle].when.start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t busy_after(const struct busy *busy, utc_s at)
{
    size_t low = 0;
    size_t high = busy->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (busy->spans[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where the first busy span that reaches past `at` starts; INT64_MAX when there is none. */
static utc_s first_reaching(const struct busy *busy, utc_s at)
{
    const size_t first = busy_after(busy, at);
    return first == busy->n ? INT64_MAX : busy->spans[first].start;
}

/* No claim that reaches past `at` starts before this: it would start before its merged span. */
static utc_s first_touching(const struct calendar *calendar, utc_s at)
{
    const utc_s claimed = first_reaching(&calendar->claimed, at);
    const utc_s absent = first_reaching(&calendar->absent, at);
    return claimed < absent ? claimed : absent;
}

size_t calendar_conflicts(const struct calendar *calendar, const struct look *look,
                          struct span when, struct buffer buffer, const struct claim **ret,
                          size_t room)
{
    const struct span wide = { when.start - buffer.before_s, when.end + buffer.after_s };
    /* No claim that starts before its merged span does can reach `wide`. */
    const utc_s claimed = first_reaching(&calendar->claimed, wide.start);
    const utc_s absent = first_reaching(&calendar->absent, when.start);
    const utc_s from = claimed < absent ? claimed : absent;
    size_t n = 0;
    if (from >= wide.end)
        return 0;
    for (size_t i = first_from(calendar, from);
         i < calendar->n_claims && calendar->claims[i].when.start < wide.end; i++) {
        const struct claim *c = &calendar->claims[i];
        if (!span_overlaps(c->when, claim_is_absence(c) ? when : wide) || !look_sees(look, c))
            continue;
        if (n < room)
            ret[n] = c;
        n++;
    }
    return n;
}

int32_t calendar_jobs(const struct calendar *calendar, const struct look *look, struct span day,
                      size_t *cursor)
{
    size_t low = cursor == NULL || *cursor == 0 ? first_from(calendar, day.start) : *cursor;
    while (low < calendar->n_claims && calendar->claims[low].when.start < day.start)
        low++;
    int32_t jobs = 0;
    size_t i = low;
    for (; i < calendar->n_claims && calendar->claims[i].when.start < day.end; i++) {
        const struct claim *c = &calendar->claims[i];
        bool counted = claim_is_absence(c) || !look_sees(look, c);
        /* Only where it can matter: days of an imported calendar may hold thousands of claims. */
        for (size_t k = low; calendar->owners_repeat && k < i && !counted; k++)
            counted = calendar->claims[k].owner == c->owner;
        jobs += !counted;
    }
    if (cursor != NULL)
        *cursor = i;
    return jobs;
}

bool calendar_sees_all(const struct calendar *calendar, const struct look *look)
{
    if (look->now >= calendar->first_expiry)
        return false;
    if (look->without[0] == 0 && look->without[1] == 0)
        return true;
    for (size_t i = 0; i < calendar->n_claims; i++) {
        if (!look_sees(look, &calendar->claims[i]))
            return false;
    }
    return true;
}

struct busy_pair calendar_busy(const struct calendar *calendar, const struct look *look,
                               struct span window, struct arena *arena)
{
    const size_t first = first_from(calendar, first_touching(calendar, window.start));
    const size_t end = first_from(calendar, window.end);
    const size_t n = end > first ? end - first : 0;
    const struct claim *claims = calendar->claims + first;
    struct span *claimed = arena_array(arena, struct span, n);
    struct span *absent = arena_array(arena, struct span, n);
    return (struct busy_pair){
        merge_busy(claims, n, false, look, claimed),
        merge_busy(claims, n, true, look, absent),
    };
}

/* The latest end of the claims of one kind that start in `within`; INT64_MIN: none is seen. */
static utc_s latest_end(const struct calendar *calendar, const struct look *look, bool absences,
                        struct span within)
{
    utc_s end = INT64_MIN;
    for (size_t i = first_from(calendar, within.start);
         i < calendar->n_claims && calendar->claims[i].when.start < within.end; i++) {
        const struct claim *c = &calendar->claims[i];
        if (claim_is_absence(c) == absences && look_sees(look, c) && c->when.end > end)
            end = c->when.end;
    }
    return end;
}

/* Merged spans never touch, so the last in which a claim is seen has the latest end. */
static utc_s end_before(const struct calendar *calendar, const struct look *look, bool absences,
                        struct span reach)
{
    const struct busy *busy = absences ? &calendar->absent : &calendar->claimed;
    size_t k = busy_after(busy, reach.end);
    if (k < busy->n && busy->spans[k].start < reach.end)
        k++;
    while (k-- > 0 && busy->spans[k].end > reach.start) {
        struct span within = busy->spans[k];
        within.end = within.end < reach.end ? within.end : reach.end;
        const utc_s end = latest_end(calendar, look, absences, within);
        if (end != INT64_MIN)
            return end;
    }
    return INT64_MIN;
}

static utc_s start_after(const struct calendar *calendar, const struct look *look, bool absences,
                         struct span reach)
{
    for (size_t i = first_from(calendar, reach.start);
         i < calendar->n_claims && calendar->claims[i].when.start < reach.end; i++) {
        const struct claim *c = &calendar->claims[i];
        if (claim_is_absence(c) == absences && look_sees(look, c))
            return c->when.start;
    }
    return INT64_MAX;
}

struct neighbours calendar_neighbours(const struct calendar *calendar, const struct look *look,
                                      struct span when, struct span reach)
{
    const struct span before = { reach.start, when.start };
    const struct span after = { when.end, reach.end };
    return (struct neighbours){
        .claimed_end = end_before(calendar, look, false, before),
        .absent_end = end_before(calendar, look, true, before),
        .claimed_start = start_after(calendar, look, false, after),
        .absent_start = start_after(calendar, look, true, after),
    };
}
