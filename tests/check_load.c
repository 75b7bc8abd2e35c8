/* load: what definitions are refused for, and where; and what is let in. */

#include "asl/report/quota.h"
#include "tests/support/expect.h"

#include "asl/asl.h"
#include "asl/warn/warn.h"
#include "parsers/base/utf8.h"

#include <string.h>

/*
 * Problems as lines "line:column CODE pointer: message"; "" is none. A row's state stands as state
 * A, from line 2, column 7 on, in
 *
 *     {"StartAt": "A", "States": {
 *     "A": {…}}}
 */
struct row {
    const char *name, *text, *want;
};

static void expect_problems(const char *name, const char *text, const char *want)
{
    struct asl_report report = {0};
    struct buf got = {0};
    asl_machine *m = asl_compile(text, strlen(text), DOCUMENT_JSON, &report);

    for (size_t i = 0; i < report.count; i++) {
        const struct asl_problem *p = &report.problems[i];
        buf_printf(&got, "%s%u:%u %s %s: %s", i ? "\n" : "", p->place.line, p->place.column,
                   p->code, p->pointer, p->message);
    }
    expect_text(name, buf_str(&got), want);
    ck_assert_msg((m != NULL) == (report.errors == 0), "%s: an error, and a machine", name);
    asl_machine_unref(m);
    asl_report_clear(&report);
    buf_clear(&got);
}

static const struct row states[] = {
    {"a type that there is not", "\"Type\": \"Tusk\", \"End\": true",
     "2:15 SCHEMA_VALIDATION_FAILED /States/A/Type: The field 'Type' should have one of these "
     "values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"},
    {"no type", "\"End\": true",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: The field 'Type' is required"},
    {"a type in the wrong case", "\"Type\": \"pass\", \"End\": true",
     "2:15 SCHEMA_VALIDATION_FAILED /States/A/Type: The field 'Type' should have one of these "
     "values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]"},
    {"an unknown field, with the one that may be meant",
     "\"Type\": \"Pass\",\n"
     "\"ResultPth\": \"$.x\", \"End\": true",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/ResultPth: Field 'ResultPth' is not supported"},
    {"credentials without a role: the call would be made by somebody else",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Credentials\": {}",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Credentials: The field 'RoleArn' is required but was "
     "missing"},
    {"credentials whose role is misspelt",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Credentials\": {\n"
     "\"RoleARN.$\": \"$.role\"}",
     "4:1 SCHEMA_VALIDATION_FAILED /States/A/Credentials/RoleARN.$: The field 'RoleArn' is "
     "required "
     "but was missing"},
    {"a field of another type of state",
     "\"Type\": \"Pass\",\n"
     "\"TimeoutSeconds\": 5, \"End\": true",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/TimeoutSeconds: Field 'TimeoutSeconds' is not "
     "supported"},
    {"Retry on a Pass",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Retry\": []",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Retry: Field 'Retry' is not supported"},
    {"neither Next nor End", "\"Type\": \"Pass\"",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: This object should have only one of the following "
     "fields: [Next, End]"},
    {"both Next and End",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Next\": \"A\"",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: There should only be one of the following fields: "
     "[Next, End]"},
    {"Next to nowhere",
     "\"Type\": \"Pass\",\n"
     "\"Next\": \"B\"",
     "3:9 MISSING_TRANSITION_TARGET /States/A/Next: Missing 'Next' target: B"},
    {"Next on a Succeed",
     "\"Type\": \"Succeed\",\n"
     "\"Next\": \"A\"",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Next: Field 'Next' is not supported"},
    {"a Task without Resource", "\"Type\": \"Task\", \"End\": true",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: These fields are required: [Resource]"},
    {"a Resource that is no ARN",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"my-function\"",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Resource: Value is not a valid resource ARN"},
    {"a service without a call is one mistake",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:states:::lambda\"",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Resource: Value is not a valid resource ARN"},
    {"a required field that is misspelt is one mistake",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resorce\": \"arn:aws:lambda:us-east-1:1:function:f\"",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Resorce: Field 'Resorce' is not supported"},
    {"so is one of two",
     "\"Type\": \"Pass\",\n"
     "\"Nxt\": \"A\"",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Nxt: Field 'Nxt' is not supported"},
    {"and one in a retrier, not in the next",
     "\"Type\": \"Task\", \"End\": true, \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\",\n"
     "\"Retry\": [{\"ErorEquals\": [\"E\"]}, {\"Comment\": \"c\"}]",
     "3:12 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/ErorEquals: Field 'ErorEquals' is not "
     "supported\n"
     "3:34 SCHEMA_VALIDATION_FAILED /States/A/Retry/1: These fields are required: [ErrorEquals]"},
    {"a rule's Condition that is misspelt",
     "\"Type\": \"Choice\", \"Default\": \"A\", \"QueryLanguage\": \"JSONata\",\n"
     "\"Choices\": [{\"Conditon\": true, \"Next\": \"A\"}]",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/Choices/0/Conditon: Field 'Conditon' is not "
     "supported"},
    {"a block's field that is misspelt",
     "\"Type\": \"Parallel\", \"End\": true,\n"
     "\"Branches\": [{\"StartAtt\": \"B\", \"States\": {\"B\": {\"Type\": \"Succeed\"}}}]",
     "3:15 SCHEMA_VALIDATION_FAILED /States/A/Branches/0/StartAtt: Field 'StartAtt' is not "
     "supported"},
    {"a misspelt field and another that is missing",
     "\"Type\": \"Task\",\n"
     "\"Resorce\": \"arn:aws:lambda:us-east-1:1:function:f\"",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Resorce: Field 'Resorce' is not supported\n"
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: This object should have only one of the following "
     "fields: [Next, End]"},
    {"a Resource that is no string",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": 5",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Resource: Expected value of type [STRING]"},
    {"TimeoutSeconds of nothing",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"TimeoutSeconds\": 0",
     "3:19 SCHEMA_VALIDATION_FAILED /States/A/TimeoutSeconds: Minimum value is 1"},
    {"TimeoutSeconds too large",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"TimeoutSeconds\": 100000000",
     "3:19 SCHEMA_VALIDATION_FAILED /States/A/TimeoutSeconds: Maximum value is 99999999"},
    {"TimeoutSeconds with a fraction",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"TimeoutSeconds\": 1.5",
     "3:19 SCHEMA_VALIDATION_FAILED /States/A/TimeoutSeconds: Expected value of type Integer"},
    {"TimeoutSeconds twice",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"TimeoutSeconds\": 1, \"TimeoutSecondsPath\": \"$.t\"",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: There should only be one of the following fields: "
     "[TimeoutSeconds, TimeoutSecondsPath]"},
    {"HeartbeatSeconds twice",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"HeartbeatSeconds\": 1, \"HeartbeatSecondsPath\": \"$.t\"",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: There should only be one of the following fields: "
     "[HeartbeatSecondsPath, HeartbeatSeconds]"},
    {"a catcher with nothing in it",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Catch\": [{}]",
     "3:11 SCHEMA_VALIDATION_FAILED /States/A/Catch/0: These fields are required: "
     "[Next, ErrorEquals]"},
    {"a heartbeat slower than the time-out",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"TimeoutSeconds\": 5, \"HeartbeatSeconds\": 5",
     "3:42 SCHEMA_VALIDATION_FAILED /States/A/HeartbeatSeconds: HeartbeatSeconds must be less than "
     "TimeoutSeconds"},
    {"InputPath that is no path",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"InputPath\": \"x\"",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/InputPath: Value must be a valid JSONPath."},
    {"InputPath that is no string",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"InputPath\": 1",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/InputPath: Expected value of type [STRING]"},
    {"ResultPath with a wildcard",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"ResultPath\": \"$.x[*]\"",
     "3:15 SCHEMA_VALIDATION_FAILED /States/A/ResultPath: Value is not a Reference Path"},
    {"ResultPath into the context object",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"ResultPath\": \"$$.x\"",
     "3:15 SCHEMA_VALIDATION_FAILED /States/A/ResultPath: Value is not a Reference Path"},
    {"a template's member that is no path",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Parameters\": {\n"
     "\"a\": [{\"x.$\": \"y\"}]}",
     "4:15 SCHEMA_VALIDATION_FAILED /States/A/Parameters/a/0/x.$: The value for the field 'x.$' "
     "must be a valid JSONPath or a valid intrinsic function call"},
    {"a template's member that is no string",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Parameters\": {\"x.$\": 5}",
     "3:23 SCHEMA_VALIDATION_FAILED /States/A/Parameters/x.$: The value for the field 'x.$' must "
     "be a valid JSONPath or a valid intrinsic function call"},
    {"an intrinsic function that there is not",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Parameters\": {\"x.$\": \"States.Nothing()\"}",
     "3:23 SCHEMA_VALIDATION_FAILED /States/A/Parameters/x.$: The value for the field 'x.$' must "
     "be a valid JSONPath or a valid intrinsic function call"},
    {"an intrinsic function that does not end",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Parameters\": {\"x.$\": \"States.Format('{}'\"}",
     "3:23 SCHEMA_VALIDATION_FAILED /States/A/Parameters/x.$: The value for the field 'x.$' must "
     "be a valid JSONPath or a valid intrinsic function call"},
    {"a member twice but for the .$",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Parameters\": {\"x.$\": \"$\", \"x\": 1}",
     "3:16 SCHEMA_VALIDATION_FAILED /States/A/Parameters/x.$: The fields 'x' and 'x.$' both give "
     "the field 'x'"},
    {"a variable's name with a point",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Assign\": {\"a.b\": 1}",
     "3:12 INVALID_VARIABLE_NAME /States/A/Assign/a.b: Invalid variable name 'a.b': the variable "
     "name contains invalid characters."},
    {"the variable states",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Assign\": {\"states\": 1}",
     "3:12 RESERVED_VARIABLE_NAME /States/A/Assign/states: Cannot assign to reserved variable "
     "'$states'."},
    {"a Wait without a time", "\"Type\": \"Wait\", \"End\": true",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: This object should have only one of the following "
     "fields: [SecondsPath, Seconds, TimestampPath, Timestamp]"},
    {"a Wait with two times",
     "\"Type\": \"Wait\", \"End\": true,\n"
     "\"Seconds\": 1, \"Timestamp\": \"2024-01-01T00:00:00Z\"",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: There should only be one of the following fields: "
     "[SecondsPath, Seconds, TimestampPath, Timestamp]"},
    {"a Timestamp without T",
     "\"Type\": \"Wait\", \"End\": true,\n"
     "\"Timestamp\": \"2024-01-01 00:00:00Z\"",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/Timestamp: String does not match RFC3339 timestamp"},
    {"a Timestamp without Z",
     "\"Type\": \"Wait\", \"End\": true,\n"
     "\"Timestamp\": \"2024-01-01T00:00:00\"",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/Timestamp: String does not match RFC3339 timestamp"},
    {"a Timestamp in month 13",
     "\"Type\": \"Wait\", \"End\": true,\n"
     "\"Timestamp\": \"2024-13-01T00:00:00Z\"",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/Timestamp: String does not match RFC3339 timestamp"},
    {"Seconds below zero",
     "\"Type\": \"Wait\", \"End\": true,\n"
     "\"Seconds\": -1",
     "3:12 SCHEMA_VALIDATION_FAILED /States/A/Seconds: Minimum value is 0"},
    {"a Choice without Choices", "\"Type\": \"Choice\", \"Default\": \"A\"",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: These fields are required: [Choices]"},
    {"Choices that are empty",
     "\"Type\": \"Choice\",\n"
     "\"Choices\": []",
     "3:12 SCHEMA_VALIDATION_FAILED /States/A/Choices: Value cannot be empty"},
    {"a rule without Next",
     "\"Type\": \"Choice\",\n"
     "\"Choices\": [{\"Variable\": \"$.x\", \"IsNull\": true}]",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Choices/0: These fields are required: [Next]"},
    {"a rule without an operator",
     "\"Type\": \"Choice\",\n"
     "\"Choices\": [{\"Variable\": \"$.x\", \"Next\": \"A\"}]",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Choices/0: This object should have only one of "
     "the following fields: [StringEquals, IsBoolean, StringLessThan, IsNumeric, "
     "BooleanEquals, StringLessThanEqualsPath, NumericLessThan, NumericGreaterThan, "
     "NumericLessThanPath, StringMatches, TimestampLessThanEqualsPath, NumericEquals, "
     "TimestampGreaterThan, StringGreaterThanEqualsPath, TimestampGreaterThanEqualsPath, "
     "TimestampLessThanEquals, NumericLessThanEqualsPath, TimestampEquals, BooleanEqualsPath, "
     "IsTimestamp, StringLessThanEquals, NumericLessThanEquals, StringLessThanPath, "
     "TimestampGreaterThanPath, StringGreaterThan, StringGreaterThanPath, IsString, "
     "StringEqualsPath, TimestampEqualsPath, TimestampLessThan, StringGreaterThanEquals, "
     "NumericGreaterThanPath, NumericGreaterThanEquals, NumericEqualsPath, "
     "TimestampLessThanPath, IsNull, IsPresent, TimestampGreaterThanEquals, "
     "NumericGreaterThanEqualsPath]"},
    {"a rule with an unknown operator",
     "\"Type\": \"Choice\",\n"
     "\"Choices\": [{\"Variable\": \"$.x\", \"StringLike\": \"a\", \"Next\": \"A\"}]",
     "3:33 SCHEMA_VALIDATION_FAILED /States/A/Choices/0/StringLike: Field 'StringLike' is not "
     "supported"},
    {"an operator with an operand of another type",
     "\"Type\": \"Choice\",\n"
     "\"Choices\": [{\"Variable\": \"$.x\", \"NumericEquals\": \"a\", \"Next\": \"A\"}]",
     "3:50 SCHEMA_VALIDATION_FAILED /States/A/Choices/0/NumericEquals: Expected value of type "
     "[NUMBER]"},
    {"a nested rule with Next",
     "\"Type\": \"Choice\",\n"
     "\"Choices\": [{\"Not\": {\"Variable\": \"$.x\", \"IsNull\": true,\n"
     "\"Next\": \"A\"}, \"Next\": \"A\"}]",
     "4:1 SCHEMA_VALIDATION_FAILED /States/A/Choices/0/Not/Next: Field 'Next' is not supported"},
    {"Default to nowhere",
     "\"Type\": \"Choice\",\n"
     "\"Choices\": [{\"Variable\": \"$.x\", \"IsNull\": true, \"Next\": \"A\"}], \"Default\": "
     "\"Z\"",
     "3:75 MISSING_TRANSITION_TARGET /States/A/Default: Missing 'Next' target: Z"},
    {"ErrorEquals that is empty",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Retry\": [{\"ErrorEquals\": []}]",
     "3:27 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/ErrorEquals: Value cannot be empty"},
    {"a retrier without ErrorEquals",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Retry\": [{\"MaxAttempts\": 1}]",
     "3:11 SCHEMA_VALIDATION_FAILED /States/A/Retry/0: These fields are required: [ErrorEquals]"},
    {"BackoffRate below 1",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Retry\": [{\"ErrorEquals\": [\"E\"], \"BackoffRate\": 0.5}]",
     "3:49 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/BackoffRate: Minimum value is 1.0"},
    {"JitterStrategy of another kind",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Retry\": [{\"ErrorEquals\": [\"E\"], \"JitterStrategy\": \"SOME\"}]",
     "3:52 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/JitterStrategy: Value should be one of the "
     "following: [NONE, FULL]"},
    {"MaxAttempts below zero",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Retry\": [{\"ErrorEquals\": [\"E\"], \"MaxAttempts\": -1}]",
     "3:49 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/MaxAttempts: Minimum value is 0"},
    {"MaxDelaySeconds too large",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Retry\": [{\"ErrorEquals\": [\"E\"], \"MaxDelaySeconds\": 31622401}]",
     "3:53 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/MaxDelaySeconds: Maximum value is 31622400"},
    {"States.ALL among others",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Retry\": [{\"ErrorEquals\": [\"States.ALL\", \"E\"]}]",
     "3:28 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/ErrorEquals/0: States.ALL must appear alone "
     "and at end of list"},
    {"States.ALL before the last",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Catch\": [{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"A\"}, {\"ErrorEquals\": [\"E\"], "
     "\"Next\": \"A\"}]",
     "3:28 SCHEMA_VALIDATION_FAILED /States/A/Catch/0/ErrorEquals/0: States.ALL must appear alone "
     "and at end of list"},
    {"a catcher to nowhere",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Catch\": [{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"Z\"}]",
     "3:51 MISSING_TRANSITION_TARGET /States/A/Catch/0/Next: Missing 'Next' target: Z"},
    {"a catcher without Next",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Catch\": [{\"ErrorEquals\": [\"States.ALL\"]}]",
     "3:11 SCHEMA_VALIDATION_FAILED /States/A/Catch/0: These fields are required: [Next]"},
    {"Branches that are empty",
     "\"Type\": \"Parallel\", \"End\": true,\n"
     "\"Branches\": []",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Branches: Value cannot be empty"},
    {"a branch without StartAt",
     "\"Type\": \"Parallel\", \"End\": true,\n"
     "\"Branches\": [{\"States\": {\"B\": {\"Type\": \"Pass\", \"End\": true}}}]",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/Branches/0: These fields are required: [StartAt]"},
    {"a branch with a QueryLanguage",
     "\"Type\": \"Parallel\", \"End\": true,\n"
     "\"Branches\": [{\"QueryLanguage\": \"JSONPath\", \"StartAt\": \"B\", \"States\": {\"B\": "
     "{\"Type\": \"Pass\", \"End\": true}}}]",
     "3:15 SCHEMA_VALIDATION_FAILED /States/A/Branches/0/QueryLanguage: Field 'QueryLanguage' is "
     "not supported"},
    {"a branch that leads out of itself",
     "\"Type\": \"Parallel\", \"End\": true,\n"
     "\"Branches\": [{\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"Next\": "
     "\"A\"}}}]",
     "3:72 MISSING_TRANSITION_TARGET /States/A/Branches/0/States/B/Next: Missing 'Next' target: A"},
    {"a name that another scope has",
     "\"Type\": \"Parallel\", \"End\": true,\n"
     "\"Branches\": [{\"StartAt\": \"A\", \"States\": {\n"
     "\"A\": {\"Type\": \"Pass\", \"End\": true}}}]",
     "4:1 DUPLICATE_STATE_NAME /States/A/Branches/0/States/A: Duplicate State name: A"},
    {"a Map without ItemProcessor", "\"Type\": \"Map\", \"End\": true",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: This object should have only one of the following "
     "fields: [ItemProcessor, Iterator]"},
    {"a Map with both processors",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}},\n"
     "\"Iterator\": {\"StartAt\": \"C\", \"States\": {\"C\": {\"Type\": \"Pass\", \"End\": true}}}",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: There should only be one of the following fields: "
     "[ItemProcessor, Iterator]"},
    {"a mode of another kind",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ItemProcessor\": {\"ProcessorConfig\": {\"Mode\": \"OUTLINE\"}, \"StartAt\": \"B\", "
     "\"States\": {\"B\": {\"Type\": \"Pass\", \"End\": true}}}",
     "3:47 SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig/Mode: Value should be "
     "one of the following: [INLINE, DISTRIBUTED]"},
    {"MaxConcurrency below zero",
     "\"Type\": \"Map\", \"End\": true, \"MaxConcurrency\": -1,\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "2:53 SCHEMA_VALIDATION_FAILED /States/A/MaxConcurrency: Minimum value is 0"},
    {"a Fail with Error and ErrorPath",
     "\"Type\": \"Fail\",\n"
     "\"Error\": \"E\", \"ErrorPath\": \"$.e\"",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: There should only be one of the following fields: "
     "[Error, ErrorPath]"},
    {"a Fail with an OutputPath",
     "\"Type\": \"Fail\",\n"
     "\"OutputPath\": \"$\"",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/OutputPath: Field 'OutputPath' is not supported"},
    {"ErrorPath with a function that gives no string",
     "\"Type\": \"Fail\",\n"
     "\"ErrorPath\": \"States.Array()\"",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/ErrorPath: The value for the field 'ErrorPath' must "
     "be a valid JSONPath or a valid intrinsic function call"},
    {"Output, which JSONata has",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Output\": 1",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Output: The QueryLanguage is set to 'JSONPath', but "
     "field 'Output' is only supported for the 'JSONata' QueryLanguage"},
    {"QueryLanguage of another kind",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"QueryLanguage\": \"XPath\"",
     "3:18 SCHEMA_VALIDATION_FAILED /States/A/QueryLanguage: Value should be one of the following: "
     "[JSONPath, JSONata]"},
    {"a field of JSONPath in a JSONata state",
     "\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Parameters\": {}",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Parameters: The QueryLanguage is set to 'JSONata', "
     "but "
     "field 'Parameters' is only supported for the 'JSONPath' QueryLanguage"},
    {"an expression that does not end",
     "\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Output\": {\"a\": \"{% 1\"}",
     "3:17 SCHEMA_VALIDATION_FAILED /States/A/Output/a: JSONata string must start with {% and end "
     "with %}"},
    {"an expression that is none",
     "\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Output\": \"{% 1 + %}\"",
     "3:11 INVALID_JSONATA_EXPRESSION /States/A/Output: Unexpected end of expression"},
    {"a name at the top of an expression",
     "\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Output\": \"{% phone %}\"",
     "3:11 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output: Reference to 'phone' at the top level "
     "is "
     "not supported."},
    {"the input document, of which there is none",
     "\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Output\": \"{% [$$, $$.a] %}\"",
     "3:11 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output: Reference to '$$' is not supported."},
    {"an error where none was caught",
     "\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Output\": \"{% $states.errorOutput %}\"",
     "3:11 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output: Field '$states.errorOutput' does not "
     "exist."},
    {"a result where no work is done",
     "\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Output\": [\"{% $states.result.x %}\"]",
     "3:12 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output/0: Field '$states.result' does not "
     "exist."},
    {"a result before the work",
     "\"Type\": \"Parallel\", \"Branches\": [{\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": "
     "\"Succeed\"}}}], \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Arguments\": \"{% $states.result %}\"",
     "3:14 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Arguments: Field '$states.result' does not "
     "exist."},
    {"a result where an error is caught",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true, "
     "\"QueryLanguage\": \"JSONata\",\n"
     "\"Catch\": [{\"ErrorEquals\": [\"E\"], \"Next\": \"A\", \"Output\": \"{% $states.result "
     "%}\"}]",
     "3:57 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Catch/0/Output: Field '$states.result' does "
     "not "
     "exist."},
    {"a result of the work",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true, "
     "\"QueryLanguage\": \"JSONata\",\n"
     "\"Output\": {\"r\": \"{% $states.result %}\"}, \"Assign\": {\"r\": \"{% $states.result.x "
     "%}\"}",
     ""},
    {"a field that $states hasn't",
     "\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONata\",\n"
     "\"Output\": \"{% $states.inputs %}\"",
     "3:11 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output: Field '$states.inputs' does not "
     "exist."},
    {"an error that was caught",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true, "
     "\"QueryLanguage\": \"JSONata\",\n"
     "\"Catch\": [{\"ErrorEquals\": [\"E\"], \"Next\": \"A\", \"Output\": \"{% $states.errorOutput "
     "%}\", "
     "\"Assign\": {\"e\": \"{% $states.errorOutput.Cause %}\"}}]",
     ""},
    {"a reader, batches and a writer of a Map that is not distributed",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ItemReader\": {\"Resource\": \"arn:aws:states:::s3:getObject\"},\n"
     "\"ItemBatcher\": {\"MaxItemsPerBatch\": 2},\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/ItemReader: Field 'ItemReader' is not supported\n"
     "4:1 SCHEMA_VALIDATION_FAILED /States/A/ItemBatcher: Field 'ItemBatcher' is not supported"},
    {"ProcessorConfig that is no object",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ItemProcessor\": {\"ProcessorConfig\": 1, \"StartAt\": \"B\", \"States\": {\"B\": "
     "{\"Type\": \"Pass\", \"End\": true}}}",
     "3:38 SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig: Expected value of "
     "type [OBJECT]"},
    {"ExecutionType without DISTRIBUTED",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ItemProcessor\": {\"ProcessorConfig\": {\"ExecutionType\": \"STANDARD\"}, \"StartAt\": "
     "\"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": true}}}",
     "3:39 SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig/ExecutionType: Field "
     "'ExecutionType' is not supported"},
    {"DISTRIBUTED without ExecutionType",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ItemProcessor\": {\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\"}, \"StartAt\": \"B\", "
     "\"States\": {\"B\": {\"Type\": \"Pass\", \"End\": true}}}",
     "3:38 SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig: These fields are "
     "required: [ExecutionType]"},
    {"an ExecutionType of another kind",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ItemProcessor\": {\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": "
     "\"FAST\"}, \"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": true}}}",
     "3:79 SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig/ExecutionType: Value "
     "should be one of the following: [STANDARD, EXPRESS]"},
    {"a Label that is no string",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"Label\": 1,\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "3:10 SCHEMA_VALIDATION_FAILED /States/A/Label: Expected value of type [STRING]"},
    {"a Label of nothing",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"Label\": \"\",\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "3:10 INVALID_LABEL_NAME /States/A/Label: Invalid Label name: "},
    {"a Label that is too long",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"Label\": \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "3:10 INVALID_LABEL_NAME /States/A/Label: Invalid Label name: "
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx exceeds the 40-character limit allowed by the "
     "service"},
    {"a Label with a sign that has a meaning elsewhere",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"Label\": \"a:b\",\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "3:10 INVALID_LABEL_NAME /States/A/Label: Invalid Label name: a:b"},
    {"a tolerated share that is no number",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ToleratedFailurePercentage\": \"5\",\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "3:31 SCHEMA_VALIDATION_FAILED /States/A/ToleratedFailurePercentage: Expected value of type "
     "Float"},
    {"a tolerated share below zero",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ToleratedFailurePercentage\": -0.5,\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "3:31 SCHEMA_VALIDATION_FAILED /States/A/ToleratedFailurePercentage: Minimum value is 0.0"},
    {"a tolerated share above all",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ToleratedFailurePercentage\": 100.5,\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "3:31 SCHEMA_VALIDATION_FAILED /States/A/ToleratedFailurePercentage: Maximum value is 100.0"},
    {"a tolerated share and a path to it",
     "\"Type\": \"Map\", \"End\": true,\n"
     "\"ToleratedFailurePercentage\": 1, \"ToleratedFailurePercentagePath\": \"$.p\",\n"
     "\"ItemProcessor\": {\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": "
     "true}}}",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: There should only be one of the following fields: "
     "[ToleratedFailurePercentage, ToleratedFailurePercentagePath]"},
    {"Catch that is no array",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:states:::sqs:sendMessage\", \"Catch\": {}",
     "3:58 SCHEMA_VALIDATION_FAILED /States/A/Catch: Expected value of type [ARRAY]"},
    {"a jitter of another kind",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:states:::sqs:sendMessage\", \"Retry\": [{\"ErrorEquals\": [\"E\"], "
     "\"JitterStrategy\": \"HALF\"}]",
     "3:100 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/JitterStrategy: Value should be one of the "
     "following: [NONE, FULL]"},
    {"a backoff that shrinks",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:states:::sqs:sendMessage\", \"Retry\": [{\"ErrorEquals\": [\"E\"], "
     "\"BackoffRate\": 0.5}]",
     "3:97 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/BackoffRate: Minimum value is 1.0"},
    {"a backoff that is no number",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:states:::sqs:sendMessage\", \"Retry\": [{\"ErrorEquals\": [\"E\"], "
     "\"BackoffRate\": \"2\"}]",
     "3:97 SCHEMA_VALIDATION_FAILED /States/A/Retry/0/BackoffRate: Expected value of type Float"},
    {"Assign that is no object",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Assign\": []",
     "3:11 SCHEMA_VALIDATION_FAILED /States/A/Assign: Expected value of type [OBJECT]"},
    {"a variable with a long name",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Assign\": "
     "{\"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv\": 1}",
     "3:12 INVALID_VARIABLE_NAME "
     "/States/A/Assign/"
     "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv: A "
     "variable's name has at most 80 characters"},
    {"a path that is no string",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"InputPath\": 5",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/InputPath: Expected value of type [STRING]"},
    {"an integration without an action",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:states:::sqs\"",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Resource: Value is not a valid resource ARN"},
    {"a name of a service alone",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:states:::\"",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Resource: Value is not a valid resource ARN"},
    {"an ARN that is cut",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:states\"",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Resource: Value is not a valid resource ARN"},
    {"a resource of another service is for a handler",
     "\"Type\": \"Task\", \"End\": true,\n"
     "\"Resource\": \"arn:aws:batch:us-east-1:123456789012:job/x\"",
     ""},
    {"two problems, each at its place",
     "\"Type\": \"Task\",\n"
     "\"Resource\": 1,\n"
     "\"Next\": \"Z\"",
     "3:13 SCHEMA_VALIDATION_FAILED /States/A/Resource: Expected value of type [STRING]\n"
     "4:9 MISSING_TRANSITION_TARGET /States/A/Next: Missing 'Next' target: Z"},
    {"a heartbeat and a time-out that is not known yet",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"TimeoutSeconds\": \"{% 10 %}\", \"HeartbeatSeconds\": 5",
     ""},
    {"a time-out and a heartbeat that is not known yet",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"TimeoutSeconds\": 10, \"HeartbeatSeconds\": \"{% 5 %}\"",
     ""},
    {"ItemsPath to the context object",
     "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"B\", \"States\": "
     "{\"B\": {\"Type\": \"Pass\", \"End\": true}}},\n"
     "\"ItemsPath\": \"$$.Execution.Input.a\"",
     ""},
    {"ItemsPath to several nodes",
     "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"B\", \"States\": "
     "{\"B\": {\"Type\": \"Pass\", \"End\": true}}},\n"
     "\"ItemsPath\": \"$.a[*]\"",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/ItemsPath: Value is not a Reference Path"},
    {"ItemsPath that is no path",
     "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"B\", \"States\": "
     "{\"B\": {\"Type\": \"Pass\", \"End\": true}}},\n"
     "\"ItemsPath\": \"a\"",
     "3:14 SCHEMA_VALIDATION_FAILED /States/A/ItemsPath: Value must be a valid JSONPath."},
    {"ResultPath that is no path",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"ResultPath\": \"a\"",
     "3:15 SCHEMA_VALIDATION_FAILED /States/A/ResultPath: Value must be a valid JSONPath."},
    {"SecondsPath to several nodes",
     "\"Type\": \"Wait\", \"End\": true,\n"
     "\"SecondsPath\": \"$..a\"",
     "3:16 SCHEMA_VALIDATION_FAILED /States/A/SecondsPath: Value is not a Reference Path"},
    {"TimeoutSecondsPath to several nodes",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"TimeoutSecondsPath\": \"$.a[0,1]\"",
     "3:23 SCHEMA_VALIDATION_FAILED /States/A/TimeoutSecondsPath: Value is not a Reference Path"},
    {"MaxConcurrencyPath to a variable",
     "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"B\", \"States\": "
     "{\"B\": {\"Type\": \"Pass\", \"End\": true}}},\n"
     "\"MaxConcurrencyPath\": \"$n\"",
     ""},
    {"MaxConcurrencyPath to the context object",
     "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"B\", \"States\": "
     "{\"B\": {\"Type\": \"Pass\", \"End\": true}}},\n"
     "\"MaxConcurrencyPath\": \"$$.Execution.Input.n\"",
     "3:23 SCHEMA_VALIDATION_FAILED /States/A/MaxConcurrencyPath: Value is not a Reference Path"},
    {"a Comment that is no string",
     "\"Type\": \"Pass\", \"End\": true,\n"
     "\"Comment\": 5",
     "3:12 SCHEMA_VALIDATION_FAILED /States/A/Comment: Expected value of type [STRING]"},
    {"Credentials that are no object",
     "\"Type\": \"Task\", \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Credentials\": \"role\"",
     "3:16 SCHEMA_VALIDATION_FAILED /States/A/Credentials: Expected value of type [OBJECT]"},
    {"Credentials that are an expression",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Credentials\": \"{% $states.input.c %}\"",
     ""},
    {"a mode that is misspelt is one mistake",
     "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"B\", \"States\": "
     "{\"B\": {\"Type\": \"Pass\", \"End\": true}},\n\"ProcessorConfig\": {\"Mode\": "
     "\"DISTRIBUTE\", \"ExecutionType\": \"STANDARD\"}}",
     "3:29 SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig/Mode: Value should be "
     "one of the following: [INLINE, DISTRIBUTED]"},
    {"a mode that is no string",
     "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"B\", \"States\": "
     "{\"B\": {\"Type\": \"Pass\", \"End\": true}},\n\"ProcessorConfig\": {\"Mode\": 5}}",
     "3:29 SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig/Mode: Expected value "
     "of type [STRING]"},
    {"an unknown field of ProcessorConfig",
     "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"B\", \"States\": "
     "{\"B\": {\"Type\": \"Pass\", \"End\": true}},\n\"ProcessorConfig\": {\"Mod\": \"INLINE\"}}",
     "3:21 SCHEMA_VALIDATION_FAILED /States/A/ItemProcessor/ProcessorConfig/Mod: Field 'Mod' is "
     "not supported"},
    {"a rule of JSONPath in JSONata is one mistake",
     "\"Type\": \"Choice\", \"Default\": \"A\", \"QueryLanguage\": \"JSONata\", \"Choices\": [\n"
     "{\"Variable\": \"$.a\", \"IsNull\": true, \"Next\": \"A\"}]",
     "3:2 SCHEMA_VALIDATION_FAILED /States/A/Choices/0/Variable: The QueryLanguage is set to "
     "'JSONata', but field 'Variable' is only supported for the 'JSONPath' QueryLanguage"},
    {"so is a compound one",
     "\"Type\": \"Choice\", \"Default\": \"A\", \"QueryLanguage\": \"JSONata\", \"Choices\": [\n"
     "{\"And\": [{\"Variable\": \"$.a\", \"IsNull\": true}], \"Next\": \"A\"}]",
     "3:2 SCHEMA_VALIDATION_FAILED /States/A/Choices/0/And: The QueryLanguage is set to 'JSONata', "
     "but field 'And' is only supported for the 'JSONPath' QueryLanguage"},
    {"a rule of JSONata that decides nothing",
     "\"Type\": \"Choice\", \"Default\": \"A\", \"QueryLanguage\": \"JSONata\", \"Choices\": [\n"
     "{\"Next\": \"A\"}]",
     "3:1 SCHEMA_VALIDATION_FAILED /States/A/Choices/0: The object must have only one of the "
     "following fields, [And, Or, Not, Variable, Condition]"},
    {"the result where it is",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Output\": \"{% $states.result.a %}\", \"Assign\": {\"a\": [\"{% $states.result %}\"]}",
     ""},
    {"the result before it is",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Arguments\": {\"Output\": \"{% $states.result %}\"}",
     "3:25 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Arguments/Output: Field '$states.result' does "
     "not exist."},
    {"the result of a state that has none",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Pass\", \"End\": true,\n"
     "\"Output\": \"{% $states.result %}\"",
     "3:11 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output: Field '$states.result' does not "
     "exist."},
    {"the error in a Catcher",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Catch\": [{\"ErrorEquals\": [\"E\"], \"Next\": \"A\", \"Output\": [{\"e\": \"{% "
     "$states.errorOutput %}\"}], \"Assign\": {\"e\": \"{% $states.errorOutput.Error %}\"}}]",
     ""},
    {"the result in a Catcher",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Catch\": [{\"ErrorEquals\": [\"E\"], \"Next\": \"A\", \"Output\": \"{% $states.result "
     "%}\"}]",
     "3:57 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Catch/0/Output: Field '$states.result' does "
     "not exist."},
    {"the error in what is only called Catch",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Output\": {\"Catch\": [{\"Output\": \"{% $states.errorOutput %}\"}]}",
     "3:33 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output/Catch/0/Output: Field "
     "'$states.errorOutput' does not exist."},
    {"a field that $states hasn't",
     "\"QueryLanguage\": \"JSONata\", \"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true,\n"
     "\"Output\": \"{% $states.inputs %}\"",
     "3:11 UNSUPPORTED_JSONATA_EXPRESSION /States/A/Output: Field '$states.inputs' does not "
     "exist."},
};

/* A branch of one distributed Map. */
#define MAP(name, label)                                                                           \
    "{\"StartAt\": \"" name "\", \"States\": {\"" name "\": {\"Type\": \"Map\", \"End\": true, "   \
    "\"Label\": \"" label "\", \"ItemProcessor\": {\"ProcessorConfig\": {\"Mode\": "               \
    "\"DISTRIBUTED\", \"ExecutionType\": \"STANDARD\"}, \"StartAt\": \"P" name "\", \"States\": "  \
    "{\"P" name "\": {\"Type\": \"Pass\", \"End\": true}}}}}}"

static const struct row wholes[] = {
    {"nothing", "", "1:1 SCHEMA_VALIDATION_FAILED : Definition must be a valid JSON object"},
    {"blanks",
     " \n"
     " ",
     "2:2 INVALID_JSON_DESCRIPTION : there is no value: the text is blank"},
    {"no JSON", "not a definition",
     "1:1 INVALID_JSON_DESCRIPTION : expected a value, but found 'not'; a string needs double "
     "quotes"},
    {"JSON that ends too early",
     "{\"StartAt\": \"A\",\n"
     "\"States\": {",
     "2:12 INVALID_JSON_DESCRIPTION : the text ends inside an object that began at line 2, column "
     "11"},
    {"a key twice: the last one counts",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true},\n"
     "\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
     ""},
    {"an array", "[]", "1:1 SCHEMA_VALIDATION_FAILED : Definition must be a valid JSON object"},
    {"an empty object", "{}",
     "1:1 SCHEMA_VALIDATION_FAILED : These fields are required: [States, StartAt]"},
    {"no StartAt", "{\"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
     "1:1 SCHEMA_VALIDATION_FAILED : These fields are required: [StartAt]"},
    {"no States", "{\"StartAt\": \"A\"}",
     "1:1 SCHEMA_VALIDATION_FAILED : These fields are required: [States]"},
    {"States that are empty",
     "{\"StartAt\": \"A\",\n"
     "\"States\": {}}",
     "2:11 SCHEMA_VALIDATION_FAILED /States: Value cannot be empty"},
    {"States that are no object",
     "{\"StartAt\": \"A\",\n"
     "\"States\": []}",
     "2:11 SCHEMA_VALIDATION_FAILED /States: Expected value of type [OBJECT]"},
    {"a state that is no object",
     "{\"StartAt\": \"A\", \"States\": {\n"
     "\"A\": 5}}",
     "2:6 SCHEMA_VALIDATION_FAILED /States/A: Expected value of type [OBJECT]"},
    {"StartAt to nowhere",
     "{\"StartAt\": \"B\",\n"
     "\"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
     "1:13 MISSING_TRANSITION_TARGET /StartAt: Missing 'Next' target: B"},
    {"StartAt in another case",
     "{\"StartAt\": \"a\",\n"
     "\"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
     "1:13 MISSING_TRANSITION_TARGET /StartAt: Missing 'Next' target: a"},
    {"a state that nothing leads to",
     "{\"StartAt\": \"A\",\n"
     "\"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true},\n"
     "\"B\": {\"Type\": \"Pass\", \"End\": true}}}",
     "3:1 MISSING_TRANSITION_TARGET /States/B: State \"B\" is not reachable."},
    {"no end",
     "{\"StartAt\": \"A\",\n"
     "\"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"A\"}}}",
     "1:1 MISSING_END_STATE : Workflow has no terminal state"},
    {"an unknown field at the top",
     "{\"StartAt\": \"A\",\n"
     "\"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}},\n"
     "\"Startat\": \"A\"}",
     "3:1 SCHEMA_VALIDATION_FAILED /Startat: Field 'Startat' is not supported"},
    {"another version",
     "{\"StartAt\": \"A\",\n"
     "\"Version\": \"2.0\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
     "2:12 SCHEMA_VALIDATION_FAILED /Version: Value should be one of the following: [1.0]"},
    {"a JSONPath state in a JSONata machine; of its fields nothing is said",
     "{\"StartAt\": \"A\", \"QueryLanguage\": \"JSONata\",\n"
     "\"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true, \"QueryLanguage\": \"JSONPath\", "
     "\"InputPath\": \"$\", \"Output\": 1}}}",
     "2:64 SCHEMA_VALIDATION_FAILED /States/A/QueryLanguage: 'QueryLanguage' can not be 'JSONPath' "
     "if set to "
     "'JSONata' for whole state machine"},
    {"TimeoutSeconds of the machine is no expression",
     "{\"StartAt\": \"A\", \"QueryLanguage\": \"JSONata\",\n"
     "\"TimeoutSeconds\": \"{% 5 %}\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
     "2:19 SCHEMA_VALIDATION_FAILED /TimeoutSeconds: Expected value of type Integer"},
    {"TimeoutSeconds below zero",
     "{\"StartAt\": \"A\",\n"
     "\"TimeoutSeconds\": -1, \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
     "2:19 SCHEMA_VALIDATION_FAILED /TimeoutSeconds: Minimum value is 0"},
    {"a name of 81 characters",
     "{\"StartAt\": "
     "\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\",\n"
     "\"States\": "
     "{\"nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn\": "
     "{\"Type\": \"Pass\", \"End\": true}}}",
     "2:12 INVALID_STATE_NAME "
     "/States/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn: "
     "Invalid State name: "
     "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn exceeds "
     "the 80-character limit allowed by the service"},
    {"a Label of 41 characters, a Label that another Map has",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Parallel\", \"End\": true, "
     "\"Branches\": [\n" MAP("B", "Label-Label-Label-Label-Label-Label-Label") ",\n" MAP(
         "C", "L") ",\n" MAP("D", "L") "]}}}",
     "2:72 INVALID_LABEL_NAME /States/A/Branches/0/States/B/Label: Invalid Label name: "
     "Label-Label-Label-Label-Label-Label-Label exceeds the 40-character limit allowed by the "
     "service\n"
     "4:72 DUPLICATE_LABEL_NAME /States/A/Branches/2/States/D/Label: Duplicate Label name: L"},
    {"a slash and a tilde in a name",
     "{\"StartAt\": \"a/b~c\",\n"
     "\"States\": {\"a/b~c\": {\"Type\": \"Pass\"}}}",
     "2:21 SCHEMA_VALIDATION_FAILED /States/a~1b~0c: This object should have only one of the "
     "following fields: [Next, End]"},
    {"the smallest",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}", ""},
    {"comments wherever they may stand",
     "{\"Comment\": \"c\", \"Version\": \"1.0\", \"QueryLanguage\": \"JSONPath\", "
     "\"TimeoutSeconds\": 0, \"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Choice\", "
     "\"Comment\": \"c\", \"Choices\": [{\"Comment\": \"c\", \"Not\": {\"Comment\": \"c\", "
     "\"Variable\": \"$.x\", \"IsNull\": true}, \"Next\": \"P\"}], \"Default\": \"P\"}, \"P\": "
     "{\"Type\": \"Parallel\", \"Comment\": \"c\", \"Branches\": [{\"Comment\": \"c\", "
     "\"StartAt\": \"T\", \"States\": {\"T\": {\"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true, \"Retry\": [{\"Comment\": \"c\", "
     "\"ErrorEquals\": [\"E\"]}], \"Catch\": [{\"Comment\": \"c\", \"ErrorEquals\": [\"E\"], "
     "\"Next\": \"T\"}]}}}], \"Next\": \"M\"}, \"M\": {\"Type\": \"Map\", \"End\": true, "
     "\"ItemProcessor\": {\"Comment\": \"c\", \"ProcessorConfig\": {\"Mode\": \"INLINE\"}, "
     "\"StartAt\": \"B\", \"States\": {\"B\": {\"Type\": \"Pass\", \"End\": true}}}}}}",
     ""},
    {"a name of 80 characters",
     "{\"StartAt\": "
     "\"éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\", "
     "\"States\": "
     "{\"éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\": "
     "{\"Type\": \"Pass\", \"End\": true}}}",
     ""},
    {"empty Retry and Catch",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:lambda:us-east-1:1:function:f\", \"End\": true, \"Retry\": [], \"Catch\": []}}}",
     ""},
    {"States.Array without arguments",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true, \"Parameters\": "
     "{\"x.$\": \"States.Array()\"}}}}",
     ""},
};

START_TEST(state)
{
    struct buf text = {0};

    buf_printf(&text, "{\"StartAt\": \"A\", \"States\": {\n\"A\": {%s}}}", states[_i].text);
    expect_problems(states[_i].name, buf_str(&text), states[_i].want);
    buf_clear(&text);
}
END_TEST

START_TEST(whole)
{
    expect_problems(wholes[_i].name, wholes[_i].text, wholes[_i].want);
}
END_TEST

/* A hint says how to mend it, where the message does not. */
static const struct row hints[] = {
    {"a name with a slip",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"ResultPth\": \"$.x\", "
     "\"End\": true}}}",
     "did you mean \"ResultPath\"?"},
    {"a target that is misspelt",
     "{\"StartAt\": \"Ship\", \"States\": {\"Ship\": {\"Type\": \"Pass\", \"Next\": \"Notifi\"},"
     "\"Notify\": {\"Type\": \"Succeed\"}}}",
     "did you mean \"Notify\"?"},
    {"a start that is misspelt",
     "{\"StartAt\": \"ship\", \"States\": {\"Ship\": {\"Type\": \"Succeed\"}}}",
     "did you mean \"Ship\"?"},
    {"a catcher's target that is misspelt",
     "{\"StartAt\": \"Work\", \"States\": {\"Work\": {\"Type\": \"Task\", \"Resource\": "
     "\"arn:aws:states:::sqs:sendMessage\", \"End\": true, \"Catch\": [{\"ErrorEquals\": "
     "[\"States.ALL\"], \"Next\": \"HandelError\"}]}, \"HandleError\": {\"Type\": \"Fail\"}}}",
     "did you mean \"HandleError\"?"},
    {"a field that other states have, near to one that this has",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", \"Seconds\": 1, \"End\": true,"
     "\"ResultPath\": null}}}",
     "only Pass, Task, Parallel and Map have it"},
    {"a target that is nowhere",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\"}, \"C\": "
     "{\"Type\": \"Pass\", \"End\": true}}}",
     "a target is a state of the same States block, spelled alike"},
};

START_TEST(hint)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(hints[_i].text, strlen(hints[_i].text), DOCUMENT_JSON, &report);

    ck_assert_msg(!m && report.count > 0, "%s", hints[_i].name);
    expect_text(hints[_i].name, report.problems[0].hint, hints[_i].want);
    asl_report_clear(&report);
}
END_TEST

START_TEST(too_large)
{
    struct buf text = {0};

    buf_adds(&text,
             "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}");
    while (text.len < QUOTA_DEFINITION)
        buf_addc(&text, ' ');
    expect_problems("a definition as large as may be", buf_str(&text), "");
    buf_addc(&text, ' ');
    expect_problems("one byte more", buf_str(&text),
                    "1:1 SCHEMA_VALIDATION_FAILED : The definition has 1048577 bytes, more than "
                    "the 1048576 that are allowed");
    buf_clear(&text);
}
END_TEST

/* What was accepted once is not judged again. */
static const struct {
    const char *name, *text;
    bool runs;
} stored[] = {
    {"a state that nothing leads to",
     "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true},"
     "\"B\":{\"Type\":\"Pass\",\"End\":true}}}",
     true},
    {"no end", "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"Next\":\"A\"}}}", true},
    {"a field that nobody knows",
     "{\"StartAt\":\"A\",\"Later\":1,\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true,\"Reslt\":1}"
     "}}",
     true},
    {"a field of the other query language",
     "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true,\"Output\":1}}}", true},
    {"a number out of range",
     "{\"StartAt\":\"A\",\"TimeoutSeconds\":100000000,\"States\":{\"A\":{\"Type\":\"Pass\","
     "\"End\":true}}}",
     true},
    {"a name that is too long",
     "{\"StartAt\":"
     "\"A23456789012345678901234567890123456789012345678901234567890123456789012345678901\","
     "\"States\":{"
     "\"A23456789012345678901234567890123456789012345678901234567890123456789012345678901\":"
     "{\"Type\":\"Pass\",\"End\":true}}}",
     true},
    {"a variable's name that may not be",
     "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true,\"Assign\":{\"states\":"
     "1}}}}",
     true},
    {"States.ALL beside another",
     "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Map\",\"End\":true,\"Retry\":[{"
     "\"ErrorEquals\":"
     "[\"States.ALL\",\"E\"]}],\"ItemProcessor\":{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":"
     "\"Pass\",\"End\":true}}}}}}",
     true},
    {"no state to start at",
     "{\"StartAt\":\"B\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}}", false},
    {"a type that is none",
     "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Psas\",\"End\":true}}}", false},
    {"no JSON", "{\"StartAt\":", false},
    {"nothing", "", false},
};

START_TEST(stored_definition)
{
    struct asl_report report = {0};
    const char *text = stored[_i].text;
    asl_machine *m = asl_compile(text, strlen(text), DOCUMENT_JSON, &report);

    ck_assert_msg(!m, "%s: it is accepted as a new one, too", stored[_i].name);
    asl_report_clear(&report);
    m = asl_compile_stored(text, strlen(text), &report);
    ck_assert_msg(!m != stored[_i].runs, "%s: %s", stored[_i].name,
                  report.count ? report.problems[0].message : "");
    if (m)
        expect_text(stored[_i].name, json_str(asl_machine_text(m)), text);
    asl_report_clear(&report);
    asl_machine_unref(m);
}
END_TEST

/* Its text is kept as it was given: 7e8 would become 7.0E8, and the whole longer than may be. */
START_TEST(kept_text)
{
    struct asl_report report = {0};
    struct buf text = {0};

    buf_adds(&text,
             "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Result\": [7e8");
    for (int i = 1; i < 200000; i++)
        buf_adds(&text, ",7e8");
    buf_adds(&text, "], \"End\": true}}}");
    asl_machine *m = asl_compile(buf_str(&text), text.len, DOCUMENT_JSON, &report);
    ck_assert(m && json_str_is(asl_machine_text(m), buf_str(&text)));
    asl_machine_unref(m);
    while (text.len <= QUOTA_DEFINITION)
        buf_addc(&text, ' ');
    m = asl_compile_stored(buf_str(&text), text.len, &report);
    ck_assert_msg(m != NULL, "a stored one has no bound on its size");
    asl_machine_unref(m);
    buf_clear(&text);
}
END_TEST

/* ---- variableReferences ---- */

static const struct {
    const char *name, *text, *want;
} readings[] = {
    {"paths, calls and rules",
     "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"InputPath\":\"$z.a\","
     "\"Parameters\":{"
     "\"x.$\":\"States.Format('$no {} {}', $b, $$.State.Name)\",\"y\":\"$not\",\"w.$\":\"$.c\"},"
     "\"Next\":\"C\"},\"C\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$v[0]\",\"IsNull\":"
     "true,"
     "\"Next\":\"E\"}],\"Default\":\"E\"},\"E\":{\"Type\":\"Succeed\"}}}",
     "{\"A\":[\"b\",\"z\"],\"C\":[\"v\"]}"},
    {"what a function is given and what is bound are none",
     "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\","
     "\"Output\":\"{% "
     "$map($states.input.items, function($v) { $v + $outer }) %}\",\"Next\":\"B\"},\"B\":{\"Type\":"
     "\"Pass\",\"Output\":\"{% ($w := 1; $w + $x) %}\",\"End\":true}}}",
     "{\"A\":[\"outer\"],\"B\":[\"x\"]}"},
    {"each block's own",
     "{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Parallel\",\"End\":true,\"Parameters\":{\"a."
     "$\":"
     "\"$p\"},\"Branches\":[{\"StartAt\":\"Q\",\"States\":{\"Q\":{\"Type\":\"Pass\",\"InputPath\":"
     "\"$q\","
     "\"End\":true}}}]}}}",
     "{\"P\":[\"p\"],\"Q\":[\"q\"]}"},
    {"names of a payload's members mean nothing",
     "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\","
     "\"Output\":{\"Comment\":\"{% $v %}\",\"Branches\":[\"{% $w %}\"]},\"Comment\":\"{% $x "
     "%}\",\"End\":true}}}",
     "{\"A\":[\"v\",\"w\"]}"},
    {"none at all", "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true}}}",
     NULL},
};

START_TEST(reads)
{
    struct asl_report report = {0};
    const char *text = readings[_i].text;
    asl_machine *m = asl_compile(text, strlen(text), DOCUMENT_JSON, &report);

    ck_assert_msg(m != NULL, "%s: %s", readings[_i].name,
                  report.count ? report.problems[0].message : "");
    json *got = asl_variable_references(m);
    expect_json(readings[_i].name, got, readings[_i].want);
    json_unref(got);
    asl_machine_unref(m);
    asl_report_clear(&report);
}
END_TEST

/* AWS has no bound on how many. */
START_TEST(reads_many)
{
    struct asl_report report = {0};
    struct buf text = {0};

    buf_adds(
        &text,
        "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true,\"Parameters\":{");
    for (int i = 0; i < 2000; i++)
        buf_printf(&text, "%s\"x%d.$\":\"$v%d\"", i ? "," : "", i, i);
    buf_adds(&text, "}}}}");
    asl_machine *m = asl_compile(text.data, text.len, DOCUMENT_JSON, &report);
    json *got = asl_variable_references(m);
    ck_assert_uint_eq(json_count(json_get(got, "A")), 2000);
    ck_assert_str_eq(json_str(json_at(json_get(got, "A"), 1)), "v1");
    json_unref(got);
    asl_machine_unref(m);
    asl_report_clear(&report);
    buf_clear(&text);
}
END_TEST

/* A way of a megabyte to each of ten thousand problems would be ten gigabytes. */
START_TEST(report_is_bounded)
{
    struct asl_report report = {0};
    struct buf text = {0};
    size_t bytes = 0;

    buf_adds(
        &text,
        "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"End\":true,\"Parameters\":{\"");
    for (int i = 0; i < 300000; i++)
        buf_adds(&text, "é");
    buf_adds(&text, "\":{");
    for (int i = 0; i < 9000; i++)
        buf_printf(&text, "%s\"x%d.$\":\"a\"", i ? "," : "", i);
    buf_adds(&text, "}}}}}");
    ck_assert_ptr_null(asl_compile(text.data, text.len, DOCUMENT_JSON, &report));
    for (size_t i = 0; i < report.count; i++)
        bytes += strlen(report.problems[i].pointer);
    ck_assert_uint_gt(report.count, 100);
    ck_assert_uint_lt(bytes, ASL_MAX_REPORT + 2 * ASL_MAX_POINTER);
    ck_assert_uint_eq(report.errors, 9000);
    expect_text("the last says so", report.problems[report.count - 1].code,
                "ASL_TOO_MANY_PROBLEMS");
    const char *pointer = report.problems[0].pointer;
    ck_assert_uint_eq(utf8_valid(pointer, strlen(pointer)), strlen(pointer));
    asl_report_clear(&report);
    buf_clear(&text);
}
END_TEST

/* A message that shows part of a path shows whole characters. */
START_TEST(messages_are_utf8)
{
    static const char *const paths[] = {
        "$[(@é.length-1)]", "$[(@éé-1)]",      "$[?(é)]",          "$é[", "$[é",
        "$.a['é]",          "$[?(@.a == 'é)]", "$[?(@.a =~ /[é/)]"};

    for (size_t i = 0; i < COUNT(paths); i++) {
        struct asl_report report = {0};
        struct buf text = {0};

        buf_printf(&text,
                   "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"InputPath\":\"%s\","
                   "\"End\":true}}}",
                   paths[i]);
        asl_machine_unref(asl_compile(text.data, text.len, DOCUMENT_JSON, &report));
        for (size_t k = 0; k < report.count; k++) {
            const struct asl_problem *p = &report.problems[k];
            ck_assert_msg(utf8_valid(p->message, strlen(p->message)) == strlen(p->message), "%s",
                          paths[i]);
            ck_assert_msg(!p->hint || utf8_valid(p->hint, strlen(p->hint)) == strlen(p->hint), "%s",
                          paths[i]);
        }
        asl_report_clear(&report);
        buf_clear(&text);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("load");
    TCase *t = tcase_create("load");

    tcase_add_loop_test(t, state, 0, COUNT(states));
    tcase_add_loop_test(t, whole, 0, COUNT(wholes));
    tcase_add_loop_test(t, hint, 0, COUNT(hints));
    tcase_add_test(t, too_large);
    tcase_add_loop_test(t, stored_definition, 0, COUNT(stored));
    tcase_add_test(t, kept_text);
    tcase_add_loop_test(t, reads, 0, COUNT(readings));
    tcase_add_test(t, reads_many);
    tcase_add_test(t, report_is_bounded);
    tcase_add_test(t, messages_are_utf8);
    suite_add_tcase(s, t);
    return run_suite(s);
}
