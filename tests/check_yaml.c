/* yaml, document: what is a string and what is not, keys, aliases, merges, places, refusals. */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "parsers/yaml/yaml.h"

#include <string.h>

static json *read_yaml(const char *text, struct diag *why)
{
    return yaml_parse_places(text, strlen(text), JSON_READ_UNIQUE, NULL, NULL, why);
}

/* ---- values ---- */

static const struct {
    const char *name, *text, *want;
} reads[] = {
    {"a mapping", "a: 1\nb: x\n", "{\"a\":1,\"b\":\"x\"}"},
    {"a sequence", "- a\n- - b\n  - c\n", "[\"a\",[\"b\",\"c\"]]"},
    {"a sequence at its key's column", "a:\n- 1\n- 2\nb: 3", "{\"a\":[1,2],\"b\":3}"},
    {"flow style", "{a: [1, 'x', \"y\"], b: {c: d}}",
     "{\"a\":[1,\"x\",\"y\"],\"b\":{\"c\":\"d\"}}"},
    {"JSON", " {\"a\" : [1,2.5,{\"b\":null}],\n\t\"c\":\"\\u00e4\\/\\n\"}",
     "{\"a\":[1,2.5,{\"b\":null}],\"c\":\"\xC3\xA4/\\n\"}"},
    {"empty collections", "a: []\nb: {}", "{\"a\":[],\"b\":{}}"},
    {"a scalar alone", "word", "\"word\""},
    {"a byte order mark is skipped", "\xEF\xBB\xBF- 1", "[1]"},
    {"comments go", "# x\na: 1 # y\n# z\n", "{\"a\":1}"},
    {"a document between its marks", "%YAML 1.2\n---\na: 1\n...\n", "{\"a\":1}"},
    {"an empty document is null", "---\n", "null"},
    {"members keep their order", "b: 1\na: 2\n\"c\": 3", "{\"b\":1,\"a\":2,\"c\":3}"},
    {"lines may end in CR LF", "a: 1\r\nb: |\r\n  x\r\n  y\r\n", "{\"a\":1,\"b\":\"x\\ny\\n\"}"},

    {"null", "[null, ~, ]", "[null,null]"},
    {"nothing is null", "a:\nb: # none\nc: 1", "{\"a\":null,\"b\":null,\"c\":1}"},
    {"nothing in a sequence is null", "-\n- 1\n-", "[null,1,null]"},
    {"true and false", "[true, false]", "[true,false]"},
    {"other words for them are strings", "[yes, no, on, off, y, n, True, FALSE, Null, NULL]",
     "[\"yes\",\"no\",\"on\",\"off\",\"y\",\"n\",\"True\",\"FALSE\",\"Null\",\"NULL\"]"},
    {"JSON's numbers", "[0, -1, 2.50, 1e3, -0.5E-2, 9223372036854775808]",
     "[0,-1,2.5,1000.0,-0.005,9223372036854775808]"},
    {"a leading zero makes a string", "012345678901", "\"012345678901\""},
    {"octal, hexadecimal, binary are strings", "[0o17, 0x1F, 0b1]", "[\"0o17\",\"0x1F\",\"0b1\"]"},
    {"more that JSON does not know are strings", "[1_000, +1, .5, 1., 1e, .inf, .NaN]",
     "[\"1_000\",\"+1\",\".5\",\"1.\",\"1e\",\".inf\",\".NaN\"]"},
    {"base 60 is a string", "1:30", "\"1:30\""},
    {"dates are strings", "[2024-01-02, 2024-01-02T03:04:05Z]",
     "[\"2024-01-02\",\"2024-01-02T03:04:05Z\"]"},
    {"versions are strings", "1.2.3", "\"1.2.3\""},
    {"what is quoted is a string", "['1', \"true\", 'null', '', \"~\"]",
     "[\"1\",\"true\",\"null\",\"\",\"~\"]"},
    {"a block is a string", "a: |-\n  12\nb: >-\n  true", "{\"a\":\"12\",\"b\":\"true\"}"},
    {"!!str makes a string", "[!!str 12, !!str true, !!str null, !!str ]",
     "[\"12\",\"true\",\"null\",\"\"]"},
    {"other tags that fit", "[!!int '5', !!float 1, !!bool \"true\", !!null '', !!float 1.5]",
     "[5,1.0,true,null,1.5]"},
    {"!!map and !!seq", "!!map {a: !!seq [1]}", "{\"a\":[1]}"},
    {"the tag in full", "!<tag:yaml.org,2002:str> 1", "\"1\""},

    {"literal block", "a: |\n  one\n   two\n\n  three\nb: 1",
     "{\"a\":\"one\\n two\\n\\nthree\\n\",\"b\":1}"},
    {"folded block", "a: >\n  one\n  two\n\n  three\n", "{\"a\":\"one two\\nthree\\n\"}"},
    {"a block keeps or strips its last breaks", "a: |+\n  x\n\nb: |-\n  y\n\n",
     "{\"a\":\"x\\n\\n\",\"b\":\"y\"}"},
    {"plain text over lines", "a: one\n  two\n  three", "{\"a\":\"one two three\"}"},
    {"quoted text over lines", "a: \"one\n  two\\\n  three\"", "{\"a\":\"one twothree\"}"},
    {"single quotes", "'it''s \\n'", "\"it's \\\\n\""},
    {"escapes", "\"\\x41\\u00e4\\U0001F600\\t\\0\\e\"",
     "\"A\xC3\xA4\xF0\x9F\x98\x80\\t\\u0000\\u001B\""},
    {"a colon within a word", "Resource: arn:aws:states:::sqs:sendMessage",
     "{\"Resource\":\"arn:aws:states:::sqs:sendMessage\"}"},
    {"a path", "InputPath: $.a[0]\nx.$: $$.Execution.Id",
     "{\"InputPath\":\"$.a[0]\",\"x.$\":\"$$.Execution.Id\"}"},

    {"numbers as keys are their text", "200: a\n4.0: b\n012: c",
     "{\"200\":\"a\",\"4.0\":\"b\",\"012\":\"c\"}"},
    {"so are words", "true: a\nnull: b\n~: c\nno: d",
     "{\"true\":\"a\",\"null\":\"b\",\"~\":\"c\",\"no\":\"d\"}"},
    {"and numbers that no double holds", "1e999: a", "{\"1e999\":\"a\"}"},
    {"a quoted key may be empty", "'': 1", "{\"\":1}"},
    {"a key with blanks", "Ask proxy 1: {Type: Pass}", "{\"Ask proxy 1\":{\"Type\":\"Pass\"}}"},
    {"a key behind ?", "? a\n: 1\n? b\n", "{\"a\":1,\"b\":null}"},
    {"keys in a set", "{a, b}", "{\"a\":null,\"b\":null}"},
    {"a pair in a sequence", "[a: 1]", "[{\"a\":1}]"},

    {"an alias", "a: &x [1, {b: c}]\nd: *x", "{\"a\":[1,{\"b\":\"c\"}],\"d\":[1,{\"b\":\"c\"}]}"},
    {"an alias for a scalar", "[&x 1, *x, &y 'z', *y, &n , *n]", "[1,1,\"z\",\"z\",null,null]"},
    {"an alias as a key", "a: &k name\n*k : 1", "{\"a\":\"name\",\"name\":1}"},
    {"a named key", "&k name: 1\nb: *k", "{\"name\":1,\"b\":\"name\"}"},
    {"a key's name is for its value", "&k 200: 1\nb: *k", "{\"200\":1,\"b\":200}"},
    {"an anchor anew", "[&x 1, *x, &x 2, *x]", "[1,1,2,2]"},
    {"an anchor anew, within the same", "[&x [&x 1, *x], *x]", "[[1,1],1]"},
    {"an alias within aliases", "- &a {x: 1}\n- &b [*a, *a]\n- *b",
     "[{\"x\":1},[{\"x\":1},{\"x\":1}],[{\"x\":1},{\"x\":1}]]"},
    {"many anchors",
     "[&a 1,&b 2,&c 3,&d 4,&e 5,&f 6,&g 7,&h 8,&i 9,&j 10,&k 11,&l 12,&m 13,&n 14,&o 15,&p 16,"
     "&q 17,&r 18,*a,*h,*i,*r]",
     "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,1,8,9,18]"},

    {"a merge", "a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  r: 3",
     "{\"a\":{\"p\":1,\"q\":2},\"b\":{\"p\":1,\"q\":2,\"r\":3}}"},
    {"own members win over merged, wherever they stand", "b: 1\n<<: {a: 2, b: 3}\na: 4",
     "{\"a\":4,\"b\":1}"},
    {"the first of several merged wins", "<<: [{a: 1}, {b: 2, a: 3}]\nc: 4",
     "{\"a\":1,\"b\":2,\"c\":4}"},
    {"a merge of nothing", "<<: {}\na: 1", "{\"a\":1}"},
    {"only a merge", "{<<: [{}, {}]}", "{}"},
    {"a merge of what is merged", "- &a {x: 1}\n- &b {<<: *a, y: 2}\n- {<<: *b, z: 3}",
     "[{\"x\":1},{\"x\":1,\"y\":2},{\"x\":1,\"y\":2,\"z\":3}]"},
    {"a named mapping with a merge", "- &a {x: [[]]}\n- &b {<<: *a}\n- *b",
     "[{\"x\":[[]]},{\"x\":[[]]},{\"x\":[[]]}]"},
    {"a quoted << is a name", "'<<': 1", "{\"<<\":1}"},
};

START_TEST(read)
{
    struct diag why = {0};
    json *v = read_yaml(reads[_i].text, &why), *same;
    struct buf out = {0};

    ck_assert_msg(v != NULL, "%s: %s", reads[_i].name, why.text);
    expect_json(reads[_i].name, v, reads[_i].want);
    json_write(&out, v);
    ck_assert_msg(json_text_len(v) == out.len, "%s: text_len is %zu", reads[_i].name,
                  json_text_len(v));
    same = json_parse(out.data, out.len, JSON_READ_UNIQUE, NULL);
    ck_assert_msg(json_depth(v) == json_depth(same), "%s: depth is %zu", reads[_i].name,
                  json_depth(v));
    json_unref(v);
    json_unref(same);
    buf_clear(&out);
}
END_TEST

/* ---- refusals ---- */

static const struct {
    const char *name, *text, *code;
    uint32_t line, column;
    const char *words;
} refusals[] = {
    {"nothing", "", "JSON_EMPTY", 1, 1, "the text is empty"},
    {"only a comment", "# x\n", "JSON_EMPTY", 2, 1, "the text is blank"},
    {"a bad byte", "a: \xFF", "JSON_UTF8", 1, 4, "0xff"},
    {"a control character", "a: 1\nb: \"x\x01\"", "YAML_SYNTAX", 2, 6, "U+0001"},
    {"DEL", "\xC3\xA4\x7F", "YAML_SYNTAX", 1, 2, "U+007F can't stand in YAML"},
    {"a C1 control", "a: \xC2\x9F", "YAML_SYNTAX", 1, 4, "U+009F"},
    {"no character", "a: \xEF\xBF\xBF", "YAML_SYNTAX", 1, 4, "U+FFFF"},
    {"next line", "a: x\xC2\x85y", "YAML_SYNTAX", 1, 5, "U+0085 ends a line"},
    {"line separator", "'x\xE2\x80\xA8y'", "YAML_SYNTAX", 1, 3, "U+2028 ends a line"},

    {"a tab to indent", "a:\n\tb: 1", "YAML_SYNTAX", 2, 1, "a tab can't indent"},
    {"a tab to indent a block", "a: |\n\tx", "YAML_SYNTAX", 2, 1, "a tab can't indent"},
    {"a tab to indent further text", "a: b\n\tc", "YAML_SYNTAX", 2, 1, "a tab can't indent"},
    {"a key too far right", "a: 1\n b: 2", "YAML_SYNTAX", 2, 3, "keys of a mapping in one column"},
    {"a key too far left for its mapping, too far right for that around", "x:\n    a: 1\n  b: 2",
     "YAML_SYNTAX", 3, 3, "in the same column as the others, or the end (is all text"},
    {"it says where the mapping began", "y:\n x: 'a' b", "YAML_SYNTAX", 2, 9,
     "a mapping began at line 2, column 2"},
    {"a key left of the whole", "  a: 1\n b: 2", "YAML_SYNTAX", 2, 2, "ended before this"},
    {"a key behind quotes", "a: 'x'\n  b: 2", "YAML_SYNTAX", 2, 3, "expected a key in the same"},
    {"text behind quotes", "a: \"x\" y", "YAML_SYNTAX", 1, 8, "expected a key"},
    {"two colons", "a: b: c", "YAML_SYNTAX", 1, 5, "a ':' can't stand here"},
    {"no colon", "a: 1\nbcd\ne: 2", "YAML_SYNTAX", 2, 1, "expected ': ' behind this key"},
    {"an element too far left", "-   - a\n  - b", "YAML_SYNTAX", 2, 3, "expected '-' in the same"},
    {"a key among elements", "- a\nb: 1", "YAML_SYNTAX", 2, 1, "a sequence began at line 1"},
    {"a sequence on its key's line", "a: - 1", "YAML_SYNTAX", 1, 4, "a line of its own"},
    {"an open sequence", "a: [1, 2\nb: 3", "YAML_SYNTAX", 2, 2,
     "expected ',' or ']'; a sequence began at line 1, column 4"},
    {"an open mapping", "{a: 1", "YAML_SYNTAX", 1, 6, "expected ',' or '}'"},
    {"an open string", "a: \"xy\nz", "YAML_SYNTAX", 2, 2,
     "the quoted text began at line 1, column 4"},
    {"a document's mark in a string", "a: 'x\n---\n'", "YAML_SYNTAX", 2, 1, "ends the text within"},
    {"no value", "[,]", "YAML_SYNTAX", 1, 2, "expected a value"},
    {"a bracket too many", "[1]]", "YAML_SYNTAX", 1, 4, "has ended before this"},
    {"text behind the whole", "'a' b", "YAML_SYNTAX", 1, 5, "has ended before this"},
    {"@", "a: @b", "YAML_SYNTAX", 1, 4, "can't begin with '@'"},
    {"a backtick", "a: `b`", "YAML_SYNTAX", 1, 4, "can't begin with '`'"},
    {"%", "a: %b", "YAML_SYNTAX", 1, 4, "can't begin with '%'"},
    {"a star alone", "a: *", "YAML_SYNTAX", 1, 4, "'*' begins an alias"},
    {"an and alone", "a: & b", "YAML_SYNTAX", 1, 4, "'&' begins an anchor"},
    {"no such escape", "a: \"x\\d\"", "YAML_SYNTAX", 1, 6, "no such escape"},
    {"a bad escape", "\"\\u12g4\"", "YAML_SYNTAX", 1, 4, "four behind \\u"},
    {"JSON's pairs", "\"\\ud83d\\ude00\"", "YAML_SYNTAX", 1, 4, "has no pairs"},
    {"text behind |", "a: | x\n  y", "YAML_SYNTAX", 1, 6, "on the line below"},
    {"a block indented by nothing", "a: |0\n  y", "YAML_SYNTAX", 1, 5, "from 1 to 9"},
    {"another version", "%YAML 3.0\n--- a", "YAML_SYNTAX", 1, 1, "%YAML"},
    {"another directive", "%FOO\n--- a", "YAML_SYNTAX", 1, 1, "begins with '%'"},
    {"%TAG without a name", "%TAG : x\n--- a", "YAML_SYNTAX", 1, 1, "%TAG takes a name"},
    {"%TAG without a prefix", "%TAG !x!\n--- a", "YAML_SYNTAX", 1, 1, "%TAG takes a name"},
    {"%TAG of nothing", "%TAG !x! \n--- a", "YAML_SYNTAX", 1, 1, "%TAG takes a name"},
    {"%TAG of a bad URI", "%TAG !x! %4\n--- a", "YAML_SYNTAX", 1, 1, "%TAG takes a name"},
    {"%TAG with more", "%TAG !x! y\"\n--- a", "YAML_SYNTAX", 1, 1, "%TAG takes a name"},
    {"%TAG twice", "%TAG !x! y\n%TAG !x! z\n--- a", "YAML_SYNTAX", 2, 1, "a second %TAG"},
    {"%YAML twice", "%YAML 1.2\n%YAML 1.2\n--- a", "YAML_SYNTAX", 2, 1, "a second %YAML"},
    {"%YAML without a version", "%YAML x\n--- a", "YAML_SYNTAX", 1, 1, "begins with %YAML is"},
    {"a bad tag", "a: !<x y", "YAML_SYNTAX", 1, 4, "'!' begins a tag, but this is none"},
    {"text against a tag", "a: !x{", "YAML_SYNTAX", 1, 4, "'!' begins a tag, but this is none"},
    {"text against a block's sign", "a: >x\n", "YAML_SYNTAX", 1, 5, "on the line below"},
    {"an unknown tag handle", "a: !x!y z", "YAML_SYNTAX", 1, 4, "this one is not known"},

    {"a second document", "a: 1\n---\nb: 2", "YAML_DOCUMENTS", 2, 1, "second document"},
    {"a number out of range", "a: 1e999", "JSON_NUMBER", 1, 4, "quote it"},
    {"a key twice", "a: 1\nb:\n  c: 1\n  c: 2", "JSON_DUPLICATE_KEY", 4, 3, "\"c\" twice"},
    {"a key twice, by its text", "200: 1\n\xC3\xA4: 2\n'200': 3", "JSON_DUPLICATE_KEY", 3, 1,
     "\"200\" twice"},
    {"no key", "{a: 1, : 2}", "YAML_SYNTAX", 1, 8, "expected a value"},
    {"no key behind ?", "a: 1\n? \n: 2", "YAML_KEY", 2, 2, "a key is missing"},
    {"a sequence as a key", "[a]: 1", "YAML_KEY", 1, 1, "not a sequence"},
    {"a template's braces", "a: {{ x }}", "YAML_KEY", 1, 5, "quote a text that begins with '{'"},
    {"an alias to a number as a key", "a: &x 1\n*x : 2", "YAML_KEY", 2, 1, "kind number"},

    {"!Sub", "a: 1\nb: !Sub '${x}'", "YAML_TAG", 2, 4, "!Sub is a function of CloudFormation"},
    {"!GetAtt", "Resource: !GetAtt F.Arn", "YAML_TAG", 1, 11, "write the value it would give"},
    {"!If", "a: !If [x, y, z]", "YAML_TAG", 1, 4, "!If is a function"},
    {"!Transform", "a: !Transform {Name: x}", "YAML_TAG", 1, 4, "!Transform is a function"},
    {"a tag at a key", "!Ref a: 1", "YAML_TAG", 1, 1, "!Ref"},
    {"a tag of one's own", "a: !mine x", "YAML_TAG", 1, 4, "!mine is not known"},
    {"!!binary", "a: !!binary aGk=", "YAML_TAG", 1, 4, "!!binary has no meaning in JSON"},
    {"!!set", "!!set {a, b}", "YAML_TAG", 1, 1, "!!set"},
    {"!!int that isn't one", "a: !!int x", "YAML_TAG", 1, 4, "!!int must be written as JSON"},
    {"!!bool that is another's", "a: !!bool yes", "YAML_TAG", 1, 4, "!!bool must"},
    {"!!int with a point", "!!int 1.5", "YAML_TAG", 1, 1, "!!int"},
    {"!!map at text", "a: !!map x", "YAML_TAG", 1, 4, "!!map"},

    {"no such anchor", "a: 1\nb: *x", "YAML_ALIAS", 2, 4, "no anchor &x"},
    {"an anchor that comes later", "- *x\n- &x 1", "YAML_ALIAS", 1, 3, "before this alias"},
    {"an alias within its anchor", "a: &x [1, *x]", "YAML_ALIAS", 1, 11, "would have no end"},
    {"a merge within its anchor", "&x\na: 1\n<<: *x", "YAML_ALIAS", 3, 5, "would have no end"},
    {"a merge of a number", "<<: 1", "YAML_MERGE", 1, 5, "takes a mapping"},
    {"a merge of numbers", "<<: [{}, 1]", "YAML_MERGE", 1, 5, "takes a mapping"},
    {"two merges", "<<: {a: 1}\nb: 2\n<<: {c: 1}", "YAML_MERGE", 3, 1, "give it a list"},
};

START_TEST(refuse)
{
    const char *text = refusals[_i].text, *name = refusals[_i].name;
    struct diag why = {0};

    ck_assert_msg(!read_yaml(text, &why), "%s: was read", name);
    ck_assert_msg(!strcmp(why.code, refusals[_i].code), "%s: code is %s (%s)", name, why.code,
                  why.text);
    ck_assert_msg(why.place.line == refusals[_i].line && why.place.column == refusals[_i].column,
                  "%s: at %u:%u: %s", name, why.place.line, why.place.column, why.text);
    expect_diag(name, &why, refusals[_i].code, why.at, refusals[_i].words);
    ck_assert(!read_yaml(text, NULL));
    diag_clear(&why);
}
END_TEST

/* Without JSON_READ_UNIQUE the last of two wins, as in JSON. */
START_TEST(read_double_key)
{
    const char text[] = "a: 1\nb: 2\na: [3]";
    json *v = yaml_parse_places(text, strlen(text), 0, NULL, NULL, NULL);

    expect_json("the last wins, at the first one's place", v, "{\"a\":[3],\"b\":2}");
    json_unref(v);
}
END_TEST

/* Cut anywhere, a text is read or refused within itself, and leaks nothing. */
START_TEST(read_cut_text)
{
    const char text[] =
        "%YAML 1.2\n---\na: &x [1, 'it''s', {b: \"\\u00e4\\\"\"}]\nc:\n  <<: {d: !!str 1}\n"
        "  e: |-\n    f\n     g\n  ? h\n  : *x\n...\n";

    for (size_t len = 0; len < sizeof(text); len++) {
        char *exact = mem_strndup(text, len);
        struct diag why = {0};
        json *v = yaml_parse_places(exact, len, JSON_READ_UNIQUE, NULL, NULL, &why);

        ck_assert(!v == !!why.text);
        ck_assert_uint_le(why.at, len);
        json_unref(v);
        diag_clear(&why);
        mem_free(exact);
    }
}
END_TEST

/* ---- bounds ---- */

static void repeat(struct buf *b, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        buf_adds(b, text);
}

static json *read_buf(struct buf *b, struct diag *why)
{
    return yaml_parse_places(b->data, b->len, JSON_READ_UNIQUE, NULL, NULL, why);
}

START_TEST(read_depth)
{
    struct buf text = {0};
    struct diag why = {0};
    json *v;

    repeat(&text, "[", JSON_MAX_DEPTH);
    repeat(&text, "]", JSON_MAX_DEPTH);
    v = read_buf(&text, &why);
    ck_assert_uint_eq(json_depth(v), JSON_MAX_DEPTH);
    json_unref(v);
    buf_reset(&text);
    repeat(&text, "[", 100000);
    ck_assert_ptr_null(read_buf(&text, &why));
    expect_diag("nested too deep", &why, "JSON_DEPTH", JSON_MAX_DEPTH, "1000 levels");
    buf_reset(&text);
    repeat(&text, "- ", JSON_MAX_DEPTH + 1);
    ck_assert_ptr_null(read_buf(&text, &why));
    expect_diag("in blocks too", &why, "JSON_DEPTH", 2 * JSON_MAX_DEPTH, "1000 levels");
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

/* What would take libyaml more time than its length allows. */
START_TEST(work)
{
    struct buf text = {0};
    struct diag why = {0};

    repeat(&text, "[", JSON_MAX_DEPTH);
    repeat(&text, "a,", 100000);
    ck_assert_ptr_null(read_buf(&text, &why));
    expect_diag("deep for long", &why, "JSON_DEPTH", why.at, "too much of the text");
    buf_reset(&text);
    for (int i = 0; i < 100; i++)
        buf_printf(&text, "%%TAG !a%d! x\n", i);
    buf_adds(&text, "--- !!str\na\n...\n");
    json *v = read_buf(&text, &why);
    expect_json("a hundred %TAG", v, "\"a\"");
    json_unref(v);
    buf_adds(&text, "%TAG");
    ck_assert_ptr_null(read_buf(&text, &why));
    expect_diag("one more", &why, "YAML_SYNTAX", text.len - 4, "more than 100 lines");
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

/* Aliases can build what is deeper than any text of its length. */
START_TEST(alias_depth)
{
    struct buf text = {0};
    struct diag why = {0};

    buf_adds(&text, "- &a ");
    repeat(&text, "[", 500);
    repeat(&text, "]", 500);
    buf_adds(&text, "\n- ");
    repeat(&text, "[", 499);
    buf_adds(&text, "*a");
    repeat(&text, "]", 499);
    json *v = read_buf(&text, &why);
    ck_assert_msg(v != NULL, "%s", why.text);
    ck_assert_uint_eq(json_depth(v), JSON_MAX_DEPTH);
    json_unref(v);
    text.len -= 499 + 2;
    buf_adds(&text, "[*a");
    repeat(&text, "]", 500);
    ck_assert_ptr_null(read_buf(&text, &why));
    expect_diag("deeper with its alias", &why, "JSON_DEPTH", why.at, "with what *a stands for");
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

/* Each line ten times the line before: a few hundred bytes that stand for ten thousand million. */
START_TEST(alias_bomb)
{
    struct buf text = {0};
    struct diag why = {0};

    buf_adds(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 10; i++) {
        buf_printf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            buf_printf(&text, "%s*a%d", k ? ", " : "", i - 1);
        buf_adds(&text, "]\n");
    }
    ck_assert_ptr_null(read_buf(&text, &why));
    expect_diag("too many values", &why, "YAML_ALIAS", why.at, "more than 1000000 values");
    ck_assert_uint_eq(why.place.line, 6);
    buf_reset(&text);
    buf_adds(&text, "- &a ");
    repeat(&text, "0123456789", 100000);
    repeat(&text, "\n- *a", 17);
    ck_assert_ptr_null(read_buf(&text, &why));
    expect_diag("too many bytes", &why, "YAML_ALIAS", why.at, "16 MiB");
    ck_assert_uint_eq(why.place.line, 18);
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

START_TEST(alias_shares)
{
    struct diag why = {0};
    json *v = read_yaml("[&x {b: 1}, *x, {b: 2}]", &why);

    ck_assert_msg(v != NULL, "%s", why.text);
    ck_assert_ptr_eq(json_at(v, 0), json_at(v, 1));
    ck_assert_ptr_eq(json_key_at(json_at(v, 0), 0), json_key_at(json_at(v, 2), 0));
    json_unref(v);
}
END_TEST

/* ---- places ---- */

static const char placed[] = "\xEF\xBB\xBF# a comment\n"
                             "StartAt: \xC3\xA4 b  # a state\n"
                             "\xC3\xA4 b: &s\n"
                             "  'x': \"y\" \n"
                             "  text: |-\n"
                             "    one\n"
                             "    two\n"
                             "  none:\n"
                             "  list:\n"
                             "  - 1\n"
                             "  - {k: [2, 33]}\n"
                             "copy: *s\n"
                             "merged:\n"
                             "  <<: *s\n"
                             "  x: 5\n"
                             "long: several words\n"
                             "  on two lines\n"
                             "\xF0\x9F\x98\x80: \"\xF0\x9F\x98\x80\" \n";

static const struct {
    const char *name, *path; /* as expect_place has it */
    struct place want;
} places[] = {
    {"the whole begins at its first key", "", {2, 1, 1}},
    {"a key", "k0", {2, 1, 7}},
    {"a plain value, in characters", "0", {2, 10, 3}},
    {"a key in many-byte characters", "k1", {3, 1, 3}},
    {"a mapping with an anchor begins there", "1", {3, 6, 1}},
    {"a quoted key", "1k0", {4, 3, 3}},
    {"a quoted value", "10", {4, 8, 3}},
    {"a block is at its |", "11", {5, 9, 2}},
    {"nothing is behind its colon", "12", {8, 8, 1}},
    {"a sequence begins at its first -", "13", {10, 3, 1}},
    {"an element", "130", {10, 5, 1}},
    {"a mapping in flow style", "131", {11, 5, 1}},
    {"a key in it", "131k0", {11, 6, 1}},
    {"a sequence in it", "1310", {11, 9, 1}},
    {"an element of that", "13101", {11, 13, 2}},
    {"an alias is where it stands", "2", {12, 7, 2}},
    {"what is in it, where it was written", "2k0", {4, 3, 3}},
    {"deep in it", "23101", {11, 13, 2}},
    {"a merged mapping", "3", {14, 3, 1}},
    {"a merged member, where it was written", "3k1", {5, 3, 4}},
    {"an own one in its place, where it stands", "3k0", {15, 3, 1}},
    {"and its value", "30", {15, 6, 1}},
    {"text over lines reaches to the end of its first", "4", {16, 7, 13}},
    {"a key beyond U+FFFF", "k5", {18, 1, 1}},
    {"a value behind it", "5", {18, 4, 3}},
};

START_TEST(place)
{
    struct arena a = {0};
    struct diag why = {0};
    struct json_places *at = NULL;
    json *v = yaml_parse_places(placed, sizeof(placed) - 1, JSON_READ_UNIQUE, &a, &at, &why);

    ck_assert_msg(v != NULL, "%s", why.text);
    expect_place(places[_i].name, at, places[_i].path, places[_i].want);
    json_unref(v);
    arena_clear(&a);
}
END_TEST

/* ---- tags that are asked for ---- */

static const struct {
    const char *name, *text, *want;
} tags[] = {
    {"at a scalar", "a: !Ref b", "{\"a\":{\"!Ref\":\"b\"}}"},
    {"at a sequence", "a: !Join ['', [x, !Ref y]]",
     "{\"a\":{\"!Join\":[\"\",[\"x\",{\"!Ref\":\"y\"}]]}}"},
    {"at a mapping", "!Map\na: 1\nb: 2", "{\"!Map\":{\"a\":1,\"b\":2}}"},
    {"within one", "!If [c, !Sub {a: !Ref b}, 1]",
     "{\"!If\":[\"c\",{\"!Sub\":{\"a\":{\"!Ref\":\"b\"}}},1]}"},
    {"at nothing", "- !Ref\n- 1", "[{\"!Ref\":null},1]"},
    {"with an anchor, which names both", "a: &x !Ref b\nc: *x",
     "{\"a\":{\"!Ref\":\"b\"},\"c\":{\"!Ref\":\"b\"}}"},
    {"with an anchor at a mapping", "a: !If &x {b: 1}\nc: *x",
     "{\"a\":{\"!If\":{\"b\":1}},\"c\":{\"!If\":{\"b\":1}}}"},
    {"behind a merge", "a: &a {b: 1}\nc: {<<: *a, d: !Ref e}",
     "{\"a\":{\"b\":1},\"c\":{\"b\":1,\"d\":{\"!Ref\":\"e\"}}}"},
    {"YAML's own stay what they are", "[!!str 1, ! 2]", "[\"1\",\"2\"]"},
    {"words of YAML 1.1", "[True, NO, yes, off, 'yes', Yep]",
     "[true,false,true,false,\"yes\",\"Yep\"]"},
    {"not at a key", "!Ref a: 1", NULL},
};

START_TEST(tag)
{
    struct arena a = {0};
    struct json_places *at = NULL;
    json *v =
        yaml_parse_places(tags[_i].text, strlen(tags[_i].text), JSON_READ_TAGS, &a, &at, NULL);

    expect_json(tags[_i].name, v, tags[_i].want);
    json_unref(v);
    arena_clear(&a);
}
END_TEST

/* Each tag is a level too. */
START_TEST(tag_depth)
{
    struct buf text = {0};
    struct diag why = {0};

    for (int i = 0; i < JSON_MAX_DEPTH / 2 + 1; i++)
        buf_adds(&text, "!X [");
    json *v = yaml_parse_places(text.data, text.len, JSON_READ_TAGS, NULL, NULL, &why);
    ck_assert_ptr_null(v);
    expect_text("too deep", why.code, "JSON_DEPTH");
    diag_clear(&why);
    buf_clear(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("yaml");
    TCase *tc = tcase_create("all");

    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, read, 0, COUNT(reads));
    tcase_add_loop_test(tc, refuse, 0, COUNT(refusals));
    tcase_add_test(tc, read_double_key);
    tcase_add_test(tc, read_cut_text);
    tcase_add_test(tc, read_depth);
    tcase_add_test(tc, work);
    tcase_add_test(tc, alias_depth);
    tcase_add_test(tc, alias_bomb);
    tcase_add_test(tc, alias_shares);
    tcase_add_loop_test(tc, place, 0, COUNT(places));
    tcase_add_loop_test(tc, tag, 0, COUNT(tags));
    tcase_add_test(tc, tag_depth);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
