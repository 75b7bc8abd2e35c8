/*
 * The table of integrations, and those resources that have no rules of their own.
 */
#include "runtime/handlers/integration.h"

#include "runtime/base/glob.h"

#include <string.h>

json *integration_take(json **from)
{
    json *v = *from;

    *from = NULL;
    return v;
}

void integration_fail(struct task_result *r, const char *error, json *cause)
{
    *r = (struct task_result){.error = json_cstring(error), .cause = cause};
}

void integration_call_failed(struct handler_answer *a, const char *who, size_t who_len,
                             struct task_result *r)
{
    *r = (struct task_result){.error = integration_take(&a->error),
                              .cause = integration_take(&a->cause)};
    if (!r->cause && json_str_is(r->error, "States.DataLimitExceeded"))
        r->cause = json_stringf("The state/task '%.*s' returned a result with a size exceeding the "
                                "maximum number of bytes service limit.",
                                (int)who_len, who);
}

void integration_function_failed(struct handler_answer *a, json *cause, struct task_result *r)
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
    integration_fail(r, "Lambda.Unknown", json_take_buf(&text));
    json_unref(cause);
}

/* ---- resources without rules of their own: what the handler says is the result ---- */

static bool plain_prepare(const struct task *t, struct invocation *v, struct task_result *failed)
{
    (void)failed;
    v->target = t->resource;
    v->payload = json_ref(t->parameters);
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
static void plain_settle(const struct task_call *c, struct handler_answer *a, struct task_result *r)
{
    size_t len;
    const char *service = service_of(c->target, &len);

    switch (a->outcome) {
    case HANDLER_OK:
        *r = (struct task_result){.ok = true, .output = integration_take(&a->value)};
        break;
    case HANDLER_FUNCTION_ERROR: integration_function_failed(a, json_ref(a->raw), r); break;
    case HANDLER_FAILED: integration_call_failed(a, service, len, r); break;
    }
    r->exchange = integration_take(&a->exchange);
}

static const struct integration integrations[] = {
    {"arn:*:lambda:*:*:function:*", lambda_arn_prepare, lambda_arn_settle},
    {"arn:*:states:::lambda:invoke", lambda_invoke_prepare, lambda_invoke_settle},
    {"arn:*:states:::lambda:invoke.waitForTaskToken", lambda_invoke_prepare, lambda_invoke_settle},
    {"*", plain_prepare, plain_settle},
};

const struct integration *integration_of(const char *resource)
{
    const struct integration *i = integrations;

    while (!glob_match(i->resource, resource, strlen(resource)))
        i++;
    return i;
}
