/* Orders: booked, looked at, moved, and the steps of their status. */
#include "ask.h"

#define SAYS_ORDER                                                                  \
    "order {inspection.orderNumber}: {inspection.@when}, {inspection.inspectors}, " \
    "{inspection.status}, version {inspection.version}"

static const char stands_path[] = "/inspection/{}";
static const char stands_at[] = "inspection.version";

static const struct request_spec book = {
    .method = "POST",
    .path = "/inspection/book-job",
    .any_inspector = true,
    .view = { .says = "Booked " SAYS_ORDER },
};

static const struct request_spec create_job = {
    .method = "POST",
    .path = "/spectora/create-job",
    .any_inspector = true,
    .view = { .says = "Booked " SAYS_ORDER ", for Spectora: {spectora.state}" },
};

static const struct request_spec show = {
    .method = "GET",
    .path = "/inspection/{}",
    .view = { .tables = { { .is_facts = true,
                            COLUMNS(
                                { "Order", "inspection.orderNumber" }, { "Id", "inspection._id" },
                                { "When", "inspection.@when" }, { "Zone", "inspection.timezone" },
                                { "Inspectors", "inspection.inspectors" },
                                { "Status", "inspection.status" },
                                { "Locked", "inspection.locked" },
                                { "Services", "inspection.services" },
                                { "Price", "inspection.price.@money" },
                                { "Address", "inspection.property.address" },
                                { "Client", "inspection.client.name" },
                                { "Email", "inspection.client.email" },
                                { "Phone", "inspection.client.phone" },
                                { "Notes", "inspection.notes" }, { "Brand", "inspection.brand" },
                                { "Booked from", "inspection.scheduledLocation" },
                                { "Booked at", "inspection.createdAt" },
                                { "Version", "inspection.version" }) } } },
};

static const struct request_spec changelog = {
    .method = "GET",
    .path = "/inspection/{}/changelog",
    .view = { .tables = { { .list = "entries",
                            COLUMNS({ "SEQ", "seq" }, { "AT", "at" }, { "WHAT", "what" },
                                    { "BY", "by.key" }, { "CHANNEL", "by.channel" },
                                    { "WHEN", "to.@when" }, { "INSPECTORS", "to.inspectors" },
                                    { "STATUS", "to.status" }, { "REASON", "reason|note" }) } } },
};

static const struct request_spec search = {
    .method = "GET",
    .path = "/inspections",
    .pages = "inspections",
    .view = { .tables = { { .list = "inspections",
                            .none = "No orders match.",
                            COLUMNS({ "ORDER", "orderNumber" }, { "WHEN", "@when" },
                                    { "INSPECTORS", "inspectors" }, { "STATUS", "status" },
                                    { "CLIENT", "client.name" },
                                    { "ADDRESS", "property.address" }) } } },
};

static const struct request_spec reschedule = {
    .method = "POST",
    .path = "/inspection/{}/reschedule",
    .stands_path = stands_path,
    .stands_at = stands_at,
    .view = { .says = "Rescheduled " SAYS_ORDER },
};

static const struct request_spec reassign = {
    .method = "POST",
    .path = "/inspection/{}/reassign",
    .stands_path = stands_path,
    .stands_at = stands_at,
    .view = { .says = "Reassigned " SAYS_ORDER },
};

static const struct request_spec amend = {
    .method = "PATCH",
    .path = "/inspection/{}",
    .stands_path = stands_path,
    .stands_at = stands_at,
    .view = { .says = "Amended " SAYS_ORDER },
};

static const struct request_spec move = {
    .method = "POST",
    .path = "/reassignments",
    .body_is_last_operand = true,
    .view = { .says = "Moved, all of them:",
              .tables = { { .list = "inspections",
                            COLUMNS({ "ORDER", "orderNumber" }, { "WHEN", "@when" },
                                    { "INSPECTORS", "inspectors" }, { "STATUS", "status" },
                                    { "VERSION", "version" }) } } },
};

/* Steps of the status machine differ in their words alone. */
#define STEP(word, done)                                                              \
    &(const struct request_spec)                                                      \
    {                                                                                 \
        .method = "POST", .path = "/inspection/{}/" word, .stands_path = stands_path, \
        .stands_at = stands_at, .view = {                                             \
            .says = done " " SAYS_ORDER                                               \
        }                                                                             \
    }

static const char order_operand[] = "ORDER";

enum {
    STEPS = CHANGES | WITH_VERSION | WITH_REASON,
    MOVES = STEPS | WITH_OVERRIDE,
};

#define STEP_COMMAND(word, says, done, options)                                          \
    {                                                                                    \
        .name = "inspection " word, .group = GROUP_BOOKING, .summary = says,             \
        .operands = order_operand, .n_operands = 1, .with = options, .run = request_run, \
        .request = STEP(word, done),                                                     \
    }

static const struct command_spec commands[] = {
    { .name = "book",
      .group = GROUP_BOOKING,
      .summary = "Books an inspection, as staff, through the same door as everyone.",
      .operands = "",
      OPTIONS({ "datetime", "TIME", "start: 2026-11-30T08:00 (company's zone) or with an offset",
                false },
              { "endtime", "TIME", "end, instead of what the services take", false },
              { "inspector", "ID", "the inspector, default any: the best one", false },
              { "inspectors", "A,B", "several inspectors, the lead first", false },
              { "hold", "TOKEN", "the hold that is booked", false },
              { "offer", "TOKEN", "the offer that the start was chosen from", false },
              { "brand", "ID", "the brand, default the company's first", false },
              { "status", "unconfirmed|confirmed", "default confirmed", false },
              { "external-ref", "TEXT", "your own reference, unique per key", false },
              { "acknowledge-duplicate", NULL, "book although the address has one nearby", false }),
      .with = CHANGES | WITH_VISIT | WITH_HOUSE | WITH_CLIENT | WITH_OVERRIDE | WITH_REASON,
      .notes = "Needed: --datetime, --services or --minutes, --name and\n"
               "--address; what a hold says need not be said again. Exit code 4 when a rule or\n"
               "another booking is in the way: what it is, and what is free instead, is listed.",
      .run = request_run,
      .request = &book },
    { .name = "create-job",
      .group = GROUP_BOOKING,
      .summary = "Books for a brand that is linked to Spectora; else like book.",
      .operands = "",
      OPTIONS({ "datetime", "TIME", "start: 2026-11-30T08:00 (company's zone) or with an offset",
                false },
              { "inspector", "ID", "the inspector, default any: the best one", false },
              { "inspectors", "A,B", "several inspectors, the lead first", false },
              { "hold", "TOKEN", "the hold that is booked", false },
              { "brand", "ID", "the brand, default the company's first", false },
              { "external-ref", "TEXT", "your own reference, unique per key", false },
              { "acknowledge-duplicate", NULL, "book although the address has one nearby", false }),
      .with = CHANGES | WITH_VISIT | WITH_HOUSE | WITH_CLIENT | WITH_OVERRIDE | WITH_REASON,
      .run = request_run,
      .request = &create_job },
    { .name = "inspections",
      .group = GROUP_BOOKING,
      .summary = "Lists and searches orders.",
      .operands = "",
      OPTIONS(
          { "query", "TEXT", "words of the order number, a reference, the address or the client",
            false },
          { "from", "DATE", "only what starts on this day or later", false },
          { "to", "DATE", "only what starts on this day or earlier", false },
          { "status", "STATUS", "unconfirmed, confirmed, completed, no_show or cancelled", false },
          { "inspector", "ID", "only this inspector's", false },
          { "order", "newest|time", "the last booked first (default), or by start", false },
          { "limit", "N", "most orders of a page, default 50, at most 200", false }),
      .with = ASKS | WITH_PAGES,
      .run = request_run,
      .request = &search },
    { .name = "inspection show",
      .group = GROUP_BOOKING,
      .summary = "Shows an order.",
      .operands = order_operand,
      .n_operands = 1,
      .with = ASKS,
      .notes = "ORDER is an order number or an _id, here and everywhere.",
      .run = request_run,
      .request = &show },
    { .name = "inspection changelog",
      .group = GROUP_TROUBLE,
      .summary = "Shows what was done to an order: what, when, by whom, from where.",
      .operands = order_operand,
      .n_operands = 1,
      .with = ASKS,
      .run = request_run,
      .request = &changelog },
    { .name = "inspection reschedule",
      .group = GROUP_BOOKING,
      .summary = "Moves an order to another time: the old one is freed and the new one taken in "
                 "one step.",
      .operands = order_operand,
      .n_operands = 1,
      OPTIONS({ "datetime", "TIME",
                "new start: 2026-11-30T08:00 (company's zone) or with an offset", false },
              { "inspector", "ID", "another inspector, or any; default the same", false },
              { "inspectors", "A,B", "other inspectors, the lead first", false },
              { "hold", "TOKEN", "the hold that is taken", false },
              { "offer", "TOKEN", "the offer that the start was chosen from", false }),
      .with = MOVES | WITH_VISIT,
      .run = request_run,
      .request = &reschedule },
    { .name = "inspection reassign",
      .group = GROUP_BOOKING,
      .summary = "Gives an order to other inspectors at the same time.",
      .operands = order_operand,
      .n_operands = 1,
      OPTIONS({ "inspector", "ID", "the new inspector, or any for the best one", false },
              { "inspectors", "A,B", "several inspectors, the lead first", false }),
      .with = MOVES,
      .run = request_run,
      .request = &reassign },
    { .name = "inspection amend",
      .group = GROUP_BOOKING,
      .summary = "Changes what an order is for: its house, services, client or notes.",
      .operands = order_operand,
      .n_operands = 1,
      OPTIONS({ "services", "A,B", "the services from now on, by _id", false }),
      .with = MOVES | WITH_HOUSE | WITH_CLIENT,
      .notes =
          "What is not named stays. The time that it takes is judged anew: exit code 4 when it\n"
          "no longer fits.",
      .run = request_run,
      .request = &amend },
    STEP_COMMAND("confirm", "Confirms an unconfirmed order.", "Confirmed", STEPS),
    STEP_COMMAND("cancel", "Cancels an order; its time is free at once.", "Cancelled", STEPS),
    STEP_COMMAND("complete", "Says that an order's work is done.", "Completed", STEPS),
    STEP_COMMAND("no-show", "Says that nobody was there.", "No show:", STEPS),
    STEP_COMMAND("restore",
                 "Brings an order back: after a cancel, if its time is still free; a complete or "
                 "no-show is taken back.",
                 "Restored", MOVES),
    STEP_COMMAND("lock", "Locks an order against being moved or reassigned.", "Locked", STEPS),
    STEP_COMMAND("unlock", "Lets a locked order be moved again.", "Unlocked", STEPS),
    { .name = "move",
      .group = GROUP_BOOKING,
      .summary = "Moves many orders at once, all or none.",
      .operands = "FILE",
      .n_operands = 1,
      .with = ASKS | WITH_DRY_RUN | WITH_OVERRIDE | WITH_REASON,
      .notes = "FILE (- for standard input) is the JSON of POST /reassignments:\n"
               "  {\"moves\": [{\"_id\": ORDER, \"version\": N, \"datetime\": TIME, "
               "\"_inspectorId\": ID}]}\n"
               "Each is judged on what the moves before it leave, so two may change places.",
      .run = request_run,
      .request = &move },
};

const struct command_table commands_of_orders = { commands, sizeof commands / sizeof commands[0] };
