/* Runs the case files given as arguments: every line asks a question and names the answer.
 *
 * A wrong case prints its file, line, the answer wanted and the one given; the rest still run. */
#include "core/instant.h"
#include "zone_file.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CASE_BYTES_MAX = 64 * 1024, FILES_MAX = 8, ARENA_BYTES = 64 * 1024 * 1024 };

struct reader {
    struct arena *arena;
    const struct zone *zone; /* the one the current cases are about */
};

typedef struct str (*answer_fn)(struct reader *reader, struct str of);

static struct str trimmed(struct str s)
{
    while (s.len > 0 && s.at[s.len - 1] == ' ')
        s.len--;
    while (s.len > 0 && s.at[0] == ' ')
        s = (struct str){ s.at + 1, s.len - 1 };
    return s;
}

/* Wall time as given; the instants of case files are all in Z, where both are one number. */
static int64_t moment(struct str text)
{
    struct instant_text said = { 0 };
    if (!instant_parse(text, &said))
        fail_msg("case file: \"%.*s\" is no moment", STR_ARG(text));
    return said.wall;
}

static const char *print_utc(struct reader *reader, utc_s at)
{
    char wall[WALL_TEXT];
    wall_write(at, wall);
    const int64_t second = ((at % MINUTE_S) + MINUTE_S) % MINUTE_S;
    return str_print(reader->arena, "%.10sT%.5s:%02" PRId64 "Z", wall, wall + 11, second).at;
}

static struct str answer_zone(struct reader *reader, struct str of)
{
    struct str bytes = { 0 };
    struct il_err err = { 0 };
    if (!zone_file_read(reader->arena, of, &bytes))
        return STR("no such file");
    if (zone_parse(reader->arena, bytes, &reader->zone, &err) != IL_OK)
        return str_copy(reader->arena, str_from(err.text));
    return STR("");
}

static struct str answer_footer(struct reader *reader, struct str of)
{
    struct il_err err = { 0 };
    const struct str bytes = zone_file_of_footer(reader->arena, of);
    const il_rc rc = zone_parse(reader->arena, bytes, &reader->zone, &err);
    return rc == IL_OK ? STR("ok") : STR("no");
}

static struct str answer_wall(struct reader *reader, struct str of)
{
    const struct wall_instants w = zone_from_wall(reader->zone, moment(of));
    const char *first = print_utc(reader, w.first);
    const char *last = print_utc(reader, w.last);
    if (w.kind == WALL_FOLD)
        return str_print(reader->arena, "fold %s %s", first, last);
    if (w.first != w.last)
        return STR("first and last differ without a fold");
    return str_print(reader->arena, "%s %s", w.kind == WALL_GAP ? "gap" : "once", first);
}

static struct str answer_at(struct reader *reader, struct str of)
{
    char wall[WALL_TEXT];
    wall_write(zone_to_wall(reader->zone, moment(of)), wall);
    return str_print(reader->arena, "%.*s %.*s", WALL_TEXT, wall,
                     STR_ARG(zone_abbreviation(reader->zone, moment(of))));
}

static struct str answer_change(struct reader *reader, struct str of)
{
    const utc_s change = zone_next_change(reader->zone, moment(of));
    return change == INT64_MAX ? STR("never") : str_from(print_utc(reader, change));
}

static struct str answer_instant(struct reader *reader, struct str of)
{
    struct instant_text said = { 0 };
    if (!instant_parse(of, &said))
        return STR("unreadable");
    const struct instant_found found = instant_resolve(reader->zone, said);
    switch (found.answer) {
    case INSTANT_FOUND:
        return str_from(print_utc(reader, found.at));
    case INSTANT_NONEXISTENT:
        return str_print(reader->arena, "nonexistent %s", print_utc(reader, found.wall.first));
    case INSTANT_AMBIGUOUS:
        return str_print(reader->arena, "ambiguous %s %s", print_utc(reader, found.wall.first),
                         print_utc(reader, found.wall.last));
    case INSTANT_OFFSET_MISMATCH:
        return STR("offset_mismatch");
    }
    return STR("no answer");
}

static struct str quoted_inside(struct str of)
{
    assert_true(of.len >= 2 && of.at[0] == '"' && of.at[of.len - 1] == '"');
    return (struct str){ of.at + 1, of.len - 2 };
}

static struct str answer_seconds(struct reader *reader, struct str of)
{
    return str_print(reader->arena, "%" PRId64, moment(quoted_inside(of)));
}

static struct str answer_write(struct reader *reader, struct str of)
{
    return instant_print(reader->arena, reader->zone, moment(of));
}

static struct str answer_date(struct reader *reader, struct str of)
{
    static const char weekdays[7][4] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
    date_d date = 0;
    char again[DATE_TEXT];
    if (!date_parse(of, &date))
        return STR("no");
    date_write(date, again);
    assert_true(str_equal(of, (struct str){ again, DATE_TEXT }));
    return str_print(reader->arena, "%s %d", weekdays[date_weekday(date)], date);
}

static struct str answer_minutes(struct reader *reader, struct str of, bool as_end)
{
    int32_t minute = 0;
    char again[TIME_OF_DAY_TEXT];
    if (!time_of_day_parse(of, as_end, &minute))
        return STR("no");
    time_of_day_write(minute, again);
    assert_true(str_equal(of, (struct str){ again, TIME_OF_DAY_TEXT }));
    return str_print(reader->arena, "%d", minute);
}

static struct str answer_time(struct reader *reader, struct str of)
{
    return answer_minutes(reader, of, false);
}

static struct str answer_end(struct reader *reader, struct str of)
{
    return answer_minutes(reader, of, true);
}

static struct str answer(struct reader *reader, struct str asked)
{
    static const struct {
        const char *word;
        answer_fn answer;
    } kinds[] = {
        { "zone", answer_zone },   { "footer", answer_footer }, { "wall", answer_wall },
        { "at", answer_at },       { "change", answer_change }, { "seconds", answer_seconds },
        { "write", answer_write }, { "date", answer_date },     { "time", answer_time },
        { "end", answer_end },
    };
    if (asked.at[0] == '"')
        return answer_instant(reader, quoted_inside(asked));
    struct str of = asked;
    const struct str word = str_cut(&of, ' ');
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_equal(word, str_from(kinds[i].word)))
            return kinds[i].answer(reader, trimmed(of));
    }
    return STR("a kind of case nobody knows");
}

static void test_case_file(void **state)
{
    const char *path = *state;
    struct arena arena = arena_make(ARENA_BYTES);
    struct reader reader = { .arena = &arena };
    struct str rest = { 0 };
    size_t n_cases = 0;
    size_t n_wrong = 0;
    assert_true(file_read(&arena, path, CASE_BYTES_MAX, &rest));
    for (size_t line = 1; rest.len > 0; line++) {
        struct str want = str_cut(&rest, '\n');
        if (want.len == 0 || want.at[0] == '#')
            continue;
        const struct str asked = trimmed(str_cut(&want, '='));
        want = trimmed(want);
        const struct str got = answer(&reader, asked);
        n_cases++;
        if (str_equal(got, want))
            continue;
        n_wrong++;
        print_error("%s:%zu: %.*s\n    want %.*s\n    got  %.*s\n", path, line, STR_ARG(asked),
                    STR_ARG(want), STR_ARG(got));
    }
    arena_drop(&arena);
    print_message("%zu cases, %zu wrong\n", n_cases, n_wrong);
    assert_int_equal(n_wrong, 0);
    assert_true(n_cases > 0);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[FILES_MAX] = { 0 };
    size_t n = 0;
    for (int i = 1; i < argc && n < FILES_MAX; i++)
        tests[n++] = (struct CMUnitTest){ .name = argv[i],
                                          .test_func = test_case_file,
                                          .initial_state = argv[i] };
    if (n == 0 || argc - 1 > FILES_MAX)
        return 2;
    return _cmocka_run_group_tests("cases", tests, n, NULL, NULL);
}
