/* What may become of what stands: see steps.h. */
#include "steps.h"

enum {
    UNCONFIRMED = 1 << STATUS_UNCONFIRMED,
    CONFIRMED = 1 << STATUS_CONFIRMED,
    COMPLETED = 1 << STATUS_COMPLETED,
    NO_SHOW = 1 << STATUS_NO_SHOW,
    CANCELLED = 1 << STATUS_CANCELLED,
    OPEN = UNCONFIRMED | CONFIRMED,
    AS_IT_WAS = STATUSES
};

enum time_law {
    STAYS_PUT, /* the same claims */
    IS_FREE,   /* no claims */
    IS_RETAKEN /* new claims, of the same people and the same time */
};

static const struct step {
    enum command_kind kind;
    unsigned from;
    int to;
    enum time_law time;
} steps[] = {
    { COMMAND_CONFIRM, UNCONFIRMED, STATUS_CONFIRMED, STAYS_PUT },
    { COMMAND_COMPLETE, CONFIRMED, STATUS_COMPLETED, STAYS_PUT },
    { COMMAND_NO_SHOW, CONFIRMED, STATUS_NO_SHOW, STAYS_PUT },
    { COMMAND_CANCEL, UNCONFIRMED | CONFIRMED, STATUS_CANCELLED, IS_FREE },
    { COMMAND_RESTORE, CANCELLED, STATUS_CONFIRMED, IS_RETAKEN },
    { COMMAND_RESTORE, COMPLETED | NO_SHOW, STATUS_CONFIRMED, STAYS_PUT },
    { COMMAND_LOCK, UNCONFIRMED | CONFIRMED, AS_IT_WAS, STAYS_PUT },
    { COMMAND_UNLOCK, UNCONFIRMED | CONFIRMED, AS_IT_WAS, STAYS_PUT },
};

enum { N_STEPS = sizeof(steps) / sizeof(steps[0]) };

unsigned step_from(enum command_kind kind)
{
    unsigned from = 0;
    if (kind == COMMAND_RESCHEDULE || kind == COMMAND_REASSIGN || kind == COMMAND_REASSIGNMENTS)
        return OPEN;
    if (kind == COMMAND_AMEND)
        return OPEN | COMPLETED | NO_SHOW;
    for (size_t i = 0; i < N_STEPS; i++)
        from |= steps[i].kind == kind ? steps[i].from : 0;
    return from;
}

bool steps_waits(enum command_kind kind)
{
    return kind == COMMAND_COMPLETE || kind == COMMAND_NO_SHOW;
}

/* ---- orders ---- */

struct turn {
    const struct entry *entry;
    const struct model_inspection *before;
    const struct inspection *after;
};

#define LAW(change, holds, what)                                                  \
    CHECK(holds, "seq %lu: %s of %s: " what, (unsigned long)(change)->entry->seq, \
          command_name((change)->entry->kind).at, (change)->before->id)

static bool is_of_now(const struct entry *entry, ref_t ref)
{
    return ref >> REF_SEQ_SHIFT == entry->seq;
}

static void judge_people(const struct turn *c, bool ends_too)
{
    LAW(c, c->after->n_assignments == c->before->n_assignments, "other people work on it");
    for (size_t i = 0; i < c->after->n_assignments; i++) {
        const struct assignment *a = &c->after->assignments[i];
        const struct model_assignment *was = &c->before->assigned[i];
        LAW(c, model_inspector(a->inspector) == was->inspector, "other people work on it");
        LAW(c, a->when.start == was->start && (!ends_too || a->when.end == was->end),
            "somebody works at another time");
    }
}

static void judge_time(const struct turn *c, enum time_law law)
{
    LAW(c, c->after->when.start == c->before->start && c->after->when.end == c->before->end,
        "its time is another");
    judge_people(c, true);
    for (size_t i = 0; i < c->after->n_assignments; i++) {
        const ref_t claim = c->after->assignments[i].claim;
        LAW(c, law != STAYS_PUT || claim == c->before->assigned[i].claim,
            "its time did not stay as it was");
        LAW(c, law != IS_FREE || claim == 0, "its time is not free");
        LAW(c, law != IS_RETAKEN || is_of_now(c->entry, claim), "its time is not taken again");
    }
    LAW(c, law == IS_RETAKEN || c->entry->n_added == 0, "it takes time");
    LAW(c, law != STAYS_PUT || c->entry->n_removed == 0, "it frees time");
}

static void judge_step(const struct turn *c)
{
    const struct step *step = NULL;
    for (size_t i = 0; i < N_STEPS; i++)
        if (steps[i].kind == c->entry->kind && (steps[i].from >> c->before->status & 1) != 0)
            step = &steps[i];
    LAW(c, step != NULL, "no step leads on from its status");
    LAW(c, c->after->status == (step->to == AS_IT_WAS ? c->before->status : (enum status)step->to),
        "it came to another status");
    LAW(c, !steps_waits(c->entry->kind) || c->entry->at >= c->before->start,
        "it was over before it began");
    judge_time(c, step->time);
}

/* A house of another size may take longer; whoever is locked, or over, takes what it took. */
static void judge_amend(const struct turn *c)
{
    const bool is_open = (OPEN >> c->before->status & 1) != 0;
    LAW(c, c->after->when.start == c->before->start, "its start is another");
    judge_people(c, false);
    for (size_t i = 0; (c->before->is_locked || !is_open) && i < c->after->n_assignments; i++)
        LAW(c,
            c->after->assignments[i].claim == c->before->assigned[i].claim &&
                c->after->assignments[i].when.end == c->before->assigned[i].end,
            "it is locked or over, and takes other time");
}

/* Whoever comes begins when somebody did, or at a time that is still to come. */
static void judge_reassign(const struct turn *c)
{
    for (size_t i = 0; i < c->after->n_assignments; i++) {
        const utc_s start = c->after->assignments[i].when.start;
        bool stands = false;
        for (size_t k = 0; k < c->before->n_assignments; k++)
            stands |= c->before->assigned[k].start == start;
        LAW(c, stands || start >= c->entry->at, "somebody new begins in the past");
    }
}

uint64_t steps_words(struct strs words)
{
    uint64_t so_far = 14695981039346656037U;
    for (size_t i = 0; i < words.n; i++) {
        for (size_t k = 0; k < words.at[i].len; k++)
            so_far = (so_far ^ (unsigned char)words.at[i].at[k]) * 1099511628211U;
        so_far = (so_far ^ 256) * 1099511628211U;
    }
    return so_far;
}

bool steps_same_house(const struct property *a, const struct property *b)
{
    return a->square_feet == b->square_feet && a->year_built == b->year_built &&
           a->has_place == b->has_place && a->place.lat_e7 == b->place.lat_e7 &&
           a->place.lng_e7 == b->place.lng_e7;
}

/* Of what was so already there is no entry; that of a hold which was taken is. */
static void judge_news(const struct turn *c)
{
    const struct model_inspection *was = c->before;
    const struct inspection *is = c->after;
    bool same = was->start == is->when.start && was->end == is->when.end &&
                was->n_assignments == is->n_assignments && was->person == is->person &&
                was->cents == is->price.cents && was->services == steps_words(is->services) &&
                steps_same_house(&was->property, &is->property) && c->entry->n_holds == 0;
    for (size_t i = 0; same && i < is->n_assignments; i++) {
        const struct assignment *a = &is->assignments[i];
        same = model_inspector(a->inspector) == was->assigned[i].inspector &&
               a->when.start == was->assigned[i].start && a->when.end == was->assigned[i].end;
    }
    LAW(c, !same, "an entry of what was so already");
}

static void judge_change(const struct turn *c)
{
    const enum command_kind kind = c->entry->kind;
    const bool moves =
        kind == COMMAND_RESCHEDULE || kind == COMMAND_REASSIGN || kind == COMMAND_REASSIGNMENTS;
    const bool locks = kind == COMMAND_LOCK;
    if (kind == COMMAND_ADMIT)
        return;
    LAW(c, (step_from(kind) >> c->before->status & 1) != 0, "its status does not let it");
    LAW(c, c->after->is_locked == (locks || (kind != COMMAND_UNLOCK && c->before->is_locked)),
        "its lock is another");
    LAW(c, !moves || !c->before->is_locked, "it is locked, and moved");
    LAW(c, (!locks && kind != COMMAND_UNLOCK) || c->before->is_locked != locks,
        "an entry of what was so already");
    if (moves || kind == COMMAND_AMEND)
        LAW(c, c->after->status == c->before->status, "its status is another");
    else
        judge_step(c);
    if (kind == COMMAND_AMEND)
        judge_amend(c);
    if (kind == COMMAND_REASSIGN)
        judge_reassign(c);
    if (kind == COMMAND_AMEND || kind == COMMAND_REASSIGN || kind == COMMAND_RESCHEDULE)
        judge_news(c);
}

/* ---- claims ---- */

/* The record's time is in the calendar: it stood there so, or the entry puts it there. */
static void judge_stands(const struct model *model, const struct entry *entry, int inspector,
                         ref_t claim, struct span when)
{
    const struct model_claim *c = model_find_claim(model, inspector, claim);
    bool stands = c != NULL && c->start == when.start && c->end == when.end;
    for (size_t i = 0; i < entry->n_added; i++)
        stands |= entry->added[i].claim.ref == claim;
    CHECK(stands, "seq %lu: %s: time of i%d that no entry takes", (unsigned long)entry->seq,
          command_name(entry->kind).at, inspector);
}

static void judge_inspection(const struct model *model, const struct entry *entry,
                             const struct inspection *after)
{
    const struct turn change = { entry, model_find_inspection(model, after->ref), after };
    const struct span lead = after->assignments[0].when;
    CHECK(lead.start == after->when.start && lead.end == after->when.end,
          "seq %lu: %s: the order's time is not its lead's", (unsigned long)entry->seq,
          command_name(entry->kind).at);
    for (size_t i = 0; after->status != STATUS_CANCELLED && i < after->n_assignments; i++)
        judge_stands(model, entry, model_inspector(after->assignments[i].inspector),
                     after->assignments[i].claim, after->assignments[i].when);
    if (change.before != NULL)
        judge_change(&change);
    else
        CHECK(entry->kind == COMMAND_BOOK || entry->kind == COMMAND_ADMIT,
              "seq %lu: a %s makes an order", (unsigned long)entry->seq,
              command_name(entry->kind).at);
}

/* ---- absences and conflicts ---- */

static void judge_absence(const struct model *model, const struct entry *entry,
                          const struct absence *after)
{
    const unsigned long seq = (unsigned long)entry->seq;
    const struct model_absence *before = model_find_absence(model, after->ref);
    const int inspector = model_inspector(after->inspector);
    if (!after->is_removed)
        judge_stands(model, entry, inspector, after->claim, after->when);
    if (entry->kind == COMMAND_ADMIT)
        return;
    CHECK((entry->kind == COMMAND_ADD_ABSENCE) == (before == NULL), "seq %lu: %s: an absence", seq,
          command_name(entry->kind).at);
    CHECK((entry->kind == COMMAND_REMOVE_ABSENCE) == after->is_removed,
          "seq %lu: %s: an absence goes or stays", seq, command_name(entry->kind).at);
    if (entry->kind != COMMAND_CHANGE_ABSENCE || before == NULL)
        return;
    const bool stays = before->start == after->when.start && before->end == after->when.end &&
                       before->inspector == inspector;
    CHECK(after->kind == before->kind, "seq %lu: %s became something else", seq, before->id);
    CHECK(stays ? after->claim == before->claim && entry->n_added + entry->n_removed == 0
                : is_of_now(entry, after->claim) && after->claim != before->claim,
          "seq %lu: the time of %s did not move with it, or moved without", seq, before->id);
}

/* Somebody looked at it: nothing else happens, and there is no way back. */
static void judge_look(const struct model *model, const struct entry *entry)
{
    const unsigned long seq = (unsigned long)entry->seq;
    CHECK(entry->n_conflicts == 1 && entry->n_added + entry->n_removed == 0 &&
              entry->n_inspections + entry->n_absences + entry->n_holds == 0,
          "seq %lu: a look at a conflict did more than that", seq);
    const struct conflict *after = &entry->conflicts[0];
    const struct model_conflict *before = model_find_conflict(model, after->ref);
    CHECK(before != NULL && before->a == after->a.claim && before->b == after->b.claim,
          "seq %lu: a look at a conflict that there is not, or it became another pair", seq);
    CHECK((before->state == CONFLICT_OPEN &&
           (after->state == CONFLICT_ACKNOWLEDGED || after->state == CONFLICT_ACCEPTED)) ||
              (before->state == CONFLICT_ACKNOWLEDGED && after->state == CONFLICT_ACCEPTED),
          "seq %lu: a conflict goes from state %d to %d", seq, (int)before->state,
          (int)after->state);
}

void steps_judge(const struct model *model, const struct entry *entry)
{
    CHECK(entry->n_inspections <= 1 || entry->kind == COMMAND_ADMIT ||
              entry->kind == COMMAND_REASSIGNMENTS,
          "seq %lu: %s changes several orders", (unsigned long)entry->seq,
          command_name(entry->kind).at);
    for (size_t i = 0; i < entry->n_inspections; i++)
        judge_inspection(model, entry, entry->inspections[i]);
    for (size_t i = 0; i < entry->n_absences; i++)
        judge_absence(model, entry, &entry->absences[i]);
    if (entry->kind == COMMAND_CONFLICT)
        judge_look(model, entry);
}

static bool may_insist(enum command_kind kind)
{
    return kind == COMMAND_BOOK || kind == COMMAND_RESCHEDULE || kind == COMMAND_REASSIGN ||
           kind == COMMAND_REASSIGNMENTS || kind == COMMAND_AMEND || kind == COMMAND_RESTORE;
}

void steps_judge_cause(const struct entry *entry, const struct conflict *c)
{
    const unsigned long seq = (unsigned long)entry->seq;
    const enum command_kind kind = entry->kind;
    const bool absent = is_absence((uint8_t)c->a.kind) || is_absence((uint8_t)c->b.kind);
    const bool insisted = (entry->overridden & (code_set)1 << CODE_slot_taken) != 0;
    const bool closes = kind == COMMAND_ADD_ABSENCE || kind == COMMAND_CHANGE_ABSENCE;
    CHECK(c->state == CONFLICT_OPEN && c->opened_at == entry->at, "seq %lu: opened otherwise", seq);
    CHECK(!str_equal(c->cause, STR("import")) || kind == COMMAND_ADMIT,
          "seq %lu: %s opens a conflict as if by import", seq, command_name(kind).at);
    CHECK(!str_equal(c->cause, STR("absence")) || (closes && absent),
          "seq %lu: %s opens a conflict as if by an absence", seq, command_name(kind).at);
    CHECK(!str_equal(c->cause, STR("override")) ||
              (may_insist(kind) && insisted && c->reason.len > 0),
          "seq %lu: %s opens a conflict as if by an override", seq, command_name(kind).at);
    CHECK(str_equal(c->cause, STR("import")) || str_equal(c->cause, STR("absence")) ||
              str_equal(c->cause, STR("override")),
          "seq %lu: a conflict by %.*s", seq, STR_ARG(c->cause));
}
