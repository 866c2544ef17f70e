/* An answer as a person reads it. What comes from data is shown without control characters: no name
 * drives a terminal. */
#include "ask.h"

#include <jansson.h>
#include <string.h>

enum { DEPTH_MAX = 8, INSTANT_CHARS = 16, VIEW_ARENA_BYTES_MAX = 1 << 30 };

/* A value and what it lies in, the innermost last. */
struct nest {
    const json_t *at[DEPTH_MAX];
    size_t n;
};

/* ---- one value ---- */

static const json_t *member(const json_t *in, const char *name, size_t len)
{
    char key[64];
    if (len >= sizeof key)
        return NULL;
    memcpy(key, name, len);
    key[len] = '\0';
    if (json_is_array(in) && len == 1)
        return json_array_get(in, (size_t)(key[0] - '0'));
    return json_object_get(in, key);
}

static const json_t *find(const json_t *root, const char *path, size_t len)
{
    const json_t *at = root;
    while (len > 0 && at != NULL && *path != '@') {
        const char *dot = memchr(path, '.', len);
        const size_t n = dot != NULL ? (size_t)(dot - path) : len;
        at = member(at, path, n);
        path += n + (dot != NULL ? 1 : 0);
        len -= n + (dot != NULL ? 1 : 0);
    }
    return at;
}

const struct json_t *view_find(const struct json_t *root, const char *path)
{
    return find(root, path, strlen(path));
}

static bool is_instant(const char *text)
{
    return strlen(text) >= 20 && text[4] == '-' && text[10] == 'T' && text[13] == ':' &&
           strspn(text, "0123456789-T:+Z") == strlen(text);
}

static struct str plain_text(struct arena *arena, const char *text)
{
    char *at = arena_array(arena, char, strlen(text) + 1);
    size_t n = 0;
    for (; text[n] != '\0'; n++) {
        const unsigned char c = (unsigned char)text[n];
        at[n] = c < 0x20 || c == 0x7F ? ' ' : text[n];
        /* C1 controls, which some terminals obey, are two bytes. */
        if (n > 0 && (unsigned char)text[n - 1] == 0xC2 && c < 0xA0)
            at[n - 1] = at[n] = '?';
    }
    return (struct str){ at, n };
}

static struct str text_of(struct arena *arena, const json_t *value)
{
    struct str all = STR("");
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        if (is_instant(text))
            return str_print(arena, "%.10s %.5s", text, text + 11);
        return plain_text(arena, text);
    }
    if (json_is_integer(value))
        return str_print(arena, "%lld", (long long)json_integer_value(value));
    if (json_is_real(value))
        return str_print(arena, "%.10g", json_real_value(value));
    if (json_is_boolean(value))
        return json_is_true(value) ? STR("yes") : STR("no");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const struct str item = text_of(arena, json_array_get(value, i));
        all = str_print(arena, "%.*s%s%.*s", STR_ARG(all), i > 0 ? ", " : "", STR_ARG(item));
    }
    return all;
}

/* "2026-11-30 08:00-11:00", with the second date where it is another. */
static struct str when_of(struct arena *arena, const json_t *object)
{
    const char *from = json_string_value(json_object_get(object, "datetime"));
    const char *to = json_string_value(json_object_get(object, "endtime"));
    if (from == NULL || to == NULL || strlen(from) < INSTANT_CHARS || strlen(to) < INSTANT_CHARS) {
        from = json_string_value(json_object_get(object, "from"));
        to = json_string_value(json_object_get(object, "to"));
        return from == NULL || to == NULL ? STR("") : str_print(arena, "%s to %s", from, to);
    }
    const bool same_day = memcmp(from, to, 10) == 0;
    return str_print(arena, "%.10s %.5s-%.*s%s%.5s", from, from + 11, same_day ? 0 : 10, to,
                     same_day ? "" : " ", to + 11);
}

static struct str money_of(struct arena *arena, const json_t *object)
{
    const json_t *cents = json_object_get(object, "cents");
    if (cents == NULL)
        cents = json_object_get(object, "priceCents");
    const long long n = (long long)json_integer_value(cents);
    return cents == NULL ? STR("") : str_print(arena, "%lld.%02lld", n / 100, n % 100);
}

static struct str one_text(struct arena *arena, const struct nest *nest, const char *path,
                           size_t len)
{
    size_t out = 1;
    while (len > 0 && *path == '^' && out < nest->n) {
        out++;
        path++;
        len--;
    }
    const json_t *value = find(nest->at[nest->n - out], path, len);
    const char *special = memchr(path, '@', len);
    if (special != NULL && special[1] == 'w')
        return when_of(arena, value);
    if (special != NULL)
        return money_of(arena, value);
    return text_of(arena, value);
}

static struct str nest_text(struct arena *arena, const struct nest *nest, const char *path)
{
    struct str text = STR("");
    while (text.len == 0 && *path != '\0') {
        const size_t len = strcspn(path, "|");
        text = one_text(arena, nest, path, len);
        path += len + (path[len] == '|' ? 1 : 0);
    }
    return text;
}

struct str view_text(struct arena *arena, const struct json_t *root, const char *path)
{
    const struct nest nest = { { root }, 1 };
    return nest_text(arena, &nest, path);
}

/* ---- tables ---- */

enum { COLUMNS_MAX = 12 };

struct grid {
    struct arena *arena;
    const struct table_spec *table;
    struct str *cells; /* row by row */
    size_t n, room;
};

static size_t columns_of(struct str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.at[i] & 0xC0) != 0x80;
    return n;
}

static void grid_add(struct grid *grid, struct str cell)
{
    grid->cells = arena_grow(grid->arena, grid->cells, grid->n, &grid->room, sizeof *grid->cells);
    grid->cells[grid->n++] = cell;
}

/* The rows below the nest: one, or those of the lists that `list` names. */
static void grid_fill(struct grid *grid, const struct nest *nest, const char *list)
{
    if (list == NULL || *list == '\0') {
        for (size_t i = 0; i < grid->table->n_columns; i++) {
            const struct str text = nest_text(grid->arena, nest, grid->table->columns[i].path);
            grid_add(grid, text.len > 0 ? text : STR("-"));
        }
        return;
    }
    const size_t len = strcspn(list, "/");
    const json_t *items = find(nest->at[nest->n - 1], list, len);
    const char *rest = list + len + (list[len] == '/' ? 1 : 0);
    for (size_t i = 0; nest->n < DEPTH_MAX && i < json_array_size(items); i++) {
        struct nest inner = *nest;
        inner.at[inner.n++] = json_array_get(items, i);
        grid_fill(grid, &inner, rest);
    }
}

static void print_row(const struct grid *grid, const struct str *row, const size_t *widths)
{
    const size_t n = grid->table->n_columns;
    for (size_t c = 0; c < n; c++) {
        const size_t pad = c + 1 < n ? widths[c] - columns_of(row[c]) + 2 : 0;
        (void)printf("%.*s%*s", STR_ARG(row[c]), (int)pad, "");
    }
}

static void print_grid(const struct grid *grid)
{
    const size_t n = grid->table->n_columns;
    size_t widths[COLUMNS_MAX] = { 0 };
    struct str titles[COLUMNS_MAX];
    for (size_t c = 0; c < n; c++) {
        titles[c] = str_from(grid->table->columns[c].title);
        widths[c] = columns_of(titles[c]);
        for (size_t at = c; at < grid->n; at += n) {
            const size_t width = columns_of(grid->cells[at]);
            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    (void)fputs(term_bold(), stdout);
    print_row(grid, titles, widths);
    (void)printf("%s\n", term_plain());
    for (size_t at = 0; at < grid->n; at += n) {
        print_row(grid, grid->cells + at, widths);
        (void)fputc('\n', stdout);
    }
}

static void print_facts(const struct grid *grid)
{
    for (size_t i = 0; i < grid->n; i++) {
        if (!str_equal(grid->cells[i], STR("-")))
            (void)printf("%s%-14s%s  %.*s\n", term_bold(), grid->table->columns[i].title,
                         term_plain(), STR_ARG(grid->cells[i]));
    }
}

static void print_table(struct arena *arena, const struct table_spec *table, const json_t *root)
{
    struct grid grid = { .arena = arena, .table = table };
    const struct nest nest = { { root }, 1 };
    if (table->n_columns == 0)
        return;
    grid_fill(&grid, &nest, table->list);
    if (table->is_facts)
        print_facts(&grid);
    else if (grid.n > 0)
        print_grid(&grid);
    else if (table->none != NULL)
        (void)printf("%s\n", table->none);
}

/* ---- an answer ---- */

static void print_sentence(struct arena *arena, const char *words, const json_t *root)
{
    const struct nest nest = { { root }, 1 };
    while (*words != '\0') {
        const size_t plain = strcspn(words, "{");
        (void)printf("%.*s", (int)plain, words);
        words += plain;
        if (*words == '\0')
            break;
        const size_t len = strcspn(words, "}");
        const struct str path = str_copy(arena, (struct str){ words + 1, len - 1 });
        const struct str text = nest_text(arena, &nest, path.at);
        (void)printf("%.*s", STR_ARG(text));
        words += len + 1;
    }
    (void)fputc('\n', stdout);
}

static void print_notes(struct arena *arena, const json_t *root)
{
    const json_t *warnings = json_object_get(root, "warnings");
    const json_t *next = json_object_get(root, "next");
    for (size_t i = 0; i < json_array_size(warnings); i++) {
        const struct str text = text_of(arena, json_array_get(warnings, i));
        (void)printf("Note: %.*s\n", STR_ARG(text));
    }
    if (json_is_string(next))
        (void)printf("There are more: give --cursor %s, or --all\n", json_string_value(next));
}

void view_print(const struct view *view, const struct json_t *root, bool dry_run)
{
    struct arena arena = arena_make(VIEW_ARENA_BYTES_MAX);
    if (dry_run)
        (void)printf("Nothing is kept; this would be done: ");
    if (view->print != NULL) {
        view->print(root);
    } else {
        if (view->says != NULL)
            print_sentence(&arena, view->says, root);
        for (size_t i = 0; i < TABLES_PER_VIEW; i++)
            print_table(&arena, &view->tables[i], root);
    }
    print_notes(&arena, root);
    arena_drop(&arena);
}

/* ---- a refusal ---- */

static void complain_rows(struct arena *arena, const json_t *root, const char *list,
                          const char *title)
{
    const json_t *rows = json_object_get(root, list);
    if (json_array_size(rows) > 0)
        (void)fprintf(stderr, "%s\n", title);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const struct str when = when_of(arena, row);
        const struct str who = view_text(arena, row, "inspectors|_inspectorId");
        const struct str what = view_text(arena, row, "kind");
        const struct str order = view_text(arena, row, "orderNumber");
        (void)fprintf(stderr, "  %.*s  %.*s  %.*s%s%.*s\n", STR_ARG(when), STR_ARG(who),
                      STR_ARG(what), order.len > 0 ? " " : "", STR_ARG(order));
    }
}

void view_in_the_way(const struct json_t *root)
{
    struct arena arena = arena_make(VIEW_ARENA_BYTES_MAX);
    const struct str choices = view_text(&arena, root, "choices");
    complain_rows(&arena, root, "conflicts", "In the way:");
    complain_rows(&arena, root, "alternatives", "Free instead, the nearest first:");
    if (choices.len > 0)
        (void)fprintf(stderr, "It may be meant as %.*s\n", STR_ARG(choices));
    if (json_is_true(json_object_get(root, "overridable")))
        (void)fprintf(stderr, "Staff may pass over it: --override %s --reason TEXT\n",
                      strcmp(json_string_value(json_object_get(root, "code")), "slot_taken") == 0
                          ? "overlap"
                          : json_string_value(json_object_get(root, "code")));
    arena_drop(&arena);
}
