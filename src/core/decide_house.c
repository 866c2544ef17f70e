/* What the office keeps for itself: settings and API keys. */
#include "decide.h"

/* Personal data that came with a row gets its place here; the desk stores it beside the entry. */
static void take_settings(struct draft *d, const struct setting_change *changes, size_t n,
                          const struct company *after)
{
    struct setting_change *settings = arena_array(d->arena, struct setting_change, n);
    for (size_t i = 0; i < n; i++) {
        settings[i] = changes[i];
        if (settings[i].row.personal.len > 0 && settings[i].row.person == 0)
            settings[i].row.person = draft_ref(d);
    }
    d->entry->settings = settings;
    d->entry->n_settings = n;
    d->entry->company_after = after;
}

bool decide_configure(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct configured *c = facts->configured;
    if (c == NULL) {
        take_settings(d, d->command->settings, d->command->n_settings, d->command->company_after);
        return true;
    }
    if (c->needs_version && !c->exists)
        return refuse(verdict, CODE_not_found, "", STR(""));
    if (c->code != CODE_NONE) {
        verdict->code = c->code;
        verdict->field = c->field;
        verdict->detail = c->detail;
        return false;
    }
    if (c->needs_version && !version_judge(d, c->version, verdict))
        return false;
    take_settings(d, c->changes, c->n, c->company_after);
    return c->n > 0;
}

/* ---- keys ---- */

static bool key_has_ended(const struct draft *d, const struct key_record *key)
{
    return key->revoked_at != 0 && key->revoked_at <= d->now;
}

/* The old one as it will be: what was to end sooner still does. */
static struct key_record ending(const struct draft *d, const struct key_record *key)
{
    struct key_record old = *key;
    const utc_s until = d->command->key_until < d->now ? d->now : d->command->key_until;
    if (old.revoked_at == 0 || old.revoked_at > until)
        old.revoked_at = until;
    return old;
}

static bool revoke(struct draft *d, const struct key_record *key, struct verdict *verdict)
{
    struct key_record *old = arena_new(d->arena, struct key_record);
    *old = ending(d, key);
    d->entry->keys = old;
    d->entry->n_keys = 1;
    verdict->unchanged_key = key;
    return old->revoked_at != key->revoked_at;
}

/* The old one first. The new one may do what the old one may, and has a name of its own. */
static bool rotate(struct draft *d, const struct key_record *key, struct verdict *verdict)
{
    struct key_record *keys = arena_array(d->arena, struct key_record, 2);
    if (key_has_ended(d, key))
        return refuse(verdict, CODE_not_found, "",
                      STR("That key has ended; make a new one with `interlock key create`."));
    keys[0] = ending(d, key);
    keys[1] = *key;
    keys[1].id = d->command->key.id;
    keys[1].secret = d->command->key.secret;
    keys[1].created_at = d->now;
    keys[1].revoked_at = 0;
    d->entry->keys = keys;
    d->entry->n_keys = 2;
    return true;
}

bool decide_key(struct draft *d, const struct facts *facts, struct verdict *verdict)
{
    const struct key_record *key = facts->key;
    if (d->command->key_change == KEY_MADE) {
        d->entry->keys = &d->command->key;
        d->entry->n_keys = 1;
        return true;
    }
    if (key == NULL || !actor_sees(&d->command->actor, key->brand))
        return refuse(verdict, CODE_not_found, "", STR(""));
    return d->command->key_change == KEY_REVOKED ? revoke(d, key, verdict)
                                                 : rotate(d, key, verdict);
}
