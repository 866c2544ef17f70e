/* docs/status.md is drawn from the table that decides: this writes it, or compares.
 * Usage: status_doc [FILE], where FILE must say what this would write. */
#include "core/status.h"

#include "base/buf.h"

#include <stdio.h>
#include <string.h>

static const char *const effects[] = {
    "its time stays as it is",  "its time stays as it is; not before it begins",
    "its time is free at once", "its time is taken again, if it still can be",
    "it can be moved no more",  "it can be moved again"
};

static void add_names(struct buf *out, unsigned bits, int n, struct str (*name)(int))
{
    const char *before = "";
    for (int i = 0; i < n; i++) {
        if ((bits >> i & 1) == 0)
            continue;
        buf_print(out, "%s%.*s", before, STR_ARG(name(i)));
        before = ", ";
    }
}

static struct str status_word(int i)
{
    return status_name((enum status)i);
}

static struct str role_word(int i)
{
    return role_name((enum role)i);
}

static void add_drawing(struct buf *out)
{
    buf_print(out, "```mermaid\nstateDiagram-v2\n    [*] --> unconfirmed: book\n"
                   "    [*] --> confirmed: book\n");
    for (size_t i = 0; i < n_status_steps; i++) {
        const struct status_step *s = &status_steps[i];
        for (int from = 0; from < STATUSES; from++) {
            if ((s->from >> from & 1) != 0 && s->to != STAYS)
                buf_print(out, "    %.*s --> %.*s: %.*s\n", STR_ARG(status_word(from)),
                          STR_ARG(status_word(s->to)), STR_ARG(command_name(s->kind)));
        }
    }
    buf_print(out, "```\n");
}

static void add_table(struct buf *out)
{
    buf_print(out, "| step | from | to | who | its time |\n|---|---|---|---|---|\n");
    for (size_t i = 0; i < n_status_steps; i++) {
        const struct status_step *s = &status_steps[i];
        buf_print(out, "| %.*s | ", STR_ARG(command_name(s->kind)));
        add_names(out, s->from, STATUSES, status_word);
        buf_print(out, " | %.*s | ",
                  STR_ARG(s->to == STAYS ? STR("as it was") : status_word(s->to)));
        add_names(out, s->who, ROLES, role_word);
        buf_print(out, " | %s |\n", effects[s->effect]);
    }
}

static void write_page(struct buf *out)
{
    buf_print(out, "# The status of an order\n\nWritten by tests/core/status_doc.c from the table "
                   "in src/core/include/core/status.h,\nwhich is what decides.\n\n");
    add_drawing(out);
    buf_print(out, "\n");
    add_table(out);
    buf_print(out,
              "\nAn order is live, and its time taken, in every status but cancelled. Whoever "
              "books decides the first one:\nstaff by `status`, the public scheduler by the "
              "brand's `autoConfirm`. What is locked is neither moved nor\nreassigned. "
              "Locking what is locked, or unlocking what is "
              "not, changes nothing: 200 with the version that\nstands, and no line in the "
              "changelog. So does a change, a move or a\nreassignment to what stands already.\n");
}

int main(int argc, char **argv)
{
    struct buf out = { 0 };
    char text[8192];
    write_page(&out);
    if (argc < 2) {
        (void)fwrite(out.own_at, 1, out.len, stdout);
        return 0;
    }
    FILE *file = fopen(argv[1], "r");
    const size_t n = file == NULL ? 0 : fread(text, 1, sizeof text, file);
    if (n == out.len && memcmp(text, out.own_at, n) == 0)
        return 0;
    fprintf(stderr, "%s is not what the table says: write it anew with status_doc > %s\n", argv[1],
            argv[1]);
    return 1;
}
