/* Any bytes: a document is refused, or it can be stored, read, written and read again unchanged. */
#include "base/block.h"
#include "codec/document.h"
#include "codec/zone_system.h"
#include "document_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FUZZ_ARENA_BYTES = 1 << 30, TZIF_BYTES = 64 * 1024 };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char tzif[TZIF_BYTES];
static size_t tzif_len;

/* One zone for every name: what is fuzzed is not the disk. */
static il_rc load(struct zone_source *source, struct arena *arena, struct str name,
                  struct str *ret_name, struct str *ret_tzif, struct il_err *reterr)
{
    (void)source;
    if (name.len == 0)
        return il_invalid(reterr, "out_of_range", "", "no name");
    *ret_name = STR("America/Denver");
    *ret_tzif = str_copy(arena, (struct str){ tzif, tzif_len });
    return IL_OK;
}

static struct zone_source zones = { .load = load };

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    struct arena arena = arena_make(FUZZ_ARENA_BYTES);
    struct str name;
    struct str bytes;
    struct il_err err;
    struct zone_source *system = zone_source_system();
    hash_start();
    if (system->load(system, &arena, STR("America/Denver"), &name, &bytes, &err) != IL_OK)
        abort();
    for (tzif_len = 0; tzif_len < bytes.len; tzif_len++)
        tzif[tzif_len] = bytes.at[tzif_len];
    arena_drop(&arena);
    return 0;
}

static void broken(const char *what, const struct il_err *err)
{
    (void)fprintf(stderr, "%s: %s %s: %s\n", what, err->code == NULL ? "" : err->code, err->field,
                  err->text);
    abort();
}

static void again(struct arena *arena, struct rows_merged stored, const struct document *document,
                  const struct zone *zone)
{
    struct document second;
    struct rows_merged after;
    struct il_err err = { .code = NULL };
    const struct str text = document_text(arena, stored, document, zone);
    if (document_read(arena, text, &zones, &second, &err) != IL_OK)
        broken("what was written cannot be read", &err);
    if (document_merge(arena, (struct setting_rows){ stored.rows, stored.n_rows }, &second, true,
                       &after, &err) != IL_OK)
        broken("what was written cannot be merged", &err);
    if (after.n_changed != 0 || after.n_removed != 0 ||
        second.n_inspections != document->n_inspections ||
        second.n_absences != document->n_absences)
        broken("an import of an export changed something", &err);
    if (!str_equal(document_text(arena, after, &second, zone), text))
        broken("an export of an import of an export is another one", &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = arena_make(FUZZ_ARENA_BYTES);
    const struct str text = { (const char *)data, size };
    struct document document;
    struct rows_merged merged;
    const struct company *company;
    struct il_err err = { .code = NULL };
    if (document_read(&arena, text, &zones, &document, &err) == IL_OK &&
        document_merge(&arena, (struct setting_rows){ NULL, 0 }, &document, false, &merged, &err) ==
            IL_OK &&
        company_read(merged.rows, merged.n_rows, &company, &err) == IL_OK) {
        const il_rc rc = document_check(&document, company, &arena, &err);
        if (rc == IL_OK || rc == IL_INVALID)
            again(&arena, merged, &document, company->zone);
        block_free(company);
    }
    arena_drop(&arena);
    return 0;
}
