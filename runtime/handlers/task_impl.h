#ifndef RUNTIME_HANDLERS_TASK_IMPL_H
#define RUNTIME_HANDLERS_TASK_IMPL_H

#include "parsers/base/id_map.h"
#include "runtime/handlers/task.h"

/*
 * An integration makes a handler call of a Task and a Task's result of the answer. task.c keeps the
 * table of them and the Tasks that run.
 */
struct integration;

/* A Task that runs: what the answer needs to be turned into its result. */
struct pending {
    struct id_node node; /* first */
    const struct integration *kind;
    handlers *handlers; /* who work on it */
    char *resource;
    json *payload; /* the call's, where it isn't the parameters themselves; or NULL */
    bool event;
    int64_t now_ms;
    char *version;                       /* lambda:invoke: the qualifier, or "$LATEST" */
    char request_id[HANDLER_REQUEST_ID]; /* for an answer without one */
};

struct integration {
    const char *resource; /* a glob for the ARN */
    /* Fills what is its own of `call`. False with *failed filled: the Task can't start. */
    bool (*prepare)(struct pending *p, const struct task *t, struct handler_call *call,
                    struct task_result *failed);
    /* Fills *r; may take values of `a`. */
    void (*settle)(const struct pending *p, struct handler_answer *a, struct task_result *r);
};

bool task_lambda_arn_prepare(struct pending *p, const struct task *t, struct handler_call *call,
                             struct task_result *failed);
void task_lambda_arn_settle(const struct pending *p, struct handler_answer *a,
                            struct task_result *r);
bool task_lambda_invoke_prepare(struct pending *p, const struct task *t, struct handler_call *call,
                                struct task_result *failed);
void task_lambda_invoke_settle(const struct pending *p, struct handler_answer *a,
                               struct task_result *r);

/* Takes the value out of *from, which becomes NULL. */
json *task_take(json **from);
/* Takes `cause`. */
void task_fail(struct task_result *r, const char *error, json *cause);
/* A call that failed. `who` names the task in the text about an answer that is too large. */
void task_call_failed(struct handler_answer *a, const char *who, size_t who_len,
                      struct task_result *r);
/* A function's error by its errorType; takes `cause`. */
void task_function_failed(struct handler_answer *a, json *cause, struct task_result *r);

#endif
