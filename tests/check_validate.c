/* validate: what only AWS minds in a definition; and that none of it keeps us from running it. */

#include "tests/support/expect.h"

#include "asl/asl.h"

#include <string.h>

/*
 * A row's state stands as state A, from line 2, column 7 on. Problems are lines "line:column
 * severity location: message"; "" is none.
 */
struct row {
    const char *name;
    enum asl_workflow workflow;
    const char *state, *want;
};

#define TASK(resource) "\"Type\": \"Task\", \"End\": true, \"Resource\": \"" resource "\",\n"
#define CALL(call, parameters) TASK("arn:aws:states:::" call) "\"Parameters\": " parameters
#define JSONATA "\"QueryLanguage\": \"JSONata\",\n"
#define RESOURCE(arn)                                                                              \
    "2:48 error /States/A/Resource: The resource provided " arn                                    \
    " is not recognized. The value is not a valid resource ARN, or the resource is not available " \
    "in this region."
#define UNKNOWN(call) RESOURCE("arn:aws:states:::" call)
#define NEEDS(field)                                                                               \
    "3:1 error /States/A/Parameters: The field '" field "' is required but was missing"
#define DISTRIBUTED                                                                                \
    "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"ProcessorConfig\": {\n"               \
    "\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": \"STANDARD\"}, \"StartAt\": \"P\", \"States\""  \
    ": {\"P\": {\"Type\": \"Pass\", \"End\": true}}}"
/* A Map whose children are Express workflows with the state C. */
#define EXPRESS_CHILD(state)                                                                       \
    "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"C\", \"States\": {\n"    \
    "\"C\": {" state "}}, \"ProcessorConfig\": {\n"                                                \
    "\"Mode\": \"DISTRIBUTED\", \"ExecutionType\": \"EXPRESS\"}}"
#define IN_CHILD " error /States/A/ItemProcessor/States/C/"
#define READER(config)                                                                             \
    "\"ItemReader\": {\"ReaderConfig\": {" config "}, \"Resource\": "                              \
    "\"arn:aws:states:::s3:getObject\"},"
#define ACTIVITY "arn:aws:states:us-east-1:123456789012:activity:work"

static const struct row rows[] = {
    {"an integration", ASL_STANDARD, CALL("lambda:invoke", "{\"FunctionName\": \"f\"}"), ""},
    {"a required field by a path", ASL_STANDARD,
     CALL("lambda:invoke", "{\"FunctionName.$\": \"$.f\"}"), ""},
    {"in another partition", ASL_STANDARD,
     TASK("arn:aws-cn:states:::sns:publish") "\"Parameters\": {\"Message\": \"m\"}", ""},
    {"with a region and an account", ASL_STANDARD,
     TASK("arn:aws:states:us-east-1:123456789012:sns:publish") "\"Parameters\": "
                                                               "{\"Message\": \"m\"}",
     ""},
    {"a function's ARN", ASL_STANDARD,
     "\"Type\": \"Task\", \"End\": true, \"Resource\": \"arn:aws:lambda:us-east-1:1:function:f\"",
     ""},
    {"a placeholder", ASL_STANDARD,
     "\"Type\": \"Task\", \"End\": true, \"Resource\": \"${Function}\"", ""},
    {"a placeholder in an ARN", ASL_STANDARD,
     TASK("arn:${AWS::Partition}:states:::lambda:invoke") "\"Parameters\": {}", ""},
    {"a call of the SDK", ASL_STANDARD, CALL("aws-sdk:s3:listBuckets", "{}"), ""},
    {"a call of the SDK that waits", ASL_STANDARD,
     CALL("aws-sdk:sfn:startExecution.waitForTaskToken", "{\"StateMachineArn.$\": \"$.m\"}"), ""},
    {".sync", ASL_STANDARD, CALL("glue:startJobRun.sync", "{\"JobName\": \"j\"}"), ""},
    {".sync:2", ASL_STANDARD, CALL("states:startExecution.sync:2", "{\"StateMachineArn\": \"a\"}"),
     ""},
    {".waitForTaskToken", ASL_STANDARD,
     CALL("sqs:sendMessage.waitForTaskToken", "{\"QueueUrl\": \"q\", \"MessageBody\": \"b\"}"), ""},
    {"a service that has any call", ASL_STANDARD,
     CALL("bedrock-agentcore:invokeAgentRuntime", "{}"), ""},
    {"an activity", ASL_STANDARD,
     "\"Type\": \"Task\", \"End\": true, \"Resource\": \"" ACTIVITY "\"", ""},

    {"no such API", ASL_STANDARD, CALL("dynamodb:query", "{}"), UNKNOWN("dynamodb:query")},
    {"no such service", ASL_STANDARD, CALL("lamda:invoke", "{}"), UNKNOWN("lamda:invoke")},
    {"more behind a call of a service that has any", ASL_STANDARD,
     CALL("bedrock-agentcore:x:y", "{}"), UNKNOWN("bedrock-agentcore:x:y")},
    {"a resource of a service that is not integrated", ASL_STANDARD,
     TASK("arn:aws:s3:us-east-1:123456789012:bucket") "\"Parameters\": {}",
     RESOURCE("arn:aws:s3:us-east-1:123456789012:bucket")},
    {"an API in the wrong case", ASL_STANDARD, CALL("lambda:Invoke", "{}"),
     UNKNOWN("lambda:Invoke")},
    {"more behind a call", ASL_STANDARD, CALL("lambda:invoke:2", "{}"), UNKNOWN("lambda:invoke:2")},
    {".sync where it doesn't exist", ASL_STANDARD,
     CALL("lambda:invoke.sync", "{\"FunctionName\": \"f\"}"), UNKNOWN("lambda:invoke.sync")},
    {".sync:2 where only .sync exists", ASL_STANDARD,
     CALL("glue:startJobRun.sync:2", "{\"JobName\": \"j\"}"), UNKNOWN("glue:startJobRun.sync:2")},
    {".waitForTaskToken where it doesn't exist", ASL_STANDARD,
     CALL("batch:submitJob.waitForTaskToken", "{}"), UNKNOWN("batch:submitJob.waitForTaskToken")},
    {".sync of the SDK", ASL_STANDARD, CALL("aws-sdk:glue:startJobRun.sync", "{}"),
     UNKNOWN("aws-sdk:glue:startJobRun.sync")},
    {"the SDK without a service", ASL_STANDARD, CALL("aws-sdk:listBuckets", "{}"),
     UNKNOWN("aws-sdk:listBuckets")},
    {"a service of the SDK in the wrong case", ASL_STANDARD, CALL("aws-sdk:S3:listBuckets", "{}"),
     UNKNOWN("aws-sdk:S3:listBuckets")},
    {"an action of the SDK in the wrong case", ASL_STANDARD, CALL("aws-sdk:s3:ListBuckets", "{}"),
     UNKNOWN("aws-sdk:s3:ListBuckets")},
    {"no Parameters", ASL_STANDARD,
     "\"Type\": \"Task\", \"End\": true, \"Resource\": "
     "\"arn:aws:states:::sqs:sendMessage.waitForTaskToken\"",
     "2:48 error /States/A: Parameters field is required for resource ARN: "
     "arn:aws:states:::sqs:sendMessage"},
    {"a required field that is missing", ASL_STANDARD, CALL("lambda:invoke", "{\"Payload\": 1}"),
     NEEDS("FunctionName")},
    {"two of them", ASL_STANDARD, CALL("dynamodb:putItem", "{}"),
     NEEDS("TableName") "\n" NEEDS("Item")},

    {"Arguments", ASL_STANDARD,
     TASK("arn:aws:states:::lambda:invoke") JSONATA "\"Arguments\": {\"FunctionName\": \"f\"}", ""},
    {"Arguments that are an expression", ASL_STANDARD,
     TASK("arn:aws:states:::lambda:invoke") JSONATA "\"Arguments\": \"{% $states.input %}\"", ""},
    {"no Arguments", ASL_STANDARD,
     TASK("arn:aws:states:::lambda:invoke") "\"QueryLanguage\": \"JSONata\"",
     "2:48 error /States/A: Arguments field is required for resource ARN: "
     "arn:aws:states:::lambda:invoke"},
    {"a required field is not given by a path", ASL_STANDARD,
     TASK("arn:aws:states:::lambda:invoke") JSONATA "\"Arguments\": {\"FunctionName.$\": \"f\"}",
     "4:15 error /States/A/Arguments: The field \"FunctionName.$\" is not supported by Step "
     "Functions\n"
     "4:1 error /States/A/Arguments: The field 'FunctionName' is required but was missing"},

    {"credentials", ASL_STANDARD,
     TASK("arn:aws:lambda:us-east-1:1:function:f") "\"Credentials\": {\"RoleArn.$\": \"$.role\"}",
     ""},
    {"credentials of an activity", ASL_STANDARD,
     TASK(ACTIVITY) "\"Credentials\": {\"RoleArn\": \"r\"}",
     "3:1 error /States/A/Credentials: The field 'Credentials' is not supported for activities"},

    {"EXPRESS", ASL_EXPRESS, CALL("sns:publish", "{\"Message\": \"m\"}"), ""},
    {".sync in EXPRESS", ASL_EXPRESS, CALL("ecs:runTask.sync", "{\"TaskDefinition\": \"t\"}"),
     "2:48 error /States/A/Resource: Express state machine does not support '.sync' service "
     "integration"},
    {".sync:2 in EXPRESS", ASL_EXPRESS,
     CALL("states:startExecution.sync:2", "{\"StateMachineArn\": \"a\"}"),
     "2:48 error /States/A/Resource: Express state machine does not support '.sync' service "
     "integration"},
    {".waitForTaskToken in EXPRESS", ASL_EXPRESS,
     CALL("sns:publish.waitForTaskToken", "{\"Message\": \"m\"}"),
     "2:48 error /States/A/Resource: Express state machine does not support '.waitForTaskToken' "
     "service integration "},
    {"an activity in EXPRESS", ASL_EXPRESS,
     "\"Type\": \"Task\", \"End\": true, \"Resource\": \"" ACTIVITY "\"",
     "2:48 error /States/A/Resource: Express state machine does not support Activity ARN"},
    {"a distributed Map", ASL_STANDARD, DISTRIBUTED, ""},
    {"a distributed Map in EXPRESS", ASL_EXPRESS, DISTRIBUTED,
     "3:9 error /States/A/ItemProcessor/ProcessorConfig/Mode: The field 'Mode' with value "
     "'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"},
    {"Express children", ASL_STANDARD, EXPRESS_CHILD(CALL("sns:publish", "{\"Message\": \"m\"}")),
     ""},
    {".sync in Express children", ASL_STANDARD,
     EXPRESS_CHILD(CALL("ecs:runTask.sync", "{\"TaskDefinition\": \"t\"}")),
     "3:48" IN_CHILD "Resource: Express state machine does not support '.sync' service "
     "integration"},
    {".waitForTaskToken in Express children", ASL_STANDARD,
     EXPRESS_CHILD(CALL("sns:publish.waitForTaskToken", "{\"Message\": \"m\"}")),
     "3:48" IN_CHILD "Resource: Express state machine does not support '.waitForTaskToken' "
     "service integration "},
    {"an activity in Express children", ASL_STANDARD,
     EXPRESS_CHILD("\"Type\": \"Task\", \"End\": true, \"Resource\": \"" ACTIVITY "\""),
     "3:48" IN_CHILD "Resource: Express state machine does not support Activity ARN"},
    {"a distributed Map in Express children", ASL_STANDARD, EXPRESS_CHILD(DISTRIBUTED),
     "4:9" IN_CHILD "ItemProcessor/ProcessorConfig/Mode: The field 'Mode' with value "
     "'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"},
    {"Express children are the inner ones of an inline Map", ASL_STANDARD,
     EXPRESS_CHILD(
         "\"Type\": \"Map\", \"End\": true, \"ItemProcessor\": {\"StartAt\": \"Q\", "
         "\"States\": {\n\"Q\": {" CALL("ecs:runTask.sync", "{\"TaskDefinition\": \"t\"}") "}}}"),
     "4:48" IN_CHILD "ItemProcessor/States/Q/Resource: Express state machine does not support "
     "'.sync' service integration"},
};

static void list_problems(struct buf *out, const struct asl_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct asl_problem *p = &report->problems[i];
        buf_printf(out, "%s%u:%u %s %s: %s", i ? "\n" : "", p->place.line, p->place.column,
                   p->severity == ASL_ERROR ? "error" : "warning", p->location, p->message);
    }
}

START_TEST(validate)
{
    const struct row *row = &rows[_i];
    struct asl_report report = {0}, running = {0};
    struct buf text = {0}, got = {0};

    buf_printf(&text, "{\"StartAt\": \"A\", \"States\": {\n\"A\": {%s}}}", row->state);
    asl_validate(buf_str(&text), text.len, DOCUMENT_JSON, row->workflow, NULL, &report);
    list_problems(&got, &report);
    expect_text(row->name, buf_str(&got), row->want);
    asl_machine *m = asl_compile(text.data, text.len, DOCUMENT_JSON, &running);
    ck_assert_msg(m && running.count == 0, "%s: it can't be run", row->name);
    asl_machine_unref(m);
    asl_report_clear(&running);
    asl_report_clear(&report);
    buf_clear(&text);
    buf_clear(&got);
}
END_TEST

/*
 * What stands in a distributed Map, from line 2, column 1 on. Fields that we don't run yet are
 * left out of what is expected.
 */
static const struct {
    const char *name, *fields, *want;
} maps[] = {
    {"a reader of CSV", READER("\"InputType\": \"CSV\", \"CSVHeaderLocation\": \"FIRST_ROW\""), ""},
    {"headers that are given",
     READER("\"InputType\": \"CSV\", \"CSVHeaderLocation\": \"GIVEN\", \"CSVHeaders\": [\"a\"]"),
     ""},
    {"a reader of JSON", READER("\"InputType\": \"JSON\", \"MaxItems\": 5"), ""},
    {"CSV without a place of its headers", READER("\"InputType\": \"CSV\""),
     "2:16 /States/M/ItemReader/ReaderConfig: The field 'CSVHeaderLocation' is required"},
    {"JSON with one", READER("\"InputType\": \"JSON\", \"CSVHeaderLocation\": \"FIRST_ROW\""),
     "2:54 /States/M/ItemReader/ReaderConfig: Field 'CSVHeaderLocation' is not supported"},
    {"headers that are to be given",
     READER("\"InputType\": \"CSV\", \"CSVHeaderLocation\": \"GIVEN\""),
     "2:32 /States/M/ItemReader/ReaderConfig: These fields are required: [CSVHeaders]"},
    {"two limits of items",
     READER("\"InputType\": \"JSON\", \"MaxItems\": 5, \"MaxItemsPath\": \"$.n\""),
     "2:32 /States/M/ItemReader/ReaderConfig: There should only be one of the following fields: "
     "[MaxItems, MaxItemsPath]"},
    {"a batcher", "\"ItemBatcher\": {\"MaxItemsPerBatch\": 0},", ""},
    {"a batch of less than nothing", "\"ItemBatcher\": {\"MaxItemsPerBatch\": -1},",
     "2:37 /States/M/ItemBatcher/MaxItemsPerBatch: Minimum value is 0"},
    {"two sizes of a batch",
     "\"ItemBatcher\": {\"MaxInputBytesPerBatch\": 9, \"MaxInputBytesPerBatchPath\": \"$.n\"},",
     "2:16 /States/M/ItemBatcher: There should only be one of the following fields: "
     "[MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]"},
    {"two numbers of a batch's items",
     "\"ItemBatcher\": {\"MaxItemsPerBatch\": 9, \"MaxItemsPerBatchPath\": \"$.n\"},",
     "2:16 /States/M/ItemBatcher: There should only be one of the following fields: "
     "[MaxItemsPerBatchPath, MaxItemsPerBatch]"},
    {"two tolerated counts",
     "\"ToleratedFailureCount\": 1, \"ToleratedFailureCountPath\": \"$.n\",",
     "1:34 /States/M: There should only be one of the following fields: "
     "[ToleratedFailureCountPath, ToleratedFailureCount]"},
    {"what is tolerated from the input", "\"ToleratedFailureCountPath\": \"$.n\",", ""},
    {"what is tolerated from the context object",
     "\"ToleratedFailureCountPath\": \"$$.Execution.Input.n\",",
     "2:30 /States/M/ToleratedFailureCountPath: Value is not a Reference Path"},
    {"the percentage of it", "\"ToleratedFailurePercentagePath\": \"$$.Execution.Input.n\",",
     "2:35 /States/M/ToleratedFailurePercentagePath: Value is not a Reference Path"},
    {"a reader of a bucket in another partition",
     "\"ItemReader\": {\"Resource\": \"arn:aws-cn:states:::s3:listObjectsV2\", \"Parameters\": "
     "{\"Bucket.$\": \"$.b\"}},",
     ""},
    {"a reader of something else",
     "\"ItemReader\": {\"Resource\": \"arn:aws:states:::s3:putObject\"},",
     "2:28 /States/M/ItemReader/Resource: The field 'Resource' does not match any of the allowed "
     "values"},
    {"JSON lines with headers",
     READER("\"InputType\": \"JSONL\", \"CSVHeaders\": [\"a\"], \"CSVHeaderLocation\": "
            "\"GIVEN\""),
     "2:55 /States/M/ItemReader/ReaderConfig: Field 'CSVHeaders' is not supported\n"
     "2:76 /States/M/ItemReader/ReaderConfig: Field 'CSVHeaderLocation' is not supported"},
    {"Parquet with headers", READER("\"InputType\": \"PARQUET\", \"CSVHeaders\": [\"a\"]"),
     "2:57 /States/M/ItemReader/ReaderConfig: Field 'CSVHeaders' is not supported"},
    {"Parquet", READER("\"InputType\": \"PARQUET\""), ""},
    {"an old version of Parquet",
     "\"ItemReader\": {\"ReaderConfig\": {\"InputType\": \"PARQUET\"}, \"Resource\": "
     "\"arn:aws:states:::s3:getObject\", \"Parameters\": {\"VersionId.$\": \"$.v\"}},",
     "2:118 /States/M/ItemReader/Parameters/VersionId.$: Field 'VersionId.$' is not supported"},
    {"an old version of JSON",
     "\"ItemReader\": {\"Resource\": \"arn:aws:states:::s3:getObject\", \"Parameters\": "
     "{\"VersionId\": \"v\"}},",
     ""},
    {"JSON from a manifest", READER("\"InputType\": \"JSON\", \"ManifestType\": \"ATHENA_DATA\""),
     "2:54 /States/M/ItemReader/ReaderConfig: Field 'ManifestType' is not supported"},
    {"JSON lines from a manifest",
     READER("\"InputType\": \"JSONL\", \"ManifestType\": \"ATHENA_DATA\""), ""},
    {"objects to load of no type", READER("\"Transformation\": \"LOAD_AND_FLATTEN\""),
     "2:16 /States/M/ItemReader/ReaderConfig: The field 'InputType' is required"},
    {"objects to load",
     READER("\"Transformation\": \"LOAD_AND_FLATTEN\", \"InputType\": \"JSONL\""), ""},
    {"objects to list", READER("\"Transformation\": \"NONE\""), ""},
    {"a pointer into the file", READER("\"InputType\": \"JSON\", \"ItemsPointer\": \"/a/0\""), ""},
    {"a pointer to all of it", READER("\"InputType\": \"JSON\", \"ItemsPointer\": \"\""), ""},
    {"a pointer that begins with a name",
     READER("\"InputType\": \"JSON\", \"ItemsPointer\": \"rows\""),
     "2:70 /States/M/ItemReader/ReaderConfig/ItemsPointer: Invalid input: JSON Pointer expression "
     "must start with '/': \"rows\""},
    {"a pointer that an expression gives",
     "\"QueryLanguage\": \"JSONata\", " READER("\"ItemsPointer\": \"{% $states.input.at %}\""), ""},
    {"a reader of a placeholder", "\"ItemReader\": {\"Resource\": \"${Reader}\"},", ""},
    {"a reader of nothing", "\"ItemReader\": {},",
     "2:15 /States/M/ItemReader: These fields are required: [Resource]"},
    {"a reader that is no object", "\"ItemReader\": 5,",
     "2:15 /States/M/ItemReader: Expected value of type [OBJECT]"},
    {"a reader's field that is misspelt",
     "\"ItemReader\": {\"Reader\": 1, \"Resource\": \"arn:aws:states:::s3:getObject\"},",
     "2:16 /States/M/ItemReader: Field 'Reader' is not supported"},
    {"a type that there is not",
     "\"ItemReader\": {\"ReaderConfig\": {\"InputType\": \"json\"}, \"Resource\": "
     "\"arn:aws:states:::s3:getObject\"},",
     "2:46 /States/M/ItemReader/ReaderConfig/InputType: Value should be one of the following: "
     "[CSV, JSON, JSONL, PARQUET, MANIFEST]"},
    {"more items than there can be",
     "\"ItemReader\": {\"ReaderConfig\": {\"MaxItems\": 100000001}, \"Resource\": "
     "\"arn:aws:states:::s3:getObject\"},",
     "2:45 /States/M/ItemReader/ReaderConfig/MaxItems: Maximum value is 100000000"},
    {"the number of items from the context object",
     "\"ItemReader\": {\"ReaderConfig\": {\"MaxItemsPath\": \"$$.n\"}, \"Resource\": "
     "\"arn:aws:states:::s3:getObject\"},",
     "2:49 /States/M/ItemReader/ReaderConfig/MaxItemsPath: Value is not a Reference Path"},
    {"a header that is no string",
     "\"ItemReader\": {\"ReaderConfig\": {\"CSVHeaders\": [\"a\", 1, 2]}, \"Resource\": "
     "\"arn:aws:states:::s3:getObject\"},",
     "2:53 /States/M/ItemReader/ReaderConfig/CSVHeaders[1]: Expected value of type [STRING]"},
    {"a path of the reader that is none",
     "\"ItemReader\": {\"Parameters\": {\"Key.$\": \"k\"}, \"Resource\": "
     "\"arn:aws:states:::s3:getObject\"},",
     "2:40 /States/M/ItemReader/Parameters: The value for the field 'Key.$' must be a valid "
     "JSONPath or a valid intrinsic function call"},
    {"a reader in JSONata",
     "\"QueryLanguage\": \"JSONata\", \"ItemReader\": {\"Arguments\": {\"Key\": \"{% "
     "$states.input.k %}\"}, \"ReaderConfig\": {\"MaxItems\": \"{% 5 %}\"}, \"Resource\": "
     "\"arn:aws:states:::s3:getObject\"},",
     ""},
    {"a bare name in it",
     "\"QueryLanguage\": \"JSONata\", \"ItemReader\": {\"Arguments\": {\"Key\": \"{% k %}\"}, "
     "\"Resource\": \"arn:aws:states:::s3:getObject\"},",
     "2:65 /States/M/ItemReader/Arguments/Key: Reference to 'k' at the top level is not "
     "supported."},
    {"a path in it",
     "\"QueryLanguage\": \"JSONata\", \"ItemReader\": {\"ReaderConfig\": {\"MaxItemsPath\": "
     "\"$.n\"}, \"Resource\": \"arn:aws:states:::s3:getObject\"},",
     "2:61 /States/M: The QueryLanguage is set to 'JSONata', but field 'MaxItemsPath' is only "
     "supported for the 'JSONPath' QueryLanguage"},
    {"Arguments in JSONPath",
     "\"ItemReader\": {\"Arguments\": {}, \"Resource\": \"arn:aws:states:::s3:getObject\"},",
     "2:16 /States/M: The QueryLanguage is set to 'JSONPath', but field 'Arguments' is only "
     "supported for the 'JSONata' QueryLanguage"},
    {"a batch of any size", "\"ItemBatcher\": {\"BatchInput\": {\"a.$\": \"$.a\"}},",
     "2:16 /States/M/ItemBatcher: This object should have at least one of the following fields: "
     "[MaxItemsPerBatch, MaxItemsPerBatchPath, MaxInputBytesPerBatch, MaxInputBytesPerBatchPath]"},
    {"a batch's size that is no number", "\"ItemBatcher\": {\"MaxItemsPerBatch\": \"9\"},",
     "2:37 /States/M/ItemBatcher/MaxItemsPerBatch: Expected value of type Integer"},
    {"a writer",
     "\"ResultWriter\": {\"Resource\": \"arn:aws:states:::s3:putObject\", \"Parameters\": "
     "{\"Bucket\": \"b\"}, \"WriterConfig\": {\"Transformation\": \"FLATTEN\", \"OutputType\": "
     "\"JSONL\"}},",
     ""},
    {"a writer without a bucket",
     "\"ResultWriter\": {\"WriterConfig\": {\"Transformation\": \"NONE\"}},", ""},
    {"a writer of JSONata without its place",
     "\"QueryLanguage\": \"JSONata\", \"ResultWriter\": {\"Resource\": "
     "\"arn:aws:states:::s3:putObject\"},",
     "2:45 /States/M/ResultWriter: These fields are required: [Arguments]"},
    {"a writer of nothing", "\"ResultWriter\": {},",
     "2:17 /States/M/ResultWriter: Value cannot be empty"},
    {"a writer of something else",
     "\"ResultWriter\": {\"Resource\": \"arn:aws:states:::s3:getObject\"},",
     "2:30 /States/M/ResultWriter/Resource: The field 'Resource' does not match any of the allowed "
     "values"},
    {"a form of results that there is not",
     "\"ResultWriter\": {\"WriterConfig\": {\"Transformation\": \"FLAT\"}},",
     "2:53 /States/M/ResultWriter/WriterConfig/Transformation: Value should be one of the "
     "following: [NONE, COMPACT, FLATTEN]"},
};

static void validate_map(const char *fields, struct asl_report *report)
{
    struct buf text = {0};

    buf_printf(&text,
               "{\"StartAt\": \"M\", \"States\": {\"M\": {\"Type\": \"Map\", \"End\": true,\n"
               "%s \"ItemProcessor\": {\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", "
               "\"ExecutionType\": \"STANDARD\"}, \"StartAt\": \"P\", \"States\": {\"P\": "
               "{\"Type\": \"Pass\", \"End\": true}}}}}}",
               fields);
    asl_validate(buf_str(&text), text.len, DOCUMENT_JSON, ASL_STANDARD, NULL, report);
    buf_clear(&text);
}

START_TEST(map)
{
    struct asl_report report = {0};
    struct buf got = {0};

    validate_map(maps[_i].fields, &report);
    for (size_t i = 0; i < report.count; i++) {
        const struct asl_problem *p = &report.problems[i];
        if (p->severity == ASL_ERROR)
            buf_printf(&got, "%s%u:%u %s: %s", got.len ? "\n" : "", p->place.line, p->place.column,
                       p->location, p->message);
    }
    expect_text(maps[_i].name, buf_str(&got), maps[_i].want);
    asl_report_clear(&report);
    buf_clear(&got);
}
END_TEST

/* How a ReaderConfig is mended whose InputType a ManifestType doesn't take. */
static const struct {
    const char *name, *fields, *want;
} manifests[] = {
    {"files of an inventory", READER("\"InputType\": \"CSV\", \"ManifestType\": \"S3_INVENTORY\""),
     "the inventory says what its files are: leave InputType out"},
    {"an inventory of what it is never of",
     READER("\"InputType\": \"JSON\", \"ManifestType\": \"S3_INVENTORY\""),
     "the inventory says what its files are: leave InputType out"},
    {"what Athena doesn't write",
     READER("\"InputType\": \"JSON\", \"ManifestType\": \"ATHENA_DATA\""),
     "the files that the manifest names are of InputType CSV, JSONL or PARQUET"},
    {"CSV without a manifest", READER("\"InputType\": \"CSV\""),
     "FIRST_ROW when the file begins with them, or GIVEN, with CSVHeaders"},
};

START_TEST(manifest)
{
    struct asl_report report = {0};

    validate_map(manifests[_i].fields, &report);
    ck_assert(report.count > 0 && report.problems[0].severity == ASL_ERROR);
    expect_text(manifests[_i].name, report.problems[0].hint, manifests[_i].want);
    asl_report_clear(&report);
}
END_TEST

/* What a Resource was meant to be. */
static const struct {
    const char *name, *call, *want;
} hints[] = {
    {"a slip in a service", "lamda:invoke", "did you mean lambda:invoke?"},
    {"nothing near", "abracadabra:getObject",
     "what has no integration of its own is called by arn:aws:states:::aws-sdk:SERVICE:ACTION"},
    {"the SDK's", "s3:getObject", "did you mean aws-sdk:s3:getObject?"},
    {"the SDK's, by the name that the command line has", "logs:putLogEvents",
     "did you mean aws-sdk:cloudwatchlogs:putLogEvents?"},
    {"another capital", "lambda:Invoke", "did you mean lambda:invoke?"},
    {"a service as the command line has it", "aws-sdk:stepfunctions:sendTaskSuccess",
     "did you mean aws-sdk:sfn:sendTaskSuccess?"},
    {"a service with a dash", "aws-sdk:cognito-idp:adminGetUser",
     "did you mean aws-sdk:cognitoidentityprovider:adminGetUser?"},
    {"such a service, and a slip in the action", "aws-sdk:events:putEvent",
     "did you mean aws-sdk:eventbridge:putEvents?"},
    {"a service with a capital", "aws-sdk:DynamoDB:putItem",
     "did you mean aws-sdk:dynamodb:putItem?"},
    {"an action with a capital", "aws-sdk:dynamodb:PutItem", "did you mean putItem?"},
    {"a service that ends with Service elsewhere", "aws-sdk:confg:describeConfigRules",
     "did you mean config?"},
    {"another pattern", "glue:startJobRun.sync:2", "did you mean .sync?"},
    {"a pattern with a slip", "lambda:invoke.waitForTasktoken", "did you mean .waitForTaskToken?"},
    {"a pattern of another", "sqs:sendMessage.sync", "it may end in .waitForTaskToken"},
    {"a pattern that Step Functions' own has", "aws-sdk:glue:startJobRun.sync",
     "did you mean glue:startJobRun.sync?"},
    {"such a one under another name", "aws-sdk:sfn:startExecution.sync:2",
     "did you mean states:startExecution.sync:2?"},
    {"a pattern that the SDK's have not", "aws-sdk:s3:getObject.sync",
     "it may end in .waitForTaskToken"},
    {"other patterns", "states:startExecution.sync:2.sync",
     "did you mean states:startExecution.sync:2?"},
    {"a pattern behind a service's other name", "emr:createCluster.sync",
     "did you mean elasticmapreduce:createCluster.sync?"},
    {"a pattern behind a slip", "emrserverless:startJobRun.sync",
     "did you mean emr-serverless:startJobRun.sync?"},
    {"a number that no pattern has", "states:startExecution.sync:1",
     "did you mean states:startExecution.sync:2?"},
    {"one that waits by one pattern only", "batch:submitJob.sync:3",
     "did you mean batch:submitJob.sync?"},
    {"one that waits, by the command line's name", "aws-sdk:stepfunctions:startExecution.sync:2",
     "did you mean states:startExecution.sync:2?"},
    {"an action of the service next door", "aws-sdk:cloudwatch:putLogEvents",
     "did you mean aws-sdk:cloudwatchlogs:putLogEvents?"},
    {"such a one without aws-sdk", "bedrock:converse",
     "did you mean aws-sdk:bedrockruntime:converse?"},
    {"what only Step Functions has", "aws-sdk:apigateway:invoke",
     "did you mean apigateway:invoke?"},
    {"no pattern", "dynamodb:getItem.sync", "nothing may follow dynamodb:getItem"},
};

START_TEST(hint)
{
    struct asl_report report = {0};
    struct buf text = {0};

    buf_printf(&text,
               "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\", \"End\": true, "
               "\"Resource\": \"arn:aws:states:::%s\", \"Parameters\": {}}}}",
               hints[_i].call);
    asl_validate(buf_str(&text), text.len, DOCUMENT_JSON, ASL_STANDARD, NULL, &report);
    ck_assert_msg(report.count == 1, "%s", hints[_i].name);
    expect_text(hints[_i].name, report.problems[0].hint, hints[_i].want);
    asl_report_clear(&report);
    buf_clear(&text);
}
END_TEST

/* What is wrong with a whole machine has no location, or that of the whole. */
static const struct {
    const char *name, *text, *want;
} wholes[] = {
    {"no state that ends it",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"A\"}}}", NULL},
    {"no text", "", NULL},
    {"no states", "{\"StartAt\": \"A\"}", "/"},
};

START_TEST(whole)
{
    struct asl_report report = {0};

    asl_validate(wholes[_i].text, strlen(wholes[_i].text), DOCUMENT_JSON, ASL_STANDARD, NULL,
                 &report);
    ck_assert_msg(report.count == 1, "%s: %zu problems", wholes[_i].name, report.count);
    const char *location = report.problems[0].location;
    if (wholes[_i].want)
        expect_text(wholes[_i].name, location, wholes[_i].want);
    else
        ck_assert_msg(!location, "%s: a location, %s", wholes[_i].name, location);
    asl_report_clear(&report);
}
END_TEST

/* A client of the API is told what follows from a problem, too, as by AWS. */
static const struct {
    const char *name, *text, *want;
} graphs[] = {
    {"a target that isn't there is no end",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", \"Seconds\": 1, \"Next\": "
     "\"Z\"}}}",
     "/States/A/Next: Missing 'Next' target: Z\n"
     "-: Workflow has no terminal state"},
    {"nor is a state without a type", "{\"StartAt\": \"A\", \"States\": {\"A\": {\"End\": true}}}",
     "/States/A: The field 'Type' is required\n"
     "-: Workflow has no terminal state"},
    {"one of an unknown type is",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wiat\", \"End\": true}}}",
     "/States/A/Type: The field 'Type' should have one of these values: [Task, Wait, Pass, "
     "Succeed, Fail, Choice, Parallel, Map]"},
    {"a state that says neither",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": false}}}",
     "/States/A: This object should have only one of the following fields: [Next, End]\n"
     "-: Workflow has no terminal state"},
    {"no states at all", "{\"StartAt\": \"A\", \"States\": {}}",
     "/States: Value cannot be empty\n"
     "/StartAt: Missing 'Next' target: A\n"
     "-: Workflow has no terminal state"},
    {"a start that isn't there leads nowhere",
     "{\"StartAt\": \"Z\", \"States\": {\"A\": {\"Type\": \"Fail\"}}}",
     "/StartAt: Missing 'Next' target: Z\n"
     "/States/A: State \"A\" is not reachable."},
    {"a state before one that isn't reached has a mistake",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"B\", \"Colour\": "
     "1}, "
     "\"B\": {\"Type\": \"Fail\"}, \"C\": {\"Type\": \"Fail\"}}}",
     "/States/A: Field 'Colour' is not supported\n"
     "/States/C: State \"C\" is not reachable."},
    {"the Next of a Succeed is refused, and leads somewhere",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Succeed\", \"Next\": \"B\"}, "
     "\"B\": {\"Type\": \"Fail\"}}}",
     "/States/A: Field 'Next' is not supported"},
    {"a placeholder may lead to any",
     "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"${Next}\", "
     "\"Colour\": 1}, \"B\": {\"Type\": \"Fail\"}}}",
     "/States/A: Field 'Colour' is not supported"},
    {"no start: of what it leads to nothing is said",
     "{\"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true}}}",
     "/: These fields are required: [StartAt]"},
};

/* Below a long key everything has a way as long; each of it is told in few words. */
START_TEST(long_key)
{
    enum { KEY = 100000, EXPRESSIONS = 2000 };
    struct buf text = {0};
    struct asl_report report = {0};

    buf_adds(&text, "{\"QueryLanguage\":\"JSONata\",\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":"
                    "\"Pass\",\"End\":true,\"Output\":{\"");
    for (int i = 0; i < KEY; i++)
        buf_addc(&text, 'k');
    buf_adds(&text, "\":[");
    for (int i = 0; i < EXPRESSIONS; i++)
        buf_adds(&text, "\"{%a%}\",");
    buf_adds(&text, "1]}}}}");
    asl_validate(text.data, text.len, DOCUMENT_JSON, ASL_STANDARD, NULL, &report);
    ck_assert_uint_gt(report.count, 100);
    for (size_t i = 0; i < report.count; i++) {
        ck_assert_uint_lt(strlen(report.problems[i].location ? report.problems[i].location : ""),
                          1100);
        ck_assert_uint_lt(strlen(report.problems[i].pointer ? report.problems[i].pointer : ""),
                          1100);
    }
    asl_report_clear(&report);
    buf_clear(&text);
}
END_TEST

START_TEST(graph)
{
    struct asl_report report = {0};
    struct buf got = {0};

    asl_validate(graphs[_i].text, strlen(graphs[_i].text), DOCUMENT_JSON, ASL_STANDARD, NULL,
                 &report);
    for (size_t i = 0; i < report.count; i++) {
        const struct asl_problem *p = &report.problems[i];
        buf_printf(&got, "%s%s: %s", i ? "\n" : "", p->location ? p->location : "-", p->message);
    }
    expect_text(graphs[_i].name, buf_str(&got), graphs[_i].want);
    asl_report_clear(&report);
    buf_clear(&got);
}
END_TEST

/* How the one problem of a state, in JSONata if it doesn't say, is mended. */
static const struct {
    const char *name, *fields, *want;
} cures[] = {
    {"where an expression ends too soon", "\"Output\": \"{% 1 + %}\"",
     "at character 4 of the expression, its end"},
    {"where it stops being one, in characters", "\"Output\": \"{%\\n 'é' & ) + 1 %}\"",
     "at character 7 of the expression: ) + 1"},
    {"the rest of the line, and not all of it",
     "\"Output\": \"{% 1 1234567890 1234567890 1234567890 %}\"",
     "at character 3 of the expression: 1234567890 1234567890 12 …"},
    {"a path's character", "\"QueryLanguage\": \"JSONPath\", \"Parameters\": {\"a.$\": \"$.é b\"}",
     "At character 4: Space not allowed in path"},
    {"a path that JSONata hasn't", "\"OutputPath\": \"$.a\"",
     "in JSONata, write \"Output\": \"{% … %}\""},
    {"one that has no such sibling", "\"InputPath\": \"$.a\"",
     "in JSONata, Arguments say what the work gets and Output what comes out"},
    {"a field that $states hasn't", "\"Output\": \"{% $states.inputs %}\"",
     "$states has input and context; in Output and Assign of a Task, Parallel or Map it has "
     "result, in those of a Catcher errorOutput"},
};

START_TEST(cure)
{
    bool said = strstr(cures[_i].fields, "QueryLanguage");
    struct asl_report report = {0};
    struct buf text = {0};

    buf_printf(
        &text,
        "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Pass\", \"End\": true, %s%s}}}",
        said ? "" : "\"QueryLanguage\": \"JSONata\", ", cures[_i].fields);
    asl_validate(buf_str(&text), text.len, DOCUMENT_JSON, ASL_STANDARD, NULL, &report);
    ck_assert_msg(report.count == 1, "%s: %zu problems", cures[_i].name, report.count);
    expect_text(cures[_i].name, report.problems[0].hint, cures[_i].want);
    asl_report_clear(&report);
    buf_clear(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("validate");
    TCase *t = tcase_create("validate");

    tcase_add_loop_test(t, validate, 0, COUNT(rows));
    tcase_add_loop_test(t, map, 0, COUNT(maps));
    tcase_add_loop_test(t, manifest, 0, COUNT(manifests));
    tcase_add_loop_test(t, hint, 0, COUNT(hints));
    tcase_add_loop_test(t, whole, 0, COUNT(wholes));
    tcase_add_test(t, long_key);
    tcase_add_loop_test(t, graph, 0, COUNT(graphs));
    tcase_add_loop_test(t, cure, 0, COUNT(cures));
    suite_add_tcase(s, t);
    return run_suite(s);
}
