/* Companies of any size: every inspector works the same day, cut into as many jobs as are asked
 * for, so an order's place in the calendar follows from its number alone. */
#include "demo_parts.h"

#include "core/company.h"

#include <assert.h>

enum {
    DAY_FROM_MIN = 8 * 60,
    DAY_TO_MIN = 18 * 60,
    GRID_MIN = 15,
    SUNDAY = 6,
    FIRST_NUMBER = 1000000,
};

static int32_t slot_min(const struct demo_size *size)
{
    return (DAY_TO_MIN - DAY_FROM_MIN) / size->jobs_per_day / GRID_MIN * GRID_MIN;
}

/* Two fifths of a slot are booked, the rest is free: a full calendar has nothing to list. */
static int32_t visit_min(const struct demo_size *size)
{
    return slot_min(size) * 2 / 5 / GRID_MIN * GRID_MIN;
}

static bool is_worked(date_d date)
{
    return date_weekday(date) != SUNDAY;
}

static int64_t jobs_of_day(const struct demo_size *size)
{
    return (int64_t)size->inspectors * size->jobs_per_day;
}

static void size_check(const struct demo_size *size)
{
    assert(size->inspectors >= 1 && size->inspectors <= INSPECTORS_MAX);
    assert(size->jobs_per_day >= 1 && size->jobs_per_day <= DEMO_JOBS_PER_DAY_MAX);
    assert(size->days_back >= 0 && size->days_ahead >= 0 && size->per_document >= 1);
}

int64_t demo_inspections(const struct demo_size *size)
{
    int64_t days = 0;
    size_check(size);
    for (date_d d = -size->days_back; d < size->days_ahead; d++)
        days += is_worked(size->today + d);
    return days * jobs_of_day(size);
}

int64_t demo_documents(const struct demo_size *size)
{
    return 1 + (demo_inspections(size) + size->per_document - 1) / size->per_document;
}

static void inspector_id(struct buf *out, int32_t index)
{
    buf_clear(out);
    buf_print(out, "inspector-%04d", (int)index);
}

static void company_write(struct json *j, const struct demo_size *size)
{
    json_open(j, "company", '{');
    json_put_str(j, "_id", size->company);
    json_put_str(j, "name", STR("Inspections by Number"));
    json_put_str(j, "timezone", size->zone);
    json_end_object(j);
}

static void services_write(struct json *j, const struct demo_size *size)
{
    json_open(j, "services", '[');
    json_start_object(j);
    json_put_str(j, "_id", STR("home"));
    json_put_str(j, "name", STR("Home inspection"));
    json_put_str(j, "type", STR("primary"));
    json_put_int(j, "minutes", visit_min(size));
    json_put_int(j, "priceCents", 45000);
    json_end_object(j);
    json_end_array(j);
}

static void inspector_write(struct json *j, int32_t index, struct buf *id)
{
    static const char *const days[] = { "mon", "tue", "wed", "thu", "fri", "sat" };
    inspector_id(id, index);
    json_start_object(j);
    json_put_str(j, "_id", buf_view(id));
    buf_clear(id);
    buf_print(id, "Inspector %d", (int)index);
    json_put_str(j, "name", buf_view(id));
    json_open(j, "home", '{');
    demo_place_put(j, demo_towns[index % DEMO_TOWNS].place);
    json_end_object(j);
    json_put_raw(j, "services", STR("[\"home\"]"));
    json_open(j, "weekly", '[');
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        json_start_object(j);
        json_put_str(j, "day", str_from(days[i]));
        json_open(j, "spans", '[');
        demo_span_put(j, DAY_FROM_MIN, DAY_TO_MIN);
        json_end_array(j);
        json_end_object(j);
    }
    json_end_array(j);
    json_end_object(j);
}

static void job_write(struct json *j, const struct demo_size *size, date_d date, int64_t number,
                      struct buf *id)
{
    const int64_t of_day = number % jobs_of_day(size);
    const int32_t inspector = (int32_t)(of_day / size->jobs_per_day);
    const int32_t turn = (int32_t)(of_day % size->jobs_per_day);
    struct demo_dice dice = demo_dice_make(size->seed, (uint64_t)number, 0);
    inspector_id(id, inspector);
    const int32_t from = DAY_FROM_MIN + turn * slot_min(size);
    const struct demo_job job = {
        .number = FIRST_NUMBER + number,
        .inspector = buf_view(id),
        .date = date,
        .made_before = date < size->today ? date : size->today,
        .from_min = from,
        .to_min = from + visit_min(size),
        .services = { "home" },
        .n_services = 1,
        .status = date < size->today ? "completed" : "confirmed",
        .location = demo_roll(&dice, 0, 1) == 0 ? "online" : "internal",
        .town = &demo_towns[inspector % DEMO_TOWNS],
        .square_feet = demo_roll(&dice, 900, 4800),
        .year_built = demo_roll(&dice, 1905, 2024),
    };
    demo_job_write(j, &job, &dice);
}

static void jobs_write(struct json *j, const struct demo_size *size, int64_t from, int64_t to)
{
    struct buf id = { 0 };
    int64_t number = 0; /* of the day's first job */
    json_open(j, "inspections", '[');
    for (date_d d = -size->days_back; d < size->days_ahead; d++) {
        if (!is_worked(size->today + d))
            continue;
        const int64_t next = number + jobs_of_day(size);
        for (int64_t n = from > number ? from : number; n < to && n < next; n++)
            job_write(j, size, size->today + d, n, &id);
        number = next;
    }
    json_end_array(j);
    buf_drop(&id);
}

void demo_generate(struct buf *out, const struct demo_size *size, int64_t document)
{
    struct json j = json_begin(out);
    assert(document >= 0 && document < demo_documents(size));
    json_start_object(&j);
    json_put_int(&j, "interlock", 1);
    company_write(&j, size);
    if (document == 0) {
        struct buf id = { 0 };
        services_write(&j, size);
        json_open(&j, "inspectors", '[');
        for (int32_t i = 0; i < size->inspectors; i++)
            inspector_write(&j, i, &id);
        json_end_array(&j);
        buf_drop(&id);
    } else {
        jobs_write(&j, size, (document - 1) * size->per_document, document * size->per_document);
    }
    json_end_object(&j);
}
