/* Fixed answers: the n-th call of the row gets the n-th, those after the last get the last. */
#include "runtime/handlers/handlers_impl.h"

static void mock_start(struct job *j)
{
    struct handler_row *row = j->row;
    size_t last = json_count(row->mock) - 1;
    size_t n = row->calls < last ? row->calls++ : last;
    const json *mock = json_at(row->mock, n);
    const json *value = json_get(mock, "return"), *cause = json_get(mock, "cause");
    struct handler_answer a = {0};

    if (value) {
        a.value = json_ref(value);
    } else {
        a.outcome = HANDLER_FAILED;
        a.error = json_ref(json_get(mock, "error"));
        a.cause = cause ? json_ref(cause) : NULL;
    }
    job_ready(j, &a);
}

/* It is never running: its start makes it ready. */
static bool mock_cancel(struct job *j)
{
    (void)j;
    return false;
}

const struct handler_kind handler_mock = {"mock", mock_start, mock_cancel};
