#ifndef TOOLS_HISTORY_FILES_H
#define TOOLS_HISTORY_FILES_H

#include "tools/test/case_buckets.h"
#include "tools/test/reporter.h"
#include "tools/test/suite.h"

#include <stdbool.h>

/* asl test --from-history: executions that have been, played once more on a definition. */
struct history_files {
    const char *argument; /* a history, or a folder of them */
    const char *suite;    /* the file of the suite that is to be made of them; NULL: none is */
    const char *definition;
    const json *substitutions; /* of its placeholders: an object */
    const char *again;         /* the options that gave these, as a command needs them once more */
    const struct suite_machine *machine;
    const struct case_bucket *buckets; /* for what its Map states read and write */
    size_t bucket_count;
    struct reporter *reporter; /* told of each history as of a case */
};

/* Returns what the command ends with. */
int history_files_test(const struct history_files *h);

#endif
