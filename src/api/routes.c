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
/* Promised; says so. */
#define PLAN(method, path, roles)                                                \
    {                                                                            \
        method, path, roles, false, false, false, planned_handle, NULL, COMMANDS \
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
    TELL("POST", "/reassignments", OFFICE, reassignments_handle, reassignments_encode),
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
    ASK("/changes", INSIDERS, changes_list),
    ASK("/stream", INSIDERS, stream_handle),
    ASK("/keys", ROLE_BIT_ADMIN, keys_list),
    ASK("/keys/{}", ROLE_BIT_ADMIN, key_get),
    { "POST", "/keys/{}/revoke", ROLE_BIT_ADMIN, false, true, false, key_revoke, key_revoke_encode,
      COMMANDS },
    { "POST", "/keys/{}/rotate", ROLE_BIT_ADMIN, false, true, false, key_rotate, key_rotate_encode,
      COMMANDS },
    ASK("/settings/company", OFFICE, company_get_handle),
    TELL("PUT", "/settings/company", ROLE_BIT_ADMIN, company_put_handle, setting_encode),
    TELL("PATCH", "/settings/company", ROLE_BIT_ADMIN, company_patch, setting_encode),
    ASK("/settings/{}", OFFICE, settings_list),
    TELL("POST", "/settings/{}", ROLE_BIT_ADMIN, setting_add, setting_encode),
    ASK("/settings/{}/{}", OFFICE, setting_get),
    TELL("PUT", "/settings/{}/{}", ROLE_BIT_ADMIN, setting_put, setting_encode),
    TELL("PATCH", "/settings/{}/{}", ROLE_BIT_ADMIN, setting_patch, setting_encode),
    DROP("/settings/{}/{}", ROLE_BIT_ADMIN, setting_remove, setting_encode),
    ASK("/metrics", ROLE_BIT_ADMIN, metrics_handle),
    ASK("/openapi.json", 0, openapi_handle),
    PLAN("GET", "/investigate", INSIDERS),
    PLAN("POST", "/investigate", INSIDERS),
    PLAN("POST", "/plan", OFFICE),
    PLAN("GET", "/plan/{}", INSIDERS),
    PLAN("POST", "/plan/{}/accept", OFFICE),
    PLAN("POST", "/quote", BOOKERS),
    PLAN("GET", "/quote/{}", EVERYONE),
    PLAN("POST", "/quote/{}/book", BOOKERS),
    PLAN("POST", "/lead", BOOKERS),
    PLAN("POST", "/waitlist", BOOKERS),
    PLAN("POST", "/spectora/webhook/{}", 0),
    PLAN("GET", "/m/{}", 0),
    PLAN("POST", "/m/{}", 0),
    PLAN("GET", "/calendar/{}.ics", 0),
    PLAN("GET", "/book/{}", 0),
    PLAN("GET", "/desk", 0),
    { "POST", "/local/import", 0, true, false, false, local_import, NULL, COMMANDS },
    { "POST", "/local/persons", ROLE_BIT_ADMIN, true, false, true, persons_find, NULL, COMMANDS },
    { "POST", "/local/persons/erase", ROLE_BIT_ADMIN, true, true, true, persons_erase,
      persons_erase_encode, COMMANDS },
    { "POST", "/local/keys", ROLE_BIT_ADMIN, true, false, true, local_key, local_key_encode,
      COMMANDS },
};

const size_t n_routes = sizeof routes / sizeof routes[0];
