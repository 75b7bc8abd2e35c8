/*
 * What Step Functions adds to calls of services, so that it finds its own jobs again: tags, a
 * variable of the environment, a name. Authors see it where the service shows it, and rules of
 * EventBridge and policies of IAM look for it.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"

#include <string.h>
#include <strings.h>

static const char managed[] = "MANAGED_BY_AWS", started[] = "STARTED_BY_STEP_FUNCTIONS";

json *aws_with_member(json *v, const char *name, json *value)
{
    json *key = NULL, *changed;

    for (size_t i = 0; !key && i < json_count(v); i++)
        if (!strcasecmp(json_str(json_key_at(v, i)), name))
            key = json_ref(json_key_at(v, i));
    changed = json_with(v, key ? key : json_cstring(name), value);
    json_unref(v);
    return changed;
}

/* Adds {key_name: key, value_name: value} to the list `list` of an object. What is given there and
 * is no list is the service's to refuse. Takes `v`. */
static json *with_pair(json *v, const char *list, const char *const names[2], const char *key,
                       const char *value)
{
    const json *given = aws_given(v, list);
    struct json_build b, pair;

    if (given && !json_is_array(given))
        return v;
    if (given)
        json_build_copy(&b, given, 1);
    else
        json_build_array(&b, 1);
    json_build_object(&pair, 2);
    json_build_set(&pair, names[0], json_cstring(key));
    json_build_set(&pair, names[1], json_cstring(value));
    json_build_add(&b, json_build_done(&pair));
    return aws_with_member(v, list, json_build_done(&b));
}

static json *mark_ecs(json *v, const struct aws_caller *caller)
{
    (void)caller;
    return aws_given(v, "StartedBy")
               ? v
               : aws_with_member(v, "StartedBy", json_cstring("AWS Step Functions"));
}

/* Only a job of one container has these overrides: others would be refused with them. */
static json *mark_batch(json *v, const struct aws_caller *caller)
{
    static const char *const others[] = {"NodeOverrides", "EksPropertiesOverride",
                                         "EcsPropertiesOverride"};
    static const char *const names[] = {"Name", "Value"};
    const json *given = aws_given(v, "ContainerOverrides");

    (void)caller;
    for (size_t i = 0; i < COUNT(others); i++)
        if (aws_given(v, others[i]))
            return v;
    if (given && !json_is_object(given))
        return v;
    json *overrides = json_ref(given ? given : json_empty_object());
    return aws_with_member(v, "ContainerOverrides",
                           with_pair(overrides, "Environment", names, managed, started));
}

static json *mark_sagemaker(json *v, const struct aws_caller *caller)
{
    static const char *const names[] = {"Key", "Value"};

    v = with_pair(v, "Tags", names, managed, started);
    if (caller->execution)
        v = with_pair(v, "Tags", names, "AWS_STEP_FUNCTIONS_EXECUTION_ARN", caller->execution);
    return v;
}

static json *mark_mediaconvert(json *v, const struct aws_caller *caller)
{
    const json *given = aws_given(v, "Tags");

    (void)caller;
    if (given && !json_is_object(given))
        return v;
    json *tags = json_with(given ? given : json_empty_object(), json_cstring("ManagedByService"),
                           json_cstring("AWSStepFunctions"));
    return aws_with_member(v, "Tags", tags);
}

json *aws_marked(const struct aws_call *c, json *v, const struct aws_caller *caller)
{
    static const struct {
        const char *call;
        bool job; /* only where the job's end is awaited */
        json *(*mark)(json *v, const struct aws_caller *caller);
    } rows[] = {
        {"batch:submitJob", true, mark_batch},
        {"ecs:runTask", true, mark_ecs},
        {"mediaconvert:createJob", false, mark_mediaconvert},
        {"sagemaker:createTrainingJob", true, mark_sagemaker},
        {"sagemaker:createTransformJob", true, mark_sagemaker},
        {"sagemaker:createProcessingJob", true, mark_sagemaker},
        {"sagemaker:createHyperParameterTuningJob", true, mark_sagemaker},
        {"sagemaker:createLabelingJob", true, mark_sagemaker},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        if (!strcmp(rows[i].call, c->integration->call) && (c->job || !rows[i].job))
            return rows[i].mark(v, caller);
    return v;
}
