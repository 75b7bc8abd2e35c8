#ifndef RUNTIME_HANDLERS_INTEGRATION_H
#define RUNTIME_HANDLERS_INTEGRATION_H

#include "runtime/handlers/handlers_impl.h"

/*
 * What a Task's resource means: an integration makes of the Task what a handler is given, and of
 * the handler's answer the result or error that the Task has on AWS.
 */

/* What a handler is given. The texts are looks, good as long as the Task is. */
struct handler_input {
    const char *target; /* picks the row: a resource's ARN, a function's ARN or name */
    const struct asl_resource *resource; /* the target's parts; NULL: it is a Lambda function */
    json *payload;                       /* owned; NULL is JSON null */
    bool lambda;                         /* a Lambda function: the Lambda endpoint may serve it */
    bool event;                          /* InvocationType Event: nobody waits for the result */
    bool log_tail;              /* LogType Tail: a Lambda endpoint sends the log's end along */
    const char *qualifier;      /* NULL: none */
    const char *client_context; /* base64; NULL: none */
};

struct integration {
    /* Fills *v. Returns false with *failed filled when the Task can't start. */
    bool (*prepare)(const struct task *t, struct handler_input *v, struct task_result *failed);
    /* Fills *r; may take values of `a`. */
    void (*settle)(const struct task_call *c, struct handler_answer *a, struct task_result *r);
};

const struct integration *integration_of(const struct asl_resource *r);

bool lambda_arn_prepare(const struct task *t, struct handler_input *v, struct task_result *failed);
void lambda_arn_settle(const struct task_call *c, struct handler_answer *a, struct task_result *r);
bool lambda_invoke_prepare(const struct task *t, struct handler_input *v,
                           struct task_result *failed);
void lambda_invoke_settle(const struct task_call *c, struct handler_answer *a,
                          struct task_result *r);

/* Takes the value out of *from, which becomes NULL. */
json *integration_take(json **from);
/* Makes the result of a Task that failed; takes `cause`. */
void integration_fail(struct task_result *r, const char *error, json *cause);
/* Makes the result of a call that failed by itself. `who` names the task in the text about an
 * answer that is too large. */
void integration_call_failed(struct handler_answer *a, const char *who, size_t who_len,
                             struct task_result *r);
/* Makes the result of a function that raised, by its errorType; takes `cause`. */
void integration_function_failed(struct handler_answer *a, json *cause, struct task_result *r);

#endif
