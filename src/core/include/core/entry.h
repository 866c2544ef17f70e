/* Entries: one accepted command is one entry of the journal, and all of its effect.
 *
 *  E1  An entry is complete: booking_apply(image, entry) needs nothing else, and folding all
 *      entries of a company gives its state. Replay never decides again.
 *  E2  It carries after-images of the records it changed and the exact claims it took and freed.
 *  E3  Clients, agents, addresses and notes are not in it: records refer to person rows. What
 *      people write elsewhere (reasons, titles, references) and coordinates are in it
 *      (docs/operating.md). */
#ifndef CORE_ENTRY_H
#define CORE_ENTRY_H

#include "core/image.h"
#include "core/slots.h"

enum command_kind {
    COMMAND_HOLD,
    COMMAND_CHANGE_HOLD, /* extend, or move to another time */
    COMMAND_RELEASE,
    COMMAND_EXPIRE,
    COMMAND_BOOK,
    COMMAND_RESCHEDULE,
    COMMAND_REASSIGN,      /* other people, the same time */
    COMMAND_REASSIGNMENTS, /* many moves, all or nothing */
    COMMAND_AMEND,         /* its property, services, people to talk to */
    COMMAND_CONFIRM,
    COMMAND_COMPLETE,
    COMMAND_NO_SHOW,
    COMMAND_CANCEL,
    COMMAND_RESTORE,
    COMMAND_LOCK,
    COMMAND_UNLOCK,
    COMMAND_ADD_ABSENCE,
    COMMAND_CHANGE_ABSENCE,
    COMMAND_REMOVE_ABSENCE,
    COMMAND_CONFLICT, /* acknowledged, or accepted as it is */
    COMMAND_CONFIGURE,
    COMMAND_ADMIT,
    COMMAND_KEY,
    COMMAND_ERASE, /* what is stored of a person */
    COMMANDS
};

enum role { ROLE_ADMIN, ROLE_STAFF, ROLE_INSPECTOR, ROLE_READONLY, ROLE_ONLINE, ROLES };

struct actor { /* who commands */
    struct str key_id;
    enum role role;
    struct str channel; /* "online", "internal", "cli", "import", "system" */
    struct str brand;   /* the key's, or empty */
    bool may_override;
};

struct key_record {
    struct str id;
    struct hash secret; /* SHA-256 of it */
    enum role role;
    struct str name, brand;
    bool may_override;
    utc_s created_at, revoked_at; /* revoked_at 0: valid */
};

struct erased_person { /* the row stays, to be found empty: the journal refers to it */
    ref_t person;
    struct hash hash; /* as the journal knows it */
};

struct setting_change {
    struct setting_row row;
    bool is_removed;
};

struct outbox_item {
    ref_t ref;
    ref_t owner;     /* the inspection */
    struct str kind; /* "create", "update", "cancel": what the other side should come to show */
};

struct offer { /* the list the customer chose from, as its token says; no digest: none was named */
    struct str digest;
    uint64_t seq; /* computed at */
    utc_s at;
    int64_t version;  /* SLOTS_VERSION of then */
    struct str zone;  /* first bytes of the hash of the zone's data, as hex */
    struct str query; /* who asked for what: src/api/offer.c */
};

struct entry {
    uint64_t seq;
    utc_s at;
    enum command_kind kind;
    struct actor actor;
    struct str reason;
    code_set overridden; /* rules that an override let pass */
    struct str override_reason;
    bool hold_reacquired;        /* booked with a hold that had ended, on time still free */
    struct hash idempotency_key; /* SHA-256 of it, set by the desk; zeros: it came without */
    struct strs warnings;        /* told with the answer, the first time and each time after */
    struct offer offer;

    const struct claim_at *removed; /* as they were */
    size_t n_removed;
    const struct claim_at *added;
    size_t n_added;

    const struct inspection *const *inspections;
    size_t n_inspections;
    const struct hold *const *holds; /* plain records here, not blocks */
    size_t n_holds;
    const struct absence *absences;
    size_t n_absences;
    const struct conflict *conflicts; /* opened, or changed */
    size_t n_conflicts;
    const struct setting_change *settings;
    size_t n_settings;
    const struct company *company_after; /* with settings: what they read as; borrowed */
    const struct key_record *keys;
    size_t n_keys;
    const struct erased_person *erased;
    size_t n_erased;
    const struct outbox_item *outbox;
    size_t n_outbox;
    int64_t next_order; /* after this entry */

    struct hash hash; /* of the chain; set when the entry is encoded, before it is applied */
};

/* Words of the wire; parse answers false for an unknown one and leaves *ret untouched. */
struct str command_name(enum command_kind kind); /* "book" */
IL_MUST bool command_parse(struct str name, enum command_kind *ret);
struct str role_name(enum role role);
IL_MUST bool role_parse(struct str name, enum role *ret);
struct str status_name(enum status status);
IL_MUST bool status_parse(struct str name, enum status *ret);
struct str claim_kind_name(enum claim_kind kind); /* "inspection", "hold", "event", ... */

#endif
