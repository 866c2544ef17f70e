/* The things of a company document between JSON and core: read by x_get, written by x_put.
 *
 *  P1  x_put writes what x_get reads, fields in the order of the contract's example; what was not
 *      given is not written. So a row's body is its x_put, and reading a body is x_get again.
 *  P2  x_get checks all that can be judged by the thing alone. Private to codec. */
#ifndef CODEC_DOCUMENT_PARTS_H
#define CODEC_DOCUMENT_PARTS_H

#include "codec/document.h"

enum {
    EMAIL_CHARS_MAX = 254,
    PHONE_CHARS_MAX = 40,
    WORDS_CHARS_MAX = 64,
    TITLE_CHARS_MAX = 200,
    CURRENCY_CHARS = 3,
    OPENINGS_MAX = 100000,
    HOLIDAYS_MAX = 5000,
    MODIFIERS_MAX = 20,
    FOLLOW_UPS_MAX = 10,
    FOLLOW_UP_MINUTES_MAX = 366 * DAY_MIN,
    EXTERNAL_IDS_MAX = 20,
    ASSIGNMENTS_MAX = 16,
    DAILY_MAX_MAX = 100,
    WEEKLY_MAX_MAX = 700,
    AGENTS_MAX = 10,
    CENTS_MAX = 1000000000,
    INSPECTION_DAYS_MAX = 31,
    WEEK_DAYS = 7,
};

/* A JSON number holds 2^53 - 1 everywhere; what lies between is for orders to come. */
static const int64_t ORDER_NUMBER_MAX = 9000000000000000;

/* What the services of an order can come to at most. */
static const int64_t PRICE_CENTS_MAX = (int64_t)SERVICES_MAX * (1 + MODIFIERS_MAX) * CENTS_MAX;

/* ---- settings (document_settings.c) ---- */

enum audience_setting { /* of "online" and of "internal" */
                        AUD_NOTICE,
                        AUD_SAME_DAY,
                        AUD_CUTOFF,
                        AUD_AUTO,
                        AUD_HORIZON,
                        AUD_DAILY_MAX,
                        AUD_WEEKLY_MAX,
                        AUD_EARLIEST,
                        AUD_LATEST,
                        AUD_OUTSIDE_AREA,
                        AUDIENCE_SETTINGS
};

enum setting {
    SET_STEP,
    SET_ANCHOR,
    SET_BUFFER,
    SET_BUFFER_BEFORE,
    SET_BUFFER_AFTER,
    SET_HORIZON,
    SET_ADDON_ABILITY,
    SET_ONLINE, /* + enum audience_setting */
    SET_CHANGE_CUTOFF = SET_ONLINE + AUDIENCE_SETTINGS,
    SET_CANCEL_CUTOFF,
    SET_REQUESTED_INSPECTOR,
    SET_UNCONFIRMED_EXPIRY,
    SET_INTERNAL,
    SET_CHECKOUT_HOLD = SET_INTERNAL + AUDIENCE_SETTINGS,
    SET_QUOTE_HOLD,
    SET_TRAVEL_RULE,
    SET_ROAD_FACTOR,
    SET_KM_PER_HOUR,
    SET_TRAVEL_MAX,
    SETTINGS
};

struct settings {
    int32_t at[SETTINGS]; /* SETTING_ABSENT: not given; NOT_FOUND: given as null */
};

struct settings settings_none(void);
struct settings settings_get(struct json_obj *o);            /* the field "settings" of o */
void settings_put(struct json *j, const struct settings *s); /* as the field; nothing if empty */
void settings_lay(struct settings *under, const struct settings *over); /* by key */
struct rules settings_rules(const struct settings *s);                  /* absent: the default */

/* ---- rows (document_rows.c) ---- */

struct part_company {
    struct str id, name, timezone, currency;
    struct str first_brand; /* only in a row's body: which brand is the company's default */
    struct settings settings;
};

struct part_brand {
    struct str id, name;
    struct settings settings;
    int32_t spectora; /* enum spectora_mode, NOT_FOUND: not given */
};

struct part_service {
    struct service service; /* id, name, kind, minutes, price, modifiers */
    int32_t after_min[FOLLOW_UPS_MAX];
    size_t n_after; /* 0: no follow-up */
    int32_t follow_min, follow_who;
};

struct part_inspector {
    struct str id, name, email;
    bool is_active, has_home;
    struct place home;
    struct strs services, areas;
    int32_t daily_max, weekly_max; /* NOT_FOUND: none */
    const struct external_id *external_ids;
    size_t n_external_ids;
    const struct week_row *week; /* sorted by weekday, valid_from, valid_to; no two alike in them */
    size_t n_week;
};

struct part_area {
    struct area area; /* at least the outer ring; rings of any shape: see area_judge */
    struct str name;
};

struct part_opening {
    struct str id, inspector;
    date_d date;
    bool by_spans, is_manual;
    enum visibility visibility;
    struct day_hours hours;
};

struct part_holiday {
    struct str id, name;
    date_d date;
    struct strs worked_by;
};

/* Faults rings that have no area or cross themselves: asked where an area comes in, because what is
 * stored can be read. */
void area_judge(struct json_obj *o, const struct part_area *p);

/* Company rows carry `firstBrand`; documents do not. */
struct part_company company_get(struct json_obj *o, bool in_row);
struct part_brand brand_get(struct json_obj *o);
struct part_service service_get(struct json_obj *o);
struct part_inspector inspector_get(struct json_obj *o);
struct part_area area_get(struct json_obj *o);
struct part_opening opening_get(struct json_obj *o);
struct part_holiday holiday_get(struct json_obj *o);

void company_put(struct json *j, const struct part_company *p, bool in_row);
void brand_put(struct json *j, const struct part_brand *p);
void service_put(struct json *j, const struct part_service *p);
void inspector_put(struct json *j, const struct part_inspector *p);
void area_put(struct json *j, const struct part_area *p);
void opening_put(struct json *j, const struct part_opening *p);
void holiday_put(struct json *j, const struct part_holiday *p);

struct str id_get(struct json_obj *o, const char *name); /* required */
struct str id_opt(struct json_obj *o, const char *name); /* "" when absent */
/* A list of ids without repetition. */
struct strs ids_opt(struct json_obj *o, const char *name, size_t max);
void external_ids_get(struct json_obj *o, const struct external_id **ret, size_t *ret_n);
void external_ids_put(struct json *j, const struct external_id *ids, size_t n);
void degrees_put(struct json *j, int32_t e7); /* as few decimals as say it exactly */
void text_put(struct json *j, const char *name, struct str value); /* nothing when empty */

/* Whether its name says that it was made where a week changed (document_history.c). */
bool opening_is_history(struct arena *arena, const struct part_opening *p);

/* Personal data of an inspector: {"name","email"}. */
struct str inspector_personal(struct arena *arena, const struct part_inspector *p);
/* Lays stored personal data over p. False when the text is not what this writes. */
IL_MUST bool inspector_personal_lay(struct arena *arena, struct str personal,
                                    struct part_inspector *p);

/* ---- hours of a day and of a week (document_hours.c) ---- */

struct wall_span *spans_get(struct json_obj *o, size_t *ret_n); /* sorted, merged */
int32_t *starts_get(struct json_obj *o, size_t *ret_n);         /* sorted, distinct */
void spans_put(struct json *j, const struct day_hours *hours);
void starts_put(struct json *j, const struct day_hours *hours);
void weekly_get(struct json_obj *o, struct part_inspector *p);
void weekly_put(struct json *j, const struct part_inspector *p);

/* ---- documents of one row ---- */

/* Order of rows: kind, then id, bytewise. */
int setting_row_order(const struct setting_row *a, const struct setting_row *b);
void setting_rows_sort(struct setting_row *rows, size_t n);
int32_t document_kind_find(struct str name); /* NOT_FOUND: unknown */

/* What an absence or an inspection looks like without its _id decides an absent one. */
struct str id_from_content(struct arena *arena, struct str content);

#endif
