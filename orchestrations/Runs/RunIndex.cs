using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Blobs;

namespace DurableMl.Orchestrations.Runs;

/// <summary>A run in the list of all runs.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Pipeline">Its pipeline's name.</param>
/// <param name="State">How it ended; null while it goes on, or where it was ended from outside.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="ChangedAt">When it ended; while it goes on, when it began or was resumed.</param>
public sealed record RunEntry(string RunId, string? Pipeline, RunState? State, DateTimeOffset StartedAt, DateTimeOffset ChangedAt);

/// <summary>A page of the list of all runs.</summary>
/// <param name="Runs">The runs, newest first.</param>
/// <param name="ContinuationToken">Where the next page begins; null on the last.</param>
public sealed record RunEntries(IReadOnlyList<RunEntry> Runs, string? ContinuationToken);

/// <summary>The list of all runs, the newest first.</summary>
/// <param name="blobs">The data account.</param>
public sealed class RunIndex(BlobServiceClient blobs)
{
    // No run is called so: their ids begin with a letter or a digit.
    private const string Prefix = "_index/";
    private const string PipelineKey = "pipeline";
    private const string StateKey = "state";

    private readonly NewestFirst list = new(blobs.GetBlobContainerClient(DataContainers.Runs));

    /// <summary>Lists a run as going on.</summary>
    public Task BeginAsync(string runId, DateTime startedAt, string pipeline, CancellationToken cancellationToken) =>
        list.WriteAsync(Prefix, runId, startedAt, new Dictionary<string, string>(StringComparer.Ordinal) { [PipelineKey] = pipeline }, cancellationToken);

    /// <summary>Notes how a run ended.</summary>
    public Task EndAsync(string runId, DateTime startedAt, string pipeline, RunState state, CancellationToken cancellationToken) => list.WriteAsync(
        Prefix,
        runId,
        startedAt,
        new Dictionary<string, string>(StringComparer.Ordinal) { [PipelineKey] = pipeline, [StateKey] = state.ToString() },
        cancellationToken);

    /// <summary>A page of runs, newest first.</summary>
    /// <param name="continuationToken">What the page before said; null for the first.</param>
    /// <param name="pageSize">Runs on a page, 1 to 5000.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    public async Task<RunEntries> ListAsync(string? continuationToken, int pageSize, CancellationToken cancellationToken)
    {
        (IReadOnlyList<StartedEntry> runs, string? next) = await list.PageAsync(Prefix, continuationToken, pageSize, cancellationToken);
        return new RunEntries([.. runs.Select(Parse)], next);
    }

    /// <summary>Takes a run off the list, if it is on it.</summary>
    public Task RemoveAsync(string runId, DateTime startedAt, CancellationToken cancellationToken) =>
        list.RemoveAsync(Prefix, runId, startedAt, cancellationToken);

    /// <summary>Takes runs that began before a time and are over off the list. Returns how many.</summary>
    /// <param name="before">The time.</param>
    /// <param name="isOver">Whether a run is over of which the list does not say so, since it was ended from outside.</param>
    /// <param name="cancellationToken">The host stops.</param>
    public async Task<int> RemoveAsync(DateTimeOffset before, Func<string, Task<bool>> isOver, CancellationToken cancellationToken)
    {
        int removed = 0;
        string? token = null;
        do
        {
            RunEntries page = await ListAsync(token, 1000, cancellationToken);
            foreach (RunEntry run in page.Runs.Where(run => run.StartedAt < before))
            {
                if (run.State is not null || await isOver(run.RunId))
                {
                    await RemoveAsync(run.RunId, run.StartedAt.UtcDateTime, cancellationToken);
                    removed++;
                }
            }

            token = page.ContinuationToken;
        }
        while (token is not null);
        return removed;
    }

    private static RunEntry Parse(StartedEntry run) => new(
        run.Id,
        run.Metadata.GetValueOrDefault(PipelineKey),
        Enum.TryParse(run.Metadata.GetValueOrDefault(StateKey), out RunState ended) ? ended : null,
        run.StartedAt,
        run.ChangedAt ?? run.StartedAt);
}
