/*
 * Errors, by the names that AWS gives them: of the older integrations "DynamoDB.…", of the SDK
 * "DynamoDb.…", each with a cause in its own words. An error that the service's model does not have
 * has no class in the SDK: the Task then fails with the service's base class, as "SqsException".
 */
#include "runtime/aws/aws_impl.h"

#include "asl/call/call.h"
#include "parsers/base/count.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"

#include <string.h>

enum { MAX_MESSAGE = 1024, MAX_LOCATION = 300 };

static const char *answer_header(const struct aws_answer *a, const char *name)
{
    const json *v = aws_header_of(a->headers, name);

    return v ? json_str(v) : NULL;
}

/* What an error says of itself; all are to be freed. */
struct error {
    json *code, *message, *request_id;
    json *shown; /* the code that the older SDK shows, where it is another */
};

static bool answer_is_xml(const struct aws_call *c)
{
    switch (c->service->protocol) {
    case MODEL_JSON:
    case MODEL_REST_JSON:
    case MODEL_CBOR: return false;
    case MODEL_REST_XML:
    case MODEL_QUERY:
    case MODEL_EC2: break;
    }
    return true;
}

/* "com.amazonaws.sqs#QueueDoesNotExist:http://…" is QueueDoesNotExist. As the protocol has it, what
 * is behind the first colon goes, and then what is up to the first hash. */
static json *bare_code(const char *text)
{
    size_t len = strcspn(text, ":"), from = strcspn(text, ":#");

    from = from < len ? from + 1 : 0;
    return json_string_mended(text + from, len - from);
}

static const json *answer_member(const json *v, const char *name)
{
    const json *m = v ? json_get(v, name) : NULL;

    return m && json_is_string(m) ? m : NULL;
}

/*
 * The header x-amzn-ErrorType wins over the body, in which services call code and message by one
 * of two names.
 */
static void read_json_error(const struct aws_call *c, const struct aws_answer *a, struct error *e)
{
    json *body = NULL;

    if (a->len)
        body = c->service->protocol == MODEL_CBOR
                   ? aws_cbor_read(a->body, a->len, NULL)
                   : json_parse(a->body, a->len, JSON_READ_SURROGATES, NULL);
    const json *type = answer_member(body, "__type"), *message = answer_member(body, "message");
    const char *given = answer_header(a, "x-amzn-ErrorType");

    if (!type)
        type = answer_member(body, "code");
    if (!type)
        type = answer_member(body, "Code");
    if (!message)
        message = answer_member(body, "Message");
    if (given && *given)
        e->code = bare_code(given);
    else if (type)
        e->code = bare_code(json_str(type));
    e->message = json_ref(message);
    json_unref(body);
    /* "AWS.SimpleQueueService.NonExistentQueue;Sender": the code of the older query protocol. */
    const char *query = answer_header(a, "x-amzn-query-error");
    if (query && strcspn(query, ";"))
        e->shown = json_string_mended(query, strcspn(query, ";"));
}

static json *element_text(const struct aws_element *n, const char *name)
{
    const struct aws_element *kid = aws_element_named(n, name);

    return kid ? json_string_mended(kid->text.data ? kid->text.data : "", kid->text.len) : NULL;
}

/* <ErrorResponse><Error><Code>…, S3's <Error><Code>…, or EC2's <Response><Errors><Error><Code>…;
 * the request's id is beside. */
static void read_xml_error(const struct aws_answer *a, struct error *e)
{
    static const char *const ids[] = {"RequestId", "RequestID", "requestId"};
    struct aws_xml *x = aws_xml_read(a->body, a->len, NULL);
    const struct aws_element *root = x ? aws_xml_root(x) : NULL, *error;

    error = aws_element_named(root, "Error");
    if (!error)
        error = aws_element_named(aws_element_named(root, "Errors"), "Error");
    if (!error)
        error = root;
    e->code = element_text(error, "Code");
    e->message = element_text(error, "Message");
    for (size_t i = 0; !e->request_id && i < COUNT(ids); i++)
        e->request_id = element_text(root, ids[i]);
    aws_xml_free(x);
}

const char *aws_request_id(const struct aws_answer *a)
{
    static const char *const names[] = {"x-amzn-RequestId", "x-amz-request-id"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (answer_header(a, names[i]))
            return answer_header(a, names[i]);
    return a->request_id;
}

/*
 * S3 has a header of its own for it, and query services say it in the body alone. Last comes the
 * id that the caller made up, so that a cause always has one.
 */
static const char *error_request_id(const struct aws_answer *a, const struct error *e)
{
    const char *id = aws_request_id(a);

    return id == a->request_id && e->request_id ? json_str(e->request_id) : id;
}

/* Finds the error in the model by what the answer says, or by its older code. */
static bool find_error(const struct aws_call *c, const struct error *e, struct model_error *out)
{
    const json *codes[] = {e->code, e->shown};

    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i] &&
            model_error_coded(c->service, json_str(codes[i]), json_str_len(codes[i]), out))
            return true;
    return false;
}

/* Replaces the name that an error of SQS has had since before SQS spoke JSON. */
static void modern(struct error *e)
{
    if (e->code && json_str_is(e->code, "AWS.SimpleQueueService.NonExistentQueue")) {
        json_unref(e->code);
        e->code = json_cstring("QueueDoesNotExist");
    }
}

/* S3 says in the body which thing isn't there, but in answers to HEAD, that have none. A 404 with
 * another body is of another server, which knows nothing of keys. */
static void guess_code(const struct aws_call *c, const struct aws_answer *a, struct error *e)
{
    bool object =
        !strcmp(c->operation.name, "HeadObject") || !strcmp(c->operation.name, "GetObject");

    if (e->code || a->status != 404 || a->len || strcmp(c->service->name, "s3") != 0)
        return;
    if (object || !strcmp(c->operation.name, "HeadBucket"))
        e->code = json_cstring(object ? "NoSuchKey" : "NoSuchBucket");
}

/* Where a service has moved to is not asked: the keys would go there, too. What stands behind a
 * path may be secret. */
static json *message_of_redirection(const struct aws_answer *a)
{
    const char *to = a->status >= 300 && a->status <= 399 ? answer_header(a, "Location") : NULL;

    return to && *to ? json_stringf("The answer redirects to %.*s, where nothing is asked",
                                    (int)utf8_cut(to, strcspn(to, "?#"), MAX_LOCATION), to)
                     : NULL;
}

/* Fills what the answer does not say. */
static void guess(const struct aws_call *c, const struct aws_answer *a, struct error *e)
{
    guess_code(c, a, e);
    if (!e->message)
        e->message = message_of_redirection(a);
    if (!e->message && e->code && !a->len)
        e->message = json_cstring("null");
    if (!e->message)
        e->message = a->len && c->service->protocol != MODEL_CBOR
                         ? json_string_mended(a->body, a->len < MAX_MESSAGE ? a->len : MAX_MESSAGE)
                         : json_cstring("null");
}

/* Returns the labels of the integration whose Task it is, also of a call that asks about its job.
 */
static const struct call_labels *labels_of(const struct aws_call *c)
{
    const struct aws_integration *i = c->names ? c->names : c->integration;

    return i ? call_labels_of(i->call) : NULL;
}

static void read_error(const struct aws_call *c, const struct aws_answer *a, struct error *e)
{
    if (answer_is_xml(c))
        read_xml_error(a, e);
    else
        read_json_error(c, a, e);
}

static void error_clear(struct error *e)
{
    json_unref(e->code);
    json_unref(e->shown);
    json_unref(e->message);
    json_unref(e->request_id);
}

json *aws_error_code(const struct aws_call *c, const struct aws_answer *a)
{
    struct error e = {0};
    json *code;

    read_error(c, a, &e);
    code = json_ref(e.code);
    error_clear(&e);
    return code;
}

/*
 * The codes that AWS's SDKs take for a reason to try again, whatever the status is: services that
 * speak AWS JSON say them with 400. They are of botocore's legacy and standard modes and of the
 * Java SDK's RetryUtils; faults of a service that call themselves so are with them.
 */
static const char busy_codes[] =
    " Throttling ThrottlingException ThrottledException RequestThrottledException "
    "RequestThrottled TooManyRequestsException ProvisionedThroughputExceededException "
    "TransactionInProgressException RequestLimitExceeded BandwidthLimitExceeded "
    "LimitExceededException SlowDown PriorRequestNotComplete EC2ThrottledException "
    "RequestTimeout RequestTimeoutException OperationTimeoutException ServiceUnavailable "
    "ServiceUnavailableException ";

/* What services say to keys that have expired, or are not known yet, and to a clock that is off. */
static const char key_codes[] =
    " ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired InvalidToken "
    "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId AuthFailure "
    "InvalidSignatureException SignatureDoesNotMatch RequestTimeTooSkewed RequestInTheFuture ";

enum aws_refusal aws_refusal_of(const struct aws_call *c, const struct aws_answer *a)
{
    json *code = aws_error_code(c, a);
    const char *text = code ? json_str(code) : "";
    enum aws_refusal r = AWS_REFUSED;

    if (a->status >= 500 || a->status == 429 || strstr(text, "Throttl") ||
        !strncmp(text, "Internal", strlen("Internal")) ||
        text_has_word(busy_codes, text, strlen(text)))
        r = AWS_REFUSED_BUSY;
    else if (text_has_word(key_codes, text, strlen(text)))
        r = AWS_REFUSED_KEYS;
    json_unref(code);
    return r;
}

void aws_refused(const struct aws_call *c, const struct aws_answer *a, struct aws_result *out)
{
    const struct call_labels *l = labels_of(c);
    const char *extended = answer_header(a, "x-amz-id-2");
    struct buf name = {0}, cause = {0};
    struct error e = {0};
    struct model_error modelled;

    read_error(c, a, &e);
    modern(&e);
    guess(c, a, &e);
    buf_printf(&name, "%s.", l ? l->name : c->service->label);
    if (find_error(c, &e, &modelled))
        call_add_error_class(&name, modelled.name);
    else if (l)
        buf_adds(&name, l->base);
    else
        buf_printf(&name, "%sException", c->service->label);
    const json *shown = e.shown ? e.shown : e.code;
    buf_add(&cause, json_str(e.message), json_str_len(e.message));
    if (l && l->cause)
        buf_printf(&cause,
                   " (Service: %s; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)",
                   l->cause, a->status, shown ? json_str(shown) : "null", error_request_id(a, &e));
    else
        buf_printf(&cause, " (Service: %s, Status Code: %d, Request ID: %s%s%s)", c->service->label,
                   a->status, error_request_id(a, &e), extended ? ", Extended Request ID: " : "",
                   extended ? extended : "");
    *out = (struct aws_result){.error = json_take_buf(&name),
                               .cause = json_string_mended(cause.data, cause.len)};
    buf_clear(&cause);
    error_clear(&e);
}

void aws_not_sent(const struct aws_call *c, json *cause, struct aws_result *out)
{
    const struct call_labels *l = labels_of(c);

    *out = (struct aws_result){
        .error = json_stringf("%s.SdkClientException", l ? l->name : c->service->label),
        .cause = cause};
}
