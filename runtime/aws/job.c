/*
 * Jobs of .sync: the calls that ask how one does, and stop it, and what its end means for the Task.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <string.h>
#include <strings.h>

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
    *out = (struct aws_call){.service = c->service, .names = c->integration};
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

static const char tasks[] = "Tasks"; /* of ECS, of which one call runs up to ten */

static bool is_of_tasks(const struct aws_job *job)
{
    return !strcmp(job->call, "ecs:runTask");
}

/* Returns how many jobs the call has begun. */
static size_t parts_of(const struct aws_job *job, const json *submitted)
{
    const json *list = is_of_tasks(job) ? json_get(submitted, tasks) : NULL;

    return list && json_is_array(list) ? json_count(list) : 1;
}

/* Returns what was said of that part alone, as if there were no other. */
static json *only_part(const struct aws_job *job, const json *submitted, size_t part)
{
    struct json_build b;

    if (parts_of(job, submitted) == 1)
        return json_ref(submitted);
    json_build_array(&b, 1);
    json_build_add(&b, json_ref(json_at(json_get(submitted, tasks), part)));
    return json_with(submitted, json_cstring(tasks), json_build_done(&b));
}

bool aws_job_stop(const struct aws_call *c, const json *parameters, const json *submitted,
                  size_t part, const char *execution, struct aws_call *out, json **request)
{
    if (part >= parts_of(c->job, submitted))
        return false;
    json *own = only_part(c->job, submitted, part);
    bool is = job_call(c, c->job->stop, c->job->stop_request, parameters, own, out, request);
    json_unref(own);
    if (is)
        *request = with_reason(*request, execution);
    return is;
}

/* The name of the error is in "Run Amazon ECS or Fargate tasks with Step Functions" of AWS's guide,
 * for .sync and for task tokens. */
bool aws_job_half_begun(const struct aws_call *c, const json *result, struct aws_result *out)
{
    bool runs_tasks = c->integration && !strcmp(c->integration->call, "ecs:runTask");
    const json *failures = runs_tasks ? json_get(result, "Failures") : NULL;

    if (!failures || !json_is_array(failures) || !json_count(failures))
        return false;
    *out = (struct aws_result){.error = json_cstring("AmazonECS.Unknown"),
                               .cause = json_text(failures)};
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

/* Makes the Task's result of a job's description, which is taken. */
static void answer_ended(const struct aws_call *c, bool good, json *description,
                         struct aws_result *out)
{
    if (c->job->wrap)
        description = aws_only(c->job->wrap, description);
    if (c->parsed)
        description = with_documents(description);
    if (good) {
        *out = (struct aws_result){.ok = true, .value = description};
        return;
    }
    *out = (struct aws_result){.error = json_cstring("States.TaskFailed"),
                               .cause = json_text(description)};
    json_unref(description);
}

/* For some calls that is the end they wait for. */
bool aws_job_is_gone(const struct aws_call *c, const struct aws_result *r)
{
    return !r->ok && c->job && text_has_word(c->job->good, "gone", 4) &&
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

/* ---- states ---- */

/* Finds the shape of a job's state in the answer to the call that asks. Returns false without one.
 */
static bool shape_of_state(const struct aws_call *describe, const struct aws_job *job,
                           struct model_shape *out)
{
    const char *const paths[] = {job->at, job->status};
    struct model_member m;

    if (!describe->operation.output)
        return false;
    *out = model_shape_at(describe->service, describe->operation.output);
    for (size_t i = 0; i < COUNT(paths); i++) {
        for (const char *p = paths[i]; *p; p += strspn(p, ".")) {
            size_t len = strcspn(p, ".");
            if (out->kind == MODEL_LIST)
                *out = model_shape_at(out->service, out->of);
            else if (out->kind == MODEL_STRUCTURE && model_member_named(out, p, len, &m) && m.shape)
                *out = model_shape_at(out->service, m.shape);
            else
                return false;
            p += len;
        }
    }
    return true;
}

/* Not all models list the states; then a word is strange that is one of the last states in other
 * capitals. */
static bool is_strange(const struct aws_call *describe, const struct aws_job *job,
                       const json *status)
{
    const char *const ends[] = {job->good, job->bad};
    const char *word = json_str(status);
    struct model_shape s;

    if (shape_of_state(describe, job, &s) && s.kind == MODEL_STRING && s.count) {
        for (size_t i = 0; i < s.count; i++)
            if (!strcmp(model_value_at(&s, i), word))
                return false;
        return true;
    }
    for (size_t i = 0; i < COUNT(ends); i++)
        for (const char *p = ends[i] + strspn(ends[i], " "); *p; p += strspn(p, " ")) {
            size_t len = strcspn(p, " ");
            if (strlen(word) == len && !strncasecmp(word, p, len))
                return true;
            p += len;
        }
    return false;
}

/* Tells how one job of a call does by what the service says of it (NULL: nothing). */
static enum aws_progress progress_of_part(const struct aws_call *describe,
                                          const struct aws_job *job, const json *at)
{
    const json *status = at ? aws_at(at, job->status, strlen(job->status)) : NULL;

    if (!status || !json_is_string(status))
        return AWS_JOB_MISSING;
    if (text_has_word(job->bad, json_str(status), json_str_len(status)))
        return AWS_JOB_FAILED;
    if (text_has_word(job->good, json_str(status), json_str_len(status)))
        return is_of_tasks(job) && containers_failed(at) ? AWS_JOB_FAILED : AWS_JOB_SUCCEEDED;
    return is_strange(describe, job, status) ? AWS_JOB_STRANGE : AWS_JOB_RUNS;
}

/*
 * Tells how all jobs of a call do. *at is the one that it is told by: the first that runs, else the
 * first that has failed, else the first of all. What AWS does of several tasks of ECS is not
 * documented: here all must have ended, and one that has failed fails the Task.
 */
static enum aws_progress progress_of_all(const struct aws_call *describe, const struct aws_job *job,
                                         const json *submitted, const json *answer, const json **at)
{
    size_t parts = parts_of(job, submitted);
    const json *list = parts > 1 ? json_get(answer, tasks) : NULL;
    enum aws_progress all = AWS_JOB_SUCCEEDED;

    *at = NULL;
    if (parts > 1 && (!list || !json_is_array(list) || json_count(list) < parts))
        return AWS_JOB_MISSING;
    for (size_t i = 0; i < parts; i++) {
        const json *one = list ? json_at(list, i) : aws_at(answer, job->at, strlen(job->at));
        enum aws_progress p = progress_of_part(describe, job, one);
        bool ended = p == AWS_JOB_SUCCEEDED || p == AWS_JOB_FAILED;
        if (i == 0 || !ended || (p == AWS_JOB_FAILED && all == AWS_JOB_SUCCEEDED)) {
            all = p;
            *at = one;
        }
        if (!ended)
            break;
    }
    return all;
}

static json *words_on_state(const struct aws_job *job, const json *at)
{
    const json *status = aws_at(at, job->status, strlen(job->status));
    const char *const ends[] = {job->good, job->bad};
    struct buf text = {0};

    buf_printf(&text, "its state '%s' is not known, and none of those in which it has ended:",
               json_str(status));
    for (size_t i = 0; i < COUNT(ends); i++)
        for (const char *p = ends[i] + strspn(ends[i], " "); *p; p += strspn(p, " ")) {
            size_t len = strcspn(p, " ");
            buf_printf(&text, "%s %.*s", text_ends_with(buf_str(&text), ":") ? "" : ",", (int)len,
                       p);
            p += len;
        }
    return json_take_buf(&text);
}

static enum aws_progress progress_of_error(const struct aws_call *describe,
                                           const struct aws_answer *a)
{
    switch (aws_refusal_of(describe, a)) {
    case AWS_REFUSED_BUSY: return AWS_JOB_UNTOLD;
    case AWS_REFUSED_KEYS: return AWS_JOB_NO_KEYS;
    case AWS_REFUSED: break;
    }
    return AWS_JOB_REFUSED;
}

enum aws_progress aws_job_progress(const struct aws_call *c, const json *submitted,
                                   const struct aws_call *describe, const struct aws_answer *a,
                                   struct aws_result *out)
{
    const struct aws_job *job = c->job;
    struct aws_call in_ms = *describe;
    struct aws_result r;
    enum aws_progress p;
    const json *at;

    /* Times are milliseconds in results of an optimized integration. */
    static const struct aws_integration plain = {.call = "", .envelope = true};
    in_ms.integration = c->integration && c->integration->envelope ? &plain : NULL;
    aws_answer_read(&in_ms, a, &r);
    if (aws_job_is_gone(c, &r)) {
        aws_result_clear(&r);
        *out = (struct aws_result){.ok = true, .value = json_ref(json_empty_object())};
        return AWS_JOB_SUCCEEDED;
    }
    if (!r.ok) {
        *out = r;
        return progress_of_error(describe, a);
    }
    p = progress_of_all(describe, job, submitted, r.value, &at);
    switch (p) {
    case AWS_JOB_SUCCEEDED:
    case AWS_JOB_FAILED:
        answer_ended(c, p == AWS_JOB_SUCCEEDED, description_of(job, at, a, submitted), out);
        break;
    case AWS_JOB_MISSING: *out = job_missing(job, r.value, a, submitted); break;
    case AWS_JOB_STRANGE: *out = (struct aws_result){.cause = words_on_state(job, at)}; break;
    case AWS_JOB_RUNS:
    case AWS_JOB_UNTOLD:
    case AWS_JOB_NO_KEYS:
    case AWS_JOB_REFUSED: break;
    }
    aws_result_clear(&r);
    return p;
}
