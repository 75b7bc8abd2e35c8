/* resource: the parts of a Task's Resource, and what is none. */

#include "tests/support/expect.h"

#include "asl/resource/resource.h"
#include "parsers/base/buf.h"
#include "parsers/base/count.h"

static const char *const kinds[] = {
    [ASL_RESOURCE_OWN] = "own",           [ASL_RESOURCE_LAMBDA] = "lambda",
    [ASL_RESOURCE_ACTIVITY] = "activity", [ASL_RESOURCE_HTTP] = "http",
    [ASL_RESOURCE_SDK] = "sdk",           [ASL_RESOURCE_OPTIMIZED] = "optimized",
};
static const char *const patterns[] = {
    [ASL_REQUEST_RESPONSE] = "",
    [ASL_SYNC] = "sync",
    [ASL_SYNC_2] = "sync:2",
    [ASL_WAIT_FOR_TASK_TOKEN] = "token",
};

/* kind, pattern, partition, service, action, type, api, call */
static const struct {
    const char *name, *text, *want;
} rows[] = {
    {"a function", "arn:aws:lambda:us-east-1:123456789012:function:f:1",
     "lambda||aws|lambda|function:f:1|lambda|function:f:1|function:f:1"},
    {"what Lambda has else", "arn:aws:lambda:us-east-1:123456789012:layer:l",
     "lambda||aws|lambda|layer:l|lambda|layer:l|layer:l"},
    {"an activity", "arn:aws:states:us-east-1:123456789012:activity:a.sync",
     "activity||aws|states|activity:a.sync|states|activity:a.sync|activity:a.sync"},
    {"a call", "arn:aws-cn:states:::sqs:sendMessage",
     "optimized||aws-cn|sqs|sendMessage|sqs|sendMessage|sqs:sendMessage"},
    {"a call of a region", "arn:aws:states:us-east-1:123456789012:sqs:sendMessage",
     "optimized||aws|sqs|sendMessage|sqs|sendMessage|sqs:sendMessage"},
    {"a job", "arn:aws:states:::batch:submitJob.sync",
     "optimized|sync|aws|batch|submitJob|batch|submitJob.sync|batch:submitJob"},
    {"a colon in the pattern is no part of the call",
     "arn:aws:states:::states:startExecution.sync:2",
     "optimized|sync:2|aws|states|startExecution|states|startExecution.sync:2|"
     "states:startExecution"},
    {"a callback", "arn:aws:states:::lambda:invoke.waitForTaskToken",
     "optimized|token|aws|lambda|invoke|lambda|invoke.waitForTaskToken|lambda:invoke"},
    {"another ending is part of the action", "arn:aws:states:::lambda:invoke.async",
     "optimized||aws|lambda|invoke.async|lambda|invoke.async|lambda:invoke.async"},
    {"a request by HTTP", "arn:aws:states:::http:invoke",
     "http||aws|http|invoke|http|invoke|http:invoke"},
    {"another call of that name is none", "arn:aws:states:::http:invokes",
     "optimized||aws|http|invokes|http|invokes|http:invokes"},
    {"a call of the SDK", "arn:aws:states:::aws-sdk:s3:getObject.waitForTaskToken",
     "sdk|token|aws|s3|getObject|aws-sdk:s3|getObject.waitForTaskToken|aws-sdk:s3:getObject"},
    {"the SDK without a service", "arn:aws:states:::aws-sdk:s3",
     "sdk||aws||s3|aws-sdk|s3|aws-sdk:s3"},
    {"a thing of another service, whose endings mean nothing", "arn:aws:swf:r:1:task/t.sync",
     "own||aws|swf|task/t.sync|swf|task/t.sync|task/t.sync"},
    {"a call without an action", "arn:aws:states:::sqs", "no: own"},
    {"a call with an empty action", "arn:aws:states:::sqs:", "no: own"},
    {"a call with a pattern for its action", "arn:aws:states:::sqs:.sync", "no: own"},
    {"a call without a service", "arn:aws:states::::sendMessage", "no: own"},
    {"a pattern alone", "arn:aws:states:::x.sync:2", "no: own"},
    {"too few parts", "arn:aws:lambda:us-east-1:123456789012", "no: own"},
    {"another scheme", "urn:aws:lambda:us-east-1:123456789012:f", "no: own"},
    {"a name", "f", "no: own"},
    {"nothing", "", "no: own"},
};

static void add(struct buf *out, struct asl_piece s)
{
    buf_addc(out, '|');
    buf_add(out, s.at, s.len);
}

static void expect_parts(const char *name, const struct asl_resource *r, const char *want)
{
    struct buf got = {0};

    buf_printf(&got, "%s|%s", kinds[r->kind], patterns[r->pattern]);
    add(&got, r->partition);
    add(&got, r->service);
    add(&got, r->action);
    add(&got, r->type);
    buf_printf(&got, "|%s", r->api);
    add(&got, r->call);
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
}

START_TEST(parts)
{
    struct asl_resource r, in;
    struct buf copy = {0};

    if (asl_resource_read(rows[_i].text, &r)) {
        expect_parts(rows[_i].name, &r, rows[_i].want);
        buf_adds(&copy, rows[_i].text);
        in = asl_resource_in(&r, buf_str(&copy));
        expect_parts(rows[_i].name, &in, rows[_i].want);
        ck_assert_ptr_eq(in.text, copy.data);
        ck_assert_msg(in.service.at >= copy.data && in.service.at <= copy.data + copy.len,
                      "%s: a part is still in the first text", rows[_i].name);
        buf_clear(&copy);
    } else {
        expect_text(rows[_i].name, "no: own", rows[_i].want);
        ck_assert_int_eq(r.kind, ASL_RESOURCE_OWN);
        ck_assert_str_eq(r.text, rows[_i].text);
        ck_assert(!asl_resource_is_call(&r));
        ck_assert(r.pattern == ASL_REQUEST_RESPONSE && !r.api);
        ck_assert(!r.service.at && !r.action.at && !r.type.at && !r.call.at);
    }
}
END_TEST

/* By whatever pattern, but not by way of the SDK. */
START_TEST(calls)
{
    struct asl_resource r;

    ck_assert(asl_resource_read("arn:aws:states:::lambda:invoke.waitForTaskToken", &r));
    ck_assert(asl_resource_calls(&r, "lambda", "invoke"));
    ck_assert(!asl_resource_calls(&r, "lambda", "invok"));
    ck_assert(!asl_resource_calls(&r, "lambd", "invoke"));
    ck_assert(asl_resource_read("arn:aws:states:::aws-sdk:lambda:invoke", &r));
    ck_assert(!asl_resource_calls(&r, "lambda", "invoke"));
}
END_TEST

static const struct {
    const char *name, *target, *want;
} functions[] = {
    {"a function's name alone", "f", "f"},
    {"a name with a qualifier", "f:prod", "f"},
    {"a partial ARN", "123456789012:function:f:1", "f"},
    {"an ARN", "arn:aws:lambda:us-east-1:123456789012:function:f", "f"},
    {"an ARN with a qualifier", "arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST", "f"},
    {"a pattern for ARNs", "arn:*:function:f*", "f*"},
    {"a name that ends like the word", "myfunction:f", "myfunction"},
    {"an ARN of another thing", "arn:aws:swf:r:1:task/t", "arn:aws:swf:r:1:task/t"},
    {"no function's name", "", ""},
};

START_TEST(function_names)
{
    struct asl_piece got = asl_function_name(functions[_i].target);
    struct buf text = {0};

    buf_add(&text, got.at, got.len);
    expect_text(functions[_i].name, buf_str(&text), functions[_i].want);
    buf_clear(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("resource");
    TCase *t = tcase_create("resource");

    tcase_add_loop_test(t, parts, 0, COUNT(rows));
    tcase_add_test(t, calls);
    tcase_add_loop_test(t, function_names, 0, COUNT(functions));
    suite_add_tcase(s, t);
    return run_suite(s);
}
