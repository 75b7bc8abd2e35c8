/*
 * Numbers to text and back as JavaScript does it. The fewest digits that read back come from
 * json_write_double; here they are laid out in JavaScript's way.
 */

#include "parsers/picture/js_number.h"

#include "parsers/base/ascii.h"
#include "parsers/base/maths.h"
#include "parsers/json/json.h"

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* Digits of which a double can be written exactly: 767 significant ones at most. */
    EXACT_DIGITS = 770,
    LARGEST_FIXED = 330,
    /* Beyond it shifting a number gives 0 or infinity anyway. */
    FAR_SHIFT = 10000,
    LARGEST_POWER = 22,
};

/* All that a double holds exactly. */
static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/*
 * n times a power of ten, so that 15 digits are in front of the point; it is wrong by less than a
 * tenth. A whole number of 15 digits divided by that power is rounded as reading the decimal is.
 */
static bool scale15(double n, double *scaled, int *power)
{
    int bits;

    if (!(n >= 1e-7 && n < 1e15))
        return false;
    /* From the power of two, by 1233 / 4096 for log10(2): right, or one too many. */
    frexp(n, &bits);
    *power = 14 - (int)floor((bits - 1) * (1233.0 / 4096));
    if (*power < 0 || *power >= LARGEST_POWER)
        return false;
    *scaled = n * powers_of_ten[*power];
    if (*scaled >= 1e15)
        *scaled = n * powers_of_ten[--*power];
    else if (*scaled < 1e14)
        *scaled = n * powers_of_ten[++*power];
    return true;
}

/* ---- to text ---- */

/* 0.DIGITS times ten to the power of `point`; the last digit is not 0. */
struct digits {
    char text[32];
    int count, point;
};

/* From D.DDD, D.DDDE-XX, DDD.D. */
static void js_number_read_digits(struct digits *d, const char *text, size_t len)
{
    bool fraction = false, leading = true;

    *d = (struct digits){.count = 0};
    for (size_t i = 0; i < len; i++) {
        if (text[i] == 'E' || text[i] == 'e') {
            char exponent[8] = "";

            memcpy(exponent, text + i + 1, len - i - 1);
            d->point += (int)strtol(exponent, NULL, 10);
            break;
        }
        if (text[i] == '.') {
            fraction = true;
            continue;
        }
        leading &= text[i] == '0';
        if (leading) {
            d->point -= fraction;
            continue;
        }
        d->point += !fraction;
        d->text[d->count++] = text[i];
    }
    while (d->count && d->text[d->count - 1] == '0')
        d->count--;
}

/* Digits of a number that has 15 at most; no other digits, so few, are read as the same double. */
static bool short_digits(struct digits *d, double n)
{
    double scaled, whole;
    int power;
    uint64_t rest;

    if (!scale15(n, &scaled, &power))
        return false;
    whole = rint(scaled);
    if (whole / powers_of_ten[power] != n)
        return false;
    rest = (uint64_t)whole;
    for (d->point = -power; rest % 10 == 0; rest /= 10)
        d->point++;
    for (d->count = 0; d->count == 0 || (double)rest >= powers_of_ten[d->count]; d->count++)
        continue;
    for (int i = d->count; i-- > 0; rest /= 10)
        d->text[i] = (char)('0' + rest % 10);
    d->point += d->count;
    return true;
}

/* Of a finite number above 0. A number near zero may need one digit only, where Java gives two. */
static void shortest_digits(struct digits *d, double n)
{
    struct buf text = {0};
    char one[16];

    if (short_digits(d, n))
        return;
    json_write_double(&text, n);
    js_number_read_digits(d, text.data, text.len);
    buf_clear(&text);
    if (n >= DBL_MIN || d->count > 2)
        return;
    snprintf(one, sizeof one, "%.0e", n);
    if (strtod(one, NULL) == n)
        js_number_read_digits(d, one, strlen(one));
}

static void add_zeros(struct buf *out, int count)
{
    for (int i = 0; i < count; i++)
        buf_addc(out, '0');
}

static void write_digits(struct buf *out, const struct digits *d)
{
    if (d->point > 21 || d->point <= -6) {
        buf_addc(out, d->text[0]);
        if (d->count > 1) {
            buf_addc(out, '.');
            buf_add(out, d->text + 1, (size_t)d->count - 1);
        }
        buf_adds(out, d->point > 0 ? "e+" : "e");
        buf_add_int(out, d->point - 1);
    } else if (d->point <= 0) {
        buf_adds(out, "0.");
        add_zeros(out, -d->point);
        buf_add(out, d->text, (size_t)d->count);
    } else if (d->count <= d->point) {
        buf_add(out, d->text, (size_t)d->count);
        add_zeros(out, d->point - d->count);
    } else {
        buf_add(out, d->text, (size_t)d->point);
        buf_addc(out, '.');
        buf_add(out, d->text + d->point, (size_t)(d->count - d->point));
    }
}

void js_number_write(struct buf *out, double n)
{
    struct digits d;

    if (isnan(n)) {
        buf_adds(out, "NaN");
        return;
    }
    if (n < 0)
        buf_addc(out, '-');
    n = fabs(n);
    if (isinf(n)) {
        buf_adds(out, "Infinity");
    } else if (n < 1e15 && n == floor(n)) {
        buf_add_int(out, (int64_t)n);
    } else {
        shortest_digits(&d, n);
        write_digits(out, &d);
    }
}

/* Adds one to the last of the digits in `text`, among which a point may be; true: one more digit.
 */
static bool round_up(char *text)
{
    for (size_t i = strlen(text); i-- > 0;) {
        if (text[i] == '.')
            continue;
        if (text[i] != '9') {
            text[i]++;
            return false;
        }
        text[i] = '0';
    }
    return true;
}

/*
 * n = odd / (2 * 10^decimals) is what lies in the middle between two decimals. As a double is a
 * fraction of a power of two, it must then have no bit behind the (decimals + 1)st.
 */
static bool is_tie(double n, int decimals)
{
    double bits = ldexp(n, decimals + 1);
    char text[LARGEST_FIXED + 120];

    if (bits != floor(bits))
        return false;
    snprintf(text, sizeof text, "%.*f", decimals + 1, n);
    return text[strlen(text) - 1] == '5';
}

/*
 * Of a number that is a decimal of 15 digits at most, with no more of them behind the point than
 * are asked for: no other decimal is as near.
 */
static bool write_short_fixed(struct buf *out, double n, int decimals)
{
    char text[20], *at = text + sizeof text;
    double scaled, whole;
    uint64_t rest;

    if (decimals > 15)
        return false;
    scaled = n * powers_of_ten[decimals];
    if (!(scaled < 1e15))
        return false;
    whole = rint(scaled);
    if (whole / powers_of_ten[decimals] != n)
        return false;
    rest = (uint64_t)whole;
    for (int i = 0; i <= decimals || rest; i++, rest /= 10) {
        if (i == decimals && decimals)
            *--at = '.';
        *--at = (char)('0' + rest % 10);
    }
    buf_add(out, at, (size_t)(text + sizeof text - at));
    return true;
}

void js_number_write_fixed(struct buf *out, double n, int decimals)
{
    char text[LARGEST_FIXED + 120];

    assert(decimals >= 0 && decimals <= 100);
    if (!(fabs(n) < 1e21)) {
        js_number_write(out, n);
        return;
    }
    if (n < 0)
        buf_addc(out, '-');
    n = fabs(n);
    if (write_short_fixed(out, n, decimals))
        return;
    if (!is_tie(n, decimals)) {
        snprintf(text, sizeof text, "%.*f", decimals, n);
    } else {
        snprintf(text, sizeof text, "%.*f", decimals + 1, n);
        text[strlen(text) - (decimals ? 1 : 2)] = '\0';
        if (round_up(text))
            buf_addc(out, '1');
    }
    buf_adds(out, text);
}

double js_number_round15(double n, bool whole_too)
{
    bool whole = n == floor(n);
    double scaled, below;
    char text[EXACT_DIGITS + 20];
    int power;

    if (!isfinite(n) || (whole && (!whole_too || fabs(n) < 1e15)))
        return n;
    if (scale15(fabs(n), &scaled, &power)) {
        /* With what the multiplication lost, so that the middle is known to be it. */
        double lost = maths_fma(fabs(n), powers_of_ten[power], -scaled);

        below = floor(scaled);
        return copysign((below + (scaled - below - 0.5 + lost >= 0)) / powers_of_ten[power], n);
    }
    snprintf(text, sizeof text, "%.15e", n);
    /* D.DDDDDDDDDDDDDD5e..: in the middle, if nothing follows; printf would go to the even one. */
    if (strchr(text, 'e')[-1] == '5') {
        char *end;

        snprintf(text, sizeof text, "%.*e", EXACT_DIGITS, n);
        end = strchr(text, 'e');
        if (strspn(strchr(text, '.') + 16, "0") == (size_t)(end - strchr(text, '.') - 16)) {
            char *digit = strchr(text, '.') + 15;
            char exponent[8];

            snprintf(exponent, sizeof exponent, "%s", end);
            *digit = '\0';
            if (round_up(text + (n < 0)))
                return n;
            memcpy(digit, exponent, strlen(exponent) + 1);
            return strtod(text, NULL);
        }
    }
    snprintf(text, sizeof text, "%.14e", n);
    return strtod(text, NULL);
}

/* ---- from text ---- */

static size_t count_digits(const char *text, size_t len, size_t i)
{
    size_t start = i;

    while (i < len && text[i] >= '0' && text[i] <= '9')
        i++;
    return i - start;
}

/* -?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)? */
static bool is_decimal(const char *text, size_t len)
{
    size_t i = len && text[0] == '-', n = count_digits(text, len, i);

    if (!n)
        return false;
    i += n;
    if (i < len && text[i] == '.') {
        n = count_digits(text, len, i + 1);
        if (!n)
            return false;
        i += n + 1;
    }
    if (i < len && (text[i] == 'e' || text[i] == 'E')) {
        i++;
        i += i < len && (text[i] == '-' || text[i] == '+');
        n = count_digits(text, len, i);
        if (!n)
            return false;
        i += n;
    }
    return i == len;
}

/* Digits of `bits` bits each, rounded once: what no longer fits only counts as more than nothing.
 */
static bool read_binary(const char *text, size_t len, int bits, double *out)
{
    uint64_t n = 0;
    bool rest = false;
    int shifted = 0;

    for (size_t i = 0; i < len; i++) {
        int digit = ascii_hex_value(text[i]);

        if (digit < 0 || digit >= 1 << bits)
            return false;
        for (int bit = bits - 1; bit >= 0; bit--) {
            if (n >> 62) {
                rest |= digit >> bit & 1;
                shifted += shifted < FAR_SHIFT;
            } else {
                n = n << 1 | (uint64_t)(digit >> bit & 1);
            }
        }
    }
    *out = ldexp((double)(n | rest), shifted);
    return len > 0;
}

bool js_number_read(const char *text, size_t len, double *out)
{
    struct buf copy = {0};
    double n;

    if (len > 2 && text[0] == '0') {
        switch (text[1]) {
        case 'x':
        case 'X': return read_binary(text + 2, len - 2, 4, out);
        case 'o':
        case 'O': return read_binary(text + 2, len - 2, 3, out);
        case 'b':
        case 'B': return read_binary(text + 2, len - 2, 1, out);
        default: break;
        }
    }
    if (!is_decimal(text, len))
        return false;
    buf_add(&copy, text, len);
    n = strtod(buf_str(&copy), NULL);
    buf_clear(&copy);
    if (isfinite(n))
        *out = n;
    return isfinite(n);
}

/* ---- rounding ---- */

/* Moves the point in the decimal digits of `n`, as multiplying would not: 4.515 is then 451.5. */
static double shift_point(double n, double places)
{
    struct buf text = {0};
    const char *exponent;
    double shifted;
    long power;

    if (!isfinite(n) || places != floor(places) || fabs(places) >= 1e21)
        return NAN;
    power = (long)(places < -FAR_SHIFT ? -FAR_SHIFT : places > FAR_SHIFT ? FAR_SHIFT : places);
    js_number_write(&text, n);
    exponent = memchr(buf_str(&text), 'e', text.len);
    if (exponent) {
        power += strtol(exponent + 1, NULL, 10);
        text.len = (size_t)(exponent - text.data);
    }
    buf_printf(&text, "e%ld", power);
    shifted = strtod(buf_str(&text), NULL);
    buf_clear(&text);
    return shifted;
}

/* JavaScript's Math.round, a half goes up; then back down to the even one. */
static double round_half_even(double n)
{
    double below = floor(n);
    double rounded = n - below >= 0.5 ? below + 1 : below;

    if (fabs(rounded - n) == 0.5 && fabs(maths_fmod(rounded, 2)) == 1)
        rounded -= 1;
    return rounded;
}

/* Returns whether it is a decimal of 15 digits at most, of which no more are behind the point. */
static bool is_round(double n, double precision)
{
    double scaled;

    if (!(precision >= 0 && precision <= 15 && precision == floor(precision)))
        return false;
    scaled = n * powers_of_ten[(int)precision];
    return fabs(scaled) < 1e15 && rint(scaled) / powers_of_ten[(int)precision] == n;
}

double js_number_round(double n, double precision)
{
    bool shift = precision != 0 && !isnan(precision);

    if (n != 0 && is_round(n, precision))
        return n;
    if (shift)
        n = shift_point(n, precision);
    n = round_half_even(n);
    if (shift)
        n = shift_point(n, -precision);
    return n == 0 ? 0 : n;
}

/* ---- $formatBase ---- */

/*
 * V8's digits: those below the precision of a double are zeros, which is not always what the exact
 * value would have there.
 */
static void write_radix(struct buf *out, double n, int radix)
{
    char text[1100], *at = text + sizeof text;

    while (n / radix >= 0x1p53) {
        n /= radix;
        *--at = '0';
    }
    do {
        double digit = maths_fmod(n, radix);

        *--at = "0123456789abcdefghijklmnopqrstuvwxyz"[(int)digit];
        n = (n - digit) / radix;
    } while (n > 0);
    buf_add(out, at, (size_t)(text + sizeof text - at));
}

bool js_number_format_base(struct buf *out, double n, double radix, struct fault *why)
{
    n = js_number_round(n, 0);
    radix = js_number_round(radix, 0);
    if (!(radix >= 2 && radix <= 36)) {
        fault_number(why, "D3100", radix);
        return false;
    }
    if (radix == 10 || !isfinite(n)) {
        js_number_write(out, n);
        return true;
    }
    if (n < 0)
        buf_addc(out, '-');
    write_radix(out, fabs(n), (int)radix);
    return true;
}

size_t common_divisor(size_t a, size_t b)
{
    while (b) {
        size_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}
