/* What integrations answer, as far as it is always the same. */
#include "tools/test/mock_shape.h"

#include "parsers/base/count.h"
#include "runtime/shapes/shapes.h"

#include <stdlib.h>
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

static const struct aws_shape *shape_of(const struct asl_state *task)
{
    return aws_shape_find(&task->task.parts, AWS_SHAPE_RESULT);
}

bool mock_shape_fits(const struct asl_state *task, const json *v)
{
    const struct aws_shape *shape = shape_of(task);
    struct aws_shape_fault fault = {0};
    bool fits =
        !shape || aws_shape_fits(shape, v, &(struct aws_shape_rules){.execution = true}, &fault);

    buf_clear(&fault.why);
    return fits;
}

/* A type is text up to a comma: see shapes.h. */
static size_t type_len(const char *type)
{
    return strcspn(type, ",");
}

/* The members of the shape that a type names, of the same service as `of`. */
static const char *members_of(const struct aws_shape *of, const char *type)
{
    size_t service = strcspn(of->name, ":/"), len = type_len(type);

    for (size_t i = 0; i < aws_shape_count; i++) {
        const char *name = aws_shapes[i].name;
        if (!strncmp(name, of->name, service) && name[service] == '/' &&
            !strncmp(name + service + 1, type, len) && !name[service + 1 + len])
            return aws_shapes[i].members;
    }
    return NULL;
}

/* The type of a member in "Name:type,Name!:type". */
static const char *member_type(const char *members, const json *name)
{
    size_t len = json_str_len(name);

    while (members && *members) {
        const char *colon = strchr(members, ':');
        if (!colon)
            return NULL;
        size_t own = (size_t)(colon - members) - (colon > members && colon[-1] == '!');
        if (own == len && !memcmp(members, json_str(name), len))
            return colon + 1;
        members = colon + 1 + type_len(colon + 1);
        members += *members == ',';
    }
    return NULL;
}

/* The type in that place; NULL: it is not known, or can be anything. */
static const char *type_at(const struct asl_state *task, const struct steps *place)
{
    const struct aws_shape *shape = shape_of(task);
    const char *members = shape ? shape->members : NULL, *type = NULL;

    for (size_t i = 0; i < place->count; i++) {
        bool name = json_is_string(place->at[i]);
        if (type && *type == (name ? '{' : '['))
            type++;
        else
            type = members && name ? member_type(members, place->at[i]) : NULL;
        if (!type)
            return NULL;
        members = members_of(shape, type);
    }
    return type;
}

static json *value_of(const char *type, const struct steps *place);

static json *list_of(const char *type, const struct steps *place)
{
    struct json_build b;
    json *v = value_of(type, place);

    json_build_array(&b, 1);
    json_build_add(&b, v ? v : json_cstring("item 1"));
    return json_build_done(&b);
}

/* A text of as many characters as there have to be: the last name of the way to it, or more. */
static json *text_of(const char *type, const struct steps *place)
{
    long least = type[1] == '<' ? strtol(type + 2, NULL, 10) : 0;
    struct buf b = {0};

    for (size_t i = place->count; b.len == 0 && i-- > 0;)
        if (json_is_string(place->at[i]))
            buf_adds(&b, json_str(place->at[i]));
    while (b.len < (size_t)(least > 0 ? least : 1))
        buf_addc(&b, 'x');
    return json_take_buf(&b);
}

/* Nested as deep as the brackets of a type. */
static json *value_of(const char *type, const struct steps *place)
{
    switch (*type) {
    case 's': return text_of(type, place);
    case 't': return json_cstring("2024-01-01T00:00:00Z");
    case 'n': return json_int(type[1] == '<' ? strtol(type + 2, NULL, 10) : 1);
    case 'b': return json_bool(true);
    case '=': return json_string(type + 1, strcspn(type + 1, "|,"));
    case '[': return list_of(type + 1, place);
    case '*': return NULL;
    default: return json_ref((json *)(uintptr_t)json_empty_object());
    }
}

json *mock_shape_value(const struct asl_state *task, const struct steps *place)
{
    const char *type = type_at(task, place);

    return type ? value_of(type, place) : NULL;
}

void mock_shape_words(const struct asl_state *task, const struct steps *place,
                      void (*see)(void *user, const char *text, size_t len), void *user)
{
    const char *type = type_at(task, place);

    if (!type || *type != '=')
        return;
    for (const char *p = type; *p == '=' || *p == '|';) {
        size_t len = strcspn(++p, "|,");
        see(user, p, len);
        p += len;
    }
}
