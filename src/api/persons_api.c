/* One person's data, for the machine's owner: all that is held of them, and erasing it.
 *
 * What names somebody as another client's agent is erased only when that is asked for, and what an
 * order ahead still needs is kept unless that is asked for: both are said. The desk looks again
 * when it decides: once it is said that they are erased, nothing else is held of them. */
#include "call.h"

#include "desk/people.h"

enum { REASON_CHARS_MAX = 500, KNOWN_BY_CHARS_MAX = 300 };

static bool asked_get(struct json_obj *o, struct person_asked *ret)
{
    static const char *const ways[CONTACT_WAYS] = { "email", "phone", "name" };
    size_t n = 0;
    *ret = (struct person_asked){ .order = json_opt_str(o, "order", ID_CHARS_MAX) };
    n += ret->order.len > 0;
    for (int by = 0; by < CONTACT_WAYS; by++) {
        const struct str given = json_opt_str(o, ways[by], KNOWN_BY_CHARS_MAX);
        if (given.len == 0)
            continue;
        n++;
        ret->by = (enum contact_by)by;
        ret->key = contact_key(ret->by, given);
        if (ret->key == 0)
            json_fault(o, ways[by], "out_of_range", "says nothing that somebody is known by");
    }
    return n == 1;
}

static bool answer_one_way(struct call *call)
{
    return answer_code(call, CODE_out_of_range, "",
                       STR("Give one of order, email, phone and name."));
}

static bool answer_nobody(struct call *call)
{
    return answer_code(call, CODE_not_found, "", STR("Nothing is held of such a person."));
}

/* False: answered. */
static bool people_get(struct call *call, const struct person_asked *asked,
                       struct people_found *ret)
{
    struct il_err err;
    const struct lookup in = lookup_of(call);
    if (desk_find_people(&in, asked, ret, &err) != IL_OK)
        return !answer_fault(call, &err);
    return ret->n > 0 || !answer_nobody(call);
}

/* ---- what is held ---- */

static void put_person(struct call *call, struct json *j, const struct person_found *p)
{
    static const char *const words[] = { "client", "agent", "inspector" };
    json_start_object(j);
    json_put_str(j, "as", str_from(words[p->as]));
    if (p->is_former)
        json_put_bool(j, "replacedSince", true);
    if (p->personal.len == 0)
        json_put_bool(j, "erased", true);
    else
        json_put_raw(j, "held", p->personal);
    if (p->order != NULL) {
        json_open(j, "inspection", '{');
        document_write_inspection(j, call->arena, call->image->company->zone, p->order, STR(""));
        json_end_object(j);
    } else {
        json_put_str(j, "_inspectorId", p->inspector);
    }
    json_end_object(j);
}

bool persons_find(struct call *call)
{
    struct json_obj o = body_root(call);
    struct person_asked asked;
    struct people_found found;
    const bool one = asked_get(&o, &asked);
    json_done(&o);
    if (!body_is_good(call))
        return true;
    if (!one)
        return answer_one_way(call);
    if (!people_get(call, &asked, &found))
        return true;
    struct json j = answer_begin(call);
    json_start_object(&j);
    json_put_str(&j, "company", call->company);
    json_open(&j, "persons", '[');
    for (size_t i = 0; i < found.n; i++)
        put_person(call, &j, &found.at[i]);
    json_end_array(&j);
    json_end_object(&j);
    return answer_json(call, 200);
}

/* ---- erasing ---- */

static void put_owner(struct call *call, struct json *j, const struct person_found *p,
                      const char *why)
{
    json_start_object(j);
    if (p->order != NULL) {
        json_put_int(j, "orderNumber", p->order->order_number);
        json_put_str(j, "_id", p->order->id);
        show_instant(j, "datetime", call->image->company->zone, p->order->when.start);
    } else {
        json_put_str(j, "_inspectorId", p->inspector);
    }
    if (p->is_former)
        json_put_bool(j, "replacedSince", true);
    if (why != NULL)
        json_put_str(j, "why", str_from(why));
    json_end_object(j);
}

static bool is_erased(const struct entry *entry, ref_t person)
{
    for (size_t i = 0; entry != NULL && i < entry->n_erased; i++) {
        if (entry->erased[i].person == person)
            return true;
    }
    return false;
}

/* A repeat finds other rows than the first time: what was erased is what the entry says. */
static void put_erased(struct call *call, struct json *j)
{
    const struct people_found *found = &call->job.erasing->found;
    json_open(j, "erased", '[');
    for (size_t i = 0; i < found->n; i++) {
        if (is_erased(call->job.verdict.entry, found->at[i].person))
            put_owner(call, j, &found->at[i], NULL);
    }
    json_end_array(j);
}

static void put_kept(struct call *call, struct json *j)
{
    const struct people_found *found = &call->job.erasing->found;
    json_open(j, "kept", '[');
    for (size_t i = 0; i < found->n; i++) {
        const char *why = erasing_keeps(call->job.erasing, &found->at[i]);
        if (found->at[i].personal.len > 0 && why != NULL)
            put_owner(call, j, &found->at[i], why);
    }
    json_end_array(j);
}

bool persons_erase(struct call *call)
{
    struct json_obj o = body_root(call);
    struct erasing *e = arena_new(call->arena, struct erasing);
    const bool one = asked_get(&o, &e->asked);
    e->with_agents = json_opt_bool(&o, "agents", false);
    e->with_ahead = json_opt_bool(&o, "ahead", false);
    e->now = call->now;
    call->job.command.kind = COMMAND_ERASE;
    call->job.command.reason = json_get_str(&o, "reason", REASON_CHARS_MAX);
    json_done(&o);
    if (!body_is_good(call))
        return true;
    if (!one)
        return answer_one_way(call);
    call->job.erasing = e;
    return !people_get(call, &e->asked, &e->found);
}

void persons_erase_encode(struct call *call)
{
    struct json j = answer_begin(call);
    json_start_object(&j);
    put_erased(call, &j);
    put_kept(call, &j);
    json_end_object(&j);
    (void)answer_json(call, 200);
}
