/* Answers questions about one zone and compares with the answers that came along (oracle.py).
 *
 * Standard input holds rows of four 64-bit numbers: what is asked, of which time, and two numbers
 * of answer. Prints the rows answered otherwise and ends with 1 if there are any. */
#include "core/zone.h"
#include "zone_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ASK_OFFSET = 3, ASK_NEXT_CHANGE = 4, SHOWN_MAX = 10, ROWS_AT_ONCE = 1024 };

struct row {
    int64_t asked, of, a, b;
};

static int64_t abbreviation_pack(struct str s)
{
    unsigned char bytes[8] = { 0 };
    uint64_t packed = 0;
    memcpy(bytes, s.at, s.len < sizeof bytes ? s.len : sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        packed |= (uint64_t)bytes[i] << (8 * i);
    return (int64_t)packed;
}

static struct row answer(const struct zone *zone, struct row row)
{
    if (row.asked == ASK_OFFSET)
        return (struct row){ ASK_OFFSET, row.of, zone_offset_s(zone, row.of),
                             abbreviation_pack(zone_abbreviation(zone, row.of)) };
    if (row.asked == ASK_NEXT_CHANGE)
        return (struct row){ ASK_NEXT_CHANGE, row.of, zone_next_change(zone, row.of), 0 };
    const struct wall_instants w = zone_from_wall(zone, row.of);
    return (struct row){ (int64_t)w.kind, row.of, w.first, w.last };
}

static size_t rows_check(const struct zone *zone, FILE *in)
{
    static struct row rows[ROWS_AT_ONCE];
    size_t n = 0;
    size_t wrong = 0;
    while ((n = fread(rows, sizeof rows[0], ROWS_AT_ONCE, in)) > 0) {
        for (size_t i = 0; i < n; i++) {
            const struct row got = answer(zone, rows[i]);
            if (got.asked == rows[i].asked && got.a == rows[i].a && got.b == rows[i].b)
                continue;
            if (wrong++ < SHOWN_MAX)
                (void)printf("  %" PRId64 " of %" PRId64 ": want %" PRId64 " %" PRId64
                             ", got %" PRId64 ": %" PRId64 " %" PRId64 "\n",
                             rows[i].asked, rows[i].of, rows[i].a, rows[i].b, got.asked, got.a,
                             got.b);
        }
    }
    return wrong;
}

int main(int argc, char **argv)
{
    struct arena arena = arena_make((size_t)1024 * 1024);
    struct str bytes = { 0 };
    const struct zone *zone = NULL;
    struct il_err err = { 0 };
    size_t wrong = 1;
    if (argc != 2 || !file_read(&arena, argv[1], ZONE_BYTES_MAX, &bytes))
        (void)fprintf(stderr, "usage: zone_oracle ZONE_FILE < questions\n");
    else if (zone_parse(&arena, bytes, &zone, &err) != IL_OK)
        (void)fprintf(stderr, "%s: %s\n", argv[1], err.text);
    else
        wrong = rows_check(zone, stdin);
    arena_drop(&arena);
    return wrong == 0 ? 0 : 1;
}
