/* The handlers file, which handler is meant, and mocks. */
#define _XOPEN_SOURCE 700

#include "tests/support/expect.h"
#include "tests/support/handlers_world.h"

#include <stdio.h>
#include <string.h>

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
    {"a connection's member nearly named", "{\"connections\": [{\"apikey\": 1}]}",
     ":1:19: unknown field 'apikey'; did you mean 'api_key'?"},
    {"a part of it nearly named",
     "{\"connections\": [{\"connection\": \"c\", \"basic\": {\"usr\": \"u\"}}]}",
     ":1:48: 'usr' is no part of 'basic'; did you mean 'user'?"},
    {"handlers nearly named", "{\"handler\": []}",
     ":1:2: unknown field 'handler'; did you mean 'handlers'?"},
    {"a file with nothing in it", "{}",
     ":1:1: the file must be an object with an array 'handlers', as {\"handlers\": [ROW]}"},
    {"a connection's unknown member", "{\"handlers\": [], \"connections\": [{\"user\": 1}]}",
     ":1:35: unknown field 'user' of a connection"},
    {"half a user",
     "{\"handlers\": [], \"connections\": [{\"connection\": \"c\", \"basic\": {\"user\": \"u\"}}]}",
     ":1:63: 'basic' needs 'password'"},
    {"a token from nowhere",
     "{\"handlers\": [], \"connections\": [{\"connection\": \"c\", \"oauth\": {\"url\": \"x\", "
     "\"client_id\": \"i\", \"client_secret\": \"s\"}}]}",
     ":1:63: 'url' must be a URL as in https://example.com/token"},
    {"a token over plain HTTP",
     "{\"handlers\": [], \"connections\": [{\"connection\": \"c\", \"oauth\": {\"url\": "
     "\"http://crm.example.com/token\", \"client_id\": \"i\", \"client_secret\": \"s\"}}]}",
     ":1:63: 'url' takes a URL that begins with https://; http:// is for this machine only"},
    {"an endpoint that is no URL", "{\"handlers\": [{\"resource\": \"a\", \"endpoint\": \"sqs\"}]}",
     ":1:45: 'endpoint' must be a URL"},
    {"an endpoint with a query",
     "{\"handlers\": [{\"resource\": \"a\", \"endpoint\": \"http://h/?a=b\"}]}",
     ":1:45: 'endpoint' takes a URL without a user, a query and a fragment"},
    {"an endpoint with a user",
     "{\"handlers\": [{\"resource\": \"a\", \"lambda_endpoint\": \"http://u:p@h\"}]}",
     ":1:52: 'lambda_endpoint' takes a URL without a user, a query and a fragment"},
    {"a host that is a URL",
     "{\"handlers\": [{\"resource\": \"*\", \"host\": \"https://h\", \"mock\": {\"return\": 1}}]}",
     ":1:41: 'host' must be a host's name, as in api.example.com or *.example.com"},
    {"a host of what has none",
     "{\"handlers\": [{\"resource\": \"*:sqs:*\", \"host\": \"h\", \"mock\": {\"return\": 1}}]}",
     ":1:15: 'host' is for calls of http:invoke and apigateway:invoke, which this 'resource' is "
     "not for"},
    {"a host of a function",
     "{\"handlers\": [{\"resource\": \"*\", \"host\": \"h\", \"lambda\": [\"x\"]}]}",
     ":1:33: 'host' does not go with 'lambda'"},
    {"a stage that is a name",
     "{\"handlers\": [{\"resource\": \"*\", \"endpoint\": \"http://h\", \"stage\": \"prod\"}]}",
     ":1:66: 'stage' is true or false"},
    {"a pause that is no time",
     "{\"handlers\": [{\"resource\": \"*\", \"endpoint\": \"http://h\", \"poll_s\": 0}]}",
     ":1:67: 'poll_s' must be a number of seconds, 0.001 to 3600"},
    {"a pause of what has no jobs",
     "{\"handlers\": [{\"resource\": \"*\", \"http\": \"http://h\", \"poll_s\": 1}]}",
     ":1:53: 'poll_s' does not go with 'http'"},
    {"a row that is no object", "{\"handlers\": [1]}", ":1:15: a handler must be an object"},
    {"a slip of the pen", "{\"handlers\": [\n {\"resource\": \"a\", \"comand\": [\"x\"]}]}",
     ":2:20: unknown field 'comand'; did you mean 'command'?"},
    {"an unknown field of a kind",
     "{\"handlers\": [{\"resource\": \"a\", \"endpoint\": \"http://h\", \"region\": 1}]}",
     ":1:57: unknown field 'region'; there are 'resource', 'endpoint', 'host', 'stage', "
     "'poll_s', 'timeout_s', 'concurrency'"},
    {"AWS's own endpoint", "{\"handlers\": [{\"resource\": \"a\", \"endpoint\": \"aws\"}]}",
     ":1:45: 'endpoint' must be a URL: AWS's own is for an option to say, as --endpoint sqs=aws"},
    {"an unknown field far from any", "{\"handlers\": [{\"resource\": \"a\", \"frobnicate\": 1}]}",
     ":1:33: unknown field 'frobnicate'"},
    {"no kind", "{\"handlers\": [{\"resource\": \"a\"}]}",
     ":1:15: a handler needs 'command', 'lambda', 'http', 'lambda_endpoint', 'endpoint', "
     "'bucket' or 'mock'"},
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
     ":1:64: 'A' must be a string"},
    {"headers that are no object",
     "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://h/\", \"headers\": \"A: b\"}]}",
     ":1:65: 'headers' must be an object of strings"},
    {"a header that is no string",
     "{\"handlers\": [{\"resource\": \"a\", \"http\": \"http://h/\", \"headers\": {\"A\": 1}}]}",
     ":1:71: 'A' must be a string"},
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
    struct handlers_world *w = handlers_world_new();
    struct diag why = {0};
    char want[512];

    handlers_world_open(w, NULL);
    handlers_world_write(w, "h.json", bad_files[_i].file, 0600);
    ck_assert_msg(!handlers_load(w->handlers, w->file, &why), "%s: loaded", bad_files[_i].name);
    snprintf(want, sizeof want, "%s%s", w->file, bad_files[_i].want);
    ck_assert_msg(!strncmp(why.text, want, strlen(want)), "%s: got \"%s\", want \"%s\"",
                  bad_files[_i].name, why.text, want);
    ck_assert_msg(why.place.line > 0, "%s: no place", bad_files[_i].name);
    expect_no_handler(w, bad_files[_i].name, "a", NULL);
    diag_clear(&why);
    handlers_world_free(w);
}
END_TEST

START_TEST(no_file)
{
    struct handlers_world *w = handlers_world_new();
    struct diag why = {0};

    handlers_world_open(w, NULL);
    ck_assert(!handlers_load(w->handlers, w->file, &why));
    ck_assert_msg(strstr(why.text, w->file) != NULL, "got \"%s\"", why.text);
    diag_clear(&why);
    handlers_world_free(w);
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
    struct handlers_world *w = handlers_world_new();

    handlers_world_open(w, many_rows);
    handlers_world_begin(w, matches[_i].target, "{}");
    handlers_world_wait(w, 1);
    handlers_world_expect(matches[_i].name, &w->answers[0], matches[_i].want);
    handlers_world_free(w);
}
END_TEST

/* What is said where no row matches. */
static const struct {
    const char *name, *path, *file; /* path NULL: without a file */
    const char *target, *want;      /* behind "No handler for 'TARGET': " */
} misses[] = {
    {"a function, without a file", NULL, NULL, "arn:aws:lambda:us-east-1:1:function:Pay:3",
     "give --handlers FILE with {\"handlers\": [{\"resource\": \"Pay\", \"command\": "
     "[\"./handler\"]}]}, or give --lambda-endpoint URL"},
    {"a service", "h.json", "{\"handlers\": []}", "arn:aws:states:::sqs:sendMessage",
     "say where the service is, by --endpoint sqs=URL (also SQS_ENDPOINT, AWS_ENDPOINT_URL_SQS, "
     "AWS_ENDPOINT_URL), or add to \"handlers\" in h.json the line {\"resource\": "
     "\"arn:aws:states:::sqs:*\", \"endpoint\": \"URL\"}; \"command\", \"http\" or \"mock\" "
     "instead "
     "of \"endpoint\" stands in for it"},
    {"an integration of another service, in YAML", "h.yaml", "handlers: []",
     "arn:aws:states:::bedrock:invokeModel",
     "say where the service is, by --endpoint bedrock=URL (also AWS_ENDPOINT_URL_BEDROCK_RUNTIME, "
     "AWS_ENDPOINT_URL), or add to \"handlers\" in h.yaml the line - {\"resource\": "
     "\"arn:aws:states:::bedrock:*\", \"endpoint\": \"URL\"}; \"command\", \"http\" or \"mock\" "
     "instead of \"endpoint\" stands in for it"},
    {"a call that there is not", "h.json", "{\"handlers\": []}", "arn:aws:states:::sqs:sendMesage",
     "'sqs:sendMesage' is no call that is known here (did you mean sqs:sendMessage?); to do its "
     "work here, add to \"handlers\" in h.json the line {\"resource\": "
     "\"arn:aws:states:::sqs:sendMesage\", \"command\": [\"./handler\"]}"},
    {"a call that can't be waited for", "h.json", "{\"handlers\": []}",
     "arn:aws:states:::sqs:sendMessage.sync",
     "'sqs:sendMessage.sync' is no call that is known here (it may end in .waitForTaskToken); to "
     "do its work here, add to \"handlers\" in h.json the line {\"resource\": "
     "\"arn:aws:states:::sqs:sendMessage.sync\", \"command\": [\"./handler\"]}"},
    {"nor one like it", "h.json", "{\"handlers\": []}", "arn:aws:states:::aws-sdk:s3:abracadabra",
     "the service 's3' has no call 'abracadabra'; to do its work here, add to \"handlers\" in "
     "h.json the line {\"resource\": \"arn:aws:states:::aws-sdk:s3:abracadabra\", \"command\": "
     "[\"./handler\"]}"},
    {"something else", "h.json", "{\"handlers\": []}", "arn:aws:swf:us-east-1:1:task/t",
     "add to \"handlers\" in h.json the line {\"resource\": \"arn:aws:swf:us-east-1:1:task/t\", "
     "\"command\": [\"./handler\"]}"},
};

START_TEST(no_match)
{
    struct handlers_world *w = handlers_world_new();
    struct diag why = {0};
    struct buf want = {0};

    handlers_world_open(w, NULL);
    if (misses[_i].path)
        ck_assert(handlers_parse(w->handlers, misses[_i].path, misses[_i].file,
                                 strlen(misses[_i].file), &why));
    buf_printf(&want, "No handler for '%s': %s", misses[_i].target, misses[_i].want);
    expect_no_handler(w, misses[_i].name, misses[_i].target, buf_str(&want));
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    buf_clear(&want);
    handlers_world_free(w);
}
END_TEST

/* Rows that nearly match are named. */
static const struct {
    const char *name, *pattern, *target;
    bool named;
} near_rows[] = {
    {"a call of the SDK as one that is none", "arn:aws:states:::secretsmanager:*",
     "arn:aws:states:::aws-sdk:secretsmanager:getSecretValue", true},
    {"one that is none as of the SDK", "arn:aws:states:::aws-sdk:s3:getObject",
     "arn:aws:states:::s3:getObject", true},
    {"without what all begin with", "sqs:*", "arn:aws:states:::sqs:sendMessage", true},
    {"without its ending", "arn:aws:states:::sqs:sendMessage",
     "arn:aws:states:::sqs:sendMessage.waitForTaskToken", true},
    {"with an ending", "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
     "arn:aws:states:::sqs:sendMessage", true},
    {"with too few colons", "arn:aws:states::sqs:sendMessage", "arn:aws:states:::sqs:sendMessage",
     true},
    {"the service alone", "sqs", "arn:aws:states:::sqs:sendMessage", true},
    {"a slip", "arn:aws:states:::sqs:sendMesage", "arn:aws:states:::sqs:sendMessage", true},
    {"a function's name", "rezise", "arn:aws:lambda:us-east-1:1:function:resize", true},
    {"another service", "arn:aws:states:::sns:*", "arn:aws:states:::sqs:sendMessage", false},
    {"another function", "charge", "arn:aws:lambda:us-east-1:1:function:resize", false},
};

START_TEST(near_row)
{
    struct handlers_world *w = handlers_world_new();
    json *parameters = invoke_parameters(near_rows[_i].target, json_of("{}"));
    struct task t = handlers_world_task(w, near_rows[_i].target, parameters);
    struct task_result failed = {0};
    struct buf text = {0}, tail = {0};

    buf_printf(&text, "{\"handlers\": [{\"resource\": \"%s\", \"mock\": {\"return\": 1}}]}",
               near_rows[_i].pattern);
    handlers_world_open(w, buf_str(&text));
    ck_assert(!handlers_start(w->handlers, &t, &failed));
    buf_printf(&tail, "; the row for '%s' nearly matches", near_rows[_i].pattern);
    ck_assert_msg(json_str_ends(failed.cause, buf_str(&tail)) == near_rows[_i].named, "%s: %s",
                  near_rows[_i].name, json_str(failed.cause));
    task_result_clear(&failed);
    json_unref(parameters);
    buf_clear(&text);
    buf_clear(&tail);
    handlers_world_free(w);
}
END_TEST

static int64_t noon(void *clock)
{
    (void)clock;
    return 43200000;
}

START_TEST(mock_time)
{
    struct handlers_world *w = handlers_world_new();

    w->options.now = noon;
    handlers_world_open(
        w, "{\"handlers\": [{\"resource\": \"slow\", \"mock\": [{\"return\": 1, "
           "\"after_s\": 7200}, {\"return\": 2, \"after_s\": 0.5}, {\"error\": \"Late\", "
           "\"after_s\": 60}, {\"return\": 4, \"after_s\": 60}]}, "
           "{\"resource\": \"line\", \"concurrency\": 1, "
           "\"mock\": {\"return\": 5, \"after_s\": 9000}}]}");
    ck_assert_int_eq(handlers_next_due(w->handlers), INT64_MAX);
    for (int i = 0; i < 4; i++)
        handlers_world_begin(w, "slow", "{}");
    handlers_world_begin(w, "line", "{}");
    handlers_world_begin(w, "line", "{}");
    handlers_world_rounds(w, 3);
    ck_assert_uint_eq(w->answered, 0);
    /* The second one in line waits for a slot, not for the clock. */
    ck_assert_uint_eq(handlers_asleep(w->handlers), 5);
    ck_assert_int_eq(handlers_next_due(w->handlers), 43200500);

    handlers_wake(w->handlers, 43200499);
    ck_assert_uint_eq(handlers_asleep(w->handlers), 5);
    handlers_wake(w->handlers, 43200500);
    ck_assert_uint_eq(w->answered, 0); /* only the loop brings answers */
    handlers_world_wait(w, 1);
    handlers_world_expect("the shortest first", &w->answers[1], "ok 2");
    handlers_cancel(w->handlers, 3);
    handlers_wake(w->handlers, 43200000 + 7200000);
    handlers_world_wait(w, 3);
    handlers_world_expect("a failure takes its time too", &w->answers[2], "failed Late: (none)");
    handlers_world_expect("the first call's", &w->answers[0], "ok 1");
    handlers_world_rounds(w, 3);
    ck_assert_uint_eq(w->answered, 3); /* not the cancelled one */

    handlers_cancel(w->handlers, 4);
    handlers_world_rounds(w, 3);
    ck_assert_uint_eq(handlers_asleep(w->handlers), 1);
    handlers_wake(w->handlers, 43200000 + 9000000);
    handlers_world_wait(w, 4);
    handlers_world_expect("its turn came when the one before it was cancelled", &w->answers[5],
                          "ok 5");
    handlers_world_free(w);
}
END_TEST

START_TEST(mock_sequence)
{
    static const char *const want[] = {"failed Busy: try later", "failed Busy: (none)", "ok [1]",
                                       "ok [1]"};
    struct handlers_world *w = handlers_world_new();

    handlers_world_open(w,
                        "{\"handlers\": [{\"resource\": \"f\", \"mock\": [{\"error\": \"Busy\", "
                        "\"cause\": \"try later\"}, {\"error\": \"Busy\"}, {\"return\": [1]}]}]}");
    for (size_t i = 0; i < 4; i++) {
        handlers_world_begin(w, "f", "{}");
        handlers_world_wait(w, i + 1);
        handlers_world_expect("one after the other, then the last again", &w->answers[i], want[i]);
    }
    handlers_world_begin(w, "f", "{}");
    ck_assert_uint_eq(handlers_busy(w->handlers), 1);
    handlers_cancel(w->handlers, 4);
    handlers_world_rounds(w, 3);
    ck_assert_uint_eq(w->answered, 4);
    handlers_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("handlers");
    TCase *t = tcase_create("handlers");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, bad_file, 0, COUNT(bad_files));
    tcase_add_test(t, no_file);
    tcase_add_loop_test(t, match, 0, COUNT(matches));
    tcase_add_loop_test(t, no_match, 0, COUNT(misses));
    tcase_add_loop_test(t, near_row, 0, COUNT(near_rows));
    tcase_add_test(t, mock_sequence);
    tcase_add_test(t, mock_time);
    suite_add_tcase(s, t);
    return run_suite(s);
}
