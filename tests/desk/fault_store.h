/* A store that does what a test tells it to: it delegates, and between the desk and the store it
 * answers a commit otherwise, holds it up, or fails reads. */
#ifndef DESK_TESTS_FAULT_STORE_H
#define DESK_TESTS_FAULT_STORE_H

#include "rig.h"

#include <pthread.h>

enum fault { FAULT_NONE, FAULT_MOVED, FAULT_REFUSED, FAULT_UNKNOWN, FAULT_IO };

struct fault_store {
    struct store store;
    struct store *inner;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    enum fault fault; /* for the next `times` commits that name `company` (empty: any) */
    int times;
    const char *company;
    void (*before)(void *context); /* called in the next commit, before the store is; once */
    void *context;
    bool is_held;  /* commits wait */
    int n_waiting; /* commits that do */
    int failing_reads;
    int commits; /* that reached the store */
};

struct fault_store *fault_store_open(struct store *inner); /* closing it leaves the inner open */
void fault_set(struct fault_store *faults, enum fault fault, int times, const char *company);
void fault_hold(struct fault_store *faults);  /* from now on commits wait */
void fault_await(struct fault_store *faults); /* until one does */
void fault_release(struct fault_store *faults);
void fault_reads(struct fault_store *faults, int n); /* the next n reads fail */

#endif
