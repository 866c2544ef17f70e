/* Finding the rows that hold one person's data, and what each belongs to.
 *
 * The ref of a row says which entry made it, and that entry says for what: so data that were
 * replaced since are found as well. */
#include "desk/people.h"

#include "desk_parts.h"

struct looking {
    const struct person_asked *asked;
    struct rows_at rows;
    struct people_found found;
    size_t room;
    ref_t order;
};

static il_rc visit_seq(void *context, const void *row, struct il_err *reterr)
{
    (void)reterr;
    *(uint64_t *)context = ((const struct row_company *)row)->seq;
    return IL_OK;
}

static struct person_found *found_add(struct looking *l, const struct row_person *row)
{
    struct people_found *found = &l->found;
    found->at = arena_grow(l->rows.arena, found->at, found->n, &l->room, sizeof *found->at);
    struct person_found *p = &found->at[found->n++];
    *p = (struct person_found){ .person = row->ref,
                                .hash = row->hash,
                                .personal = str_copy(l->rows.arena, row->data) };
    return p;
}

static bool is_one(const struct looking *l, const struct contact *contact)
{
    uint64_t keys[CONTACT_WAYS];
    contact_keys(contact, keys);
    return keys[l->asked->by] == l->asked->key;
}

static il_rc visit_any(void *context, const void *row, struct il_err *reterr)
{
    struct looking *l = context;
    const struct row_person *r = row;
    struct contact contacts[PERSONAL_CONTACTS_MAX];
    struct arena arena = arena_make(SIZE_MAX / 2);
    const size_t n = personal_contacts(&arena, r->data, contacts);
    (void)reterr;
    for (size_t i = 0; i < n; i++) {
        if (!is_one(l, &contacts[i]))
            continue;
        found_add(l, r)->as = contacts[i].is_agent ? PERSON_AGENT : PERSON_CLIENT;
        break;
    }
    arena_drop(&arena);
    return IL_OK;
}

static il_rc visit_named(void *context, const void *row, struct il_err *reterr)
{
    (void)reterr;
    (void)found_add(context, row);
    return IL_OK;
}

static il_rc add_ref(struct looking *l, ref_t person, struct il_err *reterr)
{
    const struct store_query query = {
        .table = TABLE_PERSON, .by = BY_REF, .company = l->rows.company, .ref = person
    };
    for (size_t i = 0; i < l->found.n; i++) {
        if (l->found.at[i].person == person)
            return IL_OK;
    }
    return person == 0 ? IL_OK : store_find(l->rows.read, &query, visit_named, l, reterr);
}

/* Each entry about the order names the person of then. */
static il_rc visit_entry(void *context, const void *row, struct il_err *reterr)
{
    struct looking *l = context;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct entry entry;
    il_rc rc = entry_read(&arena, ((const struct row_entry *)row)->payload, &entry, reterr);
    for (size_t i = 0; rc == IL_OK && i < entry.n_inspections; i++) {
        if (entry.inspections[i]->ref == l->order)
            rc = add_ref(l, entry.inspections[i]->person, reterr);
    }
    arena_drop(&arena);
    return rc;
}

static il_rc find_of_order(struct looking *l, struct il_err *reterr)
{
    struct inspection *order;
    int64_t number;
    TRY(inspection_by_id(&l->rows, l->asked->order, &order, reterr));
    if (order == NULL && str_to_int(l->asked->order, &number) && number > 0)
        TRY(inspection_by_order(&l->rows, number, &order, reterr));
    if (order == NULL)
        return IL_OK;
    l->order = order->ref;
    const struct store_query query = {
        .table = TABLE_ENTRY, .by = BY_OWNER, .company = l->rows.company, .ref = order->ref
    };
    return store_find(l->rows.read, &query, visit_entry, l, reterr);
}

/* ---- what a row belongs to ---- */

struct making { /* the entry that made a row */
    struct arena *arena;
    ref_t person;
    struct str order; /* the _id */
    struct str inspector;
};

static il_rc visit_making(void *context, const void *row, struct il_err *reterr)
{
    struct making *m = context;
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct entry entry;
    const il_rc rc = entry_read(&arena, ((const struct row_entry *)row)->payload, &entry, reterr);
    for (size_t i = 0; rc == IL_OK && i < entry.n_inspections; i++) {
        if (entry.inspections[i]->person == m->person)
            m->order = str_copy(m->arena, entry.inspections[i]->id);
    }
    for (size_t i = 0; rc == IL_OK && i < entry.n_settings; i++) {
        if (entry.settings[i].row.person == m->person)
            m->inspector = str_copy(m->arena, entry.settings[i].row.id);
    }
    arena_drop(&arena);
    return rc;
}

struct setting_look {
    ref_t person;
};

static il_rc visit_setting(void *context, const void *row, struct il_err *reterr)
{
    (void)reterr;
    ((struct setting_look *)context)->person = ((const struct row_setting *)row)->person;
    return IL_OK;
}

static il_rc owner_find(struct looking *l, struct person_found *p, struct il_err *reterr)
{
    struct making making = { .arena = l->rows.arena, .person = p->person };
    struct inspection *order = NULL;
    struct setting_look setting = { .person = 0 };
    const struct store_query entry = { .table = TABLE_ENTRY,
                                       .by = BY_REF,
                                       .company = l->rows.company,
                                       .ref = p->person >> REF_SEQ_SHIFT };
    TRY(store_find(l->rows.read, &entry, visit_making, &making, reterr));
    if (making.order.len > 0)
        TRY(inspection_by_id(&l->rows, making.order, &order, reterr));
    p->order = order;
    p->inspector = making.inspector;
    if (order != NULL) {
        p->is_former = order->person != p->person;
        return IL_OK;
    }
    const struct store_query stored = { .table = TABLE_SETTING,
                                        .by = BY_ID,
                                        .company = l->rows.company,
                                        .text = document_kind_name(KIND_INSPECTOR),
                                        .text2 = making.inspector };
    TRY(store_find(l->rows.read, &stored, visit_setting, &setting, reterr));
    p->as = PERSON_INSPECTOR;
    p->is_former = setting.person != p->person;
    return IL_OK;
}

/* Rows made by the entries after `since`. */
static il_rc find_all(struct looking *l, uint64_t since, struct il_err *reterr)
{
    const struct store_query head = { .table = TABLE_COMPANY,
                                      .by = BY_ID,
                                      .text = l->rows.company };
    const struct store_query all = { .table = TABLE_PERSON,
                                     .by = BY_ALL,
                                     .company = l->rows.company,
                                     .ref = since << REF_SEQ_SHIFT | REFS_PER_ENTRY_MAX };
    TRY(store_find(l->rows.read, &head, visit_seq, &l->found.seq, reterr));
    if (l->asked->order.len > 0)
        TRY(find_of_order(l, reterr));
    else
        TRY(store_find(l->rows.read, &all, visit_any, l, reterr));
    for (size_t i = 0; i < l->found.n; i++)
        TRY(owner_find(l, &l->found.at[i], reterr));
    return IL_OK;
}

il_rc desk_find_people(const struct lookup *in, const struct person_asked *asked,
                       struct people_found *ret, struct il_err *reterr)
{
    struct looking l = { .asked = asked, .rows = { .company = in->company, .arena = in->arena } };
    TRY(store_read_open(in->desk->options.store, &l.rows.read, reterr));
    const il_rc rc = find_all(&l, 0, reterr);
    store_read_close(l.rows.read);
    if (rc == IL_OK)
        *ret = l.found;
    return rc;
}

/* Rows are never changed but by being emptied: who was found is found again. */
il_rc people_renew(const struct rows_at *in, const struct person_asked *asked,
                   struct people_found *found, struct il_err *reterr)
{
    struct looking l = { .asked = asked, .rows = *in };
    for (size_t i = 0; i < found->n; i++) {
        const size_t before = l.found.n;
        TRY(add_ref(&l, found->at[i].person, reterr));
        if (l.found.n > before)
            l.found.at[before].as = found->at[i].as;
    }
    TRY(find_all(&l, found->seq, reterr));
    *found = l.found;
    return IL_OK;
}

/* ---- erasing ---- */

static bool is_ahead(const struct inspection *order, utc_s now)
{
    return order != NULL && order->status != STATUS_CANCELLED && order->when.end > now;
}

const char *erasing_keeps(const struct erasing *erasing, const struct person_found *p)
{
    if (p->as == PERSON_INSPECTOR && !p->is_former)
        return "an inspector of the company: change the company document first";
    if (p->as == PERSON_AGENT && !erasing->with_agents)
        return "named as an agent in another client's order";
    if (is_ahead(p->order, erasing->now) && !p->is_former && !erasing->with_ahead)
        return "the order lies ahead";
    return NULL;
}

void erasing_choose(const struct erasing *erasing, struct arena *arena, struct command *ret)
{
    const struct people_found *found = &erasing->found;
    struct erased_person *erased = arena_array(arena, struct erased_person, found->n);
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        const struct person_found *p = &found->at[i];
        if (p->personal.len > 0 && erasing_keeps(erasing, p) == NULL)
            erased[n++] = (struct erased_person){ p->person, p->hash };
    }
    ret->erased = erased;
    ret->n_erased = n;
}
