/*
 * Numbers as JavaScript writes and reads them, and the pictures of XPath: numbers, integers, dates.
 */

#include "tests/support/expect.h"
#include "tests/support/expect_fault.h"

#include "parsers/picture/datetime.h"
#include "parsers/picture/format_number.h"
#include "parsers/picture/js_number.h"
#include "parsers/picture/picture.h"

#include <math.h>
#include <string.h>

static void expect_number(const char *name, double got, double want)
{
    ck_assert_msg(got == want || (isnan(got) && isnan(want)), "%s: %.17g, not %.17g", name, got,
                  want);
}

/* ---- numbers ---- */

static const struct {
    const char *name;
    double n;
    const char *want;
} number_writes[] = {
    {"zero", 0, "0"},
    {"minus zero has no sign", -0.0, "0"},
    {"a whole number", -42, "-42"},
    {"a fraction", 1.5, "1.5"},
    {"the fewest digits that read back", 0.1 + 0.2, "0.30000000000000004"},
    {"a third", 1.0 / 3, "0.3333333333333333"},
    {"below 1e21 there is no exponent", 1e20, "100000000000000000000"},
    {"from 1e21 there is one", 1e21, "1e+21"},
    {"above 1e-7 there is no exponent", 0.000001, "0.000001"},
    {"from 1e-7 there is one", 1e-7, "1e-7"},
    {"digits in front of an exponent", 1.25e-9, "1.25e-9"},
    {"the largest", 1.7976931348623157e308, "1.7976931348623157e+308"},
    {"the smallest has one digit", 5e-324, "5e-324"},
    {"a small one with two", 2.5e-323, "2.5e-323"},
    {"a power of two whose neighbours are uneven", 0x1p-44, "5.684341886080802e-14"},
    {"beyond what is exact", 9007199254740993.0, "9007199254740992"},
    {"no number", NAN, "NaN"},
    {"no end", -INFINITY, "-Infinity"},
};

START_TEST(number_write)
{
    struct buf out = {0};

    js_number_write(&out, number_writes[_i].n);
    expect_text(number_writes[_i].name, buf_str(&out), number_writes[_i].want);
    buf_clear(&out);
}
END_TEST

static const struct {
    const char *name;
    double n;
    bool whole_too;
    double want;
} round15s[] = {
    {"rounding errors go", 0.1 + 0.2, true, 0.3},
    {"a third keeps 15 digits", 1.0 / 3, true, 0.333333333333333},
    {"2.0.6 rounds whole numbers", 9007199254740992, true, 9007199254740990},
    {"later versions do not", 9007199254740992, false, 9007199254740992},
    {"the middle goes up", 100000000000000.5, true, 100000000000001},
    {"the middle goes down below zero", -100000000000000.5, true, -100000000000001},
    {"fewer digits stay", 123456789012345, true, 123456789012345},
    {"no end stays", INFINITY, true, INFINITY},
};

START_TEST(number_round15)
{
    expect_number(round15s[_i].name, js_number_round15(round15s[_i].n, round15s[_i].whole_too),
                  round15s[_i].want);
}
END_TEST

static const struct {
    const char *name, *text;
    double want; /* NaN: refused */
} number_reads[] = {
    {"digits", "12", 12},
    {"a fraction", "-12.5", -12.5},
    {"an exponent", "1e3", 1000},
    {"an exponent with a sign", "1E-2", 0.01},
    {"zeros in front", "007", 7},
    {"hexadecimal", "0x1F", 31},
    {"octal", "0o17", 15},
    {"binary in capitals", "0B11", 3},
    {"more bits than a double has, rounded to even", "0x20000000000001", 9007199254740992},
    {"more bits than a double has, rounded up", "0x200000000000011", 144115188075855904.0},
    {"nothing", "", NAN},
    {"a blank in front", " 1", NAN},
    {"a point in front", ".5", NAN},
    {"a point behind", "5.", NAN},
    {"a plus", "+1", NAN},
    {"an exponent without digits", "1e", NAN},
    {"separators", "1,000", NAN},
    {"no hexadecimal digit", "0x", NAN},
    {"a digit of another base", "0b12", NAN},
    {"too large", "1e1000", NAN},
};

START_TEST(number_read)
{
    double got = NAN;
    bool ok = js_number_read(number_reads[_i].text, strlen(number_reads[_i].text), &got);

    ck_assert_msg(ok == !isnan(number_reads[_i].want), "%s", number_reads[_i].name);
    expect_number(number_reads[_i].name, got, number_reads[_i].want);
}
END_TEST

static const struct {
    const char *name;
    double n, precision, want;
} number_rounds[] = {
    {"half to even, down", 2.5, 0, 2},
    {"half to even, up", 3.5, 0, 4},
    {"half to even, below zero", -8.5, 0, -8},
    {"to zero without a sign", -0.4, 0, 0},
    {"the decimal digits decide", 4.515, 2, 4.52},
    {"to even in decimals", 4.525, 2, 4.52},
    {"tens", 125, -1, 120},
    {"hundreds", 12350, -2, 12400},
    {"large ones stay", 1.5e300, 0, 1.5e300},
    {"an exponent in the digits", 1.5e-7, 7, 2e-7},
    {"a broken precision is none", 1, 0.5, NAN},
};

START_TEST(number_round)
{
    expect_number(number_rounds[_i].name,
                  js_number_round(number_rounds[_i].n, number_rounds[_i].precision),
                  number_rounds[_i].want);
}
END_TEST

static const struct {
    const char *name;
    double n, radix;
    const char *want;
} bases[] = {
    {"hexadecimal", 255, 16, "ff"},
    {"the number is rounded", 3.5, 2, "100"},
    {"the radix is rounded", 100, 2.4, "1100100"},
    {"below zero", -100, 2, "-1100100"},
    {"the largest radix", 1e10, 36, "4ldqpds"},
    {"zero", 0, 2, "0"},
    {"ten is as numbers are written", 1e21, 10, "1e+21"},
    {"zeros beyond a double's precision", 4652540805021425000.0, 34, "1w9omne3nroc0"},
    {"radix 1", 100, 1, "!D3100 1"},
    {"radix 37", 10, 37, "!D3100 37"},
};

START_TEST(format_base)
{
    struct buf out = {0};
    struct fault why = {0};
    bool ok = js_number_format_base(&out, bases[_i].n, bases[_i].radix, &why);

    expect_outcome(bases[_i].name, ok, &out, &why, bases[_i].want);
}
END_TEST

static const struct {
    const char *name;
    double n;
    int decimals;
    const char *want;
} fixeds[] = {
    {"decimals", 1.005, 2, "1.00"},
    {"the middle goes away from zero", 2.5, 0, "3"},
    {"the middle below zero too", -0.125, 2, "-0.13"},
    {"nines carry", 9.5, 0, "10"},
    {"zeros behind", 7, 3, "7.000"},
    {"beyond 1e21 as numbers are written", 1e21, 2, "1e+21"},
};

START_TEST(write_fixed)
{
    struct buf out = {0};

    js_number_write_fixed(&out, fixeds[_i].n, fixeds[_i].decimals);
    expect_text(fixeds[_i].name, buf_str(&out), fixeds[_i].want);
    buf_clear(&out);
}
END_TEST

/* ---- $formatNumber ---- */

static const struct {
    const char *name;
    double n;
    const char *picture, *want, *option, *text;
} format_numbers[] = {
    {"groups and decimals", 12345.6, "#,###.00", "12,345.60", NULL, NULL},
    {"groups behind the point", 1234.56789, "9,999.999,999", "1,234.567,890", NULL, NULL},
    {"zeros in front", 123.9, "9999", "0124", NULL, NULL},
    {"percent", 0.14, "01%", "14%", NULL, NULL},
    {"per mille", 0.4857, "###.###\xE2\x80\xB0", "485.7\xE2\x80\xB0", NULL, NULL},
    {"a minus sign in front", -6, "000", "-006", NULL, NULL},
    {"the minus sign is in front of the prefix", -42, "ABC0", "-ABC42", NULL, NULL},
    {"a picture for negative numbers", -5, "0;(0)", "(5)", NULL, NULL},
    {"an exponent", 1234.5678, "00.000e0", "12.346e2", NULL, NULL},
    {"zeros in the exponent", 1234.5678, "00.000e000", "12.346e002", NULL, NULL},
    {"a negative exponent", 0.234, "0.0e0", "2.3e-1", NULL, NULL},
    {"an exponent and a negative number", -0.234, "0.0e0", "-2.3e-1", NULL, NULL},
    {"an exponent and zero", 0, "0.00e0", "0.00e0", NULL, NULL},
    {"an exponent without integer digits", 0.123, "#.e9", "0.1e0", NULL, NULL},
    {"only a fraction", 0.234, ".00e0", ".23e0", NULL, NULL},
    {"groups of six", 1e20, "#,######", "100,000000,000000,000000", NULL, NULL},
    {"groups that are not regular", 123412345678.9, "9,99,999.99", "1234123,45,678.90", NULL, NULL},
    {"half to even", 2.5, "0", "2", NULL, NULL},
    {"zero by a picture without digits to be", 0, "#.##", ".0", NULL, NULL},
    {"no end", INFINITY, "#,##0.0%", "Infinity%", NULL, NULL},
    {"no number", NAN, "$0", "NaN", NULL, NULL},
    {"another family of digits", 1234.5678,
     "\xE2\x91\xA0\xE2\x91\xA0.\xE2\x91\xA0\xE2\x91\xA0\xE2\x91\xA0"
     "e\xE2\x91\xA0",
     "\xE2\x91\xA0\xE2\x91\xA1.\xE2\x91\xA2\xE2\x91\xA3\xE2\x91\xA5"
     "e\xE2\x91\xA1",
     "zero-digit", "\xE2\x91\x9F"},
    {"letters as digits", 2, "AAA.AAA", "AAC.AAA", "zero-digit", "A"},
    {"another decimal separator", 1.5, "0,0", "1,5", "decimal-separator", ","},
    {"another minus sign", -1, "0", "minus 1", "minus-sign", "minus "},
    {"an option there is not", 1, "0", "1", "separator", "x"},
    {"three pictures", 20, "#;#;#", "!D3080", NULL, NULL},
    {"two points", 20, "#.0.0", "!D3081", NULL, NULL},
    {"two percents", 20, "#0%%", "!D3082", NULL, NULL},
    {"two per milles", 20, "#0\xE2\x80\xB0\xE2\x80\xB0", "!D3083", NULL, NULL},
    {"percent and per mille", 20, "#0%\xE2\x80\xB0", "!D3084", NULL, NULL},
    {"no digit", 20, ".e0", "!D3085", NULL, NULL},
    {"something else between digits", 20, "0+.e0", "!D3086", NULL, NULL},
    {"nothing that is a digit or separator", 42, "---", "!D3086", NULL, NULL},
    {"a group beside the point", 20, "0,.e0", "!D3087", NULL, NULL},
    {"a group at the end", 20, "0,", "!D3088", NULL, NULL},
    {"two groups in a row", 1, "0,,0", "!D3089", NULL, NULL},
    {"an optional digit behind one that must be", 20, "0#.e0", "!D3090", NULL, NULL},
    {"a digit that must be behind an optional one", 20, "#0.#0e0", "!D3091", NULL, NULL},
    {"percent and an exponent", 20, "#0.0e0%", "!D3092", NULL, NULL},
    {"an exponent that is no digits", 20, "#0.0e0,0", "!D3093", NULL, NULL},
};

START_TEST(format_number)
{
    struct buf out = {0};
    struct fault why = {0};
    struct number_symbols symbols = {0};
    struct pictures kept = {0};
    const char *picture = format_numbers[_i].picture, *option = format_numbers[_i].option;
    bool ok;

    if (option)
        number_symbols_set(&symbols, option, strlen(option), format_numbers[_i].text,
                           strlen(format_numbers[_i].text));
    ok = picture_format_number(&out, format_numbers[_i].n, picture, strlen(picture),
                               option ? &symbols : NULL, &kept, &why);
    pictures_clear(&kept);
    expect_outcome(format_numbers[_i].name, ok, &out, &why, format_numbers[_i].want);
}
END_TEST

/* ---- $formatInteger, $parseInteger ---- */

static const struct {
    const char *name;
    double n;
    const char *picture, *want;
} format_integers[] = {
    {"zeros in front", 123, "0000", "0123"},
    {"floored", 12.6, "###0", "12"},
    {"floored below zero", -1.5, "0", "-2"},
    {"first", 3, "0;o", "3rd"},
    {"eleventh", 11, "0;o", "11th"},
    {"112th", 112, "0;o", "112th"},
    {"Arabic digits", 12340, "###\xD9\xA1", "\xD9\xA1\xD9\xA2\xD9\xA3\xD9\xA4\xD9\xA0"},
    {"digits of two families", 12340, "##0\xEF\xBC\x90", "!D3131"},
    {"regular groups", 1234567890, "#,##0", "1,234,567,890"},
    {"groups of two signs", 1234567890, "#:###,##0", "1234:567,890"},
    {"groups that are not regular", 1234567890, "##,##,##0", "12345,67,890"},
    {"too few digits for groups that are not regular", 12, "#:###,##0", ",:12"},
    {"Roman", 1984, "I", "MCMLXXXIV"},
    {"small Roman", 99, "i", "xcix"},
    {"Roman zero is nothing", 0, "I", ""},
    {"a Roman number without end", 1e9, "I", "!D3130 I"},
    {"words", 34, "w", "thirty-four"},
    {"capital words", 555, "W", "FIVE HUNDRED AND FIFTY-FIVE"},
    {"words of a title", 1234567, "Ww",
     "One Million, Two Hundred and Thirty-Four Thousand, Five Hundred and Sixty-Seven"},
    {"no words, zero", 0, "w", "zero"},
    {"words below zero", -5, "w", "-five"},
    {"and behind trillions", 1000000000001, "w", "one trillion and one"},
    {"beyond trillions", 1e15, "w", "one thousand trillion"},
    {"ordinal words", 730, "w;o", "seven hundred and thirtieth"},
    {"an ordinal thousand", 1000, "w;o", "one thousandth"},
    {"letters", 27, "a", "aa"},
    {"capital letters", 123456, "A", "FZPH"},
    {"a sequence nobody has", 123456, "\xCE\xB1", "!D3130 \xCE\xB1"},
    {"an empty picture", 1, "", "!D3130 "},
    {"beyond 1e21 as numbers are written", 1e21, "0", "1e+21"},
};

START_TEST(format_integer)
{
    struct buf out = {0};
    struct fault why = {0};
    const char *picture = format_integers[_i].picture;
    struct pictures kept = {0};
    bool ok =
        picture_format_integer(&out, format_integers[_i].n, picture, strlen(picture), &kept, &why);

    pictures_clear(&kept);
    expect_outcome(format_integers[_i].name, ok, &out, &why, format_integers[_i].want);
}
END_TEST

static const struct {
    const char *name, *text, *picture, *want;
} parse_integers[] = {
    {"digits", "123", "000", "123"},
    {"more digits than the picture", "1234", "0", "1234"},
    {"a suffix", "123rd", "000;o", "123"},
    {"Arabic digits", "\xD9\xA1\xD9\xA2", "###\xD9\xA1", "12"},
    {"groups", "1,234,567,890", "#,##0", "1234567890"},
    {"groups that are not regular", "12345,67,890", "##,##,##0", "1234567890"},
    {"Roman", "MCMLXXXIV", "I", "1984"},
    {"small Roman", "xcix", "i", "99"},
    {"nothing in Roman", "", "I", "0"},
    {"words", "four million, three hundred and twenty-seven thousand, seven hundred and thirty",
     "w", "4327730"},
    {"capital words", "FIVE HUNDRED AND FIFTY-FIVE", "W", "555"},
    {"beyond trillions", "ten billion trillion trillion trillion", "w", "1e+46"},
    {"ordinal words", "Seven Hundred and Thirty-Third", "Ww;o", "733"},
    {"no word", "seven hundred or so", "w", "NaN"},
    {"letters", "FZPH", "A", "123456"},
    {"no digits", "x", "0", "NaN"},
    {"a sequence nobody has", "1", "\xCE\xB1", "!D3130 \xCE\xB1"},
};

START_TEST(parse_integer)
{
    struct buf out = {0};
    struct fault why = {0};
    const char *text = parse_integers[_i].text, *picture = parse_integers[_i].picture;
    struct pictures kept = {0};
    double n = 0;
    bool ok = picture_parse_integer(text, strlen(text), picture, strlen(picture), &kept, &n, &why);

    pictures_clear(&kept);
    js_number_write(&out, n);
    expect_outcome(parse_integers[_i].name, ok, &out, &why, parse_integers[_i].want);
}
END_TEST

/* ---- dates ---- */

#define SPRING 1521801216617.0 /* 2018-03-23T10:33:36.617Z */
#define AUTUMN 1510067557121.0 /* 2017-11-07T15:12:37.121Z, a Tuesday */

static const struct {
    const char *name;
    double ms;
    const char *picture, *zone, *want;
} from_millis[] = {
    {"ISO 8601 without a picture", AUTUMN, NULL, NULL, "2017-11-07T15:12:37.121Z"},
    {"fractions of milliseconds are dropped", 1510067557121.9, NULL, NULL,
     "2017-11-07T15:12:37.121Z"},
    {"before 1970", -1, NULL, NULL, "1969-12-31T23:59:59.999Z"},
    {"year 10000 is cut to four digits", 253402300800000, NULL, NULL, "0000-01-01T00:00:00.000Z"},
    {"a year before 0", -62198755200000, NULL, NULL, "-0001-01-01T00:00:00.000Z"},
    {"ISO 8601 in another zone", 1540127100000, NULL, "-0500", "2018-10-21T08:05:00.000-05:00"},
    {"zone 0000 is Z", 1540127100000, NULL, "0000", "2018-10-21T13:05:00.000Z"},
    {"beyond the calendar", 1e300, NULL, NULL, "0NaN-NaN-NaNTNaN:NaN:NaN.NaNZ"},
    {"text alone", SPRING, "Hello", NULL, "Hello"},
    {"nothing", SPRING, "", NULL, ""},
    {"a year with groups", SPRING, "Year: <[Y9,999,*]>", NULL, "Year: <2,018>"},
    {"doubled brackets", SPRING, "[[Year]]: [[[Y0001]]]", NULL, "[Year]: [2018]"},
    {"a bracket that closes nothing", SPRING, "x]y", NULL, "x]y"},
    {"defaults: hours of one digit, minutes of two", AUTUMN, "[h]:[m] [P]", NULL, "3:12 pm"},
    {"one in the morning", 1510016400000, "[h].[H]", NULL, "1.1"},
    {"midnight is twelve", 1199664000000, "[h]:[m]:[s] [P]", NULL, "12:00:00 am"},
    {"capital PM", AUTUMN, "[PN]", NULL, "PM"},
    {"widths", SPRING, "[D#1,2]/[M1,2]/[Y,2]", NULL, "23/03/18"},
    {"a year cut to two", SPRING, "[Y0001,2-2]", NULL, "18"},
    {"a year in small Roman, a day in letters", SPRING, "[Da] [MA] [Yi]", NULL, "w C mmxviii"},
    {"a year in words", SPRING, "[Yw]", NULL, "two thousand and eighteen"},
    {"ordinals", SPRING, "[D1o] [Dwo] [DWwo]", NULL, "23rd twenty-third Twenty-Third"},
    {"names", SPRING, "[MNn] [MN] [Mn]", NULL, "March MARCH march"},
    {"names cut to three", AUTUMN, "[FNn,*-3], [D1] [MNn,3-3] [Y]", NULL, "Tue, 7 Nov 2017"},
    {"blanks in a marker", AUTUMN, "[ M 01 ]", NULL, "11"},
    {"day of a leap year", 1483185600000, "[d] days in [Y0001]", NULL, "366 days in 2016"},
    {"the week that belongs to the next year", 1388577600000, "[W]", NULL, "1"},
    {"the year of a week", 1104537600000, "[X0001]-W[W01]-[F1]", NULL, "2004-W53-6"},
    {"the year of a week that has begun", 1199059200000, "[X0001]-W[W01]-[F1]", NULL, "2008-W01-1"},
    {"the month of a week", 1419940800000, "Week: [w] of [xNn]", NULL, "Week: 1 of January"},
    {"fractions", AUTUMN, "[f001] [f]", NULL, "121 121"},
    {"a zone", AUTUMN, "[H01]:[m01] [Z]", "+0530", "20:42 +05:30"},
    {"a zone of hours alone", AUTUMN, "[Z0]", "+0100", "+1"},
    {"a zone of hours, and minutes when there are", AUTUMN, "[Z0]", "+0530", "+5:30"},
    {"a zone without a separator", AUTUMN, "[Z0000]", "+0530", "+0530"},
    {"half hours west, as the reference has them", AUTUMN, "[Z0000]", "-0330", "-0430"},
    {"Z for no offset", AUTUMN, "[Z01:01t]", "+0000", "Z"},
    {"no Z without t", AUTUMN, "[Z01:01]", NULL, "+00:00"},
    {"GMT", AUTUMN, "[H01] [z]", "-0500", "10 GMT-05:00"},
    {"the calendar", AUTUMN, "[C] [E]", NULL, "ISO ISO"},
    {"too many digits in a zone", AUTUMN, "[Z010101t]", NULL, "!D3134 6"},
    {"no digits in a zone", AUTUMN, "[ZZ]", NULL, "!D3134"},
    {"no such component", AUTUMN, "[Q]", NULL, "!D3132 Q"},
    {"a name of a year", AUTUMN, "[YN]-[M]", NULL, "!D3133 Y"},
    {"a bracket without its other", AUTUMN, "[YN]-[M", NULL, "!D3135"},
    {"a sequence nobody has", AUTUMN, "[Y\xCE\xB1]", NULL, "!D3130 \xCE\xB1"},
    {"digits of two families", AUTUMN, "[M0\xEF\xBC\x90]", NULL, "!D3131"},
};

START_TEST(date_write)
{
    struct buf out = {0};
    struct fault why = {0};
    struct pictures kept = {0};
    const char *picture = from_millis[_i].picture, *zone = from_millis[_i].zone;
    bool ok =
        datetime_from_millis(&out, from_millis[_i].ms, picture, picture ? strlen(picture) : 0, zone,
                             zone ? strlen(zone) : 0, JSONATA_AWS, &kept, NULL, SIZE_MAX / 2, &why);

    pictures_clear(&kept);
    expect_outcome(from_millis[_i].name, ok, &out, &why, from_millis[_i].want);
}
END_TEST

/* What is missing in front comes from 2023-11-14T22:13:20.123Z. */
#define NOW INT64_C(1700000000123)

static const struct {
    const char *name, *text, *picture, *want;
} to_millis[] = {
    {"ISO 8601", "1970-01-01T00:00:00.001Z", NULL, "1"},
    {"ISO 8601 with an offset", "2017-11-07T15:07:54+05:30", NULL, "1510047474000"},
    {"an offset without a colon", "2018-02-01T09:42:13.123+0000", NULL, "1517478133123"},
    {"a date alone", "2017-10-30", NULL, "1509321600000"},
    {"a month alone", "2017-11", NULL, "1509494400000"},
    {"a year alone", "2018", NULL, "1514764800000"},
    {"more than milliseconds", "2017-11-07T15:07:54.123456Z", NULL, "1510067274123"},
    {"one digit of a fraction", "2017-11-07T15:07:54.1Z", NULL, "1510067274100"},
    {"30 February is in March", "2017-02-30T00:00:00Z", NULL, "1488412800000"},
    {"24:00:00 is the day's end", "2017-11-07T24:00:00Z", NULL, "1510099200000"},
    {"year 50", "0050-01-01", NULL, "-60589296000000"},
    {"month 13 is no date", "2017-13-01", NULL, "NaN"},
    {"day 39 is no date", "2017-11-39", NULL, "NaN"},
    {"hour 25 is no time", "2017-11-07T25:00:00Z", NULL, "NaN"},
    {"no seconds", "2017-11-07T15:07", NULL, "!D3110 2017-11-07T15:07"},
    {"nothing", "", NULL, "!D3110 "},
    {"something else", "foo", NULL, "!D3110 foo"},
    {"a year, defaults behind", "2018", "[Y1]", "1514764800000"},
    {"year, month, day", "2018-03-27", "[Y1]-[M01]-[D01]", "1522108800000"},
    {"digits without separators", "20180205", "[Y0001][M01][D01]", "1517788800000"},
    {"with the time", "2018-03-27T14:03:00.123Z", "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001]Z",
     "1522159380123"},
    {"an ordinal", "2nd 12 2012", "[D1o] [M01] [Y0001]", "1354406400000"},
    {"Roman", "27 iii MMXVIII", "[D1] [Mi] [YI]", "1522108800000"},
    {"letters", "w C mmxviii", "[Da] [MA] [Yi]", "1521763200000"},
    {"a month cut to three", "2 Feb 2012", "[D1] [MNn,3-3] [Y0001]", "1328140800000"},
    {"words", "Twentieth of August, two thousand and seventeen", "[DW] of [MNn], [Yw]",
     "1503187200000"},
    {"past midnight", "4/4/2018 12:06 am", "[D1]/[M1]/[Y0001] [h]:[m] [P]", "1522800360000"},
    {"in the evening", "4/4/2018 11:30 pm", "[D1]/[M1]/[Y0001] [h]:[m] [P]", "1522884600000"},
    {"a day of the year", "2018-094", "[Y0001]-[d001]", "1522800000000"},
    {"a time of today", "13:45", "[H]:[m]", "1699969500000"},
    {"a day of this year", "5/22", "[M]/[D]", "1684713600000"},
    {"a weekday is not looked at", "Monday, 14th November 2018", "[FNn], [D1o] [MNn] [Y]",
     "1542153600000"},
    {"an offset", "2020-09-09 12:00:00 +05:30", "[Y0001]-[M01]-[D01] [H01]:[m01]:[s01] [Z]",
     "1599633000000"},
    {"GMT", "2020-09-09 12:00:00 GMT-5", "[Y0001]-[M01]-[D01] [H01]:[m01]:[s01] [z01]",
     "1599670800000"},
    {"a name that could be longer", "MarchA2018", "[MNn]A[Y0001]", "1519862400000"},
    {"literals of another case", "x2018Y", "X[Y0001]y", "1514764800000"},
    {"a literal beyond ASCII of another case", "2018-03-23\xC3\xA9", "[Y0001]-[M01]-[D01]\xC3\x89",
     "1521763200000"},
    {"an ordinal without its suffix", "3 12 2012", "[D1o] [M01] [Y0001]", "nothing"},
    {"no digits between name and blank", "March 2018", "[MNn][D1] [Y]", "nothing"},
    {"text behind the last part", "2018x", "[Y0001]", "nothing"},
    {"another text", "2018-04-06", "[Y]/[D]", "nothing"},
    {"a picture of nothing", "x", "x", "nothing"},
    {"no month between year and day", "2018-22", "[Y]-[D]", "!D3136"},
    {"no hour between day and minute", "5-22 23:59", "[M]-[D] [m]:[s]", "!D3136"},
    {"weeks", "2018-32-5", "[X]-[W]-[F1]", "!D3136"},
    {"weeks of months", "2018-3-2-5", "[X]-[x]-[w]-[F1]", "!D3136"},
    {"a name of a year", "2018", "[YN]", "!D3133 Y"},
    {"a sequence nobody has", "2018", "[Y\xCE\xB1]", "!D3130 \xCE\xB1"},
    {"a bracket without its other", "2018", "[Y", "!D3135"},
};

static void expect_date(const char *name, const char *text, const char *picture,
                        enum jsonata_dialect dialect, const char *want)
{
    struct buf out = {0};
    struct fault why = {0};
    struct pictures kept = {0};
    bool found = false;
    double ms = 0;
    bool ok = datetime_to_millis(text, strlen(text), picture, picture ? strlen(picture) : 0, NOW,
                                 dialect, &kept, NULL, &found, &ms, &why);

    pictures_clear(&kept);
    if (ok && found)
        js_number_write(&out, ms);
    else
        buf_adds(&out, "nothing");
    expect_outcome(name, ok, &out, &why, want);
}

START_TEST(date_read)
{
    expect_date(to_millis[_i].name, to_millis[_i].text, to_millis[_i].picture, JSONATA_AWS,
                to_millis[_i].want);
    expect_date(to_millis[_i].name, to_millis[_i].text, to_millis[_i].picture, JSONATA_REFERENCE,
                to_millis[_i].want);
}
END_TEST

static const struct {
    const char *name, *text, *picture, *aws, *reference;
} date_dialects[] = {
    {"2.2 reads a fraction as one", "2018-03-27 10:00:00.5", "[Y]-[M]-[D] [H]:[m]:[s].[f]",
     "1522144800005", "1522144800500"},
    {"2.2 keeps hours apart from minutes that follow at once", "20240101123849",
     "[Y0000][M00][D00][H00][m00][s00]", "1708524249000", "1704112729000"},
    {"2.0.6 wants as many digits as there is room for", "2018-3-27", "[Y0001]-[M01]-[D01]",
     "nothing", "1522108800000"},
};

START_TEST(date_dialect)
{
    expect_date(date_dialects[_i].name, date_dialects[_i].text, date_dialects[_i].picture,
                JSONATA_AWS, date_dialects[_i].aws);
    expect_date(date_dialects[_i].name, date_dialects[_i].text, date_dialects[_i].picture,
                JSONATA_REFERENCE, date_dialects[_i].reference);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("picture");
    TCase *numbers = tcase_create("numbers");
    TCase *pictures = tcase_create("pictures");
    TCase *dates = tcase_create("dates");

    tcase_add_loop_test(numbers, number_write, 0, COUNT(number_writes));
    tcase_add_loop_test(numbers, number_round15, 0, COUNT(round15s));
    tcase_add_loop_test(numbers, number_read, 0, COUNT(number_reads));
    tcase_add_loop_test(numbers, number_round, 0, COUNT(number_rounds));
    tcase_add_loop_test(numbers, format_base, 0, COUNT(bases));
    tcase_add_loop_test(numbers, write_fixed, 0, COUNT(fixeds));
    tcase_add_loop_test(pictures, format_number, 0, COUNT(format_numbers));
    tcase_add_loop_test(pictures, format_integer, 0, COUNT(format_integers));
    tcase_add_loop_test(pictures, parse_integer, 0, COUNT(parse_integers));
    tcase_add_loop_test(dates, date_write, 0, COUNT(from_millis));
    tcase_add_loop_test(dates, date_read, 0, COUNT(to_millis));
    tcase_add_loop_test(dates, date_dialect, 0, COUNT(date_dialects));
    suite_add_tcase(s, numbers);
    suite_add_tcase(s, pictures);
    suite_add_tcase(s, dates);
    return run_suite(s);
}
