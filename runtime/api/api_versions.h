#ifndef RUNTIME_API_API_VERSIONS_H
#define RUNTIME_API_API_VERSIONS_H

#include "runtime/api/api_machines.h"

/* Versions, which are numbered revisions, and aliases, which share out executions among them. */

struct version {
    uint32_t number;
    json *arn, *description; /* NULL: none */
    struct revision *revision;
    int64_t at_ms;
};

struct alias {
    json *arn, *name, *description;
    json *routes; /* as the API has them */
    int64_t created_ms, updated_ms;
};

/* Publishes the machine's revision; one that is published already keeps its version. A look. */
struct version *version_publish(api *a, struct machine *m, const json *description);
/* Adds a version of the machine's revision, whether it is published or not. A look. */
struct version *version_add(api *a, struct machine *m, const json *description);
/* Returns whether the machine's revision is published with that description; NULL: with any. */
bool version_says(const struct machine *m, const json *description);
/* Checks that one more version may be published. False with the call failed:
 * ServiceQuotaExceededException. */
bool version_has_room(struct call *c, const struct machine *m);
/* Returns the machine's version of that ARN; NULL: it has none. */
struct version *version_find(const struct machine *m, const char *arn);
void version_clear(struct version *v);
void alias_clear(struct alias *al);

/* ---- operations ---- */

extern const struct operation publish_state_machine_version_operation,
    delete_state_machine_version_operation, list_state_machine_versions_operation,
    create_state_machine_alias_operation, update_state_machine_alias_operation,
    describe_state_machine_alias_operation, delete_state_machine_alias_operation,
    list_state_machine_aliases_operation;

#endif
