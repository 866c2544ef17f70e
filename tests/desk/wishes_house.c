/* What the office may want of itself: keys, and one thing of the company's document. */
#include "wishes.h"

#include "house.h"

enum { BRANDS = 4, SERVICES = 5, INSPECTORS_MOST = 12, RETIRED_FROM = 2 };

/* ---- keys ---- */

static struct key_record key_new(struct drive *d, struct drive_job *to, const char *what)
{
    struct key_record key = { .role = ROLE_STAFF,
                              .name = STR("a desk"),
                              .may_override = chance(&d->dice, 50),
                              .created_at = drive_now(d, to->company) };
    key.id = str_print(&to->arena, "%s%lu", what, (unsigned long)d->commands);
    key.secret = hash_of(str_print(&to->arena, "%.*s of %s, %lx", STR_ARG(key.id), to->company->id,
                                   (unsigned long)dice(&d->dice, UINT32_MAX)));
    return key;
}

void wish_key(struct drive *d, struct drive_job *to)
{
    to->job.command.actor = rig_actor(ROLE_ADMIN, true);
    to->job.command.key = key_new(d, to, "key");
}

static void pick_key(struct drive *d, struct drive_job *to)
{
    const struct model *m = &to->company->follow.model;
    struct command *command = &to->job.command;
    command->actor = rig_actor(ROLE_ADMIN, true);
    command->key_until = drive_now(d, to->company);
    if (chance(&d->dice, 50))
        command->key_until += (utc_s)dice(&d->dice, (uint64_t)3 * DAY_S) - HOUR_S;
    command->subject = STR("no key");
    if (m->n_keys > 0 && !chance(&d->dice, 3))
        command->subject = str_copy(
            &to->arena, str_from(m->keys[m->n_keys - 1 - (size_t)dice(&d->dice, m->n_keys)].id));
}

void wish_rotate(struct drive *d, struct drive_job *to)
{
    pick_key(d, to);
    to->job.command.key_change = KEY_ROTATED;
    to->job.command.key = key_new(d, to, "new");
}

void wish_revoke(struct drive *d, struct drive_job *to)
{
    pick_key(d, to);
    to->job.command.key_change = KEY_REVOKED;
}

/* ---- settings ---- */

struct str wish_brand(struct drive *d, const struct drive_job *to)
{
    return str_print(to->job.arena, "b%d", (int)dice(&d->dice, BRANDS));
}

static void say(struct drive_job *to, struct str text)
{
    to->job.setting.text = text;
}

/* What a done change must leave in the row. */
static struct str named(struct drive *d, struct drive_job *to)
{
    const struct str name = str_print(&to->arena, "\"name\":\"N%d\"", (int)dice(&d->dice, 30));
    to->must_say = name;
    return name;
}

static enum setting_how pick_how(struct drive *d)
{
    static const enum setting_how hows[] = { SETTING_ADD,   SETTING_ADD,   SETTING_REPLACE,
                                             SETTING_MERGE, SETTING_MERGE, SETTING_REMOVE };
    return hows[dice(&d->dice, 6)];
}

static void set_whole(struct drive_job *to, struct str rest)
{
    if (to->job.setting.how == SETTING_REMOVE)
        to->must_say = STR("");
    else if (to->job.setting.how == SETTING_MERGE)
        say(to, str_print(&to->arena, "{%.*s}", STR_ARG(to->must_say)));
    else
        say(to, str_print(&to->arena, "{\"_id\":\"%.*s\",%.*s%.*s}", STR_ARG(to->named),
                          STR_ARG(to->must_say), STR_ARG(rest)));
}

static void set_brand(struct drive *d, struct drive_job *to)
{
    struct setting_wish *wish = &to->job.setting;
    (void)named(d, to);
    wish->kind = KIND_BRAND;
    wish->how = chance(&d->dice, 20) ? SETTING_MERGE : pick_how(d);
    to->named =
        wish->how == SETTING_MERGE && chance(&d->dice, 50) ? STR("main") : wish_brand(d, to);
    set_whole(to, STR(""));
}

static void set_service(struct drive *d, struct drive_job *to)
{
    struct setting_wish *wish = &to->job.setting;
    wish->kind = KIND_SERVICE;
    if (chance(&d->dice, 30)) { /* one that is sold */
        const bool radon = chance(&d->dice, 50);
        wish->how = radon && chance(&d->dice, 30) ? SETTING_REMOVE : SETTING_MERGE;
        to->named = radon ? STR("radon") : STR("long");
        if (radon && wish->how == SETTING_MERGE)
            say(to, STR("{\"active\":true}"));
        else if (!radon)
            to->must_say =
                str_print(&to->arena, "\"minutes\":%d", 150 + 15 * (int)dice(&d->dice, 7));
        if (!radon)
            set_whole(to, STR(""));
        return;
    }
    wish->how = pick_how(d);
    to->named = str_print(&to->arena, "x%d", (int)dice(&d->dice, SERVICES));
    (void)named(d, to);
    set_whole(to, STR(",\"type\":\"primary\",\"minutes\":45"));
}

static void set_inspector(struct drive *d, struct drive_job *to)
{
    static const char *const merges[] = { "\"active\":true", "\"active\":true", "\"active\":false",
                                          "\"dailyMax\":2", "\"dailyMax\":null" };
    struct setting_wish *wish = &to->job.setting;
    const int n = to->company->follow.model.n_inspectors;
    const bool adds = n < INSPECTORS_MOST && chance(&d->dice, 8);
    const int i = adds ? n : RETIRED_FROM + (int)dice(&d->dice, (uint64_t)(n - RETIRED_FROM));
    struct buf text = { 0 };
    wish->kind = KIND_INSPECTOR;
    to->named = str_print(&to->arena, "i%d", i);
    rig_inspector(&text, i, chance(&d->dice, 50) ? " Again" : "");
    if (adds || chance(&d->dice, 25)) {
        wish->how = adds ? SETTING_ADD : SETTING_REPLACE;
        say(to, str_copy(&to->arena, buf_view(&text)));
    } else if (chance(&d->dice, 12)) {
        wish->how = SETTING_REMOVE;
        to->must_say = STR("\"active\":false");
    } else {
        wish->how = SETTING_MERGE;
        say(to, chance(&d->dice, 30)
                    ? str_print(&to->arena, "{\"name\":\"P%d\"}", (int)dice(&d->dice, 30))
                    : str_print(&to->arena, "{%s}", merges[dice(&d->dice, 5)]));
    }
    buf_drop(&text);
}

static void set_company(struct drive *d, struct drive_job *to)
{
    struct setting_wish *wish = &to->job.setting;
    wish->kind = KIND_COMPANY;
    wish->how = chance(&d->dice, 75) ? SETTING_MERGE : SETTING_REPLACE;
    to->named = str_copy(&to->arena, str_from(to->company->id));
    to->must_say = str_print(&to->arena, "\"quoteHoldHours\":%d", 1 + (int)dice(&d->dice, 3));
    const int buffer = chance(&d->dice, 60) ? 5 * (int)dice(&d->dice, 7) : 15;
    const struct str settings =
        str_print(&to->arena, "\"bufferMinutes\":%d,%.*s,\"online\":{\"noticeMinutes\":%d}", buffer,
                  STR_ARG(to->must_say), 30 * (int)dice(&d->dice, 5));
    if (wish->how == SETTING_MERGE)
        say(to, str_print(&to->arena, "{\"settings\":{%.*s}}", STR_ARG(settings)));
    else
        say(to, str_print(&to->arena,
                          "{\"_id\":\"%s\",\"name\":\"Rig %d\",\"timezone\":\"America/Denver\","
                          "\"settings\":{\"checkoutHoldSeconds\":300,%.*s}}",
                          to->company->id, (int)dice(&d->dice, 9), STR_ARG(settings)));
}

/* As somebody read it who is about to change it. */
static int64_t version_of(struct drive *d, const struct drive_job *to)
{
    const struct image *image = drive_image(d, to->company, d->desk);
    int64_t version = 1;
    for (size_t i = 0; i < image->company->n_rows; i++) {
        const struct setting_row *row = &image->company->rows[i];
        if (str_equal(row->kind, document_kind_name(to->job.setting.kind)) &&
            str_equal(row->id, to->named))
            version = document_row_version(row);
    }
    block_free(image);
    return version;
}

void wish_setting(struct drive *d, struct drive_job *to)
{
    static void (*const sets[])(struct drive *, struct drive_job *) = {
        set_brand, set_brand, set_service, set_service, set_inspector, set_inspector, set_company
    };
    to->job.command.actor = rig_actor(ROLE_ADMIN, true);
    to->must_say = STR("");
    sets[dice(&d->dice, sizeof(sets) / sizeof(sets[0]))](d, to);
    if (to->job.setting.how == SETTING_ADD)
        return;
    to->job.setting.id = to->named;
    to->job.command.version = version_of(d, to);
    to->is_stale = chance(&d->dice, 3);
    to->job.command.version += to->is_stale;
    if (chance(&d->dice, 2))
        to->job.command.version = NOT_FOUND;
}
