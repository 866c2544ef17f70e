/* A draft: the entry that a decision is writing. Private to core.
 *
 *  F1  draft_take is the only way a claim gets into an entry: it expires dead holds in its way,
 *      opens a conflict for every pair it is admitted over, and gives the lock group.
 *  F2  draft_free is the only way out: it closes the conflicts the claim was part of.
 *  F3  A finished entry borrows from the command and the arena only, never from the image.
 *  F4  A draft that needs claims below the image's floor, or more refs than an entry has, says so
 *      (needs_floor, is_full) and is thrown away: booking_decide looks before it finishes. */
#ifndef CORE_DRAFT_H
#define CORE_DRAFT_H

#include "core/booking.h"
#include "places.h"

enum {
    DRAFT_CONFLICTS_MAX = 20000, /* that one entry opens or closes */
    DRAFT_CLAIMS_MAX = 40000,    /* that it takes or rewrites */
    DRAFT_RECORD_REFS_MAX = 64,  /* of a record: itself, its person, its claims, outbox */
};

_Static_assert(DRAFT_CONFLICTS_MAX + ADMIT_MAX * DRAFT_RECORD_REFS_MAX < REFS_PER_ENTRY_MAX,
               "an entry that is not full has refs enough");

struct draft {
    const struct image *image;
    const struct command *command;
    struct arena *arena;
    utc_s now;
    struct entry *entry;
    uint32_t refs_used;
    utc_s needs_floor; /* INT64_MAX: the image is deep enough */
    bool is_full;      /* out of refs: nothing more was taken */
    struct claim_at *added, *removed;
    size_t n_added, room_added, n_removed, room_removed;
    struct places where_added, where_removed; /* by the claim's ref */
    struct conflict *conflicts;
    size_t n_conflicts, room_conflicts;
    struct places where_conflicts; /* by the conflict's ref */
    size_t n_open;                 /* conflicts of the company, as they will be after the entry */
    const struct inspection **inspections;
    size_t n_inspections, room_inspections;
    const struct hold **holds;
    size_t n_holds, room_holds;
    struct absence *absences;
    size_t n_absences, room_absences;
    struct outbox_item *outbox;
    size_t n_outbox, room_outbox;
};

struct draft draft_make(const struct image *image, const struct command *command, utc_s now,
                        struct arena *arena);
ref_t draft_ref(struct draft *d);

/* The _id of the one record that the command makes: a letter and the command's draw. */
struct str draft_id(struct draft *d, char letter);

/* Whether the image holds all claims that reach past `at`; if not, the draft needs a deeper one. */
IL_MUST bool draft_reaches(struct draft *d, utc_s at);

/* Takes time. `cause` is why overlaps are admitted; NULL: there are none (asserted). */
void draft_take(struct draft *d, struct str inspector, struct claim claim, const char *cause);

/* How many claims stand in `when` on the inspector, as the draft is now. */
size_t draft_overlaps(const struct draft *d, struct str inspector, struct span when);

/* Frees all claims of `owner` on this inspector; `how` tells closed conflicts why. A claim older
 * than the image's floor is given in `known` (NULL: it must be in the image). */
void draft_free(struct draft *d, struct str inspector, ref_t owner, const char *how,
                const struct claim *known);

/* Frees the claims of a hold that nothing has ended yet; of an ended one there are none. */
void draft_free_hold(struct draft *d, const struct hold *hold, const char *how);

/* The claim that stands with this ref and time, with other particulars; its lock group stays. It
 * must reach past the image's floor. */
void draft_renew(struct draft *d, struct str inspector, const struct claim *renewed);

/* The order's number in all conflicts of the entry. One that stands and is renewed under another
 * number has brought its conflicts there. */
void draft_renumber(struct draft *d, ref_t owner, int64_t order_number);

void draft_inspection(struct draft *d, const struct inspection *record);
void draft_hold(struct draft *d, const struct hold *record);
void draft_absence(struct draft *d, const struct absence *record);
void draft_conflict(struct draft *d, const struct conflict *record);
/* The list the time was chosen from, and what an override let pass, and why. */
void draft_note_choice(struct draft *d);

void draft_outbox(struct draft *d, ref_t owner, const char *kind);

/* Ends a hold: frees its claims, writes its after-image. */
void draft_end_hold(struct draft *d, const struct hold *hold, enum hold_state how, ref_t inspection,
                    struct str reason);

const struct entry *draft_finish(struct draft *d);

/* The entry as far as it is written, borrowing from the image as well: to be applied for a look at
 * what it leaves, and not kept. */
const struct entry *draft_view(struct draft *d);

#endif
