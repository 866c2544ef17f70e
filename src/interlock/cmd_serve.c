/* interlock serve. */
#include "cli.h"

#include "codec/zone_system.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const struct option_spec options[] = {
    { "db", "FILE", "database file; created when it does not exist", true },
    { "listen", "HOST:PORT", "where to listen, default 127.0.0.1:8080; port 0 picks one", false },
    { "threads", "N", "threads for requests, default one per core", false },
    { "batch", "N", "most jobs per commit, default 256", false },
    { "memory", "MB", "most memory for companies' calendars, default 1024", false },
    { "sync-delay", "MS", "benches only: waits this long after each sync", false },
};

struct serving {
    const char *db;
    struct str host;
    uint16_t port;
    int64_t threads, batch, memory_mb, sync_delay_ms;
};

static atomic_bool desk_stopped;

static void on_stopped(void *context, const char *why)
{
    (void)context;
    complain("stopping: %s", why);
    atomic_store(&desk_stopped, true);
    (void)kill(getpid(), SIGTERM);
}

static bool parse_listen(const char *text, struct serving *ret)
{
    const char *colon = strrchr(text, ':');
    int64_t port;
    if (colon == NULL || !str_to_int(str_from(colon + 1), &port) || port < 0 || port > 65535) {
        complain("--listen must be HOST:PORT, such as 127.0.0.1:8080, not %s", text);
        return false;
    }
    ret->host = (struct str){ text, (size_t)(colon - text) };
    if (ret->host.len > 2 && ret->host.at[0] == '[')
        ret->host = (struct str){ text + 1, ret->host.len - 2 };
    ret->port = (uint16_t)port;
    return true;
}

static bool read_options(const struct args *args, struct serving *ret)
{
    const char *listen = args_get(args, "listen");
    *ret = (struct serving){ .db = args_get(args, "db"), .memory_mb = 1024 };
    return parse_listen(listen == NULL ? "127.0.0.1:8080" : listen, ret) &&
           args_whole(args, "threads", 1, 64, &ret->threads) &&
           args_whole(args, "batch", 1, DESK_BATCH_MAX, &ret->batch) &&
           args_whole(args, "memory", 16, 1 << 20, &ret->memory_mb) &&
           args_whole(args, "sync-delay", 0, 1000, &ret->sync_delay_ms);
}

static void wait_for_end(void)
{
    sigset_t ends;
    int got;
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGINT);
    (void)sigwait(&ends, &got);
}

/* Signals are waited for, never handled: every thread starts with them blocked. */
static void block_signals(void)
{
    sigset_t blocked;
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGTERM);
    (void)sigaddset(&blocked, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &blocked, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* What the batches were like, for whoever tunes a machine. */
static void log_stats(struct desk *desk)
{
    char text[256];
    const struct desk_stats stats = desk_stats(desk);
    const int len =
        snprintf(text, sizeof text,
                 "jobs %llu, refused %llu, batches %llu, largest %llu, commits %llu, "
                 "syncs %llu",
                 (unsigned long long)stats.jobs, (unsigned long long)stats.refused,
                 (unsigned long long)stats.batches, (unsigned long long)stats.largest_batch,
                 (unsigned long long)stats.commits, (unsigned long long)stats.syncs);
    log_stderr()->line(log_stderr(), LOG_INFO, "stopped", (struct str){ text, (size_t)len });
}

static bool listen_and_serve(const struct serving *serving, struct desk *desk)
{
    struct arena arena = arena_make(1 << 20);
    int dir;
    struct il_err err;
    struct http_server *server;
    struct api api = api_make(desk, clock_system(), log_stderr());
    const struct str path = socket_path(&arena, serving->db, &dir);
    const struct http_options http = { .host = serving->host,
                                       .port = serving->port,
                                       .socket_path = path.len > 0 ? path.at : NULL,
                                       .threads = (unsigned)serving->threads,
                                       .local_body_bytes = DOCUMENT_BYTES_MAX };
    const bool started = api_listen(&api, &err) == IL_OK &&
                         http_start(&http, &api.handler, log_stderr(), &server, &err) == IL_OK;
    if (!started) {
        complain("%s", err.text);
    } else {
        const bool v6 = memchr(serving->host.at, ':', serving->host.len) != NULL;
        (void)printf("interlock: listening on http://%s%.*s%s:%u\n", v6 ? "[" : "",
                     STR_ARG(serving->host), v6 ? "]" : "", http_port(server));
        (void)fflush(stdout);
        wait_for_end();
        http_quiesce(server);
        desk_drain(desk);
        http_stop(server);
        log_stats(desk);
    }
    api_close(&api);
    if (dir >= 0)
        (void)close(dir);
    arena_drop(&arena);
    return started;
}

static enum exit_code run(const struct args *args)
{
    struct serving serving;
    struct il_err err;
    struct store *store;
    struct desk *desk;
    if (!read_options(args, &serving))
        return EXIT_USAGE;
    block_signals();
    const struct store_sqlite_options sqlite = { .path = serving.db,
                                                 .sync_delay_ms = (unsigned)serving.sync_delay_ms };
    if (store_sqlite_open(&sqlite, dice_system(), &store, &err) != IL_OK) {
        complain("%s", err.text);
        return EXIT_FAILED;
    }
    const struct desk_options desk_options = {
        .store = store,
        .clock = clock_system(),
        .dice = dice_system(),
        .log = log_stderr(),
        .zones = zone_source_system(),
        .batch_max = (size_t)serving.batch,
        .memory_bytes = (size_t)serving.memory_mb << 20,
        .stopped = on_stopped,
    };
    if (desk_open(&desk_options, &desk, &err) != IL_OK) {
        complain("%s", err.text);
        store_close(store);
        return EXIT_FAILED;
    }
    const bool served = listen_and_serve(&serving, desk);
    desk_close(desk);
    return served && !atomic_load(&desk_stopped) ? EXIT_DONE : EXIT_FAILED;
}

const struct command_spec command_serve = {
    .name = "serve",
    .group = GROUP_RUNNING,
    .summary = "Serves the HTTP API until SIGTERM or SIGINT, then finishes what runs and ends.",
    .operands = "",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .notes = "Prints one line `interlock: listening on http://HOST:PORT` when it is ready.",
    .run = run,
};
