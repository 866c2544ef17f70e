/* Explaining: the judges are asked until nothing fails, and every failure is kept. */
#include "core/explain.h"

/* Rules of one group rest on each other: of them only the first that fails is known. */
static const struct {
    enum code code;
    int group;
} explained[] = {
    { CODE_in_past, 0 },          { CODE_too_soon, 0 },
    { CODE_same_day_closed, 1 },  { CODE_cutoff_passed, 1 },
    { CODE_out_of_horizon, 1 },   { CODE_holiday, 2 },
    { CODE_outside_hours, 2 },    { CODE_not_offered, 2 },
    { CODE_inspector_unable, 3 }, { CODE_inspector_inactive, 4 },
    { CODE_outside_area, 5 },     { CODE_daily_maximum, 6 },
    { CODE_weekly_maximum, 7 },   { CODE_slot_taken, 8 },
};

enum { N_EXPLAINED = sizeof explained / sizeof explained[0] };

_Static_assert((int)N_EXPLAINED <= (int)EXPLAINED_MAX, "every rule has its place");

static code_set bit(enum code code)
{
    return (code_set)1 << code;
}

/* A start that is too soon may lie on a day that is closed as well; of a time that is over nothing
 * else is said. */
static code_set time_failures(const struct image *image, const struct visit *visit)
{
    const struct company *company = image->company;
    const struct rules *rules = company_rules(company, visit->brand);
    code_set failed = 0;
    for (;;) {
        const enum code code = rules_judge(company, rules, visit->audience, visit->look.now,
                                           visit->when.start, failed);
        if (code == CODE_NONE)
            return failed;
        failed |= bit(code);
        if (code == CODE_in_past)
            return failed;
    }
}

static code_set visit_failures(const struct image *image, int32_t inspector,
                               const struct visit *visit, struct judgement *ret_claims)
{
    code_set failed = 0;
    for (;;) {
        const struct judgement j = availability_judge(image, inspector, visit, failed);
        if (j.code == CODE_NONE || j.code == CODE_slot_taken) {
            *ret_claims = j;
            return failed | (j.code == CODE_NONE ? 0 : bit(j.code));
        }
        failed |= bit(j.code);
    }
}

struct explanation availability_explain(const struct image *image, int32_t inspector,
                                        const struct visit *visit)
{
    struct explanation ret = { .n_rules = N_EXPLAINED };
    const code_set failed =
        time_failures(image, visit) | visit_failures(image, inspector, visit, &ret.claims);
    bool group_fails = false;
    for (size_t i = 0; i < N_EXPLAINED; i++) {
        const bool fails = (failed >> explained[i].code & 1) != 0;
        if (i == 0 || explained[i].group != explained[i - 1].group)
            group_fails = false;
        ret.rules[i] = (struct explained){ explained[i].code, fails         ? RULE_FAILS
                                                              : group_fails ? RULE_MOOT
                                                                            : RULE_PASSES };
        /* Of a time that is over nothing else about the time is said. */
        group_fails = group_fails || fails;
    }
    ret.bookable = failed == 0;
    return ret;
}
