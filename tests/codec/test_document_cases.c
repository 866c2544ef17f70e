/* Runs the case files given as arguments; the ending says what they are about.
 *
 * A wrong case prints its file, line, the answer wanted and the one given; the rest still run. */
#include "base/block.h"
#include "codec/document.h"
#include "codec/zone_system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum {
    CASE_BYTES_MAX = 256 * 1024,
    FILES_MAX = 8,
    ARENA_BYTES = 256 * 1024 * 1024,
    MEMBERS_MAX = 16,
};

static const char *const usual[][2] = {
    { "interlock", "1" },
    { "company", "{\"_id\":\"c\",\"name\":\"C\",\"timezone\":\"America/Denver\"}" },
    { "services", "[{\"_id\":\"home\",\"name\":\"Home\",\"minutes\":60}]" },
    { "inspectors", "[{\"_id\":\"alice\",\"name\":\"Alice\",\"services\":[\"home\"]}]" },
};

enum { USUAL = sizeof usual / sizeof usual[0] };

struct cases {
    struct arena *arena;
    const char *file;
    size_t line;
    size_t n_asked, n_wrong;
    struct str names[MEMBERS_MAX], values[MEMBERS_MAX]; /* of the document being told */
    size_t n_members;
    bool is_raw;
    struct str raw;
};

static void judge(struct cases *c, struct str about, struct str wanted, struct str given)
{
    c->n_asked++;
    if (str_equal(wanted, given))
        return;
    c->n_wrong++;
    print_error("%s:%zu: %.*s\n    wanted %.*s\n    given  %.*s\n", c->file, c->line,
                STR_ARG(about), STR_ARG(wanted), STR_ARG(given));
}

/* ---- documents ---- */

static void member_write(struct json *j, const struct cases *c, const char *name,
                         const char *otherwise)
{
    struct str value = str_from(otherwise);
    for (size_t i = 0; i < c->n_members; i++) {
        if (str_equal(c->names[i], str_from(name)))
            value = c->values[i];
    }
    json_put_raw(j, name, value);
}

static bool is_usual(struct str name)
{
    for (size_t i = 0; i < USUAL; i++) {
        if (str_equal(name, str_from(usual[i][0])))
            return true;
    }
    return false;
}

static struct str document_text(const struct cases *c)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    if (c->is_raw)
        return c->raw;
    json_start_object(&j);
    for (size_t i = 0; i < USUAL; i++)
        member_write(&j, c, usual[i][0], usual[i][1]);
    for (size_t i = 0; i < c->n_members; i++) {
        if (is_usual(c->names[i]))
            continue;
        json_key(&j, c->names[i]);
        json_raw(&j, c->values[i]);
    }
    json_end_object(&j);
    const struct str text = str_copy(c->arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

static il_rc whole_way(struct arena *arena, struct str text, struct il_err *reterr)
{
    struct document document;
    struct rows_merged merged;
    const struct company *company;
    TRY(document_read(arena, text, zone_source_system(), &document, reterr));
    TRY(document_merge(arena, (struct setting_rows){ NULL, 0 }, &document, false, &merged, reterr));
    TRY(company_read(merged.rows, merged.n_rows, &company, reterr));
    const il_rc rc = document_check(&document, company, arena, reterr);
    block_free(company);
    return rc;
}

static void document_case(struct cases *c, struct str wanted)
{
    struct il_err err = { .code = "" };
    const struct str text = document_text(c);
    const il_rc rc = whole_way(c->arena, text, &err);
    struct str given = STR("ok");
    if (rc == IL_INVALID && err.field[0] == '\0')
        given = str_from(err.code);
    else if (rc != IL_OK)
        given = str_print(c->arena, "%s %s", err.code, err.field);
    judge(c, text, wanted, str_copy(c->arena, given));
    c->n_members = 0;
    c->is_raw = false;
}

static void document_line(struct cases *c, struct str line)
{
    struct str value = line;
    const struct str name = str_cut(&value, ' ');
    if (str_equal(name, STR("="))) {
        document_case(c, value);
    } else if (str_equal(name, STR("raw"))) {
        c->is_raw = true;
        c->raw = value;
    } else {
        assert_true(c->n_members < MEMBERS_MAX);
        c->names[c->n_members] = name;
        c->values[c->n_members++] = value;
    }
}

/* ---- addresses and zones ---- */

static bool pair_cut(struct str line, const char *between, struct str *ret_a, struct str *ret_b)
{
    const char *at = strstr(line.at, between);
    const size_t len = strlen(between);
    if (at == NULL || at >= line.at + line.len)
        return false;
    *ret_a = (struct str){ line.at, (size_t)(at - line.at) };
    *ret_b = (struct str){ at + len, (size_t)(line.at + line.len - at) - len };
    return true;
}

static void address_line(struct cases *c, struct str line)
{
    struct str a;
    struct str b;
    const bool same = pair_cut(line, " = ", &a, &b);
    if (!same && !pair_cut(line, " ! ", &a, &b))
        fail_msg("%s:%zu: neither = nor !", c->file, c->line);
    judge(c, line, same ? STR("one place") : STR("two places"),
          address_key(a) == address_key(b) ? STR("one place") : STR("two places"));
}

static void zone_line(struct cases *c, struct str line)
{
    struct str wanted = line;
    const struct str asked = str_cut(&wanted, ' ');
    struct str name = STR("-");
    struct str tzif;
    struct il_err err = { .code = "" };
    struct zone_source *zones = zone_source_system();
    const il_rc rc = zones->load(zones, c->arena, asked, &name, &tzif, &err);
    assert_int_equal(rc, str_equal(name, STR("-")) ? IL_INVALID : IL_OK);
    judge(c, asked, wanted, name);
}

/* ---- files ---- */

typedef void (*line_fn)(struct cases *c, struct str line);

static line_fn line_fn_of(const char *file)
{
    const char *ending = strrchr(file, '.');
    if (ending != NULL && strcmp(ending, ".pairs") == 0)
        return address_line;
    return ending != NULL && strcmp(ending, ".names") == 0 ? zone_line : document_line;
}

static void run_file(const char *file)
{
    static char bytes[CASE_BYTES_MAX];
    struct arena arena = arena_make(ARENA_BYTES);
    struct cases c = { .arena = &arena, .file = file };
    FILE *in = fopen(file, "rb");
    assert_non_null(in);
    struct str rest = { bytes, fread(bytes, 1, sizeof bytes - 1, in) };
    assert_true(feof(in));
    (void)fclose(in);
    while (rest.len > 0) {
        const struct str line = str_cut(&rest, '\n');
        c.line++;
        if (line.len > 0 && line.at[0] != '#')
            line_fn_of(file)(&c, line);
    }
    arena_drop(&arena);
    print_message("%s: %zu cases\n", file, c.n_asked);
    assert_true(c.n_asked > 0);
    assert_int_equal(c.n_wrong, 0);
}

static void run(void **state)
{
    run_file(*state);
}

int main(int argc, char **argv)
{
    struct CMUnitTest tests[FILES_MAX];
    size_t n = 0;
    hash_start();
    for (int i = 1; i < argc && n < FILES_MAX; i++)
        tests[n++] = (struct CMUnitTest){ argv[i], run, NULL, NULL, argv[i] };
    return _cmocka_run_group_tests("document_cases", tests, n, NULL, NULL);
}
