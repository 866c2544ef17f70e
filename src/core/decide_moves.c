/* Many moves at once: all or nothing, one entry.
 *
 * The time of every order that moves is free before the first is laid, so that two may change
 * places; each is judged on the calendars as the moves before it leave them, by the rules that a
 * reschedule or a reassignment by itself is judged by. */
#include "order.h"

#include "base/block.h"

static bool is_named_before(const struct facts *facts, size_t n, const struct inspection *subject)
{
    for (size_t i = 0; i < n; i++) {
        if (facts->moved[i]->ref == subject->ref)
            return true;
    }
    return false;
}

static bool subject_judge(struct draft *d, const struct facts *facts, size_t i,
                          struct verdict *verdict)
{
    const struct move *move = &d->command->moves[i];
    const struct inspection *subject = facts->moved[i];
    if (subject == NULL || !actor_sees(&d->command->actor, subject->brand))
        return refuse(verdict, CODE_not_found, "", STR("There is no such inspection."));
    if (is_named_before(facts, i, subject))
        return refuse(verdict, CODE_out_of_range, "", STR("The same order is moved twice."));
    if (!expected_judge(d, (struct expected){ .version = move->version }, subject->version,
                        verdict))
        return false;
    if (subject->status != STATUS_UNCONFIRMED && subject->status != STATUS_CONFIRMED)
        return refuse_status(d, subject, verdict);
    return !subject->is_locked || refuse(verdict, CODE_locked, "", STR(""));
}

/* Without a time the order keeps its own: that was judged when it was agreed. */
static struct ask ask_of(struct draft *d, const struct move *move, const struct inspection *subject,
                         struct verdict *verdict)
{
    struct ask ask = ask_for(d, verdict);
    ask.brand_stands = true;
    ask.services_stand = true;
    ask.look.without[1] = subject->ref;
    if (!move->want.has_datetime) {
        ask.agreed = subject;
        ask.stays = subject->when;
    }
    return ask;
}

static void lay(struct draft *d, const struct ask *ask, const struct inspection *subject)
{
    struct inspection *record = inspection_copy(d->arena, subject);
    record->version++;
    order_set_time(record, d->image->company, ask->when);
    order_take(d, ask, record);
    draft_inspection(d, record);
    if (record->wants_spectora)
        draft_outbox(d, record->ref, "update");
}

static bool move_one(struct draft *d, const struct move *move, const struct inspection *subject,
                     struct verdict *verdict)
{
    const struct image *now = booking_apply(d->image, draft_view(d));
    struct ask ask = ask_of(d, move, subject, verdict);
    struct want want = move->want;
    ask.image = now;
    order_fill(d, subject, &want);
    const bool fits = ask_make(&ask, &want) && ask_choose(&ask);
    if (fits)
        lay(d, &ask, subject);
    block_free(now);
    return fits;
}

static bool refused_at(struct draft *d, size_t i, struct verdict *verdict)
{
    verdict->field = str_print(d->arena, "/moves/%zu%.*s", i, STR_ARG(verdict->field));
    return false;
}

bool decide_moves(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct command *c = d->command;
    for (size_t i = 0; i < c->n_moves; i++) {
        if (!subject_judge(d, facts, i, verdict))
            return refused_at(d, i, verdict);
    }
    for (size_t i = 0; i < c->n_moves; i++)
        order_free(d, facts->moved[i], "moved");
    for (size_t i = 0; i < c->n_moves; i++) {
        if (!move_one(d, &c->moves[i], facts->moved[i], verdict))
            return refused_at(d, i, verdict);
    }
    draft_note_choice(d);
    return true;
}
