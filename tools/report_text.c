/*
 * Problems for people, and whether the terminal can show colours. The line of the source is shown
 * with a caret, cut around the place when it is too long.
 */

#include "tools/report_text.h"

#include "asl/report/codes.h"
#include "parsers/base/count.h"
#include "parsers/source.h"
#include "tools/shown.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_is_able(FILE *out)
{
    const char *term = getenv("TERM");

    return isatty(fileno(out)) && !(term && strcmp(term, "dumb") == 0);
}

static const struct option_row rows[] = {
    {"color", 0, "always|never|auto",
     "whether messages have colours; auto: on terminals only\n"
     "(also NO_COLOR, FORCE_COLOR; default: auto)",
     0},
};

const struct option_group colour_group = {rows, COUNT(rows), NULL};

/* The order is that of no-color.org and most programs: the option, NO_COLOR, FORCE_COLOR, the
 * terminal. */
bool colour_wanted(FILE *out, const char *choice)
{
    const char *no = getenv("NO_COLOR"), *force = getenv("FORCE_COLOR");

    if (choice && strcmp(choice, "auto") != 0)
        return strcmp(choice, "always") == 0;
    if (no && *no)
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    return terminal_is_able(out);
}

/* Prints the line with a caret and, as far as the place reaches, tildes. The width is bounded on
 * both sides: a narrow terminal still shows something, and a pipe gets no lines of megabytes. */
static void report_text_print_line(FILE *out, struct source_lines *lines, const struct place *at,
                                   const char *paint, const char *plain)
{
    enum { MARGIN = 10, MIN = 40, MAX = 120 };
    size_t columns = shown_columns(out, MARGIN + MAX);
    struct excerpt e;

    columns = columns < MARGIN + MIN ? MIN : columns > MARGIN + MAX ? MAX : columns - MARGIN;
    excerpt_init(&e, lines->text, lines->len, source_offset(lines, at->line, at->column),
                 source_offset(lines, at->line, at->column + at->length), columns);
    fprintf(out, "  %5u | %s\n        | %*s%s^", at->line, buf_str(&e.line), (int)e.before, "",
            paint);
    for (size_t i = 1; i < e.marked; i++)
        fputc('~', out);
    fprintf(out, "%s\n", plain);
    excerpt_clear(&e);
}

/* "at /States/A/Next of Machine" */
static void print_pointer(FILE *out, const struct asl_problem *p, const char *machine)
{
    bool pointer = p->pointer && *p->pointer;

    if (!pointer && !machine)
        return;
    fputs("       ", out);
    if (pointer) {
        fputs(" at ", out);
        shown_print(out, p->pointer);
    }
    if (machine) {
        fputs(" of ", out);
        shown_print(out, machine);
    }
    fputc('\n', out);
}

void report_print_file(FILE *out, const struct report_file *f, bool colour)
{
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";

    for (size_t i = 0; i < f->report->count; i++) {
        const struct asl_problem *p = &f->report->problems[i];
        const char *paint = !colour ? "" : p->severity == ASL_ERROR ? "\033[31m" : "\033[33m";
        fputs(bold, out);
        shown_print(out, f->name);
        if (p->place.line)
            fprintf(out, ":%u:%u", p->place.line, p->place.column);
        fprintf(out, ":%s %s%s%s: ", plain, paint, p->severity == ASL_ERROR ? "error" : "warning",
                plain);
        shown_print(out, p->message);
        fprintf(out, " [%s]\n", p->code);
        /* What is secret is not copied into a log. */
        const struct asl_code *code = asl_code_find(p->code, strlen(p->code));
        if (p->place.line && !(code && code->hide))
            report_text_print_line(out, f->lines, &p->place, paint, plain);
        print_pointer(out, p, f->machine);
        if (p->hint && *p->hint) {
            fputs("        ", out);
            shown_print(out, p->hint);
            fputc('\n', out);
        }
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
