/*
 * The formats of asl validate, a row each in the table at the end. text, json and github are
 * written file by file; sarif and junit are one document, whose head needs what only the end knows,
 * so their parts are kept until then.
 */

#include "tools/report_format.h"

#include "asl/report/codes.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/json/json.h"
#include "tools/report_text.h"

#include <string.h>

static const char *severity_name(const struct asl_problem *p)
{
    return p->severity == ASL_ERROR ? "error" : "warning";
}

/* ---- text: for people ---- */

static void text_file(struct report_writer *w, const struct report_file *f)
{
    report_print_file(w->out, f, w->colour);
}

/* ---- json: a line for each file ---- */

static void report_format_set_text(struct json_build *b, const char *key, const char *text)
{
    json_build_set(b, key, text ? json_cstring(text) : json_null());
}

/* All members are there for each problem, null where there is nothing: the form is documented,
 * and programs rely on it. */
static json *json_problem(const struct asl_problem *p)
{
    struct json_build b;

    json_build_object(&b, 9);
    report_format_set_text(&b, "severity", severity_name(p));
    report_format_set_text(&b, "code", p->code);
    report_format_set_text(&b, "message", p->message);
    report_format_set_text(&b, "pointer", p->pointer);
    report_format_set_text(&b, "location", p->location);
    json_build_set(&b, "line", p->place.line ? json_int(p->place.line) : json_null());
    json_build_set(&b, "column", p->place.line ? json_int(p->place.column) : json_null());
    json_build_set(&b, "length", p->place.line ? json_int(p->place.length) : json_null());
    report_format_set_text(&b, "hint", p->hint);
    return json_build_done(&b);
}

static void write_line(FILE *out, json *v)
{
    struct buf text = {0};

    json_write(&text, v);
    fprintf(out, "%s\n", buf_str(&text));
    buf_clear(&text);
    json_unref(v);
}

static void json_file(struct report_writer *w, const struct report_file *f)
{
    struct json_build file, problems;

    json_build_array(&problems, f->report->count);
    for (size_t i = 0; i < f->report->count; i++)
        json_build_add(&problems, json_problem(&f->report->problems[i]));
    json_build_object(&file, 4);
    report_format_set_text(&file, "file", f->name);
    if (f->machine)
        report_format_set_text(&file, "machine", f->machine);
    json_build_set(&file, "valid", json_bool(f->report->errors == 0));
    json_build_set(&file, "diagnostics", json_build_done(&problems));
    write_line(w->out, json_build_done(&file));
}

/* ---- github: commands that a workflow's log turns into annotations ---- */

/* Escapes as GitHub's workflow commands want it: a property's value ends at a ',' or ':', so
 * these are escaped in it, and not in the message. */
static void github_text(FILE *out, const char *text, bool property)
{
    for (; *text; text++) {
        if (*text == '%' || *text == '\r' || *text == '\n' ||
            (property && (*text == ':' || *text == ',')))
            fprintf(out, "%%%02X", (unsigned)*text);
        else
            fputc(*text, out);
    }
}

static void github_file(struct report_writer *w, const struct report_file *f)
{
    for (size_t i = 0; i < f->report->count; i++) {
        const struct asl_problem *p = &f->report->problems[i];
        fprintf(w->out, "::%s file=", severity_name(p));
        github_text(w->out, f->name, true);
        if (p->place.line)
            fprintf(w->out, ",line=%u,col=%u,endColumn=%u", p->place.line, p->place.column,
                    p->place.column + p->place.length);
        fputs(",title=", w->out);
        github_text(w->out, p->code, true);
        fputs("::", w->out);
        if (f->machine) {
            github_text(w->out, f->machine, false);
            fputs(": ", w->out);
        }
        github_text(w->out, p->message, false);
        if (*p->pointer) {
            fputs("%0Aat ", w->out);
            github_text(w->out, p->pointer, false);
        }
        if (p->hint) {
            fputs("%0A", w->out);
            github_text(w->out, p->hint, false);
        }
        fputc('\n', w->out);
    }
}

/* ---- sarif 2.1.0: one document ---- */

/* A file's name as a URI reference. */
static json *sarif_uri(const char *name)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    struct buf uri = {0};

    for (; *name; name++) {
        if (strchr(plain, *name))
            buf_addc(&uri, *name);
        else
            buf_printf(&uri, "%%%02X", (unsigned)(unsigned char)*name);
    }
    return json_take_buf(&uri);
}

static json *report_format_object_of(const char *key, json *v)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, key, v);
    return json_build_done(&b);
}

static json *array_of(json *v)
{
    struct json_build b;

    json_build_array(&b, 1);
    json_build_add(&b, v);
    return json_build_done(&b);
}

/* Columns count characters from 1, as columnKind says at the end of the document; endColumn is
 * the first one behind the place. */
static json *sarif_region(const struct place *place)
{
    struct json_build b;

    json_build_object(&b, 3);
    json_build_set(&b, "startLine", json_int(place->line));
    json_build_set(&b, "startColumn", json_int(place->column));
    json_build_set(&b, "endColumn", json_int((int64_t)place->column + place->length));
    return json_build_done(&b);
}

/* Returns the logical location: "/States/A", or "Machine:/States/A" in a template, where each
 * machine has states of its own. */
static json *sarif_logical(const char *machine, const char *location)
{
    struct json_build b;

    json_build_object(&b, 2);
    if (machine)
        json_build_set(&b, "name", json_cstring(machine));
    json_build_set(&b, "fullyQualifiedName",
                   machine ? json_stringf("%s:%s", machine, location ? location : "")
                           : json_cstring(location));
    return array_of(json_build_done(&b));
}

static json *sarif_location(const struct report_file *f, const struct asl_problem *p)
{
    struct json_build physical, b;

    json_build_object(&physical, 2);
    json_build_set(&physical, "artifactLocation",
                   report_format_object_of("uri", sarif_uri(f->name)));
    if (p->place.line)
        json_build_set(&physical, "region", sarif_region(&p->place));
    json_build_object(&b, 2);
    json_build_set(&b, "physicalLocation", json_build_done(&physical));
    if (p->location || f->machine)
        json_build_set(&b, "logicalLocations", sarif_logical(f->machine, p->location));
    return json_build_done(&b);
}

/* Returns the index of a code in the list of rules, to which it is added when it is met first:
 * a result of SARIF names its rule so. */
static size_t sarif_rule(struct report_writer *w, const char *code)
{
    for (size_t i = 0; i < w->rules_count; i++)
        if (strcmp(w->rules[i], code) == 0)
            return i;
    w->rules = mem_realloc(w->rules, (w->rules_count + 1) * sizeof *w->rules);
    w->rules[w->rules_count] = code;
    return w->rules_count++;
}

/* Results are kept until the end: the rules stand before them in the document, and are known only
 * when all files have been seen. */
static void sarif_file(struct report_writer *w, const struct report_file *f)
{
    for (size_t i = 0; i < f->report->count; i++) {
        const struct asl_problem *p = &f->report->problems[i];
        struct json_build b;
        json_build_object(&b, 5);
        report_format_set_text(&b, "ruleId", p->code);
        json_build_set(&b, "ruleIndex", json_int((int64_t)sarif_rule(w, p->code)));
        report_format_set_text(&b, "level", severity_name(p));
        json *text =
            p->hint ? json_stringf("%s (%s)", p->message, p->hint) : json_cstring(p->message);
        json_build_set(&b, "message", report_format_object_of("text", text));
        json_build_set(&b, "locations", array_of(sarif_location(f, p)));
        json *result = json_build_done(&b);
        if (w->kept.len)
            buf_addc(&w->kept, ',');
        json_write(&w->kept, result);
        json_unref(result);
    }
}

/* Text or Markdown, with the examples that a code has. */
static void add_help(struct buf *out, const struct asl_code *c, bool markdown)
{
    static const char *const words[] = {"Bad", "Good"};
    const char *const examples[] = {c->bad, c->good};

    buf_printf(out, "%s\n\n%s", c->why, c->mend);
    for (size_t i = 0; i < COUNT(words); i++) {
        if (!examples[i])
            continue;
        if (markdown)
            buf_printf(out, "\n\n%s:\n\n```json\n%s\n```", words[i], examples[i]);
        else
            buf_printf(out, "\n\n%s:\n\n%s", words[i], examples[i]);
    }
}

/* What those who see a problem without asl at hand need to know of its code. */
static json *sarif_rule_text(const char *code)
{
    static const char about[] = "https://docs.aws.amazon.com/step-functions/latest/dg/"
                                "concepts-amazon-states-language.html";
    const struct asl_code *c = asl_code_find(code, strlen(code));
    struct buf text = {0}, markdown = {0};
    struct json_build b, help;

    json_build_object(&b, 6);
    report_format_set_text(&b, "id", code);
    if (!c)
        return json_build_done(&b);
    add_help(&text, c, false);
    add_help(&markdown, c, true);
    json_build_object(&help, 2);
    json_build_set(&help, "text", json_take_buf(&text));
    json_build_set(&help, "markdown", json_take_buf(&markdown));
    json_build_set(&b, "shortDescription",
                   report_format_object_of("text", json_cstring(c->summary)));
    json_build_set(&b, "fullDescription", report_format_object_of("text", json_cstring(c->why)));
    json_build_set(&b, "help", json_build_done(&help));
    report_format_set_text(&b, "helpUri", about);
    json_build_set(&b, "defaultConfiguration",
                   report_format_object_of(
                       "level", json_cstring(c->severity == ASL_ERROR ? "error" : "warning")));
    return json_build_done(&b);
}

static void sarif_end(struct report_writer *w)
{
    fputs("{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
          "\"runs\":[{\"tool\":{\"driver\":{\"name\":\"asl\",\"version\":\"" ASL_VERSION "\","
          "\"rules\":[",
          w->out);
    for (size_t i = 0; i < w->rules_count; i++) {
        struct buf text = {0};
        json *rule = sarif_rule_text(w->rules[i]);
        json_write(&text, rule);
        fprintf(w->out, "%s%s", i ? "," : "", buf_str(&text));
        buf_clear(&text);
        json_unref(rule);
    }
    fputs("]}},\"columnKind\":\"unicodeCodePoints\",\"results\":[", w->out);
    fputs(buf_str(&w->kept), w->out);
    fputs("]}]}\n", w->out);
}

/* ---- junit: a test case for each file, which fails by its errors ---- */

/*
 * Escapes text for XML 1.0, which has no control characters but tab, line feed and carriage return,
 * not even escaped. These three are escaped, as an attribute's value would turn them into blanks.
 */
static void xml_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '&')
            buf_adds(out, "&amp;");
        else if (c == '<')
            buf_adds(out, "&lt;");
        else if (c == '>')
            buf_adds(out, "&gt;");
        else if (c == '"')
            buf_adds(out, "&quot;");
        else if (c == '\n' || c == '\r' || c == '\t')
            buf_printf(out, "&#%u;", c);
        else
            buf_addc(out, c < ' ' ? '?' : *text);
    }
}

/* "12:7: message [CODE]", and on lines of their own where and how to mend it. */
static void junit_problem(struct buf *out, const struct asl_problem *p)
{
    if (p->place.line)
        buf_printf(out, "%u:%u: ", p->place.line, p->place.column);
    xml_text(out, p->message);
    buf_printf(out, " [%s]\n", p->code);
    if (*p->pointer) {
        buf_adds(out, "    at ");
        xml_text(out, p->pointer);
        buf_addc(out, '\n');
    }
    if (p->hint) {
        buf_adds(out, "    ");
        xml_text(out, p->hint);
        buf_addc(out, '\n');
    }
}

/* One element for all problems of a severity: readers of JUnit expect one failure a test case. */
static void junit_list(struct buf *out, const struct asl_report *r, enum asl_severity severity)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->problems[i].severity == severity)
            junit_problem(out, &r->problems[i]);
}

/* Errors fail the test case. Warnings go to its output, as a test that passes may have some. */
static void junit_file(struct report_writer *w, const struct report_file *f)
{
    const struct asl_report *r = f->report;

    buf_adds(&w->kept, "  <testcase classname=\"asl validate\" name=\"");
    xml_text(&w->kept, f->name);
    if (f->machine) {
        buf_adds(&w->kept, ": ");
        xml_text(&w->kept, f->machine);
    }
    buf_adds(&w->kept, "\">\n");
    if (r->errors) {
        buf_printf(&w->kept, "    <failure message=\"%zu error%s\">", r->errors,
                   r->errors == 1 ? "" : "s");
        junit_list(&w->kept, r, ASL_ERROR);
        buf_adds(&w->kept, "</failure>\n");
    }
    if (r->count > r->errors) {
        buf_adds(&w->kept, "    <system-out>");
        junit_list(&w->kept, r, ASL_WARNING);
        buf_adds(&w->kept, "</system-out>\n");
    }
    buf_adds(&w->kept, "  </testcase>\n");
}

static void junit_end(struct report_writer *w)
{
    fprintf(w->out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuites>\n"
            "<testsuite name=\"asl validate\" tests=\"%zu\" failures=\"%zu\">\n"
            "%s</testsuite>\n"
            "</testsuites>\n",
            w->files, w->bad, buf_str(&w->kept));
}

/* ---- all of them ---- */

static const struct report_format formats[] = {
    {"text", text_file, NULL},        {"json", json_file, NULL},
    {"github", github_file, NULL},    {"sarif", sarif_file, sarif_end},
    {"junit", junit_file, junit_end},
};

const struct report_format *report_format_find(const char *name)
{
    for (size_t i = 0; i < COUNT(formats); i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

void report_writer_file(struct report_writer *w, const struct report_file *f)
{
    w->files++;
    w->bad += f->report->errors > 0;
    w->format->file(w, f);
}

void report_writer_end(struct report_writer *w)
{
    if (w->format->end)
        w->format->end(w);
    buf_clear(&w->kept);
    mem_free(w->rules);
    w->rules = NULL;
    w->rules_count = 0;
}
