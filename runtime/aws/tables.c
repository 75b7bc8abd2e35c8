/*
 * The tables: services, calls, integrations, jobs. A service whose protocol is JSON needs no row
 * for its calls, others do: their requests can't be written by a general rule.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"

#include <string.h>

/* clang-format off */
/*
 * id, label, protocol, target, host, signing, maps, errors: see struct aws_service.
 * Ids, protocols, targets, hosts and names in signatures are those of the services' models:
 * serviceId, protocol, targetPrefix (query: apiVersion), endpointPrefix and signingName in
 * botocore. A service with `maps`, be they none (""), has camelCase members. The words are members
 * whose keys are data: their capitals stay as they are.
 */
static const struct aws_service services[] = {
    {"ACM", "Acm", AWS_JSON_1_1, "CertificateManager", "acm", NULL, NULL, "AccessDeniedException ThrottlingException ValidationException"},
    {"Application Auto Scaling", "ApplicationAutoScaling", AWS_JSON_1_1, "AnyScaleFrontendService", "application-autoscaling", NULL, NULL, "ValidationException"},
    {"Athena", "Athena", AWS_JSON_1_1, "AmazonAthena", "athena", NULL, NULL, NULL},
    {"Cost Explorer", "CostExplorer", AWS_JSON_1_1, "AWSInsightsIndexService", "ce", NULL, NULL, NULL},
    {"CloudControl", "CloudControl", AWS_JSON_1_0, "CloudApiService", "cloudcontrolapi", NULL, NULL, "ThrottlingException"},
    {"CloudTrail", "CloudTrail", AWS_JSON_1_1, "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "cloudtrail", NULL, NULL, "AccessDeniedException ThrottlingException"},
    {"CodeBuild", "CodeBuild", AWS_JSON_1_1, "CodeBuild_20161006", "codebuild", NULL, "statusCounts", NULL},
    {"CodeCommit", "CodeCommit", AWS_JSON_1_1, "CodeCommit_20150413", "codecommit", NULL, "reactionCounts tags", NULL},
    {"CodeDeploy", "CodeDeploy", AWS_JSON_1_1, "CodeDeploy_20141006", "codedeploy", NULL, "targetFilters", "ThrottlingException"},
    {"CodePipeline", "CodePipeline", AWS_JSON_1_1, "CodePipeline_20150709", "codepipeline", NULL, "artifactStores configuration outputVariables queryParam resolvedConfiguration", "ValidationException"},
    {"Cognito Identity", "CognitoIdentity", AWS_JSON_1_1, "AWSCognitoIdentityService", "cognito-identity", NULL, NULL, NULL},
    {"Cognito Identity Provider", "CognitoIdentityProvider", AWS_JSON_1_1, "AWSCognitoIdentityProviderService", "cognito-idp", NULL, NULL, "AccessDeniedException"},
    {"Comprehend", "Comprehend", AWS_JSON_1_1, "Comprehend_20171127", "comprehend", NULL, NULL, NULL},
    {"Config Service", "ConfigService", AWS_JSON_1_1, "StarlingDoveService", "config", NULL, NULL, "ValidationException"},
    {"DataSync", "DataSync", AWS_JSON_1_1, "FmrsService", "datasync", NULL, NULL, NULL},
    {"Database Migration Service", "DatabaseMigrationService", AWS_JSON_1_1, "AmazonDMSv20160101", "dms", NULL, NULL, NULL},
    {"DynamoDB", "DynamoDb", AWS_JSON_1_0, "DynamoDB_20120810", "dynamodb", NULL, NULL, "ThrottlingException RequestLimitExceeded"},
    {"DynamoDB Streams", "DynamoDbStreams", AWS_JSON_1_0, "DynamoDBStreams_20120810", "streams.dynamodb", "dynamodb", NULL, NULL},
    {"ECR", "Ecr", AWS_JSON_1_1, "AmazonEC2ContainerRegistry_V20150921", "api.ecr", "ecr", "annotations findingSeverityCounts tags", "ValidationException"},
    {"ECS", "Ecs", AWS_JSON_1_1, "AmazonEC2ContainerServiceV20141113", "ecs", NULL, "dockerLabels driverOpts hookDetails labels options", "AccessDeniedException"},
    {"EMR", "Emr", AWS_JSON_1_1, "ElasticMapReduce", "elasticmapreduce", NULL, NULL, NULL},
    {"EventBridge", "EventBridge", AWS_JSON_1_1, "AWSEvents", "events", NULL, NULL, "AccessDeniedException ThrottlingException"},
    {"Firehose", "Firehose", AWS_JSON_1_1, "Firehose_20150804", "firehose", NULL, NULL, NULL},
    {"FSx", "FSx", AWS_JSON_1_1, "AWSSimbaAPIService_v20180301", "fsx", NULL, NULL, NULL},
    {"Glue", "Glue", AWS_JSON_1_1, "AWSGlue", "glue", NULL, NULL, "AccessDeniedException ThrottlingException ValidationException"},
    {"Health", "Health", AWS_JSON_1_1, "AWSHealth_20160804", "health", NULL, "entityMetadata eventMetadata statuses tags", NULL},
    {"kendra", "Kendra", AWS_JSON_1_1, "AWSKendraFrontendService", "kendra", NULL, NULL, "AccessDeniedException ThrottlingException ValidationException"},
    {"Kinesis", "Kinesis", AWS_JSON_1_1, "Kinesis_20131202", "kinesis", NULL, NULL, "AccessDeniedException ValidationException"},
    {"KMS", "Kms", AWS_JSON_1_1, "TrentService", "kms", NULL, NULL, NULL},
    {"CloudWatch Logs", "CloudWatchLogs", AWS_JSON_1_1, "Logs_20140328", "logs", NULL, "attributes deliverySourceConfiguration dimensions enumerations extractedValues histogram keyAttributes logRecord tags", "AccessDeniedException ThrottlingException ValidationException UnrecognizedClientException"},
    {"MemoryDB", "MemoryDb", AWS_JSON_1_1, "AmazonMemoryDB", "memory-db", "memorydb", NULL, NULL},
    {"Organizations", "Organizations", AWS_JSON_1_1, "AWSOrganizationsV20161128", "organizations", NULL, NULL, "AccessDeniedException"},
    {"Personalize", "Personalize", AWS_JSON_1_1, "AmazonPersonalize", "personalize", NULL, "algorithmHyperParameters defaultHyperParameters defaultParameters defaultResourceConfig excludedDatasetColumns featureTransformationParameters includedDatasetColumns itemExplorationConfig metrics modelMetrics rankingInfluence", NULL},
    {"Redshift Data", "RedshiftData", AWS_JSON_1_1, "RedshiftData", "redshift-data", NULL, NULL, "ValidationException"},
    {"Redshift Serverless", "RedshiftServerless", AWS_JSON_1_1, "RedshiftServerless", "redshift-serverless", NULL, "", "AccessDeniedException ThrottlingException ValidationException"},
    {"Rekognition", "Rekognition", AWS_JSON_1_1, "RekognitionService", "rekognition", NULL, NULL, "AccessDeniedException ThrottlingException"},
    {"Resource Groups Tagging API", "ResourceGroupsTaggingApi", AWS_JSON_1_1, "ResourceGroupsTaggingAPI_20170126", "tagging", NULL, NULL, NULL},
    {"SageMaker", "SageMaker", AWS_JSON_1_1, "SageMaker", "api.sagemaker", "sagemaker", NULL, NULL},
    {"Secrets Manager", "SecretsManager", AWS_JSON_1_1, "secretsmanager", "secretsmanager", NULL, NULL, NULL},
    {"Service Catalog", "ServiceCatalog", AWS_JSON_1_1, "AWS242ServiceCatalogService", "servicecatalog", NULL, NULL, NULL},
    {"ServiceDiscovery", "ServiceDiscovery", AWS_JSON_1_1, "Route53AutoNaming_v20170314", "servicediscovery", NULL, NULL, "RequestLimitExceeded"},
    {"SQS", "Sqs", AWS_JSON_1_0, "AmazonSQS", "sqs", NULL, NULL, NULL},
    {"SSM", "Ssm", AWS_JSON_1_1, "AmazonSSM", "ssm", NULL, NULL, "AccessDeniedException ThrottlingException ValidationException"},
    {"SFN", "Sfn", AWS_JSON_1_0, "AWSStepFunctions", "states", NULL, "assignedVariables variableReferences", "ValidationException"},
    {"Storage Gateway", "StorageGateway", AWS_JSON_1_1, "StorageGateway_20130630", "storagegateway", NULL, NULL, NULL},
    {"Support", "Support", AWS_JSON_1_1, "AWSSupport_20130415", "support", NULL, "", "ThrottlingException"},
    {"SWF", "Swf", AWS_JSON_1_0, "SimpleWorkflowService", "swf", NULL, "", NULL},
    {"Textract", "Textract", AWS_JSON_1_1, "Textract", "textract", NULL, NULL, "AccessDeniedException ThrottlingException ValidationException"},
    {"Timestream Query", "TimestreamQuery", AWS_JSON_1_0, "Timestream_20181101", "query.timestream", "timestream", NULL, "AccessDeniedException ThrottlingException ValidationException"},
    {"Timestream Write", "TimestreamWrite", AWS_JSON_1_0, "Timestream_20181101", "ingest.timestream", "timestream", NULL, "AccessDeniedException ThrottlingException ValidationException"},
    {"Transcribe", "Transcribe", AWS_JSON_1_1, "Transcribe", "transcribe", NULL, NULL, NULL},
    {"Transfer", "Transfer", AWS_JSON_1_1, "TransferService", "transfer", NULL, NULL, "AccessDeniedException ThrottlingException"},
    {"Translate", "Translate", AWS_JSON_1_1, "AWSShineFrontendService_20170701", "translate", NULL, NULL, NULL},
    {"WAFV2", "Wafv2", AWS_JSON_1_1, "AWSWAF_20190729", "wafv2", NULL, NULL, NULL},
    {"WorkSpaces", "WorkSpaces", AWS_JSON_1_1, "WorkspacesService", "workspaces", NULL, NULL, "AccessDeniedException ValidationException"},
    {"CloudFormation", "CloudFormation", AWS_QUERY, "2010-05-15", "cloudformation", NULL, NULL, NULL},
    {"IAM", "Iam", AWS_QUERY, "2010-05-08", "iam", NULL, NULL, NULL},
    {"SNS", "Sns", AWS_QUERY, "2010-03-31", "sns", NULL, NULL, "ValidationException InternalError"},
    {"STS", "Sts", AWS_QUERY, "2011-06-15", "sts", NULL, NULL, "ExpiredTokenException"},
    {"Batch", "Batch", AWS_REST_JSON, NULL, "batch", NULL, "annotations labels limits options parameters quotaShares requests statusSummary tags", NULL},
    {"Bedrock", "Bedrock", AWS_REST_JSON, NULL, "bedrock", NULL, "additionalModelRequestFields equals hyperParameters notEquals ruleReports value variableReports", "AccessDeniedException ThrottlingException ValidationException"},
    {"Bedrock Runtime", "BedrockRuntime", AWS_REST_JSON, NULL, "bedrock-runtime", "bedrock", "additionalModelRequestFields additionalModelResponseFields body input inputAssessment json modelInput outputAssessments promptVariables requestMetadata", "AccessDeniedException ThrottlingException ValidationException"},
    {"DataBrew", "DataBrew", AWS_REST_JSON, NULL, "databrew", NULL, NULL, "AccessDeniedException ValidationException"},
    {"EKS", "Eks", AWS_REST_JSON, NULL, "eks", NULL, "addOrUpdateLabels additionalInfo labels requiredClaims tags", "AccessDeniedException ThrottlingException"},
    {"EMR containers", "EmrContainers", AWS_REST_JSON, NULL, "emr-containers", NULL, "jobTags jobTemplateParameters parameterConfiguration properties tags", "ValidationException"},
    {"EMR Serverless", "EmrServerless", AWS_REST_JSON, NULL, "emr-serverless", NULL, "encryptionContext initialCapacity logTypes properties tags workerTypeSpecifications", "ValidationException"},
    {"Lambda", "Lambda", AWS_REST_JSON, NULL, "lambda", NULL, NULL, NULL},
    {"MediaConvert", "MediaConvert", AWS_REST_JSON, NULL, "mediaconvert", NULL, "audioSelectorGroups audioSelectors captionSelectors dynamicAudioSelectors tags userMetadata", NULL},
    {"Polly", "Polly", AWS_REST_JSON, NULL, "polly", NULL, NULL, "ThrottlingException ValidationException"},
    {"RDS Data", "RdsData", AWS_REST_JSON, NULL, "rds-data", NULL, "", "AccessDeniedException"},
    {"Scheduler", "Scheduler", AWS_REST_JSON, NULL, "scheduler", NULL, NULL, "ThrottlingException ValidationException"},
    {"SESv2", "SesV2", AWS_REST_JSON, NULL, "email", "ses", NULL, NULL},
    {"S3", "S3", AWS_REST_XML, NULL, "s3", NULL, NULL, "AccessDenied"},
};

/*
 * REST and query services don't say by themselves how a call is written: these are the calls that
 * are known. In the uri of a camelCase service {clusterName:name} is the member clusterName.
 */
static const struct aws_operation operations[] = {
    {"Batch", "SubmitJob", "POST", "/v1/submitjob", NULL, NULL, NULL},
    {"Batch", "DescribeJobs", "POST", "/v1/describejobs", NULL, NULL, NULL},
    {"Batch", "ListJobs", "POST", "/v1/listjobs", NULL, NULL, NULL},
    {"Batch", "TerminateJob", "POST", "/v1/terminatejob", NULL, NULL, NULL},
    {"Batch", "CancelJob", "POST", "/v1/canceljob", NULL, NULL, NULL},
    {"Batch", "RegisterJobDefinition", "POST", "/v1/registerjobdefinition", NULL, NULL, NULL},
    {"Batch", "DescribeJobDefinitions", "POST", "/v1/describejobdefinitions", NULL, NULL, NULL},

    {"Bedrock Runtime", "InvokeModel", "POST", "/model/{modelId}/invoke", NULL, "body", NULL},
    {"Bedrock", "CreateModelCustomizationJob", "POST", "/model-customization-jobs", NULL, NULL, NULL},
    {"Bedrock", "GetModelCustomizationJob", "GET", "/model-customization-jobs/{jobIdentifier}", NULL, NULL, NULL},
    {"Bedrock", "StopModelCustomizationJob", "POST", "/model-customization-jobs/{jobIdentifier}/stop", NULL, NULL, NULL},

    {"DataBrew", "StartJobRun", "POST", "/jobs/{Name}/startJobRun", NULL, NULL, NULL},
    {"DataBrew", "DescribeJobRun", "GET", "/jobs/{Name}/jobRun/{RunId}", NULL, NULL, NULL},
    {"DataBrew", "StopJobRun", "POST", "/jobs/{Name}/jobRun/{RunId}/stopJobRun", NULL, NULL, NULL},

    {"EKS", "CreateCluster", "POST", "/clusters", NULL, NULL, NULL},
    {"EKS", "DescribeCluster", "GET", "/clusters/{name}", NULL, NULL, NULL},
    {"EKS", "DeleteCluster", "DELETE", "/clusters/{name}", NULL, NULL, NULL},
    {"EKS", "CreateNodegroup", "POST", "/clusters/{clusterName}/node-groups", NULL, NULL, NULL},
    {"EKS", "DescribeNodegroup", "GET", "/clusters/{clusterName}/node-groups/{nodegroupName}", NULL, NULL, NULL},
    {"EKS", "DeleteNodegroup", "DELETE", "/clusters/{clusterName}/node-groups/{nodegroupName}", NULL, NULL, NULL},
    {"EKS", "CreateFargateProfile", "POST", "/clusters/{clusterName}/fargate-profiles", NULL, NULL, NULL},
    {"EKS", "DescribeFargateProfile", "GET", "/clusters/{clusterName}/fargate-profiles/{fargateProfileName}", NULL, NULL, NULL},
    {"EKS", "DeleteFargateProfile", "DELETE", "/clusters/{clusterName}/fargate-profiles/{fargateProfileName}", NULL, NULL, NULL},

    {"EMR containers", "CreateVirtualCluster", "POST", "/virtualclusters", NULL, NULL, NULL},
    {"EMR containers", "DescribeVirtualCluster", "GET", "/virtualclusters/{id}", NULL, NULL, NULL},
    {"EMR containers", "DeleteVirtualCluster", "DELETE", "/virtualclusters/{id}", NULL, NULL, NULL},
    {"EMR containers", "StartJobRun", "POST", "/virtualclusters/{virtualClusterId}/jobruns", NULL, NULL, NULL},
    {"EMR containers", "DescribeJobRun", "GET", "/virtualclusters/{virtualClusterId}/jobruns/{id}", NULL, NULL, NULL},
    {"EMR containers", "CancelJobRun", "DELETE", "/virtualclusters/{virtualClusterId}/jobruns/{id}", NULL, NULL, NULL},

    {"EMR Serverless", "CreateApplication", "POST", "/applications", NULL, NULL, NULL},
    {"EMR Serverless", "GetApplication", "GET", "/applications/{applicationId}", NULL, NULL, NULL},
    {"EMR Serverless", "StartApplication", "POST", "/applications/{applicationId}/start", NULL, NULL, NULL},
    {"EMR Serverless", "StopApplication", "POST", "/applications/{applicationId}/stop", NULL, NULL, NULL},
    {"EMR Serverless", "DeleteApplication", "DELETE", "/applications/{applicationId}", NULL, NULL, NULL},
    {"EMR Serverless", "StartJobRun", "POST", "/applications/{applicationId}/jobruns", NULL, NULL, NULL},
    {"EMR Serverless", "GetJobRun", "GET", "/applications/{applicationId}/jobruns/{jobRunId}", "attempt=attempt", NULL, NULL},
    {"EMR Serverless", "CancelJobRun", "DELETE", "/applications/{applicationId}/jobruns/{jobRunId}",
     "shutdownGracePeriodInSeconds=shutdownGracePeriodInSeconds", NULL, NULL},

    {"Lambda", "GetFunction", "GET", "/2015-03-31/functions/{FunctionName}", "Qualifier=Qualifier", NULL, NULL},
    {"Lambda", "GetFunctionConfiguration", "GET", "/2015-03-31/functions/{FunctionName}/configuration", "Qualifier=Qualifier", NULL, NULL},
    {"Lambda", "ListFunctions", "GET", "/2015-03-31/functions",
     "MasterRegion=MasterRegion FunctionVersion=FunctionVersion Marker=Marker MaxItems=MaxItems", NULL, NULL},
    {"Lambda", "UpdateFunctionConfiguration", "PUT", "/2015-03-31/functions/{FunctionName}/configuration", NULL, NULL, NULL},
    {"Lambda", "PublishVersion", "POST", "/2015-03-31/functions/{FunctionName}/versions", NULL, NULL, NULL},

    {"MediaConvert", "CreateJob", "POST", "/2017-08-29/jobs", NULL, NULL, NULL},
    {"MediaConvert", "GetJob", "GET", "/2017-08-29/jobs/{id}", NULL, NULL, NULL},
    {"MediaConvert", "CancelJob", "DELETE", "/2017-08-29/jobs/{id}", NULL, NULL, NULL},

    {"Polly", "StartSpeechSynthesisTask", "POST", "/v1/synthesisTasks", NULL, NULL, NULL},
    {"Polly", "GetSpeechSynthesisTask", "GET", "/v1/synthesisTasks/{TaskId}", NULL, NULL, NULL},

    {"RDS Data", "ExecuteStatement", "POST", "/Execute", NULL, NULL, NULL},
    {"RDS Data", "BatchExecuteStatement", "POST", "/BatchExecute", NULL, NULL, NULL},
    {"RDS Data", "BeginTransaction", "POST", "/BeginTransaction", NULL, NULL, NULL},
    {"RDS Data", "CommitTransaction", "POST", "/CommitTransaction", NULL, NULL, NULL},
    {"RDS Data", "RollbackTransaction", "POST", "/RollbackTransaction", NULL, NULL, NULL},

    {"Scheduler", "CreateSchedule", "POST", "/schedules/{Name}", NULL, NULL, NULL},
    {"Scheduler", "GetSchedule", "GET", "/schedules/{Name}", "GroupName=groupName", NULL, NULL},
    {"Scheduler", "UpdateSchedule", "PUT", "/schedules/{Name}", NULL, NULL, NULL},
    {"Scheduler", "DeleteSchedule", "DELETE", "/schedules/{Name}", "GroupName=groupName ClientToken=clientToken", NULL, NULL},

    {"SESv2", "SendEmail", "POST", "/v2/email/outbound-emails", NULL, NULL, NULL},

    {"S3", "CopyObject", "PUT", "/{Bucket}/{Key+}", NULL, NULL, "CopyObjectResult"},
    {"S3", "CreateBucket", "PUT", "/{Bucket}", NULL, NULL, NULL},
    {"S3", "DeleteBucket", "DELETE", "/{Bucket}", NULL, NULL, NULL},
    {"S3", "DeleteObject", "DELETE", "/{Bucket}/{Key+}", "VersionId=versionId", NULL, NULL},
    {"S3", "GetObject", "GET", "/{Bucket}/{Key+}",
     "PartNumber=partNumber VersionId=versionId ResponseCacheControl=response-cache-control "
     "ResponseContentDisposition=response-content-disposition ResponseContentEncoding=response-content-encoding "
     "ResponseContentLanguage=response-content-language ResponseContentType=response-content-type", NULL, "Body"},
    {"S3", "GetObjectTagging", "GET", "/{Bucket}/{Key+}?tagging", "VersionId=versionId", NULL, NULL},
    {"S3", "HeadBucket", "HEAD", "/{Bucket}", NULL, NULL, NULL},
    {"S3", "HeadObject", "HEAD", "/{Bucket}/{Key+}", "PartNumber=partNumber VersionId=versionId", NULL, NULL},
    {"S3", "ListBuckets", "GET", "/",
     "MaxBuckets=max-buckets ContinuationToken=continuation-token Prefix=prefix BucketRegion=bucket-region", NULL, NULL},
    {"S3", "ListObjects", "GET", "/{Bucket}",
     "Delimiter=delimiter EncodingType=encoding-type Marker=marker MaxKeys=max-keys Prefix=prefix", NULL, NULL},
    {"S3", "ListObjectsV2", "GET", "/{Bucket}?list-type=2",
     "Delimiter=delimiter EncodingType=encoding-type MaxKeys=max-keys Prefix=prefix "
     "ContinuationToken=continuation-token FetchOwner=fetch-owner StartAfter=start-after", NULL, NULL},
    {"S3", "PutObject", "PUT", "/{Bucket}/{Key+}", NULL, "Body", NULL},

    {"SNS", "CreateTopic", "POST", "/", NULL, NULL, NULL},
    {"SNS", "DeleteTopic", "POST", "/", NULL, NULL, NULL},
    {"SNS", "GetTopicAttributes", "POST", "/", NULL, NULL, NULL},
    {"SNS", "ListTopics", "POST", "/", NULL, NULL, NULL},
    {"SNS", "Publish", "POST", "/", NULL, NULL, NULL},
    {"SNS", "Subscribe", "POST", "/", NULL, NULL, NULL},
    {"SNS", "Unsubscribe", "POST", "/", NULL, NULL, NULL},
    {"STS", "AssumeRole", "POST", "/", NULL, NULL, NULL},
    {"STS", "GetCallerIdentity", "POST", "/", NULL, NULL, NULL},
};

/*
 * call, service, action, text, request, result, once, envelope: see struct aws_integration.
 * Calls are named as in "Integrating services with Step Functions" of AWS's Developer Guide.
 * `once` is the idempotency token in the service's model: so a call that is made again after a
 * crash does nothing twice.
 */
static const struct aws_integration integrations[] = {
    {"athena:startQueryExecution", "Athena", "StartQueryExecution", NULL, NULL, NULL, "ClientRequestToken", true},
    {"athena:stopQueryExecution", "Athena", "StopQueryExecution", NULL, NULL, NULL, NULL, true},
    {"athena:getQueryExecution", "Athena", "GetQueryExecution", NULL, NULL, NULL, NULL, true},
    {"athena:getQueryResults", "Athena", "GetQueryResults", NULL, NULL, NULL, NULL, true},
    {"batch:submitJob", "Batch", "SubmitJob", NULL, NULL, NULL, NULL, true},
    {"bedrock:invokeModel", "Bedrock Runtime", "InvokeModel", NULL, NULL, NULL, NULL, false},
    {"bedrock:createModelCustomizationJob", "Bedrock", "CreateModelCustomizationJob", NULL, NULL, NULL, "ClientRequestToken", false},
    {"codebuild:startBuild", "CodeBuild", "StartBuild", NULL, NULL, NULL, "IdempotencyToken", true},
    {"codebuild:stopBuild", "CodeBuild", "StopBuild", NULL, NULL, NULL, NULL, true},
    {"codebuild:batchDeleteBuilds", "CodeBuild", "BatchDeleteBuilds", NULL, NULL, NULL, NULL, true},
    {"codebuild:batchGetReports", "CodeBuild", "BatchGetReports", NULL, NULL, NULL, NULL, true},
    {"codebuild:startBuildBatch", "CodeBuild", "StartBuildBatch", NULL, NULL, NULL, "IdempotencyToken", true},
    {"codebuild:retryBuildBatch", "CodeBuild", "RetryBuildBatch", NULL, NULL, NULL, "IdempotencyToken", true},
    {"codebuild:stopBuildBatch", "CodeBuild", "StopBuildBatch", NULL, NULL, NULL, NULL, true},
    {"codebuild:deleteBuildBatch", "CodeBuild", "DeleteBuildBatch", NULL, NULL, NULL, NULL, true},
    {"databrew:startJobRun", "DataBrew", "StartJobRun", NULL, NULL, NULL, NULL, false},
    {"dynamodb:getItem", "DynamoDB", "GetItem", NULL, NULL, NULL, NULL, true},
    {"dynamodb:putItem", "DynamoDB", "PutItem", NULL, NULL, NULL, NULL, true},
    {"dynamodb:updateItem", "DynamoDB", "UpdateItem", NULL, NULL, NULL, NULL, true},
    {"dynamodb:deleteItem", "DynamoDB", "DeleteItem", NULL, NULL, NULL, NULL, true},
    {"ecs:runTask", "ECS", "RunTask", NULL, NULL, NULL, "ClientToken", true},
    {"eks:createCluster", "EKS", "CreateCluster", NULL, NULL, NULL, "ClientRequestToken", false},
    {"eks:deleteCluster", "EKS", "DeleteCluster", NULL, NULL, NULL, NULL, false},
    {"eks:createNodegroup", "EKS", "CreateNodegroup", NULL, NULL, NULL, "ClientRequestToken", false},
    {"eks:deleteNodegroup", "EKS", "DeleteNodegroup", NULL, NULL, NULL, NULL, false},
    {"eks:createFargateProfile", "EKS", "CreateFargateProfile", NULL, NULL, NULL, "ClientRequestToken", false},
    {"eks:deleteFargateProfile", "EKS", "DeleteFargateProfile", NULL, NULL, NULL, NULL, false},
    {"elasticmapreduce:createCluster", "EMR", "RunJobFlow", NULL, NULL, "ClusterId=JobFlowId ClusterArn=ClusterArn", NULL, true},
    {"elasticmapreduce:terminateCluster", "EMR", "TerminateJobFlows", NULL, "JobFlowIds[]=<ClusterId", NULL, NULL, true},
    {"elasticmapreduce:addStep", "EMR", "AddJobFlowSteps", NULL,
     "JobFlowId=<ClusterId Steps[]=<Step ExecutionRoleArn=<ExecutionRoleArn", "StepId=StepIds.0", NULL, true},
    {"elasticmapreduce:cancelStep", "EMR", "CancelSteps", NULL, "ClusterId=<ClusterId StepIds[]=<StepId",
     "CancelStepsInfo=CancelStepsInfoList.0", NULL, true},
    {"elasticmapreduce:setClusterTerminationProtection", "EMR", "SetTerminationProtection", NULL,
     "JobFlowIds[]=<ClusterId TerminationProtected=<TerminationProtected", NULL, NULL, true},
    {"emr-containers:createVirtualCluster", "EMR containers", "CreateVirtualCluster", NULL, NULL, NULL, "ClientToken", false},
    {"emr-containers:deleteVirtualCluster", "EMR containers", "DeleteVirtualCluster", NULL, NULL, NULL, NULL, false},
    {"emr-containers:startJobRun", "EMR containers", "StartJobRun", NULL, NULL, NULL, "ClientToken", false},
    {"emr-serverless:createApplication", "EMR Serverless", "CreateApplication", NULL, NULL, NULL, "ClientToken", false},
    {"emr-serverless:startApplication", "EMR Serverless", "StartApplication", NULL, NULL, NULL, NULL, false},
    {"emr-serverless:stopApplication", "EMR Serverless", "StopApplication", NULL, NULL, NULL, NULL, false},
    {"emr-serverless:deleteApplication", "EMR Serverless", "DeleteApplication", NULL, NULL, NULL, NULL, false},
    {"emr-serverless:startJobRun", "EMR Serverless", "StartJobRun", NULL, NULL, NULL, "ClientToken", false},
    {"emr-serverless:cancelJobRun", "EMR Serverless", "CancelJobRun", NULL, NULL, NULL, NULL, false},
    {"events:putEvents", "EventBridge", "PutEvents", NULL, NULL, NULL, NULL, false},
    {"glue:startJobRun", "Glue", "StartJobRun", NULL, NULL, NULL, NULL, true},
    {"mediaconvert:createJob", "MediaConvert", "CreateJob", NULL, NULL, NULL, "ClientRequestToken", false},
    {"s3:getObject", "S3", "GetObject", NULL, NULL, NULL, NULL, false},
    {"s3:listObjectsV2", "S3", "ListObjectsV2", NULL, NULL, NULL, NULL, false},
    {"s3:putObject", "S3", "PutObject", NULL, NULL, NULL, NULL, false},
    {"sagemaker:createTrainingJob", "SageMaker", "CreateTrainingJob", NULL, NULL, NULL, NULL, true},
    {"sagemaker:createTransformJob", "SageMaker", "CreateTransformJob", NULL, NULL, NULL, NULL, true},
    {"sagemaker:createProcessingJob", "SageMaker", "CreateProcessingJob", NULL, NULL, NULL, NULL, true},
    {"sagemaker:createHyperParameterTuningJob", "SageMaker", "CreateHyperParameterTuningJob", NULL, NULL, NULL, NULL, true},
    {"sagemaker:createLabelingJob", "SageMaker", "CreateLabelingJob", NULL, NULL, NULL, NULL, true},
    {"sagemaker:createModel", "SageMaker", "CreateModel", NULL, NULL, NULL, NULL, true},
    {"sagemaker:createEndpoint", "SageMaker", "CreateEndpoint", NULL, NULL, NULL, NULL, true},
    {"sagemaker:createEndpointConfig", "SageMaker", "CreateEndpointConfig", NULL, NULL, NULL, NULL, true},
    {"sagemaker:updateEndpoint", "SageMaker", "UpdateEndpoint", NULL, NULL, NULL, NULL, true},
    {"sns:publish", "SNS", "Publish", "Message", NULL, NULL, NULL, true},
    {"sqs:sendMessage", "SQS", "SendMessage", "MessageBody", NULL, NULL, NULL, true},
    {"states:startExecution", "SFN", "StartExecution", "Input", NULL, NULL, NULL, true},
};

/*
 * service, name, cause, base: see struct aws_labels. A name differs from the SDK's label by its
 * capitals alone in places (DynamoDB, DynamoDb), and a Catch that names the error must find it.
 */
static const struct aws_labels labels[] = {
    {"athena", "Athena", "AmazonAthena", "AmazonAthenaException"},
    {"batch", "Batch", "AWSBatch", "AWSBatchException"},
    {"bedrock", "Bedrock", NULL, "BedrockException"},
    {"codebuild", "CodeBuild", "AWSCodeBuild", "AWSCodeBuildException"},
    {"databrew", "DataBrew", NULL, "DataBrewException"},
    {"dynamodb", "DynamoDB", "AmazonDynamoDBv2", "AmazonDynamoDBException"},
    {"ecs", "ECS", "AmazonECS", "AmazonECSException"},
    {"eks", "EKS", NULL, "EksException"},
    {"elasticmapreduce", "ElasticMapReduce", "AmazonElasticMapReduce", "AmazonElasticMapReduceException"},
    {"emr-containers", "EMRContainers", NULL, "EmrContainersException"},
    {"emr-serverless", "EMRServerless", NULL, "EmrServerlessException"},
    {"events", "EventBridge", NULL, "EventBridgeException"},
    {"glue", "Glue", "AWSGlue", "AWSGlueException"},
    {"mediaconvert", "MediaConvert", NULL, "MediaConvertException"},
    {"s3", "S3", NULL, "S3Exception"},
    {"sagemaker", "SageMaker", "AmazonSageMaker", "AmazonSageMakerException"},
    {"sns", "SNS", "AmazonSNS", "AmazonSNSException"},
    {"sqs", "SQS", "AmazonSQS", "AmazonSQSException"},
    {"states", "StepFunctions", "AWSStepFunctions", "AWSStepFunctionsException"},
};

/*
 * call, describe and its request, at, status, good, bad, wrap, stop and its request: see struct
 * aws_job.
 * The states are those of the status's enum in the service's model at which nothing more happens.
 * "gone" is none of these: it stands for the answer that there is no such thing, for which
 * deletions wait. Where there is no call that stops, a cancelled Task leaves the job to itself.
 */
static const struct aws_job jobs[] = {
    {"athena:startQueryExecution", "GetQueryExecution", "QueryExecutionId=QueryExecutionId", "", "QueryExecution.Status.State",
     " SUCCEEDED ", " FAILED CANCELLED ", NULL, "StopQueryExecution", "QueryExecutionId=QueryExecutionId"},
    {"batch:submitJob", "DescribeJobs", "Jobs[]=JobId", "Jobs.0", "Status",
     " SUCCEEDED ", " FAILED ", NULL, "TerminateJob", "JobId=JobId Reason=''"},
    {"bedrock:createModelCustomizationJob", "GetModelCustomizationJob", "JobIdentifier=JobArn", "", "Status",
     " Completed ", " Failed Stopped ", NULL, "StopModelCustomizationJob", "JobIdentifier=JobArn"},
    {"codebuild:startBuild", "BatchGetBuilds", "Ids[]=Build.Id", "Builds.0", "BuildStatus",
     " SUCCEEDED ", " FAILED FAULT TIMED_OUT STOPPED ", "Build", "StopBuild", "Id=Build.Id"},
    {"codebuild:startBuildBatch", "BatchGetBuildBatches", "Ids[]=BuildBatch.Id", "BuildBatches.0", "BuildBatchStatus",
     " SUCCEEDED ", " FAILED FAULT TIMED_OUT STOPPED ", "BuildBatch", "StopBuildBatch", "Id=BuildBatch.Id"},
    {"codebuild:retryBuildBatch", "BatchGetBuildBatches", "Ids[]=BuildBatch.Id", "BuildBatches.0", "BuildBatchStatus",
     " SUCCEEDED ", " FAILED FAULT TIMED_OUT STOPPED ", "BuildBatch", "StopBuildBatch", "Id=BuildBatch.Id"},
    {"databrew:startJobRun", "DescribeJobRun", "Name=<Name RunId=RunId", "", "State",
     " SUCCEEDED ", " FAILED STOPPED TIMEOUT ", NULL, "StopJobRun", "Name=<Name RunId=RunId"},
    {"ecs:runTask", "DescribeTasks", "Cluster=Tasks.0.ClusterArn Tasks[]=Tasks.0.TaskArn", "Tasks.0", "LastStatus",
     " STOPPED ", "", NULL, "StopTask", "Cluster=Tasks.0.ClusterArn Task=Tasks.0.TaskArn Reason=''"},
    {"eks:createCluster", "DescribeCluster", "Name=<Name", "", "Cluster.Status",
     " ACTIVE ", " FAILED ", NULL, NULL, NULL},
    {"eks:deleteCluster", "DescribeCluster", "Name=<Name", "", "Cluster.Status",
     " gone ", " FAILED ", NULL, NULL, NULL},
    {"eks:createNodegroup", "DescribeNodegroup", "ClusterName=<ClusterName NodegroupName=<NodegroupName", "", "Nodegroup.Status",
     " ACTIVE ", " CREATE_FAILED DEGRADED ", NULL, NULL, NULL},
    {"eks:deleteNodegroup", "DescribeNodegroup", "ClusterName=<ClusterName NodegroupName=<NodegroupName", "", "Nodegroup.Status",
     " gone ", " DELETE_FAILED ", NULL, NULL, NULL},
    {"eks:createFargateProfile", "DescribeFargateProfile", "ClusterName=<ClusterName FargateProfileName=<FargateProfileName", "",
     "FargateProfile.Status", " ACTIVE ", " CREATE_FAILED ", NULL, NULL, NULL},
    {"eks:deleteFargateProfile", "DescribeFargateProfile", "ClusterName=<ClusterName FargateProfileName=<FargateProfileName", "",
     "FargateProfile.Status", " gone ", " DELETE_FAILED ", NULL, NULL, NULL},
    {"elasticmapreduce:createCluster", "DescribeCluster", "ClusterId=ClusterId", "Cluster", "Status.State",
     " WAITING RUNNING ", " TERMINATED TERMINATED_WITH_ERRORS ", NULL, "TerminateJobFlows", "JobFlowIds[]=ClusterId"},
    {"elasticmapreduce:terminateCluster", "DescribeCluster", "ClusterId=<ClusterId", "Cluster", "Status.State",
     " TERMINATED TERMINATED_WITH_ERRORS ", "", NULL, NULL, NULL},
    {"elasticmapreduce:addStep", "DescribeStep", "ClusterId=<ClusterId StepId=StepId", "", "Step.Status.State",
     " COMPLETED ", " FAILED CANCELLED INTERRUPTED ", NULL, "CancelSteps", "ClusterId=<ClusterId StepIds[]=StepId"},
    {"emr-containers:deleteVirtualCluster", "DescribeVirtualCluster", "Id=Id", "", "VirtualCluster.State",
     " TERMINATED ", " ARRESTED ", NULL, NULL, NULL},
    {"emr-containers:startJobRun", "DescribeJobRun", "Id=Id VirtualClusterId=VirtualClusterId", "", "JobRun.State",
     " COMPLETED ", " FAILED CANCELLED ", NULL, "CancelJobRun", "Id=Id VirtualClusterId=VirtualClusterId"},
    {"emr-serverless:createApplication", "GetApplication", "ApplicationId=ApplicationId", "", "Application.State",
     " CREATED STARTED STOPPED ", " TERMINATED ", NULL, NULL, NULL},
    {"emr-serverless:startApplication", "GetApplication", "ApplicationId=<ApplicationId", "", "Application.State",
     " STARTED ", " STOPPED TERMINATED ", NULL, NULL, NULL},
    {"emr-serverless:stopApplication", "GetApplication", "ApplicationId=<ApplicationId", "", "Application.State",
     " STOPPED CREATED ", " TERMINATED ", NULL, NULL, NULL},
    {"emr-serverless:deleteApplication", "GetApplication", "ApplicationId=<ApplicationId", "", "Application.State",
     " TERMINATED gone ", "", NULL, NULL, NULL},
    {"emr-serverless:startJobRun", "GetJobRun", "ApplicationId=ApplicationId JobRunId=JobRunId", "", "JobRun.State",
     " SUCCESS ", " FAILED CANCELLED ", NULL, "CancelJobRun", "ApplicationId=ApplicationId JobRunId=JobRunId"},
    {"emr-serverless:cancelJobRun", "GetJobRun", "ApplicationId=<ApplicationId JobRunId=<JobRunId", "", "JobRun.State",
     " CANCELLED SUCCESS ", " FAILED ", NULL, NULL, NULL},
    {"glue:startJobRun", "GetJobRun", "JobName=<JobName RunId=JobRunId", "JobRun", "JobRunState",
     " SUCCEEDED ", " FAILED STOPPED TIMEOUT ERROR EXPIRED ", NULL, "BatchStopJobRun", "JobName=<JobName JobRunIds[]=JobRunId"},
    {"mediaconvert:createJob", "GetJob", "Id=Job.Id", "", "Job.Status",
     " COMPLETE ", " ERROR CANCELED ", NULL, "CancelJob", "Id=Job.Id"},
    {"sagemaker:createTrainingJob", "DescribeTrainingJob", "TrainingJobName=<TrainingJobName", "", "TrainingJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopTrainingJob", "TrainingJobName=<TrainingJobName"},
    {"sagemaker:createTransformJob", "DescribeTransformJob", "TransformJobName=<TransformJobName", "", "TransformJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopTransformJob", "TransformJobName=<TransformJobName"},
    {"sagemaker:createProcessingJob", "DescribeProcessingJob", "ProcessingJobName=<ProcessingJobName", "", "ProcessingJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopProcessingJob", "ProcessingJobName=<ProcessingJobName"},
    {"sagemaker:createHyperParameterTuningJob", "DescribeHyperParameterTuningJob",
     "HyperParameterTuningJobName=<HyperParameterTuningJobName", "", "HyperParameterTuningJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopHyperParameterTuningJob", "HyperParameterTuningJobName=<HyperParameterTuningJobName"},
    {"sagemaker:createLabelingJob", "DescribeLabelingJob", "LabelingJobName=<LabelingJobName", "", "LabelingJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopLabelingJob", "LabelingJobName=<LabelingJobName"},
    {"states:startExecution", "DescribeExecution", "ExecutionArn=ExecutionArn", "", "Status",
     " SUCCEEDED ", " FAILED TIMED_OUT ABORTED ", NULL, "StopExecution", "ExecutionArn=ExecutionArn Cause=''"},
};

/*
 * Members that begin with more than one capital. The SDK writes them in a way of its own (sdk_name
 * in call.c), from which the service's own name can't be told.
 */
static const struct {
    const char *service, *names;
} renamed[] = {
    {"KMS", "AWSAccountId"},
    {"Secrets Manager", "ARN"},
    {"Service Catalog", "ARN"},
    {"SQS", "MD5OfBody MD5OfMessageAttributes MD5OfMessageBody MD5OfMessageSystemAttributes AWSAccountIds"},
    {"SSM", "ARN AWSKMSKeyARN"},
    {"Textract", "KMSKeyId SNSTopicArn"},
    {"Transcribe", "KMSEncryptionContext"},
};

/*
 * What the XML of an answer doesn't tell of its elements: see aws_xml_read. Those without a word
 * are texts and objects.
 */
static const struct {
    const char *service, *hints;
} xml_hints[] = {
    {"S3", "Contents[] CommonPrefixes[] Buckets>Bucket TagSet>Tag IsTruncated? MaxKeys# KeyCount# Size#"},
    {"SNS", "Topics>member SubscriptionArns>member"},
    {"STS", "PackedPolicySize#"},
};

/*
 * member, header, kind, in requests, in answers. Members that go into the path or the query are in
 * the rows of S3's calls above.
 */
static const struct aws_s3_header s3_headers[] = {
    {"AcceptRanges", "accept-ranges", 's', false, true},
    {"ACL", "x-amz-acl", 's', true, false},
    {"BucketKeyEnabled", "x-amz-server-side-encryption-bucket-key-enabled", 'b', true, true},
    {"BucketRegion", "x-amz-bucket-region", 's', false, true},
    {"CacheControl", "Cache-Control", 's', true, true},
    {"ChecksumAlgorithm", "x-amz-sdk-checksum-algorithm", 's', true, false},
    {"ChecksumCRC32", "x-amz-checksum-crc32", 's', true, true},
    {"ChecksumCRC32C", "x-amz-checksum-crc32c", 's', true, true},
    {"ChecksumCRC64NVME", "x-amz-checksum-crc64nvme", 's', true, true},
    {"ChecksumMode", "x-amz-checksum-mode", 's', true, false},
    {"ChecksumSHA1", "x-amz-checksum-sha1", 's', true, true},
    {"ChecksumSHA256", "x-amz-checksum-sha256", 's', true, true},
    {"ChecksumType", "x-amz-checksum-type", 's', false, true},
    {"ContentDisposition", "Content-Disposition", 's', true, true},
    {"ContentEncoding", "Content-Encoding", 's', true, true},
    {"ContentLanguage", "Content-Language", 's', true, true},
    {"ContentLength", "Content-Length", 'i', false, true},
    {"ContentMD5", "Content-MD5", 's', true, false},
    {"ContentRange", "Content-Range", 's', false, true},
    {"ContentType", "Content-Type", 's', true, true},
    {"CopySource", "x-amz-copy-source", 's', true, false},
    {"CopySourceVersionId", "x-amz-copy-source-version-id", 's', false, true},
    {"DeleteMarker", "x-amz-delete-marker", 'b', false, true},
    {"ETag", "ETag", 's', false, true},
    {"ExpectedBucketOwner", "x-amz-expected-bucket-owner", 's', true, false},
    {"Expiration", "x-amz-expiration", 's', false, true},
    {"IfMatch", "If-Match", 's', true, false},
    {"IfNoneMatch", "If-None-Match", 's', true, false},
    {"LastModified", "Last-Modified", 't', false, true},
    {"Location", "Location", 's', false, true},
    {"Metadata", "x-amz-meta-", 'm', true, true},
    {"MetadataDirective", "x-amz-metadata-directive", 's', true, false},
    {"ObjectLockMode", "x-amz-object-lock-mode", 's', true, true},
    {"PartsCount", "x-amz-mp-parts-count", 'i', false, true},
    {"Range", "Range", 's', true, false},
    {"ReplicationStatus", "x-amz-replication-status", 's', false, true},
    {"RequestCharged", "x-amz-request-charged", 's', false, true},
    {"RequestPayer", "x-amz-request-payer", 's', true, false},
    {"Restore", "x-amz-restore", 's', false, true},
    {"ServerSideEncryption", "x-amz-server-side-encryption", 's', true, true},
    {"SSECustomerAlgorithm", "x-amz-server-side-encryption-customer-algorithm", 's', true, true},
    {"SSECustomerKey", "x-amz-server-side-encryption-customer-key", 's', true, false},
    {"SSECustomerKeyMD5", "x-amz-server-side-encryption-customer-key-MD5", 's', true, true},
    {"SSEKMSKeyId", "x-amz-server-side-encryption-aws-kms-key-id", 's', true, true},
    {"StorageClass", "x-amz-storage-class", 's', true, true},
    {"TagCount", "x-amz-tagging-count", 'i', false, true},
    {"Tagging", "x-amz-tagging", 's', true, false},
    {"TaggingDirective", "x-amz-tagging-directive", 's', true, false},
    {"VersionId", "x-amz-version-id", 's', false, true},
    {"WebsiteRedirectLocation", "x-amz-website-redirect-location", 's', true, true},
};
/* clang-format on */

/* ---- finding a row ---- */

static char tables_plain(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool is_dash(char c)
{
    return c == ' ' || c == '-' || c == '_' || c == '.';
}

/* Capitals, blanks and dashes don't count. */
static bool tables_same_name(const char *a, const char *b, size_t b_len)
{
    size_t k = 0;

    for (;; a++, k++) {
        while (is_dash(*a))
            a++;
        while (k < b_len && is_dash(b[k]))
            k++;
        if (!*a || k == b_len)
            return !*a && k == b_len;
        if (tables_plain(*a) != tables_plain(b[k]))
            return false;
    }
}

/* Ids come before hosts: where one service's host is another's id, the id is meant. */
const struct aws_service *aws_service_named(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT(services); i++)
        if (tables_same_name(services[i].id, name, len))
            return &services[i];
    for (size_t i = 0; i < COUNT(services); i++)
        if (tables_same_name(services[i].host, name, len))
            return &services[i];
    return NULL;
}

const struct aws_operation *aws_operation_of(const struct aws_service *s, const char *action)
{
    for (size_t i = 0; i < COUNT(operations); i++)
        if (!strcmp(operations[i].service, s->id) && !strcmp(operations[i].action, action))
            return &operations[i];
    return NULL;
}

const struct aws_integration *aws_integration_of(const char *call, size_t len)
{
    for (size_t i = 0; i < COUNT(integrations); i++)
        if (strlen(integrations[i].call) == len && !memcmp(integrations[i].call, call, len))
            return &integrations[i];
    return NULL;
}

const struct aws_job *aws_job_of(const char *call)
{
    for (size_t i = 0; i < COUNT(jobs); i++)
        if (!strcmp(jobs[i].call, call))
            return &jobs[i];
    return NULL;
}

const struct aws_labels *aws_labels_of(const char *call)
{
    size_t len = strcspn(call, ":");

    for (size_t i = 0; i < COUNT(labels); i++)
        if (strlen(labels[i].service) == len && !memcmp(labels[i].service, call, len))
            return &labels[i];
    return NULL;
}

bool aws_has_word(const char *list, const char *word, size_t len)
{
    while (list && *(list += strspn(list, " "))) {
        size_t n = strcspn(list, " ");

        if (n == len && !memcmp(list, word, len))
            return true;
        list += n;
    }
    return false;
}

const char *aws_renamed(const struct aws_service *s)
{
    for (size_t i = 0; i < COUNT(renamed); i++)
        if (!strcmp(renamed[i].service, s->id))
            return renamed[i].names;
    return NULL;
}

const char *aws_xml_hints(const struct aws_service *s)
{
    for (size_t i = 0; i < COUNT(xml_hints); i++)
        if (!strcmp(xml_hints[i].service, s->id))
            return xml_hints[i].hints;
    return "";
}

const struct aws_s3_header *aws_s3_headers(size_t *count)
{
    *count = COUNT(s3_headers);
    return s3_headers;
}
