/* Made by tools/shapes of the public models of AWS's APIs. */

#include "runtime/api/api_shapes.h"

#include "parsers/base/count.h"

/* clang-format off */
const struct api_shape api_shapes[] = {
    {"athena/AclConfiguration", "S3AclOption!:=BUCKET_OWNER_FULL_CONTROL"},
    {"athena/AthenaError", "ErrorCategory:n<1>3,ErrorType:n<0>9999,Retryable:b,ErrorMessage:s"},
    {"athena/ColumnInfo",
        "CatalogName:s,SchemaName:s,TableName:s,Name!:s,Label:s,Type!:s,Precision:n,Scale:n,"
        "Nullable:=NOT_NULL|NULLABLE|UNKNOWN,CaseSensitive:b"},
    {"athena/Datum", "VarCharValue:s"},
    {"athena/EncryptionConfiguration", "EncryptionOption!:=SSE_S3|SSE_KMS|CSE_KMS,KmsKey:s"},
    {"athena/EngineVersion", "SelectedEngineVersion:s<1,EffectiveEngineVersion:s<1"},
    {"athena/ManagedQueryResultsConfiguration",
        "Enabled!:b,EncryptionConfiguration:ManagedQueryResultsEncryptionConfiguration"},
    {"athena/ManagedQueryResultsEncryptionConfiguration", "KmsKey!:s<1"},
    {"athena/QueryExecution",
        "QueryExecutionId:s<1,Query:s<1,StatementType:=DDL|DML|UTILITY,"
        "ManagedQueryResultsConfiguration:ManagedQueryResultsConfiguration,ResultConfiguration:ResultConfiguration,"
        "ResultReuseConfiguration:ResultReuseConfiguration,QueryExecutionContext:QueryExecutionContext,"
        "Status:QueryExecutionStatus,Statistics:QueryExecutionStatistics,WorkGroup:s,EngineVersion:EngineVersion,"
        "ExecutionParameters:[s<1,SubstatementType:s,"
        "QueryResultsS3AccessGrantsConfiguration:QueryResultsS3AccessGrantsConfiguration"},
    {"athena/QueryExecutionContext", "Database:s<1,Catalog:s<1"},
    {"athena/QueryExecutionStatistics",
        "EngineExecutionTimeInMillis:n,DataScannedInBytes:n,DataManifestLocation:s,TotalExecutionTimeInMillis:n,"
        "QueryQueueTimeInMillis:n,ServicePreProcessingTimeInMillis:n,QueryPlanningTimeInMillis:n,"
        "ServiceProcessingTimeInMillis:n,ResultReuseInformation:ResultReuseInformation"},
    {"athena/QueryExecutionStatus",
        "State:=QUEUED|RUNNING|SUCCEEDED|FAILED|CANCELLED,StateChangeReason:s,SubmissionDateTime:s,"
        "CompletionDateTime:s,AthenaError:AthenaError"},
    {"athena/QueryResultsS3AccessGrantsConfiguration",
        "EnableS3AccessGrants!:b,CreateUserLevelPrefix:b,AuthenticationType!:=DIRECTORY_IDENTITY"},
    {"athena/ResultConfiguration",
        "OutputLocation:s,EncryptionConfiguration:EncryptionConfiguration,ExpectedBucketOwner:s<12,"
        "AclConfiguration:AclConfiguration"},
    {"athena/ResultReuseByAgeConfiguration", "Enabled!:b,MaxAgeInMinutes:n<0>10080"},
    {"athena/ResultReuseConfiguration", "ResultReuseByAgeConfiguration:ResultReuseByAgeConfiguration"},
    {"athena/ResultReuseInformation", "ReusedPreviousResult!:b"},
    {"athena/ResultSet", "Rows:[Row,ResultSetMetadata:ResultSetMetadata"},
    {"athena/ResultSetMetadata", "ColumnInfo:[ColumnInfo"},
    {"athena/Row", "Data:[Datum"},
    {"athena:getQueryExecution", "QueryExecution:QueryExecution"},
    {"athena:getQueryResults", "UpdateCount:n,ResultSet:ResultSet,NextToken:s<1"},
    {"athena:startQueryExecution", "QueryExecutionId:s<1"},
    {"batch:submitJob", "JobArn:s,JobName!:s,JobId!:s"},
    {"bedrock:createModelCustomizationJob", "JobArn!:s"},
    {"codebuild/AutoRetryConfig", "AutoRetryLimit:n,AutoRetryNumber:n,NextAutoRetry:s,PreviousAutoRetry:s"},
    {"codebuild/BatchRestrictions", "MaximumBuildsAllowed:n,ComputeTypesAllowed:[s<1,FleetsAllowed:[s<1"},
    {"codebuild/Build",
        "Id:s<1,Arn:s<1,BuildNumber:n,StartTime:s,EndTime:s,CurrentPhase:s,"
        "BuildStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,SourceVersion:s<1,ResolvedSourceVersion:s<1,"
        "ProjectName:s<1,Phases:[BuildPhase,Source:ProjectSource,SecondarySources:[ProjectSource,"
        "SecondarySourceVersions:[ProjectSourceVersion,Artifacts:BuildArtifacts,SecondaryArtifacts:[BuildArtifacts,"
        "Cache:ProjectCache,Environment:ProjectEnvironment,ServiceRole:s<1,Logs:LogsLocation,TimeoutInMinutes:n,"
        "QueuedTimeoutInMinutes:n,BuildComplete:b,Initiator:s,VpcConfig:VpcConfig,NetworkInterface:NetworkInterface,"
        "EncryptionKey:s<1,ExportedEnvironmentVariables:[ExportedEnvironmentVariable,ReportArns:[s,"
        "FileSystemLocations:[ProjectFileSystemLocation,DebugSession:DebugSession,BuildBatchArn:s,"
        "AutoRetryConfig:AutoRetryConfig"},
    {"codebuild/BuildArtifacts",
        "Location:s,Sha256sum:s,Md5sum:s,OverrideArtifactName:b,EncryptionDisabled:b,ArtifactIdentifier:s,"
        "BucketOwnerAccess:=NONE|READ_ONLY|FULL"},
    {"codebuild/BuildBatch",
        "Id:s<1,Arn:s<1,StartTime:s,EndTime:s,CurrentPhase:s,"
        "BuildBatchStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,SourceVersion:s<1,"
        "ResolvedSourceVersion:s<1,ProjectName:s<1,Phases:[BuildBatchPhase,Source:ProjectSource,"
        "SecondarySources:[ProjectSource,SecondarySourceVersions:[ProjectSourceVersion,Artifacts:BuildArtifacts,"
        "SecondaryArtifacts:[BuildArtifacts,Cache:ProjectCache,Environment:ProjectEnvironment,ServiceRole:s<1,"
        "LogConfig:LogsConfig,BuildTimeoutInMinutes:n,QueuedTimeoutInMinutes:n,Complete:b,Initiator:s,"
        "VpcConfig:VpcConfig,EncryptionKey:s<1,BuildBatchNumber:n,FileSystemLocations:[ProjectFileSystemLocation,"
        "BuildBatchConfig:ProjectBuildBatchConfig,BuildGroups:[BuildGroup,DebugSessionEnabled:b,ReportArns:[s"},
    {"codebuild/BuildBatchPhase",
        "PhaseType:=SUBMITTED|DOWNLOAD_BATCHSPEC|IN_PROGRESS|COMBINE_ARTIFACTS|SUCCEEDED|FAILED|STOPPED,"
        "PhaseStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,StartTime:s,EndTime:s,DurationInSeconds:n,"
        "Contexts:[PhaseContext"},
    {"codebuild/BuildGroup",
        "Identifier:s,DependsOn:[s<1,IgnoreFailure:b,CurrentBuildSummary:BuildSummary,"
        "PriorBuildSummaryList:[BuildSummary"},
    {"codebuild/BuildNotDeleted", "Id:s<1,StatusCode:s"},
    {"codebuild/BuildPhase",
        "PhaseType:=SUBMITTED|QUEUED|PROVISIONING|DOWNLOAD_SOURCE|INSTALL|PRE_BUILD|BUILD|POST_BUILD|UPLOAD_ARTIFACTS|"
        "FINALIZING|COMPLETED,PhaseStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,StartTime:s,EndTime:s,"
        "DurationInSeconds:n,Contexts:[PhaseContext"},
    {"codebuild/BuildStatusConfig", "Context:s,TargetUrl:s"},
    {"codebuild/BuildSummary",
        "Arn:s,RequestedOn:s,BuildStatus:=SUCCEEDED|FAILED|FAULT|TIMED_OUT|IN_PROGRESS|STOPPED,"
        "PrimaryArtifact:ResolvedArtifact,SecondaryArtifacts:[ResolvedArtifact"},
    {"codebuild/CloudWatchLogsConfig", "Status!:=ENABLED|DISABLED,GroupName:s,StreamName:s"},
    {"codebuild/CodeCoverageReportSummary",
        "LineCoveragePercentage:n<0>100,LinesCovered:n<0,LinesMissed:n<0,BranchCoveragePercentage:n<0>100,"
        "BranchesCovered:n<0,BranchesMissed:n<0"},
    {"codebuild/ComputeConfiguration", "VCpu:n,Memory:n,Disk:n,MachineType:=GENERAL|NVME,InstanceType:s<1"},
    {"codebuild/DebugSession", "SessionEnabled:b,SessionTarget:s<1"},
    {"codebuild/DockerServer",
        "ComputeType!:=BUILD_GENERAL1_SMALL|BUILD_GENERAL1_MEDIUM|BUILD_GENERAL1_LARGE|BUILD_GENERAL1_XLARGE|"
        "BUILD_GENERAL1_2XLARGE|BUILD_LAMBDA_1GB|BUILD_LAMBDA_2GB|BUILD_LAMBDA_4GB|BUILD_LAMBDA_8GB|BUILD_LAMBDA_10GB|"
        "ATTRIBUTE_BASED_COMPUTE|CUSTOM_INSTANCE_TYPE,SecurityGroupIds:[s<1,Status:DockerServerStatus"},
    {"codebuild/DockerServerStatus", "Status:s,Message:s"},
    {"codebuild/EnvironmentVariable", "Name!:s<1,Value!:s,Type:=PLAINTEXT|PARAMETER_STORE|SECRETS_MANAGER"},
    {"codebuild/ExportedEnvironmentVariable", "Name:s<1,Value:s"},
    {"codebuild/GitSubmodulesConfig", "FetchSubmodules!:b"},
    {"codebuild/LogsConfig", "CloudWatchLogs:CloudWatchLogsConfig,S3Logs:S3LogsConfig"},
    {"codebuild/LogsLocation",
        "GroupName:s,StreamName:s,DeepLink:s,S3DeepLink:s,CloudWatchLogsArn:s,S3LogsArn:s,"
        "CloudWatchLogs:CloudWatchLogsConfig,S3Logs:S3LogsConfig"},
    {"codebuild/NetworkInterface", "SubnetId:s<1,NetworkInterfaceId:s<1"},
    {"codebuild/PhaseContext", "StatusCode:s,Message:s"},
    {"codebuild/ProjectBuildBatchConfig",
        "ServiceRole:s<1,CombineArtifacts:b,Restrictions:BatchRestrictions,TimeoutInMins:n,"
        "BatchReportMode:=REPORT_INDIVIDUAL_BUILDS|REPORT_AGGREGATED_BATCH"},
    {"codebuild/ProjectCache",
        "Type!:=NO_CACHE|S3|LOCAL,Location:s,Modes:[=LOCAL_DOCKER_LAYER_CACHE|LOCAL_SOURCE_CACHE|LOCAL_CUSTOM_CACHE,"
        "CacheNamespace:s"},
    {"codebuild/ProjectEnvironment",
        "Type!:=WINDOWS_CONTAINER|LINUX_CONTAINER|LINUX_GPU_CONTAINER|ARM_CONTAINER|WINDOWS_SERVER_2019_CONTAINER|"
        "WINDOWS_SERVER_2022_CONTAINER|LINUX_LAMBDA_CONTAINER|ARM_LAMBDA_CONTAINER|LINUX_EC2|ARM_EC2|WINDOWS_EC2|"
        "MAC_ARM,Image!:s<1,"
        "ComputeType!:=BUILD_GENERAL1_SMALL|BUILD_GENERAL1_MEDIUM|BUILD_GENERAL1_LARGE|BUILD_GENERAL1_XLARGE|"
        "BUILD_GENERAL1_2XLARGE|BUILD_LAMBDA_1GB|BUILD_LAMBDA_2GB|BUILD_LAMBDA_4GB|BUILD_LAMBDA_8GB|BUILD_LAMBDA_10GB|"
        "ATTRIBUTE_BASED_COMPUTE|CUSTOM_INSTANCE_TYPE,ComputeConfiguration:ComputeConfiguration,Fleet:ProjectFleet,"
        "EnvironmentVariables:[EnvironmentVariable,PrivilegedMode:b,Certificate:s,"
        "RegistryCredential:RegistryCredential,ImagePullCredentialsType:=CODEBUILD|SERVICE_ROLE,"
        "DockerServer:DockerServer"},
    {"codebuild/ProjectFileSystemLocation", "Type:=EFS,Location:s,MountPoint:s,Identifier:s,MountOptions:s"},
    {"codebuild/ProjectFleet", "FleetArn:s"},
    {"codebuild/ProjectSource",
        "Type!:=CODECOMMIT|CODEPIPELINE|GITHUB|GITLAB|GITLAB_SELF_MANAGED|S3|BITBUCKET|GITHUB_ENTERPRISE|NO_SOURCE,"
        "Location:s,GitCloneDepth:n<0,GitSubmodulesConfig:GitSubmodulesConfig,Buildspec:s,Auth:SourceAuth,"
        "ReportBuildStatus:b,BuildStatusConfig:BuildStatusConfig,InsecureSsl:b,SourceIdentifier:s"},
    {"codebuild/ProjectSourceVersion", "SourceIdentifier!:s,SourceVersion!:s"},
    {"codebuild/RegistryCredential", "Credential!:s<1,CredentialProvider!:=SECRETS_MANAGER"},
    {"codebuild/Report",
        "Arn:s<1,Type:=TEST|CODE_COVERAGE,Name:s,ReportGroupArn:s<1,ExecutionId:s,"
        "Status:=GENERATING|SUCCEEDED|FAILED|INCOMPLETE|DELETING,Created:s,Expired:s,ExportConfig:ReportExportConfig,"
        "Truncated:b,TestSummary:TestReportSummary,CodeCoverageSummary:CodeCoverageReportSummary"},
    {"codebuild/ReportExportConfig", "ExportConfigType:=S3|NO_EXPORT,S3Destination:S3ReportExportConfig"},
    {"codebuild/ResolvedArtifact", "Type:=CODEPIPELINE|S3|NO_ARTIFACTS,Location:s,Identifier:s"},
    {"codebuild/S3LogsConfig",
        "Status!:=ENABLED|DISABLED,Location:s,EncryptionDisabled:b,BucketOwnerAccess:=NONE|READ_ONLY|FULL"},
    {"codebuild/S3ReportExportConfig",
        "Bucket:s<1,BucketOwner:s,Path:s,Packaging:=ZIP|NONE,EncryptionKey:s<1,EncryptionDisabled:b"},
    {"codebuild/SourceAuth", "Type!:=OAUTH|CODECONNECTIONS|SECRETS_MANAGER,Resource:s"},
    {"codebuild/TestReportSummary", "Total!:n,StatusCounts!:{n,DurationInNanoSeconds!:n"},
    {"codebuild/VpcConfig", "VpcId:s<1,Subnets:[s<1,SecurityGroupIds:[s<1"},
    {"codebuild:batchDeleteBuilds", "BuildsDeleted:[s<1,BuildsNotDeleted:[BuildNotDeleted"},
    {"codebuild:batchGetReports", "Reports:[Report,ReportsNotFound:[s<1"},
    {"codebuild:deleteBuildBatch", "StatusCode:s,BuildsDeleted:[s<1,BuildsNotDeleted:[BuildNotDeleted"},
    {"codebuild:retryBuildBatch", "BuildBatch:BuildBatch"},
    {"codebuild:startBuild", "Build:Build"},
    {"codebuild:startBuildBatch", "BuildBatch:BuildBatch"},
    {"codebuild:stopBuild", "Build:Build"},
    {"codebuild:stopBuildBatch", "BuildBatch:BuildBatch"},
    {"databrew:startJobRun", "RunId!:s<1"},
    {"dynamodb/ArchivalSummary", "ArchivalDateTime:s,ArchivalReason:s,ArchivalBackupArn:s<37"},
    {"dynamodb/AttributeDefinition", "AttributeName!:s<1,AttributeType!:=S|N|B"},
    {"dynamodb/AttributeValue", "S:s,N:s,B:s,SS:[s,NS:[s,BS:[s,M:{AttributeValue,L:[AttributeValue,NULL:b,BOOL:b"},
    {"dynamodb/BillingModeSummary", "BillingMode:=PROVISIONED|PAY_PER_REQUEST,LastUpdateToPayPerRequestDateTime:s"},
    {"dynamodb/Capacity", "ReadCapacityUnits:n,WriteCapacityUnits:n,CapacityUnits:n"},
    {"dynamodb/ConsumedCapacity",
        "TableName:s<1,CapacityUnits:n,ReadCapacityUnits:n,WriteCapacityUnits:n,Table:Capacity,"
        "LocalSecondaryIndexes:{Capacity,GlobalSecondaryIndexes:{Capacity"},
    {"dynamodb/DeleteRequest", "Key!:{AttributeValue"},
    {"dynamodb/GlobalSecondaryIndexDescription",
        "IndexName:s<3,KeySchema:[KeySchemaElement,Projection:Projection,"
        "IndexStatus:=CREATING|UPDATING|DELETING|ACTIVE,Backfilling:b,"
        "ProvisionedThroughput:ProvisionedThroughputDescription,IndexSizeBytes:n,ItemCount:n,IndexArn:s,"
        "OnDemandThroughput:OnDemandThroughput,WarmThroughput:GlobalSecondaryIndexWarmThroughputDescription"},
    {"dynamodb/GlobalSecondaryIndexWarmThroughputDescription",
        "ReadUnitsPerSecond:n<1,WriteUnitsPerSecond:n<1,Status:=CREATING|UPDATING|DELETING|ACTIVE"},
    {"dynamodb/GlobalTableWitnessDescription", "RegionName:s,WitnessStatus:=CREATING|DELETING|ACTIVE"},
    {"dynamodb/ItemCollectionMetrics", "ItemCollectionKey:{AttributeValue,SizeEstimateRangeGB:[n"},
    {"dynamodb/ItemResponse", "Item:{AttributeValue"},
    {"dynamodb/KeySchemaElement", "AttributeName!:s<1,KeyType!:=HASH|RANGE"},
    {"dynamodb/KeysAndAttributes",
        "Keys!:[{AttributeValue,AttributesToGet:[s,ConsistentRead:b,ProjectionExpression:s,ExpressionAttributeNames:{s"},
    {"dynamodb/LocalSecondaryIndexDescription",
        "IndexName:s<3,KeySchema:[KeySchemaElement,Projection:Projection,IndexSizeBytes:n,ItemCount:n,IndexArn:s"},
    {"dynamodb/OnDemandThroughput", "MaxReadRequestUnits:n,MaxWriteRequestUnits:n"},
    {"dynamodb/OnDemandThroughputOverride", "MaxReadRequestUnits:n"},
    {"dynamodb/Projection", "ProjectionType:=ALL|KEYS_ONLY|INCLUDE,NonKeyAttributes:[s<1"},
    {"dynamodb/ProvisionedThroughputDescription",
        "LastIncreaseDateTime:s,LastDecreaseDateTime:s,NumberOfDecreasesToday:n<1,ReadCapacityUnits:n<0,"
        "WriteCapacityUnits:n<0"},
    {"dynamodb/ProvisionedThroughputOverride", "ReadCapacityUnits:n<1"},
    {"dynamodb/PutRequest", "Item!:{AttributeValue"},
    {"dynamodb/ReplicaDescription",
        "RegionName:s,"
        "ReplicaStatus:=CREATING|CREATION_FAILED|UPDATING|DELETING|ACTIVE|REGION_DISABLED|"
        "INACCESSIBLE_ENCRYPTION_CREDENTIALS|ARCHIVING|ARCHIVED|REPLICATION_NOT_AUTHORIZED,ReplicaStatusDescription:s,"
        "ReplicaStatusPercentProgress:s,KMSMasterKeyId:s,ProvisionedThroughputOverride:ProvisionedThroughputOverride,"
        "OnDemandThroughputOverride:OnDemandThroughputOverride,WarmThroughput:TableWarmThroughputDescription,"
        "GlobalSecondaryIndexes:[ReplicaGlobalSecondaryIndexDescription,ReplicaInaccessibleDateTime:s,"
        "ReplicaTableClassSummary:TableClassSummary"},
    {"dynamodb/ReplicaGlobalSecondaryIndexDescription",
        "IndexName:s<3,ProvisionedThroughputOverride:ProvisionedThroughputOverride,"
        "OnDemandThroughputOverride:OnDemandThroughputOverride,"
        "WarmThroughput:GlobalSecondaryIndexWarmThroughputDescription"},
    {"dynamodb/RestoreSummary", "SourceBackupArn:s<37,SourceTableArn:s<1,RestoreDateTime!:s,RestoreInProgress!:b"},
    {"dynamodb/SSEDescription",
        "Status:=ENABLING|ENABLED|DISABLING|DISABLED|UPDATING,SSEType:=AES256|KMS,KMSMasterKeyArn:s,"
        "InaccessibleEncryptionDateTime:s"},
    {"dynamodb/StreamSpecification", "StreamEnabled!:b,StreamViewType:=NEW_IMAGE|OLD_IMAGE|NEW_AND_OLD_IMAGES|KEYS_ONLY"},
    {"dynamodb/TableClassSummary", "TableClass:=STANDARD|STANDARD_INFREQUENT_ACCESS,LastUpdateDateTime:s"},
    {"dynamodb/TableDescription",
        "AttributeDefinitions:[AttributeDefinition,TableName:s<3,KeySchema:[KeySchemaElement,"
        "TableStatus:=CREATING|UPDATING|DELETING|ACTIVE|INACCESSIBLE_ENCRYPTION_CREDENTIALS|ARCHIVING|ARCHIVED|"
        "REPLICATION_NOT_AUTHORIZED,CreationDateTime:s,ProvisionedThroughput:ProvisionedThroughputDescription,"
        "TableSizeBytes:n,ItemCount:n,TableArn:s,TableId:s,BillingModeSummary:BillingModeSummary,"
        "LocalSecondaryIndexes:[LocalSecondaryIndexDescription,GlobalSecondaryIndexes:[GlobalSecondaryIndexDescription,"
        "StreamSpecification:StreamSpecification,LatestStreamLabel:s,LatestStreamArn:s<37,GlobalTableVersion:s,"
        "Replicas:[ReplicaDescription,GlobalTableWitnesses:[GlobalTableWitnessDescription,"
        "RestoreSummary:RestoreSummary,SSEDescription:SSEDescription,ArchivalSummary:ArchivalSummary,"
        "TableClassSummary:TableClassSummary,DeletionProtectionEnabled:b,OnDemandThroughput:OnDemandThroughput,"
        "WarmThroughput:TableWarmThroughputDescription,MultiRegionConsistency:=EVENTUAL|STRONG"},
    {"dynamodb/TableWarmThroughputDescription",
        "ReadUnitsPerSecond:n<1,WriteUnitsPerSecond:n<1,"
        "Status:=CREATING|UPDATING|DELETING|ACTIVE|INACCESSIBLE_ENCRYPTION_CREDENTIALS|ARCHIVING|ARCHIVED|"
        "REPLICATION_NOT_AUTHORIZED"},
    {"dynamodb/WriteRequest", "PutRequest:PutRequest,DeleteRequest:DeleteRequest"},
    {"dynamodb:batchGetItem",
        "Responses:{[{AttributeValue,UnprocessedKeys:{KeysAndAttributes,ConsumedCapacity:[ConsumedCapacity"},
    {"dynamodb:batchWriteItem",
        "UnprocessedItems:{[WriteRequest,ItemCollectionMetrics:{[ItemCollectionMetrics,"
        "ConsumedCapacity:[ConsumedCapacity"},
    {"dynamodb:deleteItem",
        "Attributes:{AttributeValue,ConsumedCapacity:ConsumedCapacity,ItemCollectionMetrics:ItemCollectionMetrics"},
    {"dynamodb:describeTable", "Table:TableDescription"},
    {"dynamodb:executeStatement",
        "Items:[{AttributeValue,NextToken:s<1,ConsumedCapacity:ConsumedCapacity,LastEvaluatedKey:{AttributeValue"},
    {"dynamodb:getItem", "Item:{AttributeValue,ConsumedCapacity:ConsumedCapacity"},
    {"dynamodb:listTables", "TableNames:[s<3,LastEvaluatedTableName:s<3"},
    {"dynamodb:putItem",
        "Attributes:{AttributeValue,ConsumedCapacity:ConsumedCapacity,ItemCollectionMetrics:ItemCollectionMetrics"},
    {"dynamodb:query",
        "Items:[{AttributeValue,Count:n,ScannedCount:n,LastEvaluatedKey:{AttributeValue,"
        "ConsumedCapacity:ConsumedCapacity"},
    {"dynamodb:scan",
        "Items:[{AttributeValue,Count:n,ScannedCount:n,LastEvaluatedKey:{AttributeValue,"
        "ConsumedCapacity:ConsumedCapacity"},
    {"dynamodb:transactGetItems", "ConsumedCapacity:[ConsumedCapacity,Responses:[ItemResponse"},
    {"dynamodb:transactWriteItems", "ConsumedCapacity:[ConsumedCapacity,ItemCollectionMetrics:{[ItemCollectionMetrics"},
    {"dynamodb:updateItem",
        "Attributes:{AttributeValue,ConsumedCapacity:ConsumedCapacity,ItemCollectionMetrics:ItemCollectionMetrics"},
    {"ecs/Attachment", "Id:s,Type:s,Status:s,Details:[KeyValuePair"},
    {"ecs/Attribute", "Name!:s,Value:s,TargetType:=container-instance,TargetId:s"},
    {"ecs/Container",
        "ContainerArn:s,TaskArn:s,Name:s,Image:s,ImageDigest:s,RuntimeId:s,LastStatus:s,ExitCode:n,Reason:s,"
        "NetworkBindings:[NetworkBinding,NetworkInterfaces:[NetworkInterface,HealthStatus:=HEALTHY|UNHEALTHY|UNKNOWN,"
        "ManagedAgents:[ManagedAgent,Cpu:s,Memory:s,MemoryReservation:s,GpuIds:[s"},
    {"ecs/ContainerOverride",
        "Name:s,Command:[s,Environment:[KeyValuePair,EnvironmentFiles:[EnvironmentFile,Cpu:n,Memory:n,"
        "MemoryReservation:n,ResourceRequirements:[ResourceRequirement"},
    {"ecs/EnvironmentFile", "Value!:s,Type!:=s3"},
    {"ecs/EphemeralStorage", "SizeInGiB!:n"},
    {"ecs/Failure", "Arn:s,Reason:s,Detail:s"},
    {"ecs/InferenceAccelerator", "DeviceName!:s,DeviceType!:s"},
    {"ecs/InferenceAcceleratorOverride", "DeviceName:s,DeviceType:s"},
    {"ecs/KeyValuePair", "Name:s,Value:s"},
    {"ecs/ManagedAgent", "LastStartedAt:s,Name:=ExecuteCommandAgent,Reason:s,LastStatus:s"},
    {"ecs/NetworkBinding", "BindIP:s,ContainerPort:n,HostPort:n,Protocol:=tcp|udp,ContainerPortRange:s,HostPortRange:s"},
    {"ecs/NetworkInterface", "AttachmentId:s,PrivateIpv4Address:s,Ipv6Address:s"},
    {"ecs/ResourceRequirement", "Value!:s,Type!:=GPU|InferenceAccelerator"},
    {"ecs/Tag", "Key:s<1,Value:s"},
    {"ecs/Task",
        "Attachments:[Attachment,Attributes:[Attribute,AvailabilityZone:s,CapacityProviderName:s,ClusterArn:s,"
        "Connectivity:=CONNECTED|DISCONNECTED,ConnectivityAt:s,ContainerInstanceArn:s,Containers:[Container,Cpu:s,"
        "CreatedAt:s,DesiredStatus:s,EnableExecuteCommand:b,ExecutionStoppedAt:s,Group:s,"
        "HealthStatus:=HEALTHY|UNHEALTHY|UNKNOWN,InferenceAccelerators:[InferenceAccelerator,LastStatus:s,"
        "LaunchType:=EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES,Memory:s,Overrides:TaskOverride,PlatformVersion:s,"
        "PlatformFamily:s,PullStartedAt:s,PullStoppedAt:s,StartedAt:s,StartedBy:s,"
        "StopCode:=TaskFailedToStart|EssentialContainerExited|UserInitiated|ServiceSchedulerInitiated|SpotInterruption|"
        "TerminationNotice,StoppedAt:s,StoppedReason:s,StoppingAt:s,Tags:[Tag,TaskArn:s,TaskDefinitionArn:s,Version:n,"
        "EphemeralStorage:EphemeralStorage,FargateEphemeralStorage:TaskEphemeralStorage"},
    {"ecs/TaskEphemeralStorage", "SizeInGiB:n,KmsKeyId:s"},
    {"ecs/TaskOverride",
        "ContainerOverrides:[ContainerOverride,Cpu:s,InferenceAcceleratorOverrides:[InferenceAcceleratorOverride,"
        "ExecutionRoleArn:s,Memory:s,TaskRoleArn:s,EphemeralStorage:EphemeralStorage"},
    {"ecs:describeTasks", "Tasks:[Task,Failures:[Failure"},
    {"ecs:runTask", "Tasks:[Task,Failures:[Failure"},
    {"ecs:stopTask", "Task:Task"},
    {"eks/AccessConfigResponse",
        "BootstrapClusterCreatorAdminPermissions:b,AuthenticationMode:=API|API_AND_CONFIG_MAP|CONFIG_MAP"},
    {"eks/AutoScalingGroup", "Name:s"},
    {"eks/BlockStorage", "Enabled:b"},
    {"eks/Certificate", "Data:s"},
    {"eks/Cluster",
        "Name:s,Arn:s,CreatedAt:s,Version:s,Endpoint:s,RoleArn:s,ResourcesVpcConfig:VpcConfigResponse,"
        "KubernetesNetworkConfig:KubernetesNetworkConfigResponse,Logging:Logging,Identity:Identity,"
        "Status:=CREATING|ACTIVE|DELETING|FAILED|UPDATING|PENDING,CertificateAuthority:Certificate,"
        "ClientRequestToken:s,PlatformVersion:s,Tags:{s,EncryptionConfig:[EncryptionConfig,"
        "ConnectorConfig:ConnectorConfigResponse,Id:s,Health:ClusterHealth,OutpostConfig:OutpostConfigResponse,"
        "AccessConfig:AccessConfigResponse,UpgradePolicy:UpgradePolicyResponse,"
        "ZonalShiftConfig:ZonalShiftConfigResponse,RemoteNetworkConfig:RemoteNetworkConfigResponse,"
        "ComputeConfig:ComputeConfigResponse,StorageConfig:StorageConfigResponse,DeletionProtection:b"},
    {"eks/ClusterHealth", "Issues:[ClusterIssue"},
    {"eks/ClusterIssue",
        "Code:=AccessDenied|ClusterUnreachable|ConfigurationConflict|InternalFailure|ResourceLimitExceeded|"
        "ResourceNotFound|IamRoleNotFound|VpcNotFound|InsufficientFreeAddresses|Ec2ServiceNotSubscribed|"
        "Ec2SubnetNotFound|Ec2SecurityGroupNotFound|KmsGrantRevoked|KmsKeyNotFound|KmsKeyMarkedForDeletion|"
        "KmsKeyDisabled|StsRegionalEndpointDisabled|UnsupportedVersion|Other,Message:s,ResourceIds:[s"},
    {"eks/ComputeConfigResponse", "Enabled:b,NodePools:[s,NodeRoleArn:s"},
    {"eks/ConnectorConfigResponse", "ActivationId:s,ActivationCode:s,ActivationExpiry:s,Provider:s,RoleArn:s"},
    {"eks/ControlPlanePlacementResponse", "GroupName:s"},
    {"eks/ElasticLoadBalancing", "Enabled:b"},
    {"eks/EncryptionConfig", "Resources:[s,Provider:Provider"},
    {"eks/FargateProfile",
        "FargateProfileName:s,FargateProfileArn:s,ClusterName:s,CreatedAt:s,PodExecutionRoleArn:s,Subnets:[s,"
        "Selectors:[FargateProfileSelector,Status:=CREATING|ACTIVE|DELETING|CREATE_FAILED|DELETE_FAILED,Tags:{s,"
        "Health:FargateProfileHealth"},
    {"eks/FargateProfileHealth", "Issues:[FargateProfileIssue"},
    {"eks/FargateProfileIssue",
        "Code:=PodExecutionRoleAlreadyInUse|AccessDenied|ClusterUnreachable|InternalFailure,Message:s,ResourceIds:[s"},
    {"eks/FargateProfileSelector", "Namespace:s,Labels:{s"},
    {"eks/Identity", "Oidc:OIDC"},
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
        "Ec2InstanceTypeDoesNotExist,Message:s,ResourceIds:[s"},
    {"eks/KubernetesNetworkConfigResponse",
        "ServiceIpv4Cidr:s,ServiceIpv6Cidr:s,IpFamily:=ipv4|ipv6,ElasticLoadBalancing:ElasticLoadBalancing"},
    {"eks/LaunchTemplateSpecification", "Name:s,Version:s,Id:s"},
    {"eks/LogSetup", "Types:[=api|audit|authenticator|controllerManager|scheduler,Enabled:b"},
    {"eks/Logging", "ClusterLogging:[LogSetup"},
    {"eks/NodeRepairConfig",
        "Enabled:b,MaxUnhealthyNodeThresholdCount:n<1,MaxUnhealthyNodeThresholdPercentage:n<1>100,"
        "MaxParallelNodesRepairedCount:n<1,MaxParallelNodesRepairedPercentage:n<1>100,"
        "NodeRepairConfigOverrides:[NodeRepairConfigOverrides"},
    {"eks/NodeRepairConfigOverrides",
        "NodeMonitoringCondition:s,NodeUnhealthyReason:s,MinRepairWaitTimeMins:n<1,"
        "RepairAction:=Replace|Reboot|NoAction"},
    {"eks/Nodegroup",
        "NodegroupName:s,NodegroupArn:s,ClusterName:s,Version:s,ReleaseVersion:s,CreatedAt:s,ModifiedAt:s,"
        "Status:=CREATING|ACTIVE|UPDATING|DELETING|CREATE_FAILED|DELETE_FAILED|DEGRADED,"
        "CapacityType:=ON_DEMAND|SPOT|CAPACITY_BLOCK,ScalingConfig:NodegroupScalingConfig,InstanceTypes:[s,Subnets:[s,"
        "RemoteAccess:RemoteAccessConfig,"
        "AmiType:=AL2_x86_64|AL2_x86_64_GPU|AL2_ARM_64|CUSTOM|BOTTLEROCKET_ARM_64|BOTTLEROCKET_x86_64|"
        "BOTTLEROCKET_ARM_64_FIPS|BOTTLEROCKET_x86_64_FIPS|BOTTLEROCKET_ARM_64_NVIDIA|BOTTLEROCKET_x86_64_NVIDIA|"
        "WINDOWS_CORE_2019_x86_64|WINDOWS_FULL_2019_x86_64|WINDOWS_CORE_2022_x86_64|WINDOWS_FULL_2022_x86_64|"
        "AL2023_x86_64_STANDARD|AL2023_ARM_64_STANDARD|AL2023_x86_64_NEURON|AL2023_x86_64_NVIDIA|AL2023_ARM_64_NVIDIA,"
        "NodeRole:s,Labels:{s<1,Taints:[Taint,Resources:NodegroupResources,DiskSize:n,Health:NodegroupHealth,"
        "UpdateConfig:NodegroupUpdateConfig,NodeRepairConfig:NodeRepairConfig,"
        "LaunchTemplate:LaunchTemplateSpecification,Tags:{s"},
    {"eks/NodegroupHealth", "Issues:[Issue"},
    {"eks/NodegroupResources", "AutoScalingGroups:[AutoScalingGroup,RemoteAccessSecurityGroup:s"},
    {"eks/NodegroupScalingConfig", "MinSize:n<0,MaxSize:n<1,DesiredSize:n<0"},
    {"eks/NodegroupUpdateConfig", "MaxUnavailable:n<1,MaxUnavailablePercentage:n<1>100,UpdateStrategy:=DEFAULT|MINIMAL"},
    {"eks/OIDC", "Issuer:s"},
    {"eks/OutpostConfigResponse",
        "OutpostArns!:[s,ControlPlaneInstanceType!:s,ControlPlanePlacement:ControlPlanePlacementResponse"},
    {"eks/Provider", "KeyArn:s"},
    {"eks/RemoteAccessConfig", "Ec2SshKey:s,SourceSecurityGroups:[s"},
    {"eks/RemoteNetworkConfigResponse", "RemoteNodeNetworks:[RemoteNodeNetwork,RemotePodNetworks:[RemotePodNetwork"},
    {"eks/RemoteNodeNetwork", "Cidrs:[s"},
    {"eks/RemotePodNetwork", "Cidrs:[s"},
    {"eks/StorageConfigResponse", "BlockStorage:BlockStorage"},
    {"eks/Taint", "Key:s<1,Value:s,Effect:=NO_SCHEDULE|NO_EXECUTE|PREFER_NO_SCHEDULE"},
    {"eks/UpgradePolicyResponse", "SupportType:=STANDARD|EXTENDED"},
    {"eks/VpcConfigResponse",
        "SubnetIds:[s,SecurityGroupIds:[s,ClusterSecurityGroupId:s,VpcId:s,EndpointPublicAccess:b,"
        "EndpointPrivateAccess:b,PublicAccessCidrs:[s"},
    {"eks/ZonalShiftConfigResponse", "Enabled:b"},
    {"eks:createCluster", "Cluster:Cluster"},
    {"eks:createFargateProfile", "FargateProfile:FargateProfile"},
    {"eks:createNodegroup", "Nodegroup:Nodegroup"},
    {"eks:deleteCluster", "Cluster:Cluster"},
    {"eks:deleteFargateProfile", "FargateProfile:FargateProfile"},
    {"eks:deleteNodegroup", "Nodegroup:Nodegroup"},
    {"emr-containers:createVirtualCluster", "Id:s<1,Name:s<1,Arn:s<60"},
    {"emr-containers:deleteVirtualCluster", "Id:s<1"},
    {"emr-containers:startJobRun", "Id:s<1,Name:s<1,Arn:s<60,VirtualClusterId:s<1"},
    {"emr-serverless:cancelJobRun", "ApplicationId!:s<1,JobRunId!:s<1"},
    {"emr-serverless:createApplication", "ApplicationId!:s<1,Name:s<1,Arn!:s<60"},
    {"emr-serverless:startJobRun", "ApplicationId!:s<1,JobRunId!:s<1,Arn!:s<60"},
    {"eventbridge/PutEventsResultEntry", "EventId:s,ErrorCode:s,ErrorMessage:s"},
    {"eventbridge:putEvents", "FailedEntryCount:n,Entries:[PutEventsResultEntry"},
    {"glue/JobRun",
        "Id:s<1,Attempt:n,PreviousRunId:s<1,TriggerName:s<1,JobName:s<1,JobMode:=SCRIPT|VISUAL|NOTEBOOK,"
        "JobRunQueuingEnabled:b,StartedOn:s,LastModifiedOn:s,CompletedOn:s,"
        "JobRunState:=STARTING|RUNNING|STOPPING|STOPPED|SUCCEEDED|FAILED|TIMEOUT|ERROR|WAITING|EXPIRED,Arguments:{s,"
        "ErrorMessage:s,PredecessorRuns:[Predecessor,AllocatedCapacity:n,ExecutionTime:n,Timeout:n<1,MaxCapacity:n,"
        "WorkerType:=Standard|G.1X|G.2X|G.025X|G.4X|G.8X|Z.2X,NumberOfWorkers:n,SecurityConfiguration:s<1,"
        "LogGroupName:s,NotificationProperty:NotificationProperty,GlueVersion:s<1,DPUSeconds:n,"
        "ExecutionClass:=FLEX|STANDARD,MaintenanceWindow:s,ProfileName:s<1,StateDetail:s,ExecutionRoleSessionPolicy:s<2"},
    {"glue/NotificationProperty", "NotifyDelayAfter:n<1"},
    {"glue/Predecessor", "JobName:s<1,RunId:s<1"},
    {"glue:getJobRun", "JobRun:JobRun"},
    {"glue:startJobRun", "JobRunId:s<1"},
    {"kms/KeyMetadata",
        "AWSAccountId:s,KeyId!:s<1,Arn:s<20,CreationDate:s,Enabled:b,Description:s,"
        "KeyUsage:=SIGN_VERIFY|ENCRYPT_DECRYPT|GENERATE_VERIFY_MAC|KEY_AGREEMENT,"
        "KeyState:=Creating|Enabled|Disabled|PendingDeletion|PendingImport|PendingReplicaDeletion|Unavailable|Updating,"
        "DeletionDate:s,ValidTo:s,Origin:=AWS_KMS|EXTERNAL|AWS_CLOUDHSM|EXTERNAL_KEY_STORE,CustomKeyStoreId:s<1,"
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
        "XksKeyConfiguration:XksKeyConfigurationType,CurrentKeyMaterialId:s<64"},
    {"kms/MultiRegionConfiguration",
        "MultiRegionKeyType:=PRIMARY|REPLICA,PrimaryKey:MultiRegionKey,ReplicaKeys:[MultiRegionKey"},
    {"kms/MultiRegionKey", "Arn:s<20,Region:s<1"},
    {"kms/XksKeyConfigurationType", "Id:s<1"},
    {"kms:decrypt",
        "KeyId:s<1,Plaintext:s<1,EncryptionAlgorithm:=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE,"
        "CiphertextForRecipient:s<1,KeyMaterialId:s<64"},
    {"kms:describeKey", "KeyMetadata:KeyMetadata"},
    {"kms:encrypt",
        "CiphertextBlob:s<1,KeyId:s<1,EncryptionAlgorithm:=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE"},
    {"kms:generateDataKey", "CiphertextBlob:s<1,Plaintext:s<1,KeyId:s<1,CiphertextForRecipient:s<1,KeyMaterialId:s<64"},
    {"kms:generateDataKeyWithoutPlaintext", "CiphertextBlob:s<1,KeyId:s<1,KeyMaterialId:s<64"},
    {"kms:generateMac", "Mac:s<1,MacAlgorithm:=HMAC_SHA_224|HMAC_SHA_256|HMAC_SHA_384|HMAC_SHA_512,KeyId:s<1"},
    {"kms:generateRandom", "Plaintext:s<1,CiphertextForRecipient:s<1"},
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
        "ML_DSA_SHAKE_256|ED25519_SHA_512|ED25519_PH_SHA_512,KeyAgreementAlgorithms:[=ECDH"},
    {"kms:reEncrypt",
        "CiphertextBlob:s<1,SourceKeyId:s<1,KeyId:s<1,"
        "SourceEncryptionAlgorithm:=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE,"
        "DestinationEncryptionAlgorithm:=SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE,"
        "SourceKeyMaterialId:s<64,DestinationKeyMaterialId:s<64"},
    {"kms:sign",
        "KeyId:s<1,Signature:s<1,"
        "SigningAlgorithm:=RSASSA_PSS_SHA_256|RSASSA_PSS_SHA_384|RSASSA_PSS_SHA_512|RSASSA_PKCS1_V1_5_SHA_256|"
        "RSASSA_PKCS1_V1_5_SHA_384|RSASSA_PKCS1_V1_5_SHA_512|ECDSA_SHA_256|ECDSA_SHA_384|ECDSA_SHA_512|SM2DSA|"
        "ML_DSA_SHAKE_256|ED25519_SHA_512|ED25519_PH_SHA_512"},
    {"kms:verify",
        "KeyId:s<1,SignatureValid:b,"
        "SigningAlgorithm:=RSASSA_PSS_SHA_256|RSASSA_PSS_SHA_384|RSASSA_PSS_SHA_512|RSASSA_PKCS1_V1_5_SHA_256|"
        "RSASSA_PKCS1_V1_5_SHA_384|RSASSA_PKCS1_V1_5_SHA_512|ECDSA_SHA_256|ECDSA_SHA_384|ECDSA_SHA_512|SM2DSA|"
        "ML_DSA_SHAKE_256|ED25519_SHA_512|ED25519_PH_SHA_512"},
    {"kms:verifyMac", "KeyId:s<1,MacValid:b,MacAlgorithm:=HMAC_SHA_224|HMAC_SHA_256|HMAC_SHA_384|HMAC_SHA_512"},
    {"lambda/AliasRoutingConfiguration", "AdditionalVersionWeights:{n<0>1"},
    {"lambda/Concurrency", "ReservedConcurrentExecutions:n<0"},
    {"lambda/DeadLetterConfig", "TargetArn:s"},
    {"lambda/EnvironmentError", "ErrorCode:s,Message:s"},
    {"lambda/EnvironmentResponse", "Variables:{s,Error:EnvironmentError"},
    {"lambda/EphemeralStorage", "Size!:n<512>10240"},
    {"lambda/FileSystemConfig", "Arn!:s,LocalMountPath!:s"},
    {"lambda/FunctionCodeLocation", "RepositoryType:s,Location:s,ImageUri:s,ResolvedImageUri:s,SourceKMSKeyArn:s"},
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
        "SnapStart:SnapStartResponse,RuntimeVersionConfig:RuntimeVersionConfig,LoggingConfig:LoggingConfig"},
    {"lambda/ImageConfig", "EntryPoint:[s,Command:[s,WorkingDirectory:s"},
    {"lambda/ImageConfigError", "ErrorCode:s,Message:s"},
    {"lambda/ImageConfigResponse", "ImageConfig:ImageConfig,Error:ImageConfigError"},
    {"lambda/Layer", "Arn:s<1,CodeSize:n,SigningProfileVersionArn:s,SigningJobArn:s"},
    {"lambda/LoggingConfig",
        "LogFormat:=JSON|Text,ApplicationLogLevel:=TRACE|DEBUG|INFO|WARN|ERROR|FATAL,SystemLogLevel:=DEBUG|INFO|WARN,"
        "LogGroup:s<1"},
    {"lambda/RuntimeVersionConfig", "RuntimeVersionArn:s<26,Error:RuntimeVersionError"},
    {"lambda/RuntimeVersionError", "ErrorCode:s,Message:s"},
    {"lambda/SnapStartResponse", "ApplyOn:=PublishedVersions|None,OptimizationStatus:=On|Off"},
    {"lambda/TagsError", "ErrorCode!:s<10,Message!:s<84"},
    {"lambda/TracingConfigResponse", "Mode:=Active|PassThrough"},
    {"lambda/VpcConfigResponse", "SubnetIds:[s,SecurityGroupIds:[s,VpcId:s,Ipv6AllowedForDualStack:b"},
    {"lambda:getAlias",
        "AliasArn:s,Name:s<1,FunctionVersion:s<1,Description:s,RoutingConfig:AliasRoutingConfiguration,RevisionId:s"},
    {"lambda:getFunction",
        "Configuration:FunctionConfiguration,Code:FunctionCodeLocation,Tags:{s,TagsError:TagsError,"
        "Concurrency:Concurrency"},
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
        "SnapStart:SnapStartResponse,RuntimeVersionConfig:RuntimeVersionConfig,LoggingConfig:LoggingConfig"},
    {"lambda:invoke", "StatusCode:n,FunctionError:s,LogResult:s,Payload:*,ExecutedVersion:s<1"},
    {"lambda:listFunctions", "NextMarker:s,Functions:[FunctionConfiguration"},
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
        "SnapStart:SnapStartResponse,RuntimeVersionConfig:RuntimeVersionConfig,LoggingConfig:LoggingConfig"},
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
        "SnapStart:SnapStartResponse,RuntimeVersionConfig:RuntimeVersionConfig,LoggingConfig:LoggingConfig"},
    {"s3/Bucket", "Name:s,CreationDate:s,BucketRegion:s,BucketArn:s<1"},
    {"s3/CommonPrefix", "Prefix:s"},
    {"s3/CopyObjectResult",
        "ETag:s,LastModified:s,ChecksumType:=COMPOSITE|FULL_OBJECT,ChecksumCRC32:s,ChecksumCRC32C:s,"
        "ChecksumCRC64NVME:s,ChecksumSHA1:s,ChecksumSHA256:s"},
    {"s3/DeletedObject", "Key:s<1,VersionId:s,DeleteMarker:b,DeleteMarkerVersionId:s"},
    {"s3/Error", "Key:s<1,VersionId:s,Code:s,Message:s"},
    {"s3/Object",
        "Key:s<1,LastModified:s,ETag:s,ChecksumAlgorithm:[=CRC32|CRC32C|SHA1|SHA256|CRC64NVME,"
        "ChecksumType:=COMPOSITE|FULL_OBJECT,Size:n,"
        "StorageClass:=STANDARD|REDUCED_REDUNDANCY|GLACIER|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|DEEP_ARCHIVE|"
        "OUTPOSTS|GLACIER_IR|SNOW|EXPRESS_ONEZONE|FSX_OPENZFS,Owner:Owner,RestoreStatus:RestoreStatus"},
    {"s3/Owner", "DisplayName:s,ID:s"},
    {"s3/RestoreStatus", "IsRestoreInProgress:b,RestoreExpiryDate:s"},
    {"s3/Tag", "Key!:s<1,Value!:s"},
    {"s3:copyObject",
        "CopyObjectResult:CopyObjectResult,Expiration:s,CopySourceVersionId:s,VersionId:s,"
        "ServerSideEncryption:=AES256|aws:fsx|aws:kms|aws:kms:dsse,SSECustomerAlgorithm:s,SSECustomerKeyMD5:s,"
        "SSEKMSKeyId:s,SSEKMSEncryptionContext:s,BucketKeyEnabled:b,RequestCharged:=requester"},
    {"s3:createBucket", "Location:s,BucketArn:s<1"},
    {"s3:deleteObject", "DeleteMarker:b,VersionId:s,RequestCharged:=requester"},
    {"s3:deleteObjects", "Deleted:[DeletedObject,RequestCharged:=requester,Errors:[Error"},
    {"s3:getObject",
        "Body:s,DeleteMarker:b,AcceptRanges:s,Expiration:s,Restore:s,LastModified:s,ContentLength:n,ETag:s,"
        "ChecksumCRC32:s,ChecksumCRC32C:s,ChecksumCRC64NVME:s,ChecksumSHA1:s,ChecksumSHA256:s,"
        "ChecksumType:=COMPOSITE|FULL_OBJECT,MissingMeta:n,VersionId:s,CacheControl:s,ContentDisposition:s,"
        "ContentEncoding:s,ContentLanguage:s,ContentRange:s,ContentType:s,Expires:s,WebsiteRedirectLocation:s,"
        "ServerSideEncryption:=AES256|aws:fsx|aws:kms|aws:kms:dsse,Metadata:{s,SSECustomerAlgorithm:s,"
        "SSECustomerKeyMD5:s,SSEKMSKeyId:s,BucketKeyEnabled:b,"
        "StorageClass:=STANDARD|REDUCED_REDUNDANCY|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|GLACIER|DEEP_ARCHIVE|"
        "OUTPOSTS|GLACIER_IR|SNOW|EXPRESS_ONEZONE|FSX_OPENZFS,RequestCharged:=requester,"
        "ReplicationStatus:=COMPLETE|PENDING|FAILED|REPLICA|COMPLETED,PartsCount:n,TagCount:n,"
        "ObjectLockMode:=GOVERNANCE|COMPLIANCE,ObjectLockRetainUntilDate:s,ObjectLockLegalHoldStatus:=ON|OFF"},
    {"s3:getObjectTagging", "VersionId:s,TagSet!:[Tag"},
    {"s3:headBucket",
        "BucketArn:s<1,BucketLocationType:=AvailabilityZone|LocalZone,BucketLocationName:s,BucketRegion:s,"
        "AccessPointAlias:b"},
    {"s3:headObject",
        "DeleteMarker:b,AcceptRanges:s,Expiration:s,Restore:s,ArchiveStatus:=ARCHIVE_ACCESS|DEEP_ARCHIVE_ACCESS,"
        "LastModified:s,ContentLength:n,ChecksumCRC32:s,ChecksumCRC32C:s,ChecksumCRC64NVME:s,ChecksumSHA1:s,"
        "ChecksumSHA256:s,ChecksumType:=COMPOSITE|FULL_OBJECT,ETag:s,MissingMeta:n,VersionId:s,CacheControl:s,"
        "ContentDisposition:s,ContentEncoding:s,ContentLanguage:s,ContentType:s,ContentRange:s,Expires:s,"
        "WebsiteRedirectLocation:s,ServerSideEncryption:=AES256|aws:fsx|aws:kms|aws:kms:dsse,Metadata:{s,"
        "SSECustomerAlgorithm:s,SSECustomerKeyMD5:s,SSEKMSKeyId:s,BucketKeyEnabled:b,"
        "StorageClass:=STANDARD|REDUCED_REDUNDANCY|STANDARD_IA|ONEZONE_IA|INTELLIGENT_TIERING|GLACIER|DEEP_ARCHIVE|"
        "OUTPOSTS|GLACIER_IR|SNOW|EXPRESS_ONEZONE|FSX_OPENZFS,RequestCharged:=requester,"
        "ReplicationStatus:=COMPLETE|PENDING|FAILED|REPLICA|COMPLETED,PartsCount:n,TagCount:n,"
        "ObjectLockMode:=GOVERNANCE|COMPLIANCE,ObjectLockRetainUntilDate:s,ObjectLockLegalHoldStatus:=ON|OFF"},
    {"s3:listBuckets", "Buckets:[Bucket,Owner:Owner,ContinuationToken:s,Prefix:s"},
    {"s3:listObjects",
        "IsTruncated:b,Marker:s,NextMarker:s,Contents:[Object,Name:s,Prefix:s,Delimiter:s,MaxKeys:n,"
        "CommonPrefixes:[CommonPrefix,EncodingType:=url,RequestCharged:=requester"},
    {"s3:listObjectsV2",
        "IsTruncated:b,Contents:[Object,Name:s,Prefix:s,Delimiter:s,MaxKeys:n,CommonPrefixes:[CommonPrefix,"
        "EncodingType:=url,KeyCount:n,ContinuationToken:s,NextContinuationToken:s,StartAfter:s,"
        "RequestCharged:=requester"},
    {"s3:putObject",
        "Expiration:s,ETag:s,ChecksumCRC32:s,ChecksumCRC32C:s,ChecksumCRC64NVME:s,ChecksumSHA1:s,ChecksumSHA256:s,"
        "ChecksumType:=COMPOSITE|FULL_OBJECT,ServerSideEncryption:=AES256|aws:fsx|aws:kms|aws:kms:dsse,VersionId:s,"
        "SSECustomerAlgorithm:s,SSECustomerKeyMD5:s,SSEKMSKeyId:s,SSEKMSEncryptionContext:s,BucketKeyEnabled:b,Size:n,"
        "RequestCharged:=requester"},
    {"s3:putObjectTagging", "VersionId:s"},
    {"sagemaker:createEndpoint", "EndpointArn!:s<20"},
    {"sagemaker:createEndpointConfig", "EndpointConfigArn!:s<20"},
    {"sagemaker:createHyperParameterTuningJob", "HyperParameterTuningJobArn!:s"},
    {"sagemaker:createLabelingJob", "LabelingJobArn!:s"},
    {"sagemaker:createModel", "ModelArn!:s<20"},
    {"sagemaker:createProcessingJob", "ProcessingJobArn!:s"},
    {"sagemaker:createTrainingJob", "TrainingJobArn!:s"},
    {"sagemaker:createTransformJob", "TransformJobArn!:s"},
    {"sagemaker:updateEndpoint", "EndpointArn!:s<20"},
    {"secretsmanager/ReplicationStatusType",
        "Region:s<1,KmsKeyId:s,Status:=InSync|Failed|InProgress,StatusMessage:s<1,LastAccessedDate:s"},
    {"secretsmanager/RotationRulesType", "AutomaticallyAfterDays:n<1>1000,Duration:s<2,ScheduleExpression:s<1"},
    {"secretsmanager/SecretListEntry",
        "ARN:s<20,Name:s<1,Description:s,KmsKeyId:s,RotationEnabled:b,RotationLambdaARN:s,"
        "RotationRules:RotationRulesType,LastRotatedDate:s,LastChangedDate:s,LastAccessedDate:s,DeletedDate:s,"
        "NextRotationDate:s,Tags:[Tag,SecretVersionsToStages:{[s<1,OwningService:s<1,CreatedDate:s,PrimaryRegion:s<1"},
    {"secretsmanager/Tag", "Key:s<1,Value:s"},
    {"secretsmanager:createSecret", "ARN:s<20,Name:s<1,VersionId:s<32,ReplicationStatus:[ReplicationStatusType"},
    {"secretsmanager:describeSecret",
        "ARN:s<20,Name:s<1,Description:s,KmsKeyId:s,RotationEnabled:b,RotationLambdaARN:s,"
        "RotationRules:RotationRulesType,LastRotatedDate:s,LastChangedDate:s,LastAccessedDate:s,DeletedDate:s,"
        "NextRotationDate:s,Tags:[Tag,VersionIdsToStages:{[s<1,OwningService:s<1,CreatedDate:s,PrimaryRegion:s<1,"
        "ReplicationStatus:[ReplicationStatusType"},
    {"secretsmanager:getSecretValue",
        "ARN:s<20,Name:s<1,VersionId:s<32,SecretBinary:s<1,SecretString:s<1,VersionStages:[s<1,CreatedDate:s"},
    {"secretsmanager:listSecrets", "SecretList:[SecretListEntry,NextToken:s<1"},
    {"secretsmanager:putSecretValue", "ARN:s<20,Name:s<1,VersionId:s<32,VersionStages:[s<1"},
    {"sfn/BillingDetails", "BilledMemoryUsedInMB:n<0,BilledDurationInMilliseconds:n<0"},
    {"sfn/CloudWatchEventsExecutionDataDetails", "Included:b"},
    {"sfn/CloudWatchLogsLogGroup", "LogGroupArn:s<1"},
    {"sfn/EncryptionConfiguration",
        "KmsKeyId:s<1,KmsDataKeyReusePeriodSeconds:n<60>900,Type!:=AWS_OWNED_KEY|CUSTOMER_MANAGED_KMS_KEY"},
    {"sfn/ExecutionListItem",
        "ExecutionArn!:s<1,StateMachineArn!:s<1,Name!:s<1,"
        "Status!:=RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PENDING_REDRIVE,StartDate!:s,StopDate:s,MapRunArn:s<1,"
        "ItemCount:n<0,StateMachineVersionArn:s<1,StateMachineAliasArn:s<1,RedriveCount:n,RedriveDate:s"},
    {"sfn/LogDestination", "CloudWatchLogsLogGroup:CloudWatchLogsLogGroup"},
    {"sfn/LoggingConfiguration", "Level:=ALL|ERROR|FATAL|OFF,IncludeExecutionData:b,Destinations:[LogDestination"},
    {"sfn/MapRunExecutionCounts",
        "Pending!:n<0,Running!:n<0,Succeeded!:n<0,Failed!:n<0,TimedOut!:n<0,Aborted!:n<0,Total!:n<0,"
        "ResultsWritten!:n<0,FailuresNotRedrivable:n,PendingRedrive:n"},
    {"sfn/MapRunItemCounts",
        "Pending!:n<0,Running!:n<0,Succeeded!:n<0,Failed!:n<0,TimedOut!:n<0,Aborted!:n<0,Total!:n<0,"
        "ResultsWritten!:n<0,FailuresNotRedrivable:n,PendingRedrive:n"},
    {"sfn/StateMachineListItem", "StateMachineArn!:s<1,Name!:s<1,Type!:=STANDARD|EXPRESS,CreationDate!:s"},
    {"sfn/TracingConfiguration", "Enabled:b"},
    {"sfn:describeExecution",
        "ExecutionArn!:s<1,StateMachineArn!:s<1,Name:s<1,"
        "Status!:=RUNNING|SUCCEEDED|FAILED|TIMED_OUT|ABORTED|PENDING_REDRIVE,StartDate!:s,StopDate:s,Input:s,"
        "InputDetails:CloudWatchEventsExecutionDataDetails,Output:s,OutputDetails:CloudWatchEventsExecutionDataDetails,"
        "TraceHeader:s,MapRunArn:s<1,Error:s,Cause:s,StateMachineVersionArn:s<1,StateMachineAliasArn:s<1,"
        "RedriveCount:n,RedriveDate:s,RedriveStatus:=REDRIVABLE|NOT_REDRIVABLE|REDRIVABLE_BY_MAP_RUN,"
        "RedriveStatusReason:s"},
    {"sfn:describeMapRun",
        "MapRunArn!:s<1,ExecutionArn!:s<1,Status!:=RUNNING|SUCCEEDED|FAILED|ABORTED,StartDate!:s,StopDate:s,"
        "MaxConcurrency!:n<0,ToleratedFailurePercentage!:n<0>100,ToleratedFailureCount!:n<0,"
        "ItemCounts!:MapRunItemCounts,ExecutionCounts!:MapRunExecutionCounts,RedriveCount:n,RedriveDate:s"},
    {"sfn:describeStateMachine",
        "StateMachineArn!:s<1,Name!:s<1,Status:=ACTIVE|DELETING,Definition!:s<1,RoleArn!:s<1,Type!:=STANDARD|EXPRESS,"
        "CreationDate!:s,LoggingConfiguration:LoggingConfiguration,TracingConfiguration:TracingConfiguration,Label:s,"
        "RevisionId:s,Description:s,EncryptionConfiguration:EncryptionConfiguration,VariableReferences:{[s"},
    {"sfn:listExecutions", "Executions!:[ExecutionListItem,NextToken:s<1"},
    {"sfn:listStateMachines", "StateMachines!:[StateMachineListItem,NextToken:s<1"},
    {"sfn:startExecution", "ExecutionArn!:s<1,StartDate!:s"},
    {"sfn:startSyncExecution",
        "ExecutionArn!:s<1,StateMachineArn:s<1,Name:s<1,StartDate!:s,StopDate!:s,Status!:=SUCCEEDED|FAILED|TIMED_OUT,"
        "Error:s,Cause:s,Input:s,InputDetails:CloudWatchEventsExecutionDataDetails,Output:s,"
        "OutputDetails:CloudWatchEventsExecutionDataDetails,TraceHeader:s,BillingDetails:BillingDetails"},
    {"sfn:stopExecution", "StopDate!:s"},
    {"sns/BatchResultErrorEntry", "Id!:s,Code!:s,Message:s,SenderFault!:b"},
    {"sns/PublishBatchResultEntry", "Id:s,MessageId:s,SequenceNumber:s"},
    {"sns/Topic", "TopicArn:s"},
    {"sns:createTopic", "TopicArn:s"},
    {"sns:listTopics", "Topics:[Topic,NextToken:s"},
    {"sns:publish", "MessageId:s,SequenceNumber:s"},
    {"sns:publishBatch", "Successful:[PublishBatchResultEntry,Failed:[BatchResultErrorEntry"},
    {"sns:subscribe", "SubscriptionArn:s"},
    {"sqs/BatchResultErrorEntry", "Id!:s,SenderFault!:b,Code!:s,Message:s"},
    {"sqs/Message",
        "MessageId:s,ReceiptHandle:s,MD5OfBody:s,Body:s,Attributes:{s,MD5OfMessageAttributes:s,"
        "MessageAttributes:{MessageAttributeValue"},
    {"sqs/MessageAttributeValue", "StringValue:s,BinaryValue:s,StringListValues:[s,BinaryListValues:[s,DataType!:s"},
    {"sqs/SendMessageBatchResultEntry",
        "Id!:s,MessageId!:s,MD5OfMessageBody!:s,MD5OfMessageAttributes:s,MD5OfMessageSystemAttributes:s,"
        "SequenceNumber:s"},
    {"sqs:createQueue", "QueueUrl:s"},
    {"sqs:getQueueAttributes", "Attributes:{s"},
    {"sqs:getQueueUrl", "QueueUrl:s"},
    {"sqs:listQueues", "QueueUrls:[s,NextToken:s"},
    {"sqs:receiveMessage", "Messages:[Message"},
    {"sqs:sendMessage",
        "MD5OfMessageBody:s,MD5OfMessageAttributes:s,MD5OfMessageSystemAttributes:s,MessageId:s,SequenceNumber:s"},
    {"sqs:sendMessageBatch", "Successful!:[SendMessageBatchResultEntry,Failed!:[BatchResultErrorEntry"},
    {"ssm/Alarm", "Name!:s<1"},
    {"ssm/AlarmConfiguration", "IgnorePollAlarmFailure:b,Alarms!:[Alarm"},
    {"ssm/AlarmStateInformation", "Name!:s<1,State!:=UNKNOWN|ALARM"},
    {"ssm/CloudWatchOutputConfig", "CloudWatchLogGroupName:s<1,CloudWatchOutputEnabled:b"},
    {"ssm/Command",
        "CommandId:s<36,DocumentName:s,DocumentVersion:s,Comment:s,ExpiresAfter:s,Parameters:{[s,InstanceIds:[s,"
        "Targets:[Target,RequestedDateTime:s,Status:=Pending|InProgress|Success|Cancelled|Failed|TimedOut|Cancelling,"
        "StatusDetails:s,OutputS3Region:s<3,OutputS3BucketName:s<3,OutputS3KeyPrefix:s,MaxConcurrency:s<1,"
        "MaxErrors:s<1,TargetCount:n,CompletedCount:n,ErrorCount:n,DeliveryTimedOutCount:n,ServiceRole:s,"
        "NotificationConfig:NotificationConfig,CloudWatchOutputConfig:CloudWatchOutputConfig,"
        "TimeoutSeconds:n<30>2592000,AlarmConfiguration:AlarmConfiguration,TriggeredAlarms:[AlarmStateInformation"},
    {"ssm/NotificationConfig",
        "NotificationArn:s,NotificationEvents:[=All|InProgress|Success|TimedOut|Cancelled|Failed,"
        "NotificationType:=Command|Invocation"},
    {"ssm/Parameter",
        "Name:s<1,Type:=String|StringList|SecureString,Value:s,Version:n,Selector:s,SourceResult:s,LastModifiedDate:s,"
        "ARN:s,DataType:s"},
    {"ssm/Target", "Key:s<1,Values:[s"},
    {"ssm:getCommandInvocation",
        "CommandId:s<36,InstanceId:s,Comment:s,DocumentName:s,DocumentVersion:s,PluginName:s<4,ResponseCode:n,"
        "ExecutionStartDateTime:s,ExecutionElapsedTime:s,ExecutionEndDateTime:s,"
        "Status:=Pending|InProgress|Delayed|Success|Cancelled|TimedOut|Failed|Cancelling,StatusDetails:s,"
        "StandardOutputContent:s,StandardOutputUrl:s,StandardErrorContent:s,StandardErrorUrl:s,"
        "CloudWatchOutputConfig:CloudWatchOutputConfig"},
    {"ssm:getParameter", "Parameter:Parameter"},
    {"ssm:getParameters", "Parameters:[Parameter,InvalidParameters:[s<1"},
    {"ssm:getParametersByPath", "Parameters:[Parameter,NextToken:s"},
    {"ssm:putParameter", "Version:n,Tier:=Standard|Advanced|Intelligent-Tiering"},
    {"ssm:sendCommand", "Command:Command"},
};
/* clang-format on */

const size_t api_shape_count = COUNT(api_shapes);
