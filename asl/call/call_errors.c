/*
 * How the errors of services are called in Retry and Catch:
 * "DynamoDB.ConditionalCheckFailedException" of Step Functions' older integrations, "DynamoDb.…" of
 * the SDK. The first part is the service, the second the class that the SDK for Java has for the
 * error.
 */
#include "asl/call/call.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <string.h>

/* clang-format off */
/*
 * service, name, cause, base: see struct call_labels. A name differs from the SDK's label by its
 * capitals alone in places (DynamoDB, DynamoDb), and a Catch that names the error must find it.
 */
static const struct call_labels labels[] = {
    {"athena", "Athena", "AmazonAthena", "AmazonAthenaException"},
    {"batch", "Batch", "AWSBatch", "AWSBatchException"},
    {"bedrock", "Bedrock", NULL, "BedrockException"},
    {"bedrock-agentcore", "BedrockAgentCore", NULL, "BedrockAgentCoreException"},
    {"bedrockagentcore", "BedrockAgentCore", NULL, "BedrockAgentCoreException"},
    {"codebuild", "CodeBuild", "AWSCodeBuild", "AWSCodeBuildException"},
    {"databrew", "DataBrew", NULL, "DataBrewException"},
    {"dynamodb", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"},
    {"ecs", "ECS", "AmazonECS", "AmazonECSException"},
    {"eks", "EKS", NULL, "EksException"},
    {"elasticmapreduce", "ElasticMapReduce", "AmazonElasticMapReduce", "AmazonElasticMapReduceException"},
    {"emr-containers", "EMRContainers", NULL, "EmrContainersException"},
    {"emr-serverless", "EMRServerless", NULL, "EmrServerlessException"},
    {"events", "EventBridge", NULL, "EventBridgeException"},
    {"glue", "Glue", "AWSGlue", "AWSGlueException"},
    {"mediaconvert", "MediaConvert", NULL, "MediaConvertException"},
    {"s3", "S3", NULL, "S3Exception"},
    {"sagemaker", "SageMaker", "AmazonSageMaker", "AmazonSageMakerException"},
    {"sns", "SNS", "AmazonSNS", "AmazonSNSException"},
    {"sqs", "SQS", "AmazonSQS", "AmazonSQSException"},
    {"states", "StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"},
};

/* clang-format on */

const struct call_labels *call_labels_of(const char *call)
{
    size_t len = strcspn(call, ":");

    for (size_t i = 0; i < COUNT(labels); i++)
        if (strlen(labels[i].service) == len && !memcmp(labels[i].service, call, len))
            return &labels[i];
    return NULL;
}

/* Returns whether a word begins at name[i], i > 0. "DBInstanceNotFound" has four: DB, Instance,
 * Not, Found. */
static bool begins_word(const char *name, size_t i)
{
    char before = name[i - 1], next = name[i + 1];

    if (ascii_is_digit((unsigned char)before))
        return ascii_is_letter((unsigned char)name[i]);
    if (!ascii_is_upper((unsigned char)name[i]))
        return false;
    return ascii_is_lower((unsigned char)before) || ascii_is_lower((unsigned char)next);
}

/*
 * "QueueDoesNotExist" is the class QueueDoesNotExistException, "DBInstanceNotFoundFault" is
 * DbInstanceNotFoundException: AWS's SDK for Java writes each word with one capital.
 */
void call_add_error_class(struct buf *out, const char *name)
{
    static const char end[] = "Exception", fault[] = "Fault";
    size_t len = strlen(name);

    if (text_ends_with(name, fault) && len > strlen(fault))
        len -= strlen(fault);
    for (size_t i = 0; i < len; i++)
        buf_addc(out, !i || begins_word(name, i) ? ascii_upper(name[i]) : ascii_lower(name[i]));
    if (!text_ends_with(name, end))
        buf_adds(out, end);
}
