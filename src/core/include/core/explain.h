/* Why, or why not: one visit judged by every rule, each with its own answer.
 *
 *  W1  The rules are rules_judge's and availability_judge's, asked again with those that failed let
 *      pass: an explanation cannot differ from what a booking would be told. */
#ifndef CORE_EXPLAIN_H
#define CORE_EXPLAIN_H

#include "core/slots.h"

enum rule_state {
    RULE_PASSES,
    RULE_FAILS,
    RULE_MOOT, /* another rule failed that it rests on: hours of a day that is a holiday */
};

enum { EXPLAINED_MAX = 14 };

struct explained {
    enum code code;
    enum rule_state state;
};

struct explanation {
    struct explained rules[EXPLAINED_MAX]; /* in the order of judgement */
    size_t n_rules;
    struct judgement claims; /* what stands in the way, as availability_judge tells it */
    bool bookable;           /* every rule passes and nothing is in the way */
};

struct explanation availability_explain(const struct image *image, int32_t inspector,
                                        const struct visit *visit);

#endif
