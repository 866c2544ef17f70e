/* interlock: one binary, many commands. */
#include "cli.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

static const struct command_spec *const commands[] = {
    &command_key_list, &command_key_revoke,  &command_key_rotate,    &command_serve,
    &command_import,   &command_export,      &command_key_create,    &command_slots,
    &command_book,     &command_check,       &command_audit,         &command_backup,
    &command_restore,  &command_person_find, &command_person_export, &command_person_erase,
    &command_demo,     &command_generate,
};

enum { COMMANDS_N = sizeof commands / sizeof commands[0] };

static void print_help(FILE *out)
{
    (void)fprintf(out, "interlock books people who travel to appointments, and cannot book one of "
                       "them twice.\n\nUsage: interlock COMMAND [options]\n\nCommands:\n");
    for (size_t i = 0; i < COMMANDS_N; i++) {
        const size_t line = strcspn(commands[i]->summary, "\n");
        (void)fprintf(out, "  %-14s %.*s\n", commands[i]->name, (int)line, commands[i]->summary);
    }
    (void)fprintf(out, "\n`interlock COMMAND --help` explains each.\n");
}

/* A name may be two words; returns how many arguments it took, 0 when it is another command. */
static int matches(const struct command_spec *command, int argc, char **argv)
{
    const char *space = strchr(command->name, ' ');
    if (space == NULL)
        return strcmp(argv[1], command->name) == 0 ? 1 : 0;
    const size_t first = (size_t)(space - command->name);
    return argc > 2 && strlen(argv[1]) == first && strncmp(argv[1], command->name, first) == 0 &&
                   strcmp(argv[2], space + 1) == 0
               ? 2
               : 0;
}

int main(int argc, char **argv)
{
    struct args args;
    bool done;
    hash_start();
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < COMMANDS_N; i++) {
        const int taken = matches(commands[i], argc, argv);
        if (taken == 0)
            continue;
        if (!args_parse(commands[i], argc - 1 - taken, argv + 1 + taken, &args, &done))
            return EXIT_USAGE;
        return (int)(done ? EXIT_DONE : commands[i]->run(&args));
    }
    complain("there is no command %s; see `interlock --help`", argv[1]);
    return EXIT_USAGE;
}
