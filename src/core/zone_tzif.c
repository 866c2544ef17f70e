/* Reads TZif bytes (RFC 8536) into a zone's table.
 *
 *  R1  Nothing is read before its place inside the bytes is proved; every index is checked against
 *      its count once, here, so lookups need no checks.
 *  R2  Only the last data block counts: the 32-bit block of a version 2+ file is stepped over.
 *  R3  The last transition holds until the footer's next change, as in the reference code of the tz
 *      database; in a sound file that is the same as asking the footer at once, and where zic
 *      wrote a footer too early (America/Ojinaga 2022, slim) it is what clocks there showed. A
 *      footer without changes holds from the last transition on, without transitions always.
 *  R4  Leap-second files ("right/") are refused: an instant here has no leap seconds, and reading
 *      them as if they had none would be wrong by 27 seconds. */
#include "zone_posix.h"

#include <assert.h>
#include <string.h>

enum {
    HEADER_BYTES = 44,
    TYPE_BYTES = 6,
    TYPES_MAX = 256,
    FOOTER_CHANGES_MAX = 2 * (ZONE_CYCLE_YEARS + 3 * ZONE_MARGIN_YEARS),
};

static const utc_s TRANSITION_MIN = -((utc_s)1 << 59); /* RFC 8536 section 3.2 */
static const utc_s TRANSITION_MAX = 253402300799;      /* 9999-12-31T23:59:59Z */
static const utc_s YEAR_0_START = -62167219200;        /* before it no footer is spelled out */

struct tzif_header {
    unsigned char version; /* 0, or an ASCII digit */
    uint32_t n_ut, n_standard, n_leap, n_times, n_types, n_chars;
};

struct tzif_block {
    struct tzif_header head;
    size_t time_bytes; /* 4 or 8 */
    const unsigned char *times, *kinds, *types;
    struct str chars;
};

struct footer {
    struct posix_rule rule;
    size_t standard_kind, daylight_kind; /* its two types stand after the file's own */
};

/* The table while it grows; `room` was counted beforehand. */
struct draft {
    utc_s *starts;
    uint16_t *kinds;
    size_t n, room;
};

static uint32_t u32_read(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Two's complement by arithmetic: the top bit weighs minus, all others plus. */
static int32_t i32_read(const unsigned char *at)
{
    const uint32_t u = u32_read(at);
    return (int32_t)(u & 0x7FFFFFFF) + (u >> 31 ? INT32_MIN : 0);
}

static int64_t i64_read(const unsigned char *at)
{
    const uint64_t u = (uint64_t)u32_read(at) << 32 | u32_read(at + 4);
    return (int64_t)(u & INT64_MAX) + (u >> 63 ? INT64_MIN : 0);
}

static int64_t time_read(const struct tzif_block *block, size_t i)
{
    const unsigned char *at = block->times + i * block->time_bytes;
    return block->time_bytes == 8 ? i64_read(at) : i32_read(at);
}

static const unsigned char *bytes_take(struct str *rest, size_t n)
{
    assert(n <= rest->len);
    const char *at = rest->at;
    *rest = (struct str){ at + n, rest->len - n };
    return (const unsigned char *)at;
}

static il_rc header_take(struct str *rest, struct tzif_header *ret, struct il_err *reterr)
{
    if (rest->len < HEADER_BYTES)
        return il_fail(reterr, IL_INVALID, "time zone data end inside a header");
    if (!str_starts(*rest, STR("TZif")))
        return il_fail(reterr, IL_INVALID, "time zone data do not start with TZif");
    const unsigned char *at = bytes_take(rest, HEADER_BYTES);
    *ret = (struct tzif_header){
        .version = at[4],
        .n_ut = u32_read(at + 20),
        .n_standard = u32_read(at + 24),
        .n_leap = u32_read(at + 28),
        .n_times = u32_read(at + 32),
        .n_types = u32_read(at + 36),
        .n_chars = u32_read(at + 40),
    };
    if (ret->version != 0 && ret->version < '2')
        return il_fail(reterr, IL_INVALID, "time zone data have unknown version %u", at[4]);
    return IL_OK;
}

/* Counts have 32 bits and sizes 64, so the sum cannot wrap. */
static uint64_t block_bytes(const struct tzif_header *head, uint64_t time_bytes)
{
    return head->n_times * (time_bytes + 1) + (uint64_t)head->n_types * TYPE_BYTES + head->n_chars +
           head->n_leap * (time_bytes + 4) + head->n_standard + head->n_ut;
}

static il_rc counts_check(const struct tzif_header *head, struct il_err *reterr)
{
    if (head->n_leap != 0)
        return il_fail(reterr, IL_INVALID, "time zone data count leap seconds");
    if (head->n_times > ZONE_TRANSITIONS_MAX)
        return il_fail(reterr, IL_INVALID, "time zone data have %u transitions, more than %d",
                       head->n_times, ZONE_TRANSITIONS_MAX);
    if (head->n_types == 0 || head->n_types > TYPES_MAX)
        return il_fail(reterr, IL_INVALID, "time zone data have %u local time types, not 1..%d",
                       head->n_types, TYPES_MAX);
    if ((head->n_standard != 0 && head->n_standard != head->n_types) ||
        (head->n_ut != 0 && head->n_ut != head->n_types))
        return il_fail(reterr, IL_INVALID, "time zone data count indicators unlike types");
    return IL_OK;
}

static il_rc block_take(struct str *rest, struct tzif_header head, size_t time_bytes,
                        struct tzif_block *ret, struct il_err *reterr)
{
    TRY(counts_check(&head, reterr));
    if (block_bytes(&head, time_bytes) > rest->len)
        return il_fail(reterr, IL_INVALID, "time zone data end inside a block");
    struct tzif_block block = { .head = head, .time_bytes = time_bytes };
    block.times = bytes_take(rest, head.n_times * time_bytes);
    block.kinds = bytes_take(rest, head.n_times);
    block.types = bytes_take(rest, (size_t)head.n_types * TYPE_BYTES);
    block.chars = (struct str){ rest->at, head.n_chars };
    (void)bytes_take(rest, (size_t)head.n_chars + head.n_standard + head.n_ut);
    *ret = block;
    return IL_OK;
}

/* Finds the block that counts (R2) and the footer between its newlines, empty in version 1. */
static il_rc file_take(struct str tzif, struct tzif_block *ret, struct str *ret_footer,
                       struct il_err *reterr)
{
    struct str rest = tzif;
    struct tzif_header head = { 0 };
    TRY(header_take(&rest, &head, reterr));
    if (head.version == 0) {
        *ret_footer = (struct str){ rest.at, 0 };
        return block_take(&rest, head, 4, ret, reterr);
    }
    if (block_bytes(&head, 4) > rest.len)
        return il_fail(reterr, IL_INVALID, "time zone data end inside the 32-bit block");
    (void)bytes_take(&rest, (size_t)block_bytes(&head, 4));
    TRY(header_take(&rest, &head, reterr));
    struct tzif_block block = { 0 };
    TRY(block_take(&rest, head, 8, &block, reterr));
    if (rest.len == 0 || rest.at[0] != '\n' || memchr(rest.at + 1, '\n', rest.len - 1) == NULL)
        return il_fail(reterr, IL_INVALID, "time zone data lack their footer");
    (void)bytes_take(&rest, 1);
    *ret_footer = str_cut(&rest, '\n');
    *ret = block;
    return IL_OK;
}

static bool is_abbreviation_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-';
}

/* The NUL-terminated abbreviation that starts at `from`. */
static bool abbreviation_find(struct str chars, size_t from, struct str *ret)
{
    size_t end = from;
    while (end < chars.len && is_abbreviation_char(chars.at[end]))
        end++;
    if (end >= chars.len || chars.at[end] != '\0')
        return false;
    *ret = (struct str){ chars.at + from, end - from };
    return true;
}

static il_rc types_read(const struct tzif_block *block, struct str chars, struct zone_type *types,
                        struct il_err *reterr)
{
    for (size_t i = 0; i < block->head.n_types; i++) {
        const unsigned char *at = block->types + i * TYPE_BYTES;
        types[i].offset_s = i32_read(at);
        if (types[i].offset_s < ZONE_OFFSET_MIN_S || types[i].offset_s > ZONE_OFFSET_MAX_S)
            return il_fail(reterr, IL_INVALID, "time zone data have an offset of %d seconds",
                           types[i].offset_s);
        if (at[4] > 1)
            return il_fail(reterr, IL_INVALID, "time zone type %zu is neither standard nor DST", i);
        if (!abbreviation_find(chars, at[5], &types[i].abbreviation))
            return il_fail(reterr, IL_INVALID, "time zone type %zu has no abbreviation", i);
    }
    return IL_OK;
}

/* Keeps the draft in order; at an instant that is taken already the later word replaces the
 * earlier one. Only a rule whose changes overtake each other makes it look further back. */
static void draft_add(struct draft *draft, utc_s start, size_t kind)
{
    size_t i = draft->n;
    while (i > 0 && draft->starts[i - 1] > start)
        i--;
    if (i > 0 && draft->starts[i - 1] == start) {
        draft->kinds[i - 1] = (uint16_t)kind;
        return;
    }
    assert(draft->n < draft->room);
    memmove(draft->starts + i + 1, draft->starts + i, (draft->n - i) * sizeof *draft->starts);
    memmove(draft->kinds + i + 1, draft->kinds + i, (draft->n - i) * sizeof *draft->kinds);
    draft->starts[i] = start;
    draft->kinds[i] = (uint16_t)kind;
    draft->n++;
}

static il_rc transitions_read(const struct tzif_block *block, struct draft *draft,
                              struct il_err *reterr)
{
    draft_add(draft, ZONE_BEFORE_ALL, 0);
    for (size_t i = 0; i < block->head.n_times; i++) {
        const int64_t at = time_read(block, i);
        if (at < TRANSITION_MIN || at > TRANSITION_MAX)
            return il_fail(reterr, IL_INVALID, "time zone transition %zu is out of range", i);
        if (at <= draft->starts[draft->n - 1])
            return il_fail(reterr, IL_INVALID, "time zone transition %zu is out of order", i);
        if (block->kinds[i] >= block->head.n_types)
            return il_fail(reterr, IL_INVALID, "time zone transition %zu has no type", i);
        draft_add(draft, at, block->kinds[i]);
    }
    return IL_OK;
}

static void change_add(struct draft *draft, utc_s last, utc_s at, size_t kind)
{
    if (at > last)
        draft_add(draft, at, kind);
}

/* Adds the rule's changes after `last` (R3). */
static void changes_add(struct draft *draft, const struct footer *footer, utc_s last,
                        int32_t first_year, int32_t end_year)
{
    for (int32_t year = first_year; year < end_year; year++) {
        const struct posix_year y = posix_rule_year(&footer->rule, year);
        const bool south = y.to_standard < y.to_daylight;
        if (south)
            change_add(draft, last, y.to_standard, footer->standard_kind);
        change_add(draft, last, y.to_daylight, footer->daylight_kind);
        if (!south && !y.stays_daylight)
            change_add(draft, last, y.to_standard, footer->standard_kind);
    }
}

/* Spells out the footer's changes for one cycle (T2, T3). */
static void footer_expand(const struct footer *footer, struct draft *draft, struct zone *zone)
{
    const utc_s last = draft->starts[draft->n - 1];
    const int32_t year = last < YEAR_0_START ? 0 : civil_from_date(wall_date(last)).year;
    const int32_t cycle_year = year + ZONE_MARGIN_YEARS;
    zone->cycles = true;
    zone->always_cycles = draft->n == 1;
    zone->cycle_start = (utc_s)date_from_civil((struct civil){ cycle_year, 1, 1 }) * DAY_S;
    changes_add(draft, footer, last, year - ZONE_MARGIN_YEARS,
                cycle_year + ZONE_CYCLE_YEARS + ZONE_MARGIN_YEARS);
}

static void footer_apply(const struct footer *footer, struct zone_type *types, struct draft *draft,
                         struct zone *zone)
{
    types[footer->standard_kind] = footer->rule.standard;
    types[footer->daylight_kind] = footer->rule.daylight;
    if (footer->rule.has_daylight)
        footer_expand(footer, draft, zone);
    else
        draft_add(draft, draft->starts[draft->n - 1], footer->standard_kind);
}

static il_rc footer_read(struct arena *arena, struct str text, size_t n_types, struct footer *ret,
                         struct il_err *reterr)
{
    struct footer footer = { .standard_kind = n_types, .daylight_kind = n_types + 1 };
    if (!posix_rule_parse(str_copy(arena, text), &footer.rule))
        return il_fail(reterr, IL_INVALID, "time zone footer cannot be read");
    *ret = footer;
    return IL_OK;
}

il_rc zone_parse(struct arena *arena, struct str tzif, const struct zone **ret,
                 struct il_err *reterr)
{
    if (tzif.len > ZONE_BYTES_MAX)
        return il_fail(reterr, IL_INVALID, "time zone data have %zu bytes, more than %d", tzif.len,
                       ZONE_BYTES_MAX);
    struct tzif_block block = { 0 };
    struct str footer_text = { 0 };
    TRY(file_take(tzif, &block, &footer_text, reterr));
    struct footer footer = { 0 };
    if (footer_text.len > 0)
        TRY(footer_read(arena, footer_text, block.head.n_types, &footer, reterr));
    struct zone_type *types = arena_array(arena, struct zone_type, block.head.n_types + 2);
    TRY(types_read(&block, str_copy(arena, block.chars), types, reterr));
    const size_t room =
        1 + block.head.n_times + (footer.rule.has_daylight ? FOOTER_CHANGES_MAX : 0);
    struct draft draft = { .starts = arena_array(arena, utc_s, room),
                           .kinds = arena_array(arena, uint16_t, room),
                           .room = room };
    TRY(transitions_read(&block, &draft, reterr));
    struct zone *zone = arena_new(arena, struct zone);
    if (footer_text.len > 0)
        footer_apply(&footer, types, &draft, zone);
    zone->starts = draft.starts;
    zone->kinds = draft.kinds;
    zone->n_segments = draft.n;
    zone->types = types;
    *ret = zone;
    return IL_OK;
}
