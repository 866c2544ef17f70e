/* What months of real use bring: holds that nobody swept for days, restarts, files of another
 * system, imports of dense and month-long orders, looks at times long gone. Each case is one that
 * once made a company read-only, or the process stop. Usage: history [NAME OF A TEST] */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_a_hold_that_nobody_swept(void **state)
{
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    struct desk_job job = rig_visit(&s.arena, "a", COMMAND_HOLD, "i0", slot, 60);
    assert_int_equal(do_job(s.desk, &job), CODE_NONE);
    scene_restart(&s, now + (utc_s)3 * DAY_S);
    assert_int_equal(visit(&s, COMMAND_BOOK, "i0", slot), CODE_NONE);
    const struct lookup in = { s.desk, STR("a"), &s.arena };
    struct hold hold;
    struct il_err err;
    bool found;
    assert_int_equal(desk_find_hold(&in, job.verdict.entry->holds[0]->ref, &hold, &found, &err),
                     IL_OK);
    assert_true(found && hold.state == HOLD_EXPIRED);
    scene_close(&s);
}

/* The time of the hold itself is over when somebody comes back: its claim goes all the same. */
static void test_a_hold_older_than_the_image(void **state)
{
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    struct desk_job hold = rig_visit(&s.arena, "a", COMMAND_HOLD, "i0", now + DAY_S, 60);
    assert_int_equal(do_job(s.desk, &hold), CODE_NONE);
    scene_restart(&s, now + (utc_s)6 * DAY_S);
    struct desk_job release = rig_job(&s.arena, "a", COMMAND_RELEASE, rig_actor(ROLE_STAFF, false));
    release.command.hold = hold.verdict.entry->holds[0]->ref;
    assert_int_equal(do_job(s.desk, &release), CODE_NONE);
    scene_close(&s);
}

static void test_ended_holds_leave_memory(void **state)
{
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    for (int i = 0; i < 300; i++) {
        struct desk_job hold = rig_visit(&s.arena, "a", COMMAND_HOLD, "i0", slot, 60);
        assert_int_equal(do_job(s.desk, &hold), CODE_NONE);
        struct desk_job release =
            rig_job(&s.arena, "a", COMMAND_RELEASE, rig_actor(ROLE_STAFF, false));
        release.command.hold = hold.verdict.entry->holds[0]->ref;
        assert_int_equal(do_job(s.desk, &release), CODE_NONE);
    }
    const struct image *image;
    struct il_err err;
    assert_int_equal(desk_image(s.desk, STR("a"), &image, &err), IL_OK);
    assert_int_equal(image->n_holds, 0);
    block_free(image);
    scene_close(&s);
}

/* The file of one system is the start of another: whatever either makes later is its own. */
static void test_ids_of_two_systems(void **state)
{
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(visit(&s, COMMAND_BOOK, "i1", slot + (utc_s)i * DAY_S), CODE_NONE);
        struct desk_job event = event_job(
            &s, "i2", (struct span){ slot + (utc_s)i * DAY_S, slot + (utc_s)i * DAY_S + 60 },
            AFFECTED_REFUSE);
        assert_int_equal(do_job(s.desk, &event), CODE_NONE);
    }
    struct buf text = { 0 };
    struct il_err err;
    assert_int_equal(desk_export(s.desk, STR("a"), &text, &err), IL_OK);
    scene_close(&s);

    s = scene_open();
    rig_clock_set(&s.clock, now);
    s.desk = open_on(&s, s.memory);
    rig_import(s.desk, buf_view(&text));
    buf_drop(&text);
    for (int i = 0; i < 30; i++) {
        assert_int_equal(visit(&s, COMMAND_BOOK, "i3", slot + (utc_s)i * DAY_S), CODE_NONE);
        struct desk_job event = event_job(
            &s, "i4", (struct span){ slot + (utc_s)i * DAY_S, slot + (utc_s)i * DAY_S + 60 },
            AFFECTED_REFUSE);
        assert_int_equal(do_job(s.desk, &event), CODE_NONE);
    }
    scene_close(&s);
}

/* One of the conflicts is looked at: read back, they are in the order in which they are found. */
static void test_a_conflict_looked_at_before_a_restart(void **state)
{
    struct scene s = scene_open();
    ref_t first = 0;
    (void)state;
    scene_start(&s);
    for (int i = 0; i < 3; i++) {
        const utc_s at = slot + (utc_s)i * DAY_S;
        assert_int_equal(visit(&s, COMMAND_BOOK, "i0", at), CODE_NONE);
        struct desk_job event =
            event_job(&s, "i0", (struct span){ at, at + HOUR_S }, AFFECTED_OPEN);
        assert_int_equal(do_job(s.desk, &event), CODE_NONE);
        first = i == 0 ? event.verdict.entry->conflicts[0].ref : first;
    }
    struct desk_job look = rig_job(&s.arena, "a", COMMAND_CONFLICT, rig_actor(ROLE_STAFF, false));
    look.command.conflict = first;
    look.command.conflict_state = CONFLICT_ACKNOWLEDGED;
    assert_int_equal(do_job(s.desk, &look), CODE_NONE);
    scene_restart(&s, now);
    look.command.conflict_state = CONFLICT_ACCEPTED;
    assert_int_equal(do_job(s.desk, &look), CODE_NONE);
    assert_int_equal(look.verdict.entry->conflicts[0].ref, first);
    scene_close(&s);
}

/* An order that is over is given to somebody else, on an image that begins with `floor`. */
static enum code reassigned_late(struct scene *s, utc_s at, utc_s floor, const char *to)
{
    struct desk_job order = rig_visit(&s->arena, "a", COMMAND_BOOK, "i1", at, 60);
    assert_int_equal(do_job(s->desk, &order), CODE_NONE);
    scene_restart(s, floor + DESK_FLOOR_S);
    struct desk_job late = rig_job(&s->arena, "a", COMMAND_REASSIGN, rig_actor(ROLE_STAFF, false));
    late.command.subject = order.verdict.entry->inspections[0]->id;
    late.command.version = VERSION_ANY;
    late.command.want.inspectors = rig_strs(&s->arena, to);
    late.command.want.property =
        (struct property){ .square_feet = NOT_FOUND, .year_built = NOT_FOUND };
    return do_job(s->desk, &late);
}

/* What ended where the image begins still keeps the quarter of an hour after it. */
static void test_a_buffer_older_than_the_image(void **state)
{
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    assert_int_equal(visit(&s, COMMAND_BOOK, "i0", slot), CODE_NONE);
    const utc_s end = slot + HOUR_S;
    assert_int_equal(reassigned_late(&s, end + (utc_s)10 * MINUTE_S, end, "i0"), CODE_slot_taken);
    scene_close(&s);
}

/* Three jobs are i7's day, also when all three are older than the image. */
static void test_a_day_older_than_the_image(void **state)
{
    const utc_s morning = slot + (utc_s)15 * HOUR_S;
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    for (int i = 0; i < 3; i++)
        assert_int_equal(visit(&s, COMMAND_BOOK, "i7", morning + (utc_s)i * 2 * HOUR_S), CODE_NONE);
    assert_int_equal(
        reassigned_late(&s, morning + (utc_s)6 * HOUR_S, morning + (utc_s)330 * MINUTE_S, "i7"),
        CODE_daily_maximum);
    scene_close(&s);
}

static void fill_dense(struct order *orders, size_t n)
{
    for (size_t i = 0; i < n; i++)
        orders[i] = (struct order){ slot, 60, "confirmed", 0 };
}

/* Every pair of them overlaps: 44,850 conflicts are more than one entry holds. */
static void test_a_dense_import(void **state)
{
    enum { ORDERS = 300 };
    struct order orders[ORDERS];
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    fill_dense(orders, ORDERS);
    const struct import_report report = import_orders(s.desk, orders, ORDERS, "Ann");
    assert_int_equal(report.inspections.created, ORDERS);
    assert_int_equal(report.conflicts, ORDERS * (ORDERS - 1) / 2);
    assert_int_equal(visit(&s, COMMAND_BOOK, "i0", slot), CODE_slot_taken);
    const struct import_report again = import_orders(s.desk, orders, ORDERS, "Ann");
    assert_int_equal(again.inspections.left, ORDERS);
    assert_int_equal(again.seq, report.seq);
    scene_close(&s);
}

/* What an import lets in, an import can take out: more conflicts end than one entry holds. */
static void test_a_crowd_goes(void **state)
{
    enum { ORDERS = 220 };
    struct order orders[ORDERS];
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    fill_dense(orders, ORDERS);
    assert_int_equal(import_orders(s.desk, orders, ORDERS, "Ann").conflicts,
                     ORDERS * (ORDERS - 1) / 2);
    for (size_t i = 0; i < ORDERS; i++)
        orders[i].start += (utc_s)i * 2 * HOUR_S;
    (void)import_orders(s.desk, orders, ORDERS, "Ann");
    const struct lookup in = { s.desk, STR("a"), &s.arena };
    struct conflict_list open;
    struct il_err err;
    assert_int_equal(desk_conflicts(&in, STR("open"), 0, 1, &open, &err), IL_OK);
    assert_int_equal(open.n, 0);
    scene_close(&s);
}

static void test_an_import_too_dense(void **state)
{
    enum { ORDERS = 500 };
    struct order orders[ORDERS];
    struct scene s = scene_open();
    struct buf text = { 0 };
    struct import_report report;
    struct il_err err;
    (void)state;
    scene_start(&s);
    fill_dense(orders, ORDERS);
    assert_int_equal(import_text(s.desk, orders_text(&text, orders, ORDERS, "A"), &report, &err),
                     IL_INVALID);
    assert_string_equal(err.code, "out_of_range");
    assert_string_equal(err.field, "/inspections");
    buf_drop(&text);
    assert_int_equal(visit(&s, COMMAND_BOOK, "i0", slot), CODE_NONE);
    scene_close(&s);
}

/* Closing more than one entry can tell of is refused in words, and nothing is kept. */
static void test_a_vacation_over_too_much(void **state)
{
    enum { ORDERS = 66000, EACH_MIN = 60 };
    struct order *orders = test_calloc(ORDERS, sizeof *orders);
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    for (size_t i = 0; i < ORDERS; i++)
        orders[i] =
            (struct order){ slot + (utc_s)i * EACH_MIN * MINUTE_S, EACH_MIN, "confirmed", 0 };
    (void)import_orders(s.desk, orders, ORDERS, "Ann");
    const struct span all = { slot, slot + (utc_s)ORDERS * EACH_MIN * MINUTE_S };
    struct desk_job event = event_job(&s, "i0", all, AFFECTED_OPEN);
    assert_int_equal(do_job(s.desk, &event), CODE_out_of_range);
    event = event_job(&s, "i0", all, AFFECTED_REFUSE);
    assert_int_equal(do_job(s.desk, &event), CODE_slot_taken);
    assert_int_equal(event.verdict.n_evidence, AFFECTED_SHOWN_MAX);
    event = event_job(&s, "i0", (struct span){ slot, slot + (utc_s)30 * DAY_S }, AFFECTED_OPEN);
    assert_int_equal(do_job(s.desk, &event), CODE_NONE);
    test_free(orders);
    scene_close(&s);
}

/* Two month-long orders overlap; the first has left the image when the second is closed over. */
static void test_month_long_orders(void **state)
{
    enum { MONTH_MIN = 30 * DAY_MIN };
    const struct order orders[] = { { now - (utc_s)37 * DAY_S, MONTH_MIN, "confirmed", 0 },
                                    { now - (utc_s)27 * DAY_S, MONTH_MIN, "confirmed", 0 },
                                    { now - (utc_s)66 * DAY_S, MONTH_MIN, "confirmed", 0 } };
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    assert_int_equal(import_orders(s.desk, orders, 3, "Ann").conflicts, 2);
    scene_restart(&s, now);
    struct desk_job event =
        event_job(&s, "i0", (struct span){ now + DAY_S, now + (utc_s)2 * DAY_S }, AFFECTED_OPEN);
    assert_int_equal(do_job(s.desk, &event), CODE_NONE);
    assert_int_equal(visit(&s, COMMAND_BOOK, "i0", slot), CODE_NONE);
    scene_close(&s);
}

/* What stays where it was keeps its conflicts, and who admitted them. */
static void test_an_import_of_other_notes(void **state)
{
    const struct order orders[] = { { slot, 60, "confirmed", 0 },
                                    { slot, 60, "confirmed", 0 },
                                    { slot + HOUR_S, 60, "confirmed", 0 } };
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    assert_int_equal(import_orders(s.desk, orders, 3, "Ann").conflicts, 1);
    struct desk_job over = rig_visit(&s.arena, "a", COMMAND_BOOK, "i0", slot + HOUR_S, 60);
    over.command.actor = rig_actor(ROLE_STAFF, true);
    over.command.override =
        (struct override){ (code_set)1 << CODE_slot_taken, STR("the client insists") };
    assert_int_equal(do_job(s.desk, &over), CODE_NONE);
    const struct import_report report = import_orders(s.desk, orders, 3, "Bea");
    assert_int_equal(report.inspections.changed, 3);
    assert_int_equal(report.conflicts, 0);
    struct conflict_list list;
    struct il_err err;
    const struct lookup in = { s.desk, STR("a"), &s.arena };
    assert_int_equal(desk_conflicts(&in, STR("open"), 0, 10, &list, &err), IL_OK);
    assert_int_equal(list.n, 2);
    assert_true(str_equal(list.at[0].cause, STR("import")));
    assert_true(str_equal(list.at[1].cause, STR("override")));
    scene_close(&s);
}

/* A conflict that an import ends is not one that it opens. */
static void test_an_import_that_resolves(void **state)
{
    struct order orders[] = { { slot, 60, "confirmed", 0 }, { slot, 60, "confirmed", 0 } };
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    assert_int_equal(import_orders(s.desk, orders, 2, "Ann").conflicts, 1);
    orders[1].start += HOUR_S;
    assert_int_equal(import_orders(s.desk, orders, 2, "Ann").conflicts, 0);
    orders[1].status = "cancelled";
    orders[0].start += HOUR_S;
    assert_int_equal(import_orders(s.desk, orders, 2, "Ann").conflicts, 0);
    scene_close(&s);
}

static size_t open_conflicts(struct scene *s)
{
    struct conflict_list list;
    struct il_err err;
    const struct lookup in = { s->desk, STR("a"), &s->arena };
    assert_int_equal(desk_conflicts(&in, STR("open"), 0, 10, &list, &err), IL_OK);
    return list.n;
}

/* Events come in before orders: this one closes a time that its order leaves in the same document,
 * and another one that its order keeps. */
static void test_an_import_that_moves_away_and_closes(void **state)
{
    struct order orders[] = { { slot, 60, "confirmed", 0 },
                              { slot + (utc_s)3 * HOUR_S, 60, "confirmed", 0 } };
    struct scene s = scene_open();
    struct buf text = { 0 };
    struct import_report report;
    struct il_err err = { .code = "" };
    (void)state;
    scene_start(&s);
    assert_int_equal(import_orders(s.desk, orders, 2, "Ann").conflicts, 0);
    orders[0].start += DAY_S;
    (void)orders_text(&text, orders, 2, "Ann");
    text.len--;
    buf_print(&text, ",\"events\":[");
    put_event(&text, "left", slot);
    buf_print(&text, "]}");
    if (import_text(s.desk, buf_view(&text), &report, &err) != IL_OK)
        fail_msg("%s %s", err.field, err.text);
    assert_int_equal(report.inspections.changed, 1);
    assert_int_equal(report.conflicts, 0);
    assert_int_equal(open_conflicts(&s), 0);
    text.len -= 2;
    buf_print(&text, ",");
    put_event(&text, "kept", orders[1].start);
    buf_print(&text, "]}");
    if (import_text(s.desk, buf_view(&text), &report, &err) != IL_OK)
        fail_msg("%s %s", err.field, err.text);
    buf_drop(&text);
    assert_int_equal(report.conflicts, 1);
    assert_int_equal(open_conflicts(&s), 1);
    scene_close(&s);
}

static utc_s floor_of(struct scene *s)
{
    const struct image *image;
    struct il_err err;
    assert_int_equal(desk_image(s->desk, STR("a"), &image, &err), IL_OK);
    const utc_s floor = image->floor;
    block_free(image);
    return floor;
}

static void test_a_look_at_the_past(void **state)
{
    const struct order past[] = { { now - (utc_s)80 * DAY_S, 60, "completed", 0 } };
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    (void)import_orders(s.desk, past, 1, "Ann");
    const struct span over = { past[0].start, past[0].start + HOUR_S };
    struct desk_job event = event_job(&s, "i0", over, AFFECTED_REFUSE);
    desk_try(s.desk, &event);
    assert_int_equal(event.code, CODE_NONE);
    assert_int_equal(event.verdict.code, CODE_slot_taken);
    block_free(event.image);
    event.image = NULL;
    assert_true(floor_of(&s) >= now - DESK_TRIM_S);
    assert_int_equal(do_job(s.desk, &event), CODE_slot_taken);
    assert_true(floor_of(&s) >= now - DESK_TRIM_S);
    event = event_job(&s, "i0", over, AFFECTED_OPEN);
    assert_int_equal(do_job(s.desk, &event), CODE_NONE);
    assert_true(floor_of(&s) >= now - DESK_TRIM_S);
    event = event_job(&s, "i0", (struct span){ now - (utc_s)100 * DAY_S, now - (utc_s)99 * DAY_S },
                      AFFECTED_OPEN);
    assert_int_equal(do_job(s.desk, &event), CODE_out_of_range);
    scene_close(&s);
}

/* One entry joins two conflicts, which rewrites the claims of the second, and gives one of those
 * orders another number, which writes its claim anew. */
static void test_an_import_that_joins_and_renumbers(void **state)
{
    struct order orders[] = { { slot + (utc_s)9 * HOUR_S, 60, "confirmed", 0 },
                              { slot, 60, "confirmed", 0 },
                              { slot, 60, "confirmed", 0 },
                              { slot + (utc_s)2 * HOUR_S, 60, "confirmed", 0 },
                              { slot + (utc_s)2 * HOUR_S, 60, "confirmed", 0 } };
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    assert_int_equal(import_orders(s.desk, orders, 5, "Ann").conflicts, 2);
    orders[0] = (struct order){ slot, 180, "confirmed", 0 };
    orders[4].number = 8004;
    assert_int_equal(import_orders(s.desk, orders, 5, "Ann").conflicts, 4);
    scene_close(&s);
}

static void expect_numbers(const struct conflict *c, int64_t a, int64_t b)
{
    assert_int_equal(c->a.order_number, a);
    assert_int_equal(c->b.order_number, b);
}

/* An open conflict names its orders by the numbers they have, also after an import gave others. */
static void test_a_conflict_of_renumbered_orders(void **state)
{
    struct order orders[] = { { slot, 60, "confirmed", 0 },
                              { slot, 60, "confirmed", 0 },
                              { slot + DAY_S, 60, "confirmed", 0 } };
    struct scene s = scene_open();
    struct conflict_list list;
    struct il_err err;
    (void)state;
    scene_start(&s);
    const struct lookup in = { s.desk, STR("a"), &s.arena };
    assert_int_equal(import_orders(s.desk, orders, 3, "Ann").conflicts, 1);
    orders[0].number = 8000;
    orders[1].number = 8001;
    assert_int_equal(import_orders(s.desk, orders, 3, "Ann").conflicts, 0);
    assert_int_equal(desk_conflicts(&in, STR("open"), 0, 10, &list, &err), IL_OK);
    assert_int_equal(list.n, 1);
    expect_numbers(&list.at[0], 8000, 8001);
    /* A third one joins them in the same entry that renumbers one of them. */
    orders[1].number = 9001;
    orders[2].start = slot;
    assert_int_equal(import_orders(s.desk, orders, 3, "Ann").conflicts, 2);
    scene_restart(&s, now);
    const struct lookup again = { s.desk, STR("a"), &s.arena };
    assert_int_equal(desk_conflicts(&again, STR("open"), 0, 10, &list, &err), IL_OK);
    assert_int_equal(list.n, 3);
    expect_numbers(&list.at[0], 8000, 9001);
    for (size_t i = 1; i < list.n; i++)
        expect_numbers(&list.at[i], list.at[i].a.claim == list.at[0].a.claim ? 8000 : 9001, 7002);
    scene_close(&s);
}

/* Also one that ends because the same import moves the order it renumbers. */
static void test_a_conflict_that_ends_renumbered(void **state)
{
    struct order orders[] = { { slot, 60, "confirmed", 0 }, { slot, 60, "confirmed", 0 } };
    struct scene s = scene_open();
    struct conflict_list list;
    struct il_err err;
    (void)state;
    scene_start(&s);
    const struct lookup in = { s.desk, STR("a"), &s.arena };
    assert_int_equal(import_orders(s.desk, orders, 2, "Ann").conflicts, 1);
    orders[1].number = 8001;
    orders[1].start += DAY_S;
    assert_int_equal(import_orders(s.desk, orders, 2, "Ann").conflicts, 0);
    assert_int_equal(desk_conflicts(&in, STR("resolved"), 0, 10, &list, &err), IL_OK);
    assert_int_equal(list.n, 1);
    expect_numbers(&list.at[0], 7000, 8001);
    scene_close(&s);
}

static il_rc note_kind(void *context, const void *row, struct il_err *reterr)
{
    const struct row_outbox *out = row;
    struct buf *kinds = context;
    (void)reterr;
    buf_print(kinds, "%.*s ", STR_ARG(out->kind));
    return IL_OK;
}

static void expect_outbox(struct scene *s, const char *kinds)
{
    const struct store_query query = { .table = TABLE_OUTBOX, .by = BY_ALL, .company = STR("a") };
    struct store_read *read;
    struct buf found = { 0 };
    struct il_err err;
    assert_int_equal(store_read_open(s->memory, &read, &err), IL_OK);
    assert_int_equal(store_find(read, &query, note_kind, &found, &err), IL_OK);
    store_read_close(read);
    assert_true(str_equal(buf_view(&found), str_from(kinds)));
    buf_drop(&found);
}

/* What the other side shows must follow, whoever moves a mirrored order: an import as well. */
static void test_an_import_of_a_mirrored_order(void **state)
{
    static const char form[] =
        ",\"inspections\":[{\"_id\":\"%.*s\",\"brand\":\"linked\",\"datetime\":\"2026-11-0%dT09:00:"
        "00Z\","
        "\"endtime\":\"2026-11-0%dT10:00:00Z\",\"_inspectorId\":\"i0\",\"status\":\"%s\","
        "\"services\":[\"short\"]}]}";
    static const struct {
        int day;
        const char *status, *outbox;
    } steps[] = { { 3, "confirmed", "create update " },
                  { 3, "confirmed", "create update " },
                  { 4, "cancelled", "create update cancel " } };
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    struct desk_job job = rig_visit(&s.arena, "a", COMMAND_BOOK, "i0", slot, 60);
    job.command.want.brand = STR("linked");
    assert_int_equal(do_job(s.desk, &job), CODE_NONE);
    expect_outbox(&s, "create ");
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct buf text = { 0 };
        rig_document(&text, "a");
        text.len--;
        buf_print(&text, form, STR_ARG(job.verdict.entry->inspections[0]->id), steps[i].day,
                  steps[i].day, steps[i].status);
        (void)rig_import(s.desk, buf_view(&text));
        buf_drop(&text);
        expect_outbox(&s, steps[i].outbox);
    }
    scene_close(&s);
}

/* A dead hold that an event of the same entry regrouped is still dead for the next one. */
static void test_a_dead_hold_in_an_import(void **state)
{
    const struct order orders[] = { { slot + HOUR_S, 120, "confirmed", 0 } };
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    struct desk_job hold = rig_visit(&s.arena, "a", COMMAND_HOLD, "i0", slot, 120);
    assert_int_equal(do_job(s.desk, &hold), CODE_NONE);
    assert_int_equal(import_orders(s.desk, orders, 1, "Ann").conflicts, 1);
    atomic_store(&s.clock.now_s, now + HOUR_S);
    struct buf text = { 0 };
    rig_document(&text, "a");
    text.len--;
    buf_print(&text, ",\"events\":[");
    put_event(&text, "late", slot + 5 * HOUR_S / 2);
    buf_print(&text, ",");
    put_event(&text, "soon", slot);
    buf_print(&text, "]}");
    struct import_report report;
    struct il_err err = { .code = "" };
    if (import_text(s.desk, buf_view(&text), &report, &err) != IL_OK)
        fail_msg("%s %s", err.field, err.text);
    buf_drop(&text);
    assert_int_equal(report.absences.created, 2);
    assert_int_equal(report.conflicts, 1);
    scene_close(&s);
}

int main(int argc, char **argv)
{
    hash_start();
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hold_that_nobody_swept),
        cmocka_unit_test(test_a_hold_older_than_the_image),
        cmocka_unit_test(test_ended_holds_leave_memory),
        cmocka_unit_test(test_ids_of_two_systems),
        cmocka_unit_test(test_a_conflict_looked_at_before_a_restart),
        cmocka_unit_test(test_a_buffer_older_than_the_image),
        cmocka_unit_test(test_a_day_older_than_the_image),
        cmocka_unit_test(test_a_dense_import),
        cmocka_unit_test(test_a_crowd_goes),
        cmocka_unit_test(test_an_import_too_dense),
        cmocka_unit_test(test_a_vacation_over_too_much),
        cmocka_unit_test(test_month_long_orders),
        cmocka_unit_test(test_an_import_of_other_notes),
        cmocka_unit_test(test_an_import_that_resolves),
        cmocka_unit_test(test_an_import_that_moves_away_and_closes),
        cmocka_unit_test(test_a_look_at_the_past),
        cmocka_unit_test(test_a_dead_hold_in_an_import),
        cmocka_unit_test(test_an_import_that_joins_and_renumbers),
        cmocka_unit_test(test_a_conflict_of_renumbered_orders),
        cmocka_unit_test(test_a_conflict_that_ends_renumbered),
        cmocka_unit_test(test_an_import_of_a_mirrored_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
