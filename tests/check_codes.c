/*
 * The codes of asl validate: the examples that --explain shows, and every case in
 * tests/cases/validate/CODE.json, are looked at with the warnings that are on by default and that
 * one. All that is found must be what is wanted: one cause is one problem. Cases that are files
 * are counted here; tests/validate plays them.
 */

#include "tests/support/expect.h"

#include "asl/asl.h"
#include "asl/report/codes.h"
#include "parsers/base/mem.h"

#include <stdio.h>
#include <string.h>

/* ---- what is found in a text ---- */

static void find(const struct asl_code *code, const char *text, size_t len,
                 enum document_format format, enum asl_workflow workflow, struct asl_report *report)
{
    struct asl_codes wanted;

    asl_codes_default(&wanted);
    asl_codes_set(&wanted, code->name, strlen(code->name), true);
    asl_lint(text, len, format, workflow, &wanted, report);
}

/* "N CODE" for each run of N problems with one code. */
static void list_runs(struct buf *out, const struct asl_report *report)
{
    for (size_t i = 0, n; i < report->count; i += n) {
        for (n = 1; i + n < report->count &&
                    strcmp(report->problems[i + n].code, report->problems[i].code) == 0;)
            n++;
        buf_printf(out, "%s%zu %s", i ? "\n" : "", n, report->problems[i].code);
    }
}

/* "CODE /pointer", sorted as the report is; of the whole, "CODE". */
static void list(struct buf *out, const struct asl_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        buf_printf(out, "%s%s%s%s", i ? "\n" : "", report->problems[i].code,
                   *report->problems[i].pointer ? " " : "", report->problems[i].pointer);
}

/* What every problem has, whatever it is about. */
static void expect_whole(const char *name, const struct asl_report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct asl_problem *p = &report->problems[i];
        const struct asl_code *code = asl_code_find(p->code, strlen(p->code));
        ck_assert_msg(code, "%s: the code %s is not in the table", name, p->code);
        ck_assert_msg(code->severity == p->severity, "%s: %s has another severity", name, p->code);
        ck_assert_msg(p->message && *p->message, "%s: no message", name);
        ck_assert_msg(p->hint && *p->hint, "%s: '%s' has no hint", name, p->message);
        bool placed = p->place.line && p->place.column && p->place.length;
        ck_assert_msg(placed || strcmp(p->code, "ASL_TOO_MANY_PROBLEMS") == 0,
                      "%s: '%s' has no place", name, p->message);
    }
}

/* ---- the examples ---- */

/* One that begins with a quote is states, the first of which a machine starts with. */
static void whole_text(struct buf *out, const char *example)
{
    if (*example != '"')
        buf_adds(out, example);
    else
        buf_printf(out, "{\"StartAt\": %.*s, \"States\": {%s}}",
                   (int)(strchr(example + 1, '"') - example + 1), example, example);
}

static void expect_example(const struct asl_code *code, const char *example, const char *want)
{
    struct asl_report report = {0};
    struct buf text = {0}, got = {0};

    whole_text(&text, example);
    find(code, buf_str(&text), text.len, document_format(NULL, text.data, text.len), code->workflow,
         &report);
    for (size_t i = 0; i < report.count; i++)
        buf_printf(&got, "%s%s", i ? " " : "", report.problems[i].code);
    expect_text(code->name, buf_str(&got), want);
    expect_whole(code->name, &report);
    asl_report_clear(&report);
    buf_clear(&text);
    buf_clear(&got);
}

START_TEST(examples)
{
    const struct asl_code *code = asl_code_at((size_t)_i);

    if (code->bad) {
        expect_example(code, code->bad, code->name);
        expect_example(code, code->good, "");
    }
    if (_i)
        ck_assert_msg(strcmp(asl_code_at((size_t)_i - 1)->name, code->name) < 0,
                      "%s: codes stand in the order of their names", code->name);
    ck_assert_msg(code->severity == ASL_WARNING || code->on, "%s: errors are on", code->name);
}
END_TEST

/* ---- the cases ---- */

static const json *member(const json *kase, const char *key)
{
    const json *v = json_get(kase, key);

    ck_assert_msg(v, "a case has no '%s'", key);
    return v;
}

/* A text, or an array of texts and of [N, TEXT], which is N times the text, with commas between. */
static void add_text(struct buf *out, const json *v)
{
    if (json_is_string(v)) {
        buf_adds(out, json_str(v));
        return;
    }
    for (size_t i = 0; i < json_count(v); i++) {
        const json *piece = json_at(v, i);
        int64_t times = json_is_array(piece) ? json_int_value(json_at(piece, 0)) : 1;
        const json *text = json_is_array(piece) ? json_at(piece, 1) : piece;
        for (int64_t n = 0; n < times; n++)
            buf_printf(out, "%s%s", n ? ", " : "", json_str(text));
    }
}

/* The text of a case, and what it is. */
static enum document_format text_of(const json *kase, struct buf *out)
{
    const json *v;

    if ((v = json_get(kase, "yaml"))) {
        buf_adds(out, json_str(v));
        return DOCUMENT_YAML;
    }
    if ((v = json_get(kase, "text"))) {
        add_text(out, v);
    } else if ((v = json_get(kase, "definition"))) {
        json_write(out, v);
    } else {
        v = member(kase, "states");
        buf_adds(out, "{\"StartAt\": ");
        json_write_string(out, json_str(json_key_at(v, 0)), json_str_len(json_key_at(v, 0)));
        buf_adds(out, ", \"States\": ");
        json_write(out, v);
        buf_addc(out, '}');
    }
    return DOCUMENT_JSON;
}

/* What is wanted, as lines. True: the code is among it. */
static bool add_wanted(struct buf *out, const struct asl_code *code, const json *want)
{
    bool about = false;

    for (size_t i = 0; i < json_count(want); i++) {
        const char *line = json_str(json_at(want, i));
        const char *name = line + strspn(line, "0123456789 ");
        buf_printf(out, "%s%s", i ? "\n" : "", line);
        about |= strncmp(name, code->name, strlen(code->name)) == 0;
    }
    return about;
}

/* True: the code is among what is wanted. */
static bool play(const struct asl_code *code, const json *kase)
{
    const json *runs = json_get(kase, "want_runs"), *type = json_get(kase, "type");
    const json *want = runs ? runs : member(kase, "want");
    struct asl_report report = {0};
    struct buf text = {0}, got = {0}, wanted = {0}, name = {0};
    bool about = add_wanted(&wanted, code, want);

    if (!json_get(kase, "files")) {
        enum document_format format = text_of(kase, &text);
        buf_printf(&name, "%s: %s", code->name, json_str(member(kase, "name")));
        find(code, buf_str(&text), text.len, format,
             type && json_str_is(type, "EXPRESS") ? ASL_EXPRESS : ASL_STANDARD, &report);
        if (runs)
            list_runs(&got, &report);
        else
            list(&got, &report);
        expect_text(buf_str(&name), buf_str(&got), buf_str(&wanted));
        expect_whole(buf_str(&name), &report);
    }
    asl_report_clear(&report);
    buf_clear(&text);
    buf_clear(&got);
    buf_clear(&wanted);
    buf_clear(&name);
    return about;
}

/* Each code has a file, with a case that has the problem and one that hasn't. */
START_TEST(cases)
{
    const struct asl_code *code = asl_code_at((size_t)_i);
    struct buf path = {0}, text = {0};
    size_t bad = 0, good = 0;

    buf_printf(&path, "tests/cases/validate/%s.json", code->name);
    ck_assert_msg(buf_read_file(&text, buf_str(&path), SIZE_MAX, NULL), "there is no %s",
                  buf_str(&path));
    json *all = json_parse(text.data, text.len, JSON_READ_UNIQUE, NULL);
    ck_assert_msg(all && json_is_array(all), "%s is no array", buf_str(&path));
    for (size_t i = 0; i < json_count(all); i++) {
        if (play(code, json_at(all, i)))
            bad++;
        else
            good++;
    }
    ck_assert_msg(bad && good, "%s needs a case with the problem, and one without", buf_str(&path));
    json_unref(all);
    buf_clear(&path);
    buf_clear(&text);
}
END_TEST

/* ---- sets of codes ---- */

START_TEST(sets)
{
    struct asl_codes set;

    asl_codes_default(&set);
    ck_assert(asl_codes_get(&set, "SCHEMA_VALIDATION_FAILED"));
    ck_assert(asl_codes_get(&set, "WAIT_OF_ZERO"));
    ck_assert(!asl_codes_get(&set, "TASK_WITHOUT_TIMEOUT"));
    ck_assert(!asl_codes_get(&set, "NO_SUCH_CODE"));
    ck_assert(asl_codes_set(&set, "WAIT_OF_ZERO, and more", strlen("WAIT_OF_ZERO"), false));
    ck_assert(!asl_codes_get(&set, "WAIT_OF_ZERO"));
    ck_assert(!asl_codes_set(&set, "WAIT_OF", strlen("WAIT_OF"), true));
    asl_codes_all(&set);
    ck_assert(asl_codes_get(&set, "WAIT_OF_ZERO"));
    ck_assert(asl_codes_get(&set, "TASK_WITHOUT_TIMEOUT"));
}
END_TEST

/* What isn't wanted is not told, and where there is an error no warning is looked for. */
START_TEST(wanted)
{
    static const char good[] = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", "
                               "\"Seconds\": 0, \"End\": true}}}";
    static const char bad[] = "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Wait\", "
                              "\"Seconds\": 0, \"Ende\": true, \"End\": true}}}";
    struct asl_report report = {0};
    struct asl_codes set;

    asl_codes_default(&set);
    asl_lint(good, strlen(good), DOCUMENT_JSON, ASL_STANDARD, &set, &report);
    ck_assert_uint_eq(report.count, 1);
    ck_assert_uint_eq(report.errors, 0);
    asl_report_clear(&report);
    asl_lint(bad, strlen(bad), DOCUMENT_JSON, ASL_STANDARD, &set, &report);
    ck_assert_uint_eq(report.count, 1);
    ck_assert_uint_eq(report.errors, 1);
    asl_report_clear(&report);
    asl_codes_set(&set, "SCHEMA_VALIDATION_FAILED", strlen("SCHEMA_VALIDATION_FAILED"), false);
    asl_lint(bad, strlen(bad), DOCUMENT_JSON, ASL_STANDARD, &set, &report);
    ck_assert_uint_eq(report.count, 0);
    asl_report_clear(&report);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("codes");
    TCase *t = tcase_create("codes");
    int count = 0;

    while (asl_code_at((size_t)count))
        count++;
    tcase_add_loop_test(t, examples, 0, count);
    tcase_add_loop_test(t, cases, 0, count);
    tcase_add_test(t, sets);
    tcase_add_test(t, wanted);
    suite_add_tcase(s, t);
    return run_suite(s);
}
