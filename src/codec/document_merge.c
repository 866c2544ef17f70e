/* Laying a document's rows over the stored ones. */
#include "document_parts.h"

#include <assert.h>
#include <string.h>

struct merging {
    struct arena *arena;
    const struct document *document;
    bool prune;
    struct setting_row *stored; /* sorted */
    size_t n_stored;
    struct setting_row *rows, *changed, *removed;
    struct rows_merged sum;
};

static bool same_row(const struct setting_row *a, const struct setting_row *b)
{
    return str_equal(a->body, b->body) && str_equal(a->personal, b->personal);
}

static void keep(struct merging *m, const struct setting_row *row)
{
    m->rows[m->sum.n_rows++] = *row;
}

static void change(struct merging *m, const struct setting_row *row)
{
    keep(m, row);
    m->changed[m->sum.n_changed++] = *row;
}

static void remove_row(struct merging *m, const struct setting_row *row)
{
    m->removed[m->sum.n_removed++] = *row;
}

/* ---- bodies that are not simply replaced ---- */

static struct json_obj body_open(struct json_reader *reader, struct arena *arena, struct str body,
                                 il_rc *ret_rc, struct il_err *reterr)
{
    *ret_rc = json_reader_open(reader, arena, body, reterr);
    return *ret_rc == IL_OK ? json_root(reader) : (struct json_obj){ .reader = reader };
}

static il_rc company_body(struct arena *arena, struct str body, struct part_company *ret,
                          struct il_err *reterr)
{
    struct json_reader reader;
    il_rc rc;
    struct json_obj o = body_open(&reader, arena, body, &rc, reterr);
    if (rc != IL_OK)
        return rc;
    *ret = company_get(&o, true);
    rc = json_reader_result(&reader, reterr);
    json_reader_drop(&reader);
    return rc;
}

static struct str company_text(struct arena *arena, const struct part_company *p)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    company_put(&j, p, true);
    const struct str text = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

static il_rc company_merge(struct merging *m, struct setting_row *row,
                           const struct setting_row *stored, struct il_err *reterr)
{
    struct part_company before;
    struct part_company after;
    TRY(company_body(m->arena, stored->body, &before, reterr));
    TRY(company_body(m->arena, row->body, &after, reterr));
    settings_lay(&before.settings, &after.settings);
    after.settings = before.settings;
    after.first_brand = before.first_brand;
    row->body = company_text(m->arena, &after);
    return IL_OK;
}

/* Old orders name their inspector and their services: those stay, out of use. */
static il_rc retire(struct merging *m, struct setting_row *row, bool is_inspector,
                    struct il_err *reterr)
{
    struct json_reader reader;
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    il_rc rc;
    struct json_obj o = body_open(&reader, m->arena, row->body, &rc, reterr);
    if (rc != IL_OK)
        return rc;
    if (is_inspector) {
        struct part_inspector p = inspector_get(&o);
        p.is_active = false;
        inspector_put(&j, &p);
    } else {
        struct part_service p = service_get(&o);
        p.service.is_active = false;
        service_put(&j, &p);
    }
    rc = json_reader_result(&reader, reterr);
    json_reader_drop(&reader);
    row->body = str_copy(m->arena, buf_view(&out));
    buf_drop(&out);
    return rc;
}

/* ---- row by row ---- */

static il_rc only_stored(struct merging *m, const struct setting_row *stored, struct il_err *reterr)
{
    const int32_t kind = document_kind_find(stored->kind);
    struct setting_row row = *stored;
    if (kind == KIND_ZONE && m->document->has_kind[KIND_ZONE]) {
        remove_row(m, stored); /* the company has moved to another zone */
        return IL_OK;
    }
    if (!m->prune || kind == NOT_FOUND || !m->document->has_kind[kind]) {
        m->sum.left++;
        keep(m, stored);
        return IL_OK;
    }
    if (kind != KIND_INSPECTOR && kind != KIND_SERVICE) {
        remove_row(m, stored);
        return IL_OK;
    }
    TRY(retire(m, &row, kind == KIND_INSPECTOR, reterr));
    if (same_row(&row, stored)) {
        m->sum.left++;
        keep(m, stored);
    } else {
        change(m, &row);
    }
    return IL_OK;
}

static void only_given(struct merging *m, const struct setting_row *given)
{
    m->sum.created++;
    change(m, given);
}

static il_rc in_both(struct merging *m, const struct setting_row *given,
                     const struct setting_row *stored, struct il_err *reterr)
{
    const int32_t kind = document_kind_find(stored->kind);
    struct setting_row row = *given;
    if (kind == KIND_COMPANY)
        TRY(company_merge(m, &row, stored, reterr));
    /* The zone's data are part of the company's state: an import is no update of them. */
    if (kind == KIND_ZONE)
        row.body = stored->body;
    if (same_row(&row, stored)) {
        m->sum.left++;
        keep(m, stored);
        return IL_OK;
    }
    if (str_equal(row.personal, stored->personal)) {
        row.person = stored->person;
        row.person_hash = stored->person_hash;
    }
    change(m, &row);
    return IL_OK;
}

static il_rc walk(struct merging *m, struct il_err *reterr)
{
    size_t s = 0;
    size_t g = 0;
    while (s < m->n_stored || g < m->document->n_rows) {
        const struct setting_row *stored = &m->stored[s];
        const struct setting_row *given = &m->document->rows[g];
        const int order = s == m->n_stored           ? 1
                          : g == m->document->n_rows ? -1
                                                     : setting_row_order(stored, given);
        if (order < 0)
            TRY(only_stored(m, stored, reterr));
        else if (order > 0)
            only_given(m, given);
        else
            TRY(in_both(m, given, stored, reterr));
        s += order <= 0;
        g += order >= 0;
    }
    return IL_OK;
}

/* ---- which brand is the first ---- */

static bool is_brand(const struct setting_row *rows, size_t n, struct str id)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(rows[i].id, id) && str_equal(rows[i].kind, document_kind_name(KIND_BRAND)))
            return true;
    }
    return false;
}

/* A document that has every brand decides by its order; otherwise it stays as it was. */
static struct str first_brand(const struct merging *m, struct str before)
{
    const struct document *d = m->document;
    struct str any = STR("");
    bool has_all = true;
    for (size_t i = 0; i < m->sum.n_rows; i++) {
        const struct setting_row *row = &m->rows[i];
        if (!str_equal(row->kind, document_kind_name(KIND_BRAND)))
            continue;
        any = any.len == 0 ? row->id : any;
        has_all = has_all && is_brand(d->rows, d->n_rows, row->id);
    }
    if (has_all && d->first_brand.len > 0)
        return d->first_brand;
    if (before.len > 0 && is_brand(m->rows, m->sum.n_rows, before))
        return before;
    return d->first_brand.len > 0 ? d->first_brand : any;
}

static struct setting_row *company_row(struct setting_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(rows[i].kind, document_kind_name(KIND_COMPANY)))
            return &rows[i];
    }
    return NULL;
}

/* Only now is known which brands there are; the company's row may become a changed one. */
static il_rc brands_settle(struct merging *m, struct il_err *reterr)
{
    struct setting_row *row = company_row(m->rows, m->sum.n_rows);
    struct part_company company;
    if (row == NULL)
        return il_invalid(reterr, "type", "/company", "/company: is required");
    TRY(company_body(m->arena, row->body, &company, reterr));
    const struct str first = first_brand(m, company.first_brand);
    if (str_equal(first, company.first_brand))
        return IL_OK;
    company.first_brand = first;
    row->body = company_text(m->arena, &company);
    struct setting_row *listed = company_row(m->changed, m->sum.n_changed);
    if (listed == NULL) {
        m->sum.left--;
        listed = &m->changed[m->sum.n_changed++];
    }
    *listed = *row;
    setting_rows_sort(m->changed, m->sum.n_changed);
    return IL_OK;
}

static il_rc first_import_check(const struct merging *m, struct il_err *reterr)
{
    if (m->n_stored > 0)
        return IL_OK;
    if (!m->document->has_kind[KIND_SERVICE])
        return il_invalid(reterr, "type", "/services", "/services: is required for a new company");
    if (!m->document->has_kind[KIND_INSPECTOR])
        return il_invalid(reterr, "type", "/inspectors",
                          "/inspectors: is required for a new company");
    return IL_OK;
}

il_rc document_merge(struct arena *arena, struct setting_rows stored,
                     const struct document *document, bool prune, struct rows_merged *ret,
                     struct il_err *reterr)
{
    const size_t room = stored.n + document->n_rows;
    struct merging m = { .arena = arena,
                         .document = document,
                         .prune = prune,
                         .stored = arena_array(arena, struct setting_row, stored.n + 1),
                         .n_stored = stored.n,
                         .rows = arena_array(arena, struct setting_row, room),
                         .changed = arena_array(arena, struct setting_row, room),
                         .removed = arena_array(arena, struct setting_row, room) };
    if (stored.n > 0)
        memcpy(m.stored, stored.at, stored.n * sizeof *stored.at);
    setting_rows_sort(m.stored, stored.n);
    TRY(first_import_check(&m, reterr));
    TRY(walk(&m, reterr));
    TRY(brands_settle(&m, reterr));
    m.sum.rows = m.rows;
    m.sum.changed = m.changed;
    m.sum.removed = m.removed;
    *ret = m.sum;
    return IL_OK;
}
