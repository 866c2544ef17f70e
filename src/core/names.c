/* Words of the wire for the core's enums. */
#include "core/entry.h"

#include <assert.h>

static const struct str commands[COMMANDS] = {
    [COMMAND_HOLD] = { "hold", 4 },
    [COMMAND_CHANGE_HOLD] = { "change_hold", 11 },
    [COMMAND_RELEASE] = { "release", 7 },
    [COMMAND_EXPIRE] = { "expire", 6 },
    [COMMAND_BOOK] = { "book", 4 },
    [COMMAND_RESCHEDULE] = { "reschedule", 10 },
    [COMMAND_REASSIGN] = { "reassign", 8 },
    [COMMAND_REASSIGNMENTS] = { "reassignments", 13 },
    [COMMAND_AMEND] = { "amend", 5 },
    [COMMAND_CONFIRM] = { "confirm", 7 },
    [COMMAND_COMPLETE] = { "complete", 8 },
    [COMMAND_NO_SHOW] = { "no_show", 7 },
    [COMMAND_CANCEL] = { "cancel", 6 },
    [COMMAND_RESTORE] = { "restore", 7 },
    [COMMAND_LOCK] = { "lock", 4 },
    [COMMAND_UNLOCK] = { "unlock", 6 },
    [COMMAND_ADD_ABSENCE] = { "add_absence", 11 },
    [COMMAND_CHANGE_ABSENCE] = { "change_absence", 14 },
    [COMMAND_CONFLICT] = { "conflict", 8 },
    [COMMAND_REMOVE_ABSENCE] = { "remove_absence", 14 },
    [COMMAND_CONFIGURE] = { "configure", 9 },
    [COMMAND_ADMIT] = { "admit", 5 },
    [COMMAND_KEY] = { "key", 3 },
    [COMMAND_ERASE] = { "erase", 5 },
};

static const struct str roles[ROLES] = {
    [ROLE_ADMIN] = { "admin", 5 },         [ROLE_STAFF] = { "staff", 5 },
    [ROLE_INSPECTOR] = { "inspector", 9 }, [ROLE_READONLY] = { "readonly", 8 },
    [ROLE_ONLINE] = { "online", 6 },
};

static const struct str statuses[STATUSES] = {
    [STATUS_UNCONFIRMED] = { "unconfirmed", 11 }, [STATUS_CONFIRMED] = { "confirmed", 9 },
    [STATUS_COMPLETED] = { "completed", 9 },      [STATUS_NO_SHOW] = { "no_show", 7 },
    [STATUS_CANCELLED] = { "cancelled", 9 },
};

static const struct str claim_kinds[] = {
    [CLAIM_INSPECTION] = { "inspection", 10 },
    [CLAIM_HOLD] = { "hold", 4 },
    [CLAIM_EVENT] = { "event", 5 },
    [CLAIM_BLOCK] = { "block", 5 },
    [CLAIM_VACATION] = { "vacation", 8 },
};

static int find(const struct str *names, int n, struct str name)
{
    for (int i = 0; i < n; i++) {
        if (str_equal(names[i], name))
            return i;
    }
    return NOT_FOUND;
}

struct str command_name(enum command_kind kind)
{
    assert(kind < COMMANDS);
    return commands[kind];
}

bool command_parse(struct str name, enum command_kind *ret)
{
    const int at = find(commands, COMMANDS, name);
    if (at == NOT_FOUND)
        return false;
    *ret = (enum command_kind)at;
    return true;
}

struct str role_name(enum role role)
{
    assert(role < ROLES);
    return roles[role];
}

bool role_parse(struct str name, enum role *ret)
{
    const int at = find(roles, ROLES, name);
    if (at == NOT_FOUND)
        return false;
    *ret = (enum role)at;
    return true;
}

struct str status_name(enum status status)
{
    assert(status < STATUSES);
    return statuses[status];
}

bool status_parse(struct str name, enum status *ret)
{
    const int at = find(statuses, STATUSES, name);
    if (at == NOT_FOUND)
        return false;
    *ret = (enum status)at;
    return true;
}

struct str claim_kind_name(enum claim_kind kind)
{
    return claim_kinds[kind];
}
