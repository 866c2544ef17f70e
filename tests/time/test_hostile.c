/* Bytes that are not a zone, or not quite: refused with words, or a zone that keeps its laws.
 *
 * Every attempt is parsed from a heap block of exactly its size, so AddressSanitizer sees a read
 * of one byte too many. */
#include "core/zone.h"
#include "zone_file.h"
#include "zone_probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_ARENA_BYTES = 1024 * 1024, ZONE_ARENA_BYTES = 96 * 1024, HEADER_BYTES = 44 };

/* Parses a copy; a zone that comes of it is probed. */
static il_rc attempt(struct str bytes, const char **ret_broken, struct il_err *reterr)
{
    struct arena arena = arena_make(ZONE_ARENA_BYTES);
    char *own = malloc(bytes.len > 0 ? bytes.len : 1);
    assert_non_null(own);
    memcpy(own, bytes.at, bytes.len);
    const struct zone *zone = NULL;
    const il_rc rc = zone_parse(&arena, (struct str){ own, bytes.len }, &zone, reterr);
    free(own); /* the zone keeps nothing of it */
    *ret_broken = rc == IL_OK ? zone_probe(zone) : NULL;
    if (rc != IL_OK && zone != NULL)
        *ret_broken = "output touched on failure";
    arena_drop(&arena);
    return rc;
}

static void refuse(struct str bytes, const char *words)
{
    struct il_err err = { 0 };
    const char *broken = NULL;
    assert_int_equal(attempt(bytes, &broken, &err), IL_INVALID);
    assert_null(broken);
    if (strstr(err.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static struct str machine_zone(struct arena *arena, struct str name)
{
    struct str bytes = { 0 };
    assert_true(zone_file_read(arena, name, &bytes));
    return bytes;
}

static struct str set_byte(struct arena *arena, struct str bytes, size_t at, unsigned char byte)
{
    char *changed = arena_array(arena, char, bytes.len);
    memcpy(changed, bytes.at, bytes.len);
    changed[at] = (char)byte;
    return (struct str){ changed, bytes.len };
}

static void test_truncations_are_refused(void **state)
{
    (void)state;
    static const struct str names[] = { { "America/Denver", 14 }, { "America/Phoenix", 15 } };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct arena arena = arena_make(FILE_ARENA_BYTES);
        struct str bytes = machine_zone(&arena, names[i]);
        for (size_t len = 0; len < bytes.len; len++)
            refuse((struct str){ bytes.at, len }, "time zone data");
        arena_drop(&arena);
    }
}

static void mutate_everywhere(struct str bytes)
{
    size_t n_zones = 0;
    char *changed = malloc(bytes.len);
    assert_non_null(changed);
    for (size_t at = 0; at < bytes.len; at++) {
        memcpy(changed, bytes.at, bytes.len);
        for (unsigned flip = 1; flip < 256; flip++) {
            struct il_err err = { 0 };
            const char *broken = NULL;
            changed[at] = (char)((unsigned char)bytes.at[at] ^ flip);
            const il_rc rc = attempt((struct str){ changed, bytes.len }, &broken, &err);
            if (broken != NULL)
                fail_msg("byte %zu xor %u: %s", at, flip, broken);
            assert_true(rc == IL_OK || (rc == IL_INVALID && err.text[0] != '\0'));
            n_zones += rc == IL_OK;
        }
    }
    free(changed);
    print_message("%zu mutants, %zu still zones\n", bytes.len * 255, n_zones);
    assert_true(n_zones > 0);
}

static void test_mutants_of_a_file_keep_the_laws(void **state)
{
    (void)state;
    struct arena arena = arena_make(FILE_ARENA_BYTES);
    mutate_everywhere(machine_zone(&arena, STR("America/Phoenix")));
    arena_drop(&arena);
}

static void test_mutants_of_a_footer_keep_the_laws(void **state)
{
    (void)state;
    struct arena arena = arena_make(FILE_ARENA_BYTES);
    mutate_everywhere(zone_file_of_footer(&arena, STR("AAA3BBB,M3.2.0,300/9")));
    arena_drop(&arena);
}

/* Offsets into a version 2 file with nothing in its first block but one type and one name. */
static void test_counts_and_indexes_are_checked(void **state)
{
    (void)state;
    struct arena arena = arena_make((size_t)4 * FILE_ARENA_BYTES);
    const struct str good = zone_file_of_footer(&arena, STR("UTC0"));
    const size_t second = HEADER_BYTES + 8;
    refuse(set_byte(&arena, good, 0, 'X'), "do not start with TZif");
    refuse(set_byte(&arena, good, second, 'X'), "do not start with TZif");
    refuse(set_byte(&arena, good, 4, '1'), "unknown version 49");
    refuse(set_byte(&arena, good, 32, 0xFF), "end inside the 32-bit block");
    refuse(set_byte(&arena, good, second + 31, 1), "leap seconds");
    refuse(set_byte(&arena, good, second + 32, 1), "16777216 transitions");
    refuse(set_byte(&arena, good, second + 35, 1), "end inside a block");
    refuse(set_byte(&arena, good, second + 39, 0), "0 local time types");
    refuse(set_byte(&arena, good, second + 38, 2), "513 local time types");
    refuse(set_byte(&arena, good, second + 23, 2), "indicators unlike types");
    refuse(set_byte(&arena, good, second + 27, 2), "indicators unlike types");
    refuse(set_byte(&arena, good, second + 44, 0x7F), "offset of");
    refuse(set_byte(&arena, good, second + 48, 2), "neither standard nor DST");
    refuse(set_byte(&arena, good, second + 49, 2), "no abbreviation");
    refuse(set_byte(&arena, good, second + 50, '\n'), "no abbreviation");
    refuse(set_byte(&arena, good, second + 51, 'X'), "no abbreviation");
    refuse(set_byte(&arena, good, second + 52, 'X'), "lack their footer");
    refuse(set_byte(&arena, good, good.len - 1, 'X'), "lack their footer");
    refuse(set_byte(&arena, good, good.len - 2, 'X'), "footer cannot be read");
    arena_drop(&arena);
}

static struct str crowded_file(struct arena *arena, size_t n_times, int64_t step)
{
    const struct str plain = zone_file_of_footer(arena, STR("AAA0BBB,M3.2.0,M11.1.0"));
    const size_t head = HEADER_BYTES + 8 + HEADER_BYTES;
    unsigned char *at = arena_array(arena, unsigned char, plain.len + n_times * 9);
    memcpy(at, plain.at, head);
    at[head - 44 + 34] = (unsigned char)(n_times >> 8);
    at[head - 44 + 35] = (unsigned char)n_times;
    for (size_t i = 0; i < n_times; i++) {
        const uint64_t t = (uint64_t)((int64_t)i * step);
        for (size_t k = 0; k < 8; k++)
            at[head + i * 8 + k] = (unsigned char)(t >> (56 - 8 * k));
    }
    memcpy(at + head + n_times * 9, plain.at + head, plain.len - head);
    return (struct str){ (const char *)at, plain.len + n_times * 9 };
}

static void test_limits(void **state)
{
    (void)state;
    struct il_err err = { 0 };
    const char *broken = NULL;
    struct arena arena = arena_make((size_t)4 * FILE_ARENA_BYTES);
    assert_int_equal(attempt(crowded_file(&arena, ZONE_TRANSITIONS_MAX, 60), &broken, &err), IL_OK);
    assert_null(broken);
    refuse(crowded_file(&arena, ZONE_TRANSITIONS_MAX + 1, 60), "4097 transitions");
    refuse(crowded_file(&arena, 3, 0), "transition 1 is out of order");
    refuse(crowded_file(&arena, 3, -1), "transition 1 is out of order");
    refuse(crowded_file(&arena, 3, (int64_t)1 << 60), "transition 1 is out of range");
    const size_t kinds = HEADER_BYTES + 8 + HEADER_BYTES + 3 * 8;
    refuse(set_byte(&arena, crowded_file(&arena, 3, 60), kinds + 2, 1), "transition 2 has no type");
    char *large = arena_array(&arena, char, ZONE_BYTES_MAX + 1);
    refuse((struct str){ large, ZONE_BYTES_MAX + 1 }, "more than 65536");
    arena_drop(&arena);
}

/* Old files have the 32-bit block only: until its end they answer as the whole file does. */
static void test_version_1_files_are_read(void **state)
{
    (void)state;
    struct arena arena = arena_make(FILE_ARENA_BYTES);
    struct il_err err = { 0 };
    const struct zone *whole = NULL;
    const struct zone *old = NULL;
    const struct str bytes = machine_zone(&arena, STR("America/Denver"));
    size_t len = HEADER_BYTES;
    while (memcmp(bytes.at + len, "TZif", 4) != 0)
        len++;
    const struct str first = set_byte(&arena, (struct str){ bytes.at, len }, 4, 0);
    assert_int_equal(zone_parse(&arena, bytes, &whole, &err), IL_OK);
    assert_int_equal(zone_parse(&arena, first, &old, &err), IL_OK);
    for (utc_s at = -2000000000; at < 2100000000; at += DAY_S / 3)
        assert_int_equal(zone_offset_s(old, at), zone_offset_s(whole, at));
    /* Past its last transition, in November 2037, such a file knows no more changes. */
    assert_int_equal(zone_next_change(old, 2145916800), INT64_MAX);
    refuse((struct str){ first.at, len - 1 }, "end inside a block");
    arena_drop(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_truncations_are_refused),
        cmocka_unit_test(test_mutants_of_a_file_keep_the_laws),
        cmocka_unit_test(test_mutants_of_a_footer_keep_the_laws),
        cmocka_unit_test(test_counts_and_indexes_are_checked),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_version_1_files_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
