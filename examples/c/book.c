/* Interlock inside a program, without a server or a file: a company is imported, its first free time
 * is booked, and refused when it is asked for again. Ends with 0 if so. */
#include "api/api.h"
#include "codec/zone_system.h"

#include <stdio.h>
#include <string.h>

static const char company[] =
    "{\"interlock\":1,\"company\":{\"_id\":\"acme\",\"name\":\"Acme\",\"currency\":\"USD\","
    "\"timezone\":\"America/Denver\"},\"brands\":[{\"_id\":\"main\",\"name\":\"Acme\"}],"
    "\"services\":[{\"_id\":\"home\",\"name\":\"Home\",\"type\":\"primary\",\"minutes\":180,"
    "\"priceCents\":45000}],\"inspectors\":[{\"_id\":\"ann\",\"name\":\"Ann\",\"services\":"
    "[\"home\"],\"weekly\":[{\"day\":\"mon\",\"spans\":[[\"08:00\",\"17:00\"]]}]}]}";

static int ask(struct api *api, struct http_request request, const char **ret_text)
{
    const struct http_field headers[] = { { STR("Content-Type"), STR("application/json") },
                                          { STR("Interlock-Company"), STR("acme") } };
    struct http_response response = { 0 };
    request.headers = headers;
    request.n_headers = 2;
    request.from_local_socket = true; /* who holds the store needs no key */
    api_perform(api, &request, &response);
    *ret_text = str_print(request.arena, "%.*s", STR_ARG(buf_view(&response.body))).at;
    buf_drop(&response.body);
    (void)printf("%.*s %d: %.160s\n", STR_ARG(request.path), response.status, *ret_text);
    return response.status;
}

static bool books_once(struct api *api, struct arena *arena)
{
    const struct http_field query[] = { { STR("services"), STR("home") },
                                        { STR("days"), STR("14") } };
    const struct http_request list = { .method = STR("GET"),
                                       .arena = arena,
                                       .query = query,
                                       .n_query = 2,
                                       .path = STR("/schedule/optimal-slots") };
    struct http_request book = { .method = STR("POST"),
                                 .arena = arena,
                                 .path = STR("/inspection/book-job") };
    const char *text;
    if (ask(api, list, &text) != 200 || (text = strstr(text, "\"datetime\":")) == NULL)
        return false;
    book.body = str_print(
        arena,
        "{%.*s,\"services\":[\"home\"],\"_inspectorId\":\"ann\",\"client\":{\"name\":\"Chris\"},"
        "\"property\":{\"address\":\"1 Elm Street\"}}",
        (int)strcspn(text, ","), text);
    return ask(api, book, &text) == 201 && ask(api, book, &text) == 409;
}

int main(void)
{
    struct desk_options options = { .clock = clock_system(),
                                    .dice = dice_system(),
                                    .log = log_silent(),
                                    .zones = zone_source_system() };
    const struct actor me = { .role = ROLE_ADMIN, .channel = STR("import") };
    struct import_report report;
    struct desk *desk;
    struct il_err err;
    if (store_memory_open(options.dice, &options.store, &err) != IL_OK ||
        desk_open(&options, &desk, &err) != IL_OK)
        return 1;
    struct arena arena = arena_make(1 << 24);
    struct api api = api_make(desk, options.clock, options.log);
    const bool good = desk_import(desk, &me, str_from(company), (struct import_options){ 0 },
                                  &report, &err) == IL_OK &&
                      books_once(&api, &arena);
    arena_drop(&arena);
    desk_close(desk);
    return good ? 0 : 1;
}
