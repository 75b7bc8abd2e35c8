/*
 * json: doubles to text and back. The right text is found here once more, by the plain way: print
 * with more and more digits until strtod reads the double back.
 */

#include "tests/support/expect.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    double d;
    const char *want;
} doubles[] = {
    {0.0, "0.0"},
    {-0.0, "-0.0"},
    {1.0, "1.0"},
    {-1.5, "-1.5"},
    {0.1, "0.1"},
    {0.1 + 0.2, "0.30000000000000004"},
    {100.0, "100.0"},
    {0.001, "0.001"},
    {0.0012345, "0.0012345"},
    {0.00099999, "9.9999E-4"},
    {9999999.0, "9999999.0"},
    {9999999.999999998, "9999999.999999998"},
    {1e7, "1.0E7"},
    {12345678.0, "1.2345678E7"},
    {123456.789, "123456.789"},
    {1e10, "1.0E10"},
    {1.5e-7, "1.5E-7"},
    {1e22, "1.0E22"},
    {1e23, "1.0E23"},
    {1.2345678901234567e+100, "1.2345678901234567E100"},
    {-2.5e-300, "-2.5E-300"},
    {9007199254740992.0, "9.007199254740992E15"},
    {DBL_MAX, "1.7976931348623157E308"},
    {DBL_MIN, "2.2250738585072014E-308"},
    {4.9406564584124654e-324, "4.9E-324"},
    {9.8813129168249309e-324, "9.9E-324"},
    {0x1p-44, "5.684341886080802E-14"},
    {0x1p-1017, "7.120236347223045E-307"},
    {1.0 / 3, "0.3333333333333333"},
    {2.0 / 3, "0.6666666666666666"},
    {3.3, "3.3"},
    {5e-324 * 3, "1.5E-323"},
    {5e-324 * 4, "2.0E-323"},
    {5e-324 * 5, "2.5E-323"},
    {2.2250738585072011e-308, "2.225073858507201E-308"}, /* the largest that is subnormal */
    {2.2250738585072019e-308, "2.225073858507202E-308"},
    {1.7976931348623155e308, "1.7976931348623155E308"},
    {2e-3, "0.002"},
    {0.0009999999999999998, "9.999999999999998E-4"},
    {0.0010000000000000002, "0.0010000000000000002"},
    {9999999.999999998, "9999999.999999998"},
    {10000000.000000002, "1.0000000000000002E7"},
    {2e23, "2.0E23"},
    {9e22, "9.0E22"},
    {8.41e21, "8.41E21"},
    {5e-324 * 20, "9.9E-323"},
    {2.0040000000000002e22, "2.0040000000000002E22"},
    {4.35, "4.35"},
    {0.3, "0.3"},
    {123e-7, "1.23E-5"},
    {9007199254740993e3, "9.007199254740993E18"},
    {9223372036854775808.0, "9.223372036854776E18"},
    {0x1.fffffffffffffp-1, "0.9999999999999999"}, /* on both sides of a power of two */
    {0x1.0000000000001p0, "1.0000000000000002"},
    {0x1p-1074 * 0x1p51, "1.1125369292536007E-308"},
};

START_TEST(double_text)
{
    struct buf out = {0};
    json *v = json_double(doubles[_i].d), *back;

    json_write(&out, v);
    expect_text("a double in Java's form", buf_str(&out), doubles[_i].want);
    ck_assert_uint_eq(json_text_len(v), out.len);
    back = json_number(out.data, out.len);
    ck_assert_int_eq(json_kind(back), JSON_DOUBLE);
    ck_assert(json_double_value(back) == doubles[_i].d);
    json_unref(v);
    json_unref(back);
    buf_clear(&out);
}
END_TEST

/* ---- beside the plain way ---- */

/*
 * Writes `d` as printf does with so many digits that it reads back. Below a power of two doubles
 * are twice as close as above it: there the nearest 16 digits may be too far below, while the next
 * ones are near enough. Java gives two digits at least.
 */
static void print_shortest(char *text, size_t size, double d)
{
    int exponent;

    for (int digits = 2; digits <= 17; digits++) {
        snprintf(text, size, "%.*e", digits - 1, d);
        if (strtod(text, NULL) == d)
            return;
        if (digits == 16 && frexp(d, &exponent) == 0.5) {
            char *last = strchr(text, 'e') - 1;

            /* Behind a 9 comes a number of 15 digits, which was tried. */
            if (*last != '9')
                ++*last;
            if (strtod(text, NULL) == d)
                return;
        }
    }
    ck_abort_msg("17 digits always read back");
}

/* Takes the digits and the exponent of a number's text: D.DDDe-XX, or Java's form. */
static int digits_and_exponent(const char *text, char *digits)
{
    int point = 0, count = 0;
    bool behind = false;

    for (; *text && *text != 'e' && *text != 'E'; text++) {
        if (*text == '.')
            behind = true;
        else if (count || *text != '0')
            digits[count++] = *text;
        if (*text != '.')
            point += behind ? -(count == 0) : count > 0;
    }
    while (count > 1 && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    return point + (*text ? (int)strtol(text + 1, NULL, 10) : 0);
}

static void expect_shortest(double d)
{
    char plain[40], want[40], got[40];
    struct buf out = {0};
    const char *text;
    int exponent;
    double back;

    json_write_double(&out, -d);
    ck_assert_uint_le(out.len, 24);
    text = buf_str(&out);
    back = -strtod(text, NULL);
    ck_assert_msg(!memcmp(&back, &d, sizeof(d)), "%.17g became %s", -d, text);
    print_shortest(plain, sizeof(plain), d);
    exponent = digits_and_exponent(plain, want);
    ck_assert_msg(digits_and_exponent(text + 1, got) == exponent && !strcmp(got, want),
                  "%.17g became %s; the shortest is %s", -d, text, plain);
    buf_clear(&out);
}

static double double_of(uint64_t bits)
{
    double d;

    memcpy(&d, &bits, sizeof(d));
    return d;
}

/* Each power of two, where the neighbour below is nearer, and the doubles beside it. */
START_TEST(powers_of_two)
{
    for (uint64_t biased = 0; biased < 0x7FF; biased++)
        for (int64_t beside = biased ? -2 : 1; beside <= 2; beside++)
            expect_shortest(double_of((biased << 52) + (uint64_t)beside));
    for (uint64_t bit = 0; bit < 52; bit++)
        expect_shortest(double_of(UINT64_C(1) << bit));
}
END_TEST

/* Each power of ten, where the number of digits changes, and the doubles beside it. */
START_TEST(powers_of_ten)
{
    for (int power = -323; power <= 308; power++) {
        char text[16];
        uint64_t bits;
        double d;

        snprintf(text, sizeof(text), "1e%d", power);
        d = strtod(text, NULL);
        memcpy(&bits, &d, sizeof(bits));
        for (uint64_t beside = 0; beside <= 2; beside++) {
            expect_shortest(double_of(bits + beside));
            expect_shortest(double_of(bits - (beside < bits ? beside : 0)));
        }
    }
}
END_TEST

static uint64_t next_random(uint64_t *bits)
{
    *bits ^= *bits << 13;
    *bits ^= *bits >> 7;
    *bits ^= *bits << 17;
    return *bits;
}

/* Any bits, subnormal ones, decimals as people write them, and those half-way between two. */
START_TEST(random_doubles)
{
    uint64_t state = 0x9E3779B97F4A7C15;

    for (int i = 0; i < 30000; i++) {
        uint64_t bits = next_random(&state) >> 1;
        double decimal = (double)(bits % 2000000000) / 1000;

        if (isfinite(double_of(bits)))
            expect_shortest(double_of(bits));
        expect_shortest(double_of(bits >> (11 + bits % 52) | 1));
        expect_shortest(decimal + 1);
        expect_shortest(decimal * 1e15 + 0.5);
        expect_shortest((double)(bits >> bits % 60) + 1);
    }
}
END_TEST

/* ---- reading ---- */

static void expect_read_as_strtod(const char *text)
{
    double want = strtod(text, NULL);
    json *v = json_number(text, strlen(text));

    ck_assert_msg(isfinite(want) ? v && json_double_value(v) == want : !v, "%s became %.17g", text,
                  v ? json_double_value(v) : 0);
    json_unref(v);
}

START_TEST(random_decimals)
{
    uint64_t bits = 0x2545F4914F6CDD1D;
    char text[80];

    for (int i = 0; i < 100000; i++) {
        next_random(&bits);
        snprintf(text, sizeof(text), "%s%u.%ue%d", bits & 1 ? "-" : "",
                 (unsigned)(bits >> 8 & 0xFFFFFF), (unsigned)(bits >> 32 & 0x3FFFFFF),
                 bits & 2 ? (int)(bits >> 58) - 32 : 0);
        expect_read_as_strtod(text);
        snprintf(text, sizeof(text), "%llue%d", (unsigned long long)bits >> i % 60,
                 (int)(bits >> 32) % 350);
        expect_read_as_strtod(text);
    }
}
END_TEST

/* Numbers half-way between two doubles, and those next to them. */
START_TEST(halves)
{
    uint64_t bits = 0x2545F4914F6CDD1D;
    char text[80];

    for (int i = 0; i < 20000; i++) {
        uint64_t odd = (next_random(&bits) >> 10) | UINT64_C(1) << 53 | 1;

        for (uint64_t near = odd - 1; near <= odd + 1; near++) {
            snprintf(text, sizeof(text), "%llue%d", (unsigned long long)near, i % 24);
            expect_read_as_strtod(text);
            snprintf(text, sizeof(text), "%llu.5e0", (unsigned long long)near >> 2);
            expect_read_as_strtod(text);
        }
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("double");
    TCase *t = tcase_create("double");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, double_text, 0, COUNT(doubles));
    tcase_add_test(t, powers_of_two);
    tcase_add_test(t, powers_of_ten);
    tcase_add_test(t, random_doubles);
    tcase_add_test(t, random_decimals);
    tcase_add_test(t, halves);
    suite_add_tcase(s, t);
    return run_suite(s);
}
