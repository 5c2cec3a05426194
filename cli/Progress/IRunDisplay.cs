using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Progress;

/// <summary>Shows a run's progress.</summary>
internal interface IRunDisplay
{
    /// <summary>Shows each state of a run as it comes.</summary>
    /// <returns>The last state.</returns>
    Task<RunDocument> ShowAsync(IAsyncEnumerable<RunDocument> states, CancellationToken cancellationToken);
}
