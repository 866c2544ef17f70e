/* Settings: one table says what each is called, may be, and is when nobody says. */
#include "document_parts.h"

#include <string.h>

enum { SETTING_ABSENT = INT32_MIN, CUTOFF_MAX = 43200, EXPIRY_HOURS_MAX = 8760 };

enum setting_type { TYPE_INT, TYPE_INT_OR_NONE, TYPE_BOOL, TYPE_MILLI, TYPE_WORD, TYPE_TIME };

struct setting_fact {
    const char *group; /* NULL: at the top */
    const char *name;
    enum setting_type type;
    int32_t min, max;
    int32_t otherwise;
    const char *const *words;
};

static const char *const anchors[] = { "span", "clock", "gap" };
static const char *const addon_rules[] = { "filter", "warn" };
static const char *const area_rules[] = { "off", "warn", "refuse" };
static const char *const travel_rules[] = { "off", "warn", "enforce" };

/* Settings of one group stand together: reading and writing open each group once. */
static const struct setting_fact facts[SETTINGS] = {
    [SET_STEP] = { NULL, "stepMinutes", TYPE_INT, 5, 480, 30, NULL },
    [SET_ANCHOR] = { NULL, "slotAnchor", TYPE_WORD, 0, 3, ANCHOR_SPAN, anchors },
    [SET_BUFFER] = { NULL, "bufferMinutes", TYPE_INT, 0, 480, 0, NULL },
    [SET_BUFFER_BEFORE] = { NULL, "bufferBeforeMinutes", TYPE_INT_OR_NONE, 0, 480, NOT_FOUND,
                            NULL },
    [SET_BUFFER_AFTER] = { NULL, "bufferAfterMinutes", TYPE_INT_OR_NONE, 0, 480, NOT_FOUND, NULL },
    [SET_HORIZON] = { NULL, "horizonDays", TYPE_INT, 0, HORIZON_DAYS_MAX, 60, NULL },
    [SET_ADDON_ABILITY] = { NULL, "addonAbility", TYPE_WORD, 0, 2, ADDON_FILTER, addon_rules },
    [SET_ONLINE + AUD_NOTICE] = { "online", "noticeMinutes", TYPE_INT, 0, 43200, 120, NULL },
    [SET_ONLINE + AUD_SAME_DAY] = { "online", "sameDay", TYPE_BOOL, 0, 1, 1, NULL },
    [SET_ONLINE + AUD_CUTOFF] = { "online", "nextDayCutoffTimeInMinutes", TYPE_INT_OR_NONE, 0,
                                  DAY_MIN, NOT_FOUND, NULL },
    [SET_ONLINE + AUD_AUTO] = { "online", "autoConfirm", TYPE_BOOL, 0, 1, 1, NULL },
    [SET_ONLINE + AUD_HORIZON] = { "online", "horizonDays", TYPE_INT_OR_NONE, 0, HORIZON_DAYS_MAX,
                                   NOT_FOUND, NULL },
    [SET_ONLINE + AUD_DAILY_MAX] = { "online", "dailyMax", TYPE_INT_OR_NONE, 0, DAILY_MAX_MAX,
                                     NOT_FOUND, NULL },
    [SET_ONLINE + AUD_WEEKLY_MAX] = { "online", "weeklyMax", TYPE_INT_OR_NONE, 0, WEEKLY_MAX_MAX,
                                      NOT_FOUND, NULL },
    [SET_ONLINE +
        AUD_EARLIEST] = { "online", "earliestStart", TYPE_TIME, 0, DAY_MIN, NOT_FOUND, NULL },
    [SET_ONLINE + AUD_LATEST] = { "online", "latestStart", TYPE_TIME, 0, DAY_MIN, NOT_FOUND, NULL },
    [SET_ONLINE +
        AUD_OUTSIDE_AREA] = { "online", "outsideArea", TYPE_WORD, 0, 3, AREA_REFUSE, area_rules },
    [SET_CHANGE_CUTOFF] = { "online", "changeCutoffMinutes", TYPE_INT_OR_NONE, 0, CUTOFF_MAX,
                            NOT_FOUND, NULL },
    [SET_CANCEL_CUTOFF] = { "online", "cancelCutoffMinutes", TYPE_INT_OR_NONE, 0, CUTOFF_MAX,
                            NOT_FOUND, NULL },
    [SET_REQUESTED_INSPECTOR] = { "online", "requestedInspector", TYPE_BOOL, 0, 1, 1, NULL },
    [SET_UNCONFIRMED_EXPIRY] = { "online", "unconfirmedExpiryHours", TYPE_INT, 0, EXPIRY_HOURS_MAX,
                                 0, NULL },
    [SET_INTERNAL + AUD_NOTICE] = { "internal", "noticeMinutes", TYPE_INT, 0, 43200, 0, NULL },
    [SET_INTERNAL + AUD_SAME_DAY] = { "internal", "sameDay", TYPE_BOOL, 0, 1, 1, NULL },
    [SET_INTERNAL + AUD_CUTOFF] = { "internal", "nextDayCutoffTimeInMinutes", TYPE_INT_OR_NONE, 0,
                                    DAY_MIN, NOT_FOUND, NULL },
    [SET_INTERNAL + AUD_AUTO] = { "internal", "autoConfirm", TYPE_BOOL, 0, 1, 1, NULL },
    [SET_INTERNAL + AUD_HORIZON] = { "internal", "horizonDays", TYPE_INT_OR_NONE, 0,
                                     HORIZON_DAYS_MAX, NOT_FOUND, NULL },
    [SET_INTERNAL + AUD_DAILY_MAX] = { "internal", "dailyMax", TYPE_INT_OR_NONE, 0, DAILY_MAX_MAX,
                                       NOT_FOUND, NULL },
    [SET_INTERNAL + AUD_WEEKLY_MAX] = { "internal", "weeklyMax", TYPE_INT_OR_NONE, 0,
                                        WEEKLY_MAX_MAX, NOT_FOUND, NULL },
    [SET_INTERNAL +
        AUD_EARLIEST] = { "internal", "earliestStart", TYPE_TIME, 0, DAY_MIN, NOT_FOUND, NULL },
    [SET_INTERNAL +
        AUD_LATEST] = { "internal", "latestStart", TYPE_TIME, 0, DAY_MIN, NOT_FOUND, NULL },
    [SET_INTERNAL +
        AUD_OUTSIDE_AREA] = { "internal", "outsideArea", TYPE_WORD, 0, 3, AREA_WARN, area_rules },
    [SET_CHECKOUT_HOLD] = { NULL, "checkoutHoldSeconds", TYPE_INT, 30, 3600, 300, NULL },
    [SET_QUOTE_HOLD] = { NULL, "quoteHoldHours", TYPE_INT, 1, 168, 24, NULL },
    [SET_TRAVEL_RULE] = { "travel", "rule", TYPE_WORD, 0, 3, TRAVEL_OFF, travel_rules },
    [SET_ROAD_FACTOR] = { "travel", "roadFactor", TYPE_MILLI, 1000, 5000, 1300, NULL },
    [SET_KM_PER_HOUR] = { "travel", "kmPerHour", TYPE_INT, 1, 200, 45, NULL },
    [SET_TRAVEL_MAX] = { "travel", "maxMinutes", TYPE_INT, 1, 600, 90, NULL },
};

struct settings settings_none(void)
{
    struct settings s;
    for (size_t i = 0; i < SETTINGS; i++)
        s.at[i] = SETTING_ABSENT;
    return s;
}

static bool may_be_none(const struct setting_fact *f)
{
    return f->type == TYPE_INT_OR_NONE || f->type == TYPE_TIME;
}

static int32_t time_get(struct json_obj *o, const char *name)
{
    int32_t minute = 0;
    const struct str text = json_get_str(o, name, TIME_OF_DAY_TEXT);
    if (!o->reader->failed && !time_of_day_parse(text, false, &minute))
        json_fault(o, name, "out_of_range", "must be a time of day such as 08:00");
    return minute;
}

static int32_t value_get(struct json_obj *o, const struct setting_fact *f)
{
    if (!json_has(o, f->name))
        return may_be_none(f) && json_is_none(o, f->name) ? NOT_FOUND : SETTING_ABSENT;
    switch (f->type) {
    case TYPE_BOOL:
        return json_opt_bool(o, f->name, false);
    case TYPE_MILLI:
        return (int32_t)json_opt_milli(o, f->name, f->min, f->max, f->otherwise);
    case TYPE_WORD:
        return json_get_word(o, f->name, f->words, (size_t)f->max);
    case TYPE_TIME:
        return time_get(o, f->name);
    case TYPE_INT:
    case TYPE_INT_OR_NONE:
        break;
    }
    return (int32_t)json_get_int(o, f->name, f->min, f->max);
}

static bool same_group(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

struct settings settings_get(struct json_obj *o)
{
    struct settings s = settings_none();
    struct json_obj top;
    if (!json_opt_obj(o, "settings", &top))
        return s;
    for (size_t i = 0; i < SETTINGS;) {
        const char *group = facts[i].group;
        struct json_obj in = { .reader = top.reader };
        const bool open = group != NULL && json_opt_obj(&top, group, &in);
        for (; i < SETTINGS && same_group(facts[i].group, group); i++)
            s.at[i] = value_get(open ? &in : group == NULL ? &top : &in, &facts[i]);
        if (open)
            json_done(&in);
    }
    json_done(&top);
    return s;
}

static void time_put(struct json *j, int32_t minute)
{
    char text[TIME_OF_DAY_TEXT];
    time_of_day_write(minute, text);
    json_str(j, (struct str){ text, sizeof text });
}

static void value_put(struct json *j, const struct setting_fact *f, int32_t value)
{
    json_key(j, str_from(f->name));
    switch (f->type) {
    case TYPE_BOOL:
        json_bool(j, value != 0);
        return;
    case TYPE_MILLI:
        json_fixed(j, value % 100 == 0 ? value / 100 : value, value % 100 == 0 ? 1 : 3);
        return;
    case TYPE_WORD:
        json_str(j, str_from(f->words[value]));
        return;
    case TYPE_INT:
    case TYPE_INT_OR_NONE:
    case TYPE_TIME:
        break;
    }
    if (value == NOT_FOUND)
        json_none(j);
    else if (f->type == TYPE_TIME)
        time_put(j, value);
    else
        json_int(j, value);
}

void settings_put(struct json *j, const struct settings *s)
{
    bool is_open = false;
    const char *group = NULL;
    for (size_t i = 0; i < SETTINGS; i++) {
        if (s->at[i] == SETTING_ABSENT)
            continue;
        if (!is_open)
            json_open(j, "settings", '{');
        is_open = true;
        if (!same_group(group, facts[i].group)) {
            if (group != NULL)
                json_end_object(j);
            group = facts[i].group;
            if (group != NULL)
                json_open(j, group, '{');
        }
        value_put(j, &facts[i], s->at[i]);
    }
    if (group != NULL)
        json_end_object(j);
    if (is_open)
        json_end_object(j);
}

void settings_lay(struct settings *under, const struct settings *over)
{
    for (size_t i = 0; i < SETTINGS; i++) {
        if (over->at[i] != SETTING_ABSENT)
            under->at[i] = over->at[i];
    }
}

static int32_t or_else(int32_t value, int32_t otherwise)
{
    return value == NOT_FOUND ? otherwise : value;
}

static struct policy policy_of(const int32_t *v, int32_t horizon_days)
{
    return (struct policy){
        .notice_min = v[AUD_NOTICE],
        .same_day = v[AUD_SAME_DAY] != 0,
        .cutoff_min = v[AUD_CUTOFF],
        .auto_confirm = v[AUD_AUTO] != 0,
        .horizon_days = or_else(v[AUD_HORIZON], horizon_days),
        .daily_max = v[AUD_DAILY_MAX],
        .weekly_max = v[AUD_WEEKLY_MAX],
        .earliest_min = or_else(v[AUD_EARLIEST], 0),
        .latest_min = or_else(v[AUD_LATEST], DAY_MIN),
        .outside_area = (enum area_rule)v[AUD_OUTSIDE_AREA],
    };
}

struct rules settings_rules(const struct settings *s)
{
    int32_t v[SETTINGS];
    for (size_t i = 0; i < SETTINGS; i++)
        v[i] = s->at[i] == SETTING_ABSENT ? facts[i].otherwise : s->at[i];
    return (struct rules){
        .step_min = v[SET_STEP],
        .anchor = (enum slot_anchor)v[SET_ANCHOR],
        .buffer_before_min = or_else(v[SET_BUFFER_BEFORE], v[SET_BUFFER]),
        .buffer_after_min = or_else(v[SET_BUFFER_AFTER], v[SET_BUFFER]),
        .policy = { [AUDIENCE_ONLINE] = policy_of(v + SET_ONLINE, v[SET_HORIZON]),
                    [AUDIENCE_INTERNAL] = policy_of(v + SET_INTERNAL, v[SET_HORIZON]) },
        .addon_ability = (enum addon_rule)v[SET_ADDON_ABILITY],
        .change_cutoff_min = v[SET_CHANGE_CUTOFF],
        .cancel_cutoff_min = v[SET_CANCEL_CUTOFF],
        .requested_inspector = v[SET_REQUESTED_INSPECTOR] != 0,
        .unconfirmed_expiry_h = v[SET_UNCONFIRMED_EXPIRY],
        .checkout_hold_s = v[SET_CHECKOUT_HOLD],
        .quote_hold_h = v[SET_QUOTE_HOLD],
        .travel = (enum travel_rule)v[SET_TRAVEL_RULE],
        .road_factor_milli = v[SET_ROAD_FACTOR],
        .km_per_hour = v[SET_KM_PER_HOUR],
        .travel_max_min = v[SET_TRAVEL_MAX],
    };
}
