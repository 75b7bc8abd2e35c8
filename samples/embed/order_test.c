/* A test in C: steps order-pipeline.asl.json from wait to wait, and looks at it in between. */

#include <asl.h>
#include <stdio.h>
#include <string.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

#define ORDER                                                                                      \
    "{\"number\": 1, \"customer\": {\"email\": \"ada@example.org\", \"country\": \"AT\"},"         \
    " \"lines\": [{\"sku\": \"pencil\"}], \"total\": 64, \"coupon\": \"SAVE-10\","                 \
    " \"sendOn\": \"1970-01-03T00:00:00Z\"}"

static int failed;

static void expect(const char *what, const char *got, const char *want)
{
    int good = got && want ? strcmp(got, want) == 0 : got == want;

    printf("%s %s: %s\n", good ? "ok" : "FAILED", what, got ? got : "(nothing)");
    failed += !good;
}

/* The mock: it keeps the call, which the test answers when it likes. */
struct sent {
    uint64_t id;
    int count;
};

static void keep_call(void *user, asl_engine *e, const struct asl_task_call *task)
{
    struct sent *sent = user;

    (void)e;
    sent->id = task->id;
    sent->count++;
    expect("is sent", task->parameters,
           "{\"FunctionName\":\"arn:aws:lambda:us-east-1:123456789012:function:send-parcel\","
           "\"Payload\":{\"order\":\"AT-1\",\"skus\":[\"pencil\"]}}");
}

/* From the start, a step at a time. */
static void test_order(asl_engine *e, const asl_definition *d, const struct sent *sent)
{
    asl_execution *x = asl_start(e, d, ORDER, NULL, NULL);

    expect("before it begins", asl_execution_state(x), NULL);
    asl_advance(e, 0);
    expect("waits", asl_execution_state(x), "Wait for the day");
    expect("the coupon counts", strstr(asl_execution_variables(x), "\"total\":54"),
           "\"total\":54}");
    expect("until the day", asl_next_due(e) == 2 * DAY_MS ? "yes" : "no", "yes");

    asl_advance(e, asl_next_due(e));
    expect("sends", asl_execution_state(x), "Send");
    asl_task_fail(e, sent->id, "Lambda.TooManyRequestsException", "Rate Exceeded.");
    asl_advance(e, asl_next_due(e));
    asl_advance(e, asl_next_due(e));
    expect("tries again", sent->count == 2 ? "yes" : "no", "yes");
    asl_task_succeed(e, sent->id, "{\"Payload\": {\"parcel\": \"P-77\"}}", NULL);
    asl_advance(e, asl_next_due(e));
    expect("ends", asl_status_name(asl_execution_status(x)), "SUCCEEDED");
    expect("the parcel", strstr(asl_execution_output(x), "\"parcel\""), "\"parcel\":\"P-77\"}");
}

/* In the middle, with the variables that the states before would have assigned. */
static void test_rejection(asl_engine *e, const asl_definition *d)
{
    asl_execution *x =
        asl_start_at(e, d, "Reject", "{\"problem\": {\"code\": \"Size\", \"text\": \"too long\"}}",
                     "{}", NULL, NULL);

    asl_advance(e, 0);
    expect("rejected", asl_execution_error(x), "Order.Size");
    expect("because", asl_execution_cause(x), "too long");
}

int main(int argc, char **argv)
{
    char text[8192];
    FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
    size_t len = file ? fread(text, 1, sizeof text, file) : 0;
    struct sent sent = {0};
    asl_definition *d = asl_definition_new("orders", text, len);
    asl_engine *e =
        asl_engine_new(&(struct asl_engine_options){.user = &sent, .run_task = keep_call});

    if (asl_definition_errors(d) == 0) {
        test_order(e, d, &sent);
        test_rejection(e, d);
    } else {
        fputs(asl_definition_problems(d), stderr);
        failed = 1;
    }
    asl_engine_free(e);
    asl_definition_free(d);
    return failed ? 1 : 0;
}
