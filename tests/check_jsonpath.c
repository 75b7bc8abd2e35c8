/* jsonpath: what a path is, what it finds, what it says when it does not, and writing. */

#include "tests/support/expect.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/jsonpath/jsonpath.h"

#include <string.h>

#define SHOP                                                                                       \
    "{\"items\":[{\"id\":\"a\",\"n\":1,\"tags\":[\"x\",\"y\"]},{\"id\":\"b\",\"n\":5.0},"          \
    "{\"id\":\"c\",\"n\":null,\"on\":true}],\"min\":2,\"who\":{\"name\":\"Ann\",\"a b\":{}}}"

static jsonpath *compiled(const char *text)
{
    struct diag why = {0};
    jsonpath *p = jsonpath_compile(text, strlen(text), &why);

    if (!p)
        ck_abort_msg("%s: %s", text, why.text);
    return p;
}

static json *get(const char *path, const char *doc, struct diag *why)
{
    jsonpath *p = compiled(path);
    json *v = json_of(doc);
    json *got = jsonpath_get(p, v, NULL, why);

    json_unref(v);
    jsonpath_free(p);
    return got;
}

/* ---- what is found ---- */

static const struct {
    const char *name, *path, *doc, *want;
} finds[] = {
    {"the document", "$", "[1]", "[1]"},
    {"a name", "$.who.name", SHOP, "\"Ann\""},
    {"a quoted name with a blank", "$.who['a b']", SHOP, "{}"},
    {"a point before a bracket", "$.who.['name']", SHOP, "\"Ann\""},
    {"no dollar at all", "who.name", SHOP, "\"Ann\""},
    {"an at sign for the dollar", "@.min", SHOP, "2"},
    {"blanks around", " \n$.min\t", SHOP, "2"},
    {"signs in a bare name", "$.a-b:c,d/e@f()", "{\"a-b:c,d/e@f()\":1}", "1"},
    {"several names of each member", "$.*['a','b']", "{\"x\":{\"b\":1,\"a\":2,\"c\":3},\"y\":{}}",
     "[{\"a\":2,\"b\":1},{}]"},
    {"all of all, of which some have none", "$[*][*]", "[[],[],[1,null],7,{\"a\":2},[],[[3]]]",
     "[1,null,2,[3]]"},
    {"all of all that have none", "$[*][*]", "[[],{},[]]", "[]"},
    {"all of what is all", "$..[*]", "[[1],[]]", "[[1],[],1]"},
    {"the empty name", "$['']", "{\"\":1}", "1"},
    {"no escapes in quotes", "$['a\\u0062']", "{\"a\\\\u0062\":1,\"ab\":2}", "1"},
    {"a bare name with quotes ends at the first", "$.a'b", "{\"a\":1}", "1"},
    {"letters outside of ASCII", "$.gr\xC3\xBC\xC3\x9F", "{\"gr\xC3\xBC\xC3\x9F\":1}", "1"},
    {"an explicit null is a value", "$.a", "{\"a\":null}", "null"},
    {"an index", "$.items[1].id", SHOP, "\"b\""},
    {"an index past the end is null", "$.items[9]", SHOP, "null"},
    {"a negative index is not from the end", "$.items[-1]", SHOP, "null"},
    {"blanks in an index do not count", "$[ 1 ]", "[1,2]", "2"},
    {"digits among other signs", "$[x1y]", "[1,2]", "2"},
    {"the last element", "$.items[(@.length-1)].id", SHOP, "\"c\""},
    {"the last but one, by size()", "$.items[(@.size() - 2)].id", SHOP, "\"b\""},
    {"several names give an object", "$.items[0]['n','id','no']", SHOP, "{\"n\":1,\"id\":\"a\"}"},
    {"several names, none there", "$.who['x','y']", SHOP, "{}"},
    {"several indexes", "$.items[0,2].id", SHOP, "[\"a\",\"c\"]"},
    {"several indexes, one past the end", "$[0,5]", "[1,2]", "[1,null]"},
    {"a tail", "$[1:]", "[1,2,3]", "[2,3]"},
    {"a tail counted from the end", "$[-2:]", "[1,2,3]", "[2,3]"},
    {"a tail that begins in front of them all", "$[-5:]", "[1,2,3]", "[1,2,3]"},
    {"a head", "$[:2]", "[1,2,3]", "[1,2]"},
    {"a head counted from the end", "$[:-1]", "[1,2,3]", "[1,2]"},
    {"a slice", "$[1:2]", "[1,2,3]", "[2]"},
    {"a slice past the end", "$[1:9]", "[1,2,3]", "[2,3]"},
    {"a slice does not count from the end", "$[-2:-1]", "[1,2,3]", "[null]"},
    {"a slice of nothing", "$[-1:1]", "[]", "[]"},
    {"a slice's third number does not count", "$[0:2:2]", "[1,2,3]", "[1,2]"},
    {"all elements", "$.items[*].id", SHOP, "[\"a\",\"b\",\"c\"]"},
    {"all members", "$.who.*", SHOP, "[\"Ann\",{}]"},
    {"a star behind a bracket", "$.items[0]*", SHOP, "[\"a\",1,[\"x\",\"y\"]]"},
    {"all of a scalar is nothing", "$.min.*", SHOP, "[]"},
    {"elements without the name are left out", "$.items[*].tags", SHOP, "[[\"x\",\"y\"]]"},
    {"all of what is missing is nothing", "$.no[*].no", SHOP, "[]"},
    {"names at any depth, outer ones first", "$..a", "{\"b\":[{\"a\":{\"a\":1}}],\"a\":2}",
     "[2,{\"a\":1},1]"},
    {"elements at any depth", "$..[0]", "[[1,2],[[3]]]", "[[1,2],1,[3],3]"},
    {"a step behind .. that is not the last stands for all", "$..[0].a",
     "{\"l\":[{\"a\":1},{\"a\":2}]}", "[1,2]"},
    {"everything at any depth", "$..*", "{\"a\":[1]}", "[[1],1]"},
    {"a scan of a scan is nothing", "$....a", "{\"a\":1}", "[]"},
    {"a definite 1.0 stays", "$.items[1].n", SHOP, "5.0"},
    {"a large number stays exact", "$.a", "{\"a\":12345678901234567890}", "12345678901234567890"},
};

START_TEST(find)
{
    struct diag why = {0};
    json *got = get(finds[_i].path, finds[_i].doc, &why);

    expect_json(finds[_i].name, got, finds[_i].want);
    expect_text(finds[_i].name, why.text, NULL);
    json_unref(got);
}
END_TEST

/* ---- filters: applied to the elements of LIST, `want` has the names of those that pass ---- */

#define LIST                                                                                       \
    "{\"k\":5,\"o\":{\"x\":1},\"l\":["                                                             \
    "{\"i\":\"int\",\"v\":5},{\"i\":\"dbl\",\"v\":5.0},{\"i\":\"text\",\"v\":\"5\"},"              \
    "{\"i\":\"word\",\"v\":\"abc\"},{\"i\":\"yes\",\"v\":true},{\"i\":\"null\",\"v\":null},"       \
    "{\"i\":\"none\"},{\"i\":\"list\",\"v\":[]},{\"i\":\"big\",\"v\":9007199254740993}]}"

static const struct {
    const char *name, *filter, *want;
} filters[] = {
    {"there and not null", "@.v", "int dbl text word yes list big"},
    {"not there, or null", "!@.v", "null none"},
    {"blanks do not matter", " ( @.v ) ", "int dbl text word yes list big"},
    {"a test of the root's path is one of the item", "$.v", "int dbl text word yes list big"},
    {"equal to a number, and to the text of it", "@.i != 'word' && @.v == 5", "int dbl text"},
    {"a number is equal by value", "@.i != 'word' && @.v == '5.00'", "int dbl"},
    {"numbers are exact", "@.i == 'big' && @.v == 9007199254740992", ""},
    {"numbers are exact, and equal", "@.i == 'big' && @.v == 9007199254740993", "big"},
    {"an exponent", "@.i == 'int' && @.v == 0.5e1", "int"},
    {"an order: of numbers, of texts, and true is above what is no boolean",
     "@.i != 'word' && @.v > 4", "int dbl text yes big"},
    {"at least", "@.i != 'word' && @.v >= 5", "int dbl text yes big"},
    {"at most", "@.i != 'word' && @.v <= 5", "int dbl text"},
    {"below", "@.i != 'word' && @.v < 6", "int dbl text"},
    {"an exponent with a sign", "@.i != 'word' && @.v == 50e-1 && @.v == 0.05e+2", "int dbl"},
    {"an order of huge exponents", "@.i == 'int' && @.v < 1e999999999", "int"},
    {"a bare word is a text", "@.i == word", "word"},
    {"double quotes are part of the text", "@.i == \"word\"", ""},
    {"the flipped side", "'word' == @.i", "word"},
    {"a boolean", "@.v == TRUE && @.i == 'yes'", "yes"},
    {"a boolean's order", "@.v > false && @.i == 'yes'", "yes"},
    {"null is null", "@.v == null", "null"},
    {"what is missing equals nothing", "@.i == 'none' && @.v == null", ""},
    {"what is missing is not unequal either", "@.i == 'none' && @.v != 1", ""},
    {"null is unequal", "@.i == 'null' && @.v != 1", "null"},
    {"null has no order", "@.i == 'null' && @.v < 1", ""},
    {"lists do not compare", "@.i == 'list' && @.v != 1", ""},
    {"another value of the document", "@.i != 'word' && @.v == $.k", "int dbl"},
    {"the same container by the same path", "@.i == 'int' && $.o == $.o", "int"},
    {"a container is not another", "@.i == 'int' && $.o == $['o']", ""},
    {"texts have an order, and the text null is below all", "@.i < 'dbm'", "dbl null big"},
    {"an escaped quote", "'it\\'s' == 'it\\'s'", ""},
    {"and binds before or", "@.i == 'a' && @.i == 'b' || @.i == 'int'", "int"},
    {"parentheses do not group", "(@.i == 'int' || @.i == 'dbl') && @.i == 'no'", "int"},
    {"a regular expression matches the whole", "@.i =~ /[a-z]ul/", ""},
    {"a regular expression", "@.i =~ /[a-z]ul+/", "null"},
    {"without case", "@.i =~ /WORD/i", "word"},
    {"on the left", "/no.*/ =~ @.i", "none"},
    {"a number is matched as text", "@.v =~ /5(\\.0)?/", "int dbl text"},
    {"Java's \\u and POSIX names", "@.i =~ /\\u0079\\p{Lower}+/", "yes"},
    {"Java's classes in classes", "@.i =~ /y[a-c[e-s]]+/", "yes"},
    {"Java's POSIX names, excluded", "@.i =~ /\\P{Upper}\\p{Alpha}{3}/",
     "text word null none list"},
    {"Java's POSIX names in a class", "@.i =~ /[\\p{Digit}b-d]+\\w?[^\\P{Lower}]*/", "dbl big"},
    {"Java's scripts", "@.i =~ /\\p{IsLatin}{3}/", "int dbl yes big"},
    {"PCRE's properties", "@.i =~ /\\p{L}\\x{6E}t/", "int"},
    {"quoted signs", "@.v =~ /\\Q5.0\\E/", "dbl"},
    {"quoted signs without end", "@.v =~ /5\\Q.0/", "dbl"},
    {"a count", "@.i =~ /.{4,}/ && @.i =~ /[a-z]{1,9}/", "text word null none list"},
    {"a class that excludes", "@.i =~ /[^a-d]+/", "int text yes null none list"},
    {"a colon in a class", "@.i =~ /[:alph]+/", ""},
    {"no element at all", "@.zzz", ""},
};

START_TEST(filter)
{
    struct buf path = {0};
    struct buf names = {0};
    struct diag why = {0};
    json *got;

    buf_printf(&path, "$.l[?(%s)].i", filters[_i].filter);
    got = get(buf_str(&path), LIST, &why);
    expect_text(filters[_i].name, why.text, NULL);
    for (size_t i = 0; i < json_count(got); i++) {
        if (i > 0)
            buf_addc(&names, ' ');
        buf_adds(&names, json_str(json_at(got, i)));
    }
    expect_text(filters[_i].name, buf_str(&names), filters[_i].want);
    json_unref(got);
    buf_clear(&path);
    buf_clear(&names);
}
END_TEST

/* ---- what is not found, or cannot be applied ---- */

static const struct {
    const char *name, *path, *doc, *message;
} misses[] = {
    {"a last name", "$.a.b", "{\"a\":{}}", "No results for path: $['a']['b']"},
    {"a name before the last", "$.a.b", "{}", "Missing property in path $['a']"},
    {"a name in a list", "$.a.b", "{\"a\":[]}", "Property ['b'] not found in path $['a']"},
    {"a name in null", "$.a.b", "{\"a\":null}", "Property ['b'] not found in path $['a']"},
    {"several names in a scalar", "$['a','b']", "1", "Property ['a', 'b'] not found in path $"},
    {"several names in a scalar member", "$.*['a','b']", "{\"x\":1}",
     "Property ['a', 'b'] not found in path $['x']"},
    {"functions are names", "$.a.length()", "{\"a\":[]}",
     "Property ['length()'] not found in path $['a']"},
    {"an index in null", "$.a[0]", "{\"a\":null}", "The path $['a'] is null"},
    {"below an index past the end", "$.a[7].b", "{\"a\":[]}",
     "Property ['b'] not found in path $['a'][7]"},
    {"below the last element", "$[(@.length-1)].b", "[1,{}]", "No results for path: $[1]['b']"},
    {"a last name below a slice", "$[0:1].a", "[{}]", "No results for path: $[0]['a']"},
    {"a definite end below a slice", "$[0:1].a.b.c", "[{\"a\":{}}]",
     "Missing property in path $[0]['a']['b']"},
    {"a last name below members", "$.*.a", "{\"x\":{}}", "No results for path: $['x']['a']"},
    {"a last name below a filter", "$[?(@.a)].b", "[{\"a\":1}]", "No results for path: $[0]['b']"},
};

START_TEST(miss)
{
    struct diag why = {0};
    json *got = get(misses[_i].path, misses[_i].doc, &why);

    expect_json(misses[_i].name, got, NULL);
    expect_text(misses[_i].name, why.text, misses[_i].message);
    ck_assert_msg(why.code == JSONPATH_NOT_FOUND, "%s", misses[_i].name);
    expect_json(misses[_i].name, get(misses[_i].path, misses[_i].doc, NULL), NULL);
    diag_clear(&why);
}
END_TEST

static const struct {
    const char *name, *path, *doc, *message;
} failures[] = {
    {"an index in an object", "$.a[0]", "{\"a\":{\"b\":1}}",
     "Filter: [0] can only be applied to arrays. Current context is: {\"b\":1}"},
    {"an index in a text, shown bare when it has a name", "$.a[0]", "{\"a\":\"t\"}",
     "Filter: [0] can only be applied to arrays. Current context is: t"},
    {"an index in a text, quoted when it is an element", "$[0][1].x", "[\"t\"]",
     "Filter: [1]['x'] can only be applied to arrays. Current context is: \"t\""},
    {"an index in a null element", "$[0][1]", "[null]",
     "Filter: [1] can only be applied to arrays. Current context is: null"},
    {"an index among mixed members", "$.*[0]", "{\"a\":[1],\"b\":2}",
     "Filter: [0] can only be applied to arrays. Current context is: 2"},
    {"a filter on a scalar", "$.a[?(@.b)]", "{\"a\":1}",
     "Filter: [?] can not be applied to primitives. Current context is: 1"},
    {"several names amidst a path", "$.a['b','c'].d", "{\"a\":{}}",
     "Multi properties can only be used as path leafs: $['a']['b', 'c']"},
    {"several names amidst a path with members", "$.*['b','c'].d", "{\"x\":{}}",
     "Multi properties can only be used as path leafs: $['x']['b', 'c']"},
    {"several names amidst a filter's path", "$[?(@['b','c'].d)]", "[{}]",
     "Multi properties can only be used as path leafs: $['b', 'c']"},
    {"a word beside a number", "$[?(@.a == b)]", "[{\"a\":1}]", "Cannot compare a number with 'b'"},
    {"an exponent without digits makes a word", "$[?(@.a == 5e)]", "[{\"a\":1}]",
     "Cannot compare a number with '5e'"},
    {"so does one that is too large", "$[?(@.a == 5e99999999999)]", "[{\"a\":1}]",
     "Cannot compare a number with '5e99999999999'"},
    {"a text as a regular expression", "$[?(@.a =~ 'b')]", "[{\"a\":1}]",
     "There is no regular expression beside =~"},
    {"a placeholder that nothing was put in for", "$[?]", "[1]", "The filter [?] has no condition"},
    {"a slice without end", "$[-2000000000:1]", "[1]", "The result of the path is too large"},
};

START_TEST(failure)
{
    struct diag why = {0};
    json *got = get(failures[_i].path, failures[_i].doc, &why);

    expect_json(failures[_i].name, got, NULL);
    expect_text(failures[_i].name, why.text, failures[_i].message);
    ck_assert_msg(why.code == JSONPATH_INVALID, "%s", failures[_i].name);
    diag_clear(&why);
}
END_TEST

/* ---- what is no path ---- */

static const struct {
    const char *name, *text;
    size_t at;
    const char *words;
} refusals[] = {
    {"nothing", "", 0, "null empty"},
    {"blanks", "  ", 2, "null empty"},
    {"a word behind the dollar", "$a", 1, "Invalid path $a"},
    {"a blank inside", "$.a .b", 3, "Space not allowed in path"},
    {"a point at the end", "$.a.", 4, "end with a point"},
    {"a scan at the end", "$.a..", 4, "A path can not end with a scan."},
    {"double quotes", "$[\"a\"]", 1, "Could not analyze path component: [\"a\"]"},
    {"an open bracket", "$.a['b'", 3, "not closed"},
    {"an empty bracket", "$.a[]", 3, "Could not analyze path component: []"},
    {"a slice without numbers", "$[:]", 1, "Not a number"},
    {"a step without a start", "$[::2]", 1, "Not a number"},
    {"a number beyond 32 bits", "$[2147483648]", 1, "too large"},
    {"another function in the script", "$[(@.foo-1)]", 1, "Invalid function: @.foo"},
    {"the script without parentheses", "$[@.length-1]", 1, "not closed"},
    {"a filter without parentheses", "$[?@.a]", 3, "must have the form [?(...)]"},
    {"an empty filter", "$[?()]", 4, "empty"},
    {"a literal alone", "$[?('a')]", 4, "Neither a comparison nor a path"},
    {"an operator at the end", "$[?(@.a && )]", 4, "Invalid operators @.a &&"},
    {"two operators", "$[?(@.a && && @.b)]", 11, "A condition is missing"},
    {"a filter's path with a star", "$[?(@.a[*] == 1)]", 4, "@.a[*] is not definite"},
    {"a filter in a filter", "$[?(@.a[?(@.b)])]", 7, "cannot have a filter"},
    {"a negated comparison", "$[?(@.a == !@.b)]", 11, "Invalid negation!"},
    {"an operator of later versions", "$[?(@.a in ['x'])]", 7, "Space not allowed in path"},
    {"a regular expression that is none", "$[?(@.a =~ /+/)]", 12, "not valid"},
    {"brackets that quotes do not hide", "$[?(@.a == ']')]", 1, "not balanced"},
};

START_TEST(refuse)
{
    struct diag why = {0};
    jsonpath *p = jsonpath_compile(refusals[_i].text, strlen(refusals[_i].text), &why);

    ck_assert_msg(!p, "%s: was let pass", refusals[_i].name);
    expect_diag(refusals[_i].name, &why, JSONPATH_INVALID, refusals[_i].at, refusals[_i].words);
    ck_assert_msg(!jsonpath_compile(refusals[_i].text, strlen(refusals[_i].text), NULL), "%s",
                  refusals[_i].name);
    diag_clear(&why);
}
END_TEST

static char *repeated(const char *head, const char *text, size_t times)
{
    struct buf b = {0};

    buf_adds(&b, head);
    for (size_t i = 0; i < times; i++)
        buf_adds(&b, text);
    return buf_take(&b);
}

static void expect_refused(const char *name, char *text, const char *words)
{
    struct diag why = {0};

    ck_assert_msg(!jsonpath_compile(text, strlen(text), &why), "%s", name);
    expect_diag(name, &why, JSONPATH_INVALID, why.at, words);
    diag_clear(&why);
    mem_free(text);
}

START_TEST(limits)
{
    jsonpath *p;
    char *text;

    expect_refused("too many bytes", repeated("$.", "a", 10000), "longer than 10000 bytes");
    expect_refused("too many steps", repeated("$", ".a", 1000), "more than 1000 steps");
    text = repeated("$", ".a", 999);
    p = jsonpath_compile(text, strlen(text), NULL);
    ck_assert_msg(p != NULL, "a thousand steps are let pass");
    jsonpath_free(p);
    mem_free(text);
}
END_TEST

/* Each `..` goes through all that the one before it found. */
START_TEST(effort_is_bounded)
{
    char *path = repeated("$", "..*", 12);
    char *nowhere = repeated(path, "[?(@.z)]", 1);
    char *open = repeated("", "[", 60);
    char *doc = repeated(open, "]", 60);
    struct diag why = {0};

    expect_json("results without end", get(path, doc, &why), NULL);
    expect_text("results without end", why.text, "The result of the path is too large");
    expect_json("a walk without end", get(nowhere, doc, &why), NULL);
    expect_text("a walk without end", why.text, "Evaluating the path takes too long");
    diag_clear(&why);
    mem_free(path);
    mem_free(nowhere);
    mem_free(open);
    mem_free(doc);
}
END_TEST

/* Each would go on and on; `unit` times 5,000 is what the document is made of. */
static const struct {
    const char *name, *path, *open, *unit, *close;
} spendings[] = {
    {"a scan of scans", "$..*..*..*", "[", "[1],", "1]"},
    {"a filter that reads the document's start again and again", "$.*[?(@.a == $[0][0].a)]", "[",
     "[{\"a\":1},{\"a\":2}],", "[]]"},
    {"texts compared", "$.*[?(@.a == @.b)]", "[",
     "[{\"a\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\"b\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaab\"}],", "[]]"},
    {"a regular expression that tries all ways", "$[?(@ =~ /(a+)+[bc]/)]", "[\"", "a", "\"]"},
    {"one that looks ahead", "$[?(@ =~ /(a(?=[^b]*))*c/)]", "[\"", "a", "\"]"},
    {"one that compares with what it found", "$[?(@ =~ /(.*)\\1b/)]", "[\"", "a", "c\"]"},
    {"one that matches many texts", "$[?(@ =~ /a.*b.*c.*/)]", "[", "\"abbbbbbbbbbbbbbb\",", "1]"},
    {"slices of all elements", "$[*][0:100000]", "[", "[1,2,3,4,5,6,7,8,9,10,11,12],", "1]"},
    {"indexes again and again", "$[*][0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]", "[", "[1],", "[1]]"},
    {"names that are not there", "$..['a','b','c','d','e','f','g','h','i']", "[", "{\"a\":1},",
     "{}]"},
    {"conditions", "$[?(@.a || @.b || @.c || @.d || @.e || @.f || @.g)]", "[", "{\"z\":1},", "{}]"},
};

static enum work_verdict note_tick(struct work *w)
{
    (*(unsigned *)w->user)++;
    return w->verdict;
}

START_TEST(work_is_counted)
{
    char *middle = repeated(spendings[_i].open, spendings[_i].unit, 5000);
    char *text = repeated(middle, spendings[_i].close, 1);
    json *doc = json_of(text);
    jsonpath *p = compiled(spendings[_i].path);
    unsigned ticks = 0;
    struct work work = {.most = 20000, .tick = note_tick, .user = &ticks};
    struct diag why = {0};

    work_begin(&work);
    ck_assert_msg(!jsonpath_get(p, doc, &work, &why), "%s: came to an end", spendings[_i].name);
    ck_assert_msg(why.code == JSONPATH_TOO_MUCH, "%s: %s", spendings[_i].name, why.text);
    ck_assert_msg(work.verdict == WORK_TOO_MUCH && ticks >= 4, "%s", spendings[_i].name);
    diag_clear(&why);
    json_unref(doc);
    jsonpath_free(p);
    mem_free(middle);
    mem_free(text);
}
END_TEST

/* A document `{"x":[[...]]}` as deep as may be. */
static char *deep_text(void)
{
    char *open = repeated("{\"x\":", "[", JSON_MAX_DEPTH - 1);
    char *closed = repeated(open, "]", JSON_MAX_DEPTH - 1);
    char *text = repeated(closed, "}", 1);

    mem_free(open);
    mem_free(closed);
    return text;
}

START_TEST(deep_document)
{
    char *doc = deep_text();
    struct diag why = {0};
    json *got = get("$..[1]", doc, &why);

    ck_assert_msg(json_count(got) == JSON_MAX_DEPTH - 1, "no list has a second element");
    json_unref(got);
    expect_json("a list around the whole", get("$[?(@.x)]", doc, &why), NULL);
    expect_text("a list around the whole", why.text, "The result of the path is nested too deep");
    diag_clear(&why);
    mem_free(doc);
}
END_TEST

/* ---- what a path is ---- */

static const struct {
    const char *path, *written;
    bool definite, root, reference;
} shapes[] = {
    {"$", "$", true, true, true},
    {"$.a['b c'][1]", "$['a']['b c'][1]", true, false, true},
    {"a", "$['a']", true, false, true},
    {"$[(@.length-1)]", "$[@.size()-1]", true, false, false},
    {"$['a','b']", "$['a', 'b']", true, false, false},
    {"$.*", "$[*]", false, false, false},
    {"$..a", "$..['a']", false, false, false},
    {"$[0,1]", "$[0,1]", false, false, false},
    {"$[1:]", "$[1:]", false, false, false},
    {"$[:-1]", "$[:-1]", false, false, false},
    {"$[1:2]", "$[1:2]", false, false, false},
    {"$[?(@.a == 1)].b", "$[?]['b']", false, false, false},
    {"$[?,?]", "$[?,?]", false, false, false},
};

START_TEST(shape)
{
    jsonpath *p = compiled(shapes[_i].path);
    struct buf written = {0};

    jsonpath_write(&written, p);
    expect_text(shapes[_i].path, buf_str(&written), shapes[_i].written);
    ck_assert_msg(jsonpath_is_definite(p) == shapes[_i].definite, "%s", shapes[_i].path);
    ck_assert_msg(jsonpath_is_root(p) == shapes[_i].root, "%s", shapes[_i].path);
    ck_assert_msg(jsonpath_is_reference(p) == shapes[_i].reference, "%s", shapes[_i].path);
    buf_clear(&written);
    jsonpath_free(p);
}
END_TEST

/* ---- writing ---- */

static const struct {
    const char *name, *path, *doc, *want, *message; /* want NULL: must fail */
} sets[] = {
    {"the document", "$", "{\"a\":1}", "9", NULL},
    {"a new member, last", "$.b", "{\"a\":1}", "{\"a\":1,\"b\":9}", NULL},
    {"a member keeps its place", "$.a", "{\"a\":1,\"b\":2}", "{\"a\":9,\"b\":2}", NULL},
    {"objects on the way are made", "$.a.b.c", "{}", "{\"a\":{\"b\":{\"c\":9}}}", NULL},
    {"beside others", "$.a.c", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1,\"c\":9}}", NULL},
    {"an element", "$.a[1]", "{\"a\":[1,2]}", "{\"a\":[1,9]}", NULL},
    {"in an element", "$[0].a", "[{}]", "[{\"a\":9}]", NULL},
    {"a null is replaced", "$.a", "{\"a\":null}", "{\"a\":9}", NULL},
    {"past the end", "$.a[2]", "{\"a\":[1,2]}", NULL,
     "Cannot write to $['a'][2]: the array at $['a'] has 2 elements and no element 2"},
    {"before the start", "$[-1]", "[1]", NULL, "has 1 elements and no element -1"},
    {"through a scalar", "$.a.b", "{\"a\":1}", NULL,
     "Cannot write to $['a']['b']: $['a'] is not an object but number"},
    {"through null", "$.a.b", "{\"a\":null}", NULL, "not an object but null"},
    {"a name in a list", "$.a", "[]", NULL, "$ is not an object but array"},
    {"an element of an object", "$[0]", "{}", NULL, "$ is not an array but object"},
    {"a list that is not there", "$.a[0]", "{}", NULL, "there is no array at $['a']"},
    {"a path to several", "$.*", "{}", NULL, "Only a path of names and indexes"},
};

START_TEST(set)
{
    jsonpath *p = compiled(sets[_i].path);
    json *doc = json_of(sets[_i].doc);
    struct diag why = {0};
    json *got = jsonpath_set(p, doc, json_int(9), &why);

    expect_json(sets[_i].name, got, sets[_i].want);
    expect_json(sets[_i].name, doc, sets[_i].doc);
    if (!sets[_i].want)
        expect_diag(sets[_i].name, &why, JSONPATH_INVALID, 0, sets[_i].message);
    json_unref(got);
    json_unref(doc);
    jsonpath_free(p);
    diag_clear(&why);
}
END_TEST

static const struct {
    const char *name, *path, *doc;
    const char *reads, *writes; /* the step that blocks; NULL: none does */
} blocks[] = {
    {"what is there", "$.a.b", "{\"a\":{\"b\":null}}", NULL, NULL},
    {"the document", "$", "1", NULL, NULL},
    {"the last member is missing", "$.a.b", "{\"a\":{}}", "\"b\"", NULL},
    {"the first of two is missing", "$.a.b", "{}", "\"a\"", NULL},
    {"through a scalar", "$.a.b.c", "{\"a\":{\"b\":1}}", "\"c\"", "\"c\""},
    {"a name in a list", "$.a", "[1]", "\"a\"", "\"a\""},
    {"past the end", "$.a[2]", "{\"a\":[1,2]}", "\"2\"", "\"2\""},
    {"a list that is not there", "$.a[0]", "{}", "\"a\"", "\"0\""},
    {"a path to several", "$.*", "1", NULL, NULL},
};

START_TEST(blocking_step)
{
    jsonpath *p = compiled(blocks[_i].path);
    json *doc = json_of(blocks[_i].doc);
    json *reads = jsonpath_blocking_step(p, doc, false);
    json *writes = jsonpath_blocking_step(p, doc, true);

    expect_json(blocks[_i].name, reads, blocks[_i].reads);
    expect_json(blocks[_i].name, writes, blocks[_i].writes);
    json_unref(reads);
    json_unref(writes);
    json_unref(doc);
    jsonpath_free(p);
}
END_TEST

START_TEST(set_shares_siblings)
{
    jsonpath *p = compiled("$.a.b");
    json *doc = json_of("{\"a\":{\"b\":1,\"c\":[1]},\"d\":[2]}");
    json *got = jsonpath_set(p, doc, json_int(9), NULL);

    ck_assert_ptr_eq(json_get(got, "d"), json_get(doc, "d"));
    ck_assert_ptr_eq(json_get(json_get(got, "a"), "c"), json_get(json_get(doc, "a"), "c"));
    json_unref(got);
    json_unref(doc);
    jsonpath_free(p);
}
END_TEST

START_TEST(set_too_deep)
{
    char *deep = deep_text();
    json *doc = json_of("{}");
    jsonpath *p = compiled("$.a");
    struct diag why = {0};

    ck_assert_ptr_null(jsonpath_set(p, doc, json_of(deep), &why));
    expect_diag("a value nested to the limit", &why, JSONPATH_INVALID, 0, "nested too deep");
    diag_clear(&why);
    json_unref(doc);
    jsonpath_free(p);
    mem_free(deep);
}
END_TEST

/* What is found is the document's own value, also where it is all elements of one array. */
static const struct {
    const char *path, *doc;
} shared[] = {{"$.a", "{\"a\":[1]}"}, {"$.a[*]", "{\"a\":[1,[2]]}"}};

START_TEST(get_shares)
{
    jsonpath *p = compiled(shared[_i].path);
    json *doc = json_of(shared[_i].doc);
    json *got = jsonpath_get(p, doc, NULL, NULL);

    ck_assert_ptr_eq(got, json_get(doc, "a"));
    json_unref(got);
    json_unref(doc);
    jsonpath_free(p);
}
END_TEST

/* Takes `before`. */
static json *joined(const jsonpath *p, json *before, int n)
{
    struct json_build pair, one;
    json *doc, *got;

    json_build_array(&one, 1);
    json_build_add(&one, json_int(n));
    json_build_array(&pair, 2);
    json_build_add(&pair, before);
    json_build_add(&pair, json_build_done(&one));
    doc = json_build_done(&pair);
    got = jsonpath_get(p, doc, NULL, NULL);
    json_unref(doc);
    return got;
}

/* What is added to a large array copies little of it, however many hold its versions. */
START_TEST(get_joins)
{
    enum { ROUNDS = 4000 };
    jsonpath *p = compiled("$[*][*]");
    json *list = json_ref(json_empty_array()), *longer;
    size_t before;

    for (int i = 0; i < ROUNDS; i++)
        list = joined(p, list, i);
    before = mem_in_use();
    longer = joined(p, json_ref(list), ROUNDS);
    ck_assert_uint_lt(mem_in_use() - before, ROUNDS / 2);
    ck_assert_uint_eq(json_count(list), ROUNDS);
    ck_assert_uint_eq(json_count(longer), ROUNDS + 1);
    for (int i = 0; i <= ROUNDS; i++)
        ck_assert_int_eq(json_int_value(json_at(longer, (size_t)i)), i);
    json_unref(longer);
    json_unref(list);
    jsonpath_free(p);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("jsonpath");
    TCase *t = tcase_create("jsonpath");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, find, 0, COUNT(finds));
    tcase_add_loop_test(t, filter, 0, COUNT(filters));
    tcase_add_loop_test(t, miss, 0, COUNT(misses));
    tcase_add_loop_test(t, failure, 0, COUNT(failures));
    tcase_add_loop_test(t, refuse, 0, COUNT(refusals));
    tcase_add_test(t, limits);
    tcase_add_test(t, effort_is_bounded);
    tcase_add_loop_test(t, work_is_counted, 0, COUNT(spendings));
    tcase_add_test(t, deep_document);
    tcase_add_loop_test(t, shape, 0, COUNT(shapes));
    tcase_add_loop_test(t, set, 0, COUNT(sets));
    tcase_add_loop_test(t, blocking_step, 0, COUNT(blocks));
    tcase_add_test(t, set_shares_siblings);
    tcase_add_test(t, set_too_deep);
    tcase_add_loop_test(t, get_shares, 0, COUNT(shared));
    tcase_add_test(t, get_joins);
    suite_add_tcase(s, t);
    return run_suite(s);
}
