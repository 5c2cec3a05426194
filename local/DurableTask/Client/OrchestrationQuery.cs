namespace Microsoft.DurableTask.Client;

/// <summary>A filter over orchestrations.</summary>
/// <param name="CreatedFrom">Created at this time or later.</param>
/// <param name="CreatedTo">Created at this time or earlier.</param>
/// <param name="Statuses">In one of these statuses; <c>null</c> or none means any.</param>
/// <param name="TaskHubNames">Ignored: a file holds one task hub.</param>
/// <param name="InstanceIdPrefix">With ids that start so.</param>
/// <param name="PageSize">Instances in each page.</param>
/// <param name="FetchInputsAndOutputs">Whether to fetch inputs, outputs and custom statuses.</param>
/// <param name="ContinuationToken">Where to go on.</param>
public record OrchestrationQuery(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null,
    IEnumerable<string>? TaskHubNames = null,
    string? InstanceIdPrefix = null,
    int PageSize = OrchestrationQuery.DefaultPageSize,
    bool FetchInputsAndOutputs = false,
    string? ContinuationToken = null)
{
    /// <summary>Instances in each page unless the query says otherwise.</summary>
    public const int DefaultPageSize = 100;
}
