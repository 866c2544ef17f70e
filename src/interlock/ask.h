/* A command that is one request, as a table says it: where its operands and options go, which
 * version it is about, and what a person reads of the answer.
 *
 *  T1  The same option means the same field on every command (request.c has the dictionary).
 *  T2  --json is the API's object, byte for byte; pages that were joined are one object like it.
 *  T3  A path names a value in the answer: "a.b", "a.0", "^a" one object further out, "a|b" the
 *      first that is there; "@when" is an object's datetime and endtime, "@money" its cents. */
#ifndef INTERLOCK_ASK_H
#define INTERLOCK_ASK_H

#include "cli.h"

struct json_t;

struct column {
    const char *title;
    const char *path;
};

struct table_spec {
    const char *list; /* "inspectors/days/items": lists in lists; NULL: the answer is the row */
    const char *none; /* said when there is no row; NULL: nothing is */
    const struct column *columns;
    size_t n_columns;
    bool is_facts; /* a line per column instead of a line per row */
};

/* A table's columns, counted by the compiler. */
#define COLUMNS(...)                                   \
    .columns = (const struct column[]){ __VA_ARGS__ }, \
    .n_columns = sizeof((const struct column[]){ __VA_ARGS__ }) / sizeof(struct column)

enum { TABLES_PER_VIEW = 2 };

struct view {
    const char *says; /* a sentence with {paths}; NULL: none */
    struct table_spec tables[TABLES_PER_VIEW];
    void (*print)(const struct json_t *root); /* instead of all that; NULL: none */
};

struct request_spec {
    const char *method;
    const char *path;          /* an operand for each {} */
    const char *stands_path;   /* asked for the version that stands; NULL: none is needed */
    const char *stands_at;     /* where it says it */
    bool takes_any_version;    /* cannot be asked: without --version, whatever stands */
    bool any_inspector;        /* is wanted when nobody and no hold is named */
    bool body_is_last_operand; /* a FILE of JSON */
    const char *table_order;   /* --order of a table, when none is given */
    const char *pages;         /* the list that a cursor goes through */
    struct view view;
};

/* ---- request.c ---- */

/* The path with its operands and, for a GET, the options as a query. */
struct str request_target(struct arena *arena, const struct args *args, const char *cursor);
struct str request_stands(struct arena *arena, const struct args *args);
/* The body of a change. False: said what is wrong. NULL for a GET. */
bool request_body(const struct args *args, struct json_t **ret_own);

/* ---- view.c ---- */

void view_print(const struct view *view, const struct json_t *root, bool dry_run);
const struct json_t *view_find(const struct json_t *root, const char *path);
/* The value at the path, fit for a terminal: short instants, no control characters. */
struct str view_text(struct arena *arena, const struct json_t *root, const char *path);
/* On stderr: what an answer's conflicts and alternatives say. */
void view_in_the_way(const struct json_t *root);

/* ---- ask.c ---- */

enum exit_code request_run(const struct args *args);

#endif
