/*
 * Jobs whose begin got no answer, as the process was killed meanwhile or the connection broke. One
 * that its Task has named is there under that name, or nowhere: it is asked about by the name
 * alone. A service without tokens refuses a second begin, as the name is taken; whose job has it,
 * the time tells at which that began.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <string.h>

/* The services' clocks and ours may differ by so much. */
enum { CLOCKS_DIFFER_MS = 60 * 1000 };

/*
 * What the answers tell: codes with which a begin is refused, as there is one of that name, and a
 * question, as there is none; and where the description has when it began. SageMaker's own docs
 * name ResourceNotFound, but it answers ValidationException "Requested resource not found".
 */
struct named {
    const char *calls; /* that begin so */
    const char *taken, *absent;
    const char *made;
};

static const struct named rows[] = {
    {"sagemaker:create", " ResourceInUse ResourceInUseException ",
     " ValidationException ResourceNotFound ResourceNotFoundException ", "CreationTime"},
    {"states:startExecution", " ExecutionAlreadyExists ", " ExecutionDoesNotExist ", "StartDate"},
};

static const struct named *named_row_of(const struct aws_call *c)
{
    for (size_t i = 0; c->job && i < COUNT(rows); i++)
        if (!strncmp(c->job->call, rows[i].calls, strlen(rows[i].calls)))
            return &rows[i];
    return NULL;
}

/* "…:stateMachine:M", with an alias or a version behind, and a name make "…:execution:M:NAME". */
static json *execution_of_name(const json *parameters)
{
    static const char kind[] = ":stateMachine:";
    const json *machine = aws_given(parameters, "StateMachineArn");
    const json *name = aws_given(parameters, "Name");
    const char *at = machine && json_is_string(machine) ? strstr(json_str(machine), kind) : NULL;
    struct json_build b;

    if (!at || !name || !json_is_string(name))
        return NULL;
    const char *own = at + strlen(kind);
    json_build_object(&b, 1);
    json_build_set(&b, "ExecutionArn",
                   json_stringf("%.*s:execution:%.*s:%s", (int)(at - json_str(machine)),
                                json_str(machine), (int)strcspn(own, ":"), own, json_str(name)));
    return json_build_done(&b);
}

json *aws_job_by_name(const struct aws_call *c, const json *parameters)
{
    struct buf path = {0};
    json *found;

    if (!named_row_of(c))
        return NULL;
    found = !strcmp(c->job->call, "states:startExecution") ? execution_of_name(parameters)
                                                           : json_ref(json_empty_object());
    if (found && aws_job_lacks(c, parameters, NULL, &path)) {
        json_unref(found);
        found = NULL;
    }
    buf_clear(&path);
    return found;
}

static bool has_code(const struct aws_call *c, const struct aws_answer *a, const char *codes)
{
    json *code = a->status >= 300 ? aws_error_code(c, a) : NULL;
    bool has = code && text_has_word(codes, json_str(code), json_str_len(code));

    json_unref(code);
    return has;
}

bool aws_job_is_taken(const struct aws_call *c, const struct aws_answer *a)
{
    const struct named *row = named_row_of(c);

    return row && has_code(c, a, row->taken);
}

/* Makes what the begin would have answered of a job's description, which has all of that. */
static json *begun_of(const struct aws_call *c, const json *description)
{
    struct model_shape s = {0};
    struct model_member m;
    struct json_build b;

    if (c->operation.output)
        s = model_shape_at(c->service, c->operation.output);
    json_build_object(&b, 3);
    for (size_t i = 0; i < json_count(description); i++) {
        const json *name = json_key_at(description, i);
        if (!strncmp(json_str(name), "Sdk", 3) ||
            model_member_named(&s, json_str(name), json_str_len(name), &m))
            json_build_set_key(&b, json_ref(name), json_ref(json_value_at(description, i)));
    }
    return json_build_done(&b);
}

bool aws_job_is_older(const json *made, int64_t since_ms)
{
    struct timestamp t;

    if (!made || !since_ms)
        return false;
    if (json_is_number(made))
        t.ms = (int64_t)json_double_value(made);
    else if (!json_is_string(made) || !timestamp_parse(json_str(made), json_str_len(made), &t))
        return false;
    return t.ms < since_ms - CLOCKS_DIFFER_MS;
}

enum aws_found aws_job_look(const struct aws_call *c, const struct aws_call *describe,
                            const struct aws_answer *a, int64_t since_ms, json **begun,
                            struct aws_result *why)
{
    const struct named *row = named_row_of(c);
    struct aws_call in_ms = *describe;
    struct aws_result r;

    in_ms.integration = c->integration;
    aws_answer_read(&in_ms, a, &r);
    if (!r.ok) {
        bool absent = has_code(describe, a, row->absent);
        enum aws_refusal refusal = aws_refusal_of(describe, a);
        *why = r;
        return absent                        ? AWS_FOUND_NONE
               : refusal == AWS_REFUSED_BUSY ? AWS_FOUND_BUSY
               : refusal == AWS_REFUSED_KEYS ? AWS_FOUND_NO_KEYS
                                             : AWS_FOUND_REFUSED;
    }
    if (aws_job_is_older(json_get(r.value, row->made), since_ms)) {
        aws_result_clear(&r);
        return AWS_FOUND_OTHER;
    }
    *begun = begun_of(c, r.value);
    aws_result_clear(&r);
    return AWS_FOUND;
}
