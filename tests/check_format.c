/* asl fmt: one form for definitions. */

#include "tests/support/expect.h"

#include "asl/format.h"
#include "parsers/json/json.h"

#include <string.h>

#define MACHINE(state) "{\"StartAt\":\"A\",\"States\":{\"A\":" state "}}"
#define FORMATTED(state) "{\n  \"StartAt\": \"A\",\n  \"States\": {\n    \"A\": " state "\n  }\n}\n"

static const struct {
    const char *name, *text, *want; /* want NULL: refused */
} rows[] = {
    {"two blanks a level, a line for each member", MACHINE("{\"Type\":\"Succeed\"}"),
     FORMATTED("{\n      \"Type\": \"Succeed\"\n    }")},
    {"fields in the order that people know",
     MACHINE(
         "{\"End\":true,\"Next\":\"B\",\"Comment\":\"c\",\"ResultPath\":null,\"Type\":\"Pass\"}"),
     FORMATTED(
         "{\n      \"Type\": \"Pass\",\n      \"Comment\": \"c\",\n      \"ResultPath\": null,\n"
         "      \"Next\": \"B\",\n      \"End\": true\n    }")},
    {"fields that there are not come last, as they stood",
     MACHINE("{\"Zz\":1,\"Aa\":2,\"Type\":\"Pass\"}"),
     FORMATTED("{\n      \"Type\": \"Pass\",\n      \"Zz\": 1,\n      \"Aa\": 2\n    }")},
    {"payloads keep their order, and their names mean nothing",
     MACHINE("{\"Parameters\":{\"States\":{\"x\":{\"End\":1,\"Type\":2}},\"Comment\":3}}"),
     FORMATTED("{\n      \"Parameters\": {\n        \"States\": {\n          \"x\": {\n"
               "            \"End\": 1,\n            \"Type\": 2\n          }\n        },\n"
               "        \"Comment\": 3\n      }\n    }")},
    {"states keep their order", "{\"States\":{\"Z\":{},\"A\":{}},\"StartAt\":\"Z\"}",
     "{\n  \"StartAt\": \"Z\",\n  \"States\": {\n    \"Z\": {},\n    \"A\": {}\n  }\n}\n"},
    {"numbers stay as they are written",
     MACHINE("{\"Result\":[1.0,1e5,-0,10E-2,12345678901234567890]}"),
     FORMATTED("{\n      \"Result\": [1.0, 1e5, -0, 10E-2, 12345678901234567890]\n    }")},
    {"and strings", MACHINE("{\"Result\":[\"\\u0041\\/\\\"]}\",\"é\",\"\\ud800\"]}"),
     FORMATTED("{\n      \"Result\": [\"\\u0041\\/\\\"]}\", \"é\", \"\\ud800\"]\n    }")},
    {"what is empty stands on one line", MACHINE("{\"Retry\":[ ],\"Parameters\":{ }}"),
     FORMATTED("{\n      \"Parameters\": {},\n      \"Retry\": []\n    }")},
    {"a rule has its comparison in the middle",
     MACHINE("{\"Choices\":[{\"Next\":\"B\",\"NumericEquals\":1,\"Variable\":\"$.x\",\"Comment\":"
             "\"\"}]}"),
     FORMATTED("{\n      \"Choices\": [\n        {\n          \"Comment\": \"\",\n"
               "          \"Variable\": \"$.x\",\n          \"NumericEquals\": 1,\n"
               "          \"Next\": \"B\"\n        }\n      ]\n    }")},
    {"a processor is a machine",
     MACHINE("{\"ItemProcessor\":{\"States\":{},\"StartAt\":\"B\",\"ProcessorConfig\":{\"b\":1,"
             "\"a\":2}}}"),
     FORMATTED(
         "{\n      \"ItemProcessor\": {\n        \"ProcessorConfig\": {\n          \"b\": 1,\n"
         "          \"a\": 2\n        },\n        \"StartAt\": \"B\",\n        \"States\": {}\n"
         "      }\n    }")},
    {"a byte order mark goes", "\xef\xbb\xbf{\"States\":{}}", "{\n  \"States\": {}\n}\n"},
    {"no JSON", "{\"States\":", NULL},
    {"a key twice", "{\"States\":{},\"States\":{}}", NULL},
    {"no definition", "{\"name\":\"asl\"}", NULL},
    {"nor is an array one", "[1]", NULL},
    {"nor nothing", "", NULL},
};

START_TEST(format)
{
    struct buf out = {0}, again = {0};
    struct diag why = {0};
    const char *text = rows[_i].text;
    bool good = asl_format(text, strlen(text), &out, &why);

    expect_text(rows[_i].name, good ? buf_str(&out) : NULL, rows[_i].want);
    ck_assert_msg(good || (why.text && *why.text), "%s: nobody says why", rows[_i].name);
    if (good) {
        ck_assert(asl_format(out.data, out.len, &again, NULL));
        expect_text(rows[_i].name, buf_str(&again), buf_str(&out));
    }
    diag_clear(&why);
    buf_clear(&out);
    buf_clear(&again);
}
END_TEST

/* `count` numbers of two digits, on a line of its own width; one more doesn't fit into 100 columns.
 */
START_TEST(width)
{
    struct buf text = {0}, out = {0};
    int count = _i;

    buf_adds(&text, "{\"States\":{},\"x\":[");
    for (int i = 0; i < count; i++)
        buf_printf(&text, "%s%d", i ? "," : "", 10 + i);
    buf_adds(&text, "]}");
    ck_assert(asl_format(text.data, text.len, &out, NULL));
    const char *line = strstr(buf_str(&out), "  \"x\": [");
    size_t wide = strlen("  \"x\": [") + 4 * (size_t)count - 2 + strlen("]");
    ck_assert_uint_eq(strcspn(line, "\n"), wide < 100 ? wide : strlen("  \"x\": ["));
    buf_clear(&text);
    buf_clear(&out);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("format");
    TCase *t = tcase_create("format");

    tcase_add_loop_test(t, format, 0, COUNT(rows));
    tcase_add_loop_test(t, width, 20, 26);
    suite_add_tcase(s, t);
    return run_suite(s);
}
