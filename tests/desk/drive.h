/* Drives a desk with random commands and judges every answer by the oracle. */
#ifndef DESK_TESTS_DRIVE_H
#define DESK_TESTS_DRIVE_H

#include "follow.h"

enum { DRIVE_BATCH_MAX = 32, DRIVE_KEPT = 16 };

struct drive_kept { /* a success that may be asked for again */
    char key[24];
    struct actor actor;
    struct hash request;
    uint64_t seq;
};

struct drive_job {
    struct desk_job job;
    struct arena arena;
    bool must_succeed; /* unless the oracle finds something in the way */
    bool is_replay;
    uint64_t replay_seq;
    char key[24];
    atomic_bool done;
};

struct drive {
    struct desk *desk;
    struct store *store;
    struct rig_clock *clock;
    const char *company;
    struct follow follow;
    uint64_t random, commands, done, refused, replayed, codes[CODES_END];
    utc_s newest; /* the furthest the clock has been */
    struct drive_kept kept[DRIVE_KEPT];
    size_t n_kept;
    struct drive_job jobs[DRIVE_BATCH_MAX];
};

struct drive *drive_open(struct store *store, struct rig_clock *clock, uint64_t seed);
void drive_close(struct drive *drive); /* closes the desk */

/* n commands, a few at a time. */
void drive_run(struct drive *drive, uint64_t n);

/* The desk's image, a fresh desk's image and the fold of the journal are one; the checker agrees.
 */
void drive_verify(struct drive *drive);

/* A store that the desk cannot close, so that another may open it. */
struct store *drive_share(struct store *inner);

#endif
