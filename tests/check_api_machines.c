/* The API in process: state machines, their versions, aliases and tags, and how they go. */

#include "tests/support/api_scene.h"
#include "tests/support/expect.h"

#include <string.h>

#define LOGGED(arn, want)                                                                          \
    {                                                                                              \
        "CreateStateMachine",                                                                      \
            "{\"name\":\"l\",\"roleArn\":\"" ROLE "\",\"definition\":\"" PASS                      \
            "\",\"loggingConfiguration\":{\"level\":\"ALL\",\"destinations\":[{"                   \
            "\"cloudWatchLogsLogGroup\":{\"logGroupArn\":\"" arn "\"}}]}}",                        \
            400, want, 0                                                                           \
    }

static const struct story stories[] = {
    {"METADATA_ONLY gives an empty definition",
     {CREATE("m", PASS),
      {"DescribeStateMachine",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"includedData\":\"METADATA_ONLY\"}", 200,
       "\"definition\":\"{}\"", 0},
      START("m", "e", "{}"),
      {"DescribeStateMachineForExecution",
       "{\"executionArn\":\"" EXECUTION("m:e") "\",\"includedData\":\"METADATA_ONLY\"}", 200,
       "\"definition\":\"{}\"", 0}}},
    {"a log group's ARN is one, of that kind, and ends in a star",
     {LOGGED("x", "Must set valid CloudWatch Log Group ARN."),
      LOGGED("arn:aws:s3:us-east-1:123456789012:log-group:g:*",
             "Provided ARN is not CloudWatch Logs Log Group ARN."),
      LOGGED("arn:aws:logs:us-east-1:123456789012:log-group:g",
             "Invalid Logging Configuration: Log Group ARN must be provided with '*' qualifier.")}},
    {"a key goes with the type that needs it, and with no other",
     {{"CreateActivity",
       "{\"name\":\"a\",\"encryptionConfiguration\":{\"type\":\"CUSTOMER_MANAGED_KMS_KEY\"}}", 400,
       "{\"__type\":\"InvalidEncryptionConfiguration\",\"message\":\"Must set a valid kmsKeyId.\"}",
       0},
      {"CreateActivity",
       "{\"name\":\"a\",\"encryptionConfiguration\":{\"type\":\"AWS_OWNED_KEY\",\"kmsKeyId\":"
       "\"k\"}}",
       400, "Custom kmsKeyId is not allowed when selecting AWS_OWNED_KEY.", 0}}},
    {"nothing is published of a machine that is being deleted",
     {CREATE("going", WAIT),
      START("going", "x", "{}"),
      {"DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("going") "\"}", 200, "{}", 0},
      {"PublishStateMachineVersion", "{\"stateMachineArn\":\"" MACHINE("going") "\"}", 400,
       "State Machine is being deleted: '" MACHINE("going") "'", 0}}},
    {"a resource that AWS doesn't have is refused",
     {{"CreateStateMachine",
       "{\"name\":\"q\",\"roleArn\":\"" ROLE "\",\"definition\":\"" TASK(
           "arn:aws:states:::dynamodb:query", ",\\\"Parameters\\\":{}") "\"}",
       400,
       "'SCHEMA_VALIDATION_FAILED: The resource provided arn:aws:states:::dynamodb:query is not "
       "recognized. The value is not a valid resource ARN, or the resource is not available in "
       "this region. at /States/T/Resource'",
       0}}},
    {"an Express machine has no Task that waits for a token",
     {{"ValidateStateMachineDefinition",
       "{\"type\":\"EXPRESS\",\"definition\":\"" TASK("arn:aws:states:::lambda:invoke."
                                                      "waitForTaskToken",
                                                      ",\\\"Parameters\\\":"
                                                      "{\\\"FunctionName\\\":\\\"f\\\"}") "\"}",
       200, "Express state machine does not support '.waitForTaskToken' service integration ", 0}}},
    {"the same machine again is the same, another of its name is not",
     {CREATE("m", PASS),
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE "2\"}", 200,
       "\"creationDate\":1700000.0", 5000},
      CREATE("m", PASS),
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS_2 "\",\"roleArn\":\"" ROLE "\"}", 400,
       "StateMachineAlreadyExists", 0}}},
    {"a definition that is wrong is refused with AWS's words",
     {{"CreateStateMachine", "{\"name\":\"m\",\"definition\":\"{}\",\"roleArn\":\"" ROLE "\"}", 400,
       "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: These fields are required: "
       "[States, StartAt] at /'",
       0}}},
    {"a definition that is no JSON is refused with the words of AWS's reader",
     {{"ValidateStateMachineDefinition", "{\"definition\":\"not a definition\"}", 200,
       "\"code\":\"INVALID_JSON_DESCRIPTION\",\"message\":\"Unrecognized token 'not': was "
       "expecting "
       "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')\\n at [Source: "
       "(String)\\\"not a definition\\\"; line: 1, column: 4]\",\"location\":\"[Source: "
       "(String)\\\"not a "
       "definition\\\"; line: 1, column: 4]\"",
       0},
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"{\\n\\\"é\\\": x\",\"roleArn\":\"" ROLE "\"}", 400,
       " at [Source: (String)\\\"{\\n\\\"é\\\": x\\\"; line: 2, column: 7]'", 0}}},
    {"an Express machine has no callbacks",
     {{"CreateStateMachine",
       "{\"name\":\"m\",\"type\":\"EXPRESS\",\"definition\":\"" TASK(
           "arn:aws:states:::states:startExecution.sync",
           ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"x\\\"}") "\",\"roleArn\":\"" ROLE
                                                                      "\"}",
       400,
       "Express state machine does not support '.sync' service integration at "
       "/States/T/Resource'",
       0}}},
    {"a machine is described with what AWS fills in",
     {CREATE("m", PASS),
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200,
       "\"loggingConfiguration\":{\"level\":\"OFF\",\"includeExecutionData\":false}", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200, "!revisionId",
       0}}},
    {"a role is named by its ARN",
     {{"CreateStateMachine", "{\"name\":\"m\",\"definition\":\"{}\",\"roleArn\":\"bad\"}", 400,
       "{\"__type\":\"InvalidArn\",\"message\":\"Invalid Role Arn: 'bad'\"}", 0},
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS
       "\",\"roleArn\":\"arn:aws:iam::12345678901:role/r\"}",
       400, "Invalid Role Arn: 'arn:aws:iam::12345678901:role/r'", 0},
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS
       "\",\"roleArn\":\"arn:aws:iam::123456789012:role/\"}",
       400, "Invalid Role Arn: 'arn:aws:iam::123456789012:role/'", 0},
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS
       "\",\"roleArn\":\"arn:aws-us-gov:iam::123456789012:role/a/b/r\"}",
       200, MACHINE("m"), 0},
      {"UpdateStateMachine",
       "{\"stateMachineArn\":\"" MACHINE(
           "m") "\",\"roleArn\":\"arn:aws:iam::123456789012:user/r\"}",
       400, "Invalid Role Arn: 'arn:aws:iam::123456789012:user/r'", 0}}},
    {"an update that changes nothing has its date",
     {CREATE("m", PASS),
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\"}", 200, "m:e",
       5000},
      {"UpdateStateMachine",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"definition\":\"" PASS "\"}", 200,
       "\"updateDate\":1700005.0", 0},
      {"DescribeStateMachineForExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"updateDate\":1700005.0", 0}}},
    {"an update with another description is another version",
     {CREATE("m", PASS),
      {"UpdateStateMachine",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"definition\":\"" PASS
                                              "\",\"publish\":true,\"versionDescription\":\"one\"}",
       200, MACHINE("m:1"), 0},
      {"UpdateStateMachine",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"definition\":\"" PASS
                                              "\",\"publish\":true,\"versionDescription\":\"one\"}",
       200, MACHINE("m:1"), 0},
      {"UpdateStateMachine",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"definition\":\"" PASS
                                              "\",\"publish\":true,\"versionDescription\":\"two\"}",
       200, MACHINE("m:2"), 0},
      {"UpdateStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"publish\":true}", 200,
       MACHINE("m:2"), 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m:2") "\"}", 200,
       "\"description\":\"two\"", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m:1") "\"}", 200,
       "\"description\":\"one\"", 0}}},
    {"an update has a revision; the same again has the same",
     {CREATE("m", PASS),
      {"UpdateStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 400,
       "MissingRequiredParameter", 0},
      {"UpdateStateMachine",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"definition\":\"" PASS "\"}", 200, "!revisionId",
       0},
      {"UpdateStateMachine",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"definition\":\"" PASS_2 "\"}", 200,
       "revisionId", 0}}},
    {"a machine with running executions goes when they have ended",
     {CREATE("m", WAIT),
      START("m", "a", "1"),
      {"DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200, "{}", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200, "DELETING", 0},
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 400, "StateMachineDeleting",
       60000},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 400,
       "State Machine Does Not Exist: '" MACHINE("m") "'", 0},
      {"DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200, "{}", 0}}},
    {"versions are numbered revisions, and their numbers are not used again",
     {CREATE("m", PASS),
      {"PublishStateMachineVersion", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200,
       MACHINE("m:1"), 0},
      {"PublishStateMachineVersion", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200,
       MACHINE("m:1"), 0},
      {"PublishStateMachineVersion",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"revisionId\":\"x\"}", 400, "ConflictException",
       0},
      {"DeleteStateMachineVersion", "{\"stateMachineVersionArn\":\"" MACHINE("m:1") "\"}", 200,
       "{}", 0},
      {"PublishStateMachineVersion", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200,
       MACHINE("m:2"), 0},
      {"ListStateMachineVersions", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200,
       "!" MACHINE("m:1"), 0}}},
    {"an alias leads to a version, which then can't be deleted",
     {CREATE("m", PASS),
      {"PublishStateMachineVersion", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200,
       MACHINE("m:1"), 0},
      {"CreateStateMachineAlias",
       "{\"name\":\"prod\",\"routingConfiguration\":[{\"stateMachineVersionArn\":\"" MACHINE(
           "m:1") "\",\"weight\":99}]}",
       400, "Sum of routing configuration weights must equal 100. Received: [99]", 0},
      {"CreateStateMachineAlias",
       "{\"name\":\"prod\",\"routingConfiguration\":[{\"stateMachineVersionArn\":\"" MACHINE(
           "m:1") "\",\"weight\":100}]}",
       200, MACHINE("m:prod"), 0},
      {"DeleteStateMachineVersion", "{\"stateMachineVersionArn\":\"" MACHINE("m:1") "\"}", 400,
       "Current list of aliases referencing this version: [prod]", 0},
      {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m:prod") "\",\"name\":\"e\"}", 200,
       EXECUTION("m:e"), 0},
      DESCRIBE("m:e", "\"stateMachineVersionArn\":\"" MACHINE("m:1") "\",\"stateMachineAliasArn\":"
                                                                     "\"" MACHINE("m:prod")),
      {"ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m:prod") "\"}", 200, EXECUTION("m:e"),
       0},
      {"DeleteStateMachineAlias", "{\"stateMachineAliasArn\":\"" MACHINE("m:prod") "\"}", 200, "{}",
       0},
      {"DescribeStateMachineAlias", "{\"stateMachineAliasArn\":\"" MACHINE("m:prod") "\"}", 400,
       "ResourceNotFound", 0}}},
    {"tags are set, replaced and taken away",
     {CREATE("m", PASS),
      {"TagResource",
       "{\"resourceArn\":\"" MACHINE("m") "\",\"tags\":[{\"key\":\"a\",\"value\":\"1\"},{\"key\":"
                                          "\"b\",\"value\":\"2\"}]}",
       200, "{}", 0},
      {"TagResource",
       "{\"resourceArn\":\"" MACHINE("m") "\",\"tags\":[{\"key\":\"a\",\"value\":\"3\"}]}", 200,
       "{}", 0},
      {"UntagResource", "{\"resourceArn\":\"" MACHINE("m") "\",\"tagKeys\":[\"b\",\"x\"]}", 200,
       "{}", 0},
      {"ListTagsForResource", "{\"resourceArn\":\"" MACHINE("m") "\"}", 200,
       "{\"tags\":[{\"key\":\"a\",\"value\":\"3\"}]}", 0}}},
    {"a machine of another type, or published otherwise, is another",
     {{"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE
       "\",\"publish\":true,\"versionDescription\":\"one\"}",
       200, MACHINE("m:1"), 0},
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE
       "\",\"publish\":true,\"versionDescription\":\"one\"}",
       200, MACHINE("m:1"), 0},
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE
       "\",\"publish\":true,\"versionDescription\":\"two\"}",
       400, "StateMachineAlreadyExists", 0},
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE "\"}", 400,
       "StateMachineAlreadyExists", 0},
      {"CreateStateMachine",
       "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE
       "\",\"publish\":true,\"versionDescription\":\"one\",\"type\":\"EXPRESS\"}",
       400, "StateMachineAlreadyExists", 0}}},
    {"variables that states read are told",
     {{"CreateStateMachine",
       "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"{\\\"StartAt\\\":\\\"P\\\","
       "\\\"States\\\":{"
       "\\\"P\\\":{\\\"Type\\\":\\\"Pass\\\",\\\"Assign\\\":{\\\"a\\\":1},\\\"Next\\\":\\\"Q\\\"},"
       "\\\"Q\\\":{\\\"Type\\\":\\\"Pass\\\",\\\"Parameters\\\":{\\\"y.$\\\":\\\"States.Format('$"
       "no "
       "{}', $a)\\\",\\\"z.$\\\":\\\"$$.State.Name\\\"},\\\"End\\\":true}}}\"}",
       200, MACHINE("m"), 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200,
       "\"variableReferences\":{\"Q\":[\"a\"]}", 0}}},
    {"a definition is validated without a machine",
     {{"ValidateStateMachineDefinition", "{\"definition\":\"" PASS "\"}", 200,
       "{\"result\":\"OK\",\"diagnostics\":[],\"truncated\":false}", 0},
      {"ValidateStateMachineDefinition", "{\"definition\":\"\"}", 200,
       "\"message\":\"Definition must be a valid JSON object\"}]", 0},
      {"ValidateStateMachineDefinition", "{\"definition\":\"{}\"}", 200,
       "\"code\":\"SCHEMA_VALIDATION_FAILED\"", 0}}},
};

/* However they are published. */
START_TEST(versions_are_counted)
{
    struct scene s;
    struct buf body = {0};

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" PASS "\"}");
    for (int i = 0; i <= 1000; i++) {
        buf_reset(&body);
        buf_printf(&body,
                   "{\"stateMachineArn\":\"" MACHINE("m") "\",\"roleArn\":\"" ROLE
                                                          "%d\",\"publish\":true}",
                   i);
        scene_call(&s, "UpdateStateMachine", buf_str(&body));
        ck_assert_msg(s.status == (i < 1000 ? 200 : 402), "%d: %s", i, buf_str(&s.answer));
    }
    scene_expect_words(&s, "ServiceQuotaExceededException");
    scene_call(&s, "DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    scene_expect_words(&s, "\"roleArn\":\"" ROLE "999\"");
    buf_clear(&body);
    scene_clear(&s);
}
END_TEST

/* Some in each turn, and the turns come by themselves. */
START_TEST(many_executions_of_a_machine_are_deleted)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" PASS "\"}");
    for (int i = 0; i < 3500; i++)
        scene_call(&s, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    scene_settle(&s);
    scene_call(&s, "DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    scene_settle(&s);
    scene_call(&s, "DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    scene_expect_words(&s, "StateMachineDoesNotExist");
    scene_clear(&s);
}
END_TEST

/* A version that an alias gives no weight is never picked, whatever chance says. */
START_TEST(weightless_version_gets_nothing)
{
    struct scene s;

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE
               "\",\"publish\":true}");
    scene_call(&s, "UpdateStateMachine",
               "{\"stateMachineArn\":\"" MACHINE("m") "\",\"definition\":\"" PASS_2
                                                      "\",\"publish\":true}");
    scene_call(
        &s, "CreateStateMachineAlias",
        "{\"name\":\"a\",\"routingConfiguration\":[{\"stateMachineVersionArn\":\"" MACHINE(
            "m:1") "\",\"weight\":0},{\"stateMachineVersionArn\":\"" MACHINE("m:2") "\",\"weight\":"
                                                                                    "100}]}");
    ck_assert_int_eq(s.status, 200);
    for (int i = 0; i < 400; i++)
        scene_call(&s, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("m:a") "\"}");
    scene_settle(&s);
    scene_call(&s, "ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m:1") "\"}");
    ck_assert_str_eq(buf_str(&s.answer), "{\"executions\":[]}");
    scene_clear(&s);
}
END_TEST

START_TEST(aliases_are_counted)
{
    struct scene s;
    struct buf body = {0};

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateStateMachine",
               "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE
               "\",\"publish\":true}");
    for (int i = 0; i < 101; i++) {
        buf_reset(&body);
        buf_printf(
            &body,
            "{\"name\":\"a%d\",\"routingConfiguration\":[{\"stateMachineVersionArn\":\"" MACHINE(
                "m:1") "\",\"weight\":100}]}",
            i);
        scene_call(&s, "CreateStateMachineAlias", buf_str(&body));
        ck_assert_msg(s.status == (i < 100 ? 200 : 402), "%d: %s", i, buf_str(&s.answer));
    }
    buf_clear(&body);
    scene_clear(&s);
}
END_TEST

START_TEST(tags_are_counted)
{
    struct scene s;
    struct buf body = {0};

    scene_init(&s, MEMORY);
    scene_call(&s, "CreateActivity", "{\"name\":\"a\"}");
    for (int i = 0; i < 51; i++) {
        buf_reset(&body);
        buf_printf(
            &body,
            "{\"resourceArn\":\"" ACTIVITY("a") "\",\"tags\":[{\"key\":\"k%d\",\"value\":\"\"}]}",
            i);
        scene_call(&s, "TagResource", buf_str(&body));
        ck_assert_msg(s.status == (i < 50 ? 200 : 400), "%d: %s", i, buf_str(&s.answer));
    }
    scene_expect_words(&s, "\"__type\":\"TooManyTags\"");
    buf_clear(&body);
    scene_clear(&s);
}
END_TEST

START_TEST(machine_goes_by_and_by)
{
    struct scene s;
    int turns = 0;

    scene_init(&s, _i);
    scene_make_m(&s, PASS);
    scene_start_many(&s, 400);
    for (int i = 0; i < 9; i++)
        scene_turn(&s);
    scene_call_well(&s, "DeleteStateMachine", LIST_M(""));
    scene_call(&s, "DescribeStateMachine", LIST_M(""));
    scene_expect_words(&s, "DELETING");
    scene_crash(&s);
    for (; turns < 100 && api_next_due(s.api) <= s.now_ms; turns++)
        scene_turn(&s);
    scene_call(&s, "DescribeStateMachine", LIST_M(""));
    scene_expect_words(&s, "StateMachineDoesNotExist");
    scene_call(&s, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e7") "\"}");
    scene_expect_words(&s, "ExecutionDoesNotExist");
    scene_clear(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_machines");
    TCase *tc = scene_case("api_machines");

    scene_add_stories(tc, stories, COUNT(stories));
    tcase_add_test(tc, versions_are_counted);
    tcase_add_test(tc, many_executions_of_a_machine_are_deleted);
    tcase_add_test(tc, weightless_version_gets_nothing);
    tcase_add_test(tc, aliases_are_counted);
    tcase_add_test(tc, tags_are_counted);
    tcase_add_loop_test(tc, machine_goes_by_and_by, 0, KINDS);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
