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

static void usage_print(const struct command_spec *command)
{
    (void)printf("Usage: interlock %s", command->name);
    for (size_t i = 0; i < command->n_options; i++) {
        const struct option_spec *o = &command->options[i];
        if (o->is_required)
            (void)printf(" --%s %s", o->name, o->value);
    }
    (void)printf(" [options]%s%s\n\n%s\n\nOptions:\n", command->operands[0] ? " " : "",
                 command->operands, command->summary);
    for (size_t i = 0; i < command->n_options; i++) {
        const struct option_spec *o = &command->options[i];
        char left[48];
        (void)snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "",
                       o->value ? o->value : "");
        (void)printf("  %-28s %s%s\n", left, o->help, o->is_required ? " (required)" : "");
    }
    (void)printf("  %-28s %s\n", "--help", "this text");
    if (command->notes != NULL)
        (void)printf("\n%s\n", command->notes);
}

static const struct option_spec *option_find(const struct command_spec *command, const char *text,
                                             size_t len, size_t *ret_at)
{
    for (size_t i = 0; i < command->n_options; i++) {
        if (strlen(command->options[i].name) == len &&
            memcmp(command->options[i].name, text, len) == 0) {
            *ret_at = i;
            return &command->options[i];
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
static bool take_value(const struct command_spec *command, size_t index, const char *value,
                       struct args *ret)
{
    const struct option_spec *option = &command->options[index];
    if (strcmp(option->value, "FILE") != 0 && !str_is_utf8(str_from(value)))
        return usage_error(command, "a value is not UTF-8, of the option", option->name);
    ret->values[index] = value;
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
        return take_value(command, index, equals + 1, ret);
    if (*at + 1 >= argc)
        return usage_error(command, "a value is missing after", argv[*at]);
    return take_value(command, index, argv[++*at], ret);
}

bool args_parse(const struct command_spec *command, int argc, char **argv, struct args *ret,
                bool *ret_done)
{
    *ret = (struct args){ .command = command };
    *ret_done = false;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            usage_print(command);
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
    for (size_t i = 0; i < command->n_options; i++) {
        if (command->options[i].is_required && ret->values[i] == NULL) {
            char name[40];
            (void)snprintf(name, sizeof name, "--%s", command->options[i].name);
            return usage_error(command, "an option is missing:", name);
        }
    }
    if (ret->n_operands < command->n_operands)
        return usage_error(command, "an argument is missing:", command->operands);
    return true;
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
