/* One setting of a company changed by itself: what an import of a document with just that would do.
 *
 *  X1  The words and the rules are the import's: it is the same document, the same merge, the same
 *      checks. What orders or holds name is never taken away: an inspector or a service is retired,
 *      a brand stays.
 *  X2  Decided by the writer on the rows as they stand; two such changes of a company are never in
 *      one batch, because the second needs the rows that the first leaves. */
#include "desk_parts.h"

#include <string.h>

static const char *const list_names[DOCUMENT_KINDS] = {
    [KIND_COMPANY] = "company",      [KIND_BRAND] = "brands", [KIND_SERVICE] = "services",
    [KIND_INSPECTOR] = "inspectors", [KIND_AREA] = "areas",   [KIND_OPENING] = "openings",
    [KIND_HOLIDAY] = "holidays",
};

const char *setting_list_name(enum document_kind kind)
{
    return list_names[kind];
}

struct changing {
    const struct deciding *on;
    const struct rows_at *in;
    struct desk_job *job;
    struct setting_row *stored;
    size_t n_stored;
    const struct setting_row *row; /* the one as it stands, or NULL */
    struct document document;
    struct configured *ret;
};

static const struct setting_row *row_find(const struct setting_row *rows, size_t n,
                                          enum document_kind kind, struct str id)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(rows[i].kind, document_kind_name(kind)) &&
            (kind == KIND_COMPANY || str_equal(rows[i].id, id)))
            return &rows[i];
    }
    return NULL;
}

/* ---- the document ---- */

static struct str row_text(struct arena *arena, const struct setting_row *row)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    document_write_row(&j, arena, row);
    const struct str text = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

/* As it would stand in a document. */
static struct str wanted_text(struct changing *c)
{
    const struct setting_wish *wish = &c->job->setting;
    if (wish->how != SETTING_MERGE)
        return wish->text;
    return json_merge_patch(c->in->arena, row_text(c->in->arena, c->row), wish->text, NULL, 0);
}

static struct str document_text(struct changing *c)
{
    struct arena *arena = c->in->arena;
    const enum document_kind kind = c->job->setting.kind;
    const struct str wanted = wanted_text(c);
    const struct setting_row *company = row_find(c->stored, c->n_stored, KIND_COMPANY, STR(""));
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    json_put_int(&j, "interlock", 1);
    json_put_raw(&j, "company", kind == KIND_COMPANY ? wanted : row_text(arena, company));
    if (kind != KIND_COMPANY) {
        json_open(&j, list_names[kind], '[');
        json_raw(&j, wanted);
        json_end_array(&j);
    }
    json_end_object(&j);
    const struct str text = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

/* A list without the one that is to go. */
static void document_without(struct changing *c)
{
    const struct setting_wish *wish = &c->job->setting;
    struct setting_row *rows = arena_array(c->in->arena, struct setting_row, c->n_stored);
    size_t n = 0;
    for (size_t i = 0; i < c->n_stored; i++) {
        if (str_equal(c->stored[i].kind, document_kind_name(wish->kind)) && &c->stored[i] != c->row)
            rows[n++] = c->stored[i];
    }
    c->document = (struct document){ .company_id = c->job->company, .rows = rows, .n_rows = n };
    c->document.has_kind[wish->kind] = true;
}

static il_rc document_make(struct changing *c, struct il_err *reterr)
{
    const struct setting_wish *wish = &c->job->setting;
    if (wish->how == SETTING_REMOVE) {
        document_without(c);
        return IL_OK;
    }
    TRY(document_read(c->in->arena, document_text(c), c->on->desk->options.zones, &c->document,
                      reterr));
    for (size_t i = 0; wish->how == SETTING_ADD && i < c->document.n_rows; i++) {
        const struct setting_row *given = &c->document.rows[i];
        if (!str_equal(given->kind, document_kind_name(wish->kind)) ||
            row_find(c->stored, c->n_stored, wish->kind, given->id) == NULL)
            continue;
        return il_invalid(reterr, "out_of_range", "/_id",
                          "/_id: \"%.*s\" is there already; PUT or PATCH changes it",
                          STR_ARG(given->id));
    }
    return IL_OK;
}

/* ---- what it changes ---- */

static void changes_make(struct changing *c, const struct rows_merged *merged)
{
    struct arena *arena = c->in->arena;
    const size_t n = merged->n_changed + merged->n_removed;
    struct setting_change *changes = arena_array(arena, struct setting_change, n);
    struct personal_data *sealed = arena_array(arena, struct personal_data, n);
    for (size_t i = 0; i < merged->n_changed; i++) {
        changes[i].row = merged->changed[i];
        if (changes[i].row.personal.len == 0 || changes[i].row.person != 0)
            continue;
        sealed[i] = personal_seal(c->on->desk, arena, changes[i].row.personal);
        changes[i].row.person_hash = sealed[i].hash;
    }
    for (size_t i = 0; i < merged->n_removed; i++)
        changes[merged->n_changed + i] =
            (struct setting_change){ .row = merged->removed[i], .is_removed = true };
    c->ret->changes = changes;
    c->ret->n = n;
    c->job->sealed = sealed;
}

static il_rc plan(struct changing *c, struct il_err *reterr)
{
    const struct setting_rows stored = { c->stored, c->n_stored };
    struct rows_merged merged;
    const struct company *company;
    TRY(document_make(c, reterr));
    TRY(document_merge(c->in->arena, stored, &c->document, c->job->setting.how == SETTING_REMOVE,
                       &merged, reterr));
    TRY(company_read(merged.rows, merged.n_rows, &company, reterr));
    const struct brands_after after = { company, &c->document, c->on->image, c->on->now,
                                        c->on->batch };
    const struct weeks_before before = { c->on->image, stored, c->on->now };
    il_rc rc = document_check(&c->document, company, c->in->arena, reterr);
    if (rc == IL_OK)
        rc = import_brands_check(c->in, &after, reterr);
    if (rc == IL_OK)
        rc = history_lay(&before, c->in->arena, &merged, &company, reterr);
    if (rc != IL_OK) {
        block_free(company);
        return rc;
    }
    changes_make(c, &merged);
    c->ret->company_after = company;
    c->job->company_after = company;
    return IL_OK;
}

/* "/services/0/minutes: ..." is "/minutes: ..." to whoever sent one service. */
static void tell_fault(struct changing *c, const struct il_err *err)
{
    struct arena *arena = c->in->arena;
    const enum document_kind kind = c->job->setting.kind;
    const struct str prefix =
        str_print(arena, "/%s%s", list_names[kind], kind == KIND_COMPANY ? "" : "/0");
    struct str text = str_copy(arena, str_from(err->text));
    struct str field = str_copy(arena, str_from(err->field));
    const bool is_ours = str_starts(field, prefix);
    if (is_ours)
        field = (struct str){ field.at + prefix.len, field.len - prefix.len };
    else if (!str_equal(field, STR("/_id")))
        field = STR("");
    if (is_ours && str_starts(text, prefix))
        text = (struct str){ text.at + prefix.len, text.len - prefix.len };
    if (str_starts(text, STR(": ")))
        text = (struct str){ text.at + 2, text.len - 2 };
    c->ret->code = code_find(str_from(err->code));
    c->ret->field = field;
    c->ret->detail = text;
}

il_rc configure_prepare(const struct deciding *on, const struct rows_at *in, struct desk_job *job,
                        struct facts *ret, struct il_err *reterr)
{
    struct changing c = { .on = on, .in = in, .job = job };
    struct il_err err;
    c.ret = arena_new(in->arena, struct configured);
    TRY(company_rows(in->read, in->company, in->arena, &c.stored, &c.n_stored, reterr));
    c.row = row_find(c.stored, c.n_stored, job->setting.kind, job->setting.id);
    c.ret->exists = c.row != NULL;
    c.ret->needs_version = job->setting.how != SETTING_ADD;
    c.ret->version = c.row == NULL ? 0 : document_row_version(c.row);
    ret->configured = c.ret;
    if (c.ret->needs_version && !c.ret->exists)
        return IL_OK;
    const il_rc rc = plan(&c, &err);
    if (rc == IL_OK)
        return IL_OK;
    if (rc != IL_INVALID || err.code == NULL || code_find(str_from(err.code)) == CODE_NONE) {
        if (reterr != NULL)
            *reterr = err;
        return rc == IL_INVALID ? IL_IO : rc;
    }
    tell_fault(&c, &err);
    return IL_OK;
}

size_t configure_persons(const struct desk_job *job, const struct entry *entry,
                         struct personal_data *ret)
{
    size_t n = 0;
    for (size_t i = 0; i < entry->n_settings; i++) {
        if (job->sealed[i].data.len == 0)
            continue;
        ret[n] = job->sealed[i];
        ret[n++].ref = entry->settings[i].row.person;
    }
    return n;
}

void configure_forget(struct desk_job *job)
{
    block_free(job->company_after);
    job->company_after = NULL;
}
