/* The oracle of the desk's property test. */
#include "house.h"
#include "steps.h"

#include <stdlib.h>
#include <string.h>

void *model_grow(void *at, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return at;
    *room = *room == 0 ? 64 : 2 * *room;
    void *more = realloc(at, *room * size);
    CHECK(more != NULL, "out of memory");
    return more;
}

void model_drop(struct model *model)
{
    for (int i = 0; i < MODEL_INSPECTORS_MAX; i++)
        free(model->claims[i]);
    free(model->holds);
    free(model->inspections);
    free(model->absences);
    free(model->conflicts);
    free(model->keys);
    free(model->people);
    free(model->things);
    pairs_drop(&model->admitted);
}

void model_copy(char *ret, struct str text, size_t most)
{
    CHECK(text.len <= most, "a text of %zu characters: %.*s", text.len, STR_ARG(text));
    if (text.len > 0)
        memcpy(ret, text.at, text.len);
    ret[text.len] = '\0';
}

int model_inspector(struct str id)
{
    int64_t n = -1;
    CHECK(id.len >= 2 && id.at[0] == 'i' && str_to_int((struct str){ id.at + 1, id.len - 1 }, &n) &&
              n >= 0 && n < MODEL_INSPECTORS_MAX,
          "unknown inspector %.*s", STR_ARG(id));
    return (int)n;
}

/* ---- finding ---- */

/* Arrays of records are sorted by ref, which each of them has as its first member. */
static size_t place_of(const void *array, size_t n, size_t size, ref_t ref)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        ref_t at;
        memcpy(&at, (const char *)array + middle * size, sizeof(at));
        if (at < ref)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#define FOUND(model, list, by_ref) \
    found_at((model)->list, (model)->n_##list, sizeof((model)->list[0]), by_ref)

static void *found_at(void *array, size_t n, size_t size, ref_t ref)
{
    const size_t i = place_of(array, n, size, ref);
    if (i == n)
        return NULL;
    char *at = (char *)array + i * size;
    ref_t here;
    memcpy(&here, at, sizeof(here));
    return here == ref ? at : NULL;
}

const struct model_hold *model_find_hold(const struct model *model, ref_t ref)
{
    return FOUND(model, holds, ref);
}

const struct model_inspection *model_find_inspection(const struct model *model, ref_t ref)
{
    return FOUND(model, inspections, ref);
}

const struct model_absence *model_find_absence(const struct model *model, ref_t ref)
{
    return FOUND(model, absences, ref);
}

const struct model_conflict *model_find_conflict(const struct model *model, ref_t ref)
{
    return FOUND(model, conflicts, ref);
}

const struct model_inspection *model_named(const struct model *model, struct str id)
{
    for (size_t i = model->n_inspections; i-- > 0;)
        if (str_equal(id, str_from(model->inspections[i].id)))
            return &model->inspections[i];
    return NULL;
}

const struct model_hold *model_dead_hold(const struct model *model, utc_s now)
{
    for (size_t i = 0; i < model->n_holds; i++)
        if (model->holds[i].state == HOLD_LIVE && model->holds[i].expires_at <= now)
            return &model->holds[i];
    return NULL;
}

static bool touches(utc_s a, utc_s a_end, utc_s b, utc_s b_end)
{
    return a < b_end && b < a_end;
}

static bool has_ended(const struct model_claim *c, utc_s now)
{
    return c->kind == CLAIM_HOLD && c->expires_at <= now;
}

const struct model_claim *model_in_the_way(const struct model *model, int inspector,
                                           const struct model_look *look)
{
    for (size_t i = 0; i < model->n_claims[inspector]; i++) {
        const struct model_claim *c = &model->claims[inspector][i];
        const int64_t buffer = is_absence(c->kind) ? 0 : model->buffer_s;
        if (has_ended(c, look->now) || c->owner == look->without[0] || c->owner == look->without[1])
            continue;
        if (touches(look->start - buffer, look->end + buffer, c->start, c->end))
            return c;
    }
    return NULL;
}

/* ---- claims follow from records ---- */

static void claim_put(struct model *model, struct model_claim claim)
{
    const int i = claim.inspector;
    CHECK(claim.start < claim.end, "an empty claim");
    CHECK(claim.ref != 0, "a claim without a ref");
    model->claims[i] =
        model_grow(model->claims[i], model->n_claims[i], &model->room_claims[i], sizeof(claim));
    model->claims[i][model->n_claims[i]++] = claim;
}

static void claims_forget(struct model *model, ref_t owner)
{
    for (int i = 0; i < model->n_inspectors; i++) {
        size_t n = 0;
        for (size_t k = 0; k < model->n_claims[i]; k++) {
            const struct model_claim c = model->claims[i][k];
            if (c.owner != owner)
                model->claims[i][n++] = c;
        }
        model->n_claims[i] = n;
    }
}

const struct model_claim *model_find_claim(const struct model *model, int inspector, ref_t ref)
{
    for (size_t k = 0; k < model->n_claims[inspector]; k++)
        if (model->claims[inspector][k].ref == ref)
            return &model->claims[inspector][k];
    return NULL;
}

static bool owner_is_told(const struct entry *entry, ref_t owner)
{
    for (size_t i = 0; i < entry->n_inspections; i++)
        if (entry->inspections[i]->ref == owner)
            return true;
    for (size_t i = 0; i < entry->n_holds; i++)
        if (entry->holds[i]->ref == owner)
            return true;
    for (size_t i = 0; i < entry->n_absences; i++)
        if (entry->absences[i].ref == owner)
            return true;
    return false;
}

static bool claim_is_as_told(const struct model_claim *c, const struct claim_at *told)
{
    return c != NULL && c->start == told->claim.when.start && c->end == told->claim.when.end &&
           c->owner == told->claim.owner && c->kind == told->claim.kind &&
           c->expires_at == told->claim.expires_at;
}

static bool is_added_again(const struct entry *entry, const struct claim_at *removed)
{
    for (size_t i = 0; i < entry->n_added; i++)
        if (entry->added[i].claim.ref == removed->claim.ref)
            return str_equal(entry->added[i].inspector, removed->inspector);
    return false;
}

/* Before the records are laid: what is removed stood there, and its owner is told anew. A claim
 * may be written again as it was, but for its lock group. */
static void judge_removed(const struct model *model, const struct entry *entry)
{
    for (size_t i = 0; i < entry->n_removed; i++) {
        const struct claim_at *told = &entry->removed[i];
        const struct model_claim *c =
            model_find_claim(model, model_inspector(told->inspector), told->claim.ref);
        CHECK(claim_is_as_told(c, told), "seq %lu removes a claim that did not stand so",
              (unsigned long)entry->seq);
        CHECK(owner_is_told(entry, c->owner) || is_added_again(entry, told),
              "seq %lu removes a claim and not its owner", (unsigned long)entry->seq);
    }
}

static bool is_removed(const struct entry *entry, ref_t claim)
{
    for (size_t i = 0; i < entry->n_removed; i++)
        if (entry->removed[i].claim.ref == claim)
            return true;
    return false;
}

static size_t claims_of(const struct model *model, const struct entry *entry)
{
    size_t n = 0;
    for (int i = 0; i < model->n_inspectors; i++)
        for (size_t k = 0; k < model->n_claims[i]; k++)
            if (owner_is_told(entry, model->claims[i][k].owner))
                n++;
    return n;
}

static size_t told_of(const struct entry *entry, const struct claim_at *claims, size_t n)
{
    size_t told = 0;
    for (size_t i = 0; i < n; i++)
        told += owner_is_told(entry, claims[i].claim.owner);
    return told;
}

/* After: each claim added follows from a record, and claims before - removed + added = after. */
static void judge_added(const struct model *model, const struct entry *entry, size_t before)
{
    const size_t removed = told_of(entry, entry->removed, entry->n_removed);
    const size_t added = told_of(entry, entry->added, entry->n_added);
    for (size_t i = 0; i < entry->n_added; i++) {
        const struct claim_at *told = &entry->added[i];
        const struct model_claim *c =
            model_find_claim(model, model_inspector(told->inspector), told->claim.ref);
        CHECK(claim_is_as_told(c, told), "seq %lu adds a claim that no record has",
              (unsigned long)entry->seq);
    }
    CHECK(before - removed + added == claims_of(model, entry),
          "seq %lu: %zu claims - %zu + %zu are not %zu", (unsigned long)entry->seq, before, removed,
          added, claims_of(model, entry));
}

/* ---- records ---- */

static void lay_hold(struct model *model, const struct entry *entry, const struct hold *hold)
{
    struct model_hold *old = FOUND(model, holds, hold->ref);
    const unsigned long seq = (unsigned long)entry->seq;
    if (old == NULL) {
        CHECK(hold->state == HOLD_LIVE, "seq %lu: a hold is born ended", seq);
        CHECK(hold->ref >> REF_SEQ_SHIFT == entry->seq, "seq %lu: the hold's ref is old", seq);
        CHECK(model->n_holds == 0 || model->holds[model->n_holds - 1].ref < hold->ref, "order");
        model->holds = model_grow(model->holds, model->n_holds, &model->room_holds, sizeof(*old));
        old = &model->holds[model->n_holds++];
    } else {
        CHECK(old->state != HOLD_CONSUMED, "seq %lu: a consumed hold changed", seq);
        const bool ended = old->state != HOLD_LIVE;
        const bool over = ended || old->expires_at <= entry->at;
        CHECK(over || hold->cap_at <= old->cap_at, "seq %lu: the cap of a living hold grew", seq);
        CHECK(!ended || hold->state == HOLD_LIVE || hold->state == HOLD_CONSUMED,
              "seq %lu: a hold ended twice", seq);
        CHECK(hold->state != HOLD_CONSUMED || over == entry->hold_reacquired,
              "seq %lu: an ended hold was consumed in silence, or a living one said to be", seq);
        CHECK(hold->state != HOLD_EXPIRED || old->expires_at <= entry->at,
              "seq %lu: a hold expired before its time", seq);
        CHECK(hold->state != HOLD_RELEASED || entry->kind == COMMAND_RELEASE,
              "seq %lu: a hold was released by another command", seq);
    }
    CHECK(hold->state != HOLD_LIVE || hold->expires_at > entry->at,
          "seq %lu: a live hold without time", seq);
    CHECK(hold->expires_at <= hold->cap_at, "seq %lu: a hold past its cap", seq);
    CHECK((hold->state == HOLD_CONSUMED) == (hold->inspection != 0), "seq %lu: consumed by nobody",
          seq);
    *old = (struct model_hold){ hold->ref,
                                hold->state,
                                hold->when.start,
                                hold->when.end,
                                hold->expires_at,
                                hold->cap_at,
                                { 0 },
                                0,
                                false,
                                "" };
    model_copy(old->brand, hold->brand, MODEL_ID_CHARS);
    old->is_online = str_equal(hold->key_id, STR("k-online"));
    claims_forget(model, hold->ref);
    for (size_t i = 0; i < hold->inspectors.n; i++) {
        const int inspector = model_inspector(hold->inspectors.at[i]);
        if (i < MODEL_ASSIGNMENTS)
            old->inspectors[old->n_inspectors++] = inspector;
        if (hold->state == HOLD_LIVE)
            claim_put(model, (struct model_claim){ inspector, hold->when.start, hold->when.end,
                                                   hold->claims[i], hold->ref, CLAIM_HOLD,
                                                   hold->expires_at });
    }
}

static void copy_id(char ret[MODEL_ID_CHARS + 1], struct str id)
{
    CHECK(id.len > 0, "an empty id");
    model_copy(ret, id, MODEL_ID_CHARS);
}

/* A name and a number are one order's for ever. */
static void judge_name(const struct model *model, const struct entry *entry,
                       const struct inspection *inspection)
{
    for (size_t i = 0; i < model->n_inspections; i++) {
        const struct model_inspection *other = &model->inspections[i];
        CHECK(!str_equal(inspection->id, str_from(other->id)) &&
                  other->order_number != inspection->order_number,
              "seq %lu: %s: %.*s (order %ld) has the name or number of %s (order %ld)",
              (unsigned long)entry->seq, command_name(entry->kind).at, STR_ARG(inspection->id),
              (long)inspection->order_number, other->id, (long)other->order_number);
    }
    CHECK(inspection->order_number > 0 && inspection->order_number < entry->next_order,
          "seq %lu: order number %ld will be given again", (unsigned long)entry->seq,
          (long)inspection->order_number);
}

static void lay_inspection(struct model *model, const struct entry *entry,
                           const struct inspection *inspection)
{
    struct model_inspection *old = FOUND(model, inspections, inspection->ref);
    const unsigned long seq = (unsigned long)entry->seq;
    if (old == NULL) {
        CHECK(inspection->version == 1, "seq %lu: a new inspection at version %ld", seq,
              (long)inspection->version);
        CHECK(inspection->ref >> REF_SEQ_SHIFT == entry->seq, "seq %lu: its ref is old", seq);
        CHECK(model->n_inspections == 0 ||
                  model->inspections[model->n_inspections - 1].ref < inspection->ref,
              "seq %lu: refs are given out of order", seq);
        judge_name(model, entry, inspection);
        model->inspections = model_grow(model->inspections, model->n_inspections,
                                        &model->room_inspections, sizeof(*old));
        old = &model->inspections[model->n_inspections++];
        old->is_imported = entry->kind == COMMAND_ADMIT;
        old->was_cancelled = false;
    } else {
        CHECK(inspection->version == old->version + 1, "seq %lu: version %ld after %ld", seq,
              (long)inspection->version, (long)old->version);
        CHECK(strlen(old->id) == inspection->id.len &&
                  memcmp(old->id, inspection->id.at, inspection->id.len) == 0 &&
                  old->order_number == inspection->order_number,
              "seq %lu: an inspection changed its name", seq);
    }
    old->ref = inspection->ref;
    copy_id(old->id, inspection->id);
    old->order_number = inspection->order_number;
    old->version = inspection->version;
    old->status = inspection->status;
    old->start = inspection->when.start;
    old->end = inspection->when.end;
    claims_forget(model, inspection->ref);
    CHECK(inspection->n_assignments > 0, "seq %lu: an inspection of nobody", seq);
    old->lead = model_inspector(inspection->assignments[0].inspector);
    old->n_assignments = inspection->n_assignments;
    old->is_locked = inspection->is_locked;
    copy_id(old->brand, inspection->brand);
    old->property = inspection->property;
    old->person = inspection->person;
    old->cents = inspection->price.cents;
    old->services = steps_words(inspection->services);
    old->was_cancelled |= inspection->status == STATUS_CANCELLED;
    CHECK(inspection->n_assignments <= MODEL_ASSIGNMENTS, "seq %lu: too many people", seq);
    for (size_t i = 0; i < inspection->n_assignments; i++) {
        const struct assignment *a = &inspection->assignments[i];
        old->assigned[i] = (struct model_assignment){ model_inspector(a->inspector), a->when.start,
                                                      a->when.end, a->claim };
        CHECK((a->claim != 0) == (inspection->status != STATUS_CANCELLED),
              "seq %lu: live and without claim, or the other way round", seq);
        if (inspection->status != STATUS_CANCELLED)
            claim_put(model, (struct model_claim){ model_inspector(a->inspector), a->when.start,
                                                   a->when.end, a->claim, inspection->ref,
                                                   CLAIM_INSPECTION, 0 });
    }
}

static void lay_absence(struct model *model, const struct entry *entry,
                        const struct absence *absence)
{
    struct model_absence *old = FOUND(model, absences, absence->ref);
    if (old == NULL) {
        CHECK(absence->version == 1, "a new absence at version %ld", (long)absence->version);
        CHECK(model->n_absences == 0 || model->absences[model->n_absences - 1].ref < absence->ref,
              "seq %lu: refs are given out of order", (unsigned long)entry->seq);
        for (size_t i = 0; i < model->n_absences; i++)
            CHECK(model->absences[i].is_removed ||
                      !str_equal(absence->id, str_from(model->absences[i].id)),
                  "seq %lu: two absences are named %s", (unsigned long)entry->seq,
                  model->absences[i].id);
        model->absences =
            model_grow(model->absences, model->n_absences, &model->room_absences, sizeof(*old));
        old = &model->absences[model->n_absences++];
    } else {
        CHECK(absence->version == old->version + 1 || absence->is_removed,
              "seq %lu: absence version %ld after %ld", (unsigned long)entry->seq,
              (long)absence->version, (long)old->version);
        CHECK(!old->is_removed, "a removed absence changed");
    }
    old->ref = absence->ref;
    copy_id(old->id, absence->id);
    old->version = absence->version;
    old->kind = absence->kind;
    old->inspector = model_inspector(absence->inspector);
    old->claim = absence->claim;
    old->start = absence->when.start;
    old->end = absence->when.end;
    old->is_removed = absence->is_removed;
    claims_forget(model, absence->ref);
    if (!absence->is_removed)
        claim_put(model,
                  (struct model_claim){ model_inspector(absence->inspector), absence->when.start,
                                        absence->when.end, absence->claim, absence->ref,
                                        (uint8_t)absence->kind, 0 });
}

static void lay_conflict(struct model *model, const struct entry *entry,
                         const struct conflict *conflict)
{
    const unsigned long seq = (unsigned long)entry->seq;
    CHECK(conflict->a.claim < conflict->b.claim, "the sides of a conflict are not in order");
    const size_t i =
        place_of(model->conflicts, model->n_conflicts, sizeof(*model->conflicts), conflict->ref);
    const bool known = i < model->n_conflicts && model->conflicts[i].ref == conflict->ref;
    if (conflict->state == CONFLICT_RESOLVED) {
        CHECK(known, "seq %lu: %s: conflict %lx of %lx and %lx is not open", seq,
              command_name(entry->kind).at, (unsigned long)conflict->ref,
              (unsigned long)conflict->a.claim, (unsigned long)conflict->b.claim);
        CHECK(conflict->resolved_how.len > 0, "seq %lu: a conflict ends somehow", seq);
        (void)pairs_remove(&model->admitted, conflict->a.claim, conflict->b.claim);
        memmove(&model->conflicts[i], &model->conflicts[i + 1],
                (--model->n_conflicts - i) * sizeof(*model->conflicts));
        model->n_closed++;
        return;
    }
    if (known && entry->kind == COMMAND_CONFLICT) { /* it admits its pair as before */
        model->conflicts[i].state = conflict->state;
        return;
    }
    CHECK(!known, "seq %lu: a conflict is told again", seq);
    CHECK(conflict->ref >> REF_SEQ_SHIFT == entry->seq && i == model->n_conflicts,
          "seq %lu: the conflict's ref is old", seq);
    CHECK(pairs_add(&model->admitted, conflict->a.claim, conflict->b.claim),
          "seq %lu: the pair of %lx and %lx is in conflict twice", seq,
          (unsigned long)conflict->a.claim, (unsigned long)conflict->b.claim);
    steps_judge_cause(entry, conflict);
    model->conflicts =
        model_grow(model->conflicts, i, &model->room_conflicts, sizeof(*model->conflicts));
    model->n_conflicts++;
    model->n_opened++;
    model->conflicts[i] =
        (struct model_conflict){ conflict->ref, conflict->a.claim, conflict->b.claim,
                                 model_inspector(conflict->inspector), conflict->state };
}

/* ---- laws ---- */

/* D1 for what is new; the buffer too, where nothing said it may be passed. */
static void judge_overlaps(const struct model *model, const struct entry *entry,
                           const struct claim_at *told)
{
    const int inspector = model_inspector(told->inspector);
    const struct claim *added = &told->claim;
    const bool passing = entry->kind == COMMAND_ADMIT || is_absence(added->kind) ||
                         is_removed(entry, added->ref) ||
                         (entry->overridden & (code_set)1 << CODE_slot_taken) != 0;
    for (size_t k = 0; k < model->n_claims[inspector]; k++) {
        const struct model_claim *c = &model->claims[inspector][k];
        const bool absent = is_absence(c->kind);
        const int64_t most = absent ? 0 : model->buffer_s;
        if (!touches(added->when.start - most, added->when.end + most, c->start, c->end))
            continue;
        if (c->ref == added->ref || (absent && is_absence(added->kind)) ||
            pairs_have(&model->admitted, c->ref, added->ref))
            continue;
        CHECK(!touches(added->when.start, added->when.end, c->start, c->end),
              "seq %lu: claims %lx and %lx of i%d overlap", (unsigned long)entry->seq,
              (unsigned long)added->ref, (unsigned long)c->ref, inspector);
        CHECK(absent || passing || has_ended(c, entry->at),
              "seq %lu: %s: claims %lx and %lx of i%d leave no buffer"
              " ([%ld, %ld) and [%ld, %ld) at %ld)",
              (unsigned long)entry->seq, command_name(entry->kind).at, (unsigned long)added->ref,
              (unsigned long)c->ref, inspector, (long)added->when.start, (long)added->when.end,
              (long)c->start, (long)c->end, (long)entry->at);
    }
}

static bool stand_and_overlap(const struct model *model, int inspector, ref_t a_ref, ref_t b_ref)
{
    const struct model_claim *a = model_find_claim(model, inspector, a_ref);
    const struct model_claim *b = model_find_claim(model, inspector, b_ref);
    return a != NULL && b != NULL && touches(a->start, a->end, b->start, b->end);
}

/* A conflict that is not resolved names two claims that stand, of one inspector, overlapping; one
 * that was resolved does not. */
static void judge_conflicts(const struct model *model, const struct entry *entry)
{
    for (size_t i = 0; i < model->n_conflicts; i++) {
        const struct model_conflict *c = &model->conflicts[i];
        if (c->ref >> REF_SEQ_SHIFT != entry->seq && !is_removed(entry, c->a) &&
            !is_removed(entry, c->b))
            continue;
        CHECK(stand_and_overlap(model, c->inspector, c->a, c->b),
              "seq %lu leaves conflict %lx open on a pair that does not overlap",
              (unsigned long)entry->seq, (unsigned long)c->ref);
    }
    for (size_t i = 0; i < entry->n_conflicts; i++) {
        const struct conflict *c = &entry->conflicts[i];
        CHECK(c->state != CONFLICT_RESOLVED ||
                  !stand_and_overlap(model, model_inspector(c->inspector), c->a.claim, c->b.claim),
              "seq %lu resolves conflict %lx though its pair overlaps", (unsigned long)entry->seq,
              (unsigned long)c->ref);
    }
}

void model_tell(struct model *model, const struct entry *entry)
{
    CHECK(entry->seq == model->seq + 1, "seq %lu after %lu", (unsigned long)entry->seq,
          (unsigned long)model->seq);
    CHECK(entry->at >= model->last_at, "seq %lu: time goes back", (unsigned long)entry->seq);
    CHECK(entry->next_order >= model->next_order, "seq %lu: order numbers go back",
          (unsigned long)entry->seq);
    model->seq = entry->seq;
    model->last_at = entry->at;
    model->next_order = entry->next_order;
    model->kinds[entry->kind]++;
    model->n_told += entry->n_added + entry->n_removed;
    judge_removed(model, entry);
    steps_judge(model, entry);
    house_judge(model, entry);
    const size_t before = claims_of(model, entry);
    for (size_t i = 0; i < entry->n_holds; i++)
        lay_hold(model, entry, entry->holds[i]);
    for (size_t i = 0; i < entry->n_inspections; i++)
        lay_inspection(model, entry, entry->inspections[i]);
    for (size_t i = 0; i < entry->n_absences; i++)
        lay_absence(model, entry, &entry->absences[i]);
    for (size_t i = 0; i < entry->n_conflicts; i++)
        lay_conflict(model, entry, &entry->conflicts[i]);
    judge_added(model, entry, before);
    for (size_t i = 0; i < entry->n_added; i++)
        judge_overlaps(model, entry, &entry->added[i]);
    judge_conflicts(model, entry);
    house_tell(model, entry);
    CHECK(entry->kind != COMMAND_EXPIRE || model_dead_hold(model, entry->at) == NULL,
          "seq %lu: swept, and hold %lx that ended is live", (unsigned long)entry->seq,
          (unsigned long)model_dead_hold(model, entry->at)->ref);
}

void model_judge_taken(const struct model *model, const struct verdict *verdict, struct span asked,
                       utc_s now)
{
    CHECK(verdict->n_evidence > 0, "seq %lu: taken, and by nothing", (unsigned long)model->seq);
    for (size_t i = 0; i < verdict->n_evidence; i++) {
        const struct evidence *e = &verdict->evidence[i];
        const int inspector = model_inspector(e->inspector);
        bool stands = false;
        for (size_t k = 0; k < model->n_claims[inspector]; k++) {
            const struct model_claim *c = &model->claims[inspector][k];
            stands |= c->owner == e->owner && c->start == e->when.start && c->end == e->when.end &&
                      c->kind == e->kind && !has_ended(c, now);
        }
        CHECK(stands, "seq %lu: evidence that does not stand", (unsigned long)model->seq);
        const int64_t buffer = is_absence((uint8_t)e->kind) ? 0 : model->buffer_s;
        CHECK(touches(asked.start - buffer, asked.end + buffer, e->when.start, e->when.end),
              "seq %lu: asked [%ld, %ld), and shown [%ld, %ld) of kind %d",
              (unsigned long)model->seq, (long)asked.start, (long)asked.end, (long)e->when.start,
              (long)e->when.end, (int)e->kind);
    }
}
