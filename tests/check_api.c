/* The Step Functions API in process: stories of requests and what is answered to each. */

#include "tests/support/answers.h"
#include "tests/support/expect.h"
#include "tests/support/folder.h"

#include "parsers/base/mem.h"
#include "runtime/api/api.h"
#include "runtime/store/sqlite/store_check.h"

#include <sqlite3.h>
#include <string.h>

enum { START_MS = 1700000000, MAX_STEPS = 28 };

/* ---- how many events and rows are read: the linker puts this before store_read and store_find
 * (see the Makefile) ---- */

static size_t events_read, rows_read;

bool __real_store_find(store *s, uint64_t execution, const struct store_execution **out,
                       struct diag *why);
bool __wrap_store_find(store *s, uint64_t execution, const struct store_execution **out,
                       struct diag *why);

bool __wrap_store_find(store *s, uint64_t execution, const struct store_execution **out,
                       struct diag *why)
{
    rows_read++;
    return __real_store_find(s, execution, out, why);
}

struct reading {
    store_visit *visit;
    void *user;
};

static bool count_event(void *user, const struct rt_event *e)
{
    const struct reading *r = user;

    events_read++;
    return r->visit(r->user, e);
}

bool __real_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why);
bool __wrap_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why);

bool __wrap_store_read(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                       struct diag *why)
{
    return __real_store_read(s, execution, seq, count_event, &(struct reading){visit, user}, why);
}

#define ROLE "arn:aws:iam::123456789012:role/r"
#define MACHINE(name) "arn:aws:states:us-east-1:123456789012:stateMachine:" name
#define EXECUTION(name) "arn:aws:states:us-east-1:123456789012:execution:" name
#define ACTIVITY(name) "arn:aws:states:us-east-1:123456789012:activity:" name

#define PASS                                                                                       \
    "{\\\"StartAt\\\":\\\"P\\\",\\\"States\\\":{\\\"P\\\":{\\\"Type\\\":\\\"Pass\\\",\\\"End\\\":" \
    "true}}}"
#define PASS_2                                                                                     \
    "{\\\"StartAt\\\":\\\"Q\\\",\\\"States\\\":{\\\"Q\\\":{\\\"Type\\\":\\\"Pass\\\",\\\"End\\\":" \
    "true}}}"
#define WAIT                                                                                       \
    "{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":\\\"Wait\\\","             \
    "\\\"Seconds\\\":60,\\\"End\\\":true}}}"
#define TASK(resource, more)                                                                       \
    "{\\\"StartAt\\\":\\\"T\\\",\\\"States\\\":{\\\"T\\\":{\\\"Type\\\":\\\"Task\\\","             \
    "\\\"Resource\\\":\\\"" resource "\\\"" more ",\\\"End\\\":true}}}"

/* Fails, and succeeds once its execution is redriven. */
#define IN_VAIN                                                                                    \
    "\\\"StartAt\\\":\\\"V\\\",\\\"States\\\":{\\\"V\\\":{\\\"Type\\\":\\\"Pass\\\","              \
    "\\\"QueryLanguage\\\":\\\"JSONata\\\",\\\"Output\\\":\\\"{% "                                 \
    "$states.context.Execution.RedriveCount = 0 ? "                                                \
    "$error('in vain') : 'at last' %}\\\",\\\"End\\\":true}}"
#define MAP_RUN(type, more)                                                                        \
    "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","              \
    "\\\"Label\\\":\\\"L\\\""                                                                      \
    "" more ",\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\","   \
    "\\\"ExecutionType\\\":\\\"" type "\\\"}," IN_VAIN "},\\\"End\\\":true}}}"
#define MAP_RUN_FAILS                                                                              \
    "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","              \
    "\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\","            \
    "\\\"ExecutionType\\\":\\\"STANDARD\\\"},\\\"StartAt\\\":\\\"F\\\",\\\"States\\\":{\\\"F\\\":" \
    "{\\\"Type\\\":\\\"Fail\\\"}}},\\\"End\\\":true}}}"
/* Its children wait. */
#define MAP_RUN_WAITS                                                                              \
    "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","              \
    "\\\"MaxConcurrency\\\":1,"                                                                    \
    "\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":\\\"DISTRIBUTED\\\","            \
    "\\\"ExecutionType\\\":\\\"STANDARD\\\"},\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":" \
    "{\\\"Type\\\":"                                                                               \
    "\\\"Wait\\\",\\\"Seconds\\\":60,\\\"End\\\":true}}},\\\"End\\\":true}}}"

#define CREATE(name, definition)                                                                   \
    {                                                                                              \
        "CreateStateMachine",                                                                      \
            "{\"name\":\"" name "\",\"definition\":\"" definition "\",\"roleArn\":\"" ROLE "\"}",  \
            200, MACHINE(name), 0                                                                  \
    }
#define LOGGED(arn, want)                                                                          \
    {                                                                                              \
        "CreateStateMachine",                                                                      \
            "{\"name\":\"l\",\"roleArn\":\"" ROLE "\",\"definition\":\"" PASS                      \
            "\",\"loggingConfiguration\":{\"level\":\"ALL\",\"destinations\":[{"                   \
            "\"cloudWatchLogsLogGroup\":{\"logGroupArn\":\"" arn "\"}}]}}",                        \
            400, want, 0                                                                           \
    }
#define START(machine, name, input)                                                                \
    {                                                                                              \
        "StartExecution",                                                                          \
            "{\"stateMachineArn\":\"" MACHINE(machine) "\",\"name\":\"" name                       \
                                                       "\",\"input\":\"" input "\"}",              \
            200, EXECUTION(machine ":" name), 0                                                    \
    }
#define DESCRIBE(execution, want)                                                                  \
    {                                                                                              \
        "DescribeExecution", "{\"executionArn\":\"" EXECUTION(execution) "\"}", 200, want, 0       \
    }

#define REDRIVE(execution, token, status, want)                                                    \
    {                                                                                              \
        "RedriveExecution",                                                                        \
            "{\"executionArn\":\"" EXECUTION(execution) "\",\"clientToken\":\"" token "\"}",       \
            status, want, 0                                                                        \
    }
#define MAP_RUN_CALL(operation, more, status, want)                                                \
    {                                                                                              \
        operation, "{\"mapRunArn\":\"<run>\"" more "}", status, want, 0                            \
    }
#define CHILD_CALL(operation, status, want)                                                        \
    {                                                                                              \
        operation, "{\"executionArn\":\"<child>\"}", status, want, 0                               \
    }

/* status 0: no answer yet. `want` must be in the answer; with '!' before it, must not. In a body
 * <token> and <next> stand for the last answer's taskToken and nextToken, <run> and <child> for the
 * first ARN of a Map Run, and of an execution of one, in the last answer that had any. */
struct step {
    const char *operation, *body;
    int status;
    const char *want;
    int64_t later_ms; /* time that passes after it */
};

static const struct {
    const char *name;
    struct step steps[MAX_STEPS];
} stories[] = {
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
    {"METADATA_ONLY gives an empty definition",
     {CREATE("m", PASS),
      {"DescribeStateMachine",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"includedData\":\"METADATA_ONLY\"}", 200,
       "\"definition\":\"{}\"", 0},
      START("m", "e", "{}"),
      {"DescribeStateMachineForExecution",
       "{\"executionArn\":\"" EXECUTION("m:e") "\",\"includedData\":\"METADATA_ONLY\"}", 200,
       "\"definition\":\"{}\"", 0}}},
    {"a child of a Map with an Iterator is described by that",
     {CREATE("m",
             "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","
             "\\\"Label\\\":\\\"L\\\",\\\"Iterator\\\":{\\\"ProcessorConfig\\\":{"
             "\\\"Mode\\\":\\\"DISTRIBUTED\\\",\\\"ExecutionType\\\":\\\"STANDARD\\\"}," IN_VAIN
             "},\\\"End\\\":true}}}"),
      START("m", "e", "[1]"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "mapRunArn", 0},
      MAP_RUN_CALL("ListExecutions", "", 200, EXECUTION("m/L:")),
      CHILD_CALL("DescribeStateMachineForExecution", 200,
                 "\"definition\":\"{\\\"ProcessorConfig\\\":"),
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/L") "\"}", 200,
       "\"definition\":\"{\\\"ProcessorConfig\\\":", 0}}},
    {"the ARN of a labelled Map describes what it runs",
     {CREATE("m", MAP_RUN("STANDARD", "")),
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/L") "\"}", 200,
       "\"label\":\"L\"", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/L") "\"}", 200,
       "\"definition\":\"{\\\"ProcessorConfig\\\":", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/L") "\"}", 200,
       "\"name\":\"m/L\"", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m/K") "\"}", 400,
       "State Machine Does Not Exist: '" MACHINE("m/K") "'", 0},
      {"DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("n/L") "\"}", 400,
       "State Machine Does Not Exist: '" MACHINE("n/L") "'", 0}}},
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
    {"an activity's key does not change",
     {{"CreateActivity", "{\"name\":\"a\"}", 200, ACTIVITY("a"), 0},
      {"CreateActivity",
       "{\"name\":\"a\",\"encryptionConfiguration\":{\"type\":\"AWS_OWNED_KEY\"}}", 200,
       ACTIVITY("a"), 0},
      {"CreateActivity",
       "{\"name\":\"a\",\"encryptionConfiguration\":{\"type\":\"CUSTOMER_MANAGED_KMS_KEY\","
       "\"kmsKeyId\":\"k\"}}",
       400, "\"__type\":\"ActivityAlreadyExists\"", 0}}},
    {"the ARN of a Map in a machine starts nothing",
     {{"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m/Label") "\"}", 400,
       "\"reason\":\"API_DOES_NOT_SUPPORT_LABELED_ARNS\"", 0}}},
    {"nothing is published of a machine that is being deleted",
     {CREATE("going", WAIT),
      START("going", "x", "{}"),
      {"DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("going") "\"}", 200, "{}", 0},
      {"PublishStateMachineVersion", "{\"stateMachineArn\":\"" MACHINE("going") "\"}", 400,
       "State Machine is being deleted: '" MACHINE("going") "'", 0}}},
    {"a Task whose activity does not exist fails before it is scheduled",
     {CREATE("gone", TASK(ACTIVITY("nobody"), "")),
      START("gone", "x", "{}"),
      {"GetExecutionHistory",
       "{\"executionArn\":\"" EXECUTION("gone:x") "\",\"reverseOrder\":true}", 200,
       "{\"events\":[{\"id\":3,\"previousEventId\":2,\"timestamp\":1700000.0,\"type\":"
       "\"ExecutionFailed\",",
       0},
      DESCRIBE("gone:x", "The activity " ACTIVITY("nobody") " does not exist.")}},
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
    {"a state is tested for five minutes",
     {{"TestState",
       "{\"definition\":\"{\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\\":301,\\\"End\\\":true}\","
       "\"roleArn\":"
       "\"" ROLE "\"}",
       0, NULL, 299999},
      {"ListStateMachines", "{}", 200, "", 1},
      {"", "", 200, "\"error\":\"States.Timeout\"", 0}}},
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
     {CREATE("m", PASS),
      START("m", "e", "1"),
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
    {"a page's token is good for its own question only",
     {CREATE("m", PASS),
      CREATE("n", PASS),
      {"ListStateMachines", "{\"maxResults\":1}", 200, "nextToken", 0},
      {"ListStateMachines", "{\"maxResults\":1,\"nextToken\":\"<next>\"}", 200, MACHINE("n"), 0},
      {"ListStateMachines", "{\"maxResults\":1}", 200, "nextToken", 0},
      {"ListActivities", "{\"nextToken\":\"<next>\"}", 400, "Invalid Token: 'Invalid token'", 0},
      {"ListStateMachines", "{\"nextToken\":\"zz\"}", 400, "InvalidToken", 0}}},
    {"the same start again, while it runs, is the same execution",
     {CREATE("m", WAIT),
      START("m", "e", "1"),
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
     {CREATE("m", WAIT),
      START("m", "e", "1"),
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
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:b") "\"}", 200, "stopDate", 0},
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
     {CREATE("m", "{" IN_VAIN "}"),
      START("m", "e", "1"),
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
     {CREATE("m", WAIT),
      START("m", "e", "1"),
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "stopDate", 0},
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
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:a") "\"}", 200, "stopDate", 0},
      {"DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 200, "{}", 0},
      REDRIVE("m:a", "t", 400, "State machine is in DELETING status")}},
    {"a Map Run that failed is redriven with its parent",
     {CREATE("m", MAP_RUN("STANDARD", ",\\\"ToleratedFailureCount\\\":1")),
      START("m", "e", "[1,2,3]"),
      DESCRIBE("m:e", "States.ExceedToleratedFailureThreshold"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"stateMachineArn\":\"" MACHINE("m/L") "\"", 0},
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"status\":\"FAILED\""),
      MAP_RUN_CALL(
          "DescribeMapRun", "", 200,
          "\"maxConcurrency\":2147483647,\"toleratedFailureCount\":1,\"toleratedFailurePercentage\""
          ":0.0,\"itemCounts\":{\"pending\":0,\"running\":0,\"succeeded\":0,\"failed\":3,"
          "\"timedOut\":0,\"aborted\":0,\"total\":3,\"resultsWritten\":3,"
          "\"failuresNotRedrivable\":0,\"pendingRedrive\":0}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"stopDate\":1700000.0"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"redriveCount\":0}"),
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":2", 400,
                   "\"reason\":\"CANNOT_UPDATE_COMPLETED_MAP_RUN\""),
      MAP_RUN_CALL("ListExecutions", "", 200, "\"status\":\"FAILED\",\"startDate\":1700000.0,"),
      CHILD_CALL("DescribeExecution", 200, "\"redriveStatus\":\"REDRIVABLE_BY_MAP_RUN\""),
      CHILD_CALL("RedriveExecution", 400, "API_DOES_NOT_SUPPORT_LABELED_ARNS"),
      REDRIVE("m:e", "t", 200, "1700000.0"),
      DESCRIBE("m:e", "\"output\":\"[\\\"at last\\\",\\\"at last\\\",\\\"at last\\\"]\""),
      CHILD_CALL("DescribeExecution", 200, "\"redriveCount\":1,\"redriveDate\":1700000.0"),
      CHILD_CALL("GetExecutionHistory", 200, "\"type\":\"ExecutionRedriven\""),
      MAP_RUN_CALL("ListExecutions", ",\"redriveFilter\":\"REDRIVEN\",\"maxResults\":2", 200,
                   "nextToken"),
      MAP_RUN_CALL("ListExecutions",
                   ",\"redriveFilter\":\"REDRIVEN\",\"maxResults\":2,\"nextToken\":\"<next>\"", 200,
                   "!nextToken"),
      MAP_RUN_CALL("ListExecutions", ",\"redriveFilter\":\"NOT_REDRIVEN\"", 200,
                   "{\"executions\":[]}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "\"succeeded\":3,\"failed\":0,\"timedOut\":0,\"aborted\":0,\"total\":3,"
                   "\"resultsWritten\":3,\"failuresNotRedrivable\":0,\"pendingRedrive\":0},"
                   "\"redriveCount\":1,\"redriveDate\":1700000.0}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"status\":\"SUCCEEDED\""),
      {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"type\":\"MapRunRedriven\"", 0}}},
    {"an Express child of a Map Run is started anew",
     {CREATE("m", MAP_RUN("EXPRESS", "")),
      START("m", "e", "[1]"),
      DESCRIBE("m:e", "FAILED"),
      REDRIVE("m:e", "t", 200, "redriveDate"),
      {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"type\":\"MapRunRedriven\"", 0},
      DESCRIBE("m:e", "\"redriveCount\":1")}},
    {"a Map Run's executions are told by its ARN, one that waits for its redrive too",
     {CREATE("m", MAP_RUN_WAITS),
      START("m", "e", "[1,2,3]"),
      {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "!stopDate", 0},
      MAP_RUN_CALL("UpdateMapRun", "", 400, "MISSING_REQUIRED_PARAMETER"),
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":2,\"toleratedFailurePercentage\":12.5", 200,
                   "{}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "\"status\":\"RUNNING\",\"startDate\":1700000.0,\"maxConcurrency\":2,"
                   "\"toleratedFailureCount\":0,\"toleratedFailurePercentage\":12.5,"
                   "\"itemCounts\":{\"pending\":1,\"running\":2,"),
      MAP_RUN_CALL("ListExecutions", ",\"statusFilter\":\"RUNNING\"", 200, "\"itemCount\":1"),
      CHILD_CALL("DescribeExecution", 200,
                 "\"mapRunArn\":\"arn:aws:states:us-east-1:123456789012:"
                 "mapRun:m/"),
      CHILD_CALL("DescribeStateMachineForExecution", 200,
                 "\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\\":60,"),
      CHILD_CALL("DescribeStateMachineForExecution", 200, "\"label\":\""),
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "stopDate", 0},
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "{\"pending\":1,\"running\":0,\"succeeded\":0,\"failed\":0,\"timedOut\":0,"
                   "\"aborted\":2,\"total\":3,\"resultsWritten\":0,\"failuresNotRedrivable\":0,"
                   "\"pendingRedrive\":0}"),
      REDRIVE("m:e", "t", 200, "redriveDate"),
      DESCRIBE("m:e", "!stopDate"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "!stopDate"),
      MAP_RUN_CALL("UpdateMapRun", ",\"maxConcurrency\":1", 200, "{}"),
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "stopDate", 0},
      REDRIVE("m:e", "u", 200, "redriveDate"),
      MAP_RUN_CALL("ListExecutions", ",\"statusFilter\":\"PENDING_REDRIVE\"", 200,
                   "\"status\":\"PENDING_REDRIVE\""),
      CHILD_CALL("DescribeExecution", 200, "\"status\":\"PENDING_REDRIVE\""),
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "{\"pending\":1,\"running\":1,\"succeeded\":0,\"failed\":0,\"timedOut\":0,"
                   "\"aborted\":0,\"total\":3,\"resultsWritten\":0,\"failuresNotRedrivable\":0,"
                   "\"pendingRedrive\":1}"),
      CHILD_CALL("ListMapRuns", 200, "{\"mapRuns\":[]}"),
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "stopDate", 0},
      MAP_RUN_CALL("DescribeMapRun", "", 200,
                   "{\"pending\":1,\"running\":0,\"succeeded\":0,\"failed\":0,\"timedOut\":0,"
                   "\"aborted\":2,\"total\":3,\"resultsWritten\":0,\"failuresNotRedrivable\":0,"
                   "\"pendingRedrive\":0}"),
      MAP_RUN_CALL("DescribeMapRun", "", 200, "\"stopDate\":1700000.0"),
      {"DescribeMapRun", "{\"mapRunArn\":\"arn:aws:states:us-east-1:123456789012:mapRun:m/L:x\"}",
       400, "ResourceNotFound", 0}}},
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
      {"SendTaskFailure", "{\"taskToken\":\"made up\"}", 400, "Invalid Token: 'Invalid token'",
       0}}},
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
    {"an Express child of a Map Run has five minutes",
     {CREATE("m",
             "{\\\"StartAt\\\":\\\"M\\\",\\\"States\\\":{\\\"M\\\":{\\\"Type\\\":\\\"Map\\\","
             "\\\"ItemProcessor\\\":{\\\"ProcessorConfig\\\":{\\\"Mode\\\":"
             "\\\"DISTRIBUTED\\\",\\\"ExecutionType\\\":\\\"EXPRESS\\\"},\\\"StartAt\\\":"
             "\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":\\\"Wait\\\",\\\"Seconds\\\":301,"
             "\\\"End\\\":true}}},\\\"End\\\":true}}}"),
      {"StartExecution",
       "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[1]\"}", 200,
       EXECUTION("m:e"), 299999},
      {"DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200,
       "\"status\":\"RUNNING\"", 1},
      DESCRIBE("m:e", "States.ExceedToleratedFailureThreshold")}},
    {"a Standard machine is not started synchronously",
     {CREATE("m", PASS),
      {"StartSyncExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\"}", 400,
       "This operation is not supported by this type of state machine", 0}}},
    {"a Task starts an execution and waits for its end",
     {CREATE("child", WAIT),
      CREATE("m", TASK("arn:aws:states:::states:startExecution.sync:2",
                       ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                           "child") "\\\",\\\"Name\\\":\\\"c\\\",\\\"Input\\\":{\\\"A\\\":1}}")),
      START("m", "e", "1"),
      {"DescribeExecution", "{\"executionArn\":\"" EXECUTION("child:c") "\"}", 200,
       "\"input\":\"{\\\"A\\\":1}\"", 60000},
      DESCRIBE("m:e", "\\\"Output\\\":{\\\"A\\\":1}"),
      DESCRIBE("m:e", "\\\"OutputDetails\\\":{\\\"Included\\\":true},\\\"RedriveCount\\\":0,"
                      "\\\"RedriveStatus\\\":\\\"NOT_REDRIVABLE\\\",\\\"RedriveStatusReason\\\":"
                      "\\\"Execution is SUCCEEDED and cannot be redriven\\\",\\\"StartDate\\\":"),
      DESCRIBE("m:e", "SUCCEEDED")}},
    {"a Task's child that fails is told with its Input as text",
     {CREATE("child", "{" IN_VAIN "}"),
      CREATE("m", TASK("arn:aws:states:::states:startExecution.sync:2",
                       ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                           "child") "\\\",\\\"Name\\\":\\\"c\\\",\\\"Input\\\":{\\\"A\\\":1}}")),
      START("m", "e", "1"),
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
      CREATE("m", TASK("arn:aws:states:::states:startExecution.sync",
                       ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                           "child:live") "\\\"}")),
      START("m", "e", "1"),
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
      CREATE("m", TASK("arn:aws:states:::states:startExecution.sync",
                       ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE(
                           "child") "\\\",\\\"Name\\\":\\\"c\\\"}")),
      START("m", "e", "1"),
      {"StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}", 200, "stopDate", 0},
      DESCRIBE("child:c", "ABORTED"),
      DESCRIBE("child:c", "\"cause\":\"The Task state in AWS Step Functions execution [" EXECUTION(
                              "m:e") "] which was managing this resource was aborted\""),
      DESCRIBE("child:c", "!\"error\"")}},
    {"a Task calls the api as the SDK does",
     {CREATE("m",
             TASK("arn:aws:states:::aws-sdk:sfn:sendTaskSuccess",
                  ",\\\"Parameters\\\":{\\\"TaskToken\\\":\\\"x\\\",\\\"Output\\\":\\\"1\\\"}")),
      START("m", "e", "1"), DESCRIBE("m:e", "\"error\":\"Sfn.InvalidTokenException\""),
      DESCRIBE("m:e", "Invalid Token: 'Invalid token' (Service: Sfn, Status Code: 400")}},
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
    {"a definition is validated without a machine",
     {{"ValidateStateMachineDefinition", "{\"definition\":\"" PASS "\"}", 200,
       "{\"result\":\"OK\",\"diagnostics\":[],\"truncated\":false}", 0},
      {"ValidateStateMachineDefinition", "{\"definition\":\"\"}", 200,
       "\"message\":\"Definition must be a valid JSON object\"}]", 0},
      {"ValidateStateMachineDefinition", "{\"definition\":\"{}\"}", 200,
       "\"code\":\"SCHEMA_VALIDATION_FAILED\"", 0}}},
};

/* ---- the world ---- */

enum { MEMORY, SQLITE, STORES };

static struct folder files;

static void setup(void)
{
    folder_make(&files);
}

static void teardown(void)
{
    folder_remove(&files);
}

struct world {
    int kind;
    engine *engine;
    store *store;
    api *api;
    int64_t now_ms;
    int status; /* of the last answer */
    struct buf answer;
    json *token, *next, *run, *child;
    size_t max_open, ended;
    enum api_throttle throttle;
    uint64_t told; /* the last task whose token brings its result */
    int64_t retention_ms;
    uint64_t least_room;
};

static void run_task(void *user, const struct task *t)
{
    struct world *w = user;
    struct task_result r = {.error = json_cstring("Test.NoHandler")};
    enum api_offer offer = api_offer_task(w->api, t);

    if (offer == API_BY_TOKEN) {
        json_unref(w->token);
        w->token = json_cstring(t->token);
        w->told = t->id;
    }
    if (offer == API_NOT_MINE)
        engine_task_done(w->engine, t->id, &r);
    else
        task_result_clear(&r);
}

static void cancel_task(void *user, uint64_t id)
{
    struct world *w = user;

    api_task_cancelled(w->api, id);
}

static void ended(void *user, uint64_t execution, const rt_exec *x)
{
    struct world *w = user;

    w->ended++;
    api_ended(w->api, execution, x, w->now_ms);
}

static bool has_activity(void *user, uint64_t execution, const char *arn)
{
    const struct world *w = user;

    return api_has_activity(w->api, execution, arn);
}

static void keep(json **at, const json *answer, const char *key)
{
    const json *v = json_get(answer, key);

    if (!v)
        return;
    json_unref(*at);
    *at = json_ref(v);
}

static void keep_arn(json **at, const char *answer, const char *prefix)
{
    const char *arn = strstr(answer, prefix);

    if (!arn)
        return;
    json_unref(*at);
    *at = json_string(arn, strcspn(arn, "\"'"));
}

static void answered(void *user, int status, struct buf *body)
{
    struct world *w = user;

    ck_assert_msg(!w->status, "a second answer came");
    w->status = status;
    buf_reset(&w->answer);
    buf_add(&w->answer, body->data, body->len);
    json *v = json_parse(body->data, body->len, 0, NULL);
    ck_assert_ptr_nonnull(v);
    keep(&w->token, v, "taskToken");
    keep(&w->next, v, "nextToken");
    keep_arn(&w->run, buf_str(&w->answer), "arn:aws:states:us-east-1:123456789012:mapRun:");
    keep_arn(&w->child, buf_str(&w->answer), EXECUTION("m/"));
    json_unref(v);
}

static void turn(struct world *w)
{
    api_begin_turn(w->api);
    ck_assert(engine_advance(w->engine, w->now_ms, NULL));
    api_advance(w->api, w->now_ms);
}

static void settle(struct world *w)
{
    for (int turns = 0; turns < 1000; turns++) {
        turn(w);
        if (engine_next_due(w->engine) > w->now_ms && api_next_due(w->api) > w->now_ms)
            return;
    }
    ck_abort_msg("the world does not come to rest");
}

static void open_store(struct world *w)
{
    struct diag why = {0};

    w->store =
        w->kind == MEMORY ? store_memory_new() : store_sqlite_open(files.file, STORE_NORMAL, &why);
    ck_assert_msg(w->store != NULL, "%s", why.text);
}

static void wake_up(struct world *w)
{
    struct diag why = {0};

    w->engine = engine_new(w->store, &(struct engine_hooks){.user = w,
                                                            .run_task = run_task,
                                                            .cancel_task = cancel_task,
                                                            .ended = ended,
                                                            .has_activity = has_activity});
    w->api = api_new(w->engine, w->store,
                     &(struct api_config){.max_open = w->max_open,
                                          .throttle = w->throttle,
                                          .retention_ms = w->retention_ms,
                                          .least_room = w->least_room});
    ck_assert_ptr_nonnull(w->api);
    ck_assert_msg(api_load(w->api, &why), "%s", why.text);
    ck_assert_msg(engine_recover(w->engine, w->now_ms, ENGINE_SLEEP_MS, &why), "%s", why.text);
}

static void fall_down(struct world *w)
{
    api_free(w->api);
    engine_free(w->engine);
}

/* As after kill -9 and a new start; only the store is left, and nothing of it has been taken up. */
static void restart(struct world *w)
{
    fall_down(w);
    if (w->kind == SQLITE) {
        store_free(w->store);
        open_store(w);
    }
    wake_up(w);
}

static void crash(struct world *w)
{
    restart(w);
    settle(w);
}

static void world_init(struct world *w, int kind)
{
    *w = (struct world){.kind = kind, .now_ms = START_MS};
    open_store(w);
    wake_up(w);
}

static void world_clear(struct world *w)
{
    fall_down(w);
    store_free(w->store);
    buf_clear(&w->answer);
    json_unref(w->token);
    json_unref(w->next);
    json_unref(w->run);
    json_unref(w->child);
}

static void fill_in(struct buf *out, const char *text, const char *mark, const json *with)
{
    const char *at = strstr(text, mark);

    buf_add(out, text, at ? (size_t)(at - text) : strlen(text));
    if (at && with)
        buf_adds(out, json_str(with));
    if (at)
        buf_adds(out, at + strlen(mark));
}

static void call(struct world *w, const char *operation, const char *body)
{
    const struct {
        const char *mark;
        const json *with;
    } marks[] = {
        {"<token>", w->token}, {"<next>", w->next}, {"<run>", w->run}, {"<child>", w->child}};
    struct buf text = {0};

    w->status = 0;
    buf_adds(&text, body);
    for (size_t i = 0; i < COUNT(marks); i++) {
        struct buf filled = {0};
        fill_in(&filled, buf_str(&text), marks[i].mark, marks[i].with);
        buf_clear(&text);
        text = filled;
    }
    api_call(w->api, operation, text.data, text.len, w->now_ms, answered, w);
    turn(w);
    buf_clear(&text);
}

static void look_at_answer(struct world *w, const char *story, const char *operation)
{
    json *answer = json_of(buf_str(&w->answer));

    expect_answer(story, operation, answer);
    json_unref(answer);
}

/* The answer is a good one. */
static void call_well(struct world *w, const char *operation, const char *body)
{
    call(w, operation, body);
    ck_assert_msg(w->status == 200, "%s: %s", operation, buf_str(&w->answer));
    look_at_answer(w, operation, operation);
}

/* The call is refused, with `words` in the answer. */
static void call_in_vain(struct world *w, const char *operation, const char *body,
                         const char *words)
{
    call(w, operation, body);
    ck_assert_msg(w->status == 400 && strstr(buf_str(&w->answer), words), "%s: %s", operation,
                  buf_str(&w->answer));
}

/* Crashes before each request: that comes when what ran has been taken up, or before it is. */
enum telling { WITHOUT_CRASHES, WITH_CRASHES, BEFORE_IT_IS_TAKEN_UP };

static void tell(int kind, size_t story, enum telling telling)
{
    struct world w;
    int owed = 0;             /* answers that are */
    const char *asked = NULL; /* what the last of them is to */

    world_init(&w, kind);
    for (const struct step *s = stories[story].steps; s->operation; s++) {
        bool not = s->want && s->want[0] == '!';
        if (telling == BEFORE_IT_IS_TAKEN_UP && s->operation[0] && !owed)
            restart(&w);
        else if (telling != WITHOUT_CRASHES && !owed)
            crash(&w);
        /* An empty operation looks at what an earlier one is answered meanwhile. */
        if (s->operation[0])
            call(&w, s->operation, s->body);
        /* A poll waits until there is a task. */
        if (telling == BEFORE_IT_IS_TAKEN_UP && s->status && !w.status)
            settle(&w);
        ck_assert_msg(w.status == s->status, "%s: %s: status %d: %s", stories[story].name,
                      s->operation, w.status, buf_str(&w.answer));
        if (s->operation[0] && !s->status)
            asked = s->operation;
        if (s->status == 200)
            look_at_answer(&w, stories[story].name, s->operation[0] ? s->operation : asked);
        if (s->want)
            ck_assert_msg((strstr(buf_str(&w.answer), s->want + not ) != NULL) != not,
                          "%s: %s: %s\n  wanted: %s", stories[story].name, s->operation,
                          buf_str(&w.answer), s->want);
        if (s->operation[0])
            owed += !s->status;
        else if (s->status)
            owed--;
        w.status = 0;
        settle(&w);
        w.now_ms += s->later_ms;
        settle(&w);
    }
    world_clear(&w);
}

START_TEST(story)
{
    for (int kind = 0; kind < STORES; kind++)
        tell(kind, (size_t)_i, WITHOUT_CRASHES);
}
END_TEST

START_TEST(story_with_crashes)
{
    for (int kind = 0; kind < STORES; kind++)
        tell(kind, (size_t)_i, WITH_CRASHES);
}
END_TEST

START_TEST(story_before_it_is_taken_up)
{
    for (int kind = 0; kind < STORES; kind++)
        tell(kind, (size_t)_i, BEFORE_IT_IS_TAKEN_UP);
}
END_TEST

START_TEST(worker_that_is_gone_gets_no_task)
{
    struct world w;

    world_init(&w, MEMORY);
    call(&w, "CreateActivity", "{\"name\":\"act\"}");
    w.status = 0;
    uint64_t waits =
        api_call(w.api, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}",
                 strlen("{\"activityArn\":\"" ACTIVITY("act") "\"}"), w.now_ms, answered, &w);
    ck_assert(waits != 0);
    api_give_up(w.api, waits);
    w.now_ms += 60000;
    settle(&w);
    ck_assert_int_eq(w.status, 0);
    world_clear(&w);
}
END_TEST

/* The execution goes on to its end, of which nobody hears. */
START_TEST(client_of_a_synchronous_execution_that_is_gone)
{
    static const char start[] = "{\"stateMachineArn\":\"" MACHINE("w") "\"}";
    struct world w;

    world_init(&w, MEMORY);
    call_well(
        &w, "CreateStateMachine",
        "{\"name\":\"w\",\"type\":\"EXPRESS\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\","
        "\"definition\":\"{\\\"StartAt\\\":\\\"W\\\",\\\"States\\\":{\\\"W\\\":{\\\"Type\\\":"
        "\\\"Wait\\\",\\\"Seconds\\\":10,\\\"End\\\":true}}}\"}");
    w.status = 0;
    uint64_t waits =
        api_call(w.api, "StartSyncExecution", start, strlen(start), w.now_ms, answered, &w);
    turn(&w);
    ck_assert(api_waits(w.api, waits));
    ck_assert_uint_eq(api_waiting(w.api), 1);
    api_give_up(w.api, waits);
    ck_assert(!api_waits(w.api, waits));
    ck_assert_uint_eq(api_waiting(w.api), 0);
    w.now_ms += 60000;
    settle(&w);
    ck_assert_int_eq(w.status, 0);
    world_clear(&w);
}
END_TEST

START_TEST(what_waits_at_the_end_is_let_go)
{
    struct world w;

    world_init(&w, MEMORY);
    call(&w, "CreateActivity", "{\"name\":\"act\"}");
    call(&w, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}");
    ck_assert_int_eq(w.status, 0);
    api_end_polls(w.api);
    turn(&w);
    ck_assert_int_eq(w.status, 200);
    world_clear(&w);
}
END_TEST

/* A poll is made and waits, as many times. */
static void poll(struct world *w, int times)
{
    static const char body[] = "{\"activityArn\":\"" ACTIVITY("act") "\"}";

    for (int i = 0; i < times; i++)
        ck_assert(api_call(w->api, "GetActivityTask", body, strlen(body), w->now_ms, answered, w));
}

START_TEST(workers_that_poll_are_counted)
{
    struct world w;

    world_init(&w, MEMORY);
    call(&w, "CreateActivity", "{\"name\":\"act\"}");
    w.status = 0;
    poll(&w, 500);
    uint64_t first =
        api_call(w.api, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}",
                 strlen("{\"activityArn\":\"" ACTIVITY("act") "\"}"), w.now_ms, answered, &w);
    poll(&w, 499);
    ck_assert_uint_eq(api_waiting(w.api), 1000);
    call_in_vain(&w, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}",
                 "ActivityWorkerLimitExceeded");
    api_give_up(w.api, first);
    w.status = 0;
    poll(&w, 1);
    settle(&w);
    ck_assert_int_eq(w.status, 0);
    ck_assert_uint_eq(api_waiting(w.api), 1000);
    world_clear(&w);
}
END_TEST

/* A start that is refused: when one has ended, or the server is another, it is counted anew. */
START_TEST(open_executions_are_counted)
{
    static const char start[] = "{\"stateMachineArn\":\"" MACHINE("w") "\",\"name\":\"%s\"}";
    struct world w;
    struct buf body = {0};

    world_init(&w, _i);
    w.max_open = 1;
    crash(&w);
    call(&w, "CreateStateMachine",
         "{\"name\":\"w\",\"roleArn\":\"" ROLE "\",\"definition\":\"" WAIT "\"}");
    call(&w, "CreateStateMachine",
         "{\"name\":\"x\",\"roleArn\":\"" ROLE "\",\"type\":\"EXPRESS\",\"definition\":\"" WAIT
         "\"}");
    buf_printf(&body, start, "a");
    for (int i = 0; i < 2; i++) { /* the same again is no second one */
        call_well(&w, "StartExecution", buf_str(&body));
    }
    settle(&w);
    buf_reset(&body);
    buf_printf(&body, start, "b");
    for (int i = 0; i < 2; i++) {
        call_in_vain(&w, "StartExecution", buf_str(&body), "ExecutionLimitExceeded");
        crash(&w);
    }
    call_well(&w, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("x") "\"}");
    call(&w, "StopExecution", "{\"executionArn\":\"" EXECUTION("w:a") "\"}");
    settle(&w);
    call_well(&w, "StartExecution", buf_str(&body));
    settle(&w);
    call_in_vain(&w, "RedriveExecution", "{\"executionArn\":\"" EXECUTION("w:a") "\"}",
                 "ExecutionLimitExceeded");
    buf_clear(&body);
    world_clear(&w);
}
END_TEST

/* The thousandth goes on with the Map Run, the next fails with what says why. */
START_TEST(map_run_is_redriven_a_thousand_times)
{
    static const char describe[] = "{\"executionArn\":\"" EXECUTION("m:e") "\"}";
    struct world w;

    world_init(&w, MEMORY);
    call(&w, "CreateStateMachine",
         "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" MAP_RUN_FAILS "\"}");
    call(&w, "StartExecution",
         "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[1]\"}");
    settle(&w);
    for (int i = 1; i <= 1001; i++) {
        call(&w, "RedriveExecution", describe);
        ck_assert_msg(w.status == 200, "redrive %d: %s", i, buf_str(&w.answer));
        settle(&w);
        if (i < 1000)
            continue;
        call(&w, "DescribeExecution", describe);
        ck_assert_msg(strstr(buf_str(&w.answer), i == 1000
                                                     ? "States.ExceedToleratedFailureThreshold"
                                                     : "redriven 1000 times, which is the most"),
                      "redrive %d: %s", i, buf_str(&w.answer));
    }
    world_clear(&w);
}
END_TEST

/* A Map Run's history is read once, and then what is new of it; nothing of it for a child. */
START_TEST(what_is_told_of_a_map_run_is_read_once)
{
    static const char *const calls[][2] = {
        {"DescribeMapRun", "{\"mapRunArn\":\"<run>\"}"},
        {"ListExecutions", "{\"mapRunArn\":\"<run>\"}"},
        {"ListExecutions", "{\"mapRunArn\":\"<run>\",\"statusFilter\":\"ABORTED\"}"},
        {"ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}"},
        {"DescribeExecution", "{\"executionArn\":\"<child>\"}"},
    };
    enum { ITEMS = 500 };
    struct world w;
    struct buf body = {0};

    world_init(&w, MEMORY);
    call(&w, "CreateStateMachine",
         "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" MAP_RUN_FAILS "\"}");
    buf_adds(&body, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"[0");
    for (int i = 1; i < ITEMS; i++)
        buf_printf(&body, ",%d", i);
    buf_adds(&body, "]\"}");
    call(&w, "StartExecution", buf_str(&body));
    settle(&w);
    call(&w, "ListMapRuns", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    ck_assert_uint_gt(events_read, ITEMS);
    events_read = 0;
    for (size_t i = 0; i < COUNT(calls); i++) {
        call(&w, calls[i][0], calls[i][1]);
        ck_assert_msg(w.status == 200, "%s: %s", calls[i][0], buf_str(&w.answer));
    }
    ck_assert_msg(events_read < 10, "%zu events were read", events_read);
    rows_read = 0;
    call(&w, "ListExecutions", "{\"mapRunArn\":\"<run>\",\"statusFilter\":\"RUNNING\"}");
    ck_assert_str_eq(buf_str(&w.answer), "{\"executions\":[]}");
    ck_assert_msg(rows_read < 3, "%zu executions were looked at", rows_read);
    buf_clear(&body);
    world_clear(&w);
}
END_TEST

/* However they are published. */
START_TEST(versions_are_counted)
{
    struct world w;
    struct buf body = {0};

    world_init(&w, MEMORY);
    call(&w, "CreateStateMachine",
         "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" PASS "\"}");
    for (int i = 0; i <= 1000; i++) {
        buf_reset(&body);
        buf_printf(&body,
                   "{\"stateMachineArn\":\"" MACHINE("m") "\",\"roleArn\":\"" ROLE
                                                          "%d\",\"publish\":true}",
                   i);
        call(&w, "UpdateStateMachine", buf_str(&body));
        ck_assert_msg(w.status == (i < 1000 ? 200 : 402), "%d: %s", i, buf_str(&w.answer));
    }
    ck_assert_ptr_nonnull(strstr(buf_str(&w.answer), "ServiceQuotaExceededException"));
    call(&w, "DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    ck_assert_ptr_nonnull(strstr(buf_str(&w.answer), "\"roleArn\":\"" ROLE "999\""));
    buf_clear(&body);
    world_clear(&w);
}
END_TEST

/* A clock that is set forward by mistake must not cost what was kept. */
START_TEST(retention_goes_by_a_clock_that_nobody_sets)
{
    const int64_t hour_ms = 3600 * 1000, year_ms = 365 * 24 * hour_ms;
    const char *describe = "{\"executionArn\":\"" EXECUTION("m:x") "\"}";
    struct world w = {.kind = MEMORY, .now_ms = START_MS, .retention_ms = hour_ms};

    open_store(&w);
    wake_up(&w);
    call(&w, "CreateStateMachine",
         "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" PASS "\"}");
    call(&w, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"x\"}");
    settle(&w);
    w.now_ms += year_ms;
    api_clock_set(w.api, year_ms, -year_ms);
    w.now_ms += hour_ms / 2;
    settle(&w);
    call_well(&w, "DescribeExecution", describe);
    w.now_ms += hour_ms;
    settle(&w);
    call(&w, "DescribeExecution", describe);
    ck_assert_msg(w.status == 400, "%s", buf_str(&w.answer));
    world_clear(&w);
}
END_TEST

/* Some in each turn, and the turns come by themselves. */
START_TEST(many_executions_of_a_machine_are_deleted)
{
    struct world w;

    world_init(&w, MEMORY);
    call(&w, "CreateStateMachine",
         "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"" PASS "\"}");
    for (int i = 0; i < 3500; i++)
        call(&w, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    settle(&w);
    call(&w, "DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    settle(&w);
    call(&w, "DescribeStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    ck_assert_msg(strstr(buf_str(&w.answer), "StateMachineDoesNotExist") != NULL, "%s",
                  buf_str(&w.answer));
    world_clear(&w);
}
END_TEST

struct look {
    const char *when;
    struct store_counts counts;
};

static void expect_healthy(void *user, const char *where, const char *what)
{
    const struct look *l = user;

    ck_abort_msg("%s: %s: %s", l->when, where, what);
}

/* What is in the file, with which nothing is wrong. */
static struct store_counts look_at_file(const char *when)
{
    struct diag why = {0};
    struct look l = {.when = when};
    store *s = store_sqlite_look(files.file, &why);

    ck_assert_msg(s != NULL, "%s: %s", when, why.text);
    ck_assert_msg(store_check(s, expect_healthy, &l, &l.counts, &why), "%s: %s", when, why.text);
    ck_assert_msg(l.counts.executions || !l.counts.rows, "%s: events of nobody", when);
    store_free(s);
    return l.counts;
}

static const struct {
    const char *name, *definition, *input;
    bool stop;       /* the execution, before the machine is deleted */
    int64_t kept_ms; /* it goes by retention instead; 0: its machine is deleted */
} families[] = {
    {"children that failed", MAP_RUN("STANDARD", ""), "[<items>]", false, 0},
    {"children that are being stopped", MAP_RUN_WAITS, "[1,2,3]", true, 0},
    {"Express children", MAP_RUN("EXPRESS", ""), "[1,2,3]", false, 0},
    {"an execution that is too old", MAP_RUN("STANDARD", ""), "[<items>]", false, 5000},
};

/* Map Runs go with their machine, or with the execution that had them: in pieces, and with a crash
 * in the midst. */
START_TEST(map_runs_go_with_what_had_them)
{
    struct world w;
    struct buf input = {0}, start = {0};
    const char *name = families[_i].name, *items = strstr(families[_i].input, "<items>");

    world_init(&w, SQLITE);
    w.retention_ms = families[_i].kept_ms;
    crash(&w);
    buf_printf(&start, "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"%s\"}",
               families[_i].definition);
    call_well(&w, "CreateStateMachine", buf_str(&start));
    for (int i = 0; items && i < 200; i++)
        buf_printf(&input, i ? ",%d" : "[%d", i);
    buf_adds(&input, items ? "]" : families[_i].input);
    buf_reset(&start);
    buf_printf(&start, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"%s\"}",
               buf_str(&input));
    call(&w, "StartExecution", buf_str(&start));
    settle(&w);
    ck_assert_msg(look_at_file(name).executions > 0, "%s", name);
    if (families[_i].stop)
        call(&w, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    if (families[_i].kept_ms)
        w.now_ms += 20000;
    else
        call(&w, "DeleteStateMachine", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
    uint64_t left = UINT64_MAX;
    /* What a turn lets go of, the next one commits. */
    for (int i = 0; i < 20 && left; i++) {
        turn(&w);
        turn(&w);
        fall_down(&w);
        store_free(w.store);
        left = look_at_file(name).executions;
        open_store(&w);
        wake_up(&w);
    }
    settle(&w);
    ck_assert_msg(!left, "%s: %d are left", name, (int)left);
    world_clear(&w);
    struct store_counts counts = look_at_file(name);
    ck_assert_msg(!counts.executions && (families[_i].kept_ms || !counts.definitions), "%s", name);
    buf_clear(&input);
    buf_clear(&start);
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
    struct world w;

    world_init(&w, _i);
    call_well(&w, "CreateStateMachine", definition);
    settle(&w);
    call(&w, "StartExecution",
         "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"{}\"}");
    settle(&w);
    crash(&w);
    call_well(&w, "SendTaskSuccess", success);
    crash(&w);
    call(&w, "SendTaskSuccess", success);
    ck_assert_ptr_nonnull(strstr(buf_str(&w.answer), "TaskTimedOut"));
    call(&w, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    ck_assert_ptr_nonnull(strstr(buf_str(&w.answer), "RUNNING"));
    json *submitted = json_cstring("sent");
    engine_task_submitted(w.engine, w.told, submitted);
    json_unref(submitted);
    settle(&w);
    crash(&w);
    call(&w, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    ck_assert_ptr_nonnull(strstr(buf_str(&w.answer), "\"output\":\"7\""));
    call(&w, "GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    const char *first = strstr(buf_str(&w.answer), "TaskSubmitted");
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_nonnull(strstr(first, "TaskSucceeded"));
    world_clear(&w);
}
END_TEST

/* A call that is made again after a crash is for a task of an execution that comes later. */
START_TEST(task_with_the_token_of_one_that_is_not_taken_up)
{
    struct world w;
    struct buf body = {0};

    world_init(&w, _i);
    call(&w, "CreateActivity", "{\"name\":\"go\"}");
    call(&w, "CreateActivity", "{\"name\":\"act\"}");
    call(&w, "CreateStateMachine",
         "{\"name\":\"a\",\"roleArn\":\"" ROLE "\",\"definition\":\"{\\\"StartAt\\\":\\\"G\\\","
         "\\\"States\\\":{\\\"G\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"" ACTIVITY(
             "go") "\\\",\\\"Next\\\":\\\"S\\\"},\\\"S\\\":{\\\"Type\\\":\\\"Task\\\","
                   "\\\"Resource\\\":\\\"arn:aws:states:::aws-sdk:sfn:sendTaskSuccess\\\","
                   "\\\"Parameters\\\":{\\\"TaskToken.$\\\":\\\"$.t\\\",\\\"Output\\\":\\\"7\\\"},"
                   "\\\"End\\\":true}}}\"}");
    ck_assert_msg(w.status == 200, "%s", buf_str(&w.answer));
    call(&w, "CreateStateMachine",
         "{\"name\":\"b\",\"roleArn\":\"" ROLE "\",\"definition\":\"{\\\"StartAt\\\":\\\"G\\\","
         "\\\"States\\\":{\\\"G\\\":{\\\"Type\\\":\\\"Task\\\",\\\"Resource\\\":\\\"" ACTIVITY(
             "act") "\\\",\\\"End\\\":true}}}\"}");
    ck_assert_msg(w.status == 200, "%s", buf_str(&w.answer));
    call(&w, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("a") "\",\"name\":\"e\"}");
    call(&w, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("b") "\",\"name\":\"e\"}");
    settle(&w);
    call(&w, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("act") "\"}");
    settle(&w);
    ck_assert_msg(w.status == 200 && w.token, "%s", buf_str(&w.answer));
    buf_printf(&body, "{\"taskToken\":\"<token>\",\"output\":\"{\\\"t\\\":\\\"%s\\\"}\"}",
               json_str(w.token));
    call(&w, "GetActivityTask", "{\"activityArn\":\"" ACTIVITY("go") "\"}");
    settle(&w);
    call(&w, "SendTaskSuccess", buf_str(&body));
    ck_assert_msg(w.status == 200, "%s", buf_str(&w.answer));
    /* The call has been made, and nothing that came of it kept. */
    crash(&w);
    call(&w, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("a:e") "\"}");
    ck_assert_msg(strstr(buf_str(&w.answer), "SUCCEEDED") != NULL, "%s", buf_str(&w.answer));
    call(&w, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("b:e") "\"}");
    ck_assert_msg(strstr(buf_str(&w.answer), "\"output\":\"7\"") != NULL, "%s", buf_str(&w.answer));
    buf_clear(&body);
    world_clear(&w);
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
    struct world w;

    world_init(&w, MEMORY);
    call(&w, "CreateStateMachine",
         "{\"name\":\"m\",\"definition\":\"" CHAIN(
             "\\\"Fail\\\",\\\"Error\\\":\\\"E\\\",\\\"Cause\\\":\\\"a "
             "\\\\\\\"quote\\\\\\\"\\\"") "\",\"roleArn\":\"" ROLE "\"}");
    call(&w, "StartExecution",
         "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"40\"}");
    settle(&w);
    call(&w, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    ck_assert_msg(strstr(buf_str(&w.answer), "\"status\":\"FAILED\"") != NULL, "%s",
                  buf_str(&w.answer));
    json *answer = json_parse(w.answer.data, w.answer.len, 0, NULL);
    ck_assert_uint_eq(json_str_len(json_get(answer, "cause")), 32768);
    json_unref(answer);
    world_clear(&w);
}
END_TEST

/* Starts itself for ever. */
#define AGAIN(pattern)                                                                             \
    TASK("arn:aws:states:::states:startExecution" pattern,                                         \
         ",\\\"Parameters\\\":{\\\"StateMachineArn\\\":\\\"" MACHINE("m") "\\\"}")

static void rest(struct world *w)
{
    do
        turn(w);
    while (engine_next_due(w->engine) <= w->now_ms || api_next_due(w->api) <= w->now_ms);
}

static void start_m(struct world *w, const char *definition, const char *input)
{
    struct buf body = {0};

    buf_printf(&body, "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"%s\"}",
               definition);
    call(w, "CreateStateMachine", buf_str(&body));
    buf_reset(&body);
    buf_printf(&body, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\",\"input\":\"%s\"}",
               input);
    call(w, "StartExecution", buf_str(&body));
    buf_clear(&body);
    rest(w);
}

/* 1,300 at once and 300 a second: the first of all is a client's, the last waits for its turn. */
START_TEST(nested_starts_take_their_turn)
{
    struct world w;

    world_init(&w, MEMORY);
    start_m(&w, AGAIN(""), "1");
    ck_assert_uint_eq(w.ended, 1300);
    ck_assert_int_gt(api_next_due(w.api), w.now_ms);
    ck_assert_int_le(api_next_due(w.api), w.now_ms + 5);
    w.now_ms += 1000;
    rest(&w);
    ck_assert_uint_eq(w.ended, 1600);
    call_well(&w, "StartExecution",
              "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"client\"}");
    /* One that is stopped while it waits has no turn. */
    call(&w, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:client") "\"}");
    w.now_ms -= 3600000; /* a clock that is set back fills nothing */
    rest(&w);
    ck_assert_uint_eq(w.ended, 1601);
    w.now_ms += 1000;
    rest(&w);
    ck_assert_uint_eq(w.ended, 1901);
    /* Nor does it hold those that wait. */
    w.now_ms -= 3600000;
    api_clock_set(w.api, -3600000, 3600000);
    ck_assert_int_le(api_next_due(w.api), w.now_ms + 5);
    world_clear(&w);
}
END_TEST

/* How many executions of m a client starts until it is refused. */
static int start_all(struct world *w)
{
    int started = 0;

    for (;; started++) {
        call(w, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\"}");
        if (w->status != 200)
            return started;
    }
}

START_TEST(clients_are_throttled_where_asked_for)
{
    struct world w;

    world_init(&w, MEMORY);
    w.throttle = API_THROTTLE_AWS;
    crash(&w);
    start_m(&w, PASS, "1");
    ck_assert_int_eq(start_all(&w), 1299);
    ck_assert_str_eq(buf_str(&w.answer),
                     "{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}");
    w.now_ms += 10;
    ck_assert_int_eq(start_all(&w), 3);
    /* What nobody takes for a day is not saved up. */
    w.now_ms += 24 * 3600 * 1000;
    ck_assert_int_eq(start_all(&w), 1300);
    world_clear(&w);
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
    struct world w;

    world_init(&w, MEMORY);
    w.throttle = kinds[_i];
    crash(&w);
    start_m(&w, loop, "1");
    if (kinds[_i] == API_THROTTLE_AWS) {
        ck_assert_uint_eq(w.ended, 0);
        ck_assert_int_eq(engine_next_due(w.engine), w.now_ms + 1);
        w.now_ms += 3000;
        rest(&w);
        /* 12,500 are asked for: one is lacking. */
        w.now_ms += 1999;
        rest(&w);
        ck_assert_uint_eq(w.ended, 0);
        w.now_ms += 1;
        rest(&w);
    }
    ck_assert_uint_eq(w.ended, 1);
    ck_assert_uint_eq(engine_throttled(w.engine), kinds[_i] == API_THROTTLE_AWS ? 3 : 0);
    world_clear(&w);
}
END_TEST

/* One that waits for itself for ever comes to an end. */
START_TEST(nesting_is_bounded)
{
    struct world w;

    world_init(&w, MEMORY);
    start_m(&w, AGAIN(".sync"), "1");
    ck_assert_uint_eq(w.ended, 1001);
    ck_assert_uint_eq(engine_running(w.engine), 0);
    call(&w, "ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"maxResults\":1}");
    keep_arn(&w.child, buf_str(&w.answer), EXECUTION("m:"));
    call(&w, "DescribeExecution", "{\"executionArn\":\"<child>\"}");
    ck_assert_msg(strstr(buf_str(&w.answer),
                         "\"error\":\"StepFunctions.ExecutionLimitExceededException\"") != NULL,
                  "%s", buf_str(&w.answer));
    world_clear(&w);
}
END_TEST

/* What waits for one another ends with the first, however deep. */
START_TEST(stop_goes_down_the_chain)
{
    struct world w;

    world_init(&w, MEMORY);
    start_m(&w, CHAIN("\\\"Wait\\\",\\\"Seconds\\\":3600,\\\"End\\\":true"), "40");
    ck_assert_uint_eq(engine_running(w.engine), 41);
    call(&w, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    settle(&w);
    ck_assert_uint_eq(engine_running(w.engine), 0);
    ck_assert_uint_eq(w.ended, 41);
    world_clear(&w);
}
END_TEST

/* A version that an alias gives no weight is never picked, whatever chance says. */
START_TEST(weightless_version_gets_nothing)
{
    struct world w;

    world_init(&w, MEMORY);
    call(&w, "CreateStateMachine",
         "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE "\",\"publish\":true}");
    call(&w, "UpdateStateMachine",
         "{\"stateMachineArn\":\"" MACHINE("m") "\",\"definition\":\"" PASS_2
                                                "\",\"publish\":true}");
    call(
        &w, "CreateStateMachineAlias",
        "{\"name\":\"a\",\"routingConfiguration\":[{\"stateMachineVersionArn\":\"" MACHINE(
            "m:1") "\",\"weight\":0},{\"stateMachineVersionArn\":\"" MACHINE("m:2") "\",\"weight\":"
                                                                                    "100}]}");
    ck_assert_int_eq(w.status, 200);
    for (int i = 0; i < 2000; i++)
        call(&w, "StartExecution", "{\"stateMachineArn\":\"" MACHINE("m:a") "\"}");
    settle(&w);
    call(&w, "ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m:1") "\"}");
    ck_assert_str_eq(buf_str(&w.answer), "{\"executions\":[]}");
    world_clear(&w);
}
END_TEST

START_TEST(aliases_are_counted)
{
    struct world w;
    struct buf body = {0};

    world_init(&w, MEMORY);
    call(&w, "CreateStateMachine",
         "{\"name\":\"m\",\"definition\":\"" PASS "\",\"roleArn\":\"" ROLE "\",\"publish\":true}");
    for (int i = 0; i < 101; i++) {
        buf_reset(&body);
        buf_printf(
            &body,
            "{\"name\":\"a%d\",\"routingConfiguration\":[{\"stateMachineVersionArn\":\"" MACHINE(
                "m:1") "\",\"weight\":100}]}",
            i);
        call(&w, "CreateStateMachineAlias", buf_str(&body));
        ck_assert_msg(w.status == (i < 100 ? 200 : 402), "%d: %s", i, buf_str(&w.answer));
    }
    buf_clear(&body);
    world_clear(&w);
}
END_TEST

START_TEST(tags_are_counted)
{
    struct world w;
    struct buf body = {0};

    world_init(&w, MEMORY);
    call(&w, "CreateActivity", "{\"name\":\"a\"}");
    for (int i = 0; i < 51; i++) {
        buf_reset(&body);
        buf_printf(
            &body,
            "{\"resourceArn\":\"" ACTIVITY("a") "\",\"tags\":[{\"key\":\"k%d\",\"value\":\"\"}]}",
            i);
        call(&w, "TagResource", buf_str(&body));
        ck_assert_msg(w.status == (i < 50 ? 200 : 400), "%d: %s", i, buf_str(&w.answer));
    }
    ck_assert_ptr_nonnull(strstr(buf_str(&w.answer), "\"__type\":\"TooManyTags\""));
    buf_clear(&body);
    world_clear(&w);
}
END_TEST

/* What can't be read is no answer: neither that it isn't there, nor an empty list. */
START_TEST(store_that_cannot_be_read)
{
    static const char *const calls[][2] = {
        {"DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}"},
        {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}"},
        {"ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m") "\"}"},
        {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\"}"},
    };
    struct world w;
    sqlite3 *db;

    world_init(&w, SQLITE);
    call_well(&w, "CreateStateMachine",
              "{\"name\":\"m\",\"definition\":\"" PASS
              "\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\"}");
    call_well(&w, "StartExecution", calls[3][1]);
    settle(&w);
    ck_assert(sqlite3_open(files.file, &db) == SQLITE_OK);
    ck_assert(sqlite3_exec(db, "DROP TABLE executions", NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
    for (size_t i = 0; i < COUNT(calls); i++) {
        call(&w, calls[i][0], calls[i][1]);
        ck_assert_msg(w.status == 500 && strstr(buf_str(&w.answer), "InternalServerError"),
                      "%s: %d %s", calls[i][0], w.status, buf_str(&w.answer));
    }
    world_clear(&w);
}
END_TEST

/* ---- lists and what goes with time ---- */

/* Starts executions of m called e0, e1, …, each of which has ended before the next begins. */
static void start_many(struct world *w, int count)
{
    struct buf body = {0};

    for (int i = 0; i < count; i++) {
        buf_reset(&body);
        buf_printf(&body, "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e%d\"}", i);
        call_well(w, "StartExecution", buf_str(&body));
    }
    settle(w);
    buf_clear(&body);
}

static void make_m(struct world *w, const char *definition)
{
    struct buf body = {0};

    buf_printf(&body, "{\"name\":\"m\",\"roleArn\":\"" ROLE "\",\"definition\":\"%s\"}",
               definition);
    call_well(w, "CreateStateMachine", buf_str(&body));
    buf_clear(&body);
}

/* The names in the last answer's list, in order. */
static void expect_names(struct world *w, const char *want)
{
    json *v = json_parse(w->answer.data, w->answer.len, 0, NULL);
    const json *list = v ? json_get(v, "executions") : NULL;
    struct buf names = {0};

    ck_assert_msg(list != NULL, "%s", buf_str(&w->answer));
    for (size_t i = 0; i < json_count(list); i++)
        buf_printf(&names, "%s ", json_str(json_get(json_at(list, i), "name")));
    expect_text("the list", buf_str(&names), want);
    buf_clear(&names);
    json_unref(v);
}

#define LIST_M(more) "{\"stateMachineArn\":\"" MACHINE("m") "\"" more "}"

/* Those that ended by when they did, those that run by when they began. */
START_TEST(lists_are_in_order)
{
    struct world w;

    world_init(&w, _i);
    make_m(&w, WAIT);
    for (int i = 0; i < 3; i++) {
        struct buf body = {0};
        buf_printf(&body, LIST_M(",\"name\":\"e%d\""), i);
        call(&w, "StartExecution", buf_str(&body));
        settle(&w);
        w.now_ms += 1000;
        buf_clear(&body);
    }
    call(&w, "ListExecutions", LIST_M(""));
    expect_names(&w, "e2 e1 e0 ");
    call(&w, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e1") "\"}");
    settle(&w);
    w.now_ms += 1000;
    call(&w, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e0") "\"}");
    settle(&w);
    call(&w, "ListExecutions", LIST_M(""));
    expect_names(&w, "e0 e1 e2 ");
    call(&w, "ListExecutions", LIST_M(",\"statusFilter\":\"ABORTED\""));
    expect_names(&w, "e0 e1 ");
    w.now_ms += 1000;
    call(&w, "RedriveExecution", "{\"executionArn\":\"" EXECUTION("m:e1") "\"}");
    settle(&w);
    call(&w, "ListExecutions", LIST_M(",\"statusFilter\":\"RUNNING\""));
    expect_names(&w, "e1 e2 ");
    call(&w, "ListExecutions", LIST_M(",\"maxResults\":2"));
    expect_names(&w, "e1 e0 ");
    call(&w, "ListExecutions", LIST_M(",\"maxResults\":2,\"nextToken\":\"<next>\""));
    expect_names(&w, "e2 ");
    call(&w, "ListExecutions", LIST_M(",\"redriveFilter\":\"REDRIVEN\""));
    expect_names(&w, "e1 ");
    call(&w, "ListExecutions", "{}");
    ck_assert_msg(w.status == 400 &&
                      strstr(buf_str(&w.answer), "Must provide a StateMachine ARN or MapRun ARN"),
                  "%s", buf_str(&w.answer));
    world_clear(&w);
}
END_TEST

/* A page that looks for what hardly any has ends all the same, and tells where to go on. */
START_TEST(pages_have_a_bound)
{
    struct world w;

    world_init(&w, _i);
    make_m(&w, PASS);
    start_many(&w, 2100);
    call(&w, "ListExecutions", LIST_M(",\"redriveFilter\":\"REDRIVEN\""));
    expect_names(&w, "");
    ck_assert_msg(strstr(buf_str(&w.answer), "nextToken"), "%s", buf_str(&w.answer));
    call(&w, "ListExecutions", LIST_M(",\"redriveFilter\":\"REDRIVEN\",\"nextToken\":\"<next>\""));
    expect_names(&w, "");
    ck_assert_msg(!strstr(buf_str(&w.answer), "nextToken"), "%s", buf_str(&w.answer));
    call(&w, "ListExecutions", LIST_M(",\"redriveFilter\":\"NOT_REDRIVEN\",\"maxResults\":3"));
    expect_names(&w, "e2099 e2098 e2097 ");
    world_clear(&w);
}
END_TEST

static size_t count_listed(struct world *w)
{
    size_t count = 0;

    call(w, "ListExecutions", LIST_M(",\"maxResults\":1000"));
    for (const char *at = buf_str(&w->answer); (at = strstr(at, "executionArn")); at++)
        count++;
    return count;
}

/* Piece after piece, without anybody talking, and without a pause while there is more. */
START_TEST(what_is_old_goes)
{
    struct world w;
    int turns = 0;

    world_init(&w, _i);
    w.retention_ms = 60000;
    crash(&w);
    make_m(&w, PASS);
    start_many(&w, 400);
    for (int i = 0; i < 9; i++)
        turn(&w);
    ck_assert_uint_eq(count_listed(&w), 400);
    w.now_ms += 59000;
    settle(&w);
    ck_assert_uint_eq(count_listed(&w), 400);
    w.now_ms += 120000;
    ck_assert_msg(api_next_due(w.api) <= w.now_ms, "nobody wakes up for it");
    for (; turns < 100 && api_next_due(w.api) <= w.now_ms; turns++)
        turn(&w);
    ck_assert_msg(turns > 3 && turns < 100, "%d turns", turns);
    ck_assert_uint_eq(count_listed(&w), 0);
    world_clear(&w);
}
END_TEST

START_TEST(machine_goes_by_and_by)
{
    struct world w;
    int turns = 0;

    world_init(&w, _i);
    make_m(&w, PASS);
    start_many(&w, 400);
    for (int i = 0; i < 9; i++)
        turn(&w);
    call_well(&w, "DeleteStateMachine", LIST_M(""));
    call(&w, "DescribeStateMachine", LIST_M(""));
    ck_assert_msg(strstr(buf_str(&w.answer), "DELETING"), "%s", buf_str(&w.answer));
    crash(&w);
    for (; turns < 100 && api_next_due(w.api) <= w.now_ms; turns++)
        turn(&w);
    call(&w, "DescribeStateMachine", LIST_M(""));
    ck_assert_msg(strstr(buf_str(&w.answer), "StateMachineDoesNotExist"), "%s", buf_str(&w.answer));
    call(&w, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e7") "\"}");
    ck_assert_msg(strstr(buf_str(&w.answer), "ExecutionDoesNotExist"), "%s", buf_str(&w.answer));
    world_clear(&w);
}
END_TEST

/* What runs ends, and nothing new is taken on. */
START_TEST(disk_that_is_nearly_full)
{
    struct world w;

    world_init(&w, SQLITE);
    make_m(&w, WAIT);
    call(&w, "StartExecution", LIST_M(",\"name\":\"e\""));
    settle(&w);
    w.least_room = UINT64_MAX / 2;
    crash(&w);
    call(&w, "StartExecution", LIST_M(""));
    ck_assert_msg(w.status == 503 && strstr(buf_str(&w.answer), "ServiceUnavailable"), "%d %s",
                  w.status, buf_str(&w.answer));
    call_well(&w, "StopExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    settle(&w);
    call(&w, "DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}");
    ck_assert_msg(strstr(buf_str(&w.answer), "ABORTED"), "%s", buf_str(&w.answer));
    world_clear(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api");
    TCase *tc = tcase_create("api");

    tcase_add_checked_fixture(tc, setup, teardown);
    tcase_set_timeout(tc, 60); /* of a machine that has much else to do */
    tcase_add_loop_test(tc, story, 0, COUNT(stories));
    tcase_add_loop_test(tc, story_with_crashes, 0, COUNT(stories));
    tcase_add_loop_test(tc, story_before_it_is_taken_up, 0, COUNT(stories));
    tcase_add_test(tc, worker_that_is_gone_gets_no_task);
    tcase_add_test(tc, client_of_a_synchronous_execution_that_is_gone);
    tcase_add_test(tc, what_waits_at_the_end_is_let_go);
    tcase_add_test(tc, workers_that_poll_are_counted);
    tcase_add_loop_test(tc, open_executions_are_counted, 0, STORES);
    tcase_add_loop_test(tc, task_with_the_token_of_one_that_is_not_taken_up, 0, STORES);
    tcase_add_test(tc, map_run_is_redriven_a_thousand_times);
    tcase_add_test(tc, what_is_told_of_a_map_run_is_read_once);
    tcase_add_test(tc, versions_are_counted);
    tcase_add_test(tc, retention_goes_by_a_clock_that_nobody_sets);
    tcase_add_test(tc, many_executions_of_a_machine_are_deleted);
    tcase_add_loop_test(tc, map_runs_go_with_what_had_them, 0, COUNT(families));
    tcase_add_loop_test(tc, token_before_submitted, 0, STORES);
    tcase_add_test(tc, cause_of_a_chain_is_bounded);
    tcase_add_test(tc, nested_starts_take_their_turn);
    tcase_add_test(tc, clients_are_throttled_where_asked_for);
    tcase_add_loop_test(tc, transitions_are_throttled_where_asked_for, 0, 3);
    tcase_add_test(tc, nesting_is_bounded);
    tcase_add_test(tc, stop_goes_down_the_chain);
    tcase_add_test(tc, weightless_version_gets_nothing);
    tcase_add_test(tc, aliases_are_counted);
    tcase_add_test(tc, tags_are_counted);
    tcase_add_test(tc, store_that_cannot_be_read);
    tcase_add_loop_test(tc, lists_are_in_order, 0, STORES);
    tcase_add_loop_test(tc, pages_have_a_bound, 0, STORES);
    tcase_add_loop_test(tc, what_is_old_goes, 0, STORES);
    tcase_add_loop_test(tc, machine_goes_by_and_by, 0, STORES);
    tcase_add_test(tc, disk_that_is_nearly_full);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
