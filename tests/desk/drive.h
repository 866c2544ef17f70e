/* Drives a desk with a random life and judges every answer by the oracle.
 *
 * All that happens follows from the seed: the clocks stand until the life moves them, the desk
 * sweeps when it is told to, and what is said to wait together is one batch. */
#ifndef DESK_TESTS_DRIVE_H
#define DESK_TESTS_DRIVE_H

#include "draws.h"
#include "follow.h"
#include "outside.h"
#include "trace.h"

#include <pthread.h>

enum { DRIVE_BATCH_MAX = 32, DRIVE_KEPT = 16, DRIVE_COMPANIES = 3 };

struct drive_kept {
    enum command_kind kind; /* a success that may be asked for again */
    char key[24];
    struct actor actor;
    struct hash request;
    uint64_t seq;
    utc_s at;
};

struct drive_company {
    const char *id;
    struct follow follow;
    struct outside outside;
    struct drive_kept kept[DRIVE_KEPT];
    size_t n_kept;
};

struct drive_job {
    struct desk_job job;
    struct arena arena;
    struct drive_company *company;
    bool must_succeed; /* unless the oracle finds something in the way */
    bool is_replay;
    bool is_stale;              /* the version was drawn wrong */
    uint64_t seen;              /* the newest entry when it was wished */
    struct str named, must_say; /* a setting: its _id; what its row must say once it is done */
    uint64_t replay_seq;
    char key[24];
    uint64_t line; /* of the trace */
    struct drive *drive;
};

enum gate { GATE_OPEN, GATE_REACHED, GATE_LEFT };

struct desk_dice { /* what the desk draws follows from the seed too */
    struct dice port;
    uint64_t state;
};

struct drive {
    struct desk *desk;
    struct store *store;
    struct rig_clock *clock;
    struct dicebox dice;
    struct desk_dice desk_dice;
    struct drive_company companies[DRIVE_COMPANIES];
    size_t n_companies;
    uint64_t seed, commands;
    utc_s newest;  /* the furthest the clock has been */
    bool is_world; /* a fresh store within another life: it makes no further ones */
    atomic_bool stopped;
    pthread_mutex_t lock; /* of what stands below */
    pthread_cond_t changed;
    size_t n_waiting; /* jobs */
    enum gate gate;
    struct drive_job jobs[DRIVE_BATCH_MAX];
};

struct drive_start {
    struct store *store;
    struct rig_clock *clock;
    uint64_t seed;
    struct draw_set off; /* draws left out */
    utc_s now;           /* 0: the usual first moment */
    struct str document; /* of the first company; empty: the rig's */
    int inspectors;
    size_t companies;
    bool is_world;
};

struct drive *drive_open(const struct drive_start *start);
void drive_close(struct drive *drive); /* closes the desk */

/* n commands, and whatever else happens meanwhile. */
void drive_run(struct drive *drive, uint64_t n);

/* The desk's image, a fresh desk's image and the fold of the journal are one; the checker agrees.
 */
void drive_verify(struct drive *drive);

/* A store that the desk cannot close, so that another may open it. */
struct store *drive_share(struct store *inner);

/* ---- for the parts of it ---- */

utc_s drive_now(const struct drive *d, const struct drive_company *c); /* as decided at */
void drive_image_verify(struct drive *d, struct drive_company *c, struct desk *desk);
const struct image *drive_image(struct drive *d, const struct drive_company *c, struct desk *desk);
void drive_restart(struct drive *d);
void drive_sweep(struct drive *d);

/* wishes.c: what somebody may want. */
utc_s wish_start(struct drive *d, const struct drive_company *c);
void wish(struct drive *d, struct drive_company *c, struct drive_job *to);

/* judge.c, judge_house.c */
void judge(struct drive *d, struct drive_job *it);
void judge_setting(const struct drive_job *it); /* a configure's answer */
void judge_key(const struct drive_job *it);     /* a key's */
void judge_erased(struct drive *d, const struct drive_job *it);
void drive_keys_verify(struct drive *d, struct drive_company *c); /* at the newest entry */

/* words.c: a command, and an answer, in words; the answer as far as two desks must agree on it. */
void words_of_job(const struct drive_job *it);
void words_of_answer(const struct drive_job *it);
void answer_print(struct buf *out, const struct desk_job *job);

/* worlds.c: a fresh store, filled, lived in, verified. */
void world_copy(struct drive *d);
void world_large(struct drive *d);
void world_crowd(struct drive *d);

#endif
