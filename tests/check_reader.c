/*
 * reader: what AWS's JSON reader says of texts that are no JSON. tests/data/jackson.jsonl has what
 * the two versions of Jackson say of each text, in "api" and "functions": words, line, column.
 */

#include "tests/support/expect.h"

#include "asl/report/reader_words.h"

#include <string.h>

static const char data[] = "tests/data/jackson.jsonl";

static const struct {
    const char *name;
    enum reader_version version;
} versions[] = {{"api", READER_OF_API}, {"functions", READER_OF_FUNCTIONS}};

/* Fails unless the place ends with "; line: 1, column: 2]". It has no column where that is 0 or -1.
 */
static void expect_told_place(const char *text, const char *place, const json *want)
{
    struct buf tail = {0};

    buf_printf(&tail, "; line: %lld", (long long)json_int_value(json_at(want, 1)));
    if (json_int_value(json_at(want, 2)) > 0)
        buf_printf(&tail, ", column: %lld", (long long)json_int_value(json_at(want, 2)));
    buf_addc(&tail, ']');
    ck_assert_msg(strlen(place) >= tail.len &&
                      !strcmp(place + strlen(place) - tail.len, buf_str(&tail)),
                  "%s: at %s, not %s", text, place, buf_str(&tail));
    buf_clear(&tail);
}

START_TEST(said)
{
    struct buf lines = {0};
    struct diag why = {0};
    size_t count = 0;

    ck_assert_msg(buf_read_file(&lines, data, 1 << 20, &why), "%s", why.text);
    for (const char *line = buf_str(&lines), *end; *line; line = end + 1, count++) {
        end = strchr(line, '\n');
        json *row = json_parse(line, (size_t)(end - line), JSON_READ_SURROGATES, &why);
        ck_assert_msg(row != NULL, "%zu: %s", count, why.text);
        const json *text = json_get(row, "text"), *want = json_get(row, versions[_i].name);
        struct buf got = {0}, place = {0};
        ck_assert_msg(
            reader_words(json_str(text), json_str_len(text), versions[_i].version, &got, &place),
            "%s: nothing is wrong", json_str(text));
        expect_text(json_str(text), buf_str(&got), json_str(json_at(want, 0)));
        expect_told_place(json_str(text), buf_str(&place), want);
        buf_clear(&got);
        buf_clear(&place);
        json_unref(row);
    }
    ck_assert_uint_gt(count, 300);
    buf_clear(&lines);
}
END_TEST

START_TEST(place)
{
    struct buf words = {0}, at = {0};

    ck_assert(reader_words("not json", 8, READER_OF_API, &words, &at));
    ck_assert_str_eq(buf_str(&at), "[Source: (String)\"not json\"; line: 1, column: 4]");
    buf_reset(&words);
    buf_reset(&at);
    ck_assert(reader_words("[x", 2, READER_OF_FUNCTIONS, &words, &at));
    ck_assert_str_eq(buf_str(&at),
                     "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` "
                     "disabled); line: 1, column: 3]");
    buf_clear(&words);
    buf_clear(&at);
}
END_TEST

/* Five hundred characters of the text are shown, and how many there are more. */
START_TEST(long_source)
{
    struct buf text = {0}, words = {0}, at = {0};

    for (int i = 0; i < 300; i++)
        buf_adds(&text, "\xF0\x9F\x98\x80");
    ck_assert(reader_words(text.data, text.len, READER_OF_API, &words, &at));
    ck_assert_ptr_nonnull(strstr(buf_str(&at), "\"[truncated 100 chars]; line: 1, column: 2]"));
    buf_clear(&text);
    buf_clear(&words);
    buf_clear(&at);
}
END_TEST

static const char *const good[] = {"{}",
                                   " [1, -2.5e+3, \"\\u00e9\"] ",
                                   "0",
                                   "-0.5",
                                   "true ",
                                   "\"a\"",
                                   "{\"a\": [{}]}",
                                   "{} {}",
                                   "",
                                   " \n"};

START_TEST(nothing_wrong)
{
    struct buf words = {0}, at = {0};

    ck_assert_msg(!reader_words(good[_i], strlen(good[_i]), READER_OF_API, &words, &at), "%s: %s",
                  good[_i], buf_str(&words));
    ck_assert_uint_eq(at.len, 0);
    buf_clear(&words);
    buf_clear(&at);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("reader");
    TCase *t = tcase_create("reader");

    tcase_add_loop_test(t, said, 0, COUNT(versions));
    tcase_add_test(t, place);
    tcase_add_test(t, long_source);
    tcase_add_loop_test(t, nothing_wrong, 0, COUNT(good));
    suite_add_tcase(s, t);
    return run_suite(s);
}
