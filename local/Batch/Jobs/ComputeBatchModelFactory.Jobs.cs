namespace Azure.Compute.Batch;

public static partial class ComputeBatchModelFactory
{
    /// <summary>A job: tasks that run on one pool.</summary>
    public static BatchJob BatchJob(
        string id = null,
        string displayName = null,
        bool? usesTaskDependencies = null,
        Uri uri = null,
        ETag eTag = default,
        DateTimeOffset lastModified = default,
        DateTimeOffset creationTime = default,
        BatchJobState state = default,
        DateTimeOffset stateTransitionTime = default,
        BatchJobState? previousState = null,
        DateTimeOffset? previousStateTransitionTime = null,
        int? priority = null,
        bool? allowTaskPreemption = null,
        int? maxParallelTasks = null,
        BatchJobConstraints constraints = null,
        BatchJobManagerTask jobManagerTask = null,
        BatchJobPreparationTask jobPreparationTask = null,
        BatchJobReleaseTask jobReleaseTask = null,
        IEnumerable<EnvironmentSetting> commonEnvironmentSettings = null,
        BatchPoolInfo poolInfo = null,
        BatchAllTasksCompleteMode? allTasksCompleteMode = null,
        BatchTaskFailureMode? taskFailureMode = null,
        BatchJobNetworkConfiguration networkConfiguration = null,
        IEnumerable<BatchMetadataItem> metadata = null,
        BatchJobExecutionInfo executionInfo = null,
        BatchJobStatistics jobStatistics = null) => new()
    {
        Id = id,
        DisplayName = displayName,
        UsesTaskDependencies = usesTaskDependencies,
        Uri = uri,
        ETag = eTag,
        LastModified = lastModified,
        CreationTime = creationTime,
        State = state,
        StateTransitionTime = stateTransitionTime,
        PreviousState = previousState,
        PreviousStateTransitionTime = previousStateTransitionTime,
        Priority = priority,
        AllowTaskPreemption = allowTaskPreemption,
        MaxParallelTasks = maxParallelTasks,
        Constraints = constraints,
        JobManagerTask = jobManagerTask,
        JobPreparationTask = jobPreparationTask,
        JobReleaseTask = jobReleaseTask,
        CommonEnvironmentSettings = commonEnvironmentSettings?.ToList() ?? [],
        PoolInfo = poolInfo,
        AllTasksCompleteMode = allTasksCompleteMode,
        TaskFailureMode = taskFailureMode,
        NetworkConfiguration = networkConfiguration,
        Metadata = metadata?.ToList() ?? [],
        ExecutionInfo = executionInfo,
        JobStatistics = jobStatistics,
    };

    /// <summary>When a job ran, where, and why it ended.</summary>
    public static BatchJobExecutionInfo BatchJobExecutionInfo(
        DateTimeOffset startTime = default,
        DateTimeOffset? endTime = null,
        string poolId = null,
        BatchJobSchedulingError schedulingError = null,
        string terminationReason = null) => new()
    {
        StartTime = startTime,
        EndTime = endTime,
        PoolId = poolId,
        SchedulingError = schedulingError,
        TerminationReason = terminationReason,
    };

    /// <summary>Why a job could not be scheduled.</summary>
    public static BatchJobSchedulingError BatchJobSchedulingError(
        BatchErrorSourceCategory category = default,
        string code = null,
        string message = null,
        IEnumerable<NameValuePair> details = null) => new()
    {
        Category = category,
        Code = code,
        Message = message,
        Details = details?.ToList() ?? [],
    };

    /// <summary>What a job has used.</summary>
    public static BatchJobStatistics BatchJobStatistics(
        Uri uri = null,
        DateTimeOffset startTime = default,
        DateTimeOffset lastUpdateTime = default,
        TimeSpan userCpuTime = default,
        TimeSpan kernelCpuTime = default,
        TimeSpan wallClockTime = default,
        long readIops = default,
        long writeIops = default,
        float readIoGiB = default,
        float writeIoGiB = default,
        long succeededTasksCount = default,
        long failedTasksCount = default,
        long taskRetriesCount = default,
        TimeSpan waitTime = default) => new()
    {
        Uri = uri,
        StartTime = startTime,
        LastUpdateTime = lastUpdateTime,
        UserCpuTime = userCpuTime,
        KernelCpuTime = kernelCpuTime,
        WallClockTime = wallClockTime,
        ReadIops = readIops,
        WriteIops = writeIops,
        ReadIoGiB = readIoGiB,
        WriteIoGiB = writeIoGiB,
        SucceededTasksCount = succeededTasksCount,
        FailedTasksCount = failedTasksCount,
        TaskRetriesCount = taskRetriesCount,
        WaitTime = waitTime,
    };

    /// <summary>How the preparation and release tasks of a job went on one node.</summary>
    public static BatchJobPreparationAndReleaseTaskStatus BatchJobPreparationAndReleaseTaskStatus(
        string poolId = null,
        string nodeId = null,
        Uri nodeUri = null,
        BatchJobPreparationTaskExecutionInfo jobPreparationTaskExecutionInfo = null,
        BatchJobReleaseTaskExecutionInfo jobReleaseTaskExecutionInfo = null) => new()
    {
        PoolId = poolId,
        NodeId = nodeId,
        NodeUri = nodeUri,
        JobPreparationTaskExecutionInfo = jobPreparationTaskExecutionInfo,
        JobReleaseTaskExecutionInfo = jobReleaseTaskExecutionInfo,
    };

    /// <summary>How a preparation task went.</summary>
    public static BatchJobPreparationTaskExecutionInfo BatchJobPreparationTaskExecutionInfo(
        DateTimeOffset startTime = default,
        DateTimeOffset? endTime = null,
        BatchJobPreparationTaskState state = default,
        string taskRootDirectory = null,
        Uri taskRootDirectoryUri = null,
        int? exitCode = null,
        BatchTaskContainerExecutionInfo containerInfo = null,
        BatchTaskFailureInfo failureInfo = null,
        int retryCount = default,
        DateTimeOffset? lastRetryTime = null,
        BatchTaskExecutionResult? result = null) => new()
    {
        StartTime = startTime,
        EndTime = endTime,
        State = state,
        TaskRootDirectory = taskRootDirectory,
        TaskRootDirectoryUri = taskRootDirectoryUri,
        ExitCode = exitCode,
        ContainerInfo = containerInfo,
        FailureInfo = failureInfo,
        RetryCount = retryCount,
        LastRetryTime = lastRetryTime,
        Result = result,
    };

    /// <summary>How a release task went.</summary>
    public static BatchJobReleaseTaskExecutionInfo BatchJobReleaseTaskExecutionInfo(
        DateTimeOffset startTime = default,
        DateTimeOffset? endTime = null,
        BatchJobReleaseTaskState state = default,
        string taskRootDirectory = null,
        Uri taskRootDirectoryUri = null,
        int? exitCode = null,
        BatchTaskContainerExecutionInfo containerInfo = null,
        BatchTaskFailureInfo failureInfo = null,
        BatchTaskExecutionResult? result = null) => new()
    {
        StartTime = startTime,
        EndTime = endTime,
        State = state,
        TaskRootDirectory = taskRootDirectory,
        TaskRootDirectoryUri = taskRootDirectoryUri,
        ExitCode = exitCode,
        ContainerInfo = containerInfo,
        FailureInfo = failureInfo,
        Result = result,
    };
}
