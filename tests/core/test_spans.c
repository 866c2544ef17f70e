/* Every small calendar there is, against the truth told minute by minute.
 *
 *  - calendar_conflicts: all triples of claims and absences, every visit, without and with a
 *    buffer; also calendar_make's merged busy time (among them a short event inside a long one,
 *    which libicalss answers with free time in the middle of it), and how calendar_after gets to
 *    the same calendar.
 *  - the thirteen relations of Allen, by name, for both kinds, with and without buffer. */
#include "core/calendar.h"

#include "base/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { POINTS = 6, THREE = 3 };

static struct span nth_span(size_t n, size_t points) /* n < points * points; end may be <= start */
{
    return (struct span){ (utc_s)(n / points), (utc_s)(n % points) };
}

static bool covers(const struct span *spans, size_t n, utc_s at)
{
    bool found = false;
    for (size_t i = 0; i < n; i++)
        found = found || (spans[i].start <= at && at < spans[i].end);
    return found;
}

static struct claim claim_of(struct span when, enum claim_kind kind, ref_t ref)
{
    return (struct claim){
        .when = when, .ref = ref, .owner = ref, .lock_group = ref, .kind = (uint8_t)kind
    };
}

static const struct look sees_everything = { .now = 0 };

/* In the way, told by minutes: some minute of the claim, widened by the buffer, is the visit's. */
static bool is_in_the_way(const struct claim *c, struct span visit, int64_t buffer)
{
    const bool is_work = c->kind == CLAIM_INSPECTION || c->kind == CLAIM_HOLD;
    const int64_t wider = is_work ? buffer : 0;
    bool found = false;
    for (utc_s at = c->when.start - wider; at < c->when.end + wider; at++)
        found = found || (visit.start <= at && at < visit.end);
    return found;
}

static void check_conflicts(const struct calendar *calendar, const struct claim *claims, size_t n,
                            struct span visit, int64_t buffer)
{
    const struct claim *found[THREE];
    const size_t n_found = calendar_conflicts(calendar, &sees_everything, visit,
                                              (struct buffer){ buffer, buffer }, found, THREE);
    size_t want = 0;
    for (size_t i = 0; i < n; i++) {
        const bool is_due = is_in_the_way(&claims[i], visit, buffer);
        bool is_there = false;
        for (size_t k = 0; k < n_found && k < THREE; k++)
            is_there = is_there || found[k]->ref == claims[i].ref;
        assert_int_equal(is_due, is_there);
        want += is_due;
    }
    assert_int_equal(n_found, want);
}

static void check_busy(const struct calendar *calendar, const struct claim *claims, size_t n)
{
    for (utc_s at = -1; at <= POINTS; at++) {
        bool claimed = false;
        bool absent = false;
        for (size_t i = 0; i < n; i++) {
            const bool is_on = claims[i].when.start <= at && at < claims[i].when.end;
            claimed = claimed || (is_on && claims[i].kind == CLAIM_INSPECTION);
            absent = absent || (is_on && claims[i].kind != CLAIM_INSPECTION);
        }
        assert_int_equal(claimed, covers(calendar->claimed.spans, calendar->claimed.n, at));
        assert_int_equal(absent, covers(calendar->absent.spans, calendar->absent.n, at));
    }
}

/* The calendar made at once, and the one that comes about claim by claim. */
static void check_calendar(const struct claim *claims, size_t n)
{
    const struct calendar *whole = calendar_make(claims, n, NULL, 0);
    const struct calendar *grown = calendar_make(claims, 1, NULL, 0);
    struct claim rest[THREE];
    if (n > 1)
        memcpy(rest, claims + 1, (n - 1) * sizeof *rest);
    const struct calendar_change change = { .added = rest, .n_added = n - 1 };
    const struct calendar *after = calendar_after(grown, &change);
    check_busy(whole, claims, n);
    check_busy(after, claims, n);
    for (utc_s start = -1; start < POINTS; start++) {
        for (utc_s end = start + 1; end <= POINTS; end++) {
            for (int64_t buffer = 0; buffer <= 2; buffer++) {
                check_conflicts(whole, claims, n, (struct span){ start, end }, buffer);
                check_conflicts(after, claims, n, (struct span){ start, end }, buffer);
            }
        }
    }
    block_free(after);
    block_free(grown);
    block_free(whole);
}

static void conflicts_of_all_calendars_of_three(void **state)
{
    (void)state;
    struct span spans[POINTS * POINTS];
    size_t n_spans = 0;
    for (size_t i = 0; i < (size_t)POINTS * POINTS; i++) {
        const struct span s = nth_span(i, POINTS);
        if (s.start < s.end)
            spans[n_spans++] = s;
    }
    static const enum claim_kind kinds[2] = { CLAIM_INSPECTION, CLAIM_BLOCK };
    const size_t each = n_spans * 2;
    for (size_t n = 0; n < each * each * each; n++) {
        const size_t of[THREE] = { n % each, n / each % each, n / each / each };
        struct claim claims[THREE];
        for (size_t i = 0; i < THREE; i++)
            claims[i] = claim_of(spans[of[i] / 2], kinds[of[i] % 2], i + 1);
        check_calendar(claims, THREE);
    }
}

/* Allen's thirteen relations of a visit to a claim at [10, 20). */
static void allens_relations(void **state)
{
    (void)state;
    static const struct relation {
        const char *name;
        struct span visit;
        bool overlaps, overlaps_with_buffer_of_1;
    } relations[] = {
        { "before", { 2, 9 }, false, false },   { "after", { 21, 25 }, false, false },
        { "meets", { 5, 10 }, false, true },    { "met by", { 20, 25 }, false, true },
        { "overlaps", { 5, 11 }, true, true },  { "overlapped by", { 19, 25 }, true, true },
        { "starts", { 10, 15 }, true, true },   { "started by", { 10, 25 }, true, true },
        { "during", { 12, 15 }, true, true },   { "contains", { 5, 25 }, true, true },
        { "finishes", { 15, 20 }, true, true }, { "finished by", { 5, 20 }, true, true },
        { "equals", { 10, 20 }, true, true },
    };
    for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
        const struct relation *r = &relations[i];
        for (int kind = CLAIM_INSPECTION; kind <= CLAIM_VACATION; kind++) {
            struct claim claim = claim_of((struct span){ 10, 20 }, (enum claim_kind)kind, 1);
            claim.expires_at = kind == CLAIM_HOLD ? 1000 : 0;
            const struct calendar *c = calendar_make(&claim, 1, NULL, 0);
            const struct buffer one_second = { 1, 1 };
            const bool is_work = kind == CLAIM_INSPECTION || kind == CLAIM_HOLD;
            const size_t plain =
                calendar_conflicts(c, &sees_everything, r->visit, no_buffer, NULL, 0);
            const size_t wide =
                calendar_conflicts(c, &sees_everything, r->visit, one_second, NULL, 0);
            if (plain != r->overlaps)
                fail_msg("a visit that is %s a claim of kind %d", r->name, kind);
            if (wide != (is_work ? r->overlaps_with_buffer_of_1 : r->overlaps))
                fail_msg("a visit that is %s a claim of kind %d, with buffer", r->name, kind);
            block_free(c);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conflicts_of_all_calendars_of_three),
        cmocka_unit_test(allens_relations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
