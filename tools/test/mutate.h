#ifndef TOOLS_TEST_MUTATE_H
#define TOOLS_TEST_MUTATE_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "tools/test/case_buckets.h"
#include "tools/test/mutant.h"
#include "tools/test/suite.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Plays cases against mutants of their definitions: a case that fails has noticed the fault. A
 * mutant is played only by the cases that pass what was changed, until one has noticed it.
 */

enum mutant_fate {
    MUTANT_KILLED,
    MUTANT_TIMEOUT,     /* killed, as an execution went on and on */
    MUTANT_SURVIVED,    /* no case has noticed it */
    MUTANT_NO_COVERAGE, /* no case passes what was changed */
    MUTANT_REFUSED,     /* it is no valid definition, so that it needs no test */
    MUTANT_FATES
};

struct mutant_result {
    const struct suite_machine *machine;
    const struct mutant *mutant;
    enum mutant_fate fate;
    size_t killer; /* the case that noticed it */
};

/* Set the first members; mutation_run makes the others. */
struct mutation {
    const struct test_case *const *cases; /* all have passed, or were skipped */
    size_t case_count;
    const json *const *hits; /* by case: those of its record; NULL: it has none */
    unsigned jobs;
    const struct case_bucket *buckets; /* that all cases have */
    size_t bucket_count;
    const struct suite_machine **machines; /* by case: the first with the same definition */
    const struct asl_state **alone; /* by case: the state of that machine that it plays alone; NULL:
                                       it plays all */
    struct mutant_result *results;
    size_t count, cap;
    size_t fates[MUTANT_FATES];
};

/* False with *why filled: see runner_run. mutation_clear is needed in any case. */
bool mutation_run(struct mutation *m, struct diag *why);
void mutation_clear(struct mutation *m);

/* Returns how many mutants were noticed, and in *all how many could be. */
size_t mutation_score(const struct mutation *m, size_t *all);
/* Returns the score in percent, 100 when there are no mutants. */
double mutation_percent(const struct mutation *m);
/* Returns whether the case passes what the mutant changes. */
bool mutation_covers(const struct mutation *m, size_t c, const struct mutant_result *r);

/* Adds lines with the mutants that were not noticed, their places, and the score. */
void mutation_write(struct buf *out, const struct mutation *m);
/* Returns the whole as a document of mutation-testing-report-schema, version 2; `least`: the score
 * that is wanted, in percent. */
json *mutation_report(const struct mutation *m, int64_t least);

#endif
