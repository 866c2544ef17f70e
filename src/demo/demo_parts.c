/* Dice, towns, people, and how an order is written. */
#include "demo_parts.h"

#include <assert.h>

const struct demo_town demo_towns[DEMO_TOWNS] = {
    { "Denver", "80203", { 397312000, -1049786000 } },
    { "Boulder", "80302", { 400150000, -1052705000 } },
    { "Aurora", "80012", { 397294000, -1048319000 } },
    { "Golden", "80401", { 397555000, -1052211000 } },
    { "Lakewood", "80226", { 397047000, -1050814000 } },
    { "Littleton", "80120", { 396133000, -1050166000 } },
    { "Longmont", "80501", { 401672000, -1051019000 } },
    { "Thornton", "80229", { 398680000, -1049719000 } },
    { "Arvada", "80002", { 398028000, -1050875000 } },
    { "Highlands Ranch", "80129", { 395539000, -1049689000 } },
    { "Louisville", "80027", { 399778000, -1051319000 } },
    { "Westminster", "80030", { 398367000, -1050372000 } },
};

static const char *const streets[] = {
    "Pearl St",      "Lincoln St",    "Downing St",   "Josephine St", "Wadsworth Blvd",
    "Kipling St",    "Sheridan Blvd", "Federal Blvd", "Yale Ave",     "Evans Ave",
    "Arapahoe Ave",  "Baseline Rd",   "Iris Ave",     "Mapleton Ave", "Alameda Ave",
    "Jewell Ave",    "Hampden Ave",   "Quebec St",    "Monaco Pkwy",  "Garrison St",
    "Washington St", "Holly St",      "Dahlia St",    "Ridge Rd",     "Juniper Ct",
};
static const char *const first_names[] = {
    "Ada",   "Bruno", "Celia", "Dmitri", "Esther", "Felix", "Gwen", "Hugo",  "Ines",  "Jonas",
    "Karin", "Leo",   "Mara",  "Nils",   "Olive",  "Pablo", "Rosa", "Silas", "Tessa", "Viktor",
};
static const char *const last_names[] = {
    "Abbott", "Brandt", "Castillo", "Doyle",  "Ellison",   "Farrow", "Grant",  "Hale",
    "Ibarra", "Jarvis", "Keller",   "Lowe",   "Marsh",     "Nolan",  "Osborn", "Palmer",
    "Quinn",  "Reyes",  "Stark",    "Tucker", "Underhill", "Vance",  "Walsh",  "Yates",
};

#define COUNT(list) ((int32_t)(sizeof(list) / sizeof(list)[0]))

static uint64_t dice_next(struct demo_dice *dice)
{
    dice->state += 0x9E3779B97F4A7C15U;
    uint64_t z = dice->state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
}

struct demo_dice demo_dice_make(uint64_t seed, uint64_t a, uint64_t b)
{
    struct demo_dice dice = { seed };
    dice.state ^= dice_next(&dice) + a;
    dice.state ^= dice_next(&dice) + b;
    return dice;
}

int32_t demo_roll(struct demo_dice *dice, int32_t from, int32_t to)
{
    assert(from <= to);
    return from + (int32_t)(dice_next(dice) % (uint64_t)((int64_t)to - from + 1));
}

void demo_date_put(struct json *j, const char *key, date_d date)
{
    char text[DATE_TEXT];
    date_write(date, text);
    json_put_str(j, key, (struct str){ text, sizeof text });
}

void demo_wall_put(struct json *j, const char *key, date_d date, int32_t minute)
{
    char text[DATE_TEXT + 1 + TIME_OF_DAY_TEXT];
    date_write(date, text);
    text[DATE_TEXT] = 'T';
    time_of_day_write(minute, text + DATE_TEXT + 1);
    json_put_str(j, key, (struct str){ text, sizeof text });
}

void demo_span_put(struct json *j, int32_t from_min, int32_t to_min)
{
    char text[TIME_OF_DAY_TEXT];
    json_start_array(j);
    time_of_day_write(from_min, text);
    json_str(j, (struct str){ text, sizeof text });
    time_of_day_write(to_min, text);
    json_str(j, (struct str){ text, sizeof text });
    json_end_array(j);
}

void demo_place_put(struct json *j, struct place place)
{
    enum { SHOWN = 4, HIDDEN_UNIT = 1000 };
    json_key(j, STR("lat"));
    json_fixed(j, place.lat_e7 / HIDDEN_UNIT, SHOWN);
    json_key(j, STR("lng"));
    json_fixed(j, place.lng_e7 / HIDDEN_UNIT, SHOWN);
}

static void property_write(struct json *j, const struct demo_job *job, struct demo_dice *dice)
{
    enum { NEAR_E7 = 600000, NUMBER_FIRST = 100, NUMBER_LAST = 9899 };
    struct place place = job->town->place;
    struct buf address = { 0 };
    buf_print(&address, "%d %s, %s, CO %s", (int)demo_roll(dice, NUMBER_FIRST, NUMBER_LAST),
              streets[demo_roll(dice, 0, COUNT(streets) - 1)], job->town->name, job->town->zip);
    place.lat_e7 += demo_roll(dice, -NEAR_E7, NEAR_E7);
    place.lng_e7 += demo_roll(dice, -NEAR_E7, NEAR_E7);
    json_open(j, "property", '{');
    json_put_str(j, "address", buf_view(&address));
    demo_place_put(j, place);
    json_put_int(j, "squareFeet", job->square_feet);
    json_put_int(j, "yearBuilt", job->year_built);
    json_end_object(j);
    buf_drop(&address);
}

static void person_write(struct json *j, struct demo_dice *dice)
{
    const char *first = first_names[demo_roll(dice, 0, COUNT(first_names) - 1)];
    const char *last = last_names[demo_roll(dice, 0, COUNT(last_names) - 1)];
    struct buf text = { 0 };
    json_start_object(j);
    buf_print(&text, "%s %s", first, last);
    json_put_str(j, "name", buf_view(&text));
    buf_clear(&text);
    buf_print(&text, "%c.%s@example.com", first[0] + ('a' - 'A'), last);
    text.own_at[2] = (char)(text.own_at[2] + ('a' - 'A'));
    json_put_str(j, "email", buf_view(&text));
    buf_clear(&text);
    /* 555-0100 to 555-0199 are kept for fiction. */
    buf_print(&text, "+1 303 555 %04d", (int)demo_roll(dice, 100, 199));
    json_put_str(j, "phone", buf_view(&text));
    json_end_object(j);
    buf_drop(&text);
}

void demo_job_write(struct json *j, const struct demo_job *job, struct demo_dice *dice)
{
    enum { MADE_EARLIEST_DAYS = 12, MADE_FROM_MIN = 9 * 60, MADE_TO_MIN = 17 * 60 };
    struct buf id = { 0 };
    buf_print(&id, "ins-%lld", (long long)job->number);
    json_start_object(j);
    json_put_str(j, "_id", buf_view(&id));
    json_put_int(j, "orderNumber", job->number);
    if (job->brand != NULL)
        json_put_str(j, "brand", str_from(job->brand));
    demo_wall_put(j, "datetime", job->date, job->from_min);
    demo_wall_put(j, "endtime", job->date, job->to_min);
    json_put_str(j, "_inspectorId", job->inspector);
    json_open(j, "services", '[');
    for (size_t i = 0; i < job->n_services; i++)
        json_str(j, str_from(job->services[i]));
    json_end_array(j);
    json_put_str(j, "status", str_from(job->status));
    json_put_str(j, "scheduledLocation", str_from(job->location));
    demo_wall_put(j, "createdAt", job->made_before - demo_roll(dice, 1, MADE_EARLIEST_DAYS),
                  demo_roll(dice, MADE_FROM_MIN, MADE_TO_MIN));
    property_write(j, job, dice);
    json_key(j, STR("client"));
    person_write(j, dice);
    if (demo_roll(dice, 0, 2) == 0) {
        json_open(j, "agents", '[');
        person_write(j, dice);
        json_end_array(j);
    }
    json_end_object(j);
    buf_drop(&id);
}
