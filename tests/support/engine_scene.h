#ifndef TESTS_SUPPORT_ENGINE_SCENE_H
#define TESTS_SUPPORT_ENGINE_SCENE_H

/* A world for an engine: a store that can fail, workers that answer, and a log of what left. The
 * linker puts what is here before store_commit, store_read and rt_exec_held: see tests/rules.mk. */

#include "runtime/engine/engine.h"
#include "tests/support/machine.h"

extern struct engine_disk {
    size_t commits, fail_at; /* fail_at 0: never */
    void (*before)(void);
} disk;

extern size_t asked_what_is_held;

extern struct engine_reads {
    size_t count;
    const char *fails; /* the code that reading fails with; NULL: it doesn't */
    uint64_t of;       /* for that execution */
} reads;

enum { START_MS = 1000000 };

/* An answer to a task that was handed out. */
struct due_answer {
    int64_t at_ms;
    uint64_t id;
    json *parameters;
    bool fails;
};

struct world_log {
    engine *e;
    store *s;
    int64_t now_ms;
    struct buf log; /* what left the engine, a line each */
    struct due_answer answers[200];
    size_t count;
    size_t tasks;    /* handed out so far */
    size_t answered; /* as the hook was told */
    int64_t used_ns;
    size_t used_bytes;
    uint64_t items, read; /* what Maps read: numbers from 1 on; how many were read */
    size_t readings;      /* that have begun */
    size_t cancelled;     /* tasks and readings */
    size_t reading_bytes; /* held for each reading */
    size_t writing_bytes; /* held for the writing that is out */
    uint64_t writing;     /* that is out; 0: none */
    json *results;        /* that it is to write */
    size_t written;       /* results that are */
    /* how long the log was at each commit */
    size_t at_commit[500];
};

#define TASK                                                                                       \
    "\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","         \
    "\"TimeoutSeconds\":5,\"Retry\":[{\"ErrorEquals\":[\"States.ALL\"],\"MaxAttempts\":2}],"

/* Definitions. */
extern const char parallel[];
extern const char no_retry[];
extern const char map[];
extern const char map_run[];

enum { MOST = 6000000 };

/* Writes what is given to be written: there is no more. */
void world_write(struct world_log *w);

/* Each child has variables of 800 kB when it comes to its task. `map`: further fields of the Map;
 * `end`: of the task. */
#define LARGE_CHILDREN_OF(map, end)                                                                \
    "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"M\",\"States\":{\"M\":{\"Type\":\"Map\","        \
    "\"Items\":"                                                                                   \
    "\"{% [1..12] %}\",\"End\":true," map                                                          \
    "\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":"          \
    "\"STANDARD\"},\"StartAt\":\"A\",\"States\":{"                                                 \
    "\"A\":{\"Type\":\"Pass\",\"Assign\":{\"a\":\"{% $pad('', 200000, 'x') %}\"},\"Next\":\"B\"}," \
    "\"B\":{\"Type\":\"Pass\",\"Assign\":{\"b\":\"{% $pad('', 200000, 'x') %}\"},\"Next\":\"C\"}," \
    "\"C\":{\"Type\":\"Pass\",\"Assign\":{\"c\":\"{% $pad('', 200000, 'x') %}\"},\"Next\":\"D\"}," \
    "\"D\":{\"Type\":\"Pass\",\"Assign\":{\"d\":\"{% $pad('', 200000, 'x') %}\"},\"Next\":\"T\"}," \
    "\"T\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:123456789012:function:f\","  \
    "\"Arguments\":1,\"Retry\":[{\"ErrorEquals\":[\"States.ALL\"],\"MaxAttempts\":9}],"            \
    "\"TimeoutSeconds\":5," end "}}}}}}"
#define LARGE_CHILDREN(end) LARGE_CHILDREN_OF("\"Output\":\"{% $count($states.result) %}\",", end)

extern const char one_task[];

extern const char for_ever[];

#define DISTRIBUTED "\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\",\"ExecutionType\":\"STANDARD\"}"
#define PASS "\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Pass\",\"End\":true}}"
/* A machine, or the part of one, that is a single Map. */
#define MAP(name, fields)                                                                          \
    "\"StartAt\":\"" name "\",\"States\":{\"" name "\":{\"Type\":\"Map\"," fields ",\"End\":true}" \
    "}"

/* Hooks of the engine: they log what they are told. */
void run_task(void *user, const struct task *t);
void cancel_task(void *user, uint64_t id);
void ended(void *user, uint64_t execution, const rt_exec *x);
/* Returns as much as the test says; 0: what the executions that are in memory hold. */
size_t used_bytes(void *user);
/* Makes an engine for the world's store. */
engine *new_engine(struct world_log *w, bool slices);
/* Opens a world, as world_open does; `slices`: long steps are left in their midst. */
void world_open_with(struct world_log *w, size_t fail_at, bool slices);
/* Opens an engine on a store in memory whose commit number `fail_at` fails (0: none does). */
void world_open(struct world_log *w, size_t fail_at);
/* Closes the world, and frees what it has. */
void world_close(struct world_log *w);
/* Starts an execution, as one of an Express machine if `express`; returns its number. */
uint64_t start_as(struct world_log *w, const char *definition, const char *input, bool express);
/* Starts an execution with an input, and returns its number. */
uint64_t start(struct world_log *w, const char *definition, const char *input);
/* Answers the tasks that are due. */
void give_answers(struct world_log *w);
/* Takes turns and lets time pass until nothing is left to do. False with *why filled: the store
 * failed. */
bool run_until_quiet(struct world_log *w, struct diag *why);
/* Takes a turn, which must succeed. */
void turn(struct world_log *w);
/* Returns the status of an execution that is in memory. */
enum rt_status status(const struct world_log *w, uint64_t execution);
/* Lets the engine have MOST bytes. */
void bound_memory(struct world_log *w);
/* Runs until all is quiet; returns the most bytes that were in use. */
size_t most_used(struct world_log *w);
/* Returns the status that the store has of the execution. */
enum rt_status stored(struct world_log *w, uint64_t execution);

#endif
