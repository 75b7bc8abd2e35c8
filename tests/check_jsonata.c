/* jsonata: what expressions are, what comes of them, what is wrong with others, and the bounds. */

#include "tests/support/expect.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/jsonata/jsonata.h"

#include <string.h>

#define SHOP                                                                                       \
    "{\"items\":[{\"id\":\"a\",\"n\":1,\"tags\":[\"x\",\"y\"]},{\"id\":\"b\",\"n\":5,\"tags\":[]}" \
    ","                                                                                            \
    "{\"id\":\"a\",\"n\":3}],\"one\":[\"solo\"],\"empty\":[],\"none\":null,"                       \
    "\"who\":{\"name\":\"Ann\",\"a b\":{\"c\":2}},\"10\":\"ten\",\"9\":\"nine\"}"

static jsonata *compiled(const char *text, enum jsonata_dialect dialect)
{
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(text, strlen(text), dialect, &why);

    if (!x)
        ck_abort_msg("%s: %s %s", text, why.code, why.text);
    return x;
}

/* The result of `text` in `dialect`; for no value a string that no expression gives. */
static json *evaluated(const char *text, enum jsonata_dialect dialect, const char *doc,
                       const struct jsonata_options *options)
{
    struct jsonata_error why = {0};
    jsonata *x = compiled(text, dialect);
    json *input = doc ? json_of(doc) : NULL;
    json *result = NULL;

    switch (jsonata_eval(x, options, input, &result, &why)) {
    case JSONATA_VALUE: break;
    case JSONATA_UNDEFINED: result = json_cstring("(undefined)"); break;
    case JSONATA_UNSUPPORTED: result = json_cstring("(unsupported)"); break;
    case JSONATA_FAILED: result = json_stringf("(%s at %zu) %s", why.code, why.at, why.text); break;
    }
    jsonata_error_clear(&why);
    json_unref(input);
    jsonata_free(x);
    return result;
}

static void expect_result(const char *name, const char *text, enum jsonata_dialect dialect,
                          const char *doc, const char *want)
{
    json *got = evaluated(text, dialect, doc, NULL);

    expect_json(name, got, want);
    json_unref(got);
}

/* ---- what comes out ---- */

static const struct {
    const char *name, *text, *want;
} results[] = {
    {"a name", "who.name", "\"Ann\""},
    {"a quoted name", "who.`a b`.c", "2"},
    {"a string is a name in a path", "\"who\".'name'", "\"Ann\""},
    {"nothing there", "who.age", "\"(undefined)\""},
    {"names of many, as a sequence", "items.id", "[\"a\",\"b\",\"a\"]"},
    {"a sequence of one is that one", "items[0].id", "\"a\""},
    {"an array of one stays an array", "one", "[\"solo\"]"},
    {"but not when it is gone over", "one.$", "\"solo\""},
    {"brackets keep the array", "items[0].id[]", "[\"a\"]"},
    {"an empty array is a value", "empty", "[]"},
    {"short and long strings that outlast a call",
     "$reduce([1..70], function($a, $b){$a & $string($b % 10)})",
     "\"1234567890123456789012345678901234567890123456789012345678901234567890\""},
    {"a string made on the way, twice in the result",
     "$map([1, 2], function($i){($s := 'x' & $i; {'k' & $i: [$s, $s]})})",
     "[{\"k1\":[\"x1\",\"x1\"]},{\"k2\":[\"x2\",\"x2\"]}]"},
    {"null is a value", "none", "null"},
    {"arrays are flattened by one level", "items.tags", "[\"x\",\"y\"]"},
    {"array constructors are not", "items.[n]", "[[1],[5],[3]]"},
    {"the last by a negative index", "items[-1].n", "3"},
    {"an index is rounded down", "items[1.9].n", "5"},
    {"several indexes, in the order of the items", "items[[2,0]].n", "[1,3]"},
    {"a predicate", "items[n>2].id", "[\"b\",\"a\"]"},
    {"the first of each or of all", "[items.tags[0], (items.tags)[0]]", "[\"x\",\"x\"]"},
    {"members in JavaScript's order", "$keys($)",
     "[\"9\",\"10\",\"items\",\"one\",\"empty\",\"none\",\"who\"]"},
    {"descendants", "$count(**)", "20"},
    {"groups", "items{id: $sum(n)}", "{\"a\":4,\"b\":5}"},
    {"order", "items^(>n).n", "[5,3,1]"},
    {"order by two keys", "items^(id, >n).n", "[3,1,5]"},
    {"the parent", "items.tags.%.id", "[\"a\",\"a\"]"},
    {"a position", "items#$i[$i=1].id", "\"b\""},
    {"a join", "items@$x.one.($x.id & $)", "[\"asolo\",\"bsolo\",\"asolo\"]"},
    {"a range", "[1..4]", "[1,2,3,4]"},
    {"a range the wrong way is empty", "[4..1]", "[]"},
    {"and binds before or", "true or false and false", "true"},
    {"undefined with an operator is undefined", "1 + nope", "\"(undefined)\""},
    {"undefined in a comparison of equality is false", "nope = 1", "false"},
    {"undefined in a concatenation is empty", "'a' & nope", "\"a\""},
    {"numbers have no type of their own", "0.5 * 4", "2"},
    {"numbers as text to 15 digits", "$string(0.1 + 0.2)", "\"0.3\""},
    {"minus zero is zero", "-0", "0"},
    {"objects in JSON text", "$string({'b': 1, '2': [1, 'x']})",
     "\"{\\\"2\\\":[1,\\\"x\\\"],\\\"b\\\":1}\""},
    {"a closure", "($add := function($x){function($y){$x + $y}}; $add(2)(3))", "5"},
    {"a tail call a thousand times over",
     "($f := function($n){$n = 0 ? 'done' : $f($n - 1)}; $f(5000))", "\"done\""},
    {"partial application", "($sub := function($x, $y){$x - $y}; $sub(?, 1)(5))", "4"},
    {"a chain", "' ab ' ~> $trim ~> $uppercase", "\"AB\""},
    {"a composition", "($f := $trim ~> $uppercase; $f(' ab '))", "\"AB\""},
    {"a transform works on a copy", "(who ~> |$|{'x': 1}, 'a b'|) & who.name",
     "\"{\\\"name\\\":\\\"Ann\\\",\\\"x\\\":1}Ann\""},
    {"a regular expression", "$match('abcab', /a(b)/).groups", "[\"b\",\"b\"]"},
    {"what a regular expression replaces", "$replace('abc', /(b)(c)/, '$2$1$0')", "\"acbbc\""},
    {"a function as a pattern",
     "$contains('abc', function($s){{'match': 'a', 'start': 0, 'end': 1, 'groups': []}})", "true"},
    {"the context for a missing argument", "who.name.$length()", "3"},
    {"a function gets as many arguments as it takes", "$map([7], function($v, $i){$i})", "0"},
    {"a built-in of one parameter gets one", "$map(['a', 'b'], $uppercase)", "[\"A\",\"B\"]"},
    {"strings are sorted by code units", "$sort(['\\ue000', '\\ud83d\\ude00'])[0]",
     "\"\xF0\x9F\x98\x80\""},
    {"halves of a character meet", "'\\ud83d' & '\\ude00'", "\"\xF0\x9F\x98\x80\""},
    {"and are parted", "$count($split('\\ud83d\\ude00', ''))", "2"},
    {"a comment", "1 /* one */ + 1", "2"},
    {"words of operators as names", "$exists(and) or or", "false"},
    {"a function is no result", "$sum", "\"(unsupported)\""},
    {"nor is one within a result", "[$sum]", "\"(unsupported)\""},
    {"infinity is its name", "1/0", "\"Infinity\""},
    {"that of the other side", "-1/0", "\"-Infinity\""},
    {"and no number is that", "0/0", "\"NaN\""},
    {"a picture that finds no number", "$parseInteger('abc', '0')", "\"NaN\""},
    {"within a result it is its name, too", "[1/0, {'a': -1/0}]",
     "[\"Infinity\",{\"a\":\"-Infinity\"}]"},
    {"the largest number of all rounds to none", "$string(1.7976931348623157e308)", "\"null\""},
    {"within values, too", "$string([1.7976931348623157e308])", "\"[null]\""},
    {"a whole number of 64 bits stays exact", "$parse('9223372036854775807')",
     "9223372036854775807"},
    {"the least one does", "$parse('-9223372036854775808')", "-9223372036854775808"},
    {"within what was parsed", "$parse('{\"n\":[9007199254740993]}').n[0]", "9007199254740993"},
    {"through variables and lists", "($n := $parse('-9007199254740993'); [$n])",
     "[-9007199254740993]"},
    {"but what is reckoned is a double", "$parse('9007199254740993') + 0", "9007199254740992"},
    {"and so is one number more", "$parse('9223372036854775808')", "9.223372036854776E18"},
    {"a shorter list is another one", "[[1] = [1, 2], [1, 2] = [1]]", "[false,false]"},
    {"the first member is there yet when another is deleted",
     "($m := $merge([1..12].{'k' & $: $}) ~> |$|{}, 'k5'|; [$m.k1, $m.k12, $exists($m.k5)])",
     "[1,12,false]"},
    {"an index of ten digits", "$keys({'b': 1, '1234567890': 2})", "[\"1234567890\",\"b\"]"},
    {"the largest index", "$keys({'b': 1, '4294967294': 2})", "[\"4294967294\",\"b\"]"},
    {"what is larger is a name", "$keys({'b': 1, '4294967295': 2})", "[\"b\",\"4294967295\"]"},
    {"as many digits as are between separators", "$formatNumber(123, '#,##0')", "\"123\""},
    {"and twice as many", "$formatNumber(123456, '#,##0')", "\"123,456\""},
    {"words behind a thousand", "$parseInteger('one thousand two hundred', 'w')", "1200"},
    {"the last day of a long month", "$toMillis('2017-01-31')", "1485820800000"},
    {"what a predicate binds outlasts it",
     "($c := ['a', 'b'][$v := 'x' & $ & $pad('', 5, '-')]; [$v, $c])", "[\"xb-----\",\"a\",\"b\"]"},
    {"and outlasts the tail calls that follow in it",
     "($f := function($n){$n = 0 ? true : $f($n - 1)}; "
     "$c := ['a', 'b'][$f(3, $v := 'x' & $ & $pad('', 5, '-'))]; [$v, $c])",
     "[\"xb-----\",\"a\",\"b\"]"},
    {"a zone that is a day away", "$toMillis('2017-01-01T00:00:00+24:00')", "\"NaN\""},
    {"what nearly is there, often, and then is",
     "$length($substringBefore($pad('', 20000, 'a') & 'b', $pad('', 5000, 'a') & 'b'))", "15000"},
    {"what is there behind a part of itself",
     "$length($substringBefore($pad('', 20000, 'ab') & 'c', $pad('', 5000, 'ab') & 'c'))", "15000"},
    {"an item that is bound, and kept an array", "who.name@$x[].$uppercase($x)", "[\"ANN\"]"},
    {"a function as a pattern counts code units",
     "$replace('\\ud83d\\ude00ab', function($s){{'match': 'a', 'start': 2, 'end': 3, "
     "'groups': []}}, 'x')",
     "\"\\ud83d\\ude00xb\""},
    {"a backslash that a pattern ends with", "$contains('a\\\\b', /\\\\/)", "true"},
    {"a text with commas is one value",
     "$length($parse('\"' & $pad('', 400000, ',\\\\\\\\') & '\"'))", "266667"},
    {"nothing of nothing", "$partition([], 2)", "\"(undefined)\""},
    {"a range without a step", "$range(1, 5)", "\"(undefined)\""},
    {"a digest by no algorithm", "$hash('a')", "\"(undefined)\""},
    {"as many numbers as Step Functions makes", "$count($range(1, 360145, 1))", "360145"},
    {"Base64 without its end", "$base64decode('aGVsbG8')", "\"hello\""},
    {"what was made on the way is cleared away",
     "$length($reduce([1..3000], function($a, $b){$a & 'xxxxxxxxxxxxxxxx'}, ''))", "48000"},
    {"a list that grows", "$count($reduce([1..3000], function($a, $b){$append($a, [$b])}, []))",
     "3000"},
    {"what an argument of a tail call binds outlasts it",
     "($start := function(){($f := function($n){$n = 0 ? $y : $f($n - 1, $pad('', 300000, 'x'))}; "
     "$f(3, $y := $pad('', 300000, 'y')))}; $replace($start(), /y+$/, 'Y'))",
     "\"Y\""},
    {"the match behind a match, in front of which characters have several bytes",
     "($m := /b/('\u00e4\u20acbcb'); [$m.start, $m.next().start])", "[2,4]"},
    {"a function that is made between two tail calls outlasts the second",
     "($f := function($n){($k := 'k' & $n; $g := function($m, $x){$m = 0 ? $k : $f($m - 1)}; "
     "$g($n, $pad('', 300000, 'x')))}; $f(4))",
     "\"k0\""},
    {"no character begins in the middle of another, however long the text is",
     "($t := $pad('', 200000, '\u20ac'); [$contains($t, /[^\u20ac]/), $contains($t, "
     "/[^\u20ac]\u20ac/), $contains($t, /[^\u20ac]\u20ac\u20ac/)])",
     "[false,false,false]"},
    {"a variable set in a loop", "($n := 0; $map([1..3], function($x){($n := $x)}); $n)", "0"},
};

START_TEST(result)
{
    expect_result(results[_i].name, results[_i].text, JSONATA_AWS, SHOP, results[_i].want);
}
END_TEST

static const struct {
    const char *name, *text, *aws, *reference;
} dialects[] = {
    {"chunks", "$partition([1..3], 2)", "[[1,2],[3]]",
     "\"(T1006 at 10) Attempted to invoke a non-function\""},
    {"a sequence of numbers", "$range(1, 9, 4)", "[1,5,9]",
     "\"(T1006 at 6) Attempted to invoke a non-function\""},
    {"a sequence of one", "$range(1, 9, 9)", "1",
     "\"(T1006 at 6) Attempted to invoke a non-function\""},
    {"a digest", "$hash('input', 'SHA-1')", "\"140f86aae51ab9e1cda9b4254fe98a74eb54c1a1\"",
     "\"(T1006 at 5) Attempted to invoke a non-function\""},
    {"a seeded number", "$random(42)", "0.7275636800328681",
     "\"(T0410 at 7) Argument 1 of function \\\"random\\\" does not match function signature\""},
    {"a parsed text", "$parse('{\"a\":[1]}').a", "[1]",
     "\"(T1006 at 6) Attempted to invoke a non-function\""},
    {"an evaluated text", "$eval('1+1')", "\"(T1006 at 5) Attempted to invoke a non-function\"",
     "2"},
    {"infinity", "1/0", "\"Infinity\"", "\"(unsupported)\""},
    {"several of one parameter", "function($a, $b)<n+:n>{[$a, $b]}(1, 2)", "[1,1]", "[1,2]"},
    {"what is no Base64", "$base64decode('!!!')", "\"(D3137 at 13) Illegal base64 character 21\"",
     "\"\""},
    {"Base64 with more than belongs to it", "$base64decode('YW==YWJj')",
     "\"(D3137 at 13) Input byte array has wrong 4-byte ending unit\"", "\"a\""},
    {"Base64 that is cut off", "$base64decode('YWJjZ')",
     "\"(D3137 at 13) Last unit does not have enough valid bits\"", "\"abc\""},
    {"of Base64's digits the low bytes count", "$base64decode('YW\\u0141Jj')",
     "\"(D3137 at 13) Illegal base64 character c5\"", "\"a`\\t\""},
    {"a low byte that ends Base64", "$base64decode('YWJj\\u263DYWJj')",
     "\"(D3137 at 13) Illegal base64 character e2\"", "\"abc\""},
    {"a large whole number as text", "$string(9007199254740991)", "\"9007199254740990\"",
     "\"9007199254740991\""},
};

START_TEST(dialect)
{
    expect_result(dialects[_i].name, dialects[_i].text, JSONATA_AWS, NULL, dialects[_i].aws);
    expect_result(dialects[_i].name, dialects[_i].text, JSONATA_REFERENCE, NULL,
                  dialects[_i].reference);
}
END_TEST

/* ---- what is wrong ---- */

static const struct {
    const char *name, *text, *code, *words;
    size_t at;
} refusals[] = {
    {"no expression", "", "S0207", "Unexpected end of expression", 0},
    {"a string without an end", "'abc", "S0101", "terminated by a matching quote", 4},
    {"an unknown escape", "'\\x'", "S0103", "Unsupported escape sequence: \\\"x\"", 2},
    {"a comment without an end", "1 /* 2", "S0106", "Comment has no closing tag", 2},
    {"something behind the end", "1 2", "S0201", "Syntax error: 2", 2},
    {"a bracket of the wrong kind", "[1}", "S0202", "Expected \"]\", got \"}\"", 2},
    {"a bracket that is missing", "(1", "S0203", "Expected \")\" before end", 2},
    {"an operator that is none", "1 ! 2", "S0204", "Unknown operator: \"!\"", 2},
    {"an operator without a left side", "* + )", "S0211", "The symbol \")\"", 4},
    {"a name assigned to", "a := 1", "S0212", "must be a variable name", 0},
    {"a number as a step", "a.1", "S0213", "literal value 1", 2},
    {"a parent above the top", "%", "S0217", "'parent' cannot be derived", 0},
    {"an empty pattern", "$match(a, //)", "S0301", "Empty regular expressions", 11},
    {"a pattern that is none", "$match(a, /(/)", "S0302", "No terminating /", 14},
    {"a parameter that is no variable", "function(x){x}", "S0208", "Parameter 1", 9},
    {"a choice of arrays in a signature", "function($x)<(a<n>):n>{1}", "S0402", "Choice groups",
     13},
    {"a later operator", "a ?? b", "S0211", "The symbol \"?\"", 3},
};

START_TEST(refuse)
{
    const char *text = refusals[_i].text;
    struct jsonata_error why = {0};

    ck_assert_msg(!jsonata_compile(text, strlen(text), JSONATA_AWS, &why), "%s", refusals[_i].name);
    expect_text(refusals[_i].name, why.code, refusals[_i].code);
    ck_assert_msg(strstr(why.text, refusals[_i].words), "%s: %s", refusals[_i].name, why.text);
    ck_assert_msg(why.at == refusals[_i].at, "%s: at %zu", refusals[_i].name, why.at);
    jsonata_error_clear(&why);
}
END_TEST

#define TOO_DEEP                                                                                   \
    "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as "   \
    "tail-recursive"
#define TOO_LARGE "Expression evaluation memory limit exceeded: Check for excessive memory usage"

static const struct {
    const char *name, *text, *want;
} failures[] = {
    {"a sum with a string", "1 + 'a'",
     "(T2002 at 2) The right side of the \"+\" operator must evaluate to a number"},
    {"numbers and strings compared", "1 < 'a'",
     "(T2009 at 2) The values 1 and \"a\" either side of operator \"<\" must be of the same data "
     "type"},
    {"a function that is none", "$nope(1)", "(T1006 at 5) Attempted to invoke a non-function"},
    {"a forgotten dollar", "sum(items.n)",
     "(T1005 at 3) Attempted to invoke a non-function. Did you mean $sum?"},
    {"an argument of another type", "$substring('a', 'b')",
     "(T0410 at 10) Argument 2 of function \"substring\" does not match function signature"},
    {"an array of other items", "$sum(['a'])",
     "(T0412 at 4) Argument 1 of function \"sum\" must be an array of \"numbers\""},
    {"a key that is no string", "{1: 2}",
     "(T1003 at 0) Key in object structure must evaluate to a string; got: 1"},
    {"a range too long", "[1..100000000]",
     "(D2014 at 2) The size of the sequence allocated by the range operator (..) must not exceed "
     "1e6.  Attempted to allocate 100000000."},
    {"an error of one's own", "$error('no')", "(D3137 at 6) no"},
    {"matches that stand still", "$match('abc', /x*/)",
     "(D1004 at 6) Regular expression matches zero length string"},
    {"a recursion without an end", "($f := function($x){1 + $f($x)}; $f(1))",
     "(U1001 at 26) " TOO_DEEP},
    {"groups of less than none", "$partition([1], -1)",
     "(D3137 at 10) Second argument must be zero or greater"},
    {"a text with a key twice", "$parse('{\"a\":1,\"a\":2}')", "(D3137 at 6) Invalid JSON"},
    {"a number beyond all", "$parse('1e400')", "(D3137 at 6) Invalid JSON"},
    {"no text at all", "$parse('')", "(D3137 at 6) Invalid JSON"},
    {"two texts", "$parse('[1] [2]')", "(D3137 at 6) Invalid JSON"},
    {"a range to nowhere", "$range(1)",
     "(T0410 at 6) Argument 2 of function \"range\" does not match function signature"},
    {"a range to what is not there", "$range(1, nope, 1)",
     "(T0410 at 6) Argument 2 of function \"range\" does not match function signature"},
    {"a range from nowhere", "$range()",
     "(T0410 at 6) Argument 1 of function \"range\" does not match function signature"},
    {"one number more than Step Functions makes", "$range(1, 360146, 1)",
     "(U1002 at 6) " TOO_LARGE},
    {"a date picture that is too large", "$fromMillis(1, $pad('', 70000, '[Y] '))",
     "(U1003 at 11) The date/time picture string is too large"},
    {"a date picture that is too large to read by", "$toMillis('x', $pad('', 60000, '[MNn]'))",
     "(U1003 at 9) The date/time picture string is too large"},
    {"a date picture that counts too far", "$toMillis('x', '[Y,99999-99999][M]')",
     "(U1003 at 9) The date/time picture string is too large"},
    {"an update that is no object", "$ ~> |who|1|",
     "(T2011 at 10) The insert/update clause of the transform expression must evaluate to an "
     "object: 1"},
};

START_TEST(failure)
{
    json *got = evaluated(failures[_i].text, JSONATA_AWS, SHOP, NULL);

    expect_text(failures[_i].name, json_str(got), failures[_i].want);
    json_unref(got);
}
END_TEST

/* ---- bounds ---- */

static enum work_verdict time_is_up(struct work *w)
{
    return w->total > 50000 ? WORK_TOO_MUCH : WORK_GOES_ON;
}

static const struct {
    const char *name, *text, *code;
    struct jsonata_options options;
} bounds[] = {
    {"steps",
     "($f := function(){$f()}; $f())",
     "(U1001 at 27) Expression evaluation timeout: Check for infinite loop (it took more than "
     "100000 steps)",
     {.work = &(struct work){.most = 100000}}},
    {"steps that are watched by a clock",
     "($f := function(){$f()}; $f())",
     "(U1001 at 27) Expression evaluation timeout: Check for infinite loop (it took longer than "
     "50 ms)",
     {.work = &(struct work){.most = 100000, .most_ms = 50, .tick = time_is_up}}},
    {"bytes of a loop without an end",
     "($s:=$pad('',400000,'a');$f:=function($n){$n>0?($t:=$length($replace($s,'a','b'));$f($n-1))"
     ":0};$f(10000000))",
     "(U1001",
     {.work = &(struct work){.most = 1000000}}},
    {"steps of a search for the parts of a date",
     "$toMillis($pad('', 8000, 'January'), $pad('', 1000, '[MNn]'))",
     "(U1001 at 9) Expression evaluation timeout: Check for infinite loop (it took more than "
     "2000000 steps)",
     {.work = &(struct work){.most = 2000000, .most_ms = 50}}},
    {"memory of a date of wide parts",
     "$fromMillis(0, $pad('', 15000, '[Y,99999-99999]'))",
     "(U1002",
     {.depth = 0}},
    {"depth", "[[[[[[1]]]]]]", "(U1001 at 0) " TOO_DEEP, {.depth = 4}},
    {"memory of a list that doubles",
     "($f := function($l){$f($append($l, $l))}; $f([1,2,3]))",
     "(U1002",
     {.memory = 1 << 20}},
    {"memory of a string that doubles",
     "($f := function($s){$f($s & $s)}; $f('abc'))",
     "(U1002",
     {.memory = 1 << 20}},
    {"memory of copies of a list",
     "($l := [1..10000].($); $map([1..50], function(){[$l, 1]}))",
     "(U1002",
     {.depth = 0}},
    {"memory of copies of a list that a longer one is made of each",
     "($l := [1..10000].($); $count($map([1..60], function(){[[$l, 1]]})))",
     "(U1002",
     {.depth = 0}},
    {"memory of what is parsed",
     "$count($parse('[' & $pad('1', 599999, ',1') & ']'))",
     "(U1002",
     {.depth = 0}},
    {"memory of what would be parsed",
     "$parse('[' & $pad('1', 3999999, ',1') & ']')",
     "(U1002",
     {.depth = 0}},
    {"memory of a result", "[1..262200]", "(U1002", {.depth = 0}},
    {"memory of a padded string", "$pad('', 1000000000)", "(U1002", {.memory = 1 << 20}},
    {"Step Functions' memory, one number too many",
     "[1..873783]",
     "(U1002",
     {.memory = JSONATA_MEMORY}},
    {"values that nest without an end",
     "$string($reduce([1..5000], function($a, $b){[[$a]]}))",
     "(U1001",
     {.depth = 0}},
    {"a result that nests without an end",
     "$reduce([1..5000], function($a, $b){[[$a]]})",
     "(U1001",
     {.depth = 0}},
    {"functions that call functions",
     "($f := function($g, $n){$n = 0 ? $g : $f($g ~> $abs, $n - 1)}; $f($abs, 5000)(1))",
     "(U1001",
     {.depth = 0}},
};

START_TEST(bound)
{
    json *got = evaluated(bounds[_i].text, JSONATA_AWS, NULL, &bounds[_i].options);

    ck_assert_msg(strncmp(json_str(got), bounds[_i].code, strlen(bounds[_i].code)) == 0, "%s: %s",
                  bounds[_i].name, json_str(got));
    json_unref(got);
}
END_TEST

static const struct {
    const char *name, *text, *want;
} memories[] = {
    {"as many numbers as Step Functions holds", "$count([1..873782])", "873782"},
    {"and no more", "$count([1..873783])", "\"(U1002 at 9) " TOO_LARGE "\""},
    {"a string that doubles as often as there",
     "($f := function($s, $n){$n = 0 ? $s : $f($s & $s, $n - 1)}; $length($f('x', 22)))",
     "4194304"},
    {"and no more often",
     "($f := function($s, $n){$n = 0 ? $s : $f($s & $s, $n - 1)}; $length($f('x', 23)))",
     "\"(U1002 at 70) " TOO_LARGE "\""},
    {"a sum of many", "$sum($map([1..200000], function($v){$v * 2}))", "40000200000"},
    {"many texts", "$count([1..200000].$string())", "200000"},
    {"many texts, looked at again", "($o := {'a': [1..200000].$string()}; $v := $o.a; $count($v))",
     "200000"},
};

/* Measured on AWS, where they are drawn to the very number. */
START_TEST(service_memory)
{
    json *got = evaluated(memories[_i].text, JSONATA_AWS, NULL, NULL);

    expect_json(memories[_i].name, got, memories[_i].want);
    json_unref(got);
}
END_TEST

static void repeat(struct buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_adds(out, text);
}

/* `most`: so many of the part are evaluated by Step Functions, and one more is not. */
static const struct {
    const char *name, *open, *part, *middle, *close, *end;
    size_t most;
} nestings[] = {
    {"terms of a sum", "1", "+1", "", "", "", 99},
    {"terms that are no constants", "$", "+$", "", "", "", 99},
    {"parentheses", "", "(", "1", ")", "", 99},
    {"brackets", "", "[", "1", "]", "", 99},
    {"stages of a chain", "1", "~>$string", "", "", "", 99},
    {"calls within calls", "", "$abs(", "1", ")", "", 99},
};

static json *nested(size_t i, size_t times)
{
    struct buf text = {0};
    json *got;

    repeat(&text, nestings[i].open, 1);
    repeat(&text, nestings[i].part, times);
    repeat(&text, nestings[i].middle, 1);
    repeat(&text, nestings[i].close, times);
    got = evaluated(buf_str(&text), JSONATA_AWS, "1", NULL);
    buf_clear(&text);
    return got;
}

START_TEST(nesting)
{
    json *good = nested(_i, nestings[_i].most), *bad = nested(_i, nestings[_i].most + 1);

    ck_assert_msg(!json_is_string(good) || json_str_len(good) < 10, "%s: %s", nestings[_i].name,
                  json_is_string(good) ? json_str(good) : "");
    ck_assert_msg(json_is_string(bad) && strstr(json_str(bad), TOO_DEEP), "%s", nestings[_i].name);
    json_unref(good);
    json_unref(bad);
}
END_TEST

START_TEST(recursion)
{
    static const char text[] = "($f := function($x){$x <= 0 ? 0 : 1 + $f($x - 1)}; $f($$))";
    json *got = evaluated(text, JSONATA_AWS, "31", NULL);

    expect_json("as deep as Step Functions goes", got, "31");
    json_unref(got);
    got = evaluated(text, JSONATA_AWS, "32", NULL);
    ck_assert_ptr_nonnull(strstr(json_str(got), TOO_DEEP));
    json_unref(got);
    got = evaluated(text, JSONATA_REFERENCE, "300", NULL);
    expect_json("the reference goes deeper", got, "300");
    json_unref(got);
}
END_TEST

/* ---- large arrays ---- */

/*
 * What is appended to a large array of the input shares it, which must not show: with a list in its
 * place, made by the evaluation itself, all comes out the same. Each row is tried with `$b` as the
 * one and the other.
 */
static const char *const appended[] = {
    "$append($b, 1)",
    "$append($b, 'x')",
    "$append($b, {'a': [1.5, $b[3]]})",
    "$append($b, $b)",
    "$append($append($b, 1), $append($b, 2))",
    "$append([], $append($b, 1))",
    "$append(7, $b)",
    "$append($b, [])",
    "$append($b, 1/3)",
    "$append($b, 1e300)",
    "[$b, 1]",
    "[$b, $b, 1, $b]",
    "[[$b, 1], 2]",
    "[1, $b]",
    "$count($append($b, $b))",
    "$append($b, $b)[[149..151]]",
    "$append($b, 'last')[-1]",
    "$reverse($append($b, 1))",
    "$distinct($append($b, $b))",
    "$shuffle($append($b, 1)) ~> $count",
    "$zip($append($b, 1), $append(1, $b))",
    "$string($append($b, 1))",
    "$append($b, 1) = $append($b, 1)",
    "$append($b, 1) = $append($b, 2)",
    "1 in $append($b, 1)",
    "$map($append($b, 1), function($v, $i) {$i})",
    "$filter($append($b, 'y'), function($v) {$v = 'y'})",
    "$reduce([1..300], function($a, $i) {$append($a, $i)}, $b)",
    "$reduce([1..300], function($a, $i) {[$a, $i]}, $b) ~> $count",
    "($x := $append($b, 1); [$append($x, 2), $append($x, 3), $x])",
    "($x := $append($b, 1); $y := $append($x, $x); $append($y, $x)[[148..155]])",
    "{'a': $append($b, 1), 'b': $append($b, 2)}",
    "$append($b, {'v': 7}).v",
    "$append($b, 1).[$]",
    "$append($b, 1)^($string($))",
    "($append($b, 1))[$ = 1]",
    "$append($b, $b) ~> $each",
    "$append($b, function() {1})",
    /* With so much garbage beside it that the result moves away from it. */
    "$map([1..3], function($i) {($reverse([1..60000]); $append($parse($string($b)), $i))})",
    "$map([1..3], function($i) {[$reverse([1..60000])[5], $append($b, $i)]})",
    "$map([1..3], function($i) {($reverse([1..60000]); $append($append($b, $i), 1))})",
    "$reduce([1..3], function($a, $i) {($reverse([1..60000]); $append($a, $i))}, $b)",
};

/* 150 elements: all of usual numbers, one of another form at the end, mixed ones. */
static const char *const bases[] = {
    "[1..150]",
    "$append([1..149], 9007199254740993)",
    "[1..150].($ % 3 = 0 ? $ : $ % 3 = 1 ? 't' & $ : {'v': [$, 1.5]})",
};

/* What `text` gives, with `$b` as `variable` makes it of the input's member `base`. */
static json *with_base(const char *text, const json *base, const char *variable)
{
    json *whole = json_stringf("($b := %s; %s)", variable, text), *doc_text, *got;
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "base", json_ref(base));
    json *doc = json_build_done(&b);
    doc_text = json_text(doc);
    got = evaluated(json_str(whole), JSONATA_AWS, json_str(doc_text), NULL);
    json_unref(doc);
    json_unref(doc_text);
    json_unref(whole);
    return got;
}

/* Whether `$b` is of the input, or a copy, does not show. */
static void expect_as_copied(const char *text, const json *base, const char *copy)
{
    json *shared = with_base(text, base, "base"), *copied = with_base(text, base, copy);
    json *want = json_text(copied), *got = json_text(shared);

    ck_assert_msg(json_equal(want, got), "%s: %s, want %s", text, json_str(got), json_str(want));
    json_unref(want);
    json_unref(got);
    json_unref(shared);
    json_unref(copied);
}

START_TEST(large_base)
{
    json *base = evaluated(bases[_i], JSONATA_AWS, NULL, NULL);

    for (size_t k = 0; k < COUNT(appended); k++)
        expect_as_copied(appended[k], base, "$map(base, function($v) {$v})");
    json_unref(base);
}
END_TEST

/* A number of another form, 1.0, becomes 1 when it is appended to, as it always did. */
START_TEST(large_base_of_doubles)
{
    struct buf doc = {0}, want = {0};

    buf_adds(&doc, "[1.0");
    buf_adds(&want, "[1");
    for (int i = 0; i < 100; i++) {
        buf_adds(&doc, ",2");
        buf_adds(&want, ",2");
    }
    buf_addc(&doc, ']');
    buf_adds(&want, ",3]");
    expect_result("1.0", "$append($, 3)", JSONATA_AWS, buf_str(&doc), buf_str(&want));
    buf_clear(&doc);
    buf_clear(&want);
}
END_TEST

/* ---- large objects ---- */

/* As above, of what is merged into a large object. */
static const char *const merged[] = {
    "$merge([$b, {'new': 1}])",
    "$merge([$b, {'k5': 1}])",
    "$merge([$b, {'k5': 1, 'new': [1.5, $b.k3]}, {'k150': 'x', 'new': 2, 'k5': 3}])",
    "$merge([$b, {'7': 1}])",
    "$merge([$b, {'7': 1, 'k7': 2, '3': 4}])",
    "$merge([$b, {'': 1, '0': 1, '00': 2, '4294967295': 3, '12345678901': 4, '1x': 5}])",
    "$merge([$b, $b])",
    "$merge([$b])",
    "$merge([{'k7': 1, 'new': 2}, $b])",
    "$merge([$merge([$b, {'new': 1, 'k1': 1}]), {'new': 2, 'k1': 2, 'k2': 2}])",
    "($x := $merge([$b, {'new': 1, 'k1': 1}]); [$merge([$x, {'new': 2}]), $merge([$x, {'k1': 2}]), "
    "$x])",
    "$merge([$b, {'k1': function() {1}}]).k2",
    "$merge([$b, {'k1': function() {1}}])",
    "$merge([$b, {'f': function() {1}}]).f()",
    "$merge([$b, {'k1': 1/0, 'n': 1/0}])",
    "$merge([$b, {'k1': 1e300, 'n': 9007199254740993, 'd': 1/3}])",
    "$merge([$b, {'new': 1, 'k1': 5}]).[k1, k2, new, other]",
    "$keys($merge([$b, {'new': 1, 'k1': 5}]))",
    "$keys($merge([$b, {'new': 1, 'k1': 5, '2': 2}]))",
    "$lookup($merge([$b, {'new': 1, 'k1': 5}]), 'k1')",
    "$count($spread($merge([$b, {'new': 1, 'k1': 5}])))",
    "$spread($merge([$b, {'new': 1, 'k1': 5}]))[[0..2]]",
    "$each($merge([$b, {'new': 1, 'k1': 5}]), function($v, $k) {[$k, $v]})",
    "$sift($merge([$b, {'new': 1, 'k1': 5}]), function($v) {$v = 5})",
    "$merge([$b, {'new': 1, 'k1': 5}]).*",
    "$count($merge([$b, {'new': {'a': [1, 2]}, 'k1': {'a': 5}}]).**)",
    "$string($merge([$b, {'new': 1, 'k1': 5}]))",
    "$string($merge([$b, {'new': 1, 'k1': 5, '9': 9}]))",
    "$merge([$b, {'new': 1}]) = $merge([$b, {'new': 1}])",
    "$merge([$b, {'new': 1}]) = $merge([$b, {'new': 2}])",
    "$merge([$b, {'k1': 'y'}]) = $merge([$b, {'k1': 'y'}])",
    "$merge([$b, {'k1': 'y'}]) = $b",
    "$boolean($merge([$b, {'k1': 'y'}]))",
    "$merge([$b, {'new': 1, 'k1': 5}]) ~> |$|{'k2': 9, 'k1': 8}, ['k3', 'new', 'k1']|",
    "{'a': $merge([$b, {'n': 1}]), 'b': $merge([$b, {'n': 2}])}.b.n",
    "[$b, $merge([$b, {'k1': {}}])].k1",
    "$merge([$b, {'v': 2}]){'v': v, 'k1': k1}",
    "$reduce([1..100], function($a, $i) {$merge([$a, {'n' & $i: $i}, {'k' & $i: $i}])}, $b)",
    "$map([1..3], function($i) {($reverse([1..60000]); $merge([$b, {'n': $i, 'k1': [$i]}]))})",
    "$reduce([1..3], function($a, $i) {($reverse([1..60000]); $merge([$a, {'n': $i, 'k1': "
    "[$i]}]))}, $b)",
    "$reduce([1..3], function($a, $i) {($reverse([1..60000]); $merge([$parse($string($b)), {'k1': "
    "[$i]}]))}, $b)",
};

/* Objects of 150 members: whose numbers are usual; with one of another form; with an index. */
static const char *const object_bases[] = {
    "$merge([1..150].{'k' & $: $ % 3 = 0 ? $ : $ % 3 = 1 ? 't' & $ : {'v': [$, 1.5]}})",
    "$merge([[1..149].{'k' & $: $}, {'k150': 9007199254740993}])",
    "$merge([[1..149].{'k' & $: $}, {'17': 1}])",
};

START_TEST(large_object)
{
    const char *copy = "$sift(base, function($v) {true})";
    json *base = evaluated(object_bases[_i], JSONATA_AWS, NULL, NULL);

    for (size_t k = 0; k < COUNT(merged); k++)
        expect_as_copied(merged[k], base, copy);
    json_unref(base);
}
END_TEST

/* ---- sorting ---- */

/*
 * Lists that are sorted by names, and by nothing, are sorted by ranks where their keys are of one
 * kind. It must not show: with terms in parentheses, and by a function, pairs are compared one by
 * one, and all comes out the same, errors too.
 */
static const struct {
    const char *name, *keys;
} sorted[] = {
    {"numbers, many of them equal", "[1..500].($ * 7919 % 101)"},
    {"numbers of both signs", "[1..200].(($ * 7919 % 211 - 100) / 8)"},
    {"many of both signs and all sizes",
     "[1..600].(($ % 2 = 0 ? 1 : -1) * $ * $power(10, $ * 97 % 601 - 300))"},
    {"zeros, many of both signs", "[1..400].(($ % 3 - 1) * ($ % 2))"},
    {"zeros", "[0, -0, 1, -1, 0, -0, 2, -2, 0, 5, 4, 3, 2, 1, 0]"},
    {"the largest and the least", "[1e308, -1e308, 5e-324, -5e-324, 0, 1e-308, 9007199254740993, "
                                  "9007199254740992, -9007199254740993, 3, 2, 1, -1, -2]"},
    {"numbers that are in order", "[1..400]"},
    {"numbers that are in the other order", "$reverse([1..400])"},
    {"few", "[3, 1, 2]"},
    {"two that are equal", "[1, 1]"},
    {"strings", "[1..300].('k' & ($ * 7919 % 101))"},
    {"strings that begin alike", "[1..300].('the same beginning of ' & ($ * 7919 % 307))"},
    {"strings of few bytes", "['b', '', 'a', 'ab', 'a\\u0000', 'abcdefgh', 'abcdefghi', 'abcdefg', "
                             "'a', '', 'B', 'A', '\\u00e9', '\\u00c9', '~', '\\u0001']"},
    {"strings with characters beyond the first plane",
     "['\\uffff', '\\ud83d\\ude00', '\\ufb01', '\\u20ac', 'z', '\\ue000', '\\ud83d\\ude01', "
     "'\\uff5e', 'abcdefg\\ud83d\\ude00', 'abcdefg\\uffff', 'a', '\\ud7ff', '', 'b', 'c']"},
    {"many strings with such characters",
     "[1..300].(($ % 3 = 0 ? '\\uffff' : $ % 3 = 1 ? '\\ud83d\\ude00' : '') & $ * 7919 % 101)"},
};

/* What `text` makes of a list `l` of both sorts of keys, and of `base`, objects that have these as
 * `k`, their number as `i`, and `t`, of which many are equal. */
static json *sorted_by(const char *text, const char *keys, const char *also)
{
    json *made = json_stringf("($l := $append(%s, [%s]); {'l': $l, 'base': $map($l, "
                              "function($v, $i) {$merge([{'i': $i, 't': 't' & $i %% 3}, "
                              "$v = 'none' ? {} : {'k': $v}])})})",
                              keys, also);
    json *list, *doc, *got;

    list = evaluated(json_str(made), JSONATA_REFERENCE, NULL, NULL);
    doc = json_text(list);
    got = evaluated(text, JSONATA_REFERENCE, json_str(doc), NULL);
    json_unref(made);
    json_unref(list);
    json_unref(doc);
    return got;
}

static void expect_same_order(const char *name, const char *keys, const char *also,
                              const char *text, const char *other)
{
    json *got = sorted_by(text, keys, also), *want = sorted_by(other, keys, also);
    json *want_text = json_text(want);

    expect_json(name, got, json_str(want_text));
    json_unref(got);
    json_unref(want);
    json_unref(want_text);
}

START_TEST(ranks)
{
    /* Among the keys: more, some that are missing, and what can't be compared with them. */
    static const char *const also[] = {"", "'none', 'none', 'none'", "'x', 7", "true", "[1]"};
    const char *name = sorted[_i].name, *keys = sorted[_i].keys;

    for (size_t k = 0; k < COUNT(also); k++) {
        expect_same_order(name, keys, also[k], "base^(k)", "base^((k))");
        expect_same_order(name, keys, also[k], "base^(>k).i", "base^(>(k)).i");
        expect_same_order(name, keys, also[k], "base^(k, >i)", "base^((k), >(i))");
        expect_same_order(name, keys, also[k], "base^(t, >k)", "base^((t), >(k))");
        expect_same_order(name, keys, also[k], "base^(t, missing, k)", "base^((t), missing, (k))");
    }
    expect_same_order(name, keys, "", "$sort(l)", "$sort(l, function($a, $b) {$a > $b})");
    expect_same_order(name, keys, "", "$sort($map(l, function($v) {$v}))", "$sort(l)");
}
END_TEST

/* ---- what it costs ---- */

/* The variables of the rows below. */
static const struct {
    const char *name, *text;
} sights[] = {
    {"s", "$pad('', 200000, 'a')"},
    {"l", "[1..10000].($ * 7919 % 10007)"},
    {"o", "[1..10000].{'k': $ % 10, 'v': 'v' & $}"},
    {"m", "$merge([1..5000].{'k' & $string($): $})"},
};

/* The values of `sights`: each is made when a row first asks for it, as most ask for one. */
struct sight {
    json *values[COUNT(sights)];
};

static const json *sight(void *user, const json *name)
{
    struct sight *s = user;

    for (size_t i = 0; i < COUNT(sights); i++) {
        if (!json_str_is(name, sights[i].name))
            continue;
        if (!s->values[i])
            s->values[i] = evaluated(sights[i].text, JSONATA_AWS, NULL, NULL);
        return s->values[i];
    }
    return NULL;
}

static void look_away(struct sight *s)
{
    for (size_t i = 0; i < COUNT(sights); i++)
        json_unref(s->values[i]);
}

/*
 * Units that an evaluation takes at least: what was left out would be free, and could be done for
 * ever. The numbers are about a half of what it is worth; none is the sum of what is around.
 */
static const struct {
    const char *name, *text;
    uint64_t least;
} costs[] = {
    {"a concatenation", "$length($s & $s) & ''", 30000},
    {"equal strings", "$s & 'b' = $s & 'c'", 15000},
    {"strings in order", "$s & 'b' < $s & 'c'", 30000},
    {"a string among others", "$s & 'b' in [$s & 'c', $s & 'd']", 24000},
    {"a number among others", "-1 in $l", 7000},
    {"equal values", "$o = $o.{'k': k, 'v': v}", 49000},
    {"equal values of the input", "$o[[0..98]] = $o[[1..99]]", 1400000},
    {"$length", "$length($s)", 8700},
    {"$substring", "$substring($s, 5, 2)", 35000},
    {"$substringBefore", "$substringBefore($s & 'b', 'b')", 9300},
    {"$substringAfter", "$substringAfter('b' & $s, 'b')", 8700},
    {"$uppercase", "$uppercase($s)", 35000},
    {"$lowercase", "$lowercase($s)", 35000},
    {"$trim", "$trim($s)", 35000},
    {"$pad", "$pad('', 200000, 'b')", 70000},
    {"what is not padded", "$pad($s, 5)", 17000},
    {"$contains", "$contains($s, 'b')", 550},
    {"$contains of what is nearly there", "$contains($s, $pad('', 100000, 'a') & 'b')", 100000},
    {"$split", "$count($split($s, 'a'))", 140000},
    {"$split into characters", "$count($split($s, ''))", 280000},
    {"$split by a pattern", "$count($split($s, /a/))", 420000},
    {"$join", "$join($l.$string($), $pad('', 200))", 170000},
    {"$replace of nothing", "$replace($s, 'b', 'c')", 2700},
    {"$replace", "$replace($s, 'a', 'b')", 280000},
    {"$replace by a pattern", "$replace($s, /a/, 'b$0')", 710000},
    {"$replace by what has many parts", "$replace('aaaa', /a/, $replace($s, /a{9}/, '$0'))",
     100000},
    {"$match", "$count($match($pad('', 10000, 'a'), /a/))", 24000},
    {"a pattern that finds nothing", "$contains($s, /b/)", 4300},
    {"a pattern of some length", "$contains($s, /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab/)", 41000},
    {"a pattern that repeats much", "$contains($s, /a{60}b/)", 130000},
    {"what is repeated, and not there", "$contains($pad('', 2000, 'a') & 'xbcd', /a+$b/)", 890},
    {"in front of an alternative", "$contains($pad('', 2000, 'a') & 'xbcd', /a*b|a*c/)", 25000},
    {"in an alternative", "$contains($pad('', 2000, 'a') & 'xbcd', /(?:a*b|a*c)d/)", 25000},
    {"what is looked ahead at", "$contains($pad('', 2000, 'a') & 'xbcd', /(?=a*b)a/)", 24000},
    {"what is behind a lookahead", "$contains($pad('', 2000, 'a') & 'xbcd', /(?=a*)a*b/)", 70000},
    {"turns of a group", "$contains($pad('', 500, 'a') & 'xbcd', /(?:aa)+b/)", 90000},
    {"what a group gives back", "$contains($pad('', 200, 'a') & 'xbcd', /(?:a)*a*b/)", 72000},
    {"optional parts", "$contains($pad('', 20, 'a') & 'xbcd', /(a?){20}a{20}b/)", 14000000},
    {"alternatives that are the same, one by one",
     "$contains($pad('', 12, 'a') & 'xbcd', "
     "/(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)(?:a|a)"
     "(?:a|a)(?:a|a)(?:a|a)(?:a|a)b/)",
     6000},
    {"what a lookahead goes through behind each match",
     "$count($match($pad('', 1500, 'a'), /a(?=a*)/))", 16000},
    {"what only a lookahead goes through", "$contains($pad('', 2000, 'a') & 'xbcd', /(?=a*)ac/)",
     20000},
    {"alternatives that are the same", "$contains($pad('', 16, 'a') & 'xbcd', /(?:a|a){16}b/)",
     340000},
    {"an alternative that is the last of its group",
     "$contains($pad('', 32, 'a') & 'xbcd', "
     "/(?:a|a)(?:x|a)(?:x|a)(?:x|a)(?:a|a)(?:x|a)(?:x|a)(?:x|a)"
     "(?:a|a)(?:x|a)(?:x|a)(?:x|a)(?:a|a)(?:x|a)(?:x|a)(?:x|a)"
     "(?:a|a)(?:x|a)(?:x|a)(?:x|a)(?:a|a)(?:x|a)(?:x|a)(?:x|a)b/)",
     2400},
    {"what was caught", "$contains($pad('', 300, 'a') & 'xbcd', /(a+)\\1b/)", 140000},
    {"what goes back without an end", "$contains($pad('', 18, 'a') & 'xbcd', /(a+)+b/)", 1100000},
    {"a match of many groups",
     "$count($match($pad('', 500, 'a'), /((((((((((((((((a))))))))))))))))/))", 7600},
    {"the match behind a match", "($m := /a/($s); $m.next().match)", 39000},
    {"$string of text", "$string([$s])", 70000},
    {"$string", "$length($string($o))", 99000},
    {"$string, pretty", "$length($string($l, true))", 66000},
    {"$number", "$number('1.' & $replace($s, 'a', '1'))", 300000},
    {"$parse", "$count($parse('[' & $join($l.$string($), ',') & ']'))", 170000},
    {"$base64encode", "$base64encode($s)", 70000},
    {"$base64decode", "$base64decode($s)", 100000},
    {"$encodeUrl", "$encodeUrl($s)", 70000},
    {"$decodeUrlComponent", "$decodeUrlComponent($s)", 70000},
    {"$hash", "$hash($s, 'MD5')", 17000},
    {"$formatNumber", "$map($l, function($n){$formatNumber($n, '0.0')})[0]", 520000},
    {"$formatNumber by a long picture", "$length($formatNumber(1, $pad('', 200000, '0')))", 300000},
    {"$formatNumber with many separators",
     "$length($formatNumber(5, '0' & $pad('', 150000, ',00,0')))", 230000},
    {"$formatInteger with many separators", "$length($formatInteger(5, $pad('0', 200000, ',0')))",
     300000},
    {"$formatBase", "$map($l, function($n){$formatBase($n, 2)})[0]", 530000},
    {"$formatInteger in Roman", "$formatInteger(9999999, 'I')", 1800},
    {"$parseInteger", "$parseInteger($s, 'w')", 140000},
    {"$round", "$map($l, function($n){$round($n / 7, 2)})[0]", 420000},
    {"$fromMillis", "$map($l, function($n){$fromMillis($n)})[0]", 620000},
    {"$fromMillis of wide parts", "$length($fromMillis(5, $pad('', 1500, '[Y,99999-99999]')))",
     500000},
    {"$toMillis by a picture of many parts",
     "[$toMillis($pad('', 60, 'a') & '-', '[MNn][MNn][MNn]' & $pad('', 3000, '[Y]-'))]", 1000000},
    {"$toMillis", "$map($l, function($n){$toMillis('2017')})[0]", 620000},
    {"$toMillis of another form", "$map($l, function($n){$toMillis('2017-13-01')})[0]", 4100000},
    {"$sum", "$sum($l)", 14000},
    {"$max", "$max($l)", 8700},
    {"$sort", "$count($sort($l))", 42000},
    {"$sort of strings", "$count($sort($o.v))", 68000},
    {"$sort of long strings", "$count($sort([1..20].($s & $)))", 930000},
    {"order by long strings", "$count([1..20].{'k': $s & $}^(k))", 930000},
    {"order by", "$count($o^(v))", 65000},
    {"$reverse", "$count($reverse($l))", 7000},
    {"$shuffle", "$count($shuffle($l))", 7000},
    {"$append", "$count($append($l, $l))", 7000},
    {"$zip", "$count($zip($l, $l))", 14000},
    {"$distinct", "$count($distinct($l))", 35000},
    {"$distinct of values", "$count($distinct($o[[0..200]].{'v': v}))", 1400000},
    {"$map with a function that is built in", "$count($map($l, $abs))", 35000},
    {"$merge", "$count($keys($merge([$m, $m])))", 28000},
    {"$keys", "$count($keys($m))", 14000},
    {"$lookup", "$count($lookup($o, 'v'))", 7000},
    {"a long key", "($k := $s & ''; $lookup({$k: 1}, $k))", 24000},
    {"$spread", "$count($spread($m))", 7400},
    {"$each", "$count($each($m, $string))", 49000},
    {"members by their index", "$count($keys($merge([1..2000].{$string($): 1})))", 50000},
    {"wildcards", "$count($m.*)", 7400},
    {"descendants", "$count($o.**)", 56000},
    {"a transform's copy", "$count($o ~> |$[0]|{'x': 1}|)", 21000},
    {"what a transform puts in", "$count([1, 2] ~> |$|{}|) & $string([{}] ~> |$|$m|)", 44000},
    {"what a transform deletes", "$string($m ~> |$|{}, $keys($)|)", 2200000},
    {"positions that are picked", "$count([1..1000][[0..999]])", 700000},
    {"truths that are no positions", "$count([1..100][$append($o, 0)])", 1400000},
    {"positions that are bound", "$count($l#$i.$i)", 21000},
    {"many that are bound", "$count($l@$a.($l[0])@$b.($l[0])@$c.$a)", 49000},
    {"groups", "$count($keys($o{v: k}))", 43000},
    {"a range that is spelled", "$count($append([1..100000], 0))", 70000},
    {"$range", "$count($range(1, 100000, 1))", 35000},
    {"$partition", "$count($partition($l, 2))", 7000},
    {"a result", "$map([1..10000], function($v){$v})", 28000},
    {"$uuid", "$map($l, function(){$uuid()})[0]", 190000},
    {"truth", "$boolean($l.(false))", 28000},
    {"many variables",
     "($a1:=1;$a2:=1;$a3:=1;$a4:=1;$a5:=1;$a6:=1;$a7:=1;$a8:=1;$a9:=1;$b1:=1;$b2:=1;$b3:=1;$b4:=1;"
     "$b5:=1;$b6:=1;$b7:=1;$b8:=1;$b9:=1;$c1:=1;$c2:=1;$c3:=1;$c4:=1;$c5:=1;$c6:=1;$c7:=1;$c8:=1;"
     "$c9:=1;$d1:=1;$d2:=1;$d3:=1;$d4:=1;$d5:=1;$d6:=1;$d7:=1;$d8:=1;$d9:=1;$map($l, "
     "function($v){$d9})[0])",
     35000},
};

START_TEST(cost)
{
    struct sight seen = {0};
    struct work work = {0};
    const struct jsonata_options options = {.variable = sight, .user = &seen, .work = &work};
    json *got;

    got = evaluated(costs[_i].text, JSONATA_AWS, NULL, &options);
    ck_assert_msg(!json_is_string(got) || json_str(got)[0] != '(', "%s: %s", costs[_i].name,
                  json_is_string(got) ? json_str(got) : "");
    ck_assert_msg(work.total - work.left >= costs[_i].least, "%s: %llu units", costs[_i].name,
                  (unsigned long long)(work.total - work.left));
    json_unref(got);
    look_away(&seen);
}
END_TEST

START_TEST(deep_text)
{
    struct buf text = {0};
    struct jsonata_error why = {0};

    for (int i = 0; i < 100000; i++)
        buf_addc(&text, '(');
    ck_assert_ptr_null(jsonata_compile(text.data, text.len, JSONATA_AWS, &why));
    expect_text("brackets without an end", why.code, "D1011");
    buf_reset(&text);
    buf_addc(&text, '1');
    for (int i = 0; i < 100000; i++)
        buf_adds(&text, "&1");
    ck_assert_ptr_null(jsonata_compile(text.data, text.len, JSONATA_AWS, &why));
    expect_text("operators without an end", why.code, "D1011");
    jsonata_error_clear(&why);
    buf_clear(&text);
}
END_TEST

/* ---- the caller's part ---- */

static const json *lookup(void *user, const json *name)
{
    return json_get_key(user, name);
}

START_TEST(variables)
{
    json *all = json_of("{\"states\":{\"input\":{\"a\":[1,2]}},\"sum\":7}");
    const struct jsonata_options options = {
        .variable = lookup, .user = all, .now_ms = INT64_C(1700000000000)};
    json *got =
        evaluated("[$states.input.a, $sum, $nope, $millis(), $now()]", JSONATA_AWS, NULL, &options);

    expect_json("variables and the time are the caller's", got,
                "[1,2,7,1700000000000,\"2023-11-14T22:13:20.000Z\"]");
    json_unref(got);
    got = evaluated("$states.input.a", JSONATA_AWS, NULL, &options);
    ck_assert_ptr_eq(got, json_get(json_get(json_get(all, "states"), "input"), "a"));
    json_unref(got);
    json_unref(all);
}
END_TEST

/* ---- others meanwhile ---- */

/* An evaluation of the same expression for the same input, while another one waits in a tick. */
struct meanwhile {
    const jsonata *x;
    const json *input, *want;
    const char *name;
    size_t count;
    bool busy;
};

static enum work_verdict evaluate_meanwhile(struct work *w)
{
    struct meanwhile *m = w->user;
    struct jsonata_error why = {0};
    json *got = NULL;

    if (m->busy)
        return WORK_GOES_ON;
    m->busy = true;
    m->count++;
    ck_assert_msg(jsonata_eval(m->x, &(struct jsonata_options){.work = NULL}, m->input, &got,
                               &why) == JSONATA_VALUE,
                  "%s: %s", m->name, why.text ? why.text : "");
    ck_assert_msg(json_equal(got, m->want), "%s: another one meanwhile", m->name);
    json_unref(got);
    m->busy = false;
    return WORK_GOES_ON;
}

static const struct {
    const char *name, *text;
} shared[] = {
    {"a pattern", "$map([1..200], function($i){$match($pad('', 30, 'ab' & $i), /(a+)b(\\d*)/)})"},
    {"a pattern in the middle of a search",
     "[$contains($pad('', 13, 'a') & 'xb', /^(a+)+b/), $match('ab', /^(a+)+b/).groups]"},
    {"a pattern that finds something in the end",
     "[$match($pad('', 13, 'a') & 'c', /^(?:(a+)+b|(a+)c)/), $match('aab', /^(?:(a+)+b|(a+)c)/)]"},
    {"a pattern beyond ASCII",
     "[$contains($pad('', 13, 'a') & '\u00e4b', /^(a+)+b/), $match('\u00e4ab', /(a+)+b/).index]"},
    {"patterns that replace",
     "$map([1..50], function($i){$replace($pad('', 40, 'ab' & $i), /(a)(b)/, '$2$1$0')})"},
    {"a function that replaces",
     "$replace($pad('', 400, 'ab'), /a|b/, function($m){$uppercase($m.match) & $m.start})"},
    {"pictures of numbers",
     "$map([1..300], function($i){$formatNumber($i, $pad('0.', $i % 12 + 3, '0')) & "
     "$formatNumber($i, '0' & $i % 7)})"},
    {"pictures of whole numbers",
     "$map([1..300], function($i){$formatInteger($i, ['w', 'W', 'I', 'A', 'a', 'i', 'Ww', '000', "
     "'#,##0', '0000'][$i % 10])})"},
    {"pictures of dates",
     "$map([1..100], function($i){$toMillis($fromMillis($i * 86400000, "
     "['[Y]-[M01]-[D01]', '[D1o] [MNn] [Y]', '[Y0001]/[M]/[D] [H]', '[Dw] [M] [Y]', '[D] [M] "
     "[YI]', "
     "'[D],[M],[Y]', '[D]:[M]:[Y]', '[D]+[M]+[Y]', '[D]*[M]*[Y]', '[D]_[M]_[Y]'][$i % 10]), "
     "['[Y]-[M01]-[D01]', '[D1o] [MNn] [Y]', '[Y0001]/[M]/[D] [H]', '[Dw] [M] [Y]', '[D] [M] "
     "[YI]', "
     "'[D],[M],[Y]', '[D]:[M]:[Y]', '[D]+[M]+[Y]', '[D]*[M]*[Y]', '[D]_[M]_[Y]'][$i % 10])})"},
    {"a date in the middle of a search",
     "[$toMillis($pad('', 40, 'a') & '1', '[MNn][MNn][MNn]'), $map([1..9], "
     "function($i){$formatInteger($i, $pad('', $i, '0'))}), $toMillis('1 May 17', '[D] [MNn] "
     "[Yw]') ? 1 : 2]"},
    {"a date in the middle of its text",
     "[$length($fromMillis(5, $pad('', 30, '[Y,99999-99999]'))), $map([1..9], "
     "function($i){$formatInteger($i, $pad('', $i, '0'))})]"},
    {"sorting", "$sort([1..700].($ * 7919 % 2003), function($a, $b){$a > $b})"},
    {"transforms", "$map([1..900], function($i){$ ~> |$|{'x': $i}, 'y'|})"},
    {"groups and texts", "$string([1..500].{'a': $}{$string(a % 7): $sum(a)})"},
    {"what is kept of a call",
     "($f := function($n, $s){$n = 0 ? $s : $f($n - 1, $s & $n)}; $f(500, ''))"},
};

/* The first tick comes at another place each time. */
START_TEST(interleaved)
{
    jsonata *x = compiled(shared[_i].text, JSONATA_AWS);
    struct meanwhile m = {.x = x, .name = shared[_i].name, .input = json_of("{\"y\":1}")};
    struct jsonata_error why = {0};
    json *want = NULL;

    ck_assert(jsonata_eval(x, NULL, m.input, &want, &why) == JSONATA_VALUE);
    m.want = want;
    for (size_t i = 0; i < 12; i++) {
        struct work work = {.tick = evaluate_meanwhile, .user = &m};
        json *got = NULL;

        work.left = work.total = 1 + i * WORK_TICK / 12;
        ck_assert_msg(jsonata_eval(x, &(struct jsonata_options){.work = &work}, m.input, &got,
                                   &why) == JSONATA_VALUE,
                      "%s: %s", m.name, why.text ? why.text : "");
        ck_assert_msg(json_equal(got, want), "%s: after another one", m.name);
        json_unref(got);
    }
    ck_assert_msg(m.count >= 12, "%s: %zu others", m.name, m.count);
    json_unref(want);
    json_unref((json *)(uintptr_t)m.input);
    jsonata_free(x);
}
END_TEST

/* How many units were spent at once, at most. */
struct strides {
    uint64_t before, most;
};

static enum work_verdict note_stride(struct work *w)
{
    struct strides *s = w->user;

    s->most = w->total - s->before > s->most ? w->total - s->before : s->most;
    s->before = w->total;
    return WORK_GOES_ON;
}

/* The text has two million letters. */
static const struct {
    const char *name, *text, *want;
} long_texts[] = {
    {"large letters", "$length($uppercase($)) ", "2000000"},
    {"small letters", "$length($lowercase($)) ", "2000000"},
    {"the length", "$length($)", "2000000"},
    {"a part", "$substring($, -2)", "\"aa\""},
    {"trimming", "$length($trim($))", "2000000"},
    {"padding", "$length($pad($, 3000000, 'bc'))", "3000000"},
    {"Base64", "$length($base64encode($))", "2666668"},
    {"what is in Base64", "$length($base64decode($))", "1500000"},
    {"a URL", "$length($encodeUrl($))", "2000000"},
    {"a part of a URL", "$length($encodeUrlComponent($))", "2000000"},
    {"a URL without escapes", "$length($decodeUrl($))", "2000000"},
    {"a part of a URL without escapes", "$length($decodeUrlComponent($))", "2000000"},
    {"a digest", "$hash($, 'MD5')", "\"2a915e52d86d42e58e580f4073120a6b\""},
    {"looking for a part", "$contains($, 'ab')", "false"},
    {"what is before a part", "$length($substringBefore($, 'b'))", "2000000"},
    {"replacing", "$length($replace($, 'a', 'b'))", "2000000"},
    {"splitting", "$count($split($, 'aaaaaaaaaa'))", "200001"},
    {"a date by a long picture", "$toMillis('x', $pad('', 4000, '[MNn]')) ? 1 : 2", "2"},
};

START_TEST(long_text)
{
    jsonata *x = compiled(long_texts[_i].text, JSONATA_AWS);
    char *letters = mem_alloc(2000000);
    struct strides strides = {0};
    struct work work = {.tick = note_stride, .user = &strides};
    struct jsonata_error why = {0};
    json *text, *got = NULL;

    memset(letters, 'a', 2000000);
    text = json_string(letters, 2000000);
    ck_assert_msg(jsonata_eval(x, &(struct jsonata_options){.work = &work}, text, &got, &why) ==
                      JSONATA_VALUE,
                  "%s: %s", long_texts[_i].name, why.text ? why.text : "");
    expect_json(long_texts[_i].name, got, long_texts[_i].want);
    /* A copy in one piece is 31,250. */
    ck_assert_msg(strides.most <= 10 * WORK_TICK, "%s: %llu units at once", long_texts[_i].name,
                  (unsigned long long)strides.most);
    json_unref(got);
    json_unref(text);
    mem_free(letters);
    jsonata_free(x);
}
END_TEST

static enum work_verdict abandon(struct work *w)
{
    (void)w;
    return WORK_ABANDONED;
}

/* Whoever is abandoned in the middle of a search leaves nothing behind. */
START_TEST(abandoned)
{
    jsonata *x = compiled("$contains($pad('', $ ? 40 : 5, 'a') & 'xb', /^(a+)+b/)", JSONATA_AWS);
    json *yes = json_bool(true), *no = json_bool(false), *got = NULL;
    struct jsonata_error why = {0};

    for (int i = 0; i < 40; i++) {
        struct work work = {.tick = abandon, .left = 500, .total = 500};

        ck_assert(jsonata_eval(x, &(struct jsonata_options){.work = &work}, yes, &got, &why) ==
                  JSONATA_FAILED);
        ck_assert(work.verdict == WORK_ABANDONED);
        ck_assert(jsonata_eval(x, NULL, no, &got, &why) == JSONATA_VALUE);
        ck_assert(json_kind(got) == JSON_FALSE);
        json_unref(got);
    }
    jsonata_error_clear(&why);
    json_unref(yes);
    json_unref(no);
    jsonata_free(x);
}
END_TEST

/* ---- what compiling takes ---- */

/*
 * Each text is `open`, so many times `part` (NNN is its number), `close` as often, and `end`. With
 * twice as many, compiling must not take more than twice as much, but for what a logarithm adds.
 */
static const struct {
    const char *name, *open, *part, *middle, *close, *end;
    size_t count;
} shapes[] = {
    {"bindings of one variable", "(", "$v:=1;", "", "", ")", 10000},
    {"bindings of many variables", "(", "$vNNN:=1;", "", "", ")", 10000},
    {"many variables that nobody binds", "[", "$vNNN,", "1", "", "]", 10000},
    {"uses of what is bound", "($v:=1;", "$v+$vNNN;", "", "", ")", 5000},
    {"functions", "(", "$fNNN:=function($a){$a};", "", "", ")", 5000},
    {"functions in functions", "", "function($aNNN){(", "1", ")}", "", 60},
    {"functions of many parameters", "function(", "$aNNN,", "$z){$z", "", "}", 5000},
    {"blocks in blocks that bind", "", "($vNNN:=1;", "$v0", ")", "", 200},
    {"blocks side by side", "[", "($vNNN:=1;$vNNN),", "1", "", "]", 5000},
    {"parentheses", "", "(", "1", ")", "", 200},
    {"paths", "a", ".aNNN", "", "", "", 900},
    {"many paths", "[", "a.b.cNNN,", "1", "", "]", 5000},
    {"paths of blocks", "a", ".(b)", "", "", "", 400},
    {"predicates", "a", "[b=NNN]", "", "", "", 900},
    {"empty predicates", "a", "[]", "", "", "", 10000},
    {"empty predicates of a long list", "[", "NNN,", "1]", "[]", "", 5000},
    {"keys of an object", "{", "'kNNN':1,", "'z':1", "", "}", 10000},
    {"keys that are reckoned", "{", "kNNN&'':1,", "'z':1", "", "}", 5000},
    {"objects in objects", "", "{'a':", "1", "}", "", 200},
    {"groups", "[", "a{kNNN:v},", "1", "", "]", 3000},
    {"items of an array", "[", "NNN,", "1", "", "]", 10000},
    {"arrays in arrays", "", "[", "1", "]", "", 200},
    {"ranges", "[", "1..NNN,", "1", "", "]", 5000},
    {"a chain of sums", "1", "+aNNN", "", "", "", 900},
    {"a chain of constants", "1", "+NNN", "", "", "", 900},
    {"many chains", "[", "1+2+3+aNNN,", "1", "", "]", 5000},
    {"texts that are joined", "''", "&'NNN'", "", "", "", 900},
    {"conditions", "", "aNNN?1:", "2", "", "", 200},
    {"conditions without an else", "[", "a?bNNN,", "1", "", "]", 5000},
    {"transforms", "a", "~>|bNNN|{'c':1},'d'|", "", "", "", 400},
    {"terms of a sort", "a^(", "bNNN,", "c", "", ")", 5000},
    {"sorts", "a", "^(bNNN)", "", "", "", 400},
    {"patterns", "[", "$match(a,/bNNN/),", "1", "", "]", 1000},
    {"texts with escapes", "[", "'\\n\\u00e4NNN',", "1", "", "]", 5000},
    {"a text of escapes", "'", "\\\\", "", "", "'", 10000},
    {"slashes in a pattern", "/", "\\\\\\/", "", "", "/", 2000},
    {"arguments", "$f(", "aNNN,", "1", "", ")", 5000},
    {"calls of calls", "$f", "(NNN)", "", "", "", 900},
    {"partial applications", "[", "$f(?,NNN),", "1", "", "]", 3000},
    {"partial applications with many holes", "$f(", "?,", "1", "", ")", 5000},
    {"functions that are chained", "a", "~>$fNNN", "", "", "", 900},
    {"parents", "a.b.[", "%.cNNN,", "1", "", "]", 400},
    {"parents of parents", "a.a.a.a.a.a.a.a.a.a.[", "%.%.%.c,", "1", "", "]", 150},
    {"parents, far below", "a.[%,%,%,%,", "[", "%.b", "]", "]", 200},
    {"positions that are bound", "a", "#$iNNN.b", "", "", "", 400},
    {"items that are bound", "a", ".b@$iNNN", "", "", "", 400},
    {"negations", "", "-", "a", "", "", 200},
    {"wildcards", "*", ".*", "", "", "", 900},
    {"comments", "", "/* NNN */", "1", "", "", 10000},
    {"blanks", "", "    ", "1", "", "", 20000},
    {"names in quotes", "[", "`a NNN`,", "1", "", "]", 5000},
    {"one long name", "", "abcdefgh", "", "", "", 10000},
    {"a signature", "function($a)<", "s", "", "", ">{1}", 2000},
    {"words of operators", "and", " and and", "", "", "", 400},
};

static void add_part(struct buf *out, const char *part, size_t number)
{
    const char *at;

    for (; (at = strstr(part, "NNN")) != NULL; part = at + 3) {
        buf_add(out, part, (size_t)(at - part));
        buf_add_int(out, (int64_t)number);
    }
    buf_adds(out, part);
}

static char *shape(size_t i, size_t count)
{
    struct buf text = {0};

    buf_adds(&text, shapes[i].open);
    for (size_t k = 0; k < count; k++)
        add_part(&text, shapes[i].part, k);
    add_part(&text, shapes[i].middle, 0);
    repeat(&text, shapes[i].close, count);
    buf_adds(&text, shapes[i].end);
    buf_str(&text);
    return buf_take(&text);
}

static bool pass_over(void *user, const struct jsonata_use *use)
{
    (void)user;
    (void)use;
    return true;
}

/* All of it, what asks for its uses included; UINT64_MAX: it is refused. */
static uint64_t steps_of(size_t i, size_t count)
{
    char *text = shape(i, count);
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(text, strlen(text), JSONATA_AWS, &why);
    uint64_t steps;

    if (!x)
        ck_abort_msg("%s: %s: %.60s", shapes[i].name, why.text, text);
    steps = jsonata_steps(x) + jsonata_uses(x, pass_over, NULL);
    jsonata_free(x);
    mem_free(text);
    return steps;
}

START_TEST(doubled_shape)
{
    const uint64_t once = steps_of(_i, shapes[_i].count),
                   twice = steps_of(_i, 2 * shapes[_i].count);

    ck_assert_msg(twice < once * 23 / 10, "%s: %llu steps, then %llu", shapes[_i].name,
                  (unsigned long long)once, (unsigned long long)twice);
    /* It is counted at all: about as much as there is to read. */
    ck_assert_msg(once >= shapes[_i].count, "%s: %llu steps", shapes[_i].name,
                  (unsigned long long)once);
}
END_TEST

START_TEST(many_parents)
{
    struct buf text = {0};
    struct jsonata_error why = {0};

    buf_adds(&text, "a.b.[");
    repeat(&text, "%,", JSONATA_MAX_PARENTS);
    buf_adds(&text, "%]");
    ck_assert_ptr_null(jsonata_compile(text.data, text.len, JSONATA_AWS, &why));
    expect_text("more parents than anybody needs", why.code, "D1011");
    jsonata_error_clear(&why);
    buf_clear(&text);
}
END_TEST

static bool add_use(void *user, const struct jsonata_use *use)
{
    struct buf *out = user;

    buf_printf(out, "%s$%s%s%s", out->len ? " " : "", json_str(use->name), use->field ? "." : "",
               use->field ? json_str(use->field) : "");
    return true;
}

static const struct {
    const char *name, *text, *want;
} uses[] = {
    {"a variable's field", "$states.input.a + $n", "$states.input $n"},
    {"a name at the top is the input", "a.b", "$.a"},
    {"names within steps are not", "$x.(a + b)[c]", "$x"},
    {"nor own variables and parameters", "($a := 1; function($b){$a + $b + $c}($d))", "$c $d"},
    {"the input itself", "$ ~> $f", "$ $f"},
    {"what a block binds is its own behind it no more", "[($a := 1; $a), $a]", "$a"},
    {"a parameter is not known outside", "[function($a){$a}, $a]", "$a"},
    {"two blocks that bind the same", "($a := 1; ($a := 2; $a); $a)", ""},
    {"what is bound within what binds it", "($f := function($n){$f($n)}; $f(1))", ""},
    {"positions and items of a path", "$x@$v#$i[$v = $w].($i + $j)", "$x $w $j"},
    {"but not behind the path", "[$x#$i.$i, $i]", "$x $i"},
    {"what a function's block binds", "function($p){($q := $p; $q + $r)}", "$r"},
};

START_TEST(use)
{
    jsonata *x = compiled(uses[_i].text, JSONATA_AWS);
    struct buf got = {0};

    jsonata_uses(x, add_use, &got);
    expect_text(uses[_i].name, buf_str(&got), uses[_i].want);
    buf_clear(&got);
    jsonata_free(x);
}
END_TEST

START_TEST(functions)
{
    struct jsonata_function f;
    size_t n = 0, ours = 0;

    for (; jsonata_function_at(JSONATA_AWS, n, &f); n++) {
        ck_assert_msg(*f.about && *f.signature == '<', "%s", f.name);
        ck_assert_str_ne(f.name, "eval");
        ours += strcmp(f.name, "partition") == 0;
    }
    ck_assert_uint_gt(n, 60);
    ck_assert_uint_eq(ours, 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("jsonata");
    TCase *t = tcase_create("jsonata");

    tcase_set_timeout(t, 60);

    tcase_add_loop_test(t, ranks, 0, COUNT(sorted));
    tcase_add_loop_test(t, result, 0, COUNT(results));
    tcase_add_loop_test(t, dialect, 0, COUNT(dialects));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_loop_test(t, failure, 0, COUNT(failures));
    tcase_add_loop_test(t, bound, 0, COUNT(bounds));
    tcase_add_loop_test(t, service_memory, 0, COUNT(memories));
    tcase_add_loop_test(t, nesting, 0, COUNT(nestings));
    tcase_add_test(t, recursion);
    tcase_add_loop_test(t, large_base, 0, COUNT(bases));
    tcase_add_test(t, large_base_of_doubles);
    tcase_add_loop_test(t, large_object, 0, COUNT(object_bases));
    tcase_add_loop_test(t, cost, 0, COUNT(costs));
    tcase_add_loop_test(t, interleaved, 0, COUNT(shared));
    tcase_add_test(t, abandoned);
    tcase_add_loop_test(t, long_text, 0, COUNT(long_texts));
    tcase_add_loop_test(t, doubled_shape, 0, COUNT(shapes));
    tcase_add_test(t, many_parents);
    tcase_add_test(t, deep_text);
    tcase_add_test(t, variables);
    tcase_add_loop_test(t, use, 0, COUNT(uses));
    tcase_add_test(t, functions);
    suite_add_tcase(s, t);
    return run_suite(s);
}
