#ifndef TOOLS_TEST_HISTORY_H
#define TOOLS_TEST_HISTORY_H

#include "parsers/base/arena.h"
#include "parsers/base/diag.h"
#include "parsers/base/text_map.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The history of one execution as GetExecutionHistory gives it, told apart by chains: the machine's
 * own states, each iteration of a Map and each branch of a Parallel are one. Within a chain the
 * order of events is given; between chains it is chance. To which one an event belongs follows from
 * the event that it comes after, previousEventId.
 */
struct history_chain {
    struct history_chain *up; /* NULL: the machine's own */
    const json *group;        /* the name of the Map or Parallel; NULL: the machine's own */
    bool item;                /* an iteration, not a branch */
    int64_t index;            /* of the iteration */
    const json *branch;       /* the first state of the branch */
    char *name;               /* "", "Map[0]", "Map[0]/Parallel:First" */
    const json *open;         /* the Map or Parallel that it is in, while events are read */
    bool open_map, failed;    /* that is a Map; it has failed */
    bool cut;                 /* it may have ended anywhere, as its group has failed */
    size_t *events;           /* indices of its events */
    size_t count, cap;
};

struct history_event {
    int64_t id, previous;
    int64_t at_ms; /* since 1970 */
    const char *type;
    const json *details; /* an empty object where there are none */
    struct history_chain *chain;
    const json *state; /* the name of the state that the chain is in; NULL: none */
    size_t call;       /* the call that it is of; SIZE_MAX: none */
};

enum history_outcome {
    CALL_OPEN, /* the history ends, or the execution did, before an answer came */
    CALL_SUCCEEDED,
    CALL_FAILED,
    CALL_TIMED_OUT,
};

/* A call of a Task, and what came of it. Values are references of the history. */
struct history_call {
    const json *state; /* its name */
    bool in_item;
    int64_t index;    /* of the innermost item of a Map around it */
    json *parameters; /* what was sent; NULL: it isn't told */
    uint32_t attempt;
    enum history_outcome outcome;
    json *output;              /* of one that succeeded */
    const json *error, *cause; /* of one that did not; may be NULL */
    json *submitted;           /* what the service said when it took the call on; may be NULL */
    const json *worker;        /* who took an activity's task; may be NULL */
    int64_t scheduled_ms, ended_ms;
    int64_t heartbeat_s, timeout_s; /* 0: it has none */
};

struct history {
    json *docs; /* an array: the pages, or the list of events */
    struct arena arena;
    struct history_event *events; /* by their ids */
    size_t count;
    struct history_chain **chains; /* the machine's own first */
    size_t chain_count, chain_cap;
    struct text_map by_name; /* of all but the first */
    struct history_call *calls;
    size_t call_count, call_cap;
    bool ended; /* it has the end that the definition led to */
    bool more;  /* each page tells of another one behind it, so the last isn't here */
};

/*
 * Reads the text of a file: the answer of GetExecutionHistory, several pages of it one behind the
 * other, or a list of events. NULL with *why filled: it is no history, or one that can't be
 * replayed, as it has no data or the execution was redriven.
 */
struct history *history_read(const char *text, size_t len, struct diag *why);
/* Reads a history as history_read does, also one that can't be replayed. */
struct history *history_read_any(const char *text, size_t len, struct diag *why);
/* Takes a list of events; it returns as history_read. */
struct history *history_of(json *events, struct diag *why);
/* Takes a list of events; it returns as history_read_any. */
struct history *history_of_any(json *events, struct diag *why);
void history_free(struct history *h);

/* Returns the names of the machine's own states that were entered, an array. Yours. */
json *history_path(const struct history *h);
/* Returns what an event says of what happened: its type, the state that it names, and its data
 * without ids, times and what depends on the account. Text that holds JSON is told as that. */
json *history_event_value(const struct history_event *e);

#endif
