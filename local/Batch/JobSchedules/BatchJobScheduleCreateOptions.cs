using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>A job schedule to create.</summary>
public class BatchJobScheduleCreateOptions
{
    /// <summary>Creates one with what is required.</summary>
    /// <param name="id">Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</param>
    /// <param name="schedule">When jobs are created.</param>
    /// <param name="jobSpecification">The jobs to create.</param>
    public BatchJobScheduleCreateOptions(string id, BatchJobScheduleConfiguration schedule, BatchJobSpecification jobSpecification)
    {
        Id = id ?? throw new ArgumentNullException(nameof(id));
        Schedule = schedule ?? throw new ArgumentNullException(nameof(schedule));
        JobSpecification = jobSpecification ?? throw new ArgumentNullException(nameof(jobSpecification));
    }

    internal BatchJobScheduleCreateOptions()
    {
    }

    /// <summary>Identifier: at most 64 letters, digits, hyphens and underscores, compared without regard to case.</summary>
    public string Id { get; internal set; }

    /// <summary>Name for people, at most 1024 characters; need not be unique.</summary>
    public string DisplayName { get; set; }

    /// <summary>When jobs are created.</summary>
    public BatchJobScheduleConfiguration Schedule { get; internal set; }

    /// <summary>The jobs to create.</summary>
    public BatchJobSpecification JobSpecification { get; internal set; }

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchJobScheduleCreateOptions batchJobScheduleCreateOptions) => batchJobScheduleCreateOptions is null ? null : BatchJson.Content(batchJobScheduleCreateOptions);
}
