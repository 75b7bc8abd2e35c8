/*
 * ArrayUnique. On AWS the result comes out of a java.util.HashSet, in the order of its buckets. So
 * values are hashed as Java does, and told apart as Java does: 1 is not 1.0.
 */

#include "asl/eval/intrinsic_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <string.h>

/* ---- Java's hashCode and equals ---- */

/*
 * The lower half of a hash with the factor JAVA is Java's. One with another factor finds values:
 * who sends texts that Java gives the same hash, of which there are many, must not make it slow.
 */
static const uint64_t JAVA = 31, OURS = UINT64_C(0x9e3779b97f4a7c15);

static uint32_t intrinsic_unique_fold(uint64_t bits)
{
    return (uint32_t)(bits ^ bits >> 32);
}

/* Of the UTF-16 units. */
static uint64_t hash_text(const char *text, size_t len, uint64_t factor)
{
    uint64_t h = 0;
    uint32_t c;

    for (size_t i = 0, n; i < len; i += n) {
        n = utf8_decode(text + i, len - i, &c);
        if (n == 0) {
            n = 1;
            c = (unsigned char)text[i];
        }
        if (c > 0xffff) {
            h = factor * h + (0xd800 + ((c - 0x10000) >> 10));
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        h = factor * h + c;
    }
    return h;
}

static uint32_t hash_double(double d)
{
    uint64_t bits;

    memcpy(&bits, &d, sizeof bits);
    return intrinsic_unique_fold(bits);
}

static uint32_t hash_int(int64_t n)
{
    return n >= INT32_MIN && n <= INT32_MAX ? (uint32_t)n : intrinsic_unique_fold((uint64_t)n);
}

static uint64_t hash_value(const json *v, uint64_t factor);

static uint64_t hash_array(const json *v, uint64_t factor)
{
    uint64_t h = 1;

    for (size_t i = 0; i < json_count(v); i++)
        h = factor * h + hash_value(json_at(v, i), factor);
    return h;
}

/* A sum: members in any order. */
static uint64_t hash_object(const json *v, uint64_t factor)
{
    uint64_t h = 0;

    for (size_t i = 0; i < json_count(v); i++)
        h += hash_value(json_key_at(v, i), factor) ^ hash_value(json_value_at(v, i), factor);
    return h;
}

/* As deep as a value: JSON_MAX_DEPTH. */
static uint64_t hash_value(const json *v, uint64_t factor)
{
    switch (json_kind(v)) {
    case JSON_NULL: return 0;
    case JSON_TRUE: return 1231;
    case JSON_FALSE: return 1237;
    case JSON_INT: return hash_int(json_int_value(v));
    case JSON_BIGINT:
    case JSON_DOUBLE: return hash_double(json_double_value(v));
    case JSON_STRING: return hash_text(json_str(v), json_str_len(v), factor);
    case JSON_ARRAY: return hash_array(v, factor);
    case JSON_OBJECT: return hash_object(v, factor);
    }
    return 0;
}

/* json_equal takes numbers by value. As deep as a value: JSON_MAX_DEPTH. */
static bool same_numbers(const json *a, const json *b)
{
    if (json_kind(a) != json_kind(b))
        return false;
    if (json_is_array(a)) {
        for (size_t i = 0; i < json_count(a); i++)
            if (!same_numbers(json_at(a, i), json_at(b, i)))
                return false;
    } else if (json_is_object(a)) {
        for (size_t i = 0; i < json_count(a); i++)
            if (!same_numbers(json_value_at(a, i), json_get_key(b, json_key_at(a, i))))
                return false;
    }
    return true;
}

static bool intrinsic_unique_equal(const json *a, const json *b)
{
    return json_equal(a, b) && same_numbers(a, b);
}

/* ---- the set ---- */

enum { LEAST_BUCKETS = 16, END = UINT32_MAX };

/* Values in lists, spread over many slots. */
struct entry {
    const json *value;
    uint64_t hash;
    uint32_t next;
};

struct set {
    struct entry *entries;
    uint32_t count;
    uint32_t *slots;
    size_t mask;
};

/* False when no more work is allowed: texts can be made to collide here, too. */
static bool intrinsic_unique_add(struct invocation *in, struct set *s, const json *v)
{
    size_t len = json_text_len(v);

    /* It is hashed once more to put it in order. */
    if (!intrinsic_spend_reading(in, 4 * len))
        return false;
    uint64_t h = hash_value(v, OURS);
    uint32_t *slot = &s->slots[(h * OURS >> 32) & s->mask];

    for (uint32_t i = *slot; i != END; i = s->entries[i].next) {
        bool same = s->entries[i].hash == h;
        if (!intrinsic_spend_reading(in, same ? 4 * len : 0))
            return false;
        if (same && intrinsic_unique_equal(s->entries[i].value, v))
            return true;
    }
    s->entries[s->count] = (struct entry){v, h, *slot};
    *slot = s->count++;
    return true;
}

static size_t power_above(size_t n)
{
    size_t p = LEAST_BUCKETS;

    while (p < n)
        p *= 2;
    return p;
}

static size_t intrinsic_unique_bucket_of(const json *v, size_t buckets)
{
    uint32_t h = (uint32_t)hash_value(v, JAVA);

    return (h ^ h >> 16) & (buckets - 1);
}

/* Entries by Java's bucket, and in a bucket by age. */
static json *in_order(const struct set *s, size_t buckets)
{
    size_t *from = mem_calloc(buckets + 1, sizeof *from),
           *at = mem_calloc(s->count + 1, sizeof *at);
    const json **order = mem_calloc(s->count + 1, sizeof *order);
    struct json_build b;

    for (uint32_t i = 0; i < s->count; i++) {
        at[i] = intrinsic_unique_bucket_of(s->entries[i].value, buckets);
        from[at[i] + 1]++;
    }
    for (size_t i = 1; i <= buckets; i++)
        from[i] += from[i - 1];
    for (uint32_t i = 0; i < s->count; i++)
        order[from[at[i]]++] = s->entries[i].value;
    json_build_array(&b, s->count);
    for (uint32_t i = 0; i < s->count; i++)
        json_build_add(&b, json_ref(order[i]));
    mem_free(order);
    mem_free(at);
    mem_free(from);
    return json_build_done(&b);
}

json *intrinsic_array_unique(struct invocation *in)
{
    const json *array = intrinsic_array(in, 0);

    if (!array)
        return NULL;
    size_t count = json_count(array), slots = power_above(2 * count);
    struct set s = {.entries = mem_calloc(count + 1, sizeof *s.entries),
                    .slots = mem_calloc(slots, sizeof *s.slots),
                    .mask = slots - 1};
    bool goes_on = true;
    for (size_t i = 0; i < slots; i++)
        s.slots[i] = END;
    for (size_t i = 0; goes_on && i < count; i++)
        goes_on = intrinsic_unique_add(in, &s, json_at(array, i));
    /* As large as Java makes it for so many values: three quarters full at most. */
    json *v = goes_on ? in_order(&s, power_above(count * 4 / 3 + 1)) : NULL;
    mem_free(s.entries);
    mem_free(s.slots);
    return v;
}
