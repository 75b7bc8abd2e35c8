/*
 * The input of a case. Most cases of a suite differ in one member of a large input, so `with` tells
 * only that: it is a JSON Merge Patch (RFC 7396), in which null takes a member away.
 */
#include "tools/test/case_input.h"

static json *merged(const json *v, const json *patch);

/* What `patch` leaves of the members of `v`, which may be no object, and adds to them. */
static json *merged_members(const json *v, const json *patch)
{
    struct json_build b;

    if (!json_is_object(v))
        v = json_empty_object();
    json_build_object(&b, json_count(v) + json_count(patch));
    for (size_t i = 0; i < json_count(v); i++) {
        const json *change = json_get_key(patch, json_key_at(v, i));
        if (!change)
            json_build_set_key(&b, json_ref(json_key_at(v, i)), json_ref(json_value_at(v, i)));
        else if (json_kind(change) != JSON_NULL)
            json_build_set_key(&b, json_ref(json_key_at(v, i)),
                               merged(json_value_at(v, i), change));
    }
    for (size_t i = 0; i < json_count(patch); i++) {
        const json *change = json_value_at(patch, i);
        if (json_kind(change) != JSON_NULL && !json_get_key(b.v, json_key_at(patch, i)))
            json_build_set_key(&b, json_ref(json_key_at(patch, i)),
                               merged(json_empty_object(), change));
    }
    return json_build_done(&b);
}

static json *merged(const json *v, const json *patch)
{
    return json_is_object(patch) ? merged_members(v, patch) : json_ref(patch);
}

json *case_input(const struct test_case *c)
{
    json *input = json_ref(json_empty_object());
    struct asl_at at;

    for (size_t layer = c->layer_count; layer-- > 0;) {
        if (case_field_in(c, layer, "input", &at)) {
            json_unref(input);
            input = json_ref(at.value);
        }
        if (case_field_in(c, layer, "with", &at)) {
            json *changed = merged(input, at.value);
            json_unref(input);
            input = changed;
        }
    }
    return input;
}
