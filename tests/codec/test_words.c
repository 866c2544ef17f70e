/* Runs cases/finding.words: what finds an order, and what does not. */
#include "codec/document.h"
#include "codec/entry_json.h"
#include "codec/words.h"

#include <stdio.h>
#include <string.h>

enum { FILE_BYTES_MAX = 64 * 1024, ARENA_BYTES = 16 * 1024 * 1024 };

struct told { /* an order, as its line says it */
    int64_t number;
    struct str ref, external, address, name, phone, email, notes, agent;
};

static struct str trimmed(struct str s)
{
    while (s.len > 0 && s.at[0] == ' ')
        s = (struct str){ s.at + 1, s.len - 1 };
    while (s.len > 0 && s.at[s.len - 1] == ' ')
        s.len--;
    return s;
}

/* <U+0301> stands for a mark of its own, which an editor would join to its letter. */
static struct str marked(struct arena *arena, struct str text)
{
    char *at = arena_array(arena, char, text.len + 1);
    size_t n = 0;
    while (text.len > 0) {
        const bool is_mark = str_starts(text, STR("<U+0301>"));
        const size_t taken = is_mark ? 8 : 1;
        memcpy(at + n, is_mark ? "\xcc\x81" : text.at, is_mark ? 2 : 1);
        n += is_mark ? 2 : 1;
        text = (struct str){ text.at + taken, text.len - taken };
    }
    return (struct str){ at, n };
}

static struct str *field_of(struct told *t, struct str word)
{
    const struct {
        const char *name;
        struct str *field;
    } fields[] = { { "ref", &t->ref },     { "external", &t->external }, { "address", &t->address },
                   { "name", &t->name },   { "phone", &t->phone },       { "email", &t->email },
                   { "notes", &t->notes }, { "agent", &t->agent } };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (str_equal(word, str_from(fields[i].name)))
            return fields[i].field;
    }
    return NULL;
}

static struct told told_read(struct arena *arena, struct str line)
{
    struct told t = { .number = 0 };
    struct str *field = NULL;
    bool is_number = false;
    while (line.len > 0) {
        const struct str word = str_cut(&line, ' ');
        struct str *next = field_of(&t, word);
        if (is_number && str_to_int(word, &t.number))
            is_number = false;
        else if (str_equal(word, STR("number")))
            is_number = true;
        else if (next != NULL)
            field = next;
        else if (field != NULL)
            *field = str_print(arena, "%.*s%s%.*s", STR_ARG(*field), field->len > 0 ? " " : "",
                               STR_ARG(word));
    }
    return t;
}

static struct strs words_of_told(struct arena *arena, const struct told *t)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    json_open(&j, "client", '{');
    json_put_str(&j, "name", marked(arena, t->name));
    json_put_str(&j, "email", t->email);
    json_put_str(&j, "phone", t->phone);
    json_end_object(&j);
    json_open(&j, "agents", '[');
    json_start_object(&j);
    json_put_str(&j, "name", t->agent);
    json_end_object(&j);
    json_end_array(&j);
    json_put_str(&j, "address", t->address);
    json_put_str(&j, "notes", t->notes);
    json_end_object(&j);
    struct external_id id = { STR("s"), STR("a"), t->external };
    struct inspection record = { .id = STR("i"),
                                 .external_ids = &id,
                                 .n_external_ids = t->external.len > 0 };
    const struct assignment lead = { .inspector = STR("ann"),
                                     .role = STR("lead"),
                                     .when = { 0, 1 } };
    struct buf doc = { 0 };
    record.assignments = &lead;
    record.n_assignments = 1;
    record.when = lead.when;
    inspection_write(&doc, &record);
    const struct words_of order = { t->number, t->ref, str_copy(arena, buf_view(&doc)),
                                    str_copy(arena, buf_view(&out)) };
    buf_drop(&out);
    buf_drop(&doc);
    return words_read(arena, &order);
}

static size_t line_judge(struct arena *arena, const struct strs *words, struct str line, bool finds,
                         size_t number)
{
    size_t wrong = 0;
    while (line.len > 0) {
        const struct str text = trimmed(str_cut(&line, '|'));
        struct question question;
        const bool read = question_read(arena, text, &question);
        if (read && words_answer(words, &question) == finds)
            continue;
        printf("line %zu: \"%.*s\" %s\n", number, STR_ARG(text),
               !read   ? "is no question"
               : finds ? "does not find it"
                       : "finds it");
        wrong++;
    }
    return wrong;
}

static size_t file_run(struct arena *arena, struct str text, size_t *ret_lines)
{
    struct strs words = { NULL, 0 };
    size_t wrong = 0;
    for (size_t number = 1; text.len > 0; number++) {
        struct str line = str_cut(&text, '\n');
        const struct str word = str_cut(&line, ' ');
        if (str_equal(word, STR("order"))) {
            const struct told t = told_read(arena, trimmed(line));
            words = words_of_told(arena, &t);
        } else if (str_equal(word, STR("finds")) || str_equal(word, STR("misses"))) {
            wrong += line_judge(arena, &words, line, str_equal(word, STR("finds")), number);
            ++*ret_lines;
        }
    }
    return wrong;
}

int main(int argc, char **argv)
{
    static char bytes[FILE_BYTES_MAX];
    struct arena arena = arena_make(ARENA_BYTES);
    size_t lines = 0;
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    if (file == NULL)
        return 2;
    const size_t n = fread(bytes, 1, sizeof bytes, file);
    (void)fclose(file);
    const size_t wrong = file_run(&arena, (struct str){ bytes, n }, &lines);
    printf("%zu lines, %zu questions wrong\n", lines, wrong);
    arena_drop(&arena);
    return wrong == 0 && lines > 0 ? 0 : 1;
}
