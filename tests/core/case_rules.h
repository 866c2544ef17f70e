/* Lines of a *.slots file about policy and areas: see tests/cases/basics.slots. */
#ifndef TESTS_CORE_CASE_RULES_H
#define TESTS_CORE_CASE_RULES_H

#include "case_words.h"

void copy_name(char ret[WORLD_NAME_BYTES], struct str name);
void read_rules(struct reader *r);
void read_policy(struct reader *r);
void read_area(struct reader *r);
void read_hole(struct reader *r);
struct place read_place(struct reader *r);
int32_t area_named(struct reader *r);

#endif
