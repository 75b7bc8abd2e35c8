/*
 * Fixed answers: the n-th call of the row gets the n-th, those after the last get the last. One
 * with "after_s" comes when that much time has passed by the set's clock.
 */
#include "runtime/handlers/advice.h"

static void mock_start(struct task_call *call)
{
    struct handler_row *row = call->row;
    const struct handlers_options *options = &call->h->options;
    size_t last = json_count(row->mock) - 1;
    size_t n = row->calls < last ? row->calls++ : last;
    const json *mock = json_at(row->mock, n);
    const json *value = json_get(mock, "return"), *cause = json_get(mock, "cause");
    const json *after = json_get(mock, "after_s");
    int64_t after_ms = after ? (int64_t)(json_double_value(after) * 1000 + 0.5) : 0;
    struct handler_answer a = {0};

    if (value) {
        a.value = json_ref(value);
    } else {
        a.outcome = HANDLER_FAILED;
        a.error = json_ref(json_get(mock, "error"));
        a.cause = json_ref(cause);
    }
    if (call->resource.text)
        advice_mock(call->h, call->execution, call->state_name, &call->resource, a.value, a.error);
    if (after_ms && options->now)
        task_call_sleep(call, &a, options->now(options->clock) + after_ms);
    else
        task_call_ready(call, &a);
}

/* It runs only while it is asleep. */
static bool mock_cancel(struct task_call *call)
{
    task_call_rouse(call);
    return false;
}

const struct handler_kind handler_mock = {
    .field = "mock", .flags = KIND_SLEEPS, .start = mock_start, .cancel = mock_cancel};
