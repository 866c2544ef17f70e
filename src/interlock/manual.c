/* Manual pages and docs/cli.md, from the same texts as --help. */
#include "cli.h"

#include <string.h>

/* ---- man(7) ---- */

/* A hyphen is a minus, a backslash itself, and no line of text begins with a request. */
static void put_roff(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        const bool begins = out->len == 0 || out->own_at[out->len - 1] == '\n';
        if (begins && (*text == '.' || *text == '\''))
            buf_print(out, "\\&");
        if (*text == '-')
            buf_print(out, "\\-");
        else if (*text == '\\')
            buf_print(out, "\\e");
        else
            buf_add_char(out, *text);
    }
}

static void put_title(struct buf *out, const char *name, const char *summary)
{
    buf_print(out, ".TH ");
    for (const char *c = name; *c != '\0'; c++)
        buf_add_char(out, (char)(*c >= 'a' && *c <= 'z' ? *c - 'a' + 'A' : *c));
    buf_print(out, " 1 \"\" \"interlock %s\" \"User Commands\"\n.SH NAME\n", interlock_version);
    put_roff(out, name);
    buf_print(out, " \\- ");
    put_roff(out, summary);
    buf_add_char(out, '\n');
}

/* "inspection show" -> "interlock-inspection-show". */
static struct str page_name(struct arena *arena, const char *command)
{
    const struct str name = str_print(arena, "interlock-%s", command);
    char *at = arena_array(arena, char, name.len + 1);
    for (size_t i = 0; i <= name.len; i++)
        at[i] = (char)(name.at[i] == ' ' ? '-' : name.at[i]);
    return (struct str){ at, name.len };
}

static struct str summary_line(struct arena *arena, const struct command_spec *command)
{
    const struct str text = str_copy(arena, str_from(command->summary));
    char *at = arena_array(arena, char, text.len + 1);
    for (size_t i = 0; i <= text.len; i++)
        at[i] = (char)(text.at[i] == '\n' ? ' ' : text.at[i]);
    return (struct str){ at, text.len };
}

static void put_exit_codes(struct buf *out)
{
    buf_print(out, ".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage, 4 refused by a conflict or "
                   "rule, 5 not found, 6 findings present.\n");
}

void manual_command(struct buf *out, const struct command_spec *command)
{
    struct arena arena = arena_make(1 << 20);
    const struct option_spec *o;
    put_title(out, page_name(&arena, command->name).at, summary_line(&arena, command).at);
    buf_print(out, ".SH SYNOPSIS\n.B interlock %s\n", command->name);
    for (size_t i = 0; (o = command_option(command, i)) != NULL; i++) {
        if (o->is_required)
            buf_print(out, "\\-\\-%s \\fI%s\\fR\n", o->name, o->value);
    }
    buf_print(out, "[options] %s\n.SH OPTIONS\n", command->operands);
    for (size_t i = 0; (o = command_option(command, i)) != NULL; i++) {
        buf_print(out, ".TP\n\\fB\\-\\-");
        put_roff(out, o->name);
        buf_print(out, "\\fR%s", o->value != NULL ? " \\fI" : "");
        if (o->value != NULL)
            put_roff(out, o->value);
        buf_print(out, "%s\n", o->value != NULL ? "\\fR" : "");
        put_roff(out, o->help);
        buf_print(out, "%s\n", o->is_required ? " (required)" : "");
    }
    if (command->notes != NULL) {
        buf_print(out, ".SH NOTES\n.nf\n");
        put_roff(out, command->notes);
        buf_print(out, "\n.fi\n");
    }
    put_exit_codes(out);
    buf_print(out, ".SH SEE ALSO\n.BR interlock (1)\n");
    arena_drop(&arena);
}

void manual_overview(struct buf *out)
{
    struct arena arena = arena_make(1 << 20);
    const struct command_spec *command;
    put_title(out, "interlock", "books people who travel to appointments, and none of them twice");
    buf_print(out, ".SH SYNOPSIS\n.B interlock\n\\fICOMMAND\\fR [options]\n.SH COMMANDS\n");
    for (int g = 0; g < COMMAND_GROUPS; g++) {
        buf_print(out, ".SS ");
        put_roff(out, group_title((enum command_group)g));
        buf_add_char(out, '\n');
        for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
            if (command->group != (enum command_group)g)
                continue;
            buf_print(out, ".TP\n.BR ");
            put_roff(out, page_name(&arena, command->name).at);
            buf_print(out, " (1)\n");
            put_roff(out, summary_line(&arena, command).at);
            buf_add_char(out, '\n');
        }
    }
    put_exit_codes(out);
    arena_drop(&arena);
}

/* ---- Markdown ---- */

void manual_markdown(struct buf *out)
{
    const struct command_spec *command;
    buf_print(out, "# Commands\n\nWritten by `interlock man --markdown`: what `interlock help "
                   "COMMAND` says, in one place.\n\n```\n");
    help_overview(out);
    buf_print(out, "```\n");
    for (int g = 0; g < COMMAND_GROUPS; g++) {
        buf_print(out, "\n## %s\n", group_title((enum command_group)g));
        for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
            if (command->group != (enum command_group)g)
                continue;
            buf_print(out, "\n### interlock %s\n\n```\n", command->name);
            help_command(out, command);
            buf_print(out, "```\n");
        }
    }
}
