/*
 * What Step Functions does beside the services' models: its optimized integrations, and how it
 * waits for the ends of their jobs. How it names their errors stands in asl/call/call_errors.c.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"

#include <string.h>

/* clang-format off */
/*
 * call, service, action, text, request, result, once, envelope, own: see struct aws_integration.
 * Calls are named as in "Integrating services with Step Functions" of AWS's Developer Guide.
 * `once` is the idempotency token in the service's model: so a call that is made again after a
 * crash does nothing twice.
 */
static const struct aws_integration integrations[] = {
    {"athena:startQueryExecution", "Athena", "StartQueryExecution", NULL, NULL, NULL, "ClientRequestToken", true, NULL},
    {"athena:stopQueryExecution", "Athena", "StopQueryExecution", NULL, NULL, NULL, NULL, true, NULL},
    {"athena:getQueryExecution", "Athena", "GetQueryExecution", NULL, NULL, NULL, NULL, true, NULL},
    {"athena:getQueryResults", "Athena", "GetQueryResults", NULL, NULL, NULL, NULL, true, NULL},
    {"batch:submitJob", "Batch", "SubmitJob", NULL, NULL, NULL, NULL, true, NULL},
    {"bedrock:invokeModel", "Bedrock Runtime", "InvokeModel", NULL, NULL, NULL, NULL, false, " Input Output "},
    {"bedrock:createModelCustomizationJob", "Bedrock", "CreateModelCustomizationJob", NULL, NULL, NULL, "ClientRequestToken", false, NULL},
    {"bedrock-agentcore:", "Bedrock AgentCore", NULL, NULL, NULL, NULL, NULL, false, NULL},
    {"bedrockagentcore:invokeHarness", "Bedrock AgentCore", "InvokeHarness", NULL, NULL, NULL, "RuntimeSessionId", false, NULL},
    {"codebuild:startBuild", "CodeBuild", "StartBuild", NULL, NULL, NULL, "IdempotencyToken", true, NULL},
    {"codebuild:stopBuild", "CodeBuild", "StopBuild", NULL, NULL, NULL, NULL, true, NULL},
    {"codebuild:batchDeleteBuilds", "CodeBuild", "BatchDeleteBuilds", NULL, NULL, NULL, NULL, true, NULL},
    {"codebuild:batchGetReports", "CodeBuild", "BatchGetReports", NULL, NULL, NULL, NULL, true, NULL},
    {"codebuild:startBuildBatch", "CodeBuild", "StartBuildBatch", NULL, NULL, NULL, "IdempotencyToken", true, NULL},
    {"codebuild:retryBuildBatch", "CodeBuild", "RetryBuildBatch", NULL, NULL, NULL, "IdempotencyToken", true, NULL},
    {"codebuild:stopBuildBatch", "CodeBuild", "StopBuildBatch", NULL, NULL, NULL, NULL, true, NULL},
    {"codebuild:deleteBuildBatch", "CodeBuild", "DeleteBuildBatch", NULL, NULL, NULL, NULL, true, NULL},
    {"databrew:startJobRun", "DataBrew", "StartJobRun", NULL, NULL, NULL, NULL, false, NULL},
    {"dynamodb:getItem", "DynamoDB", "GetItem", NULL, NULL, NULL, NULL, true, NULL},
    {"dynamodb:putItem", "DynamoDB", "PutItem", NULL, NULL, NULL, NULL, true, NULL},
    {"dynamodb:updateItem", "DynamoDB", "UpdateItem", NULL, NULL, NULL, NULL, true, NULL},
    {"dynamodb:deleteItem", "DynamoDB", "DeleteItem", NULL, NULL, NULL, NULL, true, NULL},
    {"ecs:runTask", "ECS", "RunTask", NULL, NULL, NULL, "ClientToken", true, NULL},
    {"eks:createCluster", "EKS", "CreateCluster", NULL, NULL, NULL, "ClientRequestToken", false, NULL},
    {"eks:deleteCluster", "EKS", "DeleteCluster", NULL, NULL, NULL, NULL, false, NULL},
    {"eks:createNodegroup", "EKS", "CreateNodegroup", NULL, NULL, NULL, "ClientRequestToken", false, NULL},
    {"eks:deleteNodegroup", "EKS", "DeleteNodegroup", NULL, NULL, NULL, NULL, false, NULL},
    {"eks:createFargateProfile", "EKS", "CreateFargateProfile", NULL, NULL, NULL, "ClientRequestToken", false, NULL},
    {"eks:deleteFargateProfile", "EKS", "DeleteFargateProfile", NULL, NULL, NULL, NULL, false, NULL},
    {"elasticmapreduce:createCluster", "EMR", "RunJobFlow", NULL, NULL, "ClusterId=JobFlowId ClusterArn=ClusterArn", NULL, true, NULL},
    {"elasticmapreduce:terminateCluster", "EMR", "TerminateJobFlows", NULL, "JobFlowIds[]=<ClusterId", NULL, NULL, true, NULL},
    {"elasticmapreduce:addStep", "EMR", "AddJobFlowSteps", NULL,
     "JobFlowId=<ClusterId Steps[]=<Step ExecutionRoleArn=<ExecutionRoleArn", "StepId=StepIds.0", NULL, true, NULL},
    {"elasticmapreduce:cancelStep", "EMR", "CancelSteps", NULL, "ClusterId=<ClusterId StepIds[]=<StepId",
     "CancelStepsInfo=CancelStepsInfoList.0", NULL, true, NULL},
    {"elasticmapreduce:setClusterTerminationProtection", "EMR", "SetTerminationProtection", NULL,
     "JobFlowIds[]=<ClusterId TerminationProtected=<TerminationProtected", NULL, NULL, true, NULL},
    {"elasticmapreduce:modifyInstanceFleetByName", "EMR", "ModifyInstanceFleet", NULL,
     "ClusterId=<ClusterId InstanceFleet=<InstanceFleet", NULL, NULL, true, NULL},
    {"elasticmapreduce:modifyInstanceGroupByName", "EMR", "ModifyInstanceGroups", NULL,
     "ClusterId=<ClusterId InstanceGroups[]=<InstanceGroup", NULL, NULL, true, NULL},
    {"emr-containers:createVirtualCluster", "EMR containers", "CreateVirtualCluster", NULL, NULL, NULL, "ClientToken", false, NULL},
    {"emr-containers:deleteVirtualCluster", "EMR containers", "DeleteVirtualCluster", NULL, NULL, NULL, NULL, false, NULL},
    {"emr-containers:startJobRun", "EMR containers", "StartJobRun", NULL, NULL, NULL, "ClientToken", false, NULL},
    {"emr-serverless:createApplication", "EMR Serverless", "CreateApplication", NULL, NULL, NULL, "ClientToken", false, NULL},
    {"emr-serverless:startApplication", "EMR Serverless", "StartApplication", NULL, NULL, "ApplicationId=<ApplicationId", NULL, false, NULL},
    {"emr-serverless:stopApplication", "EMR Serverless", "StopApplication", NULL, NULL, "ApplicationId=<ApplicationId", NULL, false, NULL},
    {"emr-serverless:deleteApplication", "EMR Serverless", "DeleteApplication", NULL, NULL, "ApplicationId=<ApplicationId", NULL, false, NULL},
    {"emr-serverless:startJobRun", "EMR Serverless", "StartJobRun", NULL, NULL, NULL, "ClientToken", false, NULL},
    {"emr-serverless:cancelJobRun", "EMR Serverless", "CancelJobRun", NULL, NULL, NULL, NULL, false, NULL},
    {"events:putEvents", "EventBridge", "PutEvents", NULL, NULL, NULL, NULL, false, NULL},
    {"glue:startJobRun", "Glue", "StartJobRun", NULL, NULL, NULL, NULL, true, NULL},
    {"mediaconvert:createJob", "MediaConvert", "CreateJob", NULL, NULL, NULL, "ClientRequestToken", false, NULL},
    {"s3:getObject", "S3", "GetObject", NULL, NULL, NULL, NULL, false, NULL},
    {"s3:listObjectsV2", "S3", "ListObjectsV2", NULL, NULL, NULL, NULL, false, NULL},
    {"s3:putObject", "S3", "PutObject", NULL, NULL, NULL, NULL, false, NULL},
    {"sagemaker:createTrainingJob", "SageMaker", "CreateTrainingJob", NULL, NULL, NULL, NULL, true, NULL},
    {"sagemaker:createTransformJob", "SageMaker", "CreateTransformJob", NULL, NULL, NULL, NULL, true, NULL},
    {"sagemaker:createProcessingJob", "SageMaker", "CreateProcessingJob", NULL, NULL, NULL, NULL, true, NULL},
    {"sagemaker:createHyperParameterTuningJob", "SageMaker", "CreateHyperParameterTuningJob", NULL, NULL, NULL, NULL, true, NULL},
    {"sagemaker:createLabelingJob", "SageMaker", "CreateLabelingJob", NULL, NULL, NULL, NULL, true, NULL},
    {"sagemaker:createModel", "SageMaker", "CreateModel", NULL, NULL, NULL, NULL, true, NULL},
    {"sagemaker:createEndpoint", "SageMaker", "CreateEndpoint", NULL, NULL, NULL, NULL, true, NULL},
    {"sagemaker:createEndpointConfig", "SageMaker", "CreateEndpointConfig", NULL, NULL, NULL, NULL, true, NULL},
    {"sagemaker:updateEndpoint", "SageMaker", "UpdateEndpoint", NULL, NULL, NULL, NULL, true, NULL},
    {"sns:publish", "SNS", "Publish", "Message", NULL, NULL, NULL, true, NULL},
    {"sqs:sendMessage", "SQS", "SendMessage", "MessageBody", NULL, NULL, NULL, true, NULL},
    {"states:startExecution", "SFN", "StartExecution", "Input", NULL, NULL, NULL, true, NULL},
};

/*
 * call, describe and its request, at, status, good, bad, wrap, stop and its request, also: see
 * struct aws_job.
 * The states are those of the status's enum in the service's model at which nothing more happens.
 * "gone" is none of these: it stands for the answer that there is no such thing, for which
 * deletions wait.
 * Which calls describe and stop a job is what the policies allow that AWS makes for roles of
 * machines ("IAM policies for calling …" on the pages of its integrations). Where there is no call
 * that stops, a cancelled Task leaves the job to itself.
 */
static const struct aws_job jobs[] = {
    {"athena:startQueryExecution", "GetQueryExecution", "QueryExecutionId=QueryExecutionId", "", "QueryExecution.Status.State",
     " SUCCEEDED ", " FAILED CANCELLED ", NULL, "StopQueryExecution", "QueryExecutionId=QueryExecutionId", NULL},
    {"batch:submitJob", "DescribeJobs", "Jobs[]=JobId", "Jobs.0", "Status",
     " SUCCEEDED ", " FAILED ", NULL, "TerminateJob", "JobId=JobId Reason=''", NULL},
    {"bedrock:createModelCustomizationJob", "GetModelCustomizationJob", "JobIdentifier=JobArn", "", "Status",
     " Completed ", " Failed Stopped ", NULL, "StopModelCustomizationJob", "JobIdentifier=JobArn", NULL},
    {"codebuild:startBuild", "BatchGetBuilds", "Ids[]=Build.Id", "Builds.0", "BuildStatus",
     " SUCCEEDED ", " FAILED FAULT TIMED_OUT STOPPED ", "Build", "StopBuild", "Id=Build.Id", NULL},
    {"codebuild:startBuildBatch", "BatchGetBuildBatches", "Ids[]=BuildBatch.Id", "BuildBatches.0", "BuildBatchStatus",
     " SUCCEEDED ", " FAILED FAULT TIMED_OUT STOPPED ", "BuildBatch", "StopBuildBatch", "Id=BuildBatch.Id", NULL},
    {"codebuild:retryBuildBatch", "BatchGetBuildBatches", "Ids[]=BuildBatch.Id", "BuildBatches.0", "BuildBatchStatus",
     " SUCCEEDED ", " FAILED FAULT TIMED_OUT STOPPED ", "BuildBatch", "StopBuildBatch", "Id=BuildBatch.Id", NULL},
    {"databrew:startJobRun", "DescribeJobRun", "Name=<Name RunId=RunId", "", "State",
     " SUCCEEDED ", " FAILED STOPPED TIMEOUT ", NULL, "StopJobRun", "Name=<Name RunId=RunId", NULL},
    {"ecs:runTask", "DescribeTasks", "Cluster?=Tasks.0.ClusterArn|<Cluster Tasks[]=Tasks.*.TaskArn", "Tasks.0", "LastStatus",
     " STOPPED ", "", NULL, "StopTask", "Cluster?=Tasks.0.ClusterArn|<Cluster Task=Tasks.0.TaskArn Reason=''", NULL},
    {"eks:createCluster", "DescribeCluster", "Name=<Name", "", "Cluster.Status",
     " ACTIVE ", " FAILED ", NULL, "DeleteCluster", "Name=<Name", NULL},
    {"eks:deleteCluster", "DescribeCluster", "Name=<Name", "", "Cluster.Status",
     " gone ", " FAILED ", NULL, NULL, NULL, NULL},
    {"eks:createNodegroup", "DescribeNodegroup", "ClusterName=<ClusterName NodegroupName=<NodegroupName", "", "Nodegroup.Status",
     " ACTIVE ", " CREATE_FAILED DEGRADED ", NULL, "DeleteNodegroup", "ClusterName=<ClusterName NodegroupName=<NodegroupName", NULL},
    {"eks:deleteNodegroup", "DescribeNodegroup", "ClusterName=<ClusterName NodegroupName=<NodegroupName", "", "Nodegroup.Status",
     " gone ", " DELETE_FAILED ", NULL, NULL, NULL, NULL},
    {"eks:createFargateProfile", "DescribeFargateProfile", "ClusterName=<ClusterName FargateProfileName=<FargateProfileName", "",
     "FargateProfile.Status", " ACTIVE ", " CREATE_FAILED ", NULL, "DeleteFargateProfile",
     "ClusterName=<ClusterName FargateProfileName=<FargateProfileName", NULL},
    {"eks:deleteFargateProfile", "DescribeFargateProfile", "ClusterName=<ClusterName FargateProfileName=<FargateProfileName", "",
     "FargateProfile.Status", " gone ", " DELETE_FAILED ", NULL, NULL, NULL, NULL},
    {"elasticmapreduce:createCluster", "DescribeCluster", "ClusterId=ClusterId", "Cluster", "Status.State",
     " WAITING ", " TERMINATED TERMINATED_WITH_ERRORS ", NULL, "TerminateJobFlows", "JobFlowIds[]=ClusterId",
     "ClusterId=ClusterId"},
    {"elasticmapreduce:terminateCluster", "DescribeCluster", "ClusterId=<ClusterId", "Cluster", "Status.State",
     " TERMINATED TERMINATED_WITH_ERRORS ", "", NULL, NULL, NULL, NULL},
    {"elasticmapreduce:addStep", "DescribeStep", "ClusterId=<ClusterId StepId=StepId", "", "Step.Status.State",
     " COMPLETED ", " FAILED CANCELLED INTERRUPTED ", NULL, "CancelSteps", "ClusterId=<ClusterId StepIds[]=StepId", NULL},
    {"emr-containers:deleteVirtualCluster", "DescribeVirtualCluster", "Id=Id", "", "VirtualCluster.State",
     " TERMINATED ", " ARRESTED ", NULL, NULL, NULL, NULL},
    {"emr-containers:startJobRun", "DescribeJobRun", "Id=Id VirtualClusterId=VirtualClusterId", "", "JobRun.State",
     " COMPLETED ", " FAILED CANCELLED ", NULL, "CancelJobRun", "Id=Id VirtualClusterId=VirtualClusterId", NULL},
    {"emr-serverless:createApplication", "GetApplication", "ApplicationId=ApplicationId", "", "Application.State",
     " CREATED STARTED STOPPED ", " TERMINATED ", NULL, "DeleteApplication", "ApplicationId=ApplicationId", NULL},
    {"emr-serverless:startApplication", "GetApplication", "ApplicationId=<ApplicationId", "", "Application.State",
     " STARTED ", " STOPPED TERMINATED ", NULL, "StopApplication", "ApplicationId=<ApplicationId", NULL},
    {"emr-serverless:stopApplication", "GetApplication", "ApplicationId=<ApplicationId", "", "Application.State",
     " STOPPED CREATED ", " TERMINATED ", NULL, NULL, NULL, NULL},
    {"emr-serverless:deleteApplication", "GetApplication", "ApplicationId=<ApplicationId", "", "Application.State",
     " TERMINATED gone ", "", NULL, NULL, NULL, NULL},
    {"emr-serverless:startJobRun", "GetJobRun", "ApplicationId=ApplicationId JobRunId=JobRunId", "", "JobRun.State",
     " SUCCESS ", " FAILED CANCELLED ", NULL, "CancelJobRun", "ApplicationId=ApplicationId JobRunId=JobRunId", NULL},
    {"emr-serverless:cancelJobRun", "GetJobRun", "ApplicationId=<ApplicationId JobRunId=<JobRunId", "", "JobRun.State",
     " CANCELLED SUCCESS ", " FAILED ", NULL, NULL, NULL, NULL},
    {"glue:startJobRun", "GetJobRun", "JobName=<JobName RunId=JobRunId", "JobRun", "JobRunState",
     " SUCCEEDED ", " FAILED STOPPED TIMEOUT ERROR EXPIRED ", NULL, "BatchStopJobRun", "JobName=<JobName JobRunIds[]=JobRunId", NULL},
    {"mediaconvert:createJob", "GetJob", "Id=Job.Id", "", "Job.Status",
     " COMPLETE ", " ERROR CANCELED ", NULL, "CancelJob", "Id=Job.Id", NULL},
    {"sagemaker:createTrainingJob", "DescribeTrainingJob", "TrainingJobName=<TrainingJobName", "", "TrainingJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopTrainingJob", "TrainingJobName=<TrainingJobName", NULL},
    {"sagemaker:createTransformJob", "DescribeTransformJob", "TransformJobName=<TransformJobName", "", "TransformJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopTransformJob", "TransformJobName=<TransformJobName", NULL},
    {"sagemaker:createProcessingJob", "DescribeProcessingJob", "ProcessingJobName=<ProcessingJobName", "", "ProcessingJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopProcessingJob", "ProcessingJobName=<ProcessingJobName", NULL},
    {"sagemaker:createHyperParameterTuningJob", "DescribeHyperParameterTuningJob",
     "HyperParameterTuningJobName=<HyperParameterTuningJobName", "", "HyperParameterTuningJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopHyperParameterTuningJob", "HyperParameterTuningJobName=<HyperParameterTuningJobName", NULL},
    {"sagemaker:createLabelingJob", "DescribeLabelingJob", "LabelingJobName=<LabelingJobName", "", "LabelingJobStatus",
     " Completed ", " Failed Stopped ", NULL, "StopLabelingJob", "LabelingJobName=<LabelingJobName", NULL},
    {"states:startExecution", "DescribeExecution", "ExecutionArn=ExecutionArn", "", "Status",
     " SUCCEEDED ", " FAILED TIMED_OUT ABORTED ", NULL, "StopExecution", "ExecutionArn=ExecutionArn Cause=''", NULL},
};

/* clang-format on */

/* ---- finding a row ---- */

const struct aws_integration *aws_integration_of(const char *call, size_t len)
{
    for (size_t i = 0; i < COUNT(integrations); i++) {
        size_t own = strlen(integrations[i].call);
        bool any = integrations[i].call[own - 1] == ':';

        if ((any ? own < len : own == len) && !memcmp(integrations[i].call, call, own))
            return &integrations[i];
    }
    return NULL;
}

const struct aws_job *aws_job_of(const char *call)
{
    for (size_t i = 0; i < COUNT(jobs); i++)
        if (!strcmp(jobs[i].call, call))
            return &jobs[i];
    return NULL;
}
