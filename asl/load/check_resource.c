/*
 * What AWS knows of a Task's resource: which services it has integrated, how each may be called and
 * what the call needs. None of it is a reason not to run a definition here, where a handler may
 * serve any resource; so these are problems of asl_validate only, and who serves a resource of its
 * own can say so.
 */

#include "asl/load/load_impl.h"
#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/nearest.h"

#include <string.h>

#define NEEDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* ---- the integrations ---- */

/* How an API may be called: a bit for each pattern. */
enum {
    R = 1 << ASL_REQUEST_RESPONSE,
    S = 1 << ASL_SYNC,
    S2 = 1 << ASL_SYNC_2,
    T = 1 << ASL_WAIT_FOR_TASK_TOKEN,
};

struct known_call {
    const char *call; /* "service:api"; "service:" for any api */
    unsigned patterns;
    const char *const *needs; /* fields of its Parameters; NULL: none */
};

/* clang-format off */
static const struct known_call integrations[] = {
    {"apigateway:invoke",                             R | T, NULL},
    {"athena:startQueryExecution",                    R | S, NULL},
    {"athena:stopQueryExecution",                     R, NULL},
    {"athena:getQueryExecution",                      R, NULL},
    {"athena:getQueryResults",                        R, NULL},
    {"batch:submitJob",                               R | S, NULL},
    {"bedrock:invokeModel",                           R | T, NULL},
    {"bedrock:createModelCustomizationJob",           R | S | T, NULL},
    {"bedrock-agentcore:",                            R, NULL},
    {"codebuild:startBuild",                          R | S, NULL},
    {"codebuild:startBuildBatch",                     R | S, NULL},
    {"codebuild:retryBuildBatch",                     R | S, NULL},
    {"codebuild:stopBuild",                           R, NULL},
    {"codebuild:stopBuildBatch",                      R, NULL},
    {"codebuild:batchDeleteBuilds",                   R, NULL},
    {"codebuild:deleteBuildBatch",                    R, NULL},
    {"codebuild:batchGetReports",                     R, NULL},
    {"databrew:startJobRun",                          R | S, NULL},
    {"dynamodb:getItem",                              R, NEEDS("TableName", "Key")},
    {"dynamodb:putItem",                              R, NEEDS("TableName", "Item")},
    {"dynamodb:updateItem",                           R, NULL},
    {"dynamodb:deleteItem",                           R, NULL},
    {"ecs:runTask",                                   R | S | T, NEEDS("TaskDefinition")},
    {"eks:call",                                      R | T, NULL},
    {"eks:runJob",                                    R | S | T, NULL},
    {"eks:createCluster",                             R | S | T, NULL},
    {"eks:deleteCluster",                             R | S | T, NULL},
    {"eks:createNodegroup",                           R | S | T, NULL},
    {"eks:deleteNodegroup",                           R | S | T, NULL},
    {"eks:createFargateProfile",                      R | S | T, NULL},
    {"eks:deleteFargateProfile",                      R | S | T, NULL},
    {"elasticmapreduce:createCluster",                R | S, NULL},
    {"elasticmapreduce:terminateCluster",             R | S, NULL},
    {"elasticmapreduce:addStep",                      R | S, NULL},
    {"elasticmapreduce:cancelStep",                   R, NULL},
    {"elasticmapreduce:setClusterTerminationProtection", R, NULL},
    {"elasticmapreduce:modifyInstanceFleetByName",    R, NULL},
    {"elasticmapreduce:modifyInstanceGroupByName",    R, NULL},
    {"emr-containers:createVirtualCluster",           R, NULL},
    {"emr-containers:deleteVirtualCluster",           R | S, NULL},
    {"emr-containers:startJobRun",                    R | S, NULL},
    {"emr-serverless:createApplication",              R | S, NULL},
    {"emr-serverless:startApplication",               R | S, NULL},
    {"emr-serverless:stopApplication",                R | S, NULL},
    {"emr-serverless:deleteApplication",              R | S, NULL},
    {"emr-serverless:startJobRun",                    R | S, NULL},
    {"emr-serverless:cancelJobRun",                   R | S, NULL},
    {"events:putEvents",                              R | T, NEEDS("Entries")},
    {"glue:startJobRun",                              R | S, NEEDS("JobName")},
    {"http:invoke",                                   R, NULL},
    {"lambda:invoke",                                 R | T, NEEDS("FunctionName")},
    {"mediaconvert:createJob",                        R | S, NULL},
    {"sagemaker:createTrainingJob",                   R | S, NULL},
    {"sagemaker:createTransformJob",                  R | S, NULL},
    {"sagemaker:createProcessingJob",                 R | S, NULL},
    {"sagemaker:createHyperParameterTuningJob",       R | S, NULL},
    {"sagemaker:createLabelingJob",                   R | S, NULL},
    {"sagemaker:createModel",                         R, NULL},
    {"sagemaker:createEndpoint",                      R, NULL},
    {"sagemaker:createEndpointConfig",                R, NULL},
    {"sagemaker:updateEndpoint",                      R, NULL},
    {"sns:publish",                                   R | T, NEEDS("Message")},
    {"sqs:sendMessage",                               R | T, NEEDS("QueueUrl", "MessageBody")},
    {"states:startExecution",                         R | S | S2 | T, NEEDS("StateMachineArn")},
};
/* clang-format on */

/* aws-sdk:SERVICE:ACTION, of which there are too many for a table. */
static const struct known_call any_sdk_call = {"aws-sdk:", R | T, NULL};

/* ---- a resource ---- */

static unsigned pattern_of(const struct asl_resource *r)
{
    return 1u << r->pattern;
}

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
static bool check_resource_is_call(const struct known_call *row, const struct asl_resource *r)
{
    size_t n = strlen(row->call);

    if (row->call[n - 1] != ':')
        return asl_piece_is(r->call, row->call);
    return r->type.len == n - 1 && !memcmp(r->type.at, row->call, n - 1) && r->action.len;
}

static const struct known_call *check_resource_find(const struct asl_resource *r)
{
    if (is_sdk_call(r))
        return &any_sdk_call;
    for (size_t i = 0; i < COUNT(integrations); i++)
        if (check_resource_is_call(&integrations[i], r))
            return &integrations[i];
    return NULL;
}

/* ---- what is wrong with it ---- */

static void add_patterns(struct buf *out, const struct asl_resource *r,
                         const struct known_call *row)
{
    bool any = false;

    for (int i = ASL_REQUEST_RESPONSE + 1; i < ASL_PATTERNS; i++)
        if (row->patterns & (1u << i)) {
            buf_printf(out, "%s%s", any ? ", " : "it may end in ",
                       asl_pattern_ending((enum asl_pattern)i));
            any = true;
        }
    if (!any)
        buf_printf(out, "nothing may follow %.*s", (int)r->call.len, r->call.at);
}

static void add_likely(struct buf *out, const struct asl_resource *r)
{
    struct nearest near = {.want = r->call.at, .len = r->call.len};

    for (size_t i = 0; i < COUNT(integrations); i++)
        nearest_offer(&near, integrations[i].call);
    if (near.best)
        buf_printf(out, "did you mean %s?", near.best);
    else
        buf_adds(out, "what has no integration of its own is called by "
                      "arn:aws:states:::aws-sdk:SERVICE:ACTION");
}

/* `r` NULL: its form is wrong; `row` NULL: there is no such call; else not in that way. */
static void not_recognized(struct loader *l, const struct asl_at *at, const struct asl_resource *r,
                           const struct known_call *row)
{
    struct buf hint = {0};

    if (row)
        add_patterns(&hint, r, row);
    else if (r)
        add_likely(&hint, r);
    asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, at, ASL_VALUE,
                   hint.len ? buf_str(&hint) : NULL,
                   "The resource provided %s is not recognized. The value is not a valid resource "
                   "ARN, or the resource is not available in this region.",
                   json_str(at->value));
    buf_clear(&hint);
}

/* Returns whether there is `name`, or "name.$" where that is a way to give it. */
static bool check_resource_has(const json *object, const char *name, bool jsonata)
{
    struct buf query = {0};
    bool found = json_get(object, name);

    if (!found && !jsonata) {
        buf_printf(&query, "%s.$", name);
        found = json_get(object, buf_str(&query));
    }
    buf_clear(&query);
    return found;
}

static void needs(struct loader *l, const struct asl_at *at, const char *name)
{
    /* What is no object is an expression for all of it, or reported already. */
    if (json_is_object(at->value) &&
        !check_resource_has(at->value, name, l->language == ASL_JSONATA))
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, at, ASL_KEY, NULL,
                       "The field '%s' is required but was missing", name);
}

static void check_call(struct loader *l, const struct known_call *row, const struct asl_resource *r,
                       const struct asl_at *state)
{
    const char *field = l->language == ASL_JSONATA ? "Arguments" : "Parameters";
    const char *other = l->language == ASL_JSONATA ? "Parameters" : "Arguments";
    struct asl_at payload;

    if (!asl_at_member(state, field, &payload)) {
        /* Given, but in the other language: that is told already. */
        if (asl_at_member(state, other, &payload))
            return;
        asl_report_schema(l->report, state,
                          "%s field is required for resource ARN: arn:aws:states:::%.*s", field,
                          (int)r->call.len, r->call.at);
        return;
    }
    for (size_t i = 0; row->needs && row->needs[i]; i++)
        needs(l, &payload, row->needs[i]);
}

static void check_express(struct loader *l, const struct asl_at *at, unsigned pattern)
{
    /* The blank at the end is AWS's. */
    if (pattern & (S | S2))
        asl_report_schema(l->report, at,
                          "Express state machine does not support '.sync' service integration");
    else if (pattern & T)
        asl_report_schema(
            l->report, at,
            "Express state machine does not support '.waitForTaskToken' service integration ");
}

/*
 * True when the caller runs the resource itself. What such a resource needs is not known here, so
 * nothing is checked of it.
 */
static bool is_served(const struct loader *l, const struct asl_at *at)
{
    const struct asl_served *served = l->purpose->served;

    return served && served->serves(served->user, json_str(at->value));
}

static void check_integration(struct loader *l, const struct asl_resource *r,
                              const struct asl_at *state, const struct asl_at *at)
{
    bool read = r->kind != ASL_RESOURCE_OWN;
    const struct known_call *row = read ? check_resource_find(r) : NULL;
    bool known = row && (row->patterns & pattern_of(r));

    if (!known && !is_served(l, at)) {
        not_recognized(l, at, read ? r : NULL, row);
        return;
    }
    if (l->purpose->workflow == ASL_EXPRESS)
        check_express(l, at, pattern_of(r));
    if (known)
        check_call(l, row, r, state);
}

void load_check_resource(struct loader *l, const struct asl_state *s, const struct asl_at *state)
{
    const struct asl_task *task = &s->task;
    struct asl_at resource, credentials;
    bool given = asl_at_member(state, "Credentials", &credentials);

    if (given && task->kind == ASL_ACTIVITY)
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, &credentials, ASL_KEY,
                       "workers of an activity have credentials of their own",
                       "The field 'Credentials' is not supported for activities");
    else if (given)
        needs(l, &credentials, "RoleArn");

    /* One that is no ARN is reported; what a placeholder stands for is not known. */
    if (!task->resource || strstr(json_str(task->resource), "${"))
        return;
    asl_at_member(state, "Resource", &resource);
    switch (task->kind) {
    case ASL_LAMBDA: break;
    case ASL_ACTIVITY:
        if (l->purpose->workflow == ASL_EXPRESS)
            asl_report_schema(l->report, &resource,
                              "Express state machine does not support Activity ARN");
        break;
    case ASL_INTEGRATION: check_integration(l, &task->parts, state, &resource); break;
    }
}
