/* Move and amend: another time, other people, another house; release and take in one step. */
#include "order.h"

#include <assert.h>

static bool is_open(const struct inspection *subject)
{
    return subject->status == STATUS_UNCONFIRMED || subject->status == STATUS_CONFIRMED;
}

static bool may_move(struct draft *d, const struct inspection *subject, struct verdict *verdict)
{
    if (!order_judge(d, subject, verdict))
        return false;
    if (!is_open(subject))
        return refuse_status(d, subject, verdict);
    return !subject->is_locked || refuse(verdict, CODE_locked, "", STR(""));
}

static void take_services(const struct ask *ask, struct inspection *record)
{
    record->services = ask->service_ids;
    record->price = ask->price;
}

/* Frees what it had and takes what the ask has chosen. */
static void lay_anew(struct draft *d, const struct ask *ask, const struct inspection *subject,
                     struct inspection *record)
{
    order_set_time(record, d->image->company, ask->when);
    order_free(d, subject, "moved");
    order_take(d, ask, record);
    ask_warn(ask);
}

static void finish(struct draft *d, struct inspection *record)
{
    draft_inspection(d, record);
    if (record->wants_spectora)
        draft_outbox(d, record->ref, "update");
    draft_note_choice(d);
}

static bool same_people(const struct ask *ask, const struct inspection *subject)
{
    bool same = ask->n_inspectors == subject->n_assignments;
    for (size_t i = 0; same && i < ask->n_inspectors; i++) {
        const struct assignment *a = &subject->assignments[i];
        const struct str inspector = ask->image->company->inspectors[ask->inspectors[i]].id;
        same = str_equal(a->inspector, inspector) && str_equal(a->role, ask->roles[i]) &&
               a->when.start == ask->whens[i].start && a->when.end == ask->whens[i].end;
    }
    return same;
}

/* Services that are named again are sold anew: at another price there is something to do. */
static bool same_sale(const struct ask *ask, const struct inspection *subject)
{
    const bool named = ask->command->want.services.n > 0;
    return strs_equal(ask->service_ids, subject->services) &&
           (!named || (ask->price.cents == subject->price.cents &&
                       ask->price.minutes == subject->price.minutes));
}

static bool stands_already(const struct ask *ask, const struct inspection *subject)
{
    return same_people(ask, subject) && same_sale(ask, subject) &&
           ask->when.start == subject->when.start && ask->when.end == subject->when.end &&
           str_equal(subject->zone, ask->image->company->zone_name);
}

/* Nothing happens, and nothing is written of it. */
static bool leave(struct draft *d, const struct inspection *subject, struct verdict *verdict)
{
    verdict->unchanged = inspection_copy(d->arena, subject);
    return false;
}

/* Chooses anew. What stands already was judged when it was agreed: it is left as it is. */
static bool choose_anew(struct ask *ask, const struct inspection *subject)
{
    if (!ask->any && stands_already(ask, subject))
        return leave(ask->draft, subject, ask->verdict);
    if (!ask_choose(ask))
        return false;
    return !ask->any || !stands_already(ask, subject) || leave(ask->draft, subject, ask->verdict);
}

bool decide_reschedule(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct inspection *subject = facts->inspection;
    if (!may_move(d, subject, verdict))
        return false;
    if (order_is_too_late(d, subject, order_rules(d, subject)->change_cutoff_min))
        return refuse(verdict, CODE_too_late_to_change, "", STR(""));
    struct ask ask = ask_for(d, verdict);
    struct want want = d->command->want;
    const struct hold *hold;
    if (!order_use_hold(d, facts, &ask, &want, &hold))
        return false;
    ask.brand_stands = true;
    ask.services_stand =
        ask.services_stand || want.services.n == 0 || strs_equal(want.services, subject->services);
    order_fill(d, subject, &want);
    if (!ask_make(&ask, &want))
        return false;
    ask.look.without[1] = subject->ref;
    if (hold != NULL ? !ask_choose(&ask) : !choose_anew(&ask, subject))
        return false;
    struct inspection *record = inspection_copy(d->arena, subject);
    record->version++;
    if (d->command->want.services.n > 0 || !strs_equal(want.services, subject->services))
        take_services(&ask, record);
    order_settle_hold(d, hold, record->ref);
    lay_anew(d, &ask, subject, record);
    finish(d, record);
    return true;
}

/* Rules about when one may ask were passed when the time was agreed; what changes is judged. */
static struct ask ask_in_place(struct draft *d, const struct inspection *subject,
                               struct verdict *verdict)
{
    struct ask ask = ask_for(d, verdict);
    ask.agreed = subject;
    ask.brand_stands = true;
    ask.services_stand = d->command->want.services.n == 0;
    ask.look.without[1] = subject->ref;
    return ask;
}

/* The order keeps its time, unless the assignments name another. */
bool decide_reassign(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct inspection *subject = facts->inspection;
    if (!may_move(d, subject, verdict))
        return false;
    struct ask ask = ask_in_place(d, subject, verdict);
    struct want want = d->command->want;
    ask.stays = subject->when;
    order_fill(d, subject, &want);
    if (!ask_make(&ask, &want) || !choose_anew(&ask, subject))
        return false;
    struct inspection *record = inspection_copy(d->arena, subject);
    record->version++;
    lay_anew(d, &ask, subject, record);
    finish(d, record);
    return true;
}

/* ---- amend ---- */

static bool same_size(const struct property *a, const struct property *b)
{
    return a->square_feet == b->square_feet && a->year_built == b->year_built;
}

static bool same_place(const struct property *a, const struct property *b)
{
    return a->has_place == b->has_place && a->place.lat_e7 == b->place.lat_e7 &&
           a->place.lng_e7 == b->place.lng_e7;
}

static bool is_the_house(const struct property *a, const struct property *b)
{
    return same_size(a, b) && same_place(a, b);
}

static void set_person(struct draft *d, struct inspection *record)
{
    if (!d->command->person_changed)
        return;
    record->person = draft_ref(d);
    record->person_hash = d->command->person_hash;
    record->place_key = d->command->place_key;
}

/* The claims tell where the job is; nothing else about the time changes. */
static void renew_places(struct draft *d, struct inspection *record)
{
    for (size_t i = 0; i < record->n_assignments; i++) {
        const struct assignment *a = &record->assignments[i];
        const struct claim renewed = order_claim(record, a);
        if (a->claim != 0 && draft_reaches(d, a->when.start))
            draft_renew(d, a->inspector, &renewed);
    }
}

/* Other services or another size take another time: judged like a move that stays in place. */
static bool amend_time(struct draft *d, struct ask *ask, const struct inspection *subject,
                       struct inspection *record)
{
    struct want want = d->command->want;
    if (subject->is_locked)
        return refuse(ask->verdict, CODE_locked, "", STR(""));
    want.has_datetime = true;
    want.datetime = (struct instant_text){ .wall = subject->when.start, .has_offset = true };
    want.services = d->command->want.services.n > 0 ? d->command->want.services : subject->services;
    want.minutes = 0;
    want.has_endtime = false;
    want.property = record->property;
    want.brand = subject->brand;
    order_keep_people(d, subject, &want);
    if (!ask_make(ask, &want) || !ask_choose(ask))
        return false;
    take_services(ask, record);
    lay_anew(d, ask, subject, record);
    return true;
}

/* An erasure leaves the order's version as it is: what was merged before it would bring the data
 * back. */
static bool judge_person(const struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const ref_t from = d->command->merged_from;
    return from == 0 || (from == facts->inspection->person && facts->person_is_held) ||
           refuse(verdict, CODE_stale, "", STR("What is held of its people was erased meanwhile."));
}

bool decide_amend(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct inspection *subject = facts->inspection;
    if (!order_judge(d, subject, verdict) || !judge_person(d, facts, verdict))
        return false;
    if (subject->status == STATUS_CANCELLED)
        return refuse_status(d, subject, verdict);
    struct ask ask = ask_in_place(d, subject, verdict);
    struct inspection *record = inspection_copy(d->arena, subject);
    const struct strs services = d->command->want.services;
    /* Without services nothing tells how long a larger house takes. */
    const bool other_size =
        subject->services.n > 0 && !same_size(&d->command->want.property, &subject->property);
    const bool other_work =
        other_size || (services.n > 0 && !strs_equal(services, subject->services));
    if (!other_work && is_the_house(&d->command->want.property, &subject->property) &&
        !d->command->person_changed)
        return leave(d, subject, verdict);
    record->version++;
    record->property = d->command->want.property;
    set_person(d, record);
    if (other_work && !is_open(subject))
        return refuse_status(d, subject, verdict);
    if (other_work && !amend_time(d, &ask, subject, record))
        return false;
    if (!other_work && !same_place(&record->property, &subject->property))
        renew_places(d, record);
    finish(d, record);
    return true;
}
