/* Fresh stores within a life: a company is put into one, compared, lived in and verified. They are
 * in memory, whatever the life itself is in. */
#include "drive.h"

enum { COPY_ORDERS_MAX = 2000, LARGE_INSPECTORS = 300, CROWD_MIN = 60 };

struct world {
    struct rig_clock clock;
    struct store *store;
    struct drive *drive;
};

static void world_open(struct drive *d, struct world *w, const char *what, struct str document,
                       int inspectors)
{
    struct il_err err = { .code = "" };
    struct draw_set off = d->dice.off;
    off.has[DRAW_copy] = off.has[DRAW_large] = off.has[DRAW_crowd] = true;
    CHECK(store_memory_open(dice_system(), &w->store, &err) == IL_OK, "store: %s", err.text);
    trace_indent(what);
    const struct drive_start start = { .store = w->store,
                                       .clock = &w->clock,
                                       .seed = d->dice.state >> 1,
                                       .off = off,
                                       .now = drive_now(d, &d->companies[0]),
                                       .document = document,
                                       .inspectors = inspectors,
                                       .companies = 1,
                                       .is_world = true };
    w->drive = drive_open(&start);
    trace->tally.worlds++;
}

static void world_close(struct world *w)
{
    drive_verify(w->drive);
    drive_close(w->drive);
    store_close(w->store);
    trace_indent("");
}

static bool same_inspection(const struct model_inspection *a, const struct model_inspection *b)
{
    return a != NULL && b != NULL && a->start == b->start && a->end == b->end &&
           a->status == b->status && a->order_number == b->order_number && a->lead == b->lead &&
           a->n_assignments == b->n_assignments;
}

/* Pairs of orders and absences that overlap, counted without any conflict's help. */
static size_t overlaps_of(const struct model *m)
{
    size_t n = 0;
    for (int who = 0; who < m->n_inspectors; who++)
        for (size_t i = 0; i < m->n_claims[who]; i++)
            for (size_t k = 0; k < i; k++) {
                const struct model_claim *a = &m->claims[who][i];
                const struct model_claim *b = &m->claims[who][k];
                const bool orders = a->kind == CLAIM_INSPECTION || b->kind == CLAIM_INSPECTION;
                n += a->kind != CLAIM_HOLD && b->kind != CLAIM_HOLD && orders &&
                     a->start < b->end && b->start < a->end;
            }
    return n;
}

static size_t absences_of(const struct model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n_absences; i++)
        n += !m->absences[i].is_removed;
    return n;
}

/* Everything that was exported stands in the copy, and nothing else; each overlap has its conflict.
 */
static void expect_copy(const struct model *from, const struct model *to)
{
    CHECK(from->n_inspections == to->n_inspections && absences_of(from) == absences_of(to),
          "of %zu orders and %zu absences the copy has %zu and %zu", from->n_inspections,
          absences_of(from), to->n_inspections, absences_of(to));
    for (size_t i = 0; i < from->n_inspections; i++) {
        const struct model_inspection *at = &from->inspections[i];
        CHECK(same_inspection(at, model_named(to, str_from(at->id))),
              "%s is in the copy otherwise, or not at all", at->id);
    }
    CHECK(to->n_conflicts == overlaps_of(from), "%zu pairs overlap, the copy has %zu conflicts",
          overlaps_of(from), to->n_conflicts);
}

void world_copy(struct drive *d)
{
    struct world w = { .store = NULL };
    struct buf text = { 0 };
    struct il_err err = { .code = "" };
    struct drive_company *c = &d->companies[0];
    trace_say("%s: an export is imported into a fresh store", c->id);
    if (c->follow.model.n_inspections > COPY_ORDERS_MAX)
        return;
    CHECK(desk_export(d->desk, str_from(c->id), &text, &err) == IL_OK, "desk_export: %s", err.text);
    world_open(d, &w, "copy ", buf_view(&text), c->follow.model.n_inspectors);
    expect_copy(&c->follow.model, &w.drive->companies[0].follow.model);
    outside_same_export(w.drive, &w.drive->companies[0]);
    drive_run(w.drive, 100 + dice(&d->dice, 300));
    outside_same_export(w.drive, &w.drive->companies[0]);
    world_close(&w);
    buf_drop(&text);
}

void world_large(struct drive *d)
{
    struct world w = { .store = NULL };
    trace_say("a company of %d inspectors in a fresh store", LARGE_INSPECTORS);
    world_open(d, &w, "large ", STR(""), LARGE_INSPECTORS);
    drive_run(w.drive, 60);
    world_close(&w);
}

void world_crowd(struct drive *d)
{
    struct world w = { .store = NULL };
    static const int edges[] = { CROWD_MAX, CROWD_MAX + 1, OUTSIDE_MAX };
    const int n =
        chance(&d->dice, 75) ? CROWD_MIN + (int)dice(&d->dice, 120) : edges[dice(&d->dice, 3)];
    trace_say("%d orders at one time in a fresh store", n);
    world_open(d, &w, "crowd ", STR(""), RIG_INSPECTORS);
    outside_crowd(w.drive, &w.drive->companies[0], n);
    drive_run(w.drive, 10);
    world_close(&w);
}
