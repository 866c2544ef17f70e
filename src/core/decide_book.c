/* Book: a new order. */
#include "order.h"

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
    order_set_time(record, d->image->company, ask->when);
    return record;
}

static bool has_link(const struct draft *d, const struct ask *ask)
{
    return d->image->company->brands[ask->brand].spectora != SPECTORA_NONE;
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
    if (!order_use_hold(d, facts, &ask, &want, &hold) || !ask_make(&ask, &want))
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
    order_settle_hold(d, hold, record->ref);
    order_take(d, &ask, record);
    ask_warn(&ask);
    draft_inspection(d, record);
    if (record->wants_spectora)
        draft_outbox(d, record->ref, "create");
    draft_note_choice(d);
    return true;
}
