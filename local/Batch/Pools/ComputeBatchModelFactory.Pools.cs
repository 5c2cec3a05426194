using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Makes models as the service answers them, for tests with a mocked <see cref="BatchClient"/>.</summary>
public static partial class ComputeBatchModelFactory
{
    /// <summary>An image: of the marketplace, or of a gallery.</summary>
    public static BatchVmImageReference BatchVmImageReference(
        string publisher = null,
        string offer = null,
        string sku = null,
        string version = null,
        ResourceIdentifier virtualMachineImageId = null,
        string exactVersion = null,
        string sharedGalleryImageId = null,
        string communityGalleryImageId = null) => new()
    {
        Publisher = publisher,
        Offer = offer,
        Sku = sku,
        Version = version,
        VirtualMachineImageId = virtualMachineImageId,
        ExactVersion = exactVersion,
        SharedGalleryImageId = sharedGalleryImageId,
        CommunityGalleryImageId = communityGalleryImageId,
    };

    /// <summary>Core hours of a pool in an interval.</summary>
    public static BatchPoolUsageMetrics BatchPoolUsageMetrics(
        string poolId = null,
        DateTimeOffset startTime = default,
        DateTimeOffset endTime = default,
        string vmSize = null,
        float totalCoreHours = default) => new()
    {
        PoolId = poolId,
        StartTime = startTime,
        EndTime = endTime,
        VmSize = vmSize,
        TotalCoreHours = totalCoreHours,
    };

    /// <summary>A pool of nodes.</summary>
    public static BatchPool BatchPool(
        string id = null,
        string displayName = null,
        Uri uri = null,
        ETag eTag = default,
        DateTimeOffset lastModified = default,
        DateTimeOffset creationTime = default,
        BatchPoolState state = default,
        DateTimeOffset stateTransitionTime = default,
        AllocationState? allocationState = null,
        DateTimeOffset? allocationStateTransitionTime = null,
        string vmSize = null,
        VirtualMachineConfiguration virtualMachineConfiguration = null,
        TimeSpan? resizeTimeout = null,
        IEnumerable<ResizeError> resizeErrors = null,
        int currentDedicatedNodes = default,
        int currentLowPriorityNodes = default,
        int? targetDedicatedNodes = null,
        int? targetLowPriorityNodes = null,
        bool? enableAutoScale = null,
        string autoScaleFormula = null,
        TimeSpan? autoScaleEvaluationInterval = null,
        AutoScaleRun autoScaleRun = null,
        bool? enableInterNodeCommunication = null,
        NetworkConfiguration networkConfiguration = null,
        BatchStartTask startTask = null,
        IEnumerable<BatchApplicationPackageReference> applicationPackageReferences = null,
        int? taskSlotsPerNode = null,
        BatchTaskSchedulingPolicy taskSchedulingPolicy = null,
        IEnumerable<UserAccount> userAccounts = null,
        IEnumerable<BatchMetadataItem> metadata = null,
        BatchPoolStatistics poolStatistics = null,
        IEnumerable<MountConfiguration> mountConfiguration = null,
        BatchPoolIdentity identity = null,
        UpgradePolicy upgradePolicy = null) => new()
    {
        Id = id,
        DisplayName = displayName,
        Uri = uri,
        ETag = eTag,
        LastModified = lastModified,
        CreationTime = creationTime,
        State = state,
        StateTransitionTime = stateTransitionTime,
        AllocationState = allocationState,
        AllocationStateTransitionTime = allocationStateTransitionTime,
        VmSize = vmSize,
        VirtualMachineConfiguration = virtualMachineConfiguration,
        ResizeTimeout = resizeTimeout,
        ResizeErrors = resizeErrors?.ToList() ?? [],
        CurrentDedicatedNodes = currentDedicatedNodes,
        CurrentLowPriorityNodes = currentLowPriorityNodes,
        TargetDedicatedNodes = targetDedicatedNodes,
        TargetLowPriorityNodes = targetLowPriorityNodes,
        EnableAutoScale = enableAutoScale,
        AutoScaleFormula = autoScaleFormula,
        AutoScaleEvaluationInterval = autoScaleEvaluationInterval,
        AutoScaleRun = autoScaleRun,
        EnableInterNodeCommunication = enableInterNodeCommunication,
        NetworkConfiguration = networkConfiguration,
        StartTask = startTask,
        ApplicationPackageReferences = applicationPackageReferences?.ToList() ?? [],
        TaskSlotsPerNode = taskSlotsPerNode,
        TaskSchedulingPolicy = taskSchedulingPolicy,
        UserAccounts = userAccounts?.ToList() ?? [],
        Metadata = metadata?.ToList() ?? [],
        PoolStatistics = poolStatistics,
        MountConfiguration = mountConfiguration?.ToList() ?? [],
        Identity = identity,
        UpgradePolicy = upgradePolicy,
    };

    /// <summary>An error of a resize.</summary>
    public static ResizeError ResizeError(string code = null, string message = null, IEnumerable<NameValuePair> values = null) => new()
    {
        Code = code,
        Message = message,
        Values = values?.ToList() ?? [],
    };

    /// <summary>Result of evaluating a formula.</summary>
    public static AutoScaleRun AutoScaleRun(DateTimeOffset timestamp = default, string results = null, AutoScaleRunError error = null) => new()
    {
        Timestamp = timestamp,
        Results = results,
        Error = error,
    };

    /// <summary>Why a formula could not be evaluated.</summary>
    public static AutoScaleRunError AutoScaleRunError(
        string code = null,
        string message = null,
        IEnumerable<NameValuePair> values = null) => new()
    {
        Code = code,
        Message = message,
        Values = values?.ToList() ?? [],
    };

    /// <summary>What a pool has used.</summary>
    public static BatchPoolStatistics BatchPoolStatistics(
        Uri uri = null,
        DateTimeOffset startTime = default,
        DateTimeOffset lastUpdateTime = default,
        BatchPoolUsageStatistics usageStatistics = null,
        BatchPoolResourceStatistics resourceStatistics = null) => new()
    {
        Uri = uri,
        StartTime = startTime,
        LastUpdateTime = lastUpdateTime,
        UsageStatistics = usageStatistics,
        ResourceStatistics = resourceStatistics,
    };

    /// <summary>How long the nodes of a pool were used.</summary>
    public static BatchPoolUsageStatistics BatchPoolUsageStatistics(
        DateTimeOffset startTime = default,
        DateTimeOffset lastUpdateTime = default,
        TimeSpan dedicatedCoreTime = default) => new()
    {
        StartTime = startTime,
        LastUpdateTime = lastUpdateTime,
        DedicatedCoreTime = dedicatedCoreTime,
    };

    /// <summary>What the nodes of a pool used of their resources.</summary>
    public static BatchPoolResourceStatistics BatchPoolResourceStatistics(
        DateTimeOffset startTime = default,
        DateTimeOffset lastUpdateTime = default,
        float avgCpuPercentage = default,
        float avgMemoryGiB = default,
        float peakMemoryGiB = default,
        float avgDiskGiB = default,
        float peakDiskGiB = default,
        long diskReadIops = default,
        long diskWriteIops = default,
        float diskReadGiB = default,
        float diskWriteGiB = default,
        float networkReadGiB = default,
        float networkWriteGiB = default) => new()
    {
        StartTime = startTime,
        LastUpdateTime = lastUpdateTime,
        AvgCpuPercentage = avgCpuPercentage,
        AvgMemoryGiB = avgMemoryGiB,
        PeakMemoryGiB = peakMemoryGiB,
        AvgDiskGiB = avgDiskGiB,
        PeakDiskGiB = peakDiskGiB,
        DiskReadIops = diskReadIops,
        DiskWriteIops = diskWriteIops,
        DiskReadGiB = diskReadGiB,
        DiskWriteGiB = diskWriteGiB,
        NetworkReadGiB = networkReadGiB,
        NetworkWriteGiB = networkWriteGiB,
    };

    /// <summary>Managed identities of a pool.</summary>
    public static BatchPoolIdentity BatchPoolIdentity(
        BatchPoolIdentityType type = default,
        IEnumerable<BatchUserAssignedIdentity> userAssignedIdentities = null) => new()
    {
        Type = type,
        UserAssignedIdentities = userAssignedIdentities?.ToList() ?? [],
    };

    /// <summary>A user-assigned managed identity.</summary>
    public static BatchUserAssignedIdentity BatchUserAssignedIdentity(
        ResourceIdentifier resourceId = null,
        string clientId = null,
        string principalId = null) => new()
    {
        ResourceId = resourceId,
        ClientId = clientId,
        PrincipalId = principalId,
    };

    /// <summary>An image that nodes can have.</summary>
    public static BatchSupportedImage BatchSupportedImage(
        string nodeAgentSkuId = null,
        BatchVmImageReference imageReference = null,
        OSType osType = default,
        IEnumerable<string> capabilities = null,
        DateTimeOffset? batchSupportEndOfLife = null,
        ImageVerificationType verificationType = default) => new()
    {
        NodeAgentSkuId = nodeAgentSkuId,
        ImageReference = imageReference,
        OsType = osType,
        Capabilities = capabilities?.ToList() ?? [],
        BatchSupportEndOfLife = batchSupportEndOfLife,
        VerificationType = verificationType,
    };

    /// <summary>The nodes of a pool by state.</summary>
    public static BatchPoolNodeCounts BatchPoolNodeCounts(
        string poolId = null,
        BatchNodeCounts dedicated = null,
        BatchNodeCounts lowPriority = null) => new()
    {
        PoolId = poolId,
        Dedicated = dedicated,
        LowPriority = lowPriority,
    };

    /// <summary>Nodes by state.</summary>
    public static BatchNodeCounts BatchNodeCounts(
        int creating = default,
        int idle = default,
        int offline = default,
        int preempted = default,
        int rebooting = default,
        int reimaging = default,
        int running = default,
        int starting = default,
        int startTaskFailed = default,
        int leavingPool = default,
        int unknown = default,
        int unusable = default,
        int waitingForStartTask = default,
        int deallocated = default,
        int deallocating = default,
        int total = default,
        int upgradingOs = default) => new()
    {
        Creating = creating,
        Idle = idle,
        Offline = offline,
        Preempted = preempted,
        Rebooting = rebooting,
        Reimaging = reimaging,
        Running = running,
        Starting = starting,
        StartTaskFailed = startTaskFailed,
        LeavingPool = leavingPool,
        Unknown = unknown,
        Unusable = unusable,
        WaitingForStartTask = waitingForStartTask,
        Deallocated = deallocated,
        Deallocating = deallocating,
        Total = total,
        UpgradingOs = upgradingOs,
    };
}
