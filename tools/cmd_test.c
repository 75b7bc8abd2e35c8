/* asl test: plays the cases of suites, and tells which did not go as expected. */

#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/json/json_set.h"
#include "runtime/base/glob.h"
#include "tools/cmd.h"
#include "tools/definition_files.h"
#include "tools/history_files.h"
#include "tools/machine_file.h"
#include "tools/report_text.h"
#include "tools/repository.h"
#include "tools/set_options.h"
#include "tools/shown.h"
#include "tools/snapshot_files.h"
#include "tools/test/case_run.h"
#include "tools/test/coverage.h"
#include "tools/test/coverage_report.h"
#include "tools/test/explore.h"
#include "tools/test/faults.h"
#include "tools/test/init_file.h"
#include "tools/test/matcher.h"
#include "tools/test/mock_suite.h"
#include "tools/test/record.h"
#include "tools/test/reporter.h"
#include "tools/test/runner.h"
#include "tools/test/schema.h"
#include "tools/test/snapshot.h"
#include "tools/test/suite.h"
#include "tools/test/suite_fields.h"
#include "tools/test_left_out.h"
#include "tools/test_mutants.h"
#include "tools/watch.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <uv.h>

struct test {
    const char *format, *jobs, *color, *output, *min_coverage, *explore, *seed, *from_history,
        *min_score, *mutation_report, *fault;
    struct option_values filter, tag, definition, coverage_output;
    struct coverage_output coverage_files[OPTION_VALUES];
    bool watches, fail_fast, list, schema, fields, coverage, update, ci, mutate, faults;
    bool init;
    bool counts; /* coverage, whatever is done with it */
    struct set_options set;
    struct placeholders placeholders;
    struct suite **suites;
    size_t suite_count, suite_cap;
    const struct test_case **cases; /* that are to be told of */
    size_t case_count, case_cap;
    faults *fault_player;       /* NULL: no faults are wanted */
    struct json_set fault_told; /* that were told */
    json **hits;                /* by case, for mutants; NULL: it was not played */
    bool only;                  /* some case says that it is to run alone */
    struct reporter reporter;
    struct test_summary summary;
    struct coverage covered;
    struct snapshot_files renewed; /* of --update */
    int64_t least;                 /* percent, of --min-coverage */
    int64_t least_score;           /* percent, of --min-score */
    int64_t orders;                /* of --explore; 0: only the usual one */
    int64_t seed_value;
    bool unread;
    watch *watch;  /* of --watch, which knows what files a suite is made from */
    json **broken; /* records of suites that can't be read */
    size_t broken_count, broken_cap;
};

/* ---- suites ---- */

static void tell_report(void *user, const struct suite_file *f, const struct asl_report *report)
{
    struct test *t = user;

    report_print_file(stderr,
                      &(struct report_file){.name = f->path,
                                            .lines = (struct source_lines *)(uintptr_t)&f->lines,
                                            .report = report},
                      colour_wanted(stderr, t->color));
    t->unread = true;
    MEM_GROW(t->broken, t->broken_count, t->broken_cap);
    t->broken[t->broken_count++] = record_of_suite(f->path, report);
}

/* A suite is made from this file, too. */
static void test_reads(void *user, const char *path)
{
    const struct test *t = user;

    if (t->watch)
        watch_file(t->watch, path);
}

/* What the command line sets goes before what the suite does. */
static bool fill_in(struct test *t, const json *substitutions, struct placeholders *out,
                    struct diag *why)
{
    bool good = true;

    for (size_t i = 0; good && substitutions && i < json_count(substitutions); i++) {
        const json *v = json_value_at(substitutions, i);
        struct buf given = {0};
        buf_printf(&given, "%s=", json_str(json_key_at(substitutions, i)));
        if (json_is_string(v))
            buf_add(&given, json_str(v), json_str_len(v));
        else
            json_write(&given, v);
        good = placeholders_add(out, buf_str(&given), why);
        buf_clear(&given);
    }
    good = good && set_options_read(&t->set, &cmd_test_options, out);
    set_options_defaults(out, NULL, NULL);
    return good;
}

struct reading {
    const struct test *test;
    struct suite_machine *out;
    const asl_machine *machine; /* is set when it is known */
};

static void mark_elements(void *user, const struct asl_at *top, struct asl_report *marks)
{
    const struct reading *r = user;

    elements_mark(r->out->elements, r->machine, top, marks);
}

static void mark_mutants(void *user, const struct asl_at *top, struct asl_report *marks)
{
    const struct reading *r = user;

    mutants_mark(r->out->mutants, top, marks);
}

static void on_seen(void *user, const struct template_taken *taken, const asl_machine *m)
{
    struct reading *r = user;
    struct asl_report marks = {0};

    r->machine = m;
    r->out->elements = elements_new(m);
    r->out->file = mem_strdup(taken->file);
    template_mark(taken, mark_elements, r, &marks);
    elements_place(r->out->elements, &marks);
    asl_report_clear(&marks);
    if (!r->test->mutate)
        return;
    r->out->mutants = mutants_new(m, r->out->elements);
    template_mark(taken, mark_mutants, r, &marks);
    mutants_place(r->out->mutants, r->out->elements, &marks);
    asl_report_clear(&marks);
}

/* A pipe could keep all suites waiting. What isn't there is told when it is read. */
static bool is_regular(const char *argument, struct diag *why)
{
    char *path = mem_strndup(argument, strcspn(argument, "#"));
    struct stat is;
    bool good = stat(path, &is) != 0 || S_ISREG(is.st_mode);

    if (!good)
        diag_set(why, "TEST_SUITE", 0, "%s is no regular file", path);
    mem_free(path);
    return good;
}

static bool read_machine(void *user, const char *argument, const json *substitutions,
                         struct suite_machine *out, struct diag *why)
{
    struct test *t = user;
    struct placeholders given = {0};
    struct reading reading = {.test = t, .out = out};
    struct machine_file file = {.command = "test",
                                .argument = argument,
                                .given = &given,
                                .color = t->color,
                                .quiet = true,
                                .seen = on_seen,
                                .user = &reading,
                                .reads = test_reads,
                                .reads_user = t};
    bool good = is_regular(argument, why) && fill_in(t, substitutions, &given, why);

    if (good && (good = machine_file_load(&file))) {
        out->machine = asl_machine_ref(file.machine);
        out->name = json_ref(file.name);
    }
    machine_file_clear(&file);
    placeholders_clear(&given);
    return good;
}

/* Files that are read only while cases are played. */
static void watch_handlers(const struct test *t, const struct suite *s)
{
    for (size_t i = 0; t->watch && i < s->case_count; i++) {
        const char *named = case_text(&s->cases[i], "handlers");
        char *path = named ? suite_path(s, named) : NULL;
        if (path)
            watch_file(t->watch, path);
        mem_free(path);
    }
}

static void take_suite(void *user, struct suite *s)
{
    struct test *t = user;

    watch_handlers(t, s);
    MEM_GROW(t->suites, t->suite_count, t->suite_cap);
    t->suites[t->suite_count++] = s;
}

/* --definition MACHINE=FILE. */
static const char *named_definition(void *user, const char *machine)
{
    const struct test *t = user;
    size_t len = strlen(machine);

    for (size_t i = 0; i < t->definition.count; i++)
        if (strncmp(t->definition.at[i], machine, len) == 0 && t->definition.at[i][len] == '=')
            return t->definition.at[i] + len + 1;
    return NULL;
}

static void load_suites(struct test *t, const struct definition_files *files)
{
    const struct suite_reader reader = {.read = read_machine, .reads = test_reads, .user = t};
    const struct mock_suites local = {.reader = &reader,
                                      .definition = named_definition,
                                      .tell = tell_report,
                                      .take = take_suite,
                                      .user = t};

    for (size_t i = 0; i < files->count; i++) {
        const char *path = files->files[i].path;
        if (t->watch)
            watch_begin(t->watch, path);
        test_reads(t, path);
        if (mock_suite_is(path)) {
            mock_suites_load(&local, path);
            continue;
        }
        struct suite *s = suite_load(path, &reader, tell_report, t);
        if (s)
            take_suite(t, s);
    }
}

/* ---- which cases ---- */

/* A pattern fits a whole name; words without * and ? fit any part of it, and behind = the whole. */
static bool fits_filter(const char *pattern, const char *name)
{
    if (*pattern == '=')
        return strcmp(pattern + 1, name) == 0;
    return strpbrk(pattern, "*?") ? glob_match(pattern, name, strlen(name))
                                  : strstr(name, pattern) != NULL;
}

static bool is_chosen(const struct test *t, const struct test_case *c)
{
    bool fits = t->filter.count == 0, tagged = t->tag.count == 0;

    for (size_t i = 0; i < t->filter.count; i++)
        fits |= fits_filter(t->filter.at[i], c->name);
    for (size_t i = 0; i < t->tag.count; i++)
        tagged |= case_has_tag(c, t->tag.at[i]);
    return fits && tagged;
}

static void choose_cases(struct test *t)
{
    for (size_t i = 0; i < t->suite_count; i++) {
        const struct suite *s = t->suites[i];
        bool only = false;
        for (size_t k = 0; k < s->case_count; k++)
            only |= s->cases[k].only;
        t->only |= only;
        for (size_t k = 0; k < s->case_count; k++) {
            const struct test_case *c = &s->cases[k];
            if ((only && !c->only) || !is_chosen(t, c))
                continue;
            MEM_GROW(t->cases, t->case_count, t->case_cap);
            t->cases[t->case_count++] = c;
        }
    }
}

/* ---- running ---- */

/* Takes both; `snapshot` may be NULL. */
/* Takes both; a member that is NULL is not there. */
static json *with_member(json *record, const char *name, json *v)
{
    if (!v)
        return record;
    json *with = json_with(record, json_cstring(name), v);
    json_unref(record);
    return with;
}

static json *test_play(void *user, size_t i)
{
    const struct test *t = user;
    const struct test_case *c = t->cases[i];
    struct case_options options = {.no_snapshots = t->update};
    struct case_run run;

    if (c->skip)
        return record_of_skipped(c);
    case_run(c, &options, &run);
    if (t->orders && run.trial && !run.failures.count)
        explore_case(c, &options, (size_t)t->orders, (uint64_t)t->seed_value, &run.failures);
    if (t->fault_player && run.trial && !run.failures.count)
        faults_case(t->fault_player, c, &options, &run, &run.failures);
    json *record = record_of_run(c, &run, t->counts || t->mutate);
    if (t->orders)
        record = with_member(record, "with",
                             json_stringf(" --explore %lld --seed %lld", (long long)t->orders,
                                          (long long)t->seed_value));
    if (t->update && !run.failures.count)
        record = with_member(record, "snapshot", snapshot_value(c, run.result));
    int number = run.trial ? trial_signal(run.trial) : 0;
    case_run_clear(&run);
    if (number)
        raise(number); /* it has been taken for the trial, and is meant for all of it */
    return record;
}

/* Reports for terminals and logs show texts of others so that they can't do anything there. */
static void report_shown(struct test *t, const json *record)
{
    const char *kind = t->reporter.kind->name;
    bool as_it_is = strcmp(kind, "json") == 0 || strcmp(kind, "junit") == 0;
    json *shown = as_it_is ? json_ref(record) : shown_value(record);

    reporter_case(&t->reporter, shown);
    json_unref(shown);
}

static json *test_died(void *user, size_t i, int number)
{
    const struct test *t = user;
    struct buf why = {0};

    buf_printf(&why, "the process that played it was ended by %s", strsignal(number));
    json *record = record_of_broken(t->cases[i], buf_str(&why));
    buf_clear(&why);
    return record;
}

static bool test_heard(void *user, size_t i, const json *heard)
{
    struct test *t = user;
    json *record = json_ref(heard);

    if (t->fault_player)
        record = faults_once(&t->fault_told, record);
    const json *outcome = json_get(record, "outcome");
    const json *hits = json_get(record, "hits");
    bool failed = json_str_is(outcome, "failed");

    snapshot_files_take(&t->renewed, t->cases[i], record);
    if (hits && t->counts)
        coverage_count(&t->covered, t->cases[i]->suite, hits);
    if (t->mutate)
        t->hits[i] = json_ref(hits);
    t->summary.passed += json_str_is(outcome, "passed");
    t->summary.skipped += json_str_is(outcome, "skipped");
    t->summary.failed += failed;
    report_shown(t, record);
    json_unref(record);
    return !(failed && t->fail_fast);
}

static void test_name(void *user, size_t i, struct buf *out)
{
    const struct test *t = user;

    buf_adds(out, t->cases[i]->name);
}

/* ---- coverage ---- */

static bool read_coverage_outputs(struct test *t)
{
    struct diag why = {0};
    bool good = true;

    for (size_t i = 0; good && i < t->coverage_output.count; i++)
        good = coverage_output_read(t->coverage_output.at[i], &t->coverage_files[i], &why);
    if (!good)
        cmd_fail("test", "--coverage-output %s", why.text);
    diag_clear(&why);
    return good;
}

static bool write_coverage_outputs(const struct test *t)
{
    struct diag why = {0};
    bool good = true;

    if (!t->coverage_output.count)
        return true;
    char *root = repository_root();
    struct coverage_files *files = coverage_files_new(&t->covered, root ? root : "/");
    for (size_t i = 0; good && i < t->coverage_output.count; i++)
        good = coverage_output_write(&t->coverage_files[i], &t->covered, files, &why);
    if (!good)
        cmd_fail("test", "%s", why.text);
    diag_clear(&why);
    coverage_files_free(files);
    free(root);
    return good;
}

/* The last line on stdout is for scripts that look for it. */
static bool tell_coverage(const struct test *t)
{
    struct coverage_sums sums = coverage_sum(&t->covered);
    bool enough = coverage_percent(&sums) >= (double)t->least;
    struct buf text = {0};

    /* Who has it in files may do without. */
    if (t->coverage || !t->coverage_output.count)
        coverage_write(&t->covered, &text);
    fputs(buf_str(&text), t->output ? stdout : t->reporter.out);
    buf_reset(&text);
    coverage_write_sums(&sums, &text);
    fputs(buf_str(&text), stdout);
    fflush(stdout);
    buf_clear(&text);
    if (!enough)
        fprintf(stderr, "asl test: the coverage is %.1f %%, and --min-coverage asks for %lld\n",
                coverage_percent(&sums), (long long)t->least);
    return enough;
}

/* Mutants say something only of cases that pass. Returns the exit status. */
static int play_mutants(const struct test *t, int64_t jobs)
{
    const struct mutant_wishes wishes = {.report = t->mutation_report,
                                         .least = t->least_score,
                                         .json = strcmp(t->format, "json") == 0,
                                         .out = t->reporter.out,
                                         .jobs = (unsigned)jobs};

    if (!t->summary.failed)
        return test_mutants(t->cases, t->case_count, (const json *const *)t->hits, &wishes);
    fprintf(stderr, "asl test: mutants are played when all cases pass\n");
    return EXIT_BAD;
}

static bool read_numbers(struct test *t, int64_t *jobs)
{
    const struct {
        const char *name, *text;
        int64_t least, most, *out;
    } numbers[] = {{"jobs", t->jobs, 1, 64, jobs},
                   {"min-coverage", t->min_coverage, 0, 100, &t->least},
                   {"min-score", t->min_score, 0, 100, &t->least_score},
                   {"explore", t->explore, 2, 1000000, &t->orders},
                   {"seed", t->seed, 0, INT64_MAX, &t->seed_value}};
    bool good = true;

    for (size_t i = 0; good && i < sizeof numbers / sizeof *numbers; i++)
        good =
            !numbers[i].text || options_number(&cmd_test_options, numbers[i].name, numbers[i].text,
                                               numbers[i].least, numbers[i].most, numbers[i].out);
    return good;
}

static int test_run(struct test *t)
{
    struct runner runner = {
        .play = test_play, .died = test_died, .heard = test_heard, .name = test_name, .user = t};
    struct diag why = {0};
    int64_t jobs = 0;
    int status = EXIT_GOOD;
    double began = (double)uv_hrtime() / 1e9;

    if (!read_numbers(t, &jobs) || !read_coverage_outputs(t))
        return EXIT_USAGE;
    t->counts = t->coverage || t->min_coverage || t->coverage_output.count;
    for (size_t i = 0; t->counts && i < t->suite_count; i++)
        coverage_add(&t->covered, t->suites[i]);
    runner.jobs = (unsigned)jobs;
    if (t->only)
        fprintf(stderr,
                "asl test: some cases say 'only', so others of their suites are left out\n");
    if (t->fault_player)
        test_tell_left_out(t->cases, t->case_count, "--faults", true, true);
    if (t->orders)
        test_tell_left_out(t->cases, t->case_count, "--explore", true, false);
    if (t->mutate)
        test_tell_left_out(t->cases, t->case_count, "--mutate", false, true);
    /* People have read on stderr what is wrong with suites; programs read the report. */
    size_t broken = t->reporter.kind == reporter_kind_find("tree") ? 0 : t->broken_count;
    reporter_begin(&t->reporter, t->case_count + broken);
    for (size_t i = 0; i < broken; i++)
        report_shown(t, t->broken[i]);
    t->summary.failed += broken;
    bool good = runner_run(&runner, t->case_count, &why);
    t->summary.took_s = (double)uv_hrtime() / 1e9 - began;
    reporter_end(&t->reporter, &t->summary);
    if (!good)
        cmd_fail("test", "%s", why.text);
    diag_clear(&why);
    if (t->update)
        good &= snapshot_files_write(&t->renewed, t->suites, t->suite_count);
    else
        snapshot_files_tell_unused(t->suites, t->suite_count);
    if (good && t->mutate)
        status = play_mutants(t, jobs);
    if (t->counts && !tell_coverage(t) && status == EXIT_GOOD)
        status = EXIT_BAD;
    good &= write_coverage_outputs(t);
    if (t->summary.failed && status == EXIT_GOOD)
        status = EXIT_BAD;
    return good && !t->unread ? status : EXIT_USAGE;
}

static int test_list(const struct test *t)
{
    for (size_t i = 0; i < t->case_count; i++)
        printf("%s: %s%s\n", t->cases[i]->suite->file.path, t->cases[i]->name,
               t->cases[i]->skip ? " (skipped)" : "");
    return t->unread ? EXIT_USAGE : EXIT_GOOD;
}

/* ---- the schema ---- */

static int print_schema(const struct test *t)
{
    struct buf out = {0};

    if (t->schema) {
        schema_write_json(&out, &suite_fields, "A suite of asl test");
    } else {
        schema_write_markdown(&out, &suite_fields);
        matcher_write_markdown(&out);
    }
    fwrite(out.data, 1, out.len, stdout);
    buf_clear(&out);
    return EXIT_GOOD;
}

/* ---- a suite for a definition ---- */

/* What the command line fills in is written into the suite, which is read without it. */
static int make_suite(struct test *t, int argc, char **argv)
{
    const struct suite_reader reader = {.read = read_machine, .user = t};
    struct placeholders given = {0};
    struct diag why = {0};
    bool good = false;

    if (argc != 1) {
        cmd_usage("test", "--init takes one definition: FILE, or FILE#MACHINE of a template");
        return EXIT_USAGE;
    }
    if (set_options_read(&t->set, &cmd_test_options, &given)) {
        placeholders_get(&given, "", 0);
        good = init_file_make(&reader, argv[0], given.values, t->output, &why);
        if (why.text)
            cmd_fail("test", "%s", why.text);
    }
    diag_clear(&why);
    placeholders_clear(&given);
    return good ? EXIT_GOOD : EXIT_USAGE;
}

/* ---- the command line ---- */

static const struct option_row rows[] = {
    {"filter", 'f', "PATTERN...",
     "only cases whose name has this in it, or fits it where it\nhas * or ?; =NAME: with this name",
     offsetof(struct test, filter)},
    {"tag", 0, "TAG...", "only cases with this tag", offsetof(struct test, tag)},
    {"definition", 0, "MACHINE=FILE...",
     "the definition of a state machine of MockConfigFile.json\n(default: MACHINE.asl.json and so "
     "on beside it)",
     offsetof(struct test, definition)},
    {"fail-fast", 0, NULL, "stops at the first case that fails", offsetof(struct test, fail_fast)},
    {"jobs", 'j', "N", "processes that play cases (default: one a processor)",
     offsetof(struct test, jobs)},
    {"format", 0, REPORTER_KINDS, "what is printed (default: tree)", offsetof(struct test, format)},
    {"output", 'o', "FILE",
     "the file that the report goes to (default: stdout); with\n--from-history, the suite that is "
     "made",
     offsetof(struct test, output)},
    {"coverage", 0, NULL, "prints which states and transitions no case passes",
     offsetof(struct test, coverage)},
    {"coverage-output", 0, "FILE...",
     "writes coverage to a file, by its name as text (.txt), for lcov\n(.info), as Cobertura's XML "
     "(.xml) or as a page (.html);\nFORM:FILE for other names: text:, lcov:, cobertura:, html:",
     offsetof(struct test, coverage_output)},
    {"min-coverage", 0, "PERCENT", "fails when less of them is passed",
     offsetof(struct test, min_coverage)},
    {"explore", 0, "N",
     "plays each case in up to N orders in which answers may come,\nand tells of one that ends "
     "otherwise",
     offsetof(struct test, explore)},
    {"faults", 0, NULL,
     "lets each Task fail once with each error that it names, with\na time-out and with an error "
     "that it doesn't name, and tells of\nends that no case expects",
     offsetof(struct test, faults)},
    {"fault", 0, "STATE=ERROR", "as --faults, with this one only", offsetof(struct test, fault)},
    {"mutate", 0, NULL,
     "plays the cases against the definition with one fault in it\nafter another, and tells which "
     "of these no case notices",
     offsetof(struct test, mutate)},
    {"min-score", 0, "PERCENT", "as --mutate, and fails when fewer of them are noticed",
     offsetof(struct test, min_score)},
    {"mutation-report", 0, "FILE",
     "as --mutate, and writes all of them as mutation-testing-report-\nschema has them",
     offsetof(struct test, mutation_report)},
    {"seed", 0, "N", "what orders at random follow from (default: 0)", offsetof(struct test, seed)},
    {"watch", 0, NULL, "plays suites again when one of their files changes, until Ctrl-C",
     offsetof(struct test, watches)},
    {"update", 'u', NULL, "writes down what is expected of cases that have a snapshot",
     offsetof(struct test, update)},
    {"ci", 0, NULL, "refuses --update, as an environment with CI=true does",
     offsetof(struct test, ci)},
    {"from-history", 0, "FILE|FOLDER",
     "plays the execution of AWS whose history is in the file on\nthe definition that is named, "
     "and tells what goes otherwise\nnow",
     offsetof(struct test, from_history)},
    {"list", 0, NULL, "prints the names of the cases, and plays none", offsetof(struct test, list)},
    {"init", 0, NULL,
     "writes a suite that passes each way through a definition,\nwhich is the argument; --output "
     "is the suite's file then",
     offsetof(struct test, init)},
    {"schema", 0, NULL, "prints the JSON Schema of suite files, for editors",
     offsetof(struct test, schema)},
    {"fields", 0, NULL, "prints what suite files may have, as Markdown",
     offsetof(struct test, fields)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {{&own, 0},
                                         {&set_group, offsetof(struct test, set)},
                                         {&colour_group, offsetof(struct test, color)},
                                         {NULL, 0}};

const struct option_set cmd_test_options = {
    .command = "test",
    .usage = "asl test SUITE|FOLDER|PATTERN… [OPTIONS]",
    .about =
        "Plays state machines against suites of cases, in virtual time and with mocks instead\n"
        "of services, and tells what did not go as expected. A suite is a file NAME.test.yaml\n"
        "or NAME.test.json; in a folder, all of them are played. Without an argument, those of\n"
        "the working directory. MockConfigFile.json of Step Functions Local is played, too, its\n"
        "test cases without expectations. Exit status 0: all passed, 1: one failed, 2: one can't\n"
        "be read.",
    .examples = "  asl test\n"
                "  asl test order.test.yaml --filter declined\n"
                "  asl test workflows --format junit -o report.xml\n"
                "  asl test --init order.asl.json -o order.test.yaml\n",
    .files = true,
    .uses = uses,
};

static bool find_suites(int argc, char **argv, struct definition_files *files)
{
    bool good = true;

    if (argc == 0)
        return definition_files_add(files, ".");
    for (int i = 0; i < argc; i++)
        good &= definition_files_add(files, argv[i]);
    return good;
}

static bool open_output(struct test *t)
{
    t->reporter.out = t->output ? fopen(t->output, "w") : stdout;
    if (!t->reporter.out)
        cmd_fail("test", "%s can't be written", t->output);
    else
        t->reporter.colour = !t->output && colour_wanted(stdout, t->color);
    t->reporter.live = !t->output && strcmp(t->format, "tree") == 0 && terminal_is_able(stdout);
    return t->reporter.out != NULL;
}

static int test_files(struct test *t, const struct definition_files *files)
{
    int status = EXIT_USAGE;

    if (files->count == 0) {
        cmd_fail("test", "there is no suite, which is a file NAME.test.yaml or NAME.test.json");
        return status;
    }
    if (t->faults || t->fault)
        t->fault_player = faults_new(t->fault);
    t->mutate |= t->min_score || t->mutation_report;
    load_suites(t, files);
    choose_cases(t);
    t->hits = mem_calloc(t->case_count + 1, sizeof *t->hits);
    if (t->case_count == 0 && !t->unread)
        cmd_fail("test", "no case is chosen by --filter and --tag");
    else if (t->list)
        status = test_list(t);
    else if (t->case_count + t->broken_count && open_output(t))
        status = test_run(t);
    if (t->output && t->reporter.out && (ferror(t->reporter.out) | (fclose(t->reporter.out) != 0)))
        status = cmd_fail("test", "%s can't be written: %s", t->output, strerror(errno));
    return status;
}

/* What looks at the suites goes first. */
static void test_clear(struct test *t)
{
    faults_free(t->fault_player);
    for (size_t i = 0; i < t->suite_count; i++)
        suite_free(t->suites[i]);
    for (size_t i = 0; t->hits && i < t->case_count; i++)
        json_unref(t->hits[i]);
    mem_free(t->hits);
    json_set_clear(&t->fault_told);
    mem_free(t->suites);
    mem_free(t->cases);
    for (size_t i = 0; i < t->broken_count; i++)
        json_unref(t->broken[i]);
    mem_free(t->broken);
    coverage_clear(&t->covered);
    snapshot_files_clear(&t->renewed);
}

/* Plays what is chosen; all that it makes is gone then, so that it may be played again. */
static int test_once(const struct test *options, const struct definition_files *files)
{
    struct test t = *options;
    int status = test_files(&t, files);

    test_clear(&t);
    return status;
}

/* ---- watching ---- */

/* Keeps the suites of which a file has changed, and those that are new. */
static void keep_changed(const watch *w, struct definition_files *files)
{
    const char *told = "";
    size_t kept = 0;

    for (size_t i = 0; i < files->count; i++) {
        struct definition_path *f = &files->files[i];
        bool known = watch_has(w, f->path);
        const char *changed = known ? watch_changed(w, f->path) : f->path;
        if (changed) {
            if (strcmp(changed, told) != 0)
                fprintf(stderr, "asl test: %s %s\n", changed, known ? "has changed" : "is new");
            told = changed;
            files->files[kept++] = *f;
        } else {
            mem_free(f->path);
        }
    }
    files->count = kept;
}

static void watch_folders(watch *w, int argc, char **argv)
{
    struct stat is;

    if (argc == 0)
        watch_folder(w, ".");
    for (int i = 0; i < argc; i++)
        if (stat(argv[i], &is) == 0 && S_ISDIR(is.st_mode))
            watch_folder(w, argv[i]);
}

/* Plays all suites, and from then on those that change. Returns the status of the last time. */
static int test_watch(struct test *t, struct definition_files *files, int argc, char **argv)
{
    int status = EXIT_USAGE;

    t->watch = watch_new();
    if (!t->watch) {
        cmd_fail("test", "the system gives no means to watch files");
        return status;
    }
    watch_folders(t->watch, argc, argv);
    do {
        size_t count = files->count;
        if (count)
            status = test_once(t, files);
        definition_files_clear(files);
        if (!watch_wait(t->watch, count ? "test" : NULL))
            break;
        find_suites(argc, argv, files);
        keep_changed(t->watch, files);
    } while (true);
    fputc('\n', stderr);
    watch_free(t->watch);
    return status;
}

static int test_found(struct test *t, int argc, char **argv)
{
    static const char *const endings[] = {".test.yaml", ".test.yml", ".test.json", NULL};
    struct definition_files files = {.command = "test", .endings = endings};
    int status = EXIT_USAGE;

    if (find_suites(argc, argv, &files))
        status =
            t->watches && files.count ? test_watch(t, &files, argc, argv) : test_once(t, &files);
    definition_files_clear(&files);
    return status;
}

static int test_histories(struct test *t, int argc, char **argv)
{
    struct suite_machine machine = {0};
    struct diag why = {0};
    int status = EXIT_USAGE;

    if (argc != 1)
        return cmd_usage("test", "--from-history takes one definition");
    t->reporter.out = stdout;
    t->reporter.colour = colour_wanted(stdout, t->color);
    if (!set_options_read(&t->set, &cmd_test_options, &t->placeholders))
        return EXIT_USAGE;
    json *substitutions = placeholders_given(&t->placeholders);
    if (read_machine(t, argv[0], NULL, &machine, &why))
        status = history_files_test(&(struct history_files){.argument = t->from_history,
                                                            .suite = t->output,
                                                            .definition = argv[0],
                                                            .substitutions = substitutions,
                                                            .machine = &machine,
                                                            .reporter = &t->reporter});
    else if (why.text)
        cmd_fail("test", "%s", why.text);
    json_unref(substitutions);
    diag_clear(&why);
    suite_machine_clear(&machine);
    return status;
}

/* A job that renews what it compares with would never fail. */
static bool may_update(const struct test *t)
{
    const char *ci = getenv("CI");
    bool in_ci = t->ci || (ci && *ci && strcmp(ci, "false") != 0);

    if (t->update && in_ci)
        cmd_usage("test", "--update writes snapshots, and %s nothing is written",
                  t->ci ? "with --ci" : "where CI is set in the environment");
    return !(t->update && in_ci);
}

/* Only suites are played again. */
static bool may_watch(const struct test *t)
{
    bool other = t->update || t->list || t->from_history;

    if (t->watches && other)
        cmd_usage("test",
                  "--watch plays suites: it goes without --update, --list and --from-history");
    return !(t->watches && other);
}

int cmd_test(int argc, char **argv)
{
    struct test t = {.format = "tree"};
    int status;
    int first = options_parse(&cmd_test_options, argc, argv, &t, &status);

    if (first >= 0 && (!may_update(&t) || !may_watch(&t))) {
        status = EXIT_USAGE;
    } else if (first >= 0) {
        t.reporter.kind = reporter_kind_find(t.format);
        status = t.schema || t.fields ? print_schema(&t)
                 : t.from_history     ? test_histories(&t, argc - first, argv + first)
                 : t.init             ? make_suite(&t, argc - first, argv + first)
                                      : test_found(&t, argc - first, argv + first);
    }
    placeholders_clear(&t.placeholders);
    return status;
}
