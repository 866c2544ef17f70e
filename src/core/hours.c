/* Laying weekly templates, openings and holidays on dates. */
#include "core/hours.h"

#include "base/block.h"

#include <assert.h>
#include <string.h>

/* Days looked at past the window, so that spans that join over midnight are whole at its ends. */
enum { HOURS_MARGIN_DAYS = 2 };

/* A table that would be larger leaves the rest of the inspectors out: their hours are laid when
 * they are asked for. A company of 200 people with weeks of their own takes 5 MB. */
enum { HOURS_TABLE_BYTES_MAX = 64 * 1024 * 1024 };

struct span date_span(const struct zone *zone, date_d date)
{
    const wall_s midnight = (wall_s)date * DAY_S;
    return (struct span){ zone_from_wall(zone, midnight).first,
                          zone_from_wall(zone, midnight + DAY_S).first };
}

bool day_instant(const struct zone *zone, const struct day_open *day, int32_t minute, utc_s *ret)
{
    if (day->is_plain) {
        *ret = day->day.start + (utc_s)minute * MINUTE_S;
        return true;
    }
    const struct wall_instants found =
        zone_from_wall(zone, (wall_s)day->date * DAY_S + (wall_s)minute * MINUTE_S);
    *ret = found.first;
    return found.kind != WALL_GAP;
}

/* Rows whose hours may lie on one date: the week's that add up, and the openings. */
enum { DAY_ROWS_MAX = WEEK_ROWS_EQUAL_MAX + OPENINGS_PER_DAY_MAX };

/* The hours of one date as wall time, before they become instants. A row has one span at most that
 * goes on after midnight: its spans do not overlap. */
struct wall_day {
    enum day_state state;
    struct wall_span spans[DAY_ROWS_MAX * (DAY_SPANS_MAX + 1)];
    size_t n_spans;
    int32_t starts[DAY_ROWS_MAX * DAY_STARTS_MAX];
    size_t n_starts;
};

static void wall_span_add(struct wall_day *day, int32_t from_min, int32_t to_min)
{
    assert(day->n_spans < sizeof day->spans / sizeof day->spans[0]);
    day->spans[day->n_spans++] = (struct wall_span){ from_min, to_min };
}

/* Hours that begin on the day, as far as it reaches. */
static void wall_day_add(struct wall_day *day, const struct day_hours *hours)
{
    const size_t start_room = sizeof day->starts / sizeof day->starts[0] - day->n_starts;
    assert(hours->n_starts <= start_room);
    for (size_t i = 0; i < hours->n_spans; i++) {
        const struct wall_span *span = &hours->spans[i];
        wall_span_add(day, span->from_min, span->to_min < DAY_MIN ? span->to_min : DAY_MIN);
    }
    for (size_t i = 0; i < hours->n_starts; i++)
        day->starts[day->n_starts++] = hours->starts[i];
}

/* What hours of the day before leave on this one. */
static void wall_day_add_rest(struct wall_day *day, const struct day_hours *hours)
{
    for (size_t i = 0; i < hours->n_spans; i++) {
        if (hours->spans[i].to_min > DAY_MIN)
            wall_span_add(day, 0, hours->spans[i].to_min - DAY_MIN);
    }
}

static size_t starts_sort(int32_t *starts, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const int32_t moving = starts[i];
        size_t k = i;
        for (; k > 0 && starts[k - 1] > moving; k--)
            starts[k] = starts[k - 1];
        starts[k] = moving;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || starts[kept - 1] != starts[i])
            starts[kept++] = starts[i];
    }
    return kept;
}

size_t hours_first_opening(const struct company *company, int32_t inspector, date_d date)
{
    size_t low = 0;
    size_t high = company->n_openings;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const struct opening *o = &company->openings[middle];
        if (o->inspector < inspector || (o->inspector == inspector && o->date < date))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct view { /* whose hours, and who sees them */
    const struct company *company;
    int32_t inspector;
    enum audience audience;
    bool no_holidays; /* every holiday is a day like any other */
};

struct day_rows { /* the rows whose hours begin on one date */
    const struct day_hours *at[DAY_ROWS_MAX];
    bool is_manual[DAY_ROWS_MAX];
    size_t n;
};

static void row_take(struct day_rows *rows, const struct day_hours *hours, bool is_manual)
{
    assert(rows->n < DAY_ROWS_MAX);
    rows->is_manual[rows->n] = is_manual;
    rows->at[rows->n++] = hours;
}

static bool covers(const struct week_row *row, date_d date, int32_t weekday)
{
    return row->weekday == weekday && row->valid_from <= date && date <= row->valid_to;
}

size_t hours_week_rows(const struct inspector *who, date_d date,
                       const struct day_hours *ret[WEEK_ROWS_EQUAL_MAX])
{
    size_t n = 0;
    const int32_t weekday = (int32_t)date_weekday(date);
    date_d latest = INT32_MIN;
    for (size_t i = 0; i < who->n_dated; i++) {
        const struct week_row *row = &who->dated[i];
        if (covers(row, date, weekday) && row->valid_from > latest)
            latest = row->valid_from;
    }
    if (latest == INT32_MIN)
        ret[n++] = &who->week[weekday];
    for (size_t i = 0; i < who->n_dated; i++) {
        const struct week_row *row = &who->dated[i];
        if (!covers(row, date, weekday) || row->valid_from != latest)
            continue;
        assert(n < WEEK_ROWS_EQUAL_MAX);
        ret[n++] = &row->hours;
    }
    return n;
}

static struct day_rows day_rows_of(const struct view *view, date_d date)
{
    const struct company *company = view->company;
    const unsigned seen = view->audience == AUDIENCE_ONLINE ? VISIBLE_ONLINE : VISIBLE_INTERNAL;
    struct day_rows rows = { .n = 0 };
    bool replaced = false;
    for (size_t i = hours_first_opening(company, view->inspector, date); i < company->n_openings;
         i++) {
        const struct opening *o = &company->openings[i];
        if (o->inspector != view->inspector || o->date != date)
            break;
        /* A template opening stands for the template also towards those who may not see it. */
        replaced = replaced || !o->is_manual;
        if (((unsigned)o->visibility & seen) != 0)
            row_take(&rows, &o->hours, o->is_manual);
    }
    if (replaced)
        return rows;
    const struct day_hours *week[WEEK_ROWS_EQUAL_MAX];
    const size_t n = hours_week_rows(&company->inspectors[view->inspector], date, week);
    for (size_t i = 0; i < n; i++)
        row_take(&rows, week[i], false);
    return rows;
}

static bool is_off(const struct view *view, date_d date)
{
    return !view->no_holidays && company_is_off(view->company, view->inspector, date);
}

/* A holiday closes what begins on it, with what that leaves on the next day, and what the day
 * before leaves on it. A manual opening beats holidays on either side of midnight. */
static void wall_day_fill(const struct view *view, date_d date, struct wall_day *day)
{
    const bool off = is_off(view, date);
    const bool rest_off = off || is_off(view, date - 1);
    const struct day_rows rows = day_rows_of(view, date);
    const struct day_rows before = day_rows_of(view, date - 1);
    day->n_spans = 0;
    day->n_starts = 0;
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.is_manual[i] || !off)
            wall_day_add(day, rows.at[i]);
    }
    for (size_t i = 0; i < before.n; i++) {
        if (before.is_manual[i] || !rest_off)
            wall_day_add_rest(day, before.at[i]);
    }
    day->n_spans = wall_spans_merge(day->spans, day->n_spans);
    day->n_starts = starts_sort(day->starts, day->n_starts);
    const bool any = day->n_spans > 0 || day->n_starts > 0;
    day->state = any ? DAY_OPEN : off ? DAY_HOLIDAY : DAY_CLOSED;
}

static struct day_open day_lay(const struct company *company, date_d date,
                               const struct wall_day *wall, struct arena *arena)
{
    const struct zone *zone = company->zone;
    struct day_open day = { .date = date, .state = wall->state, .day = date_span(zone, date) };
    const utc_s change = zone_next_change(zone, day.day.start - 1);
    day.is_plain = change >= day.day.end && day.day.end - day.day.start == DAY_S;
    int32_t *starts = arena_array(arena, int32_t, wall->n_starts);
    if (wall->n_starts > 0)
        memcpy(starts, wall->starts, wall->n_starts * sizeof *starts);
    struct open_span *spans = arena_array(arena, struct open_span, wall->n_spans);
    for (size_t i = 0; i < wall->n_spans; i++) {
        struct open_span span = { .wall = wall->spans[i] };
        /* In a gap both ends become the instant after it: the part that exists remains. */
        (void)day_instant(zone, &day, span.wall.from_min, &span.when.start);
        (void)day_instant(zone, &day, span.wall.to_min, &span.when.end);
        span.extent_start = span.when.start;
        span.extent_end = span.when.end;
        if (!span_is_empty(span.when))
            spans[day.n_spans++] = span;
    }
    day.spans = spans;
    day.starts = starts;
    day.n_starts = wall->n_starts;
    return day;
}

/* W3: where one day's last span ends at the instant the next day's first begins, they are one. */
static void join_midnights(struct day_open *days, size_t n)
{
    for (size_t i = n; i-- > 1;) {
        if (days[i - 1].n_spans == 0 || days[i].n_spans == 0)
            continue;
        struct open_span *before = (struct open_span *)(uintptr_t)days[i - 1].spans;
        struct open_span *last = &before[days[i - 1].n_spans - 1];
        if (last->when.end == days[i].spans[0].when.start)
            last->extent_end = days[i].spans[0].extent_end;
    }
    for (size_t i = 1; i < n; i++) {
        if (days[i - 1].n_spans == 0 || days[i].n_spans == 0)
            continue;
        const struct open_span *last = &days[i - 1].spans[days[i - 1].n_spans - 1];
        struct open_span *first = (struct open_span *)(uintptr_t)days[i].spans;
        if (last->when.end == first->when.start)
            first->extent_start = last->extent_start;
    }
}

static struct hours lay_days(const struct view *view, date_d first, size_t n_days,
                             struct arena *arena)
{
    const size_t n = n_days + 2 * (size_t)HOURS_MARGIN_DAYS;
    struct day_open *days = arena_array(arena, struct day_open, n);
    struct wall_day wall;
    for (size_t i = 0; i < n; i++) {
        const date_d date = first - HOURS_MARGIN_DAYS + (date_d)i;
        wall_day_fill(view, date, &wall);
        days[i] = day_lay(view->company, date, &wall, arena);
    }
    join_midnights(days, n);
    return (struct hours){ first, n_days, days + HOURS_MARGIN_DAYS };
}

struct hours hours_lay(const struct company *company, int32_t inspector, enum audience audience,
                       date_d first, size_t n_days, struct arena *arena)
{
    const struct view view = { company, inspector, audience, false };
    return lay_days(&view, first, n_days, arena);
}

struct hours hours_lay_plain(const struct company *company, int32_t inspector,
                             enum audience audience, date_d date, struct arena *arena)
{
    const struct view view = { company, inspector, audience, true };
    return lay_days(&view, date, 1, arena);
}

struct hours_table {
    struct arena arena;
    size_t n_inspectors;
    struct hours *hours; /* inspector * AUDIENCES + audience */
};

static void table_drop(void *content)
{
    struct hours_table *table = content;
    arena_drop(&table->arena);
}

static bool has_openings(const struct company *company, int32_t inspector)
{
    const size_t first = hours_first_opening(company, inspector, INT32_MIN);
    return first < company->n_openings && company->openings[first].inspector == inspector;
}

static bool works_holidays(const struct company *company, int32_t inspector)
{
    for (size_t i = 0; i < company->n_holidays; i++) {
        if (holiday_is_worked(&company->holidays[i], inspector))
            return true;
    }
    return false;
}

static bool same_day_hours(const struct day_hours *a, const struct day_hours *b)
{
    bool same = a->n_spans == b->n_spans && a->n_starts == b->n_starts;
    for (size_t i = 0; same && i < a->n_spans; i++)
        same = a->spans[i].from_min == b->spans[i].from_min &&
               a->spans[i].to_min == b->spans[i].to_min;
    for (size_t i = 0; same && i < a->n_starts; i++)
        same = a->starts[i] == b->starts[i];
    return same;
}

static uint64_t mixed(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9E3779B97F4A7C15U;
    return hash ^ hash >> 29;
}

static uint64_t day_hash(uint64_t hash, const struct day_hours *day)
{
    hash = mixed(hash, (uint64_t)day->n_spans << 16 | (uint64_t)day->n_starts);
    for (size_t i = 0; i < day->n_spans; i++)
        hash = mixed(hash, (uint64_t)day->spans[i].from_min << 16 | (uint64_t)day->spans[i].to_min);
    for (size_t i = 0; i < day->n_starts; i++)
        hash = mixed(hash, (uint64_t)day->starts[i]);
    return hash;
}

static uint64_t week_hash(const struct inspector *who)
{
    uint64_t hash = who->n_dated;
    for (size_t d = 0; d < 7; d++)
        hash = day_hash(hash, &who->week[d]);
    for (size_t i = 0; i < who->n_dated; i++)
        hash = day_hash(mixed(hash, (uint64_t)(uint32_t)who->dated[i].valid_from),
                        &who->dated[i].hours);
    return hash;
}

static bool same_row(const struct week_row *a, const struct week_row *b)
{
    return a->weekday == b->weekday && a->valid_from == b->valid_from &&
           a->valid_to == b->valid_to && same_day_hours(&a->hours, &b->hours);
}

bool hours_same_week(const struct inspector *a, const struct inspector *b)
{
    bool same = a->n_dated == b->n_dated;
    for (size_t d = 0; same && d < 7; d++)
        same = same_day_hours(&a->week[d], &b->week[d]);
    for (size_t i = 0; same && i < a->n_dated; i++)
        same = same_row(&a->dated[i], &b->dated[i]);
    return same;
}

/* Somebody before this inspector with the same week, both without dated openings and with no
 * holiday to work on: most companies have a few weeks for many people, and equal hours are kept
 * once. hashes[i] is 0 for the others. */
static int32_t find_twin(const struct company *company, const uint64_t *hashes, int32_t inspector)
{
    for (int32_t i = 0; hashes[inspector] != 0 && i < inspector; i++) {
        if (hashes[i] == hashes[inspector] &&
            hours_same_week(&company->inspectors[i], &company->inspectors[inspector]))
            return i;
    }
    return NOT_FOUND;
}

/* Both audiences see the same hours unless some opening of the inspector is restricted. */
static bool is_restricted(const struct company *company, int32_t inspector)
{
    for (size_t i = hours_first_opening(company, inspector, INT32_MIN);
         i < company->n_openings && company->openings[i].inspector == inspector; i++) {
        if (company->openings[i].visibility != VISIBLE_BOTH)
            return true;
    }
    return false;
}

static void lay_both(struct hours_table *table, const struct company *company, int32_t inspector,
                     date_d first, size_t n_days)
{
    struct hours *mine = &table->hours[(size_t)inspector * AUDIENCES];
    struct arena *arena = &table->arena;
    mine[AUDIENCE_ONLINE] = hours_lay(company, inspector, AUDIENCE_ONLINE, first, n_days, arena);
    mine[AUDIENCE_INTERNAL] = mine[AUDIENCE_ONLINE];
    if (is_restricted(company, inspector))
        mine[AUDIENCE_INTERNAL] =
            hours_lay(company, inspector, AUDIENCE_INTERNAL, first, n_days, arena);
}

const struct hours_table *hours_table_make(const struct company *company, date_d first,
                                           size_t n_days)
{
    struct hours_table *table = block_new(sizeof *table, table_drop);
    struct arena scratch = arena_make(SIZE_MAX / 2);
    uint64_t *hashes = arena_array(&scratch, uint64_t, company->n_inspectors);
    table->arena = arena_make(SIZE_MAX / 2);
    table->n_inspectors = company->n_inspectors;
    table->hours = arena_array(&table->arena, struct hours, company->n_inspectors * AUDIENCES);
    for (int32_t i = 0; i < (int32_t)company->n_inspectors; i++) {
        const bool is_alone = has_openings(company, i) || works_holidays(company, i);
        hashes[i] = is_alone ? 0 : week_hash(&company->inspectors[i]) | 1;
        const int32_t twin = find_twin(company, hashes, i);
        if (twin != NOT_FOUND)
            memcpy(&table->hours[(size_t)i * AUDIENCES], &table->hours[(size_t)twin * AUDIENCES],
                   AUDIENCES * sizeof *table->hours);
        else if (table->arena.used_bytes < HOURS_TABLE_BYTES_MAX)
            lay_both(table, company, i, first, n_days);
    }
    arena_drop(&scratch);
    return table;
}

const struct hours *hours_of(const struct hours_table *table, int32_t inspector,
                             enum audience audience)
{
    assert(inspector >= 0 && (size_t)inspector < table->n_inspectors);
    const struct hours *hours = &table->hours[(size_t)inspector * AUDIENCES + (size_t)audience];
    return hours->n_days == 0 ? NULL : hours;
}

size_t hours_table_bytes(const struct hours_table *table)
{
    return table == NULL ? 0 : sizeof *table + table->arena.used_bytes;
}
