/* /schedule/holds: time kept while somebody makes up their mind. */
#include "call.h"

static void put_hold(struct call *call, struct json *j, const struct hold *hold, utc_s now,
                     bool with_token)
{
    const struct token_scope scope = hold_scope(call);
    const struct zone *zone = image_of_call(call)->company->zone;
    json_start_object(j);
    json_put_str(j, "_id", hold_id(call->arena, hold->ref));
    if (with_token)
        json_put_str(j, "token", desk_token_make(call->api->desk, call->arena, &scope, hold->ref));
    json_put_str(j, "kind", hold_kind_name(hold->kind));
    json_put_str(j, "state",
                 hold_state_name(hold->state == HOLD_LIVE && hold->expires_at <= now
                                     ? HOLD_EXPIRED
                                     : hold->state));
    json_put_str(j, "brand", hold->brand);
    show_instant(j, "datetime", zone, hold->when.start);
    show_instant(j, "endtime", zone, hold->when.end);
    strs_put(j, "inspectors", hold->inspectors);
    strs_put(j, "services", hold->services);
    show_instant(j, "createdAt", zone, hold->created_at);
    show_instant(j, "expiresAt", zone, hold->expires_at);
    json_end_object(j);
}

bool hold_make_handle(struct call *call)
{
    static const char *const kinds[] = { "checkout", "quote" };
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    c->kind = COMMAND_HOLD;
    if (names_staff_field(call, &o))
        return true;
    refuse_assignments(&o);
    decode_want(&o, &c->want);
    decode_hold_property(&o, &c->want);
    c->hold_kind = (enum hold_kind)json_opt_word(&o, "kind", kinds, 2, HOLD_CHECKOUT);
    if (!c->want.has_datetime)
        (void)json_get_str(&o, "datetime", 1);
    if (c->want.services.n == 0 && c->want.minutes == 0 && !c->want.has_endtime)
        json_fault(&o, "services", "type", "is required");
    if (!c->want.any_inspector && c->want.inspectors.n == 0)
        json_fault(&o, "_inspectorId", "type", "is required (or \"any\")");
    json_done(&o);
    return !body_is_good(call);
}

/* In a path: the token, or for staff the _id. False: there is no such hold here. */
static bool hold_in_path(struct call *call, ref_t *ret)
{
    const struct str id = call->segments[0];
    ref_t ref = 0;
    if (hold_by_token(call, id, ret))
        return true;
    if (is_online(call) || id.len < 2 || id.len > 17 || id.at[0] != 'h')
        return false;
    for (size_t i = 1; i < id.len; i++) {
        const char c = id.at[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0)
            return false;
        ref = ref << 4 | (ref_t)digit;
    }
    *ret = ref;
    return ref != 0;
}

/* False: there is none, or it cannot be read; that was answered. */
static bool find_hold(struct call *call, ref_t ref, struct hold *ret)
{
    struct il_err err;
    bool found = false;
    const struct hold *held = image_find_hold(call->image, ref);
    const struct lookup in = lookup_of(call);
    if (held != NULL)
        *ret = *held;
    else if (desk_find_hold(&in, ref, ret, &found, &err) != IL_OK)
        return !answer_fault(call, &err);
    return ((held != NULL || found) && actor_sees(&call->actor, ret->brand)) ||
           !answer_not_found(call);
}

bool hold_get(struct call *call)
{
    ref_t ref;
    struct hold hold;
    if (query_is_wrong(call, NULL, 0))
        return true;
    if (!hold_in_path(call, &ref))
        return answer_not_found(call);
    if (!find_hold(call, ref, &hold))
        return true;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_key(&j, STR("hold"));
    put_hold(call, &j, &hold, call->now, false);
    json_end_object(&j);
    return answer_json(call, 200);
}

bool hold_change(struct call *call)
{
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    c->kind = COMMAND_CHANGE_HOLD;
    if (!hold_in_path(call, &c->hold))
        return answer_not_found(call);
    if (names_staff_field(call, &o))
        return true;
    refuse_assignments(&o);
    decode_want(&o, &c->want);
    refuse_brand(&o, &c->want);
    c->extend = json_opt_bool(&o, "extend", false);
    if (!c->extend && !c->want.has_datetime && c->want.services.n == 0 && c->want.minutes == 0 &&
        !c->want.any_inspector && c->want.inspectors.n == 0)
        json_fault(&o, "extend", "type", "or a new datetime, services or _inspectorId is required");
    json_done(&o);
    return !body_is_good(call);
}

bool hold_release(struct call *call)
{
    struct command *c = &call->job.command;
    c->kind = COMMAND_RELEASE;
    if (!hold_in_path(call, &c->hold))
        return answer_not_found(call);
    if (!call->has_reader)
        return false;
    struct json_obj o = body_root(call);
    c->reason = json_opt_text(&o, "reason", NOTES_CHARS_MAX);
    json_done(&o);
    return !body_is_good(call);
}

/* The record the job left: in its entry, or the stored one when nothing had to change. False:
 * answered. */
static bool hold_after(struct call *call, struct hold *ret)
{
    const struct entry *e = call->job.verdict.entry;
    for (size_t i = 0; e != NULL && i < e->n_holds; i++) {
        if (e->kind == COMMAND_HOLD ? e->holds[i]->state == HOLD_LIVE
                                    : e->holds[i]->ref == call->job.command.hold) {
            *ret = *e->holds[i];
            return true;
        }
    }
    return find_hold(call, call->job.command.hold, ret);
}

void hold_encode(struct call *call)
{
    const struct entry *e = call->job.verdict.entry;
    const utc_s now = e != NULL ? e->at : call->now;
    struct hold hold;
    if (!hold_after(call, &hold))
        return;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_key(&j, STR("hold"));
    /* A dry run made nothing: its token would be the next hold's. */
    put_hold(call, &j, &hold, now, !call->dry_run);
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    json_end_object(&j);
    (void)answer_json(call, call->job.command.kind == COMMAND_HOLD && !call->dry_run ? 201 : 200);
}

void hold_release_encode(struct call *call)
{
    call->response->status = 204;
}

bool holds_list(struct call *call)
{
    struct json j = answer_begin(call);
    if (query_is_wrong(call, NULL, 0))
        return true;
    json_start_object(&j);
    json_open(&j, "holds", '[');
    for (size_t i = 0; i < call->image->n_holds; i++) {
        const struct hold *hold = call->image->holds[i];
        if (hold->state == HOLD_LIVE && hold->expires_at > call->now &&
            actor_sees(&call->actor, hold->brand))
            put_hold(call, &j, hold, call->now, false);
    }
    json_end_array(&j);
    json_put_int(&j, "asOfSeq", (int64_t)call->image->seq);
    json_end_object(&j);
    return answer_json(call, 200);
}
