using System.Net;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using DurableMl.BatchJobs.Submission;
using DurableMl.Functions.Pipelines;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Deletion;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Scoring;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Ingestion;

/// <summary><c>POST api/uploads</c>, <c>GET api/datasets</c> and <c>DELETE api/datasets/{dataset}</c>: raw data on its way in, and what became of it.</summary>
/// <param name="blobs">The data account.</param>
/// <param name="sas">Signs.</param>
/// <param name="deletion">Deletes datasets.</param>
public sealed class ManageData(BlobServiceClient blobs, SasIssuer sas, DatasetDeletion deletion)
{
    private const int MaxBytes = 256 * 1024;
    private const int MostNames = 500;
    private const int MostDatasets = 1000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(4);

    /// <summary>Signs a URL for each blob of the container <c>raw</c> that a client wants to write: data does not pass through the app.</summary>
    [Function(nameof(StartUpload))]
    public async Task<HttpResponseData> StartUpload(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/uploads")] HttpRequestData request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        (UploadRequest? upload, HttpResponseData? refusal) = await request.ReadDocumentAsync<UploadRequest>("request", MaxBytes, cancellationToken);
        if (upload is null)
        {
            return refusal!;
        }

        List<PipelineError> errors = [];
        if (upload.Names.Count is 0 or > MostNames)
        {
            errors.Add(new PipelineError("$.names", $"must have 1 to {MostNames} names, not {upload.Names.Count}"));
        }

        errors.AddRange(upload.Names
            .Select((name, index) => (name, index))
            .Where(each => BlobPrefix.Parse(each.name, DataContainers.Raw) is not { Prefix.Length: > 0 } || each.name.EndsWith('/'))
            .Select(each => new PipelineError($"$.names[{each.index}]", $"must be raw/ and a blob's name, not '{each.name}': {BlobPrefix.Names}")));
        if (errors.Count > 0)
        {
            return await request.InvalidAsync("The request is not valid.", errors);
        }

        BlobContainerClient raw = blobs.GetBlobContainerClient(DataContainers.Raw);
        await raw.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var uploads = new List<Upload>();
        foreach (string name in upload.Names)
        {
            BlobClient blob = raw.GetBlobClient(name[(DataContainers.Raw.Length + 1)..]);
            uploads.Add(new Upload(name, await sas.BlobAsync(blob, BlobSasPermissions.Create | BlobSasPermissions.Write, Lifetime, cancellationToken)));
        }

        return await request.JsonAsync(HttpStatusCode.OK, new UploadList(uploads));
    }

    /// <summary>The versions of all datasets, at most 1,000, by name and the newest first.</summary>
    [Function(nameof(ListDatasets))]
    public async Task<HttpResponseData> ListDatasets(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/datasets")] HttpRequestData request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        BlobContainerClient container = blobs.GetBlobContainerClient(DataContainers.Datasets);
        var datasets = new List<DatasetEntry>();
        try
        {
            await foreach (string dataset in FoldersAsync(container, "", cancellationToken))
            {
                await foreach (string folder in FoldersAsync(container, dataset, cancellationToken))
                {
                    // Beside the versions lies what runs have under way; it has no manifest.
                    string version = folder[dataset.Length..].TrimEnd('/');
                    if (version.Length == 64 && datasets.Count < MostDatasets && await ReadAsync(container, folder, cancellationToken) is var (manifest, createdAt))
                    {
                        datasets.Add(new DatasetEntry(
                            dataset.TrimEnd('/'), version, createdAt, manifest.Splits.ToDictionary(split => split.Key, split => split.Value.Examples, StringComparer.Ordinal),
                            manifest.FeatureShape, manifest.Classes));
                    }
                }
            }
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // There is no container: no run has prepared a dataset yet.
        }

        return await request.JsonAsync(
            HttpStatusCode.OK, new DatasetList([.. datasets.OrderBy(each => each.Name, StringComparer.Ordinal).ThenByDescending(each => each.CreatedAt)]));
    }

    /// <summary>
    /// Deletes a dataset, or with <c>?version=</c> one version of it. Answers 200 with what was removed, 404 where there is none, or 409 where a published version
    /// came from it or a run under way needs it.
    /// </summary>
    [Function(nameof(DeleteDataset))]
    public async Task<HttpResponseData> DeleteDataset(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/datasets/{dataset}")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string dataset,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await deletion.DeleteAsync(client, dataset, request.Query["version"], cancellationToken) is { } deleted
                ? await request.JsonAsync(HttpStatusCode.OK, deleted)
                : await request.ProblemAsync(HttpStatusCode.NotFound, "There is no such dataset.", $"No dataset '{dataset}' has anything{(request.Query["version"] is { } version ? $" of a version {version}" : "")}.");
        }
        catch (InUseException e)
        {
            return await request.ProblemAsync(HttpStatusCode.Conflict, "The dataset is in use.", e.Message);
        }
        catch (ArgumentException e)
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The version is not clear.", e.Message);
        }
    }

    private static async IAsyncEnumerable<string> FoldersAsync(
        BlobContainerClient container, string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobHierarchyItem item in container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", prefix, cancellationToken))
        {
            if (item.IsPrefix)
            {
                yield return item.Prefix;
            }
        }
    }

    private static async Task<(DatasetManifest Manifest, DateTimeOffset CreatedAt)?> ReadAsync(BlobContainerClient container, string folder, CancellationToken cancellationToken)
    {
        BlobClient blob = container.GetBlobClient(folder + DatasetManifest.File);
        return await blob.ReadJsonAsync<DatasetManifest>(cancellationToken) is { } manifest
            ? (manifest, (await blob.GetPropertiesAsync(cancellationToken: cancellationToken)).Value.CreatedOn)
            : null;
    }
}

/// <summary>What <c>POST api/uploads</c> takes.</summary>
/// <param name="Names">The blobs to write, such as <c>raw/penguins/penguins.csv</c>, at most 500.</param>
public sealed record UploadRequest(IReadOnlyList<string> Names);

/// <summary>A blob that may be written.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Takes a block blob's PUT for four hours.</param>
public sealed record Upload(string Name, Uri Url);

/// <summary>What <c>POST api/uploads</c> answers.</summary>
/// <param name="Uploads">The blobs, in the order of the request.</param>
public sealed record UploadList(IReadOnlyList<Upload> Uploads);

/// <summary>A version of a dataset.</summary>
/// <param name="Name">The dataset.</param>
/// <param name="Version">The hash of its manifest.</param>
/// <param name="CreatedAt">When it was published.</param>
/// <param name="Examples">How many examples each split has.</param>
/// <param name="FeatureShape">The shape of one example.</param>
/// <param name="Classes">How many classes there are; 0 for a regression.</param>
public sealed record DatasetEntry(
    string Name, string Version, DateTimeOffset CreatedAt, IReadOnlyDictionary<string, long> Examples, IReadOnlyList<int> FeatureShape, int Classes);

/// <summary>What <c>GET api/datasets</c> answers.</summary>
/// <param name="Datasets">The versions.</param>
public sealed record DatasetList(IReadOnlyList<DatasetEntry> Datasets);
