/* What is said about commands on the terminal: the overview, a family, one command. */
#include "cli.h"

#include <string.h>

enum { LEFT_COLUMNS = 30, HELP_COLUMNS = 100, LINE_CHARS_MAX = 54 };

/* Words from column `from` on, broken before column HELP_COLUMNS. */
static void put_wrapped(struct buf *out, const char *text, size_t from)
{
    size_t column = from;
    for (const char *word = text; *word != '\0';) {
        const size_t len = strcspn(word, " \n");
        if (column > from && column + len >= HELP_COLUMNS) {
            buf_print(out, "\n%*s", (int)from, "");
            column = from;
        }
        buf_print(out, "%s%.*s", column > from ? " " : "", (int)len, word);
        column += len + (column > from ? 1 : 0);
        word += len + strspn(word + len, " \n");
    }
    buf_add_char(out, '\n');
}

static void put_option(struct buf *out, const struct option_spec *o)
{
    struct buf left = { 0 };
    struct buf text = { 0 };
    buf_print(&left, "  --%s%s%s", o->name, o->value != NULL ? " " : "",
              o->value != NULL ? o->value : "");
    buf_print(&text, "%s%s", o->help, o->is_required ? " (required)" : "");
    buf_add_char(&text, '\0');
    if (left.len + 1 < LEFT_COLUMNS)
        buf_print(out, "%-*.*s", LEFT_COLUMNS, STR_ARG(buf_view(&left)));
    else
        buf_print(out, "%.*s\n%*s", STR_ARG(buf_view(&left)), LEFT_COLUMNS, "");
    put_wrapped(out, text.own_at, LEFT_COLUMNS);
    buf_drop(&left);
    buf_drop(&text);
}

void help_command(struct buf *out, const struct command_spec *command)
{
    static const struct option_spec help = { "help", NULL, "this text", false };
    const struct option_spec *o;
    buf_print(out, "Usage: interlock %s", command->name);
    for (size_t i = 0; (o = command_option(command, i)) != NULL; i++) {
        if (o->is_required)
            buf_print(out, " --%s %s", o->name, o->value);
    }
    buf_print(out, " [options]%s%s\n\n%s\n\nOptions:\n", command->operands[0] != '\0' ? " " : "",
              command->operands, command->summary);
    for (size_t i = 0; (o = command_option(command, i)) != NULL; i++)
        put_option(out, o);
    put_option(out, &help);
    if (command->notes != NULL)
        buf_print(out, "\n%s\n", command->notes);
}

/* One line: the summary as far as its first clause, or less where that is long. */
static void put_line(struct buf *out, const struct command_spec *command)
{
    size_t len = strcspn(command->summary, ".:;(\n");
    const size_t comma = strcspn(command->summary, ",");
    if (len > LINE_CHARS_MAX && comma < len)
        len = comma;
    while (len > 0 && command->summary[len - 1] == ' ')
        len--;
    buf_print(out, "  %-22s %.*s\n", command->name, (int)len, command->summary);
}

void help_overview(struct buf *out)
{
    static const enum command_group order[] = { GROUP_BOOKING, GROUP_CALENDAR, GROUP_TROUBLE,
                                                GROUP_PEOPLE,  GROUP_COMPANY,  GROUP_RUNNING };
    const struct command_spec *command;
    buf_print(out, "interlock books people who travel to appointments, and cannot book one of "
                   "them twice.\n\nUsage: interlock COMMAND [options]\n");
    for (size_t g = 0; g < sizeof order / sizeof order[0]; g++) {
        buf_print(out, "\n%s\n", group_title(order[g]));
        for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
            if (command->group == order[g])
                put_line(out, command);
        }
    }
    buf_print(out, "\n`interlock help COMMAND` explains each. Commands work beside a running "
                   "server, or on the file\nwhen none runs. Exit codes: 0 done, 1 failed, 2 wrong "
                   "usage, 4 refused by a conflict or rule,\n5 not found, 6 findings present.\n");
}

bool help_family(struct buf *out, const char *word)
{
    const struct command_spec *command;
    const size_t len = strlen(word);
    const size_t before = out->len;
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        if (strncmp(command->name, word, len) == 0 && command->name[len] == ' ')
            put_line(out, command);
    }
    return out->len > before;
}
