/* The desk: the one door. Every change of every company goes through desk_submit, is decided
 * against the newest state, and is durable before anyone hears of it.
 *
 *  T1  One thread writes. It takes what waits, decides in order in memory, writes once, syncs once,
 *      then answers all: refusals too, because they rest on the same batch.
 *  T2  A snapshot that a reader gets holds only committed state, and everything acknowledged before
 *      the reader asked.
 *  T3  At most one effect per idempotency key: a key in flight is refused, a key that took effect
 *      is answered again from its entry.
 *  T4  MOVED: catch up, decide again. REFUSED: load the state anew, decide once more; refused again
 *      means that memory and disk differ: that company is read-only until the process starts anew.
 *      UNKNOWN: the desk stops; nobody is told that anything happened or did not.
 *  T5  Images load on demand and leave under the memory limit; nothing else is kept of a company.
 *      A decision that needs older claims than the image has is made on a deeper one of its own.
 *
 *   job:  submitted -> [queue] -> decided -> committed -> done(job)
 *                   \-> refused at once (full, in flight, replay): desk_submit returns false */
#ifndef DESK_DESK_H
#define DESK_DESK_H

#include "base/ports.h"
#include "codec/document.h"
#include "codec/words.h"
#include "core/booking.h"
#include "store/store.h"

enum {
    DESK_BATCH_MAX = 256,
    DESK_QUEUE_MAX = 4096,
    DESK_DEADLINE_MS = 10000,
    DESK_SWEEP_MS = 1000,
    DESK_IMPORT_TRIES = 3,    /* to decide one beside the writer; then the writer decides it */
    DESK_FLOOR_S = 2 * DAY_S, /* how far back claims are held */
    DESK_TRIM_S = 4 * DAY_S,  /* trimmed when they reach this far back */
    IDEMPOTENCY_KEY_CHARS = 255,
};

struct desk_options {
    struct store *store; /* the desk closes it */
    struct clock *clock;
    struct dice *dice;
    struct log *log;
    struct zone_source *zones;
    size_t batch_max;    /* 0: DESK_BATCH_MAX */
    size_t queue_max;    /* 0: DESK_QUEUE_MAX */
    size_t memory_bytes; /* of images; 0: no limit */
    bool read_only;      /* beside a server: snapshots and queries only */
    /* Told once, on the writer's thread, when the desk had to stop (T4). May be NULL. */
    void (*stopped)(void *context, const char *why);
    void *context;
};

struct desk;

IL_MUST il_rc desk_open(const struct desk_options *options, struct desk **ret,
                        struct il_err *reterr);
void desk_close(struct desk *desk); /* decides what is queued, then stops; accepts NULL */

/* Waits until everything submitted has been answered. */
void desk_drain(struct desk *desk);

/* ---- changing ---- */

enum setting_how { SETTING_NONE, SETTING_ADD, SETTING_REPLACE, SETTING_MERGE, SETTING_REMOVE };

struct setting_wish { /* one thing of the company's document */
    enum setting_how how;
    enum document_kind kind; /* any but the zone, which comes with the company */
    struct str id;           /* empty: a new one, of which the text may name it */
    struct str text;         /* as a document has it; merge: what differs */
};
const char *setting_list_name(enum document_kind kind); /* "services"; "company" */

struct personal_data;
struct erasing;

struct desk_job {
    /* Filled in by the caller; everything is borrowed until done. */
    struct str company;
    struct command command;
    struct str personal;         /* book: canonical personal JSON */
    struct setting_wish setting; /* configure, of one thing */
    struct erasing *erasing;     /* erase (desk/people.h): the desk fills in command.erased, and
                                  * looks again when it decides; NULL: command.erased says it */
    struct arena *arena;
    bool has_idempotency;
    struct str idempotency_key;
    struct hash request;             /* of method, path and body */
    void (*done)(struct desk_job *); /* on the writer's thread; the job is the caller's again */
    void *context;

    /* The answer. */
    enum code code; /* CODE_NONE: see verdict; else overloaded, outcome_unknown, storage_full,
                     * state_diverged, not_found (no such company), idempotency_* */
    struct verdict verdict;
    uint64_t seq;              /* decided at; after it, for an effect */
    bool replayed;             /* verdict.entry is of the first time */
    const struct image *image; /* a holder: the state after; the caller frees it */

    /* The desk's own. */
    struct desk_job *next;
    int64_t deadline_ms;
    struct store_entry rows;
    const struct company *company_after; /* a holder, while a setting is decided */
    struct personal_data *sealed;        /* what a setting brings, by change */
    bool is_import;
    bool is_wordless; /* what it does to words that are kept cannot be told: it is refused */
    struct desk_import *import;
};

/* True: done will be called, exactly once. False: the answer is in the job already. */
IL_MUST bool desk_submit(struct desk *desk, struct desk_job *job);

/* What a job's key says to a request that will not be submitted: idempotency_in_progress,
 * idempotency_key_reused, overloaded when that cannot be told; CODE_NONE: nothing. */
enum code desk_peek_key(struct desk *desk, const struct desk_job *job);

/* Decides on the newest snapshot and keeps nothing (dry run). The answer is in the job. */
void desk_try(struct desk *desk, struct desk_job *job);
/* The same on a snapshot that the caller holds: several jobs are judged at one moment. */
void desk_try_on(struct desk *desk, struct desk_job *job, const struct image *image);

/* submit and wait, for callers with a thread to spare. */
void desk_do(struct desk *desk, struct desk_job *job);

struct import_count {
    size_t created, changed, left, removed;
};

struct import_options {
    bool prune;   /* remove what the document no longer has */
    bool dry_run; /* say what would happen and keep nothing */
};

/* What a document asks for that no rule acts on yet: kept and exported, and said. */
enum inert_setting { INERT_TRAVEL = 1, INERT_FOLLOW_UPS = 4 };

struct import_report {
    struct import_count settings, absences, inspections;
    size_t conflicts; /* open after it that were not before */
    uint64_t seq;
    unsigned inert; /* enum inert_setting, together */
};

/* A company document, all or nothing. IL_IO with a code: the desk refused it (state_diverged,
 * storage_full, outcome_unknown, overloaded). Waits. */
IL_MUST il_rc desk_import(struct desk *desk, const struct actor *actor, struct str text,
                          struct import_options options, struct import_report *ret,
                          struct il_err *reterr);

/* Writes the document to `out`. IL_INVALID with code not_found: no such company. */
IL_MUST il_rc desk_export(struct desk *desk, struct str company, struct buf *out,
                          struct il_err *reterr);

/* ---- reading ---- */

/* The newest committed image; *ret is a holder to be freed with block_free. *ret NULL: there is no
 * such company. */
IL_MUST il_rc desk_image(struct desk *desk, struct str company, const struct image **ret,
                         struct il_err *reterr);

/* The key with this secret. *ret_found false: unknown or ended. Strings live in the arena. A key
 * with a `revoked_at` to come is valid until then. */
IL_MUST il_rc desk_find_key(struct desk *desk, const struct hash *secret, struct arena *arena,
                            struct row_key *ret, bool *ret_found, struct il_err *reterr);

struct found_inspection {
    struct inspection record;
    struct str personal; /* empty when erased */
};

struct lookup { /* where to look, and where what is found may lie */
    struct desk *desk;
    struct str company;
    struct arena *arena;
};

struct key_list {
    struct row_key *at; /* without their secrets' hashes */
    size_t n;
};

/* Keys of the company, ended ones too, by _id; with an `id` that one alone, if it is there. */
IL_MUST il_rc desk_keys(const struct lookup *in, struct str id, struct key_list *ret,
                        struct il_err *reterr);

/* By _id, or by order number when `id` is a whole number. *ret_found false: none. */
IL_MUST il_rc desk_find_inspection(const struct lookup *in, struct str id,
                                   struct found_inspection *ret, bool *ret_found,
                                   struct il_err *reterr);
IL_MUST il_rc desk_find_personal(const struct lookup *in, ref_t person, struct str *ret,
                                 struct il_err *reterr);
IL_MUST il_rc desk_find_hold(const struct lookup *in, ref_t ref, struct hold *ret, bool *ret_found,
                             struct il_err *reterr);

/* Whose what takes time is: the brand of an order or a hold; empty: of none. */
IL_MUST il_rc desk_brand_of(const struct lookup *in, enum claim_kind kind, ref_t owner,
                            struct str *ret, struct il_err *reterr);

enum { CHANGELOG_MAX = 1000 };

struct change {         /* one entry, as far as it is about one inspection */
    struct entry entry; /* head only: no records, no claims */
    const struct inspection *after;
};

struct changelog {
    struct change *at;
    size_t n;
};

/* Entries that touched the inspection, oldest first, at most CHANGELOG_MAX. */
IL_MUST il_rc desk_changelog(const struct lookup *in, ref_t inspection, struct changelog *ret,
                             struct il_err *reterr);

struct conflict_list {
    struct conflict *at;
    size_t n;
};

/* Conflicts in `state` ("open", "acknowledged", "resolved"), by ref after `after`. */
IL_MUST il_rc desk_conflicts(const struct lookup *in, struct str state, ref_t after, size_t limit,
                             struct conflict_list *ret, struct il_err *reterr);

/* ---- what happened ---- */

enum {
    NEWS_ITEMS_MAX = 100, /* of a kind that one entry names; of more it is said that there are */
    NEWS_MAX = 500,       /* entries read at once */
    NEWS_PAGE_ITEMS_MAX = 5000, /* after so many things named a page ends, with whole entries */
};

enum news_kind {
    NEWS_INSPECTION,
    NEWS_HOLD,
    NEWS_EVENT, /* and Blocks */
    NEWS_VACATION,
    NEWS_SETTING,
    NEWS_CONFLICT,
    NEWS_KEY,
    NEWS_KINDS
};

struct news_item {
    enum news_kind what;
    struct str id; /* empty: `ref` is its name (holds, conflicts) */
    ref_t ref;
    struct str brand;              /* whose it is; empty: of no brand alone */
    struct str other_brand;        /* of a conflict: its other side's */
    struct str word;               /* status or state; of a setting its kind */
    int64_t order_number, version; /* 0: it has none */
    bool is_gone;                  /* removed, or revoked */
};

struct news { /* an entry of the journal, as far as the public may know it: a block */
    struct arena arena;
    uint64_t seq;
    utc_s at;
    enum command_kind kind;
    struct str channel;
    const struct news_item *items; /* sorted by kind */
    size_t n;
    bool is_cut; /* there was more than NEWS_ITEMS_MAX of a kind */
};

struct news_list {
    const struct news **at; /* holders; the caller frees them with news_drop */
    size_t n;
    uint64_t newest; /* seq of the company in the same view */
};

/* What the journal has after `after`, at most `limit` (<= NEWS_MAX) entries. */
IL_MUST il_rc desk_news(const struct lookup *in, uint64_t after, size_t limit,
                        struct news_list *ret, struct il_err *reterr);
void news_drop(struct news_list *list);

/* Waits until something was committed since `*heard`, which is 0 at first, at most so long. It
 * costs the writer a signal. What was committed is for the listener to read (desk_news). */
void desk_hear(struct desk *desk, uint64_t *heard, unsigned wait_ms);
void desk_nudge(struct desk *desk); /* whoever waits in desk_hear returns */
/* Seq of the newest state a reader can get; 0: not known, the company was not asked for yet. */
uint64_t desk_newest(struct desk *desk, struct str company);

/* A list of inspections, or a search. */
struct inspections_ask {
    const struct question *question; /* NULL: a list by time */
    bool oldest_first;               /* of a list; a search goes from the newest booked */
    struct span starts;              /* they start in it */
    int32_t status;                  /* enum status, or NOT_FOUND for all */
    struct str inspector;            /* empty: anybody */
    const struct actor *actor;       /* who must see them */
    size_t limit;
    /* Go on after this one; ref 0: from the beginning. */
    utc_s after_start;
    ref_t after;
};
struct inspections_found {
    struct found_inspection *at;
    size_t n;
    bool has_more; /* ask again with what follows: there may be more */
    utc_s after_start;
    ref_t after;
};
/* At most DESK_LOOKED_MAX inspections are looked at; a page may be short of its limit, or empty,
 * while there is more. */
enum { DESK_LOOKED_MAX = 2000 };
IL_MUST il_rc desk_inspections(const struct lookup *in, const struct inspections_ask *ask,
                               struct inspections_found *ret, struct il_err *reterr);

/* What takes time from people within a window, as a board shows it. */
struct board_item {
    struct claim claim;
    const struct inspection *inspection; /* of an inspection's claim; NULL: of none */
    const struct absence *absence;       /* of an event, block or vacation */
};
struct board_lane {
    size_t at;                      /* of the inspectors asked for */
    const struct board_item *items; /* by start */
    size_t n_items;
    struct arena *arena; /* until the visitor returns, like the items */
};
typedef void (*board_visit)(void *context, const struct board_lane *lane);
/* Lane by lane, so that a board of any size takes the memory of one person's. All of it is of
 * one moment. */
IL_MUST il_rc desk_board(const struct lookup *in, struct span window, struct strs inspectors,
                         board_visit visit, void *context, struct il_err *reterr);

bool desk_is_ready(struct desk *desk); /* false once it had to stop */

struct desk_stats {
    uint64_t jobs, refused, batches, largest_batch, commits, syncs;
    uint64_t entries[COMMANDS]; /* written, by kind */
    size_t image_bytes, images, queued;
};
struct desk_stats desk_stats(struct desk *desk);

enum { FIGURES_COMPANIES_MAX = 1000 };

enum outbox_state { OUTBOX_PENDING, OUTBOX_SENT, OUTBOX_FAILED, OUTBOX_PARKED, OUTBOX_STATES };
struct str outbox_state_name(int state);

struct company_figures {
    struct str id;
    size_t holds_live, conflicts_open, outbox[OUTBOX_STATES];
    utc_s outbox_waits_s; /* the oldest that is not sent; 0: there is none */
};

struct figures_list {
    struct company_figures *at;
    size_t n;
};

/* Of the company, or of all (at most FIGURES_COMPANIES_MAX) where none is named. */
IL_MUST il_rc desk_figures(const struct lookup *in, struct figures_list *ret,
                           struct il_err *reterr);
IL_MUST il_rc desk_has_one_company(struct desk *desk, bool *ret, struct il_err *reterr);

/* Secrets: url-safe text of HMAC(server key, kind, company, id, generation) with the id in front,
 * so that nothing need be stored to check one and a replay can say it again. */
struct token_scope {
    const char *kind; /* "hold", "manage" */
    struct str company;
    uint32_t generation; /* moving it revokes */
};
struct str desk_token_make(const struct desk *desk, struct arena *arena,
                           const struct token_scope *scope, ref_t ref);
IL_MUST bool desk_token_read(const struct desk *desk, struct arena *arena,
                             const struct token_scope *scope, struct str token, ref_t *ret);
struct hash desk_seal_key(struct desk *desk); /* seals offers */
/* What the server alone can make of a text: the same each time. */
struct hash desk_mac(struct desk *desk, struct str text);

/* ---- verifying ---- */

struct check_report {
    struct buf findings; /* a line each; the caller drops it */
    size_t n_findings;
    size_t companies, entries, claims, inspections, conflicts;
};

/* Every law on the stored data: overlaps, journal chain, projections = fold of the journal,
 * personal data against their hashes. */
IL_MUST il_rc desk_check(struct store *store, struct dice *dice, struct check_report *ret,
                         struct il_err *reterr);

#endif
