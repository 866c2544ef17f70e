/* What a storefront tells whoever comes: its name, its services and their prices, when it can be
 * booked. Nothing of people, orders or hours: those are asked for as slots. */
#include "call.h"

/* A service as the company's document has it: its row says it already. */
static void put_services(const struct call *call, struct json *j)
{
    const struct company *company = call->image->company;
    json_open(j, "services", '[');
    for (size_t i = 0; i < company->n_rows; i++) {
        const struct setting_row *row = &company->rows[i];
        if (!str_equal(row->kind, document_kind_name(KIND_SERVICE)))
            continue;
        const int32_t at = company_find_service(company, row->id);
        if (at != NOT_FOUND && (company->services[at].is_active || !is_online(call)))
            json_raw(j, row->body);
    }
    json_end_array(j);
}

bool services_list(struct call *call)
{
    if (query_is_wrong(call, NULL, 0))
        return true;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_put_str(&j, "currency", call->image->company->currency);
    put_services(call, &j);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_end_object(&j);
    return answer_json(call, 200);
}

static void put_name(struct json *j, const char *key, struct str id, struct str name)
{
    json_open(j, key, '{');
    json_put_str(j, "_id", id);
    json_put_str(j, "name", name);
    json_end_object(j);
}

/* The rules of the public scheduler, also for staff who ask: it is the storefront that is shown. */
static void put_rules(const struct call *call, struct json *j, const struct rules *rules)
{
    const struct policy *policy = &rules->policy[AUDIENCE_ONLINE];
    const date_d today = wall_date(zone_to_wall(call->image->company->zone, call->now));
    json_open(j, "settings", '{');
    json_put_int(j, "stepMinutes", rules->step_min);
    json_put_int(j, "noticeMinutes", policy->notice_min);
    json_put_bool(j, "sameDay", policy->same_day);
    json_key(j, STR("nextDayCutoffTimeInMinutes"));
    if (policy->cutoff_min == NOT_FOUND)
        json_none(j);
    else
        json_int(j, policy->cutoff_min);
    json_put_bool(j, "autoConfirm", policy->auto_confirm);
    json_put_int(j, "checkoutHoldSeconds", rules->checkout_hold_s);
    json_put_int(j, "quoteHoldHours", rules->quote_hold_h);
    json_put_int(j, "horizonDays", policy->horizon_days);
    json_put_bool(j, "requestedInspector", rules->requested_inspector);
    json_end_object(j);
    show_date(j, "firstDate", today);
    show_date(j, "lastDate", today + policy->horizon_days);
}

bool brand_public(struct call *call)
{
    static const char *const known[] = { "brand" };
    const struct company *company = call->image->company;
    int32_t at;
    if (query_is_wrong(call, known, 1) || !query_brand(call, &at))
        return true;
    const struct brand *brand = &company->brands[at];
    struct json j = answer_begin(call);
    json_start_object(&j);
    put_name(&j, "company", company->id, company->name);
    put_name(&j, "brand", brand->id, brand->name);
    json_put_str(&j, "timezone", company->zone_name);
    json_put_str(&j, "currency", company->currency);
    put_rules(call, &j, &brand->rules);
    put_services(call, &j);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_end_object(&j);
    return answer_json(call, 200);
}

/* Arrivals that no inspector is linked to yet. Nothing arrives from elsewhere yet, so that there
 * are none, and no cursor of ours either. */
bool unplaced_list(struct call *call)
{
    static const char *const known[] = { "cursor" };
    if (query_is_wrong(call, known, 1))
        return true;
    if (query_get(call, "cursor").len > 0)
        return answer_code(call, CODE_out_of_range, "/cursor", STR("That cursor is not ours."));
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "unplaced", '[');
    json_end_array(&j);
    json_key(&j, STR("next"));
    json_none(&j);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_end_object(&j);
    return answer_json(call, 200);
}
