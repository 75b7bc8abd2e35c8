/*
 * Numbers from text, and their order. Text becomes an int64_t, kept digits, or a double, by how it
 * is written; nothing is rounded that is not written as a double. (To text: json_double.c.)
 */

#include "parsers/json/json_impl.h"

#include "parsers/base/mem.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

enum { LARGEST_POWER = 22 };

/* ---- reading ---- */

/* When both are exact as doubles, one multiplication or division rounds as it must. */
static bool exact_product(uint64_t digits, ptrdiff_t power, double *d)
{
    if (digits >> DBL_MANT_DIG || power < -LARGEST_POWER || power > LARGEST_POWER)
        return false;
    *d = power < 0 ? (double)digits / powers_of_ten[-power] : (double)digits * powers_of_ten[power];
    return true;
}

/*
 * The digits, moved to the top of a word, times the 128 bits of the power make 192 bits. As the
 * power was rounded up, the true product is less than 2^64 below that. So the first 53 bits are
 * known to be rounded as they must be, unless what is behind them is one half, or so little more
 * that the true product may be one half or less. (Lemire, "Number parsing at a gigabyte per
 * second", 2021, has the same product, and a proof by which he needs less of it.)
 */
static bool rounded_product(uint64_t digits, ptrdiff_t power, double *d)
{
    int zeros, shift, exponent;
    uint64_t high, middle, mantissa, behind, bits;
    __uint128_t product;

    if (!digits || power < JSON_LEAST_POWER || power > JSON_MOST_POWER)
        return false;
    const struct json_power *g = &json_powers[power - JSON_LEAST_POWER];
    zeros = __builtin_clzll(digits);
    digits <<= zeros;
    product = (__uint128_t)g->high * digits + (uint64_t)(((__uint128_t)g->low * digits) >> 64);
    high = (uint64_t)(product >> 64);
    middle = (uint64_t)product;

    /* 11 bits of the high word are behind the mantissa if its first bit is set, else 10. */
    shift = 10 + (int)(high >> 63);
    mantissa = high >> shift;
    behind = high << (64 - shift) | middle >> shift;
    if (behind >> 63 && !(behind << 1))
        return false;
    mantissa += behind >> 63;
    exponent = json_floor_log2_of_ten((int)power) - 127 - zeros + 128 + shift + 1075;
    exponent += (int)(mantissa >> DBL_MANT_DIG);
    /* What is less than the least normal double, or more than the largest. */
    if (exponent < 1 || exponent > 2046)
        return false;
    bits = (uint64_t)exponent << 52 | (mantissa & ((UINT64_C(1) << 52) - 1));
    memcpy(d, &bits, sizeof(bits));
    return true;
}

bool json_scaled_double(uint64_t digits, ptrdiff_t power, double *d)
{
    return exact_product(digits, power, d) || rounded_product(digits, power, d);
}

/* Most doubles have no more digits than fit a word. */
static bool short_double(const char *text, size_t len, double *d)
{
    uint64_t digits = 0;
    ptrdiff_t power = 0, exponent = 0;
    size_t i = *text == '-', count = 0;
    bool negative = i, point = false, small;

    for (; i < len && text[i] != 'e' && text[i] != 'E'; i++) {
        if (text[i] == '.') {
            point = true;
            continue;
        }
        if (++count > 19)
            return false;
        digits = digits * 10 + (uint64_t)(text[i] - '0');
        power -= point;
    }
    if (i < len) {
        small = text[++i] == '-';
        i += small || text[i] == '+';
        if (len - i > 4)
            return false;
        for (; i < len; i++)
            exponent = exponent * 10 + (text[i] - '0');
        power += small ? -exponent : exponent;
    }
    if (!json_scaled_double(digits, power, d))
        return false;
    if (negative)
        *d = -*d;
    return true;
}

/* False when it is not finite. */
static bool read_double(const char *text, size_t len, double *d)
{
    char copy[JSON_MAX_NUMBER + 1];

    if (short_double(text, len, d))
        return true;
    memcpy(copy, text, len);
    copy[len] = '\0';
    *d = strtod(copy, NULL);
    return isfinite(*d);
}

static json *json_number_read_whole(const char *text, size_t len)
{
    bool negative = *text == '-';
    uint64_t n = 0, most = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    struct string_value *big;
    double rounded;

    /* 19 digits fit a uint64_t. */
    if (len - negative <= 19) {
        for (size_t i = negative; i < len; i++)
            n = n * 10 + (uint64_t)(text[i] - '0');
        if (n <= most)
            return json_int(negative ? (int64_t)(-n) : (int64_t)n);
    }
    if (len > 300 && !read_double(text, len, &rounded))
        return NULL;
    big = json_new_string(JSON_BIGINT, len);
    memcpy(big->text, text, len);
    return &big->head;
}

json *json_read_number(const char *text, size_t len)
{
    double d;

    if (len > JSON_MAX_NUMBER)
        return NULL;
    for (size_t i = 0; i < len; i++)
        if (text[i] == '.' || text[i] == 'e' || text[i] == 'E')
            return read_double(text, len, &d) ? json_double(d) : NULL;
    return json_number_read_whole(text, len);
}

static size_t digits_at(const char *text, size_t len, size_t i)
{
    size_t start = i;

    while (i < len && text[i] >= '0' && text[i] <= '9')
        i++;
    return i - start;
}

/* number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ ("e" / "E") [ sign ] 1*digit ] */
bool json_is_number_text(const char *text, size_t len)
{
    size_t i = len && text[0] == '-', n = digits_at(text, len, i);

    if (!n || (n > 1 && text[i] == '0'))
        return false;
    i += n;
    if (i < len && text[i] == '.') {
        n = digits_at(text, len, ++i);
        if (!n)
            return false;
        i += n;
    }
    if (i < len && (text[i] == 'e' || text[i] == 'E')) {
        i++;
        i += i < len && (text[i] == '+' || text[i] == '-');
        n = digits_at(text, len, i);
        if (!n)
            return false;
        i += n;
    }
    return i == len;
}

json *json_number(const char *text, size_t len)
{
    return json_is_number_text(text, len) ? json_read_number(text, len) : NULL;
}

double json_double_value(const json *v)
{
    assert(json_is_number(v));
    switch (json_kind(v)) {
    case JSON_INT: return (double)((const struct int_value *)v)->n;
    case JSON_BIGINT: return strtod(as_string(v)->text, NULL);
    default: return ((const struct double_value *)v)->d;
    }
}

bool json_is_all_numbers(const json *array)
{
    size_t count = json_count(array), run;

    for (size_t at = 0; at < count; at += run) {
        json *const *items = json_run(array, at, &run);

        for (size_t i = 0; i < run; i++)
            if (items[i]->kind < JSON_INT || items[i]->kind > JSON_DOUBLE)
                return false;
    }
    return true;
}

double json_sum(const json *array)
{
    size_t count = json_count(array), run;
    double sum = 0;

    for (size_t at = 0; at < count; at += run) {
        json *const *items = json_run(array, at, &run);

        for (size_t i = 0; i < run; i++)
            if (items[i]->kind == JSON_INT)
                sum += (double)((const struct int_value *)items[i])->n;
            else
                sum += json_double_value(items[i]);
    }
    return sum;
}

bool json_is_usual(const json *v)
{
    static const int64_t exact = INT64_C(1) << 53;

    if (v->kind == JSON_INT)
        return json_int_value(v) <= exact && json_int_value(v) >= -exact;
    if (v->kind == JSON_DOUBLE)
        return json_double_value(v) != floor(json_double_value(v));
    return v->kind != JSON_BIGINT;
}

bool json_has_usual_numbers(const json *array)
{
    size_t count = json_count(array), run;

    if (array->flags & JSON_USUAL || !count)
        return true;
    for (size_t at = 0; at < count; at += run) {
        json *const *items = json_run(array, at, &run);

        for (size_t i = 0; i < run; i++)
            if (!json_is_usual(items[i]))
                return false;
    }
    json_mutable(array)->flags |= JSON_USUAL;
    return true;
}

/* The most digits of an array's index in JavaScript. */
enum { INDEX_DIGITS = 10 };

bool json_is_usual_member(const json *key, const json *v)
{
    const struct string_value *k = as_string(key);
    size_t digits = 0;

    while (digits < k->len && k->text[digits] >= '0' && k->text[digits] <= '9')
        digits++;
    return (digits < k->len || !digits || digits > INDEX_DIGITS) && json_is_usual(v);
}

bool json_has_usual_members(const json *object)
{
    size_t count = json_count(object);

    if (object->flags & JSON_USUAL || !count)
        return true;
    for (size_t i = 0; i < count; i++)
        if (!json_is_usual_member(json_member_key(object, i), json_member_value(object, i)))
            return false;
    json_mutable(object)->flags |= JSON_USUAL;
    return true;
}

/* ---- order ---- */

static int json_number_sign(int n)
{
    return (n > 0) - (n < 0);
}

static int compare_int_double(int64_t n, double d)
{
    int64_t whole;

    if (d >= 0x1p63)
        return -1;
    if (d < -0x1p63)
        return 1;
    whole = (int64_t)d;
    if (n != whole)
        return n < whole ? -1 : 1;
    return ((double)whole > d) - ((double)whole < d);
}

/* Two whole numbers as digits; both are beyond int64_t, so neither is zero. */
static int json_number_compare_digits(const char *a, size_t a_len, const char *b, size_t b_len)
{
    bool negative = *a == '-';
    int order;

    if (negative != (*b == '-'))
        return negative ? -1 : 1;
    if (a_len != b_len)
        order = a_len < b_len ? -1 : 1;
    else
        order = json_number_sign(memcmp(a, b, a_len));
    return negative ? -order : order;
}

static int compare_big_double(const json *big, double d)
{
    char digits[DBL_MAX_10_EXP + 4];
    int len;

    if (d < 0x1p63 && d >= -0x1p63)
        return *as_string(big)->text == '-' ? -1 : 1;
    len = snprintf(digits, sizeof(digits), "%.0f", d);
    return json_number_compare_digits(as_string(big)->text, as_string(big)->len, digits,
                                      (size_t)len);
}

static int compare_big(const json *big, const json *b)
{
    if (b->kind == JSON_DOUBLE)
        return compare_big_double(big, ((const struct double_value *)b)->d);
    if (b->kind == JSON_INT)
        return *as_string(big)->text == '-' ? -1 : 1;
    return json_number_compare_digits(as_string(big)->text, as_string(big)->len, as_string(b)->text,
                                      as_string(b)->len);
}

static int compare_doubles(double a, double b)
{
    return (a > b) - (a < b);
}

int json_compare_numbers(const json *a, const json *b)
{
    assert(json_is_number(a) && json_is_number(b));
    if (a->kind == JSON_BIGINT)
        return compare_big(a, b);
    if (b->kind == JSON_BIGINT)
        return -compare_big(b, a);
    if (a->kind == JSON_DOUBLE && b->kind == JSON_DOUBLE)
        return compare_doubles(json_double_value(a), json_double_value(b));
    if (a->kind == JSON_DOUBLE)
        return -compare_int_double(json_int_value(b), json_double_value(a));
    if (b->kind == JSON_DOUBLE)
        return compare_int_double(json_int_value(a), json_double_value(b));
    return (json_int_value(a) > json_int_value(b)) - (json_int_value(a) < json_int_value(b));
}
