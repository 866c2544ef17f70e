/* Front Range Inspections.
 *
 * An inspector's day is drawn from the date and the inspector alone; how full it is falls off with
 * the distance from today, as in a real calendar. Times are wall times, so no zone is needed. */
#include "demo_parts.h"

#include <string.h>

enum {
    DENVER_BEHIND_S = 7 * HOUR_S,
    DAYS_BACK = 14,
    DAYS_AHEAD = 42,
    HOLIDAYS_AHEAD = 365,
    TRAINING_DAY_IN = 19,
    ORDER_FIRST = 1008590000,
    DAY_JOBS_MAX = 4,
    GRID_MIN = 30,
};

/* ---- people and their weeks ---- */

struct shift { /* what one letter of a week stands for */
    char letter;
    int32_t spans[2][2];
    size_t n_spans;
    int32_t starts[3];
    size_t n_starts;
};

static const struct shift shifts[] = {
    { 'S', { { 480, 720 }, { 780, 1020 } }, 2, { 0 }, 0 },
    { 'L', { { 420, 1020 } }, 1, { 0 }, 0 },
    { 'P', { { 540, 900 } }, 1, { 0 }, 0 },
    { 'T', { { 0 } }, 0, { 480, 690, 900 }, 3 },
    { 'D', { { 0 } }, 0, { 540, 780 }, 2 },
};

struct person {
    const char *id, *name, *brand;
    const char *week; /* Monday to Sunday; '-' is free */
    int32_t daily_max;
    bool does_mold;
};

/* In the order of demo_towns: each lives in one. */
static const struct person people[DEMO_TOWNS] = {
    { "alice", "Alice Moreno", "denver", "TTTTT--", 3, true },
    { "ben", "Ben Okafor", "boulder", "SSSSS--", 3, true },
    { "carla", "Carla Jensen", "denver", "TTTTTD-", 3, false },
    { "dan", "Dan Whitaker", "denver", "LLLLT--", 3, true },
    { "elena", "Elena Ruiz", "denver", "SSSSS--", 2, false },
    { "frank", "Frank Adler", "denver", "DDDDD--", 2, false },
    { "grace", "Grace Kim", "boulder", "TTTTT--", 3, true },
    { "hassan", "Hassan Ali", "denver", "-LLLLP-", 3, false },
    { "irene", "Irene Novak", "denver", "SSSSS--", 3, true },
    { "jack", "Jack Sorensen", "denver", "TTTTT--", 3, false },
    { "kate", "Kate Lindqvist", "boulder", "P-P-P--", 1, false },
    { "luis", "Luis Ortega", "denver", "-D-D-D-", 2, false },
};

static const struct shift *shift_of(const struct person *p, date_d date)
{
    const char letter = p->week[date_weekday(date)];
    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        if (shifts[i].letter == letter)
            return &shifts[i];
    }
    return NULL;
}

/* ---- days away ---- */

struct leave {
    const char *inspector;
    int32_t from, to; /* days from today */
};

static const struct leave leaves[] = {
    { "alice", 23, 30 }, { "grace", -6, -2 }, { "jack", 10, 16 },
    { "irene", 3, 3 },   { "luis", 33, 41 },
};

struct appointment {
    const char *inspector, *type, *title;
    int32_t day, from_min, minutes;
};

static const struct appointment appointments[] = {
    { "alice", "Event", "Dentist", 2, 690, 60 },
    { "ben", "Event", "School play", 4, 840, 120 },
    { "carla", "Block", "Van in the workshop", 1, 480, 240 },
    { "dan", "Event", "Physiotherapy", 6, 600, 45 },
    { "elena", "Block", "Report day", 8, 480, 540 },
    { "frank", "Event", "Eye doctor", 5, 780, 60 },
    { "hassan", "Block", "Ride-along with a trainee", 9, 720, 180 },
    { "hassan", "Event", "Dentist", -3, 480, 60 },
    { "irene", "Block", "Licence renewal class", 12, 780, 240 },
    { "kate", "Event", "Parent-teacher meeting", 7, 840, 60 },
    { "luis", "Block", "Radon course", 11, 540, 360 },
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static bool is_on_leave(const struct person *p, int32_t day)
{
    for (size_t i = 0; i < COUNT(leaves); i++) {
        if (strcmp(leaves[i].inspector, p->id) == 0 && day >= leaves[i].from && day <= leaves[i].to)
            return true;
    }
    return false;
}

/* Where the appointment in the way of [from, to) ends; `from` when nothing is in the way. */
static int32_t appointment_end(const struct person *p, int32_t day, int32_t from, int32_t to)
{
    for (size_t i = 0; i < COUNT(appointments); i++) {
        const struct appointment *a = &appointments[i];
        if (strcmp(a->inspector, p->id) == 0 && a->day == day && a->from_min < to &&
            from < a->from_min + a->minutes)
            return a->from_min + a->minutes;
    }
    return from;
}

/* ---- holidays ---- */

static date_d nth_weekday(int32_t year, int32_t month, int weekday, int32_t nth)
{
    const date_d first = date_from_civil((struct civil){ year, month, 1 });
    return first + (weekday - date_weekday(first) + 7) % 7 + 7 * (nth - 1);
}

static const char *holiday_name(date_d date, date_d today)
{
    const struct civil c = civil_from_date(date);
    if (c.month == 1 && c.day == 1)
        return "New Year's Day";
    if (c.month == 7 && c.day == 4)
        return "Independence Day";
    if (c.month == 12 && c.day == 25)
        return "Christmas Day";
    if (date == nth_weekday(c.year, 11, 3, 4))
        return "Thanksgiving";
    if (date == nth_weekday(c.year, 9, 0, 1))
        return "Labor Day";
    /* The last Monday of May is the one with no other after it. */
    if (c.month == 5 && date_weekday(date) == 0 && c.day > 24)
        return "Memorial Day";
    return date == today + TRAINING_DAY_IN ? "Company training day" : NULL;
}

static void holidays_write(struct json *j, date_d today)
{
    json_open(j, "holidays", '[');
    for (date_d date = today - DAYS_BACK; date <= today + HOLIDAYS_AHEAD; date++) {
        const char *name = holiday_name(date, today);
        if (name == NULL)
            continue;
        char id[] = "holiday-YYYY-MM-DD";
        date_write(date, id + sizeof id - 1 - DATE_TEXT);
        json_start_object(j);
        json_put_str(j, "_id", str_from(id));
        demo_date_put(j, "date", date);
        json_put_str(j, "name", str_from(name));
        json_end_object(j);
    }
    json_end_array(j);
}

/* ---- the company ---- */

static const char HEAD[] =
    "{\"_id\":\"frontrange\",\"name\":\"Front Range Inspections\",\"timezone\":\"America/Denver\","
    "\"currency\":\"USD\",\"settings\":{\"stepMinutes\":30,\"slotAnchor\":\"span\","
    "\"bufferMinutes\":0,\"horizonDays\":60,\"online\":{\"noticeMinutes\":120,\"sameDay\":true,"
    "\"nextDayCutoffTimeInMinutes\":1020,\"autoConfirm\":true},\"internal\":{\"noticeMinutes\":0},"
    "\"checkoutHoldSeconds\":300,\"quoteHoldHours\":24,\"travel\":{\"rule\":\"off\","
    "\"roadFactor\":1.3,\"kmPerHour\":45,\"maxMinutes\":90}}}";

static const char BRANDS[] = "[{\"_id\":\"denver\",\"name\":\"Front Range Denver\"},"
                             "{\"_id\":\"boulder\",\"name\":\"Front Range Boulder\"}]";

enum { HOME_MIN = 180, LARGE_FEET = 3000, LARGE_MIN = 45, OLD_YEAR = 1950, OLD_MIN = 30 };
enum { RADON_MIN = 15, SEWER_MIN = 30, MOLD_MIN = 20 };

static void service_start(struct json *j, const char *id, const char *name, bool is_addon,
                          int32_t minutes)
{
    json_start_object(j);
    json_put_str(j, "_id", str_from(id));
    json_put_str(j, "name", str_from(name));
    json_put_str(j, "type", is_addon ? STR("addon") : STR("primary"));
    json_put_int(j, "minutes", minutes);
}

static void modifier_write(struct json *j, const char *kind, int32_t bound, int32_t minutes,
                           int32_t cents)
{
    json_start_object(j);
    json_put_int(j, kind, bound);
    json_put_int(j, "addMinutes", minutes);
    json_put_int(j, "addCents", cents);
    json_end_object(j);
}

static void services_write(struct json *j)
{
    json_open(j, "services", '[');
    service_start(j, "home", "Home inspection", false, HOME_MIN);
    json_put_int(j, "priceCents", 45000);
    json_open(j, "modifiers", '[');
    modifier_write(j, "overSquareFeet", LARGE_FEET, LARGE_MIN, 7500);
    modifier_write(j, "builtBefore", OLD_YEAR, OLD_MIN, 5000);
    json_end_array(j);
    json_end_object(j);
    service_start(j, "radon", "Radon test", true, RADON_MIN);
    json_put_int(j, "priceCents", 15000);
    json_put_raw(j, "followUp",
                 STR("{\"afterMinutes\":[2880,4320],\"minutes\":15,\"inspector\":\"any\"}"));
    json_end_object(j);
    service_start(j, "sewer", "Sewer scope", true, SEWER_MIN);
    json_put_int(j, "priceCents", 17500);
    json_end_object(j);
    service_start(j, "mold", "Mold sampling", true, MOLD_MIN);
    json_put_int(j, "priceCents", 22500);
    json_end_object(j);
    json_end_array(j);
}

static void shift_write(struct json *j, const char *day, const struct shift *shift)
{
    char text[TIME_OF_DAY_TEXT];
    json_start_object(j);
    json_put_str(j, "day", str_from(day));
    json_open(j, shift->n_spans > 0 ? "spans" : "starts", '[');
    for (size_t i = 0; i < shift->n_spans; i++)
        demo_span_put(j, shift->spans[i][0], shift->spans[i][1]);
    for (size_t i = 0; i < shift->n_starts; i++) {
        time_of_day_write(shift->starts[i], text);
        json_str(j, (struct str){ text, sizeof text });
    }
    json_end_array(j);
    json_end_object(j);
}

static void person_write(struct json *j, size_t index)
{
    static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    const date_d monday = 4; /* 1970-01-05 */
    const struct person *p = &people[index];
    struct buf email = { 0 };
    buf_print(&email, "%s@example.com", p->id);
    json_start_object(j);
    json_put_str(j, "_id", str_from(p->id));
    json_put_str(j, "name", str_from(p->name));
    json_put_str(j, "email", buf_view(&email));
    json_open(j, "home", '{');
    demo_place_put(j, demo_towns[index].place);
    json_end_object(j);
    json_put_raw(j, "services",
                 p->does_mold ? STR("[\"home\",\"radon\",\"sewer\",\"mold\"]")
                              : STR("[\"home\",\"radon\",\"sewer\"]"));
    json_put_int(j, "dailyMax", p->daily_max);
    json_open(j, "weekly", '[');
    for (int32_t i = 0; i < (int32_t)COUNT(days); i++) {
        const struct shift *shift = shift_of(p, monday + i);
        if (shift != NULL)
            shift_write(j, days[i], shift);
    }
    json_end_array(j);
    json_end_object(j);
    buf_drop(&email);
}

static void absences_write(struct json *j, date_d today)
{
    json_open(j, "vacations", '[');
    for (size_t i = 0; i < COUNT(leaves); i++) {
        json_start_object(j);
        json_put_str(j, "_inspectorId", str_from(leaves[i].inspector));
        demo_date_put(j, "from", today + leaves[i].from);
        demo_date_put(j, "to", today + leaves[i].to);
        json_end_object(j);
    }
    json_end_array(j);
    json_open(j, "events", '[');
    for (size_t i = 0; i < COUNT(appointments); i++) {
        const struct appointment *a = &appointments[i];
        json_start_object(j);
        json_put_str(j, "type", str_from(a->type));
        json_put_str(j, "_inspectorId", str_from(a->inspector));
        demo_wall_put(j, "datetime", today + a->day, a->from_min);
        demo_wall_put(j, "endtime", today + a->day, a->from_min + a->minutes);
        json_put_str(j, "title", str_from(a->title));
        json_end_object(j);
    }
    json_end_array(j);
}

/* ---- orders ---- */

struct day {
    struct json *j;
    date_d today, date;
    const struct person *person;
    size_t index;
    int64_t *number;
    int32_t jobs;
};

/* Chance in a hundred that an offered time is taken. */
static int32_t chance(int32_t day)
{
    if (day < 0)
        return 58;
    return day < 7 ? 56 : day < 14 ? 40 : day < 28 ? 18 : 8;
}

static const char *status_roll(int32_t day, struct demo_dice *dice)
{
    const int32_t roll = demo_roll(dice, 1, 100);
    if (day < 0)
        return roll <= 90 ? "completed" : roll <= 94 ? "no_show" : "cancelled";
    return roll <= 82 ? "confirmed" : roll <= 96 ? "unconfirmed" : "cancelled";
}

static struct demo_job job_roll(const struct day *day, struct demo_dice *dice)
{
    struct demo_job job = {
        .brand = day->person->brand,
        .inspector = str_from(day->person->id),
        .date = day->date,
        .made_before = day->date < day->today ? day->date : day->today,
        .services = { "home" },
        .n_services = 1,
        .status = status_roll(day->date - day->today, dice),
        .location = demo_roll(dice, 0, 2) > 0 ? "online" : "internal",
        .town = &demo_towns[day->index],
        .square_feet = demo_roll(dice, 18, 84) * 50,
        .year_built = demo_roll(dice, 1905, 2024),
    };
    job.to_min = HOME_MIN + (job.square_feet > LARGE_FEET ? LARGE_MIN : 0) +
                 (job.year_built < OLD_YEAR ? OLD_MIN : 0);
    if (demo_roll(dice, 0, 1) == 0) {
        job.services[job.n_services++] = "radon";
        job.to_min += RADON_MIN;
    }
    if (demo_roll(dice, 0, 3) == 0) {
        job.services[job.n_services++] = "sewer";
        job.to_min += SEWER_MIN;
    }
    if (day->person->does_mold && demo_roll(dice, 0, 7) == 0) {
        job.services[job.n_services++] = "mold";
        job.to_min += MOLD_MIN;
    }
    return job;
}

/* Tries one order at `start`; returns when the inspector is free again. */
static int32_t job_try(struct day *day, int32_t start, int32_t latest_end, struct demo_dice *dice)
{
    const int32_t offset = day->date - day->today;
    struct demo_job job = job_roll(day, dice);
    const int32_t end = start + job.to_min;
    const int32_t after = appointment_end(day->person, offset, start, end);
    if (after != start)
        return after;
    if (day->jobs >= day->person->daily_max || end > latest_end ||
        demo_roll(dice, 1, 100) > chance(offset))
        return start;
    job.from_min = start;
    job.to_min = end;
    *day->number += demo_roll(dice, 1, 5);
    job.number = *day->number;
    day->jobs++;
    demo_job_write(day->j, &job, dice);
    return end;
}

static void day_write(struct day *day)
{
    const struct shift *shift = shift_of(day->person, day->date);
    struct demo_dice dice = demo_dice_make(day->index, (uint64_t)(int64_t)day->date, 1);
    if (shift == NULL || is_on_leave(day->person, day->date - day->today) ||
        holiday_name(day->date, day->today) != NULL)
        return;
    int32_t free_from = 0;
    for (size_t i = 0; i < shift->n_starts; i++) {
        if (shift->starts[i] >= free_from)
            free_from = job_try(day, shift->starts[i], DAY_MIN, &dice);
    }
    for (size_t i = 0; i < shift->n_spans; i++) {
        int32_t at = shift->spans[i][0];
        for (int32_t turn = 0; turn < DAY_JOBS_MAX; turn++) {
            const int32_t next = job_try(day, at, shift->spans[i][1], &dice);
            at = next == at ? at + 2 * GRID_MIN : (next + GRID_MIN - 1) / GRID_MIN * GRID_MIN;
        }
    }
}

static void orders_write(struct json *j, date_d today)
{
    int64_t number = ORDER_FIRST;
    json_open(j, "inspections", '[');
    for (date_d date = today - DAYS_BACK; date < today + DAYS_AHEAD; date++) {
        for (size_t i = 0; i < DEMO_TOWNS; i++) {
            struct day day = { j, today, date, &people[i], i, &number, 0 };
            day_write(&day);
        }
    }
    json_end_array(j);
}

void demo_write(struct buf *out, utc_s now_s)
{
    const date_d today = wall_date(now_s - DENVER_BEHIND_S);
    struct json j = json_begin(out);
    json_start_object(&j);
    json_put_int(&j, "interlock", 1);
    json_put_raw(&j, "company", str_from(HEAD));
    json_put_raw(&j, "brands", str_from(BRANDS));
    services_write(&j);
    json_open(&j, "inspectors", '[');
    for (size_t i = 0; i < DEMO_TOWNS; i++)
        person_write(&j, i);
    json_end_array(&j);
    holidays_write(&j, today);
    absences_write(&j, today);
    orders_write(&j, today);
    json_end_object(&j);
}
