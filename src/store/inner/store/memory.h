/* The memory model's own parts: rows in the heap, each in the ordered lists of its table. */
#ifndef STORE_MEMORY_H
#define STORE_MEMORY_H

#include "store/rows.h"

#include <pthread.h>

/* skip.c: an ordered list with O(log n) look-up (Pugh 1990); it does not own its rows. Orders are
 * total: no two rows of one list are equal. */
typedef int (*row_order)(const void *a, const void *b);

enum { SKIP_LEVELS = 20 };

struct skip_node {
    void *row; /* NULL in a head */
    struct skip_node *next[];
};

struct skip {
    row_order order;
    struct skip_node *own_head; /* NULL while empty */
    uint64_t dice;
};

struct skip skip_make(row_order order);
void skip_drop(struct skip *list);
struct skip_node *skip_seek(const struct skip *list, const void *probe); /* first not before it */
void *skip_find(const struct skip *list, const void *probe);             /* the equal one or NULL */
void skip_put(struct skip *list, void *row);
void skip_take(struct skip *list, const void *row);

enum { INDEX_MAX = 6 };

/* How a table's rows are listed; the first list is by primary key. */
struct memory_index {
    row_order order;
    bool unique;
    bool (*holds)(const void *row); /* NULL: every row */
};

/* Lists by number, where a search needs to name one. */
enum {
    CLAIM_BY_TIME = 1,
    CLAIM_BY_OWNER = 2,
    ABSENCE_BY_ID = 1,
    HOLD_BY_STATE = 1,
    INSPECTION_BY_ID = 1,
    INSPECTION_BY_ORDER = 2,
    INSPECTION_BY_EXTERNAL = 3,
    INSPECTION_BY_PLACE = 4,
    INSPECTION_BY_TIME = 5,
    CONFLICT_BY_STATE = 1,
    OUTBOX_BY_OWNER = 1,
    OUTBOX_BY_STATE = 2,
    KEY_BY_SECRET = 1,
};

struct memory_company {
    struct row_company row; /* first: the list of companies is ordered by it */
    int64_t longest;        /* no claim was ever longer: where a look for overlaps may start */
    struct skip tables[TABLE_COUNT][INDEX_MAX];
};

struct memory {
    struct store base;
    struct hash secret;
    struct store_stats stats;
    struct skip companies, secrets;
    pthread_mutex_t lock;
    pthread_cond_t no_readers;
    size_t readers;
    struct store_read read; /* all views are alike: the store does not change under them */
};

/* memory.c */
const struct memory_index *memory_index(int table, int number); /* NULL past the last */
struct skip *memory_list(struct memory *store, struct memory_company *company, int table,
                         int number);
struct memory_company *memory_company_make(struct str id);
void memory_company_drop(struct memory_company *company);
int64_t time_minus(int64_t at, int64_t seconds); /* saturating */

/* write.c, find.c */
IL_MUST il_rc memory_commit(struct store *store, const struct store_change *changes, size_t n,
                            enum store_outcome *ret, size_t *ret_at, struct il_err *reterr);
IL_MUST il_rc memory_find(struct store_read *read, const struct store_query *query,
                          store_visit visit, void *context, struct il_err *reterr);

#endif
