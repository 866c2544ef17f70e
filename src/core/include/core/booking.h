/* Booking: the state machine behind the one door.
 *
 *   needs   = booking_needs(image, command)               which facts outside the image it needs
 *   verdict = booking_decide(image, facts, command, now)  an entry, or a refusal with evidence
 *   image'  = booking_apply(image, entry)                 folds an entry in
 *
 *  D1  No overlap: a decided entry leaves the calendars such that two claims overlap only where an
 *      open conflict names the pair. Absences may overlap each other.
 *  D2  A refusal names a true reason: the rule, or the claims in the way at this seq.
 *  D3  Holds end once. A hold past its time blocks nobody; whoever takes its time first writes its
 *      expiry into the same entry.
 *  D4  now = max(clock, time of the newest entry): the journal's time never goes back.
 *  D5  decide and apply are functions: same input, same output, nothing else touched.
 *  D6  An image that does not reach back far enough is never decided on: the verdict says how far
 *      (needs_floor), and the next decision goes further or ends.
 *
 *   hold:        live -> consumed | released | expired;  released, expired -> live (extended again)
 *   inspection:  (none) -> unconfirmed | confirmed -> cancelled */
#ifndef CORE_BOOKING_H
#define CORE_BOOKING_H

#include "core/entry.h"
#include "core/instant.h"

enum {
    HOLDS_PER_KEY_MAX = 200,
    HOLDS_PER_COMPANY_MAX = 2000,
    HOLD_EXTENSIONS = 12, /* a checkout hold lives at most this many times its length */
    DUPLICATE_DAYS = 7,
    ADMIT_MAX = 500, /* inspections in one entry; an import of more is several entries */
    OPEN_CONFLICTS_MAX = 200000, /* of a company: more are no conflicts but another calendar */
    MOVES_MAX = 200,             /* orders in one entry that moves many */
    EVIDENCE_MAX = 32,
    ERASE_MAX = 5000,           /* rows of one person that one command erases */
    AFFECTED_SHOWN_MAX = 500,   /* booked times that a refused event lists */
    ABSENCE_PAST_DAYS_MAX = 92, /* how long ago an event or vacation may begin */
    VERSION_ANY = -2,           /* a command for whatever version stands */
    VERSION_NONE = 0,           /* a command for a version that never was */
};

struct wanted_assignment {
    struct str inspector, role;
    struct instant_text datetime, endtime;
};

/* An interval beside the lead's, relative to it: what a reschedule keeps of an assistant. */
struct own_interval {
    struct str role;
    int64_t after_s;  /* from the lead's start to its own */
    int64_t length_s; /* 0: it follows the lead's interval */
};

/* The time somebody asks for. Strings are borrowed for the length of the call. */
struct want {
    bool has_datetime;
    struct instant_text datetime;
    bool has_endtime; /* staff */
    struct instant_text endtime;
    struct strs services;
    int32_t minutes;  /* staff; 0: from services */
    struct str brand; /* empty: the key's, else the first */
    bool any_inspector;
    struct strs inspectors;                      /* named, the lead first */
    const struct own_interval *own;              /* one per named inspector, or NULL */
    const struct wanted_assignment *assignments; /* staff: intervals of their own */
    size_t n_assignments;
    struct property property;
};

/* 64 bits drawn by the desk for each command: 48 of them end the _id of what it makes, so that no
 * file of another system, and no older copy of this one, can hold it already. */
typedef uint64_t id_draw;

struct override {
    code_set rules; /* of enum code; CODE_slot_taken stands for "overlap" */
    struct str reason;
};

enum key_change { KEY_MADE, KEY_REVOKED, KEY_ROTATED };

enum affected { AFFECTED_REFUSE, AFFECTED_OPEN };

struct admit_inspection {              /* an order that already exists elsewhere */
    struct inspection record;          /* ref, version, claims are given here; person_hash is set,
                                        * and price is what its services are sold at */
    bool states_price;                 /* what it was sold at is said */
    int64_t price_cents;               /* that */
    bool person_changed;               /* against the stored one, if there is one */
    const struct inspection *existing; /* fact: the stored one with this _id, or NULL */
};

struct admit_absence {
    struct absence record;
    bool is_removed;
    const struct absence *existing; /* fact */
};

struct move {           /* of an order that stands, beside others */
    struct str subject; /* _id or order number */
    int64_t version;    /* as in struct command */
    struct want want;   /* a time, people, or both; what is absent stays */
};

struct command {
    enum command_kind kind;
    struct actor actor;
    id_draw draw;
    struct want want; /* hold, change_hold, book, reschedule */

    enum hold_kind hold_kind;
    ref_t hold;        /* change_hold, release, book, reschedule; 0: none */
    bool extend;       /* change_hold */
    struct str reason; /* release, cancel, reschedule */

    int32_t status;      /* book: enum status, or NOT_FOUND for the default */
    bool needs_spectora; /* book: create-job */
    struct str external_ref;
    bool acknowledge_duplicate;
    struct override override;
    struct offer offer;
    bool person_changed;     /* amend */
    ref_t merged_from;       /* amend: the person row that it was merged from; 0: nothing is held */
    struct hash person_hash; /* book, amend: of the personal data that will be stored */
    int64_t place_key;

    struct str subject; /* of what stands: _id or order number; add_absence: inspection_id */
    ref_t conflict;     /* conflict */
    enum conflict_state conflict_state; /* conflict: what it comes to */
    int64_t version; /* expected; VERSION_ANY; VERSION_NONE; NOT_FOUND: none was given */
    const int64_t *versions_too; /* any of these is as good */
    size_t n_versions_too;

    enum claim_kind absence_kind; /* absences; of one that stands: a vacation, or not */
    struct instant_text from, to; /* add_absence with instants */
    bool whole_days;
    date_d first_day, last_day; /* add_absence in whole days */
    bool has_title, has_times;  /* change_absence: which of them are given */
    struct str title, inspection_id;
    enum affected affected;

    const struct company *company_after; /* configure; borrowed */
    const struct setting_change *settings;
    size_t n_settings;

    struct admit_inspection *inspections; /* admit; existing is filled in by the desk */
    size_t n_inspections;
    int64_t order_floor; /* admit: numbers below it are spoken for by rows still to come */
    struct admit_absence *absences;
    size_t n_absences;

    const struct move *moves; /* reassignments: at most MOVES_MAX */
    size_t n_moves;

    enum key_change key_change; /* of the key `subject`, but for one that is made */
    struct key_record key;      /* made: all of it; rotated: id and secret of the new one */
    utc_s key_until;            /* revoked, rotated: until then the old one is valid */

    const struct erased_person *erased; /* erase: all rows that are to go; reason says why */
    size_t n_erased;
};

struct needs {
    bool inspection; /* command->subject */
    bool absence;    /* command->subject */
    bool moved;      /* the subject of each of command->moves */
    bool key;        /* command->subject */
    ref_t hold;      /* not in the image: look in the store; 0: not needed */
    bool external_ref;
    bool duplicates; /* inspections with command->place_key around the wanted date */
    ref_t person;    /* whether its data are held; 0: not needed */
    ref_t conflict;  /* whose its sides are; 0: not needed */
};

struct configured { /* what the company would be after a change of one of its settings */
    bool exists;    /* the thing does, before it */
    bool needs_version;
    int64_t version; /* of the thing as it stands */
    enum code code;  /* why it cannot be, or CODE_NONE */
    struct str field, detail;
    const struct company *company_after; /* borrowed */
    const struct setting_change *changes;
    size_t n; /* 0: it is so already */
};

struct facts {
    const struct inspection *inspection; /* NULL: there is none */
    const struct absence *absence;
    const struct hold *hold;
    const struct inspection **moved; /* one per move; NULL: there is none */
    const struct key_record *key;
    const struct configured *configured; /* configure, of one thing; NULL: see the command */
    int64_t external_ref_order;          /* order number that has this externalRef; 0: none */
    const struct inspection *const *duplicates; /* those that the actor sees */
    size_t n_duplicates;
    bool person_is_held;         /* of needs.person: the row is there, and not erased */
    struct str brand_a, brand_b; /* of the sides of needs.conflict; empty: of no brand */
};

struct evidence { /* one thing in the way */
    enum claim_kind kind;
    struct str inspector;
    struct span when;
    int64_t order_number; /* 0: none */
    ref_t owner;
};

struct verdict {
    enum code code;    /* CODE_NONE: done */
    struct str detail; /* empty: the code's sentence says it all */
    struct str field;  /* JSON pointer, or empty */
    bool is_final;     /* no override lets this pass, whatever the code says of others */
    struct evidence *evidence;
    size_t n_evidence;
    struct wall_instants choices; /* nonexistent, ambiguous: the instants that were possible */
    const struct entry *entry;    /* NULL when refused, or when there was nothing to change */
    const struct inspection *unchanged; /* a change that leads where the order is: as it stands */
    const struct key_record *unchanged_key; /* the same of a key */
    utc_s needs_floor; /* below the image's floor: nothing is decided yet, decide again on an image
                        * with this floor; INT64_MAX: decided */
    size_t n_admitted; /* admit: rows of the command, in its order, that this entry has settled */
    struct span asked; /* the time asked for, once it is known; empty before */
    /* What lists other times for what was asked, holds and old records laid under it: all but the
     * days. minutes 0: it is not known, or no slot can be that. */
    struct slot_query search;
};

/* To a key of one brand the orders and holds of another do not exist. The time they take does: an
 * inspector has one calendar. */
bool actor_sees(const struct actor *actor, struct str brand);
/* A conflict exists for whose brand one of its sides is; what is of no brand is nobody's side. The
 * other side is time that is taken. */
bool actor_sees_pair(const struct actor *actor, struct str brand_a, struct str brand_b);

struct needs booking_needs(const struct image *image, const struct command *command);

struct verdict booking_decide(const struct image *image, const struct facts *facts,
                              const struct command *command, utc_s now, struct arena *arena);

/* A block with one holder. Asserts that the entry follows the image (seq + 1) and fits it: an entry
 * that does not is a broken journal, and nothing after it can be trusted. */
const struct image *booking_apply(const struct image *image, const struct entry *entry);

/* Minutes and price of services for a property; unknown size or age adds nothing. */
struct price price_of(const struct company *company, const int32_t *services, size_t n_services,
                      const struct property *property, struct arena *arena);

#endif
