/* What comes back for a Task owns its values: they are given back here. */

#include "runtime/base/task_io.h"

void task_result_clear(struct task_result *r)
{
    json_unref(r->output);
    json_unref(r->error);
    json_unref(r->cause);
    json_unref(r->exchange);
    *r = (struct task_result){0};
}
