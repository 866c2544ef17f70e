/* Answers to what the office wants of itself, judged by the oracle. */
#include "drive.h"
#include "house.h"

static const char *kind_of(const struct drive_job *it)
{
    return document_kind_name(it->job.setting.kind).at;
}

static const struct model_thing *thing_of(const struct drive_job *it)
{
    const struct model_thing *thing =
        house_find(&it->company->follow.model, kind_of(it), it->named);
    return thing == NULL || thing->is_gone ? NULL : thing;
}

#define SAYS(it, holds, what)                                                          \
    CHECK(holds, "seq %lu: %s %.*s: " what, (unsigned long)(it)->job.seq, kind_of(it), \
          STR_ARG((it)->named))

/* ---- settings ---- */

static const struct setting_row *stored_row(const struct drive_job *it)
{
    const struct follow *follow = &it->company->follow;
    for (size_t i = 0; i < follow->n_rows; i++)
        if (str_equal(follow->rows[i].kind, document_kind_name(it->job.setting.kind)) &&
            str_equal(follow->rows[i].id, it->named))
            return &follow->rows[i];
    return NULL;
}

/* Nothing but the thing; the company's own row may come to name another brand as the first. */
static void judge_rows(const struct drive_job *it, const struct entry *entry)
{
    const bool brand = it->job.setting.kind == KIND_BRAND;
    bool is_there = false;
    for (size_t i = 0; i < entry->n_settings; i++) {
        const struct setting_row *row = &entry->settings[i].row;
        const bool is_it = str_equal(row->kind, document_kind_name(it->job.setting.kind)) &&
                           str_equal(row->id, it->named);
        is_there |= is_it;
        SAYS(it, is_it || (brand && str_equal(row->kind, STR("company"))),
             "something else changed");
    }
    SAYS(it, is_there, "something was done, but not to it");
}

static void judge_set(const struct drive_job *it)
{
    const enum setting_how how = it->job.setting.how;
    const struct entry *entry = it->job.verdict.entry;
    const struct model_thing *thing = thing_of(it);
    const struct setting_row *row = stored_row(it);
    const bool goes = how == SETTING_REMOVE && it->job.setting.kind == KIND_BRAND;
    SAYS(it, !it->is_stale && (how == SETTING_ADD || it->job.command.version != NOT_FOUND),
         "changed, though its version was not said");
    SAYS(it, goes == (thing == NULL) && goes == (row == NULL), "it is there, or it is not");
    SAYS(it, goes || it->must_say.len == 0 || house_text_has(row->body, it->must_say.at),
         "it does not say what it was to say");
    SAYS(it, how != SETTING_REMOVE || goes || thing->is_retired, "removed, and not retired");
    if (entry == NULL) {
        SAYS(it, how != SETTING_ADD && !goes, "nothing was to be done, and it was new, or went");
        return;
    }
    judge_rows(it, entry);
    SAYS(it, goes || (how == SETTING_ADD) == (thing->made == entry->seq),
         "it was made anew, or was to be");
}

static bool is_true_reason(const struct drive_job *it)
{
    const struct model *m = &it->company->follow.model;
    const enum setting_how how = it->job.setting.how;
    const struct model_thing *thing = thing_of(it);
    const bool changes = how != SETTING_ADD && thing != NULL;
    switch ((int)it->job.verdict.code) {
    case CODE_not_found:
        return how != SETTING_ADD && thing == NULL;
    case CODE_stale:
        return changes && (it->is_stale || thing->changed > it->seen);
    case CODE_version_required:
        return changes && it->job.command.version == NOT_FOUND;
    case CODE_out_of_range:
        return how == SETTING_ADD ? thing != NULL
                                  : how == SETTING_REMOVE && it->job.setting.kind == KIND_BRAND &&
                                        house_brand_is_named(m, it->named, m->last_at);
    default:
        return false;
    }
}

void judge_setting(const struct drive_job *it)
{
    const enum code code = it->job.verdict.code;
    if (code == CODE_NONE)
        judge_set(it);
    else
        CHECK(is_true_reason(it), "seq %lu: %s %.*s is refused with %s %.*s %.*s",
              (unsigned long)it->job.seq, kind_of(it), STR_ARG(it->named),
              code_facts(code)->name.at, STR_ARG(it->job.verdict.field),
              STR_ARG(it->job.verdict.detail));
}

/* ---- keys ---- */

static void judge_key_done(const struct drive_job *it, const struct entry *entry)
{
    const struct command *c = &it->job.command;
    const struct key_record *made = &entry->keys[entry->n_keys - 1];
    const size_t n = c->key_change == KEY_ROTATED ? 2 : 1;
    CHECK(entry->n_keys == n, "seq %lu: %zu keys changed", (unsigned long)entry->seq,
          entry->n_keys);
    CHECK(c->key_change == KEY_MADE || str_equal(entry->keys[0].id, c->subject),
          "seq %lu: another key ended", (unsigned long)entry->seq);
    const utc_s until = c->key_until > entry->at ? c->key_until : entry->at;
    CHECK(c->key_change == KEY_MADE || entry->keys[0].revoked_at <= until,
          "seq %lu: the key ends later than it was to", (unsigned long)entry->seq);
    CHECK(c->key_change == KEY_REVOKED ||
              (str_equal(made->id, c->key.id) && hash_equal(&made->secret, &c->key.secret)),
          "seq %lu: another key was made", (unsigned long)entry->seq);
}

void judge_key(const struct drive_job *it)
{
    const struct command *c = &it->job.command;
    const struct model *m = &it->company->follow.model;
    const struct model_key *key = house_key(m, c->subject);
    const utc_s now = drive_now(it->drive, it->company);
    const bool ends = key != NULL && key->revoked_at != 0;
    if (it->job.verdict.entry != NULL) {
        judge_key_done(it, it->job.verdict.entry);
        return;
    }
    CHECK(c->key_change != KEY_MADE, "a new key is not taken");
    if (it->job.verdict.code == CODE_NONE)
        CHECK(c->key_change == KEY_REVOKED && ends &&
                  key->revoked_at <= (c->key_until > now ? c->key_until : now),
              "seq %lu: a key was to end, and nothing happened", (unsigned long)it->job.seq);
    else
        CHECK(it->job.verdict.code == CODE_not_found &&
                  (key == NULL || (c->key_change == KEY_ROTATED && ends && key->revoked_at <= now)),
              "seq %lu: a key is refused with %s", (unsigned long)it->job.seq,
              code_facts(it->job.verdict.code)->name.at);
}

void drive_keys_verify(struct drive *d, struct drive_company *c)
{
    const struct model *m = &c->follow.model;
    const utc_s now = atomic_load(&d->clock->now_s);
    struct arena arena = arena_make(RIG_ARENA_BYTES);
    for (size_t i = 0; i < m->n_keys; i++) {
        const struct model_key *key = &m->keys[i];
        struct row_key row;
        struct il_err err;
        bool found;
        CHECK(desk_find_key(d->desk, &key->secret, &arena, &row, &found, &err) == IL_OK,
              "key %s: %s", key->id, err.text);
        CHECK(found == (key->revoked_at == 0 || now < key->revoked_at),
              "seq %lu: key %s ends at %ld, and at %ld it is %s", (unsigned long)m->seq, key->id,
              (long)key->revoked_at, (long)now, found ? "valid" : "not known");
        CHECK(!found || (str_equal(row.id, str_from(key->id)) &&
                         str_equal(row.company, str_from(c->id)) &&
                         str_equal(row.role, role_name(key->role)) &&
                         row.may_override == key->may_override),
              "seq %lu: the secret of key %s opens something else", (unsigned long)m->seq, key->id);
        arena_reset(&arena);
    }
    arena_drop(&arena);
}

/* ---- people ---- */

static il_rc visit_person(void *context, const void *row, struct il_err *reterr)
{
    const struct row_person *person = row;
    (void)reterr;
    ++*(size_t *)context;
    CHECK(person->salt.len == 0 && person->data.len == 0, "person %lx is erased, and stored",
          (unsigned long)person->ref);
    return IL_OK;
}

void judge_erased(struct drive *d, const struct drive_job *it)
{
    const struct entry *entry = it->job.verdict.entry;
    struct store_read *read;
    struct il_err err;
    size_t n = 0;
    if (entry == NULL)
        return;
    CHECK(store_read_open(d->store, &read, &err) == IL_OK, "read: %s", err.text);
    for (size_t i = 0; i < entry->n_erased; i++) {
        const struct store_query query = { .table = TABLE_PERSON,
                                           .by = BY_REF,
                                           .company = str_from(it->company->id),
                                           .ref = entry->erased[i].person };
        CHECK(store_find(read, &query, visit_person, &n, &err) == IL_OK, "find: %s", err.text);
    }
    store_read_close(read);
    CHECK(n == entry->n_erased && n == it->job.command.n_erased,
          "seq %lu: %zu were to be erased, the entry says %zu, %zu are stored",
          (unsigned long)entry->seq, it->job.command.n_erased, entry->n_erased, n);
}
