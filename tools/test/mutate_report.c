/*
 * Mutants as Stryker's mutation-testing-report-schema has them, version 2, so that its viewers show
 * them beside the definition.
 */
#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "tools/test/mutate.h"

#include <string.h>

enum { SOURCE_MOST = 16 * 1024 * 1024 };

static const char *const statuses[MUTANT_FATES] = {
    [MUTANT_KILLED] = "Killed",        [MUTANT_TIMEOUT] = "Timeout",
    [MUTANT_SURVIVED] = "Survived",    [MUTANT_NO_COVERAGE] = "NoCoverage",
    [MUTANT_REFUSED] = "CompileError",
};

static json *text_value(const char *text)
{
    return json_string_mended(text, strlen(text));
}

static json *position(uint32_t line, uint32_t column)
{
    struct json_build b = {0};

    json_build_object(&b, 2);
    json_build_set(&b, "line", json_int(line ? line : 1));
    json_build_set(&b, "column", json_int(column ? column : 1));
    return json_build_done(&b);
}

/* The end is behind the last character. A place that is not known is the file's first. */
static json *location(struct place at)
{
    struct json_build b = {0};

    json_build_object(&b, 2);
    json_build_set(&b, "start", position(at.line, at.column));
    json_build_set(&b, "end",
                   position(at.line, (at.column ? at.column : 1) + (at.length ? at.length : 1)));
    return json_build_done(&b);
}

/* Cases are told by their number. */
static json *cases_covering(const struct mutation *m, const struct mutant_result *r)
{
    struct json_build b = {0};

    json_build_array(&b, 4);
    for (size_t c = 0; c < m->case_count; c++)
        if (mutation_covers(m, c, r))
            json_build_add(&b, json_stringf("%zu", c));
    return json_build_done(&b);
}

static json *mutant_value(const struct mutation *m, size_t i)
{
    const struct mutant_result *r = &m->results[i];
    struct json_build b = {0}, killers = {0};
    struct buf words = {0};

    mutant_write(&words, r->mutant);
    json_build_object(&b, 8);
    json_build_set(&b, "id", json_stringf("%zu", i));
    json_build_set(&b, "mutatorName", json_cstring(r->mutant->kind));
    json_build_set(&b, "description", text_value(buf_str(&words)));
    json_build_set(&b, "location", location(r->mutant->place));
    json_build_set(&b, "status", json_cstring(statuses[r->fate]));
    json_build_set(&b, "coveredBy", cases_covering(m, r));
    json_build_array(&killers, 1);
    if (r->fate == MUTANT_KILLED || r->fate == MUTANT_TIMEOUT)
        json_build_add(&killers, json_stringf("%zu", r->killer));
    json_build_set(&b, "killedBy", json_build_done(&killers));
    buf_clear(&words);
    return json_build_done(&b);
}

/* ---- files ---- */

static json *source_of(const char *file)
{
    struct buf text = {0};

    buf_read_file(&text, file, SOURCE_MOST, NULL);
    json *v = json_string_mended(buf_str(&text), text.len);
    buf_clear(&text);
    return v;
}

static json *file_value(const struct mutation *m, const char *file)
{
    struct json_build b = {0}, mutants = {0};
    size_t len = strlen(file);
    bool yaml =
        len > 4 && (strcmp(file + len - 4, ".yml") == 0 || strcmp(file + len - 4, "yaml") == 0);

    json_build_array(&mutants, 16);
    for (size_t i = 0; i < m->count; i++)
        if (strcmp(m->results[i].machine->file, file) == 0)
            json_build_add(&mutants, mutant_value(m, i));
    json_build_object(&b, 3);
    json_build_set(&b, "language", json_cstring(yaml ? "yaml" : "json"));
    json_build_set(&b, "source", source_of(file));
    json_build_set(&b, "mutants", json_build_done(&mutants));
    return json_build_done(&b);
}

static json *files_value(const struct mutation *m)
{
    struct json_build b = {0};

    json_build_object(&b, 4);
    for (size_t i = 0; i < m->count; i++) {
        const char *file = m->results[i].machine->file;
        if (json_get(b.v, file))
            continue;
        json_build_set_key(&b, text_value(file), file_value(m, file));
    }
    return json_build_done(&b);
}

/* ---- tests ---- */

static json *test_value(const struct test_case *c, size_t number)
{
    struct json_build b = {0}, at = {0};

    json_build_object(&at, 1);
    json_build_set(&at, "start", position(c->place.line, c->place.column));
    json_build_object(&b, 3);
    json_build_set(&b, "id", json_stringf("%zu", number));
    json_build_set(&b, "name", text_value(c->name));
    json_build_set(&b, "location", json_build_done(&at));
    return json_build_done(&b);
}

/* Cases of one suite stand together. */
static json *tests_value(const struct mutation *m)
{
    struct json_build files = {0};

    json_build_object(&files, 4);
    for (size_t c = 0; c < m->case_count;) {
        const struct suite *s = m->cases[c]->suite;
        struct json_build tests = {0}, file = {0};
        json_build_array(&tests, s->case_count);
        for (; c < m->case_count && m->cases[c]->suite == s; c++)
            json_build_add(&tests, test_value(m->cases[c], c));
        json_build_object(&file, 1);
        json_build_set(&file, "tests", json_build_done(&tests));
        json_build_set_key(&files, text_value(s->file.path), json_build_done(&file));
    }
    return json_build_done(&files);
}

json *mutation_report(const struct mutation *m, int64_t least)
{
    struct json_build b = {0}, thresholds = {0}, framework = {0};

    json_build_object(&thresholds, 2);
    json_build_set(&thresholds, "high", json_int(least > 80 ? least : 80));
    json_build_set(&thresholds, "low", json_int(least ? least : 60));
    json_build_object(&framework, 1);
    json_build_set(&framework, "name", json_cstring("asl test"));
    json_build_object(&b, 5);
    json_build_set(&b, "schemaVersion", json_cstring("2"));
    json_build_set(&b, "thresholds", json_build_done(&thresholds));
    json_build_set(&b, "files", files_value(m));
    json_build_set(&b, "testFiles", tests_value(m));
    json_build_set(&b, "framework", json_build_done(&framework));
    return json_build_done(&b);
}
