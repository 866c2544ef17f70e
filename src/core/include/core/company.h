/* A company as its rules see it: read from its document, immutable, shared by pointer.
 *
 *  K1  A company is one block (base/block.h): all it points to lives in its own arena.
 *  K2  Inspectors are sorted by _id bytewise: an index is an inspector's rank in every tie.
 *  K3  `rows` is the source the rest was read from: canonical JSON per thing, sorted by kind, id.
 *      What is exported, compared and journaled is rows; what is decided with is the rest. */
#ifndef CORE_COMPANY_H
#define CORE_COMPANY_H

#include "base/arena.h"
#include "base/hash.h"
#include "core/area.h"
#include "core/claim.h"
#include "core/zone.h"

enum {
    INSPECTORS_MAX = 2000,
    SERVICES_MAX = 200,
    BRANDS_MAX = 100,
    DAY_SPANS_MAX = 24,
    DAY_STARTS_MAX = 96,
    WEEK_ROWS_MAX = 210, /* of one inspector: a weekly template a month for two years and more */
    WEEK_ROWS_EQUAL_MAX = 4, /* of one weekday with the same validFrom: they add up */
    OPENINGS_PER_DAY_MAX = 3,
    HOLIDAY_WORKERS_MAX = 200,
    VISIT_MINUTES_MAX = 1440,
    VISIT_INSPECTORS_MAX = 8, /* that one visit may take */
    HORIZON_DAYS_MAX = 730,
    SEARCH_DAYS_MAX = 62,
    NOT_FOUND = -1,
};

enum slot_anchor { ANCHOR_SPAN, ANCHOR_CLOCK, ANCHOR_GAP };

/* Who asks: the public scheduler, or staff (every role but online). */
enum audience { AUDIENCE_ONLINE, AUDIENCE_INTERNAL, AUDIENCES };

enum area_rule { AREA_OFF, AREA_WARN, AREA_REFUSE };

enum addon_rule { ADDON_FILTER, ADDON_WARN };

struct policy {
    int32_t notice_min;
    bool same_day;
    int32_t cutoff_min; /* next-day cutoff, minutes since local midnight; NOT_FOUND: none */
    bool auto_confirm;
    int32_t horizon_days;
    int32_t daily_max, weekly_max;    /* jobs of an inspector; NOT_FOUND: no maximum */
    int32_t earliest_min, latest_min; /* when a visit may start, minutes since local midnight */
    enum area_rule outside_area;
};

enum travel_rule { TRAVEL_OFF, TRAVEL_WARN, TRAVEL_ENFORCE };

struct rules {
    int32_t step_min;
    enum slot_anchor anchor;
    int32_t buffer_before_min, buffer_after_min; /* kept free around a visit, towards claims */
    struct policy policy[AUDIENCES];
    enum addon_rule addon_ability;
    int32_t change_cutoff_min, cancel_cutoff_min; /* before the start, online; NOT_FOUND: none */
    bool requested_inspector;                     /* a customer may ask for one by name */
    int32_t unconfirmed_expiry_h;                 /* 0: never */
    int32_t checkout_hold_s;
    int32_t quote_hold_h;
    enum travel_rule travel;
    int32_t road_factor_milli; /* 1300: roads are 1.3 times the straight line */
    int32_t km_per_hour;
    int32_t travel_max_min;
};

enum spectora_mode { SPECTORA_NONE, SPECTORA_MIRROR, SPECTORA_SOURCE };

struct brand {
    struct str id, name;
    struct rules rules; /* the company's, with this brand's overrides laid over them */
    enum spectora_mode spectora;
};

enum modifier_kind { MODIFIER_OVER_SQUARE_FEET, MODIFIER_BUILT_BEFORE };

struct modifier {
    enum modifier_kind kind;
    int32_t bound;
    int32_t add_min;
    int64_t add_cents;
};

struct service {
    struct str id, name;
    bool is_addon;
    bool is_active;
    int32_t minutes;
    int64_t price_cents;
    int32_t inspectors; /* how many people it takes */
    const struct modifier *modifiers;
    size_t n_modifiers;
};

/* [from, to) in minutes since local midnight, from < 1440 and at most 1440 long: what lies past
 * 1440 is on the next day, and belongs to the date the span begins on. */
struct wall_span {
    int32_t from_min, to_min;
};

/* The hours of one day: spans in which work may lie, and single starts. Spans are sorted, disjoint
 * and never touch; starts are sorted and distinct. */
struct day_hours {
    const struct wall_span *spans;
    size_t n_spans;
    const int32_t *starts;
    size_t n_starts;
};

/* Hours of a weekday from one date to another, both included. */
struct week_row {
    int32_t weekday;             /* 0 = Monday */
    date_d valid_from, valid_to; /* INT32_MIN, INT32_MAX: not given */
    struct day_hours hours;
};

struct inspector {
    struct str id, name;
    bool is_active;
    bool has_home;
    struct place home;
    const int32_t *services; /* indices into company.services, sorted */
    size_t n_services;
    bool has_areas; /* works in `areas` only */
    struct area_set areas;
    int32_t daily_max, weekly_max; /* NOT_FOUND: no maximum */
    struct day_hours week[7];      /* 0 = Monday; the rows without dates */
    /* The rows with dates. Of those that cover a day the latest valid_from counts, equal ones add
     * up, and `week` is as old as can be. */
    const struct week_row *dated;
    size_t n_dated;
};

enum visibility { VISIBLE_ONLINE = 1, VISIBLE_INTERNAL = 2, VISIBLE_BOTH = 3 };

struct opening {       /* dated hours: replaces that day's template, or adds to the week */
    int32_t inspector; /* index */
    date_d date;
    bool is_manual;
    bool is_history; /* made where a week changed (history.h): not counted among the openings */
    enum visibility visibility;
    struct day_hours hours;
};

struct holiday {
    date_d date;
    struct str name;
    const int32_t *worked_by; /* indices of inspectors whose day is like any other, sorted */
    size_t n_worked_by;
};

struct setting_row { /* one thing of the company's document */
    struct str kind, id;
    struct str body;         /* canonical JSON without personal data */
    struct str personal;     /* canonical JSON of name and email, or empty; never journaled */
    ref_t person;            /* the person row that keeps `personal`; 0: none, or not stored yet */
    struct hash person_hash; /* SHA-256(salt || personal) */
};

struct company {
    struct arena arena;
    struct str id, name, zone_name, currency;
    const struct zone *zone;
    struct hash zone_hash; /* SHA-256 of the zone's bytes */
    struct rules rules;
    const struct brand *brands;
    size_t n_brands; /* >= 1 */
    const struct service *services;
    size_t n_services;
    const struct inspector *inspectors;
    size_t n_inspectors;
    const struct area *areas; /* at most AREAS_MAX */
    size_t n_areas;
    const struct opening *openings; /* sorted by inspector, date */
    size_t n_openings;
    const struct holiday *holidays; /* sorted by date */
    size_t n_holidays;
    int32_t shortest_visit_min; /* of the active primary services; what is left of a gap below
                                 * this cannot be sold */
    const struct setting_row *rows;
    size_t n_rows;
};

/* Index, or NOT_FOUND. */
int32_t company_find_inspector(const struct company *company, struct str id);
int32_t company_find_service(const struct company *company, struct str id);
int32_t company_find_area(const struct company *company, struct str id);
int32_t company_find_brand(const struct company *company, struct str id); /* "" is the first */
const struct holiday *company_find_holiday(const struct company *company, date_d date);

bool holiday_is_worked(const struct holiday *holiday, int32_t inspector);

/* Whether holidays close that date for the inspector: of several on one date each does. */
bool company_is_off(const struct company *company, int32_t inspector, date_d date);

/* The zone named by the first area around the place that names one; "": none does. */
struct str company_zone_at(const struct company *company, struct place place);

bool inspector_can(const struct inspector *inspector, const int32_t *services, size_t n_services);

/* Rules of a brand by index; NOT_FOUND gives the company's own. */
const struct rules *company_rules(const struct company *company, int32_t brand);

/* Sorts spans and merges those that overlap or touch; returns how many are left. */
size_t wall_spans_merge(struct wall_span *spans, size_t n);

#endif
