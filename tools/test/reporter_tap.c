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
static void print_block(const struct reporter *r, const json *record)
{
    const json *failures = record_list(record, "failures");
    struct buf message = {0}, quoted = {0};

    for (size_t i = 0; i < json_count(failures); i++) {
        struct buf one = {0};
        record_write_failure(&one, json_at(failures, i));
        buf_printf(&message, "%s%s", i ? "\n" : "", buf_str(&one));
        buf_clear(&one);
    }
    json_write_string(&quoted, message.data ? message.data : "", message.len);
    fprintf(r->out, "  ---\n  message: %s\n  severity: fail\n", buf_str(&quoted));
    buf_reset(&quoted);
    json_write_string(&quoted, record_text(record, "suite"), strlen(record_text(record, "suite")));
    fprintf(r->out, "  at:\n    file: %s\n    line: %lld\n  ...\n", buf_str(&quoted),
            (long long)record_int(record, "line"));
    buf_clear(&quoted);
    buf_clear(&message);
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
