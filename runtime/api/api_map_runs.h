#ifndef RUNTIME_API_API_MAP_RUNS_H
#define RUNTIME_API_API_MAP_RUNS_H

#include "runtime/api/api_operation.h"

/* Map Runs as an execution's history tells of them. */

enum child_state {
    CHILD_RUNS,
    CHILD_SUCCEEDED,
    CHILD_FAILED,
    CHILD_TIMED_OUT,
    CHILD_ABORTED,
    CHILD_PENDS,   /* PENDING_REDRIVE */
    CHILD_CUT_OFF, /* it ran, or had not begun, when its execution ended */
    CHILD_UNBEGUN
};
enum { CHILD_STATES = CHILD_UNBEGUN + 1 };

struct map_child {
    uint64_t ref; /* of the event that started it */
    enum child_state state;
    enum child_state before; /* while it pends: how it had ended */
    uint32_t items;          /* how many it has */
    uint32_t next;           /* the one behind it in a queue of results */
    bool queued;
};

/* Children whose results are to be written, in the order of these: a list of indexes. */
struct result_queue {
    uint32_t first, last;
    bool filled;
};

/* Executions, and the items that they have. */
struct map_share {
    int64_t executions, items;
};

struct map_run {
    json *arn;
    uint32_t frame;
    bool express;
    const char *status;
    int64_t start_ms, stop_ms; /* stop_ms 0: it runs */
    int64_t items;             /* of a stream, those that children have */
    bool writes;               /* a ResultWriter has a bucket */
    /* Results in files: of all that succeeded, and of those that in this attempt did not. */
    struct map_share written, written_failures;
    struct result_queue successes, failures; /* whose results are not in files yet */
    struct map_share open;                   /* successes in a file that is not complete, */
    uint32_t open_first;                     /* the first of which is that child */
    struct map_share listed;                 /* what this attempt did not begin, as far as listed */
    int64_t listed_children; /* that the list begins with: they are no further ones */
    bool listed_all;         /* else an earlier attempt may have known of more: */
    struct map_share left;   /* what an earlier attempt had listed, and no child had since */
    bool streams;            /* more may come: it reads, or makes batches */
    bool batched;            /* some child has several */
    bool waits;              /* until fewer are open */
    int64_t tolerated, concurrency;
    double percentage;
    int64_t redrives, redriven_ms;
    struct map_child *children; /* in the order of the items, and so of their refs */
    size_t count, cap;
};

/* Of one execution, folded up to `seq`. */
struct map_runs {
    uint64_t execution, seq;
    struct map_run *list;
    size_t count, cap;
    struct {
        int64_t items, limit;
    } * lengths; /* of the Map that a frame is in */
    size_t length_count;
};

/* The Map Runs of so many executions are kept as their histories tell of them. */
enum { MAP_RUNS_KEPT = 8 };

struct kept_map_runs {
    struct map_runs *last[MAP_RUNS_KEPT]; /* the last asked for first; NULL: none */
};

/* Returns the Map Runs of an execution. A look, good until those of other executions are asked
 * for. */
const struct map_runs *map_runs_of(api *a, uint64_t execution);
/* Finds the run of that ARN, and the execution that has it. A look as that of map_runs_of; NULL
 * with the call failed. */
const struct map_run *map_run_find(struct call *c, const char *arn, uint64_t *execution);
/* Returns the child that event `ref` started; NULL: there is none. */
const struct map_child *map_run_child(const struct map_run *m, uint64_t ref);
/* Returns what of a stream is known to be there, and no child ever had. */
struct map_share map_run_unbegun(const struct map_run *m);
/* Gives up what is kept of Map Runs. */
void map_runs_forget(api *a);

extern const struct operation list_map_runs_operation, describe_map_run_operation,
    update_map_run_operation;

#endif
