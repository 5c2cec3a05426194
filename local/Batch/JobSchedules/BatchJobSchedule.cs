using System.Text.Json.Serialization;
using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A job schedule: creates jobs at its times.</summary>
public class BatchJobSchedule
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="jobSpecification">The jobs to create.</param>
    public BatchJobSchedule(BatchJobSpecification jobSpecification)
    {
        JobSpecification = jobSpecification ?? throw new ArgumentNullException(nameof(jobSpecification));
    }

    internal BatchJobSchedule()
    {
    }

    /// <summary>When jobs are created.</summary>
    public BatchJobScheduleConfiguration Schedule { get; set; }

    /// <summary>The jobs to create.</summary>
    public BatchJobSpecification JobSpecification { get; set; }

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();

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

    /// <summary>Current state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobScheduleState State { get; internal set; }

    /// <summary>When it entered its state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset StateTransitionTime { get; internal set; }

    /// <summary>State before the current one; null while it is in its first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobScheduleState? PreviousState { get; internal set; }

    /// <summary>When it entered the previous state.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public DateTimeOffset? PreviousStateTransitionTime { get; internal set; }

    /// <summary>How it ran.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobScheduleExecutionInfo ExecutionInfo { get; internal set; }

    /// <summary>Statistics of its whole life; only with <c>$expand=stats</c>.</summary>
    [JsonPropertyName("stats")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public BatchJobScheduleStatistics JobScheduleStatistics { get; internal set; }

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchJobSchedule batchJobSchedule) => batchJobSchedule is null ? null : BatchJson.Content(batchJobSchedule);

    /// <summary>Reads the body of a response.</summary>
    public static explicit operator BatchJobSchedule(Response response) => BatchJson.Read<BatchJobSchedule>(response.Content);
}
