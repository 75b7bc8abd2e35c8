/* What integrations answer, as far as it is always the same. */
#include "tools/test/mock_shape.h"

#include "parsers/base/count.h"
#include "runtime/shapes/shapes.h"

#include <math.h>
#include <string.h>

#define EXECUTION_ARN "arn:aws:states:us-east-1:123456789012:execution:child:run-1"
#define MACHINE_ARN "arn:aws:states:us-east-1:123456789012:stateMachine:child"
#define CHILD(input, output)                                                                       \
    "{\"ExecutionArn\":\"" EXECUTION_ARN "\",\"Input\":" input                                     \
    ",\"InputDetails\":{\"Included\":true},\"Name\":\"run-1\",\"Output\":" output                  \
    ",\"OutputDetails\":{\"Included\":true},\"StartDate\":1704067200000,"                          \
    "\"StateMachineArn\":\"" MACHINE_ARN "\",\"Status\":\"SUCCEEDED\",\"StopDate\":1704067260000}"
#define HTTP_ANSWER                                                                                \
    "{\"Headers\":{\"content-type\":[\"application/json\"]},\"ResponseBody\":{},"                  \
    "\"StatusCode\":200,\"StatusText\":\"OK\"}"

/* By how the resource ends; the first that fits. */
static const struct {
    const char *end, *answer;
} shapes[] = {
    {":::lambda:invoke", "{\"ExecutedVersion\":\"$LATEST\",\"Payload\":{},\"StatusCode\":200}"},
    {":::dynamodb:getItem", "{\"Item\":{}}"},
    {":::sqs:sendMessage", "{\"MessageId\":\"3f1a7c52-0d3c-4f57-9a0e-6b6d2f5f9f01\"}"},
    {":::sns:publish", "{\"MessageId\":\"3f1a7c52-0d3c-4f57-9a0e-6b6d2f5f9f01\"}"},
    {":::events:putEvents",
     "{\"Entries\":[{\"EventId\":\"3f1a7c52-0d3c-4f57-9a0e-6b6d2f5f9f01\"}],\"FailedEntryCount\":"
     "0}"},
    {":::states:startExecution",
     "{\"ExecutionArn\":\"" EXECUTION_ARN "\",\"StartDate\":1704067200}"},
    {":::states:startExecution.sync", CHILD("\"{}\"", "\"{}\"")},
    {":::states:startExecution.sync:2", CHILD("{}", "{}")},
    {":::apigateway:invoke", HTTP_ANSWER},
    {":::http:invoke", HTTP_ANSWER},
    {":::aws-sdk:sfn:startExecution",
     "{\"ExecutionArn\":\"" EXECUTION_ARN "\",\"StartDate\":\"2024-01-01T00:00:00Z\"}"},
};

json *mock_shape_of(const struct asl_state *task)
{
    for (size_t i = 0; i < COUNT(shapes); i++)
        if (json_str_ends(task->task.resource, shapes[i].end))
            return json_parse(shapes[i].answer, strlen(shapes[i].answer), 0, NULL);
    return json_ref((json *)(uintptr_t)json_empty_object());
}

/* ---- what the services' models say ---- */

bool mock_shape_fits(const struct asl_state *task, const json *v)
{
    struct aws_shape shape;
    struct aws_shape_fault fault = {0};
    bool fits = !aws_shape_find(&task->task.parts, AWS_SHAPE_RESULT, &shape) ||
                aws_shape_fits(&shape, v, &(struct aws_shape_rules){.execution = true}, &fault);

    buf_clear(&fault.why);
    return fits;
}

/* Finds the shape in that place. Returns false when it is not known, or can be anything. */
static bool shape_at(const struct asl_state *task, const struct steps *place, struct aws_shape *out)
{
    struct aws_shape within;

    if (!aws_shape_find(&task->task.parts, AWS_SHAPE_RESULT, out))
        return false;
    for (size_t i = 0; i < place->count; i++) {
        const json *step = place->at[i];
        if (!aws_shape_within(out, json_is_string(step) ? step : NULL, &within))
            return false;
        *out = within;
    }
    return true;
}

static json *value_of_shape(const struct aws_shape *s, const struct steps *place);

static json *shape_list_of(const struct aws_shape *s, const struct steps *place)
{
    struct aws_shape of;
    struct json_build b;
    json *v = aws_shape_within(s, NULL, &of) ? value_of_shape(&of, place) : NULL;

    json_build_array(&b, 1);
    json_build_add(&b, v ? v : json_cstring("item 1"));
    return json_build_done(&b);
}

/* A text of as many characters as there have to be: the last name of the way to it, or more. */
static json *text_of(const struct model_shape *s, const struct steps *place)
{
    struct buf b = {0};

    if (s->kind == MODEL_STRING && s->count)
        return json_cstring(model_value_at(s, 0));
    for (size_t i = place->count; b.len == 0 && i-- > 0;)
        if (json_is_string(place->at[i]))
            buf_adds(&b, json_str(place->at[i]));
    while (b.len < 1 || (double)b.len < s->min)
        buf_addc(&b, 'x');
    return json_take_buf(&b);
}

/* Nested as deep as lists of lists are in a model. */
static json *value_of_shape(const struct aws_shape *s, const struct steps *place)
{
    struct model_shape shape = {.kind = s->kind, .min = NAN, .max = NAN};

    if (s->service)
        shape = model_shape_at(s->service, s->id);
    switch (s->kind) {
    case MODEL_STRING:
    case MODEL_BLOB: return text_of(&shape, place);
    case MODEL_TIMESTAMP: return json_cstring("2024-01-01T00:00:00Z");
    case MODEL_BOOLEAN: return json_bool(true);
    case MODEL_INTEGER:
    case MODEL_LONG:
    case MODEL_FLOAT:
    case MODEL_DOUBLE: return json_int(isnan(shape.min) ? 1 : (int64_t)ceil(shape.min));
    case MODEL_LIST: return shape_list_of(s, place);
    case MODEL_DOCUMENT: return NULL;
    case MODEL_MAP:
    case MODEL_STRUCTURE: break;
    }
    return json_ref((json *)(uintptr_t)json_empty_object());
}

json *mock_shape_value(const struct asl_state *task, const struct steps *place)
{
    struct aws_shape s;

    return shape_at(task, place, &s) ? value_of_shape(&s, place) : NULL;
}

void mock_shape_words(const struct asl_state *task, const struct steps *place,
                      void (*see)(void *user, const char *text, size_t len), void *user)
{
    struct aws_shape s;
    struct model_shape shape;

    if (!shape_at(task, place, &s) || !s.service || s.kind != MODEL_STRING)
        return;
    shape = model_shape_at(s.service, s.id);
    for (size_t i = 0; i < shape.count; i++)
        see(user, model_value_at(&shape, i), strlen(model_value_at(&shape, i)));
}
