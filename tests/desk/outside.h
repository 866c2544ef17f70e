/* The other system: orders that were made elsewhere and come in by import, again and again. */
#ifndef DESK_TESTS_OUTSIDE_H
#define DESK_TESTS_OUTSIDE_H

#include "draws.h"
#include "rig.h"

enum { OUTSIDE_MAX = 400, CROWD_MAX = 316 };

struct outside_order {
    int id;              /* "imp7" */
    int lead, assistant; /* assistant -1: none */
    utc_s start, end, assistant_start, assistant_end;
    bool is_cancelled;
    int notes; /* which notes and client */
};

struct outside { /* the orders it knows, as it last sent them */
    struct outside_order at[OUTSIDE_MAX];
    size_t n;
    int next_id, next_event;
};

struct drive;
struct drive_company;

/* One import of the kind that the draw says; judged by the oracle. */
void outside_import(struct drive *d, struct drive_company *c, enum draw draw);

/* An export of the company, imported into it: nothing may change. */
void outside_same_export(struct drive *d, struct drive_company *c);

/* Imports n orders at one time for one inspector; with more than CROWD_MAX of them the document is
 * refused whole (50,000 overlapping pairs, docs/company-document.md). */
void outside_crowd(struct drive *d, struct drive_company *c, int n);

#endif
