/* The table of routes: who may ask for what, and what it needs. */
#include "call.h"

const struct route routes[] = {
    { "GET", "/healthz", 0, false, false, false, health_handle, NULL },
    { "GET", "/readyz", 0, false, false, false, ready_handle, NULL },
    { "GET", "/schedule/optimal-slots", EVERYONE, false, false, false, slots_handle, NULL },
    { "GET", "/schedule/holds", INSIDERS, false, false, false, holds_list, NULL },
    { "POST", "/schedule/holds", BOOKERS, false, true, true, hold_make_handle, hold_encode },
    { "GET", "/schedule/holds/{}", EVERYONE, false, false, false, hold_get, NULL },
    { "PATCH", "/schedule/holds/{}", BOOKERS, false, true, true, hold_change, hold_encode },
    { "DELETE", "/schedule/holds/{}", BOOKERS, false, true, false, hold_release,
      hold_release_encode },
    { "POST", "/inspection/book-job", BOOKERS, false, true, true, book_handle, book_encode },
    { "POST", "/spectora/create-job", BOOKERS, false, true, true, create_job_handle, book_encode },
    { "GET", "/inspection/{}", INSIDERS, false, false, false, inspection_get, NULL },
    { "GET", "/inspection/{}/changelog", INSIDERS, false, false, false, inspection_changelog,
      NULL },
    { "POST", "/inspection/{}/reschedule", OFFICE, false, true, true, reschedule_handle,
      change_encode },
    { "POST", "/inspection/{}/cancel", OFFICE, false, true, false, cancel_handle, change_encode },
    { "POST", "/event", OFFICE, false, true, true, event_add, absence_encode },
    { "DELETE", "/event/{}", OFFICE, false, true, false, event_remove, absence_remove_encode },
    { "POST", "/vacation", OFFICE, false, true, true, vacation_add, absence_encode },
    { "DELETE", "/vacation/{}", OFFICE, false, true, false, vacation_remove,
      absence_remove_encode },
    { "GET", "/conflicts", INSIDERS, false, false, false, conflicts_list, NULL },
    { "POST", "/local/import", 0, true, false, false, local_import, NULL },
    { "POST", "/local/persons", ROLE_BIT_ADMIN, true, false, true, persons_find, NULL },
    { "POST", "/local/persons/erase", ROLE_BIT_ADMIN, true, true, true, persons_erase,
      persons_erase_encode },
    { "POST", "/local/keys", ROLE_BIT_ADMIN, true, false, true, local_key, local_key_encode },
};

const size_t n_routes = sizeof routes / sizeof routes[0];
