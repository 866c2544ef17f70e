/* interlock: one binary, many commands. */
#include "cli.h"

#include "base/hash.h"

#include <string.h>

static void print_help(FILE *to)
{
    struct buf out = { 0 };
    help_overview(&out);
    (void)fwrite(out.own_at, 1, out.len, to);
    buf_drop(&out);
}

/* "interlock inspection": what can be said after it. */
static enum exit_code no_command(const char *word)
{
    struct buf out = { 0 };
    if (help_family(&out, word))
        (void)fprintf(stderr, "interlock %s does nothing alone; there are:\n%.*s", word,
                      STR_ARG(buf_view(&out)));
    else
        complain("there is no command %s; see `interlock --help`", word);
    buf_drop(&out);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    struct args args;
    bool done;
    int taken;
    hash_start();
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("interlock %s\n", interlock_version);
        return EXIT_DONE;
    }
    const struct command_spec *command = command_find(argc - 1, argv + 1, &taken);
    if (command == NULL)
        return (int)no_command(argv[1]);
    if (!args_parse(command, argc - 1 - taken, argv + 1 + taken, &args, &done))
        return EXIT_USAGE;
    return (int)(done ? EXIT_DONE : command->run(&args));
}
