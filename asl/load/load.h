#ifndef ASL_LOAD_LOAD_H
#define ASL_LOAD_LOAD_H

#include "asl/eval/machine.h"
#include "asl/report/report.h"
#include "asl/report/workflow.h"
#include "parsers/document.h"

#include <stdbool.h>
#include <stddef.h>

/* Who runs Tasks beside AWS's services. */
struct asl_served {
    /* Tells whether it serves that resource. */
    bool (*serves)(void *user, const char *resource);
    void *user;
};

/* A definition: text that was not read yet, or (`value`) one that was, with its values' places. */
struct load_source {
    const char *text;
    size_t len;
    enum document_format format;
    const json *value;
    const struct json_places *places;
};

/* What a definition is loaded for. {0}: to run it. */
struct load_purpose {
    bool validating; /* as `workflow`, with the checks that AWS makes on deployment */
    bool stored;     /* accepted before: without checks made only before a definition is accepted */
    enum asl_workflow workflow;
    const struct asl_served *served; /* NULL: nobody serves more than AWS */
    /*
     * Its author reads the report: each problem once, not what follows from it, and keys that are
     * there twice are told. Then `lint` sees a machine without errors beside its text. NULL: AWS's
     * words, for a client of the API.
     */
    void (*lint)(void *user, const asl_machine *m, const struct asl_at *top);
    void *user;
};

/*
 * Loads a definition: returns a new reference, or NULL when it has errors. Everything that is wrong
 * goes into the report, each with its place.
 */
asl_machine *load_definition(const struct load_source *from, const struct load_purpose *purpose,
                             struct asl_report *report);

#endif
