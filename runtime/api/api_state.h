#ifndef RUNTIME_API_API_STATE_H
#define RUNTIME_API_API_STATE_H

#include "parsers/base/buf.h"
#include "parsers/base/id_map.h"
#include "parsers/base/id_queue.h"
#include "parsers/base/text_map.h"
#include "runtime/api/api_call.h"
#include "runtime/base/bucket.h"

/*
 * All that the API keeps. Machines and activities are in memory, and each is a record of the store,
 * which is put again when it changed. Executions are in the store and the engine only.
 */

/* An answer that goes out once what it says is durable. */
struct owed {
    struct caller to; /* done NULL: it has gone */
    uint64_t input;   /* the engine's, which is to be settled; 0: none */
    int status;
    struct buf body;
};

enum start_kind { START_STANDARD, START_EXPRESS, START_KINDS };

/* How many starts there is room for, and the Tasks whose starts wait for that. */
struct start_bucket {
    struct bucket tokens;
    struct id_queue waiting;
};

/* The Map Runs of so many executions are kept as their histories tell of them. */
enum { MAP_RUNS_KEPT = 8 };

struct api {
    engine *engine;
    store *store;
    char *region, *account, *mock_file;
    bool no_limits;
    size_t calling;    /* calls that are being made: one of a Task's may be within another */
    bool unreadable;   /* the store could not be read for the innermost of them: */
    struct buf unread; /* why */
    void (*spoiled)(void *user, const char *text);
    void *user;
    struct asl_served served;
    bool ending;           /* polls are answered at once */
    unsigned char key[32]; /* of page tokens */
    struct asl_chance chance;
    int64_t now_ms;

    struct text_map machines; /* by ARN */
    struct machine **sorted;  /* by name */
    size_t machine_count, machine_cap;
    size_t open, max_open; /* STANDARD executions that run, and may at once */
    enum api_throttle throttle;
    struct start_bucket starts[START_KINDS];
    struct id_queue later; /* tasks whose calls come after the turn */
    struct id_map runs;    /* by the engine's numbers */
    struct fresh **fresh;  /* the oldest first; those before `fresh_head` have gone */
    size_t fresh_head, fresh_count, fresh_cap;
    struct text_map fresh_arns;
    uint64_t turn;  /* of api_advance */
    uint64_t *over; /* numbers of TestStates that have ended */
    size_t over_count, over_cap;
    /* api_sweep.c's: */
    int64_t retention_ms, retire_ms, look_ms; /* 0: none; when to look next; how often */
    struct machine **condemned;               /* those that are to go */
    size_t condemned_count, condemned_cap;
    size_t ended;               /* executions that have since the last piece */
    size_t compiled;            /* machines, by name, whose definitions are */
    bool sweeps;                /* there is more to do, or to commit */
    bool untidy;                /* the store has something to let go of */
    uint64_t least_room;        /* bytes that the disk must have for what is new; 0: no matter */
    int64_t skew_ms;            /* as in api_clock_set */
    struct text_map activities; /* by ARN */
    struct activity **activity_list;
    size_t activity_count, activity_cap;
    struct map_runs *map_runs[MAP_RUNS_KEPT]; /* the last asked for first; NULL: none */
    struct id_map tests;                      /* by number */
    struct id_map tasks;
    struct id_map awaiting; /* by execution: its tasks that wait for others */
    struct text_map tokens; /* to tasks */
    struct id_map waiters;
    uint64_t last_call;
    struct owed *owed;
    size_t owed_count, owed_cap;
    size_t sealed; /* of them: those that the turn makes durable */
    int64_t next_due_ms;
};

/* Returns whether AWS's quota of `most` lets one more come to `count`. */
bool quota_allows(const api *a, size_t count, size_t most);

#endif
