/* The oracle of slot search: slow, plain, and minute by minute.
 *
 *  O1  It reads the world as it was said (world.h) and shares nothing with core but struct
 *      definitions and the conversion between wall time and instants.
 *  O2  Every question is answered by looking at single minutes: is this minute open, is it taken.
 *  O3  Where the contract leaves two answers possible, it accepts both and says where (oracle.c).
 *  O4  It knows whole minutes only: the worlds it is asked about must not have seconds. */
#ifndef TESTS_CORE_ORACLE_H
#define TESTS_CORE_ORACLE_H

#include "world.h"

#include "core/slots.h"

struct oracle_offer {
    utc_s start;
    int32_t inspector;
    bool overlapping;
};

struct oracle_list { /* sorted by start, then inspector */
    struct oracle_offer *at;
    size_t n;
};

/* Every (start, inspector) that may be offered; with keep_overlapping also those in the way. */
struct oracle_list oracle_find(const struct world *world, const struct slot_query *query,
                               struct arena *arena);

/* Codes that are right answers for one start: bit CODE_NONE is "can be booked". */
code_set oracle_rules(const struct world *world, int32_t brand, enum audience audience, utc_s now,
                      utc_s start);
code_set oracle_judge(const struct world *world, int32_t inspector, const struct visit *visit,
                      struct arena *arena);

/* Minutes of one inspector's day that are open for a job of query->minutes, those of them that are
 * taken, and how many such jobs go in: the earliest start of oracle_find is booked, in a copy of
 * the world, until there is none. */
struct oracle_capacity {
    int64_t open_min, taken_min;
    int32_t fits;
};
struct oracle_capacity oracle_capacity(const struct world *world, const struct slot_query *query,
                                       int32_t inspector, date_d date, struct arena *arena);

/* Hours anybody has that day, before rules and claims; the same with holidays left out. */
bool oracle_has_hours(const struct world *world, const struct slot_query *query, date_d date,
                      bool holidays);

#endif
