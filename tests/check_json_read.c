/* json: reading, by both readers; what is said of a text that is wrong; places. */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "parsers/json/json_events.h"

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

/* Small values lie together: one that is kept has to keep little more than itself. */
START_TEST(read_outlived_by_one)
{
    size_t before = mem_in_use();
    struct buf text = {0};
    json *v, *kept;

    buf_addc(&text, '[');
    for (int i = 0; i < 1000; i++)
        buf_printf(&text, "{\"number\":%d,\"half\":%d.5,\"text\":\"text %d\"},", i, i, i);
    buf_adds(&text, "[]]");
    v = json_parse(text.data, text.len, 0, NULL);
    buf_clear(&text);
    ck_assert_uint_gt(mem_in_use(), before + 1000 * 100);
    kept = json_ref(json_at(v, 500));
    json_unref(v);
    ck_assert_uint_lt(mem_in_use(), before + 3000);
    expect_json("what is kept", kept, "{\"number\":500,\"half\":500.5,\"text\":\"text 500\"}");
    json_unref(kept);
    ck_assert_uint_eq(mem_in_use(), before);
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

/* ---- the two readers ---- */

/* json_parse reads with the one for data, and with the other what that one does not take. */
static json *read_by_data_reader(const char *text, size_t len, unsigned flags)
{
    static struct json_events made;
    json *v;

    json_events_init(&made, flags, NULL, len);
    v = json_read_data(&made, text, len);
    json_events_clear(&made);
    return v;
}

/* Of a text that ends where its memory does, so that AddressSanitizer sees a step too far. */
static void expect_both_agree(const char *text, size_t len, unsigned flags)
{
    char *exact = mem_alloc(len);
    struct buf one = {0}, other = {0};
    json *v, *want;

    memcpy(exact, text, len);
    v = read_by_data_reader(exact, len, flags);
    want = json_parse_places(exact, len, flags, NULL, NULL, NULL);
    ck_assert_msg(!v == !want, "the reader of data %s: %.*s", v ? "reads" : "refuses", (int)len,
                  text);
    if (v) {
        json_write(&one, v);
        json_write(&other, want);
        expect_bytes(text, one.data, one.len, other.data, other.len);
        ck_assert_uint_eq(json_depth(v), json_depth(want));
    }
    json_unref(v);
    json_unref(want);
    buf_clear(&one);
    buf_clear(&other);
    mem_free(exact);
}

/* The text cut anywhere, and with any of its bytes replaced, left out or doubled. */
static void expect_agreement_around(const char *text, unsigned flags)
{
    static const char others[] = "\"\\/[]{}:,-+.eE019nu \t\n\f\x1F\x7F\x80\xBF\xC3\xE2\xED\xF4\xFF";
    size_t len = strlen(text);
    char *changed = mem_alloc(len + 1);

    expect_both_agree(text, len, flags);
    for (size_t i = 0; i < len; i++) {
        expect_both_agree(text, i, flags);
        memcpy(changed, text, len);
        for (size_t k = 0; k < sizeof(others); k++) {
            changed[i] = others[k];
            expect_both_agree(changed, len, flags);
        }
        memcpy(changed + i, text + i + 1, len - i - 1);
        expect_both_agree(changed, len - 1, flags);
        memcpy(changed + i, text + i, 1);
        memcpy(changed + i + 1, text + i, len - i);
        expect_both_agree(changed, len + 1, flags);
    }
    mem_free(changed);
}

START_TEST(readers_agree_on_good)
{
    expect_agreement_around(reads[_i].text, 0);
}
END_TEST

START_TEST(readers_agree_on_bad)
{
    expect_agreement_around(refusals[_i].text, refusals[_i].flags);
}
END_TEST

START_TEST(readers_agree_on_surrogates)
{
    expect_agreement_around(surrogates[_i].text, JSON_READ_SURROGATES);
    expect_agreement_around(surrogates[_i].text, 0);
}
END_TEST

/* Strings are read by sixteens: what ends them, or is not ASCII, stands at each place of some. */
START_TEST(readers_agree_on_lengths)
{
    static const char *const inner[] = {"",     "\\n",      "\\u00e4", "\\ud83d\\ude00",
                                        "\x1F", "\xC3\xA4", "\xC3",    "\xE2\x82\xAC",
                                        "\"",   "\\",       "\\\"",    "\xF0\x9F\x98\x80"};
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

    for (size_t len = 0; len < 50; len++)
        for (size_t at = 0; at <= len; at++) {
            struct buf text = {0};

            buf_printf(&text, "[\"%.*s%s%.*s\",\"%.*s\"]", (int)at, letters, inner[_i],
                       (int)(len - at), letters, (int)at, letters);
            expect_both_agree(text.data, text.len, 0);
            buf_clear(&text);
        }
}
END_TEST

/* Numbers are read by eights. */
START_TEST(readers_agree_on_numbers)
{
    static const char digits[] = "1234567890123456789012345";
    static const char *const behind[] = {"",      "e0",     "E+10", "e-7", "e308",
                                         "e-330", "e00001", "e",    "x"};

    for (int whole = 0; whole <= 24; whole++)
        for (int fraction = -1; fraction <= 24; fraction++)
            for (size_t i = 0; i < COUNT(behind); i++) {
                struct buf text = {0};

                buf_printf(&text, "[%s%.*s%s%.*s%s]", i % 2 ? "-" : "", whole, digits,
                           fraction < 0 ? "" : ".", fraction < 0 ? 0 : fraction, digits, behind[i]);
                expect_both_agree(text.data, text.len, 0);
                /* At the very end, and alone. */
                expect_both_agree(text.data, text.len - 1, 0);
                expect_both_agree(text.data + 1, text.len - 2, 0);
                buf_clear(&text);
            }
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

int main(void)
{
    Suite *s = suite_create("json_read");
    TCase *t = tcase_create("json_read");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, read, 0, COUNT(reads));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_test(t, read_cut_text);
    tcase_add_test(t, read_depth);
    tcase_add_test(t, read_long_number);
    tcase_add_loop_test(t, read_surrogates, 0, COUNT(surrogates));
    tcase_add_test(t, read_nul);
    tcase_add_test(t, read_shares_keys);
    tcase_add_test(t, read_outlived_by_one);
    tcase_add_test(t, read_many);
    tcase_add_test(t, read_many_shares_keys);
    tcase_add_loop_test(t, readers_agree_on_good, 0, COUNT(reads));
    tcase_add_loop_test(t, readers_agree_on_bad, 0, COUNT(refusals));
    tcase_add_loop_test(t, readers_agree_on_surrogates, 0, COUNT(surrogates));
    tcase_add_loop_test(t, readers_agree_on_lengths, 0, 12);
    tcase_add_test(t, readers_agree_on_numbers);
    tcase_add_loop_test(t, place, 0, COUNT(places));
    suite_add_tcase(s, t);
    return run_suite(s);
}
