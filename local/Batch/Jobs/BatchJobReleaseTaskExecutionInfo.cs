using System.Text.Json.Serialization;

namespace Azure.Compute.Batch;

/// <summary>How a release task went.</summary>
public class BatchJobReleaseTaskExecutionInfo
{
    internal BatchJobReleaseTaskExecutionInfo()
    {
    }

    /// <summary>When it started.</summary>
    public DateTimeOffset StartTime { get; internal set; }

    /// <summary>When it ended; null until then.</summary>
    public DateTimeOffset? EndTime { get; internal set; }

    /// <summary>Current state.</summary>
    public BatchJobReleaseTaskState State { get; internal set; }

    /// <summary>Folder of the task on the node.</summary>
    public string TaskRootDirectory { get; internal set; }

    /// <summary>Address of the task's folder.</summary>
    [JsonPropertyName("taskRootDirectoryUrl")]
    public Uri TaskRootDirectoryUri { get; internal set; }

    /// <summary>Exit code of the process; null while it has none.</summary>
    public int? ExitCode { get; internal set; }

    /// <summary>Container it ran in.</summary>
    public BatchTaskContainerExecutionInfo ContainerInfo { get; internal set; }

    /// <summary>Why it failed; null when it did not.</summary>
    public BatchTaskFailureInfo FailureInfo { get; internal set; }

    /// <summary>Success or failure; null until it is completed.</summary>
    public BatchTaskExecutionResult? Result { get; internal set; }
}
