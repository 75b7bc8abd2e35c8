/* Services by AWS's protocols: what is asked of a stub of them, and what a Task gets. */
#define _DEFAULT_SOURCE /* clearenv */
#include "tests/support/expect.h"
#include "tests/support/http_stub.h"

#include "parsers/base/mem.h"
#include "runtime/aws/aws_impl.h"
#include "runtime/aws/credentials.h"
#include "runtime/aws/endpoints.h"
#include "runtime/base/partition.h"
#include "runtime/engine/names.h"
#include "runtime/handlers/handler.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MAX_REPLIES = 4, PATIENCE_MS = 30 * 1000 };

#define EXECUTION "arn:aws:states:us-east-1:123456789012:execution:m:e"
#define JSON_0 "Content-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: r-1\r\n"
#define XML "Content-Type: text/xml\r\nx-amzn-RequestId: r-1\r\n"
#define ID "x-amzn-RequestId: r-1\r\n"

struct reply {
    int status;
    const char *headers, *body;
};

struct world {
    uv_loop_t loop;
    uv_timer_t patience;
    handlers *handlers;
    http_stub *stub;
    struct endpoints *endpoints;
    const struct reply *replies;
    size_t replied;
    struct buf seen;   /* a line for each request */
    const char *shown; /* the header that goes with it; NULL: none */
    bool signs;        /* every request had an Authorization */
    struct task_result result;
    json *submitted;
    bool answered;
};

static void out_of_patience(uv_timer_t *timer)
{
    (void)timer;
    ck_abort_msg("no answer after %d s", PATIENCE_MS / 1000);
}

static void on_request(void *user, const struct stub_request *q, struct stub_reply *r)
{
    struct world *w = user;
    const struct reply *next = &w->replies[w->replied];
    char value[512];

    buf_printf(&w->seen, "%s %s", q->method, q->target);
    if (w->shown && stub_header(q, w->shown, value, sizeof value))
        buf_printf(&w->seen, " [%s]", value);
    if (q->body_len) {
        buf_addc(&w->seen, ' ');
        buf_add(&w->seen, q->body, q->body_len);
    }
    buf_addc(&w->seen, '\n');
    w->signs = w->signs && stub_header(q, "Authorization", value, sizeof value);
    *r = (struct stub_reply){next->status ? next->status : 500, next->headers, next->body,
                             .drop = !next->status};
    if (w->replied + 1 < MAX_REPLIES)
        w->replied++;
}

static void on_result(void *user, uint64_t id, struct task_result *r)
{
    struct world *w = user;

    (void)id;
    w->result = *r;
    w->answered = true;
}

static void on_submitted(void *user, uint64_t id, const json *output)
{
    struct world *w = user;

    (void)id;
    ck_assert_msg(!w->submitted && !w->answered, "told of a job's begin at the wrong time");
    w->submitted = json_ref(output);
}

/* `file`: a handlers file, in which STUB stands for the stub's URL; NULL: services are found by
 * --endpoint. */
static struct world *world_new(const struct reply *replies, const char *file)
{
    struct world *w = mem_calloc(1, sizeof *w);
    struct handlers_options options = {.poll_ms = 1};
    struct buf any = {0};

    unsetenv("AWS_ENDPOINT_URL");
    unsetenv("AWS_PROFILE");
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
    uv_loop_init(&w->loop);
    uv_timer_init(&w->loop, &w->patience);
    uv_timer_start(&w->patience, out_of_patience, PATIENCE_MS, 0);
    w->stub = http_stub_new(&w->loop, on_request, w);
    w->replies = replies;
    w->signs = true;
    w->endpoints = endpoints_new(NULL);
    buf_printf(&any, "*=%s", http_stub_url(w->stub));
    if (!file)
        ck_assert(endpoints_add(w->endpoints, buf_str(&any), NULL));
    buf_clear(&any);
    options.endpoints = w->endpoints;
    w->handlers = handlers_new(&w->loop, &options, on_result, w);
    handlers_on_submitted(w->handlers, on_submitted);
    if (file) {
        char path[] = "/tmp/asl-endpoint-XXXXXX";
        int fd = mkstemp(path);
        struct buf text = {0};
        struct diag why = {0};
        const char *stub = strstr(file, "STUB");

        if (stub)
            buf_printf(&text, "%.*s%s%s", (int)(stub - file), file, http_stub_url(w->stub),
                       stub + 4);
        else
            buf_adds(&text, file);
        ck_assert_int_eq(write(fd, text.data, text.len), (int)text.len);
        close(fd);
        ck_assert_msg(handlers_load(w->handlers, path, &why), "%s", why.text);
        unlink(path);
        buf_clear(&text);
    }
    return w;
}

static void world_free(struct world *w)
{
    handlers_close(w->handlers);
    http_stub_close(w->stub);
    uv_close((uv_handle_t *)&w->patience, NULL);
    uv_run(&w->loop, UV_RUN_DEFAULT);
    ck_assert_int_eq(uv_loop_close(&w->loop), 0);
    handlers_free(w->handlers);
    endpoints_free(w->endpoints);
    task_result_clear(&w->result);
    json_unref(w->submitted);
    buf_clear(&w->seen);
    mem_free(w);
}

/* `submitted`: what the service said before a crash; NULL: it was not asked before. */
static void begin_again(struct world *w, const char *resource, const char *parameters,
                        const json *submitted)
{
    json *v = json_of(parameters);
    struct asl_resource parts;
    asl_resource_read(resource, &parts);
    struct task t = {.id = 1,
                     .resource = &parts,
                     .state = "S",
                     .execution = EXECUTION,
                     .key = "k",
                     .parameters = v,
                     .submitted = submitted};

    if (!handlers_start(w->handlers, &t, &w->result))
        w->answered = true;
    json_unref(v);
}

static void begin(struct world *w, const char *resource, const char *parameters)
{
    begin_again(w, resource, parameters, NULL);
}

static void wait_for_result(struct world *w)
{
    while (!w->answered)
        uv_run(&w->loop, UV_RUN_ONCE);
}

static void run_task(struct world *w, const char *resource, const char *parameters)
{
    begin(w, resource, parameters);
    wait_for_result(w);
}

static void expect_result(const char *name, const struct world *w, const char *want)
{
    struct buf got = {0};
    char id[37];
    const char *made;

    if (w->result.ok) {
        buf_adds(&got, "ok ");
        json_write(&got, w->result.output);
    } else {
        buf_printf(&got, "failed %s: %s", json_str(w->result.error),
                   w->result.cause ? json_str(w->result.cause) : "(none)");
    }
    handler_request_id("k", id);
    made = strstr(buf_str(&got), id);
    if (made) { /* what follows from the key, in one word */
        struct buf text = {0};
        buf_printf(&text, "%.*sMADE%s", (int)(made - got.data), got.data, made + strlen(id));
        buf_clear(&got);
        got = text;
    }
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
}

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
     "failed SNS.SdkClientException: Unable to unmarshall response: mismatched tag"},
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
     "{\"TableName\":\"t\"}",
     NULL,
     {400, JSON_0,
      "{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"m\"}"},
     NULL,
     "failed DynamoDB.AmazonDynamoDBException: m (Service: AmazonDynamoDBv2; Status Code: 400; "
     "Error Code: ValidationException; Request ID: r-1; Proxy: null)"},
    {"aws-sdk: the same in the new SDK's words",
     "aws-sdk:dynamodb:putItem",
     "{\"TableName\":\"t\"}",
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
     "{\"containerOverrides\":[{\"name\":\"c\"}]},\"labels\":{\"A\":\"b\"}}\n",
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
     "GET /b?list-type=2&max-keys=2&prefix=p%2F\n",
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
    {"bedrock: the model's body as it is",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m:1\",\"Body\":{\"Prompt\":\"p\"},\"Accept\":\"a/b\"}",
     "Accept",
     {200, "Content-Type: application/json\r\n", "{\"Out\":\"o\"}"},
     "POST /model/m%3A1/invoke [a/b] {\"Prompt\":\"p\"}\n",
     "ok {\"Body\":{\"Out\":\"o\"},\"ContentType\":\"application/json\"}"},
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
    {"a call that no rule can write",
     "aws-sdk:iam:createRole",
     "{}",
     NULL,
     {0},
     "",
     "failed Asl.NoHandler: No handler for 'arn:aws:states:::aws-sdk:iam:createRole': give "
     "--handlers FILE with {\"handlers\": [{\"resource\": "
     "\"arn:aws:states:::aws-sdk:iam:createRole\", \"command\": [\"./handler\"]}]}; how "
     "'aws-sdk:iam:createRole' is written as a request is not known here"},
};

START_TEST(call)
{
    const struct reply replies[MAX_REPLIES] = {calls[_i].reply, {500, NULL, NULL}};
    struct world *w = world_new(replies, NULL);
    struct buf resource = {0};

    w->shown = calls[_i].header;
    buf_printf(&resource, "arn:aws:states:::%s", calls[_i].resource);
    run_task(w, buf_str(&resource), calls[_i].parameters);
    if (calls[_i].request)
        expect_text(calls[_i].name, buf_str(&w->seen), calls[_i].request);
    if (calls[_i].want)
        expect_result(calls[_i].name, w, calls[_i].want);
    else
        ck_assert(json_str_is(w->result.error, "SQS.SdkClientException"));
    ck_assert_msg(w->signs, "%s: it was not signed", calls[_i].name);
    buf_clear(&resource);
    world_free(w);
}
END_TEST

/* ---- jobs ---- */

static const struct {
    const char *name, *resource, *parameters;
    struct reply replies[MAX_REPLIES];
    const char *requests; /* in lines */
    const char *want;
} jobs[] = {
    {"a job that succeeds",
     "glue:startJobRun.sync",
     "{\"JobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {200, NULL, "{\"JobRun\":{\"Id\":\"r\",\"JobRunState\":\"RUNNING\"}}"},
      {200, NULL,
       "{\"JobRun\":{\"Id\":\"r\",\"JobRunState\":\"SUCCEEDED\",\"StartedOn\":1700000000.5}}"}},
     "POST / [AWSGlue.StartJobRun] {\"JobName\":\"j\"}\n"
     "POST / [AWSGlue.GetJobRun] {\"JobName\":\"j\",\"RunId\":\"r\"}\n"
     "POST / [AWSGlue.GetJobRun] {\"JobName\":\"j\",\"RunId\":\"r\"}\n",
     "ok {\"Id\":\"r\",\"JobRunState\":\"SUCCEEDED\",\"StartedOn\":1700000000500}"},
    {"one that fails",
     "batch:submitJob.sync",
     "{\"JobName\":\"n\"}",
     {{200, NULL, "{\"jobId\":\"i\"}"},
      {503, NULL, ""},
      {200, NULL, "{\"jobs\":[{\"jobId\":\"i\",\"status\":\"FAILED\"}]}"}},
     "POST /v1/submitjob {\"jobName\":\"n\"}\nPOST /v1/describejobs {\"jobs\":[\"i\"]}\n"
     "POST /v1/describejobs {\"jobs\":[\"i\"]}\n",
     "failed States.TaskFailed: {\"JobId\":\"i\",\"Status\":\"FAILED\"}"},
    {"one that isn't begun",
     "athena:startQueryExecution.sync",
     "{\"QueryString\":\"q\",\"ClientRequestToken\":\"t\"}",
     {{400, ID, "{\"__type\":\"InvalidRequestException\",\"message\":\"m\"}"}},
     "POST / [AmazonAthena.StartQueryExecution] "
     "{\"QueryString\":\"q\",\"ClientRequestToken\":\"t\"}\n",
     "failed Athena.InvalidRequestException: m (Service: AmazonAthena; Status Code: 400; Error "
     "Code: InvalidRequestException; Request ID: r-1; Proxy: null)"},
    {"one that can't be asked about",
     "glue:startJobRun.sync",
     "{\"JobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {400, ID, "{\"__type\":\"EntityNotFoundException\",\"message\":\"m\"}"}},
     NULL,
     "failed Glue.EntityNotFoundException: m (Service: Glue, Status Code: 400, Request ID: r-1)"},
    {"one that is asked about too often is asked about again",
     "glue:startJobRun.sync",
     "{\"JobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {429, ID, "{\"__type\":\"TooManyRequestsException\",\"message\":\"m\"}"},
      {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}},
     NULL,
     "ok {\"JobRunState\":\"SUCCEEDED\"}"},
    {"a container that fails",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"clusterArn\":\"c\"}],\"failures\":[]}"},
      {200, NULL,
       "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0},{\"exitCode\":1}]}"
       "]}"}},
     NULL,
     "failed States.TaskFailed: "
     "{\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0},{\"ExitCode\":1}]}"},
    {"containers that don't",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"clusterArn\":\"c\"}],\"failures\":[]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"startedBy\":\"AWS Step Functions\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] "
     "{\"cluster\":\"c\",\"tasks\":[\"a\"]}"
     "\n",
     "ok {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}"},
    {"a container that never ran",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"clusterArn\":\"c\"}],\"failures\":[]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"name\":\"n\"}]}]}"}},
     NULL,
     "failed States.TaskFailed: {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"Name\":\"n\"}]}"},
    {"who started it is the author's to say",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\",\"StartedBy\":\"me\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"clusterArn\":\"c\"}],\"failures\":[]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"startedBy\":\"me\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] "
     "{\"cluster\":\"c\",\"tasks\":[\"a\"]}"
     "\n",
     "ok {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}"},
    {"a task that finds no room",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[],\"failures\":[{\"reason\":\"MEMORY\"}]}"}},
     NULL,
     "failed States.TaskFailed: [{\"Reason\":\"MEMORY\"}]"},
    {"a nested execution, its documents as text",
     "states:startExecution.sync",
     "{\"StateMachineArn\":\"m\",\"Input\":{\"a\":1}}",
     {{200, NULL, "{\"executionArn\":\"e\"}"},
      {200, NULL, "{\"status\":\"SUCCEEDED\",\"output\":\"{\\\"b\\\":2}\"}"}},
     "POST / [AWSStepFunctions.StartExecution] "
     "{\"stateMachineArn\":\"m\",\"input\":\"{\\\"a\\\":1}\"}\n"
     "POST / [AWSStepFunctions.DescribeExecution] {\"executionArn\":\"e\"}\n",
     "ok {\"Status\":\"SUCCEEDED\",\"Output\":\"{\\\"b\\\":2}\"}"},
    {"and as what they are",
     "states:startExecution.sync:2",
     "{\"StateMachineArn\":\"m\"}",
     {{200, NULL, "{\"executionArn\":\"e\"}"},
      {200, NULL, "{\"status\":\"SUCCEEDED\",\"output\":\"{\\\"b\\\":2}\"}"}},
     NULL,
     "ok {\"Status\":\"SUCCEEDED\",\"Output\":{\"b\":2}}"},
    {"what is to go away has gone",
     "eks:deleteCluster.sync",
     "{\"Name\":\"c\"}",
     {{200, NULL, "{\"cluster\":{\"status\":\"DELETING\"}}"},
      {404, NULL, "{\"__type\":\"ResourceNotFoundException\",\"message\":\"m\"}"}},
     "DELETE /clusters/c\nGET /clusters/c\n",
     "ok {}"},
};

START_TEST(job)
{
    struct world *w = world_new(jobs[_i].replies, NULL);
    struct buf resource = {0};

    w->shown = "X-Amz-Target";
    buf_printf(&resource, "arn:aws:states:::%s", jobs[_i].resource);
    run_task(w, buf_str(&resource), jobs[_i].parameters);
    if (jobs[_i].requests)
        expect_text(jobs[_i].name, buf_str(&w->seen), jobs[_i].requests);
    expect_result(jobs[_i].name, w, jobs[_i].want);
    ck_assert_msg((w->submitted != NULL) == (w->replied > 1), "%s: was its begin told?",
                  jobs[_i].name);
    buf_clear(&resource);
    world_free(w);
}
END_TEST

/* Each of them that had begun when the process died: it is asked about, and not begun again. */
START_TEST(job_after_crash)
{
    struct reply later[MAX_REPLIES] = {{0}};
    struct buf resource = {0};
    struct world *w = world_new(jobs[_i].replies, NULL);

    buf_printf(&resource, "arn:aws:states:::%s", jobs[_i].resource);
    run_task(w, buf_str(&resource), jobs[_i].parameters);
    json *submitted = json_ref(w->submitted);
    world_free(w);
    if (submitted) {
        const char *rest = jobs[_i].requests ? strchr(jobs[_i].requests, '\n') + 1 : NULL;

        memcpy(later, jobs[_i].replies + 1, sizeof later - sizeof *later);
        w = world_new(later, NULL);
        w->shown = "X-Amz-Target";
        begin_again(w, buf_str(&resource), jobs[_i].parameters, submitted);
        wait_for_result(w);
        if (rest)
            expect_text(jobs[_i].name, buf_str(&w->seen), rest);
        expect_result(jobs[_i].name, w, jobs[_i].want);
        ck_assert_msg(!w->submitted, "%s: its begin was told again", jobs[_i].name);
        world_free(w);
    }
    json_unref(submitted);
    buf_clear(&resource);
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

/* ECS is told why. */
START_TEST(job_is_stopped_for_a_reason)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{}"}, {200, NULL, "{}"}, {200, NULL, "{}"}, {200, NULL, "{}"}};
    struct world *w = world_new(replies, NULL);
    json *submitted = json_of("{\"Tasks\":[{\"TaskArn\":\"a\",\"ClusterArn\":\"c\"}]}");

    w->shown = "X-Amz-Target";
    begin_again(w, "arn:aws:states:::ecs:runTask.sync", "{\"TaskDefinition\":\"d\"}", submitted);
    json_unref(submitted);
    handlers_cancel(w->handlers, 1);
    while (!w->seen.len)
        uv_run(&w->loop, UV_RUN_ONCE);
    expect_text("the reason is AWS's", buf_str(&w->seen),
                "POST / [AmazonEC2ContainerServiceV20141113.StopTask] {\"cluster\":\"c\",\"task\":"
                "\"a\",\"reason\":\"The Task state in AWS Step Functions execution [" EXECUTION
                "] which was managing this resource was aborted\"}\n");
    world_free(w);
}
END_TEST

START_TEST(job_after_crash_is_stopped)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"JobRun\":{}}"}, {200, NULL, "{}"}, {200, NULL, "{}"}, {200, NULL, "{}"}};
    struct world *w = world_new(replies, NULL);
    json *submitted = json_of("{\"JobRunId\":\"r\"}");

    w->shown = "X-Amz-Target";
    begin_again(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"j\"}", submitted);
    json_unref(submitted);
    handlers_cancel(w->handlers, 1);
    while (!w->seen.len)
        uv_run(&w->loop, UV_RUN_ONCE);
    expect_text("it is stopped by its id", buf_str(&w->seen),
                "POST / [AWSGlue.BatchStopJobRun] {\"JobName\":\"j\",\"JobRunIds\":[\"r\"]}\n");
    ck_assert(!w->answered);
    world_free(w);
}
END_TEST

START_TEST(job_is_stopped)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{\"JobRunId\":\"r\"}"},
                                                      {200, NULL, "{\"JobRun\":{}}"},
                                                      {200, NULL, "{}"},
                                                      {200, NULL, "{}"}};
    struct world *w = world_new(replies, NULL);

    w->shown = "X-Amz-Target";
    begin(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"j\"}");
    while (!w->submitted)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, 1);
    while (!strstr(buf_str(&w->seen), "BatchStopJobRun"))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert(strstr(buf_str(&w->seen), "[AWSGlue.BatchStopJobRun] "
                                        "{\"JobName\":\"j\",\"JobRunIds\":[\"r\"]}\n"));
    ck_assert(!w->answered);
    world_free(w);
}
END_TEST

START_TEST(job_that_is_released_goes_on)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{\"JobRunId\":\"r\"}"},
                                                      {200, NULL, "{\"JobRun\":{}}"},
                                                      {200, NULL, "{\"JobRun\":{}}"},
                                                      {200, NULL, "{\"JobRun\":{}}"}};
    struct world *w = world_new(replies, NULL);

    begin(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"j\"}");
    while (w->replied < 2)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_release(w->handlers, 1);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    size_t asked = http_stub_requests(w->stub);
    /* Only the test's own patience is left to wait for, and the connection. */
    for (int i = 0; i < 50; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    usleep(20 * 1000);
    for (int i = 0; i < 50; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert_uint_eq(http_stub_requests(w->stub), asked);
    ck_assert(!w->answered);
    world_free(w);
}
END_TEST

/* Every job can be asked about, and those that can be stopped, stopped. */
static const char *const all_jobs[] = {
    "athena:startQueryExecution",
    "batch:submitJob",
    "bedrock:createModelCustomizationJob",
    "codebuild:startBuild",
    "codebuild:startBuildBatch",
    "codebuild:retryBuildBatch",
    "databrew:startJobRun",
    "ecs:runTask",
    "eks:createCluster",
    "eks:deleteCluster",
    "eks:createNodegroup",
    "eks:deleteNodegroup",
    "eks:createFargateProfile",
    "eks:deleteFargateProfile",
    "elasticmapreduce:createCluster",
    "elasticmapreduce:terminateCluster",
    "elasticmapreduce:addStep",
    "emr-containers:deleteVirtualCluster",
    "emr-containers:startJobRun",
    "emr-serverless:createApplication",
    "emr-serverless:startApplication",
    "emr-serverless:stopApplication",
    "emr-serverless:deleteApplication",
    "emr-serverless:startJobRun",
    "emr-serverless:cancelJobRun",
    "glue:startJobRun",
    "mediaconvert:createJob",
    "sagemaker:createTrainingJob",
    "sagemaker:createTransformJob",
    "sagemaker:createProcessingJob",
    "sagemaker:createHyperParameterTuningJob",
    "sagemaker:createLabelingJob",
    "states:startExecution",
};

START_TEST(job_table)
{
    struct aws_call c, next;
    struct asl_resource parts;
    struct buf resource = {0};
    struct diag why = {0};
    json *request = NULL;

    buf_printf(&resource, "arn:aws:states:::%s.sync", all_jobs[_i]);
    ck_assert(asl_resource_read(buf_str(&resource), &parts));
    ck_assert_msg(aws_call_read(&parts, &c, &why), "%s", why.text);
    bool rest = c.service->protocol == AWS_REST_JSON;
    ck_assert(!rest || c.operation);
    ck_assert_msg(c.job, "%s: no job is known", all_jobs[_i]);
    ck_assert(aws_job_describe(&c, json_empty_object(), json_empty_object(), &next, &request));
    ck_assert_msg(!rest || next.operation, "%s: %s", all_jobs[_i], next.action);
    json_unref(request);
    if (aws_job_stop(&c, json_empty_object(), json_empty_object(), NULL, &next, &request)) {
        ck_assert_msg(!rest || next.operation, "%s: %s", all_jobs[_i], next.action);
        json_unref(request);
    }
    buf_clear(&resource);
}
END_TEST

/* ---- plain HTTP ---- */

#define HTTP "arn:aws:states:::http:invoke"
#define GATEWAY "arn:aws:states:::apigateway:invoke"
#define CONNECTION "arn:aws:events:us-east-1:1:connection/shop/8f"
#define WITH_CONNECTION "\"Authentication\":{\"ConnectionArn\":\"" CONNECTION "\"}"
#define FILE_WITH(row, connection)                                                                 \
    "{\"handlers\":[{\"resource\":\"" row "\",\"endpoint\":\"STUB/\"}],\"connections\":[{"         \
    "\"connection\":\"shop\"" connection "}]}"

static const struct {
    const char *name, *resource, *file, *parameters, *header;
    struct reply replies[MAX_REPLIES];
    const char *requests, *want;
} invokes[] = {
    {"http:invoke: query, header and body",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://api.example.com/v1/x?a=1\",\"Method\":\"POST\"," WITH_CONNECTION
     ",\"QueryParameters\":{\"q\":[\"1\",\"2 3\"]},\"RequestBody\":{\"b\":1}}",
     "User-Agent",
     {{201, "X-Some: y\r\n", "{\"ok\":true}"}},
     "POST /v1/x?a=1&q=1&q=2%203 [Amazon|StepFunctions|HttpInvoke|us-east-1] {\"b\":1}\n",
     "ok "
     "{\"Headers\":{\"x-some\":[\"y\"],\"content-length\":[\"11\"]},\"ResponseBody\":{\"ok\":true},"
     "\"StatusCode\":201,\"StatusText\":\"Created\"}"},
    {"text stays text",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     "Range",
     {{200, NULL, "hello"}},
     "GET / [bytes=0-262144]\n",
     "ok {\"Headers\":{\"content-length\":[\"5\"]},\"ResponseBody\":\"hello\",\"StatusCode\":200,"
     "\"StatusText\":\"OK\"}"},
    {"a connection's user",
     HTTP,
     FILE_WITH(HTTP, ",\"basic\":{\"user\":\"u\",\"password\":\"p\"}"),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     "Authorization",
     {{204, NULL, NULL}},
     "GET / [Basic dTpw]\n",
     "ok "
     "{\"Headers\":{\"content-length\":[\"0\"]},\"ResponseBody\":\"\",\"StatusCode\":204,"
     "\"StatusText\":\"No Content\"}"},
    {"a connection's key and members win",
     HTTP,
     FILE_WITH(HTTP, ",\"api_key\":{\"name\":\"X-Key\",\"value\":\"k\"},\"query\":{\"q\":\"mine\"},"
                     "\"body\":{\"b\":\"mine\"}"),
     "{\"ApiEndpoint\":\"https://h/p\",\"Method\":\"PUT\"," WITH_CONNECTION
     ",\"Headers\":{\"x-key\":\"theirs\"},\"QueryParameters\":{\"q\":\"theirs\",\"r\":1},"
     "\"RequestBody\":{\"b\":1,\"c\":2}}",
     "X-Key",
     {{500, NULL, "broken"}},
     "PUT /p?r=1&q=mine [k] {\"b\":\"mine\",\"c\":2}\n",
     "failed States.Http.StatusCode.500: broken"},
    {"a form",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"POST\"," WITH_CONNECTION
     ",\"Headers\":{\"Content-Type\":\"application/x-www-form-urlencoded\"},"
     "\"RequestBody\":{\"a\":[1,2],\"o\":{\"k\":\"v w\"}},"
     "\"Transform\":{\"RequestBodyEncoding\":\"URL_ENCODED\",\"RequestEncodingOptions\":{"
     "\"ArrayFormat\":\"BRACKETS\"}}}",
     "Content-Type",
     {{302, NULL, ""}},
     "POST / [application/x-www-form-urlencoded] a%5B%5D=1&a%5B%5D=2&o%5Bk%5D=v%20w\n",
     "failed States.Http.StatusCode.302: "},
    {"a header that can't be set",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\",\"Headers\":{\"Host\":\"x\"}}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\","
     "\"Headers\":{\"Host\":\"x\"}}' could not be used to start the Task: [The field 'Headers' has "
     "one that can't be set]"},
    {"an endpoint that is none",
     HTTP,
     FILE_WITH(HTTP, ""),
     "{\"ApiEndpoint\":\"file:///etc/passwd\",\"Method\":\"GET\"}",
     NULL,
     {{0}},
     "",
     "failed States.Runtime: The Parameters '{\"ApiEndpoint\":\"file:///etc/passwd\",\"Method\":"
     "\"GET\"}' could not be used to start the Task: [The field 'ApiEndpoint' must be a URL]"},
    {"without its connection nothing is sent",
     HTTP,
     "{\"handlers\":[]}",
     "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{0}},
     "",
     NULL},
    {"a metadata address is refused",
     HTTP,
     "{\"handlers\":[],\"connections\":[{\"connection\":\"shop\"}]}",
     "{\"ApiEndpoint\":\"http://169.254.169.254/latest\",\"Method\":\"GET\"," WITH_CONNECTION "}",
     NULL,
     {{0}},
     "",
     "failed States.Http.Socket: Unable to execute HTTP request: Connect to 169.254.169.254:80 "
     "failed: this address is not allowed"},
    {"apigateway:invoke",
     GATEWAY,
     FILE_WITH(GATEWAY, ""),
     "{\"ApiEndpoint\":\"x.execute-api.us-east-1.amazonaws.com\",\"Method\":\"GET\",\"Stage\":"
     "\"s\","
     "\"Path\":\"a/b\",\"QueryParameters\":{\"q\":[\"1\"]},\"Headers\":{\"X-A\":[\"1\",\"2\"]}}",
     "X-A",
     {{403, NULL, "{\"message\":\"Forbidden\"}"}},
     "GET /s/a/b?q=1 [1,2]\n",
     "failed ApiGateway.403: {\"message\":\"Forbidden\"}"},
};

START_TEST(invoke)
{
    struct world *w = world_new(invokes[_i].replies, invokes[_i].file);

    w->shown = invokes[_i].header;
    run_task(w, invokes[_i].resource, invokes[_i].parameters);
    expect_text(invokes[_i].name, buf_str(&w->seen), invokes[_i].requests);
    if (invokes[_i].want)
        expect_result(invokes[_i].name, w, invokes[_i].want);
    else
        ck_assert_msg(json_str_is(w->result.error, "Asl.NoHandler") &&
                          strstr(json_str(w->result.cause), "\"connection\": \"" CONNECTION "\""),
                      "%s: %s", invokes[_i].name, json_str(w->result.cause));
    world_free(w);
}
END_TEST

/* However a metadata address is written, with a proxy in the environment, too: it isn't asked. */
static const struct {
    const char *url, *said; /* NULL: the proxy is asked for it */
} proxied[] = {
    {"http://169.254.169.254/", "169.254.169.254:80"},
    {"https://169.254.169.254/", "169.254.169.254:443"},
    {"http://2852039166/", ""},
    {"http://0xa9fea9fe/", ""},
    {"http://0251.0376.0251.0376/", ""},
    {"http://169.254.43518/", ""},
    {"http://169.254.169.254./", ""},
    {"http://[::ffff:169.254.169.254]/", ""},
    {"http://[64:ff9b::a9fe:a9fe]/", ""},
    {"http://[fd00:ec2::23]/", ""},
    {"http://100.100.100.200/", ""},
    {"http://0/", ""},
    {"http://0.0.0.0/", ""},
    {"http://192.0.2.1/x", NULL},
    {"http://metadata.google.internal.invalid/x", NULL},
    {"http://no-such-host.invalid/x", NULL},
};

START_TEST(guard_behind_proxy)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "1"}};
    struct world *w = world_new(replies, "{\"handlers\":[],\"connections\":[{\"connection\":"
                                         "\"shop\"}]}");
    struct buf text = {0}, want = {0};

    setenv("http_proxy", http_stub_url(w->stub), 1);
    setenv("https_proxy", http_stub_url(w->stub), 1);
    buf_printf(&text, "{\"ApiEndpoint\":\"%s\",\"Method\":\"GET\"," WITH_CONNECTION "}",
               proxied[_i].url);
    run_task(w, HTTP, buf_str(&text));
    if (!proxied[_i].said)
        buf_printf(&want, "GET %s\n", proxied[_i].url);
    expect_text(proxied[_i].url, buf_str(&w->seen), buf_str(&want));
    ck_assert_msg(proxied[_i].said ? strstr(json_str(w->result.cause), proxied[_i].said) &&
                                         strstr(json_str(w->result.cause), "is not allowed")
                                   : w->result.error == NULL,
                  "%s: %s", proxied[_i].url, w->result.cause ? json_str(w->result.cause) : "ok");
    buf_clear(&text);
    buf_clear(&want);
    unsetenv("http_proxy");
    unsetenv("https_proxy");
    world_free(w);
}
END_TEST

START_TEST(oauth)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"access_token\":\"T\",\"expires_in\":3600}"},
        {200, NULL, "1"},
        {200, NULL, "2"}};
    struct world *w = world_new(replies, "{\"handlers\":[{\"resource\":\"" HTTP
                                         "\",\"endpoint\":\"http://127.0.0.1:9\"}],"
                                         "\"connections\":[{\"connection\":\"shop\",\"oauth\":{"
                                         "\"url\":\"STUB/token\",\"client_id\":\"c&\","
                                         "\"client_secret\":\"s\",\"scope\":\"a b\"}}]}");

    /* The handler's endpoint is nowhere: only the token's request comes. */
    run_task(w, HTTP, "{\"ApiEndpoint\":\"https://h/\",\"Method\":\"GET\"," WITH_CONNECTION "}");
    expect_text("the token is asked for", buf_str(&w->seen),
                "POST /token "
                "grant_type=client_credentials&client_id=c%26&client_secret=s&scope=a%20b\n");
    ck_assert(json_str_is(w->result.error, "States.Http.Socket"));
    world_free(w);
}
END_TEST

/* ---- where services are ---- */

static const struct {
    const char *name;
    const char *added[3];
    const char *variables[3]; /* NAME=value */
    const char *service, *want;
} places[] = {
    {"nothing says where", {NULL}, {NULL}, "sqs", NULL},
    {"an option", {"sqs=http://a"}, {NULL}, "sqs", "http://a"},
    {"the last option wins", {"sqs=http://a", "SQS=http://b"}, {NULL}, "sqs", "http://b"},
    {"an option for any", {"*=http://a"}, {NULL}, "glue", "http://a"},
    {"is for no other", {"sqs=http://a"}, {NULL}, "sns", NULL},
    {"an option wins over the jar's name",
     {"sqs=http://a"},
     {"SQS_ENDPOINT=http://b"},
     "sqs",
     "http://a"},
    {"which wins over AWS's",
     {NULL},
     {"SQS_ENDPOINT=http://b", "AWS_ENDPOINT_URL_SQS=http://c"},
     "sqs",
     "http://b"},
    {"which wins over the one for all",
     {NULL},
     {"AWS_ENDPOINT_URL=http://d", "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://c"},
     "secretsmanager",
     "http://c"},
    {"which is there for the others", {NULL}, {"AWS_ENDPOINT_URL=http://d"}, "events", "http://d"},
    {"but is never this server", {NULL}, {"AWS_ENDPOINT_URL=http://localhost:8083/"}, "sqs", NULL},
    {"by whatever name", {"*=http://127.0.0.1:8083"}, {NULL}, "sfn", NULL},
    {"another port is another server",
     {NULL},
     {"AWS_ENDPOINT_URL=http://localhost:8084"},
     "sqs",
     "http://localhost:8084"},
    {"AWS's own",
     {"sagemaker=aws"},
     {NULL},
     "sagemaker",
     "https://api.sagemaker.us-east-1.amazonaws.com"},
    {"AWS's variables can be ignored",
     {NULL},
     {"AWS_ENDPOINT_URL=http://d", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"},
     "sqs",
     NULL},
};

START_TEST(place)
{
    struct endpoints *e = endpoints_new(NULL);
    const struct aws_service *s = aws_service_named(places[_i].service, strlen(places[_i].service));
    const char *got;

    clearenv();
    endpoints_not(e, "127.0.0.1", 8083);
    for (size_t i = 0; i < 3 && places[_i].added[i]; i++)
        ck_assert(endpoints_add(e, places[_i].added[i], NULL));
    for (size_t i = 0; i < 3 && places[_i].variables[i]; i++) {
        const char *equals = strchr(places[_i].variables[i], '=');
        char *name =
            mem_strndup(places[_i].variables[i], (size_t)(equals - places[_i].variables[i]));
        setenv(name, equals + 1, 1);
        mem_free(name);
    }
    ck_assert(s != NULL);
    got = endpoints_find(e, s);
    ck_assert_msg(got && places[_i].want ? !strcmp(got, places[_i].want) : got == places[_i].want,
                  "%s: %s", places[_i].name, got ? got : "nowhere");
    clearenv();
    endpoints_free(e);
}
END_TEST

static const struct {
    const char *given, *why;
} bad_places[] = {
    {"sqs", "'sqs' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 or sqs=aws"},
    {"=http://a", "'=http://a' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 or sqs=aws"},
    {"sqs=ftp://a", "'sqs=ftp://a' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 or sqs=aws"},
    {"sqqs=http://a", "'sqqs' is no service that is known here"},
};

START_TEST(bad_place)
{
    struct endpoints *e = endpoints_new(NULL);
    struct diag why = {0};

    ck_assert(!endpoints_add(e, bad_places[_i].given, &why));
    ck_assert_str_eq(why.text, bad_places[_i].why);
    diag_clear(&why);
    endpoints_free(e);
}
END_TEST

static const struct {
    const char *region, *partition, *url;
} partitions[] = {
    {"us-east-1", "aws", "https://sqs.us-east-1.amazonaws.com"},
    {"us-gov-west-1", "aws-us-gov", "https://sqs.us-gov-west-1.amazonaws.com"},
    {"cn-north-1", "aws-cn", "https://sqs.cn-north-1.amazonaws.com.cn"},
    {"us-iso-east-1", "aws-iso", "https://sqs.us-iso-east-1.c2s.ic.gov"},
    {"us-isob-east-1", "aws-iso-b", "https://sqs.us-isob-east-1.sc2s.sgov.gov"},
    {"us-isof-south-1", "aws-iso-f", "https://sqs.us-isof-south-1.csp.hci.ic.gov"},
    {"eu-isoe-west-1", "aws-iso-e", "https://sqs.eu-isoe-west-1.cloud.adc-e.uk"},
    {"eusc-de-east-1", "aws-eusc", "https://sqs.eusc-de-east-1.amazonaws.eu"},
    {"cnorth", "aws", "https://sqs.cnorth.amazonaws.com"},
};

START_TEST(partition)
{
    struct endpoints *e = endpoints_new(partitions[_i].region);
    struct rt_names names = {0};

    ck_assert(endpoints_add(e, "sqs=aws", NULL));
    ck_assert_str_eq(endpoints_find(e, aws_service_named("sqs", 3)), partitions[_i].url);
    ck_assert_str_eq(partition_name(partitions[_i].region), partitions[_i].partition);
    names_make(&(struct names_given){.region = partitions[_i].region}, &names);
    size_t len = strlen(partitions[_i].partition);
    for (int i = 0; i < 3; i++) {
        const char *arn = json_str(i == 0   ? names.arn
                                   : i == 1 ? names.machine_arn
                                            : names.role_arn);
        ck_assert_msg(!strncmp(arn + 4, partitions[_i].partition, len) && arn[4 + len] == ':', "%s",
                      arn);
    }
    rt_names_clear(&names);
    endpoints_free(e);
}
END_TEST

static const struct {
    const char *option, *service; /* NULL: it is none of the jar's */
} jar_options[] = {{"-sqsEndpoint", "SQS"},
                   {"--sqs-endpoint", "SQS"},
                   {"-dynamoDBEndpoint", "DynamoDB"},
                   {"--dynamodb-endpoint", "DynamoDB"},
                   {"--sagemaker-endpoint", "SageMaker"},
                   {"-stepFunctionsEndpoint", "SFN"},
                   {"--endpoint", NULL},
                   {"sqsEndpoint", NULL},
                   {"--port", NULL}};

START_TEST(jar_option)
{
    const char *got = endpoints_jar_option(jar_options[_i].option);

    ck_assert_msg(got && jar_options[_i].service ? !strcmp(got, jar_options[_i].service)
                                                 : got == jar_options[_i].service,
                  "%s: %s", jar_options[_i].option, got ? got : "(none)");
}
END_TEST

static const struct {
    const char *address;
    bool link_local;
} addresses[] = {{"169.254.169.254", true},
                 {"169.255.0.1", false},
                 {"127.0.0.1", false},
                 {"fe80::1", true},
                 {"febf::1", true},
                 {"fec0::1", false},
                 {"fd00:ec2::254", true},
                 {"fd00:ec2::23", true},
                 {"fd00:ec3::254", false},
                 {"fd20:ce::254", true},
                 {"fd20:ce::255", false},
                 {"100.100.100.200", true},
                 {"100.100.100.201", false},
                 {"168.63.129.16", true},
                 {"168.63.129.17", false},
                 {"192.0.0.192", true},
                 {"192.0.0.191", false},
                 {"0.0.0.0", true},
                 {"0.255.255.255", true},
                 {"1.0.0.0", false},
                 {"::", true},
                 {"::169.254.169.254", true},
                 {"::ffff:169.254.169.254", true},
                 {"::ffff:100.100.100.200", true},
                 {"::ffff:127.0.0.1", false},
                 {"::ffff:0:169.254.169.254", true},
                 {"64:ff9b::a9fe:a9fe", true},
                 {"64:ff9b:1::a9fe:a9fe", true},
                 {"64:ff9b::808:808", false},
                 {"2002:a9fe:a9fe::1", true},
                 {"2002:808:808::1", false},
                 {"2001:0:808:808::5601:5601", true},
                 {"2001:db8::a9fe:a9fe", false},
                 {"2001:db8::5efe:a9fe:a9fe", true},
                 {"2001:db8::200:5efe:a9fe:a9fe", true},
                 {"2001:db8::5efe:808:808", false},
                 {"::1", false}};

START_TEST(address)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    const char *text = addresses[_i].address;
    bool six = strchr(text, ':');

    ck_assert_int_eq(inet_pton(six ? AF_INET6 : AF_INET, text,
                               six ? (void *)&v6.sin6_addr : (void *)&v4.sin_addr),
                     1);
    ck_assert_msg(
        endpoints_address_is_link_local(six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4) ==
            addresses[_i].link_local,
        "%s", text);
}
END_TEST

static const struct {
    const char *name;
    bool link_local;
} host_names[] = {{"metadata.google.internal", true},
                  {"Metadata.Google.Internal.", true},
                  {"instance-data", true},
                  {"169.254.169.254.", true},
                  {"0xa9fea9fe.", true},
                  {"metadata.google.internal.example.com", false},
                  {"1.example.com", false},
                  {"example.com.", false},
                  {"", false}};

START_TEST(host_name)
{
    ck_assert_msg(endpoints_name_is_link_local(host_names[_i].name) == host_names[_i].link_local,
                  "%s", host_names[_i].name);
}
END_TEST

/* ---- XML ---- */

static const struct {
    const char *name, *text, *hints, *want; /* want NULL: refused */
} xmls[] = {
    {"elements without elements are text", "<a><b> x </b><c/></a>", "",
     "{\"b\":\" x \",\"c\":\"\"}"},
    {"what stands between elements doesn't count", "<a>\n <b>x</b>\n</a>", "", "{\"b\":\"x\"}"},
    {"references and CDATA", "<a><b>&lt;&#65;&amp;<![CDATA[<x>]]></b></a>", "",
     "{\"b\":\"<A&<x>\"}"},
    {"prefixes are left out", "<n:a xmlns:n=\"u\"><n:b>x</n:b></n:a>", "", "{\"b\":\"x\"}"},
    {"members are a list", "<a><l><member>1</member></l></a>", "", "{\"l\":[\"1\"]}"},
    {"the same name twice is a list", "<a><b>1</b><c/><b>2</b></a>", "",
     "{\"b\":[\"1\",\"2\"],\"c\":\"\"}"},
    {"entries are an object", "<a><m><entry><key>k</key><value>v</value></entry></m></a>", "",
     "{\"m\":{\"k\":\"v\"}}"},
    {"a list of one by its name", "<a><b>1</b></a>", "b[]", "{\"b\":[\"1\"]}"},
    {"a list of none by its name", "<a><l/></a>", "l>i", "{\"l\":[]}"},
    {"a list of named elements", "<a><l><i>1</i></l></a>", "l>i", "{\"l\":[\"1\"]}"},
    {"numbers and truth by their names", "<a><n>7</n><t>true</t><m>x</m></a>", "n# t? m#",
     "{\"n\":7,\"t\":true,\"m\":\"x\"}"},
    {"nothing", "", "", NULL},
    {"no XML", "{}", "", NULL},
    {"cut off", "<a><b>", "", NULL},
    {"a DOCTYPE", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "", NULL},
    {"an entity that nobody declared", "<a>&x;</a>", "", NULL},
    {"two roots", "<a/><b/>", "", NULL},
};

START_TEST(xml)
{
    json *got = aws_xml_read(xmls[_i].text, strlen(xmls[_i].text), xmls[_i].hints, NULL, NULL);

    expect_json(xmls[_i].name, got, xmls[_i].want);
    json_unref(got);
}
END_TEST

START_TEST(deep_xml)
{
    struct buf text = {0};
    struct diag why = {0};

    for (int i = 0; i < 100; i++)
        buf_adds(&text, "<a>");
    ck_assert(!aws_xml_read(text.data, text.len, "", NULL, &why));
    ck_assert_str_eq(why.text, "it is nested too deeply");
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

START_TEST(queue_of_services_is_counted)
{
    struct world *w = world_new(NULL, NULL);

    handlers_drain(w->handlers);
    begin(w, "arn:aws:states:::sqs:sendMessage", "{\"QueueUrl\":\"q\",\"MessageBody\":\"m\"}");
    ck_assert_uint_eq(handlers_waiting(w->handlers), 1);
    ck_assert(handlers_are_idle(w->handlers));
    world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("endpoint");
    TCase *t = tcase_create("endpoint");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, call, 0, COUNT(calls));
    tcase_add_loop_test(t, job, 0, COUNT(jobs));
    tcase_add_loop_test(t, job_after_crash, 0, COUNT(jobs));
    tcase_add_test(t, calls_are_told_apart);
    tcase_add_test(t, job_is_stopped_for_a_reason);
    tcase_add_test(t, queue_of_services_is_counted);
    tcase_add_test(t, job_after_crash_is_stopped);
    tcase_add_test(t, job_is_stopped);
    tcase_add_test(t, job_that_is_released_goes_on);
    tcase_add_loop_test(t, job_table, 0, COUNT(all_jobs));
    tcase_add_loop_test(t, invoke, 0, COUNT(invokes));
    tcase_add_loop_test(t, guard_behind_proxy, 0, COUNT(proxied));
    tcase_add_test(t, oauth);
    tcase_add_loop_test(t, place, 0, COUNT(places));
    tcase_add_loop_test(t, bad_place, 0, COUNT(bad_places));
    tcase_add_loop_test(t, jar_option, 0, COUNT(jar_options));
    tcase_add_loop_test(t, partition, 0, COUNT(partitions));
    tcase_add_loop_test(t, host_name, 0, COUNT(host_names));
    tcase_add_loop_test(t, address, 0, COUNT(addresses));
    tcase_add_loop_test(t, xml, 0, COUNT(xmls));
    tcase_add_test(t, deep_xml);
    suite_add_tcase(s, t);
    return run_suite(s);
}
