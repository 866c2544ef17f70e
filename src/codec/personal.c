/* Personal data of an order, and the key under which two spellings of an address meet. */
#include "codec/words.h"
#include "document_parts.h"

#include <string.h>

/* ---- reading ---- */

static void contact_get(struct json_obj *o, struct json *j, bool is_agent)
{
    json_start_object(j);
    text_put(j, "name", json_opt_str(o, "name", NAME_CHARS_MAX));
    text_put(j, "email", json_opt_str(o, "email", EMAIL_CHARS_MAX));
    text_put(j, "phone", json_opt_str(o, "phone", PHONE_CHARS_MAX));
    if (is_agent) {
        text_put(j, "role", json_opt_str(o, "role", WORDS_CHARS_MAX));
        text_put(j, "company", json_opt_str(o, "company", NAME_CHARS_MAX));
    }
    json_end_object(j);
    json_done(o);
}

static void client_get(struct json_obj *o, struct json *j)
{
    struct json_obj in;
    if (!json_opt_obj(o, "client", &in))
        return;
    struct buf out = { 0 };
    struct json client = json_begin(&out);
    contact_get(&in, &client, false);
    if (!str_equal(buf_view(&out), STR("{}")))
        json_put_raw(j, "client", buf_view(&out));
    buf_drop(&out);
}

static void agents_get(struct json_obj *o, struct json *j)
{
    struct json_arr list = json_opt_arr(o, "agents", AGENTS_MAX);
    if (list.n == 0)
        return;
    json_open(j, "agents", '[');
    for (size_t i = 0; i < list.n; i++) {
        struct json_obj in = json_arr_obj(&list, i);
        contact_get(&in, j, true);
    }
    json_end_array(j);
}

void property_read(struct json_obj *o, struct property *ret)
{
    const bool lat = json_has(o, "lat");
    const bool lng = json_has(o, "lng");
    *ret = (struct property){ .has_place = lat || lng };
    if (ret->has_place) {
        ret->place.lat_e7 = json_get_degrees(o, "lat", 90);
        ret->place.lng_e7 = json_get_degrees(o, "lng", 180);
    }
    ret->square_feet = (int32_t)json_opt_int(o, "squareFeet", 0, SQUARE_FEET_MAX, NOT_FOUND);
    ret->year_built =
        (int32_t)json_opt_int(o, "yearBuilt", YEAR_BUILT_MIN, YEAR_BUILT_MAX, NOT_FOUND);
}

static struct property property_get(struct json_obj *o, struct str *ret_address)
{
    struct property p = { .square_feet = NOT_FOUND, .year_built = NOT_FOUND };
    struct json_obj in;
    *ret_address = STR("");
    if (!json_opt_obj(o, "property", &in))
        return p;
    *ret_address = json_opt_str(&in, "address", ADDRESS_CHARS_MAX);
    property_read(&in, &p);
    json_done(&in);
    return p;
}

struct str personal_read(struct json_obj *o, struct property *ret_property, struct str *ret_address)
{
    struct buf out = { 0 };
    struct json j = json_begin(&out);
    json_start_object(&j);
    client_get(o, &j);
    agents_get(o, &j);
    *ret_property = property_get(o, ret_address);
    text_put(&j, "address", *ret_address);
    text_put(&j, "notes", json_opt_text(o, "notes", NOTES_CHARS_MAX));
    json_end_object(&j);
    /* Nothing known reads like what was erased. */
    const bool is_empty = str_equal(buf_view(&out), STR("{}"));
    const struct str personal = is_empty ? STR("") : str_copy(o->reader->arena, buf_view(&out));
    buf_drop(&out);
    return personal;
}

/* ---- writing ---- */

static void property_put(struct json *j, const struct property *p, struct str address)
{
    if (address.len == 0 && !p->has_place && p->square_feet == NOT_FOUND &&
        p->year_built == NOT_FOUND)
        return;
    json_open(j, "property", '{');
    text_put(j, "address", address);
    if (p->has_place) {
        json_key(j, STR("lat"));
        degrees_put(j, p->place.lat_e7);
        json_key(j, STR("lng"));
        degrees_put(j, p->place.lng_e7);
    }
    if (p->square_feet != NOT_FOUND)
        json_put_int(j, "squareFeet", p->square_feet);
    if (p->year_built != NOT_FOUND)
        json_put_int(j, "yearBuilt", p->year_built);
    json_end_object(j);
}

void personal_put(struct json *j, struct arena *arena, const struct property *property,
                  struct str personal)
{
    struct json_reader reader;
    struct il_err err;
    /* Spoilt data read like erased ones: the place stays, the people are gone. */
    if (personal.len == 0 || json_reader_open(&reader, arena, personal, &err) != IL_OK) {
        property_put(j, property, STR(""));
        return;
    }
    struct json_obj o = json_root(&reader);
    property_put(j, property, json_opt_str(&o, "address", ADDRESS_CHARS_MAX));
    client_get(&o, j);
    agents_get(&o, j);
    text_put(j, "notes", json_opt_text(&o, "notes", NOTES_CHARS_MAX));
    json_reader_drop(&reader);
}

/* ---- addresses ---- */

/* USPS Publication 28, the part of it that people do type both ways. */
static const char *const abbreviations[][2] = {
    { "alley", "aly" },
    { "apartment", "#" },
    { "apt", "#" },
    { "av", "ave" },
    { "aven", "ave" },
    { "avenue", "ave" },
    { "boul", "blvd" },
    { "boulevard", "blvd" },
    { "building", "bldg" },
    { "cir", "cir" },
    { "circle", "cir" },
    { "court", "ct" },
    { "cove", "cv" },
    { "crescent", "cres" },
    { "crossing", "xing" },
    { "drive", "dr" },
    { "drv", "dr" },
    { "east", "e" },
    { "expressway", "expy" },
    { "floor", "fl" },
    { "fort", "ft" },
    { "freeway", "fwy" },
    { "heights", "hts" },
    { "highway", "hwy" },
    { "hiway", "hwy" },
    { "junction", "jct" },
    { "lane", "ln" },
    { "loop", "lp" },
    { "mount", "mt" },
    { "mountain", "mtn" },
    { "no", "#" },
    { "north", "n" },
    { "northeast", "ne" },
    { "northwest", "nw" },
    { "number", "#" },
    { "parkway", "pkwy" },
    { "pky", "pkwy" },
    { "place", "pl" },
    { "plaza", "plz" },
    { "point", "pt" },
    { "ridge", "rdg" },
    { "road", "rd" },
    { "room", "rm" },
    { "saint", "st" },
    { "south", "s" },
    { "southeast", "se" },
    { "southwest", "sw" },
    { "square", "sq" },
    { "str", "st" },
    { "street", "st" },
    { "suite", "#" },
    { "ste", "#" },
    { "terrace", "ter" },
    { "terr", "ter" },
    { "trail", "trl" },
    { "turnpike", "tpke" },
    { "unit", "#" },
    { "valley", "vly" },
    { "west", "w" },
};

struct str abbreviation_of(struct str word)
{
    for (size_t i = 0; i < sizeof abbreviations / sizeof abbreviations[0]; i++) {
        if (word.at[0] < abbreviations[i][0][0])
            break; /* they are in order */
        if (word.at[0] == abbreviations[i][0][0] && str_equal(word, str_from(abbreviations[i][0])))
            return str_from(abbreviations[i][1]);
    }
    return word;
}

enum { KEY_BYTES_MAX = 4 * ADDRESS_CHARS_MAX + 8 };

struct key_text {
    char at[2 * KEY_BYTES_MAX];
    size_t len;
    char word[KEY_BYTES_MAX];
    size_t word_len;
    bool after_unit; /* "Apt # 5" says the same thing twice */
};

static void key_word_end(struct key_text *k)
{
    if (k->word_len == 0)
        return;
    const struct str word = abbreviation_of((struct str){ k->word, k->word_len });
    const bool is_unit = str_equal(word, STR("#"));
    k->word_len = 0;
    if (is_unit && k->after_unit)
        return;
    k->after_unit = is_unit;
    memcpy(k->at + k->len, word.at, word.len);
    k->len += word.len;
    k->at[k->len++] = ' ';
}

static void key_add(struct key_text *k, char c)
{
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
    if (upper || plain) {
        k->word[k->word_len++] = upper ? (char)(c - 'A' + 'a') : c;
    } else if (c == '#') {
        key_word_end(k);
        k->word[k->word_len++] = '#';
        key_word_end(k);
    } else if (c != '.' && c != '\'') { /* N.W. is NW, O'Neil is Oneil */
        key_word_end(k);
    }
}

int64_t address_key(struct str address)
{
    struct key_text k;
    k.len = k.word_len = 0; /* the rest is room, and large */
    k.after_unit = false;
    /* Callers bound addresses; a longer one is told apart by its beginning. */
    for (size_t i = 0; i < address.len && i < KEY_BYTES_MAX; i++)
        key_add(&k, address.at[i]);
    key_word_end(&k);
    if (k.len == 0)
        return 0;
    const int64_t key = (int64_t)(hash_short((struct str){ k.at, k.len }) & INT64_MAX);
    return key == 0 ? 1 : key;
}
