/* The cases of the contract S1..S9, by subject; conformance.c runs them on every backend. */
#ifndef CONFORMANCE_CONFORMANCE_H
#define CONFORMANCE_CONFORMANCE_H

#include "suite.h"

struct backend {
    const char *name;
    struct store *(*open)(void);
};

/* An empty store of the backend that is a case's state. */
struct store *open_empty(void **state);

/* ---- finding.c ---- */

void every_table_every_way(void **state);
void reopened_keeps_everything(void **state);
void backends_agree(void **state);
void unknown_ways_are_refused(void **state);
void visitor_ends_the_search(void **state);
void s7_companies_are_walls(void **state);

/* ---- committing.c ---- */

void s1_s2_all_or_nothing(void **state);
void s4_the_second_lock(void **state);
void s4_against_a_plain_model(void **state);
void unique_rules_refuse(void **state);
void s5_deletes_first_entries_in_order(void **state);
void s9_the_journal_has_no_gap(void **state);
void words_are_no_entry(void **state);
void requests_are_forgotten(void **state);

#endif
