/* GET /schedule/why: one start of one inspector, by every rule. */
#include "call.h"

#include "core/explain.h"

static bool get_start(struct call *call, utc_s *ret)
{
    const struct zone *zone = call->image->company->zone;
    struct instant_text text;
    if (!instant_parse(query_get(call, "datetime"), &text) || !instant_has_room(text))
        return !answer_code(call, CODE_out_of_range, "/datetime",
                            STR("must be a moment such as 2026-11-30T08:00:00-07:00"));
    const struct instant_found found = instant_resolve(zone, text);
    *ret = found.at;
    switch (found.answer) {
    case INSTANT_FOUND:
        return true;
    case INSTANT_NONEXISTENT:
        return !answer_code(call, CODE_nonexistent_local_time, "/datetime", STR(""));
    case INSTANT_AMBIGUOUS:
        return !answer_code(call, CODE_ambiguous_local_time, "/datetime", STR(""));
    case INSTANT_OFFSET_MISMATCH:
        break;
    }
    return !answer_code(call, CODE_offset_mismatch, "/datetime", STR(""));
}

static void put_rules(struct json *j, const struct explanation *why)
{
    static const char *const states[] = { "pass", "fail", "moot" };
    json_open(j, "rules", '[');
    for (size_t i = 0; i < why->n_rules; i++) {
        const struct explained *rule = &why->rules[i];
        const struct code_facts *facts = code_facts(rule->code);
        json_start_object(j);
        json_put_str(j, "rule", facts->name);
        json_put_str(j, "state", str_from(states[rule->state]));
        if (rule->state == RULE_FAILS)
            json_put_str(j, "words", facts->sentence);
        json_end_object(j);
    }
    json_end_array(j);
}

static void put_claims(struct call *call, struct json *j, struct str inspector,
                       const struct judgement *claims)
{
    struct evidence evidence[CONFLICTS_SHOWN_MAX];
    size_t n = 0;
    for (; n < claims->n_conflicts && n < CONFLICTS_SHOWN_MAX; n++) {
        const struct claim *c = claims->conflicts[n];
        evidence[n] = (struct evidence){ (enum claim_kind)c->kind, inspector, c->when,
                                         c->order_number, c->owner };
    }
    show_conflicts(call, j, evidence, n);
}

bool why_handle(struct call *call)
{
    static const char *const also[] = { "_inspectorId", "datetime" };
    const struct company *company = call->image->company;
    struct slots_ask ask;
    utc_s start = 0;
    if (!slots_query_read(call, also, 2, &ask) || !get_start(call, &start))
        return true;
    const int32_t who = company_find_inspector(company, query_get(call, "_inspectorId"));
    if (who == NOT_FOUND)
        return answer_code(call, CODE_not_offered, "/_inspectorId",
                           STR("There is no such inspector."));
    const struct visit visit = { .audience = ask.query.audience,
                                 .brand = ask.brand,
                                 .services = ask.query.services,
                                 .n_services = ask.query.n_services,
                                 .when = { start, start + (utc_s)ask.query.minutes * MINUTE_S },
                                 .must_be_offered = is_online(call),
                                 .look = ask.query.look,
                                 .has_place = ask.query.has_place,
                                 .place = ask.query.place };
    const struct explanation why = availability_explain(call->image, who, &visit);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_put_bool(&j, "bookable", why.bookable);
    json_put_str(&j, "_inspectorId", company->inspectors[who].id);
    show_instant(&j, "datetime", company->zone, visit.when.start);
    show_instant(&j, "endtime", company->zone, visit.when.end);
    put_rules(&j, &why);
    put_claims(call, &j, company->inspectors[who].id, &why.claims);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_end_object(&j);
    return answer_json(call, 200);
}
