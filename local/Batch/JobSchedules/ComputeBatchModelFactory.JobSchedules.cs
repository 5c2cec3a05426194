namespace Azure.Compute.Batch;

public static partial class ComputeBatchModelFactory
{
    /// <summary>A job schedule: creates jobs at its times.</summary>
    public static BatchJobSchedule BatchJobSchedule(
        string id = null,
        string displayName = null,
        Uri uri = null,
        ETag eTag = default,
        DateTimeOffset lastModified = default,
        DateTimeOffset creationTime = default,
        BatchJobScheduleState state = default,
        DateTimeOffset stateTransitionTime = default,
        BatchJobScheduleState? previousState = null,
        DateTimeOffset? previousStateTransitionTime = null,
        BatchJobScheduleConfiguration schedule = null,
        BatchJobSpecification jobSpecification = null,
        BatchJobScheduleExecutionInfo executionInfo = null,
        IEnumerable<BatchMetadataItem> metadata = null,
        BatchJobScheduleStatistics jobScheduleStatistics = null) => new()
    {
        Id = id,
        DisplayName = displayName,
        Uri = uri,
        ETag = eTag,
        LastModified = lastModified,
        CreationTime = creationTime,
        State = state,
        StateTransitionTime = stateTransitionTime,
        PreviousState = previousState,
        PreviousStateTransitionTime = previousStateTransitionTime,
        Schedule = schedule,
        JobSpecification = jobSpecification,
        ExecutionInfo = executionInfo,
        Metadata = metadata?.ToList() ?? [],
        JobScheduleStatistics = jobScheduleStatistics,
    };

    /// <summary>Latest and next job of a schedule.</summary>
    public static BatchJobScheduleExecutionInfo BatchJobScheduleExecutionInfo(
        DateTimeOffset? nextRunTime = null,
        RecentBatchJob recentJob = null,
        DateTimeOffset? endTime = null) => new()
    {
        NextRunTime = nextRunTime,
        RecentJob = recentJob,
        EndTime = endTime,
    };

    /// <summary>The latest job of a schedule.</summary>
    public static RecentBatchJob RecentBatchJob(string id = null, Uri uri = null) => new()
    {
        Id = id,
        Uri = uri,
    };

    /// <summary>What the jobs of a schedule have used.</summary>
    public static BatchJobScheduleStatistics BatchJobScheduleStatistics(
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
}
