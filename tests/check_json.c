/* json: values, building, reading, writing, numbers. */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

static const struct {
    const char *name, *text, *want; /* want NULL: is written as it was read */
} reads[] = {
    {"null", "null", NULL},
    {"false", "false", NULL},
    {"true", "true", NULL},
    {"a number alone", "12", NULL},
    {"a number alone, blanks around", "\r\n\t 12 ", "12"},
    {"a string alone", "\"ab\"", NULL},
    {"an empty string", "\"\"", NULL},
    {"empty array", "[ ]", "[]"},
    {"empty object", "{ }", "{}"},
    {"nesting", "[[],{},[{\"a\":[{\"b\":{}}]}]]", NULL},
    {"members keep their order", "{\"b\":1,\"a\":2,\"c\":3}", NULL},
    {"blanks go", " { \"a\" : [ 1 , 2 ] , \"b\" : null } ", "{\"a\":[1,2],\"b\":null}"},
    {"a byte order mark is skipped", "\xEF\xBB\xBF[1]", "[1]"},
    {"the last of two equal keys wins, at the first one's place", "{\"a\":1,\"b\":2,\"a\":[3]}",
     "{\"a\":[3],\"b\":2}"},
    {"a key three times", "{\"a\":[1],\"a\":{},\"a\":3}", "{\"a\":3}"},
    {"empty keys are keys", "{\"\":1,\"a\":2,\"\":3}", "{\"\":3,\"a\":2}"},
    {"keys are equal by what their escapes mean", "{\"a\":1,\"\\u0061\":2}", "{\"a\":2}"},
    {"equal keys among many",
     "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9,\"b\":10,\"i\":11}",
     "{\"a\":1,\"b\":10,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":11}"},
    {"like objects in an array", "[{\"k\":1,\"l\":2},{\"k\":3,\"l\":4},{\"l\":5}]", NULL},
    {"every short escape", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
    {"control characters are upper-case hex", "\"\\u0000\\u001f\\u007f\"",
     "\"\\u0000\\u001F\x7F\""},
    {"an escape that needs none", "\"\\u0041\\u00e4\\u20AC\"", "\"A\xC3\xA4\xE2\x82\xAC\""},
    {"a pair is one character", "\"\\ud83d\\uDE00\"", "\"\xF0\x9F\x98\x80\""},
    {"escapes at both ends", "\"\\nabc\\n\"", NULL},
    {"a backslash before the quote", "[\"\\\\\",\"a\"]", NULL},
    {"an escaped quote before the quote", "[\"\\\"\",\"a\"]", NULL},
    {"text of all lengths of character", "\"a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"", NULL},
    {"U+D7FF, which begins like a surrogate", "\"\xED\x9F\xBF\"", NULL},
    {"an escape in a key", "{\"a\\nb\":1}", NULL},
    {"no escape for / and DEL", "\"/\x7F\"", NULL},
    {"zero", "0", NULL},
    {"minus zero is zero", "-0", "0"},
    {"minus zero with a point stays", "-0.0", NULL},
    {"the largest int64_t", "9223372036854775807", NULL},
    {"the smallest int64_t", "-9223372036854775808", NULL},
    {"one more keeps its digits", "9223372036854775808", NULL},
    {"one less keeps its digits", "-9223372036854775809", NULL},
    {"twenty digits", "[18446744073709551616,99999999999999999999]", NULL},
    {"digits beyond a double's are kept", "123456789012345678901234567890", NULL},
    {"1.0 stays a double", "1.0", NULL},
    {"an exponent makes a double", "[1e0,1E2,1e+2,1e-2,12E-1]", "[1.0,100.0,100.0,0.01,1.2]"},
    {"exponents below zero", "0.00001", "1.0E-5"},
    {"exponent of many digits", "1e00000000000000002", "100.0"},
    {"too small for a double is zero", "[1e-400,-1e-400]", "[0.0,-0.0]"},
    {"more digits than a double has", "3.14159265358979323846264338327950288", "3.141592653589793"},
    {"half-way digits round to even", "9007199254740993.0", "9.007199254740992E15"},
};

START_TEST(read)
{
    const char *text = reads[_i].text, *want = reads[_i].want ? reads[_i].want : text;
    struct diag why = {0};
    struct buf out = {0};
    json *v = json_parse(text, strlen(text), 0, &why);

    ck_assert_msg(v != NULL, "%s: %s", reads[_i].name, why.text);
    json_write(&out, v);
    expect_text(reads[_i].name, buf_str(&out), want);
    ck_assert_msg(json_text_len(v) == out.len, "%s: text_len is %zu, want %zu", reads[_i].name,
                  json_text_len(v), out.len);
    json_unref(v);
    buf_clear(&out);
}
END_TEST

static const struct {
    const char *name, *text;
    unsigned flags;
    const char *code;
    size_t at;
    uint32_t line, column;
    const char *words;
} refusals[] = {
    {"nothing", "", 0, "JSON_EMPTY", 0, 1, 1, "empty"},
    {"blanks", " \n ", 0, "JSON_EMPTY", 3, 2, 2, "blank"},
    {"only a byte order mark", "\xEF\xBB\xBF", 0, "JSON_EMPTY", 3, 1, 1, "no value"},
    {"open array", "[", 0, "JSON_SYNTAX", 1, 1, 2, "inside an array that began at line 1"},
    {"open array after an element", "[1", 0, "JSON_SYNTAX", 2, 1, 3, "inside an array"},
    {"open array after a comma", "[1, ", 0, "JSON_SYNTAX", 4, 1, 5, "inside an array"},
    {"open object", "\n{", 0, "JSON_SYNTAX", 2, 2, 2, "an object that began at line 2, column 1"},
    {"open object after a key", "{\"a\"", 0, "JSON_SYNTAX", 4, 1, 5, "inside an object"},
    {"open object after a colon", "{\"a\":", 0, "JSON_SYNTAX", 5, 1, 6, "inside an object"},
    {"open object after a member", "{\"a\":1", 0, "JSON_SYNTAX", 6, 1, 7, "inside an object"},
    {"open object after a comma", "{\"a\":1,", 0, "JSON_SYNTAX", 7, 1, 8, "inside an object"},
    {"open string", "[\"ab", 0, "JSON_SYNTAX", 4, 1, 5, "a string that began at line 1, column 2"},
    {"open string in an escape", "\"a\\", 0, "JSON_SYNTAX", 3, 1, 4, "inside a string"},
    {"open string in a \\u", "\"\\u12", 0, "JSON_SYNTAX", 5, 1, 6, "inside a string"},
    {"open key", "{\"ab", 0, "JSON_SYNTAX", 4, 1, 5, "inside a string"},
    {"open word", "[nul", 0, "JSON_SYNTAX", 4, 1, 5, "inside the word null"},
    {"no comma in an array", "[1 2]", 0, "JSON_SYNTAX", 3, 1, 4, "comma is missing between ele"},
    {"no comma before a string", "[1\n\"a\"]", 0, "JSON_SYNTAX", 3, 2, 1, "comma is missing"},
    {"no comma in an object", "{\"a\":1\n\"b\":2}", 0, "JSON_SYNTAX", 7, 2, 1,
     "comma is missing between members"},
    {"a comma before ]", "[1,]", 0, "JSON_SYNTAX", 2, 1, 3, "no element behind"},
    {"a comma before }", "{\"a\":1 , }", 0, "JSON_SYNTAX", 7, 1, 8, "no member behind"},
    {"two commas", "[1,,2]", 0, "JSON_SYNTAX", 3, 1, 4, "expected a value, but found ','"},
    {"a comma first", "[,1]", 0, "JSON_SYNTAX", 1, 1, 2, "expected a value, but found ','"},
    {"} for ]", "[1}", 0, "JSON_SYNTAX", 2, 1, 3, "expected ',' or ']', but found '}'"},
    {"] for }", "{\"a\":1]", 0, "JSON_SYNTAX", 6, 1, 7, "expected ',' or '}', but found ']'"},
    {"} for a value", "{\"a\":}", 0, "JSON_SYNTAX", 5, 1, 6, "expected a value, but found '}'"},
    {"} first", "}", 0, "JSON_SYNTAX", 0, 1, 1, "expected a value, but found '}'"},
    {"] first in an array's object", "[{]", 0, "JSON_SYNTAX", 2, 1, 3, "expected a key"},
    {"no colon", "{\"a\" 1}", 0, "JSON_SYNTAX", 5, 1, 6, "expected ':' behind a key"},
    {"= for a colon", "{\"a\"=1}", 0, "JSON_SYNTAX", 4, 1, 5, "but found '='"},
    {"two colons", "{\"a\"::1}", 0, "JSON_SYNTAX", 5, 1, 6, "expected a value, but found ':'"},
    {"a colon in an array", "[\"a\":1]", 0, "JSON_SYNTAX", 4, 1, 5, "expected ',' or ']'"},
    {"a key without quotes", "{abc: 1}", 0, "JSON_SYNTAX", 1, 1, 2,
     "double quotes, but found 'abc"},
    {"a second key without quotes", "{\"a\":1, b:2}", 0, "JSON_SYNTAX", 8, 1, 9, "found 'b'"},
    {"a number for a key", "{1:2}", 0, "JSON_SYNTAX", 1, 1, 2, "expected a key"},
    {"single quotes", "['a']", 0, "JSON_SYNTAX", 1, 1, 2, "double quotes"},
    {"single quotes around a key", "{'a':1}", 0, "JSON_SYNTAX", 1, 1, 2, "double quotes"},
    {"a comment", "[1, // one\n2]", 0, "JSON_SYNTAX", 4, 1, 5, "no comments"},
    {"a comment before a comma", "[1 /* one */, 2]", 0, "JSON_SYNTAX", 3, 1, 4, "no comments"},
    {"a comment before all", "# x\n{}", 0, "JSON_SYNTAX", 0, 1, 1, "no comments"},
    {"more after the value", "{} {}", 0, "JSON_SYNTAX", 3, 1, 4, "end of the text, but found '{'"},
    {"an open string behind the value", "2\"", 0, "JSON_SYNTAX", 1, 1, 2, "string"},
    {"an open string behind an array", "[1] \"a, b", 0, "JSON_SYNTAX", 4, 1, 5, "string"},
    {"half a word behind the value", "{} nul", 0, "JSON_SYNTAX", 3, 1, 4, "found 'nul'"},
    {"half a number behind the value", "[] -", 0, "JSON_SYNTAX", 3, 1, 4, "found '-'"},
    {"a closing bracket too many", "[1]]", 0, "JSON_SYNTAX", 3, 1, 4, "but found ']'"},
    {"True", "[True]", 0, "JSON_SYNTAX", 1, 1, 2, "'True' is written true"},
    {"a word", "[yes]", 0, "JSON_SYNTAX", 1, 1, 2, "a value, but found 'yes'"},
    {"a word that goes on", "[truex]", 0, "JSON_SYNTAX", 1, 1, 2, "'truex'"},
    {"NaN", "NaN", 0, "JSON_SYNTAX", 0, 1, 1, "'NaN'"},
    {"minus infinity", "[-Infinity]", 0, "JSON_SYNTAX", 1, 1, 2, "'-Infinity' is no number"},
    {"a leading zero", "[01]", 0, "JSON_SYNTAX", 1, 1, 2, "can't begin with a zero"},
    {"a leading zero alone", "-012", 0, "JSON_SYNTAX", 0, 1, 1, "can't begin with a zero"},
    {"no digit behind the point", "[1.]", 0, "JSON_SYNTAX", 1, 1, 2, "digits are missing"},
    {"no digit before the point", "[.5]", 0, "JSON_SYNTAX", 1, 1, 2, "before the point"},
    {"no digit in the exponent", "1e", 0, "JSON_SYNTAX", 0, 1, 1, "digits are missing"},
    {"only a minus", "-", 0, "JSON_SYNTAX", 0, 1, 1, "digits are missing"},
    {"a plus", "[+1]", 0, "JSON_SYNTAX", 1, 1, 2, "'+1' is no number"},
    {"hexadecimal", "[0x1F]", 0, "JSON_SYNTAX", 1, 1, 2, "'0x1F' is no number"},
    {"two points", "{\"a\":1.2.3}", 0, "JSON_SYNTAX", 5, 1, 6, "'1.2.3' is no number"},
    {"a line break in a string", "[\"a\nb\"]", 0, "JSON_SYNTAX", 3, 1, 4, "write \\n"},
    {"a tab in a string", "\"a\tb\"", 0, "JSON_SYNTAX", 2, 1, 3, "\\u0009"},
    {"no such escape", "\"ab\\x\"", 0, "JSON_SYNTAX", 3, 1, 4, "is written \\\\"},
    {"a bad \\u", "\"\\u12g4\"", 0, "JSON_SYNTAX", 1, 1, 2, "four hexadecimal"},
    {"an escape in a key", "{\"\\q\":1}", 0, "JSON_SYNTAX", 2, 1, 3, "is written \\\\"},
    {"a non-breaking blank", "[1,\xC2\xA0 2]", 0, "JSON_SYNTAX", 3, 1, 4, "character U+00A0"},
    {"a form feed between tokens", "[1,\f2]", 0, "JSON_SYNTAX", 3, 1, 4, "U+000C is no blank"},
    {"a vertical tab at the end", "1\v", 0, "JSON_SYNTAX", 1, 1, 2, "U+000B is no blank"},
    {"a form feed first", "\f\"\\ud83dx\"]", 0, "JSON_SYNTAX", 0, 1, 1, "U+000C is no blank"},
    {"a form feed in the open", "[1, \f", 0, "JSON_SYNTAX", 4, 1, 5, "U+000C is no blank"},
    {"a control character", "[1,\x01]", 0, "JSON_SYNTAX", 3, 1, 4, "character U+0001"},
    {"a bad byte outside strings", "[\xFF]", 0, "JSON_SYNTAX", 1, 1, 2, "byte 0xff"},
    {"a curly quote",
     "[\xE2\x80\x9C"
     "a]",
     0, "JSON_SYNTAX", 1, 1, 2, "\xE2\x80\x9C"},
    {"an overlong zero", "[\"\xC3\xA4\xC0\x80\"]", 0, "JSON_UTF8", 4, 1, 4, "0xc0"},
    {"a surrogate in UTF-8", "\"\xED\xA0\x80\"", 0, "JSON_UTF8", 1, 1, 2, "0xed"},
    {"a surrogate in UTF-8, even if escapes may be", "\"\xED\xA0\x80\"", JSON_READ_SURROGATES,
     "JSON_UTF8", 1, 1, 2, "0xed"},
    {"above U+10FFFF", "\"\xF4\x90\x80\x80\"", 0, "JSON_UTF8", 1, 1, 2, "0xf4"},
    {"a character cut by the quote", "\"\xE2\x82\"", 0, "JSON_UTF8", 1, 1, 2, "0xe2"},
    {"a bad byte in a key", "{\"\x80\":1}", 0, "JSON_UTF8", 2, 1, 3, "0x80"},
    {"a bad byte behind an escape", "\"\\n\x80\"", 0, "JSON_UTF8", 3, 1, 4, "0x80"},
    {"a high half alone", "[\"a\\ud800\"]", 0, "JSON_SURROGATE", 3, 1, 4, "\\ud800 is half"},
    {"a high half before a letter", "\"\\ud83dx\"", 0, "JSON_SURROGATE", 1, 1, 2, "half"},
    {"a high half before another escape", "\"\\ud83d\\u0041\"", 0, "JSON_SURROGATE", 1, 1, 2, ""},
    {"two high halves", "\"\\ud83d\\ud83d\\ude00\"", 0, "JSON_SURROGATE", 1, 1, 2, "half"},
    {"a low half alone", "\"\\udc00\"", 0, "JSON_SURROGATE", 1, 1, 2, "\\udc00 is half"},
    {"half a character in a key", "{\"\\udc00\":1}", 0, "JSON_SURROGATE", 2, 1, 3, "half"},
    {"a double beyond its range", "[1e309]", 0, "JSON_NUMBER", 1, 1, 2, "out of range"},
    {"the same at the end of the text", " -1e309", 0, "JSON_NUMBER", 1, 1, 2, "out of range"},
    {"a key twice, when asked", "{\"a\":{\"b\":[1,2],\"c\":\",\"},\n \"d\":1, \"a\":2}",
     JSON_READ_UNIQUE, "JSON_DUPLICATE_KEY", 34, 2, 9, "\"a\" twice"},
    {"a key twice within, when asked", "[{},{\"x\":1,\"x\":1}]", JSON_READ_UNIQUE,
     "JSON_DUPLICATE_KEY", 11, 1, 12, "\"x\" twice"},
};

START_TEST(refuse)
{
    const char *text = refusals[_i].text, *name = refusals[_i].name;
    struct diag why = {0};

    ck_assert_msg(!json_parse(text, strlen(text), refusals[_i].flags, &why), "%s: was read", name);
    expect_diag(name, &why, refusals[_i].code, refusals[_i].at, refusals[_i].words);
    ck_assert_msg(why.place.line == refusals[_i].line && why.place.column == refusals[_i].column,
                  "%s: at %u:%u", name, why.place.line, why.place.column);
    ck_assert(!json_parse(text, strlen(text), refusals[_i].flags, NULL));
    diag_clear(&why);
}
END_TEST

/* Cut anywhere, a text is refused with a reason that is within it, and leaks nothing. */
START_TEST(read_cut_text)
{
    const char text[] = " {\"a\": [1, -2.5e3, \"x\\u00e4\\\"y\", true], \"b\\n\": {\"c\": null}}";

    for (size_t len = 0; len < sizeof(text) - 2; len++) {
        char *exact = mem_alloc(len);
        struct diag why = {0};

        memcpy(exact, text, len);
        ck_assert_ptr_null(json_parse(exact, len, 0, &why));
        ck_assert_ptr_nonnull(why.text);
        ck_assert_uint_le(why.at, len);
        diag_clear(&why);
        mem_free(exact);
    }
}
END_TEST

static json *nested(size_t depth)
{
    struct buf text = {0};
    json *v;

    for (size_t i = 0; i < depth; i++)
        buf_adds(&text, i % 2 ? "{\"k\":" : "[");
    buf_addc(&text, '1');
    for (size_t i = depth; i--;)
        buf_addc(&text, i % 2 ? '}' : ']');
    v = json_parse(text.data, text.len, 0, NULL);
    buf_clear(&text);
    return v;
}

START_TEST(read_depth)
{
    static const char open[] = "[[[[[[[[[[";
    struct buf text = {0};
    struct diag why = {0};
    json *v = nested(JSON_MAX_DEPTH), *same = nested(JSON_MAX_DEPTH);

    ck_assert_ptr_nonnull(v);
    ck_assert_uint_eq(json_depth(v), JSON_MAX_DEPTH);
    ck_assert(json_equal(v, same));
    ck_assert_ptr_null(nested(JSON_MAX_DEPTH + 1));
    for (int i = 0; i < 100000; i++)
        buf_adds(&text, open);
    ck_assert_ptr_null(json_parse(text.data, text.len, 0, &why));
    expect_diag("nested too deep", &why, "JSON_DEPTH", JSON_MAX_DEPTH, "1000 levels");
    json_unref(v);
    json_unref(same);
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

START_TEST(read_long_number)
{
    struct buf text = {0};
    struct diag why = {0};
    json *v;

    buf_adds(&text, "1.");
    while (text.len < 1000)
        buf_addc(&text, '0');
    v = json_parse(text.data, text.len, 0, &why);
    expect_json("a number of 1000 characters", v, "1.0");
    json_unref(v);
    buf_addc(&text, '0');
    ck_assert_ptr_null(json_parse(text.data, text.len, 0, &why));
    expect_diag("one of 1001", &why, "JSON_NUMBER", 0, "1001 characters");
    memset(text.data, '9', text.len);
    ck_assert_ptr_null(json_parse(text.data, 310, 0, &why));
    expect_diag("a whole number beyond all doubles", &why, "JSON_NUMBER", 0, "out of range");
    v = json_parse(text.data, 308, 0, &why);
    ck_assert_int_eq(json_kind(v), JSON_BIGINT);
    ck_assert_double_eq(json_double_value(v), 1e308);
    json_unref(v);
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

static const struct {
    const char *name, *text, *stored, *written;
} surrogates[] = {
    {"a high half", "\"\\uD83D\"", "\xED\xA0\xBD", "\"\\ud83d\""},
    {"a low half", "\"x\\udc00y\"", "x\xED\xB0\x80y", "\"x\\udc00y\""},
    {"two high halves", "\"\\ud83d\\ud83d\"", "\xED\xA0\xBD\xED\xA0\xBD", "\"\\ud83d\\ud83d\""},
    {"a high half, then a pair", "\"\\ud800\\ud83d\\ude00\"", "\xED\xA0\x80\xF0\x9F\x98\x80",
     "\"\\ud800\xF0\x9F\x98\x80\""},
    {"the wrong way round", "\"\\ude00\\ud83d\"", "\xED\xB8\x80\xED\xA0\xBD", "\"\\ude00\\ud83d\""},
    {"the last one", "\"\\udfff\"", "\xED\xBF\xBF", "\"\\udfff\""},
};

START_TEST(read_surrogates)
{
    const char *text = surrogates[_i].text;
    json *v = json_parse(text, strlen(text), JSON_READ_SURROGATES, NULL);
    struct buf out = {0};

    ck_assert_ptr_nonnull(v);
    expect_bytes(surrogates[_i].name, json_str(v), json_str_len(v), surrogates[_i].stored,
                 strlen(surrogates[_i].stored));
    json_write(&out, v);
    expect_text(surrogates[_i].name, buf_str(&out), surrogates[_i].written);
    ck_assert_uint_eq(json_text_len(v), out.len);
    json_unref(v);
    buf_clear(&out);
}
END_TEST

START_TEST(read_nul)
{
    json *v = json_of("{\"a\\u0000b\":\"\\u0000\",\"a\":1}");

    expect_bytes("NUL in a string", json_str(json_value_at(v, 0)), 1, "\0", 1);
    expect_json("a key with NUL", json_get_n(v, "a\0b", 3), "\"\\u0000\"");
    expect_json("and one without", json_get(v, "a"), "1");
    json_unref(v);
}
END_TEST

START_TEST(read_shares_keys)
{
    json *v = json_of("[{\"name\":1},{\"name\":2}]");
    const json *key = json_key_at(json_at(v, 0), 0);

    ck_assert_ptr_eq(key, json_key_at(json_at(v, 1), 0));
    expect_json("found by the shared key", json_get_key(json_at(v, 1), key), "2");
    json_unref(v);
}
END_TEST

/* One reader reads good texts and bad ones in turn as json_parse does each. */
START_TEST(read_many)
{
    json_reader *readers[] = {json_reader_new(0), json_reader_new(JSON_READ_UNIQUE)};

    for (size_t i = 0; i < 2 * COUNT(reads) * COUNT(refusals); i++) {
        size_t bad = i / 2 % COUNT(refusals);
        bool unique = i % 2 && refusals[bad].flags;
        const char *text = i % 2 ? refusals[bad].text : reads[i / 2 % COUNT(reads)].text;
        json *want = json_parse(text, strlen(text), unique ? JSON_READ_UNIQUE : 0, NULL);
        struct diag why = {0};
        json *got = json_reader_read(readers[unique], text, strlen(text), &why);

        ck_assert_msg(!got == !want && !got == (why.code != NULL), "read or refused: %s", text);
        ck_assert_msg(!got || json_equal(got, want), "read as another value: %s", text);
        if (!got)
            expect_diag(refusals[bad].name, &why, refusals[bad].code, refusals[bad].at,
                        refusals[bad].words);
        json_unref(want);
        json_unref(got);
        diag_clear(&why);
    }
    json_reader_free(readers[0]);
    json_reader_free(readers[1]);
    json_reader_free(NULL);
}
END_TEST

START_TEST(read_many_shares_keys)
{
    json_reader *r = json_reader_new(0);
    json *a = json_reader_read(r, "{\"name\":1} ", 11, NULL);
    json *b = json_reader_read(r, "{\"name\":12}", 11, NULL), *number;

    ck_assert_ptr_eq(json_key_at(a, 0), json_key_at(b, 0));
    number = json_reader_read(r, "12", 1, NULL);
    expect_json("only `len` bytes are read", number, "1");
    ck_assert(!json_reader_read(r, "[1,", 3, NULL));
    ck_assert_msg(!json_reader_read(r, "2]", 2, NULL), "nothing is left of a bad text");
    json_unref(number);
    json_unref(a);
    json_unref(b);
    json_reader_free(r);
}
END_TEST

/* ---- places ---- */

static const struct {
    const char *name, *path; /* as expect_place has it */
    struct place want;
} places[] = {
    {"the whole", "", {2, 1, 1}},
    {"a key", "k0", {3, 3, 3}},
    {"a value", "0", {3, 8, 1}},
    {"a value in an array", "00", {3, 9, 2}},
    {"a string's length counts characters, quotes and escapes", "01", {3, 13, 6}},
    {"behind a string of many-byte characters", "02", {3, 22, 4}},
    {"an empty object within", "03", {4, 5, 1}},
    {"a key in many-byte characters", "k1", {5, 3, 4}},
    {"a value behind it", "1", {5, 9, 3}},
    {"the last of two equal keys: key", "k2", {7, 3, 3}},
    {"the last of two equal keys: value", "2", {7, 8, 1}},
    {"within the last of two", "20", {7, 9, 5}},
    {"a key after doubles", "k3", {8, 3, 3}},
    {"within the next", "3k0", {8, 9, 3}},
    {"and its value", "30", {8, 14, 4}},
};

static const char placed[] = "\xEF\xBB\xBF\n"
                             "{\n"
                             "  \"a\": [-1, \"\xC3\xA4\\n\xF0\x9F\x98\x80\",  true,\n"
                             "    {}],\n"
                             "  \"\xC3\xA4\xC3\xB6\": 1.5,\n"
                             "  \"c\": {\"d\": 1},\n"
                             "  \"c\": [false],\n"
                             "  \"e\": {\"f\": null}\n"
                             "}\n";

START_TEST(place)
{
    struct arena a = {0};
    struct diag why = {0};
    struct json_places *at = NULL;
    json *v = json_parse_places(placed, sizeof(placed) - 1, 0, &a, &at, &why);

    ck_assert_msg(v != NULL, "%s", why.text);
    expect_place(places[_i].name, at, places[_i].path, places[_i].want);
    json_unref(v);
    arena_clear(&a);
}
END_TEST

/* ---- numbers ---- */

static const char *const no_numbers[] = {"",    "-",  "+1", "01",  "-01", "1.",    ".5",   "1e",
                                         "1e+", "1 ", " 1", "0x1", "NaN", "1e999", "1.e1", "1a"};

START_TEST(no_number)
{
    json *v = json_number(no_numbers[_i], strlen(no_numbers[_i]));

    ck_assert_msg(!v, "\"%s\" was taken for a number", no_numbers[_i]);
}
END_TEST

static const struct {
    const char *name, *less, *more;
    bool equal;
} comparisons[] = {
    {"ints", "-1", "1", false},
    {"1 is 1.0", "1", "1.0", true},
    {"zero is minus zero", "0", "-0.0", true},
    {"2^53+1 is more than 2^53 as a double", "9007199254740992.0", "9007199254740993", false},
    {"a fraction above", "3", "3.5", false},
    {"a fraction below", "-3.5", "-3", false},
    {"a small fraction", "0", "1e-300", false},
    {"the largest int is less than 2^63", "9223372036854775807", "9223372036854775808.0", false},
    {"the smallest int is -2^63", "-9223372036854775808", "-9223372036854775808.0", true},
    {"below the smallest int", "-9.3e18", "-9223372036854775808", false},
    {"a large number above ints", "9223372036854775807", "9223372036854775808", false},
    {"a large number below ints", "-9223372036854775809", "-9223372036854775808", false},
    {"large numbers by length", "99999999999999999999", "100000000000000000000", false},
    {"large numbers by digits", "10000000000000000000", "10000000000000000001", false},
    {"large numbers below zero", "-10000000000000000001", "-10000000000000000000", false},
    {"large numbers of both signs", "-10000000000000000000", "10000000000000000000", false},
    {"a large number and its double", "9223372036854775808", "9223372036854775808.0", true},
    {"a large number above its double", "9223372036854775808.0", "9223372036854775809", false},
    {"a large number above a small double", "1.5", "9223372036854775809", false},
    {"a large number below a small double", "-9223372036854775809", "-1.5", false},
    {"a large double above a large number", "99999999999999999999", "1e300", false},
    {"1e23 is not what it says", "1e23", "100000000000000000000000", false},
};

START_TEST(comparison)
{
    json *less = json_of(comparisons[_i].less), *more = json_of(comparisons[_i].more);
    int want = comparisons[_i].equal ? 0 : 1;

    ck_assert_msg(json_compare_numbers(more, less) == want, "%s", comparisons[_i].name);
    ck_assert_msg(json_compare_numbers(less, more) == -want, "%s, back", comparisons[_i].name);
    ck_assert_msg(json_equal(less, more) == comparisons[_i].equal, "%s", comparisons[_i].name);
    ck_assert_int_eq(json_compare_numbers(less, less), 0);
    json_unref(less);
    json_unref(more);
}
END_TEST

/* ---- equality ---- */

static const struct {
    const char *name, *a, *b;
    bool equal;
} equals[] = {
    {"kinds differ", "1", "\"1\"", false},
    {"null is not false", "null", "false", false},
    {"strings", "\"a\\u00e4\"", "\"a\xC3\xA4\"", true},
    {"strings of one length", "\"ab\"", "\"ac\"", false},
    {"a prefix", "\"ab\"", "\"abc\"", false},
    {"arrays are in order", "[1,2]", "[2,1]", false},
    {"arrays of other length", "[1,2]", "[1,2,3]", false},
    {"numbers by value within", "[1,[2.0]]", "[1.0,[2]]", true},
    {"members in any order", "{\"a\":1,\"b\":[2]}", "{\"b\":[2],\"a\":1}", true},
    {"other keys", "{\"a\":1}", "{\"b\":1}", false},
    {"other values", "{\"a\":1}", "{\"a\":2}", false},
    {"a member more", "{\"a\":1}", "{\"a\":1,\"b\":1}", false},
    {"empty array and object", "[]", "{}", false},
    {"a subset of the same size", "{\"a\":1,\"b\":null}", "{\"a\":1,\"c\":null}", false},
};

START_TEST(equality)
{
    json *a = json_of(equals[_i].a), *b = json_of(equals[_i].b);

    ck_assert_msg(json_equal(a, b) == equals[_i].equal, "%s", equals[_i].name);
    ck_assert_msg(json_equal(b, a) == equals[_i].equal, "%s, back", equals[_i].name);
    ck_assert_msg(json_equal(a, a), "%s: itself", equals[_i].name);
    json_unref(a);
    json_unref(b);
}
END_TEST

/* ---- looking ---- */

static const struct {
    const char *text, *kind_name;
    enum json_kind kind;
    size_t count, depth;
} kinds[] = {
    {"null", "null", JSON_NULL, 0, 0},
    {"true", "boolean", JSON_TRUE, 0, 0},
    {"false", "boolean", JSON_FALSE, 0, 0},
    {"1", "number", JSON_INT, 0, 0},
    {"1e0", "number", JSON_DOUBLE, 0, 0},
    {"9999999999999999999", "number", JSON_BIGINT, 0, 0},
    {"\"\"", "string", JSON_STRING, 0, 0},
    {"[]", "array", JSON_ARRAY, 0, 1},
    {"{}", "object", JSON_OBJECT, 0, 1},
    {"[1,[{}],2]", "array", JSON_ARRAY, 3, 3},
    {"{\"a\":[[]],\"b\":[]}", "object", JSON_OBJECT, 2, 3},
    {"[{\"a\":[[]],\"b\":[],\"a\":1}]", "array", JSON_ARRAY, 1, 3},
};

START_TEST(kind)
{
    json *v = json_of(kinds[_i].text);

    ck_assert_int_eq(json_kind(v), kinds[_i].kind);
    ck_assert_str_eq(json_kind_name(v), kinds[_i].kind_name);
    ck_assert_uint_eq(json_count(v), kinds[_i].count);
    ck_assert_uint_eq(json_depth(v), kinds[_i].depth);
    ck_assert_int_eq(json_is_number(v), !strcmp(kinds[_i].kind_name, "number"));
    ck_assert_int_eq(json_is_string(v), !strcmp(kinds[_i].kind_name, "string"));
    ck_assert_int_eq(json_is_array(v), !strcmp(kinds[_i].kind_name, "array"));
    ck_assert_int_eq(json_is_object(v), !strcmp(kinds[_i].kind_name, "object"));
    ck_assert_int_eq(json_is_scalar(v), kinds[_i].depth == 0);
    json_unref(v);
}
END_TEST

START_TEST(lookup)
{
    json *v = json_of("{\"a\":1,\"bc\":2}"), *key = json_cstring("bc"), *other = json_cstring("b");

    expect_json("by text", json_get(v, "a"), "1");
    expect_json("by key", json_get_key(v, key), "2");
    expect_json("no such text", json_get(v, "b"), NULL);
    expect_json("no such key", json_get_key(v, other), NULL);
    expect_json("by part of a text", json_get_n(v, "abc", 1), "1");
    expect_json("not in an array", json_get(json_empty_array(), "a"), NULL);
    expect_json("not in a string", json_get_key(key, key), NULL);
    ck_assert_uint_eq(json_find(v, "bc", 2), 1);
    ck_assert_uint_eq(json_find(v, "x", 1), SIZE_MAX);
    ck_assert(json_str_is(key, "bc") && !json_str_is(key, "b") && !json_str_is(v, "bc"));
    json_unref(v);
    json_unref(key);
    json_unref(other);
}
END_TEST

/* Objects of any size: in an index, in one that grows, and when read. */
START_TEST(lookup_among_many)
{
    struct json_build b;
    struct buf text = {0};
    json *v, *back;

    json_build_object(&b, 0);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3000; i++)
            json_build_set_key(&b, json_stringf("key %d", i), json_int(i + round));
    v = json_build_done(&b);
    ck_assert_uint_eq(json_count(v), 3000);
    json_write(&text, v);
    back = json_parse(text.data, text.len, JSON_READ_UNIQUE, NULL);
    ck_assert(json_equal(v, back));
    for (int i = 0; i < 3000; i++) {
        json *key = json_stringf("key %d", i);

        ck_assert_int_eq(json_int_value(json_get_key(back, key)), i + 1);
        ck_assert_uint_eq(json_find(v, json_str(key), json_str_len(key)), i);
        json_unref(key);
    }
    expect_json("no such key", json_get(back, "key 3000"), NULL);
    json_unref(v);
    json_unref(back);
    buf_clear(&text);
}
END_TEST

START_TEST(strings)
{
    struct buf b = {0};
    json *v = json_stringf("%s-%d", "a", 7), *taken, *low, *high;

    expect_json("formatted", v, "\"a-7\"");
    buf_adds(&b, "taken");
    taken = json_take_buf(&b);
    expect_json("taken", taken, "\"taken\"");
    ck_assert_ptr_null(b.data);
    low = json_take_buf(&b);
    expect_json("nothing taken", low, "\"\"");
    json_unref(low);
    json_unref(v);
    json_unref(taken);
    low = json_cstring("\xF0\x9F\x98\x80");
    high = json_cstring("\xEF\xBF\xBD");
    ck_assert_msg(json_compare_strings(low, high) < 0, "strings are in UTF-16 order");
    ck_assert_int_eq(json_compare_strings(low, low), 0);
    json_unref(low);
    json_unref(high);
}
END_TEST

/* ---- building ---- */

START_TEST(strings_in_storage)
{
    char *room = mem_alloc(json_string_room(3));
    const json *look = json_string_in(room, "a\0b", 3);
    struct json_build b;
    json *copy = json_ref(look), *array;

    json_build_array(&b, 1);
    json_build_add(&b, json_ref(look));
    array = json_build_done(&b);
    ck_assert(json_equal(look, copy) && copy != look);
    mem_free(room);
    expect_json("a reference outlives the storage", copy, "\"a\\u0000b\"");
    expect_json("and so does one in an array", array, "[\"a\\u0000b\"]");
    json_unref(copy);
    json_unref(array);
}
END_TEST

START_TEST(build)
{
    struct json_build b;
    json *v, *copy;

    json_build_array(&b, 0);
    expect_json("nothing added", v = json_build_done(&b), "[]");
    ck_assert_ptr_eq(v, json_empty_array());
    json_build_object(&b, 9);
    expect_json("room not used", v = json_build_done(&b), "{}");
    ck_assert_ptr_eq(v, json_empty_object());

    json_build_object(&b, 1);
    json_build_set(&b, "a", json_int(1));
    json_build_set(&b, "b", json_ref(json_empty_array()));
    json_build_set(&b, "a", json_null());
    v = json_build_done(&b);
    expect_json("a key that is there keeps its place", v, "{\"a\":null,\"b\":[]}");
    ck_assert_uint_eq(json_depth(v), 2);

    json_build_copy(&b, v, 1);
    json_build_set(&b, "c", json_bool(true));
    json_build_put(&b, 1, json_double(2));
    copy = json_build_done(&b);
    expect_json("a copy changed", copy, "{\"a\":null,\"b\":2.0,\"c\":true}");
    expect_json("the original did not", v, "{\"a\":null,\"b\":[]}");
    ck_assert_msg(json_depth(copy) == 1, "the deepest was replaced");
    json_unref(v);

    v = json_with(copy, json_cstring("b"), json_cstring("x"));
    expect_json("json_with", v, "{\"a\":null,\"b\":\"x\",\"c\":true}");
    json_unref(v);
    json_unref(copy);

    json_build_copy(&b, json_empty_array(), 0);
    for (int i = 0; i < 100; i++)
        json_build_add(&b, json_int(i));
    json_build_put(&b, 50, json_cstring("fifty"));
    v = json_build_done(&b);
    ck_assert_uint_eq(json_count(v), 100);
    expect_json("element 50", json_at(v, 50), "\"fifty\"");
    expect_json("element 99", json_at(v, 99), "99");
    json_build_copy(&b, v, 0);
    json_build_add(&b, v);
    json_build_drop(&b);
}
END_TEST

/* Freeing takes no stack, whatever was built. */
START_TEST(build_of_keys)
{
    json *keys = json_of("[\"a\",\"b\"]"), *none = json_of("[]");
    json *values[] = {json_int(1), json_of("[[2]]")};
    json *v = json_object_of(keys, values), *empty = json_object_of(none, NULL);

    expect_json("members in the order of the keys", v, "{\"a\":1,\"b\":[[2]]}");
    expect_json("no members", empty, "{}");
    ck_assert_uint_eq(json_depth(v), 3);
    ck_assert_ptr_eq(json_key_at(v, 1), json_at(keys, 1));
    json_unref(v);
    json_unref(empty);
    json_unref(none);
    json_unref(keys);
}
END_TEST

START_TEST(free_deep)
{
    json *v = json_int(1);

    for (int i = 0; i < 1000000; i++) {
        struct json_build b;

        if (i % 2) {
            json_build_array(&b, 2);
            json_build_add(&b, json_null());
            json_build_add(&b, v);
        } else {
            json_build_object(&b, 2);
            json_build_set(&b, "first", v);
            json_build_set(&b, "second", json_int(2));
        }
        v = json_build_done(&b);
    }
    ck_assert_uint_ge(json_depth(v), 65535);
    json_unref(v);
}
END_TEST

/* A value that holds itself many times over is no longer than 4 GiB to us. */
START_TEST(text_len_saturates)
{
    json *v = json_cstring("0123456789");

    for (int i = 0; i < 40; i++) {
        struct json_build b;

        json_build_array(&b, 2);
        json_build_add(&b, json_ref(v));
        json_build_add(&b, v);
        v = json_build_done(&b);
        if (i == 1)
            expect_json("shared", v,
                        "[[\"0123456789\",\"0123456789\"],[\"0123456789\",\"0123456789\"]]");
    }
    ck_assert_uint_eq(json_text_len(v), UINT32_MAX);
    json_unref(v);
}
END_TEST

/* ---- writing ---- */

START_TEST(write_forms)
{
    static const char nested_text[] =
        "{\"b\":[1,{\"z\":[],\"y\":{}}],\"a\\n\":\"x\",\"B\":{\"d\":1,\"c\":[2]}}";
    json *v = json_of(nested_text), *text;
    struct buf out = {0};

    json_write_pretty(&out, v);
    expect_text("pretty", buf_str(&out),
                "{\n"
                "  \"b\": [\n"
                "    1,\n"
                "    {\n"
                "      \"z\": [],\n"
                "      \"y\": {}\n"
                "    }\n"
                "  ],\n"
                "  \"a\\n\": \"x\",\n"
                "  \"B\": {\n"
                "    \"d\": 1,\n"
                "    \"c\": [\n"
                "      2\n"
                "    ]\n"
                "  }\n"
                "}");
    buf_reset(&out);
    json_write_sorted(&out, v);
    expect_text("sorted", buf_str(&out),
                "{\"B\":{\"c\":[2],\"d\":1},\"a\\n\":\"x\",\"b\":[1,{\"y\":{},\"z\":[]}]}");
    text = json_text(v);
    expect_bytes("as a string", json_str(text), json_str_len(text), nested_text,
                 sizeof(nested_text) - 1);
    buf_reset(&out);
    json_write_string(&out, "a\"\x01", 3);
    expect_text("a string of bytes", buf_str(&out), "\"a\\\"\\u0001\"");
    json_unref(text);
    json_unref(v);
    buf_clear(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("json");
    TCase *t = tcase_create("json");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, read, 0, COUNT(reads));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_test(t, read_cut_text);
    tcase_add_test(t, read_depth);
    tcase_add_test(t, read_long_number);
    tcase_add_loop_test(t, read_surrogates, 0, COUNT(surrogates));
    tcase_add_test(t, read_nul);
    tcase_add_test(t, read_shares_keys);
    tcase_add_test(t, read_many);
    tcase_add_test(t, read_many_shares_keys);
    tcase_add_test(t, build_of_keys);
    tcase_add_loop_test(t, place, 0, COUNT(places));
    tcase_add_loop_test(t, no_number, 0, COUNT(no_numbers));
    tcase_add_loop_test(t, comparison, 0, COUNT(comparisons));
    tcase_add_loop_test(t, equality, 0, COUNT(equals));
    tcase_add_loop_test(t, kind, 0, COUNT(kinds));
    tcase_add_test(t, lookup);
    tcase_add_test(t, lookup_among_many);
    tcase_add_test(t, strings);
    tcase_add_test(t, strings_in_storage);
    tcase_add_test(t, build);
    tcase_add_test(t, free_deep);
    tcase_add_test(t, text_len_saturates);
    tcase_add_test(t, write_forms);
    suite_add_tcase(s, t);
    return run_suite(s);
}
