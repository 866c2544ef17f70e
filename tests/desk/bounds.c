/* What input may ask for at most, and what must still be possible when settings have changed: cases
 * that once stopped the process, held everybody up or left an order that nobody could move.
 * Usage: bounds [NAME OF A TEST] */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Orders that each overlap the next, from three weeks ago to the end of this one: one event over
 * the last of them joins the group of all. */
static void test_a_chain_of_conflicts(void **state)
{
    enum { ORDERS = 24 * 48 };
    struct order *orders = test_calloc(ORDERS, sizeof *orders);
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    for (size_t i = 0; i < ORDERS; i++)
        orders[i] = (struct order){ now - (utc_s)20 * DAY_S + (utc_s)i * 30 * MINUTE_S, 40,
                                    "confirmed", 0 };
    assert_int_equal(import_orders(s.desk, orders, ORDERS, "Ann").conflicts, ORDERS - 1);
    scene_restart(&s, now);
    const utc_s last = orders[ORDERS - 1].start;
    struct desk_job event =
        event_job(&s, "i0", (struct span){ last, last + HOUR_S }, AFFECTED_OPEN);
    assert_int_equal(do_job(s.desk, &event), CODE_NONE);
    assert_true(event.verdict.entry->n_added >= ORDERS);
    test_free(orders);
    scene_close(&s);
}

/* An image that is too shallow is asked for again at least twice as deep: few steps, not a link of
 * the chain at a time. */
static void test_depth_doubles(void **state)
{
    const struct order chain[] = { { now - (utc_s)3 * DAY_S, DAY_MIN * 2, "confirmed", 0 },
                                   { now - (utc_s)2 * DAY_S + HOUR_S, DAY_MIN * 4, "confirmed",
                                     0 } };
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    (void)import_orders(s.desk, chain, 2, "Ann");
    scene_restart(&s, now);
    const struct image *image;
    struct il_err err;
    assert_int_equal(desk_image(s.desk, STR("a"), &image, &err), IL_OK);
    const struct facts none = { .n_duplicates = 0 };
    const struct desk_job event =
        event_job(&s, "i0", (struct span){ now + DAY_S, now + DAY_S + HOUR_S }, AFFECTED_OPEN);
    const struct verdict verdict = booking_decide(image, &none, &event.command, now, &s.arena);
    assert_null(verdict.entry);
    assert_true(verdict.needs_floor <= now - 2 * (now - image->floor));
    block_free(image);
    scene_close(&s);
}

/* 15,000 orders in one event are opened as conflicts and closed again; 25,000 are refused. */
static void test_an_event_over_very_much(void **state)
{
    enum { ORDERS = 25000, EACH_MIN = 10, OPENED = 15000 };
    struct order *orders = test_calloc(ORDERS, sizeof *orders);
    struct scene s = scene_open();
    (void)state;
    scene_start(&s);
    for (size_t i = 0; i < ORDERS; i++)
        orders[i] =
            (struct order){ slot + (utc_s)i * EACH_MIN * MINUTE_S, EACH_MIN, "confirmed", 0 };
    (void)import_orders(s.desk, orders, ORDERS, "Ann");
    struct span when = { slot, slot + (utc_s)ORDERS * EACH_MIN * MINUTE_S };
    struct desk_job event = event_job(&s, "i0", when, AFFECTED_OPEN);
    assert_int_equal(do_job(s.desk, &event), CODE_out_of_range);
    when.end = slot + (utc_s)OPENED * EACH_MIN * MINUTE_S;
    event = event_job(&s, "i0", when, AFFECTED_OPEN);
    assert_int_equal(do_job(s.desk, &event), CODE_NONE);
    assert_int_equal(event.verdict.entry->n_conflicts, OPENED);
    struct desk_job gone =
        rig_job(&s.arena, "a", COMMAND_REMOVE_ABSENCE, rig_actor(ROLE_STAFF, true));
    gone.command.absence_kind = CLAIM_EVENT;
    gone.command.subject = event.verdict.entry->absences[0].id;
    gone.command.version = VERSION_ANY;
    assert_int_equal(do_job(s.desk, &gone), CODE_NONE);
    assert_int_equal(gone.verdict.entry->n_conflicts, OPENED);
    test_free(orders);
    scene_close(&s);
}

static il_rc import_prune(struct scene *s, const char *brands, struct il_err *reterr)
{
    const struct actor actor = rig_actor(ROLE_ADMIN, true);
    struct import_report report;
    const struct str text =
        str_print(&s->arena,
                  "{\"interlock\":1,\"company\":{\"_id\":\"a\",\"name\":\"Rig\",\"timezone\":"
                  "\"America/Denver\"},\"brands\":[%s],\"services\":[{\"_id\":\"short\",\"name\":"
                  "\"Short\",\"type\":\"primary\",\"minutes\":60}]}",
                  brands);
    return desk_import(s->desk, &actor, text, (struct import_options){ .prune = true }, &report,
                       reterr);
}

static struct desk_job booked(struct scene *s, const char *brand, const char *service, utc_s at)
{
    struct desk_job job = rig_visit(&s->arena, "a", COMMAND_BOOK, "i0", at, 0);
    job.command.want.brand = str_from(brand);
    job.command.want.services = rig_strs(&s->arena, service);
    assert_int_equal(do_job(s->desk, &job), CODE_NONE);
    return job;
}

static enum code moved(struct scene *s, const struct desk_job *job, utc_s at)
{
    struct desk_job move = rig_job(&s->arena, "a", COMMAND_RESCHEDULE, rig_actor(ROLE_STAFF, true));
    move.command.subject = job->verdict.entry->inspections[0]->id;
    move.command.version = VERSION_ANY;
    move.command.want.has_datetime = true;
    move.command.want.datetime = rig_instant(at);
    return do_job(s->desk, &move);
}

/* What was agreed stays movable when its service is sold no more; its brand cannot be taken. */
static void test_an_order_outlives_its_settings(void **state)
{
    struct scene s = scene_open();
    struct il_err err = { .code = "" };
    (void)state;
    scene_start(&s);
    const struct desk_job of_brand = booked(&s, "linked", "short", slot);
    const struct desk_job of_service = booked(&s, "main", "long", slot + DAY_S);
    assert_int_equal(import_prune(&s, "{\"_id\":\"main\",\"name\":\"Main\"}", &err), IL_INVALID);
    assert_string_equal(err.field, "/brands");
    if (import_prune(&s,
                     "{\"_id\":\"main\",\"name\":\"Main\"},"
                     "{\"_id\":\"linked\",\"name\":\"Linked\"}",
                     &err) != IL_OK)
        fail_msg("%s %s", err.field, err.text);
    assert_int_equal(moved(&s, &of_brand, slot + (utc_s)3 * DAY_S), CODE_NONE);
    assert_int_equal(moved(&s, &of_service, slot + (utc_s)4 * DAY_S), CODE_NONE);
    struct desk_job again = rig_visit(&s.arena, "a", COMMAND_BOOK, "i0", slot, 0);
    again.command.want.services = rig_strs(&s.arena, "long");
    assert_int_equal(do_job(s.desk, &again), CODE_not_offered);
    assert_true(again.verdict.is_final);
    scene_close(&s);
}

static struct str numbers_text(struct buf *out, const char *first, const char *second)
{
    static const char *const places[] = { "a", "b" };
    rig_document(out, "a");
    out->len--;
    buf_print(out, ",\"inspections\":[");
    for (int i = 0; i < 2; i++)
        buf_print(out,
                  "%s{\"_id\":\"n%s\"%s,\"brand\":\"main\",\"datetime\":\"2026-11-0%dT17:00:00Z\","
                  "\"endtime\":\"2026-11-0%dT18:00:00Z\",\"_inspectorId\":\"i1\",\"services\":"
                  "[\"short\"],\"status\":\"confirmed\",\"createdAt\":\"2026-01-01T00:00:00Z\","
                  "\"client\":{\"name\":\"A\"},\"property\":{\"address\":\"%d Elm\"}}",
                  i > 0 ? "," : "", places[i], i == 0 ? first : second, i + 3, i + 3, i);
    buf_print(out, "]}");
    return buf_view(out);
}

/* A missing number is given, and never one that a later row of the document has. */
static void test_numbers_given_and_brought(void **state)
{
    static const char *const brought[] = { ",\"orderNumber\":1", ",\"orderNumber\":2" };
    (void)state;
    for (int order = 0; order < 2; order++) {
        for (int i = 0; i < 2; i++) {
            struct scene s = scene_open();
            struct buf text = { 0 };
            struct import_report report;
            struct il_err err = { .code = "" };
            scene_start(&s);
            if (i == 1) /* the company has given number 1 already */
                assert_int_equal(visit(&s, COMMAND_BOOK, "i0", slot), CODE_NONE);
            const struct str doc = order == 0 ? numbers_text(&text, "", brought[i])
                                              : numbers_text(&text, brought[i], "");
            if (import_text(s.desk, doc, &report, &err) != IL_OK)
                fail_msg("%s %s", err.field, err.text);
            assert_int_equal(report.inspections.created, 2);
            assert_int_equal(visit(&s, COMMAND_BOOK, "i2", slot), CODE_NONE);
            buf_drop(&text);
            scene_close(&s);
        }
    }
}

int main(int argc, char **argv)
{
    hash_start();
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_chain_of_conflicts),
        cmocka_unit_test(test_depth_doubles),
        cmocka_unit_test(test_an_event_over_very_much),
        cmocka_unit_test(test_an_order_outlives_its_settings),
        cmocka_unit_test(test_numbers_given_and_brought),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
