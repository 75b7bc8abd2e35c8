/* Templates: whatever they hold, each problem has a place in the file that it is said of. */

#include "parsers/base/mem.h"
#include "parsers/source.h"
#include "tools/template/template.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char referred[] = "{\"StartAt\": \"A\", \"TimeoutSeconds\": ${Timeout}, \"States\": "
                               "{\"A\": {\"Type\": \"Task\",\n"
                               "\"Resource\": \"${Function}\", \"Nxt\": 1, \"End\": true}}}";

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* What one reading came to: two of the same text come to the same. */
struct seen {
    size_t found, unchecked;
    uint64_t hash;
};

static void mix(struct seen *s, const char *text)
{
    for (; text && *text; text++)
        s->hash = (s->hash ^ (unsigned char)*text) * 1099511628211u;
}

static void check_place(struct source_lines *lines, struct place at)
{
    if (!at.line)
        return;
    size_t offset = source_offset(lines, at.line, at.column);
    struct place back = source_place(lines, offset, offset + 1);
    must(at.column > 0, "a column counts from 1");
    must(offset <= lines->len, "a place is in the file");
    must(back.line == at.line && back.column == at.column, "and its line has that column");
}

static void on_found(void *ctx, const struct template_found *found)
{
    struct seen *s = ctx;
    size_t errors = 0;

    s->found++;
    must(found->file && *found->file, "a definition is in a file");
    for (size_t i = 0; i < found->report->count; i++) {
        const struct asl_problem *p = &found->report->problems[i];
        must(p->code && *p->code && p->message && *p->message, "a problem has code and message");
        must(!p->unsure, "nothing is said of what a placeholder decides");
        check_place(found->lines, p->place);
        errors += p->severity == ASL_ERROR;
        mix(s, p->code);
        mix(s, p->message);
        s->hash += p->place.line * 31u + p->place.column;
    }
    must(errors == found->report->errors, "errors are counted");
}

static void on_unchecked(void *ctx, const char *file, const char *machine, const char *why)
{
    struct seen *s = ctx;

    s->unchecked++;
    must(file && why && *why, "there is a reason");
    mix(s, machine);
}

static bool on_read_file(void *ctx, const char *near, const char *path, struct buf *text,
                         struct diag *why)
{
    (void)ctx;
    (void)near;
    if (strlen(path) % 2) {
        diag_set(why, NULL, 0, "there is no %s", path);
        return false;
    }
    buf_adds(text, referred);
    return true;
}

/* Given away instead of validated: it compiles to the same, and what is open has a name. */
static void on_take(void *ctx, const struct template_taken *taken)
{
    struct seen *s = ctx;
    struct asl_report report = {0};
    asl_machine *m = template_compile(taken, &report);

    s->found++;
    must(!taken->bare || json_get(taken->open, taken->bare), "what is bare is open");
    must(!m == (report.errors > 0), "a machine, or an error");
    for (size_t i = 0; i < report.count; i++)
        check_place(taken->lines, report.problems[i].place);
    mix(s, m ? "machine" : "none");
    asl_machine_unref(m);
    asl_report_clear(&report);
}

static void read_as(const char *kind, const char *name, const char *text, size_t len)
{
    struct seen once = {0}, twice = {0};
    struct placeholders given = {0};
    struct template_reader reader = {
        .found = on_found, .unchecked = on_unchecked, .read_file = on_read_file};

    reader.ctx = &once;
    template_read(&reader, template_kind_find(kind), name, text, len);
    reader.ctx = &twice;
    template_read(&reader, template_kind_find(kind), name, text, len);
    must(once.found == twice.found && once.unchecked == twice.unchecked && once.hash == twice.hash,
         "the same text comes to the same");
    /* With values, in which there are more placeholders; and to be run. */
    must(placeholders_add(&given, "a=${b}\"${Timeout}", NULL), "it is NAME=VALUE");
    must(placeholders_add(&given, "Timeout=5", NULL), "it is NAME=VALUE");
    placeholders_default(&given, "AWS::Region", "${a}${a}");
    reader.given = &given;
    template_read(&reader, template_kind_find(kind), name, text, len);
    reader.take = on_take;
    template_read(&reader, template_kind_find(kind), name, text, len);
    placeholders_clear(&given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {"definition", "cloudformation", "serverless", "terraform"};
    /* Of its own size: what reads behind its end is seen. */
    char *text = mem_alloc(size ? size : 1);
    const char *name = size && *data == '{' ? "t.json" : "t.yaml";

    if (size)
        memcpy(text, data, size);
    template_kind_of(name, text, size);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        read_as(kinds[i], name, text, size);
    mem_free(text);
    return 0;
}
