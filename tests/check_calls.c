/* calls: what is wrong with the calls of services in Tasks and Maps, by the services' models. */

#include "tests/support/expect.h"

#include "asl/asl.h"
#include "asl/call/call.h"
#include "asl/report/codes.h"

#include <string.h>

/* "-----BEGIN CERTIFICATE-----" */
#define CERTIFICATES "\"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t\""

/*
 * A row's parameters stand from line 2 on. Problems are lines "line:column code location: message
 * [hint]", where an error's code is "error" and "no CALL" is AWS's sentence for a resource that is
 * not recognized; "" is none.
 */
static const struct {
    const char *name, *call;
    bool jsonata;
    const char *parameters, *want;
} rows[] = {
    {"an action that there is", "aws-sdk:dynamodb:putItem", false,
     "{\"TableName\": \"t\", \"Item\": {}}", ""},
    {"an action that there is not", "aws-sdk:dynamodb:putItemm", false, "{}",
     "1:76 error /States/A/Resource: no aws-sdk:dynamodb:putItemm [did you mean putItem?]"},
    {"an action that lacks a word", "aws-sdk:secretsmanager:getSecret", false, "{}",
     "1:76 error /States/A/Resource: no aws-sdk:secretsmanager:getSecret [did you mean "
     "getSecretValue?]"},
    {"an integration with a word too many", "sns:publishMessage", false, "{}",
     "1:76 error /States/A/Resource: no sns:publishMessage [did you mean sns:publish?]"},
    {"a letter is nearer than a word", "aws-sdk:ec2:describeInstance", false, "{}",
     "1:76 error /States/A/Resource: no aws-sdk:ec2:describeInstance [did you mean "
     "describeInstances?]"},
    {"nothing near it", "aws-sdk:s3:abracadabra", false, "{}",
     "1:76 error /States/A/Resource: no aws-sdk:s3:abracadabra [S3 has no such action]"},
    {"a service that there is not", "aws-sdk:dynamodbb:putItem", false, "{}",
     "1:76 error /States/A/Resource: no aws-sdk:dynamodbb:putItem [did you mean dynamodb?]"},
    {"no service like it", "aws-sdk:abracadabra:putItem", false, "{}",
     "1:76 error /States/A/Resource: no aws-sdk:abracadabra:putItem [the SDK has no such service]"},
    {"a service whose own name ends with Service", "aws-sdk:config:describeConfigRules", false,
     "{}", ""},
    {"an action whose own name ends with a date", "aws-sdk:cloudfront:listDistributions", false,
     "{}", ""},
    {"a service that AWS has closed", "aws-sdk:qldb:listLedgers", false, "{\"Anything\": 1}", ""},
    {"an ending without its colon", "states:startExecution.sync2", false, "{}",
     "1:76 error /States/A/Resource: no states:startExecution.sync2 [did you mean .sync:2?]"},
    {"an ending in capitals", "states:startExecution.Sync", false, "{}",
     "1:76 error /States/A/Resource: no states:startExecution.Sync [did you mean .sync?]"},
    {"an integration under the SDK's name", "eventbridge:putEvents", false, "{}",
     "1:76 error /States/A/Resource: no eventbridge:putEvents [did you mean events:putEvents?]"},
    {"under the name of the service that it is of", "bedrockruntime:invokeModel", false, "{}",
     "1:76 error /States/A/Resource: no bedrockruntime:invokeModel [did you mean "
     "bedrock:invokeModel?]"},
    {"a call that is of the SDK alone", "eventbridge:putRule", false, "{}",
     "1:76 error /States/A/Resource: no eventbridge:putRule [did you mean "
     "aws-sdk:eventbridge:putRule?]"},
    {"a type of attributes that there is not", "dynamodb:putItem", false,
     "{\"TableName\": \"t\", \"Item\": {\"id\": {\"X\": \"1\"}}}",
     "2:36 error /States/A/Parameters: The field \"X\" is not supported by Step Functions [what "
     "there is: S, N, B, Ss (SS), Ns (NS), Bs (BS), M, L, Nul (NULL), Bool (BOOL)]"},
    {"a call that waits", "aws-sdk:sqs:sendMessage.waitForTaskToken", false,
     "{\"QueueUrl\": \"q\", \"MessageBody.$\": \"$$.Task.Token\"}", ""},
    {"a name with a small letter", "lambda:invoke", false,
     "{\"FunctionName\": \"f\", \"payload\": {}}",
     "2:23 error /States/A/Parameters: The field \"payload\" is not supported by Step Functions "
     "[did you mean Payload?]"},
    {"a slip in a name", "lambda:invoke", false, "{\"FunctionName\": \"f\", \"Qualifer\": \"1\"}",
     "2:23 error /States/A/Parameters: The field \"Qualifer\" is not supported by Step Functions "
     "[did you mean Qualifier?]"},
    {"a name like no other", "lambda:invoke", false,
     "{\"FunctionName\": \"f\", \"Abracadabra\": 1}",
     "2:23 error /States/A/Parameters: The field \"Abracadabra\" is not supported by Step "
     "Functions [what there is: FunctionName, InvocationType, LogType, ClientContext, "
     "DurableExecutionName, Payload, Qualifier, TenantId]"},
    {"a name by a path", "lambda:invoke", false,
     "{\"FunctionName.$\": \"$.f\", \"Payload.$\": \"$\"}", ""},
    {"a slip in a name by a path", "lambda:invoke", false,
     "{\"FunctionName.$\": \"$.f\", \"payload.$\": \"$\"}",
     "2:27 CALL_FIELD_UNKNOWN /States/A/Parameters/payload.$: lambda:invoke has no parameter "
     "'payload' [did you mean Payload?]"},
    {"a required parameter under a small letter", "lambda:invoke", false,
     "{\"functionName\": \"f\"}",
     "2:2 error /States/A/Parameters: The field \"functionName\" is not supported by Step "
     "Functions [did you mean FunctionName?]"},
    {"a required parameter under a small letter, by a path", "lambda:invoke", false,
     "{\"functionName.$\": \"$.f\"}",
     "2:2 error /States/A/Parameters: The field 'FunctionName' is required but was missing [did "
     "you mean FunctionName?]"},
    {"a slip in what an action requires, by an expression", "aws-sdk:s3:putObject", true,
     "{\"Bucket\": \"b\", \"Kye\": \"{% $states.input.k %}\"}",
     "2:17 error /States/A/Arguments: The field 'Key' is required but was missing [did you mean "
     "Key?]"},
    {"the SDK's spelling", "aws-sdk:s3:putObject", false,
     "{\"Bucket\": \"b\", \"Key\": \"k\", \"SsekmsKeyId\": \"x\", \"ContentMD5\": \"x\"}", ""},
    {"the service's own spelling", "aws-sdk:s3:putObject", false,
     "{\"Bucket\": \"b\", \"Key\": \"k\", \"SSEKMSKeyId\": \"x\", \"ContentMD5\": \"x\"}", ""},
    {"neither", "aws-sdk:s3:putObject", false,
     "{\"Bucket\": \"b\", \"Key\": \"k\", \"SseKmsKeyId\": \"x\"}",
     "2:29 error /States/A/Parameters: The field \"SseKmsKeyId\" is not supported by Step "
     "Functions [did you mean SsekmsKeyId?]"},
    {"names of a service that begin with small letters", "aws-sdk:ecs:updateService", false,
     "{\"Service\": \"s\", \"DesiredCount\": 2}", ""},
    {"such a name as it is there", "aws-sdk:ecs:updateService", false,
     "{\"Service\": \"s\", \"desiredCount\": 2}",
     "2:18 error /States/A/Parameters: The field \"desiredCount\" is not supported by Step "
     "Functions [did you mean DesiredCount?]"},
    {"a name of a structure's member", "ecs:runTask", false,
     "{\"TaskDefinition\": \"t\", \"NetworkConfiguration\": {\"AwsvpcConfiguration\": "
     "{\"Subnets\": [\"s\"]}}}",
     ""},
    {"a slip in it", "ecs:runTask", false,
     "{\"TaskDefinition\": \"t\", \"NetworkConfiguration\": {\"awsVpcConfiguration\": "
     "{\"Subnets\": [\"s\"]}}}",
     "2:50 error /States/A/Parameters: The field \"awsVpcConfiguration\" is not supported by Step "
     "Functions [did you mean AwsvpcConfiguration?]"},
    {"a slip in a structure of a list", "sagemaker:createTrainingJob", false,
     "{\"TrainingJobName\": \"j\", \"RoleArn\": \"arn:aws:iam::123456789012:role/r\", "
     "\"AlgorithmSpecification\": {\"TrainingInputMode\": \"File\"}, \"OutputDataConfig\": "
     "{\"S3OutputPath\": \"s3://b\"}, \"ResourceConfig\": {\"VolumeSizeInGB\": 1}, "
     "\"StoppingCondition\": {}, \"InputDataConfig\": [{\"ChannelName\": \"train\", "
     "\"DataSource\": {\"S3DataSource\": {\"S3DataType\": \"S3Prefix\", \"S3Uri\": \"s3://b\", "
     "\"AtttributeNames\": [\"a\"]}}}]}",
     "2:366 error /States/A/Parameters: The field \"AtttributeNames\" is not supported by Step "
     "Functions [did you mean AttributeNames?]"},
    {"the keys of a map are data", "aws-sdk:lambda:createFunction", false,
     "{\"FunctionName\": \"f\", \"Role\": \"arn:aws:iam::123456789012:role/r\", \"Code\": {}, "
     "\"Environment\": {\"Variables\": {\"any thing\": \"x\", \"y.$\": \"$.y\"}}}",
     ""},
    {"a word of Java", "aws-sdk:verifiedpermissions:createPolicy", false,
     "{\"PolicyStoreId\": \"p\", \"Definition\": {\"StaticValue\": {\"Statement\": \"x\"}}}", ""},
    {"a word of Java as it is in the model", "aws-sdk:verifiedpermissions:createPolicy", false,
     "{\"PolicyStoreId\": \"p\", \"Definition\": {\"Static\": {\"Statement\": \"x\"}}}",
     "2:39 error /States/A/Parameters: The field \"Static\" is not supported by Step Functions "
     "[did you mean StaticValue?]"},
    {"parameters that only the SDK has", "aws-sdk:s3:copyObject", false,
     "{\"SourceBucket\": \"b\", \"SourceKey\": \"k\", \"DestinationBucket\": \"c\", "
     "\"DestinationKey.$\": \"$.k\"}",
     ""},
    {"the region of a copy", "aws-sdk:rds:copyDBSnapshot", false,
     "{\"SourceDBSnapshotIdentifier\": \"s\", \"TargetDBSnapshotIdentifier\": \"t\", "
     "\"SourceRegion\": \"eu-west-1\"}",
     ""},
    {"parameters of a call that takes none", "aws-sdk:sts:getCallerIdentity", false,
     "{\"Account\": \"1\"}",
     "2:2 error /States/A/Parameters: The field \"Account\" is not supported by Step Functions"},
    {"a parameter whose name is a placeholder", "lambda:invoke", false, "{\"${Name}\": \"f\"}", ""},
    {"an ending of paths in JSONata", "lambda:invoke", true,
     "{\"FunctionName\": \"f\", \"Payload.$\": \"$\"}",
     "2:23 error /States/A/Arguments: The field \"Payload.$\" is not supported by Step Functions "
     "[did you mean Payload?]"},
    {"an expression for a name that there is not", "lambda:invoke", true,
     "{\"FunctionName\": \"f\", \"payload\": \"{% $states.input %}\"}",
     "2:23 CALL_FIELD_UNKNOWN /States/A/Arguments/payload: lambda:invoke has no parameter "
     "'payload' [did you mean Payload?]"},
    {"a value for it", "lambda:invoke", true, "{\"FunctionName\": \"f\", \"payload\": {}}",
     "2:23 error /States/A/Arguments: The field \"payload\" is not supported by Step Functions "
     "[did you mean Payload?]"},
    {"an expression for all", "lambda:invoke", true, "\"{% $states.input %}\"", ""},
    {"a required parameter of an action that is missing", "aws-sdk:dynamodb:putItem", false,
     "{\"Item\": {}}",
     "1:121 error /States/A/Parameters: The field 'TableName' is required but was missing"},
    {"null for it", "aws-sdk:dynamodb:putItem", false, "{\"TableName\": null, \"Item\": {}}",
     "2:15 CALL_VALUE_REFUSED /States/A/Parameters/TableName: 'TableName' is required, and null is "
     "not sent"},
    {"by a path", "aws-sdk:dynamodb:putItem", false,
     "{\"TableName.$\": \"$.t\", \"Item.$\": \"$.i\"}", ""},
    {"by an expression", "aws-sdk:dynamodb:putItem", true,
     "{\"TableName\": \"{% $states.input.t %}\", \"Item\": \"{% $states.input.i %}\"}", ""},
    {"what AWS does not ask of an integration", "batch:submitJob", false,
     "{\"JobName\": \"j\", \"JobDefinition\": \"d\"}",
     "1:112 CALL_FIELD_MISSING /States/A/Parameters: batch:submitJob requires 'JobQueue'"},
    {"a member of a structure", "aws-sdk:s3:deleteObjects", false,
     "{\"Bucket\": \"b\", \"Delete\": {\"Objects\": [{}]}}",
     "2:40 CALL_FIELD_MISSING /States/A/Parameters/Delete/Objects[0]: An element of 'Objects' "
     "requires 'Key'"},
    {"a token that the SDK makes", "aws-sdk:emrserverless:startJobRun", false,
     "{\"ApplicationId\": \"a\", \"ExecutionRoleArn\": \"arn:aws:iam::123456789012:role/r\"}", ""},
    {"a structure by a path", "aws-sdk:s3:deleteObjects", false,
     "{\"Bucket\": \"b\", \"Delete.$\": \"$.d\"}", ""},
    {"a number for a string", "aws-sdk:s3:getObject", false, "{\"Bucket\": \"b\", \"Key\": 1}",
     "2:24 CALL_VALUE_REFUSED /States/A/Parameters/Key: 'Key' takes a string, and this is a "
     "number"},
    {"an object for a string goes as its text", "aws-sdk:sfn:startExecution", false,
     "{\"StateMachineArn\": \"arn:aws:states:us-east-1:123456789012:stateMachine:m\", \"Input\": "
     "{\"a\": 1}}",
     ""},
    {"a string for a number", "aws-sdk:sqs:receiveMessage", false,
     "{\"QueueUrl\": \"q\", \"WaitTimeSeconds\": \"soon\"}",
     "2:38 CALL_VALUE_REFUSED /States/A/Parameters/WaitTimeSeconds: 'WaitTimeSeconds' takes a "
     "whole number, and this is a string"},
    {"a number in quotes", "aws-sdk:sqs:receiveMessage", false,
     "{\"QueueUrl\": \"q\", \"WaitTimeSeconds\": \"5\"}", ""},
    {"a fraction for a whole number", "aws-sdk:sqs:receiveMessage", false,
     "{\"QueueUrl\": \"q\", \"WaitTimeSeconds\": 1.5}",
     "2:38 CALL_VALUE_REFUSED /States/A/Parameters/WaitTimeSeconds: 'WaitTimeSeconds' takes a "
     "whole number, and this is a fraction"},
    {"a path without its ending is told elsewhere", "aws-sdk:sqs:receiveMessage", false,
     "{\"QueueUrl\": \"q\", \"WaitTimeSeconds\": \"$.n\"}", ""},
    {"a placeholder", "aws-sdk:sqs:receiveMessage", false,
     "{\"QueueUrl\": \"q\", \"WaitTimeSeconds\": \"${Wait}\"}", ""},
    {"null", "aws-sdk:sqs:receiveMessage", false,
     "{\"QueueUrl\": \"q\", \"WaitTimeSeconds\": null}", ""},
    {"a string for a boolean", "aws-sdk:dynamodb:getItem", false,
     "{\"TableName\": \"t\", \"Key\": {}, \"ConsistentRead\": \"perhaps\"}",
     "2:49 CALL_VALUE_REFUSED /States/A/Parameters/ConsistentRead: 'ConsistentRead' takes true or "
     "false, and this is a string"},
    {"true in quotes", "aws-sdk:dynamodb:getItem", false,
     "{\"TableName\": \"t\", \"Key\": {}, \"ConsistentRead\": \"True\"}", ""},
    {"a string for a list", "aws-sdk:ec2:describeInstances", false, "{\"InstanceIds\": \"i-1\"}",
     "2:17 CALL_VALUE_REFUSED /States/A/Parameters/InstanceIds: 'InstanceIds' takes an array, and "
     "this is a string"},
    {"a string for a structure", "aws-sdk:dynamodb:getItem", false,
     "{\"TableName\": \"t\", \"Key\": {\"id\": \"7\"}}",
     "2:34 CALL_VALUE_REFUSED /States/A/Parameters/Key/id: 'id' takes an object, and this is a "
     "string [what there is: S, N, B, Ss (SS), Ns (NS), Bs (BS), M, L, Nul (NULL), Bool (BOOL)]"},
    {"an attribute of two types", "dynamodb:putItem", false,
     "{\"TableName\": \"t\", \"Item\": {\"id\": {\"S.$\": \"$.id\", \"N\": \"1\"}}}",
     "2:35 CALL_VALUE_REFUSED /States/A/Parameters/Item/id: 'id' takes one of its members, and "
     "this has 2 [what there is: S, N, B, Ss (SS), Ns (NS), Bs (BS), M, L, Nul (NULL), Bool "
     "(BOOL)]"},
    {"an attribute of none", "aws-sdk:dynamodb:putItem", false,
     "{\"TableName\": \"t\", \"Item\": {\"id\": {}}}",
     "2:35 CALL_VALUE_REFUSED /States/A/Parameters/Item/id: 'id' takes one of its members, and "
     "this has none [what there is: S, N, B, Ss (SS), Ns (NS), Bs (BS), M, L, Nul (NULL), Bool "
     "(BOOL)]"},
    {"an attribute of one type, and null for another", "dynamodb:putItem", false,
     "{\"TableName\": \"t\", \"Item\": {\"id\": {\"S\": \"1\", \"N\": null}}}", ""},
    {"an attribute in another", "dynamodb:putItem", false,
     "{\"TableName\": \"t\", \"Item\": {\"a\": {\"L\": [{\"M\": {\"x\": {\"S\": \"1\"}}}]}}}", ""},
    {"parameters that are no object", "lambda:invoke", false, "\"work\"",
     "2:1 CALL_VALUE_REFUSED /States/A/Parameters: 'Parameters' takes an object, and this is a "
     "string"},
    {"parameters that are an array", "aws-sdk:s3:listBuckets", true, "[1]",
     "2:1 CALL_VALUE_REFUSED /States/A/Arguments: 'Arguments' takes an object, and this is an "
     "array"},
    {"arguments that are an expression", "lambda:invoke", true, "\"{% $states.input %}\"", ""},
    {"an attribute of a table as a string", "dynamodb:getItem", false,
     "{\"TableName\": \"t\", \"Key\": {\"id\": \"7\"}}", ""},
    {"an attribute of a table as a number", "dynamodb:putItem", false,
     "{\"TableName\": \"t\", \"Item\": {\"id\": 5}}",
     "2:35 CALL_VALUE_REFUSED /States/A/Parameters/Item/id: 'id' takes an object, and this is a "
     "number [what there is: S, N, B, Ss (SS), Ns (NS), Bs (BS), M, L, Nul (NULL), Bool (BOOL)]"},
    {"another structure of a table as a string", "dynamodb:putItem", false,
     "{\"TableName\": \"t\", \"Item\": {}, \"Expected\": {\"id\": \"5\"}}",
     "2:51 CALL_VALUE_REFUSED /States/A/Parameters/Expected/id: 'id' takes an object, and this is "
     "a "
     "string [what there is: Value, Exists, ComparisonOperator, AttributeValueList]"},
    {"an array for a map", "aws-sdk:dynamodb:getItem", false, "{\"TableName\": \"t\", \"Key\": []}",
     "2:27 CALL_VALUE_REFUSED /States/A/Parameters/Key: 'Key' takes an object, and this is an "
     "array"},
    {"null of a table", "dynamodb:getItem", false,
     "{\"TableName\": \"t\", \"Key\": {\"id\": {\"NULL\": true}}}", ""},
    {"null of a table, as the SDK calls it", "aws-sdk:dynamodb:getItem", false,
     "{\"TableName\": \"t\", \"Key\": {\"a\": {\"Nul\": true}, \"b\": {\"NULL\": true}}}", ""},
    {"a number of a table as a number", "dynamodb:getItem", false,
     "{\"TableName\": \"t\", \"Key\": {\"id\": {\"N\": 7}}}",
     "2:40 CALL_VALUE_REFUSED /States/A/Parameters/Key/id/N: 'N' takes a string, and this is a "
     "number"},
    {"a time as text, and as a number", "aws-sdk:cloudwatch:getMetricData", false,
     "{\"MetricDataQueries\": [], \"StartTime\": \"2026-01-01T00:00:00Z\", \"EndTime\": "
     "1767225600}",
     ""},
    {"an array for a time", "aws-sdk:cloudwatch:getMetricData", false,
     "{\"MetricDataQueries\": [], \"StartTime\": [], \"EndTime\": 1767225600}",
     "2:40 CALL_VALUE_REFUSED /States/A/Parameters/StartTime: 'StartTime' takes a time, and this "
     "is an array"},
    {"an expression among literals", "aws-sdk:sqs:receiveMessage", true,
     "{\"QueueUrl\": \"q\", \"WaitTimeSeconds\": \"{% $states.input.n %}\", "
     "\"MaxNumberOfMessages\": \"many\"}",
     "2:86 CALL_VALUE_REFUSED /States/A/Arguments/MaxNumberOfMessages: 'MaxNumberOfMessages' takes "
     "a whole number, and this is a string"},
    {"a word that there is", "lambda:invoke", false,
     "{\"FunctionName\": \"f\", \"InvocationType\": \"Event\"}", ""},
    {"a word in the wrong case", "lambda:invoke", false,
     "{\"FunctionName\": \"f\", \"InvocationType\": \"event\"}",
     "2:41 CALL_VALUE_REFUSED /States/A/Parameters/InvocationType: 'InvocationType' cannot be "
     "'event'; did you mean Event?"},
    {"a word like no other", "lambda:invoke", false,
     "{\"FunctionName\": \"f\", \"InvocationType\": \"Whenever\"}",
     "2:41 CALL_VALUE_REFUSED /States/A/Parameters/InvocationType: 'InvocationType' cannot be "
     "'Whenever', only one of Event, RequestResponse, DryRun"},
    {"one of a hundred words", "aws-sdk:ec2:runInstances", false,
     "{\"MinCount\": 1, \"MaxCount\": 1, \"InstanceType\": \"potato\"}",
     "2:48 CALL_VALUE_REFUSED /States/A/Parameters/InstanceType: 'InstanceType' cannot be "
     "'potato', which the service doesn't know"},
    {"a number that is too large", "aws-sdk:dynamodb:scan", false,
     "{\"TableName\": \"t\", \"TotalSegments\": 2000000, \"Segment\": 0}",
     "2:37 CALL_VALUE_REFUSED /States/A/Parameters/TotalSegments: 'TotalSegments' is at most "
     "1000000, and this is 2000000"},
    {"a number that is too small", "aws-sdk:dynamodb:scan", false,
     "{\"TableName\": \"t\", \"Limit\": 0}",
     "2:29 CALL_VALUE_REFUSED /States/A/Parameters/Limit: 'Limit' is at least 1, and this is 0"},
    {"a text that is too long", "aws-sdk:sfn:startExecution", false,
     "{\"StateMachineArn\": \"arn:aws:states:us-east-1:123456789012:stateMachine:m\", \"Name\": "
     "\"123456789012345678901234567890123456789012345678901234567890123456789012345678901\"}",
     "2:85 CALL_VALUE_REFUSED /States/A/Parameters/Name: 'Name' has at most 80 characters, and "
     "this has 81"},
    {"an id of Route 53 with what it is of", "aws-sdk:route53:listResourceRecordSets", false,
     "{\"HostedZoneId\": \"/hostedzone/Z0123456789ABCDEFGHIJ\"}", ""},
    {"an id of Route 53 that is too long without it", "aws-sdk:route53:getHostedZone", false,
     "{\"Id\": \"/hostedzone/Z0123456789ABCDEFGHIJKLMNOPQRSTUV\"}",
     "2:8 CALL_VALUE_REFUSED /States/A/Parameters/Id: 'Id' has at most 32 characters, and this "
     "has 33"},
    {"such an element of a list", "aws-sdk:cloudwatch:deleteAlarms", false,
     "{\"AlarmNames\": [\"\"]}",
     "2:17 CALL_VALUE_REFUSED /States/A/Parameters/AlarmNames[0]: An element of 'AlarmNames' has "
     "at "
     "least 1 character, and this has 0"},
    {"a text that is too short", "aws-sdk:s3:getObject", false,
     "{\"Bucket\": \"b\", \"Key\": \"\"}",
     "2:24 CALL_VALUE_REFUSED /States/A/Parameters/Key: 'Key' has at least 1 character, and this "
     "has 0"},
    {"a list that is too long", "aws-sdk:cloudwatch:deleteAlarms", false,
     "{\"AlarmNames\": [\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", "
     "\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", "
     "\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", "
     "\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", "
     "\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", "
     "\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", "
     "\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", "
     "\"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\", \"a\"]}",
     "2:16 CALL_VALUE_REFUSED /States/A/Parameters/AlarmNames: 'AlarmNames' has at most 100 "
     "elements, and this has 101"},
    {"two members of a union", "aws-sdk:verifiedpermissions:createPolicy", false,
     "{\"PolicyStoreId\": \"p\", \"Definition\": {\"StaticValue\": {\"Statement\": \"x\"}, "
     "\"TemplateLinked\": {\"PolicyTemplateId\": \"t\"}}}",
     "2:38 CALL_VALUE_REFUSED /States/A/Parameters/Definition: 'Definition' takes one of its "
     "members, and this has 2 [what there is: StaticValue, TemplateLinked]"},
    {"any JSON as a payload", "lambda:invoke", false,
     "{\"FunctionName\": \"f\", \"Payload\": {\"functionName\": 1}}", ""},
    {"any JSON as a message", "sns:publish", false,
     "{\"TopicArn\": \"arn:aws:sns:us-east-1:123456789012:t\", \"Message\": {\"a\": [1]}}", ""},
    {"any JSON in a queue", "sqs:sendMessage", false,
     "{\"QueueUrl\": \"q\", \"MessageBody\": {\"a\": 1}, \"DelaySeconds\": 5}", ""},
    {"a delay that is a word", "sqs:sendMessage", false,
     "{\"QueueUrl\": \"q\", \"MessageBody\": 1, \"DelaySeconds\": \"five\"}",
     "2:53 CALL_VALUE_REFUSED /States/A/Parameters/DelaySeconds: 'DelaySeconds' takes a whole "
     "number, and this is a string"},
    {"any JSON as an input", "states:startExecution.sync:2", false,
     "{\"StateMachineArn\": \"arn:aws:states:us-east-1:123456789012:stateMachine:m\", \"Input\": "
     "1}",
     ""},
    {"any JSON in an event", "events:putEvents", false,
     "{\"Entries\": [{\"Source\": \"s\", \"DetailType\": \"t\", \"Detail\": [1]}]}", ""},
    {"a slip in an event", "events:putEvents", false,
     "{\"Entries\": [{\"Source\": \"s\", \"DetailTyp\": \"t\", \"Detail\": [1]}]}",
     "2:30 error /States/A/Parameters: The field \"DetailTyp\" is not supported by Step Functions "
     "[did you mean DetailType?]"},
    {"a step of a cluster", "elasticmapreduce:addStep.sync", false,
     "{\"ClusterId\": \"c\", \"Step\": {\"Name\": \"s\", \"ActionOnFailure\": \"CONTINUE\", "
     "\"HadoopJarStep\": {\"Jar\": \"j.jar\", \"Args\": [\"a\"]}}}",
     ""},
    {"the steps of the service's own call", "elasticmapreduce:addStep", false,
     "{\"JobFlowId\": \"c\", \"Steps\": []}",
     "2:2 error /States/A/Parameters: The field \"JobFlowId\" is not supported by Step Functions "
     "[what there is: ClusterId, Step, ExecutionRoleArn]\n"
     "2:20 error /States/A/Parameters: The field \"Steps\" is not supported by Step Functions [did "
     "you mean Step?]"},
    {"a step without its jar", "elasticmapreduce:addStep", false,
     "{\"ClusterId\": \"c\", \"Step\": {\"Name\": \"s\"}}",
     "2:20 CALL_FIELD_MISSING /States/A/Parameters/Step: 'Step' requires 'HadoopJarStep'"},
    {"a fleet by its name", "elasticmapreduce:modifyInstanceFleetByName", false,
     "{\"ClusterId\": \"c\", \"InstanceFleetName\": \"f\", \"InstanceFleet\": "
     "{\"TargetOnDemandCapacity\": 2}}",
     ""},
    {"a group by its name", "elasticmapreduce:modifyInstanceGroupByName", false,
     "{\"ClusterId\": \"c\", \"InstanceGroupName\": \"g\", \"InstanceGroup\": {\"InstanceCount\": "
     "\"two\"}}",
     "2:81 CALL_VALUE_REFUSED /States/A/Parameters/InstanceGroup/InstanceCount: 'InstanceCount' "
     "takes a whole number, and this is a string"},
    {"a job of a cluster", "eks:runJob.sync", false,
     "{\"ClusterName\": \"c\", \"CertificateAuthority\": " CERTIFICATES
     ", \"Endpoint\": \"https://e\", "
     "\"Job\": {\"kind\": \"Job\"}, \"LogOptions\": {\"RetrieveLogs\": true}}",
     ""},
    {"a call of a cluster", "eks:call", false,
     "{\"ClusterName\": \"c\", \"CertificateAuthority\": " CERTIFICATES
     ", \"Endpoint\": \"https://e\", "
     "\"Method\": \"GET\", \"Path\": \"/api\"}",
     ""},
    {"an agent, whose session Step Functions may name", "bedrockagentcore:invokeHarness", false,
     "{\"HarnessArn\": \"h\", \"Messages\": []}", ""},
    {"but not what it is asked", "bedrockagentcore:invokeHarness", false, "{\"HarnessArn\": \"h\"}",
     "1:127 CALL_FIELD_MISSING /States/A/Parameters: bedrockagentcore:invokeHarness requires "
     "'Messages'"},
    {"a parameter of it that is no list", "eks:call", false,
     "{\"ClusterName\": \"c\", \"CertificateAuthority\": " CERTIFICATES
     ", \"Endpoint\": \"https://e\", "
     "\"Method\": \"GET\", \"Path\": \"/api\", \"QueryParameters\": {\"limit\": \"1\"}}",
     "2:173 CALL_VALUE_REFUSED /States/A/Parameters/QueryParameters/limit: 'limit' takes an array "
     "of strings, and this is a string"},
    {"a method that it doesn't have", "eks:call", false,
     "{\"ClusterName\": \"c\", \"CertificateAuthority\": " CERTIFICATES
     ", \"Endpoint\": \"https://e\", "
     "\"Method\": \"OPTIONS\", \"Path\": \"/api\"}",
     "2:121 CALL_VALUE_REFUSED /States/A/Parameters/Method: 'Method' cannot be 'OPTIONS', only one "
     "of GET, POST, PUT, DELETE, HEAD, PATCH"},
    {"a cluster that nobody could call", "eks:call", false,
     "{\"ClusterName\": \"c\", \"CertificateAuthority\": \"nope!\", \"Endpoint\": \"abc\", "
     "\"Method\": \"GET\", \"Path\": \"/api\"}",
     "2:46 CALL_VALUE_REFUSED /States/A/Parameters/CertificateAuthority: 'CertificateAuthority' "
     "takes certificates in Base64, as EKS tells them of the cluster\n"
     "2:67 CALL_VALUE_REFUSED /States/A/Parameters/Endpoint: 'Endpoint' takes a URL that begins "
     "with https://"},
    {"what EKS tells of a cluster is not known here", "eks:runJob", true,
     "{\"ClusterName\": \"c\", \"CertificateAuthority\": \"{% $c %}\", \"Endpoint\": \"${E}\", "
     "\"Job\": {}}",
     ""},
    {"a model's text", "bedrock:invokeModel", false,
     "{\"ModelId\": \"m\", \"Body\": {\"prompt\": \"p\"}, \"ContentType\": \"application/json\"}",
     ""},
    {"a model's text in S3", "bedrock:invokeModel", false,
     "{\"ModelId\": \"m\", \"Input\": {\"S3Uri\": \"s3://b/i\"}, \"Output\": {\"S3Url\": "
     "\"s3://b/o\"}}",
     "2:61 error /States/A/Parameters: The field \"S3Url\" is not supported by Step Functions [did "
     "you mean S3Uri?]"},
    {"an API", "apigateway:invoke", false,
     "{\"ApiEndpoint\": \"x.execute-api.us-east-1.amazonaws.com\", \"Method\": \"GET\", "
     "\"Headers\": {\"A\": [\"b\"]}, \"AuthType\": \"IAM_ROLE\"}",
     ""},
    {"a header that is no list", "apigateway:invoke", false,
     "{\"ApiEndpoint\": \"x\", \"Method\": \"GET\", \"Headers\": {\"A\": \"b\"}}",
     "2:56 CALL_VALUE_REFUSED /States/A/Parameters/Headers/A: 'A' takes an array of strings, and "
     "this is a string"},
    {"a method in small letters", "apigateway:invoke", false,
     "{\"ApiEndpoint\": \"x\", \"Method\": \"get\"}",
     "2:32 CALL_VALUE_REFUSED /States/A/Parameters/Method: 'Method' cannot be 'get'; did you mean "
     "GET?"},
    {"a request", "http:invoke", false,
     "{\"ApiEndpoint\": \"https://example.com\", \"Method\": \"GET\", \"Authentication\": "
     "{\"ConnectionArn\": \"arn:aws:events:us-east-1:123456789012:connection/c/1\"}}",
     ""},
    {"a request with an older name for its connection", "http:invoke", false,
     "{\"ApiEndpoint\": \"https://example.com\", \"Method\": \"GET\", \"InvocationConfig\": "
     "{\"ConnectionArn\": \"arn:aws:events:us-east-1:123456789012:connection/c/1\"}}",
     ""},
    {"a request without a connection", "http:invoke", false,
     "{\"ApiEndpoint\": \"https://example.com\", \"Method\": \"GET\"}",
     "1:108 CALL_FIELD_MISSING /States/A/Parameters: http:invoke requires 'Authentication'"},
    {"a connection that is no ARN", "http:invoke", false,
     "{\"ApiEndpoint\": \"https://example.com\", \"Method\": \"GET\", \"Authentication\": "
     "{\"ConnectionArn\": \"c\"}}",
     "2:93 CALL_VALUE_REFUSED /States/A/Parameters/Authentication/ConnectionArn: 'ConnectionArn' "
     "takes the ARN of a connection of EventBridge"},
    {"a request without encryption", "http:invoke", false,
     "{\"ApiEndpoint\": \"http://example.com\", \"Method\": \"FETCH\", \"Authentication\": "
     "{\"ConnectionArn.$\": \"$.c\"}}",
     "2:17 CALL_VALUE_REFUSED /States/A/Parameters/ApiEndpoint: 'ApiEndpoint' takes a URL that "
     "begins with https://\n"
     "2:49 CALL_VALUE_REFUSED /States/A/Parameters/Method: 'Method' cannot be 'FETCH', only one of "
     "GET, POST, PUT, DELETE, PATCH, HEAD, OPTIONS"},
    {"a slip in its settings", "http:invoke", false,
     "{\"ApiEndpoint.$\": \"$.u\", \"Method.$\": \"$.m\", \"Authentication.$\": \"$.a\", "
     "\"Transform\": {\"RequestBodyEncoding\": \"URL_ENCODED\", \"RequestEncodingOptions\": "
     "{\"ArrayFormats\": \"REPEAT\"}}}",
     "2:151 error /States/A/Parameters: The field \"ArrayFormats\" is not supported by Step "
     "Functions [did you mean ArrayFormat?]"},
    {"a harness of agents", "bedrockagentcore:invokeHarness", true,
     "{\"HarnessArn\": \"${Harness}\", \"RuntimeSessionId\": \"{% $uuid() %}\", \"Messages\": "
     "[{\"Role\": \"user\", \"Content\": [{\"Text\": \"{% $states.input.t %}\"}]}], "
     "\"SystemPrompt\": [{\"Text\": \"You write reports.\"}], \"MaxIterations\": 15}",
     ""},
    {"a harness that is waited for", "bedrockagentcore:invokeHarness.sync", false, "{}",
     "1:76 error /States/A/Resource: no bedrockagentcore:invokeHarness.sync"},
    {"an agent", "bedrock-agentcore:invokeAgentRuntime", false,
     "{\"AgentRuntimeArn\": \"arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/r\", "
     "\"Payload\": {\"prompt\": \"p\"}}",
     ""},
};

static void wanted_codes(struct asl_codes *set)
{
    static const char *const codes[] = {"CALL_FIELD_MISSING", "CALL_FIELD_UNKNOWN",
                                        "CALL_VALUE_REFUSED", "SCHEMA_VALIDATION_FAILED"};

    memset(set, 0, sizeof *set);
    for (size_t i = 0; i < COUNT(codes); i++)
        asl_codes_set(set, codes[i], strlen(codes[i]), true);
}

/* The hints that tell what was meant are those of the calls; others are general. */
static bool is_particular(const char *hint)
{
    return hint && (strncmp(hint, "did you", 7) == 0 || strncmp(hint, "what there", 10) == 0 ||
                    strstr(hint, "no such"));
}

static void list(struct buf *out, const struct asl_problem *p, const char *call)
{
    struct buf unrecognized = {0};

    buf_printf(&unrecognized,
               "The resource provided arn:aws:states:::%s is not recognized. The value is not a "
               "valid resource ARN, or the resource is not available in this region.",
               call);
    buf_printf(out, "%s%u:%u %s %s: ", out->len ? "\n" : "", p->place.line, p->place.column,
               p->severity == ASL_ERROR ? "error" : p->code, p->location);
    if (strcmp(p->message, buf_str(&unrecognized)) == 0)
        buf_printf(out, "no %s", call);
    else
        buf_adds(out, p->message);
    if (is_particular(p->hint))
        buf_printf(out, " [%s]", p->hint);
    buf_clear(&unrecognized);
}

static void task(struct buf *out, const char *call, bool jsonata, const char *parameters)
{
    buf_printf(out,
               "{\"StartAt\": \"A\", \"States\": {\"A\": {\"Type\": \"Task\", \"End\": true, "
               "%s\"Resource\": \"arn:aws:states:::%s\", \"%s\":\n%s}}}",
               jsonata ? "\"QueryLanguage\": \"JSONata\", " : "", call,
               jsonata ? "Arguments" : "Parameters", parameters);
}

START_TEST(call)
{
    struct asl_report report = {0};
    struct buf text = {0}, got = {0};
    struct asl_codes codes;

    wanted_codes(&codes);
    task(&text, rows[_i].call, rows[_i].jsonata, rows[_i].parameters);
    asl_lint(buf_str(&text), text.len, DOCUMENT_JSON, ASL_STANDARD, &codes, &report);
    for (size_t i = 0; i < report.count; i++)
        list(&got, &report.problems[i], rows[_i].call);
    expect_text(rows[_i].name, buf_str(&got), rows[_i].want);
    asl_report_clear(&report);
    buf_clear(&text);
    buf_clear(&got);
}
END_TEST

/* A Map's reader and writer: they stand from line 2 on. */
static const struct {
    const char *name;
    bool jsonata;
    const char *reader, *writer, *want;
} maps[] = {
    {"a reader and a writer as they are", false,
     "\"s3:getObject\", \"Parameters\": {\"Bucket\": \"b\", \"Key.$\": \"$.k\", \"VersionId\": "
     "\"1\"}",
     "\"s3:putObject\", \"Parameters\": {\"Bucket.$\": \"$.b\", \"Prefix\": \"p\"}", ""},
    {"a list as it is, in JSONata", true,
     "\"s3:listObjectsV2\", \"Arguments\": {\"Bucket\": \"b\", \"Prefix\": \"{% $p %}\", "
     "\"MaxKeys\": 5}",
     "\"s3:putObject\", \"Arguments\": \"{% $place %}\"", ""},
    {"a reader's parameter with a small letter", false,
     "\"s3:getObject\", \"Parameters\": {\"bucket\": \"b\", \"Key\": \"k\"}", NULL,
     "2:76 CALL_FIELD_UNKNOWN /States/M/ItemReader/Parameters/bucket: s3:getObject has no "
     "parameter 'bucket' [did you mean Bucket?]"},
    {"by a path", false,
     "\"s3:getObject\", \"Parameters\": {\"bucket.$\": \"$.b\", \"Key.$\": \"$.k\"}", NULL,
     "2:76 CALL_FIELD_UNKNOWN /States/M/ItemReader/Parameters/bucket.$: s3:getObject has no "
     "parameter 'bucket' [did you mean Bucket?]"},
    {"a file without a key", false, "\"s3:getObject\", \"Parameters\": {\"Bucket\": \"b\"}", NULL,
     "2:61 CALL_FIELD_MISSING /States/M/ItemReader/Parameters: s3:getObject requires 'Key'"},
    {"a reader of nothing", true, "\"s3:listObjectsV2\"", NULL,
     "2:1 CALL_FIELD_MISSING /States/M/ItemReader: s3:listObjectsV2 requires 'Arguments'"},
    {"a list by the key of a file", false,
     "\"s3:listObjectsV2\", \"Parameters\": {\"Bucket\": \"b\", \"Key\": \"k\"}", NULL,
     "2:95 CALL_FIELD_UNKNOWN /States/M/ItemReader/Parameters/Key: s3:listObjectsV2 has no "
     "parameter 'Key' [what there is: Bucket, Delimiter, EncodingType, MaxKeys, Prefix, "
     "ContinuationToken, FetchOwner, StartAfter, RequestPayer, ExpectedBucketOwner, "
     "OptionalObjectAttributes]"},
    {"values of the wrong type, in JSONata", true,
     "\"s3:listObjectsV2\", \"Arguments\": {\"Bucket\": 5, \"MaxKeys\": \"all\"}", NULL,
     "2:89 CALL_VALUE_REFUSED /States/M/ItemReader/Arguments/Bucket: 'Bucket' takes a string, and "
     "this is a number\n"
     "2:103 CALL_VALUE_REFUSED /States/M/ItemReader/Arguments/MaxKeys: 'MaxKeys' takes a whole "
     "number, and this is a string"},
    {"a writer with a key, which is the Map Run's to choose", false, NULL,
     "\"s3:putObject\", \"Parameters\": {\"Bucket\": \"b\", \"Key\": \"k\"}",
     "3:93 CALL_FIELD_UNKNOWN /States/M/ResultWriter/Parameters/Key: s3:putObject has no "
     "parameter 'Key' [what there is: Bucket, Prefix, ExpectedBucketOwner]"},
    {"a writer without a bucket", true, NULL,
     "\"s3:putObject\", \"Arguments\": {\"Prefix\": \"{% $p %}\"}",
     "3:63 CALL_FIELD_MISSING /States/M/ResultWriter/Arguments: s3:putObject requires 'Bucket'"},
    {"a writer without a Resource", false, NULL, NULL, ""},
};

static void add_s3(struct buf *out, const char *field, const char *resource, const char *otherwise)
{
    if (resource)
        buf_printf(out, "\n\"%s\": {\"Resource\": \"arn:aws:states:::%s},", field, resource + 1);
    else
        buf_printf(out, "\n%s", otherwise);
}

START_TEST(map)
{
    struct asl_report report = {0};
    struct buf text = {0}, got = {0};
    struct asl_codes codes;

    wanted_codes(&codes);
    buf_printf(&text,
               "{\"StartAt\": \"M\", \"States\": {\"M\": {\"Type\": \"Map\", \"End\": true, %s",
               maps[_i].jsonata ? "\"QueryLanguage\": \"JSONata\", " : "");
    add_s3(&text, "ItemReader", maps[_i].reader, "");
    add_s3(&text, "ResultWriter", maps[_i].writer,
           "\"ResultWriter\": {\"WriterConfig\": {\"Transformation\": \"FLATTEN\"}},");
    buf_adds(&text, "\n\"ItemProcessor\": {\"ProcessorConfig\": {\"Mode\": \"DISTRIBUTED\", "
                    "\"ExecutionType\": \"STANDARD\"}, \"StartAt\": \"P\", \"States\": {\"P\": "
                    "{\"Type\": \"Pass\", \"End\": true}}}}}}");
    asl_lint(buf_str(&text), text.len, DOCUMENT_JSON, ASL_STANDARD, &codes, &report);
    for (size_t i = 0; i < report.count; i++)
        list(&got, &report.problems[i], "");
    expect_text(maps[_i].name, buf_str(&got), maps[_i].want);
    asl_report_clear(&report);
    buf_clear(&text);
    buf_clear(&got);
}
END_TEST

/* A client of the API is told errors only, with what follows from them. */
static const struct {
    const char *name, *call, *parameters, *want;
} answers[] = {
    {"a slip in what is required", "lambda:invoke", "{\"functionName\": \"f\"}",
     "2:2 error /States/A/Parameters: The field \"functionName\" is not supported by Step "
     "Functions [did you mean FunctionName?]\n"
     "1:110 error /States/A/Parameters: The field 'FunctionName' is required but was missing"},
    {"a value that the service refuses", "lambda:invoke",
     "{\"FunctionName\": \"f\", \"InvocationType\": \"event\"}", ""},
    {"a slip in an action", "aws-sdk:s3:getObjekt", "{}",
     "1:76 error /States/A/Resource: no aws-sdk:s3:getObjekt [did you mean getObject?]"},
};

START_TEST(answer)
{
    struct asl_report report = {0};
    struct buf text = {0}, got = {0};

    task(&text, answers[_i].call, false, answers[_i].parameters);
    asl_validate(buf_str(&text), text.len, DOCUMENT_JSON, ASL_STANDARD, NULL, &report);
    for (size_t i = 0; i < report.count; i++)
        list(&got, &report.problems[i], answers[_i].call);
    expect_text(answers[_i].name, buf_str(&got), answers[_i].want);
    asl_report_clear(&report);
    buf_clear(&text);
    buf_clear(&got);
}
END_TEST

/* Names in Retry and Catch: what was meant by one that a Task never fails with. */
static const struct {
    const char *name, *call, *error, *meant; /* NULL: it may be; "": nothing is near */
} errors[] = {
    {"the SDK's class", "aws-sdk:s3:getObject", "S3.NoSuchKeyException", NULL},
    {"the service's name of it", "aws-sdk:s3:getObject", "S3.NoSuchKey", "S3.NoSuchKeyException"},
    {"an error of another operation", "aws-sdk:s3:getObject", "S3.NoSuchUploadException", NULL},
    {"one that the model of S3 lacks, as it does many", "aws-sdk:s3:getObject", "S3.SlowDown",
     NULL},
    {"EC2's model has none at all", "aws-sdk:ec2:runInstances", "Ec2.InvalidVpcIDNotFound", NULL},
    {"a slip", "aws-sdk:glue:startCrawler", "Glue.CrawlerRuningException",
     "Glue.CrawlerRunningException"},
    {"no name at all", "aws-sdk:glue:startCrawler", "Glue.Abracadabra", ""},
    {"the service's base class", "aws-sdk:glue:startCrawler", "Glue.GlueException", NULL},
    {"what the SDK raises itself", "aws-sdk:glue:startCrawler", "Glue.SdkClientException", NULL},
    {"what all services have", "aws-sdk:glue:startCrawler", "Glue.ThrottlingException", NULL},
    {"a fault is an exception", "aws-sdk:rds:stopDBInstance", "Rds.DBInstanceNotFoundFault",
     "Rds.DbInstanceNotFoundException"},
    {"capitals count", "aws-sdk:rds:stopDBInstance", "Rds.DBInstanceNotFoundException",
     "Rds.DbInstanceNotFoundException"},
    {"in the service, too", "aws-sdk:dynamodb:putItem", "DynamoDB.ConditionalCheckFailed",
     "DynamoDb.ConditionalCheckFailedException"},
    {"an integration's name in a call of the SDK", "aws-sdk:sfn:startExecution",
     "StepFunctions.ExecutionAlreadyExistsException", "Sfn.ExecutionAlreadyExistsException"},
    {"the SDK's name in an integration", "states:startExecution.sync:2",
     "Sfn.ExecutionAlreadyExistsException", "StepFunctions.ExecutionAlreadyExistsException"},
    {"that differs by capitals", "sqs:sendMessage", "Sqs.SdkClientException",
     "SQS.SdkClientException"},
    {"and of the SDK's call is right", "aws-sdk:sqs:sendMessage", "Sqs.SdkClientException", NULL},
    {"an integration's base class", "dynamodb:putItem", "DynamoDB.AmazonDynamoDBException", NULL},
    {"which is not the SDK's", "dynamodb:putItem", "DynamoDB.DynamoDbException",
     "DynamoDB.AmazonDynamoDBException"},
    {"older integrations leave acronyms as they are", "sns:publish", "SNS.KMSDisabledException",
     NULL},
    {"a name from ARNs", "elasticmapreduce:addStep", "Emr.InvalidRequestException",
     "ElasticMapReduce.InvalidRequestException"},
    {"of newer integrations both names may be", "emr-serverless:startJobRun",
     "EmrServerless.ConflictException", NULL},
    {"an event that was not taken", "events:putEvents", "EventBridge.FailedEntry", NULL},
    {"another service", "aws-sdk:s3:getObject", "DynamoDb.Nothing", NULL},
    {"one of the language, though States is a service", "states:startExecution", "States.ALL",
     NULL},
    {"who gets the token may raise any", "sqs:sendMessage.waitForTaskToken", "SQS.Mine", NULL},
    {"as may a function", "lambda:invoke", "Lambda.Mine", NULL},
    {"but none raises Lambda's own with a slip", "lambda:invoke", "Lambda.TooManyRequestException",
     "Lambda.TooManyRequestsException"},
    {"or in other capitals", "lambda:invoke.waitForTaskToken", "Lambda.SDKClientException",
     "Lambda.SdkClientException"},
    {"its base class", "lambda:invoke", "Lambda.AWSLambdaException", NULL},
    {"what has no name", "lambda:invoke", "Lambda.Unknown", NULL},
    {"what nobody has recorded", "lambda:invoke", "Lambda.UnknownError", NULL},
    {"acronyms of the SDK of before", "lambda:invoke", "Lambda.EC2ThrottledException", NULL},
    {"a status of a cluster", "eks:call", "EKS.404", NULL},
    {"a status of an API", "apigateway:invoke", "ApiGateway.403", NULL},
    {"a service that is not known", "aws-sdk:qldb:listLedgers", "Qldb.Nothing", NULL},
};

START_TEST(error)
{
    struct asl_resource r;
    struct buf resource = {0}, meant = {0};
    size_t guesses = CALL_GUESSES;

    buf_printf(&resource, "arn:aws:states:::%s", errors[_i].call);
    ck_assert(asl_resource_read(buf_str(&resource), &r));
    bool may = call_may_fail_with(&r, errors[_i].error, &guesses, &meant);
    expect_text(errors[_i].name, may ? "it may" : buf_str(&meant),
                errors[_i].meant ? errors[_i].meant : "it may");
    buf_clear(&resource);
    buf_clear(&meant);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("calls");
    TCase *t = tcase_create("calls");

    tcase_add_loop_test(t, call, 0, COUNT(rows));
    tcase_add_loop_test(t, map, 0, COUNT(maps));
    tcase_add_loop_test(t, answer, 0, COUNT(answers));
    tcase_add_loop_test(t, error, 0, COUNT(errors));
    suite_add_tcase(s, t);
    return run_suite(s);
}
