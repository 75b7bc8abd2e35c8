/*
 * The integrations that Step Functions has made itself, as "Integrating services with Step
 * Functions" of AWS's Developer Guide has them: how each may be called, and in what its parameters
 * differ from those of the service's operation. Here stands only what no model says.
 */
#include "asl/call/call_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"

#include <string.h>
#include <strings.h>

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define FIELDS(...) ((const struct call_field[]){__VA_ARGS__, {.name = NULL}})

/* How an API may be called: a bit for each pattern. */
enum {
    R = 1 << ASL_REQUEST_RESPONSE,
    S = 1 << ASL_SYNC,
    S2 = 1 << ASL_SYNC_2,
    T = 1 << ASL_WAIT_FOR_TASK_TOKEN,
};

/* clang-format off */

/* ---- parameters that no operation has ---- */

#define METHODS WORDS("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")

static const struct call_field connection[] = {
    {.name = "ConnectionArn", .kind = TAKES_CONNECTION, .required = true},
    {.name = NULL},
};

static const struct call_field http_fields[] = {
    {.name = "ApiEndpoint", .kind = TAKES_HTTPS, .required = true},
    {.name = "Method", .kind = TAKES_WORD, .required = true, .words = METHODS},
    {.name = "Authentication", .kind = TAKES_OBJECT, .required = true, .instead = "InvocationConfig", .inside = connection},
    {.name = "InvocationConfig", .kind = TAKES_OBJECT, .inside = connection},
    {.name = "Headers", .kind = TAKES_OBJECT},
    {.name = "QueryParameters", .kind = TAKES_OBJECT},
    {.name = "RequestBody", .kind = TAKES_ANY},
    {.name = "Transform", .kind = TAKES_OBJECT, .inside = FIELDS(
        {.name = "RequestBodyEncoding", .kind = TAKES_WORD, .words = WORDS("NONE", "URL_ENCODED")},
        {.name = "RequestEncodingOptions", .kind = TAKES_OBJECT, .inside = FIELDS(
            {.name = "ArrayFormat", .kind = TAKES_WORD, .words = WORDS("INDICES", "REPEAT", "COMMAS", "BRACKETS")})})},
    {.name = NULL},
};

static const struct call_field apigateway_fields[] = {
    {.name = "ApiEndpoint", .kind = TAKES_TEXT, .required = true},
    {.name = "Method", .kind = TAKES_WORD, .required = true, .words = METHODS},
    {.name = "Stage", .kind = TAKES_TEXT},
    {.name = "Path", .kind = TAKES_TEXT},
    {.name = "Headers", .kind = TAKES_TEXT_LISTS},
    {.name = "QueryParameters", .kind = TAKES_TEXT_LISTS},
    {.name = "RequestBody", .kind = TAKES_ANY},
    {.name = "AuthType", .kind = TAKES_WORD, .words = WORDS("NO_AUTH", "IAM_ROLE", "RESOURCE_POLICY")},
    {.name = "AllowNullValues", .kind = TAKES_BOOLEAN},
    {.name = NULL},
};

static const struct call_field eks_call_fields[] = {
    {.name = "ClusterName", .kind = TAKES_TEXT, .required = true},
    {.name = "CertificateAuthority", .kind = TAKES_CERTIFICATES, .required = true},
    {.name = "Endpoint", .kind = TAKES_HTTPS, .required = true},
    {.name = "Method", .kind = TAKES_WORD, .required = true, .words = WORDS("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH")},
    {.name = "Path", .kind = TAKES_TEXT, .required = true},
    {.name = "QueryParameters", .kind = TAKES_TEXT_LISTS},
    {.name = "RequestBody", .kind = TAKES_ANY},
    {.name = NULL},
};

static const struct call_field eks_job_fields[] = {
    {.name = "ClusterName", .kind = TAKES_TEXT, .required = true},
    {.name = "CertificateAuthority", .kind = TAKES_CERTIFICATES, .required = true},
    {.name = "Endpoint", .kind = TAKES_HTTPS, .required = true},
    {.name = "Namespace", .kind = TAKES_TEXT},
    {.name = "Job", .kind = TAKES_ANY, .required = true},
    {.name = "LogOptions", .kind = TAKES_OBJECT, .inside = FIELDS(
        {.name = "RetrieveLogs", .kind = TAKES_BOOLEAN},
        {.name = "RawLogs", .kind = TAKES_BOOLEAN},
        {.name = "LogParameters", .kind = TAKES_TEXT_LISTS})},
    {.name = NULL},
};

static const struct call_field cluster[] = {
    {.name = "ClusterId", .kind = TAKES_TEXT, .required = true},
    {.name = NULL},
};

static const struct call_field add_step_fields[] = {
    {.name = "ClusterId", .kind = TAKES_TEXT, .required = true},
    {.name = "Step", .kind = TAKES_ONE_OF_LIKE, .required = true, .like = "Steps"},
    {.name = "ExecutionRoleArn", .kind = TAKES_LIKE, .like = "ExecutionRoleArn"},
    {.name = NULL},
};

static const struct call_field cancel_step_fields[] = {
    {.name = "ClusterId", .kind = TAKES_TEXT, .required = true},
    {.name = "StepId", .kind = TAKES_TEXT, .required = true},
    {.name = NULL},
};

static const struct call_field protection_fields[] = {
    {.name = "ClusterId", .kind = TAKES_TEXT, .required = true},
    {.name = "TerminationProtected", .kind = TAKES_BOOLEAN, .required = true},
    {.name = NULL},
};

static const struct call_field fleet_fields[] = {
    {.name = "ClusterId", .kind = TAKES_TEXT, .required = true},
    {.name = "InstanceFleetName", .kind = TAKES_TEXT, .required = true},
    {.name = "InstanceFleet", .kind = TAKES_LIKE, .required = true, .like = "InstanceFleet", .optional = "InstanceFleetId"},
    {.name = NULL},
};

static const struct call_field group_fields[] = {
    {.name = "ClusterId", .kind = TAKES_TEXT, .required = true},
    {.name = "InstanceGroupName", .kind = TAKES_TEXT, .required = true},
    {.name = "InstanceGroup", .kind = TAKES_ONE_OF_LIKE, .required = true, .like = "InstanceGroups", .optional = "InstanceGroupId"},
    {.name = NULL},
};

/* A model's input and output may be objects in S3 instead. */
static const struct call_field invoke_model_fields[] = {
    {.name = "Input", .kind = TAKES_OBJECT, .inside = FIELDS({.name = "S3Uri", .kind = TAKES_TEXT, .required = true})},
    {.name = "Output", .kind = TAKES_OBJECT, .inside = FIELDS({.name = "S3Uri", .kind = TAKES_TEXT, .required = true})},
    {.name = NULL},
};

/* ---- the integrations ---- */

#define EMR(action) .service = "emr", .operation = action

static const struct call integrations[] = {
    {.name = "apigateway:invoke",                             .patterns = R | T, .own = apigateway_fields, .alone = true},
    {.name = "athena:startQueryExecution",                    .patterns = R | S},
    {.name = "athena:stopQueryExecution",                     .patterns = R},
    {.name = "athena:getQueryExecution",                      .patterns = R},
    {.name = "athena:getQueryResults",                        .patterns = R},
    {.name = "batch:submitJob",                               .patterns = R | S},
    {.name = "bedrock:invokeModel",                           .patterns = R | T, .service = "bedrockruntime", .any = "Body", .own = invoke_model_fields},
    {.name = "bedrock:createModelCustomizationJob",           .patterns = R | S | T},
    {.name = "bedrock-agentcore:",                            .patterns = R},
    {.name = "bedrockagentcore:invokeHarness",                .patterns = R, .optional = "runtimeSessionId"},
    {.name = "codebuild:startBuild",                          .patterns = R | S},
    {.name = "codebuild:startBuildBatch",                     .patterns = R | S},
    {.name = "codebuild:retryBuildBatch",                     .patterns = R | S},
    {.name = "codebuild:stopBuild",                           .patterns = R},
    {.name = "codebuild:stopBuildBatch",                      .patterns = R},
    {.name = "codebuild:batchDeleteBuilds",                   .patterns = R},
    {.name = "codebuild:deleteBuildBatch",                    .patterns = R},
    {.name = "codebuild:batchGetReports",                     .patterns = R},
    {.name = "databrew:startJobRun",                          .patterns = R | S},
    {.name = "dynamodb:getItem",                              .patterns = R, .needs = WORDS("TableName", "Key"), .shorthand = true},
    {.name = "dynamodb:putItem",                              .patterns = R, .needs = WORDS("TableName", "Item"), .shorthand = true},
    {.name = "dynamodb:updateItem",                           .patterns = R, .shorthand = true},
    {.name = "dynamodb:deleteItem",                           .patterns = R, .shorthand = true},
    {.name = "ecs:runTask",                                   .patterns = R | S | T, .needs = WORDS("TaskDefinition")},
    {.name = "eks:call",                                      .patterns = R | T, .own = eks_call_fields, .alone = true},
    {.name = "eks:runJob",                                    .patterns = R | S | T, .own = eks_job_fields, .alone = true},
    {.name = "eks:createCluster",                             .patterns = R | S | T},
    {.name = "eks:deleteCluster",                             .patterns = R | S | T},
    {.name = "eks:createNodegroup",                           .patterns = R | S | T},
    {.name = "eks:deleteNodegroup",                           .patterns = R | S | T},
    {.name = "eks:createFargateProfile",                      .patterns = R | S | T},
    {.name = "eks:deleteFargateProfile",                      .patterns = R | S | T},
    {.name = "elasticmapreduce:createCluster",                .patterns = R | S, EMR("RunJobFlow")},
    {.name = "elasticmapreduce:terminateCluster",             .patterns = R | S, EMR("TerminateJobFlows"), .own = cluster, .alone = true},
    {.name = "elasticmapreduce:addStep",                      .patterns = R | S, EMR("AddJobFlowSteps"), .own = add_step_fields, .alone = true},
    {.name = "elasticmapreduce:cancelStep",                   .patterns = R, EMR("CancelSteps"), .own = cancel_step_fields, .alone = true},
    {.name = "elasticmapreduce:setClusterTerminationProtection", .patterns = R, EMR("SetTerminationProtection"), .own = protection_fields, .alone = true},
    {.name = "elasticmapreduce:modifyInstanceFleetByName",    .patterns = R, EMR("ModifyInstanceFleet"), .own = fleet_fields, .alone = true},
    {.name = "elasticmapreduce:modifyInstanceGroupByName",    .patterns = R, EMR("ModifyInstanceGroups"), .own = group_fields, .alone = true},
    {.name = "emr-containers:createVirtualCluster",           .patterns = R},
    {.name = "emr-containers:deleteVirtualCluster",           .patterns = R | S},
    {.name = "emr-containers:startJobRun",                    .patterns = R | S},
    {.name = "emr-serverless:createApplication",              .patterns = R | S},
    {.name = "emr-serverless:startApplication",               .patterns = R | S},
    {.name = "emr-serverless:stopApplication",                .patterns = R | S},
    {.name = "emr-serverless:deleteApplication",              .patterns = R | S},
    {.name = "emr-serverless:startJobRun",                    .patterns = R | S},
    {.name = "emr-serverless:cancelJobRun",                   .patterns = R | S},
    {.name = "events:putEvents",                              .patterns = R | T, .needs = WORDS("Entries"), .service = "eventbridge", .any = "Detail"},
    {.name = "glue:startJobRun",                              .patterns = R | S, .needs = WORDS("JobName")},
    {.name = "http:invoke",                                   .patterns = R, .own = http_fields, .alone = true},
    {.name = "lambda:invoke",                                 .patterns = R | T, .needs = WORDS("FunctionName"), .any = "Payload"},
    {.name = "mediaconvert:createJob",                        .patterns = R | S},
    {.name = "sagemaker:createTrainingJob",                   .patterns = R | S},
    {.name = "sagemaker:createTransformJob",                  .patterns = R | S},
    {.name = "sagemaker:createProcessingJob",                 .patterns = R | S},
    {.name = "sagemaker:createHyperParameterTuningJob",       .patterns = R | S},
    {.name = "sagemaker:createLabelingJob",                   .patterns = R | S},
    {.name = "sagemaker:createModel",                         .patterns = R},
    {.name = "sagemaker:createEndpoint",                      .patterns = R},
    {.name = "sagemaker:createEndpointConfig",                .patterns = R},
    {.name = "sagemaker:updateEndpoint",                      .patterns = R},
    {.name = "sns:publish",                                   .patterns = R | T, .needs = WORDS("Message"), .any = "Message"},
    {.name = "sqs:sendMessage",                               .patterns = R | T, .needs = WORDS("QueueUrl", "MessageBody"), .any = "MessageBody"},
    {.name = "states:startExecution",                         .patterns = R | S | S2 | T, .needs = WORDS("StateMachineArn"), .service = "sfn", .any = "Input"},
};

/*
 * What a Map reads its items by, and writes its results by. A reader takes what S3's action does.
 * Which objects a writer makes, and under what keys, is decided by Step Functions.
 */
static const struct call_field writer_fields[] = {
    {.name = "Bucket", .kind = TAKES_LIKE, .required = true, .like = "Bucket"},
    {.name = "Prefix", .kind = TAKES_TEXT},
    {.name = "ExpectedBucketOwner", .kind = TAKES_LIKE, .like = "ExpectedBucketOwner"},
    {.name = NULL},
};

static const struct call map_readers[] = {
    {.name = "s3:getObject",                                  .patterns = R},
    {.name = "s3:listObjectsV2",                              .patterns = R},
};

static const struct call map_writer =
    {.name = "s3:putObject",                                  .patterns = R, .own = writer_fields, .alone = true};

/* aws-sdk:SERVICE:ACTION, of which there are too many for a table. */
static const struct call any_sdk_call = {.name = "aws-sdk:", .patterns = R | T};

/* ---- what the models don't say ---- */

/* Services in AWS's list of SDK integrations that botocore doesn't have, most of them closed. */
static const char *const unmodelled[] = {
    "alexaforbusiness", "backupstorage", "cloudwatchevents", "codestar", "elasticinference", "elastictranscoder",
    "evidently", "gamesparks", "honeycode", "iot1clickdevices", "iot1clickprojects", "iotanalytics",
    "iotevents", "ioteventsdata", "iotfleethub", "iotroborunner", "lookoutmetrics", "lookoutvision", "macie",
    "mobile", "nimble", "opsworks", "opsworkscm", "panorama", "privatenetworks", "qldb", "qldbsession", "robomaker",
    "simspaceweaver", "sms", "worklink",
};

/*
 * Parameters that the SDK for Java has beside those of the model (customization.config of its
 * services): where an object is copied from and to by parts, and the region that a copy of a
 * database is asked of. Step Functions takes what that SDK takes.
 */
static const struct call_field copy_fields[] = {
    {.name = "SourceBucket", .kind = TAKES_TEXT},
    {.name = "SourceKey", .kind = TAKES_TEXT},
    {.name = "SourceVersionId", .kind = TAKES_TEXT},
    {.name = "DestinationBucket", .kind = TAKES_TEXT},
    {.name = "DestinationKey", .kind = TAKES_TEXT},
    {.name = NULL},
};

static const struct call_field region_fields[] = {
    {.name = "SourceRegion", .kind = TAKES_TEXT},
    {.name = NULL},
};

static const struct sdk_addition {
    const char *service, *operation; /* operation NULL: all */
    const struct call_field *own;
    const char *optional;
} additions[] = {
    {"s3", "CopyObject", copy_fields, "Bucket Key CopySource"},
    {"s3", "UploadPartCopy", copy_fields, "Bucket Key CopySource"},
    {"docdb", NULL, region_fields, NULL},
    {"neptune", NULL, region_fields, NULL},
    {"rds", NULL, region_fields, NULL},
};

/* Parameters of Route 53 that take the id of a zone, a change or a delegation set. */
static const char *const ids_of_route53[] = {"DelegationSetId", "HostedZoneId", "HostedZoneIdMarker", "Id"};
/* clang-format on */

const char *call_text_sent(const char *service, const char *name, const char *text)
{
    const char *slash = !strcmp(service, "route53") ? strrchr(text, '/') : NULL;

    for (size_t i = 0; slash && i < COUNT(ids_of_route53); i++)
        if (!strcasecmp(ids_of_route53[i], name))
            return slash + 1;
    return text;
}

/* ---- looking ---- */

/* aws-sdk:SERVICE:ACTION: the service in small letters and digits, the action in camelCase. */
static bool is_sdk_call(const struct asl_resource *r)
{
    struct asl_piece service = r->service, action = r->action;

    if (r->kind != ASL_RESOURCE_SDK || !service.len || !action.len || !ascii_is_lower(action.at[0]))
        return false;
    for (size_t i = 0; i < service.len; i++)
        if (!ascii_is_lower(service.at[i]) && !ascii_is_digit(service.at[i]))
            return false;
    return true;
}

/* A row that ends with a colon is for any action. */
static bool is_of_row(const struct call *row, const struct asl_resource *r)
{
    if (row->name[0] != r->call.at[0])
        return false;
    size_t n = strlen(row->name);
    if (row->name[n - 1] != ':')
        return asl_piece_is(r->call, row->name);
    return r->type.len == n - 1 && !memcmp(r->type.at, row->name, n - 1) && r->action.len;
}

const struct call *call_find(const struct asl_resource *r)
{
    if (is_sdk_call(r))
        return &any_sdk_call;
    for (size_t i = 0; i < COUNT(integrations); i++)
        if (is_of_row(&integrations[i], r))
            return &integrations[i];
    return NULL;
}

const struct call *call_find_of_map(const struct asl_resource *r, bool writes)
{
    const struct call *rows = writes ? &map_writer : map_readers;
    size_t count = writes ? 1 : COUNT(map_readers);

    for (size_t i = 0; r->call.len && i < count; i++)
        if (is_of_row(&rows[i], r))
            return &rows[i];
    return NULL;
}

const struct call *call_table_at(size_t i)
{
    return i < COUNT(integrations) ? &integrations[i] : NULL;
}

bool call_is_unmodelled(struct asl_piece service)
{
    for (size_t i = 0; i < COUNT(unmodelled); i++)
        if (asl_piece_is(service, unmodelled[i]))
            return true;
    return false;
}

void call_sdk_addition(const char *service, const char *operation, struct members *out)
{
    for (size_t i = 0; i < COUNT(additions); i++) {
        const struct sdk_addition *a = &additions[i];

        if (strcmp(a->service, service) == 0 &&
            (!a->operation || strcmp(a->operation, operation) == 0)) {
            out->own = a->own;
            out->optional = a->optional;
        }
    }
}

bool call_is_attribute(const struct model_shape *shape)
{
    return strcmp(shape->service->name, "dynamodb") == 0 && shape->kind == MODEL_STRUCTURE &&
           shape->count > 1 && strcmp(model_member_at(shape, 0).name, "S") == 0 &&
           strcmp(model_member_at(shape, 1).name, "N") == 0;
}
