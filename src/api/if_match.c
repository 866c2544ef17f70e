/* Which version a change is about: If-Match, else `version` of the body.
 *
 *  M1  If-Match is read as RFC 9110 has it: `*`, or a list of tags, in one field or several, of
 *      which any strong one may be the one that stands. A weak tag matches nothing, and so does a
 *      tag that is none of ours: that is stale. What is no list of tags is refused in words.
 *      Beside it the body's `version` must be one of them.
 *  M2  Our tags are "v3". "3", v3 and 3 are taken for it: what people type. */
#include "call.h"

struct tags {
    struct call *call;
    int64_t *at; /* the versions of the strong ones */
    size_t n, room;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str without_blanks(struct str text)
{
    while (text.len > 0 && is_blank(text.at[0]))
        text = (struct str){ text.at + 1, text.len - 1 };
    while (text.len > 0 && is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* 0: no version's. Tags are compared as texts, so "v03" is not "v3". */
static int64_t version_of(struct str tag)
{
    int64_t version;
    if (str_starts(tag, STR("v")))
        tag = (struct str){ tag.at + 1, tag.len - 1 };
    if (tag.len == 0 || tag.at[0] < '1' || tag.at[0] > '9')
        return 0;
    return str_to_int(tag, &version) ? version : 0;
}

/* The length of a quoted tag with its quotes; 0: it is none. */
static size_t quoted_length(struct str text)
{
    size_t n = 1;
    while (n < text.len && text.at[n] != '"' && (unsigned char)text.at[n] > ' ' &&
           text.at[n] != 0x7F)
        n++;
    return n < text.len && text.at[n] == '"' ? n + 1 : 0;
}

static size_t bare_length(struct str text)
{
    size_t n = 0;
    while (n < text.len && text.at[n] != ',' && !is_blank(text.at[n]))
        n++;
    return version_of((struct str){ text.at, n }) > 0 ? n : 0;
}

static void tag_take(struct tags *tags, struct str tag, bool is_weak)
{
    const int64_t version = version_of(tag);
    if (is_weak || version == 0)
        return;
    tags->at = arena_grow(tags->call->arena, tags->at, tags->n, &tags->room, sizeof *tags->at);
    tags->at[tags->n++] = version;
}

/* The tag that *rest begins with. False: it begins with none. */
static bool tag_cut(struct tags *tags, struct str *rest)
{
    const bool is_weak = str_starts(*rest, STR("W/\""));
    const struct str from = is_weak ? (struct str){ rest->at + 2, rest->len - 2 } : *rest;
    const bool is_quoted = from.at[0] == '"';
    const size_t n = is_quoted ? quoted_length(from) : bare_length(from);
    if (n == 0)
        return false;
    tag_take(tags, is_quoted ? (struct str){ from.at + 1, n - 2 } : (struct str){ from.at, n },
             is_weak);
    *rest = without_blanks((struct str){ from.at + n, from.len - n });
    return true;
}

/* One field of the name. An element of a list may be empty. */
static bool tags_read(struct tags *tags, struct str value)
{
    struct str rest = without_blanks(value);
    while (rest.len > 0) {
        if (rest.at[0] != ',' && !tag_cut(tags, &rest))
            return false;
        if (rest.len > 0 && rest.at[0] != ',')
            return false;
        if (rest.len > 0)
            rest = without_blanks((struct str){ rest.at + 1, rest.len - 1 });
    }
    return true;
}

static bool all_read(struct tags *tags)
{
    const struct http_request *request = tags->call->request;
    bool good = true;
    for (size_t i = 0; good && i < request->n_headers; i++) {
        if (str_equal_words(request->headers[i].name, STR("If-Match")))
            good = tags_read(tags, request->headers[i].value);
    }
    return good;
}

static bool has_version(const struct tags *tags, int64_t version)
{
    for (size_t i = 0; i < tags->n; i++) {
        if (tags->at[i] == version)
            return true;
    }
    return false;
}

bool decode_version(struct call *call, struct json_obj *o)
{
    struct command *c = &call->job.command;
    struct tags tags = { .call = call };
    size_t count;
    const struct str only = http_header(call->request, "If-Match", &count);
    c->version = o == NULL ? NOT_FOUND : json_opt_int(o, "version", 1, INT64_MAX, NOT_FOUND);
    if (count == 0)
        return true;
    const bool is_spoilt = o != NULL && o->reader->failed; /* answered once all is read */
    const int64_t said = is_spoilt ? NOT_FOUND : c->version;
    if (count == 1 && str_equal(without_blanks(only), STR("*"))) {
        c->version = said == NOT_FOUND ? VERSION_ANY : said;
        return true;
    }
    if (!all_read(&tags))
        return !answer_code(call, CODE_out_of_range, "",
                            STR("If-Match must be * or a list of ETags, such as \"v3\"."));
    if (said != NOT_FOUND && has_version(&tags, said))
        return true;
    if (said != NOT_FOUND && tags.n > 0)
        return !answer_code(call, CODE_out_of_range, "/version",
                            STR("If-Match and version name different versions."));
    c->version = tags.n > 0 ? tags.at[0] : VERSION_NONE;
    c->versions_too = tags.at;
    c->n_versions_too = tags.n;
    return true;
}
