/*
 * JUnit's XML as GitLab, Jenkins and others read it. A testsuite tells its numbers before its
 * cases, so it is written when its last case is known.
 */
#include "parsers/base/buf.h"
#include "tools/test/markup.h"
#include "tools/test/reporter_impl.h"

static void write_failures(struct buf *out, const json *record)
{
    const json *failures = record_list(record, "failures");
    struct buf text = {0};

    for (size_t i = 0; i < json_count(failures); i++) {
        const json *failure = json_at(failures, i);
        buf_reset(&text);
        record_write_failure(&text, failure);
        buf_adds(out, "      <failure");
        markup_attribute(out, "type", record_text(failure, "what"));
        markup_attribute(out, "message", buf_str(&text));
        buf_addc(out, '>');
        markup_text(out, record_text(record, "suite"));
        const json *at = record_place(failure);
        buf_printf(out, ":%lld:%lld: ", (long long)record_int(at, "line"),
                   (long long)record_int(at, "column"));
        record_write_context(&text, record);
        markup_text(out, buf_str(&text));
        buf_adds(out, "</failure>\n");
    }
    buf_clear(&text);
}

static void junit_close(struct reporter *r);

static void junit_told(struct reporter *r, const json *record)
{
    struct buf *out = &r->kept;

    if (record_begins_suite(r, record)) {
        junit_close(r);
        r->suite_failed = r->suite_skipped = r->suite_count = 0;
        r->suite_took_s = 0;
    }
    r->suite_count++;
    r->suite_failed += record_is(record, "failed");
    r->suite_skipped += record_is(record, "skipped");
    r->suite_took_s += record_number(record, "took");
    buf_adds(out, "    <testcase");
    markup_attribute(out, "classname", record_text(record, "suite"));
    markup_attribute(out, "name", record_text(record, "case"));
    markup_attribute(out, "file", record_text(record, "suite"));
    buf_printf(out, " line=\"%lld\" time=\"%.6f\"", (long long)record_int(record, "line"),
               record_number(record, "took"));
    if (record_is(record, "passed")) {
        buf_adds(out, "/>\n");
        return;
    }
    buf_adds(out, ">\n");
    if (record_is(record, "skipped")) {
        buf_adds(out, "      <skipped");
        markup_attribute(out, "message", record_text(record, "reason"));
        buf_adds(out, "/>\n");
    }
    write_failures(out, record);
    buf_adds(out, "    </testcase>\n");
}

/* Puts the suite whose cases are kept behind those that are done. */
static void junit_close(struct reporter *r)
{
    if (!r->suite)
        return;
    struct buf *out = &r->done;
    buf_adds(out, "  <testsuite");
    markup_attribute(out, "name", json_str(r->suite));
    buf_printf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.6f\">\n",
               r->suite_count, r->suite_failed, r->suite_skipped, r->suite_took_s);
    buf_add(out, r->kept.data ? r->kept.data : "", r->kept.len);
    buf_adds(out, "  </testsuite>\n");
    buf_reset(&r->kept);
}

static void write_junit_end(struct reporter *r, const struct test_summary *s)
{
    junit_close(r);
    fprintf(r->out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"%zu\" "
            "failures=\"%zu\" errors=\"0\" skipped=\"%zu\" time=\"%.6f\">\n",
            s->passed + s->failed + s->skipped, s->failed, s->skipped, s->took_s);
    fwrite(r->done.data ? r->done.data : "", 1, r->done.len, r->out);
    fputs("</testsuites>\n", r->out);
}

const struct reporter_kind reporter_junit = {
    .name = "junit", .for_programs = true, .told = junit_told, .end = write_junit_end};
