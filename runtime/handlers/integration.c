/*
 * Picks the integration of a resource, and has that of resources without rules of their own.
 */
#include "runtime/handlers/integration.h"

#include "parsers/base/text.h"

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

static bool plain_prepare(const struct task *t, struct handler_input *v, struct task_result *failed)
{
    (void)failed;
    v->target = t->resource->text;
    v->resource = t->resource;
    v->payload = json_ref(t->parameters);
    return true;
}

/* Who failed, in texts: "sqs", "aws-sdk:s3"; of other resources, all of the ARN. */
static struct asl_piece who_failed(const struct asl_resource *r)
{
    return asl_resource_is_call(r) ? r->type : (struct asl_piece){r->text, strlen(r->text)};
}

/* The function's errorType is the Error, all it printed the Cause. */
static void plain_settle(const struct task_call *c, struct handler_answer *a, struct task_result *r)
{
    struct asl_piece who = who_failed(&c->resource);

    switch (a->outcome) {
    case HANDLER_OK:
        *r = (struct task_result){.ok = true, .output = integration_take(&a->value)};
        break;
    case HANDLER_FUNCTION_ERROR: integration_function_failed(a, json_ref(a->raw), r); break;
    case HANDLER_FAILED: integration_call_failed(a, who.at, who.len, r); break;
    }
    r->exchange = integration_take(&a->exchange);
}

static const struct integration plain = {plain_prepare, plain_settle},
                                lambda_arn = {lambda_arn_prepare, lambda_arn_settle},
                                lambda_invoke = {lambda_invoke_prepare, lambda_invoke_settle};

/* Lambda's other ARNs (layers, event sources) are no functions. */
const struct integration *integration_of(const struct asl_resource *r)
{
    if (r->kind == ASL_RESOURCE_LAMBDA)
        return text_begins_with(r->api, "function:") ? &lambda_arn : &plain;
    if (asl_resource_calls(r, "lambda", "invoke") && r->pattern != ASL_SYNC &&
        r->pattern != ASL_SYNC_2)
        return &lambda_invoke;
    return &plain;
}
