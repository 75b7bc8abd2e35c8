/*
 * The list of operations. Each module defines its own, beside its functions; here they are in the
 * order of their names, in which metrics have them, too.
 */

#include "runtime/api/api_operation.h"

#include "parsers/base/count.h"
#include "runtime/api/api_activities.h"
#include "runtime/api/api_executions.h"
#include "runtime/api/api_history.h"
#include "runtime/api/api_map_runs.h"
#include "runtime/api/api_redrive.h"
#include "runtime/api/api_revisions.h"
#include "runtime/api/api_start.h"
#include "runtime/api/api_tags.h"
#include "runtime/api/api_test_state.h"
#include "runtime/api/api_tokens.h"
#include "runtime/api/api_versions.h"

#include <string.h>

static const struct operation *const operations[] = {
    &create_activity_operation,
    &create_state_machine_operation,
    &create_state_machine_alias_operation,
    &delete_activity_operation,
    &delete_state_machine_operation,
    &delete_state_machine_alias_operation,
    &delete_state_machine_version_operation,
    &describe_activity_operation,
    &describe_execution_operation,
    &describe_map_run_operation,
    &describe_state_machine_operation,
    &describe_state_machine_alias_operation,
    &describe_state_machine_for_execution_operation,
    &get_activity_task_operation,
    &get_execution_history_operation,
    &list_activities_operation,
    &list_executions_operation,
    &list_map_runs_operation,
    &list_state_machine_aliases_operation,
    &list_state_machine_versions_operation,
    &list_state_machines_operation,
    &list_tags_for_resource_operation,
    &publish_state_machine_version_operation,
    &redrive_execution_operation,
    &send_task_failure_operation,
    &send_task_heartbeat_operation,
    &send_task_success_operation,
    &start_execution_operation,
    &start_sync_execution_operation,
    &stop_execution_operation,
    &tag_resource_operation,
    &test_state_operation,
    &untag_resource_operation,
    &update_map_run_operation,
    &update_state_machine_operation,
    &update_state_machine_alias_operation,
    &validate_state_machine_definition_operation,
};

const char *api_operation(size_t i)
{
    return i < COUNT(operations) ? operations[i]->name : NULL;
}

size_t api_operation_number(const char *name)
{
    size_t from = 0, to = COUNT(operations);

    while (from < to) {
        size_t i = from + (to - from) / 2;
        int order = strcmp(operations[i]->name, name);

        if (order == 0)
            return i;
        if (order < 0)
            from = i + 1;
        else
            to = i;
    }
    return COUNT(operations);
}

const struct operation *operation_find(const char *name)
{
    size_t i = api_operation_number(name);

    return i < COUNT(operations) ? operations[i] : NULL;
}
