/* The table of codes. */
#include "core/code.h"

#include <assert.h>

static const struct code_facts table[CODES_END] = {
#define CODE(name, status, overridable, sentence)                                           \
    [CODE_##name] = {                                                                       \
        { #name, sizeof #name - 1 }, status, overridable, { sentence, sizeof sentence - 1 } \
    },
    CODES(CODE)
#undef CODE
};

const struct code_facts *code_facts(enum code code)
{
    assert(code > CODE_NONE && code < CODES_END);
    return &table[code];
}

enum code code_find(struct str name)
{
    for (int i = CODE_NONE + 1; i < CODES_END; i++) {
        if (str_equal(table[i].name, name))
            return (enum code)i;
    }
    return CODE_NONE;
}
