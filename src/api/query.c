/* Query parameters. */
#include "call.h"

struct str query_get(const struct call *call, const char *name)
{
    const struct http_request *r = call->request;
    for (size_t i = 0; i < r->n_query; i++) {
        if (str_equal(r->query[i].name, str_from(name)))
            return r->query[i].value;
    }
    return STR("");
}

bool query_has(const struct call *call, const char *name)
{
    const struct http_request *r = call->request;
    bool has = false;
    for (size_t i = 0; !has && i < r->n_query; i++)
        has = str_equal(r->query[i].name, str_from(name));
    return has;
}

bool query_whole(struct call *call, const char *name, int64_t min, int64_t max, int64_t *ret)
{
    const char *field = str_print(call->arena, "/%s", name).at;
    int64_t given;
    if (!query_has(call, name))
        return true;
    if (!str_to_int(query_get(call, name), &given))
        return !answer_code(call, CODE_type, field, STR("must be a whole number"));
    if (given < min || given > max)
        return !answer_code(
            call, CODE_out_of_range, field,
            str_print(call->arena, "must be from %lld to %lld", (long long)min, (long long)max));
    *ret = given;
    return true;
}

bool query_flag(struct call *call, const char *name, bool *ret)
{
    const struct http_request *r = call->request;
    *ret = false;
    for (size_t i = 0; i < r->n_query; i++) {
        if (!str_equal(r->query[i].name, str_from(name)))
            continue;
        *ret = str_equal(r->query[i].value, STR("true"));
        if (!*ret && !str_equal(r->query[i].value, STR("false")))
            return !answer_code(call, CODE_out_of_range, str_print(call->arena, "/%s", name).at,
                                str_print(call->arena, "%s is true or false.", name));
    }
    return true;
}

static bool is_known(struct str name, const char *const *known, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(name, str_from(known[i])))
            return true;
    }
    return false;
}

static bool is_repeated(const struct http_request *r, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (str_equal(r->query[k].name, r->query[i].name))
            return true;
    }
    return false;
}

/* Repeated before unknown: what cannot be read comes before what is not known. */
bool query_is_wrong(struct call *call, const char *const *known, size_t n)
{
    const struct http_request *r = call->request;
    for (size_t i = 0; i < r->n_query; i++) {
        const struct str name = r->query[i].name;
        if (is_repeated(r, i))
            return answer_code(call, CODE_duplicate_parameter,
                               str_print(call->arena, "/%.*s", STR_ARG(name)).at, STR(""));
    }
    for (size_t i = 0; i < r->n_query; i++) {
        const struct str name = r->query[i].name;
        if (!is_known(name, known, n))
            return answer_code(call, CODE_unknown_field,
                               str_print(call->arena, "/%.*s", STR_ARG(name)).at,
                               STR("That parameter is not known here."));
    }
    return false;
}
