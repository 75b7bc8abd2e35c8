/* Services by AWS's protocols: what is asked of a stub of them, and what a Task gets. */

#include "runtime/aws/endpoints.h"
#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include "runtime/aws/aws_impl.h"

#include <stdio.h>
#include <string.h>

/* ---- calls ---- */

#define META(type, len)                                                                            \
    "\"SdkHttpMetadata\":{\"AllHttpHeaders\":{\"x-amzn-RequestId\":[\"r-1\"],"                     \
    "\"Content-Length\":[\"" len "\"],\"Content-Type\":[\"" type "\"]},\"HttpHeaders\":{"          \
    "\"Content-Length\":\"" len "\",\"Content-Type\":\"" type "\",\"x-amzn-RequestId\":\"r-1\"},"  \
    "\"HttpStatusCode\":200},\"SdkResponseMetadata\":{\"RequestId\":\"r-1\"}"
#define MACHINE "arn:aws:states:us-east-1:123456789012:stateMachine:m"

static const struct {
    const char *name, *resource, *parameters;
    const char *header; /* of the request, shown in brackets */
    struct reply reply;
    const char *request, *want;
} calls[] = {
    {"sqs:sendMessage: a body that is no text goes as JSON text",
     "sqs:sendMessage",
     "{\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":{\"a\":1}}",
     "X-Amz-Target",
     {200, JSON_0, "{\"MD5OfMessageBody\":\"m\",\"MessageId\":\"i\"}"},
     "POST / [AmazonSQS.SendMessage] "
     "{\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":\"{\\\"a\\\":1}\"}\n",
     "ok {\"MD5OfMessageBody\":\"m\",\"MessageId\":\"i\"," META("application/x-amz-json-1.0",
                                                                "40") "}"},
    {"its error by the name and in the words of the old SDK",
     "sqs:sendMessage",
     "{\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":\"b\"}",
     NULL,
     {400, JSON_0, "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"gone\"}"},
     NULL,
     "failed SQS.QueueDoesNotExistException: gone (Service: AmazonSQS; Status Code: 400; Error "
     "Code: QueueDoesNotExist; Request ID: r-1; Proxy: null)"},
    {"aws-sdk: no envelope, the SDK's names",
     "aws-sdk:sqs:sendMessage",
     "{\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":\"b\"}",
     "X-Amz-Target",
     {200, JSON_0, "{\"MD5OfMessageBody\":\"m\",\"MessageId\":\"i\"}"},
     "POST / [AmazonSQS.SendMessage] {\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":\"b\"}\n",
     "ok {\"Md5OfMessageBody\":\"m\",\"MessageId\":\"i\"}"},
    {"a callback's message is sent alike",
     "sqs:sendMessage.waitForTaskToken",
     "{\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":{\"t\":\"T\"}}",
     NULL,
     {500, NULL, "{}"},
     "POST / {\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":\"{\\\"t\\\":\\\"T\\\"}\"}\n",
     "failed SQS.AmazonSQSException: {} (Service: AmazonSQS; Status Code: 500; Error Code: null; "
     "Request ID: MADE; Proxy: null)"},
    {"no connection",
     "sqs:sendMessage",
     "{\"QueueUrl\":\"http://q/1/n\",\"MessageBody\":\"b\"}",
     NULL,
     {0},
     NULL,
     NULL},
    {"sns:publish is a form, its answer XML",
     "sns:publish",
     "{\"TopicArn\":\"arn:x\",\"Message\":{\"a\":\"b c\"},\"MessageAttributes\":{\"k\":{"
     "\"DataType\":\"String\",\"StringValue\":\"v&\"}}}",
     NULL,
     {200, XML,
      "<PublishResponse xmlns=\"x\"><PublishResult><MessageId>i</MessageId></PublishResult>"
      "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>"},
     "POST / "
     "Action=Publish&Version=2010-03-31&TopicArn=arn%3Ax&Message=%7B%22a%22%3A%22b%20c%22%7D&"
     "MessageAttributes.entry.1.Name=k&MessageAttributes.entry.1.Value.DataType=String&"
     "MessageAttributes.entry.1.Value.StringValue=v%26\n",
     "ok {\"MessageId\":\"i\"," META("text/xml", "163") "}"},
    {"an error in XML",
     "sns:publish",
     "{\"TopicArn\":\"arn:x\",\"Message\":\"m\"}",
     NULL,
     {404, XML,
      "<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code><Message>Topic &lt;x&gt;"
      "</Message></Error><RequestId>r-9</RequestId></ErrorResponse>"},
     NULL,
     "failed SNS.NotFoundException: Topic <x> (Service: AmazonSNS; Status Code: 404; Error Code: "
     "NotFound; Request ID: r-1; Proxy: null)"},
    {"an answer that is no XML",
     "sns:publish",
     "{\"TopicArn\":\"arn:x\",\"Message\":\"m\"}",
     NULL,
     {200, XML, "<a><b></a>"},
     NULL,
     "failed SNS.SdkClientException: Unable to unmarshall response: mismatched tag "
     "(STUB, status 200, text/xml: <a><b></a>)"},
    {"dynamodb: data is not touched, the envelope stands alone",
     "dynamodb:putItem",
     "{\"TableName\":\"t\",\"Item\":{\"id\":{\"S\":\"1\"},\"ARN\":{\"NULL\":true}}}",
     "X-Amz-Target",
     {200, JSON_0, "{}"},
     "POST / [DynamoDB_20120810.PutItem] "
     "{\"TableName\":\"t\",\"Item\":{\"id\":{\"S\":\"1\"},\"ARN\":{\"NULL\":true}}}\n",
     "ok {" META("application/x-amz-json-1.0", "2") "}"},
    {"dynamodb: an error of its own",
     "dynamodb:putItem",
     "{\"TableName\":\"t\",\"Item\":{}}",
     NULL,
     {400, JSON_0,
      "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException\","
      "\"message\":\"The conditional request failed\"}"},
     NULL,
     "failed DynamoDB.ConditionalCheckFailedException: The conditional request failed (Service: "
     "AmazonDynamoDBv2; Status Code: 400; Error Code: ConditionalCheckFailedException; Request "
     "ID: r-1; Proxy: null)"},
    {"dynamodb: one that all services have",
     "dynamodb:putItem",
     "{\"TableName\":\"t\",\"Item\":{}}",
     NULL,
     {400, JSON_0,
      "{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"m\"}"},
     NULL,
     "failed DynamoDB.AmazonDynamoDBException: m (Service: AmazonDynamoDBv2; Status Code: 400; "
     "Error Code: ValidationException; Request ID: r-1; Proxy: null)"},
    {"aws-sdk: the same in the new SDK's words",
     "aws-sdk:dynamodb:putItem",
     "{\"TableName\":\"t\",\"Item\":{}}",
     NULL,
     {400, JSON_0,
      "{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"m\"}"},
     NULL,
     "failed DynamoDb.DynamoDbException: m (Service: DynamoDb, Status Code: 400, Request ID: "
     "r-1)"},
    {"aws-sdk: an error of its own",
     "aws-sdk:secretsmanager:getSecretValue",
     "{\"SecretId\":\"s\"}",
     "X-Amz-Target",
     {400, "x-amzn-ErrorType: ResourceNotFoundException:http://x\r\n" ID, "{\"Message\":\"m\"}"},
     "POST / [secretsmanager.GetSecretValue] {\"SecretId\":\"s\"}\n",
     "failed SecretsManager.ResourceNotFoundException: m (Service: SecretsManager, Status Code: "
     "400, Request ID: r-1)"},
    {"aws-sdk: an error's name ends where the place of its description begins",
     "aws-sdk:secretsmanager:getSecretValue",
     "{\"SecretId\":\"s\"}",
     "X-Amz-Target",
     {400, "x-amzn-ErrorType: a#ResourceNotFoundException:http://x/#b\r\n" ID,
      "{\"Message\":\"m\"}"},
     NULL,
     "failed SecretsManager.ResourceNotFoundException: m (Service: SecretsManager, Status Code: "
     "400, Request ID: r-1)"},
    {"aws-sdk: times are text",
     "aws-sdk:secretsmanager:getSecretValue",
     "{\"SecretId\":\"s\"}",
     "Content-Type",
     {200, NULL, "{\"ARN\":\"a\",\"CreatedDate\":1700000000.5,\"VersionIds\":[1700000000]}"},
     "POST / [application/x-amz-json-1.1] {\"SecretId\":\"s\"}\n",
     "ok {\"Arn\":\"a\",\"CreatedDate\":\"2023-11-14T22:13:20.500Z\",\"VersionIds\":[1700000000]}"},
    {"events:putEvents: text, and who sends it",
     "events:putEvents",
     "{\"Entries\":[{\"Detail\":{\"a\":1},\"Source\":\"s\",\"Resources\":[\"r\"]}]}",
     "X-Amz-Target",
     {200, NULL, "{\"Entries\":[{\"EventId\":\"1\"}],\"FailedEntryCount\":0}"},
     "POST / [AWSEvents.PutEvents] {\"Entries\":[{\"Detail\":\"{\\\"a\\\":1}\",\"Source\":\"s\","
     "\"Resources\":[\"r\",\"" MACHINE "\",\"" EXECUTION "\"]}]}\n",
     "ok {\"Entries\":[{\"EventId\":\"1\"}],\"FailedEntryCount\":0}"},
    {"a name that is a word of Java, in an answer",
     "aws-sdk:guardduty:getFilter",
     "{\"DetectorId\":\"d\",\"FilterName\":\"n\"}",
     NULL,
     {200, NULL,
      "{\"name\":\"n\",\"findingCriteria\":{\"criterion\":{\"equals\":{\"equals\":[\"v\"]}}}}"},
     "GET /detector/d/filter/n\n",
     "ok "
     "{\"Name\":\"n\",\"FindingCriteria\":{\"Criterion\":{\"equals\":{\"EqualsValue\":[\"v\"]}}}}"},
    {"small letters do as well, at any depth",
     "events:putEvents",
     "{\"entries\":[{\"detail\":{\"a\":1},\"source\":\"s\",\"resources\":[\"r\"]}]}",
     NULL,
     {200, NULL, "{\"Entries\":[{\"EventId\":\"1\"}],\"FailedEntryCount\":0}"},
     "POST / {\"Entries\":[{\"Detail\":\"{\\\"a\\\":1}\",\"Source\":\"s\","
     "\"Resources\":[\"r\",\"" MACHINE "\",\"" EXECUTION "\"]}]}\n",
     "ok {\"Entries\":[{\"EventId\":\"1\"}],\"FailedEntryCount\":0}"},
    {"and so they do for a member that goes as text",
     "sqs:sendMessage",
     "{\"queueUrl\":\"http://127.0.0.1/1/q\",\"MESSAGEbody\":{\"a\":1}}",
     NULL,
     {400, ID, "{\"__type\":\"X\",\"message\":\"m\"}"},
     "POST / {\"QueueUrl\":\"http://127.0.0.1/1/q\",\"MessageBody\":\"{\\\"a\\\":1}\"}\n",
     "failed SQS.AmazonSQSException: m (Service: AmazonSQS; Status Code: 400; Error Code: X; "
     "Request ID: r-1; Proxy: null)"},
    {"the exact name counts",
     "sqs:sendMessage",
     "{\"queueUrl\":\"u\",\"QueueUrl\":\"http://127.0.0.1/1/"
     "q\",\"QUEUEURL\":\"v\",\"MessageBody\":\"b\"}",
     NULL,
     {400, ID, "{\"__type\":\"X\",\"message\":\"m\"}"},
     "POST / {\"QueueUrl\":\"http://127.0.0.1/1/q\",\"MessageBody\":\"b\"}\n",
     "failed SQS.AmazonSQSException: m (Service: AmazonSQS; Status Code: 400; Error Code: X; "
     "Request ID: r-1; Proxy: null)"},
    {"for a call of the SDK, too",
     "aws-sdk:dynamodb:describeTable",
     "{\"TableName\":\"t\",\"TABLENAME\":\"u\",\"tableName\":\"v\"}",
     NULL,
     {200, JSON_0, "{}"},
     "POST / {\"TableName\":\"t\"}\n",
     "ok {}"},
    {"of other names none counts",
     "aws-sdk:dynamodb:describeTable",
     "{\"TABLENAME\":\"u\",\"tableName\":\"v\"}",
     NULL,
     {200, JSON_0, "{}"},
     "",
     "failed States.Runtime: The Parameters '{\"TABLENAME\":\"u\",\"tableName\":\"v\"}' could not "
     "be "
     "used to start the Task: [The field 'TableName' is given twice, in other capitals]"},
    {"in a structure of a list the exact name counts, too",
     "elasticmapreduce:addStep",
     "{\"ClusterId\":\"j-1\",\"Step\":{\"name\":\"m\",\"Name\":\"n\",\"NAME\":\"o\"}}",
     NULL,
     {400, ID, "{\"__type\":\"X\",\"message\":\"m\"}"},
     "POST / {\"JobFlowId\":\"j-1\",\"Steps\":[{\"Name\":\"n\"}]}\n",
     "failed ElasticMapReduce.AmazonElasticMapReduceException: m (Service: AmazonElasticMapReduce; "
     "Status Code: 400; Error Code: X; Request ID: r-1; Proxy: null)"},
    {"of a map, of which keys are data",
     "dynamodb:getItem",
     "{\"TableName\":\"t\",\"Key\":{\"id\":{\"SS\":[\"b\"],\"Ss\":[\"a\"]},\"ID\":{\"s\":\"c\"}}}",
     NULL,
     {400, ID, "{\"__type\":\"X\",\"message\":\"m\"}"},
     "POST / {\"TableName\":\"t\",\"Key\":{\"id\":{\"SS\":[\"a\"]},\"ID\":{\"S\":\"c\"}}}\n",
     "failed DynamoDB.AmazonDynamoDBException: m (Service: AmazonDynamoDBv2; Status Code: 400; "
     "Error Code: X; Request ID: r-1; Proxy: null)"},
    {"and in what goes as XML",
     "aws-sdk:s3:deleteObjects",
     "{\"Bucket\":\"b\",\"Delete\":{\"Objects\":[{\"key\":\"u\",\"Key\":\"k\"}]}}",
     NULL,
     {400, ID, "<Error><Code>X</Code><Message>m</Message></Error>"},
     "POST /b?delete <Delete "
     "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>k</Key></Object></Delete>\n",
     "failed S3.S3Exception: m (Service: S3, Status Code: 400, Request ID: r-1)"},
    {"of other names of a structure none counts",
     "dynamodb:getItem",
     "{\"TableName\":\"t\",\"Key\":{\"id\":{\"nULL\":true,\"nul\":true}}}",
     NULL,
     {200, JSON_0, "{}"},
     "",
     "failed States.Runtime: The Parameters "
     "'{\"TableName\":\"t\",\"Key\":{\"id\":{\"nULL\":true,\"nul\":true}}}' could not be used to "
     "start the Task: [The field 'NULL' is given twice, in other capitals]"},
    {"for parameters that the call has otherwise",
     "elasticmapreduce:addStep",
     "{\"clusterId\":\"j-1\",\"step\":{\"name\":\"n\"}}",
     NULL,
     {400, ID, "{\"__type\":\"X\",\"message\":\"m\"}"},
     "POST / {\"JobFlowId\":\"j-1\",\"Steps\":[{\"Name\":\"n\"}]}\n",
     "failed ElasticMapReduce.AmazonElasticMapReduceException: m (Service: AmazonElasticMapReduce; "
     "Status Code: 400; Error Code: X; Request ID: r-1; Proxy: null)"},
    {"and of two that differ by them the exact one is sent",
     "sns:publish",
     "{\"TopicArn\":\"t\",\"Message\":\"A\",\"message\":\"b\"}",
     NULL,
     {400, ID, "<ErrorResponse><Error><Code>X</Code><Message>m</Message></Error></ErrorResponse>"},
     "POST / Action=Publish&Version=2010-03-31&TopicArn=t&Message=A\n",
     "failed SNS.AmazonSNSException: m (Service: AmazonSNS; Status Code: 400; Error Code: X; "
     "Request ID: r-1; Proxy: null)"},
    {"an event that is not taken fails the Task",
     "events:putEvents",
     "{\"Entries\":[]}",
     NULL,
     {200, NULL, "{\"Entries\":[{\"ErrorCode\":\"E\"}],\"FailedEntryCount\":1}"},
     NULL,
     "failed EventBridge.FailedEntry: "
     "{\"Entries\":[{\"ErrorCode\":\"E\"}],\"FailedEntryCount\":1}"},
    {"ecs: small letters there, capitals here, keys of data as they are",
     "aws-sdk:ecs:runTask",
     "{\"TaskDefinition\":\"d\",\"Overrides\":{\"ContainerOverrides\":[{\"Name\":\"c\"}]},"
     "\"Labels\":{\"A\":\"b\"}}",
     "X-Amz-Target",
     {200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"labels\":{\"x\":\"y\"}}]}"},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] {\"taskDefinition\":\"d\",\"overrides\":"
     "{\"containerOverrides\":[{\"name\":\"c\"}]},\"labels\":{\"A\":\"b\"},\"clientToken\":"
     "\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}\n",
     "ok {\"Tasks\":[{\"TaskArn\":\"a\",\"Labels\":{\"x\":\"y\"}}]}"},
    {"batch is REST",
     "batch:submitJob",
     "{\"JobName\":\"n\",\"Parameters\":{\"Up\":\"1\"}}",
     NULL,
     {200, ID, "{\"jobId\":\"i\"}"},
     "POST /v1/submitjob {\"jobName\":\"n\",\"parameters\":{\"Up\":\"1\"}}\n",
     "ok {\"JobId\":\"i\",\"SdkHttpMetadata\":{\"AllHttpHeaders\":{\"x-amzn-RequestId\":[\"r-1\"],"
     "\"Content-Length\":[\"13\"]},\"HttpHeaders\":{\"Content-Length\":\"13\","
     "\"x-amzn-RequestId\":\"r-1\"},\"HttpStatusCode\":200},\"SdkResponseMetadata\":{"
     "\"RequestId\":\"r-1\"}}"},
    {"what stands in the path and the query",
     "aws-sdk:lambda:getFunction",
     "{\"FunctionName\":\"arn:a/b\",\"Qualifier\":\"1 2\"}",
     NULL,
     {200, NULL, "{\"Configuration\":{}}"},
     "GET /2015-03-31/functions/arn%3Aa%2Fb?Qualifier=1%202\n",
     "ok {\"Configuration\":{}}"},
    {"and is missing",
     "aws-sdk:lambda:getFunction",
     "{}",
     NULL,
     {0},
     "",
     "failed States.Runtime: The Parameters '{}' could not be used to start the Task: [The field "
     "'FunctionName' is required but was missing]"},
    {"s3: an object's text and headers",
     "aws-sdk:s3:getObject",
     "{\"Bucket\":\"b\",\"Key\":\"d/a b\",\"VersionId\":\"v\"}",
     "X-Amz-Content-Sha256",
     {200,
      "ETag: \"e\"\r\nLast-Modified: Tue, 15 Nov 1994 08:12:31 GMT\r\nx-amz-meta-k: v\r\n"
      "Content-Type: text/plain\r\n",
      "text"},
     "GET /b/d/a%20b?versionId=v "
     "[e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855]\n",
     "ok {\"ContentLength\":4,\"ContentType\":\"text/plain\",\"ETag\":\"\\\"e\\\"\","
     "\"LastModified\":\"1994-11-15T08:12:31Z\",\"Metadata\":{\"k\":\"v\"},\"Body\":\"text\"}"},
    {"s3: an answer without a body says what isn't there",
     "aws-sdk:s3:headObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\"}",
     NULL,
     {404, ID, ""},
     "HEAD /b/k\n",
     "failed S3.NoSuchKeyException: null (Service: S3, Status Code: 404, Request ID: r-1)"},
    {"s3: a time that is none stays as it is",
     "aws-sdk:s3:getObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\"}",
     NULL,
     {200, "Last-Modified: Tue, 15 Nov 1994 08:12:31 GMT (about)\r\n", ""},
     "GET /b/k\n",
     "ok {\"ContentLength\":0,\"LastModified\":\"Tue, 15 Nov 1994 08:12:31 GMT "
     "(about)\",\"Metadata\":{},\"Body\":\"\"}"},
    {"s3: dots in a key stay",
     "aws-sdk:s3:getObject",
     "{\"Bucket\":\"b\",\"Key\":\"a/../c\"}",
     NULL,
     {200, NULL, ""},
     "GET /b/a/../c\n",
     "ok {\"ContentLength\":0,\"Metadata\":{},\"Body\":\"\"}"},
    {"s3: an object of JSON",
     "aws-sdk:s3:putObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\",\"Body\":{\"a\":1},\"ContentType\":\"application/json\","
     "\"Metadata\":{\"m\":\"1\"}}",
     "x-amz-meta-m",
     {200, "ETag: \"e\"\r\n", ""},
     "PUT /b/k [1] {\"a\":1}\n",
     "ok {\"ETag\":\"\\\"e\\\"\"}"},
    {"s3: a string is kept as JSON, too",
     "aws-sdk:s3:putObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\",\"Body\":\"text data\"}",
     NULL,
     {200, "ETag: \"e\"\r\n", ""},
     "PUT /b/k \"text data\"\n",
     "ok {\"ETag\":\"\\\"e\\\"\"}"},
    {"s3: a list of one is a list",
     "aws-sdk:s3:listObjectsV2",
     "{\"Bucket\":\"b\",\"Prefix\":\"p/\",\"MaxKeys\":2}",
     NULL,
     {200, NULL,
      "<ListBucketResult><Name>b</Name><KeyCount>1</KeyCount><IsTruncated>false</IsTruncated>"
      "<Contents><Key>k</Key><Size>7</Size></Contents></ListBucketResult>"},
     "GET /b?list-type=2&prefix=p%2F&max-keys=2\n",
     "ok {\"Name\":\"b\",\"KeyCount\":1,\"IsTruncated\":false,\"Contents\":[{\"Key\":\"k\","
     "\"Size\":7}]}"},
    {"s3: an error",
     "aws-sdk:s3:getObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\"}",
     NULL,
     {404, "x-amz-request-id: q\r\nx-amz-id-2: x\r\n",
      "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>No.</Message></Error>"},
     NULL,
     "failed S3.NoSuchKeyException: No. (Service: S3, Status Code: 404, Request ID: q, Extended "
     "Request ID: x)"},
    {"s3: an error that its model has not",
     "aws-sdk:s3:getObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\"}",
     NULL,
     {403, "x-amz-request-id: q\r\n",
      "<Error><Code>InvalidAccessKeyId</Code><Message>No.</Message></Error>"},
     NULL,
     "failed S3.S3Exception: No. (Service: S3, Status Code: 403, Request ID: q)"},
    {"s3: a member that can't be sent",
     "aws-sdk:s3:getObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\",\"Nonsense\":1}",
     NULL,
     {0},
     "",
     "failed States.Runtime: The Parameters '{\"Bucket\":\"b\",\"Key\":\"k\",\"Nonsense\":1}' "
     "could "
     "not be used to start the Task: [The field 'Nonsense' can't be sent by this call here]"},
    {"s3: a header can't have a line's end",
     "aws-sdk:s3:putObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\",\"ContentType\":\"a\\r\\nb\"}",
     NULL,
     {0},
     "",
     "failed States.Runtime: The Parameters "
     "'{\"Bucket\":\"b\",\"Key\":\"k\",\"ContentType\":\"a\\r\\nb\"}' could not be used to start "
     "the "
     "Task: [The field 'ContentType' can't be sent as a header]"},
    {"s3: a header can't have a NUL",
     "aws-sdk:s3:getObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\",\"IfMatch\":\"e\\u0000f\"}",
     NULL,
     {0},
     "",
     "failed States.Runtime: The Parameters "
     "'{\"Bucket\":\"b\",\"Key\":\"k\",\"IfMatch\":\"e\\u0000f\"}' could not be used to start the "
     "Task: [The field 'IfMatch' can't be sent as a header]"},
    {"bedrock: the model's body as it is",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m:1\",\"Body\":{\"Prompt\":\"p\"},\"Accept\":\"a/b\"}",
     "Accept",
     {200, "Content-Type: application/json\r\n", "{\"Out\":\"o\"}"},
     "POST /model/m%3A1/invoke [a/b] {\"Prompt\":\"p\"}\n",
     "ok {\"ContentType\":\"application/json\",\"Body\":{\"Out\":\"o\"}}"},
    {"emr: parameters under other names",
     "elasticmapreduce:addStep",
     "{\"ClusterId\":\"j\",\"Step\":{\"Name\":\"s\"}}",
     "X-Amz-Target",
     {200, ID, "{\"StepIds\":[\"s-1\"]}"},
     "POST / [ElasticMapReduce.AddJobFlowSteps] "
     "{\"JobFlowId\":\"j\",\"Steps\":[{\"Name\":\"s\"}]}\n",
     "ok {\"SdkHttpMetadata\":{\"AllHttpHeaders\":{\"x-amzn-RequestId\":[\"r-1\"],"
     "\"Content-Length\":[\"19\"]},\"HttpHeaders\":{\"Content-Length\":\"19\","
     "\"x-amzn-RequestId\":\"r-1\"},\"HttpStatusCode\":200},\"SdkResponseMetadata\":{"
     "\"RequestId\":\"r-1\"},\"StepId\":\"s-1\"}"},
    {"a call that the service has not",
     "aws-sdk:iam:createRol",
     "{}",
     NULL,
     {0},
     "",
     "failed Asl.NoHandler: No handler for 'arn:aws:states:::aws-sdk:iam:createRol': the service "
     "'iam' has no call 'createRol' (did you mean createRole?); to do its work here, give "
     "--handlers FILE with {\"handlers\": [{\"resource\": "
     "\"arn:aws:states:::aws-sdk:iam:createRol\", \"command\": [\"./handler\"]}]}"},
};

START_TEST(call)
{
    const struct reply replies[MAX_REPLIES] = {calls[_i].reply, {500, NULL, NULL}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    struct buf resource = {0};

    w->shown = calls[_i].header;
    buf_printf(&resource, "arn:aws:states:::%s", calls[_i].resource);
    endpoint_world_run(w, buf_str(&resource), calls[_i].parameters);
    if (calls[_i].request)
        expect_text(calls[_i].name, buf_str(&w->seen), calls[_i].request);
    if (calls[_i].want)
        endpoint_world_expect(calls[_i].name, w, calls[_i].want);
    else
        ck_assert(json_str_is(w->result.error, "SQS.SdkClientException"));
    ck_assert_msg(w->signs, "%s: it was not signed", calls[_i].name);
    buf_clear(&resource);
    endpoint_world_free(w);
}
END_TEST

/* Services that AWS lets nobody call with the signatures of others. */
static const struct {
    const char *name, *at, *resource, *parameters, *seen, *want;
} strangers[] = {
    {"Signature Version 2", "simpledb=aws", "aws-sdk:simpledb:select",
     "{\"SelectExpression\":\"x\"}", "",
     "failed SimpleDb.SdkClientException: 'simpledb' wants Signature Version 2, which asl does not "
     "send: AWS would refuse the call"},
    {"a bearer token", "codecatalyst=aws", "aws-sdk:codecatalyst:getSpace", "{\"Name\":\"x\"}", "",
     "failed CodeCatalyst.SdkClientException: 'codecatalyst' wants a bearer token, which asl does "
     "not send: AWS would refuse the call"},
    {"an emulator does not mind", NULL, "aws-sdk:codecatalyst:getSpace", "{\"Name\":\"x\"}",
     "GET /v1/spaces/x\n", "ok {}"},
};

START_TEST(stranger)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    struct buf resource = {0};

    if (strangers[_i].at)
        ck_assert(endpoints_add(w->endpoints, strangers[_i].at, NULL));
    buf_printf(&resource, "arn:aws:states:::%s", strangers[_i].resource);
    endpoint_world_run(w, buf_str(&resource), strangers[_i].parameters);
    expect_text(strangers[_i].name, buf_str(&w->seen), strangers[_i].seen);
    endpoint_world_expect(strangers[_i].name, w, strangers[_i].want);
    buf_clear(&resource);
    endpoint_world_free(w);
}
END_TEST

static void note_line(void *user, const char *execution, const char *line)
{
    struct buf *lines = user;

    ck_assert_str_eq(execution, EXECUTION);
    buf_printf(lines, "%s\n", line);
}

/* Where nobody brings tokens, a service's answer is the result, and that is said, once. */
static const struct {
    const char *name, *resource;
    bool no_tokens;
    const char *want;
} tokens[] = {
    {"a token that nobody brings", "sqs:sendMessage.waitForTaskToken", true,
     "state 'S' waits for no token: nobody can send it here, so what the service answers is the "
     "result; asl serve waits for the token\n"},
    {"a token that somebody may bring", "sqs:sendMessage.waitForTaskToken", false, ""},
    {"no token", "sqs:sendMessage", true, ""},
};

START_TEST(token)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}, {200, JSON_0, "{}"}};
    char resource[128];
    struct buf lines = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL,
        (struct handlers_options){
            .no_tokens = tokens[_i].no_tokens, .log = note_line, .log_user = &lines});

    snprintf(resource, sizeof resource, "arn:aws:states:::%s", tokens[_i].resource);
    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, resource, "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\"}");
    expect_text(tokens[_i].name, buf_str(&lines), tokens[_i].want);
    ck_assert(w->result.ok);
    endpoint_world_free(w);
    buf_clear(&lines);
}
END_TEST

/* Parameters that are only known when the Task runs: what AWS refuses is not sent, and what it may
 * refuse is told. */
static const struct {
    const char *name, *resource, *parameters;
    const char *refused; /* NULL: it is sent */
    const char *told;
} payloads[] = {
    {"a good one", "sqs:sendMessage",
     "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\",\"DelaySeconds\":3}", NULL, ""},
    {"one parameter is missing", "dynamodb:putItem", "{\"Table\":\"t\",\"Item\":{}}",
     "The field 'TableName' is required but was missing",
     "state 'S': AWS may refuse this: dynamodb:putItem has no parameter 'Table' (did you mean "
     "TableName?)\n"},
    {"all are missing", "aws-sdk:dynamodb:putItem", "{}",
     "The field 'TableName' is required but was missing, The field 'Item' is required but was "
     "missing",
     ""},
    {"null is given, and the service says what it misses", "sqs:sendMessage",
     "{\"QueueUrl\":null,\"MessageBody\":null}", NULL, ""},
    {"null in a call of the SDK, and in small letters", "aws-sdk:dynamodb:putItem",
     "{\"tableName\":null,\"Item\":{}}", NULL,
     "state 'S': AWS may refuse this: aws-sdk:dynamodb:putItem has no parameter 'tableName' (did "
     "you mean "
     "TableName?)\n"},
    {"null for what need not be there", "sqs:sendMessage",
     "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\",\"DelaySeconds\":null}", NULL, ""},
    {"a token that the SDK makes", "aws-sdk:ecs:runTask", "{\"TaskDefinition\":\"d\"}", NULL, ""},
    {"small letters", "sqs:sendMessage", "{\"queueUrl\":\"q\",\"MessageBody\":\"m\"}", NULL,
     "state 'S': AWS may refuse this: sqs:sendMessage has no parameter 'queueUrl' (did you mean "
     "QueueUrl?)\n"},
    {"another type", "sqs:sendMessage",
     "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\",\"DelaySeconds\":\"soon\"}", NULL,
     "state 'S': AWS may refuse this: 'DelaySeconds' takes a whole number, and this is a string\n"},
    {"another type in it", "dynamodb:putItem", "{\"TableName\":\"t\",\"Item\":{\"id\":{\"N\":1}}}",
     NULL, "state 'S': AWS may refuse this: 'N' takes a string, and this is a number\n"},
    {"another word", "ecs:runTask", "{\"TaskDefinition\":\"d\",\"LaunchType\":\"Fargate\"}", NULL,
     "state 'S': AWS may refuse this: 'LaunchType' has a word that the service doesn't know; did "
     "you mean FARGATE?\n"},
    {"a word like none", "ecs:runTask", "{\"TaskDefinition\":\"d\",\"PropagateTags\":\"secret\"}",
     NULL,
     "state 'S': AWS may refuse this: 'PropagateTags' has another word than TASK_DEFINITION, "
     "SERVICE, NONE\n"},
    {"what the service asks for", "batch:submitJob", "{\"JobName\":\"n\",\"JobDefinition\":\"d\"}",
     NULL, "state 'S': AWS may refuse this: batch:submitJob requires 'JobQueue'\n"},
    {"parameters that are no object", "sqs:sendMessage", "[1]",
     "The parameters of a call are an object", ""},
    {"data that looks like code is data", "sqs:sendMessage",
     "{\"QueueUrl\":\"{% $q %}\",\"MessageBody\":\"$.m\",\"MessageGroupId\":\"${g}\"}", NULL, ""},
    {"also in a name", "sqs:sendMessage",
     "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\",\"DelaySeconds.$\":\"$.d\"}", NULL,
     "state 'S': AWS may refuse this: sqs:sendMessage has no parameter 'DelaySeconds.$' (did you "
     "mean DelaySeconds?)\n"},
};

START_TEST(payload)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}, {200, JSON_0, "{}"}};
    struct buf resource = {0}, lines = {0}, want = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = note_line, .log_user = &lines});

    buf_printf(&resource, "arn:aws:states:::%s", payloads[_i].resource);
    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, buf_str(&resource), payloads[_i].parameters);
    expect_text(payloads[_i].name, buf_str(&lines), payloads[_i].told);
    if (payloads[_i].refused)
        buf_printf(&want,
                   "failed States.Runtime: The Parameters '%s' could not be used to start the "
                   "Task: [%s]",
                   payloads[_i].parameters, payloads[_i].refused);
    if (want.len)
        endpoint_world_expect(payloads[_i].name, w, buf_str(&want));
    ck_assert_msg(!w->seen.len == !!want.len, "%s: %s", payloads[_i].name, buf_str(&w->seen));
    endpoint_world_free(w);
    buf_clear(&resource);
    buf_clear(&lines);
    buf_clear(&want);
}
END_TEST

/* A payload may be a stranger's: of a thousand long names few are told, and the beginning of each.
 */
START_TEST(payload_of_a_stranger)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct buf given = {0}, lines = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = note_line, .log_user = &lines});

    buf_adds(&given, "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\"");
    for (int i = 0; i < 1000; i++)
        buf_printf(&given, ",\"%d-%0500d\":1", i, i);
    buf_adds(&given, "}");
    endpoint_world_run(w, "arn:aws:states:::sqs:sendMessage", buf_str(&given));
    ck_assert(w->result.ok);
    ck_assert_msg(lines.len > 3000 && lines.len < 4000, "%zu bytes", lines.len);
    endpoint_world_free(w);
    buf_clear(&given);
    buf_clear(&lines);
}
END_TEST

/* In the end nothing is told any more, and the last line says that. */
START_TEST(payloads_of_strangers)
{
    static const char last[] = "(the last such line: others are not told)\n";
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct buf lines = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = note_line, .log_user = &lines});
    size_t count = 0;

    for (int k = 0; k < 12; k++) {
        struct buf given = {0};
        buf_adds(&given, "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\"");
        for (int i = 0; i < 10; i++)
            buf_printf(&given, ",\"%d-%d\":1", k, i);
        buf_adds(&given, "}");
        endpoint_world_run(w, "arn:aws:states:::sqs:sendMessage", buf_str(&given));
        buf_clear(&given);
    }
    for (const char *at = buf_str(&lines); (at = strchr(at, '\n')); at++)
        count++;
    ck_assert_uint_eq(count, 100);
    ck_assert_str_eq(lines.data + lines.len - strlen(last), last);
    endpoint_world_free(w);
    buf_clear(&lines);
}
END_TEST

/* What makes a service do a thing once is the same for a repeat of a call, and for no other. */
START_TEST(calls_are_told_apart)
{
    static const char *const keys[] = {"arn:m:e/4", "arn:m:e/4", "arn:m:e/5", "brn:m:e/4"};
    struct aws_request made[4] = {{0}};
    json *parameters = json_of("{\"TaskDefinition\":\"d\"}");
    struct diag why = {0};
    struct aws_call c;

    struct asl_resource run_task;

    ck_assert(asl_resource_read("arn:aws:states:::ecs:runTask", &run_task));
    ck_assert(aws_call_read(&run_task, &c, &why));
    for (int i = 0; i < 4; i++)
        ck_assert(
            aws_request_make(&c, parameters, &(struct aws_caller){NULL, keys[i]}, &made[i], &why));
    ck_assert_ptr_nonnull(strstr(buf_str(&made[0].body), "\"clientToken\":\""));
    ck_assert_str_eq(buf_str(&made[0].body), buf_str(&made[1].body));
    ck_assert_str_ne(buf_str(&made[0].body), buf_str(&made[2].body));
    ck_assert_str_ne(buf_str(&made[0].body), buf_str(&made[3].body));
    for (int i = 0; i < 4; i++)
        aws_request_clear(&made[i]);
    json_unref(parameters);
}
END_TEST

/* Who sends an event is named by the ARN of its machine, whatever type that has. */
START_TEST(machine_of_an_execution)
{
    static const char *const rows[][2] = {
        {EXECUTION, MACHINE},
        {"arn:aws:states:us-east-1:123456789012:express:m:e:0d5e", MACHINE},
        {"arn:aws:states:us-east-1:123456789012:execution:m/Label:e", MACHINE "/Label"},
        {"arn:aws:states:us-east-1:123456789012:activity:a", ""},
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct buf got = {0};

        aws_machine_arn(&got, rows[i][0]);
        expect_text(rows[i][0], buf_str(&got), rows[i][1]);
        buf_clear(&got);
    }
}
END_TEST

START_TEST(queue_of_services_is_counted)
{
    struct endpoint_world *w = endpoint_world_new(NULL, NULL);

    handlers_drain(w->handlers);
    endpoint_world_begin(w, "arn:aws:states:::sqs:sendMessage",
                         "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\"}");
    ck_assert_uint_eq(handlers_waiting(w->handlers), 1);
    ck_assert(handlers_are_idle(w->handlers));
    endpoint_world_free(w);
}
END_TEST

/* Whether it is seen when writing, reading or waiting, the words are those for people. */
START_TEST(connection_that_is_reset)
{
    const struct reply replies[MAX_REPLIES] = {
        {0, NULL, "reset"}, {0, NULL, "reset"}, {0, NULL, "reset"}, {0, NULL, "reset"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    for (int i = 0; i < 20; i++) {
        endpoint_world_run(w, "arn:aws:states:::sqs:sendMessage",
                           "{\"QueueUrl\":\"http://127.0.0.1/1/q\",\"MessageBody\":\"m\"}");
        ck_assert_msg(w->result.cause &&
                          strstr(json_str(w->result.cause), "Connection reset by peer"),
                      "%s", w->result.cause ? json_str(w->result.cause) : "ok");
    }
    endpoint_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("endpoint");
    TCase *t = tcase_create("endpoint");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, call, 0, COUNT(calls));
    tcase_add_loop_test(t, payload, 0, COUNT(payloads));
    tcase_add_test(t, payload_of_a_stranger);
    tcase_add_test(t, payloads_of_strangers);
    tcase_add_loop_test(t, token, 0, COUNT(tokens));
    tcase_add_loop_test(t, stranger, 0, COUNT(strangers));
    tcase_add_test(t, calls_are_told_apart);
    tcase_add_test(t, machine_of_an_execution);
    tcase_add_test(t, queue_of_services_is_counted);
    tcase_add_test(t, connection_that_is_reset);
    suite_add_tcase(s, t);
    return run_suite(s);
}
