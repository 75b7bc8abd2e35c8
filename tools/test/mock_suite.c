/*
 * Mock configurations as suites. The reader of `asl run --mock` and `asl serve --mock` reads the
 * responses, so that a case answers here as it does there; only places and definitions are found
 * here.
 */
#include "tools/test/mock_suite.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/engine/mock_config.h"
#include "tools/test/schema.h"

#include <string.h>

bool mock_suite_is(const char *path)
{
    struct buf text = {0};
    json *doc = NULL;

    if (!path[suite_name_len(path)] && text_ends_with(path, ".json") &&
        buf_read_regular(&text, path, MOCKS_FILE_MAX, NULL))
        doc = json_parse(buf_str(&text), text.len, 0, NULL);
    bool is = doc && json_is_object(doc) && json_get(doc, "StateMachines");
    json_unref(doc);
    buf_clear(&text);
    return is;
}

/* ---- one case ---- */

/* Tells why the configuration's reader refuses a case: it names the file, as the report does. */
static void refuse_case(const struct suite *s, const struct asl_at *at, const struct diag *why,
                        struct asl_report *report)
{
    const char *text = why->text;
    size_t len = strlen(s->file.path);

    if (strncmp(text, s->file.path, len) == 0 && strncmp(text + len, ": ", 2) == 0)
        text += len + 2;
    schema_refuse(report, at, ASL_KEY, "", "%s", text);
}

static void mock_case(struct suite *s, const char *machine, const struct asl_at *at,
                      struct asl_report *report)
{
    const char *name = json_str(at->key);
    struct buf whole = {0};
    struct diag why = {0};

    mocks *m =
        mocks_parse(s->file.path, buf_str(&s->file.text), s->file.text.len, machine, name, &why);
    if (!m || !mocks_fit(m, s->machine.machine, &why))
        refuse_case(s, at, &why, report);
    mocks_free(m);
    diag_clear(&why);
    buf_printf(&whole, "%s#%s", machine, name);
    buf_str(&whole);
    MEM_GROW(s->cases, s->case_count, s->case_cap);
    s->cases[s->case_count++] = (struct test_case){.suite = s,
                                                   .name = buf_take(&whole),
                                                   .place = at->places->key,
                                                   .mock_machine = machine,
                                                   .mock_case = name};
}

/* ---- one machine ---- */

static bool mock_definition(const struct mock_suites *how, struct suite *s,
                            const struct asl_at *machine, struct asl_report *report)
{
    const char *name = json_str(machine->key), *named = how->definition(how->user, name);
    char *beside = suite_path(s, name);
    char *found =
        named ? mem_strdup(named) : suite_definition_at(how->reader, beside, strlen(beside));
    struct diag why = {0};

    if (!found)
        schema_refuse(report, machine, ASL_KEY, "say where it is: --definition MACHINE=FILE",
                      "the definition of '%s' isn't beside the file", name);
    else if (!how->reader->read(how->reader->user, found, NULL, &s->machine, &why))
        schema_refuse(report, machine, ASL_KEY, "", "%s",
                      why.text ? why.text : "the definition can't be used");
    if (s->machine.machine)
        s->states = trial_states_new(s->machine.machine);
    diag_clear(&why);
    mem_free(beside);
    mem_free(found);
    return report->errors == 0;
}

static void mock_cases(struct suite *s, const struct asl_at *machine, struct asl_report *report)
{
    struct asl_at cases, one;

    if (!asl_at_member(machine, "TestCases", &cases) || !json_is_object(cases.value)) {
        schema_refuse(report, machine, ASL_KEY, "", "'%s' has no object 'TestCases'",
                      json_str(machine->key));
        return;
    }
    for (size_t i = 0; i < json_count(cases.value); i++) {
        asl_at_index(&cases, i, &one);
        mock_case(s, json_str(machine->key), &one, report);
    }
}

/* Loads the suite of machine number `i`. Returns false behind the last one. */
static bool mock_suite_load(const struct mock_suites *how, const char *path, size_t i)
{
    struct suite *s = mem_calloc(1, sizeof *s);
    struct asl_report report = {0};
    struct asl_at machines, machine;
    size_t count = 0;

    if (suite_file_read(&s->file, path, NULL, &report) &&
        asl_at_member(&s->file.top, "StateMachines", &machines)) {
        count = json_is_object(machines.value) ? json_count(machines.value) : 0;
        if (i < count) {
            asl_at_index(&machines, i, &machine);
            if (mock_definition(how, s, &machine, &report))
                mock_cases(s, &machine, &report);
        }
    }
    if (!count && !report.errors)
        schema_refuse(&report, &s->file.top, ASL_VALUE, "", "there is no state machine");
    if (report.count)
        how->tell(how->user, &s->file, &report);
    bool good = report.errors == 0;
    asl_report_clear(&report);
    if (good)
        how->take(how->user, s);
    else
        suite_free(s);
    return i + 1 < count;
}

void mock_suites_load(const struct mock_suites *how, const char *path)
{
    for (size_t i = 0; mock_suite_load(how, path, i); i++)
        ;
}
