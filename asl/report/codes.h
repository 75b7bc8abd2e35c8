#ifndef ASL_REPORT_CODES_H
#define ASL_REPORT_CODES_H

#include "asl/report/report.h"
#include "asl/report/workflow.h"

#include <stdbool.h>
#include <stddef.h>

/* What the code of a problem means, for people. */
struct asl_code {
    const char *name;
    enum asl_severity severity;
    bool on;   /* reported by default; true for every error */
    bool hide; /* the report doesn't show the source line, which has a secret in it */
    enum asl_workflow workflow; /* of the examples */
    const char *summary;        /* a line */
    const char *why;            /* what is wrong with it */
    const char *mend;           /* how to be rid of it */
    /*
     * A definition with the problem, and one without. Beginning with `"`: the states of a machine
     * that starts with the first of them. NULL, both: of templates, or too large to show.
     */
    const char *bad, *good;
};

/* Returns the i-th code in the order of names; NULL behind the last. */
const struct asl_code *asl_code_at(size_t i);
const struct asl_code *asl_code_find(const char *name, size_t len);

/* Which codes are reported. */
enum { ASL_CODES_MAX = 64 };
struct asl_codes {
    bool has[ASL_CODES_MAX];
};

void asl_codes_default(struct asl_codes *set);
void asl_codes_all(struct asl_codes *set);
/* Puts a code into the set, or takes it out; false when there is none of that name. */
bool asl_codes_set(struct asl_codes *set, const char *name, size_t len, bool on);
/* Returns the code of that name when it is in the set, NULL otherwise. */
const struct asl_code *asl_codes_get(const struct asl_codes *set, const char *name);
/* Forgets the problems whose codes are not in the set. */
void asl_report_keep(struct asl_report *r, const struct asl_codes *set);

#endif
