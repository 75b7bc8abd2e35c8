/* Formats of one line a record: JSON for programs, annotations for GitHub's pages. */
#include "parsers/base/buf.h"
#include "tools/test/reporter_impl.h"

#include <string.h>

/* ---- JSON lines ---- */

static void json_told(struct reporter *r, const json *record)
{
    struct buf line = {0};

    json_write(&line, record);
    fprintf(r->out, "%s\n", buf_str(&line));
    buf_clear(&line);
}

static void json_end(struct reporter *r, const struct test_summary *s)
{
    fprintf(r->out, "{\"passed\":%zu,\"failed\":%zu,\"skipped\":%zu,\"took\":%.6f}\n", s->passed,
            s->failed, s->skipped, s->took_s);
}

const struct reporter_kind reporter_json = {
    .name = "json", .for_programs = true, .told = json_told, .end = json_end};

/* ---- annotations of GitHub Actions ---- */

/* What is special in a workflow command is written as in a URL; in its properties more is. */
static void write_escaped(struct buf *out, const char *text, bool property)
{
    for (; *text; text++) {
        if (*text == '%' || *text == '\n' || *text == '\r' ||
            (property && (*text == ':' || *text == ',')))
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
        else
            buf_addc(out, *text);
    }
}

static void github_told(struct reporter *r, const json *record)
{
    const json *failures = record_list(record, "failures");

    for (size_t i = 0; i < json_count(failures); i++) {
        const json *failure = json_at(failures, i);
        struct buf line = {0}, text = {0};
        const json *at = record_place(failure);
        record_write_failure(&text, failure);
        record_write_context(&text, record);
        buf_adds(&line, "::error file=");
        write_escaped(&line, record_text(record, "suite"), true);
        buf_printf(&line, ",line=%lld,col=%lld,title=", (long long)record_int(at, "line"),
                   (long long)record_int(at, "column"));
        write_escaped(&line, record_text(record, "case"), true);
        buf_adds(&line, "::");
        write_escaped(&line, buf_str(&text), false);
        fprintf(r->out, "%s\n", buf_str(&line));
        buf_clear(&line);
        buf_clear(&text);
    }
}

static void github_end(struct reporter *r, const struct test_summary *s)
{
    fprintf(r->out, "%zu passed, %zu failed, %zu skipped in %.2f s\n", s->passed, s->failed,
            s->skipped, s->took_s);
}

const struct reporter_kind reporter_github = {
    .name = "github", .told = github_told, .end = github_end};
