using Azure.Core;

namespace Azure.Compute.Batch;

/// <summary>Changes of a job schedule; what is not set stays.</summary>
public class BatchJobScheduleUpdateOptions
{
    /// <summary>Creates one with nothing set.</summary>
    public BatchJobScheduleUpdateOptions()
    {
    }

    /// <summary>When jobs are created.</summary>
    public BatchJobScheduleConfiguration Schedule { get; set; }

    /// <summary>The jobs to create.</summary>
    public BatchJobSpecification JobSpecification { get; set; }

    /// <summary>Names and values of the user, without meaning to the service.</summary>
    public IList<BatchMetadataItem> Metadata { get; internal set; } = new UnsetList<BatchMetadataItem>();

    /// <summary>The JSON that is sent.</summary>
    public static implicit operator RequestContent(BatchJobScheduleUpdateOptions batchJobScheduleUpdateOptions) => batchJobScheduleUpdateOptions is null ? null : BatchJson.Content(batchJobScheduleUpdateOptions);
}
