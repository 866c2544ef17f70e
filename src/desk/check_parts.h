/* What the two halves of the check share. Private to desk. */
#ifndef DESK_CHECK_PARTS_H
#define DESK_CHECK_PARTS_H

#include "desk_parts.h"

struct known_person { /* as the journal names one */
    ref_t ref;
    struct hash hash;
    bool is_erased;
};

struct revival { /* an inspection that was cancelled until then */
    ref_t ref;
    utc_s at;
};

struct checking { /* one company */
    struct store_read *read;
    struct store *fold;
    struct arena *arena;
    struct str company;
    struct hash head;
    uint64_t seq;
    utc_s at;
    size_t stored_claims, named_claims; /* named: by records */
    struct known_person *people;        /* heap */
    size_t n_people, room_people, n_stored_people;
    struct entry_mark *marks; /* heap, by seq: of every entry that can be read */
    size_t n_marks, room_marks;
    struct revival *revivals; /* heap */
    size_t n_revivals, room_revivals;
    struct check_report *report;
};

void find(struct checking *c, const char *format, ...) IL_PRINTF(2, 3); /* a finding */

/* X5: remembers whom an entry names. */
void note_people(struct checking *c, const struct entry *entry);

/* X6: remembers who asked for an entry; `seq` is where it stands. */
void note_mark(struct checking *c, const struct entry *entry, uint64_t seq);

/* X6: remembers which cancelled inspections an entry brings back; before it is folded. */
IL_MUST il_rc note_revivals(struct checking *c, const struct entry *entry, struct il_err *reterr);

/* X7 (check_search.c) */
IL_MUST il_rc check_search(struct checking *c, struct il_err *reterr);
IL_MUST il_rc check_laws(struct checking *c, struct il_err *reterr);

#endif
