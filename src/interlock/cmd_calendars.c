/* What is free, what is taken, and why. */
#include "ask.h"

#include <jansson.h>
#include <string.h>

/* "2026-11-30 08:00" -> a heading per day, a line per slot. */
static void print_slots(const struct json_t *root)
{
    struct arena arena = arena_make(1 << 26);
    const json_t *list = json_object_get(root, "slots");
    struct str day = STR("");
    const struct str minutes = view_text(&arena, root, "durationMinutes");
    const struct str zone = view_text(&arena, root, "timezone");
    (void)printf("%s%zu slots%s of %.*s minutes, times in %.*s\n", term_bold(),
                 json_array_size(list), term_plain(), STR_ARG(minutes), STR_ARG(zone));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *slot = json_array_get(list, i);
        struct str time = view_text(&arena, slot, "local");
        const struct str who = view_text(&arena, slot, "inspectors");
        const struct str date = str_cut(&time, ' ');
        if (!str_equal(date, day))
            (void)printf("\n%s%.*s%s\n", term_bold(), STR_ARG(date), term_plain());
        day = date;
        (void)printf("  %.*s  %.*s%s\n", STR_ARG(time), STR_ARG(who),
                     json_is_true(json_object_get(slot, "overlapping")) ? "  (taken)" : "");
    }
    arena_drop(&arena);
}

static const struct request_spec slots = {
    .method = "GET",
    .path = "/schedule/optimal-slots",
    .table_order = "time",
    .view = { .print = print_slots },
};

static const struct request_spec why = {
    .method = "GET",
    .path = "/schedule/why",
    .view = { .says = "{_inspectorId}, {@when}: bookable: {bookable}",
              .tables = { { .list = "rules",
                            COLUMNS({ "RULE", "rule" }, { "STATE", "state" },
                                    { "WHAT IT SAYS", "words" }) },
                          { .list = "conflicts",
                            COLUMNS({ "IN THE WAY", "kind" }, { "WHEN", "@when" },
                                    { "ORDER", "orderNumber" }) } } },
};

static const struct request_spec calendar = {
    .method = "GET",
    .path = "/calendar",
    .view = { .says = "Times in {timezone}",
              .tables = { { .list = "inspectors/days/items",
                            .none = "Nothing stands in the calendar on those days.",
                            COLUMNS({ "DAY", "^date" }, { "INSPECTOR", "^^_inspectorId" },
                                    { "WHEN", "@when" }, { "WHAT", "kind" },
                                    { "ORDER OR ID", "orderNumber|_id" },
                                    { "STATUS", "status|title" }, { "VERSION", "version" }) } } },
};

static const struct request_spec capacity = {
    .method = "GET",
    .path = "/schedule/capacity",
    .view = { .says = "Visits of {durationMinutes} minutes, times in {timezone}",
              .tables = { { .list = "days",
                            COLUMNS({ "DAY", "date" }, { "STATE", "state" },
                                    { "OPEN MIN", "openMinutes" }, { "TAKEN MIN", "takenMinutes" },
                                    { "FREE MIN", "freeMinutes" }, { "FITS", "fits" }) } } },
};

static const struct request_spec check_slots = {
    .method = "POST",
    .path = "/schedule/check",
    .body_is_last_operand = true,
    .view = { .tables = { { .list = "verdicts",
                            COLUMNS({ "VERDICT", "code" }, { "WHEN", "@when" },
                                    { "INSPECTORS", "inspectors" }, { "WHY", "detail" }) } } },
};

static const struct command_spec commands[] = {
    { .name = "slots",
      .group = GROUP_BOOKING,
      .summary = "Lists the times that can be booked.",
      .operands = "",
      OPTIONS({ "brand", "ID", "whose rules, default the company's first brand", false },
              { "hold", "TOKEN", "a hold whose own time counts as free", false }),
      .with = ASKS | WITH_VISIT | WITH_WINDOW | WITH_SEARCH | WITH_HOUSE,
      .run = request_run,
      .request = &slots },
    { .name = "check-slots",
      .group = GROUP_BOOKING,
      .summary = "Judges many times at once, as bookings of them would be judged; nothing is kept.",
      .operands = "FILE",
      .n_operands = 1,
      .with = ASKS,
      .notes = "FILE (- for standard input) is the JSON of POST /schedule/check:\n"
               "  {\"candidates\": [{\"datetime\": TIME, \"services\": [\"A\"], "
               "\"_inspectorId\": ID}]}",
      .run = request_run,
      .request = &check_slots },
    { .name = "calendar",
      .group = GROUP_CALENDAR,
      .summary = "Shows what is in people's days: orders, holds, events, vacations.",
      .operands = "",
      .with = ASKS | WITH_WINDOW,
      .run = request_run,
      .request = &calendar },
    { .name = "capacity",
      .group = GROUP_CALENDAR,
      .summary = "Shows how full each day is, and how many visits still fit.",
      .operands = "",
      OPTIONS({ "brand", "ID", "whose rules, default the company's first brand", false }),
      .with = ASKS | WITH_VISIT | WITH_WINDOW | WITH_HOUSE,
      .run = request_run,
      .request = &capacity },
    { .name = "why",
      .group = GROUP_TROUBLE,
      .summary = "Says why a time can be booked or not: every rule, pass or fail.",
      .operands = "",
      OPTIONS({ "inspector", "ID", "whose time", true },
              { "datetime", "TIME",
                "the start: 2026-11-30T08:00 (company's zone) or with an offset", true },
              { "brand", "ID", "whose rules, default the company's first brand", false },
              { "hold", "TOKEN", "a hold whose own time counts as free", false }),
      .with = ASKS | WITH_VISIT | WITH_WINDOW | WITH_SEARCH | WITH_HOUSE,
      .notes =
          "What narrows a list of slots (--days, --inspectors, --limit and so on) is taken as\n"
          "slots takes it, so that the words of the one can be given to the other.",
      .run = request_run,
      .request = &why },
};

const struct command_table commands_of_calendars = { commands,
                                                     sizeof commands / sizeof commands[0] };
