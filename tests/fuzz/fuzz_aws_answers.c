/*
 * Answers of services under libFuzzer, read by the services' models: a call of each protocol, with
 * what is peculiar to it. The first byte says which, the second the status; the first line is the
 * headers, as JSON, the rest the body. What the Task gets can be written as JSON and read again.
 */

#include "parsers/base/mem.h"
#include "runtime/aws/aws.h"
#include "tests/fuzz/require.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const calls[] = {
    "aws-sdk:dynamodb:query",                   /* json: maps of structures, a union */
    "aws-sdk:glue:getTable",                    /* json: times, structures within structures */
    "sqs:sendMessage",                          /* json, an older integration */
    "aws-sdk:lambda:invoke",                    /* rest-json: bytes, headers, the status */
    "aws-sdk:lexruntimeservice:postContent",    /* rest-json: headers of JSON */
    "aws-sdk:accessanalyzer:getFinding",        /* rest-json: times in ISO 8601 */
    "aws-sdk:bedrockruntime:converse",          /* rest-json: documents */
    "aws-sdk:s3:listObjectVersions",            /* rest-xml: lists beside members */
    "aws-sdk:s3:getBucketAcl",                  /* rest-xml: an attribute */
    "aws-sdk:s3:getObject",                     /* rest-xml: headers with a beginning */
    "aws-sdk:s3:getBucketLocation",             /* rest-xml: a text alone */
    "aws-sdk:cloudfront:getDistribution",       /* rest-xml: a payload */
    "aws-sdk:sns:getTopicAttributes",           /* query: a map */
    "aws-sdk:iam:getRole",                      /* query: a wrapper, times */
    "aws-sdk:rds:describeDBInstances",          /* query: lists whose elements have names */
    "aws-sdk:ec2:describeInstances",            /* ec2 */
    "aws-sdk:eventbridgev2:describeSubscriber", /* CBOR */
};

/* Headers are an object of texts; anything else is none. */
static json *headers_of(const char *text, size_t len)
{
    json *v = json_parse(text, len, 0, NULL);
    bool good = v && json_is_object(v);

    for (size_t i = 0; good && i < json_count(v); i++)
        good = json_is_string(json_value_at(v, i));
    if (good)
        return v;
    json_unref(v);
    return json_ref(json_empty_object());
}

static void read_answer(const char *call, int status, const char *text, size_t len)
{
    const char *line = memchr(text, '\n', len);
    size_t head = line ? (size_t)(line - text) : 0, from = line ? head + 1 : 0;
    struct buf resource = {0};
    struct asl_resource r;
    struct aws_call c;
    struct aws_result result = {0};
    json *headers = headers_of(text, head);
    struct aws_answer a = {.status = status,
                           .body = text + from,
                           .len = len - from,
                           .headers = headers,
                           .request_id = "id"};

    buf_printf(&resource, "arn:aws:states:::%s", call);
    require(asl_resource_read(buf_str(&resource), &r));
    require(aws_call_read(&r, &c, NULL));
    aws_answer_read(&c, &a, &result);
    require_json(result.ok ? result.value : result.error);
    require(result.ok || json_is_string(result.cause));
    aws_result_clear(&result);
    json_unref(headers);
    buf_clear(&resource);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 400, 404, 500};
    char *text;

    if (size < 2)
        return 0;
    text = mem_strndup((const char *)data + 2, size - 2);
    read_answer(calls[data[0] % (sizeof calls / sizeof *calls)], statuses[data[1] % 4], text,
                size - 2);
    mem_free(text);
    return 0;
}
