/* Reaching the API: over the private socket of a running server, or in this process. */
#include "ask.h"

#include "base/block.h"
#include "codec/zone_system.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { REQUEST_CEILING_BYTES = 1 << 30, CONNECT_SECONDS = 5 };

struct client {
    CURL *curl; /* with a server */
    struct str socket;
    int socket_dir;
    struct desk *desk; /* without */
    struct api api;
    struct arena arena;
};

struct str socket_path(struct arena *arena, const char *file, int *ret_dir)
{
    struct sockaddr_un address;
    struct il_err err;
    char *real;
    *ret_dir = -1;
    if (store_sqlite_name(file, &real, &err) != IL_OK)
        return STR("");
    const char *db = str_copy(arena, str_from(real)).at;
    free(real);
    const struct str plain = str_print(arena, "%s.sock", db);
    if (plain.len < sizeof address.sun_path)
        return plain;
    /* A socket's address holds 107 bytes; through its directory any path fits. */
    const char *slash = strrchr(db, '/');
    const char *name = slash == NULL ? db : slash + 1;
    const struct str dir =
        name == db ? STR(".") : str_copy(arena, (struct str){ db, (size_t)(name - db) });
    *ret_dir = open(dir.at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*ret_dir < 0)
        return STR("");
    return str_print(arena, "/proc/self/fd/%d/%s.sock", *ret_dir, name);
}

bool open_store(const char *db, enum file_use use, struct store **ret)
{
    struct il_err err;
    if (strncmp(db, "postgresql://", 13) == 0 || strncmp(db, "postgres://", 11) == 0) {
        complain("this build stores in SQLite files only; give --db a file name");
        return false;
    }
    struct stat status;
    const bool exists = stat(db, &status) == 0;
    const bool is_blank = !exists || (S_ISREG(status.st_mode) && status.st_size == 0);
    if (is_blank && use == FILE_TRY)
        return store_memory_open(dice_system(), ret, &err) == IL_OK;
    if (is_blank && use != FILE_CREATE) {
        if (exists)
            complain("%s is empty, not an Interlock database: import a company first", db);
        else
            complain("there is no database file %s", db);
        return false;
    }
    const struct store_sqlite_options options = { .path = db,
                                                  .read_only = use == FILE_READ,
                                                  .discards_unused = use == FILE_CREATE };
    const il_rc rc = store_sqlite_open(&options, dice_system(), ret, &err);
    if (rc != IL_OK)
        complain("%s", err.text);
    return rc == IL_OK;
}

static bool server_answers(struct str path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (path.len == 0 || path.len >= sizeof address.sun_path)
        return false;
    memcpy(address.sun_path, path.at, path.len);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return false;
    const bool answers = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    (void)close(fd);
    return answers;
}

static bool start_own_desk(struct client *client, const char *db, enum file_use use)
{
    struct il_err err;
    struct store *store;
    if (!open_store(db, use, &store))
        return false;
    const struct desk_options options = { .store = store,
                                          .clock = clock_system(),
                                          .dice = dice_system(),
                                          .log = log_stderr(),
                                          .zones = zone_source_system(),
                                          .read_only = use == FILE_READ };
    if (desk_open(&options, &client->desk, &err) != IL_OK) {
        complain("%s", err.text);
        store_close(store);
        return false;
    }
    client->api = api_make(client->desk, clock_system(), log_stderr());
    return true;
}

struct client *client_open(const char *db, enum file_use use)
{
    struct client *client = block_new(sizeof *client, NULL);
    client->arena = arena_make(REQUEST_CEILING_BYTES);
    client->socket = socket_path(&client->arena, db, &client->socket_dir);
    if (server_answers(client->socket)) {
        client->curl = curl_easy_init();
        if (client->curl != NULL)
            return client;
        complain("the HTTP client cannot be started");
    } else if (start_own_desk(client, db, use)) {
        return client;
    }
    client_close(client);
    return NULL;
}

void client_close(struct client *client)
{
    curl_easy_cleanup(client->curl);
    desk_close(client->desk);
    if (client->socket_dir >= 0)
        (void)close(client->socket_dir);
    arena_drop(&client->arena);
    block_free(client);
}

/* ---- over the socket ---- */

static size_t take_body(char *bytes, size_t size, size_t n, void *context)
{
    buf_add(context, bytes, size * n);
    return size * n;
}

static bool ask_server(struct client *client, const struct request *request, struct answer *ret)
{
    struct curl_slist *headers = NULL;
    const struct str body = request->body;
    const struct str url =
        str_print(&client->arena, "http://127.0.0.1%.*s", STR_ARG(request->target));
    const struct str who = str_print(&client->arena, "Interlock-Company: %s", request->company);
    long status = 0;
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    headers = curl_slist_append(headers, who.at);
    if (request->if_match != NULL)
        headers = curl_slist_append(
            headers, str_print(&client->arena, "If-Match: %s", request->if_match).at);
    if (request->hold != NULL)
        headers = curl_slist_append(
            headers, str_print(&client->arena, "Interlock-Hold: %s", request->hold).at);
    CURL *c = client->curl;
    curl_easy_reset(c);
    (void)curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, client->socket.at);
    (void)curl_easy_setopt(c, CURLOPT_URL, url.at);
    (void)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, request->method);
    (void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    (void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_body);
    (void)curl_easy_setopt(c, CURLOPT_WRITEDATA, &ret->body);
    if (body.len > 0) {
        (void)curl_easy_setopt(c, CURLOPT_POSTFIELDS, body.at);
        (void)curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.len);
    }
    const CURLcode code = curl_easy_perform(c);
    (void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        complain("the server could not be asked: %s", curl_easy_strerror(code));
    ret->status = (int)status;
    return code == CURLE_OK;
}

/* ---- in this process ---- */

struct str percent_encode(struct arena *arena, struct str text)
{
    static const char hex[] = "0123456789ABCDEF";
    char *at = arena_array(arena, char, 3 * text.len + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.at[i];
        const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                           (c >= 'a' && c <= 'z') || strchr("-._~", c) != NULL;
        if (plain && c != 0) {
            at[n++] = (char)c;
        } else {
            at[n++] = '%';
            at[n++] = hex[c >> 4];
            at[n++] = hex[c & 15];
        }
    }
    return (struct str){ at, n };
}

static bool ask_here(struct client *client, const struct request *asked, struct answer *ret)
{
    struct http_field headers[4] = { { STR("Content-Type"), STR("application/json") },
                                     { STR("Interlock-Company"), str_from(asked->company) } };
    size_t n = 2;
    if (asked->if_match != NULL)
        headers[n++] = (struct http_field){ STR("If-Match"), str_from(asked->if_match) };
    if (asked->hold != NULL)
        headers[n++] = (struct http_field){ STR("Interlock-Hold"), str_from(asked->hold) };
    struct http_request request = { .method = str_from(asked->method),
                                    .headers = headers,
                                    .n_headers = n,
                                    .body = asked->body,
                                    .from_local_socket = true,
                                    .arena = &client->arena };
    struct http_response response = { .status = 0 };
    if (http_request_read(&request, asked->target, DOCUMENT_BYTES_MAX, &response))
        api_perform(&client->api, &request, &response);
    ret->status = response.status;
    ret->body = response.body;
    return true;
}

bool client_send(struct client *client, const struct request *request, struct answer *ret)
{
    *ret = (struct answer){ .status = 0 };
    return client->curl != NULL ? ask_server(client, request, ret) : ask_here(client, request, ret);
}

bool client_ask(struct client *client, const char *method, struct str target, const char *company,
                struct str body, struct answer *ret)
{
    const struct request request = {
        .method = method, .target = target, .company = company, .body = body
    };
    return client_send(client, &request, ret);
}

/* ---- answers ---- */

static enum exit_code exit_for(int status, struct str code)
{
    static const char *const inputs[] = { "type", "out_of_range", "too_long", "unknown_field" };
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        if (str_equal(code, str_from(inputs[i])))
            return EXIT_USAGE;
    }
    if (status == 404)
        return EXIT_NOT_FOUND;
    if (status == 400 || status == 428 || status == 415)
        return EXIT_USAGE;
    return status == 403 || status == 409 || status == 412 || status == 422 || status == 429
               ? EXIT_REFUSED
               : EXIT_FAILED;
}

enum exit_code answer_problem(const struct answer *answer)
{
    struct arena arena = arena_make(REQUEST_CEILING_BYTES);
    json_error_t error;
    json_t *root = json_loadb(answer->body.own_at, answer->body.len, 0, &error);
    enum exit_code exit_code = EXIT_FAILED;
    if (!json_is_object(root)) {
        complain("the server answered with status %d", answer->status);
    } else {
        const struct str detail = view_text(&arena, root, "detail");
        const struct str code = view_text(&arena, root, "code");
        const struct str field = view_text(&arena, root, "field");
        complain("%.*s%s%.*s (%.*s)", STR_ARG(detail), field.len > 0 ? " At " : "", STR_ARG(field),
                 STR_ARG(code));
        view_in_the_way(root);
        exit_code = exit_for(answer->status, code);
    }
    json_decref(root);
    arena_drop(&arena);
    return exit_code;
}

void answer_print(const struct answer *answer)
{
    (void)fwrite(answer->body.own_at, 1, answer->body.len, stdout);
    (void)fputc('\n', stdout);
}

bool file_read(const char *path, size_t limit, struct buf *ret)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char part[1 << 16];
    size_t n;
    if (file == NULL) {
        complain("%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    while ((n = fread(part, 1, sizeof part, file)) > 0 && ret->len <= limit)
        buf_add(ret, part, n);
    const bool failed = ferror(file) != 0;
    if (file != stdin)
        (void)fclose(file);
    if (failed)
        complain("%s cannot be read", path);
    else if (ret->len > limit)
        complain("%s is larger than %zu bytes", path, limit);
    return !failed && ret->len <= limit;
}
