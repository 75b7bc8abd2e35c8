/*
 * Whether values are equal, and which string comes first. Recursion is as deep as a value goes,
 * which JSON_MAX_DEPTH bounds where values are made.
 */

#include "parsers/json/json_impl.h"

#include "parsers/base/utf8.h"

/* Trees of as many elements have the same shape, and what they share is equal at first sight. */
static bool json_equal_trees(const struct array_tree *a, const struct array_tree *b)
{
    for (size_t i = 0; i < a->slots; i++)
        if (!json_equal(a->nodes[i], b->nodes[i]))
            return false;
    return true;
}

static bool json_equal_arrays(const json *a, const json *b)
{
    size_t count = json_count(a);

    if (count != json_count(b))
        return false;
    if (json_is_tree(a) && json_is_tree(b))
        return json_equal_trees(as_array_tree(a), as_array_tree(b));
    for (size_t i = 0; i < count; i++)
        if (!json_equal(json_item(a, i), json_item(b, i)))
            return false;
    return true;
}

static bool json_equal_objects(const json *a, const json *b)
{
    size_t count = json_count(a);

    if (count != json_count(b))
        return false;
    if (json_is_tree(a) && json_is_tree(b) && as_object_tree(a)->keys == as_object_tree(b)->keys)
        return json_equal(as_object_tree(a)->values, as_object_tree(b)->values);
    for (size_t i = 0; i < count; i++) {
        const json *key = json_member_key(a, i), *other;

        /* Members mostly stand in the same order. */
        if (json_same_string(key, json_member_key(b, i)))
            other = json_member_value(b, i);
        else
            other = json_get_key(b, key);
        if (!other || !json_equal(json_member_value(a, i), other))
            return false;
    }
    return true;
}

bool json_equal(const json *a, const json *b)
{
    if (a == b)
        return true;
    if (json_is_number(a))
        return json_is_number(b) && !json_compare_numbers(a, b);
    if (a->kind != b->kind)
        return false;
    switch (json_kind(a)) {
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE: return true;
    case JSON_INT:
    case JSON_BIGINT:
    case JSON_DOUBLE: break;
    case JSON_STRING: return json_same_string(a, b);
    case JSON_ARRAY: return json_equal_arrays(a, b);
    case JSON_OBJECT: return json_equal_objects(a, b);
    }
    return false;
}

int json_compare_strings(const json *a, const json *b)
{
    return utf8_compare_utf16(as_string(a)->text, as_string(a)->len, as_string(b)->text,
                              as_string(b)->len);
}
