/* What the store's tests share: backends to run on, a small set of rows to ask for, and answers
 * printed as text so that cases can be read. */
#ifndef CONFORMANCE_SUITE_H
#define CONFORMANCE_SUITE_H

#include "base/buf.h"
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { PATH_BYTES = 256 };

/* STR is a compound literal, which gcc does not take in the initializer of a static object. */
#define TEXT(literal)                   \
    {                                   \
        "" literal, sizeof(literal) - 1 \
    }

/* A directory of its own for each test file, with the database "t.db" in it. */
void place_make(void);
void place_clear(void); /* removes the files, keeps the directory */
void place_drop(void);
const char *place_path(const char *suffix); /* "" is the database itself; static storage */

struct store *memory_open(void);
struct store *sqlite_open(void);
struct store *sqlite_read_only_open(void);

/* Commits and asserts that a verdict came. */
enum store_outcome commit(struct store *store, const struct store_change *change, size_t n,
                          size_t *ret_at);
enum store_outcome commit_one(struct store *store, const char *company, uint64_t expected_seq,
                              struct store_entry entry);

struct store_entry entry_make(uint64_t seq);
struct row_claim claim_make(ref_t ref, const char *inspector, int64_t from, int64_t to,
                            ref_t group);

/* The keys of the rows found, "11 13 17"; "-" when none. Static storage. */
const char *answer(struct store *store, struct store_query query);
const char *answer_in(struct store_read *read, struct store_query query);

/* Everything in the store, as text: two equal texts are two equal stores. Caller drops. */
struct buf everything(struct store *store);

/* Two companies, "a" and "b", with the same rows in every table. */
void rows_commit(struct store *store);

#endif
