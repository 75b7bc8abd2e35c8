#include "runtime/handlers/task_impl.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"
#include "runtime/base/glob.h"

#include <string.h>

struct tasks {
    handlers *handlers;
    task_done *done;
    handler_submitted *submitted;
    void *user;
    struct id_map pending;
};

json *task_take(json **from)
{
    json *v = *from;

    *from = NULL;
    return v;
}

void task_fail(struct task_result *r, const char *error, json *cause)
{
    *r = (struct task_result){.error = json_cstring(error), .cause = cause};
}

void task_call_failed(struct handler_answer *a, const char *who, size_t who_len,
                      struct task_result *r)
{
    *r = (struct task_result){.error = task_take(&a->error), .cause = task_take(&a->cause)};
    if (!r->cause && json_str_is(r->error, "States.DataLimitExceeded"))
        r->cause = json_stringf("The state/task '%.*s' returned a result with a size exceeding the "
                                "maximum number of bytes service limit.",
                                (int)who_len, who);
}

void task_function_failed(struct handler_answer *a, json *cause, struct task_result *r)
{
    const json *type = a->value ? json_get(a->value, "errorType") : NULL;
    struct buf text = {0};

    if (type && json_is_string(type) && json_str_len(type)) {
        *r = (struct task_result){.error = json_ref(type), .cause = cause};
        return;
    }
    buf_adds(&text, "The cause could not be determined because Lambda did not return an error "
                    "type. Returned payload: ");
    buf_add(&text, json_str(a->raw), json_str_len(a->raw));
    task_fail(r, "Lambda.Unknown", json_take_buf(&text));
    json_unref(cause);
}

/* ---- resources without rules of their own: what the handler says is the result ---- */

static bool plain_prepare(struct pending *p, const struct task *t, struct handler_call *call,
                          struct task_result *failed)
{
    (void)p;
    (void)failed;
    call->target = t->resource;
    call->payload = t->parameters;
    return true;
}

/* "sqs" in arn:aws:states:::sqs:sendMessage, "aws-sdk:s3" in ...:::aws-sdk:s3:getObject. */
static const char *service_of(const char *resource, size_t *len)
{
    const char *at = strstr(resource, ":states:::");
    const char *end;

    *len = strlen(resource);
    if (!at)
        return resource;
    at += strlen(":states:::");
    end = strrchr(at, ':');
    *len = end ? (size_t)(end - at) : strlen(at);
    return at;
}

/* The function's errorType is the Error, all it printed the Cause. */
static void plain_settle(const struct pending *p, struct handler_answer *a, struct task_result *r)
{
    size_t len;
    const char *service = service_of(p->resource, &len);

    switch (a->outcome) {
    case HANDLER_OK: *r = (struct task_result){.ok = true, .output = task_take(&a->value)}; break;
    case HANDLER_FUNCTION_ERROR: task_function_failed(a, json_ref(a->raw), r); break;
    case HANDLER_FAILED: task_call_failed(a, service, len, r); break;
    }
    r->exchange = task_take(&a->exchange);
}

static const struct integration integrations[] = {
    {"arn:*:lambda:*:*:function:*", task_lambda_arn_prepare, task_lambda_arn_settle},
    {"arn:*:states:::lambda:invoke", task_lambda_invoke_prepare, task_lambda_invoke_settle},
    {"arn:*:states:::lambda:invoke.waitForTaskToken", task_lambda_invoke_prepare,
     task_lambda_invoke_settle},
    {"*", plain_prepare, plain_settle},
};

static const struct integration *integration_for(const char *resource)
{
    const struct integration *i = integrations;

    while (!glob_match(i->resource, resource, strlen(resource)))
        i++;
    return i;
}

/* ---- the Tasks that run ---- */

tasks *tasks_new(task_done *done, void *user)
{
    tasks *t = mem_calloc(1, sizeof *t);

    t->done = done;
    t->user = user;
    return t;
}

void tasks_on_submitted(tasks *t, handler_submitted *submitted)
{
    t->submitted = submitted;
}

void tasks_submitted(void *user, uint64_t id, const json *output)
{
    tasks *t = user;

    if (t->submitted)
        t->submitted(t->user, id, output);
}

void tasks_use(tasks *t, handlers *h)
{
    t->handlers = h;
}

static void pending_free(struct pending *p)
{
    json_unref(p->payload);
    mem_free(p->resource);
    mem_free(p->version);
    mem_free(p);
}

void tasks_answer(void *user, uint64_t id, struct handler_answer *answer)
{
    tasks *t = user;
    struct pending *p = (struct pending *)id_map_take(&t->pending, id);
    struct task_result r = {0};

    if (p) {
        p->kind->settle(p, answer, &r);
        pending_free(p);
    }
    handler_answer_clear(answer);
    if (p)
        t->done(t->user, id, &r);
}

bool tasks_start(tasks *t, const struct task *task, struct task_result *result)
{
    struct pending *p = mem_calloc(1, sizeof *p);
    struct handler_call call = {
        .id = task->id,
        .state = task->state,
        .execution = task->execution,
        .key = task->key,
        .timeout_ms = task->timeout_ms,
        .attempt = task->attempt,
        .trace = task->trace,
        .submitted = task->submitted,
    };
    struct diag why = {0};
    bool ok;

    p->node.id = task->id;
    p->kind = integration_for(task->resource);
    p->handlers = t->handlers;
    p->resource = mem_strdup(task->resource);
    p->now_ms = task->now_ms;
    handler_request_id(task->key ? task->key : "", p->request_id);
    ok = p->kind->prepare(p, task, &call, result);
    if (ok) {
        ok = handlers_start(t->handlers, &call, &why);
        if (!ok)
            task_fail(result, ASL_NO_HANDLER, json_cstring(why.text));
    }
    if (ok)
        id_map_put(&t->pending, &p->node);
    else
        pending_free(p);
    diag_clear(&why);
    return ok;
}

/* Those who work on it; NULL: it isn't there. */
static handlers *task_forget(tasks *t, uint64_t id)
{
    struct pending *p = (struct pending *)id_map_take(&t->pending, id);
    handlers *h = p ? p->handlers : NULL;

    if (p)
        pending_free(p);
    return h;
}

void tasks_cancel(tasks *t, uint64_t id)
{
    handlers *h = task_forget(t, id);

    if (h)
        handlers_cancel(h, id);
}

void tasks_release(tasks *t, uint64_t id)
{
    handlers *h = task_forget(t, id);

    if (h)
        handlers_release(h, id);
}

size_t tasks_busy(const tasks *t)
{
    return t->pending.count;
}

void tasks_free(tasks *t)
{
    struct id_node *p;

    if (!t)
        return;
    while ((p = id_map_take_any(&t->pending)))
        pending_free((struct pending *)p);
    id_map_clear(&t->pending);
    mem_free(t);
}
