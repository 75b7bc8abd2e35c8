#ifndef RUNTIME_SERVE_METRICS_H
#define RUNTIME_SERVE_METRICS_H

#include "runtime/api/api.h"
#include "runtime/base/histogram.h"
#include "runtime/handlers/handler.h"
#include "runtime/http/server.h"
#include "runtime/store/store.h"

/*
 * Counters of what a server does, and the page that shows them in the text format of Prometheus,
 * version 0.0.4. To count is to add to an integer; what others know already is asked for when the
 * page is made.
 */

/* How often one operation was answered, by the status of the answer. */
struct metrics_calls {
    uint64_t good, bad, quota, broken; /* 200, 400, 402, all others */
};

struct metrics {
    uint64_t events[RT_TALLIES]; /* by enum rt_tally */
    struct histogram task_time;  /* of those that were answered */
    struct metrics_calls *calls; /* by api_operation; the last: those that there are not */
    double start_s;              /* of the process, since 1970 */
};

void metrics_init(struct metrics *m, int64_t now_ms);
void metrics_clear(struct metrics *m);

/* Counts events of an execution. */
void metrics_happened(struct metrics *m, const struct rt_events *events);
/* Counts a task that was answered `took_ms` after it was handed out. */
void metrics_task_done(struct metrics *m, int64_t took_ms);
/* Counts an answer to an operation of the API. `m` may be NULL. */
void metrics_call(struct metrics *m, const char *operation, int status);

/* Where the page takes from what is not counted here. Only looked at. */
struct metrics_sources {
    const engine *engine;
    size_t calls, queue; /* calls of handlers that are not answered; those that wait for a slot */
    const api *api;
    const store *store;
    struct http_stats http;
    uint64_t lost_talk, lost_log; /* lines of stderr and of the log of executions that were lost */
};

/* Adds the page to `out`. */
void metrics_write(const struct metrics *m, const struct metrics_sources *from, struct buf *out);

#endif
