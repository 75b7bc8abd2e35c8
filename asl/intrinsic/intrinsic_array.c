#include "asl/intrinsic/intrinsic_impl.h"

#include "parsers/mem.h"

enum { RANGE_MAX = 1000 };

json *intrinsic_array_new(struct invocation *in)
{
    struct json_build b;

    json_build_array(&b, in->count);
    for (size_t i = 0; i < in->count; i++)
        json_build_add(&b, json_ref(in->arguments[i]));
    return json_build_done(&b);
}

static json *slice(const json *array, size_t from, size_t to)
{
    struct json_build b;

    json_build_array(&b, to - from);
    for (size_t i = from; i < to; i++)
        json_build_add(&b, json_ref(json_at(array, i)));
    return json_build_done(&b);
}

json *intrinsic_array_partition(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);
    struct json_build b;
    size_t count, step;
    int64_t size;

    if (!array || !intrinsic_integer(in, 1, &size))
        return NULL;
    if (size < 1)
        return intrinsic_refuse(in, "Invalid arguments in States.ArrayPartition: the size must be "
                                    "a positive number");
    count = json_count(array);
    step = (size_t)size;
    json_build_array(&b, count / step + 1);
    for (size_t i = 0; i < count; i += step)
        json_build_add(&b, slice(array, i, count - i > step ? i + step : count));
    return json_build_done(&b);
}

json *intrinsic_array_contains(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);

    if (!array)
        return NULL;
    for (size_t i = 0; i < json_count(array); i++)
        if (json_equal(json_at(array, i), in->arguments[1]))
            return json_bool(true);
    return json_bool(false);
}

json *intrinsic_array_range(struct invocation *in)
{
    int64_t first, last, step, steps;
    struct json_build b;

    if (!intrinsic_integer(in, 0, &first) || !intrinsic_integer(in, 1, &last) ||
        !intrinsic_integer(in, 2, &step))
        return NULL;
    if (step == 0)
        return intrinsic_refuse(in,
                                "Invalid arguments in States.ArrayRange: the step must not be 0");
    steps = (last - first) / step;
    if (first != last && (last > first) != (step > 0))
        return json_ref(json_empty_array());
    if (steps >= RANGE_MAX)
        return intrinsic_refuse(in,
                                "Invalid arguments in States.ArrayRange: the array would have "
                                "more than %d elements",
                                RANGE_MAX);
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
    if (i < 0 || (size_t)i >= json_count(array))
        return intrinsic_refuse(in,
                                "Invalid arguments in States.ArrayGetItem: an array of %zu "
                                "elements has no element %lld",
                                json_count(array), (long long)i);
    return json_ref(json_at(array, (size_t)i));
}

json *intrinsic_array_length(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);

    return array ? json_int((int64_t)json_count(array)) : NULL;
}

/* ---- ArrayUnique: a table of what was seen, so that long arrays take no longer an element ---- */

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= UINT64_C(0xff51afd7ed558ccd);
    return h ^ (h >> 33);
}

static uint64_t hash_bytes(const char *text, size_t len)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return h;
}

/* Numbers by value: what json_equal calls equal has the same hash. */
static uint64_t hash_number(const json *v)
{
    double d = json_double_value(v);
    union {
        double d;
        uint64_t bits;
    } u = {d == 0 ? 0 : d};

    return u.bits;
}

/* As deep as a value: JSON_MAX_DEPTH. */
static uint64_t hash_value(const json *v)
{
    uint64_t h = 1;

    switch (json_kind(v)) {
    case JSON_NULL: return mix(2);
    case JSON_FALSE: return mix(3);
    case JSON_TRUE: return mix(4);
    case JSON_INT:
    case JSON_BIGINT:
    case JSON_DOUBLE: return mix(hash_number(v) + 5);
    case JSON_STRING: return mix(hash_bytes(json_str(v), json_str_len(v)));
    case JSON_ARRAY:
        for (size_t i = 0; i < json_count(v); i++)
            h = mix(h + hash_value(json_at(v, i)));
        return mix(h + 6);
    case JSON_OBJECT: /* a sum: members in any order */
        for (size_t i = 0; i < json_count(v); i++)
            h += mix(hash_value(json_key_at(v, i)) + 31 * hash_value(json_value_at(v, i)));
        return mix(h + 7);
    }
    return h;
}

struct seen {
    const json **slots;
    size_t mask;
};

/* Remembers `v`; false when its like was there. */
static bool remember(struct seen *s, const json *v)
{
    size_t i = (size_t)hash_value(v) & s->mask;

    for (; s->slots[i]; i = (i + 1) & s->mask)
        if (json_equal(s->slots[i], v))
            return false;
    s->slots[i] = v;
    return true;
}

json *intrinsic_array_unique(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);
    struct seen seen = {0};
    struct json_build b;
    size_t room = 8;

    if (!array)
        return NULL;
    while (room < 2 * json_count(array))
        room *= 2;
    seen.mask = room - 1;
    seen.slots = mem_calloc(room, sizeof *seen.slots);
    json_build_array(&b, 0);
    for (size_t i = 0; i < json_count(array); i++)
        if (remember(&seen, json_at(array, i)))
            json_build_add(&b, json_ref(json_at(array, i)));
    mem_free(seen.slots);
    return json_build_done(&b);
}
