/* jsonata: what expressions are, what comes of them, what is wrong with others, and the bounds. */

#include "tests/support/expect.h"

#include "parsers/buf.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/mem.h"

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
    {"of Base64's digits the low bytes count", "$base64decode('YW\\u0141Jj')", "\"a`\\t\""},
    {"a low byte that ends Base64", "$base64decode('YWJj\\u263DYWJj')", "\"abc\""},
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
    {"nor infinity", "1/0", "\"(unsupported)\""},
    {"within a result it is its name", "[1/0]", "[\"Infinity\"]"},
    {"what was made on the way is cleared away",
     "$length($reduce([1..3000], function($a, $b){$a & 'xxxxxxxxxxxxxxxx'}, ''))", "48000"},
    {"a list that grows", "$count($reduce([1..3000], function($a, $b){$append($a, [$b])}, []))",
     "3000"},
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
     "(D1011 at 26) Stack overflow. Check for non-terminating recursive function.  Consider "
     "rewriting as tail-recursive"},
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

static const struct {
    const char *name, *text, *code;
    struct jsonata_options options;
} bounds[] = {
    {"steps", "($f := function(){$f()}; $f())", "(D1012", {.work = &(struct work){.most = 100000}}},
    {"depth", "[[[[[[1]]]]]]", "(D1011", {.depth = 4}},
    {"memory of a list that doubles",
     "($f := function($l){$f($append($l, $l))}; $f([1,2,3]))",
     "(U1002",
     {.memory = 1 << 20}},
    {"memory of a string that doubles",
     "($f := function($s){$f($s & $s)}; $f('abc'))",
     "(U1002",
     {.memory = 1 << 20}},
    {"memory of a padded string", "$pad('', 1000000000)", "(U1002", {.memory = 1 << 20}},
    {"Step Functions' memory, one number too many",
     "[1..873783]",
     "(U1002",
     {.memory = JSONATA_AWS_MEMORY}},
    {"values that nest without an end",
     "$string($reduce([1..5000], function($a, $b){[[$a]]}))",
     "(D1011",
     {.depth = 0}},
    {"a result that nests without an end",
     "$reduce([1..5000], function($a, $b){[[$a]]})",
     "(D1011",
     {.depth = 0}},
    {"functions that call functions",
     "($f := function($g, $n){$n = 0 ? $g : $f($g ~> $abs, $n - 1)}; $f($abs, 5000)(1))",
     "(D1011",
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

START_TEST(service_memory)
{
    const struct jsonata_options options = {.memory = JSONATA_AWS_MEMORY};
    json *got = evaluated("$count([1..873782])", JSONATA_AWS, NULL, &options);

    expect_json("Step Functions' memory holds so many numbers", got, "873782");
    json_unref(got);
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
    tcase_add_loop_test(t, result, 0, COUNT(results));
    tcase_add_loop_test(t, dialect, 0, COUNT(dialects));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_loop_test(t, failure, 0, COUNT(failures));
    tcase_add_loop_test(t, bound, 0, COUNT(bounds));
    tcase_add_test(t, service_memory);
    tcase_add_test(t, deep_text);
    tcase_add_test(t, variables);
    tcase_add_loop_test(t, use, 0, COUNT(uses));
    tcase_add_test(t, functions);
    suite_add_tcase(s, t);
    return run_suite(s);
}
