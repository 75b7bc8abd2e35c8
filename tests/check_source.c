/*
 * source: lines and columns, and where the bytes of a decoded string stand in the file; document:
 * whether a text is JSON or YAML.
 */

#include "tests/support/expect.h"

#include "parsers/document.h"
#include "parsers/source.h"

#include <string.h>

/* ---- lines ---- */

static const struct {
    const char *name, *text;
    size_t at;
    uint32_t line, column;
} places[] = {
    {"the first byte", "ab", 0, 1, 1},          {"behind a line's end", "a\nb", 2, 2, 1},
    {"the line's end itself", "a\nb", 1, 1, 2}, {"columns are characters", "\xC3\xA4x", 2, 1, 2},
    {"behind the last byte", "a\n", 2, 2, 1},   {"nothing at all", "", 0, 1, 1},
};

START_TEST(place)
{
    struct source_lines s;

    source_lines_init(&s, places[_i].text, strlen(places[_i].text));
    struct place got = source_place(&s, places[_i].at, places[_i].at + 1);
    ck_assert_msg(got.line == places[_i].line && got.column == places[_i].column, "%s: %u:%u",
                  places[_i].name, got.line, got.column);
    ck_assert_msg(source_offset(&s, got.line, got.column) == places[_i].at, "%s: and back",
                  places[_i].name);
    source_lines_clear(&s);
}
END_TEST

/* Longer than a block, with lines that cross from one to the next. */
START_TEST(place_far)
{
    struct source_lines s;
    struct buf text = {0};
    struct place p = {.line = 1, .column = 1};

    for (int i = 0; i < 400; i++)
        buf_printf(&text, "%d \xC3\xA4\n%*s", i, i % 37, "");
    source_lines_init(&s, text.data, text.len);
    for (size_t i = 0; i < text.len; i++) {
        if ((text.data[i] & 0xC0) == 0x80)
            continue;
        struct place got = source_place(&s, i, i + 1);
        ck_assert_uint_eq(got.line, p.line);
        ck_assert_uint_eq(got.column, p.column);
        ck_assert_uint_eq(source_offset(&s, p.line, p.column), i);
        p.column++;
        if (text.data[i] == '\n')
            p = (struct place){.line = p.line + 1, .column = 1};
    }
    ck_assert_uint_eq(source_offset(&s, 1, 99), 4);
    ck_assert_uint_eq(source_offset(&s, 99999, 1), text.len);
    source_lines_clear(&s);
    buf_clear(&text);
}
END_TEST

START_TEST(place_stays_in_its_line)
{
    struct source_lines s;

    source_lines_init(&s, "abc\ndef", 7);
    ck_assert_uint_eq(source_place(&s, 1, 6).length, 2);
    ck_assert_uint_eq(source_place(&s, 3, 4).length, 1);
    source_lines_clear(&s);
}
END_TEST

/* ---- maps ---- */

/*
 * Each text is a string of JSON, or a mapping of YAML with the one key a. The value has an @, and
 * so has the text: the one must be found to have come from the other.
 */
static const struct {
    const char *name;
    enum document_format format;
    const char *text;
} scalars[] = {
    {"JSON without escapes", DOCUMENT_JSON, "\"abc@\""},
    {"behind escapes", DOCUMENT_JSON, "\"\\\"\\n\\\\\\/@\""},
    {"behind \\u of one, two and three bytes", DOCUMENT_JSON, "\"\\u0041\\u00e4\\u20ac@\""},
    {"behind a pair of surrogates", DOCUMENT_JSON, "\"\\ud83d\\ude00@\""},
    {"an escape itself", DOCUMENT_JSON, "\"\\u00e4 @ \\n\""},
    {"behind characters as they are", DOCUMENT_JSON, "\"\xC3\xA4\xE2\x82\xAC@\""},

    {"YAML, plain", DOCUMENT_YAML, "a: b c @"},
    {"plain over lines", DOCUMENT_YAML, "a: b  \n    c\n\n   d @ e"},
    {"single quotes, and one that is meant", DOCUMENT_YAML, "a: 'it''s @'"},
    {"single quotes over lines", DOCUMENT_YAML, "a: 'b\n   ''c''\n\n   d@'"},
    {"double quotes with escapes", DOCUMENT_YAML,
     "a: \"\\x41\\u00e4\\U0001F600\\N\\_\\L\\t\\\"@\""},
    {"double quotes over lines", DOCUMENT_YAML, "a: \"b\n  c\n\n  @\""},
    {"a line that goes on in the next", DOCUMENT_YAML, "a: \"b\\\n   c \\\n  \\ d@\""},
    {"CR LF behind the backslash", DOCUMENT_YAML, "a: \"b\\\r\n   c@\""},
    {"a block", DOCUMENT_YAML, "a: |\n  b\n  c @\n"},
    {"a block with deeper lines", DOCUMENT_YAML, "a: |\n  b\n    c\n\n      @\n"},
    {"a block that begins deeper", DOCUMENT_YAML, "a: |2\n     @b\n  c\n"},
    {"a block behind blank lines", DOCUMENT_YAML, "a: |\n\n\n   b\n   @\n"},
    {"a block with CR LF", DOCUMENT_YAML, "a: |\r\n  b\r\n  @\r\n"},
    {"a block and a comment", DOCUMENT_YAML, "a: |- # words\n  b\n  @"},
    {"a folded block", DOCUMENT_YAML, "a: >\n  b\n  c\n\n  d\n  @\n"},
    {"a folded block with deeper lines", DOCUMENT_YAML, "a: >-\n  b\n    c\n    d\n  @\n"},
    {"behind a tag", DOCUMENT_YAML, "a: !Sub '@'"},
    {"behind a tag and an anchor, a block", DOCUMENT_YAML, "a: !Sub &x |\n  {\n   @\n"},
    {"behind a tag, on the next line", DOCUMENT_YAML, "a: !Sub # why\n  \"x@\""},
};

START_TEST(map)
{
    const char *text = scalars[_i].text;
    size_t len = strlen(text);
    struct arena a = {0};
    struct json_places *at = NULL;
    struct source_map m = {0};
    struct source_lines lines;
    json *doc = document_parse(scalars[_i].format, text, len, JSON_READ_TAGS, &a, &at, NULL);
    const json *v = doc;

    ck_assert_msg(doc != NULL, "%s: it can be read", scalars[_i].name);
    while (json_is_object(v)) {
        v = json_value_at(v, 0);
        at = &at->kids[0];
    }
    source_lines_init(&lines, text, len);
    size_t start = source_offset(&lines, at->value.line, at->value.column);
    if (scalars[_i].format == DOCUMENT_JSON)
        source_map_json(&m, text, len, start);
    else
        source_map_yaml(&m, text, len, start, json_str(v), json_str_len(v));
    size_t in = (size_t)(strchr(json_str(v), '@') - json_str(v));
    size_t want = (size_t)(strchr(text, '@') - text);
    ck_assert_msg(source_map_find(&m, in) == want, "%s: %zu came from %zu, not %zu",
                  scalars[_i].name, in, source_map_find(&m, in), want);
    /* Never before what came before. */
    for (size_t i = 1; i <= json_str_len(v); i++)
        ck_assert_msg(source_map_find(&m, i) >= source_map_find(&m, i - 1), "%s: in order",
                      scalars[_i].name);
    source_lines_clear(&lines);
    source_map_clear(&m);
    json_unref(doc);
    arena_clear(&a);
}
END_TEST

START_TEST(map_ends_behind_an_escape)
{
    struct source_map m = {0};

    source_map_json(&m, "\"a\\\"b\"", 6, 0);
    ck_assert_uint_eq(source_map_find(&m, 1), 2);
    ck_assert_uint_eq(source_map_end(&m, 2), 4);
    ck_assert_uint_eq(source_map_end(&m, 1), 2);
    source_map_clear(&m);
}
END_TEST

START_TEST(map_of_parts)
{
    struct source_map m = {0}, out = {0};

    source_map_add(&m, 0, 10, false);
    source_map_add(&m, 5, 100, true);
    source_map_add(&m, 8, 20, false);
    source_map_copy(&out, 0, &m, 2, 9);
    ck_assert_uint_eq(source_map_find(&out, 0), 12);
    ck_assert_uint_eq(source_map_find(&out, 2), 14);
    ck_assert_uint_eq(source_map_find(&out, 3), 100);
    ck_assert_uint_eq(source_map_find(&out, 5), 100);
    ck_assert_uint_eq(source_map_find(&out, 6), 20);
    source_map_clear(&m);
    source_map_clear(&out);
}
END_TEST

/* ---- which format ---- */

static const struct {
    const char *name, *file, *text;
    enum document_format want;
} formats[] = {
    {".json is JSON", "a.asl.json", "a: 1", DOCUMENT_JSON},
    {".yaml is YAML", "a.asl.yaml", "{}", DOCUMENT_YAML},
    {".yml is YAML", "a.yml", "{}", DOCUMENT_YAML},
    {"in capitals too", "A.YAML", "{}", DOCUMENT_YAML},
    {"another ending: an object is JSON", "a.asl", " \r\n\t{", DOCUMENT_JSON},
    {"another ending: an array is JSON", "json", "[1]", DOCUMENT_JSON},
    {"another ending: else it is YAML", "a.txt", "a: {}", DOCUMENT_YAML},
    {"no name: by its text", NULL, "# c\n{}", DOCUMENT_YAML},
    {"behind a byte order mark", NULL, "\xEF\xBB\xBF{}", DOCUMENT_JSON},
    {"nothing at all is no JSON", NULL, " \n", DOCUMENT_JSON},
};

START_TEST(format)
{
    const char *text = formats[_i].text;

    ck_assert_msg(document_format(formats[_i].file, text, strlen(text)) == formats[_i].want, "%s",
                  formats[_i].name);
}
END_TEST

START_TEST(parse_by_format)
{
    struct diag why = {0};
    json *v = document_parse(DOCUMENT_YAML, "a: no", 5, 0, NULL, NULL, &why);

    expect_json("YAML", v, "{\"a\":\"no\"}");
    json_unref(v);
    v = document_parse(DOCUMENT_JSON, "[1]", 3, 0, NULL, NULL, &why);
    expect_json("JSON", v, "[1]");
    json_unref(v);
    ck_assert_ptr_null(document_parse(DOCUMENT_JSON, "a: no", 5, 0, NULL, NULL, &why));
    expect_text("what JSON says", why.code, "JSON_SYNTAX");
    expect_text("its name", document_format_name(DOCUMENT_JSON), "JSON");
    expect_text("and the other's", document_format_name(DOCUMENT_YAML), "YAML");
    diag_clear(&why);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("source");
    TCase *tc = tcase_create("all");

    tcase_add_loop_test(tc, place, 0, COUNT(places));
    tcase_add_test(tc, place_far);
    tcase_add_test(tc, place_stays_in_its_line);
    tcase_add_loop_test(tc, map, 0, COUNT(scalars));
    tcase_add_test(tc, map_ends_behind_an_escape);
    tcase_add_test(tc, map_of_parts);
    tcase_add_loop_test(tc, format, 0, COUNT(formats));
    tcase_add_test(tc, parse_by_format);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
