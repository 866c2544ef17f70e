/* Options and operands into a request. */
#include "ask.h"

#include <jansson.h>
#include <string.h>

enum { BODY_BYTES_MAX = 8 << 20 };

/* Options that are no texts of the same name. */
enum kind { TEXT, NUMBER, LIST, FLAG, NOT_SENT };

static const struct word {
    const char *option;
    const char *name;   /* on the wire; NULL: the option's own */
    const char *object; /* of a body, which it lies in; a query is flat */
    enum kind kind;
} words[] = {
    { "db", NULL, NULL, NOT_SENT },
    { "company", NULL, NULL, NOT_SENT },
    { "json", NULL, NULL, NOT_SENT },
    { "dry-run", NULL, NULL, NOT_SENT },
    { "body", NULL, NULL, NOT_SENT },
    { "all", NULL, NULL, NOT_SENT },
    { "cursor", NULL, NULL, NOT_SENT },
    { "version", NULL, NULL, NOT_SENT },
    { "override", NULL, NULL, NOT_SENT },
    { "reason", NULL, NULL, NOT_SENT },
    { "services", NULL, NULL, LIST },
    { "inspectors", NULL, NULL, LIST },
    { "inspector", "_inspectorId", NULL, TEXT },
    { "inspection", "_inspectionId", NULL, TEXT },
    { "requested-inspector", "requestedInspector", NULL, TEXT },
    { "inspector-count", "inspectorCount", NULL, NUMBER },
    { "exclude-overlapping", "excludeOverlapping", NULL, TEXT },
    { "external-ref", "externalRef", NULL, TEXT },
    { "acknowledge-duplicate", "acknowledgeDuplicate", NULL, FLAG },
    { "extend", NULL, NULL, FLAG },
    { "replacements", NULL, NULL, FLAG },
    { "grace", "graceSeconds", NULL, NUMBER },
    { "query", "q", NULL, TEXT },
    { "minutes", NULL, NULL, NUMBER },
    { "lat", NULL, "property", NUMBER },
    { "lng", NULL, "property", NUMBER },
    { "square-feet", "squareFeet", "property", NUMBER },
    { "year-built", "yearBuilt", "property", NUMBER },
    { "address", NULL, "property", TEXT },
    { "name", NULL, "client", TEXT },
    { "email", NULL, "client", TEXT },
    { "phone", NULL, "client", TEXT },
};

static struct word word_of(const char *option)
{
    struct word word = { option, NULL, NULL, TEXT };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(words[i].option, option) == 0)
            word = words[i];
    }
    if (word.name == NULL)
        word.name = option;
    return word;
}

/* ---- target ---- */

static struct str path_of(struct arena *arena, const struct args *args, const char *path)
{
    struct buf out = { 0 };
    size_t operand = 0;
    for (const char *hole; (hole = strstr(path, "{}")) != NULL; path = hole + 2) {
        if (operand == args->n_operands)
            break;
        const struct str value = percent_encode(arena, str_from(args->operands[operand++]));
        buf_print(&out, "%.*s%.*s", (int)(hole - path), path, STR_ARG(value));
    }
    const char *hole = strstr(path, "/{}");
    buf_add(&out, path, hole != NULL ? (size_t)(hole - path) : strlen(path));
    const struct str text = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    return text;
}

static void put_parameter(struct arena *arena, struct buf *out, const char *name, const char *value)
{
    const struct str encoded = percent_encode(arena, str_from(value));
    const bool is_first = out->len == 0 || memchr(out->own_at, '?', out->len) == NULL;
    buf_print(out, "%c%s=%.*s", is_first ? '?' : '&', name, STR_ARG(encoded));
}

static void put_query(struct arena *arena, struct buf *out, const struct args *args)
{
    const struct option_spec *option;
    const char *order = args->command->request->table_order;
    for (size_t i = 0; (option = command_option(args->command, i)) != NULL; i++) {
        const struct word word = word_of(option->name);
        /* A question's hold is a header (ask.c). */
        if (args->values[i] == NULL || word.kind == NOT_SENT || strcmp(option->name, "hold") == 0)
            continue;
        put_parameter(arena, out, word.name, word.kind == FLAG ? "true" : args->values[i]);
    }
    if (order != NULL && !args_has(args, "order") && !args_has(args, "json"))
        put_parameter(arena, out, "order", order);
}

struct str request_stands(struct arena *arena, const struct args *args)
{
    return path_of(arena, args, args->command->request->stands_path);
}

struct str request_target(struct arena *arena, const struct args *args, const char *cursor)
{
    struct buf out = { 0 };
    const struct request_spec *request = args->command->request;
    buf_add_str(&out, path_of(arena, args, request->path));
    if (strcmp(request->method, "GET") == 0)
        put_query(arena, &out, args);
    if (cursor != NULL)
        put_parameter(arena, &out, "cursor", cursor);
    if (args_has(args, "dry-run"))
        put_parameter(arena, &out, "dryRun", "true");
    const struct str target = str_copy(arena, buf_view(&out));
    buf_drop(&out);
    return target;
}

/* ---- body ---- */

static json_t *list_of(const char *text)
{
    json_t *list = json_array();
    struct str rest = str_from(text);
    while (rest.len > 0) {
        const struct str item = str_cut(&rest, ',');
        (void)json_array_append_new(list, json_stringn(item.at, item.len));
    }
    return list;
}

/* NULL: said what is wrong. What a number may be, the API says. */
static json_t *value_of(const struct word *word, const char *text)
{
    json_error_t error;
    if (word->kind == LIST)
        return list_of(text);
    if (word->kind == FLAG)
        return json_true();
    if (word->kind == TEXT)
        return json_string(text);
    json_t *number = json_loads(text, JSON_DECODE_ANY, &error);
    if (json_is_number(number))
        return number;
    json_decref(number);
    complain("--%s must be a number, not %s", word->option, text);
    return NULL;
}

/* The object of the body that a field lies in; made when it is not there. */
static json_t *object_in(json_t *body, const char *name)
{
    if (name == NULL)
        return body;
    if (!json_is_object(json_object_get(body, name)))
        (void)json_object_set_new(body, name, json_object());
    return json_object_get(body, name);
}

static bool put_options(const struct args *args, json_t *body)
{
    const struct option_spec *option;
    for (size_t i = 0; (option = command_option(args->command, i)) != NULL; i++) {
        const struct word word = word_of(option->name);
        if (args->values[i] == NULL || word.kind == NOT_SENT)
            continue;
        json_t *value = value_of(&word, args->values[i]);
        if (value == NULL)
            return false;
        (void)json_object_set_new(object_in(body, word.object), word.name, value);
    }
    return true;
}

/* A reason is the override's when there is one: what it says is why rules were passed over. */
static void put_reason(const struct args *args, json_t *body)
{
    const char *rules = args_get(args, "override");
    const char *reason = args_get(args, "reason");
    json_t *object = rules != NULL ? object_in(body, "override") : body;
    if (rules != NULL)
        (void)json_object_set_new(object, "rules", list_of(rules));
    if (reason != NULL)
        (void)json_object_set_new(object, "reason", json_string(reason));
}

static void put_any_inspector(json_t *body)
{
    static const char *const choices[] = { "_inspectorId", "inspectors", "assignments", "hold" };
    bool is_chosen = false;
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
        is_chosen = is_chosen || json_object_get(body, choices[i]) != NULL;
    if (!is_chosen)
        (void)json_object_set_new(body, "_inspectorId", json_string("any"));
}

/* NULL: said what is wrong. */
static json_t *body_from_file(const char *path)
{
    struct buf text = { 0 };
    json_error_t error;
    json_t *body = NULL;
    if (file_read(path, BODY_BYTES_MAX, &text)) {
        body = json_loadb(text.own_at, text.len, JSON_REJECT_DUPLICATES, &error);
        if (!json_is_object(body)) {
            complain("%s is not a JSON object%s%s (line %d)", path, body == NULL ? ": " : "",
                     body == NULL ? error.text : "", body == NULL ? error.line : 1);
            json_decref(body);
            body = NULL;
        }
    }
    buf_drop(&text);
    return body;
}

bool request_body(const struct args *args, struct json_t **ret_own)
{
    const struct request_spec *request = args->command->request;
    const char *file = args_get(args, "body");
    *ret_own = NULL;
    if (strcmp(request->method, "GET") == 0)
        return true;
    if (request->body_is_last_operand)
        file = args->operands[args->n_operands - 1];
    json_t *body = file != NULL ? body_from_file(file) : json_object();
    if (body == NULL)
        return false;
    if (!put_options(args, body)) {
        json_decref(body);
        return false;
    }
    put_reason(args, body);
    if (request->any_inspector)
        put_any_inspector(body);
    *ret_own = body;
    return true;
}
