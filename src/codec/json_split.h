/* Cutting one long list out of a JSON text, so that its items can be parsed one at a time: a
 * document of 100,000 orders then needs the memory of one. Private to codec.
 *
 *  C1  rest (the text with that list emptied) and every item are valid JSON just when the text is:
 *      items are what stands between the commas of the list, and none of them is blank. */
#ifndef CODEC_JSON_SPLIT_H
#define CODEC_JSON_SPLIT_H

#include "base/str.h"

struct json_split {
    struct str rest;
    const struct str *items; /* views into the text */
    size_t n;
};

/* False when the text has no such list that can be cut: parse it whole. */
IL_MUST bool json_split(struct arena *arena, struct str text, struct str member,
                        struct json_split *ret);

#endif
