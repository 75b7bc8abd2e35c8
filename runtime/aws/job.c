/*
 * Jobs of .sync: the calls that ask how one does, and stop it, and what its end means for the Task.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <string.h>

/*
 * A call that we make by ourselves about a job: its parameters come by a mapping, not from the
 * Task.
 */
static bool job_call(const struct aws_call *c, const char *action, const char *mapping,
                     const json *parameters, const json *submitted, struct aws_call *out,
                     json **request)
{
    if (!action)
        return false;
    *out = (struct aws_call){.service = c->service};
    if (!model_operation_named(c->service, action, strlen(action), &out->operation))
        return false;
    *request = aws_mapped(mapping, parameters, submitted);
    return true;
}

bool aws_job_describe(const struct aws_call *c, const json *parameters, const json *submitted,
                      struct aws_call *out, json **request)
{
    return job_call(c, c->job->describe, c->job->request, parameters, submitted, out, request);
}

bool aws_job_lacks(const struct aws_call *c, const json *parameters, const json *submitted,
                   struct buf *path)
{
    const json *of_task = submitted ? NULL : parameters;

    return aws_mapping_lacks(c->job->request, of_task, submitted, path) ||
           aws_mapping_lacks(c->job->stop_request, of_task, submitted, path);
}

/* Where a service takes a reason, AWS names the execution whose Task began the job. Takes
 * `request`.
 */
static json *with_reason(json *request, const char *execution)
{
    static const char *const members[] = {"Reason", "Cause"};

    for (size_t i = 0; i < COUNT(members); i++) {
        if (!json_get(request, members[i]))
            continue;
        json *reason = json_stringf("The Task state in AWS Step Functions execution [%s] which was "
                                    "managing this resource was aborted",
                                    execution ? execution : "");
        json *changed = json_with(request, json_cstring(members[i]), reason);
        json_unref(request);
        request = changed;
    }
    return request;
}

bool aws_job_can_be_stopped(const struct aws_call *c)
{
    return c->job && c->job->stop;
}

bool aws_job_stop(const struct aws_call *c, const json *parameters, const json *submitted,
                  const char *execution, struct aws_call *out, json **request)
{
    if (!job_call(c, c->job->stop, c->job->stop_request, parameters, submitted, out, request))
        return false;
    *request = with_reason(*request, execution);
    return true;
}

/* Glue lists Errors, EMR the Status of each step. */
const json *aws_job_unstopped(const json *answer)
{
    static const char step[] = "CancelStepsInfoList.0";
    const json *errors = json_get(answer, "Errors");
    const json *info = aws_at(answer, step, strlen(step));
    const json *status = info ? json_get(info, "Status") : NULL;

    if (errors && json_is_array(errors) && json_count(errors))
        return errors;
    return status && json_str_is(status, "FAILED") ? info : NULL;
}

/* Returns whether the containers of an ECS task that has stopped failed: one of them by its exit
 * code, or all because none has one, as when its image could not be pulled. */
static bool containers_failed(const json *task)
{
    const json *all = json_get(task, "Containers");
    bool any = false;

    for (size_t i = 0; all && json_is_array(all) && i < json_count(all); i++) {
        const json *code = json_get(json_at(all, i), "ExitCode");
        if (code && json_is_number(code) && json_double_value(code) != 0)
            return true;
        any = any || code;
    }
    return !any;
}

/* .sync:2 of an execution: its documents as what they are. Takes `v`. */
static json *with_documents(json *v)
{
    static const char *const names[] = {"Input", "Output"};

    for (size_t i = 0; i < 2; i++) {
        const json *text = json_get(v, names[i]);
        json *parsed = text && json_is_string(text) ? json_parse(json_str(text), json_str_len(text),
                                                                 JSON_READ_SURROGATES, NULL)
                                                    : NULL;
        if (parsed) {
            json *changed = json_with(v, json_cstring(names[i]), parsed);
            json_unref(v);
            v = changed;
        }
    }
    return v;
}

static enum aws_progress answer_ended(const struct aws_call *c, bool good, json *description,
                                      struct aws_result *out)
{
    if (c->job->wrap)
        description = aws_only(c->job->wrap, description);
    if (c->parsed)
        description = with_documents(description);
    if (good) {
        *out = (struct aws_result){.ok = true, .value = description};
        return AWS_JOB_SUCCEEDED;
    }
    *out = (struct aws_result){.error = json_cstring("States.TaskFailed"),
                               .cause = json_text(description)};
    json_unref(description);
    return AWS_JOB_FAILED;
}

/* The job is not there any more: for some calls that is the end they wait for. */
static bool is_gone(const struct aws_call *c, const struct aws_result *r)
{
    return !r->ok && text_has_word(c->job->good, "gone", 4) &&
           strstr(json_str(r->error), "ResourceNotFoundException");
}

/* Makes the description without what the envelope adds, and with what the call's answer has beside
 * it. */
static json *description_of(const struct aws_job *job, const json *at, const struct aws_answer *a,
                            const json *submitted)
{
    json *also =
        job->also ? aws_mapped(job->also, a->parameters, submitted) : json_ref(json_empty_object());
    struct json_build b;

    json_build_copy(&b, also, json_count(at));
    for (size_t i = 0; i < json_count(at); i++)
        if (strncmp(json_str(json_key_at(at, i)), "Sdk", 3) != 0)
            json_build_set_key(&b, json_ref(json_key_at(at, i)), json_ref(json_value_at(at, i)));
    json_unref(also);
    return json_build_done(&b);
}

/* What the Task fails with if the service goes on having no such job: all of its answer, in which
 * some name what they don't have. */
static struct aws_result job_missing(const struct aws_job *job, const json *answer,
                                     const struct aws_answer *a, const json *submitted)
{
    json *all =
        json_is_object(answer) ? description_of(job, answer, a, submitted) : json_ref(answer);
    struct aws_result r = {.error = json_cstring("States.TaskFailed"), .cause = json_text(all)};

    json_unref(all);
    return r;
}

enum aws_progress aws_job_progress(const struct aws_call *c, const json *submitted,
                                   const struct aws_call *describe, const struct aws_answer *a,
                                   struct aws_result *out)
{
    const struct aws_job *job = c->job;
    struct aws_call in_ms = *describe;
    struct aws_result r;
    enum aws_progress p = AWS_JOB_RUNS;

    /* Times are milliseconds in results of an optimized integration. */
    static const struct aws_integration plain = {.call = "", .envelope = true};
    in_ms.integration = c->integration && c->integration->envelope ? &plain : NULL;
    aws_answer_read(&in_ms, a, &r);
    if (is_gone(c, &r)) {
        aws_result_clear(&r);
        *out = (struct aws_result){.ok = true, .value = json_ref(json_empty_object())};
        return AWS_JOB_SUCCEEDED;
    }
    if (!r.ok) {
        /* Of a service that is busy the next question may get an answer. */
        bool busy = a->status >= 500 || a->status == 429 || strstr(json_str(r.error), "Throttl");
        *out = r;
        return busy ? AWS_JOB_UNTOLD : AWS_JOB_FAILED;
    }
    const json *at = aws_at(r.value, job->at, strlen(job->at));
    const json *status = at ? aws_at(at, job->status, strlen(job->status)) : NULL;
    if (status && json_is_string(status)) {
        bool good = text_has_word(job->good, json_str(status), json_str_len(status));
        bool failed = text_has_word(job->bad, json_str(status), json_str_len(status));

        if (good && !strcmp(job->call, "ecs:runTask"))
            good = !(failed = containers_failed(at));
        if (good || failed)
            p = answer_ended(c, good, description_of(job, at, a, submitted), out);
    } else {
        *out = job_missing(job, r.value, a, submitted);
        p = AWS_JOB_MISSING;
    }
    aws_result_clear(&r);
    return p;
}
