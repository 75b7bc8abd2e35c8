/* Handlers that are reached by HTTP: kinds http and lambda_endpoint. */
#define _XOPEN_SOURCE 700

#include "tests/support/expect.h"
#include "tests/support/handlers_world.h"

#include "runtime/http/client_impl.h"

#include <stdlib.h>
#include <string.h>

/* ---- HTTP ---- */

static void http_world(struct handlers_world *w, const char *row)
{
    struct buf file = {0};

    w->stub = http_stub_new(&w->loop, handlers_world_on_request, w);
    setenv("ASL_TEST_STUB", http_stub_url(w->stub), 1);
    w->options.max_output = 65536;
    buf_printf(&file, "{\"handlers\": [{\"resource\": \"*f\", %s}]}", row);
    handlers_world_open(w, buf_str(&file));
    buf_clear(&file);
}

#define HTTP_ROW "\"http\": \"${ASL_TEST_STUB}/do\""
#define LAMBDA_ROW "\"lambda_endpoint\": \"${ASL_TEST_STUB}/\""
/* A label of 64 characters: the resolver refuses it without asking anybody. */
#define LONG_NAME "a234567890123456789012345678901234567890123456789012345678901234"
#define JSON_TYPE "Content-Type: application/json\r\n"

#define KANJI "\xe6\xbc\xa2"
#define KANJI_10 KANJI KANJI KANJI KANJI KANJI KANJI KANJI KANJI KANJI KANJI
#define KANJI_100                                                                                  \
    KANJI_10 KANJI_10 KANJI_10 KANJI_10 KANJI_10 KANJI_10 KANJI_10 KANJI_10 KANJI_10 KANJI_10
#define KANJI_1000                                                                                 \
    KANJI_100 KANJI_100 KANJI_100 KANJI_100 KANJI_100 KANJI_100 KANJI_100 KANJI_100 KANJI_100      \
        KANJI_100

static const struct {
    const char *name, *row;
    struct stub_reply reply;
    const char *want;
} https[] = {
    {"a result",
     HTTP_ROW,
     {.status = 200, .headers = JSON_TYPE, .body = "{\"b\": 1}"},
     "ok {\"b\":1}"},
    {"nothing is null", HTTP_ROW, {.status = 204}, "ok null"},
    {"text",
     HTTP_ROW,
     {.status = 200, .headers = "Content-Type: text/plain\r\n", .body = "hello"},
     "ok \"hello\""},
    {"no JSON",
     HTTP_ROW,
     {.status = 200, .headers = JSON_TYPE, .body = "hello"},
     "failed Lambda.Unknown: The handler's answer is not JSON (..."},
    {"a function's error with any status",
     HTTP_ROW,
     {.status = 500, .body = "{\"errorType\":\"E\"}"},
     "function {\"errorType\":\"E\"}"},
    {"429",
     HTTP_ROW,
     {.status = 429, .body = "slow down"},
     "failed Lambda.TooManyRequestsException: The handler answered with status 429: slow down"},
    {"a long text is cut between characters",
     HTTP_ROW,
     {.status = 500, .body = "xx" KANJI_100 KANJI_100 KANJI_100 KANJI_100},
     "failed Lambda.ServiceException: The handler answered with status 500: xx" KANJI_100 KANJI_100
         KANJI_100 KANJI_10 KANJI_10 KANJI_10 KANJI_10},
    {"a trailer without an end",
     HTTP_ROW,
     {.status = 200,
      .headers = "Transfer-Encoding: chunked\r\n",
      .body = "1\r\n1\r\n0\r\nT: " KANJI_1000 KANJI_1000 "\r\n\r\n"},
     "failed States.DataLimitExceeded: ..."},
    {"500",
     HTTP_ROW,
     {.status = 500},
     "failed Lambda.ServiceException: The handler answered with status 500"},
    {"503",
     HTTP_ROW,
     {.status = 503},
     "failed Lambda.ServiceException: The handler answered with status 503"},
    {"404",
     HTTP_ROW,
     {.status = 404, .body = "{}"},
     "failed Lambda.ResourceNotFoundException: The handler answered with status 404: {}"},
    {"400",
     HTTP_ROW,
     {.status = 400},
     "failed Lambda.InvalidRequestContentException: The handler answered with status 400"},
    {"418",
     HTTP_ROW,
     {.status = 418},
     "failed Lambda.AWSLambdaException: The handler answered with status 418"},
    {"a redirect is not followed",
     HTTP_ROW,
     {.status = 302, .headers = "Location: /else\r\n"},
     "failed Lambda.AWSLambdaException: The handler answered with status 302 (redirects are not "
     "followed) /else"},
    {"no answer",
     HTTP_ROW,
     {.status = 200, .drop = true},
     "failed Lambda.SdkClientException: Unable to execute HTTP request: 127.0.0.1:..."},
    {"half an answer",
     HTTP_ROW,
     {.status = 200, .body = "{", .cut = true},
     "failed Lambda.SdkClientException: Unable to execute HTTP request: 127.0.0.1:..."},
    {"nobody there",
     "\"http\": \"http://127.0.0.1:1/\"",
     {.status = 200},
     "failed Lambda.SdkClientException: Unable to execute HTTP request: Connect to 127.0.0.1:1 "
     "failed: Connection refused"},
    {"no such host",
     "\"http\": \"http://" LONG_NAME "/\"",
     {.status = 200},
     "failed Lambda.SdkClientException: Unable to execute HTTP request: " LONG_NAME ": Name or "
     "service not known"},
    {"a time-out",
     HTTP_ROW ", \"timeout_s\": 0.05",
     {.status = 200, .hold = true},
     "failed Lambda.ClientExecutionTimeoutException: Unable to execute HTTP request: "
     "127.0.0.1:..."},
    {"more than allowed", HTTP_ROW, {.status = 200, .zeros = 70000}, TOO_LARGE},
    {"a function's result", LAMBDA_ROW, {.status = 200, .body = "{\"b\": 1.0}"}, "ok {\"b\":1.0}"},
    {"a function's error",
     LAMBDA_ROW,
     {.status = 200,
      .headers = "X-Amz-Function-Error: Unhandled\r\n",
      .body = "{\"errorMessage\": \"m\", \"errorType\": \"E\"}"},
     "function {\"errorMessage\":\"m\",\"errorType\":\"E\"}"},
    {"a function's error that is no JSON",
     LAMBDA_ROW,
     {.status = 200, .headers = "X-Amz-Function-Error: Unhandled\r\n", .body = "oops"},
     "function oops"},
    {"no such function",
     LAMBDA_ROW,
     {.status = 404,
      .headers = "x-amzn-ErrorType: ResourceNotFoundException\r\nx-amzn-RequestId: r-1\r\n",
      .body = "{\"Message\":\"Function not found: f\",\"Type\":\"User\"}"},
     "failed Lambda.ResourceNotFoundException: Function not found: f (Service: AWSLambda; Status "
     "Code: 404; Error Code: ResourceNotFoundException; Request ID: r-1; Proxy: null)"},
    {"an error type with its URL",
     LAMBDA_ROW,
     {.status = 400,
      .headers = "x-amzn-ErrorType: InvalidParameterValueException:http://x/\r\n",
      .body = "{\"message\":\"m\"}"},
     "failed Lambda.InvalidParameterValueException: m (Service: AWSLambda; Status Code: 400; Error "
     "Code: InvalidParameterValueException; Request ID: ..."},
    {"a failure without a type",
     LAMBDA_ROW,
     {.status = 503, .body = "out of order"},
     "failed Lambda.ServiceException: out of order (Service: AWSLambda; Status Code: 503; Error "
     "Code: ServiceException; ..."},
};

START_TEST(http)
{
    struct handlers_world *w = handlers_world_new();

    http_world(w, https[_i].row);
    w->reply = https[_i].reply;
    handlers_world_begin(w, "f", "{\"a\": 1}");
    handlers_world_wait(w, 1);
    handlers_world_expect(https[_i].name, &w->answers[0], https[_i].want);
    handlers_world_free(w);
}
END_TEST

/* curl refuses a line of more than 100 KiB, and we a head of more than 256 KiB. */
START_TEST(long_head)
{
    static const struct {
        int lines, len;
    } heads[] = {{1, 110000}, {30, 10000}};
    struct handlers_world *w = handlers_world_new();
    struct buf head = {0};

    for (int i = 0; i < heads[_i].lines; i++)
        buf_printf(&head, "X-A: %0*d\r\n", heads[_i].len, i);
    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .headers = buf_str(&head), .body = "{}"};
    handlers_world_begin(w, "f", "{}");
    handlers_world_wait(w, 1);
    handlers_world_expect("a long head", &w->answers[0], TOO_LARGE);
    handlers_world_free(w);
    buf_clear(&head);
}
END_TEST

static const struct {
    const char *name, *row, *target;
    bool event;
    const char *qualifier;
    const char *seen, *header, *value;
} requests[] = {
    {"a POST of the payload", HTTP_ROW, "f", false, NULL, "POST /do\n{\"a\":1}", "Content-Type",
     "application/json"},
    {"by another method", HTTP_ROW ", \"method\": \"PUT\"", "f", false, NULL, "PUT /do\n{\"a\":1}",
     "X-Asl-State-Name", "S"},
    {"a GET has no body", HTTP_ROW ", \"method\": \"GET\"", "f", false, NULL, "GET /do\n",
     "X-Asl-Execution-Arn", "arn:aws:states:us-east-1:123456789012:execution:m:e"},
    {"the key of the call", HTTP_ROW, "f", false, NULL, "POST /do\n{\"a\":1}", "Idempotency-Key",
     "arn:aws:states:us-east-1:123456789012:execution:m:e/5"},
    {"headers of the row", HTTP_ROW ", \"headers\": {\"X-A\": \"50% ${ASL_TEST_HAVE}\"}", "f",
     false, NULL, "POST /do\n{\"a\":1}", "X-A", "50% theirs"},
    {"nothing from a machine ends a header", HTTP_ROW,
     "x\r\nY: \xC3\xA4"
     "f",
     false, NULL, "POST /do\n{\"a\":1}", "X-Asl-Resource", "x%0D%0AY: %C3%A4f"},
    {"a function by name", LAMBDA_ROW, "f", false, NULL,
     "POST /2015-03-31/functions/f/invocations\n{\"a\":1}", "X-Amz-Invocation-Type",
     "RequestResponse"},
    {"a function by ARN, with a qualifier", LAMBDA_ROW, "arn:aws:lambda:us-east-1:1:function:f",
     false, "a/b",
     "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A1%3Afunction%3Af/"
     "invocations?Qualifier=a%2Fb\n{\"a\":1}",
     "X-Amz-Client-Context", "e30="},
    {"a function under another name", LAMBDA_ROW ", \"function\": \"function\"", "f", false, NULL,
     "POST /2015-03-31/functions/function/invocations\n{\"a\":1}", "X-Amz-Log-Type", "Tail"},
    {"an event", LAMBDA_ROW, "f", true, NULL, "POST /2015-03-31/functions/f/invocations\n{\"a\":1}",
     "X-Amz-Invocation-Type", "Event"},
};

START_TEST(request)
{
    struct handlers_world *w = handlers_world_new();
    struct json_build b;

    json_build_object(&b, 6);
    json_build_set(&b, "FunctionName", json_cstring(requests[_i].target));
    json_build_set(&b, "Payload", json_of("{\"a\": 1}"));
    json_build_set(&b, "ClientContext", json_cstring("e30="));
    json_build_set(&b, "LogType", json_cstring("Tail"));
    if (requests[_i].event)
        json_build_set(&b, "InvocationType", json_cstring("Event"));
    if (requests[_i].qualifier)
        json_build_set(&b, "Qualifier", json_cstring(requests[_i].qualifier));
    setenv("ASL_TEST_HAVE", "theirs", 1);
    http_world(w, requests[_i].row);
    w->reply.status = 202;
    w->header = requests[_i].header;
    handlers_world_begin_with(w, requests[_i].target, json_build_done(&b));
    handlers_world_wait(w, 1);
    handlers_world_expect(requests[_i].name, &w->answers[0],
                          requests[_i].event ? "ok \"\"" : "ok null");
    expect_text(requests[_i].name, buf_str(&w->seen), requests[_i].seen);
    expect_text(requests[_i].name, w->header_value, requests[_i].value);
    handlers_world_free(w);
}
END_TEST

START_TEST(lambda_endpoint_option)
{
    struct handlers_world *w = handlers_world_new();

    w->stub = http_stub_new(&w->loop, handlers_world_on_request, w);
    w->options.lambda_endpoint = http_stub_url(w->stub);
    handlers_world_open(w, NULL);
    w->reply = (struct stub_reply){
        .status = 200, .headers = "X-Amz-Executed-Version: 7\r\nX-B: c\r\n", .body = "1"};
    handlers_world_begin(w, "g", "{}");
    handlers_world_wait(w, 1);
    handlers_world_expect("it serves functions without a row", &w->answers[0], "ok 1");
    expect_text("and tells the version",
                json_str(json_get(w->answers[0].output, "ExecutedVersion")), "7");
    expect_json("and the headers",
                json_get(json_get(w->answers[0].output, "SdkHttpMetadata"), "HttpHeaders"),
                "{\"Content-Length\":\"1\",\"X-Amz-Executed-Version\":\"7\",\"X-B\":\"c\"}");
    handlers_world_free(w);
}
END_TEST

START_TEST(http_many_at_once)
{
    enum { CALLS = 1000 };
    struct handlers_world *w = handlers_world_new();

    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .body = "1", .hold = true};
    for (int i = 0; i < CALLS + 50; i++)
        handlers_world_begin(w, "f", "{}");
    while (http_stub_held(w->stub) < CALLS)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_world_rounds(w, 20);
    ck_assert_uint_eq(http_stub_held(w->stub), CALLS);
    ck_assert_uint_eq(handlers_busy(w->handlers), CALLS + 50);
    /* The client's bound on connections is another one. */
    ck_assert_uint_eq(handlers_waiting(w->handlers), 50);
    w->reply.hold = false;
    http_stub_release(w->stub);
    handlers_world_wait(w, CALLS + 50);
    ck_assert_uint_eq(http_stub_requests(w->stub), CALLS + 50);
    ck_assert_uint_eq(http_stub_connections(w->stub), CALLS);
    handlers_world_free(w);
}
END_TEST

START_TEST(http_connection_is_kept)
{
    struct handlers_world *w = handlers_world_new();

    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .body = "1"};
    for (size_t i = 0; i < 100; i++) {
        handlers_world_begin(w, "f", "{}");
        handlers_world_wait(w, i + 1);
    }
    ck_assert_uint_eq(http_stub_connections(w->stub), 1);
    http_stub_hang_up(w->stub);
    handlers_world_begin(w, "f", "{}");
    handlers_world_wait(w, 101);
    handlers_world_expect("a server that hung up meanwhile", &w->answers[100], "ok 1");
    ck_assert_uint_eq(http_stub_connections(w->stub), 2);
    handlers_world_free(w);
}
END_TEST

START_TEST(http_server_restarts)
{
    struct handlers_world *w = handlers_world_new();

    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .body = "1", .hold = true};
    for (int i = 0; i < 20; i++)
        handlers_world_begin(w, "f", "{}");
    while (http_stub_held(w->stub) < 20)
        uv_run(&w->loop, UV_RUN_ONCE);
    w->reply.hold = false;
    http_stub_release(w->stub);
    handlers_world_wait(w, 20);
    handlers_world_rounds(w, 10);
    http_stub_hang_up(w->stub);
    for (int i = 0; i < 20; i++)
        handlers_world_begin(w, "f", "{}");
    handlers_world_wait(w, 40);
    for (int i = 20; i < 40; i++)
        handlers_world_expect("connections that have died are no errors", &w->answers[i], "ok 1");
    handlers_world_free(w);
}
END_TEST

START_TEST(http_cancel)
{
    struct handlers_world *w = handlers_world_new();
    uint64_t id;

    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .body = "1", .hold = true};
    id = handlers_world_begin(w, "f", "{}");
    while (!http_stub_held(w->stub))
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, id);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    while (http_stub_open(w->stub))
        uv_run(&w->loop, UV_RUN_ONCE);
    id = handlers_world_begin(w, "f", "{}");
    handlers_cancel(w->handlers, id);
    handlers_world_rounds(w, 20);
    ck_assert_uint_eq(http_stub_requests(w->stub), 1);
    ck_assert_uint_eq(w->answered, 0);
    handlers_world_begin(w, "f", "{}");
    while (!http_stub_held(w->stub))
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_world_free(w); /* while it runs */
}
END_TEST

/* ---- many large answers ---- */

enum { LARGE = 16 * 1024 * 1024, ROOM = LARGE / 4, LARGE_ONES = 5, FREE_EACH = 64 * 1024 };

static void give_large(void *user, const struct stub_request *q, struct stub_reply *r)
{
    (void)user;
    *r = (struct stub_reply){.status = 200, .zeros = strcmp(q->target, "/small") ? LARGE : 10};
}

struct large_answers {
    size_t came, small;
};

static void large_came(void *user, struct http_response *r)
{
    struct large_answers *a = user;

    ck_assert_int_eq(r->outcome, HTTP_ANSWERED);
    a->came += r->body.len == LARGE;
    a->small += r->body.len == 10;
}

static http_transfer *ask_for(http_client *c, const http_stub *s, const char *path,
                              struct large_answers *a)
{
    struct buf url = {0};

    buf_printf(&url, "%s%s", http_stub_url(s), path);
    http_transfer *t = http_client_send(c,
                                        &(struct http_request){.method = "GET",
                                                               .url = buf_str(&url),
                                                               .timeout_ms = 60000,
                                                               .max_body = LARGE,
                                                               .direct = true},
                                        large_came, a);
    buf_clear(&url);
    return t;
}

/* They come one after the other where there is no room for all, and hold up no small one. That the
 * one which goes on ends early, or all at once, is as good. */
START_TEST(large_answers_wait_for_room)
{
    uv_loop_t loop;
    struct large_answers a = {0};
    size_t most = 0;
    bool ends = _i;

    uv_loop_init(&loop);
    http_stub *s = http_stub_new(&loop, give_large, NULL);
    http_client *c = http_client_new(&loop, 100, NULL);
    http_client_bound_bodies(c, ROOM);
    for (int i = 0; i < LARGE_ONES; i++)
        ask_for(c, s, "/large", &a);
    while (a.came + _i < LARGE_ONES || (_i && !a.small)) {
        size_t now = 0;
        uv_run(&loop, UV_RUN_ONCE);
        for (const http_transfer *t = c->running; t; t = t->next)
            now += t->answer.len;
        most = now > most ? now : most;
        if (ends && c->favoured && c->paused) {
            ends = false;
            http_client_cancel(c->favoured);
            ask_for(c, s, "/small", &a);
        } else if (ends && a.came == LARGE_ONES) {
            ends = false;
            ask_for(c, s, "/small", &a);
        }
    }
    ck_assert_msg(most > ROOM && most <= ROOM + LARGE + LARGE_ONES * FREE_EACH, "%zu bytes", most);
    ck_assert_uint_eq(c->body_bytes + c->paused, 0);
    ck_assert_ptr_null(c->favoured);
    http_client_close(c);
    http_stub_close(s);
    uv_run(&loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&loop), 0);
    http_client_free(c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("handlers_http");
    TCase *t = tcase_create("handlers_http");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, http, 0, COUNT(https));
    tcase_add_loop_test(t, long_head, 0, 2);
    tcase_add_loop_test(t, request, 0, COUNT(requests));
    tcase_add_test(t, lambda_endpoint_option);
    tcase_add_test(t, http_many_at_once);
    tcase_add_test(t, http_connection_is_kept);
    tcase_add_test(t, http_server_restarts);
    tcase_add_test(t, http_cancel);
    tcase_add_loop_test(t, large_answers_wait_for_room, 0, 2);
    suite_add_tcase(s, t);
    return run_suite(s);
}
