/*
 * Lambda functions, by their ARN as the Resource (the payload goes in and comes out as it is) and
 * by the lambda:invoke integration (the Invoke call's members go in, its answer comes out).
 */
#include "runtime/handlers/task_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/aws/aws.h"
#include "runtime/http/message.h"

#include <string.h>

/*
 * A function is called by its qualifier, "$LATEST" where none is given, and Lambda says so when
 * there is no such function. Endpoints on this machine leave the qualifier out: "Function not
 * found: arn:aws:lambda:us-east-1:123456789012:function:f (Service: …". Takes `cause`.
 */
static json *with_qualifier(json *cause, const char *version)
{
    static const char head[] = "Function not found: arn:";
    const char *text = cause ? json_str(cause) : "", *end;
    unsigned colons = 0;
    struct buf b = {0};

    if (strncmp(text, head, sizeof head - 1) != 0)
        return cause;
    for (end = text + sizeof head - 1; *end && *end != ' '; end++)
        colons += *end == ':';
    if (colons != 5)
        return cause;
    buf_add(&b, text, (size_t)(end - text));
    buf_printf(&b, ":%s%s", version, end);
    json_unref(cause);
    return json_take_buf(&b);
}

/* ---- a function's ARN ---- */

bool task_lambda_arn_prepare(struct pending *p, const struct task *t, struct handler_call *call,
                             struct task_result *failed)
{
    (void)p;
    (void)failed;
    call->target = t->resource;
    call->payload = t->parameters;
    call->lambda = true;
    return true;
}

void task_lambda_arn_settle(const struct pending *p, struct handler_answer *a,
                            struct task_result *r)
{
    switch (a->outcome) {
    case HANDLER_OK: *r = (struct task_result){.ok = true, .output = task_take(&a->value)}; break;
    case HANDLER_FUNCTION_ERROR: task_function_failed(a, json_ref(a->raw), r); break;
    case HANDLER_FAILED:
        task_call_failed(a, p->resource, strlen(p->resource), r);
        r->cause = with_qualifier(r->cause, "$LATEST");
        break;
    }
}

/* ---- lambda:invoke: what goes in ---- */

static const char *const fields[] = {
    "FunctionName", "Payload", "InvocationType", "Qualifier", "ClientContext", "LogType",
};

static bool cannot_start(const struct task *t, const char *format, const char *name,
                         struct task_result *failed)
{
    struct buf cause = {0};

    buf_adds(&cause, "The Parameters '");
    json_write(&cause, t->parameters);
    buf_adds(&cause, "' could not be used to start the Task: [");
    buf_printf(&cause, "The field '%s' %s]", name, format);
    task_fail(failed, "States.Runtime", json_take_buf(&cause));
    return false;
}

static bool known(const json *key)
{
    for (size_t i = 0; i < COUNT(fields); i++)
        if (json_str_is(key, fields[i]))
            return true;
    return false;
}

/* All but Payload are strings. */
static bool task_lambda_check_parameters(const struct task *t, struct task_result *failed)
{
    const json *all = t->parameters;
    const json *type;

    if (!all || !json_is_object(all) || !json_get(all, "FunctionName"))
        return cannot_start(t, "is required but was missing", "FunctionName", failed);
    for (size_t i = 0; i < json_count(all); i++) {
        const json *key = json_key_at(all, i), *v = json_value_at(all, i);

        if (!known(key))
            return cannot_start(t, "is not supported by Step Functions", json_str(key), failed);
        if (!json_str_is(key, "Payload") && !json_is_string(v))
            return cannot_start(t, "must be a string", json_str(key), failed);
    }
    type = json_get(all, "InvocationType");
    if (type && !json_str_is(type, "Event") && !json_str_is(type, "RequestResponse"))
        return cannot_start(t, "must be 'RequestResponse' or 'Event'", "InvocationType", failed);
    return true;
}

static const char *text_or_null(const json *parameters, const char *name)
{
    const json *v = json_get(parameters, name);

    return v ? json_str(v) : NULL;
}

/* A string that is JSON text goes as that JSON; without a payload the function gets {}. */
static json *payload_of(const json *parameters)
{
    const json *v = json_get(parameters, "Payload");
    json *inner = NULL;

    if (!v || json_kind(v) == JSON_NULL)
        return json_ref(json_empty_object());
    if (json_is_string(v))
        inner = json_parse(json_str(v), json_str_len(v), JSON_READ_SURROGATES, NULL);
    return inner ? inner : json_ref(v);
}

bool task_lambda_invoke_prepare(struct pending *p, const struct task *t, struct handler_call *call,
                                struct task_result *failed)
{
    const char *type, *log;

    if (!task_lambda_check_parameters(t, failed))
        return false;
    type = text_or_null(t->parameters, "InvocationType");
    log = text_or_null(t->parameters, "LogType");
    p->payload = payload_of(t->parameters);
    p->event = type && !strcmp(type, "Event");
    call->target = text_or_null(t->parameters, "FunctionName");
    call->qualifier = text_or_null(t->parameters, "Qualifier");
    call->client_context = text_or_null(t->parameters, "ClientContext");
    call->log_tail = log && !strcmp(log, "Tail");
    call->payload = p->payload;
    call->lambda = true;
    call->event = p->event;
    p->version = mem_strdup(call->qualifier ? call->qualifier : "$LATEST");
    return true;
}

/* ---- lambda:invoke: what comes out ---- */

/* The headers that Lambda sends, for a handler that isn't reached by HTTP. */
static json *made_headers(const struct pending *p, const struct handler_answer *a)
{
    struct json_build b;
    const char *id = p->request_id;
    char date[HTTP_DATE_SIZE];

    http_date(p->now_ms, date);
    json_build_object(&b, 8);
    json_build_set(&b, "Date", json_cstring(date));
    if (!p->event)
        json_build_set(&b, "Content-Type", json_cstring("application/json"));
    json_build_set(&b, "Content-Length",
                   json_stringf("%zu", p->event ? 0 : json_text_len(a->value)));
    json_build_set(&b, "Connection", json_cstring("keep-alive"));
    json_build_set(&b, "x-amzn-RequestId", json_cstring(id));
    json_build_set(&b, "x-amzn-Remapped-Content-Length", json_cstring("0"));
    if (!p->event)
        json_build_set(&b, "X-Amz-Executed-Version", json_cstring(p->version));
    json_build_set(&b, "X-Amzn-Trace-Id",
                   json_stringf("Root=1-%08llx-%.8s%.4s%.12s;Sampled=0",
                                (unsigned long long)(p->now_ms / 1000) & 0xffffffffu, id, id + 9,
                                id + 24));
    return json_build_done(&b);
}

static json *envelope(const struct pending *p, struct handler_answer *a)
{
    json *headers = a->headers ? json_ref(a->headers) : made_headers(p, a);
    const json *log = aws_header_of(headers, "X-Amz-Log-Result");
    const json *id = aws_header_of(headers, "x-amzn-RequestId");
    int status = p->event ? 202 : 200;
    struct json_build b, metadata;

    json_build_object(&b, 6);
    if (a->version)
        json_build_set(&b, "ExecutedVersion", json_ref(a->version));
    else if (!p->event)
        json_build_set(&b, "ExecutedVersion", json_cstring(p->version));
    if (log)
        json_build_set(&b, "LogResult", json_ref(log));
    json_build_set(&b, "Payload", p->event ? json_cstring("") : task_take(&a->value));
    json_build_set(&b, "SdkHttpMetadata", aws_http_metadata(headers, status));
    json_build_object(&metadata, 1);
    json_build_set(&metadata, "RequestId", id ? json_ref(id) : json_cstring(p->request_id));
    json_build_set(&b, "SdkResponseMetadata", json_build_done(&metadata));
    json_build_set(&b, "StatusCode", json_int(status));
    json_unref(headers);
    return json_build_done(&b);
}

void task_lambda_invoke_settle(const struct pending *p, struct handler_answer *a,
                               struct task_result *r)
{
    switch (a->outcome) {
    case HANDLER_OK: *r = (struct task_result){.ok = true, .output = envelope(p, a)}; break;
    case HANDLER_FUNCTION_ERROR:
        task_function_failed(a, a->value ? json_text(a->value) : json_ref(a->raw), r);
        break;
    case HANDLER_FAILED:
        task_call_failed(a, "lambda", strlen("lambda"), r);
        r->cause = with_qualifier(r->cause, p->version);
        break;
    }
}
