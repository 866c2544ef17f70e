/* GET /metrics: figures of the server and its companies, in Prometheus' text format.
 *
 *  Q1  Companies are walls here too: what the server does for all is told over the private socket,
 *      and to an admin key where there is no other company. Where there are several, an admin key
 *      gets its own company's figures.
 *  Q2  A label has few values: routes by their pattern, never a path as sent; statuses; companies.
 *      */
#include "meters.h"

#include "streams.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>

enum { STATUS_MIN = 100, HTTP_STATUSES = 500, BUCKETS = 12 };

/* Upper ends, in microseconds: what a slot search, a durable commit and a queue come to. */
static const uint64_t bucket_us[BUCKETS] = { 100,   250,   500,   1000,   2500,   5000,
                                             10000, 25000, 50000, 100000, 500000, 2500000 };
static const char *const bucket_names[BUCKETS] = { "0.0001", "0.00025", "0.0005", "0.001",
                                                   "0.0025", "0.005",   "0.01",   "0.025",
                                                   "0.05",   "0.1",     "0.5",    "2.5" };

struct meter { /* of one route */
    atomic_uint_fast64_t by_status[HTTP_STATUSES];
    atomic_uint_fast64_t within[BUCKETS + 1]; /* the last: longer than all */
    atomic_uint_fast64_t sum_us;
};

struct meters {
    utc_s started_at;
    struct meter routes[]; /* and one more: what has no route */
};

struct meters *meters_make(utc_s now)
{
    struct meters *m = block_new(sizeof *m + (n_routes + 1) * sizeof m->routes[0], NULL);
    m->started_at = now;
    return m;
}

void meters_drop(struct meters *m)
{
    block_free(m);
}

void meters_count(struct meters *m, const struct call *call, int64_t took_us)
{
    if (m == NULL)
        return;
    const size_t route = call->route == NULL ? n_routes : (size_t)(call->route - routes);
    struct meter *meter = &m->routes[route];
    const int status = call->response->status;
    assert(status >= STATUS_MIN && status < STATUS_MIN + HTTP_STATUSES);
    const uint64_t us = took_us < 0 ? 0 : (uint64_t)took_us;
    size_t bucket = 0;
    while (bucket < BUCKETS && us > bucket_us[bucket])
        bucket++;
    atomic_fetch_add_explicit(&meter->by_status[status - STATUS_MIN], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&meter->within[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&meter->sum_us, us, memory_order_relaxed);
}

/* ---- writing ---- */

static void family(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_print(out, "# HELP interlock_%s %s\n# TYPE interlock_%s %s\n", name, help, name, type);
}

static void whole(struct buf *out, const char *name, const char *type, const char *help,
                  uint64_t value)
{
    family(out, name, type, help);
    buf_print(out, "interlock_%s %llu\n", name, (unsigned long long)value);
}

static void put_label(struct buf *out, const char *name, struct str value)
{
    buf_print(out, "%s=\"", name);
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] == '"' || value.at[i] == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, value.at[i]);
    }
    buf_add_char(out, '"');
}

static const char *method_of(size_t route)
{
    return route == n_routes ? "" : routes[route].method;
}

static const char *path_of(size_t route)
{
    return route == n_routes ? "" : routes[route].path;
}

static void put_requests(struct buf *out, struct meters *m)
{
    family(out, "requests_total", "counter",
           "Requests that reached a route, by what was answered.");
    for (size_t r = 0; r <= n_routes; r++) {
        for (int s = 0; s < HTTP_STATUSES; s++) {
            const uint64_t n =
                atomic_load_explicit(&m->routes[r].by_status[s], memory_order_relaxed);
            if (n > 0)
                buf_print(out,
                          "interlock_requests_total{method=\"%s\",route=\"%s\",status=\"%d\"} "
                          "%llu\n",
                          method_of(r), path_of(r), s + STATUS_MIN, (unsigned long long)n);
        }
    }
}

static void put_latency(struct buf *out, struct meter *meter, size_t r)
{
    static const char format[] =
        "interlock_request_seconds_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %llu\n";
    const uint64_t sum_us = atomic_load_explicit(&meter->sum_us, memory_order_relaxed);
    uint64_t n = 0;
    uint64_t within[BUCKETS + 1];
    for (size_t b = 0; b <= BUCKETS; b++) {
        n += atomic_load_explicit(&meter->within[b], memory_order_relaxed);
        within[b] = n;
    }
    for (size_t b = 0; n > 0 && b <= BUCKETS; b++)
        buf_print(out, format, method_of(r), path_of(r), b < BUCKETS ? bucket_names[b] : "+Inf",
                  (unsigned long long)within[b]);
    if (n == 0)
        return;
    buf_print(out, "interlock_request_seconds_sum{method=\"%s\",route=\"%s\"} %llu.%06llu\n",
              method_of(r), path_of(r), (unsigned long long)(sum_us / 1000000),
              (unsigned long long)(sum_us % 1000000));
    buf_print(out, "interlock_request_seconds_count{method=\"%s\",route=\"%s\"} %llu\n",
              method_of(r), path_of(r), (unsigned long long)n);
}

static void put_desk(struct buf *out, struct desk *desk)
{
    const struct desk_stats s = desk_stats(desk);
    whole(out, "jobs_total", "counter", "Commands that the writer has judged.", s.jobs);
    whole(out, "refused_total", "counter", "Commands that it refused.", s.refused);
    whole(out, "batches_total", "counter", "Batches it judged them in.", s.batches);
    whole(out, "batch_largest_jobs", "gauge", "The largest of them.", s.largest_batch);
    whole(out, "queue_jobs", "gauge", "Commands that wait for it.", s.queued);
    whole(out, "commits_total", "counter", "Transactions made durable.", s.commits);
    whole(out, "syncs_total", "counter", "Waits for the disk by commits.", s.syncs);
    whole(out, "bookings_total", "counter", "Orders booked.", s.entries[COMMAND_BOOK]);
    family(out, "entries_total", "counter", "Journal entries written, by kind.");
    for (int kind = 0; kind < COMMANDS; kind++)
        buf_print(out, "interlock_entries_total{kind=\"%.*s\"} %llu\n",
                  STR_ARG(command_name((enum command_kind)kind)),
                  (unsigned long long)s.entries[kind]);
    whole(out, "images", "gauge", "Companies in memory.", s.images);
    whole(out, "image_bytes", "gauge", "What they take.", s.image_bytes);
}

static void put_server(struct call *call, struct buf *out)
{
    struct meters *m = call->api->meters;
    if (m != NULL) {
        whole(out, "start_time_seconds", "gauge", "When the server began, since 1970.",
              (uint64_t)m->started_at);
        put_requests(out, m);
        family(out, "request_seconds", "histogram", "From the whole request to its answer.");
        for (size_t r = 0; r <= n_routes; r++)
            put_latency(out, &m->routes[r], r);
    }
    put_desk(out, call->api->desk);
    whole(out, "streams", "gauge", "Open streams.", hub_streams(call->api->hub));
    if (call->exchange == NULL)
        return;
    const struct http_stats http = http_stats(call->exchange);
    whole(out, "connections", "gauge", "Open connections.", http.connections);
    whole(out, "requests_running", "gauge", "Requests that are not answered yet.", http.requests);
    whole(out, "requests_pending", "gauge", "Of those, the ones in a handler or asleep.",
          http.sleeping);
}

typedef uint64_t (*figure)(const struct company_figures *);

static uint64_t holds_live(const struct company_figures *f)
{
    return f->holds_live;
}

static uint64_t conflicts_open(const struct company_figures *f)
{
    return f->conflicts_open;
}

static uint64_t outbox_waits(const struct company_figures *f)
{
    return f->outbox_waits_s < 0 ? 0 : (uint64_t)f->outbox_waits_s;
}

static void put_figure(struct buf *out, const struct figures_list *list, const char *name,
                       figure value)
{
    for (size_t i = 0; i < list->n; i++) {
        buf_print(out, "interlock_%s{", name);
        put_label(out, "company", list->at[i].id);
        buf_print(out, "} %llu\n", (unsigned long long)value(&list->at[i]));
    }
}

static void put_companies(struct buf *out, const struct figures_list *list)
{
    family(out, "holds_live", "gauge", "Holds that have not ended.");
    put_figure(out, list, "holds_live", holds_live);
    family(out, "conflicts_open", "gauge", "Overlaps that nobody has looked at.");
    put_figure(out, list, "conflicts_open", conflicts_open);
    family(out, "outbox_items", "gauge", "What other systems are to be told, by state.");
    for (size_t i = 0; i < list->n; i++) {
        for (int state = 0; state < OUTBOX_STATES; state++) {
            buf_add_str(out, STR("interlock_outbox_items{"));
            put_label(out, "company", list->at[i].id);
            buf_print(out, ",state=\"%.*s\"} %llu\n", STR_ARG(outbox_state_name(state)),
                      (unsigned long long)list->at[i].outbox[state]);
        }
    }
    family(out, "outbox_oldest_seconds", "gauge", "How long the oldest of it waits; 0: none does.");
    put_figure(out, list, "outbox_oldest_seconds", outbox_waits);
}

bool metrics_handle(struct call *call)
{
    struct figures_list list;
    struct il_err err;
    bool all = call->request->from_local_socket;
    const struct lookup in = { call->api->desk, call->company, call->arena };
    struct buf *out = &call->response->body;
    if (query_is_wrong(call, NULL, 0))
        return true;
    if (call->actor.brand.len > 0)
        return answer_code(call, CODE_not_permitted, "",
                           STR("Figures are of the company: this key is of one brand."));
    if (!all && desk_has_one_company(call->api->desk, &all, &err) != IL_OK)
        return answer_fault(call, &err);
    if (desk_figures(&in, &list, &err) != IL_OK)
        return answer_fault(call, &err);
    buf_clear(out);
    family(out, "build_info", "gauge", "Which program this is.");
    buf_print(out, "interlock_build_info{version=\"%s\"} 1\n", INTERLOCK_VERSION);
    if (all)
        put_server(call, out);
    put_companies(out, &list);
    call->response->status = 200;
    http_response_header(call->response, "Content-Type",
                         STR("text/plain; version=0.0.4; charset=utf-8"));
    return true;
}
