/* intrinsic: the text of calls, and each function. */

#include "tests/support/expect.h"
#include "tests/support/world.h"

#include "asl/eval/intrinsic.h"

#include <inttypes.h>
#include <string.h>

static const char input_text[] =
    "{\"s\":\"HelloWorld\",\"e\":\"\",\"n\":null,\"i\":1,\"f\":1.1,\"t\":true,\"a\":[1,2,3],"
    "\"o\":{\"Arg1\":1,\"Arg2\":[]},\"p\":{\"Arg2\":{\"x\":\"y\"},\"b\":[null,\"z\",2.50]},"
    "\"tpl\":\"n={}\",\"odd, key\":{\"x\":4},\"json\":\"[1, 2, \\\"HelloWorld\\\"]\","
    "\"list\":[{\"v\":1,\"k\":\"x\"},{\"v\":2,\"k\":\"y)\"}],\"dup\":[1,2,1.0,\"1\",[1],[1],"
    "{\"a\":1,\"b\":2},{\"b\":2,\"a\":1},null,null],\"pairs\":[[1,2],[1,2],[2,1]],"
    "\"ones\":[1,\"1\",1,\"01\"]}";

#define SOURCE "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: "
#define NOT_JSON "!Cannot convert String to Json in States.StringToJson, caused by: "
#define AT(place) "\n at " SOURCE place "]"

/* `want` begins with '!': evaluation fails, with that behind the call. */
static const struct {
    const char *name, *call, *want;
} evals[] = {
    /* how arguments are written */
    {"no argument", "States.Array()", "[]"},
    {"blanks around arguments", "States.Array( 1 ,\t'a' , $.i )", "[1,\"a\",1]"},
    {"blanks behind the call", "States.Array(1)  ", "[1]"},
    {"every kind of literal", "States.Array('x', 12, -1.5, 1e2, null, true, false)",
     "[\"x\",12,-1.5,100.0,null,true,false]"},
    {"escapes", "States.Array('\\'\\{\\}\\\\')", "[\"'{}\\\\\"]"},
    {"quotes and braces as they are", "States.Array('{\"a\": \"b\"}')",
     "[\"{\\\"a\\\": \\\"b\\\"}\"]"},
    {"an empty string", "States.Array('')", "[\"\"]"},
    {"characters beyond ASCII", "States.Array('\xC3\xA9\xF0\x9F\x98\x80')",
     "[\"\xC3\xA9\xF0\x9F\x98\x80\"]"},
    {"a path with a comma in a name", "States.Array($['odd, key'].x, 2)", "[4,2]"},
    {"a path with a filter", "States.Array($.list[?(@.k == 'y)')].v, 3)", "[[2],3]"},
    {"a path into the context object", "States.Array($$.State.Name)", "[\"S\"]"},
    {"a path into a variable", "States.Array($v.w)", "[9]"},
    {"the whole input", "States.ArrayLength(States.Array($))", "1"},
    {"more arguments than a few", "States.Array(1,2,3,4,5,6,7,8,9,$.i)", "[1,2,3,4,5,6,7,8,9,1]"},
    {"ten calls deep",
     "States.Array(States.Array(States.Array(States.Array(States.Array(States.Array(States.Array("
     "States.Array(States.Array(States.Array($.i))))))))))",
     "[[[[[[[[[[1]]]]]]]]]]"},

    /* arguments that are not there */
    {"a path that finds nothing", "States.Format('{}', $.nope)",
     "?States.Format('{}', $.nope)|$.nope"},
    {"the outermost call is named, as it is written", "States.Format('{}',States.Array($.nope.x) )",
     "?States.Format('{}',States.Array($.nope.x) )|$.nope.x"},
    {"nothing in the context object: one $", "States.Array($$.Nope.Deep)",
     "?States.Array($$.Nope.Deep)|$.Nope.Deep"},
    {"an element past the end", "States.Array($.a[3])", "?States.Array($.a[3])|$.a[3]"},
    {"null is there", "States.Format('{}', $.n)", "\"null\""},
    {"several nodes may be none", "States.ArrayLength($.none[*].x)", "0"},

    /* Format */
    {"a string is put in as it is", "States.Format('[{}]', $.s)", "\"[HelloWorld]\""},
    {"an empty string", "States.Format('[{}]', $.e)", "\"[]\""},
    {"numbers, null, booleans", "States.Format('{} {} {} {}', $.i, $.f, $.n, $.t)",
     "\"1 1.1 null true\""},
    {"an object is printed as Java does", "States.Format('{}', $.o)", "\"{Arg1=1, Arg2=[]}\""},
    {"nested ones too", "States.Format('{}', $.p)", "\"{Arg2={x=y}, b=[null, z, 2.5]}\""},
    {"escaped braces are no placeholder", "States.Format('\\{{}\\} \\{\\}', 1)", "\"{1} {}\""},
    {"an escaped quote", "States.Format('{}\\'s', $.s)", "\"HelloWorld's\""},
    {"a template from the input", "States.Format($.tpl, 1)", "\"n=1\""},
    {"no placeholder", "States.Format('x')", "\"x\""},
    {"what is put in is no template", "States.Format('{}', '\\{\\}')", "\"{}\""},
    {"too few values", "States.Format('{} {}', $.i)",
     "!Invalid arguments in States.Format: number of arguments do not match the occurrences of "
     "{}."},
    {"too many values", "States.Format('x', $.i)",
     "!Invalid arguments in States.Format: number of arguments do not match the occurrences of "
     "{}."},
    {"a brace alone", "States.Format('{x} {}', $.i)",
     "!Invalid template in States.Format: matching '}' not found for '{'."},
    {"a closing brace alone", "States.Format('}')",
     "!Invalid template in States.Format: matching '{' not found for '}'."},
    {"braces around a placeholder", "States.Format('{{}}', $.i)",
     "!Invalid template in States.Format: matching '}' not found for '{'."},
    {"no template", "States.Format()", "!Invalid arguments in States.Format"},
    {"a template that is no string", "States.Format($.i, 1)",
     "!Invalid arguments in States.Format"},

    /* StringToJson, JsonToString, JsonMerge */
    {"an empty text is null", "States.StringToJson('')", "null"},
    {"blanks are null", "States.StringToJson('  ')", "null"},
    {"minus zero is zero", "States.StringToJson('-0')", "0"},
    {"an array", "States.StringToJson($.json)", "[1,2,\"HelloWorld\"]"},
    {"an object", "States.StringToJson('\\{\"Arg1\": 1, \"Arg2\": []\\}')",
     "{\"Arg1\":1,\"Arg2\":[]}"},
    {"JSON that ends in an array", "States.StringToJson('[1,')",
     NOT_JSON "Unexpected end-of-input within/between Array entries" AT("1, column: 4")},
    {"JSON that ends in an object", "States.StringToJson('\\{\"a\":1')",
     NOT_JSON "Unexpected end-of-input: expected close marker for Object (start marker at " SOURCE
              "1, column: 1])" AT("1, column: 7")},
    {"JSON that ends in a string", "States.StringToJson('\"a')",
     NOT_JSON
     "Unexpected end-of-input: was expecting closing quote for a string value" AT("1, column: 3")},
    {"a name without quotes", "States.StringToJson('\\{bad json\\}')",
     NOT_JSON
     "Unexpected character ('b' (code 98)): was expecting double-quote to start field name" AT(
         "1, column: 2")},
    {"a word that JSON hasn't", "States.StringToJson('undefined')",
     NOT_JSON "Unrecognized token 'undefined': was expecting (JSON String, Number, Array, Object "
              "or token 'null', 'true' or 'false')" AT("1, column: 10")},
    {"a value that is none", "States.StringToJson('[,]')",
     NOT_JSON "Unexpected character (',' (code 44)): expected a valid value (JSON String, Number, "
              "Array, Object or token 'null', 'true' or 'false')" AT("1, column: 2")},
    {"no comma in an array", "States.StringToJson('[1 2]')",
     NOT_JSON
     "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries" AT(
         "1, column: 4")},
    {"no comma in an object", "States.StringToJson('\\{\"a\":1 \"b\":2\\}')",
     NOT_JSON
     "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries" AT(
         "1, column: 8")},
    {"no colon", "States.StringToJson('\\{\"a\" 1\\}')",
     NOT_JSON "Unexpected character ('1' (code 49)): was expecting a colon to separate field name "
              "and value" AT("1, column: 6")},
    {"on the second line", "States.StringToJson('[\n x]')",
     NOT_JSON "Unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token "
              "'null', 'true' or 'false')" AT("2, column: 3")},
    {"JSON of a number", "States.StringToJson(1)", "!Invalid arguments in States.StringToJson"},
    {"text of null", "States.JsonToString($.n)", "\"null\""},
    {"text of a string", "States.JsonToString($.s)", "\"\\\"HelloWorld\\\"\""},
    {"text is compact", "States.JsonToString($.o)", "\"{\\\"Arg1\\\":1,\\\"Arg2\\\":[]}\""},
    {"the second's members win", "States.JsonMerge($.o, $.p, false)",
     "{\"Arg1\":1,\"Arg2\":{\"x\":\"y\"},\"b\":[null,\"z\",2.5]}"},
    {"a deep merge is refused", "States.JsonMerge($.o, $.p, true)",
     "!Invalid arguments in States.JsonMerge"},
    {"a shallow merge is what all but true asks for", "States.JsonMerge($.o, $.p, 'true')",
     "{\"Arg1\":1,\"Arg2\":{\"x\":\"y\"},\"b\":[null,\"z\",2.5]}"},
    {"only objects merge", "States.JsonMerge($.o, $.a, false)",
     "!Invalid arguments in States.JsonMerge"},

    /* StringSplit */
    {"one delimiter", "States.StringSplit('1,2,3', ',')", "[\"1\",\"2\",\"3\"]"},
    {"each character delimits", "States.StringSplit('This.is+a,test=string', '.+,=')",
     "[\"This\",\"is\",\"a\",\"test\",\"string\"]"},
    {"empty pieces go", "States.StringSplit(',a,,b,', ',')", "[\"a\",\"b\"]"},
    {"nothing but delimiters", "States.StringSplit(',,,,', ',')", "[]"},
    {"an empty text", "States.StringSplit($.e, ',')", "[]"},
    {"no delimiter", "States.StringSplit('ab', '')", "[\"ab\"]"},
    {"a newline", "States.StringSplit('Hello\nWorld', '\n')", "[\"Hello\",\"World\"]"},
    {"a delimiter beyond ASCII",
     "States.StringSplit('a\xC3\xA9"
     "b\xC3\xA8"
     "c', '\xC3\xA9')",
     "[\"a\",\"b\xC3\xA8"
     "c\"]"},

    /* arrays */
    {"an array of arguments", "States.Array($.o, $.n)", "[{\"Arg1\":1,\"Arg2\":[]},null]"},
    {"parts of two", "States.ArrayPartition($.a, 2)", "[[1,2],[3]]"},
    {"the fraction of a size is cut off", "States.ArrayPartition($.a, 2.6)", "[[1,2],[3]]"},
    {"parts larger than the array", "States.ArrayPartition($.a, 9)", "[[1,2,3]]"},
    {"parts of nothing", "States.ArrayPartition($.o.Arg2, 3)", "[]"},
    {"parts of none", "States.ArrayPartition($.a, 0)",
     "!Invalid arguments in States.ArrayPartition"},
    {"parts of what is no array", "States.ArrayPartition($.o, 2)",
     "!Invalid arguments in States.ArrayPartition"},
    {"what is no array contains nothing", "States.ArrayContains($.s, 1)",
     "!Invalid arguments in States.ArrayContains"},
    {"contains", "States.ArrayContains($.a, 3)", "true"},
    {"does not contain", "States.ArrayContains($.a, 4)", "false"},
    {"contains what has the same text", "States.ArrayContains($.a, '3')", "true"},
    {"the text of true", "States.ArrayContains(States.Array('true'), true)", "true"},
    {"1 and 1.0 have other texts", "States.ArrayContains($.a, 1.0)", "false"},
    {"members in another order", "States.ArrayContains(States.Array($.dup[6]), $.dup[7])", "false"},
    {"contains an object", "States.ArrayContains(States.Array($.o), $.o)", "true"},
    {"a range with its end", "States.ArrayRange(0, 9, 3)", "[0,3,6,9]"},
    {"a range that misses its end", "States.ArrayRange(0, 10, 3)", "[0,3,6,9]"},
    {"a range of one", "States.ArrayRange(1, 9, 9)", "[1]"},
    {"a range downwards", "States.ArrayRange(3, -3, -2)", "[3,1,-1,-3]"},
    {"a range the wrong way", "States.ArrayRange(1, 9, -1)", "[]"},
    {"a range from and to the same", "States.ArrayRange(5, 5, -1)", "[5]"},
    {"fractions are cut off", "States.ArrayRange(1.6, 3.9, 1.9)", "[1,2,3]"},
    {"negative ones as well", "States.ArrayRange(5.4, -0.6, -2.4)", "[5,3,1]"},
    {"a step below one", "States.ArrayRange(1, 10, 0.49)",
     "!Invalid arguments in States.ArrayRange"},
    {"a range from what is no number", "States.ArrayRange($.s, 3, 1)",
     "!Invalid arguments in States.ArrayRange"},
    {"a range without step", "States.ArrayRange(1, 9, 0)",
     "!Invalid arguments in States.ArrayRange"},
    {"a thousand elements", "States.ArrayLength(States.ArrayRange(1, 1000, 1))", "1000"},
    {"a thousand and one", "States.ArrayRange(0, 1000, 1)",
     "!Invalid arguments in States.ArrayRange"},
    {"an element", "States.ArrayGetItem($.a, 0)", "1"},
    {"the fraction of an index is cut off", "States.ArrayGetItem($.a, 1.9)", "2"},
    {"an empty array has null everywhere", "States.ArrayGetItem($.o.Arg2, 999)", "null"},
    {"an element that is null", "States.ArrayGetItem($.p.b, 0)", "null"},
    {"no such element", "States.ArrayGetItem($.a, 3)", "!Invalid arguments in States.ArrayGetItem"},
    {"no element before the first", "States.ArrayGetItem($.a, -1)",
     "!Invalid arguments in States.ArrayGetItem"},
    {"an element of what is no array", "States.ArrayGetItem($.o, 0)",
     "!Invalid arguments in States.ArrayGetItem"},
    {"a length", "States.ArrayLength($.a)", "3"},
    {"the length of no array", "States.ArrayLength($.s)",
     "!Invalid arguments in States.ArrayLength"},
    {"repetitions go, in Java's order", "States.ArrayUnique($.dup)",
     "[1.0,[1],{\"a\":1,\"b\":2},null,1,\"1\",2]"},
    {"repetitions of booleans", "States.ArrayUnique(States.Array(true, false, true, null, false))",
     "[null,false,true]"},
    {"repetitions of arrays", "States.ArrayUnique($.pairs)", "[[2,1],[1,2]]"},
    {"of one bucket, the first comes first", "States.ArrayUnique($.ones)", "[1,\"1\",\"01\"]"},
    {"characters beyond the first plane",
     "States.ArrayUnique(States.Array('\xF0\x9F\x98\x80', 'a'))", "[\"a\",\"\xF0\x9F\x98\x80\"]"},
    {"what is no array has no repetitions", "States.ArrayUnique(1)",
     "!Invalid arguments in States.ArrayUnique"},
    {"no element at all", "States.ArrayUnique($.o.Arg2)", "[]"},

    /* Base64 and Hash */
    {"Base64 of nothing", "States.Base64Encode('')", "\"\""},
    {"Base64 with two pads", "States.Base64Encode('a')", "\"YQ==\""},
    {"Base64 with one pad", "States.Base64Encode('ab')", "\"YWI=\""},
    {"Base64 without pad", "States.Base64Encode('abc')", "\"YWJj\""},
    {"Base64 of UTF-8", "States.Base64Encode('\xC3\xA9?~')", "\"w6k/fg==\""},
    {"Base64 read", "States.Base64Decode('RGF0YSB0byBlbmNvZGU=')", "\"Data to encode\""},
    {"Base64 read without pad", "States.Base64Decode('YQ')", "\"a\""},
    {"Base64 of bytes that are no text", "States.Base64Decode('/0E=')",
     "\"\xEF\xBF\xBD"
     "A\""},
    {"a pad too many", "States.Base64Decode('YWJj=')", "\"abc\""},
    {"padding ends it", "States.Base64Decode('ab==cd')", "\"i\""},
    {"the digits of URLs", "States.Base64Decode('w6k_fg')", "\"\xC3\xA9?~\""},
    {"what is no digit is passed over", "States.Base64Decode(' Y!WJj\nZA== ')", "\"abcd\""},
    {"one digit is too little", "States.Base64Decode('YWJjZ')", "\"abc\""},
    {"Base64 of what is no string", "States.Base64Decode($.a)",
     "!Invalid arguments in States.Base64Decode"},
    {"MD5", "States.Hash('input data', 'MD5')", "\"812f45842bc6d66ee14572ce20db8e86\""},
    {"SHA-1", "States.Hash('input data', 'SHA-1')", "\"aaff4a450a104cd177d28d18d74485e8cae074b7\""},
    {"SHA-256", "States.Hash('Hash this string', 'SHA-256')",
     "\"1cac63f39fd68d8c531f27b807610fb3d50f0fc3f186995767fb6316e7200a3e\""},
    {"SHA-384", "States.Hash('input data', 'SHA-384')",
     "\"d28a7d5cf25a74f11a50a18452b75e04bb3d70c9dd0510d6123aa008c756511b87525bdc835ebb27e1fb9e9374a"
     "15562\""},
    {"SHA-512", "States.Hash('input data', 'SHA-512')",
     "\"6ce4adb348546d4f449c4d25aad9a7c9cb711d9e91982d3f0b29ca2f3f47d4ce2deba23bf2954f0f1d593fc5028"
     "3731a533d30d425402d4f91316d871303aac4\""},
    {"the hash of a value is that of its text",
     "States.ArrayContains(States.Array(States.Hash($.a, 'MD5')), States.Hash('[1,2,3]', 'MD5'))",
     "true"},
    {"an algorithm from elsewhere",
     "States.Hash('input data', States.ArrayGetItem("
     "States.StringSplit('SHA-1;MD5', ';'), 1))",
     "\"812f45842bc6d66ee14572ce20db8e86\""},
    {"an algorithm that is no string", "States.Hash('x', 1)", "!Invalid arguments in States.Hash"},
    {"no such algorithm", "States.Hash('x', 'sha-1')", "!Invalid arguments in States.Hash"},

    /* numbers */
    {"a sum", "States.MathAdd($.i, 41)", "42"},
    {"a sum with a negative number", "States.MathAdd(1, -3)", "-2"},
    {"1.5 is rounded up", "States.MathAdd(1.5, 0)", "2"},
    {"-1.5 is rounded up", "States.MathAdd(-1.5, 0)", "-1"},
    {"2.5 is rounded up", "States.MathAdd(2.5, 0)", "3"},
    {"each is rounded by itself", "States.MathAdd(1.4, 1.4)", "2"},
    {"what is just below a half is rounded down", "States.MathAdd(0.49999999999999994, 0)", "0"},
    {"the largest number", "States.MathAdd(2147483647, 0)", "2147483647"},
    {"a number too large", "States.MathAdd(2147483648, 0)", "!Invalid arguments in States.MathAdd"},
    {"a number far too large", "States.MathAdd(0, 1e300)", "!Invalid arguments in States.MathAdd"},
    {"a sum too large", "States.MathAdd(2147483647, 1)", "!Invalid arguments in States.MathAdd"},
    {"text is no number", "States.MathAdd('1', 1)", "!Invalid arguments in States.MathAdd"},
    {"chance between two neighbours", "States.MathRandom(5, 6)", "5"},
    {"chance with a seed is java.util.Random's", "States.MathRandom(0, 100, 42)", "30"},
    {"chance with a seed and a power of two", "States.MathRandom(1, 17, 42)", "12"},
    {"chance from what is no number", "States.MathRandom('1', 5)",
     "!Invalid arguments in States.MathRandom"},
    {"a seed that is no number", "States.MathRandom(1, 5, $.n)",
     "!Invalid arguments in States.MathRandom"},
    {"a seed for too wide a range", "States.MathRandom(-2147483648, 2147483647, 1)",
     "!Invalid arguments in States.MathRandom"},
    {"the fractions of bounds are cut off", "States.MathRandom(1.9, 2.9)", "1"},
    {"a negative seed", "States.MathRandom(1, 10, -10)", "1"},
    {"too few arguments", "States.MathAdd(1)", "!Invalid arguments in States.MathAdd"},
    {"too many arguments", "States.UUID(1, 2)", "!Invalid arguments in States.UUID"},
    {"text of nothing", "States.JsonToString()",
     "!Invalid arguments in States.JsonToString: only a single argument is allowed."},
    {"chance between nothing", "States.MathRandom(5, 5)",
     "!Invalid arguments in States.MathRandom"},
};

static void expect_failure(size_t row, const struct asl_error *error)
{
    const char *want = evals[row].want, *bar = strchr(want, '|');
    struct buf text = {0};
    json *input = json_of(input_text), *compact = json_text(input);
    const char *cause = error->cause ? json_str(error->cause) : "";

    if (*want == '!') {
        buf_printf(&text, "There was an error while evaluating the intrinsic function: %s. %s",
                   evals[row].call, want + 1);
    } else {
        buf_printf(&text,
                   "The function '%.*s' had the following error: The JsonPath argument for the "
                   "field '%s' could not be found in the input '%s'",
                   (int)(bar - want - 1), want + 1, bar + 1, json_str(compact));
    }
    ck_assert_msg(error->name && json_str_is(error->name, ASL_RUNTIME), "%s", evals[row].name);
    expect_text(evals[row].name, cause, buf_str(&text));
    buf_clear(&text);
    json_unref(compact);
    json_unref(input);
}

START_TEST(eval)
{
    const char *want = evals[_i].want;
    struct asl_error error = {0};
    struct arena arena = {0};
    struct diag why = {0};
    const asl_intrinsic *call =
        asl_intrinsic_compile(&arena, evals[_i].call, strlen(evals[_i].call), &why);
    struct world w;
    json *got;

    ck_assert_msg(call != NULL, "%s: %s", evals[_i].name, why.text);
    world_init(&w, input_text, "{\"State\":{\"Name\":\"S\"}}", "{\"v\":{\"w\":9}}");
    got = asl_intrinsic_eval(call, &w.env, &error);
    if (*want == '!' || *want == '?') {
        ck_assert_msg(!got, "%s", evals[_i].name);
        expect_failure((size_t)_i, &error);
    } else {
        expect_error(evals[_i].name, &error, "");
        expect_json(evals[_i].name, got, want);
    }
    json_unref(got);
    asl_error_clear(&error);
    arena_clear(&arena);
    world_clear(&w);
}
END_TEST

static const struct {
    const char *name, *call;
    size_t at;
    const char *words;
} refusals[] = {
    {"nothing", "", 0, "begins with 'States.'"},
    {"a blank before", " States.UUID()", 0, "begins with 'States.'"},
    {"no name", "States.()", 0, "no function of this name"},
    {"a name that is near", "States.Foramt('x')", 0, "was States.Format meant?"},
    {"case counts", "States.uuid()", 0, "was States.UUID meant?"},
    {"a name in an argument", "States.Array(1, States.UID())", 16, "was States.UUID meant?"},
    {"no parenthesis", "States.UUID", 11, "A ( is expected"},
    {"a blank before the parenthesis", "States.UUID ()", 11, "A ( is expected"},
    {"an open call", "States.Array(1", 14, "A , or ) is expected"},
    {"an open call without arguments", "States.Array(", 13, "An argument is expected"},
    {"a comma too many", "States.Array(1,)", 15, "An argument is expected"},
    {"no comma", "States.Array(1 2)", 15, "A , or ) is expected"},
    {"more behind the call", "States.UUID().x", 13, "Nothing may follow"},
    {"a bare word", "States.Array(abc)", 13, "An argument is expected"},
    {"a word in another case", "States.Array(True)", 13, "An argument is expected"},
    {"double quotes", "States.Array(\"a\")", 13, "An argument is expected"},
    {"an open string", "States.Array('a)", 13, "The string has no end"},
    {"a backslash at the end", "States.Array('a\\", 15, "may follow a backslash"},
    {"a backslash before another letter", "States.Array('a\\n')", 15, "may follow a backslash"},
    {"a backslash before a double quote", "States.StringToJson('{\"a\\\"b\"}')", 24,
     "may follow a backslash"},
    {"a number that is none", "States.Array(1.)", 13, "not a number"},
    {"a number with a zero before", "States.Array(01)", 13, "not a number"},
    {"a number out of range", "States.Array(1e999)", 13, "not a number"},
    {"a path that is none", "States.Array($.a[)", 13, ""},
    {"eleven calls deep",
     "States.Array(States.Array(States.Array(States.Array(States.Array(States.Array(States.Array("
     "States.Array(States.Array(States.Array(States.Array()))))))))))",
     130, "nested 10 deep"},
};

START_TEST(refuse)
{
    struct arena arena = {0};
    struct diag why = {0};
    size_t len = strlen(refusals[_i].call);
    const asl_intrinsic *call = asl_intrinsic_compile(&arena, refusals[_i].call, len, &why);

    ck_assert_msg(!call, "%s", refusals[_i].name);
    ck_assert_msg(strstr(why.text, refusals[_i].words) != NULL, "%s: %s", refusals[_i].name,
                  why.text);
    if (*refusals[_i].words)
        ck_assert_msg(why.at == refusals[_i].at, "%s: at %zu", refusals[_i].name, why.at);
    else
        ck_assert_msg(why.at >= refusals[_i].at && why.at <= len, "%s: at %zu", refusals[_i].name,
                      why.at);
    diag_clear(&why);
    arena_clear(&arena);
}
END_TEST

static json *call_once(const char *text, struct world *w)
{
    struct asl_error error = {0};
    struct arena arena = {0};
    const asl_intrinsic *call = asl_intrinsic_compile(&arena, text, strlen(text), NULL);
    json *got = asl_intrinsic_eval(call, &w->env, &error);

    expect_error(text, &error, "");
    arena_clear(&arena);
    return got;
}

START_TEST(uuid)
{
    struct world w;
    json *a, *b, *c;

    world_init(&w, NULL, NULL, NULL);
    a = call_once("States.UUID()", &w);
    b = call_once("States.UUID()", &w);
    w.chance.state = 1;
    c = call_once("States.UUID()", &w);
    ck_assert_uint_eq(json_str_len(a), 36);
    ck_assert_uint_eq(strspn(json_str(a), "0123456789abcdef-"), 36);
    ck_assert_int_eq(json_str(a)[14], '4');
    ck_assert(strchr("89ab", json_str(a)[19]) != NULL);
    ck_assert_msg(!json_equal(a, b), "two calls give two");
    ck_assert_msg(json_equal(a, c), "the same chance gives the same");
    json_unref(a);
    json_unref(b);
    json_unref(c);
    world_clear(&w);
}
END_TEST

START_TEST(random_is_spread)
{
    size_t seen[6] = {0};
    struct world w;

    world_init(&w, NULL, NULL, NULL);
    for (int i = 0; i < 6000; i++) {
        json *v = call_once("States.MathRandom(-2, 4)", &w);
        int64_t n = json_int_value(v);

        ck_assert(n >= -2 && n < 4);
        seen[n + 2]++;
        json_unref(v);
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        ck_assert_msg(seen[i] > 800 && seen[i] < 1200, "%zu times", seen[i]);
    world_clear(&w);
}
END_TEST

/* Ten thousand characters may be encoded, not ten thousand bytes. */
START_TEST(encoding_is_bounded)
{
    struct buf text = {0};
    struct world w = {0};

    for (size_t n = 10000; n <= 10001; n++) {
        struct asl_error error = {0};
        struct arena arena = {0};
        const asl_intrinsic *call;
        json *got;

        buf_reset(&text);
        buf_adds(&text, "States.Base64Encode('");
        for (size_t i = 0; i < n; i++)
            buf_adds(&text, "\xC3\xA9");
        buf_adds(&text, "')");
        call = asl_intrinsic_compile(&arena, text.data, text.len, NULL);
        got = asl_intrinsic_eval(call, &w.env, &error);
        ck_assert_msg((got != NULL) == (n == 10000), "%zu characters", n);
        json_unref(got);
        asl_error_clear(&error);
        arena_clear(&arena);
    }
    buf_clear(&text);
}
END_TEST

/* What is unique among very many elements is found without comparing each with each. */
START_TEST(unique_among_many)
{
    struct json_build b;
    struct world w;
    json *got;

    world_init(&w, NULL, NULL, NULL);
    json_build_array(&b, 0);
    for (int i = 0; i < 200000; i++)
        json_build_add(&b, json_int(i % 150000));
    json_unref(w.input);
    w.env.input = w.input = json_build_done(&b);
    got = call_once("States.ArrayUnique($)", &w);
    ck_assert_uint_eq(json_count(got), 150000);
    /* In the order of 2^18 buckets, which the upper bits go into, too. */
    ck_assert_int_eq(json_int_value(json_at(got, 0)), 0);
    ck_assert_int_eq(json_int_value(json_at(got, 65536)), 65537);
    json_unref(got);
    world_clear(&w);
}
END_TEST

/* Texts that have one and the same hash in Java take no longer. */
START_TEST(unique_of_one_hash)
{
    struct json_build b;
    struct world w;
    json *got;

    world_init(&w, NULL, NULL, NULL);
    json_build_array(&b, 0);
    for (unsigned i = 0; i < 1 << 16; i++) {
        char text[32];
        for (unsigned bit = 0; bit < 16; bit++)
            memcpy(text + 2 * (size_t)bit, i >> bit & 1 ? "Aa" : "BB", 2);
        json_build_add(&b, json_string(text, sizeof text));
    }
    json_unref(w.input);
    w.env.input = w.input = json_build_done(&b);
    got = call_once("States.ArrayUnique($)", &w);
    ck_assert_uint_eq(json_count(got), 1 << 16);
    json_unref(got);
    world_clear(&w);
}
END_TEST

START_TEST(list)
{
    struct buf text = {0};
    size_t calls = 0;

    asl_intrinsic_list(&text);
    for (const char *p = buf_str(&text); (p = strstr(p, "States.")); p++)
        calls++;
    ck_assert_uint_eq(calls, 18);
    ck_assert(strstr(buf_str(&text), "States.MathAdd(number, number)\n") != NULL);
    buf_clear(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("intrinsic");
    TCase *t = tcase_create("intrinsic");

    tcase_add_loop_test(t, eval, 0, COUNT(evals));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_test(t, uuid);
    tcase_add_test(t, random_is_spread);
    tcase_add_test(t, encoding_is_bounded);
    tcase_add_test(t, unique_among_many);
    tcase_add_test(t, unique_of_one_hash);
    tcase_add_test(t, list);
    suite_add_tcase(s, t);
    return run_suite(s);
}
