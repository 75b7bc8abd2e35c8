/* Credentials.RoleArn: a Task's role is assumed through STS, for all that want it at once. */

#include "runtime/aws/endpoints.h"
#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static struct endpoint_world *roles_world(const struct reply *replies, const char *file)
{
    struct endpoint_world *w = endpoint_world_new(replies, file);

    unsetenv("AWS_SESSION_TOKEN");
    w->shown = "X-Amz-Security-Token";
    w->role = ROLE;
    return w;
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

static const struct {
    const char *name;
    int seconds;
    bool again;
} ends[] = {
    {"more than five minutes are left", 360, false},
    {"less than five minutes are left", 240, true},
    {"the keys have expired", -10, true},
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

static const struct {
    const char *name;
    struct reply reply;
    const char *want;
} refusals[] = {
    {"STS refuses", {403, XML, REFUSED}, NOT_AUTHORIZED},
    {"STS breaks", {500, XML, "<a/>"}, NULL},
    {"an answer without keys",
     {200, XML, "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"},
     "failed States.TaskFailed: The task state's role, " ROLE
     ", could not be assumed: the answer has no keys"},
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
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w =
        roles_world(replies, "{\"handlers\":[{\"resource\":\"" SEND "\",\"endpoint\":\"STUB\"}]}");

    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("without an STS our own keys sign", buf_str(&w->seen), SENT_BY_US);
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

/* ---- our own keys ---- */

#define CONTAINER_KEYS                                                                             \
    "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"s\",\"Token\":\"T\",\"Expiration\":"          \
    "\"2999-01-01T00:00:00Z\"}"
#define FAILED "failed SQS.SdkClientException: Unable to load AWS credentials: "

/* What a container's environment has, and no keys in it. */
static struct endpoint_world *keyless_world(const struct reply *replies)
{
    struct endpoint_world *w = roles_world(replies, NULL);
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
    buf_clear(&url);
    return w;
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

START_TEST(container_in_the_clear)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://keys.example.com/", 1);
    endpoint_world_run(w, SEND, MESSAGE);
    expect_text("it isn't asked, and an emulator gets test keys", buf_str(&w->seen), SENT_BY_US);
    endpoint_world_free(w);
}
END_TEST

static const struct {
    const char *name;
    struct reply reply;
    const char *want;
} givers[] = {
    {"its server refuses",
     {403, NULL, "secret words"},
     FAILED "the container's server answered with status 403"},
    {"its server's answer has no keys",
     {200, NULL, "{\"AccessKeyId\":\"A\"}"},
     FAILED "the container's server: the answer has no keys"},
    {"its server's answer is no JSON",
     {200, NULL, "secret words"},
     FAILED "the container's server: the answer has no keys"},
};

START_TEST(container_without_keys)
{
    const struct reply replies[MAX_REPLIES] = {givers[_i].reply};
    struct endpoint_world *w = keyless_world(replies);

    endpoint_world_run(w, SEND, MESSAGE);
    endpoint_world_expect(givers[_i].name, w, givers[_i].want);
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

START_TEST(web_identity_without_its_file)
{
    const struct reply replies[MAX_REPLIES] = {{200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent", 1);
    setenv("AWS_ROLE_ARN", "arn:r", 1);
    endpoint_world_run(w, SEND, MESSAGE);
    ck_assert_msg(strstr(json_str(w->result.cause), "/nonexistent") && !w->seen.len, "%s",
                  json_str(w->result.cause));
    endpoint_world_free(w);
}
END_TEST

/* ---- roles of profiles ---- */

#define KEYS_OF(profile) "[" profile "]\naws_access_key_id = AKID\naws_secret_access_key = s\n"
#define BY_PROFILE                                                                                 \
    "POST / "                                                                                      \
    "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Ar&RoleSessionName=me&ExternalId=e\n"
#define PROFILE_FAILED                                                                             \
    "failed SQS.SdkClientException: Unable to load AWS credentials: the profile 'p' "

static const struct {
    const char *name, *config, *keys;
    bool far;                /* the service is not on this machine */
    const char *seen, *want; /* want NULL: it succeeds */
} profiles[] = {
    {"a role with the keys of its source_profile",
     "[profile p]\nrole_arn = arn:r\nsource_profile = s\nrole_session_name = me\nexternal_id = e\n",
     KEYS_OF("s"), false, BY_PROFILE SENT("T"), NULL},
    {"the source's keys in the file of settings",
     "[profile p]\nrole_arn = arn:r\nsource_profile = s\nrole_session_name = me\nexternal_id = e\n"
     "[profile s]\naws_access_key_id = AKID\naws_secret_access_key = s\n",
     "", false, BY_PROFILE SENT("T"), NULL},
    {"SSO", "[profile p]\nsso_session = x\n", "", true, "",
     PROFILE_FAILED "needs what is not done here: sso_session"},
    {"a process", "[profile p]\ncredential_process = rm -rf x\n", "", true, "",
     PROFILE_FAILED "needs what is not done here: credential_process"},
    {"no source", "[profile p]\nrole_arn = arn:r\n", "", true, "",
     PROFILE_FAILED "has a role_arn, but no source_profile"},
    {"a source without keys", "[profile p]\nrole_arn = arn:r\nsource_profile = s\n", "", true, "",
     PROFILE_FAILED "has a source_profile without keys: s"},
};

static void write_temporary(char *path, const char *text)
{
    int fd = mkstemp(path);

    ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
}

START_TEST(profile)
{
    char config[] = "/tmp/asl-config-XXXXXX", keys[] = "/tmp/asl-keys-XXXXXX";
    const struct reply replies[MAX_REPLIES] = {{200, XML, keys_for(3600, "T")},
                                               {200, JSON_0, "{}"}};
    struct endpoint_world *w = keyless_world(replies);

    write_temporary(config, profiles[_i].config);
    write_temporary(keys, profiles[_i].keys);
    setenv("AWS_CONFIG_FILE", config, 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", keys, 1);
    setenv("AWS_PROFILE", "p", 1);
    if (profiles[_i].far)
        ck_assert(endpoints_add(w->endpoints, "sqs=http://sqs.example.invalid", NULL));
    endpoint_world_run(w, SEND,
                       profiles[_i].far ? "{\"QueueUrl\":\"http://h/1/q\",\"MessageBody\":\"m\"}"
                                        : MESSAGE);
    expect_text(profiles[_i].name, buf_str(&w->seen), profiles[_i].seen);
    if (profiles[_i].want)
        endpoint_world_expect(profiles[_i].name, w, profiles[_i].want);
    else
        ck_assert(w->result.ok);
    unlink(config);
    unlink(keys);
    endpoint_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("roles");
    TCase *t = tcase_create("roles");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, one_request_for_many);
    tcase_add_loop_test(t, until_they_expire, 0, COUNT(ends));
    tcase_add_test(t, good_keys_outlive_a_refusal);
    tcase_add_loop_test(t, refusal, 0, COUNT(refusals));
    tcase_add_test(t, cancelled_while_it_waits);
    tcase_add_test(t, closed_while_it_waits);
    tcase_add_test(t, an_emulator_alone);
    tcase_add_test(t, job);
    tcase_add_test(t, container);
    tcase_add_test(t, container_is_asked_with_its_token);
    tcase_add_test(t, container_in_the_clear);
    tcase_add_loop_test(t, container_without_keys, 0, COUNT(givers));
    tcase_add_test(t, web_identity);
    tcase_add_test(t, web_identity_without_its_file);
    tcase_add_loop_test(t, profile, 0, COUNT(profiles));
    suite_add_tcase(s, t);
    return run_suite(s);
}
