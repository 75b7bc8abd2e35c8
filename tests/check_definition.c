/* asl_compile: that a definition means the same in JSON and YAML, and that problems have places. */

#include "tests/support/expect.h"

#include "asl/asl.h"

#include <string.h>

static const struct {
    const char *name, *text;
    enum document_format format;
    const char *code, *words; /* of the first problem; NULL: there is none */
    uint32_t line, column;
} definitions[] = {
    {"JSON", "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Succeed\"}}}", DOCUMENT_JSON, NULL,
     NULL, 0, 0},
    {"YAML", "StartAt: A\nStates:\n  A:\n    Type: Succeed\n", DOCUMENT_YAML, NULL, NULL, 0, 0},
    {"JSON as YAML", "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Succeed\"}}}", DOCUMENT_YAML,
     NULL, NULL, 0, 0},
    {"a state that is called 200", "StartAt: '200'\nStates:\n  200: {Type: Pass, End: true}\n",
     DOCUMENT_YAML, NULL, NULL, 0, 0},
    {"retriers that states share",
     "StartAt: A\nStates:\n"
     "  A: {Type: Task, Resource: arn:aws:states:::lambda:invoke, Next: B, Retry: &r "
     "[{ErrorEquals: [States.ALL]}]}\n"
     "  B: {Type: Task, Resource: arn:aws:states:::lambda:invoke, End: true, Retry: *r}\n",
     DOCUMENT_YAML, NULL, NULL, 0, 0},
    {"a fault in a field is at its value", "StartAt: A\nStates:\n  A:\n    Type: Suceed\n",
     DOCUMENT_YAML, "SCHEMA_VALIDATION_FAILED", "Type", 4, 11},
    {"an unknown field is at its key", "StartAt: A\nStates:\n  A:\n    Type: Succeed\n    x: 1\n",
     DOCUMENT_YAML, "SCHEMA_VALIDATION_FAILED", "x", 5, 5},
    {"a number for a name", "StartAt: 200\nStates:\n  200: {Type: Succeed}\n", DOCUMENT_YAML,
     "SCHEMA_VALIDATION_FAILED", "STRING", 1, 10},
    {"what is no JSON", "{\"StartAt\": A}", DOCUMENT_JSON, "INVALID_JSON_DESCRIPTION", "'A'", 1,
     13},
    {"what is no YAML", "StartAt: A\n\tStates:", DOCUMENT_YAML, "INVALID_YAML_DESCRIPTION", "tab",
     2, 1},
    {"a template's function", "StartAt: A\nStates:\n  A:\n    Resource: !GetAtt F.Arn",
     DOCUMENT_YAML, "INVALID_YAML_DESCRIPTION", "!GetAtt", 4, 15},
    {"a state twice", "StartAt: A\nStates:\n  A: {Type: Succeed}\n  A: {Type: Fail}", DOCUMENT_YAML,
     "INVALID_YAML_DESCRIPTION", "\"A\" twice", 4, 3},
};

START_TEST(compile)
{
    const char *text = definitions[_i].text, *name = definitions[_i].name;
    struct asl_report report = {0};
    asl_machine *m = asl_compile(text, strlen(text), definitions[_i].format, &report);

    if (!definitions[_i].code) {
        ck_assert_msg(m && !report.count, "%s: %s", name,
                      report.count ? report.problems[0].message : "nothing compiled");
    } else {
        ck_assert_msg(!m && report.count, "%s: was compiled", name);
        expect_text(name, report.problems[0].code, definitions[_i].code);
        ck_assert_msg(strstr(report.problems[0].message, definitions[_i].words) != NULL,
                      "%s: says %s", name, report.problems[0].message);
        ck_assert_msg(report.problems[0].place.line == definitions[_i].line &&
                          report.problems[0].place.column == definitions[_i].column,
                      "%s: at %u:%u", name, report.problems[0].place.line,
                      report.problems[0].place.column);
    }
    asl_machine_unref(m);
    asl_report_clear(&report);
}
END_TEST

/* A text within the quota that is not with its aliases written out. */
START_TEST(size_as_json)
{
    struct asl_report report = {0};
    struct buf text = {0};

    buf_adds(&text, "StartAt: A\nComment: &c ");
    for (int i = 0; i < 6000; i++)
        buf_adds(&text, "0123456789");
    buf_adds(&text, "\nStates:\n");
    for (int i = 0; i < 20; i++)
        buf_printf(&text, "  %c: {Type: Succeed, Comment: *c}\n", 'A' + i);
    ck_assert_ptr_null(asl_compile(text.data, text.len, DOCUMENT_YAML, &report));
    ck_assert_uint_eq(report.count, 1);
    ck_assert_ptr_nonnull(
        strstr(report.problems[0].message, "bytes as JSON, more than the 1048576"));
    asl_report_clear(&report);
    buf_clear(&text);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("definition");
    TCase *t = tcase_create("definition");

    tcase_add_loop_test(t, compile, 0, COUNT(definitions));
    tcase_add_test(t, size_as_json);
    suite_add_tcase(s, t);
    return run_suite(s);
}
