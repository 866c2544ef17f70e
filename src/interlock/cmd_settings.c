/* A company's configuration, one thing at a time. */
#include "ask.h"

#include <jansson.h>
#include <stdlib.h>

/* A setting reads as in the company's document: what is shown can be edited and sent back. */
static void print_setting(const struct json_t *root)
{
    char *text = json_dumps(json_object_get(root, "setting"), JSON_INDENT(2));
    if (text != NULL)
        (void)puts(text);
    else
        (void)puts("Done");
    free(text);
}

static const struct request_spec list = {
    .method = "GET",
    .path = "/settings/{}",
    .pages = "settings",
    .view = { .tables = { { .list = "settings",
                            .none = "There are none of that kind.",
                            COLUMNS({ "ID", "_id" }, { "NAME", "name|date" },
                                    { "INSPECTOR", "_inspectorId" },
                                    { "VERSION", "version" }) } } },
};

static const struct request_spec show = {
    .method = "GET",
    .path = "/settings/{}/{}",
    .view = { .print = print_setting },
};

static const struct request_spec add = {
    .method = "POST",
    .path = "/settings/{}",
    .body_is_last_operand = true,
    .view = { .print = print_setting },
};

static const struct request_spec set = {
    .method = "PATCH",
    .path = "/settings/{}/{}",
    .stands_path = "/settings/{}/{}",
    .stands_at = "setting.version",
    .view = { .print = print_setting },
};

static const struct request_spec replace = {
    .method = "PUT",
    .path = "/settings/{}/{}",
    .stands_path = "/settings/{}/{}",
    .stands_at = "setting.version",
    .view = { .print = print_setting },
};

static const struct request_spec remove_one = {
    .method = "DELETE",
    .path = "/settings/{}/{}",
    .stands_path = "/settings/{}/{}",
    .stands_at = "setting.version",
    .view = { .says = "Removed" },
};

static const struct request_spec services = {
    .method = "GET",
    .path = "/services",
    .view = { .tables = { { .list = "services",
                            .none = "There are no services.",
                            COLUMNS({ "SERVICE", "_id" }, { "NAME", "name" }, { "TYPE", "type" },
                                    { "MINUTES", "minutes" }, { "PRICE", "@money" },
                                    { "INSPECTORS", "inspectors" }) } } },
};

static const struct request_spec brand = {
    .method = "GET",
    .path = "/brand/public",
    .view = { .says = "{brand.name} ({brand._id}) of {company.name}, times in {timezone}, "
                      "booked from {firstDate} to {lastDate}",
              .tables = { { .list = "services",
                            .none = "There are no services.",
                            COLUMNS({ "SERVICE", "_id" }, { "NAME", "name" }, { "TYPE", "type" },
                                    { "MINUTES", "minutes" }, { "PRICE", "@money" }) } } },
};

static const char kinds[] = "KIND is brands, services, inspectors, areas, openings or holidays.";

static const struct command_spec commands[] = {
    { .name = "services",
      .summary = "Lists what can be booked: minutes and price.",
      .operands = "",
      .with = ASKS,
      .run = request_run,
      .request = &services },
    { .name = "brand",
      .summary = "Shows what a brand tells the public: its services, prices and booking rules.",
      .operands = "",
      OPTIONS({ "brand", "ID", "the brand, default the company's first", false }),
      .with = ASKS,
      .run = request_run,
      .request = &brand },
    { .name = "settings list",
      .summary = "Lists what a company is configured with: brands, services, inspectors, areas, "
                 "openings or holidays.",
      .operands = "KIND",
      .n_operands = 1,
      .with = ASKS | WITH_PAGES,
      .notes = kinds,
      .run = request_run,
      .request = &list },
    { .name = "settings show",
      .summary = "Shows one thing of the configuration, or the company itself, as in the document.",
      .operands = "KIND [ID]",
      .n_operands = 2,
      .n_optional = 1,
      .with = ASKS,
      .notes =
          "KIND is company, without an ID; or brands, services, inspectors, areas, openings or\n"
          "holidays, with one.",
      .run = request_run,
      .request = &show },
    { .name = "settings add",
      .summary = "Adds one thing to the configuration: a brand, service, inspector, area, opening "
                 "or holiday.",
      .operands = "KIND FILE",
      .n_operands = 2,
      .with = ASKS | WITH_DRY_RUN,
      .notes = "FILE (- for standard input) is the thing as JSON, as in the company's document.\n"
               "KIND is brands, services, inspectors, areas, openings or holidays.",
      .run = request_run,
      .request = &add },
    { .name = "settings set",
      .summary = "Changes what --body names of one thing; the rest stays.",
      .operands = "KIND [ID]",
      .n_operands = 2,
      .n_optional = 1,
      .with = CHANGES | WITH_VERSION,
      .notes =
          "A field that is null is removed. KIND is company, without an ID; or brands, services,\n"
          "inspectors, areas, openings or holidays, with one.",
      .run = request_run,
      .request = &set },
    { .name = "settings replace",
      .summary = "Makes one thing what --body says, as an import of it does.",
      .operands = "KIND [ID]",
      .n_operands = 2,
      .n_optional = 1,
      .with = CHANGES | WITH_VERSION,
      .notes = "What --body does not name is as if it had never been said, but for the `settings`\n"
               "of a company or brand, which are laid over what is there. KIND as with set.",
      .run = request_run,
      .request = &replace },
    { .name = "settings remove",
      .summary = "Removes one thing of the configuration.",
      .operands = "KIND ID",
      .n_operands = 2,
      .with = CHANGES | WITH_VERSION,
      .notes = kinds,
      .run = request_run,
      .request = &remove_one },
};

const struct command_table commands_of_settings = { commands,
                                                    sizeof commands / sizeof commands[0] };
