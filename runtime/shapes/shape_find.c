/*
 * Which shape an answer has: that of the operation in the service's model, but for what Step
 * Functions does beside the model. That is in the tables here: names of integrations, answers that
 * it makes itself, and what becomes of a job (.sync).
 */
#include "runtime/shapes/shapes_impl.h"

#include "parsers/base/count.h"

#include <string.h>

/* Integrations whose services have other names in the models. */
static const struct {
    const char *integration, *service;
} names[] = {
    {"bedrock", "bedrockruntime"},
    {"elasticmapreduce", "emr"},
    {"events", "eventbridge"},
    {"states", "sfn"},
};

/* What Step Functions makes of answers itself. TestState does not look at HTTP's. */
static const struct aws_shape_row http_answer[] = {{"StatusCode", MODEL_INTEGER},
                                                   {"StatusText", MODEL_STRING},
                                                   {"Headers", MODEL_MAP},
                                                   {"ResponseBody", MODEL_DOCUMENT},
                                                   {NULL, MODEL_DOCUMENT}};
static const struct aws_shape_row kubernetes_answer[] = {{"ResponseBody", MODEL_DOCUMENT},
                                                         {"StatusCode", MODEL_INTEGER},
                                                         {"StatusText", MODEL_STRING},
                                                         {NULL, MODEL_DOCUMENT}};
static const struct aws_shape_row conversation_answer[] = {{"Output", MODEL_MAP},
                                                           {"StopReason", MODEL_STRING},
                                                           {"Usage", MODEL_MAP},
                                                           {"Metrics", MODEL_MAP},
                                                           {NULL, MODEL_DOCUMENT}};
static const struct aws_shape_row lambda_answer[] = {
    {"StatusCode", MODEL_INTEGER}, {"FunctionError", MODEL_STRING},   {"LogResult", MODEL_STRING},
    {"Payload", MODEL_DOCUMENT},   {"ExecutedVersion", MODEL_STRING}, {NULL, MODEL_DOCUMENT}};
static const struct aws_shape_row application_answer[] = {{"ApplicationId", MODEL_STRING},
                                                          {NULL, MODEL_DOCUMENT}};
static const struct aws_shape_row cluster_answer[] = {
    {"ClusterId", MODEL_STRING}, {"ClusterArn", MODEL_STRING}, {NULL, MODEL_DOCUMENT}};
static const struct aws_shape_row step_answer[] = {{"StepId", MODEL_STRING},
                                                   {NULL, MODEL_DOCUMENT}};

#define OWN(members, needed)                                                                       \
    {                                                                                              \
        .kind = MODEL_STRUCTURE, .rows = members, .needs = needed                                  \
    }

static const struct {
    const char *service, *action;
    struct aws_shape shape;
} results[] = {
    {"bedrockagentcore", "invokeHarness", OWN(conversation_answer, "Output")},
    {"eks", "call", OWN(kubernetes_answer, "ResponseBody")},
    {"eks", "runJob", OWN(kubernetes_answer, "ResponseBody")},
    {"elasticmapreduce", "createCluster", OWN(cluster_answer, "ClusterId")},
    {"elasticmapreduce", "addStep", OWN(step_answer, "StepId")},
    {"emr-serverless", "startApplication", OWN(application_answer, "ApplicationId")},
    {"emr-serverless", "stopApplication", OWN(application_answer, "ApplicationId")},
    {"emr-serverless", "deleteApplication", OWN(application_answer, "ApplicationId")},
    {"apigateway", "invoke", OWN(http_answer, "ResponseBody")},
    {"http", "invoke", OWN(http_answer, "ResponseBody")},
    {"lambda", "invoke", OWN(lambda_answer, "Payload")},
};

/* Step Functions answers builds as they begin. Of jobs that are not here, deletions among them, the
 * result can be anything. */
static const struct aws_shape_job jobs[] = {
    {"athena", "startQueryExecution", "GetQueryExecution", NULL, NULL},
    {"batch", "submitJob", "DescribeJobs", "jobs", NULL},
    {"bedrock", "createModelCustomizationJob", "GetModelCustomizationJob", NULL, NULL},
    {"codebuild", "startBuild", "StartBuild", NULL, NULL},
    {"codebuild", "startBuildBatch", "StartBuildBatch", NULL, NULL},
    {"codebuild", "retryBuildBatch", "RetryBuildBatch", NULL, NULL},
    {"databrew", "startJobRun", "DescribeJobRun", NULL, NULL},
    {"ecs", "runTask", "DescribeTasks", "tasks", NULL},
    {"eks", "createCluster", "DescribeCluster", NULL, NULL},
    {"eks", "createNodegroup", "DescribeNodegroup", NULL, NULL},
    {"eks", "createFargateProfile", "DescribeFargateProfile", NULL, NULL},
    {"elasticmapreduce", "createCluster", "DescribeCluster", "Cluster", "ClusterId"},
    {"elasticmapreduce", "addStep", "DescribeStep", NULL, NULL},
    {"emr-containers", "deleteVirtualCluster", "DescribeVirtualCluster", NULL, NULL},
    {"emr-containers", "startJobRun", "DescribeJobRun", NULL, NULL},
    {"emr-serverless", "createApplication", "GetApplication", NULL, NULL},
    {"emr-serverless", "startApplication", "GetApplication", NULL, NULL},
    {"emr-serverless", "stopApplication", "GetApplication", NULL, NULL},
    {"emr-serverless", "cancelJobRun", "GetJobRun", NULL, NULL},
    {"emr-serverless", "startJobRun", "GetJobRun", NULL, NULL},
    {"glue", "startJobRun", "GetJobRun", "JobRun", NULL},
    {"mediaconvert", "createJob", "GetJob", NULL, NULL},
    {"sagemaker", "createTrainingJob", "DescribeTrainingJob", NULL, NULL},
    {"sagemaker", "createTransformJob", "DescribeTransformJob", NULL, NULL},
    {"sagemaker", "createProcessingJob", "DescribeProcessingJob", NULL, NULL},
    {"sagemaker", "createHyperParameterTuningJob", "DescribeHyperParameterTuningJob", NULL, NULL},
    {"sagemaker", "createLabelingJob", "DescribeLabelingJob", NULL, NULL},
    {"states", "startExecution", "DescribeExecution", NULL, NULL},
};

/* ---- shapes ---- */

/* A structure without members says nothing: it can be anything. */
static bool shape_of_id(const struct model_service *s, model_shape_id id, struct aws_shape *out)
{
    struct model_shape shape;

    if (!id)
        return false;
    shape = model_shape_at(s, id);
    *out = (struct aws_shape){.service = s, .id = id, .kind = shape.kind};
    return shape.kind != MODEL_DOCUMENT && (shape.kind != MODEL_STRUCTURE || shape.count);
}

/* Bytes that Step Functions reads as JSON. */
static bool shape_is_read(const struct aws_shape *s, const struct model_member *m)
{
    return (!strcmp(s->service->name, "lambda") && !strcmp(m->name, "Payload")) ||
           (!strcmp(s->service->name, "bedrockruntime") && !strcmp(m->name, "body")) ||
           (s->documents && (!strcmp(m->name, "input") || !strcmp(m->name, "output")));
}

bool aws_shape_member(const struct aws_shape *s, const struct model_member *m,
                      struct aws_shape *out)
{
    return !shape_is_read(s, m) && shape_of_id(s->service, m->shape, out);
}

static bool row_named(const struct aws_shape_row *row, const json *name, struct aws_shape *out)
{
    while (row->name && !json_str_is(name, row->name))
        row++;
    *out = (struct aws_shape){.kind = row->kind};
    return row->kind != MODEL_DOCUMENT;
}

bool aws_shape_within(const struct aws_shape *s, const json *name, struct aws_shape *out)
{
    struct model_shape shape;
    struct model_member m;

    if (!s->service)
        return s->rows && name && row_named(s->rows, name, out);
    shape = model_shape_at(s->service, s->id);
    switch (shape.kind) {
    case MODEL_STRUCTURE:
        return name && model_member_named(&shape, json_str(name), json_str_len(name), &m) &&
               aws_shape_member(s, &m, out);
    case MODEL_LIST: return !name && shape_of_id(s->service, shape.of, out);
    case MODEL_MAP: return name && shape_of_id(s->service, shape.of, out);
    default: return false;
    }
}

/* ---- resources ---- */

static const struct model_service *service_of(const struct asl_resource *r, const char *action)
{
    /* The jobs of Bedrock are another service's than its models. */
    bool invokes = !strncmp(action, "invokeModel", strlen("invokeModel"));

    for (size_t i = 0; i < COUNT(names) && r->kind != ASL_RESOURCE_SDK; i++)
        if (asl_piece_is(r->service, names[i].integration) &&
            (invokes || strcmp(names[i].integration, "bedrock") != 0))
            return model_service_named(names[i].service, strlen(names[i].service));
    return model_service_named(r->service.at, r->service.len);
}

static bool find_answer(const struct asl_resource *r, const char *operation, size_t len,
                        const char *part, struct aws_shape *out)
{
    const struct model_service *s = service_of(r, operation);
    struct model_operation o;
    struct aws_shape answer, within;

    if (!s || !model_operation_named(s, operation, len, &o) || !shape_of_id(s, o.output, &answer))
        return false;
    if (part) {
        json *name = json_cstring(part);
        bool found = aws_shape_within(&answer, name, &within);
        json_unref(name);
        /* One of those that were asked for. */
        if (!found || (within.kind == MODEL_LIST && !aws_shape_within(&within, NULL, &answer)))
            return false;
        if (within.kind != MODEL_LIST)
            answer = within;
    }
    *out = answer;
    return true;
}

static bool find_result(const struct asl_resource *r, struct aws_shape *out)
{
    for (size_t i = 0; i < COUNT(results); i++)
        if (r->pattern == ASL_REQUEST_RESPONSE &&
            asl_resource_calls(r, results[i].service, results[i].action)) {
            *out = results[i].shape;
            return true;
        }
    return false;
}

static bool find_job(const struct asl_resource *r, struct aws_shape *out)
{
    for (size_t i = 0; i < COUNT(jobs); i++)
        if (asl_resource_calls(r, jobs[i].service, jobs[i].action) &&
            find_answer(r, jobs[i].describe, strlen(jobs[i].describe), jobs[i].part, out)) {
            out->documents = r->pattern == ASL_SYNC_2;
            out->job = &jobs[i];
            return true;
        }
    return false;
}

bool aws_shape_find(const struct asl_resource *r, enum aws_shape_moment moment,
                    struct aws_shape *out)
{
    bool waits = r->pattern == ASL_SYNC || r->pattern == ASL_SYNC_2;

    if (!asl_resource_is_call(r))
        return false;
    if (moment == AWS_SHAPE_RESULT && find_result(r, out))
        return true;
    /* What a token brings is its sender's. */
    if (moment != AWS_SHAPE_SUBMITTED && r->pattern == ASL_WAIT_FOR_TASK_TOKEN)
        return false;
    /* TestState looks at the description of an execution as the API gives it; of other jobs nobody
     * knows what it looks at. */
    if (moment == AWS_SHAPE_MOCKED && waits)
        return asl_resource_calls(r, "states", "startExecution") &&
               find_answer(r, "DescribeExecution", strlen("DescribeExecution"), NULL, out);
    if (moment == AWS_SHAPE_RESULT && waits)
        return find_job(r, out);
    return find_answer(r, r->action.at, r->action.len, NULL, out);
}
