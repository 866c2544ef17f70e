/* Conflicts: overlaps that stand, seen and let stand by people.
 *
 *  To a key of one brand there are those that a thing of its brand is part of; the other side of
 *  one, where it is another brand's, is time that is taken. */
#include "call.h"

enum { CONFLICTS_PAGE = 200, REPLACED_PAGE = 20, AFFECTED_MAX = 20 };

static struct str conflict_id(const struct call *call, const struct conflict *c)
{
    return str_print(call->arena, "c%llx", (unsigned long long)c->ref);
}

static void put_side(struct call *call, struct json *j, const char *name,
                     const struct conflict_side *side)
{
    const struct zone *zone = call->image->company->zone;
    const bool seen = sees_in_way(call, side->kind, side->owner);
    json_open(j, name, '{');
    json_put_str(j, "kind", seen ? claim_kind_name(side->kind) : STR("busy"));
    show_instant(j, "datetime", zone, side->when.start);
    show_instant(j, "endtime", zone, side->when.end);
    if (seen && side->order_number != 0)
        json_put_int(j, "orderNumber", side->order_number);
    json_end_object(j);
}

/* What lists other times and people for an order that cannot stay: who is free at its own time
 * comes first. Services that are gone by now leave its length. */
static struct slot_query search_for(struct call *call, const struct inspection *order)
{
    const struct company *company = image_of_call(call)->company;
    int32_t *services = arena_array(call->arena, int32_t, order->services.n);
    size_t n = 0;
    for (size_t i = 0; i < order->services.n; i++) {
        services[n] = company_find_service(company, order->services.at[i]);
        n += services[n] != NOT_FOUND;
    }
    const int64_t minutes = (order->when.end - order->when.start + MINUTE_S - 1) / MINUTE_S;
    const bool fits = order->n_assignments <= SLOT_INSPECTORS_MAX && minutes <= VISIT_MINUTES_MAX;
    return (struct slot_query){ .audience = AUDIENCE_INTERNAL,
                                .brand = company_find_brand(company, order->brand),
                                .services = services,
                                .n_services = n,
                                .minutes =
                                    fits && order->when.start > call->now ? (int32_t)minutes : 0,
                                .requested = NOT_FOUND,
                                .count = (int32_t)order->n_assignments,
                                .order = ORDER_NEAREST,
                                .has_place = order->property.has_place,
                                .place = order->property.place,
                                .near = order->when.start,
                                .near_inspector = NOT_FOUND,
                                .look = { .now = call->now, .without = { order->ref } } };
}

/* The order of one side; *ret_exists is false too where the caller does not see it. */
static il_rc order_find(struct call *call, const struct conflict_side *side,
                        struct found_inspection *ret, bool *ret_exists, struct il_err *reterr)
{
    const struct lookup in = lookup_of(call);
    const struct str number = str_print(call->arena, "%lld", (long long)side->order_number);
    TRY(desk_find_inspection(&in, number, ret, ret_exists, reterr));
    *ret_exists = *ret_exists && ret->record.ref == side->owner &&
                  actor_sees(&call->actor, ret->record.brand);
    return IL_OK;
}

/* False: it could not be read, and the fault was answered. */
static bool put_replacement(struct call *call, struct json *j, const struct conflict_side *side)
{
    struct found_inspection found;
    struct il_err err;
    bool exists;
    if (order_find(call, side, &found, &exists, &err) != IL_OK)
        return !answer_fault(call, &err);
    if (!exists)
        return true;
    const struct slot_query search = search_for(call, &found.record);
    json_start_object(j);
    json_put_str(j, "_id", found.record.id);
    json_put_int(j, "orderNumber", found.record.order_number);
    json_put_int(j, "version", found.record.version);
    show_nearest(call, j, "slots", &search);
    json_end_object(j);
    return true;
}

static bool put_replacements(struct call *call, struct json *j, const struct conflict *c)
{
    const struct conflict_side *const sides[] = { &c->a, &c->b };
    bool good = true;
    json_open(j, "replacements", '[');
    for (size_t i = 0; good && i < 2; i++) {
        if (sides[i]->kind == CLAIM_INSPECTION && c->state != CONFLICT_RESOLVED)
            good = put_replacement(call, j, sides[i]);
    }
    json_end_array(j);
    return good;
}

/* What is decided stands: an order that cannot be read is one more that is not listed. */
static bool put_affected(struct call *call, struct json *j, const struct conflict *c)
{
    const struct conflict_side *side = c->a.kind == CLAIM_INSPECTION ? &c->a : &c->b;
    struct found_inspection found;
    struct il_err err;
    bool exists;
    if (side->kind != CLAIM_INSPECTION || order_find(call, side, &found, &exists, &err) != IL_OK ||
        !exists)
        return false;
    const struct zone *zone = image_of_call(call)->company->zone;
    const struct slot_query search = search_for(call, &found.record);
    json_start_object(j);
    json_put_str(j, "_conflictId", conflict_id(call, c));
    json_put_str(j, "_inspectionId", found.record.id);
    json_put_int(j, "orderNumber", found.record.order_number);
    json_put_int(j, "version", found.record.version);
    show_instant(j, "datetime", zone, side->when.start);
    show_instant(j, "endtime", zone, side->when.end);
    show_nearest(call, j, "replacements", &search);
    json_end_object(j);
    return true;
}

void show_affected(struct call *call, struct json *j, const struct entry *e)
{
    size_t listed = 0;
    size_t more = 0;
    json_open(j, "affected", '[');
    for (size_t i = 0; i < e->n_conflicts; i++) {
        if (e->conflicts[i].state != CONFLICT_OPEN || !sees_conflict(call, &e->conflicts[i]))
            continue;
        if (listed < AFFECTED_MAX && put_affected(call, j, &e->conflicts[i]))
            listed++;
        else
            more++;
    }
    json_end_array(j);
    if (more > 0)
        json_put_int(j, "affectedMore", (int64_t)more);
}

static void put_conflict(struct call *call, struct json *j, const struct conflict *c)
{
    json_put_str(j, "_id", conflict_id(call, c));
    json_put_str(j, "_inspectorId", c->inspector);
    json_put_str(j, "state", conflict_state_name(c->state));
    json_put_str(j, "cause", c->cause);
    if (c->reason.len > 0)
        json_put_str(j, "reason", c->reason);
    show_instant(j, "openedAt", call->image->company->zone, c->opened_at);
    put_side(call, j, "a", &c->a);
    put_side(call, j, "b", &c->b);
    if (c->note.len > 0)
        json_put_str(j, "note", c->note);
    if (c->resolved_how.len > 0)
        json_put_str(j, "resolved", c->resolved_how);
}

void show_conflict(struct call *call, struct json *j, const struct conflict *c)
{
    json_start_object(j);
    put_conflict(call, j, c);
    json_end_object(j);
}

static bool put_list(struct call *call, const struct conflict_list *list, size_t page,
                     bool replacements)
{
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_open(&j, "conflicts", '[');
    for (size_t i = 0; i < list->n && i < page; i++) {
        if (!sees_conflict(call, &list->at[i]))
            continue;
        json_start_object(&j);
        put_conflict(call, &j, &list->at[i]);
        if (replacements && !put_replacements(call, &j, &list->at[i]))
            return true;
        json_end_object(&j);
    }
    json_end_array(&j);
    json_key(&j, STR("next"));
    if (list->n > page)
        json_str(&j, str_print(call->arena, "%llu", (unsigned long long)list->at[page - 1].ref));
    else
        json_none(&j);
    json_end_object(&j);
    return answer_json(call, 200);
}

bool conflicts_list(struct call *call)
{
    static const char *const known[] = { "state", "cursor", "replacements" };
    struct conflict_list list;
    struct il_err err;
    int64_t after = 0;
    struct str state = query_get(call, "state");
    const struct str cursor = query_get(call, "cursor");
    const struct str replacements = query_get(call, "replacements");
    const bool replaced = str_equal(replacements, STR("true"));
    const size_t page = replaced ? REPLACED_PAGE : CONFLICTS_PAGE;
    if (query_is_wrong(call, known, 3))
        return true;
    if (replacements.len > 0 && !replaced && !str_equal(replacements, STR("false")))
        return answer_code(call, CODE_out_of_range, "/replacements",
                           STR("replacements is true or false"));
    if (state.len == 0)
        state = STR("open");
    if (!str_equal(state, STR("open")) && !str_equal(state, STR("acknowledged")) &&
        !str_equal(state, STR("accepted")) && !str_equal(state, STR("resolved")))
        return answer_code(call, CODE_out_of_range, "/state",
                           STR("state is open, acknowledged, accepted or resolved"));
    if (cursor.len > 0 && (!str_to_int(cursor, &after) || after < 0))
        return answer_code(call, CODE_out_of_range, "/cursor", STR("That cursor is not ours."));
    const struct lookup in = lookup_of(call);
    if (desk_conflicts(&in, state, (ref_t)after, page + 1, &list, &err) != IL_OK)
        return answer_fault(call, &err);
    return put_list(call, &list, page, replaced);
}

/* "c12ab": a conflict's _id is its ref. False: it cannot be one. */
static bool conflict_in_path(struct call *call, ref_t *ret)
{
    const struct str id = call->segments[0];
    *ret = 0;
    if (id.len < 2 || id.len > 17 || id.at[0] != 'c')
        return false;
    for (size_t i = 1; i < id.len; i++) {
        const char c = id.at[i];
        const bool digit = c >= '0' && c <= '9';
        if (!digit && (c < 'a' || c > 'f'))
            return false;
        *ret = *ret << 4 | (ref_t)(digit ? c - '0' : c - 'a' + 10);
    }
    return *ret != 0;
}

/* Somebody has seen it. */
bool conflict_acknowledge(struct call *call)
{
    struct command *c = &call->job.command;
    c->kind = COMMAND_CONFLICT;
    c->conflict_state = CONFLICT_ACKNOWLEDGED;
    if (!conflict_in_path(call, &c->conflict))
        return answer_not_found(call);
    if (!call->has_reader)
        return false;
    struct json_obj o = body_root(call);
    c->reason = json_opt_text(&o, "note", NOTES_CHARS_MAX);
    json_done(&o);
    return !body_is_good(call);
}

/* Somebody lets it stand, and says why. Moving or cancelling one of the two ends it anyway. */
bool conflict_resolve(struct call *call)
{
    struct command *c = &call->job.command;
    struct json_obj o = body_root(call);
    c->kind = COMMAND_CONFLICT;
    c->conflict_state = CONFLICT_ACCEPTED;
    if (!conflict_in_path(call, &c->conflict))
        return answer_not_found(call);
    c->reason = json_opt_text(&o, "note", NOTES_CHARS_MAX);
    if (c->reason.len == 0)
        json_fault(&o, "note", "type", "is required: say why the two may stand");
    json_done(&o);
    return !body_is_good(call);
}

void conflict_encode(struct call *call)
{
    const struct entry *e = call->job.verdict.entry;
    const struct conflict *conflict =
        e != NULL ? &e->conflicts[0]
                  : image_find_conflict(call->job.image, call->job.command.conflict);
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_key(&j, STR("conflict"));
    show_conflict(call, &j, conflict);
    json_put_int(&j, "seq", (int64_t)call->job.seq);
    json_end_object(&j);
    (void)answer_json(call, 200);
}
