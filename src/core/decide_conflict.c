/* Conflicts in people's hands: seen, or let stand. Only freed time ends one (draft_free). */
#include "decide.h"

static bool goes_on(enum conflict_state from, enum conflict_state to)
{
    return from == CONFLICT_OPEN || (from == CONFLICT_ACKNOWLEDGED && to == CONFLICT_ACCEPTED);
}

bool decide_conflict(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct command *c = d->command;
    const struct conflict *subject = image_find_conflict(d->image, c->conflict);
    if (subject == NULL || !actor_sees_pair(&c->actor, facts->brand_a, facts->brand_b))
        return refuse(verdict, CODE_not_found, "", STR("There is no such conflict."));
    if (subject->state == c->conflict_state)
        return false;
    if (!goes_on(subject->state, c->conflict_state))
        return refuse(verdict, CODE_wrong_state, "", STR("It has been accepted already."));
    struct conflict after = *subject;
    after.state = c->conflict_state;
    after.note = c->reason;
    draft_conflict(d, &after);
    return true;
}
