/* Dice with a seed, and the companies they make: the same seed makes the same company. */
#ifndef TESTS_CORE_ROLL_H
#define TESTS_CORE_ROLL_H

#include "world.h"

#include "core/slots.h"

void roll_start(uint64_t seed);
uint64_t dice(void);
int32_t roll(int32_t from, int32_t to); /* both included */
bool chance(int32_t percent);

/* Reads the zones worlds are made in; stops the program when the machine has not got one. */
void roll_zones_read(struct arena *arena);
const char *roll_zone_name(const struct zone *zone); /* one of those */

/* A company and a question to it, ordered by time and without limit. */
void roll_world(struct world *world, struct slot_query *query);

#endif
