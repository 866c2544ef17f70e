/* A calendar for the audit: from the rows of a company, or from a document that nobody imported.
 *
 * Nothing is decided and no image is loaded: rows become arrays, and people are looked up only for
 * orders that have another at the same address within days. */
#include "desk/audit.h"

#include "base/block.h"
#include "desk_parts.h"

#include <stdlib.h>

struct gathered {
    struct arena *arena;
    const struct company *company;
    struct span range;
    struct audit_thing *things;
    ref_t *refs;    /* of things, ascending within orders and within absences */
    ref_t *persons; /* of things */
    size_t n_things, room_things, room_refs, room_persons;
    size_t n_orders; /* they stand first */
    struct audit_visit *visits;
    size_t n_visits, room_visits;
};

static bool is_asked(const struct gathered *g, struct span when)
{
    return when.start < g->range.end && when.end > g->range.start;
}

static int32_t thing_add(struct gathered *g, struct audit_thing thing, ref_t ref, ref_t person)
{
    const size_t n = g->n_things;
    thing.id = str_copy(g->arena, thing.id);
    g->things = arena_grow(g->arena, g->things, n, &g->room_things, sizeof *g->things);
    g->refs = arena_grow(g->arena, g->refs, n, &g->room_refs, sizeof *g->refs);
    g->persons = arena_grow(g->arena, g->persons, n, &g->room_persons, sizeof *g->persons);
    g->things[n] = thing;
    g->refs[n] = ref;
    g->persons[n] = person;
    return (int32_t)g->n_things++;
}

static void visit_add(struct gathered *g, int32_t thing, struct str inspector, struct span when)
{
    const int32_t index = company_find_inspector(g->company, inspector);
    if (index == NOT_FOUND || span_is_empty(when))
        return;
    if (g->things[thing].inspector == NOT_FOUND)
        g->things[thing].inspector = index;
    g->visits = arena_grow(g->arena, g->visits, g->n_visits, &g->room_visits, sizeof *g->visits);
    g->visits[g->n_visits++] = (struct audit_visit){ index, thing, when };
}

/* ---- from rows ---- */

static il_rc visit_inspection(void *context, const void *row, struct il_err *reterr)
{
    struct gathered *g = context;
    const struct row_inspection *r = row;
    const struct audit_thing thing = { .kind = CLAIM_INSPECTION,
                                       .inspector = NOT_FOUND,
                                       .id = r->id,
                                       .order_number = r->order_number,
                                       .when = { r->starts_at, r->ends_at },
                                       .place_key = r->place_key };
    (void)reterr;
    if (!str_equal(r->status, status_name(STATUS_CANCELLED)) && is_asked(g, thing.when))
        (void)thing_add(g, thing, r->ref, r->person);
    return IL_OK;
}

static il_rc visit_absence(void *context, const void *row, struct il_err *reterr)
{
    struct gathered *g = context;
    const struct row_absence *r = row;
    struct audit_thing thing = { .kind = CLAIM_EVENT,
                                 .inspector = NOT_FOUND,
                                 .id = r->id,
                                 .when = { r->starts_at, r->ends_at } };
    (void)reterr;
    if (str_equal(r->kind, claim_kind_name(CLAIM_BLOCK)))
        thing.kind = CLAIM_BLOCK;
    if (str_equal(r->kind, claim_kind_name(CLAIM_VACATION)))
        thing.kind = CLAIM_VACATION;
    if (is_asked(g, thing.when))
        (void)thing_add(g, thing, r->ref, 0);
    return IL_OK;
}

static int order_refs(const void *x, const void *y)
{
    const ref_t a = *(const ref_t *)x;
    const ref_t b = *(const ref_t *)y;
    return a < b ? -1 : a > b;
}

static int32_t thing_of(const struct gathered *g, ref_t ref, bool is_order)
{
    const ref_t *from = is_order ? g->refs : g->refs + g->n_orders;
    const size_t n = is_order ? g->n_orders : g->n_things - g->n_orders;
    const ref_t *found = n == 0 ? NULL : bsearch(&ref, from, n, sizeof ref, order_refs);
    return found == NULL ? NOT_FOUND : (int32_t)(found - g->refs);
}

static il_rc visit_claim(void *context, const void *row, struct il_err *reterr)
{
    struct gathered *g = context;
    const struct row_claim *r = row;
    const int32_t thing =
        r->kind == CLAIM_HOLD ? NOT_FOUND : thing_of(g, r->owner, r->kind == CLAIM_INSPECTION);
    (void)reterr;
    if (thing != NOT_FOUND)
        visit_add(g, thing, r->inspector, (struct span){ r->starts_at, r->ends_at });
    return IL_OK;
}

static il_rc gather_rows(struct store_read *read, struct str company, struct gathered *g,
                         struct il_err *reterr)
{
    struct store_query all = {
        .table = TABLE_INSPECTION, .by = BY_ALL, .company = company, .is_listed = true
    };
    TRY(store_find(read, &all, visit_inspection, g, reterr));
    g->n_orders = g->n_things;
    all.table = TABLE_ABSENCE;
    TRY(store_find(read, &all, visit_absence, g, reterr));
    all.table = TABLE_CLAIM;
    return store_find(read, &all, visit_claim, g, reterr);
}

static void client_lay(struct gathered *g, int32_t thing, struct str personal)
{
    struct contact contacts[PERSONAL_CONTACTS_MAX];
    struct arena arena = arena_make(SIZE_MAX / 2);
    if (personal_contacts(&arena, personal, contacts) > 0 && !contacts[0].is_agent)
        contact_keys(&contacts[0], g->things[thing].client);
    arena_drop(&arena);
}

static il_rc gather_clients(struct store_read *read, struct str company, struct gathered *g,
                            struct il_err *reterr)
{
    size_t n;
    const int32_t *near = audit_neighbours(g->things, g->n_things, g->arena, &n);
    for (size_t i = 0; i < n; i++) {
        struct arena arena = arena_make(SIZE_MAX / 2);
        const struct rows_at in = { read, company, &arena };
        struct str personal;
        const il_rc rc = person_by_ref(&in, g->persons[near[i]], &personal, reterr);
        if (rc == IL_OK)
            client_lay(g, near[i], personal);
        arena_drop(&arena);
        if (rc != IL_OK)
            return rc;
    }
    return IL_OK;
}

/* ---- from a document ---- */

static void gather_orders(const struct document *document, struct gathered *g)
{
    for (size_t i = 0; i < document->n_inspections; i++) {
        const struct inspection *r = &document->inspections[i].record;
        if (r->status == STATUS_CANCELLED || !is_asked(g, r->when))
            continue;
        const int32_t thing = thing_add(g,
                                        (struct audit_thing){ .kind = CLAIM_INSPECTION,
                                                              .inspector = NOT_FOUND,
                                                              .id = r->id,
                                                              .order_number = r->order_number,
                                                              .when = r->when,
                                                              .place_key = r->place_key },
                                        0, (ref_t)i);
        for (size_t k = 0; k < r->n_assignments; k++)
            visit_add(g, thing, r->assignments[k].inspector, r->assignments[k].when);
    }
    g->n_orders = g->n_things;
}

static void gather_document(const struct document *document, struct gathered *g)
{
    size_t n;
    gather_orders(document, g);
    const int32_t *near = audit_neighbours(g->things, g->n_things, g->arena, &n);
    for (size_t i = 0; i < n; i++)
        client_lay(g, near[i], document->inspections[g->persons[near[i]]].personal);
    for (size_t i = 0; i < document->n_absences; i++) {
        const struct absence *r = &document->absences[i];
        const struct audit_thing thing = {
            .kind = r->kind, .inspector = NOT_FOUND, .id = r->id, .when = r->when
        };
        if (is_asked(g, r->when))
            visit_add(g, thing_add(g, thing, 0, 0), r->inspector, r->when);
    }
}

/* ---- both ---- */

static struct span range_of(const struct zone *zone, const struct audit_asked *asked)
{
    struct span range = { INT64_MIN, INT64_MAX };
    if (asked->has_from)
        range.start = date_span(zone, asked->from).start;
    if (asked->has_to)
        range.end = date_span(zone, asked->to).end;
    return range;
}

static int64_t now_ms(const struct audit_asked *asked)
{
    return asked->clock->monotonic_ms(asked->clock);
}

static void run(struct gathered *g, const struct audit_asked *asked, int64_t began_ms,
                struct audited *ret)
{
    const struct audit_input input = { g->company, g->things, g->n_things, g->visits, g->n_visits };
    const int64_t loaded_ms = now_ms(asked);
    ret->report = audit_run(&input, g->arena);
    ret->company = g->company;
    ret->things = g->things;
    ret->n_orders = g->n_orders;
    ret->n_absences = g->n_things - g->n_orders;
    ret->load_ms = loaded_ms - began_ms;
    ret->audit_ms = now_ms(asked) - loaded_ms;
}

il_rc desk_audit(struct store_read *read, const struct audit_asked *asked, struct arena *arena,
                 struct audited *ret, struct il_err *reterr)
{
    struct gathered g = { .arena = arena };
    struct setting_row *rows = NULL;
    size_t n_rows = 0;
    const int64_t began_ms = now_ms(asked);
    TRY(company_rows(read, asked->company, arena, &rows, &n_rows, reterr));
    if (n_rows == 0)
        return il_invalid(reterr, "not_found", "", "there is no company %.*s",
                          STR_ARG(asked->company));
    TRY(company_read(rows, n_rows, &g.company, reterr));
    g.range = range_of(g.company->zone, asked);
    il_rc rc = gather_rows(read, asked->company, &g, reterr);
    if (rc == IL_OK)
        rc = gather_clients(read, asked->company, &g, reterr);
    if (rc == IL_OK)
        run(&g, asked, began_ms, ret);
    else
        block_free(g.company);
    return rc;
}

il_rc desk_audit_document(struct str text, struct zone_source *zones,
                          const struct audit_asked *asked, struct arena *arena, struct audited *ret,
                          struct il_err *reterr)
{
    struct gathered g = { .arena = arena };
    struct document document;
    struct rows_merged merged;
    const int64_t began_ms = now_ms(asked);
    TRY(document_read(arena, text, zones, &document, reterr));
    TRY(document_merge(arena, (struct setting_rows){ NULL, 0 }, &document, false, &merged, reterr));
    TRY(company_read(merged.rows, merged.n_rows, &g.company, reterr));
    const il_rc rc = document_check(&document, g.company, arena, reterr);
    if (rc != IL_OK) {
        block_free(g.company);
        return rc;
    }
    g.range = range_of(g.company->zone, asked);
    gather_document(&document, &g);
    run(&g, asked, began_ms, ret);
    return IL_OK;
}

struct names {
    struct arena *arena;
    struct str *at;
    size_t n, room;
};

static il_rc visit_company(void *context, const void *row, struct il_err *reterr)
{
    struct names *names = context;
    (void)reterr;
    names->at = arena_grow(names->arena, names->at, names->n, &names->room, sizeof *names->at);
    names->at[names->n++] = str_copy(names->arena, ((const struct row_company *)row)->id);
    return IL_OK;
}

il_rc desk_companies(struct store_read *read, struct arena *arena, struct strs *ret,
                     struct il_err *reterr)
{
    struct names names = { .arena = arena };
    const struct store_query query = { .table = TABLE_COMPANY, .by = BY_ALL };
    TRY(store_find(read, &query, visit_company, &names, reterr));
    *ret = (struct strs){ names.at, names.n };
    return IL_OK;
}
