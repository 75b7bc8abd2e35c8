#ifndef RUNTIME_API_API_REVISIONS_H
#define RUNTIME_API_API_REVISIONS_H

#include "asl/asl.h"
#include "runtime/api/api_operation.h"

/* A definition and what goes with it; counted, never changed but for the time. */
struct revision {
    uint32_t refs;
    json *key;        /* of its record: what executions that run it have in their notes */
    json *definition; /* the text as it was given */
    /* One that comes from the store is compiled when it is asked for, or somewhat later: both NULL.
     * `refusal` says why one can't be run. */
    asl_machine *compiled;
    json *refusal;
    json *role_arn, *logging, *tracing, *encryption;
    json *variables; /* variableReferences; NULL: none */
    json *id;        /* NULL: the first */
    int64_t at_ms;
};

/*
 * Makes the revision that a request describes; what it doesn't say comes from `before` (NULL: from
 * AWS's defaults). It has no key yet. NULL with the call failed.
 */
struct revision *revision_new(struct call *c, struct revision *before, bool express);
struct revision *revision_ref(struct revision *r);
void revision_unref(struct revision *r);
/* Returns whether two revisions say the same; with `role_too` the roles are compared as well. */
bool revision_is_same(const struct revision *a, const struct revision *b, bool role_too);
/* Compiles a definition that came from the store; what can't be compiled gets its `refusal`. */
void revision_compile(api *a, struct revision *r);
/* Compiles the definition if need be. False with the call failed: it can't be run. */
bool revision_runs(struct call *c, struct revision *r);
/* Adds what the two operations that describe a definition answer of it. */
void revision_describe(struct json_build *b, const struct revision *r, bool metadata_only);
/* Fails the call with InvalidDefinition and all that is wrong. */
void definition_refuse(struct call *c, const struct asl_report *report);

extern const struct operation validate_state_machine_definition_operation;

#endif
