/* Who is named in personal data, and when two namings are of one person. */
#include "document_parts.h"

enum { PHONE_DIGITS = 10, KEY_TEXT_MAX = 4 * NAME_CHARS_MAX };

static struct contact contact_read(struct json_obj *o, struct arena *arena)
{
    return (struct contact){
        .name = str_copy(arena, json_opt_str(o, "name", NAME_CHARS_MAX)),
        .email = str_copy(arena, json_opt_str(o, "email", EMAIL_CHARS_MAX)),
        .phone = str_copy(arena, json_opt_str(o, "phone", PHONE_CHARS_MAX)),
    };
}

static bool is_told(const struct contact *c)
{
    return c->name.len > 0 || c->email.len > 0 || c->phone.len > 0;
}

static size_t contacts_read(struct json_obj *root, struct arena *arena,
                            struct contact ret[PERSONAL_CONTACTS_MAX])
{
    size_t n = 0;
    struct json_obj in;
    ret[n] = contact_read(root, arena); /* an inspector's stand at the root */
    n += is_told(&ret[n]);
    if (json_opt_obj(root, "client", &in)) {
        ret[n] = contact_read(&in, arena);
        n += is_told(&ret[n]);
    }
    struct json_arr agents = json_opt_arr(root, "agents", AGENTS_MAX);
    for (size_t i = 0; i < agents.n && n < PERSONAL_CONTACTS_MAX; i++) {
        in = json_arr_obj(&agents, i);
        ret[n] = contact_read(&in, arena);
        ret[n].is_agent = true;
        n += is_told(&ret[n]);
    }
    return n;
}

size_t personal_contacts(struct arena *arena, struct str personal,
                         struct contact ret[PERSONAL_CONTACTS_MAX])
{
    struct json_reader reader;
    struct il_err err;
    if (personal.len == 0 || json_reader_open(&reader, arena, personal, &err) != IL_OK)
        return 0;
    struct json_obj root = json_root(&reader);
    const size_t n = contacts_read(&root, arena, ret);
    json_reader_drop(&reader);
    return n;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool counts(enum contact_by by, char c)
{
    const bool letter = (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
    switch (by) {
    case CONTACT_EMAIL:
        return c != ' ' && c != '\t';
    case CONTACT_PHONE:
        return is_digit(c);
    case CONTACT_NAME:
        return letter || is_digit(c);
    case CONTACT_WAYS:
        break;
    }
    return false;
}

uint64_t contact_key(enum contact_by by, struct str text)
{
    char kept[KEY_TEXT_MAX + 1];
    size_t n = 1;
    kept[0] = (char)('0' + by);
    for (size_t i = 0; i < text.len && n < sizeof kept; i++) {
        const char c = text.at[i];
        const char lower = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (counts(by, lower))
            kept[n++] = lower;
    }
    if (n == 1)
        return 0;
    /* The country code is the part of a number that people leave out. */
    const size_t left_out = by == CONTACT_PHONE && n > PHONE_DIGITS + 1 ? n - 1 - PHONE_DIGITS : 0;
    kept[left_out] = kept[0];
    const uint64_t key = hash_short((struct str){ kept + left_out, n - left_out });
    return key == 0 ? 1 : key;
}

void contact_keys(const struct contact *contact, uint64_t ret[CONTACT_WAYS])
{
    ret[CONTACT_EMAIL] = contact_key(CONTACT_EMAIL, contact->email);
    ret[CONTACT_PHONE] = contact_key(CONTACT_PHONE, contact->phone);
    ret[CONTACT_NAME] = contact_key(CONTACT_NAME, contact->name);
}
