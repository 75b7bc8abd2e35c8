/*
 * Suites of asl test under libFuzzer, for a definition that is always the same: each is refused
 * with words and places, or its cases are played, twice with the same result, and told by every
 * kind of report.
 */
#define _XOPEN_SOURCE 700 /* mkdtemp */

#include "asl/asl.h"
#include "parsers/base/mem.h"
#include "parsers/source.h"
#include "tools/test/case_run.h"
#include "tools/test/explore.h"
#include "tools/test/record.h"
#include "tools/test/reporter.h"
#include "tools/test/suite.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LAMBDA "arn:aws:lambda:us-east-1:123456789012:function:"
#define CATCHING                                                                                   \
    "\"Retry\":[{\"ErrorEquals\":[\"E\"],\"MaxAttempts\":2}],"                                     \
    "\"Catch\":[{\"ErrorEquals\":[\"States.ALL\"],\"Next\":\"Bad\"}],"

static const char definition[] =
    "{\"StartAt\":\"If\",\"States\":{"
    "\"If\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$.n\",\"NumericGreaterThan\":1,"
    "\"Next\":\"Call\"}],\"Default\":\"Each\"},"
    "\"Call\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::lambda:invoke\",\"Parameters\":{"
    "\"FunctionName\":\"f\",\"Payload.$\":\"$\"},\"ResultPath\":\"$.r\"," CATCHING
    "\"Next\":\"Wait\"},"
    "\"Wait\":{\"Type\":\"Wait\",\"Seconds\":3600,\"Next\":\"Ask\"},"
    "\"Ask\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::sqs:sendMessage.waitForTaskToken\","
    "\"Parameters\":{\"QueueUrl\":\"q\",\"MessageBody.$\":\"$$.Task.Token\"},\"TimeoutSeconds\":60,"
    "\"HeartbeatSeconds\":20," CATCHING "\"Next\":\"Job\"},"
    "\"Job\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:::states:startExecution.sync:2\","
    "\"Parameters\":{\"StateMachineArn\":\"arn:aws:states:us-east-1:123456789012:stateMachine:m\"},"
    "\"End\":true},"
    "\"Each\":{\"Type\":\"Map\",\"ItemsPath\":\"$.items\",\"ItemProcessor\":{\"StartAt\":\"Do\","
    "\"States\":{\"Do\":{\"Type\":\"Task\",\"Resource\":\"" LAMBDA "do\",\"End\":true}}}," CATCHING
    "\"Next\":\"Both\"},"
    "\"Both\":{\"Type\":\"Parallel\",\"Branches\":[{\"StartAt\":\"L\",\"States\":{\"L\":{"
    "\"Type\":\"Task\",\"Resource\":\"" LAMBDA "l\",\"End\":true}}},{\"StartAt\":\"R\",\"States\":{"
    "\"R\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:states:us-east-1:123456789012:activity:r\","
    "\"End\":true}}}],\"End\":true},"
    "\"Bad\":{\"Type\":\"Fail\",\"Error\":\"Bad\",\"CausePath\":\"$.Cause\"}}}";

enum { MOST_CASES = 6, MOST_EVENTS = 2000, MOST_ORDERS = 4 };

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* ---- reading ---- */

struct heard {
    size_t reports;
};

static void on_report(void *user, const struct suite_file *f, const struct asl_report *report)
{
    struct heard *h = user;

    h->reports++;
    must(report->count > 0, "a report says something");
    for (size_t i = 0; i < report->count; i++) {
        const struct asl_problem *p = &report->problems[i];
        must(p->code && *p->code && p->message && *p->message, "a problem has code and message");
        if (!p->place.line)
            continue;
        size_t at = source_offset((struct source_lines *)(uintptr_t)&f->lines, p->place.line,
                                  p->place.column);
        must(p->place.column > 0 && at <= f->text.len, "a place is in the file");
    }
}

static bool on_definition(void *user, const char *argument, const json *substitutions,
                          struct suite_machine *out, struct diag *why)
{
    asl_machine *m = user;

    (void)argument;
    (void)substitutions;
    (void)why;
    *out = (struct suite_machine){.machine = asl_machine_ref(m),
                                  .name = json_cstring("m"),
                                  .file = mem_strdup("m.asl.json"),
                                  .elements = elements_new(m)};
    return true;
}

/* ---- playing ---- */

/* The record without the time that it took. */
static json *play(const struct test_case *c)
{
    struct case_options options = {.most_events = MOST_EVENTS, .no_snapshots = true};
    struct case_run run;

    case_run(c, &options, &run);
    run.took_s = 0;
    if (!run.failures.count)
        explore_case(c, &options, MOST_ORDERS, 1, &run.failures);
    json *record = record_of_run(c, &run, true);
    case_run_clear(&run);
    return record;
}

static void tell(const json *record, FILE *out)
{
    static const char *const kinds[] = {"tree", "tap", "junit", "json", "github"};
    const struct test_summary summary = {.failed = 1};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct reporter r = {.kind = reporter_kind_find(kinds[i]), .out = out, .colour = i % 2};
        reporter_begin(&r, 1);
        reporter_case(&r, record);
        reporter_end(&r, &summary);
    }
}

/* Files with real handlers are not ours to start. */
static void play_suite(const struct suite *s, FILE *out)
{
    for (size_t i = 0; i < s->case_count && i < MOST_CASES; i++) {
        const struct test_case *c = &s->cases[i];
        if (c->skip || case_text(c, "handlers"))
            continue;
        json *once = play(c), *twice = play(c);
        must(json_equal(once, twice), "the same case comes to the same");
        tell(once, out);
        json_unref(once);
        json_unref(twice);
    }
}

/* ---- files ---- */

/* The suite stands in a folder of its own beside its definition, where nothing else is that it
 * could name. */
static char folder[] = "/tmp/fuzz-suite-XXXXXX";
static char suite_path_in[sizeof folder + sizeof "/s.test.yaml"];
static char definition_path[sizeof folder + sizeof "/s.asl.json"];

static void remove_folder(void)
{
    unlink(suite_path_in);
    unlink(definition_path);
    rmdir(folder);
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");

    must(f && fwrite(data, 1, size, f) == size && fclose(f) == 0, "the file is written");
}

static void make_folder(void)
{
    must(mkdtemp(folder) != NULL, "there is a folder");
    snprintf(suite_path_in, sizeof suite_path_in, "%s/s.test.yaml", folder);
    snprintf(definition_path, sizeof definition_path, "%s/s.asl.json", folder);
    must(atexit(remove_folder) == 0, "it is removed");
    write_file(definition_path, definition, sizeof definition - 1);
}

/* Returns whether it could be played. */
static bool try_suite(asl_machine *machine, FILE *nowhere, const void *data, size_t size)
{
    const struct suite_reader reader = {.read = on_definition, .user = machine};
    struct heard heard = {0};

    write_file(suite_path_in, data, size);
    struct suite *s = suite_load(suite_path_in, &reader, on_report, &heard);
    must(s || heard.reports, "a refusal says why");
    if (s)
        play_suite(s, nowhere);
    suite_free(s);
    return s != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char good[] = "cases: {c: {input: {n: 2}, mocks: {Call: {never: true}}}}";
    static asl_machine *machine;
    static FILE *nowhere;

    if (!machine) {
        struct asl_report report = {0};
        machine = asl_compile(definition, sizeof definition - 1, DOCUMENT_JSON, &report);
        asl_report_clear(&report);
        nowhere = fopen("/dev/null", "w");
        must(machine && nowhere, "the definition is one");
        make_folder();
        must(try_suite(machine, nowhere, good, sizeof good - 1), "a suite is played");
    }
    try_suite(machine, nowhere, data, size);
    return 0;
}
