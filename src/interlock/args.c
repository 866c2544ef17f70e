/* Arguments: --name VALUE, --name=VALUE, flags and operands. */
#include "cli.h"

#include <stdarg.h>
#include <string.h>

void complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("interlock: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

/* ---- options ---- */

static const struct {
    enum common_options with;
    struct option_spec option;
} common[] = {
    { WITH_VISIT, { "services", "A,B", "services of the visit, by _id; or use --minutes", false } },
    { WITH_VISIT,
      { "minutes", "N", "length of the visit in minutes, instead of services", false } },
    { WITH_WINDOW, { "from", "DATE", "first day, default today in the company's zone", false } },
    { WITH_WINDOW, { "days", "N", "how many days, default 14, at most 62", false } },
    { WITH_WINDOW, { "inspectors", "A,B", "only these inspectors, default all", false } },
    { WITH_SEARCH, { "requested-inspector", "ID", "ranked first, default nobody", false } },
    { WITH_SEARCH,
      { "inspector-count", "N",
        "inspectors per visit, default what the services "
        "need",
        false } },
    { WITH_SEARCH,
      { "group", "inspector|time", "one line per inspector (default) or per start", false } },
    { WITH_SEARCH, { "order", "optimal|time", "default time; with --json optimal", false } },
    { WITH_SEARCH, { "limit", "N", "most slots, default 200, at most 2000", false } },
    { WITH_SEARCH,
      { "exclude-overlapping", "true|false", "false keeps slots over what is taken, default true",
        false } },
    { WITH_SEARCH, { "reschedule", "ORDER", "an order whose own time counts as free", false } },
    { WITH_TIMES, { "from", "DATE", "first whole day (vacations only)", false } },
    { WITH_TIMES, { "to", "DATE", "last whole day (vacations only)", false } },
    { WITH_TIMES,
      { "datetime", "TIME",
        "start: 2026-11-30T08:00 (company's zone) or with an "
        "offset",
        false } },
    { WITH_TIMES, { "endtime", "TIME", "end, written as the start", false } },
    { WITH_TIMES, { "inspector", "ID", "whose time it is", false } },
    { WITH_TIMES, { "title", "TEXT", "what it is, at most 200 characters", false } },
    { WITH_TIMES,
      { "affected", "refuse|open",
        "orders in the way: refuse (default) and list them, or close the time at once "
        "and make each a conflict",
        false } },
    { WITH_HOUSE, { "lat", "DEG", "the property's latitude, degrees north", false } },
    { WITH_HOUSE, { "lng", "DEG", "the property's longitude, degrees east", false } },
    { WITH_HOUSE, { "square-feet", "N", "the property's size in square feet", false } },
    { WITH_HOUSE, { "year-built", "YEAR", "the year the property was built", false } },
    { WITH_CLIENT, { "address", "TEXT", "the property's address", false } },
    { WITH_CLIENT, { "name", "TEXT", "the client's name", false } },
    { WITH_CLIENT, { "email", "TEXT", "the client's mail address", false } },
    { WITH_CLIENT, { "phone", "TEXT", "the client's telephone number", false } },
    { WITH_CLIENT, { "notes", "TEXT", "notes for the inspector", false } },
    { WITH_OVERRIDE,
      { "override", "RULE,...",
        "rules to override, such as overlap,outside_hours; "
        "needs --reason",
        false } },
    { WITH_REASON, { "reason", "TEXT", "why, for the changelog", false } },
    { WITH_VERSION,
      { "version", "N",
        "the version that is changed; exit 4 when another stands; "
        "default the one that stands",
        false } },
    { WITH_BODY,
      { "body", "FILE",
        "the request as JSON from a file, - is standard input: for "
        "fields without an option; options come on top",
        false } },
    { WITH_PAGES,
      { "cursor", "TEXT", "where the page before ended, default the beginning", false } },
    { WITH_PAGES, { "all", NULL, "all pages, as one", false } },
    { WITH_DRY_RUN, { "dry-run", NULL, "say what would happen and keep nothing", false } },
    { WITH_COMPANY, { "db", "FILE", "database file; a server may be running on it", true } },
    { WITH_COMPANY, { "company", "ID", "the company's _id", true } },
    { WITH_JSON, { "json", NULL, "machine output: exactly the API's object", false } },
};

const struct option_spec *command_option(const struct command_spec *command, size_t i)
{
    size_t at = command->n_options;
    if (i < at)
        return &command->options[i];
    for (size_t k = 0; k < sizeof common / sizeof common[0]; k++) {
        if ((command->with & (unsigned)common[k].with) != 0 && at++ == i)
            return &common[k].option;
    }
    return NULL;
}

static const struct option_spec *option_find(const struct command_spec *command, const char *text,
                                             size_t len, size_t *ret_at)
{
    const struct option_spec *option;
    for (size_t i = 0; (option = command_option(command, i)) != NULL; i++) {
        if (strlen(option->name) == len && memcmp(option->name, text, len) == 0) {
            *ret_at = i;
            return option;
        }
    }
    return NULL;
}

static bool usage_error(const struct command_spec *command, const char *what, const char *which)
{
    complain("%s %s; see `interlock %s --help`", what, which, command->name);
    return false;
}

/* A file's name may be any bytes; everything else is text that others will read. */
static bool take_value(const struct command_spec *command, const struct option_spec *option,
                       const char *value, const char **ret)
{
    if (strcmp(option->value, "FILE") != 0 && !str_is_utf8(str_from(value)))
        return usage_error(command, "a value is not UTF-8, of the option", option->name);
    *ret = value;
    return true;
}

static bool take_option(const struct command_spec *command, int argc, char **argv, int *at,
                        struct args *ret)
{
    const char *text = argv[*at] + 2;
    const char *equals = strchr(text, '=');
    const size_t len = equals != NULL ? (size_t)(equals - text) : strlen(text);
    size_t index;
    const struct option_spec *option = option_find(command, text, len, &index);
    if (option == NULL)
        return usage_error(command, "unknown option", argv[*at]);
    if (ret->values[index] != NULL)
        return usage_error(command, "option given twice:", argv[*at]);
    if (option->value == NULL) {
        if (equals != NULL)
            return usage_error(command, "this option takes no value:", argv[*at]);
        ret->values[index] = "";
        return true;
    }
    if (equals != NULL)
        return take_value(command, option, equals + 1, &ret->values[index]);
    if (*at + 1 >= argc)
        return usage_error(command, "a value is missing after", argv[*at]);
    return take_value(command, option, argv[++*at], &ret->values[index]);
}

static bool nothing_is_missing(const struct command_spec *command, const struct args *args)
{
    const struct option_spec *option;
    for (size_t i = 0; (option = command_option(command, i)) != NULL; i++) {
        if (option->is_required && args->values[i] == NULL) {
            char name[40];
            (void)snprintf(name, sizeof name, "--%s", option->name);
            return usage_error(command, "an option is missing:", name);
        }
    }
    if (args->n_operands + command->n_optional < command->n_operands)
        return usage_error(command, "an argument is missing:", command->operands);
    return true;
}

bool args_parse(const struct command_spec *command, int argc, char **argv, struct args *ret,
                bool *ret_done)
{
    *ret = (struct args){ .command = command };
    *ret_done = false;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            struct buf out = { 0 };
            help_command(&out, command);
            (void)printf("%.*s", STR_ARG(buf_view(&out)));
            buf_drop(&out);
            *ret_done = true;
            return true;
        }
        if (strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(command, argc, argv, &i, ret))
                return false;
        } else if (ret->n_operands < command->n_operands) {
            ret->operands[ret->n_operands++] = argv[i];
        } else {
            return usage_error(command, "one argument too many:", argv[i]);
        }
    }
    return nothing_is_missing(command, ret);
}

const char *args_get(const struct args *args, const char *name)
{
    size_t at;
    return option_find(args->command, name, strlen(name), &at) == NULL ? NULL : args->values[at];
}

bool args_has(const struct args *args, const char *name)
{
    return args_get(args, name) != NULL;
}

bool args_whole(const struct args *args, const char *name, int64_t min, int64_t max, int64_t *ret)
{
    const char *text = args_get(args, name);
    int64_t value;
    if (text == NULL)
        return true;
    if (!str_to_int(str_from(text), &value) || value < min || value > max) {
        complain("--%s must be a whole number from %lld to %lld, not %s", name, (long long)min,
                 (long long)max, text);
        return false;
    }
    *ret = value;
    return true;
}
