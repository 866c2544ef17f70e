/* Writing an entry: claims in and out, conflicts, expiries, references. */
#include "draft.h"

#include "keys.h"
#include "lists.h"

#include <assert.h>
#include <string.h>

static const id_draw ID_DRAW_MASK = ((id_draw)1 << 48) - 1;

struct draft draft_make(const struct image *image, const struct command *command, utc_s now,
                        struct arena *arena)
{
    struct entry *entry = arena_new(arena, struct entry);
    entry->seq = image->seq + 1;
    entry->at = now;
    entry->kind = command->kind;
    entry->actor = command->actor;
    entry->reason = command->reason;
    entry->next_order = image->next_order;
    return (struct draft){
        .image = image,
        .command = command,
        .arena = arena,
        .now = now,
        .entry = entry,
        .needs_floor = INT64_MAX,
        .n_open = image->n_conflicts,
    };
}

ref_t draft_ref(struct draft *d)
{
    assert(d->refs_used < REFS_PER_ENTRY_MAX);
    d->refs_used++;
    return d->entry->seq << REF_SEQ_SHIFT | d->refs_used;
}

/* The entry's number goes first: a store's index of ids then grows at its end. With the draw alone
 * each booking of a batch wrote a page of that index, a fifth of all pages written. */
struct str draft_id(struct draft *d, char letter)
{
    return str_print(d->arena, "%c%08llx%012llx", letter, (unsigned long long)d->entry->seq,
                     (unsigned long long)(d->command->draw & ID_DRAW_MASK));
}

static void need(struct draft *d, utc_s at)
{
    if (at < d->image->floor && at < d->needs_floor)
        d->needs_floor = at;
}

bool draft_reaches(struct draft *d, utc_s at)
{
    need(d, at);
    return at >= d->image->floor;
}

static void add_claim(struct draft *d, struct str inspector, const struct claim *claim)
{
    d->added = arena_grow(d->arena, d->added, d->n_added, &d->room_added, sizeof *d->added);
    places_put(&d->where_added, d->arena, claim->ref, d->n_added);
    d->added[d->n_added++] = (struct claim_at){ inspector, *claim };
}

/* Takes out of the entry what it had put in: a rewritten claim whose owner ends after all. */
static bool take_back(struct draft *d, ref_t ref)
{
    const size_t at = places_find(&d->where_added, ref);
    if (at == NOWHERE)
        return false;
    const struct claim_at last = d->added[--d->n_added];
    d->added[at] = last;
    places_put(&d->where_added, d->arena, last.claim.ref, at);
    places_put(&d->where_added, d->arena, ref, NOWHERE);
    return true;
}

static void remove_claim(struct draft *d, struct str inspector, const struct claim *claim)
{
    d->removed =
        arena_grow(d->arena, d->removed, d->n_removed, &d->room_removed, sizeof *d->removed);
    places_put(&d->where_removed, d->arena, claim->ref, d->n_removed);
    d->removed[d->n_removed++] = (struct claim_at){ inspector, *claim };
}

static bool is_removed(const struct draft *d, ref_t ref)
{
    return places_find(&d->where_removed, ref) != NOWHERE;
}

static const struct calendar *calendar_for(const struct draft *d, struct str inspector)
{
    const int32_t at = company_find_inspector(d->image->company, inspector);
    return at == NOT_FOUND ? NULL : d->image->calendars[at];
}

/* Writes at most `room` of what overlaps `when` on the inspector, as the draft stands now; returns
 * how many there are. */
static size_t look_over(const struct draft *d, struct str inspector, struct span when,
                        struct claim *ret, size_t room)
{
    const struct look everything = { .now = INT64_MIN };
    const struct calendar *calendar = calendar_for(d, inspector);
    const size_t n_found =
        calendar == NULL ? 0 : calendar_conflicts(calendar, &everything, when, no_buffer, NULL, 0);
    const struct claim **found = arena_array(d->arena, const struct claim *, n_found);
    size_t n = 0;
    if (n_found > 0)
        (void)calendar_conflicts(calendar, &everything, when, no_buffer, found, n_found);
    for (size_t i = 0; i < n_found; i++) {
        if (is_removed(d, found[i]->ref))
            continue;
        if (n < room)
            ret[n] = *found[i];
        n++;
    }
    for (size_t i = 0; i < d->n_added; i++) {
        if (!span_overlaps(d->added[i].claim.when, when) ||
            !str_equal(d->added[i].inspector, inspector))
            continue;
        if (n < room)
            ret[n] = d->added[i].claim;
        n++;
    }
    return n;
}

size_t draft_overlaps(const struct draft *d, struct str inspector, struct span when)
{
    return look_over(d, inspector, when, NULL, 0);
}

static size_t overlapping(const struct draft *d, struct str inspector, struct span when,
                          struct claim **ret)
{
    const size_t n = draft_overlaps(d, inspector, when);
    *ret = arena_array(d->arena, struct claim, n);
    return look_over(d, inspector, when, *ret, n);
}

static struct conflict_side side_of(const struct claim *c)
{
    return (struct conflict_side){ c->ref, c->owner, (enum claim_kind)c->kind, c->order_number,
                                   c->when };
}

void draft_conflict(struct draft *d, const struct conflict *record)
{
    d->conflicts = arena_grow(d->arena, d->conflicts, d->n_conflicts, &d->room_conflicts,
                              sizeof *d->conflicts);
    places_put(&d->where_conflicts, d->arena, record->ref, d->n_conflicts);
    d->conflicts[d->n_conflicts++] = *record;
}

static void open_conflict(struct draft *d, struct str inspector, const struct claim *x,
                          const struct claim *y, const char *cause)
{
    const bool in_order = x->ref < y->ref;
    const struct conflict opened = {
        .ref = draft_ref(d),
        .inspector = inspector,
        .a = side_of(in_order ? x : y),
        .b = side_of(in_order ? y : x),
        .state = CONFLICT_OPEN,
        .cause = str_from(cause),
        .reason = d->command->override.reason,
        .opened_at = d->now,
    };
    draft_conflict(d, &opened);
    d->n_open++;
}

/* Whether the entry holds n more conflicts; full, the draft is thrown away (F4). */
static bool has_room(struct draft *d, size_t n)
{
    if (d->n_conflicts + n > DRAFT_CONFLICTS_MAX || d->n_added > DRAFT_CLAIMS_MAX ||
        d->n_open + n > OPEN_CONFLICTS_MAX)
        d->is_full = true;
    return !d->is_full;
}

/* Rewrites every claim of the inspector whose lock group is among `from` (sorted), so that one
 * group holds the whole admitted conflict: the database's lock knows groups, not pairs. A claim
 * that begins before the floor may overlap others of its group that the image does not hold: then
 * the decision needs a deeper image (F4). */
static void regroup(struct draft *d, struct str inspector, const ref_t *from, size_t n_from,
                    ref_t to)
{
    const struct calendar *calendar = calendar_for(d, inspector);
    for (size_t i = 0; i < d->n_added; i++) {
        if (refs_have(from, n_from, d->added[i].claim.lock_group) &&
            str_equal(d->added[i].inspector, inspector))
            d->added[i].claim.lock_group = to;
    }
    for (size_t i = 0; calendar != NULL && i < calendar->n_claims; i++) {
        struct claim moved = calendar->claims[i];
        if (!refs_have(from, n_from, moved.lock_group) || is_removed(d, moved.ref))
            continue;
        need(d, moved.when.start);
        if (!has_room(d, 0))
            return;
        remove_claim(d, inspector, &moved);
        moved.lock_group = to;
        add_claim(d, inspector, &moved);
    }
}

static bool is_ended(const struct draft *d, ref_t hold)
{
    for (size_t i = 0; i < d->n_holds; i++) {
        if (d->holds[i]->ref == hold)
            return true;
    }
    return false;
}

/* D3: whoever takes the time of a dead hold writes its expiry. */
static void expire_dead(struct draft *d, const struct claim *others, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (claim_is_live(&others[i], d->now) || is_ended(d, others[i].owner))
            continue;
        const struct hold *dead = image_find_hold(d->image, others[i].owner);
        assert(dead != NULL && "a hold's claim has its record beside it (M2)");
        draft_end_hold(d, dead, HOLD_EXPIRED, 0, STR(""));
    }
}

static bool may_share(const struct claim *x, const struct claim *y)
{
    return claim_is_absence(x) && claim_is_absence(y);
}

void draft_take(struct draft *d, struct str inspector, struct claim claim, const char *cause)
{
    assert(!span_is_empty(claim.when) && claim.ref != 0 && claim.owner != 0);
    if (!draft_reaches(d, claim.when.start))
        return;
    struct claim *others;
    size_t n = overlapping(d, inspector, claim.when, &others);
    expire_dead(d, others, n);
    claim.lock_group = claim_is_absence(&claim) ? (ref_t)LOCK_GROUP_ABSENCE : claim.ref;
    n = overlapping(d, inspector, claim.when, &others);
    if (!has_room(d, n))
        return;
    for (size_t i = 0; i < n; i++) {
        if (may_share(&claim, &others[i]))
            continue;
        assert(cause != NULL && "an overlap that nobody admitted");
        open_conflict(d, inspector, &claim, &others[i], cause);
        if (others[i].lock_group < claim.lock_group)
            claim.lock_group = others[i].lock_group;
    }
    ref_t *groups = arena_array(d->arena, ref_t, n);
    size_t n_groups = 0;
    for (size_t i = 0; i < n; i++) {
        if (others[i].lock_group != claim.lock_group && !may_share(&claim, &others[i]))
            groups[n_groups++] = others[i].lock_group;
    }
    keys_sort(groups, n_groups);
    if (n_groups > 0)
        regroup(d, inspector, groups, n_groups, claim.lock_group);
    add_claim(d, inspector, &claim);
}

static bool is_of(const struct admitted *pair, ref_t claim)
{
    return pair->a == claim || pair->b == claim;
}

/* The conflict of a pair as the entry writes it; an entry writes each once. */
static struct conflict *written(struct draft *d, const struct admitted *pair)
{
    if (places_find(&d->where_conflicts, pair->conflict) == NOWHERE) {
        const struct conflict *open = image_find_conflict(d->image, pair->conflict);
        assert(open != NULL);
        draft_conflict(d, open);
    }
    return &d->conflicts[places_find(&d->where_conflicts, pair->conflict)];
}

static void close_conflicts(struct draft *d, struct str inspector, const struct claim *claim,
                            const char *how)
{
    const struct calendar *calendar = calendar_for(d, inspector);
    for (size_t i = 0; calendar != NULL && i < calendar->n_admitted; i++) {
        const struct admitted *pair = &calendar->admitted[i];
        struct conflict *closed = is_of(pair, claim->ref) ? written(d, pair) : NULL;
        /* Both its claims may go in one entry: it ends with the first of them. */
        if (closed == NULL || closed->state == CONFLICT_RESOLVED)
            continue;
        closed->state = CONFLICT_RESOLVED;
        closed->resolved_how = str_from(how);
        d->n_open--;
    }
}

/* The conflicts that a claim stands in become the entry's. */
static void bring_conflicts(struct draft *d, struct str inspector, ref_t claim)
{
    const struct calendar *calendar = calendar_for(d, inspector);
    for (size_t i = 0; calendar != NULL && i < calendar->n_admitted; i++) {
        if (is_of(&calendar->admitted[i], claim))
            (void)written(d, &calendar->admitted[i]);
    }
    (void)has_room(d, 0);
}

static void renumber_side(struct conflict_side *side, ref_t owner, int64_t order_number)
{
    if (side->owner == owner)
        side->order_number = order_number;
}

void draft_renumber(struct draft *d, ref_t owner, int64_t order_number)
{
    for (size_t i = 0; i < d->n_conflicts; i++) {
        renumber_side(&d->conflicts[i].a, owner, order_number);
        renumber_side(&d->conflicts[i].b, owner, order_number);
    }
}

void draft_free(struct draft *d, struct str inspector, ref_t owner, const char *how,
                const struct claim *known)
{
    const struct calendar *calendar = calendar_for(d, inspector);
    bool found = false;
    for (size_t i = 0; calendar != NULL && i < calendar->n_claims; i++) {
        const struct claim *c = &calendar->claims[i];
        if (c->owner != owner)
            continue;
        found = true;
        if (is_removed(d, c->ref) && !take_back(d, c->ref))
            continue;
        close_conflicts(d, inspector, c, how);
        if (!is_removed(d, c->ref))
            remove_claim(d, inspector, c);
    }
    if (!found && known != NULL && !is_removed(d, known->ref)) {
        close_conflicts(d, inspector, known, how);
        remove_claim(d, inspector, known);
    }
}

/* The claim as the draft has it; one that a conflict has rewritten is in the entry already. */
static struct claim *renewable(struct draft *d, struct str inspector, ref_t ref)
{
    const struct calendar *calendar = calendar_for(d, inspector);
    const size_t added = places_find(&d->where_added, ref);
    if (added != NOWHERE)
        return &d->added[added].claim;
    for (size_t i = 0; calendar != NULL && i < calendar->n_claims; i++) {
        if (calendar->claims[i].ref != ref)
            continue;
        remove_claim(d, inspector, &calendar->claims[i]);
        add_claim(d, inspector, &calendar->claims[i]);
        return &d->added[d->n_added - 1].claim;
    }
    return NULL;
}

void draft_renew(struct draft *d, struct str inspector, const struct claim *renewed)
{
    struct claim *claim = renewable(d, inspector, renewed->ref);
    assert(claim != NULL && "only time that is taken can be renewed");
    assert(claim->when.start == renewed->when.start && claim->when.end == renewed->when.end);
    const ref_t lock_group = claim->lock_group;
    const bool is_renumbered = claim->order_number != renewed->order_number;
    *claim = *renewed;
    claim->lock_group = lock_group;
    if (is_renumbered)
        bring_conflicts(d, inspector, renewed->ref);
}

void draft_free_hold(struct draft *d, const struct hold *hold, const char *how)
{
    for (size_t i = 0; hold->state == HOLD_LIVE && i < hold->inspectors.n; i++) {
        /* Its time may be over since before the image's floor, and nobody has swept it. */
        const struct claim known = { .when = hold->when,
                                     .ref = hold->claims[i],
                                     .owner = hold->ref,
                                     .lock_group = hold->claims[i],
                                     .expires_at = hold->expires_at,
                                     .kind = CLAIM_HOLD };
        draft_free(d, hold->inspectors.at[i], hold->ref, how, &known);
    }
}

void draft_inspection(struct draft *d, const struct inspection *record)
{
    d->inspections = arena_grow(d->arena, d->inspections, d->n_inspections, &d->room_inspections,
                                sizeof(struct inspection *));
    d->inspections[d->n_inspections++] = record;
}

void draft_hold(struct draft *d, const struct hold *record)
{
    d->holds = arena_grow(d->arena, d->holds, d->n_holds, &d->room_holds, sizeof(struct hold *));
    d->holds[d->n_holds++] = record;
}

void draft_absence(struct draft *d, const struct absence *record)
{
    d->absences =
        arena_grow(d->arena, d->absences, d->n_absences, &d->room_absences, sizeof *d->absences);
    d->absences[d->n_absences++] = *record;
}

void draft_note_choice(struct draft *d)
{
    d->entry->offer = d->command->offer;
    d->entry->overridden = d->command->override.rules;
    d->entry->override_reason = d->command->override.reason;
}

void draft_outbox(struct draft *d, ref_t owner, const char *kind)
{
    d->outbox = arena_grow(d->arena, d->outbox, d->n_outbox, &d->room_outbox, sizeof *d->outbox);
    d->outbox[d->n_outbox++] = (struct outbox_item){ draft_ref(d), owner, str_from(kind) };
}

void draft_end_hold(struct draft *d, const struct hold *hold, enum hold_state how, ref_t inspection,
                    struct str reason)
{
    struct hold *after = arena_new(d->arena, struct hold);
    *after = *hold;
    after->state = how;
    after->inspection = inspection;
    after->reason = reason;
    draft_free_hold(d, hold, "released");
    draft_hold(d, after);
}

/* Records were written with the image's strings. The image goes as soon as the entry is applied,
 * the entry stays until the last answer that shows it is written. */
static void own_all(struct draft *d)
{
    for (size_t i = 0; i < d->n_added; i++)
        d->added[i].inspector = str_copy(d->arena, d->added[i].inspector);
    for (size_t i = 0; i < d->n_removed; i++)
        d->removed[i].inspector = str_copy(d->arena, d->removed[i].inspector);
    for (size_t i = 0; i < d->n_conflicts; i++)
        conflict_own(d->arena, &d->conflicts[i]);
    for (size_t i = 0; i < d->n_inspections; i++)
        d->inspections[i] = inspection_copy(d->arena, d->inspections[i]);
    for (size_t i = 0; i < d->n_holds; i++) {
        struct hold *hold = arena_new(d->arena, struct hold);
        *hold = *d->holds[i];
        hold_own(d->arena, hold);
        d->holds[i] = hold;
    }
    for (size_t i = 0; i < d->n_absences; i++)
        absence_own(d->arena, &d->absences[i]);
}

const struct entry *draft_finish(struct draft *d)
{
    own_all(d);
    return draft_view(d);
}

const struct entry *draft_view(struct draft *d)
{
    struct entry *e = d->entry;
    e->added = d->added;
    e->n_added = d->n_added;
    e->removed = d->removed;
    e->n_removed = d->n_removed;
    e->conflicts = d->conflicts;
    e->n_conflicts = d->n_conflicts;
    e->inspections = d->inspections;
    e->n_inspections = d->n_inspections;
    e->holds = d->holds;
    e->n_holds = d->n_holds;
    e->absences = d->absences;
    e->n_absences = d->n_absences;
    e->outbox = d->outbox;
    e->n_outbox = d->n_outbox;
    return e;
}
