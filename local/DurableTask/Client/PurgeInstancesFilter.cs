namespace Microsoft.DurableTask.Client;

/// <summary>Which terminal instances to purge.</summary>
/// <param name="CreatedFrom">Created at this time or later.</param>
/// <param name="CreatedTo">Created at this time or earlier.</param>
/// <param name="Statuses">In one of these statuses; <c>null</c> or none means any terminal one.</param>
public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>How long to purge at most; the result then says whether everything was purged. <c>null</c> means no limit.</summary>
    public TimeSpan? Timeout { get; init; }
}
