#ifndef RUNTIME_TASK_H
#define RUNTIME_TASK_H

#include "parsers/json.h"
#include "runtime/handler.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What a Task's resource means: turns a task's resource and parameters into a handler call, and the
 * handler's answer into the result or error that the Task has on AWS. One row of a table for each
 * kind of resource (a Lambda ARN, an optimized integration).
 */

/* A Task to run, as the engine hands it out. All of it is looked at only. */
struct task {
    uint64_t id; /* names it in answers and cancels */
    const char *resource;
    const char *state;
    const char *execution;  /* ARN */
    const char *key;        /* the idempotency key: the same for a repeat after a crash */
    const json *parameters; /* the effective input, after Parameters */
    int64_t timeout_ms;     /* 0: none */
    const char *token;      /* NULL: it has none */
    bool activity;          /* a worker takes it, and answers by the token it is given then */
    uint32_t attempt;       /* 0 for the first try */
    int64_t now_ms;         /* the engine's clock: for the Date in an answer that has none */
};

/* How a Task ended. Whoever gets it owns the values. */
struct task_result {
    bool ok;
    json *output;        /* ok */
    json *error, *cause; /* not ok: strings; cause may be NULL */
};

void task_result_clear(struct task_result *r);

typedef struct tasks tasks;
typedef void task_done(void *user, uint64_t id, struct task_result *result);

/* `done` is called from the loop, never from inside tasks_start. Looks at `h` as long as it lives;
 * handlers made with tasks_answer as their callback and the tasks as its user. */
tasks *tasks_new(task_done *done, void *user);
void tasks_use(tasks *t, handlers *h);
/* The handlers' callback. */
void tasks_answer(void *t, uint64_t id, struct handler_answer *answer);
/* Starts a task. False with *result filled when it fails at once (no handler, bad parameters). */
bool tasks_start(tasks *t, const struct task *task, struct task_result *result);
void tasks_cancel(tasks *t, uint64_t id);
/* Tasks that have not ended. */
size_t tasks_busy(const tasks *t);
void tasks_free(tasks *t);

#endif
