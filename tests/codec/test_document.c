/* Company documents: what is written is what was read (O4), and how imports lie over each other. */
#include "base/block.h"
#include "codec/document.h"
#include "codec/zone_system.h"
#include "document_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 256 * 1024 * 1024, DOCUMENT_BYTES = 64 * 1024 };

static char rich_bytes[DOCUMENT_BYTES];
static struct str rich;

static struct arena arena;

static int open_arena(void **state)
{
    (void)state;
    arena = arena_make(ARENA_BYTES);
    return 0;
}

static int drop_arena(void **state)
{
    (void)state;
    arena_drop(&arena);
    return 0;
}

static struct document read_document(struct str text)
{
    struct document document;
    struct il_err err = { .code = "" };
    if (document_read(&arena, text, zone_source_system(), &document, &err) != IL_OK)
        fail_msg("%s %s: %s\n%.*s", err.code, err.field, err.text, STR_ARG(text));
    return document;
}

static struct rows_merged merge(struct rows_merged before, const struct document *document,
                                bool prune)
{
    struct rows_merged after;
    struct il_err err = { .code = "" };
    if (document_merge(&arena, (struct setting_rows){ before.rows, before.n_rows }, document, prune,
                       &after, &err) != IL_OK)
        fail_msg("%s %s: %s", err.code, err.field, err.text);
    return after;
}

static const struct company *company_of(struct rows_merged merged)
{
    const struct company *company;
    struct il_err err = { .code = "" };
    if (company_read(merged.rows, merged.n_rows, &company, &err) != IL_OK)
        fail_msg("%s %s: %s", err.code, err.field, err.text);
    return company;
}

/* A document of company c; members are what stands after its company. */
static struct str small(const char *company_fields, const char *members)
{
    return str_print(&arena,
                     "{\"interlock\":1,\"company\":{\"_id\":\"c\",\"name\":\"C\",\"timezone\":"
                     "\"America/Denver\"%s}%s}",
                     company_fields, members);
}

static struct rows_merged import(struct rows_merged before, const char *company_fields,
                                 const char *members, bool prune)
{
    const struct document document = read_document(small(company_fields, members));
    return merge(before, &document, prune);
}

static const struct setting_row *find(struct rows_merged merged, const char *kind, const char *id)
{
    for (size_t i = 0; i < merged.n_rows; i++) {
        if (str_equal(merged.rows[i].kind, str_from(kind)) &&
            str_equal(merged.rows[i].id, str_from(id)))
            return &merged.rows[i];
    }
    return NULL;
}

static void assert_str(struct str given, const char *wanted)
{
    assert_string_equal(str_copy(&arena, given).at, wanted);
}

static void assert_same_inspection(const struct document_inspection *a,
                                   const struct document_inspection *b)
{
    const struct inspection *x = &a->record;
    const struct inspection *y = &b->record;
    assert_str(x->id, y->id.at);
    assert_str(a->personal, str_copy(&arena, b->personal).at);
    assert_int_equal(x->order_number, y->order_number);
    assert_int_equal(x->place_key, y->place_key);
    assert_int_equal(x->created_at, y->created_at);
    assert_int_equal(x->n_assignments, y->n_assignments);
    for (size_t i = 0; i < x->n_assignments; i++) {
        assert_str(x->assignments[i].inspector, y->assignments[i].inspector.at);
        assert_str(x->assignments[i].role, y->assignments[i].role.at);
        assert_memory_equal(&x->assignments[i].when, &y->assignments[i].when, sizeof(struct span));
    }
    assert_memory_equal(&x->when, &y->when, sizeof x->when);
    assert_memory_equal(&x->property.place, &y->property.place, sizeof x->property.place);
    assert_int_equal(x->property.square_feet, y->property.square_feet);
}

static void import_of_an_export_changes_nothing(void **state)
{
    (void)state;
    const struct document first = read_document(rich);
    const struct rows_merged stored = merge((struct rows_merged){ 0 }, &first, false);
    const struct company *company = company_of(stored);
    const struct str text = document_text(&arena, stored, &first, company->zone);
    const struct document second = read_document(text);
    const struct rows_merged again = merge(stored, &second, true);
    assert_int_equal(stored.n_changed, stored.n_rows);
    assert_int_equal(again.n_changed, 0);
    assert_int_equal(again.n_removed, 0);
    assert_int_equal(again.left, stored.n_rows);
    assert_int_equal(second.n_absences, first.n_absences);
    for (size_t i = 0; i < first.n_absences; i++) {
        assert_str(second.absences[i].id, first.absences[i].id.at);
        assert_memory_equal(&second.absences[i].when, &first.absences[i].when, sizeof(struct span));
        assert_int_equal(second.absences[i].whole_days, first.absences[i].whole_days);
    }
    assert_int_equal(second.n_inspections, first.n_inspections);
    for (size_t i = 0; i < first.n_inspections; i++)
        assert_same_inspection(&second.inspections[i], &first.inspections[i]);
    assert_str(document_text(&arena, again, &second, company->zone), text.at);
    block_free(company);
}

/* ---- what a document becomes ---- */

static void hours_are_merged_and_sorted(void **state)
{
    (void)state;
    const struct document d = read_document(rich);
    const struct company *c = company_of(merge((struct rows_merged){ 0 }, &d, false));
    const struct inspector *alice = &c->inspectors[company_find_inspector(c, STR("alice"))];
    assert_int_equal(alice->week[0].n_spans, 2);
    assert_int_equal(alice->week[0].spans[0].from_min, 8 * 60);
    assert_int_equal(alice->week[0].spans[0].to_min, 17 * 60);
    assert_int_equal(alice->week[0].spans[1].to_min, 1440);
    assert_int_equal(alice->week[1].n_starts, 3);
    assert_int_equal(alice->week[1].starts[0], 8 * 60);
    assert_int_equal(alice->n_services, 2);
    assert_int_equal(alice->home.lng_e7, -1049912345);
    assert_true(alice->services[0] < alice->services[1]);
    assert_false(c->inspectors[company_find_inspector(c, STR("bob"))].is_active);
    assert_str(c->inspectors[company_find_inspector(c, STR("bob"))].name, "bob");
    assert_int_equal(c->shortest_visit_min, 180);
    block_free(c);
}

static void weeks_keep_their_dates(void **state)
{
    (void)state;
    const struct document d = read_document(rich);
    const struct rows_merged rows = merge((struct rows_merged){ 0 }, &d, false);
    const struct company *c = company_of(rows);
    const struct inspector *alice = &c->inspectors[company_find_inspector(c, STR("alice"))];
    assert_int_equal(alice->n_dated, 3);
    assert_int_equal(alice->dated[0].valid_from, INT32_MIN);
    assert_int_equal(alice->dated[0].valid_to, date_from_civil((struct civil){ 2026, 12, 24 }));
    assert_int_equal(alice->dated[1].valid_from, date_from_civil((struct civil){ 2026, 6, 1 }));
    assert_int_equal(alice->dated[1].valid_to, INT32_MAX);
    assert_int_equal(alice->dated[1].hours.n_spans, 1);
    assert_int_equal(alice->dated[1].hours.spans[0].from_min, 21 * 60);
    assert_int_equal(alice->dated[1].hours.spans[0].to_min, 30 * 60);
    assert_int_equal(alice->dated[2].hours.n_spans, 0);
    assert_int_equal(alice->week[4].n_starts, 0);
    assert_int_equal(alice->week[5].spans[0].to_min, 32 * 60);
    assert_int_equal(c->holidays[1].n_worked_by, 2);
    assert_int_equal(c->holidays[1].worked_by[0], company_find_inspector(c, STR("alice")));
    assert_int_equal(c->holidays[0].n_worked_by, 0);
    const struct str text = document_text(&arena, rows, &d, c->zone);
    assert_non_null(strstr(text.at, "\"spans\":[[\"21:00\",\"06:00\"]]"));
    assert_non_null(strstr(text.at, "\"spans\":[[\"08:00\",\"08:00\"]]"));
    assert_non_null(strstr(text.at, "\"workedBy\":[\"bob\",\"alice\"]"));
    block_free(c);
}

static void brands_lie_over_the_company(void **state)
{
    (void)state;
    const struct document d = read_document(rich);
    const struct company *c = company_of(merge((struct rows_merged){ 0 }, &d, false));
    assert_str(c->zone_name, "America/Denver");
    assert_str(c->brands[0].id, "denver");
    assert_int_equal(c->brands[0].spectora, SPECTORA_MIRROR);
    assert_false(c->brands[0].rules.policy[AUDIENCE_ONLINE].auto_confirm);
    assert_true(c->brands[1].rules.policy[AUDIENCE_ONLINE].auto_confirm);
    assert_int_equal(c->brands[0].rules.policy[AUDIENCE_ONLINE].cutoff_min, 1020);
    assert_int_equal(c->rules.policy[AUDIENCE_INTERNAL].cutoff_min, NOT_FOUND);
    assert_int_equal(c->rules.road_factor_milli, 1325);
    block_free(c);
}

static void defaults_are_those_of_the_contract(void **state)
{
    (void)state;
    const struct company *c = company_of(
        import((struct rows_merged){ 0 }, "", ",\"services\":[],\"inspectors\":[]", false));
    assert_int_equal(c->n_brands, 1);
    assert_str(c->brands[0].id, "c");
    assert_str(c->currency, "USD");
    assert_int_equal(c->rules.step_min, 30);
    assert_int_equal(c->rules.policy[AUDIENCE_ONLINE].horizon_days, 60);
    assert_int_equal(c->rules.policy[AUDIENCE_ONLINE].notice_min, 120);
    assert_int_equal(c->rules.policy[AUDIENCE_ONLINE].cutoff_min, NOT_FOUND);
    assert_true(c->rules.policy[AUDIENCE_ONLINE].same_day);
    assert_int_equal(c->rules.policy[AUDIENCE_INTERNAL].notice_min, 0);
    assert_int_equal(c->rules.checkout_hold_s, 300);
    assert_int_equal(c->rules.quote_hold_h, 24);
    assert_int_equal(c->rules.travel, TRAVEL_OFF);
    assert_int_equal(c->rules.road_factor_milli, 1300);
    assert_int_equal(c->shortest_visit_min, 60);
    block_free(c);
}

static void orders_are_sorted_and_complete(void **state)
{
    (void)state;
    const struct document d = read_document(rich);
    assert_str(d.inspections[0].record.id, "i0");
    assert_str(d.inspections[1].record.id, "i1");
    assert_str(d.inspections[2].record.id, "i2");
    const struct inspection *plain = &d.inspections[1].record;
    assert_int_equal(plain->status, STATUS_CONFIRMED);
    assert_str(plain->scheduled_location, "import");
    assert_int_equal(plain->created_at, 0);
    assert_str(d.inspections[1].personal, "");
    const struct inspection *whole = &d.inspections[0].record;
    assert_int_equal(whole->n_assignments, 2);
    assert_str(whole->assignments[0].inspector, "alice");
    assert_str(whole->assignments[1].role, "assistant");
    assert_int_equal(whole->assignments[1].when.end, whole->when.end);
    const struct inspection *own = &d.inspections[2].record;
    assert_str(own->assignments[0].inspector, "bob");
    assert_int_equal(own->assignments[0].when.end - own->assignments[0].when.start, 9000);
    assert_int_equal(own->when.end - own->when.start, 10800);
}

static void a_vacation_covers_whole_days(void **state)
{
    (void)state;
    const struct document d = read_document(small(
        "",
        ",\"vacations\":[{\"_inspectorId\":\"a\",\"from\":\"2026-10-31\",\"to\":\"2026-11-01\"}]"));
    /* 31 October 00:00 MDT to 2 November 00:00 MST: an hour more than two days. */
    assert_int_equal(d.absences[0].when.end - d.absences[0].when.start, 49 * HOUR_S);
    assert_true(d.absences[0].whole_days);
}

/* ---- imports over imports ---- */

#define TEAM                                                                                      \
    ",\"services\":[{\"_id\":\"s\",\"name\":\"S\",\"minutes\":60},"                               \
    "{\"_id\":\"t\",\"name\":\"T\",\"minutes\":30}],"                                             \
    "\"inspectors\":[{\"_id\":\"a\",\"name\":\"A\",\"services\":[\"s\",\"t\"]},{\"_id\":\"b\"}]," \
    "\"holidays\":[{\"_id\":\"h\",\"date\":\"2026-12-25\"}]"

static void a_new_company_needs_services_and_inspectors(void **state)
{
    (void)state;
    struct il_err err = { .code = "" };
    struct rows_merged merged;
    struct document d = read_document(small("", ""));
    assert_int_equal(
        document_merge(&arena, (struct setting_rows){ NULL, 0 }, &d, false, &merged, &err),
        IL_INVALID);
    assert_string_equal(err.field, "/services");
    d = read_document(small("", ",\"services\":[]"));
    assert_int_equal(
        document_merge(&arena, (struct setting_rows){ NULL, 0 }, &d, false, &merged, &err),
        IL_INVALID);
    assert_string_equal(err.field, "/inspectors");
}

static void absent_rows_stay_and_absent_arrays_always(void **state)
{
    (void)state;
    const struct rows_merged stored = import((struct rows_merged){ 0 }, "", TEAM, false);
    const char *less = ",\"services\":[{\"_id\":\"s\",\"name\":\"S\",\"minutes\":61}]";
    const struct rows_merged kept = import(stored, "", less, false);
    assert_int_equal(kept.n_rows, stored.n_rows);
    assert_int_equal(kept.n_changed, 1);
    assert_int_equal(kept.created, 0);
    assert_int_equal(kept.left, stored.n_rows - 1);
    const struct rows_merged pruned = import(stored, "", ",\"holidays\":[]", true);
    assert_int_equal(pruned.n_removed, 1);
    assert_str(pruned.removed[0].id, "h");
    assert_non_null(find(pruned, "inspector", "b"));
    assert_int_equal(pruned.n_rows, stored.n_rows - 1);
}

static void what_orders_name_is_retired_not_removed(void **state)
{
    (void)state;
    const struct rows_merged stored = import((struct rows_merged){ 0 }, "", TEAM, false);
    const char *less = ",\"services\":[{\"_id\":\"s\",\"name\":\"S\",\"minutes\":60}],"
                       "\"inspectors\":[{\"_id\":\"b\"}]";
    const struct rows_merged pruned = import(stored, "", less, true);
    assert_int_equal(pruned.n_removed, 0);
    assert_int_equal(pruned.n_changed, 2);
    const struct company *c = company_of(pruned);
    assert_false(c->inspectors[company_find_inspector(c, STR("a"))].is_active);
    assert_str(c->inspectors[company_find_inspector(c, STR("a"))].name, "A");
    assert_false(c->services[company_find_service(c, STR("t"))].is_active);
    block_free(c);
    const struct rows_merged again = import(pruned, "", less, true);
    assert_int_equal(again.n_changed, 0);
}

static void settings_merge_by_key_the_rest_of_a_row_does_not(void **state)
{
    (void)state;
    const struct rows_merged stored =
        import((struct rows_merged){ 0 },
               ",\"currency\":\"CAD\",\"settings\":{\"stepMinutes\":15,\"online\":"
               "{\"noticeMinutes\":7,\"nextDayCutoffTimeInMinutes\":900}}",
               TEAM, false);
    const struct rows_merged after = import(
        stored, ",\"settings\":{\"online\":{\"nextDayCutoffTimeInMinutes\":null}}", "", false);
    assert_int_equal(after.n_changed, 1);
    const struct company *c = company_of(after);
    assert_int_equal(c->rules.step_min, 15);
    assert_int_equal(c->rules.policy[AUDIENCE_ONLINE].notice_min, 7);
    assert_int_equal(c->rules.policy[AUDIENCE_ONLINE].cutoff_min, NOT_FOUND);
    assert_str(c->currency, "USD");
    block_free(c);
}

static void the_first_brand_is_the_first_of_the_document(void **state)
{
    (void)state;
    const struct rows_merged stored = import(
        (struct rows_merged){ 0 }, "",
        TEAM ",\"brands\":[{\"_id\":\"z\",\"name\":\"Z\"},{\"_id\":\"a\",\"name\":\"A\"}]", false);
    const struct company *c = company_of(stored);
    assert_str(c->brands[0].id, "z");
    block_free(c);
    /* One more brand does not become the default; the whole list in another order does. */
    const struct rows_merged more =
        import(stored, "", ",\"brands\":[{\"_id\":\"m\",\"name\":\"M\"}]", false);
    c = company_of(more);
    assert_str(c->brands[0].id, "z");
    assert_int_equal(more.n_changed, 1);
    block_free(c);
    const struct rows_merged other = import(
        stored, "", ",\"brands\":[{\"_id\":\"a\",\"name\":\"A\"},{\"_id\":\"z\",\"name\":\"Z\"}]",
        false);
    c = company_of(other);
    assert_str(c->brands[0].id, "a");
    assert_int_equal(other.n_changed, 1);
    assert_str(other.changed[0].kind, "company");
    block_free(c);
}

static void people_stand_apart_and_keep_their_row(void **state)
{
    (void)state;
    const struct rows_merged stored = import((struct rows_merged){ 0 }, "", TEAM, false);
    const struct setting_row *a = find(stored, "inspector", "a");
    assert_str(a->personal, "{\"name\":\"A\"}");
    assert_null(strstr(a->body.at, "name"));
    ((struct setting_row *)(uintptr_t)a)->person = 77;
    const struct rows_merged body =
        import(stored, "", ",\"inspectors\":[{\"_id\":\"a\",\"name\":\"A\"}]", false);
    assert_int_equal(body.n_changed, 1);
    assert_int_equal(body.changed[0].person, 77);
    const struct rows_merged name = import(
        stored, "",
        ",\"inspectors\":[{\"_id\":\"a\",\"name\":\"Anna\",\"services\":[\"s\",\"t\"]}]", false);
    assert_int_equal(name.n_changed, 1);
    assert_int_equal(name.changed[0].person, 0);
}

static void another_zone_replaces_the_old_one(void **state)
{
    (void)state;
    const struct rows_merged stored = import((struct rows_merged){ 0 }, "", TEAM, false);
    const struct document d =
        read_document(STR("{\"interlock\":1,\"company\":{\"_id\":\"c\",\"name\":\"C\","
                          "\"timezone\":\"US/Eastern\"}}"));
    const struct rows_merged moved = merge(stored, &d, false);
    assert_int_equal(moved.n_removed, 1);
    assert_str(moved.removed[0].id, "America/Denver");
    const struct company *c = company_of(moved);
    assert_str(c->zone_name, "America/New_York");
    block_free(c);
}

static void dangling_names_do_not_keep_a_company_from_being_read(void **state)
{
    (void)state;
    const struct rows_merged stored = import(
        (struct rows_merged){ 0 }, "",
        ",\"services\":[],\"inspectors\":[{\"_id\":\"a\",\"services\":[\"gone\"]}],"
        "\"openings\":[{\"_inspectorId\":\"gone\",\"date\":\"2026-12-01\",\"starts\":[\"09:00\"]}]",
        false);
    const struct company *c = company_of(stored);
    assert_int_equal(c->inspectors[0].n_services, 0);
    assert_int_equal(c->n_openings, 0);
    block_free(c);
}

static void a_wrong_row_is_named(void **state)
{
    (void)state;
    const struct rows_merged stored = import((struct rows_merged){ 0 }, "", TEAM, false);
    struct setting_row *row = (struct setting_row *)(uintptr_t)find(stored, "inspector", "a");
    const struct company *company = NULL;
    struct il_err err = { .code = "" };
    row->body = STR("{\"_id\":\"a\",\"dailyMax\":\"no\"}");
    assert_int_equal(company_read(stored.rows, stored.n_rows, &company, &err), IL_INVALID);
    assert_non_null(strstr(err.text, "inspector a: "));
    assert_null(company);
    assert_int_equal(company_read(NULL, 0, &company, &err), IL_INVALID);
}

int main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, drop_arena)
    const struct CMUnitTest tests[] = {
        TEST(import_of_an_export_changes_nothing),
        TEST(hours_are_merged_and_sorted),
        TEST(weeks_keep_their_dates),
        TEST(brands_lie_over_the_company),
        TEST(defaults_are_those_of_the_contract),
        TEST(orders_are_sorted_and_complete),
        TEST(a_vacation_covers_whole_days),
        TEST(a_new_company_needs_services_and_inspectors),
        TEST(absent_rows_stay_and_absent_arrays_always),
        TEST(what_orders_name_is_retired_not_removed),
        TEST(settings_merge_by_key_the_rest_of_a_row_does_not),
        TEST(the_first_brand_is_the_first_of_the_document),
        TEST(people_stand_apart_and_keep_their_row),
        TEST(another_zone_replaces_the_old_one),
        TEST(dangling_names_do_not_keep_a_company_from_being_read),
        TEST(a_wrong_row_is_named),
    };
#undef TEST
    if (argc < 2)
        return 1;
    FILE *in = fopen(argv[1], "rb");
    if (in == NULL)
        return 1;
    rich = (struct str){ rich_bytes, fread(rich_bytes, 1, sizeof rich_bytes, in) };
    (void)fclose(in);
    hash_start();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
