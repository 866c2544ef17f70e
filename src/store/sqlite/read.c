/* Read views: one connection and one read transaction each (S6), from a pool that grows to the
 * number of views open at once. A visitor may look up more in the same view. */
#include "store/sqlite.h"

#include "base/buf.h"

#include <assert.h>
#include <string.h>

enum {
    AT_COMPANY = 1,
    AT_REF,
    AT_TEXT,
    AT_TEXT2,
    AT_FROM,
    AT_TO,
    AT_KEY,
    AT_HASH,
    AT_LIMIT,
};

/* claim BY_TIME is for one inspector; all of them are asked one after the other, so that the order
 * costs no sort and a limit ends the work. */
static const char *const wheres[TABLE_COUNT][BY_COUNT] = {
    [TABLE_COMPANY] = { [BY_ALL] = "1 ORDER BY id", [BY_ID] = "id = ?3" },
    [TABLE_ENTRY] = { [BY_ALL] = "company_id = ?1 AND seq > ?2 ORDER BY seq",
                      [BY_REF] = "company_id = ?1 AND seq = ?2",
                      [BY_OWNER] = "company_id = ?1 AND seq IN (SELECT seq FROM touch WHERE "
                                   "company_id = ?1 AND ref = ?2) ORDER BY seq",
                      [BY_FIRST] = "(company_id, seq) IN (SELECT company_id, min(seq) FROM entry "
                                   "GROUP BY company_id) ORDER BY company_id" },
    [TABLE_SETTING] = { [BY_ALL] = "company_id = ?1 ORDER BY kind, id",
                        [BY_ID] = "company_id = ?1 AND kind = ?3 AND id = ?4" },
    [TABLE_CLAIM] = { [BY_ALL] = "company_id = ?1 AND ref > ?2 ORDER BY ref",
                      [BY_REF] = "company_id = ?1 AND ref = ?2",
                      [BY_OWNER] = "company_id = ?1 AND owner = ?2 ORDER BY ref",
                      [BY_TIME] =
                          "company_id = ?1 AND ref IN ("
                          "SELECT ref FROM claim INDEXED BY claim_time WHERE company_id = ?1 AND "
                          "inspector_id = ?3 AND ends_at > ?5 AND ends_at < ?6 + 86400"
                          " AND starts_at < ?6 UNION ALL "
                          "SELECT ref FROM claim INDEXED BY claim_long WHERE company_id = ?1 AND "
                          "inspector_id = ?3 AND ends_at > ?5 AND starts_at < ?6"
                          " AND ends_at - starts_at > 86400) ORDER BY starts_at, ref" },
    [TABLE_HOLD] = { [BY_ALL] = "company_id = ?1 AND ref > ?2 ORDER BY ref",
                     [BY_REF] = "company_id = ?1 AND ref = ?2",
                     [BY_STATE] = "company_id = ?1 AND state = ?3 AND ref > ?2 ORDER BY ref" },
    [TABLE_ABSENCE] = { [BY_ALL] = "company_id = ?1 AND ref > ?2 ORDER BY ref",
                        [BY_REF] = "company_id = ?1 AND ref = ?2",
                        [BY_ID] = "company_id = ?1 AND id = ?3" },
    [TABLE_INSPECTION] = { [BY_ALL] = "company_id = ?1 AND ref > ?2 ORDER BY ref",
                           [BY_REF] = "company_id = ?1 AND ref = ?2",
                           [BY_ID] = "company_id = ?1 AND id = ?3",
                           [BY_ORDER] = "company_id = ?1 AND order_number = ?5",
                           [BY_EXTERNAL] = "company_id = ?1 AND key_id = ?3 AND external_ref = ?4"
                                           " AND external_ref <> ''",
                           [BY_PLACE] = "company_id = ?1 AND place_key = ?7 AND place_key <> 0"
                                        " AND starts_at >= ?5 AND starts_at < ?6"
                                        " ORDER BY starts_at, ref",
                           [BY_TIME] = "company_id = ?1 AND starts_at >= ?5 AND starts_at < ?6"
                                       " ORDER BY starts_at, ref",
                           [BY_AFTER] = "company_id = ?1 AND (starts_at, ref) > (?5, ?2)"
                                        " AND starts_at < ?6 ORDER BY starts_at, ref",
                           [BY_BEFORE] = "company_id = ?1 AND (starts_at, ref) < (?6, ?2)"
                                         " AND starts_at >= ?5 ORDER BY starts_at DESC, ref DESC",
                           [BY_NEWEST] = "company_id = ?1 AND ref < ?2 AND ref > ?7"
                                         " ORDER BY ref DESC" },
    [TABLE_CONFLICT] = { [BY_ALL] = "company_id = ?1 AND ref > ?2 ORDER BY ref",
                         [BY_REF] = "company_id = ?1 AND ref = ?2",
                         [BY_STATE] = "company_id = ?1 AND state = ?3 AND ref > ?2 ORDER BY ref" },
    [TABLE_PERSON] = { [BY_ALL] = "company_id = ?1 AND ref > ?2 ORDER BY ref",
                       [BY_REF] = "company_id = ?1 AND ref = ?2" },
    [TABLE_IDEMPOTENCY] = { [BY_ALL] = "company_id = ?1 ORDER BY key_id, key_text",
                            [BY_ID] = "company_id = ?1 AND key_id = ?3 AND key_text = ?4",
                            [BY_AFTER] = "company_id = ?1 AND (key_id, key_text) > (?3, ?4)"
                                         " ORDER BY key_id, key_text" },
    [TABLE_OUTBOX] = { [BY_ALL] = "company_id = ?1 AND ref > ?2 ORDER BY ref",
                       [BY_REF] = "company_id = ?1 AND ref = ?2",
                       [BY_OWNER] = "company_id = ?1 AND owner = ?2 ORDER BY ref",
                       [BY_STATE] = "company_id = ?1 AND state = ?3 AND ref > ?2 ORDER BY ref" },
    [TABLE_KEY] = { [BY_ALL] = "company_id = ?1 ORDER BY id",
                    [BY_ID] = "company_id = ?1 AND id = ?3",
                    [BY_SECRET] = "secret = ?8" },
    [TABLE_TOUCH] = { [BY_ALL] = "company_id = ?1 AND ref > ?2 ORDER BY ref, seq" },
    [TABLE_SEARCH_BLOCK] = { [BY_ALL] = "company_id = ?1 AND last > ?2 ORDER BY last" },
    [TABLE_SEARCH_PART] = { [BY_ALL] = "company_id = ?1 AND block > ?2 ORDER BY block, word",
                            [BY_OWNER] = "company_id = ?1 AND block = ?2 ORDER BY word",
                            [BY_WORD] = "company_id = ?1 AND block = ?2 AND word <= ?4 AND "
                                        "word >= coalesce((SELECT max(word) FROM search_part "
                                        "WHERE company_id = ?1 AND block = ?2 AND word <= ?3), ?3)"
                                        " ORDER BY word" },
};

/* The same for one status: by the index of those that are not confirmed. */
static const char *const status_wheres[BY_COUNT] = {
    [BY_AFTER] = "company_id = ?1 AND status = ?3 AND status <> 'confirmed' AND "
                 "(starts_at, ref) > (?5, ?2) AND starts_at < ?6 ORDER BY starts_at, ref",
    [BY_BEFORE] = "company_id = ?1 AND status = ?3 AND status <> 'confirmed' AND "
                  "(starts_at, ref) < (?6, ?2) AND starts_at >= ?5 "
                  "ORDER BY starts_at DESC, ref DESC",
};

static bool is_by_status(const struct store_query *query)
{
    return query->table == TABLE_INSPECTION && query->text.len > 0 &&
           status_wheres[query->by] != NULL;
}

static bool is_listed(const struct store_query *query)
{
    return query->table == TABLE_INSPECTION && query->is_listed && !is_by_status(query);
}

static sqlite3_stmt **find_cached(struct lite_read *read, const struct store_query *query)
{
    if (is_by_status(query))
        return &read->status_finds[query->by];
    return is_listed(query) ? &read->listed_finds[query->by]
                            : &read->finds[query->table][query->by];
}

static il_rc view_begin(struct lite_read *read, struct il_err *reterr)
{
    const int rc = sqlite3_step(read->begin);
    int64_t ignored = 0;

    sqlite3_reset(read->begin);
    if (rc != SQLITE_DONE)
        return lite_fail(read->db, rc, "BEGIN", reterr);
    /* BEGIN alone takes no snapshot; the first look does. */
    return lite_number(read->db, "SELECT count(*) FROM meta", &ignored, reterr);
}

static struct lite_read *idle_take(struct lite *store)
{
    pthread_mutex_lock(&store->pool_lock);
    struct lite_read *read = store->idle;
    if (read)
        store->idle = read->next_idle;
    pthread_mutex_unlock(&store->pool_lock);
    return read;
}

il_rc lite_read_open(struct store *base, struct store_read **ret, struct il_err *reterr)
{
    struct lite *store = (struct lite *)base;
    struct lite_read *read = idle_take(store);

    if (!read)
        TRY(lite_reader_open(store, &read, reterr));
    const il_rc rc = view_begin(read, reterr);
    if (rc == IL_OK)
        *ret = &read->base;
    else
        lite_reader_drop(read);
    return rc;
}

il_rc lite_read_own(struct store *base, struct store_read **ret, struct il_err *reterr)
{
    struct lite *store = (struct lite *)base;

    assert(store->own);
    TRY(view_begin(store->own, reterr));
    *ret = &store->own->base;
    return IL_OK;
}

void lite_read_close(struct store_read *base)
{
    struct lite_read *read = (struct lite_read *)base;
    struct lite *store = read->store;
    const int rc = sqlite3_step(read->end);

    sqlite3_reset(read->end);
    /* A view of its own that did not end is told of by the next BEGIN on its connection. */
    if (read->is_own)
        return;
    if (rc != SQLITE_DONE) {
        lite_reader_drop(read);
        return;
    }
    pthread_mutex_lock(&store->pool_lock);
    read->next_idle = store->idle;
    store->idle = read;
    pthread_mutex_unlock(&store->pool_lock);
}

static il_rc find_prepare(struct lite_read *read, const struct store_query *query,
                          sqlite3_stmt **ret, struct il_err *reterr)
{
    const struct row_shape *shape = row_shape(query->table);
    const char *where =
        is_by_status(query) ? status_wheres[query->by] : wheres[query->table][query->by];
    struct buf sql = { 0 };

    assert(where);
    buf_print(&sql, "SELECT %s", shape->company);
    for (size_t i = 0; i < shape->n_columns; i++) {
        const bool left_out = is_listed(query) && strcmp(shape->columns[i].name, "doc") == 0;
        buf_print(&sql, ", %s", left_out ? "x''" : shape->columns[i].name);
    }
    buf_print(&sql, " FROM %s WHERE %s LIMIT ?9", shape->table, where);
    buf_add_char(&sql, '\0');
    const il_rc rc = lite_prepare(read->db, sql.own_at, ret, reterr);
    buf_drop(&sql);
    return rc;
}

static struct str column_str(sqlite3_stmt *statement, int at)
{
    const char *bytes = sqlite3_column_blob(statement, at);

    return (struct str){ bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, at) };
}

static void column_read(sqlite3_stmt *statement, int at, const struct column *column, void *row)
{
    void *value = (char *)row + column->at;
    struct str bytes;

    switch (column->type) {
    case COLUMN_INT:
        *(int64_t *)value = sqlite3_column_int64(statement, at);
        break;
    case COLUMN_REF:
        *(uint64_t *)value = (uint64_t)sqlite3_column_int64(statement, at);
        break;
    case COLUMN_INT32:
        *(int32_t *)value = sqlite3_column_int(statement, at);
        break;
    case COLUMN_BYTE:
        *(uint8_t *)value = (uint8_t)sqlite3_column_int(statement, at);
        break;
    case COLUMN_BOOL:
        *(bool *)value = sqlite3_column_int(statement, at) != 0;
        break;
    case COLUMN_TEXT:
    case COLUMN_BLOB:
        *(struct str *)value = column_str(statement, at);
        break;
    case COLUMN_HASH:
        bytes = column_str(statement, at);
        if (bytes.len == HASH_BYTES)
            memcpy(value, bytes.at, HASH_BYTES);
        break;
    }
}

static void query_bind(sqlite3_stmt *statement, const struct store_query *query, size_t limit)
{
    const uint64_t ref = query->ref > INT64_MAX ? INT64_MAX : query->ref;

    lite_bind_str(statement, AT_COMPANY, query->company);
    sqlite3_bind_int64(statement, AT_REF, (int64_t)ref);
    lite_bind_str(statement, AT_TEXT, query->text);
    lite_bind_str(statement, AT_TEXT2, query->text2);
    sqlite3_bind_int64(statement, AT_FROM, query->from);
    sqlite3_bind_int64(statement, AT_TO, query->to);
    sqlite3_bind_int64(statement, AT_KEY, query->key);
    lite_bind_blob(statement, AT_HASH, (struct str){ (const char *)query->hash.at, HASH_BYTES });
    sqlite3_bind_int64(statement, AT_LIMIT, limit == 0 || limit > INT64_MAX ? -1 : (int64_t)limit);
}

struct search {
    const struct store_query *query;
    store_visit visit;
    void *context;
    size_t found;
};

static il_rc rows_visit(struct lite_read *read, sqlite3_stmt *statement, struct search *search,
                        struct il_err *reterr)
{
    const enum store_table table = search->query->table;
    const struct row_shape *shape = row_shape(table);
    int rc;

    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        union any_row row = { 0 };

        for (size_t c = 0; c < shape->n_columns; c++)
            column_read(statement, (int)c + 1, &shape->columns[c], &row);
        if (table == TABLE_KEY)
            row.key.company = column_str(statement, 0);
        if (table == TABLE_ENTRY)
            row.entry.company = column_str(statement, 0);
        search->found++;
        TRY(search->visit(search->context, &row, reterr));
    }
    return rc == SQLITE_DONE ? IL_OK : lite_fail(read->db, rc, shape->table, reterr);
}

/* With query->text replaced by `text`, and what is left of the limit. */
static il_rc rows_find(struct lite_read *read, struct search *search, struct str text,
                       struct il_err *reterr)
{
    struct store_query query = *search->query;
    sqlite3_stmt **cached = find_cached(read, &query);
    sqlite3_stmt *statement = *cached;
    const bool nested = statement && sqlite3_stmt_busy(statement);

    if (!statement || nested)
        TRY(find_prepare(read, &query, &statement, reterr));
    if (!*cached)
        *cached = statement;
    query.text = text;
    query_bind(statement, &query, query.limit == 0 ? 0 : query.limit - search->found);
    const il_rc rc = rows_visit(read, statement, search, reterr);
    sqlite3_reset(statement);
    if (nested)
        sqlite3_finalize(statement);
    return rc;
}

/* Leaves *inspector empty when there is none after it. */
static il_rc inspector_next(struct lite_read *read, struct str company, struct buf *inspector,
                            struct il_err *reterr)
{
    if (!read->next_inspector)
        TRY(lite_prepare(read->db,
                         "SELECT inspector_id FROM claim INDEXED BY claim_time "
                         "WHERE company_id = ?1 AND inspector_id > ?2 "
                         "ORDER BY inspector_id LIMIT 1",
                         &read->next_inspector, reterr));
    lite_bind_str(read->next_inspector, 1, company);
    lite_bind_str(read->next_inspector, 2, buf_view(inspector));
    const int rc = sqlite3_step(read->next_inspector);
    const il_rc result = rc == SQLITE_ROW || rc == SQLITE_DONE
                             ? IL_OK
                             : lite_fail(read->db, rc, "inspectors", reterr);
    buf_clear(inspector);
    if (rc == SQLITE_ROW)
        buf_add_str(inspector, column_str(read->next_inspector, 0));
    sqlite3_reset(read->next_inspector);
    return result;
}

static il_rc every_inspector(struct lite_read *read, struct search *search, struct buf *inspector,
                             struct il_err *reterr)
{
    const struct store_query *query = search->query;

    TRY(inspector_next(read, query->company, inspector, reterr));
    while (inspector->len > 0 && (query->limit == 0 || search->found < query->limit)) {
        TRY(rows_find(read, search, buf_view(inspector), reterr));
        TRY(inspector_next(read, query->company, inspector, reterr));
    }
    return IL_OK;
}

il_rc lite_find(struct store_read *base, const struct store_query *query, store_visit visit,
                void *context, struct il_err *reterr)
{
    struct lite_read *read = (struct lite_read *)base;
    struct search search = { .query = query, .visit = visit, .context = context };
    struct buf inspector = { 0 };

    if (query->table != TABLE_CLAIM || query->by != BY_TIME || query->text.len > 0)
        return rows_find(read, &search, query->text, reterr);
    const il_rc rc = every_inspector(read, &search, &inspector, reterr);
    buf_drop(&inspector);
    return rc;
}

static il_rc strangers_visit(struct lite_read *read, sqlite3_stmt *statement, const char *table,
                             struct search *search, struct il_err *reterr)
{
    int rc;

    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct row_stranger stranger = { table, column_str(statement, 0),
                                               sqlite3_column_int64(statement, 1) };

        TRY(search->visit(search->context, &stranger, reterr));
    }
    return rc == SQLITE_DONE ? IL_OK : lite_fail(read->db, rc, table, reterr);
}

/* The file is looked through rarely: the statements are not kept. */
il_rc lite_strangers(struct store_read *base, store_visit visit, void *context,
                     struct il_err *reterr)
{
    struct lite_read *read = (struct lite_read *)base;
    struct search search = { .visit = visit, .context = context };
    il_rc rc = IL_OK;

    for (int table = TABLE_COMPANY + 1; table < TABLE_COUNT && rc == IL_OK; table++) {
        const struct row_shape *shape = row_shape((enum store_table)table);
        sqlite3_stmt *statement = NULL;
        struct buf sql = { 0 };

        buf_print(&sql,
                  "SELECT %s, count(*) FROM %s WHERE %s NOT IN (SELECT id FROM company) "
                  "GROUP BY 1 ORDER BY 1",
                  shape->company, shape->table, shape->company);
        buf_add_char(&sql, '\0');
        rc = lite_prepare(read->db, sql.own_at, &statement, reterr);
        buf_drop(&sql);
        if (rc == IL_OK)
            rc = strangers_visit(read, statement, shape->table, &search, reterr);
        sqlite3_finalize(statement);
    }
    return rc;
}
