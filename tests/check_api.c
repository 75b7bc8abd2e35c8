/* The API in process: what holds of every request (its members, its pages), and of TestState. */

#include "tests/support/api_scene.h"
#include "tests/support/expect.h"

#include <string.h>

static const struct story stories[] = {
    {"an unknown operation is refused",
     {{"DoWhatIWant", "{}", 400, "\"__type\":\"UnknownOperationException\"", 0}}},
    {"a name has no NUL, and nothing that is no character",
     {{"CreateActivity", "{\"name\":\"a\\u0000b\"}", 400,
       "\"__type\":\"InvalidName\",\"message\":\"Invalid Name: 'a\\u0000b'\"", 0},
      {"CreateActivity", "{\"name\":\"a\\uffff\"}", 400, "\"__type\":\"InvalidName\"", 0},
      {"CreateActivity", "{\"name\":\"a\\u0085\"}", 400, "\"__type\":\"InvalidName\"", 0},
      {"CreateActivity", "{\"name\":\"\\u00e9\\ud83d\\ude00\"}", 200, "activityArn", 0}}},
    {"an ARN or a choice goes on behind a NUL",
     {CREATE("m", PASS),
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\\u0000\"}", 400,
       "at 'stateMachineArn' failed to satisfy constraint: Member must satisfy regular expression "
       "pattern: [^\\\\x00]*",
       0},
      {"CreateStateMachine",
       "{\"name\":\"n\",\"roleArn\":\"" ROLE "\",\"type\":\"EXPRESS\\u0000\",\"definition\":\"" PASS
       "\"}",
       400, "Member must satisfy enum value set: [STANDARD, EXPRESS]", 0}}},
    {"a page's token is good for a day",
     {CREATE("m", PASS),
      CREATE("n", PASS),
      {"ListStateMachines", "{\"maxResults\":1}", 200, "nextToken", 86399000},
      {"ListStateMachines", "{\"nextToken\":\"<next>\"}", 200, MACHINE("n"), 1000},
      {"ListStateMachines", "{\"nextToken\":\"<next>\"}", 400, "Invalid Token: 'Invalid token'",
       0}}},
    {"what a client keeps secret is not repeated to it",
     {{"StopExecution",
       "{\"executionArn\":\"x\",\"error\":\""
       "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
       "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
       "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
       "\"}",
       400,
       "1 validation error detected: Value at 'error' failed to satisfy constraint: Member must "
       "have length less than or equal to 256\"",
       0}}},
    {"each of a list's texts has its length",
     {{"UntagResource", "{\"resourceArn\":\"x\",\"tagKeys\":[\"a\",\"\"]}", 400,
       "Value '' at 'tagKeys.2.member' failed to satisfy constraint: Member must have length "
       "greater than or equal to 1",
       0}}},
    {"a share is between its bounds",
     {{"UpdateMapRun", "{\"mapRunArn\":\"x\",\"toleratedFailurePercentage\":100.5}", 400,
       "Value '100.5' at 'toleratedFailurePercentage' failed to satisfy constraint: Member must "
       "have value less than or equal to 100",
       0}}},
    {"the ARN of a Map in a machine starts nothing",
     {{"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m/Label") "\"}", 400,
       "\"reason\":\"API_DOES_NOT_SUPPORT_LABELED_ARNS\"", 0}}},
    {"an operation's name that is no UTF-8 is refused in UTF-8",
     {{"Do\xff", "{}", 400, "\"message\":\"There is no such operation\"", 0}}},
    {"a body that is no JSON is refused",
     {{"ListStateMachines", "{", 400, "SerializationException", 0}}},
    {"a body that is no object is refused", {{"ListStateMachines", "[]", 400, "an object", 0}}},
    {"a member of another type is refused",
     {{"ListStateMachines", "{\"maxResults\":\"1\"}", 400, "a whole number, not string", 0}}},
    {"what is missing and what is too long are told at once",
     {{"CreateStateMachineAlias", "{\"name\":\"12\",\"routingConfiguration\":[]}", 400,
       "2 validation errors detected: Value '12' at 'name' failed to satisfy constraint: Member "
       "must satisfy regular expression pattern: "
       "^(?=.*[a-zA-Z_\\\\-\\\\.])[a-zA-Z0-9_\\\\-\\\\.]+$; "
       "Value '[]' at 'routingConfiguration' failed to satisfy constraint: Member must have length "
       "greater than or equal to 1",
       0},
      {"CreateActivity", "{}", 400,
       "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member "
       "must "
       "not be null",
       0}}},
    {"members of members are named by their path",
     {{"CreateStateMachineAlias",
       "{\"name\":\"a\",\"routingConfiguration\":[{\"stateMachineVersionArn\":\"v\","
       "\"weight\":101}]}",
       400, "Value '101' at 'routingConfiguration.1.member.weight'", 0}}},
    {"a list that is too long is printed as Java does",
     {{"CreateStateMachineAlias",
       "{\"name\":\"a\",\"routingConfiguration\":[{\"weight\":50,\"stateMachineVersionArn\":\"v\"},"
       "{"
       "\"stateMachineVersionArn\":\"w\",\"weight\":50},{\"stateMachineVersionArn\":\"x\"}]}",
       400,
       "2 validation errors detected: Value "
       "'[RoutingConfigurationListItem(stateMachineVersionArn=v, weight=50), "
       "RoutingConfigurationListItem(stateMachineVersionArn=w, weight=50), "
       "RoutingConfigurationListItem(stateMachineVersionArn=x)]' at 'routingConfiguration' failed "
       "to "
       "satisfy constraint: Member must have length less than or equal to 2; Value null at "
       "'routingConfiguration.3.member.weight'",
       0}}},
    {"an ARN that is none, or of another kind, is refused",
     {{"DescribeExecution", "{\"executionArn\":\"x\"}", 400, "Invalid Arn: 'Invalid ARN prefix: x'",
       0},
      {"DescribeExecution",
       "{\"executionArn\":\"arn:aws:states:us-east-1:123456789012:express:m:e:"
       "u\"}",
       400, "Resource type not valid in this context: express", 0}}},
    {"a name with a blank is refused",
     {{"CreateActivity", "{\"name\":\"a b\"}", 400, "Invalid Name: 'a b'", 0}}},
    {"a page's token is good for its own question only",
     {CREATE("m", PASS),
      CREATE("n", PASS),
      {"ListStateMachines", "{\"maxResults\":1}", 200, "nextToken", 0},
      {"ListStateMachines", "{\"maxResults\":1,\"nextToken\":\"<next>\"}", 200, MACHINE("n"), 0},
      {"ListStateMachines", "{\"maxResults\":1}", 200, "nextToken", 0},
      {"ListActivities", "{\"nextToken\":\"<next>\"}", 400, "Invalid Token: 'Invalid token'", 0},
      {"ListStateMachines", "{\"nextToken\":\"zz\"}", 400, "InvalidToken", 0}}},
    {"a state is tested for five minutes",
     {{"TestState",
       "{\"definition\":\"{\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\\":301,\\\"End\\\":true}\","
       "\"roleArn\":"
       "\"" ROLE "\"}",
       0, NULL, 299999},
      {"ListStateMachines", "{}", 200, "", 1},
      {"", "", 200, "\"error\":\"States.Timeout\"", 0}}},
    {"a state is tested alone",
     {{"TestState",
       "{\"definition\":\"{\\\"Type\\\":\\\"Pass\\\",\\\"Result\\\":2,\\\"Next\\\":\\\"N\\\"}\"}",
       0, NULL, 0},
      {"", "", 200, "{\"output\":\"2\",\"nextState\":\"N\",\"status\":\"SUCCEEDED\"}", 0}}},
    {"a state of a machine is tested with variables, and its data shown",
     {{"TestState",
       "{\"stateName\":\"P\",\"inspectionLevel\":\"DEBUG\",\"variables\":\"{\\\"v\\\":5}\","
       "\"input\":\"{ }\",\"definition\":\"{\\\"StartAt\\\":\\\"P\\\",\\\"States\\\":{\\\"P\\\":{"
       "\\\"Type\\\":\\\"Pass\\\",\\\"Parameters\\\":{\\\"a.$\\\":\\\"$v\\\"},\\\"End\\\":true}}}"
       "\"}",
       0, NULL, 0},
      {"", "", 200,
       "\"inspectionData\":{\"input\":\"{ }\",\"afterInputPath\":\"{ }\",\"afterParameters\":\"{"
       "\\\"a\\\":5}\",\"afterResultPath\":\"{\\\"a\\\":5}\",\"afterResultSelector\":\"{\\\"a\\\":"
       "5}\",\"variables\":\"{\\\"v\\\":5}\"}",
       0}}},
    {"a tested state that leads to itself runs once",
     {{"TestState",
       "{\"definition\":\"{\\\"Type\\\":\\\"Pass\\\",\\\"Next\\\":\\\"StateName\\\"}\"}", 0, NULL,
       0},
      {"", "", 200, "\"nextState\":\"StateName\"", 0}}},
    {"what would follow a mocked error is told, not done",
     {{"TestState",
       "{\"mock\":{\"errorOutput\":{\"error\":\"E\",\"cause\":\"C\"}},\"definition\":\"{"
       "\\\"Type\\\":"
       "\\\"Task\\\",\\\"Resource\\\":\\\"arn:aws:lambda:us-east-1:123456789012:function:f\\\","
       "\\\"End\\\":true,\\\"Retry\\\":[{\\\"ErrorEquals\\\":[\\\"E\\\"]}]}\"}",
       0, NULL, 0},
      {"", "", 200, "{\"error\":\"E\",\"cause\":\"C\",\"status\":\"RETRIABLE\"}", 0},
      {"TestState",
       "{\"mock\":{\"errorOutput\":{\"error\":\"E\",\"cause\":\"C\"}},\"definition\":\"{"
       "\\\"Type\\\":"
       "\\\"Task\\\",\\\"Resource\\\":\\\"arn:aws:lambda:us-east-1:123456789012:function:f\\\","
       "\\\"End\\\":true,\\\"Catch\\\":[{\\\"ErrorEquals\\\":[\\\"States.ALL\\\"],\\\"Next\\\":"
       "\\\"N\\\"}]}\"}",
       0, NULL, 0},
      {"", "", 200,
       "\"nextState\":\"N\",\"error\":\"E\",\"cause\":\"C\",\"status\":\"CAUGHT_ERROR\"", 0}}},
    {"what can't be mocked, or must be, is refused",
     {{"TestState",
       "{\"mock\":{\"result\":\"1\"},\"definition\":\"{\\\"Type\\\":\\\"Pass\\\",\\\"End\\\":true}"
       "\"}",
       400, "State type 'Pass' is not supported when a mock is specified", 0},
      {"TestState", "{\"definition\":\"{\\\"Type\\\":\\\"Map\\\",\\\"End\\\":true}\"}", 400,
       "TestState API does not support Map or Parallel states", 0},
      {"TestState", "{\"stateName\":\"x\",\"definition\":\"" PASS "\"}", 400,
       "State not found in definition", 0},
      {"TestState",
       "{\"definition\":\"{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"x\\\",\\\"End\\\":true}"
       "\"}",
       400, "RoleArn must be specified when testing a Task state", 0}}},
    {"a state without a type can't be mocked; what is null is not given",
     {{"TestState", "{\"definition\":\"{}\",\"mock\":{\"result\":\"1\"}}", 400,
       "State type '' is not supported when a mock is specified", 0},
      {"TestState",
       "{\"mock\":{\"result\":null,\"errorOutput\":{\"error\":\"E\",\"cause\":null}},"
       "\"definition\":\"{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":"
       "\\\"arn:aws:lambda:us-east-1:123456789012:function:f\\\",\\\"End\\\":true}\"}",
       0, NULL, 0},
      {"", "", 200, "{\"error\":\"E\",\"status\":\"FAILED\"}", 0}}},
};

/* They are found by halves: each must stand behind the one before it. */
START_TEST(operations_are_found)
{
    size_t count = 0;

    for (; api_operation(count); count++)
        ck_assert_msg(api_operation_number(api_operation(count)) == count, "%s",
                      api_operation(count));
    ck_assert(count > 30);
    ck_assert(api_operation_number("") == count && api_operation_number("Zzz") == count);
    ck_assert(api_operation_number("StartExecutio") == count);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api");
    TCase *tc = scene_case("api");

    scene_add_stories(tc, stories, COUNT(stories));
    tcase_add_test(tc, operations_are_found);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
