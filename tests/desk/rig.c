/* What the tests of the desk share. */
#include "rig.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { SHOWN_BYTES = 2000 }; /* of a document that was not taken in */

static void (*on_fail)(const char *why);

void rig_on_fail(void (*tell)(const char *why))
{
    on_fail = tell;
}

_Noreturn void rig_fail_at(const char *file, int line, const char *format, ...)
{
    static char why[4096];
    va_list args;
    const int n = snprintf(why, sizeof(why), "%s:%d: ", file, line);
    va_start(args, format);
    (void)vsnprintf(why + n, sizeof(why) - (size_t)n, format, args);
    va_end(args);
    fprintf(stderr, "%s\n", why);
    if (on_fail != NULL)
        on_fail(why);
    exit(1);
}

static int64_t rig_now_s(struct clock *clock)
{
    return atomic_load(&((struct rig_clock *)clock)->now_s);
}

static int64_t rig_monotonic_ms(struct clock *clock)
{
    struct clock *real = clock_system();
    const struct rig_clock *rig = (struct rig_clock *)clock;
    return (rig->is_frozen ? 0 : real->monotonic_ms(real)) + atomic_load(&rig->ahead_ms);
}

void rig_clock_set(struct rig_clock *clock, int64_t now_s)
{
    clock->port = (struct clock){ rig_now_s, rig_monotonic_ms, clock_system()->monotonic_us };
    atomic_store(&clock->now_s, now_s);
}

void rig_inspector(struct buf *out, int i, const char *surname)
{
    static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    buf_print(out,
              "{\"_id\":\"i%d\",\"name\":\"Inspector %d%s\",\"email\":\"i%d@example.com\","
              "\"services\":[\"short\",\"home\",\"long\",\"pair\"%s]%s,\"weekly\":[",
              i, i, surname, i, i % 8 == 6 ? "" : ",\"radon\"",
              i % 8 == 7 ? ",\"dailyMax\":3" : "");
    for (int d = 0; d < 7; d++)
        buf_print(out, "%s{\"day\":\"%s\",\"spans\":[[\"00:00\",\"24:00\"]]}", d > 0 ? "," : "",
                  days[d]);
    buf_print(out, "]}");
}

void rig_document(struct buf *out, const char *company)
{
    rig_document_of(out, company, RIG_INSPECTORS);
}

void rig_document_of(struct buf *out, const char *company, int inspectors)
{
    buf_print(out, "{\"interlock\":1,\"company\":{\"_id\":\"%s\",\"name\":\"Rig\",", company);
    buf_print(out, "\"timezone\":\"America/Denver\",\"settings\":{\"bufferMinutes\":15,"
                   "\"online\":{\"noticeMinutes\":60},\"checkoutHoldSeconds\":300,"
                   "\"quoteHoldHours\":2}},\"brands\":[{\"_id\":\"main\",\"name\":\"Main\"},"
                   "{\"_id\":\"linked\",\"name\":\"Linked\",\"spectora\":{\"mode\":\"mirror\"}}],"
                   "\"services\":["
                   "{\"_id\":\"short\",\"name\":\"Short\",\"type\":\"primary\",\"minutes\":60},"
                   "{\"_id\":\"home\",\"name\":\"Home\",\"type\":\"primary\",\"minutes\":180},"
                   "{\"_id\":\"long\",\"name\":\"Long\",\"type\":\"primary\",\"minutes\":240},"
                   "{\"_id\":\"pair\",\"name\":\"Pair\",\"type\":\"primary\",\"minutes\":120,"
                   "\"inspectors\":2},"
                   "{\"_id\":\"radon\",\"name\":\"Radon\",\"type\":\"addon\",\"minutes\":15}],"
                   "\"inspectors\":[");
    for (int i = 0; i < inspectors; i++) {
        buf_print(out, "%s", i > 0 ? "," : "");
        rig_inspector(out, i, "");
    }
    buf_print(out, "]}");
}

struct desk *rig_open(struct store *store, struct rig_clock *clock)
{
    const struct desk_options options = { .store = store,
                                          .clock = &clock->port,
                                          .dice = dice_system(),
                                          .log = log_silent(),
                                          .zones = zone_source_system() };
    struct desk *desk;
    struct il_err err = { .code = "" };
    if (desk_open(&options, &desk, &err) != IL_OK)
        rig_fail("desk_open: %s", err.text);
    return desk;
}

struct import_report rig_import(struct desk *desk, struct str text)
{
    struct actor actor = rig_actor(ROLE_ADMIN, true);
    actor.channel = STR("import");
    struct import_report report;
    struct il_err err = { .code = "" };
    if (desk_import(desk, &actor, text, (struct import_options){ 0 }, &report, &err) != IL_OK)
        rig_fail("desk_import: %s %s %s\n%.*s", err.code ? err.code : "", err.field, err.text,
                 (int)(text.len < SHOWN_BYTES ? text.len : SHOWN_BYTES), text.at);
    return report;
}

struct actor rig_actor(enum role role, bool may_override)
{
    const bool online = role == ROLE_ONLINE;
    return (struct actor){ .key_id = online ? STR("k-online") : STR("k-staff"),
                           .role = role,
                           .channel = online ? STR("online") : STR("internal"),
                           .may_override = may_override };
}

struct instant_text rig_instant(utc_s at)
{
    return (struct instant_text){ .wall = at, .has_offset = true };
}

struct strs rig_strs(struct arena *arena, const char *words)
{
    struct str rest = str_copy(arena, str_from(words));
    struct str *at = arena_array(arena, struct str, rest.len / 2 + 1);
    size_t n = 0;
    while (rest.len > 0)
        at[n++] = str_cut(&rest, ' ');
    return (struct strs){ at, n };
}

struct desk_job rig_job(struct arena *arena, const char *company, enum command_kind kind,
                        struct actor actor)
{
    struct desk_job job = { .company = str_copy(arena, str_from(company)), .arena = arena };
    job.command.kind = kind;
    job.command.actor = actor;
    job.command.version = NOT_FOUND;
    job.command.status = NOT_FOUND;
    job.command.want.property.square_feet = NOT_FOUND;
    job.command.want.property.year_built = NOT_FOUND;
    if (kind == COMMAND_BOOK)
        job.personal = STR("{\"address\":\"1 Main Street\",\"client\":{\"name\":\"A\"}}");
    return job;
}

struct desk_job rig_visit(struct arena *arena, const char *company, enum command_kind kind,
                          const char *inspectors, utc_s at, int32_t minutes)
{
    struct desk_job job = rig_job(arena, company, kind, rig_actor(ROLE_STAFF, false));
    struct want *want = &job.command.want;
    want->has_datetime = true;
    want->datetime = rig_instant(at);
    want->minutes = minutes;
    want->inspectors = rig_strs(arena, inspectors);
    return job;
}
