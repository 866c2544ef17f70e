/* The proleptic Gregorian calendar.
 *
 *  V1  Years are counted from 1 March, so the leap day is the last day of a year and month lengths
 *      follow one line: 153 days in every five months.
 *  V2  The calendar repeats after 400 years = 146097 days; all sums are done in 64 bits and
 *      floored, so the years before 1970 and before 0000 need no case of their own. */
#include "civil_text.h"
#include "digits.h"

#include <assert.h>

enum { DAYS_PER_ERA = 146097, YEARS_PER_ERA = 400, DAYS_0000_03_01_TO_1970 = 719468 };

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static bool year_is_leap(int32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int32_t month_days(int32_t year, int32_t month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && year_is_leap(year));
}

static bool civil_exists(struct civil c)
{
    return c.month >= 1 && c.month <= 12 && c.day >= 1 && c.day <= month_days(c.year, c.month);
}

date_d date_from_civil(struct civil c)
{
    assert(civil_exists(c));
    const int64_t year = (int64_t)c.year - (c.month <= 2);
    const int64_t era = floor_div(year, YEARS_PER_ERA);
    const int64_t year_of_era = year - era * YEARS_PER_ERA;
    const int64_t month_from_march = (c.month + 9) % 12;
    const int64_t day_of_year = (153 * month_from_march + 2) / 5 + c.day - 1;
    const int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    const int64_t date = era * DAYS_PER_ERA + day_of_era - DAYS_0000_03_01_TO_1970;
    assert(date >= INT32_MIN && date <= INT32_MAX);
    return (date_d)date;
}

struct civil civil_from_date(date_d d)
{
    const int64_t days = (int64_t)d + DAYS_0000_03_01_TO_1970;
    const int64_t era = floor_div(days, DAYS_PER_ERA);
    const int64_t day_of_era = days - era * DAYS_PER_ERA;
    /* Takes the leap days out again: one each 1460, less one each 36524, plus the era's last. */
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const int32_t month =
        (int32_t)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    return (struct civil){
        .year = (int32_t)(year_of_era + era * YEARS_PER_ERA + (month <= 2)),
        .month = month,
        .day = (int32_t)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

int date_weekday(date_d d)
{
    const int64_t monday_based = (int64_t)d + 3; /* 1970-01-01 was a Thursday */
    return (int)(monday_based - floor_div(monday_based, 7) * 7);
}

date_d wall_date(wall_s w)
{
    const int64_t date = floor_div(w, DAY_S);
    assert(date >= INT32_MIN && date <= INT32_MAX);
    return (date_d)date;
}

int32_t wall_minute(wall_s w)
{
    return (int32_t)((w - floor_div(w, DAY_S) * DAY_S) / MINUTE_S);
}

bool civil_take(struct str *rest, struct civil *ret)
{
    struct str s = *rest;
    struct civil c = { 0 };
    if (!digits_take(&s, 4, &c.year) || !char_take(&s, '-') || !digits_take(&s, 2, &c.month) ||
        !char_take(&s, '-') || !digits_take(&s, 2, &c.day) || !civil_exists(c))
        return false;
    *rest = s;
    *ret = c;
    return true;
}

bool time_of_day_take(struct str *rest, int32_t *ret_min)
{
    struct str s = *rest;
    int32_t hour = 0;
    int32_t minute = 0;
    if (!digits_take(&s, 2, &hour) || !char_take(&s, ':') || !digits_take(&s, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *rest = s;
    *ret_min = hour * 60 + minute;
    return true;
}

bool date_parse(struct str text, date_d *ret)
{
    struct civil c = { 0 };
    if (!civil_take(&text, &c) || text.len != 0 || c.year < DATE_YEAR_MIN || c.year > DATE_YEAR_MAX)
        return false;
    *ret = date_from_civil(c);
    return true;
}

bool time_of_day_parse(struct str text, bool as_end, int32_t *ret_min)
{
    int32_t minute = DAY_MIN;
    const bool midnight_end = as_end && str_equal(text, STR("24:00"));
    if (!midnight_end && (!time_of_day_take(&text, &minute) || text.len != 0))
        return false;
    *ret_min = minute;
    return true;
}

void date_write(date_d d, char ret[DATE_TEXT])
{
    const struct civil c = civil_from_date(d);
    digits_write(ret, 4, c.year);
    ret[4] = '-';
    digits_write(ret + 5, 2, c.month);
    ret[7] = '-';
    digits_write(ret + 8, 2, c.day);
}

void time_of_day_write(int32_t minute, char ret[TIME_OF_DAY_TEXT])
{
    assert(minute >= 0 && minute <= DAY_MIN);
    digits_write(ret, 2, minute / 60);
    ret[2] = ':';
    digits_write(ret + 3, 2, minute % 60);
}
