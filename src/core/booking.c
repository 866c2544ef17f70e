/* Deciding: what each command needs, and which decision it gets. */
#include "decide.h"

#include <assert.h>

struct needs booking_needs(const struct image *image, const struct command *command)
{
    struct needs needs = { .hold = 0 };
    if (command->hold != 0 && image_find_hold(image, command->hold) == NULL)
        needs.hold = command->hold;
    switch (command->kind) {
    case COMMAND_BOOK:
        needs.external_ref = command->external_ref.len > 0;
        needs.duplicates = command->place_key != 0;
        break;
    case COMMAND_RESCHEDULE:
    case COMMAND_REASSIGN:
    case COMMAND_CONFIRM:
    case COMMAND_COMPLETE:
    case COMMAND_NO_SHOW:
    case COMMAND_CANCEL:
    case COMMAND_RESTORE:
    case COMMAND_LOCK:
    case COMMAND_UNLOCK:
        needs.inspection = true;
        break;
    case COMMAND_AMEND:
        needs.inspection = true;
        needs.person = command->merged_from;
        break;
    case COMMAND_REASSIGNMENTS:
        needs.moved = true;
        break;
    case COMMAND_CHANGE_ABSENCE:
    case COMMAND_REMOVE_ABSENCE:
        needs.absence = true;
        break;
    case COMMAND_ADD_ABSENCE:
        needs.inspection = command->inspection_id.len > 0;
        break;
    case COMMAND_CONFLICT:
        if (command->actor.brand.len > 0 && image_find_conflict(image, command->conflict) != NULL)
            needs.conflict = command->conflict;
        break;
    case COMMAND_ADMIT:
    case COMMAND_HOLD:
    case COMMAND_CHANGE_HOLD:
    case COMMAND_RELEASE:
    case COMMAND_EXPIRE:
    case COMMAND_CONFIGURE:
    case COMMAND_ERASE:
    case COMMANDS:
        break;
    case COMMAND_KEY:
        needs.key = command->key_change != KEY_MADE;
        break;
    }
    return needs;
}

/* Which rows they are was looked up outside; that they are there is check's to verify. */
static bool decide_erase(struct draft *d, struct verdict *verdict)
{
    if (d->command->n_erased > ERASE_MAX)
        return refuse(verdict, CODE_out_of_range, "",
                      STR("That is more than one command may erase; narrow it down."));
    d->entry->erased = d->command->erased;
    d->entry->n_erased = d->command->n_erased;
    d->entry->reason = d->command->reason;
    return d->command->n_erased > 0;
}

static bool decide_expire(struct draft *d)
{
    bool any = false;
    for (size_t i = 0; i < d->image->n_holds; i++) {
        const struct hold *hold = d->image->holds[i];
        if (hold_is_live(hold, d->now))
            continue;
        draft_end_hold(d, hold, HOLD_EXPIRED, 0, STR(""));
        any = true;
    }
    return any;
}

/* Permission comes before anything that could be wrong with the rest, also where nothing would have
 * been in the way. */
static bool may_override(const struct command *command, struct verdict *verdict)
{
    const struct override *override = &command->override;
    if (override->rules == 0)
        return true;
    if (!command->actor.may_override)
        return refuse(verdict, CODE_not_permitted, "/override",
                      STR("This key may not override rules."));
    return override->reason.len > 0 || refuse(verdict, CODE_out_of_range, "/override/reason",
                                              STR("An override needs a reason."));
}

/* True when the draft became an entry; false: refused, or nothing to change. */
static bool decide(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    switch (d->command->kind) {
    case COMMAND_HOLD:
        return decide_hold(d, verdict);
    case COMMAND_CHANGE_HOLD:
        return decide_change_hold(d, facts, verdict);
    case COMMAND_RELEASE:
        return decide_release(d, facts, verdict);
    case COMMAND_EXPIRE:
        return decide_expire(d);
    case COMMAND_BOOK:
        return decide_book(d, facts, verdict);
    case COMMAND_RESCHEDULE:
        return decide_reschedule(d, facts, verdict);
    case COMMAND_REASSIGN:
        return decide_reassign(d, facts, verdict);
    case COMMAND_REASSIGNMENTS:
        return decide_moves(d, facts, verdict);
    case COMMAND_AMEND:
        return decide_amend(d, facts, verdict);
    case COMMAND_CONFIRM:
    case COMMAND_COMPLETE:
    case COMMAND_NO_SHOW:
    case COMMAND_CANCEL:
    case COMMAND_RESTORE:
    case COMMAND_LOCK:
    case COMMAND_UNLOCK:
        return decide_status(d, facts, verdict);
    case COMMAND_CONFLICT:
        return decide_conflict(d, facts, verdict);
    case COMMAND_CHANGE_ABSENCE:
        return decide_change_absence(d, facts, verdict);
    case COMMAND_ADD_ABSENCE:
        return decide_add_absence(d, facts, verdict);
    case COMMAND_REMOVE_ABSENCE:
        return decide_remove_absence(d, facts, verdict);
    case COMMAND_CONFIGURE:
        return decide_configure(d, facts, verdict);
    case COMMAND_ADMIT:
        return decide_admit(d, verdict);
    case COMMAND_KEY:
        return decide_key(d, facts, verdict);
    case COMMAND_ERASE:
        return decide_erase(d, verdict);
    case COMMANDS:
        break;
    }
    assert(false && "a command of no kind");
    return false;
}

bool actor_sees(const struct actor *actor, struct str brand)
{
    return actor->brand.len == 0 || str_equal(actor->brand, brand);
}

bool actor_sees_pair(const struct actor *actor, struct str brand_a, struct str brand_b)
{
    return actor_sees(actor, brand_a) || actor_sees(actor, brand_b);
}

/* The facts as the actor sees them. False: the hold that the command names is another brand's. */
static bool facts_seen(const struct image *image, const struct command *command,
                       struct facts *facts)
{
    const struct hold *held = image_find_hold(image, command->hold);
    const struct hold *hold = held != NULL ? held : facts->hold;
    if (facts->inspection != NULL && !actor_sees(&command->actor, facts->inspection->brand))
        facts->inspection = NULL;
    return hold == NULL || actor_sees(&command->actor, hold->brand);
}

static bool decide_as_seen(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    struct facts seen = *facts;
    return facts_seen(d->image, d->command, &seen)
               ? decide(d, &seen, verdict)
               : refuse(verdict, CODE_not_found, "", STR("There is no such hold."));
}

/* At least twice as far back: a chain of conflicts is met in a few steps, not link by link. */
static utc_s deeper(const struct image *image, utc_s needed, utc_s now)
{
    const utc_s doubled = now - 2 * (now - image->floor);
    return needed < doubled ? needed : doubled;
}

struct verdict booking_decide(const struct image *image, const struct facts *facts,
                              const struct command *command, utc_s now, struct arena *arena)
{
    assert((image->company != NULL || command->kind == COMMAND_CONFIGURE) &&
           "only configure can make a company");
    struct verdict verdict = { .code = CODE_NONE, .needs_floor = INT64_MAX };
    if (now < image->last_at)
        now = image->last_at;
    struct draft draft = draft_make(image, command, now, arena);
    const bool accepted =
        may_override(command, &verdict) && decide_as_seen(&draft, facts, &verdict);
    if (draft.needs_floor < image->floor)
        return (struct verdict){ .code = CODE_NONE,
                                 .needs_floor = deeper(image, draft.needs_floor, now) };
    if (draft.is_full)
        (void)refuse(&verdict, CODE_out_of_range, "",
                     STR("That would open more conflicts than one change may; make it shorter."));
    else if (accepted)
        verdict.entry = draft_finish(&draft);
    assert(verdict.entry == NULL || verdict.code == CODE_NONE);
    return verdict;
}
