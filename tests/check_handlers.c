/* Handlers and Tasks: the handlers file, commands, HTTP, the Lambda endpoint, integrations. */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include "tests/support/expect.h"
#include "tests/support/http_stub.h"

#include "parsers/base/mem.h"
#include "runtime/base/clock.h"
#include "runtime/handlers/handler.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_CALLS = 1200, PATIENCE_MS = 60 * 1000 };

/* A loop with a set of handlers, a folder for their files, and what has been answered. */
struct world {
    uv_loop_t loop;
    uv_timer_t patience;
    struct handlers_options options;
    handlers *handlers;
    http_stub *stub;
    char folder[256], file[272];
    size_t files; /* open ones, before all */
    size_t answered;
    struct task_result answers[MAX_CALLS];
    struct task_result result;
    struct buf log;
    uint64_t next_id;
    struct asl_resource resource; /* of the last Task */
    /* the stub's */
    struct stub_reply reply;
    struct buf seen; /* the last request: method, target, then the body in a line of its own */
    const char *header;
    char header_value[256];
};

static void out_of_patience(uv_timer_t *timer)
{
    (void)timer;
    ck_abort_msg("no answer after %d s", PATIENCE_MS / 1000);
}

static void on_answer(void *user, uint64_t id, struct task_result *r)
{
    struct world *w = user;

    ck_assert_msg(id < MAX_CALLS, "an answer to a call that was not made");
    w->answers[id] = *r;
    w->answered++;
}

static void on_result(void *user, uint64_t id, struct task_result *r)
{
    struct world *w = user;

    (void)id;
    task_result_clear(&w->result);
    w->result = *r;
    w->answered++;
}

static void on_log(void *user, const char *execution, const char *line)
{
    struct world *w = user;

    (void)execution;
    buf_adds(&w->log, line);
    buf_addc(&w->log, '\n');
}

static void on_task_log(void *user, const char *execution, const char *line)
{
    (void)user;
    (void)execution;
    (void)line;
}

static void write_file(struct world *w, const char *name, const char *text, mode_t mode)
{
    char path[300];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    f = fopen(path, "w");
    ck_assert_msg(f != NULL, "can't write %s", path);
    fputs(text, f);
    fclose(f);
    chmod(path, mode);
}

static size_t open_files(void)
{
    DIR *d = opendir("/proc/self/fd");
    size_t count = 0;

    ck_assert(d != NULL);
    while (readdir(d))
        count++;
    closedir(d);
    return count;
}

static struct world *world_new(void)
{
    struct world *w = mem_calloc(1, sizeof *w);
    const char *tmp = getenv("TMPDIR");

    /* libuv's first loop opens what stays open */
    ck_assert_int_eq(uv_loop_init(&w->loop), 0);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    w->files = open_files();
    ck_assert_int_eq(uv_loop_init(&w->loop), 0);
    uv_timer_init(&w->loop, &w->patience);
    uv_timer_start(&w->patience, out_of_patience, PATIENCE_MS, 0);
    snprintf(w->folder, sizeof w->folder, "%s/asl-handlers-XXXXXX", tmp ? tmp : "/tmp");
    ck_assert_msg(mkdtemp(w->folder) != NULL, "no folder for the test's files");
    snprintf(w->file, sizeof w->file, "%s/h.json", w->folder);
    w->options.log = on_log;
    w->options.log_user = w;
    return w;
}

static void open_handlers(struct world *w, const char *file)
{
    struct diag why = {0};

    w->handlers = handlers_new(&w->loop, &w->options, on_answer, w);
    if (!file)
        return;
    write_file(w, "h.json", file, 0600);
    ck_assert_msg(handlers_load(w->handlers, w->file, &why), "%s", why.text);
}

static void open_tasks(struct world *w, const char *file)
{
    struct diag why = {0};

    w->options.log = on_task_log;
    w->handlers = handlers_new(&w->loop, &w->options, on_result, w);
    write_file(w, "h.json", file, 0600);
    ck_assert_msg(handlers_load(w->handlers, w->file, &why), "%s", why.text);
}

/* All handles must be gone in the end, uv_loop_close says so, and all descriptors. */
static void world_free(struct world *w)
{
    char command[300];

    if (w->handlers)
        handlers_close(w->handlers);
    if (w->stub)
        http_stub_close(w->stub);
    uv_close((uv_handle_t *)&w->patience, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    handlers_free(w->handlers);
    ck_assert_uint_eq(open_files(), w->files);
    task_result_clear(&w->result);
    for (size_t i = 0; i < MAX_CALLS; i++)
        task_result_clear(&w->answers[i]);
    snprintf(command, sizeof command, "rm -r '%s'", w->folder);
    ck_assert_int_eq(system(command), 0);
    buf_clear(&w->log);
    buf_clear(&w->seen);
    mem_free(w);
}

#define INVOKE "arn:aws:states:::lambda:invoke"

/* A function by its name or ARN goes by lambda:invoke; what else has an ARN is a resource itself.
 */
static struct task task_of(struct world *w, const char *target, const json *parameters)
{
    bool resource = !strncmp(target, "arn:", 4) && !strstr(target, ":function:");

    ck_assert(asl_resource_read(resource ? target : INVOKE, &w->resource));
    return (struct task){
        .id = w->next_id++,
        .resource = &w->resource,
        .state = "S",
        .execution = "arn:aws:states:us-east-1:123456789012:execution:m:e",
        .key = "arn:aws:states:us-east-1:123456789012:execution:m:e/5",
        .parameters = parameters,
        .attempt = 2,
    };
}

/* {"FunctionName": target, "Payload": payload (taken)} */
static json *invoke_parameters(const char *target, json *payload)
{
    struct json_build b;

    json_build_object(&b, 6);
    json_build_set(&b, "FunctionName", json_cstring(target));
    json_build_set(&b, "Payload", payload);
    return json_build_done(&b);
}

static uint64_t begin_with(struct world *w, const char *target, json *parameters)
{
    struct task t = task_of(w, target, parameters);
    struct task_result failed = {0};
    size_t before = w->answered;

    ck_assert_msg(handlers_start(w->handlers, &t, &failed), "%s", json_str(failed.cause));
    ck_assert_msg(w->answered == before, "answered from inside handlers_start");
    json_unref(parameters);
    return t.id;
}

static uint64_t begin(struct world *w, const char *target, const char *payload)
{
    return begin_with(w, target, invoke_parameters(target, json_of(payload)));
}

static void expect_refusal(struct world *w, const char *name, const char *target, const char *want)
{
    json *parameters = invoke_parameters(target, json_of("{}"));
    struct task t = task_of(w, target, parameters);
    struct task_result failed = {0};

    ck_assert_msg(!handlers_start(w->handlers, &t, &failed), "%s: it started", name);
    expect_text(name, json_str(failed.error), "Asl.NoHandler");
    if (want)
        expect_text(name, json_str(failed.cause), want);
    task_result_clear(&failed);
    json_unref(parameters);
}

/* What the handler answered: of a function, the Payload in what Invoke gives. */
static const json *value_of(const struct task_result *r)
{
    const json *payload =
        r->output && json_is_object(r->output) ? json_get(r->output, "Payload") : NULL;

    return payload ? payload : r->output;
}

static void wait_for(struct world *w, size_t answered)
{
    while (w->answered < answered)
        uv_run(&w->loop, UV_RUN_ONCE);
}

static void rounds(struct world *w, int count)
{
    while (count--)
        uv_run(&w->loop, UV_RUN_NOWAIT);
}

/* "ok 1", "function {...}" of one that raised, "failed Error: cause" */
static void expect_answer(const char *name, const struct task_result *r, const char *want)
{
    static const char untyped[] = "The cause could not be determined because Lambda did not return "
                                  "an error type. Returned payload: ";
    const char *cause = r->cause ? json_str(r->cause) : "(none)";
    struct buf got = {0};
    size_t len = strlen(want);

    if (r->ok) {
        buf_adds(&got, "ok ");
        json_write(&got, value_of(r));
    } else if (!strncmp(cause, untyped, strlen(untyped))) {
        buf_printf(&got, "function %s", cause + strlen(untyped));
    } else if (*cause == '{') {
        buf_printf(&got, "function %s", cause);
    } else {
        buf_printf(&got, "failed %s: %s", json_str(r->error), cause);
    }
    /* A want that ends in "..." is a beginning. */
    if (len > 3 && !strcmp(want + len - 3, "...") && got.len >= len - 3) {
        got.len = len - 3;
        buf_adds(&got, "...");
    }
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
}

#define TOO_LARGE                                                                                  \
    "failed States.DataLimitExceeded: The state/task 'lambda' returned a result with a size "      \
    "exceeding the maximum number of bytes service limit."

/* ---- the handlers file ---- */

static const struct {
    const char *name, *file, *want; /* the message, behind the file's name */
} bad_files[] = {
    {"no JSON", "{\"handlers\": [}", ":1:15: "},
    {"no array of handlers", "{\"handlers\": 1}",
     ":1:1: the file must be an object with an array "
     "'handlers'"},
    {"not even an object", "[]", ":1:1: the file must be an object"},
    {"something beside the handlers", "{\"handlers\": [],\n \"more\": 1}",
     ":2:2: unknown field 'more'; only 'handlers' and 'connections' can stand here"},
    {"connections that are no array", "{\"handlers\": [], \"connections\": {}}",
     ":1:33: 'connections' must be an array"},
    {"a connection without a name", "{\"handlers\": [], \"connections\": [{}]}",
     ":1:34: a connection needs 'connection', its ARN or name"},
    {"a connection's unknown member", "{\"handlers\": [], \"connections\": [{\"user\": 1}]}",
     ":1:35: unknown field 'user' of a connection"},
    {"half a user",
     "{\"handlers\": [], \"connections\": [{\"connection\": \"c\", \"basic\": {\"user\": \"u\"}}]}",
     ":1:63: 'basic' needs 'password'"},
    {"a token from nowhere",
     "{\"handlers\": [], \"connections\": [{\"connection\": \"c\", \"oauth\": {\"url\": \"x\", "
     "\"client_id\": \"i\", \"client_secret\": \"s\"}}]}",
     ":1:63: 'url' must be a URL as in https://example.com/token"},
    {"an endpoint that is no URL", "{\"handlers\": [{\"resource\": \"a\", \"endpoint\": \"sqs\"}]}",
     ":1:45: 'endpoint' must be a URL"},
    {"a row that is no object", "{\"handlers\": [1]}", ":1:15: a handler must be an object"},
    {"a slip of the pen", "{\"handlers\": [\n {\"resource\": \"a\", \"comand\": [\"x\"]}]}",
     ":2:20: unknown field 'comand'; did you mean 'command'?"},
    {"an unknown field far from any", "{\"handlers\": [{\"resource\": \"a\", \"frobnicate\": 1}]}",
     ":1:33: unknown field 'frobnicate'"},
    {"no kind", "{\"handlers\": [{\"resource\": \"a\"}]}",
     ":1:15: a handler needs 'command', 'lambda', 'http', 'lambda_endpoint', 'endpoint' or 'mock'"},
    {"two kinds", "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\"], \"mock\": {}}]}",
     ":1:51: a handler has 'command' or 'mock', not both"},
    {"no resource", "{\"handlers\": [{\"command\": [\"x\"]}]}",
     ":1:15: a handler needs 'resource'"},
    {"a field of another kind",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\"], \"headers\": {}}]}",
     ":1:51: 'headers' does not go with 'command'"},
    {"a command line instead of an argv",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": \"x y\"}]}",
     ":1:44: 'command' must be an array of strings, the program and its arguments"},
    {"an argument that is no string",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\", 1]}]}",
     ":1:50: 'command' must be a string"},
    {"a NUL in an argument",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\\u0000y\"]}]}",
     ":1:45: 'command' must be a string without NUL"},
    {"no URL", "{\"handlers\": [{\"resource\": \"a\", \"http\": \"ftp://x/\"}]}",
     ":1:41: 'http' must be a URL"},
    {"a method of its own",
     "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://x/\", \"method\": \"BREW\"}]}",
     ":1:64: 'method' must be POST, PUT, PATCH, DELETE or GET"},
    {"a header with a line feed",
     "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://x/\", \"headers\": {\"a\": "
     "\"b\\r\\nc: d\"}}]}",
     ":1:71: a header can't have control characters"},
    {"a time-out of nothing",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\"], \"timeout_s\": 0}]}",
     ":1:64: 'timeout_s' must be a number of seconds, 0.001 to 99999999"},
    {"half a process",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\"], \"concurrency\": 0.5}]}",
     ":1:66: 'concurrency' must be a whole number, 1 to 100000"},
    {"a mock that says nothing", "{\"handlers\": [{\"resource\": \"a\", \"mock\": {}}]}",
     ":1:41: an answer is {\"return\": value}"},
    {"a mock with a delay",
     "{\"handlers\": [{\"resource\": \"a\", \"mock\": [{\"return\": 1, \"delay_ms\": 1}]}]}",
     ":1:56: 'delay_ms' is no part of this answer"},
    {"a mock that answers before it is asked",
     "{\"handlers\": [{\"resource\": \"a\", \"mock\": {\"after_s\": -1, \"return\": 1}}]}",
     ":1:53: 'after_s' must be a number of seconds, 0 to 99999999"},
    {"a mock that only takes time",
     "{\"handlers\": [{\"resource\": \"a\", \"mock\": {\"after_s\": 1}}]}",
     ":1:41: an answer is {\"return\": value}"},
    {"an unset variable",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"${ASL_TEST_UNSET}\"]}]}",
     ":1:45: the environment has no variable ASL_TEST_UNSET"},
    {"half a variable", "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"${HOME\"]}]}",
     ":1:45: '${' begins a variable's name"},
    {"a resource that is no string", "{\"handlers\": [{\"resource\": 1, \"command\": [\"x\"]}]}",
     ":1:28: 'resource' must be a string"},
    {"a resource of nothing", "{\"handlers\": [{\"resource\": \"\", \"command\": [\"x\"]}]}",
     ":1:28: 'resource' must not be empty"},
    {"a program of nothing", "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"\"]}]}",
     ":1:45: the program's name must not be empty"},
    {"a working directory that is no string",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\"], \"cwd\": 1}]}",
     ":1:58: 'cwd' must be a string"},
    {"an environment that is no object",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\"], \"env\": [\"A=b\"]}]}",
     ":1:58: 'env' must be an object of strings"},
    {"a variable that is no string",
     "{\"handlers\": [{\"resource\": \"a\", \"command\": [\"x\"], \"env\": {\"A\": 1}}]}",
     ":1:64: 'env' must be a string"},
    {"headers that are no object",
     "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://h/\", \"headers\": \"A: b\"}]}",
     ":1:65: 'headers' must be an object of strings"},
    {"a header that is no string",
     "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://h/\", \"headers\": {\"A\": 1}}]}",
     ":1:71: 'headers' must be a string"},
    {"a header without a name",
     "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://h/\", \"headers\": {\"\": \"x\"}}]}",
     ":1:66: this can't be the name of a header"},
    {"a URL that is no string", "{\"handlers\": [{\"resource\": \"a\", \"http\": 1}]}",
     ":1:41: 'http' must be a string"},
    {"a URL without a host", "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://\"}]}",
     ":1:41: 'http' must be a URL as in http://127.0.0.1:3001/path"},
    {"a URL with a blank", "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://h/a b\"}]}",
     ":1:41: 'http' must be a URL as in http://127.0.0.1:3001/path"},
    {"a function of nothing",
     "{\"handlers\": [{\"resource\": \"a\", \"lambda_endpoint\": \"http://h\", \"function\": "
     "\"\"}]}",
     ":1:76: 'function' must not be empty"},
    {"mock answers that are none", "{\"handlers\": [{\"resource\": \"a\", \"mock\": []}]}",
     ":1:41: 'mock' must have an answer"},
    {"a mock's error that is no string",
     "{\"handlers\": [{\"resource\": \"a\", \"mock\": {\"error\": 5}}]}",
     ":1:51: 'error' must be a string"},
    {"a key twice",
     "{\"handlers\": [{\"resource\": \"a\", \"resource\": \"b\", \"command\": [\"x\"]}]}", ":1:"},
};

START_TEST(bad_file)
{
    struct world *w = world_new();
    struct diag why = {0};
    char want[512];

    w->handlers = handlers_new(&w->loop, &w->options, on_answer, w);
    write_file(w, "h.json", bad_files[_i].file, 0600);
    ck_assert_msg(!handlers_load(w->handlers, w->file, &why), "%s: loaded", bad_files[_i].name);
    snprintf(want, sizeof want, "%s%s", w->file, bad_files[_i].want);
    ck_assert_msg(!strncmp(why.text, want, strlen(want)), "%s: got \"%s\", want \"%s\"",
                  bad_files[_i].name, why.text, want);
    ck_assert_msg(why.place.line > 0, "%s: no place", bad_files[_i].name);
    expect_refusal(w, bad_files[_i].name, "a", NULL);
    diag_clear(&why);
    world_free(w);
}
END_TEST

START_TEST(no_file)
{
    struct world *w = world_new();
    struct diag why = {0};

    w->handlers = handlers_new(&w->loop, &w->options, on_answer, w);
    ck_assert(!handlers_load(w->handlers, w->file, &why));
    ck_assert_msg(strstr(why.text, w->file) != NULL, "got \"%s\"", why.text);
    diag_clear(&why);
    world_free(w);
}
END_TEST

static const char many_rows[] =
    "{\"handlers\": ["
    "{\"resource\": \"*\", \"mock\": {\"return\": \"any\"}},"
    "{\"resource\": \"Charge*\", \"mock\": {\"return\": \"Charge*\"}},"
    "{\"resource\": \"Charge?ard\", \"mock\": {\"return\": \"Charge?ard\"}},"
    "{\"resource\": \"ChargeCard\", \"mock\": {\"return\": \"ChargeCard\"}},"
    "{\"resource\": \"ChargeCard\", \"mock\": {\"return\": \"later\"}},"
    "{\"resource\": \"arn:aws:lambda:*:function:Other\", \"mock\": {\"return\": \"by ARN\"}},"
    "{\"resource\": \"arn:aws:lambda:us-east-1:1:function:Full\", \"mock\": {\"return\": "
    "\"full\"}},"
    "{\"resource\": \"arn:aws:states:::sqs:*\", \"mock\": {\"return\": \"sqs\"}}"
    "]}";

static const struct {
    const char *name, *target, *want;
} matches[] = {
    {"a name as it is", "ChargeCard", "ok \"ChargeCard\""},
    {"the first of two equal ones", "ChargeCard:prod", "ok \"ChargeCard\""},
    {"a name in an ARN", "arn:aws:lambda:eu-west-1:123456789012:function:ChargeCard",
     "ok \"ChargeCard\""},
    {"a name in an ARN with a qualifier", "arn:aws:lambda:eu-west-1:1:function:ChargeCard:$LATEST",
     "ok \"ChargeCard\""},
    {"a name in a partial ARN", "123456789012:function:ChargeCard", "ok \"ChargeCard\""},
    {"a longer literal part before a shorter one", "ChargeBard", "ok \"Charge?ard\""},
    {"a glob over names", "ChargeBank", "ok \"Charge*\""},
    {"a glob over ARNs", "arn:aws:lambda:eu-west-1:1:function:Other", "ok \"by ARN\""},
    {"an ARN's row for a qualifier of it", "arn:aws:lambda:us-east-1:1:function:Full:7",
     "ok \"full\""},
    {"an ARN's row for its bare name", "Full", "ok \"full\""},
    {"another function of that account", "arn:aws:lambda:us-east-1:1:function:Fuller",
     "ok \"any\""},
    {"an integration", "arn:aws:states:::sqs:sendMessage", "ok \"sqs\""},
    {"else the widest", "arn:aws:states:::sns:publish", "ok \"any\""},
};

START_TEST(match)
{
    struct world *w = world_new();

    open_handlers(w, many_rows);
    begin(w, matches[_i].target, "{}");
    wait_for(w, 1);
    expect_answer(matches[_i].name, &w->answers[0], matches[_i].want);
    world_free(w);
}
END_TEST

START_TEST(no_match)
{
    struct world *w = world_new();
    struct diag why = {0};
    char want[600];

    open_handlers(w, NULL);
    expect_refusal(
        w, "without a file", "arn:aws:lambda:us-east-1:1:function:Pay:3",
        "No handler for 'arn:aws:lambda:us-east-1:1:function:Pay:3': give --handlers FILE "
        "with {\"handlers\": [{\"resource\": \"Pay\", \"command\": [\"./handler\"]}]}, or "
        "give --lambda-endpoint URL");
    write_file(w, "h.json", "{\"handlers\": []}", 0600);
    ck_assert(handlers_load(w->handlers, w->file, &why));
    snprintf(want, sizeof want,
             "No handler for 'arn:aws:states:::sqs:sendMessage': add to \"handlers\" in %s the "
             "line {\"resource\": \"arn:aws:states:::sqs:sendMessage\", \"command\": "
             "[\"./handler\"]}; or say where the service is: --endpoint sqs=URL (also "
             "SQS_ENDPOINT, AWS_ENDPOINT_URL_SQS, AWS_ENDPOINT_URL)",
             w->file);
    expect_refusal(w, "with a file", "arn:aws:states:::sqs:sendMessage", want);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    diag_clear(&why);
    world_free(w);
}
END_TEST

static int64_t noon(void *clock)
{
    (void)clock;
    return 43200000;
}

START_TEST(mock_time)
{
    struct world *w = world_new();

    w->options.now = noon;
    open_handlers(w, "{\"handlers\": [{\"resource\": \"slow\", \"mock\": [{\"return\": 1, "
                     "\"after_s\": 7200}, {\"return\": 2, \"after_s\": 0.5}, {\"error\": \"Late\", "
                     "\"after_s\": 60}, {\"return\": 4, \"after_s\": 60}]}, "
                     "{\"resource\": \"line\", \"concurrency\": 1, "
                     "\"mock\": {\"return\": 5, \"after_s\": 9000}}]}");
    ck_assert_int_eq(handlers_next_due(w->handlers), INT64_MAX);
    for (int i = 0; i < 4; i++)
        begin(w, "slow", "{}");
    begin(w, "line", "{}");
    begin(w, "line", "{}");
    rounds(w, 3);
    ck_assert_uint_eq(w->answered, 0);
    /* The second one in line waits for a slot, not for the clock. */
    ck_assert_uint_eq(handlers_asleep(w->handlers), 5);
    ck_assert_int_eq(handlers_next_due(w->handlers), 43200500);

    handlers_wake(w->handlers, 43200499);
    ck_assert_uint_eq(handlers_asleep(w->handlers), 5);
    handlers_wake(w->handlers, 43200500);
    ck_assert_uint_eq(w->answered, 0); /* only the loop brings answers */
    wait_for(w, 1);
    expect_answer("the shortest first", &w->answers[1], "ok 2");
    handlers_cancel(w->handlers, 3);
    handlers_wake(w->handlers, 43200000 + 7200000);
    wait_for(w, 3);
    expect_answer("a failure takes its time too", &w->answers[2], "failed Late: (none)");
    expect_answer("the first call's", &w->answers[0], "ok 1");
    rounds(w, 3);
    ck_assert_uint_eq(w->answered, 3); /* not the cancelled one */

    handlers_cancel(w->handlers, 4);
    rounds(w, 3);
    ck_assert_uint_eq(handlers_asleep(w->handlers), 1);
    handlers_wake(w->handlers, 43200000 + 9000000);
    wait_for(w, 4);
    expect_answer("its turn came when the one before it was cancelled", &w->answers[5], "ok 5");
    world_free(w);
}
END_TEST

START_TEST(mock_sequence)
{
    static const char *const want[] = {"failed Busy: try later", "failed Busy: (none)", "ok [1]",
                                       "ok [1]"};
    struct world *w = world_new();

    open_handlers(w, "{\"handlers\": [{\"resource\": \"f\", \"mock\": [{\"error\": \"Busy\", "
                     "\"cause\": \"try later\"}, {\"error\": \"Busy\"}, {\"return\": [1]}]}]}");
    for (size_t i = 0; i < 4; i++) {
        begin(w, "f", "{}");
        wait_for(w, i + 1);
        expect_answer("one after the other, then the last again", &w->answers[i], want[i]);
    }
    begin(w, "f", "{}");
    ck_assert_uint_eq(handlers_busy(w->handlers), 1);
    handlers_cancel(w->handlers, 4);
    rounds(w, 3);
    ck_assert_uint_eq(w->answered, 4);
    world_free(w);
}
END_TEST

/* ---- commands ---- */

/* A kernel that has no pidfd, when wanted: the only syscall() that a command makes. */
static bool no_pidfd;

long __wrap_syscall(long number, pid_t pid, unsigned flags);
long __real_syscall(long number, pid_t pid, unsigned flags);

long __wrap_syscall(long number, pid_t pid, unsigned flags)
{
    if (!no_pidfd)
        return __real_syscall(number, pid, flags);
    errno = ENOSYS;
    return -1;
}

/* How often the list of all processes was looked at. */
static unsigned lists_of_processes;

DIR *__wrap_opendir(const char *name);
DIR *__real_opendir(const char *name);

DIR *__wrap_opendir(const char *name)
{
    lists_of_processes += strcmp(name, "/proc") == 0;
    return __real_opendir(name);
}

static void hide_pidfd(void)
{
    no_pidfd = true;
}

static void show_pidfd(void)
{
    no_pidfd = false;
}

#define SH(script) "\"command\": [\"sh\", \"-c\", \"" script "\"]"

static const struct {
    const char *name, *row, *payload, *want;
} commands[] = {
    {"the payload comes in on stdin, compact", "\"command\": [\"cat\"]", "{\"a\": [1, 2.0]}",
     "ok {\"a\":[1,2.0]}"},
    {"nothing printed is null", "\"command\": [\"true\"]", "{}", "ok null"},
    {"blanks printed are null", SH("echo; echo"), "{}", "ok null"},
    {"no shell comes between", "\"command\": [\"printf\", \"%s\", \"\\\"$(id) * $HOME\\\"\"]", "{}",
     "ok \"$(id) * $HOME\""},
    {"the environment tells about the call",
     SH("printf '[\\\"%s\\\",\\\"%s\\\",\\\"%s\\\",%s]' \\\"$ASL_STATE_NAME\\\" "
        "\\\"$ASL_RESOURCE\\\" \\\"$ASL_IDEMPOTENCY_KEY\\\" \\\"$ASL_ATTEMPT\\\""),
     "{}", "ok [\"S\",\"f\",\"arn:aws:states:us-east-1:123456789012:execution:m:e/5\",2]"},
    {"the row adds to the environment and covers it",
     SH("echo \\\"\\\\\\\"$A $ASL_TEST_HAVE\\\\\\\"\\\"") ", \"env\": {\"A\": \"1\", "
                                                          "\"ASL_TEST_HAVE\": \"mine\"}",
     "{}", "ok \"1 mine\""},
    {"variables are put in", SH("echo \\\"\\\\\\\"${ASL_TEST_HAVE} $${x}\\\\\\\"\\\""), "{}",
     "ok \"theirs \""},
    {"a file beside the handlers file", "\"command\": [\"./echo.sh\"]", "{\"a\":1}",
     "ok {\"a\":1}"},
    {"the working directory is the file's", SH("./echo.sh"), "{\"a\":1}", "ok {\"a\":1}"},
    {"a working directory from there", SH("../echo.sh") ", \"cwd\": \"sub\"", "[]", "ok []"},
    {"a child that ignores its input", SH("exec <&-; sleep 0.05; echo 7"), "{}", "ok 7"},
    {"nothing of ours is open in the child but 0, 1, 2 (and what ls opens)",
     SH("ls /proc/self/fd | wc -l"), "{}", "ok 4"},
    {"signals are as they are by default", SH("kill -PIPE $$; echo 1"), "{}",
     "failed Lambda.Unknown: The command 'sh' was ended by signal 13 (Broken pipe)"},
    {"what it prints to stderr is no result", SH("echo noise >&2; echo 7"), "{}", "ok 7"},
    {"an error by name",
     SH("echo '{ \\\"errorType\\\":\\\"Mine\\\", \\\"errorMessage\\\":\\\"m\\\" }'; exit 1"), "{}",
     "function {\"errorType\":\"Mine\",\"errorMessage\":\"m\"}"},
    {"an object with errorType and exit 0 is a result",
     SH("echo '{\\\"errorType\\\":\\\"Mine\\\"}'"), "{}", "ok {\"errorType\":\"Mine\"}"},
    {"an exit status, and the end of stderr", SH("echo one >&2; echo two >&2; exit 3"), "{}",
     "failed Lambda.Unknown: The command 'sh' ended with exit status 3: one\ntwo"},
    {"an exit status alone", "\"command\": [\"false\"]", "{}",
     "failed Lambda.Unknown: The command 'false' ended with exit status 1"},
    {"a signal", SH("kill -9 $$"), "{}",
     "failed Lambda.Unknown: The command 'sh' was ended by signal 9 (Killed)"},
    {"what isn't text in stderr becomes text", SH("printf 'a\\\\377b\\\\001' >&2; exit 1"), "{}",
     "failed Lambda.Unknown: The command 'sh' ended with exit status 1: a\xEF\xBF\xBD"
     "b\xEF\xBF\xBD"},
    {"no JSON", SH("echo hello"), "{}",
     "failed Lambda.Unknown: What the command 'sh' printed is not JSON (..."},
    {"JSON too deep", SH("head -c 2000 /dev/zero | tr '\\\\0' '['"), "{}",
     "failed Lambda.Unknown: What the command 'sh' printed is not JSON (..."},
    {"no such program", "\"command\": [\"asl-no-such-program\"]", "{}",
     "failed Lambda.ResourceNotFoundException: The command 'asl-no-such-program' cannot be "
     "started: No such file or directory"},
    {"a program that is here, but not in PATH", "\"command\": [\"echo.sh\"]", "{}",
     "failed Lambda.ResourceNotFoundException: The command 'echo.sh' cannot be started: No such "
     "file or directory in PATH; './echo.sh' is the one in /..."},
    {"no such directory", "\"command\": [\"true\"], \"cwd\": \"/no/such\"", "{}",
     "failed Lambda.ResourceNotFoundException: The command 'true' cannot be started: No such file "
     "or directory (its working directory /no/such)"},
    {"a time-out", SH("sleep 20") ", \"timeout_s\": 0.05", "{}",
     "function {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "
     "40bb3980-ed5c-4542-a61d-3eaf17b5625a Error: Task timed out after 0.05 seconds\"}"},
    {"a time-out of one that won't listen",
     SH("trap '' TERM; sleep 20; sleep 20") ", \"timeout_s\": 0.05", "{}",
     "function {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "
     "40bb3980-ed5c-4542-a61d-3eaf17b5625a Error: Task timed out after 0.05 seconds\"}"},
    {"more than allowed", SH("head -c 70000 /dev/zero | tr '\\\\0' '1'"), "{}", TOO_LARGE},
    {"more than allowed without end", SH("yes"), "{}", TOO_LARGE},
    {"a grandchild in the group that holds stdout open", SH("sleep 20 & echo 7"), "{}", "ok 7"},
    {"a grandchild of its own session that holds stdout open",
     SH("setsid sleep 2 & sleep 0.1; echo 7"), "{}", "ok 7"},
};

static void command_world(struct world *w)
{
    char sub[272];

    setenv("ASL_TEST_HAVE", "theirs", 1);
    write_file(w, "echo.sh", "#!/bin/sh\ncat\n", 0700);
    snprintf(sub, sizeof sub, "%s/sub", w->folder);
    ck_assert_int_eq(mkdir(sub, 0700), 0);
    w->options.max_output = 65536;
    w->options.grace_ms = 100;
}

START_TEST(command)
{
    struct world *w = world_new();
    struct buf file = {0};

    command_world(w);
    buf_printf(&file, "{\"handlers\": [{\"resource\": \"f\", %s}]}", commands[_i].row);
    open_handlers(w, buf_str(&file));
    begin(w, "f", commands[_i].payload);
    wait_for(w, 1);
    expect_answer(commands[_i].name, &w->answers[0], commands[_i].want);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    buf_clear(&file);
    world_free(w);
}
END_TEST

START_TEST(command_large_payload)
{
    struct world *w = world_new();
    struct buf text = {0};
    json *payload;

    open_handlers(w,
                  "{\"handlers\": [{\"resource\": \"f\", \"command\": [\"cat\"]}, {\"resource\": "
                  "\"g\", \"command\": [\"true\"]}]}");
    memset(buf_reserve(&text, 900000), 'x', 900000);
    text.len = 900000;
    payload = json_take_buf(&text);
    begin_with(w, "f", invoke_parameters("f", json_ref(payload)));
    begin_with(w, "g", invoke_parameters("g", json_ref(payload)));
    wait_for(w, 2);
    ck_assert(json_equal(value_of(&w->answers[0]), payload));
    expect_answer("one that reads nothing of it", &w->answers[1], "ok null");
    json_unref(payload);
    world_free(w);
}
END_TEST

/* What isn't JSON is too large first of all, where AWS's quotas hold. */
static const struct {
    const char *name, *command, *want;
    bool no_limits;
} sizes[] = {
    {"no JSON, and one byte more than a result may be", "head -c 262145 /dev/zero | tr '\\\\0' a",
     TOO_LARGE, false},
    {"no JSON, and as much as a result may be", "head -c 262144 /dev/zero | tr '\\\\0' a",
     "failed Lambda.Unknown: What the command 'sh' printed is not JSON (...", false},
    {"no JSON of any size without quotas", "head -c 262145 /dev/zero | tr '\\\\0' a",
     "failed Lambda.Unknown: What the command 'sh' printed is not JSON (...", true},
};

START_TEST(command_no_json)
{
    struct world *w = world_new();
    struct buf file = {0};

    w->options.no_limits = sizes[_i].no_limits;
    buf_printf(&file,
               "{\"handlers\": [{\"resource\": \"f\", \"command\": [\"sh\", \"-c\", \"%s\"]}]}",
               sizes[_i].command);
    open_handlers(w, buf_str(&file));
    begin(w, "f", "{}");
    wait_for(w, 1);
    expect_answer(sizes[_i].name, &w->answers[0], sizes[_i].want);
    buf_clear(&file);
    world_free(w);
}
END_TEST

START_TEST(command_log)
{
    struct world *w = world_new();

    open_handlers(w, "{\"handlers\": [{\"resource\": \"f\", " SH(
                         "echo one >&2; printf two >&2; echo "
                         "1") "}, {\"resource\": \"g\", " SH("yes aaaaaaaaaaaaaaa | head -c "
                                                             "2000000 >&2; exit 1") "}]}");
    begin(w, "f", "{}");
    wait_for(w, 1);
    expect_text("line by line, with the name", buf_str(&w->log), "f: one\nf: two\n");
    begin(w, "arn:aws:lambda:us-east-1:1:function:g", "{}");
    wait_for(w, 2);
    ck_assert_msg(w->log.len < 500000, "%zu bytes of log", w->log.len);
    ck_assert(strstr(buf_str(&w->log), "g: what it writes more is left out") != NULL);
    ck_assert_msg(json_str_len(w->answers[1].cause) < 4200, "a cause of %zu bytes",
                  json_str_len(w->answers[1].cause));
    world_free(w);
}
END_TEST

static pid_t pid_in(struct world *w, const char *name)
{
    char path[300];
    long pid = 0;
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", w->folder, name);
    f = fopen(path, "r");
    if (f) {
        if (fscanf(f, "%ld", &pid) != 1)
            pid = 0;
        fclose(f);
    }
    return (pid_t)pid;
}

/* A process that has exited may wait for its reaper: /proc tells such a one by its Z. */
static bool alive(pid_t pid)
{
    char path[64], state = 'Z';
    FILE *f;

    snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
    f = fopen(path, "r");
    if (!f)
        return false;
    if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
        state = 'Z';
    fclose(f);
    return state != 'Z';
}

static void wait_for_end(struct world *w, pid_t pid)
{
    for (int i = 0; i < 500 && alive(pid); i++) {
        struct timespec ms = {.tv_nsec = 10 * 1000 * 1000};

        uv_run(&w->loop, UV_RUN_NOWAIT);
        nanosleep(&ms, NULL);
    }
    ck_assert_msg(!alive(pid), "process %ld still runs", (long)pid);
}

START_TEST(command_last_words)
{
    struct world *w = world_new();

    w->options.grace_ms = PATIENCE_MS;
    open_handlers(
        w, "{\"handlers\": [{\"resource\": \"f\", " SH(
               "trap 'echo cleaned up >&2; exit 1' TERM; echo $$ > me; sleep 30 & wait") "}]}");
    begin(w, "f", "{}");
    while (!pid_in(w, "me"))
        rounds(w, 1);
    if (_i)
        handlers_cancel(w->handlers, 0);
    handlers_close(w->handlers);
    while (!strstr(buf_str(&w->log), "f: cleaned up\n"))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert_uint_eq(w->answered, 0);
    world_free(w);
}
END_TEST

static const struct {
    const char *name, *script;
    bool close; /* close the set instead of cancelling the call */
} ends[] = {
    {"a cancel ends the child and its children", "sleep 30 & echo $! > kid; echo $$ > me; wait",
     false},
    {"a cancel ends those that won't listen",
     "trap '' TERM; sh -c 'trap \\\"\\\" TERM; echo $$ > kid; while :; do sleep 30; done' & echo "
     "$$ > me; while :; do wait; done",
     false},
    {"so does the end of all",
     "trap '' TERM; sleep 30 & echo $! > kid; echo $$ > me; wait; sleep 9", true},
};

START_TEST(command_end)
{
    struct world *w = world_new();
    struct buf file = {0};
    pid_t me, kid;
    uint64_t id;

    w->options.grace_ms = 100;
    buf_printf(&file, "{\"handlers\": [{\"resource\": \"f\", " SH("%s") "}]}", ends[_i].script);
    open_handlers(w, buf_str(&file));
    id = begin(w, "f", "{}");
    while (!(me = pid_in(w, "me")) || !(kid = pid_in(w, "kid")))
        rounds(w, 1);
    ck_assert(alive(me) && alive(kid));
    if (ends[_i].close)
        handlers_close(w->handlers);
    else
        handlers_cancel(w->handlers, id);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    wait_for_end(w, me);
    wait_for_end(w, kid);
    ck_assert_uint_eq(w->answered, 0);
    buf_clear(&file);
    world_free(w);
}
END_TEST

/* Each writes a file while it runs, and counts those of the others. */
static const struct {
    const char *name;
    unsigned in_flight, processes;
} bounds[] = {
    {"calls in flight", 2, 0},
    {"processes", 0, 2},
    {"the smaller one", 3, 2},
};

START_TEST(no_more_than_the_bound)
{
    struct world *w = world_new();

    w->options.max_in_flight = bounds[_i].in_flight;
    w->options.max_processes = bounds[_i].processes;
    open_handlers(
        w, "{\"handlers\": [{\"resource\": \"*\", " SH(
               "for i in $(seq 3000); do [ -e go ] && break; sleep 0.01; done; echo 1") "}]}");
    for (int i = 0; i < 5; i++)
        begin(w, i % 2 ? "f" : "g", "{}");
    rounds(w, 20);
    ck_assert_msg(handlers_waiting(w->handlers) == 3, "%s: %zu wait", bounds[_i].name,
                  handlers_waiting(w->handlers));
    write_file(w, "go", "", 0600);
    wait_for(w, 5);
    ck_assert_uint_eq(handlers_waiting(w->handlers), 0);
    world_free(w);
}
END_TEST

START_TEST(command_concurrency)
{
    struct world *w = world_new();

    open_handlers(w,
                  "{\"handlers\": [{\"resource\": \"f\", \"concurrency\": 3, " SH(
                      "touch run.$$; n=$(ls run.* | wc -l); sleep 0.02; rm run.$$; echo $n") "}"
                                                                                             "]"
                                                                                             "}");
    for (int i = 0; i < 20; i++)
        begin(w, "f", "{}");
    handlers_cancel(w->handlers, 19);
    ck_assert_uint_eq(handlers_busy(w->handlers), 19);
    wait_for(w, 19);
    for (int i = 0; i < 19; i++)
        ck_assert_msg(json_int_value(value_of(&w->answers[i])) <= 3, "%lld at once",
                      (long long)json_int_value(value_of(&w->answers[i])));
    ck_assert(w->answers[19].output == NULL);
    world_free(w);
}
END_TEST

START_TEST(command_event)
{
    struct world *w = world_new();
    const char *event = "{\"FunctionName\":\"f\",\"InvocationType\":\"Event\"}";

    open_handlers(w, "{\"handlers\": [{\"resource\": \"f\", " SH("sleep 0.1; exit 4") "}]}");
    begin_with(w, "f", json_of(event));
    wait_for(w, 1);
    expect_answer("taken at once", &w->answers[0], "ok \"\"");
    while (!w->log.len)
        uv_run(&w->loop, UV_RUN_ONCE);
    expect_text("what comes of it goes to the log", buf_str(&w->log),
                "f: Lambda.Unknown: The command 'sh' ended with exit status 4\n");
    begin_with(w, "f", json_of(event));
    rounds(w, 3);
    world_free(w); /* while the second one runs */
}
END_TEST

/* ---- Lambda's Runtime API ---- */

static const char bootstrap[] =
    "#!/usr/bin/env python3\n"
    "import http.client, json, os, subprocess, sys, time\n"
    "host, _, secret = os.environ['AWS_LAMBDA_RUNTIME_API'].partition('/')\n"
    "base = ('/' if secret else '') + secret + '/2018-06-01/runtime/'\n"
    "c = http.client.HTTPConnection(host)\n"
    "def ask(method, path, body=None, headers={}):\n"
    "    c.request(method, base + path, body, headers)\n"
    "    r = c.getresponse()\n"
    "    return r.status, r.headers, r.read()\n"
    "def other(one, apart, times=1):\n"
    "    # A process of its own, and an orphan if it is to be apart: what it gets, from the file "
    "'got'.\n"
    "    if os.fork() == 0:\n"
    "        if one != 'kin':\n"
    "            os.setsid()\n"
    "        if (apart or one == 'kin') and os.fork():\n"
    "            os._exit(0)\n"
    "        got = []\n"
    "        for method, path in (('GET', 'what'), ('GET', 'invocation/next'), ('POST', one + "
    "'response'), ('POST', "
    "one + 'error'),\n"
    "                             ('POST', 'init/error')) * times:\n"
    "            o = http.client.HTTPConnection(host)\n"
    "            o.request(method, '/2018-06-01/runtime/' + path, '\"forged\"' if method == 'POST' "
    "and apart else None)\n"
    "            r = o.getresponse()\n"
    "            got.append(r.status)\n"
    "            r.read()\n"
    "            if not apart:\n"
    "                break\n"
    "        open('new', 'w').write(json.dumps(got if times == 1 else sorted(set(got))))\n"
    "        os.rename('new', 'got')\n"
    "        os._exit(0)\n"
    "    while not os.path.exists('got'):\n"
    "        time.sleep(0.01)\n"
    "    return open('got').read()\n"
    "def error(kind):\n"
    "    return json.dumps({'errorMessage': 'm', 'errorType': kind})\n"
    "if os.environ.get('BROKEN'):\n"
    "    ask('POST', 'init/error', error('Runtime.ImportModuleError'))\n"
    "    sys.exit(1)\n"
    "calls = 0\n"
    "while True:\n"
    "    status, h, body = ask('GET', 'invocation/next')\n"
    "    if status != 200:\n"
    "        sys.exit(9)\n"
    "    event = json.loads(body)\n"
    "    calls += 1\n"
    "    what = event.get('do')\n"
    "    one = 'invocation/' + h['Lambda-Runtime-Aws-Request-Id'] + '/'\n"
    "    result = json.dumps(event)\n"
    "    if what == 'exit':\n"
    "        print('bye', flush=True)\n"
    "        sys.exit(3)\n"
    "    if what == 'sleep':\n"
    "        open('busy', 'w').write(str(os.getpid()))\n"
    "        time.sleep(20)\n"
    "    if what == 'raise':\n"
    "        ask('POST', one + 'error', error('Mine'), {'Lambda-Runtime-Function-Error-Type': "
    "'Mine'})\n"
    "        continue\n"
    "    if what == 'text':\n"
    "        result = 'hello'\n"
    "    if what == 'large':\n"
    "        result = '1' * 70000\n"
    "    if what == 'huge':\n"
    "        result = '1' * 9000000\n"
    "    if what == 'chunks':\n"
    "        result = (b'1' * 10000 for _ in range(900))\n"
    "    if what == 'forged':\n"
    "        result = other(one, True)\n"
    "    if what == 'crowd':\n"
    "        result = other(one, True, 30)\n"
    "        c.close() # and so comes back by another one\n"
    "    if what == 'helped':\n"
    "        result = other(one, False)\n"
    "    if what == 'of its group':\n"
    "        result = other('kin', False)\n"
    "    if what == 'huge error':\n"
    "        ask('POST', one + 'error', '1' * 2000000)\n"
    "        continue\n"
    "    if what == 'calls':\n"
    "        result = json.dumps(calls)\n"
    "    if what == 'name':\n"
    "        result = json.dumps([os.environ['AWS_LAMBDA_FUNCTION_NAME'], calls])\n"
    "    if what == 'headers':\n"
    "        late = int(h['Lambda-Runtime-Deadline-Ms']) / 1000 - time.time()\n"
    "        result = json.dumps([h['Lambda-Runtime-Invoked-Function-Arn'], "
    "h['Lambda-Runtime-Trace-Id'],\n"
    "                             h['Lambda-Runtime-Client-Context'], 50 < late <= 60])\n"
    "    if what == 'wrong':\n"
    "        result = json.dumps([ask('POST', 'invocation/1/response', '1')[0], ask('GET', "
    "'invocation/next')[0],\n"
    "                             ask('GET', 'what')[0]])\n"
    "    if what == 'meet':\n"
    "        open('here.%d' % os.getpid(), 'w').close()\n"
    "        while len([f for f in os.listdir('.') if f.startswith('here.')]) < event['count']:\n"
    "            time.sleep(0.01)\n"
    "    ask('POST', one + 'response', result)\n";

#define BOOTSTRAP "\"lambda\": [\"./bootstrap\"]"
#define REQUEST "40bb3980-ed5c-4542-a61d-3eaf17b5625a"

static struct world *runtime_world(const char *rows)
{
    struct world *w = world_new();
    struct buf file = {0};

    w->options.max_output = 65536;
    w->options.grace_ms = 100;
    write_file(w, "bootstrap", bootstrap, 0700);
    buf_printf(&file, "{\"handlers\": [%s]}", rows);
    open_handlers(w, buf_str(&file));
    buf_clear(&file);
    return w;
}

/* Of each the second call must find a process that works. */
static const struct {
    const char *name, *row, *event, *want;
} invocations[] = {
    {"the event goes in, the result comes out", "", "{\"a\":[1]}", "ok {\"a\":[1]}"},
    {"the function's error", "", "{\"do\":\"raise\"}",
     "function {\"errorMessage\":\"m\",\"errorType\":\"Mine\"}"},
    {"it ends by itself", "", "{\"do\":\"exit\"}",
     "function {\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: " REQUEST
     " Error: Runtime exited with error: exit status 3\"}"},
    {"its time is over", ", \"timeout_s\": 0.5", "{\"do\":\"sleep\"}",
     "function {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: " REQUEST
     " Error: Task timed out after 0.50 seconds\"}"},
    {"a result that is no JSON", "", "{\"do\":\"text\"}",
     "failed Lambda.Unknown: The function's answer is not JSON (..."},
    {"a result that is too large", "", "{\"do\":\"large\"}", TOO_LARGE},
    {"one of 9 MB", "", "{\"do\":\"huge\"}", TOO_LARGE},
    {"one of 9 MB in chunks", "", "{\"do\":\"chunks\"}", TOO_LARGE},
    {"an error of 2 MB", "", "{\"do\":\"huge error\"}", TOO_LARGE},
    {"what another process asks", "", "{\"do\":\"forged\"}", "ok [403,403,403,403,403]"},
    {"what another process asks without the secret", ", \"secret_path\": true",
     "{\"do\":\"forged\"}", "ok [403,403,403,403,403]"},
    {"what a process asks that the function has started", ", \"secret_path\": false",
     "{\"do\":\"helped\"}", "ok [404]"},
    {"what a process of its group asks, whose parent has ended", "", "{\"do\":\"of its group\"}",
     "ok [404]"},
    {"its own requests with the secret", ", \"secret_path\": true", "{\"do\":\"wrong\"}",
     "ok [400,403,404]"},
    {"what the Runtime API refuses", "", "{\"do\":\"wrong\"}", "ok [400,403,404]"},
    {"headers", ", \"timeout_s\": 60", "{\"do\":\"headers\"}",
     "ok [\"arn:aws:lambda:us-east-1:123456789012:function:f\","
     "\"Root=1-40bb3980-ed5c4542a61d3eaf17b5625a;Sampled=0\",null,true]"},
};

START_TEST(invocation)
{
    struct buf row = {0};

    buf_printf(&row, "{\"resource\": \"f\", " BOOTSTRAP "%s}", invocations[_i].row);
    struct world *w = runtime_world(buf_str(&row));
    begin(w, "f", invocations[_i].event);
    wait_for(w, 1);
    expect_answer(invocations[_i].name, &w->answers[0], invocations[_i].want);
    begin(w, "f", "{\"b\":2}");
    wait_for(w, 2);
    expect_answer("the next one", &w->answers[1], "ok {\"b\":2}");
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    buf_clear(&row);
    world_free(w);
}
END_TEST

/* However many strangers come, and the process itself is let in beside them. */
START_TEST(runtime_has_no_time_for_strangers)
{
    struct world *w = runtime_world("{\"resource\": \"f\", " BOOTSTRAP "}");
    int64_t began_ms = clock_steady_ms();

    lists_of_processes = 0;
    begin(w, "f", "{\"do\":\"crowd\"}");
    wait_for(w, 1);
    expect_answer("what they get", &w->answers[0], "ok [403]");
    int64_t seconds = (clock_steady_ms() - began_ms) / 1000 + 2;
    ck_assert_msg(lists_of_processes > 0 && lists_of_processes <= 20 * seconds, "%u lists in %d s",
                  lists_of_processes, (int)seconds);
    begin(w, "f", "{\"do\":\"wrong\"}");
    wait_for(w, 2);
    expect_answer("a connection of its own", &w->answers[1], "ok [400,403,404]");
    world_free(w);
}
END_TEST

START_TEST(runtime_stays_warm)
{
    struct world *w = runtime_world("{\"resource\": \"f\", " BOOTSTRAP "}");

    for (size_t i = 0; i < 3; i++) {
        begin(w, "f", "{\"do\":\"calls\"}");
        wait_for(w, i + 1);
        ck_assert_int_eq(json_int_value(value_of(&w->answers[i])), (int64_t)i + 1);
    }
    begin(w, "f", "{\"do\":\"exit\"}");
    wait_for(w, 4);
    begin(w, "f", "{\"do\":\"calls\"}");
    wait_for(w, 5);
    expect_answer("a new process", &w->answers[4], "ok 1");
    expect_text("what it printed", buf_str(&w->log), "f: bye\n");
    world_free(w);
}
END_TEST

/* Each waits until all are there. */
START_TEST(runtime_scales)
{
    struct world *w = runtime_world("{\"resource\": \"f\", \"concurrency\": 3, " BOOTSTRAP "}");

    for (int i = 0; i < 6; i++)
        begin(w, "f", "{\"do\":\"meet\",\"count\":3}");
    wait_for(w, 6);
    begin(w, "f", "{\"do\":\"meet\",\"count\":3}");
    wait_for(w, 7);
    for (int i = 0; i < 7; i++)
        expect_answer("each", &w->answers[i], "ok {\"do\":\"meet\",\"count\":3}");
    world_free(w);
}
END_TEST

START_TEST(runtime_makes_room_for_another_function)
{
    struct world *w = runtime_world("{\"resource\": \"f*\", \"concurrency\": 1, " BOOTSTRAP "}");

    begin(w, "f1", "{\"do\":\"name\"}");
    begin(w, "f2", "{\"do\":\"name\"}");
    begin(w, "f2", "{\"do\":\"name\"}");
    wait_for(w, 3);
    expect_answer("the first", &w->answers[0], "ok [\"f1\",1]");
    expect_answer("the other", &w->answers[1], "ok [\"f2\",1]");
    expect_answer("that stays", &w->answers[2], "ok [\"f2\",2]");
    uint64_t id = begin(w, "f1", "{}");
    rounds(w, 3);
    handlers_cancel(w->handlers, id);
    begin(w, "f2", "{\"do\":\"name\"}");
    wait_for(w, 4);
    ck_assert(w->answers[4].ok);
    world_free(w);
}
END_TEST

START_TEST(runtime_that_cannot_begin)
{
    struct world *w = runtime_world("{\"resource\": \"f\", " BOOTSTRAP
                                    ", \"env\": {\"BROKEN\": \"1\"}}, {\"resource\": \"g\", "
                                    "\"lambda\": [\"asl-no-such-program\"]}");

    for (size_t i = 0; i < 2; i++) {
        begin(w, "f", "{}");
        wait_for(w, i + 1);
        expect_answer("its own words", &w->answers[i],
                      "function {\"errorMessage\":\"m\",\"errorType\":"
                      "\"Runtime.ImportModuleError\"}");
    }
    begin(w, "g", "{}");
    wait_for(w, 3);
    expect_answer("no such program", &w->answers[2],
                  "failed Lambda.ResourceNotFoundException: The command 'asl-no-such-program' "
                  "cannot be started: No such file or directory");
    world_free(w);
}
END_TEST

START_TEST(runtime_is_ended_with_its_task)
{
    struct world *w = runtime_world("{\"resource\": \"f\", \"concurrency\": 1, " BOOTSTRAP "}");
    pid_t pid;
    uint64_t id = begin(w, "f", "{\"do\":\"sleep\"}");

    while (!(pid = pid_in(w, "busy")))
        rounds(w, 1);
    handlers_cancel(w->handlers, id);
    wait_for_end(w, pid);
    begin(w, "f", "{\"do\":\"calls\"}");
    wait_for(w, 1);
    expect_answer("a new one", &w->answers[1], "ok 1");
    begin(w, "f", "{}"); /* and one that is under way at the end */
    world_free(w);
}
END_TEST

/* ---- HTTP ---- */

static void on_request(void *user, const struct stub_request *q, struct stub_reply *r)
{
    struct world *w = user;

    *r = w->reply;
    buf_reset(&w->seen);
    buf_printf(&w->seen, "%s %s\n%s", q->method, q->target, q->body);
    w->header_value[0] = '\0';
    if (w->header)
        stub_header(q, w->header, w->header_value, sizeof w->header_value);
}

static void http_world(struct world *w, const char *row)
{
    struct buf file = {0};

    w->stub = http_stub_new(&w->loop, on_request, w);
    setenv("ASL_TEST_STUB", http_stub_url(w->stub), 1);
    w->options.max_output = 65536;
    buf_printf(&file, "{\"handlers\": [{\"resource\": \"*f\", %s}]}", row);
    open_handlers(w, buf_str(&file));
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

static const struct {
    const char *name, *row;
    struct stub_reply reply;
    const char *want;
} https[] = {
    {"a result", HTTP_ROW, {200, JSON_TYPE, "{\"b\": 1}", 0, 0, 0, 0}, "ok {\"b\":1}"},
    {"nothing is null", HTTP_ROW, {204, NULL, NULL, 0, 0, 0, 0}, "ok null"},
    {"text", HTTP_ROW, {200, "Content-Type: text/plain\r\n", "hello", 0, 0, 0, 0}, "ok \"hello\""},
    {"no JSON",
     HTTP_ROW,
     {200, JSON_TYPE, "hello", 0, 0, 0, 0},
     "failed Lambda.Unknown: The handler's answer is not JSON (..."},
    {"a function's error with any status",
     HTTP_ROW,
     {500, NULL, "{\"errorType\":\"E\"}", 0, 0, 0, 0},
     "function {\"errorType\":\"E\"}"},
    {"429",
     HTTP_ROW,
     {429, NULL, "slow down", 0, 0, 0, 0},
     "failed Lambda.TooManyRequestsException: The handler answered with status 429: slow down"},
    {"a long text is cut between characters",
     HTTP_ROW,
     {500, NULL, "xx" KANJI_100 KANJI_100 KANJI_100 KANJI_100, 0, 0, 0, 0},
     "failed Lambda.ServiceException: The handler answered with status 500: xx" KANJI_100 KANJI_100
         KANJI_100 KANJI_10 KANJI_10 KANJI_10 KANJI_10},
    {"500",
     HTTP_ROW,
     {500, NULL, NULL, 0, 0, 0, 0},
     "failed Lambda.ServiceException: The handler answered with status 500"},
    {"503",
     HTTP_ROW,
     {503, NULL, NULL, 0, 0, 0, 0},
     "failed Lambda.ServiceException: The handler answered with status 503"},
    {"404",
     HTTP_ROW,
     {404, NULL, "{}", 0, 0, 0, 0},
     "failed Lambda.ResourceNotFoundException: The handler answered with status 404: {}"},
    {"400",
     HTTP_ROW,
     {400, NULL, NULL, 0, 0, 0, 0},
     "failed Lambda.InvalidRequestContentException: The handler answered with status 400"},
    {"418",
     HTTP_ROW,
     {418, NULL, NULL, 0, 0, 0, 0},
     "failed Lambda.AWSLambdaException: The handler answered with status 418"},
    {"a redirect is not followed",
     HTTP_ROW,
     {302, "Location: /else\r\n", NULL, 0, 0, 0, 0},
     "failed Lambda.AWSLambdaException: The handler answered with status 302 (redirects are not "
     "followed) /else"},
    {"no answer",
     HTTP_ROW,
     {200, NULL, NULL, 0, 0, 1, 0},
     "failed Lambda.SdkClientException: Unable to execute HTTP request: 127.0.0.1:..."},
    {"half an answer",
     HTTP_ROW,
     {200, NULL, "{", 0, 0, 0, 1},
     "failed Lambda.SdkClientException: Unable to execute HTTP request: 127.0.0.1:..."},
    {"nobody there",
     "\"http\": \"http://127.0.0.1:1/\"",
     {200, NULL, NULL, 0, 0, 0, 0},
     "failed Lambda.SdkClientException: Unable to execute HTTP request: Connect to 127.0.0.1:1 "
     "failed: Connection refused"},
    {"no such host",
     "\"http\": \"http://" LONG_NAME "/\"",
     {200, NULL, NULL, 0, 0, 0, 0},
     "failed Lambda.SdkClientException: Unable to execute HTTP request: " LONG_NAME ": Name or "
     "service not known"},
    {"a time-out",
     HTTP_ROW ", \"timeout_s\": 0.05",
     {200, NULL, NULL, 0, 1, 0, 0},
     "failed Lambda.ClientExecutionTimeoutException: Unable to execute HTTP request: "
     "127.0.0.1:..."},
    {"more than allowed", HTTP_ROW, {200, NULL, NULL, 70000, 0, 0, 0}, TOO_LARGE},
    {"a function's result", LAMBDA_ROW, {200, NULL, "{\"b\": 1.0}", 0, 0, 0, 0}, "ok {\"b\":1.0}"},
    {"a function's error",
     LAMBDA_ROW,
     {200, "X-Amz-Function-Error: Unhandled\r\n", "{\"errorMessage\": \"m\", \"errorType\": \"E\"}",
      0, 0, 0, 0},
     "function {\"errorMessage\":\"m\",\"errorType\":\"E\"}"},
    {"a function's error that is no JSON",
     LAMBDA_ROW,
     {200, "X-Amz-Function-Error: Unhandled\r\n", "oops", 0, 0, 0, 0},
     "function oops"},
    {"no such function",
     LAMBDA_ROW,
     {404, "x-amzn-ErrorType: ResourceNotFoundException\r\nx-amzn-RequestId: r-1\r\n",
      "{\"Message\":\"Function not found: f\",\"Type\":\"User\"}", 0, 0, 0, 0},
     "failed Lambda.ResourceNotFoundException: Function not found: f (Service: AWSLambda; Status "
     "Code: 404; Error Code: ResourceNotFoundException; Request ID: r-1; Proxy: null)"},
    {"an error type with its URL",
     LAMBDA_ROW,
     {400, "x-amzn-ErrorType: InvalidParameterValueException:http://x/\r\n", "{\"message\":\"m\"}",
      0, 0, 0, 0},
     "failed Lambda.InvalidParameterValueException: m (Service: AWSLambda; Status Code: 400; Error "
     "Code: InvalidParameterValueException; Request ID: ..."},
    {"a failure without a type",
     LAMBDA_ROW,
     {503, NULL, "out of order", 0, 0, 0, 0},
     "failed Lambda.ServiceException: out of order (Service: AWSLambda; Status Code: 503; Error "
     "Code: ServiceException; ..."},
};

START_TEST(http)
{
    struct world *w = world_new();

    http_world(w, https[_i].row);
    w->reply = https[_i].reply;
    begin(w, "f", "{\"a\": 1}");
    wait_for(w, 1);
    expect_answer(https[_i].name, &w->answers[0], https[_i].want);
    world_free(w);
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
    struct world *w = world_new();
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
    begin_with(w, requests[_i].target, json_build_done(&b));
    wait_for(w, 1);
    expect_answer(requests[_i].name, &w->answers[0], requests[_i].event ? "ok \"\"" : "ok null");
    expect_text(requests[_i].name, buf_str(&w->seen), requests[_i].seen);
    expect_text(requests[_i].name, w->header_value, requests[_i].value);
    world_free(w);
}
END_TEST

START_TEST(lambda_endpoint_option)
{
    struct world *w = world_new();

    w->stub = http_stub_new(&w->loop, on_request, w);
    w->options.lambda_endpoint = http_stub_url(w->stub);
    open_handlers(w, NULL);
    w->reply = (struct stub_reply){
        .status = 200, .headers = "X-Amz-Executed-Version: 7\r\nX-B: c\r\n", .body = "1"};
    begin(w, "g", "{}");
    wait_for(w, 1);
    expect_answer("it serves functions without a row", &w->answers[0], "ok 1");
    expect_text("and tells the version",
                json_str(json_get(w->answers[0].output, "ExecutedVersion")), "7");
    expect_json("and the headers",
                json_get(json_get(w->answers[0].output, "SdkHttpMetadata"), "HttpHeaders"),
                "{\"Content-Length\":\"1\",\"X-Amz-Executed-Version\":\"7\",\"X-B\":\"c\"}");
    world_free(w);
}
END_TEST

START_TEST(http_many_at_once)
{
    enum { CALLS = 1000 };
    struct world *w = world_new();

    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .body = "1", .hold = true};
    for (int i = 0; i < CALLS + 50; i++)
        begin(w, "f", "{}");
    while (http_stub_held(w->stub) < CALLS)
        uv_run(&w->loop, UV_RUN_ONCE);
    rounds(w, 20);
    ck_assert_uint_eq(http_stub_held(w->stub), CALLS);
    ck_assert_uint_eq(handlers_busy(w->handlers), CALLS + 50);
    /* The client's bound on connections is another one. */
    ck_assert_uint_eq(handlers_waiting(w->handlers), 50);
    w->reply.hold = false;
    http_stub_release(w->stub);
    wait_for(w, CALLS + 50);
    ck_assert_uint_eq(http_stub_requests(w->stub), CALLS + 50);
    ck_assert_uint_eq(http_stub_connections(w->stub), CALLS);
    world_free(w);
}
END_TEST

START_TEST(http_connection_is_kept)
{
    struct world *w = world_new();

    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .body = "1"};
    for (size_t i = 0; i < 100; i++) {
        begin(w, "f", "{}");
        wait_for(w, i + 1);
    }
    ck_assert_uint_eq(http_stub_connections(w->stub), 1);
    http_stub_hang_up(w->stub);
    begin(w, "f", "{}");
    wait_for(w, 101);
    expect_answer("a server that hung up meanwhile", &w->answers[100], "ok 1");
    ck_assert_uint_eq(http_stub_connections(w->stub), 2);
    world_free(w);
}
END_TEST

START_TEST(http_server_restarts)
{
    struct world *w = world_new();

    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .body = "1", .hold = true};
    for (int i = 0; i < 20; i++)
        begin(w, "f", "{}");
    while (http_stub_held(w->stub) < 20)
        uv_run(&w->loop, UV_RUN_ONCE);
    w->reply.hold = false;
    http_stub_release(w->stub);
    wait_for(w, 20);
    rounds(w, 10);
    http_stub_hang_up(w->stub);
    for (int i = 0; i < 20; i++)
        begin(w, "f", "{}");
    wait_for(w, 40);
    for (int i = 20; i < 40; i++)
        expect_answer("connections that have died are no errors", &w->answers[i], "ok 1");
    world_free(w);
}
END_TEST

START_TEST(http_cancel)
{
    struct world *w = world_new();
    uint64_t id;

    http_world(w, HTTP_ROW);
    w->reply = (struct stub_reply){.status = 200, .body = "1", .hold = true};
    id = begin(w, "f", "{}");
    while (!http_stub_held(w->stub))
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, id);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    while (http_stub_open(w->stub))
        uv_run(&w->loop, UV_RUN_ONCE);
    id = begin(w, "f", "{}");
    handlers_cancel(w->handlers, id);
    rounds(w, 20);
    ck_assert_uint_eq(http_stub_requests(w->stub), 1);
    ck_assert_uint_eq(w->answered, 0);
    begin(w, "f", "{}");
    while (!http_stub_held(w->stub))
        uv_run(&w->loop, UV_RUN_ONCE);
    world_free(w); /* while it runs */
}
END_TEST

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
     "failed Asl.NoHandler: No handler for 'arn:aws:states:::sqs:other': add to \"handlers\" in "
     "..."},
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

static void run_task(struct world *w, const char *resource, const char *parameters)
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
        wait_for(w, w->answered + 1);
    }
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    json_unref(v);
}

START_TEST(task)
{
    struct world *w = world_new();
    struct buf file = {0};

    w->options.max_output = 65536;
    buf_printf(&file, "{\"handlers\": [{\"resource\": \"*f\", %s}, {\"resource\": \"*:2\", %s}]}",
               task_rows[_i].row, task_rows[_i].row);
    open_tasks(w, buf_str(&file));
    run_task(w, task_rows[_i].resource, task_rows[_i].parameters);
    expect_result(task_rows[_i].name, &w->result, task_rows[_i].want);
    buf_clear(&file);
    world_free(w);
}
END_TEST

START_TEST(task_invoke_by_endpoint)
{
    struct world *w = world_new();

    w->stub = http_stub_new(&w->loop, on_request, w);
    w->options.lambda_endpoint = http_stub_url(w->stub);
    open_tasks(w, "{\"handlers\": []}");
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
    world_free(w);
}
END_TEST

START_TEST(task_cancel)
{
    struct world *w = world_new();
    json *v = json_of("{}");
    ck_assert(asl_resource_read(ARN, &w->resource));
    struct task t = {.id = 9,
                     .resource = &w->resource,
                     .state = "S",
                     .execution = "e",
                     .key = "k",
                     .parameters = v};

    open_tasks(w, "{\"handlers\": [{\"resource\": \"f\", \"mock\": {\"return\": 1}}]}");
    ck_assert(handlers_start(w->handlers, &t, &w->result));
    handlers_cancel(w->handlers, 9);
    handlers_cancel(w->handlers, 9);
    rounds(w, 5);
    ck_assert_uint_eq(w->answered, 0);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    json_unref(v);
    world_free(w);
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

static void add_command_tests(TCase *t)
{
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, command, 0, COUNT(commands));
    tcase_add_test(t, command_large_payload);
    tcase_add_loop_test(t, command_no_json, 0, COUNT(sizes));
    tcase_add_test(t, command_log);
    tcase_add_loop_test(t, command_end, 0, COUNT(ends));
    tcase_add_loop_test(t, command_last_words, 0, 2); /* with and without a cancel before the end */
    tcase_add_test(t, command_concurrency);
    tcase_add_loop_test(t, no_more_than_the_bound, 0, COUNT(bounds));
    tcase_add_test(t, command_event);
    tcase_add_loop_test(t, invocation, 0, COUNT(invocations));
    tcase_add_test(t, runtime_has_no_time_for_strangers);
    tcase_add_test(t, runtime_stays_warm);
    tcase_add_test(t, runtime_scales);
    tcase_add_test(t, runtime_makes_room_for_another_function);
    tcase_add_test(t, runtime_that_cannot_begin);
    tcase_add_test(t, runtime_is_ended_with_its_task);
}

int main(void)
{
    Suite *s = suite_create("handlers");
    TCase *without_pidfd = tcase_create("commands without pidfd");
    TCase *t = tcase_create("handlers");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, bad_file, 0, COUNT(bad_files));
    tcase_add_test(t, no_file);
    tcase_add_loop_test(t, match, 0, COUNT(matches));
    tcase_add_test(t, no_match);
    tcase_add_test(t, mock_sequence);
    tcase_add_test(t, mock_time);
    add_command_tests(t);
    tcase_add_loop_test(t, http, 0, COUNT(https));
    tcase_add_loop_test(t, request, 0, COUNT(requests));
    tcase_add_test(t, lambda_endpoint_option);
    tcase_add_test(t, http_many_at_once);
    tcase_add_test(t, http_connection_is_kept);
    tcase_add_test(t, http_server_restarts);
    tcase_add_test(t, http_cancel);
    tcase_add_loop_test(t, task, 0, COUNT(task_rows));
    tcase_add_test(t, task_invoke_by_endpoint);
    tcase_add_test(t, task_cancel);
    tcase_add_test(t, request_ids);
    suite_add_tcase(s, t);
    tcase_add_checked_fixture(without_pidfd, hide_pidfd, show_pidfd);
    add_command_tests(without_pidfd);
    suite_add_tcase(s, without_pidfd);
    return run_suite(s);
}
