/* eks:call and eks:runJob: what is asked of a cluster, and what a Task gets. */

#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include "parsers/base/base64.h"

#include <stdio.h>
#include <string.h>

#define WHO "\"ClusterName\":\"c\",\"CertificateAuthority\":\"Q0E=\",\"Endpoint\":\"STUB\""
#define JOBS "/apis/batch/v1/namespaces/default/jobs"
#define PODS "/api/v1/namespaces/default/pods"
#define JOB(status) "{\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"},\"status\":" status "}"
#define RUNS JOB("{\"active\":1}")
#define COMPLETE                                                                                   \
    JOB("{\"conditions\":[{\"type\":\"SuccessCriteriaMet\",\"status\":\"True\"},{\"type\":"        \
        "\"Complete\",\"status\":\"True\"}]}")
#define FAILED                                                                                     \
    JOB("{\"conditions\":[{\"type\":\"Failed\",\"status\":\"True\",\"reason\":"                    \
        "\"BackoffLimitExceeded\"}]}")
#define UNAUTHORIZED                                                                               \
    "{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"Unauthorized\",\"code\":401}"
#define RUN "{" WHO ",\"Job\":{\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"}}}"
#define BEGIN "POST " JOBS " [application/json] {\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"}}\n"

static const struct {
    const char *name, *api, *parameters; /* STUB stands for the cluster's URL */
    struct reply replies[MAX_REPLIES];
    const char *requests; /* METHOD target [Content-Type] body, in lines */
    const char *want;
} calls[] = {
    {"a call",
     "call",
     "{" WHO ",\"Method\":\"GET\",\"Path\":\"" PODS
     "\",\"QueryParameters\":{\"labelSelector\":[\"job-name=a b\",\"x\"],\"limit\":[\"1\"]}}",
     {{200, NULL, "{\"kind\":\"PodList\",\"items\":[]}"}},
     "GET " PODS "?labelSelector=job-name%3Da%20b&labelSelector=x&limit=1\n",
     "ok "
     "{\"ResponseBody\":{\"kind\":\"PodList\",\"items\":[]},\"StatusCode\":200,\"StatusText\":"
     "\"OK\"}"},
    {"one that makes something",
     "call",
     "{" WHO ",\"Method\":\"POST\",\"Path\":\"/api/v1/namespaces/kube-system/"
     "configmaps\",\"RequestBody\":{\"kind\":\"ConfigMap\",\"data\":{\"aKey\":\"v\"}}}",
     {{201, NULL, "{\"kind\":\"ConfigMap\"}"}},
     "POST /api/v1/namespaces/kube-system/configmaps [application/json] "
     "{\"kind\":\"ConfigMap\",\"data\":{\"aKey\":\"v\"}}\n",
     "ok "
     "{\"ResponseBody\":{\"kind\":\"ConfigMap\"},\"StatusCode\":201,\"StatusText\":\"Created\"}"},
    {"a body that is text",
     "call",
     "{" WHO ",\"Method\":\"PUT\",\"Path\":\"/a\",\"RequestBody\":\"{\\\"kind\\\": \\\"X\\\"}\"}",
     {{200, NULL, "ok"}},
     "PUT /a [application/json] {\"kind\": \"X\"}\n",
     "ok {\"ResponseBody\":\"ok\",\"StatusCode\":200,\"StatusText\":\"OK\"}"},
    {"a change is merged",
     "call",
     "{" WHO ",\"Method\":\"PATCH\",\"Path\":\"/a\",\"RequestBody\":{\"spec\":{\"replicas\":2}}}",
     {{200, NULL, "{}"}},
     "PATCH /a [application/merge-patch+json] {\"spec\":{\"replicas\":2}}\n",
     "ok {\"ResponseBody\":{},\"StatusCode\":200,\"StatusText\":\"OK\"}"},
    {"or a list of changes",
     "call",
     "{" WHO
     ",\"Method\":\"PATCH\",\"Path\":\"/a\",\"RequestBody\":[{\"op\":\"remove\",\"path\":\"/x\"}]}",
     {{200, NULL, "{}"}},
     "PATCH /a [application/json-patch+json] [{\"op\":\"remove\",\"path\":\"/x\"}]\n",
     "ok {\"ResponseBody\":{},\"StatusCode\":200,\"StatusText\":\"OK\"}"},
    {"AWS's error",
     "call",
     "{" WHO ",\"Method\":\"DELETE\",\"Path\":\"/a\"}",
     {{401, NULL, UNAUTHORIZED}},
     "DELETE /a\n",
     "failed EKS.401: {\"ResponseBody\":" UNAUTHORIZED
     ",\"StatusCode\":401,\"StatusText\":\"Unauthorized\"}"},
    {"a method that AWS doesn't have",
     "call",
     "{" WHO ",\"Method\":\"OPTIONS\",\"Path\":\"/a\"}",
     {{200, NULL, "{}"}},
     "",
     NULL},
    {"no path", "call", "{" WHO ",\"Method\":\"GET\"}", {{200, NULL, "{}"}}, "", NULL},
    {"no cluster",
     "call",
     "{\"Method\":\"GET\",\"Path\":\"/\"}",
     {{200, NULL, "{}"}},
     "",
     "failed States.Runtime: The Parameters '{\"Method\":\"GET\",\"Path\":\"/\"}' could not be "
     "used to start the Task: "
     "[The field 'ClusterName' is required but was missing]"},
    {"a token does not go in the clear",
     "call",
     "{\"ClusterName\":\"c\",\"CertificateAuthority\":\"Q0E=\",\"Endpoint\":\"http://"
     "example.com\",\"Method\":\"GET\",\"Path\":\"/\"}",
     {{200, NULL, "{}"}},
     "",
     "failed States.Runtime: The Parameters "
     "'{\"ClusterName\":\"c\",\"CertificateAuthority\":\"Q0E=\",\"Endpoint\":"
     "\"http://example.com\",\"Method\":\"GET\",\"Path\":\"/\"}' could not be used to start the "
     "Task: "
     "[The field 'Endpoint' takes a URL that begins with https://; http:// is for this machine "
     "only]"},
    {"what are no certificates",
     "call",
     "{\"ClusterName\":\"c\",\"CertificateAuthority\":\"Q0E=\",\"Endpoint\":\"https://"
     "example.com\",\"Method\":\"GET\",\"Path\":\"/\"}",
     {{200, NULL, "{}"}},
     "",
     "failed States.Runtime: The Parameters "
     "'{\"ClusterName\":\"c\",\"CertificateAuthority\":\"Q0E=\",\"Endpoint\":"
     "\"https://example.com\",\"Method\":\"GET\",\"Path\":\"/\"}' could not be used to start the "
     "Task: "
     "[The field 'CertificateAuthority' must be certificates in Base64]"},
    {"a job that nobody waits for",
     "runJob",
     RUN,
     {{201, NULL, RUNS}},
     BEGIN,
     "ok {\"ResponseBody\":" RUNS ",\"StatusCode\":201,\"StatusText\":\"Created\"}"},
    {"one of another namespace, as text",
     "runJob",
     "{" WHO ",\"Namespace\":\"my ns\",\"Job\":\"{}\"}",
     {{409, NULL, "{\"code\":409}"}},
     "POST /apis/batch/v1/namespaces/my%20ns/jobs [application/json] {}\n",
     "failed EKS.409: "
     "{\"ResponseBody\":{\"code\":409},\"StatusCode\":409,\"StatusText\":\"Conflict\"}"},
    {"no job", "runJob", "{" WHO "}", {{200, NULL, "{}"}}, "", NULL},
    {"a job that is complete",
     "runJob.sync",
     RUN,
     {{201, NULL, RUNS}, {503, NULL, ""}, {200, NULL, RUNS}, {200, NULL, COMPLETE}},
     BEGIN "GET " JOBS "/j\nGET " JOBS "/j\nGET " JOBS "/j\n",
     "ok " COMPLETE},
    {"one that has failed",
     "runJob.sync",
     RUN,
     {{201, NULL, RUNS}, {200, NULL, FAILED}},
     BEGIN "GET " JOBS "/j\n",
     "failed States.TaskFailed: " FAILED},
    {"one that is not begun",
     "runJob.sync",
     RUN,
     {{401, NULL, UNAUTHORIZED}},
     BEGIN,
     "failed EKS.401: {\"ResponseBody\":" UNAUTHORIZED
     ",\"StatusCode\":401,\"StatusText\":\"Unauthorized\"}"},
    {"one that somebody deletes",
     "runJob.sync",
     RUN,
     {{201, NULL, RUNS}, {404, NULL, "{\"code\":404}"}},
     BEGIN "GET " JOBS "/j\n",
     "failed EKS.404: {\"ResponseBody\":{\"code\":404},\"StatusCode\":404,\"StatusText\":\"Not "
     "Found\"}"},
    {"an answer without a name",
     "runJob.sync",
     RUN,
     {{201, NULL, "{}"}},
     BEGIN,
     "failed EKS.SdkClientException: Unable to unmarshall response: it names no job"},
    {"logs",
     "runJob.sync",
     "{" WHO ",\"LogOptions\":{\"RetrieveLogs\":true,\"LogParameters\":{\"tailLines\":[\"6\"]}},"
     "\"Job\":{}}",
     {{201, NULL, RUNS},
      {200, NULL, COMPLETE},
      {200, NULL,
       "{\"items\":[{\"metadata\":{\"name\":\"p "
       "1\"},\"spec\":{\"containers\":[{\"name\":\"a\"},{\"name\":\"b\"}]}},{\"metadata\":{"
       "\"name\":\"p2\"},\"spec\":{\"containers\":[]}}]}"},
      {200, NULL, "{ \"pi\": 3.14 }\n"}},
     "POST " JOBS " [application/json] {}\nGET " JOBS "/j\nGET " PODS
     "?labelSelector=job-name%3Dj\n"
     "GET " PODS "/p%201/log?tailLines=6&container=a\nGET " PODS
     "/p%201/log?tailLines=6&container=b\n",
     "ok "
     "{\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"},\"status\":{\"conditions\":[{\"type\":"
     "\"SuccessCriteriaMet\",\"status\":\"True\"},"
     "{\"type\":\"Complete\",\"status\":\"True\"}]},\"logs\":{\"pods\":{\"p "
     "1\":{\"containers\":{\"a\":{\"log\":{\"pi\":3.14}},"
     "\"b\":{\"log\":{\"pi\":3.14}}}},\"p2\":{\"containers\":{}}}}}"},
    {"raw logs of one that has failed",
     "runJob.sync",
     "{" WHO ",\"LogOptions\":{\"RetrieveLogs\":true,\"RawLogs\":true},\"Job\":{}}",
     {{201, NULL, RUNS},
      {200, NULL, FAILED},
      {200, NULL,
       "{\"items\":[{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"a\"}]}}]"
       "}"},
      {200, NULL, "3.14\n"}},
     NULL,
     "failed States.TaskFailed: "
     "{\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"},\"status\":{\"conditions\":[{\"type\":"
     "\"Failed\","
     "\"status\":\"True\",\"reason\":\"BackoffLimitExceeded\"}]},\"logs\":{\"pods\":{\"p\":{"
     "\"containers\":{\"a\":{\"log\":\"3.14\\n\"}}}}}}"},
    {"a log that can't be had",
     "runJob.sync",
     "{" WHO ",\"LogOptions\":{\"RetrieveLogs\":true},\"Job\":{}}",
     {{201, NULL, RUNS},
      {200, NULL, JOB("{\"conditions\":[{\"type\":\"Complete\",\"status\":\"True\"}]}")},
      {200, NULL,
       "{\"items\":[{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"a\"}]}}]"
       "}"},
      {400, NULL, "no"}},
     NULL,
     "ok "
     "{\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"},\"status\":{\"conditions\":[{\"type\":"
     "\"Complete\",\"status\":\"True\"}]},"
     "\"logs\":{\"pods\":{\"p\":{\"containers\":{\"a\":{\"error\":\"EKS.400\",\"cause\":\"{"
     "\\\"ResponseBody\\\":\\\"no\\\","
     "\\\"StatusCode\\\":400,\\\"StatusText\\\":\\\"Bad Request\\\"}\"}}}}}}"},
    {"pods that can't be told",
     "runJob.sync",
     "{" WHO ",\"LogOptions\":{\"RetrieveLogs\":true},\"Job\":{}}",
     {{201, NULL, RUNS},
      {200, NULL, JOB("{\"conditions\":[{\"type\":\"Complete\",\"status\":\"True\"}]}")},
      {403, NULL, "no"}},
     NULL,
     "ok "
     "{\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"},\"status\":{\"conditions\":[{\"type\":"
     "\"Complete\",\"status\":\"True\"}]},"
     "\"logs\":{\"error\":\"EKS.403\",\"cause\":\"{\\\"ResponseBody\\\":\\\"no\\\","
     "\\\"StatusCode\\\":403,\\\"StatusText\\\":\\\"Forbidden\\\"}\"}}"},
};

/* The parameters with the stub's URL. */
static char *with_stub(const struct endpoint_world *w, const char *parameters, struct buf *out)
{
    static const char mark[] = "STUB";
    const char *at = strstr(parameters, mark);

    if (at) {
        buf_add(out, parameters, (size_t)(at - parameters));
        buf_adds(out, http_stub_url(w->stub));
        parameters = at + strlen(mark);
    }
    buf_adds(out, parameters);
    buf_str(out);
    return out->data;
}

static struct endpoint_world *cluster_world(const struct reply *replies)
{
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    w->shown = "Content-Type";
    return w;
}

static void begin_call(struct endpoint_world *w, const char *api, const char *parameters,
                       const json *submitted)
{
    struct buf resource = {0}, given = {0};

    buf_printf(&resource, "arn:aws:states:::eks:%s", api);
    endpoint_world_begin_again(w, buf_str(&resource), with_stub(w, parameters, &given), submitted);
    buf_clear(&resource);
    buf_clear(&given);
}

START_TEST(cluster_call)
{
    struct endpoint_world *w = cluster_world(calls[_i].replies);

    begin_call(w, calls[_i].api, calls[_i].parameters, NULL);
    endpoint_world_wait(w);
    ck_assert(calls[_i].want || !w->result.ok);
    if (calls[_i].requests)
        expect_text(calls[_i].name, buf_str(&w->seen), calls[_i].requests);
    if (calls[_i].want)
        endpoint_world_expect(calls[_i].name, w, calls[_i].want);
    ck_assert(w->signs);
    bool begins = strstr(calls[_i].api, ".sync") && calls[_i].replies[0].status == 201;
    ck_assert_msg((w->submitted != NULL) == begins, "%s: was its begin told?", calls[_i].name);
    endpoint_world_free(w);
}
END_TEST

/* Whatever request is out, it ends with the Task; a job that runs is deleted with its pods. */
START_TEST(cluster_call_is_cancelled)
{
    for (size_t requests = 1; requests < 5; requests++) {
        struct endpoint_world *w = cluster_world(calls[_i].replies);

        begin_call(w, calls[_i].api, calls[_i].parameters, NULL);
        while (!w->answered && http_stub_requests(w->stub) < requests)
            uv_run(&w->loop, UV_RUN_ONCE);
        if (!w->answered)
            handlers_cancel(w->handlers, 1);
        while (!handlers_are_idle(w->handlers))
            uv_run(&w->loop, UV_RUN_ONCE);
        endpoint_world_free(w);
    }
}
END_TEST

/* It is stopped when it is known, and when the Task is cancelled while the cluster begins it. */
START_TEST(cluster_job_is_stopped)
{
    static const struct reply replies[MAX_REPLIES] = {
        {201, NULL, RUNS}, {200, NULL, RUNS}, {200, NULL, RUNS}, {200, NULL, RUNS}};
    struct endpoint_world *w = cluster_world(replies);
    bool at_once = _i == 1;

    begin_call(w, "runJob.sync", RUN, NULL);
    while (!at_once && !w->submitted)
        uv_run(&w->loop, UV_RUN_ONCE);
    if (!at_once)
        expect_json("what TaskSubmitted tells", w->submitted,
                    "{\"ResponseBody\":" RUNS ",\"StatusCode\":201,\"StatusText\":\"Created\"}");
    handlers_cancel(w->handlers, 1);
    while (!handlers_are_idle(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert_msg(strstr(buf_str(&w->seen), "DELETE " JOBS "/j?propagationPolicy=Background\n"),
                  "%s", buf_str(&w->seen));
    ck_assert(!w->answered);
    ck_assert_ptr_nonnull(w->submitted); /* late or not, so that the next process can stop it */
    endpoint_world_free(w);
}
END_TEST

/* The calls of this suite have no real cluster in their parameters. */
#define TOLD                                                                                       \
    "state 'S': AWS may refuse this: 'CertificateAuthority' takes certificates in Base64, as EKS " \
    "tells them of the cluster\n"                                                                  \
    "state 'S': AWS may refuse this: 'Endpoint' takes a URL that begins with https://\n"

static void write_line(void *user, const char *execution, const char *line)
{
    ck_assert_str_eq(execution, EXECUTION);
    buf_printf(user, "%s\n", line);
}

START_TEST(cluster_job_is_not_stopped)
{
    /* A question may be out before the Task is cancelled. */
    static const struct reply replies[MAX_REPLIES] = {
        {201, NULL, RUNS}, {403, NULL, "no"}, {403, NULL, "no"}, {403, NULL, "no"}};
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});

    begin_call(w, "runJob.sync", RUN, NULL);
    while (!w->submitted)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, 1);
    while (!handlers_are_idle(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    endpoint_world_free(w);
    expect_text("which, and why", buf_str(&log),
                TOLD
                "arn:aws:states:::eks:runJob.sync: the job " JOBS
                "/j was not stopped and may go on: {\"ResponseBody\":\"no\",\"StatusCode\":403,"
                "\"StatusText\":\"Forbidden\"}\n");
    buf_clear(&log);
}
END_TEST

/* A cluster that is busy is asked again, as a service is; one that ends in vain is told. */
START_TEST(cluster_job_is_stopped_at_the_next_try)
{
    const struct reply busy = {503, NULL, "no"}, expired = {401, NULL, "no"};
    const struct reply replies[MAX_REPLIES] = {
        {201, NULL, RUNS}, busy, expired, _i ? busy : (struct reply){200, NULL, "{}"}};
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});
    size_t asked = 0;

    begin_call(w, "runJob.sync", RUN, NULL);
    handlers_cancel(w->handlers, 1);
    while (!handlers_are_idle(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    for (const char *at = buf_str(&w->seen); (at = strstr(at, "DELETE ")); at++)
        asked++;
    ck_assert_uint_eq(asked, 3);
    ck_assert_msg(!strstr(buf_str(&log), "was not stopped") == !_i, "%s", buf_str(&log));
    endpoint_world_free(w);
    buf_clear(&log);
}
END_TEST

/* What is told of a begin whose Task has ended before its answer. */
static const struct {
    struct reply reply;
    const char *want;
} late[] = {
    {{500, NULL, "no"},
     "the job " JOBS
     "/j was not stopped and may go on: {\"ResponseBody\":\"no\",\"StatusCode\":500,"
     "\"StatusText\":\"Internal Server Error\"}\n"},
    {{201, NULL, "{}"},
     "the job may have begun, and was not stopped: Unable to unmarshall response: it names no "
     "job\n"},
    {{403, NULL, "no"}, ""},
};

START_TEST(cluster_begin_comes_late)
{
    const struct reply no = late[_i].reply, replies[MAX_REPLIES] = {no, no, no, no};
    struct buf log = {0}, want = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});

    begin_call(w, "runJob.sync", RUN, NULL);
    handlers_cancel(w->handlers, 1);
    while (!handlers_are_idle(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    endpoint_world_free(w);
    buf_adds(&want, TOLD);
    if (*late[_i].want)
        buf_printf(&want, "arn:aws:states:::eks:runJob.sync: %s", late[_i].want);
    expect_text("what is told", buf_str(&log), buf_str(&want));
    buf_clear(&log);
    buf_clear(&want);
}
END_TEST

/* A Task that fails as nothing is told of its job has a line on it, but for one that is gone. */
START_TEST(cluster_job_is_given_up)
{
    const struct reply no = {_i ? 404 : 403, NULL, "no"};
    const struct reply replies[MAX_REPLIES] = {{201, NULL, RUNS}, no, no, no};
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});

    begin_call(w, "runJob.sync", RUN, NULL);
    endpoint_world_wait(w);
    ck_assert(!w->result.ok);
    endpoint_world_free(w);
    expect_text("which, and why", buf_str(&log),
                _i ? TOLD
                   : TOLD
                    "arn:aws:states:::eks:runJob.sync: the job " JOBS
                    "/j was not stopped and may go on: the cluster doesn't tell how it does\n");
    buf_clear(&log);
}
END_TEST

/* One that had begun when the process died is asked about, and not begun again. */
START_TEST(cluster_job_after_crash)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, RUNS}, {200, NULL, COMPLETE}};
    struct endpoint_world *w = cluster_world(replies);
    json *submitted =
        json_of("{\"ResponseBody\":" RUNS ",\"StatusCode\":201,\"StatusText\":\"Created\"}");

    begin_call(w, "runJob.sync", RUN, submitted);
    endpoint_world_wait(w);
    json_unref(submitted);
    expect_text("no second job", buf_str(&w->seen), "GET " JOBS "/j\nGET " JOBS "/j\n");
    endpoint_world_expect("no second job", w, "ok " COMPLETE);
    ck_assert(!w->submitted);
    endpoint_world_free(w);
}
END_TEST

START_TEST(cluster_job_that_nothing_is_told_of)
{
    static const struct reply replies[MAX_REPLIES] = {
        {503, NULL, "no"}, {429, NULL, "no"}, {401, NULL, "no"}, {200, NULL, COMPLETE}};
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});
    json *submitted =
        json_of("{\"ResponseBody\":" RUNS ",\"StatusCode\":201,\"StatusText\":\"Created\"}");

    begin_call(w, "runJob.sync", RUN, submitted);
    endpoint_world_wait(w);
    json_unref(submitted);
    endpoint_world_expect("in the end", w, "ok " COMPLETE);
    endpoint_world_free(w);
    expect_text("once", buf_str(&log),
                "arn:aws:states:::eks:runJob.sync: nothing is known of the job " JOBS
                "/j, which is asked about until there is an answer: {\"ResponseBody\":\"no\","
                "\"StatusCode\":503,\"StatusText\":\"Service Unavailable\"}\n");
    buf_clear(&log);
}
END_TEST

/* A description that can't be read is the end: it would never be smaller. */
START_TEST(cluster_job_too_large)
{
    static char body[5 * 1024 * 1024];
    const struct reply replies[MAX_REPLIES] = {{201, NULL, RUNS}, {200, NULL, body}};
    struct endpoint_world *w = cluster_world(replies);

    memset(body, ' ', sizeof body - 1);
    begin_call(w, "runJob.sync", RUN, NULL);
    endpoint_world_wait(w);
    endpoint_world_expect("too large", w,
                          "failed States.DataLimitExceeded: The state/task 'eks' returned a result "
                          "with a size exceeding the maximum number of bytes service limit.");
    endpoint_world_free(w);
}
END_TEST

#define TWO_LOGS                                                                                   \
    "{\"items\":[{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"a\"},"       \
    "{\"name\":\"b\"}]}}]}"

/* The last words of what the Task gets. */
static void expect_end(const char *name, const struct endpoint_world *w, const char *end)
{
    struct buf got = {0};

    ck_assert_msg(w->result.ok, "%s: %s", name, json_str(w->result.error));
    json_write(&got, w->result.output);
    ck_assert_msg(got.len > strlen(end) && !strcmp(buf_str(&got) + got.len - strlen(end), end),
                  "%s: %s", name, buf_str(&got) + (got.len > 300 ? got.len - 300 : 0));
    buf_clear(&got);
}

/* More than a Task's result may hold isn't read. */
START_TEST(cluster_logs_have_a_bound)
{
    static char log[300 * 1000];
    const struct reply replies[MAX_REPLIES] = {
        {201, NULL, RUNS}, {200, NULL, COMPLETE}, {200, NULL, TWO_LOGS}, {200, NULL, log}};
    struct endpoint_world *w = cluster_world(replies);

    memset(log, 'x', sizeof log - 1);
    begin_call(w, "runJob.sync", "{" WHO ",\"LogOptions\":{\"RetrieveLogs\":true},\"Job\":{}}",
               NULL);
    endpoint_world_wait(w);
    ck_assert_uint_eq(http_stub_requests(w->stub), 4);
    expect_end("the second", w, "x\"},\"b\":{\"error\":\"States.DataLimitExceeded\"}}}}}}");
    endpoint_world_free(w);
}
END_TEST

/* The time of day by which keys expire. */
static int64_t day_ms;

static int64_t day(void)
{
    return day_ms;
}

/* A job that was good stays so when the keys have gone. */
START_TEST(cluster_logs_without_keys)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, "Content-Type: text/xml\r\n",
         "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
         "<AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s"
         "</SecretAccessKey><SessionToken>T</SessionToken><Expiration>2026-01-01T01:00:00Z"
         "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"},
        {-200, NULL, COMPLETE},
        {403, NULL, "no"},
        {403, NULL, "no"}};
    struct endpoint_world *w =
        endpoint_world_new_with(replies, NULL, (struct handlers_options){.time_of_day = day});
    json *submitted =
        json_of("{\"ResponseBody\":" RUNS ",\"StatusCode\":201,\"StatusText\":\"Created\"}");

    day_ms = INT64_C(1767225600000); /* 2026-01-01T00:00:00Z */
    w->role = "arn:aws:iam::111122223333:role/target";
    begin_call(w, "runJob.sync", "{" WHO ",\"LogOptions\":{\"RetrieveLogs\":true},\"Job\":{}}",
               submitted);
    while (http_stub_requests(w->stub) < 2)
        uv_run(&w->loop, UV_RUN_ONCE);
    day_ms += INT64_C(3600 * 1000);
    http_stub_release(w->stub);
    endpoint_world_wait(w);
    json_unref(submitted);
    ck_assert_msg(w->result.ok, "%s: %s", json_str(w->result.error), json_str(w->result.cause));
    const json *logs = json_get(w->result.output, "logs");
    ck_assert(logs && json_str_is(json_get(logs, "error"), "States.TaskFailed"));
    ck_assert(strstr(json_str(json_get(logs, "cause")), "role/target"));
    endpoint_world_free(w);
}
END_TEST

/* The token is that of the cluster's name, and a row of the file says where the cluster is. */
START_TEST(cluster_gets_a_token)
{
    static const char begin[] = "Bearer k8s-aws-v1.";
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(
        replies,
        "{\"handlers\":[{\"resource\":\"arn:aws:states:::eks:*\",\"endpoint\":\"STUB/k8s/\"}]}");
    struct buf url = {0};

    w->shown = "Authorization";
    begin_call(w, "call",
               "{\"ClusterName\":\"c\",\"CertificateAuthority\":\"Q0E=\",\"Endpoint\":\"https://"
               "c.eks.amazonaws.com\",\"Method\":\"GET\",\"Path\":\"/a\"}",
               NULL);
    endpoint_world_wait(w);
    endpoint_world_expect("by a row", w,
                          "ok {\"ResponseBody\":{},\"StatusCode\":200,\"StatusText\":\"OK\"}");
    const char *token = strstr(buf_str(&w->seen), begin);
    ck_assert_msg(token, "%s", buf_str(&w->seen));
    ck_assert(strstr(buf_str(&w->seen), "GET /k8s/a ") == buf_str(&w->seen));
    token += strlen(begin);
    size_t len = strcspn(token, "]");
    ck_assert(base64_decode(&url, token, len - len % 4));
    ck_assert(!strncmp(buf_str(&url),
                       "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity", 61));
    buf_clear(&url);
    endpoint_world_free(w);
}
END_TEST

/* A row may name a proxy at another machine, which gets no token over plain HTTP. That machine is
 * this one, by a number that doesn't look like it. */
START_TEST(no_token_in_the_clear)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{}"}};
    struct endpoint_world *w = cluster_world(replies);
    struct buf file = {0};
    struct diag why = {0};

    buf_printf(&file,
               "{\"handlers\":[{\"resource\":\"arn:aws:states:::eks:*\",\"endpoint\":"
               "\"http://2130706433%s\"}]}",
               strrchr(http_stub_url(w->stub), ':'));
    ck_assert_msg(handlers_parse(w->handlers, "h.json", file.data, file.len, &why), "%s", why.text);
    w->shown = "Authorization";
    begin_call(w, "call", "{" WHO ",\"Method\":\"GET\",\"Path\":\"/a\"}", NULL);
    endpoint_world_wait(w);
    expect_text("no token", buf_str(&w->seen), "GET /a\n");
    ck_assert(w->result.ok);
    buf_clear(&file);
    endpoint_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("cluster");
    TCase *t = tcase_create("cluster");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, cluster_call, 0, COUNT(calls));
    tcase_add_loop_test(t, cluster_call_is_cancelled, 0, COUNT(calls));
    tcase_add_loop_test(t, cluster_job_is_stopped, 0, 2);
    tcase_add_test(t, cluster_job_is_not_stopped);
    tcase_add_loop_test(t, cluster_job_is_stopped_at_the_next_try, 0, 2);
    tcase_add_loop_test(t, cluster_begin_comes_late, 0, COUNT(late));
    tcase_add_loop_test(t, cluster_job_is_given_up, 0, 2);
    tcase_add_test(t, cluster_job_after_crash);
    tcase_add_test(t, cluster_job_that_nothing_is_told_of);
    tcase_add_test(t, cluster_job_too_large);
    tcase_add_test(t, cluster_logs_have_a_bound);
    tcase_add_test(t, cluster_logs_without_keys);
    tcase_add_test(t, cluster_gets_a_token);
    tcase_add_test(t, no_token_in_the_clear);
    suite_add_tcase(s, t);
    return run_suite(s);
}
