/* Made by tools/shapes of the public models of AWS's APIs. */

#include "runtime/shapes/shapes.h"

#include "parsers/base/count.h"

/* clang-format off */
const struct aws_shape aws_shapes[] = {
    {"athena/AclConfiguration", "S3AclOption!:=BUCKET_OWNER_FULL_CONTROL", NULL},
    {"athena/AthenaError", "ErrorCategory:n<1>3,ErrorType:n<0>9999,Retryable:b,ErrorMessage:s", NULL},
    {"athena/ColumnInfo",
        "CatalogName:s,SchemaName:s,TableName:s,Name!:s,Label:s,Type!:s,Precision:n,Scale:n,"
        "Nullable:=NOT_NULL|NULLABLE|UNKNOWN,CaseSensitive:b", NULL},
    {"athena/Datum", "VarCharValue:s", NULL},
    {"athena/EncryptionConfiguration", "EncryptionOption!:=SSE_S3|SSE_KMS|CSE_KMS,KmsKey:s", NULL},
    {"athena/EngineVersion", "SelectedEngineVersion:s<1,EffectiveEngineVersion:s<1", NULL},
    {"athena/ManagedQueryResultsConfiguration",
        "Enabled!:b,EncryptionConfiguration:ManagedQueryResultsEncryptionConfiguration", NULL},
    {"athena/ManagedQueryResultsEncryptionConfiguration", "KmsKey!:s<1", NULL},
    {"athena/QueryExecution",
        "QueryExecutionId:s<1,Query:s<1,StatementType:=DDL|DML|UTILITY,"
        "ManagedQueryResultsConfiguration:ManagedQueryResultsConfiguration,ResultConfiguration:ResultConfiguration,"
        "ResultReuseConfiguration:ResultReuseConfiguration,QueryExecutionContext:QueryExecutionContext,"
        "Status:QueryExecutionStatus,Statistics:QueryExecutionStatistics,WorkGroup:s,EngineVersion:EngineVersion,"
        "ExecutionParameters:[s<1,SubstatementType:s,"
        "QueryResultsS3AccessGrantsConfiguration:QueryResultsS3AccessGrantsConfiguration", NULL},
    {"athena/QueryExecutionContext", "Database:s<1,Catalog:s<1", NULL},
    {"athena/QueryExecutionStatistics",
        "EngineExecutionTimeInMillis:n,DataScannedInBytes:n,DataManifestLocation:s,TotalExecutionTimeInMillis:n,"
        "QueryQueueTimeInMillis:n,ServicePreProcessingTimeInMillis:n,QueryPlanningTimeInMillis:n,"
        "ServiceProcessingTimeInMillis:n,ResultReuseInformation:ResultReuseInformation", NULL},
    {"athena/QueryExecutionStatus",
        "State:=QUEUED|RUNNING|SUCCEEDED|FAILED|CANCELLED,StateChangeReason:s,SubmissionDateTime:t,"
        "CompletionDateTime:t,AthenaError:AthenaError", NULL},
    {"athena/QueryResultsS3AccessGrantsConfiguration",
        "EnableS3AccessGrants!:b,CreateUserLevelPrefix:b,AuthenticationType!:=DIRECTORY_IDENTITY", NULL},
    {"athena/ResultConfiguration",
        "OutputLocation:s,EncryptionConfiguration:EncryptionConfiguration,ExpectedBucketOwner:s<12,"
        "AclConfiguration:AclConfiguration", NULL},
    {"athena/ResultReuseByAgeConfiguration", "Enabled!:b,MaxAgeInMinutes:n<0>10080", NULL},
    {"athena/ResultReuseConfiguration", "ResultReuseByAgeConfiguration:ResultReuseByAgeConfiguration", NULL},
    {"athena/ResultReuseInformation", "ReusedPreviousResult!:b", NULL},
    {"athena/ResultSet", "Rows:[Row,ResultSetMetadata:ResultSetMetadata", NULL},
    {"athena/ResultSetMetadata", "ColumnInfo:[ColumnInfo", NULL},
    {"athena/Row", "Data:[Datum", NULL},
    {"athena:getQueryExecution", "QueryExecution:QueryExecution", NULL},
    {"athena:getQueryResults", "UpdateCount:n,ResultSet:ResultSet,NextToken:s<1", NULL},
    {"athena:startQueryExecution", "QueryExecutionId:s<1", NULL},
    {"athena:startQueryExecution.sync", "QueryExecution:QueryExecution", NULL},
    {"batch/ArrayPropertiesDetail", "StatusSummary:{n,Size:n,Index:n", NULL},
    {"batch/AttemptContainerDetail",
        "ContainerInstanceArn:s,TaskArn:s,ExitCode:n,Reason:s,LogStreamName:s,NetworkInterfaces:[NetworkInterface", NULL},
    {"batch/AttemptDetail",
        "Container:AttemptContainerDetail,StartedAt:n,StoppedAt:n,StatusReason:s,TaskProperties:[AttemptEcsTaskDetails", NULL},
    {"batch/AttemptEcsTaskDetails", "ContainerInstanceArn:s,TaskArn:s,Containers:[AttemptTaskContainerDetails", NULL},
    {"batch/AttemptTaskContainerDetails", "ExitCode:n,Name:s,Reason:s,LogStreamName:s,NetworkInterfaces:[NetworkInterface", NULL},
    {"batch/ConsumableResourceProperties", "ConsumableResourceList:[ConsumableResourceRequirement", NULL},
    {"batch/ConsumableResourceRequirement", "ConsumableResource:s,Quantity:n", NULL},
    {"batch/ContainerDetail",
        "Image:s,Vcpus:n,Memory:n,Command:[s,JobRoleArn:s,ExecutionRoleArn:s,Volumes:[Volume,Environment:[KeyValuePair,"
        "MountPoints:[MountPoint,ReadonlyRootFilesystem:b,Ulimits:[Ulimit,Privileged:b,User:s,ExitCode:n,Reason:s,"
        "ContainerInstanceArn:s,TaskArn:s,LogStreamName:s,InstanceType:s,NetworkInterfaces:[NetworkInterface,"
        "ResourceRequirements:[ResourceRequirement,LinuxParameters:LinuxParameters,LogConfiguration:LogConfiguration,"
        "Secrets:[Secret,NetworkConfiguration:NetworkConfiguration,"
        "FargatePlatformConfiguration:FargatePlatformConfiguration,EphemeralStorage:EphemeralStorage,"
        "RuntimePlatform:RuntimePlatform,RepositoryCredentials:RepositoryCredentials,EnableExecuteCommand:b", NULL},
    {"batch/ContainerProperties",
        "Image:s,Vcpus:n,Memory:n,Command:[s,JobRoleArn:s,ExecutionRoleArn:s,Volumes:[Volume,Environment:[KeyValuePair,"
        "MountPoints:[MountPoint,ReadonlyRootFilesystem:b,Privileged:b,Ulimits:[Ulimit,User:s,InstanceType:s,"
        "ResourceRequirements:[ResourceRequirement,LinuxParameters:LinuxParameters,LogConfiguration:LogConfiguration,"
        "Secrets:[Secret,NetworkConfiguration:NetworkConfiguration,"
        "FargatePlatformConfiguration:FargatePlatformConfiguration,EnableExecuteCommand:b,"
        "EphemeralStorage:EphemeralStorage,RuntimePlatform:RuntimePlatform,RepositoryCredentials:RepositoryCredentials", NULL},
    {"batch/Device", "HostPath!:s,ContainerPath:s,Permissions:[=READ|WRITE|MKNOD", NULL},
    {"batch/EFSAuthorizationConfig", "AccessPointId:s,Iam:=ENABLED|DISABLED", NULL},
    {"batch/EFSVolumeConfiguration",
        "FileSystemId!:s,RootDirectory:s,TransitEncryption:=ENABLED|DISABLED,TransitEncryptionPort:n,"
        "AuthorizationConfig:EFSAuthorizationConfig", NULL},
    {"batch/EcsProperties", "TaskProperties!:[EcsTaskProperties", NULL},
    {"batch/EcsPropertiesDetail", "TaskProperties:[EcsTaskDetails", NULL},
    {"batch/EcsTaskDetails",
        "Containers:[TaskContainerDetails,ContainerInstanceArn:s,TaskArn:s,EphemeralStorage:EphemeralStorage,"
        "ExecutionRoleArn:s,PlatformVersion:s,IpcMode:s,TaskRoleArn:s,PidMode:s,"
        "NetworkConfiguration:NetworkConfiguration,RuntimePlatform:RuntimePlatform,Volumes:[Volume,"
        "EnableExecuteCommand:b", NULL},
    {"batch/EcsTaskProperties",
        "Containers!:[TaskContainerProperties,EphemeralStorage:EphemeralStorage,ExecutionRoleArn:s,PlatformVersion:s,"
        "IpcMode:s,TaskRoleArn:s,PidMode:s,NetworkConfiguration:NetworkConfiguration,RuntimePlatform:RuntimePlatform,"
        "Volumes:[Volume,EnableExecuteCommand:b", NULL},
    {"batch/EksAttemptContainerDetail", "Name:s,ContainerID:s,ExitCode:n,Reason:s", NULL},
    {"batch/EksAttemptDetail",
        "Containers:[EksAttemptContainerDetail,InitContainers:[EksAttemptContainerDetail,EksClusterArn:s,PodName:s,"
        "PodNamespace:s,NodeName:s,StartedAt:n,StoppedAt:n,StatusReason:s", NULL},
    {"batch/EksContainer",
        "Name:s,Image!:s,ImagePullPolicy:s,Command:[s,Args:[s,Env:[EksContainerEnvironmentVariable,"
        "Resources:EksContainerResourceRequirements,VolumeMounts:[EksContainerVolumeMount,"
        "SecurityContext:EksContainerSecurityContext", NULL},
    {"batch/EksContainerDetail",
        "Name:s,Image:s,ImagePullPolicy:s,Command:[s,Args:[s,Env:[EksContainerEnvironmentVariable,"
        "Resources:EksContainerResourceRequirements,ExitCode:n,Reason:s,VolumeMounts:[EksContainerVolumeMount,"
        "SecurityContext:EksContainerSecurityContext", NULL},
    {"batch/EksContainerEnvironmentVariable", "Name!:s,Value:s", NULL},
    {"batch/EksContainerResourceRequirements", "Limits:{s<1,Requests:{s<1", NULL},
    {"batch/EksContainerSecurityContext",
        "RunAsUser:n,RunAsGroup:n,Privileged:b,AllowPrivilegeEscalation:b,ReadOnlyRootFilesystem:b,RunAsNonRoot:b", NULL},
    {"batch/EksContainerVolumeMount", "Name:s,MountPath:s,SubPath:s,ReadOnly:b", NULL},
    {"batch/EksEmptyDir", "Medium:s,SizeLimit:s<1", NULL},
    {"batch/EksHostPath", "Path:s", NULL},
    {"batch/EksMetadata", "Labels:{s,Annotations:{s,Namespace:s", NULL},
    {"batch/EksPersistentVolumeClaim", "ClaimName!:s,ReadOnly:b", NULL},
    {"batch/EksPodProperties",
        "ServiceAccountName:s,HostNetwork:b,DnsPolicy:s,ImagePullSecrets:[ImagePullSecret,Containers:[EksContainer,"
        "InitContainers:[EksContainer,Volumes:[EksVolume,Metadata:EksMetadata,ShareProcessNamespace:b", NULL},
    {"batch/EksPodPropertiesDetail",
        "ServiceAccountName:s,HostNetwork:b,DnsPolicy:s,ImagePullSecrets:[ImagePullSecret,"
        "Containers:[EksContainerDetail,InitContainers:[EksContainerDetail,Volumes:[EksVolume,PodName:s,NodeName:s,"
        "Metadata:EksMetadata,ShareProcessNamespace:b", NULL},
    {"batch/EksProperties", "PodProperties:EksPodProperties", NULL},
    {"batch/EksPropertiesDetail", "PodProperties:EksPodPropertiesDetail", NULL},
    {"batch/EksSecret", "SecretName!:s,Optional:b", NULL},
    {"batch/EksVolume",
        "Name!:s,HostPath:EksHostPath,EmptyDir:EksEmptyDir,Secret:EksSecret,"
        "PersistentVolumeClaim:EksPersistentVolumeClaim", NULL},
    {"batch/EphemeralStorage", "SizeInGiB!:n", NULL},
    {"batch/EvaluateOnExit", "OnStatusReason:s,OnReason:s,OnExitCode:s,Action!:=RETRY|EXIT", NULL},
    {"batch/FargatePlatformConfiguration", "PlatformVersion:s", NULL},
    {"batch/FirelensConfiguration", "Type!:=fluentd|fluentbit,Options:{s", NULL},
    {"batch/Host", "SourcePath:s", NULL},
    {"batch/ImagePullSecret", "Name!:s", NULL},
    {"batch/JobDependency", "JobId:s,Type:=N_TO_N|SEQUENTIAL", NULL},
    {"batch/JobTimeout", "AttemptDurationSeconds:n", NULL},
    {"batch/KeyValuePair", "Name:s,Value:s", NULL},
    {"batch/LinuxParameters", "Devices:[Device,InitProcessEnabled:b,SharedMemorySize:n,Tmpfs:[Tmpfs,MaxSwap:n,Swappiness:n", NULL},
    {"batch/LogConfiguration",
        "LogDriver!:=json-file|syslog|journald|gelf|fluentd|awslogs|splunk|awsfirelens,Options:{s,SecretOptions:[Secret", NULL},
    {"batch/MountPoint", "ContainerPath:s,ReadOnly:b,SourceVolume:s", NULL},
    {"batch/NetworkConfiguration", "AssignPublicIp:=ENABLED|DISABLED", NULL},
    {"batch/NetworkInterface", "AttachmentId:s,Ipv6Address:s,PrivateIpv4Address:s", NULL},
    {"batch/NodeDetails", "NodeIndex:n,IsMainNode:b", NULL},
    {"batch/NodeProperties", "NumNodes!:n,MainNode!:n,NodeRangeProperties!:[NodeRangeProperty", NULL},
    {"batch/NodeRangeProperty",
        "TargetNodes!:s,Container:ContainerProperties,InstanceTypes:[s,EcsProperties:EcsProperties,"
        "EksProperties:EksProperties,ConsumableResourceProperties:ConsumableResourceProperties", NULL},
    {"batch/RepositoryCredentials", "CredentialsParameter!:s", NULL},
    {"batch/ResourceRequirement", "Value!:s,Type!:=GPU|VCPU|MEMORY", NULL},
    {"batch/RetryStrategy", "Attempts:n,EvaluateOnExit:[EvaluateOnExit", NULL},
    {"batch/RuntimePlatform", "OperatingSystemFamily:s,CpuArchitecture:s", NULL},
    {"batch/Secret", "Name!:s,ValueFrom!:s", NULL},
    {"batch/TaskContainerDependency", "ContainerName:s,Condition:s", NULL},
    {"batch/TaskContainerDetails",
        "Command:[s,DependsOn:[TaskContainerDependency,Environment:[KeyValuePair,Essential:b,"
        "FirelensConfiguration:FirelensConfiguration,Image:s,LinuxParameters:LinuxParameters,"
        "LogConfiguration:LogConfiguration,MountPoints:[MountPoint,Name:s,Privileged:b,ReadonlyRootFilesystem:b,"
        "RepositoryCredentials:RepositoryCredentials,ResourceRequirements:[ResourceRequirement,Secrets:[Secret,"
        "Ulimits:[Ulimit,User:s,ExitCode:n,Reason:s,LogStreamName:s,NetworkInterfaces:[NetworkInterface", NULL},
    {"batch/TaskContainerProperties",
        "Command:[s,DependsOn:[TaskContainerDependency,Environment:[KeyValuePair,Essential:b,"
        "FirelensConfiguration:FirelensConfiguration,Image!:s,LinuxParameters:LinuxParameters,"
        "LogConfiguration:LogConfiguration,MountPoints:[MountPoint,Name:s,Privileged:b,ReadonlyRootFilesystem:b,"
        "RepositoryCredentials:RepositoryCredentials,ResourceRequirements:[ResourceRequirement,Secrets:[Secret,"
        "Ulimits:[Ulimit,User:s", NULL},
    {"batch/Tmpfs", "ContainerPath!:s,Size!:n,MountOptions:[s", NULL},
    {"batch/Ulimit", "HardLimit!:n,Name!:s,SoftLimit!:n", NULL},
    {"batch/Volume", "Host:Host,Name:s,EfsVolumeConfiguration:EFSVolumeConfiguration", NULL},
    {"batch:submitJob", "JobArn:s,JobName!:s,JobId!:s", NULL},
    {"batch:submitJob.sync",
        "JobArn:s,JobName!:s,JobId!:s,JobQueue!:s,"
        "Status!:=SUBMITTED|PENDING|RUNNABLE|STARTING|RUNNING|SUCCEEDED|FAILED,ShareIdentifier:s,SchedulingPriority:n,"
        "Attempts:[AttemptDetail,StatusReason:s,CreatedAt:n,RetryStrategy:RetryStrategy,StartedAt!:n,StoppedAt:n,"
        "DependsOn:[JobDependency,JobDefinition!:s,Parameters:{s,Container:ContainerDetail,NodeDetails:NodeDetails,"
        "NodeProperties:NodeProperties,ArrayProperties:ArrayPropertiesDetail,Timeout:JobTimeout,Tags:{s,"
        "PropagateTags:b,PlatformCapabilities:[=EC2|FARGATE,EksProperties:EksPropertiesDetail,"
        "EksAttempts:[EksAttemptDetail,EcsProperties:EcsPropertiesDetail,IsCancelled:b,IsTerminated:b,"
        "ConsumableResourceProperties:ConsumableResourceProperties", NULL},
    {"bedrock:createModelCustomizationJob", "JobArn!:s", NULL},
    {"codebuild/AutoRetryConfig", "AutoRetryLimit:n,AutoRetryNumber:n,NextAutoRetry:s,PreviousAutoRetry:s", NULL},
    {"codebuild/BatchRestrictions", "MaximumBuildsAllowed:n,ComputeTypesAllowed:[s<1,FleetsAllowed:[s<1", NULL},
    {"codebuild/Build",
        "Id:s<1,Arn:s<1,BuildNumber:n,StartTime:t,EndTime:t,CurrentPhase:s,"
        "BuildStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,SourceVersion:s<1,ResolvedSourceVersion:s<1,"
        "ProjectName:s<1,Phases:[BuildPhase,Source:ProjectSource,SecondarySources:[ProjectSource,"
        "SecondarySourceVersions:[ProjectSourceVersion,Artifacts:BuildArtifacts,SecondaryArtifacts:[BuildArtifacts,"
        "Cache:ProjectCache,Environment:ProjectEnvironment,ServiceRole:s<1,Logs:LogsLocation,TimeoutInMinutes:n,"
        "QueuedTimeoutInMinutes:n,BuildComplete:b,Initiator:s,VpcConfig:VpcConfig,NetworkInterface:NetworkInterface,"
        "EncryptionKey:s<1,ExportedEnvironmentVariables:[ExportedEnvironmentVariable,ReportArns:[s,"
        "FileSystemLocations:[ProjectFileSystemLocation,DebugSession:DebugSession,BuildBatchArn:s,"
        "AutoRetryConfig:AutoRetryConfig", NULL},
    {"codebuild/BuildArtifacts",
        "Location:s,Sha256sum:s,Md5sum:s,OverrideArtifactName:b,EncryptionDisabled:b,ArtifactIdentifier:s,"
        "BucketOwnerAccess:=NONE|READ_ONLY|FULL", NULL},
    {"codebuild/BuildBatch",
        "Id:s<1,Arn:s<1,StartTime:t,EndTime:t,CurrentPhase:s,"
        "BuildBatchStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,SourceVersion:s<1,"
        "ResolvedSourceVersion:s<1,ProjectName:s<1,Phases:[BuildBatchPhase,Source:ProjectSource,"
        "SecondarySources:[ProjectSource,SecondarySourceVersions:[ProjectSourceVersion,Artifacts:BuildArtifacts,"
        "SecondaryArtifacts:[BuildArtifacts,Cache:ProjectCache,Environment:ProjectEnvironment,ServiceRole:s<1,"
        "LogConfig:LogsConfig,BuildTimeoutInMinutes:n,QueuedTimeoutInMinutes:n,Complete:b,Initiator:s,"
        "VpcConfig:VpcConfig,EncryptionKey:s<1,BuildBatchNumber:n,FileSystemLocations:[ProjectFileSystemLocation,"
        "BuildBatchConfig:ProjectBuildBatchConfig,BuildGroups:[BuildGroup,DebugSessionEnabled:b,ReportArns:[s", NULL},
    {"codebuild/BuildBatchPhase",
        "PhaseType:=SUBMITTED|DOWNLOAD_BATCHSPEC|IN_PROGRESS|COMBINE_ARTIFACTS|SUCCEEDED|FAILED|STOPPED,"
        "PhaseStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,StartTime:t,EndTime:t,DurationInSeconds:n,"
        "Contexts:[PhaseContext", NULL},
    {"codebuild/BuildGroup",
        "Identifier:s,DependsOn:[s<1,IgnoreFailure:b,CurrentBuildSummary:BuildSummary,"
        "PriorBuildSummaryList:[BuildSummary", NULL},
    {"codebuild/BuildNotDeleted", "Id:s<1,StatusCode:s", NULL},
    {"codebuild/BuildPhase",
        "PhaseType:=SUBMITTED|QUEUED|PROVISIONING|DOWNLOAD_SOURCE|INSTALL|PRE_BUILD|BUILD|POST_BUILD|UPLOAD_ARTIFACTS|"
        "FINALIZING|COMPLETED,PhaseStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,StartTime:t,EndTime:t,"
        "DurationInSeconds:n,Contexts:[PhaseContext", NULL},
    {"codebuild/BuildStatusConfig", "Context:s,TargetUrl:s", NULL},
    {"codebuild/BuildSummary",
        "Arn:s,RequestedOn:t,BuildStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,"
        "PrimaryArtifact:ResolvedArtifact,SecondaryArtifacts:[ResolvedArtifact", NULL},
    {"codebuild/CloudWatchLogsConfig", "Status!:=ENABLED|DISABLED,GroupName:s,StreamName:s", NULL},
    {"codebuild/CodeCoverageReportSummary",
        "LineCoveragePercentage:n<0>100,LinesCovered:n<0,LinesMissed:n<0,BranchCoveragePercentage:n<0>100,"
        "BranchesCovered:n<0,BranchesMissed:n<0", NULL},
    {"codebuild/ComputeConfiguration", "VCpu:n,Memory:n,Disk:n,MachineType:=GENERAL|NVME,InstanceType:s<1", NULL},
    {"codebuild/DebugSession", "SessionEnabled:b,SessionTarget:s<1", NULL},
    {"codebuild/DockerServer",
        "ComputeType!:=BUILD_GENERAL1_SMALL|BUILD_GENERAL1_MEDIUM|BUILD_GENERAL1_LARGE|BUILD_GENERAL1_XLARGE|"
        "BUILD_GENERAL1_2XLARGE|BUILD_LAMBDA_1GB|BUILD_LAMBDA_2GB|BUILD_LAMBDA_4GB|BUILD_LAMBDA_8GB|BUILD_LAMBDA_10GB|"
        "ATTRIBUTE_BASED_COMPUTE|CUSTOM_INSTANCE_TYPE,SecurityGroupIds:[s<1,Status:DockerServerStatus", NULL},
    {"codebuild/DockerServerStatus", "Status:s,Message:s", NULL},
    {"codebuild/EnvironmentVariable", "Name!:s<1,Value!:s,Type:=PLAINTEXT|PARAMETER_STORE|SECRETS_MANAGER", NULL},
    {"codebuild/ExportedEnvironmentVariable", "Name:s<1,Value:s", NULL},
    {"codebuild/GitSubmodulesConfig", "FetchSubmodules!:b", NULL},
    {"codebuild/LogsConfig", "CloudWatchLogs:CloudWatchLogsConfig,S3Logs:S3LogsConfig", NULL},
    {"codebuild/LogsLocation",
        "GroupName:s,StreamName:s,DeepLink:s,S3DeepLink:s,CloudWatchLogsArn:s,S3LogsArn:s,"
        "CloudWatchLogs:CloudWatchLogsConfig,S3Logs:S3LogsConfig", NULL},
    {"codebuild/NetworkInterface", "SubnetId:s<1,NetworkInterfaceId:s<1", NULL},
    {"codebuild/PhaseContext", "StatusCode:s,Message:s", NULL},
    {"codebuild/ProjectBuildBatchConfig",
        "ServiceRole:s<1,CombineArtifacts:b,Restrictions:BatchRestrictions,TimeoutInMins:n,"
        "BatchReportMode:=REPORT_INDIVIDUAL_BUILDS|REPORT_AGGREGATED_BATCH", NULL},
    {"codebuild/ProjectCache",
        "Type!:=NO_CACHE|S3|LOCAL,Location:s,Modes:[=LOCAL_DOCKER_LAYER_CACHE|LOCAL_SOURCE_CACHE|LOCAL_CUSTOM_CACHE,"
        "CacheNamespace:s", NULL},
    {"codebuild/ProjectEnvironment",
        "Type!:=WINDOWS_CONTAINER|LINUX_CONTAINER|LINUX_GPU_CONTAINER|ARM_CONTAINER|WINDOWS_SERVER_2019_CONTAINER|"
        "WINDOWS_SERVER_2022_CONTAINER|LINUX_LAMBDA_CONTAINER|ARM_LAMBDA_CONTAINER|LINUX_EC2|ARM_EC2|WINDOWS_EC2|"
        "MAC_ARM,Image!:s<1,"
        "ComputeType!:=BUILD_GENERAL1_SMALL|BUILD_GENERAL1_MEDIUM|BUILD_GENERAL1_LARGE|BUILD_GENERAL1_XLARGE|"
        "BUILD_GENERAL1_2XLARGE|BUILD_LAMBDA_1GB|BUILD_LAMBDA_2GB|BUILD_LAMBDA_4GB|BUILD_LAMBDA_8GB|BUILD_LAMBDA_10GB|"
        "ATTRIBUTE_BASED_COMPUTE|CUSTOM_INSTANCE_TYPE,ComputeConfiguration:ComputeConfiguration,Fleet:ProjectFleet,"
        "EnvironmentVariables:[EnvironmentVariable,PrivilegedMode:b,Certificate:s,"
        "RegistryCredential:RegistryCredential,ImagePullCredentialsType:=CODEBUILD|SERVICE_ROLE,"
        "DockerServer:DockerServer", NULL},
    {"codebuild/ProjectFileSystemLocation", "Type:=EFS,Location:s,MountPoint:s,Identifier:s,MountOptions:s", NULL},
    {"codebuild/ProjectFleet", "FleetArn:s", NULL},
    {"codebuild/ProjectSource",
        "Type!:=CODECOMMIT|CODEPIPELINE|GITHUB|GITLAB|GITLAB_SELF_MANAGED|S3|BITBUCKET|GITHUB_ENTERPRISE|NO_SOURCE,"
        "Location:s,GitCloneDepth:n<0,GitSubmodulesConfig:GitSubmodulesConfig,Buildspec:s,Auth:SourceAuth,"
        "ReportBuildStatus:b,BuildStatusConfig:BuildStatusConfig,InsecureSsl:b,SourceIdentifier:s", NULL},
    {"codebuild/ProjectSourceVersion", "SourceIdentifier!:s,SourceVersion!:s", NULL},
    {"codebuild/RegistryCredential", "Credential!:s<1,CredentialProvider!:=SECRETS_MANAGER", NULL},
    {"codebuild/Report",
        "Arn:s<1,Type:=TEST|CODE_COVERAGE,Name:s,ReportGroupArn:s<1,ExecutionId:s,"
        "Status:=GENERATING|SUCCEEDED|FAILED|INCOMPLETE|DELETING,Created:t,Expired:t,ExportConfig:ReportExportConfig,"
        "Truncated:b,TestSummary:TestReportSummary,CodeCoverageSummary:CodeCoverageReportSummary", NULL},
    {"codebuild/ReportExportConfig", "ExportConfigType:=S3|NO_EXPORT,S3Destination:S3ReportExportConfig", NULL},
    {"codebuild/ResolvedArtifact", "Type:=CODEPIPELINE|S3|NO_ARTIFACTS,Location:s,Identifier:s", NULL},
    {"codebuild/S3LogsConfig",
        "Status!:=ENABLED|DISABLED,Location:s,EncryptionDisabled:b,BucketOwnerAccess:=NONE|READ_ONLY|FULL", NULL},
    {"codebuild/S3ReportExportConfig",
        "Bucket:s<1,BucketOwner:s,Path:s,Packaging:=ZIP|NONE,EncryptionKey:s<1,EncryptionDisabled:b", NULL},
    {"codebuild/SourceAuth", "Type!:=OAUTH|CODECONNECTIONS|SECRETS_MANAGER,Resource:s", NULL},
    {"codebuild/TestReportSummary", "Total!:n,StatusCounts!:{n,DurationInNanoSeconds!:n", NULL},
    {"codebuild/VpcConfig", "VpcId:s<1,Subnets:[s<1,SecurityGroupIds:[s<1", NULL},
    {"codebuild:batchDeleteBuilds", "BuildsDeleted:[s<1,BuildsNotDeleted:[BuildNotDeleted", NULL},
    {"codebuild:batchGetReports", "Reports:[Report,ReportsNotFound:[s<1", NULL},
    {"codebuild:deleteBuildBatch", "StatusCode:s,BuildsDeleted:[s<1,BuildsNotDeleted:[BuildNotDeleted", NULL},
    {"codebuild:retryBuildBatch", "BuildBatch:BuildBatch", NULL},
    {"codebuild:retryBuildBatch.sync", "BuildBatch:BuildBatch", NULL},
    {"codebuild:startBuild", "Build:Build", NULL},
    {"codebuild:startBuild.sync", "Build:Build", NULL},
    {"codebuild:startBuildBatch", "BuildBatch:BuildBatch", NULL},
    {"codebuild:startBuildBatch.sync", "BuildBatch:BuildBatch", NULL},
    {"codebuild:stopBuild", "Build:Build", NULL},
    {"codebuild:stopBuildBatch", "BuildBatch:BuildBatch", NULL},
    {"databrew/AllowedStatistics", "Statistics!:[s<1", NULL},
    {"databrew/ColumnSelector", "Regex:s<1,Name:s<1", NULL},
    {"databrew/ColumnStatisticsConfiguration", "Selectors:[ColumnSelector,Statistics!:StatisticsConfiguration", NULL},
    {"databrew/CsvOutputOptions", "Delimiter:s<1", NULL},
    {"databrew/DataCatalogOutput",
        "CatalogId:s<1,DatabaseName!:s<1,TableName!:s<1,S3Options:S3TableOutputOptions,"
        "DatabaseOptions:DatabaseTableOutputOptions,Overwrite:b", NULL},
    {"databrew/DatabaseOutput",
        "GlueConnectionName!:s<1,DatabaseOptions!:DatabaseTableOutputOptions,DatabaseOutputMode:=NEW_TABLE", NULL},
    {"databrew/DatabaseTableOutputOptions", "TempDirectory:S3Location,TableName!:s<1", NULL},
    {"databrew/EntityDetectorConfiguration", "EntityTypes!:[s<1,AllowedStatistics:[AllowedStatistics", NULL},
    {"databrew/JobSample", "Mode:=FULL_DATASET|CUSTOM_ROWS,Size:n", NULL},
    {"databrew/Output",
        "CompressionFormat:=GZIP|LZ4|SNAPPY|BZIP2|DEFLATE|LZO|BROTLI|ZSTD|ZLIB,"
        "Format:=CSV|JSON|PARQUET|GLUEPARQUET|AVRO|ORC|XML|TABLEAUHYPER,PartitionColumns:[s<1,Location!:S3Location,"
        "Overwrite:b,FormatOptions:OutputFormatOptions,MaxOutputFiles:n<1>999", NULL},
    {"databrew/OutputFormatOptions", "Csv:CsvOutputOptions", NULL},
    {"databrew/ProfileConfiguration",
        "DatasetStatisticsConfiguration:StatisticsConfiguration,ProfileColumns:[ColumnSelector,"
        "ColumnStatisticsConfigurations:[ColumnStatisticsConfiguration,"
        "EntityDetectorConfiguration:EntityDetectorConfiguration", NULL},
    {"databrew/RecipeReference", "Name!:s<1,RecipeVersion:s<1", NULL},
    {"databrew/S3Location", "Bucket!:s<3,Key:s<1,BucketOwner:s<12", NULL},
    {"databrew/S3TableOutputOptions", "Location!:S3Location", NULL},
    {"databrew/StatisticOverride", "Statistic!:s<1,Parameters!:{s<1", NULL},
    {"databrew/StatisticsConfiguration", "IncludedStatistics:[s<1,Overrides:[StatisticOverride", NULL},
    {"databrew/ValidationConfiguration", "RulesetArn!:s<20,ValidationMode:=CHECK_ALL", NULL},
    {"databrew:startJobRun", "RunId!:s<1", NULL},
    {"databrew:startJobRun.sync",
        "Attempt:n,CompletedOn:t,DatasetName:s<1,ErrorMessage:s,ExecutionTime:n,JobName!:s<1,"
        "ProfileConfiguration:ProfileConfiguration,ValidationConfigurations:[ValidationConfiguration,RunId:s<1,"
        "State:=STARTING|RUNNING|STOPPING|STOPPED|SUCCEEDED|FAILED|TIMEOUT,LogSubscription:=ENABLE|DISABLE,"
        "LogGroupName:s<1,Outputs:[Output,DataCatalogOutputs:[DataCatalogOutput,DatabaseOutputs:[DatabaseOutput,"
        "RecipeReference:RecipeReference,StartedBy:s,StartedOn:t,JobSample:JobSample", NULL},
    {"dynamodb/ArchivalSummary", "ArchivalDateTime:t,ArchivalReason:s,ArchivalBackupArn:s<37", NULL},
    {"dynamodb/AttributeDefinition", "AttributeName!:s<1,AttributeType!:=S|N|B", NULL},
    {"dynamodb/AttributeValue", "S:s,N:s,B:s,SS:[s,NS:[s,BS:[s,M:{AttributeValue,L:[AttributeValue,NULL:b,BOOL:b", NULL},
    {"dynamodb/BillingModeSummary", "BillingMode:=PROVISIONED|PAY_PER_REQUEST,LastUpdateToPayPerRequestDateTime:t", NULL},
    {"dynamodb/Capacity", "ReadCapacityUnits:n,WriteCapacityUnits:n,CapacityUnits:n", NULL},
    {"dynamodb/ConsumedCapacity",
        "TableName:s<1,CapacityUnits:n,ReadCapacityUnits:n,WriteCapacityUnits:n,Table:Capacity,"
        "LocalSecondaryIndexes:{Capacity,GlobalSecondaryIndexes:{Capacity", NULL},
    {"dynamodb/DeleteRequest", "Key!:{AttributeValue", NULL},
    {"dynamodb/GlobalSecondaryIndexDescription",
        "IndexName:s<3,KeySchema:[KeySchemaElement,Projection:Projection,"
        "IndexStatus:=CREATING|UPDATING|DELETING|ACTIVE,Backfilling:b,"
        "ProvisionedThroughput:ProvisionedThroughputDescription,IndexSizeBytes:n,ItemCount:n,IndexArn:s,"
        "OnDemandThroughput:OnDemandThroughput,WarmThroughput:GlobalSecondaryIndexWarmThroughputDescription", NULL},
    {"dynamodb/GlobalSecondaryIndexWarmThroughputDescription",
        "ReadUnitsPerSecond:n<1,WriteUnitsPerSecond:n<1,Status:=CREATING|UPDATING|DELETING|ACTIVE", NULL},
    {"dynamodb/GlobalTableWitnessDescription", "RegionName:s,WitnessStatus:=CREATING|DELETING|ACTIVE", NULL},
    {"dynamodb/ItemCollectionMetrics", "ItemCollectionKey:{AttributeValue,SizeEstimateRangeGB:[n", NULL},
    {"dynamodb/ItemResponse", "Item:{AttributeValue", NULL},
    {"dynamodb/KeySchemaElement", "AttributeName!:s<1,KeyType!:=HASH|RANGE", NULL},
    {"dynamodb/KeysAndAttributes",
        "Keys!:[{AttributeValue,AttributesToGet:[s,ConsistentRead:b,ProjectionExpression:s,ExpressionAttributeNames:{s", NULL},
    {"dynamodb/LocalSecondaryIndexDescription",
        "IndexName:s<3,KeySchema:[KeySchemaElement,Projection:Projection,IndexSizeBytes:n,ItemCount:n,IndexArn:s", NULL},
    {"dynamodb/OnDemandThroughput", "MaxReadRequestUnits:n,MaxWriteRequestUnits:n", NULL},
    {"dynamodb/OnDemandThroughputOverride", "MaxReadRequestUnits:n", NULL},
    {"dynamodb/Projection", "ProjectionType:=ALL|KEYS_ONLY|INCLUDE,NonKeyAttributes:[s<1", NULL},
    {"dynamodb/ProvisionedThroughputDescription",
        "LastIncreaseDateTime:t,LastDecreaseDateTime:t,NumberOfDecreasesToday:n<1,ReadCapacityUnits:n<0,"
        "WriteCapacityUnits:n<0", NULL},
    {"dynamodb/ProvisionedThroughputOverride", "ReadCapacityUnits:n<1", NULL},
    {"dynamodb/PutRequest", "Item!:{AttributeValue", NULL},
    {"dynamodb/ReplicaDescription",
        "RegionName:s,"
        "ReplicaStatus:=CREATING|CREATION_FAILED|UPDATING|DELETING|ACTIVE|REGION_DISABLED|"
        "INACCESSIBLE_ENCRYPTION_CREDENTIALS|ARCHIVING|ARCHIVED|REPLICATION_NOT_AUTHORIZED,ReplicaStatusDescription:s,"
        "ReplicaStatusPercentProgress:s,KMSMasterKeyId:s,ProvisionedThroughputOverride:ProvisionedThroughputOverride,"
        "OnDemandThroughputOverride:OnDemandThroughputOverride,WarmThroughput:TableWarmThroughputDescription,"
        "GlobalSecondaryIndexes:[ReplicaGlobalSecondaryIndexDescription,ReplicaInaccessibleDateTime:t,"
        "ReplicaTableClassSummary:TableClassSummary", NULL},
    {"dynamodb/ReplicaGlobalSecondaryIndexDescription",
        "IndexName:s<3,ProvisionedThroughputOverride:ProvisionedThroughputOverride,"
        "OnDemandThroughputOverride:OnDemandThroughputOverride,"
        "WarmThroughput:GlobalSecondaryIndexWarmThroughputDescription", NULL},
    {"dynamodb/RestoreSummary", "SourceBackupArn:s<37,SourceTableArn:s<1,RestoreDateTime!:t,RestoreInProgress!:b", NULL},
    {"dynamodb/SSEDescription",
        "Status:=ENABLING|ENABLED|DISABLING|DISABLED|UPDATING,SSEType:=AES256|KMS,KMSMasterKeyArn:s,"
        "InaccessibleEncryptionDateTime:t", NULL},
    {"dynamodb/StreamSpecification", "StreamEnabled!:b,StreamViewType:=NEW_IMAGE|OLD_IMAGE|NEW_AND_OLD_IMAGES|KEYS_ONLY", NULL},
    {"dynamodb/TableClassSummary", "TableClass:=STANDARD|STANDARD_INFREQUENT_ACCESS,LastUpdateDateTime:t", NULL},
    {"dynamodb/TableDescription",
        "AttributeDefinitions:[AttributeDefinition,TableName:s<3,KeySchema:[KeySchemaElement,"
        "TableStatus:=CREATING|UPDATING|DELETING|ACTIVE|INACCESSIBLE_ENCRYPTION_CREDENTIALS|ARCHIVING|ARCHIVED|"
        "REPLICATION_NOT_AUTHORIZED,CreationDateTime:t,ProvisionedThroughput:ProvisionedThroughputDescription,"
        "TableSizeBytes:n,ItemCount:n,TableArn:s,TableId:s,BillingModeSummary:BillingModeSummary,"
        "LocalSecondaryIndexes:[LocalSecondaryIndexDescription,GlobalSecondaryIndexes:[GlobalSecondaryIndexDescription,"
        "StreamSpecification:StreamSpecification,LatestStreamLabel:s,LatestStreamArn:s<37,GlobalTableVersion:s,"
        "Replicas:[ReplicaDescription,GlobalTableWitnesses:[GlobalTableWitnessDescription,"
        "RestoreSummary:RestoreSummary,SSEDescription:SSEDescription,ArchivalSummary:ArchivalSummary,"
        "TableClassSummary:TableClassSummary,DeletionProtectionEnabled:b,OnDemandThroughput:OnDemandThroughput,"
        "WarmThroughput:TableWarmThroughputDescription,MultiRegionConsistency:=EVENTUAL|STRONG", NULL},
    {"dynamodb/TableWarmThroughputDescription",
        "ReadUnitsPerSecond:n<1,WriteUnitsPerSecond:n<1,"
        "Status:=CREATING|UPDATING|DELETING|ACTIVE|INACCESSIBLE_ENCRYPTION_CREDENTIALS|ARCHIVING|ARCHIVED|"
        "REPLICATION_NOT_AUTHORIZED", NULL},
    {"dynamodb/WriteRequest", "PutRequest:PutRequest,DeleteRequest:DeleteRequest", NULL},
    {"dynamodb:batchGetItem",
        "Responses:{[{AttributeValue,UnprocessedKeys:{KeysAndAttributes,ConsumedCapacity:[ConsumedCapacity", NULL},
    {"dynamodb:batchWriteItem",
        "UnprocessedItems:{[WriteRequest,ItemCollectionMetrics:{[ItemCollectionMetrics,"
        "ConsumedCapacity:[ConsumedCapacity", NULL},
    {"dynamodb:deleteItem",
        "Attributes:{AttributeValue,ConsumedCapacity:ConsumedCapacity,ItemCollectionMetrics:ItemCollectionMetrics", NULL},
    {"dynamodb:describeTable", "Table:TableDescription", NULL},
    {"dynamodb:executeStatement",
        "Items:[{AttributeValue,NextToken:s<1,ConsumedCapacity:ConsumedCapacity,LastEvaluatedKey:{AttributeValue", NULL},
    {"dynamodb:getItem", "Item:{AttributeValue,ConsumedCapacity:ConsumedCapacity", NULL},
    {"dynamodb:listTables", "TableNames:[s<3,LastEvaluatedTableName:s<3", NULL},
    {"dynamodb:putItem",
        "Attributes:{AttributeValue,ConsumedCapacity:ConsumedCapacity,ItemCollectionMetrics:ItemCollectionMetrics", NULL},
    {"dynamodb:query",
        "Items:[{AttributeValue,Count:n,ScannedCount:n,LastEvaluatedKey:{AttributeValue,"
        "ConsumedCapacity:ConsumedCapacity", NULL},
    {"dynamodb:scan",
        "Items:[{AttributeValue,Count:n,ScannedCount:n,LastEvaluatedKey:{AttributeValue,"
        "ConsumedCapacity:ConsumedCapacity", NULL},
    {"dynamodb:transactGetItems", "ConsumedCapacity:[ConsumedCapacity,Responses:[ItemResponse", NULL},
    {"dynamodb:transactWriteItems", "ConsumedCapacity:[ConsumedCapacity,ItemCollectionMetrics:{[ItemCollectionMetrics", NULL},
    {"dynamodb:updateItem",
        "Attributes:{AttributeValue,ConsumedCapacity:ConsumedCapacity,ItemCollectionMetrics:ItemCollectionMetrics", NULL},
    {"ecs/Attachment", "Id:s,Type:s,Status:s,Details:[KeyValuePair", NULL},
    {"ecs/Attribute", "Name!:s,Value:s,TargetType:=container-instance,TargetId:s", NULL},
    {"ecs/Container",
        "ContainerArn:s,TaskArn:s,Name:s,Image:s,ImageDigest:s,RuntimeId:s,LastStatus:s,ExitCode:n,Reason:s,"
        "NetworkBindings:[NetworkBinding,NetworkInterfaces:[NetworkInterface,HealthStatus:=HEALTHY|UNHEALTHY|UNKNOWN,"
        "ManagedAgents:[ManagedAgent,Cpu:s,Memory:s,MemoryReservation:s,GpuIds:[s", NULL},
    {"ecs/ContainerOverride",
        "Name:s,Command:[s,Environment:[KeyValuePair,EnvironmentFiles:[EnvironmentFile,Cpu:n,Memory:n,"
        "MemoryReservation:n,ResourceRequirements:[ResourceRequirement", NULL},
    {"ecs/EnvironmentFile", "Value!:s,Type!:=s3", NULL},
    {"ecs/EphemeralStorage", "SizeInGiB!:n", NULL},
    {"ecs/Failure", "Arn:s,Reason:s,Detail:s", NULL},
    {"ecs/InferenceAccelerator", "DeviceName!:s,DeviceType!:s", NULL},
    {"ecs/InferenceAcceleratorOverride", "DeviceName:s,DeviceType:s", NULL},
    {"ecs/KeyValuePair", "Name:s,Value:s", NULL},
    {"ecs/ManagedAgent", "LastStartedAt:t,Name:=ExecuteCommandAgent,Reason:s,LastStatus:s", NULL},
    {"ecs/NetworkBinding", "BindIP:s,ContainerPort:n,HostPort:n,Protocol:=tcp|udp,ContainerPortRange:s,HostPortRange:s", NULL},
    {"ecs/NetworkInterface", "AttachmentId:s,PrivateIpv4Address:s,Ipv6Address:s", NULL},
    {"ecs/ResourceRequirement", "Value!:s,Type!:=GPU|InferenceAccelerator", NULL},
    {"ecs/Tag", "Key:s<1,Value:s", NULL},
    {"ecs/Task",
        "Attachments:[Attachment,Attributes:[Attribute,AvailabilityZone:s,CapacityProviderName:s,ClusterArn:s,"
        "Connectivity:=CONNECTED|DISCONNECTED,ConnectivityAt:t,ContainerInstanceArn:s,Containers:[Container,Cpu:s,"
        "CreatedAt:t,DesiredStatus:s,EnableExecuteCommand:b,ExecutionStoppedAt:t,Group:s,"
        "HealthStatus:=HEALTHY|UNHEALTHY|UNKNOWN,InferenceAccelerators:[InferenceAccelerator,LastStatus:s,"
        "LaunchType:=EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES,Memory:s,Overrides:TaskOverride,PlatformVersion:s,"
        "PlatformFamily:s,PullStartedAt:t,PullStoppedAt:t,StartedAt:t,StartedBy:s,"
        "StopCode:=TaskFailedToStart|EssentialContainerExited|UserInitiated|ServiceSchedulerInitiated|SpotInterruption|"
        "TerminationNotice,StoppedAt:t,StoppedReason:s,StoppingAt:t,Tags:[Tag,TaskArn:s,TaskDefinitionArn:s,Version:n,"
        "EphemeralStorage:EphemeralStorage,FargateEphemeralStorage:TaskEphemeralStorage", NULL},
    {"ecs/TaskEphemeralStorage", "SizeInGiB:n,KmsKeyId:s", NULL},
    {"ecs/TaskOverride",
        "ContainerOverrides:[ContainerOverride,Cpu:s,InferenceAcceleratorOverrides:[InferenceAcceleratorOverride,"
        "ExecutionRoleArn:s,Memory:s,TaskRoleArn:s,EphemeralStorage:EphemeralStorage", NULL},
    {"ecs:describeTasks", "Tasks:[Task,Failures:[Failure", NULL},
    {"ecs:runTask", "Tasks:[Task,Failures:[Failure", NULL},
    {"ecs:runTask.sync",
        "Attachments:[Attachment,Attributes:[Attribute,AvailabilityZone:s,CapacityProviderName:s,ClusterArn:s,"
        "Connectivity:=CONNECTED|DISCONNECTED,ConnectivityAt:t,ContainerInstanceArn:s,Containers:[Container,Cpu:s,"
        "CreatedAt:t,DesiredStatus:s,EnableExecuteCommand:b,ExecutionStoppedAt:t,Group:s,"
        "HealthStatus:=HEALTHY|UNHEALTHY|UNKNOWN,InferenceAccelerators:[InferenceAccelerator,LastStatus:s,"
        "LaunchType:=EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES,Memory:s,Overrides:TaskOverride,PlatformVersion:s,"
        "PlatformFamily:s,PullStartedAt:t,PullStoppedAt:t,StartedAt:t,StartedBy:s,"
        "StopCode:=TaskFailedToStart|EssentialContainerExited|UserInitiated|ServiceSchedulerInitiated|SpotInterruption|"
        "TerminationNotice,StoppedAt:t,StoppedReason:s,StoppingAt:t,Tags:[Tag,TaskArn:s,TaskDefinitionArn:s,Version:n,"
        "EphemeralStorage:EphemeralStorage,FargateEphemeralStorage:TaskEphemeralStorage", NULL},
    {"ecs:stopTask", "Task:Task", NULL},
    {"eks/AccessConfigResponse",
        "BootstrapClusterCreatorAdminPermissions:b,AuthenticationMode:=API|API_AND_CONFIG_MAP|CONFIG_MAP", NULL},
    {"eks/AutoScalingGroup", "Name:s", NULL},
    {"eks/BlockStorage", "Enabled:b", NULL},
    {"eks/Certificate", "Data:s", NULL},
    {"eks/Cluster",
        "Name:s,Arn:s,CreatedAt:t,Version:s,Endpoint:s,RoleArn:s,ResourcesVpcConfig:VpcConfigResponse,"
        "KubernetesNetworkConfig:KubernetesNetworkConfigResponse,Logging:Logging,Identity:Identity,"
        "Status:=CREATING|ACTIVE|DELETING|FAILED|UPDATING|PENDING,CertificateAuthority:Certificate,"
        "ClientRequestToken:s,PlatformVersion:s,Tags:{s,EncryptionConfig:[EncryptionConfig,"
        "ConnectorConfig:ConnectorConfigResponse,Id:s,Health:ClusterHealth,OutpostConfig:OutpostConfigResponse,"
        "AccessConfig:AccessConfigResponse,UpgradePolicy:UpgradePolicyResponse,"
        "ZonalShiftConfig:ZonalShiftConfigResponse,RemoteNetworkConfig:RemoteNetworkConfigResponse,"
        "ComputeConfig:ComputeConfigResponse,StorageConfig:StorageConfigResponse,DeletionProtection:b", NULL},
    {"eks/ClusterHealth", "Issues:[ClusterIssue", NULL},
    {"eks/ClusterIssue",
        "Code:=AccessDenied|ClusterUnreachable|ConfigurationConflict|InternalFailure|ResourceLimitExceeded|"
        "ResourceNotFound|IamRoleNotFound|VpcNotFound|InsufficientFreeAddresses|Ec2ServiceNotSubscribed|"
        "Ec2SubnetNotFound|Ec2SecurityGroupNotFound|KmsGrantRevoked|KmsKeyNotFound|KmsKeyMarkedForDeletion|"
        "KmsKeyDisabled|StsRegionalEndpointDisabled|UnsupportedVersion|Other,Message:s,ResourceIds:[s", NULL},
    {"eks/ComputeConfigResponse", "Enabled:b,NodePools:[s,NodeRoleArn:s", NULL},
    {"eks/ConnectorConfigResponse", "ActivationId:s,ActivationCode:s,ActivationExpiry:t,Provider:s,RoleArn:s", NULL},
    {"eks/ControlPlanePlacementResponse", "GroupName:s", NULL},
    {"eks/ElasticLoadBalancing", "Enabled:b", NULL},
    {"eks/EncryptionConfig", "Resources:[s,Provider:Provider", NULL},
    {"eks/FargateProfile",
        "FargateProfileName:s,FargateProfileArn:s,ClusterName:s,CreatedAt:t,PodExecutionRoleArn:s,Subnets:[s,"
        "Selectors:[FargateProfileSelector,Status:=CREATING|ACTIVE|DELETING|CREATE_FAILED|DELETE_FAILED,Tags:{s,"
        "Health:FargateProfileHealth", NULL},
    {"eks/FargateProfileHealth", "Issues:[FargateProfileIssue", NULL},
    {"eks/FargateProfileIssue",
        "Code:=PodExecutionRoleAlreadyInUse|AccessDenied|ClusterUnreachable|InternalFailure,Message:s,ResourceIds:[s", NULL},
    {"eks/FargateProfileSelector", "Namespace:s,Labels:{s", NULL},
    {"eks/Identity", "Oidc:OIDC", NULL},
    {"eks/Issue",
        "Code:=AutoScalingGroupNotFound|AutoScalingGroupInvalidConfiguration|Ec2SecurityGroupNotFound|"
        "Ec2SecurityGroupDeletionFailure|Ec2LaunchTemplateNotFound|Ec2LaunchTemplateVersionMismatch|Ec2SubnetNotFound|"
        "Ec2SubnetInvalidConfiguration|IamInstanceProfileNotFound|Ec2SubnetMissingIpv6Assignment|IamLimitExceeded|"
        "IamNodeRoleNotFound|NodeCreationFailure|AsgInstanceLaunchFailures|InstanceLimitExceeded|"
        "InsufficientFreeAddresses|AccessDenied|InternalFailure|ClusterUnreachable|AmiIdNotFound|"
        "AutoScalingGroupOptInRequired|AutoScalingGroupRateLimitExceeded|Ec2LaunchTemplateDeletionFailure|"
        "Ec2LaunchTemplateInvalidConfiguration|Ec2LaunchTemplateMaxLimitExceeded|Ec2SubnetListTooLong|IamThrottling|"
        "NodeTerminationFailure|PodEvictionFailure|SourceEc2LaunchTemplateNotFound|LimitExceeded|Unknown|"
        "AutoScalingGroupInstanceRefreshActive|KubernetesLabelInvalid|Ec2LaunchTemplateVersionMaxLimitExceeded|"
        "Ec2InstanceTypeDoesNotExist,Message:s,ResourceIds:[s", NULL},
    {"eks/KubernetesNetworkConfigResponse",
        "ServiceIpv4Cidr:s,ServiceIpv6Cidr:s,IpFamily:=ipv4|ipv6,ElasticLoadBalancing:ElasticLoadBalancing", NULL},
    {"eks/LaunchTemplateSpecification", "Name:s,Version:s,Id:s", NULL},
    {"eks/LogSetup", "Types:[=api|audit|authenticator|controllerManager|scheduler,Enabled:b", NULL},
    {"eks/Logging", "ClusterLogging:[LogSetup", NULL},
    {"eks/NodeRepairConfig",
        "Enabled:b,MaxUnhealthyNodeThresholdCount:n<1,MaxUnhealthyNodeThresholdPercentage:n<1>100,"
        "MaxParallelNodesRepairedCount:n<1,MaxParallelNodesRepairedPercentage:n<1>100,"
        "NodeRepairConfigOverrides:[NodeRepairConfigOverrides", NULL},
    {"eks/NodeRepairConfigOverrides",
        "NodeMonitoringCondition:s,NodeUnhealthyReason:s,MinRepairWaitTimeMins:n<1,"
        "RepairAction:=Replace|Reboot|NoAction", NULL},
    {"eks/Nodegroup",
        "NodegroupName:s,NodegroupArn:s,ClusterName:s,Version:s,ReleaseVersion:s,CreatedAt:t,ModifiedAt:t,"
        "Status:=CREATING|ACTIVE|UPDATING|DELETING|CREATE_FAILED|DELETE_FAILED|DEGRADED,"
        "CapacityType:=ON_DEMAND|SPOT|CAPACITY_BLOCK,ScalingConfig:NodegroupScalingConfig,InstanceTypes:[s,Subnets:[s,"
        "RemoteAccess:RemoteAccessConfig,"
        "AmiType:=AL2_x86_64|AL2_x86_64_GPU|AL2_ARM_64|CUSTOM|BOTTLEROCKET_ARM_64|BOTTLEROCKET_x86_64|"
        "BOTTLEROCKET_ARM_64_FIPS|BOTTLEROCKET_x86_64_FIPS|BOTTLEROCKET_ARM_64_NVIDIA|BOTTLEROCKET_x86_64_NVIDIA|"
        "WINDOWS_CORE_2019_x86_64|WINDOWS_FULL_2019_x86_64|WINDOWS_CORE_2022_x86_64|WINDOWS_FULL_2022_x86_64|"
        "AL2023_x86_64_STANDARD|AL2023_ARM_64_STANDARD|AL2023_x86_64_NEURON|AL2023_x86_64_NVIDIA|AL2023_ARM_64_NVIDIA,"
        "NodeRole:s,Labels:{s<1,Taints:[Taint,Resources:NodegroupResources,DiskSize:n,Health:NodegroupHealth,"
        "UpdateConfig:NodegroupUpdateConfig,NodeRepairConfig:NodeRepairConfig,"
        "LaunchTemplate:LaunchTemplateSpecification,Tags:{s", NULL},
    {"eks/NodegroupHealth", "Issues:[Issue", NULL},
    {"eks/NodegroupResources", "AutoScalingGroups:[AutoScalingGroup,RemoteAccessSecurityGroup:s", NULL},
    {"eks/NodegroupScalingConfig", "MinSize:n<0,MaxSize:n<1,DesiredSize:n<0", NULL},
    {"eks/NodegroupUpdateConfig", "MaxUnavailable:n<1,MaxUnavailablePercentage:n<1>100,UpdateStrategy:=DEFAULT|MINIMAL", NULL},
    {"eks/OIDC", "Issuer:s", NULL},
    {"eks/OutpostConfigResponse",
        "OutpostArns!:[s,ControlPlaneInstanceType!:s,ControlPlanePlacement:ControlPlanePlacementResponse", NULL},
    {"eks/Provider", "KeyArn:s", NULL},
    {"eks/RemoteAccessConfig", "Ec2SshKey:s,SourceSecurityGroups:[s", NULL},
    {"eks/RemoteNetworkConfigResponse", "RemoteNodeNetworks:[RemoteNodeNetwork,RemotePodNetworks:[RemotePodNetwork", NULL},
    {"eks/RemoteNodeNetwork", "Cidrs:[s", NULL},
    {"eks/RemotePodNetwork", "Cidrs:[s", NULL},
    {"eks/StorageConfigResponse", "BlockStorage:BlockStorage", NULL},
    {"eks/Taint", "Key:s<1,Value:s,Effect:=NO_SCHEDULE|NO_EXECUTE|PREFER_NO_SCHEDULE", NULL},
    {"eks/UpgradePolicyResponse", "SupportType:=STANDARD|EXTENDED", NULL},
    {"eks/VpcConfigResponse",
        "SubnetIds:[s,SecurityGroupIds:[s,ClusterSecurityGroupId:s,VpcId:s,EndpointPublicAccess:b,"
        "EndpointPrivateAccess:b,PublicAccessCidrs:[s", NULL},
    {"eks/ZonalShiftConfigResponse", "Enabled:b", NULL},
    {"eks:createCluster", "Cluster:Cluster", NULL},
    {"eks:createFargateProfile", "FargateProfile:FargateProfile", NULL},
    {"eks:createNodegroup", "Nodegroup:Nodegroup", NULL},
    {"eks:deleteCluster", "Cluster:Cluster", NULL},
    {"eks:deleteFargateProfile", "FargateProfile:FargateProfile", NULL},
    {"eks:deleteNodegroup", "Nodegroup:Nodegroup", NULL},
    {"emr-containers/CloudWatchMonitoringConfiguration", "LogGroupName!:s<1,LogStreamNamePrefix:s<1", NULL},
    {"emr-containers/Configuration", "Classification!:s<1,Properties:{s<1,Configurations:[Configuration", NULL},
    {"emr-containers/ConfigurationOverrides",
        "ApplicationConfiguration:[Configuration,MonitoringConfiguration:MonitoringConfiguration", NULL},
    {"emr-containers/ContainerLogRotationConfiguration", "RotationSize!:s<3,MaxFilesToKeep!:n<1>50", NULL},
    {"emr-containers/JobDriver", "SparkSubmitJobDriver:SparkSubmitJobDriver,SparkSqlJobDriver:SparkSqlJobDriver", NULL},
    {"emr-containers/JobRun",
        "Id:s<1,Name:s<1,VirtualClusterId:s<1,Arn:s<60,"
        "State:=PENDING|SUBMITTED|RUNNING|FAILED|CANCELLED|CANCEL_PENDING|COMPLETED,ClientToken:s<1,"
        "ExecutionRoleArn:s<20,ReleaseLabel:s<1,ConfigurationOverrides:ConfigurationOverrides,JobDriver:JobDriver,"
        "CreatedAt:t,CreatedBy:s<20,FinishedAt:t,StateDetails:s<1,"
        "FailureReason:=INTERNAL_ERROR|USER_ERROR|VALIDATION_ERROR|CLUSTER_UNAVAILABLE,Tags:{s,"
        "RetryPolicyConfiguration:RetryPolicyConfiguration,RetryPolicyExecution:RetryPolicyExecution", NULL},
    {"emr-containers/ManagedLogs", "AllowAWSToRetainLogs:=ENABLED|DISABLED,EncryptionKeyArn:s<3", NULL},
    {"emr-containers/MonitoringConfiguration",
        "ManagedLogs:ManagedLogs,PersistentAppUI:=ENABLED|DISABLED,"
        "CloudWatchMonitoringConfiguration:CloudWatchMonitoringConfiguration,"
        "S3MonitoringConfiguration:S3MonitoringConfiguration,"
        "ContainerLogRotationConfiguration:ContainerLogRotationConfiguration", NULL},
    {"emr-containers/RetryPolicyConfiguration", "MaxAttempts!:n", NULL},
    {"emr-containers/RetryPolicyExecution", "CurrentAttemptCount!:n", NULL},
    {"emr-containers/S3MonitoringConfiguration", "LogUri!:s<1", NULL},
    {"emr-containers/SparkSqlJobDriver", "EntryPoint:s<1,SparkSqlParameters:s<1", NULL},
    {"emr-containers/SparkSubmitJobDriver", "EntryPoint!:s<1,EntryPointArguments:[s<1,SparkSubmitParameters:s<1", NULL},
    {"emr-containers:createVirtualCluster", "Id:s<1,Name:s<1,Arn:s<60", NULL},
    {"emr-containers:deleteVirtualCluster", "Id:s<1", NULL},
    {"emr-containers:startJobRun", "Id:s<1,Name:s<1,Arn:s<60,VirtualClusterId:s<1", NULL},
    {"emr-containers:startJobRun.sync", "JobRun:JobRun", NULL},
    {"emr-serverless/CloudWatchLoggingConfiguration",
        "Enabled!:b,LogGroupName:s<1,LogStreamNamePrefix:s<1,EncryptionKeyArn:s<20,LogTypes:{[s<1", NULL},
    {"emr-serverless/Configuration", "Classification!:s<1,Properties:{s,Configurations:[Configuration", NULL},
    {"emr-serverless/ConfigurationOverrides",
        "ApplicationConfiguration:[Configuration,MonitoringConfiguration:MonitoringConfiguration", NULL},
    {"emr-serverless/Hive", "Query!:s<1,InitQueryFile:s<1,Parameters:s<1", NULL},
    {"emr-serverless/JobDriver", "SparkSubmit:SparkSubmit,Hive:Hive", NULL},
    {"emr-serverless/JobRun",
        "ApplicationId!:s<1,JobRunId!:s<1,Name:s<1,Arn!:s<60,CreatedBy!:s<20,CreatedAt!:t,UpdatedAt!:t,"
        "ExecutionRole!:s<20,ExecutionIamPolicy:JobRunExecutionIamPolicy,"
        "State!:=SUBMITTED|PENDING|SCHEDULED|RUNNING|SUCCESS|FAILED|CANCELLING|CANCELLED|QUEUED,StateDetails!:s<1,"
        "ReleaseLabel!:s<1,ConfigurationOverrides:ConfigurationOverrides,JobDriver!:JobDriver,Tags:{s,"
        "TotalResourceUtilization:TotalResourceUtilization,NetworkConfiguration:NetworkConfiguration,"
        "TotalExecutionDurationSeconds:n,ExecutionTimeoutMinutes:n<0>1000000,"
        "BilledResourceUtilization:ResourceUtilization,Mode:=BATCH|STREAMING,RetryPolicy:RetryPolicy,Attempt:n<1,"
        "AttemptCreatedAt:t,AttemptUpdatedAt:t,StartedAt:t,EndedAt:t,QueuedDurationMilliseconds:n", NULL},
    {"emr-serverless/JobRunExecutionIamPolicy", "Policy:s<1,PolicyArns:[s<20", NULL},
    {"emr-serverless/ManagedPersistenceMonitoringConfiguration", "Enabled:b,EncryptionKeyArn:s<20", NULL},
    {"emr-serverless/MonitoringConfiguration",
        "S3MonitoringConfiguration:S3MonitoringConfiguration,"
        "ManagedPersistenceMonitoringConfiguration:ManagedPersistenceMonitoringConfiguration,"
        "CloudWatchLoggingConfiguration:CloudWatchLoggingConfiguration,"
        "PrometheusMonitoringConfiguration:PrometheusMonitoringConfiguration", NULL},
    {"emr-serverless/NetworkConfiguration", "SubnetIds:[s<1,SecurityGroupIds:[s<1", NULL},
    {"emr-serverless/PrometheusMonitoringConfiguration", "RemoteWriteUrl:s<1", NULL},
    {"emr-serverless/ResourceUtilization", "VCPUHour:n,MemoryGBHour:n,StorageGBHour:n", NULL},
    {"emr-serverless/RetryPolicy", "MaxAttempts:n<1,MaxFailedAttemptsPerHour:n<1", NULL},
    {"emr-serverless/S3MonitoringConfiguration", "LogUri:s<1,EncryptionKeyArn:s<20", NULL},
    {"emr-serverless/SparkSubmit", "EntryPoint!:s<1,EntryPointArguments:[s<1,SparkSubmitParameters:s<1", NULL},
    {"emr-serverless/TotalResourceUtilization", "VCPUHour:n,MemoryGBHour:n,StorageGBHour:n", NULL},
    {"emr-serverless:cancelJobRun", "ApplicationId!:s<1,JobRunId!:s<1", NULL},
    {"emr-serverless:createApplication", "ApplicationId!:s<1,Name:s<1,Arn!:s<60", NULL},
    {"emr-serverless:startJobRun", "ApplicationId!:s<1,JobRunId!:s<1,Arn!:s<60", NULL},
    {"emr-serverless:startJobRun.sync", "JobRun!:JobRun", NULL},
    {"eventbridge/PutEventsResultEntry", "EventId:s,ErrorCode:s,ErrorMessage:s", NULL},
    {"eventbridge:putEvents", "FailedEntryCount:n,Entries:[PutEventsResultEntry", NULL},
    {"glue/JobRun",
        "Id:s<1,Attempt:n,PreviousRunId:s<1,TriggerName:s<1,JobName:s<1,JobMode:=SCRIPT|VISUAL|NOTEBOOK,"
        "JobRunQueuingEnabled:b,StartedOn:t,LastModifiedOn:t,CompletedOn:t,"
        "JobRunState:=STARTING|RUNNING|STOPPING|STOPPED|SUCCEEDED|FAILED|TIMEOUT|ERROR|WAITING|EXPIRED,Arguments:{s,"
        "ErrorMessage:s,PredecessorRuns:[Predecessor,AllocatedCapacity:n,ExecutionTime:n,Timeout:n<1,MaxCapacity:n,"
        "WorkerType:=Standard|G.1X|G.2X|G.025X|G.4X|G.8X|Z.2X,NumberOfWorkers:n,SecurityConfiguration:s<1,"
        "LogGroupName:s,NotificationProperty:NotificationProperty,GlueVersion:s<1,DPUSeconds:n,"
        "ExecutionClass:=FLEX|STANDARD,MaintenanceWindow:s,ProfileName:s<1,StateDetail:s,ExecutionRoleSessionPolicy:s<2", NULL},
    {"glue/NotificationProperty", "NotifyDelayAfter:n<1", NULL},
    {"glue/Predecessor", "JobName:s<1,RunId:s<1", NULL},
    {"glue:getJobRun", "JobRun:JobRun", NULL},
    {"glue:startJobRun", "JobRunId:s<1", NULL},
    {"glue:startJobRun.sync",
        "Id:s<1,Attempt:n,PreviousRunId:s<1,TriggerName:s<1,JobName:s<1,JobMode:=SCRIPT|VISUAL|NOTEBOOK,"
        "JobRunQueuingEnabled:b,StartedOn:t,LastModifiedOn:t,CompletedOn:t,"
        "JobRunState:=STARTING|RUNNING|STOPPING|STOPPED|SUCCEEDED|FAILED|TIMEOUT|ERROR|WAITING|EXPIRED,Arguments:{s,"
        "ErrorMessage:s,PredecessorRuns:[Predecessor,AllocatedCapacity:n,ExecutionTime:n,Timeout:n<1,MaxCapacity:n,"
        "WorkerType:=Standard|G.1X|G.2X|G.025X|G.4X|G.8X|Z.2X,NumberOfWorkers:n,SecurityConfiguration:s<1,"
        "LogGroupName:s,NotificationProperty:NotificationProperty,GlueVersion:s<1,DPUSeconds:n,"
        "ExecutionClass:=FLEX|STANDARD,MaintenanceWindow:s,ProfileName:s<1,StateDetail:s,ExecutionRoleSessionPolicy:s<2", NULL},
    {"kms/KeyMetadata",
        "AWSAccountId:s,KeyId!:s<1,Arn:s<20,CreationDate:t,Enabled:b,Description:s,"
        "KeyUsage:=SIGN_VERIFY|ENCRYPT_DECRYPT|GENERATE_VERIFY_MAC|KEY_AGREEMENT,"
        "KeyState:=Creating|Enabled|Disabled|PendingDeletion|PendingImport|PendingReplicaDeletion|Unavailable|Updating,"
        "DeletionDate:t,ValidTo:t,Origin:=AWS_KMS|EXTERNAL|AWS_CLOUDHSM|EXTERNAL_KEY_STORE,CustomKeyStoreId:s<1,"
        "CloudHsmClusterId:s<19,ExpirationModel:=KEY_MATERIAL_EXPIRES|KEY_MATERIAL_DOES_NOT_EXPIRE,"
        "KeyManager:=AWS|CUSTOMER,"
        "CustomerMasterKeySpec:=RSA_2048|RSA_3072|RSA_4096|ECC_NIST_P256|ECC_NIST_P384|ECC_NIST_P521|ECC_SECG_P256K1|"
        "SYMMETRIC_DEFAULT|HMAC_224|HMAC_256|HMAC_384|HMAC_512|SM2,"
        "KeySpec:=RSA_2048|RSA_3072|RSA_4096|ECC_NIST_P256|ECC_NIST_P384|ECC_NIST_P521|ECC_SECG_P256K1|"
        "SYMMETRIC_DEFAULT|HMAC_224|HMAC_256|HMAC_384|HMAC_512|SM2|ML_DSA_44|ML_DSA_65|ML_DSA_87|ECC_NIST_EDWARDS25519,"
        "EncryptionAlgorithms:[=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE,"
        "SigningAlgorithms:[=RSASSA_PSS_SHA_256|RSASSA_PSS_SHA_384|RSASSA_PSS_SHA_512|RSASSA_PKCS1_V1_5_SHA_256|"
        "RSASSA_PKCS1_V1_5_SHA_384|RSASSA_PKCS1_V1_5_SHA_512|ECDSA_SHA_256|ECDSA_SHA_384|ECDSA_SHA_512|SM2DSA|"
        "ML_DSA_SHAKE_256|ED25519_SHA_512|ED25519_PH_SHA_512,KeyAgreementAlgorithms:[=ECDH,MultiRegion:b,"
        "MultiRegionConfiguration:MultiRegionConfiguration,PendingDeletionWindowInDays:n<1>365,"
        "MacAlgorithms:[=HMAC_SHA_224|HMAC_SHA_256|HMAC_SHA_384|HMAC_SHA_512,"
        "XksKeyConfiguration:XksKeyConfigurationType,CurrentKeyMaterialId:s<64", NULL},
    {"kms/MultiRegionConfiguration",
        "MultiRegionKeyType:=PRIMARY|REPLICA,PrimaryKey:MultiRegionKey,ReplicaKeys:[MultiRegionKey", NULL},
    {"kms/MultiRegionKey", "Arn:s<20,Region:s<1", NULL},
    {"kms/XksKeyConfigurationType", "Id:s<1", NULL},
    {"kms:decrypt",
        "KeyId:s<1,Plaintext:s<1,EncryptionAlgorithm:=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE,"
        "CiphertextForRecipient:s<1,KeyMaterialId:s<64", NULL},
    {"kms:describeKey", "KeyMetadata:KeyMetadata", NULL},
    {"kms:encrypt",
        "CiphertextBlob:s<1,KeyId:s<1,EncryptionAlgorithm:=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE", NULL},
    {"kms:generateDataKey", "CiphertextBlob:s<1,Plaintext:s<1,KeyId:s<1,CiphertextForRecipient:s<1,KeyMaterialId:s<64", NULL},
    {"kms:generateDataKeyWithoutPlaintext", "CiphertextBlob:s<1,KeyId:s<1,KeyMaterialId:s<64", NULL},
    {"kms:generateMac", "Mac:s<1,MacAlgorithm:=HMAC_SHA_224|HMAC_SHA_256|HMAC_SHA_384|HMAC_SHA_512,KeyId:s<1", NULL},
    {"kms:generateRandom", "Plaintext:s<1,CiphertextForRecipient:s<1", NULL},
    {"kms:getPublicKey",
        "KeyId:s<1,PublicKey:s<1,"
        "CustomerMasterKeySpec:=RSA_2048|RSA_3072|RSA_4096|ECC_NIST_P256|ECC_NIST_P384|ECC_NIST_P521|ECC_SECG_P256K1|"
        "SYMMETRIC_DEFAULT|HMAC_224|HMAC_256|HMAC_384|HMAC_512|SM2,"
        "KeySpec:=RSA_2048|RSA_3072|RSA_4096|ECC_NIST_P256|ECC_NIST_P384|ECC_NIST_P521|ECC_SECG_P256K1|"
        "SYMMETRIC_DEFAULT|HMAC_224|HMAC_256|HMAC_384|HMAC_512|SM2|ML_DSA_44|ML_DSA_65|ML_DSA_87|ECC_NIST_EDWARDS25519,"
        "KeyUsage:=SIGN_VERIFY|ENCRYPT_DECRYPT|GENERATE_VERIFY_MAC|KEY_AGREEMENT,"
        "EncryptionAlgorithms:[=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE,"
        "SigningAlgorithms:[=RSASSA_PSS_SHA_256|RSASSA_PSS_SHA_384|RSASSA_PSS_SHA_512|RSASSA_PKCS1_V1_5_SHA_256|"
        "RSASSA_PKCS1_V1_5_SHA_384|RSASSA_PKCS1_V1_5_SHA_512|ECDSA_SHA_256|ECDSA_SHA_384|ECDSA_SHA_512|SM2DSA|"
        "ML_DSA_SHAKE_256|ED25519_SHA_512|ED25519_PH_SHA_512,KeyAgreementAlgorithms:[=ECDH", NULL},
    {"kms:reEncrypt",
        "CiphertextBlob:s<1,SourceKeyId:s<1,KeyId:s<1,"
        "SourceEncryptionAlgorithm:=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE,"
        "DestinationEncryptionAlgorithm:=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE,"
        "SourceKeyMaterialId:s<64,DestinationKeyMaterialId:s<64", NULL},
    {"kms:sign",
        "KeyId:s<1,Signature:s<1,"
        "SigningAlgorithm:=RSASSA_PSS_SHA_256|RSASSA_PSS_SHA_384|RSASSA_PSS_SHA_512|RSASSA_PKCS1_V1_5_SHA_256|"
        "RSASSA_PKCS1_V1_5_SHA_384|RSASSA_PKCS1_V1_5_SHA_512|ECDSA_SHA_256|ECDSA_SHA_384|ECDSA_SHA_512|SM2DSA|"
        "ML_DSA_SHAKE_256|ED25519_SHA_512|ED25519_PH_SHA_512", NULL},
    {"kms:verify",
        "KeyId:s<1,SignatureValid:b,"
        "SigningAlgorithm:=RSASSA_PSS_SHA_256|RSASSA_PSS_SHA_384|RSASSA_PSS_SHA_512|RSASSA_PKCS1_V1_5_SHA_256|"
        "RSASSA_PKCS1_V1_5_SHA_384|RSASSA_PKCS1_V1_5_SHA_512|ECDSA_SHA_256|ECDSA_SHA_384|ECDSA_SHA_512|SM2DSA|"
        "ML_DSA_SHAKE_256|ED25519_SHA_512|ED25519_PH_SHA_512", NULL},
    {"kms:verifyMac", "KeyId:s<1,MacValid:b,MacAlgorithm:=HMAC_SHA_224|HMAC_SHA_256|HMAC_SHA_384|HMAC_SHA_512", NULL},
    {"lambda/AliasRoutingConfiguration", "AdditionalVersionWeights:{n<0>1", NULL},
    {"lambda/Concurrency", "ReservedConcurrentExecutions:n<0", NULL},
    {"lambda/DeadLetterConfig", "TargetArn:s", NULL},
    {"lambda/EnvironmentError", "ErrorCode:s,Message:s", NULL},
    {"lambda/EnvironmentResponse", "Variables:{s,Error:EnvironmentError", NULL},
    {"lambda/EphemeralStorage", "Size!:n<512>10240", NULL},
    {"lambda/FileSystemConfig", "Arn!:s,LocalMountPath!:s", NULL},
    {"lambda/FunctionCodeLocation", "RepositoryType:s,Location:s,ImageUri:s,ResolvedImageUri:s,SourceKMSKeyArn:s", NULL},
    {"lambda/FunctionConfiguration",
        "FunctionName:s<1,FunctionArn:s,"
        "Runtime:=nodejs|nodejs4.3|nodejs6.10|nodejs8.10|nodejs10.x|nodejs12.x|nodejs14.x|nodejs16.x|java8|java8.al2|"
        "java11|python2.7|python3.6|python3.7|python3.8|python3.9|dotnetcore1.0|dotnetcore2.0|dotnetcore2.1|"
        "dotnetcore3.1|dotnet6|dotnet8|nodejs4.3-edge|go1.x|ruby2.5|ruby2.7|provided|provided.al2|nodejs18.x|"
        "python3.10|java17|ruby3.2|ruby3.3|ruby3.4|python3.11|nodejs20.x|provided.al2023|python3.12|java21|python3.13|"
        "nodejs22.x|java25|nodejs24.x|python3.14,Role:s,Handler:s,CodeSize:n,Description:s,Timeout:n<1,"
        "MemorySize:n<128>10240,LastModified:s,CodeSha256:s,Version:s<1,VpcConfig:VpcConfigResponse,"
        "DeadLetterConfig:DeadLetterConfig,Environment:EnvironmentResponse,KMSKeyArn:s,"
        "TracingConfig:TracingConfigResponse,MasterArn:s,RevisionId:s,Layers:[Layer,"
        "State:=Pending|Active|Inactive|Failed,StateReason:s,"
        "StateReasonCode:=Idle|Creating|Restoring|EniLimitExceeded|InsufficientRolePermissions|InvalidConfiguration|"
        "InternalError|SubnetOutOfIPAddresses|InvalidSubnet|InvalidSecurityGroup|ImageDeleted|ImageAccessDenied|"
        "InvalidImage|KMSKeyAccessDenied|KMSKeyNotFound|InvalidStateKMSKey|DisabledKMSKey|EFSIOError|"
        "EFSMountConnectivityError|EFSMountFailure|EFSMountTimeout|InvalidRuntime|InvalidZipFileException|"
        "FunctionError,LastUpdateStatus:=Successful|Failed|InProgress,LastUpdateStatusReason:s,"
        "LastUpdateStatusReasonCode:=EniLimitExceeded|InsufficientRolePermissions|InvalidConfiguration|InternalError|"
        "SubnetOutOfIPAddresses|InvalidSubnet|InvalidSecurityGroup|ImageDeleted|ImageAccessDenied|InvalidImage|"
        "KMSKeyAccessDenied|KMSKeyNotFound|InvalidStateKMSKey|DisabledKMSKey|EFSIOError|EFSMountConnectivityError|"
        "EFSMountFailure|EFSMountTimeout|InvalidRuntime|InvalidZipFileException|FunctionError,"
        "FileSystemConfigs:[FileSystemConfig,PackageType:=Zip|Image,ImageConfigResponse:ImageConfigResponse,"
        "SigningProfileVersionArn:s,SigningJobArn:s,Architectures:[=x86_64|arm64,EphemeralStorage:EphemeralStorage,"
        "SnapStart:SnapStartResponse,RuntimeVersionConfig:RuntimeVersionConfig,LoggingConfig:LoggingConfig", NULL},
    {"lambda/ImageConfig", "EntryPoint:[s,Command:[s,WorkingDirectory:s", NULL},
    {"lambda/ImageConfigError", "ErrorCode:s,Message:s", NULL},
    {"lambda/ImageConfigResponse", "ImageConfig:ImageConfig,Error:ImageConfigError", NULL},
    {"lambda/Layer", "Arn:s<1,CodeSize:n,SigningProfileVersionArn:s,SigningJobArn:s", NULL},
    {"lambda/LoggingConfig",
        "LogFormat:=JSON|Text,ApplicationLogLevel:=TRACE|DEBUG|INFO|WARN|ERROR|FATAL,SystemLogLevel:=DEBUG|INFO|WARN,"
        "LogGroup:s<1", NULL},
    {"lambda/RuntimeVersionConfig", "RuntimeVersionArn:s<26,Error:RuntimeVersionError", NULL},
    {"lambda/RuntimeVersionError", "ErrorCode:s,Message:s", NULL},
    {"lambda/SnapStartResponse", "ApplyOn:=PublishedVersions|None,OptimizationStatus:=On|Off", NULL},
    {"lambda/TagsError", "ErrorCode!:s<10,Message!:s<84", NULL},
    {"lambda/TracingConfigResponse", "Mode:=Active|PassThrough", NULL},
    {"lambda/VpcConfigResponse", "SubnetIds:[s,SecurityGroupIds:[s,VpcId:s,Ipv6AllowedForDualStack:b", NULL},
    {"lambda:getAlias",
        "AliasArn:s,Name:s<1,FunctionVersion:s<1,Description:s,RoutingConfig:AliasRoutingConfiguration,RevisionId:s", NULL},
    {"lambda:getFunction",
        "Configuration:FunctionConfiguration,Code:FunctionCodeLocation,Tags:{s,TagsError:TagsError,"
        "Concurrency:Concurrency", NULL},
    {"lambda:getFunctionConfiguration",
        "FunctionName:s<1,FunctionArn:s,"
        "Runtime:=nodejs|nodejs4.3|nodejs6.10|nodejs8.10|nodejs10.x|nodejs12.x|nodejs14.x|nodejs16.x|java8|java8.al2|"
        "java11|python2.7|python3.6|python3.7|python3.8|python3.9|dotnetcore1.0|dotnetcore2.0|dotnetcore2.1|"
        "dotnetcore3.1|dotnet6|dotnet8|nodejs4.3-edge|go1.x|ruby2.5|ruby2.7|provided|provided.al2|nodejs18.x|"
        "python3.10|java17|ruby3.2|ruby3.3|ruby3.4|python3.11|nodejs20.x|provided.al2023|python3.12|java21|python3.13|"
        "nodejs22.x|java25|nodejs24.x|python3.14,Role:s,Handler:s,CodeSize:n,Description:s,Timeout:n<1,"
        "MemorySize:n<128>10240,LastModified:s,CodeSha256:s,Version:s<1,VpcConfig:VpcConfigResponse,"
        "DeadLetterConfig:DeadLetterConfig,Environment:EnvironmentResponse,KMSKeyArn:s,"
        "TracingConfig:TracingConfigResponse,MasterArn:s,RevisionId:s,Layers:[Layer,"
        "State:=Pending|Active|Inactive|Failed,StateReason:s,"
        "StateReasonCode:=Idle|Creating|Restoring|EniLimitExceeded|InsufficientRolePermissions|InvalidConfiguration|"
        "InternalError|SubnetOutOfIPAddresses|InvalidSubnet|InvalidSecurityGroup|ImageDeleted|ImageAccessDenied|"
        "InvalidImage|KMSKeyAccessDenied|KMSKeyNotFound|InvalidStateKMSKey|DisabledKMSKey|EFSIOError|"
        "EFSMountConnectivityError|EFSMountFailure|EFSMountTimeout|InvalidRuntime|InvalidZipFileException|"
        "FunctionError,LastUpdateStatus:=Successful|Failed|InProgress,LastUpdateStatusReason:s,"
        "LastUpdateStatusReasonCode:=EniLimitExceeded|InsufficientRolePermissions|InvalidConfiguration|InternalError|"
        "SubnetOutOfIPAddresses|InvalidSubnet|InvalidSecurityGroup|ImageDeleted|ImageAccessDenied|InvalidImage|"
        "KMSKeyAccessDenied|KMSKeyNotFound|InvalidStateKMSKey|DisabledKMSKey|EFSIOError|EFSMountConnectivityError|"
        "EFSMountFailure|EFSMountTimeout|InvalidRuntime|InvalidZipFileException|FunctionError,"
        "FileSystemConfigs:[FileSystemConfig,PackageType:=Zip|Image,ImageConfigResponse:ImageConfigResponse,"
        "SigningProfileVersionArn:s,SigningJobArn:s,Architectures:[=x86_64|arm64,EphemeralStorage:EphemeralStorage,"
        "SnapStart:SnapStartResponse,RuntimeVersionConfig:RuntimeVersionConfig,LoggingConfig:LoggingConfig", NULL},
    {"lambda:invoke", "StatusCode:n,FunctionError:s,LogResult:s,Payload:*,ExecutedVersion:s<1", NULL},
    {"lambda:listFunctions", "NextMarker:s,Functions:[FunctionConfiguration", NULL},
    {"lambda:publishVersion",
        "FunctionName:s<1,FunctionArn:s,"
        "Runtime:=nodejs|nodejs4.3|nodejs6.10|nodejs8.10|nodejs10.x|nodejs12.x|nodejs14.x|nodejs16.x|java8|java8.al2|"
        "java11|python2.7|python3.6|python3.7|python3.8|python3.9|dotnetcore1.0|dotnetcore2.0|dotnetcore2.1|"
        "dotnetcore3.1|dotnet6|dotnet8|nodejs4.3-edge|go1.x|ruby2.5|ruby2.7|provided|provided.al2|nodejs18.x|"
        "python3.10|java17|ruby3.2|ruby3.3|ruby3.4|python3.11|nodejs20.x|provided.al2023|python3.12|java21|python3.13|"
        "nodejs22.x|java25|nodejs24.x|python3.14,Role:s,Handler:s,CodeSize:n,Description:s,Timeout:n<1,"
        "MemorySize:n<128>10240,LastModified:s,CodeSha256:s,Version:s<1,VpcConfig:VpcConfigResponse,"
        "DeadLetterConfig:DeadLetterConfig,Environment:EnvironmentResponse,KMSKeyArn:s,"
        "TracingConfig:TracingConfigResponse,MasterArn:s,RevisionId:s,Layers:[Layer,"
        "State:=Pending|Active|Inactive|Failed,StateReason:s,"
        "StateReasonCode:=Idle|Creating|Restoring|EniLimitExceeded|InsufficientRolePermissions|InvalidConfiguration|"
        "InternalError|SubnetOutOfIPAddresses|InvalidSubnet|InvalidSecurityGroup|ImageDeleted|ImageAccessDenied|"
        "InvalidImage|KMSKeyAccessDenied|KMSKeyNotFound|InvalidStateKMSKey|DisabledKMSKey|EFSIOError|"
        "EFSMountConnectivityError|EFSMountFailure|EFSMountTimeout|InvalidRuntime|InvalidZipFileException|"
        "FunctionError,LastUpdateStatus:=Successful|Failed|InProgress,LastUpdateStatusReason:s,"
        "LastUpdateStatusReasonCode:=EniLimitExceeded|InsufficientRolePermissions|InvalidConfiguration|InternalError|"
        "SubnetOutOfIPAddresses|InvalidSubnet|InvalidSecurityGroup|ImageDeleted|ImageAccessDenied|InvalidImage|"
        "KMSKeyAccessDenied|KMSKeyNotFound|InvalidStateKMSKey|DisabledKMSKey|EFSIOError|EFSMountConnectivityError|"
        "EFSMountFailure|EFSMountTimeout|InvalidRuntime|InvalidZipFileException|FunctionError,"
        "FileSystemConfigs:[FileSystemConfig,PackageType:=Zip|Image,ImageConfigResponse:ImageConfigResponse,"
        "SigningProfileVersionArn:s,SigningJobArn:s,Architectures:[=x86_64|arm64,EphemeralStorage:EphemeralStorage,"
        "SnapStart:SnapStartResponse,RuntimeVersionConfig:RuntimeVersionConfig,LoggingConfig:LoggingConfig", NULL},
    {"lambda:updateFunctionCode",
        "FunctionName:s<1,FunctionArn:s,"
        "Runtime:=nodejs|nodejs4.3|nodejs6.10|nodejs8.10|nodejs10.x|nodejs12.x|nodejs14.x|nodejs16.x|java8|java8.al2|"
        "java11|python2.7|python3.6|python3.7|python3.8|python3.9|dotnetcore1.0|dotnetcore2.0|dotnetcore2.1|"
        "dotnetcore3.1|dotnet6|dotnet8|nodejs4.3-edge|go1.x|ruby2.5|ruby2.7|provided|provided.al2|nodejs18.x|"
        "python3.10|java17|ruby3.2|ruby3.3|ruby3.4|python3.11|nodejs20.x|provided.al2023|python3.12|java21|python3.13|"
        "nodejs22.x|java25|nodejs24.x|python3.14,Role:s,Handler:s,CodeSize:n,Description:s,Timeout:n<1,"
        "MemorySize:n<128>10240,LastModified:s,CodeSha256:s,Version:s<1,VpcConfig:VpcConfigResponse,"
        "DeadLetterConfig:DeadLetterConfig,Environment:EnvironmentResponse,KMSKeyArn:s,"
        "TracingConfig:TracingConfigResponse,MasterArn:s,RevisionId:s,Layers:[Layer,"
        "State:=Pending|Active|Inactive|Failed,StateReason:s,"
        "StateReasonCode:=Idle|Creating|Restoring|EniLimitExceeded|InsufficientRolePermissions|InvalidConfiguration|"
        "InternalError|SubnetOutOfIPAddresses|InvalidSubnet|InvalidSecurityGroup|ImageDeleted|ImageAccessDenied|"
        "InvalidImage|KMSKeyAccessDenied|KMSKeyNotFound|InvalidStateKMSKey|DisabledKMSKey|EFSIOError|"
        "EFSMountConnectivityError|EFSMountFailure|EFSMountTimeout|InvalidRuntime|InvalidZipFileException|"
        "FunctionError,LastUpdateStatus:=Successful|Failed|InProgress,LastUpdateStatusReason:s,"
        "LastUpdateStatusReasonCode:=EniLimitExceeded|InsufficientRolePermissions|InvalidConfiguration|InternalError|"
        "SubnetOutOfIPAddresses|InvalidSubnet|InvalidSecurityGroup|ImageDeleted|ImageAccessDenied|InvalidImage|"
        "KMSKeyAccessDenied|KMSKeyNotFound|InvalidStateKMSKey|DisabledKMSKey|EFSIOError|EFSMountConnectivityError|"
        "EFSMountFailure|EFSMountTimeout|InvalidRuntime|InvalidZipFileException|FunctionError,"
        "FileSystemConfigs:[FileSystemConfig,PackageType:=Zip|Image,ImageConfigResponse:ImageConfigResponse,"
        "SigningProfileVersionArn:s,SigningJobArn:s,Architectures:[=x86_64|arm64,EphemeralStorage:EphemeralStorage,"
        "SnapStart:SnapStartResponse,RuntimeVersionConfig:RuntimeVersionConfig,LoggingConfig:LoggingConfig", NULL},
    {"s3/Bucket", "Name:s,CreationDate:t,BucketRegion:s,BucketArn:s<1", NULL},
    {"s3/CommonPrefix", "Prefix:s", NULL},
    {"s3/CopyObjectResult",
        "ETag:s,LastModified:t,ChecksumType:=COMPOSITE|FULL_OBJECT,ChecksumCRC32:s,ChecksumCRC32C:s,"
        "ChecksumCRC64NVME:s,ChecksumSHA1:s,ChecksumSHA256:s", NULL},
    {"s3/DeletedObject", "Key:s<1,VersionId:s,DeleteMarker:b,DeleteMarkerVersionId:s", NULL},
    {"s3/Error", "Key:s<1,VersionId:s,Code:s,Message:s", NULL},
    {"s3/Object",
        "Key:s<1,LastModified:t,ETag:s,ChecksumAlgorithm:[=CRC32|CRC32C|SHA1|SHA256|CRC64NVME,"
        "ChecksumType:=COMPOSITE|FULL_OBJECT,Size:n,"
        "StorageClass:=STANDARD|REDUCED_REDUNDANCY|GLACIER|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|DEEP_ARCHIVE|"
        "OUTPOSTS|GLACIER_IR|SNOW|EXPRESS_ONEZONE|FSX_OPENZFS,Owner:Owner,RestoreStatus:RestoreStatus", NULL},
    {"s3/Owner", "DisplayName:s,ID:s", NULL},
    {"s3/RestoreStatus", "IsRestoreInProgress:b,RestoreExpiryDate:t", NULL},
    {"s3/Tag", "Key!:s<1,Value!:s", NULL},
    {"s3:copyObject",
        "CopyObjectResult:CopyObjectResult,Expiration:s,CopySourceVersionId:s,VersionId:s,"
        "ServerSideEncryption:=AES256|aws:fsx|aws:kms|aws:kms:dsse,SSECustomerAlgorithm:s,SSECustomerKeyMD5:s,"
        "SSEKMSKeyId:s,SSEKMSEncryptionContext:s,BucketKeyEnabled:b,RequestCharged:=requester", NULL},
    {"s3:createBucket", "Location:s,BucketArn:s<1", NULL},
    {"s3:deleteObject", "DeleteMarker:b,VersionId:s,RequestCharged:=requester", NULL},
    {"s3:deleteObjects", "Deleted:[DeletedObject,RequestCharged:=requester,Errors:[Error", NULL},
    {"s3:getObject",
        "Body:s,DeleteMarker:b,AcceptRanges:s,Expiration:s,Restore:s,LastModified:t,ContentLength:n,ETag:s,"
        "ChecksumCRC32:s,ChecksumCRC32C:s,ChecksumCRC64NVME:s,ChecksumSHA1:s,ChecksumSHA256:s,"
        "ChecksumType:=COMPOSITE|FULL_OBJECT,MissingMeta:n,VersionId:s,CacheControl:s,ContentDisposition:s,"
        "ContentEncoding:s,ContentLanguage:s,ContentRange:s,ContentType:s,Expires:s,WebsiteRedirectLocation:s,"
        "ServerSideEncryption:=AES256|aws:fsx|aws:kms|aws:kms:dsse,Metadata:{s,SSECustomerAlgorithm:s,"
        "SSECustomerKeyMD5:s,SSEKMSKeyId:s,BucketKeyEnabled:b,"
        "StorageClass:=STANDARD|REDUCED_REDUNDANCY|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|GLACIER|DEEP_ARCHIVE|"
        "OUTPOSTS|GLACIER_IR|SNOW|EXPRESS_ONEZONE|FSX_OPENZFS,RequestCharged:=requester,"
        "ReplicationStatus:=COMPLETE|PENDING|FAILED|REPLICA|COMPLETED,PartsCount:n,TagCount:n,"
        "ObjectLockMode:=GOVERNANCE|COMPLIANCE,ObjectLockRetainUntilDate:t,ObjectLockLegalHoldStatus:=ON|OFF", NULL},
    {"s3:getObjectTagging", "VersionId:s,TagSet!:[Tag", NULL},
    {"s3:headBucket",
        "BucketArn:s<1,BucketLocationType:=AvailabilityZone|LocalZone,BucketLocationName:s,BucketRegion:s,"
        "AccessPointAlias:b", NULL},
    {"s3:headObject",
        "DeleteMarker:b,AcceptRanges:s,Expiration:s,Restore:s,ArchiveStatus:=ARCHIVE_ACCESS|DEEP_ARCHIVE_ACCESS,"
        "LastModified:t,ContentLength:n,ChecksumCRC32:s,ChecksumCRC32C:s,ChecksumCRC64NVME:s,ChecksumSHA1:s,"
        "ChecksumSHA256:s,ChecksumType:=COMPOSITE|FULL_OBJECT,ETag:s,MissingMeta:n,VersionId:s,CacheControl:s,"
        "ContentDisposition:s,ContentEncoding:s,ContentLanguage:s,ContentType:s,ContentRange:s,Expires:s,"
        "WebsiteRedirectLocation:s,ServerSideEncryption:=AES256|aws:fsx|aws:kms|aws:kms:dsse,Metadata:{s,"
        "SSECustomerAlgorithm:s,SSECustomerKeyMD5:s,SSEKMSKeyId:s,BucketKeyEnabled:b,"
        "StorageClass:=STANDARD|REDUCED_REDUNDANCY|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|GLACIER|DEEP_ARCHIVE|"
        "OUTPOSTS|GLACIER_IR|SNOW|EXPRESS_ONEZONE|FSX_OPENZFS,RequestCharged:=requester,"
        "ReplicationStatus:=COMPLETE|PENDING|FAILED|REPLICA|COMPLETED,PartsCount:n,TagCount:n,"
        "ObjectLockMode:=GOVERNANCE|COMPLIANCE,ObjectLockRetainUntilDate:t,ObjectLockLegalHoldStatus:=ON|OFF", NULL},
    {"s3:listBuckets", "Buckets:[Bucket,Owner:Owner,ContinuationToken:s,Prefix:s", NULL},
    {"s3:listObjects",
        "IsTruncated:b,Marker:s,NextMarker:s,Contents:[Object,Name:s,Prefix:s,Delimiter:s,MaxKeys:n,"
        "CommonPrefixes:[CommonPrefix,EncodingType:=url,RequestCharged:=requester", NULL},
    {"s3:listObjectsV2",
        "IsTruncated:b,Contents:[Object,Name:s,Prefix:s,Delimiter:s,MaxKeys:n,CommonPrefixes:[CommonPrefix,"
        "EncodingType:=url,KeyCount:n,ContinuationToken:s,NextContinuationToken:s,StartAfter:s,"
        "RequestCharged:=requester", NULL},
    {"s3:putObject",
        "Expiration:s,ETag:s,ChecksumCRC32:s,ChecksumCRC32C:s,ChecksumCRC64NVME:s,ChecksumSHA1:s,ChecksumSHA256:s,"
        "ChecksumType:=COMPOSITE|FULL_OBJECT,ServerSideEncryption:=AES256|aws:fsx|aws:kms|aws:kms:dsse,VersionId:s,"
        "SSECustomerAlgorithm:s,SSECustomerKeyMD5:s,SSEKMSKeyId:s,SSEKMSEncryptionContext:s,BucketKeyEnabled:b,Size:n,"
        "RequestCharged:=requester", NULL},
    {"s3:putObjectTagging", "VersionId:s", NULL},
    {"sagemaker:createEndpoint", "EndpointArn!:s<20", NULL},
    {"sagemaker:createEndpointConfig", "EndpointConfigArn!:s<20", NULL},
    {"sagemaker:createHyperParameterTuningJob", "HyperParameterTuningJobArn!:s", NULL},
    {"sagemaker:createLabelingJob", "LabelingJobArn!:s", NULL},
    {"sagemaker:createModel", "ModelArn!:s<20", NULL},
    {"sagemaker:createProcessingJob", "ProcessingJobArn!:s", NULL},
    {"sagemaker:createTrainingJob", "TrainingJobArn!:s", NULL},
    {"sagemaker:createTransformJob", "TransformJobArn!:s", NULL},
    {"sagemaker:updateEndpoint", "EndpointArn!:s<20", NULL},
    {"secretsmanager/ReplicationStatusType",
        "Region:s<1,KmsKeyId:s,Status:=InSync|Failed|InProgress,StatusMessage:s<1,LastAccessedDate:t", NULL},
    {"secretsmanager/RotationRulesType", "AutomaticallyAfterDays:n<1>1000,Duration:s<2,ScheduleExpression:s<1", NULL},
    {"secretsmanager/SecretListEntry",
        "ARN:s<20,Name:s<1,Description:s,KmsKeyId:s,RotationEnabled:b,RotationLambdaARN:s,"
        "RotationRules:RotationRulesType,LastRotatedDate:t,LastChangedDate:t,LastAccessedDate:t,DeletedDate:t,"
        "NextRotationDate:t,Tags:[Tag,SecretVersionsToStages:{[s<1,OwningService:s<1,CreatedDate:t,PrimaryRegion:s<1", NULL},
    {"secretsmanager/Tag", "Key:s<1,Value:s", NULL},
    {"secretsmanager:createSecret", "ARN:s<20,Name:s<1,VersionId:s<32,ReplicationStatus:[ReplicationStatusType", NULL},
    {"secretsmanager:describeSecret",
        "ARN:s<20,Name:s<1,Description:s,KmsKeyId:s,RotationEnabled:b,RotationLambdaARN:s,"
        "RotationRules:RotationRulesType,LastRotatedDate:t,LastChangedDate:t,LastAccessedDate:t,DeletedDate:t,"
        "NextRotationDate:t,Tags:[Tag,VersionIdsToStages:{[s<1,OwningService:s<1,CreatedDate:t,PrimaryRegion:s<1,"
        "ReplicationStatus:[ReplicationStatusType", NULL},
    {"secretsmanager:getSecretValue",
        "ARN:s<20,Name:s<1,VersionId:s<32,SecretBinary:s<1,SecretString:s<1,VersionStages:[s<1,CreatedDate:t", NULL},
    {"secretsmanager:listSecrets", "SecretList:[SecretListEntry,NextToken:s<1", NULL},
    {"secretsmanager:putSecretValue", "ARN:s<20,Name:s<1,VersionId:s<32,VersionStages:[s<1", NULL},
    {"sfn/BillingDetails", "BilledMemoryUsedInMB:n<0,BilledDurationInMilliseconds:n<0", NULL},
    {"sfn/CloudWatchEventsExecutionDataDetails", "Included:b", NULL},
    {"sfn/CloudWatchLogsLogGroup", "LogGroupArn:s<1", NULL},
    {"sfn/EncryptionConfiguration",
        "KmsKeyId:s<1,KmsDataKeyReusePeriodSeconds:n<60>900,Type!:=AWS_OWNED_KEY|CUSTOMER_MANAGED_KMS_KEY", NULL},
    {"sfn/ExecutionListItem",
        "ExecutionArn!:s<1,StateMachineArn!:s<1,Name!:s<1,"
        "Status!:=RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PENDING_REDRIVE,StartDate!:t,StopDate:t,MapRunArn:s<1,"
        "ItemCount:n<0,StateMachineVersionArn:s<1,StateMachineAliasArn:s<1,RedriveCount:n,RedriveDate:t", NULL},
    {"sfn/LogDestination", "CloudWatchLogsLogGroup:CloudWatchLogsLogGroup", NULL},
    {"sfn/LoggingConfiguration", "Level:=ALL|ERROR|FATAL|OFF,IncludeExecutionData:b,Destinations:[LogDestination", NULL},
    {"sfn/MapRunExecutionCounts",
        "Pending!:n<0,Running!:n<0,Succeeded!:n<0,Failed!:n<0,TimedOut!:n<0,Aborted!:n<0,Total!:n<0,"
        "ResultsWritten!:n<0,FailuresNotRedrivable:n,PendingRedrive:n", NULL},
    {"sfn/MapRunItemCounts",
        "Pending!:n<0,Running!:n<0,Succeeded!:n<0,Failed!:n<0,TimedOut!:n<0,Aborted!:n<0,Total!:n<0,"
        "ResultsWritten!:n<0,FailuresNotRedrivable:n,PendingRedrive:n", NULL},
    {"sfn/StateMachineListItem", "StateMachineArn!:s<1,Name!:s<1,Type!:=STANDARD|EXPRESS,CreationDate!:t", NULL},
    {"sfn/TracingConfiguration", "Enabled:b", NULL},
    {"sfn:describeExecution",
        "ExecutionArn!:s<1,StateMachineArn!:s<1,Name:s<1,"
        "Status!:=RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PENDING_REDRIVE,StartDate!:t,StopDate:t,Input:s,"
        "InputDetails:CloudWatchEventsExecutionDataDetails,Output:s,OutputDetails:CloudWatchEventsExecutionDataDetails,"
        "TraceHeader:s,MapRunArn:s<1,Error:s,Cause:s,StateMachineVersionArn:s<1,StateMachineAliasArn:s<1,"
        "RedriveCount:n,RedriveDate:t,RedriveStatus:=REDRIVABLE|NOT_REDRIVABLE|REDRIVABLE_BY_MAP_RUN,"
        "RedriveStatusReason:s", NULL},
    {"sfn:describeMapRun",
        "MapRunArn!:s<1,ExecutionArn!:s<1,Status!:=RUNNING|SUCCEEDED|FAILED|ABORTED,StartDate!:t,StopDate:t,"
        "MaxConcurrency!:n<0,ToleratedFailurePercentage!:n<0>100,ToleratedFailureCount!:n<0,"
        "ItemCounts!:MapRunItemCounts,ExecutionCounts!:MapRunExecutionCounts,RedriveCount:n,RedriveDate:t", NULL},
    {"sfn:describeStateMachine",
        "StateMachineArn!:s<1,Name!:s<1,Status:=ACTIVE|DELETING,Definition!:s<1,RoleArn!:s<1,Type!:=STANDARD|EXPRESS,"
        "CreationDate!:t,LoggingConfiguration:LoggingConfiguration,TracingConfiguration:TracingConfiguration,Label:s,"
        "RevisionId:s,Description:s,EncryptionConfiguration:EncryptionConfiguration,VariableReferences:{[s", NULL},
    {"sfn:listExecutions", "Executions!:[ExecutionListItem,NextToken:s<1", NULL},
    {"sfn:listStateMachines", "StateMachines!:[StateMachineListItem,NextToken:s<1", NULL},
    {"sfn:startExecution", "ExecutionArn!:s<1,StartDate!:t", NULL},
    {"sfn:startExecution.sync",
        "ExecutionArn!:s<1,StateMachineArn!:s<1,Name:s<1,"
        "Status!:=RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PENDING_REDRIVE,StartDate!:t,StopDate:t,Input:s,"
        "InputDetails:CloudWatchEventsExecutionDataDetails,Output:s,OutputDetails:CloudWatchEventsExecutionDataDetails,"
        "TraceHeader:s,MapRunArn:s<1,Error:s,Cause:s,StateMachineVersionArn:s<1,StateMachineAliasArn:s<1,"
        "RedriveCount:n,RedriveDate:t,RedriveStatus:=REDRIVABLE|NOT_REDRIVABLE|REDRIVABLE_BY_MAP_RUN,"
        "RedriveStatusReason:s", NULL},
    {"sfn:startExecution.sync:2",
        "ExecutionArn!:s<1,StateMachineArn!:s<1,Name:s<1,"
        "Status!:=RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PENDING_REDRIVE,StartDate!:t,StopDate:t,Input:*,"
        "InputDetails:CloudWatchEventsExecutionDataDetails,Output:*,OutputDetails:CloudWatchEventsExecutionDataDetails,"
        "TraceHeader:s,MapRunArn:s<1,Error:s,Cause:s,StateMachineVersionArn:s<1,StateMachineAliasArn:s<1,"
        "RedriveCount:n,RedriveDate:t,RedriveStatus:=REDRIVABLE|NOT_REDRIVABLE|REDRIVABLE_BY_MAP_RUN,"
        "RedriveStatusReason:s", NULL},
    {"sfn:startSyncExecution",
        "ExecutionArn!:s<1,StateMachineArn:s<1,Name:s<1,StartDate!:t,StopDate!:t,Status!:=SUCCEEDED|FAILED|TIMED_OUT,"
        "Error:s,Cause:s,Input:s,InputDetails:CloudWatchEventsExecutionDataDetails,Output:s,"
        "OutputDetails:CloudWatchEventsExecutionDataDetails,TraceHeader:s,BillingDetails:BillingDetails", NULL},
    {"sfn:stopExecution", "StopDate!:t", NULL},
    {"sns/BatchResultErrorEntry", "Id!:s,Code!:s,Message:s,SenderFault!:b", NULL},
    {"sns/PublishBatchResultEntry", "Id:s,MessageId:s,SequenceNumber:s", NULL},
    {"sns/Topic", "TopicArn:s", NULL},
    {"sns:createTopic", "TopicArn:s", NULL},
    {"sns:listTopics", "Topics:[Topic,NextToken:s", NULL},
    {"sns:publish", "MessageId:s,SequenceNumber:s", NULL},
    {"sns:publishBatch", "Successful:[PublishBatchResultEntry,Failed:[BatchResultErrorEntry", NULL},
    {"sns:subscribe", "SubscriptionArn:s", NULL},
    {"sqs/BatchResultErrorEntry", "Id!:s,SenderFault!:b,Code!:s,Message:s", NULL},
    {"sqs/Message",
        "MessageId:s,ReceiptHandle:s,MD5OfBody:s,Body:s,Attributes:{s,MD5OfMessageAttributes:s,"
        "MessageAttributes:{MessageAttributeValue", NULL},
    {"sqs/MessageAttributeValue", "StringValue:s,BinaryValue:s,StringListValues:[s,BinaryListValues:[s,DataType!:s", NULL},
    {"sqs/SendMessageBatchResultEntry",
        "Id!:s,MessageId!:s,MD5OfMessageBody!:s,MD5OfMessageAttributes:s,MD5OfMessageSystemAttributes:s,"
        "SequenceNumber:s", NULL},
    {"sqs:createQueue", "QueueUrl:s", NULL},
    {"sqs:getQueueAttributes", "Attributes:{s", NULL},
    {"sqs:getQueueUrl", "QueueUrl:s", NULL},
    {"sqs:listQueues", "QueueUrls:[s,NextToken:s", NULL},
    {"sqs:receiveMessage", "Messages:[Message", NULL},
    {"sqs:sendMessage",
        "MD5OfMessageBody:s,MD5OfMessageAttributes:s,MD5OfMessageSystemAttributes:s,MessageId:s,SequenceNumber:s", NULL},
    {"sqs:sendMessageBatch", "Successful!:[SendMessageBatchResultEntry,Failed!:[BatchResultErrorEntry", NULL},
    {"ssm/Alarm", "Name!:s<1", NULL},
    {"ssm/AlarmConfiguration", "IgnorePollAlarmFailure:b,Alarms!:[Alarm", NULL},
    {"ssm/AlarmStateInformation", "Name!:s<1,State!:=UNKNOWN|ALARM", NULL},
    {"ssm/CloudWatchOutputConfig", "CloudWatchLogGroupName:s<1,CloudWatchOutputEnabled:b", NULL},
    {"ssm/Command",
        "CommandId:s<36,DocumentName:s,DocumentVersion:s,Comment:s,ExpiresAfter:t,Parameters:{[s,InstanceIds:[s,"
        "Targets:[Target,RequestedDateTime:t,Status:=Pending|InProgress|Success|Cancelled|Failed|TimedOut|Cancelling,"
        "StatusDetails:s,OutputS3Region:s<3,OutputS3BucketName:s<3,OutputS3KeyPrefix:s,MaxConcurrency:s<1,"
        "MaxErrors:s<1,TargetCount:n,CompletedCount:n,ErrorCount:n,DeliveryTimedOutCount:n,ServiceRole:s,"
        "NotificationConfig:NotificationConfig,CloudWatchOutputConfig:CloudWatchOutputConfig,"
        "TimeoutSeconds:n<30>2592000,AlarmConfiguration:AlarmConfiguration,TriggeredAlarms:[AlarmStateInformation", NULL},
    {"ssm/NotificationConfig",
        "NotificationArn:s,NotificationEvents:[=All|InProgress|Success|TimedOut|Cancelled|Failed,"
        "NotificationType:=Command|Invocation", NULL},
    {"ssm/Parameter",
        "Name:s<1,Type:=String|StringList|SecureString,Value:s,Version:n,Selector:s,SourceResult:s,LastModifiedDate:t,"
        "ARN:s,DataType:s", NULL},
    {"ssm/Target", "Key:s<1,Values:[s", NULL},
    {"ssm:getCommandInvocation",
        "CommandId:s<36,InstanceId:s,Comment:s,DocumentName:s,DocumentVersion:s,PluginName:s<4,ResponseCode:n,"
        "ExecutionStartDateTime:s,ExecutionElapsedTime:s,ExecutionEndDateTime:s,"
        "Status:=Pending|InProgress|Delayed|Success|Cancelled|TimedOut|Failed|Cancelling,StatusDetails:s,"
        "StandardOutputContent:s,StandardOutputUrl:s,StandardErrorContent:s,StandardErrorUrl:s,"
        "CloudWatchOutputConfig:CloudWatchOutputConfig", NULL},
    {"ssm:getParameter", "Parameter:Parameter", NULL},
    {"ssm:getParameters", "Parameters:[Parameter,InvalidParameters:[s<1", NULL},
    {"ssm:getParametersByPath", "Parameters:[Parameter,NextToken:s", NULL},
    {"ssm:putParameter", "Version:n,Tier:=Standard|Advanced|Intelligent-Tiering", NULL},
    {"ssm:sendCommand", "Command:Command", NULL},
};
/* clang-format on */

const size_t aws_shape_count = COUNT(aws_shapes);
