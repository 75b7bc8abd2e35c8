/* Credentials.RoleArn: a Task's role is assumed through STS, for all that want it at once. */

#include "runtime/aws/endpoints.h"
#include "runtime/aws/own_keys.h"
#include "runtime/base/clock.h"
#include "runtime/handlers/handlers_impl.h"
#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROLE "arn:aws:iam::111122223333:role/target"
#define SEND "arn:aws:states:::sqs:sendMessage"
#define MESSAGE "{\"QueueUrl\":\"http://127.0.0.1/1/q\",\"MessageBody\":\"m\"}"
#define ASKED                                                                                      \
    "POST / Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%"       \
    "3Arole%2Ftarget&RoleSessionName=asl&ExternalId=arn%3Aaws%3Astates%3Aus-east-1%"               \
    "3A123456789012%3AstateMachine%3Am\n"
#define SENT(token)                                                                                \
    "POST / [" token "] {\"QueueUrl\":\"http://127.0.0.1/1/q\",\"MessageBody\":\"m\"}\n"
#define SENT_BY_US "POST / {\"QueueUrl\":\"http://127.0.0.1/1/q\",\"MessageBody\":\"m\"}\n"
#define REFUSED                                                                                    \
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message>"      \
    "</Error><RequestId>r</RequestId></ErrorResponse>"
#define REFUSED_PLAIN                                                                              \
    "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message>"      \
    "</Error></ErrorResponse>"
#define NOT_AUTHORIZED                                                                             \
    "failed States.TaskFailed: The role arn:aws:iam::123456789012:role/own is not authorized to "  \
    "assume the task state's role, " ROLE "."

/* STS's answer with keys that expire in so many seconds; good until the next one. */
static const char *keys_for(int seconds, const char *token)
{
    static char texts[2][1024];
    static int turn;
    char at[32];
    time_t until = time(NULL) + seconds;
    struct tm parts;
    char *text = texts[turn++ % 2];

    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&until, &parts));
    snprintf(text, sizeof texts[0],
             "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
             "<AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s"
             "</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration>"
             "</Credentials></AssumeRoleResult></AssumeRoleResponse>",
             token, at);
    return text;
}

static struct endpoint_world *roles_world_with(const struct reply *replies, const char *file,
                                               struct handlers_options options)
{
    struct endpoint_world *w = endpoint_world_new_with(replies, file, options);

    unsetenv("AWS_SESSION_TOKEN");
    unsetenv("AWS_SECURITY_TOKEN");
    w->shown = "X-Amz-Security-Token";
    w->role = ROLE;
    return w;
}

static struct endpoint_world *roles_world(const struct reply *replies, const char *file)
{
    return roles_world_with(replies, file, (struct handlers_options){0});
}

static void add_line(void *user, const char *execution, const char *line)
{
    (void)execution;
    buf_printf(user, "%s\n", line);
}

START_TEST(one_request_for_many)
{
    const struct reply replies[MAX_REPLIES] = {{200, XML, keys_for(3600, "T")},
                                               {200, JSON_0, "{\"MessageId\":\"1\"}"},
                                               {200, JSON_0, "{}"},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = roles_world(replies, NULL);

    for (int i = 0; i < 3; i++)
        endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_wait_for(w, 3);
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("STS is asked once", buf_str(&w->seen),
                ASKED SENT("T") SENT("T") SENT("T") SENT("T"));
    ck_assert(w->result.ok && w->signs);
    w->role = NULL;
    endpoint_world_run(w, SEND, MESSAGE);
    ck_assert_msg(strstr(buf_str(&w->seen), SENT_BY_US) != NULL,
                  "without a role our own keys sign");
    endpoint_world_free(w);
}
END_TEST

/* The time of day by which keys expire. */
static int64_t day_ms;

static int64_t day(void)
{
    return day_ms;
}

/* The timer that was started for a tenth of a call's three seconds, what it does, and how often it
 * was started. It ends when the test says so. */
static uv_timer_t *tenth;
static uv_timer_cb tenth_over;
static int tenth_starts;

int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat);
int __real_uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat);

int __wrap_uv_timer_start(uv_timer_t *timer, uv_timer_cb cb, uint64_t timeout, uint64_t repeat)
{
    if (timeout == 300) {
        tenth = timer;
        tenth_over = cb;
        timeout = 60 * 1000;
    }
    tenth_starts += timer == tenth;
    return __real_uv_timer_start(timer, cb, timeout, repeat);
}

/*
 * While keys are good, new ones are awaited for a tenth of a call's time only. If the old ones have
 * expired when that is over, it is waited on, as without keys; else they are used.
 */
START_TEST(keys_expire_while_new_ones_are_awaited)
{
    const struct reply replies[MAX_REPLIES] = {{200, XML, keys_for(240, "T")},
                                               {200, JSON_0, "{}"},
                                               {-200, XML, keys_for(3600, "U")},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = roles_world_with(replies,
                                                "{\"handlers\":[{\"resource\":\"" SEND
                                                "\",\"endpoint\":\"STUB\",\"timeout_s\":3}]}",
                                                (struct handlers_options){.time_of_day = day});
    struct buf sts = {0};

    buf_printf(&sts, "sts=%s", http_stub_url(w->stub));
    ck_assert(endpoints_add(w->endpoints, buf_str(&sts), NULL));
    buf_clear(&sts);
    day_ms = clock_wall_ms();
    endpoint_world_run(w, SEND, MESSAGE);
    tenth = NULL;
    tenth_starts = 0;
    endpoint_world_begin(w, SEND, MESSAGE);
    while (http_stub_requests(w->stub) < 3)
        uv_run(&w->loop, UV_RUN_ONCE);
    if (_i)
        day_ms += 300 * 1000;
    ck_assert(tenth_starts == 1 && !w->answered);
    __real_uv_timer_start(tenth, tenth_over, 0, 0);
    while (_i ? tenth_starts < 2 : !w->answered)
        uv_run(&w->loop, UV_RUN_NOWAIT);
    ck_assert(w->answered == !_i);
    if (_i)
        http_stub_release(w->stub);
    endpoint_world_wait(w);
    ck_assert_msg(w->result.ok, "%s: %s", json_str(w->result.error), json_str(w->result.cause));
    expect_text("with which keys", buf_str(&w->seen),
                _i ? ASKED SENT("T") ASKED SENT("U") : ASKED SENT("T") ASKED SENT("T"));
    endpoint_world_free(w);
}
END_TEST

static const struct {
    const char *name;
    int seconds;
    bool again;
} ends[] = {
    {"more than five minutes are left", 360, false},
    {"less than five minutes are left", 240, true},
};

START_TEST(until_they_expire)
{
    const struct reply replies[MAX_REPLIES] = {{200, XML, keys_for(ends[_i].seconds, "T")},
                                               {200, JSON_0, "{}"},
                                               {200, XML, keys_for(3600, "U")},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = roles_world(replies, NULL);

    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text(ends[_i].name, buf_str(&w->seen),
                ends[_i].again ? ASKED SENT("T") ASKED SENT("U") : ASKED SENT("T") SENT("T"));
    endpoint_world_free(w);
}
END_TEST

START_TEST(good_keys_outlive_a_refusal)
{
    const struct reply replies[MAX_REPLIES] = {{200, XML, keys_for(240, "T")},
                                               {200, JSON_0, "{}"},
                                               {403, XML, REFUSED},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = roles_world(replies, NULL);

    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("the old keys sign on", buf_str(&w->seen), ASKED SENT("T") ASKED SENT("T"));
    endpoint_world_free(w);
}
END_TEST

/* An STS that does not answer delays the calls a little, while there are good keys. */
START_TEST(good_keys_outlive_silence)
{
    const struct reply replies[MAX_REPLIES] = {
        {200, XML, keys_for(240, "T")}, {200, JSON_0, "{}"}, {-1, NULL, NULL}, {200, JSON_0, "{}"}};
    struct endpoint_world *w = roles_world(replies, "{\"handlers\":[{\"resource\":\"" SEND
                                                    "\",\"endpoint\":\"STUB\",\"timeout_s\":4}]}");
    struct buf sts = {0};

    buf_printf(&sts, "sts=%s", http_stub_url(w->stub));
    ck_assert(endpoints_add(w->endpoints, buf_str(&sts), NULL));
    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, SEND, MESSAGE);
    ck_assert_msg(w->result.ok, "%s", json_str(w->result.cause));
    expect_text("the old keys sign on", buf_str(&w->seen), ASKED SENT("T") ASKED SENT("T"));
    buf_clear(&sts);
    endpoint_world_free(w);
}
END_TEST

static const struct {
    const char *name;
    struct reply reply;
    const char *want;
} refusals[] = {
    {"STS refuses", {403, XML, REFUSED}, NOT_AUTHORIZED},
    {"our own keys have expired",
     {403, XML,
      "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security "
      "token is expired</Message></Error><RequestId>r</RequestId></ErrorResponse>"},
     "failed States.TaskFailed: The task state's role, " ROLE
     ", could not be assumed: ExpiredToken: The security token is expired (Service: Sts, Status "
     "Code: 403, Request ID: r-1)"},
    {"STS breaks", {500, XML, "<a/>"}, NULL},
    {"an answer without keys",
     {200, XML, "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"},
     "failed States.TaskFailed: The task state's role, " ROLE
     ", could not be assumed: the answer has no keys"},
    {"keys that have expired",
     {200, XML,
      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>"
      "<SecretAccessKey>s</SecretAccessKey><SessionToken>T</SessionToken><Expiration>"
      "2020-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"},
     "failed States.TaskFailed: The task state's role, " ROLE
     ", could not be assumed: the keys in the answer have expired: the Expiration is in the past"},
    {"no answer", {0, NULL, NULL}, NULL},
};

START_TEST(refusal)
{
    const struct reply replies[MAX_REPLIES] = {refusals[_i].reply, refusals[_i].reply,
                                               refusals[_i].reply, refusals[_i].reply};
    struct endpoint_world *w = roles_world(replies, NULL);

    endpoint_world_run(w, SEND, MESSAGE);
    ck_assert_msg(!strstr(buf_str(&w->seen), "MessageBody"), "%s: it is sent", refusals[_i].name);
    if (refusals[_i].want)
        endpoint_world_expect(refusals[_i].name, w, refusals[_i].want);
    else
        ck_assert_msg(json_str_is(w->result.error, "States.TaskFailed") &&
                          strstr(json_str(w->result.cause), ROLE ", could not be assumed: "),
                      "%s: %s", refusals[_i].name, json_str(w->result.cause));
    endpoint_world_free(w);
}
END_TEST

/* That there are no keys to ask STS with is told at once, as it is when it comes out later. */
START_TEST(nobody_asks)
{
    static const struct {
        const char *resource, *parameters;
    } asks[] = {{SEND, "{\"QueueUrl\":\"http://h/1/q\",\"MessageBody\":\"m\"}"},
                {"arn:aws:states:::eks:call",
                 "{\"ClusterName\":\"c\",\"CertificateAuthority\":"
                 "\"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t\",\"Endpoint\":"
                 "\"https://h.invalid\",\"Method\":\"GET\",\"Path\":\"/\"}"},
                {"arn:aws:states:::apigateway:invoke",
                 "{\"ApiEndpoint\":\"h\",\"Method\":\"GET\",\"AuthType\":\"IAM_ROLE\"}"}};
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w =
        roles_world(replies, "{\"handlers\":[{\"resource\":\"arn:aws:states:::apigateway:invoke\","
                             "\"endpoint\":\"http://sqs.example.invalid\"}]}");

    unsetenv("AWS_ACCESS_KEY_ID");
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    ck_assert(endpoints_add(w->endpoints, "*=http://sqs.example.invalid", NULL));
    endpoint_world_run(w, asks[_i].resource, asks[_i].parameters);
    endpoint_world_expect(asks[_i].resource, w,
                          "failed States.TaskFailed: The task state's role, " ROLE
                          ", could not be assumed: Unable to load AWS credentials: set "
                          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE");
    endpoint_world_free(w);
}
END_TEST

START_TEST(cancelled_while_it_waits)
{
    const struct reply replies[MAX_REPLIES] = {{200, XML, keys_for(3600, "T")},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = roles_world(replies, NULL);

    endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_begin(w, SEND, MESSAGE);
    handlers_cancel(w->handlers, 1);
    endpoint_world_wait_for(w, 1);
    expect_text("only the other is sent", buf_str(&w->seen), ASKED SENT("T"));
    endpoint_world_free(w);
}
END_TEST

START_TEST(closed_while_it_waits)
{
    const struct reply replies[MAX_REPLIES] = {{200, XML, keys_for(3600, "T")}};
    struct endpoint_world *w = roles_world(replies, NULL);

    endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_free(w);
}
END_TEST

START_TEST(an_emulator_alone)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}, {200, JSON_0, "{}"}};
    struct buf lines = {0};
    struct endpoint_world *w = roles_world_with(
        replies, "{\"handlers\":[{\"resource\":\"" SEND "\",\"endpoint\":\"STUB\"}]}",
        (struct handlers_options){.log = add_line, .log_user = &lines});

    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, SEND, MESSAGE);
    expect_text("without an STS our own keys sign", buf_str(&w->seen), SENT_BY_US SENT_BY_US);
    expect_text("and that is told once", buf_str(&lines),
                "the role " ROLE " of a Task is not assumed, as its service is on this machine and "
                "nothing like --endpoint sts=URL says where STS is: our own keys sign the "
                "request\n");
    buf_clear(&lines);
    endpoint_world_free(w);
}
END_TEST

START_TEST(job)
{
    const struct reply replies[MAX_REPLIES] = {
        {200, XML, keys_for(3600, "T")},
        {200, JSON_0, "{\"JobRunId\":\"j\"}"},
        {200, JSON_0, "{\"JobRun\":{\"Id\":\"j\",\"JobRunState\":\"SUCCEEDED\"}}"}};
    struct endpoint_world *w = roles_world(replies, NULL);

    endpoint_world_run(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"n\"}");
    ck_assert(w->result.ok);
    ck_assert_msg(strstr(buf_str(&w->seen), "POST / [T] {\"JobName\":\"n\",\"RunId\":\"j\"") !=
                      NULL,
                  "%s", buf_str(&w->seen));
    endpoint_world_free(w);
}
END_TEST

/* A service knows before us that keys are no good any more. New ones are asked for, and with them
 * the job is asked about again. */
START_TEST(role_keys_are_refused)
{
    const struct reply replies[MAX_REPLIES] = {
        {200, XML, keys_for(3600, "T")},
        {400, JSON_0, "{\"__type\":\"ExpiredTokenException\"}"},
        {200, XML, keys_for(3600, "U")},
        {200, JSON_0, "{\"JobRun\":{\"Id\":\"j\",\"JobRunState\":\"SUCCEEDED\"}}"}};
    struct endpoint_world *w = roles_world(replies, NULL);
    json *submitted = json_of("{\"JobRunId\":\"j\"}");

    endpoint_world_begin_again(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"n\"}",
                               submitted);
    endpoint_world_wait(w);
    ck_assert(w->result.ok);
    ck_assert_msg(strstr(buf_str(&w->seen), "POST / [U] {\"JobName\":\"n\",\"RunId\":\"j\"") !=
                      NULL,
                  "%s", buf_str(&w->seen));
    json_unref(submitted);
    endpoint_world_free(w);
}
END_TEST

/* ---- our own keys ---- */

#define CONTAINER_KEYS                                                                             \
    "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"s\",\"Token\":\"T\",\"Expiration\":"          \
    "\"2999-01-01T00:00:00Z\"}"
#define FAILED "failed SQS.SdkClientException: Unable to load AWS credentials: "

/* What a container's environment has, and no keys in it. */
static struct endpoint_world *keyless_world_with(const struct reply *replies, const char *file,
                                                 struct handlers_options options)
{
    struct endpoint_world *w = roles_world_with(replies, file, options);
    struct buf url = {0};

    w->role = NULL;
    unsetenv("AWS_ACCESS_KEY_ID");
    unsetenv("AWS_SECRET_ACCESS_KEY");
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    unsetenv("AWS_ROLE_ARN");
    unsetenv("AWS_WEB_IDENTITY_TOKEN_FILE");
    unsetenv("AWS_ROLE_SESSION_NAME");
    buf_printf(&url, "%s/keys?x=1", http_stub_url(w->stub));
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", buf_str(&url), 1);
    unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic x", 1);
    unsetenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    unsetenv("AWS_EC2_METADATA_DISABLED");
    buf_clear(&url);
    buf_printf(&url, "%s/", http_stub_url(w->stub));
    setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", buf_str(&url), 1);
    buf_clear(&url);
    return w;
}

static struct endpoint_world *keyless_world(const struct reply *replies)
{
    return keyless_world_with(replies, NULL, (struct handlers_options){0});
}

static void write_temporary(char *path, const char *text)
{
    int fd = mkstemp(path);

    ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
}

/* Only where the environment names a profile do keys that can't be had fail a Task of a service on
 * this machine. */
static void name_profile(char *config)
{
    write_temporary(config, "[profile p]\nregion = x\n");
    setenv("AWS_CONFIG_FILE", config, 1);
    setenv("AWS_PROFILE", "p", 1);
}

START_TEST(container)
{
    const struct reply replies[MAX_REPLIES] = {
        {200, NULL, CONTAINER_KEYS}, {200, JSON_0, "{}"}, {200, JSON_0, "{}"}, {200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_wait_for(w, 2);
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("its server is asked once", buf_str(&w->seen),
                "GET /keys?x=1\n" SENT("T") SENT("T") SENT("T"));
    endpoint_world_free(w);
}
END_TEST

START_TEST(container_keys_are_refused)
{
    const struct reply replies[MAX_REPLIES] = {
        {200, NULL, CONTAINER_KEYS},
        {400, JSON_0, "{\"__type\":\"UnrecognizedClientException\"}"},
        {200, NULL, CONTAINER_KEYS},
        {200, JSON_0, "{\"JobRun\":{\"Id\":\"j\",\"JobRunState\":\"SUCCEEDED\"}}"}};
    struct endpoint_world *w = keyless_world(replies);
    json *submitted = json_of("{\"JobRunId\":\"j\"}");
    const char question[] = "POST / [T] {\"JobName\":\"n\",\"RunId\":\"j\"}\n",
               keys[] = "GET /keys?x=1\n";
    struct buf want = {0};

    endpoint_world_begin_again(w, "arn:aws:states:::glue:startJobRun.sync", "{\"JobName\":\"n\"}",
                               submitted);
    endpoint_world_wait(w);
    buf_printf(&want, "%s%s%s%s", keys, question, keys, question);
    expect_text("new keys for the second question", buf_str(&w->seen), buf_str(&want));
    json_unref(submitted);
    buf_clear(&want);
    endpoint_world_free(w);
}
END_TEST

START_TEST(container_is_asked_with_its_token)
{
    const struct reply replies[MAX_REPLIES] = {{200, NULL, CONTAINER_KEYS}, {200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    w->shown = "Authorization";
    endpoint_world_run(w, SEND, MESSAGE);
    ck_assert_msg(!strncmp(buf_str(&w->seen), "GET /keys?x=1 [Basic x]\n", 24), "%s",
                  buf_str(&w->seen));
    endpoint_world_free(w);
}
END_TEST

/* The last two would lead to the stub, whose port follows, were they taken. */
static const char *const in_the_clear[] = {
    "http://keys.example.com:", "http://169.254.170.2:80@127.0.0.1:",
    "http://[fd00:ec2::23]:80@127.0.0.1:"};

START_TEST(container_in_the_clear)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);
    char url[100];
    const char *port = strrchr(http_stub_url(w->stub), ':') + 1;

    snprintf(url, sizeof url, "%s%s/", in_the_clear[_i], port);
    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("it isn't asked, and an emulator gets test keys", buf_str(&w->seen), SENT_BY_US);
    endpoint_world_free(w);
}
END_TEST

START_TEST(container_path_that_is_none)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/a b\nc", 1);
    ck_assert(endpoints_add(w->endpoints, "sqs=http://sqs.example.invalid", NULL));
    endpoint_world_run(w, SEND, "{\"QueueUrl\":\"http://h/1/q\",\"MessageBody\":\"m\"}");
    endpoint_world_expect("it is told", w,
                          FAILED "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI can't stand in a URL");
    unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    endpoint_world_free(w);
}
END_TEST

static const struct {
    const char *name;
    struct reply reply;
    const char *want;
} givers[] = {
    {"its server's keys would add headers",
     {200, NULL,
      "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Token\":\"T\\r\\nX: y\","
      "\"Expiration\":\"2999-01-01T00:00:00Z\"}"},
     FAILED "the container's server: the keys in the answer can't stand in a header"},
    {"its server refuses",
     {403, NULL, "secret words"},
     FAILED "the container's server: it answered with status 403"},
    {"its server's answer has no keys",
     {200, NULL, "{\"AccessKeyId\":\"A\"}"},
     FAILED "the container's server: the answer has no keys"},
    {"its server's answer has no token",
     {200, NULL, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}"},
     FAILED "the container's server: the answer has keys, but no session token"},
    {"its server's answer has no end",
     {200, NULL, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Token\":\"T\"}"},
     FAILED "the container's server: the answer has keys, but no Expiration"},
    {"its server's answer ends at no time",
     {200, NULL,
      "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Token\":\"T\",\"Expiration\":\"x\"}"},
     FAILED "the container's server: the answer has keys, but an Expiration that is no time"},
    {"its server's answer is no JSON",
     {200, NULL, "secret words"},
     FAILED "the container's server: the answer has no keys"},
};

START_TEST(container_without_keys)
{
    char config[] = "/tmp/asl-config-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {givers[_i].reply};
    struct endpoint_world *w = keyless_world(replies);

    name_profile(config);
    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_expect(givers[_i].name, w, givers[_i].want);
    unlink(config);
    endpoint_world_free(w);
}
END_TEST

/* The time that a call has begins when it is made, not when its keys are there. */
START_TEST(container_is_slow)
{
    const struct reply replies[MAX_REPLIES] = {{-500, NULL, NULL}};
    struct endpoint_world *w = keyless_world_with(replies,
                                                  "{\"handlers\":[{\"resource\":\"" SEND
                                                  "\",\"endpoint\":\"STUB\",\"timeout_s\":0.05}]}",
                                                  (struct handlers_options){0});

    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_expect("own keys", w, FAILED "no keys came within 0.05 seconds");
    w->role = ROLE;
    ck_assert(endpoints_add(w->endpoints, "sts=http://127.0.0.1:9", NULL));
    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_expect("a role's keys", w,
                          "failed States.TaskFailed: The task state's role, " ROLE
                          ", could not be assumed: no keys came within 0.05 seconds");
    ck_assert_msg(!strstr(buf_str(&w->seen), "MessageBody"), "it is sent: %s", buf_str(&w->seen));
    endpoint_world_free(w);
}
END_TEST

#define BY_TOKEN                                                                                   \
    "POST / Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Ar&"                  \
    "RoleSessionName=me&WebIdentityToken=web.token\n"

/* The token's role is ours; with its keys STS is asked for a Task's role. */
START_TEST(web_identity)
{
    char path[] = "/tmp/asl-token-XXXXXX";
    int fd = mkstemp(path);
    struct buf keys = {0};
    const char *found = keys_for(3600, "W");

    for (const char *at = found; *at; at++)
        if (!strncmp(at, "AssumeRoleRe", 12))
            buf_adds(&keys, "AssumeRoleWithWebIdentityRe"), at += 11;
        else
            buf_addc(&keys, *at);
    const struct reply replies[MAX_REPLIES] = {{200, XML, buf_str(&keys)},
                                               {200, JSON_0, "{}"},
                                               {200, XML, keys_for(3600, "T")},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    ck_assert_int_eq(write(fd, "web.token\n", 10), 10);
    close(fd);
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
    setenv("AWS_ROLE_ARN", "arn:r", 1);
    setenv("AWS_ROLE_SESSION_NAME", "me", 1);
    endpoint_world_run(w, SEND, MESSAGE);
    w->role = ROLE;
    endpoint_world_run(w, SEND, MESSAGE);
    buf_clear(&keys);
    buf_printf(&keys, "%s%s%.*s[W] %s%s", BY_TOKEN, SENT("W"), 7, ASKED, &ASKED[7], SENT("T"));
    expect_text("both are asked for in turn", buf_str(&w->seen), buf_str(&keys));
    endpoint_world_free(w);
    unlink(path);
    buf_clear(&keys);
}
END_TEST

/* That nothing of the token is left over is seen by AddressSanitizer. */
START_TEST(web_identity_too_large)
{
    char config[] = "/tmp/asl-config-XXXXXX";
    char path[] = "/tmp/asl-token-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);
    struct buf want = {0};
    int fd = mkstemp(path);

    ck_assert(!ftruncate(fd, 100000));
    close(fd);
    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", path, 1);
    setenv("AWS_ROLE_ARN", "arn:r", 1);
    name_profile(config);
    endpoint_world_run(w, SEND, MESSAGE);
    buf_printf(&want, FAILED "AWS_WEB_IDENTITY_TOKEN_FILE: %s is larger than 65536 bytes", path);
    endpoint_world_expect("it is told", w, buf_str(&want));
    ck_assert(!w->seen.len);
    buf_clear(&want);
    unlink(config);
    endpoint_world_free(w);
    unlink(path);
}
END_TEST

START_TEST(web_identity_without_its_file)
{
    char config[] = "/tmp/asl-config-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent", 1);
    setenv("AWS_ROLE_ARN", "arn:r", 1);
    name_profile(config);
    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_expect(
        "it is told", w,
        FAILED
        "AWS_WEB_IDENTITY_TOKEN_FILE: /nonexistent can't be opened: No such file or directory");
    ck_assert(!w->seen.len);
    unlink(config);
    endpoint_world_free(w);
}
END_TEST

/* ---- a machine's metadata ---- */

#define METADATA(token)                                                                            \
    "PUT /latest/api/token [" token "]\nGET /latest/meta-data/iam/security-credentials/\n"         \
    "GET /latest/meta-data/iam/security-credentials/my-role\n"

static struct endpoint_world *metadata_world(const struct reply *replies)
{
    struct endpoint_world *w = keyless_world(replies);

    unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    setenv("AWS_EC2_METADATA_DISABLED", "false", 1);
    return w;
}

START_TEST(metadata)
{
    const struct reply replies[MAX_REPLIES] = {{200, NULL, "TOKEN\n"},
                                               {200, NULL, "my-role\n"},
                                               {200, NULL, CONTAINER_KEYS},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = metadata_world(replies);

    w->shown = "X-aws-ec2-metadata-token-ttl-seconds";
    endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_wait_for(w, 2);
    expect_text("it is asked once, with a token", buf_str(&w->seen),
                METADATA("21600") SENT_BY_US SENT_BY_US);
    endpoint_world_free(w);
}
END_TEST

START_TEST(metadata_with_its_token)
{
    const struct reply replies[MAX_REPLIES] = {{200, NULL, "TOKEN"},
                                               {200, NULL, "my-role"},
                                               {200, NULL, CONTAINER_KEYS},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = metadata_world(replies);

    w->shown = "X-aws-ec2-metadata-token";
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("each question has the token", buf_str(&w->seen),
                "PUT /latest/api/token\n"
                "GET /latest/meta-data/iam/security-credentials/ [TOKEN]\n"
                "GET /latest/meta-data/iam/security-credentials/my-role [TOKEN]\n" SENT_BY_US);
    endpoint_world_free(w);
}
END_TEST

START_TEST(metadata_unasked)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = metadata_world(replies);

    unsetenv("AWS_EC2_METADATA_DISABLED");
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("nobody asks unless told to", buf_str(&w->seen), SENT_BY_US);
    endpoint_world_free(w);
}
END_TEST

#define NO_METADATA FAILED "the machine's metadata: "

static const struct {
    const char *name;
    struct reply replies[MAX_REPLIES];
    const char *want;
} machines[] = {
    {"no token",
     {{403, NULL, ""}},
     NO_METADATA "its answer to the question for a token has status 403"},
    {"no role", {{200, NULL, "T"}, {404, NULL, ""}}, NO_METADATA "the machine has no role"},
    {"an empty list", {{200, NULL, "T"}, {200, NULL, "\n"}}, NO_METADATA "the machine has no role"},
    {"a refusal",
     {{200, NULL, "T"}, {500, NULL, "x"}},
     NO_METADATA "its answer to the question for its role has status 500"},
    {"what is no name",
     {{200, NULL, "T"}, {200, NULL, "../../x"}},
     NO_METADATA "what it calls its role can't be a role's name"},
    {"no keys",
     {{200, NULL, "T"}, {200, NULL, "r"}, {200, NULL, "{\"Code\":\"Failed\"}"}},
     NO_METADATA "the answer has no keys"},
};

START_TEST(metadata_without_keys)
{
    char config[] = "/tmp/asl-config-XXXXXX";
    struct endpoint_world *w = metadata_world(machines[_i].replies);

    name_profile(config);
    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_expect(machines[_i].name, w, machines[_i].want);
    unlink(config);
    endpoint_world_free(w);
}
END_TEST

/* ---- profiles ---- */

#define KEYS_OF(profile) "[" profile "]\naws_access_key_id = AKID\naws_secret_access_key = s\n"
#define ASSUMED(role, more)                                                                        \
    "Action=AssumeRole&Version=2011-06-15&RoleArn=" role "&RoleSessionName=" more "\n"
#define BY_PROFILE "POST / " ASSUMED("arn%3Ar", "me&ExternalId=e")
#define WRONG_PROFILE(name)                                                                        \
    "failed SQS.SdkClientException: Unable to load AWS credentials: the profile '" name "' "
#define PROFILE_FAILED WRONG_PROFILE("p")
#define A_ROLE "[profile p]\nrole_arn = arn:r\nrole_session_name = me\nexternal_id = e\n"
#define NEXT(profile, source)                                                                      \
    "[profile " profile "]\nrole_arn = arn:r\nsource_profile = " source "\n"
#define PRINTED(more)                                                                              \
    "{\"Version\": 1, \"AccessKeyId\": \"ASIA\", \"SecretAccessKey\": \"s\"" more "}"
#define PRINTS(text) "[profile p]\ncredential_process = /bin/echo '" text "'\n"
#define PROCESS_FAILED                                                                             \
    "failed SQS.SdkClientException: Unable to load AWS credentials: the credential_process of "    \
    "the profile 'p'"

/* What is asked of STS, and then sent, for a profile; the last keys that STS gives have the token
 * T, those before U. */
static const struct {
    const char *name, *config, *keys;
    bool far;                /* the service is not on this machine */
    unsigned sts;            /* how often STS is asked */
    const char *seen, *want; /* want NULL: it succeeds */
    const char *environment; /* NAME=value that is set, too */
} profiles[] = {
    {"a role with the keys of its source_profile", A_ROLE "source_profile = s\n", KEYS_OF("s"),
     false, 1, BY_PROFILE SENT("T"), NULL, NULL},
    {"the source's keys in the file of settings",
     A_ROLE "source_profile = s\n[profile s]\naws_access_key_id = AKID\naws_secret_access_key = "
            "s\n",
     "", false, 1, BY_PROFILE SENT("T"), NULL, NULL},
    {"a role in the file of keys", "", "[p]\nrole_arn = arn:r\nsource_profile = p\n" KEYS_OF("s"),
     true, 0, "", PROFILE_FAILED "has source_profiles that lead nowhere: p, p", NULL},
    {"a profile that is its own source",
     "[profile p]\nrole_arn = arn:r\nsource_profile = p\nduration_seconds = 900\n", KEYS_OF("p"),
     false, 1, "POST / " ASSUMED("arn%3Ar", "asl&DurationSeconds=900") SENT("T"), NULL, NULL},
    {"a source that has a role itself",
     A_ROLE "source_profile = q\n[profile q]\nrole_arn = arn:q\nsource_profile = s\n", KEYS_OF("s"),
     false, 2,
     "POST / " ASSUMED("arn%3Aq", "asl") "POST / [U] " ASSUMED("arn%3Ar", "me&ExternalId=e")
         SENT("T"),
     NULL, NULL},
    {"a source with a process",
     A_ROLE "source_profile = q\n[profile q]\ncredential_process = /bin/echo '" PRINTED(
         ",\"SessionToken\":\"P\"") "'\n",
     "", false, 1, "POST / [P] " ASSUMED("arn%3Ar", "me&ExternalId=e") SENT("T"), NULL, NULL},
    {"more sources than are followed",
     A_ROLE "source_profile = 1\n" NEXT("1", "2") NEXT("2", "3") NEXT("3", "4") NEXT("4", "5")
         NEXT("5", "6") NEXT("6", "7") NEXT("7", "8") NEXT("8", "9"),
     KEYS_OF("9"), true, 0, "",
     PROFILE_FAILED "has more source_profiles than are followed: p, 1, 2, 3, 4, 5, 6, 7, 8", NULL},
    {"a session token that would begin another header", "",
     KEYS_OF("p") "aws_session_token = a\rb: c\n", true, 0, "",
     PROFILE_FAILED "has keys that can't stand in a header", NULL},
    {"a key that would end before it does", "",
     "[p]\naws_access_key_id = a, Signature=x\naws_secret_access_key = s\n", true, 0, "",
     PROFILE_FAILED "has keys that can't stand in a header", NULL},
    {"a process whose session token would do so",
     PRINTS(PRINTED(",\"SessionToken\":\"T\\r\\nA: b\"")), "", true, 0, "",
     PROCESS_FAILED ": the keys in the answer can't stand in a header", NULL},
    {"sources that go round",
     A_ROLE "source_profile = q\n[profile q]\nrole_arn = arn:q\nsource_profile = p\n", "", true, 0,
     "", PROFILE_FAILED "has source_profiles that lead nowhere: p, q, p", NULL},
    {"the environment's keys", A_ROLE "credential_source = Environment\n", "", false, 1,
     BY_PROFILE SENT("T"), NULL, "AWS_ACCESS_KEY_ID=AKID"},
    {"the environment without keys", A_ROLE "credential_source = Environment\n", "", true, 0, "",
     PROFILE_FAILED "has a credential_source, but the environment has none of its variables: "
                    "Environment",
     NULL},
    {"another credential_source", A_ROLE "credential_source = X\n", "", true, 0, "",
     PROFILE_FAILED "has a credential_source that is none of Environment, EcsContainer and "
                    "Ec2InstanceMetadata: X",
     NULL},
    {"two sources", A_ROLE "credential_source = Environment\nsource_profile = s\n", KEYS_OF("s"),
     true, 0, "",
     PROFILE_FAILED "has a source_profile and a credential_source, of which one must go", NULL},
    {"no source", "[profile p]\nrole_arn = arn:r\n", "", true, 0, "",
     PROFILE_FAILED "has a role_arn, but no source_profile or credential_source", NULL},
    {"a source without keys", "[profile p]\nrole_arn = arn:r\nsource_profile = s\n", "", true, 0,
     "", PROFILE_FAILED "has a source_profile without keys: s", NULL},
    {"a code of a device", A_ROLE "source_profile = s\nmfa_serial = m\n", KEYS_OF("s"), true, 0, "",
     PROFILE_FAILED "has an mfa_serial, but nobody can be asked for its code here: 'aws sts "
                    "get-session-token' gives keys that may be used instead",
     NULL},
    {"a duration that is too short", A_ROLE "source_profile = s\nduration_seconds = 60\n",
     KEYS_OF("s"), true, 0, "",
     PROFILE_FAILED "has a duration_seconds that is no number from 900 to 43200: 60", NULL},
    {"SSO", "[profile p]\nsso_session = x\n", "", true, 0, "",
     PROFILE_FAILED "needs what is not done here: sso_session; 'aws configure export-credentials "
                    "--profile p' can be the credential_process of another profile",
     NULL},
    {"SSO, for an emulator without an STS", "[profile p]\nsso_session = x\n", "", false, 0,
     SENT_BY_US, NULL, NULL},
    {"a profile that is nowhere, for an emulator", "[profile q]\nregion = x\n", KEYS_OF("s"), false,
     0, "",
     "failed SQS.SdkClientException: Unable to load AWS credentials: the profile 'p', which "
     "AWS_PROFILE names, is neither in KEYS nor in CONFIG",
     NULL},
    {"a source that is nowhere, for an emulator", A_ROLE "source_profile = s\n", "", false, 0, "",
     PROFILE_FAILED "has a source_profile without keys: s", NULL},
    {"half of a pair, for an emulator", "", "[p]\naws_access_key_id = AKID\n", false, 0, "",
     PROFILE_FAILED "has an aws_access_key_id, but no aws_secret_access_key", NULL},
    {"half of a pair in one file, a whole one in the other",
     "[profile p]\naws_access_key_id = AKID\naws_secret_access_key = s\n",
     "[p]\naws_access_key_id = AKID\n", true, 0, "",
     PROFILE_FAILED "has an aws_access_key_id, but no aws_secret_access_key", NULL},
    {"half of a pair in a source", A_ROLE "source_profile = s\n", "[s]\naws_access_key_id = AKID\n",
     true, 0, "", WRONG_PROFILE("s") "has an aws_access_key_id, but no aws_secret_access_key",
     NULL},
    {"a profile without keys", "[profile p]\nregion = x\n", "", true, 0, "",
     "failed SQS.SdkClientException: Unable to load AWS credentials: the profile 'p', which "
     "AWS_PROFILE names, has no keys, no role_arn and no credential_process",
     NULL},
    {"a profile without keys, for an emulator", "[profile p]\nregion = x\n", "", false, 0,
     SENT_BY_US, NULL, NULL},
    {"a process whose keys have expired",
     PRINTS(PRINTED(",\"SessionToken\":\"T\",\"Expiration\":\"2020-01-01T00:00:00Z\"")), "", false,
     0, "", PROCESS_FAILED ": the keys in the answer have expired: the Expiration is in the past",
     NULL},
    {"settings of a group", "[profile p]\ns3 =\n  credential_process = x\nregion = y\n",
     KEYS_OF("p"), false, 0, SENT_BY_US, NULL, NULL},
    {"no such profile", "[profile q]\nregion = x\n", KEYS_OF("s"), true, 0, "",
     "failed SQS.SdkClientException: Unable to load AWS credentials: the profile 'p', which "
     "AWS_PROFILE names, is neither in KEYS nor in CONFIG",
     NULL},
    {"a file that is wrong", "[profile p]\nregion = x\n", "[p\n", true, 0, "",
     "failed SQS.SdkClientException: Unable to load AWS credentials: KEYS:1: a profile's name "
     "stands in brackets, as in [default]",
     NULL},
    {"a process", PRINTS(PRINTED(",\"SessionToken\":\"T\"")), "", false, 0, SENT("T"), NULL, NULL},
    {"a process whose keys are no temporary ones", PRINTS(PRINTED("")), "", false, 0, SENT_BY_US,
     NULL, NULL},
    {"keys come before a process", PRINTS("x"), KEYS_OF("p"), false, 0, SENT_BY_US, NULL, NULL},
    {"words, quotes and backslashes",
     "[profile p]\ncredential_process = /bin/sh -c 'printf %s \"$0$1$2\"' \"{\\\"Version\\\": 1, "
     "\" "
     "\\\"AccessKeyId\\\":\\\"A\\\", '\"SecretAccessKey\":\"s\",\"SessionToken\":\"T\"'}\n",
     "", false, 0, SENT("T"), NULL, NULL},
    {"a process that fails",
     "[profile p]\ncredential_process = /bin/sh -c 'echo one >&2; echo log in first >&2; exit 3'\n",
     "", true, 0, "", PROCESS_FAILED ": it ended with exit status 3: log in first", NULL},
    {"a process that is killed", "[profile p]\ncredential_process = /bin/sh -c 'kill -9 $$'\n", "",
     true, 0, "", PROCESS_FAILED ": it was ended by signal 9 (Killed)", NULL},
    {"a process that prints anything", PRINTS("secret words"), "", true, 0, "",
     PROCESS_FAILED ": what it printed is no JSON", NULL},
    {"a process that prints nothing", "[profile p]\ncredential_process = true\n", "", true, 0, "",
     PROCESS_FAILED ": what it printed is no JSON", NULL},
    {"a process of another version", PRINTS("{\"Version\": 2}"), "", true, 0, "",
     PROCESS_FAILED ": what it printed has no \"Version\": 1", NULL},
    {"a process that prints half a key", PRINTS("{\"Version\": 1, \"AccessKeyId\": \"A\"}"), "",
     true, 0, "", PROCESS_FAILED ": the answer has no keys", NULL},
    {"a process that isn't there", "[profile p]\ncredential_process = /nonexistent/x y\n", "", true,
     0, "", PROCESS_FAILED " can't be started: /nonexistent/x: No such file or directory", NULL},
    {"a process with half a quote", "[profile p]\ncredential_process = echo 'x\n", "", true, 0, "",
     PROCESS_FAILED " has a quote that is not closed", NULL},
};

/* Adds a text in which KEYS and CONFIG stand for the files. */
static void add_with_paths(struct buf *out, const char *text, const char *keys, const char *config)
{
    for (; *text; text++) {
        if (!strncmp(text, "KEYS", 4))
            buf_adds(out, keys), text += 3;
        else if (!strncmp(text, "CONFIG", 6))
            buf_adds(out, config), text += 5;
        else
            buf_addc(out, *text);
    }
}

START_TEST(profile)
{
    char config[] = "/tmp/asl-config-XXXXXX", keys[] = "/tmp/asl-keys-XXXXXX";
    struct reply replies[MAX_REPLIES] = {{0}};
    size_t count = 0;
    struct buf want = {0};

    for (unsigned i = profiles[_i].sts; i; i--)
        replies[count++] = (struct reply){200, XML, keys_for(3600, i == 1 ? "T" : "U")};
    replies[count] = (struct reply){200, JSON_0, "{}"};
    struct endpoint_world *w = keyless_world(replies);

    unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    write_temporary(config, profiles[_i].config);
    write_temporary(keys, profiles[_i].keys);
    setenv("AWS_CONFIG_FILE", config, 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", keys, 1);
    setenv("AWS_PROFILE", "p", 1);
    if (profiles[_i].environment) {
        setenv("AWS_ACCESS_KEY_ID", "AKID", 1);
        setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
    }
    if (profiles[_i].far)
        ck_assert(endpoints_add(w->endpoints, "sqs=http://sqs.example.invalid", NULL));
    endpoint_world_run(w, SEND,
                       profiles[_i].far ? "{\"QueueUrl\":\"http://h/1/q\",\"MessageBody\":\"m\"}"
                                        : MESSAGE);
    expect_text(profiles[_i].name, buf_str(&w->seen), profiles[_i].seen);
    if (profiles[_i].want) {
        add_with_paths(&want, profiles[_i].want, keys, config);
        endpoint_world_expect(profiles[_i].name, w, buf_str(&want));
    } else {
        ck_assert_msg(w->result.ok, "%s: %s", profiles[_i].name, json_str(w->result.cause));
    }
    unlink(config);
    unlink(keys);
    buf_clear(&want);
    endpoint_world_free(w);
}
END_TEST

#define UNASKED                                                                                    \
    " have to be asked for, which is not done for a service on this machine unless --endpoint "    \
    "sts=URL says where its STS is; a service on this machine gets "

/* An emulator is asked though our own keys can't be had: what is wrong with them is told once. */
static const struct {
    const char *name, *variable, *config, *line;
    const char *key; /* that signs; NULL: it isn't looked at */
} told[] = {
    {"what a file has, in one line", "X",
     "[default]\nrole_arn = r\ncredential_source = a\x1b[31mb\n",
     "no AWS credentials: the profile 'default' has a credential_source that is none of "
     "Environment, EcsContainer and Ec2InstanceMetadata: a\xEF\xBF\xBD[31mb; a service on this "
     "machine gets the keys 'test' and 'test'\n",
     NULL},
    {"a key without its secret", "AWS_ACCESS_KEY_ID", "",
     "no AWS credentials: AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not; a service on "
     "this machine gets "
     "the "
     "keys 'test' and 'test'\n",
     NULL},
    {"what only AWS's programs do", "AWS_PROFILE", "[profile p]\nsso_session = x\n",
     "no AWS credentials: the profile 'p' needs what is not done here: sso_session; 'aws configure "
     "export-credentials "
     "--profile p' can be the credential_process of another profile; a service on this machine "
     "gets "
     "the keys 'test' and 'test'\n",
     NULL},
    {"the default profile", "X", "[default]\nrole_arn = r\n",
     "no AWS credentials: the profile 'default' has a role_arn, but no source_profile or "
     "credential_source; a service "
     "on "
     "this machine gets the keys 'test' and 'test'\n",
     NULL},
    {"a program of the profile that is named", "AWS_PROFILE",
     "[profile p]\ncredential_process = /bin/echo "
     "'{\"Version\":1,\"AccessKeyId\":\"KEY\",\"SecretAccessKey\":\"s\"}'\n",
     "", "Credential=KEY/"},
    {"that of the default profile", "X", "[default]\ncredential_process = /bin/false\n",
     "no AWS credentials: those of the profile 'default' have to be asked for, which is not done "
     "for a service on this machine unless AWS_PROFILE names the profile; a service on this "
     "machine gets the keys 'test' and 'test'\n",
     "Credential=test/"},
    {"of a role that another profile's keys are for", "X",
     "[default]\nrole_arn = arn:r\nsource_profile = s\n[profile s]\naws_access_key_id = A\n"
     "aws_secret_access_key = s\n",
     "no AWS credentials: those of the profile 'default'" UNASKED "the keys 'test' and 'test'\n",
     NULL},
    {"of a role that the profile's own keys are for", "AWS_PROFILE",
     "[profile p]\nrole_arn = arn:r\nsource_profile = p\naws_access_key_id = A\n"
     "aws_secret_access_key = s\n",
     "no AWS credentials: those of the profile 'p'" UNASKED "the keys in the profile 'p'\n", NULL},
    {"a profile without keys", "AWS_PROFILE", "[profile p]\nregion = x\n",
     "no AWS credentials: the profile 'p', which AWS_PROFILE names, has no keys, no role_arn and "
     "no credential_process; a service on this machine gets the keys 'test' and 'test'\n",
     NULL},
    {"one that the other variable names", "AWS_DEFAULT_PROFILE", "[profile p]\nregion = x\n",
     "no AWS credentials: the profile 'p', which AWS_DEFAULT_PROFILE names, has no keys, no "
     "role_arn and no credential_process; a service on this machine gets the keys 'test' and "
     "'test'\n",
     NULL},
    {"a token of the web without a role", "AWS_WEB_IDENTITY_TOKEN_FILE", "",
     "no AWS credentials: AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not; a service "
     "on this machine gets the keys 'test' and 'test'\n",
     NULL},
    {"that of a profile", "X", "[default]\nweb_identity_token_file = /x\n",
     "no AWS credentials: the profile 'default' has a web_identity_token_file, but no role_arn; a "
     "service on this machine gets the keys 'test' and 'test'\n",
     NULL},
    {"keys in capitals", "AWS_PROFILE",
     "[profile p]\nAWS_ACCESS_KEY_ID = A\nAWS_SECRET_ACCESS_KEY = s\n", "", NULL},
    {"nothing is wrong", "X", "", "", NULL},
};

START_TEST(emulator_told_once)
{
    char config[] = "/tmp/asl-config-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}, {200, JSON_0, "{}"}};
    struct buf lines = {0};
    struct endpoint_world *w = keyless_world_with(
        replies, "{\"handlers\":[{\"resource\":\"" SEND "\",\"endpoint\":\"STUB\"}]}",
        (struct handlers_options){.log = add_line, .log_user = &lines});

    unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    write_temporary(config, told[_i].config);
    setenv("AWS_CONFIG_FILE", config, 1);
    setenv(told[_i].variable, "p", 1);
    w->shown = "Authorization";
    for (int i = 0; i < 2; i++)
        endpoint_world_run(w, SEND, MESSAGE);
    ck_assert_msg(w->result.ok, "%s: %s", told[_i].name, json_str(w->result.cause));
    ck_assert_msg(!told[_i].key || strstr(buf_str(&w->seen), told[_i].key), "%s: %s", told[_i].name,
                  buf_str(&w->seen));
    expect_text(told[_i].name, buf_str(&lines), told[_i].line);
    unlink(config);
    buf_clear(&lines);
    endpoint_world_free(w);
}
END_TEST

#define FOR_EMULATOR "; a service on this machine gets the keys 'test' and 'test'\n"

/* Who is asked for keys gives none: where no profile is named, an emulator gets those that anybody
 * has. */
static const struct {
    const char *name, *variable, *value, *config;
    struct reply reply;
    const char *line;
} vain[] = {
    {"a container's keys that have expired",
     "X",
     "",
     "",
     {200, NULL,
      "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Token\":\"T\",\"Expiration\":"
      "\"2020-01-01T00:00:00Z\"}"},
     "no AWS credentials: the container's server: the keys in the answer have expired: the "
     "Expiration is in the past" FOR_EMULATOR},
    {"a container that refuses",
     "X",
     "",
     "",
     {403, NULL, ""},
     "no AWS credentials: the container's server: it answered with status 403" FOR_EMULATOR},
    {"a container's token that is not there",
     "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
     "/nonexistent",
     "",
     {200, JSON_0, "{}"},
     "no AWS credentials: AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: /nonexistent can't be opened: No "
     "such file or directory" FOR_EMULATOR},
    {"a token of the web that is not there",
     "AWS_WEB_IDENTITY_TOKEN_FILE",
     "/nonexistent",
     "",
     {200, JSON_0, "{}"},
     "no AWS credentials: AWS_WEB_IDENTITY_TOKEN_FILE: /nonexistent can't be opened: No such file "
     "or directory" FOR_EMULATOR},
    {"that of a profile",
     "X",
     "",
     "[default]\nrole_arn = arn:r\nweb_identity_token_file = /nonexistent\n",
     {200, JSON_0, "{}"},
     "no AWS credentials: the web_identity_token_file of the profile 'default': /nonexistent can't "
     "be opened: No such file or directory" FOR_EMULATOR},
    {"a program that fails",
     "X",
     "",
     "[default]\ncredential_process = /bin/false\n",
     {200, JSON_0, "{}"},
     "no AWS credentials: the credential_process of the profile 'default': it ended with exit "
     "status "
     "1" FOR_EMULATOR},
};

START_TEST(emulator_after_vain)
{
    char config[] = "/tmp/asl-config-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {vain[_i].reply, {200, JSON_0, "{}"}};
    struct buf lines = {0};
    struct endpoint_world *w = keyless_world_with(
        replies, NULL, (struct handlers_options){.log = add_line, .log_user = &lines});

    write_temporary(config, vain[_i].config);
    setenv("AWS_CONFIG_FILE", config, 1);
    setenv("AWS_ROLE_ARN", "arn:r", 1);
    setenv(vain[_i].variable, vain[_i].value, 1);
    endpoint_world_run(w, SEND, MESSAGE);
    ck_assert_msg(w->result.ok, "%s: %s", vain[_i].name, json_str(w->result.cause));
    ck_assert_msg(strstr(buf_str(&w->seen), SENT_BY_US) != NULL, "%s", buf_str(&w->seen));
    expect_text(vain[_i].name, buf_str(&lines), vain[_i].line);
    unlink(config);
    buf_clear(&lines);
    endpoint_world_free(w);
}
END_TEST

/* A refusal is told once, with who was asked; STS of an emulator may give no id of its own. */
START_TEST(refused_profile)
{
    char config[] = "/tmp/asl-config-XXXXXX", keys[] = "/tmp/asl-keys-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {{403, "Content-Type: text/xml\r\n", REFUSED_PLAIN}};
    struct endpoint_world *w = keyless_world(replies);

    unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    write_temporary(config, A_ROLE "source_profile = s\n");
    write_temporary(keys, KEYS_OF("s"));
    setenv("AWS_CONFIG_FILE", config, 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", keys, 1);
    setenv("AWS_PROFILE", "p", 1);
    endpoint_world_run(w, SEND, MESSAGE);
    const char *cause = json_str(w->result.cause);
    static const char begin[] =
        "Unable to load AWS credentials: STS, asked for the role of the "
        "profile 'p': AccessDenied: no (Service: Sts, Status Code: 403, Request ID: ";
    ck_assert_msg(!strncmp(cause, begin, strlen(begin)) && strlen(cause) == strlen(begin) + 37,
                  "%s", cause);
    unlink(config);
    unlink(keys);
    endpoint_world_free(w);
}
END_TEST

/* Lets handlers look at files that have changed, for which they would wait a second. */
static void look_anew(struct endpoint_world *w)
{
    static int64_t hours;

    key_plan_unref(
        own_keys_find(w->handlers->own_keys, NULL, clock_steady_ms() + ++hours * INT64_C(3600000)));
}

static void overwrite(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    ck_assert(f && fputs(text, f) >= 0 && !fclose(f));
}

/* STS is asked with the keys that the source has now, not with those that it had at first. */
START_TEST(source_is_mended)
{
    char config[] = "/tmp/asl-config-XXXXXX", keys[] = "/tmp/asl-keys-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {{200, XML, keys_for(240, "T")},
                                               {200, JSON_0, "{}"},
                                               {200, XML, keys_for(240, "U")},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    write_temporary(config, A_ROLE "source_profile = s\n");
    write_temporary(keys, KEYS_OF("s") "aws_session_token = OLD\n");
    setenv("AWS_CONFIG_FILE", config, 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", keys, 1);
    setenv("AWS_PROFILE", "p", 1);
    endpoint_world_run(w, SEND, MESSAGE);
    overwrite(keys, KEYS_OF("s") "aws_session_token = NEW\n");
    look_anew(w);
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("the new token", buf_str(&w->seen),
                "POST / [OLD] " ASSUMED("arn%3Ar", "me&ExternalId=e")
                    SENT("T") "POST / [NEW] " ASSUMED("arn%3Ar", "me&ExternalId=e") SENT("U"));
    unlink(config);
    unlink(keys);
    endpoint_world_free(w);
}
END_TEST

/* FILE, with the content `file`, is gone when the keys that it helped to get are nearly over;
 * `answer` is what STS said (NULL: it isn't asked). */
static const struct {
    const char *name, *settings, *file, *answer;
} vanished[] = {
    {"a program that is gone", "credential_process = FILE\n",
     "#!/bin/sh\necho '{\"Version\": 1, \"AccessKeyId\": \"ASIA\", \"SecretAccessKey\": \"s\", "
     "\"SessionToken\": \"T\", \"Expiration\": \"UNTIL\"}'\n",
     NULL},
    {"a token that is gone", "role_arn = arn:r\nweb_identity_token_file = FILE\n", "web.token\n",
     "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>"
     "<AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>T"
     "</SessionToken><Expiration>UNTIL</Expiration></Credentials>"
     "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>"},
};

/* Adds a text in which UNTIL stands for the time in four minutes, FILE for `file`. */
static void add_filled(struct buf *out, const char *text, const char *file)
{
    char at[32];
    time_t until = time(NULL) + 240;
    struct tm parts;

    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&until, &parts));
    for (; *text; text++) {
        if (!strncmp(text, "UNTIL", 5))
            buf_adds(out, at), text += 4;
        else if (!strncmp(text, "FILE", 4))
            buf_adds(out, file), text += 3;
        else
            buf_addc(out, *text);
    }
}

START_TEST(good_keys_outlive_who_gave_them)
{
    char config[] = "/tmp/asl-config-XXXXXX", file[] = "/tmp/asl-gone-XXXXXX";
    struct buf settings = {0}, content = {0}, answer = {0};
    struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}, {200, JSON_0, "{}"}};

    add_filled(&content, vanished[_i].file, "");
    write_temporary(file, buf_str(&content));
    chmod(file, 0700);
    buf_adds(&settings, "[default]\n");
    add_filled(&settings, vanished[_i].settings, file);
    write_temporary(config, buf_str(&settings));
    if (vanished[_i].answer) {
        add_filled(&answer, vanished[_i].answer, "");
        replies[2] = replies[1];
        replies[0] = (struct reply){200, XML, buf_str(&answer)};
    }
    struct endpoint_world *w = keyless_world(replies);

    unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    setenv("AWS_CONFIG_FILE", config, 1);
    endpoint_world_run(w, SEND, MESSAGE);
    unlink(file);
    endpoint_world_run(w, SEND, MESSAGE);
    ck_assert_msg(w->result.ok, "%s: %s", vanished[_i].name, json_str(w->result.cause));
    ck_assert_msg(strstr(buf_str(&w->seen), SENT("T") SENT("T")) != NULL, "%s: %s",
                  vanished[_i].name, buf_str(&w->seen));
    unlink(config);
    buf_clear(&settings);
    buf_clear(&content);
    buf_clear(&answer);
    endpoint_world_free(w);
}
END_TEST

/* A process is one for all that wait, its keys are kept, and files are read again when they change.
 */
START_TEST(process_once)
{
    char config[] = "/tmp/asl-config-XXXXXX", runs[] = "/tmp/asl-runs-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {
        {200, JSON_0, "{}"}, {200, JSON_0, "{}"}, {200, JSON_0, "{}"}, {200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);
    struct buf text = {0}, ran = {0};

    write_temporary(runs, "");
    buf_printf(&text,
               "[default]\ncredential_process = /bin/sh -c 'echo x >> %s; echo \"$0\"' '" PRINTED(
                   ",\"SessionToken\":\"T\"") "'\n",
               runs);
    write_temporary(config, buf_str(&text));
    setenv("AWS_CONFIG_FILE", config, 1);
    endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_begin(w, SEND, MESSAGE);
    endpoint_world_wait_for(w, 2);
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("all are signed", buf_str(&w->seen), SENT("T") SENT("T") SENT("T"));
    ck_assert(buf_read_file(&ran, runs, 1000, NULL));
    expect_text("it ran once", buf_str(&ran), "x\n");
    unlink(config);
    unlink(runs);
    buf_clear(&text);
    buf_clear(&ran);
    endpoint_world_free(w);
}
END_TEST

/* Whether a process that this one has started still runs; one that has ended is not left unreaped.
 */
static void expect_child(bool runs)
{
    pid_t got = waitpid(-1, NULL, WNOHANG);

    ck_assert_msg(runs ? got == 0 : got == -1 && errno == ECHILD, "waitpid said %d", (int)got);
}

START_TEST(process_too_slow)
{
    char config[] = "/tmp/asl-config-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w =
        keyless_world_with(replies, NULL, (struct handlers_options){.keys_ms = 10});

    write_temporary(config, "[profile p]\ncredential_process = sleep 30\n");
    setenv("AWS_CONFIG_FILE", config, 1);
    setenv("AWS_PROFILE", "p", 1);
    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_expect("it is ended", w,
                          FAILED "the credential_process of the profile 'p': it took more "
                                 "than 0.01 seconds");
    endpoint_world_free(w);
    expect_child(false);
    unlink(config);
}
END_TEST

/* It ends with the handlers that have started it. */
START_TEST(process_at_the_end)
{
    char config[] = "/tmp/asl-config-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    write_temporary(config, "[default]\ncredential_process = sleep 30\n");
    setenv("AWS_CONFIG_FILE", config, 1);
    endpoint_world_begin(w, SEND, MESSAGE);
    expect_child(true);
    endpoint_world_free(w);
    expect_child(false);
    unlink(config);
}
END_TEST

/* What own_keys.h keeps of files, by a clock of the test's. */
START_TEST(files_change)
{
    char keys[] = "/tmp/asl-keys-XXXXXX";
    own_keys *own = own_keys_new();
    struct key_plan *first, *same, *next, *gone;

    write_temporary(keys, "[default]\naws_access_key_id = OLD\naws_secret_access_key = s\n");
    static const char *const unset[] = {"AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ROLE_ARN",
                                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                        "AWS_EC2_METADATA_DISABLED"};
    for (size_t i = 0; i < COUNT(unset); i++)
        unsetenv(unset[i]);
    setenv("AWS_SHARED_CREDENTIALS_FILE", keys, 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    first = own_keys_find(own, NULL, 0);
    unlink(keys);
    strcpy(keys + strlen(keys) - 6, "XXXXXX");
    write_temporary(keys, "[default]\naws_access_key_id = NEW\naws_secret_access_key = s\n");
    setenv("AWS_SHARED_CREDENTIALS_FILE", keys, 1);
    same = own_keys_find(own, NULL, 999);
    next = own_keys_find(own, NULL, 1000);
    unlink(keys);
    gone = own_keys_find(own, NULL, 2000);
    ck_assert_ptr_eq(first, same);
    ck_assert_str_eq(first->source->keys.access_key, "OLD");
    ck_assert_str_eq(next->source->keys.access_key, "NEW");
    ck_assert(!gone->source && !gone->wrong);
    key_plan_unref(first);
    key_plan_unref(same);
    key_plan_unref(next);
    key_plan_unref(gone);
    own_keys_free(own);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("roles");
    TCase *t = tcase_create("roles");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, one_request_for_many);
    tcase_add_loop_test(t, until_they_expire, 0, COUNT(ends));
    tcase_add_loop_test(t, keys_expire_while_new_ones_are_awaited, 0, 2);
    tcase_add_test(t, good_keys_outlive_a_refusal);
    tcase_add_test(t, good_keys_outlive_silence);
    tcase_add_loop_test(t, refusal, 0, COUNT(refusals));
    tcase_add_loop_test(t, nobody_asks, 0, 3);
    tcase_add_test(t, cancelled_while_it_waits);
    tcase_add_test(t, closed_while_it_waits);
    tcase_add_test(t, an_emulator_alone);
    tcase_add_test(t, job);
    tcase_add_test(t, role_keys_are_refused);
    tcase_add_test(t, container);
    tcase_add_test(t, container_keys_are_refused);
    tcase_add_test(t, container_is_asked_with_its_token);
    tcase_add_loop_test(t, container_in_the_clear, 0, COUNT(in_the_clear));
    tcase_add_test(t, container_path_that_is_none);
    tcase_add_loop_test(t, container_without_keys, 0, COUNT(givers));
    tcase_add_test(t, container_is_slow);
    tcase_add_test(t, web_identity);
    tcase_add_test(t, web_identity_without_its_file);
    tcase_add_test(t, web_identity_too_large);
    tcase_add_test(t, metadata);
    tcase_add_test(t, metadata_with_its_token);
    tcase_add_test(t, metadata_unasked);
    tcase_add_loop_test(t, metadata_without_keys, 0, COUNT(machines));
    tcase_add_loop_test(t, profile, 0, COUNT(profiles));
    tcase_add_loop_test(t, emulator_told_once, 0, COUNT(told));
    tcase_add_loop_test(t, emulator_after_vain, 0, COUNT(vain));
    tcase_add_test(t, refused_profile);
    tcase_add_test(t, source_is_mended);
    tcase_add_loop_test(t, good_keys_outlive_who_gave_them, 0, COUNT(vanished));
    tcase_add_test(t, process_once);
    tcase_add_test(t, process_too_slow);
    tcase_add_test(t, process_at_the_end);
    tcase_add_test(t, files_change);
    suite_add_tcase(s, t);
    return run_suite(s);
}
