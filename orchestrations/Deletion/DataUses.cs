using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Inference.Registry;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Deletion;

/// <summary>Finds what runs and datasets are needed for, and removes blobs.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="registry">The models.</param>
/// <param name="index">The list of all runs.</param>
public sealed class DataUses(BlobServiceClient blobs, ModelRegistry registry, RunIndex index)
{
    private const int Parallelism = 16;
    private const int PageSize = 1000;

    private readonly RunRecords records = new(blobs);

    /// <summary>The published versions that came from something.</summary>
    /// <param name="isMeant">Whether a version's lineage names it.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    internal async Task<IReadOnlyList<string>> VersionsAsync(Predicate<ModelLineage> isMeant, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        foreach (string model in await registry.ListModelsAsync(cancellationToken))
        {
            foreach (string version in await registry.ListVersionsAsync(model, cancellationToken))
            {
                if (await registry.FindAsync(model, version, cancellationToken) is { Lineage: { } lineage } && isMeant(lineage))
                {
                    found.Add($"version {version} of model '{model}' came from it");
                }
            }
        }

        return found;
    }

    /// <summary>The runs under way whose pipelines need something.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="isMeant">Whether a pipeline names it.</param>
    /// <param name="cancellationToken">Nobody asks any more.</param>
    internal async Task<IReadOnlyList<string>> RunsAsync(DurableTaskClient client, Predicate<PipelineDefinition> isMeant, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        await foreach (RunEntry run in UnfinishedAsync(cancellationToken))
        {
            // The list does not say of a run that was ended from outside that it has ended.
            if (await client.GetInstanceAsync(run.RunId, getInputsAndOutputs: false, cancellationToken) is { IsCompleted: false }
                && await records.PipelineAsync(run.RunId, cancellationToken) is { } pipeline && isMeant(pipeline))
            {
                found.Add($"run '{run.RunId}' is under way and needs it");
            }
        }

        return found;
    }

    /// <summary>Lets nothing pass that is needed.</summary>
    /// <param name="what">What it is, such as <c>Run 'a'</c>.</param>
    /// <param name="uses">What needs it.</param>
    /// <exception cref="InUseException">Something does.</exception>
    internal static void ThrowIfUsed(string what, params IReadOnlyList<string> uses)
    {
        if (uses.Count > 0)
        {
            throw new InUseException($"{what} is in use: {string.Join("; ", uses)}. Delete the versions, or cancel the runs or wait for them, first.");
        }
    }

    /// <summary>Removes all blobs below a prefix, as pages of them are listed, a few at a time. What is gone already counts for nothing.</summary>
    internal static async Task<RemovedBlobs> RemoveAsync(BlobContainerClient container, string prefix, Predicate<string> isMeant, CancellationToken cancellationToken)
    {
        long count = 0;
        long bytes = 0;
        await Parallel.ForEachAsync(
            container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken).Where(blob => isMeant(blob.Name)),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
            async (blob, token) =>
            {
                if (await container.DeleteBlobIfExistsAsync(blob.Name, DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: token))
                {
                    Interlocked.Increment(ref count);
                    Interlocked.Add(ref bytes, blob.Properties.ContentLength ?? 0);
                }
            });
        return new(count, bytes);
    }

    private async IAsyncEnumerable<RunEntry> UnfinishedAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            RunEntries page = await index.ListAsync(token, PageSize, cancellationToken);
            foreach (RunEntry run in page.Runs.Where(run => run.State is null))
            {
                yield return run;
            }

            token = page.ContinuationToken;
        }
        while (token is not null);
    }
}

/// <summary>Blobs that were removed.</summary>
/// <param name="Count">How many.</param>
/// <param name="Bytes">What they held.</param>
internal readonly record struct RemovedBlobs(long Count, long Bytes)
{
    public static RemovedBlobs operator +(RemovedBlobs one, RemovedBlobs other) => new(one.Count + other.Count, one.Bytes + other.Bytes);
}
