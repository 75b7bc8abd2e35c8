/*
 * Integrations that wait for no job: what goes over the wire, byte by byte, and what the Task gets.
 * Those that make several requests are in check_side_calls.c and check_conversation.c, those of
 * clusters in check_cluster.c.
 */

#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include "asl/call/call_impl.h"

#include <string.h>

/* Requests are lines "METHOD target [Content-Type] [X-Amz-Target] body"; results lack what the
 * envelope adds. */
static const struct {
    const char *integration, *parameters, *answer, *request, *result;
} calls[] = {
    /* clang-format off */
    {"athena:stopQueryExecution",
     "{\"QueryExecutionId\":\"q\"}",
     "{}",
     "POST / [application/x-amz-json-1.1] [AmazonAthena.StopQueryExecution] {\"QueryExecutionId\":\"q\"}\n",
     "{}"},
    {"athena:getQueryExecution",
     "{\"QueryExecutionId\":\"q\"}",
     "{\"QueryExecution\":{\"QueryExecutionId\":\"q\",\"Status\":{\"State\":\"RUNNING\",\"SubmissionDateTime\":1700000000.5}}}",
     "POST / [application/x-amz-json-1.1] [AmazonAthena.GetQueryExecution] {\"QueryExecutionId\":\"q\"}\n",
     "{\"QueryExecution\":{\"QueryExecutionId\":\"q\",\"Status\":{\"State\":\"RUNNING\",\"SubmissionDateTime\":1700000000500}}}"},
    {"athena:getQueryResults",
     "{\"QueryExecutionId\":\"q\",\"MaxResults\":5}",
     "{\"ResultSet\":{\"Rows\":[{\"Data\":[{\"VarCharValue\":\"v\"}]}]},\"UpdateCount\":0}",
     "POST / [application/x-amz-json-1.1] [AmazonAthena.GetQueryResults] {\"QueryExecutionId\":\"q\",\"MaxResults\":5}\n",
     "{\"ResultSet\":{\"Rows\":[{\"Data\":[{\"VarCharValue\":\"v\"}]}]},\"UpdateCount\":0}"},
    {"bedrock:invokeModel",
     "{\"ModelId\":\"anthropic.m:1\",\"Body\":{\"prompt\":\"p\",\"max_tokens\":20},\"ContentType\":\"application/json\",\"Accept\":\"*/*\"}",
     "{\"completion\": \"c\"}",
     "POST /model/anthropic.m%3A1/invoke [application/json] {\"prompt\":\"p\",\"max_tokens\":20}\n",
     "{\"Body\":{\"completion\":\"c\"}}"},
    {"codebuild:stopBuild",
     "{\"Id\":\"p:1\"}",
     "{\"build\":{\"id\":\"p:1\",\"buildStatus\":\"STOPPED\"}}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.StopBuild] {\"id\":\"p:1\"}\n",
     "{\"Build\":{\"Id\":\"p:1\",\"BuildStatus\":\"STOPPED\"}}"},
    {"codebuild:batchDeleteBuilds",
     "{\"Ids\":[\"p:1\"]}",
     "{\"buildsDeleted\":[\"p:1\"],\"buildsNotDeleted\":[{\"id\":\"x\",\"statusCode\":\"s\"}]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.BatchDeleteBuilds] {\"ids\":[\"p:1\"]}\n",
     "{\"BuildsDeleted\":[\"p:1\"],\"BuildsNotDeleted\":[{\"Id\":\"x\",\"StatusCode\":\"s\"}]}"},
    {"codebuild:batchGetReports",
     "{\"ReportArns\":[\"r\"]}",
     "{\"reports\":[{\"arn\":\"r\",\"created\":1700000000.5}]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.BatchGetReports] {\"reportArns\":[\"r\"]}\n",
     "{\"Reports\":[{\"Arn\":\"r\",\"Created\":1700000000500}]}"},
    {"codebuild:stopBuildBatch",
     "{\"Id\":\"p:2\"}",
     "{\"buildBatch\":{\"id\":\"p:2\"}}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.StopBuildBatch] {\"id\":\"p:2\"}\n",
     "{\"BuildBatch\":{\"Id\":\"p:2\"}}"},
    {"codebuild:deleteBuildBatch",
     "{\"Id\":\"p:2\"}",
     "{\"statusCode\":\"s\",\"buildsDeleted\":[]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.DeleteBuildBatch] {\"id\":\"p:2\"}\n",
     "{\"StatusCode\":\"s\",\"BuildsDeleted\":[]}"},
    {"dynamodb:getItem",
     "{\"TableName\":\"t\",\"Key\":{\"aKey\":{\"S\":\"v\"}}}",
     "{\"Item\":{\"aKey\":{\"S\":\"v\"},\"n\":{\"N\":\"1\"}}}",
     "POST / [application/x-amz-json-1.0] [DynamoDB_20120810.GetItem] {\"TableName\":\"t\",\"Key\":{\"aKey\":{\"S\":\"v\"}}}\n",
     "{\"Item\":{\"aKey\":{\"S\":\"v\"},\"n\":{\"N\":\"1\"}}}"},
    {"dynamodb:putItem",
     "{\"TableName\":\"t\",\"Item\":{\"aKey\":{\"S\":\"v\"}}}",
     "{}",
     "POST / [application/x-amz-json-1.0] [DynamoDB_20120810.PutItem] {\"TableName\":\"t\",\"Item\":{\"aKey\":{\"S\":\"v\"}}}\n",
     "{}"},
    {"dynamodb:updateItem",
     "{\"TableName\":\"t\",\"Key\":{\"aKey\":{\"S\":\"v\"}},\"UpdateExpression\":\"SET a = :b\",\"ExpressionAttributeValues\":{\":b\":{\"N\":\"1\"}},\"ReturnValues\":\"ALL_NEW\"}",
     "{\"Attributes\":{\"a\":{\"N\":\"1\"}}}",
     "POST / [application/x-amz-json-1.0] [DynamoDB_20120810.UpdateItem] {\"TableName\":\"t\",\"Key\":{\"aKey\":{\"S\":\"v\"}},\"UpdateExpression\":\"SET a = :b\",\"ExpressionAttributeValues\":{\":b\":{\"N\":\"1\"}},\"ReturnValues\":\"ALL_NEW\"}\n",
     "{\"Attributes\":{\"a\":{\"N\":\"1\"}}}"},
    {"dynamodb:deleteItem",
     "{\"TableName\":\"t\",\"Key\":{\"aKey\":{\"S\":\"v\"}}}",
     "{}",
     "POST / [application/x-amz-json-1.0] [DynamoDB_20120810.DeleteItem] {\"TableName\":\"t\",\"Key\":{\"aKey\":{\"S\":\"v\"}}}\n",
     "{}"},
    {"elasticmapreduce:cancelStep",
     "{\"ClusterId\":\"j-1\",\"StepId\":\"s-1\"}",
     "{\"CancelStepsInfoList\":[{\"StepId\":\"s-1\",\"Status\":\"SUBMITTED\"}]}",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.CancelSteps] {\"ClusterId\":\"j-1\",\"StepIds\":[\"s-1\"]}\n",
     "{\"CancelStepsInfo\":{\"StepId\":\"s-1\",\"Status\":\"SUBMITTED\"}}"},
    {"elasticmapreduce:setClusterTerminationProtection",
     "{\"ClusterId\":\"j-1\",\"TerminationProtected\":true}",
     "",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.SetTerminationProtection] {\"JobFlowIds\":[\"j-1\"],\"TerminationProtected\":true}\n",
     "{}"},
    {"emr-containers:createVirtualCluster",
     "{\"Name\":\"n\",\"ContainerProvider\":{\"Id\":\"c\",\"Type\":\"EKS\",\"Info\":{\"EksInfo\":{\"Namespace\":\"ns\"}}},\"Tags\":{\"aKey\":\"v\"}}",
     "{\"id\":\"vc\",\"name\":\"n\"}",
     "POST /virtualclusters [application/json] {\"name\":\"n\",\"containerProvider\":{\"id\":\"c\",\"type\":\"EKS\",\"info\":{\"eksInfo\":{\"namespace\":\"ns\"}}},\"tags\":{\"aKey\":\"v\"},\"clientToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}\n",
     "{\"Id\":\"vc\",\"Name\":\"n\"}"},
    {"events:putEvents",
     "{\"Entries\":[{\"Detail\":{\"a\":1},\"DetailType\":\"t\",\"EventBusName\":\"b\",\"Source\":\"s\"}]}",
     "{\"FailedEntryCount\":0,\"Entries\":[{\"EventId\":\"e\"}]}",
     "POST / [application/x-amz-json-1.1] [AWSEvents.PutEvents] {\"Entries\":[{\"Detail\":\"{\\\"a\\\":1}\",\"DetailType\":\"t\",\"EventBusName\":\"b\",\"Source\":\"s\",\"Resources\":[\"arn:aws:states:us-east-1:123456789012:stateMachine:m\",\"arn:aws:states:us-east-1:123456789012:execution:m:e\"]}]}\n",
     "{\"FailedEntryCount\":0,\"Entries\":[{\"EventId\":\"e\"}]}"},
    {"sagemaker:createModel",
     "{\"ModelName\":\"m\",\"ExecutionRoleArn\":\"r\",\"PrimaryContainer\":{\"Image\":\"i\",\"Environment\":{\"aKey\":\"v\"}}}",
     "{\"ModelArn\":\"a\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.CreateModel] {\"ModelName\":\"m\",\"ExecutionRoleArn\":\"r\",\"PrimaryContainer\":{\"Image\":\"i\",\"Environment\":{\"aKey\":\"v\"}}}\n",
     "{\"ModelArn\":\"a\"}"},
    {"sagemaker:createEndpoint",
     "{\"EndpointName\":\"e\",\"EndpointConfigName\":\"c\"}",
     "{\"EndpointArn\":\"a\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.CreateEndpoint] {\"EndpointName\":\"e\",\"EndpointConfigName\":\"c\"}\n",
     "{\"EndpointArn\":\"a\"}"},
    {"sagemaker:createEndpointConfig",
     "{\"EndpointConfigName\":\"c\",\"ProductionVariants\":[{\"ModelName\":\"m\",\"VariantName\":\"v\",\"InitialInstanceCount\":1}]}",
     "{\"EndpointConfigArn\":\"a\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.CreateEndpointConfig] {\"EndpointConfigName\":\"c\",\"ProductionVariants\":[{\"ModelName\":\"m\",\"VariantName\":\"v\",\"InitialInstanceCount\":1}]}\n",
     "{\"EndpointConfigArn\":\"a\"}"},
    {"sagemaker:updateEndpoint",
     "{\"EndpointName\":\"e\",\"EndpointConfigName\":\"c\"}",
     "{\"EndpointArn\":\"a\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.UpdateEndpoint] {\"EndpointName\":\"e\",\"EndpointConfigName\":\"c\"}\n",
     "{\"EndpointArn\":\"a\"}"},
    {"sns:publish",
     "{\"TopicArn\":\"arn:aws:sns:us-east-1:1:t\",\"Message\":{\"a\":1},\"MessageAttributes\":{\"aKey\":{\"DataType\":\"String\",\"StringValue\":\"v\"}}}",
     "<PublishResponse xmlns=\"x\"><PublishResult><MessageId>i</MessageId></PublishResult></PublishResponse>",
     "POST / [application/x-www-form-urlencoded; charset=utf-8] Action=Publish&Version=2010-03-31&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A1%3At&Message=%7B%22a%22%3A1%7D&MessageAttributes.entry.1.Name=aKey&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=v\n",
     "{\"MessageId\":\"i\"}"},
    {"sqs:sendMessage",
     "{\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":{\"a\":1},\"DelaySeconds\":3}",
     "{\"MD5OfMessageBody\":\"m\",\"MessageId\":\"i\"}",
     "POST / [application/x-amz-json-1.0] [AmazonSQS.SendMessage] {\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":\"{\\\"a\\\":1}\",\"DelaySeconds\":3}\n",
     "{\"MD5OfMessageBody\":\"m\",\"MessageId\":\"i\"}"},
    /* clang-format on */
};

/* The result without SdkHttpMetadata and SdkResponseMetadata. */
static json *without_envelope(const json *v)
{
    struct json_build b;

    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        if (strncmp(json_str(json_key_at(v, i)), "Sdk", 3) != 0)
            json_build_set_key(&b, json_ref(json_key_at(v, i)), json_ref(json_value_at(v, i)));
    return json_build_done(&b);
}

static void run_call(struct endpoint_world *w, size_t row, const char *pattern)
{
    struct buf resource = {0};

    w->shown = "Content-Type X-Amz-Target";
    buf_printf(&resource, "arn:aws:states:::%s%s", calls[row].integration, pattern);
    endpoint_world_run(w, buf_str(&resource), calls[row].parameters);
    buf_clear(&resource);
}

START_TEST(single_call)
{
    const struct reply replies[MAX_REPLIES] = {{200, NULL, calls[_i].answer}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    run_call(w, (size_t)_i, "");
    expect_text(calls[_i].integration, buf_str(&w->seen), calls[_i].request);
    ck_assert_msg(w->result.ok, "%s", calls[_i].integration);
    json *result = without_envelope(w->result.output);
    expect_json(calls[_i].integration, result, calls[_i].result);
    json_unref(result);
    endpoint_world_free(w);
}
END_TEST

/* A Task that waits for its token makes the same request. */
START_TEST(call_with_token)
{
    const struct reply replies[MAX_REPLIES] = {{200, NULL, calls[_i].answer}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    run_call(w, (size_t)_i, ".waitForTaskToken");
    expect_text(calls[_i].integration, buf_str(&w->seen), calls[_i].request);
    endpoint_world_free(w);
}
END_TEST

/* The table of integrations says which there are. */
START_TEST(all_calls_are_here)
{
    static const char others[] =
        " apigateway:invoke bedrock-agentcore: bedrockagentcore:invokeHarness eks:call "
        "elasticmapreduce:modifyInstanceFleetByName elasticmapreduce:modifyInstanceGroupByName "
        "http:invoke lambda:invoke ";

    for (size_t i = 0; call_table_at(i); i++) {
        const struct call *call = call_table_at(i);
        bool here = strstr(others, call->name);

        for (size_t k = 0; k < COUNT(calls); k++)
            here = here || !strcmp(calls[k].integration, call->name);
        ck_assert_msg(here == !(call->patterns & 1u << ASL_SYNC), "%s", call->name);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("single calls");
    TCase *t = tcase_create("single calls");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, single_call, 0, COUNT(calls));
    tcase_add_loop_test(t, call_with_token, 0, COUNT(calls));
    tcase_add_test(t, all_calls_are_here);
    suite_add_tcase(s, t);
    return run_suite(s);
}
