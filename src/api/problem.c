/* Problems: refusals and faults as problem+json (RFC 9457). */
#include "call.h"

#include <stdio.h>

static const char PROBLEM_TYPE[] = "application/problem+json";

static void begin_problem(struct json *j, enum code code, struct str detail)
{
    const struct code_facts *facts = code_facts(code);
    json_start_object(j);
    json_key(j, STR("type"));
    char type[96];
    const int len = snprintf(type, sizeof type, "urn:interlock:problem:%.*s", STR_ARG(facts->name));
    json_str(j, (struct str){ type, (size_t)len });
    json_put_str(j, "title", facts->sentence);
    json_put_int(j, "status", facts->status);
    json_put_str(j, "detail", detail.len > 0 ? detail : facts->sentence);
    json_put_str(j, "code", facts->name);
}

static void set_status(struct call *call, enum code code)
{
    call->response->status = code_facts(code)->status;
    http_response_header(call->response, "Content-Type", str_from(PROBLEM_TYPE));
    if (code == CODE_unauthorized)
        http_response_header(call->response, "WWW-Authenticate", STR("Bearer"));
    if (code == CODE_overloaded || code == CODE_idempotency_in_progress ||
        code == CODE_too_many_holds)
        http_response_header(call->response, "Retry-After", STR("1"));
}

bool answer_code(struct call *call, enum code code, const char *field, struct str detail)
{
    struct json j = answer_begin(call);
    begin_problem(&j, code, detail);
    if (field[0] != '\0')
        json_put_str(&j, "field", str_from(field));
    json_end_object(&j);
    set_status(call, code);
    if (call->route != NULL && call->route->needs_key && call->image != NULL && !call->has_job)
        put_seq_header(call, call->image->seq);
    return true;
}

bool answer_fault(struct call *call, const struct il_err *err)
{
    const enum code code = err->code == NULL ? CODE_NONE : code_find(str_from(err->code));
    if (code != CODE_NONE)
        return answer_code(call, code, err->field, str_copy(call->arena, str_from(err->text)));
    call->api->log->line(call->api->log, LOG_ERROR, "a request failed", str_from(err->text));
    return answer_code(call, CODE_overloaded, "", STR(""));
}

bool answer_not_found(struct call *call)
{
    return answer_code(call, CODE_not_found, "", STR(""));
}

bool answer_json(struct call *call, int status)
{
    call->response->status = status;
    http_response_header(call->response, "Content-Type", STR("application/json"));
    return true;
}

void put_seq_header(struct call *call, uint64_t seq)
{
    http_response_header(call->response, "Interlock-Seq",
                         str_print(call->arena, "%llu", (unsigned long long)seq));
}

static void put_choices(struct call *call, struct json *j)
{
    const struct verdict *v = &call->job.verdict;
    const struct zone *zone = call->job.image->company->zone;
    if (v->code != CODE_nonexistent_local_time && v->code != CODE_ambiguous_local_time)
        return;
    json_open(j, "choices", '[');
    json_str(j, instant_print(call->arena, zone, v->choices.first));
    if (v->choices.last != v->choices.first)
        json_str(j, instant_print(call->arena, zone, v->choices.last));
    json_end_array(j);
}

static bool has_conflicts(enum code code)
{
    return code == CODE_slot_taken || code == CODE_hold_consumed || code == CODE_possible_duplicate;
}

static bool closes_time(enum command_kind kind)
{
    return kind == COMMAND_ADD_ABSENCE || kind == COMMAND_CHANGE_ABSENCE;
}

bool is_overridable(const struct desk_job *job)
{
    const enum command_kind kind = job->command.kind;
    const bool takes_override = kind == COMMAND_BOOK || kind == COMMAND_RESCHEDULE ||
                                kind == COMMAND_REASSIGN || kind == COMMAND_REASSIGNMENTS ||
                                kind == COMMAND_AMEND || kind == COMMAND_RESTORE;
    return takes_override && !job->verdict.is_final &&
           code_facts(job->verdict.code)->is_overridable;
}

void answer_verdict(struct call *call)
{
    const struct verdict *v = &call->job.verdict;
    struct json j = answer_begin(call);
    begin_problem(&j, v->code, v->detail);
    if (v->field.len > 0)
        json_put_str(&j, "field", v->field);
    json_put_bool(&j, "overridable", is_overridable(&call->job));
    put_choices(call, &j);
    if (has_conflicts(v->code)) {
        show_conflicts(call, &j, v->evidence, v->n_evidence);
        if (!closes_time(call->job.command.kind)) /* nothing else is meant instead */
            show_nearest(call, &j, "alternatives", &v->search);
    }
    json_end_object(&j);
    set_status(call, v->code);
    put_seq_header(call, call->job.seq);
}
