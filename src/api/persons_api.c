/* One person's data, for the machine's owner: all that is held of them, and erasing it.
 *
 * A row of personal data is erased whole, for its hash is in the journal. So what names somebody as
 * another client's agent is erased only when that is asked for, and what an order ahead still needs
 * is kept unless that is asked for: both are said. */
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

struct erasing {
    bool with_agents, with_ahead;
};

static bool is_ahead(const struct call *call, const struct inspection *order)
{
    return order != NULL && order->status != STATUS_CANCELLED && order->when.end > call->now;
}

/* NULL: it is erased. */
static const char *kept_for(const struct call *call, const struct erasing *e,
                            const struct person_found *p)
{
    if (p->as == PERSON_INSPECTOR && !p->is_former)
        return "an inspector of the company: change the company document first";
    if (p->as == PERSON_AGENT && !e->with_agents)
        return "named as an agent in another client's order";
    if (is_ahead(call, p->order) && !p->is_former && !e->with_ahead)
        return "the order lies ahead";
    return NULL;
}

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

/* What will be said, of those that are erased or of those that are kept. */
static void put_owners(struct call *call, struct json *j, const struct people_found *found,
                       const struct erasing *e, bool of_kept)
{
    json_open(j, of_kept ? "kept" : "erased", '[');
    for (size_t i = 0; i < found->n; i++) {
        const char *why = kept_for(call, e, &found->at[i]);
        if (found->at[i].personal.len > 0 && (why != NULL) == of_kept)
            put_owner(call, j, &found->at[i], why);
    }
    json_end_array(j);
}

static struct str answer_text(struct call *call, const struct people_found *found,
                              const struct erasing *e)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    put_owners(call, &j, found, e, false);
    put_owners(call, &j, found, e, true);
    json_end_object(&j);
    const struct str text = str_copy(call->arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

static size_t choose(struct call *call, const struct people_found *found, const struct erasing *e,
                     struct command *ret)
{
    struct erased_person *erased = arena_array(call->arena, struct erased_person, found->n);
    size_t n = 0;
    for (size_t i = 0; i < found->n; i++) {
        const struct person_found *p = &found->at[i];
        if (p->personal.len > 0 && kept_for(call, e, p) == NULL)
            erased[n++] = (struct erased_person){ p->person, p->hash };
    }
    ret->kind = COMMAND_ERASE;
    ret->erased = erased;
    ret->n_erased = n;
    return n;
}

bool persons_erase(struct call *call)
{
    struct json_obj o = body_root(call);
    struct person_asked asked;
    struct people_found found;
    const bool one = asked_get(&o, &asked);
    const struct erasing e = { json_opt_bool(&o, "agents", false),
                               json_opt_bool(&o, "ahead", false) };
    call->job.command.reason = json_get_str(&o, "reason", REASON_CHARS_MAX);
    json_done(&o);
    if (!body_is_good(call))
        return true;
    if (!one)
        return answer_one_way(call);
    if (!people_get(call, &asked, &found))
        return true;
    const size_t n = choose(call, &found, &e, &call->job.command);
    call->job.personal = answer_text(call, &found, &e);
    if (n > ERASE_MAX)
        return answer_code(call, CODE_out_of_range, "",
                           STR("That is more than one command may erase; narrow it down."));
    if (n > 0)
        return false;
    buf_add_str(&call->response->body, call->job.personal);
    return answer_json(call, 200);
}

void persons_erase_encode(struct call *call)
{
    buf_add_str(&call->response->body, call->job.personal);
    (void)answer_json(call, 200);
}
