/*
 * Doubles to text: the fewest digits that read back as the double, and of those the nearest. They
 * are found by the algorithm Schubfach (Raffaello Giulietti, "The Schubfach way to render doubles",
 * 2020), which is that of Java's Double.toString since JDK 19; so is the form of the text.
 *
 * The idea: all numbers up to half-way to a double's two neighbours read back as it. Take the
 * largest 10^k that is no wider than this interval. Then one multiple of 10^k at least lies within
 * it, but one of 10^(k+1) at most: a multiple of 10^(k+1) is the shortest if there is one, else the
 * nearest multiple of 10^k. What may be within are only those next to the double, so four numbers
 * are tried, however large or small the double is.
 */

#include "parsers/json/json_impl.h"

#include <assert.h>
#include <math.h>

/* ---- which digits ---- */

/* A positive number, digits * 10^power. */
struct decimal {
    uint64_t digits;
    int power;
};

/* A double, and the least and the most that reads back as it, all times 4 / 10^k and rounded. */
struct interval {
    uint64_t least, middle, most;
};

/* log10(2^q) and log10(3/4 * 2^q), rounded down: right for the exponents of doubles. */
static int floor_log10_of_two(int q)
{
    return (q * 1262611) >> 22;
}

static int floor_log10_of_three_quarters(int q)
{
    return (q * 1262611 - 524031) >> 22;
}

/*
 * Returns g * n / 2^128 rounded to odd: a whole number as it is, and for any other the odd one of
 * the two next to it, which compares with even numbers as the exact product does. (The exact one is
 * never so close to a whole number that it could be mistaken for it, as the paper proves: `g` was
 * rounded up, by which the word that is looked at becomes larger by 1 at most.)
 */
static uint64_t multiply_to_odd(const struct json_power *g, uint64_t n)
{
    __uint128_t low = (__uint128_t)g->low * n;
    __uint128_t product = (__uint128_t)g->high * n + (uint64_t)(low >> 64);

    return (uint64_t)(product >> 64) | ((uint64_t)product > 1);
}

/* True when just one of `n` and `n` + `step` lies within the interval: *found. */
static bool find_within(const struct interval *x, uint64_t n, uint64_t step, uint64_t *found)
{
    bool below = x->least <= 4 * n, above = 4 * (n + step) <= x->most;

    *found = above ? n + step : n;
    return below != above;
}

/*
 * `d` is c * 2^q. The neighbour below a power of two is only half as far away. The ends of the
 * interval read back as `d` when c is even, as a number half-way between two doubles does.
 */
static struct decimal shortest_decimal(double d)
{
    const uint64_t first_bit = UINT64_C(1) << 52;
    uint64_t bits, c, odd, n;
    int biased, q, k, shift;
    struct interval x;
    struct decimal shortest;
    bool lopsided;

    memcpy(&bits, &d, sizeof(bits));
    biased = (int)(bits >> 52 & 0x7FF);
    c = (bits & (first_bit - 1)) | (biased ? first_bit : 0);
    q = (biased ? biased : 1) - 1075;
    /* Java wants two digits, which only the two least doubles would not have: 5E-324, 1E-323. */
    if (bits <= 2)
        return (struct decimal){bits == 1 ? 49 : 99, -325};
    lopsided = c == first_bit && biased > 1;
    k = lopsided ? floor_log10_of_three_quarters(q) : floor_log10_of_two(q);
    const struct json_power *g = &json_powers[-k - JSON_LEAST_POWER];
    shift = q + json_floor_log2_of_ten(-k) + 1;
    odd = c & 1;
    x.least = multiply_to_odd(g, (4 * c - (lopsided ? 1 : 2)) << shift) + odd;
    x.middle = multiply_to_odd(g, 4 * c << shift);
    x.most = multiply_to_odd(g, (4 * c + 2) << shift) - odd;

    shortest.power = k;
    n = x.middle / 4;
    if (n >= 100 && find_within(&x, n / 10 * 10, 10, &shortest.digits))
        return shortest;
    if (find_within(&x, n, 1, &shortest.digits))
        return shortest;
    /* Both are within: the nearer one, or the even one of two that are as near. */
    shortest.digits = n + (x.middle > 4 * n + 2 || (x.middle == 4 * n + 2 && n % 2));
    return shortest;
}

/* ---- their text, in Java's form ---- */

enum { MOST_DIGITS = 20 };

/* Writes the digits of `n` that end before `end`, and returns where they begin. */
static char *write_digits_before(char *end, uint64_t n)
{
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";

    for (; n >= 100; n /= 100)
        memcpy(end -= 2, pairs + 2 * (n % 100), 2);
    if (n < 10)
        *--end = (char)('0' + n);
    else
        memcpy(end -= 2, pairs + 2 * n, 2);
    return end;
}

/* Writes 0.DIGITS times ten to the `point`, of which at least 0.001 and less than 10^7. */
static char *write_plain(char *at, const char *digits, int count, int point)
{
    if (point <= 0) {
        memcpy(at, "0.00", 4);
        at += 2 - point;
        memcpy(at, digits, (size_t)count);
        return at + count;
    }
    if (point < count) {
        memcpy(at, digits, (size_t)point);
        at[point] = '.';
        memcpy(at + point + 1, digits + point, (size_t)(count - point));
        return at + count + 1;
    }
    memcpy(at, digits, (size_t)count);
    memset(at + count, '0', (size_t)(point - count));
    memcpy(at + point, ".0", 2);
    return at + point + 2;
}

/* Writes D.DIGITSE-EXPONENT. */
static char *write_with_exponent(char *at, const char *digits, int count, int exponent)
{
    char room[MOST_DIGITS], *end = room + sizeof(room), *start;

    at[0] = digits[0];
    at[1] = '.';
    at[2] = '0';
    memcpy(at + 2, digits + 1, (size_t)(count - 1));
    at += count > 1 ? count + 1 : 3;
    *at++ = 'E';
    if (exponent < 0)
        *at++ = '-';
    start = write_digits_before(end, (uint64_t)(exponent < 0 ? -exponent : exponent));
    memcpy(at, start, (size_t)(end - start));
    return at + (end - start);
}

/* What is not a digit is behind `digits`, and is copied with them: it is written over. */
char *json_put_int(char *at, int64_t n)
{
    char room[2 * MOST_DIGITS], *end = room + MOST_DIGITS, *digits;

    if (n < 0)
        *at++ = '-';
    digits = write_digits_before(end, n < 0 ? -(uint64_t)n : (uint64_t)n);
    memcpy(at, digits, MOST_DIGITS);
    return at + (end - digits);
}

char *json_put_double(char *at, double d)
{
    char room[MOST_DIGITS], *end = room + sizeof(room), *digits;
    double size = fabs(d);
    struct decimal x;
    int count, point;

    assert(isfinite(d));
    if (signbit(d))
        *at++ = '-';
    if (size == 0) {
        memcpy(at, "0.0", 3);
        return at + 3;
    }
    x = shortest_decimal(size);
    /* Numbers as people write them end in zeros, of which most go at once. */
    if (x.digits % 100000000 == 0) {
        x.digits /= 100000000;
        x.power += 8;
    }
    digits = write_digits_before(end, x.digits);
    count = (int)(end - digits);
    point = count + x.power;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    if (size >= 1e-3 && size < 1e7)
        return write_plain(at, digits, count, point);
    return write_with_exponent(at, digits, count, point - 1);
}

void json_write_double(struct buf *out, double d)
{
    char *at = buf_reserve(out, JSON_NUMBER_ROOM);

    out->len += (size_t)(json_put_double(at, d) - at);
}
