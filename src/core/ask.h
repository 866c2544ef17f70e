/* An ask: a want made exact against the company's rules, and the inspectors chosen for it. Private
 * to core. */
#ifndef CORE_ASK_H
#define CORE_ASK_H

#include "draft.h"

struct ask {
    struct draft *draft; /* for the depth of the image */
    const struct image *image;
    const struct command *command;
    struct arena *arena;
    utc_s now;
    enum audience audience;
    int32_t brand;
    const struct rules *rules;
    const int32_t *services; /* indices */
    struct strs service_ids;
    size_t n_services;
    struct price price;
    struct property property;
    struct area_set around; /* areas that the property lies in */
    struct span when;       /* the lead's */
    bool any;
    int32_t count;       /* inspectors needed when any */
    int32_t *inspectors; /* indices, the lead first: named, or chosen by ask_choose */
    struct span *whens;  /* of each */
    struct str *roles;
    size_t n_inspectors;
    struct look look;
    code_set waived;   /* a live hold was judged when it was made */
    struct span stays; /* of an order whose time stands, however long it is; empty: as wanted */
    const struct inspection *agreed; /* its starts stand already: the rules of time are passed */
    bool brand_stands; /* of an order or live hold: they may have changed in the settings by now */
    bool services_stand;   /* and with them how many people they took then */
    bool counts_weeks;     /* jobs of a week are judged: it has to be known from its Monday on */
    bool overlap_admitted; /* an override lets what is in the way pass */
    struct verdict *verdict;
};

/* Refuses: fills the verdict and returns false, so that a step is `if (...) return refuse(...)`. */
bool refuse(struct verdict *verdict, enum code code, const char *field, struct str detail);
/* What does not exist cannot be overridden. */
bool refuse_unknown(struct verdict *verdict, const char *field, const char *detail);

/* Each returns false when the verdict is a refusal. */
bool ask_resolve_time(struct ask *ask, struct instant_text text, const char *field, utc_s *ret);
bool ask_make(struct ask *ask, const struct want *want);
bool ask_choose(struct ask *ask);

/* What staff should know of the choice that was made, and are not stopped by. */
void ask_warn(const struct ask *ask);

/* The want of a command with what is absent taken from its hold; false: they differ. Keeps the
 * hold's interval if that was laid for all that is known now: see hold_covers. */
bool want_with_hold(struct ask *ask, const struct want *want, const struct hold *hold,
                    const struct property *known, struct want *ret);

/* Whether the hold's interval is for this visit. A size of the house or services that the hold was
 * made without were judged by nobody: how long they take, and whether that fits, is to be seen. A
 * length that staff gave stands for staff. */
bool hold_covers(const struct ask *ask, const struct want *want, const struct hold *hold,
                 const struct property *known);

bool strs_equal(struct strs a, struct strs b);
bool hold_is_live(const struct hold *hold, utc_s now);

#endif
