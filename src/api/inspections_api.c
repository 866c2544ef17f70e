/* Booking, and what becomes of a booking. */
#include "call.h"

void require_choice(struct json_obj *o, const struct command *c)
{
    const struct want *w = &c->want;
    if (c->hold != 0)
        return;
    require(o, w->has_datetime, "datetime", "is required");
    require(o, w->services.n > 0 || w->minutes > 0 || w->has_endtime || w->n_assignments > 0,
            "services", "is required");
    require(o, w->any_inspector || w->inspectors.n > 0 || w->n_assignments > 0, "_inspectorId",
            "is required (or \"any\")");
}

static bool book(struct call *call, bool needs_spectora)
{
    static const char *const statuses[] = { "unconfirmed", "confirmed" };
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    struct str address;
    c->kind = COMMAND_BOOK;
    c->needs_spectora = needs_spectora;
    if (names_staff_field(call, &o) || overrides_unpermitted(call, &o))
        return true;
    decode_want(&o, &c->want);
    decode_assignments(&o, &c->want);
    if (!decode_hold(call, &o, &c->hold))
        return answer_code(call, CODE_not_found, "/hold", STR("There is no such hold."));
    require_choice(&o, c);
    require_text(&o, "property", "address", ADDRESS_CHARS_MAX);
    require_text(&o, "client", "name", NAME_CHARS_MAX);
    call->job.personal = personal_read(&o, &c->want.property, &address);
    c->place_key = address_key(address);
    c->status = json_opt_word(&o, "status", statuses, 2, NOT_FOUND);
    c->external_ref = json_opt_str(&o, "externalRef", NAME_CHARS_MAX);
    c->acknowledge_duplicate = json_opt_bool(&o, "acknowledgeDuplicate", false);
    decode_override(&o, &c->override);
    decode_offer(call, &o, c);
    json_done(&o);
    return !body_is_good(call);
}

bool book_handle(struct call *call)
{
    return book(call, false);
}

bool create_job_handle(struct call *call)
{
    return book(call, true);
}

static struct str personal_of(struct call *call, const struct inspection *record)
{
    struct str personal = STR("");
    struct il_err err;
    const struct lookup in = lookup_of(call);
    if (desk_find_personal(&in, record->person, &personal, &err) != IL_OK)
        call->api->log->line(call->api->log, LOG_ERROR, "personal data cannot be read",
                             str_from(err.text));
    return personal;
}

static void put_spectora(struct json *j)
{
    json_open(j, "spectora", '{');
    json_put_str(j, "state", STR("pending"));
    json_key(j, STR("_spectoraJobId"));
    json_none(j);
    json_end_object(j);
}

static void put_booked(struct call *call, struct json *j, const struct inspection *record,
                       struct str personal)
{
    const struct token_scope scope = { "manage", call->company, 1 };
    const struct str token = desk_token_make(call->api->desk, call->arena, &scope, record->ref);
    json_start_object(j);
    json_key(j, STR("inspection"));
    show_inspection(call, j, record, personal);
    json_put_int(j, "seq", (int64_t)call->job.seq);
    if (!call->dry_run) /* it would be the next booking's */
        json_put_str(j, "manage", str_print(call->arena, "/m/%.*s", STR_ARG(token)));
    if (record->wants_spectora)
        put_spectora(j);
    strs_put(j, "warnings", call->job.verdict.entry->warnings);
    json_end_object(j);
}

void book_encode(struct call *call)
{
    const struct entry *e = call->job.verdict.entry;
    const struct inspection *record = e->inspections[0];
    struct json j = answer_begin(call);
    put_booked(call, &j, record,
               call->job.replayed ? personal_of(call, record) : call->job.personal);
    http_response_header(call->response, "Location",
                         str_print(call->arena, "/inspection/%.*s", STR_ARG(record->id)));
    http_response_header(call->response, "ETag", etag_of(call->arena, record->version));
    (void)answer_json(call, call->dry_run ? 200 : 201);
}

/* The inspection that the path of a GET names. False: answered. */
static bool inspection_in_path(struct call *call, struct found_inspection *ret)
{
    struct il_err err;
    bool exists;
    if (query_is_wrong(call, NULL, 0))
        return false;
    const struct lookup in = lookup_of(call);
    if (desk_find_inspection(&in, call->segments[0], ret, &exists, &err) != IL_OK)
        return !answer_fault(call, &err);
    return (exists && actor_sees(&call->actor, ret->record.brand)) || !answer_not_found(call);
}

bool inspection_get(struct call *call)
{
    struct found_inspection found;
    if (!inspection_in_path(call, &found))
        return true;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_key(&j, STR("inspection"));
    show_inspection(call, &j, &found.record, found.personal);
    json_end_object(&j);
    http_response_header(call->response, "ETag", etag_of(call->arena, found.record.version));
    return answer_json(call, 200);
}

bool reschedule_handle(struct call *call)
{
    struct json_obj o = body_root(call);
    struct command *c = &call->job.command;
    c->kind = COMMAND_RESCHEDULE;
    c->subject = call->segments[0];
    if (overrides_unpermitted(call, &o))
        return true;
    decode_want(&o, &c->want);
    decode_assignments(&o, &c->want);
    refuse_brand(&o, &c->want);
    if (!decode_version(call, &o))
        return true;
    if (!decode_hold(call, &o, &c->hold))
        return answer_code(call, CODE_not_found, "/hold", STR("There is no such hold."));
    require(&o, c->want.has_datetime || c->hold != 0, "datetime", "is required");
    decode_override(&o, &c->override);
    c->reason = json_opt_text(&o, "reason", NOTES_CHARS_MAX);
    (void)json_opt_bool(&o, "notify", true);
    decode_offer(call, &o, c);
    json_done(&o);
    return !body_is_good(call);
}

void change_encode(struct call *call)
{
    const struct verdict *verdict = &call->job.verdict;
    const struct entry *e = verdict->entry;
    const struct inspection *record = e == NULL ? verdict->unchanged : e->inspections[0];
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_key(&j, STR("inspection"));
    show_inspection(call, &j, record, personal_of(call, record));
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    const struct strs none = { 0 };
    strs_put(&j, "warnings", e == NULL ? none : e->warnings);
    json_end_object(&j);
    http_response_header(call->response, "ETag", etag_of(call->arena, record->version));
    (void)answer_json(call, 200);
}

void reassignments_encode(struct call *call)
{
    const struct entry *e = call->job.verdict.entry;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "inspections", '[');
    for (size_t i = 0; i < e->n_inspections; i++)
        show_inspection(call, &j, e->inspections[i], personal_of(call, e->inspections[i]));
    json_end_array(&j);
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    strs_put(&j, "warnings", e->warnings);
    json_end_object(&j);
    (void)answer_json(call, 200);
}

/* ---- changelog ---- */

static void put_fields(struct call *call, struct json *j, const struct inspection *r)
{
    const struct zone *zone = call->image->company->zone;
    json_start_object(j);
    show_instant(j, "datetime", zone, r->when.start);
    show_instant(j, "endtime", zone, r->when.end);
    json_put_str(j, "_inspectorId", r->assignments[0].inspector);
    json_open(j, "inspectors", '[');
    for (size_t i = 0; i < r->n_assignments; i++)
        json_str(j, r->assignments[i].inspector);
    json_end_array(j);
    json_put_str(j, "status", status_name(r->status));
    json_put_int(j, "version", r->version);
    json_end_object(j);
}

static void put_override(struct json *j, const struct entry *e)
{
    if (e->overridden == 0)
        return;
    json_open(j, "override", '{');
    json_open(j, "rules", '[');
    for (int code = CODE_NONE + 1; code < CODES_END; code++) {
        if ((e->overridden >> code & 1) != 0)
            json_str(j, code_facts((enum code)code)->name);
    }
    json_end_array(j);
    json_put_str(j, "reason", e->override_reason.len > 0 ? e->override_reason : e->reason);
    json_end_object(j);
}

static void put_change(struct call *call, struct json *j, const struct change *change,
                       const struct inspection *before)
{
    const struct entry *e = &change->entry;
    json_start_object(j);
    json_put_int(j, "seq", (int64_t)e->seq);
    show_instant(j, "at", call->image->company->zone, e->at);
    json_put_str(j, "what", command_name(e->kind));
    json_open(j, "by", '{');
    json_put_str(j, "key", e->actor.key_id);
    json_put_str(j, "role", role_name(e->actor.role));
    json_put_str(j, "channel", e->actor.channel);
    json_end_object(j);
    if (e->reason.len > 0)
        json_put_str(j, "reason", e->reason);
    put_override(j, e);
    if (e->hold_reacquired)
        json_put_str(j, "note", STR("hold_expired_reacquired"));
    if (e->offer.digest.len > 0) {
        json_open(j, "offer", '{');
        json_put_int(j, "asOfSeq", (int64_t)e->offer.seq);
        show_instant(j, "at", call->image->company->zone, e->offer.at);
        json_put_str(j, "digest", e->offer.digest);
        json_put_str(j, "query", e->offer.query);
        json_end_object(j);
    }
    json_key(j, STR("from"));
    if (before == NULL)
        json_none(j);
    else
        put_fields(call, j, before);
    json_key(j, STR("to"));
    put_fields(call, j, change->after);
    json_end_object(j);
}

bool inspection_changelog(struct call *call)
{
    struct found_inspection found;
    struct changelog log;
    struct il_err err;
    if (!inspection_in_path(call, &found))
        return true;
    const struct lookup in = lookup_of(call);
    if (desk_changelog(&in, found.record.ref, &log, &err) != IL_OK)
        return answer_fault(call, &err);
    struct json j = answer_begin(call);
    const struct inspection *before = NULL;
    json_start_object(&j);
    json_put_str(&j, "_id", found.record.id);
    json_put_int(&j, "orderNumber", found.record.order_number);
    json_open(&j, "entries", '[');
    for (size_t i = 0; i < log.n; i++) {
        put_change(call, &j, &log.at[i], before);
        before = log.at[i].after;
    }
    json_end_array(&j);
    json_end_object(&j);
    return answer_json(call, 200);
}
