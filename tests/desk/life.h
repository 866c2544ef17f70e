/* A table of lives, as its files share it: the words of a line, the desk of a case, what was named.
 */
#ifndef DESK_TESTS_LIFE_H
#define DESK_TESTS_LIFE_H

#include "rig.h"

enum { NAMES_MAX = 256, WORDS_MAX = 24, LINE_MAX_BYTES = 1024, ASSIGNMENTS_MAX = 4 };

struct named {
    char name[16];
    ref_t ref, owner; /* owner: as evidence and conflicts name it */
    struct str id;
    int64_t version;
};

struct life {
    struct arena arena;
    struct rig_clock clock;
    struct desk *desk;
    struct str company;
    struct named names[NAMES_MAX];
    size_t n_names;
    struct str words[WORDS_MAX];
    size_t n_words, n_asked; /* n_asked: words before the arrow */
    const char *file;
    int line, n_cases, n_lines, n_faults;
};

/* life_ask.c: the words before the arrow. */
bool word_find(const struct life *l, size_t from, size_t to, const char *name, struct str *ret);
struct str asked(const struct life *l, const char *name);
bool is_asked(const struct life *l, const char *name);
int64_t number(struct life *l, struct str text);
struct instant_text instant(struct life *l, struct str text);
struct strs list(struct life *l, struct str text);
struct named *named(struct life *l, struct str name, bool make);
ref_t hold_ref(struct life *l, struct str name);
utc_s now_of(struct life *l);
const struct image *image_of(struct life *l);
utc_s resolve(struct life *l, struct str text);
bool job_asked(struct life *l, struct desk_job *ret); /* false: no such verb */

/* life_answer.c: what a verb was answered. All faults are said, none ends the table. */
void wrong(struct life *l, struct str expected, struct str got);
void expect_str(struct life *l, struct str expected, struct str got);
struct str name_of(const struct life *l, ref_t owner);
void run_verb(struct life *l);

#endif
