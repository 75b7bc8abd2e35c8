/* .sync: jobs are begun, awaited, taken up after a crash, and stopped. */
#define _DEFAULT_SOURCE

#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "runtime/aws/aws_impl.h"
#include "runtime/aws/endpoints.h"
#include "runtime/handlers/endpoint_impl.h"

#include <stdlib.h>
#include <string.h>

#define REASON                                                                                     \
    "\"The Task state in AWS Step Functions execution [" EXECUTION                                 \
    "] which was managing this resource was aborted\""
#define GLUE "arn:aws:states:::glue:startJobRun.sync"

/* ---- jobs ---- */

static const struct {
    const char *name, *resource, *parameters;
    struct reply replies[MAX_REPLIES];
    const char *requests; /* in lines */
    const char *want;
} jobs[] = {
    {"a job that succeeds",
     "glue:startJobRun.sync",
     "{\"JobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {200, NULL, "{\"JobRun\":{\"Id\":\"r\",\"JobRunState\":\"RUNNING\"}}"},
      {200, NULL,
       "{\"JobRun\":{\"Id\":\"r\",\"JobRunState\":\"SUCCEEDED\",\"StartedOn\":1700000000.5}}"}},
     "POST / [AWSGlue.StartJobRun] {\"JobName\":\"j\"}\n"
     "POST / [AWSGlue.GetJobRun] {\"JobName\":\"j\",\"RunId\":\"r\"}\n"
     "POST / [AWSGlue.GetJobRun] {\"JobName\":\"j\",\"RunId\":\"r\"}\n",
     "ok {\"Id\":\"r\",\"JobRunState\":\"SUCCEEDED\",\"StartedOn\":1700000000500}"},
    {"one whose name is given in small letters",
     "glue:startJobRun.sync",
     "{\"jobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}},
     "POST / [AWSGlue.StartJobRun] {\"JobName\":\"j\"}\n"
     "POST / [AWSGlue.GetJobRun] {\"JobName\":\"j\",\"RunId\":\"r\"}\n",
     "ok {\"JobRunState\":\"SUCCEEDED\"}"},
    {"one that fails",
     "batch:submitJob.sync",
     "{\"JobName\":\"n\"}",
     {{200, NULL, "{\"jobId\":\"i\"}"},
      {503, NULL, ""},
      {200, NULL, "{\"jobs\":[{\"jobId\":\"i\",\"status\":\"FAILED\"}]}"}},
     "POST /v1/submitjob "
     "{\"jobName\":\"n\",\"containerOverrides\":{\"environment\":[{\"name\":\"MANAGED_BY_AWS\","
     "\"value\":\"STARTED_BY_STEP_FUNCTIONS\"}]}}\nPOST /v1/describejobs {\"jobs\":[\"i\"]}\n"
     "POST /v1/describejobs {\"jobs\":[\"i\"]}\n",
     "failed States.TaskFailed: {\"JobId\":\"i\",\"Status\":\"FAILED\"}"},
    {"one that isn't begun",
     "athena:startQueryExecution.sync",
     "{\"QueryString\":\"q\",\"ClientRequestToken\":\"t\"}",
     {{400, ID, "{\"__type\":\"InvalidRequestException\",\"message\":\"m\"}"}},
     "POST / [AmazonAthena.StartQueryExecution] "
     "{\"QueryString\":\"q\",\"ClientRequestToken\":\"t\"}\n",
     "failed Athena.InvalidRequestException: m (Service: AmazonAthena; Status Code: 400; Error "
     "Code: InvalidRequestException; Request ID: r-1; Proxy: null)"},
    {"one that can't be asked about",
     "glue:startJobRun.sync",
     "{\"JobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {400, ID, "{\"__type\":\"EntityNotFoundException\",\"message\":\"m\"}"}},
     NULL,
     "failed Glue.EntityNotFoundException: m (Service: AWSGlue; Status Code: 400; Error Code: "
     "EntityNotFoundException; Request ID: r-1; Proxy: null)"},
    {"one that is asked about too often is asked about again",
     "glue:startJobRun.sync",
     "{\"JobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {429, ID, "{\"__type\":\"TooManyRequestsException\",\"message\":\"m\"}"},
      {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}},
     NULL,
     "ok {\"JobRunState\":\"SUCCEEDED\"}"},
    {"a container that fails",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"clusterArn\":\"c\"}],\"failures\":[]}"},
      {200, NULL,
       "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0},{\"exitCode\":1}]}"
       "]}"}},
     NULL,
     "failed States.TaskFailed: "
     "{\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0},{\"ExitCode\":1}]}"},
    {"containers that don't",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"clusterArn\":\"c\"}],\"failures\":[]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"startedBy\":\"AWS Step Functions\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] "
     "{\"cluster\":\"c\",\"tasks\":[\"a\"]}"
     "\n",
     "ok {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}"},
    {"a container that never ran",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"clusterArn\":\"c\"}],\"failures\":[]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"name\":\"n\"}]}]}"}},
     NULL,
     "failed States.TaskFailed: {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"Name\":\"n\"}]}"},
    {"who started it is the author's to say",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\",\"StartedBy\":\"me\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\",\"clusterArn\":\"c\"}],\"failures\":[]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"startedBy\":\"me\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] "
     "{\"cluster\":\"c\",\"tasks\":[\"a\"]}"
     "\n",
     "ok {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}"},
    {"a task that finds no room",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[],\"failures\":[{\"reason\":\"MEMORY\"}]}"}},
     NULL,
     "failed AmazonECS.Unknown: [{\"Reason\":\"MEMORY\"}]"},
    {"a nested execution, its documents as text",
     "states:startExecution.sync",
     "{\"StateMachineArn\":\"m\",\"Input\":{\"a\":1}}",
     {{200, NULL, "{\"executionArn\":\"e\"}"},
      {200, NULL, "{\"status\":\"SUCCEEDED\",\"output\":\"{\\\"b\\\":2}\"}"}},
     "POST / [AWSStepFunctions.StartExecution] "
     "{\"stateMachineArn\":\"m\",\"input\":\"{\\\"a\\\":1}\"}\n"
     "POST / [AWSStepFunctions.DescribeExecution] {\"executionArn\":\"e\"}\n",
     "ok {\"Status\":\"SUCCEEDED\",\"Output\":\"{\\\"b\\\":2}\"}"},
    {"and as what they are",
     "states:startExecution.sync:2",
     "{\"StateMachineArn\":\"m\"}",
     {{200, NULL, "{\"executionArn\":\"e\"}"},
      {200, NULL, "{\"status\":\"SUCCEEDED\",\"output\":\"{\\\"b\\\":2}\"}"}},
     NULL,
     "ok {\"Status\":\"SUCCEEDED\",\"Output\":{\"b\":2}}"},
    {"a job whose answer has no id",
     "states:startExecution.sync",
     "{\"StateMachineArn\":\"m\"}",
     {{200, NULL, "{\"executionArn\":null,\"startDate\":1}"},
      {200, NULL, "{\"status\":\"SUCCEEDED\"}"}},
     "POST / [AWSStepFunctions.StartExecution] {\"stateMachineArn\":\"m\"}\n",
     "failed StepFunctions.SdkClientException: Unable to unmarshall response: the answer to "
     "StartExecution has no ExecutionArn (STUB, status 200: "
     "{\"executionArn\":null,\"startDate\":1})"},
    {"one whose name the Task doesn't give",
     "glue:startJobRun.sync",
     "{\"JobNames\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"}},
     "",
     "failed States.Runtime: The Parameters '{\"JobNames\":\"j\"}' could not be used to start the "
     "Task: [The field 'JobName' is required but was missing]"},
    {"a container without its cluster's name, which the Task has",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\",\"Cluster\":\"mine\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\"}]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"cluster\":\"mine\",\"startedBy\":\"AWS Step Functions\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] "
     "{\"cluster\":\"mine\",\"tasks\":[\"a\"]}\n",
     "ok {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}"},
    {"or which nobody has",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\"}]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"startedBy\":\"AWS Step Functions\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] {\"tasks\":[\"a\"]}\n",
     "ok {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}"},
    {"one that is not known at once",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\"}]}"},
      {200, NULL, "{\"tasks\":[],\"failures\":[{\"arn\":\"a\",\"reason\":\"MISSING\"}]}"},
      {200, NULL, "{\"tasks\":[],\"failures\":[{\"arn\":\"a\",\"reason\":\"MISSING\"}]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}"}},
     NULL,
     "ok {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}"},
    {"one that stays missing",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\"}]}"},
      {200, NULL, "{\"tasks\":[],\"failures\":[{\"arn\":\"a\",\"reason\":\"MISSING\"}]}"},
      {200, NULL, "{\"tasks\":[],\"failures\":[{\"arn\":\"a\",\"reason\":\"MISSING\"}]}"},
      {200, NULL, "{\"tasks\":[],\"failures\":[{\"arn\":\"a\",\"reason\":\"MISSING\"}]}"}},
     NULL,
     "failed States.TaskFailed: "
     "{\"Tasks\":[],\"Failures\":[{\"Arn\":\"a\",\"Reason\":\"MISSING\"}]}"},
    {"two tasks, of which the second fails",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\",\"Count\":2}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\"},{\"taskArn\":\"b\"}]}"},
      {200, NULL,
       "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]},"
       "{\"lastStatus\":\"RUNNING\"}]}"},
      {200, NULL,
       "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]},"
       "{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":3}]}]}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"count\":2,\"startedBy\":\"AWS Step Functions\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] {\"tasks\":[\"a\",\"b\"]}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] {\"tasks\":[\"a\",\"b\"]}\n",
     "failed States.TaskFailed: {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":3}]}"},
    {"two tasks that end well",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\",\"Count\":2}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\"},{\"taskArn\":\"b\"}]}"},
      {200, NULL, "{\"tasks\":[{\"lastStatus\":\"STOPPED\"}]}"},
      {200, NULL,
       "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]},"
       "{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}"}},
     NULL,
     "ok {\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}"},
    {"one that was not begun, and another that was",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\",\"Count\":2}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\"}],\"failures\":[{\"reason\":\"RESOURCE:CPU\"}]}"},
      {200, NULL, "{}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"count\":2,\"startedBy\":\"AWS Step Functions\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.StopTask] {\"task\":\"a\",\"reason\":" REASON
     "}\n",
     "failed AmazonECS.Unknown: [{\"Reason\":\"RESOURCE:CPU\"}]"},
    {"none that was begun",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\"}",
     {{200, NULL, "{\"tasks\":[],\"failures\":[{\"reason\":\"RESOURCE:CPU\"}]}"}},
     NULL,
     "failed AmazonECS.Unknown: [{\"Reason\":\"RESOURCE:CPU\"}]"},
    {"a question that is refused: both tasks are stopped",
     "ecs:runTask.sync",
     "{\"TaskDefinition\":\"d\",\"ClientToken\":\"t\",\"Count\":2}",
     {{200, NULL, "{\"tasks\":[{\"taskArn\":\"a\"},{\"taskArn\":\"b\"}]}"},
      {400, ID, "{\"__type\":\"AccessDeniedException\",\"message\":\"m\"}"},
      {200, NULL, "{}"},
      {200, NULL, "{}"}},
     "POST / [AmazonEC2ContainerServiceV20141113.RunTask] "
     "{\"taskDefinition\":\"d\",\"clientToken\":"
     "\"t\",\"count\":2,\"startedBy\":\"AWS Step Functions\"}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.DescribeTasks] {\"tasks\":[\"a\",\"b\"]}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.StopTask] {\"task\":\"a\",\"reason\":" REASON "}\n"
     "POST / [AmazonEC2ContainerServiceV20141113.StopTask] {\"task\":\"b\",\"reason\":" REASON
     "}\n",
     "failed ECS.AccessDeniedException: m (Service: AmazonECS; Status Code: 400; Error Code: "
     "AccessDeniedException; Request ID: r-1; Proxy: null)"},
    {"a question that a web page answers",
     "glue:startJobRun.sync",
     "{\"JobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"}, {200, NULL, "<html>"}, {200, NULL, "{}"}},
     "POST / [AWSGlue.StartJobRun] {\"JobName\":\"j\"}\n"
     "POST / [AWSGlue.GetJobRun] {\"JobName\":\"j\",\"RunId\":\"r\"}\n"
     "POST / [AWSGlue.BatchStopJobRun] {\"JobName\":\"j\",\"JobRunIds\":[\"r\"]}\n",
     "failed Glue.SdkClientException: Unable to unmarshall response: it is a web page (STUB, "
     "status 200: <html>)"},
    {"one of which the answers say nothing",
     "glue:startJobRun.sync",
     "{\"JobName\":\"j\"}",
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {200, NULL, "{\"JobRun\":[\"x\"]}"},
      {200, NULL, "{\"JobRun\":[\"x\"]}"},
      {200, NULL, "{\"JobRun\":[\"x\"]}"}},
     NULL,
     "failed States.TaskFailed: {\"JobRun\":[\"x\"]}"},
    {"what is to go away has gone",
     "eks:deleteCluster.sync",
     "{\"Name\":\"c\"}",
     {{200, NULL, "{\"cluster\":{\"status\":\"DELETING\"}}"},
      {404, NULL, "{\"__type\":\"ResourceNotFoundException\",\"message\":\"m\"}"}},
     "DELETE /clusters/c\nGET /clusters/c\n",
     "ok {}"},
};

START_TEST(job)
{
    struct endpoint_world *w = endpoint_world_new(jobs[_i].replies, NULL);
    struct buf resource = {0};

    w->shown = "X-Amz-Target";
    buf_printf(&resource, "arn:aws:states:::%s", jobs[_i].resource);
    endpoint_world_run(w, buf_str(&resource), jobs[_i].parameters);
    if (jobs[_i].requests)
        expect_text(jobs[_i].name, buf_str(&w->seen), jobs[_i].requests);
    endpoint_world_expect(jobs[_i].name, w, jobs[_i].want);
    /* A job that can't be told from others, or is given up at once, is none. */
    bool began = w->replied > 1 && !strstr(jobs[_i].want, "AmazonECS.Unknown");
    ck_assert_msg((w->submitted != NULL) == began, "%s: was its begin told?", jobs[_i].name);
    buf_clear(&resource);
    endpoint_world_free(w);
}
END_TEST

/* Each of them that had begun when the process died: it is asked about, and not begun again. */
START_TEST(job_after_crash)
{
    struct reply later[MAX_REPLIES] = {{0}};
    struct buf resource = {0};
    struct endpoint_world *w = endpoint_world_new(jobs[_i].replies, NULL);

    buf_printf(&resource, "arn:aws:states:::%s", jobs[_i].resource);
    endpoint_world_run(w, buf_str(&resource), jobs[_i].parameters);
    json *submitted = json_ref(w->submitted);
    endpoint_world_free(w);
    if (submitted) {
        const char *rest = jobs[_i].requests ? strchr(jobs[_i].requests, '\n') + 1 : NULL;

        memcpy(later, jobs[_i].replies + 1, sizeof later - sizeof *later);
        later[MAX_REPLIES - 1] = jobs[_i].replies[MAX_REPLIES - 1];
        w = endpoint_world_new(later, NULL);
        w->shown = "X-Amz-Target";
        endpoint_world_begin_again(w, buf_str(&resource), jobs[_i].parameters, submitted);
        endpoint_world_wait(w);
        if (rest)
            expect_text(jobs[_i].name, buf_str(&w->seen), rest);
        endpoint_world_expect(jobs[_i].name, w, jobs[_i].want);
        ck_assert_msg(!w->submitted, "%s: its begin was told again", jobs[_i].name);
        endpoint_world_free(w);
    }
    json_unref(submitted);
    buf_clear(&resource);
}
END_TEST

/* ECS is told why. */
START_TEST(job_is_stopped_for_a_reason)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{}"}, {200, NULL, "{}"}, {200, NULL, "{}"}, {200, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    json *submitted = json_of("{\"Tasks\":[{\"TaskArn\":\"a\",\"ClusterArn\":\"c\"}]}");

    w->shown = "X-Amz-Target";
    endpoint_world_begin_again(w, "arn:aws:states:::ecs:runTask.sync", "{\"TaskDefinition\":\"d\"}",
                               submitted);
    json_unref(submitted);
    handlers_cancel(w->handlers, 1);
    while (!w->seen.len)
        uv_run(&w->loop, UV_RUN_ONCE);
    expect_text("the reason is AWS's", buf_str(&w->seen),
                "POST / [AmazonEC2ContainerServiceV20141113.StopTask] {\"cluster\":\"c\",\"task\":"
                "\"a\",\"reason\":\"The Task state in AWS Step Functions execution [" EXECUTION
                "] which was managing this resource was aborted\"}\n");
    endpoint_world_free(w);
}
END_TEST

START_TEST(job_after_crash_is_stopped)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"JobRun\":{}}"}, {200, NULL, "{}"}, {200, NULL, "{}"}, {200, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    json *submitted = json_of("{\"JobRunId\":\"r\"}");

    w->shown = "X-Amz-Target";
    endpoint_world_begin_again(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"j\"}",
                               submitted);
    json_unref(submitted);
    handlers_cancel(w->handlers, 1);
    while (!w->seen.len)
        uv_run(&w->loop, UV_RUN_ONCE);
    expect_text("it is stopped by its id", buf_str(&w->seen),
                "POST / [AWSGlue.BatchStopJobRun] {\"JobName\":\"j\",\"JobRunIds\":[\"r\"]}\n");
    ck_assert(!w->answered);
    endpoint_world_free(w);
}
END_TEST

START_TEST(job_is_stopped)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{\"JobRunId\":\"r\"}"},
                                                      {200, NULL, "{\"JobRun\":{}}"},
                                                      {200, NULL, "{}"},
                                                      {200, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    w->shown = "X-Amz-Target";
    endpoint_world_begin(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"j\"}");
    while (!w->submitted)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, 1);
    while (!strstr(buf_str(&w->seen), "BatchStopJobRun"))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert(strstr(buf_str(&w->seen), "[AWSGlue.BatchStopJobRun] "
                                        "{\"JobName\":\"j\",\"JobRunIds\":[\"r\"]}\n"));
    ck_assert(!w->answered);
    endpoint_world_free(w);
}
END_TEST

START_TEST(job_that_is_released_goes_on)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{\"JobRunId\":\"r\"}"},
                                                      {200, NULL, "{\"JobRun\":{}}"},
                                                      {200, NULL, "{\"JobRun\":{}}"},
                                                      {200, NULL, "{\"JobRun\":{}}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    endpoint_world_begin(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"j\"}");
    while (w->replied < 2)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_release(w->handlers, 1);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    size_t asked = http_stub_requests(w->stub);
    /* Only the test's own patience is left to wait for, and the connection. */
    for (int i = 0; i < 50; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    uv_sleep(5); /* the job would be asked about every 1 ms */
    for (int i = 0; i < 50; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert_uint_eq(http_stub_requests(w->stub), asked);
    ck_assert(!w->answered);
    endpoint_world_free(w);
}
END_TEST

static void write_line(void *user, const char *execution, const char *line)
{
    ck_assert_str_eq(execution, EXECUTION);
    buf_printf(user, "%s\n", line);
}

/* As AWS's SDKs do it; one that ends in vain is told. */
START_TEST(job_is_stopped_at_the_next_try)
{
    const struct reply busy = {503, ID, "{}"},
                       replies[MAX_REPLIES] = {
                           {200, NULL, "{\"JobRunId\":\"r\"}"},
                           {200, NULL, "{\"JobRun\":{\"JobRunState\":\"RUNNING\"}}"},
                           busy,
                           _i ? busy : (struct reply){200, NULL, "{}"}};
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});
    size_t asked = 0;

    endpoint_world_begin(w, GLUE, "{\"JobName\":\"j\"}");
    while (http_stub_requests(w->stub) < 2)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, 1);
    while (handlers_are_stopping_jobs(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    for (const char *at = buf_str(&w->seen); (at = strstr(at, "\"JobRunIds\"")); at++)
        asked++;
    ck_assert_uint_eq(asked, _i ? 3 : 2);
    ck_assert_msg(!log.len == !_i, "%s", buf_str(&log));
    ck_assert(!_i || strstr(buf_str(&log), "was not stopped and may go on"));
    endpoint_world_free(w);
    buf_clear(&log);
}
END_TEST

/* What the log says of jobs that go on after all: all of it, or what it begins with. */
static const struct {
    const char *name;
    bool at_once; /* the Task is cancelled before the job is known */
    bool ends;    /* the set of handlers is closed then */
    struct reply replies[MAX_REPLIES];
    const char *want;
} unstopped[] = {
    {"a stop that is refused",
     false,
     false,
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {400, ID, "{\"__type\":\"AccessDeniedException\",\"message\":\"m\"}"}},
     GLUE
     ": the job {\"JobName\":\"j\",\"RunId\":\"r\"} was not stopped and may go on: m (Service: "
     "AWSGlue; Status Code: 400; Error Code: AccessDeniedException; Request ID: r-1; Proxy: "
     "null)\n"},
    {"a stop that is refused in an answer without an error",
     false,
     false,
     {{200, NULL, "{\"JobRunId\":\"r\"}"},
      {200, ID, "{\"Errors\":[{\"JobRunId\":\"r\",\"ErrorDetail\":{\"ErrorCode\":\"X\"}}]}"}},
     GLUE ": the job {\"JobName\":\"j\",\"RunId\":\"r\"} was not stopped and may go on: "
          "[{\"JobRunId\":\"r\",\"ErrorDetail\":{\"ErrorCode\":\"X\"}}]\n"},
    {"a stop without an answer",
     false,
     false,
     {{200, NULL, "{\"JobRunId\":\"r\"}"}, {0, NULL, NULL}},
     GLUE ": the job {\"JobName\":\"j\",\"RunId\":\"r\"} was not stopped and may go on: "},
    {"a stop that is out when all ends",
     false,
     true,
     {{200, NULL, "{\"JobRunId\":\"r\"}"}, {-500, NULL, NULL}},
     GLUE ": the job {\"JobName\":\"j\",\"RunId\":\"r\"} was not stopped and may go on: asl ended "
          "before the service had answered\n"},
    {"a begin without an answer",
     true,
     false,
     {{0, NULL, NULL}},
     GLUE ": the job may have begun, and was not stopped: "},
    {"a begin that is out when all ends",
     true,
     true,
     {{-500, NULL, NULL}},
     GLUE ": the job may have begun, and was not stopped: asl ended before the service had "
          "answered\n"},
    {"a begin that the service fails at",
     true,
     false,
     {{500, ID, "{\"__type\":\"InternalServiceException\",\"message\":\"m\"}"}},
     GLUE ": the job may have begun, and was not stopped: m (Service: "},
    {"a begin with an answer that is not the service's",
     true,
     false,
     {{200, ID, "<html>"}},
     GLUE ": the job may have begun, and was not stopped: Unable to unmarshall response: "},
    {"a begin with an answer that has no job",
     true,
     false,
     {{200, ID, "{}"}},
     GLUE ": the job may have begun, and was not stopped: Unable to unmarshall response: "},
    {"a begin that is refused",
     true,
     false,
     {{400, ID, "{\"__type\":\"AccessDeniedException\",\"message\":\"m\"}"}},
     ""},
};

START_TEST(job_is_not_stopped)
{
    struct buf log = {0};
    /* A question may be out before the Task is cancelled. */
    const struct reply *given = unstopped[_i].replies,
                       replies[MAX_REPLIES] = {given[0], given[1], given[1], given[1]};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});

    endpoint_world_begin(w, GLUE, "{\"JobName\":\"j\"}");
    while (!unstopped[_i].at_once && !w->submitted)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, 1);
    ck_assert(handlers_are_stopping_jobs(w->handlers));
    while (!unstopped[_i].ends && handlers_are_stopping_jobs(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert(!w->answered);
    endpoint_world_free(w);
    size_t len = strlen(unstopped[_i].want);
    if (len && unstopped[_i].want[len - 1] != '\n' && log.len > len)
        log.data[log.len = len] = '\0';
    expect_text(unstopped[_i].name, buf_str(&log), unstopped[_i].want);
    buf_clear(&log);
}
END_TEST

/* Of questions in a row that get no answer the log has the first; of the next row, too. */
START_TEST(job_that_nothing_is_told_of)
{
    static const struct reply replies[MAX_REPLIES] = {
        {503, ID, "{}"},
        {200, NULL, "{\"JobRun\":{\"JobRunState\":\"RUNNING\"}}"},
        {503, ID, "{}"},
        {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}};
    static const struct reply busy[MAX_REPLIES] = {
        {503, ID, "{}"},
        {429, ID, "{}"},
        {400, ID, "{\"__type\":\"ThrottlingException\"}"},
        {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}};
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        _i ? replies : busy, NULL, (struct handlers_options){.log = write_line, .log_user = &log});
    json *submitted = json_of("{\"JobRunId\":\"r\"}");
    size_t lines = 0;

    endpoint_world_begin_again(w, GLUE, "{\"JobName\":\"j\"}", submitted);
    endpoint_world_wait(w);
    json_unref(submitted);
    endpoint_world_expect("in the end", w, "ok {\"JobRunState\":\"SUCCEEDED\"}");
    endpoint_world_free(w);
    for (const char *at = buf_str(&log); (at = strstr(at, "\n")); at++)
        lines++;
    ck_assert_msg(lines == 1 + (size_t)_i, "%s", buf_str(&log));
    static const char want[] = GLUE
        ": nothing is known of the job {\"JobName\":\"j\",\"RunId\":\"r\"}, which is asked "
        "about until there is an answer: {} (Service: AWSGlue; Status Code: 503; Error Code: null; "
        "Request ID: r-1; Proxy: null)\n";
    log.data[sizeof want - 1] = '\0';
    expect_text("why", log.data, want);
    buf_clear(&log);
}
END_TEST

/* Services of AWS JSON tell nearly all errors with 400: the code says which of them pass. Keys may
 * have expired, and be there anew at the next question. */
static const struct {
    const char *code;
    bool passes;
} codes[] = {
    {"TooManyRequestsException", true},
    {"RequestLimitExceeded", true},
    {"SlowDown", true},
    {"RequestTimeout", true},
    {"LimitExceededException", true},
    {"ServiceUnavailable", true},
    {"InternalServiceException", true},
    {"OperationTimeoutException", true},
    {"ThrottledException", true},
    {"ExpiredTokenException", true},
    {"RequestExpired", true},
    {"UnrecognizedClientException", true},
    {"InvalidSignatureException", true},
    {"AccessDeniedException", false},
    {"EntityNotFoundException", false},
    {"InvalidInputException", false},
};

START_TEST(question_is_refused_for_a_moment)
{
    struct buf body = {0};
    buf_printf(&body, "{\"__type\":\"%s\",\"message\":\"m\"}", codes[_i].code);
    const struct reply replies[MAX_REPLIES] = {
        {400, ID, buf_str(&body)}, {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    json *submitted = json_of("{\"JobRunId\":\"r\"}");

    endpoint_world_begin_again(w, GLUE, "{\"JobName\":\"j\"}", submitted);
    endpoint_world_wait(w);
    ck_assert_msg(w->result.ok == codes[_i].passes, "%s", codes[_i].code);
    json_unref(submitted);
    endpoint_world_free(w);
    buf_clear(&body);
}
END_TEST

START_TEST(stop_is_refused_for_a_moment)
{
    struct buf body = {0};
    buf_printf(&body, "{\"__type\":\"%s\",\"message\":\"m\"}", codes[_i].code);
    const struct reply replies[MAX_REPLIES] = {{400, ID, buf_str(&body)}, {200, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);
    json *submitted = json_of("{\"JobRunId\":\"r\"}");
    size_t asked = 0;

    endpoint_world_begin_again(w, GLUE, "{\"JobName\":\"j\"}", submitted);
    handlers_cancel(w->handlers, 1);
    while (handlers_are_stopping_jobs(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    for (const char *at = buf_str(&w->seen); (at = strstr(at, "\"JobRunIds\"")); at++)
        asked++;
    ck_assert_msg(asked == (codes[_i].passes ? 2 : 1), "%s: %zu", codes[_i].code, asked);
    json_unref(submitted);
    endpoint_world_free(w);
    buf_clear(&body);
}
END_TEST

/* Keys that stay bad fail the Task in the end. */
START_TEST(keys_are_refused_for_good)
{
    static const struct reply no = {400, ID,
                                    "{\"__type\":\"ExpiredTokenException\",\"message\":\"m\"}"};
    const struct reply replies[MAX_REPLIES] = {no, no, no, no};
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});
    json *submitted = json_of("{\"JobRunId\":\"r\"}");

    endpoint_world_begin_again(w, GLUE, "{\"JobName\":\"j\"}", submitted);
    endpoint_world_wait(w);
    ck_assert_msg(!w->result.ok && strstr(json_str(w->result.cause), "ExpiredTokenException"), "%s",
                  json_str(w->result.cause));
    ck_assert_msg(strstr(buf_str(&log), "is asked about until there is an answer"), "%s",
                  buf_str(&log));
    ck_assert_msg(strstr(buf_str(&log), "was not stopped and may go on"), "%s", buf_str(&log));
    json_unref(submitted);
    endpoint_world_free(w);
    buf_clear(&log);
}
END_TEST

/* A row of the handlers file says how often jobs are asked about: the usual time would be a minute.
 */
START_TEST(job_is_asked_about_as_its_row_says)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"JobRunId\":\"r\"}"},
        {200, NULL, "{\"JobRun\":{\"JobRunState\":\"RUNNING\"}}"},
        {200, NULL, "{\"JobRun\":{\"JobRunState\":\"RUNNING\"}}"},
        {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, "{\"handlers\":[{\"resource\":\"*\",\"endpoint\":\"STUB\",\"poll_s\":0.001}]}",
        (struct handlers_options){.poll_ms = 60 * 1000});

    endpoint_world_run(w, GLUE, "{\"JobName\":\"j\"}");
    endpoint_world_expect("in no time", w, "ok {\"JobRunState\":\"SUCCEEDED\"}");
    endpoint_world_free(w);
}
END_TEST

/* What describes an execution may be larger than any result: its documents are text in it. One that
 * can't be read is the end, as it would never be smaller. */
START_TEST(job_with_a_large_description)
{
    static char body[5 * 1024 * 1024];
    static const char begin[] = "{\"status\":\"SUCCEEDED\",\"input\":\"\\\"", end[] = "\\\"\"}";
    const struct reply replies[MAX_REPLIES] = {{200, NULL, "{\"executionArn\":\"e\"}"},
                                               {200, NULL, body}};
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    memset(body, 'x', _i ? sizeof body - 1 : 3 * 1024 * 1024);
    memcpy(body, begin, sizeof begin - 1);
    memcpy(body + strlen(body) - (sizeof end - 1), end, sizeof end - 1);
    endpoint_world_run(w, "arn:aws:states:::states:startExecution.sync:2",
                       "{\"StateMachineArn\":\"m\"}");
    if (_i)
        endpoint_world_expect(
            "too large", w,
            "failed States.DataLimitExceeded: The state/task 'states' returned a result with a "
            "size exceeding the maximum number of bytes service limit.");
    ck_assert_int_eq(w->result.ok, !_i);
    endpoint_world_free(w);
}
END_TEST

/* A world whose stub is at an address that doesn't look like this machine's, so that it gets no
 * keys for tests; there are no others. Its log goes to `log`. */
static struct endpoint_world *world_without_keys(const struct reply *replies, struct buf *log)
{
    struct buf file = {0};
    struct diag why = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = log});

    buf_printf(&file, "{\"handlers\":[{\"resource\":\"*\",\"endpoint\":\"http://2130706433%s\"}]}",
               strrchr(http_stub_url(w->stub), ':'));
    ck_assert_msg(handlers_parse(w->handlers, "h.json", file.data, file.len, &why), "%s", why.text);
    buf_clear(&file);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    unsetenv("AWS_ACCESS_KEY_ID");
    return w;
}

/* Keys that can't be had at once say nothing of the job either. */
START_TEST(job_is_awaited_without_keys)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}};
    struct buf log = {0};
    struct endpoint_world *w = world_without_keys(replies, &log);
    json *submitted = json_of("{\"JobRunId\":\"r\"}");

    endpoint_world_begin_again(w, GLUE, "{\"JobName\":\"j\"}", submitted);
    while (!log.len && !w->answered)
        uv_run(&w->loop, UV_RUN_ONCE);
    setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    endpoint_world_wait(w);
    endpoint_world_expect("with keys", w, "ok {\"JobRunState\":\"SUCCEEDED\"}");
    ck_assert_msg(strstr(buf_str(&log), "Unable to load AWS credentials"), "%s", buf_str(&log));
    json_unref(submitted);
    endpoint_world_free(w);
    buf_clear(&log);
}
END_TEST

/* So it is with what stops a job: it is sent when there are keys, and the log tells that it isn't.
 */
START_TEST(stop_waits_for_keys)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{}"}};
    struct buf log = {0};
    struct endpoint_world *w = world_without_keys(replies, &log);
    json *submitted = json_of("{\"JobRunId\":\"r\"}");

    endpoint_world_begin_again(w, GLUE, "{\"JobName\":\"j\"}", submitted);
    handlers_cancel(w->handlers, 1);
    for (int turns = 0; turns < 20; turns++)
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert(handlers_are_stopping_jobs(w->handlers) && !handlers_are_idle(w->handlers));
    static const char line[] = GLUE
        ": the job {\"JobName\":\"j\",\"RunId\":\"r\"} is to be stopped, which is tried until it "
        "can be: Unable to load AWS credentials";
    ck_assert_msg(strstr(buf_str(&log), line) &&
                      !strstr(strchr(buf_str(&log), '\n') + 1, "stopped"),
                  "%s", buf_str(&log));
    handlers_drain(w->handlers); /* which nobody waits for: the store has it */
    ck_assert(handlers_are_idle(w->handlers));
    if (!_i)
        setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
    while (!_i && handlers_are_stopping_jobs(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert_uint_eq(http_stub_requests(w->stub), !_i);
    endpoint_world_free(w);
    ck_assert_msg(!strstr(buf_str(&log), "was not stopped and may go on: asl ended") == !_i, "%s",
                  buf_str(&log));
    json_unref(submitted);
    buf_clear(&log);
}
END_TEST

/* A job that had begun before a restart is stopped though its call has no place in the row yet. */
START_TEST(job_that_waits_for_its_slot_is_stopped)
{
    static const struct reply replies[MAX_REPLIES] = {{200, NULL, "{\"JobRunId\":\"q\"}"},
                                                      {200, NULL, "{}"},
                                                      {200, NULL, "{}"},
                                                      {200, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(
        replies, "{\"handlers\":[{\"resource\":\"*\",\"endpoint\":\"STUB\",\"concurrency\":1}]}");
    json *submitted = json_of("{\"JobRunId\":\"r\"}");

    endpoint_world_begin(w, GLUE, "{\"JobName\":\"k\"}");
    endpoint_world_begin_again(w, GLUE, "{\"JobName\":\"j\"}", submitted);
    ck_assert_uint_eq(handlers_waiting(w->handlers), 1);
    handlers_cancel(w->handlers, 2);
    while (handlers_are_stopping_jobs(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert_msg(strstr(buf_str(&w->seen), "\"JobRunIds\":[\"r\"]") != NULL, "%s",
                  buf_str(&w->seen));
    json_unref(submitted);
    endpoint_world_free(w);
}
END_TEST

/* A restart with another region leaves a job, and a begin that is repeated, in the execution's; but
 * calls of one of this region's may be asked for in another. */
START_TEST(job_stays_in_its_region)
{
    static const struct reply replies[MAX_REPLIES] = {
        {200, NULL, "{\"JobRunId\":\"r\"}"},
        {200, NULL, "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}"}};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL,
        (struct handlers_options){.region = "eu-west-1",
                                  .begun_region = _i ? "us-east-1" : "eu-central-1"});
    size_t signed_there = 0;

    w->shown = "Authorization";
    endpoint_world_run(w, GLUE, "{\"JobName\":\"j\"}");
    for (const char *at = buf_str(&w->seen);
         (at = strstr(at, _i ? "/eu-west-1/glue/" : "/us-east-1/glue/")); at++)
        signed_there++;
    ck_assert_msg(signed_there == 2, "%s", buf_str(&w->seen));
    endpoint_world_free(w);
}
END_TEST

static const struct {
    const char *resource, *region, *base, *signs_as;
} places[] = {
    {"arn:aws:states:::sagemaker:createTrainingJob.sync", NULL,
     "https://api.sagemaker.eu-central-1.amazonaws.com", NULL},
    {"arn:aws:states:::sagemaker:createTrainingJob.sync", "us-west-2",
     "https://api.sagemaker.us-west-2.amazonaws.com", "us-west-2"},
    {"arn:aws:states:::glue:startJobRun.sync", "cn-north-1",
     "https://glue.cn-north-1.amazonaws.com.cn", "cn-north-1"},
};

START_TEST(place_in_a_region)
{
    struct endpoint_world *w = endpoint_world_new(NULL, NULL);
    struct endpoints *all = endpoints_new("eu-central-1");
    handlers h = {.options = {.endpoints = all}};
    struct asl_resource parts;
    struct aws_call c;

    ck_assert(endpoints_add(all, "*=aws", NULL) && asl_resource_read(places[_i].resource, &parts));
    ck_assert(aws_call_read(&parts, &c, NULL));
    struct endpoint_place p = endpoint_place_of(&h, &c, NULL, NULL, places[_i].region);
    expect_text("where", p.base, places[_i].base);
    ck_assert(p.own && !p.local);
    ck_assert(places[_i].signs_as ? p.region && !strcmp(p.region, places[_i].signs_as) : !p.region);
    mem_free(p.base);
    endpoints_free(all);
    endpoint_world_free(w);
}
END_TEST

/* After a restart nothing may say where the service is: the job runs all the same, and is asked
 * about when something does. */
static const struct {
    const char *name, *resource, *parameters, *submitted, *want;
} lost[] = {
    {"of a service", GLUE, "{\"JobName\":\"j\"}", "{\"JobRunId\":\"r\"}",
     GLUE ": nothing is known of the job {\"JobName\":\"j\",\"RunId\":\"r\"}, which is asked about "
          "until there is an answer: nothing says where it is: --endpoint glue=URL (also "
          "GLUE_ENDPOINT, AWS_ENDPOINT_URL_GLUE, AWS_ENDPOINT_URL)\n"},
    {"of a cluster", "arn:aws:states:::eks:runJob.sync",
     "{\"ClusterName\":\"c\",\"CertificateAuthority\":\"\",\"Endpoint\":\"http://"
     "127.0.0.1:1\",\"Job\":{"
     "}}",
     "{\"ResponseBody\":{\"metadata\":{\"name\":\"n\"}}}",
     "arn:aws:states:::eks:runJob.sync: nothing is known of the job "
     "/apis/batch/v1/namespaces/default/jobs/n, which is asked about until there is an answer: say "
     "where EKS is, then Tasks may go where their Endpoint says: --endpoint eks=URL (also "
     "EKS_ENDPOINT, AWS_ENDPOINT_URL_EKS, AWS_ENDPOINT_URL)\n"},
};

START_TEST(job_whose_service_is_nowhere)
{
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        NULL, "{\"handlers\":[]}", (struct handlers_options){.log = write_line, .log_user = &log});
    json *submitted = json_of(lost[_i].submitted);

    endpoint_world_begin_again(w, lost[_i].resource, lost[_i].parameters, submitted);
    for (int turns = 0; turns < 20 && !w->answered; turns++)
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert_msg(!w->answered, "%s: %s", lost[_i].name, json_str(w->result.cause));
    expect_text(lost[_i].name, buf_str(&log), lost[_i].want);
    json_unref(submitted);
    endpoint_world_free(w);
    buf_clear(&log);
}
END_TEST

/* A state that the model of the service hasn't, or ECS writes otherwise, is told once. */
static const struct {
    const char *resource, *parameters, *submitted;
    const char *strange, *end;
    const char *want; /* of the log */
} strangers[] = {
    {GLUE, "{\"JobName\":\"j\"}", "{\"JobRunId\":\"r\"}", "{\"JobRun\":{\"JobRunState\":\"ODD\"}}",
     "{\"JobRun\":{\"JobRunState\":\"SUCCEEDED\"}}",
     GLUE ": the job {\"JobName\":\"j\",\"RunId\":\"r\"} is asked about on: its state 'ODD' is not "
          "known, "
          "and none of those in which it has ended: SUCCEEDED, FAILED, STOPPED, TIMEOUT, ERROR, "
          "EXPIRED\n"},
    {"arn:aws:states:::ecs:runTask.sync", "{\"TaskDefinition\":\"d\"}",
     "{\"Tasks\":[{\"TaskArn\":\"a\"}]}", "{\"tasks\":[{\"lastStatus\":\"stopped\"}]}",
     "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}",
     "arn:aws:states:::ecs:runTask.sync: the job {\"Tasks\":[\"a\"]} is asked about on: its state "
     "'stopped' is not known, and none of those in which it has ended: STOPPED\n"},
    {"arn:aws:states:::ecs:runTask.sync", "{\"TaskDefinition\":\"d\"}",
     "{\"Tasks\":[{\"TaskArn\":\"a\"}]}", "{\"tasks\":[{\"lastStatus\":\"RUNNING\"}]}",
     "{\"tasks\":[{\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}]}", ""},
};

START_TEST(job_in_a_strange_state)
{
    const struct reply odd = {200, NULL, strangers[_i].strange},
                       replies[MAX_REPLIES] = {odd, odd, odd, {200, NULL, strangers[_i].end}};
    struct buf log = {0};
    struct endpoint_world *w = endpoint_world_new_with(
        replies, NULL, (struct handlers_options){.log = write_line, .log_user = &log});
    json *submitted = json_of(strangers[_i].submitted);

    endpoint_world_begin_again(w, strangers[_i].resource, strangers[_i].parameters, submitted);
    endpoint_world_wait(w);
    json_unref(submitted);
    ck_assert(w->result.ok);
    expect_text("the log", buf_str(&log), strangers[_i].want);
    endpoint_world_free(w);
    buf_clear(&log);
}
END_TEST

/* A begin that is still out when its Task has ended has its place in the row: a service that is too
 * slow would be sent one more for each Retry. */
START_TEST(late_begin_has_its_slot)
{
    static const struct reply replies[MAX_REPLIES] = {{-200, NULL, "{\"JobRunId\":\"r\"}"},
                                                      {200, NULL, "{}"},
                                                      {200, NULL, "{\"JobRunId\":\"s\"}"},
                                                      {200, NULL, "{}"}};
    struct endpoint_world *w = endpoint_world_new(
        replies, "{\"handlers\":[{\"resource\":\"*\",\"endpoint\":\"STUB\",\"concurrency\":1}]}");

    endpoint_world_begin(w, GLUE, "{\"JobName\":\"j\"}");
    while (http_stub_requests(w->stub) < 1)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, 1);
    endpoint_world_begin(w, GLUE, "{\"JobName\":\"k\"}");
    for (int i = 0; i < 50; i++)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert_uint_eq(http_stub_requests(w->stub), 1);
    ck_assert_uint_eq(handlers_waiting(w->handlers), 1);
    http_stub_release(w->stub);
    while (http_stub_requests(w->stub) < 3)
        uv_run(&w->loop, UV_RUN_ONCE);
    const char *stop = strstr(buf_str(&w->seen), "\"JobRunIds\":[\"r\"]");
    const char *next = strstr(buf_str(&w->seen), "{\"JobName\":\"k\"}");
    ck_assert_msg(stop && next && stop < next, "%s", buf_str(&w->seen));
    endpoint_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("job");
    TCase *t = tcase_create("job");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, job, 0, COUNT(jobs));
    tcase_add_loop_test(t, job_after_crash, 0, COUNT(jobs));
    tcase_add_test(t, job_is_stopped_for_a_reason);
    tcase_add_test(t, job_after_crash_is_stopped);
    tcase_add_test(t, job_is_stopped);
    tcase_add_test(t, job_that_is_released_goes_on);
    tcase_add_test(t, late_begin_has_its_slot);
    tcase_add_loop_test(t, job_is_stopped_at_the_next_try, 0, 2);
    tcase_add_loop_test(t, job_is_not_stopped, 0, COUNT(unstopped));
    tcase_add_loop_test(t, job_that_nothing_is_told_of, 0, 2);
    tcase_add_loop_test(t, question_is_refused_for_a_moment, 0, COUNT(codes));
    tcase_add_loop_test(t, stop_is_refused_for_a_moment, 0, COUNT(codes));
    tcase_add_test(t, keys_are_refused_for_good);
    tcase_add_loop_test(t, job_in_a_strange_state, 0, COUNT(strangers));
    tcase_add_test(t, job_is_awaited_without_keys);
    tcase_add_loop_test(t, stop_waits_for_keys, 0, 2);
    tcase_add_test(t, job_that_waits_for_its_slot_is_stopped);
    tcase_add_loop_test(t, job_stays_in_its_region, 0, 2);
    tcase_add_loop_test(t, place_in_a_region, 0, COUNT(places));
    tcase_add_loop_test(t, job_whose_service_is_nowhere, 0, COUNT(lost));
    tcase_add_test(t, job_is_asked_about_as_its_row_says);
    tcase_add_loop_test(t, job_with_a_large_description, 0, 2);
    suite_add_tcase(s, t);
    return run_suite(s);
}
