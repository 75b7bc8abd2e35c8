/* Functions on numbers, and their texts. */

#include "parsers/base/count.h"
#include "parsers/base/maths.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/picture/format_number.h"
#include "parsers/picture/js_number.h"
#include "parsers/picture/picture.h"

#include <math.h>

/*
 * Units of work: for a number that is written by a picture which was read before, for one that is
 * rounded, for one that is written in a radix.
 */
enum { PICTURE_COST = 64, ROUND_COST = 48, RADIX_COST = 64 };

/* Units of work for each byte of a picture that is read. */
enum { PICTURE_UNITS_A_BYTE = 1 };

static struct jv fn_number(struct evaluation *e, const struct call *c)
{
    const struct jv v = arg(c, 0);
    double n;

    if (v.kind == JV_UNDEFINED || v.kind == JV_NUMBER)
        return v;
    if (v.kind == JV_BOOL)
        return jv_number(v.b);
    eval_spend_characters(e, str_len(v));
    if (is_string(v) && js_number_read(str(v), str_len(v), &n))
        return jv_number(n);
    return eval_error_value(e, "D3030", v);
}

static struct jv fn_abs(struct evaluation *e, const struct call *c)
{
    (void)e;
    return is_undefined(arg(c, 0)) ? jv_undefined() : jv_number(fabs(arg(c, 0).n));
}

static struct jv fn_floor(struct evaluation *e, const struct call *c)
{
    (void)e;
    return is_undefined(arg(c, 0)) ? jv_undefined() : jv_number(floor(arg(c, 0).n));
}

static struct jv fn_ceil(struct evaluation *e, const struct call *c)
{
    (void)e;
    return is_undefined(arg(c, 0)) ? jv_undefined() : jv_number(ceil(arg(c, 0).n));
}

/* Half to even, as the reference rounds: 2.5 is 2 and 3.5 is 4, unlike JavaScript's Math.round. */
static struct jv fn_round(struct evaluation *e, const struct call *c)
{
    const struct jv precision = arg(c, 1);

    eval_spend(e, ROUND_COST);
    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    return jv_number(js_number_round(arg(c, 0).n, is_undefined(precision) ? 0 : precision.n));
}

static struct jv fn_sqrt(struct evaluation *e, const struct call *c)
{
    const struct jv v = arg(c, 0);

    if (is_undefined(v))
        return v;
    return v.n < 0 ? eval_error_value(e, "D3060", v) : jv_number(sqrt(v.n));
}

static struct jv fn_power(struct evaluation *e, const struct call *c)
{
    const struct jv base = arg(c, 0), exponent = arg(c, 1);
    double n;

    if (is_undefined(base))
        return base;
    n = is_undefined(exponent) ? NAN : maths_pow(base.n, exponent.n);
    /* JavaScript: 1 to the power of infinity is not a number. */
    if (!isfinite(n) || (fabs(base.n) == 1 && isinf(exponent.n)))
        return eval_error_values(e, "D3061", base, exponent);
    return jv_number(n);
}

static struct jv fn_sum(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    double total = 0;

    if (is_undefined(list))
        return list;
    if (!eval_steps(e, items_count(list)))
        return jv_error();
    /* An array of the input is summed where it lies, without a value made for each item. */
    if (list.kind == JV_ARRAY)
        return jv_number(json_sum(list.j));
    for (size_t i = 0; i < items_count(list); i++)
        total += items_at(list, i).n;
    return jv_number(total);
}

static struct jv extreme(struct evaluation *e, const struct call *c, bool largest)
{
    const struct jv list = arg(c, 0);
    double best;

    if (is_undefined(list) || items_count(list) == 0)
        return jv_undefined();
    eval_spend(e, items_count(list) / 4);
    best = items_at(list, 0).n;
    for (size_t i = 1; i < items_count(list); i++) {
        const double n = items_at(list, i).n;
        /*
         * As Math.max and Math.min do, one NaN makes the result NaN: nothing is greater or less
         * than it.
         */
        if (isnan(n) || (largest ? n > best : n < best))
            best = n;
    }
    return jv_number(best);
}

static struct jv fn_max(struct evaluation *e, const struct call *c)
{
    return extreme(e, c, true);
}

static struct jv fn_min(struct evaluation *e, const struct call *c)
{
    return extreme(e, c, false);
}

static struct jv fn_average(struct evaluation *e, const struct call *c)
{
    struct jv total;

    if (is_undefined(arg(c, 0)) || items_count(arg(c, 0)) == 0)
        return jv_undefined();
    total = fn_sum(e, c);
    return is_error(total) ? total : jv_number(total.n / (double)items_count(arg(c, 0)));
}

/* ---- texts ---- */

/* Returns what was written as a value; without `ok`, fails with the fault in *why. */
static struct jv written(struct evaluation *e, struct buf *text, bool ok, struct fault *why)
{
    eval_spend(e, text->len / 4);
    if (ok)
        return eval_take_buf(e, text);
    buf_clear(text);
    return eval_error_fault(e, why);
}

/* Pictures are read, and written by, character by character. */
bool eval_picture_steps(struct evaluation *e, struct jv picture)
{
    return eval_steps(e, PICTURE_COST + (uint64_t)str_len(picture) * PICTURE_UNITS_A_BYTE);
}

static struct jv fn_format_number(struct evaluation *e, const struct call *c)
{
    const struct jv picture = arg(c, 1), options = arg(c, 2);
    struct number_symbols symbols = {0};
    struct fault why = {0};
    struct buf text = {0};

    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    if (!eval_picture_steps(e, picture))
        return jv_error();
    eval_spend(e, is_object(options) ? 4 * members_count(options) : 0);
    for (size_t i = 0; is_object(options) && i < members_count(options); i++) {
        const struct jv v = member_value(options, i);
        const json *key = member_key(options, i);
        if (is_string(v))
            number_symbols_set(&symbols, json_str(key), json_str_len(key), str(v), str_len(v));
    }
    return written(e, &text,
                   picture_format_number(&text, arg(c, 0).n, str(picture), str_len(picture),
                                         is_object(options) ? &symbols : NULL, e->x->pictures,
                                         &why),
                   &why);
}

static struct jv fn_format_base(struct evaluation *e, const struct call *c)
{
    const struct jv radix = arg(c, 1);
    struct fault why = {0};
    struct buf text = {0};

    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    eval_spend(e, RADIX_COST);
    return written(
        e, &text,
        js_number_format_base(&text, arg(c, 0).n, is_undefined(radix) ? 10 : radix.n, &why), &why);
}

static struct jv fn_format_integer(struct evaluation *e, const struct call *c)
{
    const struct jv picture = arg(c, 1);
    struct fault why = {0};
    struct buf text = {0};

    if (is_undefined(arg(c, 0)))
        return jv_undefined();
    if (!eval_picture_steps(e, picture))
        return jv_error();
    return written(e, &text,
                   picture_format_integer(&text, arg(c, 0).n, str(picture), str_len(picture),
                                          e->x->pictures, &why),
                   &why);
}

static struct jv fn_parse_integer(struct evaluation *e, const struct call *c)
{
    const struct jv text = arg(c, 0), picture = arg(c, 1);
    struct fault why = {0};
    double n;

    if (is_undefined(text))
        return text;
    /* A word is looked up among all that there are; letters are powers. */
    eval_spend(e, str_len(text));
    if (!eval_picture_steps(e, picture))
        return jv_error();
    if (picture_parse_integer(str(text), str_len(text), str(picture), str_len(picture),
                              e->x->pictures, &n, &why))
        return jv_number(n);
    return eval_error_fault(e, &why);
}

/* ---- chance ---- */

/* The first of java.util.Random's doubles for a seed: what Step Functions answers with. */
static double java_random(int64_t seed)
{
    const uint64_t mask = (UINT64_C(1) << 48) - 1;
    uint64_t s = ((uint64_t)seed ^ UINT64_C(0x5DEECE66D)) & mask;
    uint64_t high, low;

    s = (s * UINT64_C(0x5DEECE66D) + 0xB) & mask;
    high = s >> 22;
    s = (s * UINT64_C(0x5DEECE66D) + 0xB) & mask;
    low = s >> 21;
    return (double)((high << 27) + low) * 0x1p-53;
}

static struct jv fn_random(struct evaluation *e, const struct call *c)
{
    const struct jv seed = arg(c, 0);

    if (seed.kind == JV_NUMBER && fabs(seed.n) < 0x1p63)
        return jv_number(java_random((int64_t)seed.n));
    return jv_number(eval_chance_unit(e));
}

static const struct builtin functions[] = {
    {"number", "<(nsb)-:n>", fn_number, 1, IN_BOTH, "a number from text or a boolean"},
    {"abs", "<n-:n>", fn_abs, 1, IN_BOTH, "without its sign"},
    {"floor", "<n-:n>", fn_floor, 1, IN_BOTH, "the next whole number below"},
    {"ceil", "<n-:n>", fn_ceil, 1, IN_BOTH, "the next whole number above"},
    {"round", "<n-n?:n>", fn_round, 2, IN_BOTH, "rounded to digits behind the point, half to even"},
    {"power", "<n-n:n>", fn_power, 2, IN_BOTH, "to the power of another"},
    {"sqrt", "<n-:n>", fn_sqrt, 1, IN_BOTH, "the square root"},
    {"sum", "<a<n>:n>", fn_sum, 1, IN_BOTH, "all numbers added"},
    {"max", "<a<n>:n>", fn_max, 1, IN_BOTH, "the largest"},
    {"min", "<a<n>:n>", fn_min, 1, IN_BOTH, "the smallest"},
    {"average", "<a<n>:n>", fn_average, 1, IN_BOTH, "the mean"},
    {"formatNumber", "<n-so?:s>", fn_format_number, 3, IN_BOTH, "by a picture: #,##0.00"},
    {"formatBase", "<n-n?:s>", fn_format_base, 2, IN_BOTH, "in a radix from 2 to 36"},
    {"formatInteger", "<n-s:s>", fn_format_integer, 2, IN_BOTH,
     "a whole number by a picture: words, Roman, letters"},
    {"parseInteger", "<s-s:n>", fn_parse_integer, 2, IN_BOTH,
     "a whole number from text of a picture"},
    {"random", "<:n>", fn_random, 0, IN_REFERENCE, "a random number from 0 to below 1"},
    {"random", "<n?:n>", fn_random, 1, IN_AWS,
     "a random number from 0 to below 1; the same for the same seed"},
};

const struct family number_functions = {"numbers", functions, COUNT(functions)};
