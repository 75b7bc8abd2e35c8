/* Integrations that make calls beside their own: EMR's by a name, Bedrock's by objects of S3. */

#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include <string.h>

#define EMR "POST / [application/x-amz-json-1.1] [ElasticMapReduce."
#define GROUP                                                                                      \
    "{\"ClusterId\":\"j-1\",\"InstanceGroupName\":\"core\",\"InstanceGroup\":{\"InstanceCount\":"  \
    "8}}"
#define FLEET                                                                                      \
    "{\"ClusterId\":\"j-1\",\"InstanceFleetName\":\"core\",\"InstanceFleet\":"                     \
    "{\"TargetOnDemandCapacity\":8,\"TargetSpotCapacity\":0}}"
#define TEXT "Content-Type: text/plain\r\n"
#define JSON "Content-Type: application/json\r\n"
#define ARN "arn:aws:bedrock:us-east-1:1:provisioned-model/x"
#define ARN_PATH "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aprovisioned-model%2Fx"

static const struct {
    const char *name, *resource, *parameters;
    struct reply replies[MAX_REPLIES];
    const char *requests; /* METHOD target [Content-Type] [X-Amz-Target] body, in lines */
    const char *want;
} calls[] = {
    {"a group's id is found by its name",
     "elasticmapreduce:modifyInstanceGroupByName",
     GROUP,
     {{200, NULL,
       "{\"InstanceGroups\":[{\"Id\":\"ig-1\",\"Name\":\"master\"},{\"Id\":\"ig-2\",\"Name\":"
       "\"core\"}]}"},
      {200, ID, ""}},
     EMR "ListInstanceGroups] {\"ClusterId\":\"j-1\"}\n" EMR "ModifyInstanceGroups] "
         "{\"ClusterId\":\"j-1\",\"InstanceGroups\":[{\"InstanceCount\":8,\"InstanceGroupId\":\"ig-"
         "2\"}]}\n",
     "ok "
     "{\"SdkHttpMetadata\":{\"AllHttpHeaders\":{\"x-amzn-RequestId\":[\"r-1\"],\"Content-Length\":["
     "\"0\"]},"
     "\"HttpHeaders\":{\"Content-Length\":\"0\",\"x-amzn-RequestId\":\"r-1\"},\"HttpStatusCode\":"
     "200},"
     "\"SdkResponseMetadata\":{\"RequestId\":\"r-1\"}}"},
    {"on a later page of the list",
     "elasticmapreduce:modifyInstanceGroupByName",
     GROUP,
     {{200, NULL,
       "{\"InstanceGroups\":[{\"Id\":\"ig-1\",\"Name\":\"master\"}],\"Marker\":\"m 1\"}"},
      {200, NULL, "{\"InstanceGroups\":[{\"Id\":\"ig-2\",\"Name\":\"core\"}]}"},
      {400, ID, "{\"__type\":\"InvalidRequestException\",\"Message\":\"no\"}"}},
     EMR "ListInstanceGroups] {\"ClusterId\":\"j-1\"}\n" EMR
         "ListInstanceGroups] {\"ClusterId\":\"j-1\",\"Marker\":\"m 1\"}\n" EMR
         "ModifyInstanceGroups] "
         "{\"ClusterId\":\"j-1\",\"InstanceGroups\":[{\"InstanceCount\":8,\"InstanceGroupId\":\"ig-"
         "2\"}]}\n",
     "failed ElasticMapReduce.InvalidRequestException: no (Service: AmazonElasticMapReduce; Status "
     "Code: 400; "
     "Error Code: InvalidRequestException; Request ID: r-1; Proxy: null)"},
    {"a group and its change in small letters",
     "elasticmapreduce:modifyInstanceGroupByName",
     "{\"clusterId\":\"j-1\",\"instanceGroupName\":\"core\",\"instanceGroup\":{\"InstanceCount\":8}"
     "}",
     {{200, NULL, "{\"InstanceGroups\":[{\"Id\":\"ig-2\",\"Name\":\"core\"}]}"}, {500, ID, ""}},
     EMR "ListInstanceGroups] {\"ClusterId\":\"j-1\"}\n" EMR "ModifyInstanceGroups] "
         "{\"ClusterId\":\"j-1\",\"InstanceGroups\":[{\"InstanceCount\":8,\"InstanceGroupId\":\"ig-"
         "2\"}]}\n",
     "failed ElasticMapReduce.AmazonElasticMapReduceException: null (Service: "
     "AmazonElasticMapReduce; Status Code: 500; Error Code: null; Request ID: r-1; Proxy: null)"},
    {"a list that goes on where it was",
     "elasticmapreduce:modifyInstanceGroupByName",
     GROUP,
     {{200, NULL, "{\"InstanceGroups\":[],\"Marker\":\"m 1\"}"},
      {200, NULL, "{\"InstanceGroups\":[],\"Marker\":\"m 1\"}"}},
     EMR "ListInstanceGroups] {\"ClusterId\":\"j-1\"}\n" EMR
         "ListInstanceGroups] {\"ClusterId\":\"j-1\",\"Marker\":\"m 1\"}\n",
     "failed ElasticMapReduce.SdkClientException: Unable to unmarshall response: the pages of the "
     "list have no end"},
    {"there is no such group",
     "elasticmapreduce:modifyInstanceGroupByName",
     GROUP,
     {{200, NULL, "{\"InstanceGroups\":[{\"Id\":\"ig-1\",\"Name\":\"master\"}]}"}},
     EMR "ListInstanceGroups] {\"ClusterId\":\"j-1\"}\n",
     "failed ElasticMapReduce.InvalidRequestException: The cluster has no InstanceGroup 'core'"},
    {"the list is refused",
     "elasticmapreduce:modifyInstanceFleetByName",
     FLEET,
     {{400, ID, "{\"__type\":\"InvalidRequestException\",\"Message\":\"no\"}"}},
     EMR "ListInstanceFleets] {\"ClusterId\":\"j-1\"}\n",
     "failed ElasticMapReduce.InvalidRequestException: no (Service: AmazonElasticMapReduce; Status "
     "Code: 400; "
     "Error Code: InvalidRequestException; Request ID: r-1; Proxy: null)"},
    {"a fleet's id",
     "elasticmapreduce:modifyInstanceFleetByName",
     FLEET,
     {{200, NULL, "{\"InstanceFleets\":[{\"Id\":\"if-1\",\"Name\":\"core\"}]}"}, {500, ID, ""}},
     EMR "ListInstanceFleets] {\"ClusterId\":\"j-1\"}\n" EMR
         "ModifyInstanceFleet] {\"ClusterId\":\"j-1\",\"InstanceFleet\":"
         "{\"TargetOnDemandCapacity\":8,\"TargetSpotCapacity\":0,\"InstanceFleetId\":\"if-1\"}}\n",
     "failed ElasticMapReduce.AmazonElasticMapReduceException: null (Service: "
     "AmazonElasticMapReduce; "
     "Status Code: 500; "
     "Error Code: null; Request ID: r-1; Proxy: null)"},
    {"no name",
     "elasticmapreduce:modifyInstanceGroupByName",
     "{\"ClusterId\":\"j-1\",\"InstanceGroup\":{}}",
     {{200, NULL, "{}"}},
     "",
     "failed States.Runtime: The Parameters '{\"ClusterId\":\"j-1\",\"InstanceGroup\":{}}' could "
     "not be used to start "
     "the Task: [The field 'InstanceGroupName' is required but was missing]"},
    {"a model's input and output are objects",
     "bedrock:invokeModel",
     "{\"ModelId\":\"" ARN "\",\"Accept\":\"*/*\",\"Input\":{\"S3Uri\":\"s3://in/a "
     "b/c.json\"},\"Output\":{\"S3Uri\":\"s3://out/d.json\"}}",
     {{200, JSON, "{\"a\": 1.0,  \"b\":2}"},
      {200, JSON, "{\"c\":  3.10}"},
      {200, "ETag: \"e\"\r\n", ""}},
     "GET /in/a%20b/c.json\n"
     "POST /model/" ARN_PATH "/invoke [application/json] {\"a\": 1.0,  \"b\":2}\n"
     "PUT /out/d.json [application/json] {\"c\":  3.10}\n",
     "ok {\"ContentType\":\"application/json\",\"Body\":\"s3://out/d.json\"}"},
    {"a NUL belongs to the object's key",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Input\":{\"S3Uri\":\"s3://in/k\\u0000l\"}}",
     {{404, "x-amz-request-id: r-1\r\n",
       "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"}},
     "GET /in/k%00l\n",
     "failed S3.NoSuchKeyException: gone (Service: S3, Status Code: 404, Request ID: r-1)"},
    {"the Task's own type of the input",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"ContentType\":\"application/json\",\"Input\":{\"S3Uri\":\"s3://in/k\"}}",
     {{200, TEXT, "{}"}, {200, JSON, "{\"c\":3.1}"}},
     "GET /in/k\nPOST /model/m/invoke [application/json] {}\n",
     "ok {\"ContentType\":\"application/json\",\"Body\":{\"c\":3.1}}"},
    {"an output alone",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Body\":{\"a\":1},\"Output\":{\"S3Uri\":\"s3://out/k\"}}",
     {{200, TEXT, "words"}, {200, "ETag: \"e\"\r\n", ""}},
     "POST /model/m/invoke [application/json] {\"a\":1}\nPUT /out/k [text/plain] words\n",
     "ok {\"ContentType\":\"text/plain\",\"Body\":\"s3://out/k\"}"},
    {"an output that nobody has taken",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Body\":{\"a\":1},\"Output\":{\"S3Uri\":\"s3://out/k\"}}",
     {{200, TEXT, "words"}, {200, TEXT, "welcome"}},
     "POST /model/m/invoke [application/json] {\"a\":1}\nPUT /out/k [text/plain] words\n",
     "failed S3.SdkClientException: Unable to unmarshall response: it has no ETag (STUB, status "
     "200, "
     "text/plain: welcome)"},
    {"no such object",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Input\":{\"S3Uri\":\"s3://in/k\"}}",
     {{404, "x-amz-request-id: r-1\r\n",
       "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>"}},
     "GET /in/k\n",
     "failed S3.NoSuchKeyException: gone (Service: S3, Status Code: 404, Request ID: r-1)"},
    {"a model that fails has no output to keep",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Body\":{},\"Output\":{\"S3Uri\":\"s3://out/k\"}}",
     {{429, "x-amzn-RequestId: r-1\r\nx-amzn-ErrorType: ThrottlingException\r\n",
       "{\"message\":\"busy\"}"}},
     "POST /model/m/invoke [application/json] {}\n",
     "failed Bedrock.ThrottlingException: busy (Service: BedrockRuntime, Status Code: 429, Request "
     "ID: r-1)"},
    {"an output that can't be kept",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Body\":{},\"Output\":{\"S3Uri\":\"s3://out/k\"}}",
     {{200, JSON, "{}"},
      {403, "x-amz-request-id: r-1\r\n",
       "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"}},
     "POST /model/m/invoke [application/json] {}\nPUT /out/k [application/json] {}\n",
     "failed S3.AccessDeniedException: no (Service: S3, Status Code: 403, Request ID: r-1)"},
    {"a place that is none is told before anything is done",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Body\":{},\"Output\":{\"S3Uri\":\"s3://out\"}}",
     {{200, NULL, "{}"}},
     "",
     "failed States.Runtime: The Parameters "
     "'{\"ModelId\":\"m\",\"Body\":{},\"Output\":{\"S3Uri\":\"s3://out\"}}' could not "
     "be used to start the Task: [The field 'Output.S3Uri' must be s3://BUCKET/KEY]"},
    {"two inputs",
     "bedrock:invokeModel",
     "{\"ModelId\":\"m\",\"Body\":{},\"Input\":{\"S3Uri\":\"s3://in/k\"}}",
     {{200, NULL, "{}"}},
     "",
     "failed States.Runtime: The Parameters "
     "'{\"ModelId\":\"m\",\"Body\":{},\"Input\":{\"S3Uri\":\"s3://in/k\"}}' could not "
     "be used to start the Task: [Only one of the fields 'Body' and 'Input' can be given]"},
};

START_TEST(side_calls)
{
    struct endpoint_world *w = endpoint_world_new(calls[_i].replies, NULL);
    struct buf resource = {0};

    w->shown = "Content-Type X-Amz-Target";
    buf_printf(&resource, "arn:aws:states:::%s", calls[_i].resource);
    endpoint_world_run(w, buf_str(&resource), calls[_i].parameters);
    expect_text(calls[_i].name, buf_str(&w->seen), calls[_i].requests);
    endpoint_world_expect(calls[_i].name, w, calls[_i].want);
    ck_assert(w->signs);
    buf_clear(&resource);
    endpoint_world_free(w);
}
END_TEST

/* Whatever request is out, it ends with the Task. */
START_TEST(side_calls_are_cancelled)
{
    struct endpoint_world *w = endpoint_world_new(calls[_i].replies, NULL);
    struct buf resource = {0};

    buf_printf(&resource, "arn:aws:states:::%s", calls[_i].resource);
    for (size_t requests = 0; requests < 3; requests++) {
        w->replied = 0;
        size_t before = http_stub_requests(w->stub);
        endpoint_world_begin(w, buf_str(&resource), calls[_i].parameters);
        while (!w->answered && http_stub_requests(w->stub) < before + requests)
            uv_run(&w->loop, UV_RUN_ONCE);
        if (!w->answered)
            handlers_cancel(w->handlers, w->begun);
    }
    buf_clear(&resource);
    endpoint_world_free(w);
}
END_TEST

/* A list whose markers differ, and that comes to no end all the same. */
START_TEST(endless_list)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"InstanceGroups\":[],\"Marker\":\"m 1\"}"},
        {200, NULL, "{\"InstanceGroups\":[],\"Marker\":\"m 2\"}"},
        {200, NULL, "{\"InstanceGroups\":[],\"Marker\":\"m 3\"}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    endpoint_world_begin(w, "arn:aws:states:::elasticmapreduce:modifyInstanceGroupByName", GROUP);
    while (!w->answered) {
        uv_run(&w->loop, UV_RUN_ONCE);
        w->replied %= 3;
    }
    ck_assert_uint_eq(http_stub_requests(w->stub), 100);
    endpoint_world_expect("no end", w,
                          "failed ElasticMapReduce.SdkClientException: Unable to unmarshall "
                          "response: the pages of the list have no end");
    endpoint_world_free(w);
}
END_TEST

/* A row says where Bedrock is, and nothing where S3 is. */
START_TEST(nowhere_to_go)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(
        replies,
        "{\"handlers\":[{\"resource\":\"arn:aws:states:::bedrock:*\",\"endpoint\":\"STUB\"}]}");

    endpoint_world_run(w, "arn:aws:states:::bedrock:invokeModel",
                       "{\"ModelId\":\"m\",\"Input\":{\"S3Uri\":\"s3://in/k\"}}");
    endpoint_world_expect(
        "S3 is nowhere", w,
        "failed S3.SdkClientException: nothing says where it is: --endpoint s3=URL (also "
        "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL)");
    endpoint_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("side calls");
    TCase *t = tcase_create("side calls");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, side_calls, 0, COUNT(calls));
    tcase_add_loop_test(t, side_calls_are_cancelled, 0, COUNT(calls));
    tcase_add_test(t, endless_list);
    tcase_add_test(t, nowhere_to_go);
    suite_add_tcase(s, t);
    return run_suite(s);
}
