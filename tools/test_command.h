#ifndef TOOLS_TEST_COMMAND_H
#define TOOLS_TEST_COMMAND_H

#include "parsers/json/json_set.h"
#include "tools/buckets.h"
#include "tools/cmd.h"
#include "tools/definition_files.h"
#include "tools/output_file.h"
#include "tools/set_options.h"
#include "tools/snapshot_files.h"
#include "tools/test/coverage.h"
#include "tools/test/coverage_report.h"
#include "tools/test/faults.h"
#include "tools/test/mock_use.h"
#include "tools/test/reporter.h"
#include "tools/test/suite.h"
#include "tools/test_told.h"
#include "tools/used_files.h"
#include "tools/watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `asl test` as it is asked for, and what one run of it makes. Only the files of the command
 * (cmd_test.c and test_*.c) include this. */
struct test {
    const char *format, *jobs, *color, *output, *min_coverage, *explore, *seed, *from_history,
        *min_score, *mutation_report, *fault;
    struct option_values filter, tag, definition, coverage_output;
    struct buckets_options buckets;
    struct case_bucket given[OPTION_VALUES]; /* by --bucket */
    size_t given_count;
    bool definition_used[OPTION_VALUES];
    struct coverage_output coverage_files[OPTION_VALUES];
    bool watches, fail_fast, list, schema, fields, coverage, update, ci, mutate, faults;
    bool init;
    bool writes; /* some report goes to a file */
    bool counts; /* coverage, whatever is done with it */
    struct set_options set;
    struct placeholders placeholders;
    json *unused; /* names of --set that the definition which was read last doesn't have; NULL: none
                     was read */
    struct suite **suites;
    size_t suite_count, suite_cap;
    const struct test_case **cases; /* that are to be told of */
    size_t case_count, case_cap;
    faults *fault_player;       /* NULL: no faults are wanted */
    struct json_set fault_told; /* that were told */
    size_t fault_repeats;       /* that were not told once more */
    struct mock_table table;    /* the one whose rows are heard */
    char *again; /* the options without which a case is another one, as test_write_again has them */
    struct tried orders_tried, faults_tried;
    json **hits;               /* by case, for mutants; NULL: it was not played */
    bool only;                 /* some case says that it is to run alone */
    struct output_file report; /* of --output */
    struct reporter reporter;
    struct test_summary summary;
    struct coverage covered;
    struct snapshot_files renewed; /* of --update */
    int64_t least;                 /* percent, of --min-coverage */
    int64_t least_score;           /* percent, of --min-score */
    int64_t orders;                /* of --explore; 0: only the usual one */
    int64_t seed_value;
    int64_t processes; /* of --jobs; 0: one a processor */
    bool unread;
    struct used_files used; /* files that are read, if there are reports that might replace one */
    watch *watch;           /* of --watch, which knows what files a suite is made from */
    json **broken;          /* records of suites that can't be read */
    size_t broken_count, broken_cap;
};

/* ---- test_options.c: the command line ---- */

/* Reads the options that are numbers. False after a message. */
bool test_read_numbers(struct test *t);
/* Reads --bucket. False after a message. */
bool test_read_buckets(struct test *t);
/* Frees what test_read_buckets has read. */
void test_forget_buckets(struct test *t);
/* Returns whether the options that are given go together. False after a message. */
bool test_may_play(const struct test *t);
/* Adds the options that say what definitions are, as a command that repeats a case needs them. */
void test_write_again(const struct test *t, struct buf *out);

/* ---- test_suites.c: from files to the cases that are to be told of ---- */

/* Finds the suites that the arguments name, those of the working directory without any. False after
 * a message. */
bool test_find_suites(int argc, char **argv, struct definition_files *files);
/* Reads the definition at `argument`, as struct suite_reader has it; `user` is the struct test. */
bool test_read_machine(void *user, const char *argument, const json *substitutions,
                       struct suite_machine *out, struct diag *why);
/* Returns those of the values that the definition which was read last asks for, an object; yours.
 */
json *test_used_values(void *user, const json *values);
/* Reads the suites; what is wrong with them is told on stderr, and kept in t->broken. */
void test_load_suites(struct test *t, const struct definition_files *files);
/* Returns whether each --definition is of a machine that was read. False after a message. */
bool test_definitions_used(const struct test *t);
/* Fills t->cases with those that --filter, --tag and "only" choose. */
void test_choose_cases(struct test *t);

/* ---- test_coverage.c: what --coverage and its like ask for ---- */

/* Reads where --coverage-output asks for files. False after a message. */
bool test_coverage_read(struct test *t);
/* Writes these files. False after a message. */
bool test_coverage_files(const struct test *t);
/* Prints coverage. Returns whether it is as much as --min-coverage asks for. */
bool test_coverage_tell(const struct test *t);

/* ---- test_play.c: playing cases ---- */

/* Each case needs a loop. Returns false after a message when none can be made: what keeps all cases
 * from being played is no failure of any. */
bool test_has_loop(void);
/* Plays what is chosen of the suites in `files`; all that it makes is gone then, so that it may be
 * played again. Returns the exit status. */
int test_once(const struct test *options, const struct definition_files *files);

/* ---- test_watch.c ---- */

/* Plays all suites, and from then on those that change. Returns the status of the last time. */
int test_watch(struct test *t, struct definition_files *files, int argc, char **argv);

#endif
