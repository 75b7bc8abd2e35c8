/*
 * Intrinsic functions on numbers. They work as Java's int does, and MathRandom with a seed gives
 * the numbers of java.util.Random, which AWS takes them from.
 */

#include "asl/eval/intrinsic_impl.h"

#include <stdint.h>

json *intrinsic_math_add(struct invocation *in)
{
    int64_t a, b;

    if (!intrinsic_rounded(in, 0, &a) || !intrinsic_rounded(in, 1, &b))
        return NULL;
    if (a + b < INT32_MIN || a + b > INT32_MAX)
        return intrinsic_invalid(in);
    return json_int(a + b);
}

/* ---- MathRandom ---- */

/*
 * java.util.Random, which AWS's seeded numbers come from: a linear congruence of 48 bits, whose
 * upper bits are given out.
 */
static uint64_t java_step(uint64_t state)
{
    return (state * UINT64_C(0x5deece66d) + 11) & ((UINT64_C(1) << 48) - 1);
}

/* nextInt(bound) of new Random(seed), for bounds up to 2^31 - 1. */
static int64_t java_next_int(int64_t seed, int64_t bound)
{
    uint64_t state = ((uint64_t)seed ^ UINT64_C(0x5deece66d)) & ((UINT64_C(1) << 48) - 1);
    int64_t bits, value;

    do {
        state = java_step(state);
        bits = (int64_t)(state >> 17);
        if ((bound & (bound - 1)) == 0)
            return (bound * bits) >> 31;
        value = bits % bound;
    } while (bits - value + (bound - 1) > INT32_MAX); /* the last, incomplete run of values */
    return value;
}

/* The upper half of 64 random bits, scaled to [0, bound). */
static int64_t chance_below(struct asl_chance *chance, uint64_t bound)
{
    return (int64_t)(((asl_chance_next(chance) >> 32) * bound) >> 32);
}

json *intrinsic_math_random(struct invocation *in)
{
    int64_t start, end, seed;

    if (!intrinsic_integer(in, 0, &start) || !intrinsic_integer(in, 1, &end))
        return NULL;
    if (start >= end)
        return intrinsic_invalid(in);
    if (in->count == 2)
        return json_int(start + chance_below(in->chance, (uint64_t)(end - start)));
    if (!intrinsic_integer(in, 2, &seed))
        return NULL;
    if (end - start > INT32_MAX)
        return intrinsic_invalid(in);
    return json_int(start + java_next_int(seed, end - start));
}

json *intrinsic_uuid(struct invocation *in)
{
    return asl_chance_uuid(in->chance);
}
