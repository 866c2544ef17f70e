/* Auditing what is stored, or a document that is not: core's audit with its input gathered. */
#ifndef DESK_AUDIT_H
#define DESK_AUDIT_H

#include "codec/document.h"
#include "core/audit.h"
#include "store/store.h"

struct audit_asked {
    struct str company; /* of a document: ignored */
    bool has_from, has_to;
    struct clock *clock;
    date_d from, to; /* in the company's zone, both included: whatever has a part in them */
};

struct audited {
    const struct company *company; /* a holder; the caller frees it */
    const struct audit_thing *things;
    size_t n_orders, n_absences;
    struct audit_report report;
    int64_t load_ms, audit_ms;
};

/* IL_INVALID with code not_found: there is no such company. What is found lies in the arena. */
IL_MUST il_rc desk_audit(struct store_read *read, const struct audit_asked *asked,
                         struct arena *arena, struct audited *ret, struct il_err *reterr);

/* A document as an import takes it, and refused with the same words. */
IL_MUST il_rc desk_audit_document(struct str text, struct zone_source *zones,
                                  const struct audit_asked *asked, struct arena *arena,
                                  struct audited *ret, struct il_err *reterr);

/* The _ids of all companies, in the arena. */
IL_MUST il_rc desk_companies(struct store_read *read, struct arena *arena, struct strs *ret,
                             struct il_err *reterr);

#endif
