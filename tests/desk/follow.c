/* Follows a company's journal from outside. */
#include "follow.h"

#include <string.h>

struct follow follow_make(struct store *store, const char *company, int n_inspectors)
{
    return (struct follow){ .store = store,
                            .company = company,
                            .model = { .buffer_s = (int64_t)15 * MINUTE_S,
                                       .n_inspectors = n_inspectors },
                            .fold = image_empty(),
                            .settings = arena_make(RIG_ARENA_BYTES) };
}

void follow_drop(struct follow *follow)
{
    model_drop(&follow->model);
    block_free(follow->fold);
    arena_drop(&follow->settings);
    buf_drop(&follow->payload);
}

/* ---- round trips (V1) ---- */

static void expect_same(struct buf *first, struct buf *again, const char *what)
{
    CHECK(str_equal(buf_view(first), buf_view(again)),
          "%s is written otherwise once read:\n%.*s\n%.*s", what, STR_ARG(buf_view(first)),
          STR_ARG(buf_view(again)));
    buf_clear(first);
    buf_clear(again);
}

#define ROUND_TRIP(type, record)                                          \
    do {                                                                  \
        struct type read = { 0 };                                         \
        type##_write(&first, (record));                                   \
        CHECK(type##_read(arena, buf_view(&first), &read, &err) == IL_OK, \
              #type " does not read back: %s", err.text);                 \
        type##_write(&again, &read);                                      \
        expect_same(&first, &again, #type);                               \
    } while (0)

static void records_round_trip(struct arena *arena, const struct entry *entry)
{
    struct buf first = { 0 };
    struct buf again = { 0 };
    struct il_err err = { .code = "" };
    for (size_t i = 0; i < entry->n_inspections; i++)
        ROUND_TRIP(inspection, entry->inspections[i]);
    for (size_t i = 0; i < entry->n_holds; i++)
        ROUND_TRIP(hold, entry->holds[i]);
    for (size_t i = 0; i < entry->n_absences; i++)
        ROUND_TRIP(absence, &entry->absences[i]);
    for (size_t i = 0; i < entry->n_conflicts; i++)
        ROUND_TRIP(conflict, &entry->conflicts[i]);
    buf_drop(&first);
    buf_drop(&again);
}

static void entry_round_trip(struct follow *follow, struct arena *arena, struct str payload,
                             struct entry *ret)
{
    struct il_err err = { .code = "" };
    CHECK(entry_read(arena, payload, ret, &err) == IL_OK, "entry_read: %s\n%.*s", err.text,
          STR_ARG(payload));
    struct buf again = { 0 };
    entry_write(&again, str_from(follow->company), ret);
    CHECK(str_equal(payload, buf_view(&again)), "an entry is written otherwise:\n%.*s\n%.*s",
          STR_ARG(payload), STR_ARG(buf_view(&again)));
    buf_drop(&again);
    records_round_trip(arena, ret);
}

/* ---- settings ---- */

static int row_order(const struct setting_row *a, const struct setting_row *b)
{
    const int by_kind = str_order(a->kind, b->kind);
    return by_kind != 0 ? by_kind : str_order(a->id, b->id);
}

static struct setting_row row_copy(struct arena *arena, const struct setting_row *row)
{
    struct setting_row copy = *row;
    copy.kind = str_copy(arena, row->kind);
    copy.id = str_copy(arena, row->id);
    copy.body = str_copy(arena, row->body);
    copy.personal = (struct str){ 0 };
    return copy;
}

static void settings_lay(struct follow *follow, const struct entry *entry)
{
    struct arena arena = arena_make(RIG_ARENA_BYTES);
    struct setting_row *rows =
        arena_array(&arena, struct setting_row, follow->n_rows + entry->n_settings + 1);
    size_t n = 0;
    for (size_t i = 0; i < follow->n_rows; i++) {
        bool replaced = false;
        for (size_t k = 0; k < entry->n_settings; k++)
            replaced |= row_order(&follow->rows[i], &entry->settings[k].row) == 0;
        if (!replaced)
            rows[n++] = row_copy(&arena, &follow->rows[i]);
    }
    for (size_t k = 0; k < entry->n_settings; k++) {
        if (entry->settings[k].is_removed)
            continue;
        size_t at = n++;
        for (; at > 0 && row_order(&rows[at - 1], &entry->settings[k].row) > 0; at--)
            rows[at] = rows[at - 1];
        rows[at] = row_copy(&arena, &entry->settings[k].row);
    }
    arena_drop(&follow->settings);
    follow->settings = arena;
    follow->rows = rows;
    follow->n_rows = n;
}

/* ---- following ---- */

static il_rc follow_entry(void *context, const void *row, struct il_err *reterr)
{
    struct follow *follow = context;
    const struct row_entry *stored = row;
    struct arena arena = arena_make(RIG_ARENA_BYTES);
    struct entry entry;
    entry_round_trip(follow, &arena, stored->payload, &entry);
    follow->head = hash_join(&follow->head, stored->payload);
    CHECK(hash_equal(&follow->head, &stored->hash), "seq %lu: the chain is broken",
          (unsigned long)stored->seq);
    CHECK(entry.seq == stored->seq && entry.at == stored->at, "the row and its payload differ");
    entry.hash = stored->hash;
    const struct company *company = NULL;
    if (entry.n_settings > 0) {
        settings_lay(follow, &entry);
        CHECK(company_read(follow->rows, follow->n_rows, &company, reterr) == IL_OK,
              "seq %lu: company_read: %s", (unsigned long)entry.seq, reterr->text);
        entry.company_after = company;
    }
    model_tell(&follow->model, &entry);
    const struct image *next = booking_apply(follow->fold, &entry);
    block_free(follow->fold);
    block_free(company);
    follow->fold = next;
    buf_clear(&follow->payload);
    buf_add_str(&follow->payload, stored->payload);
    arena_drop(&arena);
    return IL_OK;
}

void follow_to(struct follow *follow, uint64_t seq)
{
    if (follow->model.seq >= seq)
        return;
    struct store_read *read;
    struct il_err err = { .code = "" };
    CHECK(store_read_open(follow->store, &read, &err) == IL_OK, "read: %s", err.text);
    const struct store_query query = { .table = TABLE_ENTRY,
                                       .by = BY_ALL,
                                       .company = str_from(follow->company),
                                       .ref = follow->model.seq,
                                       .limit = (size_t)(seq - follow->model.seq) };
    CHECK(store_find(read, &query, follow_entry, follow, &err) == IL_OK, "find: %s", err.text);
    store_read_close(read);
    CHECK(follow->model.seq == seq, "the journal ends at %lu, not %lu",
          (unsigned long)follow->model.seq, (unsigned long)seq);
}

/* ---- images ---- */

static bool claim_same(const struct claim *a, const struct claim *b)
{
    return a->when.start == b->when.start && a->when.end == b->when.end && a->ref == b->ref &&
           a->owner == b->owner && a->lock_group == b->lock_group &&
           a->order_number == b->order_number && a->expires_at == b->expires_at &&
           a->kind == b->kind && a->has_place == b->has_place &&
           a->place.lat_e7 == b->place.lat_e7 && a->place.lng_e7 == b->place.lng_e7;
}

static void calendar_compare(const struct calendar *a, const struct calendar *b, utc_s floor)
{
    size_t i = 0;
    size_t k = 0;
    for (;;) {
        while (i < a->n_claims && a->claims[i].when.end <= floor)
            i++;
        while (k < b->n_claims && b->claims[k].when.end <= floor)
            k++;
        if (i == a->n_claims || k == b->n_claims)
            break;
        CHECK(claim_same(&a->claims[i], &b->claims[k]), "claims %lx and %lx are not the same",
              (unsigned long)a->claims[i].ref, (unsigned long)b->claims[k].ref);
        i++;
        k++;
    }
    CHECK(i == a->n_claims && k == b->n_claims, "a calendar has claims that the other has not");
}

static void conflicts_compare(const struct image *a, const struct image *b)
{
    struct buf first = { 0 };
    struct buf again = { 0 };
    CHECK(a->n_conflicts == b->n_conflicts, "%zu conflicts against %zu", a->n_conflicts,
          b->n_conflicts);
    for (size_t i = 0; i < a->n_conflicts; i++) {
        conflict_write(&first, a->conflicts[i]);
        conflict_write(&again, b->conflicts[i]);
        expect_same(&first, &again, "a conflict of the image");
    }
    buf_drop(&first);
    buf_drop(&again);
}

/* Live holds of one image stand in the other; ended ones may be forgotten at different times. */
static void holds_compare(const struct image *a, const struct image *b)
{
    struct buf first = { 0 };
    struct buf again = { 0 };
    for (size_t i = 0; i < a->n_holds; i++) {
        if (a->holds[i]->state != HOLD_LIVE)
            continue;
        const struct hold *other = image_find_hold(b, a->holds[i]->ref);
        CHECK(other != NULL, "hold %lx is not in the other image", (unsigned long)a->holds[i]->ref);
        hold_write(&first, a->holds[i]);
        hold_write(&again, other);
        expect_same(&first, &again, "a hold of the image");
    }
    buf_drop(&first);
    buf_drop(&again);
}

void follow_compare(struct follow *follow, const struct image *image)
{
    follow_to(follow, image->seq);
    const struct image *fold = follow->fold;
    CHECK(fold->seq == image->seq, "the image is at %lu, the fold at %lu",
          (unsigned long)image->seq, (unsigned long)fold->seq);
    CHECK(fold->last_at == image->last_at && fold->next_order == image->next_order, "time, order");
    CHECK(hash_equal(&fold->head, &image->head), "the heads differ");
    CHECK(fold->company->n_inspectors == image->company->n_inspectors &&
              fold->company->n_rows == image->company->n_rows,
          "the companies differ");
    for (size_t i = 0; i < fold->company->n_rows; i++)
        CHECK(str_equal(fold->company->rows[i].body, image->company->rows[i].body), "row %zu", i);
    const utc_s floor = fold->floor > image->floor ? fold->floor : image->floor;
    for (size_t i = 0; i < fold->company->n_inspectors; i++)
        calendar_compare(fold->calendars[i], image->calendars[i], floor);
    conflicts_compare(fold, image);
    holds_compare(fold, image);
    holds_compare(image, fold);
}
