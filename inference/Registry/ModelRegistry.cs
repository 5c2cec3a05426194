using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace DurableMl.Inference.Registry;

/// <summary>
/// The models in the <c>models</c> container: versions with their files and lineage, and aliases. Safe for several processes at once:
/// a version number is claimed by a conditional create, and aliases change under their ETag.
/// </summary>
/// <param name="container">The <c>models</c> container.</param>
/// <param name="time">The clock that stamps publications.</param>
public sealed class ModelRegistry(BlobContainerClient container, TimeProvider time)
{
    private const string PublicationKey = "publication";
    private const int ManifestLimit = 4 << 20;
    private const int MaxAttempts = 50;

    private long aliasChanges;

    /// <summary>The registry of the storage account that <paramref name="blobs"/> serves.</summary>
    public ModelRegistry(BlobServiceClient blobs, TimeProvider time)
        : this((blobs ?? throw new ArgumentNullException(nameof(blobs))).GetBlobContainerClient(ModelBlobs.Container), time)
    {
    }

    internal BlobContainerClient Container => container;

    /// <summary>How many aliases this process has set or removed.</summary>
    internal long AliasChanges => Interlocked.Read(ref aliasChanges);

    /// <summary>
    /// Publishes a new version and returns its manifest. Publishing the same model from the same run and trial again, at the same time or
    /// after a crash, completes or returns the version that the first publication claimed.
    /// </summary>
    /// <exception cref="InvalidModelNameException">The model's or a file's name is not allowed.</exception>
    /// <exception cref="ArgumentException">The files lack the entry or the sample, or two have one name.</exception>
    public async Task<ModelManifest> PublishAsync(ModelPublication publication, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(publication);
        Validate(publication);
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);

        string version = await ClaimVersionAsync(publication, cancellationToken);
        if (await FindAsync(publication.Model, version, cancellationToken) is { } published)
        {
            return published;
        }

        var files = new List<ModelFile>(publication.Files.Count);
        foreach (ModelSource source in publication.Files)
        {
            files.Add(await UploadAsync(container.GetBlobClient(ModelBlobs.File(publication.Model, version, source.Name)), source, cancellationToken));
        }

        var manifest = new ModelManifest(publication.Model, version, time.GetUtcNow(), files, publication.Entry)
        {
            Metrics = publication.Metrics,
            Lineage = publication.Lineage,
            Inputs = publication.Inputs,
            Outputs = publication.Outputs,
            Sample = publication.Sample,
            Batching = publication.Batching,
            Statistics = publication.Statistics,
            Serving = publication.Serving,
        };
        BlobClient blob = ManifestBlob(publication.Model, version);
        return await TryCreateAsync(blob, manifest, null, cancellationToken) ? manifest : await GetAsync(publication.Model, version, cancellationToken);
    }

    /// <summary>The names of all models that have a version or a claim on one, in order.</summary>
    public async Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken = default)
    {
        var models = new List<string>();
        if (!await container.ExistsAsync(cancellationToken))
        {
            return models;
        }

        await foreach (BlobHierarchyItem item in container.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancellationToken))
        {
            if (item.IsPrefix && ModelNames.IsModel(item.Prefix[..^1]))
            {
                models.Add(item.Prefix[..^1]);
            }
        }

        return models;
    }

    /// <summary>The published versions of a model, oldest first; empty for a model that does not exist.</summary>
    /// <exception cref="InvalidModelNameException">The name is not allowed.</exception>
    public async Task<IReadOnlyList<string>> ListVersionsAsync(string model, CancellationToken cancellationToken = default)
    {
        var versions = new List<int>();
        await foreach ((string version, string file, _) in ListAsync(ModelNames.Model(model), BlobTraits.None, cancellationToken))
        {
            if (file == ModelBlobs.Manifest)
            {
                versions.Add(ModelNames.VersionNumber(version));
            }
        }

        versions.Sort();
        return versions.ConvertAll(version => version.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A published version.</summary>
    /// <exception cref="InvalidModelNameException">A name is not allowed.</exception>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    public async Task<ModelManifest> GetAsync(string model, string version, CancellationToken cancellationToken = default) =>
        await FindAsync(model, version, cancellationToken) ?? throw ModelNotFoundException.Version(model, version);

    /// <summary>A published version, with the serving options that hold now, or null when there is none.</summary>
    /// <exception cref="InvalidModelNameException">A name is not allowed.</exception>
    public async Task<ModelManifest?> FindAsync(string model, string version, CancellationToken cancellationToken = default)
    {
        (ModelManifest? manifest, _) = await ReadAsync<ModelManifest>(ManifestBlob(ModelNames.Model(model), version), cancellationToken);
        if (manifest is null)
        {
            return null;
        }

        (Dictionary<string, ServingOptions>? serving, _) = await ReadAsync<Dictionary<string, ServingOptions>>(container.GetBlobClient(ModelBlobs.Serving(model)), cancellationToken);
        return serving?.GetValueOrDefault(version) is { } options ? manifest with { Serving = options } : manifest;
    }

    /// <summary>Changes how a version is served, from the next look of each server on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="version">A published version.</param>
    /// <param name="change">Makes the new options of those that hold; called again when somebody else was faster.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The new options.</returns>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    public async Task<ServingOptions> SetServingAsync(string model, string version, Func<ServingOptions, ServingOptions> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        ServingOptions published = (await GetAsync(model, version, cancellationToken)).Serving ?? new();
        BlobClient blob = container.GetBlobClient(ModelBlobs.Serving(model));
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            (Dictionary<string, ServingOptions>? serving, ETag etag) = await ReadAsync<Dictionary<string, ServingOptions>>(blob, cancellationToken);
            var versions = new SortedDictionary<string, ServingOptions>(serving ?? [], StringComparer.Ordinal);
            versions[version] = change(versions.GetValueOrDefault(version) ?? published);
            if (await TryReplaceAsync(blob, versions, etag, cancellationToken) is not null)
            {
                return versions[version];
            }
        }

        throw new ModelConflictException($"The serving options of model '{model}' were changed by someone else. Repeat the change.");
    }

    /// <summary>The model's aliases; none for a model that has none or does not exist.</summary>
    /// <exception cref="InvalidModelNameException">The name is not allowed.</exception>
    public async Task<ModelAliases> GetAliasesAsync(string model, CancellationToken cancellationToken = default)
    {
        (Dictionary<string, string>? versions, ETag etag) =
            await ReadAsync<Dictionary<string, string>>(container.GetBlobClient(ModelBlobs.Aliases(model)), cancellationToken);
        return new(versions ?? [], etag);
    }

    /// <summary>Lets <paramref name="alias"/> name <paramref name="version"/> and returns all aliases.</summary>
    /// <param name="model">The model.</param>
    /// <param name="alias">The alias, new or existing.</param>
    /// <param name="version">A published version; null removes the alias.</param>
    /// <param name="expected">If given, the aliases are changed only if they still have this ETag.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidModelNameException">A name is not allowed.</exception>
    /// <exception cref="ModelNotFoundException">There is no such version.</exception>
    /// <exception cref="ModelConflictException"><paramref name="expected"/> is no longer the ETag.</exception>
    public async Task<ModelAliases> SetAliasAsync(
        string model, string alias, string? version, ETag? expected = null, CancellationToken cancellationToken = default)
    {
        ModelNames.Alias(alias);
        if (version is not null)
        {
            await GetAsync(model, version, cancellationToken);
        }

        BlobClient blob = container.GetBlobClient(ModelBlobs.Aliases(model));
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            ModelAliases current = await GetAliasesAsync(model, cancellationToken);
            if (expected is { } etag && etag != current.ETag)
            {
                break;
            }

            var versions = new SortedDictionary<string, string>(current.Versions.ToDictionary(), StringComparer.Ordinal);
            if (version is null)
            {
                versions.Remove(alias);
            }
            else
            {
                versions[alias] = version;
            }

            if (await TryReplaceAsync(blob, versions, current.ETag, cancellationToken) is { } replaced)
            {
                Interlocked.Increment(ref aliasChanges);
                return new(versions, replaced);
            }
        }

        throw new ModelConflictException($"The aliases of model '{model}' were changed by someone else. Read them again and repeat the change.");
    }

    internal static async Task<(T? Value, ETag ETag)> ReadAsync<T>(BlobClient blob, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            Response<BlobDownloadStreamingResult> response = await blob.DownloadStreamingAsync(cancellationToken: cancellationToken);
            await using Stream content = response.Value.Content;
            if (response.Value.Details.ContentLength > ManifestLimit)
            {
                throw new InvalidDataException($"'{blob.Name}' is larger than {ManifestLimit} bytes.");
            }

            T? value = await JsonSerializer.DeserializeAsync<T>(content, RegistryJson.Options, cancellationToken);
            return (value ?? throw new InvalidDataException($"'{blob.Name}' holds null."), response.Value.Details.ETag);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (null, default);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{blob.Name}' is not as expected: {e.Message}", e);
        }
    }

    /// <summary>Writes over what has the given ETag (default: nothing) and returns the new one, or null if something else is there.</summary>
    internal static async Task<ETag?> TryReplaceAsync<T>(BlobClient blob, T value, ETag current, CancellationToken cancellationToken)
    {
        var conditions = current == default ? new BlobRequestConditions { IfNoneMatch = ETag.All } : new BlobRequestConditions { IfMatch = current };
        return await UploadJsonAsync(blob, value, conditions, null, cancellationToken);
    }

    private static async Task<bool> TryCreateAsync<T>(BlobClient blob, T value, IDictionary<string, string>? metadata, CancellationToken cancellationToken) =>
        await UploadJsonAsync(blob, value, new() { IfNoneMatch = ETag.All }, metadata, cancellationToken) is not null;

    private static async Task<ETag?> UploadJsonAsync<T>(
        BlobClient blob, T value, BlobRequestConditions conditions, IDictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        try
        {
            Response<BlobContentInfo> response = await blob.UploadAsync(
                BinaryData.FromObjectAsJson(value, RegistryJson.Options),
                new BlobUploadOptions { Conditions = conditions, Metadata = metadata, HttpHeaders = new() { ContentType = "application/json" } },
                cancellationToken);
            return response.Value.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return null;
        }
    }

    private static void Validate(ModelPublication publication)
    {
        ModelNames.Model(publication.Model);
        if (string.IsNullOrEmpty(publication.Lineage.Run))
        {
            throw new ArgumentException("The lineage names no run.", nameof(publication));
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ModelSource source in publication.Files)
        {
            if (!names.Add(ModelNames.File(source.Name)))
            {
                throw new ArgumentException($"Two files of model '{publication.Model}' are called '{source.Name}'.", nameof(publication));
            }
        }

        if (publication.Serving?.Problems().FirstOrDefault() is { } problem)
        {
            throw new ArgumentException($"The serving options cannot be used: {problem.Path} {problem.Reason}.", nameof(publication));
        }

        foreach (string? needed in (string?[])[publication.Entry, publication.Sample])
        {
            if (needed is not null && !names.Contains(needed))
            {
                throw new ArgumentException($"The files of model '{publication.Model}' do not include '{needed}'.", nameof(publication));
            }
        }
    }

    private BlobClient ManifestBlob(string model, string version) => container.GetBlobClient(ModelBlobs.File(model, version, ModelBlobs.Manifest));

    private async Task<string> ClaimVersionAsync(ModelPublication publication, CancellationToken cancellationToken)
    {
        string identity = publication.Lineage.Run + "\n" + publication.Lineage.Trial;
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)));
        for (int attempt = 0; attempt < MaxAttempts; attempt++)
        {
            int latest = 0;
            await foreach ((string version, string file, IDictionary<string, string>? metadata) in ListAsync(publication.Model, BlobTraits.Metadata, cancellationToken))
            {
                latest = Math.Max(latest, ModelNames.VersionNumber(version));
                if (file == ModelBlobs.Publication && metadata is not null && metadata.TryGetValue(PublicationKey, out string? owner) && owner == key)
                {
                    return version;
                }
            }

            string next = (latest + 1).ToString(CultureInfo.InvariantCulture);
            BlobClient claim = container.GetBlobClient(ModelBlobs.File(publication.Model, next, ModelBlobs.Publication));
            var metadataOfClaim = new Dictionary<string, string> { [PublicationKey] = key };
            if (await TryCreateAsync(claim, publication.Lineage, metadataOfClaim, cancellationToken))
            {
                return next;
            }

            // Another publication took the number between the listing and the create: list again.
        }

        throw new ModelConflictException($"No version number of model '{publication.Model}' could be claimed: {MaxAttempts} were taken by other publications meanwhile. Publish again.");
    }

    private async IAsyncEnumerable<(string Version, string File, IDictionary<string, string>? Metadata)> ListAsync(
        string model, BlobTraits traits, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string prefix = ModelBlobs.Prefix(model);
        if (!await container.ExistsAsync(cancellationToken))
        {
            yield break;
        }

        await foreach (BlobItem blob in container.GetBlobsAsync(traits, BlobStates.None, prefix, cancellationToken))
        {
            string rest = blob.Name[prefix.Length..];
            int slash = rest.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && ModelNames.IsVersion(rest[..slash]))
            {
                yield return (rest[..slash], rest[(slash + 1)..], blob.Metadata);
            }
        }
    }

    private static async Task<ModelFile> UploadAsync(BlobClient blob, ModelSource source, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await UploadOnceAsync(blob, source, cancellationToken);
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.InvalidBlockList && attempt < MaxAttempts)
            {
                // The same publication goes on elsewhere too. It has committed this blob, and with that dropped the blocks that were staged here.
            }
        }
    }

    private static async Task<ModelFile> UploadOnceAsync(BlobClient blob, ModelSource source, CancellationToken cancellationToken)
    {
        await using Stream content = await source.OpenRead(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var hashing = new HashingStream(content, hash);
        await blob.UploadAsync(hashing, new BlobUploadOptions { HttpHeaders = new() { ContentType = "application/octet-stream" } }, cancellationToken);
        return new(source.Name, Convert.ToHexStringLower(hash.GetHashAndReset()), hashing.BytesRead);
    }
}
