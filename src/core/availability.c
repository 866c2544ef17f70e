/* Judging one start by every rule, in the contract's order. */
#include "offer.h"

#include <string.h>

static bool lets_pass(code_set passing, enum code code)
{
    return code == CODE_NONE || ((passing >> code) & 1) != 0;
}

enum code date_judge(const struct company *company, const struct rules *rules,
                     enum audience audience, utc_s now, date_d date, code_set passing)
{
    const struct policy *policy = &rules->policy[audience];
    const wall_s wall_now = zone_to_wall(company->zone, now);
    const date_d today = wall_date(wall_now);
    if (date == today && !policy->same_day && !lets_pass(passing, CODE_same_day_closed))
        return CODE_same_day_closed;
    if (date == today + 1 && policy->cutoff_min != NOT_FOUND &&
        wall_minute(wall_now) >= policy->cutoff_min && !lets_pass(passing, CODE_cutoff_passed))
        return CODE_cutoff_passed;
    const bool is_too_far = date > today + policy->horizon_days;
    return is_too_far && !lets_pass(passing, CODE_out_of_horizon) ? CODE_out_of_horizon : CODE_NONE;
}

enum code rules_judge(const struct company *company, const struct rules *rules,
                      enum audience audience, utc_s now, utc_s start, code_set passing)
{
    if (start < now && !lets_pass(passing, CODE_in_past))
        return CODE_in_past;
    if (start < now + (utc_s)rules->policy[audience].notice_min * MINUTE_S &&
        !lets_pass(passing, CODE_too_soon))
        return CODE_too_soon;
    const date_d date = wall_date(zone_to_wall(company->zone, start));
    return date_judge(company, rules, audience, now, date, passing);
}

bool counts_weeks(const struct company *company, const struct policy *policy)
{
    bool counts = policy->weekly_max != NOT_FOUND;
    for (size_t i = 0; !counts && i < company->n_inspectors; i++)
        counts = company->inspectors[i].weekly_max != NOT_FOUND;
    return counts;
}

bool may_do(const struct company *company, const struct rules *rules, const struct inspector *who,
            const int32_t *services, size_t n_services)
{
    bool may = true;
    for (size_t i = 0; may && i < n_services; i++) {
        const bool is_free =
            rules->addon_ability == ADDON_WARN && company->services[services[i]].is_addon;
        may = is_free || inspector_can(who, &services[i], 1);
    }
    return may;
}

static bool is_outside_of(const struct company *company, const struct inspector *who,
                          const struct visit *visit)
{
    if (!visit->has_place || company->n_areas == 0)
        return false;
    if (visit->around != NULL)
        return is_outside(company, who, visit->around);
    const struct area_set around = areas_around(company->areas, company->n_areas, visit->place);
    return is_outside(company, who, &around);
}

bool warns_of_area(const struct company *company, const struct inspector *who,
                   const struct visit *visit)
{
    const struct rules *rules = company_rules(company, visit->brand);
    return rules->policy[visit->audience].outside_area == AREA_WARN &&
           is_outside_of(company, who, visit);
}

static const struct open_span *span_at(const struct day_open *day, utc_s start)
{
    for (size_t i = 0; i < day->n_spans; i++) {
        if (day->spans[i].when.start <= start && start < day->spans[i].when.end)
            return &day->spans[i];
    }
    return NULL;
}

static bool is_start_slot(const struct zone *zone, const struct day_open *day, utc_s start)
{
    for (size_t i = 0; i < day->n_starts; i++) {
        utc_s at;
        if (day_instant(zone, day, day->starts[i], &at) && at == start)
            return true;
    }
    return false;
}

/* Whether `start` is on the grid that counts from the wall minute `first`. */
static bool is_on_grid(const struct zone *zone, const struct rules *rules,
                       const struct day_open *day, int32_t first, utc_s start)
{
    const int32_t minute = wall_minute(zone_to_wall(zone, start));
    utc_s at;
    return (minute - first) % rules->step_min == 0 && day_instant(zone, day, minute, &at) &&
           at == start;
}

struct stage { /* what the rules about one visit look at */
    const struct company *company;
    const struct inspector *who;
    const struct calendar *calendar;
    const struct rules *rules;
    const struct day_open *day;
    const struct policy *policy;  /* of the audience */
    const struct open_span *span; /* NULL: a start slot, or no hours at all */
    struct buffer buffer;
};

/* Whether the visit lies within the hours, as far as `passing` asks. Sets the span that carries its
 * start: NULL for a start slot, and where there are no hours. */
static enum code within_hours(struct stage *stage, const struct visit *visit, code_set passing)
{
    const struct day_open *day = stage->day;
    stage->span = NULL;
    if (day->state == DAY_HOLIDAY)
        return CODE_holiday;
    if (is_start_slot(stage->company->zone, day, visit->when.start))
        return CODE_NONE;
    stage->span = span_at(day, visit->when.start);
    if (stage->span != NULL && visit->when.end <= stage->span->extent_end)
        return CODE_NONE;
    const bool starts_only = day->n_starts > 0 && day->n_spans == 0;
    const enum code code =
        visit->must_be_offered && starts_only ? CODE_not_offered : CODE_outside_hours;
    return lets_pass(passing, code) ? CODE_NONE : code;
}

/* A gap grid depends on the claims: see gap_grid_judge. */
static enum code grid_judge(const struct stage *stage, const struct visit *visit, code_set passing)
{
    const struct rules *rules = stage->rules;
    if (lets_pass(passing, CODE_not_offered))
        return CODE_NONE;
    if (visit->when.start % MINUTE_S != 0)
        return CODE_not_offered;
    if (!visit->must_be_offered || rules->anchor == ANCHOR_GAP || stage->span == NULL)
        return CODE_NONE;
    return is_on_grid(stage->company->zone, rules, stage->day, grid_first(rules, stage->span->wall),
                      visit->when.start)
               ? CODE_NONE
               : CODE_not_offered;
}

/* Whether visits start that early or that late in the day. */
static enum code clock_judge(const struct stage *stage, const struct visit *visit, code_set passing,
                             struct str *ret_words)
{
    const int32_t minute = wall_minute(zone_to_wall(stage->company->zone, visit->when.start));
    if (may_start_at(stage->policy, minute) || lets_pass(passing, CODE_outside_hours))
        return CODE_NONE;
    *ret_words = minute < stage->policy->earliest_min
                     ? STR("No visit starts that early in the day (earliestStart).")
                     : STR("No visit starts that late in the day (latestStart).");
    return CODE_outside_hours;
}

static enum code hours_judge(struct stage *stage, const struct visit *visit, code_set passing,
                             struct str *ret_words)
{
    enum code code = within_hours(stage, visit, passing);
    if (code == CODE_NONE)
        code = clock_judge(stage, visit, passing, ret_words);
    return code != CODE_NONE ? code : grid_judge(stage, visit, passing);
}

/* The free time the visit lies in; meaningful when nothing stands in its way. */
static struct gap gap_of(const struct stage *stage, const struct visit *visit)
{
    const struct gap limits =
        stage->span == NULL ? (struct gap){ visit->when.start, visit->when.end }
                            : (struct gap){ stage->span->extent_start, stage->span->extent_end };
    const struct span reach = { limits.from - stage->buffer.before_s,
                                limits.to + stage->buffer.after_s };
    const struct neighbours beside =
        calendar_neighbours(stage->calendar, &visit->look, visit->when, reach);
    return gap_between(beside, limits, stage->buffer);
}

/* A grid that restarts in gaps has no place where time is taken: that is told as taken. */
static enum code gap_grid_judge(const struct stage *stage, const struct visit *visit,
                                struct gap gap, bool is_taken)
{
    if (stage->rules->anchor != ANCHOR_GAP || stage->span == NULL || !visit->must_be_offered ||
        is_taken)
        return CODE_NONE;
    const struct zone *zone = stage->company->zone;
    return is_on_grid(zone, stage->rules, stage->day, gap_grid_first(zone, stage->span, gap.from),
                      visit->when.start)
               ? CODE_NONE
               : CODE_not_offered;
}

static enum code person_judge(const struct stage *stage, const struct visit *visit, int32_t jobs,
                              code_set passing)
{
    const struct inspector *who = stage->who;
    const struct policy *policy = stage->policy;
    if (!may_do(stage->company, stage->rules, who, visit->services, visit->n_services) &&
        !lets_pass(passing, CODE_inspector_unable))
        return CODE_inspector_unable;
    if (!who->is_active && !lets_pass(passing, CODE_inspector_inactive))
        return CODE_inspector_inactive;
    if (policy->outside_area == AREA_REFUSE && is_outside_of(stage->company, who, visit) &&
        !lets_pass(passing, CODE_outside_area))
        return CODE_outside_area;
    const int32_t most = stricter(policy->daily_max, who->daily_max);
    if (most != NOT_FOUND && jobs >= most && !lets_pass(passing, CODE_daily_maximum))
        return CODE_daily_maximum;
    const bool fits_week = has_room_in_week(stage->company, policy, who, stage->calendar,
                                            &visit->look, stage->day->date);
    return fits_week || lets_pass(passing, CODE_weekly_maximum) ? CODE_NONE : CODE_weekly_maximum;
}

/* `stage` has everything but the span. */
static struct judgement stage_judge(struct stage *stage, const struct visit *visit,
                                    code_set passing)
{
    const struct company *company = stage->company;
    struct judgement j = { .code = CODE_NONE };
    j.code = hours_judge(stage, visit, passing, &j.words);
    if (j.code != CODE_NONE)
        return j;
    const struct claim *conflicts[CONFLICTS_SHOWN_MAX];
    const size_t n_conflicts = calendar_conflicts(stage->calendar, &visit->look, visit->when,
                                                  stage->buffer, conflicts, CONFLICTS_SHOWN_MAX);
    const struct gap gap = n_conflicts > 0 ? (struct gap){ 0, 0 } : gap_of(stage, visit);
    j.code = gap_grid_judge(stage, visit, gap, n_conflicts > 0);
    if (!lets_pass(passing, j.code))
        return j;
    const int32_t jobs = calendar_jobs(stage->calendar, &visit->look, stage->day->day, NULL);
    j.code = person_judge(stage, visit, jobs, passing);
    if (j.code != CODE_NONE)
        return j;
    if (n_conflicts > 0) {
        j.code = CODE_slot_taken;
        j.n_conflicts = n_conflicts;
        memcpy(j.conflicts, conflicts, sizeof conflicts);
        return j;
    }
    j.cost = cost_of(gap, visit->when, company->shortest_visit_min, jobs);
    return j;
}

/* Hours of a day may join those of the day before or after it. */
static bool is_near_holiday(const struct company *company, date_d date)
{
    return company_find_holiday(company, date - 1) != NULL ||
           company_find_holiday(company, date) != NULL ||
           company_find_holiday(company, date + 1) != NULL;
}

struct judgement availability_judge(const struct image *image, int32_t inspector,
                                    const struct visit *visit, code_set passing)
{
    const struct company *company = image->company;
    const struct rules *rules = company_rules(company, visit->brand);
    const date_d date = wall_date(zone_to_wall(company->zone, visit->when.start));
    struct arena room = arena_make(SIZE_MAX / 2);
    struct hours hours = image_hours(image, inspector, visit->audience, date, 1, &room);
    if (lets_pass(passing, CODE_holiday) && is_near_holiday(company, date))
        hours = hours_lay_plain(company, inspector, visit->audience, date, &room);
    struct stage stage = { .company = company,
                           .who = &company->inspectors[inspector],
                           .calendar = image->calendars[inspector],
                           .rules = rules,
                           .day = &hours.days[0],
                           .policy = &rules->policy[visit->audience],
                           .buffer = buffer_of(rules) };
    const struct judgement j = stage_judge(&stage, visit, passing);
    arena_drop(&room);
    return j;
}
