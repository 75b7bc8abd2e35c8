/* Files of suites: read, parsed with their places, and checked by the tables. */
#include "parsers/base/mem.h"
#include "parsers/document.h"
#include "parsers/json/json.h"
#include "tools/test/schema.h"
#include "tools/test/suite.h"

#include <string.h>

enum { SUITE_FILE_MAX = 16 * 1024 * 1024 };

/* JSONata begins as an object of YAML does. */
static bool is_bare_jsonata(const struct suite_file *f, const struct diag *why)
{
    const char *text = f->text.data;

    return text && why->at > 0 && why->at < f->text.len && text[why->at] == '%' &&
           text[why->at - 1] == '{';
}

static bool refuse_whole(const struct suite_file *f, struct asl_report *report,
                         const struct diag *why)
{
    asl_report_add(report, ASL_ERROR, "TEST_SUITE", NULL, ASL_VALUE,
                   is_bare_jsonata(f, why) ? "JSONata is text: \"{% … %}\", with the braces" : "",
                   "%s", why->text);
    report->problems[report->count - 1].place = why->place;
    return false;
}

bool suite_file_open(struct suite_file *f, const char *path, struct diag *why)
{
    f->path = mem_strdup(path);
    return buf_read_regular(&f->text, path, SUITE_FILE_MAX, why);
}

bool suite_file_parse(struct suite_file *f, const struct schema_object *fields,
                      struct asl_report *report)
{
    const struct schema_shape shape = {.forms = SCHEMA_OBJECT, .object = fields};
    struct json_places *places = NULL;
    struct diag why = {0};

    buf_str(&f->text);
    source_lines_init(&f->lines, f->text.data, f->text.len);
    enum document_format format = document_format(f->path, f->text.data, f->text.len);
    f->doc = document_parse(format, f->text.data, f->text.len, JSON_READ_UNIQUE, &f->arena, &places,
                            &why);
    f->top = (struct asl_at){.value = f->doc, .places = places};
    if (!f->doc)
        refuse_whole(f, report, &why);
    else if (fields)
        schema_check(&shape, &f->top, report);
    diag_clear(&why);
    return report->errors == 0;
}

bool suite_file_read(struct suite_file *f, const char *path, const struct schema_object *fields,
                     struct asl_report *report)
{
    struct diag why = {0};
    bool good = suite_file_open(f, path, &why) ? suite_file_parse(f, fields, report)
                                               : refuse_whole(f, report, &why);

    diag_clear(&why);
    return good;
}

void suite_file_clear(struct suite_file *f)
{
    json_unref(f->doc);
    source_lines_clear(&f->lines);
    arena_clear(&f->arena);
    buf_clear(&f->text);
    mem_free(f->path);
    *f = (struct suite_file){0};
}
