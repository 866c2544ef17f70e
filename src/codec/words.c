/* Folding texts into words. */
#include "codec/words.h"

#include "codec/entry_json.h"
#include "document_parts.h"

#include <stdlib.h>
#include <string.h>

enum { PHONE_DIGITS_MIN = 7, PHONE_DIGITS = 10, PHONE_TAIL = 4, DIGITS_MAX = 32 };

/* ---- folding ---- */

/* U+00C0..U+017F without their marks; '?' stands for itself, a capital for two letters. */
static const char latin[] = "aaaaaaAceeeeiiiidnooooo?ouuuuyTSaaaaaaAceeeeiiiidnooooo?ouuuuyTy"
                            "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiIIjjkkklllllll"
                            "lllnnnnnnnnnooooooOOrrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

struct fold { /* a word that is being written; too long a one is cut */
    char at[WORD_BYTES_MAX];
    size_t len;
};

static void fold_bytes(struct fold *f, const char *bytes, size_t n)
{
    if (f->len + n > WORD_BYTES_MAX)
        return;
    memcpy(f->at + f->len, bytes, n);
    f->len += n;
}

/* The two letters that one sign of Latin stands for. */
static void fold_pair(struct fold *f, char sign)
{
    switch (sign) {
    case 'A':
        fold_bytes(f, "ae", 2);
        break;
    case 'I':
        fold_bytes(f, "ij", 2);
        break;
    case 'O':
        fold_bytes(f, "oe", 2);
        break;
    case 'S':
        fold_bytes(f, "ss", 2);
        break;
    case 'T':
        fold_bytes(f, "th", 2);
        break;
    default:
        fold_bytes(f, &sign, 1);
        break;
    }
}

static size_t utf8_length(unsigned char first)
{
    return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* One sign of more than a byte: Latin loses its marks, marks of their own are nothing, capitals of
 * Greek and Cyrillic become small, all else stays as it is. False: it parts words. */
static bool fold_wide(struct fold *f, const char *at, size_t n)
{
    const unsigned char *b = (const unsigned char *)at;
    unsigned sign = n == 2 ? (unsigned)(b[0] & 0x1F) << 6 | (b[1] & 0x3FU) : 0;
    if (n == 3 && b[0] == 0xE2 && b[1] == 0x80)
        return b[2] == 0x99; /* U+2019, an apostrophe; others around it are dashes and quotes */
    if (sign >= 0x80 && sign < 0xC0)
        return false;
    if (sign >= 0xC0 && sign <= 0x17F && latin[sign - 0xC0] != '?') {
        fold_pair(f, latin[sign - 0xC0]);
        return true;
    }
    if (sign >= 0x300 && sign < 0x370)
        return true;
    if ((sign >= 0x391 && sign <= 0x3A9) || (sign >= 0x410 && sign <= 0x42F))
        sign += 0x20;
    else if (sign >= 0x400 && sign <= 0x40F)
        sign += 0x50;
    const char two[2] = { (char)(0xC0 | sign >> 6), (char)(0x80 | (sign & 0x3F)) };
    fold_bytes(f, sign != 0 ? two : at, n);
    return true;
}

/* Takes the next sign of *rest; false when it parts words. */
static bool fold_sign(struct fold *f, struct str *rest)
{
    const char c = rest->at[0];
    size_t n = utf8_length((unsigned char)c);
    if (n > rest->len)
        n = rest->len;
    const char *at = rest->at;
    *rest = (struct str){ rest->at + n, rest->len - n };
    if (n > 1)
        return fold_wide(f, at, n);
    const bool upper = c >= 'A' && c <= 'Z';
    const char low = upper ? (char)(c - 'A' + 'a') : c;
    if ((low >= 'a' && low <= 'z') || (low >= '0' && low <= '9'))
        fold_bytes(f, &low, 1);
    else
        return c == '.' || c == '\'';
    return true;
}

/* The next word of *rest; false: there is none. */
static bool word_next(struct str *rest, struct fold *ret)
{
    ret->len = 0;
    while (rest->len > 0) {
        if (!fold_sign(ret, rest) && ret->len > 0)
            return true;
    }
    return ret->len > 0;
}

static struct str view_of(const struct fold *f)
{
    return (struct str){ f->at, f->len };
}

/* All its letters and digits as one word, whatever parts them. */
static struct fold joined(struct str text)
{
    struct fold f;
    f.len = 0;
    while (text.len > 0)
        (void)fold_sign(&f, &text);
    return f;
}

/* An e-mail address as it is written, in small letters. */
static struct fold email_of(struct str text)
{
    struct fold f;
    f.len = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        const char low = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        fold_bytes(&f, &low, 1);
    }
    return f;
}

/* Digits alone, without the 1 that all numbers of North America may begin with. */
static size_t phone_digits(struct str text, char ret[DIGITS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < DIGITS_MAX; i++) {
        if (text.at[i] >= '0' && text.at[i] <= '9')
            ret[n++] = text.at[i];
    }
    if (n == PHONE_DIGITS + 1 && ret[0] == '1')
        memmove(ret, ret + 1, --n);
    return n > WORD_BYTES_MAX ? (size_t)WORD_BYTES_MAX : n;
}

/* ---- of an order ---- */

struct gather {
    struct arena *arena;
    struct str at[WORDS_PER_ORDER_MAX];
    size_t n;
};

static void gather_word(struct gather *g, struct str word)
{
    if (word.len > 0 && g->n < WORDS_PER_ORDER_MAX)
        g->at[g->n++] = str_copy(g->arena, word);
}

static void gather_text(struct gather *g, struct str text)
{
    struct fold word;
    while (word_next(&text, &word)) {
        const struct str raw = view_of(&word);
        const struct str brief = abbreviation_of(raw);
        gather_word(g, raw);
        if (!str_starts(raw, brief) && !str_equal(brief, STR("#")))
            gather_word(g, brief);
    }
}

static void gather_reference(struct gather *g, struct str text)
{
    const struct fold whole = joined(text);
    gather_text(g, text);
    gather_word(g, view_of(&whole));
}

static void gather_phone(struct gather *g, struct str text)
{
    char digits[DIGITS_MAX];
    const size_t n = phone_digits(text, digits);
    gather_word(g, (struct str){ digits, n });
    if (n > PHONE_DIGITS_MIN)
        gather_word(g, (struct str){ digits + n - PHONE_DIGITS_MIN, PHONE_DIGITS_MIN });
    if (n > PHONE_TAIL)
        gather_word(g, (struct str){ digits + n - PHONE_TAIL, PHONE_TAIL });
}

static void gather_person(struct gather *g, struct str personal)
{
    struct json_reader reader;
    struct il_err err;
    struct json_obj client;
    if (personal.len == 0 || json_reader_open(&reader, g->arena, personal, &err) != IL_OK)
        return;
    struct json_obj o = json_root(&reader);
    if (json_opt_obj(&o, "client", &client)) {
        const struct fold email = email_of(json_opt_str(&client, "email", EMAIL_CHARS_MAX));
        gather_text(g, json_opt_str(&client, "name", NAME_CHARS_MAX));
        gather_phone(g, json_opt_str(&client, "phone", PHONE_CHARS_MAX));
        gather_word(g, view_of(&email));
    }
    gather_text(g, json_opt_str(&o, "address", ADDRESS_CHARS_MAX));
    json_reader_drop(&reader);
}

/* Few orders have external ids, and reading a record costs more than all else here. It is looked
 * for by a letter that records are poor in. */
static bool has_external(struct str doc)
{
    const struct str name = STR("xternalIds\":");
    const char *at = memchr(doc.at, 'x', doc.len);
    while (at != NULL) {
        const size_t rest = doc.len - (size_t)(at - doc.at);
        if (rest >= name.len && memcmp(at, name.at, name.len) == 0)
            return true;
        at = memchr(at + 1, 'x', rest - 1);
    }
    return false;
}

static void gather_external(struct gather *g, struct str doc)
{
    struct inspection record;
    struct il_err err;
    if (!has_external(doc) || inspection_read(g->arena, doc, &record, &err) != IL_OK)
        return;
    for (size_t i = 0; i < record.n_external_ids; i++)
        gather_reference(g, record.external_ids[i].id);
}

/* By first bytes where those differ: most do. */
static bool is_before(struct str a, struct str b)
{
    const unsigned char x = (unsigned char)a.at[0];
    const unsigned char y = (unsigned char)b.at[0];
    return x != y ? x < y : str_order(a, b) < 0;
}

static size_t sort_once(struct str *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct str moving = at[i];
        size_t k = i;
        for (; k > 0 && is_before(moving, at[k - 1]); k--)
            at[k] = at[k - 1];
        at[k] = moving;
    }
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (kept == 0 || !str_equal(at[kept - 1], at[i]))
            at[kept++] = at[i];
    }
    return kept;
}

struct strs words_read(struct arena *arena, const struct words_of *order)
{
    struct gather g = { .arena = arena };
    if (order->order_number > 0)
        gather_word(&g, str_print(arena, "%lld", (long long)order->order_number));
    gather_reference(&g, order->external_ref);
    gather_person(&g, order->personal);
    gather_external(&g, order->doc);
    const size_t n = sort_once(g.at, g.n);
    struct str *at = arena_array(arena, struct str, n);
    if (n > 0)
        memcpy(at, g.at, n * sizeof *at);
    return (struct strs){ at, n };
}

/* ---- of a question ---- */

static bool is_phone_sign(char c)
{
    return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '(' || c == ')' || c == '.' ||
           c == ' ';
}

/* Digits as phone numbers have them, parted as people part them: seven, ten, or ten after a 1. */
static bool is_phone(struct str text)
{
    size_t digits = 0;
    bool parted = false;
    for (size_t i = 0; i < text.len; i++) {
        const bool is_digit = text.at[i] >= '0' && text.at[i] <= '9';
        if (!is_phone_sign(text.at[i]))
            return false;
        digits += is_digit;
        parted = parted || !is_digit;
    }
    return parted &&
           (digits == PHONE_DIGITS_MIN || digits == PHONE_DIGITS || digits == PHONE_DIGITS + 1);
}

static bool ask(struct question *q, struct arena *arena, struct str prefix, struct str whole)
{
    if (q->n == QUESTION_WORDS_MAX)
        return false;
    q->words[q->n++] = (struct asked_word){ str_copy(arena, prefix), str_copy(arena, whole) };
    return true;
}

static bool ask_phone(struct question *q, struct arena *arena, struct str text)
{
    char digits[DIGITS_MAX];
    const size_t n = phone_digits(text, digits);
    return ask(q, arena, (struct str){ digits, n }, STR(""));
}

static bool ask_words(struct question *q, struct arena *arena, struct str text)
{
    struct fold word;
    bool room = true;
    while (room && word_next(&text, &word)) {
        const struct str raw = view_of(&word);
        const struct str brief = abbreviation_of(raw);
        const bool same = str_equal(raw, brief) || str_equal(brief, STR("#"));
        room = ask(q, arena, raw, same ? STR("") : brief);
    }
    return room;
}

static bool ask_chunk(struct question *q, struct arena *arena, struct str chunk)
{
    if (is_phone(chunk))
        return ask_phone(q, arena, chunk);
    if (memchr(chunk.at, '@', chunk.len) == NULL)
        return ask_words(q, arena, chunk);
    const struct fold email = email_of(chunk);
    return ask(q, arena, view_of(&email), STR(""));
}

bool question_read(struct arena *arena, struct str text, struct question *ret)
{
    bool room = true;
    ret->n = 0;
    if (is_phone(text))
        return ask_phone(ret, arena, text);
    while (room && text.len > 0) {
        const struct str chunk = str_cut(&text, ' ');
        room = chunk.len == 0 || ask_chunk(ret, arena, chunk);
    }
    return room && ret->n > 0;
}

/* The first word that is not before `word`. */
static size_t first_from(const struct strs *words, struct str word)
{
    size_t low = 0;
    size_t high = words->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (str_order(words->at[middle], word) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool words_answer(const struct strs *words, const struct question *question)
{
    bool all = true;
    for (size_t i = 0; all && i < question->n; i++) {
        const struct asked_word *asked = &question->words[i];
        size_t at = first_from(words, asked->prefix);
        all = at < words->n && str_starts(words->at[at], asked->prefix);
        if (all || asked->whole.len == 0)
            continue;
        at = first_from(words, asked->whole);
        all = at < words->n && str_equal(words->at[at], asked->whole);
    }
    return all;
}
