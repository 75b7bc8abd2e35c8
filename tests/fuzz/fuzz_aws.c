/*
 * What others send in AWS's forms, under libFuzzer: a request with a signature, and a service's
 * answer. The first byte says which. Whatever it is, it is refused or gives what can be written as
 * JSON and read again; no request is taken for signed that wasn't.
 */

#include "parsers/base/mem.h"
#include "runtime/aws/aws.h"
#include "runtime/aws/sigv4.h"
#include "tests/fuzz/require.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lookup(void *user, const char *access_key, size_t len, struct sigv4_keys *out)
{
    (void)user;
    (void)access_key;
    (void)len;
    *out = (struct sigv4_keys){"A", "a secret that no input knows", NULL};
    return true;
}

/* Lines: the path, the query, Authorization, X-Amz-Date, the rest is the body. */
static void verify(char *text, size_t len)
{
    struct sigv4_header headers[] = {{"Host", "h"},
                                     {"Authorization", ""},
                                     {"X-Amz-Date", ""},
                                     {"X-Amz-Target", "AWSStepFunctions.ListActivities"}};
    const char *lines[4] = {"", "", "", ""};
    sigv4_signer *signer = sigv4_signer_new();
    struct sigv4_error why = {0};
    char *at = text, *end = text + len;

    for (size_t i = 0; i < 4 && at < end; i++) {
        char *stop = memchr(at, '\n', (size_t)(end - at));

        lines[i] = at;
        at = stop ? stop + 1 : end;
        if (stop)
            *stop = '\0';
    }
    headers[1].value = lines[2];
    headers[2].value = lines[3];
    struct sigv4_request q = {.method = "POST",
                              .path = lines[0],
                              .query = lines[1],
                              .headers = headers,
                              .header_count = 4,
                              .body = at,
                              .body_len = (size_t)(end - at)};
    /* 2015-08-30T12:36:00Z */
    require(!sigv4_verify(signer, &q, "states", INT64_C(1440938160000), lookup, NULL, &why));
    require(why.type && why.message);
    sigv4_error_clear(&why);
    sigv4_signer_free(signer);
}

static void answer(const char *text, size_t len, unsigned which)
{
    static const char *const resources[] = {
        "arn:aws:states:::sns:publish",
        "arn:aws:states:::aws-sdk:s3:listObjectsV2",
        "arn:aws:states:::aws-sdk:s3:getObject",
        "arn:aws:states:::sqs:sendMessage",
        "arn:aws:states:::batch:submitJob.sync",
        "arn:aws:states:::ecs:runTask.sync",
        "arn:aws:states:::bedrockagentcore:invokeHarness",
    };
    struct aws_call c, describe;
    struct asl_resource resource;
    struct aws_result r = {0};
    json *request = NULL;
    struct aws_answer a = {.status = which & 8 ? 400 : 200,
                           .body = text,
                           .len = len,
                           .headers = json_empty_object(),
                           .request_id = "id"};

    require(asl_resource_read(resources[which % 7], &resource));
    require(aws_call_read(&resource, &c, NULL));
    aws_answer_read(&c, &a, &r);
    if (r.ok)
        require_json(r.value);
    else
        require_json(r.error);
    if (r.ok && c.job && aws_job_describe(&c, json_empty_object(), r.value, &describe, &request)) {
        struct aws_result end = {0};
        if (aws_job_progress(&c, r.value, &describe, &a, &end) != AWS_JOB_RUNS)
            require(end.ok ? end.value != NULL : end.error != NULL);
        aws_result_clear(&end);
        json_unref(request);
    }
    aws_result_clear(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (!size)
        return 0;
    text = mem_strndup((const char *)data + 1, size - 1);
    if (data[0] & 1)
        verify(text, size - 1);
    else
        answer(text, size - 1, data[0] >> 1);
    mem_free(text);
    return 0;
}
