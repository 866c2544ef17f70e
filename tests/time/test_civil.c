/* The calendar against one that only counts. */
#include "core/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* 301 years, day by day. */
static void test_calendar_counts(void **state)
{
    (void)state;
    static const int32_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    date_d date = -25567; /* 1900-01-01, a Monday */
    int weekday = 0;
    for (int32_t year = 1900; year <= 2200; year++) {
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int32_t month = 1; month <= 12; month++) {
            const int32_t length = lengths[month - 1] + (leap && month == 2);
            for (int32_t day = 1; day <= length; day++) {
                const struct civil c = civil_from_date(date);
                assert_true(c.year == year && c.month == month && c.day == day);
                assert_int_equal(date_from_civil(c), date);
                assert_int_equal(date_weekday(date), weekday);
                date++;
                weekday = (weekday + 1) % 7;
            }
        }
    }
    assert_int_equal(wall_date(-1), -1);
    assert_int_equal(wall_minute(-1), 1439);
    assert_int_equal(wall_date(DAY_S), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_calendar_counts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
