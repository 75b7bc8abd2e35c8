/*
 * The context object, as far as the API has it made otherwise than the core does: executions that
 * can't be redriven have no RedriveCount in it.
 */

#include "runtime/api/api_context.h"

#include "parsers/base/timestamp.h"

json *context_of_execution(const struct rt_names *names, const json *role, const json *input,
                           int64_t now_ms)
{
    struct buf time = {0};
    struct json_build b;

    timestamp_write(&time, now_ms);
    json_build_object(&b, 5);
    json_build_set(&b, "Id", json_ref(names->arn));
    json_build_set(&b, "Input", json_ref(input));
    json_build_set(&b, "Name", json_ref(names->name));
    json_build_set(&b, "RoleArn", json_ref(role));
    json_build_set(&b, "StartTime", json_take_buf(&time));
    return json_build_done(&b);
}
