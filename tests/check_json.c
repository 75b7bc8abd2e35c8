/* json: values, building, writing, the order of numbers. check_json_read has reading. */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"

#include <stdlib.h>
#include <string.h>

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

/* Values of all kinds in blocks: one of them outlives the others, and its block goes with it. */
START_TEST(build_in_blocks)
{
    static const char room_text[] = "lent";
    const size_t before = mem_in_use();
    void *room = mem_alloc(json_string_room(sizeof room_text - 1));
    const json *lent = json_string_in(room, room_text, sizeof room_text - 1);
    struct json_blocks blocks = {0};
    struct json_build b, inner;
    json *v, *kept;

    expect_json("nothing expected", v = json_int_in(&blocks, 7), "7");
    json_unref(v);
    json_blocks_expect(&blocks, 100);
    json_build_array_in(&b, &blocks, 100);
    for (int i = 0; i < 25; i++) {
        json_build_object_in(&inner, &blocks, 1);
        json_build_add_member(&inner, json_ref_in(&blocks, lent), json_int_in(&blocks, i));
        json_build_add(&b, json_build_done(&inner));
        json_build_add(&b, json_double_in(&blocks, 0.5));
        json_build_array_in(&inner, &blocks, 0);
        json_build_add(&b, json_build_done(&inner));
        json_build_add(&b, json_ref_in(&blocks, lent));
    }
    v = json_build_done(&b);
    json_blocks_leave(&blocks);
    mem_free(room);
    kept = json_ref(json_at(v, 48));
    ck_assert_uint_eq(json_count(v), 100);
    json_unref(v);
    expect_json("one that is kept", kept, "{\"lent\":12}");
    json_unref(kept);
    ck_assert_uint_eq(mem_in_use(), before);
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
    tcase_add_test(t, build_of_keys);
    tcase_add_loop_test(t, no_number, 0, COUNT(no_numbers));
    tcase_add_loop_test(t, comparison, 0, COUNT(comparisons));
    tcase_add_loop_test(t, equality, 0, COUNT(equals));
    tcase_add_loop_test(t, kind, 0, COUNT(kinds));
    tcase_add_test(t, lookup);
    tcase_add_test(t, lookup_among_many);
    tcase_add_test(t, strings);
    tcase_add_test(t, strings_in_storage);
    tcase_add_test(t, build);
    tcase_add_test(t, build_in_blocks);
    tcase_add_test(t, free_deep);
    tcase_add_test(t, text_len_saturates);
    tcase_add_test(t, write_forms);
    suite_add_tcase(s, t);
    return run_suite(s);
}
