/*
 * Mock configurations as suites. The reader of `asl run --mock` and `asl serve --mock` reads the
 * responses, so that a case answers here as it does there; only places and definitions are found
 * here.
 */
#include "tools/test/mock_suite.h"

#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
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

/* The place of what the reader has told: a response's, or else the case's. */
static void place_of_fault(const struct suite *s, const char *text, const struct asl_at *of_case,
                           struct asl_at *responses, struct asl_at *out)
{
    struct buf begins = {0};

    *out = *of_case;
    if (!asl_at_member(&s->file.top, "MockedResponses", responses))
        return;
    for (size_t i = 0; json_is_object(responses->value) && i < json_count(responses->value); i++) {
        struct asl_at one;
        asl_at_index(responses, i, &one);
        buf_reset(&begins);
        buf_printf(&begins, "response '%s'", json_str(one.key));
        if (strncmp(text, buf_str(&begins), begins.len) == 0)
            *out = one;
    }
    buf_clear(&begins);
}

/* Tells why the configuration's reader refuses a case: it names the file, as the report does. */
static void refuse_case(const struct suite *s, const struct asl_at *at, const struct diag *why,
                        struct asl_report *report)
{
    const char *text = why->text;
    size_t len = strlen(s->file.path);
    struct asl_at responses, place;

    if (strncmp(text, s->file.path, len) == 0 && strncmp(text + len, ": ", 2) == 0)
        text += len + 2;
    place_of_fault(s, text, at, &responses, &place);
    /* Several cases may have the response. */
    for (size_t i = 0; i < report->count; i++)
        if (strcmp(report->problems[i].message, text) == 0 && place.key != at->key)
            return;
    schema_refuse(report, &place, ASL_KEY, "", "%s", text);
}

/* A response that isn't there is told where it is named, with the one that was meant. False: there
 * was such a one. */
static bool has_responses(const struct suite *s, const struct asl_at *of_case,
                          struct asl_report *report)
{
    const json *responses = json_get(s->file.doc, "MockedResponses");
    size_t before = report->errors;
    struct asl_at state;

    if (!responses || !json_is_object(responses) || !json_is_object(of_case->value))
        return true;
    for (size_t i = 0; i < json_count(of_case->value); i++) {
        struct buf hint = {0};
        asl_at_index(of_case, i, &state);
        if (!json_is_string(state.value) || json_get_key(responses, state.value))
            continue;
        struct nearest near = {.want = json_str(state.value), .len = json_str_len(state.value)};
        for (size_t k = 0; k < json_count(responses); k++)
            nearest_offer(&near, json_str(json_key_at(responses, k)));
        if (near.best)
            buf_printf(&hint, "did you mean '%s'?", near.best);
        schema_refuse(report, &state, ASL_VALUE, buf_str(&hint),
                      "state '%s': MockedResponses has no response '%s'", json_str(state.key),
                      json_str(state.value));
        buf_clear(&hint);
    }
    return report->errors == before;
}

static void mock_case(struct suite *s, const char *machine, const struct asl_at *at,
                      struct asl_report *report)
{
    const char *name = json_str(at->key);
    struct buf whole = {0};
    struct diag why = {0};

    if (!has_responses(s, at, report))
        return;
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
