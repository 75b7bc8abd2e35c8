/* With whose keys a Lambda endpoint is asked, or with none. */

#include "parsers/base/count.h"
#include "runtime/aws/endpoints.h"
#include "runtime/handlers/handler.h"
#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ROLE "arn:aws:iam::111122223333:role/target"
#define ARN "arn:aws:lambda:us-east-1:123456789012:function:f"
#define INVOKE "arn:aws:states:::lambda:invoke"
#define SIGNED "AWS4-HMAC-SHA256 Credential="
#define PATH "POST /2015-03-31/functions/f/invocations "
#define NO_KEYS                                                                                    \
    "Unable to load AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "         \
    "AWS_PROFILE"

/* STS's answer with keys that expire in an hour. */
static const char *keys_of_sts(void)
{
    static char text[512];
    char at[32];
    time_t until = time(NULL) + 3600;
    struct tm parts;

    strftime(at, sizeof at, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&until, &parts));
    snprintf(text, sizeof text,
             "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>"
             "<SecretAccessKey>s</SecretAccessKey><SessionToken>T</SessionToken><Expiration>%s"
             "</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>",
             at);
    return text;
}

static void add_line(void *user, const char *execution, const char *line)
{
    (void)execution;
    buf_printf(user, "%s\n", line);
}

/* HERE in the row is the stub as this machine, FAR the stub under a name that isn't known as that,
 * AWS Lambda's own endpoint. */
static const struct {
    const char *name, *resource, *row;
    const char *key, *profile; /* of the environment; NULL: none */
    const char *role;          /* of the Task; NULL: none */
    bool sts;                  /* something says where STS is: at the stub */
    const char *seen;          /* how the last request begins; NULL: nothing was asked */
    const char *want;          /* how the Task ends; NULL: well */
    const char *line;          /* on the log */
} calls[] = {
    {"our keys sign", INVOKE, "HERE", "AKID", NULL, NULL, false, PATH "[" SIGNED "AKID/", NULL, ""},
    {"a function by its ARN", ARN, "HERE", "AKID", NULL, NULL, false,
     "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/"
     "invocations [" SIGNED "AKID/",
     NULL, ""},
    {"an emulator gets keys", INVOKE, "HERE", NULL, NULL, NULL, false, PATH "[" SIGNED "test/",
     NULL, ""},
    {"the row's own Authorization counts", INVOKE,
     "HERE\",\"headers\":{\"authorization\":\"Basic x\"},\"function\":\"f", "AKID", NULL, NULL,
     false, PATH "[Basic x] {", NULL, ""},
    {"our keys sign elsewhere", INVOKE, "FAR", "AKID", NULL, NULL, false, PATH "[" SIGNED "AKID/",
     NULL, ""},
    {"nobody needs keys elsewhere", INVOKE, "FAR", NULL, NULL, NULL, false, PATH "{", NULL, ""},
    {"a profile that is not there is told", INVOKE, "FAR", NULL, "p", NULL, false, PATH "{", NULL,
     "no AWS credentials: the profile 'p', which AWS_PROFILE names, is neither in /nonexistent nor "
     "in /nonexistent; the Lambda endpoint is asked without a signature\n"},
    {"and for this machine", INVOKE, "HERE", NULL, "p", NULL, false, PATH "{", NULL,
     "no AWS credentials: the profile 'p', which AWS_PROFILE names, is neither in /nonexistent nor "
     "in /nonexistent; the Lambda endpoint is asked without a signature\n"},
    {"AWS wants keys", INVOKE, "AWS", NULL, NULL, NULL, false, NULL,
     "failed Lambda.SdkClientException: " NO_KEYS, ""},
    {"the Task's role signs", INVOKE, "HERE", "AKID", NULL, ROLE, true, PATH "[" SIGNED "ASIA/",
     NULL, ""},
    {"also of a function by its ARN", ARN, "FAR", "AKID", NULL, ROLE, true,
     "POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/"
     "invocations [" SIGNED "ASIA/",
     NULL, ""},
    {"without an STS that is told", INVOKE, "HERE", "AKID", NULL, ROLE, false,
     PATH "[" SIGNED "AKID/", NULL,
     "the role " ROLE " of a Task is not assumed, as its service is on this machine and nothing "
     "like --endpoint sts=URL says where STS is: our own keys sign the request\n"},
    {"the role can't be had", INVOKE, "FAR", NULL, NULL, ROLE, false, NULL,
     "failed States.TaskFailed: The task state's role, " ROLE ", could not be assumed: " NO_KEYS,
     ""},
};

static void add_row(struct endpoint_world *w, const char *row)
{
    struct buf text = {0};
    struct diag why = {0};
    const char *port = strrchr(http_stub_url(w->stub), ':');
    bool here = !strncmp(row, "HERE", 4);

    if (!strcmp(row, "AWS"))
        return;
    buf_printf(&text,
               "{\"handlers\":[{\"resource\":\"*f\",\"lambda_endpoint\":\"http://%s%s%s\"}]}",
               here ? "127.0.0.1" : "0.0.0.0", port, row + (here ? 4 : 3));
    ck_assert_msg(handlers_parse(w->handlers, "h.json", text.data, text.len, &why), "%s", why.text);
    buf_clear(&text);
}

START_TEST(keys)
{
    struct buf lines = {0};
    struct reply replies[MAX_REPLIES] = {{200, XML, keys_of_sts()}, {200, NULL, "1"}};
    struct endpoint_world *w = endpoint_world_new_with(
        calls[_i].sts ? replies : replies + 1, "{\"handlers\":[]}",
        (struct handlers_options){.log = add_line,
                                  .log_user = &lines,
                                  .lambda_endpoint = "https://lambda.us-east-1.amazonaws.com"});
    struct buf sts = {0};

    unsetenv("AWS_SESSION_TOKEN");
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
    setenv("AWS_CONFIG_FILE", "/nonexistent", 1);
    if (!calls[_i].key)
        unsetenv("AWS_ACCESS_KEY_ID");
    if (calls[_i].profile)
        setenv("AWS_PROFILE", calls[_i].profile, 1);
    w->shown = "Authorization";
    w->role = calls[_i].role;
    ck_assert(endpoints_add(w->endpoints, "lambda=aws", NULL));
    buf_printf(&sts, "sts=%s", http_stub_url(w->stub));
    if (calls[_i].sts)
        ck_assert(endpoints_add(w->endpoints, buf_str(&sts), NULL));
    add_row(w, calls[_i].row);
    endpoint_world_run(w, calls[_i].resource,
                       strcmp(calls[_i].resource, INVOKE) ? "{}" : "{\"FunctionName\":\"f\"}");
    const char *last = strstr(buf_str(&w->seen), "POST /2015");
    const char *want = calls[_i].seen;
    ck_assert_msg(want ? last && !strncmp(last, want, strlen(want)) : !w->seen.len, "%s: asked %s",
                  calls[_i].name, buf_str(&w->seen));
    if (calls[_i].want)
        endpoint_world_expect(calls[_i].name, w, calls[_i].want);
    else
        ck_assert_msg(w->result.ok, "%s: %s", calls[_i].name, json_str(w->result.cause));
    expect_text(calls[_i].name, buf_str(&lines), calls[_i].line);
    buf_clear(&lines);
    buf_clear(&sts);
    endpoint_world_free(w);
}
END_TEST

/* What it was called with may be gone by the time that it is stopped. */
START_TEST(cancelled_while_keys_are_awaited)
{
    const struct reply replies[MAX_REPLIES] = {{-200, XML, ""}};
    struct endpoint_world *w = endpoint_world_new(replies, "{\"handlers\":[]}");
    struct buf sts = {0};

    w->role = ROLE;
    buf_printf(&sts, "sts=%s", http_stub_url(w->stub));
    ck_assert(endpoints_add(w->endpoints, buf_str(&sts), NULL));
    add_row(w, "HERE");
    endpoint_world_begin(w, INVOKE, "{\"FunctionName\":\"f\"}");
    while (!http_stub_held(w->stub))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert(!handlers_cancel(w->handlers, 1));
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    http_stub_release(w->stub);
    buf_clear(&sts);
    endpoint_world_free(w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lambda_endpoint");
    TCase *t = tcase_create("lambda_endpoint");

    tcase_add_loop_test(t, keys, 0, COUNT(calls));
    tcase_add_test(t, cancelled_while_keys_are_awaited);
    suite_add_tcase(s, t);
    return run_suite(s);
}
