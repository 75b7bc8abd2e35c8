/* Definitions: whatever the text, the loader gives a machine or says where it is wrong. */

#include "asl/asl.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static uint32_t lines(const char *text, size_t len)
{
    uint32_t n = 1;

    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n' || text[i] == '\r';
    return n;
}

static void check_problem(const struct asl_problem *p, uint32_t most_lines)
{
    must(p->code && *p->code, "a problem has a code");
    must(p->message && *p->message, "a problem has a message");
    must(!p->hint || *p->hint, "a hint says something");
    must(p->pointer && (!*p->pointer || *p->pointer == '/'), "a problem has a JSON Pointer");
    must(p->place.line <= most_lines, "its line is one of the text's");
    must(p->place.line == 0 || p->place.column > 0, "its column counts from 1");
}

static bool same_problem(const struct asl_problem *a, const struct asl_problem *b)
{
    return a->severity == b->severity && !strcmp(a->code, b->code) &&
           !strcmp(a->message, b->message) && !strcmp(a->pointer, b->pointer) &&
           a->place.line == b->place.line && a->place.column == b->place.column;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct asl_report report = {0}, again = {0};
    asl_machine *m = asl_compile(text, size, DOCUMENT_JSON, &report);
    uint32_t most_lines = lines(text, size);
    size_t errors = 0;

    must(!m == (report.errors > 0), "there is a machine, or an error");
    for (size_t i = 0; i < report.count; i++) {
        check_problem(&report.problems[i], most_lines);
        errors += report.problems[i].severity == ASL_ERROR;
    }
    must(errors == report.errors, "errors are counted");
    asl_machine_unref(m);
    m = asl_compile(text, size, DOCUMENT_JSON, &again);
    must(report.count == again.count, "the same text has the same problems");
    for (size_t i = 0; i < report.count; i++)
        must(same_problem(&report.problems[i], &again.problems[i]), "and in the same order");
    asl_machine_unref(m);
    asl_report_clear(&report);
    asl_report_clear(&again);
    return 0;
}
