/* Drives a desk with random commands and judges every answer by the oracle. */
#include "drive.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW_DAYS = 14, IMPORT_IDS = 120, RECENT = 400 };

/* Saturday before America/Denver turns its clocks back (2026-11-01T08:00Z). */
static const utc_s first_now = 1792800000;

/* ---- the dice ---- */

static uint64_t dice(struct drive *d, uint64_t n)
{
    d->random ^= d->random << 13;
    d->random ^= d->random >> 7;
    d->random ^= d->random << 17;
    return (d->random >> 11) % n;
}

static bool chance(struct drive *d, uint64_t percent)
{
    return dice(d, 100) < percent;
}

/* ---- sharing a store ---- */

struct shared {
    struct store store;
    struct store *inner;
};

static struct store *shared_inner(struct store *store)
{
    return ((struct shared *)store)->inner;
}

static il_rc shared_read_open(struct store *store, struct store_read **ret, struct il_err *reterr)
{
    return store_read_open(shared_inner(store), ret, reterr);
}

static il_rc shared_commit(struct store *store, const struct store_change *changes, size_t n,
                           enum store_outcome *ret, size_t *ret_at, struct il_err *reterr)
{
    return store_commit(shared_inner(store), changes, n, ret, ret_at, reterr);
}

static struct hash shared_secret(struct store *store)
{
    return store_secret(shared_inner(store));
}

static struct store_stats shared_stats(struct store *store)
{
    return store_stats(shared_inner(store));
}

static void shared_close(struct store *store)
{
    free(store);
}

struct store *drive_share(struct store *inner)
{
    static const struct store_ops ops = { .read_open = shared_read_open,
                                          .commit = shared_commit,
                                          .secret = shared_secret,
                                          .stats = shared_stats,
                                          .close = shared_close };
    struct shared *shared = calloc(1, sizeof(*shared));
    CHECK(shared != NULL, "out of memory");
    shared->store.ops = &ops;
    shared->inner = inner;
    return &shared->store;
}

/* ---- wishes ---- */

static utc_s now_of(struct drive *d)
{
    const utc_s clock = atomic_load(&d->clock->now_s);
    return clock > d->follow.model.last_at ? clock : d->follow.model.last_at;
}

/* Seven of ten want one of three hot slots; one of them starts where the clocks go back. */
static utc_s pick_start(struct drive *d)
{
    static const int64_t hot[] = { DAY_S + 15 * HOUR_S, 2 * DAY_S + 18 * HOUR_S + 1800,
                                   5 * DAY_S + 7 * HOUR_S };
    const utc_s day = now_of(d) / DAY_S * DAY_S;
    if (chance(d, 70))
        return day + hot[dice(d, 3)];
    if (chance(d, 3))
        return now_of(d) - (int64_t)dice(d, DAY_S);
    utc_s at = day + (int64_t)dice(d, WINDOW_DAYS * 48) * 1800;
    return chance(d, 5) ? at + (int64_t)dice(d, 30) * MINUTE_S : at;
}

static struct strs pick_inspectors(struct drive *d, struct arena *arena, size_t n)
{
    struct str *at = arena_array(arena, struct str, n + 1);
    const uint64_t first = dice(d, RIG_INSPECTORS);
    for (size_t i = 0; i < n; i++)
        at[i] = str_print(arena, "i%d", (int)((first + i * 3) % RIG_INSPECTORS));
    return (struct strs){ at, n };
}

/* Wall time without an offset, as a form on a page gives it: the desk finds the instant. */
static struct instant_text pick_text(struct drive *d, utc_s at)
{
    if (!chance(d, 10))
        return rig_instant(at);
    const struct zone *zone = d->follow.fold->company->zone;
    return (struct instant_text){ .wall = zone_to_wall(zone, at) };
}

static const char *pick_services(struct drive *d)
{
    static const char *const lists[] = { "short", "home", "long", "home radon", "pair" };
    return lists[dice(d, 5)];
}

static void pick_want(struct drive *d, struct drive_job *to)
{
    struct want *want = &to->job.command.want;
    const bool online = to->job.command.actor.role == ROLE_ONLINE;
    const utc_s at = pick_start(d);
    const int32_t minutes = 60 + 15 * (int32_t)dice(d, 13);
    want->has_datetime = true;
    want->datetime = pick_text(d, at);
    if (online || chance(d, 40))
        want->services = rig_strs(&to->arena, pick_services(d));
    else if (chance(d, 80))
        want->minutes = minutes;
    else {
        want->has_endtime = true;
        want->endtime = rig_instant(at + minutes * MINUTE_S);
    }
    if (chance(d, 25))
        want->any_inspector = true;
    else
        want->inspectors = pick_inspectors(d, &to->arena, chance(d, 8) ? 2 : 1);
    if (chance(d, 20))
        want->brand = STR("linked");
    if (chance(d, 50)) {
        want->property.has_place = true;
        want->property.place = (struct place){ 397400000, -1049900000 };
        want->property.square_feet = 2000;
    }
    to->must_succeed = !online && want->n_assignments == 0 && want->datetime.has_offset &&
                       (want->minutes > 0 || want->has_endtime) && want->inspectors.n == 1 &&
                       want->inspectors.at[0].at[1] < '6' && at > now_of(d);
}

static void pick_override(struct drive *d, struct drive_job *to)
{
    if (!to->job.command.actor.may_override || !chance(d, 15))
        return;
    to->job.command.override.rules = (code_set)1 << CODE_slot_taken;
    to->job.command.override.reason = STR("the customer insists");
}

/* ---- things there are ---- */

static size_t pick_recent(struct drive *d, size_t n)
{
    const size_t reach = n < RECENT ? n : RECENT;
    return n - 1 - (size_t)dice(d, reach);
}

static ref_t pick_hold(struct drive *d)
{
    const struct model *m = &d->follow.model;
    if (m->n_holds == 0 || chance(d, 1))
        return (ref_t)12345 << REF_SEQ_SHIFT;
    const size_t reach = m->n_holds < 40 ? m->n_holds : 40;
    return m->holds[m->n_holds - 1 - (size_t)dice(d, reach)].ref;
}

static struct str pick_inspection(struct drive *d, struct arena *arena, int64_t *ret_version)
{
    const struct model *m = &d->follow.model;
    if (m->n_inspections == 0 || chance(d, 1))
        return STR("nobody");
    const struct model_inspection *i = &m->inspections[pick_recent(d, m->n_inspections)];
    *ret_version = chance(d, 3) ? i->version + 1 : i->version;
    return chance(d, 50) ? str_copy(arena, str_from(i->id))
                         : str_print(arena, "%ld", (long)i->order_number);
}

/* ---- commands ---- */

static void command_hold(struct drive *d, struct drive_job *to)
{
    pick_want(d, to);
    to->job.command.hold_kind = chance(d, 20) ? HOLD_QUOTE : HOLD_CHECKOUT;
    /* A quote hold ends at start minus notice, which may be over. */
    to->must_succeed &= to->job.command.hold_kind == HOLD_CHECKOUT;
}

static void command_change_hold(struct drive *d, struct drive_job *to)
{
    to->job.command.hold = pick_hold(d);
    if (chance(d, 60))
        to->job.command.extend = true;
    else
        pick_want(d, to);
    to->must_succeed = false;
}

static void command_book(struct drive *d, struct drive_job *to)
{
    struct command *command = &to->job.command;
    pick_want(d, to);
    pick_override(d, to);
    to->job.personal = str_print(&to->arena, "{\"address\":\"%d Elm\",\"client\":{\"name\":\"C\"}}",
                                 (int)dice(d, 300));
    command->place_key = 1 + (int64_t)dice(d, 300);
    if (chance(d, 5))
        command->external_ref = str_print(&to->arena, "x%d", (int)dice(d, 5000));
    if (chance(d, 50))
        return;
    to->must_succeed = false;
    command->hold = pick_hold(d);
    const struct model_hold *hold = model_find_hold(&d->follow.model, command->hold);
    if (hold == NULL || chance(d, 20))
        return; /* whatever was wished stays, and mostly differs */
    command->want = (struct want){ .property = command->want.property };
    if (chance(d, 50)) {
        command->want.has_datetime = true;
        command->want.datetime = rig_instant(hold->start);
    }
}

static void command_reschedule(struct drive *d, struct drive_job *to)
{
    pick_want(d, to);
    pick_override(d, to);
    struct command *command = &to->job.command;
    command->subject = pick_inspection(d, &to->arena, &command->version);
    command->want.brand = (struct str){ 0 };
    command->reason = STR("moved");
    to->must_succeed = false;
}

static void command_cancel(struct drive *d, struct drive_job *to)
{
    struct command *command = &to->job.command;
    command->subject = pick_inspection(d, &to->arena, &command->version);
    command->reason = STR("changed their mind");
}

static void command_absence(struct drive *d, struct drive_job *to)
{
    static const enum claim_kind kinds[] = { CLAIM_EVENT, CLAIM_BLOCK, CLAIM_VACATION };
    struct command *command = &to->job.command;
    const utc_s at = pick_start(d);
    command->actor = rig_actor(ROLE_STAFF, false);
    command->absence_kind = kinds[dice(d, 3)];
    command->want.inspectors = pick_inspectors(d, &to->arena, 1);
    command->title = STR("away");
    command->affected = chance(d, 50) ? AFFECTED_OPEN : AFFECTED_REFUSE;
    if (command->absence_kind == CLAIM_VACATION) {
        command->whole_days = true;
        command->first_day = (date_d)(at / DAY_S);
        command->last_day = command->first_day + (date_d)dice(d, 2);
    } else {
        command->from = rig_instant(at);
        command->to = rig_instant(at + (int64_t)(1 + dice(d, 8)) * 1800);
    }
}

static void command_remove_absence(struct drive *d, struct drive_job *to)
{
    const struct model *m = &d->follow.model;
    struct command *command = &to->job.command;
    command->actor = rig_actor(ROLE_STAFF, false);
    command->subject = STR("nothing");
    if (m->n_absences == 0)
        return;
    const struct model_absence *a = &m->absences[pick_recent(d, m->n_absences)];
    command->subject = str_copy(&to->arena, str_from(a->id));
    command->version = a->version;
}

static void command_key(struct drive *d, struct drive_job *to)
{
    to->job.command.actor = rig_actor(ROLE_ADMIN, true);
    struct key_record *key = &to->job.command.key;
    key->id = str_print(&to->arena, "key%d", (int)dice(d, 20));
    key->secret = hash_of(str_print(&to->arena, "%s secret", key->id.at));
    key->role = ROLE_STAFF;
    key->name = STR("a desk");
    key->created_at = now_of(d);
}

/* In percent, summing to 100. */
static const struct share {
    enum command_kind kind;
    uint64_t percent;
    void (*fill)(struct drive *, struct drive_job *);
} shares[] = {
    { COMMAND_HOLD, 35, command_hold },
    { COMMAND_BOOK, 28, command_book },
    { COMMAND_CHANGE_HOLD, 5, command_change_hold },
    { COMMAND_RESCHEDULE, 9, command_reschedule },
    { COMMAND_CANCEL, 10, command_cancel },
    { COMMAND_ADD_ABSENCE, 4, command_absence },
    { COMMAND_REMOVE_ABSENCE, 3, command_remove_absence },
    { COMMAND_KEY, 1, command_key },
    { COMMAND_RELEASE, 3, NULL },
    { COMMAND_EXPIRE, 2, NULL },
};

static void pick_command(struct drive *d, struct drive_job *to)
{
    uint64_t roll = dice(d, 100);
    const struct share *share = shares;
    while (roll >= share->percent)
        roll -= (share++)->percent;
    const bool online = chance(d, 40);
    struct actor actor =
        online ? rig_actor(ROLE_ONLINE, false) : rig_actor(ROLE_STAFF, chance(d, 40));
    to->job = rig_job(&to->arena, d->company, share->kind, actor);
    to->must_succeed = false;
    if (share->kind == COMMAND_RELEASE)
        to->job.command.hold = pick_hold(d);
    if (share->kind == COMMAND_EXPIRE) {
        to->job.command.actor = rig_actor(ROLE_ADMIN, false);
        to->job.command.actor.channel = STR("system");
    }
    if (share->fill != NULL)
        share->fill(d, to);
}

static void pick_idempotency(struct drive *d, struct drive_job *to)
{
    to->is_replay = d->n_kept > 0 && chance(d, 4);
    to->job.has_idempotency = to->is_replay || chance(d, 30);
    if (!to->job.has_idempotency)
        return;
    snprintf(to->key, sizeof(to->key), "n%lu", (unsigned long)d->commands);
    to->job.request = hash_of(str_from(to->key));
    if (to->is_replay) {
        const struct drive_kept *kept = &d->kept[dice(d, d->n_kept)];
        memcpy(to->key, kept->key, sizeof(to->key));
        to->job.command.actor = kept->actor;
        to->job.request = kept->request;
        to->replay_seq = kept->seq;
        to->must_succeed = false;
    }
    to->job.idempotency_key = str_from(to->key);
}

/* ---- answers ---- */

static void keep_for_replay(struct drive *d, const struct drive_job *from)
{
    if (!from->job.has_idempotency)
        return;
    const size_t at = d->n_kept < DRIVE_KEPT ? d->n_kept++ : (size_t)dice(d, DRIVE_KEPT);
    memcpy(d->kept[at].key, from->key, sizeof(from->key));
    d->kept[at].request = from->job.request;
    d->kept[at].seq = from->job.seq;
    d->kept[at].actor = rig_actor(from->job.command.actor.role, false);
}

static void expect_entry(struct drive *d, const struct entry *entry, struct str payload)
{
    struct buf said = { 0 };
    entry_write(&said, str_from(d->company), entry);
    CHECK(str_equal(buf_view(&said), payload),
          "the answer's entry is not the stored one:\n%.*s\n%.*s", STR_ARG(buf_view(&said)),
          STR_ARG(payload));
    buf_drop(&said);
}

static void judge_replay(struct drive *d, const struct drive_job *it)
{
    const struct desk_job *job = &it->job;
    CHECK(job->code == CODE_NONE && job->replayed, "a replay answered %d, replayed %d",
          (int)job->code, job->replayed);
    CHECK(job->verdict.entry != NULL && job->verdict.entry->seq == it->replay_seq,
          "a replay answers another entry");
    d->replayed++;
}

static void judge_done(struct drive *d, struct drive_job *it)
{
    const struct entry *entry = it->job.verdict.entry;
    const enum command_kind kind = it->job.command.kind;
    d->done++;
    CHECK(entry != NULL || kind == COMMAND_CHANGE_HOLD || kind == COMMAND_RELEASE ||
              kind == COMMAND_EXPIRE,
          "seq %lu: a %s was done, and nothing happened", (unsigned long)it->job.seq,
          command_name(kind).at);
    if (entry == NULL)
        return;
    CHECK(entry->seq == it->job.seq, "the answer says seq %lu, its entry %lu",
          (unsigned long)it->job.seq, (unsigned long)entry->seq);
    expect_entry(d, entry, buf_view(&d->follow.payload));
    keep_for_replay(d, it);
    if (!it->must_succeed || entry->n_added != 1)
        return;
    const struct want *want = &it->job.command.want;
    const struct span when = entry->added[0].claim.when;
    CHECK(when.start == want->datetime.wall &&
              when.end == (want->has_endtime ? want->endtime.wall
                                             : when.start + want->minutes * MINUTE_S) &&
              str_equal(entry->added[0].inspector, want->inspectors.at[0]),
          "seq %lu: not the visit that was asked for", (unsigned long)entry->seq);
}

static struct span asked_of(struct drive *d, const struct desk_job *job)
{
    const struct command *c = &job->command;
    const struct zone *zone = d->follow.fold->company->zone;
    if (c->kind != COMMAND_ADD_ABSENCE)
        return job->verdict.asked;
    if (!c->whole_days)
        return (struct span){ c->from.wall, c->to.wall };
    return (struct span){ zone_from_wall(zone, (wall_s)c->first_day * DAY_S).first,
                          zone_from_wall(zone, (wall_s)(c->last_day + 1) * DAY_S).first };
}

static const struct model_inspection *subject_of(struct drive *d, const struct command *command)
{
    const struct model *m = &d->follow.model;
    int64_t number = 0;
    if (command->kind != COMMAND_RESCHEDULE)
        return NULL;
    const bool by_number = str_to_int(command->subject, &number);
    for (size_t i = 0; i < m->n_inspections; i++)
        if (by_number ? m->inspections[i].order_number == number
                      : str_equal(command->subject, str_from(m->inspections[i].id)))
            return &m->inspections[i];
    rig_fail("an inspection was judged that there is not");
}

/* Nobody is in their own way; and whoever asked for any inspector hears "taken" only if all are. */
static void judge_taken(struct drive *d, const struct drive_job *it)
{
    const struct desk_job *job = &it->job;
    const struct command *command = &job->command;
    const struct model_inspection *moved = subject_of(d, command);
    const struct model_look look = { job->verdict.asked.start,
                                     job->verdict.asked.end,
                                     now_of(d),
                                     { command->hold, moved != NULL ? moved->ref : 0 } };
    model_judge_taken(&d->follow.model, &job->verdict, asked_of(d, job), look.now);
    for (size_t i = 0; i < job->verdict.n_evidence; i++) {
        const ref_t owner = job->verdict.evidence[i].owner;
        CHECK(owner != look.without[0] && owner != look.without[1],
              "seq %lu: its own time is in its way", (unsigned long)job->seq);
    }
    if (!command->want.any_inspector || command->want.services.n != 1 ||
        str_equal(command->want.services.at[0], STR("pair")))
        return;
    for (int i = 0; i < 6; i++)
        CHECK(model_in_the_way(&d->follow.model, i, &look) != NULL,
              "seq %lu: any was refused, but i%d is free", (unsigned long)job->seq, i);
}

static void judge_refused(struct drive *d, struct drive_job *it)
{
    const struct desk_job *job = &it->job;
    const struct model *m = &d->follow.model;
    d->refused++;
    d->codes[job->verdict.code]++;
    CHECK(job->verdict.entry == NULL, "refused, and an entry");
    if (job->verdict.code == CODE_slot_taken)
        judge_taken(d, it);
    if (job->verdict.code == CODE_hold_consumed)
        CHECK(model_find_hold(m, job->command.hold)->state == HOLD_CONSUMED, "not consumed");
    if (!it->must_succeed || job->verdict.code == CODE_too_many_holds ||
        job->verdict.code == CODE_external_ref_used)
        return;
    const struct want *want = &job->command.want;
    const utc_s end =
        want->has_endtime ? want->endtime.wall : want->datetime.wall + want->minutes * MINUTE_S;
    const struct model_look look = { want->datetime.wall, end, now_of(d), { 0 } };
    CHECK(job->verdict.code == CODE_slot_taken &&
              model_in_the_way(m, model_inspector(want->inspectors.at[0]), &look) != NULL,
          "seq %lu: refused with %s though it is free", (unsigned long)job->seq,
          code_facts(job->verdict.code)->name.at);
}

static void judge(struct drive *d, struct drive_job *it)
{
    CHECK(it->job.code == CODE_NONE || it->job.code == it->job.verdict.code ||
              it->job.verdict.code == CODE_NONE,
          "two codes in one answer");
    if (it->is_replay) {
        judge_replay(d, it);
        return;
    }
    CHECK(it->job.code == CODE_NONE, "the desk answered %s",
          it->job.code == CODE_NONE ? "" : code_facts(it->job.code)->name.at);
    follow_to(&d->follow, it->job.seq);
    CHECK(it->job.seq == d->follow.model.seq, "answers of a batch are out of order");
    if (it->job.verdict.code == CODE_NONE)
        judge_done(d, it);
    else
        judge_refused(d, it);
    CHECK(it->job.image != NULL && it->job.image->seq >= it->job.seq, "the image is older");
}

/* ---- running ---- */

static void job_done(struct desk_job *job)
{
    struct drive_job *it = job->context;
    atomic_store_explicit(&it->done, true, memory_order_release);
}

static void job_wait(struct drive_job *it)
{
    while (!atomic_load_explicit(&it->done, memory_order_acquire))
        sched_yield();
}

/* The moment at which a hold ends, where an error of one second shows; or now. */
static utc_s moment_of_an_end(struct drive *d, utc_s now)
{
    const struct model *m = &d->follow.model;
    for (size_t i = m->n_holds; i > 0 && m->n_holds - i < RECENT; i--) {
        const struct model_hold *h = &m->holds[i - 1];
        if (h->state == HOLD_LIVE && h->expires_at > now && h->expires_at < now + 5 * MINUTE_S)
            return h->expires_at - (utc_s)dice(d, 2);
    }
    return now;
}

/* Seconds at a time as a rule; seldom hours, sometimes back. */
static void clock_move(struct drive *d)
{
    const int64_t now = atomic_load(&d->clock->now_s);
    int64_t next = now + (int64_t)dice(d, 20);
    if (chance(d, 5))
        next = moment_of_an_end(d, now);
    if (dice(d, 2000) == 0)
        next = now + (int64_t)dice(d, 5 * HOUR_S);
    if (chance(d, 1))
        next = now - (int64_t)dice(d, 400);
    if (next < d->newest - HOUR_S)
        next = d->newest;
    if (next > d->newest)
        d->newest = next;
    atomic_store(&d->clock->now_s, next);
}

static void import_some(struct drive *d)
{
    struct buf text = { 0 };
    buf_print(&text,
              "{\"interlock\":1,\"company\":{\"_id\":\"%s\",\"name\":\"Rig\",\"timezone\":"
              "\"America/Denver\"",
              d->company);
    if (chance(d, 30))
        buf_print(&text, ",\"settings\":{\"quoteHoldHours\":%d}", 1 + (int)dice(d, 3));
    buf_print(&text, "},\"inspections\":[");
    uint64_t id = dice(d, IMPORT_IDS / 4);
    for (int i = 0; i < 4; i++, id += IMPORT_IDS / 4) {
        char at[INSTANT_TEXT];
        char end[INSTANT_TEXT];
        const utc_s start = pick_start(d);
        instant_write(d->follow.fold->company->zone, start, at);
        instant_write(d->follow.fold->company->zone, start + 5400, end);
        buf_print(&text,
                  "%s{\"_id\":\"imp%d\",\"datetime\":\"%.*s\",\"endtime\":\"%.*s\","
                  "\"_inspectorId\":\"i%d\",\"services\":[\"short\"],\"status\":\"%s\","
                  "\"client\":{\"name\":\"N\"},"
                  "\"property\":{\"address\":\"%d Oak\"}}",
                  i > 0 ? "," : "", (int)id, INSTANT_TEXT, at, INSTANT_TEXT, end,
                  (int)dice(d, RIG_INSPECTORS), chance(d, 25) ? "cancelled" : "confirmed",
                  (int)dice(d, 100));
    }
    buf_print(&text, "]}");
    rig_import(d->desk, buf_view(&text));
    buf_drop(&text);
}

static void batch_run(struct drive *d, size_t n)
{
    bool queued[DRIVE_BATCH_MAX];
    for (size_t i = 0; i < n; i++) {
        struct drive_job *it = &d->jobs[i];
        arena_reset(&it->arena);
        pick_command(d, it);
        pick_idempotency(d, it);
        it->job.done = job_done;
        it->job.context = it;
        atomic_store(&it->done, false);
        d->commands++;
    }
    for (size_t i = 0; i < n; i++)
        queued[i] = desk_submit(d->desk, &d->jobs[i].job);
    for (size_t i = 0; i < n; i++) {
        if (queued[i])
            job_wait(&d->jobs[i]);
    }
    for (size_t i = 0; i < n; i++) {
        judge(d, &d->jobs[i]);
        block_free(d->jobs[i].job.image);
    }
}

void drive_run(struct drive *d, uint64_t n)
{
    for (const uint64_t end = d->commands + n; d->commands < end;) {
        clock_move(d);
        if (dice(d, 100) == 0)
            import_some(d);
        const uint64_t left = end - d->commands;
        const uint64_t some = chance(d, 50) ? 1 : 1 + dice(d, DRIVE_BATCH_MAX);
        batch_run(d, (size_t)(some < left ? some : left));
    }
}

static void image_verify(struct drive *d, struct desk *desk)
{
    const struct image *image;
    struct il_err err = { .code = "" };
    CHECK(desk_image(desk, str_from(d->company), &image, &err) == IL_OK && image != NULL,
          "desk_image: %s", err.text);
    follow_compare(&d->follow, image);
    block_free(image);
}

void drive_verify(struct drive *d)
{
    struct check_report report;
    struct il_err err = { .code = "" };
    image_verify(d, d->desk);
    const struct desk_options options = { .store = drive_share(d->store),
                                          .clock = &d->clock->port,
                                          .dice = dice_system(),
                                          .log = log_silent(),
                                          .zones = zone_source_system(),
                                          .read_only = true };
    struct desk *fresh;
    CHECK(desk_open(&options, &fresh, &err) == IL_OK, "a second desk: %s", err.text);
    image_verify(d, fresh);
    desk_close(fresh);
    CHECK(desk_check(d->store, dice_system(), &report, &err) == IL_OK, "desk_check: %s", err.text);
    CHECK(report.n_findings == 0, "%zu findings:\n%.*s", report.n_findings,
          STR_ARG(buf_view(&report.findings)));
    buf_drop(&report.findings);
}

struct drive *drive_open(struct store *store, struct rig_clock *clock, uint64_t seed)
{
    struct drive *d = calloc(1, sizeof(*d));
    CHECK(d != NULL, "out of memory");
    d->store = store;
    d->clock = clock;
    d->company = "rig";
    d->random = (seed + 1) * 0x9E3779B97F4A7C15u;
    d->newest = first_now;
    rig_clock_set(clock, first_now);
    d->desk = rig_open(drive_share(store), clock);
    d->follow = follow_make(store, d->company);
    for (size_t i = 0; i < DRIVE_BATCH_MAX; i++)
        d->jobs[i].arena = arena_make(RIG_ARENA_BYTES);
    struct buf text = { 0 };
    rig_document(&text, d->company);
    rig_import(d->desk, buf_view(&text));
    buf_drop(&text);
    image_verify(d, d->desk); /* reads the entries of the import */
    return d;
}

void drive_close(struct drive *d)
{
    desk_close(d->desk);
    follow_drop(&d->follow);
    for (size_t i = 0; i < DRIVE_BATCH_MAX; i++)
        arena_drop(&d->jobs[i].arena);
    free(d);
}
