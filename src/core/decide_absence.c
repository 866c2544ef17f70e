/* Events, Blocks and vacations: time closed. */
#include "decide.h"

static bool absence_span(struct draft *d, struct ask *ask, struct absence *record)
{
    const struct command *c = d->command;
    const struct company *company = d->image->company;
    if (c->whole_days) {
        if (c->last_day < c->first_day)
            return refuse(ask->verdict, CODE_out_of_range, "/to",
                          STR("The last day must not lie before the first."));
        record->when = (struct span){ date_span(company->zone, c->first_day).start,
                                      date_span(company->zone, c->last_day).end };
    } else if (!ask_resolve_time(ask, c->from, "/datetime", &record->when.start) ||
               !ask_resolve_time(ask, c->to, "/endtime", &record->when.end)) {
        return false;
    }
    if (span_is_empty(record->when))
        return refuse(ask->verdict, CODE_out_of_range, "/endtime",
                      STR("The end must lie after the start."));
    record->whole_days = c->whole_days;
    record->wall_start = zone_to_wall(company->zone, record->when.start);
    record->wall_end = zone_to_wall(company->zone, record->when.end);
    record->zone = company->zone_name;
    return true;
}

/* Refuses while anything booked lies in the time, and lists it: all of it up to
 * AFFECTED_SHOWN_MAX, in words how much there is. */
static bool refuse_affected(struct draft *d, const struct absence *record, struct verdict *verdict)
{
    const int32_t at = company_find_inspector(d->image->company, record->inspector);
    const struct calendar *calendar = d->image->calendars[at];
    const struct look look = { .now = d->now };
    const size_t n = calendar_conflicts(calendar, &look, record->when, no_buffer, NULL, 0);
    const struct claim **found = arena_array(d->arena, const struct claim *, n);
    size_t affected = 0;
    (void)calendar_conflicts(calendar, &look, record->when, no_buffer, found, n);
    verdict->evidence = arena_array(d->arena, struct evidence, AFFECTED_SHOWN_MAX);
    for (size_t i = 0; i < n; i++) {
        if (claim_is_absence(found[i]) || ++affected > AFFECTED_SHOWN_MAX)
            continue;
        verdict->evidence[verdict->n_evidence++] =
            (struct evidence){ (enum claim_kind)found[i]->kind, record->inspector, found[i]->when,
                               found[i]->order_number, found[i]->owner };
    }
    return affected == 0 ||
           refuse(verdict, CODE_slot_taken, "",
                  str_print(d->arena, "Booked time lies in what would be closed: %zu in all.",
                            affected));
}

/* Far enough for whoever writes up a quarter that is over, near enough to be looked up at once. */
static bool is_recent(struct draft *d, const struct absence *record, struct verdict *verdict)
{
    return record->when.start >= d->now - (utc_s)ABSENCE_PAST_DAYS_MAX * DAY_S ||
           refuse(verdict, CODE_out_of_range, record->whole_days ? "/from" : "/datetime",
                  STR("That is more than three months ago."));
}

static struct claim absence_claim(const struct absence *record)
{
    return (struct claim){ .when = record->when,
                           .ref = record->claim,
                           .owner = record->ref,
                           .kind = (uint8_t)record->kind };
}

/* Whose time is closed. False: refused. */
static bool absence_person(struct draft *d, struct absence *record, struct verdict *verdict)
{
    const struct strs named = d->command->want.inspectors;
    if (named.n == 0)
        return true;
    const int32_t at = company_find_inspector(d->image->company, named.at[0]);
    if (at == NOT_FOUND)
        return refuse_unknown(verdict, "/_inspectorId", "There is no such inspector.");
    record->inspector = d->image->company->inspectors[at].id;
    return true;
}

/* Judges what stands in the way, then takes the time. */
static bool absence_take(struct draft *d, struct absence *record, struct verdict *verdict)
{
    if (!is_recent(d, record, verdict) || !draft_reaches(d, record->when.start))
        return false;
    if (d->command->affected == AFFECTED_REFUSE && !refuse_affected(d, record, verdict))
        return false;
    record->claim = draft_ref(d);
    draft_take(d, record->inspector, absence_claim(record), "absence");
    return true;
}

bool decide_add_absence(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct command *c = d->command;
    struct ask ask = ask_for(d, verdict);
    struct absence record = {
        .kind = c->absence_kind, .title = c->title, .inspection_id = c->inspection_id, .version = 1
    };
    if (!absence_person(d, &record, verdict))
        return false;
    if (c->inspection_id.len > 0 && facts->inspection == NULL)
        return refuse_unknown(verdict, "/_inspectionId", "There is no such inspection.");
    if (facts->inspection != NULL)
        record.inspection_id = facts->inspection->id;
    record.ref = draft_ref(d);
    record.id = draft_id(d, c->absence_kind == CLAIM_VACATION ? 'v' : 'e');
    if (!absence_span(d, &ask, &record) || !absence_take(d, &record, verdict))
        return false;
    draft_absence(d, &record);
    return true;
}

/* There is such an event (or vacation), and it has not changed since. */
static bool absence_judge(struct draft *d, const struct absence *subject, struct verdict *verdict)
{
    const bool wants_vacation = d->command->absence_kind == CLAIM_VACATION;
    if (subject == NULL || (subject->kind == CLAIM_VACATION) != wants_vacation)
        return refuse(verdict, CODE_not_found, "", STR("There is no such event or vacation."));
    return version_judge(d, subject->version, verdict);
}

static bool same_closing(const struct absence *a, const struct absence *b)
{
    return a->when.start == b->when.start && a->when.end == b->when.end &&
           str_equal(a->inspector, b->inspector);
}

bool decide_change_absence(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct absence *subject = facts->absence;
    const struct command *c = d->command;
    struct ask ask = ask_for(d, verdict);
    if (!absence_judge(d, subject, verdict))
        return false;
    struct absence record = *subject;
    record.version++;
    if (c->has_title)
        record.title = c->title;
    if (!absence_person(d, &record, verdict) || (c->has_times && !absence_span(d, &ask, &record)))
        return false;
    if (!same_closing(&record, subject)) {
        const struct claim known = absence_claim(subject);
        draft_free(d, subject->inspector, subject->ref, "moved", &known);
        if (!absence_take(d, &record, verdict))
            return false;
    }
    draft_absence(d, &record);
    return true;
}

bool decide_remove_absence(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct absence *subject = facts->absence;
    if (!absence_judge(d, subject, verdict))
        return false;
    const struct claim known = absence_claim(subject);
    struct absence removed = *subject;
    removed.is_removed = true;
    removed.version++;
    draft_free(d, subject->inspector, subject->ref, "removed", &known);
    draft_absence(d, &removed);
    return true;
}
