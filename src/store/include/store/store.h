/* The storage port: a few calls, and a contract that every backend keeps (tests/conformance).
 *
 *  S1  commit is all or nothing, over all companies and entries of the call.
 *  S2  A company's `seq` is the only lock: commit succeeds only while every company named is at its
 *      expected_seq, else MOVED and nothing is written.
 *  S3  COMMITTED means durable: kill -9 and power loss keep it. Nothing is reported earlier.
 *  S4  The second lock: no two claim rows of one (company, inspector) with different lock_group
 *      overlap, half-open. A commit that would break this is REFUSED and writes nothing. The rule
 *      holds against every writer of the data, also a foreign SQL shell.
 *  S5  Within an entry deletes happen before inserts; entries in the order given.
 *  S6  A read view is one consistent state: it sees all or nothing of each commit, and everything
 *      committed before store_read_open (or store_read_own) was called.
 *  S7  Rows of another company are never found: every query names its company.
 *  S8  When the outcome of a commit cannot be known (failed sync), the result is UNKNOWN and every
 *      later commit fails: the caller must stop.
 *  S9  The journal is append-only and gapless: entry seq = company seq + 1, +2, ...
 *
 * The port moves rows; it knows no rule of booking. Documents (`doc`, `body`, `payload`, `data`)
 * are opaque bytes. All views in rows passed to a visitor live until the visitor returns. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/hash.h"
#include "base/ports.h"
#include "base/str.h"
#include "core/claim.h"

struct row_company {
    struct str id;
    uint64_t seq;       /* of its newest entry; 0: not created yet */
    int64_t last_at;    /* that entry's time, UTC seconds */
    struct hash head;   /* that entry's chain hash; zeros at seq 0 */
    int64_t next_order; /* the order number to be given next */
};

struct row_entry {
    uint64_t seq;
    int64_t at;
    struct str kind;    /* "book", "hold", ... */
    struct str payload; /* the entry as JSON */
    struct hash hash;   /* SHA-256(previous hash || payload) */
    struct str company; /* filled in reads */
};

/* One row of the company's document: kind "company", "brand", "service", "inspector", ... */
struct row_setting {
    struct str kind, id;
    struct str body; /* canonical JSON without personal data */
    ref_t person;    /* 0: none */
    bool removed;    /* in a commit: delete the row (body is ignored); never true in reads */
};

/* Time taken from one inspector: an assignment, a live hold, or a dated absence. */
struct row_claim {
    struct str inspector;
    int64_t starts_at, ends_at; /* [starts_at, ends_at), UTC seconds, not empty */
    ref_t ref;                  /* the claim's own id */
    ref_t owner;                /* the inspection, hold or absence it belongs to */
    ref_t lock_group;           /* absences: LOCK_GROUP_ABSENCE */
    int64_t order_number;       /* inspections; else 0 */
    int64_t expires_at;         /* holds; else 0 */
    int32_t lat_e7, lng_e7;     /* degrees * 10^7 */
    bool has_place;
    uint8_t kind; /* enum claim_kind */
};

struct row_hold {
    ref_t ref;
    struct str state; /* "live", "consumed", "released", "expired" */
    int64_t expires_at;
    struct str doc;
};

struct row_absence { /* Event, Block, vacation: dated */
    ref_t ref;
    struct str id; /* unique in the company */
    struct str kind;
    struct str inspector;
    int64_t starts_at, ends_at;
    int64_t version;
    struct str doc;
    bool removed; /* in a commit: delete */
};

struct row_inspection {
    ref_t ref;
    struct str id;        /* unique in the company */
    int64_t order_number; /* unique in the company */
    int64_t starts_at, ends_at;
    struct str status;
    int64_t version;
    ref_t person;            /* 0: none */
    struct str external_ref; /* empty: none; unique with key_id */
    struct str key_id;       /* of the key that made it; may be empty */
    int64_t place_key;       /* hash of the normalised address; 0: none */
    struct str doc;
};

struct row_conflict { /* an admitted overlap of two claims */
    ref_t ref;
    ref_t claim_a, claim_b; /* claim refs, a < b */
    struct str inspector;
    struct str state; /* "open", "acknowledged", "resolved" */
    struct str doc;
};

struct row_person { /* personal data, once; erasing empties data and salt */
    ref_t ref;
    struct str salt;  /* raw bytes */
    struct hash hash; /* SHA-256(salt || data) as the journal knows it */
    struct str data;
};

struct row_idempotency {
    struct str key_id, key; /* unique together */
    struct hash request;    /* method, path and body */
    uint64_t seq;           /* the entry whose answer is rendered again */
    int64_t at;
};

struct row_outbox {
    ref_t ref;
    ref_t owner;            /* the inspection */
    struct str kind, state; /* state: "pending", "sent", "failed", "parked" */
    struct str doc;
};

struct row_key {
    struct str id;
    struct hash secret;           /* SHA-256 of the secret: unique over all companies */
    struct str role, name, brand; /* brand may be empty */
    bool may_override;
    int64_t created_at, revoked_at; /* revoked_at 0: valid */
    struct str company;             /* filled in reads */
};

struct row_touch { /* read only: a commit says it in `touched` */
    ref_t ref;
    uint64_t seq; /* of an entry that is about it */
};

struct row_search_block { /* a run of inspections by ref, whose words stand in parts */
    ref_t last, first;    /* [first, last]; blocks of a company never meet */
    int64_t n;            /* how many there are */
    bool removed;         /* in a commit: delete */
};

struct row_search_part { /* words of a block, from `word` on, and the inspections that have them */
    ref_t block;         /* its last */
    struct str word;
    struct str data;
    bool removed; /* in a commit: delete */
};

/* Everything one journal entry changes. Row arrays are upserts by primary key unless `removed`. */
struct store_entry {
    struct row_entry entry;
    int64_t next_order;   /* the company's after this entry */
    const ref_t *touched; /* inspections, holds and absences this entry is about (changelog) */
    size_t n_touched;
    const ref_t *claims_removed;
    size_t n_claims_removed;
    const struct row_claim *claims; /* inserts */
    size_t n_claims;
    const struct row_setting *settings;
    size_t n_settings;
    const struct row_hold *holds;
    size_t n_holds;
    const struct row_absence *absences;
    size_t n_absences;
    const struct row_inspection *inspections;
    size_t n_inspections;
    const struct row_conflict *conflicts;
    size_t n_conflicts;
    const struct row_person *persons;
    size_t n_persons;
    bool wipes; /* what it overwrites must not be found in the file either: at once if no view is
                 * open, else after a later commit, or when the store is closed */
    const struct row_outbox *outbox; /* inserts or state changes */
    size_t n_outbox;
    const struct row_key *keys;
    size_t n_keys;
    const struct row_idempotency *idempotency; /* NULL: none */
};

/* What becomes of the words that are looked up: follows from the rows, and is no entry of its own.
 * Deletes happen before inserts. */
struct store_search {
    const struct row_search_block *blocks;
    size_t n_blocks;
    const struct row_search_part *parts;
    size_t n_parts;
};

struct store_change { /* the new entries of one company */
    struct str company;
    uint64_t expected_seq; /* 0 creates the company with its first entry */
    const struct store_entry *entries;
    size_t n_entries;           /* >= 1; 0 with words, or requests to forget, of a company that is
                                 * there, which stays at its seq */
    struct store_search search; /* after the entries */
    const struct row_idempotency *forgotten; /* by key_id and key: deletes, after the entries and of
                                              * no entry either */
    size_t n_forgotten;
};

enum store_outcome {
    STORE_COMMITTED,
    STORE_MOVED,   /* some company is no longer at expected_seq (index in *ret_at) */
    STORE_REFUSED, /* the second lock or a unique rule said no (index in *ret_at) */
    STORE_UNKNOWN, /* may or may not be durable: stop */
};

enum store_table {
    TABLE_COMPANY,
    TABLE_ENTRY,
    TABLE_SETTING,
    TABLE_CLAIM,
    TABLE_HOLD,
    TABLE_ABSENCE,
    TABLE_INSPECTION,
    TABLE_CONFLICT,
    TABLE_PERSON,
    TABLE_IDEMPOTENCY,
    TABLE_OUTBOX,
    TABLE_KEY,
    TABLE_TOUCH,
    TABLE_SEARCH_BLOCK,
    TABLE_SEARCH_PART,
};

/* Which rows, in which order. Fields not named by the way are ignored. */
enum store_by {
    BY_ALL,      /* every row of the company, in primary-key order, with ref (or seq) > `ref`:
                  * COMPANY by id (all companies, `company` ignored), ENTRY by seq, SETTING by
                  * (kind, id), KEY by id, IDEMPOTENCY by (key_id, key), TOUCH by (ref, seq),
                  * SEARCH_BLOCK by last, SEARCH_PART by (block, word), others by ref */
    BY_REF,      /* the one row with this ref (ENTRY: seq) */
    BY_ID,       /* SETTING: kind in `text`, id in `text2`. ABSENCE, INSPECTION, KEY, COMPANY: id in
                  * `text`. IDEMPOTENCY: key_id in `text`, key in `text2` */
    BY_ORDER,    /* INSPECTION: order_number == `from` */
    BY_EXTERNAL, /* INSPECTION: key_id in `text`, external_ref in `text2` */
    BY_PLACE,    /* INSPECTION: place_key == `key`, starts_at in [from, to), by (starts_at, ref) */
    BY_TIME,     /* CLAIM: ends_at > `from` and starts_at < `to`, by (inspector, starts_at, ref);
                  * `text` names one inspector, or empty for all.
                  * INSPECTION: starts_at in [from, to), by (starts_at, ref) */
    BY_OWNER,    /* CLAIM: owner == `ref`. ENTRY: entries that touched `ref`, by seq.
                  * OUTBOX: owner == `ref`, by ref. SEARCH_PART: block == `ref`, by word */
    BY_STATE,    /* CONFLICT, OUTBOX, HOLD: state == `text`, ref > `ref`, by ref */
    BY_SECRET,   /* KEY: secret == `hash`, over all companies, also revoked ones */
    BY_FIRST,    /* ENTRY: the first that is stored of every company, by company: whose journals
                  * there are, whatever COMPANY says (`company` is ignored) */
    BY_AFTER,    /* INSPECTION: (starts_at, ref) > (`from`, `ref`), starts_at < `to`, in that order;
                  * `text` names a status other than "confirmed", or is empty for all.
                  * IDEMPOTENCY: (key_id, key) > (`text`, `text2`), in that order */
    BY_BEFORE,   /* INSPECTION: (starts_at, ref) < (`to`, `ref`), starts_at >= `from`, the last
                  * first; `text` as above */
    BY_NEWEST,   /* INSPECTION: ref < `ref` and > `key`, the last first */
    BY_WORD,     /* SEARCH_PART: block == `ref`; the part in which `text` would stand, and those
                  * after it up to the word `text2`, by word */
};

struct store_query {
    enum store_table table;
    enum store_by by;
    struct str company;
    ref_t ref;
    struct str text, text2;
    int64_t from, to, key;
    struct hash hash;
    size_t limit;   /* 0: no limit */
    bool is_listed; /* INSPECTION: `doc` is not looked at, and may be empty */
};

struct row_stranger { /* rows of a company that TABLE_COMPANY does not have */
    const char *table;
    struct str company;
    int64_t rows;
};

/* `row` points to the row struct of the query's table. Returning other than IL_OK ends the search
 * with that result. */
typedef il_rc (*store_visit)(void *context, const void *row, struct il_err *reterr);

struct store;
struct store_read;

struct store_stats {
    uint64_t commits; /* transactions made durable */
    uint64_t syncs;   /* waits for the disk by commits; memory: equals commits */
};

struct store_ops {
    IL_MUST il_rc (*read_open)(struct store *, struct store_read **ret, struct il_err *reterr);
    IL_MUST il_rc (*read_own)(struct store *, struct store_read **ret, struct il_err *reterr);
    void (*read_close)(struct store_read *);
    IL_MUST il_rc (*find)(struct store_read *, const struct store_query *, store_visit visit,
                          void *context, struct il_err *reterr);
    /* Every table that names companies, those that no company's own query would ever show. Only a
     * foreign hand writes such rows. Visits row_stranger, by table and company. */
    IL_MUST il_rc (*strangers)(struct store_read *, store_visit visit, void *context,
                               struct il_err *reterr);
    IL_MUST il_rc (*commit)(struct store *, const struct store_change *changes, size_t n,
                            enum store_outcome *ret, size_t *ret_at, struct il_err *reterr);
    /* A 32-byte secret made once when the store was created, kept with the data: signs tokens. */
    struct hash (*secret)(struct store *);
    struct store_stats (*stats)(struct store *);
    void (*close)(struct store *);
};

struct store {
    const struct store_ops *ops;
};

struct store_read {
    const struct store_ops *ops;
};

/* Thin callers, so that code reads store_commit(...). Reads: any thread, each view used by one
 * thread at a time. commit and close: one thread. */
IL_MUST il_rc store_read_open(struct store *store, struct store_read **ret, struct il_err *reterr);
/* The same view for the thread that commits, of what it is about to change: it reads from what its
 * commits have at hand. It is closed before the next commit, and there is one at a time. */
IL_MUST il_rc store_read_own(struct store *store, struct store_read **ret, struct il_err *reterr);
void store_read_close(struct store_read *read); /* accepts NULL */
IL_MUST il_rc store_find(struct store_read *read, const struct store_query *query,
                         store_visit visit, void *context, struct il_err *reterr);
IL_MUST il_rc store_strangers(struct store_read *read, store_visit visit, void *context,
                              struct il_err *reterr);
IL_MUST il_rc store_commit(struct store *store, const struct store_change *changes, size_t n,
                           enum store_outcome *ret, size_t *ret_at, struct il_err *reterr);
struct hash store_secret(struct store *store);
struct store_stats store_stats(struct store *store);
void store_close(struct store *store); /* accepts NULL */

/* The in-memory model: the plainest thing that keeps the contract, for tests and replay. */
IL_MUST il_rc store_memory_open(struct dice *dice, struct store **ret, struct il_err *reterr);

struct store_sqlite_options {
    const char *path;
    bool read_only;       /* beside a running server; commit is a bug (asserted) */
    bool discards_unused; /* at close, nothing committed: a file that was not there is removed with
                             * all that stands beside it, and an empty one is empty again */
    unsigned sync_delay_ms; /* benches only: added to every durable commit */
};

/* Creates the file when it is absent (unless read_only), migrates it, takes FILE.lock (IL_BUSY when
 * another process has it) unless read_only. A schema newer than this program is IL_INVALID. FILE is
 * the name that `path` leads to: two names of one database share the lock. */
IL_MUST il_rc store_sqlite_open(const struct store_sqlite_options *options, struct dice *dice,
                                struct store **ret, struct il_err *reterr);

/* Whether the file has all that the migrations made: above all the triggers that are the second
 * lock. IL_INVALID names what is missing. A writer refuses such a file; readers may look at it. */
IL_MUST il_rc store_sqlite_schema(const char *path, struct il_err *reterr);

/* That name, without any link in it, of a file that may not be there yet (its directory must be):
 * what stands beside the database is named by it. The caller frees it. */
IL_MUST il_rc store_sqlite_name(const char *path, char **ret, struct il_err *reterr);

/* ---- copies of the whole file ---- */

struct store_copied {
    int64_t bytes, pages;
    int64_t companies, entries; /* in it */
};

struct store_copy_options {
    const char *from, *to;
    bool replaces; /* a file that is there; without, IL_INVALID */
    void (*progress)(void *context, int64_t pages, int64_t of); /* may be NULL */
    /* restore: judges the copy before it takes its name; NULL: only that it is whole and readable
     * by this program. IL_INVALID refuses it. */
    il_rc (*verify)(void *context, struct store *copy, struct il_err *reterr);
    void *context;
};

/* One committed state of `from`, everything in it, beside whoever writes to it. `to` is the whole
 * copy or what it was before, whatever ends the process. IL_BUSY: `to` is itself in use. */
IL_MUST il_rc store_sqlite_backup(const struct store_copy_options *options,
                                  struct store_copied *ret, struct il_err *reterr);

/* The same in the other direction: `to` becomes a database that holds what `from` does, migrated,
 * and the old one's log goes. IL_BUSY: a server or another command has `to`. IL_INVALID: `from` is
 * not a sound database of this program. */
IL_MUST il_rc store_sqlite_restore(const struct store_copy_options *options, struct dice *dice,
                                   struct store_copied *ret, struct il_err *reterr);

#endif
