/* choice: the tests of Choice rules. */

#include "tests/support/expect.h"
#include "tests/support/world.h"

#include "asl/eval/choice.h"

#include <string.h>

static const char input_text[] =
    "{\"s\":\"HelloWorld\",\"A\":\"A\",\"AB\":\"AB\",\"e\":\"\",\"n\":null,\"i\":1,\"z\":0,"
    "\"zf\":0.0,\"f\":1.5,\"t\":true,\"no\":false,\"a\":[1,null],\"none\":[],\"o\":{},"
    "\"at\":\"2012-10-09T19:00:55Z\",\"east\":\"2012-10-09T20:00:55+01:00\","
    "\"later\":\"2012-10-09T19:00:55.000001Z\",\"local\":\"2012-10-09T19:00:55\","
    "\"log\":\"foo*[hello]\\\\test.log\",\"high\":\"\xEF\xBF\xBD\",\"pair\":\"\xF0\x9F\x98\x80\"}";

/* ---- what holds ---- */

static const struct {
    const char *name, *rule;
    int want;
} evals[] = {
    {"equal strings", "{\"Variable\":\"$.s\",\"StringEquals\":\"HelloWorld\"}", 1},
    {"case counts", "{\"Variable\":\"$.s\",\"StringEquals\":\"helloworld\"}", 0},
    {"an empty string is equal to one", "{\"Variable\":\"$.e\",\"StringEquals\":\"\"}", 1},
    {"a number equals no string", "{\"Variable\":\"$.i\",\"StringEquals\":\"1\"}", 0},
    {"null equals no string", "{\"Variable\":\"$.n\",\"StringEquals\":\"null\"}", 0},
    {"a string less than a longer one", "{\"Variable\":\"$.A\",\"StringLessThan\":\"AB\"}", 1},
    {"a string not less than itself", "{\"Variable\":\"$.A\",\"StringLessThan\":\"A\"}", 0},
    {"a string less than or equal itself", "{\"Variable\":\"$.A\",\"StringLessThanEquals\":\"A\"}",
     1},
    {"a string greater than a shorter one", "{\"Variable\":\"$.AB\",\"StringGreaterThan\":\"A\"}",
     1},
    {"a string greater than or equal", "{\"Variable\":\"$.A\",\"StringGreaterThanEquals\":\"AB\"}",
     0},
    {"strings are ordered by UTF-16: a surrogate pair stands before U+FFFD",
     "{\"Variable\":\"$.pair\",\"StringLessThanPath\":\"$.high\"}", 1},
    {"a string equals that of a path", "{\"Variable\":\"$.s\",\"StringEqualsPath\":\"$.s\"}", 1},
    {"a path to another type is no match", "{\"Variable\":\"$.s\",\"StringEqualsPath\":\"$.i\"}",
     0},
    {"a path into the context object", "{\"Variable\":\"$$.State.Name\",\"StringEquals\":\"S\"}",
     1},
    {"paths into variables", "{\"Variable\":\"$v.w\",\"NumericEqualsPath\":\"$v.w\"}", 1},

    {"equal numbers", "{\"Variable\":\"$.i\",\"NumericEquals\":1}", 1},
    {"0 equals 0.0", "{\"Variable\":\"$.z\",\"NumericEqualsPath\":\"$.zf\"}", 1},
    {"true is no number", "{\"Variable\":\"$.t\",\"NumericEquals\":1}", 0},
    {"less", "{\"Variable\":\"$.i\",\"NumericLessThan\":1.5}", 1},
    {"not less", "{\"Variable\":\"$.f\",\"NumericLessThan\":1.5}", 0},
    {"less or equal", "{\"Variable\":\"$.f\",\"NumericLessThanEquals\":1.5}", 1},
    {"greater", "{\"Variable\":\"$.f\",\"NumericGreaterThanPath\":\"$.i\"}", 1},
    {"greater or equal", "{\"Variable\":\"$.i\",\"NumericGreaterThanEquals\":2}", 0},
    {"an array as operand counts as 0, whatever is in it",
     "{\"Variable\":\"$.f\",\"NumericGreaterThanPath\":\"$.a\"}", 1},
    {"so does true", "{\"Variable\":\"$.i\",\"NumericLessThanEqualsPath\":\"$.t\"}", 0},
    {"and an object", "{\"Variable\":\"$.z\",\"NumericEqualsPath\":\"$.o\"}", 1},
    {"and null", "{\"Variable\":\"$.i\",\"NumericEqualsPath\":\"$.n\"}", 0},
    {"what is no number itself doesn't count as 0",
     "{\"Variable\":\"$.no\",\"NumericEqualsPath\":\"$.z\"}", 0},
    {"text is not greater than a number", "{\"Variable\":\"$.s\",\"NumericGreaterThan\":0}", 0},

    {"true equals true", "{\"Variable\":\"$.t\",\"BooleanEquals\":true}", 1},
    {"false equals false", "{\"Variable\":\"$.no\",\"BooleanEquals\":false}", 1},
    {"1 is not true", "{\"Variable\":\"$.i\",\"BooleanEquals\":true}", 0},
    {"null is not false", "{\"Variable\":\"$.n\",\"BooleanEquals\":false}", 0},
    {"a boolean of a path", "{\"Variable\":\"$.t\",\"BooleanEqualsPath\":\"$.no\"}", 0},
    {"a string is no boolean, whatever it is compared with",
     "{\"Variable\":\"$.s\",\"BooleanEqualsPath\":\"$.s\"}", 0},
    {"nor is null", "{\"Variable\":\"$.n\",\"BooleanEqualsPath\":\"$.n\"}", 0},

    {"equal instants", "{\"Variable\":\"$.at\",\"TimestampEquals\":\"2012-10-09T19:00:55.000Z\"}",
     1},
    {"equal instants in other zones", "{\"Variable\":\"$.at\",\"TimestampEqualsPath\":\"$.east\"}",
     1},
    {"earlier", "{\"Variable\":\"$.at\",\"TimestampLessThanPath\":\"$.later\"}", 1},
    {"later", "{\"Variable\":\"$.at\",\"TimestampGreaterThan\":\"2012-10-09T19:00:54Z\"}", 1},
    {"not later", "{\"Variable\":\"$.at\",\"TimestampGreaterThanEqualsPath\":\"$.later\"}", 0},
    {"a time without zone is no instant",
     "{\"Variable\":\"$.local\",\"TimestampEquals\":\"2012-10-09T19:00:55Z\"}", 0},
    {"nor is it as operand", "{\"Variable\":\"$.at\",\"TimestampEqualsPath\":\"$.local\"}", 0},

    {"null is null", "{\"Variable\":\"$.n\",\"IsNull\":true}", 1},
    {"a string is not null", "{\"Variable\":\"$.s\",\"IsNull\":false}", 1},
    {"0 is not null", "{\"Variable\":\"$.z\",\"IsNull\":true}", 0},
    {"null is present", "{\"Variable\":\"$.n\",\"IsPresent\":true}", 1},
    {"what is missing is not", "{\"Variable\":\"$.x.y\",\"IsPresent\":true}", 0},
    {"what is missing is absent", "{\"Variable\":\"$.x\",\"IsPresent\":false}", 1},
    {"an array has its first element", "{\"Variable\":\"$.a[0]\",\"IsPresent\":true}", 1},
    {"a null element is present", "{\"Variable\":\"$.a[1]\",\"IsPresent\":true}", 1},
    {"an empty array has no first element", "{\"Variable\":\"$.none[0]\",\"IsPresent\":true}", 0},
    {"a variable that is not assigned is absent", "{\"Variable\":\"$nope\",\"IsPresent\":false}",
     1},
    {"a fraction is numeric", "{\"Variable\":\"$.f\",\"IsNumeric\":true}", 1},
    {"digits in a string are not", "{\"Variable\":\"$.e\",\"IsNumeric\":true}", 0},
    {"a timestamp is a string", "{\"Variable\":\"$.at\",\"IsString\":true}", 1},
    {"an object is not", "{\"Variable\":\"$.o\",\"IsString\":false}", 1},
    {"false is boolean", "{\"Variable\":\"$.no\",\"IsBoolean\":true}", 1},
    {"1 is not", "{\"Variable\":\"$.i\",\"IsBoolean\":false}", 1},
    {"a timestamp", "{\"Variable\":\"$.east\",\"IsTimestamp\":true}", 1},
    {"any text is none", "{\"Variable\":\"$.s\",\"IsTimestamp\":false}", 1},

    {"Not", "{\"Not\":{\"Variable\":\"$.i\",\"NumericEquals\":2}}", 1},
    {"And of all",
     "{\"And\":[{\"Variable\":\"$.i\",\"NumericEquals\":1},"
     "{\"Variable\":\"$.t\",\"BooleanEquals\":true}]}",
     1},
    {"And but one",
     "{\"And\":[{\"Variable\":\"$.i\",\"NumericEquals\":1},"
     "{\"Variable\":\"$.t\",\"BooleanEquals\":false}]}",
     0},
    {"And stops at the first that is false",
     "{\"And\":[{\"Variable\":\"$.x\",\"IsPresent\":true},"
     "{\"Variable\":\"$.x\",\"NumericEquals\":1}]}",
     0},
    {"Or of one",
     "{\"Or\":[{\"Variable\":\"$.i\",\"NumericEquals\":2},"
     "{\"Variable\":\"$.t\",\"BooleanEquals\":true}]}",
     1},
    {"Or of none", "{\"Or\":[{\"Variable\":\"$.i\",\"NumericEquals\":2}]}", 0},
    {"Or stops at the first that is true",
     "{\"Or\":[{\"Variable\":\"$.i\",\"NumericEquals\":1},"
     "{\"Variable\":\"$.x\",\"NumericEquals\":1}]}",
     1},
    {"nested, with comments",
     "{\"Comment\":\"c\",\"And\":[{\"Comment\":\"c\",\"Not\":{\"Or\":["
     "{\"Variable\":\"$.i\",\"NumericEquals\":2,\"Comment\":\"c\"}]}}],\"Next\":\"N\","
     "\"Assign\":{\"x\":1}}",
     1},
};

START_TEST(eval)
{
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};
    struct source source;
    const asl_test *t;
    struct world w;
    int got;

    source_init(&source, evals[_i].rule);
    world_init(&w, input_text, "{\"State\":{\"Name\":\"S\"}}", "{\"v\":{\"w\":9}}");
    t = asl_test_compile(&arena, &source.at, true, &report);
    expect_report(evals[_i].name, &report, "");
    got = asl_test_eval(t, &w.env, &error);
    expect_error(evals[_i].name, &error, "");
    ck_assert_msg(got == evals[_i].want, "%s: %d", evals[_i].name, got);
    arena_clear(&arena);
    source_clear(&source);
    world_clear(&w);
}
END_TEST

/* ---- StringMatches ---- */

static const struct {
    const char *name, *pattern, *text;
    int want; /* -1: fails */
} matches[] = {
    {"the same", "abc", "abc", 1},
    {"not the same", "abc", "abd", 0},
    {"not a part", "abc", "abcd", 0},
    {"nothing matches nothing", "", "", 1},
    {"nothing matches nothing else", "", "a", 0},
    {"a star is anything", "*", "any thing", 1},
    {"a star is nothing, too", "*", "", 1},
    {"a beginning", "log-*", "log-17", 1},
    {"no such beginning", "log-*", "lob-17", 0},
    {"an end", "*.txt", "a.txt", 1},
    {"no such end", "*.txt", "a.txt~", 0},
    {"beginning and end", "foo*.log", "foo.log", 1},
    {"beginning and end may not overlap", "aba*ba", "aba", 0},
    {"in the middle", "*Z*", "aZb", 1},
    {"not in the middle", "*Z*", "azb", 0},
    {"pieces in order", "*a*b*c*", "xaxbxc", 1},
    {"pieces out of order", "*a*b*c*", "xcxbxa", 0},
    {"pieces do not overlap", "*ab*ba*", "aba", 0},
    {"the first occurrence leaves the most room", "*ab*ab", "abab", 1},
    {"a piece that begins again within itself", "*aab*", "aaab", 1},
    {"a piece that begins again farther back", "*ababac*", "abababac", 1},
    {"two stars are as one", "a**b", "ab", 1},
    {"an escaped star is a star", "a\\*b", "a*b", 1},
    {"an escaped star is only a star", "a\\*b", "axb", 0},
    {"an escaped backslash", "a\\\\b", "a\\b", 1},
    {"a backslash escaped before a star", "a\\\\*", "a\\bc", 1},
    {"brackets and dots are themselves", "a.[b]*", "a.[b]c", 1},
    {"a dot is no wildcard", "a.c", "abc", 0},
    {"a newline is a character", "a*b", "a\nb", 1},
    {"characters beyond ASCII", "*\xC3\xA9*", "caf\xC3\xA9s", 1},
    {"a backslash before another letter", "a\\b", "ab", -1},
    {"a backslash at the end", "a\\", "a\\", -1},
};

START_TEST(match)
{
    struct json_build rule, input;
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};
    json *r, *in;
    int got;

    json_build_object(&rule, 2);
    json_build_set(&rule, "Variable", json_cstring("$.x"));
    json_build_set(&rule, "StringMatches", json_cstring(matches[_i].pattern));
    r = json_build_done(&rule);
    json_build_object(&input, 1);
    json_build_set(&input, "x", json_cstring(matches[_i].text));
    in = json_build_done(&input);

    struct asl_at at = {.value = r};
    struct asl_env env = {.input = in};
    const asl_test *t = asl_test_compile(&arena, &at, false, &report);

    expect_report(matches[_i].name, &report, "");
    got = asl_test_eval(t, &env, &error);
    ck_assert_msg(got == matches[_i].want, "%s: %d", matches[_i].name, got);
    if (got < 0)
        ck_assert(json_str_is(error.name, ASL_RUNTIME));
    asl_error_clear(&error);
    arena_clear(&arena);
    json_unref(r);
    json_unref(in);
}
END_TEST

/* A pattern that makes searching by trying go on for ever: 100 stars, 200,000 characters. */
START_TEST(match_hostile)
{
    struct buf pattern = {0}, text = {0};
    struct json_build rule;
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};

    for (int i = 0; i < 100; i++)
        buf_adds(&pattern, "*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
    for (int i = 0; i < 200000; i++)
        buf_addc(&text, 'a');
    json_build_object(&rule, 2);
    json_build_set(&rule, "Variable", json_cstring("$"));
    json_build_set(&rule, "StringMatches", json_take_buf(&pattern));
    json *r = json_build_done(&rule), *in = json_take_buf(&text);
    struct asl_at at = {.value = r};
    struct asl_env env = {.input = in};
    const asl_test *t = asl_test_compile(&arena, &at, false, &report);

    for (int i = 0; i < 20; i++)
        ck_assert_int_eq(asl_test_eval(t, &env, &error), 0);
    arena_clear(&arena);
    json_unref(r);
    json_unref(in);
}
END_TEST

/* ---- what fails ---- */

#define INVALID(path)                                                                              \
    "States.Runtime: Invalid path '" path "': The choice state's condition path references an "    \
    "invalid value."

static const struct {
    const char *name, *rule, *want;
} failures[] = {
    {"a variable that is missing", "{\"Variable\":\"$.x\",\"StringEquals\":\"a\"}", INVALID("$.x")},
    {"so for IsNull", "{\"Variable\":\"$.x\",\"IsNull\":true}", INVALID("$.x")},
    {"an operand that is missing", "{\"Variable\":\"$.s\",\"StringEqualsPath\":\"$.x.y\"}",
     INVALID("$.x.y")},
    {"an element past the end", "{\"Variable\":\"$.none[0]\",\"IsNull\":true}",
     INVALID("$.none[0]")},
    {"under Not", "{\"Not\":{\"Variable\":\"$.x\",\"IsNull\":true}}", INVALID("$.x")},
    {"under And", "{\"And\":[{\"Variable\":\"$.x\",\"IsNull\":true}]}", INVALID("$.x")},
    {"under Or, before one that is true",
     "{\"Or\":[{\"Variable\":\"$.x\",\"IsNull\":true},"
     "{\"Variable\":\"$.n\",\"IsNull\":true}]}",
     INVALID("$.x")},
    {"a variable that is not assigned", "{\"Variable\":\"$nope.a\",\"IsNull\":true}",
     INVALID("$nope.a")},
};

START_TEST(fail)
{
    struct asl_report report = {0};
    struct asl_error error = {0};
    struct arena arena = {0};
    struct source source;
    const asl_test *t;
    struct world w;

    source_init(&source, failures[_i].rule);
    world_init(&w, input_text, NULL, NULL);
    t = asl_test_compile(&arena, &source.at, true, &report);
    expect_report(failures[_i].name, &report, "");
    ck_assert_msg(asl_test_eval(t, &w.env, &error) == -1, "%s", failures[_i].name);
    expect_error(failures[_i].name, &error, failures[_i].want);
    asl_error_clear(&error);
    arena_clear(&arena);
    source_clear(&source);
    world_clear(&w);
}
END_TEST

/* ---- what is refused ---- */

#define SELECTORS                                                                                  \
    "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]"
#define JSONATA_ONLY(field)                                                                        \
    "The QueryLanguage is set to 'JSONPath', but field '" field                                    \
    "' is only supported for the 'JSONata' QueryLanguage at /States/C"

static const struct {
    const char *name, *rule, *want, *hint;
} refusals[] = {
    {"no test", "{\"Next\":\"N\"}", SELECTORS " at /States/C/Choices[0]", NULL},
    {"two tests", "{\"Variable\":\"$.x\",\"Not\":{},\"IsNull\":true}",
     SELECTORS " at /States/C/Choices[0]", NULL},
    {"no object", "[]", "Expected value of type [OBJECT] at /States/C/Choices[0]", NULL},
    {"JSONata's test", "{\"Condition\":\"{% true %}\",\"Next\":\"N\"}", JSONATA_ONLY("Condition"),
     "Use 'Variable' and an operator, or set 'QueryLanguage'"},
    {"JSONata's output", "{\"Variable\":\"$.x\",\"IsNull\":true,\"Output\":1}",
     JSONATA_ONLY("Output"), "Use 'Assign', or the state's 'OutputPath'"},
    {"an operator misspelt", "{\"Variable\":\"$.x\",\"StringEqual\":\"a\"}",
     "Field 'StringEqual' is not supported at /States/C/Choices[0]", "Was 'StringEquals' meant?"},
    {"a field from elsewhere", "{\"Variable\":\"$.x\",\"IsNull\":true,\"Retry\":[]}",
     "Field 'Retry' is not supported at /States/C/Choices[0]", NULL},
    {"an operator beside And", "{\"And\":[{\"Variable\":\"$.x\",\"IsNull\":true}],\"IsNull\":true}",
     "Field 'IsNull' is not supported at /States/C/Choices[0]", NULL},
    {"Next in a nested rule", "{\"Not\":{\"Variable\":\"$.x\",\"IsNull\":true,\"Next\":\"N\"}}",
     "Field 'Next' is not supported at /States/C/Choices[0]/Not", NULL},
    {"an empty And", "{\"And\":[]}", "Value cannot be empty at /States/C/Choices[0]/And", NULL},
    {"And of an object", "{\"And\":{}}",
     "Expected value of type [ARRAY] at /States/C/Choices[0]/And", NULL},
    {"a nested rule that is none", "{\"Or\":[{}]}", SELECTORS " at /States/C/Choices[0]/Or[0]",
     NULL},
    {"a variable that is no path", "{\"Variable\":\"x\",\"IsNull\":true}",
     "Value is not a Reference Path: Reference path didn't start with '$' at "
     "/States/C/Choices[0]/Variable",
     NULL},
    {"a variable that is no string", "{\"Variable\":1,\"IsNull\":true}",
     "Expected value of type [STRING] at /States/C/Choices[0]/Variable", NULL},
    {"an operand that is no path", "{\"Variable\":\"$.x\",\"StringEqualsPath\":\"x\"}",
     "Value is not a Reference Path: Reference path didn't start with '$' at "
     "/States/C/Choices[0]/StringEqualsPath",
     NULL},
    {"an operand of several nodes", "{\"Variable\":\"$.x\",\"StringEqualsPath\":\"$.x[*]\"}",
     "Value is not a Reference Path: It may name one node only at "
     "/States/C/Choices[0]/StringEqualsPath",
     NULL},
    {"a string operator's number", "{\"Variable\":\"$.x\",\"StringEquals\":1}",
     "Expected value of type [STRING] at /States/C/Choices[0]/StringEquals", NULL},
    {"a numeric operator's string", "{\"Variable\":\"$.x\",\"NumericEquals\":\"1\"}",
     "Expected value of type [NUMBER] at /States/C/Choices[0]/NumericEquals", NULL},
    {"a boolean operator's string", "{\"Variable\":\"$.x\",\"IsNull\":\"true\"}",
     "Expected value of type [BOOLEAN] at /States/C/Choices[0]/IsNull", NULL},
    {"a timestamp that is none", "{\"Variable\":\"$.x\",\"TimestampEquals\":\"2012-10-09\"}",
     "String does not match RFC3339 timestamp at /States/C/Choices[0]/TimestampEquals",
     "Write it as in \"2024-01-31T12:00:00Z\""},
};

static void check_refusal(const char *name, const char *rule, const char *want, const char *hint)
{
    struct asl_at states, state, choices, at;
    struct asl_report report = {0};
    struct arena arena = {0};
    struct source source;
    struct buf text = {0};

    buf_printf(&text, "{\"States\":{\"C\":{\"Choices\":[%s]}}}", rule);
    source_init(&source, buf_str(&text));
    ck_assert(asl_at_member(&source.at, "States", &states));
    ck_assert(asl_at_member(&states, "C", &state));
    ck_assert(asl_at_member(&state, "Choices", &choices));
    asl_at_index(&choices, 0, &at);
    ck_assert_msg(!asl_test_compile(&arena, &at, true, &report), "%s", name);
    expect_report(name, &report, want);
    /* Without one, the hint is that of the message. */
    if (hint)
        expect_text(name, report.problems[0].hint, hint);
    asl_report_clear(&report);
    arena_clear(&arena);
    source_clear(&source);
    buf_clear(&text);
}

START_TEST(refuse)
{
    check_refusal(refusals[_i].name, refusals[_i].rule, refusals[_i].want, refusals[_i].hint);
}
END_TEST

/* The message has all operators, as AWS lists a whole group, in its order. */
START_TEST(refuse_operators)
{
    static const char *const rules[] = {
        "{\"Variable\":\"$.x\"}",
        "{\"Variable\":\"$.x\",\"StringEquals\":\"a\",\"NumericEquals\":1}",
    };
    static const char *const beginnings[] = {
        "This object should have only one of the following fields: [StringEquals, IsBoolean, ",
        "There should only be one of the following fields: [StringEquals, IsBoolean, ",
    };

    for (size_t i = 0; i < COUNT(rules); i++) {
        struct asl_report report = {0};
        struct arena arena = {0};
        struct source source;

        source_init(&source, rules[i]);
        ck_assert_ptr_null(asl_test_compile(&arena, &source.at, true, &report));
        ck_assert_uint_eq(report.count, 1);
        ck_assert_msg(!strncmp(report.problems[0].message, beginnings[i], strlen(beginnings[i])),
                      "%s", report.problems[0].message);
        ck_assert_ptr_nonnull(
            strstr(report.problems[0].message, ", NumericGreaterThanEqualsPath]"));
        asl_report_clear(&report);
        arena_clear(&arena);
        source_clear(&source);
    }
}
END_TEST

static void nest(struct buf *text, int levels)
{
    for (int i = 0; i < levels; i++)
        buf_adds(text, "{\"Not\":");
    buf_adds(text, "{\"Variable\":\"$.n\",\"IsNull\":true}");
    for (int i = 0; i < levels; i++)
        buf_addc(text, '}');
}

START_TEST(nesting)
{
    for (int levels = 98; levels <= 100; levels++) {
        struct asl_report report = {0};
        struct asl_error error = {0};
        struct arena arena = {0};
        struct source source;
        struct buf text = {0};
        const asl_test *t;
        struct world w;

        nest(&text, levels);
        source_init(&source, buf_str(&text));
        world_init(&w, input_text, NULL, NULL);
        t = asl_test_compile(&arena, &source.at, true, &report);
        ck_assert_msg((t != NULL) == (levels < 100), "%d levels", levels);
        if (t)
            ck_assert_int_eq(asl_test_eval(t, &w.env, &error), levels % 2 == 0);
        else
            ck_assert_ptr_nonnull(strstr(report.problems[0].message, "nested more than 100"));
        asl_report_clear(&report);
        arena_clear(&arena);
        source_clear(&source);
        world_clear(&w);
        buf_clear(&text);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("choice");
    TCase *t = tcase_create("choice");

    tcase_add_loop_test(t, eval, 0, COUNT(evals));
    tcase_add_loop_test(t, match, 0, COUNT(matches));
    tcase_add_test(t, match_hostile);
    tcase_add_loop_test(t, fail, 0, COUNT(failures));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_test(t, refuse_operators);
    tcase_add_test(t, nesting);
    suite_add_tcase(s, t);
    return run_suite(s);
}
