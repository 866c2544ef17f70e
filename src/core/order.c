/* What book, move, amend and the status machine share: an order's claims, its hold, its version. */
#include "order.h"

#include <assert.h>
#include <string.h>

static const char CAUSE_OVERRIDE[] = "override";

/* Lays the claims of an inspection and gives its assignments. */
void order_take(struct draft *d, const struct ask *ask, struct inspection *record)
{
    struct assignment *assignments = arena_array(d->arena, struct assignment, ask->n_inspectors);
    for (size_t i = 0; i < ask->n_inspectors; i++) {
        struct assignment *a = &assignments[i];
        a->inspector = d->image->company->inspectors[ask->inspectors[i]].id;
        a->role = ask->roles[i];
        a->when = ask->whens[i];
        a->claim = draft_ref(d);
        draft_take(d, a->inspector, order_claim(record, a),
                   ask->overlap_admitted ? CAUSE_OVERRIDE : NULL);
    }
    record->assignments = assignments;
    record->n_assignments = ask->n_inspectors;
}

void order_set_time(struct inspection *record, const struct company *company, struct span when)
{
    record->when = when;
    record->wall_start = zone_to_wall(company->zone, when.start);
    record->wall_end = zone_to_wall(company->zone, when.end);
    record->zone = company->zone_name;
}

struct claim order_claim(const struct inspection *record, const struct assignment *a)
{
    return (struct claim){ .when = a->when,
                           .ref = a->claim,
                           .owner = record->ref,
                           .lock_group = a->claim,
                           .order_number = record->order_number,
                           .place = record->property.place,
                           .has_place = record->property.has_place,
                           .kind = CLAIM_INSPECTION };
}

void order_free(struct draft *d, const struct inspection *record, const char *how)
{
    for (size_t i = 0; i < record->n_assignments; i++) {
        const struct assignment *a = &record->assignments[i];
        const struct claim known = order_claim(record, a);
        draft_free(d, a->inspector, record->ref, how, a->claim == 0 ? NULL : &known);
    }
}

/* What was judged when the hold was made: everything about its interval and its services. */
static code_set waived_by(const struct ask *ask, const struct want *asked, const struct hold *hold,
                          bool is_covered)
{
    code_set waived = ~((code_set)1 << CODE_slot_taken);
    if (!hold_is_live(hold, ask->now))
        return 0;
    if (!is_covered)
        waived &= ~((code_set)1 << CODE_outside_hours);
    if (!hold->property.has_place)
        waived &= ~((code_set)1 << CODE_outside_area);
    if (hold->services.n == 0 && asked->services.n > 0)
        waived &= ~((code_set)1 << CODE_inspector_unable);
    return waived;
}

bool order_use_hold(struct draft *d, const struct facts *facts, struct ask *ask, struct want *want,
                    const struct hold **ret)
{
    *ret = NULL;
    if (d->command->hold == 0)
        return true;
    const struct hold *hold = image_find_hold(d->image, d->command->hold);
    if (hold == NULL)
        hold = facts->hold;
    if (hold == NULL)
        return refuse(ask->verdict, CODE_not_found, "/hold", STR("There is no such hold."));
    if (hold->state == HOLD_CONSUMED)
        return refuse(ask->verdict, CODE_hold_consumed, "/hold", STR(""));
    const struct want asked = *want;
    const struct property *known =
        facts->inspection != NULL ? &facts->inspection->property : &asked.property;
    if (!want_with_hold(ask, &asked, hold, known, want))
        return false;
    ask->waived = waived_by(ask, &asked, hold, hold_covers(ask, &asked, hold, known));
    ask->services_stand = hold_is_live(hold, d->now) && hold->services.n > 0;
    ask->look.without[0] = hold->ref;
    *ret = hold;
    return true;
}

void order_settle_hold(struct draft *d, const struct hold *hold, ref_t inspection)
{
    if (hold == NULL)
        return;
    d->entry->hold_reacquired = !hold_is_live(hold, d->now);
    draft_end_hold(d, hold, HOLD_CONSUMED, inspection, STR(""));
}

bool order_judge(const struct draft *d, const struct inspection *subject, struct verdict *verdict)
{
    if (subject == NULL)
        return refuse(verdict, CODE_not_found, "", STR("There is no such inspection."));
    return version_judge(d, subject->version, verdict);
}

/* Names the inspectors the subject has. Assistants with an interval of their own keep it, moved by
 * as much as the lead; who works as long as the lead goes on doing so. */
void order_keep_people(struct draft *d, const struct inspection *subject, struct want *want)
{
    struct str *ids = arena_array(d->arena, struct str, subject->n_assignments);
    struct own_interval *own = arena_array(d->arena, struct own_interval, subject->n_assignments);
    bool any = false;
    for (size_t i = 0; i < subject->n_assignments; i++) {
        const struct assignment *a = &subject->assignments[i];
        const bool follows =
            a->when.start == subject->when.start && a->when.end == subject->when.end;
        ids[i] = a->inspector;
        own[i].role = a->role;
        if (follows)
            continue;
        own[i].after_s = a->when.start - subject->when.start;
        own[i].length_s = a->when.end - a->when.start;
        any = true;
    }
    want->inspectors = (struct strs){ ids, subject->n_assignments };
    want->own = any ? own : NULL;
}

/* What neither the body nor its hold says stays as it was. */
void order_fill(struct draft *d, const struct inspection *subject, struct want *want)
{
    want->brand = subject->brand;
    want->property = subject->property;
    if (want->services.n == 0 ||
        (d->command->want.services.n == 0 && strs_equal(want->services, subject->services))) {
        want->services = subject->services;
        if (want->minutes == 0 && !want->has_endtime)
            want->minutes =
                (int32_t)((subject->when.end - subject->when.start + MINUTE_S - 1) / MINUTE_S);
    }
    if (!want->any_inspector && want->inspectors.n == 0 && want->n_assignments == 0)
        order_keep_people(d, subject, want);
}

const struct rules *order_rules(const struct draft *d, const struct inspection *subject)
{
    const struct company *company = d->image->company;
    return company_rules(company, company_find_brand(company, subject->brand));
}

bool order_is_too_late(const struct draft *d, const struct inspection *subject, int32_t cutoff_min)
{
    return d->command->actor.role == ROLE_ONLINE && cutoff_min != NOT_FOUND &&
           subject->when.start - d->now < (utc_s)cutoff_min * MINUTE_S;
}
