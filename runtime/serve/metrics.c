/*
 * The page of metrics. Counters only grow while the process lives; what an engine, a store or a
 * server knows itself is asked for when the page is made, so nothing is counted twice.
 */

#include "runtime/serve/metrics.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- counting ---- */

static size_t operations(void)
{
    size_t n = 0;

    while (api_operation(n))
        n++;
    return n;
}

void metrics_init(struct metrics *m, int64_t now_ms)
{
    *m = (struct metrics){.calls = mem_calloc(operations() + 1, sizeof *m->calls),
                          .start_s = (double)now_ms / 1000};
}

void metrics_clear(struct metrics *m)
{
    mem_free(m->calls);
    *m = (struct metrics){0};
}

void metrics_happened(struct metrics *m, const struct rt_events *events)
{
    for (size_t i = 0; i < events->count; i++)
        m->events[rt_event_tally(rt_packed_kind(&events->list[i]))]++;
}

/* Histograms count microseconds, as the store's commits need these. */
void metrics_task_done(struct metrics *m, int64_t took_ms)
{
    histogram_add(&m->task_time, took_ms * 1000);
}

void metrics_call(struct metrics *m, const char *operation, int status)
{
    if (!m)
        return;
    struct metrics_calls *c = &m->calls[api_operation_number(operation)];
    switch (status) {
    case 200: c->good++; break;
    case 400: c->bad++; break;
    case 402: c->quota++; break;
    default: c->broken++; break;
    }
}

/* ---- the page ---- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void counter(struct buf *out, const char *name, const char *help, uint64_t n)
{
    head(out, name, "counter", help);
    buf_printf(out, "%s %" PRIu64 "\n", name, n);
}

static void gauge(struct buf *out, const char *name, const char *help, uint64_t n)
{
    head(out, name, "gauge", help);
    buf_printf(out, "%s %" PRIu64 "\n", name, n);
}

/* Seconds as a decimal without zeros at the end: no double, which could round. */
static void seconds(struct buf *out, int64_t us)
{
    buf_printf(out, "%" PRId64 ".%06" PRId64, us / 1000000, us % 1000000);
    while (out->data[out->len - 1] == '0')
        out->len--;
    out->len -= out->data[out->len - 1] == '.';
}

/* In Prometheus's form each bucket counts all that is not longer than its bound, so counts are
 * summed up on the way. */
static void histogram(struct buf *out, const char *name, const char *help,
                      const struct histogram *h)
{
    uint64_t below = 0;

    head(out, name, "histogram", help);
    for (int i = 0; i < HISTOGRAM_BOUNDS; i++) {
        below += h->counts[i];
        buf_printf(out, "%s_bucket{le=\"", name);
        seconds(out, histogram_bounds_us[i]);
        buf_printf(out, "\"} %" PRIu64 "\n", below);
    }
    buf_printf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum ", name, h->count, name);
    seconds(out, h->sum_us);
    buf_printf(out, "\n%s_count %" PRIu64 "\n", name, h->count);
}

static void write_executions(const struct metrics *m, struct buf *out)
{
    static const struct {
        enum rt_status status;
        enum rt_tally tally;
    } ends[] = {{RT_SUCCEEDED, RT_TALLY_SUCCEEDED},
                {RT_FAILED, RT_TALLY_FAILED},
                {RT_ABORTED, RT_TALLY_ABORTED},
                {RT_TIMED_OUT, RT_TALLY_TIMED_OUT}};

    counter(out, "asl_executions_started_total", "Executions that were started.",
            m->events[RT_TALLY_STARTED]);
    head(out, "asl_executions_ended_total", "counter", "Executions that have ended.");
    for (size_t i = 0; i < COUNT(ends); i++)
        buf_printf(out, "asl_executions_ended_total{status=\"%s\"} %" PRIu64 "\n",
                   rt_status_name(ends[i].status), m->events[ends[i].tally]);
    counter(out, "asl_transitions_total", "States that were entered.",
            m->events[RT_TALLY_TRANSITION]);
}

static void write_tasks(const struct metrics *m, struct buf *out)
{
    static const struct {
        const char *outcome;
        enum rt_tally tally;
    } ends[] = {{"succeeded", RT_TALLY_TASK_SUCCEEDED},
                {"failed", RT_TALLY_TASK_FAILED},
                {"timed_out", RT_TALLY_TASK_TIMED_OUT}};

    counter(out, "asl_tasks_started_total", "Tasks that were scheduled.",
            m->events[RT_TALLY_TASK_STARTED]);
    head(out, "asl_tasks_ended_total", "counter", "Tasks that have ended.");
    for (size_t i = 0; i < COUNT(ends); i++)
        buf_printf(out, "asl_tasks_ended_total{outcome=\"%s\"} %" PRIu64 "\n", ends[i].outcome,
                   m->events[ends[i].tally]);
    histogram(out, "asl_task_duration_seconds", "How long tasks took that were answered.",
              &m->task_time);
}

static void one_call(struct buf *out, const char *operation, const char *status, uint64_t n)
{
    if (n)
        buf_printf(out, "asl_api_calls_total{operation=\"%s\",status=\"%s\"} %" PRIu64 "\n",
                   operation, status, n);
}

/*
 * Writes only what was called, as the many lines of other operations would hide the few that
 * matter. The last slot counts operations that don't exist, so that no client can make the page
 * grow.
 */
static void write_calls(const struct metrics *m, struct buf *out)
{
    size_t count = operations();

    head(out, "asl_api_calls_total", "counter", "Answers of the API.");
    for (size_t i = 0; i <= count; i++) {
        const char *name = i < count ? api_operation(i) : "unknown";
        one_call(out, name, "200", m->calls[i].good);
        one_call(out, name, "400", m->calls[i].bad);
        one_call(out, name, "402", m->calls[i].quota);
        one_call(out, name, "5xx", m->calls[i].broken);
    }
}

static void write_sources(const struct metrics_sources *from, struct buf *out)
{
    struct store_stats commits = {0};

    if (from->store) /* none while it can't be written */
        store_stats(from->store, &commits);
    gauge(out, "asl_executions_running", "Executions that run.", engine_running(from->engine));
    gauge(out, "asl_executions_untaken",
          "Executions that ran before the start and wait to be taken up.",
          engine_untaken(from->engine));
    counter(out, "asl_transitions_throttled_total", "How often an execution waited for its turn.",
            engine_throttled(from->engine));
    gauge(out, "asl_engine_inputs", "Things that came in and wait for the next turn.",
          engine_inputs(from->engine));
    gauge(out, "asl_tasks_running", "Tasks that are out.", engine_tasks(from->engine));
    gauge(out, "asl_handler_calls", "Calls of handlers that have not been answered.", from->calls);
    gauge(out, "asl_handler_queue", "Those of them that wait for a free handler.", from->queue);
    gauge(out, "asl_api_calls_waiting", "Calls that wait: workers' polls, synchronous executions.",
          api_waiting(from->api));
    counter(out, "asl_store_commits_total", "Commits of the store that had something to keep.",
            commits.time.count);
    histogram(out, "asl_store_commit_duration_seconds", "How long these commits took.",
              &commits.time);
    gauge(out, "asl_http_connections", "Connections that are open.", from->http.connections);
    counter(out, "asl_http_connections_total", "Connections that were accepted.",
            from->http.accepted);
    counter(out, "asl_http_requests_total", "Requests that were read.", from->http.requests);
    counter(out, "asl_http_refused_total",
            "Requests that were malformed, too large, too slow or not allowed.",
            from->http.refused);
    counter(out, "asl_http_turned_away_total", "Connections that were too many.",
            from->http.turned_away);
    head(out, "asl_log_lines_lost_total", "counter", "Lines that nobody took, or that failed.");
    buf_printf(out, "asl_log_lines_lost_total{log=\"stderr\"} %" PRIu64 "\n", from->lost_talk);
    buf_printf(out, "asl_log_lines_lost_total{log=\"executions\"} %" PRIu64 "\n", from->lost_log);
}

/* Zero where the system does not tell. */
static uint64_t resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "re");
    unsigned long size = 0, pages = 0;

    if (!f)
        return 0;
    if (fscanf(f, "%lu %lu", &size, &pages) != 2)
        pages = 0;
    fclose(f);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void write_process(const struct metrics *m, struct buf *out)
{
    struct rusage used = {0};

    getrusage(RUSAGE_SELF, &used);
    head(out, "process_cpu_seconds_total", "counter", "Time on a processor.");
    buf_adds(out, "process_cpu_seconds_total ");
    seconds(out, (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
                     used.ru_utime.tv_usec + used.ru_stime.tv_usec);
    buf_addc(out, '\n');
    gauge(out, "process_resident_memory_bytes", "Memory that is in use.", resident_bytes());
    head(out, "process_start_time_seconds", "gauge", "When the process began, since 1970.");
    buf_adds(out, "process_start_time_seconds ");
    seconds(out, (int64_t)(m->start_s * 1e6));
    buf_addc(out, '\n');
    head(out, "asl_build_info", "gauge", "The version that runs.");
    buf_adds(out, "asl_build_info{version=\"" ASL_VERSION "\"} 1\n");
}

void metrics_write(const struct metrics *m, const struct metrics_sources *from, struct buf *out)
{
    write_executions(m, out);
    write_tasks(m, out);
    write_calls(m, out);
    write_sources(from, out);
    write_process(m, out);
}
