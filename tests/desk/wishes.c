/* What somebody may want of a desk: commands, drawn. */
#include "wishes.h"
#include "drive.h"
#include "house.h"
#include "steps.h"

#include "desk/people.h"

#include <stdio.h>
#include <string.h>

enum {
    SLOTS_AHEAD = 14 * 48,
    RECENT = 400,
    TRIES = 60,
    OLD_FROM_DAY = 7305,
    OLD_DAYS = 11322
}; /* 1990 to 2020 */

/* ---- times and people ---- */

/* Seven of ten want one of three hot slots; one of them starts where the clocks go back. */
utc_s wish_start(struct drive *d, const struct drive_company *c)
{
    static const int64_t hot[] = { DAY_S + 15 * HOUR_S, 2 * DAY_S + 18 * HOUR_S + 1800,
                                   5 * DAY_S + 7 * HOUR_S };
    const utc_s now = drive_now(d, c);
    const utc_s day = now / DAY_S * DAY_S;
    if (drawn(&d->dice, DRAW_hot))
        return day + hot[dice(&d->dice, 3)];
    if (chance(&d->dice, 3))
        return now - (int64_t)dice(&d->dice, DAY_S);
    const utc_s at = day + (int64_t)dice(&d->dice, SLOTS_AHEAD) * 1800;
    return chance(&d->dice, 5) ? at + (int64_t)dice(&d->dice, 30) * MINUTE_S : at;
}

static struct strs pick_inspectors(struct drive *d, const struct drive_job *to, struct arena *arena,
                                   size_t n)
{
    const uint64_t all = (uint64_t)to->company->follow.model.n_inspectors;
    struct str *at = arena_array(arena, struct str, n + 1);
    const uint64_t first = dice(&d->dice, all);
    for (size_t i = 0; i < n; i++)
        at[i] = str_print(arena, "i%d", (int)((first + i * 3) % all));
    return (struct strs){ at, n };
}

/* Wall time without an offset, as a form on a page gives it: the desk finds the instant. */
static struct instant_text pick_text(struct drive *d, const struct drive_job *to, utc_s at)
{
    if (!chance(&d->dice, 10))
        return rig_instant(at);
    const struct zone *zone = to->company->follow.fold->company->zone;
    return (struct instant_text){ .wall = zone_to_wall(zone, at) };
}

/* A lead and one or two assistants who come later, leave earlier, or stay longer. */
static struct wanted_assignment *pick_assistants(struct drive *d, struct drive_job *to, utc_s at)
{
    struct want *want = &to->job.command.want;
    const size_t n = 2 + (size_t)dice(&d->dice, 2);
    const struct strs who = pick_inspectors(d, to, &to->arena, n);
    struct wanted_assignment *a = arena_array(&to->arena, struct wanted_assignment, n);
    for (size_t i = 0; i < n; i++) {
        const utc_s from = at + (i == 0 ? 0 : 1800 * ((int64_t)dice(&d->dice, 7) - 2));
        a[i] = (struct wanted_assignment){
            .inspector = who.at[i],
            .datetime = rig_instant(from),
            .endtime = rig_instant(from + 1800 * (1 + (int64_t)dice(&d->dice, 8))),
        };
    }
    want->datetime = a[0].datetime;
    want->services = (struct strs){ 0 };
    want->has_endtime = true;
    want->endtime = a[0].endtime;
    want->minutes = 0;
    want->any_inspector = false;
    want->inspectors = (struct strs){ 0 };
    want->assignments = a;
    want->n_assignments = n;
    to->must_succeed = false;
    return a;
}

static void pick_duration(struct drive *d, struct drive_job *to, utc_s at)
{
    static const char *const lists[] = { "short", "home", "long", "home radon", "pair" };
    struct want *want = &to->job.command.want;
    const int32_t minutes = 60 + 15 * (int32_t)dice(&d->dice, 13);
    if (to->job.command.actor.role == ROLE_ONLINE || chance(&d->dice, 40)) {
        want->services = rig_strs(&to->arena, lists[dice(&d->dice, 5)]);
    } else if (chance(&d->dice, 80)) {
        want->minutes = minutes;
    } else {
        want->has_endtime = true;
        want->endtime = rig_instant(at + (utc_s)minutes * MINUTE_S);
    }
}

static void pick_want(struct drive *d, struct drive_job *to)
{
    struct want *want = &to->job.command.want;
    const bool online = to->job.command.actor.role == ROLE_ONLINE;
    const utc_s at = wish_start(d, to->company);
    want->has_datetime = true;
    want->datetime = pick_text(d, to, at);
    pick_duration(d, to, at);
    if (drawn(&d->dice, DRAW_any))
        want->any_inspector = true;
    else
        want->inspectors = pick_inspectors(d, to, &to->arena, chance(&d->dice, 8) ? 2 : 1);
    if (chance(&d->dice, 20))
        want->brand = STR("linked");
    else if (chance(&d->dice, 5))
        want->brand = wish_brand(d, to);
    if (chance(&d->dice, 50)) {
        want->property.has_place = true;
        want->property.place = (struct place){ 397400000, -1049900000 };
        want->property.square_feet = 2000;
    }
    to->must_succeed =
        !online && want->n_assignments == 0 && want->datetime.has_offset &&
        (want->minutes > 0 || want->has_endtime) && want->inspectors.n == 1 &&
        !house_is_special(&to->company->follow.model, model_inspector(want->inspectors.at[0])) &&
        at > drive_now(d, to->company);
}

static void pick_override(struct drive *d, struct drive_job *to)
{
    if (!to->job.command.actor.may_override || !drawn(&d->dice, DRAW_override))
        return;
    to->job.command.override.rules = (code_set)1 << CODE_slot_taken;
    to->job.command.override.reason = STR("the customer insists");
}

/* ---- things there are ---- */

static size_t pick_recent(struct drive *d, size_t n)
{
    const size_t reach = n < RECENT ? n : RECENT;
    return n - 1 - (size_t)dice(&d->dice, reach);
}

static ref_t pick_hold(struct drive *d, const struct drive_job *to)
{
    const struct model *m = &to->company->follow.model;
    if (m->n_holds == 0 || chance(&d->dice, 1))
        return (ref_t)12345 << REF_SEQ_SHIFT;
    const size_t reach = m->n_holds < 40 ? m->n_holds : 40;
    return m->holds[m->n_holds - 1 - (size_t)dice(&d->dice, reach)].ref;
}

static bool is_fit(const struct model_inspection *i, utc_s ended, bool imported)
{
    return i->end <= ended && (!imported || i->is_imported) && i->status != STATUS_CANCELLED;
}

/* A recent one; or one that ended days or years ago; or one of the other system's. */
static const struct model_inspection *choose_inspection(struct drive *d, const struct drive_job *to)
{
    const struct model *m = &to->company->follow.model;
    const bool old = drawn(&d->dice, DRAW_old_subject);
    const bool imported = drawn(&d->dice, DRAW_imported_subject);
    const utc_s ended = old ? drive_now(d, to->company) - (utc_s)3 * DAY_S : INT64_MAX;
    const size_t from = (size_t)dice(&d->dice, m->n_inspections);
    for (size_t i = 0; (old || imported) && i < m->n_inspections; i++) {
        const struct model_inspection *at = &m->inspections[(from + i) % m->n_inspections];
        if (is_fit(at, ended, imported))
            return at;
    }
    return &m->inspections[pick_recent(d, m->n_inspections)];
}

/* Whether the command may come to something: unlocking what is not locked does not. */
static bool fits(const struct model_inspection *i, enum command_kind kind)
{
    return (step_from(kind) >> i->status & 1) != 0 && (kind != COMMAND_UNLOCK || i->is_locked);
}

static const struct model_inspection *pick_inspection(struct drive *d, struct drive_job *to)
{
    const struct model *m = &to->company->follow.model;
    struct command *command = &to->job.command;
    command->subject = STR("nobody");
    if (m->n_inspections == 0 || chance(&d->dice, 1))
        return NULL;
    const bool any = !drawn(&d->dice, DRAW_fitting);
    const struct model_inspection *i = choose_inspection(d, to);
    for (int n = 0; n < TRIES && !any && !fits(i, command->kind); n++)
        i = &m->inspections[pick_recent(d, m->n_inspections)];
    command->version = chance(&d->dice, 3) ? i->version + 1 : i->version;
    command->subject = chance(&d->dice, 50) ? str_copy(&to->arena, str_from(i->id))
                                            : str_print(&to->arena, "%ld", (long)i->order_number);
    return i;
}

/* ---- commands ---- */

static void wish_hold(struct drive *d, struct drive_job *to)
{
    pick_want(d, to);
    to->job.command.hold_kind = chance(&d->dice, 20) ? HOLD_QUOTE : HOLD_CHECKOUT;
    /* A quote hold ends at start minus notice, which may be over. */
    to->must_succeed &= to->job.command.hold_kind == HOLD_CHECKOUT;
}

static void wish_change_hold(struct drive *d, struct drive_job *to)
{
    to->job.command.hold = pick_hold(d, to);
    if (chance(&d->dice, 60))
        to->job.command.extend = true;
    else
        pick_want(d, to);
    to->must_succeed = false;
}

static void with_hold(struct drive *d, struct drive_job *to)
{
    struct command *command = &to->job.command;
    to->must_succeed = false;
    command->hold = pick_hold(d, to);
    const struct model_hold *hold = model_find_hold(&to->company->follow.model, command->hold);
    if (hold == NULL || chance(&d->dice, 20))
        return; /* whatever was wished stays, and mostly differs */
    command->want = (struct want){ .property = command->want.property };
    if (chance(&d->dice, 50)) {
        command->want.has_datetime = true;
        command->want.datetime = rig_instant(hold->start);
    }
}

static bool may_assist(struct drive *d, const struct drive_job *to)
{
    return to->job.command.actor.role != ROLE_ONLINE && drawn(&d->dice, DRAW_assistants);
}

static void wish_book(struct drive *d, struct drive_job *to)
{
    struct command *command = &to->job.command;
    pick_want(d, to);
    pick_override(d, to);
    to->job.personal = str_print(&to->arena, "{\"client\":{\"name\":\"C\"},\"address\":\"%d Elm\"}",
                                 (int)dice(&d->dice, 300));
    command->place_key = 1 + (int64_t)dice(&d->dice, 300);
    if (command->actor.role != ROLE_ONLINE && chance(&d->dice, 20))
        command->status = STATUS_UNCONFIRMED;
    if (chance(&d->dice, 5))
        command->external_ref = str_print(&to->arena, "x%d", (int)dice(&d->dice, 5000));
    if (may_assist(d, to))
        (void)pick_assistants(d, to, wish_start(d, to->company));
    else if (chance(&d->dice, 50))
        with_hold(d, to);
}

static void wish_reschedule(struct drive *d, struct drive_job *to)
{
    pick_want(d, to);
    pick_override(d, to);
    struct command *command = &to->job.command;
    (void)pick_inspection(d, to);
    command->want.brand = (struct str){ 0 };
    command->reason = STR("moved");
    to->must_succeed = false;
    if (may_assist(d, to))
        (void)pick_assistants(d, to, wish_start(d, to->company));
}

static void wish_cancel(struct drive *d, struct drive_job *to)
{
    (void)pick_inspection(d, to);
    to->job.command.reason = STR("changed their mind");
}

/* Only the office may. */
static void by_office(struct drive *d, struct drive_job *to)
{
    to->job.command.actor = rig_actor(ROLE_STAFF, chance(&d->dice, 50));
}

static void wish_step(struct drive *d, struct drive_job *to)
{
    by_office(d, to);
    (void)pick_inspection(d, to);
    if (to->job.command.kind == COMMAND_RESTORE)
        pick_override(d, to);
}

static void wish_reassign(struct drive *d, struct drive_job *to)
{
    struct want *want = &to->job.command.want;
    by_office(d, to);
    pick_override(d, to);
    const struct model_inspection *i = pick_inspection(d, to);
    if (may_assist(d, to) && i != NULL) {
        struct wanted_assignment *lead = pick_assistants(d, to, i->start);
        if (!drawn(&d->dice, DRAW_retimed)) {
            lead->datetime = rig_instant(i->start);
            lead->endtime = rig_instant(i->end);
        }
    } else if (drawn(&d->dice, DRAW_any)) {
        want->any_inspector = true;
    } else {
        want->inspectors = pick_inspectors(d, to, &to->arena, chance(&d->dice, 20) ? 2 : 1);
    }
    *want = (struct want){ .any_inspector = want->any_inspector,
                           .inspectors = want->inspectors,
                           .assignments = want->assignments,
                           .n_assignments = want->n_assignments,
                           .property = want->property };
}

/* To the time and the lead of another. */
static void goes_to(struct drive_job *to, struct move *move, const struct model_inspection *place)
{
    struct str *lead = arena_new(&to->arena, struct str);
    *lead = str_print(&to->arena, "i%d", place->lead);
    move->want.has_datetime = true;
    move->want.datetime = rig_instant(place->start);
    move->want.inspectors = (struct strs){ lead, 1 };
}

/* Each goes to a time of its own, or to the one that the order before it leaves; to other people,
 * or both. */
static void wish_reassignments(struct drive *d, struct drive_job *to)
{
    struct command *command = &to->job.command;
    const size_t n = 2 + (size_t)dice(&d->dice, chance(&d->dice, 20) ? 4 : 1);
    struct move *moves = arena_array(&to->arena, struct move, n);
    const struct model_inspection *before = NULL;
    by_office(d, to);
    pick_override(d, to);
    for (size_t i = 0; i < n; i++) {
        const struct model_inspection *subject = pick_inspection(d, to);
        moves[i].subject = command->subject;
        moves[i].version = VERSION_ANY;
        moves[i].want.property = command->want.property;
        moves[i].want.has_datetime = chance(&d->dice, 50);
        if (!moves[i].want.has_datetime || chance(&d->dice, 30))
            moves[i].want.inspectors =
                pick_inspectors(d, to, &to->arena, chance(&d->dice, 8) ? 2 : 1);
        const utc_s start = before != NULL && chance(&d->dice, 50)
                                ? before->start
                                : drive_now(d, to->company) + (utc_s)dice(&d->dice, 480) * HOUR_S;
        moves[i].want.datetime = rig_instant(start);
        if (i == 1 && before != NULL && subject != NULL && drawn(&d->dice, DRAW_swap)) {
            goes_to(to, &moves[0], subject);
            goes_to(to, &moves[1], before);
        }
        before = subject;
    }
    command->subject = STR("");
    command->moves = moves;
    command->n_moves = n;
}

static void wish_amend(struct drive *d, struct drive_job *to)
{
    static const char *const lists[] = { "", "short", "home radon", "long" };
    struct command *command = &to->job.command;
    by_office(d, to);
    pick_override(d, to);
    (void)pick_inspection(d, to);
    if (chance(&d->dice, 40))
        command->want.services = rig_strs(&to->arena, lists[dice(&d->dice, 4)]);
    if (chance(&d->dice, 50))
        command->want.property.square_feet = 2000;
    if (chance(&d->dice, 50)) {
        command->want.property.has_place = true;
        command->want.property.place =
            (struct place){ 397400000 + (int32_t)dice(&d->dice, 3), -1049900000 };
    }
    command->person_changed = chance(&d->dice, 50);
    if (!command->person_changed)
        return;
    to->job.personal = str_print(&to->arena, "{\"client\":{\"name\":\"D\"},\"address\":\"%d Elm\"}",
                                 (int)dice(&d->dice, 300));
    command->place_key = 1 + (int64_t)dice(&d->dice, 300);
}

static void wish_conflict(struct drive *d, struct drive_job *to)
{
    const struct model *m = &to->company->follow.model;
    struct command *command = &to->job.command;
    by_office(d, to);
    command->reason = STR("they know of each other");
    command->conflict = (ref_t)12345 << REF_SEQ_SHIFT;
    command->conflict_state = chance(&d->dice, 60) ? CONFLICT_ACCEPTED : CONFLICT_ACKNOWLEDGED;
    if (m->n_conflicts > 0 && !chance(&d->dice, 2))
        command->conflict = m->conflicts[pick_recent(d, m->n_conflicts)].ref;
}

static void pick_absence_time(struct drive *d, struct drive_job *to)
{
    struct command *command = &to->job.command;
    const bool is_long = drawn(&d->dice, DRAW_long_absence);
    utc_s at = wish_start(d, to->company);
    if (drawn(&d->dice, DRAW_old_absence))
        at = (int64_t)(OLD_FROM_DAY + dice(&d->dice, OLD_DAYS)) * DAY_S + (utc_s)15 * HOUR_S;
    command->affected = chance(&d->dice, 50) ? AFFECTED_OPEN : AFFECTED_REFUSE;
    if (command->absence_kind == CLAIM_VACATION) {
        command->whole_days = true;
        command->first_day = (date_d)(at / DAY_S);
        command->last_day = command->first_day + (date_d)dice(&d->dice, is_long ? 31 : 2);
    } else {
        command->from = rig_instant(at);
        command->to = rig_instant(at + (int64_t)(1 + dice(&d->dice, is_long ? 31 * 48 : 8)) * 1800);
    }
}

static void wish_add_absence(struct drive *d, struct drive_job *to)
{
    static const enum claim_kind kinds[] = { CLAIM_EVENT, CLAIM_BLOCK, CLAIM_VACATION };
    struct command *command = &to->job.command;
    command->actor = rig_actor(ROLE_STAFF, false);
    command->absence_kind = kinds[dice(&d->dice, 3)];
    command->want.inspectors = pick_inspectors(d, to, &to->arena, 1);
    command->title = STR("away");
    pick_absence_time(d, to);
}

/* One that stands or stood; NULL: there was none ever. */
static const struct model_absence *pick_absence(struct drive *d, struct drive_job *to)
{
    const struct model *m = &to->company->follow.model;
    struct command *command = &to->job.command;
    command->actor = rig_actor(ROLE_STAFF, false);
    command->subject = STR("nothing");
    if (m->n_absences == 0)
        return NULL;
    const struct model_absence *a = &m->absences[pick_recent(d, m->n_absences)];
    const bool old = drawn(&d->dice, DRAW_old_subject);
    for (size_t i = 0; old && i < m->n_absences; i++)
        if (!m->absences[i].is_removed && m->absences[i].end < drive_now(d, to->company))
            a = &m->absences[i];
    command->subject = str_copy(&to->arena, str_from(a->id));
    command->version = a->version;
    command->absence_kind = a->kind;
    return a;
}

static void wish_remove_absence(struct drive *d, struct drive_job *to)
{
    (void)pick_absence(d, to);
}

static void wish_change_absence(struct drive *d, struct drive_job *to)
{
    struct command *command = &to->job.command;
    if (pick_absence(d, to) == NULL)
        return;
    command->has_times = chance(&d->dice, 70);
    command->has_title = chance(&d->dice, 50);
    command->title = command->has_title ? STR("away again") : STR("");
    command->affected = chance(&d->dice, 50) ? AFFECTED_OPEN : AFFECTED_REFUSE;
    if (command->has_times)
        pick_absence_time(d, to);
    if (chance(&d->dice, 40))
        command->want.inspectors = pick_inspectors(d, to, &to->arena, 1);
}

/* Erased twice is erased: then there is nothing to do. */
static void wish_erase(struct drive *d, struct drive_job *to)
{
    const struct lookup in = { d->desk, str_from(to->company->id), &to->arena };
    (void)pick_inspection(d, to);
    const struct person_asked asked = { .order = to->job.command.subject };
    struct people_found found;
    struct il_err err;
    struct command *command = &to->job.command;
    command->actor = rig_actor(ROLE_ADMIN, true);
    command->reason = STR("asked for");
    CHECK(desk_find_people(&in, &asked, &found, &err) == IL_OK, "people: %s", err.text);
    struct erased_person *erased = arena_array(&to->arena, struct erased_person, found.n);
    for (size_t i = 0; i < found.n; i++) {
        if (found.at[i].personal.len > 0)
            erased[command->n_erased++] =
                (struct erased_person){ found.at[i].person, found.at[i].hash };
    }
    command->erased = erased;
}

static void wish_release(struct drive *d, struct drive_job *to)
{
    to->job.command.hold = pick_hold(d, to);
}

static void wish_expire(struct drive *d, struct drive_job *to)
{
    (void)d;
    to->job.command.actor = rig_actor(ROLE_ADMIN, false);
    to->job.command.actor.channel = STR("system");
}

static const struct {
    enum draw draw;
    enum command_kind kind;
    void (*fill)(struct drive *, struct drive_job *);
} fills[] = {
    { DRAW_hold, COMMAND_HOLD, wish_hold },
    { DRAW_book, COMMAND_BOOK, wish_book },
    { DRAW_change_hold, COMMAND_CHANGE_HOLD, wish_change_hold },
    { DRAW_reschedule, COMMAND_RESCHEDULE, wish_reschedule },
    { DRAW_reassign, COMMAND_REASSIGN, wish_reassign },
    { DRAW_reassignments, COMMAND_REASSIGNMENTS, wish_reassignments },
    { DRAW_amend, COMMAND_AMEND, wish_amend },
    { DRAW_confirm, COMMAND_CONFIRM, wish_step },
    { DRAW_complete, COMMAND_COMPLETE, wish_step },
    { DRAW_no_show, COMMAND_NO_SHOW, wish_step },
    { DRAW_cancel, COMMAND_CANCEL, wish_cancel },
    { DRAW_restore, COMMAND_RESTORE, wish_step },
    { DRAW_lock, COMMAND_LOCK, wish_step },
    { DRAW_unlock, COMMAND_UNLOCK, wish_step },
    { DRAW_change_absence, COMMAND_CHANGE_ABSENCE, wish_change_absence },
    { DRAW_conflict, COMMAND_CONFLICT, wish_conflict },
    { DRAW_add_absence, COMMAND_ADD_ABSENCE, wish_add_absence },
    { DRAW_remove_absence, COMMAND_REMOVE_ABSENCE, wish_remove_absence },
    { DRAW_key, COMMAND_KEY, wish_key },
    { DRAW_rotate, COMMAND_KEY, wish_rotate },
    { DRAW_revoke, COMMAND_KEY, wish_revoke },
    { DRAW_setting, COMMAND_CONFIGURE, wish_setting },
    { DRAW_erase, COMMAND_ERASE, wish_erase },
    { DRAW_release, COMMAND_RELEASE, wish_release },
    { DRAW_expire, COMMAND_EXPIRE, wish_expire },
};

/* Seven days, and as long as the booking lives that it made (one that came back may be forgotten).
 */
static bool is_remembered(const struct drive_company *c, const struct drive_kept *kept)
{
    const struct model *m = &c->follow.model;
    if (m->last_at - kept->at < (utc_s)7 * DAY_S)
        return true;
    for (size_t i = m->n_inspections; kept->kind == COMMAND_BOOK && i-- > 0;)
        if (m->inspections[i].ref >> REF_SEQ_SHIFT == kept->seq)
            return !m->inspections[i].was_cancelled;
    return false;
}

/* One that was done and is of the kind at hand: a key stands for a route and its body. */
static const struct drive_kept *pick_kept(struct drive *d, const struct drive_job *to)
{
    const struct drive_company *c = to->company;
    const size_t from = c->n_kept == 0 ? 0 : (size_t)dice(&d->dice, c->n_kept);
    for (size_t i = 0; i < c->n_kept; i++) {
        const struct drive_kept *kept = &c->kept[(from + i) % c->n_kept];
        if (kept->kind == to->job.command.kind && is_remembered(c, kept))
            return kept;
    }
    return NULL;
}

static void pick_idempotency(struct drive *d, struct drive_job *to)
{
    const struct drive_kept *kept = drawn(&d->dice, DRAW_replay) ? pick_kept(d, to) : NULL;
    to->is_replay = kept != NULL;
    to->job.has_idempotency = to->is_replay || chance(&d->dice, 30);
    if (!to->job.has_idempotency)
        return;
    snprintf(to->key, sizeof(to->key), "n%lu", (unsigned long)d->commands);
    to->job.request = hash_of(str_from(to->key));
    if (kept != NULL) {
        memcpy(to->key, kept->key, sizeof(to->key));
        to->job.command.actor = kept->actor;
        to->job.request = kept->request;
        to->replay_seq = kept->seq;
        to->must_succeed = false;
    }
    to->job.idempotency_key = str_from(to->key);
}

void wish(struct drive *d, struct drive_company *c, struct drive_job *to)
{
    const enum draw draw = draw_of(&d->dice, GROUP_COMMAND);
    size_t i = 0;
    while (fills[i].draw != draw)
        i++;
    const bool online = chance(&d->dice, 40);
    const struct actor actor =
        online ? rig_actor(ROLE_ONLINE, false) : rig_actor(ROLE_STAFF, chance(&d->dice, 40));
    arena_reset(&to->arena);
    to->company = c;
    to->job = rig_job(&to->arena, c->id, fills[i].kind, actor);
    to->must_succeed = false;
    to->is_stale = false;
    to->seen = c->follow.model.seq;
    fills[i].fill(d, to);
    pick_idempotency(d, to);
}
