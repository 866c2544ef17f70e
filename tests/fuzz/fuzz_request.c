/* Any request: bytes become a method, a target, headers and a body as the wire has them, and go
 * through the target's reading, the routes, the decoding and the desk of a small company. Nothing
 * that a client can send may crash it, and none of it is the server's fault: no answer is a 5xx.
 *
 *   LOCAL | KEY ROLE          who asks: the private socket, or a key
 *   METHOD TARGET
 *   NAME: VALUE ...           headers, to an empty line
 *   BODY                      the rest */
#include "api/api.h"
#include "http/request.h"
#include "rig.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIFE_REQUESTS = 3000, REQUEST_ARENA_BYTES = 1 << 28, HEADERS_READ = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const utc_s begin = 1792800000; /* 2026-10-24T00:00:00Z */

static struct world {
    struct rig_clock clock;
    struct desk *desk;
    struct api api;
    char secrets[ROLES][128];
    int requests; /* a company of many thousand orders is another test */
} world;

static struct str answer(const struct http_request *request, struct http_response *response)
{
    api_perform(&world.api, request, response);
    return buf_view(&response->body);
}

static void make_key(enum role role)
{
    static const char mark[] = "\"secret\":\"";
    struct arena arena = arena_make(REQUEST_ARENA_BYTES);
    struct http_response response = { 0 };
    const struct http_field headers[] = { { STR("Content-Type"), STR("application/json") },
                                          { STR("Interlock-Company"), STR("a") } };
    const struct str body =
        str_print(&arena, "{\"name\":\"k\",\"role\":\"%.*s\"%s}", STR_ARG(role_name(role)),
                  role == ROLE_ONLINE ? ",\"brand\":\"main\"" : "");
    const struct http_request request = { .method = STR("POST"),
                                          .path = STR("/local/keys"),
                                          .headers = headers,
                                          .n_headers = 2,
                                          .body = body,
                                          .from_local_socket = true,
                                          .arena = &arena };
    const char *text = str_print(&arena, "%.*s", STR_ARG(answer(&request, &response))).at;
    const char *from = strstr(text, mark);
    CHECK(from != NULL, "no key: %s", text);
    from += sizeof mark - 1;
    (void)snprintf(world.secrets[role], sizeof world.secrets[role], "Bearer %.*s",
                   (int)strcspn(from, "\""), from);
    buf_drop(&response.body);
    arena_drop(&arena);
}

static void world_open(void)
{
    struct il_err err;
    struct buf text = { 0 };
    rig_clock_set(&world.clock, begin);
    struct store *store;
    CHECK(store_memory_open(dice_system(), &store, &err) == IL_OK, "%s", err.text);
    world.desk = rig_open(store, &world.clock);
    rig_document(&text, "a");
    (void)rig_import(world.desk, buf_view(&text));
    buf_drop(&text);
    world.api = api_make(world.desk, &world.clock.port, log_silent());
    for (int role = 0; role < ROLES; role++)
        make_key((enum role)role);
    world.requests = 0;
}

static struct str line_cut(struct str *rest)
{
    struct str line = str_cut(rest, '\n');
    if (line.len > 0 && line.at[line.len - 1] == '\r')
        line.len--;
    return line;
}

static struct str secret_of(struct str name)
{
    enum role role;
    return role_parse(name, &role) ? str_from(world.secrets[role]) : STR("Bearer nobody");
}

/* False: the bytes are no request that the wire would hand on. */
static bool request_read(struct str rest, struct http_request *ret, struct http_field *headers)
{
    struct str who = line_cut(&rest);
    struct str line = line_cut(&rest);
    ret->from_local_socket = str_equal(who, STR("LOCAL"));
    ret->headers = headers;
    if (!ret->from_local_socket) {
        (void)str_cut(&who, ' ');
        headers[ret->n_headers++] = (struct http_field){ STR("Authorization"), secret_of(who) };
    }
    ret->method = str_cut(&line, ' ');
    if (method_check(ret->method) != REFUSAL_NONE || target_read(line, ret) != REFUSAL_NONE)
        return false;
    for (line = line_cut(&rest); line.len > 0; line = line_cut(&rest)) {
        struct str value = line;
        const struct str name = str_cut(&value, ':');
        const struct http_field field = { name, value };
        if (ret->n_headers == HEADERS_READ || !field_is_clean(&field))
            return false;
        headers[ret->n_headers++] = field;
    }
    ret->body = rest;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_open;
    if (!is_open)
        hash_start();
    if (is_open && world.requests == LIFE_REQUESTS)
        desk_close(world.desk); /* and its store */
    if (!is_open || world.requests == LIFE_REQUESTS)
        world_open();
    is_open = true;
    struct arena arena = arena_make(REQUEST_ARENA_BYTES);
    struct http_field headers[HEADERS_READ + 1];
    struct http_request request = { .arena = &arena };
    struct http_response response = { 0 };
    if (request_read((struct str){ (const char *)data, size }, &request, headers)) {
        world.requests++;
        const struct str body = answer(&request, &response);
        CHECK(response.status < 500 || response.status == 501, "%d: %.*s", response.status,
              STR_ARG(body));
        buf_drop(&response.body);
    }
    arena_drop(&arena);
    return 0;
}
