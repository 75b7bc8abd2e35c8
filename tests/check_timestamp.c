/* timestamp: RFC 3339 read as instants, and instants written. */

#include "tests/support/expect.h"

#include "parsers/base/timestamp.h"

#include <string.h>

#define MS(seconds) (INT64_C(1000) * (seconds))

static const struct {
    const char *name, *text;
    int64_t ms;
    uint32_t ns;
} reads[] = {
    {"the epoch", "1970-01-01T00:00:00Z", 0, 0},
    {"the example of the specification", "2016-03-14T01:59:00Z", MS(1457920740), 0},
    {"a leap day", "2024-02-29T12:00:00Z", MS(1709208000), 0},
    {"a leap day of a year that 400 divides", "2000-02-29T00:00:00Z", MS(951782400), 0},
    {"before the epoch", "1969-12-31T23:59:59.5Z", -500, 0},
    {"the first day of year 0", "0000-01-01T00:00:00Z", MS(INT64_C(-62167219200)), 0},
    {"the last second of year 9999", "9999-12-31T23:59:59Z", MS(INT64_C(253402300799)), 0},
    {"an offset east is taken off", "2012-10-09T19:00:55+01:00", MS(1349805655), 0},
    {"an offset west is added", "2012-10-09T19:00:55-01:30", MS(1349814655), 0},
    {"one digit of fraction", "1970-01-01T00:00:00.1Z", 100, 0},
    {"zeros as fraction", "1970-01-01T00:00:01.000000Z", 1000, 0},
    {"nanoseconds", "1970-01-01T00:00:00.123456789Z", 123, 456789},
    {"digits behind nanoseconds are dropped", "1970-01-01T00:00:00.0000000019999Z", 0, 1},
};

START_TEST(read)
{
    struct timestamp got = {-1, 1};

    ck_assert_msg(timestamp_parse(reads[_i].text, strlen(reads[_i].text), &got), "%s",
                  reads[_i].name);
    ck_assert_msg(got.ms == reads[_i].ms && got.ns == reads[_i].ns, "%s: %lld ms %u ns",
                  reads[_i].name, (long long)got.ms, got.ns);
}
END_TEST

static const struct {
    const char *name, *text;
} refusals[] = {
    {"nothing", ""},
    {"a date alone", "2023-02-24"},
    {"a blank for the T", "2023-02-24 12:15:56Z"},
    {"a small t", "2023-02-24t12:15:56Z"},
    {"a small z", "2023-02-24T12:15:56z"},
    {"no zone", "2012-10-09T19:00:55"},
    {"a fraction and no zone", "2012-10-09T19:00:55.123"},
    {"a point without digits", "2012-10-09T19:00:55.Z"},
    {"a comma as point", "2012-10-09T19:00:55,5Z"},
    {"no seconds", "2012-10-09T19:00Z"},
    {"month 0", "2012-00-09T19:00:55Z"},
    {"month 13", "2012-13-09T19:00:55Z"},
    {"day 0", "2012-10-00T19:00:55Z"},
    {"day 31 of a month with 30", "2012-11-31T19:00:55Z"},
    {"29 February of another year", "2023-02-29T00:00:00Z"},
    {"29 February of a year that 100 divides", "1900-02-29T00:00:00Z"},
    {"hour 24", "2012-10-09T24:00:00Z"},
    {"minute 60", "2012-10-09T19:60:00Z"},
    {"second 60", "2012-10-09T19:00:60Z"},
    {"a year of five digits", "12012-10-09T19:00:55Z"},
    {"an offset without a colon", "2012-10-09T19:00:55+0100"},
    {"an offset of 24 hours", "2012-10-09T19:00:55+24:00"},
    {"more behind it", "2012-10-09T19:00:55Z "},
    {"a sign in the year", "+012-10-09T19:00:55Z"},
};

START_TEST(refuse)
{
    struct timestamp out;

    ck_assert_msg(!timestamp_parse(refusals[_i].text, strlen(refusals[_i].text), &out), "%s",
                  refusals[_i].name);
}
END_TEST

static const struct {
    const char *name, *a, *b;
    int want;
} comparisons[] = {
    {"equal", "2012-10-09T19:00:55Z", "2012-10-09T19:00:55Z", 0},
    {"equal in other zones", "2012-10-09T19:00:55Z", "2012-10-09T20:00:55+01:00", 0},
    {"a second earlier", "2012-10-09T19:00:54Z", "2012-10-09T19:00:55Z", -1},
    {"a nanosecond later", "2012-10-09T19:00:55.000000002Z", "2012-10-09T19:00:55.000000001Z", 1},
    {"later by its zone", "2012-10-09T19:00:55-01:00", "2012-10-09T19:30:55Z", 1},
};

START_TEST(compare)
{
    struct timestamp a, b;
    int got;

    ck_assert(timestamp_parse(comparisons[_i].a, strlen(comparisons[_i].a), &a));
    ck_assert(timestamp_parse(comparisons[_i].b, strlen(comparisons[_i].b), &b));
    got = timestamp_compare(&a, &b);
    ck_assert_msg(got == comparisons[_i].want, "%s: %d", comparisons[_i].name, got);
    ck_assert_msg(timestamp_compare(&b, &a) == -comparisons[_i].want, "%s, turned",
                  comparisons[_i].name);
}
END_TEST

static const struct {
    const char *name;
    int64_t ms;
    const char *want;
} writes[] = {
    {"the epoch", 0, "1970-01-01T00:00:00.000Z"},
    {"milliseconds", 1704067200123, "2024-01-01T00:00:00.123Z"},
    {"before the epoch", -1, "1969-12-31T23:59:59.999Z"},
    {"a leap day's end", 1709251199999, "2024-02-29T23:59:59.999Z"},
    {"the last day of a year with 366", 1735603200000, "2024-12-31T00:00:00.000Z"},
    {"the first year of four digits", -30610224000000, "1000-01-01T00:00:00.000Z"},
    {"the last year of four digits", 253402300799999, "9999-12-31T23:59:59.999Z"},
    {"a year of five digits", 253402300800000, "10000-01-01T00:00:00.000Z"},
};

START_TEST(write)
{
    struct buf out = {0};

    timestamp_write(&out, writes[_i].ms);
    expect_text(writes[_i].name, buf_str(&out), writes[_i].want);
    buf_clear(&out);
}
END_TEST

/* Days around each turn of a year and of February, over two cycles of leap years and before. */
START_TEST(round_trip)
{
    for (int64_t day = -800000; day < 400000; day += 27) {
        struct buf out = {0};
        struct timestamp back;
        int64_t ms = day * 86400000 + day % 1000 + 1000;

        timestamp_write(&out, ms);
        if (day > -719000) {
            ck_assert_msg(timestamp_parse(out.data, out.len, &back), "%s", buf_str(&out));
            ck_assert_msg(back.ms == ms && back.ns == 0, "%s", buf_str(&out));
        }
        buf_clear(&out);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("timestamp");
    TCase *t = tcase_create("timestamp");

    tcase_add_loop_test(t, read, 0, COUNT(reads));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_loop_test(t, compare, 0, COUNT(comparisons));
    tcase_add_loop_test(t, write, 0, COUNT(writes));
    tcase_add_test(t, round_trip);
    suite_add_tcase(s, t);
    return run_suite(s);
}
