/* /settings: what the company's document says of itself, one thing at a time.
 *
 *  N1  A thing reads as in the document, with a `version`: what is read can be sent back. The
 *      version is made of what the thing says, so equal things have equal versions and it does not
 *      count.
 *  N2  The rules and words are the import's (desk/settings.c).
 *  N3  Settings are the company's: a key of one brand reads them, but of brands its own alone, and
 *      changes no more than that one. */
#include "call.h"

#include <assert.h>

enum { SETTINGS_PAGE = 500 };

/* The path's word. False: there is no such kind; answered. */
static bool kind_in_path(struct call *call, enum document_kind *ret)
{
    static const enum document_kind kinds[] = { KIND_BRAND, KIND_SERVICE, KIND_INSPECTOR,
                                                KIND_AREA,  KIND_OPENING, KIND_HOLIDAY };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (str_equal(call->segments[0], str_from(setting_list_name(kinds[i])))) {
            *ret = kinds[i];
            return true;
        }
    }
    return !answer_not_found(call);
}

static bool is_kind(const struct setting_row *row, enum document_kind kind)
{
    return str_equal(row->kind, document_kind_name(kind));
}

static bool sees_row(const struct call *call, const struct setting_row *row)
{
    return !is_kind(row, KIND_BRAND) || actor_sees(&call->actor, row->id);
}

/* ---- reading ---- */

static struct str with_version(struct call *call, const struct setting_row *row)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    document_write_row(&j, call->arena, row);
    out.len--; /* the last bracket */
    buf_print(&out, ",\"version\":%lld}", (long long)document_row_version(row));
    const struct str text = str_copy(call->arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

static const struct setting_row *row_of(const struct company *company, enum document_kind kind,
                                        struct str id)
{
    for (size_t i = 0; i < company->n_rows; i++) {
        const struct setting_row *row = &company->rows[i];
        if (is_kind(row, kind) && (kind == KIND_COMPANY || str_equal(row->id, id)))
            return row;
    }
    return NULL;
}

static void put_rows(struct call *call, struct json *j, enum document_kind kind, struct str after)
{
    const struct company *company = call->image->company;
    const struct setting_row *last = NULL;
    size_t n = 0;
    json_open(j, "settings", '[');
    for (size_t i = 0; i < company->n_rows; i++) {
        const struct setting_row *row = &company->rows[i];
        if (!is_kind(row, kind) || !sees_row(call, row) ||
            (after.len > 0 && str_order(row->id, after) <= 0))
            continue;
        if (n++ == SETTINGS_PAGE)
            break;
        json_raw(j, with_version(call, row));
        last = row;
    }
    json_end_array(j);
    json_key(j, STR("next"));
    if (n > SETTINGS_PAGE)
        json_str(j, last->id);
    else
        json_none(j);
}

bool settings_list(struct call *call)
{
    static const char *const known[] = { "cursor" };
    enum document_kind kind = KIND_COMPANY;
    if (query_is_wrong(call, known, 1) || !kind_in_path(call, &kind))
        return true;
    struct json j = answer_begin(call);
    json_start_object(&j);
    put_rows(call, &j, kind, query_get(call, "cursor"));
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_end_object(&j);
    return answer_json(call, 200);
}

static bool show_row(struct call *call, const struct setting_row *row)
{
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_put_raw(&j, "setting", with_version(call, row));
    if (call->has_job)
        json_put_int(&j, "seq", (int64_t)call->job.seq);
    else
        json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_end_object(&j);
    http_response_header(call->response, "ETag", etag_of(call->arena, document_row_version(row)));
    return answer_json(call, 200);
}

bool setting_get(struct call *call)
{
    enum document_kind kind = KIND_COMPANY;
    if (query_is_wrong(call, NULL, 0) || !kind_in_path(call, &kind))
        return true;
    const struct setting_row *row = row_of(call->image->company, kind, call->segments[1]);
    return row != NULL && sees_row(call, row) ? show_row(call, row) : answer_not_found(call);
}

bool company_get_handle(struct call *call)
{
    if (query_is_wrong(call, NULL, 0))
        return true;
    return show_row(call, row_of(call->image->company, KIND_COMPANY, STR("")));
}

/* ---- changing ---- */

/* N3. False: answered. */
static bool may_change(struct call *call, const struct setting_wish *wish)
{
    const struct str brand = call->actor.brand;
    if (brand.len == 0)
        return true;
    if (wish->kind == KIND_BRAND && wish->id.len > 0 && !str_equal(wish->id, brand))
        return !answer_not_found(call);
    const bool is_own = wish->kind == KIND_BRAND && wish->id.len > 0;
    if (is_own && wish->how != SETTING_REMOVE)
        return true;
    return !answer_code(call, CODE_not_permitted, "",
                        STR("A key of one brand changes that brand's settings and no others."));
}

/* What the document is to say: the body without its version, under the _id of the path. */
static bool decode_wish(struct call *call, struct setting_wish *wish)
{
    struct json_obj o = body_root(call);
    struct buf patch = { 0 };
    struct json j = json_begin(&patch);
    if (wish->how != SETTING_ADD && !decode_version(call, &o))
        return false;
    if (wish->how == SETTING_ADD && json_has(&o, "version"))
        json_fault(&o, "version", "unknown_field", "is not known here: nothing stands yet");
    const struct str id = json_opt_str(&o, "_id", ID_CHARS_MAX);
    if (id.len > 0 && wish->id.len > 0 && !str_equal(id, wish->id))
        json_fault(&o, "_id", "out_of_range", "must be the one in the path");
    if (!body_is_good(call))
        return false;
    json_start_object(&j);
    json_key(&j, STR("version"));
    json_none(&j);
    if (wish->id.len > 0)
        json_put_str(&j, "_id", wish->id);
    json_end_object(&j);
    wish->text = json_merge_patch(call->arena, call->request->body, buf_view(&patch), NULL, 0);
    buf_drop(&patch);
    return true;
}

static bool change(struct call *call, struct setting_wish wish)
{
    call->job.command.kind = COMMAND_CONFIGURE;
    if (!may_change(call, &wish) || !decode_wish(call, &wish))
        return true;
    call->job.setting = wish;
    return false;
}

static bool change_one(struct call *call, enum setting_how how)
{
    struct setting_wish wish = { .how = how, .id = call->segments[1] };
    return !kind_in_path(call, &wish.kind) || change(call, wish);
}

bool setting_add(struct call *call)
{
    return change_one(call, SETTING_ADD);
}

bool setting_put(struct call *call)
{
    return change_one(call, SETTING_REPLACE);
}

bool setting_patch(struct call *call)
{
    return change_one(call, SETTING_MERGE);
}

bool company_put_handle(struct call *call)
{
    const struct setting_wish wish = { SETTING_REPLACE, KIND_COMPANY, call->company, STR("") };
    return change(call, wish);
}

bool company_patch(struct call *call)
{
    const struct setting_wish wish = { SETTING_MERGE, KIND_COMPANY, call->company, STR("") };
    return change(call, wish);
}

bool setting_remove(struct call *call)
{
    struct setting_wish wish = { .how = SETTING_REMOVE, .id = call->segments[1] };
    call->job.command.kind = COMMAND_CONFIGURE;
    if (!kind_in_path(call, &wish.kind) || !may_change(call, &wish))
        return true;
    call->job.setting = wish;
    if (!call->has_reader)
        return !decode_version(call, NULL);
    struct json_obj o = body_root(call);
    if (!decode_version(call, &o))
        return true;
    json_done(&o);
    return !body_is_good(call);
}

/* ---- answers ---- */

/* The row that the entry has, with what people are called, which no journal keeps. */
static struct setting_row row_in(struct call *call, const struct entry *e, bool *ret_gone)
{
    struct setting_row row = { .kind = STR("") };
    struct il_err err;
    for (size_t i = 0; i < e->n_settings; i++) {
        if (!is_kind(&e->settings[i].row, call->job.setting.kind))
            continue;
        row = e->settings[i].row;
        *ret_gone = e->settings[i].is_removed;
    }
    const struct lookup in = lookup_of(call);
    if (row.personal.len == 0 && row.person != 0 &&
        desk_find_personal(&in, row.person, &row.personal, &err) != IL_OK)
        row.personal = STR("");
    return row;
}

void setting_encode(struct call *call)
{
    const struct entry *e = call->job.verdict.entry;
    const struct setting_wish *wish = &call->job.setting;
    bool gone = false;
    struct setting_row row;
    const struct setting_row *standing = row_of(image_of_call(call)->company, wish->kind, wish->id);
    assert((e != NULL || standing != NULL) && "what does not change is there");
    row = e != NULL ? row_in(call, e, &gone) : *standing;
    if (gone) {
        call->response->status = 204;
        return;
    }
    (void)show_row(call, &row);
    if (wish->how != SETTING_ADD)
        return;
    http_response_header(call->response, "Location",
                         str_print(call->arena, "/settings/%s/%.*s", setting_list_name(wish->kind),
                                   STR_ARG(row.id)));
    call->response->status = call->dry_run ? 200 : 201;
}
