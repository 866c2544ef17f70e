/* Merging one JSON text into another (RFC 7396). */
#include "codec/json_in.h"

#include <assert.h>
#include <jansson.h>
#include <stdlib.h>

/* `patch` is an object. What it says as null goes, objects are merged, all else is replaced. */
static void merge(json_t *into, json_t *patch)
{
    const char *name;
    json_t *value;
    json_object_foreach(patch, name, value)
    {
        json_t *old = json_object_get(into, name);
        if (json_is_null(value))
            (void)json_object_del(into, name);
        else if (json_is_object(value) && json_is_object(old))
            merge(old, value);
        else if (json_object_set_new(into, name, json_deep_copy(value)) != 0)
            abort();
    }
}

static json_t *parse(struct str text)
{
    json_t *value = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, NULL);
    assert(json_is_object(value) && "both were read before");
    return value;
}

struct str json_merge_patch(struct arena *arena, struct str base, struct str patch,
                            const char *const *names, size_t n)
{
    json_t *into = parse(base);
    json_t *from = parse(patch);
    json_t *part = names == NULL ? json_incref(from) : json_object();
    for (size_t i = 0; i < n; i++) {
        json_t *value = json_object_get(from, names[i]);
        if (value != NULL && json_object_set(part, names[i], value) != 0)
            abort();
    }
    merge(into, part);
    char *text = json_dumps(into, JSON_COMPACT);
    assert(text != NULL);
    const struct str merged = str_copy(arena, str_from(text));
    free(text);
    json_decref(part);
    json_decref(from);
    json_decref(into);
    return merged;
}
