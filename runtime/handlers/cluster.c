/*
 * eks:call and eks:runJob: requests to the Kubernetes API of a cluster, which is where the Task's
 * Endpoint says (or a row of the handlers file). The cluster is known by the Task's certificates
 * and knows us by a token that our keys make (cluster_token.h).
 * What becomes of jobs is in cluster_job.c.
 */
#include "runtime/handlers/cluster_impl.h"

#include "asl/eval/env.h"
#include "parsers/base/base64.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/percent.h"
#include "parsers/base/text.h"
#include "runtime/aws/endpoints.h"
#include "runtime/handlers/integration.h"
#include "runtime/handlers/invoke_request.h"
#include "runtime/http/message.h"

#include <string.h>

/* The status that Kubernetes answers where there is a resource of that name. */
enum { CONFLICT = 409 };

bool is_of_cluster(const struct asl_resource *r)
{
    return asl_resource_calls(r, "eks", "call") || asl_resource_calls(r, "eks", "runJob");
}

/* Whoever says where EKS is lets Tasks go to its clusters. */
bool cluster_serves(handlers *h, struct diag *why)
{
    struct buf text = {0};

    if (h->options.endpoints && endpoints_find(h->options.endpoints, "EKS"))
        return true;
    buf_adds(&text, "say where EKS is, then Tasks may go where their Endpoint says: ");
    endpoints_say("EKS", &text);
    diag_set(why, "NO_ENDPOINT", 0, "%s", buf_str(&text));
    buf_clear(&text);
    return false;
}

/* Returns the name of a Job, yours to free; NULL: it has none of its own. */
char *cluster_name_of_job(const json *parameters)
{
    const json *given = invoke_member(parameters, "Job");
    json *job = given && json_is_string(given)
                    ? json_parse(json_str(given), json_str_len(given), JSON_READ_SURROGATES, NULL)
                    : json_ref(given);
    const char *name =
        job && json_is_object(job) ? invoke_text(invoke_member(job, "metadata"), "name") : NULL;
    char *kept = name && *name ? mem_strdup(name) : NULL;

    json_unref(job);
    return kept;
}

bool cluster_names_job(const struct handler_input *v)
{
    bool awaits =
        asl_resource_calls(v->resource, "eks", "runJob") && v->resource->pattern == ASL_SYNC;
    char *name = awaits ? cluster_name_of_job(v->payload) : NULL;

    bool has = name != NULL;

    mem_free(name);
    return has;
}

static bool runs_job(const struct cluster_work *w)
{
    return asl_resource_calls(&w->task_call->resource, "eks", "runJob");
}

bool cluster_awaits_job(const struct cluster_work *w)
{
    return runs_job(w) && w->task_call->resource.pattern == ASL_SYNC;
}

/* ---- ends ---- */

static void cluster_work_free(struct cluster_work *w)
{
    buf_clear(&w->base);
    buf_clear(&w->ca);
    json_unref(w->submitted);
    json_unref(w->job);
    json_unref(w->pods);
    json_unref(w->logs);
    json_unref(w->no_more);
    handler_answer_clear(&w->failed);
    if (w->containers_open)
        json_build_drop(&w->of_containers);
    if (w->pods_open)
        json_build_drop(&w->of_pods);
    mem_free(w->jobs);
    mem_free(w->name);
    job_pause_end(&w->pause, w);
}

void cluster_finish(struct cluster_work *w, struct handler_answer *a, bool in_start)
{
    struct task_call *call = w->task_call;

    cluster_work_free(w);
    if (call->lingers) {
        handler_answer_clear(a);
        task_call_gone(call);
    } else if (in_start) {
        task_call_ready(call, a);
    } else {
        task_call_done(call, a);
    }
}

void cluster_fail(struct cluster_work *w, const char *error, json *cause, bool in_start)
{
    struct handler_answer a = answer_failed(error, cause);

    cluster_finish(w, &a, in_start);
}

static void cluster_refuse(struct cluster_work *w, const char *why)
{
    cluster_fail(w, ASL_RUNTIME, cause_of_refusal(w->task_call, why), true);
}

/* {"ResponseBody": …, "StatusCode": 200, "StatusText": "OK"} */
json *cluster_envelope(const struct http_response *r)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "ResponseBody", response_body(r));
    json_build_set(&b, "StatusCode", json_int(r->status));
    json_build_set(&b, "StatusText", json_cstring(http_status_name(r->status)));
    return json_build_done(&b);
}

bool cluster_went_well(const struct http_response *r)
{
    return r->outcome == HTTP_ANSWERED && r->status >= 200 && r->status <= 299;
}

json *cluster_error(const struct http_response *r, json **cause)
{
    *cause = NULL;
    if (r->outcome == HTTP_TOO_LARGE)
        return json_cstring(ASL_DATA_LIMIT_EXCEEDED);
    if (r->outcome != HTTP_ANSWERED) {
        *cause = json_stringf("Unable to execute HTTP request: %s", r->error);
        return json_cstring(CLUSTER_UNREACHABLE);
    }
    json *all = cluster_envelope(r);
    *cause = json_text(all);
    json_unref(all);
    return json_stringf("EKS.%d", r->status);
}

void cluster_answer_failed(struct cluster_work *w, const struct http_response *r)
{
    json *cause, *error = cluster_error(r, &cause);

    cluster_fail(w, json_str(error), cause, false);
    json_unref(error);
}

void cluster_no_keys(void *user, bool of_role, const char *why)
{
    struct cluster_work *w = user;

    w->transfer = NULL;
    cluster_fail(w, of_role ? ASL_TASK_FAILED : CLUSTER_UNREACHABLE, json_cstring(why), false);
}

/* ---- requests ---- */

void cluster_add_segment(struct buf *out, const char *text)
{
    buf_addc(out, '/');
    percent_encode(out, text, strlen(text), false);
}

/* The two forms of a change that any kind of resource takes: a list is a JSON Patch, an object is
 * merged. */
static const char *type_of(const struct cluster_request *q)
{
    if (strcmp(q->method, "PATCH") != 0)
        return "application/json";
    return json_is_array(q->body) ? "application/json-patch+json" : "application/merge-patch+json";
}

signed_send *cluster_send(struct cluster_work *w, const struct cluster_request *q, struct diag *why)
{
    struct task_call *call = w->task_call;
    struct sigv4_header headers[] = {{"Accept", "*/*"}, {"Content-Type", NULL}};
    struct buf url = {0}, query = {0}, body = {0};
    signed_send *t;

    if (!call->row->url && !cluster_serves(call->h, why))
        return NULL; /* nor may it be asked about a job that had begun when it was known */
    buf_add(&url, w->base.data, w->base.len);
    buf_adds(&url, q->path);
    invoke_request_add_query(&query, q->query);
    if (q->more)
        buf_printf(&query, "%s%s", query.len ? "&" : "", q->more);
    if (query.len)
        buf_printf(&url, "?%s", buf_str(&query));
    if (q->body && json_is_string(q->body))
        buf_add(&body, json_str(q->body), json_str_len(q->body));
    else if (q->body)
        json_write(&body, q->body);
    if (q->body)
        headers[1].value = type_of(q);
    struct signed_request s = {.method = q->method,
                               .url = buf_str(&url),
                               .headers = headers,
                               .header_count = q->body ? 2 : 1,
                               .body = body,
                               .service = w->clear ? NULL : "sts",
                               .cluster = invoke_text(call->payload, "ClusterName"),
                               .ca = w->ca.len ? buf_str(&w->ca) : NULL,
                               .test_keys = w->local,
                               .timeout_ms =
                                   call->row->timeout_ms ? call->row->timeout_ms : REQUEST_MS,
                               .max_body = q->max_body,
                               .signed_ms = q->signed_ms,
                               .of = call,
                               .no_keys = q->no_keys};
    t = send_signed(call->h, &s, q->done, q->user, why);
    buf_clear(&url);
    buf_clear(&query);
    return t;
}

void cluster_ask(struct cluster_work *w, struct cluster_request *q, bool in_start)
{
    struct diag why = {0};

    q->user = w;
    w->transfer = cluster_send(w, q, &why);
    if (!w->transfer)
        cluster_fail(w, is_no_role(&why) ? ASL_TASK_FAILED : CLUSTER_UNREACHABLE,
                     json_cstring(why.text), in_start);
    diag_clear(&why);
}

/* A begin that an earlier process has sent, too, may be refused for what that has done. */
static void cluster_call_failed(struct cluster_work *w, const struct http_response *r)
{
    const struct task_call *call = w->task_call;
    bool answered = r->outcome == HTTP_ANSWERED;
    bool lingers = call->lingers && (!answered || job_may_be_there(r->status));
    bool taken = call->repeated && answered && r->status == CONFLICT;
    json *cause, *error;

    if (lingers || (taken && cluster_awaits_job(w))) {
        error = cluster_error(r, &cause);
        struct handler_answer failed = answer_failed(json_str(error), cause);
        json_unref(error);
        if (cluster_look_for_job(w, &failed))
            return;
        handler_answer_clear(&failed);
    }
    if (lingers)
        cluster_say_went_wrong(w, r);
    cluster_answer_failed(w, r);
}

static void cluster_called(void *user, struct http_response *r)
{
    struct cluster_work *w = user;
    handlers *h = w->task_call->h;
    struct handler_answer a = {0};

    w->transfer = NULL;
    if (!cluster_went_well(r)) {
        cluster_call_failed(w, r);
        return;
    }
    a.value = cluster_envelope(r);
    if (!cluster_awaits_job(w)) {
        cluster_finish(w, &a, false);
        return;
    }
    if (h->submitted)
        h->submitted(h->user, w->task_call->node.id, a.value);
    cluster_follow_job(w, a.value, false);
}

/* ---- its life ---- */

/* Fills in where the cluster is, and by what it is known. Returns NULL, or what is wrong with the
 * parameters. For a minute a token is worth as much as keys are to the cluster, so that none is
 * sent in the clear; a row may still name a proxy that needs none. */
static const char *find_cluster(struct cluster_work *w)
{
    const json *v = w->task_call->payload;
    const char *given = w->task_call->row->url, *endpoint = invoke_text(v, "Endpoint");
    const char *ca = invoke_text(v, "CertificateAuthority");
    const char *url = given ? given : endpoint;
    const char *name = invoke_text(v, "ClusterName");

    if (!name)
        return "The field 'ClusterName' is required but was missing";
    if (!*name)
        return "The field 'ClusterName' must not be empty";
    if (!endpoint)
        return "The field 'Endpoint' is required but was missing";
    if (!ca)
        return "The field 'CertificateAuthority' is required but was missing";
    w->local = http_url_ok(url) && endpoints_url_is_loopback(url);
    w->clear = !w->local && strncmp(url, "https:", strlen("https:")) != 0;
    if (!http_url_ok(url) || strpbrk(url, "?#@"))
        return "The field 'Endpoint' must be a URL without '?', '#' and '@'";
    if (w->clear && !given)
        return "The field 'Endpoint' takes a URL that begins with https://; http:// is for this "
               "machine only";
    if (!http_header_value_ok(name))
        return "The field 'ClusterName' can't be sent";
    buf_add(&w->base, url, text_len_before_slashes(url, strlen(url)));
    if (!strncmp(url, "https:", strlen("https:")) &&
        (!base64_decode(&w->ca, ca, strlen(ca)) || strlen(buf_str(&w->ca)) != w->ca.len ||
         !strstr(buf_str(&w->ca), "-----BEGIN CERTIFICATE-----")))
        return "The field 'CertificateAuthority' must be certificates in Base64";
    return NULL;
}

static void start_job(struct cluster_work *w)
{
    const char *space = invoke_text(w->task_call->payload, "Namespace");
    const json *job = invoke_member(w->task_call->payload, "Job");
    struct buf path = {0};

    if (!job || !(json_is_object(job) || json_is_string(job))) {
        cluster_refuse(w, "The field 'Job' is required but was missing");
        return;
    }
    buf_adds(&path, "/apis/batch/v1/namespaces");
    cluster_add_segment(&path, space ? space : "default");
    buf_adds(&path, "/jobs");
    w->jobs = buf_take(&path);
    if (cluster_awaits_job(w) && w->task_call->submitted) {
        cluster_follow_job(w, json_ref(w->task_call->submitted), true);
        return;
    }
    if (w->task_call->only_stops) {
        cluster_look_for_job(w, &(struct handler_answer){0});
        return;
    }
    char *name = cluster_name_of_job(w->task_call->payload);
    if (cluster_awaits_job(w) && !name)
        job_tell_repeat(w->task_call);
    mem_free(name);
    struct cluster_request q = {.method = "POST",
                                .path = w->jobs,
                                .body = job,
                                .done = cluster_called,
                                .no_keys = cluster_no_keys};
    cluster_ask(w, &q, true);
}

static bool is_cluster_method(const char *method)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"};

    for (size_t i = 0; method && i < COUNT(methods); i++)
        if (!strcmp(methods[i], method))
            return true;
    return false;
}

static void start_cluster_call(struct cluster_work *w)
{
    const json *v = w->task_call->payload;
    const char *method = invoke_text(v, "Method"), *given = invoke_text(v, "Path");
    const json *query = invoke_member(v, "QueryParameters"),
               *body = invoke_member(v, "RequestBody");
    struct buf path = {0};

    if (!is_cluster_method(method)) {
        cluster_refuse(w, "The field 'Method' must be GET, POST, PUT, DELETE, HEAD or PATCH");
        return;
    }
    if (!given) {
        cluster_refuse(w, "The field 'Path' is required but was missing");
        return;
    }
    if (*given != '/')
        buf_addc(&path, '/');
    percent_encode(&path, given, strlen(given), true);
    bool sends = body && json_kind(body) != JSON_NULL;
    struct cluster_request q = {.method = method,
                                .path = buf_str(&path),
                                .query = query && json_is_object(query) ? query : NULL,
                                .body = sends ? body : NULL,
                                .done = cluster_called,
                                .no_keys = cluster_no_keys};
    cluster_ask(w, &q, true);
    buf_clear(&path);
}

void cluster_start(struct task_call *call)
{
    struct cluster_work *w = mem_calloc(1, sizeof *w);
    const char *wrong;

    w->task_call = call;
    call->work = w;
    wrong = find_cluster(w);
    w->pause.first_ms = job_first_pause_ms(call, !w->local && !call->row->url);
    if (wrong)
        cluster_refuse(w, wrong);
    else if (runs_job(w))
        start_job(w);
    else
        start_cluster_call(w);
}

bool cluster_cancel(struct task_call *call)
{
    struct cluster_work *w = call->work;

    bool begins =
        cluster_awaits_job(w) && !w->name && w->transfer && signed_send_is_out(w->transfer);

    if (call->lingers || (call->h->closing && begins))
        cluster_say_not_stopped(w, "asl ended before the cluster had answered");
    else if (call->forgotten)
        cluster_say_not_stopped(w, JOB_FORGOTTEN);
    else
        call->lingers = cluster_leave_job(w);
    if (call->lingers && !call->h->closing)
        return true;
    if (w->transfer)
        signed_send_cancel(w->transfer);
    cluster_work_free(w);
    return call->lingers;
}
