using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A task: a command that runs on a node.</summary>
public class BatchTask
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchTask()
    {
    }

    /// <summary>Limits of time and retries.</summary>
    public BatchTaskConstraints Constraints { get; set; }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string Id { get; internal set; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string DisplayName { get; internal set; }

    /// <summary>Address of the resource.</summary>
    [JsonPropertyName("url")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public Uri Uri { get; internal set; }

    /// <summary>Version of the resource; changes with every change.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public ETag ETag { get; internal set; }

    /// <summary>When it last changed.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset LastModified { get; internal set; }

    /// <summary>When it was created.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset CreationTime { get; internal set; }

    /// <summary>What follows from each way of ending.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public ExitConditions ExitConditions { get; internal set; }

    /// <summary>Current state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchTaskState State { get; internal set; }

    /// <summary>When it entered its state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset StateTransitionTime { get; internal set; }

    /// <summary>State before the current one; null while it is in its first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchTaskState? PreviousState { get; internal set; }

    /// <summary>When it entered the previous state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset? PreviousStateTransitionTime { get; internal set; }

    /// <summary>Command to run; no shell interprets it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string CommandLine { get; internal set; }

    /// <summary>Container to run the command in.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchTaskContainerSettings ContainerSettings { get; internal set; }

    /// <summary>Files to download before the command runs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public IReadOnlyList<ResourceFile> ResourceFiles { get; internal set; } = new UnsetList<ResourceFile>();

    /// <summary>Files to upload after the command ran.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public IReadOnlyList<OutputFile> OutputFiles { get; internal set; } = new UnsetList<OutputFile>();

    /// <summary>Environment variables.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public IReadOnlyList<EnvironmentSetting> EnvironmentSettings { get; internal set; } = new UnsetList<EnvironmentSetting>();

    /// <summary>Node to prefer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchAffinityInfo AffinityInfo { get; internal set; }

    /// <summary>Task slots it takes; 1 by default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public int? RequiredSlots { get; internal set; }

    /// <summary>User the command runs as.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public UserIdentity UserIdentity { get; internal set; }

    /// <summary>How it ran.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchTaskExecutionInfo ExecutionInfo { get; internal set; }

    /// <summary>Where it ran.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchNodeInfo NodeInfo { get; internal set; }

    /// <summary>Makes the task run on several nodes at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public MultiInstanceSettings MultiInstanceSettings { get; internal set; }

    /// <summary>Statistics of its whole life; only with <c>$expand=stats</c>.</summary>
    [JsonPropertyName("stats")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchTaskStatistics TaskStatistics { get; internal set; }

    /// <summary>Tasks that must complete first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchTaskDependencies DependsOn { get; internal set; }

    /// <summary>Application packages to put on the node.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public IReadOnlyList<BatchApplicationPackageReference> ApplicationPackageReferences { get; internal set; } = new UnsetList<BatchApplicationPackageReference>();

    /// <summary>Access to the service from within the task.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public AuthenticationTokenSettings AuthenticationTokenSettings { get; internal set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchTask batchTask) => batchTask is null ? null : BatchJson.Content(batchTask);

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchTask(Response response) => BatchJson.Read<BatchTask>(response.Content);
}
