/* What the oracle is made of; private to it. */
#ifndef TESTS_CORE_ORACLE_PARTS_H
#define TESTS_CORE_ORACLE_PARTS_H

#include "oracle.h"

struct wall_day {
    bool open[DAY_MIN + 1]; /* the last one stays false and ends every run */
    bool start[DAY_MIN];
};

bool is_holiday(const struct world *world, int32_t inspector, date_d date);

struct wall_day day_of(const struct world *world, int32_t inspector, enum audience audience,
                       date_d date, bool holidays);

/* The next run of open minutes at or after `from`; false when there is none. */
bool next_run(const struct wall_day *day, int32_t from, struct wall_span *ret);

bool oracle_in_area(const struct world_area *area, struct place p);

#endif
