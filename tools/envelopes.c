/*
 * An envelope is told by its two members, which no answer has by itself. Histories have values as
 * text, and values may have text of values within: so text is read where the name stands in it.
 */
#include "tools/envelopes.h"

#include <string.h>

static const char http[] = "SdkHttpMetadata", response[] = "SdkResponseMetadata",
                  status[] = "HttpStatusCode";

static json *reduced_text(const json *v, enum envelopes rest)
{
    json *read =
        strstr(json_str(v), http) ? json_parse(json_str(v), json_str_len(v), 0, NULL) : NULL;
    json *inner, *out;

    if (!read)
        return json_ref(v);
    inner = envelopes_reduced(read, rest);
    out = json_equal(inner, read) ? json_ref(v) : json_text(inner);
    json_unref(inner);
    json_unref(read);
    return out;
}

static json *reduced_metadata(const json *v)
{
    const json *code = json_is_object(v) ? json_get(v, status) : NULL;
    struct json_build b;

    json_build_object(&b, 1);
    if (code)
        json_build_set(&b, status, json_ref(code));
    return json_build_done(&b);
}

static json *reduced_object(const json *v, enum envelopes rest)
{
    bool is = json_get(v, http) && json_get(v, response);
    struct json_build b;

    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        bool of_http = is && json_str_is(key, http);

        if (of_http && rest == ENVELOPES_STATUS)
            json_build_set_key(&b, json_ref(key), reduced_metadata(value));
        else if (!of_http && !(is && json_str_is(key, response)))
            json_build_set_key(&b, json_ref(key), envelopes_reduced(value, rest));
    }
    return json_build_done(&b);
}

/* Recursion is bounded by the depth of what is read. */
json *envelopes_reduced(const json *v, enum envelopes rest)
{
    struct json_build b;

    if (rest == ENVELOPES_WHOLE)
        return json_ref(v);
    if (json_is_string(v))
        return reduced_text(v, rest);
    if (json_is_object(v))
        return reduced_object(v, rest);
    if (!json_is_array(v))
        return json_ref(v);
    json_build_array(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_add(&b, envelopes_reduced(json_at(v, i), rest));
    return json_build_done(&b);
}
