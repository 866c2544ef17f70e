/* The status machine of an order, as one table: who may ask for which step, from where it goes to
 * where, and what it does to the order's time. decide, the API's roles and docs/status.md are made
 * of it.
 *
 * STEP(kind, from, to, who, effect): `from` and `who` are bits, of enum status and enum role. A
 * step to STAYS keeps the status. */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include "core/entry.h"

enum {
    FROM_UNCONFIRMED = 1 << STATUS_UNCONFIRMED,
    FROM_CONFIRMED = 1 << STATUS_CONFIRMED,
    FROM_COMPLETED = 1 << STATUS_COMPLETED,
    FROM_NO_SHOW = 1 << STATUS_NO_SHOW,
    FROM_CANCELLED = 1 << STATUS_CANCELLED,
    FROM_OPEN = FROM_UNCONFIRMED | FROM_CONFIRMED,
    FROM_PAST = FROM_COMPLETED | FROM_NO_SHOW,
    BY_OFFICE = 1 << ROLE_ADMIN | 1 << ROLE_STAFF,
    BY_INSPECTOR = 1 << ROLE_INSPECTOR,
};

enum step_effect {
    EFFECT_NONE,   /* its time stays as it is */
    EFFECT_PAST,   /* the same, and the time must have begun */
    EFFECT_FREES,  /* its time is free at once */
    EFFECT_TAKES,  /* its time is taken again through the door: refused when it is gone */
    EFFECT_LOCKS,  /* it can be moved no more */
    EFFECT_UNLOCKS /* it can be moved again */
};

enum { STAYS = STATUSES };

#define STATUS_STEPS(STEP)                                                                       \
    STEP(COMMAND_CONFIRM, FROM_UNCONFIRMED, STATUS_CONFIRMED, BY_OFFICE, EFFECT_NONE)            \
    STEP(COMMAND_COMPLETE, FROM_CONFIRMED, STATUS_COMPLETED, BY_OFFICE | BY_INSPECTOR,           \
         EFFECT_PAST)                                                                            \
    STEP(COMMAND_NO_SHOW, FROM_CONFIRMED, STATUS_NO_SHOW, BY_OFFICE | BY_INSPECTOR, EFFECT_PAST) \
    STEP(COMMAND_CANCEL, FROM_OPEN, STATUS_CANCELLED, BY_OFFICE, EFFECT_FREES)                   \
    STEP(COMMAND_RESTORE, FROM_CANCELLED, STATUS_CONFIRMED, BY_OFFICE, EFFECT_TAKES)             \
    STEP(COMMAND_RESTORE, FROM_PAST, STATUS_CONFIRMED, BY_OFFICE, EFFECT_NONE)                   \
    STEP(COMMAND_LOCK, FROM_OPEN, STAYS, BY_OFFICE, EFFECT_LOCKS)                                \
    STEP(COMMAND_UNLOCK, FROM_OPEN, STAYS, BY_OFFICE, EFFECT_UNLOCKS)

struct status_step {
    enum command_kind kind;
    unsigned from, who;
    int to; /* enum status, or STAYS */
    enum step_effect effect;
};

extern const struct status_step status_steps[];
extern const size_t n_status_steps;

/* The step that the command asks for from this status. NULL: there is none. */
const struct status_step *status_step_of(enum command_kind kind, enum status from);
bool status_step_known(enum command_kind kind);   /* from any status */
unsigned status_step_who(enum command_kind kind); /* bits of the roles that may ask for it */

#endif
