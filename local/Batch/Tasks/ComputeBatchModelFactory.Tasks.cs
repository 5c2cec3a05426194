namespace Azure.Compute.Batch;

public static partial class ComputeBatchModelFactory
{
    /// <summary>The container that a task ran in.</summary>
    public static BatchTaskContainerExecutionInfo BatchTaskContainerExecutionInfo(
        string containerId = null,
        string state = null,
        string error = null) => new()
    {
        ContainerId = containerId,
        State = state,
        Error = error,
    };

    /// <summary>Why a task failed.</summary>
    public static BatchTaskFailureInfo BatchTaskFailureInfo(
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

    /// <summary>A task: a command that runs on a node.</summary>
    public static BatchTask BatchTask(
        string id = null,
        string displayName = null,
        Uri uri = null,
        ETag eTag = default,
        DateTimeOffset lastModified = default,
        DateTimeOffset creationTime = default,
        ExitConditions exitConditions = null,
        BatchTaskState state = default,
        DateTimeOffset stateTransitionTime = default,
        BatchTaskState? previousState = null,
        DateTimeOffset? previousStateTransitionTime = null,
        string commandLine = null,
        BatchTaskContainerSettings containerSettings = null,
        IEnumerable<ResourceFile> resourceFiles = null,
        IEnumerable<OutputFile> outputFiles = null,
        IEnumerable<EnvironmentSetting> environmentSettings = null,
        BatchAffinityInfo affinityInfo = null,
        BatchTaskConstraints constraints = null,
        int? requiredSlots = null,
        UserIdentity userIdentity = null,
        BatchTaskExecutionInfo executionInfo = null,
        BatchNodeInfo nodeInfo = null,
        MultiInstanceSettings multiInstanceSettings = null,
        BatchTaskStatistics taskStatistics = null,
        BatchTaskDependencies dependsOn = null,
        IEnumerable<BatchApplicationPackageReference> applicationPackageReferences = null,
        AuthenticationTokenSettings authenticationTokenSettings = null) => new()
    {
        Id = id,
        DisplayName = displayName,
        Uri = uri,
        ETag = eTag,
        LastModified = lastModified,
        CreationTime = creationTime,
        ExitConditions = exitConditions,
        State = state,
        StateTransitionTime = stateTransitionTime,
        PreviousState = previousState,
        PreviousStateTransitionTime = previousStateTransitionTime,
        CommandLine = commandLine,
        ContainerSettings = containerSettings,
        ResourceFiles = resourceFiles?.ToList() ?? [],
        OutputFiles = outputFiles?.ToList() ?? [],
        EnvironmentSettings = environmentSettings?.ToList() ?? [],
        AffinityInfo = affinityInfo,
        Constraints = constraints,
        RequiredSlots = requiredSlots,
        UserIdentity = userIdentity,
        ExecutionInfo = executionInfo,
        NodeInfo = nodeInfo,
        MultiInstanceSettings = multiInstanceSettings,
        TaskStatistics = taskStatistics,
        DependsOn = dependsOn,
        ApplicationPackageReferences = applicationPackageReferences?.ToList() ?? [],
        AuthenticationTokenSettings = authenticationTokenSettings,
    };

    /// <summary>How a task ran.</summary>
    public static BatchTaskExecutionInfo BatchTaskExecutionInfo(
        DateTimeOffset? startTime = null,
        DateTimeOffset? endTime = null,
        int? exitCode = null,
        BatchTaskContainerExecutionInfo containerInfo = null,
        BatchTaskFailureInfo failureInfo = null,
        int retryCount = default,
        DateTimeOffset? lastRetryTime = null,
        int requeueCount = default,
        DateTimeOffset? lastRequeueTime = null,
        BatchTaskExecutionResult? result = null) => new()
    {
        StartTime = startTime,
        EndTime = endTime,
        ExitCode = exitCode,
        ContainerInfo = containerInfo,
        FailureInfo = failureInfo,
        RetryCount = retryCount,
        LastRetryTime = lastRetryTime,
        RequeueCount = requeueCount,
        LastRequeueTime = lastRequeueTime,
        Result = result,
    };

    /// <summary>What a task has used.</summary>
    public static BatchTaskStatistics BatchTaskStatistics(
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
        WaitTime = waitTime,
    };

    /// <summary>Tasks and task slots of a job by state.</summary>
    public static BatchTaskCountsResult BatchTaskCountsResult(
        BatchTaskCounts taskCounts = null,
        BatchTaskSlotCounts taskSlotCounts = null) => new()
    {
        TaskCounts = taskCounts,
        TaskSlotCounts = taskSlotCounts,
    };

    /// <summary>Tasks of a job by state.</summary>
    public static BatchTaskCounts BatchTaskCounts(
        int active = default,
        int running = default,
        int completed = default,
        int succeeded = default,
        int failed = default) => new()
    {
        Active = active,
        Running = running,
        Completed = completed,
        Succeeded = succeeded,
        Failed = failed,
    };

    /// <summary>Task slots of a job by state.</summary>
    public static BatchTaskSlotCounts BatchTaskSlotCounts(
        int active = default,
        int running = default,
        int completed = default,
        int succeeded = default,
        int failed = default) => new()
    {
        Active = active,
        Running = running,
        Completed = completed,
        Succeeded = succeeded,
        Failed = failed,
    };

    /// <summary>What became of the tasks of a group, in any order.</summary>
    public static BatchCreateTaskCollectionResult BatchCreateTaskCollectionResult(IEnumerable<BatchTaskCreateResult> values = null) => new()
    {
        Values = values?.ToList() ?? [],
    };

    /// <summary>What became of one task of a group.</summary>
    public static BatchTaskCreateResult BatchTaskCreateResult(
        BatchTaskAddStatus status = default,
        string taskId = null,
        ETag? eTag = null,
        DateTimeOffset? lastModified = null,
        string location = null,
        BatchError error = null) => new()
    {
        Status = status,
        TaskId = taskId,
        ETag = eTag,
        LastModified = lastModified,
        Location = location,
        Error = error,
    };

    /// <summary>One instance of a multi-instance task.</summary>
    public static BatchSubtask BatchSubtask(
        int? id = null,
        BatchNodeInfo nodeInfo = null,
        DateTimeOffset? startTime = null,
        DateTimeOffset? endTime = null,
        int? exitCode = null,
        BatchTaskContainerExecutionInfo containerInfo = null,
        BatchTaskFailureInfo failureInfo = null,
        BatchSubtaskState? state = null,
        DateTimeOffset? stateTransitionTime = null,
        BatchSubtaskState? previousState = null,
        DateTimeOffset? previousStateTransitionTime = null,
        BatchTaskExecutionResult? result = null) => new()
    {
        Id = id,
        NodeInfo = nodeInfo,
        StartTime = startTime,
        EndTime = endTime,
        ExitCode = exitCode,
        ContainerInfo = containerInfo,
        FailureInfo = failureInfo,
        State = state,
        StateTransitionTime = stateTransitionTime,
        PreviousState = previousState,
        PreviousStateTransitionTime = previousStateTransitionTime,
        Result = result,
    };
}
