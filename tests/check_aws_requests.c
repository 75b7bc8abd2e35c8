/* Requests to services of AWS, by byte: each protocol, and what members are in it. */

#include "tests/support/expect.h"

#include "runtime/aws/aws_impl.h"

#include <string.h>

/* The request in lines: what goes before AWS's host, method, path and query, headers, body. */
static void show(struct buf *out, struct aws_request *q)
{
    if (q->host.len)
        buf_printf(out, "%s\n", buf_str(&q->host));
    buf_printf(out, "%s %s%s%s\n", q->method, buf_str(&q->path), q->query.len ? "?" : "",
               buf_str(&q->query));
    for (size_t i = 0; i < q->header_count; i++)
        buf_printf(out, "%s: %s\n", q->headers[i].name, q->headers[i].value);
    buf_adds(out, buf_str(&q->body));
}

/* Makes the request of a call, or says why it can't be made. */
static void make_request(const char *call, const char *parameters, const char *key, struct buf *out)
{
    struct buf resource = {0};
    struct asl_resource r;
    struct aws_call c;
    struct aws_request q = {0};
    struct diag why = {0};
    json *v = json_of(parameters);
    bool good;

    buf_printf(&resource, "arn:aws:states:::%s", call);
    ck_assert(asl_resource_read(buf_str(&resource), &r));
    good = aws_call_read(&r, &c, &why) &&
           aws_request_make(&c, v, &(struct aws_caller){NULL, key}, &q, &why);
    if (good)
        show(out, &q);
    else
        buf_printf(out, "%s", why.text);
    aws_request_clear(&q);
    diag_clear(&why);
    json_unref(v);
    buf_clear(&resource);
}

#define JSON_BODY "Content-Type: application/json\n"
#define FORM "POST /\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n"
#define LOGS(action) "POST /\nContent-Type: application/x-amz-json-1.1\nX-Amz-Target: " action "\n"

static const struct {
    const char *name, *call, *parameters, *want;
} requests[] = {
    /* json */
    {"json: the service's names, at any depth; keys of maps are data", "aws-sdk:ecs:runTask",
     "{\"TaskDefinition\":\"d\",\"Overrides\":{\"ContainerOverrides\":[{\"Name\":\"c\"}]}}",
     LOGS("AmazonEC2ContainerServiceV20141113.RunTask") "{\"taskDefinition\":\"d\",\"overrides\":{"
                                                        "\"containerOverrides\":[{\"name\":\"c\"}]}"
                                                        "}"},
    {"an integration that has any call of its service", "bedrock-agentcore:getAgentCard",
     "{\"AgentRuntimeArn\":\"a/b\"}",
     "GET /runtimes/a%2Fb/invocations/.well-known/agent-card.json\n"},
    {"which there must be", "bedrock-agentcore:doNothing", "{}",
     "the service 'bedrockagentcore' has no call 'doNothing'"},
    {"the tag by which Step Functions knows its own", "mediaconvert:createJob",
     "{\"Role\":\"r\",\"Settings\":{},\"Tags\":{\"mine\":\"1\",\"ManagedByService\":\"me\"}}",
     "POST /2017-08-29/jobs\n" JSON_BODY "{\"role\":\"r\",\"settings\":{},\"tags\":{\"mine\":\"1\","
     "\"ManagedByService\":\"AWSStepFunctions\"}}"},
    {"a model speaks JSON unless the Task says otherwise", "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Body\":\"{}\"}",
     "POST /model/m/invoke\nContent-Type: application/json\nAccept: application/json\n{}"},
    {"the variable by which it does", "batch:submitJob.sync",
     "{\"JobName\":\"n\",\"ContainerOverrides\":{\"Vcpus\":1,\"Environment\":[{\"Name\":\"A\","
     "\"Value\":\"b\"}]}}",
     "POST /v1/submitjob\n" JSON_BODY
     "{\"jobName\":\"n\",\"containerOverrides\":{\"vcpus\":1,\"environment\":[{\"name\":\"A\","
     "\"value\":\"b\"},{\"name\":\"MANAGED_BY_AWS\",\"value\":\"STARTED_BY_STEP_FUNCTIONS\"}]}}"},
    {"not where nobody waits", "batch:submitJob", "{\"JobName\":\"n\"}",
     "POST /v1/submitjob\n" JSON_BODY "{\"jobName\":\"n\"}"},
    {"nor for a job of several nodes", "batch:submitJob.sync",
     "{\"JobName\":\"n\",\"NodeOverrides\":{\"NumNodes\":2}}",
     "POST /v1/submitjob\n" JSON_BODY "{\"jobName\":\"n\",\"nodeOverrides\":{\"numNodes\":2}}"},
    {"json: structures in maps have names, too", "aws-sdk:glue:getTable",
     "{\"databaseName\":\"d\",\"name\":\"t\"}",
     LOGS("AWSGlue.GetTable") "{\"DatabaseName\":\"d\",\"Name\":\"t\"}"},
    {"json: names that the SDK writes otherwise", "aws-sdk:kms:createCustomKeyStore",
     "{\"CustomKeyStoreName\":\"n\",\"TrustAnchorCertificate\":\"t\"}",
     LOGS("TrentService.CreateCustomKeyStore") "{\"CustomKeyStoreName\":\"n\","
                                               "\"TrustAnchorCertificate\":\"t\"}"},
    {"json: times are seconds", "aws-sdk:glue:getTable",
     "{\"DatabaseName\":\"d\",\"Name\":\"t\",\"QueryAsOfTime\":\"2026-01-02T03:04:05.25Z\"}",
     LOGS("AWSGlue.GetTable") "{\"DatabaseName\":\"d\",\"Name\":\"t\","
                              "\"QueryAsOfTime\":1.76732304525E9}"},
    {"json: or were seconds already", "aws-sdk:glue:getTable", "{\"QueryAsOfTime\":1767323045}",
     LOGS("AWSGlue.GetTable") "{\"QueryAsOfTime\":1767323045}"},
    {"json: before 1970", "aws-sdk:glue:getTable",
     "{\"QueryAsOfTime\":\"1969-12-31T23:59:59.500Z\"}",
     LOGS("AWSGlue.GetTable") "{\"QueryAsOfTime\":-0.5}"},
    {"json: a time that is none is the service's to refuse", "aws-sdk:glue:getTable",
     "{\"QueryAsOfTime\":\"soon\"}", LOGS("AWSGlue.GetTable") "{\"QueryAsOfTime\":\"soon\"}"},
    {"json: bytes are Base64", "aws-sdk:kms:encrypt", "{\"KeyId\":\"k\",\"Plaintext\":\"text\"}",
     LOGS("TrentService.Encrypt") "{\"KeyId\":\"k\",\"Plaintext\":\"dGV4dA==\"}"},
    {"json: bytes that are no text are those of their JSON", "aws-sdk:kms:encrypt",
     "{\"Plaintext\":{\"a\":1}}", LOGS("TrentService.Encrypt") "{\"Plaintext\":\"eyJhIjoxfQ==\"}"},
    {"json: members that are null are not given", "aws-sdk:ecs:runTask",
     "{\"Cluster\":null,\"Overrides\":{\"Cpu\":null}}",
     LOGS("AmazonEC2ContainerServiceV20141113.RunTask") "{\"overrides\":{}}"},
    {"json: a member that is newer than the model, as its neighbours are written",
     "aws-sdk:ecs:runTask", "{\"NewMember\":{\"A\":1}}",
     LOGS("AmazonEC2ContainerServiceV20141113.RunTask") "{\"newMember\":{\"A\":1}}"},
    {"json: keys of a map whose values are structures", "aws-sdk:dynamodb:putItem",
     "{\"TableName\":\"t\",\"Item\":{\"s\":{\"s\":\"v\"},\"m\":{\"M\":{\"b\":{\"Bool\":true}}}}}",
     "POST /\nContent-Type: application/x-amz-json-1.0\nX-Amz-Target: DynamoDB_20120810.PutItem\n"
     "{\"TableName\":\"t\",\"Item\":{\"s\":{\"S\":\"v\"},\"m\":{\"M\":{\"b\":{\"BOOL\":true}}}}}"},

    /* rest-json */
    {"rest-json: path, query with a list, no body", "aws-sdk:apigateway:untagResource",
     "{\"ResourceArn\":\"a/b c\",\"TagKeys\":[\"x\",\"y&\"]}",
     "DELETE /tags/a%2Fb%20c?tagKeys=x&tagKeys=y%26\nAccept: application/json\n"},
    {"rest-json: a map in the query", "aws-sdk:apigateway:getExport",
     "{\"RestApiId\":\"r\",\"StageName\":\"s\",\"ExportType\":\"t\",\"Parameters\":{\"k\":\"v\"}}",
     "GET /restapis/r/stages/s/exports/t?k=v\nAccept: application/json\n"},
    {"rest-json: times in the body are seconds, unless the model says otherwise",
     "aws-sdk:scheduler:createSchedule",
     "{\"Name\":\"n\",\"StartDate\":\"2026-01-02T03:04:05Z\",\"ClientToken\":\"t\"}",
     "POST /schedules/n\n" JSON_BODY "{\"StartDate\":1767323045,\"ClientToken\":\"t\"}"},
    {"rest-json: an empty body where members might be in it", "aws-sdk:batch:listJobs", "{}",
     "POST /v1/listjobs\n" JSON_BODY "{}"},
    {"rest-json: a payload of bytes, and what is in headers", "aws-sdk:lambda:invoke",
     "{\"FunctionName\":\"f\",\"InvocationType\":\"Event\",\"Payload\":\"{}\"}",
     "POST /2015-03-31/functions/f/invocations\nX-Amz-Invocation-Type: Event\n{}"},
    {"rest-json: a payload that is no text is JSON", "aws-sdk:lambda:invoke",
     "{\"FunctionName\":\"f\",\"Payload\":{\"a\":1}}",
     "POST /2015-03-31/functions/f/invocations\n" JSON_BODY "{\"a\":1}"},
    {"rest-json: a header of JSON", "aws-sdk:lexruntimeservice:postContent",
     "{\"BotName\":\"b\",\"BotAlias\":\"a\",\"UserId\":\"u\",\"SessionAttributes\":{\"k\":1},"
     "\"ContentType\":\"text/plain\",\"InputStream\":\"hi\"}",
     "POST /bot/b/alias/a/user/u/content\nx-amz-lex-session-attributes: eyJrIjoxfQ==\n"
     "Content-Type: text/plain\nhi"},
    {"rest-json: a label that is missing", "aws-sdk:lambda:getFunction", "{}",
     "The field 'FunctionName' is required but was missing"},
    {"rest-json: a label that is empty", "aws-sdk:lambda:getFunction", "{\"FunctionName\":\"\"}",
     "The field 'FunctionName' must not be empty"},
    {"rest-json: a label that would be a step in the path", "aws-sdk:lambda:getFunction",
     "{\"FunctionName\":\"..\"}", "The field 'FunctionName' must not be '.' or '..'"},
    {"rest-xml: a bucket that would be one", "aws-sdk:s3:deleteObject",
     "{\"Bucket\":\".\",\"Key\":\"k\"}", "The field 'Bucket' must not be '.' or '..'"},
    {"rest-json: a label that is a list", "aws-sdk:lambda:getFunction",
     "{\"FunctionName\":[\"f\"]}", "The field 'FunctionName' must be a string"},
    {"rest: headers by name that are no object", "aws-sdk:s3:putObject",
     "{\"Bucket\":\"b\",\"Key\":\"k\",\"Metadata\":[\"a\"]}", "'Metadata' must be an object"},
    {"rest-json: a member that is nowhere", "aws-sdk:lambda:getFunction",
     "{\"FunctionName\":\"f\",\"X\":1}", "The field 'X' can't be sent by this call here"},
    {"rest-json: Glacier's account is the caller's", "aws-sdk:glacier:listVaults", "{}",
     "GET /-/vaults\nx-amz-glacier-version: 2012-06-01\n"},
    {"rest-json: what goes before the host", "aws-sdk:neptunegraph:getGraphSummary",
     "{\"GraphIdentifier\":\"g-1\"}", "g-1.\nGET /summary\ngraphIdentifier: g-1\n"},
    {"rest-json: and can't make it another", "aws-sdk:neptunegraph:getGraphSummary",
     "{\"GraphIdentifier\":\"evil/\"}",
     "The field 'graphIdentifier' must be letters, digits, '-' and '.'"},

    /* rest-xml */
    {"rest-xml: a payload, its namespace, attributes and lists", "aws-sdk:s3:putBucketAcl",
     "{\"Bucket\":\"b\",\"AccessControlPolicy\":{\"Grants\":[{\"Grantee\":{\"Id\":\"i\",\"Type\":"
     "\"CanonicalUser\"},\"Permission\":\"READ\"}]}}",
     "PUT /b?acl\nx-amz-checksum-crc32: hvf8Qw==\nx-amz-sdk-checksum-algorithm: CRC32\n"
     "<AccessControlPolicy xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><AccessControlList>"
     "<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
     "xsi:type=\"CanonicalUser\"><ID>i</ID></Grantee><Permission>READ</Permission></Grant>"
     "</AccessControlList></AccessControlPolicy>"},
    {"rest-xml: flattened lists, truth, times", "aws-sdk:s3:deleteObjects",
     "{\"Bucket\":\"b\",\"Delete\":{\"Quiet\":true,\"Objects\":[{\"Key\":\"a&b\"},{\"Key\":\"\\r\","
     "\"LastModifiedTime\":\"2026-01-02T03:04:05Z\"}]}}",
     "POST /b?delete\nx-amz-checksum-crc32: Yc7O1Q==\nx-amz-sdk-checksum-algorithm: CRC32\n"
     "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet><Object><Key>"
     "a&amp;b</Key></Object><Object><Key>&#xD;</Key><LastModifiedTime>Fri, 02 Jan 2026 03:04:05 "
     "GMT</LastModifiedTime></Object></Delete>"},
    {"rest-xml: a checksum of another kind", "aws-sdk:s3:putBucketVersioning",
     "{\"Bucket\":\"b\",\"ChecksumAlgorithm\":\"SHA256\",\"VersioningConfiguration\":{\"Status\":"
     "\"Enabled\"}}",
     "PUT /b?versioning\nx-amz-sdk-checksum-algorithm: SHA256\n"
     "x-amz-checksum-sha256: SC1OUQtc3PC786BE6Cgy3HEfTyh1emwG6yF1goKnPvc=\n"
     "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled"
     "</Status></VersioningConfiguration>"},
    {"rest-xml: one that nobody knows", "aws-sdk:s3:putBucketVersioning",
     "{\"Bucket\":\"b\",\"ChecksumAlgorithm\":\"ROT13\",\"VersioningConfiguration\":{}}",
     "The checksum algorithm 'ROT13' is not known here"},
    {"rest-xml: times in headers; the length is ours to say", "aws-sdk:s3:putObject",
     "{\"Bucket\":\"b\",\"Key\":\"d/k\",\"Body\":\"x\",\"ContentLength\":99,\"Expires\":"
     "\"2026-01-02T03:04:05Z\",\"ObjectLockRetainUntilDate\":\"2026-01-02T03:04:05Z\"}",
     "PUT /b/d/k\nExpires: Fri, 02 Jan 2026 03:04:05 GMT\n"
     "x-amz-object-lock-retain-until-date: 2026-01-02T03:04:05Z\n\"x\""},
    {"rest-xml: a list in a header", "aws-sdk:s3:getObjectAttributes",
     "{\"Bucket\":\"b\",\"Key\":\"k\",\"ObjectAttributes\":[\"ETag\",\"a,\\\"b\"]}",
     "GET /b/k?attributes\nx-amz-object-attributes: ETag,\"a,\\\"b\"\n"},
    {"rest-xml: members without a payload, by the root's name", "aws-sdk:route53:createHostedZone",
     "{\"Name\":\"n\",\"CallerReference\":\"r\",\"HostedZoneConfig\":{\"Comment\":\"\"}}",
     "POST /2013-04-01/hostedzone\n<CreateHostedZoneRequest xmlns=\"https://route53.amazonaws.com/"
     "doc/2013-04-01/\"><Name>n</Name><CallerReference>r</CallerReference><HostedZoneConfig>"
     "<Comment /></HostedZoneConfig></CreateHostedZoneRequest>"},
    {"rest-xml: Route 53's ids without what they are of", "aws-sdk:route53:getHostedZone",
     "{\"Id\":\"/hostedzone/Z1\"}", "GET /2013-04-01/hostedzone/Z1\n"},
    {"rest-xml: Route 53's ids in a query", "aws-sdk:route53:listHostedZones",
     "{\"DelegationSetId\":\"/delegationset/N1\"}",
     "GET /2013-04-01/hostedzone?delegationsetid=N1\n"},
    {"rest-xml: Route 53's ids in a body", "aws-sdk:route53:createReusableDelegationSet",
     "{\"CallerReference\":\"r\",\"HostedZoneId\":\"/hostedzone/Z1\"}",
     "POST /2013-04-01/delegationset\n<CreateReusableDelegationSetRequest xmlns=\"https://"
     "route53.amazonaws.com/doc/2013-04-01/\"><CallerReference>r</CallerReference><HostedZoneId>"
     "Z1</HostedZoneId></CreateReusableDelegationSetRequest>"},
    {"rest: a NUL in a label", "aws-sdk:s3:getObject", "{\"Bucket\":\"b\",\"Key\":\"a\\u0000/c\"}",
     "GET /b/a%00/c\n"},
    {"rest-xml: a member that is unknown", "aws-sdk:s3:putBucketVersioning",
     "{\"Bucket\":\"b\",\"VersioningConfiguration\":{\"X\":1}}",
     "The field 'X' can't be sent by this call here"},

    /* query, ec2 */
    {"query: lists and maps", "aws-sdk:sns:createTopic",
     "{\"Name\":\"n\",\"Attributes\":{\"k\":\"v\"},\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}",
     FORM "Action=CreateTopic&Version=2010-03-31&Name=n&Attributes.entry.1.key=k&Attributes.entry."
          "1.value=v&Tags.member.1.Key=a&Tags.member.1.Value=b"},
    {"query: a list whose elements have a name, an empty one, a time, bytes",
     "aws-sdk:rds:describeEvents",
     "{\"EventCategories\":[\"a\"],\"Filters\":[],\"StartTime\":\"2026-01-02T03:04:05Z\"}",
     FORM "Action=DescribeEvents&Version=2014-10-31&EventCategories.EventCategory.1=a&Filters=&"
          "StartTime=2026-01-02T03%3A04%3A05Z"},
    {"query: a member that is newer than the model", "aws-sdk:iam:createRole",
     "{\"RoleName\":\"r\",\"X\":[{\"Y\":true}]}",
     FORM "Action=CreateRole&Version=2010-05-08&RoleName=r&X.member.1.Y=true"},
    {"ec2: lists without a word, names with a capital", "aws-sdk:ec2:describeInstances",
     "{\"InstanceIds\":[\"i\",\"j\"],\"DryRun\":false,\"Filters\":[{\"Name\":\"n\",\"Values\":["
     "\"v\"]"
     "}]}",
     FORM "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i&InstanceId.2=j&DryRun=false&"
          "Filter.1.Name=n&Filter.1.Value.1=v"},
    {"ec2: nothing of an empty list", "aws-sdk:ec2:describeInstances", "{\"InstanceIds\":[]}",
     FORM "Action=DescribeInstances&Version=2016-11-15"},

    /* none */
    /* what validation lets pass */
    {"numbers, true and false out of text, and JSON that goes as text", "aws-sdk:dynamodb:query",
     "{\"TableName\":{\"a\":[1]},\"Limit\":\"5\",\"ConsistentRead\":\"True\",\"ScanIndexForward\":"
     "\"false\",\"ExpressionAttributeValues\":{\":v\":{\"N\":[1],\"BOOL\":\"no\"}}}",
     "POST /\nContent-Type: application/x-amz-json-1.0\nX-Amz-Target: DynamoDB_20120810.Query\n"
     "{\"TableName\":\"{\\\"a\\\":[1]}\",\"Limit\":5,\"ConsistentRead\":true,"
     "\"ScanIndexForward\":false,\"ExpressionAttributeValues\":{\":v\":{\"N\":\"[1]\",\"BOOL\":"
     "\"no\"}}}"},
    {"whole numbers however they are written, and others as they are", "aws-sdk:dynamodb:scan",
     "{\"TableName\":\"t\",\"TotalSegments\":\"1e3\",\"Segment\":2.0,\"Limit\":1.5}",
     "POST /\nContent-Type: application/x-amz-json-1.0\nX-Amz-Target: DynamoDB_20120810.Scan\n"
     "{\"TableName\":\"t\",\"TotalSegments\":1000,\"Segment\":2,\"Limit\":1.5}"},
    {"a form", "aws-sdk:sns:createTopic",
     "{\"Name\":[\"n\"],\"Attributes\":{\"Policy\":{\"a\":\"b\"}}}",
     FORM "Action=CreateTopic&Version=2010-03-31&Name=%5B%22n%22%5D&Attributes.entry.1.key=Policy&"
          "Attributes.entry.1.value=%7B%22a%22%3A%22b%22%7D"},
    {"a form's true and false", "aws-sdk:rds:deleteDBInstance",
     "{\"DBInstanceIdentifier\":\"i\",\"SkipFinalSnapshot\":\"True\"}",
     FORM
     "Action=DeleteDBInstance&Version=2014-10-31&DBInstanceIdentifier=i&SkipFinalSnapshot=true"},
    {"a query", "aws-sdk:s3:listObjectsV2",
     "{\"Bucket\":\"b\",\"Prefix\":[\"p\"],\"MaxKeys\":\"2\",\"FetchOwner\":\"TRUE\"}",
     "GET /b?list-type=2&prefix=%5B%22p%22%5D&max-keys=2&fetch-owner=true\n"},
    {"a query's whole number", "aws-sdk:s3:listObjectsV2", "{\"Bucket\":\"b\",\"MaxKeys\":1e3}",
     "GET /b?list-type=2&max-keys=1000\n"},
    {"XML", "aws-sdk:s3:putPublicAccessBlock",
     "{\"Bucket\":\"b\",\"PublicAccessBlockConfiguration\":{\"BlockPublicAcls\":\"True\"}}",
     "PUT /b?publicAccessBlock\nx-amz-checksum-crc32: 77YsMg==\nx-amz-sdk-checksum-algorithm: "
     "CRC32\n<PublicAccessBlockConfiguration "
     "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><BlockPublicAcls>true</BlockPublicAcls></"
     "PublicAccessBlockConfiguration>"},
    {"a member whose name is a word of Java", "aws-sdk:guardduty:createFilter",
     "{\"DetectorId\":\"d\",\"Name\":\"n\",\"FindingCriteria\":{\"Criterion\":{\"k\":{"
     "\"EqualsValue\":[\"v\"],"
     "\"NotEquals\":[\"w\"]}}}}",
     "POST /detector/d/filter\n" JSON_BODY "{\"name\":\"n\",\"findingCriteria\":{\"criterion\":{"
     "\"k\":{\"equals\":[\"v\"],\"notEquals\":[\"w\"]}}}}"},
    {"a stream of events", "aws-sdk:lexruntimev2:startConversation", "{}",
     "'aws-sdk:lexruntimev2:startConversation' takes a stream of events, which a "
     "Task can't give"},
    {"no such call", "aws-sdk:s3:putObjects", "{}", "the service 's3' has no call 'putObjects'"},
    {"a call of the SDK that is to wait for its job", "aws-sdk:glue:startJobRun.sync", "{}",
     "'aws-sdk:glue:startJobRun.sync' can't wait: AWS waits for jobs of its own integrations"},
    {"no such service", "aws-sdk:s4:putObject", "{}",
     "'aws-sdk:s4:putObject' is no call that is known here"},
};

START_TEST(request)
{
    struct buf got = {0};

    make_request(requests[_i].call, requests[_i].parameters, NULL, &got);
    expect_text(requests[_i].name, buf_str(&got), requests[_i].want);
    buf_clear(&got);
}
END_TEST

#define CBOR(path)                                                                                 \
    "POST /service/" path                                                                          \
    "\nsmithy-protocol: rpc-v2-cbor\nAccept: application/cbor\nContent-Type: application/cbor\n"

/* Bodies of CBOR in hexadecimal digits, as botocore 1.44.8 writes them. */
static const struct {
    const char *name, *call, *parameters, *want;
} cbor_requests[] = {
    {"times: whole seconds and fractions", "aws-sdk:eventbridgev2:putEvents",
     "{\"EventBusArn\":\"a\",\"Entries\":[{\"Time\":\"2026-01-02T03:04:05Z\"},{\"Time\":1767323045."
     "25,"
     "\"Resources\":[]}]}",
     CBOR("AWSEventsV2/operation/PutEvents") "a26b4576656e7442757341726e616167456e747269657382a1645"
                                             "4696d65c11a695735a5a26454696d65c1fb41da55"
                                             "cd69500000695265736f757263657380"},
    {"bytes, and a map", "aws-sdk:eventbridgev2:putRawEvents",
     "{\"Entries\":[{\"Data\":\"b\xc3\xa4\",\"Metadata\":{\"K\":\"vvvvvvvvvvvvvvvvvvvvvvvv\"}}]}",
     CBOR("AWSEventsV2/operation/PutRawEvents") "a167456e747269657381a264446174614362c3a4684d657461"
                                                "64617461a1614b781876767676767676767676767676"
                                                "7676767676767676767676"},
    {"numbers of all sizes, and one that is none", "aws-sdk:cloudwatchomni:updateAlert",
     "{\"NotificationsEnabled\":true,\"Rule\":{\"TelemetryRule\":{\"Condition\":{"
     "\"WarningThreshold\":1.5,\"CriticalThreshold\":\"NaN\"},\"Evaluation\":{\"IntervalSeconds\":"
     "70000,\"PendingDurationSeconds\":3.0E2,\"RecoveryDurationSeconds\":-25}}}}",
     CBOR("CloudWatchOmniFrontend/operation/UpdateAlert") "a2746e6f74696669636174696f6e73456e61626c"
                                                          "6564f56472756c65a16d74656c656d6574727952"
                                                          "756c65a269636f"
                                                          "6e646974696f6ea2707761726e696e6754687265"
                                                          "73686f6c64fb3ff8000000000000716372697469"
                                                          "63616c54687265"
                                                          "73686f6c64f97e006a6576616c756174696f6ea3"
                                                          "6f696e74657276616c5365636f6e64731a000111"
                                                          "707670656e6469"
                                                          "6e674475726174696f6e5365636f6e647319012c"
                                                          "777265636f766572794475726174696f6e536563"
                                                          "6f6e6473381"
                                                          "8"},
    {"numbers out of text, and JSON that goes as text",
     "aws-sdk:cloudwatchomni:getTelemetryQueryResults",
     "{\"QueryId\":{\"a\":1},\"MaxResults\":\"5\"}",
     CBOR("CloudWatchOmniFrontend/operation/GetTelemetryQueryResults") "a26771756572794964677b22612"
                                                                       "23a317d6a6d6178526573756c74"
                                                                       "7305"},
    {"members that are null are not given, and nothing is an empty map",
     "aws-sdk:eventbridgev2:listEventBuses", "{\"NextToken\":null}",
     CBOR("AWSEventsV2/operation/ListEventBuses") "a0"},
    {"a member that is newer than the model, and one of another type",
     "aws-sdk:cloudwatchomni:getTelemetryQueryResults",
     "{\"MaxResults\":\"many\",\"NewMember\":[null,false,0.5,{\"a\":23}]}",
     CBOR("CloudWatchOmniFrontend/operation/GetTelemetryQueryResults") "a26a6d6178526573756c7473646"
                                                                       "d616e79696e65774d656d626572"
                                                                       "84f6f4fb3fe0000000000000a16"
                                                                       "16117"},
};

START_TEST(cbor_request)
{
    struct asl_resource r;
    struct aws_call c;
    struct aws_request q = {0};
    struct buf resource = {0}, got = {0}, body;
    json *v = json_of(cbor_requests[_i].parameters);

    buf_printf(&resource, "arn:aws:states:::%s", cbor_requests[_i].call);
    ck_assert(asl_resource_read(buf_str(&resource), &r) && aws_call_read(&r, &c, NULL));
    ck_assert(aws_request_make(&c, v, &(struct aws_caller){0}, &q, NULL));
    body = q.body;
    q.body = (struct buf){0};
    show(&got, &q);
    buf_add_hex(&got, (const unsigned char *)body.data, body.len);
    expect_text(cbor_requests[_i].name, buf_str(&got), cbor_requests[_i].want);
    aws_request_clear(&q);
    json_unref(v);
    buf_clear(&body);
    buf_clear(&resource);
    buf_clear(&got);
}
END_TEST

/* What makes a repeat of a call do nothing follows from the call's key, unless the Task gives it.
 */
static const struct {
    const char *name, *call, *parameters, *want;
} tokens[] = {
    {"a token is made", "aws-sdk:athena:startQueryExecution", "{}",
     "{\"ClientRequestToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}"},
    {"or given, by whatever capitals", "aws-sdk:athena:startQueryExecution",
     "{\"clientRequestToken\":\"t\"}", "{\"ClientRequestToken\":\"t\"}"},
    {"calls without one get none", "aws-sdk:athena:getQueryExecution", "{}", "{}"},
};

START_TEST(token)
{
    struct buf got = {0};

    make_request(tokens[_i].call, tokens[_i].parameters, "k", &got);
    expect_text(tokens[_i].name, strrchr(buf_str(&got), '\n') + 1, tokens[_i].want);
    buf_clear(&got);
}
END_TEST

/* What each algorithm makes of "123456789", as the catalogues of such codes have it. */
static const struct {
    const char *algorithm, *want;
} checksums[] = {
    {"CRC32", "y/Q5Jg=="},
    {"crc32c", "4waSgw=="},
    {"CRC64NVME", "rosUhgp5mIg="},
    {"MD5", "JfnnlDI7RTiF9RgfG2JNCw=="},
    {"SHA1", "98O8HYCOBHMq32eZZczDTKeuNEE="},
};

START_TEST(checksum)
{
    struct buf body = {0}, got = {0};

    buf_adds(&body, "123456789");
    ck_assert(aws_checksum(checksums[_i].algorithm, &body, &got));
    expect_text(checksums[_i].algorithm, buf_str(&got), checksums[_i].want);
    buf_clear(&body);
    buf_clear(&got);
}
END_TEST

/* Of a thousand letters, by Python's binascii: a longer text is read by another table. */
START_TEST(checksum_of_much)
{
    struct buf body = {0}, got = {0};

    for (int i = 0; i < 1000; i++)
        buf_addc(&body, (char)('a' + i % 26));
    ck_assert(aws_checksum("CRC32", &body, &got));
    expect_text("CRC32", buf_str(&got), "VAFipw==");
    buf_clear(&body);
    buf_clear(&got);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("aws_requests");
    TCase *t = tcase_create("requests");

    tcase_add_loop_test(t, request, 0, COUNT(requests));
    tcase_add_loop_test(t, cbor_request, 0, COUNT(cbor_requests));
    tcase_add_loop_test(t, token, 0, COUNT(tokens));
    tcase_add_loop_test(t, checksum, 0, COUNT(checksums));
    tcase_add_test(t, checksum_of_much);
    suite_add_tcase(s, t);
    return run_suite(s);
}
