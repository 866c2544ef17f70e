/* Zone files for tests: those of the machine, and those made from a footer. */
#include "zone_file.h"

#include "core/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool file_read(struct arena *arena, const char *path, size_t max, struct str *ret)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    char *at = arena_array(arena, char, max + 1);
    const size_t len = fread(at, 1, max + 1, file);
    const bool whole = ferror(file) == 0 && len <= max;
    (void)fclose(file);
    if (whole)
        *ret = (struct str){ at, len };
    return whole;
}

bool zone_file_read(struct arena *arena, struct str name, struct str *ret)
{
    const char *root = getenv("PYTHONTZPATH");
    if (root == NULL)
        root = "/usr/share/zoneinfo";
    const struct str path = str_print(arena, "%s/%.*s", root, STR_ARG(name));
    return file_read(arena, path.at, ZONE_BYTES_MAX, ret);
}

struct str zone_file_of_footer(struct arena *arena, struct str footer)
{
    /* Counts: UT, standard, leap, times, types, chars. The one type is UTC, named "X". */
    static const char header[44] = { 'T', 'Z', 'i', 'f', '2', [39] = 1, [43] = 2 };
    static const char block[8] = { 0, 0, 0, 0, 0, 0, 'X', 0 };
    const size_t once = sizeof header + sizeof block;
    char *at = arena_array(arena, char, 2 * once + footer.len + 2);
    for (size_t i = 0; i < 2; i++) {
        memcpy(at + i * once, header, sizeof header);
        memcpy(at + i * once + sizeof header, block, sizeof block);
    }
    at[2 * once] = '\n';
    if (footer.len > 0)
        memcpy(at + 2 * once + 1, footer.at, footer.len);
    at[2 * once + 1 + footer.len] = '\n';
    return (struct str){ at, 2 * once + footer.len + 2 };
}
