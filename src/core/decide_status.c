/* The status machine at work: see core/status.h. */
#include "core/status.h"
#include "order.h"

#include <string.h>

#define ROW(kind, from, to, who, effect) { kind, from, who, to, effect },
const struct status_step status_steps[] = { STATUS_STEPS(ROW) };
#undef ROW

const size_t n_status_steps = sizeof status_steps / sizeof status_steps[0];

const struct status_step *status_step_of(enum command_kind kind, enum status from)
{
    for (size_t i = 0; i < n_status_steps; i++) {
        if (status_steps[i].kind == kind && (status_steps[i].from >> from & 1) != 0)
            return &status_steps[i];
    }
    return NULL;
}

bool status_step_known(enum command_kind kind)
{
    for (size_t i = 0; i < n_status_steps; i++) {
        if (status_steps[i].kind == kind)
            return true;
    }
    return false;
}

unsigned status_step_who(enum command_kind kind)
{
    unsigned who = 0;
    for (size_t i = 0; i < n_status_steps; i++)
        who |= status_steps[i].kind == kind ? status_steps[i].who : 0;
    return who;
}

bool refuse_status(const struct draft *d, const struct inspection *subject, struct verdict *verdict)
{
    return refuse(
        verdict, CODE_wrong_state, "",
        str_print(d->arena, "The inspection is %.*s.", STR_ARG(status_name(subject->status))));
}

static void free_time(struct draft *d, const struct inspection *subject, struct inspection *record)
{
    struct assignment *assignments =
        arena_array(d->arena, struct assignment, record->n_assignments);
    memcpy(assignments, record->assignments, record->n_assignments * sizeof *assignments);
    for (size_t i = 0; i < record->n_assignments; i++)
        assignments[i].claim = 0;
    record->assignments = assignments;
    order_free(d, subject, "cancelled");
}

/* Its own time and people, judged as a new booking would be. False: refused. */
static bool take_time(struct draft *d, const struct inspection *subject, struct inspection *record,
                      struct verdict *verdict)
{
    struct ask ask = ask_for(d, verdict);
    struct want want = d->command->want;
    ask.stays = subject->when;
    ask.brand_stands = true;
    ask.services_stand = true;
    order_fill(d, subject, &want);
    if (!ask_make(&ask, &want) || !ask_choose(&ask))
        return false;
    order_take(d, &ask, record);
    draft_note_choice(d);
    return true;
}

static bool step_effect(struct draft *d, const struct status_step *step,
                        const struct inspection *subject, struct inspection *record,
                        struct verdict *verdict)
{
    switch (step->effect) {
    case EFFECT_FREES:
        record->cancel_reason = d->command->reason;
        free_time(d, subject, record);
        return true;
    case EFFECT_TAKES:
        record->cancel_reason = STR("");
        return take_time(d, subject, record, verdict);
    case EFFECT_LOCKS:
        record->is_locked = true;
        return true;
    case EFFECT_UNLOCKS:
        record->is_locked = false;
        return true;
    case EFFECT_PAST:
    case EFFECT_NONE:
        break;
    }
    return true;
}

/* Who asks for what is so already has it: nothing happens, and nothing is written of it. */
static bool is_so_already(const struct status_step *step, const struct inspection *subject)
{
    return (step->effect == EFFECT_LOCKS && subject->is_locked) ||
           (step->effect == EFFECT_UNLOCKS && !subject->is_locked);
}

bool decide_status(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct inspection *subject = facts->inspection;
    if (!order_judge(d, subject, verdict))
        return false;
    const struct status_step *step = status_step_of(d->command->kind, subject->status);
    if (step == NULL)
        return refuse_status(d, subject, verdict);
    if (step->effect == EFFECT_PAST && d->now < subject->when.start)
        return refuse(verdict, CODE_wrong_state, "", STR("It has not begun yet."));
    if (step->effect == EFFECT_FREES &&
        order_is_too_late(d, subject, order_rules(d, subject)->cancel_cutoff_min))
        return refuse(verdict, CODE_too_late_to_change, "",
                      STR("It is too late to cancel this appointment online."));
    struct inspection *record = inspection_copy(d->arena, subject);
    if (is_so_already(step, subject)) {
        verdict->unchanged = record;
        return false;
    }
    record->version++;
    if (step->to != STAYS)
        record->status = (enum status)step->to;
    if (!step_effect(d, step, subject, record, verdict))
        return false;
    draft_inspection(d, record);
    if (record->wants_spectora)
        draft_outbox(d, record->ref, step->effect == EFFECT_FREES ? "cancel" : "update");
    return true;
}
