/* The image of a company: all that deciding and availability need, as one immutable value.
 *
 *  M1  An image is a block; readers keep it, the writer makes the next one. Nothing in it changes.
 *  M2  It equals the fold of the journal up to `seq`, less what ended at or before `floor`.
 *      Holds are there while nothing has ended them, however long ago their time was up: each
 *      claim of a hold has its record beside it.
 *  M3  calendars[i] belongs to company->inspectors[i]. */
#ifndef CORE_IMAGE_H
#define CORE_IMAGE_H

#include "core/calendar.h"
#include "core/hours.h"
#include "core/record.h"

struct image {
    const struct company *company;     /* block; NULL until the company exists */
    const struct calendar **calendars; /* blocks; company->n_inspectors of them */
    const struct hours_table *hours;   /* block; may be NULL: laid on demand */
    date_d hours_first;
    int32_t hours_days;
    const struct hold **holds; /* a list block, sorted by ref: those in HOLD_LIVE, also past their
                                * time, until an entry ends them */
    size_t n_holds;
    const struct conflict **conflicts; /* a list block, sorted by ref; those not resolved */
    size_t n_conflicts;
    uint64_t seq;
    utc_s last_at; /* time of entry `seq` */
    struct hash head;
    int64_t next_order;
    utc_s floor; /* claims that ended at or before it are not held; INT64_MIN: all are */
};

/* An image of nothing: seq 0. A block. */
const struct image *image_empty(void);

/* Parts from which a stored image is put together; arrays are borrowed during the call. */
struct image_parts {
    const struct company *company; /* the image takes this holder over */
    const struct claim_at *claims; /* any order */
    size_t n_claims;
    const struct conflict **conflicts; /* unresolved, by ref; holders are taken over */
    size_t n_conflicts;
    const struct hold **holds; /* in HOLD_LIVE, by ref; holders are taken over */
    size_t n_holds;
    uint64_t seq;
    utc_s last_at;
    struct hash head;
    int64_t next_order;
    utc_s floor;
};

/* A block. A claim of an inspector the company does not know is a broken store: NULL. */
const struct image *image_make(const struct image_parts *parts);

/* The same image with the hours of `today` and the horizon laid out (a new block), or NULL when
 * they are already there. */
const struct image *image_with_hours(const struct image *image, date_d today);

/* The same without claims that ended at or before `floor` (a new block). */
const struct image *image_trim(const struct image *image, utc_s floor);

const struct hold *image_find_hold(const struct image *image, ref_t ref); /* NULL: not held */

/* Whether some hold's time is up that nothing has ended yet. Accepts NULL. */
bool image_has_dead_hold(const struct image *image, utc_s now);

const struct conflict *image_find_conflict(const struct image *image, ref_t ref);

/* A writable copy that shares every part: the start of the next image. */
struct image *image_copy(const struct image *from);

size_t image_bytes(const struct image *image); /* with all it points to, shared or not */

/* Hours of one inspector for n_days from `first`: the image's own when it covers them, else laid in
 * the arena. */
struct hours image_hours(const struct image *image, int32_t inspector, enum audience audience,
                         date_d first, size_t n_days, struct arena *arena);

#endif
