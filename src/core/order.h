/* What book, move, amend and the status machine share. Private to core. */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include "decide.h"

/* Lays the claims of an inspection where the ask has chosen, and writes its assignments. */
void order_take(struct draft *d, const struct ask *ask, struct inspection *record);

/* The claim of one of its assignments, as it is before any conflict. */
struct claim order_claim(const struct inspection *record, const struct assignment *a);

/* Frees all its claims; `how` tells closed conflicts why. */
void order_free(struct draft *d, const struct inspection *record, const char *how);

void order_set_time(struct inspection *record, const struct company *company, struct span when);

/* Reads the hold the command names, if any, and lays it under the want. False: refused. */
bool order_use_hold(struct draft *d, const struct facts *facts, struct ask *ask, struct want *want,
                    const struct hold **ret);

/* An expired hold whose time is still free books; the entry says that it had ended. */
void order_settle_hold(struct draft *d, const struct hold *hold, ref_t inspection);

/* Names the people the subject has; assistants with an interval of their own keep it, moved by as
 * much as the lead. */
void order_keep_people(struct draft *d, const struct inspection *subject, struct want *want);

/* What neither the body nor its hold says stays as it was. */
void order_fill(struct draft *d, const struct inspection *subject, struct want *want);

/* There is such an order, and it has not changed since. False: refused. */
bool order_judge(const struct draft *d, const struct inspection *subject, struct verdict *verdict);

/* The rules of the order's brand. */
const struct rules *order_rules(const struct draft *d, const struct inspection *subject);

/* Nearer to its start than a customer may come; NOT_FOUND: there is no such cutoff. */
bool order_is_too_late(const struct draft *d, const struct inspection *subject, int32_t cutoff_min);

/* Refuses what the order's status does not let happen. */
bool refuse_status(const struct draft *d, const struct inspection *subject,
                   struct verdict *verdict);

#endif
