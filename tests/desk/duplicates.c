/* Possible duplicates: orders at one address, as they are stored and as the batch leaves them. */
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
    enum { CANCELLED = 8 };
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

int main(void)
{
    hash_start();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_duplicate_that_moves_away_in_the_batch),
        cmocka_unit_test(test_a_duplicate_behind_cancelled_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
