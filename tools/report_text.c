#include "tools/report_text.h"

#include "asl/codes.h"
#include "parsers/source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool colour_wanted(FILE *out)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    return !(no && *no) && isatty(fileno(out)) && !(term && strcmp(term, "dumb") == 0);
}

/* Bytes of the first `count` characters of [p, end). */
static size_t bytes_of(const char *p, const char *end, uint32_t count)
{
    const char *start = p;

    while (p < end && count) {
        p++;
        while (p < end && ((unsigned char)*p & 0xc0) == 0x80)
            p++;
        count--;
    }
    return (size_t)(p - start);
}

/* The line with a caret, and tildes as far as the place reaches. */
static void print_line(FILE *out, struct source_lines *lines, const struct place *at,
                       const char *paint, const char *plain)
{
    /* A long line is shown around its place. */
    enum { BEFORE = 60, WIDTH = 120 };
    uint32_t from = at->column > BEFORE ? at->column - BEFORE : 1;
    const char *line = lines->text + source_offset(lines, at->line, from);
    const char *stop = lines->text + lines->len;
    size_t shown = bytes_of(line, stop, WIDTH);

    fprintf(out, "  %5u | ", at->line);
    for (size_t i = 0; i < shown && line[i] != '\n'; i++)
        fputc(line[i] == '\t' ? ' ' : line[i], out);
    fprintf(out, "\n        | %*s%s^", (int)(at->column - from), "", paint);
    for (uint32_t i = 1; i < at->length && at->column - from + i < WIDTH; i++)
        fputc('~', out);
    fprintf(out, "%s\n", plain);
}

/* "at /States/A/Next of Machine" */
static void print_pointer(FILE *out, const struct asl_problem *p, const char *machine)
{
    bool pointer = p->pointer && *p->pointer;

    if (pointer && machine)
        fprintf(out, "        at %s of %s\n", p->pointer, machine);
    else if (pointer || machine)
        fprintf(out, "        %s %s\n", pointer ? "at" : "of", pointer ? p->pointer : machine);
}

void report_print_file(FILE *out, const struct report_file *f, bool colour)
{
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";

    for (size_t i = 0; i < f->report->count; i++) {
        const struct asl_problem *p = &f->report->problems[i];
        const char *paint = !colour ? "" : p->severity == ASL_ERROR ? "\033[31m" : "\033[33m";
        fprintf(out, "%s%s", bold, f->name);
        if (p->place.line)
            fprintf(out, ":%u:%u", p->place.line, p->place.column);
        fprintf(out, ":%s %s%s%s: %s [%s]\n", plain, paint,
                p->severity == ASL_ERROR ? "error" : "warning", plain, p->message, p->code);
        /* What is secret is not copied into a log. */
        const struct asl_code *code = asl_code_find(p->code, strlen(p->code));
        if (p->place.line && !(code && code->hide))
            print_line(out, f->lines, &p->place, paint, plain);
        print_pointer(out, p, f->machine);
        if (p->hint)
            fprintf(out, "        %s\n", p->hint);
    }
}

void report_print(FILE *out, const char *file, const char *text, size_t len,
                  const struct asl_report *report, bool colour)
{
    struct source_lines lines;

    source_lines_init(&lines, text, len);
    report_print_file(out, &(struct report_file){.name = file, .lines = &lines, .report = report},
                      colour);
    source_lines_clear(&lines);
}
