/* Answers, judged by the oracle: what was done is what was asked, what was refused has a true
 * reason, and what is free is not refused. */
#include "drive.h"
#include "house.h"
#include "steps.h"

#include <string.h>

static void keep_for_replay(struct drive *d, const struct drive_job *from)
{
    struct drive_company *c = from->company;
    if (!from->job.has_idempotency)
        return;
    const size_t at = c->n_kept < DRIVE_KEPT ? c->n_kept++ : (size_t)dice(&d->dice, DRIVE_KEPT);
    memcpy(c->kept[at].key, from->key, sizeof(from->key));
    c->kept[at].kind = from->job.command.kind;
    c->kept[at].request = from->job.request;
    c->kept[at].seq = from->job.seq;
    c->kept[at].at = from->job.verdict.entry->at;
    c->kept[at].actor = rig_actor(from->job.command.actor.role, false);
}

static void expect_entry(const struct drive_company *c, const struct entry *entry)
{
    struct buf said = { 0 };
    const struct str payload = buf_view(&c->follow.payload);
    entry_write(&said, str_from(c->id), entry);
    CHECK(str_equal(buf_view(&said), payload),
          "the answer's entry is not the stored one:\n%.*s\n%.*s", STR_ARG(buf_view(&said)),
          STR_ARG(payload));
    buf_drop(&said);
}

static void judge_replay(const struct drive_job *it)
{
    const struct desk_job *job = &it->job;
    CHECK(job->code == CODE_NONE && job->replayed, "a replay answered %d, replayed %d",
          (int)job->code, job->replayed);
    CHECK(job->verdict.entry != NULL && job->verdict.entry->seq == it->replay_seq,
          "a replay answers another entry");
    trace->tally.replayed++;
}

/* Of many moves, the one that the answer points at; "": it points at none. */
static struct str subject_said(const struct drive_job *it)
{
    const struct command *command = &it->job.command;
    struct str field = it->job.verdict.field;
    int64_t at = 0;
    if (command->kind != COMMAND_REASSIGNMENTS)
        return command->subject;
    if (!str_starts(field, STR("/moves/")))
        return STR("");
    field = (struct str){ field.at + 7, field.len - 7 };
    CHECK(str_to_int(str_cut(&field, '/'), &at) && at < (int64_t)command->n_moves, "no such move");
    return command->moves[at].subject;
}

/* The order that the command is about; NULL: it is about none. */
static const struct model_inspection *subject_of(const struct drive_job *it)
{
    const struct command *command = &it->job.command;
    const struct str subject = subject_said(it);
    const struct model *m = &it->company->follow.model;
    int64_t number = 0;
    if (step_from(command->kind) == 0 || subject.len == 0)
        return NULL;
    const bool by_number = str_to_int(subject, &number);
    for (size_t i = 0; i < m->n_inspections; i++)
        if (by_number ? m->inspections[i].order_number == number
                      : str_equal(subject, str_from(m->inspections[i].id)))
            return &m->inspections[i];
    rig_fail("an inspection was judged that there is not");
}

/* Whoever is named is who works on it, when they do. */
static bool names_its_people(const struct want *want, const struct model_inspection *subject)
{
    const size_t named = want->n_assignments > 0 ? want->n_assignments : want->inspectors.n;
    bool same = named == 0 || named == subject->n_assignments;
    for (size_t i = 0; same && i < named; i++) {
        const struct wanted_assignment *a = want->n_assignments > 0 ? &want->assignments[i] : NULL;
        const struct model_assignment *is = &subject->assigned[i];
        same =
            model_inspector(a != NULL ? a->inspector : want->inspectors.at[i]) == is->inspector &&
            (a == NULL || (a->datetime.wall == is->start && a->endtime.wall == is->end));
    }
    return same;
}

static bool is_its_start(const struct drive_job *it, const struct model_inspection *subject)
{
    const struct instant_found found =
        instant_resolve(it->company->follow.fold->company->zone, it->job.command.want.datetime);
    return found.answer == INSTANT_FOUND && found.at == subject->start;
}

/* What the command asks for is what stands. */
static bool asks_for_nothing(const struct drive_job *it, const struct model_inspection *subject)
{
    const struct command *c = &it->job.command;
    const bool same_work =
        c->want.services.n == 0 || steps_words(c->want.services) == subject->services;
    switch ((int)c->kind) {
    case COMMAND_LOCK:
    case COMMAND_UNLOCK:
        return subject->is_locked == (c->kind == COMMAND_LOCK);
    case COMMAND_AMEND:
        return same_work && !c->person_changed &&
               steps_same_house(&c->want.property, &subject->property);
    case COMMAND_RESCHEDULE:
        return same_work && c->hold == 0 && names_its_people(&c->want, subject) &&
               (c->want.n_assignments > 0 || is_its_start(it, subject));
    case COMMAND_REASSIGN:
        return names_its_people(&c->want, subject);
    default:
        return false;
    }
}

/* A sweep that finds nothing is true only when there is nothing; a step, when it leads nowhere. */
static void judge_nothing(const struct drive *d, const struct drive_job *it)
{
    const enum command_kind kind = it->job.command.kind;
    const struct model *m = &it->company->follow.model;
    const struct inspection *unchanged = it->job.verdict.unchanged;
    const bool steps = unchanged != NULL;
    const struct model_inspection *subject = steps ? subject_of(it) : NULL;
    CHECK(steps || kind == COMMAND_CHANGE_HOLD || kind == COMMAND_RELEASE ||
              kind == COMMAND_EXPIRE || kind == COMMAND_CONFLICT || kind == COMMAND_CONFIGURE ||
              kind == COMMAND_KEY || (kind == COMMAND_ERASE && it->job.command.n_erased == 0),
          "seq %lu: a %s was done, and nothing happened", (unsigned long)it->job.seq,
          command_name(kind).at);
    CHECK(!steps || (asks_for_nothing(it, subject) && unchanged->version == subject->version &&
                     unchanged->ref == subject->ref),
          "seq %lu: a %s did nothing, and there was something to do", (unsigned long)it->job.seq,
          command_name(kind).at);
    const struct model_hold *dead =
        kind == COMMAND_EXPIRE ? model_dead_hold(m, drive_now(d, it->company)) : NULL;
    CHECK(dead == NULL, "seq %lu: nothing to sweep, but hold %lx ended at %ld",
          (unsigned long)it->job.seq, (unsigned long)dead->ref, (long)dead->expires_at);
}

static void judge_done(struct drive *d, struct drive_job *it)
{
    const struct entry *entry = it->job.verdict.entry;
    trace->tally.done++;
    if (entry == NULL) {
        judge_nothing(d, it);
        return;
    }
    CHECK(entry->seq == it->job.seq, "the answer says seq %lu, its entry %lu",
          (unsigned long)it->job.seq, (unsigned long)entry->seq);
    expect_entry(it->company, entry);
    keep_for_replay(d, it);
    if (!it->must_succeed || entry->n_added != 1)
        return;
    const struct want *want = &it->job.command.want;
    const struct span when = entry->added[0].claim.when;
    CHECK(when.start == want->datetime.wall &&
              when.end == (want->has_endtime ? want->endtime.wall
                                             : when.start + (utc_s)want->minutes * MINUTE_S) &&
              str_equal(entry->added[0].inspector, want->inspectors.at[0]),
          "seq %lu: not the visit that was asked for", (unsigned long)entry->seq);
}

static struct span span_wider(struct span span, utc_s start, utc_s end)
{
    return (struct span){ start < span.start ? start : span.start,
                          end > span.end ? end : span.end };
}

static struct span absence_asked(const struct drive_job *it)
{
    const struct command *c = &it->job.command;
    const struct zone *zone = it->company->follow.fold->company->zone;
    const struct model *m = &it->company->follow.model;
    if (c->kind == COMMAND_CHANGE_ABSENCE && !c->has_times)
        for (size_t i = m->n_absences; i-- > 0;)
            if (str_equal(c->subject, str_from(m->absences[i].id)))
                return (struct span){ m->absences[i].start, m->absences[i].end };
    if (!c->whole_days)
        return (struct span){ c->from.wall, c->to.wall };
    return (struct span){ zone_from_wall(zone, (wall_s)c->first_day * DAY_S).first,
                          zone_from_wall(zone, (wall_s)(c->last_day + 1) * DAY_S).first };
}

/* Whoever stays with an order has an interval of their own. */
static struct span asked_of(const struct drive_job *it)
{
    const struct command *c = &it->job.command;
    const struct model_inspection *subject = subject_of(it);
    struct span asked = it->job.verdict.asked;
    if (c->kind == COMMAND_ADD_ABSENCE || c->kind == COMMAND_CHANGE_ABSENCE)
        return absence_asked(it);
    for (size_t i = 0; i < c->want.n_assignments; i++)
        asked = span_wider(asked, c->want.assignments[i].datetime.wall,
                           c->want.assignments[i].endtime.wall);
    const bool stays = c->kind == COMMAND_AMEND || c->kind == COMMAND_RESTORE;
    for (size_t i = 0; stays && i < subject->n_assignments; i++)
        asked = span_wider(asked, subject->assigned[i].start, subject->assigned[i].end);
    return asked;
}

/* Nobody is in their own way; and whoever asked for any inspector hears "taken" only if all are. */
static void judge_taken(const struct drive *d, const struct drive_job *it)
{
    const struct desk_job *job = &it->job;
    const struct command *command = &job->command;
    const struct model *m = &it->company->follow.model;
    const struct model_inspection *moved = subject_of(it);
    const struct model_look look = { job->verdict.asked.start,
                                     job->verdict.asked.end,
                                     drive_now(d, it->company),
                                     { command->hold, moved != NULL ? moved->ref : 0 } };
    model_judge_taken(m, &job->verdict, asked_of(it), look.now);
    for (size_t i = 0; i < job->verdict.n_evidence; i++) {
        const ref_t owner = job->verdict.evidence[i].owner;
        CHECK(owner != look.without[0] && owner != look.without[1],
              "seq %lu: its own time is in its way", (unsigned long)job->seq);
    }
    /* A booking is for whoever its hold is for. */
    const bool is_held = command->hold != 0 && command->kind != COMMAND_CHANGE_HOLD;
    if (!command->want.any_inspector || command->want.services.n != 1 || is_held ||
        str_equal(command->want.services.at[0], STR("pair")))
        return;
    for (int i = 0; i < m->n_inspectors; i++)
        CHECK(house_is_special(m, i) || model_in_the_way(m, i, &look) != NULL,
              "seq %lu: any was refused, but i%d is free", (unsigned long)job->seq, i);
}

/* docs/status.md: no row of the table, a lock, or work that is over. */
static void judge_state(const struct drive *d, const struct drive_job *it)
{
    const enum code code = it->job.verdict.code;
    const enum command_kind kind = it->job.command.kind;
    const struct model_inspection *subject = subject_of(it);
    if (subject == NULL)
        return;
    const bool is_open =
        subject->status == STATUS_UNCONFIRMED || subject->status == STATUS_CONFIRMED;
    const bool moves = kind == COMMAND_RESCHEDULE || kind == COMMAND_REASSIGN ||
                       kind == COMMAND_AMEND || kind == COMMAND_REASSIGNMENTS;
    const bool waits = steps_waits(kind) && drive_now(d, it->company) < subject->start;
    const bool fits = (step_from(kind) >> subject->status & 1) != 0 && !waits;
    CHECK(code != CODE_wrong_state || !fits || (kind == COMMAND_AMEND && !is_open),
          "seq %lu: %s of %s is refused for its status, which is %d", (unsigned long)it->job.seq,
          command_name(kind).at, subject->id, (int)subject->status);
    CHECK(code != CODE_locked || (moves && subject->is_locked),
          "seq %lu: %s of %s is refused for a lock", (unsigned long)it->job.seq,
          command_name(kind).at, subject->id);
}

static void judge_refused(const struct drive *d, struct drive_job *it)
{
    const struct desk_job *job = &it->job;
    const struct model *m = &it->company->follow.model;
    trace->tally.refused++;
    trace->tally.codes[job->verdict.code]++;
    CHECK(job->verdict.entry == NULL, "refused, and an entry");
    /* In the way of a move may be what the move before it has laid, which nobody else ever saw. */
    if (job->verdict.code == CODE_slot_taken && job->command.kind != COMMAND_REASSIGNMENTS)
        judge_taken(d, it);
    if (job->verdict.code == CODE_wrong_state || job->verdict.code == CODE_locked)
        judge_state(d, it);
    if (job->verdict.code == CODE_hold_consumed)
        CHECK(model_find_hold(m, job->command.hold)->state == HOLD_CONSUMED, "not consumed");
    if (!it->must_succeed || job->verdict.code == CODE_too_many_holds ||
        job->verdict.code == CODE_external_ref_used ||
        house_is_special(m, model_inspector(job->command.want.inspectors.at[0])) ||
        !house_has(m, "brand", job->command.want.brand))
        return;
    const struct want *want = &job->command.want;
    const utc_s end = want->has_endtime ? want->endtime.wall
                                        : want->datetime.wall + (utc_s)want->minutes * MINUTE_S;
    const struct model_look look = { want->datetime.wall, end, drive_now(d, it->company), { 0 } };
    CHECK(job->verdict.code == CODE_slot_taken &&
              model_in_the_way(m, model_inspector(want->inspectors.at[0]), &look) != NULL,
          "seq %lu: refused with %s though it is free", (unsigned long)job->seq,
          code_facts(job->verdict.code)->name.at);
}

void judge(struct drive *d, struct drive_job *it)
{
    const struct desk_job *job = &it->job;
    struct follow *follow = &it->company->follow;
    words_of_answer(it);
    CHECK(job->code == CODE_NONE || job->code == job->verdict.code ||
              job->verdict.code == CODE_NONE,
          "two codes in one answer");
    CHECK(!atomic_load(&d->stopped), "the desk stopped");
    if (it->is_replay) {
        judge_replay(it);
        return;
    }
    CHECK(job->code == CODE_NONE, "the desk answered %s",
          job->code == CODE_NONE ? "" : code_facts(job->code)->name.at);
    follow_to(follow, job->seq);
    CHECK(job->seq == follow->model.seq, "answers of a batch are out of order");
    if (job->verdict.code == CODE_NONE)
        judge_done(d, it);
    else
        judge_refused(d, it);
    if (job->command.kind == COMMAND_CONFIGURE)
        judge_setting(it);
    if (job->command.kind == COMMAND_KEY)
        judge_key(it);
    if (job->command.kind == COMMAND_ERASE)
        judge_erased(d, it);
    CHECK(job->image != NULL && job->image->seq >= job->seq, "the image is older");
}
