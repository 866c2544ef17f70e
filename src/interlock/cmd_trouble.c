/* What stands though it should not, what waits, and what happened. */
#include "ask.h"

#define SAYS_CONFLICT \
    "conflict {conflict._id} of {conflict._inspectorId}: {conflict.state}, {conflict.note}"

static const struct request_spec conflicts = {
    .method = "GET",
    .path = "/conflicts",
    .pages = "conflicts",
    .view = { .tables = { { .list = "conflicts",
                            .none = "There are no conflicts in that state.",
                            COLUMNS({ "CONFLICT", "_id" }, { "INSPECTOR", "_inspectorId" },
                                    { "STATE", "state" }, { "CAUSE", "cause" },
                                    { "ORDER", "a.orderNumber|a.kind" }, { "WHEN", "a.@when" },
                                    { "OVER", "b.orderNumber|b.kind" }, { "WHEN", "b.@when" },
                                    { "NOTE", "note|reason" }) },
                          { .list = "conflicts/replacements/slots",
                            COLUMNS({ "CONFLICT", "^^_id" }, { "ORDER", "^orderNumber" },
                                    { "COULD GO TO", "@when" },
                                    { "INSPECTORS", "inspectors" }) } } },
};

static const struct request_spec acknowledge = {
    .method = "POST",
    .path = "/conflicts/{}/acknowledge",
    .view = { .says = "Acknowledged " SAYS_CONFLICT },
};

static const struct request_spec resolve = {
    .method = "POST",
    .path = "/conflicts/{}/resolve",
    .view = { .says = "Resolved " SAYS_CONFLICT },
};

static const struct request_spec unplaced = {
    .method = "GET",
    .path = "/unplaced",
    .pages = "unplaced",
    .view = { .tables = { { .list = "unplaced",
                            .none = "Everything that arrived is linked to an inspector.",
                            COLUMNS({ "ID", "_id" }, { "WHEN", "@when" }, { "FROM", "system" },
                                    { "WHY", "why" }) } } },
};

static const struct request_spec changes = {
    .method = "GET",
    .path = "/changes",
    .view = { .says = "Up to {next} of {asOfSeq}",
              .tables = { { .list = "changes",
                            .none = "Nothing has happened since.",
                            COLUMNS({ "SEQ", "seq" }, { "AT", "at" }, { "WHAT", "kind" },
                                    { "CHANNEL", "channel" },
                                    { "ORDER", "what.inspections.0.orderNumber" },
                                    { "STATUS", "what.inspections.0.status" }) } } },
};

#define CONFLICTS(called)                                                                          \
    {                                                                                              \
        .name = called, .group = GROUP_TROUBLE,                                                    \
        .summary = "Lists overlaps that stand: what was admitted, or had already happened.",       \
        .operands = "",                                                                            \
        OPTIONS({ "state", "STATE", "open (default), acknowledged, accepted or resolved", false }, \
                { "replacements", NULL, "with each, where its orders could go: the nearest times", \
                  false }),                                                                        \
        .with = ASKS | WITH_PAGES, .run = request_run, .request = &conflicts                       \
    }

static const struct command_spec commands[] = {
    CONFLICTS("conflicts"),
    CONFLICTS("conflicts list"),
    { .name = "conflict acknowledge",
      .group = GROUP_TROUBLE,
      .summary = "Says that somebody has seen a conflict.",
      .operands = "CONFLICT",
      .n_operands = 1,
      OPTIONS({ "note", "TEXT", "what is being done about it", false }),
      .with = CHANGES,
      .run = request_run,
      .request = &acknowledge },
    { .name = "conflict resolve",
      .group = GROUP_TROUBLE,
      .summary = "Lets the two of a conflict stand, with the reason.",
      .operands = "CONFLICT",
      .n_operands = 1,
      OPTIONS({ "note", "TEXT", "why the two may stand", false }),
      .with = CHANGES,
      .notes = "Moving or cancelling one of the two ends the conflict by itself.",
      .run = request_run,
      .request = &resolve },
    { .name = "unplaced",
      .group = GROUP_TROUBLE,
      .summary = "Lists what arrived from other systems and is linked to no inspector yet.",
      .operands = "",
      .with = ASKS | WITH_PAGES,
      .run = request_run,
      .request = &unplaced },
    { .name = "changes",
      .group = GROUP_TROUBLE,
      .summary = "Lists what happened after a seq, from the journal.",
      .operands = "",
      OPTIONS({ "after", "SEQ", "the last one that is known, default 0", false },
              { "limit", "N", "most changes, default 100", false }),
      .with = ASKS,
      .run = request_run,
      .request = &changes },
};

const struct command_table commands_of_trouble = { commands, sizeof commands / sizeof commands[0] };
