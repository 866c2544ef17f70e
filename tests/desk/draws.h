/* What the property test draws, and how often: the one table. Everything random comes from the
 * seed through here, so that a seed and a list of draws left out say a whole life again.
 *
 * A group is drawn from by weight: one of its draws happens. The draws of CHANCE are asked for one
 * by one and happen in so many of a thousand times. A draw left out has no weight. */
#ifndef DESK_TESTS_DRAWS_H
#define DESK_TESTS_DRAWS_H

#include "base/str.h"

/* X(group, name, weight, what) */
#define DRAWS(X)                                                                                \
    X(STEP, one, 4800, "one command by itself")                                                 \
    X(STEP, batch, 4400, "2 to 32 commands that wait together, of one company or several")      \
    X(STEP, few, 100, "four orders of another system: new, moved, cancelled")                   \
    X(STEP, dense, 15, "8 to 40 orders at one time for one inspector")                          \
    X(STEP, chain, 150, "orders that overlap like links, some of them for a month")             \
    X(STEP, old_orders, 20, "orders that ended long ago, 1990 to 2020")                         \
    X(STEP, notes, 30, "imported orders again, with other notes and clients only")              \
    X(STEP, moved, 30, "imported orders again, moved, cancelled or brought back")               \
    X(STEP, absences, 40, "events and vacations by import, over whatever stands there")         \
    X(STEP, settings, 30, "a setting changes")                                                  \
    X(STEP, dry_import, 20, "an import that is only tried")                                     \
    X(STEP, same_export, 12, "an export of the company into the company")                       \
    X(STEP, copy, 10, "an export of the company into a fresh store, and life there")            \
    X(STEP, large, 2, "a company of hundreds of inspectors in a fresh store, and life there")   \
    X(STEP, crowd, 4, "60 to 400 orders at one time in a fresh store, and life there")          \
    X(STEP, sweep, 60, "the desk sweeps up holds that ended")                                   \
    X(STEP, restart, 60, "the desk closes; another opens the store")                            \
    X(STEP, check, 10, "every law on the stored data")                                          \
    X(TIME, seconds, 9000, "up to 20 seconds pass")                                             \
    X(TIME, to_an_end, 500, "it becomes the second in which a hold ends, or the one before")    \
    X(TIME, back, 100, "the clock goes back, by minutes")                                       \
    X(TIME, minutes, 300, "up to an hour passes")                                               \
    X(TIME, hours, 100, "up to a day passes")                                                   \
    X(TIME, day, 40, "one to two days pass")                                                    \
    X(TIME, days, 40, "two to nine days pass")                                                  \
    X(COMMAND, hold, 350, "a hold of time")                                                     \
    X(COMMAND, book, 280, "a booking, half of them with a hold")                                \
    X(COMMAND, change_hold, 50, "a hold is extended or moved")                                  \
    X(COMMAND, reschedule, 90, "an order moves")                                                \
    X(COMMAND, cancel, 100, "an order is cancelled")                                            \
    X(COMMAND, reassign, 50, "other people come, at the same time")                             \
    X(COMMAND, reassignments, 25, "two to five orders move at once, some change places")        \
    X(COMMAND, amend, 40, "another house, other services, other people to talk to")             \
    X(COMMAND, confirm, 15, "an order is confirmed")                                            \
    X(COMMAND, complete, 20, "an order is done")                                                \
    X(COMMAND, no_show, 10, "nobody was there")                                                 \
    X(COMMAND, restore, 50, "an order is brought back")                                         \
    X(COMMAND, lock, 15, "an order may not be moved")                                           \
    X(COMMAND, unlock, 15, "it may again")                                                      \
    X(COMMAND, add_absence, 50, "an event, a block or a vacation, half over booked time")       \
    X(COMMAND, change_absence, 40, "an absence moves, is somebody else's, is renamed")          \
    X(COMMAND, conflict, 30, "somebody looks at a conflict, or accepts it")                     \
    X(COMMAND, remove_absence, 30, "one of them goes")                                          \
    X(COMMAND, key, 10, "a key is made")                                                        \
    X(COMMAND, rotate, 10, "a key is replaced by a new one, and may have a while left")         \
    X(COMMAND, revoke, 10, "a key ends, at once or in a while")                                 \
    X(COMMAND, setting, 60, "an inspector, service, brand or policy: added, changed, removed")  \
    X(COMMAND, erase, 10, "what is held of an order's client is erased")                        \
    X(COMMAND, release, 30, "a hold is released")                                               \
    X(COMMAND, expire, 10, "all holds that ended are swept up")                                 \
    X(CHANCE, hot, 700, "a start is one of three that everybody wants")                         \
    X(CHANCE, old_absence, 150, "an event lies in 1990 to 2020")                                \
    X(CHANCE, long_absence, 60, "an absence lasts up to a month")                               \
    X(CHANCE, old_subject, 150, "an order that ended is moved or cancelled, an old event goes") \
    X(CHANCE, imported_subject, 250, "the order to move or cancel came by import")              \
    X(CHANCE, override, 200, "whoever may insists on taken time")                               \
    X(CHANCE, assistants, 80, "an order has assistants with intervals of their own")            \
    X(CHANCE, any, 250, "any inspector will do")                                                \
    X(CHANCE, fitting, 850, "an order is chosen whose status lets it happen")                   \
    X(CHANCE, retimed, 200, "who reassigns names another time for the lead")                    \
    X(CHANCE, swap, 300, "two orders that are reassigned change places")                        \
    X(CHANCE, replay, 40, "a command that was done is sent again under its key")                \
    X(CHANCE, elsewhere, 100, "the command is for another company of the store")                \
    X(CHANCE, dry_run, 250, "a lone command is tried first, and must be decided the same")      \
    X(CHANCE, short_memory, 700, "the desk has room for one image only")                        \
    X(CHANCE, law_depth, 1000, "law: what changes nothing publishes no deeper image")           \
    X(CHANCE, law_notes, 1000, "law: other notes open and close no conflict")                   \
    X(CHANCE, law_count, 1000, "law: an import counts the conflicts that it opened")

enum draw {
#define DRAW(group, name, weight, what) DRAW_##name,
    DRAWS(DRAW)
#undef DRAW
        DRAWS_END
};

struct draw_set {
    bool has[DRAWS_END];
};

enum draw_group { GROUP_STEP, GROUP_TIME, GROUP_COMMAND, GROUP_CHANCE };

struct dicebox {
    uint64_t state;
    struct draw_set off; /* draws left out */
    uint64_t drawn[DRAWS_END];
};

struct dicebox dicebox_make(uint64_t seed, struct draw_set off);
uint64_t dice(struct dicebox *dice, uint64_t n);             /* 0 to n - 1 */
bool chance(struct dicebox *dice, uint64_t percent);         /* of what no law is about */
bool drawn(struct dicebox *dice, enum draw draw);            /* a CHANCE of the table */
enum draw draw_of(struct dicebox *dice, enum draw_group in); /* by weight */

const char *draw_name(enum draw draw);
const char *draw_what(enum draw draw);
bool draws_parse(const char *names, struct draw_set *ret); /* "copy,days"; false: an unknown name */

#endif
