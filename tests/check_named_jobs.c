/* .sync jobs that have a name: when their begin got no answer, they are found again by that. */

#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include <string.h>

/* The Task's state was entered at 2026-01-01T00:00:00Z. */
#define SINCE_MS INT64_C(1767225600000)

#define TRAIN "arn:aws:states:::sagemaker:createTrainingJob.sync"
#define BEGIN "[SageMaker.CreateTrainingJob] "
#define ASK "[SageMaker.DescribeTrainingJob] {\"TrainingJobName\":\"t\"}\n"
#define STOP "[SageMaker.StopTrainingJob] {\"TrainingJobName\":\"t\"}\n"
#define TRAINING(status, made)                                                                     \
    "{\"TrainingJobName\":\"t\",\"TrainingJobArn\":\"a\",\"TrainingJobStatus\":\"" status          \
    "\",\"CreationTime\":" made "}"
#define TAKEN                                                                                      \
    {                                                                                              \
        400, ID, "{\"__type\":\"ResourceInUse\",\"message\":\"m\"}"                                \
    }
#define ABSENT                                                                                     \
    {                                                                                              \
        400, ID,                                                                                   \
            "{\"__type\":\"ValidationException\",\"message\":\"Requested resource not found.\"}"   \
    }
#define IN_USE                                                                                     \
    "failed SageMaker.ResourceInUseException: m (Service: AmazonSageMaker; Status Code: 400; "     \
    "Error Code: ResourceInUse; Request ID: r-1; Proxy: null)"
#define FOLLOWED "the job {\"TrainingJobName\":\"t\"} had begun before, and is followed"

#define RUN "arn:aws:states:::states:startExecution.sync"
#define START "[AWSStepFunctions.StartExecution] "
#define CHILD                                                                                      \
    "{\"StateMachineArn\":\"arn:aws:states:us-east-1:1:stateMachine:m:live\",\"Name\":\"n\"}"
#define DESCRIBE                                                                                   \
    "[AWSStepFunctions.DescribeExecution] "                                                        \
    "{\"executionArn\":\"arn:aws:states:us-east-1:1:execution:m:n\"}\n"

#define EKS "arn:aws:states:::eks:runJob.sync"
#define POD                                                                                        \
    "{\"ClusterName\":\"c\",\"CertificateAuthority\":\"Q0E=\",\"Endpoint\":\"STUB\",\"Job\":"      \
    "{\"metadata\":{\"name\":\"j\"}}}"
#define POST "POST /apis/batch/v1/namespaces/default/jobs {\"metadata\":{\"name\":\"j\"}}\n"
#define GET "GET /apis/batch/v1/namespaces/default/jobs/j\n"
#define DELETE "DELETE /apis/batch/v1/namespaces/default/jobs/j?propagationPolicy=Background\n"
#define KUBE(status, made)                                                                         \
    "{\"metadata\":{\"name\":\"j\",\"creationTimestamp\":\"" made "\"},\"status\":" status "}"
#define COMPLETE "{\"conditions\":[{\"type\":\"Complete\",\"status\":\"True\"}]}"
#define CONFLICT                                                                                   \
    {                                                                                              \
        409, NULL, "{\"kind\":\"Status\",\"reason\":\"AlreadyExists\",\"code\":409}"               \
    }

enum how {
    REPEATED,   /* the begin is sent again */
    FRESH,      /* it is sent for the first time */
    STOPPED,    /* an earlier process was to stop the job of it */
    CUT_OFF,    /* the Task is cancelled while it is out */
    CUT_REPEAT, /* and that is sent again */
};

static const struct {
    const char *name;
    enum how how;
    const char *resource, *parameters;
    struct reply replies[MAX_REPLIES];
    const char *requests; /* "[X-Amz-Target] body", of clusters "METHOD path body", in lines */
    const char *want;     /* NULL: nobody hears of it */
    const char *told;     /* a part of the log; "": it is empty */
    bool begun;           /* the engine is told of its begin */
} rows[] = {
    {"a job whose name is taken by itself is followed",
     REPEATED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {TAKEN,
      {200, NULL, TRAINING("InProgress", "1767225601")},
      {200, NULL, TRAINING("Completed", "1767225601")}},
     BEGIN ASK ASK,
     "ok {\"TrainingJobName\":\"t\",\"TrainingJobArn\":\"a\",\"TrainingJobStatus\":\"Completed\","
     "\"CreationTime\":1767225601000}",
     FOLLOWED,
     true},
    {"and may have ended meanwhile",
     REPEATED,
     TRAIN,
     "{\"trainingJobName\":\"t\"}",
     {TAKEN, {503, NULL, "{}"}, {200, NULL, TRAINING("Failed", "1767225601")}},
     BEGIN ASK ASK,
     "failed States.TaskFailed: {\"TrainingJobName\":\"t\",\"TrainingJobArn\":\"a\","
     "\"TrainingJobStatus\":\"Failed\",\"CreationTime\":1767225601000}",
     "nothing is known of the job",
     true},
    {"a job that is older than the Task is another's",
     REPEATED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {TAKEN, {200, NULL, TRAINING("InProgress", "1767225500")}},
     BEGIN ASK,
     IN_USE,
     "",
     false},
    {"so is one that a begin meets which is sent for the first time",
     FRESH,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {TAKEN},
     BEGIN,
     IN_USE,
     "",
     false},
    {"a service that won't tell of the job",
     REPEATED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {TAKEN, {400, ID, "{\"__type\":\"AccessDeniedException\",\"message\":\"no\"}"}},
     BEGIN ASK,
     IN_USE,
     "the job {\"TrainingJobName\":\"t\"} was not stopped and may go on: no ",
     false},
    {"another refusal is the Task's",
     REPEATED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {{400, ID, "{\"__type\":\"ResourceLimitExceeded\",\"message\":\"m\"}"}},
     BEGIN,
     "failed SageMaker.ResourceLimitExceededException: m (Service: AmazonSageMaker; Status Code: "
     "400; Error Code: ResourceLimitExceeded; Request ID: r-1; Proxy: null)",
     "",
     false},
    {"what an earlier process was to stop is stopped by its name",
     STOPPED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {{200, NULL, TRAINING("InProgress", "1767225601")}, {200, NULL, "{}"}},
     ASK STOP,
     NULL,
     "",
     true},
    {"but not when it is older than the Task",
     STOPPED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {{200, NULL, TRAINING("InProgress", "1767225500")}},
     ASK,
     NULL,
     "",
     false},
    {"nor when it has ended",
     STOPPED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {{200, NULL, TRAINING("Completed", "1767225601")}},
     ASK,
     NULL,
     "",
     true},
    {"nor when it never began",
     STOPPED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {ABSENT},
     ASK ASK ASK,
     NULL,
     "",
     false},
    {"one that nothing is told of may go on",
     STOPPED,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {{503, ID, "{\"message\":\"busy\"}"}},
     ASK ASK ASK,
     NULL,
     TRAIN ": the job {\"TrainingJobName\":\"t\"} was not stopped and may go on: busy ",
     false},
    {"a begin that breaks is looked after when its Task is cancelled",
     CUT_OFF,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {{0, NULL, NULL}, {200, NULL, TRAINING("InProgress", "1767225601")}, {200, NULL, "{}"}},
     BEGIN ASK STOP,
     NULL,
     "",
     true},
    {"so is one that is refused as the first has begun it",
     CUT_REPEAT,
     TRAIN,
     "{\"TrainingJobName\":\"t\"}",
     {TAKEN, {200, NULL, TRAINING("InProgress", "1767225601")}, {200, NULL, "{}"}},
     BEGIN ASK STOP,
     NULL,
     "",
     true},
    {"an execution is found by its name",
     REPEATED,
     RUN,
     CHILD,
     {{400, ID, "{\"__type\":\"ExecutionAlreadyExists\",\"message\":\"m\"}"},
      {200, NULL,
       "{\"executionArn\":\"e\",\"startDate\":1767225601,\"status\":\"SUCCEEDED\",\"output\":"
       "\"1\"}"}},
     START DESCRIBE,
     "ok {\"ExecutionArn\":\"e\",\"StartDate\":1767225601000,\"Status\":\"SUCCEEDED\","
     "\"Output\":\"1\"}",
     "and is followed",
     true},
    {"one without a name can't be",
     REPEATED,
     RUN,
     "{\"StateMachineArn\":\"arn:aws:states:us-east-1:1:stateMachine:m\"}",
     {{400, ID, "{\"__type\":\"ExecutionAlreadyExists\",\"message\":\"m\"}"}},
     START,
     "failed StepFunctions.ExecutionAlreadyExistsException: m (Service: AWSStepFunctions; Status "
     "Code: 400; Error Code: ExecutionAlreadyExists; Request ID: r-1; Proxy: null)",
     "one that is there already is not stopped",
     false},
    {"what is deleted may be gone when that is sent again",
     REPEATED,
     "arn:aws:states:::eks:deleteNodegroup.sync",
     "{\"ClusterName\":\"c\",\"NodegroupName\":\"n\"}",
     {{404, ID "x-amzn-ErrorType: ResourceNotFoundException\r\n", "{\"message\":\"m\"}"}},
     "",
     "ok {}",
     "one that is there already",
     false},
    {"a cluster's job is followed",
     REPEATED,
     EKS,
     POD,
     {CONFLICT,
      {200, NULL, KUBE("{}", "2026-01-01T00:00:01Z")},
      {200, NULL, KUBE(COMPLETE, "2026-01-01T00:00:01Z")}},
     POST GET GET,
     "ok " KUBE(COMPLETE, "2026-01-01T00:00:01Z"),
     "the job /apis/batch/v1/namespaces/default/jobs/j had begun before, and is followed",
     true},
    {"an older one is another's",
     REPEATED,
     EKS,
     POD,
     {CONFLICT, {200, NULL, KUBE("{}", "2025-12-31T23:58:00Z")}},
     POST GET,
     "failed EKS.409: {\"ResponseBody\":{\"kind\":\"Status\",\"reason\":\"AlreadyExists\","
     "\"code\":409},\"StatusCode\":409,\"StatusText\":\"Conflict\"}",
     "",
     false},
    {"a cluster's job is deleted by its name",
     STOPPED,
     EKS,
     POD,
     {{200, NULL, KUBE("{}", "2026-01-01T00:00:01Z")}, {200, NULL, "{}"}},
     GET DELETE,
     NULL,
     "",
     true},
    {"but not one that is older",
     STOPPED,
     EKS,
     POD,
     {{200, NULL, KUBE("{}", "2025-12-31T23:58:00Z")}},
     GET,
     NULL,
     "",
     false},
    {"nor one that never began",
     STOPPED,
     EKS,
     POD,
     {{404, NULL, "{}"}},
     GET GET GET,
     NULL,
     "",
     false},
    {"a cluster's begin that breaks is looked after",
     CUT_OFF,
     EKS,
     POD,
     {{500, NULL, "no"}, {200, NULL, KUBE("{}", "2026-01-01T00:00:01Z")}, {200, NULL, "{}"}},
     POST GET DELETE,
     NULL,
     "",
     true},
    {"a job without a name of its own can't be found",
     STOPPED,
     EKS,
     "{\"ClusterName\":\"c\",\"CertificateAuthority\":\"Q0E=\",\"Endpoint\":\"STUB\",\"Job\":"
     "{\"metadata\":{\"generateName\":\"j-\"}}}",
     {{200, NULL, "{}"}},
     "",
     NULL,
     "may have begun, and was not stopped: asl ended before the service had answered",
     false},
};

static void note_line(void *user, const char *execution, const char *line)
{
    struct buf *log = user;

    (void)execution;
    if (!strstr(line, "AWS may refuse this"))
        buf_printf(log, "%s\n", line);
}

/* Begins, or stops, what the row says. */
static void play(struct endpoint_world *w, size_t row)
{
    struct buf given = {0};
    const char *text = rows[row].parameters, *mark = strstr(text, "STUB");
    enum how how = rows[row].how;
    struct asl_resource parts;

    if (mark)
        buf_printf(&given, "%.*s%s", (int)(mark - text), text, http_stub_url(w->stub));
    buf_adds(&given, mark ? mark + strlen("STUB") : text);
    json *v = json_of(buf_str(&given));
    asl_resource_read(rows[row].resource, &parts);
    struct task t = {.id = 1,
                     .resource = &parts,
                     .state = "S",
                     .execution = EXECUTION,
                     .key = "k",
                     .parameters = v,
                     .repeated = how == REPEATED || how == STOPPED || how == CUT_REPEAT,
                     .since_ms = SINCE_MS};
    if (how == STOPPED)
        handlers_stop_job(w->handlers, &t);
    else
        ck_assert(handlers_start(w->handlers, &t, &w->result));
    if (how == CUT_OFF || how == CUT_REPEAT)
        handlers_cancel(w->handlers, 1);
    while (rows[row].want ? !w->answered : handlers_are_stopping_jobs(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    json_unref(v);
    buf_clear(&given);
}

/* Leaves out what all requests of a service begin with, and the parameters of a begin. */
static void shorten(struct buf *out, const char *seen)
{
    while (*seen) {
        const char *end = strchr(seen, '\n') + 1, *at = strchr(seen, '[');
        const char *body = at && at < end ? strstr(at, "] ") : NULL;

        if (!at || at > end) {
            buf_add(out, seen, (size_t)(end - seen));
        } else if (!strncmp(at, BEGIN, strlen(BEGIN)) || !strncmp(at, START, strlen(START))) {
            buf_add(out, at, (size_t)(body + 2 - at));
        } else {
            buf_add(out, at, (size_t)(end - at));
        }
        seen = end;
    }
}

START_TEST(named_job)
{
    struct buf log = {0}, got = {0};
    struct reply replies[MAX_REPLIES];
    const char *told = rows[_i].told;

    /* The last answer of a row comes again and again. */
    for (size_t i = 0; i < MAX_REPLIES; i++)
        replies[i] = rows[_i].replies[i].status || !i || rows[_i].replies[i].body
                         ? rows[_i].replies[i]
                         : replies[i - 1];
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL,
        (struct handlers_options){.log = note_line, .log_user = &log, .tells_repeats = true});

    w->shown = "X-Amz-Target";
    play(w, (size_t)_i);
    if (rows[_i].want)
        endpoint_world_expect(rows[_i].name, w, rows[_i].want);
    shorten(&got, buf_str(&w->seen));
    if (*rows[_i].requests)
        expect_text(rows[_i].name, buf_str(&got), rows[_i].requests);
    ck_assert_msg(!w->submitted == !rows[_i].begun, "%s: is its begin told?", rows[_i].name);
    endpoint_world_free(w);
    ck_assert_msg(*told ? strstr(buf_str(&log), told) != NULL : !log.len, "%s: %s", rows[_i].name,
                  buf_str(&log));
    buf_clear(&log);
    buf_clear(&got);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("named_jobs");
    TCase *t = tcase_create("named_jobs");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, named_job, 0, COUNT(rows));
    suite_add_tcase(s, t);
    return run_suite(s);
}
