/* Entries and records as JSON: what the journal and the projections keep.
 *
 *  V1  What is written reads back equal: entry_read(entry_write(e)) == e, but for company_after,
 *      which rows give (document.h), and `hash`, which stands beside the payload.
 *  V2  Of clients, agents, addresses and notes only person refs, salted hashes and the address's
 *      key are written. */
#ifndef CODEC_ENTRY_JSON_H
#define CODEC_ENTRY_JSON_H

#include "base/json.h"
#include "core/booking.h"

void entry_write(struct buf *out, struct str company, const struct entry *entry);
/* In the arena. IL_INVALID: the payload is not an entry of ours. */
IL_MUST il_rc entry_read(struct arena *arena, struct str payload, struct entry *ret,
                         struct il_err *reterr);

void inspection_write(struct buf *out, const struct inspection *inspection);
IL_MUST il_rc inspection_read(struct arena *arena, struct str doc, struct inspection *ret,
                              struct il_err *reterr);
void hold_write(struct buf *out, const struct hold *hold);
/* Fills *ret except its own arena, which is left alone; views lie in `arena`. */
IL_MUST il_rc hold_read(struct arena *arena, struct str doc, struct hold *ret,
                        struct il_err *reterr);
void absence_write(struct buf *out, const struct absence *absence);
IL_MUST il_rc absence_read(struct arena *arena, struct str doc, struct absence *ret,
                           struct il_err *reterr);
void conflict_write(struct buf *out, const struct conflict *conflict);
IL_MUST il_rc conflict_read(struct arena *arena, struct str doc, struct conflict *ret,
                            struct il_err *reterr);

struct str hold_state_name(enum hold_state state);         /* "live", "consumed", ... */
struct str hold_kind_name(enum hold_kind kind);            /* "checkout", "quote" */
struct str conflict_state_name(enum conflict_state state); /* "open", ... */

#endif
