/* One desk on a store that outlives it, and documents in few words. */
#include "scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct desk *open_on(struct scene *s, struct store *store)
{
    return rig_open(&fault_store_open(store)->store, &s->clock);
}

static void add_company(struct desk *desk, const char *company)
{
    struct buf text = { 0 };
    rig_document(&text, company);
    rig_import(desk, buf_view(&text));
    buf_drop(&text);
}

struct scene scene_open(void)
{
    struct scene s = { .arena = arena_make(RIG_ARENA_BYTES) };
    struct il_err err;
    assert_int_equal(store_memory_open(dice_system(), &s.memory, &err), IL_OK);
    return s;
}

void scene_start(struct scene *s)
{
    rig_clock_set(&s->clock, now);
    s->desk = open_on(s, s->memory);
    add_company(s->desk, "a");
}

void scene_restart(struct scene *s, utc_s at)
{
    desk_close(s->desk);
    atomic_store(&s->clock.now_s, at);
    s->desk = open_on(s, s->memory);
}

void expect_clean(struct store *store)
{
    struct check_report report;
    struct il_err err;
    assert_int_equal(desk_check(store, dice_system(), &report, &err), IL_OK);
    if (report.n_findings > 0)
        fail_msg("%.*s", STR_ARG(buf_view(&report.findings)));
    buf_drop(&report.findings);
}

void scene_close(struct scene *s)
{
    desk_close(s->desk);
    expect_clean(s->memory);
    store_close(s->memory);
    arena_drop(&s->arena);
}

/* The code of the whole answer; the image goes. */
enum code do_job(struct desk *desk, struct desk_job *job)
{
    desk_do(desk, job);
    block_free(job->image);
    job->image = NULL;
    return job->code != CODE_NONE ? job->code : job->verdict.code;
}

enum code visit(struct scene *s, enum command_kind kind, const char *inspector, utc_s at)
{
    struct desk_job job = rig_visit(&s->arena, "a", kind, inspector, at, 60);
    return do_job(s->desk, &job);
}

struct desk_job event_job(struct scene *s, const char *inspector, struct span when,
                          enum affected affected)
{
    struct desk_job job = rig_job(&s->arena, "a", COMMAND_ADD_ABSENCE, rig_actor(ROLE_STAFF, true));
    job.command.absence_kind = CLAIM_EVENT;
    job.command.title = STR("Closed");
    job.command.want.inspectors = rig_strs(&s->arena, inspector);
    job.command.from = rig_instant(when.start);
    job.command.to = rig_instant(when.end);
    job.command.affected = affected;
    return job;
}

/* ---- documents ---- */

static struct str instant_of(struct arena *arena, utc_s at)
{
    char date[DATE_TEXT];
    char minute[TIME_OF_DAY_TEXT];
    date_write(wall_date(at), date);
    time_of_day_write(wall_minute(at), minute);
    return str_print(arena, "%.*sT%.*s:00Z", DATE_TEXT, date, TIME_OF_DAY_TEXT, minute);
}

static void put_order(struct buf *out, int n, const struct order *order, const char *client)
{
    struct arena arena = arena_make(ARENA_CHUNK_BYTES);
    const struct str start = instant_of(&arena, order->start);
    const struct str end = instant_of(&arena, order->start + (utc_s)order->minutes * MINUTE_S);
    buf_print(out,
              "%s{\"_id\":\"old%d\",\"orderNumber\":%d,\"brand\":\"main\",\"datetime\":\"%.*s\","
              "\"endtime\":\"%.*s\",\"_inspectorId\":\"i0\",\"services\":[\"short\"],"
              "\"status\":\"%s\",\"createdAt\":\"2026-01-01T00:00:00Z\","
              "\"client\":{\"name\":\"%s\"},\"property\":{\"address\":\"%d Elm\"}}",
              n > 0 ? "," : "", n, order->number != 0 ? order->number : 7000 + n, STR_ARG(start),
              STR_ARG(end), order->status, client, n);
    arena_drop(&arena);
}

void put_event(struct buf *out, const char *id, utc_s at)
{
    struct arena arena = arena_make(ARENA_CHUNK_BYTES);
    const struct str start = instant_of(&arena, at);
    const struct str end = instant_of(&arena, at + (utc_s)30 * MINUTE_S);
    buf_print(out,
              "{\"_id\":\"%s\",\"type\":\"Event\",\"_inspectorId\":\"i0\","
              "\"datetime\":\"%.*s\",\"endtime\":\"%.*s\"}",
              id, STR_ARG(start), STR_ARG(end));
    arena_drop(&arena);
}

struct str orders_text(struct buf *out, const struct order *orders, size_t n, const char *client)
{
    rig_document(out, "a");
    out->len--; /* inside the last brace */
    buf_print(out, ",\"inspections\":[");
    for (size_t i = 0; i < n; i++)
        put_order(out, (int)i, &orders[i], client);
    buf_print(out, "]}");
    return buf_view(out);
}

il_rc import_text(struct desk *desk, struct str text, struct import_report *ret,
                  struct il_err *reterr)
{
    struct actor actor = rig_actor(ROLE_ADMIN, true);
    actor.channel = STR("import");
    return desk_import(desk, &actor, text, (struct import_options){ 0 }, ret, reterr);
}

struct import_report import_orders(struct desk *desk, const struct order *orders, size_t n,
                                   const char *client)
{
    struct buf text = { 0 };
    struct import_report report;
    struct il_err err = { .code = "" };
    if (import_text(desk, orders_text(&text, orders, n, client), &report, &err) != IL_OK)
        fail_msg("%s %s", err.field, err.text);
    buf_drop(&text);
    return report;
}
