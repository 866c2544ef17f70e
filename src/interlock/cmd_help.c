/* interlock help, completion, man: what is written about the other commands. */
#include "complete.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static enum exit_code print(struct buf *out)
{
    const bool written = fwrite(out->own_at, 1, out->len, stdout) == out->len;
    buf_drop(out);
    return written ? EXIT_DONE : EXIT_FAILED;
}

/* ---- help ---- */

static enum exit_code run_help(const struct args *args)
{
    struct buf out = { 0 };
    char *words[OPERANDS_MAX];
    char copies[OPERANDS_MAX][64];
    int taken = 0;
    for (size_t i = 0; i < args->n_operands; i++) {
        (void)snprintf(copies[i], sizeof copies[i], "%s", args->operands[i]);
        words[i] = copies[i];
    }
    const struct command_spec *command = command_find((int)args->n_operands, words, &taken);
    if (args->n_operands == 0) {
        help_overview(&out);
    } else if (command != NULL && (size_t)taken == args->n_operands) {
        help_command(&out, command);
    } else if (args->n_operands > 1 || !help_family(&out, args->operands[0])) {
        complain("there is no command %s%s%s; see `interlock help`", args->operands[0],
                 args->n_operands > 1 ? " " : "", args->n_operands > 1 ? args->operands[1] : "");
        buf_drop(&out);
        return EXIT_USAGE;
    }
    return print(&out);
}

/* ---- completion ---- */

static enum exit_code run_completion(const struct args *args)
{
    static const struct {
        const char *shell;
        void (*write)(struct buf *out);
    } shells[] = { { "bash", complete_bash }, { "zsh", complete_zsh }, { "fish", complete_fish } };
    struct buf out = { 0 };
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (strcmp(shells[i].shell, args->operands[0]) == 0) {
            shells[i].write(&out);
            return print(&out);
        }
    }
    complain("there is completion for bash, zsh and fish, not for %s", args->operands[0]);
    return EXIT_USAGE;
}

/* ---- man ---- */

static bool write_page(const char *directory, const char *name, const struct buf *page)
{
    char path[4096];
    const int len = snprintf(path, sizeof path, "%s/%s.1", directory, name);
    for (char *c = path + strlen(directory); *c != '\0'; c++) {
        if (*c == ' ')
            *c = '-';
    }
    FILE *file = len > 0 && (size_t)len < sizeof path ? fopen(path, "wb") : NULL;
    if (file == NULL) {
        complain("%s cannot be written: %s", path, strerror(errno));
        return false;
    }
    const bool written = fwrite(page->own_at, 1, page->len, file) == page->len;
    const bool closed = fclose(file) == 0;
    if (!written || !closed)
        complain("%s cannot be written: %s", path, strerror(errno));
    return written && closed;
}

static bool write_pages(const char *directory)
{
    const struct command_spec *command;
    struct buf page = { 0 };
    manual_overview(&page);
    bool good = write_page(directory, "interlock", &page);
    for (size_t i = 0; good && (command = command_at(i)) != NULL; i++) {
        char name[80];
        (void)snprintf(name, sizeof name, "interlock-%s", command->name);
        buf_clear(&page);
        manual_command(&page, command);
        good = write_page(directory, name, &page);
    }
    buf_drop(&page);
    return good;
}

static enum exit_code run_man(const struct args *args)
{
    struct buf out = { 0 };
    if (args_has(args, "markdown")) {
        manual_markdown(&out);
        return print(&out);
    }
    if (args->n_operands == 0) {
        manual_overview(&out);
        return print(&out);
    }
    if (mkdir(args->operands[0], 0777) != 0 && errno != EEXIST) {
        complain("%s cannot be made: %s", args->operands[0], strerror(errno));
        return EXIT_FAILED;
    }
    return write_pages(args->operands[0]) ? EXIT_DONE : EXIT_FAILED;
}

static const struct command_spec commands[] = {
    { .name = "help",
      .group = GROUP_RUNNING,
      .summary = "Lists the commands, or explains one.",
      .operands = "[COMMAND]",
      .n_operands = 2,
      .n_optional = 2,
      .run = run_help },
    { .name = "completion",
      .group = GROUP_RUNNING,
      .summary = "Writes a completion script for a shell to standard output.",
      .operands = "bash|zsh|fish",
      .n_operands = 1,
      .notes = "bash: source <(interlock completion bash)\n"
               "zsh:  interlock completion zsh > _interlock, in a directory of $fpath\n"
               "fish: interlock completion fish > ~/.config/fish/completions/interlock.fish",
      .run = run_completion },
    { .name = "man",
      .group = GROUP_RUNNING,
      .summary =
          "Writes the manual: the page interlock(1), or a directory with a page per command.",
      .operands = "[DIRECTORY]",
      .n_operands = 1,
      .n_optional = 1,
      OPTIONS({ "markdown", NULL, "all of it as one Markdown text, on standard output", false }),
      .run = run_man },
};

const struct command_table commands_of_help = { commands, sizeof commands / sizeof commands[0] };
