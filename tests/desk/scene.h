/* What the cases of months of use share: one desk on a store that outlives it, and documents in few
 * words. */
#ifndef DESK_TESTS_SCENE_H
#define DESK_TESTS_SCENE_H

#include "fault_store.h"

static const utc_s now = 1792800000; /* 2026-10-24T00:00:00Z */
static const utc_s slot = 1792800000 + 8 * DAY_S;

struct scene { /* one desk on a store that outlives it; the desk keeps the clock's address */
    struct rig_clock clock;
    struct store *memory;
    struct desk *desk;
    struct arena arena;
};

struct order { /* of an import */
    utc_s start;
    int32_t minutes;
    const char *status;
    int number; /* 0: by its place in the list */
};

struct desk *open_on(struct scene *s, struct store *store);
struct scene scene_open(void);
void scene_start(struct scene *s);
void scene_restart(struct scene *s, utc_s at);
void expect_clean(struct store *store);
void scene_close(struct scene *s);
enum code do_job(struct desk *desk, struct desk_job *job);
enum code visit(struct scene *s, enum command_kind kind, const char *inspector, utc_s at);
struct desk_job event_job(struct scene *s, const char *inspector, struct span when,
                          enum affected affected);
void put_event(struct buf *out, const char *id, utc_s at);
struct str orders_text(struct buf *out, const struct order *orders, size_t n, const char *client);
il_rc import_text(struct desk *desk, struct str text, struct import_report *ret,
                  struct il_err *reterr);
struct import_report import_orders(struct desk *desk, const struct order *orders, size_t n,
                                   const char *client);

#endif
