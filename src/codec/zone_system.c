/* The table is tzdata.zi ("Z name ...", "L target name"); zone1970.tab and zone.tab, which know no
 * links, stand in where a system has none. */
#include "codec/zone_system.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_BYTES_MAX = 1024 * 1024, LINKS_MAX = 4, ZONE_NAME_CHARS_MAX = 64 };

static struct str zone_directory(void)
{
    const char *told = getenv("TZDIR");
    return str_from(told != NULL && told[0] != '\0' ? told : "/usr/share/zoneinfo");
}

static il_rc file_read(struct arena *arena, const char *path, size_t max, struct str *ret,
                       struct il_err *reterr)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return il_fail(reterr, IL_IO, "%s: %s", path, strerror(errno));
    char *bytes = arena_array(arena, char, max + 1);
    const size_t len = fread(bytes, 1, max + 1, file);
    const bool failed = ferror(file) != 0;
    (void)fclose(file); /* it was only read */
    if (failed || len > max)
        return il_fail(reterr, IL_IO, "%s: %s", path, failed ? "cannot be read" : "is too long");
    *ret = (struct str){ bytes, len };
    return IL_OK;
}

/* One row of the table: the name, and what it links to, or "". */
struct table_row {
    struct str name, target;
};

static struct table_row zi_row(struct str line)
{
    struct table_row row = { STR(""), STR("") };
    const struct str word = str_cut(&line, ' ');
    if (str_equal(word, STR("Z"))) {
        row.name = str_cut(&line, ' ');
    } else if (str_equal(word, STR("L"))) {
        row.target = str_cut(&line, ' ');
        row.name = line;
    }
    return row;
}

static struct table_row tab_row(struct str line)
{
    struct table_row row = { STR(""), STR("") };
    if (line.len == 0 || line.at[0] == '#')
        return row;
    (void)str_cut(&line, '\t');
    (void)str_cut(&line, '\t');
    row.name = str_cut(&line, '\t');
    return row;
}

struct table {
    struct str text;
    struct table_row (*row)(struct str line);
};

static il_rc table_open(struct arena *arena, struct table *ret, struct il_err *reterr)
{
    static const struct {
        const char *name;
        struct table_row (*row)(struct str line);
    } files[] = { { "tzdata.zi", zi_row }, { "zone1970.tab", tab_row }, { "zone.tab", tab_row } };
    il_rc rc = IL_IO;
    for (size_t i = 0; rc != IL_OK && i < sizeof files / sizeof files[0]; i++) {
        const struct str path =
            str_print(arena, "%.*s/%s", STR_ARG(zone_directory()), files[i].name);
        rc = file_read(arena, path.at, TABLE_BYTES_MAX, &ret->text, reterr);
        ret->row = files[i].row;
    }
    return rc;
}

static bool table_find(const struct table *table, struct str name, struct table_row *ret)
{
    struct str rest = table->text;
    while (rest.len > 0) {
        const struct table_row row = table->row(str_cut(&rest, '\n'));
        if (row.name.len > 0 && str_equal(row.name, name)) {
            *ret = row;
            return true;
        }
    }
    return false;
}

/* Names of offsets. In newer tzdata some of them are links to places. */
static bool is_offset_name(struct str name)
{
    static const char *const names[] = { "EST",     "MST", "HST", "EST5EDT", "CST6CDT", "MST7MDT",
                                         "PST8PDT", "CET", "EET", "MET",     "WET" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_equal(name, str_from(names[i])))
            return true;
    }
    return false;
}

static bool is_place(struct str name)
{
    if (str_equal(name, STR("Etc/UTC")))
        return true;
    return memchr(name.at, '/', name.len) != NULL && !str_starts(name, STR("Etc/"));
}

/* The name that the table gives for `name`, or false. */
static bool canonical(const struct table *table, struct str name, struct str *ret)
{
    struct table_row row;
    if (name.len == 0 || name.len > ZONE_NAME_CHARS_MAX || is_offset_name(name))
        return false;
    for (int links = 0; links < LINKS_MAX; links++) {
        if (!table_find(table, name, &row))
            return false;
        if (row.target.len == 0) {
            *ret = row.name;
            return is_place(row.name);
        }
        name = row.target;
    }
    return false;
}

static il_rc load(struct zone_source *source, struct arena *arena, struct str name,
                  struct str *ret_name, struct str *ret_tzif, struct il_err *reterr)
{
    struct table table = { .text = STR("") };
    struct str known = STR("");
    struct str bytes = STR("");
    struct arena scratch = arena_make((size_t)4 * TABLE_BYTES_MAX);
    (void)source;
    il_rc rc = table_open(&scratch, &table, reterr);
    if (rc == IL_OK && !canonical(&table, name, &known))
        rc = il_invalid(reterr, "out_of_range", "",
                        "is not the name of a time zone such as America/Denver");
    if (rc == IL_OK) {
        const struct str path =
            str_print(&scratch, "%.*s/%.*s", STR_ARG(zone_directory()), STR_ARG(known));
        rc = file_read(&scratch, path.at, ZONE_BYTES_MAX, &bytes, reterr);
    }
    if (rc == IL_OK) {
        *ret_name = str_copy(arena, known);
        *ret_tzif = str_copy(arena, bytes);
    }
    arena_drop(&scratch);
    return rc;
}

struct zone_source *zone_source_system(void)
{
    static struct zone_source source = { .load = load };
    return &source;
}
