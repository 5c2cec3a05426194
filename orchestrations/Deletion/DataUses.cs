using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Runs;
using DurableMl.Registry;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Deletion;

/// <summary>Finds what runs and datasets are needed for.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="registry">The models.</param>
/// <param name="index">The list of all runs.</param>
public sealed class DataUses(BlobServiceClient blobs, ModelRegistry registry, RunIndex index)
{
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
