/* Commands and answers in words. */
#include "drive.h"

#include <stdio.h>
#include <string.h>

struct moment {
    char text[INSTANT_TEXT + 1];
};

static struct moment moment_of(const struct drive_job *it, utc_s at)
{
    struct moment m = { "" };
    instant_write(it->company->follow.fold->company->zone, at, m.text);
    m.text[INSTANT_TEXT] = '\0';
    return m;
}

static void say_time(const struct drive_job *it, const char *before, struct instant_text t)
{
    if (t.has_offset)
        trace_add("%s%s", before, moment_of(it, t.wall).text);
    else
        trace_add("%swall %ld", before, (long)t.wall);
}

static void say_want(const struct drive_job *it)
{
    const struct want *want = &it->job.command.want;
    if (want->any_inspector)
        trace_add(" any");
    for (size_t i = 0; i < want->inspectors.n; i++)
        trace_add(" %.*s", STR_ARG(want->inspectors.at[i]));
    if (want->has_datetime)
        say_time(it, " ", want->datetime);
    if (want->has_endtime)
        say_time(it, " to ", want->endtime);
    if (want->minutes > 0)
        trace_add(" %d min", (int)want->minutes);
    for (size_t i = 0; i < want->services.n; i++)
        trace_add(" %.*s", STR_ARG(want->services.at[i]));
    for (size_t i = 0; i < want->n_assignments; i++) {
        const struct wanted_assignment *a = &want->assignments[i];
        trace_add(" [%.*s", STR_ARG(a->inspector));
        say_time(it, " ", a->datetime);
        say_time(it, " to ", a->endtime);
        trace_add("]");
    }
}

static void say_absence(const struct drive_job *it)
{
    const struct command *c = &it->job.command;
    trace_add(" %s", claim_kind_name(c->absence_kind).at);
    if (c->whole_days) {
        trace_add(" from %s", moment_of(it, (utc_s)c->first_day * DAY_S).text);
        trace_add(" for %d days", (int)(c->last_day - c->first_day) + 1);
    } else {
        say_time(it, " ", c->from);
        say_time(it, " to ", c->to);
    }
    trace_add(" affected %s", c->affected == AFFECTED_OPEN ? "open" : "refuse");
}

static void say_setting(const struct setting_wish *wish)
{
    static const char *const hows[] = { "", "add", "replace", "merge", "remove" };
    if (wish->how != SETTING_NONE)
        trace_add(" %s %s %.*s %.*s", hows[wish->how], setting_list_name(wish->kind),
                  STR_ARG(wish->id), (int)(wish->text.len < 80 ? wish->text.len : 80),
                  wish->text.len > 0 ? wish->text.at : "");
}

void words_of_job(const struct drive_job *it)
{
    const struct command *c = &it->job.command;
    trace_say("%s: %s%s by %.*s", it->company->id, it->is_replay ? "again " : "",
              command_name(c->kind).at, STR_ARG(c->actor.channel));
    if (c->subject.len > 0)
        trace_add(" %.*s version %ld", STR_ARG(c->subject), (long)c->version);
    if (c->hold != 0)
        trace_add(" hold %lx", (unsigned long)c->hold);
    if (c->kind == COMMAND_HOLD && c->hold_kind == HOLD_QUOTE)
        trace_add(" quote");
    if (c->extend)
        trace_add(" extend");
    say_want(it);
    if (c->conflict != 0)
        trace_add(" %lx to state %d", (unsigned long)c->conflict, (int)c->conflict_state);
    if (c->kind == COMMAND_ADD_ABSENCE || c->has_times)
        say_absence(it);
    if (c->kind == COMMAND_KEY)
        trace_add(" %s %.*s",
                  c->key_change == KEY_MADE      ? "made"
                  : c->key_change == KEY_ROTATED ? "rotated to"
                                                 : "revoked",
                  STR_ARG(c->key.id));
    say_setting(&it->job.setting);
    if (c->override.rules != 0)
        trace_add(" override");
}

static const char *code_word(const struct desk_job *job)
{
    const enum code code = job->code != CODE_NONE ? job->code : job->verdict.code;
    if (code != CODE_NONE)
        return code_facts(code)->name.at;
    return job->verdict.entry != NULL ? "done" : "nothing to do";
}

/* Onto the line that says the command, unless it was overwritten since. */
void words_of_answer(const struct drive_job *it)
{
    if (trace->n - it->line >= TRACE_LINES)
        return;
    char *line = trace->lines[(it->line - 1) % TRACE_LINES];
    const size_t n = strlen(line);
    (void)snprintf(line + n, TRACE_CHARS - n, " -> %s", code_word(&it->job));
}

static void print_claims(struct buf *out, const char *what, const struct claim_at *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_print(out, "\n%s %.*s [%ld, %ld) kind %d owner %lx until %ld", what,
                  STR_ARG(at[i].inspector), (long)at[i].claim.when.start,
                  (long)at[i].claim.when.end, at[i].claim.kind, (unsigned long)at[i].claim.owner,
                  (long)at[i].claim.expires_at);
}

/* What two desks with the same data must say, and a dry run before the deed. */
void answer_print(struct buf *out, const struct desk_job *job)
{
    const struct verdict *v = &job->verdict;
    buf_print(out, "%s at seq %lu, asked [%ld, %ld)", code_word(job), (unsigned long)job->seq,
              (long)v->asked.start, (long)v->asked.end);
    for (size_t i = 0; i < v->n_evidence; i++)
        buf_print(out, "\nin the way: %.*s [%ld, %ld) kind %d owner %lx",
                  STR_ARG(v->evidence[i].inspector), (long)v->evidence[i].when.start,
                  (long)v->evidence[i].when.end, (int)v->evidence[i].kind,
                  (unsigned long)v->evidence[i].owner);
    if (v->entry == NULL)
        return;
    print_claims(out, "takes", v->entry->added, v->entry->n_added);
    print_claims(out, "frees", v->entry->removed, v->entry->n_removed);
    for (size_t i = 0; i < v->entry->n_conflicts; i++)
        buf_print(out, "\nconflict of %lx and %lx, state %d",
                  (unsigned long)v->entry->conflicts[i].a.claim,
                  (unsigned long)v->entry->conflicts[i].b.claim, (int)v->entry->conflicts[i].state);
}
