/* The API in process: executions start, stop, are told of, listed, redriven and forgotten. */

#include "tests/support/api_scene.h"
#include "tests/support/expect.h"

#include <string.h>

static const struct story stories[] = {
    {"an execution runs, is described and has a history",
     {CREATE("m", PASS),
      START("m", "e", "{\\\"a\\\": 1}"),
      DESCRIBE("m:e", "\"status\":\"SUCCEEDED\""),
      DESCRIBE("m:e", "\"output\":\"{\\\"a\\\":1}\",\"outputDetails\":{\"included\":true}"),
      DESCRIBE("m:e", "Execution is SUCCEEDED and cannot be redriven"),
      {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"type\":\"ExecutionSucceeded\"", 0},
      {"GetExecutionHistory",
       "{\"executionArn\":\"" EXECUTION("m:e") "\",\"includeExecutionData\":false}", 200,
       "!\"input\"", 0}}},
    {"history comes in pages, in both orders",
     {RUN_M(PASS),
      {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\",\"maxResults\":3}", 200,
       "PassStateExited", 0},
      {"GetExecutionHistory",
       "{\"executionArn\":\"" EXECUTION("m:e") "\",\"maxResults\":3,\"nextToken\":\"<next>\"}", 200,
       "{\"events\":[{\"id\":4", 0},
      {"GetExecutionHistory",
       "{\"executionArn\":\"" EXECUTION("m:e") "\",\"maxResults\":3,\"reverseOrder\":true}", 200,
       "{\"events\":[{\"id\":4", 0},
      {"GetExecutionHistory",
       "{\"executionArn\":\"" EXECUTION(
           "m:e") "\",\"maxResults\":3,\"reverseOrder\":true,\"nextToken\":\"<next>\"}",
       200, "{\"events\":[{\"id\":1", 0}}},
    {"the same start again, while it runs, is the same execution",
     {RUN_M(WAIT),
      START("m", "e", "1"),
      {"StartExecution",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"2\"}", 400,
       "Execution Already Exists: '" EXECUTION("m:e") "'", 60000},
      {"StartExecution",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"1\"}", 400,
       "ExecutionAlreadyExists", 0}}},
    {"an input that is no JSON is refused in the words of AWS's parser",
     {CREATE("m", PASS),
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"input\":\"not\"}", 400,
       "'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token "
       "'null', 'true' or 'false')'",
       0},
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"input\":\"{'a'}\"}", 400,
       "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 0},
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"input\":\"[\u2026\"}", 400,
       "Unexpected character ('\u2026' (code 8230 / 0x2026)): expected a valid value", 0},
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"input\":\"{\u00e9\"}", 400,
       "Unexpected character ('\u00e9' (code 233)): was expecting double-quote", 0},
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"input\":\"[\\u0001\"}", 400,
       "Illegal character ((CTRL-CHAR, code 1)): only regular white space", 0},
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"input\":\"\"}", 400,
       "Invalid execution input.", 0}}},
    {"a test case needs a mock configuration",
     {CREATE("m", PASS),
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m#case") "\"}", 400,
       "There is no mock configuration for the test case 'case'", 0}}},
    {"a stop keeps its error and cause",
     {RUN_M(WAIT),
      {"StopExecution",
       "{\"executionArn\":\"" EXECUTION("m:e") "\",\"error\":\"E\",\"cause\":\"C\"}", 200,
       "\"stopDate\":1700000.0", 1000},
      DESCRIBE("m:e", "\"error\":\"E\",\"cause\":\"C\""),
      DESCRIBE("m:e", "\"ABORTED\""),
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "1700000.0", 0}}},
    {"executions are listed, the newest first, by status and in pages",
     {CREATE("m", WAIT),
      START("m", "a", "1"),
      START("m", "b", "1"),
      START("m", "c", "1"),
      STOP("m:b"),
      {"ListExecutions",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"statusFilter\":\"RUNNING\",\"maxResults\":1}",
       200, "\"name\":\"c\"", 0},
      {"ListExecutions",
       "{\"stateMachineArn\":\"" MACHINE(
           "m") "\",\"statusFilter\":\"RUNNING\",\"maxResults\":1,\"nextToken\":\"<next>\"}",
       200, "{\"executions\":[{\"executionArn\":\"" EXECUTION("m:a"), 0},
      {"ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"statusFilter\":\"ABORTED\"}",
       200, "!\"name\":\"a\"", 0}}},
    {"an execution that failed is redriven, and its history goes on",
     {RUN_M("{" IN_VAIN "}"),
      DESCRIBE("m:e", "\"redriveCount\":0,"),
      DESCRIBE("m:e", "\"redriveStatus\":\"REDRIVABLE\"}"),
      {"RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "{\"redriveDate\":1700000.0}", 5000},
      DESCRIBE("m:e", "\"status\":\"SUCCEEDED\""),
      DESCRIBE("m:e", "\"output\":\"\\\"at last\\\"\""),
      DESCRIBE("m:e", "\"redriveCount\":1,\"redriveDate\":1700000.0"),
      DESCRIBE("m:e", "!\"error\""),
      {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "{\"id\":5,\"previousEventId\":4,\"timestamp\":1700000.0,\"type\":\"ExecutionRedriven\","
       "\"executionRedrivenEventDetails\":{\"redriveCount\":1}},{\"id\":6,\"previousEventId\":2,",
       0},
      REDRIVE("m:e", "t", 400,
              "{\"__type\":\"ExecutionNotRedrivable\",\"message\":\"Execution is SUCCEEDED and "
              "cannot be redriven\"}"),
      {"ListExecutions",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"redriveFilter\":\"REDRIVEN\"}", 200,
       "\"redriveCount\":1,\"redriveDate\":1700000.0", 0},
      {"ListExecutions",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"redriveFilter\":\"NOT_REDRIVEN\"}", 200,
       "{\"executions\":[]}", 0},
      {"ListExecutions",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"statusFilter\":\"PENDING_REDRIVE\"}", 400,
       "ValidationException", 0}}},
    {"the same redrive again is answered as before, for a quarter of an hour",
     {RUN_M(WAIT),
      STOP("m:e"),
      {"RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\",\"clientToken\":\"t\"}", 200,
       "1700000.0", 1000},
      REDRIVE("m:e", "t", 200, "1700000.0"),
      REDRIVE("m:e", "u", 400, "Execution is RUNNING and cannot be redriven"),
      DESCRIBE("m:e", "\"status\":\"RUNNING\""),
      DESCRIBE("m:e", "!stopDate"),
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "stopDate", 898999},
      {"RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\",\"clientToken\":\"t\"}", 200,
       "1700000.0", 1},
      {"RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\",\"clientToken\":\"t\"}", 200,
       "1700900.0", 60000},
      DESCRIBE("m:e", "\"redriveCount\":2"),
      DESCRIBE("m:e", "SUCCEEDED")}},
    {"a redrive may come too late, or for nothing",
     {CREATE("m", "{" IN_VAIN "}"),
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\"}", 200, "m:e",
       1209600001},
      DESCRIBE("m:e", "\"redriveStatus\":\"NOT_REDRIVABLE\",\"redriveStatusReason\":\"Execution "
                      "redrivable period exceeded\""),
      REDRIVE("m:e", "t", 400, "Execution redrivable period exceeded"),
      REDRIVE("m:x", "t", 400, "Execution Does Not Exist: '" EXECUTION("m:x") "'"),
      REDRIVE("m/L:x", "t", 400,
              "\"message\":\"Labeled Execution ARNs are not supported for this "
              "API\",\"reason\":\"API_DOES_NOT_SUPPORT_LABELED_ARNS\""),
      {"RedriveExecution",
       "{\"executionArn\":\"arn:aws:states:us-east-1:123456789012:express:m:e:u\"}", 400,
       "InvalidArn", 0},
      {"RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\",\"clientToken\":\"a b\"}",
       400, "clientToken", 0}}},
    {"of a machine that is being deleted nothing is redriven",
     {CREATE("m", WAIT),
      START("m", "a", "1"),
      START("m", "b", "1"),
      STOP("m:a"),
      {"DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200, "{}", 0},
      REDRIVE("m:a", "t", 400, "State machine is in DELETING status")}},
    {"an Express execution is answered when it ends, and leaves nothing",
     {{"CreateStateMachine",
       "{\"name\":\"x\",\"type\":\"EXPRESS\",\"definition\":\"" WAIT "\",\"roleArn\":\"" ROLE "\"}",
       200, MACHINE("x"), 0},
      {"StartSyncExecution", "{\"stateMachineArn\":\"" MACHINE("x") "\",\"input\":\"5\"}", 0, NULL,
       60000},
      {"", "", 200, "\"status\":\"SUCCEEDED\"", 0},
      {"ListExecutions", "{\"stateMachineArn\":\"" MACHINE("x") "\"}", 400,
       "StateMachineTypeNotSupported", 0}}},
    {"an Express execution's time is billed in steps of 100 ms, at least one",
     {{"CreateStateMachine",
       "{\"name\":\"x\",\"type\":\"EXPRESS\",\"roleArn\":\"" ROLE
       "\",\"definition\":\"{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":"
       "\\\"Wait\\\",\\\"TimestampPath\\\":\\\"$\\\",\\\"End\\\":true}}}\"}",
       200, MACHINE("x"), 0},
      {"StartSyncExecution",
       "{\"stateMachineArn\":\"" MACHINE("x") "\",\"input\":\"\\\"1970-01-20T16:13:20.101Z\\\"\"}",
       0, NULL, 101},
      {"", "", 200, "\"billedDurationInMilliseconds\":200", 0},
      {"StartSyncExecution",
       "{\"stateMachineArn\":\"" MACHINE("x") "\",\"input\":\"\\\"1970-01-20T16:13:20.301Z\\\"\"}",
       0, NULL, 200},
      {"", "", 200, "\"billedDurationInMilliseconds\":200", 0},
      {"StartSyncExecution",
       "{\"stateMachineArn\":\"" MACHINE("x") "\",\"input\":\"\\\"1970-01-20T16:13:20.000Z\\\"\"}",
       0, NULL, 0},
      {"", "", 200, "\"billedDurationInMilliseconds\":100", 0}}},
    {"an Express execution has five minutes",
     {{"CreateStateMachine",
       "{\"name\":\"x\",\"type\":\"EXPRESS\",\"roleArn\":\"" ROLE
       "\",\"definition\":\"{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":"
       "\\\"Wait\\\",\\\"SecondsPath\\\":\\\"$\\\",\\\"End\\\":true}}}\"}",
       200, MACHINE("x"), 0},
      {"StartSyncExecution", "{\"stateMachineArn\":\"" MACHINE("x") "\",\"input\":\"299\"}", 0,
       NULL, 299000},
      {"", "", 200, "\"status\":\"SUCCEEDED\"", 0},
      {"StartSyncExecution", "{\"stateMachineArn\":\"" MACHINE("x") "\",\"input\":\"301\"}", 0,
       NULL, 299999},
      {"ListStateMachines", "{}", 200, "", 1},
      {"", "", 200, "\"status\":\"TIMED_OUT\"", 0}}},
    {"a Standard machine is not started synchronously",
     {CREATE("m", PASS),
      {"StartSyncExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 400,
       "This operation is not supported by this type of state machine", 0}}},
};

/* The execution goes on to its end, of which nobody hears. */
START_TEST(client_of_a_synchronous_execution_that_is_gone)
{
    static const char start[] = "{\"stateMachineArn\":\"" MACHINE("w") "\"}";
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call_well(
        &s, "CreateStateMachine",
        "{\"name\":\"w\",\"type\":\"EXPRESS\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\","
        "\"definition\":\"{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":"
        "\\\"Wait\\\",\\\"Seconds\\\":10,\\\"End\\\":true}}}\"}");
    s.status = 0;
    uint64_t waits =
        api_call(s.api, "StartSyncExecution", start, strlen(start), s.now_ms, scene_answered, &s);
    scene_turn(&s);
    ck_assert(api_waits(s.api, waits));
    ck_assert_uint_eq(api_waiting(s.api), 1);
    api_give_up(s.api, waits);
    ck_assert(!api_waits(s.api, waits));
    ck_assert_uint_eq(api_waiting(s.api), 0);
    s.now_ms += 60000;
    scene_settle(&s);
    ck_assert_int_eq(s.status, 0);
    scene_clear(&s);
}
END_TEST

/* A start that is refused: when one has ended, or the server is another, it is counted anew. */
START_TEST(open_executions_are_counted)
{
    static const char start[] = "{\"stateMachineArn\":\"" MACHINE("w") "\",\"name\":\"%s\"}";
    struct scene s;
    struct buf body = {0};

    scene_init(&s, _i);
    s.max_open = 1;
    scene_crash(&s);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"w\",\"roleArn\":\"" ROLE "\",\"definition\":\"" WAIT "\"}");
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"x\",\"roleArn\":\"" ROLE
               "\",\"type\":\"EXPRESS\",\"definition\":\"" WAIT "\"}");
    buf_printf(&body, start, "a");
    for (int i = 0; i < 2; i++) { /* the same again is no second one */
        scene_call_well(&s, "StartExecution", buf_str(&body));
    }
    scene_settle(&s);
    buf_reset(&body);
    buf_printf(&body, start, "b");
    for (int i = 0; i < 2; i++) {
        scene_call_in_vain(&s, "StartExecution", buf_str(&body), "ExecutionLimitExceeded");
        scene_crash(&s);
    }
    scene_call_well(&s, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("x") "\"}");
    scene_call(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("w:a") "\"}");
    scene_settle(&s);
    scene_call_well(&s, "StartExecution", buf_str(&body));
    scene_settle(&s);
    scene_call_in_vain(&s, "RedriveExecution", "{\"executionArn\":\"" EXECUTION("w:a") "\"}",
                       "ExecutionLimitExceeded");
    buf_clear(&body);
    scene_clear(&s);
}
END_TEST

/* A clock that is set forward by mistake must not cost what was kept. */
START_TEST(retention_goes_by_a_clock_that_nobody_sets)
{
    const int64_t hour_ms = 3600 * 1000, year_ms = 365 * 24 * hour_ms;
    const char *describe = "{\"executionArn\":\"" EXECUTION("m:x") "\"}";
    struct scene s = {.kind = MEMORY, .now_ms = START_MS, .retention_ms = hour_ms};

    scene_open_store(&s);
    scene_wake_up(&s);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" PASS "\"}");
    scene_call(&s, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"x\"}");
    scene_settle(&s);
    s.now_ms += year_ms;
    api_clock_set(s.api, year_ms, -year_ms);
    s.now_ms += hour_ms / 2;
    scene_settle(&s);
    scene_call_well(&s, "DescribeExecution", describe);
    s.now_ms += hour_ms;
    scene_settle(&s);
    scene_call(&s, "DescribeExecution", describe);
    ck_assert_msg(s.status == 400, "%s", buf_str(&s.answer));
    scene_clear(&s);
}
END_TEST

/* How many executions of m a client starts until it is refused. */
static int start_all(struct scene *s)
{
    int started = 0;

    for (;; started++) {
        scene_call(s, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
        if (s->status != 200)
            return started;
    }
}

START_TEST(clients_are_throttled_where_asked_for)
{
    struct scene s;

    scene_init(&s, MEMORY);
    s.throttle = API_THROTTLE_AWS;
    scene_crash(&s);
    scene_start_m(&s, PASS, "1");
    ck_assert_int_eq(start_all(&s), 1299);
    ck_assert_str_eq(buf_str(&s.answer),
                     "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}");
    s.now_ms += 10;
    ck_assert_int_eq(start_all(&s), 3);
    /* What nobody takes for a day is not saved up. */
    s.now_ms += 24 * 3600 * 1000;
    ck_assert_int_eq(start_all(&s), 1300);
    scene_clear(&s);
}
END_TEST

/* 5,000 transitions at once, and 1,500 a second; it fails at the quota on events. */
START_TEST(transitions_are_throttled_where_asked_for)
{
    static const char loop[] =
        "{\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Choice\\\","
        "\\\"Choices\\\":[{\\\"Variable\\\":\\\"$.x\\\",\\\"IsPresent\\\":true,\\\"Next\\\":"
        "\\\"Z\\\"}],"
        "\\\"Default\\\":\\\"A\\\"},\\\"Z\\\":{\\\"Type\\\":\\\"Succeed\\\"}}}";
    static const enum api_throttle kinds[] = {API_THROTTLE_NESTED, API_THROTTLE_AWS,
                                              API_THROTTLE_NONE};
    struct scene s;

    scene_init(&s, MEMORY);
    s.throttle = kinds[_i];
    scene_crash(&s);
    scene_start_m(&s, loop, "1");
    if (kinds[_i] == API_THROTTLE_AWS) {
        ck_assert_uint_eq(s.ended, 0);
        ck_assert_int_eq(engine_next_due(s.engine), s.now_ms + 1);
        s.now_ms += 3000;
        scene_rest(&s);
        /* 12,500 are asked for: one is lacking. */
        s.now_ms += 1999;
        scene_rest(&s);
        ck_assert_uint_eq(s.ended, 0);
        s.now_ms += 1;
        scene_rest(&s);
    }
    ck_assert_uint_eq(s.ended, 1);
    ck_assert_uint_eq(engine_throttled(s.engine), kinds[_i] == API_THROTTLE_AWS ? 3 : 0);
    scene_clear(&s);
}
END_TEST

/* The names in the last answer's list, in order. */
static void expect_names(struct scene *s, const char *want)
{
    json *v = json_parse(s->answer.data, s->answer.len, 0, NULL);
    const json *list = v ? json_get(v, "executions") : NULL;
    struct buf names = {0};

    ck_assert_msg(list != NULL, "%s", buf_str(&s->answer));
    for (size_t i = 0; i < json_count(list); i++)
        buf_printf(&names, "%s ", json_str(json_get(json_at(list, i), "name")));
    expect_text("the list", buf_str(&names), want);
    buf_clear(&names);
    json_unref(v);
}

/* Those that ended by when they did, those that run by when they began. */
START_TEST(lists_are_in_order)
{
    struct scene s;

    scene_init(&s, _i);
    scene_make_m(&s, WAIT);
    for (int i = 0; i < 3; i++) {
        struct buf body = {0};
        buf_printf(&body, LIST_M(",\"name\":\"e%d\""), i);
        scene_call(&s, "StartExecution", buf_str(&body));
        scene_settle(&s);
        s.now_ms += 1000;
        buf_clear(&body);
    }
    scene_call(&s, "ListExecutions", LIST_M(""));
    expect_names(&s, "e2 e1 e0 ");
    scene_call(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e1") "\"}");
    scene_settle(&s);
    s.now_ms += 1000;
    scene_call(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e0") "\"}");
    scene_settle(&s);
    scene_call(&s, "ListExecutions", LIST_M(""));
    expect_names(&s, "e0 e1 e2 ");
    scene_call(&s, "ListExecutions", LIST_M(",\"statusFilter\":\"ABORTED\""));
    expect_names(&s, "e0 e1 ");
    s.now_ms += 1000;
    scene_call(&s, "RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e1") "\"}");
    scene_settle(&s);
    scene_call(&s, "ListExecutions", LIST_M(",\"statusFilter\":\"RUNNING\""));
    expect_names(&s, "e1 e2 ");
    scene_call(&s, "ListExecutions", LIST_M(",\"maxResults\":2"));
    expect_names(&s, "e1 e0 ");
    scene_call(&s, "ListExecutions", LIST_M(",\"maxResults\":2,\"nextToken\":\"<next>\""));
    expect_names(&s, "e2 ");
    scene_call(&s, "ListExecutions", LIST_M(",\"redriveFilter\":\"REDRIVEN\""));
    expect_names(&s, "e1 ");
    scene_call_in_vain(&s, "ListExecutions", "{}", "Must provide a StateMachine ARN or MapRun ARN");
    scene_clear(&s);
}
END_TEST

/* A page that looks for what hardly any has ends all the same, and tells where to go on. */
START_TEST(pages_have_a_bound)
{
    struct scene s;

    scene_init(&s, _i);
    scene_make_m(&s, PASS);
    scene_start_many(&s, 2100);
    scene_call(&s, "ListExecutions", LIST_M(",\"redriveFilter\":\"REDRIVEN\""));
    expect_names(&s, "");
    scene_expect_words(&s, "nextToken");
    scene_call(&s, "ListExecutions",
               LIST_M(",\"redriveFilter\":\"REDRIVEN\",\"nextToken\":\"<next>\""));
    expect_names(&s, "");
    ck_assert_msg(!strstr(buf_str(&s.answer), "nextToken"), "%s", buf_str(&s.answer));
    scene_call(&s, "ListExecutions",
               LIST_M(",\"redriveFilter\":\"NOT_REDRIVEN\",\"maxResults\":3"));
    expect_names(&s, "e2099 e2098 e2097 ");
    scene_call(&s, "PublishStateMachineVersion", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    scene_call(&s, "ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m:1") "\"}");
    expect_names(&s, "");
    /* Rows that are read count for more: four pages go through 1,600, not through all. */
    for (int page = 1; page < 4; page++) {
        scene_expect_words(&s, "nextToken");
        scene_call(&s, "ListExecutions",
                   "{\"stateMachineArn\":\"" MACHINE("m:1") "\",\"nextToken\":\"<next>\"}");
    }
    scene_expect_words(&s, "nextToken");
    scene_clear(&s);
}
END_TEST

static size_t count_listed(struct scene *s)
{
    size_t count = 0;

    scene_call(s, "ListExecutions", LIST_M(",\"maxResults\":1000"));
    for (const char *at = buf_str(&s->answer); (at = strstr(at, "executionArn")); at++)
        count++;
    return count;
}

/* Piece after piece, without anybody talking, and without a pause while there is more. */
START_TEST(what_is_old_goes)
{
    struct scene s;
    int turns = 0;

    scene_init(&s, _i);
    s.retention_ms = 60000;
    scene_crash(&s);
    scene_make_m(&s, PASS);
    scene_start_many(&s, 400);
    for (int i = 0; i < 9; i++)
        scene_turn(&s);
    ck_assert_uint_eq(count_listed(&s), 400);
    s.now_ms += 59000;
    scene_settle(&s);
    ck_assert_uint_eq(count_listed(&s), 400);
    s.now_ms += 120000;
    ck_assert_msg(api_next_due(s.api) <= s.now_ms, "nobody wakes up for it");
    for (; turns < 100 && api_next_due(s.api) <= s.now_ms; turns++)
        scene_turn(&s);
    ck_assert_msg(turns > 3 && turns < 100, "%d turns", turns);
    ck_assert_uint_eq(count_listed(&s), 0);
    scene_clear(&s);
}
END_TEST

/* What runs ends, and nothing new is taken on. */
START_TEST(disk_that_is_nearly_full)
{
    struct scene s;

    scene_init(&s, SQLITE);
    scene_make_m(&s, WAIT);
    scene_call(&s, "StartExecution", LIST_M(",\"name\":\"e\""));
    scene_settle(&s);
    s.least_room = UINT64_MAX / 2;
    scene_crash(&s);
    scene_call(&s, "StartExecution", LIST_M(""));
    ck_assert_msg(s.status == 503 && strstr(buf_str(&s.answer), "ServiceUnavailable"), "%d %s",
                  s.status, buf_str(&s.answer));
    scene_call_well(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_settle(&s);
    scene_call(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_expect_words(&s, "ABORTED");
    scene_clear(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_executions");
    TCase *tc = scene_case("api_executions");

    scene_add_stories(tc, stories, COUNT(stories));
    tcase_add_test(tc, client_of_a_synchronous_execution_that_is_gone);
    tcase_add_loop_test(tc, open_executions_are_counted, 0, KINDS);
    tcase_add_test(tc, retention_goes_by_a_clock_that_nobody_sets);
    tcase_add_test(tc, clients_are_throttled_where_asked_for);
    tcase_add_loop_test(tc, transitions_are_throttled_where_asked_for, 0, 3);
    tcase_add_loop_test(tc, lists_are_in_order, 0, KINDS);
    tcase_add_loop_test(tc, pages_have_a_bound, 0, KINDS);
    tcase_add_loop_test(tc, what_is_old_goes, 0, KINDS);
    tcase_add_test(tc, disk_that_is_nearly_full);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
