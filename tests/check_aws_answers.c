/* Answers of services of AWS as a Task gets them: by protocol, by the older integrations, errors.
 */

#include "tests/support/expect.h"

#include "runtime/aws/aws_impl.h"

#include <string.h>

#define PARAMETERS "{\"ApplicationId\":\"a-1\"}" /* of all calls here; few results have of them */

static void read_answer_of(const char *call, int status, const char *headers, const char *body,
                           size_t len, struct buf *out)
{
    struct buf resource = {0};
    struct asl_resource r;
    struct aws_call c;
    struct aws_result result = {0};
    struct diag why = {0};
    json *h = json_of(headers ? headers : "{}");

    buf_printf(&resource, "arn:aws:states:::%s", call);
    ck_assert(asl_resource_read(buf_str(&resource), &r));
    ck_assert_msg(aws_call_read(&r, &c, &why), "%s: %s", call, why.text);
    json *parameters = json_of(PARAMETERS);
    struct aws_answer a = {.status = status,
                           .body = body,
                           .len = len,
                           .headers = h,
                           .request_id = "made",
                           .parameters = parameters};
    aws_answer_read(&c, &a, &result);
    json_unref(parameters);
    if (result.ok)
        json_write(out, result.value);
    else
        buf_printf(out, "%s: %s", json_str(result.error), json_str(result.cause));
    aws_result_clear(&result);
    json_unref(h);
    buf_clear(&resource);
}

static void read_answer(const char *call, int status, const char *headers, const char *body,
                        struct buf *out)
{
    read_answer_of(call, status, headers, body, strlen(body), out);
}

static const struct {
    const char *name, *call, *headers, *body, *want;
} answers[] = {
    /* Route 53 */
    {"route53: ids without what they are of", "aws-sdk:route53:createHostedZone", NULL,
     "<CreateHostedZoneResponse><HostedZone><Id>/hostedzone/Z1</Id><Name>n/a</Name></HostedZone>"
     "<ChangeInfo><Id>/change/C1</Id></ChangeInfo><DelegationSet><Id>/delegationset/N1</Id>"
     "</DelegationSet></CreateHostedZoneResponse>",
     "{\"HostedZone\":{\"Id\":\"Z1\",\"Name\":\"n/a\"},\"ChangeInfo\":{\"Id\":\"C1\"},"
     "\"DelegationSet\":{\"Id\":\"N1\"}}"},
    {"route53: ids of lists", "aws-sdk:route53:listHostedZones", NULL,
     "<ListHostedZonesResponse><HostedZones><HostedZone><Id>/hostedzone/Z1</Id></HostedZone>"
     "</HostedZones></ListHostedZonesResponse>",
     "{\"HostedZones\":[{\"Id\":\"Z1\"}]}"},

    /* json */
    {"json: the SDK's names, times as text", "aws-sdk:secretsmanager:getSecretValue", NULL,
     "{\"ARN\":\"a\",\"CreatedDate\":1700000000,\"VersionId\":null}",
     "{\"Arn\":\"a\",\"CreatedDate\":\"2023-11-14T22:13:20Z\"}"},
    {"json: a number that is no time stays", "aws-sdk:ecs:describeClusters", NULL,
     "{\"clusters\":[{\"runningTasksCount\":1700000000}]}",
     "{\"Clusters\":[{\"RunningTasksCount\":1700000000}]}"},
    {"json: keys of maps are data, what is in them has names", "aws-sdk:health:describeEvents",
     NULL, "{\"events\":[{\"arn\":\"a\",\"startTime\":1.5}]}",
     "{\"Events\":[{\"Arn\":\"a\",\"StartTime\":\"1970-01-01T00:00:01.500Z\"}]}"},
    {"json: what is newer than the model", "aws-sdk:ecs:describeClusters", NULL,
     "{\"news\":{\"a\":1}}", "{\"News\":{\"a\":1}}"},
    {"json: a time that is text", "aws-sdk:ssm:getParameter", NULL,
     "{\"Parameter\":{\"LastModifiedDate\":\"2023-11-14T22:13:20.000Z\"}}",
     "{\"Parameter\":{\"LastModifiedDate\":\"2023-11-14T22:13:20Z\"}}"},
    {"json: the kind of a union is not told", "aws-sdk:dynamodb:getItem", NULL,
     "{\"Item\":{\"k\":{\"S\":\"v\",\"__type\":\"x\"}}}", "{\"Item\":{\"k\":{\"S\":\"v\"}}}"},
    {"an answer that is empty, to which Step Functions adds", "emr-serverless:startApplication",
     NULL, "{}", "{\"ApplicationId\":\"a-1\"}"},
    {"likewise when it stops", "emr-serverless:stopApplication", NULL, "",
     "{\"ApplicationId\":\"a-1\"}"},
    {"and when it goes away", "emr-serverless:deleteApplication", NULL, "{}",
     "{\"ApplicationId\":\"a-1\"}"},
    {"json: null for a body", "aws-sdk:kms:createAlias", NULL, "null", "{}"},
    {"json: DynamoDB's values, as the SDK calls them", "aws-sdk:dynamodb:getItem", NULL,
     "{\"Item\":{\"k\":{\"L\":[{\"BOOL\":true},{\"NULL\":true},{\"SS\":[\"a\"]}]}}}",
     "{\"Item\":{\"k\":{\"L\":[{\"Bool\":true},{\"Nul\":true},{\"Ss\":[\"a\"]}]}}}"},
    {"json: but not for the integration of its own", "dynamodb:getItem", NULL,
     "{\"Item\":{\"k\":{\"NULL\":true}}}",
     "{\"Item\":{\"k\":{\"NULL\":true}},\"SdkHttpMetadata\":{\"AllHttpHeaders\":{},"
     "\"HttpHeaders\":{},\"HttpStatusCode\":200},\"SdkResponseMetadata\":{\"RequestId\":\"made\"}"
     "}"},
    {"json: no body", "aws-sdk:ecs:describeClusters", NULL, "", "{}"},
    {"json: no JSON", "aws-sdk:ecs:describeClusters", NULL, "x",
     "Ecs.SdkClientException: Unable to unmarshall response: expected a value, but found "
     "'x'; a string needs double quotes (status 200: x)"},

    /* rest-json */
    {"rest-json: bytes are text, the status and headers are members", "aws-sdk:lambda:invoke",
     "{\"X-Amz-Executed-Version\":\"7\"}", "{\"a\":1}",
     "{\"ExecutedVersion\":\"7\",\"StatusCode\":200,\"Payload\":\"{\\\"a\\\":1}\"}"},
    {"rest-json: a header of JSON", "aws-sdk:lexruntimeservice:postContent",
     "{\"x-amz-lex-slots\":\"eyJrIjoxfQ==\"}", "sound",
     "{\"Slots\":{\"k\":1},\"AudioStream\":\"sound\"}"},
    {"rest-json: times in ISO 8601", "aws-sdk:accessanalyzer:getAnalyzer", NULL,
     "{\"analyzer\":{\"createdAt\":\"2023-11-14T22:13:20.5Z\"}}",
     "{\"Analyzer\":{\"CreatedAt\":\"2023-11-14T22:13:20.500Z\"}}"},

    /* rest-xml */
    {"rest-xml: headers with a beginning, numbers and times in headers", "aws-sdk:s3:headObject",
     "{\"Content-Length\":\"7\",\"Last-Modified\":\"Tue, 15 Nov 1994 08:12:31 GMT\","
     "\"x-amz-meta-K\":\"v\",\"x-amz-delete-marker\":\"true\"}",
     "",
     "{\"ContentLength\":7,\"DeleteMarker\":true,\"LastModified\":\"1994-11-15T08:12:31Z\","
     "\"Metadata\":{\"K\":\"v\"}}"},
    {"rest-xml: lists beside members, and within one; numbers, truth", "aws-sdk:s3:listObjectsV2",
     NULL,
     "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>false"
     "</IsTruncated><Contents><Key>a</Key><Size>1</Size><LastModified>2023-11-14T22:13:20.000Z"
     "</LastModified></Contents><Contents><Key>b</Key></Contents><KeyCount>2</KeyCount>"
     "<News>x</News></ListBucketResult>",
     "{\"IsTruncated\":false,\"Contents\":[{\"Key\":\"a\",\"Size\":1,\"LastModified\":"
     "\"2023-11-14T22:13:20Z\"},{\"Key\":\"b\"}],\"KeyCount\":2}"},
    {"rest-xml: a list of none", "aws-sdk:s3:listBuckets", NULL,
     "<ListAllMyBucketsResult><Buckets/><Owner><ID>i</ID></Owner></ListAllMyBucketsResult>",
     "{\"Buckets\":[],\"Owner\":{\"Id\":\"i\"}}"},
    {"rest-xml: an attribute", "aws-sdk:s3:getBucketAcl", NULL,
     "<AccessControlPolicy><AccessControlList><Grant><Grantee xmlns:xsi=\"u\" "
     "xsi:type=\"CanonicalUser\"><ID>i</ID></Grantee></Grant></AccessControlList>"
     "</AccessControlPolicy>",
     "{\"Grants\":[{\"Grantee\":{\"Type\":\"CanonicalUser\",\"Id\":\"i\"}}]}"},
    {"rest-xml: a payload", "aws-sdk:s3:copyObject", NULL,
     "<CopyObjectResult><ETag>&quot;e&quot;</ETag></CopyObjectResult>",
     "{\"CopyObjectResult\":{\"ETag\":\"\\\"e\\\"\"}}"},
    {"rest-xml: a text alone", "aws-sdk:s3:getBucketLocation", NULL,
     "<LocationConstraint>eu-west-1</LocationConstraint>",
     "{\"LocationConstraint\":\"eu-west-1\"}"},
    {"rest-xml: an error that comes after the status", "aws-sdk:s3:copyObject", NULL,
     "<Error><Code>InternalError</Code><Message>m</Message></Error>",
     "S3.S3Exception: m (Service: S3, Status Code: 200, Request ID: made)"},
    {"rest-xml: an object may look like one", "aws-sdk:s3:getObject", NULL,
     "<Error><Code>x</Code></Error>",
     "{\"Metadata\":{},\"Body\":\"<Error><Code>x</Code></Error>\"}"},
    {"rest-xml: no XML", "aws-sdk:s3:listBuckets", NULL, "<a>",
     "S3.SdkClientException: Unable to unmarshall response: no element found (status "
     "200: <a>)"},
    {"a web page where JSON is asked for", "aws-sdk:sqs:listQueues",
     "{\"Content-Type\":\"text/html\"}", "<!DOCTYPE html>\n<p>Log in",
     "Sqs.SdkClientException: Unable to unmarshall response: it is a web "
     "page (status 200, text/html: <!DOCTYPE html> <p>Log in)"},
    {"a web page where S3 sends nothing", "aws-sdk:s3:deleteObject", NULL, " <HTML>hello</HTML>",
     "S3.SdkClientException: Unable to unmarshall response: it is a web page (status 200:  "
     "<HTML>hello</HTML>)"},
    {"a text where S3 sends nothing", "aws-sdk:s3:deleteObject",
     "{\"Content-Type\":\"text/plain\"}", "It works!",
     "S3.SdkClientException: Unable to unmarshall response: it has a text where the "
     "service sends nothing (status 200, text/plain: It works!)"},
    {"an emulator's empty page where S3 sends nothing", "aws-sdk:s3:deleteObject",
     "{\"Content-Type\":\"text/html; charset=utf-8\"}", "", "{}"},
    {"a web page where a REST service sends nothing", "aws-sdk:lambda:deleteFunction", NULL,
     "<html></html>",
     "Lambda.SdkClientException: Unable to unmarshall response: it is a web page "
     "(status 200: <html></html>)"},
    {"a web page that was asked for", "aws-sdk:s3:getObject", NULL, "<html></html>",
     "{\"Metadata\":{},\"Body\":\"<html></html>\"}"},
    {"an object was put by nobody", "aws-sdk:s3:putObject", NULL, "",
     "S3.SdkClientException: Unable to unmarshall response: it has no ETag (status 200, no body)"},
    {"an object was put, and more is told", "aws-sdk:s3:putObject", "{\"etag\":\"e\"}", "<a/>",
     "{\"ETag\":\"e\"}"},
    {"a part was put by nobody", "aws-sdk:s3:uploadPart", NULL, "",
     "S3.SdkClientException: Unable to unmarshall response: it has no ETag (status 200, no body)"},
    {"rest-xml: nothing", "aws-sdk:s3:listObjectsV2", NULL, "",
     "S3.SdkClientException: Unable to unmarshall response: it has no body (status 200, no body)"},
    {"json: nothing, where there must be something", "states:startExecution", NULL, "",
     "StepFunctions.SdkClientException: Unable to unmarshall response: it has no body (status 200, "
     "no body)"},
    {"json: nothing, where members need not be there", "aws-sdk:dynamodb:putItem", NULL, "", "{}"},
    {"rest-json: nothing, where there must be something", "aws-sdk:eventbridge:listRules", NULL, "",
     "{}"},
    {"rest-xml: a list of nothing", "aws-sdk:s3:listObjectsV2", NULL, "<ListBucketResult/>", "{}"},
    {"rest-xml: another's list", "aws-sdk:s3:listObjectsV2", NULL,
     "<ListAllMyBucketsResult><Prefix/></ListAllMyBucketsResult>",
     "S3.SdkClientException: Unable to unmarshall response: its <ListAllMyBucketsResult> is no "
     "answer to "
     "ListObjectsV2 (status 200: <ListAllMyBucketsResult><Prefix/></ListAllMyBucketsResult>)"},
    {"rest-xml: nothing that the model has", "aws-sdk:route53:listHostedZones", NULL,
     "<status>ok</status>",
     "Route53.SdkClientException: Unable to unmarshall response: its <status> is no answer to "
     "ListHostedZones (status 200: <status>ok</status>)"},
    {"rest-xml: no member that is set", "aws-sdk:s3:getBucketVersioning", NULL,
     "<VersioningConfiguration>\n</VersioningConfiguration>", "{}"},
    {"query: another answer", "aws-sdk:sns:publish", NULL, "<status>ok</status>",
     "Sns.SdkClientException: Unable to unmarshall response: its <status> is no PublishResponse "
     "(status "
     "200: <status>ok</status>)"},
    {"query: another answer, of which nothing is read", "aws-sdk:iam:deleteRole", NULL, "<status/>",
     "Iam.SdkClientException: Unable to unmarshall response: its <status> is no DeleteRoleResponse "
     "(status 200: <status/>)"},
    {"ec2: another answer", "aws-sdk:ec2:describeInstances", NULL, "<status/>",
     "Ec2.SdkClientException: Unable to unmarshall response: its <status> is no "
     "DescribeInstancesResponse (status 200: <status/>)"},

    /* query, ec2 */
    {"query: the wrapper's members, maps, times", "aws-sdk:sns:getTopicAttributes", NULL,
     "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes><entry><key>Owner</key>"
     "<value>1</value></entry></Attributes></GetTopicAttributesResult><ResponseMetadata/>"
     "</GetTopicAttributesResponse>",
     "{\"Attributes\":{\"Owner\":\"1\"}}"},
    {"query: names of several capitals", "aws-sdk:iam:getRole", NULL,
     "<R><GetRoleResult><Role><RoleId>i</RoleId><CreateDate>2023-11-14T22:13:20Z</CreateDate>"
     "<MaxSessionDuration>3600</MaxSessionDuration></Role></GetRoleResult></R>",
     "{\"Role\":{\"RoleId\":\"i\",\"CreateDate\":\"2023-11-14T22:13:20Z\","
     "\"MaxSessionDuration\":3600}}"},
    {"query: a list whose shape has its name on the wire",
     "aws-sdk:elasticache:modifyReplicationGroupShardConfiguration", NULL,
     "<R><ModifyReplicationGroupShardConfigurationResult><ReplicationGroup><PendingModifiedValues>"
     "<PendingLogDeliveryConfiguration><member><LogType>slow-log</LogType></member>"
     "</PendingLogDeliveryConfiguration></PendingModifiedValues></ReplicationGroup>"
     "</ModifyReplicationGroupShardConfigurationResult></R>",
     "{\"ReplicationGroup\":{\"PendingModifiedValues\":{\"LogDeliveryConfigurations\":[{"
     "\"LogType\":"
     "\"slow-log\"}]}}}"},
    {"query: no wrapper", "aws-sdk:iam:deleteRole", NULL, "<DeleteRoleResponse/>", "{}"},
    {"ec2: the root's members, lists of items", "aws-sdk:ec2:describeInstances", NULL,
     "<DescribeInstancesResponse><requestId>r</requestId><reservationSet><item><instancesSet><item>"
     "<instanceId>i</instanceId><ebsOptimized>true</ebsOptimized></item></instancesSet></item>"
     "</reservationSet></DescribeInstancesResponse>",
     "{\"Reservations\":[{\"Instances\":[{\"InstanceId\":\"i\",\"EbsOptimized\":true}]}]}"},

    /* the older integrations */
    {"in milliseconds, by the service's own names", "sqs:sendMessage", NULL,
     "{\"MD5OfMessageBody\":\"m\"}",
     "{\"MD5OfMessageBody\":\"m\",\"SdkHttpMetadata\":{\"AllHttpHeaders\":{},\"HttpHeaders\":{},"
     "\"HttpStatusCode\":200},\"SdkResponseMetadata\":{\"RequestId\":\"made\"}}"},
};

START_TEST(answer)
{
    struct buf got = {0};

    read_answer(answers[_i].call, 200, answers[_i].headers, answers[_i].body, &got);
    expect_text(answers[_i].name, buf_str(&got), answers[_i].want);
    buf_clear(&got);
}
END_TEST

static const struct {
    const char *name, *call, *headers, *body, *want;
} errors[] = {
    {"json: by the model, as the SDK's class", "aws-sdk:ssm:getParameter",
     "{\"x-amzn-RequestId\":\"r\"}",
     "{\"__type\":\"com.amazonaws.ssm#ParameterNotFound\",\"message\":\"m\"}",
     "Ssm.ParameterNotFoundException: m (Service: Ssm, Status Code: 400, Request ID: r)"},
    {"json: one that the model has not", "aws-sdk:ssm:getParameter", NULL,
     "{\"__type\":\"Odd\",\"Message\":\"m\"}",
     "Ssm.SsmException: m (Service: Ssm, Status Code: 400, Request ID: made)"},
    {"json: the code of the older protocol is beside", "sqs:sendMessage",
     "{\"x-amzn-query-error\":\"AWS.SimpleQueueService.NonExistentQueue;Sender\"}",
     "{\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\",\"message\":\"m\"}",
     "SQS.QueueDoesNotExistException: m (Service: AmazonSQS; Status Code: 400; Error Code: "
     "AWS.SimpleQueueService.NonExistentQueue; Request ID: made; Proxy: null)"},
    {"rest-json: by a header", "aws-sdk:lambda:invoke",
     "{\"x-amzn-ErrorType\":\"TooManyRequestsException\"}", "{\"message\":\"m\"}",
     "Lambda.TooManyRequestsException: m (Service: Lambda, Status Code: 400, Request ID: made)"},
    {"rest-json: Code in the body", "aws-sdk:lambda:invoke", NULL,
     "{\"Code\":\"ServiceException\",\"Message\":\"m\"}",
     "Lambda.ServiceException: m (Service: Lambda, Status Code: 400, Request ID: made)"},
    {"rest-xml", "aws-sdk:cloudfront:getDistribution", NULL,
     "<ErrorResponse><Error><Code>NoSuchDistribution</Code><Message>m</Message></Error><RequestId>q"
     "</RequestId></ErrorResponse>",
     "CloudFront.NoSuchDistributionException: m (Service: CloudFront, Status Code: 400, Request "
     "ID: q)"},
    {"query: the model's code is not the class's name", "aws-sdk:rds:describeDBInstances", NULL,
     "<ErrorResponse><Error><Code>DBInstanceNotFound</Code><Message>m</Message></Error>"
     "</ErrorResponse>",
     "Rds.DbInstanceNotFoundException: m (Service: Rds, Status Code: 400, Request ID: made)"},
    {"query: capitals in the midst of a class's name", "aws-sdk:rds:createDBInstance", NULL,
     "<ErrorResponse><Error><Code>InvalidVPCNetworkStateFault</Code><Message>m</Message></Error>"
     "</ErrorResponse>",
     "Rds.InvalidVpcNetworkStateException: m (Service: Rds, Status Code: 400, Request ID: made)"},
    {"ec2: its errors are in no model", "aws-sdk:ec2:describeInstances", NULL,
     "<Response><Errors><Error><Code>InvalidInstanceID.Malformed</Code><Message>m</Message></Error>"
     "</Errors><RequestID>q</RequestID></Response>",
     "Ec2.Ec2Exception: m (Service: Ec2, Status Code: 400, Request ID: q)"},
    {"a page of a proxy", "aws-sdk:ec2:describeInstances", NULL, "<html>busy</html>",
     "Ec2.Ec2Exception: <html>busy</html> (Service: Ec2, Status Code: 400, Request ID: made)"},
};

START_TEST(error_answer)
{
    struct buf got = {0};

    read_answer(errors[_i].call, 400, errors[_i].headers, errors[_i].body, &got);
    expect_text(errors[_i].name, buf_str(&got), errors[_i].want);
    buf_clear(&got);
}
END_TEST

/* Errors that say little. */
static const struct {
    const char *name, *call;
    int status;
    const char *headers, *body, *want;
} bare_errors[] = {
    {"a HEAD that finds nothing", "aws-sdk:s3:headObject", 404, NULL, "",
     "S3.NoSuchKeyException: null (Service: S3, Status Code: 404, Request ID: made)"},
    {"a HEAD that finds no bucket", "aws-sdk:s3:headBucket", 404, NULL, "",
     "S3.NoSuchBucketException: null (Service: S3, Status Code: 404, Request ID: made)"},
    {"another server knows nothing of keys", "aws-sdk:s3:getObject", 404, NULL, "<html>no</html>",
     "S3.S3Exception: <html>no</html> (Service: S3, Status Code: 404, Request ID: made)"},
    {"a key is not missed where none is read", "aws-sdk:s3:putObject", 404, NULL, "",
     "S3.S3Exception: null (Service: S3, Status Code: 404, Request ID: made)"},
    {"nor where a list is asked for", "aws-sdk:s3:listObjectsV2", 404, NULL, "",
     "S3.S3Exception: null (Service: S3, Status Code: 404, Request ID: made)"},
    {"a redirection", "aws-sdk:ssm:getParameter", 302,
     "{\"Location\":\"https://login.example/a?token=t\"}", "<html>",
     "Ssm.SsmException: The answer redirects to https://login.example/a, where nothing is asked "
     "(Service: Ssm, Status Code: 302, Request ID: made)"},
    {"a redirection with words of its own", "aws-sdk:s3:getObject", 301, "{\"Location\":\"/x\"}",
     "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>",
     "S3.S3Exception: m (Service: S3, Status Code: 301, Request ID: made)"},
};

START_TEST(bare_error)
{
    struct buf got = {0};

    read_answer(bare_errors[_i].call, bare_errors[_i].status, bare_errors[_i].headers,
                bare_errors[_i].body, &got);
    expect_text(bare_errors[_i].name, buf_str(&got), bare_errors[_i].want);
    buf_clear(&got);
}
END_TEST

/* ---- XML ---- */

static void show_element(struct buf *out, const struct aws_element *n)
{
    buf_printf(out, "%s(", n->name);
    for (const struct aws_element *kid = n->first; kid; kid = kid->next)
        show_element(out, kid);
    if (!n->first)
        buf_add(out, n->text.data ? n->text.data : "", n->text.len);
    buf_addc(out, ')');
}

static const struct {
    const char *name, *text, *want; /* want NULL: refused */
} xmls[] = {
    {"elements without elements are text", "<a><b> x </b><c/></a>", "a(b( x )c())"},
    {"what stands between elements doesn't count", "<a>\n <b>x</b>\n</a>", "a(b(x))"},
    {"references and CDATA", "<a>&lt;&#65;&amp;<![CDATA[<x>]]></a>", "a(<A&<x>)"},
    {"prefixes are left out", "<n:a xmlns:n=\"u\"><n:b>x</n:b></n:a>", "a(b(x))"},
    {"attributes come first", "<a n:t=\"x\"><b/></a>", "a(n:t(x)b())"},
    {"nothing", "", NULL},
    {"no XML", "{}", NULL},
    {"cut off", "<a><b>", NULL},
    {"a DOCTYPE", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", NULL},
    {"an entity that nobody declared", "<a>&x;</a>", NULL},
    {"two roots", "<a/><b/>", NULL},
};

START_TEST(xml)
{
    struct aws_xml *x = aws_xml_read(xmls[_i].text, strlen(xmls[_i].text), NULL);
    struct buf got = {0};

    if (x)
        show_element(&got, aws_xml_root(x));
    expect_text(xmls[_i].name, x ? buf_str(&got) : NULL, xmls[_i].want);
    buf_clear(&got);
    aws_xml_free(x);
}
END_TEST

static const struct {
    const char *element, *why;
    int count;
} too_much[] = {
    {"<a>", "it is nested too deeply", 100},
    {"<b/>", "it has too many elements", 20001},
    {"<b c='d'/>", "it has too many elements", 10001},
};

START_TEST(xml_with_too_much)
{
    struct buf text = {0};
    struct diag why = {0};

    buf_adds(&text, "<r>");
    for (int i = 0; i < too_much[_i].count; i++)
        buf_adds(&text, too_much[_i].element);
    ck_assert(!aws_xml_read(text.data, text.len, &why));
    ck_assert_str_eq(why.text, too_much[_i].why);
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

/* ---- CBOR ---- */

#define RESULTS "aws-sdk:cloudwatchomni:getTelemetryQueryResults"
#define NO_CBOR(why)                                                                               \
    "CloudWatchOmni.SdkClientException: Unable to unmarshall response: " why " (status 200)"

/* Bodies in hexadecimal digits; those of RFC 8949's appendix A stand behind a61 "x". */
static const struct {
    const char *name, *call;
    int status;
    const char *body, *want;
} cbors[] = {
    {"the SDK's names, a time", "aws-sdk:eventbridgev2:describeEventBus", 200,
     "a2644e616d6561616c4372656174696f6e54696d65c11a695735a5",
     "{\"Name\":\"a\",\"CreationTime\":\"2026-01-02T03:04:05Z\"}"},
    {"a time with a fraction", "aws-sdk:eventbridgev2:describeEventBus", 200,
     "a16c4372656174696f6e54696d65c1fb41da55cd69500000",
     "{\"CreationTime\":\"2026-01-02T03:04:05.250Z\"}"},
    {"nothing at all", RESULTS, 200, "", "{}"},
    {"null and undefined are not there", RESULTS, 200, "a26178f66179f7", "{}"},
    {"small numbers", RESULTS, 200, "a26178176179 1818", "{\"X\":23,\"Y\":24}"},
    {"negative numbers", RESULTS, 200, "a2617820 61793903e7", "{\"X\":-1,\"Y\":-1000}"},
    {"the largest and the smallest number", RESULTS, 200,
     "a261781bffffffffffffffff61793bffffffffffffffff",
     "{\"X\":18446744073709551615,\"Y\":-18446744073709551616}"},
    {"beyond what is usual", RESULTS, 200, "a261781b800000000000000061793b8000000000000000",
     "{\"X\":9223372036854775808,\"Y\":-9223372036854775809}"},
    {"halves", RESULTS, 200, "a46178f93c006179f9c400617af90001617bf97c00",
     "{\"X\":1.0,\"Y\":-4.0,\"Z\":5.960464477539063E-8,\"{\":\"Infinity\"}"},
    {"floats are short", RESULTS, 200, "a26178fa3dcccccd6179fa7fc00000",
     "{\"X\":0.1,\"Y\":\"NaN\"}"},
    {"doubles", RESULTS, 200, "a26178fb3ff199999999999a6179fbfff0000000000000",
     "{\"X\":1.1,\"Y\":\"-Infinity\"}"},
    {"bytes are Base64", RESULTS, 200, "a1617844 01020304", "{\"X\":\"AQIDBA==\"}"},
    {"pieces of open length", RESULTS, 200, "bf61785f42010243030405ff61797f61616162ffff",
     "{\"X\":\"AQIDBAU=\",\"Y\":\"ab\"}"},
    {"arrays of both kinds", RESULTS, 200, "a2617883010280 61799f0182f4f5ffff",
     NO_CBOR("there is more behind its end")},
    {"arrays of both kinds, well closed", RESULTS, 200, "a261788301028061799f0182f4f5ff",
     "{\"X\":[1,2,[]],\"Y\":[1,[false,true]]}"},
    {"text that is no UTF-8", RESULTS, 200, "a1617861ff", "{\"X\":\"\xEF\xBF\xBD\"}"},
    {"the last of two alike", RESULTS, 200, "a2617801617802", "{\"X\":2}"},
    {"it ends in a number", RESULTS, 200, "a1617819", NO_CBOR("it ends too early")},
    {"it ends in a text", RESULTS, 200, "a1617865", NO_CBOR("it ends too early")},
    {"it ends in a map", RESULTS, 200, "a26178", NO_CBOR("it ends too early")},
    {"it ends in an open map", RESULTS, 200, "bf", NO_CBOR("it ends too early")},
    {"a length that says more than there is", RESULTS, 200, "a161789bffffffffffffffff",
     NO_CBOR("it ends too early")},
    {"a break where none is", RESULTS, 200, "a16178ff",
     NO_CBOR("a length that CBOR does not have")},
    {"a length that there is not", RESULTS, 200, "a161781c",
     NO_CBOR("a length that CBOR does not have")},
    {"a key that is a number", RESULTS, 200, "a10102", NO_CBOR("a key that is no text")},
    {"a piece of another kind", RESULTS, 200, "a161785f6161ff", NO_CBOR("a piece of another kind")},
    {"a simple value of later days", RESULTS, 200, "a16178f8ff",
     NO_CBOR("a simple value that nobody knows")},
    {"no object", RESULTS, 200, "80", NO_CBOR("it is no object")},
    {"an error of the model", RESULTS, 400,
     "a2665f5f747970657821636f6d2e616d617a6f6e6177732e7823436f6e666c696374457863657074696f6e676d"
     "657373616765626e6f",
     "CloudWatchOmni.ConflictException: no (Service: CloudWatchOmni, Status Code: 400, "
     "Request ID: made)"},
    {"an error that says nothing", RESULTS, 500, "ff",
     "CloudWatchOmni.CloudWatchOmniException: null (Service: CloudWatchOmni, Status Code: 500, "
     "Request ID: made)"},
};

static void add_bytes(struct buf *out, const char *hex)
{
    static const char digits[] = "0123456789abcdef";

    for (; *hex; hex += 2) {
        hex += *hex == ' ';
        buf_addc(out, (char)((strchr(digits, hex[0]) - digits) << 4 |
                             (strchr(digits, hex[1]) - digits)));
    }
}

START_TEST(cbor)
{
    struct buf body = {0}, got = {0};

    add_bytes(&body, cbors[_i].body);
    read_answer_of(cbors[_i].call, cbors[_i].status, NULL, buf_str(&body), body.len, &got);
    expect_text(cbors[_i].name, buf_str(&got), cbors[_i].want);
    buf_clear(&body);
    buf_clear(&got);
}
END_TEST

/* However deep it goes, it is refused in time. */
START_TEST(deep_cbor)
{
    struct buf body = {0}, got = {0};

    for (size_t i = 0; i < 1000000; i++)
        buf_addc(&body, (char)(_i ? 0xc1 : 0x81));
    read_answer_of(RESULTS, 200, NULL, body.data, body.len, &got);
    expect_text("depth", buf_str(&got), NO_CBOR("it is nested too deeply"));
    buf_clear(&body);
    buf_clear(&got);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("aws_answers");
    TCase *t = tcase_create("answers");

    tcase_add_loop_test(t, answer, 0, COUNT(answers));
    tcase_add_loop_test(t, bare_error, 0, COUNT(bare_errors));
    tcase_add_loop_test(t, error_answer, 0, COUNT(errors));
    tcase_add_loop_test(t, xml, 0, COUNT(xmls));
    tcase_add_loop_test(t, xml_with_too_much, 0, COUNT(too_much));
    tcase_add_loop_test(t, cbor, 0, COUNT(cbors));
    tcase_add_loop_test(t, deep_cbor, 0, 2);
    suite_add_tcase(s, t);
    return run_suite(s);
}
