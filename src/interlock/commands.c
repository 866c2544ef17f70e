/* Every command there is. Help, manual, completion and the program itself walk this list. */
#include "cli.h"

#include <assert.h>
#include <string.h>

static const struct command_spec *const singles[] = {
    &command_serve,         &command_backup,       &command_restore,    &command_check,
    &command_import,        &command_export,       &command_key_create, &command_person_find,
    &command_person_export, &command_person_erase, &command_audit,      &command_demo,
    &command_generate,
};

static const struct command_table *const tables[] = {
    &commands_of_keys,    &commands_of_orders,   &commands_of_calendars, &commands_of_absences,
    &commands_of_trouble, &commands_of_settings, &commands_of_help,
};

enum { SINGLES = sizeof singles / sizeof singles[0], TABLES = sizeof tables / sizeof tables[0] };

const struct command_spec *command_at(size_t i)
{
    if (i < SINGLES)
        return singles[i];
    i -= SINGLES;
    for (size_t t = 0; t < TABLES; t++) {
        if (i < tables[t]->n)
            return &tables[t]->at[i];
        i -= tables[t]->n;
    }
    return NULL;
}

/* A name may be two words; returns how many arguments it took, 0 when it is another command. */
static int matches(const char *name, int n_words, char **words)
{
    const char *space = strchr(name, ' ');
    if (space == NULL)
        return strcmp(words[0], name) == 0 ? 1 : 0;
    const size_t first = (size_t)(space - name);
    return n_words > 1 && strlen(words[0]) == first && strncmp(words[0], name, first) == 0 &&
                   strcmp(words[1], space + 1) == 0
               ? 2
               : 0;
}

const struct command_spec *command_find(int n_words, char **words, int *ret_taken)
{
    const struct command_spec *command;
    const struct command_spec *found = NULL;
    *ret_taken = 0;
    for (size_t i = 0; n_words > 0 && (command = command_at(i)) != NULL; i++) {
        const int taken = matches(command->name, n_words, words);
        if (taken > *ret_taken) {
            *ret_taken = taken;
            found = command;
        }
    }
    return found;
}

const char *group_title(enum command_group group)
{
    static const char *const titles[COMMAND_GROUPS] = {
        [GROUP_RUNNING] = "Running a server, and the file it keeps",
        [GROUP_COMPANY] = "A company: its document, settings and keys",
        [GROUP_BOOKING] = "Booking: from a free time to a finished order",
        [GROUP_CALENDAR] = "The calendar: what is in it, and time that is closed",
        [GROUP_PEOPLE] = "People: what is held of one person",
        [GROUP_TROUBLE] = "Trouble: what is wrong, and why",
    };
    return titles[group];
}
