/* What may become of an order, an absence and a conflict that stand: laws told in the words of
 * docs/status.md, a second time beside core's table. */
#ifndef DESK_TESTS_STEPS_H
#define DESK_TESTS_STEPS_H

#include "model.h"

/* Statuses, as bits, from which the command may do something to an order; 0: it is about none. */
/* The command is for an order that has begun. */
bool steps_waits(enum command_kind kind);

/* A list of words as a number. */
uint64_t steps_words(struct strs words);

/* The house and where it stands are the same. */
bool steps_same_house(const struct property *a, const struct property *b);

unsigned step_from(enum command_kind kind);

/* Ends the program when the entry breaks a law; the model is as it was before the entry. */
void steps_judge(const struct model *model, const struct entry *entry);

/* Why an overlap was admitted: the entry itself must say so. */
void steps_judge_cause(const struct entry *entry, const struct conflict *opened);

#endif
