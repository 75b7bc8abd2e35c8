/*
 * The Test Anything Protocol, version 13: the prove of Debian 12 refuses 14. What failed stands in
 * a block of YAML below its line.
 */
#include "parsers/base/buf.h"
#include "tools/test/reporter_impl.h"

#include <string.h>

static void tap_begin(struct reporter *r)
{
    fprintf(r->out, "TAP version 13\n1..%zu\n", r->count);
}

/* A '#' would begin a directive. */
static void print_description(const struct reporter *r, const json *record)
{
    struct buf text = {0};

    buf_printf(&text, "%s: %s", record_text(record, "suite"), record_text(record, "case"));
    for (const char *c = buf_str(&text); *c; c++) {
        if (*c == '#' || *c == '\\')
            fputc('\\', r->out);
        fputc(*c == '\n' ? ' ' : *c, r->out);
    }
    buf_clear(&text);
}

/* JSON strings are YAML, too. */
static void print_text_member(const struct reporter *r, const char *name, const struct buf *text)
{
    struct buf quoted = {0};

    json_write_string(&quoted, text->data ? text->data : "", text->len);
    fprintf(r->out, "  %s: %s\n", name, buf_str(&quoted));
    buf_clear(&quoted);
}

static void print_at(const struct reporter *r, const json *record, const json *at)
{
    struct buf file = {0};

    buf_adds(&file, record_text(record, "suite"));
    fputs("  at:\n  ", r->out);
    print_text_member(r, "file", &file);
    fprintf(r->out, "    line: %lld\n    column: %lld\n", (long long)record_int(at, "line"),
            (long long)record_int(at, "column"));
    buf_clear(&file);
}

static void print_block(const struct reporter *r, const json *record)
{
    const json *failures = record_list(record, "failures");
    struct buf text = {0};

    for (size_t i = 0; i < json_count(failures); i++) {
        struct buf one = {0};
        record_write_failure(&one, json_at(failures, i));
        buf_printf(&text, "%s%s", i ? "\n" : "", buf_str(&one));
        buf_clear(&one);
    }
    fputs("  ---\n", r->out);
    print_text_member(r, "message", &text);
    fputs("  severity: fail\n", r->out);
    print_at(r, record, json_count(failures) ? record_place(json_at(failures, 0)) : record);
    buf_reset(&text);
    record_write_context(&text, record);
    if (text.len)
        print_text_member(r, "context", &text);
    fputs("  ...\n", r->out);
    buf_clear(&text);
}

/* A line end in the reason would begin a line of its own. */
static void print_skip(const struct reporter *r, const json *record)
{
    fputs(" # SKIP ", r->out);
    for (const char *c = record_text(record, "reason"); *c; c++)
        fputc(*c == '\n' || *c == '\r' ? ' ' : *c, r->out);
}

static void tap_told(struct reporter *r, const json *record)
{
    fprintf(r->out, "%sok %zu - ", record_is(record, "failed") ? "not " : "", r->told);
    print_description(r, record);
    if (record_is(record, "skipped"))
        print_skip(r, record);
    fputc('\n', r->out);
    if (record_is(record, "failed"))
        print_block(r, record);
}

static void tap_end(struct reporter *r, const struct test_summary *s)
{
    fprintf(r->out, "# %zu passed, %zu failed, %zu skipped in %.2f s\n", s->passed, s->failed,
            s->skipped, s->took_s);
}

const struct reporter_kind reporter_tap = {
    .name = "tap", .begin = tap_begin, .told = tap_told, .end = tap_end};
