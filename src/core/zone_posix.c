/* Reads POSIX TZ rules (POSIX.1-2017 section 8.3, with RFC 8536's hours -167..167) and says when
 * they change clocks in a given year. */
#include "zone_posix.h"

#include "digits.h"

#include <assert.h>

enum { RULE_HOURS_MAX = 167, OFFSET_HOURS_MAX = 24, NAME_LENGTH_MIN = 3, DEFAULT_TIME_S = 7200 };

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_quotable(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-';
}

static bool name_take(struct str *rest, struct str *ret)
{
    struct str s = *rest;
    const bool quoted = char_take(&s, '<');
    struct str name = { s.at, 0 };
    while (name.len < s.len && (quoted ? is_quotable(s.at[name.len]) : is_letter(s.at[name.len])))
        name.len++;
    s = (struct str){ s.at + name.len, s.len - name.len };
    if (name.len < NAME_LENGTH_MIN || (quoted && !char_take(&s, '>')))
        return false;
    *rest = s;
    *ret = name;
    return true;
}

/* One to three digits, at most `max`. */
static bool number_take(struct str *rest, int32_t max, int32_t *ret)
{
    int32_t value = 0;
    int32_t digit = 0;
    size_t n = 0;
    while (n < 3 && digits_take(rest, 1, &digit)) {
        value = value * 10 + digit;
        n++;
    }
    if (n == 0 || value > max)
        return false;
    *ret = value;
    return true;
}

static int32_t sign_take(struct str *rest)
{
    const bool minus = char_take(rest, '-');
    const bool plus = !minus && char_take(rest, '+');
    return plus || !minus ? 1 : -1;
}

/* "[+-]h[h[h]][:mm[:ss]]" in seconds. */
static bool clock_take(struct str *rest, int32_t hours_max, int32_t *ret)
{
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t seconds = 0;
    const int32_t sign = sign_take(rest);
    if (!number_take(rest, hours_max, &hours))
        return false;
    if (char_take(rest, ':')) {
        if (!number_take(rest, 59, &minutes))
            return false;
        if (char_take(rest, ':') && !number_take(rest, 59, &seconds))
            return false;
    }
    *ret = sign * (hours * HOUR_S + minutes * MINUTE_S + seconds);
    return true;
}

static bool month_day_take(struct str *rest, struct posix_change *ret)
{
    return number_take(rest, 12, &ret->month) && ret->month >= 1 && char_take(rest, '.') &&
           number_take(rest, 5, &ret->week) && ret->week >= 1 && char_take(rest, '.') &&
           number_take(rest, 6, &ret->day);
}

static bool day_take(struct str *rest, struct posix_change *ret)
{
    if (char_take(rest, 'M')) {
        ret->kind = POSIX_DAY_OF_MONTH;
        return month_day_take(rest, ret);
    }
    if (char_take(rest, 'J')) {
        ret->kind = POSIX_DAY_WITHOUT_LEAP;
        return number_take(rest, 365, &ret->day) && ret->day >= 1;
    }
    ret->kind = POSIX_DAY_OF_YEAR;
    return number_take(rest, 365, &ret->day);
}

/* ",date[/time]" */
static bool change_take(struct str *rest, struct posix_change *ret)
{
    if (!char_take(rest, ',') || !day_take(rest, ret))
        return false;
    ret->time_s = DEFAULT_TIME_S;
    return !char_take(rest, '/') || clock_take(rest, RULE_HOURS_MAX, &ret->time_s);
}

/* POSIX counts offsets to the west, everything else here to the east. */
static bool offset_take(struct str *rest, int32_t *ret_east_s)
{
    int32_t west_s = 0;
    if (!clock_take(rest, OFFSET_HOURS_MAX, &west_s))
        return false;
    *ret_east_s = -west_s;
    return true;
}

bool posix_rule_parse(struct str text, struct posix_rule *ret)
{
    struct posix_rule rule = { 0 };
    if (!name_take(&text, &rule.standard.abbreviation) ||
        !offset_take(&text, &rule.standard.offset_s))
        return false;
    rule.has_daylight = text.len > 0;
    if (rule.has_daylight) {
        if (!name_take(&text, &rule.daylight.abbreviation) || text.len == 0)
            return false;
        rule.daylight.offset_s = rule.standard.offset_s + HOUR_S;
        if (text.at[0] != ',' && !offset_take(&text, &rule.daylight.offset_s))
            return false;
        if (!change_take(&text, &rule.to_daylight) || !change_take(&text, &rule.to_standard))
            return false;
    }
    if (text.len != 0)
        return false;
    *ret = rule;
    return true;
}

static date_d year_start(int32_t year)
{
    return date_from_civil((struct civil){ year, 1, 1 });
}

/* Mm.w.d: the w-th weekday d of the month, the last one for w = 5. */
static date_d month_day_date(const struct posix_change *change, int32_t year)
{
    const date_d first = date_from_civil((struct civil){ year, change->month, 1 });
    const date_d next = change->month == 12
                            ? year_start(year + 1)
                            : date_from_civil((struct civil){ year, change->month + 1, 1 });
    const int32_t weekday = (change->day + 6) % 7; /* 0 = Monday, as date_weekday */
    const date_d found = first + (weekday - date_weekday(first) + 7) % 7 + (change->week - 1) * 7;
    return found < next ? found : found - 7;
}

static date_d change_date(const struct posix_change *change, int32_t year)
{
    const date_d start = year_start(year);
    const bool leap = year_start(year + 1) - start == 366;
    switch (change->kind) {
    case POSIX_DAY_OF_MONTH:
        return month_day_date(change, year);
    case POSIX_DAY_WITHOUT_LEAP:
        return start + change->day - 1 + (leap && change->day >= 60 ? 1 : 0);
    case POSIX_DAY_OF_YEAR:
        break;
    }
    return start + change->day;
}

static utc_s change_at(const struct posix_change *change, int32_t year, int32_t offset_before_s)
{
    return (utc_s)change_date(change, year) * DAY_S + change->time_s - offset_before_s;
}

struct posix_year posix_rule_year(const struct posix_rule *rule, int32_t year)
{
    assert(rule->has_daylight);
    const int32_t standard_s = rule->standard.offset_s;
    struct posix_year ret = {
        .to_daylight = change_at(&rule->to_daylight, year, standard_s),
        .to_standard = change_at(&rule->to_standard, year, rule->daylight.offset_s),
    };
    const utc_s next_daylight = change_at(&rule->to_daylight, year + 1, standard_s);
    ret.stays_daylight = ret.to_standard == ret.to_daylight || ret.to_standard >= next_daylight;
    return ret;
}
