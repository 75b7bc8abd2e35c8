/* The API in process: activities and their workers, task tokens, and Tasks that call the API
 * itself. */

#include "tests/support/api_scene.h"
#include "tests/support/expect.h"

#include <string.h>

static const struct story stories[] = {
    {"an activity's key does not change",
     {{"CreateActivity", "{\"name\":\"a\"}", 200, ACTIVITY("a"), 0},
      {"CreateActivity",
       "{\"name\":\"a\",\"encryptionConfiguration\":{\"type\":\"AWS_OWNED_KEY\"}}", 200,
       ACTIVITY("a"), 0},
      {"CreateActivity",
       "{\"name\":\"a\",\"encryptionConfiguration\":{\"type\":\"CUSTOMER_MANAGED_KMS_KEY\","
       "\"kmsKeyId\":\"k\"}}",
       400, "\"__type\":\"ActivityAlreadyExists\"", 0}}},
    {"a Task whose activity does not exist fails before it is scheduled",
     {CREATE("gone", TASK(ACTIVITY("nobody"), "")),
      START("gone", "x", "{}"),
      {"GetExecutionHistory",
       "{\"executionArn\":\"" EXECUTION("gone:x") "\",\"reverseOrder\":true}", 200,
       "{\"events\":[{\"id\":3,\"previousEventId\":2,\"timestamp\":1700000.0,\"type\":"
       "\"ExecutionFailed\",",
       0},
      DESCRIBE("gone:x", "The activity " ACTIVITY("nobody") " does not exist.")}},
    {"a worker that polls first gets the task, and its token ends it",
     {{"CreateActivity", "{\"name\":\"act\"}", 200, ACTIVITY("act"), 0},
      CREATE("m", TASK(ACTIVITY("act"), "")),
      START("m", "e", "7"),
      {"GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\",\"workerName\":\"w\"}", 200,
       "\"input\":\"7\"", 0},
      {"SendTaskSuccess", "{\"taskToken\":\"<token>\",\"output\":\"not\"}", 400, "InvalidOutput",
       0},
      {"SendTaskHeartbeat", "{\"taskToken\":\"<token>\"}", 200, "{}", 0},
      {"SendTaskSuccess", "{\"taskToken\":\"<token>\",\"output\":\"{\\\"b\\\":2}\"}", 200, "{}", 0},
      DESCRIBE("m:e", "\"output\":\"{\\\"b\\\":2}\""),
      {"SendTaskSuccess", "{\"taskToken\":\"<token>\",\"output\":\"1\"}", 400, "TaskTimedOut", 0},
      {"SendTaskFailure", "{\"taskToken\":\"made up\"}", 400, "Invalid Token: 'Invalid token'", 0},
      {"SendTaskFailure", "{\"taskToken\":\"AQC0123456789abcdef0123456789abcdef\"}", 400,
       "Invalid Token: 'Invalid token'", 0}}},
    {"a poll waits for a task, or for a minute",
     {{"CreateActivity", "{\"name\":\"act\"}", 200, ACTIVITY("act"), 0},
      {"GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}", 0, NULL, 60000},
      {"", "", 200, "{}", 0},
      {"GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}", 0, NULL, 0},
      CREATE("m", TASK(ACTIVITY("act"), "")),
      START("m", "e", "7"),
      {"", "", 200, "taskToken", 0},
      {"SendTaskFailure", "{\"taskToken\":\"<token>\",\"error\":\"E\"}", 200, "{}", 0},
      DESCRIBE("m:e", "\"status\":\"FAILED\""),
      DESCRIBE("m:e", "\"error\":\"E\"")}},
    {"a Task starts an execution and waits for its end",
     {CREATE("child", WAIT),
      RUN_M(TASK("arn:aws:states:::states:startExecution.sync:2",
                 ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                     "child") "\\\",\\\"Name\\\":\\\"c\\\",\\\"Input\\\":{\\\"A\\\":1}}")),
      {"DescribeExecution", "{\"executionArn\":\"" EXECUTION("child:c") "\"}", 200,
       "\"input\":\"{\\\"A\\\":1}\"", 60000},
      DESCRIBE("m:e", "\\\"Output\\\":{\\\"A\\\":1}"),
      DESCRIBE("m:e", "\\\"OutputDetails\\\":{\\\"Included\\\":true},\\\"RedriveCount\\\":0,"
                      "\\\"RedriveStatus\\\":\\\"NOT_REDRIVABLE\\\",\\\"RedriveStatusReason\\\":"
                      "\\\"Execution is SUCCEEDED and cannot be redriven\\\",\\\"StartDate\\\":"),
      DESCRIBE("m:e", "SUCCEEDED")}},
    {"a Task's child that fails is told with its Input as text",
     {CREATE("child", "{" IN_VAIN "}"),
      RUN_M(TASK("arn:aws:states:::states:startExecution.sync:2",
                 ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                     "child") "\\\",\\\"Name\\\":\\\"c\\\",\\\"Input\\\":{\\\"A\\\":1}}")),
      DESCRIBE("m:e", "\\\"Input\\\":\\\"{\\\\\\\"A\\\\\\\":1}\\\",\\\"InputDetails\\\":{"
                      "\\\"Included\\\":true},\\\"Name\\\":\\\"c\\\",\\\"RedriveCount\\\":0,"
                      "\\\"RedriveStatus\\\":\\\"REDRIVABLE\\\",\\\"StartDate\\\":"),
      DESCRIBE("m:e", "\\\"Error\\\":\\\"States.QueryEvaluationError\\\"")}},
    {"a Task's child that ran out of time has no Error",
     {CREATE("child",
             "{\\\"TimeoutSeconds\\\":5,\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{"
             "\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\\":60,\\\"End\\\":true}}}"),
      CREATE("m", TASK("arn:aws:states:::states:startExecution.sync",
                       ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                           "child") "\\\",\\\"Name\\\":\\\"c\\\"}")),
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\"}", 200, "m:e",
       5000},
      DESCRIBE("m:e", "\"cause\":\"{\\\"ExecutionArn\\\":"),
      DESCRIBE("m:e", "\\\"Status\\\":\\\"TIMED_OUT\\\"")}},
    {"a Task's child is told with the alias that it was started by",
     {{"CreateStateMachine",
       "{\"name\":\"child\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE "\",\"publish\":true}",
       200, MACHINE("child:1"), 0},
      {"CreateStateMachineAlias",
       "{\"name\":\"live\",\"routingConfiguration\":[{\"stateMachineVersionArn\":\"" MACHINE(
           "child:1") "\",\"weight\":100}]}",
       200, "", 0},
      RUN_M(
          TASK("arn:aws:states:::states:startExecution.sync",
               ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE("child:live") "\\\"}")),
      DESCRIBE(
          "m:e",
          "\\\"StateMachineAliasArn\\\":\\\"" MACHINE(
              "child:live") "\\\",\\\"StateMachineArn\\\":\\\"" MACHINE("child") "\\\","
                                                                                 "\\\"StateMachineV"
                                                                                 "ersionArn\\\":"
                                                                                 "\\\"" MACHINE(
                                                                                     "child:1") "\\"
                                                                                                "\""
                                                                                                ","
                                                                                                "\\"
                                                                                                "\""
                                                                                                "St"
                                                                                                "at"
                                                                                                "us"
                                                                                                "\\"
                                                                                                "\""
                                                                                                ":")}},
    {"a Task waits for an execution that it gave no name",
     {CREATE("child", WAIT),
      CREATE("m", TASK("arn:aws:states:::states:startExecution.sync:2",
                       ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                           "child") "\\\",\\\"Input\\\":{\\\"A\\\":1}}")),
      {"StartExecution",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"1\"}", 200,
       EXECUTION("m:e"), 60000},
      DESCRIBE("m:e", "\\\"Output\\\":{\\\"A\\\":1}"),
      DESCRIBE("m:e", "SUCCEEDED")}},
    {"the execution that a Task waits for stops with it",
     {CREATE("child", WAIT),
      RUN_M(TASK("arn:aws:states:::states:startExecution.sync",
                 ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                     "child") "\\\",\\\"Name\\\":\\\"c\\\"}")),
      STOP("m:e"), DESCRIBE("child:c", "ABORTED"),
      DESCRIBE("child:c", "\"cause\":\"The Task state in AWS Step Functions execution [" EXECUTION(
                              "m:e") "] which was managing this resource was aborted\""),
      DESCRIBE("child:c", "!\"error\"")}},
    {"a Task calls the api as the SDK does",
     {CREATE("m",
             TASK("arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
                  ",\\\"Parameters\\\":{\\\"TaskToken\\\":\\\"x\\\",\\\"Output\\\":\\\"1\\\"}")),
      START("m", "e", "1"), DESCRIBE("m:e", "\"error\":\"Sfn.InvalidTokenException\""),
      DESCRIBE("m:e", "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400")}},
};

START_TEST(worker_that_is_gone_gets_no_task)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateActivity", "{\"name\":\"act\"}");
    s.status = 0;
    uint64_t waits =
        api_call(s.api, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}",
                 strlen("{\"activityArn\":\"" ACTIVITY("act") "\"}"), s.now_ms, scene_answered, &s);
    ck_assert(waits != 0);
    api_give_up(s.api, waits);
    s.now_ms += 60000;
    scene_settle(&s);
    ck_assert_int_eq(s.status, 0);
    scene_clear(&s);
}
END_TEST

START_TEST(what_waits_at_the_end_is_let_go)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateActivity", "{\"name\":\"act\"}");
    scene_call(&s, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}");
    ck_assert_int_eq(s.status, 0);
    api_end_polls(s.api);
    scene_turn(&s);
    ck_assert_int_eq(s.status, 200);
    scene_clear(&s);
}
END_TEST

/* A Task's call is given up with the Task, and must not be looked for in what has gone by then. */
START_TEST(server_ends_while_a_task_calls_and_an_answer_is_owed)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call_well(&s, "CreateStateMachine",
                    "{\"name\":\"x\",\"type\":\"EXPRESS\",\"definition\":\"" WAIT
                    "\",\"roleArn\":\"" ROLE "\"}");
    scene_start_m(&s,
                  TASK("arn:aws:states:::aws-sdk:sfn:startSyncExecution",
                       ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE("x") "\\\"}"),
                  "1");
    ck_assert_uint_eq(engine_running(s.engine), 2);
    ck_assert_uint_eq(api_waiting(s.api), 1);
    scene_ask(&s, "ListStateMachines", "{}");
    ck_assert_int_eq(s.status, 0);
    scene_clear(&s);
}
END_TEST

/* A poll is made and waits, as many times. */
static void poll(struct scene *s, int times)
{
    static const char body[] = "{\"activityArn\":\"" ACTIVITY("act") "\"}";

    for (int i = 0; i < times; i++)
        ck_assert(
            api_call(s->api, "GetActivityTask", body, strlen(body), s->now_ms, scene_answered, s));
}

START_TEST(workers_that_poll_are_counted)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateActivity", "{\"name\":\"act\"}");
    s.status = 0;
    poll(&s, 500);
    uint64_t first =
        api_call(s.api, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}",
                 strlen("{\"activityArn\":\"" ACTIVITY("act") "\"}"), s.now_ms, scene_answered, &s);
    poll(&s, 499);
    ck_assert_uint_eq(api_waiting(s.api), 1000);
    scene_call_in_vain(&s, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}",
                       "ActivityWorkerLimitExceeded");
    api_give_up(s.api, first);
    s.status = 0;
    poll(&s, 1);
    scene_settle(&s);
    ck_assert_int_eq(s.status, 0);
    ck_assert_uint_eq(api_waiting(s.api), 1000);
    scene_clear(&s);
}
END_TEST

/* The service's answer comes after the result by the token, with crashes before and after that. */
START_TEST(token_before_submitted)
{
    static const char definition[] =
        "{\"name\":\"m\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\",\"definition\":\"{"
        "\\\"StartAt\\\":\\\"A\\\",\\\"States\\\":{\\\"A\\\":{\\\"Type\\\":\\\"Task\\\","
        "\\\"Resource\\\":\\\"arn:aws:states:::sqs:sendMessage.waitForTaskToken\\\","
        "\\\"Parameters\\\":{\\\"QueueUrl\\\":\\\"q\\\",\\\"MessageBody\\\":\\\"m\\\"},"
        "\\\"End\\\":true}}}\"}";
    static const char success[] = "{\"taskToken\":\"<token>\",\"output\":\"7\"}";
    struct scene s;

    scene_init(&s, _i);
    scene_call_well(&s, "CreateStateMachine", definition);
    scene_settle(&s);
    scene_call(&s, "StartExecution",
               "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"{}\"}");
    scene_settle(&s);
    scene_crash(&s);
    scene_call_well(&s, "SendTaskSuccess", success);
    scene_crash(&s);
    scene_call(&s, "SendTaskSuccess", success);
    scene_expect_words(&s, "TaskTimedOut");
    scene_call(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_expect_words(&s, "RUNNING");
    json *submitted = json_cstring("sent");
    engine_task_submitted(s.engine, s.told, submitted);
    json_unref(submitted);
    scene_settle(&s);
    scene_crash(&s);
    scene_call(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_expect_words(&s, "\"output\":\"7\"");
    scene_call(&s, "GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    const char *first = strstr(buf_str(&s.answer), "TaskSubmitted");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(strstr(first, "TaskSucceeded"));
    scene_clear(&s);
}
END_TEST

/* A call that is made again after a crash is for a task of an execution that comes later. */
START_TEST(task_with_the_token_of_one_that_is_not_taken_up)
{
    struct scene s;
    struct buf body = {0};

    scene_init(&s, _i);
    scene_call(&s, "CreateActivity", "{\"name\":\"go\"}");
    scene_call(&s, "CreateActivity", "{\"name\":\"act\"}");
    scene_call(
        &s, "CreateStateMachine",
        "{\"name\":\"a\",\"roleArn\":\"" ROLE "\",\"definition\":\"{\\\"StartAt\\\":\\\"G\\\","
        "\\\"States\\\":{\\\"G\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"" ACTIVITY(
            "go") "\\\",\\\"Next\\\":\\\"S\\\"},\\\"S\\\":{\\\"Type\\\":\\\"Task\\\","
                  "\\\"Resource\\\":\\\"arn:aws:states:::aws-sdk:sfn:sendTaskSuccess\\\","
                  "\\\"Parameters\\\":{\\\"TaskToken.$\\\":\\\"$.t\\\",\\\"Output\\\":\\\"7\\\"},"
                  "\\\"End\\\":true}}}\"}");
    ck_assert_msg(s.status == 200, "%s", buf_str(&s.answer));
    scene_call(
        &s, "CreateStateMachine",
        "{\"name\":\"b\",\"roleArn\":\"" ROLE "\",\"definition\":\"{\\\"StartAt\\\":\\\"G\\\","
        "\\\"States\\\":{\\\"G\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"" ACTIVITY(
            "act") "\\\",\\\"End\\\":true}}}\"}");
    ck_assert_msg(s.status == 200, "%s", buf_str(&s.answer));
    scene_call(&s, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("a") "\",\"name\":\"e\"}");
    scene_call(&s, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("b") "\",\"name\":\"e\"}");
    scene_settle(&s);
    scene_call(&s, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}");
    scene_settle(&s);
    ck_assert_msg(s.status == 200 && s.token, "%s", buf_str(&s.answer));
    buf_printf(&body, "{\"taskToken\":\"<token>\",\"output\":\"{\\\"t\\\":\\\"%s\\\"}\"}",
               json_str(s.token));
    scene_call(&s, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("go") "\"}");
    scene_settle(&s);
    scene_call(&s, "SendTaskSuccess", buf_str(&body));
    ck_assert_msg(s.status == 200, "%s", buf_str(&s.answer));
    /* The call has been made, and nothing that came of it kept. */
    scene_crash(&s);
    scene_call(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("a:e") "\"}");
    scene_expect_words(&s, "SUCCEEDED");
    scene_call(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("b:e") "\"}");
    scene_expect_words(&s, "\"output\":\"7\"");
    buf_clear(&body);
    scene_clear(&s);
}
END_TEST

/* Starts itself, once less than the input says, and at the end is in a state of that type. */
#define CHAIN(leaf)                                                                                \
    "{\\\"StartAt\\\":\\\"C\\\",\\\"QueryLanguage\\\":\\\"JSONata\\\",\\\"States\\\":{\\\"C\\\":{" \
    "\\\"Type\\\":\\\"Choice\\\",\\\"Choices\\\":[{\\\"Condition\\\":\\\"{% $states.input > 0 "    \
    "%}\\\",\\\"Next\\\":\\\"T\\\"}],\\\"Default\\\":\\\"F\\\"},\\\"F\\\":{\\\"Type\\\":" leaf     \
    "},\\\"T\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":"                                     \
    "\\\"arn:aws:states:::states:startExecution.sync:2\\\",\\\"Arguments\\\":{"                    \
    "\\\"StateMachineArn\\\":\\\"" MACHINE(                                                        \
        "m") "\\\",\\\"Input\\\":\\\"{% $states.input - 1 %}\\\"},\\\"End\\\":true}}}"

/* Each level quotes the one below, which doubles it. */
START_TEST(cause_of_a_chain_is_bounded)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"definition\":\"" CHAIN(
                   "\\\"Fail\\\",\\\"Error\\\":\\\"E\\\",\\\"Cause\\\":\\\"a "
                   "\\\\\\\"quote\\\\\\\"\\\"") "\",\"roleArn\":\"" ROLE "\"}");
    scene_call(&s, "StartExecution",
               "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"40\"}");
    scene_settle(&s);
    scene_call(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_expect_words(&s, "\"status\":\"FAILED\"");
    json *answer = json_parse(s.answer.data, s.answer.len, 0, NULL);
    ck_assert_uint_eq(json_str_len(json_get(answer, "cause")), 32768);
    json_unref(answer);
    scene_clear(&s);
}
END_TEST

/* Starts itself for ever. */
#define AGAIN(pattern)                                                                             \
    TASK("arn:aws:states:::states:startExecution" pattern,                                         \
         ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE("m") "\\\"}")

/* 1,300 at once and 300 a second: the first of all is a client's, the last waits for its turn. */
START_TEST(nested_starts_take_their_turn)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_start_m(&s, AGAIN(""), "1");
    ck_assert_uint_eq(s.ended, 1300);
    ck_assert_int_gt(api_next_due(s.api), s.now_ms);
    ck_assert_int_le(api_next_due(s.api), s.now_ms + 5);
    s.now_ms += 1000;
    scene_rest(&s);
    ck_assert_uint_eq(s.ended, 1600);
    scene_call_well(&s, "StartExecution",
                    "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"client\"}");
    /* One that is stopped while it waits has no turn. */
    scene_call(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:client") "\"}");
    s.now_ms -= 3600000; /* a clock that is set back fills nothing */
    scene_rest(&s);
    ck_assert_uint_eq(s.ended, 1601);
    s.now_ms += 1000;
    scene_rest(&s);
    ck_assert_uint_eq(s.ended, 1901);
    /* Nor does it hold those that wait. */
    s.now_ms -= 3600000;
    api_clock_set(s.api, -3600000, 3600000);
    ck_assert_int_le(api_next_due(s.api), s.now_ms + 5);
    scene_clear(&s);
}
END_TEST

/* One that waits for itself for ever comes to an end. */
START_TEST(nesting_is_bounded)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_start_m(&s, AGAIN(".sync"), "1");
    ck_assert_uint_eq(s.ended, 1001);
    ck_assert_uint_eq(engine_running(s.engine), 0);
    scene_call(&s, "ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"maxResults\":1}");
    scene_keep_arn(&s.child, buf_str(&s.answer), EXECUTION("m:"));
    scene_call(&s, "DescribeExecution", "{\"executionArn\":\"<child>\"}");
    scene_expect_words(&s, "\"error\":\"StepFunctions.ExecutionLimitExceededException\"");
    scene_clear(&s);
}
END_TEST

/* What waits for one another ends with the first, however deep. */
START_TEST(stop_goes_down_the_chain)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_start_m(&s, CHAIN("\\\"Wait\\\",\\\"Seconds\\\":3600,\\\"End\\\":true"), "40");
    ck_assert_uint_eq(engine_running(s.engine), 41);
    scene_call(&s, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    scene_settle(&s);
    ck_assert_uint_eq(engine_running(s.engine), 0);
    ck_assert_uint_eq(s.ended, 41);
    scene_clear(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_tasks");
    TCase *tc = scene_case("api_tasks");

    scene_add_stories(tc, stories, COUNT(stories));
    tcase_add_test(tc, worker_that_is_gone_gets_no_task);
    tcase_add_test(tc, what_waits_at_the_end_is_let_go);
    tcase_add_test(tc, server_ends_while_a_task_calls_and_an_answer_is_owed);
    tcase_add_test(tc, workers_that_poll_are_counted);
    tcase_add_loop_test(tc, task_with_the_token_of_one_that_is_not_taken_up, 0, KINDS);
    tcase_add_loop_test(tc, token_before_submitted, 0, KINDS);
    tcase_add_test(tc, cause_of_a_chain_is_bounded);
    tcase_add_test(tc, nested_starts_take_their_turn);
    tcase_add_test(tc, nesting_is_bounded);
    tcase_add_test(tc, stop_goes_down_the_chain);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
