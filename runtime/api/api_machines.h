#ifndef RUNTIME_API_API_MACHINES_H
#define RUNTIME_API_API_MACHINES_H

#include "parsers/base/text_map.h"
#include "runtime/api/api_revisions.h"

/* State machines. A machine owns its versions and aliases, which share its revisions. */

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

/* All machines. */
struct machines {
    struct text_map by_arn;
    struct machine **sorted; /* by name */
    size_t count, cap;
};

void machines_clear(api *a);
/* Returns the machine of that ARN, which has no qualifier; NULL: there is none. */
struct machine *machine_at(const api *a, const char *arn);
/* Returns machine `i` of those that are sorted by name; NULL behind the last. */
struct machine *machine_by_name(const api *a, size_t i);

/* The values of a machine's type. */
extern const char *const machine_types[];

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

/* Finds where an ARN leads. False with the call failed: it leads nowhere. */
bool target_find(struct call *c, const char *arn, struct target *out);

/* ---- operations ---- */

extern const struct operation create_state_machine_operation, update_state_machine_operation,
    describe_state_machine_operation, delete_state_machine_operation, list_state_machines_operation,
    validate_state_machine_definition_operation;

#endif
