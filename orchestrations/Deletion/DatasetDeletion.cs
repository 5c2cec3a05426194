using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Registry;
using Microsoft.DurableTask.Client;

namespace DurableMl.Orchestrations.Deletion;

/// <summary>What deleting a dataset, or one version of it, has removed.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Version">The version; null for all, with what was fetched for the dataset and what broken runs have left of it.</param>
/// <param name="Blobs">Blobs that were removed.</param>
/// <param name="Bytes">What they held.</param>
public sealed record DeletedDataset(string Dataset, string? Version, long Blobs, long Bytes);

/// <summary>
/// Deletes datasets that no published version came from and no run under way prepares or trains on. First go the notes of which inputs gave which version, so
/// that no run finds it by its inputs; then the manifest, without which there is no version; then the shards. What a crash leaves behind is files that
/// nothing names, and deleting again removes them.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="uses">Finds what needs a dataset.</param>
public sealed class DatasetDeletion(BlobServiceClient blobs, DataUses uses)
{
    private const int VersionLength = 64;

    private readonly BlobContainerClient datasets = blobs.GetBlobContainerClient(DataContainers.Datasets);

    /// <summary>Deletes a dataset or one version of it; null where there is none.</summary>
    /// <param name="client">The task hub.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="version">The version, or what it begins with where only one does; null for all.</param>
    /// <param name="cancellationToken">The caller has gone: what is not removed yet stays until it is deleted again.</param>
    /// <exception cref="InUseException">Something needs it.</exception>
    /// <exception cref="ArgumentException">Several versions begin so.</exception>
    public async Task<DeletedDataset?> DeleteAsync(DurableTaskClient client, string dataset, string? version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(dataset);
        if (!PipelineReader.IsName(dataset) || !await datasets.ExistsAsync(cancellationToken))
        {
            return null;
        }

        if (version is { } beginning)
        {
            version = await FullVersionAsync(dataset, beginning, cancellationToken);
            if (version is null)
            {
                return null;
            }
        }

        string folder = version is null ? dataset + "/" : $"{dataset}/{version}/";
        if (!await datasets.GetBlobsAsync(BlobTraits.None, BlobStates.None, folder, cancellationToken).AnyAsync(cancellationToken))
        {
            return null;
        }

        DataUses.ThrowIfUsed(
            version is null ? $"Dataset '{dataset}'" : $"Version {version} of dataset '{dataset}'",
            [
                .. await uses.VersionsAsync(lineage => lineage.Dataset == dataset && (version is null || lineage.DatasetVersion == version), cancellationToken),
                .. await uses.RunsAsync(client, pipeline => pipeline.Dataset.Name == dataset, cancellationToken),
            ]);
        RemovedBlobs removed = await RemoveInputsAsync(dataset, version, cancellationToken);
        removed += await RemovedBlobs.BelowAsync(datasets, folder, name => name.EndsWith("/" + DatasetManifest.File, StringComparison.Ordinal), cancellationToken);
        removed += await RemovedBlobs.BelowAsync(datasets, folder, _ => true, cancellationToken);
        return new(dataset, version, removed.Count, removed.Bytes);
    }

    private async Task<RemovedBlobs> RemoveInputsAsync(string dataset, string? version, CancellationToken cancellationToken)
    {
        string prefix = $"{dataset}/inputs/";
        if (version is null)
        {
            return await RemovedBlobs.BelowAsync(datasets, prefix, _ => true, cancellationToken);
        }

        var removed = new RemovedBlobs();
        await foreach (BlobItem note in datasets.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix, cancellationToken))
        {
            if ((await datasets.GetBlobClient(note.Name).ReadJsonAsync<DatasetReference>(cancellationToken))?.Version == version)
            {
                removed += await RemovedBlobs.BelowAsync(datasets, note.Name, name => name == note.Name, cancellationToken);
            }
        }

        return removed;
    }

    private async Task<string?> FullVersionAsync(string dataset, string version, CancellationToken cancellationToken)
    {
        string prefix = $"{dataset}/{version}";
        string[] found = version.Length is 0 or > VersionLength || !version.All(char.IsAsciiHexDigitLower)
            ? []
            : [.. await datasets.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix, cancellationToken)
                .Where(item => item.IsPrefix).Select(item => item.Prefix[(dataset.Length + 1)..^1]).Where(name => name.Length == VersionLength).Take(2).ToListAsync(cancellationToken)];
        return found.Length > 1 ? throw new ArgumentException($"Several versions of dataset '{dataset}' begin with {version}. Give more of it.", nameof(version)) : found.SingleOrDefault();
    }
}
