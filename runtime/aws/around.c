/*
 * Integrations that make another call beside their own. EMR's find by its name what is to change;
 * Bedrock's read what a model is asked from an object of S3, and write what it answers to one.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"

#include <string.h>

static const char bad[] = "PARAMETERS", invoke_model[] = "bedrock:invokeModel";

/* ---- what has a name ---- */

/* What is listed, and where the Task has its name and the change, into which its id goes. */
static const struct named {
    const char *call, *lists, *list, *name, *change, *id;
} named[] = {
    {"elasticmapreduce:modifyInstanceGroupByName", "ListInstanceGroups", "InstanceGroups",
     "InstanceGroupName", "InstanceGroup", "InstanceGroupId"},
    {"elasticmapreduce:modifyInstanceFleetByName", "ListInstanceFleets", "InstanceFleets",
     "InstanceFleetName", "InstanceFleet", "InstanceFleetId"},
};

/* The call that lists has no row in the table of integrations. This one gives its errors the name
 * of EMR's integration. */
static const struct aws_integration of_emr = {.call = "elasticmapreduce:list", .envelope = true};

static const struct named *named_of(const struct aws_call *c)
{
    for (size_t i = 0; c->integration && i < COUNT(named); i++)
        if (!strcmp(named[i].call, c->integration->call))
            return &named[i];
    return NULL;
}

static bool list_by_name(const struct aws_call *c, const struct named *n, const json *parameters,
                         const json *marker, struct aws_side_call *out, struct diag *why)
{
    const json *name = aws_given(parameters, n->name), *change = aws_given(parameters, n->change);
    const json *cluster = aws_given(parameters, "ClusterId");
    struct json_build b;

    if (!name || !json_is_string(name) || !change || !json_is_object(change)) {
        diag_set(why, bad, 0, "The field '%s' is required but was missing",
                 name && json_is_string(name) ? n->change : n->name);
        return false;
    }
    out->call = (struct aws_call){.service = c->service, .integration = &of_emr};
    if (!model_operation_named(c->service, n->lists, strlen(n->lists), &out->call.operation))
        return false;
    json_build_object(&b, 2);
    if (cluster)
        json_build_set(&b, "ClusterId", json_ref(cluster));
    if (marker)
        json_build_set(&b, "Marker", json_ref(marker));
    out->parameters = json_build_done(&b);
    return true;
}

/* Returns the id of what has that name on this page of the list; NULL: it is not there. */
static const json *id_of_name(const struct named *n, const json *page, const json *name)
{
    const json *list = json_get(page, n->list);

    for (size_t i = 0; list && json_is_array(list) && i < json_count(list); i++) {
        const json *own = json_get(json_at(list, i), "Name");
        if (own && json_is_string(own) && json_equal(own, name))
            return json_get(json_at(list, i), "Id");
    }
    return NULL;
}

/* `side` has the marker of this page. A list that goes on where it was would never end. */
static enum aws_side_end read_named(const struct named *n, const json *parameters,
                                    const struct aws_side_call *side, const json *page, json **out,
                                    struct aws_result *failed)
{
    const json *name = aws_given(parameters, n->name), *marker = json_get(page, "Marker");
    const json *id = id_of_name(n, page, name), *sent = json_get(side->parameters, "Marker");

    if (!id && marker && json_is_string(marker) && json_str_len(marker)) {
        if (sent && json_equal(sent, marker)) {
            aws_not_sent(&side->call, json_cstring(AWS_NO_END_OF_LIST), failed);
            return AWS_SIDE_FAILED;
        }
        *out = json_ref(marker);
        return AWS_SIDE_MORE;
    }
    if (!id) {
        *failed = (struct aws_result){
            .error = json_cstring("ElasticMapReduce.InvalidRequestException"),
            .cause = json_stringf("The cluster has no %s '%s'", n->change, json_str(name))};
        return AWS_SIDE_FAILED;
    }
    json *change = json_with(aws_given(parameters, n->change), json_cstring(n->id), json_ref(id));
    *out = json_with(parameters, json_cstring(n->change), change);
    return AWS_SIDE_DONE;
}

/* ---- objects of S3 ---- */

/* Makes a call of S3 for the object of "s3://BUCKET/KEY". */
static bool call_object(const char *action, const json *place, const char *member,
                        struct aws_side_call *out, struct diag *why)
{
    static const char begin[] = "s3://";
    const json *uri = json_is_object(place) ? aws_given(place, "S3Uri") : NULL;
    const char *text = uri && json_is_string(uri) ? json_str(uri) : "";
    const char *bucket = text + strlen(begin), *end = text + (*text ? json_str_len(uri) : 0);
    size_t len = strncmp(text, begin, strlen(begin)) ? 0 : strcspn(bucket, "/");
    struct json_build b;

    if (!len || !bucket[len] || !bucket[len + 1]) {
        diag_set(why, bad, 0, "The field '%s.S3Uri' must be s3://BUCKET/KEY", member);
        return false;
    }
    out->call = (struct aws_call){.service = model_service_named("s3", 2)};
    if (!out->call.service ||
        !model_operation_named(out->call.service, action, strlen(action), &out->call.operation))
        return false;
    json_build_object(&b, 3);
    json_build_set(&b, "Bucket", json_string(bucket, len));
    json_build_set(&b, "Key", json_string(bucket + len + 1, (size_t)(end - bucket) - len - 1));
    out->parameters = json_build_done(&b);
    return true;
}

static bool is_model_call(const struct aws_call *c)
{
    return c->integration && !strcmp(c->integration->call, invoke_model);
}

/* The object's type is that of the model's input, unless the Task says one. */
static enum aws_side_end around_read_object(const json *parameters, const struct aws_answer *a,
                                            json **out)
{
    const json *type = aws_header_of(a->headers, "Content-Type");

    *out = type && !aws_given(parameters, "ContentType")
               ? json_with(parameters, json_cstring("ContentType"), json_ref(type))
               : json_ref(parameters);
    return AWS_SIDE_DONE;
}

/* ---- before and after ---- */

bool aws_call_before(const struct aws_call *c, const json *parameters, const json *marker,
                     struct aws_side_call *out, struct diag *why)
{
    const struct named *n = named_of(c);
    const json *input = is_model_call(c) ? aws_given(parameters, "Input") : NULL;

    if (n)
        return list_by_name(c, n, parameters, marker, out, why);
    if (!input)
        return false;
    if (aws_given(parameters, "Body")) {
        diag_set(why, bad, 0, "Only one of the fields 'Body' and 'Input' can be given");
        return false;
    }
    if (!call_object("GetObject", input, "Input", out, why))
        return false;
    out->gives_body = true;
    return true;
}

enum aws_side_end aws_before_read(const struct aws_call *c, const json *parameters,
                                  const struct aws_side_call *side, const struct aws_answer *a,
                                  json **out, struct aws_result *failed)
{
    const struct named *n = named_of(c);
    struct aws_result r;
    enum aws_side_end end;

    aws_answer_read(&side->call, a, &r);
    if (!r.ok) {
        *failed = r;
        return AWS_SIDE_FAILED;
    }
    end = n ? read_named(n, parameters, side, r.value, out, failed)
            : around_read_object(parameters, a, out);
    aws_result_clear(&r);
    return end;
}

bool aws_call_after(const struct aws_call *c, const json *parameters, const struct aws_answer *a,
                    struct aws_side_call *out, struct diag *why)
{
    const json *output = is_model_call(c) ? aws_given(parameters, "Output") : NULL;
    const json *type = a ? aws_header_of(a->headers, "Content-Type") : NULL;

    if (!output || !call_object("PutObject", output, "Output", out, why))
        return false;
    if (type) {
        json *typed = json_with(out->parameters, json_cstring("ContentType"), json_ref(type));
        json_unref(out->parameters);
        out->parameters = typed;
    }
    out->takes_body = true;
    return true;
}

void aws_after_read(const struct aws_side_call *side, const json *parameters,
                    const struct aws_answer *a, json *value, struct aws_result *out)
{
    struct aws_result r;

    aws_answer_read(&side->call, a, &r);
    if (!r.ok) {
        *out = r;
    } else {
        const json *place = aws_given(aws_given(parameters, "Output"), "S3Uri");
        *out = (struct aws_result){
            .ok = true, .value = json_with(value, json_cstring("Body"), json_ref(place))};
        aws_result_clear(&r);
    }
    json_unref(value);
}
