/* Intrinsic functions on arrays, but for ArrayUnique. */

#include "asl/eval/intrinsic_impl.h"
#include "asl/report/quota.h"

json *intrinsic_array_new(struct invocation *in)
{
    struct json_build b;

    json_build_array(&b, in->count);
    for (size_t i = 0; i < in->count; i++)
        json_build_add(&b, json_ref(in->arguments[i]));
    return json_build_done(&b);
}

/* The elements are shared with the array, not copied. */
static json *slice(const json *array, size_t from, size_t to)
{
    struct json_build b;

    json_build_array(&b, to - from);
    for (size_t i = from; i < to; i++)
        json_build_add(&b, json_ref(json_at(array, i)));
    return json_build_done(&b);
}

/* Each element is looked at once, and counted for its share in a new array. */
json *intrinsic_array_partition(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);
    struct json_build b;
    size_t count, step;
    int64_t size;

    if (!array || !intrinsic_integer(in, 1, &size))
        return NULL;
    if (size < 1)
        return intrinsic_invalid(in);
    count = json_count(array);
    step = (size_t)size;
    if (!intrinsic_spend(in, 2 * count))
        return NULL;
    json_build_array(&b, count / step + 1);
    for (size_t i = 0; i < count; i += step)
        json_build_add(&b, slice(array, i, count - i > step ? i + step : count));
    return json_build_done(&b);
}

/* Only a value whose text is as long need be written. */
static bool has_text(struct invocation *in, const json *v, const json *text, bool *same)
{
    size_t len = json_is_string(v) ? json_str_len(v) : json_text_len(v);
    json *own;

    *same = false;
    if (len != json_str_len(text) || !intrinsic_spend_reading(in, len))
        return intrinsic_spend(in, 1);
    own = intrinsic_text(in, v);
    *same = own && json_equal(own, text);
    json_unref(own);
    return own;
}

/* AWS compares texts: true is "true", and objects with members in another order differ. */
json *intrinsic_array_contains(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);
    bool found = false;

    if (!array)
        return NULL;
    json *text = intrinsic_text(in, in->arguments[1]);
    bool goes_on = text;
    for (size_t i = 0; goes_on && i < json_count(array) && !found; i++)
        goes_on = has_text(in, json_at(array, i), text, &found);
    json_unref(text);
    return goes_on ? json_bool(found) : NULL;
}

/*
 * Both ends are within 32 bits, so their difference fits. A step in the wrong direction gives an
 * empty array, too many steps are refused.
 */
json *intrinsic_array_range(struct invocation *in)
{
    int64_t first, last, step, steps;
    struct json_build b;

    if (!intrinsic_integer(in, 0, &first) || !intrinsic_integer(in, 1, &last) ||
        !intrinsic_integer(in, 2, &step))
        return NULL;
    if (step == 0)
        return intrinsic_invalid(in);
    steps = (last - first) / step;
    if (first != last && (last > first) != (step > 0))
        return json_ref(json_empty_array());
    if (steps >= QUOTA_RANGE)
        return intrinsic_invalid(in);
    if (!intrinsic_spend(in, (uint64_t)steps))
        return NULL;
    json_build_array(&b, (size_t)steps + 1);
    for (int64_t i = 0; i <= steps; i++)
        json_build_add(&b, json_int(first + i * step));
    return json_build_done(&b);
}

json *intrinsic_array_get_item(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);
    int64_t i;

    if (!array || !intrinsic_integer(in, 1, &i))
        return NULL;
    if (json_count(array) == 0)
        return json_null(); /* so it is on AWS */
    if (i < 0 || (size_t)i >= json_count(array))
        return intrinsic_invalid(in);
    return json_ref(json_at(array, (size_t)i));
}

json *intrinsic_array_length(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);

    return array ? json_int((int64_t)json_count(array)) : NULL;
}
