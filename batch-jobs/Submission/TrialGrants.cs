using System.Text.Json;
using System.Text.Json.Serialization;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using DurableMl.BatchJobs.Catalog;

namespace DurableMl.BatchJobs.Submission;

/// <summary>What a trial's processes may read and write, as the runner reads it from <c>grant.json</c>: signed URLs.</summary>
internal sealed record TrialGrant
{
    public string Format { get; } = "durableml-grant/1";

    /// <summary>When it was issued, and until when it holds, in seconds since 1970.</summary>
    public required double Issued { get; init; }

    public required double Expires { get; init; }

    /// <summary>Where the next one is to be found.</summary>
    public required Uri Grant { get; init; }

    /// <summary>The trial's own container: read, create, write.</summary>
    public required Uri Container { get; init; }

    /// <summary>Every name the trial uses in it begins so.</summary>
    public required string Prefix { get; init; }

    /// <summary>The names that lie elsewhere.</summary>
    public required IReadOnlyDictionary<string, Uri> Blobs { get; init; }

    /// <summary>The checkpoint to begin with, whose files are among <see cref="Blobs"/>. Null: the trial's own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GrantedCheckpoint? Inherited { get; init; }

    /// <summary>The dataset's files: read. Null for a trial without a dataset.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GrantedDataset? Dataset { get; init; }
}

/// <summary>Another trial's checkpoint.</summary>
/// <param name="Id">What the trial remembers it by, so that it takes it over once.</param>
/// <param name="Prefix">What the files' names begin with.</param>
/// <param name="Files">The files.</param>
internal sealed record GrantedCheckpoint(string Id, string Prefix, IReadOnlyList<CheckpointFile> Files);

/// <summary>A file of a checkpoint, as the runner has noted it.</summary>
internal sealed record CheckpointFile(string File, long Bytes, string Sha256);

/// <summary>What the runner notes of a checkpoint when a trial reaches a budget.</summary>
internal sealed record KeptCheckpoint(string Slot, IReadOnlyList<CheckpointFile> Files);

/// <summary>The files of a dataset version by their names in the container.</summary>
internal sealed record GrantedDataset(string Prefix, IReadOnlyDictionary<string, Uri> Blobs);

/// <summary>
/// Issues trials' grants. Batch brings the blob to the node each time it starts the task, and the runner reads it again while it runs:
/// so a trial that waits for a node, or trains, longer than a signature holds goes on with a later one.
/// </summary>
/// <param name="blobs">The data account.</param>
/// <param name="sas">Signs.</param>
/// <param name="lifetime">How long what a grant allows is valid.</param>
/// <param name="time">The clock.</param>
internal sealed class TrialGrants(BlobServiceClient blobs, SasIssuer sas, TimeSpan lifetime, TimeProvider time)
{
    private const string Name = "grant.json";
    private const BlobContainerSasPermissions OwnContainer = BlobContainerSasPermissions.Read | BlobContainerSasPermissions.Create | BlobContainerSasPermissions.Write;
    private const BlobSasPermissions Result = BlobSasPermissions.Read | BlobSasPermissions.Create | BlobSasPermissions.Write;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Makes the trial's container and writes a grant that is valid from now on. Returns a URL that may read it, and later ones.</summary>
    public async Task<Uri> IssueAsync(TrainingTask task, CancellationToken cancellationToken)
    {
        var container = TrialContainer.Of(blobs, task.BlobPrefix);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var blob = container.GetBlobClient(Name);
        var url = await sas.BlobAsync(blob, BlobSasPermissions.Read, SasIssuer.Longest, cancellationToken);
        var now = time.GetUtcNow();
        var runs = blobs.GetBlobContainerClient(DataContainers.Runs);
        string result = $"{task.BlobPrefix}/output/result.json", parameters = $"{task.BlobPrefix}/params.json";
        GrantedCheckpoint? inherited = task.Inherits is { } from ? await FindAsync(task.RunId, from, cancellationToken) : null;
        var granted = new Dictionary<string, Uri>(StringComparer.Ordinal)
        {
            [result] = await sas.BlobAsync(runs.GetBlobClient(result), Result, lifetime, cancellationToken),
            [parameters] = await sas.BlobAsync(runs.GetBlobClient(parameters), BlobSasPermissions.Read, lifetime, cancellationToken),
        };
        foreach (CheckpointFile file in inherited?.Files ?? [])
        {
            string name = $"{inherited!.Prefix}/{file.File}";
            granted[name] = await sas.BlobAsync(TrialContainer.Of(blobs, Folder(task.RunId, task.Inherits!)).GetBlobClient(name), BlobSasPermissions.Read, lifetime, cancellationToken);
        }

        var grant = new TrialGrant
        {
            Issued = Seconds(now),
            Expires = Seconds(now + lifetime),
            Grant = url,
            Container = await sas.ContainerAsync(container, OwnContainer, lifetime, cancellationToken),
            Prefix = task.BlobPrefix,
            Blobs = granted,
            Inherited = inherited,
            Dataset = task.Dataset is null ? null : await DatasetAsync($"{task.Dataset}/{task.DatasetVersion}", cancellationToken),
        };
        await blob.UploadAsync(new BinaryData(JsonSerializer.SerializeToUtf8Bytes(grant, Json)), overwrite: true, cancellationToken);
        return url;
    }

    /// <summary>Whether the trial's grant is old enough to be replaced. It is long before its end, as nobody knows when the app looks again.</summary>
    public async Task<bool> IsDueAsync(TrainingTask task, CancellationToken cancellationToken)
    {
        // One that was submitted a moment ago need not be looked at, as most never are.
        if (task.SubmittedAt is { } submitted && time.GetUtcNow() - submitted <= lifetime / 4)
        {
            return false;
        }

        try
        {
            BlobProperties grant = await TrialContainer.Of(blobs, task.BlobPrefix).GetBlobClient(Name).GetPropertiesAsync(cancellationToken: cancellationToken);
            return time.GetUtcNow() - grant.LastModified > lifetime / 4;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return true;
        }
    }

    private static string Folder(string runId, InheritedCheckpoint from) => $"{runId}/trials/{from.TrialId}";

    private async Task<GrantedCheckpoint> FindAsync(string runId, InheritedCheckpoint from, CancellationToken cancellationToken)
    {
        string folder = Folder(runId, from);
        try
        {
            BinaryData noted = (await TrialContainer.Of(blobs, folder).GetBlobClient(FormattableString.Invariant($"{folder}/checkpoint/at-{from.Budget}.json")).DownloadContentAsync(cancellationToken)).Value.Content;
            KeptCheckpoint kept = noted.ToObjectFromJson<KeptCheckpoint>(Json)!;
            return new GrantedCheckpoint(FormattableString.Invariant($"{from.TrialId}/{from.Budget}"), $"{folder}/checkpoint/{kept.Slot}", kept.Files);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            throw new InvalidJobException($"{from.TrialId} has left no checkpoint at epoch {from.Budget} to go on from: its job must write one into DML_CHECKPOINT before it exits.", exception);
        }
    }

    private static double Seconds(DateTimeOffset moment) => (moment - DateTimeOffset.UnixEpoch).TotalSeconds;

    private async Task<GrantedDataset> DatasetAsync(string prefix, CancellationToken cancellationToken)
    {
        var container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        var files = new Dictionary<string, Uri>(StringComparer.Ordinal);
        try
        {
            await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix + "/", cancellationToken))
            {
                files[blob.Name] = await sas.BlobAsync(container.GetBlobClient(blob.Name), BlobSasPermissions.Read, lifetime, cancellationToken);
            }
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            // There are no datasets at all. The runner says that this one is missing.
        }

        return new GrantedDataset(prefix, files);
    }
}
