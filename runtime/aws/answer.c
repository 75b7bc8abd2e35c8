/*
 * What a Task gets of a call's answer: its result, or the error by the name that AWS gives it. That
 * name differs between an optimized integration ("DynamoDB.…") and the SDK ("DynamoDb.…"), and so
 * do the causes.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/utf8.h"

#include <string.h>
#include <strings.h>

enum { MAX_MESSAGE = 1024 };

void aws_result_clear(struct aws_result *r)
{
    json_unref(r->value);
    json_unref(r->error);
    json_unref(r->cause);
    *r = (struct aws_result){0};
}

static const char *answer_header(const struct aws_answer *a, const char *name)
{
    const json *v = aws_header_of(a->headers, name);

    return v ? json_str(v) : NULL;
}

/* ---- errors ---- */

/* What an error says of itself; both are to be freed. */
struct error {
    json *code, *message, *request_id;
};

static bool answer_is_json(const struct aws_call *c)
{
    return c->service->protocol != AWS_QUERY && c->service->protocol != AWS_REST_XML;
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
static void read_json_error(const struct aws_answer *a, struct error *e)
{
    json *body = a->len ? json_parse(a->body, a->len, JSON_READ_SURROGATES, NULL) : NULL;
    const json *type = answer_member(body, "__type"), *message = answer_member(body, "message");
    const char *given = answer_header(a, "x-amzn-ErrorType");

    if (!type)
        type = answer_member(body, "code");
    if (!message)
        message = answer_member(body, "Message");
    if (given && *given)
        e->code = bare_code(given);
    else if (type)
        e->code = bare_code(json_str(type));
    e->message = json_ref(message);
    json_unref(body);
}

static void read_xml_error(const struct aws_answer *a, struct error *e)
{
    json *body = aws_xml_read(a->body, a->len, "", NULL, NULL);
    const json *error = body && json_get(body, "Error") ? json_get(body, "Error") : body;
    const json *code = answer_member(error, "Code"), *message = answer_member(error, "Message");
    const json *id = answer_member(body, "RequestId");

    e->code = json_ref(code);
    e->message = json_ref(message);
    e->request_id = json_ref(id);
    json_unref(body);
}

/*
 * S3 has a header of its own for it, and query services say it in the body alone. Last comes the
 * id that the caller made up, so that a cause always has one.
 */
static const char *request_id(const struct aws_answer *a, const struct error *e)
{
    static const char *const names[] = {"x-amzn-RequestId", "x-amz-request-id"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (answer_header(a, names[i]))
            return answer_header(a, names[i]);
    return e && e->request_id ? json_str(e->request_id) : a->request_id;
}

/*
 * Errors that any service may answer with. An SDK has no class for those unless the service's model
 * has them too; of S3's, only a few are in its model.
 */
static const char common[] =
    "AccessDenied AccessDeniedException ExpiredToken ExpiredTokenException "
    "IncompleteSignature IncompleteSignatureException InternalError InternalFailure InvalidAction "
    "InvalidClientTokenId InvalidParameterCombination InvalidParameterValue InvalidQueryParameter "
    "InvalidSignatureException MalformedQueryString MissingAction MissingAuthenticationToken "
    "MissingAuthenticationTokenException MissingParameter NotAuthorized OptInRequired "
    "RequestExpired RequestLimitExceeded SerializationException ServiceUnavailable "
    "SignatureDoesNotMatch Throttling ThrottlingException UnknownOperationException "
    "UnrecognizedClientException ValidationError ValidationException";
static const char of_s3[] =
    "AccessDenied BucketAlreadyExists BucketAlreadyOwnedByYou EncryptionTypeMismatch "
    "IdempotencyParameterMismatch InvalidObjectState InvalidRequest InvalidWriteOffset "
    "NoSuchBucket NoSuchKey NoSuchUpload ObjectAlreadyInActiveTierError "
    "ObjectNotInActiveTierError TooManyParts";

/*
 * An error that is not in the model has no class in the SDK: the Task then fails with the
 * service's base class, as "SqsException".
 */
static bool is_modelled(const struct aws_service *s, const json *code)
{
    const char *text = json_str(code);
    size_t len = json_str_len(code);

    if (s->protocol == AWS_REST_XML)
        return aws_has_word(of_s3, text, len);
    return !aws_has_word(common, text, len) || aws_has_word(s->errors, text, len);
}

/* "QueueDoesNotExist" is the class QueueDoesNotExistException. */
static void add_class(struct buf *out, const json *code)
{
    static const char end[] = "Exception", fault[] = "Fault";
    const char *text = json_str(code);
    size_t len = json_str_len(code);

    if (len > strlen(fault) && !strcmp(text + len - strlen(fault), fault))
        len -= strlen(fault);
    buf_add(out, text, len);
    if (!json_str_ends(code, end))
        buf_adds(out, end);
}

/* The old name of an error of SQS, from when it was no JSON service. */
static void modern(struct error *e)
{
    if (e->code && json_str_is(e->code, "AWS.SimpleQueueService.NonExistentQueue")) {
        json_unref(e->code);
        e->code = json_cstring("QueueDoesNotExist");
    }
}

/* A HEAD has no body to say more. */
static void guess(const struct aws_call *c, const struct aws_answer *a, struct error *e)
{
    bool object = c->service->protocol == AWS_REST_XML && strstr(c->action, "Object");

    if (!e->code && a->status == 404 && c->service->protocol == AWS_REST_XML)
        e->code = json_cstring(object ? "NoSuchKey" : "NoSuchBucket");
    if (!e->message && e->code && !a->len)
        e->message = json_cstring("null");
    if (!e->message)
        e->message = a->len
                         ? json_string_mended(a->body, a->len < MAX_MESSAGE ? a->len : MAX_MESSAGE)
                         : json_cstring("null");
}

static void answer_refused(const struct aws_call *c, const struct aws_answer *a,
                           struct aws_result *out)
{
    const struct aws_labels *l = c->integration ? aws_labels_of(c->integration->call) : NULL;
    const char *extended = answer_header(a, "x-amz-id-2");
    struct buf name = {0}, cause = {0};
    struct error e = {0};

    if (answer_is_json(c))
        read_json_error(a, &e);
    else
        read_xml_error(a, &e);
    modern(&e);
    guess(c, a, &e);
    buf_printf(&name, "%s.", l ? l->name : c->service->label);
    if (e.code && json_str_len(e.code) && is_modelled(c->service, e.code))
        add_class(&name, e.code);
    else if (l)
        buf_adds(&name, l->base);
    else
        buf_printf(&name, "%sException", c->service->label);
    buf_add(&cause, json_str(e.message), json_str_len(e.message));
    if (l && l->cause)
        buf_printf(&cause,
                   " (Service: %s; Status Code: %d; Error Code: %s; Request ID: %s; Proxy: null)",
                   l->cause, a->status, e.code ? json_str(e.code) : "null", request_id(a, &e));
    else
        buf_printf(&cause, " (Service: %s, Status Code: %d, Request ID: %s%s%s)", c->service->label,
                   a->status, request_id(a, &e), extended ? ", Extended Request ID: " : "",
                   extended ? extended : "");
    *out = (struct aws_result){.error = json_take_buf(&name),
                               .cause = json_string_mended(cause.data, cause.len)};
    buf_clear(&cause);
    json_unref(e.code);
    json_unref(e.message);
    json_unref(e.request_id);
}

void aws_not_sent(const struct aws_call *c, json *cause, struct aws_result *out)
{
    const struct aws_labels *l = c->integration ? aws_labels_of(c->integration->call) : NULL;

    *out = (struct aws_result){
        .error = json_stringf("%s.SdkClientException", l ? l->name : c->service->label),
        .cause = cause};
}

/* What came is no answer of such a service. */
static void not_understood(const struct aws_call *c, const char *why, struct aws_result *out)
{
    aws_not_sent(c, json_stringf("Unable to unmarshall response: %s", why), out);
}

/* ---- S3 ---- */

/* "Tue, 15 Nov 1994 08:12:31 GMT" as "1994-11-15T08:12:31Z"; as it is, when it is no such text. */
static json *http_time(const char *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *month = NULL;

    if (strlen(text) != 29)
        return json_string_mended(text, strlen(text));
    for (int i = 0; i < 12; i++)
        if (!strncmp(text + 8, months + 3 * i, 3))
            month = months + 3 * i;
    if (!month)
        return json_string_mended(text, strlen(text));
    return json_stringf("%.4s-%02d-%.2sT%.8sZ", text + 12, (int)(month - months) / 3 + 1, text + 5,
                        text + 17);
}

static json *answer_header_value(char kind, const json *v)
{
    json *number;

    switch (kind) {
    case 'i': number = json_number(json_str(v), json_str_len(v)); break;
    case 'b': return json_bool(json_str_is(v, "true"));
    case 't': return http_time(json_str(v));
    default: return json_ref(v);
    }
    return number ? number : json_ref(v);
}

/* Headers of which the name begins with `begin` are S3's Metadata; what follows is the key. */
static json *metadata_of(const json *headers, const char *begin)
{
    size_t n = strlen(begin);
    struct json_build b;

    json_build_object(&b, 0);
    for (size_t i = 0; headers && i < json_count(headers); i++) {
        const char *name = json_str(json_key_at(headers, i));
        if (!strncasecmp(name, begin, n))
            json_build_set(&b, name + n, json_ref(json_value_at(headers, i)));
    }
    return json_build_done(&b);
}

/* A call's members that are headers; those that go with a list's body aren't. */
static json *with_s3_headers(const struct aws_call *c, const struct aws_answer *a, json *body)
{
    bool object = strstr(c->action, "Object") && strncmp(c->action, "List", 4) != 0;
    bool whole = !strcmp(c->action, "GetObject") || !strcmp(c->action, "HeadObject");
    size_t count;
    const struct aws_s3_header *rows = aws_s3_headers(&count);
    struct json_build b;

    json_build_object(&b, 12);
    for (size_t i = 0; i < count; i++) {
        const json *v = aws_header_of(a->headers, rows[i].header);
        bool of_body = !strncmp(rows[i].header, "Content-", 8) || rows[i].kind == 'm';

        if (!rows[i].out || (of_body && !whole))
            continue;
        if (rows[i].kind == 'm')
            json_build_set(&b, rows[i].member, metadata_of(a->headers, rows[i].header));
        else if (v && (object || !strcmp(rows[i].member, "Location") ||
                       !strcmp(rows[i].member, "BucketRegion")))
            json_build_set(&b, rows[i].member, answer_header_value(rows[i].kind, v));
    }
    for (size_t i = 0; i < json_count(body); i++)
        json_build_set_key(&b, json_ref(json_key_at(body, i)), json_ref(json_value_at(body, i)));
    json_unref(body);
    return json_build_done(&b);
}

/* ---- results ---- */

/* {name: v}. Takes `v`. */
static json *answer_only(const char *name, json *v)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, name, v);
    return json_build_done(&b);
}

static json *json_body(const struct aws_call *c, const struct aws_answer *a, struct diag *why)
{
    json *body, *v;

    if (!a->len)
        return json_ref(json_empty_object());
    body = json_parse(a->body, a->len, JSON_READ_SURROGATES, why);
    if (!body)
        return NULL;
    /* What a model answers is data. */
    if (c->operation && c->operation->payload) {
        struct json_build b;
        const json *type = aws_header_of(a->headers, "Content-Type");
        json_build_object(&b, 2);
        json_build_set(&b, "Body", body);
        if (type)
            json_build_set(&b, "ContentType", json_ref(type));
        return json_build_done(&b);
    }
    v = aws_from_wire(c->service, body, c->integration && c->integration->envelope);
    json_unref(body);
    return v;
}

static json *xml_body(const struct aws_call *c, const struct aws_answer *a, struct diag *why)
{
    const char *whole = c->operation->answer;
    bool blob = whole && !strcmp(c->action, "GetObject");
    json *root = NULL, *v;

    if (blob)
        return answer_only(whole, json_string_mended(a->body, a->len));
    if (!a->len)
        return json_ref(json_empty_object());
    v = aws_xml_read(a->body, a->len, aws_xml_hints(c->service), &root, why);
    if (v && !json_is_object(v)) {
        json_unref(v);
        v = json_ref(json_empty_object());
    }
    json_unref(root);
    return v && whole ? answer_only(whole, v) : v;
}

/* <PublishResponse><PublishResult>…</PublishResult><ResponseMetadata>…: the Result's members. */
static json *query_body(const struct aws_call *c, const struct aws_answer *a, struct diag *why)
{
    json *whole = aws_xml_read(a->body, a->len, aws_xml_hints(c->service), NULL, why);
    json *name = json_stringf("%sResult", c->action);
    const json *result = whole ? json_get(whole, json_str(name)) : NULL;
    json *v =
        whole ? json_ref(result && json_is_object(result) ? result : json_empty_object()) : NULL;

    json_unref(name);
    json_unref(whole);
    return v;
}

/* The members by name, the envelope among them. */
static json *with_envelope(json *v, const struct aws_answer *a)
{
    json *id = json_string_mended(request_id(a, NULL), strlen(request_id(a, NULL)));
    struct json_build b;
    bool put = false;

    json_build_object(&b, json_count(v) + 2);
    for (size_t i = 0; i <= json_count(v); i++) {
        const json *key = i < json_count(v) ? json_key_at(v, i) : NULL;
        if (!put && (!key || strcmp(json_str(key), "SdkHttpMetadata") > 0)) {
            json_build_set(&b, "SdkHttpMetadata", aws_http_metadata(a->headers, a->status));
            json_build_set(&b, "SdkResponseMetadata", answer_only("RequestId", json_ref(id)));
            put = true;
        }
        if (key)
            json_build_set_key(&b, json_ref(key), json_ref(json_value_at(v, i)));
    }
    json_unref(id);
    json_unref(v);
    return json_build_done(&b);
}

/* An event that was not taken fails the Task. */
static bool events_failed(const struct aws_call *c, const json *v, struct aws_result *out)
{
    const json *failed = json_get(v, "FailedEntryCount");

    if (!c->integration || strcmp(c->integration->call, "events:putEvents") != 0 || !failed ||
        !json_is_number(failed) || json_double_value(failed) <= 0)
        return false;
    *out = (struct aws_result){.error = json_cstring("EventBridge.FailedEntry"),
                               .cause = json_text(v)};
    return true;
}

void aws_answer_read(const struct aws_call *c, const struct aws_answer *a, struct aws_result *out)
{
    struct diag why = {0};
    json *v;

    if (a->status < 200 || a->status > 299) {
        answer_refused(c, a, out);
        return;
    }
    v = answer_is_json(c)                   ? json_body(c, a, &why)
        : c->service->protocol == AWS_QUERY ? query_body(c, a, &why)
                                            : xml_body(c, a, &why);
    if (!v || !json_is_object(v)) {
        not_understood(c, v ? "it is no object" : why.text, out);
        json_unref(v);
        diag_clear(&why);
        return;
    }
    if (c->service->protocol == AWS_REST_XML)
        v = with_s3_headers(c, a, v);
    if (events_failed(c, v, out)) {
        json_unref(v);
        return;
    }
    if (c->integration && c->integration->result) {
        json *mapped = aws_mapped(c->integration->result, NULL, v);
        json_unref(v);
        v = mapped;
    }
    if (c->integration && c->integration->envelope)
        v = with_envelope(v, a);
    *out = (struct aws_result){.ok = true, .value = v};
}

/* ---- jobs ---- */

/*
 * A call that we make by ourselves about a job: its parameters come by a mapping, not from the
 * Task.
 */
static bool job_call(const struct aws_call *c, const char *action, const char *mapping,
                     const json *parameters, const json *submitted, struct aws_call *out,
                     json **request)
{
    if (!action)
        return false;
    *out =
        (struct aws_call){.service = c->service, .operation = aws_operation_of(c->service, action)};
    strncpy(out->action, action, sizeof out->action - 1);
    *request = aws_mapped(mapping, parameters, submitted);
    return true;
}

bool aws_job_describe(const struct aws_call *c, const json *parameters, const json *submitted,
                      struct aws_call *out, json **request)
{
    return job_call(c, c->job->describe, c->job->request, parameters, submitted, out, request);
}

/* Where a service takes a reason, AWS names the execution whose Task began the job. Takes
 * `request`.
 */
static json *with_reason(json *request, const char *execution)
{
    static const char *const members[] = {"Reason", "Cause"};

    for (size_t i = 0; i < COUNT(members); i++) {
        if (!json_get(request, members[i]))
            continue;
        json *reason = json_stringf("The Task state in AWS Step Functions execution [%s] which was "
                                    "managing this resource was aborted",
                                    execution ? execution : "");
        json *changed = json_with(request, json_cstring(members[i]), reason);
        json_unref(request);
        request = changed;
    }
    return request;
}

bool aws_job_stop(const struct aws_call *c, const json *parameters, const json *submitted,
                  const char *execution, struct aws_call *out, json **request)
{
    if (!job_call(c, c->job->stop, c->job->stop_request, parameters, submitted, out, request))
        return false;
    *request = with_reason(*request, execution);
    return true;
}

/* Returns whether the containers of an ECS task that has stopped failed: one of them by its exit
 * code, or all because none has one, as when its image could not be pulled. */
static bool containers_failed(const json *task)
{
    const json *all = json_get(task, "Containers");
    bool any = false;

    for (size_t i = 0; all && json_is_array(all) && i < json_count(all); i++) {
        const json *code = json_get(json_at(all, i), "ExitCode");
        if (code && json_is_number(code) && json_double_value(code) != 0)
            return true;
        any = any || code;
    }
    return !any;
}

/* .sync:2 of an execution: its documents as what they are. Takes `v`. */
static json *with_documents(json *v)
{
    static const char *const names[] = {"Input", "Output"};

    for (size_t i = 0; i < 2; i++) {
        const json *text = json_get(v, names[i]);
        json *parsed = text && json_is_string(text) ? json_parse(json_str(text), json_str_len(text),
                                                                 JSON_READ_SURROGATES, NULL)
                                                    : NULL;
        if (parsed) {
            json *changed = json_with(v, json_cstring(names[i]), parsed);
            json_unref(v);
            v = changed;
        }
    }
    return v;
}

static enum aws_progress answer_ended(const struct aws_call *c, bool good, json *description,
                                      struct aws_result *out)
{
    if (c->job->wrap)
        description = answer_only(c->job->wrap, description);
    if (c->parsed)
        description = with_documents(description);
    if (good) {
        *out = (struct aws_result){.ok = true, .value = description};
        return AWS_JOB_SUCCEEDED;
    }
    *out = (struct aws_result){.error = json_cstring("States.TaskFailed"),
                               .cause = json_text(description)};
    json_unref(description);
    return AWS_JOB_FAILED;
}

/* The job is not there any more: for some calls that is the end they wait for. */
static bool is_gone(const struct aws_call *c, const struct aws_result *r)
{
    return !r->ok && aws_has_word(c->job->good, "gone", 4) &&
           strstr(json_str(r->error), "ResourceNotFoundException");
}

enum aws_progress aws_job_progress(const struct aws_call *c, const struct aws_call *describe,
                                   const struct aws_answer *a, struct aws_result *out)
{
    const struct aws_job *job = c->job;
    struct aws_call in_ms = *describe;
    struct aws_result r;
    enum aws_progress p = AWS_JOB_RUNS;

    /* Times are milliseconds in results of an optimized integration. */
    static const struct aws_integration plain = {"", NULL, NULL, NULL, NULL, NULL, NULL, true};
    in_ms.integration = c->integration && c->integration->envelope ? &plain : NULL;
    aws_answer_read(&in_ms, a, &r);
    if (is_gone(c, &r)) {
        aws_result_clear(&r);
        *out = (struct aws_result){.ok = true, .value = json_ref(json_empty_object())};
        return AWS_JOB_SUCCEEDED;
    }
    if (!r.ok) {
        /* Of a service that is busy the next question may get an answer. */
        if (a->status >= 500 || a->status == 429 || strstr(json_str(r.error), "Throttl")) {
            aws_result_clear(&r);
            return AWS_JOB_RUNS;
        }
        *out = r;
        return AWS_JOB_FAILED;
    }
    const json *at = aws_at(r.value, job->at, strlen(job->at));
    const json *status = at ? aws_at(at, job->status, strlen(job->status)) : NULL;
    if (status && json_is_string(status)) {
        bool good = aws_has_word(job->good, json_str(status), json_str_len(status));
        bool failed = aws_has_word(job->bad, json_str(status), json_str_len(status));

        if (good && !strcmp(job->call, "ecs:runTask"))
            good = !(failed = containers_failed(at));
        if (good || failed) {
            struct json_build b;
            json_build_object(&b, json_count(at));
            for (size_t i = 0; i < json_count(at); i++)
                if (strncmp(json_str(json_key_at(at, i)), "Sdk", 3) != 0)
                    json_build_set_key(&b, json_ref(json_key_at(at, i)),
                                       json_ref(json_value_at(at, i)));
            p = answer_ended(c, good, json_build_done(&b), out);
        }
    }
    aws_result_clear(&r);
    return p;
}
