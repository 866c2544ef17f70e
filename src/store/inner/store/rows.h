/* What the rows look like, said once: the columns of each table, where they stand in the row
 * struct, and what each way of asking means for the memory model and for SQL alike. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "store/store.h"

enum { TABLE_COUNT = TABLE_SEARCH_PART + 1, BY_COUNT = BY_WORD + 1 };

enum column_type {
    COLUMN_INT,   /* int64_t */
    COLUMN_REF,   /* uint64_t, at most INT64_MAX: SQL has no unsigned numbers */
    COLUMN_INT32, /* int32_t */
    COLUMN_BYTE,  /* uint8_t */
    COLUMN_BOOL,  /* bool */
    COLUMN_TEXT,  /* struct str */
    COLUMN_BLOB,  /* struct str of any bytes */
    COLUMN_HASH,  /* struct hash */
};

struct column {
    const char *name;
    enum column_type type;
    size_t at; /* offset in the row struct */
};

struct row_shape {
    const char *table;   /* in SQL */
    const char *company; /* the column that names the company */
    size_t n_key;        /* the first columns, which with the company are the primary key */
    bool upserts;        /* false: a row is written once, the same key again is refused; true: the
                          * same key again is the row as it now is */
    const struct column *columns;
    size_t n_columns;
    size_t bytes; /* of the row struct */
};

/* A union, so that a row of any table can be made on the stack. */
union any_row {
    struct row_company company;
    struct row_entry entry;
    struct row_setting setting;
    struct row_claim claim;
    struct row_hold hold;
    struct row_absence absence;
    struct row_inspection inspection;
    struct row_conflict conflict;
    struct row_person person;
    struct row_idempotency idempotency;
    struct row_outbox outbox;
    struct row_key key;
    struct row_touch touch;
    struct row_search_block search_block;
    struct row_search_part search_part;
};

const struct row_shape *row_shape(enum store_table table);

/* The upserted rows of an entry: array, count and size, by table; n is 0 for the other tables. */
struct row_list {
    const char *at;
    size_t n;
};
struct row_list row_list(const struct store_entry *entry, enum store_table table);
/* The same of the words: SEARCH_BLOCK and SEARCH_PART. */
struct row_list row_list_search(const struct store_search *search, enum store_table table);

/* A row of a commit that asks for its own deletion. */
bool row_is_removed(enum store_table table, const void *row);

#endif
