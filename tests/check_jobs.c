/*
 * .sync of every integration that has it, from the call that begins the job to that which stops it:
 * what goes over the wire, byte by byte, and what the Task gets.
 */

#include "tests/support/endpoint_world.h"
#include "tests/support/expect.h"

#include "asl/call/call_impl.h"
#include "runtime/aws/aws.h"

#include <string.h>

static const char gone[] = "{\"__type\":\"ResourceNotFoundException\",\"message\":\"m\"}";

/*
 * Requests are lines "METHOD target [Content-Type] [X-Amz-Target] body". A job that is begun anew
 * is first asked about while it runs, and then when it is done or broken. The call that begins one
 * may hold the key `k` of the Task as a UUID, by which a service knows a repeat.
 */
static const struct {
    const char *integration, *parameters;
    const char *begun, *running, *done, *broken; /* answers; broken NULL: it has no such end */
    const char *begin, *describe;                /* requests */
    const char *stop;                            /* request; NULL: none is sent */
    const char *result, *cause;
} jobs[] = {
    /* clang-format off */
    {"athena:startQueryExecution",
     "{\"QueryString\":\"SELECT 1\",\"WorkGroup\":\"w\"}",
     "{\"QueryExecutionId\":\"q-1\"}", "{\"QueryExecution\":{\"QueryExecutionId\":\"q-1\",\"Status\":{\"State\":\"RUNNING\"}}}", "{\"QueryExecution\":{\"QueryExecutionId\":\"q-1\",\"Status\":{\"State\":\"SUCCEEDED\",\"SubmissionDateTime\":1700000000.5}}}", "{\"QueryExecution\":{\"QueryExecutionId\":\"q-1\",\"Status\":{\"State\":\"CANCELLED\"}}}",
     "POST / [application/x-amz-json-1.1] [AmazonAthena.StartQueryExecution] {\"QueryString\":\"SELECT 1\",\"WorkGroup\":\"w\",\"ClientRequestToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "POST / [application/x-amz-json-1.1] [AmazonAthena.GetQueryExecution] {\"QueryExecutionId\":\"q-1\"}",
     "POST / [application/x-amz-json-1.1] [AmazonAthena.StopQueryExecution] {\"QueryExecutionId\":\"q-1\"}",
     "{\"QueryExecution\":{\"QueryExecutionId\":\"q-1\",\"Status\":{\"State\":\"SUCCEEDED\",\"SubmissionDateTime\":1700000000500}}}",
     "{\"QueryExecution\":{\"QueryExecutionId\":\"q-1\",\"Status\":{\"State\":\"CANCELLED\"}}}"},
    {"batch:submitJob",
     "{\"JobName\":\"n\",\"JobQueue\":\"q\",\"JobDefinition\":\"d\",\"Parameters\":{\"inputKey\":\"k\"}}",
     "{\"jobArn\":\"a\",\"jobName\":\"n\",\"jobId\":\"j-1\"}", "{\"jobs\":[{\"jobId\":\"j-1\",\"status\":\"RUNNABLE\"}]}", "{\"jobs\":[{\"jobId\":\"j-1\",\"status\":\"SUCCEEDED\",\"startedAt\":1700000000500}]}", "{\"jobs\":[{\"jobId\":\"j-1\",\"status\":\"FAILED\",\"statusReason\":\"r\"}]}",
     "POST /v1/submitjob [application/json] {\"jobName\":\"n\",\"jobQueue\":\"q\",\"jobDefinition\":\"d\",\"parameters\":{\"inputKey\":\"k\"},\"containerOverrides\":{\"environment\":[{\"name\":\"MANAGED_BY_AWS\",\"value\":\"STARTED_BY_STEP_FUNCTIONS\"}]}}",
     "POST /v1/describejobs [application/json] {\"jobs\":[\"j-1\"]}",
     "POST /v1/terminatejob [application/json] {\"jobId\":\"j-1\",\"reason\":\"The Task state in AWS Step Functions execution [arn:aws:states:us-east-1:123456789012:execution:m:e] which was managing this resource was aborted\"}",
     "{\"JobId\":\"j-1\",\"Status\":\"SUCCEEDED\",\"StartedAt\":1700000000500}",
     "{\"JobId\":\"j-1\",\"Status\":\"FAILED\",\"StatusReason\":\"r\"}"},
    {"bedrock:createModelCustomizationJob",
     "{\"JobName\":\"n\",\"CustomModelName\":\"m\",\"RoleArn\":\"r\",\"BaseModelIdentifier\":\"b\",\"TrainingDataConfig\":{\"S3Uri\":\"s3://b/t\"},\"OutputDataConfig\":{\"S3Uri\":\"s3://b/o\"},\"HyperParameters\":{\"epochCount\":\"1\"}}",
     "{\"jobArn\":\"arn:aws:bedrock:us-east-1:1:model-customization-job/x\"}", "{\"status\":\"InProgress\"}", "{\"status\":\"Completed\",\"creationTime\":\"2026-01-01T00:00:00Z\"}", "{\"status\":\"Failed\",\"failureMessage\":\"m\"}",
     "POST /model-customization-jobs [application/json] {\"jobName\":\"n\",\"customModelName\":\"m\",\"roleArn\":\"r\",\"baseModelIdentifier\":\"b\",\"trainingDataConfig\":{\"s3Uri\":\"s3://b/t\"},\"outputDataConfig\":{\"s3Uri\":\"s3://b/o\"},\"hyperParameters\":{\"epochCount\":\"1\"},\"clientRequestToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "GET /model-customization-jobs/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Amodel-customization-job%2Fx",
     "POST /model-customization-jobs/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Amodel-customization-job%2Fx/stop",
     "{\"Status\":\"Completed\",\"CreationTime\":\"2026-01-01T00:00:00Z\"}",
     "{\"Status\":\"Failed\",\"FailureMessage\":\"m\"}"},
    {"codebuild:startBuild",
     "{\"ProjectName\":\"p\"}",
     "{\"build\":{\"id\":\"p:1\",\"buildStatus\":\"IN_PROGRESS\"}}", "{\"builds\":[{\"id\":\"p:1\",\"buildStatus\":\"IN_PROGRESS\"}]}", "{\"builds\":[{\"id\":\"p:1\",\"buildStatus\":\"SUCCEEDED\"}]}", "{\"builds\":[{\"id\":\"p:1\",\"buildStatus\":\"FAULT\"}]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.StartBuild] {\"projectName\":\"p\",\"idempotencyToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.BatchGetBuilds] {\"ids\":[\"p:1\"]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.StopBuild] {\"id\":\"p:1\"}",
     "{\"Build\":{\"Id\":\"p:1\",\"BuildStatus\":\"SUCCEEDED\"}}",
     "{\"Build\":{\"Id\":\"p:1\",\"BuildStatus\":\"FAULT\"}}"},
    {"codebuild:startBuildBatch",
     "{\"ProjectName\":\"p\"}",
     "{\"buildBatch\":{\"id\":\"p:2\"}}", "{\"buildBatches\":[{\"id\":\"p:2\",\"buildBatchStatus\":\"IN_PROGRESS\"}]}", "{\"buildBatches\":[{\"id\":\"p:2\",\"buildBatchStatus\":\"SUCCEEDED\"}]}", "{\"buildBatches\":[{\"id\":\"p:2\",\"buildBatchStatus\":\"TIMED_OUT\"}]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.StartBuildBatch] {\"projectName\":\"p\",\"idempotencyToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.BatchGetBuildBatches] {\"ids\":[\"p:2\"]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.StopBuildBatch] {\"id\":\"p:2\"}",
     "{\"BuildBatch\":{\"Id\":\"p:2\",\"BuildBatchStatus\":\"SUCCEEDED\"}}",
     "{\"BuildBatch\":{\"Id\":\"p:2\",\"BuildBatchStatus\":\"TIMED_OUT\"}}"},
    {"codebuild:retryBuildBatch",
     "{\"Id\":\"p:2\",\"RetryType\":\"RETRY_FAILED_BUILDS\"}",
     "{\"buildBatch\":{\"id\":\"p:3\"}}", "{\"buildBatches\":[{\"id\":\"p:3\",\"buildBatchStatus\":\"IN_PROGRESS\"}]}", "{\"buildBatches\":[{\"id\":\"p:3\",\"buildBatchStatus\":\"SUCCEEDED\"}]}", "{\"buildBatches\":[{\"id\":\"p:3\",\"buildBatchStatus\":\"STOPPED\"}]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.RetryBuildBatch] {\"id\":\"p:2\",\"retryType\":\"RETRY_FAILED_BUILDS\",\"idempotencyToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.BatchGetBuildBatches] {\"ids\":[\"p:3\"]}",
     "POST / [application/x-amz-json-1.1] [CodeBuild_20161006.StopBuildBatch] {\"id\":\"p:3\"}",
     "{\"BuildBatch\":{\"Id\":\"p:3\",\"BuildBatchStatus\":\"SUCCEEDED\"}}",
     "{\"BuildBatch\":{\"Id\":\"p:3\",\"BuildBatchStatus\":\"STOPPED\"}}"},
    {"databrew:startJobRun",
     "{\"Name\":\"a job\"}",
     "{\"RunId\":\"db_1\"}", "{\"RunId\":\"db_1\",\"State\":\"STARTING\"}", "{\"RunId\":\"db_1\",\"JobName\":\"a job\",\"State\":\"SUCCEEDED\",\"ExecutionTime\":3}", "{\"RunId\":\"db_1\",\"State\":\"TIMEOUT\"}",
     "POST /jobs/a%20job/startJobRun",
     "GET /jobs/a%20job/jobRun/db_1",
     "POST /jobs/a%20job/jobRun/db_1/stopJobRun",
     "{\"RunId\":\"db_1\",\"JobName\":\"a job\",\"State\":\"SUCCEEDED\",\"ExecutionTime\":3}",
     "{\"RunId\":\"db_1\",\"State\":\"TIMEOUT\"}"},
    {"ecs:runTask",
     "{\"Cluster\":\"c\",\"TaskDefinition\":\"d\",\"Overrides\":{\"ContainerOverrides\":[{\"Name\":\"n\",\"Environment\":[{\"Name\":\"A\",\"Value\":\"b\"}]}]}}",
     "{\"tasks\":[{\"taskArn\":\"t\",\"clusterArn\":\"c\"}],\"failures\":[]}", "{\"tasks\":[{\"taskArn\":\"t\",\"lastStatus\":\"PENDING\"}],\"failures\":[]}", "{\"tasks\":[{\"taskArn\":\"t\",\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":0}]}],\"failures\":[]}", "{\"tasks\":[{\"taskArn\":\"t\",\"lastStatus\":\"STOPPED\",\"containers\":[{\"exitCode\":137,\"reason\":\"OOM\"}]}],\"failures\":[]}",
     "POST / [application/x-amz-json-1.1] [AmazonEC2ContainerServiceV20141113.RunTask] {\"cluster\":\"c\",\"taskDefinition\":\"d\",\"overrides\":{\"containerOverrides\":[{\"name\":\"n\",\"environment\":[{\"name\":\"A\",\"value\":\"b\"}]}]},\"clientToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\",\"startedBy\":\"AWS Step Functions\"}",
     "POST / [application/x-amz-json-1.1] [AmazonEC2ContainerServiceV20141113.DescribeTasks] {\"cluster\":\"c\",\"tasks\":[\"t\"]}",
     "POST / [application/x-amz-json-1.1] [AmazonEC2ContainerServiceV20141113.StopTask] {\"cluster\":\"c\",\"task\":\"t\",\"reason\":\"The Task state in AWS Step Functions execution [arn:aws:states:us-east-1:123456789012:execution:m:e] which was managing this resource was aborted\"}",
     "{\"TaskArn\":\"t\",\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":0}]}",
     "{\"TaskArn\":\"t\",\"LastStatus\":\"STOPPED\",\"Containers\":[{\"ExitCode\":137,\"Reason\":\"OOM\"}]}"},
    {"eks:createCluster",
     "{\"Name\":\"c\",\"RoleArn\":\"r\",\"ResourcesVpcConfig\":{\"SubnetIds\":[\"s\"]},\"Tags\":{\"aKey\":\"v\"}}",
     "{\"cluster\":{\"name\":\"c\",\"status\":\"CREATING\"}}", "{\"cluster\":{\"name\":\"c\",\"status\":\"CREATING\"}}", "{\"cluster\":{\"name\":\"c\",\"status\":\"ACTIVE\",\"endpoint\":\"https://e\",\"certificateAuthority\":{\"data\":\"Q0E=\"}}}", "{\"cluster\":{\"name\":\"c\",\"status\":\"FAILED\"}}",
     "POST /clusters [application/json] {\"name\":\"c\",\"roleArn\":\"r\",\"resourcesVpcConfig\":{\"subnetIds\":[\"s\"]},\"tags\":{\"aKey\":\"v\"},\"clientRequestToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "GET /clusters/c",
     "DELETE /clusters/c",
     "{\"Cluster\":{\"Name\":\"c\",\"Status\":\"ACTIVE\",\"Endpoint\":\"https://e\",\"CertificateAuthority\":{\"Data\":\"Q0E=\"}}}",
     "{\"Cluster\":{\"Name\":\"c\",\"Status\":\"FAILED\"}}"},
    {"eks:deleteCluster",
     "{\"Name\":\"c\"}",
     "{\"cluster\":{\"name\":\"c\",\"status\":\"DELETING\"}}", "{\"cluster\":{\"name\":\"c\",\"status\":\"DELETING\"}}", gone, "{\"cluster\":{\"name\":\"c\",\"status\":\"FAILED\"}}",
     "DELETE /clusters/c",
     "GET /clusters/c",
     NULL,
     "{}",
     "{\"Cluster\":{\"Name\":\"c\",\"Status\":\"FAILED\"}}"},
    {"eks:createNodegroup",
     "{\"ClusterName\":\"c\",\"NodegroupName\":\"n\",\"Subnets\":[\"s\"],\"NodeRole\":\"r\"}",
     "{\"nodegroup\":{\"nodegroupName\":\"n\",\"status\":\"CREATING\"}}", "{\"nodegroup\":{\"nodegroupName\":\"n\",\"status\":\"CREATING\"}}", "{\"nodegroup\":{\"nodegroupName\":\"n\",\"status\":\"ACTIVE\"}}", "{\"nodegroup\":{\"nodegroupName\":\"n\",\"status\":\"CREATE_FAILED\"}}",
     "POST /clusters/c/node-groups [application/json] {\"nodegroupName\":\"n\",\"subnets\":[\"s\"],\"nodeRole\":\"r\",\"clientRequestToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "GET /clusters/c/node-groups/n",
     "DELETE /clusters/c/node-groups/n",
     "{\"Nodegroup\":{\"NodegroupName\":\"n\",\"Status\":\"ACTIVE\"}}",
     "{\"Nodegroup\":{\"NodegroupName\":\"n\",\"Status\":\"CREATE_FAILED\"}}"},
    {"eks:deleteNodegroup",
     "{\"ClusterName\":\"c\",\"NodegroupName\":\"n\"}",
     "{\"nodegroup\":{\"status\":\"DELETING\"}}", "{\"nodegroup\":{\"status\":\"DELETING\"}}", gone, "{\"nodegroup\":{\"nodegroupName\":\"n\",\"status\":\"DELETE_FAILED\"}}",
     "DELETE /clusters/c/node-groups/n",
     "GET /clusters/c/node-groups/n",
     NULL,
     "{}",
     "{\"Nodegroup\":{\"NodegroupName\":\"n\",\"Status\":\"DELETE_FAILED\"}}"},
    {"eks:createFargateProfile",
     "{\"ClusterName\":\"c\",\"FargateProfileName\":\"f\",\"PodExecutionRoleArn\":\"r\",\"Selectors\":[{\"Namespace\":\"ns\",\"Labels\":{\"my-label\":\"v\"}}]}",
     "{\"fargateProfile\":{\"status\":\"CREATING\"}}", "{\"fargateProfile\":{\"status\":\"CREATING\"}}", "{\"fargateProfile\":{\"fargateProfileName\":\"f\",\"status\":\"ACTIVE\"}}", "{\"fargateProfile\":{\"fargateProfileName\":\"f\",\"status\":\"CREATE_FAILED\"}}",
     "POST /clusters/c/fargate-profiles [application/json] {\"fargateProfileName\":\"f\",\"podExecutionRoleArn\":\"r\",\"selectors\":[{\"namespace\":\"ns\",\"labels\":{\"my-label\":\"v\"}}],\"clientRequestToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "GET /clusters/c/fargate-profiles/f",
     "DELETE /clusters/c/fargate-profiles/f",
     "{\"FargateProfile\":{\"FargateProfileName\":\"f\",\"Status\":\"ACTIVE\"}}",
     "{\"FargateProfile\":{\"FargateProfileName\":\"f\",\"Status\":\"CREATE_FAILED\"}}"},
    {"eks:deleteFargateProfile",
     "{\"ClusterName\":\"c\",\"FargateProfileName\":\"f\"}",
     "{\"fargateProfile\":{\"status\":\"DELETING\"}}", "{\"fargateProfile\":{\"status\":\"DELETING\"}}", gone, "{\"fargateProfile\":{\"fargateProfileName\":\"f\",\"status\":\"DELETE_FAILED\"}}",
     "DELETE /clusters/c/fargate-profiles/f",
     "GET /clusters/c/fargate-profiles/f",
     NULL,
     "{}",
     "{\"FargateProfile\":{\"FargateProfileName\":\"f\",\"Status\":\"DELETE_FAILED\"}}"},
    {"elasticmapreduce:createCluster",
     "{\"Name\":\"n\",\"ReleaseLabel\":\"emr-7.0.0\",\"Instances\":{\"KeepJobFlowAliveWhenNoSteps\":true}}",
     "{\"JobFlowId\":\"j-1\",\"ClusterArn\":\"a\"}", "{\"Cluster\":{\"Id\":\"j-1\",\"Status\":{\"State\":\"BOOTSTRAPPING\"}}}", "{\"Cluster\":{\"Id\":\"j-1\",\"Status\":{\"State\":\"WAITING\"}}}", "{\"Cluster\":{\"Id\":\"j-1\",\"Status\":{\"State\":\"TERMINATED_WITH_ERRORS\"}}}",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.RunJobFlow] {\"Name\":\"n\",\"ReleaseLabel\":\"emr-7.0.0\",\"Instances\":{\"KeepJobFlowAliveWhenNoSteps\":true}}",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.DescribeCluster] {\"ClusterId\":\"j-1\"}",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.TerminateJobFlows] {\"JobFlowIds\":[\"j-1\"]}",
     "{\"ClusterId\":\"j-1\",\"Id\":\"j-1\",\"Status\":{\"State\":\"WAITING\"}}",
     "{\"ClusterId\":\"j-1\",\"Id\":\"j-1\",\"Status\":{\"State\":\"TERMINATED_WITH_ERRORS\"}}"},
    {"elasticmapreduce:terminateCluster",
     "{\"ClusterId\":\"j-1\"}",
     "", "{\"Cluster\":{\"Id\":\"j-1\",\"Status\":{\"State\":\"TERMINATING\"}}}", "{\"Cluster\":{\"Id\":\"j-1\",\"Status\":{\"State\":\"TERMINATED\"}}}", NULL,
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.TerminateJobFlows] {\"JobFlowIds\":[\"j-1\"]}",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.DescribeCluster] {\"ClusterId\":\"j-1\"}",
     NULL,
     "{\"Id\":\"j-1\",\"Status\":{\"State\":\"TERMINATED\"}}",
     NULL},
    {"elasticmapreduce:addStep",
     "{\"ClusterId\":\"j-1\",\"Step\":{\"Name\":\"s\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\",\"Args\":[\"a\"]}}}",
     "{\"StepIds\":[\"s-1\"]}", "{\"Step\":{\"Id\":\"s-1\",\"Status\":{\"State\":\"PENDING\"}}}", "{\"Step\":{\"Id\":\"s-1\",\"Status\":{\"State\":\"COMPLETED\"}}}", "{\"Step\":{\"Id\":\"s-1\",\"Status\":{\"State\":\"CANCELLED\"}}}",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.AddJobFlowSteps] {\"JobFlowId\":\"j-1\",\"Steps\":[{\"Name\":\"s\",\"HadoopJarStep\":{\"Jar\":\"command-runner.jar\",\"Args\":[\"a\"]}}]}",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.DescribeStep] {\"ClusterId\":\"j-1\",\"StepId\":\"s-1\"}",
     "POST / [application/x-amz-json-1.1] [ElasticMapReduce.CancelSteps] {\"ClusterId\":\"j-1\",\"StepIds\":[\"s-1\"]}",
     "{\"Step\":{\"Id\":\"s-1\",\"Status\":{\"State\":\"COMPLETED\"}}}",
     "{\"Step\":{\"Id\":\"s-1\",\"Status\":{\"State\":\"CANCELLED\"}}}"},
    {"emr-containers:deleteVirtualCluster",
     "{\"Id\":\"vc\"}",
     "{\"id\":\"vc\"}", "{\"virtualCluster\":{\"id\":\"vc\",\"state\":\"TERMINATING\"}}", "{\"virtualCluster\":{\"id\":\"vc\",\"state\":\"TERMINATED\"}}", "{\"virtualCluster\":{\"id\":\"vc\",\"state\":\"ARRESTED\"}}",
     "DELETE /virtualclusters/vc",
     "GET /virtualclusters/vc",
     NULL,
     "{\"VirtualCluster\":{\"Id\":\"vc\",\"State\":\"TERMINATED\"}}",
     "{\"VirtualCluster\":{\"Id\":\"vc\",\"State\":\"ARRESTED\"}}"},
    {"emr-containers:startJobRun",
     "{\"VirtualClusterId\":\"vc\",\"ExecutionRoleArn\":\"r\",\"ReleaseLabel\":\"l\",\"JobDriver\":{\"SparkSubmitJobDriver\":{\"EntryPoint\":\"s3://b/e\"}},\"ConfigurationOverrides\":{\"ApplicationConfiguration\":[{\"Classification\":\"spark-defaults\",\"Properties\":{\"spark.executor.Instances\":\"2\"}}]}}",
     "{\"id\":\"jr\",\"virtualClusterId\":\"vc\"}", "{\"jobRun\":{\"id\":\"jr\",\"state\":\"RUNNING\"}}", "{\"jobRun\":{\"id\":\"jr\",\"state\":\"COMPLETED\"}}", "{\"jobRun\":{\"id\":\"jr\",\"state\":\"FAILED\",\"failureReason\":\"USER_ERROR\"}}",
     "POST /virtualclusters/vc/jobruns [application/json] {\"executionRoleArn\":\"r\",\"releaseLabel\":\"l\",\"jobDriver\":{\"sparkSubmitJobDriver\":{\"entryPoint\":\"s3://b/e\"}},\"configurationOverrides\":{\"applicationConfiguration\":[{\"classification\":\"spark-defaults\",\"properties\":{\"spark.executor.Instances\":\"2\"}}]},\"clientToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "GET /virtualclusters/vc/jobruns/jr",
     "DELETE /virtualclusters/vc/jobruns/jr",
     "{\"JobRun\":{\"Id\":\"jr\",\"State\":\"COMPLETED\"}}",
     "{\"JobRun\":{\"Id\":\"jr\",\"State\":\"FAILED\",\"FailureReason\":\"USER_ERROR\"}}"},
    {"emr-serverless:createApplication",
     "{\"ReleaseLabel\":\"emr-7.0.0\",\"Type\":\"SPARK\",\"InitialCapacity\":{\"DRIVER\":{\"WorkerCount\":2,\"WorkerConfiguration\":{\"Cpu\":\"2vCPU\",\"Memory\":\"4GB\"}},\"Executor\":{\"WorkerCount\":4}},\"Tags\":{\"aKey\":\"v\"}}",
     "{\"applicationId\":\"app\",\"arn\":\"a\"}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"CREATING\"}}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"CREATED\",\"initialCapacity\":{\"DRIVER\":{\"workerCount\":2},\"Executor\":{\"workerCount\":4}}}}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"TERMINATED\"}}",
     "POST /applications [application/json] {\"releaseLabel\":\"emr-7.0.0\",\"type\":\"SPARK\",\"initialCapacity\":{\"DRIVER\":{\"workerCount\":2,\"workerConfiguration\":{\"cpu\":\"2vCPU\",\"memory\":\"4GB\"}},\"Executor\":{\"workerCount\":4}},\"tags\":{\"aKey\":\"v\"},\"clientToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "GET /applications/app",
     "DELETE /applications/app",
     "{\"Application\":{\"ApplicationId\":\"app\",\"State\":\"CREATED\",\"InitialCapacity\":{\"DRIVER\":{\"WorkerCount\":2},\"Executor\":{\"WorkerCount\":4}}}}",
     "{\"Application\":{\"ApplicationId\":\"app\",\"State\":\"TERMINATED\"}}"},
    {"emr-serverless:startApplication",
     "{\"ApplicationId\":\"app\"}",
     "{}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"STARTING\"}}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"STARTED\"}}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"STOPPED\"}}",
     "POST /applications/app/start",
     "GET /applications/app",
     "POST /applications/app/stop",
     "{\"Application\":{\"ApplicationId\":\"app\",\"State\":\"STARTED\"}}",
     "{\"Application\":{\"ApplicationId\":\"app\",\"State\":\"STOPPED\"}}"},
    {"emr-serverless:stopApplication",
     "{\"ApplicationId\":\"app\"}",
     "{}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"STOPPING\"}}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"STOPPED\"}}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"TERMINATED\"}}",
     "POST /applications/app/stop",
     "GET /applications/app",
     NULL,
     "{\"Application\":{\"ApplicationId\":\"app\",\"State\":\"STOPPED\"}}",
     "{\"Application\":{\"ApplicationId\":\"app\",\"State\":\"TERMINATED\"}}"},
    {"emr-serverless:deleteApplication",
     "{\"ApplicationId\":\"app\"}",
     "{}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"STOPPED\"}}", "{\"application\":{\"applicationId\":\"app\",\"state\":\"TERMINATED\"}}", NULL,
     "DELETE /applications/app",
     "GET /applications/app",
     NULL,
     "{\"Application\":{\"ApplicationId\":\"app\",\"State\":\"TERMINATED\"}}",
     NULL},
    {"emr-serverless:startJobRun",
     "{\"ApplicationId\":\"app\",\"ExecutionRoleArn\":\"r\",\"JobDriver\":{\"SparkSubmit\":{\"EntryPoint\":\"s3://b/e\",\"EntryPointArguments\":[\"1\"]}},\"ConfigurationOverrides\":{\"ApplicationConfiguration\":[{\"Classification\":\"spark-defaults\",\"Properties\":{\"spark.Some.Key\":\"2\"}}]}}",
     "{\"applicationId\":\"app\",\"jobRunId\":\"jr\",\"arn\":\"a\"}", "{\"jobRun\":{\"jobRunId\":\"jr\",\"state\":\"RUNNING\"}}", "{\"jobRun\":{\"jobRunId\":\"jr\",\"state\":\"SUCCESS\"}}", "{\"jobRun\":{\"jobRunId\":\"jr\",\"state\":\"FAILED\",\"stateDetails\":\"d\"}}",
     "POST /applications/app/jobruns [application/json] {\"executionRoleArn\":\"r\",\"jobDriver\":{\"sparkSubmit\":{\"entryPoint\":\"s3://b/e\",\"entryPointArguments\":[\"1\"]}},\"configurationOverrides\":{\"applicationConfiguration\":[{\"classification\":\"spark-defaults\",\"properties\":{\"spark.Some.Key\":\"2\"}}]},\"clientToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\"}",
     "GET /applications/app/jobruns/jr",
     "DELETE /applications/app/jobruns/jr",
     "{\"JobRun\":{\"JobRunId\":\"jr\",\"State\":\"SUCCESS\"}}",
     "{\"JobRun\":{\"JobRunId\":\"jr\",\"State\":\"FAILED\",\"StateDetails\":\"d\"}}"},
    {"emr-serverless:cancelJobRun",
     "{\"ApplicationId\":\"app\",\"JobRunId\":\"jr\"}",
     "{\"applicationId\":\"app\",\"jobRunId\":\"jr\"}", "{\"jobRun\":{\"jobRunId\":\"jr\",\"state\":\"CANCELLING\"}}", "{\"jobRun\":{\"jobRunId\":\"jr\",\"state\":\"CANCELLED\"}}", "{\"jobRun\":{\"jobRunId\":\"jr\",\"state\":\"FAILED\"}}",
     "DELETE /applications/app/jobruns/jr",
     "GET /applications/app/jobruns/jr",
     NULL,
     "{\"JobRun\":{\"JobRunId\":\"jr\",\"State\":\"CANCELLED\"}}",
     "{\"JobRun\":{\"JobRunId\":\"jr\",\"State\":\"FAILED\"}}"},
    {"glue:startJobRun",
     "{\"JobName\":\"j\",\"Arguments\":{\"--aKey\":\"v\"}}",
     "{\"JobRunId\":\"jr\"}", "{\"JobRun\":{\"Id\":\"jr\",\"JobRunState\":\"RUNNING\"}}", "{\"JobRun\":{\"Id\":\"jr\",\"JobRunState\":\"SUCCEEDED\",\"StartedOn\":1700000000.5}}", "{\"JobRun\":{\"Id\":\"jr\",\"JobRunState\":\"FAILED\",\"ErrorMessage\":\"m\"}}",
     "POST / [application/x-amz-json-1.1] [AWSGlue.StartJobRun] {\"JobName\":\"j\",\"Arguments\":{\"--aKey\":\"v\"}}",
     "POST / [application/x-amz-json-1.1] [AWSGlue.GetJobRun] {\"JobName\":\"j\",\"RunId\":\"jr\"}",
     "POST / [application/x-amz-json-1.1] [AWSGlue.BatchStopJobRun] {\"JobName\":\"j\",\"JobRunIds\":[\"jr\"]}",
     "{\"Id\":\"jr\",\"JobRunState\":\"SUCCEEDED\",\"StartedOn\":1700000000500}",
     "{\"Id\":\"jr\",\"JobRunState\":\"FAILED\",\"ErrorMessage\":\"m\"}"},
    {"mediaconvert:createJob",
     "{\"Role\":\"r\",\"Settings\":{\"Inputs\":[{\"FileInput\":\"s3://b/k\",\"AudioSelectors\":{\"Audio Selector 1\":{\"DefaultSelection\":\"DEFAULT\"}}}],\"OutputGroups\":[{\"Outputs\":[{\"VideoDescription\":{\"CodecSettings\":{\"Codec\":\"H_264\",\"H264Settings\":{\"MaxBitrate\":1000}}}}]}]},\"UserMetadata\":{\"aKey\":\"v\"}}",
     "{\"job\":{\"id\":\"mc\",\"status\":\"SUBMITTED\"}}", "{\"job\":{\"id\":\"mc\",\"status\":\"PROGRESSING\"}}", "{\"job\":{\"id\":\"mc\",\"status\":\"COMPLETE\",\"createdAt\":1700000000}}", "{\"job\":{\"id\":\"mc\",\"status\":\"ERROR\",\"errorMessage\":\"m\"}}",
     "POST /2017-08-29/jobs [application/json] {\"role\":\"r\",\"settings\":{\"inputs\":[{\"fileInput\":\"s3://b/k\",\"audioSelectors\":{\"Audio Selector 1\":{\"defaultSelection\":\"DEFAULT\"}}}],\"outputGroups\":[{\"outputs\":[{\"videoDescription\":{\"codecSettings\":{\"codec\":\"H_264\",\"h264Settings\":{\"maxBitrate\":1000}}}}]}]},\"userMetadata\":{\"aKey\":\"v\"},\"clientRequestToken\":\"af63e64c-8601-4d8a-b89e-48398d4006fd\",\"tags\":{\"ManagedByService\":\"AWSStepFunctions\"}}",
     "GET /2017-08-29/jobs/mc",
     "DELETE /2017-08-29/jobs/mc",
     "{\"Job\":{\"Id\":\"mc\",\"Status\":\"COMPLETE\",\"CreatedAt\":\"2023-11-14T22:13:20Z\"}}",
     "{\"Job\":{\"Id\":\"mc\",\"Status\":\"ERROR\",\"ErrorMessage\":\"m\"}}"},
    {"sagemaker:createTrainingJob",
     "{\"TrainingJobName\":\"t\",\"RoleArn\":\"r\",\"AlgorithmSpecification\":{\"TrainingInputMode\":\"File\"},\"OutputDataConfig\":{\"S3OutputPath\":\"s3://b\"},\"ResourceConfig\":{\"VolumeSizeInGB\":1},\"StoppingCondition\":{},\"HyperParameters\":{\"aKey\":\"v\"},\"Tags\":[{\"Key\":\"mine\",\"Value\":\"x\"}]}",
     "{\"TrainingJobArn\":\"a\"}", "{\"TrainingJobStatus\":\"InProgress\"}", "{\"TrainingJobStatus\":\"Completed\",\"CreationTime\":1700000000.5}", "{\"TrainingJobStatus\":\"Failed\",\"FailureReason\":\"r\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.CreateTrainingJob] {\"TrainingJobName\":\"t\",\"RoleArn\":\"r\",\"AlgorithmSpecification\":{\"TrainingInputMode\":\"File\"},\"OutputDataConfig\":{\"S3OutputPath\":\"s3://b\"},\"ResourceConfig\":{\"VolumeSizeInGB\":1},\"StoppingCondition\":{},\"HyperParameters\":{\"aKey\":\"v\"},\"Tags\":[{\"Key\":\"mine\",\"Value\":\"x\"},{\"Key\":\"MANAGED_BY_AWS\",\"Value\":\"STARTED_BY_STEP_FUNCTIONS\"},{\"Key\":\"AWS_STEP_FUNCTIONS_EXECUTION_ARN\",\"Value\":\"arn:aws:states:us-east-1:123456789012:execution:m:e\"}]}",
     "POST / [application/x-amz-json-1.1] [SageMaker.DescribeTrainingJob] {\"TrainingJobName\":\"t\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.StopTrainingJob] {\"TrainingJobName\":\"t\"}",
     "{\"TrainingJobStatus\":\"Completed\",\"CreationTime\":1700000000500}",
     "{\"TrainingJobStatus\":\"Failed\",\"FailureReason\":\"r\"}"},
    {"sagemaker:createTransformJob",
     "{\"TransformJobName\":\"t\",\"ModelName\":\"m\"}",
     "{\"TransformJobArn\":\"a\"}", "{\"TransformJobStatus\":\"InProgress\"}", "{\"TransformJobStatus\":\"Completed\"}", "{\"TransformJobStatus\":\"Stopped\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.CreateTransformJob] {\"TransformJobName\":\"t\",\"ModelName\":\"m\",\"Tags\":[{\"Key\":\"MANAGED_BY_AWS\",\"Value\":\"STARTED_BY_STEP_FUNCTIONS\"},{\"Key\":\"AWS_STEP_FUNCTIONS_EXECUTION_ARN\",\"Value\":\"arn:aws:states:us-east-1:123456789012:execution:m:e\"}]}",
     "POST / [application/x-amz-json-1.1] [SageMaker.DescribeTransformJob] {\"TransformJobName\":\"t\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.StopTransformJob] {\"TransformJobName\":\"t\"}",
     "{\"TransformJobStatus\":\"Completed\"}",
     "{\"TransformJobStatus\":\"Stopped\"}"},
    {"sagemaker:createProcessingJob",
     "{\"ProcessingJobName\":\"p\",\"Environment\":{\"aKey\":\"v\"}}",
     "{\"ProcessingJobArn\":\"a\"}", "{\"ProcessingJobStatus\":\"InProgress\"}", "{\"ProcessingJobStatus\":\"Completed\"}", "{\"ProcessingJobStatus\":\"Failed\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.CreateProcessingJob] {\"ProcessingJobName\":\"p\",\"Environment\":{\"aKey\":\"v\"},\"Tags\":[{\"Key\":\"MANAGED_BY_AWS\",\"Value\":\"STARTED_BY_STEP_FUNCTIONS\"},{\"Key\":\"AWS_STEP_FUNCTIONS_EXECUTION_ARN\",\"Value\":\"arn:aws:states:us-east-1:123456789012:execution:m:e\"}]}",
     "POST / [application/x-amz-json-1.1] [SageMaker.DescribeProcessingJob] {\"ProcessingJobName\":\"p\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.StopProcessingJob] {\"ProcessingJobName\":\"p\"}",
     "{\"ProcessingJobStatus\":\"Completed\"}",
     "{\"ProcessingJobStatus\":\"Failed\"}"},
    {"sagemaker:createHyperParameterTuningJob",
     "{\"HyperParameterTuningJobName\":\"h\"}",
     "{\"HyperParameterTuningJobArn\":\"a\"}", "{\"HyperParameterTuningJobStatus\":\"InProgress\"}", "{\"HyperParameterTuningJobStatus\":\"Completed\"}", "{\"HyperParameterTuningJobStatus\":\"Failed\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.CreateHyperParameterTuningJob] {\"HyperParameterTuningJobName\":\"h\",\"Tags\":[{\"Key\":\"MANAGED_BY_AWS\",\"Value\":\"STARTED_BY_STEP_FUNCTIONS\"},{\"Key\":\"AWS_STEP_FUNCTIONS_EXECUTION_ARN\",\"Value\":\"arn:aws:states:us-east-1:123456789012:execution:m:e\"}]}",
     "POST / [application/x-amz-json-1.1] [SageMaker.DescribeHyperParameterTuningJob] {\"HyperParameterTuningJobName\":\"h\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.StopHyperParameterTuningJob] {\"HyperParameterTuningJobName\":\"h\"}",
     "{\"HyperParameterTuningJobStatus\":\"Completed\"}",
     "{\"HyperParameterTuningJobStatus\":\"Failed\"}"},
    {"sagemaker:createLabelingJob",
     "{\"LabelingJobName\":\"l\"}",
     "{\"LabelingJobArn\":\"a\"}", "{\"LabelingJobStatus\":\"Initializing\"}", "{\"LabelingJobStatus\":\"Completed\"}", "{\"LabelingJobStatus\":\"Failed\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.CreateLabelingJob] {\"LabelingJobName\":\"l\",\"Tags\":[{\"Key\":\"MANAGED_BY_AWS\",\"Value\":\"STARTED_BY_STEP_FUNCTIONS\"},{\"Key\":\"AWS_STEP_FUNCTIONS_EXECUTION_ARN\",\"Value\":\"arn:aws:states:us-east-1:123456789012:execution:m:e\"}]}",
     "POST / [application/x-amz-json-1.1] [SageMaker.DescribeLabelingJob] {\"LabelingJobName\":\"l\"}",
     "POST / [application/x-amz-json-1.1] [SageMaker.StopLabelingJob] {\"LabelingJobName\":\"l\"}",
     "{\"LabelingJobStatus\":\"Completed\"}",
     "{\"LabelingJobStatus\":\"Failed\"}"},
    {"states:startExecution",
     "{\"StateMachineArn\":\"m\",\"Input\":{\"a\":1}}",
     "{\"executionArn\":\"e\",\"startDate\":1700000000.5}", "{\"executionArn\":\"e\",\"status\":\"RUNNING\"}", "{\"executionArn\":\"e\",\"status\":\"SUCCEEDED\",\"input\":\"{\\\"a\\\":1}\",\"output\":\"{\\\"b\\\":2}\"}", "{\"executionArn\":\"e\",\"status\":\"TIMED_OUT\",\"input\":\"{\\\"a\\\":1}\"}",
     "POST / [application/x-amz-json-1.0] [AWSStepFunctions.StartExecution] {\"stateMachineArn\":\"m\",\"input\":\"{\\\"a\\\":1}\"}",
     "POST / [application/x-amz-json-1.0] [AWSStepFunctions.DescribeExecution] {\"executionArn\":\"e\"}",
     "POST / [application/x-amz-json-1.0] [AWSStepFunctions.StopExecution] {\"executionArn\":\"e\",\"cause\":\"The Task state in AWS Step Functions execution [arn:aws:states:us-east-1:123456789012:execution:m:e] which was managing this resource was aborted\"}",
     "{\"ExecutionArn\":\"e\",\"Status\":\"SUCCEEDED\",\"Input\":\"{\\\"a\\\":1}\",\"Output\":\"{\\\"b\\\":2}\"}",
     "{\"ExecutionArn\":\"e\",\"Status\":\"TIMED_OUT\",\"Input\":\"{\\\"a\\\":1}\"}"},
    /* clang-format on */
};

static struct endpoint_world *world_of(const struct reply *replies)
{
    struct endpoint_world *w = endpoint_world_new(replies, NULL);

    w->shown = "Content-Type X-Amz-Target";
    return w;
}

static void begin_job(struct endpoint_world *w, size_t row)
{
    struct buf resource = {0};

    buf_printf(&resource, "arn:aws:states:::%s.sync", jobs[row].integration);
    endpoint_world_begin(w, buf_str(&resource), jobs[row].parameters);
    buf_clear(&resource);
}

/* What the row says of requests: the first, and so many questions. */
static void expect_requests(struct endpoint_world *w, size_t row, size_t questions)
{
    struct buf want = {0};

    buf_printf(&want, "%s\n", jobs[row].begin);
    while (questions--)
        buf_printf(&want, "%s\n", jobs[row].describe);
    expect_text(jobs[row].integration, buf_str(&w->seen), buf_str(&want));
    buf_clear(&want);
}

static void expect_result(struct endpoint_world *w, size_t row, const char *how, const char *what)
{
    struct buf want = {0};

    buf_printf(&want, "%s%s", how, what);
    endpoint_world_expect(jobs[row].integration, w, buf_str(&want));
    buf_clear(&want);
}

static struct reply reply_of(const char *body)
{
    return (struct reply){body == gone ? 404 : 200, NULL, body};
}

START_TEST(job_is_done)
{
    const struct reply replies[MAX_REPLIES] = {reply_of(jobs[_i].begun), reply_of(jobs[_i].running),
                                               reply_of(jobs[_i].done)};
    struct endpoint_world *w = world_of(replies);

    begin_job(w, (size_t)_i);
    endpoint_world_wait(w);
    expect_requests(w, (size_t)_i, 2);
    expect_result(w, (size_t)_i, "ok ", jobs[_i].result);
    ck_assert(w->submitted);
    endpoint_world_free(w);
}
END_TEST

START_TEST(job_is_broken)
{
    const struct reply replies[MAX_REPLIES] = {reply_of(jobs[_i].begun), reply_of(jobs[_i].broken)};
    struct endpoint_world *w;

    if (!jobs[_i].broken)
        return;
    w = world_of(replies);
    begin_job(w, (size_t)_i);
    endpoint_world_wait(w);
    expect_requests(w, (size_t)_i, 1);
    expect_result(w, (size_t)_i, "failed States.TaskFailed: ", jobs[_i].cause);
    endpoint_world_free(w);
}
END_TEST

/* An error that ends the questions is called as one of the call that began the job. */
static const struct {
    const char *name, *integration, *parameters, *begun;
    struct reply answer;
    const char *want;
} refused[] = {
    {"an older integration",
     "ecs:runTask",
     "{\"TaskDefinition\":\"d\"}",
     "{\"tasks\":[{\"taskArn\":\"t\",\"clusterArn\":\"c\"}],\"failures\":[]}",
     {403, ID, "{\"__type\":\"AccessDeniedException\",\"message\":\"m\"}"},
     "failed ECS.AccessDeniedException: m (Service: AmazonECS; Status Code: 403; Error Code: "
     "AccessDeniedException; Request ID: r-1; Proxy: null)"},
    {"an execution",
     "states:startExecution",
     "{\"StateMachineArn\":\"a\"}",
     "{\"executionArn\":\"e\",\"startDate\":1}",
     {400, ID, "{\"__type\":\"NoSuchThing\",\"message\":\"m\"}"},
     "failed StepFunctions.AWSStepFunctionsException: m (Service: AWSStepFunctions; Status Code: "
     "400; Error Code: NoSuchThing; Request ID: r-1; Proxy: null)"},
    {"a newer integration",
     "emr-containers:startJobRun",
     "{\"Name\":\"n\",\"VirtualClusterId\":\"v\"}",
     "{\"id\":\"i\",\"virtualClusterId\":\"v\"}",
     {400, ID "x-amzn-ErrorType: ValidationException\r\n", "{\"message\":\"m\"}"},
     "failed EMRContainers.ValidationException: m (Service: EmrContainers, Status Code: 400, "
     "Request ID: r-1)"},
};

START_TEST(question_is_refused)
{
    const struct reply replies[MAX_REPLIES] = {reply_of(refused[_i].begun), refused[_i].answer};
    struct endpoint_world *w = world_of(replies);
    struct buf resource = {0};

    buf_printf(&resource, "arn:aws:states:::%s.sync", refused[_i].integration);
    endpoint_world_run(w, buf_str(&resource), refused[_i].parameters);
    endpoint_world_expect(refused[_i].name, w, refused[_i].want);
    buf_clear(&resource);
    endpoint_world_free(w);
}
END_TEST

/* What was seen but for questions: one may be on its way when the Task is cancelled. */
static void add_other_requests(struct buf *out, const char *seen, const char *question)
{
    while (*seen) {
        size_t len = strcspn(seen, "\n") + 1;

        if (len != strlen(question) + 1 || strncmp(seen, question, len - 1) != 0)
            buf_add(out, seen, len);
        seen += len;
    }
}

/* Cancels the Task when the job is known, or as soon as the call is out that begins it: then its
 * answer is awaited, which says which job is to be stopped. */
static void expect_stop(size_t row, bool at_once)
{
    const struct reply replies[MAX_REPLIES] = {
        reply_of(jobs[row].begun), reply_of(jobs[row].running), reply_of(jobs[row].running),
        reply_of(jobs[row].running)};
    struct endpoint_world *w = world_of(replies);

    begin_job(w, row);
    while (!at_once && !w->submitted)
        uv_run(&w->loop, UV_RUN_ONCE);
    handlers_cancel(w->handlers, 1);
    ck_assert_msg(handlers_are_idle(w->handlers) == !jobs[row].stop, "%s: is a stop sent?",
                  jobs[row].integration);
    while (!handlers_are_idle(w->handlers))
        uv_run(&w->loop, UV_RUN_ONCE);
    struct buf want = {0}, got = {0};
    if (jobs[row].stop || !at_once)
        buf_printf(&want, "%s\n", jobs[row].begin);
    if (jobs[row].stop)
        buf_printf(&want, "%s\n", jobs[row].stop);
    add_other_requests(&got, buf_str(&w->seen), jobs[row].describe);
    expect_text(jobs[row].integration, buf_str(&got), buf_str(&want));
    buf_clear(&want);
    buf_clear(&got);
    ck_assert(!w->answered);
    ck_assert_int_eq(!w->submitted, at_once && !jobs[row].stop);
    endpoint_world_free(w);
}

START_TEST(job_is_told_to_stop)
{
    expect_stop((size_t)_i, false);
}
END_TEST

START_TEST(job_that_begins_is_told_to_stop)
{
    expect_stop((size_t)_i, true);
}
END_TEST

/* The table of integrations says which have .sync. */
START_TEST(all_jobs_are_here)
{
    for (size_t i = 0; call_table_at(i); i++) {
        const struct call *call = call_table_at(i);
        bool waits = call->patterns & 1u << ASL_SYNC, here = false;

        if (!strcmp(call->name, "eks:runJob")) /* a cluster's, not a service's */
            continue;

        for (size_t k = 0; k < COUNT(jobs); k++)
            here = here || !strcmp(jobs[k].integration, call->name);
        ck_assert_msg(waits == here, "%s", call->name);
    }
}
END_TEST

/* Every integration of AWS's list is served, in each pattern that it has; these by other means. */
START_TEST(all_integrations_are_served)
{
    static const char others[] =
        " lambda:invoke apigateway:invoke http:invoke eks:call eks:runJob ";

    for (size_t i = 0; call_table_at(i); i++)
        for (unsigned k = 0; k < ASL_PATTERNS; k++) {
            const struct call *call = call_table_at(i);
            struct buf resource = {0};
            struct asl_resource parts;
            struct aws_call c;
            struct diag why = {0};

            if (strstr(others, call->name) || !(call->patterns & 1u << k))
                continue;
            buf_printf(&resource, "arn:aws:states:::%s%s%s", call->name,
                       call->name[strlen(call->name) - 1] == ':' ? "invokeHarness" : "",
                       asl_pattern_ending((enum asl_pattern)k));
            ck_assert(asl_resource_read(buf_str(&resource), &parts));
            ck_assert_msg(aws_call_read(&parts, &c, &why), "%s: %s", buf_str(&resource), why.text);
            ck_assert(!c.job == (k != ASL_SYNC && k != ASL_SYNC_2));
            buf_clear(&resource);
            diag_clear(&why);
        }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("jobs");
    TCase *t = tcase_create("jobs");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, job_is_done, 0, COUNT(jobs));
    tcase_add_loop_test(t, job_is_broken, 0, COUNT(jobs));
    tcase_add_loop_test(t, question_is_refused, 0, COUNT(refused));
    tcase_add_loop_test(t, job_is_told_to_stop, 0, COUNT(jobs));
    tcase_add_loop_test(t, job_that_begins_is_told_to_stop, 0, COUNT(jobs));
    tcase_add_test(t, all_jobs_are_here);
    tcase_add_test(t, all_integrations_are_served);
    suite_add_tcase(s, t);
    return run_suite(s);
}
