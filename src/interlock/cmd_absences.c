/* Time that is closed or kept: events, vacations, holds. */
#include "ask.h"

#define SAYS_EVENT \
    "event {event._id}: {event.type}, {event._inspectorId}, {event.@when}, version {version}"
#define SAYS_VACATION \
    "vacation {vacation._id}: {vacation._inspectorId}, {vacation.@when}, version {version}"
#define SAYS_OPENED "; conflicts opened: {conflictsOpened}"
/* Where each order could go that loses its time: the nearest is enough here. */
#define AFFECTED_TABLE                                                                    \
    .tables = { { .list = "affected",                                                     \
                  COLUMNS({ "CONFLICT", "_conflictId" }, { "ORDER", "orderNumber" },      \
                          { "WHEN", "@when" }, { "COULD GO TO", "replacements.0.@when" }, \
                          { "INSPECTORS", "replacements.0.inspectors" }) } }
#define SAYS_HOLD \
    "hold {hold._id}: {hold.@when}, {hold.inspectors}, {hold.state} until {hold.expiresAt}"

static const struct request_spec event_add = {
    .method = "POST",
    .path = "/event",
    .view = { .says = "Added " SAYS_EVENT SAYS_OPENED, AFFECTED_TABLE },
};

static const struct request_spec event_change = {
    .method = "PATCH",
    .path = "/event/{}",
    .takes_any_version = true,
    .view = { .says = "Changed " SAYS_EVENT SAYS_OPENED, AFFECTED_TABLE },
};

static const struct request_spec event_remove = {
    .method = "DELETE",
    .path = "/event/{}",
    .takes_any_version = true,
    .view = { .says = "Removed the event: its time is open" },
};

static const struct request_spec vacation_add = {
    .method = "POST",
    .path = "/vacation",
    .view = { .says = "Added " SAYS_VACATION SAYS_OPENED, AFFECTED_TABLE },
};

static const struct request_spec vacation_change = {
    .method = "PATCH",
    .path = "/vacation/{}",
    .takes_any_version = true,
    .view = { .says = "Changed " SAYS_VACATION SAYS_OPENED, AFFECTED_TABLE },
};

static const struct request_spec vacation_remove = {
    .method = "DELETE",
    .path = "/vacation/{}",
    .takes_any_version = true,
    .view = { .says = "Removed the vacation: its time is open" },
};

static const struct request_spec hold_take = {
    .method = "POST",
    .path = "/schedule/holds",
    .any_inspector = true,
    .view = { .says = "Holding, " SAYS_HOLD "\nToken: {hold.token}" },
};

static const struct request_spec hold_show = {
    .method = "GET",
    .path = "/schedule/holds/{}",
    .view = { .tables = { { .is_facts = true,
                            COLUMNS({ "Id", "hold._id" }, { "Kind", "hold.kind" },
                                    { "State", "hold.state" }, { "When", "hold.@when" },
                                    { "Inspectors", "hold.inspectors" },
                                    { "Services", "hold.services" }, { "Brand", "hold.brand" },
                                    { "Made at", "hold.createdAt" },
                                    { "Ends at", "hold.expiresAt" }) } } },
};

static const struct request_spec hold_list = {
    .method = "GET",
    .path = "/schedule/holds",
    .view = { .tables = { { .list = "holds",
                            .none = "Nothing is held.",
                            COLUMNS({ "HOLD", "_id" }, { "KIND", "kind" }, { "WHEN", "@when" },
                                    { "INSPECTORS", "inspectors" }, { "BRAND", "brand" },
                                    { "ENDS AT", "expiresAt" }) } } },
};

static const struct request_spec hold_change = {
    .method = "PATCH",
    .path = "/schedule/holds/{}",
    .view = { .says = "Changed " SAYS_HOLD },
};

static const struct request_spec hold_release = {
    .method = "DELETE",
    .path = "/schedule/holds/{}",
    .view = { .says = "Released: its time is free" },
};

/* The vacation's and the event's way to end. */
#define REMOVE(what, words, spec)                                                             \
    {                                                                                         \
        .name = what " remove", .group = GROUP_CALENDAR, .summary = words, .operands = "ID",  \
        .n_operands = 1, .with = CHANGES | WITH_VERSION, .run = request_run, .request = &spec \
    }

static const struct command_spec commands[] = {
    { .name = "event add",
      .group = GROUP_CALENDAR,
      .summary = "Closes an inspector's time for an Event or a Block.",
      .operands = "",
      OPTIONS({ "type", "Event|Block", "what it is", false },
              { "datetime", "TIME", "start: 2026-11-30T08:00 (company's zone) or with an offset",
                false },
              { "endtime", "TIME", "end, written as the start", false },
              { "inspector", "ID", "whose time it is", false },
              { "title", "TEXT", "what it is, at most 200 characters", false },
              { "inspection", "ID", "the order that it belongs to", false },
              { "affected", "refuse|open",
                "orders in the way: refuse (default) and list them, or close the time at once and "
                "make each a conflict",
                false }),
      .with = CHANGES,
      .run = request_run,
      .request = &event_add },
    { .name = "event change",
      .group = GROUP_CALENDAR,
      .summary = "Changes an event's time, inspector or title.",
      .operands = "ID",
      .n_operands = 1,
      OPTIONS({ "datetime", "TIME",
                "new start: 2026-11-30T08:00 (company's zone) or with an offset; with --endtime",
                false },
              { "endtime", "TIME", "new end, written as the start", false },
              { "inspector", "ID", "whose time it is from now on", false },
              { "title", "TEXT", "what it is, at most 200 characters", false },
              { "affected", "refuse|open",
                "orders in the way: refuse (default) and list them, or close the time at once and "
                "make each a conflict",
                false }),
      .with = CHANGES | WITH_VERSION,
      .run = request_run,
      .request = &event_change },
    REMOVE("event", "Removes an event; its time is open at once.", event_remove),
    { .name = "vacation add",
      .group = GROUP_CALENDAR,
      .summary = "Closes an inspector's days, or hours, for a vacation.",
      .operands = "",
      .with = CHANGES | WITH_TIMES,
      .notes = "Whole days with --from and --to, or moments with --datetime and --endtime.",
      .run = request_run,
      .request = &vacation_add },
    { .name = "vacation change",
      .group = GROUP_CALENDAR,
      .summary = "Changes a vacation's time, inspector or title.",
      .operands = "ID",
      .n_operands = 1,
      .with = CHANGES | WITH_VERSION | WITH_TIMES,
      .run = request_run,
      .request = &vacation_change },
    REMOVE("vacation", "Removes a vacation; its days are open at once.", vacation_remove),
    { .name = "hold make",
      .group = GROUP_BOOKING,
      .summary = "Holds a time while somebody makes up their mind.",
      .operands = "",
      OPTIONS({ "datetime", "TIME", "start: 2026-11-30T08:00 (company's zone) or with an offset",
                false },
              { "inspector", "ID", "the inspector, default any: the best one", false },
              { "inspectors", "A,B", "several inspectors, the lead first", false },
              { "kind", "checkout|quote", "minutes (default) or hours, by the settings", false },
              { "brand", "ID", "the brand, default the company's first", false }),
      .with = CHANGES | WITH_VISIT | WITH_HOUSE,
      .notes = "The token is what `book --hold` takes.",
      .run = request_run,
      .request = &hold_take },
    { .name = "hold show",
      .group = GROUP_BOOKING,
      .summary = "Shows a hold.",
      .operands = "HOLD",
      .n_operands = 1,
      .with = ASKS,
      .notes = "HOLD is a token or an _id, here and everywhere.",
      .run = request_run,
      .request = &hold_show },
    { .name = "hold list",
      .group = GROUP_BOOKING,
      .summary = "Lists the holds that are live.",
      .operands = "",
      .with = ASKS,
      .run = request_run,
      .request = &hold_list },
    { .name = "hold change",
      .group = GROUP_BOOKING,
      .summary = "Extends a hold, or moves it in one step.",
      .operands = "HOLD",
      .n_operands = 1,
      OPTIONS({ "extend", NULL, "as long again from now, up to the cap", false },
              { "datetime", "TIME",
                "new start: 2026-11-30T08:00 (company's zone) or with an offset", false },
              { "inspector", "ID", "another inspector, or any", false },
              { "inspectors", "A,B", "other inspectors, the lead first", false }),
      .with = CHANGES | WITH_VISIT,
      .run = request_run,
      .request = &hold_change },
    { .name = "hold release",
      .group = GROUP_BOOKING,
      .summary = "Ends a hold; its time is free at once.",
      .operands = "HOLD",
      .n_operands = 1,
      .with = CHANGES | WITH_REASON,
      .run = request_run,
      .request = &hold_release },
};

const struct command_table commands_of_absences = { commands,
                                                    sizeof commands / sizeof commands[0] };
