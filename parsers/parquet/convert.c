/*
 * Values become JSON: docs/map.md ("Parquet") has the rules. The form depends on the column's type
 * alone, never on the value, so that all rows are alike.
 */

#include "parsers/parquet/parquet_impl.h"

#include "parsers/base/base64.h"
#include "parsers/base/timestamp.h"
#include "parsers/base/utf8.h"

#include <math.h>
#include <string.h>

static int32_t int32_of(struct bytes v)
{
    return (int32_t)load32(v.at);
}

static int64_t int64_of(struct bytes v)
{
    return (int64_t)load64(v.at);
}

static int64_t stored_int(const struct leaf_type *t, struct bytes v)
{
    return t->physical == PHYSICAL_INT32 ? int32_of(v) : int64_of(v);
}

/* ---- texts and numbers ---- */

static json *text_json(struct maker *m, struct bytes v)
{
    const char *text = (const char *)v.at;

    (void)m;
    return utf8_valid(text, v.len) == v.len ? json_string(text, v.len)
                                            : json_string_mended(text, v.len);
}

static json *binary_json(struct maker *m, struct bytes v)
{
    struct buf text = {0};

    (void)m;
    base64_encode(&text, (const char *)v.at, v.len);
    return json_take_buf(&text);
}

static json *boolean_json(struct maker *m, struct bytes v)
{
    (void)m;
    return json_bool(v.at[0]);
}

static json *int32_json(struct maker *m, struct bytes v)
{
    (void)m;
    return json_int(int32_of(v));
}

static json *int64_json(struct maker *m, struct bytes v)
{
    (void)m;
    return json_int(int64_of(v));
}

/* JSON has no number for these: they are texts, as Java's libraries write them. */
static json *json_of_double(double d)
{
    if (isfinite(d))
        return json_double(d);
    return json_cstring(isnan(d) ? "NaN" : d < 0 ? "-Infinity" : "Infinity");
}

static json *float_json(struct maker *m, struct bytes v)
{
    uint32_t bits = load32(v.at);
    float f;

    (void)m;
    memcpy(&f, &bits, 4);
    return json_of_double((double)f);
}

static json *double_json(struct maker *m, struct bytes v)
{
    uint64_t bits = load64(v.at);
    double d;

    (void)m;
    memcpy(&d, &bits, 8);
    return json_of_double(d);
}

/* IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. */
static json *half_json(struct maker *m, struct bytes v)
{
    unsigned bits = v.at[0] | (unsigned)v.at[1] << 8, exponent = bits >> 10 & 31,
             fraction = bits & 1023;
    double d = ldexp(exponent ? 1024 + fraction : fraction, exponent ? (int)exponent - 25 : -24);

    (void)m;
    if (exponent == 31)
        d = fraction ? (double)NAN : (double)INFINITY;
    return json_of_double(bits >> 15 ? -d : d);
}

/* Where fewer bits are meant than are stored, writers differ in what stands above them. */
static json *unsigned_json(struct maker *m, struct bytes v)
{
    const struct leaf_type *t = m->type;
    uint64_t n = t->physical == PHYSICAL_INT32 ? (uint32_t)int32_of(v) : (uint64_t)int64_of(v);
    struct buf digits = {0};
    json *number;

    if (t->bits < 64)
        n &= (UINT64_C(1) << t->bits) - 1;
    if (n <= INT64_MAX)
        return json_int((int64_t)n);
    buf_printf(&digits, "%llu", (unsigned long long)n);
    number = json_number(digits.data, digits.len);
    buf_clear(&digits);
    return number;
}

/* ---- dates and times ---- */

/* Two at a time: that halves the divisions, each of which waits for the one before. */
static inline char *put_digits(char *out, uint32_t n, unsigned count)
{
    static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031"
                                "3233343536373839404142434445464748495051525354555657585960616263"
                                "6465666768697071727374757677787980818283848586878889909192939495"
                                "96979899";
    unsigned i = count;

    for (; i > 1; i -= 2, n /= 100)
        memcpy(out + i - 2, pairs + n % 100 * 2, 2);
    if (i)
        *out = (char)('0' + n % 10);
    return out + count;
}

/* ISO 8601: years that have not four digits have a sign. */
static char *put_date(char *out, int64_t day)
{
    int64_t year;
    int month, mday;
    unsigned digits = 4;

    timestamp_date(day, &year, &month, &mday);
    if (year < 0 || year > 9999) {
        uint32_t size = (uint32_t)(year < 0 ? -year : year);
        *out++ = year < 0 ? '-' : '+';
        for (uint32_t more = size / 10000; more; more /= 10)
            digits++;
        year = size;
    }
    out = put_digits(out, (uint32_t)year, digits);
    *out++ = '-';
    out = put_digits(out, (uint32_t)month, 2);
    *out++ = '-';
    return put_digits(out, (uint32_t)mday, 2);
}

/* `second` is of the day, and `fraction` has so many digits. */
static char *put_time(char *out, uint32_t second, uint32_t fraction, unsigned digits)
{
    out = put_digits(out, second / 3600, 2);
    *out++ = ':';
    out = put_digits(out, second / 60 % 60, 2);
    *out++ = ':';
    out = put_digits(out, second % 60, 2);
    *out++ = '.';
    return put_digits(out, fraction, digits);
}

static int64_t units_a_second(unsigned digits)
{
    return digits == 3 ? 1000 : digits == 6 ? 1000000 : 1000000000;
}

/* Divides downwards: what is left is never negative. */
static int64_t floor_div(int64_t n, int64_t by, int64_t *left)
{
    int64_t whole = n / by - (n % by < 0);

    *left = n - whole * by;
    return whole;
}

/* An instant ends with Z; a local time, whose zone nobody knows, does not. */
static json *json_of_instant(struct date_text *date, int64_t second, int64_t fraction,
                             unsigned digits, bool utc)
{
    char text[64], *end;
    int64_t of_day, day = floor_div(second, 86400, &of_day);

    if (!date->len || date->day != day) {
        date->day = day;
        date->len = (size_t)(put_date(date->text, day) - date->text);
    }
    memcpy(text, date->text, sizeof date->text);
    end = text + date->len;
    *end++ = 'T';
    end = put_time(end, (uint32_t)of_day, (uint32_t)fraction, digits);
    if (utc)
        *end++ = 'Z';
    return json_string(text, (size_t)(end - text));
}

static json *timestamp_json(struct maker *m, struct bytes v)
{
    int64_t fraction, second = floor_div(int64_of(v), units_a_second(m->type->digits), &fraction);

    return json_of_instant(&m->date, second, fraction, m->type->digits, m->type->utc);
}

/* A day has 86400 seconds, and some writers know 24:00. */
static json *time_json(struct maker *m, struct bytes v)
{
    const struct leaf_type *t = m->type;
    char text[32], *end = text;
    int64_t fraction, second = floor_div(stored_int(t, v), units_a_second(t->digits), &fraction);

    if (second < 0 || second > 86400)
        return NULL;
    end = put_time(end, (uint32_t)second, (uint32_t)fraction, t->digits);
    return json_string(text, (size_t)(end - text));
}

/* Days since 1970. 32 bits of them go over five million years. */
static json *date_json(struct maker *m, struct bytes v)
{
    char text[32];

    (void)m;
    return json_string(text, (size_t)(put_date(text, int32_of(v)) - text));
}

/* Nanoseconds of the day (8 bytes), and the Julian day (4), whose number 2440588 is 1970-01-01. */
static json *int96_json(struct maker *m, struct bytes v)
{
    int64_t day = (int64_t)load32(v.at + 8) - 2440588, fraction;
    int64_t second = floor_div(int64_of(v), 1000000000, &fraction);

    return json_of_instant(&m->date, day * 86400 + second, fraction, 9, false);
}

/* Months, days, milliseconds: an ISO 8601 duration. */
static json *interval_json(struct maker *m, struct bytes v)
{
    unsigned ms = load32(v.at + 8);

    (void)m;
    return json_stringf("P%uM%uDT%u.%03uS", load32(v.at), load32(v.at + 4), ms / 1000, ms % 1000);
}

static json *uuid_json(struct maker *m, struct bytes v)
{
    struct buf text = {0};

    (void)m;
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            buf_addc(&text, '-');
        buf_add_hex(&text, v.at + i, 1);
    }
    return json_take_buf(&text);
}

/* ---- decimals ---- */

enum {
    DOUBLE_DIGITS = 15,     /* of a decimal, which a double keeps whatever they are */
    DECIMAL_MAX_BYTES = 32, /* 76 digits */
    DECIMAL_WORDS = DECIMAL_MAX_BYTES / 4,
    DECIMAL_NINES = 9, /* 9 digits at a time */
};

/* Divides a number of words, the highest first, and returns what is left. */
static uint32_t divide_words(uint32_t *words, uint32_t by)
{
    uint64_t left = 0;

    for (size_t i = 0; i < DECIMAL_WORDS; i++) {
        left = left << 32 | words[i];
        words[i] = (uint32_t)(left / by);
        left %= by;
    }
    return (uint32_t)left;
}

/* The digits of a number in two's complement, the highest byte first; false: it has too many. */
static bool add_digits(struct buf *out, struct bytes v, bool *negative)
{
    uint32_t words[DECIMAL_WORDS] = {0};
    char digits[DECIMAL_NINES * 9];
    size_t count = 0;
    unsigned carry = *negative = v.len && v.at[0] >> 7;
    unsigned char fill = carry ? 255 : 0;

    while (v.len > DECIMAL_MAX_BYTES && v.at[0] == fill) {
        v.at++;
        v.len--;
    }
    if (v.len > DECIMAL_MAX_BYTES)
        return false;
    for (size_t i = 0; i < DECIMAL_MAX_BYTES; i++) {
        unsigned byte = i < v.len ? v.at[v.len - 1 - i] : fill;
        /* The size of a negative number: all bits turned, and one added. */
        if (*negative) {
            byte = (byte ^ 255) + carry;
            carry = byte >> 8;
        }
        words[DECIMAL_WORDS - 1 - i / 4] |= (uint32_t)(byte & 255) << 8 * (i % 4);
    }
    for (size_t i = 0; i < DECIMAL_NINES; i++) {
        uint32_t nine = divide_words(words, 1000000000);
        for (unsigned k = 0; k < 9; k++, nine /= 10)
            digits[count++] = (char)('0' + nine % 10);
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    while (count)
        buf_addc(out, digits[--count]);
    return true;
}

/* A number where it keeps all digits, as the precision says; else a text with a point. */
static json *decimal_of_digits(const struct leaf_type *t, const struct buf *digits, bool negative)
{
    size_t scale = (size_t)t->scale;
    struct buf text = {0};
    json *v;

    if (negative && !(digits->len == 1 && digits->data[0] == '0'))
        buf_addc(&text, '-');
    for (size_t i = digits->len; i <= scale; i++)
        buf_addc(&text, '0');
    buf_add(&text, digits->data, digits->len);
    if (scale) {
        buf_addc(&text, '.');
        memmove(text.data + text.len - scale, text.data + text.len - scale - 1, scale);
        text.data[text.len - scale - 1] = '.';
    }
    v = t->precision <= DOUBLE_DIGITS || !scale ? json_number(text.data, text.len)
                                                : json_string(text.data, text.len);
    buf_clear(&text);
    return v;
}

/*
 * A decimal is a whole number to be divided by 10^scale, in 32 or 64 bits or in bytes with the
 * highest one first. Numbers of JSON are doubles here, so only as many digits as these keep make a
 * number; where the point is behind the last digit there is no limit.
 */
static json *decimal_json(struct maker *m, struct bytes v)
{
    const struct leaf_type *t = m->type;
    static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    unsigned char turned[8];
    struct buf digits = {0};
    bool negative, is_int = t->physical == PHYSICAL_INT32 || t->physical == PHYSICAL_INT64;
    json *made = NULL;

    if (is_int) {
        int64_t n = stored_int(t, v);
        if (!t->scale)
            return json_int(n);
        /* Both are exact, so the quotient is the double next to the decimal. */
        if (t->precision <= DOUBLE_DIGITS && n > -(INT64_C(1) << 53) && n < INT64_C(1) << 53)
            return json_double((double)n / powers[t->scale]);
        for (size_t i = 0; i < 8; i++)
            turned[i] = (unsigned char)((uint64_t)n >> (56 - 8 * i));
        v = (struct bytes){turned, 8};
    }
    if (add_digits(&digits, v, &negative))
        made = decimal_of_digits(t, &digits, negative);
    buf_clear(&digits);
    return made;
}

/* ---- all of them ---- */

static json *null_json(struct maker *m, struct bytes v)
{
    (void)m, (void)v;
    return json_null();
}

void maker_init(struct maker *m, const struct leaf_type *type)
{
    static json *(*const plain[])(struct maker *, struct bytes) = {
        [PHYSICAL_BOOLEAN] = boolean_json, [PHYSICAL_INT32] = int32_json,
        [PHYSICAL_INT64] = int64_json,     [PHYSICAL_INT96] = int96_json,
        [PHYSICAL_FLOAT] = float_json,     [PHYSICAL_DOUBLE] = double_json,
        [PHYSICAL_BYTES] = binary_json,    [PHYSICAL_FIXED] = binary_json,
    };
    static json *(*const meant[])(struct maker *, struct bytes) = {
        [MEANS_TEXT] = text_json,           [MEANS_UNSIGNED] = unsigned_json,
        [MEANS_DATE] = date_json,           [MEANS_TIME] = time_json,
        [MEANS_TIMESTAMP] = timestamp_json, [MEANS_DECIMAL] = decimal_json,
        [MEANS_UUID] = uuid_json,           [MEANS_FLOAT16] = half_json,
        [MEANS_INTERVAL] = interval_json,   [MEANS_NULL] = null_json,
    };

    *m = (struct maker){.type = type};
    m->make = type->meaning == MEANS_ITSELF ? plain[type->physical] : meant[type->meaning];
}
