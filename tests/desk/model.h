/* The oracle: what a company's calendar must look like, kept in plain arrays from the after-images
 * of its entries, and every law a second time. It calls nothing of core.
 *
 * Each entry is told to it in order. Claims follow from the records (a live inspection's
 * assignments, a live hold, an absence), never from what the entry says of claims: that is
 * compared. */
#ifndef DESK_TESTS_MODEL_H
#define DESK_TESTS_MODEL_H

#include "pairs.h"

enum {
    MODEL_KIND_CHARS = 15,
    MODEL_ID_CHARS = 64,
    MODEL_ASSIGNMENTS = 8,
    MODEL_INSPECTORS_MAX = 400
};

struct model_claim {
    int inspector;
    utc_s start, end;
    ref_t ref, owner;
    uint8_t kind;
    utc_s expires_at;
};

struct model_hold {
    ref_t ref;
    enum hold_state state;
    utc_s start, end, expires_at, cap_at;
    int inspectors[MODEL_ASSIGNMENTS];
    size_t n_inspectors;
    bool is_online;
    char brand[MODEL_ID_CHARS + 1];
};

struct model_assignment {
    int inspector;
    utc_s start, end;
    ref_t claim;
};

struct model_inspection {
    ref_t ref;
    char id[MODEL_ID_CHARS + 1];
    int64_t order_number, version;
    enum status status;
    utc_s start, end;
    int lead;
    size_t n_assignments;
    struct model_assignment assigned[MODEL_ASSIGNMENTS];
    bool is_imported, is_locked, was_cancelled;
    char brand[MODEL_ID_CHARS + 1];
    struct property property;
    ref_t person;
    int64_t cents;
    uint64_t services; /* steps_words() */
};

struct model_absence {
    ref_t ref;
    char id[MODEL_ID_CHARS + 1];
    int64_t version;
    enum claim_kind kind;
    int inspector;
    utc_s start, end;
    ref_t claim;
    bool is_removed;
};

struct model_conflict {
    ref_t ref, a, b;
    int inspector;
    enum conflict_state state;
};

struct model_key {
    char id[MODEL_ID_CHARS + 1];
    struct hash secret;
    enum role role;
    bool may_override;
    utc_s created_at, revoked_at;
};

struct model_person { /* whose data are stored, or were */
    ref_t ref;
    struct hash hash;
    bool is_erased;
};

struct model_thing { /* of the company's document, but what is dated */
    char kind[MODEL_KIND_CHARS + 1], id[MODEL_ID_CHARS + 1];
    bool is_gone, is_retired;
    bool is_limited;        /* an inspector: so many jobs a day */
    uint64_t made, changed; /* by which entry, and which changed it last */
};

struct model {
    int64_t buffer_s;
    uint64_t seq;
    utc_s last_at;
    int64_t next_order;
    int n_inspectors;
    struct model_claim *claims[MODEL_INSPECTORS_MAX];
    size_t n_claims[MODEL_INSPECTORS_MAX], room_claims[MODEL_INSPECTORS_MAX];
    struct model_hold *holds; /* by ref, as are the others: refs only grow */
    size_t n_holds, room_holds;
    struct model_inspection *inspections;
    size_t n_inspections, room_inspections;
    struct model_absence *absences;
    size_t n_absences, room_absences;
    struct model_conflict *conflicts; /* unresolved ones */
    size_t n_conflicts, room_conflicts;
    struct model_key *keys; /* as they were made */
    size_t n_keys, room_keys;
    struct model_person *people; /* by ref */
    size_t n_people, room_people;
    struct model_thing *things;
    size_t n_things, room_things;
    struct pairs admitted;               /* by them */
    uint64_t n_opened, n_closed, n_told; /* conflicts ever; claims added or removed ever */
    uint64_t kinds[COMMANDS];
};

void model_drop(struct model *model);

/* Ends the program when the entry breaks a law. */
void model_tell(struct model *model, const struct entry *entry);

/* A slot_taken at this state and moment names a true reason: what stands in the way of `asked`. */
void model_judge_taken(const struct model *model, const struct verdict *verdict, struct span asked,
                       utc_s now);

/* What stands in the way of [start, end): a claim alive at `now` within the buffer, or an absence;
 * without the time of two owners. NULL: free. */
struct model_look {
    utc_s start, end, now;
    ref_t without[2];
};
const struct model_claim *model_in_the_way(const struct model *model, int inspector,
                                           const struct model_look *look);

/* A hold that is live by its record and whose time is over; NULL: none. */
const struct model_hold *model_dead_hold(const struct model *model, utc_s now);

int model_inspector(struct str id); /* "i3" -> 3 */
const struct model_hold *model_find_hold(const struct model *model, ref_t ref);
const struct model_inspection *model_find_inspection(const struct model *model, ref_t ref);
const struct model_inspection *model_named(const struct model *model, struct str id);
const struct model_absence *model_find_absence(const struct model *model, ref_t ref);
const struct model_conflict *model_find_conflict(const struct model *model, ref_t ref);
const struct model_claim *model_find_claim(const struct model *model, int inspector, ref_t ref);

/* The text as a string that ends; ret has room for `most` characters more one. */
void model_copy(char *ret, struct str text, size_t most);
void *model_grow(void *at, size_t n, size_t *room, size_t size);

static inline bool is_absence(uint8_t kind)
{
    return kind == CLAIM_EVENT || kind == CLAIM_BLOCK || kind == CLAIM_VACATION;
}

#endif
