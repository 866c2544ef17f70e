/* What a line of a table asks for, as a command. */
#include "life.h"
#include "steps.h"

#include <string.h>

/* ---- words ---- */

bool word_find(const struct life *l, size_t from, size_t to, const char *name, struct str *ret)
{
    for (size_t i = from; i < to; i++) {
        struct str value = l->words[i];
        const struct str key = str_cut(&value, '=');
        if (str_equal(key, str_from(name))) {
            *ret = value;
            return true;
        }
    }
    return false;
}

struct str asked(const struct life *l, const char *name)
{
    struct str value = { 0 };
    (void)word_find(l, 0, l->n_asked, name, &value);
    return value;
}

bool is_asked(const struct life *l, const char *name)
{
    struct str value;
    return word_find(l, 0, l->n_asked, name, &value);
}

int64_t number(struct life *l, struct str text)
{
    int64_t n;
    CHECK(str_to_int(text, &n), "%s:%d: %.*s is not a number", l->file, l->line, STR_ARG(text));
    return n;
}

struct instant_text instant(struct life *l, struct str text)
{
    struct instant_text t;
    CHECK(instant_parse(text, &t), "%s:%d: %.*s is not a time", l->file, l->line, STR_ARG(text));
    return t;
}

struct strs list(struct life *l, struct str text)
{
    struct str *at = arena_array(&l->arena, struct str, text.len / 2 + 1);
    size_t n = 0;
    while (text.len > 0)
        at[n++] = str_copy(&l->arena, str_cut(&text, ','));
    return (struct strs){ at, n };
}

struct named *named(struct life *l, struct str name, bool make)
{
    for (size_t i = 0; i < l->n_names; i++)
        if (str_equal(str_from(l->names[i].name), name))
            return &l->names[i];
    if (!make)
        return NULL;
    CHECK(l->n_names < NAMES_MAX && name.len < sizeof(l->names[0].name), "too many names");
    struct named *n = &l->names[l->n_names++];
    *n = (struct named){ .ref = 0 };
    memcpy(n->name, name.at, name.len);
    return n;
}

ref_t hold_ref(struct life *l, struct str name)
{
    const struct named *n = named(l, name, false);
    return n != NULL && n->ref != 0 ? n->ref : (ref_t)0xFFFF << REF_SEQ_SHIFT;
}

utc_s now_of(struct life *l)
{
    return atomic_load(&l->clock.now_s);
}

const struct image *image_of(struct life *l)
{
    const struct image *image;
    struct il_err err;
    CHECK(desk_image(l->desk, l->company, &image, &err) == IL_OK && image != NULL, "%s", err.text);
    return image;
}

utc_s resolve(struct life *l, struct str text)
{
    const struct image *image = image_of(l);
    const struct instant_found found = instant_resolve(image->company->zone, instant(l, text));
    CHECK(found.answer == INSTANT_FOUND, "%s:%d: %.*s is no instant", l->file, l->line,
          STR_ARG(text));
    block_free(image);
    return found.at;
}

/* ---- commands ---- */

static void fill_assignments(struct life *l, struct want *want)
{
    const struct strs parts = list(l, asked(l, "assignments"));
    struct wanted_assignment *at = arena_array(&l->arena, struct wanted_assignment, parts.n + 1);
    for (size_t i = 0; i < parts.n; i++) {
        struct str rest = parts.at[i];
        at[i].inspector = str_cut(&rest, '@');
        at[i].datetime = instant(l, str_cut(&rest, '/'));
        at[i].endtime = instant(l, rest);
    }
    want->assignments = at;
    want->n_assignments = parts.n;
}

static void fill_want(struct life *l, struct want *want)
{
    want->property = (struct property){ .square_feet = NOT_FOUND, .year_built = NOT_FOUND };
    if (is_asked(l, "at")) {
        want->has_datetime = true;
        want->datetime = instant(l, asked(l, "at"));
    }
    if (is_asked(l, "endtime")) {
        want->has_endtime = true;
        want->endtime = instant(l, asked(l, "endtime"));
    }
    if (is_asked(l, "minutes"))
        want->minutes = (int32_t)number(l, asked(l, "minutes"));
    if (is_asked(l, "feet"))
        want->property.square_feet = (int32_t)number(l, asked(l, "feet"));
    want->services = list(l, asked(l, "services"));
    want->brand = str_copy(&l->arena, asked(l, "brand"));
    want->any_inspector = str_equal(asked(l, "inspectors"), STR("any"));
    if (!want->any_inspector)
        want->inspectors = list(l, asked(l, "inspectors"));
    fill_assignments(l, want);
}

static void fill_override(struct life *l, struct command *command)
{
    const struct strs codes = list(l, asked(l, "override"));
    for (size_t i = 0; i < codes.n; i++) {
        const enum code code = code_find(codes.at[i]);
        CHECK(code != CODE_NONE, "%s:%d: no code %.*s", l->file, l->line, STR_ARG(codes.at[i]));
        command->override.rules |= (code_set)1 << code;
    }
    command->override.reason = str_copy(&l->arena, asked(l, "reason"));
}

static void fill_subject(struct life *l, struct command *command)
{
    const struct named *subject = named(l, l->words[1], false);
    const struct str version = asked(l, "version");
    command->subject = subject != NULL ? subject->id : STR("nobody");
    command->version = subject != NULL ? subject->version : 1;
    if (version.len > 0)
        command->version = str_equal(version, STR("none")) ? NOT_FOUND : number(l, version);
    command->reason = STR("asked to");
}

static date_d date_asked(struct life *l, const char *name)
{
    date_d date;
    CHECK(date_parse(asked(l, name), &date), "%s:%d: %s is not a date", l->file, l->line, name);
    return date;
}

static void fill_absence(struct life *l, struct command *command, bool vacation)
{
    command->absence_kind = vacation ? CLAIM_VACATION : CLAIM_EVENT;
    command->title = STR("away");
    command->affected =
        str_equal(asked(l, "affected"), STR("open")) ? AFFECTED_OPEN : AFFECTED_REFUSE;
    command->whole_days = vacation;
    if (vacation) {
        command->first_day = date_asked(l, "from");
        command->last_day = date_asked(l, "to");
    } else {
        command->from = instant(l, asked(l, "from"));
        command->to = instant(l, asked(l, "to"));
    }
}

static const struct {
    const char *verb;
    enum command_kind kind;
} verbs[] = {
    { "hold", COMMAND_HOLD },
    { "extend", COMMAND_CHANGE_HOLD },
    { "move", COMMAND_CHANGE_HOLD },
    { "release", COMMAND_RELEASE },
    { "book", COMMAND_BOOK },
    { "reschedule", COMMAND_RESCHEDULE },
    { "reassign", COMMAND_REASSIGN },
    { "confirm", COMMAND_CONFIRM },
    { "complete", COMMAND_COMPLETE },
    { "noshow", COMMAND_NO_SHOW },
    { "cancel", COMMAND_CANCEL },
    { "restore", COMMAND_RESTORE },
    { "lock", COMMAND_LOCK },
    { "unlock", COMMAND_UNLOCK },
    { "event", COMMAND_ADD_ABSENCE },
    { "vacation", COMMAND_ADD_ABSENCE },
    { "remove", COMMAND_REMOVE_ABSENCE },
};

static struct actor actor_asked(const struct life *l)
{
    const struct str by = asked(l, "by");
    if (str_equal(by, STR("online")))
        return rig_actor(ROLE_ONLINE, false);
    return rig_actor(ROLE_STAFF, str_equal(by, STR("boss")));
}

static void fill(struct life *l, struct desk_job *job)
{
    struct command *c = &job->command;
    fill_want(l, &c->want);
    fill_override(l, c);
    if (is_asked(l, "hold"))
        c->hold = hold_ref(l, asked(l, "hold"));
    c->hold_kind = str_equal(asked(l, "kind"), STR("quote")) ? HOLD_QUOTE : HOLD_CHECKOUT;
    c->external_ref = str_copy(&l->arena, asked(l, "ref"));
    c->acknowledge_duplicate = is_asked(l, "acknowledge");
    c->needs_spectora = is_asked(l, "spectora");
    if (is_asked(l, "place"))
        c->place_key = number(l, asked(l, "place"));
    if (c->kind == COMMAND_CHANGE_HOLD || c->kind == COMMAND_RELEASE)
        c->hold = hold_ref(l, l->words[1]);
    c->extend = str_equal(l->words[0], STR("extend"));
    if (c->kind == COMMAND_ADD_ABSENCE)
        fill_absence(l, c, str_equal(l->words[0], STR("vacation")));
    if (c->kind == COMMAND_REMOVE_ABSENCE || step_from(c->kind) != 0)
        fill_subject(l, c);
}

bool job_asked(struct life *l, struct desk_job *ret)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (!str_equal(l->words[0], str_from(verbs[i].verb)))
            continue;
        *ret = rig_job(&l->arena, "life", verbs[i].kind, actor_asked(l));
        fill(l, ret);
        return true;
    }
    return false;
}
