/*
 * Tags of state machines and activities. They are an object in memory, so a key is there once and
 * keeps its place; AWS's form, a list of keys and values, is made for each answer.
 */

#include "runtime/api/api_tags.h"

#include "asl/report/quota.h"
#include "runtime/api/api_activities.h"
#include "runtime/api/api_arn.h"
#include "runtime/api/api_call.h"
#include "runtime/api/api_machines.h"
#include "runtime/api/api_members.h"
#include "runtime/api/api_operation.h"
#include "runtime/api/api_records.h"
#include "runtime/api/api_state.h"

#include <string.h>

const struct member tag_members[] = {
    {.name = "key", .min = 1, .max = QUOTA_TAG_KEY},
    {.name = "value", .max = QUOTA_TAG_VALUE},
    {.name = NULL},
};

json *tags_of(const json *list)
{
    struct json_build b;

    json_build_object(&b, 0);
    for (size_t i = 0; list && i < json_count(list); i++) {
        const json *key = json_get(json_at(list, i), "key");
        const json *value = json_get(json_at(list, i), "value");
        if (key)
            json_build_set_key(&b, json_ref(key), value ? json_ref(value) : json_cstring(""));
    }
    return json_build_done(&b);
}

/* What has the tags. */
struct tagged {
    struct machine *machine;
    struct activity *activity;
};

/*
 * Where the tags of the resource are: in the machine or the activity itself, whose record is put
 * after a change. NULL with the call failed.
 */
static json **tags_at(struct call *c, struct tagged *of)
{
    const char *arn = call_text(c, "resourceArn");
    struct arn parts;

    if (!arn_parse(c, arn, "stateMachine activity", &parts))
        return NULL;
    struct machine *m = machine_at(c->api, arn);
    struct activity *act = activity_at(c->api, arn);
    if (!m && !act)
        call_fail(c, "ResourceNotFound", "Resource not found: '%s'", arn);
    *of = (struct tagged){m, act};
    return m ? &m->tags : act ? &act->tags : NULL;
}

/* Takes `tags`. */
static void change_tags(api *a, const struct tagged *of, json **at, json *tags)
{
    json_unref(*at);
    *at = tags;
    if (of->machine)
        machine_keep(a, of->machine);
    else
        activity_keep(a, of->activity);
}

static const struct member tag_in[] = {
    ARN_MEMBER("resourceArn"),
    {.name = "tags", .kind = LIST, .required = true, .of = tag_members},
    {.name = NULL},
};

/* What is there keeps its place and gets the new value. The quota is on what comes of it. */
static json *tag_resource(struct call *c)
{
    struct tagged of;
    json **tags = tags_at(c, &of);
    struct json_build b;

    if (!tags)
        return NULL;
    json *more = tags_of(call_get(c, "tags"));
    json_build_copy(&b, *tags, json_count(more));
    for (size_t i = 0; i < json_count(more); i++)
        json_build_set_key(&b, json_ref(json_key_at(more, i)), json_ref(json_value_at(more, i)));
    json_unref(more);
    json *all = json_build_done(&b);
    if (json_count(all) > QUOTA_TAGS) {
        json_unref(all);
        return call_fail_about(c, call_text(c, "resourceArn"), "TooManyTags",
                               "A resource has at most %d tags", QUOTA_TAGS);
    }
    change_tags(c->api, &of, tags, all);
    return api_empty();
}

const struct operation tag_resource_operation = {
    .name = "TagResource",
    .run = tag_resource,
    .in = tag_in,
    .grows = true,
};

static bool is_among_keys(const json *key, const json *list)
{
    for (size_t i = 0; i < json_count(list); i++)
        if (json_equal(key, json_at(list, i)))
            return true;
    return false;
}

static const struct member tag_key[] = {
    {.name = "member", .min = 1, .max = QUOTA_TAG_KEY},
    {.name = NULL},
};

static const struct member untag_in[] = {
    ARN_MEMBER("resourceArn"),
    {.name = "tagKeys", .kind = TEXTS, .required = true, .of = tag_key},
    {.name = NULL},
};

static json *untag_resource(struct call *c)
{
    struct tagged of;
    json **tags = tags_at(c, &of);
    const json *keys = call_get(c, "tagKeys");
    struct json_build b;

    if (!tags)
        return NULL;
    json_build_object(&b, json_count(*tags));
    for (size_t i = 0; i < json_count(*tags); i++)
        if (!is_among_keys(json_key_at(*tags, i), keys))
            json_build_set_key(&b, json_ref(json_key_at(*tags, i)),
                               json_ref(json_value_at(*tags, i)));
    change_tags(c->api, &of, tags, json_build_done(&b));
    return api_empty();
}

const struct operation untag_resource_operation = {
    .name = "UntagResource",
    .run = untag_resource,
    .in = untag_in,
};

static const struct member resource_in[] = {
    ARN_MEMBER("resourceArn"),
    {.name = NULL},
};

/* Lists tags in the order in which they were set first. */
static json *list_tags_for_resource(struct call *c)
{
    struct tagged of;
    json **tags = tags_at(c, &of);
    struct json_build b, list;

    if (!tags)
        return NULL;
    json_build_array(&list, json_count(*tags));
    for (size_t i = 0; i < json_count(*tags); i++) {
        struct json_build item;
        json_build_object(&item, 2);
        json_build_set(&item, "key", json_ref(json_key_at(*tags, i)));
        json_build_set(&item, "value", json_ref(json_value_at(*tags, i)));
        json_build_add(&list, json_build_done(&item));
    }
    json_build_object(&b, 1);
    json_build_set(&b, "tags", json_build_done(&list));
    return json_build_done(&b);
}

const struct operation list_tags_for_resource_operation = {
    .name = "ListTagsForResource",
    .run = list_tags_for_resource,
    .in = resource_in,
};
