/* The other system, and what an import of its orders must lead to. */
#include "drive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DAYS_LONGEST = 31, /* of an order, and of an absence here */
    OLD_FROM_DAY = 7305,
    OLD_DAYS = 11322, /* 1990 to 2020 */
    SENT_MAX = OUTSIDE_MAX,
};

struct sending { /* one document in the making */
    struct drive *d;
    struct drive_company *c;
    struct buf text;
    const struct outside_order *sent[SENT_MAX];
    size_t n;
};

static utc_s old_day(struct drive *d)
{
    return (int64_t)(OLD_FROM_DAY + dice(&d->dice, OLD_DAYS)) * DAY_S + (utc_s)15 * HOUR_S;
}

static int any_inspector(struct drive *d, const struct drive_company *c)
{
    return (int)dice(&d->dice, (uint64_t)c->follow.model.n_inspectors);
}

/* ---- documents ---- */

static struct sending *sending_start(struct drive *d, struct drive_company *c)
{
    struct sending *s = calloc(1, sizeof(*s));
    CHECK(s != NULL, "out of memory");
    s->d = d;
    s->c = c;
    buf_print(&s->text,
              "{\"interlock\":1,\"company\":{\"_id\":\"%s\",\"name\":\"Rig\",\"timezone\":"
              "\"America/Denver\"",
              c->id);
    return s;
}

static void put_time(struct sending *s, const char *name, utc_s at)
{
    char text[INSTANT_TEXT];
    instant_write(s->c->follow.fold->company->zone, at, text);
    buf_print(&s->text, "\"%s\":\"%.*s\",", name, INSTANT_TEXT, text);
}

static void put_assigned(struct sending *s, int inspector, utc_s start, utc_s end)
{
    buf_print(&s->text, "{");
    put_time(s, "datetime", start);
    put_time(s, "endtime", end);
    buf_print(&s->text, "\"_inspectorId\":\"i%d\"}", inspector);
}

static void put_order(struct sending *s, const struct outside_order *o)
{
    buf_print(&s->text, "%s{\"_id\":\"imp%d\",", s->n > 0 ? "," : "", o->id);
    put_time(s, "datetime", o->start);
    put_time(s, "endtime", o->end);
    if (o->assistant >= 0) {
        buf_print(&s->text, "\"assignments\":[");
        put_assigned(s, o->lead, o->start, o->end);
        buf_print(&s->text, ",");
        put_assigned(s, o->assistant, o->assistant_start, o->assistant_end);
        buf_print(&s->text, "],");
    }
    buf_print(&s->text,
              "\"_inspectorId\":\"i%d\",\"services\":[\"short\"],\"status\":\"%s\","
              "\"client\":{\"name\":\"N%d\"},\"notes\":\"note %d\","
              "\"property\":{\"address\":\"%d Oak\"}}",
              o->lead, o->is_cancelled ? "cancelled" : "confirmed", o->notes / 3, o->notes,
              o->id % 100);
    s->sent[s->n++] = o;
}

static void orders_start(struct sending *s)
{
    buf_print(&s->text, "},\"inspections\":[");
}

/* The next place in its list: a new order as long as there is room, then the oldest anew. */
static struct outside_order *next_order(struct drive_company *c)
{
    struct outside *o = &c->outside;
    struct outside_order *at = &o->at[o->next_id % OUTSIDE_MAX];
    if (o->n < OUTSIDE_MAX)
        o->n++;
    *at = (struct outside_order){ .id = o->next_id++ % OUTSIDE_MAX, .assistant = -1 };
    return at;
}

/* ---- judging ---- */

static void judge_rows(const struct sending *s)
{
    const struct model *m = &s->c->follow.model;
    for (size_t i = 0; i < s->n; i++) {
        const struct outside_order *o = s->sent[i];
        char id[16];
        const int len = snprintf(id, sizeof(id), "imp%d", o->id);
        const struct model_inspection *at = model_named(m, (struct str){ id, (size_t)len });
        CHECK(at != NULL && at->start == o->start && at->end == o->end && at->lead == o->lead &&
                  (at->status == STATUS_CANCELLED) == o->is_cancelled,
              "seq %lu: %s does not stand as it was imported", (unsigned long)m->seq, id);
    }
}

static void expect_count(const struct import_count *is, const struct import_count *said,
                         const char *what)
{
    CHECK(is->created == said->created && is->changed == said->changed && is->left == said->left &&
              is->removed == said->removed,
          "%s: tried %zu created, %zu changed, %zu left, %zu removed; done %zu, %zu, %zu, %zu",
          what, said->created, said->changed, said->left, said->removed, is->created, is->changed,
          is->left, is->removed);
}

/* Tries the import first when it is a draw's turn: the same report, and nothing kept. */
static struct import_report try_first(struct sending *s)
{
    struct actor actor = rig_actor(ROLE_ADMIN, true);
    struct import_report report;
    struct il_err err = { .code = "" };
    const uint64_t seq = s->c->follow.model.seq;
    const struct image *before = drive_image(s->d, s->c, s->d->desk);
    actor.channel = STR("import");
    CHECK(desk_import(s->d->desk, &actor, buf_view(&s->text),
                      (struct import_options){ .dry_run = true }, &report, &err) == IL_OK,
          "a dry import: %s %s %s", err.code ? err.code : "", err.field, err.text);
    const struct image *after = drive_image(s->d, s->c, s->d->desk);
    CHECK(after->seq == seq && after->floor == before->floor,
          "a dry import changed the image: seq %lu, then %lu; floor %ld, then %ld",
          (unsigned long)seq, (unsigned long)after->seq, (long)before->floor, (long)after->floor);
    block_free(before);
    block_free(after);
    return report;
}

static struct import_report take_in(struct sending *s, bool tries)
{
    struct model *m = &s->c->follow.model;
    struct import_report tried = { 0 };
    const uint64_t opened = m->n_opened;
    buf_print(&s->text, "}");
    if (tries)
        tried = try_first(s);
    const struct import_report report = rig_import(s->d->desk, buf_view(&s->text));
    drive_image_verify(s->d, s->c, s->d->desk);
    CHECK(report.seq == m->seq, "the report says seq %lu, the journal %lu",
          (unsigned long)report.seq, (unsigned long)m->seq);
    judge_rows(s);
    if (tries) {
        expect_count(&report.settings, &tried.settings, "settings");
        expect_count(&report.absences, &tried.absences, "absences");
        expect_count(&report.inspections, &tried.inspections, "inspections");
    }
    CHECK(!drawn(&s->d->dice, DRAW_law_count) || report.conflicts == m->n_opened - opened,
          "an import reports %zu conflicts opened, and opened %lu", report.conflicts,
          (unsigned long)(m->n_opened - opened));
    buf_drop(&s->text);
    free(s);
    return report;
}

static struct import_report orders_take_in(struct sending *s, bool tries)
{
    buf_print(&s->text, "]");
    return take_in(s, tries);
}

/* ---- the draws ---- */

static void draw_time(struct drive *d, const struct drive_company *c, struct outside_order *o)
{
    o->lead = any_inspector(d, c);
    o->start = wish_start(d, c);
    o->end = o->start + 5400;
    o->assistant = chance(&d->dice, 20) ? (o->lead + 1) % c->follow.model.n_inspectors : -1;
    o->assistant_start = o->start + 1800 * ((int64_t)dice(&d->dice, 5) - 1);
    o->assistant_end = o->assistant_start + 1800 * (1 + (int64_t)dice(&d->dice, 6));
}

static void send_few(struct drive *d, struct drive_company *c, bool tries)
{
    struct sending *s = sending_start(d, c);
    trace_say("%s: import of four orders%s", c->id, tries ? ", tried first" : "");
    orders_start(s);
    for (int i = 0; i < 4; i++) {
        struct outside_order *o = next_order(c);
        draw_time(d, c, o);
        o->is_cancelled = chance(&d->dice, 25);
        put_order(s, o);
    }
    (void)orders_take_in(s, tries);
}

static struct sending *dense_made(struct drive *d, struct drive_company *c, int n)
{
    struct sending *s = sending_start(d, c);
    const int lead = any_inspector(d, c);
    const utc_s start = wish_start(d, c);
    char text[INSTANT_TEXT];
    instant_write(c->follow.fold->company->zone, start, text);
    trace_say("%s: import of %d orders for i%d at %.*s", c->id, n, lead, INSTANT_TEXT, text);
    orders_start(s);
    for (int i = 0; i < n; i++) {
        struct outside_order *o = next_order(c);
        o->lead = lead;
        o->start = start;
        o->end = start + 5400 + (utc_s)60 * (i % 3);
        put_order(s, o);
    }
    return s;
}

static void send_dense(struct drive *d, struct drive_company *c, int n)
{
    (void)orders_take_in(dense_made(d, c, n), false);
}

/* Each begins before the one before it ends. */
static void send_chain(struct drive *d, struct drive_company *c, utc_s start, const char *what)
{
    struct sending *s = sending_start(d, c);
    const int lead = chance(&d->dice, 70) ? 0 : any_inspector(d, c); /* chains meet chains */
    const int n = 3 + (int)dice(&d->dice, 8);
    trace_say("%s: import of %d %s orders for i%d from day %+ld on", c->id, n, what, lead,
              (long)((start - drive_now(d, c)) / DAY_S));
    orders_start(s);
    for (int i = 0; i < n; i++) {
        struct outside_order *o = next_order(c);
        const bool month = chance(&d->dice, 35);
        const int64_t length = month ? (int64_t)(2 + dice(&d->dice, DAYS_LONGEST - 1)) * DAY_S
                                     : HOUR_S * (int64_t)(1 + dice(&d->dice, 12));
        o->lead = lead;
        o->start = start;
        o->end = start + length;
        o->is_cancelled = chance(&d->dice, 5);
        put_order(s, o);
        start += month ? (int64_t)(1 + dice(&d->dice, (uint64_t)(length / DAY_S))) * DAY_S
                       : length - 1800;
    }
    (void)orders_take_in(s, false);
}

/* As it was last sent, and nobody has touched it here. */
static bool stands_as_sent(const struct drive_company *c, const struct outside_order *o)
{
    char id[16];
    const int len = snprintf(id, sizeof(id), "imp%d", o->id);
    const struct model_inspection *at =
        model_named(&c->follow.model, (struct str){ id, (size_t)len });
    return at != NULL && at->start == o->start && at->end == o->end && at->lead == o->lead &&
           o->assistant < 0 && at->n_assignments == 1 &&
           (at->status == STATUS_CANCELLED) == o->is_cancelled;
}

static void send_again(struct drive *d, struct drive_company *c, bool moves)
{
    struct outside *all = &c->outside;
    struct sending *s = sending_start(d, c);
    const struct model *m = &c->follow.model;
    const uint64_t opened = m->n_opened;
    const uint64_t closed = m->n_closed;
    const size_t from = all->n == 0 ? 0 : (size_t)dice(&d->dice, all->n);
    trace_say("%s: orders imported again, with other %s:", c->id, moves ? "times" : "notes");
    orders_start(s);
    for (size_t i = 0; i < all->n && i < 8; i++) {
        struct outside_order *o = &all->at[(from + i) % all->n];
        if (!moves && !stands_as_sent(c, o))
            continue;
        if (!moves)
            o->notes++;
        else if (chance(&d->dice, 25))
            o->is_cancelled = !o->is_cancelled;
        else
            draw_time(d, c, o);
        put_order(s, o);
        trace_add(" imp%d", o->id);
    }
    (void)orders_take_in(s, false);
    CHECK(moves || !drawn(&d->dice, DRAW_law_notes) ||
              (m->n_opened == opened && m->n_closed == closed),
          "only notes changed, and %lu conflicts were closed, %lu opened",
          (unsigned long)(m->n_closed - closed), (unsigned long)(m->n_opened - opened));
}

static void put_absence(struct sending *s, int id, bool first)
{
    struct drive *d = s->d;
    const bool vacation = id % 2 == 0;
    const utc_s start = chance(&d->dice, 15) ? old_day(d) : wish_start(d, s->c);
    const bool is_long = chance(&d->dice, 20);
    const int64_t slots = 1 + (int64_t)dice(&d->dice, is_long ? DAYS_LONGEST * 48 : 8);
    buf_print(&s->text, "%s{\"_id\":\"ev%d\",", first ? "" : ",", id);
    if (!vacation)
        buf_print(&s->text, "\"type\":\"%s\",", chance(&d->dice, 50) ? "Event" : "Block");
    put_time(s, "datetime", start);
    put_time(s, "endtime", start + slots * 1800);
    buf_print(&s->text, "\"_inspectorId\":\"i%d\"}", any_inspector(d, s->c));
}

static void send_absences(struct drive *d, struct drive_company *c)
{
    struct sending *s = sending_start(d, c);
    const bool vacations = chance(&d->dice, 50);
    const int n = 1 + (int)dice(&d->dice, 4);
    trace_say("%s: import of %d %s", c->id, n, vacations ? "vacations" : "events");
    buf_print(&s->text, "},\"%s\":[", vacations ? "vacations" : "events");
    for (int i = 0; i < n; i++)
        put_absence(s, 2 * (c->outside.next_event++ % 60) + !vacations, i == 0);
    buf_print(&s->text, "]");
    (void)take_in(s, false);
}

static void send_settings(struct drive *d, struct drive_company *c)
{
    struct sending *s = sending_start(d, c);
    trace_say("%s: settings change", c->id);
    buf_print(&s->text, ",\"settings\":{\"quoteHoldHours\":%d,\"online\":{\"noticeMinutes\":%d}}}",
              1 + (int)dice(&d->dice, 3), 30 * (int)dice(&d->dice, 5));
    (void)take_in(s, false);
}

void outside_import(struct drive *d, struct drive_company *c, enum draw draw)
{
    switch ((int)draw) {
    case DRAW_dense:
        send_dense(d, c, 8 + (int)dice(&d->dice, 33));
        break;
    case DRAW_chain:
        send_chain(d, c, drive_now(d, c) + DAY_S * ((int64_t)dice(&d->dice, 40) - 32), "chained");
        break;
    case DRAW_old_orders:
        send_chain(d, c, old_day(d), "old");
        break;
    case DRAW_notes:
    case DRAW_moved:
        send_again(d, c, draw == DRAW_moved);
        break;
    case DRAW_absences:
        send_absences(d, c);
        break;
    case DRAW_settings:
        send_settings(d, c);
        break;
    default:
        send_few(d, c, draw == DRAW_dry_import);
        break;
    }
}

/* All or nothing, and nothing of this. */
static void expect_refused(struct sending *s)
{
    struct actor actor = rig_actor(ROLE_ADMIN, true);
    struct import_report report;
    struct il_err err = { .code = "" };
    const uint64_t seq = s->c->follow.model.seq;
    buf_print(&s->text, "]}");
    const il_rc rc = desk_import(s->d->desk, &actor, buf_view(&s->text),
                                 (struct import_options){ 0 }, &report, &err);
    CHECK(rc == IL_INVALID && err.code != NULL && strcmp(err.code, "out_of_range") == 0,
          "a crowd of %zu is answered %d %s %s", s->n, (int)rc, err.code ? err.code : "", err.text);
    drive_image_verify(s->d, s->c, s->d->desk);
    CHECK(s->c->follow.model.seq == seq, "a refused document changed something");
    buf_drop(&s->text);
    free(s);
}

void outside_crowd(struct drive *d, struct drive_company *c, int n)
{
    if (n <= CROWD_MAX)
        send_dense(d, c, n);
    else
        expect_refused(dense_made(d, c, n));
}

static bool is_same(const struct import_count *count)
{
    return count->created == 0 && count->changed == 0 && count->removed == 0;
}

void outside_same_export(struct drive *d, struct drive_company *c)
{
    struct buf text = { 0 };
    struct il_err err = { .code = "" };
    const uint64_t seq = c->follow.model.seq;
    trace_say("%s: an export is imported again", c->id);
    CHECK(desk_export(d->desk, str_from(c->id), &text, &err) == IL_OK, "desk_export: %s", err.text);
    const struct import_report r = rig_import(d->desk, buf_view(&text));
    drive_image_verify(d, c, d->desk);
    CHECK(is_same(&r.settings) && is_same(&r.absences) && is_same(&r.inspections) &&
              r.conflicts == 0 && c->follow.model.seq == seq,
          "an import of an export changed %zu settings, %zu absences, %zu orders, %zu conflicts",
          r.settings.changed + r.settings.created, r.absences.changed + r.absences.created,
          r.inspections.changed + r.inspections.created, r.conflicts);
    buf_drop(&text);
}
