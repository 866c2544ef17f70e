/* RFC 3339 text to instants and back. */
#include "core/instant.h"

#include "civil_text.h"
#include "digits.h"

#include <assert.h>
#include <string.h>

/* 0000-01-01 00:00:00 and 9999-12-31 23:59:59: the walls four digits of year can name. */
static const wall_s WALL_TEXT_MIN = -62167219200;
static const wall_s WALL_TEXT_MAX = 253402300799;

/* An offset, a longest visit and the rest of a day: each less than a day or just one. */
enum { TEXT_ROOM_S = 3 * DAY_S };

/* Takes ":SS" and ".000" where they stand; both may be absent, a fraction needs seconds. */
static bool seconds_take(struct str *rest, int32_t *ret)
{
    *ret = 0;
    if (!char_take(rest, ':'))
        return true;
    if (!digits_take(rest, 2, ret) || *ret > 59)
        return false;
    if (!char_take(rest, '.'))
        return true;
    if (!char_take(rest, '0'))
        return false;
    while (char_take(rest, '0'))
        continue;
    return true;
}

/* Takes "Z", "+hh:mm", "-hh:mm" or nothing. */
static bool offset_take(struct str *rest, struct instant_text *ret)
{
    ret->has_offset = rest->len > 0;
    ret->offset_s = 0;
    if (rest->len == 0 || char_take(rest, 'Z') || char_take(rest, 'z'))
        return true;
    const bool west = char_take(rest, '-');
    int32_t minute = 0;
    if ((!west && !char_take(rest, '+')) || !time_of_day_take(rest, &minute))
        return false;
    ret->offset_s = (west ? -minute : minute) * MINUTE_S;
    return true;
}

bool instant_parse(struct str text, struct instant_text *ret)
{
    struct civil day = { 0 };
    int32_t minute = 0;
    int32_t second = 0;
    struct instant_text said = { 0 };
    if (!civil_take(&text, &day))
        return false;
    if (!char_take(&text, 'T') && !char_take(&text, 't') && !char_take(&text, ' '))
        return false;
    if (!time_of_day_take(&text, &minute) || !seconds_take(&text, &second) ||
        !offset_take(&text, &said) || text.len != 0)
        return false;
    said.wall = (wall_s)date_from_civil(day) * DAY_S + (wall_s)minute * MINUTE_S + second;
    *ret = said;
    return true;
}

bool instant_has_room(struct instant_text text)
{
    return text.wall >= WALL_TEXT_MIN + TEXT_ROOM_S && text.wall <= WALL_TEXT_MAX - TEXT_ROOM_S;
}

/* Is the offset in force at some moment of [at - 1 day, at + 1 day]? */
static bool offset_in_use(const struct zone *zone, utc_s at, int32_t offset_s)
{
    for (utc_s moment = at - DAY_S; moment <= at + DAY_S; moment = zone_next_change(zone, moment)) {
        if (zone_offset_s(zone, moment) == offset_s)
            return true;
    }
    return false;
}

static struct instant_found resolve_exact(const struct zone *zone, struct instant_text text)
{
    const utc_s at = text.wall - text.offset_s;
    if (text.offset_s != 0 && !offset_in_use(zone, at, text.offset_s))
        return (struct instant_found){ .answer = INSTANT_OFFSET_MISMATCH };
    return (struct instant_found){ .answer = INSTANT_FOUND, .at = at };
}

struct instant_found instant_resolve(const struct zone *zone, struct instant_text text)
{
    if (text.has_offset)
        return resolve_exact(zone, text);
    const struct wall_instants wall = zone_from_wall(zone, text.wall);
    switch (wall.kind) {
    case WALL_GAP:
        return (struct instant_found){ .answer = INSTANT_NONEXISTENT, .wall = wall };
    case WALL_FOLD:
        return (struct instant_found){ .answer = INSTANT_AMBIGUOUS, .wall = wall };
    case WALL_UNIQUE:
        break;
    }
    return (struct instant_found){ .answer = INSTANT_FOUND, .at = wall.first, .wall = wall };
}

static wall_s wall_writable(wall_s wall)
{
    if (wall < WALL_TEXT_MIN)
        return WALL_TEXT_MIN;
    return wall > WALL_TEXT_MAX ? WALL_TEXT_MAX : wall;
}

/* What "+hh:mm" can say; anything else is written as UTC. */
static int32_t offset_writable(int32_t offset_s)
{
    const bool fits = offset_s % MINUTE_S == 0 && offset_s > -DAY_S && offset_s < DAY_S;
    return fits ? offset_s : 0;
}

void wall_write(wall_s wall, char ret[WALL_TEXT])
{
    const wall_s shown = wall_writable(wall);
    date_write(wall_date(shown), ret);
    ret[DATE_TEXT] = ' ';
    time_of_day_write(wall_minute(shown), ret + DATE_TEXT + 1);
}

void instant_write(const struct zone *zone, utc_s at, char ret[INSTANT_TEXT])
{
    const int32_t offset = offset_writable(zone_offset_s(zone, at));
    const wall_s wall = wall_writable(at + offset);
    wall_write(wall, ret);
    ret[DATE_TEXT] = 'T';
    ret[WALL_TEXT] = ':';
    const wall_s midnight = (wall_s)wall_date(wall) * DAY_S;
    digits_write(ret + WALL_TEXT + 1, 2, (wall - midnight) % MINUTE_S);
    ret[WALL_TEXT + 3] = offset < 0 ? '-' : '+';
    time_of_day_write((offset < 0 ? -offset : offset) / MINUTE_S, ret + WALL_TEXT + 4);
}

struct instant_pen instant_pen_make(const struct zone *zone)
{
    return (struct instant_pen){ .zone = zone };
}

/* The stretch around `at` in which neither the date nor the offset changes. */
static struct span same_day_around(const struct zone *zone, utc_s at)
{
    const wall_s wall = zone_to_wall(zone, at);
    struct span same = { at - (wall - (wall_s)wall_date(wall) * DAY_S), 0 };
    same.end = same.start + DAY_S;
    utc_s change = zone_next_change(zone, same.start - 1);
    while (change <= at) {
        same.start = change;
        change = zone_next_change(zone, change);
    }
    if (change < same.end)
        same.end = change;
    return same;
}

/* Two digits at once; the general writer costs more than all else a pen does. */
static void two_digits(char *at, int32_t value)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
}

void instant_pen_write(struct instant_pen *pen, utc_s at, char ret[INSTANT_TEXT])
{
    const size_t slot = (uint64_t)at / DAY_S % PEN_DAYS;
    if (at < pen->days[slot].from || at >= pen->days[slot].to) {
        const struct span same = same_day_around(pen->zone, at);
        instant_write(pen->zone, same.start, pen->days[slot].text);
        pen->days[slot].from = same.start;
        pen->days[slot].to = same.end;
        const wall_s wall = zone_to_wall(pen->zone, same.start);
        pen->days[slot].first_second = (int32_t)(wall - (wall_s)wall_date(wall) * DAY_S);
    }
    memcpy(ret, pen->days[slot].text, INSTANT_TEXT);
    const int32_t second = pen->days[slot].first_second + (int32_t)(at - pen->days[slot].from);
    two_digits(ret + DATE_TEXT + 1, second / HOUR_S);
    two_digits(ret + DATE_TEXT + 4, second % HOUR_S / MINUTE_S);
    two_digits(ret + WALL_TEXT + 1, second % MINUTE_S);
}

struct str instant_print(struct arena *arena, const struct zone *zone, utc_s at)
{
    char *text = arena_array(arena, char, INSTANT_TEXT + 1);
    instant_write(zone, at, text);
    return (struct str){ text, INSTANT_TEXT };
}
