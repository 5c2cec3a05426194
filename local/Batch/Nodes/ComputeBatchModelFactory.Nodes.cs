using System.Net;

namespace Azure.Compute.Batch;

public static partial class ComputeBatchModelFactory
{
    /// <summary>Where a task ran.</summary>
    public static BatchNodeInfo BatchNodeInfo(
        string affinityId = null,
        Uri nodeUri = null,
        string poolId = null,
        string nodeId = null,
        string taskRootDirectory = null,
        Uri taskRootDirectoryUri = null) => new()
    {
        AffinityId = affinityId,
        NodeUri = nodeUri,
        PoolId = poolId,
        NodeId = nodeId,
        TaskRootDirectory = taskRootDirectory,
        TaskRootDirectoryUri = taskRootDirectoryUri,
    };

    /// <summary>A node of a pool.</summary>
    public static BatchNode BatchNode(
        string id = null,
        Uri uri = null,
        BatchNodeState state = default,
        SchedulingState? schedulingState = null,
        DateTimeOffset stateTransitionTime = default,
        DateTimeOffset lastBootTime = default,
        DateTimeOffset allocationTime = default,
        IPAddress ipAddress = null,
        IPAddress ipv6Address = null,
        string affinityId = null,
        string vmSize = null,
        int totalTasksRun = default,
        int? runningTasksCount = null,
        int? runningTaskSlotsCount = null,
        int? totalTasksSucceeded = null,
        IEnumerable<BatchTaskInfo> recentTasks = null,
        BatchStartTask startTask = null,
        BatchStartTaskInfo startTaskInfo = null,
        IEnumerable<BatchNodeError> errors = null,
        bool? isDedicated = null,
        BatchNodeEndpointConfiguration endpointConfiguration = null,
        BatchNodeAgentInfo nodeAgentInfo = null,
        VirtualMachineInfo virtualMachineInfo = null) => new()
    {
        Id = id,
        Uri = uri,
        State = state,
        SchedulingState = schedulingState,
        StateTransitionTime = stateTransitionTime,
        LastBootTime = lastBootTime,
        AllocationTime = allocationTime,
        IpAddress = ipAddress,
        Ipv6Address = ipv6Address,
        AffinityId = affinityId,
        VmSize = vmSize,
        TotalTasksRun = totalTasksRun,
        RunningTasksCount = runningTasksCount,
        RunningTaskSlotsCount = runningTaskSlotsCount,
        TotalTasksSucceeded = totalTasksSucceeded,
        RecentTasks = recentTasks?.ToList() ?? [],
        StartTask = startTask,
        StartTaskInfo = startTaskInfo,
        Errors = errors?.ToList() ?? [],
        IsDedicated = isDedicated,
        EndpointConfiguration = endpointConfiguration,
        NodeAgentInfo = nodeAgentInfo,
        VirtualMachineInfo = virtualMachineInfo,
    };

    /// <summary>A task that a node ran lately.</summary>
    public static BatchTaskInfo BatchTaskInfo(
        Uri taskUri = null,
        string jobId = null,
        string taskId = null,
        int? subtaskId = null,
        BatchTaskState taskState = default,
        BatchTaskExecutionInfo executionInfo = null) => new()
    {
        TaskUri = taskUri,
        JobId = jobId,
        TaskId = taskId,
        SubtaskId = subtaskId,
        TaskState = taskState,
        ExecutionInfo = executionInfo,
    };

    /// <summary>How a start task went.</summary>
    public static BatchStartTaskInfo BatchStartTaskInfo(
        BatchStartTaskState state = default,
        DateTimeOffset startTime = default,
        DateTimeOffset? endTime = null,
        int? exitCode = null,
        BatchTaskContainerExecutionInfo containerInfo = null,
        BatchTaskFailureInfo failureInfo = null,
        int retryCount = default,
        DateTimeOffset? lastRetryTime = null,
        BatchTaskExecutionResult? result = null) => new()
    {
        State = state,
        StartTime = startTime,
        EndTime = endTime,
        ExitCode = exitCode,
        ContainerInfo = containerInfo,
        FailureInfo = failureInfo,
        RetryCount = retryCount,
        LastRetryTime = lastRetryTime,
        Result = result,
    };

    /// <summary>An error of a node.</summary>
    public static BatchNodeError BatchNodeError(
        string code = null,
        string message = null,
        IEnumerable<NameValuePair> errorDetails = null) => new()
    {
        Code = code,
        Message = message,
        ErrorDetails = errorDetails?.ToList() ?? [],
    };

    /// <summary>Ports of a node that can be reached from outside.</summary>
    public static BatchNodeEndpointConfiguration BatchNodeEndpointConfiguration(IEnumerable<InboundEndpoint> inboundEndpoints = null) => new()
    {
        InboundEndpoints = inboundEndpoints?.ToList() ?? [],
    };

    /// <summary>A port of a node that can be reached from outside.</summary>
    public static InboundEndpoint InboundEndpoint(
        string name = null,
        InboundEndpointProtocol protocol = default,
        IPAddress publicIpAddress = null,
        string publicFQDN = null,
        int frontendPort = default,
        int backendPort = default) => new()
    {
        Name = name,
        Protocol = protocol,
        PublicIpAddress = publicIpAddress,
        PublicFQDN = publicFQDN,
        FrontendPort = frontendPort,
        BackendPort = backendPort,
    };

    /// <summary>The service's agent on a node.</summary>
    public static BatchNodeAgentInfo BatchNodeAgentInfo(string version = null, DateTimeOffset lastUpdateTime = default) => new()
    {
        Version = version,
        LastUpdateTime = lastUpdateTime,
    };

    /// <summary>The machine behind a node.</summary>
    public static VirtualMachineInfo VirtualMachineInfo(BatchVmImageReference imageReference = null, string scaleSetVmResourceId = null) => new()
    {
        ImageReference = imageReference,
        ScaleSetVmResourceId = scaleSetVmResourceId,
    };

    /// <summary>Where to sign in to a node.</summary>
    public static BatchNodeRemoteLoginSettings BatchNodeRemoteLoginSettings(
        IPAddress ipv6RemoteLoginIpAddress = null,
        int? ipv6RemoteLoginPort = null,
        IPAddress remoteLoginIpAddress = null,
        int remoteLoginPort = default) => new()
    {
        Ipv6RemoteLoginIpAddress = ipv6RemoteLoginIpAddress,
        Ipv6RemoteLoginPort = ipv6RemoteLoginPort,
        RemoteLoginIpAddress = remoteLoginIpAddress,
        RemoteLoginPort = remoteLoginPort,
    };

    /// <summary>Where the logs go.</summary>
    public static UploadBatchServiceLogsResult UploadBatchServiceLogsResult(
        string virtualDirectoryName = null,
        int numberOfFilesUploaded = default) => new()
    {
        VirtualDirectoryName = virtualDirectoryName,
        NumberOfFilesUploaded = numberOfFilesUploaded,
    };

    /// <summary>An extension on a node.</summary>
    public static BatchNodeVMExtension BatchNodeVMExtension(
        string provisioningState = null,
        VMExtension vmExtension = null,
        VMExtensionInstanceView instanceView = null) => new()
    {
        ProvisioningState = provisioningState,
        VmExtension = vmExtension,
        InstanceView = instanceView,
    };

    /// <summary>What a machine tells of an extension.</summary>
    public static VMExtensionInstanceView VMExtensionInstanceView(
        string name = null,
        IEnumerable<InstanceViewStatus> statuses = null,
        IEnumerable<InstanceViewStatus> subStatuses = null) => new()
    {
        Name = name,
        Statuses = statuses?.ToList() ?? [],
        SubStatuses = subStatuses?.ToList() ?? [],
    };

    /// <summary>A status of an extension.</summary>
    public static InstanceViewStatus InstanceViewStatus(
        string code = null,
        string displayStatus = null,
        StatusLevelTypes? level = null,
        string message = null,
        DateTimeOffset? time = null) => new()
    {
        Code = code,
        DisplayStatus = displayStatus,
        Level = level,
        Message = message,
        Time = time,
    };
}
