/* The table of routes: who may ask for what, and what it needs. */
#include "call.h"

/* A question; a change, with or without a body that it must have; a step of the status machine, of
 * which the machine's table says who may take it. */
#define ASK(path, roles, handle)                                        \
    {                                                                   \
        "GET", path, roles, false, false, false, handle, NULL, COMMANDS \
    }
#define TELL(method, path, roles, handle, encode)                        \
    {                                                                    \
        method, path, roles, false, true, true, handle, encode, COMMANDS \
    }
#define DROP(path, roles, handle, encode)                                   \
    {                                                                       \
        "DELETE", path, roles, false, true, false, handle, encode, COMMANDS \
    }
#define STEP(word, kind)                                                                          \
    {                                                                                             \
        "POST", "/inspection/{}/" word, EVERYONE, false, true, false, step_handle, change_encode, \
            kind                                                                                  \
    }

const struct route routes[] = {
    ASK("/healthz", 0, health_handle),
    ASK("/readyz", 0, ready_handle),
    ASK("/schedule/optimal-slots", EVERYONE, slots_handle),
    ASK("/schedule/why", INSIDERS, why_handle),
    ASK("/schedule/holds", INSIDERS, holds_list),
    TELL("POST", "/schedule/holds", BOOKERS, hold_make_handle, hold_encode),
    ASK("/schedule/holds/{}", EVERYONE, hold_get),
    TELL("PATCH", "/schedule/holds/{}", BOOKERS, hold_change, hold_encode),
    DROP("/schedule/holds/{}", BOOKERS, hold_release, hold_release_encode),
    TELL("POST", "/inspection/book-job", BOOKERS, book_handle, book_encode),
    TELL("POST", "/spectora/create-job", BOOKERS, create_job_handle, book_encode),
    ASK("/inspection/{}", INSIDERS, inspection_get),
    TELL("PATCH", "/inspection/{}", OFFICE, amend_handle, change_encode),
    ASK("/inspection/{}/changelog", INSIDERS, inspection_changelog),
    TELL("POST", "/inspection/{}/reschedule", OFFICE, reschedule_handle, change_encode),
    TELL("POST", "/inspection/{}/reassign", OFFICE, reassign_handle, change_encode),
    STEP("confirm", COMMAND_CONFIRM),
    STEP("complete", COMMAND_COMPLETE),
    STEP("no-show", COMMAND_NO_SHOW),
    STEP("cancel", COMMAND_CANCEL),
    STEP("restore", COMMAND_RESTORE),
    STEP("lock", COMMAND_LOCK),
    STEP("unlock", COMMAND_UNLOCK),
    TELL("POST", "/event", OFFICE, event_add, absence_encode),
    TELL("PATCH", "/event/{}", OFFICE, event_change, absence_encode),
    DROP("/event/{}", OFFICE, event_remove, absence_remove_encode),
    TELL("POST", "/vacation", OFFICE, vacation_add, absence_encode),
    TELL("PATCH", "/vacation/{}", OFFICE, vacation_change, absence_encode),
    DROP("/vacation/{}", OFFICE, vacation_remove, absence_remove_encode),
    ASK("/conflicts", INSIDERS, conflicts_list),
    { "POST", "/conflicts/{}/acknowledge", OFFICE, false, true, false, conflict_acknowledge,
      conflict_encode, COMMANDS },
    TELL("POST", "/conflicts/{}/resolve", OFFICE, conflict_resolve, conflict_encode),
    { "POST", "/schedule/check", INSIDERS, false, false, true, check_handle, NULL, COMMANDS },
    ASK("/schedule/capacity", INSIDERS, capacity_handle),
    ASK("/calendar", INSIDERS, calendar_handle),
    ASK("/inspections", INSIDERS, inspections_list),
    ASK("/unplaced", INSIDERS, unplaced_list),
    ASK("/brand/public", EVERYONE, brand_public),
    ASK("/services", EVERYONE, services_list),
    { "POST", "/local/import", 0, true, false, false, local_import, NULL, COMMANDS },
    { "POST", "/local/keys", ROLE_BIT_ADMIN, true, false, true, local_key, local_key_encode,
      COMMANDS },
};

const size_t n_routes = sizeof routes / sizeof routes[0];
