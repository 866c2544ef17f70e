/* What a decision is told of orders: as they are stored, and as its own batch leaves them. */
#include "bench.h"

static struct desk_job at_place(struct desk_job job, int64_t place)
{
    job.command.place_key = place;
    return job;
}

/* An order that moved away in the same batch is no duplicate where it was. */
static void test_a_duplicate_that_moves_away_in_the_batch(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct desk_job order = at_place(book(b, "a", "i0", slot), 7);
    desk_do(b->desk, &order);
    const struct str id = order.verdict.entry->inspections[0]->id;
    assert_int_equal(code_of(&order), CODE_NONE);
    struct counted first;
    struct counted moves;
    struct counted online;
    fault_hold(b->faults);
    submit(b, &first, book(b, "a", "i1", slot));
    fault_await(b->faults);
    struct desk_job move =
        rig_visit(&b->arena, "a", COMMAND_RESCHEDULE, "i0", slot + (utc_s)20 * DAY_S, 60);
    move.command.subject = id;
    move.command.version = VERSION_ANY;
    submit(b, &moves, move);
    struct desk_job again = at_place(book(b, "a", "i2", slot + DAY_S), 7);
    again.command.actor = rig_actor(ROLE_ONLINE, false);
    submit(b, &online, again);
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    assert_int_equal(code_of(&moves.job), CODE_NONE);
    assert_int_equal(code_of(&online.job), CODE_NONE);
    bench_close(b);
}

/* Orders at the address that were cancelled do not hide one that stands. */
static void test_a_duplicate_behind_cancelled_ones(void **state)
{
    enum { CANCELLED = 300 };
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    for (int i = 0; i < CANCELLED; i++) {
        struct desk_job order = at_place(book(b, "a", "i0", slot), 7);
        desk_do(b->desk, &order);
        struct desk_job cancel =
            rig_job(&b->arena, "a", COMMAND_CANCEL, rig_actor(ROLE_STAFF, false));
        cancel.command.subject = order.verdict.entry->inspections[0]->id;
        cancel.command.version = VERSION_ANY;
        desk_do(b->desk, &cancel);
        assert_int_equal(code_of(&order), CODE_NONE);
        assert_int_equal(code_of(&cancel), CODE_NONE);
    }
    struct desk_job stands = at_place(book(b, "a", "i0", slot + HOUR_S), 7);
    desk_do(b->desk, &stands);
    assert_int_equal(code_of(&stands), CODE_NONE);
    struct desk_job again = at_place(book(b, "a", "i2", slot + DAY_S), 7);
    again.command.actor = rig_actor(ROLE_ONLINE, false);
    desk_do(b->desk, &again);
    assert_int_equal(code_of(&again), CODE_possible_duplicate);
    bench_close(b);
}

/* A hold that has ended still says around which day duplicates are looked for. */
static void test_a_duplicate_through_an_ended_hold(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    const utc_s far = slot + (utc_s)20 * DAY_S;
    struct desk_job stands = at_place(book(b, "a", "i0", far), 7);
    desk_do(b->desk, &stands);
    assert_int_equal(code_of(&stands), CODE_NONE);
    struct desk_job hold = rig_visit(&b->arena, "a", COMMAND_HOLD, "i1", far, 60);
    desk_do(b->desk, &hold);
    struct desk_job release =
        rig_job(&b->arena, "a", COMMAND_RELEASE, rig_actor(ROLE_STAFF, false));
    release.command.hold = hold.verdict.entry->holds[0]->ref;
    desk_do(b->desk, &release);
    assert_int_equal(code_of(&release), CODE_NONE);
    struct desk_job online =
        at_place(rig_job(&b->arena, "a", COMMAND_BOOK, rig_actor(ROLE_ONLINE, false)), 7);
    online.command.want.services = rig_strs(&b->arena, "short");
    online.command.hold = hold.verdict.entry->holds[0]->ref;
    assert_int_equal(code_of(&hold), CODE_NONE);
    desk_do(b->desk, &online);
    assert_int_equal(code_of(&online), CODE_possible_duplicate);
    bench_close(b);
}

static struct desk_job brand_job(struct bench *b, enum setting_how how, const char *text)
{
    struct desk_job job = rig_job(&b->arena, "a", COMMAND_CONFIGURE, rig_actor(ROLE_ADMIN, true));
    job.command.version = VERSION_ANY;
    job.setting = (struct setting_wish){ how, KIND_BRAND, STR(""), str_from(text) };
    if (how != SETTING_ADD)
        job.setting.id = STR("extra");
    return job;
}

/* The order that names it is decided and not stored yet; the hold it had is over. */
static void test_a_brand_that_the_batch_names(void **state)
{
    (void)state;
    struct bench *b = bench_open((struct limits){ 0 });
    struct counted first;
    struct counted booked;
    struct counted removed;
    struct desk_job add = brand_job(b, SETTING_ADD, "{\"_id\":\"extra\",\"name\":\"Extra\"}");
    desk_do(b->desk, &add);
    assert_int_equal(code_of(&add), CODE_NONE);
    struct desk_job job = book(b, "a", "i1", slot);
    job.command.want.brand = STR("extra");
    fault_hold(b->faults);
    submit(b, &first, book(b, "a", "i0", slot));
    fault_await(b->faults);
    submit(b, &booked, job);
    submit(b, &removed, brand_job(b, SETTING_REMOVE, ""));
    fault_release(b->faults);
    desk_drain(b->desk);
    assert_int_equal(code_of(&first.job), CODE_NONE);
    assert_int_equal(code_of(&booked.job), CODE_NONE);
    assert_int_equal(code_of(&removed.job), CODE_out_of_range);
    bench_close(b);
}

int main(void)
{
    hash_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_duplicate_that_moves_away_in_the_batch),
        cmocka_unit_test(test_a_duplicate_behind_cancelled_ones),
        cmocka_unit_test(test_a_duplicate_through_an_ended_hold),
        cmocka_unit_test(test_a_brand_that_the_batch_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
