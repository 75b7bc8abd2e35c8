/* shapes: what services answer, as TestState and suites look at it. */

#include "tests/support/expect.h"

#include "parsers/base/count.h"
#include "runtime/shapes/shapes.h"

#include <string.h>

#define FUNCTION "arn:aws:lambda:us-east-1:123456789012:function:f"
#define STATES "arn:aws:states:::"

static const struct {
    const char *name, *resource, *value;
    bool required;
    const char *want; /* NULL: it is good */
} mocked[] = {
    {"a member that is always there", STATES "states:startExecution", "{}", true,
     "Required field 'ExecutionArn' is missing"},
    {"one that need not be there", STATES "states:startExecution", "{}", false, NULL},
    {"a time is a text", STATES "states:startExecution", "{\"StartDate\":true}", false,
     "Field 'StartDate' must be a string"},
    {"aws-sdk has the same shapes", STATES "aws-sdk:sfn:startExecution", "{}", true,
     "Required field 'ExecutionArn' is missing"},
    {"a job is described by its last answer", STATES "states:startExecution.sync",
     "{\"ExecutionArn\":\"x\"}", true, "Required field 'StateMachineArn' is missing"},
    {"what a token brings is its sender's", STATES "states:startExecution.waitForTaskToken", "{}",
     true, NULL},
    {"a number", STATES "lambda:invoke", "{\"StatusCode\":\"200\"}", true,
     "Field 'StatusCode' must be a number"},
    {"a payload is anything", STATES "lambda:invoke", "{\"Payload\":{\"a\":[1]}}", true, NULL},
    {"a number that is too small", STATES "aws-sdk:lambda:getFunction",
     "{\"Configuration\":{\"MemorySize\":127}}", true,
     "Field 'MemorySize' is less than the minimum value"},
    {"a number that is too large", STATES "aws-sdk:lambda:getFunction",
     "{\"Configuration\":{\"MemorySize\":10241}}", true,
     "Field 'MemorySize' exceeds the maximum value"},
    {"one of some texts", STATES "aws-sdk:lambda:getFunction",
     "{\"Configuration\":{\"State\":\"Sleeping\"}}", true,
     "Field 'State' is not an expected value"},
    {"the last of them", STATES "aws-sdk:lambda:getFunction",
     "{\"Configuration\":{\"PackageType\":\"Image\"}}", true, NULL},
    {"a text that is too short", STATES "aws-sdk:kms:encrypt", "{\"CiphertextBlob\":\"\"}", true,
     "Field 'CiphertextBlob' is smaller than the minimum length"},
    {"a number with a fraction", STATES "dynamodb:putItem",
     "{\"ConsumedCapacity\":{\"CapacityUnits\":\"1.5\"}}", true,
     "Field 'CapacityUnits' must be a number"},
    {"values of a map", STATES "dynamodb:getItem", "{\"Item\":{\"id\":{\"N\":1}}}", true,
     "Field 'N' must be a string"},
    {"a shape within itself", STATES "dynamodb:getItem",
     "{\"Item\":{\"id\":{\"L\":[{\"M\":{\"x\":{\"BOOL\":1}}}]}}}", true,
     "Field 'BOOL' must be a boolean"},
    {"an array", STATES "events:putEvents", "{\"Entries\":\"x\"}", true,
     "Field 'Entries' must be an array"},
    {"members that AWS doesn't have don't matter", STATES "events:putEvents", "{\"x\":1}", true,
     NULL},
    {"null is not there", STATES "events:putEvents", "{\"Entries\":null}", true, NULL},
    {"a service that isn't in the table", STATES "aws-sdk:nobody:knows", "{\"x\":1}", true, NULL},
    {"a function's own result", FUNCTION, "{\"StatusCode\":\"200\"}", true, NULL},
};

/* "Field 'X' must be a string at 0/2": where, by the innermost index last. */
static void write_fault(struct buf *out, struct aws_shape_fault *fault)
{
    buf_adds(out, buf_str(&fault->why));
    for (size_t i = fault->depth; i-- > 0;)
        buf_printf(out, "%s%zu", i + 1 == fault->depth ? " at " : "/", fault->trail[i]);
    buf_clear(&fault->why);
}

static bool fits(const char *resource, enum aws_shape_moment moment, const char *text,
                 const struct aws_shape_rules *rules, struct aws_shape_fault *fault)
{
    struct asl_resource r;
    json *v = json_of(text);

    ck_assert(asl_resource_read(resource, &r));
    struct aws_shape shape;
    bool good = !aws_shape_find(&r, moment, &shape) || aws_shape_fits(&shape, v, rules, fault);
    json_unref(v);
    return good;
}

START_TEST(mocked_result)
{
    struct aws_shape_rules rules = {.required = mocked[_i].required};
    struct aws_shape_fault fault = {0};
    bool good = fits(mocked[_i].resource, AWS_SHAPE_MOCKED, mocked[_i].value, &rules, &fault);

    expect_text(mocked[_i].name, good ? NULL : buf_str(&fault.why), mocked[_i].want);
    buf_clear(&fault.why);
}
END_TEST

/* ---- of executions ---- */

static const struct {
    const char *name, *resource;
    enum aws_shape_moment moment;
    const char *value, *want;
} executed[] = {
    {"a time may be a number", STATES "states:startExecution", AWS_SHAPE_RESULT,
     "{\"StartDate\":1.5}", NULL},
    {"but no flag", STATES "states:startExecution", AWS_SHAPE_RESULT,
     "{\"ExecutionArn\":\"x\",\"StartDate\":true}",
     "Field 'StartDate' must be a time: text or a number at 1"},
    {"an answer is an object", STATES "sqs:sendMessage", AWS_SHAPE_RESULT, "5",
     "It must be an object"},
    {"but for expressions", STATES "sqs:sendMessage", AWS_SHAPE_RESULT, "\"{% 1 %}\"", NULL},
    {"and expressions within", STATES "events:putEvents", AWS_SHAPE_RESULT,
     "{\"Entries\":\"{% [] %}\",\"FailedEntryCount\":\"{% 0 %}\"}", NULL},
    {"capitals", STATES "dynamodb:getItem", AWS_SHAPE_RESULT, "{\"item\":{}}",
     "Field 'item' is called 'Item' at 0"},
    {"capitals of two that both are there", STATES "dynamodb:getItem", AWS_SHAPE_RESULT,
     "{\"item\":{},\"Item\":{}}", NULL},
    {"where it is wrong", STATES "dynamodb:getItem", AWS_SHAPE_RESULT,
     "{\"Item\":{\"a\":{\"S\":\"\"},\"b\":{\"L\":[{\"S\":\"\"},{\"S\":1}]}}}",
     "Field 'S' must be a string at 0/1/0/1/0"},
    {"a function's result stands in Payload", STATES "lambda:invoke", AWS_SHAPE_RESULT,
     "{\"id\":7}", "Field 'Payload' is missing"},
    {"in capitals", STATES "lambda:invoke", AWS_SHAPE_RESULT, "{\"payload\":7}",
     "Field 'payload' is called 'Payload' at 0"},
    {"but of a call that nobody waits for", STATES "lambda:invoke", AWS_SHAPE_RESULT,
     "{\"StatusCode\":202}", NULL},
    {"a function's own result can be anything", FUNCTION, AWS_SHAPE_RESULT, "5", NULL},
    {"the answer of a server", STATES "http:invoke", AWS_SHAPE_RESULT, "{\"id\":7}",
     "Field 'ResponseBody' is missing"},
    {"of an API", STATES "apigateway:invoke", AWS_SHAPE_RESULT, "{\"ResponseBody\":7}", NULL},
    {"what a token brings can be anything", STATES "sqs:sendMessage.waitForTaskToken",
     AWS_SHAPE_RESULT, "5", NULL},
    {"but not what comes before it", STATES "sqs:sendMessage.waitForTaskToken", AWS_SHAPE_SUBMITTED,
     "5", "It must be an object"},
    {"an execution's description", STATES "states:startExecution.sync", AWS_SHAPE_RESULT,
     "{\"Output\":{}}", "Field 'Output' must be a string at 0"},
    {"whose texts are read", STATES "states:startExecution.sync:2", AWS_SHAPE_RESULT,
     "{\"Output\":{},\"StopDate\":1704067260000}", NULL},
    {"what starts it is something else", STATES "states:startExecution.sync:2", AWS_SHAPE_SUBMITTED,
     "{\"ExecutionArn\":1}", "Field 'ExecutionArn' must be a string at 0"},
    {"a job's description", STATES "batch:submitJob.sync", AWS_SHAPE_RESULT,
     "{\"Status\":\"DONE\"}",
     "Field 'Status' is not an expected value: SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, "
     "SUCCEEDED, FAILED at 0"},
    {"a bound that TestState has had for longer", STATES "aws-sdk:lambda:getFunction",
     AWS_SHAPE_RESULT, "{\"Configuration\":{\"MemorySize\":10241}}", NULL},
    {"DynamoDB's nothing", STATES "aws-sdk:dynamodb:getItem", AWS_SHAPE_RESULT,
     "{\"Item\":{\"a\":{\"Nul\":1}}}", "Field 'Nul' must be a boolean at 0/0/0"},
    {"any service", STATES "aws-sdk:ec2:describeVolumes", AWS_SHAPE_RESULT,
     "{\"Volumes\":[{\"State\":\"gone\"}]}",
     "Field 'State' is not an expected value: creating, available, in-use, deleting, deleted, "
     "error at 0/0/0"},
    {"names with several capitals, as the model has them", STATES "sqs:sendMessage",
     AWS_SHAPE_RESULT, "{\"MD5OfMessageBody\":1}",
     "Field 'MD5OfMessageBody' must be a string at 0"},
    {"and as the SDK has them", STATES "aws-sdk:sqs:sendMessage", AWS_SHAPE_RESULT,
     "{\"Md5OfMessageBody\":1}", "Field 'Md5OfMessageBody' must be a string at 0"},
    {"what Step Functions reads as JSON", STATES "bedrock:invokeModel", AWS_SHAPE_RESULT,
     "{\"Body\":{\"completion\":[]},\"ContentType\":\"application/json\"}", NULL},
    {"what takes it on", STATES "batch:submitJob.sync", AWS_SHAPE_SUBMITTED, "{\"JobId\":7}",
     "Field 'JobId' must be a string at 0"},
    {"one task of several", STATES "ecs:runTask.sync", AWS_SHAPE_RESULT, "{\"LastStatus\":1}",
     "Field 'LastStatus' must be a string at 0"},
    {"what begins a job is not what comes of it", STATES "ecs:runTask.sync", AWS_SHAPE_RESULT,
     "{\"Tasks\":[{\"LastStatus\":\"STOPPED\"}],\"Failures\":[]}",
     "It has no member of what DescribeTasks tells of the job in 'Tasks'"},
    {"nor of a run of Glue's", STATES "glue:startJobRun.sync", AWS_SHAPE_RESULT,
     "{\"JobRunId\":\"jr\"}", "It has no member of what GetJobRun tells of the job in 'JobRun'"},
    {"nor of a query", STATES "athena:startQueryExecution.sync", AWS_SHAPE_RESULT,
     "{\"QueryExecutionId\":\"q\"}", "It has no member of what GetQueryExecution tells of the job"},
    {"a training job", STATES "sagemaker:createTrainingJob.sync", AWS_SHAPE_RESULT,
     "{\"TrainingJobStatus\":\"Done\"}",
     "Field 'TrainingJobStatus' is not an expected value: InProgress, Completed, Failed, Stopping, "
     "Stopped, Deleting at 0"},
    {"what Step Functions puts beside a cluster", STATES "elasticmapreduce:createCluster.sync",
     AWS_SHAPE_RESULT, "{\"ClusterId\":\"j\"}", NULL},
    {"a job that nobody looks at", STATES "ecs:runTask.sync", AWS_SHAPE_RESULT, "{}", NULL},
    {"what an integration of EMR's makes of an answer", STATES "elasticmapreduce:addStep",
     AWS_SHAPE_RESULT, "{\"StepIds\":[]}", "Field 'StepId' is missing"},
    {"and of an empty one", STATES "emr-serverless:startApplication", AWS_SHAPE_RESULT, "{}",
     "Field 'ApplicationId' is missing"},
    {"of an agent", STATES "bedrockagentcore:invokeHarness", AWS_SHAPE_RESULT,
     "{\"Output\":\"hi\"}", "Field 'Output' must be an object at 0"},
    {"with all that AWS gives", STATES "bedrockagentcore:invokeHarness", AWS_SHAPE_RESULT,
     "{\"Output\":{\"Message\":{\"Role\":\"assistant\",\"Content\":[{\"Text\":\"hi\"}]}},"
     "\"StopReason\":\"end_turn\",\"Usage\":{\"TotalTokens\":3},\"Metrics\":{\"LatencyMs\":5}}",
     NULL},
    {"of a cluster's own API", STATES "eks:call", AWS_SHAPE_RESULT, "{\"items\":[]}",
     "Field 'ResponseBody' is missing"},
    {"whose body is anything", STATES "eks:runJob", AWS_SHAPE_RESULT,
     "{\"ResponseBody\":{\"kind\":\"Job\"},\"StatusCode\":201}", NULL},
    {"and so is a job", STATES "eks:runJob.sync", AWS_SHAPE_RESULT, "{\"status\":{}}", NULL},
    {"a cluster's description", STATES "elasticmapreduce:createCluster.sync", AWS_SHAPE_RESULT,
     "{\"ClusterId\":\"j\",\"Status\":{\"State\":\"DONE\"}}",
     "Field 'State' is not an expected value: STARTING, BOOTSTRAPPING, RUNNING, WAITING, "
     "TERMINATING, TERMINATED, TERMINATED_WITH_ERRORS at 1/0"},
    {"a job of MediaConvert", STATES "mediaconvert:createJob.sync", AWS_SHAPE_RESULT,
     "{\"Job\":{\"Status\":\"DONE\"}}",
     "Field 'Status' is not an expected value: SUBMITTED, PROGRESSING, COMPLETE, CANCELED, "
     "ERROR at 0/0"},
    {"an application of EMR Serverless", STATES "emr-serverless:createApplication.sync",
     AWS_SHAPE_RESULT,
     "{\"Application\":{\"InitialCapacity\":{\"Driver\":{\"WorkerCount\":\"2\"}}}}",
     "Field 'WorkerCount' must be a number at 0/0/0/0"},
    {"a run of Glue's", STATES "glue:startJobRun.sync", AWS_SHAPE_RESULT,
     "{\"JobRunState\":\"OK\"}",
     "Field 'JobRunState' is not an expected value: STARTING, RUNNING, STOPPING, STOPPED, "
     "SUCCEEDED, FAILED, TIMEOUT, ERROR, WAITING, EXPIRED at 0"},
};

START_TEST(result_of_execution)
{
    struct aws_shape_rules rules = {.execution = true, .open = true};
    struct aws_shape_fault fault = {0};
    struct buf told = {0};

    if (!fits(executed[_i].resource, executed[_i].moment, executed[_i].value, &rules, &fault))
        write_fault(&told, &fault);
    expect_text(executed[_i].name, told.len ? buf_str(&told) : NULL, executed[_i].want);
    buf_clear(&told);
}
END_TEST

/* Deeper than there is room for the way there. */
START_TEST(deep)
{
    struct aws_shape_rules rules = {.execution = true};
    struct aws_shape_fault fault = {0};
    struct buf text = {0};

    buf_adds(&text, "{\"Item\":{\"a\":");
    for (int i = 0; i < 100; i++)
        buf_adds(&text, "{\"L\":[");
    buf_adds(&text, "{\"S\":1}");
    for (int i = 0; i < 100; i++)
        buf_adds(&text, "]}");
    buf_adds(&text, "}}");
    ck_assert(!fits(STATES "dynamodb:getItem", AWS_SHAPE_RESULT, buf_str(&text), &rules, &fault));
    ck_assert_uint_eq(fault.depth, AWS_SHAPE_DEPTH);
    buf_clear(&fault.why);
    buf_clear(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("shapes");
    TCase *tc = tcase_create("shapes");

    tcase_add_loop_test(tc, mocked_result, 0, COUNT(mocked));
    tcase_add_loop_test(tc, result_of_execution, 0, COUNT(executed));
    tcase_add_test(tc, deep);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
