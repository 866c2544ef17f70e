/* Booked start slots keep their day where a week changes: the same entry that changes the week has
 * the openings for it (core/history.h says which days).
 *
 *  Y3  The rows are laid over what the change leaves: those of an inspector whose week changes are
 *      made anew, those that are no longer needed go. Nobody else's are looked at. */
#include "desk_parts.h"

#include "core/history.h"

#include <stdlib.h>
#include <string.h>

struct laying {
    struct arena *arena;
    struct rows_merged *merged;
    struct setting_row *needed; /* sorted like all rows */
    size_t n_needed;
    struct str *whose; /* inspectors whose rows are made anew */
    size_t n_whose;
};

static void need_day(struct laying *l, struct str inspector, const struct history_day *day)
{
    const struct day_hours starts = { .starts = day->hours.starts,
                                      .n_starts = day->hours.n_starts };
    const struct day_hours spans = { .spans = day->hours.spans, .n_spans = day->hours.n_spans };
    l->needed[l->n_needed++] = document_history_row(l->arena, inspector, day->date, &starts, false);
    if (spans.n_spans > 0)
        l->needed[l->n_needed++] =
            document_history_row(l->arena, inspector, day->date, &spans, true);
}

static void need_all(struct laying *l, const struct image *before, const struct company *after,
                     date_d today)
{
    size_t room = 0;
    for (size_t i = 0; i < before->company->n_inspectors; i++)
        room += 2 * before->calendars[i]->n_claims;
    l->needed = arena_array(l->arena, struct setting_row, room);
    l->whose = arena_array(l->arena, struct str, before->company->n_inspectors);
    for (int32_t i = 0; i < (int32_t)before->company->n_inspectors; i++) {
        const struct inspector *who = &before->company->inspectors[i];
        const int32_t to = company_find_inspector(after, who->id);
        if (to == NOT_FOUND || !history_is_due(who, &after->inspectors[to]))
            continue;
        const struct history days = history_days(before, i, after, to, today, l->arena);
        l->whose[l->n_whose++] = who->id;
        for (size_t d = 0; d < days.n; d++)
            need_day(l, who->id, &days.at[d]);
    }
}

static bool is_ours(const struct laying *l, const struct setting_row *row)
{
    for (size_t i = 0; i < l->n_whose; i++) {
        if (document_is_history(l->arena, row, l->whose[i]))
            return true;
    }
    return false;
}

static int row_order(const void *left, const void *right)
{
    const struct setting_row *a = left;
    const struct setting_row *b = right;
    const int by_kind = str_order(a->kind, b->kind);
    return by_kind != 0 ? by_kind : str_order(a->id, b->id);
}

static void rows_sort(struct setting_row *rows, size_t n)
{
    if (n > 1)
        qsort(rows, n, sizeof *rows, row_order);
}

/* The one of the same name, or NULL: of sorted rows. */
static const struct setting_row *same_name(const struct setting_row *rows, size_t n,
                                           const struct setting_row *row)
{
    return n == 0 ? NULL : bsearch(row, rows, n, sizeof *rows, row_order);
}

/* What of these rows is not ours, with room for `more`. */
static struct setting_row *others(const struct laying *l, const struct setting_row *rows, size_t n,
                                  size_t more, size_t *ret_n)
{
    struct setting_row *kept = arena_array(l->arena, struct setting_row, n + more);
    *ret_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_ours(l, &rows[i]))
            kept[(*ret_n)++] = rows[i];
    }
    return kept;
}

static void lay(struct laying *l, struct setting_rows stored)
{
    struct rows_merged *m = l->merged;
    size_t n_rows, n_changed, n_removed;
    struct setting_row *rows = others(l, m->rows, m->n_rows, l->n_needed, &n_rows);
    struct setting_row *changed = others(l, m->changed, m->n_changed, l->n_needed, &n_changed);
    struct setting_row *removed = others(l, m->removed, m->n_removed, stored.n, &n_removed);
    for (size_t i = 0; i < l->n_needed; i++) {
        const struct setting_row *is = same_name(stored.at, stored.n, &l->needed[i]);
        rows[n_rows++] = l->needed[i];
        if (is == NULL || !str_equal(is->body, l->needed[i].body))
            changed[n_changed++] = l->needed[i];
    }
    for (size_t i = 0; i < stored.n; i++) {
        if (is_ours(l, &stored.at[i]) && same_name(l->needed, l->n_needed, &stored.at[i]) == NULL)
            removed[n_removed++] = stored.at[i];
    }
    rows_sort(rows, n_rows);
    m->rows = rows;
    m->n_rows = n_rows;
    m->changed = changed;
    m->n_changed = n_changed;
    m->removed = removed;
    m->n_removed = n_removed;
}

il_rc history_lay(const struct weeks_before *before, struct arena *arena,
                  struct rows_merged *merged, const struct company **company, struct il_err *reterr)
{
    struct laying l = { .arena = arena, .merged = merged };
    const struct company *old = before->image->company;
    if (old == NULL)
        return IL_OK;
    need_all(&l, before->image, *company, wall_date(zone_to_wall(old->zone, before->now)));
    if (l.n_whose == 0)
        return IL_OK;
    rows_sort(l.needed, l.n_needed);
    struct setting_row *stored = arena_array(arena, struct setting_row, before->stored.n);
    memcpy(stored, before->stored.at, before->stored.n * sizeof *stored);
    rows_sort(stored, before->stored.n);
    lay(&l, (struct setting_rows){ stored, before->stored.n });
    const struct company *again;
    TRY(company_read(merged->rows, merged->n_rows, &again, reterr));
    block_free(*company);
    *company = again;
    return IL_OK;
}
