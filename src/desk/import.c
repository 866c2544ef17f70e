/* Importing a company document: settings first, then absences and inspections in entries of bounded
 * size, decided one after the other and committed together.
 *
 * Deciding takes seconds for a long document, so whoever asks does it, on one view of the store.
 * The writer commits what was made if the company still stands where that view saw it. */
#include "desk_parts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Each opens a conflict that a person must look at: more than this is a mistake in the file. */
enum { IMPORT_CONFLICTS_MAX = 50000 };

struct importing {
    struct desk *desk;
    struct desk_job *job;
    struct desk_import *import;
    struct store_read *read;
    struct rows_at rows_at;
    struct arena *arena;
    utc_s now;
    utc_s floor;               /* how far back the image reaches */
    utc_s needs_floor;         /* below it: begin again there; else INT64_MAX */
    const struct image *image; /* a holder */
    struct store_entry *rows;
    size_t n_rows, room_rows;
    int64_t order_floor;
    size_t n_opened; /* conflicts, also those that a later entry resolves */
};

static void push_rows(struct importing *im, const struct store_entry *rows)
{
    im->rows = arena_grow(im->arena, im->rows, im->n_rows, &im->room_rows, sizeof *im->rows);
    im->rows[im->n_rows++] = *rows;
}

static struct verdict decide_next(struct importing *im, struct command *command)
{
    const struct facts none = { 0 };
    command->actor = im->job->command.actor;
    return booking_decide(im->image, &none, command, im->now, im->arena);
}

static size_t conflicts_opened(const struct entry *entry)
{
    size_t n = 0;
    for (size_t i = 0; i < entry->n_conflicts; i++)
        n += entry->conflicts[i].state == CONFLICT_OPEN;
    return n;
}

static void take_entry(struct importing *im, const struct entry *decided,
                       const struct personal_data *persons, size_t n_persons)
{
    struct entry *entry = arena_new(im->arena, struct entry);
    struct store_entry rows;
    *entry = *decided;
    const struct str payload = entry_encode(im->arena, im->job->company, entry, &im->image->head);
    entry_project(im->arena, entry, payload, persons, n_persons, &rows);
    push_rows(im, &rows);
    const struct image *next = booking_apply(im->image, entry);
    block_free(im->image);
    im->image = next;
    im->n_opened += conflicts_opened(entry);
}

/* What an admitting verdict means for the import. IL_LIMIT: the image must reach further back, and
 * everything begins again (im->needs_floor). */
static il_rc admitted(struct importing *im, const struct verdict *verdict, const char *field,
                      struct il_err *reterr)
{
    if (verdict->needs_floor < im->image->floor) {
        im->needs_floor = verdict->needs_floor;
        return il_fail(reterr, IL_LIMIT, "the image does not reach back far enough");
    }
    const size_t opened =
        im->n_opened + (verdict->entry == NULL ? 0 : conflicts_opened(verdict->entry));
    if (verdict->code == CODE_NONE && opened <= IMPORT_CONFLICTS_MAX)
        return IL_OK;
    return il_invalid(reterr, "out_of_range", field,
                      "more than %d pairs of them overlap: these are not the times of real "
                      "appointments",
                      (int)IMPORT_CONFLICTS_MAX);
}

/* ---- settings ---- */

static void configure(struct importing *im, const struct rows_merged *merged,
                      const struct company *company)
{
    const size_t n = merged->n_changed + merged->n_removed;
    struct setting_change *changes = arena_array(im->arena, struct setting_change, n);
    struct personal_data *persons = arena_array(im->arena, struct personal_data, n);
    for (size_t i = 0; i < merged->n_changed; i++) {
        changes[i].row = merged->changed[i];
        if (changes[i].row.personal.len == 0 || changes[i].row.person != 0)
            continue;
        persons[i] = personal_seal(im->desk, im->arena, changes[i].row.personal);
        changes[i].row.person_hash = persons[i].hash;
    }
    for (size_t i = 0; i < merged->n_removed; i++)
        changes[merged->n_changed + i] =
            (struct setting_change){ .row = merged->removed[i], .is_removed = true };
    struct command command = {
        .kind = COMMAND_CONFIGURE, .company_after = company, .settings = changes, .n_settings = n
    };
    const struct entry *entry = decide_next(im, &command).entry;
    size_t n_persons = 0;
    for (size_t i = 0; i < merged->n_changed; i++) {
        if (persons[i].data.len == 0)
            continue;
        persons[n_persons] = persons[i];
        persons[n_persons++].ref = entry->settings[i].row.person;
    }
    take_entry(im, entry, persons, n_persons);
}

static bool has_text(struct str in, struct str what)
{
    for (size_t i = 0; i + what.len <= in.len; i++) {
        if (memcmp(in.at + i, what.at, what.len) == 0)
            return true;
    }
    return false;
}

static unsigned inert_settings(const struct company *company)
{
    unsigned inert = 0;
    for (size_t i = 0; i < company->n_brands; i++) {
        if (company->brands[i].rules.travel != TRAVEL_OFF)
            inert |= INERT_TRAVEL;
    }
    for (size_t i = 0; i < company->n_rows; i++) {
        const struct setting_row *row = &company->rows[i];
        if (str_equal(row->kind, document_kind_name(KIND_SERVICE)) &&
            has_text(row->body, STR("\"followUp\":{")))
            inert |= INERT_FOLLOW_UPS;
    }
    return inert;
}

/* The company as it will be, from rows whose new people have no place yet. */
static il_rc import_settings(struct importing *im, struct il_err *reterr)
{
    const struct document *document = &im->import->document;
    struct rows_merged merged;
    struct setting_row *stored = NULL;
    size_t n_stored = 0;
    const struct company *company;
    if (im->image->seq > 0)
        TRY(company_rows(im->read, im->job->company, im->arena, &stored, &n_stored, reterr));
    TRY(document_merge(im->arena, (struct setting_rows){ stored, n_stored }, document,
                       im->import->options.prune, &merged, reterr));
    TRY(company_read(merged.rows, merged.n_rows, &company, reterr));
    const struct brands_after after = { company, document, im->image, im->now, NULL };
    il_rc rc = document_check(document, company, im->arena, reterr);
    if (rc == IL_OK && im->image->seq > 0)
        rc = import_brands_check(&im->rows_at, &after, reterr);
    struct import_count *count = &im->import->report.settings;
    count->created = merged.created;
    count->changed = merged.n_changed - merged.created;
    count->left = merged.left;
    count->removed = merged.n_removed;
    im->import->report.inert = inert_settings(company);
    const struct weeks_before before = { im->image, { stored, n_stored }, im->now };
    if (rc == IL_OK)
        rc = history_lay(&before, im->arena, &merged, &company, reterr);
    if (rc == IL_OK && merged.n_changed + merged.n_removed > 0)
        configure(im, &merged, company);
    block_free(company);
    return rc;
}

/* ---- absences ---- */

struct stored_absences {
    struct arena *arena;
    struct absence *at;
    size_t n, room;
};

static il_rc visit_absence(void *context, const void *row, struct il_err *reterr)
{
    struct stored_absences *all = context;
    const struct str doc = str_copy(all->arena, ((const struct row_absence *)row)->doc);
    all->at = arena_grow(all->arena, all->at, all->n, &all->room, sizeof *all->at);
    return absence_read(all->arena, doc, &all->at[all->n++], reterr);
}

static int order_ids(const void *x, const void *y)
{
    return str_order(*(const struct str *)x, *(const struct str *)y);
}

/* The stored ones that the document leaves out of a list it has. */
static il_rc find_pruned(struct importing *im, struct stored_absences *ret, struct il_err *reterr)
{
    const struct document *document = &im->import->document;
    struct stored_absences all = { .arena = im->arena };
    const struct store_query query = { .table = TABLE_ABSENCE,
                                       .by = BY_ALL,
                                       .company = im->job->company };
    struct str *ids = arena_array(im->arena, struct str, document->n_absences + 1);
    *ret = (struct stored_absences){ .arena = im->arena };
    if (!im->import->options.prune)
        return IL_OK;
    TRY(store_find(im->read, &query, visit_absence, &all, reterr));
    for (size_t i = 0; i < document->n_absences; i++)
        ids[i] = document->absences[i].id;
    qsort(ids, document->n_absences, sizeof *ids, order_ids);
    for (size_t i = 0; i < all.n; i++) {
        const bool is_vacation = all.at[i].kind == CLAIM_VACATION;
        if (!(is_vacation ? document->has_vacations : document->has_events) ||
            bsearch(&all.at[i].id, ids, document->n_absences, sizeof *ids, order_ids) != NULL)
            continue;
        ret->at = arena_grow(im->arena, ret->at, ret->n, &ret->room, sizeof *ret->at);
        ret->at[ret->n++] = all.at[i];
    }
    return IL_OK;
}

static il_rc absences_to_admit(struct importing *im, struct admit_absence **ret, size_t *ret_n,
                               struct il_err *reterr)
{
    const struct document *document = &im->import->document;
    struct stored_absences pruned;
    size_t n = 0;
    TRY(find_pruned(im, &pruned, reterr));
    struct admit_absence *admit =
        arena_array(im->arena, struct admit_absence, document->n_absences + pruned.n);
    for (size_t i = 0; i < document->n_absences; i++) {
        struct absence *existing = NULL;
        if (im->job->seq > 0)
            TRY(absence_by_id(&im->rows_at, document->absences[i].id, &existing, reterr));
        admit[n++] =
            (struct admit_absence){ .record = document->absences[i], .existing = existing };
    }
    for (size_t i = 0; i < pruned.n; i++)
        admit[n++] = (struct admit_absence){ .record = pruned.at[i],
                                             .is_removed = true,
                                             .existing = &pruned.at[i] };
    *ret = admit;
    *ret_n = n;
    return IL_OK;
}

static void count_absences(struct importing *im, const struct entry *entry, size_t asked)
{
    struct import_count *count = &im->import->report.absences;
    const size_t n = entry == NULL ? 0 : entry->n_absences;
    for (size_t i = 0; i < n; i++) {
        if (entry->absences[i].is_removed)
            count->removed++;
        else if (entry->absences[i].version == 1)
            count->created++;
        else
            count->changed++;
    }
    count->left += asked - n;
}

static il_rc import_absences(struct importing *im, struct il_err *reterr)
{
    struct admit_absence *admit;
    size_t n;
    TRY(absences_to_admit(im, &admit, &n, reterr));
    for (size_t at = 0; at < n;) {
        struct command command = { .kind = COMMAND_ADMIT,
                                   .absences = admit + at,
                                   .n_absences = n - at < ADMIT_MAX ? n - at : ADMIT_MAX };
        const struct verdict verdict = decide_next(im, &command);
        TRY(admitted(im, &verdict, "/events", reterr));
        count_absences(im, verdict.entry, verdict.n_admitted);
        if (verdict.entry != NULL)
            take_entry(im, verdict.entry, NULL, 0);
        at += verdict.n_admitted;
    }
    return IL_OK;
}

/* ---- inspections ---- */

static il_rc meet_stored(struct importing *im, struct admit_inspection *admit,
                         const struct document_inspection *from, struct il_err *reterr)
{
    struct inspection *existing = NULL;
    struct str personal = STR("");
    admit->record = from->record;
    admit->states_price = from->states_price;
    admit->price_cents = from->price_cents;
    admit->person_changed = true;
    if (im->job->seq == 0) /* a company that did not exist has nothing to meet */
        return IL_OK;
    TRY(inspection_by_id(&im->rows_at, from->record.id, &existing, reterr));
    TRY(import_check_number(&im->rows_at, &from->record, reterr));
    if (existing == NULL)
        return IL_OK;
    TRY(person_by_ref(&im->rows_at, existing->person, &personal, reterr));
    admit->existing = existing;
    admit->person_changed = !str_equal(personal, from->personal);
    return IL_OK;
}

struct price price_today(const struct company *company, const struct inspection *record,
                         struct arena *arena)
{
    int32_t *services = arena_array(arena, int32_t, record->services.n);
    size_t n = 0;
    for (size_t i = 0; i < record->services.n; i++) {
        const int32_t at = company_find_service(company, record->services.at[i]);
        if (at != NOT_FOUND)
            services[n++] = at;
    }
    return price_of(company, services, n, &record->property, arena);
}

/* What a document may leave to the company: the brand, and the price that the services give. */
static void complete_record(struct importing *im, struct inspection *record)
{
    const struct company *company = im->image->company;
    if (record->brand.len == 0)
        record->brand = company->brands[0].id;
    record->price = price_today(company, record, im->arena);
}

static void count_inspections(struct importing *im, const struct entry *entry, size_t asked)
{
    struct import_count *count = &im->import->report.inspections;
    const size_t n = entry == NULL ? 0 : entry->n_inspections;
    for (size_t i = 0; i < n; i++) {
        if (entry->inspections[i]->version == 1)
            count->created++;
        else
            count->changed++;
    }
    count->left += asked - n;
}

/* Personal data of the records that were taken in, found again by _id. */
static size_t persons_of(const struct entry *entry, const struct document_inspection *from,
                         size_t n, const struct personal_data *sealed, struct personal_data *ret)
{
    size_t n_persons = 0;
    size_t at = 0;
    for (size_t i = 0; i < entry->n_inspections; i++) {
        const struct inspection *r = entry->inspections[i];
        while (at < n && !str_equal(from[at].record.id, r->id))
            at++;
        assert(at < n);
        if (!hash_equal(&r->person_hash, &sealed[at].hash))
            continue;
        ret[n_persons] = sealed[at];
        ret[n_persons++].ref = r->person;
    }
    return n_persons;
}

/* Takes in the first of n inspections, at least one; *ret_settled is how many. */
static il_rc import_part(struct importing *im, const struct document_inspection *from, size_t n,
                         size_t *ret_settled, struct il_err *reterr)
{
    struct admit_inspection *admit = arena_array(im->arena, struct admit_inspection, n);
    struct personal_data *sealed = arena_array(im->arena, struct personal_data, n);
    for (size_t i = 0; i < n; i++) {
        TRY(meet_stored(im, &admit[i], &from[i], reterr));
        if (admit[i].person_changed)
            sealed[i] = personal_seal(im->desk, im->arena, from[i].personal);
        admit[i].record.person_hash = sealed[i].hash;
        complete_record(im, &admit[i].record);
    }
    struct command command = { .kind = COMMAND_ADMIT,
                               .inspections = admit,
                               .n_inspections = n,
                               .order_floor = im->order_floor };
    const struct verdict verdict = decide_next(im, &command);
    TRY(admitted(im, &verdict, "/inspections", reterr));
    *ret_settled = verdict.n_admitted;
    count_inspections(im, verdict.entry, verdict.n_admitted);
    if (verdict.entry == NULL)
        return IL_OK;
    struct personal_data *persons = arena_array(im->arena, struct personal_data, n);
    const size_t n_persons = persons_of(verdict.entry, from, n, sealed, persons);
    take_entry(im, verdict.entry, persons, n_persons);
    return IL_OK;
}

static il_rc import_inspections(struct importing *im, struct il_err *reterr)
{
    const struct document *document = &im->import->document;
    for (size_t at = 0; at < document->n_inspections;) {
        const size_t left = document->n_inspections - at;
        size_t settled;
        TRY(import_part(im, document->inspections + at, left < ADMIT_MAX ? left : ADMIT_MAX,
                        &settled, reterr));
        at += settled;
    }
    return IL_OK;
}

/* ---- the whole ---- */

static utc_s oldest_of(const struct document *document)
{
    utc_s oldest = INT64_MAX;
    for (size_t i = 0; i < document->n_absences; i++) {
        if (document->absences[i].when.start < oldest)
            oldest = document->absences[i].when.start;
    }
    for (size_t i = 0; i < document->n_inspections; i++) {
        const struct inspection *r = &document->inspections[i].record;
        for (size_t k = 0; k < r->n_assignments; k++) {
            if (r->assignments[k].when.start < oldest)
                oldest = r->assignments[k].when.start;
        }
    }
    return oldest;
}

/* Behind every number that the document brings: what it leaves out is given from here on. */
static int64_t number_after(const struct document *document)
{
    int64_t largest = 0;
    for (size_t i = 0; i < document->n_inspections; i++) {
        const int64_t number = document->inspections[i].record.order_number;
        largest = number > largest ? number : largest;
    }
    return largest + 1;
}

static il_rc import_all(struct importing *im, struct il_err *reterr)
{
    const struct image *image;
    im->import->report = (struct import_report){ 0 }; /* it may have been decided before */
    im->n_rows = 0;
    im->n_opened = 0;
    im->order_floor = number_after(&im->import->document);
    im->needs_floor = INT64_MAX;
    TRY(image_read(im->read, im->job->company, im->floor, &image, reterr));
    im->image = image == NULL ? image_empty() : image;
    im->job->seq = im->image->seq;
    TRY(import_settings(im, reterr));
    TRY(import_absences(im, reterr));
    return import_inspections(im, reterr);
}

/* Most imports are about what is to come. One that is about old times begins again on an image that
 * reaches as far as the document, or as far as the conflicts it meets. */
static il_rc import_deeper(struct importing *im, struct il_err *reterr)
{
    const utc_s oldest = oldest_of(&im->import->document);
    il_rc rc = import_all(im, reterr);
    while (rc != IL_OK && im->needs_floor < im->floor) {
        block_free(im->image);
        im->image = NULL;
        im->floor = im->needs_floor < oldest ? im->needs_floor : oldest;
        rc = import_all(im, reterr);
    }
    return rc;
}

/* What somebody must look at now: one entry may open what a later one resolves. */
static size_t conflicts_left(const struct image *image, uint64_t seq_before)
{
    size_t n = 0;
    for (size_t i = 0; i < image->n_conflicts; i++)
        n += image->conflicts[i]->state == CONFLICT_OPEN &&
             image->conflicts[i]->ref >> REF_SEQ_SHIFT > seq_before;
    return n;
}

static il_rc import_decide(struct desk *desk, struct desk_job *job, utc_s now,
                           struct import_entries *ret, struct il_err *reterr)
{
    struct importing im = { .desk = desk,
                            .job = job,
                            .import = job->import,
                            .arena = job->arena,
                            .now = now,
                            .floor = now - DESK_FLOOR_S };
    il_rc rc = store_read_open(desk->options.store, &im.read, reterr);
    if (rc == IL_OK) {
        im.rows_at = (struct rows_at){ im.read, job->company, job->arena };
        rc = import_deeper(&im, reterr);
        store_read_close(im.read);
    }
    job->import->failed = rc != IL_OK;
    if (rc != IL_OK) {
        block_free(im.image);
        return rc;
    }
    job->import->report.seq = im.image->seq;
    job->import->report.conflicts = conflicts_left(im.image, job->seq);
    *ret = (struct import_entries){ im.rows, im.n_rows, im.image, job->seq };
    return IL_OK;
}

static bool is_past(struct desk *desk, struct str company, uint64_t seq)
{
    (void)pthread_mutex_lock(&desk->lock);
    const bool past = slot_find(desk, company)->known_seq > seq;
    (void)pthread_mutex_unlock(&desk->lock);
    return past;
}

/* Takes what was made beside the writer once: what the store does not let in is made anew. */
bool import_take(struct desk *desk, struct desk_job *job, utc_s now, struct import_entries *ret)
{
    struct desk_import *import = job->import;
    if (import->made.n == 0)
        return import_decide(desk, job, now, ret, &import->err) == IL_OK;
    import->is_overtaken = is_past(desk, job->company, import->made.seq);
    if (import->is_overtaken)
        return false;
    *ret = import->made;
    import->made = (struct import_entries){ .n = 0 };
    return true;
}

/* A fault with a code, so that whoever answers can say which: the desk's own refusal. */
static il_rc import_refused(const struct desk_job *job, struct il_err *reterr)
{
    const struct code_facts *facts = code_facts(job->code);
    const struct str words = job->is_wordless ? str_from(search_damaged) : facts->sentence;
    const il_rc rc = il_fail(reterr, IL_IO, "%.*s", STR_ARG(words));
    reterr->code = facts->name.at;
    return rc;
}

/* Once: as far as it went, or overtaken. */
static void import_try(struct desk *desk, struct desk_job *job, bool decides)
{
    struct desk_import *import = job->import;
    const bool dry_run = import->options.dry_run;
    import->is_overtaken = false;
    if (decides && import_decide(desk, job, desk_now_s(desk), &import->made, &import->err) != IL_OK)
        return;
    if (!decides || (import->made.n > 0 && !dry_run))
        desk_do(desk, job);
    block_free(import->made.image);
    import->made = (struct import_entries){ .n = 0 };
}

/* Into a company that never stands still, the writer decides: an import always ends. */
static void import_run(struct desk *desk, struct desk_job *job)
{
    job->code = desk_refuses(desk, job->company);
    bool again = job->code == CODE_NONE;
    for (int i = 0; again; i++) {
        struct arena arena = arena_make(SIZE_MAX / 2);
        job->arena = &arena; /* cppcheck-suppress autoVariables ; the job is done when it goes */
        import_try(desk, job, i < DESK_IMPORT_TRIES);
        arena_drop(&arena);
        again = job->import->is_overtaken;
    }
}

il_rc desk_import(struct desk *desk, const struct actor *actor, struct str text,
                  struct import_options options, struct import_report *ret, struct il_err *reterr)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct desk_import import = { .options = options };
    struct desk_job job = { .is_import = true, .import = &import };
    il_rc rc = document_read(&arena, text, desk->options.zones, &import.document, reterr);
    if (rc == IL_OK) {
        job.company = import.document.company_id;
        job.command.kind = COMMAND_ADMIT;
        job.command.actor = *actor;
        import_run(desk, &job);
        if (import.failed) {
            *reterr = import.err;
            rc = import.err.code != NULL ? IL_INVALID : IL_IO;
        } else if (job.code != CODE_NONE) {
            rc = import_refused(&job, reterr);
        }
    }
    if (rc == IL_OK)
        *ret = import.report;
    arena_drop(&arena);
    return rc;
}
