/* The options of asl test: what there is, and which go together. */
#include "tools/test_command.h"

#include "parsers/base/mem.h"
#include "tools/report_text.h"
#include "tools/test/record.h"

#include <stdlib.h>
#include <string.h>

static const struct option_row rows[] = {
    {"filter", 'f', "PATTERN...",
     "only cases whose name has this in it, or fits it where it\nhas * or ?; =NAME: with this "
     "name, of a table all rows",
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
                                         {&buckets_group, offsetof(struct test, buckets)},
                                         {&set_group, offsetof(struct test, set)},
                                         {&colour_group, offsetof(struct test, color)},
                                         {NULL, 0}};

const struct option_set cmd_test_options = {
    .command = "test",
    .usage = "asl test SUITE|FOLDER|PATTERN… [OPTIONS]",
    .about =
        "Plays state machines against suites of cases, in virtual time and with mocks instead\n"
        "of services, and tells what did not go as expected. A suite is a file NAME.test.yaml,\n"
        ".test.yml or .test.json; in a folder, all of them are played. Without an argument, those "
        "of\n"
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

bool test_read_numbers(struct test *t)
{
    const struct {
        const char *name, *text;
        int64_t least, most, *out;
    } numbers[] = {{"jobs", t->jobs, 1, 64, &t->processes},
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

/* ---- which go together ---- */

/* What the command does: one of these. */
enum test_mode {
    PLAYS = 1 << 0,
    LISTS = 1 << 1,
    INITS = 1 << 2,
    REPLAYS = 1 << 3,
    PRINTS_SCHEMA = 1 << 4,
    PRINTS_FIELDS = 1 << 5,
    HAS_SUITES = PLAYS | LISTS,
    READS = PLAYS | LISTS | INITS | REPLAYS,
};

/* The option that asks for a mode. Without any of them cases are played. */
static const struct {
    const char *option;
    enum test_mode mode;
} modes[] = {{"schema", PRINTS_SCHEMA},
             {"fields", PRINTS_FIELDS},
             {"from-history", REPLAYS},
             {"init", INITS},
             {"list", LISTS}};

/* In which modes an option says something; those that aren't here are for all. */
static const struct {
    const char *option;
    unsigned modes;
} option_modes[] = {
    {"filter", HAS_SUITES},
    {"tag", HAS_SUITES},
    {"definition", HAS_SUITES},
    {"fail-fast", PLAYS},
    {"jobs", PLAYS},
    {"format", PLAYS | REPLAYS},
    {"output", PLAYS | INITS | REPLAYS},
    {"coverage", PLAYS},
    {"coverage-output", PLAYS},
    {"min-coverage", PLAYS},
    {"explore", PLAYS},
    {"faults", PLAYS},
    {"fault", PLAYS},
    {"mutate", PLAYS},
    {"min-score", PLAYS},
    {"mutation-report", PLAYS},
    {"seed", PLAYS},
    {"watch", PLAYS},
    {"update", PLAYS},
    {"set", READS},
    {"set-file", READS},
    {"from-history", REPLAYS},
    {"init", INITS},
    {"list", LISTS},
    {"schema", PRINTS_SCHEMA},
    {"fields", PRINTS_FIELDS},
};

/* Options that exclude each other, or of which one says nothing alone. */
static const struct {
    const char *option, *other;
    bool needs; /* the other one; else it goes without that */
} pairs[] = {
    {"watch", "update", false},
    /* Mutants are judged by what is written down, so that has to be right before. */
    {"update", "mutate", false},
    {"update", "min-score", false},
    {"update", "mutation-report", false},
    {"seed", "explore", true},
};

static bool is_given(const struct test *t, const char *name)
{
    const struct option_row *r;
    size_t base;

    for (size_t i = 0; (r = option_row_at(&cmd_test_options, i, &base)); i++) {
        const void *member = (const char *)t + base + r->member;
        if (strcmp(r->name, name) != 0)
            continue;
        if (!r->argument)
            return *(const bool *)member;
        if (strstr(r->argument, "..."))
            return ((const struct option_values *)member)->count > 0;
        return *(const char *const *)member != NULL;
    }
    return false;
}

/* Without this an option that does nothing would look as if it had done its work. */
static bool go_together(const struct test *t)
{
    const char *mode_name = NULL;
    unsigned mode = PLAYS;

    for (size_t i = 0; !mode_name && i < sizeof modes / sizeof *modes; i++)
        if (is_given(t, modes[i].option)) {
            mode_name = modes[i].option;
            mode = modes[i].mode;
        }
    for (size_t i = 0; i < sizeof option_modes / sizeof *option_modes; i++)
        if (!(option_modes[i].modes & mode) && is_given(t, option_modes[i].option)) {
            cmd_usage("test", "--%s goes without --%s, which says nothing there", mode_name,
                      option_modes[i].option);
            return false;
        }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (is_given(t, pairs[i].option) && is_given(t, pairs[i].other) != pairs[i].needs) {
            cmd_usage("test", "--%s %s --%s", pairs[i].option,
                      pairs[i].needs ? "says nothing without" : "goes without", pairs[i].other);
            return false;
        }
    return true;
}

/* ---- the same once more ---- */

static void write_again_values(struct buf *out, const char *option,
                               const struct option_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        buf_printf(out, " --%s ", option);
        record_write_quoted(out, values->at[i]);
    }
}

void test_write_again(const struct test *t, struct buf *out)
{
    write_again_values(out, "definition", &t->definition);
    write_again_values(out, "bucket", &t->buckets.bucket);
    write_again_values(out, "set", &t->set.set);
    write_again_values(out, "set-file", &t->set.file);
}

/* Each case makes its own of them; here it is only seen that they can be opened. */
bool test_read_buckets(struct test *t)
{
    struct buckets opened = {0};
    bool good = buckets_open(&t->buckets, &cmd_test_options, &opened);

    for (size_t i = 0; good && i < opened.count; i++)
        t->given[t->given_count++] = (struct case_bucket){mem_strdup(opened.all[i].name),
                                                          strchr(t->buckets.bucket.at[i], '=') + 1};
    buckets_clear(&opened);
    return good;
}

void test_forget_buckets(struct test *t)
{
    while (t->given_count)
        mem_free((char *)(uintptr_t)t->given[--t->given_count].name);
}

bool test_may_play(const struct test *t)
{
    return go_together(t) && may_update(t);
}
