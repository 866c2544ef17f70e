/* The desk's parts and what they share. Private to desk.
 *
 *   desk.c       open, close, submit: the queue and the keys in flight
 *   companies.c  images: loading, publishing, eviction
 *   writer.c     the writer's thread: batch, commit, answers
 *   facts.c      what a decision needs from outside the image
 *   project.c    an entry as rows
 *   import.c     company documents (import_brands.c: what they must not take away;
 *                import_numbers.c: numbers that would lead to two orders)
 *   settings.c   one setting changed by itself
 *   query.c      reading (people.c: all that is held of one; audit.c: a calendar to look through)
 *   news*.c      what happened, for those who listen
 *   figures.c    what is counted of companies
 *   board.c      what lies in people's days
 *   forget.c     idempotency keys that nobody uses again
 *   search*.c    finding orders by their words: reading, keeping, the stored form
 *   check*.c     verifying */
#ifndef DESK_DESK_PARTS_H
#define DESK_DESK_PARTS_H

#include "base/block.h"
#include "codec/entry_json.h"
#include "desk/desk.h"

#include <pthread.h>
#include <time.h>

enum { COMPANY_SLOTS = 1024, KEYS_CACHED = 1024, FLIGHTS_SLOTS = 4096 };

/* How far the words of a company's orders are kept (search_keep.c); the writer's alone. */
struct search_state {
    bool is_known, failed;
    size_t n_rest;   /* inspections in no block, as far as counting matters */
    int64_t n_small; /* inspections in small blocks at the end */
    ref_t last;      /* of the last block */
};

/* How far old requests are forgotten (forget.c); the writer's alone. */
struct request_state {
    int64_t due_at_ms;      /* not looked at before, by the monotonic clock */
    struct buf key_id, key; /* the last one looked at; empty: the first comes next */
};

/* A company as the desk knows it; never freed while the desk runs, its image may come and go. */
/* How far unconfirmed orders are looked at (unconfirmed.c); the writer's alone. */
struct unconfirmed_state {
    int64_t due_at_ms;
    utc_s start; /* after the order that starts then, with this ref; 0: from the first */
    ref_t ref;
};

struct company_slot {
    struct company_slot *next; /* same hash */
    struct str id;             /* own */
    const struct image *image; /* newest committed, or NULL */
    uint64_t known_seq;        /* the newest seq ever published */
    size_t bytes;
    uint64_t used_at; /* clock of use, for eviction */
    bool is_diverged;
    struct search_state search;
    struct request_state requests;
    struct unconfirmed_state unconfirmed;
};

struct cached_key {
    bool is_used;
    struct hash secret;
    struct row_key key;
    struct arena arena;
};

struct flight { /* an idempotency key whose job is running */
    struct flight *next;
    uint64_t hash;
    const struct desk_job *job;
};

struct desk {
    struct desk_options options;
    pthread_t writer;
    bool has_writer;

    pthread_mutex_t lock; /* everything below */
    pthread_cond_t wake;  /* CLOCK_MONOTONIC */
    struct desk_job *queue_first, **queue_last;
    size_t n_queued;
    bool is_busy;         /* a batch has been taken and is not answered yet */
    pthread_cond_t idle;  /* the queue is empty and nothing is busy */
    pthread_cond_t heard; /* CLOCK_MONOTONIC: n_heard moved */
    uint64_t n_heard;     /* commits that listeners can have heard of, and nudges */
    bool closing, is_stopped;
    struct company_slot *slots[COMPANY_SLOTS];
    uint64_t use_clock;
    size_t image_bytes, n_images;
    struct cached_key keys[KEYS_CACHED];
    uint64_t keys_epoch; /* moves with every change of a key */
    struct flight *flights[FLIGHTS_SLOTS];
    struct desk_stats stats;

    pthread_mutex_t loading; /* one load at a time; taken before lock, never inside it */
};

/* companies.c */
struct company_slot *slot_find(struct desk *desk, struct str company); /* lock held; makes one */
/* The newest committed image, reaching back DESK_FLOOR_S; NULL in *ret: no such company. */
IL_MUST il_rc slot_image(struct desk *desk, struct str company, const struct image **ret,
                         struct il_err *reterr);
/* One of a company that exists, reaching back to `floor`, for whoever asks alone: it is not
 * published, a look at old history must not stay in memory. */
IL_MUST il_rc image_deep(struct desk *desk, struct str company, utc_s floor,
                         const struct image **ret, struct il_err *reterr);
/* Loads past everything held: the state as the store has it. */
IL_MUST il_rc image_load(struct desk *desk, struct str company, utc_s floor,
                         const struct image **ret, struct il_err *reterr);
/* The same as one view has it. */
IL_MUST il_rc image_read(struct store_read *read, struct str company, utc_s floor,
                         const struct image **ret, struct il_err *reterr);
IL_MUST il_rc company_rows(struct store_read *read, struct str company, struct arena *arena,
                           struct setting_row **ret, size_t *ret_n, struct il_err *reterr);
/* The same with the hours of today, and without what lies too far back: a holder. */
const struct image *image_at(const struct image *image, utc_s now);
void slot_publish(struct desk *desk, struct str company, const struct image *image);
/* The image in the slot is not what the store has: it is loaded anew. */
void slot_reload(struct desk *desk, struct str company);
void slots_drop(struct desk *desk);

/* facts.c */
struct overlay { /* entries of the batch that are decided but not stored yet, newest first */
    const struct overlay *before;
    struct str company;
    const struct entry *entry;
};
struct deciding { /* what a decision stands on */
    struct store_read *read;
    const struct overlay *batch;
    const struct image *image;
    utc_s now;
    struct desk *desk;
};
IL_MUST il_rc facts_load(const struct deciding *on, struct desk_job *job, struct facts *ret,
                         struct il_err *reterr);
struct rows_at { /* a company's rows, and where what is found may lie */
    struct store_read *read;
    struct str company;
    struct arena *arena;
};
/* Each: *ret NULL (or empty) when there is none. */
IL_MUST il_rc inspection_by_id(const struct rows_at *in, struct str id, struct inspection **ret,
                               struct il_err *reterr);
IL_MUST il_rc inspection_by_order(const struct rows_at *in, int64_t number, struct inspection **ret,
                                  struct il_err *reterr);
IL_MUST il_rc absence_by_id(const struct rows_at *in, struct str id, struct absence **ret,
                            struct il_err *reterr);
IL_MUST il_rc inspection_by_ref(const struct rows_at *in, ref_t ref, struct inspection **ret,
                                struct il_err *reterr);
IL_MUST il_rc absence_by_ref(const struct rows_at *in, ref_t ref, struct absence **ret,
                             struct il_err *reterr);
IL_MUST il_rc hold_by_ref(const struct rows_at *in, ref_t ref, struct hold **ret,
                          struct il_err *reterr);
IL_MUST il_rc person_by_ref(const struct rows_at *in, ref_t ref, struct str *ret,
                            struct il_err *reterr);

/* The brand of an order or a hold; empty: of none, or there is no such thing. */
IL_MUST il_rc owner_brand(const struct rows_at *in, enum claim_kind kind, ref_t owner,
                          struct str *ret, struct il_err *reterr);

/* project.c */
struct personal_data { /* goes into a person row beside the entry */
    ref_t ref;
    struct str salt;
    struct hash hash;
    struct str data;
};
void entry_project(struct arena *arena, const struct entry *entry, struct str payload,
                   const struct personal_data *persons, size_t n_persons, struct store_entry *ret);
/* Salt and hash for personal data about to be stored. */
struct personal_data personal_seal(struct desk *desk, struct arena *arena, struct str data);
struct str entry_encode(struct arena *arena, struct str company, struct entry *entry,
                        const struct hash *before); /* also sets entry->hash */

/* writer.c */
void *writer_run(void *context); /* the desk */

/* forget.c */
enum { REQUEST_KEPT_S = 7 * DAY_S };
/* Forgets a few requests that are old enough, of one company; at each sweep. */
void requests_forget(struct desk *desk, struct arena *arena);

/* Jobs that cancel what was booked online and has been unconfirmed for too long, of one company and
 * at most `room` of them; `done` is the caller's. At each sweep. */
size_t unconfirmed_jobs(struct desk *desk, struct arena *arena, struct desk_job **ret, size_t room);
bool request_is_old(utc_s at, utc_s newest); /* newest: the time of the company's last entry */
/* Whether an inspection that the entry made is live. */
IL_MUST il_rc booking_lives(const struct rows_at *in, uint64_t seq, bool *ret,
                            struct il_err *reterr);

/* people.c */
struct person_asked;
struct people_found;
/* What was found, as this view has it, with what came in since: afterwards no other row of that
 * person is in the view. */
IL_MUST il_rc people_renew(const struct rows_at *in, const struct person_asked *asked,
                           struct people_found *found, struct il_err *reterr);
/* The rows that are to go, as a command. */
void erasing_choose(const struct erasing *erasing, struct arena *arena, struct command *ret);

/* search_keep.c */
/* Does the next piece of what is to be done to keep words; true: there is more. Between batches. */
bool search_step(struct desk *desk, struct arena *arena);
/* What entries do to words that are kept goes into each change. Less than n: of this change it
 * cannot be told, which is logged. Committed, it would leave words of data that are gone. */
IL_MUST size_t search_changes(struct desk *desk, struct arena *arena, struct store_change *changes,
                              size_t n);
extern const char search_damaged[];                    /* that, in words */
bool search_concerns(const struct store_entry *entry); /* it may do something to them */
void search_note(struct desk *desk, const struct store_change *changes, size_t n); /* committed */

/* import.c */
struct import_entries { /* what a document becomes: to be committed together */
    struct store_entry *rows;
    size_t n;                  /* 0: nothing to commit */
    const struct image *image; /* after them; a holder */
    uint64_t seq;              /* before them */
};
struct desk_import {
    struct document document;
    struct import_options options;
    struct import_report report;
    struct import_entries made; /* by who asks; the writer takes it. n 0: the writer makes it */
    bool is_overtaken;          /* the company moved on since: decide again */
    bool failed;
    struct il_err err; /* why not */
};
/* For the writer: what it is to commit. False: nothing, and the import says why. */
IL_MUST bool import_take(struct desk *desk, struct desk_job *job, utc_s now,
                         struct import_entries *ret);

/* What the services of an order are sold at today: a document need not say a price that is this. */
struct price price_today(const struct company *company, const struct inspection *record,
                         struct arena *arena);

/* import_numbers.c; IL_INVALID: the order's number or _id already leads to another. */
IL_MUST il_rc import_check_number(const struct rows_at *in, const struct inspection *record,
                                  struct il_err *reterr);

/* import_brands.c */
struct brands_after { /* what an import would leave */
    const struct company *company;
    const struct document *document;
    const struct image *image; /* before it */
    utc_s now;
    const struct overlay *batch; /* what is decided and not stored yet; NULL: nothing */
};
/* IL_INVALID when something that the document does not change names a brand that would be gone. */
IL_MUST il_rc import_brands_check(const struct rows_at *in, const struct brands_after *after,
                                  struct il_err *reterr);

/* history.c */
struct weeks_before { /* as things stand where a change is decided */
    const struct image *image;
    struct setting_rows stored;
    utc_s now;
};
/* Adds to what is to change the openings that keep booked start slots where a week changes, takes
 * away those that are no longer needed, and reads the company anew when there are any. */
IL_MUST il_rc history_lay(const struct weeks_before *before, struct arena *arena,
                          struct rows_merged *merged, const struct company **company,
                          struct il_err *reterr);

/* figures.c */
void entries_count(struct desk *desk, const struct store_entry *entries, size_t n);

/* news.c */
struct timespec monotonic_in(int64_t wait_ms); /* for waits on CLOCK_MONOTONIC */

/* news_erased.c */
/* An entry that erases has no after-images: it is given those of what the data were made for. */
IL_MUST il_rc news_name_erased(const struct rows_at *in, struct entry *entry,
                               struct il_err *reterr);

/* settings.c */
/* What the change of one setting comes to, refusals included; job->company_after is held until
 * configure_forget. */
IL_MUST il_rc configure_prepare(const struct deciding *on, const struct rows_at *in,
                                struct desk_job *job, struct facts *ret, struct il_err *reterr);
/* The people it brings, in ret (one for each setting of the entry). */
size_t configure_persons(const struct desk_job *job, const struct entry *entry,
                         struct personal_data *ret);
void configure_forget(struct desk_job *job);

/* desk.c */
/* Of an entry, what the row of its idempotency key must agree with. */
struct entry_mark {
    uint64_t seq;
    utc_s at;
    uint64_t actor;  /* hash of the API key's id */
    struct hash key; /* zeros: it came without, or is older than this field: anything may be true */
    bool is_named;   /* while checking: by a row that fits */
};
struct entry_mark entry_mark(const struct entry *entry);
bool mark_fits(const struct entry_mark *mark, const struct row_idempotency *row);
int64_t desk_now_s(struct desk *desk);
/* What the desk says to every change of the company; CODE_NONE: nothing, as far as is known. */
enum code desk_refuses(struct desk *desk, struct str company);
void flight_end(struct desk *desk, const struct desk_job *job); /* lock held */
void keys_forget(struct desk *desk);                            /* lock held */

#endif
