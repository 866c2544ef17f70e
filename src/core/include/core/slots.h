/* Slot search, and the one availability function behind it.
 *
 *  L1  Offered is bookable: the search and availability_judge share offer.h, the hours and the
 *      calendar; the oracle in tests/core holds the one against the other.
 *  L2  An answer is a function of (image, query): no clock, no cache.
 *  L3  Cost is linear in inspectors and days; commitments outside the days asked for cost nothing.
 */
#ifndef CORE_SLOTS_H
#define CORE_SLOTS_H

#include "core/code.h"
#include "core/image.h"

enum {
    SLOTS_VERSION = 1, /* moves when the same image and query come to have another answer */
    SLOTS_LIMIT_DEFAULT = 200,
    SLOTS_LIMIT_MAX = 2000,
    SLOT_INSPECTORS_MAX = VISIT_INSPECTORS_MAX
};

/* Nearest: by distance from `near`, then `near_inspector` first, then the earlier; of several
 * people `near_inspector` is the lead wherever they can go. */
enum slot_order { ORDER_OPTIMAL, ORDER_TIME, ORDER_NEAREST };

struct slot_query {
    enum audience audience;
    int32_t brand;           /* index, or NOT_FOUND for the company's rules */
    const int32_t *services; /* indices; none: minutes only */
    size_t n_services;
    int32_t minutes; /* the visit, 1..VISIT_MINUTES_MAX */
    date_d from;
    int32_t days;              /* 1..SEARCH_DAYS_MAX */
    const int32_t *inspectors; /* filter, sorted indices; none: all */
    size_t n_inspectors;
    int32_t requested;     /* ranked first, NOT_FOUND: nobody */
    int32_t count;         /* inspectors per visit, 1..SLOT_INSPECTORS_MAX */
    bool by_time;          /* one slot per start, the best inspectors chosen */
    bool keep_overlapping; /* staff: what overlaps is kept and marked */
    enum slot_order order;
    utc_s near;             /* by nearness: an instant within SEARCH_DAYS_MAX of the days */
    int32_t near_inspector; /* by nearness: NOT_FOUND, nobody */
    size_t limit;
    struct look look;
    bool has_place; /* where the visit is; without a place no area is judged */
    struct place place;
};

struct slot {
    struct span when;
    int32_t inspectors[SLOT_INSPECTORS_MAX]; /* indices, the first is the best; n of them */
    int32_t n_inspectors;
    int32_t cost; /* minutes of usable time and worse; 0 is best */
    bool overlapping;
};

/* Full: what could be sold is taken. Closed: nobody works, or all of it is too soon, too late to be
 * asked for, or further ahead than the calendar is open. */
enum day_sale { SALE_OPEN, SALE_FULL, SALE_CLOSED, SALE_HOLIDAY };

struct slot_day {
    date_d date;
    int32_t count; /* slots before the limit */
    enum day_sale sale;
    int32_t busy, travel, notice; /* starts lost to each reason */
};

struct slot_list {
    const struct slot *slots;
    size_t n_slots;
    const struct slot_day *days; /* query.days of them */
    size_t n_days;
    utc_s valid_until; /* the same query at any time before this has the same answer */
};

struct slot_list slots_find(const struct image *image, const struct slot_query *query,
                            struct arena *arena);

/* ---- judging one start ---- */

/* Rules an override lets pass, one bit per enum code. */
typedef uint64_t code_set;

/* The policy of time alone, the first rule that fails and is not in `passing`: CODE_NONE,
 * in_past, too_soon, same_day_closed, cutoff_passed or
 * out_of_horizon for a visit that starts at `start`. */
enum code rules_judge(const struct company *company, const struct rules *rules,
                      enum audience audience, utc_s now, utc_s start, code_set passing);

struct visit { /* one visit for one inspector, as asked for */
    enum audience audience;
    int32_t brand;
    const int32_t *services;
    size_t n_services;
    struct span when;
    bool must_be_offered; /* on the grid; staff may take any minute inside the hours */
    struct look look;
    bool has_place;
    struct place place;
    const struct area_set *around; /* of the place, where many are asked; NULL: not known yet */
};

enum { CONFLICTS_SHOWN_MAX = 16 };

struct judgement {
    enum code code;   /* CODE_NONE: can be booked; CODE_slot_taken: conflicts below */
    struct str words; /* what the code's sentence does not say; empty: nothing */
    const struct claim *conflicts[CONFLICTS_SHOWN_MAX];
    size_t n_conflicts; /* also beyond those shown */
    int32_t cost;       /* of a visit that can be booked: lower is better */
};

/* Whether the place lies outside the areas of the inspector, or of all areas, and the audience is
 * warned of it. */
bool warns_of_area(const struct company *company, const struct inspector *who,
                   const struct visit *visit);

/* Every rule in the contract's order, then the claims. The first that fails and is not in
 * `passing` is the answer. Time policy is rules_judge's and not repeated here. */
struct judgement availability_judge(const struct image *image, int32_t inspector,
                                    const struct visit *visit, code_set passing);

#endif
