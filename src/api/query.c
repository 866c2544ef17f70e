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

static bool is_known(struct str name, const char *const *known, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_equal(name, str_from(known[i])))
            return true;
    }
    return false;
}

bool query_is_wrong(struct call *call, const char *const *known, size_t n)
{
    const struct http_request *r = call->request;
    for (size_t i = 0; i < r->n_query; i++) {
        const struct str name = r->query[i].name;
        for (size_t k = 0; k < i; k++) {
            if (str_equal(r->query[k].name, name))
                return answer_code(call, CODE_duplicate_parameter,
                                   str_print(call->arena, "/%.*s", STR_ARG(name)).at, STR(""));
        }
        if (!is_known(name, known, n))
            return answer_code(call, CODE_unknown_field,
                               str_print(call->arena, "/%.*s", STR_ARG(name)).at,
                               STR("That parameter is not known here."));
    }
    return false;
}
