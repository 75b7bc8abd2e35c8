#ifndef RUNTIME_API_API_MACHINES_H
#define RUNTIME_API_API_MACHINES_H

#include "asl/asl.h"
#include "runtime/api/api_operation.h"

/*
 * State machines and their revisions. A revision is shared by the machine and its versions; a
 * machine owns its versions and aliases.
 */

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

struct version;
struct alias;

struct machine {
    json *arn, *name;
    bool express, deleting;
    int64_t created_ms;
    struct revision *revision;
    json *created_with; /* what CreateStateMachine compares, versionDescription and publish */
    json *tags;         /* an object */
    struct version *versions;
    size_t version_count, version_cap;
    uint32_t last_version, last_revision;
    struct alias *aliases;
    size_t alias_count, alias_cap;
    size_t running; /* executions */
    bool enrolled;  /* it has a second record, which tells if the first is lost */
};

/* ---- revisions ---- */

struct revision *revision_ref(struct revision *r);
void revision_unref(struct revision *r);
/* Compiles a definition that came from the store; what can't be compiled gets its `refusal`. */
void revision_compile(api *a, struct revision *r);
/* Compiles the definition if need be. False with the call failed: it can't be run. */
bool revision_runs(struct call *c, struct revision *r);
/* Adds what the two operations that describe a definition answer of it. */
void describe_revision(struct json_build *b, const struct revision *r, bool metadata_only);
/* Fails the call with InvalidDefinition and all that is wrong. */
void refuse_definition(struct call *c, const struct asl_report *report);

/* ---- machines ---- */

/* Takes a machine into the API's lists. */
void machine_add(api *a, struct machine *m);
/* Takes a machine out of memory; its record stays. */
void machine_drop(api *a, struct machine *m);
/* Finds a machine by an ARN without qualifier. NULL with the call failed. */
struct machine *machine_find(struct call *c, const char *arn);
/*
 * Deletes up to `limit` executions of a machine that is deleted and has nothing running, those of
 * their Map Runs among them, and when the last has gone, its records. False: there are more to go;
 * `count`: how much has gone.
 */
bool machine_sweep(api *a, const struct machine *m, size_t limit, size_t *count);

/* Where an ARN, which may name a version or an alias, leads. */
struct target {
    struct machine *machine;
    struct revision *revision; /* a look */
    const struct version *version;
    const struct alias *alias;
};

/* False with the call failed: it leads nowhere. */
bool target_find(struct call *c, const char *arn, struct target *out);

/* ---- operations ---- */

extern const struct operation create_state_machine_operation, update_state_machine_operation,
    describe_state_machine_operation, delete_state_machine_operation, list_state_machines_operation,
    validate_state_machine_definition_operation;

#endif
