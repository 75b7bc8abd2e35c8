/*
 * What AWS's model of the API (states, version 2016-11-23) says that answers have.
 *
 * A row is a structure: "name!type name:type …", where ! marks what is always there. A type is s a
 * text, i a whole number, n a number, b true or false, [type a list, {type an object of such
 * values, else the name of a structure.
 */

#include "tests/support/answers.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct model {
    const char *name, *members;
} models[] = {
    {"ActivityFailedEventDetails", "error:s cause:s"},
    {"ActivityListItem", "activityArn!s name!s creationDate!n"},
    {"ActivityScheduleFailedEventDetails", "error:s cause:s"},
    {"ActivityScheduledEventDetails",
     "resource!s input:s inputDetails:HistoryEventExecutionDataDetails timeoutInSeconds:i "
     "heartbeatInSeconds:i"},
    {"ActivityStartedEventDetails", "workerName:s"},
    {"ActivitySucceededEventDetails", "output:s outputDetails:HistoryEventExecutionDataDetails"},
    {"ActivityTimedOutEventDetails", "error:s cause:s"},
    {"AssignedVariablesDetails", "truncated:b"},
    {"BillingDetails", "billedMemoryUsedInMB:i billedDurationInMilliseconds:i"},
    {"CloudWatchEventsExecutionDataDetails", "included:b"},
    {"CloudWatchLogsLogGroup", "logGroupArn:s"},
    {"CreateActivityOutput", "activityArn!s creationDate!n"},
    {"CreateStateMachineAliasOutput", "stateMachineAliasArn!s creationDate!n"},
    {"CreateStateMachineOutput", "stateMachineArn!s creationDate!n stateMachineVersionArn:s"},
    {"DeleteActivityOutput", ""},
    {"DeleteStateMachineAliasOutput", ""},
    {"DeleteStateMachineOutput", ""},
    {"DeleteStateMachineVersionOutput", ""},
    {"DescribeActivityOutput",
     "activityArn!s name!s creationDate!n encryptionConfiguration:EncryptionConfiguration"},
    {"DescribeExecutionOutput",
     "executionArn!s stateMachineArn!s name:s status!s startDate!n stopDate:n input:s "
     "inputDetails:CloudWatchEventsExecutionDataDetails output:s "
     "outputDetails:CloudWatchEventsExecutionDataDetails traceHeader:s mapRunArn:s error:s cause:s "
     "stateMachineVersionArn:s stateMachineAliasArn:s redriveCount:i redriveDate:n redriveStatus:s "
     "redriveStatusReason:s"},
    {"DescribeMapRunOutput",
     "mapRunArn!s executionArn!s status!s startDate!n stopDate:n maxConcurrency!i "
     "toleratedFailurePercentage!n toleratedFailureCount!i itemCounts!MapRunItemCounts "
     "executionCounts!MapRunExecutionCounts redriveCount:i redriveDate:n"},
    {"DescribeStateMachineAliasOutput",
     "stateMachineAliasArn:s name:s description:s "
     "routingConfiguration:[RoutingConfigurationListItem creationDate:n updateDate:n"},
    {"DescribeStateMachineForExecutionOutput",
     "stateMachineArn!s name!s definition!s roleArn!s updateDate!n "
     "loggingConfiguration:LoggingConfiguration tracingConfiguration:TracingConfiguration "
     "mapRunArn:s label:s revisionId:s encryptionConfiguration:EncryptionConfiguration "
     "variableReferences:{[s"},
    {"DescribeStateMachineOutput",
     "stateMachineArn!s name!s status:s definition!s roleArn!s type!s creationDate!n "
     "loggingConfiguration:LoggingConfiguration tracingConfiguration:TracingConfiguration label:s "
     "revisionId:s description:s encryptionConfiguration:EncryptionConfiguration "
     "variableReferences:{[s"},
    {"EncryptionConfiguration", "kmsKeyId:s kmsDataKeyReusePeriodSeconds:i type!s"},
    {"EvaluationFailedEventDetails", "error:s cause:s location:s state!s"},
    {"ExecutionAbortedEventDetails", "error:s cause:s"},
    {"ExecutionFailedEventDetails", "error:s cause:s"},
    {"ExecutionListItem",
     "executionArn!s stateMachineArn!s name!s status!s startDate!n stopDate:n mapRunArn:s "
     "itemCount:i stateMachineVersionArn:s stateMachineAliasArn:s redriveCount:i redriveDate:n"},
    {"ExecutionRedrivenEventDetails", "redriveCount:i"},
    {"ExecutionStartedEventDetails", "input:s inputDetails:HistoryEventExecutionDataDetails "
                                     "roleArn:s stateMachineAliasArn:s stateMachineVersionArn:s"},
    {"ExecutionSucceededEventDetails", "output:s outputDetails:HistoryEventExecutionDataDetails"},
    {"ExecutionTimedOutEventDetails", "error:s cause:s"},
    {"GetActivityTaskOutput", "taskToken:s input:s"},
    {"GetExecutionHistoryOutput", "events![HistoryEvent nextToken:s"},
    {"HistoryEvent",
     "timestamp!n type!s id!i previousEventId:i "
     "activityFailedEventDetails:ActivityFailedEventDetails "
     "activityScheduleFailedEventDetails:ActivityScheduleFailedEventDetails "
     "activityScheduledEventDetails:ActivityScheduledEventDetails "
     "activityStartedEventDetails:ActivityStartedEventDetails "
     "activitySucceededEventDetails:ActivitySucceededEventDetails "
     "activityTimedOutEventDetails:ActivityTimedOutEventDetails "
     "taskFailedEventDetails:TaskFailedEventDetails "
     "taskScheduledEventDetails:TaskScheduledEventDetails "
     "taskStartFailedEventDetails:TaskStartFailedEventDetails "
     "taskStartedEventDetails:TaskStartedEventDetails "
     "taskSubmitFailedEventDetails:TaskSubmitFailedEventDetails "
     "taskSubmittedEventDetails:TaskSubmittedEventDetails "
     "taskSucceededEventDetails:TaskSucceededEventDetails "
     "taskTimedOutEventDetails:TaskTimedOutEventDetails "
     "executionFailedEventDetails:ExecutionFailedEventDetails "
     "executionStartedEventDetails:ExecutionStartedEventDetails "
     "executionSucceededEventDetails:ExecutionSucceededEventDetails "
     "executionAbortedEventDetails:ExecutionAbortedEventDetails "
     "executionTimedOutEventDetails:ExecutionTimedOutEventDetails "
     "executionRedrivenEventDetails:ExecutionRedrivenEventDetails "
     "mapStateStartedEventDetails:MapStateStartedEventDetails "
     "mapIterationStartedEventDetails:MapIterationEventDetails "
     "mapIterationSucceededEventDetails:MapIterationEventDetails "
     "mapIterationFailedEventDetails:MapIterationEventDetails "
     "mapIterationAbortedEventDetails:MapIterationEventDetails "
     "lambdaFunctionFailedEventDetails:LambdaFunctionFailedEventDetails "
     "lambdaFunctionScheduleFailedEventDetails:LambdaFunctionScheduleFailedEventDetails "
     "lambdaFunctionScheduledEventDetails:LambdaFunctionScheduledEventDetails "
     "lambdaFunctionStartFailedEventDetails:LambdaFunctionStartFailedEventDetails "
     "lambdaFunctionSucceededEventDetails:LambdaFunctionSucceededEventDetails "
     "lambdaFunctionTimedOutEventDetails:LambdaFunctionTimedOutEventDetails "
     "stateEnteredEventDetails:StateEnteredEventDetails "
     "stateExitedEventDetails:StateExitedEventDetails "
     "mapRunStartedEventDetails:MapRunStartedEventDetails "
     "mapRunFailedEventDetails:MapRunFailedEventDetails "
     "mapRunRedrivenEventDetails:MapRunRedrivenEventDetails "
     "evaluationFailedEventDetails:EvaluationFailedEventDetails"},
    {"HistoryEventExecutionDataDetails", "truncated:b"},
    {"InspectionData",
     "input:s afterArguments:s afterInputPath:s afterParameters:s result:s afterResultSelector:s "
     "afterResultPath:s request:InspectionDataRequest response:InspectionDataResponse variables:s "
     "errorDetails:InspectionErrorDetails afterItemsPath:s afterItemSelector:s afterItemBatcher:s "
     "afterItemsPointer:s toleratedFailureCount:i toleratedFailurePercentage:n maxConcurrency:i"},
    {"InspectionDataRequest", "protocol:s method:s url:s headers:s body:s"},
    {"InspectionDataResponse", "protocol:s statusCode:s statusMessage:s headers:s body:s"},
    {"InspectionErrorDetails", "catchIndex:i retryIndex:i retryBackoffIntervalSeconds:i"},
    {"LambdaFunctionFailedEventDetails", "error:s cause:s"},
    {"LambdaFunctionScheduleFailedEventDetails", "error:s cause:s"},
    {"LambdaFunctionScheduledEventDetails",
     "resource!s input:s inputDetails:HistoryEventExecutionDataDetails timeoutInSeconds:i "
     "taskCredentials:TaskCredentials"},
    {"LambdaFunctionStartFailedEventDetails", "error:s cause:s"},
    {"LambdaFunctionSucceededEventDetails",
     "output:s outputDetails:HistoryEventExecutionDataDetails"},
    {"LambdaFunctionTimedOutEventDetails", "error:s cause:s"},
    {"ListActivitiesOutput", "activities![ActivityListItem nextToken:s"},
    {"ListExecutionsOutput", "executions![ExecutionListItem nextToken:s"},
    {"ListMapRunsOutput", "mapRuns![MapRunListItem nextToken:s"},
    {"ListStateMachineAliasesOutput", "stateMachineAliases![StateMachineAliasListItem nextToken:s"},
    {"ListStateMachineVersionsOutput",
     "stateMachineVersions![StateMachineVersionListItem nextToken:s"},
    {"ListStateMachinesOutput", "stateMachines![StateMachineListItem nextToken:s"},
    {"ListTagsForResourceOutput", "tags:[Tag"},
    {"LogDestination", "cloudWatchLogsLogGroup:CloudWatchLogsLogGroup"},
    {"LoggingConfiguration", "level:s includeExecutionData:b destinations:[LogDestination"},
    {"MapIterationEventDetails", "name:s index:i"},
    {"MapRunExecutionCounts", "pending!i running!i succeeded!i failed!i timedOut!i aborted!i "
                              "total!i resultsWritten!i failuresNotRedrivable:i pendingRedrive:i"},
    {"MapRunFailedEventDetails", "error:s cause:s"},
    {"MapRunItemCounts", "pending!i running!i succeeded!i failed!i timedOut!i aborted!i total!i "
                         "resultsWritten!i failuresNotRedrivable:i pendingRedrive:i"},
    {"MapRunListItem", "executionArn!s mapRunArn!s stateMachineArn!s startDate!n stopDate:n"},
    {"MapRunRedrivenEventDetails", "mapRunArn:s redriveCount:i"},
    {"MapRunStartedEventDetails", "mapRunArn:s"},
    {"MapStateStartedEventDetails", "length:i"},
    {"PublishStateMachineVersionOutput", "creationDate!n stateMachineVersionArn!s"},
    {"RedriveExecutionOutput", "redriveDate!n"},
    {"RoutingConfigurationListItem", "stateMachineVersionArn!s weight!i"},
    {"SendTaskFailureOutput", ""},
    {"SendTaskHeartbeatOutput", ""},
    {"SendTaskSuccessOutput", ""},
    {"StartExecutionOutput", "executionArn!s startDate!n"},
    {"StartSyncExecutionOutput",
     "executionArn!s stateMachineArn:s name:s startDate!n stopDate!n status!s error:s cause:s "
     "input:s inputDetails:CloudWatchEventsExecutionDataDetails output:s "
     "outputDetails:CloudWatchEventsExecutionDataDetails traceHeader:s "
     "billingDetails:BillingDetails"},
    {"StateEnteredEventDetails", "name!s input:s inputDetails:HistoryEventExecutionDataDetails"},
    {"StateExitedEventDetails",
     "name!s output:s outputDetails:HistoryEventExecutionDataDetails assignedVariables:{s "
     "assignedVariablesDetails:AssignedVariablesDetails"},
    {"StateMachineAliasListItem", "stateMachineAliasArn!s creationDate!n"},
    {"StateMachineListItem", "stateMachineArn!s name!s type!s creationDate!n"},
    {"StateMachineVersionListItem", "stateMachineVersionArn!s creationDate!n"},
    {"StopExecutionOutput", "stopDate!n"},
    {"Tag", "key:s value:s"},
    {"TagResourceOutput", ""},
    {"TaskCredentials", "roleArn:s"},
    {"TaskFailedEventDetails", "resourceType!s resource!s error:s cause:s"},
    {"TaskScheduledEventDetails",
     "resourceType!s resource!s region!s parameters!s timeoutInSeconds:i heartbeatInSeconds:i "
     "taskCredentials:TaskCredentials"},
    {"TaskStartFailedEventDetails", "resourceType!s resource!s error:s cause:s"},
    {"TaskStartedEventDetails", "resourceType!s resource!s"},
    {"TaskSubmitFailedEventDetails", "resourceType!s resource!s error:s cause:s"},
    {"TaskSubmittedEventDetails",
     "resourceType!s resource!s output:s outputDetails:HistoryEventExecutionDataDetails"},
    {"TaskSucceededEventDetails",
     "resourceType!s resource!s output:s outputDetails:HistoryEventExecutionDataDetails"},
    {"TaskTimedOutEventDetails", "resourceType!s resource!s error:s cause:s"},
    {"TestStateOutput",
     "output:s error:s cause:s inspectionData:InspectionData nextState:s status:s"},
    {"TracingConfiguration", "enabled:b"},
    {"UntagResourceOutput", ""},
    {"UpdateMapRunOutput", ""},
    {"UpdateStateMachineAliasOutput", "updateDate!n"},
    {"UpdateStateMachineOutput", "updateDate!n revisionId:s stateMachineVersionArn:s"},
    {"ValidateStateMachineDefinitionDiagnostic", "severity!s code!s message!s location:s"},
    {"ValidateStateMachineDefinitionOutput",
     "result!s diagnostics![ValidateStateMachineDefinitionDiagnostic truncated:b"},
};

static int by_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct model *)row)->name);
}

static const struct model *find_model(const char *name)
{
    return bsearch(name, models, sizeof models / sizeof *models, sizeof *models, by_name);
}

/* `type` ends at a blank or the text's end. */
static bool fits_type(const json *v, const char *type);

/* Returns whether `at` begins with the member's name. */
static bool names(const char *at, const json *key)
{
    return strncmp(at, json_str(key), json_str_len(key)) == 0 &&
           strchr("!:", at[json_str_len(key)]);
}

static const char *find_member(const struct model *m, const json *key)
{
    for (const char *at = m->members; *at; at += strcspn(at, " "), at += *at == ' ')
        if (names(at, key))
            return at;
    return NULL;
}

static bool has_what_it_must(const json *v, const struct model *m)
{
    for (const char *at = m->members; *at; at += strcspn(at, " "), at += *at == ' ') {
        char name[64] = {0};
        size_t len = strcspn(at, "!:");
        memcpy(name, at, len);
        if (at[len] == '!' && !json_get(v, name))
            return false;
    }
    return true;
}

static bool fits_model(const json *v, const struct model *m)
{
    if (!json_is_object(v) || !has_what_it_must(v, m))
        return false;
    for (size_t i = 0; i < json_count(v); i++) {
        const char *at = find_member(m, json_key_at(v, i));
        if (!at || !fits_type(json_value_at(v, i), at + strcspn(at, "!:") + 1))
            return false;
    }
    return true;
}

static bool fits_type(const json *v, const char *type)
{
    char name[64] = {0};

    switch (*type) {
    case 's': return json_is_string(v);
    case 'b': return json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE;
    case 'n': return json_is_number(v);
    case 'i': return json_kind(v) == JSON_INT;
    case '[':
    case '{':
        if (*type == '[' ? !json_is_array(v) : !json_is_object(v))
            return false;
        for (size_t i = 0; i < json_count(v); i++)
            if (!fits_type(*type == '[' ? json_at(v, i) : json_value_at(v, i), type + 1))
                return false;
        return true;
    default: memcpy(name, type, strcspn(type, " ")); return fits_model(v, find_model(name));
    }
}

void expect_answer(const char *name, const char *operation, const json *answer)
{
    char output[64];

    snprintf(output, sizeof output, "%sOutput", operation);
    const struct model *m = find_model(output);
    ck_assert_msg(m != NULL, "%s: the model has no %s", name, operation);
    json *text = json_text(answer);
    ck_assert_msg(fits_model(answer, m), "%s: no answer of %s: %s", name, operation,
                  json_str(text));
    json_unref(text);
}
