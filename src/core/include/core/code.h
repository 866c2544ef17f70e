/* Every answer that is not "done": the contract's codes, in the order in which they are judged.
 *
 * CODE(name, HTTP status, a staff override may pass it, a sentence for a person) */
#ifndef CORE_CODE_H
#define CORE_CODE_H

#include "base/str.h"

#define CODES(CODE)                                                                                \
    CODE(too_soon, 422, true, "That start is closer than the notice this company needs.")          \
    CODE(same_day_closed, 422, true, "Appointments for today can no longer be made online.")       \
    CODE(cutoff_passed, 422, true, "The daily cutoff for tomorrow's appointments has passed.")     \
    CODE(out_of_horizon, 422, true, "That date is further ahead than the calendar is open.")       \
    CODE(in_past, 422, false, "That time is in the past.")                                         \
    CODE(outside_hours, 422, true, "The inspector does not work at that time.")                    \
    CODE(holiday, 422, true, "The company is closed that day.")                                    \
    CODE(not_offered, 422, true, "That time or service is not one that is offered.")               \
    CODE(inspector_unable, 422, true, "The inspector does not perform that service.")              \
    CODE(inspector_inactive, 422, true, "The inspector is no longer active.")                      \
    CODE(outside_area, 422, true, "The property is outside the service area.")                     \
    CODE(daily_maximum, 422, true, "The inspector has as many appointments that day as allowed.")  \
    CODE(weekly_maximum, 422, true,                                                                \
         "The inspector has as many appointments that week as allowed.")                           \
    CODE(travel_too_long, 422, true, "The drive to that property is longer than allowed.")         \
    CODE(nonexistent_local_time, 422, false,                                                       \
         "Clocks skip that time of day on that date; it does not exist.")                          \
    CODE(ambiguous_local_time, 422, false,                                                         \
         "Clocks show that time twice on that date; give the offset that is meant.")               \
    CODE(offset_mismatch, 422, false, "That UTC offset is not in use in the company's zone then.") \
    CODE(type, 422, false, "A value has the wrong type.")                                          \
    CODE(out_of_range, 422, false, "A value is outside its range.")                                \
    CODE(too_long, 422, false, "A value is longer than allowed.")                                  \
    CODE(unknown_field, 422, false, "A field is not known here.")                                  \
    CODE(slot_taken, 409, true, "That time is taken.")                                             \
    CODE(hold_consumed, 409, false, "That hold has already become a booking.")                     \
    CODE(possible_duplicate, 409, false,                                                           \
         "An inspection at the same address within 7 days already exists.")                        \
    CODE(locked, 409, false, "The inspection is locked against being moved.")                      \
    CODE(wrong_state, 409, false, "The inspection's status does not allow that.")                  \
    CODE(too_late_to_change, 409, true, "It is too late to change this appointment online.")       \
    CODE(hold_cap_reached, 409, false, "The hold cannot be extended any further.")                 \
    CODE(hold_mismatch, 422, false, "The booking differs from the hold it names.")                 \
    CODE(no_spectora_link, 422, false, "This brand has no Spectora link.")                         \
    CODE(external_ref_used, 409, false, "That externalRef already names another inspection.")      \
    CODE(too_many_holds, 429, false, "Too many holds are open at once.")                           \
    CODE(not_found, 404, false, "There is no such thing here.")                                    \
    CODE(not_permitted, 403, false, "This key may not do that.")                                   \
    CODE(stale, 412, false, "It was changed since it was read; read it again.")                    \
    CODE(version_required, 428, false, "Send If-Match or a version to change this.")               \
    CODE(unauthorized, 401, false, "A valid API key is needed.")                                   \
    CODE(json_invalid, 400, false, "The body is not valid JSON.")                                  \
    CODE(json_duplicate_key, 400, false, "The body names a key twice.")                            \
    CODE(json_too_deep, 400, false, "The body is nested too deep.")                                \
    CODE(utf8_invalid, 400, false, "The body is not valid UTF-8.")                                 \
    CODE(control_character, 400, false, "A text holds a control character.")                       \
    CODE(body_required, 400, false, "A JSON body is needed.")                                      \
    CODE(duplicate_parameter, 400, false, "A parameter is given twice.")                           \
    CODE(idempotency_key_required, 400, false, "Send an Idempotency-Key of 1-255 characters.")     \
    CODE(idempotency_key_reused, 422, false, "That Idempotency-Key was used for another request.") \
    CODE(idempotency_in_progress, 409, false, "The first request with that key still runs.")       \
    CODE(method_not_allowed, 405, false, "That method is not served here.")                        \
    CODE(not_acceptable, 406, false, "Answers are application/json only.")                         \
    CODE(unsupported_media_type, 415, false, "Bodies must be application/json.")                   \
    CODE(too_large, 413, false, "The body is too large.")                                          \
    CODE(rate_limited, 429, false, "Too many requests; try again shortly.")                        \
    CODE(outcome_unknown, 503, false,                                                              \
         "Whether this took effect is not known; send it again with the same key.")                \
    CODE(overloaded, 503, false, "The server is busy; try again shortly.")                         \
    CODE(storage_full, 503, false, "The disk is full; nothing was changed.")                       \
    CODE(state_diverged, 503, false,                                                               \
         "This company is read-only: its memory and its file differ. Ask the office.")             \
    CODE(not_implemented, 501, false, "Planned, not served yet.")

enum code {
    CODE_NONE,
#define CODE(name, status, overridable, sentence) CODE_##name,
    CODES(CODE)
#undef CODE
        CODES_END,
};

_Static_assert(CODES_END <= 64, "a set of codes is one bit each in 64");

struct code_facts {
    struct str name; /* as on the wire */
    int status;
    bool is_overridable;
    struct str sentence;
};

const struct code_facts *code_facts(enum code code); /* not for CODE_NONE */
enum code code_find(struct str name);                /* CODE_NONE when unknown */

#endif
