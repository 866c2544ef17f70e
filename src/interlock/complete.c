/* Completion scripts for shells, from the table of commands: words of commands, then options, then
 * the values that an option names. */
#include "complete.h"

#include <string.h>

/* Quoted for all three shells alike: no text of ours may end the quotes. */
static void put_quoted(struct buf *out, const char *text)
{
    buf_add_char(out, '\'');
    for (; *text != '\0'; text++)
        buf_add_char(out, *text == '\'' ? '`' : *text == '\n' ? ' ' : *text);
    buf_add_char(out, '\'');
}

/* "a|b": the words that an option may have; others are free. */
static bool has_choices(const struct option_spec *option)
{
    return option->value != NULL && strchr(option->value, '|') != NULL;
}

static bool takes_file(const struct option_spec *option)
{
    return option->value != NULL && strcmp(option->value, "FILE") == 0;
}

static void put_choices(struct buf *out, const struct option_spec *option)
{
    for (const char *c = option->value; *c != '\0'; c++)
        buf_add_char(out, *c == '|' ? ' ' : *c);
}

/* ---- bash ---- */

static void bash_command(struct buf *out, const struct command_spec *command)
{
    const struct option_spec *o;
    buf_print(out, "    ['%s']='", command->name);
    for (size_t i = 0; (o = command_option(command, i)) != NULL; i++)
        buf_print(out, "--%s ", o->name);
    buf_print(out, "--help'\n");
}

static void bash_choices(struct buf *out, const struct command_spec *command)
{
    const struct option_spec *o;
    for (size_t i = 0; (o = command_option(command, i)) != NULL; i++) {
        if (!has_choices(o) && !takes_file(o))
            continue;
        buf_print(out, "    ['%s --%s']='", command->name, o->name);
        if (has_choices(o))
            put_choices(out, o);
        else
            buf_print(out, "@file");
        buf_print(out, "'\n");
    }
}

void complete_bash(struct buf *out)
{
    const struct command_spec *command;
    buf_print(out, "# bash completion of interlock, written by `interlock completion bash`\n"
                   "declare -gA _interlock_options=(\n");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        bash_command(out, command);
    buf_print(out, ")\ndeclare -gA _interlock_values=(\n");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        bash_choices(out, command);
    buf_print(
        out, ")\n"
             "_interlock() {\n"
             "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} name words "
             "values\n"
             "    COMPREPLY=()\n"
             "    name=\"${COMP_WORDS[1]} ${COMP_WORDS[2]}\"\n"
             "    (( COMP_CWORD > 2 )) && [[ -v _interlock_options[$name] ]] || "
             "name=${COMP_WORDS[1]}\n"
             "    values=${_interlock_values[\"$name $prev\"]-}\n"
             "    if [[ $values == @file ]]; then\n"
             "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
             "        return\n"
             "    elif [[ $values ]]; then\n"
             "        words=$values\n"
             "    elif (( COMP_CWORD == 1 )); then\n"
             "        words=$(printf '%%s\\n' \"${!_interlock_options[@]}\" | cut -d' ' -f1 | sort "
             "-u)\n"
             "    elif (( COMP_CWORD == 2 )) && [[ $cur != -* ]]; then\n"
             "        words=$(printf '%%s\\n' \"${!_interlock_options[@]}\" | "
             "sed -n \"s/^${COMP_WORDS[1]} //p\")\n"
             "    elif [[ $cur == -* ]]; then\n"
             "        words=${_interlock_options[$name]-}\n"
             "    fi\n"
             "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
             "    [[ ${COMPREPLY[*]} ]] || mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
             "}\n"
             "complete -F _interlock interlock\n");
}

/* ---- zsh ---- */

/* In _arguments a colon and brackets are its own. */
static void zsh_text(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr(":[]\\", *text) != NULL)
            buf_add_char(out, '\\');
        buf_add_char(out, *text == '\'' ? '`' : *text == '\n' ? ' ' : *text);
    }
}

static void zsh_option(struct buf *out, const struct option_spec *o)
{
    buf_print(out, " \\\n            '--%s[", o->name);
    zsh_text(out, o->help);
    buf_add_char(out, ']');
    if (o->value != NULL) {
        buf_add_char(out, ':');
        zsh_text(out, o->value);
        buf_add_char(out, ':');
    }
    if (takes_file(o)) {
        buf_print(out, "_files");
    } else if (has_choices(o)) {
        buf_add_char(out, '(');
        put_choices(out, o);
        buf_add_char(out, ')');
    }
    buf_add_char(out, '\'');
}

static void zsh_command(struct buf *out, const struct command_spec *command)
{
    const struct option_spec *o;
    buf_print(out, "        ('%s')\n            _arguments", command->name);
    for (size_t i = 0; (o = command_option(command, i)) != NULL; i++)
        zsh_option(out, o);
    buf_print(out, " '--help[this text]' '*:file:_files' ;;\n");
}

void complete_zsh(struct buf *out)
{
    const struct command_spec *command;
    buf_print(out, "#compdef interlock\n# written by `interlock completion zsh`\n"
                   "_interlock() {\n    local -a firsts seconds\n    local name\n    firsts=(");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        buf_print(out, " '%.*s'", (int)strcspn(command->name, " "), command->name);
    buf_print(out, ")\n    seconds=(");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
        if (strchr(command->name, ' ') != NULL)
            put_quoted(out, command->name);
        buf_add_char(out, ' ');
    }
    buf_print(out, ")\n"
                   "    if (( CURRENT == 2 )); then\n"
                   "        compadd -- ${(u)firsts}\n        return\n    fi\n"
                   "    if (( CURRENT == 3 )) && [[ $words[3] != -* ]]; then\n"
                   "        compadd -- ${${(M)seconds:#$words[2] *}#* }\n    fi\n"
                   "    name=\"$words[2] $words[3]\"\n"
                   "    (( ${seconds[(Ie)$name]} )) && shift 2 words && (( CURRENT -= 2 )) || {\n"
                   "        name=$words[2]; shift words; (( CURRENT -= 1 )) }\n"
                   "    case $name in\n");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        zsh_command(out, command);
    buf_print(out, "    esac\n}\n"
                   "if [[ $funcstack[1] == _interlock ]]; then _interlock \"$@\"; "
                   "else compdef _interlock interlock; fi\n");
}

/* ---- fish ---- */

static void fish_option(struct buf *out, const struct command_spec *command,
                        const struct option_spec *o)
{
    buf_print(out, "complete -c interlock -n '__interlock_is \"%s\"' -l %s", command->name,
              o->name);
    if (o->value != NULL)
        buf_print(out, takes_file(o) ? " -r -F" : " -x");
    if (has_choices(o)) {
        buf_print(out, " -a '");
        put_choices(out, o);
        buf_add_char(out, '\'');
    }
    buf_print(out, " -d ");
    put_quoted(out, o->help);
    buf_add_char(out, '\n');
}

static void fish_command(struct buf *out, const struct command_spec *command)
{
    const struct option_spec *o;
    const char *space = strchr(command->name, ' ');
    if (space == NULL)
        buf_print(out, "complete -c interlock -f -n __fish_use_subcommand -a %s -d ",
                  command->name);
    else
        buf_print(out,
                  "complete -c interlock -f -n __fish_use_subcommand -a %.*s\n"
                  "complete -c interlock -f -n '__interlock_after %.*s' -a %s -d ",
                  (int)(space - command->name), command->name, (int)(space - command->name),
                  command->name, space + 1);
    put_quoted(out, command->summary);
    buf_add_char(out, '\n');
    for (size_t i = 0; (o = command_option(command, i)) != NULL; i++)
        fish_option(out, command, o);
}

void complete_fish(struct buf *out)
{
    const struct command_spec *command;
    buf_print(out, "# fish completion of interlock, written by `interlock completion fish`\n"
                   "function __interlock_after\n"
                   "    set -l words (commandline -opc)\n"
                   "    test (count $words) -eq 2; and test \"$words[2]\" = $argv[1]\n"
                   "end\n"
                   "function __interlock_is\n"
                   "    set -l words (commandline -opc)\n"
                   "    set -l name (string split ' ' -- $argv[1])\n"
                   "    test (count $words) -gt (count $name); or return 1\n"
                   "    set -l last (math 1 + (count $name))\n"
                   "    test \"$words[2..$last]\" = $argv[1]\n"
                   "end\n");
    for (size_t i = 0; (command = command_at(i)) != NULL; i++)
        fish_command(out, command);
}
