/* Book, reschedule, cancel: the life of an inspection's time. */
#include "decide.h"

#include <assert.h>
#include <string.h>

static const char CAUSE_OVERRIDE[] = "override";

/* Lays the claims of an inspection and gives its assignments. */
static void take_for(struct draft *d, const struct ask *ask, struct inspection *record)
{
    struct assignment *assignments = arena_array(d->arena, struct assignment, ask->n_inspectors);
    for (size_t i = 0; i < ask->n_inspectors; i++) {
        struct assignment *a = &assignments[i];
        a->inspector = d->image->company->inspectors[ask->inspectors[i]].id;
        a->role = ask->roles[i];
        a->when = ask->whens[i];
        a->claim = draft_ref(d);
        draft_take(d, a->inspector,
                   (struct claim){ .when = a->when,
                                   .ref = a->claim,
                                   .owner = record->ref,
                                   .order_number = record->order_number,
                                   .place = record->property.place,
                                   .has_place = record->property.has_place,
                                   .kind = CLAIM_INSPECTION },
                   ask->overlap_admitted ? CAUSE_OVERRIDE : NULL);
    }
    record->assignments = assignments;
    record->n_assignments = ask->n_inspectors;
}

static void set_time(struct inspection *record, const struct company *company, struct span when)
{
    record->when = when;
    record->wall_start = zone_to_wall(company->zone, when.start);
    record->wall_end = zone_to_wall(company->zone, when.end);
    record->zone = company->zone_name;
}

static void free_claims(struct draft *d, const struct inspection *record, const char *how)
{
    for (size_t i = 0; i < record->n_assignments; i++) {
        const struct assignment *a = &record->assignments[i];
        const struct claim known = { .when = a->when,
                                     .ref = a->claim,
                                     .owner = record->ref,
                                     .lock_group = a->claim,
                                     .order_number = record->order_number,
                                     .place = record->property.place,
                                     .has_place = record->property.has_place,
                                     .kind = CLAIM_INSPECTION };
        draft_free(d, a->inspector, record->ref, how, a->claim == 0 ? NULL : &known);
    }
}

static bool refuse_duplicate(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    verdict->evidence = arena_array(d->arena, struct evidence, facts->n_duplicates);
    verdict->n_evidence = facts->n_duplicates;
    for (size_t i = 0; i < facts->n_duplicates; i++) {
        const struct inspection *twin = facts->duplicates[i];
        verdict->evidence[i] = (struct evidence){ CLAIM_INSPECTION, twin->assignments[0].inspector,
                                                  twin->when, twin->order_number, twin->ref };
    }
    return refuse(verdict, CODE_possible_duplicate, "/property/address", STR(""));
}

static void warn_duplicates(struct draft *d, const struct facts *facts)
{
    struct str *words = arena_array(d->arena, struct str, facts->n_duplicates);
    for (size_t i = 0; i < facts->n_duplicates; i++)
        words[i] = str_print(d->arena, "possible duplicate of order %lld at the same address",
                             (long long)facts->duplicates[i]->order_number);
    d->entry->warnings = (struct strs){ words, facts->n_duplicates };
}

static enum status initial_status(const struct draft *d, const struct ask *ask)
{
    if (d->command->status != NOT_FOUND)
        return (enum status)d->command->status;
    if (ask->audience == AUDIENCE_INTERNAL)
        return STATUS_CONFIRMED;
    return ask->rules->policy[AUDIENCE_ONLINE].auto_confirm ? STATUS_CONFIRMED : STATUS_UNCONFIRMED;
}

static struct inspection *record_make(struct draft *d, const struct ask *ask)
{
    const struct command *c = d->command;
    struct inspection *record = arena_new(d->arena, struct inspection);
    record->ref = draft_ref(d);
    record->id = draft_id(d, 'i');
    record->order_number = d->entry->next_order++;
    record->brand = d->image->company->brands[ask->brand].id;
    record->status = initial_status(d, ask);
    record->scheduled_location = c->actor.channel;
    record->created_at = d->now;
    record->version = 1;
    record->services = ask->service_ids;
    record->price = ask->price;
    record->property = ask->property;
    record->external_ref = c->external_ref;
    record->key_id = c->actor.key_id;
    record->place_key = c->place_key;
    record->person = draft_ref(d);
    record->person_hash = c->person_hash;
    set_time(record, d->image->company, ask->when);
    return record;
}

static bool has_link(const struct draft *d, const struct ask *ask)
{
    return d->image->company->brands[ask->brand].spectora != SPECTORA_NONE;
}

/* Reads the hold the command names and lays it under the want. */
static bool use_hold(struct draft *d, const struct facts *facts, struct ask *ask, struct want *want,
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
    if (!want_with_hold(ask, &asked, hold, want))
        return false;
    ask->rules_waived = hold_is_live(hold, d->now);
    ask->services_stand = ask->rules_waived && hold->services.n > 0;
    ask->look.without[0] = hold->ref;
    *ret = hold;
    return true;
}

/* An expired hold whose time is still free books; the entry says that it had ended. */
static void settle_hold(struct draft *d, const struct hold *hold, ref_t inspection)
{
    if (hold == NULL)
        return;
    d->entry->hold_reacquired = !hold_is_live(hold, d->now);
    draft_end_hold(d, hold, HOLD_CONSUMED, inspection, STR(""));
}

static void note_choice(struct draft *d, const struct ask *ask)
{
    d->entry->overridden = d->command->override.rules;
    d->entry->offer = d->command->offer;
    if (ask->command->override.rules != 0)
        d->entry->reason = d->command->override.reason;
}

/* Before "taken": whoever sends the same order twice meets their own first one there. */
static bool refuse_used_ref(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    verdict->n_evidence = 0;
    return refuse(verdict, CODE_external_ref_used, "/externalRef",
                  str_print(d->arena, "externalRef already names order %lld.",
                            (long long)facts->external_ref_order));
}

bool decide_book(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    struct ask ask = ask_for(d, verdict);
    struct want want = d->command->want;
    const struct hold *hold;
    if (!use_hold(d, facts, &ask, &want, &hold) || !ask_make(&ask, &want))
        return false;
    if (d->command->needs_spectora && !has_link(d, &ask))
        return refuse(verdict, CODE_no_spectora_link, "/brand", STR(""));
    const bool is_free = ask_choose(&ask);
    if (facts->external_ref_order != 0 && (is_free || verdict->code == CODE_slot_taken))
        return refuse_used_ref(d, facts, verdict);
    if (!is_free)
        return false;
    if (facts->n_duplicates > 0 && ask.audience == AUDIENCE_ONLINE &&
        !d->command->acknowledge_duplicate)
        return refuse_duplicate(d, facts, verdict);
    if (facts->n_duplicates > 0 && ask.audience == AUDIENCE_INTERNAL)
        warn_duplicates(d, facts);

    struct inspection *record = record_make(d, &ask);
    record->wants_spectora = d->command->needs_spectora || has_link(d, &ask);
    settle_hold(d, hold, record->ref);
    take_for(d, &ask, record);
    draft_inspection(d, record);
    if (record->wants_spectora)
        draft_outbox(d, record->ref, "create");
    note_choice(d, &ask);
    return true;
}

/* Found, not changed since, and alive. */
static bool subject_judge(const struct draft *d, const struct inspection *subject,
                          struct verdict *verdict)
{
    if (subject == NULL)
        return refuse(verdict, CODE_not_found, "", STR("There is no such inspection."));
    if (!version_judge(d, subject->version, verdict))
        return false;
    if (subject->status == STATUS_UNCONFIRMED || subject->status == STATUS_CONFIRMED)
        return true;
    return refuse(
        verdict, CODE_wrong_state, "",
        str_print(d->arena, "The inspection is %.*s.", STR_ARG(status_name(subject->status))));
}

/* Names the inspectors the subject has. Assistants with an interval of their own keep it, moved by
 * as much as the lead; who works as long as the lead goes on doing so. */
static void keep_people(struct draft *d, const struct inspection *subject, struct want *want)
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
static void fill_from_subject(struct draft *d, const struct inspection *subject, struct want *want)
{
    want->brand = subject->brand;
    want->property = subject->property;
    if (want->services.n == 0) {
        want->services = subject->services;
        if (want->minutes == 0 && !want->has_endtime)
            want->minutes =
                (int32_t)((subject->when.end - subject->when.start + MINUTE_S - 1) / MINUTE_S);
    }
    if (!want->any_inspector && want->inspectors.n == 0 && want->n_assignments == 0)
        keep_people(d, subject, want);
}

bool decide_reschedule(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct inspection *subject = facts->inspection;
    if (!subject_judge(d, subject, verdict))
        return false;
    if (subject->is_locked)
        return refuse(verdict, CODE_locked, "", STR(""));
    struct ask ask = ask_for(d, verdict);
    struct want want = d->command->want;
    const struct hold *hold;
    if (!use_hold(d, facts, &ask, &want, &hold))
        return false;
    ask.brand_stands = true;
    ask.services_stand =
        ask.services_stand || want.services.n == 0 || strs_equal(want.services, subject->services);
    fill_from_subject(d, subject, &want);
    if (!ask_make(&ask, &want))
        return false;
    ask.look.without[1] = subject->ref;
    if (!ask_choose(&ask))
        return false;
    struct inspection *record = inspection_copy(d->arena, subject);
    record->version++;
    if (d->command->want.services.n > 0 || !strs_equal(want.services, subject->services)) {
        record->services = ask.service_ids;
        record->price = ask.price;
    }
    set_time(record, d->image->company, ask.when);
    settle_hold(d, hold, record->ref);
    free_claims(d, subject, "moved");
    take_for(d, &ask, record);
    draft_inspection(d, record);
    if (record->wants_spectora)
        draft_outbox(d, record->ref, "update");
    note_choice(d, &ask);
    return true;
}

bool decide_cancel(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct inspection *subject = facts->inspection;
    if (!subject_judge(d, subject, verdict))
        return false;
    struct inspection *record = inspection_copy(d->arena, subject);
    struct assignment *assignments =
        arena_array(d->arena, struct assignment, record->n_assignments);
    memcpy(assignments, record->assignments, record->n_assignments * sizeof *assignments);
    for (size_t i = 0; i < record->n_assignments; i++)
        assignments[i].claim = 0;
    record->assignments = assignments;
    record->version++;
    record->status = STATUS_CANCELLED;
    record->cancel_reason = d->command->reason;
    free_claims(d, subject, "cancelled");
    draft_inspection(d, record);
    if (record->wants_spectora)
        draft_outbox(d, record->ref, "cancel");
    return true;
}
