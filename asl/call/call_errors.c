/*
 * How the errors of services are called in Retry and Catch:
 * "DynamoDB.ConditionalCheckFailedException" of Step Functions' older integrations, "DynamoDb.…" of
 * the SDK. The first part is the service, the second the class that the SDK for Java has for the
 * error.
 */
#include "asl/call/call_impl.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text.h"

#include <string.h>
#include <strings.h>

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
static bool error_begins_word(const char *name, size_t i)
{
    char before = name[i - 1], next = name[i + 1];

    if (ascii_is_digit((unsigned char)before))
        return ascii_is_letter((unsigned char)name[i]);
    if (!ascii_is_upper((unsigned char)name[i]))
        return false;
    return ascii_is_lower((unsigned char)before) || ascii_is_lower((unsigned char)next);
}

static const char exception[] = "Exception";

/* Returns how long a name is without the ending that says that it is an error. */
static size_t stem_len(const char *name)
{
    static const char *const ends[] = {"Exception", "Fault"};
    size_t len = strlen(name);

    for (size_t i = 0; i < COUNT(ends); i++)
        if (text_ends_with(name, ends[i]) && len > strlen(ends[i]))
            return len - strlen(ends[i]);
    return len;
}

/* AWS's SDK for Java writes each word with one capital. */
static void add_stem(struct buf *out, const char *name)
{
    size_t len = stem_len(name);

    for (size_t i = 0; i < len; i++)
        buf_addc(out,
                 !i || error_begins_word(name, i) ? ascii_upper(name[i]) : ascii_lower(name[i]));
}

/*
 * "QueueDoesNotExist" is the class QueueDoesNotExistException, "DBInstanceNotFoundFault" is
 * DbInstanceNotFoundException.
 */
void call_add_error_class(struct buf *out, const char *name)
{
    add_stem(out, name);
    buf_adds(out, exception);
}

/* ---- names that a definition gives ---- */

/* What the SDK for Java fails with by itself, whatever the service says. */
static const char *const of_sdk[] = {
    "AbortedException",
    "AmazonClientException",
    "AmazonServiceException",
    "ApiCallAttemptTimeoutException",
    "ApiCallTimeoutException",
    "ClientExecutionTimeoutException",
    "Crc32MismatchException",
    "NonRetryableException",
    "RetryableException",
    "SdkClientException",
    "SdkException",
    "SdkServiceException",
};

/*
 * Errors that all services have (AWS's page "Common Errors"). Those that a model lacks come as the
 * service's base class, but some models are behind their services, so these names are let alone.
 */
static const char *const of_all[] = {
    "AccessDenied",
    "ExpiredToken",
    "IncompleteSignature",
    "InternalError",
    "InternalFailure",
    "InternalServer",
    "InternalServerError",
    "InvalidAction",
    "InvalidClientTokenId",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidSignature",
    "LimitExceeded",
    "MalformedQueryString",
    "MissingAction",
    "MissingAuthenticationToken",
    "MissingParameter",
    "NotAuthorized",
    "OptInRequired",
    "RequestExpired",
    "RequestLimitExceeded",
    "RequestTimeout",
    "Serialization",
    "ServiceUnavailable",
    "SignatureDoesNotMatch",
    "Throttled",
    "Throttling",
    "TooManyRequests",
    "Unauthorized",
    "UnauthorizedOperation",
    "UnknownOperation",
    "UnrecognizedClient",
    "Validation",
    "ValidationError",
};

/* How the errors of one Task are called. */
struct error_names {
    const struct model_service *service;
    const char *label, *base, *other_base; /* the last: of the SDK; NULL: it is the same */
    bool older; /* an integration on the SDK of before, which leaves acronyms as they are */
    size_t *guesses;
};

static bool is_common(const char *error)
{
    size_t len = stem_len(error);

    for (size_t i = 0; i < COUNT(of_sdk); i++)
        if (!strcmp(of_sdk[i], error))
            return true;
    for (size_t i = 0; i < COUNT(of_all); i++)
        if (strlen(of_all[i]) == len && !memcmp(of_all[i], error, len))
            return true;
    return false;
}

/* Two of the 444 models name errors of few of their operations, S3's among them: what such a model
 * lacks may be an error nonetheless. */
static bool names_its_errors(const struct model_service *s)
{
    struct model_operation o;
    size_t with = 0;

    for (size_t i = 0; i < s->operation_count; i++) {
        model_operation_at(s, i, &o);
        with += o.error_count > 0;
    }
    return with * 2 >= s->operation_count;
}

/* Writes the class that is `error` but for capitals, or whose error the service calls so. Returns
 * false when there is none. */
static bool class_called(const struct error_names *n, const char *error, struct buf *out)
{
    struct model_error e;

    for (size_t i = 0; i < n->service->error_count; i++) {
        buf_reset(out);
        call_add_error_class(out, model_error_at(n->service, i).name);
        if (!strcasecmp(buf_str(out), error))
            return true;
    }
    buf_reset(out);
    if (!model_error_coded(n->service, error, strlen(error), &e))
        return false;
    call_add_error_class(out, e.name);
    return true;
}

/* Writes the class that is nearest to `error`, if any is. All end alike, so what they begin with is
 * compared. */
static void nearest_class(const struct error_names *n, const char *error, struct buf *out)
{
    struct nearest near = {.want = error, .len = stem_len(error)};
    struct buf name = {0}, best = {0};

    for (size_t i = 0; i < n->service->error_count && *n->guesses; i++, --*n->guesses) {
        buf_reset(&name);
        add_stem(&name, model_error_at(n->service, i).name);
        nearest_offer_made(&near, &name, &best);
    }
    if (best.len)
        buf_printf(out, "%s%s", buf_str(&best), exception);
    buf_clear(&name);
    buf_clear(&best);
}

/* Returns whether `error` is one of the service's classes but for a letter, and writes the class. A
 * slip in what they all end with makes a name that is near to none by its beginning. */
static bool slip_of_class(const struct error_names *n, const char *error, struct buf *out)
{
    struct nearest near = {.want = error, .len = strlen(error)};
    struct buf name = {0}, best = {0};

    for (size_t i = 0; i < n->service->error_count && *n->guesses; i++, --*n->guesses) {
        buf_reset(&name);
        call_add_error_class(&name, model_error_at(n->service, i).name);
        nearest_offer_made(&near, &name, &best);
    }
    nearest_offer(&near, n->base);
    bool slip = near.best && near.distance == 1;
    if (slip)
        buf_adds(out, near.best);
    buf_clear(&name);
    buf_clear(&best);
    return slip;
}

/*
 * Writes what `error`, the part behind the dot, should be, as far as that is known; it is nothing
 * when no such error is known. The SDK of today writes acronyms in small letters, that of before
 * mostly doesn't: there capitals are let alone.
 */
static void right_error(const struct error_names *n, const char *error, struct buf *out)
{
    bool own = n->other_base && !strcmp(error, n->other_base);

    if (own || !strcmp(error, n->base)) {
        buf_adds(out, n->base);
    } else if (class_called(n, error, out)) {
        if (n->older && !strcasecmp(buf_str(out), error)) {
            buf_reset(out);
            buf_adds(out, error);
        }
    } else if (is_common(error)) {
        buf_adds(out, error);
    } else if (slip_of_class(n, error, out)) {
        return;
    } else if (!names_its_errors(n->service)) {
        buf_adds(out, error);
    } else if (!strcmp(error, "FailedEntry") && !strcmp(n->service->name, "eventbridge")) {
        buf_adds(out, error); /* what Step Functions makes of an event that was not taken */
    } else {
        nearest_class(n, error, out);
    }
}

/* Returns whether `prefix` is a name of the service that is not the one in its errors. "States" is
 * none, as the language's own errors begin so. */
static bool is_service_otherwise(const struct error_names *n, struct asl_piece prefix)
{
    const struct call_labels *l = labels;
    struct asl_piece named;

    if (asl_piece_is(prefix, "States"))
        return false;
    if (call_service_known_as(prefix) == n->service)
        return true;
    for (; l < labels + COUNT(labels); l++) {
        named = (struct asl_piece){l->service, strlen(l->service)};
        if (asl_piece_is(prefix, l->name) && call_service_known_as(named) == n->service)
            return true;
    }
    return false;
}

/* Fills how the errors of a Task are called, whose names begin with `prefix`. Returns false when
 * nothing is known of them: a function may raise any error, as may who gets the Task's token. */
static bool read_error_names(const struct asl_resource *r, struct asl_piece prefix,
                             struct error_names *n, struct buf *sdk_base)
{
    const struct call *call = call_find(r);
    const struct call_labels *l;
    struct model_operation o;

    if (!call || r->pattern == ASL_WAIT_FOR_TASK_TOKEN ||
        !call_find_operation(call, r, &n->service, &o))
        return false;
    buf_printf(sdk_base, "%s%s", n->service->label, exception);
    n->label = n->service->label;
    n->base = buf_str(sdk_base);
    if (r->kind == ASL_RESOURCE_SDK)
        return true;
    l = call_labels_of(r->call.at);
    /* Of newer integrations both names are taken, as it is not recorded which it is. */
    if (!l || (!l->cause && asl_piece_is(prefix, n->label)))
        return l;
    n->label = l->name;
    n->base = l->base;
    n->other_base = buf_str(sdk_base);
    n->older = l->cause;
    return true;
}

/* ---- functions ---- */

/* A slip is no further off: a function may raise an error that is a little like Lambda's. */
enum { SLIP = 2 };

static void offer_stem(struct nearest *near, const char *name, struct buf *best)
{
    struct buf stem = {0};

    buf_add(&stem, name, stem_len(name));
    nearest_offer_made(near, &stem, best);
    buf_clear(&stem);
}

/* What invoking fails with that neither Lambda's model nor the SDK has. */
static const char *const beside_lambda[] = {"AWSLambdaException", "Unknown"};

/* Returns whether invoking a function may fail with `error`, whatever the function does. */
static bool is_of_lambda(const struct model_service *lambda, const char *error)
{
    struct buf class = {0};
    bool known = is_common(error);

    for (size_t i = 0; i < COUNT(beside_lambda) && !known; i++)
        known = !strcmp(error, beside_lambda[i]);
    for (size_t i = 0; i < lambda->error_count && !known; i++) {
        buf_reset(&class);
        call_add_error_class(&class, model_error_at(lambda, i).name);
        known = !strcasecmp(error, buf_str(&class));
    }
    buf_clear(&class);
    return known;
}

/* Finds the error of Lambda's own that `error` is but for a slip. The names are those of the SDK of
 * before, which leaves acronyms as they are. Most definitions name them right: what is near is not
 * looked for then, as measuring distances was a quarter of what validating took. */
static void slip_of_lambda(const char *error, struct buf *out)
{
    const struct model_service *lambda = model_service_named("lambda", strlen("lambda"));
    struct nearest near = {.want = error, .len = stem_len(error)};
    struct buf class = {0}, best = {0};

    if (!lambda || is_of_lambda(lambda, error))
        return;
    for (size_t i = 0; i < lambda->error_count; i++) {
        buf_reset(&class);
        call_add_error_class(&class, model_error_at(lambda, i).name);
        offer_stem(&near, buf_str(&class), &best);
    }
    offer_stem(&near, beside_lambda[0], &best);
    for (size_t i = 0; i < COUNT(of_sdk); i++)
        offer_stem(&near, of_sdk[i], &best);
    if (near.best && near.distance <= SLIP)
        buf_printf(out, "Lambda.%s%s", near.best, exception);
    buf_clear(&class);
    buf_clear(&best);
}

bool call_may_fail_with(const struct asl_resource *r, const char *name, size_t *guesses,
                        struct buf *meant)
{
    struct asl_piece prefix = {name, strcspn(name, ".")};
    struct error_names n = {.guesses = guesses};
    struct buf sdk_base = {0}, right = {0};
    bool may = true;

    if (r->kind == ASL_RESOURCE_LAMBDA || asl_resource_calls(r, "lambda", "invoke")) {
        if (text_begins_with(name, "Lambda."))
            slip_of_lambda(name + strlen("Lambda."), meant);
        return !meant->len;
    }
    if (prefix.len && name[prefix.len] && name[prefix.len + 1] &&
        read_error_names(r, prefix, &n, &sdk_base)) {
        bool same = asl_piece_is(prefix, n.label);
        const char *error = name + prefix.len + 1;
        if (same || is_service_otherwise(&n, prefix)) {
            right_error(&n, error, &right);
            may = same && right.len && !strcmp(buf_str(&right), error);
        }
    }
    if (!may && right.len)
        buf_printf(meant, "%s.%s", n.label, buf_str(&right));
    buf_clear(&sdk_base);
    buf_clear(&right);
    return may;
}
