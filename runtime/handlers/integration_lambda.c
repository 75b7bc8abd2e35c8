/*
 * Lambda functions, by their ARN as the Resource (the payload goes in and comes out as it is) and
 * by the lambda:invoke integration (the Invoke call's members go in, its answer comes out).
 */
#include "runtime/handlers/integration.h"

#include "parsers/base/count.h"
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

bool lambda_arn_prepare(const struct task *t, struct handler_input *v, struct task_result *failed)
{
    (void)failed;
    v->target = t->resource->text;
    v->payload = json_ref(t->parameters);
    v->lambda = true;
    return true;
}

void lambda_arn_settle(const struct task_call *c, struct handler_answer *a, struct task_result *r)
{
    switch (a->outcome) {
    case HANDLER_OK:
        *r = (struct task_result){.ok = true, .output = integration_take(&a->value)};
        break;
    case HANDLER_FUNCTION_ERROR: integration_function_failed(a, json_ref(a->raw), r); break;
    case HANDLER_FAILED:
        integration_call_failed(a, c->target, strlen(c->target), r);
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
    integration_fail(failed, "States.Runtime", json_take_buf(&cause));
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
static bool lambda_check_parameters(const struct task *t, struct task_result *failed)
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

bool lambda_invoke_prepare(const struct task *t, struct handler_input *v,
                           struct task_result *failed)
{
    const char *type, *log;

    if (!lambda_check_parameters(t, failed))
        return false;
    type = text_or_null(t->parameters, "InvocationType");
    log = text_or_null(t->parameters, "LogType");
    *v = (struct handler_input){
        .target = text_or_null(t->parameters, "FunctionName"),
        .payload = payload_of(t->parameters),
        .lambda = true,
        .event = type && !strcmp(type, "Event"),
        .log_tail = log && !strcmp(log, "Tail"),
        .qualifier = text_or_null(t->parameters, "Qualifier"),
        .client_context = text_or_null(t->parameters, "ClientContext"),
    };
    return true;
}

/* ---- lambda:invoke: what comes out ---- */

static const char *version_of(const struct task_call *c)
{
    return c->qualifier ? c->qualifier : "$LATEST";
}

/* The headers that Lambda sends, for a handler that isn't reached by HTTP. */
static json *made_headers(const struct task_call *c, const struct handler_answer *a, const char *id)
{
    struct json_build b;
    char date[HTTP_DATE_SIZE];

    http_date(c->now_ms, date);
    json_build_object(&b, 8);
    json_build_set(&b, "Date", json_cstring(date));
    if (!c->event)
        json_build_set(&b, "Content-Type", json_cstring("application/json"));
    json_build_set(&b, "Content-Length",
                   json_stringf("%zu", c->event ? 0 : json_text_len(a->value)));
    json_build_set(&b, "Connection", json_cstring("keep-alive"));
    json_build_set(&b, "x-amzn-RequestId", json_cstring(id));
    json_build_set(&b, "x-amzn-Remapped-Content-Length", json_cstring("0"));
    if (!c->event)
        json_build_set(&b, "X-Amz-Executed-Version", json_cstring(version_of(c)));
    json_build_set(&b, "X-Amzn-Trace-Id",
                   json_stringf("Root=1-%08llx-%.8s%.4s%.12s;Sampled=0",
                                (unsigned long long)(c->now_ms / 1000) & 0xffffffffu, id, id + 9,
                                id + 24));
    return json_build_done(&b);
}

/* What the Invoke call gives by AWS's SDK. Of an Event it gives no payload and no version: nothing
 * has run yet. */
static json *envelope(const struct task_call *c, struct handler_answer *a)
{
    char own_id[HANDLER_REQUEST_ID];

    handler_request_id(c->key ? c->key : "", own_id);
    json *headers = a->headers ? json_ref(a->headers) : made_headers(c, a, own_id);
    const json *log = aws_header_of(headers, "X-Amz-Log-Result");
    const json *id = aws_header_of(headers, "x-amzn-RequestId");
    int status = c->event ? 202 : 200;
    struct json_build b, metadata;

    json_build_object(&b, 6);
    if (a->version)
        json_build_set(&b, "ExecutedVersion", json_ref(a->version));
    else if (!c->event)
        json_build_set(&b, "ExecutedVersion", json_cstring(version_of(c)));
    if (log)
        json_build_set(&b, "LogResult", json_ref(log));
    json_build_set(&b, "Payload", c->event ? json_cstring("") : integration_take(&a->value));
    json_build_set(&b, "SdkHttpMetadata", aws_http_metadata(headers, status));
    json_build_object(&metadata, 1);
    json_build_set(&metadata, "RequestId", id ? json_ref(id) : json_cstring(own_id));
    json_build_set(&b, "SdkResponseMetadata", json_build_done(&metadata));
    json_build_set(&b, "StatusCode", json_int(status));
    json_unref(headers);
    return json_build_done(&b);
}

void lambda_invoke_settle(const struct task_call *c, struct handler_answer *a,
                          struct task_result *r)
{
    switch (a->outcome) {
    case HANDLER_OK: *r = (struct task_result){.ok = true, .output = envelope(c, a)}; break;
    case HANDLER_FUNCTION_ERROR:
        integration_function_failed(a, a->value ? json_text(a->value) : json_ref(a->raw), r);
        break;
    case HANDLER_FAILED:
        integration_call_failed(a, "lambda", strlen("lambda"), r);
        r->cause = with_qualifier(r->cause, version_of(c));
        break;
    }
}
