/* For people: the cases below their suites, and of each failure all that helps to mend it. */
#include "parsers/base/buf.h"
#include "tools/test/reporter_impl.h"

#include <stdlib.h>
#include <string.h>

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define GREY "\033[2m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

static const char *colour(const struct reporter *r, const char *code)
{
    return r->colour ? code : "";
}

/* Four digits, and more where these would make a whole number of another one. */
static void write_rounded(struct buf *out, double v, const char *unit)
{
    char text[32];
    int digits = 4;

    do {
        snprintf(text, sizeof text, "%.*g", digits, v);
        digits += 2;
    } while (digits <= 14 &&
             (strchr(text, 'e') || (!strchr(text, '.') && strtod(text, NULL) != v)));
    buf_printf(out, "%s %s", text, unit);
}

/* A short time for people: "0.4 ms", "3 s", "2 h". */
static void write_time(struct buf *out, double s)
{
    if (s < 1)
        buf_printf(out, "%.1f ms", s * 1e3);
    else if (s < 120)
        buf_printf(out, "%g s", s);
    else if (s < 7200)
        write_rounded(out, s / 60, "min");
    else if (s < 172800)
        write_rounded(out, s / 3600, "h");
    else
        write_rounded(out, s / 86400, "days");
}

/* Lines behind the first are set below it. */
static void print_indented(const struct reporter *r, const char *text, const char *indent)
{
    for (const char *end; *text; text = end) {
        end = strchr(text, '\n');
        size_t len = end ? (size_t)(end - text) : strlen(text);
        fprintf(r->out, "%s%.*s\n", indent, (int)len, text);
        end = end ? end + 1 : text + len;
    }
}

static void print_place(const struct reporter *r, const char *file, const json *at)
{
    if (record_int(at, "line"))
        fprintf(r->out, "      %sat %s:%lld:%lld%s\n", colour(r, GREY), file,
                (long long)record_int(at, "line"), (long long)record_int(at, "column"),
                colour(r, PLAIN));
}

static void print_failure(const struct reporter *r, const char *file, const json *failure)
{
    struct buf text = {0};

    record_paint_failure(
        &text, failure,
        &(struct paints){colour(r, BOLD), colour(r, GREEN), colour(r, RED), colour(r, PLAIN)});
    print_indented(r, buf_str(&text), "      ");
    print_place(r, file, record_place(failure));
    buf_clear(&text);
}

static void print_failures(const struct reporter *r, const json *record)
{
    const json *failures = record_list(record, "failures");
    struct buf context = {0};

    for (size_t i = 0; i < json_count(failures); i++)
        print_failure(r, record_text(record, "suite"), json_at(failures, i));
    record_write_context(&context, record);
    fputs(colour(r, GREY), r->out);
    print_indented(r, buf_str(&context), "      ");
    fputs(colour(r, PLAIN), r->out);
    buf_clear(&context);
}

static void tree_told(struct reporter *r, const json *record)
{
    bool passed = record_is(record, "passed"), skipped = record_is(record, "skipped");
    struct buf times = {0};

    if (record_begins_suite(r, record))
        fprintf(r->out, "%s%s%s\n", colour(r, BOLD), record_text(record, "suite"),
                colour(r, PLAIN));
    if (skipped) {
        fprintf(r->out, "  %s-%s %s %s(skipped: %s)%s\n", colour(r, YELLOW), colour(r, PLAIN),
                record_text(record, "case"), colour(r, GREY), record_text(record, "reason"),
                colour(r, PLAIN));
        return;
    }
    write_time(&times, record_number(record, "took"));
    if (record_number(record, "duration") > 0) {
        buf_adds(&times, " for ");
        write_time(&times, record_number(record, "duration"));
    }
    fprintf(r->out, "  %s%s%s %s%s%s %s(%s)%s\n", colour(r, passed ? GREEN : RED),
            passed ? "✓" : "✗", colour(r, PLAIN), record_text(record, "case"),
            *record_text(record, "ended") ? ": " : "", record_text(record, "ended"),
            colour(r, GREY), buf_str(&times), colour(r, PLAIN));
    if (!passed)
        print_failures(r, record);
    buf_clear(&times);
}

static void tree_end(struct reporter *r, const struct test_summary *s)
{
    fprintf(r->out, "%s%zu passed, %zu failed", colour(r, s->failed || s->unread ? RED : GREEN),
            s->passed, s->failed);
    if (s->unread)
        fprintf(r->out, ", %zu suite%s can't be read", s->unread, s->unread == 1 ? "" : "s");
    fputs(colour(r, PLAIN), r->out);
    if (s->skipped)
        fprintf(r->out, ", %zu skipped", s->skipped);
    fprintf(r->out, " in %.2f s\n", s->took_s);
}

const struct reporter_kind reporter_tree = {.name = "tree", .told = tree_told, .end = tree_end};
