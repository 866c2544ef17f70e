/* POST /schedule/check: many times, each with the verdict that a booking of it would get now.
 *
 *  The judge is the one that books (desk_try_on), on one snapshot for all of them: nothing is kept,
 *  and what one candidate would take is free to the next. */
#include "call.h"

enum { CANDIDATES_MAX = 500 };

static void candidate_decode(struct call *call, struct json_obj *o, struct command *ret)
{
    ret->actor = call->actor;
    ret->status = NOT_FOUND;
    ret->subject = json_opt_str(o, "reschedule", ID_CHARS_MAX);
    ret->kind = ret->subject.len > 0 ? COMMAND_RESCHEDULE : COMMAND_BOOK;
    ret->version = VERSION_ANY;
    decode_want(o, &ret->want);
    decode_assignments(o, &ret->want);
    decode_hold_property(o, &ret->want);
    if (!decode_hold(call, o, &ret->hold))
        json_fault(o, "hold", "not_found", "There is no such hold.");
    if (ret->kind == COMMAND_BOOK)
        require_choice(o, ret);
    else
        refuse_brand(o, &ret->want);
    require(o, ret->want.has_datetime || ret->hold != 0, "datetime", "is required");
    json_done(o);
}

/* Who would go, and when. */
static void put_free(struct call *call, struct json *j, const struct inspection *record)
{
    const struct zone *zone = call->image->company->zone;
    json_put_str(j, "code", STR("free"));
    show_instant(j, "datetime", zone, record->when.start);
    show_instant(j, "endtime", zone, record->when.end);
    json_put_str(j, "_inspectorId", record->assignments[0].inspector);
    json_open(j, "inspectors", '[');
    for (size_t i = 0; i < record->n_assignments; i++)
        json_str(j, record->assignments[i].inspector);
    json_end_array(j);
}

static void put_refused(struct call *call, struct json *j, const struct desk_job *job)
{
    const struct verdict *v = &job->verdict;
    const struct code_facts *facts = code_facts(v->code);
    json_put_str(j, "code", facts->name);
    json_put_str(j, "detail", v->detail.len > 0 ? v->detail : facts->sentence);
    if (v->field.len > 0)
        json_put_str(j, "field", v->field);
    json_put_bool(j, "overridable", is_overridable(job));
    show_conflicts(call, j, v->evidence, v->n_evidence);
}

/* What stands already where it is asked to go is as free as what would be new there. */
static const struct inspection *record_of(const struct verdict *verdict)
{
    return verdict->entry != NULL ? verdict->entry->inspections[0] : verdict->unchanged;
}

/* False: it could not be judged; the fault is *ret_code. */
static bool candidate_judge(struct call *call, struct json *j, const struct command *command,
                            enum code *ret_code)
{
    struct arena arena = arena_make(SIZE_MAX / 2);
    struct desk_job job = { .company = call->company, .command = *command, .arena = &arena };
    desk_try_on(call->api->desk, &job, call->image);
    *ret_code = job.code;
    json_start_object(j);
    if (job.code == CODE_NONE && job.verdict.code == CODE_NONE)
        put_free(call, j, record_of(&job.verdict));
    else if (job.code == CODE_NONE)
        put_refused(call, j, &job);
    json_end_object(j);
    block_free(job.image);
    arena_drop(&arena);
    return *ret_code == CODE_NONE;
}

bool check_handle(struct call *call)
{
    enum code code;
    if (query_is_wrong(call, NULL, 0))
        return true;
    struct json_obj o = body_root(call);
    struct json_arr list = json_opt_arr(&o, "candidates", CANDIDATES_MAX);
    struct command *commands = arena_array(&call->work, struct command, list.n);
    require(&o, list.n > 0, "candidates", "is required: a list of times");
    for (size_t i = 0; i < list.n; i++) {
        struct json_obj in = json_arr_obj(&list, i);
        candidate_decode(call, &in, &commands[i]);
    }
    json_done(&o);
    if (!body_is_good(call))
        return true;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_open(&j, "verdicts", '[');
    for (size_t i = 0; i < list.n; i++) {
        if (!candidate_judge(call, &j, &commands[i], &code))
            return answer_code(call, code, "", STR(""));
    }
    json_end_array(&j);
    json_end_object(&j);
    return answer_json(call, 200);
}
