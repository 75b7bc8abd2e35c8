/* asl test plays cases: in processes of their own, whose records come back one by one. */
#include "tools/test_command.h"

#include "parsers/base/mem.h"
#include "runtime/host/event_loop.h"
#include "tools/replace_file.h"
#include "tools/report_text.h"
#include "tools/shown.h"
#include "tools/test/case_run.h"
#include "tools/test/explore.h"
#include "tools/test/record.h"
#include "tools/test/runner.h"
#include "tools/test/snapshot.h"
#include "tools/test_left_out.h"
#include "tools/test_mutants.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

/* ---- one case ---- */

/* Takes both; a member that is NULL is not there. */
static json *play_with_member(json *record, const char *name, json *v)
{
    if (!v)
        return record;
    json *with = json_with(record, json_cstring(name), v);
    json_unref(record);
    return with;
}

/* What --update is to write down of a case that passed; NULL: nothing. */
static json *play_snapshot(const struct test_case *c, struct case_run *run)
{
    json *value = run->failures.count ? NULL : snapshot_value(c, run->result);

    if (!value || snapshot_fits(value))
        return value;
    failures_add(&run->failures, c->place, "snapshot",
                 "it has too many levels of arrays and objects to be written down");
    json_unref(value);
    return NULL;
}

/* The options by which the case is played once more; NULL: there are none. */
static json *options_of_case(const struct test *t)
{
    struct buf text = {0};

    buf_adds(&text, t->again);
    if (t->orders)
        buf_printf(&text, " --explore %lld --seed %lld", (long long)t->orders,
                   (long long)t->seed_value);
    return text.len ? json_take_buf(&text) : NULL;
}

static json *test_play(void *user, trial_stage *stage, size_t i)
{
    const struct test *t = user;
    const struct test_case *c = t->cases[i];
    struct case_options options = {.stage = stage,
                                   .buckets = t->given,
                                   .bucket_count = t->given_count,
                                   .no_snapshots = t->update};
    struct case_run run;

    if (c->skip)
        return record_of_skipped(c);
    case_run(c, &options, &run);
    size_t orders = 0, faulty = 0;
    if (t->orders && run.trial && !run.failures.count)
        orders =
            explore_case(c, &options, (size_t)t->orders, (uint64_t)t->seed_value, &run.failures);
    if (t->fault_player && run.trial && !run.failures.count)
        faulty = faults_case(t->fault_player, c, &options, &run, &run.failures);
    json *snapshot = t->update ? play_snapshot(c, &run) : NULL;
    json *record =
        play_with_member(record_of_run(c, &run, t->counts || t->mutate), "snapshot", snapshot);
    record = play_with_member(record, "with", options_of_case(t));
    record = play_with_member(record, "orders", orders ? json_int((int64_t)orders) : NULL);
    record = play_with_member(record, "faults", faulty ? json_int((int64_t)faulty) : NULL);
    int number = run.trial ? trial_signal(run.trial) : 0;
    case_run_clear(&run);
    if (number)
        raise(number); /* it has been taken for the trial, and is meant for all of it */
    return record;
}

static json *test_lost(void *user, size_t i, const char *how)
{
    const struct test *t = user;

    return record_of_broken(t->cases[i], how);
}

static bool test_heard(void *user, size_t i, const json *heard)
{
    struct test *t = user;
    json *record = mock_table_hear(&t->table, t->cases[i], json_ref(heard));

    if (t->fault_player)
        record = faults_once(&t->fault_told, record, &t->fault_repeats);
    tried_add(&t->orders_tried, json_get(record, "orders"));
    tried_add(&t->faults_tried, json_get(record, "faults"));
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
    test_tell_record(&t->reporter, record);
    json_unref(record);
    return !(failed && t->fail_fast);
}

static void test_name(void *user, size_t i, struct buf *out)
{
    const struct test *t = user;

    buf_adds(out, t->cases[i]->name);
}

/* ---- all of them ---- */

/* Mutants say something only of cases that pass. Returns the exit status. */
static int play_mutants(const struct test *t)
{
    const struct mutant_wishes wishes = {.buckets = t->given,
                                         .bucket_count = t->given_count,
                                         .report = t->mutation_report,
                                         .least = t->least_score,
                                         .json = strcmp(t->format, "json") == 0,
                                         .reporter = &t->reporter,
                                         .jobs = (unsigned)t->processes};

    if (!t->summary.failed)
        return test_mutants(t->cases, t->case_count, (const json *const *)t->hits, &wishes);
    fprintf(stderr, "asl test: mutants are played when all cases pass\n");
    return EXIT_BAD;
}

/* What is asked for in files besides is written at the end: that it can be is looked at before. */
static bool play_may_write(const struct test *t)
{
    const char *path = t->mutation_report;
    bool good = !path || replace_file_check(path);

    for (size_t i = 0; good && i < t->coverage_output.count; i++) {
        path = t->coverage_files[i].path;
        good = replace_file_check(path);
    }
    if (!good)
        cmd_fail("test", "%s can't be written: %s", path, strerror(errno));
    return good;
}

/* Returns whether each report goes to a file of its own, which isn't one of those that were read.
 */
static bool spares_files(struct test *t)
{
    struct used_files *used = &t->used;

    for (size_t i = 0; i < t->set.file.count; i++)
        used_files_add(used, t->set.file.at[i]);
    bool good = used_files_write(used, "test", "output", t->output) &&
                used_files_write(used, "test", "mutation-report", t->mutation_report);
    for (size_t i = 0; good && i < t->coverage_output.count; i++)
        good = used_files_write(used, "test", "coverage-output", t->coverage_files[i].path);
    return good;
}

/* Reads the options that say more than whether something is wanted. Before this is good nothing is
 * written, and no report that is there is replaced. */
static bool read_options(struct test *t)
{
    return test_read_numbers(t) && test_read_buckets(t) && test_coverage_read(t) &&
           spares_files(t) && play_may_write(t);
}

/* Nothing was tried, so nothing has been shown. */
static int tell_untried(const struct test *t)
{
    return cmd_fail("test",
                    "--fault '%s' was not tried, as no case that is played without handlers calls "
                    "the state",
                    t->fault);
}

static int test_run(struct test *t)
{
    struct runner runner = {
        .play = test_play, .lost = test_lost, .heard = test_heard, .name = test_name, .user = t};
    struct diag why = {0};
    int status = EXIT_GOOD;
    double began = (double)uv_hrtime() / 1e9;

    t->counts = t->coverage || t->min_coverage || t->coverage_output.count;
    for (size_t i = 0; t->counts && i < t->suite_count; i++)
        coverage_add(&t->covered, t->suites[i]);
    runner.jobs = (unsigned)t->processes;
    if (t->only)
        fprintf(stderr,
                "asl test: some cases say 'only', so others of their suites are left out\n");
    if (t->fault_player)
        test_tell_left_out(t->cases, t->case_count, "--faults", true);
    if (t->orders)
        test_tell_left_out(t->cases, t->case_count, "--explore", true);
    if (t->mutate)
        test_tell_left_out(t->cases, t->case_count, "--mutate", false);
    /* People have read on stderr what is wrong with suites; programs read the report. */
    size_t broken = t->reporter.kind == reporter_kind_find("tree") ? 0 : t->broken_count;
    reporter_begin(&t->reporter, t->case_count + broken);
    for (size_t i = 0; i < broken; i++)
        test_tell_record(&t->reporter, t->broken[i]);
    t->summary.failed += broken;
    t->summary.unread = t->broken_count;
    bool good = runner_run(&runner, t->case_count, &why);
    t->summary.took_s = (double)uv_hrtime() / 1e9 - began;
    reporter_end(&t->reporter, &t->summary);
    if (t->orders)
        test_tell_tried(&t->reporter, &t->orders_tried, "order", 0);
    if (t->fault_player)
        test_tell_tried(&t->reporter, &t->faults_tried, "fault", t->fault_repeats);
    if (!good)
        cmd_fail("test", "%s", why.text);
    diag_clear(&why);
    if (t->update)
        good &= snapshot_files_write(&t->renewed, t->suites, t->suite_count);
    else
        snapshot_files_tell_unused(t->suites, t->suite_count);
    if (good && t->mutate)
        status = play_mutants(t);
    if (t->counts && !test_coverage_tell(t) && status == EXIT_GOOD)
        status = EXIT_BAD;
    if (t->fault && status == EXIT_GOOD && !t->summary.failed && !t->faults_tried.count)
        status = tell_untried(t);
    good &= test_coverage_files(t);
    if (t->summary.failed && status == EXIT_GOOD)
        status = EXIT_BAD;
    return good && !t->unread ? status : EXIT_USAGE;
}

static int test_list(const struct test *t)
{
    for (size_t i = 0; i < t->case_count; i++) {
        shown_print(stdout, t->cases[i]->suite->file.path);
        fputs(": ", stdout);
        shown_print(stdout, t->cases[i]->name);
        puts(t->cases[i]->skip ? " (skipped)" : "");
    }
    return t->unread ? EXIT_USAGE : EXIT_GOOD;
}

static void add_chosen_by(struct buf *out, const char *option, const struct option_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        buf_printf(out, "%s%s ", out->len ? ", " : "", option);
        record_write_quoted(out, values->at[i]);
    }
}

/* Says which options have left no case, so that a word that is written wrong can be seen. */
static void tell_none_chosen(const struct test *t)
{
    struct buf by = {0};

    add_chosen_by(&by, "--filter", &t->filter);
    add_chosen_by(&by, "--tag", &t->tag);
    if (by.len)
        cmd_fail("test", "no case is chosen by %s; asl test --list tells which cases there are",
                 buf_str(&by));
    else
        cmd_fail("test", "there is no case in the suites");
    buf_clear(&by);
}

/* A report comes to stdout, or to the file as a whole when all has been played. */
static bool open_report(struct test *t)
{
    if (t->output && !output_file_open(&t->report, t->output)) {
        cmd_fail("test", "%s can't be written: %s", t->output, strerror(errno));
        return false;
    }
    t->reporter.out = t->output ? t->report.out : stdout;
    t->reporter.colour = !t->output && colour_wanted(stdout, t->color);
    t->reporter.live = !t->output && strcmp(t->format, "tree") == 0 && terminal_is_able(stdout);
    return true;
}

/* Takes the status that the run has had. */
static int close_report(struct test *t, int status)
{
    if (!t->report.out || output_file_close(&t->report))
        return status;
    return cmd_fail("test", "%s can't be written: %s", t->output, strerror(errno));
}

/* Some suite's definition has to have the fault that is asked for. False after a message. */
static bool has_fault(const struct test *t)
{
    struct buf why = {0};
    bool has = !t->fault || t->suite_count == 0;

    for (size_t i = 0; !has && i < t->suite_count; i++)
        has = faults_has(t->suites[i], t->fault, &why);
    if (!has)
        cmd_fail("test", "--fault can't be tried: %s", buf_str(&why));
    buf_clear(&why);
    return has;
}

static int test_files(struct test *t, const struct definition_files *files)
{
    int status = EXIT_USAGE;

    if (files->count == 0) {
        cmd_fail("test",
                 "there is no suite, which is a file NAME.test.yaml, .test.yml or .test.json");
        return status;
    }
    struct buf again = {0};
    test_write_again(t, &again);
    buf_str(&again);
    t->again = buf_take(&again);
    if (t->faults || t->fault)
        t->fault_player = faults_new(t->fault, t->again);
    t->mutate |= t->min_score || t->mutation_report;
    t->writes = t->output || t->coverage_output.count || t->mutation_report;
    test_load_suites(t, files);
    if (!test_definitions_used(t))
        return status;
    test_choose_cases(t);
    t->hits = mem_calloc(t->case_count + 1, sizeof *t->hits);
    if (t->case_count == 0 && !t->unread)
        tell_none_chosen(t);
    else if (t->list)
        status = test_list(t);
    else if (t->case_count + t->broken_count && has_fault(t) && read_options(t) && open_report(t))
        status = test_run(t);
    return close_report(t, status);
}

/* What looks at the suites goes first. */
static void test_clear(struct test *t)
{
    json_unref(t->unused);
    faults_free(t->fault_player);
    mem_free(t->again);
    test_forget_buckets(t);
    for (size_t i = 0; i < t->suite_count; i++)
        suite_free(t->suites[i]);
    for (size_t i = 0; t->hits && i < t->case_count; i++)
        json_unref(t->hits[i]);
    mem_free(t->hits);
    json_set_clear(&t->fault_told);
    mock_table_clear(&t->table);
    mem_free(t->suites);
    mem_free(t->cases);
    for (size_t i = 0; i < t->broken_count; i++)
        json_unref(t->broken[i]);
    mem_free(t->broken);
    coverage_clear(&t->covered);
    used_files_clear(&t->used);
    snapshot_files_clear(&t->renewed);
}

bool test_has_loop(void)
{
    struct diag why = {0};
    bool good = event_loop_can_open(&why);

    if (!good)
        cmd_fail("test", "%s", why.text);
    diag_clear(&why);
    return good;
}

int test_once(const struct test *options, const struct definition_files *files)
{
    struct test t = *options;
    int status = test_has_loop() ? test_files(&t, files) : EXIT_USAGE;

    test_clear(&t);
    return status;
}
