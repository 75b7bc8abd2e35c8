/* What a Task gets of a handler: a function by its ARN, lambda:invoke, other resources. */
#define _XOPEN_SOURCE 700

#include "tests/support/expect.h"
#include "tests/support/handlers_world.h"

#include <stdio.h>
#include <string.h>

/* ---- Tasks ---- */

#define ARN "arn:aws:lambda:us-east-1:1:function:f"
#define OUT_OF_SIZE                                                                                \
    "returned a result with a size exceeding the maximum number of bytes service limit."
#define LONG_ALIAS "an-alias-of-a-function-whose-name-has-over-sixty-four-characters-in-it"
#define HEAD_OF_INVOKE(len)                                                                        \
    "\"SdkHttpMetadata\":{\"AllHttpHeaders\":{\"X-Amz-Executed-Version\":[\"$LATEST\"],"           \
    "\"x-amzn-Remapped-Content-Length\":[\"0\"],\"Connection\":[\"keep-alive\"],"                  \
    "\"x-amzn-RequestId\":[\"ID\"],\"Content-Length\":[\"" len                                     \
    "\"],\"Date\":[\"Fri, 13 Feb 2009 23:31:30 GMT\"],\"X-Amzn-Trace-Id\":[\"TRACE\"],"            \
    "\"Content-Type\":[\"application/json\"]},\"HttpHeaders\":{\"Connection\":\"keep-alive\","     \
    "\"Content-Length\":\"" len                                                                    \
    "\",\"Content-Type\":\"application/json\",\"Date\":\"Fri, 13 Feb 2009 23:31:30 GMT\","         \
    "\"X-Amz-Executed-Version\":\"$LATEST\",\"x-amzn-Remapped-Content-Length\":\"0\","             \
    "\"x-amzn-RequestId\":\"ID\",\"X-Amzn-Trace-Id\":\"TRACE\"},\"HttpStatusCode\":200},"          \
    "\"SdkResponseMetadata\":{\"RequestId\":\"ID\"},\"StatusCode\":200}"

static const struct {
    const char *name, *resource, *parameters, *row, *want;
} task_rows[] = {
    {"a function's ARN: in and out as it is", ARN, "{\"a\":1.0}", "\"command\": [\"cat\"]",
     "ok {\"a\":1.0}"},
    {"a number goes in and out too", ARN, "0.0", "\"command\": [\"cat\"]", "ok 0.0"},
    {"a function's error: the type, and all of it as it came", ARN, "{}",
     SH("printf '{\\\"errorMessage\\\": \\\"m\\\", \\\"errorType\\\": \\\"E\\\"}'; exit 1"),
     "failed E: {\"errorMessage\": \"m\", \"errorType\": \"E\"}"},
    {"an error without a type", ARN, "{}", SH("printf '{\\\"errorType\\\": null}'; exit 1"),
     "failed Lambda.Unknown: The cause could not be determined because Lambda did not return an "
     "error type. Returned payload: {\"errorType\": null}"},
    {"a call that failed", ARN, "{}", "\"mock\": {\"error\": \"E\", \"cause\": \"c\"}",
     "failed E: c"},
    {"a failure without a cause", ARN, "{}", "\"mock\": {\"error\": \"E\"}", "failed E: (none)"},
    {"a result that is too large, of a function", ARN, "{}",
     SH("head -c 70000 /dev/zero | tr '\\\\0' '1'"),
     "failed States.DataLimitExceeded: The state/task '" ARN "' " OUT_OF_SIZE},
    {"a result that is too large, of lambda:invoke", INVOKE, "{\"FunctionName\":\"f\"}",
     SH("head -c 70000 /dev/zero | tr '\\\\0' '1'"),
     "failed States.DataLimitExceeded: The state/task 'lambda' " OUT_OF_SIZE},
    {"a result that is too large, of another service", "arn:aws:states:::sqs:f", "{}",
     SH("head -c 70000 /dev/zero | tr '\\\\0' '1'"),
     "failed States.DataLimitExceeded: The state/task 'sqs' " OUT_OF_SIZE},
    {"a result that is too large, of a job whose pattern has a colon",
     "arn:aws:states:::states:startExecution.sync:2", "{}",
     SH("head -c 70000 /dev/zero | tr '\\\\0' '1'"),
     "failed States.DataLimitExceeded: The state/task 'states' " OUT_OF_SIZE},
    {"lambda:invoke in an ARN with a region", "arn:aws:states:us-east-1:1:lambda:invoke",
     "{\"FunctionName\":\"f\",\"Payload\":7}", "\"mock\": {\"error\": \"E\"}", "failed E: (none)"},
    {"lambda:invoke: the answer of the Invoke call", INVOKE,
     "{\"FunctionName\":\"f\",\"Payload\":{\"a\":1}}", "\"command\": [\"cat\"]",
     "ok {\"ExecutedVersion\":\"$LATEST\",\"Payload\":{\"a\":1}," HEAD_OF_INVOKE("7")},
    {"no payload is {}", INVOKE, "{\"FunctionName\":\"f\"}", "\"command\": [\"cat\"]",
     "ok {\"ExecutedVersion\":\"$LATEST\",\"Payload\":{}," HEAD_OF_INVOKE("2")},
    {"a null payload is {}", INVOKE, "{\"FunctionName\":\"" ARN "\",\"Payload\":null}",
     "\"command\": [\"cat\"]",
     "ok {\"ExecutedVersion\":\"$LATEST\",\"Payload\":{}," HEAD_OF_INVOKE("2")},
    {"a payload that is JSON text is that JSON", INVOKE,
     "{\"FunctionName\":\"f\",\"Payload\":\"0.0\"}", "\"command\": [\"cat\"]",
     "ok {\"ExecutedVersion\":\"$LATEST\",\"Payload\":0.0," HEAD_OF_INVOKE("3")},
    {"once", INVOKE, "{\"FunctionName\":\"f\",\"Payload\":\"\\\"Hi\\\"\"}",
     "\"command\": [\"cat\"]",
     "ok {\"ExecutedVersion\":\"$LATEST\",\"Payload\":\"Hi\"," HEAD_OF_INVOKE("4")},
    {"other text stays text", INVOKE, "{\"FunctionName\":\"f\",\"Payload\":\"Hi\"}",
     "\"command\": [\"cat\"]",
     "ok {\"ExecutedVersion\":\"$LATEST\",\"Payload\":\"Hi\"," HEAD_OF_INVOKE("4")},
    {"a function's error in lambda:invoke is written anew", INVOKE, "{\"FunctionName\":\"f\"}",
     SH("printf '{\\\"errorMessage\\\": \\\"m\\\", \\\"errorType\\\": \\\"E\\\"}'; exit 1"),
     "failed E: {\"errorMessage\":\"m\",\"errorType\":\"E\"}"},
    {"the callback form calls the same", INVOKE ".waitForTaskToken", "{\"FunctionName\":\"f\"}",
     "\"mock\": {\"error\": \"E\", \"cause\": \"c\"}", "failed E: c"},
    {"a function that isn't there is named with the qualifier it was called by", INVOKE,
     "{\"FunctionName\":\"f\"}",
     "\"mock\": {\"error\": \"E\", \"cause\": \"Function not found: " ARN
     " (Service: AWSLambda)\"}",
     "failed E: Function not found: " ARN ":$LATEST (Service: AWSLambda)"},
    {"be it another than $LATEST", INVOKE, "{\"FunctionName\":\"f\",\"Qualifier\":\"7\"}",
     "\"mock\": {\"error\": \"E\", \"cause\": \"Function not found: " ARN
     " (Service: AWSLambda)\"}",
     "failed E: Function not found: " ARN ":7 (Service: AWSLambda)"},
    {"however long", INVOKE, "{\"FunctionName\":\"f\",\"Qualifier\":\"" LONG_ALIAS "\"}",
     "\"mock\": {\"error\": \"E\", \"cause\": \"Function not found: " ARN
     " (Service: AWSLambda)\"}",
     "failed E: Function not found: " ARN ":" LONG_ALIAS " (Service: AWSLambda)"},
    {"once", INVOKE, "{\"FunctionName\":\"f\"}",
     "\"mock\": {\"error\": \"E\", \"cause\": \"Function not found: " ARN ":7 (Service)\"}",
     "failed E: Function not found: " ARN ":7 (Service)"},
    {"a function's ARN as the resource has a qualifier too", ARN, "{}",
     "\"mock\": {\"error\": \"E\", \"cause\": \"Function not found: " ARN " (Service)\"}",
     "failed E: Function not found: " ARN ":$LATEST (Service)"},
    {"no FunctionName", INVOKE, "{\"Payload\":1}", "\"command\": [\"cat\"]",
     "failed States.Runtime: The Parameters '{\"Payload\":1}' could not be used to start the Task: "
     "[The field 'FunctionName' is required but was missing]"},
    {"a parameter that Invoke has not", INVOKE, "{\"FunctionName\":\"f\",\"X\":1}",
     "\"command\": [\"cat\"]",
     "failed States.Runtime: The Parameters '{\"FunctionName\":\"f\",\"X\":1}' could not be used "
     "to "
     "start the Task: [The field 'X' is not supported by Step Functions]"},
    {"a name that is no string", INVOKE, "{\"FunctionName\":1}", "\"command\": [\"cat\"]",
     "failed States.Runtime: The Parameters '{\"FunctionName\":1}' could not be used to start the "
     "Task: [The field 'FunctionName' must be a string]"},
    {"any other resource: in and out as it is", "arn:aws:states:::sqs:f", "{\"MessageBody\":1}",
     "\"command\": [\"cat\"]", "ok {\"MessageBody\":1}"},
    {"and its error by name", "arn:aws:states:::sqs:f", "{}",
     SH("printf '{\\\"errorType\\\": \\\"SQS.E\\\"}'; exit 1"),
     "failed SQS.E: {\"errorType\": \"SQS.E\"}"},
    {"without a handler", "arn:aws:states:::sqs:other", "{}", "\"command\": [\"cat\"]",
     "failed Asl.NoHandler: No handler for 'arn:aws:states:::sqs:other': 'sqs:other' is no call "
     "that is known here (what has no integration of its own is called by "
     "arn:aws:states:::aws-sdk:SERVICE:ACTION); to do its work here, add to \"handlers\" in ..."},
};

static const char *const task_id = "51a7a8ec-7d1d-4deb-8d9c-8f1d1d2a5a6d";

/* What follows from the key, in words. */
static void put_ids(struct buf *out, const char *text)
{
    char id[37], trace[80];

    handler_request_id("k", id);
    snprintf(trace, sizeof trace, "Root=1-499602d2-%.8s%.4s%.12s;Sampled=0", id, id + 9, id + 24);
    for (; *text; text++) {
        if (!strncmp(text, id, strlen(id)))
            buf_adds(out, "ID"), text += strlen(id) - 1;
        else if (!strncmp(text, trace, strlen(trace)))
            buf_adds(out, "TRACE"), text += strlen(trace) - 1;
        else
            buf_addc(out, *text);
    }
}

static void expect_result(const char *name, const struct task_result *r, const char *want)
{
    struct buf got = {0}, text = {0};
    size_t len = strlen(want);

    if (r->ok) {
        buf_adds(&text, "ok ");
        json_write(&text, r->output);
    } else {
        buf_printf(&text, "failed %s: %s", json_str(r->error),
                   r->cause ? json_str(r->cause) : "(none)");
    }
    put_ids(&got, buf_str(&text));
    if (len > 3 && !strcmp(want + len - 3, "...") && got.len >= len - 3) {
        got.len = len - 3;
        buf_adds(&got, "...");
    }
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
    buf_clear(&text);
}

static void run_task(struct handlers_world *w, const char *resource, const char *parameters)
{
    json *v = json_of(parameters);
    asl_resource_read(resource, &w->resource);
    struct task t = {.id = 1,
                     .resource = &w->resource,
                     .state = "S",
                     .execution = "e",
                     .key = "k",
                     .parameters = v,
                     .now_ms = INT64_C(1234567890000)};

    task_result_clear(&w->result);
    if (handlers_start(w->handlers, &t, &w->result)) {
        ck_assert_uint_eq(handlers_busy(w->handlers), 1);
        handlers_world_wait(w, w->answered + 1);
    }
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    json_unref(v);
}

START_TEST(task)
{
    struct handlers_world *w = handlers_world_new();
    struct buf file = {0};

    w->options.max_output = 65536;
    buf_printf(&file, "{\"handlers\": [{\"resource\": \"*f\", %s}, {\"resource\": \"*:2\", %s}]}",
               task_rows[_i].row, task_rows[_i].row);
    handlers_world_open_tasks(w, buf_str(&file));
    run_task(w, task_rows[_i].resource, task_rows[_i].parameters);
    expect_result(task_rows[_i].name, &w->result, task_rows[_i].want);
    buf_clear(&file);
    handlers_world_free(w);
}
END_TEST

START_TEST(task_invoke_by_endpoint)
{
    struct handlers_world *w = handlers_world_new();

    w->stub = http_stub_new(&w->loop, handlers_world_on_request, w);
    w->options.lambda_endpoint = http_stub_url(w->stub);
    handlers_world_open_tasks(w, "{\"handlers\": []}");
    w->reply = (struct stub_reply){.status = 200,
                                   .headers = "x-amzn-RequestId: r-1\r\nX-Amz-Log-Result: bG9n\r\n"
                                              "X-Amz-Executed-Version: 7\r\n",
                                   .body = "[]"};
    run_task(w, INVOKE, "{\"FunctionName\":\"g\",\"LogType\":\"Tail\",\"Qualifier\":\"q\"}");
    expect_result("what the endpoint tells is passed on", &w->result,
                  "ok {\"ExecutedVersion\":\"7\",\"LogResult\":\"bG9n\",\"Payload\":[],"
                  "\"SdkHttpMetadata\":{\"AllHttpHeaders\":{\"X-Amz-Log-Result\":[\"bG9n\"],"
                  "\"X-Amz-Executed-Version\":[\"7\"],\"x-amzn-RequestId\":[\"r-1\"],"
                  "\"Content-Length\":[\"2\"]},\"HttpHeaders\":{\"Content-Length\":\"2\","
                  "\"X-Amz-Executed-Version\":\"7\",\"X-Amz-Log-Result\":\"bG9n\","
                  "\"x-amzn-RequestId\":\"r-1\"},\"HttpStatusCode\":200},"
                  "\"SdkResponseMetadata\":{\"RequestId\":\"r-1\"},\"StatusCode\":200}");
    w->reply = (struct stub_reply){.status = 202, .headers = "x-amzn-RequestId: r-2\r\n"};
    run_task(w, INVOKE, "{\"FunctionName\":\"g\",\"InvocationType\":\"Event\"}");
    expect_result("an event", &w->result,
                  "ok {\"Payload\":\"\",\"SdkHttpMetadata\":{\"AllHttpHeaders\":{"
                  "\"x-amzn-RequestId\":[\"r-2\"],\"Content-Length\":[\"0\"]},\"HttpHeaders\":{"
                  "\"Content-Length\":\"0\",\"x-amzn-RequestId\":\"r-2\"},\"HttpStatusCode\":202},"
                  "\"SdkResponseMetadata\":{\"RequestId\":\"r-2\"},\"StatusCode\":202}");
    handlers_world_free(w);
}
END_TEST

START_TEST(task_cancel)
{
    struct handlers_world *w = handlers_world_new();
    json *v = json_of("{}");
    ck_assert(asl_resource_read(ARN, &w->resource));
    struct task t = {.id = 9,
                     .resource = &w->resource,
                     .state = "S",
                     .execution = "e",
                     .key = "k",
                     .parameters = v};

    handlers_world_open_tasks(w,
                              "{\"handlers\": [{\"resource\": \"f\", \"mock\": {\"return\": 1}}]}");
    ck_assert(handlers_start(w->handlers, &t, &w->result));
    handlers_cancel(w->handlers, 9);
    handlers_cancel(w->handlers, 9);
    handlers_world_rounds(w, 5);
    ck_assert_uint_eq(w->answered, 0);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    json_unref(v);
    handlers_world_free(w);
}
END_TEST

START_TEST(request_ids)
{
    char a[37], b[37];

    handler_request_id("execution/1", a);
    handler_request_id("execution/1", b);
    expect_text("the same key gives the same id", a, b);
    handler_request_id("execution/2", b);
    ck_assert_msg(strcmp(a, b) != 0, "another key gives another id");
    ck_assert_uint_eq(strlen(a), strlen(task_id));
    ck_assert(a[14] == '4' && strchr("89ab", a[19]));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("integration");
    TCase *t = tcase_create("integration");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, task, 0, COUNT(task_rows));
    tcase_add_test(t, task_invoke_by_endpoint);
    tcase_add_test(t, task_cancel);
    tcase_add_test(t, request_ids);
    suite_add_tcase(s, t);
    return run_suite(s);
}
